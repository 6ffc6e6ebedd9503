"""Methods of built-in types as values, and what function objects are equal to, on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from belljar.engines.jit import Engine as Jit
from belljar.engines.vm import Engine as Vm
from belljar.safety.limits import Limits
from belljar.values import Callable
from tests.engines.test_functions import module_of, run
from tests.engines.vm.agreement import agree, seen

TEXT = """
signature @one "one"(x) = @one.call
func @one.call(%0: any, %1: any) -> (any) "one" {
^0:
  ret %1
}
func @call(%0: any, %1: any) -> (any) "call" {
  %2: any, %3: any
^0:
  %2 = any.get_attr %0, "NAME" ; 1:1
  %3 = any.call "", %2, %1 ; 2:1
  ret %3
}
func @named(%0: any, %1: any) -> (any) "named" {
  %2: any, %3: any
^0:
  %2 = any.get_attr %0, "NAME"
  %3 = any.call "WORD", %2, %1 ; 2:1
  ret %3
}
func @spread(%0: any, %1: any, %2: any) -> (any) "spread" {
  %3: any, %4: any
^0:
  %3 = any.get_attr %0, "NAME"
  %4 = any.call_spread %3, %1, %2 ; 2:1
  ret %4
}
func @has(%0: any) -> (bool) "has" {
  %1: bool
^0:
  %1 = any.has_attr %0, "NAME"
  ret %1
}
func @same(%0: any, %1: any) -> (tuple[any, any, any]) "same" {
  %2: any, %3: any, %4: bool, %5: int, %6: int, %7: any, %8: any, %9: tuple[any, any, any], %10: bool, %11: any, %12: dict[any, any], %13: int
^0:
  %2 = any.get_attr %0, "NAME"
  %3 = any.get_attr %1, "NAME"
  %4 = any.eq %2, %3
  %7 = any.from %4
  %5 = any.hash %2
  %6 = any.hash %3
  %10 = int.eq %5, %6
  %8 = any.from %10
  %13 = const.int 0
  %12 = dict.new dict[any, any], %13
  dict.set %12, %2, %7
  dict.set %12, %3, %8
  %13 = dict.len %12
  %11 = any.from %13
  %9 = tuple.new tuple[any, any, any], %7, %8, %11
  ret %9
}
func @functions(%0: any) -> (tuple[any, any]) "functions" {
  %1: fn[@one](), %2: fn[@one](any), %3: any, %4: any, %5: any, %6: bool, %7: any, %8: bool, %9: any, %10: tuple[any, any]
^0:
  %1 = fn.new fn[@one]()
  %3 = any.from %1
  %1 = fn.new fn[@one]()
  %4 = any.from %1
  %2 = fn.new fn[@one](any), %0
  %5 = any.from %2
  %6 = any.eq %3, %4
  %7 = any.from %6
  %8 = any.eq %3, %5
  %9 = any.from %8
  %10 = tuple.new tuple[any, any], %7, %9
  ret %10
}
"""


def of(name: str, word: str = "key") -> str:
    return TEXT.replace("NAME", name).replace("WORD", word)


def test_a_method_is_called_later() -> None:
    assert run(of("count"), [[1, 2, 1], 1], function="call") == [2]
    assert run(of("get"), [{"a": 5}, "a"], function="call") == [5]
    assert run(of("append"), [[1], 2], function="call") == [None]
    assert run(of("append"), [5, 2], function="call") == ["'int' object has no attribute 'append'"]


def test_with_names_and_spread() -> None:
    assert run(of("split", "sep"), ["a-b", "-"], function="named") == [["a", "b"]]
    assert run(of("split"), ["a-b-c", ["-"], {"maxsplit": 1}], ["a-b-c", ("-", 1), None], ["a b", [], {}], function="spread") == [
        ["a", "b-c"],
        ["a", "b-c"],
        ["a", "b"],
    ]
    run(of("split"), ["a-b-c", ["-"], {"nothing": 1}], ["a-b-c", ("-", 1, 2), None], function="spread")
    for fuel in range(1, 60, 3):
        run(of("split"), ["a-b-c", ["-"], {"maxsplit": 1}], function="spread", limits=Limits(fuel=fuel))


def test_the_value() -> None:
    text = of("append") + 'func @value(%0: any) -> (any) "value" {\n  %1: any\n^0:\n  %1 = any.get_attr %0, "append"\n  ret %1\n}\n'
    assert run(text, [[1]], function="value") == [Callable("builtin_function_or_method", "append")]


@pytest.mark.parametrize(
    ("value", "name", "there"), [([], "append", True), ([], "upper", False), ("", "upper", True), ({}, "items", True), (1, "items", False)]
)
def test_whether_there_is_one(value: Any, name: str, there: bool) -> None:
    assert run(of(name), [value], function="has") == [there]


def test_which_are_equal() -> None:
    assert run(of("upper"), ["a", "b"], function="same") == [(False, True, 2)]
    assert run(of("append"), [[1], [1]], function="same") == [(False, True, 2)]
    assert run(of("append"), [5], function="functions") == [(True, False)]


def test_while_garbage_is_collected_at_every_chance() -> None:
    for engine in (Vm(), Jit()):
        module = module_of(of("split"))
        instance = engine.load(module, Limits())
        instance.set_stress(True)
        for args in (["a-b-c", ["-"], {"maxsplit": 1}], ["a b", (), None]):
            (expected,) = agree(module, "spread", [args], engine=engine)
            assert seen(instance.call("spread", args)) == seen(expected)
