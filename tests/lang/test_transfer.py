"""What a step does to what is known of variables."""

from __future__ import annotations

import pytest

import belljar

NARROWED = """
class Point:
    x: int | None

def f(p: Point, q: Point) -> int:
    if p.x is not None:
        {step}
        return p.x + 1
    return 0
"""


def test_what_a_test_says_of_a_field_holds() -> None:
    program = belljar.compile(NARROWED.format(step="pass"))
    assert program.call("f", {"x": 4}, {"x": None}, engine="reference") == 5


def test_what_a_test_says_of_a_field_ends_with_its_variable() -> None:
    """On the other side of a branch as well: assigning the record forgets it."""
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile(NARROWED.format(step="p = q")).call("f", {"x": 4}, {"x": None}, engine="reference")
    assert caught.value.line == 8
