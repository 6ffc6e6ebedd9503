"""Sites: the numbered places of a module that can fault or call.

Native code and the VM report a fault as a site number and leave a trail of site numbers while it unwinds; this table turns the numbers back
into instructions, so into ops, spans and the guest stack. Both engines number the same module the same way.
"""

from __future__ import annotations

from belljar.errors import Frame
from belljar.ir.function import Function, Instr, Module
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Site(Frozen):
    __slots__ = ("function", "instr")

    def __init__(self, function: Function, instr: Instr) -> None:
        self.function: Final = function
        self.instr: Final = instr

    def frames(self) -> list[Frame]:
        """The guest frames this site stands for, outermost first: more than one where code was inlined."""
        frames: list[Frame] = []
        line, scope = self.instr.span.line, self.instr.scope
        while scope is not None:
            frames.append(Frame(scope.function, line))
            line, scope = scope.call_span.line, scope.parent
        frames.append(Frame(self.function.source_name or self.function.name, line))
        frames.reverse()
        return frames


def has_site(instr: Instr) -> bool:
    """Whether the instruction can end or suspend the function: it faults, charges fuel, allocates or calls."""
    op = instr.op
    return bool(op.faults) or bool(op.flags & {"allocates", "charges", "calls"})


def number_sites(module: Module) -> tuple[list[Site], dict[int, int]]:
    """Every site of the module in order (functions in insertion order, blocks and instructions in order), and ``id(instr)`` to its number."""
    sites: list[Site] = []
    numbers: dict[int, int] = {}
    for function in module.functions.values():
        for block in function.blocks:
            for instr in block.instrs:
                if has_site(instr):
                    numbers[id(instr)] = len(sites)
                    sites.append(Site(function, instr))
    return sites, numbers
