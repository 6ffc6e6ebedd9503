"""The control-flow graph of a function: edges, orders, dominators, loop headers.

Everything here is iterative, so that a function of any size or shape is read in bounded stack.
"""

from __future__ import annotations

from belljar.ir.function import Function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Graph:
    """The graph of one function as it was when :func:`graph` read it. Blocks are indices into ``Function.blocks``.

    ``order`` is the reverse postorder of the blocks reachable from block 0 and ``position`` its inverse, -1 for unreachable blocks. ``idom`` is the
    immediate dominator of each reachable block: its own index for block 0, -1 for unreachable blocks.

    ``headers`` are the targets of retreating edges (to a block that is not later in ``order``): every cycle goes through at least one of them, and in
    a reducible graph they are exactly the headers of its natural loops.
    """

    __slots__ = ("_headers", "_idom", "_position", "_predecessors", "order", "successors")

    def __init__(self, successors: tuple[tuple[int, ...], ...]) -> None:
        self.successors: Final = successors
        self.order: Final = tuple(_reverse_postorder(successors))
        self._predecessors: tuple[tuple[int, ...], ...] | None = None
        self._position: tuple[int, ...] | None = None
        self._headers: frozenset[int] | None = None
        self._idom: tuple[int, ...] | None = None

    @property
    def predecessors(self) -> tuple[tuple[int, ...], ...]:
        if self._predecessors is None:
            found: list[list[int]] = [[] for _ in self.successors]
            for block, targets in enumerate(self.successors):
                for target in targets:
                    found[target].append(block)
            self._predecessors = tuple(map(tuple, found))
        return self._predecessors

    @property
    def position(self) -> tuple[int, ...]:
        if self._position is None:
            found = [-1] * len(self.successors)
            for place, block in enumerate(self.order):
                found[block] = place
            self._position = tuple(found)
        return self._position

    @property
    def headers(self) -> frozenset[int]:
        if self._headers is None:
            position = self.position
            self._headers = frozenset(
                [target for block in self.order for target in self.successors[block] if position[target] <= position[block]]
            )
        return self._headers

    @property
    def idom(self) -> tuple[int, ...]:
        if self._idom is None:
            self._idom = tuple(_immediate_dominators(self))
        return self._idom

    def dominates(self, a: int, b: int) -> bool:
        """Whether every path from the entry to reachable block ``b`` goes through ``a``. A block dominates itself."""
        if self.position[a] < 0 or self.position[b] < 0:
            return False
        while self.position[b] > self.position[a]:
            b = self.idom[b]
        return a == b


def graph(function: Function) -> Graph:
    """Read the graph of a function whose blocks all end with a terminator."""
    return Graph(tuple([_once(block.successors()) for block in function.blocks]))


def _once(targets: tuple[int, ...]) -> tuple[int, ...]:
    """Each target once."""
    return targets if len(targets) < 2 or (len(targets) == 2 and targets[0] != targets[1]) else tuple(dict.fromkeys(targets))


def _reverse_postorder(successors: tuple[tuple[int, ...], ...]) -> list[int]:
    if not successors:
        return []
    seen = [False] * len(successors)
    postorder: list[int] = []
    stack = [0]  # blocks to enter; those to leave as their complements
    while stack:
        block = stack.pop()
        if block < 0:
            postorder.append(~block)
        elif not seen[block]:
            seen[block] = True
            stack.append(~block)
            for target in reversed(successors[block]):
                if not seen[target]:
                    stack.append(target)
    return postorder[::-1]


def _immediate_dominators(flow: Graph) -> list[int]:
    """Lengauer and Tarjan, "A Fast Algorithm for Finding Dominators in a Flowgraph" (1979), with simple linking: nearly linear for every graph."""
    successors, predecessors, position = flow.successors, flow.predecessors, flow.position
    idom = [-1] * len(successors)
    if not successors:
        return idom
    # Below, blocks go by their number in the preorder of a depth-first walk.
    number = [-1] * len(successors)
    order: list[int] = []
    parent: list[int] = []
    stack = [(0, -1)]
    while stack:
        block, above = stack.pop()
        if number[block] >= 0:
            continue
        number[block] = len(order)
        order.append(block)
        parent.append(above)
        stack.extend((target, number[block]) for target in reversed(successors[block]) if number[target] < 0)
    count = len(order)
    semi, best, ancestor, dominator = list(range(count)), list(range(count)), [-1] * count, [0] * count
    waiting: list[list[int]] = [[] for _ in order]

    def least(v: int) -> int:
        """The block of the least semidominator on the linked path above ``v``, whose links are shortened on the way."""
        path = []
        while ancestor[v] >= 0 and ancestor[ancestor[v]] >= 0:
            path.append(v)
            v = ancestor[v]
        for below in reversed(path):
            above = ancestor[below]
            if semi[best[above]] < semi[best[below]]:
                best[below] = best[above]
            ancestor[below] = ancestor[above]
        return best[path[0] if path else v]

    for w in range(count - 1, 0, -1):
        for block in predecessors[order[w]]:
            if position[block] >= 0:
                semi[w] = min(semi[w], semi[least(number[block])])
        waiting[semi[w]].append(w)
        ancestor[w] = parent[w]
        for v in waiting[parent[w]]:
            u = least(v)
            dominator[v] = u if semi[u] < semi[v] else parent[w]
        waiting[parent[w]].clear()
    for w in range(1, count):
        if dominator[w] != semi[w]:
            dominator[w] = dominator[dominator[w]]
        idom[order[w]] = order[dominator[w]]
    idom[0] = 0
    return idom
