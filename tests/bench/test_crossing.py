"""What the part "crossing" measures crosses whole, for every peer that is there."""

from __future__ import annotations

import pytest

pytest.importorskip("rich")
pytest.importorskip("numpy")

from bench import crossing
from bench.clock import QUICK, Timing
from bench.gap import Failure, WrongAnswer

pytestmark = pytest.mark.filterwarnings("default")


def test_values_cross_whole() -> None:
    (grid,) = crossing.run(only=["values"], quick=True, pace=QUICK).grids
    assert all(isinstance(cells["belljar"], Timing) for cells in grid.rows.values())
    assert not [gap for _, _, gap in grid.gaps() if isinstance(gap, Failure | WrongAnswer)]


def test_calls_from_native_code_answer_alike() -> None:
    pytest.importorskip("numba")
    (grid,) = crossing.run(only=["native call"], quick=True, pace=QUICK).grids
    (cells,) = grid.rows.values()
    assert isinstance(cells["belljar numba"], Timing)
    assert isinstance(cells["belljar ctypes"], Timing)
    assert not [gap for _, _, gap in grid.gaps() if isinstance(gap, Failure | WrongAnswer)]


def test_only_the_peers_asked_for_are_measured() -> None:
    (grid,) = crossing.run(peers=["belljar"], quick=True, pace=QUICK).grids
    assert grid.columns == ["belljar"]
