"""`import belljar` and a first result are quick because they load nothing heavy; each library is imported where it is first used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"
FIRST_RESULT = """
import belljar
program = belljar.compile("def main(n: int) -> int:\\n    total = 0\\n    for i in range(n):\\n        total += i * i\\n    return total\\n")
assert program.call("main", 1000, engine="vm") == 332833500
"""
NOT_COMPILING = ("dataclasses", "inspect", "typing", "pathlib", "subprocess", "ctypes", "difflib", "tempfile", "logging", "json", "hashlib")
"""What compiling a program and running it in the VM does without. ast loads re, enum, contextlib and collections: those are there."""
NOT_IMPORTING = ("collections", "functools", "re", "enum", "ast", "threading", "importlib.metadata")
"""What `import belljar` alone does without, besides."""
HEAVY = ("llvmlite", "numpy", "pyarrow", "pandas", "polars", "rich", "click", "typer", "msgspec")


def loaded_by(statement: str) -> set[str]:
    """The top-level packages a fresh interpreter holds after `statement`."""
    program = f"import sys\nsys.path.insert(0, {str(SOURCE)!r})\n{statement}\nprint(*{{n.partition('.')[0] for n in sys.modules}})"
    # -I: neither the environment's variables nor the current folder have a say; an editable install's hook still does.
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_belljar_is_light() -> None:
    heavy = loaded_by("import belljar").intersection(HEAVY)
    assert not heavy, f"`import belljar` loads {sorted(heavy)}: import them where they are first used"


def modules_after(statement: str) -> set[str]:
    """The modules of the standard library and of this package that a bare interpreter (no site packages) holds after `statement`."""
    program = f"import sys\nsys.path.insert(0, {str(SOURCE)!r})\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_belljar_loads_itself_only() -> None:
    loaded = modules_after("import belljar")
    assert not loaded.intersection((*NOT_COMPILING, *NOT_IMPORTING))
    assert {name for name in loaded if name.startswith("belljar")} == {"belljar"}


def test_a_first_result_is_light() -> None:
    heavy = modules_after(f"import os\nos.environ['BELLJAR_CACHE'] = ''\n{FIRST_RESULT}").intersection((*NOT_COMPILING, *HEAVY))
    assert not heavy, f"compiling and running a program loads {sorted(heavy)}: import them where they are first used"


def test_the_check_sees_a_heavy_import() -> None:
    assert "numpy" in loaded_by("import numpy.linalg")
