"""Every compile-time error code, provoked: the code and the line it is reported on."""

from __future__ import annotations

import pytest

import belljar

CASES = [
    ("x = (1", "E0101", 1),
    ("x = " + "(" * 80 + "1" + ")" * 80, "E0102", 1),
    ("x = 1\n" + "y = 1\n" * 210_000, "E0103", 133334),
    ("x = '" + "a" * 200_000 + "'", "E0104", 0),
    ("x = 1\ny = '\0'", "E0105", 2),
    ("f = lambda: 1", "E0106", 1),
    ("a = 1\n\u0430 = 2", "E0107", 2),
    ("print((1).__class__)", "E0108", 1),
    ("break", "E0109", 1),
    ("return 1", "E0109", 1),
    ("import os", "E0110", 1),
    ("print(undefined)", "E0201", 1),
    ("print('a'.uper())", "E0203", 1),
    ("def f():\n    pass\n\n\ndef f():\n    pass", "E0204", 5),
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
