"""The page of an explanation: well-formed, self-contained, and nothing of the program in it is more than text."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given

from belljar.trace import page as page_module
from belljar.trace.events import TraceEvent
from belljar.trace.explain import ExplanationEngine
from belljar.trace.phrasebook import SHIPPED
from tests.trace.traces import PROGRAM, bare, example, traces

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Tags(HTMLParser):
    """Holds that tags are balanced, and collects what is there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def made(trace: list[TraceEvent], book: str = "en", **options: str) -> str:
    return ExplanationEngine(book).html(trace, **options)


def test_the_example() -> None:
    text = made(example(), title="total()", source=PROGRAM)
    tags = Tags(text)
    assert "total()" in tags.texts
    assert "Iterating over collection of 3 items (iteration 2)" in tags.texts
    assert "def total(prices, limit):" in tags.texts
    opening = [event for event in example() if event.phase == "enter" or (event.phase == "point" and event.node_type in ("FOR", "WHILE"))]
    assert sum(tag == "details" for tag, _ in tags.seen) == len(opening)
    assert "Condition evaluated to true → entered then branch" in tags.texts
    assert "Condition about to be evaluated" not in tags.texts  # its exit has said more, in the same row
    assert f"{len(example())} events" in tags.texts


def test_it_needs_nothing_else() -> None:
    text = made(example(), source=PROGRAM)
    for tag, attributes in Tags(text).seen:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
        assert not {"src", "href", "style", "onclick"} & set(attributes)
    assert "http" not in text.replace("http-equiv", "")
    assert "@import" not in text
    assert "url(" not in text


def test_the_policy_admits_its_own_style_and_script_alone() -> None:
    text = made(example())
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', text)
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        (content,) = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_light_and_dark() -> None:
    assert "color-scheme: light dark" in page_module.STYLE
    assert "prefers-color-scheme: dark" in page_module.STYLE


EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x00\u202e\ud800"


def test_what_the_program_says_is_text() -> None:
    trace = [
        TraceEvent("TASKDEF", "enter", {EVIL: EVIL}, {"task": EVIL, "arguments": {EVIL: EVIL}}),
        TraceEvent("EXPRESSION", "point", {EVIL: [EVIL]}, {"variable": EVIL, "value": {EVIL: EVIL}}),
        TraceEvent(EVIL, "point", {}, {}),
        bare("TASKDEF", "exit", error=EVIL),
    ]
    for book in SHIPPED:
        text = made(trace, book, title=EVIL, source=EVIL)
        tags = Tags(text)
        assert [tag for tag, _ in tags.seen].count("script") == 1
        assert "img" not in [tag for tag, _ in tags.seen]
        assert "\u202e" not in text
        text.encode()


def test_values_stand_where_they_change() -> None:
    def point(**names: object) -> TraceEvent:
        return TraceEvent("PRINT", "point", names, {})

    text = made(
        [point(a=1), point(a=1, b=2), TraceEvent("EXPRESSION", "point", {"a": 5, "b": 2}, {"variable": "a", "value": 5}), point(a=5, b=2.0)]
    )
    assert re.findall(r"<b>(.*?)</b> = (.*?)</span>", text) == [("a", "1"), ("b", "2"), ("b", "2.0")]


def test_mistakes_stand_out() -> None:
    text = made(
        [
            bare("TASKDEF", "enter"),
            bare("RAISE", "point"),
            bare("ASSERT", "point", condition_result=False),
            bare("TASKDEF", "exit", error="no"),
        ]
    )
    assert len(re.findall(r'class="e(?: out)? x"', text)) == 3


def test_a_long_trace_is_cut_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "EVENTS_MAX", 10)
    inner = [
        event for number in range(1, 31) for event in (bare("FOR", "point", iteration=number), bare("IF", "enter"), bare("IF", "exit"))
    ]
    trace = [bare("TASKDEF", "enter", task="t"), bare("FOR", "enter"), *inner, bare("FOR", "exit"), bare("TASKDEF", "exit", task="t")]
    text = made(trace)
    tags = Tags(text)
    assert f"{len(trace) - 10} events left out" in tags.texts
    assert "94 events" in tags.texts
    assert tags.texts.count("Task t called") == 1
    Tags(made(iter(trace)))  # type: ignore[arg-type]
    for cut in range(12, 30):
        Tags(made(trace[:cut]))


@given(traces())
def test_pages_are_well_formed(trace: list[TraceEvent]) -> None:
    Tags(made(trace, source=PROGRAM))


def test_traces_that_do_not_nest() -> None:
    for trace in (
        [bare("IF", "exit")],
        [bare("IF", "enter")],
        [bare("FOR", "enter"), bare("IF", "enter"), bare("WHILE", "exit"), bare("FOR", "exit"), bare("IF", "exit")],
    ):
        Tags(made(trace))


def test_a_condition_is_told_once() -> None:
    facts = {"condition_result": False, "branch_taken": None}
    for entered, exited in ((facts, facts), ({}, facts), (facts, {})):
        text = made([bare("IF", "enter", **entered), bare("IF", "exit", **exited)])
        assert text.count("no branch entered") == text.count('class="s"') == 1
    assert "Conditional statement left" in made([bare("IF", "enter"), bare("IF", "exit")])


def test_iterations_are_lists_of_their_own() -> None:
    text = made(
        [
            bare("FOR", "enter"),
            *(event for number in range(1, 6) for event in (bare("FOR", "point", iteration=number), bare("PRINT", "point"))),
            bare("FOR", "exit"),
        ]
    )
    assert text.count("<details open>") == 4  # the loop, and its first three iterations
    assert text.count("<details>") == 2
    Tags(made([bare("FOR", "point"), bare("IF", "enter"), bare("FOR", "point"), bare("IF", "exit", condition_result=True)]))


def test_a_page_in_german() -> None:
    text = made(example(), "de")
    assert '<html lang="de">' in text
    assert f"{len(example())} Ereignisse" in text
