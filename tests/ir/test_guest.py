"""Guest values: printing, comparing and crossing agree with Python's own."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belljar.errors import BellError
from belljar.ir.crossing import disassemble, enter, leave
from belljar.ir.function import Layout
from belljar.ir.guest import NESTING_MAX, GuestDict, GuestFault, GuestList, GuestSet, GuestTuple, assemble, equal, less, type_name, weight
from belljar.ir.printing import literal
from belljar.ir.text import parse_type
from belljar.types import ANY, FLOAT, INT, STR, DictType, ListType, OptionalType, RecordType, TupleType, components
from belljar.values import Record

RECORDS = {
    "Node": Layout("Node", (("value", ANY), ("next", OptionalType(RecordType("Node"))))),
    "Pair": Layout("Pair", (("at", TupleType((INT, OptionalType(STR)))), ("n", parse_type("number")))),
}
keys = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=40))
values: st.SearchStrategy[Any] = st.recursive(
    keys,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
    ),
    max_leaves=12,
)


def nested(value: Any) -> int:
    """The values in a value, at every depth."""
    if isinstance(value, dict):
        return sum(2 + nested(item) for item in value.values())
    return sum(1 + nested(item) for item in value) if isinstance(value, (list, tuple)) else 0


@given(values)
def test_values_cross_and_come_back(value: Any) -> None:
    assert leave(enter(value, ANY, {})) == value
    assert repr(leave(enter(value, ANY, {}))) == repr(value)


@given(values)
def test_literals_are_reprs(value: Any) -> None:
    assert literal(enter(value, ANY, {})) == (repr(value), nested(value))
    assert type_name(enter(value, ANY, {})) == type(value).__name__


@given(values, values)
def test_equality_is_pythons(a: Any, b: Any) -> None:
    for x, y in ((a, b), (a, a)):
        same, cost = equal(enter(x, ANY, {}), enter(y, ANY, {}))
        assert same == (x == y)
        assert 0 <= cost <= nested(x) + weight(enter(x, ANY, {})) + len(repr(x))


@given(values, values)
def test_order_is_pythons(a: Any, b: Any) -> None:
    for sign, compare in (("<", lambda: a < b), ("<=", lambda: a <= b), (">", lambda: a > b), (">=", lambda: a >= b)):
        try:
            expected = compare()
        except TypeError:
            with pytest.raises(GuestFault):
                less(enter(a, ANY, {}), enter(b, ANY, {}), sign)
        else:
            assert less(enter(a, ANY, {}), enter(b, ANY, {}), sign)[0] == expected


def test_two_nans_never_meet() -> None:
    nan = math.nan
    one, other = GuestList(ListType(FLOAT), [nan]), GuestList(ListType(FLOAT), [nan])
    assert equal(one, one)[0]
    assert not equal(nan, nan)[0]
    assert not equal(GuestList(ListType(FLOAT), [1.0, nan]), GuestList(ListType(FLOAT), [2.0, nan]))[0]
    keyed = GuestSet(parse_type("set[tuple[float, int]]"), [GuestTuple(TupleType((FLOAT, INT)), (nan, i)) for i in range(3)])
    table = GuestDict(DictType(FLOAT, INT))
    table.set(-nan, 1)
    table.set(1.0, 2)
    assert math.copysign(1.0, table.entry(0)[0]) == math.copysign(1.0, -nan)
    for meeting in (
        lambda: equal(one, other),
        lambda: less(one, other),
        lambda: table.set(nan, 1),
        lambda: table.find(nan),
        lambda: table.remove(nan),
        lambda: keyed.contains(next(iter(keyed))),
    ):
        with pytest.raises(GuestFault, match="E0720"):
            meeting()
    assert len(table) == 2
    assert len(keyed) == 3


def test_removed_entries_leave_holes_and_order_is_of_adding() -> None:
    table = GuestDict(DictType(STR, INT), [("a", 1), ("b", 2), ("c", 3)])
    assert table.remove("b")
    assert not table.remove("b")
    table.set("b", 4)
    table.set("a", 5)
    assert list(table.items()) == [("a", 5), ("c", 3), ("b", 4)]
    assert table.next(1) == 2
    assert table.next(-5) == 0
    assert table.next(4) == -1
    with pytest.raises(GuestFault):
        table.entry(1)


def chain(length: int) -> Any:
    value: Any = None
    for number in range(length):
        value = Record("Node", {"value": number, "next": value})
    return value


def test_walks_are_bounded_in_depth() -> None:
    type = RecordType("Node")
    deep = enter(chain(NESTING_MAX), type, RECORDS)
    again = enter(chain(NESTING_MAX), type, RECORDS)
    assert equal(deep, again)[0]
    assert leave(deep) == chain(NESTING_MAX)
    assert literal(deep)[0].startswith("Node(value=199, next=Node(")
    for value in (deep, again):
        value.slots[0] = GuestList(ListType(ANY))
    bottom, top = deep, GuestList(ListType(ANY), [deep])
    assert literal(bottom)[1] == 2 * NESTING_MAX
    for walk in (lambda: literal(top), lambda: weight(top), lambda: equal(top, GuestList(ListType(ANY), [again]))):
        with pytest.raises(GuestFault) as caught:
            walk()
        assert caught.value.code in ("E0804", "E0784")
    with pytest.raises(BellError):
        enter(chain(NESTING_MAX + 2), type, RECORDS)


@pytest.mark.parametrize(
    ("type", "value", "parts"),
    [
        ("int | None", None, [False, 0]),
        ("int | None", 5, [True, 5]),
        ("list[int] | None", None, [False, None]),
        ("tuple[int, str | None]", (1, None), [1, False, ""]),
        ("tuple[int, str | None]", (1, "a"), [1, True, "a"]),
        ("number", 5, [False, 5, 0.0]),
        ("number", 5.5, [True, 0, 5.5]),
        ("range", range(1, 9, 2), [1, 9, 2]),
        ("None", None, []),
    ],
)
def test_values_and_components(type: str, value: Any, parts: list[Any]) -> None:
    source = parse_type(type)
    assert list(disassemble(value, source)) == parts
    assert len(parts) == len(components(source))
    assert assemble(source, iter(parts)) == value


def test_records_cross() -> None:
    record = Record("Pair", {"at": (3, None), "n": 2.5})
    guest = enter(record, RecordType("Pair"), RECORDS)
    assert guest.slots == [3, False, "", True, 0, 2.5]
    assert leave(guest) == record
    assert literal(guest) == ("Pair(at=(3, None), n=2.5)", 4)


@pytest.mark.parametrize(
    ("value", "type"),
    [
        (True, "int"),
        (2**63, "int"),
        (1, "float"),
        (1, "bool"),
        (b"", "str"),
        ((1,), "tuple[int, int]"),
        ([1.5], "list[int]"),
        ({1: 2}, "dict[str, int]"),
        ({1}, "list[int]"),
        (object(), "any"),
        (Record("Node", {"value": 1, "next": None}), "Pair"),
    ],
)
def test_values_of_other_types_are_refused(value: Any, type: str) -> None:
    with pytest.raises(BellError) as caught:
        enter(value, parse_type(type), RECORDS)
    assert caught.value.code == "E0302"
