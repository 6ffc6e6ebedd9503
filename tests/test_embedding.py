"""The examples of the guide to programs inside Python, run as they are written."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import pytest

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "embedding.md"

pytest.importorskip("scipy")
pytest.importorskip("numba")


def test_the_examples_of_the_guide() -> None:
    names: dict[str, Any] = {}
    text = GUIDE.read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, names, GUIDE.name, str(GUIDE), 0)
    assert len(test.examples) > 20
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    said: list[str] = []
    runner.run(test, out=said.append)
    assert not runner.failures, "".join(said)
