from __future__ import annotations

import calendar
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check

OURS = bell("calendar")


@given(st.integers(1, 9998), st.integers(0, 13), st.integers(-1, 8), st.integers(1, 30))
def test_months(year: int, month: int, first: int, day: int) -> None:
    check(lambda: OURS.monthrange(year, month), lambda: calendar.monthrange(year, month))
    for name in ("itermonthdays", "itermonthdays2", "monthdayscalendar", "monthdays2calendar", "itermonthdays3", "itermonthdays4"):
        check(
            lambda: list(getattr(OURS.Calendar(first), name)(year, month)),
            lambda: list(getattr(calendar.Calendar(first), name)(year, month)),
        )
    for name in ("itermonthdates", "monthdatescalendar"):
        check(
            lambda: str(list(getattr(OURS.Calendar(first), name)(year, month))),
            lambda: str(list(getattr(calendar.Calendar(first), name)(year, month))),
        )
    check(lambda: list(OURS.Calendar(first).iterweekdays()), lambda: list(calendar.Calendar(first).iterweekdays()))
    check(lambda: OURS.TextCalendar(first).formatmonth(year, month), lambda: calendar.TextCalendar(first).formatmonth(year, month))
    check(lambda: OURS.TextCalendar().formatmonth(year, month, day, 2), lambda: calendar.TextCalendar().formatmonth(year, month, day, 2))
    check(lambda: OURS.weekday(year, month, day), lambda: calendar.weekday(year, month, day))
    check(lambda: OURS.month(year, month), lambda: calendar.month(year, month))
    check(lambda: OURS.monthcalendar(year, month), lambda: calendar.monthcalendar(year, month))


@given(st.integers(-3000, 12000), st.integers(-3000, 12000))
def test_leap_years(first: int, second: int) -> None:
    assert OURS.isleap(first) == calendar.isleap(first)
    assert OURS.leapdays(first, second) == calendar.leapdays(first, second)
    assert OURS.weekday(first, 3, 1) == calendar.weekday(first, 3, 1)


@given(st.datetimes())
def test_timegm(moment: Any) -> None:
    assert OURS.timegm(moment.timetuple()) == calendar.timegm(moment.timetuple())


def test_names_and_first_weekday() -> None:
    for name in ("day_name", "day_abbr", "month_name", "month_abbr"):
        assert getattr(OURS, name) == list(getattr(calendar, name))
    for module in (OURS, calendar):
        module.setfirstweekday(6)
    try:
        assert OURS.firstweekday() == calendar.firstweekday()
        assert OURS.weekheader(3) == calendar.weekheader(3)
        assert OURS.month(2024, 2) == calendar.month(2024, 2)
        check(lambda: OURS.setfirstweekday(7), lambda: calendar.setfirstweekday(7))
    finally:
        for module in (OURS, calendar):
            module.setfirstweekday(0)
    made = OURS.Calendar(2)
    made.firstweekday = 9
    assert made.firstweekday == 2 == made.getfirstweekday()
