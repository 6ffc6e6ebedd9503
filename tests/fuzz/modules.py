"""Extension modules from another folder than where the sources are: those that were built under sanitizers."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from pathlib import Path
from types import ModuleType


class Built(MetaPathFinder):
    """Finds the extension modules of a folder that has them where the package has its sources."""

    def __init__(self, folder: Path) -> None:
        self.found = {}
        for path in folder.rglob("*.so"):
            *packages, file = path.relative_to(folder).parts
            self.found[".".join((*packages, file.partition(".")[0]))] = str(path)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        file = self.found.get(name)
        return None if file is None else importlib.util.spec_from_file_location(name, file, loader=ExtensionFileLoader(name, file))


def take(folder: Path) -> None:
    """Take the extension modules from there, from now on. Raises ValueError where there are none, or one was loaded already."""
    finder = Built(folder)
    if not finder.found or (loaded := finder.found.keys() & sys.modules.keys()):
        raise ValueError(f"{folder} has no extension modules" if not finder.found else f"loaded already: {', '.join(loaded)}")
    sys.meta_path.insert(0, finder)
