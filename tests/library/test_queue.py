from __future__ import annotations

import queue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell

OURS = bell("queue")


@given(st.sampled_from(["Queue", "LifoQueue", "PriorityQueue"]), st.lists(st.none() | st.integers(-9, 9)))
def test_order(kind: str, steps: list[int | None]) -> None:
    ours, theirs = getattr(OURS, kind)(3), getattr(queue, kind)(3)
    for step in steps:
        found = []
        for made, module in ((ours, OURS), (theirs, queue)):
            try:
                found.append(made.get_nowait() if step is None else made.put(step, block=False))
            except (module.Empty, module.Full) as problem:
                found.append(type(problem).__name__)
        assert found[0] == found[1]
        assert (ours.qsize(), ours.empty(), ours.full()) == (theirs.qsize(), theirs.empty(), theirs.full())


def test_waiting_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="wait for ever"):
        OURS.Queue().get()
    full = OURS.Queue(1)
    full.put(1)
    with pytest.raises(NotImplementedError, match="wait for ever"):
        full.put(2)
    with pytest.raises(NotImplementedError, match="wait for ever"):
        full.join()
    full.task_done()
    with pytest.raises(ValueError, match="too many times"):
        full.task_done()
