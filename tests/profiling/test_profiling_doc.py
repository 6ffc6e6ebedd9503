"""docs/profiling.md: every example does what it says, every command is right, nothing is left out."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from belljar.clients.plain import plain
from belljar.profiling.formats import FORMATS
from belljar.profiling.profile import MEASURES

TEXT = (Path(__file__).parents[2] / "docs" / "profiling.md").read_text(encoding="utf-8")


def test_examples() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    test = doctest.DocTestParser().get_doctest("".join(blocks), {}, "profiling.md", "docs/profiling.md", 0)
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert result.failed == 0, "".join(said)
    assert result.attempted > 12


def test_commands_are_right() -> None:
    import shlex

    lines = re.findall(r"^belljar (.*?)(?:  +#.*)?$", TEXT, re.MULTILINE)
    assert len(lines) == 8
    for line in lines:
        assert plain(shlex.split(line)) is not None, line


def test_nothing_is_left_out() -> None:
    assert not {word for word in (*FORMATS, *MEASURES) if f"`{word}`" not in TEXT}
