"""Two runs compared: which lines and functions became dearer, and which cheaper.

Lines are those of the later program. Where the program was changed in between, lines are matched by their text, as ``diff`` does; a line that has no match costs nothing on the other side.
"""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.profiling.units import measured
from belljar.source import Source
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, Literal

    from belljar.profiling.profile import RuntimeProfile


class Change(Frozen):
    """One line or function before and after. ``line`` is that of the later program, or, where it is gone (``is_gone``), of the earlier one."""

    __slots__ = ("after", "before", "is_gone", "line", "name")

    def __init__(self, name: str, line: int, before: float, after: float, is_gone: bool = False) -> None:
        self.name: Final = name
        self.line: Final = line
        self.before: Final = before
        self.after: Final = after
        self.is_gone: Final = is_gone

    @property
    def change(self) -> float:
        return self.after - self.before


class ProfileDifference:
    """``after`` against ``before``. ``measures`` are those that both have."""

    is_difference: Final[Literal[True]] = True

    def __init__(self, before: RuntimeProfile, after: RuntimeProfile) -> None:
        self.before: Final = before
        self.after: Final = after
        self.measures: Final = tuple([name for name in after.measures if name in before.measures])
        """Time is in both, whatever engine they ran on; of the JIT and the VM it says little."""

    def __repr__(self) -> str:
        return f"<ProfileDifference of {self.after.program}: {self.before.total.fuel:,} to {self.after.total.fuel:,} fuel>"

    def check_measure(self, measure: str) -> None:
        """Raise E0003 for a measure that not both have."""
        if measure not in self.measures:
            raise bell_error(
                "E0003",
                detail=f"the two profiles have no {measure!r} in common",
                hint=f"both have {', '.join(self.measures)}",
            )

    def total(self, measure: str) -> Change:
        """The whole runs."""
        self.check_measure(measure)
        return Change("total", 0, measured(self.before.total, measure), measured(self.after.total, measure))

    def lines(self, measure: str) -> list[Change]:
        """The lines that changed, the largest change first."""
        self.check_measure(measure)
        later = self._matched()
        rows: dict[tuple[bool, int], list[Any]] = {}
        for cost in self.before.lines:
            line = later.get(cost.line, 0)
            row = rows.setdefault((line == 0 and cost.line > 0, line or cost.line), [cost.text, 0, 0])
            row[1] += measured(cost, measure)
        for cost in self.after.lines:
            row = rows.setdefault((False, cost.line), [cost.text, 0, 0])
            row[0] = cost.text
            row[2] += measured(cost, measure)
        return _sorted([Change(text, line, before, after, is_gone) for (is_gone, line), (text, before, after) in rows.items()])

    def functions(self, measure: str) -> list[Change]:
        """The functions that changed by themselves, without those they call; the largest change first."""
        self.check_measure(measure)
        before = {row.name: row for row in self.before.functions}
        after = {row.name: row for row in self.after.functions}
        rows = []
        for name in {**after, **before}:
            old, new = before.get(name), after.get(name)
            line = new.line if new is not None else old.line if old is not None else 0
            values = [0 if row is None else measured(row, measure) for row in (old, new)]
            rows.append(Change(name, line, values[0], values[1], new is None))
        return _sorted(rows)

    def stacks(self, measure: str) -> dict[tuple[str, ...], tuple[float, float]]:
        """What each stack cost before and after, as in :meth:`RuntimeProfile.stacks`; its last line is that of the later program."""
        self.check_measure(measure)
        later = self._matched()
        found: dict[tuple[str, ...], tuple[float, float]] = {}
        for names, value in self.before.stacks(measure).items():
            word, _, line = names[-1].partition(" ")
            if word == "line":
                names = (*names[:-1], f"line {moved}" if (moved := later.get(int(line), 0)) else f"line {line}, gone")
            old = found.get(names, (0, 0))
            found[names] = old[0] + value, old[1]
        for names, value in self.after.stacks(measure).items():
            old = found.get(names, (0, 0))
            found[names] = old[0], old[1] + value
        return found

    def _matched(self) -> dict[int, int]:
        """For lines of the earlier program, those of the later one."""
        old, new = (Source(one.program, one.source).lines for one in (self.before, self.after))
        if old == new:
            return {line: line for line in range(1, len(old) + 1)}
        import difflib

        found: dict[int, int] = {}
        for tag, a, a_end, b, b_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag == "equal" or (tag == "replace" and a_end - a == b_end - b):  # the latter are lines that were edited in place
                found.update((a + i + 1, b + i + 1) for i in range(a_end - a))
        return found

    def to_dict(self) -> dict[str, Any]:
        """As plain data, by measure."""

        def row(change: Change, key: str) -> dict[str, Any]:
            where = {"line": change.line, key: change.name} if change.line or key == "text" else {key: change.name}
            return {**where, "before": change.before, "after": change.after, "change": change.change, "is_gone": change.is_gone}

        return {
            "before": {"program": self.before.program, "task": self.before.task, "engine": self.before.engine},
            "after": {"program": self.after.program, "task": self.after.task, "engine": self.after.engine},
            "measures": {
                measure: {
                    "before": self.total(measure).before,
                    "after": self.total(measure).after,
                    "change": self.total(measure).change,
                    "lines": [row(change, "text") for change in self.lines(measure)],
                    "functions": [row(change, "name") for change in self.functions(measure)],
                }
                for measure in self.measures
            },
        }

    def text(self, by: str = "", top: int = 20) -> str:
        """Tables for people."""
        from belljar.profiling.report import difference_report

        return difference_report(self, by or self.measures[0], top)


def _sorted(rows: list[Change]) -> list[Change]:
    return sorted([row for row in rows if row.change], key=lambda row: (-abs(row.change), row.line, row.name))
