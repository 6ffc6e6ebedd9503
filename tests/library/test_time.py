"""time and abc: what asks the host, and what marks classes."""

from __future__ import annotations

import pytest

from tests.library.shelf import bell, outcome

OURS = bell("time")


def test_the_clock() -> None:
    assert OURS.time() == 1_700_000_000.123456
    assert OURS.time_ns() == 1_700_000_000_123_456_000
    assert OURS.monotonic() == OURS.perf_counter() == 12.5
    assert OURS.monotonic_ns() == OURS.perf_counter_ns() == 12_500_000_000
    assert OURS.sleep(0) is None
    assert outcome(lambda: OURS.sleep(-1)) == ("ValueError", "sleep length must be non-negative")


@pytest.mark.parametrize("value", [len, max])
def test_abc(value: object) -> None:
    library = bell("abc")
    assert library.abstractmethod(value) is value
    assert issubclass(type("Own", (library.ABC,), {}), library.ABC)
