"""The examples of docs/security.md, run as they are written."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "security.md"


def test_the_examples_of_the_guide() -> None:
    names: dict[str, Any] = {}
    test = doctest.DocTestParser().get_doctest(GUIDE.read_text(encoding="utf-8"), names, GUIDE.name, str(GUIDE), 0)
    assert len(test.examples) > 6
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    said: list[str] = []
    runner.run(test, out=said.append)
    assert not runner.failures, "".join(said)
