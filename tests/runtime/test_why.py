"""Slices: what a value came from, and the law: an input that is not in the slice can be changed, and the value stays."""

from __future__ import annotations

from typing import Any

import pytest

import belljar
from belljar.errors import BellError
from belljar.runtime.why import why_call
from belljar.trace.slices import Slice


def why(text: str, name: str = "return", **given: Any) -> Slice:
    """The slice of a value of ``f``."""
    return why_call(belljar.compile(text), "f", name, (), given)


PRICE = """
def f(qty: int, unit: float, vip: bool, note: str) -> float:
    if qty < 0:
        raise ValueError("qty")
    total = qty * unit
    discount = 0.0
    if total > 40.0:
        discount = 0.1
    if vip:
        discount += 0.05
    label = note.upper()
    return total * (1.0 - discount)
"""


def test_inputs_assignments_and_branches_in_order() -> None:
    found = why(PRICE, qty=20, unit=2.5, vip=False, note="n")
    assert found.value == "45.0"
    assert found.inputs == ("qty", "unit", "vip")
    assert found.checked == ()
    assert found.lines == (3, 5, 7, 8, 9, 12)
    assert [(step.kind, step.line, step.name, step.value) for step in found.steps] == [
        ("input", 0, "qty", 20),
        ("input", 0, "unit", 2.5),
        ("input", 0, "vip", False),
        ("check", 3, "qty < 0", False),
        ("assign", 5, "total", 50.0),
        ("branch", 7, "total > 40.0", True),
        ("assign", 8, "discount", 0.1),
        ("branch", 9, "vip", False),
        ("return", 12, "return", 45.0),
    ]
    total, branch, discount = found.steps[4:7]
    assert total.uses == (1, 2)
    assert branch.uses == (5,)
    assert discount.because == branch.number
    assert discount.source == "discount = 0.1"


def test_what_is_not_in_it() -> None:
    found = why(PRICE, "label", qty=20, unit=2.5, vip=False, note="n")
    assert (found.value, found.inputs, found.checked) == ("'N'", ("note",), ("qty",))
    assert found.lines == (3, 11)
    assert found.depends_on("note")
    assert found.depends_on("qty")
    assert not found.depends_on("unit")


def test_a_branch_that_was_not_taken_counts() -> None:
    text = "def f(x: int, z: int) -> int:\n    y = 0\n    if x > 5:\n        y = z\n    return y\n"
    assert why(text, x=3, z=1).inputs == ("x",)
    assert why(text, x=7, z=1).inputs == ("x", "z")


def test_parts_of_containers() -> None:
    text = """
class Order:
    qty: int
    tags: list[str]

def f(order: Order, xs: list[int], prices: dict[str, float]) -> float:
    first = xs[0]
    xs.append(order.qty)
    last = xs[-1]
    return first * prices["a"]
"""
    given = {"order": {"qty": 2, "tags": ["t"]}, "xs": [5, 6], "prices": {"a": 1.5, "b": 2.0}}
    assert why(text, **given).inputs == ("xs[0]", "prices['a']")
    assert why(text, "last", **given).inputs == ("order.qty", "len(xs)")
    assert why(text, "xs", **given).inputs == ("order.qty", "xs")


def test_of_a_loop_what_it_had_to_do_with_it() -> None:
    text = """
def f(xs: list[int], ys: list[int]) -> int:
    total = 0
    other = 0
    for x in xs:
        if x > 2:
            total += x
    for y in ys:
        other += y
    return total
"""
    found = why(text, xs=[1, 5], ys=[7])
    assert not found.depends_on("ys")
    assert found.depends_on("xs")
    assert found.lines == (3, 5, 6, 7, 10)


def test_calls_closures_and_exceptions() -> None:
    text = """
def share(k: int) -> int:
    return 10 // k

def f(a: int, b: int, c: int) -> int:
    count = 0
    def add(k: int) -> None:
        nonlocal count
        count += k
    add(a)
    try:
        part = share(b)
    except ZeroDivisionError:
        part = -1
    unrelated = c + 1
    return count + part
"""
    assert why(text, a=1, b=2, c=3).inputs == ("a", "b")
    assert why(text, "part", a=1, b=2, c=3).inputs == ("b",)
    caught = why(text, "part", a=1, b=0, c=3)
    assert (caught.value, caught.inputs) == ("-1", ("b",))
    assert [step.line for step in caught.steps if step.kind == "raise"] == [3]


def test_aliases() -> None:
    text = """
def f(x: int) -> int:
    a = [0]
    b = [0]
    y = a
    if x > 5:
        y = b
    y[0] = 7
    return b[0]
"""
    assert why(text, x=3).inputs == ("x",)


def test_generators_and_values_of_any_type() -> None:
    text = """
def above(k: int, xs: list[int]):
    for x in xs:
        if x > k:
            yield x

def f(k: int, xs: list[int], c: int) -> int:
    mixed = [k, "text", c]
    first = mixed[0]
    return sum(above(2, xs))
"""
    assert why(text, k=1, xs=[1, 5], c=2).inputs == ("xs",) or why(text, k=1, xs=[1, 5], c=2).inputs == ("len(xs)", "xs[0]", "xs[1]")
    assert why(text, "first", k=1, xs=[1, 5], c=2).inputs == ("k",)


def test_a_call_that_fails() -> None:
    found = why(PRICE, qty=-1, unit=2.5, vip=False, note="n")
    assert (found.error, found.value, found.inputs) == ("E0705", "ValueError: qty", ("qty",))


def test_answers_of_the_host_are_inputs() -> None:
    hosts = belljar.HostFunctions()
    hosts.add("rates.get", lambda name: 1.25, signature="(str) -> float", capability="rates.get", effect="read")
    program = belljar.compile("def f(a: str, b: int) -> float:\n    rate = rates.get(a)\n    return rate * 2.0\n", hosts=hosts)
    found = why_call(program, "f", "return", ("eur", 2), grants=["rates.get"])
    assert found.inputs == ("a", "rates.get()")
    assert [step.kind for step in found.steps] == ["input", "host", "assign", "return"]


def test_bad_questions() -> None:
    program = belljar.compile(PRICE)
    with pytest.raises(BellError) as unknown:
        program.why("f", "discont", 1, 1.0, True, "n")
    assert (unknown.value.code, unknown.value.hint) == ("E1331", "did you mean 'discount'?")
    with pytest.raises(BellError) as long:
        why_call(
            belljar.compile("def f(n: int) -> int:\n    t = 0\n    for i in range(n):\n        t += i\n    return t\n"),
            "f",
            "t",
            (10_000,),
            nodes_max=1000,
        )
    assert (long.value.code, long.value.exit_status) == ("E1332", 3)
    with pytest.raises(BellError) as loop:
        why_call(
            belljar.compile("def f(n: int) -> int:\n    while n > 0:\n        pass\n    return n\n"), "f", "n", (1,), limits={"fuel": 1000}
        )
    assert loop.value.code == "E0801"


def test_a_row_of_a_batch(tmp_path: Any) -> None:
    data = tmp_path / "rows.csv"
    data.write_text("qty,unit,vip,note\n1,10.0,true,a\n20,2.5,false,b\n")
    program = belljar.compile(PRICE)
    assert program.why_row("f", str(data), 1, "total").inputs == ("qty", "unit")
    result = program.batch("f", str(data))
    assert result.why(0, "discount").inputs == ("qty", "unit", "vip")
    assert [step.line for step in result.explain(0).steps] == [3, 5, 6, 7, 9, 10, 11, 12]
    with pytest.raises(BellError) as beyond:
        result.explain(7)
    assert beyond.value.code == "E0003"
    with pytest.raises(BellError) as beyond:
        program.why_row("f", str(data), 2)
    assert beyond.value.code == "E0003"


def test_text_and_data() -> None:
    found = why(PRICE, qty=20, unit=2.5, vip=False, note="n")
    text = found.text()
    assert text.startswith("f(): why return = 45.0\ninputs\n  1  qty  = 20\n")
    assert "line   8  discount = 0.1" in text
    assert "because of 6" in text
    data = found.to_dict()
    assert data["inputs"] == ["qty", "unit", "vip"]
    assert data["steps"][0]["name"] == "qty"


def test_ints_of_any_size() -> None:
    text = "def f(a: int, b: int) -> int:\n    big = a * a\n    return big * big\n"
    found = why(text, a=2**40, b=1)
    assert (found.value, found.inputs, found.error) == (str(2**160), ("a",), "")
    assert why(text, "big", a=2**70, b=1).value == str(2**140)


def test_variables_that_functions_share_and_constants_of_the_module() -> None:
    text = """
RATE = 0.25
def f(a: int, b: int) -> float:
    n = 0
    def add(k: int) -> None:
        nonlocal n
        if k > 0:
            n += k
    add(a)
    m = [i * 2 for i in range(a)]
    return n * RATE
"""
    found = why(text, a=2, b=1)
    assert found.lines == (2, 4, 7, 8, 11)
    assert [(step.kind, step.name, step.value) for step in found.steps if step.line == 8] == [("assign", "n", 2)]
    assert why(text, "n", a=2, b=1).value == "2"
    assert why(text, "RATE", a=2, b=1).value == "0.25"
    made = why(text, "m", a=2, b=1)
    assert made.steps[-1].name == "m"
    assert len(made.steps[-1].uses) > 1


def test_inputs_show_the_values_that_people_know() -> None:
    text = (
        "class Row:\n    size: int | None\n    note: str | None\n\n"
        "def f(row: Row, x: float | None, t: tuple[int, int]) -> float:\n"
        "    if row.size is None or x is None or row.note is not None:\n        return 0.0\n    return x + row.size + t[1]\n"
    )
    program = belljar.compile(text)
    found = program.why("f", "return", {"size": 3, "note": None}, 2.5, (4, 5))
    shown = {step.name: step.value for step in found.steps if step.kind == "input"}
    assert shown == {"row.size": 3, "row.note": None, "x": 2.5, "t[1]": 5}


SHARED = """
import time
n = 0
seen = []
pair = (1, [2])
best: int | None = None
class C:
    count = 0
class P:
    x: int
def f(k, j):
    global n, pair, best
    n += k
    seen.append(j)
    pair = (j, [k])
    C.count += j
    if j > 1:
        best = k
    return (P(k), j)
f(x, y)
"""


@pytest.mark.parametrize(
    ("name", "value", "inputs"),
    [
        ("n", "7", ("x",)),
        ("seen", "[5]", ("y",)),
        ("seen[0]", "5", ("y",)),
        ("pair", "(5, [7])", ("x", "y")),
        ("pair[0]", "5", ("y",)),
        ("pair[1][0]", "7", ("x",)),
        ("best", "7", ("x", "y")),
        ("C.count", "5", ("y",)),
        ("n@13", "7", ("x",)),
        ("pair@15", "(5, [7])", ("x", "y")),
        ("best@18", "7", ("x", "y")),
    ],
)
def test_names_of_the_module_level_that_functions_assign(name: str, value: str, inputs: tuple[str, ...]) -> None:
    program = belljar.compile(SHARED, inputs={"x": int, "y": int, "z": int})
    found = program.why(None, name, x=7, y=5, z=1)
    assert (found.value, found.inputs) == (value, inputs)
    assert all(step.value is not True for step in found.steps if step.kind == "assign")


def test_names_of_the_module_level_keep_their_values_where_other_inputs_change() -> None:
    given = {"x": 7, "y": 5, "z": 1}
    program = belljar.compile(SHARED.replace("import time\n", ""), inputs=dict.fromkeys(given, int))
    for name in ("n", "seen", "pair[0]", "pair[1]", "best", "C.count"):
        found = program.why(None, name, **given)
        for other in given.keys() - set(found.inputs):
            for value in (0, 40):
                assert program.why(None, name, **given | {other: value}).value == found.value, (name, other)


def test_modules_and_functions_are_no_values() -> None:
    program = belljar.compile(SHARED, inputs={"x": int, "y": int, "z": int})
    for name in ("time", "P", "f", "time.DAY_NAMES"):
        with pytest.raises(BellError) as caught:
            program.why(None, name, x=7, y=5, z=1)
        assert caught.value.code == "E1331", name
    pairs = belljar.compile("class P:\n    x: int\ndef f(k: int, j: int) -> tuple[P, int]:\n    return P(k), j\n")
    assert pairs.why("f", "return", 1, 2).value == "(P(x=1), 2)"


def test_exceptions_are_shown_as_what_they_were_given() -> None:
    text = "def f(a: int) -> int:\n    try:\n        raise ValueError(str(a))\n    except ValueError as e:\n        return len(str(e))\n"
    (step,) = [step for step in why(text, a=3).steps if step.kind == "assign"]
    assert (step.name, step.value) == ("e", "ValueError(args=('3',))")


def test_inputs_of_a_module_that_makes_constants_first() -> None:
    text = "y = a\nws = xs\nz = y in {1, 2, 3, 4, 5}\ndef f():\n    return z\n"
    program = belljar.compile(text, inputs={"a": int, "b": int, "xs": list[int]})
    given: Any = {"a": 1, "b": 2, "xs": [3, 4]}
    assert [program.why(None, name, **given).inputs for name in ("y", "z", "ws", "ws[1]")] == [("a",), ("a",), ("xs",), ("xs[1]",)]
