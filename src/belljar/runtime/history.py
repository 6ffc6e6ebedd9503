"""What happened to the state of a runtime, so that it can be made again: each call with what it was given, and what the host set.

Programs are deterministic, so a state is explained by what was done to it since the beginning. What is kept is bounded: once there is more, the history begins anew at a mark of the state, which costs
microseconds, and what was there before counts as given.

Invariant: from the state at ``base`` (the beginning where it is None) the entries, made again in order, lead to the state as it is; those after a call that failed are gone, as the state went back, too.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final, TypeAlias

    from belljar.errors import BellError
    from belljar.runtime.state import Mark, State

    Entry: TypeAlias = "tuple[str, str, Any, Sequence[Any]]"

RUN: Final = "run"
"""The module level ran."""
CALL: Final = "call"
"""A task was called: the values of its parameters."""
EMIT: Final = "emit"
"""An event was put behind those that wait: its payload."""
NEXT: Final = "next"
"""The event that waited longest was taken."""
HANDLE: Final = "handle"
"""A handler ran on that event."""
SET: Final = "set"
"""The host set a name."""
CLEAR: Final = "clear"
"""The host deleted a name."""

ENTRIES_MAX: Final = 10_000
"""Entries that are kept."""
WEIGHT_MAX: Final = 1_000_000
"""Values in containers, and characters, that entries keep in all."""
VALUE_MAX: Final = 100_000
"""Those that one entry keeps."""


class TooLarge(Exception):
    """There is more in a value than a history keeps, or something else."""


class History:
    """The entries of a state. An entry is its kind, the name of the task or variable, what it was given, and what functions of the host answered."""

    __slots__ = ("_weight", "base", "entries", "era", "failed", "gap", "state")

    def __init__(self, state: State) -> None:
        self.state: Final = state
        self.entries: list[Entry] = []
        self.base: Mark | None = None
        self.era = 0
        """Counts the times that it began anew."""
        self.failed: tuple[Entry, BellError] | None = None
        """The last call, where it failed."""
        self.gap = ""
        """Why the last call is not in it, where it is not."""
        self._weight = 0

    @property
    def at(self) -> tuple[int, int]:
        """Where it is: to be given to :meth:`return_to`."""
        return self.era, len(self.entries)

    def note(self, kind: str, name: str, values: Any, answers: Sequence[Any] | None) -> None:
        """Add what was done. ``answers`` is None where the host answered more than is kept."""
        self.failed, self.gap = None, ""
        if answers is None:
            self.begin("the host answered more than is kept")
            return
        from belljar.ir.host_values import plain_copy

        try:
            self._weight += (weight := self.weighed(values)) + self.weighed(answers)
            kept = values if not weight and type(values) is not dict else plain_copy(values)
        except TooLarge:
            self.begin(f"its arguments have more than {VALUE_MAX:,} values, or objects of the host")
            return
        if len(self.entries) >= ENTRIES_MAX or self._weight > WEIGHT_MAX:
            self.begin("")
            return
        self.entries.append((kind, name, kept, tuple(answers)))

    def note_plain(self, task: str, args: tuple[Any, ...], answers: Sequence[Any]) -> None:
        """Add a call whose arguments are numbers and texts."""
        self.failed, self.gap = None, ""
        for value in args:
            if value.__class__ is str:
                self._weight += len(value)
        if len(self.entries) >= ENTRIES_MAX or self._weight > WEIGHT_MAX:
            self.begin("")
        else:
            self.entries.append((CALL, task, args, answers))

    def note_failed(self, kind: str, name: str, values: Any, answers: Sequence[Any] | None, error: BellError) -> None:
        """Keep the call that failed, until the next one."""
        self.failed, self.gap = None, "it failed, and the host answered more than is kept"
        if answers is not None:
            from belljar.ir.host_values import plain_copy

            try:
                self.weighed(values)
            except TooLarge:
                self.gap = f"its arguments have more than {VALUE_MAX:,} values, or objects of the host"
                return
            self.failed, self.gap = ((kind, name, plain_copy(values), tuple(answers)), error), ""

    def weighed(self, value: Any, depth: int = 0) -> int:
        """How much there is to keep of a value. Raises TooLarge."""
        if value.__class__ is str:
            count = len(value)
        elif isinstance(value, (list, tuple, set, frozenset)):
            count = len(value)
            if count <= VALUE_MAX and not NUMBERS.issuperset(map(type, value)):
                count += sum(self.weighed(part, depth + 1) for part in value) if depth < DEPTH_MAX else VALUE_MAX
        elif isinstance(value, dict):
            count = len(value)
            if count <= VALUE_MAX:
                count += sum(self.weighed(part, depth + 1) for pair in value.items() for part in pair) if depth < DEPTH_MAX else VALUE_MAX
        elif hasattr(value, "_fields") and isinstance(value._fields, dict):
            count = self.weighed(value._fields, depth + 1) if depth < DEPTH_MAX else VALUE_MAX
        elif hasattr(value, "tolist"):
            count = int(getattr(value, "size", 1))
        elif value.__class__.__module__ in ("builtins", "decimal"):
            count = 0
        else:  # an object of the host, which it may change
            raise TooLarge
        if not isinstance(count, int) or count > VALUE_MAX:
            raise TooLarge
        return count

    def begin(self, gap: str = "") -> None:
        """Begin anew from the state as it is. ``gap``: why the last call is not in it."""
        self.forget()
        self.gap = gap
        if self.state.generation is not None:
            self.base = self.state.mark()

    def forget(self) -> None:
        """Give up what is kept, the mark as well."""
        base, self.base = self.base, None
        if base is not None:
            self.state.release(base)
        self.entries = []
        self.failed, self.gap = None, ""
        self.era += 1
        self._weight = 0

    def return_to(self, at: tuple[int, int]) -> None:
        """The state went back to where it was then."""
        self.failed, self.gap = None, ""
        era, count = at
        if era == self.era and (self.base is None or not self.base.gone):
            del self.entries[count:]
        else:
            self.begin()


NUMBERS: Final = frozenset({int, float, bool, type(None)})
DEPTH_MAX: Final = 100
"""Containers inside one another that are weighed."""
