"""Limits fall at the same op as in the reference engine: exactly enough runs, one less does not."""

from __future__ import annotations

import pytest

from belljar.engines.vm import Engine
from belljar.ir.function import Module
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify
from belljar.safety.limits import DEPTH_MAX, Limits
from tests.engines.vm.agreement import agree


def module(text: str) -> Module:
    made = parse_module(f'module "t.bell"\n{text}')
    fuel.run(made)
    verify(made)
    return made


SUM = module("""
func @sum(%0 n: int) -> (int) "sum" {
  %1 i: int, %2 s: int, %3: bool, %4: int, %5: int
^0:
  %4 = const.int 0
  %1 = move %4
  %2 = move %4
  jump ^1
^1:
  %3 = int.lt %1, %0 ; 2:5
  br %3, ^2, ^3
^2:
  %2 = int.add %2, %1 ; 3:5
  %5 = const.int 1
  %1 = int.add %1, %5 ; 4:5
  jump ^1
^3:
  ret %2
}
""")

DOWN = module("""
func @down(%0 n: int) -> (int) "down" {
  %1: int, %2: bool, %3: int, %4: int, %5: int
^0:
  %1 = const.int 0
  %2 = int.le %0, %1 ; 1:3
  br %2, ^1, ^2
^1:
  ret %1
^2:
  %3 = const.int 1
  %4 = int.sub %0, %3 ; 2:3
  %5 = call @down, %4 ; 3:3
  %5 = int.add %5, %3 ; 4:3
  ret %5
}
""")

GREEDY = module("""
func @greedy(%0 n: int) -> (int) "greedy" {
  %1: list[int], %2: list[int], %3: int
^0:
  %3 = const.int 7
  %1 = list.of list[int], %3 ; 1:3
  %2 = list.repeat %1, %0 ; 2:3
  %3 = list.len %2
  ret %3
}
""")

PRINT = module("""
func @say(%0 s: str) -> () "say" {
^0:
  io.write %0 ; 1:3
  io.write %0 ; 2:3
  ret
}
""")

FOREVER = module("""
func @forever() -> () "forever" {
^0:
  jump ^1
^1:
  jump ^1
}
""")


@pytest.mark.parametrize(("program", "name", "argument"), [(SUM, "sum", 50), (SUM, "sum", 0), (DOWN, "down", 20)])
def test_fuel(program: Module, name: str, argument: int) -> None:
    (whole,) = agree(program, name, [[argument]])
    for limit in sorted({1, 2, whole.fuel_used // 2, whole.fuel_used - 1} - {0}):
        (outcome,) = agree(program, name, [[argument]], Limits(fuel=limit))
        assert outcome.error is not None
        assert outcome.error.code == "E0801"
        assert outcome.fuel_used == limit
    (outcome,) = agree(program, name, [[argument]], Limits(fuel=whole.fuel_used))
    assert outcome.error is None


def test_fuel_beyond_one_slice() -> None:
    (none, one, many) = agree(SUM, "sum", [[0], [1], [10_000]])
    step = one.fuel_used - none.fuel_used
    assert many.fuel_used == none.fuel_used + 10_000 * step  # the slow reference says so of these; of more, too
    whole = Engine().load(SUM, Limits()).call("sum", [300_000])
    assert whole.fuel_used == none.fuel_used + 300_000 * step > 2**20
    outcome = Engine().load(SUM, Limits(fuel=whole.fuel_used - 1)).call("sum", [300_000])
    assert outcome.error is not None
    assert (outcome.error.code, outcome.fuel_used) == ("E0801", whole.fuel_used - 1)
    assert Engine().load(SUM, Limits(fuel=whole.fuel_used)).call("sum", [300_000]).results == (44999850000,)


@pytest.mark.parametrize("depth", [1, 2, 10])
def test_depth(depth: int) -> None:
    (deepest, beyond) = agree(DOWN, "down", [[depth], [depth + 1]], Limits(depth=depth))
    assert deepest.results == (depth,)
    assert beyond.error is not None
    assert beyond.error.code == "E0804"


def test_deepest_recursion() -> None:
    instance = Engine().load(DOWN, Limits(depth=DEPTH_MAX))
    assert instance.call("down", [DEPTH_MAX]).results == (DEPTH_MAX,)
    error = instance.call("down", [DEPTH_MAX + 1]).error
    assert error is not None
    assert (error.code, error.message) == ("E0804", f"Recursion limit reached: {DEPTH_MAX} calls deep")
    assert sum(frame.calls for frame in error.stack) == 65
    assert error.notes == [f"{DEPTH_MAX - 64} more calls led here", f"depth is {DEPTH_MAX:,}, and {DEPTH_MAX:,} were used"]


def test_memory() -> None:
    instance = Engine().load(GREEDY, Limits(memory=1 << 20))
    assert instance.call("greedy", [100_000]).results == (100_000,)
    error = instance.call("greedy", [1_000_000]).error
    assert error is not None
    assert (error.code, error.line) == ("E0803", 2)
    assert instance.call("greedy", [5]).results == (5,)  # the instance lives on


def test_memory_limit_is_exact() -> None:
    """The least limit that is enough is found, one byte less is refused, and every run says so again."""
    low, high = 1 << 16, 1 << 20
    while low < high:
        middle = (low + high) // 2
        if Engine().load(GREEDY, Limits(memory=middle)).call("greedy", [20_000]).error is None:
            high = middle
        else:
            low = middle + 1
    assert low > 160_000
    for _ in range(3):
        assert Engine().load(GREEDY, Limits(memory=low)).call("greedy", [20_000]).error is None
        assert Engine().load(GREEDY, Limits(memory=low - 1)).call("greedy", [20_000]).error is not None


def test_output() -> None:
    for limit in (3, 4, 7, 8):
        outcomes = agree(PRINT, "say", [["grü"], ["grü"]], Limits(output=limit))
        assert all((outcome.error is None) == (limit == 8) for outcome in outcomes)


def test_output_is_refused_without_a_writer() -> None:
    error = Engine().load(PRINT, Limits()).call("say", ["x"]).error
    assert error is not None
    assert (error.code, error.line, error.exit_status) == ("E0901", 1, 4)


def test_time() -> None:
    error = Engine().load(FOREVER, Limits(time=0.001)).call("forever", []).error
    assert error is not None
    assert (error.code, error.message) == ("E0802", "Time limit reached: 0.001 s")
