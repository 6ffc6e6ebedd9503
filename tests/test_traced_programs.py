"""The laws of traces over the corpus: a traced run ends as the untraced one, with the same output and fuel; all engines leave the same marks; events are well nested."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import pytest

from belljar.engines.contract import Marks, Outcome
from belljar.ir.function import Module
from belljar.ir.passes import optimise
from belljar.ir.verify import verify
from belljar.lang.compile import FrontEnd
from belljar.runtime.engine import engine_of
from belljar.runtime.recording import told, without_init
from belljar.safety.limits import Limits
from belljar.trace.events import TraceEvent
from belljar.trace.points import Points
from belljar.trace.recorded import RecordedTrace
from tests.corpus import Case, by_program

CASES = by_program()
ENGINES = ("reference", "vm", "jit")


@functools.cache
def module_of(case: Case, traces: str, wide: bool) -> Module:
    """The module level, optimised, as a function that is called."""
    made = FrontEnd(case.text, case.name, traces=traces).module({}, wide=wide)
    verify(made)
    made = optimise(made)
    verify(made)
    return made


class Ended:
    """How a run ended, and the marks it left."""

    def __init__(self, case: Case, engine: str, traces: str, wide: bool) -> None:
        module = module_of(case, traces, wide)
        pieces: list[str] = []
        instance = engine_of(engine).load(without_init(module), Limits(), pieces.append, (), Marks(blocks=64))
        self.outcome: Outcome = instance.call(module.init, ())
        self.output = "".join(pieces)
        self.marks = instance.marks()
        self.lost = instance.marks_lost

    @property
    def told(self) -> tuple[object, ...]:
        error = self.outcome.error
        about = None if error is None else (error.code, error.line, error.message, error.stack)
        return self.output, about, self.outcome.fuel_used


def nested(events: Iterable[TraceEvent]) -> list[str]:
    """What is open at the end of events. Fails where an exit does not match what was entered last."""
    opened: list[str] = []
    for event in events:
        if event.phase == "enter":
            opened.append(event.node_type)
        elif event.phase == "exit":
            assert opened, f"exit of {event.node_type} without an enter: {event}"
            assert opened.pop() == event.node_type, event
    return opened


@pytest.mark.parametrize("case", CASES)
def test_a_trace_changes_nothing(case: Case) -> None:
    wide = Ended(case, "vm", "off", False).outcome.error is not None and case.error == ""  # ints that outgrew words
    marks: set[bytes] = set()
    for engine in ENGINES:
        plain = Ended(case, engine, "off", wide)
        assert plain.marks == b""
        for level in ("full", "calls"):
            traced = Ended(case, engine, level, wide)
            assert traced.told == plain.told, (engine, level)
            if level == "full":
                marks.add(traced.marks)
    assert len(marks) == 1
    points = module_of(case, "full", wide).traces or Points()
    trace = RecordedTrace(points, [marks.pop()], error=told(traced.outcome.error), lost=traced.lost)
    assert nested(trace) == []
