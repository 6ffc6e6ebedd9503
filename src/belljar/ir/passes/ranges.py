"""Checks that can never fail: intervals of ints, and indices known to be below a list's length.

Abstract interpretation over the graph: each int register has an interval at each point, refined on the edges of comparisons, widened at loop headers to the constants that the
function compares with and then to no bound, and narrowed again (Cousot and Cousot, 1977). Where the exact result of an operation fits, the op becomes its ``.nw`` form; where a list
index is at least 0 and was compared with the list's length, and no list of the function can shrink, its ``.nc`` form.

Law: an op only changes to the form without a check when the check holds on every execution.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final

from belljar.ir.cfg import Graph, graph
from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS, Op
from belljar.ir.rewrite import definitions, reads
from belljar.types import INT, ListType

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
Interval = tuple[int, int]
FULL: Interval = (INT_MIN, INT_MAX)
LENGTH: Interval = (0, 2**40)
"""No container is longer than the address range of a heap."""
VISITS_MAX = 0
"""Joins at a loop header before it is widened to the next constant."""
CLIMBS_MAX = 1
"""Joins at a loop header before it is widened to no bound at all."""
PATIENCE_MAX = 12
"""Joins at a loop header before everything that is assigned more than once is given up there."""
CELLS_MAX = 250_000
"""Functions with more (blocks times ints that live between blocks) keep their checks."""
BELOW_MAX = 64
"""Most pairs (index, list) known at one point."""

BR, MOVE, CONST, LEN = OPS["br"], OPS["move"], OPS["const.int"], OPS["list.len"]
_SHRINK = frozenset(OPS[name] for name in ("call", "list.pop", "list.delete", "list.clear", "list.sort"))
_NEGATED = {"int.lt": "int.ge", "int.le": "int.gt", "int.gt": "int.le", "int.ge": "int.lt", "int.eq": "int.ne", "int.ne": "int.eq"}
_SWAPPED = {"int.lt": "int.gt", "int.le": "int.ge", "int.gt": "int.lt", "int.ge": "int.le", "int.eq": "int.eq", "int.ne": "int.ne"}
_INDEXED = {OPS["list.get"]: OPS["list.get.nc"], OPS["list.set"]: OPS["list.set.nc"]}
_PROVEN: Final[dict[Op, Op]] = {op: OPS[f"{op.name}.nw"] for op in OPS.values() if f"{op.name}.nw" in OPS}


def run(module: Module) -> None:
    for function in module.functions.values():
        ranges = _Ranges(function)
        ints = sum(ranges.is_int[register] and register not in ranges.constants for register in ranges.crossing)
        if len(function.blocks) * ints <= CELLS_MAX:
            ranges.apply()


# --- what ops make of intervals ---------------------------------------------------------------------------------------------------
# Each gives the interval of the result computed without bounds, None when nothing is known.

Exact = Callable[..., "Interval | None"]


def _mul(a: Interval, b: Interval) -> Interval:
    corners = (a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1])
    return min(corners), max(corners)


def _abs(a: Interval) -> Interval:
    low, high = a
    return 0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high))


def _floordiv(a: Interval, b: Interval) -> Interval | None:
    if b[0] <= 0:
        return None
    corners = (a[0] // b[0], a[0] // b[1], a[1] // b[0], a[1] // b[1])
    return min(corners), max(corners)


def _mod(a: Interval, b: Interval) -> Interval | None:
    if b[0] > 0:
        return 0, min(b[1] - 1, a[1]) if a[0] >= 0 else b[1] - 1
    return (b[0] + 1, 0) if b[1] < 0 else None


def _and(a: Interval, b: Interval) -> Interval | None:
    bounds = [high for low, high in (a, b) if low >= 0]
    return (0, min(bounds)) if bounds else None


def _or(a: Interval, b: Interval) -> Interval | None:
    return (0, (1 << max(a[1], b[1]).bit_length()) - 1) if a[0] >= 0 and b[0] >= 0 else None


def _shr(a: Interval, b: Interval) -> Interval | None:
    if b[0] < 0:
        return None
    least, most = min(b[0], 63), min(b[1], 63)
    return min(a[0] >> least, a[0] >> most), max(a[1] >> least, a[1] >> most)


def _shl(a: Interval, b: Interval) -> Interval | None:
    if b[0] < 0 or b[1] > 63:
        return None
    corners = (a[0] << b[0], a[0] << b[1], a[1] << b[0], a[1] << b[1])
    return min(corners), max(corners)


def _wrapped(a: Interval, b: Interval) -> Interval | None:
    low, high = a[0] + b[0], a[1] + b[1]
    return (low, high) if low >= INT_MIN and high <= INT_MAX else None


_OPERATIONS: Final[dict[str, Exact]] = {
    "move": lambda a: a,
    "select": lambda a, b: (min(a[0], b[0]), max(a[1], b[1])),
    "int.neg": lambda a: (-a[1], -a[0]),
    "int.abs": _abs,
    "int.add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "int.add.wrap": _wrapped,
    "int.sub": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "int.mul": _mul,
    "int.floordiv": _floordiv,
    "int.mod": _mod,
    "int.and": _and,
    "int.or": _or,
    "int.xor": _or,
    "int.shr": _shr,
    "int.shl": _shl,
    "int.min": lambda a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "int.max": lambda a, b: (max(a[0], b[0]), max(a[1], b[1])),
}
EXACT: Final[dict[Op, Exact]] = {
    OPS[name + suffix]: exact for name, exact in _OPERATIONS.items() for suffix in ("", ".nw") if name + suffix in OPS
}
RESULTS: Final[dict[Op, Interval]] = {
    OPS[name]: interval
    for interval, names in (
        (LENGTH, "list.len str.len dict.len set.len any.len str.count list.count"),
        ((-1, LENGTH[1]), "str.find str.rfind list.find dict.find dict.next"),
        ((0, 0x10FFFF), "str.code_at str.ord"),
        ((0, 1), "bool.to_int"),
        ((0, 64), "int.bit_length int.bit_count"),
        ((0, INT_MAX), "int.range_len int.gcd int.lcm"),
        ((0, 3_037_000_499), "int.isqrt"),
    )
    for name in names.split()
}
"""What the result of an op is within, whatever its operands."""


# --- states -----------------------------------------------------------------------------------------------------------------------


class _State:
    """What is known at one point: intervals of registers that have one, and pairs (index, list) with index < len(list). ``constants`` are the intervals of the
    registers that hold one constant everywhere, the same object in all states of a function."""

    __slots__ = ("below", "constants", "intervals")

    def __init__(self, constants: dict[int, Interval], intervals: dict[int, Interval], below: frozenset[tuple[int, int]]) -> None:
        self.constants, self.intervals, self.below = constants, intervals, below

    def get(self, register: int) -> Interval:
        return self.intervals.get(register) or self.constants.get(register, FULL)

    def set(self, register: int, interval: Interval) -> None:
        if interval == FULL:
            self.intervals.pop(register, None)
        elif register not in self.constants:
            self.intervals[register] = interval

    def copy(self) -> _State:
        return _State(self.constants, dict(self.intervals), self.below)


Edges = list[tuple[int, _State]]


def _test(instrs: list[Instr]) -> Instr | None:
    """The comparison of ints that decides the block's branch, if its operands are the same at the branch."""
    if instrs[-1].op is not BR:
        return None
    cond = instrs[-1].args[0]
    assigned: set[int] = set()
    for instr in reversed(instrs[:-1]):
        if cond in instr.results:
            return instr if instr.op.name in _NEGATED and assigned.isdisjoint(instr.args) else None
        assigned.update(instr.results)
    return None


class _Ranges:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.once = [count == 1 for count in definitions(function)]
        self.is_int = [register.type == INT for register in function.registers]
        self.constants: dict[int, Interval] = {}
        self.crossing: set[int] = set()  # read in a block that did not assign them before: what states between blocks must know
        self.length_of: dict[int, int] = {}  # register assigned once -> list register assigned once whose length it is
        self.steps: list[list[Instr]] = []  # per block: the instructions that assign ints or lists
        self.tests: list[Instr | None] = []
        fixed_lists = True
        compared: set[int] = set()
        matters = [is_int or isinstance(register.type, ListType) for is_int, register in zip(self.is_int, function.registers, strict=True)]
        for block in function.blocks:
            written: set[int] = set()
            steps: list[Instr] = []
            for instr in block.instrs:
                operands = reads(instr)
                self.crossing.update(register for register in operands if register not in written)
                written.update(instr.results)
                if any(matters[register] for register in instr.results):
                    steps.append(instr)
                if instr.op in _SHRINK:
                    fixed_lists = False
                elif instr.op is CONST and self.once[instr.results[0]]:
                    self.constants[instr.results[0]] = (instr.args[0], instr.args[0])
                elif instr.op is LEN and self.once[instr.results[0]] and self.once[instr.args[0]]:
                    self.length_of[instr.results[0]] = instr.args[0]
                elif instr.op.name in _NEGATED:
                    compared.update(operands)
            self.steps.append(steps)
            self.tests.append(_test(block.instrs))
        if not fixed_lists:
            self.length_of = {}
        thresholds = {INT_MIN, 0, INT_MAX}
        for register in compared & self.constants.keys():
            value = self.constants[register][0]
            thresholds.update((max(INT_MIN, value - 1), value, min(INT_MAX, value + 1)))
        self.thresholds = sorted(thresholds)

    def apply(self) -> None:
        """Find the states and use them."""
        self.flow: Graph = graph(self.function)
        for number, state in self.solve().items():
            state = state.copy()
            for instr in self.function.blocks[number].instrs:
                if instr.op in _PROVEN or instr.op in _INDEXED:
                    self.improve(instr, state)
                if instr.results:
                    self.step(instr, state)

    # --- fixpoint -------------------------------------------------------------------------------------------------------------

    def solve(self) -> dict[int, _State]:
        """The state at the start of each block that can be reached."""
        order, position, headers = self.flow.order, self.flow.position, self.flow.headers
        states: dict[int, _State] = {0: _State(self.constants, {}, frozenset())}
        edges: dict[int, Edges] = {}
        visits = dict.fromkeys(headers, 0)
        pending = [0]
        waiting = {0}
        while pending:
            number = order[heappop(pending)]
            waiting.discard(number)
            edges[number] = self.leave(number, states[number])
            for target, state in edges[number]:
                known = states.get(target)
                if known is not None:
                    if target in headers:
                        visits[target] += 1
                    joined = self.join(known, state, visits.get(target, 0))
                    if joined is None:
                        continue
                    state = joined
                states[target] = state
                if target not in waiting:
                    waiting.add(target)
                    heappush(pending, position[target])
        # Widening overshoots. What the edges bring, without it, is less and still covers every execution.
        for _ in range(2 if headers else 0):
            narrowed = {0: states[0]}
            for number in order:
                if number not in states:
                    continue
                for before in self.flow.predecessors[number]:
                    for target, state in edges.get(before, ()):
                        if target == number:
                            sofar = narrowed.get(number)
                            narrowed[number] = state if sofar is None else self.join(sofar, state, 0) or sofar
                if number not in narrowed:
                    narrowed[number] = states[number]  # no edge can be taken any more
                edges[number] = self.leave(number, narrowed[number])
            states = narrowed
        return states

    def join(self, known: _State, new: _State, visits: int) -> _State | None:
        """The state that covers both, or None if the known one does. Widened where the block was visited that often."""
        intervals: dict[int, Interval] = {}
        changed = False
        theirs = new.intervals.get
        for register, interval in known.intervals.items():
            other = theirs(register)
            if other == interval:
                intervals[register] = interval
                continue
            low, high = interval
            if other is None or (visits > PATIENCE_MAX and not self.once[register]):
                changed = True
                continue
            new_low, new_high = min(low, other[0]), max(high, other[1])
            if visits > CLIMBS_MAX:
                new_low = low if new_low == low else INT_MIN
                new_high = high if new_high == high else INT_MAX
            elif visits > VISITS_MAX:
                if new_low < low:
                    new_low = self.thresholds[bisect_right(self.thresholds, new_low) - 1]
                if new_high > high:
                    new_high = self.thresholds[bisect_left(self.thresholds, new_high)]
            if (new_low, new_high) != interval:
                changed = True
            if (new_low, new_high) != FULL:
                intervals[register] = (new_low, new_high)
        below = known.below & new.below
        if not changed and below == known.below:
            return None
        return _State(self.constants, intervals, below)

    def leave(self, number: int, state: _State) -> Edges:
        """The states on the edges out of a block."""
        state = state.copy()
        for instr in self.steps[number]:
            self.step(instr, state)
        last = self.function.blocks[number].instrs[-1]
        if last.op is not BR:
            targets = last.targets()
            return [(targets[0], self.between(state))] if targets else []
        _, then, orelse = last.args
        test = self.tests[number]
        edges: Edges = []
        if test is not None and then != orelse:
            for target, name in ((then, test.op.name), (orelse, _NEGATED[test.op.name])):
                refined = self.refine(state.copy(), name, *test.args)
                if refined is not None:
                    edges.append((target, self.between(refined)))
        return edges or [(then, self.between(state)), (orelse, self.between(state))]

    def between(self, state: _State) -> _State:
        """What other blocks need to know of a state."""
        crossing = self.crossing
        return _State(
            self.constants,
            {register: interval for register, interval in state.intervals.items() if register in crossing},
            frozenset([pair for pair in state.below if pair[0] in crossing and pair[1] in crossing]) if state.below else state.below,
        )

    def refine(self, state: _State, name: str, a: int, b: int) -> _State | None:
        """The state where ``a name b`` holds; None where it cannot."""
        for left, right, op in ((a, b, name), (b, a, _SWAPPED[name])):
            low, high = state.get(left)
            other_low, other_high = state.get(right)
            if op == "int.lt":
                high = min(high, other_high - 1)
                if right in self.length_of and len(state.below) < BELOW_MAX:
                    state.below = state.below | {(left, self.length_of[right])}
            elif op == "int.le":
                high = min(high, other_high)
            elif op == "int.gt":
                low = max(low, other_low + 1)
            elif op == "int.ge":
                low = max(low, other_low)
            elif op == "int.eq":
                low, high = max(low, other_low), min(high, other_high)
            elif other_low == other_high:
                low += low == other_low
                high -= high == other_low
            if low > high:
                return None
            state.set(left, (low, high))
        return state

    # --- one instruction ------------------------------------------------------------------------------------------------------

    def step(self, instr: Instr, state: _State) -> None:
        """The state behind an instruction with results."""
        results = instr.results
        intervals = state.intervals
        first = results[0]
        interval = self.result(instr, state) if len(results) == 1 and self.is_int[first] else FULL
        if state.below:
            followed = [(first, held) for index, held in state.below if index == instr.args[0]] if instr.op is MOVE else []
            state.below = frozenset([pair for pair in state.below if pair[0] not in results and pair[1] not in results] + followed)
        for register in results:
            intervals.pop(register, None)
        if interval != FULL and first not in self.constants:
            intervals[first] = interval

    def result(self, instr: Instr, state: _State) -> Interval:
        """The interval of an int instruction's result. A checked op that goes on has a result that fits."""
        op = instr.op
        if op is CONST:
            return (instr.args[0], instr.args[0])
        exact = self.exact(instr, state)
        if exact is None:
            return RESULTS.get(op, FULL)
        low, high = max(exact[0], INT_MIN), min(exact[1], INT_MAX)
        return (low, high) if low <= high else FULL

    def exact(self, instr: Instr, state: _State) -> Interval | None:
        """The interval of the result computed without bounds, None when nothing is known."""
        exact = EXACT.get(instr.op)
        return exact(*[state.get(register) for register in reads(instr) if self.is_int[register]]) if exact else None

    def improve(self, instr: Instr, state: _State) -> None:
        """Use the form without a check where the check cannot fail."""
        op = instr.op
        if op in _INDEXED:
            held, index = instr.args[0], instr.args[1]
            if (index, held) in state.below and state.get(index)[0] >= 0:
                instr.op = _INDEXED[op]
            return
        name = op.name
        if name in ("int.floordiv", "int.mod"):
            (a, _), (c, d) = state.get(instr.args[0]), state.get(instr.args[1])
            if c <= 0 <= d or (name == "int.floordiv" and c <= -1 <= d and a == INT_MIN):
                return
        elif name == "int.shr":
            low, high = state.get(instr.args[1])
            if low < 0 or high > 63:
                return
        else:
            exact = self.exact(instr, state)
            if exact is None or exact[0] < INT_MIN or exact[1] > INT_MAX:
                return
        instr.op = _PROVEN[op]
