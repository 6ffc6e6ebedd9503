"""Special methods of records, on every engine as in CPython: what an op gives or raises, and which methods it calls in which order."""

from __future__ import annotations

import operator
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belljar.engines.jit import Engine as Jit
from belljar.engines.vm import Engine as Vm
from belljar.ir.function import COMPARING, IN_PLACE, PLAIN, REFLECTED, UNARY, Module
from belljar.ir.ops import BINARY_OPERATORS, UNARY_OPERATORS
from belljar.safety.limits import Limits
from tests.engines.special_classes import BOOL, FLOAT, INT, STR, Classes, classes_ir, module_of, op_ir, python_classes, python_outcome
from tests.engines.vm.agreement import agree

ENGINES = (Vm(), Jit())
JIT_TENTH = 10
"""Machine code is made for one example of so many: the ops are the same functions there."""
NAMES = ("A", "B", "C")

BINARY = {
    **dict(
        zip(
            PLAIN,
            (*("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and_", "or_", "xor", "matmul"),),
            strict=True,
        )
    ),
}
PYTHON_BINARY = [getattr(operator, name) for name in BINARY.values()]
PYTHON_IN_PLACE = [getattr(operator, "i" + name.rstrip("_")) for name in BINARY.values()]
PYTHON_COMPARE = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


@cache
def program(key: str, body: str, after: str) -> Module:
    return module_of(key + op_ir(body, after))


def expected(classes: Classes, function: Callable[..., Any], a: tuple[int, Any], b: tuple[int, Any]) -> tuple[str, list[str]]:
    log: list[str] = []
    made = list(python_classes(classes, log).values())
    x, y = (copied(value) if cls < 0 else made[cls](copied(value)) for cls, value in (a, b))
    log.clear()
    kept = log

    def run() -> Any:
        nonlocal kept
        found = function(x, y)
        kept = list(log)
        return found

    return python_outcome(run), kept


def copied(value: Any) -> Any:
    return {list: list, dict: dict, set: set}.get(type(value), lambda same: same)(value)


def check(
    classes: Classes,
    body: str,
    after: str,
    function: Callable[..., Any],
    a: tuple[int, Any],
    b: tuple[int, Any] = (-1, None),
    fuel: bool = False,
) -> str:
    module = program(classes_ir(classes), body, after)
    for engine in ENGINES[: 2 if zlib.crc32(repr((classes, body)).encode()) % JIT_TENTH == 0 else 1]:
        (outcome,) = agree(module, "f", [[*a, *b]], engine=engine)
        found = outcome.error.message if outcome.error else outcome.results
        assert found == expected(classes, function, a, b), (engine.name, classes, a, b)
        if fuel:
            for units in range(1, outcome.fuel_used, max(outcome.fuel_used // 25, 1)):
                agree(module, "f", [[*a, *b]], Limits(fuel=units), engine)
    return str(found)


RESULTS = st.sampled_from(["NI", "NI", 5, True, False, "text", "self", "other", "boom", None])


@st.composite
def classes_with(draw: Any, names: tuple[str, ...], chosen: st.SearchStrategy[Any] = RESULTS) -> Classes:
    """A, B that may derive from A, and C that derives from B or nothing, each with some of the methods."""
    bases = {"A": "", "B": draw(st.sampled_from(["", "A"])), "C": draw(st.sampled_from(["", "A", "B"]))}
    return {cls: (base, draw(st.dictionaries(st.sampled_from(names), chosen, max_size=len(names)))) for cls, base in bases.items()}


OPERANDS = st.one_of(
    st.tuples(st.integers(0, 2), st.integers(0, 1)), st.tuples(st.just(-1), st.sampled_from([3, 2.5, "text", None, [1], (1, 2), True]))
)


def pairs() -> st.SearchStrategy[Any]:
    return st.tuples(OPERANDS, OPERANDS).filter(lambda both: both[0][0] >= 0 or both[1][0] >= 0)


@settings(max_examples=30, deadline=None)
@given(st.data(), pairs(), st.sampled_from(range(len(BINARY_OPERATORS))))
def test_binary_operators(data: Any, both: Any, index: int) -> None:
    classes = data.draw(classes_with((PLAIN[index], REFLECTED[index])))
    if BINARY_OPERATORS[index] == "%" and isinstance(both[0][1], str) and both[0][0] < 0:
        return  # str.percent
    check(classes, f"%10 = any.binary {index}, %4, %5", "", PYTHON_BINARY[index], *both)


@settings(max_examples=30, deadline=None)
@given(st.data(), pairs(), st.sampled_from(range(len(BINARY_OPERATORS))))
def test_assignments_in_place(data: Any, both: Any, index: int) -> None:
    classes = data.draw(classes_with((PLAIN[index], REFLECTED[index], IN_PLACE[index])))
    if BINARY_OPERATORS[index] == "%" and isinstance(both[0][1], str) and both[0][0] < 0:
        return
    check(classes, f"%10 = any.in_place {index}, %4, %5", "", PYTHON_IN_PLACE[index], *both)


@settings(max_examples=30, deadline=None)
@given(st.data(), pairs(), st.sampled_from(range(6)))
def test_comparisons(data: Any, both: Any, index: int) -> None:
    classes = data.draw(classes_with(COMPARING))
    check(classes, f"%10 = any.comparison {index}, %4, %5", "", PYTHON_COMPARE[index], *both)
    if index < 4:
        check(classes, f"%18 = any.compare {index}, %4, %5", BOOL, lambda a, b: bool(PYTHON_COMPARE[index](a, b)), *both)
    if index == 4:
        check(classes, "%18 = any.eq %4, %5", BOOL, lambda a, b: bool(a == b), *both)


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from(range(4)), st.integers(0, 2))
def test_unary_operators(data: Any, index: int, cls: int) -> None:
    classes = data.draw(classes_with(UNARY, RESULTS.filter(lambda value: value not in ("other", "NI"))))
    function = [operator.neg, operator.pos, operator.invert, abs][index]
    assert len(UNARY_OPERATORS) == 4
    check(classes, f"%10 = any.unary {index}, %4", "", lambda a, b: function(a), (cls, 1))


GIVEN: dict[str, tuple[Any, ...]] = {
    "__bool__": (True, False, 1, None, "boom"),
    "__len__": (0, 3, -1, True, "text", 2.5, "self", "boom"),
    "__int__": (7, True, 2.5, "text", "boom"),
    "__float__": (2.5, 7, "text", "boom"),
    "__index__": (1, True, "text", "boom"),
    "__trunc__": (4, "text"),
    "__hash__": (7, -1, True, "text", "boom", "=object", "=fields"),
    "__str__": ("text", 5, "boom", None),
    "__repr__": ("shown", 5, "boom", None),
    "__format__": ("told", 5, "boom", "other"),
    "__contains__": (True, False, 5, None, "", "boom"),
    "__getitem__": ("other", 5, "boom", "index"),
    "__setitem__": (None, "boom"),
    "__delitem__": (None, "boom"),
    "__call__": (5, "self", "boom"),
    "__iter__": ("self", 5, "x", "boom"),
    "__next__": ("stop", "boom"),
    "__reversed__": (5, "boom"),
    "__round__": (5, "boom"),
    "__divmod__": ("NI", 5),
    "__rdivmod__": ("NI", 6),
    "__eq__": ("NI", True, False, "boom"),
    "__lt__": ("NI", True, False),
}
ABOUT: dict[str, tuple[tuple[str, ...], str, str, Callable[..., Any]]] = {
    "truth": (("__bool__", "__len__", "__index__"), "%18 = any.truth %4", BOOL, lambda a, b: bool(a)),
    "len": (("__len__", "__index__"), "%17 = any.len %4", INT, lambda a, b: len(a)),
    "int": (("__int__", "__index__", "__trunc__"), "%10 = any.to_int %4", "", lambda a, b: int(a)),
    "float": (("__float__", "__index__"), "%32 = any.to_number %4, float", FLOAT, lambda a, b: float(a)),
    "hash": (("__hash__", "__eq__"), "%17 = any.hash %4", INT, lambda a, b: hash(a)),
    "str": (("__str__", "__repr__"), "%11 = any.to_str %4", STR, lambda a, b: str(a)),
    "repr": (("__str__", "__repr__"), "%11 = any.repr %4", STR, lambda a, b: repr(a)),
    "ascii": (("__str__", "__repr__"), "%11 = any.ascii %4", STR, lambda a, b: ascii(a)),
    "contains": (("__contains__", "__iter__", "__getitem__", "__eq__"), "%18 = any.contains %4, %5", BOOL, lambda a, b: b in a),
    "index": (("__getitem__", "__len__"), "%10 = any.index %4, %5", "", lambda a, b: a[b]),
    "set_index": (("__setitem__", "__delitem__"), "any.set_index %4, %5, %5", "%10 = const.none", lambda a, b: operator.setitem(a, b, b)),
    "del_index": (("__setitem__", "__delitem__"), "any.del_index %4, %5", "%10 = const.none", lambda a, b: operator.delitem(a, b)),
    "call": (("__call__",), '%10 = any.call "", %4', "", lambda a, b: a()),
    "reversed": (("__reversed__", "__len__"), "%10 = any.reversed %4", "", lambda a, b: reversed(a)),
    "round": (("__round__",), "%10 = any.round %4, %5", "", lambda a, b: round(a)),
    "divmod": (("__divmod__", "__rdivmod__"), "%10 = any.divmod %4, %5", "", lambda a, b: divmod(a, b)),
    "divmod turned": (("__divmod__", "__rdivmod__"), "%10 = any.divmod %5, %4", "", lambda a, b: divmod(b, a)),
}


@pytest.mark.parametrize("about", ABOUT)
@settings(max_examples=15, deadline=None)
@given(st.data())
def test_what_one_object_is_asked(about: str, data: Any) -> None:
    names, body, after, function = ABOUT[about]
    methods = {}
    for name in names:
        if data.draw(st.booleans()):
            methods[name] = data.draw(st.sampled_from(GIVEN[name]))
    if about == "contains" and methods.get("__getitem__") == 5:
        return  # without end
    if about == "hash" and methods.get("__hash__") == "=object":
        return  # an address in CPython
    if "__eq__" in methods and "__hash__" not in methods:
        methods = {**methods}
    classes = {"A": ("", methods)}
    other = (-1, None) if about == "round" else (-1, 1)
    check(classes, body, after, function, (0, [1, 2]), other)
