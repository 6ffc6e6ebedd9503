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
    assert not [file for file in files if file.endswith((".pyx", ".c", ".h"))], "sources of native modules are in the wheel"
    return belljar.__version__


def check_native() -> str:
    from belljar.storage._crc32c import crc32c

    assert crc32c(b"123456789") == 0xE3069283
    return "native modules load"


def main() -> None:
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    for check in (check_installed, check_native):
        print(f"smoke, {python}: {check.__name__}: {check()}")


if __name__ == "__main__":
    main()
