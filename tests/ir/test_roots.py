"""Liveness and the rooted registers that follow from it."""

from __future__ import annotations

from belljar.ir.liveness import live_after, live_out, registers_of
from belljar.ir.roots import rooted
from belljar.ir.text import parse_module

TEXT = """
module "m"
func @f(%0 s: str, %1 t: str, %2 n: int, %3 a: any, %4 l: list[int], %5 u: str) -> (str) {
  %6: str
  %7: int
  %8: bool
  %9: str
^0:
  %7 = str.len %5
  %8 = int.lt %7, %2
  br %8, ^1, ^2
^1:
  %6 = str.concat %0, %0
  %6 = str.concat %6, %1
  jump ^3
^2:
  %9 = const.str "x"
  %6 = move %9
  jump ^3
^3:
  %7 = list.len %4
  list.append %4, %7
  ret %6
}
"""


def test_live_registers_are_those_that_will_be_read() -> None:
    function = parse_module(TEXT).functions["f"]
    out = [set(registers_of(bits)) for bits in live_out(function)]
    assert out == [{0, 1, 4}, {4, 6}, {4, 6}, set()]
    after = [set(registers_of(live)) for _, live in live_after(function.blocks[1], live_out(function)[1])]
    assert after == [{4, 6}, {4, 6}, {1, 4, 6}]


def test_roots_are_references_in_or_across_what_allocates() -> None:
    # s and t are operands, l and the result live across; u, n, a, the bool and the constant are not.
    assert rooted(parse_module(TEXT).functions["f"]) == (0, 1, 4, 6)


def test_a_loop_keeps_what_it_reads_again() -> None:
    text = """
    module "m"
    func @g(%0 s: str, %1 n: int) -> (str) {
      %2: str
      %3: bool
    ^0:
      %2 = const.str ""
      jump ^1
    ^1:
      %2 = int.to_str %1
      %3 = str.eq %0, %2
      br %3, ^1, ^2
    ^2:
      ret %2
    }
    """
    # s is read after the allocation in the next round; the text it makes is dead before the next one.
    assert rooted(parse_module(text).functions["g"]) == (0,)
