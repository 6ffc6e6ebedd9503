"""The process of the command line: what it sets before it imports anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import gc, os, sys
sys.argv = ["belljar", "--version"]
from belljar.__main__ import main
try:
    main()
finally:
    print(os.environ["OPENBLAS_NUM_THREADS"], gc.get_threshold()[0], "numpy" in sys.modules)
"""


@pytest.mark.parametrize(("given", "threads"), [(None, "1"), ("3", "3")])
def test_no_threads_for_matrices_unless_asked_for(root: Path, given: str | None, threads: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | {"PYTHONPATH": str(root / "src")}
    if given is not None:
        environment["OPENBLAS_NUM_THREADS"] = given
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines()[-1] == f"{threads} 50000 False"
