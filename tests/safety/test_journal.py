"""Journals: sequences of calls, as data and as text."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import pytest

from belljar.errors import BellError
from belljar.safety.journal import HostCall, Journal
from belljar.values import Record

VALUES = {
    "none": None,
    "flags": [True, False],
    "numbers": (1, -(2**63), 2**70, 2**3000, 1.5, -0.0, math.inf),
    "texts": ["", "grüße \U0001f600", "\ud800", 'a"b\\\n'],
    "bytes": b"\0\xff",
    "sets": {1, 2},
    "frozen": frozenset({("a", 1)}),
    "table": {1: "a", ("x", 2): [{}]},
    "range": range(1, 10, 3),
    "record": Record("Point", {"x": 1, "y": [2]}),
    "decimal": Decimal("1.10"),
}


def journal() -> Journal:
    made = Journal()
    made.append(HostCall("mail.send", dict(VALUES), answer=VALUES, capability="mail.send"))
    made.append(HostCall("store.read", {}, error="KeyError: a", code="E0905", caught_as="KeyError", capability="store.read", effect="read"))
    made.append(HostCall("mail.send", {"to": "a"}, dry_run=True, capability="mail.send"))
    return made


def test_calls_are_numbered_in_order() -> None:
    made = journal()
    assert [call.seq for call in made] == [0, 1, 2]
    assert len(made) == 3
    assert made[1].name == "store.read"
    assert repr(made) == "<Journal of 3 calls>"
    assert made[2].text() == "mail.send(to='a')"


def test_text_gives_back_the_journal() -> None:
    made = journal()
    assert Journal.from_text(made.to_text()) == made
    assert made.to_text() == Journal.from_text(made.to_text()).to_text()
    assert Journal.from_text(Journal().to_text()) == Journal()
    nan = Journal([HostCall("f", {"x": math.nan})])
    assert math.isnan(Journal.from_text(nan.to_text())[0].arguments["x"])


def test_data_is_json() -> None:
    call = HostCall("f", {"x": [1, Record("P", {"y": 2})]}, answer=(1, "a"), capability="f", effect="read")
    assert json.loads(json.dumps(call.to_dict())) == {
        "seq": 0, "name": "f", "capability": "f", "effect": "read", "dry_run": False, "arguments": {"x": [1, {"y": 2}]}, "answer": [1, "a"],
    }  # fmt: skip
    assert journal().to_dicts()[1]["error"] == "KeyError: a"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '["belljar journal 2"]\n',
        '["belljar journal 1"]\n[1]',
        '["belljar journal 1"]\n["f",[],["nothing"],"","","",false,""]',
        "[" * 100_000,
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(BellError) as caught:
        Journal.from_text(text)
    assert caught.value.code == "E0003"


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(BellError, match="holds a object"):
        Journal([HostCall("f", {"x": object()})]).to_text()
