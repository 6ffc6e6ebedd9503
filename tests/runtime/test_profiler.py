"""Programs run with a profile: calls, module levels, inputs, errors, hosts, sampling; what cannot be profiled."""

from __future__ import annotations

import pytest

import belljar
from belljar.errors import BellError
from belljar.profiling.profile import MODULE

PROGRAM = """\
def square(x: int) -> int:
    return x * x


def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def walk(n: int):
    for i in range(n):
        yield i


def texts(n: int) -> int:
    words: list[str] = []
    for i in range(n):
        words.append(f"word {i}")
    words.sort(key=lambda word: -len(word))
    return sum(square(i) for i in walk(n)) + len(words)


def fails(n: int) -> int:
    return 10 // n


def apply(n: int) -> int:
    chosen = square if n > 0 else fib
    return chosen(n) + chosen(2)


base = square(3)
print("loaded")
"""


@pytest.fixture(scope="module")
def program() -> belljar.Program:
    return belljar.compile(PROGRAM, "program.bell")


def lines_of(profile: belljar.RuntimeProfile) -> dict[int, tuple[int, int]]:
    return {line.line: (line.hits, line.calls) for line in profile.lines}


def test_a_task(program: belljar.Program) -> None:
    profile = program.profile("fib", 10, write=lambda text: None)
    assert profile.result == 55
    assert profile.error == ""
    assert profile.calls == {"fib": 177}
    assert lines_of(profile) == {5: (177, 0), 6: (177, 0), 7: (89, 0), 8: (88, 176)}
    assert profile.total.bytes == 0
    (function,) = profile.functions
    assert (function.name, function.line, function.total_fuel, function.fuel) == ("fib", 5, profile.total.fuel, profile.total.fuel)


def test_counts_are_the_same_every_time(program: belljar.Program) -> None:
    first, second = (program.profile("texts", 30, write=lambda text: None) for _ in range(2))
    told = [[(row.frames, row.fuel, row.ahead, row.bytes, row.hits, row.calls) for row in one.paths] for one in (first, second)]
    assert told[0] == told[1]


def test_what_was_inlined_and_what_the_runtime_calls(program: belljar.Program) -> None:
    profile = program.profile("texts", 20, write=lambda text: None)
    assert profile.result == 2490
    assert {name: count for name, count in profile.calls.items() if "lambda" in name or name in ("texts", "square", "walk")} == {
        "texts": 1,
        "square": 20,
        "walk": 21,
        "texts.<locals>.<lambda>": 20,
    }
    assert profile.functions[0].name == "texts"
    assert lines_of(profile)[20][1] == 20
    assert next(line for line in profile.lines if line.line == 19).bytes >= 20 * 32


def test_functions_that_are_values(program: belljar.Program) -> None:
    profile = program.profile("apply", 5, write=lambda text: None)
    assert profile.result == 29
    assert profile.calls == {"apply": 1, "square": 2}
    assert lines_of(profile)[30][1] == 2


def test_the_module_level(program: belljar.Program) -> None:
    out: list[str] = []
    profile = program.profile(write=out.append)
    assert out == ["loaded\n"]
    assert (profile.task, profile.result) == ("", None)
    assert profile.calls == {MODULE: 1, "square": 1}
    assert profile.functions[0].name == MODULE


def test_inputs_and_programs_that_do_nothing() -> None:
    given = belljar.compile("total = 0\nfor i in range(n):\n    total += i\n", inputs={"n": int}).profile(inputs={"n": 7})
    assert lines_of(given)[3] == (7, 0)
    nothing = belljar.compile("def f() -> int:\n    return 1\n").profile()
    assert (nothing.total.fuel, nothing.calls) == (1, {MODULE: 1})
    assert "1 fuel" in nothing.text()


def test_ints_that_outgrow_words() -> None:
    program = belljar.compile("def power(n: int) -> int:\n    x = 1\n    for i in range(n):\n        x *= 10\n    print(x)\n    return x\n")
    out: list[str] = []
    profile = program.profile("power", 30, write=out.append)
    assert profile.result == 10**30
    assert "".join(out) == f"{10**30}\n"
    assert sum(line.fuel for line in profile.lines) == profile.total.fuel


def test_an_error_ends_the_run_and_not_the_profile(program: belljar.Program) -> None:
    profile = program.profile("fails", 0, write=lambda text: None)
    assert profile.error.startswith("BellMathError")
    assert "the run ended with BellMathError" in profile.text()
    assert sum(line.fuel for line in profile.lines) == profile.total.fuel > 0
    limited = program.profile("fib", 20, limits={"fuel": 1_000}, write=lambda text: None)
    assert "fuel" in limited.error.lower()
    assert limited.total.fuel == 1_000 == sum(line.fuel for line in limited.lines)


def test_the_library_has_no_lines() -> None:
    program = belljar.compile('import json\ntext = json.dumps([1, {"a": 2}])\nprint(json.loads(text))\n')
    profile = program.profile(write=lambda text: None)
    assert {line.line for line in profile.lines} <= {0, 1, 2, 3}
    assert lines_of(profile)[3][0] == 1
    named = {function.name: function.line for function in profile.functions}
    assert named["json.loads"] == 0
    assert all(line == 0 for name, line in named.items() if "." in name)


def test_recursion_has_one_box(program: belljar.Program) -> None:
    profile = program.profile("fib", 8, write=lambda text: None)
    assert {tuple(name for name, _ in path.frames) for path in profile.paths} == {("fib",)}


def test_machine_code_is_sampled(program: belljar.Program) -> None:
    profile = program.profile("fib", 27, engine="jit", write=lambda text: None)
    assert profile.result == 196418
    assert profile.measures == ("time",)
    assert {line.line for line in profile.lines} <= {0, 5, 6, 7, 8}
    assert sum(line.samples for line in profile.lines) == profile.total.samples
    assert sum(line.seconds for line in profile.lines) == pytest.approx(profile.total.seconds)
    assert profile.total.fuel == program.profile("fib", 27, write=lambda text: None).total.fuel
    with pytest.raises(BellError) as refused:
        profile.text("fuel")
    assert refused.value.code == "E0003"


def test_machine_code_that_fails_in_calls() -> None:
    program = belljar.compile(
        "def inner(n: int) -> int:\n    if n == 0:\n        raise ValueError('no')\n    return inner(n - 1) + 1\n\n\n"
        "def outer(n: int) -> int:\n    caught = 0\n    for i in range(n):\n        try:\n            caught += inner(i % 9)\n"
        "        except ValueError:\n            caught += 1\n    return caught\n"
    )
    assert program.profile("outer", 20_000, engine="jit").result == 20_000
    profile = program.profile("outer", 200)
    assert profile.calls["outer"] == 1
    assert profile.calls["inner"] == sum(i % 9 + 1 for i in range(200))


def test_hosts_are_called() -> None:
    hosts = belljar.HostFunctions()
    hosts.add("store.read", lambda key: len(key), signature="(key: str) -> int", capability="store.read", effect="read")
    program = belljar.compile('def main() -> int:\n    return store.read("abc") + 1\n', hosts=hosts)
    assert program.profile("main", grants=["store.read"]).result == 4
    assert "store.read" in program.profile("main", grants=[]).error


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"engine": "auto"}, "cannot be profiled"),
        ({"engine": "reference"}, "cannot be profiled"),
        ({"engine": "lua"}, "unknown engine"),
        ({"interval": 0}, "0.00005"),
        ({"interval": "soon"}, "0.00005"),
    ],
)
def test_what_cannot_be_profiled(program: belljar.Program, options: dict[str, object], word: str) -> None:
    with pytest.raises(BellError) as refused:
        program.profile("fib", 3, **options)  # type: ignore[arg-type]
    assert refused.value.code == "E0003"
    assert word in str(refused.value)


def test_unknown_tasks_and_arguments(program: belljar.Program) -> None:
    for args, code in ((("fob", 3), "E0404"), (("fib",), "E0401"), (("fib", "x"), "E0302")):
        with pytest.raises(BellError) as refused:
            program.profile(*args)
        assert refused.value.code == code
    with pytest.raises(BellError) as missing:
        belljar.compile("print(n)", inputs={"n": int}).profile()
    assert missing.value.code == "E0206"
