"""Which elements a loop keeps from one round to the next."""

from __future__ import annotations

import pytest

from belljar.engines.jit.carried import find_carried
from belljar.engines.jit.loops import find_loops
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify

LOOP = """
module "t.bell"
func @f(%0 xs: list[int], %1 ys: list[int], %2 zs: list[float], %3 n: int) -> (int) {{
  %4 i: int
  %5 one: int
  %6 before: int
  %7 value: int
  %8 c: bool
  %9 two: int
  %10 other: int
  %11 x: float
^0:
  %4 = const.int 1
  %5 = const.int {step}
  %9 = const.int 2
  %11 = const.float 0x1p+0
  jump ^1
^1:
  %8 = int.lt %4, %3
  br %8, ^2, {exit}
^2:
  {body}
  %4 = int.add.nw %4, %5
  jump ^1
{exit}:
  ret %3
}}
"""
READ = "%6 = int.sub.nw %4, %5\n  %7 = list.get.nc %0, %6\n"
STORE = "list.set.nc %0, %4, %7"


def carried_in(body: str, step: int = 1, exit: str = "^3"):  # type: ignore[no-untyped-def]
    module = parse_module(LOOP.format(body=body, step=step, exit=exit))
    fuel.run(module)
    verify(module)
    function = module.functions["f"]
    return find_carried(function, find_loops(function)).get(1, [])


@pytest.mark.parametrize("step", [1, 3, -1])
def test_of_the_last_round(step: int) -> None:
    (carried,) = carried_in(READ + STORE, step)
    assert (carried.list, carried.counter, carried.offset, carried.step, carried.rounds) == (0, 4, 0, step, 1)
    assert list(carried.reads.values()) == [1]


@pytest.mark.parametrize(
    "body",
    [
        STORE.replace("%7", "%3") + "\n  " + READ,  # also where it is read behind the store
        READ + STORE + "\n  list.set.nc %2, %4, %11",  # a list of floats is another list
        READ + "%10 = list.get.nc %1, %4\n  " + STORE,
        "%6 = int.add.nw %4, %5\n  %10 = move %6\n  %7 = list.get.nc %0, %4\n  list.set.nc %0, %10, %7",
    ],
)
def test_carried(body: str) -> None:
    (carried,) = carried_in(body)
    assert carried.rounds == 1


def test_of_two_rounds_ago() -> None:
    (carried,) = carried_in("%6 = int.sub.nw %4, %9\n  %7 = list.get.nc %0, %6\n  " + STORE)
    assert carried.rounds == 2


@pytest.mark.parametrize(
    "body",
    [
        STORE.replace("%7", "%3"),  # nothing is read
        "%7 = list.get.nc %0, %4\n  " + STORE,  # before it is stored
        READ + STORE + "\n  list.set.nc %1, %4, %7",  # may be the same list
        READ + STORE + "\n  list.append %1, %7",
        READ + STORE + "\n  %0 = move %1",
        READ.replace("%0", "%1") + STORE,
        READ + STORE.replace(".nc", ""),  # a negative index would be another place
        "%6 = int.mul %4, %9\n  %7 = list.get.nc %0, %6\n  " + STORE,
        READ + "%4 = int.add.nw %4, %5\n  " + STORE,  # the counter changes twice
    ],
)
def test_not_carried(body: str) -> None:
    assert carried_in(body) == []


def test_a_store_not_done_in_each_round() -> None:
    body = "%8 = int.lt %9, %3\n  br %8, ^3, ^4\n^3:\n  " + READ + STORE + "\n  jump ^4\n^4:"
    assert carried_in(body, exit="^5") == []
