"""docs/trace.md: every example does what it says, and nothing is left out."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import belljar.trace.events
import belljar.trace.explain
from belljar.trace.formats.table import FORMATS
from belljar.trace.phrasebook import SHIPPED
from belljar.trace.plain_data import JSON_NAMES
from belljar.trace.stepper import Stepper

TEXT = (Path(__file__).parents[2] / "docs" / "trace.md").read_text(encoding="utf-8")


def test_examples() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 8
    test = doctest.DocTestParser().get_doctest("".join(blocks), {}, "trace.md", "docs/trace.md", 0)
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert result.failed == 0, "".join(said)
    assert result.attempted > 30


@pytest.mark.parametrize("module", [belljar.trace.events, belljar.trace.explain])
def test_examples_of_the_modules(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_nothing_is_left_out() -> None:
    moves = [name for name, member in vars(Stepper).items() if callable(member) and not name.startswith("_")]
    words = {*FORMATS, *SHIPPED, *JSON_NAMES.values(), *moves}
    assert not {word for word in words if not re.search(rf"`{re.escape(word)}[`(]", TEXT)}


def test_commands_are_right() -> None:
    from belljar.clients.plain import plain

    lines = re.findall(r"^belljar (.*?)(?:  +#.*)?$", TEXT, re.MULTILINE)
    assert len(lines) == 7
    for line in lines:
        assert plain(line.split()) is not None, line
