"""The control-flow graph of a function: edges, orders, dominators, loop headers.

Everything here is iterative, so that a function of any size or shape is read in bounded stack.
"""

from __future__ import annotations

from dataclasses import dataclass

from belljar.ir.function import Function


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph of one function as it was when :func:`graph` read it. Blocks are indices into ``Function.blocks``.

    ``order`` is the reverse postorder of the blocks reachable from block 0 and ``position`` its inverse, -1 for unreachable blocks. ``idom`` is the
    immediate dominator of each reachable block: its own index for block 0, -1 for unreachable blocks.

    ``headers`` are the targets of retreating edges (to a block that is not later in ``order``): every cycle goes through at least one of them, and in
    a reducible graph they are exactly the headers of its natural loops.
    """

    successors: tuple[tuple[int, ...], ...]
    predecessors: tuple[tuple[int, ...], ...]
    order: tuple[int, ...]
    position: tuple[int, ...]
    idom: tuple[int, ...]
    headers: frozenset[int]

    def dominates(self, a: int, b: int) -> bool:
        """Whether every path from the entry to reachable block ``b`` goes through ``a``. A block dominates itself."""
        if self.position[a] < 0 or self.position[b] < 0:
            return False
        while self.position[b] > self.position[a]:
            b = self.idom[b]
        return a == b


def graph(function: Function) -> Graph:
    """Read the graph of a function whose blocks all end with a terminator."""
    successors = tuple(tuple(dict.fromkeys(block.successors())) for block in function.blocks)
    predecessors: list[list[int]] = [[] for _ in successors]
    for block, targets in enumerate(successors):
        for target in targets:
            predecessors[target].append(block)
    order = _reverse_postorder(successors)
    position = [-1] * len(successors)
    for place, block in enumerate(order):
        position[block] = place
    headers = frozenset(target for block in order for target in successors[block] if position[target] <= position[block])
    idom = _immediate_dominators(order, position, predecessors)
    return Graph(successors, tuple(map(tuple, predecessors)), tuple(order), tuple(position), tuple(idom), headers)


def _reverse_postorder(successors: tuple[tuple[int, ...], ...]) -> list[int]:
    if not successors:
        return []
    seen = {0}
    postorder: list[int] = []
    stack = [(0, iter(successors[0]))]
    while stack:
        block, targets = stack[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(successors[target])))
                break
        else:
            stack.pop()
            postorder.append(block)
    return postorder[::-1]


def _immediate_dominators(order: list[int], position: list[int], predecessors: list[list[int]]) -> list[int]:
    """Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm" (2001)."""
    idom = [-1] * len(position)
    if not order:
        return idom
    idom[0] = 0
    changed = True
    while changed:
        changed = False
        for block in order[1:]:
            best = -1
            for other in predecessors[block]:
                if idom[other] < 0:
                    continue
                if best < 0:
                    best = other
                while best != other:
                    while position[best] > position[other]:
                        best = idom[best]
                    while position[other] > position[best]:
                        other = idom[other]
            if idom[block] != best:
                idom[block] = best
                changed = True
    return idom
