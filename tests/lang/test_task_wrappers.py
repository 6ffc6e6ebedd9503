"""Tasks whose defaults are computed when the module level runs."""

from __future__ import annotations

from typing import Any

import pytest

import belljar
from belljar import BellError, Runtime

PRICES = """
RATE = 3

def made() -> int:
    return RATE * 2

def plain(x: int, y: list[int] = [1, 2]) -> int:
    y.append(x)
    return len(y)

def several(a: int, b: int = made(), *, c: int = RATE + 1, d: int = 5) -> tuple[int, int, int, int]:
    return (a, b, c, d)

def unannotated(x, seen={}):
    seen[x] = True
    return len(seen)

def early(p: float = RATE / 2, /, q: str = "q") -> str:
    return f"{p}{q}"
"""


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
@pytest.mark.parametrize(
    ("task", "args", "kwargs", "answer"),
    [
        ("plain", [7], {}, 3),
        ("plain", [7, []], {}, 1),
        ("several", [1], {}, (1, 6, 4, 5)),
        ("several", [1, 2], {"d": 9}, (1, 2, 4, 9)),
        ("several", [1], {"c": 0, "b": 3}, (1, 3, 0, 5)),
        ("unannotated", ["k"], {}, 1),
        ("unannotated", ["k", {"z": 1}], {}, 2),
        ("early", [], {}, "1.5q"),
        ("early", [], {"q": "r"}, "1.5r"),
        ("early", [2.0, "s"], {}, "2.0s"),
    ],
)
def test_left_out_they_are_what_was_computed(engine: str, task: str, args: list[Any], kwargs: dict[str, Any], answer: Any) -> None:
    assert belljar.compile(PRICES).call(task, *args, engine=engine, **kwargs) == answer


def test_a_runtime_keeps_a_default_that_changes() -> None:
    runtime = Runtime(PRICES)
    runtime.execute_once()
    assert [runtime.call("plain", 1), runtime.call("plain", 1)] == [3, 4]


def test_none_is_not_a_way_to_leave_one_out() -> None:
    with pytest.raises(BellError, match="argument 'y' of plain\\(\\) must be a value, or left out") as caught:
        belljar.compile(PRICES).call("plain", 1, None)
    assert caught.value.code == "E0302"


def test_programs_show_them_as_optional() -> None:
    program = belljar.compile(PRICES)
    assert [(name, str(type)) for name, type in program.parameters("plain")] == [("x", "int"), ("y", "list[int] | None")]
    assert "task plain(x: int, y: list[int] | None = none) -> int" in program.ir("typed")


def test_redefined_functions_and_those_with_too_many() -> None:
    program = belljar.compile("def f(x: int, y: int = 1 + 1) -> int:\n    return y\ndef f(x: int) -> int:\n    return x\n")
    assert program.call("f", 5) == 5
    many = ", ".join(f"p{n}: int = abs({n})" for n in range(7))
    assert belljar.compile(f"def f({many}) -> int:\n    return p6\nprint(f())\n").tasks == ()
