"""Library modules as they were built: kept in the process, and on disk from one process to the next.

The flow graphs of a module of the library are the same in every program, and to build them takes longer than all the rest of a small program. An entry on disk is trusted as
cached machine code is (:mod:`belljar.storage.cache`). Functions lie in it each by itself, since a program uses few of those it imports.
"""

from __future__ import annotations

import os
import sys
from _pickle import PickleError, dumps, loads  # pickle itself takes longer to import than a module to read

from belljar import __version__
from belljar.lang.graph import LibraryModule
from belljar.lang.library import LIBRARY
from belljar.storage import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

FORMAT: Final = b"belljar library 1\n"
SUFFIX: Final = ".library"

_kept: dict[tuple[str, bool], LibraryModule] = {}
_compiler: list[str] = []


def kept_module(name: str, catches: bool) -> LibraryModule | None:
    """A module that was built before in a program that ``catches``, or not; None where there is none."""
    found = _kept.get((name, catches))
    if found is None:
        entry = _entry(name, catches)
        body = cache.read(entry, FORMAT) if entry else None
        if body is None:
            return None
        try:
            found = LibraryModule(*loads(body), read=loads)
        except (PickleError, EOFError, ValueError, TypeError, AttributeError, ImportError, IndexError, KeyError):
            return None
        _kept[name, catches] = found
    return found


def keep_module(module: LibraryModule, catches: bool) -> None:
    """Keep a module for the next program."""
    _kept[module.name, catches] = module
    entry = _entry(module.name, catches)
    if entry and cache.directory():
        functions = {name: dumps(module.function(name), 5) for name in module.functions}
        parts = (
            module.name, module.needs, module.init, functions, module.classes, module.globals, module.shared, module.late, module.members, module.sends,
            module.bindings,
        )  # fmt: skip
        cache.write(entry, FORMAT, dumps(parts, 5))


def _entry(name: str, catches: bool) -> str:
    """The name of the entry, ``""`` where nothing is kept."""
    if not _compiler:
        here = os.path.dirname(os.path.abspath(__file__))
        stamp = cache.stamp((here, os.path.dirname(here), LIBRARY))
        _compiler.append(stamp and cache.key([__version__, sys.version, stamp]))
    return _compiler[0] and cache.key(["library", _compiler[0], name, str(catches)]) + SUFFIX
