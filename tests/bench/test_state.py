"""What the part "state" measures comes back as it was, for every peer."""

from __future__ import annotations

import pytest

pytest.importorskip("rich")

from bench import state
from bench.clock import QUICK, Timing

pytestmark = pytest.mark.filterwarnings("default")


def test_states_come_back() -> None:
    snapshots, instances = state.run(quick=True, pace=QUICK).grids
    assert all(
        isinstance(cell, Timing)
        for grid in (snapshots, instances)
        for cells in grid.rows.values()
        for peer, cell in cells.items()
        if peer != "monty"
    )


def test_only_what_is_asked_for_is_measured() -> None:
    section = state.run(only=["instances"], quick=True, pace=QUICK)
    assert set(section.findings) == set(state.FINDINGS.values())
    (grid,) = state.run(only=["snapshots"], peers=["belljar"], quick=True, pace=QUICK).grids
    assert grid.columns == ["belljar"]
