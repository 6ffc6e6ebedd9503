"""Traces for tests: at random, and that of a small program written out by hand."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from belljar.trace.events import TraceEvent
from belljar.trace.node_types import COMMON, ENTER, EXIT, NODE_TYPES, POINT, Key
from belljar.values import Callable, Record

TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)  # halves of surrogate pairs as well
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True),
    TEXTS,
    st.binary(max_size=8),
    st.decimals(allow_nan=False).map(Decimal),
    st.builds(Callable, st.sampled_from(["function", "type"]), TEXTS),
)
KEYS = st.one_of(st.booleans(), st.integers(-(2**70), 2**70), TEXTS, st.tuples(st.integers(), TEXTS))
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.sets(KEYS, max_size=4),
        st.frozensets(KEYS, max_size=4),
        st.dictionaries(KEYS, inner, max_size=4),
        st.dictionaries(st.sampled_from(["$tuple", "$", "a"]), inner, max_size=3),
        st.builds(Record, TEXTS, st.dictionaries(TEXTS, inner, max_size=3)),
    ),
    max_leaves=8,
)
"""Plain data of all kinds."""

_OF_TYPE = {
    "bool": st.booleans(),
    "int": st.integers(0, 10**6),
    "text": st.one_of(st.sampled_from(["then", "elif 2", "else", "condition", "break", "x", "read", "write"]), TEXTS),
    "arguments": st.one_of(st.dictionaries(TEXTS, ATOMS, max_size=3), st.lists(ATOMS, max_size=3)),
    "error": st.one_of(TEXTS, st.fixed_dictionaries({"message": TEXTS, "code": st.just("E0501")})),
}
COUNTED = {"iteration", "iterations"}
"""Keys that a valid trace cannot have at random."""
NAMED = {"task", "flow", "step", "name"}


def _of_key(key: Key, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    own = values if key.type == "value" else _OF_TYPE[key.type]
    return st.one_of(st.none(), own) if key.optional else own


@cache
def metadata(node_type: str, phase: str, large: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    """Metadata of the right types, values of them ``large`` or single."""
    keys = [key for key in (*COMMON, *NODE_TYPES[node_type].keys[phase]) if key.name not in COUNTED | NAMED]
    return st.fixed_dictionaries({}, optional={key.name: _of_key(key, VALUES if large else ATOMS) for key in keys})


@st.composite
def events(draw: st.DrawFn) -> TraceEvent:
    """An event that is valid by itself; it need not fit any other."""
    node_type = draw(st.sampled_from(sorted(NODE_TYPES)))
    phase = draw(st.sampled_from(NODE_TYPES[node_type].phases))
    snapshot = None if node_type == "EXPRESSION" else draw(st.one_of(st.none(), st.dictionaries(TEXTS, VALUES, max_size=3)))
    return TraceEvent(node_type, phase, snapshot, draw(metadata(node_type, phase)))


@st.composite
def traces(draw: st.DrawFn, depth: int = 2) -> list[TraceEvent]:
    """A valid trace."""
    found: list[TraceEvent] = []
    nested = sorted(name for name, row in NODE_TYPES.items() if row.is_nested)
    points = sorted(name for name, row in NODE_TYPES.items() if not row.is_nested)

    def event(node_type: str, phase: str, **more: Any) -> None:
        snapshot = None if node_type == "EXPRESSION" else draw(st.one_of(st.none(), st.dictionaries(TEXTS, ATOMS, max_size=2)))
        found.append(TraceEvent(node_type, phase, snapshot, draw(metadata(node_type, phase, large=False)) | more))

    def block(depth: int) -> None:
        for _ in range(draw(st.integers(0, 3))):
            if depth == 0 or draw(st.booleans()):
                event(draw(st.sampled_from(points)), POINT)
                continue
            node_type = draw(st.sampled_from(nested))
            event(node_type, ENTER)
            if NODE_TYPES[node_type].is_loop:
                count = draw(st.integers(0, 3))
                for number in range(1, count + 1):
                    event(node_type, POINT, iteration=number)
                    block(depth - 1)
                event(node_type, EXIT, iterations=count)
            else:
                block(depth - 1)
                event(node_type, EXIT)

    block(depth)
    return found


def bare(node_type: str, phase: str, **metadata: Any) -> TraceEvent:
    return TraceEvent(node_type, phase, None, metadata)


PROGRAM = """\
def double(x):
    return x * 2

def total(prices, limit):
    sum = 0
    for price in prices:
        if price > limit:
            sum = sum + limit
        else:
            sum = sum + price
    while sum > 100:
        sum = double(sum) - 150
    return sum
"""


def example() -> list[TraceEvent]:
    """What a run of PROGRAM is: total([10, 60, 50], 55)."""
    made: list[TraceEvent] = []

    def add(node_type: str, phase: str, line: int, names: dict[str, Any] | None = None, **metadata: Any) -> None:
        made.append(TraceEvent(node_type, phase, None if names is None else dict(names), {"line": line, **metadata}))

    names: dict[str, Any] = {"prices": [10, 60, 50], "limit": 55}
    add("TASKDEF", "enter", 4, names, task="total", arguments=dict(names))
    names["sum"] = 0
    add("EXPRESSION", "point", 5, names, variable="sum", value=0)
    add("FOR", "enter", 6, names, loop_var="price", collection_size=3)
    for number, price in enumerate([10, 60, 50], 1):
        names["price"] = price
        add("FOR", "point", 6, names, iteration=number, value=price)
        over = price > 55
        add("IF", "enter", 7, names)
        names["sum"] += min(price, 55)
        add("EXPRESSION", "point", 8 if over else 10, names, variable="sum", value=names["sum"])
        add("IF", "exit", 7, names, condition_result=over, branch_taken="then" if over else "else")
    add("FOR", "exit", 6, names, iterations=3, collection_size=3, loop_var="price", reason="exhausted")
    add("WHILE", "enter", 11, names)
    add("WHILE", "point", 11, names, iteration=1, condition_result=True)
    add("CALL", "enter", 1, {"x": names["sum"]}, function="double", arguments={"x": names["sum"]})
    add("RETURN", "point", 2, {"x": names["sum"]}, value=names["sum"] * 2)
    add("CALL", "exit", 2, {"x": names["sum"]}, function="double", result=names["sum"] * 2)
    names["sum"] = names["sum"] * 2 - 150
    add("EXPRESSION", "point", 12, names, variable="sum", value=names["sum"])
    add("WHILE", "exit", 11, names, iterations=1, final_condition_result=False, reason="condition")
    add("RETURN", "point", 13, names, value=names["sum"])
    add("TASKDEF", "exit", 13, names, task="total", result=names["sum"])
    return made
