"""Every compile-time error code, provoked: the code and the line it is reported on."""

from __future__ import annotations

from pathlib import Path

import pytest

import belljar
from tests.corpus import read_text, run_on_cpython

CASES = [
    ("x = (1", "E0101", 1),
    ("x = " + "(" * 80 + "1" + ")" * 80, "E0102", 1),
    ("x = 1\n" + "y = 1\n" * 210_000, "E0103", 133334),
    ("x = '" + "a" * 200_000 + "'", "E0104", 0),
    ("x = 1\ny = '\0'", "E0105", 2),
    ("async def f():\n    pass", "E0106", 1),
    ("a = 1\n\u0430 = 2", "E0107", 2),
    ("print((1).__dict__)", "E0108", 1),
    ("break", "E0109", 1),
    ("return 1", "E0109", 1),
    ("import subprocess", "E0110", 1),
    ("print(undefined)", "E0201", 1),
    ("print('a'.uper())", "E0203", 1),
    ("class A:\n    x: int\n    x: float", "E0204", 3),
    ("def f():\n    print(x)\n    x = 1\n\n\nf()", "E0205", 2),
    ("print(1 + 'a')", "E0301", 1),
    ("def f(x: int):\n    return x\n\n\nf('a')", "E0302", 5),
    ("for i in 5:\n    pass", "E0303", 1),
    ("x = 1\nx()", "E0304", 2),
    ("x = 1\nx[0]", "E0305", 2),
    ("# strict\ndef f(c):\n    x = 1 if c else 'a'\n    return x + 1\n\n\nf(True)", "E0306", 4),
    ("def f(x: int | None):\n    return x + 1", "E0307", 2),
    ("x = {[1]: 2}", "E0310", 1),
    ("a, b = 1, 2, 3", "E0311", 1),
    ("x: nonsense = 1", "E0313", 1),
    ("def f(a):\n    return a\n\n\nf()", "E0401", 5),
    ("def f(a):\n    return a\n\n\nf(1, 2)", "E0402", 5),
    ("def f(a):\n    return a\n\n\nf(1, b=2)", "E0403", 5),
    ("def f(a):\n    return a\n\n\nf(1, a=2)", "E0405", 5),
    ("for i in range(1, 2, 0):\n    pass", "E0601", 1),
]


@pytest.mark.parametrize(("text", "code", "line"), CASES, ids=[f"{code}-{number}" for number, (_, code, _) in enumerate(CASES)])
def test_code(text: str, code: str, line: int) -> None:
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile(text, "case.bell")
    found = [(error.code, error.line) for error in caught.value.diagnostics]
    assert (code, line) in found
    assert all(error.exit_status in (1, 2) for error in caught.value.diagnostics)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("d = {'a': 1}\nfor k in d:\n    d[k + 'x'] = 1", "E0602"),
        ("s = {1}\nfor n in s:\n    s.add(n + 1)", "E0603"),
        ("print('abc'.index('z'))", "E0709"),
        ("x = [1, 2, 3]\na, b = x", "E0712"),
        ("print(max([]))", "E0708"),
    ],
)
@pytest.mark.parametrize("engine", ["reference", "vm"])
def test_run_time_code(text: str, code: str, engine: str) -> None:
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile(text, "case.bell").run(engine=engine, write=lambda text: None)
    assert caught.value.code == code


def test_a_missing_input() -> None:
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile("print(x)", inputs={"x": int}).run()
    assert caught.value.code == "E0206"


@pytest.mark.parametrize(
    "text",
    [
        "from math import pi\n\n\ndef f():\n    return pi\n\n\nprint(f() > 3.1)\npi = 3\nprint(f())",
        "import math\nmath = 5\nprint(math)",
        "def f():\n    return 1\n\n\nif f():\n\n    def f():\n        return 2\n\n\nprint(f())",
        "if 1:\n    import math\nprint(math.floor(2.5))",
        "def f(a):\n    return a\n\n\nprint(f(2))\nf = 1\nprint(f)",
        "def f():\n    return 1\n\n\nprint(f())\n\n\ndef f():\n    return 'a'\n\n\nprint(f())",
    ],
)
def test_names_may_change_their_meaning(text: str) -> None:
    told: list[str] = []
    belljar.compile(text).run(write=told.append)
    case = read_text(Path("case.bell"), text)
    assert "".join(told) == run_on_cpython(case)[0]


@pytest.mark.parametrize(
    "text",
    [
        "with open('x') as f:\n    y = f.read()\nprint(y + 1)",
        "async def f():\n    return 1\n\n\nprint(f() + 1)",
        "print(''.__add__(''))",
        "import shutil\nprint(shutil.which())",
    ],
)
def test_what_depends_on_a_refusal_is_not_reported_again(text: str) -> None:
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile(text)
    assert len(caught.value.diagnostics) == 1


def test_imports_of_the_future_come_first() -> None:
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile("x = 1\nfrom __future__ import annotations")
    assert caught.value.code == "E0101"
    belljar.compile('"""Doc."""\nfrom __future__ import annotations\nx = 1')


def test_parameters_have_different_names() -> None:
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile("def f(a, a):\n    return a")
    assert caught.value.code == "E0101"
