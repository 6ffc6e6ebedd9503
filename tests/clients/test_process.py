"""The process around a command: closed streams, full disks, signals in every phase."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
BELLJAR = [sys.executable, "-m", "belljar"]

posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


def shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line of sh in which ``belljar`` is the command."""
    script = f'belljar() {{ "{sys.executable}" -m belljar "$@"; }}\n{line}'
    return subprocess.run(
        ["sh", "-c", script], cwd=folder, env=ENVIRONMENT | environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rule.bell").write_text(
        "def f(x: int) -> int:\n    return 100 // x\n\n\ndef endless(x: int) -> int:\n    while x > 0:\n        x = x + 0\n    return x\n"
    )
    (tmp_path / "hello.bell").write_text("print('hello')\n")
    (tmp_path / "x.csv").write_text("x\n1\n2\n0\n")
    (tmp_path / "none.csv").write_text("x\n0\n")
    return tmp_path


@posix
@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("belljar batch rule.bell f - <&-", 2, "Cannot read the standard input"),
        ("belljar batch rule.bell f x.csv >&-", 2, "Cannot write the standard output"),
        ("belljar run hello.bell >&-", 2, "Cannot write the standard output"),
        ("belljar --help >&-", 2, "Cannot write the standard output"),
        ("belljar run hello.bell 2>&-", 0, ""),
        ("belljar batch rule.bell f x.csv -o out.csv >&- 2>&- <&-", 0, ""),
    ],
)
def test_closed_streams(folder: Path, line: str, status: int, said: str) -> None:
    done = shell(line, folder)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) <= 1
    assert (folder / "out.csv").exists() == ("out.csv" in line)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "command", ["--help", "schema rule.bell", "batch rule.bell f x.csv", "call rule.bell f --args '[1]'", "completion bash"]
)
def test_a_full_disk_is_one_line_whatever_the_command(folder: Path, command: str) -> None:
    done = shell(f"belljar {command} > /dev/full", folder)
    assert done.returncode == 2
    assert done.stderr.startswith("BellRuntimeError [E0004]: Cannot write the standard output: no space left")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_that_nobody_can_be_told_is_no_reason_to_fail(folder: Path) -> None:
    done = shell("belljar batch rule.bell f x.csv -o out.csv 2> /dev/full", folder)
    assert done.returncode == 0
    assert (folder / "out.csv").read_text() == '"f"\n100\n50\n""\n'


def test_what_waits_for_a_full_stderr_is_lost(folder: Path) -> None:
    code = "import sys; sys.stderr.write('x'); from belljar.clients.process import settle_stderr; settle_stderr(); sys.exit(3)"
    buffered = {name: value for name, value in ENVIRONMENT.items() if name != "PYTHONUNBUFFERED"}
    with open("/dev/full", "w") as full:
        assert subprocess.run([sys.executable, "-c", code], cwd=folder, env=buffered, stderr=full, check=False).returncode == 3


def test_results_are_utf8_whatever_the_locale(folder: Path) -> None:
    (folder / "hello.bell").write_text("print('h\u00e9')\n", encoding="utf-8")
    done = subprocess.run(
        [*BELLJAR, "run", "hello.bell"], cwd=folder, env=ENVIRONMENT | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=True
    )
    assert done.stdout == "h\u00e9\n".encode()


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*BELLJAR, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(pattern: str, folder: Path, process: subprocess.Popen[str]) -> None:
    while not list(folder.glob(pattern)):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    time.sleep(0.3)


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_batch_that_would_never_end_is_stopped_and_leaves_nothing(folder: Path, name: str, threads: str) -> None:
    (folder / "out.csv").write_text("as it was")
    process = started(folder, "batch", "rule.bell", "endless", "x.csv", "-o", "out.csv", "--threads", threads)
    wait_for(".out.csv.belljar-*.tmp", folder, process)
    process.send_signal(getattr(signal, name))
    out, error = process.communicate(timeout=120)
    assert (process.returncode, out) == (1, "")
    assert error == "BellRuntimeError [E0006]: Interrupted\n"
    assert (folder / "out.csv").read_text() == "as it was"
    assert sorted(path.name for path in folder.iterdir()) == ["hello.bell", "none.csv", "out.csv", "rule.bell", "x.csv"]


@posix
def test_what_a_stopped_run_has_finished_is_said(folder: Path) -> None:
    process = started(folder, "batch", "rule.bell", "endless", "none.csv", "x.csv", "-o", "out.csv")
    while b'"rows"' not in b"".join(path.read_bytes() for path in folder.glob(".out.csv.belljar-run/manifest.jsonl")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=120)
    assert "1 of 2 inputs are finished; the same command with --resume goes on from there" in error


@posix
@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_an_endless_call_is_stopped(folder: Path, engine: str) -> None:
    (folder / "endless.bell").write_text("print('on', 1)\nx = 1\nwhile True:\n    x = x + 0\n")
    process = started(folder, "run", "endless.bell", "--engine", engine)
    assert process.stdout is not None
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=120)
    assert process.returncode in (1, -signal.SIGINT)  # the latter where Python itself was still starting
    assert "E0006" in error or process.returncode == -signal.SIGINT
