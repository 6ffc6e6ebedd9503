"""Modules out of nothing: well-formed as data, but obeying few rules of the verifier. For round trips."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from belljar.ir.function import Block, Function, Instr, Layout, Module, Param, Register, Scope, Task
from belljar.ir.ops import OPS, Op
from belljar.source import NOWHERE, Span
from belljar.structs import Struct
from belljar.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    NUMBER,
    STR,
    DictType,
    ListType,
    OptionalType,
    RangeType,
    RecordType,
    SetType,
    TupleType,
)

# All characters, surrogates included, and names that look like something else.
names = st.one_of(
    st.text(st.characters(codec=None), max_size=8),
    st.sampled_from(["x", "x?", "t.0", "area$float,float", "inf", "nan.x", "list", "None", "true", "scope", "a b", '"', "\\", "\ud83d\ude00", ";", "\n", "\u2028", ""]),
)  # fmt: skip
ints = st.one_of(st.integers(-(2**63), 2**63 - 1), st.sampled_from([0, -1, 2**63 - 1, -(2**63)]))
floats = st.one_of(st.floats(), st.sampled_from([0.0, -0.0, float("inf"), float("-inf"), float("nan"), 5e-324]))
indices = st.integers(0, 99_999)
types: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.sampled_from([INT, FLOAT, BOOL, STR, NONE, ANY, NEVER, NUMBER]), st.builds(RecordType, names), st.builds(RangeType, ints)),
    lambda inner: st.one_of(
        st.builds(ListType, inner),
        st.builds(SetType, inner),
        st.builds(DictType, inner, inner),
        st.builds(TupleType, st.lists(inner, max_size=3).map(tuple)),
        st.builds(OptionalType, inner),
    ),
    max_leaves=5,
)
lines = st.integers(0, 10_000)
spans = st.one_of(
    st.just(NOWHERE),
    st.builds(Span, lines, lines, lines, lines),
    st.builds(lambda line, column: Span(line, column, line, column + 1), lines, lines),
)
scopes: st.SearchStrategy[Any] = st.recursive(
    st.builds(Scope, names, spans), lambda inner: st.builds(Scope, names, spans, inner), max_leaves=3
)
keys = st.one_of(st.none(), st.booleans(), ints, floats.filter(lambda x: x == x), names)
values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), ints, floats, names),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(keys, inner, max_size=3),
        st.sets(keys, max_size=3),
    ),
    max_leaves=5,
)
IMMEDIATES = {"#int": ints, "#float": floats, "#bool": st.booleans(), "#str": names, "#type": types, "#function": names, "#global": indices, "#block": indices}  # fmt: skip


@st.composite
def instructions(draw: Any, register_count: int) -> Instr:
    op: Op = draw(st.sampled_from(sorted(OPS.values(), key=lambda op: op.number)))
    registers = st.integers(0, register_count - 1)
    least = len(op.operands) - op.variadic
    count = least + (draw(st.integers(0, 3)) if op.variadic else 0)
    args = tuple(draw(IMMEDIATES.get(op.kind(position), registers)) for position in range(count))
    results = tuple(draw(st.lists(registers, max_size=2)))
    return Instr(op, results, args, draw(spans), draw(st.one_of(st.none(), scopes)))


@st.composite
def functions(draw: Any) -> Function:
    registers = draw(st.lists(st.builds(Register, types, names), min_size=1, max_size=5))
    params = draw(st.lists(st.sampled_from(range(len(registers))), unique=True, max_size=3))
    blocks = draw(st.lists(st.builds(Block, st.lists(instructions(len(registers)), max_size=4)), max_size=3))
    return Function(draw(names), params, tuple(draw(st.lists(types, max_size=2))), registers, blocks, draw(names), draw(spans))


@st.composite
def modules(draw: Any) -> Module:
    layouts = draw(st.lists(st.builds(Layout, names, st.lists(st.tuples(names, types), max_size=3).map(tuple)), max_size=2))
    plain = st.builds(Param, names, types)
    defaulted = st.builds(Param, names, types, values, st.just(True))
    tasks = draw(
        st.lists(st.builds(Task, names, names, st.lists(st.one_of(plain, defaulted), max_size=3).map(tuple), types, names), max_size=2)
    )
    return Module(
        draw(names),
        None,
        {function.name: function for function in draw(st.lists(functions(), max_size=2))},
        {layout.name: layout for layout in layouts},
        draw(st.lists(st.tuples(names, types), max_size=3)),
        {task.name: task for task in tasks},
        draw(names),
    )


def frozen(value: Any) -> Any:
    """The value as something that is equal exactly when the other is the same, to the sign of a nan."""
    if isinstance(value, float):
        return value.hex() if value == value else f"nan {value!s}"
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, *map(frozen, value))
    if isinstance(value, dict):
        return ("dict", *((frozen(key), frozen(item)) for key, item in value.items()))
    if isinstance(value, (set, frozenset)):
        return ("set", frozenset(map(frozen, value)))
    if isinstance(value, Struct):
        return (type(value).__name__, *(frozen(getattr(value, name)) for name in value.__slots__))
    return (type(value).__name__, value)
