from __future__ import annotations

import functools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.library.shelf import bell, check, outcome

OURS = bell("functools")


@given(st.lists(st.integers()), st.lists(st.integers(), max_size=1))
def test_reduce(items: list[int], initial: list[int]) -> None:
    check(lambda: OURS.reduce(lambda a, b: 3 * a - b, items, *initial), lambda: functools.reduce(lambda a, b: 3 * a - b, items, *initial))


def test_reduce_refuses_more_arguments() -> None:
    check(lambda: OURS.reduce(max, [], 1, 2), lambda: functools.reduce(max, [], 1, 2))  # type: ignore[call-overload]


def shown(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
    return args, kwargs


def test_partial() -> None:
    for made in (OURS.partial, functools.partial):
        first = made(shown, 1, a=2)
        second = made(first, 3, b=4, a=5)
        assert second(6, c=7) == ((1, 3, 6), {"a": 5, "b": 4, "c": 7})
        assert first() == ((1,), {"a": 2})
        assert (second.func, second.args, second.keywords) == (shown, (1, 3), {"a": 5, "b": 4})
        assert made(shown)(x=1) == ((), {"x": 1})
        assert repr(made(max, 1, key=2)) == "functools.partial(<built-in function max>, 1, key=2)"
    check(lambda: OURS.partial(5), lambda: functools.partial(5))  # type: ignore[arg-type]


@given(st.sampled_from([None, 0, 1, 2, 3, -1]), st.booleans(), st.lists(st.sampled_from([1, 2, 3, 1.0, True, "a", (1,)]), max_size=20))
def test_lru_cache(maxsize: int | None, typed: bool, arguments: list[Any]) -> None:
    traces: list[list[Any]] = []
    for cached in (OURS.lru_cache, functools.lru_cache):
        trace: list[Any] = []

        @cached(maxsize=maxsize, typed=typed)  # type: ignore[untyped-decorator]
        def called(x: Any, y: int = 0, trace: list[Any] = trace) -> Any:
            trace.append((x, y))
            return repr(x)

        for argument in arguments:
            trace.append(called(argument))
            trace.append(called(argument, y=1))
            trace.append(tuple(called.cache_info()))
        trace.append(repr(called.cache_info()))
        trace.append(called.cache_parameters())
        called.cache_clear()
        trace.append(tuple(called.cache_info()))
        traces.append(trace)
    assert traces[0] == traces[1]


def test_cache_of_a_recursive_function() -> None:
    for module in (OURS, functools):

        @module.cache  # type: ignore[attr-defined, untyped-decorator]
        def fib(n: int) -> int:
            return n if n < 2 else fib(n - 1) + fib(n - 2)

        assert fib(40) == 102334155
        assert fib.cache_info() == (38, 41, None, 41)

        @module.lru_cache  # type: ignore[attr-defined, untyped-decorator]
        def bounded(n: int) -> int:
            return n if n < 2 else bounded(n - 1) + bounded(n - 2)

        assert bounded(200) == 280571172992510140037611932413038677189525
        assert bounded.cache_info() == (198, 201, 128, 128)
        assert outcome(lambda fib=fib: fib([]))[0] == "TypeError"
    check(lambda: OURS.lru_cache("x"), lambda: functools.lru_cache("x"))  # type: ignore[call-overload]


@given(st.lists(st.integers()))
def test_cmp_to_key(items: list[int]) -> None:
    def compare(a: int, b: int) -> int:
        return (a % 7) - (b % 7)

    assert sorted(items, key=OURS.cmp_to_key(compare)) == sorted(items, key=functools.cmp_to_key(compare))
    key = OURS.cmp_to_key(compare)
    assert key(1) <= key(8) >= key(1)
    assert key(1) == key(8)
    assert key(2) > key(1)
    assert key(1) != key(2)


def test_wraps() -> None:
    assert OURS.wraps(shown)(len) is len
    assert OURS.update_wrapper(len, shown) is len


@pytest.mark.parametrize("function", ["reduce", "partial"])
def test_positional_only(function: str) -> None:
    assert outcome(lambda: getattr(OURS, function)())[0] == "TypeError"
