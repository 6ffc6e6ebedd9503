"""Graphs of functions: orders, dominators and headers, against their definitions on random graphs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from belljar.ir.cfg import graph
from belljar.ir.function import Block, Function, Instr
from belljar.ir.ops import OPS

edges = st.integers(1, 8).flatmap(lambda count: st.lists(st.lists(st.integers(0, count - 1), max_size=2), min_size=count, max_size=count))


def function_of(targets: list[list[int]]) -> Function:
    def terminator(out: list[int]) -> Instr:
        if not out:
            return Instr(OPS["unreachable"], (), ())
        return Instr(OPS["jump"], (), tuple(out)) if len(out) == 1 else Instr(OPS["br"], (), (0, *out))

    return Function("f", [], (), [], [Block([terminator(out)]) for out in targets])


def reachable(targets: list[list[int]], without: int = -1) -> set[int]:
    found: set[int] = set()
    todo = [0]
    while todo:
        block = todo.pop()
        if block not in found and block != without:
            found.add(block)
            todo += targets[block]
    return found


@given(edges)
def test_graphs_are_what_they_are_defined_to_be(targets: list[list[int]]) -> None:
    flow = graph(function_of(targets))
    there = reachable(targets)
    assert set(flow.order) == there
    assert flow.order[0] == 0
    for block, out in enumerate(targets):
        assert set(flow.successors[block]) == set(out)
        assert all(block in flow.predecessors[target] for target in out)
    for a in range(len(targets)):
        for b in range(len(targets)):
            expected = a in there and b in there and (a == b or b not in reachable(targets, without=a))
            assert flow.dominates(a, b) == expected
    # Every cycle goes through a header: without the edges into headers the order is topological.
    for block in there:
        for target in targets[block]:
            assert target in flow.headers or flow.position[target] > flow.position[block]
    # And a header is on a cycle.
    for header in flow.headers:
        assert any(
            header in reachable([*targets[:0], *targets], without=-1) and _leads(targets, target, header) for target in targets[header]
        )


def _leads(targets: list[list[int]], start: int, goal: int) -> bool:
    seen: set[int] = set()
    todo = [start]
    while todo:
        block = todo.pop()
        if block == goal:
            return True
        if block not in seen:
            seen.add(block)
            todo += targets[block]
    return False


def test_a_long_chain_needs_no_deep_stack() -> None:
    count = 20_000
    flow = graph(function_of([[block + 1] for block in range(count - 1)] + [[]]))
    assert flow.order == tuple(range(count))
    assert flow.idom[count - 1] == count - 2
