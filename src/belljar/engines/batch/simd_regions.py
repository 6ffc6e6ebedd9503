"""The control flow of a row function as regions: what is executed in a straight line under lane masks, loops within.

A region is the whole function or the body of one natural loop. Its nodes are blocks and inner loops in an order in which every node stands after those that lead to it; edges
back to the region's own header start the next round. Only reducible graphs have regions.
"""

from __future__ import annotations

from collections.abc import Iterable

from belljar.ir.cfg import Graph, graph
from belljar.ir.function import Function

DEAD_ENDS = frozenset({"raise", "fault", "unreachable"})
"""Terminators after which a lane runs no further here: it is run again, so what it computes does not matter."""


class Region:
    """``header`` is the first block; ``blocks`` are all blocks, those of inner loops included; ``nodes`` are block numbers and inner regions in order.

    ``same_lanes`` maps a node's first block to an earlier node's: exactly the lanes that are active there arrive here, those apart that have failed. ``-1`` stands for the lanes
    that entered the region.
    """

    __slots__ = ("blocks", "header", "nodes", "parent", "same_lanes")

    def __init__(self, header: int, blocks: frozenset[int], parent: Region | None) -> None:
        self.header = header
        self.blocks = blocks
        self.parent = parent
        self.nodes: list[int | Region] = []
        self.same_lanes: dict[int, int] = {}

    @property
    def is_loop(self) -> bool:
        return self.parent is not None

    def loops(self) -> Iterable[Region]:
        """The loops in this region, at any depth."""
        for node in self.nodes:
            if isinstance(node, Region):
                yield node
                yield from node.loops()


def regions(function: Function) -> Region | None:
    """The regions of a function, None where a cycle has more than one entry."""
    flow = graph(function)
    bodies: dict[int, set[int]] = {}
    for block in flow.order:
        for target in flow.successors[block]:
            if flow.position[target] > flow.position[block]:
                continue
            if not flow.dominates(target, block):
                return None
            body = bodies.setdefault(target, {target})
            stack = [block]
            while stack:
                inner = stack.pop()
                if inner not in body:
                    body.add(inner)
                    stack.extend(p for p in flow.predecessors[inner] if flow.position[p] >= 0)
    root = Region(0, frozenset(flow.order), None)
    if 0 in bodies:
        return None  # the entry has no way in from outside; the front end makes no such function
    _fill(root, bodies, flow, function)
    return root


def _fill(region: Region, bodies: dict[int, set[int]], flow: Graph, function: Function) -> None:
    """Find the nodes of a region: its outermost inner loops and the blocks outside of them."""
    owner: dict[int, int] = {}  # block to the header of the outermost inner loop that holds it, or to itself
    inner = [header for header, body in bodies.items() if header != region.header and header in region.blocks]
    for block in region.blocks:
        holding = [header for header in inner if block in bodies[header]]
        owner[block] = min(holding, key=flow.position.__getitem__) if holding else block
    heads = sorted(set(owner.values()), key=flow.position.__getitem__)
    edges: dict[int, set[int]] = {head: set() for head in heads}
    ends: set[int] = set()  # nodes from which lanes leave the region or start its next round
    for block in region.blocks:
        for target in flow.successors[block]:
            if target not in region.blocks or target == region.header:
                ends.add(owner[block])
            elif owner[target] != owner[block]:
                edges[owner[block]].add(owner[target])
        if not flow.successors[block] and function.blocks[block].instrs[-1].op.name not in DEAD_ENDS:
            ends.add(owner[block])
    order = _topological(region.header, edges)
    region.same_lanes = _same_lanes(order, edges, ends)
    for head in order:
        if head == owner[head] and head in bodies and head != region.header:
            loop = Region(head, frozenset(bodies[head]), region)
            _fill(loop, bodies, flow, function)
            region.nodes.append(loop)
        else:
            region.nodes.append(head)


def _topological(first: int, edges: dict[int, set[int]]) -> list[int]:
    order: list[int] = []
    seen = {first}
    stack = [(first, iter(sorted(edges[first])))]
    while stack:
        node, targets = stack[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(sorted(edges[target]))))
                break
        else:
            order.append(node)
            stack.pop()
    return order[::-1]


def _same_lanes(order: list[int], edges: dict[int, set[int]], ends: set[int]) -> dict[int, int]:
    """For each node the first one it postdominates while being dominated by it. Sets of nodes are bit masks over ``order``."""
    number = {node: index for index, node in enumerate(order)}
    everything = (1 << len(order)) - 1
    after = [0] * len(order)
    for node in reversed(order):
        common = everything  # a dead end is after everything: its lanes do not count
        for target in edges[node]:
            common &= after[number[target]]
        if node in ends:
            common = 0
        after[number[node]] = common | 1 << number[node]
    before = [everything] * len(order)
    before[0] = 1
    for node in order:
        for target in edges[node]:
            before[number[target]] &= before[number[node]]
            before[number[target]] |= 1 << number[target]
    same: dict[int, int] = {}
    for index, node in enumerate(order):
        for earlier in range(index):
            if before[index] >> earlier & 1 and after[earlier] >> index & 1:
                same[node] = -1 if earlier == 0 else order[earlier]
                break
    return same
