"""The journal: every call of a host function that a run made, with what it was given and what it gave, so that the run can be looked at and made again."""

from __future__ import annotations

from belljar.errors import CODES, bell_error
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

        rows: list[object] = [[MAGIC], *self.rows()]
        return "".join([json.dumps(row, separators=(",", ":")) + "\n" for row in rows])

    def rows(self) -> Iterator[list[Any]]:
        """The calls as JSON data, for :meth:`from_rows`. Raises E0003 for a value that has no such form."""
        for call in self.calls:
            yield [
                call.name,
                [[name, packed(value)] for name, value in call.arguments.items()],
                packed(call.answer),
                packed(call.error),
                call.capability,
                call.effect,
                call.dry_run,
                call.code,
                call.caught_as,
            ]

    @staticmethod
    def from_rows(rows: Iterable[Any]) -> Journal:
        """The journal of :meth:`rows`. Raises E0003 for other data, naming the call."""
        journal = Journal()
        for row in rows:
            try:
                name, arguments, answer, error, capability, effect, dry_run, code, caught_as = row
                given = {_text(param): unpacked(value) for param, value in arguments}
                texts = [_text(text) for text in (name, unpacked(error), capability, effect, code, caught_as)]
                name, error, capability, effect, code, caught_as = texts
                if code and code not in CODES:
                    raise ValueError(f"there is no error {code}")
                journal.append(HostCall(name, given, unpacked(answer), error, capability, effect, dry_run is True, 0, code, caught_as))
            except (ValueError, TypeError, IndexError, KeyError, RecursionError, ArithmeticError) as problem:
                raise bell_error("E0003", detail=f"Call {len(journal)} of the journal is no call: {problem}") from None
        return journal

    @staticmethod
    def from_text(text: str) -> Journal:
        """The journal that :meth:`to_text` wrote. Raises E0003 for another text."""
        import json

        try:
            first, *rows = map(json.loads, text.splitlines())
            if first != [MAGIC]:
                raise ValueError("it does not begin as one")
        except (ValueError, TypeError, RecursionError) as problem:
            raise bell_error("E0003", detail=f"This text is no journal: {problem}") from None
        return Journal.from_rows(rows)


# --- values as JSON -----------------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if value.__class__ is not str:
        raise ValueError(f"a text is needed, got {type(value).__name__}")
    return str(value)


def _has_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def packed(value: Any) -> Any:
    """A value as JSON: what JSON lacks, and every container, as a list that begins with what it is. Raises E0003 for a value that is no plain data."""
    if value is None or value is True or value is False:
        return value
    if value.__class__ is float:
        return value if value - value == 0.0 else ["float", repr(value)]
    if value.__class__ is str:
        return value if value.isascii() or not _has_surrogates(value) else ["text", *map(ord, value)]
    if value.__class__ is int:
        return value if value.bit_length() <= 63 else ["int", hex(value)]
    if isinstance(value, bytes):
        return ["bytes", value.hex()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [value.__class__.__name__, *map(packed, value)]
    if isinstance(value, dict):
        return ["dict", *[packed(part) for pair in value.items() for part in pair]]
    if isinstance(value, range):
        return ["range", value.start, value.stop, value.step]
    if isinstance(value, Record):
        return ["record", value._name, *[packed(part) for pair in value._fields.items() for part in pair]]
    if value.__class__.__name__ == "Decimal":
        return ["decimal", str(value)]
    raise bell_error("E0003", detail=f"The journal cannot be written: it holds a {type(value).__name__}")


def unpacked(value: Any) -> Any:
    """The value that :func:`packed` wrote. Raises ValueError and its kin for other data."""
    if value.__class__ is not list:
        return value
    tag, *parts = value
    if tag == "float":
        return float(parts[0])
    if tag == "text":
        return "".join(map(chr, parts))
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
    items = [unpacked(part) for part in parts]
    if tag in ("dict", "record"):
        pairs = dict(zip(items[::2], items[1::2], strict=True))
        return pairs if tag == "dict" else Record(name, pairs)
    makers: dict[str, Any] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
    return makers[tag](items)
