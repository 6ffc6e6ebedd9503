"""Builds the C peers: one source to one shared library, kept under the user's temporary directory by content hash.

Two compilers, each at its best for this machine: clang as the PyPI package ``ziglang`` ships it, and the system's gcc.
"""

from __future__ import annotations

import ctypes
import getpass
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bench.gap import Gap

PROGRAMS = Path(__file__).parent / "programs"
OPTIMISE = ("-std=gnu11", "-O3", "-march=native", "-fPIC", "-shared")


@cache
def cache_folder() -> Path:
    """The folder for libraries, unpacked data and outputs: private to the user, safe to delete."""
    folder = Path(tempfile.gettempdir()) / f"belljar-bench-{getpass.getuser()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()  # what is in it gets loaded as code
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise Gap(f"{folder} is not a folder that only its owner writes")
    return folder


@cache
def command(compiler: str) -> tuple[str, ...]:
    """The command line of ``"clang"`` or ``"gcc"`` up to the source; raises Gap where it is not on this machine."""
    if compiler == "clang":
        if find_spec("ziglang") is None:
            raise Gap("not installed: ziglang")
        return (sys.executable, "-m", "ziglang", "cc", *OPTIMISE, "-fno-sanitize=all")
    path = shutil.which(compiler)
    if path is None:
        raise Gap(f"not on the path: {compiler}")
    return (path, *OPTIMISE)


@cache
def version(compiler: str) -> str:
    """The compiler's own first line about itself."""
    line = (*command(compiler)[: 4 if compiler == "clang" else 1], "--version")
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()


def library(source: Path, compiler: str, defines: tuple[str, ...] = ()) -> ctypes.CDLL:
    """The shared library of one C source; ``defines`` are the names given with ``-D``."""
    line = (*command(compiler), *(f"-D{name}" for name in defines))
    digest = hashlib.sha256(repr((line, version(compiler))).encode())
    for path in (source, *sorted(source.parent.glob("*.h"))):
        digest.update(path.read_bytes())
    target = cache_folder() / f"{source.stem}-{digest.hexdigest()[:20]}.so"
    if not target.exists():
        fresh = target.with_suffix(f".{os.getpid()}.tmp")
        built = subprocess.run((*line, "-o", str(fresh), str(source), "-lm"), capture_output=True, text=True)
        if built.returncode:
            raise Gap(f"{compiler} refused {source.name}: {built.stderr.strip().splitlines()[0]}")
        fresh.rename(target)
    return ctypes.CDLL(str(target))
