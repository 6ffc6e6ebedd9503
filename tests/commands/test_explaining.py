"""belljar why and belljar explain: of a call and of a row, their forms, statuses, bad questions."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

import belljar
from belljar.commands.session import Session
from belljar.commands.table import COMMANDS
from belljar.runtime.recording import Recording
from belljar.trace.explain import ExplanationEngine

PROGRAM = """def price(qty: int, unit: float, note: str) -> float:
    if qty < 0:
        raise ValueError("qty")
    total = qty * unit
    print(total)
    if total > 40.0:
        total = total * 0.9
    return total
"""


def asked(command: str, program: Path, task: str = "price", **options: Any) -> tuple[int, str, str]:
    rows = COMMANDS[command].arguments
    values = {row.key: [] if row.many else False if row.kind == "flag" else row.default for row in rows}
    session = Session(io.StringIO(), io.StringIO())
    status = session.run(command, {**values, "program": str(program), "task": task, "format": "full", **options})
    return status, session.out.getvalue(), session.err.getvalue()  # type: ignore[attr-defined]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "order.bell"
    path.write_text(PROGRAM)
    (tmp_path / "rows.csv").write_text("qty,unit,note\n1,10.0,a\n20,2.5,b\n-1,1.0,c\n")
    silent = tmp_path / "silent.bell"
    silent.write_text(PROGRAM.replace("    print(total)\n", ""))
    return path


def test_why_of_a_call(program: Path) -> None:
    status, out, err = asked("why", program, args='[20, 2.5, "n"]', value="total")
    assert (status, err) == (0, "")
    assert out.startswith("price(): why total = 45.0\ninputs\n")
    assert "note" not in out
    status, out, _ = asked("why", program, args='{"qty": 20, "unit": 2.5, "note": "n"}', format="json")
    assert json.loads(out)["inputs"] == ["qty", "unit"]
    assert asked("why", program, args='[20, 2.5, "n"]', format="json")[1] == out


def test_why_of_a_row(program: Path) -> None:
    data = program.with_name("rows.csv")
    silent = program.with_name("silent.bell")
    status, out, _ = asked("why", silent, sources=[str(data)], row=1)
    assert status == 0
    assert out.startswith(f"row 1 of {data}: price(): why return = 45.0\n")
    assert asked("why", silent, sources=[str(data)], row=2)[1].startswith(f"row 2 of {data}: price(): why return = ValueError")


def test_explain_as_text_json_and_a_page(program: Path, tmp_path: Path) -> None:
    status, out, err = asked("explain", program, args='[20, 2.5, "n"]')
    assert (status, err) == (0, "")
    assert "line 6      Condition evaluated to true → entered then branch\n" in out
    status, out, _ = asked("explain", program, args='[20, 2.5, "n"]', to="json")
    assert [step["node_type"] for step in json.loads(out)][:2] == ["TASKDEF", "IF"]
    page = tmp_path / "page.html"
    assert asked("explain", program, args='[20, 2.5, "n"]', to="html", output=str(page)) == (0, "", "")
    assert page.read_text().startswith("<!DOCTYPE html>") or page.read_text().startswith("<!doctype html>")
    assert "total = qty * unit" in page.read_text()


def test_explain_of_a_row_has_the_status_of_the_call(program: Path) -> None:
    silent, data = program.with_name("silent.bell"), [str(program.with_name("rows.csv"))]
    assert asked("explain", silent, sources=data, row=1)[0] == 0
    status, out, err = asked("explain", silent, sources=data, row=2)
    assert status == 1
    assert "ValueError raised: qty" in out
    assert "[E0705]" in err


def test_explain_of_a_row_says_what_decided(tmp_path: Path) -> None:
    program, data = tmp_path / "score.bell", tmp_path / "rows.csv"
    program.write_text("def score(n: int, who: str) -> int:\n    return n * 2 if n > 1 else len([c for c in who if c > 'a'])\n")
    data.write_text("n,who\n5,x\n1,ab\n")
    status, out, _ = asked("explain", program, "score", sources=[str(data)], row=1)
    assert status == 0
    assert out.splitlines() == [
        f"row 1 of {data}: score()",
        "line 1    Task score called with n = 1, who = 'ab'",
        "line 2      Condition evaluated to false → value of len([c for c in who if c > 'a'])",
        "line 2      Comprehension started",
        "line 2        Comprehension (iteration 1): c = 'a'",
        "line 2          Condition c > 'a' is false → item left out",
        "line 2        Comprehension (iteration 2): c = 'b'",
        "line 2          Condition c > 'a' is true → item kept",
        "line 2      Comprehension made ['b'] in 2 iterations",
        "line 2      Returned 1",
        "line 1    Task score returned 1",
    ]
    trace = Recording(belljar.compile_file(program)).row("score", data, 1)
    assert list(ExplanationEngine().text(trace)) == out.splitlines()[1:]


@pytest.mark.parametrize("command", ["why", "explain"])
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"task": "pric"}, "E0404"),
        ({"args": "[1"}, "E0003"),
        ({"args": "[1]"}, "E0401"),
        ({"args": '["x", 1.0, "n"]'}, "E0302"),
        ({"row": 1}, "E0003"),
        ({"sources": ["rows.csv"]}, "E0003"),
        ({"sources": ["rows.csv"], "row": 9}, "E0003"),
        ({"sources": ["rows.csv"], "row": -1}, "E0003"),
        ({"sources": ["rows.csv"], "row": 1, "args": "[1]"}, "E0003"),
        ({"sources": ["none.csv"], "row": 1}, "E0001"),
    ],
)
def test_bad_questions(program: Path, monkeypatch: pytest.MonkeyPatch, command: str, options: dict[str, Any], code: str) -> None:
    monkeypatch.chdir(program.parent)
    status, out, err = asked(command, program, **options)
    assert (status, out) == (2, "")
    assert f"[{code}]" in err


def test_a_name_that_is_no_value(program: Path) -> None:
    status, _, err = asked("why", program, args='[20, 2.5, "n"]', value="totl")
    assert status == 2
    assert "[E1331]: price() has no value 'totl'" in err
    assert "did you mean 'total'?" in err


def test_why_of_the_module_level(tmp_path: Path) -> None:
    program = tmp_path / "report.bell"
    program.write_text("totals = {'north': limit * 2}\nbroken = 1 // limit\n")
    status, out, err = asked("why", program, task=None, input=["limit=3"], value="totals['north']")
    assert (status, err) == (0, "")
    assert out.startswith("why totals['north'] = 6")
    assert "limit = 3" in out
    status, out, _ = asked("why", program, task=None, input=["limit=0"])  # an error is a value that came from somewhere
    assert status == 0
    assert "ZeroDivisionError" in out
    assert "--value NAME" in asked("why", program, task=None, input=["limit=1"])[2]
    for wrong in ({"args": "[1]"}, {"row": 1}, {}, {"input": ["limit=1", "other=2"], "value": "nope"}):
        status, _, err = asked("why", program, task=None, **{"value": "totals", **wrong})
        assert status == 2, wrong
        assert "Traceback" not in err
