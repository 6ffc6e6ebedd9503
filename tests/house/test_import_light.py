"""`import belljar` is quick because it loads nothing heavy; each library is imported where it is first used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"
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


def test_the_check_sees_a_heavy_import() -> None:
    assert "numpy" in loaded_by("import numpy.linalg")
