"""The door: compile, call, run."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import belljar
from belljar.errors import BellError
from belljar.runtime.program import INSTANCES_MAX

RULES = """
LIMIT = 10


class Order:
    price: float
    count: int = 1
    note: str | None = None


def total(order: Order) -> float:
    return order.price * order.count


def grow(x, by=2):
    return x + by


def describe(order: Order, *, prefix: str = ""):
    return prefix + (order.note if order.note is not None else "none")


def swap(pair: tuple[int, str]) -> tuple[str, int]:
    return pair[1], pair[0]


def make(price: float) -> Order:
    return Order(price, 3, note="made")


def deep(n: int) -> int:
    return 0 if n == 0 else deep(n - 1)


def spin() -> int:
    n = 0
    while True:
        n = (n + 1) % 7
    return n


def say(word: str):
    print(word, LIMIT)
"""


@pytest.fixture(scope="module")
def program() -> belljar.Program:
    return belljar.compile(RULES, "rules.bell")


def test_tasks(program: belljar.Program) -> None:
    assert program.tasks == ("total", "grow", "describe", "swap", "make", "deep", "spin", "say")


@pytest.mark.parametrize("engine", ["reference", "vm", "jit"])
def test_calls(program: belljar.Program, engine: str) -> None:
    call = lambda *a, **k: program.call(*a, engine=engine, **k)  # noqa: E731
    assert call("total", {"price": 2.5, "count": 4}) == 10.0
    assert call("total", order={"price": 2, "count": 1}) == 2.0
    assert call("grow", 3) == 5
    assert call("grow", 3.5, by=0.5) == 4.0
    assert call("grow", "a", "b") == "ab"
    assert call("describe", {"price": 1.0, "count": 1}, prefix="> ") == "> none"
    assert call("swap", (1, "x")) == ("x", 1)
    made = call("make", 2)
    assert made == belljar.Record("Order", {"price": 2.0, "count": 3, "note": "made"})
    assert made.price == 2.0


def test_calls_do_not_see_each_other() -> None:
    program = belljar.compile("seen = []\n\n\ndef see(x: int) -> int:\n    seen.append(x)\n    return len(seen)\n")
    assert [program.call("see", n, engine="reference") for n in range(3)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("task", "args", "kwargs", "code"),
    [
        ("totl", (), {}, "E0404"),
        ("total", (), {}, "E0401"),
        ("total", (1, 2), {}, "E0402"),
        ("total", (), {"ordr": 1}, "E0403"),
        ("grow", (1,), {"x": 2}, "E0405"),
        ("total", ("no",), {}, "E0302"),
        ("grow", (1, "b"), {}, "E0301"),
    ],
)
def test_bad_calls(program: belljar.Program, task: str, args: tuple[object, ...], kwargs: dict[str, object], code: str) -> None:
    with pytest.raises(BellError) as caught:
        program.call(task, *args, engine="reference", **kwargs)
    assert caught.value.code == code


@pytest.mark.parametrize("engine", ["reference", "vm", "jit"])
@pytest.mark.parametrize(
    ("task", "args", "limits", "code"),
    [
        ("deep", (2000,), {}, "E0804"),
        ("deep", (50,), {"depth": 20}, "E0804"),
        ("spin", (), {"fuel": 10_000}, "E0801"),
        ("spin", (), {"time": "50ms"}, "E0802"),
        ("say", ("x" * 100,), {"output": 50}, "E0805"),
    ],
)
def test_limits(program: belljar.Program, engine: str, task: str, args: tuple[object, ...], limits: dict[str, object], code: str) -> None:
    with pytest.raises(BellError) as caught:
        program.call(task, *args, engine=engine, limits=limits, write=lambda text: None)
    assert caught.value.code == code
    assert caught.value.exit_status == 3


def test_instances_kept_for_later_calls_are_bounded(program: belljar.Program) -> None:
    for _ in range(100):
        pieces: list[str] = []
        program.call("say", "x", write=pieces.append, engine="vm")
    assert sum(map(len, program._idle.values())) == INSTANCES_MAX
    assert all(program._idle.values())
    kept = {id(instance) for idle in program._idle.values() for instance, _ in idle}
    program.call("say", "x", write=pieces.append, engine="vm")
    assert {id(instance) for idle in program._idle.values() for instance, _ in idle} == kept  # the last one was used again


@pytest.mark.parametrize("engine", ["reference", "vm", "jit"])
def test_output_is_utf_8(engine: str) -> None:
    """Half of a surrogate pair, which UTF-8 does not have, is written and counted as a question mark."""
    written: list[str] = []
    program = belljar.compile("print('a\\ud800é')", cache=False)
    program.run(engine=engine, write=written.append, limits={"output": 5})
    assert "".join(written) == "a?é\n"
    with pytest.raises(belljar.BellRuntimeError, match="Output limit"):
        program.run(engine=engine, write=written.append, limits={"output": 4})


@pytest.mark.parametrize("engine", ["reference", "vm", "jit"])
@pytest.mark.parametrize("value", ["a", None, [1.0], 2**60 + 1])
def test_numbers_and_texts_are_checked_before_anything_runs(engine: str, value: object) -> None:
    written: list[str] = []
    program = belljar.compile("print('the module level')\ndef f(x: float, y: float | None): return x", cache=False)
    for arguments in ((value, 1.0), *([(1.0, value)] if value is not None else [])):
        with pytest.raises(belljar.BellTypeError):
            program.call("f", *arguments, engine=engine, write=written.append)
    assert written == []


@pytest.mark.parametrize("engine", ["reference", "vm"])
def test_what_may_be_none_is_said_of_an_argument_that_does_not_fit(engine: str) -> None:
    program = belljar.compile("def f(x: float | None, y: list[int] | None = None): return x", cache=False)
    with pytest.raises(belljar.BellTypeError, match=r"argument 'x' of f\(\) must be float \| None, got str 'a'"):
        program.call("f", "a", engine=engine)
    with pytest.raises(belljar.BellTypeError, match=r"argument 'y' of f\(\)\[1\] must be int, got str 'b'"):
        program.call("f", 1.0, [1, "b"], engine=engine)


def test_output_is_granted_or_refused(program: belljar.Program) -> None:
    pieces: list[str] = []
    program.call("say", "hi", engine="reference", write=pieces.append)
    assert "".join(pieces) == "hi 10\n"
    with pytest.raises(belljar.BellCapabilityError) as caught:
        program.call("say", "hi", engine="reference", grants=())
    assert caught.value.exit_status == 4


def test_inputs() -> None:
    program = belljar.compile("print(name * n, rate)", inputs={"name": str, "n": "int", "rate": "float | None"})
    pieces: list[str] = []
    program.run(engine="reference", write=pieces.append, inputs={"name": "ab", "n": 2, "rate": None})
    assert "".join(pieces) == "abab None\n"
    with pytest.raises(BellError, match="No value given for input 'n'"):
        program.run(engine="reference", inputs={"name": "a"})
    with pytest.raises(BellError) as caught:
        program.run(engine="reference", inputs={"name": 1, "n": 1, "rate": 1.0})
    assert caught.value.code == "E0302"
    with pytest.raises(BellError, match="not a type"):
        belljar.compile("", inputs={"x": "nonsense"})


def test_all_diagnostics_at_once() -> None:
    with pytest.raises(belljar.BellVariableError) as caught:
        belljar.compile("print(scor)\nscore = 1\nx = 'a' + 1\nimport shutil\n", "t.bell")
    assert [error.code for error in caught.value.diagnostics] == ["E0201", "E0301", "E0110"]
    assert caught.value.diagnostics[0] is caught.value
    assert str(caught.value).startswith("BellVariableError: Variable 'scor' not defined\n  Line: 1\n  File: t.bell\n")


def test_errors_pickle() -> None:
    with pytest.raises(BellError) as caught:
        belljar.compile("x = y")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert str(copy) == str(caught.value)


def test_compile_file(tmp_path: Path) -> None:
    path = tmp_path / "rules.bell"
    path.write_text(RULES, encoding="utf-8")
    assert belljar.compile_file(path).call("grow", 1, engine="reference") == 3
    with pytest.raises(BellError, match=r"rules\.bell"):
        belljar.compile_file(tmp_path / "rulez.bell")
    with pytest.raises(BellError) as caught:
        belljar.compile_file(tmp_path)
    assert caught.value.code == "E0002"
    path.write_bytes(b"x = '\xff'")
    with pytest.raises(BellError) as caught:
        belljar.compile_file(path)
    assert caught.value.code == "E0005"


def test_explain(program: belljar.Program) -> None:
    explanation = program.explain("describe", {"price": 1.0, "count": 2, "note": None}, prefix="p")
    assert explanation.result == "pnone"
    assert [(step.kind, step.value) for step in explanation.steps if step.kind == "decide"] == [("decide", "false")]
    assert "order.note is not None" in explanation.text()


@pytest.mark.parametrize("stage", ["typed", "optimized", "bytecode", "llvm", "asm"])
def test_every_stage_has_text(program: belljar.Program, stage: str) -> None:
    assert "total" in program.ir(stage)
