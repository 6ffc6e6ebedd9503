"""Module-level names that come from outside: read by the module level and by functions, typed as they were declared, converted at the border."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import belljar

SEEN = "def f():\n    return x\n\n\nprint(x, f())"
MEMBER = "def f():\n    return x in ('a', 'b', 'c', 'd', 'e')\n\n\nprint(f(), x, n)"
CHANGED = "def f():\n    return x\n\n\nprint(f())\nx = 'a'\nprint(f())"


def printed(text: str, inputs: Mapping[str, Any], values: Mapping[str, Any], engine: str) -> str:
    pieces: list[str] = []
    belljar.compile(text, inputs=inputs).run(inputs=values, engine=engine, write=pieces.append)
    return "".join(pieces)


@pytest.mark.parametrize("engine", ["reference", "vm", "jit"])
@pytest.mark.parametrize(
    ("text", "inputs", "values", "output"),
    [
        (SEEN, {"x": int}, {"x": 5}, "5 5\n"),
        (SEEN, {"x": float}, {"x": 3}, "3.0 3.0\n"),
        (SEEN, {"x": list[int]}, {"x": [1, 2]}, "[1, 2] [1, 2]\n"),
        (SEEN, {"x": int | None}, {"x": None}, "None None\n"),
        (MEMBER, {"x": str, "n": int}, {"n": 3, "x": "e"}, "True e 3\n"),
        (CHANGED, {"x": int}, {"x": 1}, "1\na\n"),
        ("def f():\n    x.append('a')\n\n\nf()\nprint(x)", {"x": list[int]}, {"x": [1]}, "[1, 'a']\n"),
        ("x += 2\nprint(x)", {"x": int}, {"x": 1}, "3\n"),
    ],
)
def test_inputs(text: str, inputs: Mapping[str, Any], values: Mapping[str, Any], output: str, engine: str) -> None:
    assert printed(text, inputs, values, engine) == output


@pytest.mark.parametrize(
    ("inputs", "values", "code"),
    [
        ({"x": int}, {}, "E0206"),
        ({"x": int}, {"x": "a"}, "E0302"),
        ({"x": float}, {"x": 2**53 + 1}, "E0302"),
        ({"x": list[int]}, {"x": [1, "a"]}, "E0302"),
        ({"x": int}, {"x": 1, "y": 2}, "E0403"),
        ({"x": int}, [1], "E0003"),
    ],
)
def test_what_does_not_fit(inputs: Mapping[str, Any], values: Any, code: str) -> None:
    with pytest.raises(belljar.BellError) as caught:
        printed(SEEN, inputs, values, "vm")
    assert caught.value.code == code


@pytest.mark.parametrize("engine", ["reference", "vm", "jit"])
def test_programs_with_inputs_import_the_library(engine: str) -> None:
    text = "import json\nfrom datetime import date\ndef f():\n    return x\nprint(json.dumps([x]), date(2024, 1, f()))"
    assert printed(text, {"x": int}, {"x": 5}, engine) == "[5] 2024-01-05\n"


def test_programs_with_inputs_are_not_called() -> None:
    program = belljar.compile("def f(k: int) -> int:\n    return k + x\n", inputs={"x": int})
    for ask in (program.call, program.explain, program.profile, lambda task, k: program.why(task, "return", k)):
        with pytest.raises(belljar.BellError, match="is run, not called"):
            ask("f", 1)
