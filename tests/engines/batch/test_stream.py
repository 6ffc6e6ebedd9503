"""Workers: in order, bounded, and quick to stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from belljar.engines.batch.stream import AHEAD, ordered_map


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_order(threads: int) -> None:
    slow = threading.Event()

    def work(item: int) -> int:
        if item % 10 == 0:
            slow.wait(0.002)
        return item * item

    assert list(ordered_map(work, range(100), threads)) == [item * item for item in range(100)]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_no_more_is_begun_than_is_bounded(threads: int) -> None:
    drawn = [0]

    def items() -> Iterator[int]:
        for item in range(100):
            drawn[0] += 1
            yield item

    for taken, _ in enumerate(ordered_map(lambda item: item, items(), threads), 1):
        assert drawn[0] - taken <= threads + AHEAD


@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_comes_at_its_turn(threads: int) -> None:
    def work(item: int) -> int:
        if item == 5:
            raise ValueError(item)
        return item

    found: list[int] = []
    with pytest.raises(ValueError, match="5"):
        found.extend(ordered_map(work, range(100), threads))
    assert found == [0, 1, 2, 3, 4]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("belljar-batch")]


def test_who_stops_listening_stops_the_work() -> None:
    done: list[int] = []
    results = ordered_map(lambda item: done.append(item), range(1_000), 2)
    next(results)
    results.close()
    assert len(done) <= 2 + AHEAD + 1
