"""Random programs that catch: some instructions of a program get a guard whose handler goes on behind them."""

from __future__ import annotations

from random import Random

from belljar.ir.exceptions import can_raise
from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.passes import fuel
from belljar.types import ANY, BOOL, FLOAT, INT, STR

CONSTANTS = {INT: ("const.int", 3), FLOAT: ("const.float", 0.5), BOOL: ("const.bool", True), STR: ("const.str", "caught")}


def guard_some(module: Module, rnd: Random, kept: frozenset[str] = frozenset({"v"})) -> None:
    """Guard about half of what may fault. The results of what did are a constant, or, in registers of these names, which are assigned from the start, what they were."""
    for function in module.functions.values():
        _guard_some(function, rnd, kept)
    fuel.run(module)


def _guard_some(function: Function, rnd: Random, kept: frozenset[str]) -> None:
    for number in range(len(function.blocks)):
        instrs = [instr for instr in function.blocks[number].instrs if instr.op.name != "fuel"]
        start = 0
        for place, instr in enumerate(instrs):
            if not can_raise(instr) or instr.op.is_terminator or rnd.random() < 0.5:
                continue
            types = [function.registers[result].type for result in instr.results if function.registers[result].name not in kept]
            if any(type not in CONSTANTS for type in types):
                continue
            own = function.new_block()
            function.blocks[number].instrs = [*instrs[start:place], Instr(OPS["jump"], (), (own,))]
            number = function.new_block()
            handler = function.new_block()
            function.blocks[own].instrs = [instr, Instr(OPS["guard"], (), (number, handler))]
            start = place + 1
            caught = [Instr(OPS["exc.clear"], (), ())]
            if rnd.random() < 0.3:
                caught = [Instr(OPS["exc.current"], (function.new_register(ANY),), ())]
            for result in instr.results:
                if function.registers[result].name not in kept:
                    name, value = CONSTANTS[function.registers[result].type]
                    caught.append(Instr(OPS[name], (result,), (value,)))
            function.blocks[handler].instrs = [*caught, Instr(OPS["jump"], (), (number,))]
        function.blocks[number].instrs = instrs[start:]
