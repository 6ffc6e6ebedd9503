from __future__ import annotations

import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check

OURS = bell("io")
TEXTS = st.lists(st.sampled_from(["a", "bc", "\n", "\r", "\r\n", "é"]), max_size=8).map("".join)
STEPS = st.lists(
    st.tuples(st.just("write"), TEXTS)
    | st.tuples(st.sampled_from(["read", "readline"]), st.integers(-1, 5) | st.none())
    | st.tuples(st.just("seek"), st.integers(-1, 12))
    | st.tuples(st.just("truncate"), st.none() | st.integers(-1, 6))
    | st.tuples(st.just("readlines"), st.integers(-1, 5))
    | st.tuples(st.sampled_from(["tell", "getvalue", "close", "flush"]), st.just(...)),
    max_size=10,
)


@given(TEXTS, st.sampled_from(["\n", "", None, "\r\n", "\r"]), STEPS)
def test_steps(text: str, newline: str | None, steps: list[tuple[str, Any]]) -> None:
    ours, theirs = OURS.StringIO(text, newline), io.StringIO(text, newline)
    for name, argument in steps:
        arguments = () if argument is ... else (argument,)
        check(lambda: getattr(ours, name)(*arguments), lambda: getattr(theirs, name)(*arguments))
    assert ours.closed == theirs.closed


def test_lines() -> None:
    with OURS.StringIO("a\nb") as ours, io.StringIO("a\nb") as theirs:
        assert list(ours) == list(theirs)
        ours.writelines(["x", "y\n"])
        theirs.writelines(["x", "y\n"])
        assert ours.getvalue() == theirs.getvalue()
        assert (ours.readable(), ours.writable(), ours.seekable(), ours.isatty()) == (True, True, True, False)


def test_mistakes() -> None:
    check(lambda: OURS.StringIO(b"x"), lambda: io.StringIO(b"x"))  # type: ignore[arg-type]
    check(lambda: OURS.StringIO("x", "?"), lambda: io.StringIO("x", "?"))
    check(lambda: OURS.StringIO().write(3), lambda: io.StringIO().write(3))  # type: ignore[arg-type]
