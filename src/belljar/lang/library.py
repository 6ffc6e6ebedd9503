"""The modules written in Bell that come with the compiler: ``src/belljar/library/*.bell``."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from belljar.lang.syntax import parse
from belljar.source import Source

LIBRARY = Path(__file__).parent.parent / "library"


@cache
def library_names() -> frozenset[str]:
    """The modules that there are."""
    return frozenset(path.stem for path in LIBRARY.glob("[!_]*.bell")) if LIBRARY.is_dir() else frozenset()


@cache
def internal_names() -> frozenset[str]:
    """The modules that only others of the library import."""
    return frozenset(path.stem for path in LIBRARY.glob("_*.bell")) if LIBRARY.is_dir() else frozenset()


def read_library(name: str) -> tuple[ast.Module, Source]:
    """A fresh syntax tree of a module of the library (building a program may change it), and its text."""
    path = LIBRARY / f"{name}.bell"
    source = Source(f"<{name}>", path.read_text(encoding="utf-8"))
    return parse(source), source
