"""Values in and out of programs: what is accepted, converted, refused."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

import belljar
from belljar.errors import BellError
from belljar.ir.function import Layout
from belljar.runtime.boundary import from_components, join, join_two, to_components, to_value, type_of
from belljar.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NONE,
    NUMBER,
    STR,
    DictType,
    ListType,
    OptionalType,
    RecordType,
    SetType,
    TupleType,
    Type,
    components,
)
from belljar.values import Record

LAYOUTS = {"Point": Layout("Point", (("x", FLOAT), ("label", OptionalType(STR))))}
POINT = RecordType("Point")


def refused(value: object, type: Type) -> str:
    with pytest.raises(BellError) as caught:
        to_value(value, type, LAYOUTS, "x")
    return caught.value.code


@pytest.mark.parametrize(
    ("value", "type", "expected"),
    [
        (3, FLOAT, 3.0),
        (True, INT, 1),
        (2**53, FLOAT, float(2**53)),
        (None, OptionalType(FLOAT), None),
        (5, OptionalType(FLOAT), 5.0),
        ([1, 2.5], ListType(FLOAT), [1.0, 2.5]),
        ((1, "a"), TupleType((INT, STR)), (1, "a")),
        ([1, "a"], TupleType((INT, STR)), (1, "a")),
        ({"a": 1}, DictType(STR, FLOAT), {"a": 1.0}),
        ([1, 2, 2], SetType(INT), {1, 2}),
        (2.5, NUMBER, 2.5),
        (2, NUMBER, 2),
        ([1, "x", None], ANY, [1, "x", None]),
    ],
)
def test_accepted(value: object, type: Type, expected: object) -> None:
    result = to_value(value, type, LAYOUTS, "x")
    assert result == expected
    assert result.__class__ is expected.__class__


@pytest.mark.parametrize(
    ("value", "type"),
    [
        (1.0, INT),
        ("1", INT),
        (2**63, INT),
        (2**53 + 1, FLOAT),
        (10**400, FLOAT),
        (1, BOOL),
        (1, STR),
        (None, INT),
        ("ab", ListType(STR)),
        ((1,), TupleType((INT, INT))),
        ([1], DictType(STR, INT)),
        (object(), ANY),
        (0, NONE),
    ],
)
def test_refused(value: object, type: Type) -> None:
    assert refused(value, type) == "E0302"


def test_an_element_is_named() -> None:
    with pytest.raises(BellError, match=r"x\[2\] must be float"):
        to_value([1.0, 2.0, "3"], ListType(FLOAT), LAYOUTS, "x")


@dataclass
class Place:
    x: float
    label: str | None = None


@pytest.mark.parametrize("value", [{"x": 1, "label": None}, {"x": 1}, Place(1.0), Record("Point", {"x": 1.0, "label": None})])
def test_records_from_mappings_and_objects(value: object) -> None:
    assert to_value(value, POINT, LAYOUTS, "p") == Record("Point", {"x": 1.0, "label": None})


def test_records_refused() -> None:
    assert refused({"x": 1, "lable": "a"}, POINT) == "E0203"
    assert refused({"label": "a"}, POINT) == "E0401"
    assert refused(5, POINT) == "E0302"
    assert refused(Record("Other", {"x": 1.0}), POINT) == "E0302"
    assert refused({"x": "no"}, POINT) == "E0302"


SCALARS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.booleans(), st.text(max_size=5), st.none())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.tuples(inner, inner), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=8,
)


@given(VALUES)
def test_what_has_a_type_crosses_unchanged(value: object) -> None:
    """Law: a value given as the type inferred from it comes back equal."""
    type = type_of(value, "x")
    parts = to_components(value, type, LAYOUTS, "x")
    assert len(parts) == len(components(type))
    assert from_components(iter(parts), type) == value


@given(st.lists(SCALARS, max_size=6))
def test_the_type_of_a_list_is_that_of_its_elements(values: list[object]) -> None:
    assert type_of(values, "x") == ListType(join(type_of(value, "x") for value in values))


@given(VALUES, VALUES)
def test_join_is_symmetric(a: object, b: object) -> None:
    left, right = type_of(a, "a"), type_of(b, "b")
    assert join_two(left, right) == join_two(right, left)
    assert join_two(left, left) == left


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_results_without_a_plain_type_are_opaque(engine):
    program = belljar.compile(
        """
import math

class E:
    def f(self):
        return 1

def closure():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    return inc

def built_in():
    return len

def made():
    return E

def bound():
    return E().f

def pair():
    return (closure(), 1)

def module():
    return math
""",
        cache=False,
    )
    assert str(program.call("closure", engine=engine)) == "<function closure.<locals>.inc>"
    assert str(program.call("built_in", engine=engine)) == "<builtin_function_or_method len>"
    assert str(program.call("made", engine=engine)) == "<class 'E'>"
    assert "f" in str(program.call("bound", engine=engine))
    function, one = program.call("pair", engine=engine)
    assert str(function) == "<function closure.<locals>.inc>"
    assert one == 1
    with pytest.raises(belljar.BellError) as caught:
        program.call("module", engine=engine)
    assert caught.value.code == "E0106"
    assert caught.value.line > 0
