"""belljar trace PROGRAM and belljar replay: the whole way from a program to its trace and back; the exit statuses; files that lie."""

from __future__ import annotations

import io
import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest

import belljar
from belljar.commands.session import Session
from belljar.commands.table import COMMANDS
from belljar.trace.formats.table import FORMATS

TEXT = """
def fee(age: int, tags: list[str]) -> float:
    base = 10.0
    if age < 18:
        base = base / 2
    for tag in tags:
        base += len(tag)
    print("fee", base)
    return base

print("total", base_fee.get(2))
"""
HOSTS = """
import belljar
hosts = belljar.HostFunctions()
hosts.add("base_fee.get", lambda n: n * 2, signature="(n: int) -> int", effect="read")
"""


def run(name: str, path: object, **options: Any) -> tuple[int, str, str]:
    session = Session(io.StringIO(), io.StringIO())
    given = {
        argument.key: False if argument.kind == "flag" else () if argument.many else argument.default
        for argument in COMMANDS[name].arguments
    }
    status = session.run(name, {**given, "trace": str(path), "format": "full", **options})
    return status, session.out.getvalue(), session.err.getvalue()  # type: ignore[attr-defined]


@pytest.fixture
def program(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "rules.bell").write_text(TEXT, encoding="utf-8")
    (tmp_path / "hosts.py").write_text(HOSTS, encoding="utf-8")
    return {"path": tmp_path / "rules.bell", "hosts": str(tmp_path / "hosts.py"), "grant": ("base_fee.*",)}


def made(program: dict[str, Any], tmp_path: Path, **options: Any) -> Path:
    target = tmp_path / "t.jsonl"
    given = {"hosts": program["hosts"], "grant": program["grant"], "output": str(target), **options}
    status, _out, err = run("trace", program["path"], **given)
    assert (status, err) == (0, "")
    return target


def test_a_program_is_traced_and_made_again(program: dict[str, Any], tmp_path: Path) -> None:
    path = made(program, tmp_path)
    assert run("trace", path)[1].splitlines()[1] == "line 11     Host function base_fee.get called with n = 2 and answered 4"
    status, out, err = run("replay", path)
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == f"{path}: 4 events, nothing wrong"
    assert run("replay", path, program=str(program["path"])) == (0, "The run is the same as the trace: 4 events\n", "")
    assert json.loads(run("replay", path, format="json")[1])["valid"] is True
    assert run("replay", path, diff=str(path))[:2] == (0, "The traces are the same: 4 events\n")


def test_a_task_is_traced_and_made_again(program: dict[str, Any], tmp_path: Path) -> None:
    path = made(program, tmp_path, task="fee", args='{"age": 12, "tags": ["a", "bc"]}')
    assert run("replay", path, program=str(program["path"]))[0] == 0
    changed = tmp_path / "changed.bell"
    changed.write_text(TEXT.replace("18", "8"), encoding="utf-8")
    status, out, err = run("replay", path, program=str(changed))
    assert status == 1
    assert out.splitlines()[:4] == [
        "First divergence at event 2 (line 4): metadata.condition_result",
        "  trace  True",
        "  run    False",
        "     4 |     if age < 8:",
    ]
    assert "its text has changed" in err
    told = json.loads(run("replay", path, program=str(changed), format="json")[1])
    assert (told["same"], told["divergence"]["line"], told["divergence"]["left"]) == (False, 4, "True")


def test_what_a_program_prints_and_how_it_ends(program: dict[str, Any], tmp_path: Path) -> None:
    options = {"hosts": program["hosts"], "grant": program["grant"]}
    assert run("trace", program["path"], **options)[1].splitlines()[2] == "line 11     Printed 'total 4\\n'"
    target = str(tmp_path / "t.html")
    assert run("trace", program["path"], output=target, **options) == (0, "total 4\n", "")
    assert Path(target).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    status, out, err = run("trace", program["path"], hosts=program["hosts"], output=str(tmp_path / "t.jsonl"))
    assert (status, out) == (4, "")
    assert "[E0901]" in err
    assert run("replay", tmp_path / "t.jsonl", program=str(program["path"]))[0] == 0
    failing = tmp_path / "failing.bell"
    failing.write_text("x = 1\nwhile True:\n    x += 1\n", encoding="utf-8")
    status, out, err = run("trace", failing, limit=("fuel=200",), level="calls")
    assert status == 3
    assert "[E0801]" in err
    assert "Fuel" in err
    assert run("trace", failing, deny=("io.stdout",), output="x.dat")[0] == 2
    failing.write_text("x = \n", encoding="utf-8")
    assert run("trace", failing)[0] == 2
    assert run("trace", tmp_path / "none.bell")[0] == 2


def test_a_runtime_is_replayed_from_its_file(tmp_path: Path) -> None:
    text = "total = 0\ndef add(n: int) -> int:\n    global total\n    total += n\n    return total\n"
    runtime = belljar.Runtime(text, trace=belljar.TraceCollector())
    for n in (1, 2, 3):
        runtime.call("add", n)
    with (tmp_path / "t.jsonl").open("w", encoding="utf-8") as out:
        FORMATS["jsonl"].write(runtime.trace, out)
    (tmp_path / "add.bell").write_text(text, encoding="utf-8")
    status, out_text, _ = run("replay", tmp_path / "t.jsonl", program=str(tmp_path / "add.bell"))
    assert (status, out_text) == (0, "The run is the same as the trace: 15 events\n")
    (tmp_path / "add.bell").write_text(text.replace("+= n", "+= n * n"), encoding="utf-8")
    status, out_text, _ = run("replay", tmp_path / "t.jsonl", program=str(tmp_path / "add.bell"))
    assert status == 1
    assert out_text.startswith("First divergence at event 8 (line 4): metadata.value\n")


def test_what_does_not_go_together(program: dict[str, Any], tmp_path: Path) -> None:
    path = made(program, tmp_path)
    assert run("trace", path, task="fee")[0] == 2
    assert run("replay", path, program=str(program["path"]), diff=str(path))[0] == 2
    assert run("replay", "-", step=True)[0] == 2
    bare = tmp_path / "bare.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    bare.write_text('{"belljar_trace": 1, "dropped": 0}\n' + "".join(lines[2:]), encoding="utf-8")
    status, _, err = run("replay", bare, program=str(program["path"]))
    assert status == 2
    assert "[E1312]" in err


@pytest.mark.parametrize(
    ("events", "message"),
    [
        (['{"node_type":"IF","phase":"enter","metadata":{}}'], "Unclosed events at end of trace: ['IF']"),
        (
            ['{"node_type":"IF","phase":"enter","metadata":{}}', '{"node_type":"WHILE","phase":"exit","metadata":{}}'],
            "Exit event node_type mismatch: expected IF, got WHILE",
        ),
        (['{"node_type":"IF","phase":"exit","metadata":{}}'], "Exit event for IF without matching enter"),
    ],
)
def test_findings(events: list[str], message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("\n".join(['{"belljar_trace":1}', *events, f'{{"end":{len(events)}}}']) + "\n", encoding="utf-8")
    status, out, err = run("replay", path)
    assert (status, out) == (1, "")
    assert message in err
    told = json.loads(run("replay", path, format="json")[1])
    assert (told["valid"], told["findings"][0]["message"]) == (False, message)


def stepped(monkeypatch: pytest.MonkeyPatch, path: Path, commands: str, **options: Any) -> list[str]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(commands))
    status, out, err = run("replay", path, step=True, **options)
    assert (status, err) == (0, "")
    return out.splitlines()


def test_stepping(program: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(program, tmp_path, task="fee", args='{"age": 12, "tags": ["a", "bc"]}')
    source = {"program": str(program["path"])}
    lines = stepped(monkeypatch, path, "n\n\np 9\ng 3\nv\nw\ni\n", **source)
    assert lines[0] == "[0/13] line 2    Task fee called with age = 12, tags = ['a', 'bc']"
    assert lines[1] == "       2 | def fee(age: int, tags: list[str]) -> float:"
    assert [line.split("]")[0] + "]" for line in lines if line.startswith("[")] == [
        "[0/13]",
        "[1/13]",
        "[2/13]",
        "[0/13]",
        "[3/13]",
        "[6/13]",
    ]
    assert "  base = 5.0" in lines
    assert "       0  line 2     Task fee called with age = 12, tags = ['a', 'bc']" in lines
    assert stepped(monkeypatch, path, "first\np\nx\nn 0\ng z\nf nowhere\nv nobody\nq\nn\n") == [
        "[0/13] line 2    Task fee called with age = 12, tags = ['a', 'bc']",
        "[0/13] line 2    Task fee called with age = 12, tags = ['a', 'bc']",
        "there is nothing further on that way",
        "unknown command 'x': h lists them",
        "'n' takes a number from 1 on",
        "events go from 0 to 13",
        "nothing behind event 0 says 'nowhere'",
        "  nobody has no value here",
    ]
    rows = [json.loads(line) for line in stepped(monkeypatch, path, "f printed\nv\ne\nw\nq\n", format="json")]
    assert (rows[1]["node_type"], rows[1]["line"], rows[2]["vars"]["base"]) == ("PRINT", 8, 8.0)
    assert rows[3]["metadata"]["text"] == "fee 8.0\n"
    assert rows[4]["stack"][0]["node_type"] == "TASKDEF"
    assert len(stepped(monkeypatch, path, "h\nsrc\n")) > 20
    assert "  >    2 | def fee(age: int, tags: list[str]) -> float:" in stepped(monkeypatch, path, "src\n", **source)


TOKENS = (
    b"null",
    b"[]",
    b"-1",
    b"1e999",
    b'["int","zz"]',
    b'["record"]',
    b'["dict",1]',
    b'"E9999"',
    b'"\\ud800"',
    b"99999999999999999999999",
    b"true",
)


def test_files_that_lie(program: dict[str, Any], tmp_path: Path) -> None:
    """Whatever is done to a file: a status of ours (4 where what was granted is another), and one clear error."""
    lines = made(program, tmp_path, task="fee", args='[12, ["a", "bc"]]').read_bytes().splitlines(keepends=True)
    random_ = random.Random(5)
    path = tmp_path / "bad.jsonl"
    for _ in range(150):
        changed = list(lines)
        place = random_.choice((0, 1, random_.randrange(len(changed))))
        line = changed[place]
        match random_.randrange(4):
            case 0:
                at = random_.randrange(len(line))
                changed[place] = line[:at] + bytes([random_.randrange(256)]) + line[at + 1 :]
            case 1:
                del changed[place]
            case 2:
                changed[place] = line[: random_.randrange(len(line))]
            case _:
                colons = [at for at in range(len(line)) if line[at : at + 1] in b":,["]
                at = random_.choice(colons)
                end = min((line.find(stop, at + 1) for stop in (b",", b"}", b"]") if line.find(stop, at + 1) > 0), default=at + 1)
                changed[place] = line[: at + 1] + random_.choice(TOKENS) + line[end:]
        path.write_bytes(b"".join(changed))
        for options in ({}, {"program": str(program["path"])}):
            status, _out, err = run("replay", path, **options)
            assert status in (0, 1, 2, 4), err
            assert not {"E1201", "Traceback"} & set(err.replace("[", " ").replace("]", " ").split()), err
