"""Explanations: the fixed sentences, one for each event whatever it is, and the same in every phrasebook."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import belljar
from belljar.errors import BellError
from belljar.trace.events import TraceCollector, TraceEvent
from belljar.trace.explain import ExplanationEngine, ExplanationStep, text_of
from belljar.trace.node_types import COMMON, NODE_TYPES
from belljar.trace.phrase_keys import phrase_key
from belljar.trace.phrasebook import SHIPPED, VALUE_MAX, Phrasebook, phrasebook, phrasebooks, register_phrasebook
from belljar.values import Callable, Record
from tests.trace.traces import bare, events, example, metadata, traces


def sentence(node_type: str, phase: str, book: str = "en", **metadata: Any) -> str:
    (step,) = ExplanationEngine(book).from_trace([bare(node_type, phase, **metadata)])
    return step.summary


def test_public_names() -> None:
    assert belljar.ExplanationEngine is ExplanationEngine
    assert belljar.ExplanationStep is ExplanationStep


def test_the_fixed_sentences() -> None:
    loop = [
        bare("FOR", "enter", loop_var="x", collection_size=5),
        bare("FOR", "point", iteration=1, value=3),
        bare("FOR", "point", iteration=2, value=4),
        bare("FOR", "exit", iterations=5),
    ]
    assert ExplanationEngine.from_trace(loop)[2].summary == "Iterating over collection of 5 items (iteration 2)"
    assert sentence("IF", "exit", condition_result=True, branch_taken="then") == "Condition evaluated to true → entered then branch"
    assert sentence("IF", "enter", condition_result=True, branch_taken="then") == "Condition evaluated to true → entered then branch"
    assert (
        sentence("WHILE", "exit", iterations=3, final_condition_result=False)
        == "Loop terminated after 3 iterations (condition became false)"
    )
    assert sentence("EXPRESSION", "point", variable="y", value=20, dry_run=True) == "Variable 'y' would be set to 20 (dry-run)"


@pytest.mark.parametrize(
    ("node_type", "phase", "facts", "expected"),
    [
        ("IF", "enter", {}, "Condition about to be evaluated"),
        ("IF", "exit", {"condition_result": False, "branch_taken": "elif 2"}, "Condition evaluated to false → entered elif 2 branch"),
        ("IF", "exit", {"condition_result": False, "branch_taken": "else"}, "Condition evaluated to false → entered else branch"),
        ("IF", "exit", {"condition_result": False, "branch_taken": None}, "Condition evaluated to false → no branch entered"),
        ("IF", "exit", {"branch_taken": "then"}, "Entered then branch"),
        ("IF", "exit", {"condition_result": True}, "Condition evaluated to true"),
        ("IF", "exit", {}, "Conditional statement left"),
        ("WHILE", "enter", {}, "Loop started"),
        ("WHILE", "point", {"iteration": 1, "condition_result": True}, "Condition evaluated to true → iteration 1"),
        ("WHILE", "exit", {"iterations": 1, "reason": "condition"}, "Loop terminated after 1 iteration (condition became false)"),
        (
            "WHILE",
            "exit",
            {"iterations": 2, "final_condition_result": True, "reason": "break"},
            "Loop terminated after 2 iterations (left by break)",
        ),
        (
            "WHILE",
            "exit",
            {"iterations": 0, "final_condition_result": False},
            "Loop terminated after 0 iterations (condition became false)",
        ),
        ("WHILE", "exit", {"reason": "of its own"}, "Loop terminated (of its own)"),
        ("WHILE", "exit", {}, "Loop terminated"),
        ("FOR", "enter", {"collection_size": 1, "loop_var": "x"}, "Iterating over collection of 1 item as x"),
        ("FOR", "enter", {"collection_size": None, "loop_var": "x"}, "Iterating over collection as x"),
        ("FOR", "enter", {"collection_size": 5, "iteration": 2}, "Iterating over collection of 5 items (iteration 2)"),
        ("FOR", "point", {"iteration": 2}, "Iterating over collection (iteration 2)"),
        ("FOR", "enter", {"collection_size": 5, "resumed": True}, "Iteration over collection went on"),
        ("FOR", "exit", {"iterations": 5, "reason": "yield"}, "Loop terminated after 5 iterations (waiting)"),
        ("FOR", "exit", {"iterations": 5, "reason": "exhausted"}, "Loop terminated after 5 iterations (collection exhausted)"),
        ("EXPRESSION", "point", {"variable": "y", "value": [1, "a", None]}, "Variable 'y' set to [1, 'a', None]"),
        ("EXPRESSION", "point", {"value": 3}, "Expression evaluated to 3"),
        ("EXPRESSION", "point", {"variable": None, "value": 3, "dry_run": True}, "Expression evaluated to 3"),
        ("EXPRESSION", "enter", {"variable": "y"}, "Value of variable 'y' about to be computed"),
        ("TASKDEF", "enter", {"task": "f", "arguments": {"x": 1, "y": "a"}}, "Task f called with x = 1, y = 'a'"),
        ("TASKDEF", "enter", {"task": "f", "arguments": {}}, "Task f called"),
        ("TASKDEF", "exit", {"task": "f", "result": None}, "Task f returned None"),
        ("TASKDEF", "exit", {"task": "f", "error": "Division by zero"}, "Task f failed: Division by zero"),
        ("TASKDEF", "exit", {"task": "f", "error": {"code": "E0501", "message": "Division by zero"}}, "Task f failed: Division by zero"),
        ("TASKDEF", "exit", {"task": "f", "error": None, "result": 1}, "Task f returned 1"),
        ("CALL", "enter", {"function": "f", "arguments": [1, 2]}, "Function f called with 1, 2"),
        ("CALL", "enter", {"function": "f", "resumed": True}, "Generator f resumed"),
        ("CALL", "exit", {"function": "f", "result": 1, "suspended": True}, "Generator f yielded 1"),
        (
            "HOST",
            "point",
            {"name": "mail.send", "arguments": ["a"], "answer": True},
            "Host function mail.send called with 'a' and answered True",
        ),
        (
            "HOST",
            "point",
            {"name": "mail.send", "arguments": ["a"], "dry_run": True},
            "Host function mail.send would be called with 'a' (dry-run)",
        ),
        ("HOST", "point", {"name": "now", "effect": "read", "answer": 5, "dry_run": True}, "Host function now answered 5"),
        ("HOST", "point", {"name": "now", "error": "E0905"}, "Host function now failed: E0905"),
        ("HOST", "exit", {"name": "now", "answer": 5, "dry_run": True}, "Host function now answered 5"),
        ("MATCH", "exit", {"case": 2, "pattern": "[x, y]"}, "Case 2 matched: [x, y]"),
        ("MATCH", "exit", {"case": None}, "No case matched"),
        ("WITH", "exit", {"context": "f()", "exception": "ValueError"}, "Left context f() because of ValueError"),
        ("ASSERT", "point", {"condition_result": True}, "Assertion held"),
        ("ASSERT", "point", {"condition_result": False, "message": "no"}, "Assertion failed: no"),
        ("PRINT", "point", {"text": "hello\n"}, "Printed 'hello\\n'"),
        ("RAISE", "point", {"exception": "ValueError", "message": "no"}, "ValueError raised: no"),
        ("LIMIT", "point", {"code": "E0801", "limit": "fuel", "allowed": 10, "used": 11}, "Limit of fuel reached: 11 used of 10 (E0801)"),
        ("EVENT", "point", {"event": "sale", "payload": {"a": 1}}, "Event sale emitted, carrying {'a': 1}"),
        ("UNHEARD", "point", {}, "UNHEARD point"),
    ],
)
def test_sentences(node_type: str, phase: str, facts: dict[str, Any], expected: str) -> None:
    assert sentence(node_type, phase, **facts) == expected


def test_a_condition_is_told_once() -> None:
    facts = {"condition_result": False, "branch_taken": None}
    told, silent = bare("IF", "enter", **facts), bare("IF", "enter")
    said = "Condition evaluated to false → no branch entered"
    assert [step.summary for step in ExplanationEngine.from_trace([told, bare("IF", "exit", **facts)])] == [
        said,
        "Conditional statement left",
    ]
    assert [step.summary for step in ExplanationEngine.from_trace([silent, bare("IF", "exit", **facts)])] == [
        "Condition about to be evaluated",
        said,
    ]


def test_steps() -> None:
    steps = ExplanationEngine.from_trace(TraceCollector(example()))
    assert [step.index for step in steps] == list(range(len(example())))
    assert [step.node_type for step in steps] == [event.node_type for event in example()]
    step = steps[5]
    assert step == ExplanationStep(5, "IF", step.summary, step.details, 2) or step.node_type != "IF"
    assert steps[1].details == {"phase": "point", "line": 5, "variable": "sum", "value": 0}
    assert (str(steps[1]), steps[1].line, steps[1].depth) == ("Variable 'sum' set to 0", 5, 1)
    assert ExplanationStep(0, "IF", "text").details == {}
    assert ExplanationStep(0, "IF", "text").line == 0
    assert json.loads(json.dumps([step.to_dict() for step in steps]))[1]["summary"] == "Variable 'sum' set to 0"


def test_text() -> None:
    text = "\n".join(ExplanationEngine().text(example()))
    assert text.startswith("line 4    Task total called with prices = [10, 60, 50], limit = 55\nline 5      Variable 'sum' set to 0\n")
    assert (
        "line 6      Iterating over collection of 3 items as price\nline 6        Iterating over collection of 3 items (iteration 1)\n"
        in text
    )
    assert "line 10           Variable 'sum' set to 10\n" in text
    assert text.endswith("line 13   Task total returned 80")
    facts = {"condition_result": True, "branch_taken": "then"}
    assert len(list(ExplanationEngine().text([bare("IF", "enter", **facts), bare("IF", "exit", **facts)]))) == 1
    assert next(text_of([ExplanationStep(0, "IF", "x", {}, 1000)])).endswith("  x")


def test_the_class_and_its_instances() -> None:
    trace = [bare("IF", "exit", condition_result=True, branch_taken="then")]
    german = ExplanationEngine("de")
    assert ExplanationEngine.from_trace(trace)[0].summary == ExplanationEngine().from_trace(trace)[0].summary
    assert german.from_trace(trace)[0].summary == "Bedingung ist wahr → weiter im then-Zweig"
    assert ExplanationEngine.from_trace(trace, "de") == german.from_trace(trace) == ExplanationEngine().from_trace(trace, phrasebook("de"))
    assert german.from_trace(trace, "en")[0].summary.startswith("Condition")


def test_other_languages_and_audiences() -> None:
    loop = {"iterations": 1, "final_condition_result": False}
    assert sentence("WHILE", "exit", "de", **loop) == "Schleife endet nach 1 Durchlauf (Bedingung wurde falsch)"
    assert sentence("WHILE", "exit", "de", **loop | {"iterations": 3}) == "Schleife endet nach 3 Durchläufen (Bedingung wurde falsch)"
    assert sentence("WHILE", "exit", "en-business", **loop | {"iterations": 3}) == "Repeated 3 times (the condition is no longer met)"
    assert sentence("EXPRESSION", "point", "en-business", variable="rebate", value=True) == "“rebate” is yes"
    assert sentence("EXPRESSION", "point", "en-business", variable="carrier", value="UA") == "“carrier” is “UA”"
    assert (
        sentence("IF", "exit", "en-business", condition_result=False, branch_taken="elif 2")
        == "The condition is not met, so the rule follows alternative 2"
    )


# --- phrasebooks ------------------------------------------------------------------------------------------------------------------------


def templates(book: Phrasebook) -> list[tuple[str, str]]:
    return [(key, one) for key, phrase in book.phrases.items() for one in ((phrase,) if isinstance(phrase, str) else phrase)]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_books_are_complete(name: str) -> None:
    book, english = phrasebook(name), phrasebook("en")
    assert book.name == name
    assert list(book.phrases) == list(english.phrases)
    assert list(book.words) == list(english.words)
    made = {"condition", "branch", "reason"}
    for key, template in templates(book):
        node_type = key.partition(".")[0]
        known = {one.name for keys in (COMMON, *NODE_TYPES[node_type].keys.values()) for one in keys}
        used = {field for _, field, _, _ in string.Formatter().parse(template) if field}
        assert used <= known | made, key
    for key, phrase in book.phrases.items():
        last = phrase if isinstance(phrase, str) else phrase[-1]
        if not key.endswith((".failed", ".branch", ".condition", ".yielded", ".case", ".set", ".would")):
            assert "{" not in last, f"{key} of {name} says nothing where the event knows nothing"


def test_every_choice_has_a_phrase() -> None:
    phrases = phrasebook("en").phrases
    for name, row in NODE_TYPES.items():
        for phase, keys in row.keys.items():
            for facts in ({}, *({key.name: value} for key in keys for value in (True, False, None, 1, "x"))):
                assert phrase_key(bare(name, phase, **facts), facts) in phrases


def test_changed_books() -> None:
    book = phrasebook("en").changed(
        "pirate",
        {"IF.none": "Arr, {condition}!", "PRINT.point": ("Shouted {text} at {wind}", "Shouted {text}")},
        {"condition.false": "nay"},
    )
    assert sentence("IF", "exit", book, condition_result=False, branch_taken=None) == "Arr, nay!"  # type: ignore[arg-type]
    assert sentence("PRINT", "point", book, text="x") == "Shouted 'x'"  # type: ignore[arg-type]
    assert sentence("IF", "enter", book) == "Condition about to be evaluated"  # type: ignore[arg-type]
    register_phrasebook(book)
    assert "pirate" in phrasebooks()
    assert sentence("IF", "exit", "pirate", condition_result=False, branch_taken=None) == "Arr, nay!"


def test_books_that_lack_phrases() -> None:
    book = Phrasebook("bare", {"IF.enter": "?"}, {})
    assert sentence("IF", "enter", book) == "?"  # type: ignore[arg-type]
    assert sentence("IF", "exit", book, condition_result=True, branch_taken="then") == "Condition evaluated to true → entered then branch"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("phrases", "words", "said"),
    [
        ({"IF.maybe": "x"}, {}, "no phrase 'IF.maybe'"),
        ({}, {"condition.perhaps": "x"}, "no word 'condition.perhaps'"),
        ({"IF.none": "{condition"}, {}, "template of phrase 'IF.none'"),
        ({"IF.none": "{}"}, {}, "template of phrase 'IF.none'"),
        ({"IF.none": "{condition.x}"}, {}, "template of phrase 'IF.none'"),
        ({"IF.none": ("ok", "{0}")}, {}, "template of phrase 'IF.none'"),
    ],
)
def test_bad_changes_are_refused(phrases: Any, words: Any, said: str) -> None:
    with pytest.raises(BellError, match=said) as caught:
        phrasebook("en").changed("x", phrases, words)
    assert caught.value.code == "E0003"


def test_bad_books_are_refused() -> None:
    with pytest.raises(BellError) as caught:
        ExplanationEngine("klingon")
    assert caught.value.code == "E0003"
    assert "en-business" in caught.value.hint
    with pytest.raises(BellError):
        register_phrasebook(Phrasebook("x", {"IF.enter": "{"}, {}))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.5, "1.5"),
        (10**5000, hex(10**5000)[: VALUE_MAX - 1] + "…"),
        ("a\nb", "'a\\nb'"),
        ("x" * 1000, "'" + "x" * (VALUE_MAX - 2) + "…"),
        ((1,), "(1,)"),
        (set(), "{}"),
        ({"a": {"b": {"c": {"d": {}}}}}, "{'a': {'b': {'c': {'d': ...}}}}"),
        (list(range(20)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...]"),
        (dict.fromkeys("abcdefghijklm", 1), "{'a': 1, 'b': 1, 'c': 1, 'd': 1, 'e': 1, 'f': 1, 'g': 1, 'h': 1, 'i': 1, 'j': 1…"),
        (Record("P", {"x": 1, "y": None}), "P(x=1, y=None)"),
        (Callable("function", "f"), "<function f>"),
        (b"ab", "b'ab'"),
        (object(), "<object>"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_in_sentences(value: Any, shown: str) -> None:
    assert phrasebook("en").value(value) == shown


def test_values_cannot_leave_their_line() -> None:
    for book in SHIPPED:
        text = sentence("EXPRESSION", "point", book, variable="a\n\x1b[31mb", value="c\n\x1b[31md\u202e")
        assert text.isprintable(), text


@given(traces(), st.sampled_from(sorted(SHIPPED)))
def test_every_valid_trace_has_an_explanation(trace: list[TraceEvent], book: str) -> None:
    steps = ExplanationEngine(book).from_trace(trace)
    assert len(steps) == len(trace)
    assert all(step.summary and "\n" not in step.summary and len(step.summary) < 2_000 for step in steps)
    assert json.dumps([step.to_dict() for step in steps])


@given(st.lists(events(), max_size=5))
def test_events_that_do_not_fit_are_explained_as_well(trace: list[TraceEvent]) -> None:
    assert len(ExplanationEngine.from_trace(trace)) == len(trace)


@given(st.sampled_from(sorted(NODE_TYPES)), st.data())
def test_metadata_of_the_wrong_types_is_explained_as_well(node_type: str, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from(sorted(NODE_TYPES)))
    phase = NODE_TYPES[node_type].phases[0]
    facts = data.draw(metadata(other, NODE_TYPES[other].phases[-1]))
    wrong = {key.name: data.draw(st.sampled_from([None, 1, True, "x", [], {}])) for key in NODE_TYPES[node_type].keys[phase]}
    assert ExplanationEngine.from_trace(
        [bare(node_type, phase, **facts), bare(node_type, phase, **wrong), TraceEvent(node_type, phase, None, 5)]
    )  # type: ignore[arg-type]
