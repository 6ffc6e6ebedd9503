"""The laws of traces over the corpus: a traced run ends as the untraced one, with the same output and fuel; all engines leave the same marks; events are well nested."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import pytest

from belljar.engines.contract import Marks, Outcome
from belljar.engines.jit.program import native_program
from belljar.ir.function import Module
from belljar.ir.passes import optimise
from belljar.ir.verify import verify
from belljar.lang.compile import FrontEnd
from belljar.runtime.engine import engine_of
from belljar.runtime.recording import without_init
from belljar.safety.limits import Limits
from belljar.trace.events import TraceEvent
from belljar.trace.points import Points
from belljar.trace.recorded import RecordedTrace, told
from tests.corpus import Case, by_program, is_one_in

CASES = by_program()
ENGINES = ("reference", "vm", "jit")
READ_MAX = 2_000_000
"""Bytes of marks up to which the events are looked at."""


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
        bare = without_init(module)
        if engine == "jit":
            native_program(bare).compile(is_plain=True)  # LLVM's passes would take most of the time
        instance = engine_of(engine).load(bare, Limits(), pieces.append, (), None, Marks(blocks=64))
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


@pytest.mark.parametrize("case", [case for case in CASES if is_one_in(6, case.id)])
def test_a_trace_changes_nothing(case: Case) -> None:
    plain = Ended(case, "vm", "off", False)
    wide = plain.outcome.error is not None and case.error == ""  # ints that outgrew words
    if wide:
        plain = Ended(case, "vm", "off", True)
    assert plain.marks == b""
    engines = ENGINES if is_one_in(12, case.name) else ENGINES[:2]  # to make machine code takes as long as all else
    traced = [Ended(case, engine, "full", wide) for engine in engines]
    for one in traced:
        assert one.told == plain.told
    (marks,) = {one.marks for one in traced}
    points = module_of(case, "full", wide).traces or Points()
    trace = RecordedTrace(points, [marks], error=told(plain.outcome.error), lost=traced[0].lost)
    if len(marks) < READ_MAX:
        assert nested(trace) == []


@pytest.mark.parametrize("case", [case for case in CASES if is_one_in(20, case.id)])
def test_levels_that_record_less_change_nothing(case: Case) -> None:
    plain = Ended(case, "vm", "off", False)
    wide = plain.outcome.error is not None and case.error == ""
    if wide:
        plain = Ended(case, "vm", "off", True)
    branches = [Ended(case, engine, "branches", wide) for engine in ENGINES]
    for one in (*branches, Ended(case, "vm", "calls", wide)):
        assert one.told == plain.told
    assert len({one.marks for one in branches}) == 1
