"""Kernels for pytest-benchmark: ``pytest bench/test_kernels.py --benchmark-group-by=group``; answers are checked before the clock."""

from __future__ import annotations

import pytest

from bench.gap import Gap, WrongAnswer
from bench.kernel_peers import PEERS
from bench.kernel_table import KERNELS
from bench.kernels import prepared

pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("peer", PEERS)
def test_kernel(benchmark, peer: str, kernel: str) -> None:
    """Small input; a peer that cannot take part is skipped by name."""
    try:
        case = prepared(PEERS[peer], KERNELS[kernel], KERNELS[kernel].small)
    except WrongAnswer as wrong:
        pytest.fail(f"{peer}: {wrong.reason}")
    except Gap as gap:
        pytest.skip(f"{peer}: {gap.reason}")
    benchmark.group = kernel
    assert benchmark(case) is not None
