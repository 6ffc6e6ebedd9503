from __future__ import annotations

import collections
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check, outcome

OURS = bell("collections")
SMALL = st.integers(-3, 3)
ITEMS = st.lists(SMALL, max_size=8)
KEYS = st.sampled_from(["a", "b", "c", 1, 1.5, None])


def compare_steps(ours: Any, theirs: Any, steps: list[tuple[Any, ...]], shown: Any) -> None:
    """The same calls on both, each with the same outcome, and the same state after each."""
    for name, *arguments in steps:
        check(lambda: shown(getattr(ours, name)(*arguments)), lambda: shown(getattr(theirs, name)(*arguments)))
        assert repr(ours) == repr(theirs)


DEQUE_STEPS = st.one_of(
    st.tuples(st.sampled_from(["append", "appendleft", "count", "remove", "index", "__contains__", "__getitem__", "__delitem__"]), SMALL),
    st.tuples(st.sampled_from(["append", "appendleft"]), SMALL),
    st.tuples(st.sampled_from(["pop", "popleft", "reverse", "clear", "__len__"])),
    st.tuples(st.sampled_from(["pop", "popleft"])),
    st.tuples(st.just("rotate"), st.integers(-12, 12)),
    st.tuples(st.sampled_from(["insert", "__setitem__"]), st.integers(-9, 9), SMALL),
    st.tuples(st.sampled_from(["extend", "extendleft"]), ITEMS),
    st.tuples(st.just("index"), SMALL, st.integers(-9, 9), st.integers(-9, 9)),
)


@given(ITEMS, st.none() | st.integers(-1, 8), st.lists(DEQUE_STEPS, max_size=30))
def test_deque(items: list[int], maxlen: int | None, steps: list[tuple[Any, ...]]) -> None:
    check(lambda: repr(OURS.deque(items, maxlen)), lambda: repr(collections.deque(items, maxlen)))
    if maxlen == -1:
        return
    ours, theirs = OURS.deque(items, maxlen), collections.deque(items, maxlen)
    compare_steps(ours, theirs, steps, lambda value: value)
    for index in ("a", slice(0, 2)):  # as an expression: the method called by name says it otherwise
        check(lambda: ours[index], lambda: theirs[index])
    assert list(ours) == list(theirs)
    assert list(reversed(ours)) == list(reversed(theirs))
    assert ours.maxlen == theirs.maxlen
    assert repr(ours.copy() + ours) == repr(theirs.copy() + theirs)
    for times in (-1, 0, 1, 3):
        assert repr(ours * times) == repr(theirs * times)
    ours += [1, 2]
    theirs += [1, 2]
    ours.extend(ours)
    theirs.extend(theirs)
    ours.extendleft(ours)
    theirs.extendleft(theirs)
    ours *= 2
    theirs *= 2
    assert repr(ours) == repr(theirs)


@given(ITEMS, ITEMS)
def test_comparison_of_deques(left: list[int], right: list[int]) -> None:
    ours, theirs = (OURS.deque(left), OURS.deque(right)), (collections.deque(left), collections.deque(right))
    for name in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__"):
        assert getattr(ours[0], name)(ours[1]) == getattr(theirs[0], name)(theirs[1])
    assert ours[0] != left


def test_deque_that_changes_while_it_is_walked() -> None:
    for module in (OURS, collections):
        items = module.deque([1])
        walk = iter(items)
        next(walk)
        items.append(2)
        assert outcome(lambda walk=walk: next(walk)) == ("RuntimeError", "deque mutated during iteration")
        items.append(items)
        assert repr(items) == "deque([1, 2, [...]])"
        assert outcome(lambda items=items: items + list("a")) == ("TypeError", 'can only concatenate deque (not "list") to deque')
        assert outcome(lambda module=module: module.deque(maxlen="a")) == ("TypeError", "an integer is required")
        assert outcome(lambda items=items: hash(items))[0] == "TypeError"


def test_deque_as_a_queue() -> None:
    queue = OURS.deque()
    expected = []
    taken = []
    for number in range(3_000):
        queue.append(number)
        expected.append(number)
        if number % 3 == 0:
            taken.append(queue.popleft())
    assert taken == expected[: len(taken)]
    assert list(queue) == expected[len(taken) :]
    assert len(queue._items) <= 2 * len(queue) + 8


DICT_STEPS = st.one_of(
    st.tuples(st.sampled_from(["__getitem__", "__contains__", "__delitem__", "get", "pop", "setdefault"]), KEYS),
    st.tuples(st.sampled_from(["__setitem__", "get", "pop", "setdefault"]), KEYS, SMALL),
    st.tuples(st.sampled_from(["popitem", "clear", "__len__", "keys", "values", "items"])),
    st.tuples(st.just("update"), st.dictionaries(KEYS, SMALL, max_size=3)),
)


def plain(value: Any) -> Any:
    return list(value) if hasattr(value, "__iter__") and not isinstance(value, str | tuple) else value


@given(st.sampled_from([None, int, list]), st.dictionaries(KEYS, SMALL, max_size=4), st.lists(DICT_STEPS, max_size=20))
def test_defaultdict(factory: Any, start: dict[Any, int], steps: list[tuple[Any, ...]]) -> None:
    ours, theirs = OURS.defaultdict(factory, start, z=1), collections.defaultdict(factory, start, z=1)
    compare_steps(ours, theirs, steps, plain)
    assert list(ours) == list(theirs)
    assert list(reversed(ours)) == list(reversed(theirs))
    assert ours == dict(theirs) == ours.copy()
    assert ours == OURS.OrderedDict(theirs)
    assert repr(ours | {"q": 1}) == repr(theirs | {"q": 1})
    assert repr({"q": 1} | ours) == repr({"q": 1} | theirs)
    ours |= {"r": 2}
    assert ours["r"] == 2


def test_defaultdict_refuses() -> None:
    check(lambda: OURS.defaultdict(5), lambda: collections.defaultdict(5))  # type: ignore[call-overload]
    check(lambda: OURS.defaultdict(int, {}, {}), lambda: collections.defaultdict(int, {}, {}))  # type: ignore[call-overload]
    for module in (OURS, collections):
        table = module.defaultdict(list)
        table["self"].append(table)
        assert repr(table) == "defaultdict(<class 'list'>, {'self': [defaultdict(<class 'list'>, {...})]})" or module is collections
        assert repr(module.defaultdict.fromkeys("ab")) == "defaultdict(None, {'a': None, 'b': None})"


ORDERED_STEPS = st.one_of(
    DICT_STEPS,
    st.tuples(st.just("move_to_end"), KEYS),
    st.tuples(st.just("move_to_end"), KEYS, st.booleans()),
    st.tuples(st.just("popitem"), st.booleans()),
)


@given(st.dictionaries(KEYS, SMALL, max_size=5), st.lists(ORDERED_STEPS, max_size=25))
def test_ordered_dict(start: dict[Any, int], steps: list[tuple[Any, ...]]) -> None:
    ours, theirs = OURS.OrderedDict(start, z=1), collections.OrderedDict(start, z=1)
    compare_steps(ours, theirs, steps, plain)
    for shown in (list, lambda d: list(reversed(d)), lambda d: repr(d.keys()), lambda d: repr(d.values()), lambda d: repr(d.items())):
        assert shown(ours) == shown(theirs)
    for view in ("keys", "values", "items"):
        assert list(reversed(getattr(ours, view)())) == list(reversed(getattr(theirs, view)()))
        assert len(getattr(ours, view)()) == len(ours)
    assert ours == dict(theirs) == ours.copy()
    assert (ours == OURS.OrderedDict(reversed(list(theirs.items())))) == (theirs == collections.OrderedDict(reversed(list(theirs.items()))))
    assert repr(ours | {"q": 1}) == repr(theirs | {"q": 1})
    assert repr({"q": 1} | ours) == repr({"q": 1} | theirs)
    ours |= {"r": 2}
    assert ours.keys() == {*theirs, "r"}
    assert ours.keys() & {"r", "s"} == {"r"}
    assert ("r", 2) in ours.items()


def test_ordered_dict_that_changes_while_it_is_walked() -> None:
    for module in (OURS, collections):
        table = module.OrderedDict(a=1, b=2)
        walk = iter(table)
        next(walk)
        table["c"] = 3
        assert outcome(lambda walk=walk: next(walk)) == ("RuntimeError", "OrderedDict mutated during iteration")
        assert repr(module.OrderedDict.fromkeys("ab", 1)) == "OrderedDict([('a', 1), ('b', 1)])"
        table["c"] = table
        assert repr(table) == "OrderedDict([('a', 1), ('b', 2), ('c', ...)])"
        assert repr(module.OrderedDict([("x", 1), ("y", 2)])) == "OrderedDict([('x', 1), ('y', 2)])"


COUNTS = st.dictionaries(KEYS, SMALL, max_size=5)


@given(st.text("abc", max_size=9), COUNTS, COUNTS)
def test_counter(text: str, first: dict[Any, int], second: dict[Any, int]) -> None:
    for start in (text, first):
        ours, theirs = OURS.Counter(start), collections.Counter(start)
        assert repr(ours) == repr(theirs)
        assert ours == dict(theirs)
        assert ours.most_common() == theirs.most_common()
        for n in (-1, 0, 1, 2, 9):
            assert ours.most_common(n) == theirs.most_common(n)
        assert list(ours.elements()) == list(theirs.elements())
        assert ours.total() == theirs.total()
        compare_steps(ours, theirs, [("update", second), ("subtract", text), ("update", text), ("subtract", second)], plain)
        compare_steps(ours, theirs, [("__getitem__", "zz"), ("__delitem__", "zz"), ("__delitem__", "a"), ("pop", "b", 0)], plain)


@given(COUNTS, COUNTS)
def test_arithmetic_of_counters(first: dict[Any, int], second: dict[Any, int]) -> None:
    ours, theirs = [OURS.Counter(first), OURS.Counter(second)], [collections.Counter(first), collections.Counter(second)]
    for name in ("__add__", "__sub__", "__or__", "__and__", "__eq__", "__le__", "__lt__", "__ge__", "__gt__"):
        found, expected = getattr(ours[0], name)(ours[1]), getattr(theirs[0], name)(theirs[1])
        assert repr(found) == repr(expected), name
        if not isinstance(found, bool):
            assert list(found.items()) == list(expected.items()), name
    for name in ("__pos__", "__neg__"):
        assert list(getattr(ours[0], name)().items()) == list(getattr(theirs[0], name)().items())
    for name in ("__iadd__", "__isub__", "__ior__", "__iand__"):
        found, expected = getattr(ours[0].copy(), name)(ours[1]), getattr(theirs[0].copy(), name)(theirs[1])
        assert list(found.items()) == list(expected.items()), name


def test_counter_at_the_edges() -> None:
    for module in (OURS, collections):
        counter = module.Counter(a=1, b="x")
        assert repr(counter) == "Counter({'a': 1, 'b': 'x'})"
        assert outcome(lambda counter=counter: counter.most_common())[0] == "TypeError"
        assert outcome(lambda module=module: module.Counter.fromkeys("a"))[0] == "NotImplementedError"
        assert outcome(lambda module=module: module.Counter(5)) == ("TypeError", "'int' object is not iterable")
        assert module.Counter("aab", c=5) == {"a": 2, "b": 1, "c": 5}
        assert repr(module.Counter()) == "Counter()"


@given(st.lists(st.dictionaries(KEYS, SMALL, max_size=3), max_size=3), st.lists(DICT_STEPS, max_size=10))
def test_chain_map(maps: list[dict[Any, int]], steps: list[tuple[Any, ...]]) -> None:
    ours, theirs = OURS.ChainMap(*map(dict, maps)), collections.ChainMap(*map(dict, maps))
    compare_steps(ours, theirs, steps, plain)
    assert list(ours) == list(theirs)
    assert len(ours) == len(theirs)
    assert bool(ours) == bool(theirs)
    assert ours == dict(theirs)
    assert repr(ours.parents) == repr(theirs.parents)
    assert repr(ours.new_child({"n": 1}, k=2)) == repr(theirs.new_child({"n": 1}, k=2))
    assert repr(ours.new_child(k=2)) == repr(theirs.new_child(k=2))
    assert repr(ours.copy() | {"q": 1}) == repr(theirs.copy() | {"q": 1})


@pytest.mark.parametrize("name", ["deque", "defaultdict", "Counter", "OrderedDict", "ChainMap"])
def test_unhashable(name: str) -> None:
    assert outcome(lambda: hash(getattr(OURS, name)()))[0] == "TypeError"
