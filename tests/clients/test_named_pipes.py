"""No command waits at a named pipe that nobody writes to; rows as text may come through one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.test_cli import belljar

REFUSED = [
    "check F.bell", "fmt F.bell", "run F.bellc", "run p.bell --hosts F.py", "batch p.bell f F.parquet", "batch p.bell f F.arrow",
    "batch p.bell f F.arrows", "batch p.bell f F.csv -o out.csv --resume", "explain p.bell f F.parquet --row 1", "schema F.parquet",
    "trace F.jsonl", "trace t.jsonl --diff F.jsonl", "trace --check F.bell", "replay F.jsonl", "replay t.jsonl F.bell",
    "replay t.jsonl --diff F.jsonl", "profile p.bell f --diff F.json", "inspect F.bell",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pipes")
    (folder / "p.bell").write_text("def f(x: int) -> int:\n    return x + 1\n")
    for suffix in ("bell", "bellc", "py", "parquet", "arrow", "arrows", "csv", "jsonl", "json"):
        os.mkfifo(folder / f"F.{suffix}")
    assert belljar("call", "p.bell", "f", "--args", "[1]", "--trace", "t.jsonl", cwd=folder).returncode == 0
    return folder


@pytest.mark.parametrize("words", REFUSED)
def test_it_is_refused(words: str, folder: Path) -> None:
    done = belljar(*words.split(), cwd=folder)
    assert done.returncode == 2
    assert "named pipe" in done.stderr or "resume needs inputs that are files" in done.stderr


@pytest.mark.parametrize("words", ["batch p.bell f F.csv", "explain p.bell f F.csv --row 1", "schema p.bell F.csv"])
def test_rows_as_text_come_through(words: str, folder: Path) -> None:
    writer = "open('F.csv', 'w').write('x\\n1\\n2\\n')"
    with subprocess.Popen([sys.executable, "-c", writer], cwd=folder):
        done = belljar(*words.split(), cwd=folder)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
