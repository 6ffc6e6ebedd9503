"""Checks that can never fail: intervals of ints, and indices known to be below the length of a list or string.

Abstract interpretation over the graph: each int register has an interval at each point, refined on the edges of comparisons, widened at loop headers to the constants that the
function compares with and then to no bound, and narrowed again (Cousot and Cousot, 1977); :mod:`belljar.ir.intervals` says what ops make of them. Where the exact result of an operation fits, the op becomes its ``.nw`` form.

Beside the interval stand *bounds*: an int register is at most ``base + offset``, a list or string has at least ``base + offset`` elements, where the base is a register that is assigned
once and has to do with a length (the result of ``list.len``, the count of a ``list.repeat``), or the constant 0. After Bodik, Gupta and Sarkar, "ABCD" (2000), with constants on the
edges, but kept per point instead of in a graph of the whole function. Where an index is at least 0 and below the length by these, the op becomes its ``.nc`` form. What may make a list
shorter ends what is known of all lists. A base that is assigned in a loop is assigned anew each time round: then what is known by the old one ends. What was derived from it, a
length plus one, is as old: its assignment lies between those of the base and any use, as it dominates the use.

Two idioms have rules of their own. In ``for i in range(a, b, step)`` with a step that is not constant, the loop runs while ``i != int.range_stop(a, b, step)``: inside, ``i`` is between a and
b (:meth:`_Ranges.find_strides`). And a *tally*, a register that starts at a constant and only ever changes by one, cannot overflow: at least two units of fuel go with each change, or three
with two changes, and there are less than 2**63 of them (:meth:`_Ranges.find_tallies`).

Law: an op only changes to the form without a check when the check holds on every execution.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from heapq import heappop, heappush

from belljar.ir.calling import may_call
from belljar.ir.cfg import Graph, graph
from belljar.ir.exceptions import GUARD
from belljar.ir.function import Function, Instr, Module
from belljar.ir.intervals import EXACT, FULL, INT_MAX, INT_MIN, RESULTS, Interval
from belljar.ir.liveness import live_ends, mask, registers_of
from belljar.ir.ops import OPS, Op
from belljar.ir.rewrite import definitions, reads
from belljar.structs import Frozen
from belljar.types import INT, STR, ListType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

VISITS_MAX = 0
"""Joins at a loop header before it is widened to the next constant."""
CLIMBS_MAX = 1
"""Joins at a loop header before it is widened to no bound at all."""
PATIENCE_MAX = 12
"""Joins at a loop header before everything that is assigned more than once is given up there."""
CELLS_MAX = 250_000
"""Functions with more (ints, lists and strings that are live where a block starts, over all blocks) keep their checks."""
BOUNDS_MAX = 64
"""Most bounds known at one point."""
ZERO = -1
"""The base that is no register but the constant 0."""
TALLY_START_MAX = 2**60
TALLY_STEPS_MAX = 3
"""Places that may change a tally: more than (s + 1) / s units of fuel go with each of s changes in one round of a loop."""

BR, MOVE, CONST = OPS["br"], OPS["move"], OPS["const.int"]
CONST_STR = OPS["const.str"]
NOT_EQUAL, RANGE_STOP, ADD_WRAP = OPS["int.ne"], OPS["int.range_stop"], OPS["int.add.wrap"]
LIST_OF, LIST_REPEAT, LIST_RANGE = OPS["list.of"], OPS["list.repeat"], OPS["list.range"]
MIN, MOD = OPS["int.min"], frozenset({OPS["int.mod"], OPS["int.mod.nw"]})
_LENGTHS = frozenset({OPS["list.len"], OPS["str.len"]})
_ADDS = frozenset({OPS["int.add"], OPS["int.add.nw"]})
_SUBS = frozenset({OPS["int.sub"], OPS["int.sub.nw"]})
_KEEPS: Final = frozenset(
    {"list.set", "list.set.nc", "list.append", "list.insert", "list.extend", "list.reverse", "record.set", "global.set"}
)
_SHRINK = frozenset(
    op
    for op in OPS.values()
    if "calls" in op.flags or ("writes" in op.flags and op.name not in _KEEPS and not op.name.startswith(("dict.", "set.")))
)
"""Ops that may leave a list with fewer elements, besides those that compare records."""
_COMPARING = frozenset(op for op in OPS.values() if "compares" in op.flags)
_NEGATED = {"int.lt": "int.ge", "int.le": "int.gt", "int.gt": "int.le", "int.ge": "int.lt", "int.eq": "int.ne", "int.ne": "int.eq"}
_SWAPPED = {"int.lt": "int.gt", "int.le": "int.ge", "int.gt": "int.lt", "int.ge": "int.le", "int.eq": "int.eq", "int.ne": "int.ne"}
_INDEXED = {OPS[name]: OPS[f"{name}.nc"] for name in ("list.get", "list.set", "str.index", "str.code_at")}
_BOUNDING = frozenset({MOVE, MIN, LIST_OF, LIST_REPEAT, LIST_RANGE, CONST_STR, *MOD, *_LENGTHS, *_ADDS, *_SUBS})
"""Ops that say something about the bounds of their result, or of what they ask the length of."""
_PROVEN: Final[dict[Op, Op]] = {op: OPS[f"{op.name}.nw"] for op in OPS.values() if f"{op.name}.nw" in OPS}
_CHECKED = _PROVEN.keys() | _INDEXED.keys()


def run(module: Module) -> None:
    for function in module.functions.values():
        if not any(instr.op in _CHECKED for block in function.blocks for instr in block.instrs):
            continue
        ranges = _Ranges(function)
        if sum(map(len, ranges.live)) <= CELLS_MAX:
            ranges.apply()


# --- states -----------------------------------------------------------------------------------------------------------------------

Bounds = dict[tuple[int, int], int]
"""By (register, base) an offset: an int register is at most base + offset, a list or string has at least base + offset elements. Never changed in place."""


class _State:
    """What is known at one point: intervals of registers that have one, and bounds. ``constants`` are the intervals of the registers that hold one constant
    everywhere, the same object in all states of a function."""

    __slots__ = ("bounds", "constants", "intervals")

    def __init__(self, constants: dict[int, Interval], intervals: dict[int, Interval], bounds: Bounds) -> None:
        self.constants, self.intervals, self.bounds = constants, intervals, bounds

    def get(self, register: int) -> Interval:
        return self.intervals.get(register) or self.constants.get(register, FULL)

    def set(self, register: int, interval: Interval) -> None:
        if interval == FULL:
            self.intervals.pop(register, None)
        elif register not in self.constants:
            self.intervals[register] = interval

    def copy(self) -> _State:
        return _State(self.constants, dict(self.intervals), self.bounds)


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


def _root(register: int, sums: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """(register, constant) that a register is the sum of, and that is no such sum itself."""
    offset = 0
    for _ in range(len(sums)):
        if register not in sums:
            break
        register, more = sums[register]
        offset += more
    return register, offset


class _Stride(Frozen):
    """The registers of a loop over ``range(start, stop, step)`` whose step is not constant, each but the counter assigned once."""

    __slots__ = ("counter", "start", "step", "stop")

    def __init__(self, counter: int, start: int, stop: int, step: int) -> None:
        self.counter: Final = counter
        self.start: Final = start
        self.stop: Final = stop
        self.step: Final = step


class _Ranges:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.once = [count == 1 for count in definitions(function)]
        self.is_int = [register.type == INT for register in function.registers]
        self.is_list = [isinstance(register.type, ListType) for register in function.registers]
        self.constants: dict[int, Interval] = {}
        self.flow: Graph = graph(function)
        self.bases: set[int] = set()  # what bounds are relative to; empty when no op needs them
        self.affine: dict[int, tuple[int, int]] = {}  # int register assigned once -> (base, offset) that it is equal to
        self.singles: set[int] = set()  # lists of at least one element, of which nothing knows but a list.repeat
        self.tallies: dict[int, Interval] = {}
        self.strides: dict[int, _Stride] = {}  # by the block that compares counter and end
        self.striding: set[int] = set()  # what strides are told by, wherever it may still be read
        self.assigned: dict[int, set[int]] = {}  # by loop header: ints, lists and strings that the loop assigns
        self.shrinking: set[int] = set()  # headers of loops that may make lists shorter
        self.bounded: set[int] = set()  # registers that ever had a bound
        self.steps: list[list[Instr]] = []  # per block: the instructions that assign ints, lists or strings, or make lists shorter
        self.tests: list[Instr | None] = []
        compared: set[int] = set()
        matters = [register.type == INT or register.type == STR or isinstance(register.type, ListType) for register in function.registers]
        is_indexed = False
        for block in function.blocks:
            steps: list[Instr] = []
            for instr in block.instrs:
                if self.shrinks(instr) or any(matters[register] for register in instr.results):
                    steps.append(instr)
                if instr.op in _INDEXED:
                    is_indexed = True
                elif instr.op is CONST and self.once[instr.results[0]]:
                    self.constants[instr.results[0]] = (instr.args[0], instr.args[0])
                elif instr.op.name in _NEGATED:
                    compared.update(reads(instr))
            self.steps.append(steps)
            self.tests.append(_test(block.instrs))
        if is_indexed:
            self.find_bases()
        thresholds = {INT_MIN, 0, INT_MAX}
        for register in compared & self.constants.keys():
            value = self.constants[register][0]
            thresholds.update((max(INT_MIN, value - 1), value, min(INT_MAX, value + 1)))
        self.thresholds = sorted(thresholds)
        matter = mask([register for register, does in enumerate(matters) if does and register not in self.constants])
        # Per block, what its start must know: states would otherwise hold all of a function everywhere.
        self.live = [set(registers_of(bits & matter)) for bits in live_ends(function, self.flow)[0]]

    def apply(self) -> None:
        """Find the states and use them."""
        if self.flow.headers:
            self.find_loops()
            self.find_strides()
            self.find_tallies()
        for number, state in self.solve().items():
            state = state.copy()
            for instr in self.function.blocks[number].instrs:
                if instr.op in _PROVEN or instr.op in _INDEXED:
                    self.improve(instr, state)
                if instr.results or self.shrinks(instr):
                    self.step(instr, state)

    def shrinks(self, instr: Instr) -> bool:
        """Whether a list may have fewer elements after it."""
        return instr.op in _SHRINK or (instr.op in _COMPARING and may_call(self.function, instr))

    # --- what the function is made of -----------------------------------------------------------------------------------------

    def find_bases(self) -> None:
        """The registers that lengths are told by, and those that are one of them and a constant."""
        sums: dict[int, tuple[int, int]] = {}
        read = [0] * len(self.once)
        lists: set[int] = set()
        for steps, block in zip(self.steps, self.function.blocks, strict=True):
            for instr in steps:
                for operand in self.derived(instr):
                    sums[instr.results[0]] = operand
                if instr.op is LIST_OF and len(instr.args) > 1 and self.once[instr.results[0]]:
                    lists.add(instr.results[0])
            for instr in block.instrs:
                for register in reads(instr):
                    read[register] += 1
        self.singles = {register for register in lists if read[register] == 1}
        lengths: set[int] = set()
        for steps in self.steps:
            for instr in steps:
                if instr.op in _LENGTHS:
                    lengths.add(instr.results[0])
                elif (instr.op is LIST_REPEAT and instr.args[0] in self.singles) or instr.op is LIST_RANGE:
                    lengths.add(instr.args[1])
                elif instr.op is LIST_OF or instr.op is CONST_STR:
                    self.bases.add(ZERO)
        # Parents come before what is derived from them only within a block, so chains are followed to their ends.
        roots = {register: _root(register, sums) for register in {*lengths, *sums}}
        self.bases.update(roots[register][0] for register in lengths if self.once[roots[register][0]])
        self.affine = {register: root for register, root in roots.items() if root[0] in self.bases and self.once[register]}

    def derived(self, instr: Instr) -> Iterator[tuple[int, int]]:
        """The register assigned once, and the constant, whose sum another register is that is assigned once."""
        if len(instr.results) == 1 and self.once[instr.results[0]] and (term := self.term(instr)) is not None and self.once[term[0]]:
            yield term

    def term(self, instr: Instr) -> tuple[int, int] | None:
        """(register, constant) whose sum, within bounds, the instruction gives."""
        if instr.op is MOVE:
            return (instr.args[0], 0) if self.is_int[instr.results[0]] else None
        if instr.op in _ADDS or instr.op in _SUBS:
            a, b = instr.args
            if b in self.constants:
                value = self.constants[b][0]
                return a, value if instr.op in _ADDS else -value
            if a in self.constants and instr.op in _ADDS:
                return b, self.constants[a][0]
        return None

    def find_loops(self) -> None:
        """What each natural loop assigns. All else is, wherever control comes back to the header, as it was on the way in."""
        flow = self.flow
        for header in flow.headers:
            pending = [block for block in flow.predecessors[header] if flow.position[block] >= flow.position[header]]
            if not all(flow.dominates(header, latch) for latch in pending):
                continue
            blocks = {header}
            while pending:
                block = pending.pop()
                if block not in blocks and flow.position[block] >= 0:
                    blocks.add(block)
                    pending += flow.predecessors[block]
            steps = [instr for block in blocks for instr in self.steps[block]]
            self.assigned[header] = {register for instr in steps for register in instr.results}
            if any(self.shrinks(instr) for instr in steps):
                self.shrinking.add(header)

    def find_strides(self) -> None:
        """The loops over a range with a step that is not constant: ``^header: c = int.ne i, end; br c, ^body, ^exit``, where one block assigns
        ``end = int.range_stop start, stop, step`` and ``i = start``, and one other place, at the only back edge into the header, adds the step to ``i``. That
        place is reached through the body alone, so ``i`` is compared with the end after each addition and is never beyond it."""
        ends = {
            instr.results[0]: (number, instr)
            for number, steps in enumerate(self.steps)
            for instr in steps
            if instr.op is RANGE_STOP and self.once[instr.results[0]] and self.once[instr.args[0]] and self.once[instr.args[1]]
        }
        if not ends:
            return
        for header, test in enumerate(self.tests):
            if test is None or test.op is not NOT_EQUAL or self.flow.position[header] < 0:
                continue
            for counter, end in (test.args, test.args[::-1]):
                if end in ends:
                    stride = self.stride(header, counter, *ends[end])
                    if stride is not None:
                        self.strides[header] = stride
                        self.striding.update((stride.start, stride.stop, stride.step))

    def stride(self, header: int, counter: int, home: int, end: Instr) -> _Stride | None:
        blocks, flow = self.function.blocks, self.flow
        body, exit = blocks[header].instrs[-1].args[1:]
        changes = [(number, instr) for number, steps in enumerate(self.steps) for instr in steps if counter in instr.results]
        if counter in self.function.params or len(changes) != 2 or body == exit or flow.predecessors[body] != (header,):
            return None
        (first, start), (last, add) = changes if changes[0][1].op is MOVE else changes[::-1]
        if first != home or start.op is not MOVE or start.args[0] != end.args[0] or add.op is not ADD_WRAP or counter not in add.args:
            return None
        if flow.successors[last] != (header,) or not flow.dominates(body, last) or flow.position[first] < 0:
            return None
        step = add.args[1] if add.args[0] == counter else add.args[0]
        if step != end.args[2]:
            # A copy of the step, made beside the end while the step was the same.
            instrs = blocks[home].instrs
            copies = [
                place
                for place, instr in enumerate(instrs)
                if instr.op is MOVE and instr.results == (step,) and instr.args == (end.args[2],)
            ]
            ends = [place for place, instr in enumerate(instrs) if instr is end]
            if not self.once[step] or len(copies) != 1:
                return None
            between = instrs[min(copies[0], ends[0]) : max(copies[0], ends[0])]
            if any(end.args[2] in instr.results for instr in between):
                return None
        elif not self.once[step]:
            return None
        return _Stride(counter, end.args[0], end.args[1], step) if step != counter else None

    def find_tallies(self) -> None:
        """Registers that only start at a small constant, or a length, and go up or down by one. A ``br`` at the head of the innermost loop around each change
        pays with the change itself: with s changes in a round there are at least s + 1 units of fuel for them."""
        starts: dict[int, Interval] = {}
        changes: dict[int, list[tuple[int, Instr]]] = {}
        refused: set[int] = set(self.function.params)
        for number, steps in enumerate(self.steps):
            for instr in steps:
                for register in instr.results:
                    if self.once[register] or not self.is_int[register] or register in refused:
                        continue
                    term = self.term(instr)
                    if term is not None and term[0] == register and abs(term[1]) == 1:
                        changes.setdefault(register, []).append((number, instr))
                        continue
                    interval = self.constants.get(instr.args[0]) if instr.op is MOVE else None
                    if instr.op is CONST:
                        interval = (instr.args[0], instr.args[0])
                    if interval is None or max(map(abs, interval)) > TALLY_START_MAX:
                        refused.add(register)
                        continue
                    low, high = starts.get(register, interval)
                    starts[register] = min(low, interval[0]), max(high, interval[1])
        for register, places in changes.items():
            if register in refused or register not in starts or len(places) > TALLY_STEPS_MAX:
                continue
            if all(self.is_paid(number) for number, _ in places):
                rising = [self.term(instr)[1] > 0 for _, instr in places]  # type: ignore[index]
                low, high = starts[register]
                self.tallies[register] = (INT_MIN if not all(rising) else low, INT_MAX if any(rising) else high)

    def is_paid(self, number: int) -> bool:
        """Whether the innermost loop around a block begins with a block that ends with a ``br``."""
        header = number
        while header not in self.flow.headers:
            if header == 0 or self.flow.position[header] < 0:
                return True  # in no loop at all
            header = self.flow.idom[header]
        return self.function.blocks[header].instrs[-1].op is BR

    # --- fixpoint -------------------------------------------------------------------------------------------------------------

    def solve(self) -> dict[int, _State]:
        """The state at the start of each block that can be reached."""
        order, position, headers = self.flow.order, self.flow.position, self.flow.headers
        states: dict[int, _State] = {0: _State(self.constants, {}, {})}
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
                    back = position[target] <= position[number]
                    if target in headers:
                        visits[target] += 1
                    joined = self.join(known, state, visits.get(target, 0), target if back else None)
                    if joined is None:
                        continue
                    state = joined
                states[target] = state
                if target not in waiting:
                    waiting.add(target)
                    heappush(pending, position[target])
        # Widening overshoots. What the edges bring, without it, is less and still covers every execution.
        if not headers:
            return states
        narrowed = {0: states[0]}
        for number in order:
            if number not in states:
                continue
            for before in sorted(self.flow.predecessors[number], key=position.__getitem__):
                back = position[before] >= position[number]
                for target, state in edges.get(before, ()):
                    if target == number:
                        sofar = narrowed.get(number)
                        narrowed[number] = state if sofar is None else self.join(sofar, state, 0, number if back else None) or sofar
            if number not in narrowed:
                narrowed[number] = states[number]  # no edge can be taken any more
            if self.bases or narrowed[number].intervals != states[number].intervals:  # bounds that came to be known meanwhile may tell more
                edges[number] = self.leave(number, narrowed[number])
        return narrowed

    def join(self, known: _State, new: _State, visits: int, header: int | None) -> _State | None:
        """The state that covers both, or None if the known one does. Widened where the block was visited that often. ``header`` is the block itself where
        the new state comes back to it from its loop."""
        assigned = None if header is None else self.assigned.get(header)
        intervals: dict[int, Interval] = {}
        changed = False
        theirs = new.intervals.get
        for register, interval in known.intervals.items():
            other = theirs(register)
            if other == interval or (assigned is not None and register not in assigned):
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
        bounds = known.bounds
        if bounds and bounds != new.bounds:
            bounds = self.weaker(bounds, new.bounds, visits > 0, header)
        if not changed and len(bounds) == len(known.bounds) and (bounds is known.bounds or bounds == known.bounds):
            return None
        return _State(self.constants, intervals, bounds)

    def weaker(self, known: Bounds, new: Bounds, is_climbing: bool, header: int | None) -> Bounds:
        """The bounds that hold by both. At a loop header that is met again, a bound that would have to be weaker is given up."""
        assigned = None if header is None else self.assigned.get(header)
        shrinks = header in self.shrinking
        both: Bounds = {}
        for pair, offset in known.items():
            if assigned is not None and assigned.isdisjoint(pair) and not (shrinks and self.is_list[pair[0]]):
                both[pair] = offset
                continue
            other = new.get(pair)
            if other is not None:
                weaker = max(offset, other) if self.is_int[pair[0]] else min(offset, other)
                if weaker == offset or not is_climbing:
                    both[pair] = weaker
        return both

    def leave(self, number: int, state: _State) -> Edges:
        """The states on the edges out of a block."""
        state = state.copy()
        guarded = self.function.blocks[number].guarded
        faulted: _State | None = None
        for instr in self.steps[number]:
            if instr is guarded:
                faulted = state.copy()
            self.step(instr, state)
        last = self.function.blocks[number].instrs[-1]
        if last.op is GUARD:
            faulted = faulted or state.copy()
            # How much of its work the instruction had done is not known: lists may be shorter.
            faulted.bounds = {pair: offset for pair, offset in faulted.bounds.items() if not self.is_list[pair[0]]}
            return [(target, self.between(left, target)) for target, left in zip(last.args[:2], (state, faulted), strict=True)]
        if last.op is not BR:
            targets = last.targets()
            return [(targets[0], self.between(state, targets[0]))] if targets else []
        _, then, orelse = last.args
        test = self.tests[number]
        edges: Edges = []
        if test is not None and then != orelse:
            for target, name in ((then, test.op.name), (orelse, _NEGATED[test.op.name])):
                refined = self.refine(state.copy(), name, *test.args)
                stride = self.strides.get(number)
                if refined is not None and stride is not None and name == "int.ne":
                    refined = self.within_stride(refined, stride)
                if refined is not None:
                    edges.append((target, self.between(refined, target)))
        return edges or [(target, self.between(state, target)) for target in (then, orelse)]

    def between(self, state: _State, target: int) -> _State:
        """What a block needs to know of a state that control comes to it with: what may still be read, and by what that is told."""
        live = self.live[target]
        bounds = {pair: offset for pair, offset in state.bounds.items() if pair[0] in live} if state.bounds else state.bounds
        needed = live.union(self.striding, [base for _, base in bounds]) if bounds or self.striding else live
        intervals = state.intervals
        if len(needed) < len(intervals):
            return _State(self.constants, {register: intervals[register] for register in needed if register in intervals}, bounds)
        return _State(self.constants, {register: interval for register, interval in intervals.items() if register in needed}, bounds)

    def within_stride(self, state: _State, stride: _Stride) -> _State | None:
        """The state inside a loop with a stride, by the sign of the step."""
        low, high = state.get(stride.step)
        if low > 0:
            inside = self.refine(state, "int.lt", stride.counter, stride.stop)
            return inside and self.refine(inside, "int.ge", stride.counter, stride.start)
        if high < 0:
            inside = self.refine(state, "int.gt", stride.counter, stride.stop)
            return inside and self.refine(inside, "int.le", stride.counter, stride.start)
        return state

    def refine(self, state: _State, name: str, a: int, b: int) -> _State | None:
        """The state where ``a name b`` holds; None where it cannot."""
        for left, right, op in ((a, b, name), (b, a, _SWAPPED[name])):
            low, high = state.get(left)
            other_low, other_high = state.get(right)
            if op == "int.lt":
                high = min(high, other_high - 1)
                self.bound(state, left, right, -1)
            elif op == "int.le":
                high = min(high, other_high)
                self.bound(state, left, right, 0)
            elif op == "int.gt":
                low = max(low, other_low + 1)
            elif op == "int.ge":
                low = max(low, other_low)
            elif op == "int.eq":
                low, high = max(low, other_low), min(high, other_high)
                self.bound(state, left, right, 0)
            elif other_low == other_high:
                low += low == other_low
                high -= high == other_low
            if low > high:
                return None
            state.set(left, (low, high))
        return state

    # --- bounds ---------------------------------------------------------------------------------------------------------------

    def above(self, state: _State, register: int) -> Bounds:
        """By (ZERO, base) the offsets whose sum an int register is not above."""
        found = {(ZERO, base): offset for (held, base), offset in state.bounds.items() if held == register}
        root = self.affine.get(register)
        if root is not None:
            place = (ZERO, root[0])
            found[place] = min(root[1], found.get(place, root[1]))
        return found

    def bound(self, state: _State, left: int, right: int, more: int) -> None:
        """``left`` is at most ``right + more``."""
        if not self.bases or not (right in self.affine or right in self.bounded):
            return
        bounds = dict(state.bounds)
        for (_, base), offset in self.above(state, right).items():
            offset += more
            if len(bounds) < BOUNDS_MAX and base != left and offset < bounds.get((left, base), INT_MAX):
                bounds[left, base] = offset
                self.bounded.update((left, base))
        state.bounds = bounds

    def made(self, instr: Instr, state: _State) -> Bounds:
        """The bounds of what an instruction assigns, told before it does."""
        op, first = instr.op, instr.results[0]
        if self.is_int[first]:
            if op is MIN:
                return {(first, base): offset for register in instr.args for (_, base), offset in self.above(state, register).items()}
            if op in MOD:
                return (
                    {(first, base): offset - 1 for (_, base), offset in self.above(state, instr.args[1]).items()}
                    if state.get(instr.args[1])[0] > 0
                    else {}
                )
            if op in _LENGTHS:
                return {(instr.args[0], first): 0} if first in self.bases else {}
            term = self.term(instr)
            if term is None or not (term[0] in self.affine or term[0] in self.bounded):
                return {}
            return {(first, base): offset + term[1] for (_, base), offset in self.above(state, term[0]).items()}
        if op is MOVE:
            return {(first, base): offset for (held, base), offset in state.bounds.items() if held == instr.args[0]}
        if op is LIST_OF:
            return {(first, ZERO): len(instr.args) - 1}
        if op is CONST_STR:
            return {(first, ZERO): len(instr.args[0])}
        if (op is LIST_REPEAT and instr.args[0] in self.singles) or (
            op is LIST_RANGE and state.get(instr.args[0]) == (0, 0) and state.get(instr.args[2]) == (1, 1)
        ):
            root = self.affine.get(instr.args[1])
        else:
            return {}
        return {(first, root[0]): root[1]} if root else {}

    def is_within(self, state: _State, index: int, held: int) -> bool:
        """Whether an int register is from 0 up to the length of a list or string."""
        low, high = state.get(index)
        if low < 0:
            return False
        above: Bounds | None = None
        for (register, base), offset in state.bounds.items():
            if register == held:
                if high < offset + (0 if base == ZERO else state.get(base)[0]):
                    return True
                above = self.above(state, index) if above is None else above
                if above.get((ZERO, base), INT_MAX) < offset:
                    return True
        return False

    # --- one instruction ------------------------------------------------------------------------------------------------------

    def step(self, instr: Instr, state: _State) -> None:
        """The state behind an instruction."""
        results = instr.results
        if self.bases:
            self.step_bounds(instr, state)
        if not results:
            return
        intervals = state.intervals
        first = results[0]
        interval = self.result(instr, state) if len(results) == 1 and self.is_int[first] else FULL
        for register in results:
            intervals.pop(register, None)
        if interval != FULL and first not in self.constants:
            intervals[first] = interval

    def step_bounds(self, instr: Instr, state: _State) -> None:
        op, results, bounds = instr.op, instr.results, state.bounds
        made = self.made(instr, state) if op in _BOUNDING and len(results) == 1 else {}
        if bounds:
            if self.shrinks(instr):
                bounds = {pair: offset for pair, offset in bounds.items() if not self.is_list[pair[0]]}
            if not self.bounded.isdisjoint(results):
                bounds = {pair: offset for pair, offset in bounds.items() if pair[0] not in results and pair[1] not in results}
        if made and len(bounds) + len(made) <= BOUNDS_MAX:
            made.pop((results[0], results[0]), None)
            self.bounded.update(*made)
            bounds = {**bounds, **made}
        state.bounds = bounds

    def result(self, instr: Instr, state: _State) -> Interval:
        """The interval of an int instruction's result. A checked op that goes on has a result that fits."""
        op = instr.op
        if op is CONST:
            return (instr.args[0], instr.args[0])
        exact = self.exact(instr, state)
        if exact is None:
            return RESULTS.get(op, FULL)
        low, high = max(exact[0], INT_MIN), min(exact[1], INT_MAX)
        tally = self.tallies.get(instr.results[0])
        if tally is not None:
            low, high = max(low, tally[0]), min(high, tally[1])
        return (low, high) if low <= high else FULL

    def exact(self, instr: Instr, state: _State) -> Interval | None:
        """The interval of the result computed without bounds, None when nothing is known."""
        exact = EXACT.get(instr.op)
        return exact(*[state.get(register) for register in reads(instr) if self.is_int[register]]) if exact else None

    def improve(self, instr: Instr, state: _State) -> None:
        """Use the form without a check where the check cannot fail."""
        op = instr.op
        if op in _INDEXED:
            if state.bounds and self.is_within(state, instr.args[1], instr.args[0]):
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
            is_tally = bool(instr.results) and instr.results[0] in self.tallies and (op in _ADDS or op in _SUBS)
            if not is_tally and (exact is None or exact[0] < INT_MIN or exact[1] > INT_MAX):
                return
        instr.op = _PROVEN[op]
