"""The command line as a person meets it: results, diagnostics, exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
FLIGHT = '{"dep_delay": 95, "arr_delay": 60, "carrier": "UA", "distance": 1400, "origin": "EWR"}'


def belljar(*arguments: str, stdin: str = "", **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, "-m", "belljar", *arguments], input=stdin, capture_output=True, text=True, env=environment, timeout=120, **options
    )  # type: ignore[call-overload]


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def make(text: str, name: str = "program.bell") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return make


def test_check_is_quiet_about_good_programs() -> None:
    done = belljar("check", str(EXAMPLES / "flights" / "delay.bell"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "no errors, 3 tasks" in done.stdout


def test_check_reports_everything(write) -> None:  # type: ignore[no-untyped-def]
    path = write("print(scor)\nscore = 1\nx = 'a' + 1\n")
    done = belljar("check", path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "E0201" in done.stderr
    assert "E0301" in done.stderr
    assert "^^^^" in done.stderr
    assert "did you mean 'score'?" in done.stderr
    short = belljar("check", "--format", "short", path).stderr.splitlines()
    assert short[0].startswith(f"{path}:1:7: E0201 BellVariableError:")
    rows = [json.loads(line) for line in belljar("check", "--format", "json", path).stderr.splitlines()]
    assert [(row["code"], row["line"]) for row in rows] == [("E0201", 1), ("E0301", 3)]


@pytest.mark.parametrize("engine", ["reference", "vm", "jit", "auto"])
def test_run(engine: str) -> None:
    done = belljar("run", "--engine", engine, str(EXAMPLES / "hello.bell"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("hello world\nhello, hello belljar\n")


def test_call() -> None:
    done = belljar("call", str(EXAMPLES / "flights" / "delay.bell"), "classify", "--args", FLIGHT)
    assert (done.returncode, done.stdout, done.stderr) == (0, '"late, made up in part"\n', "")
    explained = belljar("call", str(EXAMPLES / "flights" / "delay.bell"), "classify", "--args", FLIGHT, "--explain")
    assert explained.stdout == done.stdout
    assert "per_100_miles" in explained.stderr


@pytest.mark.parametrize(
    ("text", "arguments", "status", "code"),
    [
        ("x = 1\nprint(1 // (x - 1))", (), 1, "E0501"),
        ("raise ValueError('no')", (), 1, "E0705"),
        ("print(y)", (), 2, "E0201"),
        ("while True:\n    pass", ("--limit", "fuel=1000"), 3, "E0801"),
        ("while True:\n    pass", ("--limit", "time=100ms"), 3, "E0802"),
        ("print('x' * 1000)", ("--limit", "output=100"), 3, "E0805"),
        ("xs = []\nwhile True:\n    xs.append('x' * 1000)", ("--limit", "memory=4MiB"), 3, "E0803"),
        ("def f(n):\n    return f(n + 1)\n\n\nf(0)", ("--limit", "depth=50"), 3, "E0804"),
        ("print(1)", ("--deny", "io.stdout"), 4, "E0901"),
        ("print(1)", ("--limit", "fule=1"), 2, "E0003"),
        ("print(1)", ("--limit", "time=-1"), 2, "E0003"),
        ("print(1)", ("--deny", "io.stduot"), 2, "E0003"),
        ("print(1)", ("--engine", "warp"), 2, "E0003"),
    ],
)
def test_exit_statuses(write, text: str, arguments: tuple[str, ...], status: int, code: str) -> None:  # type: ignore[no-untyped-def]
    done = belljar("run", write(text), *arguments)
    assert done.returncode == status, done.stderr
    assert code in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "missing.bell"),
        ("run",),
        ("frobnicate",),
        ("call", "missing.bell", "f"),
        ("run", "--limit"),
        ("explain-error", "E9999"),
        ("check", "."),
    ],
)
def test_usage_errors_are_refused(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = belljar(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "hint" in done.stderr or "E00" in done.stderr


def test_bad_arguments_of_a_call(write) -> None:  # type: ignore[no-untyped-def]
    path = write("def f(x: int) -> int:\n    return x\n")
    for text, code in (("{", "E0003"), ('{"x": "a"}', "E0302"), ("{}", "E0401"), ('{"y": 1}', "E0403"), ("[1, 2]", "E0402")):
        done = belljar("call", path, "f", "--args", text)
        assert done.returncode == 2, done.stderr
        assert code in done.stderr


def test_inputs(write) -> None:  # type: ignore[no-untyped-def]
    path = write("print(name, n + 1)")
    done = belljar("run", path, "--input", "name=Bell", "--input", "n=41")
    assert (done.returncode, done.stdout) == (0, "Bell 42\n")


def test_a_broken_pipe_is_one_line(write) -> None:  # type: ignore[no-untyped-def]
    path = write("for i in range(200000):\n    print(i)")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(
        [sys.executable, "-m", "belljar", "run", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    error = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(60) == 1
    assert "E0007" in error
    assert "Traceback" not in error


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(write) -> None:  # type: ignore[no-untyped-def]
    path = write("for i in range(20000):\n    print(i)")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "belljar", "run", path], stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False
        )
    assert done.returncode == 2
    assert "E0004" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_command_there_is_help() -> None:
    done = belljar()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: belljar")


def test_help_derives_from_the_table() -> None:
    from belljar.commands.table import COMMANDS

    top = belljar("--help").stdout
    for name, command in COMMANDS.items():
        assert name in top
        shown = belljar(name, "--help").stdout
        assert command.summary.split(",")[0] in shown
        for argument in command.arguments:
            assert (argument.name if not argument.is_positional else argument.metavar) in shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    done = belljar("completion", shell)
    assert done.returncode == 0
    assert "_BELLJAR_COMPLETE" in done.stdout


def test_ir_stages() -> None:
    for stage in ("typed", "optimized", "bytecode", "llvm", "asm"):
        done = belljar("ir", str(EXAMPLES / "flights" / "delay.bell"), "--stage", stage)
        assert (done.returncode, done.stderr) == (0, "")
        assert "recovered" in done.stdout


def test_batch(tmp_path: Path) -> None:
    source = tmp_path / "flights.csv"
    source.write_text(
        "dep_delay,arr_delay,carrier,distance,origin\n95,60,UA,1400,EWR\nNA,NA,AA,300,JFK\n2,NA,DL,500,LGA\n-3,-10,UA,700,EWR\n90,100,UA,0,EWR\n"
    )
    rule = str(EXAMPLES / "flights" / "delay.bell")
    bad = tmp_path / "bad.jsonl"
    done = belljar("batch", rule, "classify", str(source), "--null", "NA", "-o", str(tmp_path / "out.csv"), "--errors", str(bad))
    assert done.returncode == 0, done.stderr
    rows = (tmp_path / "out.csv").read_text().splitlines()
    assert rows[0].strip('"') == "classify"
    assert [row.strip('"') for row in rows[1:5]] == ["late, made up in part", "cancelled", "diverted", "on time"]
    (row,) = [json.loads(line) for line in bad.read_text().splitlines()]
    assert (row["row"], row["code"]) == (4, "E0501")
    explained = belljar("batch", rule, "classify", str(source), "--null", "NA", "--explain", "2")
    assert explained.returncode == 0
    assert "diverted" in explained.stdout
    assert "flight.arr_delay is None" in explained.stdout
    failed = belljar("batch", rule, "classify", str(source), "--null", "NA", "--explain", "4")
    assert failed.returncode == 1
    assert "E0501" in failed.stderr
    assert belljar("batch", rule, "classify", str(source), "--null", "NA", "--explain", "99").returncode == 2
    refused = belljar("batch", rule, "classify", str(source), "-o", str(tmp_path / "no.csv"))
    assert refused.returncode == 2
    assert not (tmp_path / "no.csv").exists()


def test_schema(tmp_path: Path) -> None:
    source = tmp_path / "flights.csv"
    source.write_text("dep_delay,carrier\n95,UA\n")
    rule = str(EXAMPLES / "flights" / "delay.bell")
    assert "dep_delay" in belljar("schema", rule).stdout
    assert "carrier" in belljar("schema", str(source)).stdout
    matched = belljar("schema", rule, str(source), "--task", "classify")
    assert matched.returncode == 2
    assert "missing" in matched.stdout
