"""Control dependence: which blocks run because a branch went the way it did.

The *region* of a block that ends with a branch is what lies between it and its immediate post-dominator, its *end*: the first block that every way on to the function's return comes through, or the
return itself. What is in the region runs, or does not, because of the branch; what is at its end runs either way (Ferrante, Ottenstein and Warren, "The Program Dependence Graph and its Use in
Optimization", 1987). Blocks from which no return is reached (they raise, or never end) are no way on: a branch into one is a check.
"""

from __future__ import annotations

from belljar.ir.cfg import Graph, graph
from belljar.ir.function import Function
from belljar.ir.liveness import live_ends, registers_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

RETURN: Final = -1
"""The end of a region that goes on to the return of the function."""


class Regions:
    """The regions of one function. ``ends`` is the end of each block's region, ``is_live`` says of each block whether a return is reached from it."""

    __slots__ = ("_assigned", "_blocks", "_live", "ends", "flow", "function", "is_live")

    def __init__(self, function: Function) -> None:
        self.function: Final = function
        self.flow: Final = graph(function)
        successors = self.flow.successors
        count = len(successors)
        predecessors = self.flow.predecessors
        returns = [block for block in range(count) if function.blocks[block].terminator.op.name == "ret"]
        live = [False] * count
        waiting = list(returns)
        while waiting:
            block = waiting.pop()
            if not live[block]:
                live[block] = True
                waiting.extend(predecessors[block])
        self.is_live: Final = live
        # The same graph the other way round, from one exit: block b is node b + 1.
        backward: list[tuple[int, ...]] = [tuple([block + 1 for block in returns])]
        backward += [tuple([above + 1 for above in predecessors[block] if live[above]]) if live[block] else () for block in range(count)]
        above = Graph(tuple(backward)).idom
        self.ends: Final = [max(above[block + 1] - 1, RETURN) for block in range(count)]
        self._blocks: dict[int, frozenset[int]] = {}
        self._assigned: dict[int, tuple[int, ...]] = {}
        self._live: list[int] | None = None

    def blocks(self, branch: int) -> frozenset[int]:
        """The live blocks of the region of a block, the block itself among them where it is in a loop."""
        found = self._blocks.get(branch)
        if found is None:
            end = self.ends[branch]
            seen: set[int] = set()
            waiting = [target for target in self.flow.successors[branch] if target != end and self.is_live[target]]
            while waiting:
                block = waiting.pop()
                if block not in seen:
                    seen.add(block)
                    waiting.extend([target for target in self.flow.successors[block] if target != end and self.is_live[target]])
            found = self._blocks[branch] = frozenset(seen)
        return found

    def assigned(self, branch: int) -> tuple[int, ...]:
        """The registers that something in the region assigns, as far as they are variables or read at its end."""
        found = self._assigned.get(branch)
        if found is None:
            if self._live is None:
                self._live = live_ends(self.function, self.flow)[0]
            end = self.ends[branch]
            wanted = set() if end == RETURN else set(registers_of(self._live[end]))
            made = {register for block in self.blocks(branch) for instr in self.function.blocks[block].instrs for register in instr.results}
            registers = self.function.registers
            found = self._assigned[branch] = tuple(
                [register for register in sorted(made) if register in wanted or registers[register].name]
            )
        return found
