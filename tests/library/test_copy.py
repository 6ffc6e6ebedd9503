from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, same

OURS = bell("copy")
LEAVES = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.floats(allow_nan=False), st.binary(max_size=3))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.integers(0, 5), inner, max_size=3),
        st.sets(st.integers(0, 9), max_size=3),
        st.frozensets(st.integers(0, 9), max_size=3),
    ),
)


class Node:
    def __init__(self, value: Any, following: Any = None) -> None:
        self.value = value
        self.following = following


class Own(Node):
    def __copy__(self) -> str:
        return "copied"

    def __deepcopy__(self, memo: Any) -> Any:
        return Own(OURS.deepcopy(self.value, memo))


@given(VALUES)
def test_copies_are_equal(value: Any) -> None:
    for ours, theirs in ((OURS.copy(value), copy.copy(value)), (OURS.deepcopy(value), copy.deepcopy(value))):
        assert same(ours, theirs)
        assert (ours is value) == (theirs is value) or isinstance(value, frozenset | bytes | str)


def test_shared_parts_stay_shared() -> None:
    inner = [1]
    value: dict[str, Any] = {"a": inner, "b": inner, "pair": (inner, 2), "plain": (1, 2), "node": Node(inner)}
    value["self"] = value
    for copier in (OURS.deepcopy, copy.deepcopy):
        made = copier(value)
        assert made is not value
        assert made["a"] is made["b"] is made["pair"][0] is made["node"].value
        assert made["a"] is not inner
        assert made["self"] is made
        assert made["plain"] is value["plain"]


def test_records() -> None:
    first = Node([1])
    first.following = Node([2], first)
    shallow = OURS.copy(first)
    assert shallow is not first
    assert shallow.value is first.value
    assert shallow.following is first.following
    deep = OURS.deepcopy(first)
    assert deep.following.following is deep
    assert deep.value == [1]
    assert deep.value is not first.value
    loop: list[Any] = []
    pair = (loop,)
    loop.append(pair)
    made = OURS.deepcopy(pair)
    assert made[0][0] is made


def test_classes_that_copy_themselves() -> None:
    assert OURS.copy(Own(1)) == "copied"
    shared = [1]
    first, second, rest = OURS.deepcopy([Own(shared), Own(shared), shared])
    assert first.value is second.value is rest
    assert rest is not shared


@pytest.mark.parametrize("value", [len, int, Ellipsis, range(3)])
def test_what_is_its_own_copy(value: Any) -> None:
    assert OURS.copy(value) is value
    assert OURS.deepcopy(value) is value
