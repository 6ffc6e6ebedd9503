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
        ("print(1)", ("--limit", "fuel=" + "9" * 5000), 2, "E0003"),
        ("print(1)", ("--limit", "time=" + "9" * 99 + "." + "9" * 400), 2, "E0003"),
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
    explained = belljar("batch", rule, "classify", str(source), "--null", "NA", "--row", "2")
    assert explained.returncode == 0
    assert "diverted" in explained.stdout
    assert "flight.arr_delay is None" in explained.stdout
    failed = belljar("batch", rule, "classify", str(source), "--null", "NA", "--row", "4")
    assert failed.returncode == 1
    assert "E0501" in failed.stderr
    assert belljar("batch", rule, "classify", str(source), "--null", "NA", "--row", "99").returncode == 2
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


RULES = """\
class Row:
    a: int
    b: float | None


def f(x: int) -> int:
    return 100 // x


def h(row: Row) -> tuple[int, str]:
    if row.b is None:
        return (row.a, "none\\nat all")
    return (row.a, "some")


def said(x: int) -> int:
    print("x is", x)
    return x


def endless(x: int) -> int:
    while x > 0:
        x = x + 1 - 1
    return x
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.bell").write_text(RULES)
    (tmp_path / "x.csv").write_text("x\n1\n2\n0\n4\n0\n")
    (tmp_path / "ab.csv").write_text("a,b\n1,2.5\n2,\n")
    return "rules.bell"


@pytest.mark.parametrize("limit", ["fuel=2000", "time=200ms"])
def test_an_explanation_keeps_the_limits_of_the_call(rules: str, limit: str) -> None:
    done = belljar("call", rules, "endless", "--args", "[1]", "--explain", "--limit", limit)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "line  22  x > 0 -> true" in done.stderr
    assert "... and so on" in done.stderr
    assert ("E0801" if limit.startswith("fuel") else "E0802") in done.stderr


def test_an_explanation_prints_what_the_call_prints_and_is_denied_what_it_is_denied(rules: str) -> None:
    done = belljar("call", rules, "said", "--args", "[7]", "--explain")
    assert (done.returncode, done.stdout) == (0, "x is 7\n7\n")
    assert "return x" in done.stderr
    denied = belljar("call", rules, "said", "--args", "[7]", "--explain", "--deny", "io.stdout")
    assert (denied.returncode, denied.stdout) == (4, "")
    assert "E0901" in denied.stderr
    row = belljar("batch", rules, "said", "x.csv", "--row", "1")
    assert row.returncode == 4  # as in the batch itself, whose rows may not print
    assert "E0901" in row.stderr


def test_an_explanation_as_json_is_json_only(rules: str) -> None:
    done = belljar("call", rules, "f", "--args", "[0]", "--explain", "--format", "json")
    explanation, error = (json.loads(line) for line in done.stderr.splitlines())
    assert explanation["arguments"] == {"x": 0}
    assert explanation["error"]["code"] == error["code"] == "E0501"


def test_a_row_beyond_the_last_is_refused(rules: str) -> None:
    done = belljar("batch", rules, "f", "x.csv", "--row", "5")
    assert done.returncode == 2
    assert "there is no row 5: the input has 5 rows, the last is row 4" in done.stderr


def test_the_first_failure_ends_a_strict_run_with_its_place(rules: str) -> None:
    done = belljar("batch", rules, "f", "x.csv", "-o", "out.csv", "--strict")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "BellMathError [E0501]: Division by zero",
        " --> rules.bell:7:5",
        "  |",
        "7 |     return 100 // x",
        "  |     ^^^^^^^^^^^^^^^",
        "  = note: row 2 of x.csv",
    ]
    short = belljar("batch", rules, "f", "x.csv", "-o", "out.csv", "--strict", "--format", "short")
    assert short.stderr == "rules.bell:7:5: E0501 BellMathError: Division by zero [row 2 of x.csv]\n"
    assert json.loads(belljar("batch", rules, "f", "x.csv", "--strict", "--format", "json").stderr)["file"] == "rules.bell"


def test_the_summary_says_what_failed_first(rules: str) -> None:
    done = belljar("batch", rules, "f", "x.csv")
    assert done.returncode == 0
    assert done.stdout == '"f"\n100\n50\n""\n25\n""\n'
    assert "5 rows, 2 failed" in done.stderr
    assert "first failed: row 2 of x.csv: E0501 Division by zero, line 7" in done.stderr
    assert "--errors FILE lists all of them" in done.stderr
    assert "wrote" not in done.stderr
    listed = belljar("batch", rules, "f", "x.csv", "--errors", "bad.jsonl", "-o", "out.csv")
    assert "--errors FILE" not in listed.stderr
    assert "wrote out.csv" in listed.stderr


def test_the_summary_keeps_to_a_line_a_value(rules: str) -> None:
    done = belljar("batch", rules, "h", "ab.csv", "-o", "out.csv")
    assert r"  none\nat all             1   50.0%" in done.stderr


def test_schema_as_json_is_a_line_of_json_a_task(rules: str) -> None:
    rows = [json.loads(line) for line in belljar("schema", rules, "--format", "json").stdout.splitlines()]
    assert rows[0] == {"task": "f", "takes": [{"name": "x", "type": "int"}], "gives": [{"name": "f", "type": "int"}]}
    (matched,) = [json.loads(line) for line in belljar("schema", rules, "x.csv", "--task", "f", "--format", "json").stdout.splitlines()]
    assert (matched["task"], matched["name"], matched["parameters"][0]["fits"]) == ("f", "x.csv", True)


@pytest.mark.parametrize("code", ["E0501", "e501", "501", "e0501"])
def test_error_codes_are_found_however_they_are_written(code: str) -> None:
    done = belljar("explain-error", code)
    assert done.returncode == 0
    assert done.stdout.startswith("E0501 BellMathError\n")


def test_what_an_error_code_means_has_no_holes() -> None:
    from belljar.errors import CODES

    for code in list(CODES)[::9]:
        assert "{" not in belljar("explain-error", code).stdout


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("btach",), "did you mean 'batch'?"),
        (("batch", "--thraeds", "2"), "did you mean '--threads'?"),
        (("batch", "--explain", "2"), "did you mean '--row'?"),
        (("batch", "--output-format", "csv"), "did you mean '--to'?"),
        (("why", "--json"), "did you mean '--format json'?"),
        (("replay", "--against", "x.jsonl"), "did you mean '--diff'?"),
        (("batch",), "see belljar batch --help"),
        (("call", "rules.bell", "f", "3"), "arguments of the task are given as JSON: --args '[1, 2]'"),
    ],
)
def test_usage_errors_have_the_format_asked_for(arguments: tuple[str, ...], hint: str) -> None:
    done = belljar(*arguments, "--format", "json")
    assert (done.returncode, json.loads(done.stderr)["hint"]) == (2, hint)
    assert belljar(*arguments, "--format=short").stderr.startswith("E0003 BellRuntimeError: ")


def test_formats_of_pipes(rules: str) -> None:
    done = belljar("batch", rules, "f", "-", "--input-format", "tsv", "--keep", "y", "--to", "tsv", stdin="y\tx\na\t4\n")
    assert (done.returncode, done.stdout) == (0, '"y"\t"f"\n"a"\t25\n')


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("belljar ba", ["plain,batch"]),
        ("belljar batch --enc", ["plain,--encoding"]),
        ("belljar ir --stage o", ["plain,optimized"]),
        ("belljar run x", ["file,x"]),
    ],
)
def test_the_shell_completes(words: str, offered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    monkeypatch.setenv("_BELLJAR_COMPLETE", "bash_complete")
    done = belljar()
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, offered, "")


def test_every_example_is_a_command_line() -> None:
    import shlex

    from belljar.clients.cli import program
    from belljar.commands.session import Session
    from belljar.commands.table import COMMANDS

    class Parsed(Session):
        def run(self, name: str, values: object) -> int:
            return 100 + list(COMMANDS).index(name)

    for place, command in enumerate(COMMANDS.values()):
        assert command.examples, command.name
        for example in command.examples:
            words = shlex.split(example.partition(" >> ")[0])
            assert words[0] == "belljar"
            assert program(Parsed()).main(words[1:], prog_name="belljar", standalone_mode=False) == 100 + place


def test_check_counts_the_errors_of_all_programs(rules: str, write) -> None:  # type: ignore[no-untyped-def]
    one, other = write("print(a)\n", "one.bell"), write("print(b)\nprint(c)\n", "other.bell")
    done = belljar("check", one, rules, other)
    assert done.returncode == 2
    assert "rules.bell: no errors" in done.stdout
    assert done.stderr.endswith("\n\n3 errors\n")
    assert done.stderr.count("\n\n") == 3


def test_progress_for_machines_has_nothing_for_people(rules: str) -> None:
    done = belljar("batch", rules, "f", "x.csv", "--progress", "json")
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert (events[-1]["event"], events[-1]["rows"], events[-1]["errors"]) == ("end", 5, 2)


def test_a_number_of_rows_is_no_limit(rules: str) -> None:
    done = belljar("batch", rules, "f", "x.csv", "--limit", "2")
    assert done.returncode == 2
    assert "--limit takes NAME=VALUE, got '2'" in done.stderr
    assert "did you mean '--rows 2'?" in done.stderr
    assert "--rows is a number of rows, got -1" in belljar("batch", rules, "f", "x.csv", "--rows", "-1").stderr
    both = belljar("batch", rules, "f", "x.csv", "--rows", "2", "--limit", "fuel=100")
    assert (both.returncode, both.stdout) == (0, '"f"\n100\n50\n')


def test_a_program_from_standard_input() -> None:
    assert belljar("run", "/dev/stdin", stdin="print(1)").stdout == "1\n"
    assert "/dev/stdin" in belljar("run", "-", stdin="print(1)").stderr
