"""The cache of machine code: an entry is what was stored under its name; how entries are kept is the cache's own affair (tests/storage/test_cache.py)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from belljar.engines.jit import cache
from belljar.engines.jit.native import Native

NATIVE = Native(bytes(range(256)) * 40, 320)


def test_round_trip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLJAR_CACHE", str(tmp_path / "cache"))
    name = cache.key_of(cache.digest_of("text"))
    assert cache.load(name) is None
    cache.store(name, NATIVE)
    assert cache.load(name) == NATIVE
    assert cache.load(cache.key_of(cache.digest_of("another text"))) is None
    (tmp_path / "cache" / (name + cache.SUFFIX)).write_bytes(b"damaged")
    assert cache.load(name) is None


def test_names_depend_on_processor_and_llvm(monkeypatch: pytest.MonkeyPatch) -> None:
    here = cache.key_of("digest")
    monkeypatch.setattr(cache, "_host", ["another processor", "another LLVM"])
    assert cache.key_of("digest") != here


def test_processor_is_known_here() -> None:
    lines = cache.processor().splitlines()
    assert lines[0] == os.uname().machine
    assert any(line.startswith(("flags", "Features")) for line in lines)
    assert not any(line.startswith(("cpu MHz", "processor")) for line in lines), "what changes from boot to boot is no part of the key"
