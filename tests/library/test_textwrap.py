from __future__ import annotations

import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.library.shelf import bell, check, outcome

OURS = bell("textwrap")
WORDS = st.sampled_from(
    ["a", "word", "well-known", "x--y", "--option", "end.", 'said."', "e-mail", "a-b-c-d", "--", "---", "-", "é-ü", "1-2", "ab-cd--ef", "\t", "\n", "  ", " ", " ", "\x0b", "_x-y_", "long" * 6, "it's-so", "(in-side)", "..", "İ-a"]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=14).flatmap(lambda words: st.sampled_from(["", " "]).map(lambda gap: gap.join(words)))
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "width": st.integers(-1, 25),
        "initial_indent": st.sampled_from(["", "  ", "* "]),
        "subsequent_indent": st.sampled_from(["", "    ", "long indent"]),
        "expand_tabs": st.booleans(),
        "replace_whitespace": st.booleans(),
        "fix_sentence_endings": st.booleans(),
        "break_long_words": st.booleans(),
        "drop_whitespace": st.booleans(),
        "break_on_hyphens": st.booleans(),
        "tabsize": st.integers(1, 9),
        "max_lines": st.none() | st.integers(1, 4),
        "placeholder": st.sampled_from([" [...]", "...", " (and much more)"]),
    },
)


@settings(max_examples=600)
@given(TEXTS, OPTIONS)
def test_wrap(text: str, options: dict[str, Any]) -> None:
    indents = max(len(options.get("initial_indent", "")), len(options.get("subsequent_indent", "")))
    if 0 < options.get("width", 70) <= indents:
        # Without room for a single character the standard module may go on for ever.
        outcome(lambda: OURS.wrap(text, **options))
        return
    check(lambda: OURS.wrap(text, **options), lambda: textwrap.wrap(text, **options))
    check(lambda: OURS.fill(text, **options), lambda: textwrap.fill(text, **options))
    narrow = {key: value for key, value in options.items() if key not in ("width", "max_lines")}
    check(lambda: OURS.shorten(text, 20, **narrow), lambda: textwrap.shorten(text, 20, **narrow))


@settings(max_examples=400)
@given(st.lists(st.sampled_from(["  a", "\tb", "    ", "", "c", "  \td", " ", "\r"]), max_size=8).map("\n".join))
def test_indents(text: str) -> None:
    check(lambda: OURS.dedent(text), lambda: textwrap.dedent(text))
    check(lambda: OURS.indent(text, "> "), lambda: textwrap.indent(text, "> "))
    check(lambda: OURS.indent(text, "> ", lambda line: "a" in line), lambda: textwrap.indent(text, "> ", lambda line: "a" in line))


@pytest.mark.parametrize("width", [1, 10, 40, 70])
def test_prose(width: int) -> None:
    text = (
        test_prose.__module__
        + " wraps text; and re-wraps it -- twice, or more--as in 'half-hearted' e-mail lists of 24-hour/7-day-a-week. "
    ) * 4
    check(lambda: OURS.wrap(text, width), lambda: textwrap.wrap(text, width))
