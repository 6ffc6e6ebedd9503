"""Recorded runs: the events that constructs make, what they say, windows of long traces, spilled ones."""

from __future__ import annotations

import io
from typing import Any

import pytest

import belljar
from belljar.errors import BellError
from belljar.runtime.recording import RecordedBranches, Recording
from belljar.runtime.replay import ReplayEngine
from belljar.trace.events import TraceCollector
from belljar.trace.explain import ExplanationEngine
from belljar.trace.recorded import RecordedTrace
from belljar.trace.replay import Validation
from belljar.values import Record


def recorded(text: str, task: str = "", *args: Any, **options: Any) -> RecordedTrace:
    recording = Recording(belljar.compile(text), **options)
    return recording.call(task, *args) if task else recording.run()


def told(trace: RecordedTrace, *keys: str) -> list[tuple[Any, ...]]:
    """Node type, phase and some of the metadata of every event."""
    return [(event.node_type, event.phase, *(event.metadata[key] for key in keys if key in event.metadata)) for event in trace]


RULE = """
def rate(age: int, member: bool) -> float:
    base = 10.0
    if age < 18:
        base = 5.0
    elif member:
        base = base - 2.5
    else:
        base = base + 1.0
    return base
"""


def test_a_task_and_its_branches() -> None:
    trace = recorded(RULE, "rate", 30, True)
    assert trace.outcome.result == 7.5
    assert told(trace, "arguments", "variable", "value", "branch_taken", "result") == [
        ("TASKDEF", "enter", {"age": 30, "member": True}),
        ("EXPRESSION", "point", "base", 10.0),
        ("IF", "enter", "elif 1"),
        ("EXPRESSION", "point", "base", 7.5),
        ("IF", "exit", "elif 1"),
        ("RETURN", "point", 7.5),
        ("TASKDEF", "exit", 7.5),
    ]
    assert [event.metadata["line"] for event in trace][:4] == [2, 3, 6, 7]
    assert trace[3].context_snapshot == {"age": 30, "member": True, "base": 7.5}
    assert [event.metadata["index"] for event in trace] == list(range(7))
    assert recorded(RULE, "rate", 5, True)[2].metadata["branch_taken"] == "then"
    assert recorded(RULE, "rate", 50, False)[2].metadata["branch_taken"] == "else"


LOOPS = """
def walk(items: list[int], limit: int) -> int:
    total = 0
    for item in items:
        if item == limit:
            break
        total += item
    while total > 100:
        total -= 100
    return total
"""


def test_loops() -> None:
    trace = recorded(LOOPS, "walk", [70, 80, 90, 5], 5)
    loops = [event for event in trace if event.node_type in ("FOR", "WHILE")]
    assert [(event.node_type, event.phase) for event in loops] == [
        ("FOR", "enter"),
        *[("FOR", "point")] * 4,
        ("FOR", "exit"),
        ("WHILE", "enter"),
        *[("WHILE", "point")] * 2,
        ("WHILE", "exit"),
    ]
    assert loops[0].metadata["collection_size"] == 4
    assert loops[0].metadata["loop_var"] == "item"
    assert [event.metadata["value"] for event in loops[1:5]] == [70, 80, 90, 5]
    assert (loops[5].metadata["iterations"], loops[5].metadata["reason"]) == (4, "break")
    assert loops[-1].metadata["iterations"] == 2
    assert loops[-1].metadata["final_condition_result"] is False
    ended = [event.metadata["reason"] for event in recorded(LOOPS, "walk", [1, 2], 5) if event.phase == "exit" and event.node_type == "FOR"]
    assert ended == ["exhausted"]


EXCEPTIONS = """
def inner(depth: int) -> int:
    if depth == 0:
        raise ValueError("deep")
    for step in range(2):
        inner(depth - 1)
    return depth

def outer() -> str:
    try:
        inner(2)
    except KeyError:
        return "key"
    except ValueError as error:
        return str(error)
    return "none"
"""


def test_exceptions_leave_what_is_open() -> None:
    trace = recorded(EXCEPTIONS, "outer")
    assert trace.outcome.result == "deep"
    raised = next(event.metadata["index"] for event in trace if event.node_type == "RAISE")
    exits = [
        (event.node_type, event.metadata.get("error"), event.metadata.get("reason"))
        for event in trace
        if event.phase == "exit" and event.metadata["index"] > raised
    ]
    assert exits[:6] == [
        ("IF", None, None),
        ("CALL", "ValueError: deep", None),
        ("FOR", None, "raise"),
        ("CALL", "ValueError: deep", None),
        ("FOR", None, "raise"),
        ("CALL", "ValueError: deep", None),
    ]
    caught = next(event for event in trace if event.node_type == "TRY" and event.phase == "point")
    assert caught.metadata["handler"] == "except ValueError"
    assert caught.metadata["exception"] == "ValueError"
    assert any(event.node_type == "RAISE" and event.metadata["message"] == "deep" for event in trace)


def test_a_run_that_fails() -> None:
    trace = recorded("def main(x: int) -> int:\n    y = 10\n    return y // x\n", "main", 0)
    assert trace.outcome.error is not None
    assert trace.outcome.error.code == "E0501"
    assert told(trace, "exception")[-2:] == [("RAISE", "point", "ZeroDivisionError"), ("TASKDEF", "exit")]
    assert trace[-1].metadata["error"] == "ZeroDivisionError: Division by zero"


def test_a_limit() -> None:
    program = belljar.compile("def spin() -> int:\n    n = 0\n    while True:\n        n += 1\n    return n\n")
    trace = Recording(program, limits=belljar.runtime.program.Limits(fuel=1000)).call("spin")
    assert trace.outcome.error is not None
    assert trace.outcome.error.code == "E0801"
    assert trace[-3].node_type == "LIMIT"
    assert trace[-3].metadata["code"] == "E0801"


def test_generators_wait_and_go_on() -> None:
    trace = recorded(
        """
def count(n: int):
    for i in range(n):
        if i % 2 == 0:
            yield i * 10

def main() -> int:
    total = 0
    for value in count(3):
        total += value
    return total
""",
        "main",
    )
    assert trace.outcome.result == 20
    calls = [event for event in trace if event.node_type == "CALL"]
    assert [(event.phase, event.metadata.get("result"), event.metadata.get("resumed", False)) for event in calls] == [
        ("enter", None, False),
        ("exit", 0, False),
        ("enter", None, True),
        ("exit", 20, False),
        ("enter", None, True),
        ("exit", None, False),
    ]
    assert calls[2].context_snapshot == {"n": 3, "i": 0}


VALUES = """
class Point:
    x: int
    label: str | None

def main() -> str:
    p = Point(3, None)
    p.x = 4
    items = [1, 2, 3]
    items[1] = 20
    table = {"a": 1.5}
    table["b"] = 2.5
    pair = (1, "two")
    a, b = pair
    big = 2 ** 100
    squares = [n * n for n in range(4)]
    text = "x" * 1000
    unused = "a" + text
    print("hello", a)
    assert a == 1
    del items
    match pair:
        case (1, other):
            return other
        case _:
            return ""
"""


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_values(engine: str) -> None:
    trace = recorded(VALUES, "main", engine=engine)
    assert trace.outcome.result == "two"
    names = trace[len(trace) - 2].context_snapshot
    assert names is not None
    assert (names["p"].x, names["p"].label) == (4, None)
    assert names["table"] == {"a": 1.5, "b": 2.5}
    assert names["pair"] == (1, "two")
    assert (names["a"], names["b"]) == (1, "two")
    assert names["squares"] == [0, 1, 4, 9]
    assert "items" not in names
    assert names["text"].startswith("xxx")
    assert len(names["text"]) < 500
    assert names["unused"].startswith("axx")
    assert ("PRINT", "point", "hello 1\n") in told(trace, "text")
    assert ("ASSERT", "point", True) in told(trace, "condition_result")
    assert ("DELETE", "point", "items") in told(trace, "variable")
    match = next(event for event in trace if event.node_type == "MATCH" and event.phase == "exit")
    assert match.metadata["case"] == 1
    assert match.metadata["pattern"] == "[1, other]"


LONG = """
def main(n: int) -> int:
    total = 0
    for i in range(n):
        if i % 3 == 0:
            total += i
    return total
"""


def test_any_event_of_a_long_trace() -> None:
    trace = recorded(LONG, "main", 10_000)
    everything = list(trace)
    assert len(trace) == len(everything) > 30_000
    for index in (0, 1, 4095, 4096, 4097, 20_000, 5, len(everything) - 1, 12_345, 12_346, 12_344):
        assert trace[index] == everything[index], index
    assert trace[-1] == everything[-1]
    assert trace[100:103] == everything[100:103]
    fresh = recorded(LONG, "main", 10_000)
    assert fresh[25_000] == everything[25_000]  # before its length is known
    with pytest.raises(IndexError):
        trace[len(trace)]


def test_a_trace_that_spills() -> None:
    kept = recorded(LONG, "main", 120_000)
    with io.BytesIO() as file:
        spilled = recorded(LONG, "main", 120_000, spill=file, max_bytes=1 << 20)
        assert len(spilled.blocks) > 1
        assert spilled.lost == 0
        assert len(spilled) == len(kept)
        for index in (0, 77_777, len(kept) - 1, 100_000):
            assert spilled[index] == kept[index]


def test_the_end_of_a_long_run() -> None:
    trace = recorded(LONG, "main", 100_000, max_bytes=300_000)
    assert trace.lost > 0
    events = list(trace)
    assert [(event.node_type, event.phase) for event in events[-2:]] == [("RETURN", "point"), ("CALL", "exit")]
    assert events[0].metadata.get("resumed")
    assert events[-1].metadata["result"] == trace.outcome.result
    opened = 0
    for event in events:
        opened += {"enter": 1, "exit": -1, "point": 0}[event.phase]
        assert opened >= 0
    assert opened == 0


def test_ints_that_outgrow_words() -> None:
    trace = recorded("def main(n: int) -> int:\n    x = 1\n    for i in range(n):\n        x = x * 1000\n    return x\n", "main", 10)
    assert trace.outcome.result == 10**30
    assert trace[-1].metadata["result"] == 10**30


def test_inputs_and_the_module_level() -> None:
    program = belljar.compile("y = x * 2\nprint(y)\n", inputs={"x": int})
    trace = Recording(program).run({"x": 10})
    assert told(trace, "variable", "value", "text") == [
        ("MODULE", "enter"),
        ("EXPRESSION", "point", "y", 20),
        ("PRINT", "point", "20\n"),
        ("MODULE", "exit"),
    ]
    assert trace.outcome.output == "20\n"


def test_calls_only() -> None:
    trace = recorded(EXCEPTIONS, "outer", level="calls")
    assert {event.node_type for event in trace} == {"TASKDEF", "CALL", "TRY", "RAISE"}
    assert trace.outcome.result == "deep"


def test_what_is_no_level() -> None:
    with pytest.raises(BellError) as caught:
        Recording(belljar.compile("x = 1\n"), "loud")
    assert caught.value.code == "E0003"


def test_output_of_a_run_that_is_made_again_is_written_once() -> None:
    written: list[str] = []
    program = belljar.compile(
        "def main(n: int) -> int:\n    print('begin')\n    x = 10 ** 15\n    y = x * x * n\n    print('end')\n    return y\n"
    )
    trace = Recording(program, write=written.append).call("main", 7)
    assert trace.outcome.result == 7 * 10**30
    assert "".join(written) == trace.outcome.output == "begin\nend\n"


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_branches(engine: str) -> None:
    program = belljar.compile(LOOPS)
    trace = Recording(program, "branches", engine=engine).call("walk", [70, 80, 90, 5], 5)
    assert trace.outcome.result == 40
    assert isinstance(trace, RecordedBranches)
    bits = list(trace.bits())
    assert len(bits) == trace.branches > 10
    assert {event.node_type for event in trace} == {"TASKDEF", "FOR", "IF", "WHILE"}
    assert len(trace) == len(list(trace))
    assert trace[1].node_type == "FOR"
    other = Recording(program, "branches", engine="reference").call("walk", [70, 80, 90, 5], 5)
    assert list(other.bits()) == bits
    assert list(Recording(program, "branches").call("walk", [70, 5], 5).bits()) != bits


@pytest.mark.parametrize(
    ("text", "task", "args"), [(RULE, "rate", (30, True)), (LOOPS, "walk", ([70, 80], 5)), (EXCEPTIONS, "outer", ()), (VALUES, "main", ())]
)
def test_recorded_events_are_valid_and_explained(text: str, task: str, args: tuple[Any, ...]) -> None:
    trace = recorded(text, task, *args)
    collector = TraceCollector()
    collector.attach(trace)
    assert ReplayEngine().replay(collector).events == len(trace)
    steps = list(ExplanationEngine.from_trace(collector))
    assert len(steps) == len(trace)
    assert all(step.summary for step in steps)


CHANGES = """
class P:
    name: str
    tags: list[str]

def fill(ys: list[int], k: int) -> None:
    ys.append(k)

def go(n: int) -> int:
    xs = [1]
    d = {"a": 1}
    dd: dict[str, list[int]] = {"q": []}
    p = P("n", [])
    s = {3}
    xs.append(n)
    xs.append(n + 1)
    last = xs.pop()
    d["k"] = n
    dd["q"].append(5)
    dd["q"][0] = 6
    p.name = "m"
    p.tags.append("t")
    s.add(4)
    xs[0] = 9
    xs[0:1] = [7, 8]
    del xs[0]
    d.pop("a")
    fill(xs, 2)
    xs.sort()
    for i in range(70):
        xs.append(i)
    for i in range(67):
        xs.pop()
    return len(xs)
"""


@pytest.mark.parametrize("engine", ["vm", "reference"])
def test_snapshots_follow_changes_in_place(engine: str) -> None:
    trace = recorded(CHANGES, "go", 3, engine=engine)
    after = {event.line: event.context_snapshot for event in trace if event.node_type in ("EXPRESSION", "DELETE")}
    found = [
        (line, name, after[line][name]) for line, name in zip(range(15, 29), "xs xs xs d dd dd p p s xs xs xs d xs".split(), strict=True)
    ]
    assert [value for _, _, value in found] == [
        [1, 3],
        [1, 3, 4],
        [1, 3],
        {"a": 1, "k": 3},
        {"q": [5]},
        {"q": [6]},
        Record("P", {"name": "m", "tags": []}),
        Record("P", {"name": "m", "tags": ["t"]}),
        {3, 4},
        [9, 3],
        [7, 8, 3],
        [8, 3],
        {"k": 3},
        [8, 3, 2],
    ]
    grown = [event.context_snapshot["xs"] for event in trace if event.line in (31, 33) and event.node_type == "EXPRESSION"]
    model = [2, 3, 8]
    for step, shown in enumerate(grown):
        if step < 70:
            model.append(step)
        else:
            model.pop()
        assert shown == (model if len(model) <= 64 else [*model[:64], "..."])
    assert trace[len(trace) - 1].context_snapshot["xs"] == model
    assert ReplayEngine.replay(trace).events == len(trace)


def test_snapshots_of_the_module_level_follow_as_well() -> None:
    trace = recorded("box = []\nbox.append(1)\nbox.append([2])\nbox[1].append(3)\nnames = {'a': [1]}\nnames['a'][0] = 2\n")
    assert [event.context_snapshot for event in trace][2:] == [
        {"box": [1]},
        {"box": [1, [2]]},
        {"box": [1, [2, 3]]},
        {"box": [1, [2, 3]], "names": {"a": [1]}},
        {"box": [1, [2, 3]], "names": {"a": [2]}},
        {"box": [1, [2, 3]], "names": {"a": [2]}},
    ]


DECIDING = """
class Pen:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, where):
        return False

def pick(n: int, words: list[str]) -> int:
    size = "big" if n > 10 else "small"
    first = words and words[0]
    if n > 5 or not words:
        size = "none"
    made = [w + "!" for w in words if w > "a" and n < 9]
    count = sum(x for x in range(n) if x != 1)
    match n:
        case x if x > 8 and x < 9:
            size = "odd"
        case 3 | 4:
            size = "few"
    with Pen() as pen:
        count += 1
    assert count, "nothing"
    try:
        raise KeyError("k")
    except (KeyError, IndexError) as e:
        count += 1
    while count > 2 and n > 0:
        count -= 3
    return count

def give(n: int):
    yield n

def run() -> int:
    total = 0
    for x in give(4):
        total += x
    return pick(3, ["a", "b"]) + total
"""


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_every_kind_has_its_sentence(engine: str) -> None:
    trace = recorded(DECIDING, "run", engine=engine)
    said = [step.summary for step in ExplanationEngine.from_trace(trace)]
    for sentence in (
        "Condition evaluated to false → value of 'small'",
        "Operand 2 of 'and' decided: value of words[0]",
        "Comprehension (iteration 1): w = 'a'",
        "Operand 1 of 'and' decided: w > 'a' is false",
        "Condition w > 'a' and n < 9 is false → item left out",
        "Condition w > 'a' and n < 9 is true → item kept",
        "Comprehension made ['b!'] in 2 iterations",
        "Condition x != 1 is false → item left out",
        "Comprehension made 2 in 3 iterations",
        "Matching 3",
        "Operand 1 of 'and' decided: x > 8 is false",
        "Case 2 matched: 3 | 4",
        "Entered context Pen()",
        "Left context Pen()",
        "Assertion held",
        "KeyError raised: k",
        "KeyError caught: k",
        "Left the block that handles exceptions (an exception was caught)",
        "Operand 1 of 'and' decided: count > 2 is false",
        "Loop terminated after 1 iteration (condition became false)",
        "Yielded 4",
        "Generator give yielded 4",
        "Returned 1",
        "Task run returned 5",
    ):
        assert sentence in said, sentence
    assert "Operand 2 of 'or' decided: not words is false" not in said  # none of them decided: both are false
    assert Validation.replay(trace).events == len(trace)
    assert list(trace) == list(recorded(DECIDING, "run"))
    assert trace.outcome.fuel_used == recorded(DECIDING, "run", level="calls").outcome.fuel_used


def test_a_loop_whose_condition_assigns_stays_open() -> None:
    trace = recorded("i = 0\nwhile i < 3 and (k := i * 2) < 9:\n    i += 1\n")
    loops = [(event.phase, event.metadata.get("resumed")) for event in trace if event.node_type == "WHILE"]
    assert loops == [("enter", None), *[("point", None)] * 3, ("exit", None)]


def test_levels_below_full_have_no_choices() -> None:
    for level in ("calls", "branches"):
        kinds = {event.node_type for event in recorded(DECIDING, "run", level=level)}
        assert "CHOICE" not in kinds
        assert ("COMPREHENSION" in kinds) == (level == "branches")


@pytest.mark.parametrize("engine", ["vm", "reference"])
def test_sizes_of_views_and_targets_as_they_are_written(engine: str) -> None:
    text = """
def f(d: dict[str, int], xs: list[int]) -> int:
    for k, v in d.items():
        pass
    for i, (k, v) in enumerate(d.items()):
        pass
    for x in reversed(xs):
        pass
    for i, x in enumerate(range(4), 2):
        pass
    for x in map(str, xs):
        pass
    return 0
"""
    trace = Recording(belljar.compile(text), engine=engine).call("f", {"a": 1, "b": 2}, [1, 2, 3])
    told = [(e.metadata["loop_var"], e.metadata["collection_size"]) for e in trace if (e.node_type, e.phase) == ("FOR", "enter")]
    assert told == [("k, v", 2), ("i, (k, v)", 2), ("x", 3), ("i, x", 4), ("x", None)]
