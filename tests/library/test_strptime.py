from __future__ import annotations

import datetime as standard
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.library.shelf import bell, outcome
from tests.library.test_datetime import _in_utc, agree

OURS = bell("datetime")
__all__ = ["_in_utc"]

DIRECTIVES = ["%Y", "%m", "%d", "%H", "%M", "%S", "%f", "%y", "%b", "%B", "%a", "%A", "%I", "%p", "%j", "%U", "%W", "%G", "%V", "%u", "%w", "%z", "%Z", "%%"]  # fmt: skip
SEPARATORS = st.sampled_from(["-", " ", "/", ":", "", "T", "  ", ".", "x"])


@settings(max_examples=500)
@given(
    st.datetimes(standard.datetime(1970, 1, 1), standard.datetime(2068, 12, 31)),
    st.lists(st.tuples(st.sampled_from(DIRECTIVES), SEPARATORS), max_size=7, unique_by=lambda pair: pair[0]),
    st.integers(0, 40),
    st.sampled_from(["", "", "", "", "x", "5", " ", "0"]),
)
def test_what_strftime_wrote(moment: Any, pairs: list[tuple[str, str]], place: int, piece: str) -> None:
    directives = {pair[0] for pair in pairs}
    if {"%y", "%Y"} <= directives or len({"%b", "%B", "%m"} & directives) > 1:
        return
    format = "".join(a + b for a, b in pairs)
    text = moment.replace(tzinfo=standard.timezone(standard.timedelta(hours=2))).strftime(format).replace("UTC+02:00", "UTC")
    agree(lambda m: m.datetime.strptime(text, format))
    if piece:
        agree(lambda m: m.datetime.strptime(text[:place] + piece + text[place:], format))
        agree(lambda m: m.datetime.strptime(text[:place], format))


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("2020-01-02", "%Y-%m-%d"), ("2020-1-2", "%Y-%m-%d"), ("12/31/99", "%m/%d/%y"), ("01 jan 2020", "%d %b %Y"), ("JANUARY", "%B"),
        ("May", "%b"), ("May", "%B"), ("Monday", "%A"), ("12:05 pm", "%I:%M %p"), ("12 AM", "%I %p"), ("11", "%I"), ("2020 60", "%Y %j"),
        ("2020 366", "%Y %j"), ("2019 366", "%Y %j"), ("29 Feb", "%d %b"), ("30 Feb 2020", "%d %b %Y"), ("31 04 2020", "%d %m %Y"), ("Feb 29", "%b %d"),
        ("2020 10 1", "%Y %W %w"), ("2020 0 1", "%Y %U %w"), ("2020 10", "%Y %W"), ("2020 53 5", "%G %V %u"), ("2021 53 5", "%G %V %u"),
        ("2020 10", "%G %V"), ("2020 1", "%Y %V"), ("5 1", "%V %u"), ("2020", "%G"), ("2020 5 100", "%G %u %j"), ("+02:30", "%z"), ("-0130", "%z"), ("Z", "%z"),
        ("z", "%z"), ("+023015", "%z"), ("+02:30:15.5", "%z"), ("+02:3015", "%z"), ("+0230:15", "%z"), ("UTC +0200", "%Z %z"), ("GMT", "%Z"), ("gmt", "%Z"),
        ("EST", "%Z"), ("Fri Jan  3 10:20:30 2020", "%c"), ("01/02/03", "%x"), ("10:20:30", "%X"), ("100%", "%H%M%%"), ("5", "%Q"), ("5", "%"), ("a", "a%%%"),
        ("2020-01-02 x", "%Y-%m-%d"), ("x", "y"), ("", ""), ("a", ""), ("", "%Y"), ("1112", "%m%d"), ("111", "%m%d"), ("123", "%H%M%S"),
        ("12.5", "%S.%f"), ("12.1234567", "%S.%f"), ("61", "%S"), ("60", "%M"), ("  5", " %d"), ("5   ", "%d "), ("a.b", "a.b"), ("axb", "a.b"),
        ("(1)", "(%d)"), ("24", "%H"), ("0", "%d"), ("0", "%m"), ("000", "%j"), ("A", "a"), ("69", "%y"), ("68", "%y"), ("10000", "%Y"), ("0000", "%Y"),
        ("May5", "%b%d"), ("\u0665", "%d"), ("2020-01-02T03:04:05.678901+0000", "%Y-%m-%dT%H:%M:%S.%f%z"), ("5\t6", "%d %m"), ("5 6", "%d\t\t%m"),
    ],
)  # fmt: skip
def test_by_hand(text: str, format: str) -> None:
    agree(lambda m: m.datetime.strptime(text, format))


def test_formats_with_many_ways_take_polynomial_time() -> None:
    assert outcome(lambda: OURS.datetime.strptime("1 2", "%d%d")) == ("ValueError", "redefinition of group name 'd'")
    assert outcome(lambda: OURS.datetime.strptime(" " * 200 + "x", "  %d" + "\ny" * 3))[0] == "ValueError"
