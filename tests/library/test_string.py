from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check

OURS = bell("string")
TEMPLATES = st.lists(st.sampled_from(["$", "${", "}", "a", "b_1", "1", " ", "é", "\n", "ab", "$$", "ſ"]), max_size=12).map("".join)


@pytest.mark.parametrize(
    "name",
    ["whitespace", "ascii_lowercase", "ascii_uppercase", "ascii_letters", "digits", "hexdigits", "octdigits", "punctuation", "printable"],
)
def test_constants(name: str) -> None:
    assert getattr(OURS, name) == getattr(string, name)


@given(st.text(alphabet="aB ,\t\nß"), st.sampled_from([None, ",", " ", "ab"]))
def test_capwords(text: str, separator: str | None) -> None:
    check(lambda: OURS.capwords(text, separator), lambda: string.capwords(text, separator))


@given(TEMPLATES)
def test_template(text: str) -> None:
    values = {"a": 1, "b_1": "two"}
    check(lambda: OURS.Template(text).substitute(values), lambda: string.Template(text).substitute(values))
    check(lambda: OURS.Template(text).substitute(values, ab="x"), lambda: string.Template(text).substitute(values, ab="x"))
    check(lambda: OURS.Template(text).safe_substitute(a=[]), lambda: string.Template(text).safe_substitute(a=[]))
    check(lambda: OURS.Template(text).is_valid(), lambda: string.Template(text).is_valid())
    check(lambda: OURS.Template(text).get_identifiers(), lambda: string.Template(text).get_identifiers())
