"""What the options that commands share mean, and the profile above all: grants, limits, dry run and tracing of a run."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from belljar.clients.plain import plain
from belljar.commands.session import Session
from belljar.commands.table import COMMANDS
from belljar.safety._lockdown import missing

LOOP = "def total(n: int) -> int:\n    s = 0\n    for i in range(n):\n        s += i\n    return s\nx = total(2000)\nprint(x)\n"
MAIL = (
    'x = store.get("a")\nmail.send("bob", f"x is {x}")\nprint("sent")\n'
    'def f(n: int) -> int:\n    mail.send("eve", str(n))\n    return n + store.get("b")\n'
)
HOSTS = (
    "import pathlib\nimport belljar\nhosts = belljar.HostFunctions()\nlog = pathlib.Path({log!r})\n"
    "def send(to: str, body: str) -> None:\n    log.write_text(log.read_text() + to + '\\n')\nhosts.add('mail.send', send)\n"
    "hosts.add('store.get', lambda k: 7, signature='(k: str) -> int', effect='read')\n"
)
CONFIG = '[profiles.quiet]\nextends = "execution"\ndescription = "Everything but little work"\nlimits = { max_iterations = 100, max_variables = 5 }\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "rules" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "rules" / "belljar.toml").write_text(CONFIG)
    (inner / "loop.bell").write_text(LOOP)
    (inner / "mail.bell").write_text(MAIL)
    (inner / "hosts.py").write_text(HOSTS.format(log=str(inner / "log")))
    (inner / "log").touch()
    (inner / "data.csv").write_text("n\n5\n700\n3000\n")
    return inner


def command(*words: Any) -> tuple[int, str, str]:
    """A command line, read as the client reads it and run in this process."""
    read = plain([str(word) for word in words])
    assert read is not None, words
    out, err = io.StringIO(), io.StringIO()
    status = Session(out, err).run(*read)
    return status, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("profile", "status", "output", "told"),
    [
        ("analysis", 4, "", ["E0901", "dry run", "traced (full)"]),
        ("execution", 0, "1999000\n", []),
        ("audit", 0, "", ["dry run: 1 line held back", "would print 1999000", "traced (full)"]),
        ("debug", 3, "", ["E0809", "1000 passes", "traced (full)", "1 LIMIT"]),
        ("test", 0, "1999000\n", ["traced (full)"]),
        ("quiet", 3, "", ["E0809", "100 passes"]),
    ],
)
def test_profiles_of_a_run(folder: Path, profile: str, status: int, output: str, told: list[str]) -> None:
    got, out, err = command("run", folder / "loop.bell", "--profile", profile)
    assert (got, out) == (status, output)
    assert all(text in err for text in told)
    assert ("traced" in err, "dry run" in err) == ("traced (full)" in told, profile in ("analysis", "audit"))


@pytest.mark.parametrize(
    ("profile", "status", "sent", "would"),
    [("analysis", 4, 0, 0), ("execution", 0, 1, 0), ("audit", 0, 0, 1), ("debug", 0, 1, 0), ("test", 4, 0, 0), ("quiet", 0, 1, 0)],
)
def test_profiles_and_functions_of_the_host(folder: Path, profile: str, status: int, sent: int, would: int) -> None:
    got, _, err = command("run", folder / "mail.bell", "--hosts", folder / "hosts.py", "--profile", profile)
    assert got == status
    assert (folder / "log").read_text().count("bob") == sent
    assert err.count("would call mail.send(to='bob', body='x is 7')") == would


def test_options_count_more_than_the_profile(folder: Path) -> None:
    loop = folder / "loop.bell"
    assert command("run", loop, "--profile", "debug", "--limit", "iterations=5000")[:2] == (0, "1999000\n")
    status, out, err = command("run", loop, "--profile", "analysis", "--grant", "io.stdout")
    assert (status, out, "would print 1999000" in err) == (0, "", True)
    assert command("run", loop, "--profile", "execution", "--deny", "io.stdout")[0] == 4
    mail = ("run", folder / "mail.bell", "--hosts", folder / "hosts.py", "--profile", "execution")
    assert command(*mail, "--dry-run")[2].count("would call") == 1
    assert command(*mail, "--deny", "store.get")[0] == 4
    assert command(*mail, "--deny", "time.now")[0] == 0  # the rest of everything stays granted
    assert (folder / "log").read_text() == "bob\n"


def test_a_call_is_dry_and_traced(folder: Path) -> None:
    words = ("call", folder / "mail.bell", "f", "--hosts", folder / "hosts.py", "--args", "[1]")
    status, out, err = command(*words, "--profile", "audit", "--trace", folder / "t.jsonl")
    assert (status, out) == (0, "8\n")
    assert (err.count("would call"), err.count("would print sent")) == (2, 1)
    assert not (folder / "log").read_text()
    status, out, _ = command("trace", folder / "t.jsonl", "--check", "--profile", "test")
    assert (status, "TASKDEF" in out) == (0, True)
    status, _, err = command(*words, "--profile", "audit", "--format", "json")
    told = json.loads(err)
    assert [row["arguments"]["to"] for row in told["would"]] == ["bob", "eve"]
    assert told["trace"]["counts"]["TASKDEF"] == 2


def test_a_trace_without_a_profile_and_one_that_may_not_print(folder: Path) -> None:
    status, out, err = command("run", folder / "loop.bell", "--trace", folder / "t.jsonl")
    assert (status, out, err) == (0, "1999000\n", f"wrote the trace (full) to {folder / 't.jsonl'}\n")
    assert command("run", folder / "loop.bell", "--trace", folder / "t.jsonl", "--deny", "io.stdout")[0] == 4
    assert "E0901" in (folder / "t.jsonl").read_text()


def test_every_command_takes_a_profile_and_refuses_an_unknown_one(folder: Path) -> None:
    for row in COMMANDS.values():
        assert any(argument.name == "--profile" for argument in row.arguments), row.name
        positional = [a.choices[0] if a.choices else str(folder / "loop.bell") for a in row.arguments if a.is_positional and a.required]
        status, out, err = command(row.name, *positional, "--profile", "audot")
        assert (status, out) == (2, ""), row.name
        assert "E1401" in err
        assert "did you mean 'audit'? profiles are analysis, execution, audit, debug, test" in err


def test_belljar_toml_is_found_from_the_folder_of_the_program(folder: Path, tmp_path: Path) -> None:
    assert "quiet" in command("profiles", folder / "loop.bell")[1]
    elsewhere = tmp_path / "p.bell"
    elsewhere.write_text(LOOP)
    assert command("run", elsewhere, "--profile", "quiet")[0] == 2
    (folder / "belljar.toml").write_text("[profiles.quiet]\nlimits = { max_iteration = 1 }\n")
    status, _, err = command("run", folder / "loop.bell", "--profile", "quiet")
    assert (status, "E1402" in err) == (2, True)
    assert command("run", folder / "loop.bell", "--profile", "test")[0] == 0
    status, out, _ = command("profiles", "--profile", "debug", "--format", "json")
    assert (status, json.loads(out)["max_iterations"]) == (0, 1000)
    assert "max_iterations 1,000" in command("profiles", "--profile", "debug")[1]


def test_profiles_of_other_commands(folder: Path) -> None:
    loop, mail, hosts = folder / "loop.bell", folder / "mail.bell", ("--hosts", folder / "hosts.py")
    assert "io.stdout, which the profile does not grant" in command("check", loop, "--profile", "analysis")[2]
    assert command("check", loop, "--profile", "quiet")[0] == 0
    (folder / "many.bell").write_text("a = b = c = d = e = f = 1\n")
    assert "E0806" in command("check", folder / "many.bell", "--profile", "quiet")[2]
    listed = command("grants", mail, *hosts, "--profile", "test")[1].splitlines()
    assert [line.split()[0] for line in listed if "not granted" in line] == ["mail.send", "store.get"]
    assert json.loads(command("grants", mail, *hosts, "--profile", "test", "--format", "json")[1])["refused"] == ["mail.send", "store.get"]
    status, out, err = command("inspect", mail, *hosts, "--profile", "audit", "--part", "vars")
    assert (status, "x" in out, "would call mail.send" in err) == (0, True, True)
    assert command("inspect", loop, "--profile", "debug")[0] == 3
    rows = folder / "rows.bell"
    rows.write_text(LOOP.partition("x =")[0])
    words = ("batch", rows, "total", folder / "data.csv", "-o", folder / "out.csv")
    status, out, err = command(*words, "--profile", "debug", "--limit", "iterations=600", "--errors", folder / "e.jsonl")
    assert (status, (folder / "out.csv").read_text()) == (0, '"total"\n10\n""\n""\n')
    assert (folder / "e.jsonl").read_text().count("E0809") == 2
    (folder / "out.csv").unlink()
    status, out, err = command(*words, "--profile", "audit")
    assert (status, "nothing written" in err, (folder / "out.csv").exists()) == (0, True, False)


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("fuel=100", "E0801"),
        ("iterations=100", "E0809"),
        ("max_iterations=100", "E0809"),
        ("max_fuel=100", "E0801"),
        ("max_output=3", "E0805"),
        ("functions=1", ""),
        ("variables=1", ""),
    ],
)
def test_all_limits_have_names(folder: Path, limit: str, code: str) -> None:
    status, _, err = command("run", folder / "loop.bell", "--limit", limit)
    assert (status, code in err) == (3 if code else 0, True)


def test_names_functions_and_events_are_limited(folder: Path) -> None:
    path = folder / "many.bell"
    path.write_text("a = b = 1\ndef f() -> int:\n    return 1\ndef g() -> int:\n    return 2\nemit('x')\nemit('x')\n")
    for limit, code in (("variables=1", "E0806"), ("max_functions=1", "E0807"), ("events=1", "E0808")):
        status, _, err = command("run", path, "--limit", limit)
        assert (status, code in err) == (3, True), err
        assert "--limit" in err
    assert (
        "limits are depth, events, fuel, functions, iterations, memory, output, time, variables"
        in command("run", path, "--limit", "x=1")[2]
    )


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_iterations_are_limited_in_every_engine(folder: Path, engine: str) -> None:
    assert command("run", folder / "loop.bell", "--engine", engine, "--limit", "iterations=1999")[0] == 3
    assert command("run", folder / "loop.bell", "--engine", engine, "--limit", "iterations=2000")[0] == 0


def test_a_traced_run_calls_the_host_once_and_says_the_same_in_a_worker(folder: Path) -> None:
    if missing():
        pytest.skip(missing())
    words = ("call", folder / "mail.bell", "f", "--hosts", folder / "hosts.py", "--args", "[1]", "--grant", "*")
    told = []
    for name, more in (("here", ()), ("there", ("--isolation", "process")), ("dry", ("--isolation", "process", "--dry-run"))):
        (folder / "log").write_text("")
        status, out, err = command(*words, *more, "--trace", folder / name)
        assert (status, out) == (0, ("" if name == "dry" else "sent\n") + "8\n")
        told.append(((folder / name).read_text(), (folder / "log").read_text()))
        assert ("would call mail.send(to='eve', body='1')" in err) == (name == "dry")
    assert told[0] == told[1]
    assert told[0][1] == "bob\neve\n"
    assert told[2][1] == ""
    assert '"dry_run":true' in told[2][0]
    assert command("trace", folder / "loop.bell", "--isolation", "process")[1] == command("trace", folder / "loop.bell")[1]


def test_a_worker_that_is_killed_leaves_a_trace_that_can_be_read(folder: Path) -> None:
    if missing():
        pytest.skip(missing())
    (folder / "stop.py").write_text(
        "import os, pathlib, signal\nimport belljar\nhosts = belljar.HostFunctions()\n"
        "def stop() -> None:\n"
        "    for children in pathlib.Path('/proc/self/task').glob('*/children'):\n"
        "        for pid in children.read_text().split():\n"
        "            if 'belljar.runtime.worker' in pathlib.Path(f'/proc/{pid}/cmdline').read_text():\n"
        "                os.kill(int(pid), signal.SIGKILL)\n"
        "hosts.add('stop.now', stop)\n"
    )
    (folder / "stop.bell").write_text("x = 1\nfor i in range(3):\n    x += i\nstop.now()\ny = 2\n")
    words = ("run", folder / "stop.bell", "--hosts", folder / "stop.py", "--grant", "*", "--isolation", "process", "--trace", folder / "t")
    status, _, err = command(*words)
    assert status == 1
    assert err.count("E1203") == 1
    status, out, _ = command("trace", folder / "t", "--check")
    assert (status, "FOR point" in out) == (0, True)
    assert "E1203" in (folder / "t").read_text().splitlines()[-2]
