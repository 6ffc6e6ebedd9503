"""The files of the repository: what git tracks or would track, or, without git, what a source distribution holds."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = {"build", "dist", ".venv", "__pycache__", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


@functools.cache
def tracked_files() -> tuple[Path, ...]:
    """Every file of the project, absolute and sorted; what is built or ignored is not among them."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        paths = [ROOT / name for name in listing.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if not BUILT.intersection(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in paths if path.is_file() and not path.is_symlink()))
