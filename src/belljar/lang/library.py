"""The modules written in Bell that come with the compiler: ``src/belljar/library/*.bell``."""

from __future__ import annotations

import ast
import os
from functools import cache

from belljar.lang.syntax import parse
from belljar.source import Source

LIBRARY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "library")
SUFFIX = ".bell"


@cache
def library_names() -> frozenset[str]:
    """The modules that there are."""
    return frozenset(name for name in _names() if not name.startswith("_"))


@cache
def internal_names() -> frozenset[str]:
    """The modules that only others of the library import."""
    return frozenset(name for name in _names() if name.startswith("_"))


def _names() -> list[str]:
    return [file[: -len(SUFFIX)] for file in os.listdir(LIBRARY) if file.endswith(SUFFIX)]


@cache
def library_source(name: str) -> Source:
    """The text of a module of the library."""
    with open(os.path.join(LIBRARY, name + SUFFIX), encoding="utf-8") as file:
        return Source(f"<{name}>", file.read())


def read_library(name: str) -> tuple[ast.Module, Source]:
    """A fresh syntax tree of a module of the library (building a program may change it), and its text."""
    source = library_source(name)
    return parse(source), source
