"""Machine code against the reference engine: every op by example, loops at every limit, random programs."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belljar.engines.jit import Engine
from belljar.engines.vm import Engine as VmEngine
from belljar.ir.function import Module
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from tests.engines.examples import Example, arguments_of, module_of
from tests.engines.op_examples import EXAMPLES
from tests.engines.vm.agreement import agree, seen
from tests.engines.vm.random_programs import random_arguments, random_module

JIT = Engine()


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_every_example(example: Example) -> None:
    (outcome, again) = agree(module_of(example), "f", [arguments_of(example)] * 2, engine=JIT)
    assert (outcome.error.code if outcome.error else "") == example.fault
    assert outcome.fuel_used == again.fuel_used


def module(text: str) -> Module:
    made = parse_module(f'module "t.bell"\n{text}')
    fuel.run(made)
    verify(made)
    return made


def counted(relation: str, step: str, change: str, body: str) -> Module:
    """``while i <relation> n: total += <body>; i += step`` over a list and a string."""
    return module(f"""
func @f(%0 xs: list[int], %1 i: int, %2 n: int, %3 step: int, %13 text: str) -> (int, int) "f" {{
  %4: bool, %5: int, %6: int, %7 total: int, %8: int, %9: str, %10: str, %11: bool, %12: int
^0:
  %7 = const.int 0
  %8 = const.int {step}
  jump ^1
^1:
  %4 = {relation} %1, %2 ; 2:3
  br %4, ^2, ^3
^2:
  {body}
  %1 = {change} ; 9:1
  jump ^1
^3:
  ret %7, %1
}}
""")


SUM = "%5 = list.get %0, %1 ; 3:1\n  %7 = int.add %7, %5 ; 4:1"
COMPARE = "\n".join(
    (
        "%9 = str.index %13, %1 ; 3:1",
        "  %10 = str.index %13, %7 ; 4:1",
        "  %11 = str.eq %9, %10 ; 5:1",
        "  %12 = bool.to_int %11",
        "  %7 = int.add %7, %12 ; 6:1",
        "  %11 = str.ne %13, %9 ; 7:1",
        "  %11 = str.eq %13, %13 ; 8:1",
    )
)
LOOPS = {
    "rising": (counted("int.lt", "1", "int.add %1, %8", SUM), 0, 6, 0),
    "rising by three": (counted("int.le", "3", "int.add %8, %1", SUM), -4, 9, 0),
    "falling": (counted("int.gt", "-1", "int.add %1, %8", SUM), 5, -9, 0),
    "falling by two": (counted("int.ge", "2", "int.sub %1, %8", SUM), 6, -7, 0),
    "by a register": (counted("int.lt", "1", "int.add %1, %3", SUM), 0, 7, 2),
    "by a negative register": (counted("int.lt", "1", "int.add %1, %3", SUM), 6, 7, -1),
    "by a register of zero": (counted("int.lt", "1", "int.add %1, %3", SUM), 1, 7, 0),
    "not equal": (counted("int.ne", "1", "int.add.wrap %1, %3", SUM), 0, 6, 2),
    "not equal, falling": (counted("int.ne", "1", "int.add.wrap %1, %3", SUM), 6, -3, -3),
    "never equal": (counted("int.ne", "1", "int.add.wrap %1, %3", "%7 = int.add.wrap %7, %1"), 0, 5, 2**61),
    "over the end": (counted("int.le", "1", "int.add %1, %8", "%7 = int.xor %7, %1"), 2**63 - 5, 2**63 - 1, 0),
    "over the other end": (counted("int.ge", "-1", "int.add %1, %8", "%7 = int.xor %7, %1"), -(2**63) + 4, -(2**63), 0),
    "strings": (counted("int.lt", "1", "int.add %1, %8", COMPARE), 0, 5, 0),
    "lists that grow": (counted("int.lt", "1", "int.add %1, %8", f"list.append %0, %1 ; 5:1\n  {SUM}"), 0, 9, 0),
}
TEXTS = {"strings": "abcab" + "x" * 40}


@pytest.mark.parametrize("name", LOOPS)
def test_loops_at_every_limit(name: str) -> None:
    """Fuel of a counted loop is checked in strips, and yet every limit falls at the op where it falls in the reference."""
    made, first, bound, step = LOOPS[name]
    arguments = ([3, 1, 4, 1, 5, 9, 2], first, bound, step, TEXTS.get(name, "abcab"))
    (outcome,) = agree(made, "f", [arguments], Limits(fuel=2_000), JIT)
    for units in range(1, min(outcome.fuel_used, 150) + 2):
        agree(made, "f", [arguments], Limits(fuel=units), JIT)


@pytest.mark.parametrize("text", ["aéa\u20aca\U0001f600", "é" * 20, "\u20ac" * 5, ""])
def test_strings_of_every_width(text: str) -> None:
    made = LOOPS["strings"][0]
    for index in (0, -1, 3, len(text)):
        agree(made, "f", [([], index, len(text), 0, text)], engine=JIT)


def test_slices_of_fuel() -> None:
    """Loops that run through many slices of fuel end where they should, on a result, a fault or the limit: as in the VM, which stands here for the slow reference."""
    made = counted("int.lt", "1", "int.add %1, %8", "%7 = int.add %7, %1")
    for limit in (1 << 20, (1 << 20) + 1, 1_500_000, 1_600_004, 1_600_005, 10**9):
        native, vm = (engine.load(made, Limits(fuel=limit)).call("f", [[], 0, 400_000, 0, ""]) for engine in (JIT, VmEngine()))
        assert seen(native) == seen(vm)
        assert (native.error is None) == (limit >= 1_600_005)
    agree(made, "f", [([], 0, 40_000, 0, "")], engine=JIT)


RECURSION = module("""
func @f(%0 n: int) -> (int) "f" {
  %1: bool, %2: int, %3: int, %4: int, %5: int
^0:
  %2 = const.int 2
  %1 = int.lt %0, %2 ; 1:3
  br %1, ^1, ^2
^1:
  ret %0
^2:
  %3 = const.int 1
  %4 = int.sub %0, %3 ; 2:3
  %4 = call @f, %4 ; 3:3
  %5 = int.sub %0, %2 ; 4:3
  %5 = call @g, %5 ; 5:3
  %4 = int.add %4, %5 ; 6:3
  ret %4
}
func @g(%0 n: int) -> (int) "g" {
  %1: int
^0:
  %1 = call @f, %0 ; 8:3
  ret %1
}
""")


def test_recursion_at_every_limit() -> None:
    """Unrolled recursion counts fuel and depth as if it were not."""
    (outcome,) = agree(RECURSION, "f", [(9,)], engine=JIT)
    assert outcome.results == (34,)
    for units in range(1, outcome.fuel_used + 2, 7):
        agree(RECURSION, "f", [(9,)], Limits(fuel=units), JIT)
    for depth in range(1, 14):
        agree(RECURSION, "f", [(9,)], Limits(depth=depth), JIT)


def test_deep_recursion() -> None:
    made = module("""
func @f(%0 n: int) -> (int) "f" {
  %1: int, %2: bool, %3: int, %4: int
^0:
  %1 = const.int 1
  %2 = int.lt %0, %1 ; 1:3
  br %2, ^1, ^2
^1:
  ret %0
^2:
  %3 = int.sub %0, %1 ; 2:3
  %4 = call @f, %3 ; 3:3
  %4 = int.add %4, %1
  ret %4
}
""")
    instance = JIT.load(made, Limits(depth=100_000))
    assert instance.call("f", (99_999,)).results == (99_999,)
    outcome = instance.call("f", (100_001,))
    assert outcome.error is not None
    assert outcome.error.code == "E0804"
    assert instance.call("f", (50_000,)).results == (50_000,)


GARBAGE = module("""
func @f(%0 n: int) -> (int, str) "f" {
  %1 i: int, %2: int, %3: bool, %4 keep: list[str], %5 text: str, %6: str, %7: int, %8: str, %9 last: str
^0:
  %1 = const.int 0
  %2 = const.int 1
  %5 = const.str "a"
  %4 = list.of list[str], %5 ; 1:3
  %9 = int.to_str %1 ; 1:9
  jump ^1
^1:
  %3 = int.lt %1, %0 ; 2:3
  br %3, ^2, ^3
^2:
  %6 = int.to_str %1 ; 3:3
  %8 = call @joined, %6, %5 ; 4:3
  list.append %4, %8 ; 5:3
  %9 = str.concat %8, %6 ; 6:3
  %1 = int.add %1, %2
  jump ^1
^3:
  %7 = list.len %4
  ret %7, %9
}
func @joined(%0: str, %1: str) -> (str) "joined" {
  %2: str, %3: str
^0:
  %2 = str.concat %0, %1 ; 8:3
  %3 = str.concat %2, %2 ; 9:3
  ret %3
}
""")


def test_roots_under_stress() -> None:
    """With a collection at every allocation, what native code still needs is found through the shadow stack."""
    instance = JIT.load(GARBAGE, Limits())
    expected = instance.call("f", (40,))
    instance.set_stress(True)
    assert instance.call("f", (40,)).results == expected.results == (41, "39a39a39")
    agree(GARBAGE, "f", [(3,), (12,)], engine=JIT)


def test_memory_limit_is_the_vm_s() -> None:
    from belljar.engines.vm import Engine as VmEngine

    for memory in (1 << 15, 1 << 16, 1 << 18):
        outcomes = [engine.load(GARBAGE, Limits(memory=memory)).call("f", (20_000,)) for engine in (JIT, VmEngine())]
        errors = [outcome.error for outcome in outcomes]
        assert errors[0] is not None
        assert errors[1] is not None
        assert (errors[0].code, errors[0].line, outcomes[0].fuel_used) == (errors[1].code, errors[1].line, outcomes[1].fuel_used)


@settings(max_examples=40)
@given(st.randoms(use_true_random=False))
def test_random_programs(rnd: Random) -> None:
    made = random_module(rnd)
    verify(made)
    main = made.functions["main"]
    calls = [random_arguments(rnd, main) for _ in range(3)]
    for outcome in agree(made, "main", calls, engine=JIT):
        if outcome.fuel_used > 1:
            limit = rnd.randint(1, outcome.fuel_used)
            agree(made, "main", calls[:1], Limits(fuel=limit, depth=rnd.choice((1, 2, 1000))), JIT)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 9, 30])
@pytest.mark.parametrize("kind", ["int", "float", "bool"])
def test_any_number_of_parameters_and_results(count: int, kind: str) -> None:
    params = ", ".join(f"%{index}: {kind}" for index in range(count))
    registers = ", ".join(f"%{count + index}: {kind}" for index in range(count))
    results = ", ".join([kind] * count)
    passed = "".join(f", %{index}" for index in reversed(range(count)))
    given = ", ".join(f"%{count + index}" for index in range(count))
    made = module(f"""
func @g({params}) -> ({results}) "g" {{
^0:
  ret {passed[2:]}
}}
func @f({params}) -> ({results}) "f" {{
  {registers}
^0:
  {given}{" = " if count else ""}call @g{passed} ; 2:3
  ret {given}
}}
""")
    value = {"int": int, "float": float, "bool": lambda index: index % 3 == 0}[kind]
    arguments = [tuple(map(value, range(count)))]
    (outcome,) = agree(made, "f", arguments, engine=JIT)
    for units in range(1, outcome.fuel_used + 1):
        agree(made, "f", arguments, Limits(fuel=units), JIT)
