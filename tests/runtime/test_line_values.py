"""The values of the names on the line of an error."""

from __future__ import annotations

from typing import Any

import pytest

import belljar
from belljar import HostFunctions
from belljar.errors import BellError
from belljar.runtime.line_values import add_line_values


def values(text: str, task: str | None = "f", *args: Any, hosts: HostFunctions | None = None, **inputs: Any) -> dict[str, str]:
    program = belljar.compile(text, inputs=dict.fromkeys(inputs, "int"), hosts=hosts)
    with pytest.raises(BellError) as found:  # noqa: PT012
        if task is None:
            program.run(inputs=inputs)
        else:
            program.call(task, *args, grants={"*"})
    add_line_values(found.value, program, task, args, inputs)
    return found.value.values


@pytest.mark.parametrize(
    ("line", "args", "expected"),
    [
        ("return a[b]", ([1, 2], 5), {"a": "[1, 2]", "b": "5"}),
        ("return a[b + 1][0]", ([[1]], 0), {"a": "[[1]]", "b": "0"}),
        ("return a['k'][b]", ({"k": {"x": 1}}, "y"), {"a": "{'k': {'x': 1}}", "b": "'y'"}),
        ("return (a + 1) / (b - 2)", (5, 2), {"a": "5", "b": "2"}),
        ("return int(a.strip()) + b", (" 5x ", 2), {"a": "' 5x '", "b": "2"}),
        ("assert a <= b, f'a is {a}'", (5, 3), {"a": "5", "b": "3"}),
        ("assert a in b", (5, [1]), {"a": "5", "b": "[1]"}),
        ("return max(a[b:])", ([1], 1), {"a": "[1]", "b": "1"}),
        ("raise ValueError(a)", ("no", 1), {"a": "'no'"}),
        ("return 'a b' + str(a // b)  # b", (1, 0), {"a": "1", "b": "0"}),
    ],
)
def test_of_a_line(line: str, args: tuple[Any, Any], expected: dict[str, str]) -> None:
    assert values(f"def f(a, b):\n    {line}\n", "f", *args) == expected


def test_of_the_innermost_call_and_of_the_module_level() -> None:
    text = (
        "RATE = 3\ndef g(k: int) -> int:\n    half = k // 2\n    return RATE // half\ndef f(n: int) -> int:\n    return g(n) + g(n - 1)\n"
    )
    assert values(text, "f", 2) == {"RATE": "3", "half": "0"}
    assert values("x = n - 1\ny = 10 // x\n", None, n=1) == {"x": "0"}


def test_a_name_of_several_types_has_its_last_value() -> None:
    assert values("def f(n: int):\n    x = 'a'\n    x = [n]\n    return x[n]\n", "f", 3) == {"x": "[3]", "n": "3"}


def test_what_the_host_answers_is_not_asked_for_again() -> None:
    asked: list[int] = []
    hosts = HostFunctions()
    hosts.add("ask.one", lambda: asked.append(1) or 0, signature="() -> int", capability="ask.one")
    text = "def f(k: int) -> int:\n    a = ask.one()\n    return k // (a + 0)\n"
    assert values(text, "f", 7, hosts=hosts) == {"k": "7"}  # the operand alone
    assert asked == [1]


def test_a_long_call_has_what_the_operation_worked_on() -> None:
    text = "def f(n: int, xs: list[int]) -> int:\n    total = 0\n    for i in range(n):\n        total += i\n    return xs[n] + total\n"
    assert values(text, "f", 1_000_000, [1]) == {"xs": "[1]", "n": "1000000"}


def test_errors_of_other_kinds_stay_as_they_are() -> None:
    program = belljar.compile("def f(n: int) -> int:\n    while True:\n        n += 1\n")
    with pytest.raises(BellError) as limit:
        program.call("f", 1, limits={"fuel": 1_000})
    add_line_values(limit.value, program, "f", (1,))
    assert limit.value.values == {}
    with pytest.raises(BellError) as refused:
        program.call("f", "x")
    add_line_values(refused.value, program, "f", ("x",))
    assert refused.value.values == {}


GIVEN = """
class Bag:
    pass
class Other:
    def __init__(self):
        self.v = 1
bag, other = Bag(), Other()
for name in ("x", "y"):
    setattr(bag, name, 1)
"""


def test_attributes_that_an_object_was_never_given_are_not_shown() -> None:
    """Objects have room for all that any of them may be given."""
    assert values(f"{GIVEN}print(other.v + bag.z)\n", None) == {"other": "Other(v=1)", "bag": "Bag(x=1, y=1)"}
    runtime = belljar.Runtime(belljar.compile(GIVEN))
    runtime.execute_once()
    shown = runtime.inspector.dump_vars()
    assert [shown[name]["value"]["fields"] for name in ("bag", "other")] == [{"x": 1, "y": 1}, {"v": 1}]
