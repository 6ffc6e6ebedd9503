"""A class that one place of a program makes twice, where it cannot be one class: an exception, not another answer."""

from __future__ import annotations

import pytest

import belljar

CAPTURED = """
def made(n):
    class A:
        def number(self):
            return n

    return A()
"""
HELD = """
def made(n):
    class A:
        seen = []

    A.seen.append(n)
    return A
"""
ALIKE = """
def made(n):
    class A:
        kind = "a"

        def __init__(self, value):
            self.value = value

    return A(n)
"""


def output(text: str) -> str:
    pieces: list[str] = []
    belljar.compile(text, "classes.bell").run(write=pieces.append)
    return "".join(pieces)


@pytest.mark.parametrize("program", [CAPTURED, HELD], ids=["captured", "held"])
def test_made_twice_by_one_place(program: str) -> None:
    said = output(program + "try:\n    print([made(i) for i in range(2)])\nexcept NotImplementedError as problem:\n    print(problem)\n")
    assert said.startswith("class 'A' is made a second time by its function")


def test_each_place_makes_its_own() -> None:
    assert output(CAPTURED + "a, b = made(1), made(2)\nprint(a.number(), b.number(), type(a) is type(b))\n") == "1 2 False\n"
    assert output(HELD + "a, b = made(1), made(2)\nprint(a.seen, b.seen, a.__name__, made.__name__)\n") == "[1] [2] A made\n"


def test_classes_without_state_are_made_as_often_as_wanted() -> None:
    assert output(ALIKE + "print([made(i).value for i in range(3)])\n") == "[0, 1, 2]\n"


def test_copies_are_no_tasks() -> None:
    assert list(belljar.compile(CAPTURED + "a, b = made(1), made(2)\n", "classes.bell").tasks) == ["made"]


@pytest.mark.parametrize("body", ["seen = n", "def number(self): return 1\n        items = []"])
def test_a_class_with_state_in_a_loop_is_refused(body: str) -> None:
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile(f"for n in range(2):\n    class A:\n        {body}\n", "classes.bell")
    assert caught.value.code == "E0106"
    assert "in a loop" in str(caught.value)


def test_an_attribute_that_built_in_exceptions_compute_is_not_given_to_them() -> None:
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile("try:\n    int('x')\nexcept ValueError as e:\n    e.code = 3\n", "given.bell")
    assert caught.value.code == "E0106"
