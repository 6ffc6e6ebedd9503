"""Programs kept on disk: one found there does what the compiled one does, in results, output, errors and fuel; and what is not whole is compiled anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import belljar
from belljar.engines.vm.encode import encode
from belljar.engines.vm.stored import module_of, plain_module
from belljar.engines.vm.stored import stored as stored_module
from belljar.errors import BellError
from belljar.lang.compile import FrontEnd
from belljar.runtime import stored
from belljar.source import Source
from belljar.storage.packed import pack, unpack
from belljar.types import INT

TEXT = """
class Point:
    x: float
    tag: str | None = None

LIMITS = [1, 2, 3]
NAMES = {"a": 1}

def area(w: float, h: float = 2.0, *, scale: int = 1) -> float:
    return w * h * scale

def divide(a: int, b: int) -> int:
    return helper(a, b)

def helper(a: int, b: int) -> int:
    return a // b

def both(value):
    return (value, str(value))

def moved(p: Point, by: float | None) -> Point:
    return Point(p.x + (0.0 if by is None else by), p.tag)

def table(key: str) -> int:
    LIMITS.append(4)
    return NAMES[key] + len(LIMITS)

print("loaded", len(LIMITS))
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BELLJAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(stored, "_fingerprint", None)
    return tmp_path / "cache"


@pytest.fixture
def no_front_end(monkeypatch: pytest.MonkeyPatch) -> Any:
    """From when it is called on, compiling is an error."""

    def refuse(*arguments: object) -> None:
        raise AssertionError("the front end was started")

    return lambda: monkeypatch.setattr(FrontEnd, "__init__", refuse)


CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("area", (3.0,), {}),
    ("area", (3.0, 1.5), {"scale": 2}),
    ("divide", (7, 2), {}),
    ("both", (3,), {}),
    ("both", ("x",), {}),
    ("moved", ({"x": 1.5, "tag": None}, 2.0), {}),
    ("moved", ({"x": 1.5, "tag": "t"}, None), {}),
    ("table", ("a",), {}),
]


def outcomes(program: belljar.Program, engine: str) -> list[Any]:
    found: list[Any] = []
    for task, args, kwargs in CALLS:
        printed: list[str] = []
        found.append((program.call(task, *args, engine=engine, write=printed.append, **kwargs), printed))
    return found


@pytest.mark.parametrize("engine", ["vm", "jit", "auto"])
def test_found_programs_run_alike_without_the_front_end(place: Path, no_front_end: Any, engine: str) -> None:
    fresh = belljar.compile(TEXT, "t.bell", cache=False)
    expected = outcomes(fresh, engine)
    assert outcomes(belljar.compile(TEXT, "t.bell"), engine) == expected
    no_front_end()
    found = belljar.compile(TEXT, "t.bell")
    assert outcomes(found, engine) == expected
    assert found.tasks == fresh.tasks
    assert [found.parameters(task) for task in found.tasks] == [fresh.parameters(task) for task in fresh.tasks]
    assert [found.declared_result(task) for task in found.tasks] == [fresh.declared_result(task) for task in fresh.tasks]
    assert (found.name, found.source) == ("t.bell", TEXT)


def test_runs_of_the_module_level(place: Path, no_front_end: Any) -> None:
    text = "for i in range(n):\n    print(i, label)\n"
    inputs = {"n": int, "label": "str"}
    printed: list[list[str]] = [[], []]
    belljar.compile(text, inputs=inputs).run(engine="vm", inputs={"n": 2, "label": "x"}, write=printed[0].append)
    no_front_end()
    found = belljar.compile(text, inputs=inputs)
    found.run(engine="vm", inputs={"n": 2, "label": "x"}, write=printed[1].append)
    assert "".join(printed[0]) == "".join(printed[1]) == "0 x\n1 x\n"
    with pytest.raises(BellError) as missing:
        found.run(inputs={"n": 2})
    assert missing.value.code == "E0206"


@pytest.mark.parametrize("engine", ["vm", "jit"])
def test_errors_are_told_alike(place: Path, engine: str) -> None:
    told = []
    for cache in (False, True, True):
        program = belljar.compile(TEXT, "t.bell", cache=cache)
        for task, args in (("divide", (1, 0)), ("table", ("missing",))):
            with pytest.raises(BellError) as caught:
                program.call(task, *args, engine=engine, write=lambda text: None)
            told.append((str(caught.value), caught.value.stack, caught.value.span))
    assert told[0:2] == told[2:4] == told[4:6]


def test_arguments_that_do_not_fit(place: Path) -> None:
    for _ in range(2):
        program = belljar.compile(TEXT, "t.bell")
        program.call("area", 1.0, engine="vm", write=lambda text: None)
        for task, args, kwargs, code in (
            ("area", ("x",), {}, "E0302"),
            ("area", (), {}, "E0401"),
            ("area", (1.0, 2.0, 3), {}, "E0402"),
            ("area", (1.0,), {"high": 1.0}, "E0403"),
            ("area", (1.0,), {"w": 1.0}, "E0405"),
            ("arae", (1.0,), {}, "E0404"),
        ):
            with pytest.raises(BellError) as caught:
                program.call(task, *args, **kwargs)
            assert caught.value.code == code


def test_stages_and_explanations_start_the_front_end(place: Path) -> None:
    for _ in range(2):
        program = belljar.compile(TEXT, "t.bell")
        program.call("divide", 7, 2, engine="vm", write=lambda text: None)
        assert "func @" in program.ir("optimized")
        assert program.explain("divide", 7, 2).result == 3
        assert program.call("divide", 7, 2, engine="reference", write=lambda text: None) == 3


def test_what_an_entry_depends_on(place: Path) -> None:
    def entries(text: str, name: str = "n", inputs: dict[str, object] | None = None) -> set[str]:
        program = belljar.compile(text, name, inputs=inputs)
        program.run(engine="vm", inputs=dict.fromkeys(inputs or {}, 1))
        return {path.name for path in place.iterdir()}

    assert len(entries("x = 1\n")) == 1
    assert len(entries("x = 1\n")) == 1
    assert len(entries("x = 2\n")) == 2
    assert len(entries("x = 1\n", "another")) == 3
    assert len(entries("x = 1\n", inputs={"n": int})) == 4
    assert len(entries("x = 1\n", inputs={"n": "int | None"})) == 5


def test_another_compiler_finds_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    belljar.compile(TEXT).call("divide", 7, 2, engine="vm", write=lambda text: None)
    assert stored.StoredProgram(TEXT, "<string>", {}).find()
    monkeypatch.setattr(stored, "_fingerprint", "another")
    assert not stored.StoredProgram(TEXT, "<string>", {}).find()


def test_refused_programs_are_not_kept(place: Path) -> None:
    with pytest.raises(BellError):
        belljar.compile("x = undefined\n")
    assert not place.exists()


def test_turned_off(place: Path) -> None:
    belljar.compile(TEXT, cache=False).call("divide", 7, 2, engine="vm", write=lambda text: None)
    assert not place.exists()


def test_damage_is_a_miss(place: Path) -> None:
    belljar.compile(TEXT).call("divide", 7, 2, engine="vm", write=lambda text: None)
    (entry,) = place.iterdir()
    whole = entry.read_bytes()
    for damaged in (whole[:-1], whole[: len(whole) // 2], b"", whole[:60] + bytes([whole[60] ^ 1]) + whole[61:]):
        entry.write_bytes(damaged)
        assert not stored.StoredProgram(TEXT, "<string>", {}).find()
        assert belljar.compile(TEXT).call("divide", 7, 2, engine="vm", write=lambda text: None) == 3
    entry.write_bytes(whole)
    assert stored.StoredProgram(TEXT, "<string>", {}).find()


def test_entries_of_another_shape_are_a_miss(place: Path) -> None:
    from belljar.storage import cache

    belljar.compile(TEXT).call("divide", 7, 2, engine="vm", write=lambda text: None)
    (entry,) = place.iterdir()
    for body in (b"", b"x", pack(()), pack(((), ())), pack((((("scalar", "no"),), (), ()), ()))):
        cache.write(entry.name, stored.FORMAT, body)
        assert belljar.compile(TEXT).call("divide", 7, 2, engine="vm", write=lambda text: None) == 3


def test_no_more_modules_than_the_bound(place: Path) -> None:
    program = belljar.compile("def same(x):\n    return x\n")
    for count in range(stored.MODULES_MAX + 3):
        assert program.call("same", (1,) * (count + 1), engine="vm") == (1,) * (count + 1)
    kept = stored.StoredProgram("def same(x):\n    return x\n", "<string>", {})
    assert kept.find()
    assert len(kept._modules) == stored.MODULES_MAX


def test_other_code_than_the_source_compiles_to_is_refused(place: Path) -> None:
    """A fault is explained by the IR; if that were not the IR the code was made from, the explanation would be wrong."""
    module = stored_module(belljar.compile(TEXT, cache=False).module("divide", [INT, INT]))
    found = module_of(unpack(pack(plain_module(module))), "t", Source("t", TEXT))
    found.rebuild = lambda: belljar.compile("x = 1\n", cache=False).module(None, ())
    with pytest.raises(BellError) as caught:
        found.full()
    assert caught.value.code == "E1201"


def test_modules_are_read_as_they_were_written() -> None:
    program = belljar.compile(TEXT, cache=False)
    for task in program.tasks:
        types = [type or INT for _, type in program.parameters(task)]
        full = program.module(task, types)
        made = stored_module(full)
        plain = unpack(pack(plain_module(made)))
        found = module_of(plain, made.name, Source(made.name, TEXT))
        assert plain_module(found) == plain
        assert bytes(found.program.code) == encode(full).code.tobytes()
        assert (found.tasks, found.records, found.globals, found.functions) == (made.tasks, made.records, made.globals, made.functions)
        assert found.tables == made.tables


def test_a_second_process_loads_no_front_end(root: Path, place: Path, tmp_path: Path) -> None:
    script = (
        f"import sys\nsys.path.insert(0, {str(root / 'src')!r})\nimport os\nos.environ['BELLJAR_CACHE'] = {str(place)!r}\n"
        "import belljar\nprogram = belljar.compile('def twice(x: int) -> int:\\n    return x + x\\n')\n"
        "assert program.call('twice', 21, engine=sys.argv[1]) == 42\nprint(*sys.modules)\n"
    )
    for engine, options in (("vm", ["-I", "-S"]), ("jit", ["-I"])):  # llvmlite, which the first process takes, is among the site packages
        loaded: set[str] = set()
        for _ in range(2):
            done = subprocess.run([sys.executable, *options, "-c", script, engine], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            loaded = set(done.stdout.split())
        front = {name for name in loaded if name.startswith(("belljar.lang", "belljar.ir.passes", "llvmlite")) or name == "belljar.ir.ops"}
        assert not front
        if engine == "vm":
            assert not loaded & {"ast", "re", "enum", "collections", "functools", "threading", "typing", "hashlib", "ctypes"}
