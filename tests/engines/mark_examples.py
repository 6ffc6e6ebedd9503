"""Examples of the ops that leave marks: none of them changes its operand. What the marks are is tested in test_reference_marks.py."""

from __future__ import annotations

from tests.engines.examples import Example, V, ints, ok, point

MARK_EXAMPLES: tuple[Example, ...] = (
    ok("trace.word", 3, V("int", -7), gives=-7),
    ok("trace.word", 3, V("float", 0.5), gives=0.5),
    ok("trace.word", 3, V("bool", True), gives=True),
    ok("trace.value", 70_000, ints(1, 2), gives=[1, 2]),
    ok("trace.value", 4, V("any", "text"), gives="text"),
    ok("trace.value", 4, point(1, 2), gives=point(1, 2).value),
    ok("trace.size", 5, V("str", "four"), gives="four"),
    ok("trace.size", 5, V("any", None), gives=None),
)
