"""Recording what the calls of a runtime do: each call becomes a recorded trace behind those before it.

The program is compiled with marks (:mod:`belljar.lang.marks`), its instance keeps them, and what a call left is shown by the collector. Marks take memory as the collector allows: once the calls together left more than
its ``max_bytes``, further ones go to a file without a name (``when_full="spill"``), or only the newest marks of each call are kept (``"drop_oldest"``).
"""

from __future__ import annotations

from belljar.engines.contract import MARKS_BLOCK_MIN, Marks
from belljar.trace.around import around
from belljar.trace.blocks import BLOCK_BYTES, FileBlocks, Reel
from belljar.trace.events import TraceEvent
from belljar.trace.node_types import records
from belljar.trace.points import Points
from belljar.trace.recorded import RecordedTrace, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, Final

    from belljar.engines.contract import Outcome
    from belljar.ir.function import Module
    from belljar.runtime.asked import Asked
    from belljar.safety.journal import HostCall
    from belljar.trace.events import TraceCollector


class Tape:
    """Where the calls of one runtime leave their traces. ``line_of`` gives the line of the program's own text for one of the text that was compiled, None where these are the same."""

    def __init__(self, collector: TraceCollector, line_of: Callable[[], Callable[[int], int] | None]) -> None:
        self.collector = collector
        self.traces: Final = "calls" if collector.level == "calls" else "full"
        """The level that programs are compiled for: events of bits of branches would have to be made from the state as it was before the call."""
        self.line_of: Final = line_of
        self.asked: Asked | None = None
        """What the runtime was asked, where the collector tells of that and of nothing else."""
        self._has_origin = False
        self.reel: Final = Reel(collector.max_bytes, self._spilled if collector.when_full == "spill" else None)

    def takes(self, collector: TraceCollector) -> bool:
        """Whether another collector may take the place of the one there is, for programs that are compiled already."""
        now = self.collector
        return (collector.level, collector.when_full) == (now.level, now.when_full)

    def marks(self) -> Marks:
        """What an instance is loaded with."""
        bound = max(self.collector.max_bytes, 2 * MARKS_BLOCK_MIN)
        size = BLOCK_BYTES if bound >= 2 * BLOCK_BYTES else bound // 2
        if self.collector.when_full == "spill":
            return Marks(size, 2, self.reel.take)
        return Marks(size, max(2, bound // size), None)

    def _spilled(self) -> FileBlocks:
        import tempfile
        import weakref

        file = tempfile.TemporaryFile(prefix="belljar-trace-", dir=self.collector.spill_to)  # noqa: SIM115 (it lives as long as its blocks)
        made = FileBlocks(file)
        weakref.finalize(made, file.close)
        return made

    def note(self, node_type: str, phase: str, facts: Mapping[str, Any]) -> None:
        """Record what happens between calls."""
        is_all = self._tells_all()
        self.collector.record(TraceEvent(node_type, phase, None, facts))
        self._tell_origin(is_all)

    def _tells_all(self) -> bool:
        """Whether what is in the collector is all that was asked so far."""
        asked = self.asked
        if asked is None or asked.is_broken:
            return False
        return self.collector.origin is asked.origin if self._has_origin else not len(self.collector)

    def _tell_origin(self, is_all: bool) -> None:
        """What was added belongs to that, too."""
        if is_all and self.asked is not None:
            self.collector.origin = self.asked.origin
        self._has_origin = True

    def around(self, node_type: str, facts: Mapping[str, Any]) -> AbstractContextManager[None]:
        """Record what the calls within belong to."""
        return around(self.note, node_type, facts)

    def begin(self, instance: Any, module: Module, again: bool) -> None:
        """A call begins, or begins once more (``again``): what is there of one before is forgotten."""
        instance.forget_marks()
        self.reel.begin()

    def end(self, instance: Any, module: Module, outcome: Outcome, is_dry: bool, calls: Sequence[HostCall] = ()) -> None:
        """A call has ended: its events are behind those of the collector from now on."""
        left, line_of = instance.marks(), self.line_of()
        points = (module.traces or Points(self.collector.level)).placed(line_of)
        self.attach(points, left, told(outcome.error, line_of), instance.marks_lost, is_dry, calls, outcome)

    def attach(
        self,
        points: Points,
        left: bytes,
        error: dict[str, Any] | None,
        lost: int,
        is_dry: bool,
        calls: Sequence[HostCall],
        outcome: Outcome | None = None,
    ) -> None:
        """The marks on the reel, and those ``left``, are all of a call."""
        blocks = self.reel.end(left)
        if not len(blocks):
            return  # such as of the queue of events, which has no marks
        trace = RecordedTrace(points, blocks, outcome=outcome, error=error, lost=lost, calls=calls, is_dry=is_dry)
        is_all = self._tells_all()
        self.collector.attach(trace if self.collector.level == self.traces else Chosen(trace, self.collector.level))
        self._tell_origin(is_all)


class Chosen:
    """Those events of a trace that a level has. They are counted when somebody asks for one."""

    def __init__(self, trace: RecordedTrace, level: str) -> None:
        self.trace = trace
        self.blocks = trace.blocks
        self.lost = trace.lost
        self.level = level
        self._indices: list[int] | None = None

    def _chosen(self) -> list[int]:
        if self._indices is None:
            self._indices = [index for index, event in enumerate(self.trace) if records(self.level, event.node_type)]
        return self._indices

    def __len__(self) -> int:
        return len(self._chosen())

    def __getitem__(self, index: int) -> TraceEvent:
        return self.trace[self._chosen()[index]]

    def __iter__(self) -> Iterator[TraceEvent]:
        return (event for event in self.trace if records(self.level, event.node_type))
