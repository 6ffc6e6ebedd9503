"""time and abc: what asks the host, and what marks classes."""

from __future__ import annotations

import calendar
import time as standard

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check, outcome
from tests.library.test_datetime import _in_utc

__all__ = ["_in_utc"]

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


@given(st.integers(-(10**10), 10**11) | st.floats(0, 1e10))
def test_moments(seconds: float) -> None:
    for name in ("gmtime", "ctime"):
        check(lambda: repr(getattr(OURS, name)(seconds)), lambda: repr(getattr(standard, name)(seconds)))
    moment = standard.gmtime(seconds)
    assert OURS.mktime(tuple(moment)) == calendar.timegm(moment)
    text = standard.strftime("%Y-%m-%d %H:%M:%S %j %a", moment)
    assert OURS.strftime("%Y-%m-%d %H:%M:%S %j %a", tuple(moment)) == text
    if 1000 <= moment.tm_year:
        assert tuple(OURS.strptime(text, "%Y-%m-%d %H:%M:%S %j %a")) == tuple(standard.strptime(text, "%Y-%m-%d %H:%M:%S %j %a"))


def test_moments_of_the_clock() -> None:
    assert repr(OURS.localtime()) == repr(OURS.gmtime(1_700_000_000))
    assert OURS.ctime() == OURS.asctime() == "Tue Nov 14 22:13:20 2023"
    assert OURS.strftime("%H:%M %Z") == "22:13 UTC"
    assert OURS.struct_time is type(OURS.gmtime(0))
