"""The journal: every call of a host function that a run made, with what it was given and what it gave, so that the run can be looked at and made again."""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.structs import Struct
from belljar.values import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Final

MAGIC: Final = "belljar journal 1"
"""What the text of a journal begins with."""


class HostCall(Struct):
    """One call of a host function. ``arguments`` and ``answer`` are plain values of the record's own, which nothing changes later.

    ``seq`` counts from 0; ``effect`` is ``read`` or ``write``; ``dry_run`` says that the call was not made and what it would have been given. ``code`` is ``""``, or that of the error
    the call ended with, ``error`` its text (E0905: class and message of the exception, and ``caught_as`` the class a program catches it as).
    """

    __slots__ = ("answer", "arguments", "capability", "caught_as", "code", "dry_run", "effect", "error", "name", "seq")

    def __init__(
        self,
        name: str,
        arguments: dict[str, Any],
        answer: Any = None,
        error: str = "",
        capability: str = "",
        effect: str = "write",
        dry_run: bool = False,
        seq: int = 0,
        code: str = "",
        caught_as: str = "",
    ) -> None:
        self.name = name
        self.arguments = arguments
        self.answer = answer
        self.error = error
        self.capability = capability
        self.effect = effect
        self.dry_run = dry_run
        self.seq = seq
        self.code = code
        self.caught_as = caught_as

    def text(self) -> str:
        """The call as people write it: ``mail.send(to='a', body='b')``."""
        return f"{self.name}({', '.join(f'{name}={value!r}' for name, value in self.arguments.items())})"

    def to_dict(self) -> dict[str, Any]:
        """The call as JSON-compatible data."""
        from belljar.values import plain

        ended = {"code": self.code, "error": self.error} if self.code else {"answer": plain(self.answer)}
        return {
            "seq": self.seq,
            "name": self.name,
            "capability": self.capability,
            "effect": self.effect,
            "dry_run": self.dry_run,
            "arguments": plain(self.arguments),
            **ended,
        }


class Journal:
    """The calls of a run in order: a sequence of :class:`HostCall`."""

    def __init__(self, calls: Iterable[HostCall] = ()) -> None:
        self.calls: list[HostCall] = list(calls)

    def append(self, call: HostCall) -> None:
        """Note a call. What is appended takes its number from its place."""
        call.seq = len(self.calls)
        self.calls.append(call)

    def __len__(self) -> int:
        return len(self.calls)

    def __iter__(self) -> Iterator[HostCall]:
        return iter(self.calls)

    def __getitem__(self, index: int) -> HostCall:
        return self.calls[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Journal) and self.calls == other.calls

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Journal of {len(self.calls)} call{'' if len(self.calls) == 1 else 's'}>"

    def to_dicts(self) -> list[dict[str, Any]]:
        """The calls as JSON-compatible data."""
        return [call.to_dict() for call in self.calls]

    def to_text(self) -> str:
        """The journal as text, a line of JSON for each call, for :meth:`from_text`. Raises E0003 for a value that has no such form."""
        import json

        rows: list[object] = [[MAGIC]]
        for call in self.calls:
            arguments = [[name, _packed(value)] for name, value in call.arguments.items()]
            rows.append(
                [
                    call.name,
                    arguments,
                    _packed(call.answer),
                    call.error,
                    call.capability,
                    call.effect,
                    call.dry_run,
                    call.code,
                    call.caught_as,
                ]
            )
        return "".join([json.dumps(row, separators=(",", ":")) + "\n" for row in rows])

    @staticmethod
    def from_text(text: str) -> Journal:
        """The journal that :meth:`to_text` wrote. Raises E0003 for another text."""
        import json

        try:
            first, *rows = map(json.loads, text.splitlines())
            if first != [MAGIC]:
                raise ValueError("it does not begin as one")
            journal = Journal()
            for name, arguments, answer, error, capability, effect, dry_run, code, caught_as in rows:
                given = {str(param): _unpacked(value) for param, value in arguments}
                journal.append(HostCall(str(name), given, _unpacked(answer), error, capability, effect, bool(dry_run), 0, code, caught_as))
        except (ValueError, TypeError, IndexError, KeyError, RecursionError) as problem:
            raise bell_error("E0003", detail=f"This text is no journal: {problem}") from None
        return journal


# --- values as JSON -----------------------------------------------------------------------------------------------------------------


def _packed(value: Any) -> object:
    """A value as JSON: what JSON lacks, and every container, as a list that begins with what it is."""
    if value is None or value.__class__ in (bool, float, str):
        return value
    if value.__class__ is int:
        return value if value.bit_length() <= 2000 else ["int", hex(value)]
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [value.__class__.__name__, *map(_packed, value)]
    if isinstance(value, dict):
        return ["dict", *[_packed(part) for pair in value.items() for part in pair]]
    if isinstance(value, range):
        return ["range", value.start, value.stop, value.step]
    if isinstance(value, Record):
        return ["record", value._name, *[_packed(part) for pair in value._fields.items() for part in pair]]
    if value.__class__.__name__ == "Decimal":
        return ["decimal", str(value)]
    raise bell_error("E0003", detail=f"The journal cannot be written: it holds a {type(value).__name__}")


def _unpacked(value: Any) -> Any:
    if value.__class__ is not list:
        return value
    tag, *parts = value
    if tag == "int":
        return int(parts[0], 16)
    if tag == "bytes":
        return bytes.fromhex(parts[0])
    if tag == "range":
        return range(*parts)
    if tag == "decimal":
        from decimal import Decimal

        return Decimal(parts[0])
    name = parts.pop(0) if tag == "record" else ""
    items = [_unpacked(part) for part in parts]
    if tag in ("dict", "record"):
        pairs = dict(zip(items[::2], items[1::2], strict=True))
        return pairs if tag == "dict" else Record(name, pairs)
    makers: dict[str, Any] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
    return makers[tag](items)
