"""Runtimes: executing, calling, what lasts from call to call, what a failure leaves behind, limits, errors."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

import belljar
from belljar import BellError, HostFunctions, ResourceLimits, Runtime
from belljar.values import Record

COUNTER = """
count = 0
log: list[str] = []

def add(n: int) -> int:
    global count
    count += n
    log.append(f"+{n}")
    return count

def fail(n: int) -> int:
    add(n)
    log.clear()
    return n // 0

def show() -> None:
    print(count, log)
"""
ENGINES = ("vm", "jit", "auto", "reference")


def quiet(text: str) -> None:
    pass


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_names_last_from_call_to_call(engine: str) -> None:
    runtime = Runtime(COUNTER, engine=engine)
    runtime.execute_once()
    assert [runtime.call("add", n) for n in (5, 6)] == [5, 11]
    assert runtime.state.to_dict() == {"count": 11, "log": ["+5", "+6"]}
    assert runtime.last_error is None


def test_a_call_that_fails_leaves_the_state_as_it_was(engine: str) -> None:
    runtime = Runtime(COUNTER, engine=engine)
    runtime.call("add", 5)
    with pytest.raises(BellError) as caught:
        runtime.call("fail", 7)
    assert caught.value.code == "E0501"
    assert runtime.last_error is caught.value
    assert runtime.state.to_dict() == {"count": 5, "log": ["+5"]}
    assert runtime.call("add", 1) == 6
    assert runtime.last_error is None


def test_executing_again_assigns_again(engine: str) -> None:
    runtime = Runtime(COUNTER, engine=engine)
    runtime.execute_once()
    runtime.call("add", 5)
    runtime.execute_once()
    assert runtime.state.to_dict() == {"count": 0, "log": []}


def test_imports_from_the_future_begin_each_program(engine: str) -> None:
    printed: list[str] = []
    runtime = Runtime(engine=engine, write=printed.append)
    runtime.execute("x = 1\ndef f():\n    return 1\n", "a.bell")
    runtime.execute('"""Told."""\nfrom __future__ import annotations\n\nprint(x + f())\n', "b.bell")
    assert printed == ["2\n"]
    for text, line, code in (
        ("from __future__ import annotations\n\nq = x // 0\n", 3, "E0501"),
        ("q = 1\nfrom __future__ import annotations\n", 2, "E0101"),
        ("from __future__ import annotations\n(\n", 2, "E0101"),
    ):
        with pytest.raises(BellError) as refused:
            runtime.execute(text, "c.bell")
        assert (refused.value.code, refused.value.line, refused.value.file) == (code, line, "c.bell")


def test_an_execution_that_fails_leaves_the_state_as_it_was(engine: str) -> None:
    runtime = Runtime("seen = start\nseen += 1\nlimit = 10 // divisor\n", engine=engine)
    runtime.state["start"], runtime.state["divisor"] = 1, 2
    runtime.execute_once()
    assert runtime.state.to_dict() == {"seen": 2, "limit": 5, "start": 1, "divisor": 2}
    runtime.state["divisor"], runtime.state["start"] = 0, 9
    with pytest.raises(BellError, match="Division by zero"):
        runtime.execute_once()
    assert runtime.state.to_dict() == {"seen": 2, "limit": 5, "start": 9, "divisor": 0}


def test_names_of_the_host_are_known_to_the_program() -> None:
    runtime = Runtime("total = total + price * 2\n")
    runtime.state["total"] = 10
    runtime.state["price"] = 1.5
    for expected in (13.0, 16.0):
        runtime.execute_once()
        assert runtime.state["total"] == expected


def test_a_program_that_was_compiled_before_with_inputs() -> None:
    program = belljar.compile("doubled = rate * 2", inputs={"rate": float})
    runtime = Runtime(program)
    with pytest.raises(BellError) as caught:
        runtime.execute_once()
    assert caught.value.code == "E0206"
    assert "runtime.state['rate']" in caught.value.hint
    runtime.state["rate"] = 0.5
    runtime.execute_once()
    assert runtime.state["doubled"] == 1.0
    other = Runtime(program)
    other.state["rate"] = 4.0
    other.execute_once()
    assert (other.state["doubled"], runtime.state["doubled"]) == (8.0, 1.0)


def test_what_the_host_sets_is_checked() -> None:
    runtime = Runtime(COUNTER)
    runtime.execute_once()
    runtime.state["count"] = 40
    assert runtime.call("add", 2) == 42
    for name, value in (("count", "many"), ("count", 1.5), ("log", [1]), ("log", None)):
        with pytest.raises(BellError) as caught:
            runtime.state[name] = value
        assert caught.value.code == "E0302", (name, value)
    assert runtime.state["count"] == 42
    with pytest.raises(BellError):
        runtime.state["not a name"] = 1
    with pytest.raises(BellError):
        runtime.state["thing"] = object()


def test_deleting_names() -> None:
    runtime = Runtime(COUNTER)
    runtime.execute_once()
    runtime.state["mine"] = [1, 2]
    del runtime.state["count"], runtime.state["mine"]
    assert set(runtime.state) == {"log"}
    assert "count" not in runtime.state
    assert len(runtime.state) == 1
    with pytest.raises(KeyError):
        del runtime.state["count"]
    with pytest.raises(KeyError):
        runtime.state["count"]
    with pytest.raises(BellError) as caught:
        runtime.call("add", 1)
    assert caught.value.code == "E0202"
    assert runtime.state["log"] == []
    runtime.state["count"] = 1
    assert runtime.call("add", 1) == 2


def test_values_that_are_read_are_copies() -> None:
    runtime = Runtime("xs = [1, 2]\n")
    runtime.execute_once()
    runtime.state["xs"].append(3)
    assert runtime.state["xs"] == [1, 2]
    mine = [5]
    runtime.state["mine"] = mine
    mine.append(6)
    runtime.state["mine"].append(7)
    assert runtime.state["mine"] == [5]


def test_values_of_every_kind() -> None:
    text = """
from dataclasses import dataclass
from decimal import Decimal

@dataclass
class Point:
    x: int
    y: float | None = None

none = None
flag = True
whole = 5
real = 2.5
text = "ünïcode"
raw = b"ab"
maybe: int | None = None
pair = (1, "a")
points = [Point(1), Point(2, 0.5)]
names = {"a": 1}
few = {1, 2}
fixed = frozenset({1})
price = Decimal("1.50")
mixed = [1, "a", None, 2.5, (1, 2)]
number = 1 if flag else 1.5
twice = lambda n: n * 2
"""
    runtime = Runtime(text)
    runtime.execute_once()
    found = runtime.state.to_dict()
    assert repr(found.pop("twice")) == "<function <lambda>>"
    assert repr(found.pop("price")) == "Decimal('1.50')"
    assert found == {
        "none": None, "flag": True, "whole": 5, "real": 2.5, "text": "ünïcode", "raw": b"ab", "maybe": None, "pair": (1, "a"),
        "points": [Record("Point", {"x": 1, "y": None}), Record("Point", {"x": 2, "y": 0.5})], "names": {"a": 1}, "few": {1, 2}, "fixed": frozenset({1}),
        "mixed": [1, "a", None, 2.5, (1, 2)], "number": 1,
    }  # fmt: skip
    runtime.state["maybe"] = 4
    runtime.state["pair"] = (2, "b")
    runtime.state["points"] = [{"x": 7, "y": 1.0}]
    runtime.state["number"] = 0.25
    assert [runtime.state[name] for name in ("maybe", "pair", "number")] == [4, (2, "b"), 0.25]
    assert runtime.state["points"][0].x == 7
    with pytest.raises(BellError):
        runtime.state["twice"] = 5


def test_parameters_without_annotation_take_anything(engine: str) -> None:
    runtime = Runtime("kept = []\ndef keep(thing):\n    kept.append(thing)\n    return len(kept)\n", engine=engine)
    assert [runtime.call("keep", thing) for thing in (1, "a", [2.5], {"x": None})] == [1, 2, 3, 4]
    assert runtime.state["kept"] == [1, "a", [2.5], {"x": None}]


def test_ints_that_outgrow_words_go_on(engine: str) -> None:
    runtime = Runtime(
        "n = 1\nsteps = [0]\ndef grow() -> int:\n    global n\n    print('grow')\n    n *= 4294967296\n    steps[0] += 1\n    return n\n",
        engine=engine,
        write=quiet,
    )
    assert [runtime.call("grow") for _ in range(4)] == [2**32, 2**64, 2**96, 2**128]
    assert runtime.state.to_dict() == {"n": 2**128, "steps": [4]}
    runtime.state["n"] = 2**70
    assert runtime.call("grow") == 2**102


def test_output_is_not_repeated_where_a_call_is_made_again() -> None:
    written: list[str] = []
    runtime = Runtime(
        "n = 2**62\ndef grow() -> None:\n    global n\n    print('before', n > 0)\n    n *= 4\n    print('after')\n", write=written.append
    )
    runtime.call("grow")
    assert "".join(written) == "before True\nafter\n"


def test_safe_mode_survives_any_error() -> None:
    runtime = Runtime(
        COUNTER + "\ndef spin() -> None:\n    while True:\n        add(1)\n", safe_mode=True, limits=ResourceLimits(max_iterations=1000)
    )
    assert runtime.call("add", 1) == 1
    for call, code in ((("fail", 1), "E0501"), (("nothing",), "E0404"), (("add", "x"), "E0302"), (("add",), "E0401"), (("spin",), "E0809")):
        assert runtime.call(*call) is None
        assert runtime.last_error is not None
        assert runtime.last_error.code == code
        assert runtime.state.to_dict() == {"count": 1, "log": ["+1"]}
    assert runtime.call("add", 1) == 2
    assert runtime.last_error is None
    broken = Runtime("x = ", safe_mode=True)
    broken.execute_once()
    assert broken.last_error is not None
    assert broken.last_error.code == "E0101"


def test_a_runtime_without_a_program() -> None:
    runtime = Runtime()
    with pytest.raises(BellError, match="no program"):
        runtime.execute_once()
    runtime.load("x = 1")
    with pytest.raises(BellError, match="already"):
        runtime.load("x = 2")
    runtime.execute_once()
    assert runtime.state["x"] == 1


@pytest.mark.parametrize("wrong", [{"limits": 5}, {"engine": "warp"}, {"program": 5}])
def test_misuse_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BellError) as caught:
        Runtime(**wrong)  # type: ignore[arg-type]
    assert caught.value.code == "E0003"


def test_output_needs_its_grant() -> None:
    runtime = Runtime("print('hello')", grants=())
    with pytest.raises(BellError) as caught:
        runtime.execute_once()
    assert caught.value.code == "E0901"


def test_an_error_says_where_and_with_which_values() -> None:
    runtime = Runtime(
        "def share(total: int, count: int) -> int:\n    return total // count\n\ndef shares(n: int) -> int:\n    return share(n, 0)\n",
        name="test.bell",
    )
    with pytest.raises(BellError) as caught:
        runtime.call("shares", 10)
    text = str(caught.value)
    assert text.startswith("BellMathError: Division by zero\n  Line: 2\n  File: test.bell\n        return total // count\n")
    assert caught.value.values == {"total": "10", "count": "0"}
    assert "  Values: total = 10, count = 0\n" in text
    assert text.endswith("  Called from (innermost last):\n    line 5 in shares()\n    line 2 in share()")


def test_an_undefined_name() -> None:
    with pytest.raises(BellError) as caught:
        Runtime("scores = [1]\n\nprint(score)\n", name="test.bell").execute_once()
    assert str(caught.value).startswith("BellVariableError: Variable 'score' not defined\n  Line: 3\n  File: test.bell\n    print(score)\n")


# --- limits -----------------------------------------------------------------------------------------------------------------------

LIMITED = {
    "max_iterations": ("n = 0\ndef go() -> None:\n    global n\n    for i in range(100):\n        n += 1\n", 99, 100, "E0809"),
    "max_recursion_depth": ("def go(n: int = 50) -> int:\n    return 0 if n == 0 else 1 + go(n - 1)\n", 40, 60, "E0804"),
    "max_fuel": ("def go() -> int:\n    return sum([i for i in range(1000)])\n", 500, 100_000, "E0801"),
    "max_output": ("def go() -> None:\n    print('x' * 100)\n", 100, 101, "E0805"),
    "max_memory": ("def go() -> int:\n    return len([0] * 1_000_000)\n", 4_000_000, 40_000_000, "E0803"),
}


@pytest.mark.parametrize("name", LIMITED)
def test_limits_of_a_call(engine: str, name: str) -> None:
    text, low, enough, code = LIMITED[name]
    runtime = Runtime(text, limits=ResourceLimits(**{name: low}), engine=engine, write=quiet)
    before = runtime.state.to_dict()
    runtime.execute_once()
    before = runtime.state.to_dict()
    with pytest.raises(BellError) as caught:
        runtime.call("go")
    error = caught.value
    assert (error.code, error.exit_status) == (code, 3)
    assert str(low) in error.message
    assert error.hint == f"raise it with ResourceLimits({name}=...)"
    assert runtime.state.to_dict() == before
    Runtime(text, limits=ResourceLimits(**{name: enough}), engine=engine, write=quiet).call("go")


def test_the_limit_of_time() -> None:
    runtime = Runtime(
        "def go() -> None:\n    while True:\n        pass\n", limits=ResourceLimits(max_execution_time=0.2, max_iterations=2**62)
    )
    with pytest.raises(BellError) as caught:
        runtime.call("go")
    assert caught.value.code == "E0802"
    assert "max_execution_time" in caught.value.hint


def test_loops_of_all_kinds_are_counted(engine: str) -> None:
    text = """
def whiles(n: int) -> int:
    while n > 0:
        n -= 1
    return n
def fors(n: int) -> int:
    for a in [0] * n:
        if a:
            continue
    return n
def nested(n: int) -> int:
    return sum(1 for a in range(n // 10) for b in range(9))
def lists(n: int) -> int:
    return len([x for x in range(n)])
def generated(n: int) -> int:
    def numbers():
        for i in range(n):
            yield i
    return max(list(numbers()))
"""
    for task in ("whiles", "fors", "nested", "lists", "generated"):
        runtime = Runtime(text, limits=ResourceLimits(max_iterations=1000), engine=engine)
        runtime.call(task, 1000)
        assert runtime.resource_tracker["max_iterations"] in (None, 1000) or engine == "reference", task
        with pytest.raises(BellError) as caught:
            runtime.call(task, 1010)
        assert caught.value.code == "E0809", task


def test_names_and_functions_are_counted() -> None:
    names = "\n".join(f"x{i} = {i}" for i in range(5))
    with pytest.raises(BellError) as caught:
        Runtime(names, limits=ResourceLimits(max_variables=4)).execute_once()
    assert (caught.value.code, caught.value.message) == ("E0806", "Variable limit reached: 4 names, 5 are needed")
    runtime = Runtime(names, limits=ResourceLimits(max_variables=6))
    runtime.execute_once()
    runtime.state["more"] = 1
    with pytest.raises(BellError) as caught:
        runtime.state["still"] = 1
    assert caught.value.code == "E0806"
    functions = "class A:\n    def f(self) -> int:\n        def inner() -> int:\n            return 1\n        return inner()\ndef g() -> None:\n    pass\n"
    with pytest.raises(BellError) as caught:
        Runtime(functions, limits=ResourceLimits(max_functions=2)).execute_once()
    assert (caught.value.code, caught.value.message) == ("E0807", "Function limit reached: 2 functions, 3 are defined")
    Runtime(functions, limits=ResourceLimits(max_functions=3)).execute_once()


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_events": 0},
        {"max_fuel": -1},
        {"max_iterations": 1.5},
        {"max_memory": True},
        {"max_execution_time": "1s"},
        {"max_recursion_depth": 10**9},
    ],
)
def test_limits_that_are_none(wrong: dict[str, object]) -> None:
    with pytest.raises(BellError) as caught:
        ResourceLimits(**wrong)  # type: ignore[arg-type]
    assert caught.value.code == "E0003"


def test_the_tracker_reports_each_limit() -> None:
    runtime = Runtime(COUNTER, write=quiet)
    assert runtime.resource_tracker.report()["max_fuel"]["used"] == 0
    runtime.call("add", 1)
    runtime.call("show")
    report = runtime.resource_tracker.report()
    assert list(report) == list(ResourceLimits().to_dict())
    assert report["max_variables"] == {"limit": 1000, "used": 2, "share": 0.002}
    assert report["max_functions"]["used"] == 3
    assert report["max_output"]["used"] == len("1 ['+1']\n")
    assert report["max_fuel"]["used"] > 0
    assert report["max_memory"]["used"] > 0
    assert report["max_execution_time"]["used"] >= 0
    assert "max_variables=2 of 1000, max_functions=3 of 100" in repr(runtime.resource_tracker)


def test_the_tracker_answers_while_a_call_runs() -> None:
    runtime = Runtime(
        "def spin(n: int) -> int:\n    while n > 0:\n        n -= 1\n    return n\n",
        engine="vm",
        limits=ResourceLimits(max_iterations=2**62),
    )
    runtime.call("spin", 1)
    seen: list[int] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            used = runtime.resource_tracker.used()["max_iterations"]
            if isinstance(used, int):
                seen.append(used)
            time.sleep(0.001)

    thread = threading.Thread(target=look)
    thread.start()
    runtime.call("spin", 20_000_000)
    done.set()
    thread.join()
    assert max(seen) > 100_000
    assert runtime.resource_tracker["max_iterations"] == 20_000_000


# --- one program after another -------------------------------------------------------------------------------------------------------

SHOP = """
class Item:
    def __init__(self, name: str, price: float) -> None:
        self.name = name
        self.price = price

    def total(self, count: int) -> float:
        return self.price * count

stock = {"pen": Item("pen", 1.5)}
cheap = [stock["pen"]]
rate = 2

def value(name: str) -> float:
    return stock[name].total(rate)
"""


def test_a_later_program_finds_names_functions_and_classes() -> None:
    runtime = Runtime(SHOP)
    runtime.execute_once()
    runtime.execute("rate = rate + 1\nbook = Item('book', 10.0)\nstock['book'] = book\nfirst = value('pen')\n")
    assert (runtime.state["rate"], runtime.state["first"]) == (3, 4.5)
    assert runtime.call("value", "book") == 30.0
    runtime.execute(
        "stock['pen'].price = 2.0\nshared = cheap[0] is stock['pen']\nprice = cheap[0].price\ndef value(name):\n    return 'new'\nagain = value('pen')\n"
    )
    assert [runtime.state[name] for name in ("shared", "price", "again")] == [True, 2.0, "new"]


def test_a_name_may_be_a_function_now_and_a_variable_then() -> None:
    runtime = Runtime("def f() -> int:\n    return 1\nx = 5\ndef g():\n    return f\n")
    runtime.execute_once()
    runtime.execute("f = 7\n")
    runtime.execute("y = f\ndef x() -> str:\n    return 'now'\nz = x()\n")
    runtime.execute("again = x()\n")
    assert runtime.state.to_dict() == {"f": 7, "y": 7, "z": "now", "again": "now"}
    assert runtime.call("g") == 7


def test_a_later_program_that_fails_changes_nothing() -> None:
    runtime = Runtime(SHOP)
    runtime.execute_once()
    runtime.state["mine"] = 5
    before = runtime.state.to_dict()
    for text, code in (("rate = 7\nx = 1 // 0\n", "E0501"), ("y = undefined\n", "E0201"), ("z = (\n", "E0101")):
        with pytest.raises(BellError) as caught:
            runtime.execute(text, "later.bell")
        assert (caught.value.code, caught.value.file) == (code, "later.bell")
        assert runtime.state.to_dict() == before
    assert runtime.call("value", "pen") == 3.0


def test_errors_stand_in_the_program_they_are_from() -> None:
    runtime = Runtime("# one\ndef half(n: int) -> int:\n    return n // 0\n", name="one.bell")
    runtime.execute_once()
    with pytest.raises(BellError) as caught:
        runtime.execute("x = 1\ny = half(x)\n", "two.bell")
    assert (caught.value.file, caught.value.line) == ("one.bell", 3)
    with pytest.raises(BellError) as caught:
        runtime.execute("x = 1\n\ny = z\n", "two.bell")
    assert (caught.value.file, caught.value.line, caught.value.excerpt.split("\n")[0]) == ("two.bell", 3, "y = z")


def test_programs_of_many_runtimes_share_their_code() -> None:
    program = belljar.compile(COUNTER)
    runtimes = [Runtime(program) for _ in range(3)]
    for step, runtime in enumerate(runtimes):
        runtime.call("add", step)
    assert [runtime.state["count"] for runtime in runtimes] == [0, 1, 2]
    assert len({id(runtime.state.generation.module) for runtime in runtimes if runtime.state.generation}) == 1


# --- events -------------------------------------------------------------------------------------------------------------------------

ORDERS = """
total = 0.0
seen: list[str] = []

@on("paid")
def paid(order) -> None:
    global total
    total += order["amount"]
    seen.append("paid")
    if order["amount"] > 100:
        emit("large", order)

@on("paid")
def note() -> None:
    seen.append("note")

@on("large")
def large(order) -> None:
    order["flagged"] = True
    seen.append(f"large {order['amount']}")

@on("broken")
def broken(order) -> None:
    seen.append("broken")
    emit("paid", {"amount": 1})
    print(order["missing"])

def sell(amount: float) -> None:
    emit("paid", {"amount": amount})

def forever() -> None:
    emit("again")

@on("again")
def again() -> None:
    emit("again")
"""


def test_events_are_handled_in_order(engine: str) -> None:
    runtime = Runtime(ORDERS, engine=engine)
    runtime.call("sell", 5.0)
    runtime.emit("paid", {"amount": 150.0})
    runtime.emit("nobody", None)
    assert runtime.state["seen"] == []
    assert runtime.waiting() == 3
    assert runtime.process_events() == 4
    assert runtime.state["seen"] == ["paid", "note", "paid", "note", "large 150.0"]
    assert runtime.state["total"] == 155.0
    assert runtime.waiting() == 0
    assert runtime.process_events() == 0


def test_a_payload_is_the_object_that_was_emitted() -> None:
    runtime = Runtime("box = {'n': 1}\ndef send() -> None:\n    emit('grow', box)\n@on('grow')\ndef grow(it) -> None:\n    it['n'] += 1\n")
    runtime.call("send")
    runtime.process_events()
    assert runtime.state["box"] == {"n": 2}


def test_a_handler_that_fails_loses_its_event_alone(engine: str) -> None:
    runtime = Runtime(ORDERS, engine=engine)
    runtime.emit("broken", {})
    runtime.emit("paid", {"amount": 2.0})
    with pytest.raises(BellError) as caught:
        runtime.process_events()
    assert caught.value.code == "E0702"
    assert runtime.state["seen"] == []
    assert runtime.waiting() == 1
    runtime.process_events()
    assert runtime.state["seen"] == ["paid", "note"]


def test_a_call_that_fails_emits_nothing(engine: str) -> None:
    runtime = Runtime("def go() -> int:\n    emit('x')\n    return 1 // 0\n", engine=engine)
    with pytest.raises(BellError):
        runtime.call("go")
    assert runtime.waiting() == 0


def test_events_are_limited(engine: str) -> None:
    runtime = Runtime(
        ORDERS + "\ndef flood(n: int) -> None:\n    for i in range(n):\n        emit('nobody', i)\n",
        limits=ResourceLimits(max_events=10),
        engine=engine,
    )
    runtime.call("flood", 10)
    for call in (lambda: runtime.call("flood", 1), lambda: runtime.emit("nobody")):
        with pytest.raises(BellError) as caught:
            call()
        assert (caught.value.code, caught.value.message) == ("E0808", "Event limit reached: 10 events")
    assert runtime.process_events() == 10
    runtime.call("forever")
    with pytest.raises(BellError) as caught:
        runtime.process_events()
    assert caught.value.code == "E0808"
    assert caught.value.notes[0] == "1 events still wait"
    assert runtime.waiting() == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("@on('a')\ndef f(x, y) -> None:\n    pass\n", "it takes the payload"),
        ("name = 'a'\n@on(name)\ndef f() -> None:\n    pass\n", "literal string"),
        ("@on\ndef f() -> None:\n    pass\n", "the name of one event"),
        ("def g() -> None:\n    @on('a')\n    def f() -> None:\n        pass\n", "module level"),
        ("def d(f):\n    return f\n@d\n@on('a')\ndef f() -> None:\n    pass\n", "no other decorators"),
    ],
)
def test_handlers_that_are_none(text: str, reason: str) -> None:
    with pytest.raises(BellError, match=reason):
        belljar.compile(text, cache=False)


def test_a_program_may_use_both_names_itself() -> None:
    program = belljar.compile(
        "def on(name):\n    return lambda f: f\n@on('a')\ndef f() -> int:\n    return 5\ndef emit(x: int) -> int:\n    return x\n",
        cache=False,
    )
    assert program.call("emit", 4) == 4


def test_programs_with_events_run_without_a_runtime() -> None:
    written: list[str] = []
    belljar.compile(ORDERS + "\nsell(5.0)\nprint(len(seen))\n", cache=False).run(write=written.append)
    assert written == ["0\n"]


# --- the library --------------------------------------------------------------------------------------------------------------------


def test_programs_that_import_the_library(engine: str) -> None:
    runtime = Runtime(
        "import random\nfrom collections import Counter\nrandom.seed(1)\ncounts = Counter()\ndef roll() -> int:\n    n = random.randint(1, 6)\n    counts[n] += 1\n    return n\n",
        engine=engine,
    )
    import random

    random.seed(1)
    rolled = [runtime.call("roll") for _ in range(20)]
    assert rolled == [random.randint(1, 6) for _ in range(20)]


def test_there_is_a_place_for_a_trace() -> None:
    runtime = Runtime(COUNTER)
    assert isinstance(runtime.trace, belljar.TraceCollector)
    assert len(runtime.trace) == 0
    runtime.trace = mine = belljar.TraceCollector(level="calls")
    assert runtime.trace is mine


def test_a_runtime_survives_many_calls() -> None:
    runtime = Runtime("kept: dict[int, str] = {}\ndef put(n: int) -> int:\n    kept[n % 50] = str(n) * 20\n    return len(kept)\n")
    for n in range(20_000):
        runtime.call("put", n)
    assert len(runtime.state["kept"]) == 50
    memory = runtime.inspector.dump_memory()
    assert memory["bytes"] < 1 << 20


def test_nested_calls_are_told_while_they_run() -> None:
    hosts = HostFunctions()
    told: list[Any] = []
    hosts.add("ask.depth", lambda: told.append(runtime.resource_tracker["max_recursion_depth"]), signature="() -> None", effect="read")
    text = "def go(n: int) -> int:\n    if n == 0:\n        ask.depth()\n        return 0\n    return 1 + go(n - 1)\n"
    for engine in ("vm", "jit"):
        runtime = Runtime(text, engine=engine, hosts=hosts, grants=["ask.*"])
        told.clear()
        for depth in (0, 7, 40):
            assert runtime.call("go", depth) == depth
        assert told == [0, 7, 40]
        assert runtime.resource_tracker.report()["max_recursion_depth"] == {"limit": 100, "used": 40, "share": 0.4}


@pytest.mark.parametrize("engine", ["vm", "jit"])
def test_deep_loops_tell_how_deep_they_are(engine: str) -> None:
    runtime = Runtime(
        "def go(n: int) -> int:\n    if n == 0:\n        while True:\n            pass\n    return 1 + go(n - 1)\n",
        engine=engine,
        limits=ResourceLimits(max_iterations=10**15, max_execution_time=30.0, max_fuel=400_000_000 if engine == "vm" else 8_000_000_000),
        safe_mode=True,
    )
    runtime.execute_once()
    seen: set[Any] = set()

    def look() -> None:
        while 9 not in seen and thread.is_alive():
            seen.add(runtime.resource_tracker["max_recursion_depth"])

    thread = threading.Thread(target=lambda: runtime.call("go", 9))
    thread.start()
    look()
    thread.join()
    assert 9 in seen


DEFINED = """
import math

total = 1
scale = lambda n: n * 10
root = math.isqrt


class Doubler:
    def twice(self, n):
        return n * 2


Kind = Doubler


def grow(n):
    global total
    for _ in range(n):
        total = scale(total)
    return root(total), Kind().twice(total)
"""


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_names_of_functions_and_classes_last_when_ints_leave_64_bits(engine):
    """They are no data that could be written, but that they are set is all there is to them."""
    runtime = Runtime(DEFINED, engine=engine)
    runtime.execute_once()
    assert runtime.call("grow", 2) == (10, 200)
    assert runtime.call("grow", 28) == (10**15, 2 * 10**30)
    assert runtime.call("grow", 0) == (10**15, 2 * 10**30)
    assert list(runtime.state) == ["total", "scale", "root", "Kind"]


def test_a_function_with_variables_of_its_own_keeps_ints_at_64_bits():
    """It cannot be carried over: the error is that of the int, and the state is as it was."""
    text = "total = 1\ndef by(k):\n    return lambda n: n * k\nscale = by(10)\ndef grow(n):\n    global total\n    for _ in range(n):\n        total = scale(total)\n    return total\n"
    runtime = Runtime(text)
    runtime.execute_once()
    with pytest.raises(BellError) as raised:
        runtime.call("grow", 30)
    assert raised.value.code == "E0502"
    assert runtime.call("grow", 2) == 100
