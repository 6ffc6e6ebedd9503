"""Ops that walk nested values charge as they walk, alike in every engine.

A few lists that hold one another twice show 2**60 values: what prints, compares, hashes or sorts them has to meet the limit on the way, with the fuel used up to the last unit. Each op is run at every
limit of fuel on small values, at one limit on values too large to walk, and on values nested too deep.
"""

from __future__ import annotations

import pytest

from belljar.engines.jit import Engine as JitEngine
from belljar.engines.vm import Engine as VmEngine
from belljar.ir.function import Module
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from tests.engines.vm.agreement import agree

ENGINES = (VmEngine(), JitEngine())

NESTS = {
    "lists": ("list[any]", "list.of list[any], %x, %x"),
    "tuples": ("tuple[any, any]", "tuple.new tuple[any, any], %x, %x"),
    "records": ("Pair", "record.new Pair, %x, %x"),
    "dicts": ("dict[str, any]", ""),
    "lists of lists alone": ("list[any]", "list.of list[any], %x"),
    "tuples alone": ("tuple[any]", "tuple.new tuple[any], %x"),
}
"""What one more level is: its type, and the op that makes it of the level below."""

OPS = {
    "any.eq": "bool any.eq %a, %b",
    "any.compare": "bool any.compare 1, %a, %b",
    "any.to_str": "str any.to_str %a",
    "any.repr": "str any.repr %a",
    "any.format": "str any.format %a, %text",
    "any.contains": "bool any.contains %any_list, %a",
    "any.contains, a dict": "bool any.contains %any_dict, %a",
    "any.index": "any any.index %any_dict, %a",
    "list.contains": "bool list.contains %list, %a",
    "list.find": "int list.find %list, %a, %zero, %nine",
    "list.count": "int list.count %list, %a",
    "list.eq": "bool list.eq %list, %other",
    "list.lt": "bool list.lt %list, %other",
    "list.le": "bool list.le %list, %other",
    "list.sort": " list.sort %list, %no",
    "dict.get": "any dict.get %dict, %a",
    "dict.find": "int dict.find %dict, %a",
    "dict.remove": "bool dict.remove %dict, %a",
    "dict.set": " dict.set %dict, %a, %b",
    "dict.eq": "bool dict.eq %dict, %same",
    "set.add": " set.add %set, %a",
    "set.contains": "bool set.contains %set, %a",
    "set.remove": "bool set.remove %set, %a",
    "set.eq": "bool set.eq %set, %twin",
}


def module(nest: str, op: str) -> Module:
    """``f(n)`` makes two equal values, each of n levels, and runs the op on them, or on containers of them."""
    type, level = NESTS[nest]
    result, _, instr = OPS[op].partition(" ")
    names = {
        "x": "any", "level": type, "n": "int", "i": "int", "one": "int", "zero": "int", "nine": "int", "more": "bool", "text": "str", "no": "bool", "a": "any", "b": "any",
        "list": "list[any]", "other": "list[any]", "dict": "dict[any, any]", "same": "dict[any, any]", "set": "set[any]", "twin": "set[any]", "any_list": "any", "any_dict": "any",
        "key": "any", "result": result or "int", "grown": "any",
    }  # fmt: skip
    numbers = {name: f"%{index}" for index, name in enumerate(["n", *(name for name in names if name != "n")])}
    declared = ", ".join(f"{numbers[name]}: {names[name]}" for name in numbers if name != "n")
    made = level or "dict.new dict[str, any], %one"
    filled = "" if level else "  dict.set %level, %text, %x ; 3:4\n"
    text = f"""
func @grow(%n: int) -> (any) "grow" {{
  {declared}
^0:
  %i = const.int 0
  %one = const.int 1
  %text = const.str ""
  %x = any.from %i
  jump ^1
^1:
  %more = int.lt %i, %n ; 2:3
  br %more, ^2, ^3
^2:
  %level = {made} ; 3:3
{filled}  %x = any.from %level ; 3:5
  %i = int.add %i, %one ; 4:3
  jump ^1
^3:
  ret %x
}}
func @f(%n: int) -> ({names["result"]}) "f" {{
  {declared}
^0:
  %zero = const.int 0
  %nine = const.int 9
  %one = const.int 1
  %text = const.str ""
  %no = const.bool false
  %a = call @grow, %n ; 6:3
  %b = call @grow, %n ; 6:4
  %key = any.from %zero
  %list = list.of list[any], %b, %a, %b ; 7:1
  %other = list.of list[any], %a, %b, %a ; 7:2
  %dict = dict.new dict[any, any], %one ; 7:3
  dict.set %dict, %key, %b ; 7:4
  %same = dict.new dict[any, any], %one ; 7:5
  dict.set %same, %key, %a ; 7:6
  %set = set.new set[any], %one ; 7:7
  set.add %set, %key ; 7:8
  %twin = set.new set[any], %one ; 7:9
  set.add %twin, %key ; 7:10
  %any_list = any.from %list
  %any_dict = any.from %dict
  {"%result = " if result else "%result = const.int 1" + chr(10) + "  "}{instr} ; 9:1
  ret %result
}}
"""
    for name in sorted(numbers, key=len, reverse=True):
        text = text.replace(f"%{name}", numbers[name])
    made_module = parse_module(f'module "walk.bell"\nrecord Pair {{ left: any, right: any }}\n{text}')
    fuel.run(made_module)
    verify(made_module)
    return made_module


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("nest", ["lists", "tuples", "records", "dicts"])
def test_every_limit_on_values_of_three_levels(nest: str, op: str) -> None:
    made = module(nest, op)
    for engine in ENGINES:
        (whole,) = agree(made, "f", [(3,)], engine=engine)
        for units in range(whole.fuel_used - min(whole.fuel_used - 1, 30), whole.fuel_used + 1):
            agree(made, "f", [(3,)], Limits(fuel=units), engine)


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("nest", ["lists", "tuples", "records"])
def test_values_too_large_to_walk_meet_the_limit(nest: str, op: str) -> None:
    """The op ends with a limit, or does not walk them: what it costs is known by then."""
    made = module(nest, op)
    for engine in ENGINES:
        (outcome,) = agree(made, "f", [(60,)], Limits(fuel=20_000), engine)
        if op not in ("set.eq",):  # whose elements are numbers here
            assert outcome.error is not None
            assert (outcome.error.code, outcome.error.line, outcome.fuel_used) in (
                ("E0801", 9, 20_000),
                ("E0308", 9, outcome.fuel_used),
                ("E0309", 9, outcome.fuel_used),
            )


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("nest", ["lists of lists alone", "tuples alone", "dicts"])
@pytest.mark.parametrize("levels", [199, 200, 201])
def test_values_nested_too_deep(nest: str, op: str, levels: int) -> None:
    """E0804, or of comparisons E0784, falls at the same depth and after the same fuel; with less than that, the limit of fuel falls first."""
    made = module(nest, op)
    for engine in ENGINES:
        (outcome,) = agree(made, "f", [(levels,)], engine=engine)
        if outcome.error is not None and outcome.error.code in ("E0804", "E0784"):
            assert levels > 198
            assert outcome.error.exit_status == (3 if outcome.error.code == "E0804" else 1)
            for units in (outcome.fuel_used - 1, outcome.fuel_used):
                (less,) = agree(made, "f", [(levels,)], Limits(fuel=units), engine)
                assert less.error is not None
                assert less.error.code == ("E0801" if units < outcome.fuel_used else outcome.error.code)
