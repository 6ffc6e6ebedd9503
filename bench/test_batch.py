"""Batch workloads for pytest-benchmark: ``pytest bench/test_batch.py``, over a tenth of the rows; answers are checked before the clock."""

from __future__ import annotations

import pytest

from bench.batch import PEERS, THREADS, WORKLOADS, Expected, checked
from bench.gap import Gap, WrongAnswer

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module", params=WORKLOADS)
def workload(request):
    """A workload with its table and what CPython answers."""
    chosen = WORKLOADS[request.param]
    table = chosen.columns(chosen.rows // 10)
    return chosen, table, Expected(chosen, table)


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("peer", PEERS)
def test_batch(benchmark, workload, peer: str, threads: int) -> None:
    """One pass over the rows; a peer that cannot take part is skipped by name."""
    chosen, table, expected = workload
    if peer not in (*chosen.peers, "belljar"):
        pytest.skip(f"{peer} has no version of {chosen.name}")
    try:
        run, rows = checked(peer, chosen, table, threads, expected)
    except WrongAnswer as wrong:
        pytest.fail(f"{peer}: {wrong.reason}")
    except Gap as gap:
        pytest.skip(f"{peer}: {gap.reason}")
    benchmark.group = f"{chosen.name}, {threads} threads"
    benchmark.extra_info["rows"] = rows
    assert benchmark(run) is not None
