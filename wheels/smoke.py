"""What an installed wheel must do, run by its interpreter from an empty folder. Ends with status 1 on the first failure."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path


def check_installed() -> str:
    import belljar

    place = Path(belljar.__file__).resolve()
    assert Path(sys.prefix).resolve() in place.parents, f"belljar comes from {place}, not from the environment {sys.prefix}"
    assert importlib.metadata.version("belljar") == belljar.__version__
    files = [str(file) for file in importlib.metadata.files("belljar") or []]
    assert "belljar/py.typed" in files, "the types are not marked"
    assert "belljar/library/heapq.bell" in files, "the library written in Bell is not there"
    assert not [file for file in files if file.endswith((".pyx", ".pxd", ".pxi", ".c", ".h"))], "sources of native modules are in the wheel"
    return belljar.__version__


def check_native() -> str:
    from belljar.storage._crc32c import crc32c

    assert crc32c(b"123456789") == 0xE3069283
    return "native modules load"


RULE = """
class Order:
    price: float
    note: str | None


def label(order: Order) -> str:
    if order.note is None:
        return "plain"
    return order.note.upper() if order.price > 10 else "cheap"


def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps
"""


def check_engines() -> str:
    import belljar

    program = belljar.compile(RULE)
    for engine in ("reference", "vm", "jit", "auto"):
        assert program.call("collatz", 27, engine=engine) == 111, engine
        assert program.call("label", {"price": 12, "note": "a"}, engine=engine) == "A", engine
    return "every engine answers"


def check_batch() -> str:
    import pyarrow as pa

    import belljar

    table = pa.table({"price": [1.0, 20.0, 30.0], "note": ["x", "y", None]})
    result = belljar.compile(RULE).batch("label", table)
    assert result.table.column("label").to_pylist() == ["cheap", "Y", "plain"]
    return f"a batch of {result.rows} rows"


def check_command() -> str:
    import subprocess

    done = subprocess.run([sys.executable, "-I", "-m", "belljar", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main() -> None:
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    for check in (check_installed, check_native, check_engines, check_batch, check_command):
        print(f"smoke, {python}: {check.__name__}: {check()}")


if __name__ == "__main__":
    main()
