"""A Bell program is valid Python: this runs its text in CPython, which says what the answer is."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


def names_of(source: str, name: str) -> dict[str, Any]:
    """The names a program defines, run as the module ``bench_NAME``; Numba resolves recursion only in registered modules."""
    module = ModuleType(f"bench_{name}")
    sys.modules[module.__name__] = module
    exec(compile(source, f"{name}.bell", "exec"), module.__dict__)
    return module.__dict__


def task_of(source: str, task: str) -> Any:
    """One function of a program."""
    return names_of(source, task)[task]
