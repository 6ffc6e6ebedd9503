"""Programs as machine code: kept in the cache from process to process, compiled anew when the entry is bad, shown as text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from belljar.engines.jit import Engine, assembly, cache, compile, emit, llvm_text, program
from belljar.engines.jit.native import Native
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.safety.limits import Limits

TEXT = """module "t.bell"
func @f(%0 n: int, %1 x: float) -> (int, float) "f" {
  %2: int, %3: float
^0:
  %2 = int.mul %0, %0
  %3 = float.mul %1, %1
  ret %2, %3
}
"""
SCRIPT = f"""
import sys
from belljar.engines.jit import Engine
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.safety.limits import Limits
module = parse_module({TEXT!r})
fuel.run(module)
print(Engine().load(module, Limits()).call("f", (12, 1.5)).results, "llvmlite" in sys.modules)
"""


def made() -> Module:
    module = parse_module(TEXT)
    fuel.run(module)
    return module


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BELLJAR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def run_script(root: Path, place: Path) -> str:
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "BELLJAR_CACHE": str(place)}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


def test_cached_code_runs_in_another_process_without_llvm(root: Path, place: Path) -> None:
    assert run_script(root, place) == "((144, 2.25)) True".replace("((", "(").replace("))", ")")
    (entry,) = place.iterdir()
    assert run_script(root, place) == "(144, 2.25) False"
    entry.write_bytes(entry.read_bytes()[:-9])
    assert run_script(root, place) == "(144, 2.25) True", "a truncated entry is compiled anew"
    assert run_script(root, place) == "(144, 2.25) False"


def test_an_entry_that_cannot_be_loaded_is_compiled_anew(place: Path) -> None:
    native = program.NativeProgram(made())
    key = cache.key_of(cache.digest_of(native.llvm_text()))
    for image in (b"", b"not an object", b"\x7fELF" + bytes(100)):
        cache.store(key, Native(image, 64))
        fresh = program.NativeProgram(made())
        assert fresh.find() is None
        assert fresh.compile().frame_bytes > 0
        assert program.NativeProgram(made()).find() is not None
        (place / (key + cache.SUFFIX)).unlink()


def test_long_text_is_compiled_quickly_and_does_the_same(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = program.NativeProgram(made()).llvm_text()
    monkeypatch.setattr(emit, "QUICK_LINES_MIN", good.count("\n"))
    quick = program.NativeProgram(made()).llvm_text()
    assert quick == compile.QUICK + good
    assert compile.object_code(quick) != compile.object_code(good)
    assert Engine().load(made(), Limits()).call("f", (12, 1.5)).results == (144, 2.25)


def test_what_the_key_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    text = program.NativeProgram(made()).llvm_text()

    def key(text: str) -> str:
        monkeypatch.setattr(cache, "_host", [])
        return cache.key_of(cache.digest_of(text))

    keys = {key(text), key(text + " ")}
    monkeypatch.setattr(cache, "processor", lambda: "another")
    keys.add(key(text))
    monkeypatch.setattr(cache, "llvm_version", lambda: "another")
    keys.add(key(text))
    assert len(keys) == 4


def test_the_same_module_is_compiled_once() -> None:
    module = made()
    assert program.native_program(module) is program.native_program(module)
    others = [made() for _ in range(program.KEPT_MAX + 1)]
    for other in others:
        program.native_program(other)
    assert len(program._kept) <= program.KEPT_MAX


def test_instances_outlive_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = Engine().load(made(), Limits())
    monkeypatch.setattr(program, "_kept", type(program._kept)())
    assert instance.call("f", (3, 2.0)).results == (9, 4.0)


def test_without_llvm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "belljar.engines.jit.compile", None)
    with pytest.raises(BellError) as caught:
        Engine().load(made(), Limits())
    assert caught.value.code == "E1201"
    assert "llvmlite" in caught.value.hint


def test_refused_text() -> None:
    with pytest.raises(BellError) as caught:
        program.compile_text("this is no LLVM")
    assert caught.value.code == "E1201"


def test_texts() -> None:
    assert "fmul double" in llvm_text(made())
    assert "bell.entries" in assembly(made())
