"""What the part "hosts" measures answers alike, for every peer that is there."""

from __future__ import annotations

import pytest

pytest.importorskip("rich")

from bench import hosts
from bench.clock import QUICK, Timing
from bench.gap import Failure, WrongAnswer

pytestmark = pytest.mark.filterwarnings("default")


def test_calls_answer_alike() -> None:
    section = hosts.run(quick=True, pace=QUICK)
    (grid,) = section.grids
    assert all(isinstance(cells[peer], Timing) for cells in grid.rows.values() for peer in cells if peer.startswith(("belljar", "python")))
    assert not [gap for _, _, gap in grid.gaps() if isinstance(gap, Failure | WrongAnswer)]
    assert "call.host_function" in section.findings
