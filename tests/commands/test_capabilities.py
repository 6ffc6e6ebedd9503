"""Capabilities on the command line: --grant, --deny, --hosts, and the command grants."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from belljar.commands.session import Session
from belljar.commands.table import COMMANDS

HOSTS = """
import belljar

hosts = belljar.HostFunctions()


@hosts.add("store.get", capability="store.read", effect="read")
def get(key: str) -> int:
    return len(key)


@hosts.add("store.put", capability="store.write")
def put(key: str, value: int) -> int:
    with open(__file__ + ".log", "a") as file:
        file.write(f"{key}={value}\\n")
    return value
"""
PROGRAM = """
def main(key: str) -> int:
    n = store.get(key)
    if n > 2:
        print(n)
    return store.put(key, n * 2)
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "hosts.py").write_text(HOSTS)
    (tmp_path / "main.bell").write_text(PROGRAM)
    return str(tmp_path / "main.bell"), str(tmp_path / "hosts.py")


def run(name: str, *positional: str, **options: Any) -> tuple[int, str, str]:
    """The exit status of a command, its output and its diagnostics."""
    out, err = io.StringIO(), io.StringIO()
    command = COMMANDS[name]
    values = {
        argument.key: argument.default if argument.default is not None else [] if argument.many else None for argument in command.arguments
    }
    names = [argument.key for argument in command.arguments if argument.is_positional]
    values.update(zip(names, positional, strict=False))
    values.update(options)
    status = Session(out, err).run(name, values)
    return status, out.getvalue(), err.getvalue()


def test_calls_are_granted_by_name(files: tuple[str, str]) -> None:
    program, hosts = files
    status, _, err = run("call", program, "main", args='["ab"]', hosts=hosts)
    assert status == 4
    assert "'store.read' is not granted: the program calls store.get()" in err
    assert "--grant store.read" in err
    assert run("call", program, "main", args='["ab"]', hosts=hosts, grant=["store.read"])[0] == 4
    assert run("call", program, "main", args='["ab"]', hosts=hosts, grant=["store.read", "store.write"])[:2] == (0, "4\n")
    assert run("call", program, "main", args='["ab"]', hosts=hosts, grant=["store.*"])[:2] == (0, "4\n")
    assert run("call", program, "main", args='["ab"]', hosts=hosts, grant=["*"], deny=["store.write"])[0] == 4
    assert run("call", program, "main", args='["abc"]', hosts=hosts, grant=["*"], deny=["io.stdout"])[0] == 4


def test_without_hosts_the_names_are_unknown(files: tuple[str, str]) -> None:
    status, _, err = run("check", [files[0]], format="short")
    assert status == 2
    assert "E0201" in err
    assert run("check", [files[0]], hosts=files[1])[0] == 0


def test_what_a_program_names(files: tuple[str, str]) -> None:
    program, hosts = files
    assert run("grants", program, hosts=hosts, format="short")[:2] == (0, "io.stdout\nstore.read\nstore.write\n")
    assert json.loads(run("grants", program, hosts=hosts, format="json")[1]) == {"names": ["io.stdout", "store.read", "store.write"]}


def test_what_a_call_uses(files: tuple[str, str]) -> None:
    program, hosts = files
    log = Path(hosts + ".log")
    assert run("grants", program, "main", args='["ab"]', hosts=hosts, format="short", dry_run=True)[:2] == (0, "store.read\nstore.write\n")
    assert not log.exists()
    assert run("grants", program, "main", args='["abc"]', hosts=hosts, format="short")[:2] == (0, "io.stdout\nstore.read\nstore.write\n")
    assert log.read_text() == "abc=6\n"


def test_built_in_ones_and_running_from_the_top(tmp_path: Path) -> None:
    program = tmp_path / "clock.bell"
    program.write_text("import time\nif time.time() > 0:\n    print('on')\n")
    assert run("run", str(program))[0] == 4
    assert run("run", str(program), grant=["time.now"])[:2] == (0, "on\n")
    assert run("grants", str(program), format="short")[:2] == (0, "io.stdout\ntime.now\n")
    assert "time.now  the clock" in run("grants", str(program), run=True)[1]
    (tmp_path / "plain.bell").write_text("x = 1\n")
    assert run("grants", str(tmp_path / "plain.bell"))[:2] == (0, "")


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        (None, "File not found"),
        ("x = 1\n", "makes no HostFunctions under the name hosts"),
        ("raise ValueError('no')\n", "ended with ValueError: no"),
        ("raise SystemExit(3)\n", "ended the process"),
        ("raise BaseException('x')\n", "ended with BaseException: x"),
        ("(\n", "ended with SyntaxError"),
        ("open('nowhere')\n", "ended with FileNotFoundError"),
    ],
)
def test_files_that_make_no_hosts(tmp_path: Path, text: str | None, detail: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "main.bell").write_text("x = 1\n")
    if text is not None:
        (tmp_path / "hosts.py").write_text(text)
    status, _, err = run("run", str(tmp_path / "main.bell"), hosts="hosts.py")
    assert status == 2
    assert detail in err


def test_a_pipe_is_no_program(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.bell"
    os.mkfifo(pipe)
    (tmp_path / "main.bell").write_text("x = 1\n")
    for words, options in (((str(pipe),), {}), ((str(tmp_path / "main.bell"),), {"hosts": str(pipe)})):
        status, _, err = run("run", *words, **options)
        assert (status, "E0002" in err, "named pipe" in err) == (2, True, True)


def test_a_file_of_hosts_that_is_nearly_called_so(files: tuple[str, str]) -> None:
    status, _, err = run("run", files[0], hosts=files[1].replace("hosts.py", "hots.py"))
    assert status == 2
    assert f"did you mean '{files[1]}'?" in err
    assert "there is no folder 'nowhere'" in run("run", files[0], hosts="nowhere/hosts.py")[2]


@pytest.mark.parametrize("options", [{"grant": ["a b"]}, {"grant": ["a.*.b"]}, {"deny": ["nothing.known"]}, {"deny": [""]}])
def test_what_is_no_capability(tmp_path: Path, options: dict[str, list[str]]) -> None:
    (tmp_path / "main.bell").write_text("x = 1\n")
    status, _, err = run("run", str(tmp_path / "main.bell"), **options)
    assert status == 2
    assert "E0003" in err
