"""Which loops are counted, which headers are loaded before them, and below what registers never are."""

from __future__ import annotations

import pytest

from belljar.engines.jit.bounds import LOWEST, lower_bounds
from belljar.engines.jit.loops import find_loops
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify

LOOP = """
module "t.bell"
func @f(%0 xs: list[int], %1 n: int, %2 step: int) -> (int) {{
  %3 i: int
  %4 one: int
  %5 c: bool
  %6 next: int
  %7 value: int
  %8 total: int
  %9 two: int
^0:
  %3 = const.int 0
  %8 = const.int 0
  %4 = const.int {step}
  %9 = const.int 2
  jump ^1
^1:
  {header}
  br %5, {targets}
^2:
  {body}
  jump ^1
^3:
  ret %8
}}
"""
COUNTED = {
    "header": "%5 = int.lt %3, %1",
    "targets": "^2, ^3",
    "step": "1",
    "body": "%7 = list.get %0, %3\n  %8 = int.add %8, %7\n  %6 = int.add %3, %4\n  %3 = move %6",
}


def loop_of(**parts: str):  # type: ignore[no-untyped-def]
    module = parse_module(LOOP.format(**COUNTED | parts))
    fuel.run(module)
    verify(module)
    (loop,) = find_loops(module.functions["f"])
    return loop


def test_counted() -> None:
    loop = loop_of()
    assert loop.header == 1
    assert loop.blocks == {1, 2}
    assert loop.latches == {2}
    assert loop.headers == [0]
    counting = loop.counting
    assert (counting.counter, counting.relation, counting.bound, counting.step, counting.step_register, counting.body) == (
        3,
        "int.lt",
        1,
        1,
        None,
        2,
    )


@pytest.mark.parametrize(
    ("parts", "relation"),
    [
        ({"header": "%5 = int.le %3, %1"}, "int.le"),
        ({"header": "%5 = int.gt %1, %3"}, "int.lt"),
        ({"header": "%5 = int.gt %3, %1", "step": "-1"}, "int.gt"),
        ({"header": "%5 = int.ge %3, %1", "targets": "^3, ^2"}, "int.lt"),
        ({"header": "%5 = int.gt %3, %1", "body": "%6 = int.sub.nw %3, %4\n  %3 = move %6"}, "int.gt"),
        ({"body": "%3 = int.add.nw %4, %3"}, "int.lt"),
        ({"header": "%5 = int.ne %3, %1", "body": "%3 = int.add.wrap %3, %2"}, "int.ne"),
        ({"header": "%5 = int.eq %3, %1", "targets": "^3, ^2", "body": "%3 = int.add.wrap %3, %2"}, "int.ne"),
        ({"body": "%3 = int.add %3, %2"}, "int.lt"),  # by a register: whether it rises is asked before the loop
        ({"header": "%1 = move %1", "body": "%3 = int.add %3, %4"}, None),
        ({"header": "%7 = list.len %0\n  %5 = int.lt %3, %7", "body": "%3 = int.add %3, %4"}, "int.lt"),
    ],
)
def test_ways_to_count(parts: dict[str, str], relation: str | None) -> None:
    if relation is None:
        parts = parts | {"header": "%5 = int.lt %3, %1", "body": "%1 = move %4\n  %3 = int.add %3, %4"}
    counting = loop_of(**parts).counting
    assert (counting.relation if counting else None) == relation


@pytest.mark.parametrize(
    "parts",
    [
        {"step": "-1"},  # away from the bound
        {"step": "0"},
        {"body": "%3 = int.add %3, %4\n  %3 = int.add %3, %4"},  # twice
        {"body": "%3 = int.mul %3, %9"},
        {"body": "%6 = int.add %8, %4\n  %3 = move %6"},  # of something else
        {"body": "%7 = list.sum_int %0\n  %3 = int.add %3, %4"},  # takes fuel of its own
        {"header": "%5 = int.ne %3, %1"},
        {"header": "%5 = int.eq %3, %1", "targets": "^2, ^3"},
        {"header": "%7 = list.get %0, %3\n  %5 = int.lt %7, %1"},
        {"header": "%6 = int.add %1, %4\n  %5 = int.lt %3, %6", "body": "%3 = int.add %3, %4"},  # the header may fault
        {"header": "%7 = list.len %0\n  %5 = int.lt %3, %7", "body": "list.append %0, %3\n  %3 = int.add %3, %4"},
    ],
)
def test_not_counted(parts: dict[str, str]) -> None:
    assert loop_of(**parts).counting is None


@pytest.mark.parametrize(
    ("body", "lists"),
    [
        ("list.set %0, %3, %4\n  %3 = int.add %3, %4", [0]),
        ("%7 = list.len %0\n  %3 = int.add %3, %4", [0]),
        ("list.append %0, %4\n  %7 = list.get %0, %3\n  %3 = int.add %3, %4", []),
        ("%7 = list.pop %0, %3\n  %7 = list.get %0, %3\n  %3 = int.add %3, %4", []),
        ("%7 = list.get %0, %3\n  %0 = list.concat %0, %0\n  %3 = int.add %3, %4", []),
        ("%3 = int.add %3, %4", []),
    ],
)
def test_list_headers(body: str, lists: list[int]) -> None:
    assert loop_of(body=body).headers == lists


NESTED = """
module "t.bell"
func @f(%0 rows: list[list[int]], %1 n: int) -> (int) {
  %2 i: int
  %3 j: int
  %4 row: list[int]
  %5 c: bool
  %6 d: bool
  %7 x: int
  %8 one: int
^0:
  %8 = const.int 1
  %2 = const.int 0
  jump ^1
^1:
  %5 = int.lt %2, %1
  br %5, ^2, ^6
^2:
  %4 = list.get %0, %2
  %3 = const.int 0
  jump ^3
^3:
  %6 = int.lt %3, %1
  br %6, ^4, ^5
^4:
  %7 = list.get %4, %3
  %7 = list.len %0
  %3 = int.add %3, %8
  jump ^3
^5:
  %2 = int.add %2, %8
  jump ^1
^6:
  ret %2
}
"""


def test_nested_loops() -> None:
    module = parse_module(NESTED)
    fuel.run(module)
    outer, inner = find_loops(module.functions["f"])
    assert (outer.header, inner.header) == (1, 3)
    assert outer.counting is None, "the inner loop takes fuel"
    assert inner.counting is not None
    assert outer.headers == [0], "a list that no loop touches is loaded before the outermost"
    assert inner.headers == [4]
    bounds = lower_bounds(module.functions["f"])
    assert (bounds[2], bounds[3], bounds[8], bounds[1]) == (0, 0, 1, LOWEST)


@pytest.mark.parametrize(
    ("body", "bound"),
    [
        ("%7 = list.len %0", 0),
        ("%7 = int.sub %3, %4", -1),
        ("%7 = int.sub %3, %3", LOWEST),
        ("%7 = int.add %4, %9", 3),
        ("%7 = int.mul %3, %3", 0),
        ("%7 = int.mul %3, %1", LOWEST),
        ("%7 = int.mod %1, %4", 0),
        ("%7 = int.mod %4, %1", LOWEST),
        ("%7 = int.and %1, %4", 0),
        ("%7 = int.or %1, %4", LOWEST),
        ("%7 = int.max %1, %4", 1),
        ("%7 = int.min %1, %4", LOWEST),
        ("%7 = int.min %9, %4", 1),
        ("%7 = int.floordiv %4, %4", 0),
        ("%7 = int.shr %4, %1", 0),
        ("%7 = int.add.wrap %4, %4", LOWEST),
        ("%7 = const.int -1", -1),
        ("%7 = const.int 5\n  %7 = const.int 3", 3),
        ("%7 = const.int 5\n  %7 = int.sub %7, %4", LOWEST),  # falls and falls
        ("%7 = const.int 5\n  %7 = int.add %7, %4", 5),
        ("%7 = select %5, %4, %3", 0),
        ("%7 = select %5, %4, %1", LOWEST),
    ],
)
def test_lower_bounds(body: str, bound: int) -> None:
    module = parse_module(LOOP.format(**COUNTED | {"body": f"{body}\n  %3 = int.add %3, %4"}))
    assert lower_bounds(module.functions["f"])[7] == bound
