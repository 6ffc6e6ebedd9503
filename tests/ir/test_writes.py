"""What code may write: parameters, objects of a kind, module-level variables, and not what it made itself."""

from __future__ import annotations

import belljar
from belljar.ir.control import Regions
from belljar.ir.writes import GLOBAL, KIND, REG, Writes
from belljar.types import INT, ListType

TEXT = """
G = 0

def grow(xs: list[int], k: int) -> None:
    xs.append(k)

def own(k: int) -> int:
    made = [k]
    made.append(2)
    return len(made)

def setg(k: int) -> None:
    global G
    G = k

def f(xs: list[int], k: int) -> int:
    if k > 0:
        grow(xs, k)
        k = own(k)
        setg(k)
    return k
"""


def test_effects_of_a_region() -> None:
    module = belljar.compile(TEXT).fresh_module("f", (ListType(INT), INT))
    function = module.functions[module.tasks["f"].function]
    regions = Regions(function)
    branch = next(number for number, block in enumerate(function.blocks) if block.terminator.op.name == "br")
    effects = Writes(module).of_region(function, regions.blocks(branch))
    assert (REG, function.params[0], "shape") in effects
    assert {effect[0] for effect in effects} == {REG, GLOBAL}


def test_an_object_nobody_knows_is_one_of_its_kind() -> None:
    text = "def f(xs: list[list[int]], k: int) -> int:\n    if k > 0:\n        xs[0].append(k)\n    return k\n"
    module = belljar.compile(text).fresh_module("f", (ListType(ListType(INT)), INT))
    function = module.functions[module.tasks["f"].function]
    branch = next(number for number, block in enumerate(function.blocks) if block.terminator.op.name == "br")
    assert Writes(module).of_region(function, Regions(function).blocks(branch)) == {(KIND, "list[int]")}
