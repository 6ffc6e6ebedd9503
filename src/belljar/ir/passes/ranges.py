"""Checks that can never fail: intervals of ints, and indices known to be below a list's length.

Abstract interpretation over the graph: each int register has an interval at each point, refined on the edges of comparisons, widened at loop headers to the constants of the
function. Where the exact result of an operation fits, the op becomes its ``.nw`` form; where a list index is at least 0 and was compared with the list's length, and no
list of the function can shrink, its ``.nc`` form.

Law: an op only changes to the form without a check when the check holds on every execution.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from belljar.ir.cfg import Graph, graph
from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.rewrite import definitions, reads
from belljar.types import INT

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
Interval = tuple[int, int]
FULL: Interval = (INT_MIN, INT_MAX)
LENGTH: Interval = (0, 2**40)
"""No container is longer than the address range of a heap."""
VISITS_MAX = 3
"""Joins at a loop header before it is widened."""
BLOCKS_MAX = 2_000
"""Functions with more blocks keep their checks."""

_LENGTHS = frozenset({"list.len", "str.len", "dict.len", "set.len", "any.len"})
_FIXED: dict[str, Interval] = {
    "str.code_at": (0, 0x10FFFF),
    "str.ord": (0, 0x10FFFF),
    "bool.to_int": (0, 1),
    "int.bit_length": (0, 64),
    "int.bit_count": (0, 64),
    "int.range_len": (0, INT_MAX),
    "int.isqrt": (0, 3_037_000_499),
    "int.gcd": (0, INT_MAX),
    "int.lcm": (0, INT_MAX),
    "str.find": (-1, 2**40),
    "str.rfind": (-1, 2**40),
    "str.count": (0, 2**40),
    "list.find": (-1, 2**40),
    "list.count": (0, 2**40),
    "dict.find": (-1, 2**40),
    "dict.next": (-1, 2**40),
}
_SHRINK = frozenset({"call", "list.pop", "list.delete", "list.clear", "list.sort"})
_NEGATED = {"int.lt": "int.ge", "int.le": "int.gt", "int.gt": "int.le", "int.ge": "int.lt", "int.eq": "int.ne", "int.ne": "int.eq"}
_SWAPPED = {"int.lt": "int.gt", "int.le": "int.ge", "int.gt": "int.lt", "int.ge": "int.le", "int.eq": "int.eq", "int.ne": "int.ne"}


def run(module: Module) -> None:
    for function in module.functions.values():
        if len(function.blocks) <= BLOCKS_MAX:
            _Ranges(function).apply()


class _State:
    """What is known at one point: intervals of registers that have one, and pairs (index, list) with index < len(list)."""

    __slots__ = ("below", "intervals")

    def __init__(self, intervals: dict[int, Interval], below: frozenset[tuple[int, int]]) -> None:
        self.intervals, self.below = intervals, below

    def get(self, register: int) -> Interval:
        return self.intervals.get(register, FULL)

    def set(self, register: int, interval: Interval) -> None:
        if interval == FULL:
            self.intervals.pop(register, None)
        else:
            self.intervals[register] = interval

    def copy(self) -> _State:
        return _State(dict(self.intervals), self.below)


class _Ranges:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.flow: Graph = graph(function)
        self.once = [count == 1 for count in definitions(function)]
        self.is_int = [register.type == INT for register in function.registers]
        self.length_of: dict[int, int] = {}  # register assigned once -> list register assigned once whose length it is
        constants = {0, 1, -1, INT_MIN, INT_MAX}
        self.fixed_lists = True
        for block in function.blocks:
            for instr in block.instrs:
                if instr.op.name == "const.int":
                    constants.update((max(INT_MIN, instr.args[0] - 1), instr.args[0], min(INT_MAX, instr.args[0] + 1)))
                elif instr.op.name == "list.len" and self.once[instr.results[0]] and self.once[instr.args[0]]:
                    self.length_of[instr.results[0]] = instr.args[0]
                elif instr.op.name in _SHRINK:
                    self.fixed_lists = False
        self.thresholds = sorted(constants)

    def apply(self) -> None:
        states = self.solve()
        for number, state in states.items():
            state = state.copy()
            for instr in self.function.blocks[number].instrs:
                self.improve(instr, state)
                self.step(instr, state)

    # --- fixpoint -------------------------------------------------------------------------------------------------------------

    def solve(self) -> dict[int, _State]:
        """The state at the start of each reachable block."""
        states: dict[int, _State] = {0: _State({}, frozenset())}
        visits: dict[int, int] = {}
        pending = {0}
        order = self.flow.position
        while pending:
            number = min(pending, key=order.__getitem__)
            pending.discard(number)
            for target, state in self.leave(number, states[number]):
                known = states.get(target)
                if known is None:
                    states[target] = state
                    pending.add(target)
                    continue
                visits[target] = visits.get(target, 0) + (target in self.flow.headers)
                joined = self.join(known, state, visits[target] > VISITS_MAX)
                if joined is not None:
                    states[target] = joined
                    pending.add(target)
        for _ in range(2):  # widening overshoots: two rounds without it take some of that back, and stay sound
            incoming: dict[int, _State] = {0: states[0]}
            for number in self.flow.order:
                if number not in states:
                    continue
                for target, state in self.leave(number, states[number]):
                    if target in incoming:
                        incoming[target] = self.join(incoming[target], state, False) or incoming[target]
                    else:
                        incoming[target] = state
            states = {number: incoming.get(number, states[number]) for number in states}
        return states

    def join(self, known: _State, new: _State, widen: bool) -> _State | None:
        """The state above both, None when ``known`` is above ``new`` already."""
        intervals: dict[int, Interval] = {}
        changed = False
        for register, (low, high) in known.intervals.items():
            other = new.intervals.get(register)
            if other is None:
                changed = True
                continue
            new_low, new_high = min(low, other[0]), max(high, other[1])
            if widen:
                if new_low < low:
                    new_low = self.thresholds[bisect_right(self.thresholds, new_low) - 1]
                if new_high > high:
                    new_high = self.thresholds[bisect_left(self.thresholds, new_high)]
            if (new_low, new_high) != (low, high):
                changed = True
            if (new_low, new_high) != FULL:
                intervals[register] = (new_low, new_high)
        below = known.below & new.below
        if not changed and below == known.below:
            return None
        return _State(intervals, below)

    def leave(self, number: int, state: _State) -> list[tuple[int, _State]]:
        """The states on the edges out of a block."""
        state = state.copy()
        instrs = self.function.blocks[number].instrs
        tests: dict[int, Instr] = {}
        for instr in instrs:
            self.step(instr, state)
            if instr.op.name in _NEGATED:
                tests[instr.results[0]] = instr
            for register in instr.results:
                for cond in [c for c, test in tests.items() if register in test.args or (c == register and test is not instr)]:
                    del tests[cond]
        last = instrs[-1]
        if last.op.name != "br":
            return [(target, state) for target in last.targets()]
        cond, then, orelse = last.args
        test = tests.get(cond)
        if test is None or then == orelse:
            return [(then, state), (orelse, state.copy())]
        edges: list[tuple[int, _State]] = []
        for target, name in ((then, test.op.name), (orelse, _NEGATED[test.op.name])):
            refined = self.refine(state.copy(), name, *test.args)
            if refined is not None:
                edges.append((target, refined))
        return edges or [(then, state), (orelse, state.copy())]

    def refine(self, state: _State, name: str, a: int, b: int) -> _State | None:
        """The state where ``a name b`` holds; None where it cannot."""
        for left, right, op in ((a, b, name), (b, a, _SWAPPED[name])):
            low, high = state.get(left)
            other_low, other_high = state.get(right)
            if op == "int.lt":
                high = min(high, other_high - 1)
                if right in self.length_of and self.fixed_lists:
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
        results = instr.results
        if not results:
            return
        source = instr.args[0] if instr.op.name == "move" else -1
        interval = self.result(instr, state) if len(results) == 1 and self.is_int[results[0]] else FULL
        followed = {(results[0], held) for index, held in state.below if index == source} if source >= 0 else set()
        if state.below:
            state.below = frozenset(pair for pair in state.below if pair[0] not in results and pair[1] not in results) | followed
        for register in results:
            state.intervals.pop(register, None)
        if interval != FULL:
            state.set(results[0], interval)

    def result(self, instr: Instr, state: _State) -> Interval:
        """The interval of an int instruction's result. A checked op that goes on has a result that fits."""
        name = instr.op.name
        if name == "const.int":
            return (instr.args[0], instr.args[0])
        if name == "move":
            return state.get(instr.args[0])
        if name in _LENGTHS:
            return LENGTH
        if name in _FIXED:
            return _FIXED[name]
        exact = self.exact(name, instr, state)
        if exact is None:
            return FULL
        low, high = max(exact[0], INT_MIN), min(exact[1], INT_MAX)
        return (low, high) if low <= high else FULL

    def exact(self, name: str, instr: Instr, state: _State) -> Interval | None:
        """The interval of the result computed without bounds, None when nothing is known."""
        if not name.startswith("int.") and name != "select":
            return None
        operands = [state.get(register) for register in reads(instr) if self.is_int[register]]
        base = name.removesuffix(".nw")
        if name == "select":
            (a, b), (c, d) = operands
            return (min(a, c), max(b, d))
        if base == "int.neg":
            return (-operands[0][1], -operands[0][0])
        if base == "int.abs":
            low, high = operands[0]
            return (0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high)))
        if len(operands) != 2:
            return None
        (a, b), (c, d) = operands
        if base == "int.add":
            return (a + c, b + d)
        if base == "int.add.wrap":
            return (a + c, b + d) if a + c >= INT_MIN and b + d <= INT_MAX else None
        if base == "int.sub":
            return (a - d, b - c)
        if base == "int.mul":
            corners = (a * c, a * d, b * c, b * d)
            return (min(corners), max(corners))
        if base == "int.floordiv" and c > 0:
            corners = (a // c, a // d, b // c, b // d)
            return (min(corners), max(corners))
        if base == "int.mod" and c > 0:
            return (0, min(d - 1, b) if a >= 0 else d - 1)
        if base == "int.mod" and d < 0:
            return (c + 1, 0)
        if base == "int.and" and (a >= 0 or c >= 0):
            return (0, min(x for x, low in ((b, a), (d, c)) if low >= 0))
        if base in ("int.or", "int.xor") and a >= 0 and c >= 0:
            return (0, (1 << max(b, d).bit_length()) - 1)
        if base == "int.shr" and c >= 0:
            return (min(a >> min(c, 63), a >> min(d, 63)), max(b >> min(c, 63), b >> min(d, 63)))
        if base == "int.shl" and c >= 0 and d <= 63:
            corners = (a << c, a << d, b << c, b << d)
            return (min(corners), max(corners))
        if base == "int.min":
            return (min(a, c), min(b, d))
        if base == "int.max":
            return (max(a, c), max(b, d))
        return None

    def improve(self, instr: Instr, state: _State) -> None:
        """Use the form without a check where the check cannot fail."""
        name = instr.op.name
        if name in ("list.get", "list.set"):
            held, index = instr.args[0], instr.args[1]
            if (index, held) in state.below and state.get(index)[0] >= 0:
                instr.op = OPS[f"{name}.nc"]
            return
        if f"{name}.nw" not in OPS:
            return
        if name in ("int.floordiv", "int.mod"):
            (a, _), (c, d) = state.get(instr.args[0]), state.get(instr.args[1])
            if c <= 0 <= d or (name == "int.floordiv" and c <= -1 <= d and a == INT_MIN):
                return
            instr.op = OPS[f"{name}.nw"]
            return
        if name == "int.shr":
            low, high = state.get(instr.args[1])
            if low >= 0 and high <= 63:
                instr.op = OPS["int.shr.nw"]
            return
        exact = self.exact(name, instr, state)
        if exact is not None and exact[0] >= INT_MIN and exact[1] <= INT_MAX:
            instr.op = OPS[f"{name}.nw"]
