"""What a traced run was made from: enough to make it again, without the program itself.

The room that records knows what arguments, answers and signatures mean; here they are JSON data that is carried with the trace and given back.
"""

from __future__ import annotations

from belljar.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Final, Protocol

    class Rows(Protocol):
        """Calls of functions of the host, in order, as JSON data."""

        def __len__(self) -> int: ...

        def rows(self) -> Iterator[Any]: ...


class KeptRows:
    """Calls as they were read."""

    def __init__(self, rows: list[Any] | None = None) -> None:
        self.kept: list[Any] = [] if rows is None else rows

    def __len__(self) -> int:
        return len(self.kept)

    def rows(self) -> Iterator[Any]:
        return iter(self.kept)


class Origin(Struct):
    """A run. ``program`` is the name of its file, ``digest`` the SHA-256 of its text, ``by`` who ran it: ``program``, ``executor`` or ``runtime``; ``task`` is ``""`` for the module level, which has ``inputs``, where a task has ``arguments``. ``grants``
    and ``limits`` are those it ran with, ``hosts`` the signature, the capability and the effect of each function of the host by name, ``calls`` what those were asked and answered. ``steps`` are what a runtime was asked, in order, each a list that begins with its name; the ``inputs`` of one are types."""

    __slots__ = (
        "arguments",
        "by",
        "calls",
        "digest",
        "dry_run",
        "grants",
        "hosts",
        "inputs",
        "level",
        "limits",
        "program",
        "steps",
        "task",
    )

    def __init__(
        self,
        program: str,
        digest: str,
        by: str,
        level: str,
        task: str = "",
        arguments: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        grants: tuple[str, ...] = (),
        limits: Mapping[str, int] | None = None,
        dry_run: bool = False,
        hosts: Mapping[str, Any] | None = None,
        calls: Rows | None = None,
        steps: list[Any] | None = None,
    ) -> None:
        self.program = program
        self.digest = digest
        self.by = by
        self.level = level
        self.task = task
        self.arguments = dict(arguments or {})
        self.inputs = dict(inputs or {})
        self.grants = grants
        self.limits = dict(limits or {})
        self.dry_run = dry_run
        self.hosts = dict(hosts or {})
        self.calls: Rows = KeptRows() if calls is None else calls
        self.steps: list[Any] = [] if steps is None else steps

    def to_row(self) -> dict[str, Any]:
        """The run as JSON data, without its calls and steps."""
        return {name: list(self.grants) if name == "grants" else getattr(self, name) for name in FIELDS}

    @staticmethod
    def from_row(row: Any, calls: Rows, steps: list[Any]) -> Origin:
        """The run that :meth:`to_row` wrote. Raises ValueError, which says what is not as it must be."""
        if not isinstance(row, dict):
            raise ValueError('"run" must be an object')
        for name, type in FIELDS.items():
            value = row.get(name)
            if value.__class__ is not type:
                raise ValueError(f'"{name}" of "run" must be {NAMES[type]}')
        for name in row:
            if name not in FIELDS:
                raise ValueError(f'"run" has no "{str(name)[:40]}"')
        if not all(isinstance(name, str) for name in row["grants"]):
            raise ValueError('"grants" of "run" must be texts')
        if not all(value.__class__ is int for value in row["limits"].values()):
            raise ValueError('"limits" of "run" must be whole numbers')
        for about in row["hosts"].values():
            if not (isinstance(about, list) and len(about) == 3 and all(isinstance(text, str) for text in about)):
                raise ValueError('"hosts" of "run" must have three texts for each function')
        return Origin(**{**row, "grants": tuple(row["grants"])}, calls=calls, steps=steps)


FIELDS: Final[dict[str, type]] = {
    "program": str,
    "digest": str,
    "by": str,
    "level": str,
    "task": str,
    "arguments": dict,
    "inputs": dict,
    "grants": list,
    "limits": dict,
    "dry_run": bool,
    "hosts": dict,
}
"""What a run is as JSON."""
NAMES: Final = {str: "a text", dict: "an object", list: "a list", bool: "true or false"}


def origin_of(trace: Any) -> Origin | None:
    """What a trace says of the run that made it, None where it says nothing."""
    found = getattr(trace, "origin", None)
    return found if isinstance(found, Origin) else None
