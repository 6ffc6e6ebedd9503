"""Functions as values, on every engine: function objects and what they capture."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from belljar.engines.jit import Engine as Jit
from belljar.engines.vm import Engine as Vm
from belljar.ir.image import read_image, write_image
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module, print_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from belljar.values import Callable
from tests.engines.vm.agreement import UNLIMITED, agree

ENGINES = {"vm": Vm, "jit": Jit}


@cache
def module_of(text: str) -> Any:
    module = parse_module('module "functions"\n' + text)
    verify(module)
    assert print_module(parse_module(print_module(module))) == print_module(module)
    fuel.run(module)
    assert print_module(read_image(write_image(module))) == print_module(module)
    return module


def run(text: str, *calls: list[Any], function: str = "f", limits: Limits = UNLIMITED, stress: bool = False) -> list[Any]:
    """What the calls gave, the same on all engines."""
    module = module_of(text)
    found = [agree(module, function, calls, limits, engine()) for engine in ENGINES.values()]
    assert [[outcome.results for outcome in outcomes] for outcomes in found[:1]] == [[outcome.results for outcome in found[1]]]
    return [outcome.error.message if outcome.error else outcome.results[0] for outcome in found[0]]


CAPTURED = """
signature @add "outer.<locals>.add"(x) = @add.call
func @add.call(%0: any, %1: any) -> (any) "add" {
^0:
  ret %1
}
func @f(%0: int, %1: str) -> (any, int, str, bool, bool) "f" {
  %2: fn[@add](int, str, any)
  %3: any
  %4: fn[@add](int, str, any)
  %5: int
  %6: str
  %7: bool
  %8: any
  %9: bool
  %10: function
^0:
  %8 = any.from %1
  %2 = fn.new fn[@add](int, str, any), %0, %1, %8
  %3 = any.from %2
  %10 = any.to %3, function
  %4 = any.to %3, fn[@add](int, str, any)
  %5 = fn.get %4, 0
  %6 = fn.get %4, 1
  %7 = any.is %3, function
  %9 = ref.is %4, %10
  ret %3, %5, %6, %7, %9
}
"""


def test_a_function_keeps_what_it_captured() -> None:
    module = module_of(CAPTURED)
    for engine in ENGINES.values():
        (outcome,) = agree(module, "f", [[7, "seven"]], UNLIMITED, engine())
        assert outcome.results == (Callable("function", "outer.<locals>.add"), 7, "seven", True, True)


@pytest.mark.parametrize(
    "signature",
    [
        '@s "s"(a, b, /, c = #0, *args, d, e = #1, **kwargs) = @s.call',
        '@s "s"(a, /) = @s.call',
        '@s "s"(*, a) = @s.call',
        '@s "s"(*args, a) = @s.call',
        '@s "s"(**kwargs) = @s.call',
        '@s "s"() = @s.call for P',
    ],
)
def test_a_signature_reads_as_it_is_printed(signature: str) -> None:
    text = f'module "m"\nrecord P {{ }}\nsignature {signature}\n'
    assert print_module(parse_module(text)) == text


CALLEES = """
signature @pair "pair"(a, b) = @pair
func @pair(%0: any, %1: any, %2: any) -> (any) "pair" {
  %3: tuple[any, any]
  %4: any
^0:
  %3 = tuple.new tuple[any, any], %1, %2
  %4 = any.from %3
  ret %4
}
signature @all "outer.<locals>.all"(a, b, /, c, d = #0, *rest, e, f = #1, **more) = @all
func @all(%0: any, %1: any, %2: any, %3: any, %4: any, %5: any, %6: any, %7: any, %8: any) -> (any) "all" {
  %9: tuple[any, any, any, any, any, any, any, any]
  %10: any
^0:
  %9 = tuple.new tuple[any, any, any, any, any, any, any, any], %1, %2, %3, %4, %5, %6, %7, %8
  %10 = any.from %9
  ret %10
}
signature @some "some"(a, b = #0, *, c, d = #1) = @some
func @some(%0: any, %1: any, %2: any, %3: any, %4: any) -> (any) "some" {
  %5: tuple[any, any, any, any]
  %6: any
^0:
  %5 = tuple.new tuple[any, any, any, any], %1, %2, %3, %4
  %6 = any.from %5
  ret %6
}
signature @only "only"(a, b, /) = @pair
signature @none "none"() = @none
func @none(%0: any) -> (any) "none" {
^0:
  ret %0
}
signature @rest "rest"(*args) = @rest
func @rest(%0: any, %1: any) -> (any) "rest" {
^0:
  ret %1
}
record P { }
signature @P "P.__init__"(x, y = #0) = @pair for P
signature @Q "P"() = @none for P
"""
TYPES = {"all": "fn[@all](any, any)", "some": "fn[@some](any, any)", "P": "fn[@P](any)"}


def pair(a: Any, b: Any) -> Any:
    return a, b


def outer() -> Any:
    def all(a: Any, b: Any, /, c: Any, d: Any = 4, *rest: Any, e: Any, f: Any = 6, **more: Any) -> Any:
        return a, b, c, d, rest, e, f, more

    all.__qualname__ = "outer.<locals>.all"
    return all


def some(a: Any, b: Any = 4, *, c: Any, d: Any = 6) -> Any:
    return a, b, c, d


def only(a: Any, b: Any, /) -> Any:
    return a, b


def none() -> Any:
    return Callable("function", "none")


def rest(*args: Any) -> Any:
    return args


class P:
    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        object.__new__(cls).__init__(*args, **kwargs)
        return (*args, kwargs.get("y", 4))[:2] if args else (kwargs["x"], kwargs.get("y", 4))

    def __init__(self, x: Any, y: Any = 4) -> None:
        pass


class Q:
    pass


Q.__name__ = Q.__qualname__ = "P"
P.__init__.__qualname__ = "P.__init__"
HOST: dict[str, Any] = {"pair": pair, "all": outer(), "some": some, "only": only, "none": none, "rest": rest, "P": P, "Q": Q}

ARGUMENTS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("pair", (1, "b"), {}),
    ("pair", (1,), {"b": 2}),
    ("pair", (), {"b": 2, "a": 1}),
    ("pair", (1, 2), {"b": 2}),
    ("pair", (1, 2, 3), {}),
    ("pair", (1, 2), {"c": 3}),
    ("pair", (), {}),
    ("pair", (1,), {}),
    ("pair", (1, 2, 3), {"a": 3}),
    ("all", (1, 2, 3), {"e": 5}),
    ("all", (1, 2, 3, 4, 5, 6), {"e": 5, "f": 7, "g": 8, "é": 9, "a": 10}),
    ("all", (1, 2), {"e": 5, "c": 3}),
    ("all", (1,), {"e": 5}),
    ("all", (), {}),
    ("all", (1, 2, 3), {}),
    ("some", (1,), {"c": 3}),
    ("some", (1, 2, 3), {"c": 3}),
    ("some", (1, 2, 3), {"c": 3, "d": 4}),
    ("some", (1, 2, 3), {}),
    ("some", (), {}),
    ("some", (1, 2), {}),
    ("some", (1, 2), {"c": 1, "x": 2}),
    ("only", (1, 2), {}),
    ("only", (1,), {"b": 2}),
    ("only", (), {"b": 2, "a": 1}),
    ("only", (), {}),
    ("only", (), {"c": 1}),
    ("none", (), {}),
    ("none", (1,), {}),
    ("none", (), {"x": 1}),
    ("rest", (), {}),
    ("rest", (1, 2.5, "c"), {}),
    ("rest", (1,), {"a": 2}),
    ("P", (1,), {}),
    ("P", (1, 2), {}),
    ("P", (), {}),
    ("P", (1, 2, 3), {}),
    ("P", (1,), {"z": 3}),
    ("P", (1,), {"x": 3}),
    ("Q", (1,), {}),
    ("Q", (), {"x": 1}),
]


def expected_of(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        return HOST[name](*args, **kwargs)
    except TypeError as error:
        return str(error)


def calling(function: str, name: str, count: int, names: str, spread: bool = False) -> str:
    """A function that takes the arguments and calls the other."""
    type = TYPES.get(name, f"fn[@{name}]()")
    if spread:
        params, call = "%0: any, %1: any", "%7 = any.call_spread %6, %0, %1"
    else:
        params = ", ".join(f"%{index}: any" for index in range(count))
        call = f'%{count + 5} = any.call "{names}", ' + ", ".join(f"%{index}" for index in (count + 4, *range(count)))
    base = 2 if spread else count
    defaults = {"fn[@all](any, any)": ", %{0}, %{1}", "fn[@some](any, any)": ", %{0}, %{1}", "fn[@P](any)": ", %{0}"}.get(type, "")
    return f"""
func @{function}({params}) -> (any) "{function}" {{
  %{base}: any, %{base + 1}: any, %{base + 2}: int, %{base + 3}: {type}, %{base + 4}: any, %{base + 5}: any
^0:
  %{base + 2} = const.int 4
  %{base} = any.from %{base + 2}
  %{base + 2} = const.int 6
  %{base + 1} = any.from %{base + 2}
  %{base + 3} = fn.new {type}{defaults.format(base, base + 1)}
  %{base + 4} = any.from %{base + 3}
  {call}
  ret %{base + 5}
}}
"""


CALLERS = CALLEES + "".join(
    calling(f"f{place}", name, len(args) + len(kwargs), ",".join(kwargs)) + calling(f"g{place}", name, 0, "", spread=True)
    for place, (name, args, kwargs) in enumerate(ARGUMENTS)
)


@pytest.mark.parametrize("place", range(len(ARGUMENTS)))
def test_arguments_are_bound_as_cpython_does(place: int) -> None:
    name, args, kwargs = ARGUMENTS[place]
    expected = expected_of(name, args, kwargs)
    assert run(CALLERS, [*args, *kwargs.values()], function=f"f{place}") == [expected]
    assert run(CALLERS, [list(args), kwargs], [args, kwargs or None], function=f"g{place}") == [expected] * 2


def test_what_is_no_function_cannot_be_called() -> None:
    text = 'func @f(%0: any, %1: any) -> (any) "f" {\n  %2: any\n^0:\n  %2 = any.call "", %0, %1\n  ret %2\n}\n'
    told = [f"'{name}' object is not callable" for name in ("int", "str", "NoneType", "list", "float", "bool")]
    assert run(text, *[[value, 1] for value in (1, "f", None, [], 2.5, True)]) == told
    (outcome,) = agree(module_of(text), "f", [[1, 1]])
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.python) == ("E0750", "TypeError")


COUNTING = """
signature @down "down"(n) = @down
func @down(%0: any, %1: any) -> (any) "down" {
  %2: any, %3: any, %4: int, %5: bool, %6: any, %7: any
^0:
  %4 = const.int 0
  %2 = any.from %4
  %5 = any.eq %1, %2
  br %5, ^1, ^2
^1:
  ret %1
^2:
  %4 = const.int 1
  %3 = any.from %4
  %6 = any.binary 1, %1, %3
  %7 = any.call "NAMES", %0, %6
  ret %7
}
func @f(%0: any) -> (any) "f" {
  %1: fn[@down](), %2: any, %3: any
^0:
  %1 = fn.new fn[@down]()
  %2 = any.from %1
  %3 = any.call "", %2, %0
  ret %3
}
"""


@pytest.mark.parametrize("names", ["", "n"])
def test_calls_of_values_count_against_the_depth_limit(names: str) -> None:
    text = COUNTING.replace("NAMES", names)
    limits = Limits(depth=50)
    found = run(text, [48], [49], [50], [1000], limits=limits)
    assert found[:2] == [0, 0]
    assert all("50" in str(message) for message in found[2:])
    assert run(text, [20_000], limits=Limits(depth=30_000)) == [0]


@pytest.mark.parametrize("fuel", [*range(1, 60, 7), 500])
def test_calls_of_values_end_with_the_fuel(fuel: int) -> None:
    run(COUNTING.replace("NAMES", "n"), [5], limits=Limits(fuel=fuel))
