"""What each pass makes of small examples, as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ir.passes.golden import ROOT, optimised, read

FILES = sorted(ROOT.glob("*.ir"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    before, names, after = read(path)
    assert optimised(before, names) == after


def test_every_pass_has_a_golden_file() -> None:
    shown = {name for path in FILES for name in read(path)[1]}
    files = {path.stem for path in (Path(__file__).parents[3] / "src/belljar/ir/passes").glob("*.py")}
    assert files - {"__init__", "allocation_sites", "fold", "fuel", "segments", "traced"} <= shown
