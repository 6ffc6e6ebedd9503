"""Faults that programs catch, on every engine: the same results, output, errors and fuel."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belljar.engines.contract import Outcome
from belljar.engines.jit import Engine as Jit
from belljar.engines.reference import ReferenceEngine
from belljar.engines.vm import Engine as Vm
from belljar.errors import BellError
from belljar.ir.exceptions import layouts
from belljar.ir.function import Module
from belljar.ir.image import read_image, write_image
from belljar.ir.passes import fuel, optimise
from belljar.ir.text import parse_module, print_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from tests.engines.guarded import guard_some
from tests.engines.vm import random_programs as arithmetic
from tests.engines.vm.agreement import UNLIMITED, agree, load, told
from tests.ir.passes import programs
from tests.ir.passes.test_laws import PASSES

ENGINES = {"vm": Vm, "jit": Jit}


def module_of(text: str) -> Module:
    """A module with the built-in exception classes, verified, as text and image give it back."""
    module = Module("exceptions", records=layouts())
    module = parse_module(print_module(module) + text)
    verify(module)
    assert print_module(parse_module(print_module(module))) == print_module(module)
    fuel.run(module)
    assert print_module(read_image(write_image(module))) == print_module(module)
    return module


def run(text: str, *calls: list[Any], function: str = "f", limits: Limits = UNLIMITED) -> list[Any]:
    """What the calls gave, the same on all engines, before and after the passes; a message for an error."""
    found: list[list[Any]] = []
    for passes in (False, True):
        module = module_of(text)
        if passes:
            module = optimise(module, frozenset({function}))
            verify(module)
        for engine in ENGINES.values():
            outcomes = agree(module, function, calls, limits, engine())
            found.append([outcome.error.message if outcome.error else outcome.results[0] for outcome in outcomes])
    assert all(one == found[0] for one in found)
    return found[0]


DIVIDE = """
func @f(%0: int, %1: int) -> (int) "f" {
  %2: int
^0:
  %2 = int.floordiv %0, %1
  guard ^1, ^2
^1:
  ret %2
^2:
  exc.clear
  ret %0
}
"""


def test_a_fault_goes_to_its_handler() -> None:
    assert run(DIVIDE, [7, 2], [7, 0]) == [3, 7]


def test_what_a_program_may_not_catch_goes_past_handlers() -> None:
    assert run(DIVIDE, [-(2**63), -1])[0].startswith("Integer overflow")


RESULT = """
func @f(%0: list[int], %1: int) -> (int) "f" {
  %2: int
^0:
  %2 = const.int -5
  jump ^1
^1:
  %2 = list.get %0, %1
  guard ^2, ^3
^2:
  ret %2
^3:
  exc.clear
  jump ^2
}
"""


def test_the_result_of_what_faults_stays_as_it_was() -> None:
    assert run(RESULT, [[1, 2], 1], [[1, 2], 2]) == [2, -5]


TYPE_AND_TEXT = """
func @text(%0: any) -> (str) "text" {
  %1: any
  %2: str
  %3: str
  %4: str
  %5: BaseException
  %6: any
^0:
  %5 = any.to %0, BaseException
  %6 = record.get %5, 0
  %2 = any.type_name %0
  %3 = any.repr %6
  %4 = str.concat %2, %3
  ret %4
}
"""

CALLED = (
    TYPE_AND_TEXT
    + """
func @inner(%0: int, %1: list[int], %2: dict[str, int], %3: str) -> (int) "inner" {
  %4: int
  %5: int
  %6: int
  %7: int
  %8: int
^0:
  %4 = list.get %1, %0
  %5 = dict.get %2, %3
  %6 = int.mod %4, %5
  %7 = const.int 10
  %8 = str.to_int %3, %7
  %6 = int.add %6, %8
  ret %6
}
func @f(%0: int, %1: list[int], %2: dict[str, int], %3: str) -> (str) "f" {
  %4: int
  %5: any
  %6: str
^0:
  %4 = call @inner, %0, %1, %2, %3
  guard ^1, ^2
^1:
  %6 = int.to_str %4
  ret %6
^2:
  %5 = exc.current
  %6 = call @text, %5
  ret %6
}
"""
)


def test_faults_of_calls_are_objects_with_the_text_of_python() -> None:
    table = {"a": 3, "0": 0, "12": 5}
    calls: list[list[Any]] = [[1, [4, 8], table, "12"], [5, [4, 8], table, "a"], [0, [4, 8], table, "b"], [0, [4], table, "0"]]
    calls.append([0, [4], table, "a"])
    first = run(CALLED, *calls)
    assert run(CALLED, *calls, *calls, *calls) == first * 3  # the objects of later faults are made without the host
    assert first == [
        "15",
        "IndexError('list index out of range',)",
        "KeyError('b',)",
        "ZeroDivisionError('integer modulo by zero',)",
        """ValueError("invalid literal for int() with base 10: 'a'",)""",
    ]


RAISED = (
    TYPE_AND_TEXT
    + """
record Lost(LookupError) { args: any, __cause__: any, __context__: any, __site__: any, __suppress_context__: any, __notes__: any, place: int }
func @new(%0: int) -> (any) "new" {
  %1: any
  %2: list[any]
  %3: any
  %4: Lost
  %5: any
^0:
  %1 = any.from %0
  %2 = list.of list[any], %1
  %3 = tuple.from_list %2
  %5 = const.none
  %4 = record.new Lost, %3, %5, %5, %5, %5, %5, %0
  %1 = any.from %4
  ret %1
}
func @thrower(%0: int) -> (int) "thrower" {
  %1: any
  %2: int
  %3: bool
^0:
  %2 = const.int 3
  %3 = int.gt %0, %2
  br %3, ^1, ^2
^1:
  %1 = call @new, %0
  raise.any %1
^2:
  ret %0
}
func @f(%0: int) -> (str) "f" {
  %1: int
  %2: any
  %3: bool
  %4: str
  %5: Lost
  %6: int
  %7: LookupError
  %8: BaseException
  %9: bool
  %10: str
^0:
  %1 = call @thrower, %0
  guard ^1, ^2
^1:
  %4 = int.to_str %1
  ret %4
^2:
  %2 = exc.current
  %3 = any.is %2, LookupError
  br %3, ^3, ^4
^3:
  %5 = any.to %2, Lost
  %7 = move %5
  %8 = move %7
  %9 = record.is %8, ArithmeticError
  br %9, ^4, ^5
^4:
  raise.any %2
^5:
  %5 = record.to %8, Lost
  %6 = record.get %5, 6
  %4 = call @text, %2
  %10 = int.to_str %6
  %4 = str.concat %4, %10
  ret %4
}
"""
)


def test_raised_objects_arrive_as_they_are() -> None:
    assert run(RAISED, [1], [7]) == ["1", "Lost(7,)7"]


UNCAUGHT = RAISED.replace("any.is %2, LookupError", "any.is %2, ValueError")


def test_what_is_raised_again_and_not_caught_tells_class_and_text() -> None:
    assert run(UNCAUGHT, [7]) == ["Lost: 7"]


LOOP = """
func @f(%0: list[int], %1: int) -> (int) "f" {
  %2 sum: int
  %3 i: int
  %4: int
  %5: bool
  %6: int
  %7: int
^0:
  %2 = const.int 0
  %3 = const.int 0
  %7 = const.int 1
  jump ^1
^1:
  %5 = int.lt %3, %1
  br %5, ^2, ^6
^2:
  %4 = list.get %0, %3
  guard ^3, ^4
^3:
  %6 = int.floordiv %4, %3
  guard ^5, ^7
^4:
  exc.clear
  %6 = const.int 100
  jump ^5
^5:
  %2 = int.add %2, %6
  %3 = int.add %3, %7
  jump ^1
^6:
  ret %2
^7:
  exc.clear
  %6 = const.int 1000
  jump ^5
}
"""


def test_loops_catch_in_every_round() -> None:
    assert run(LOOP, [[1, 2, 3, 9], 6], [[], 3]) == [1000 + 2 + 1 + 3 + 200, 300]


def test_fuel_is_the_same_with_and_without_faults() -> None:
    assert run(LOOP, [[1] * 40, 80], limits=Limits(fuel=300))[0].startswith("Fuel limit")


DEEP = """
func @down(%0: int, %1: str) -> (str) "down" {
  %2: int
  %3: int
  %4: str
  %5: bool
  %6: str
  %7: int
^0:
  %2 = const.int 0
  %5 = int.le %0, %2
  br %5, ^1, ^2
^1:
  %7 = str.to_int %1, %2
  ret %1
^2:
  %3 = const.int 1
  %3 = int.sub %0, %3
  %4 = str.concat %1, %1
  %6 = call @down, %3, %4
  ret %6
}
func @f(%0: int, %1: str) -> (str) "f" {
  %2: str
  %3: str
  %4: any
^0:
  %2 = str.concat %1, %1
  %3 = call @down, %0, %2
  guard ^1, ^2
^1:
  ret %3
^2:
  %4 = exc.current
  %3 = call @again, %0, %2
  ret %3
}
func @again(%0: int, %1: str) -> (str) "again" {
  %2: str
  %3: str
^0:
  %2 = str.concat %1, %1
  %3 = call @down, %0, %2
  guard ^1, ^2
^1:
  ret %3
^2:
  exc.clear
  ret %1
}
"""


def test_faults_from_deep_calls_leave_the_frame_as_it_was() -> None:
    assert run(DEEP, [5, "0"], [5, "x"], [0, "y"]) == ["0" * 64, "xx", "yy"]


def test_depth_is_whole_again_after_a_fault_from_deep_down() -> None:
    assert run(DEEP, [20, "x"], limits=Limits(depth=24)) == ["xx"]


ENDED = """
func @f(%0: str, %1: int) -> (str) "f" {
  %2: any
  %3: bool
  %4: int
  %5: str
  %6: BaseException
^0:
  %4 = const.int 0
  %3 = int.eq %1, %4
  br %3, ^1, ^2
^1:
  fault "E0704", %0
  guard ^3, ^4
^2:
  raise "ValueError", %0
  guard ^3, ^4
^3:
  unreachable
^4:
  %2 = exc.current
  %6 = any.to %2, BaseException
  %2 = record.get %6, 0
  %5 = any.repr %2
  ret %5
}
"""


def test_faults_of_statements_are_caught() -> None:
    assert run(ENDED, ["no", 0], ["bad", 1]) == ["('no',)", "('bad',)"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("^0:\n  %2 = int.floordiv %0, %1\n  guard ^1, ^1\n^1:\n  exc.clear\n  ret %0", "otherwise than by a fault"),
        ("^0:\n  %2 = int.floordiv %0, %1\n  guard ^1, ^2\n^1:\n  ret %0\n^2:\n  ret %0", "does not begin as one"),
        ("^0:\n  jump ^1\n^1:\n  exc.clear\n  ret %0", "otherwise than by a fault"),
        ("^0:\n  exc.clear\n  ret %0", "begins as a handler"),
        (
            "^0:\n  %2 = int.mod %0, %1\n  %2 = int.floordiv %0, %1\n  guard ^1, ^2\n^1:\n  ret %0\n^2:\n  exc.clear\n  ret %0",
            "may fault before",
        ),
        ("^0:\n  %2 = int.floordiv %0, %1\n  guard ^1, ^2\n^1:\n  ret %0\n^2:\n  exc.clear\n  ret %2", "is not assigned"),
        ("^0:\n  %2 = int.mod %0, %1\n  guard ^1, ^2\n^1:\n  ret %0\n^2:\n  exc.clear\n  exc.clear\n  ret %0", "does not stand first"),
    ],
)
def test_the_verifier_refuses(body: str, reason: str) -> None:
    with pytest.raises(Exception, match=reason):
        module_of(f'func @f(%0: int, %1: int) -> (int) "f" {{\n  %2: int\n{body}\n}}\n')


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_random_programs_that_catch(seed: int) -> None:
    rnd = Random(seed)
    module = arithmetic.random_module(rnd)
    guard_some(module, rnd)
    module.records.update(layouts())
    verify(module)
    calls = [arithmetic.random_arguments(rnd, module.functions["main"]) for _ in range(2)]
    limits = [UNLIMITED]
    first, _ = [agree(module, "main", calls, engine=engine()) for engine in ENGINES.values()]
    for outcome in first:
        if outcome.fuel_used > 1:
            limits.append(Limits(fuel=rnd.randint(1, outcome.fuel_used), depth=rnd.choice((1, 2, 1000))))
    for limit in limits[1:]:
        for engine in ENGINES.values():
            agree(module, "main", calls[:1], limit, engine())


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_passes_keep_what_random_programs_catch(seed: int) -> None:
    rnd = Random(seed)
    module = programs.random_module(rnd)
    guard_some(module, rnd, frozenset())
    module.records.update(layouts())
    verify(module)
    calls = [programs.random_arguments(rnd, module.functions["main"]) for _ in range(2)]
    before = programs.behaviour(module, calls)
    if programs.ends_at_a_limit(before):
        return
    text = print_module(module)
    for name, run in PASSES.items():
        changed = parse_module(text)
        run(changed)
        verify(changed)
        assert programs.behaviour(changed, calls) == before, name
    expected = [shown(outcome) for outcome in outcomes_of(ReferenceEngine(), changed, calls)]
    for engine in ENGINES.values():
        assert [shown(outcome) for outcome in outcomes_of(engine(), changed, calls)] == expected


def outcomes_of(engine: Any, module: Module, calls: list[list[Any]]) -> list[Outcome]:
    """How the calls end; none where init ends with an error."""
    instance, _ = load(engine, module, UNLIMITED)
    return [] if isinstance(instance, BellError) else [instance.call("main", arguments) for arguments in calls]


def shown(outcome: Outcome) -> Any:
    """Results as text: a NaN in a record is equal to none, and its sign is the processor's."""
    return repr(outcome.results), told(outcome.error), outcome.fuel_used
