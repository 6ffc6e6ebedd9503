"""Recording what the calls of a runtime do: each call becomes a recorded trace behind those before it.

The program is compiled with marks (:mod:`belljar.lang.marks`), its instance keeps them, and what a call left is shown by the collector. Marks take memory as the collector allows: once the calls together left more than
its ``max_bytes``, further ones go to a file without a name (``when_full="spill"``), or only the newest marks of each call are kept (``"drop_oldest"``).
"""

from __future__ import annotations

from contextlib import contextmanager

from belljar.engines.contract import MARKS_BLOCK_MIN, Marks
from belljar.errors import BellError
from belljar.runtime.recording import BLOCK_BYTES, DRY_KINDS, told
from belljar.trace.events import TraceEvent
from belljar.trace.node_types import records
from belljar.trace.points import Points
from belljar.trace.recorded import FileBlocks, RecordedTrace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, Final

    from belljar.engines.contract import Outcome
    from belljar.ir.function import Module
    from belljar.safety.journal import HostCall
    from belljar.trace.events import TraceCollector


class Tape:
    """Where the calls of one runtime leave their traces. ``line_of`` gives the line of the program's own text for one of the text that was compiled."""

    def __init__(self, collector: TraceCollector, line_of: Callable[[int], int]) -> None:
        self.collector = collector
        self.traces: Final = "calls" if collector.level == "calls" else "full"
        """The level that programs are compiled for: events of bits of branches would have to be made from the state as it was before the call."""
        self.line_of: Final = line_of
        self.held = 0
        """Bytes of marks in memory."""
        self._blocks: list[bytes] | FileBlocks = []
        self._is_running = False

    def takes(self, collector: TraceCollector) -> bool:
        """Whether another collector may take the place of the one there is, for programs that are compiled already."""
        now = self.collector
        return (collector.level, collector.when_full) == (now.level, now.when_full)

    def marks(self) -> Marks:
        """What an instance is loaded with."""
        bound = max(self.collector.max_bytes, 2 * MARKS_BLOCK_MIN)
        size = BLOCK_BYTES if bound >= 2 * BLOCK_BYTES else bound // 2
        if self.collector.when_full == "spill":
            return Marks(size, 2, self._take)
        return Marks(size, max(2, bound // size), None)

    def _take(self, block: bytes) -> None:
        if not self._is_running:
            return
        blocks = self._blocks
        if isinstance(blocks, list):
            if self.held + len(block) <= self.collector.max_bytes:
                self.held += len(block)
            else:
                blocks = self._blocks = self._spilled(blocks)
        blocks.append(block)

    def _spilled(self, blocks: list[bytes]) -> FileBlocks:
        import tempfile
        import weakref

        file = tempfile.TemporaryFile(prefix="belljar-trace-", dir=self.collector.spill_to)  # noqa: SIM115 (it lives as long as its blocks)
        made = FileBlocks(file)
        weakref.finalize(made, file.close)
        for block in blocks:
            made.append(block)
            self.held -= len(block)
        return made

    def note(self, node_type: str, phase: str, facts: Mapping[str, Any]) -> None:
        """Record what happens between calls."""
        self.collector.record(TraceEvent(node_type, phase, None, facts))

    @contextmanager
    def around(self, node_type: str, facts: Mapping[str, Any]) -> Iterator[None]:
        """Record what the calls within belong to."""
        self.note(node_type, "enter", facts)
        try:
            yield
        except BellError as error:
            self.note(node_type, "exit", {**facts, "error": {"code": error.code, "message": error.message}})
            raise
        self.note(node_type, "exit", facts)

    def begin(self, instance: Any) -> None:
        """A call begins: what is there of one before is forgotten."""
        self._is_running = False
        instance.forget_marks()
        if isinstance(self._blocks, list):
            self.held -= sum(map(len, self._blocks))
        self._blocks = []
        self._is_running = True

    def end(self, instance: Any, module: Module, outcome: Outcome, is_dry: bool, calls: Sequence[HostCall] = ()) -> None:
        """A call has ended: its events are behind those of the collector from now on."""
        left = instance.marks()
        self._is_running = False
        blocks, self._blocks = self._blocks, []
        if left and isinstance(blocks, list):
            blocks.append(left)
            self.held += len(left)
        if not len(blocks):
            return  # such as of the queue of events, which has no marks
        points = module.traces or Points(self.collector.level)
        trace = RecordedTrace(points, blocks, outcome=outcome, error=told(outcome.error), lost=instance.marks_lost, calls=calls)
        shown: Any = Shown(trace, self.line_of, is_dry)
        self.collector.attach(shown if self.collector.level == self.traces else Chosen(shown, self.collector.level))


class Shown:
    """The events of a recorded trace, as a runtime tells them: lines are those of the program's own text, and what happened in a dry run says so."""

    def __init__(self, trace: RecordedTrace, line_of: Callable[[int], int], is_dry: bool) -> None:
        self.trace = trace
        self.line_of = line_of
        self.is_dry = is_dry

    def __len__(self) -> int:
        return len(self.trace)

    def __getitem__(self, index: int) -> TraceEvent:
        return self._told(self.trace[index])

    def __iter__(self) -> Iterator[TraceEvent]:
        return map(self._told, self.trace)

    def _told(self, event: TraceEvent) -> TraceEvent:
        facts = dict(event.metadata)
        facts["line"] = self.line_of(event.line)
        if self.is_dry and event.node_type in DRY_KINDS:
            facts["dry_run"] = True
        return TraceEvent(event.node_type, event.phase, event.context_snapshot, facts)


class Chosen:
    """Those events of a trace that a level has. They are counted when somebody asks for one."""

    def __init__(self, trace: Shown, level: str) -> None:
        self.trace = trace
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
