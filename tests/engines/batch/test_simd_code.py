"""Kernels as code: compiled once, then from memory or disk; what is broken on disk is compiled anew."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from belljar.engines.batch import simd_code
from belljar.engines.jit import compile as jit_compile
from tests.engines.batch.both_kernels import Pair

TEXT = "def rule(a: int) -> int:\n    return a * 2 + 12345\n"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The texts that LLVM compiled, with an empty cache."""
    texts: list[str] = []
    real = jit_compile.object_code

    def counting(text: str, passes: object = ()) -> bytes:
        texts.append(text)
        return real(text, passes)  # type: ignore[arg-type]

    monkeypatch.setattr(jit_compile, "object_code", counting)
    monkeypatch.setenv("BELLJAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(simd_code, "_loaded", type(simd_code._loaded)())
    return texts


def run() -> None:
    Pair(TEXT).check([pa.array([1, 2, 3])], again=0)


def test_once_per_text_and_types(compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    run()
    assert len(compiled) == 1
    Pair(TEXT).check([pa.array([1, 2], pa.int8())], again=0)
    assert len(compiled) == 2
    monkeypatch.setattr(simd_code, "_loaded", type(simd_code._loaded)())  # as in another process
    run()
    assert len(compiled) == 2


def test_a_broken_entry_is_compiled_anew(compiled: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run()
    (entry,) = (tmp_path / "cache").glob("*.code")
    entry.write_bytes(entry.read_bytes()[:-9] + b"x" * 9)
    monkeypatch.setattr(simd_code, "_loaded", type(simd_code._loaded)())
    run()
    assert len(compiled) == 2


def test_few_are_kept(compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simd_code, "KEPT_MAX", 1)
    run()
    Pair(TEXT).check([pa.array([1, 2], pa.int8())])
    assert len(simd_code._loaded) == 1


def test_without_llvm_rows_run_one_by_one(compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(text: str, passes: object = ()) -> bytes:
        raise ImportError("no llvmlite")

    monkeypatch.setattr(jit_compile, "object_code", missing)
    pair = Pair(TEXT)
    pair.check([pa.array([1, 2, 3])])
    assert "LLVM cannot be loaded" in str(pair.lanes.reason)


def test_the_cache_spares_llvm(tmp_path: Path) -> None:
    script = (
        "import sys, belljar, pyarrow as pa\n"
        f"p = belljar.compile({TEXT!r})\n"
        "print(p.batch('rule', pa.table({'a': list(range(40_000))})).table.column(0).to_pylist()[:2], 'llvmlite' in sys.modules)\n"
    )
    environment = {"BELLJAR_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(Path(jit_compile.__file__).parents[3]), "PATH": ""}
    results = [
        subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True).stdout for _ in range(2)
    ]
    assert results == ["[12345, 12347] True\n", "[12345, 12347] False\n"]
