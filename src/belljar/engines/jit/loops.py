"""Loops whose fuel and list headers native code keeps out of the way.

**Counted loops.** In an innermost loop ``while i < n`` that changes ``i`` once an iteration, fuel need not be checked at every step: after a check
has passed, the fuel left pays for so many more iterations that the counter itself can be compared with a limit, ``lim = min(n, i + fuel / units)``.
Going round, ``i < lim`` says at once that the loop goes on and that its fuel is there, so the header is skipped and only the subtraction remains::

    header:  fuel N; c = i < n; br c, strip, exit      as in the IR: asks for fuel, faults when there is none
    strip:   lim = min(n, i + (fuel >> s))             2**s >= N
    body:    ...
    latch:   i += step; br i < lim, round, header
    round:   fuel -= N; br body

Where the relation is ``i != n``, as in a range whose step is not constant, the strip ends at ``lim``, the place that many steps away or ``n``, whichever
comes first. Fuel is exact at every op, and a limit falls where it does in the other engines: an op of :data:`SELDOM_CHARGES` that does take
fuel of its own sets ``lim`` so that the loop goes through its header next.

**Headers.** Where a loop changes no list's length and a list register keeps its value, length and data offset are loaded before the loop; those
of strings, which never change, wherever the register keeps its value. That is always safe: a register of such a type refers to an object of
it wherever it is assigned at all, and one that is used in a loop without being assigned there is assigned before it.
"""

from __future__ import annotations

from belljar.ir.calling import may_call
from belljar.ir.cfg import Graph, graph
from belljar.ir.function import Function, Instr
from belljar.structs import Frozen, Struct
from belljar.types import INT, STR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import Final

MIRRORED = {"int.lt": "int.gt", "int.le": "int.ge", "int.gt": "int.lt", "int.ge": "int.le", "int.ne": "int.ne", "int.eq": "int.eq"}
NEGATED = {"int.lt": "int.ge", "int.le": "int.gt", "int.gt": "int.le", "int.ge": "int.lt", "int.ne": "int.eq", "int.eq": "int.ne"}
SELDOM_CHARGES = frozenset(("str.eq", "str.ne"))
"""Ops that take extra fuel only out of line."""
KEEPS_LENGTHS = frozenset(("list.set", "list.set.nc", "record.set", "global.set"))
"""Ops that write and leave every list as long, and where, it was."""


class Counting(Frozen):
    """How a counted loop counts: on while ``counter relation bound``, by ``step``, a constant or an unassigned register (``step_register``)."""

    __slots__ = ("body", "bound", "counter", "relation", "step", "step_register", "units")

    def __init__(self, counter: int, relation: str, bound: int, step: int | None, step_register: int | None, units: int, body: int) -> None:
        self.counter: Final = counter
        self.relation: Final = relation
        self.bound: Final = bound
        self.step: Final = step
        self.step_register: Final = step_register
        self.units: Final = units
        self.body: Final = body

    @property
    def rises(self) -> bool:
        return self.relation in ("int.lt", "int.le")

    @property
    def never(self) -> int:
        """The limit that no counter is within; there is none for ``int.ne``."""
        return -(2**63) if self.rises else 2**63 - 1


class Loop(Struct):
    """A natural loop: its header, its blocks, the sources of its back edges, and the registers assigned in it."""

    __slots__ = ("assigned", "blocks", "counting", "header", "headers", "latches")

    def __init__(
        self,
        header: int,
        blocks: frozenset[int],
        latches: frozenset[int],
        assigned: frozenset[int],
        counting: Counting | None = None,
        headers: list[int] | None = None,
    ) -> None:
        self.header = header
        self.blocks = blocks
        self.latches = latches
        self.assigned = assigned
        self.counting = counting
        self.headers: list[int] = [] if headers is None else headers
        """Registers of lists and strings whose headers are loaded before this loop."""


def find_loops(function: Function) -> list[Loop]:
    """The natural loops, outer ones before those inside them. Cycles entered in more than one place are not among them."""
    flow = graph(function)
    found = [loop for header in flow.headers if (loop := _natural_loop(function, flow, header)) is not None]
    found.sort(key=lambda loop: (-len(loop.blocks), flow.position[loop.header]))
    for loop in found:
        loop.counting = _counting(function, flow, loop)
    _assign_headers(function, found)
    return found


class ConditionalStep(Frozen):
    """A block that only adds a constant to a register, and the site of the addition."""

    __slots__ = ("block", "instr", "site")

    def __init__(self, block: int, instr: Instr, site: int) -> None:
        self.block: Final = block
        self.instr: Final = instr
        self.site: Final = site


def conditional_steps(
    function: Function, order: Sequence[int], loops: Collection[int], sites: Mapping[int, int]
) -> dict[int, ConditionalStep]:
    """The branches around no more than ``count = int.add count, 1``, by the block that ends with them. Such a branch often goes either way, and guessing
    wrong takes longer than adding 0. The fault is the same: adding 0 has none."""
    found: dict[int, ConditionalStep] = {}
    predecessors: dict[int, int] = {}
    for block in order:
        for target in function.blocks[block].successors():
            predecessors[target] = predecessors.get(target, 0) + 1
    for block in order:
        last = function.blocks[block].instrs[-1]
        if last.op.name != "br":
            continue
        _, yes, no = last.args
        for middle, after in ((yes, no), (no, yes)):
            instrs = function.blocks[middle].instrs
            if (
                len(instrs) != 2
                or instrs[0].op.name not in ("int.add", "int.sub")
                or instrs[1].op.name != "jump"
                or instrs[1].args[0] != after
            ):
                continue
            step = instrs[0]
            if (
                predecessors[middle] != 1
                or after in loops
                or block in loops
                or step.results[0] != step.args[0]
                or _constant(function, step.args[1]) is None
            ):
                continue
            found[block] = ConditionalStep(middle, step, sites.get(id(step), 0))
            break
    return found


def _natural_loop(function: Function, flow: Graph, header: int) -> Loop | None:
    latches = [block for block in flow.predecessors[header] if flow.position[block] >= flow.position[header]]
    if not all(flow.dominates(header, latch) for latch in latches):
        return None
    blocks, pending = {header}, list(latches)
    while pending:
        block = pending.pop()
        if block not in blocks:
            blocks.add(block)
            pending += (other for other in flow.predecessors[block] if flow.position[other] >= 0)
    assigned = {register for block in blocks for instr in function.blocks[block].instrs for register in instr.results}
    return Loop(header, frozenset(blocks), frozenset(latches), frozenset(assigned))


def _instrs(function: Function, blocks: frozenset[int]) -> Iterator[Instr]:
    for block in blocks:
        yield from function.blocks[block].instrs


def _keeps_lengths(function: Function, blocks: frozenset[int]) -> bool:
    return all(
        not (instr.op.flags & {"writes", "calls"} or may_call(function, instr))
        or (instr.op.name in KEEPS_LENGTHS and not may_call(function, instr))
        for instr in _instrs(function, blocks)
    )


def _assign_headers(function: Function, loops: list[Loop]) -> None:
    """Give each list or string register that a loop reads to the outermost loop that leaves it, and the lengths of lists, alone."""
    keeping = {loop.header for loop in loops if _keeps_lengths(function, loop.blocks)}
    for loop in loops:
        used = {
            instr.args[0]: None for block in sorted(loop.blocks) for instr in function.blocks[block].instrs if instr.op.name in READS_HEADER
        }
        for register in used:
            is_list = function.registers[register].type != STR
            homes = (
                other
                for other in loops
                if loop.blocks <= other.blocks and register not in other.assigned and (other.header in keeping or not is_list)
            )
            home = next(homes, None)
            if home is not None and register not in home.headers:
                home.headers.append(register)


READS_HEADER = frozenset(
    (
        "list.len",
        "list.get",
        "list.set",
        "list.get.nc",
        "list.set.nc",
        "str.len",
        "str.index",
        "str.index.nc",
        "str.code_at",
        "str.code_at.nc",
    )
)
"""Ops whose first operand is a list or string of which they read the header."""


def _counting(function: Function, flow: Graph, loop: Loop) -> Counting | None:
    instrs = function.blocks[loop.header].instrs
    if instrs[0].op.name != "fuel" or instrs[-1].op.name != "br" or loop.latches == {loop.header}:
        return None
    may_charge = False
    for instr in _instrs(function, loop.blocks):
        op = instr.op
        if op.name in SELDOM_CHARGES:
            may_charge = True
        elif op.name in ("call", "guard") or op.flags & {"charges", "io", "calls"} or (op.name == "fuel" and instr is not instrs[0]):
            return None
    condition, yes, no = instrs[-1].args
    if (yes in loop.blocks) == (no in loop.blocks):
        return None
    body = yes if yes in loop.blocks else no
    if body == loop.header:
        return None
    keeps = _keeps_lengths(function, loop.blocks)
    steady: set[int] = set()  # assigned in the header, to the same value each time
    comparison: Instr | None = None
    for instr in instrs[1:-1]:
        if instr.results == (condition,) and instr.op.name in MIRRORED:
            comparison = instr
        elif not _is_steady(function, instr, loop, steady, keeps):
            return None
        else:
            steady.update(instr.results)
    if comparison is None or _assignments(function, condition) != 1:
        return None
    relation = comparison.op.name if body == yes else NEGATED[comparison.op.name]
    for counter, bound, name in ((*comparison.args, relation), (*reversed(comparison.args), MIRRORED[relation])):
        if bound not in loop.assigned or bound in steady:
            step = step_of(function, flow, loop, counter)
            if step is None:
                continue
            constant, register = step
            if name == "int.eq" or (name == "int.ne" and (may_charge or constant is not None)):
                continue
            if constant is None and name not in ("int.lt", "int.le", "int.ne"):
                continue
            if constant is not None and (constant <= 0 if name in ("int.lt", "int.le") else constant >= 0):
                continue
            return Counting(counter, name, bound, constant, register, instrs[0].args[0], body)
    return None


def _assignments(function: Function, register: int) -> int:
    return (register in function.params) + sum(
        instr.results.count(register) for block in function.blocks for instr in block.instrs if register in instr.results
    )


def _is_steady(function: Function, instr: Instr, loop: Loop, steady: set[int], keeps: bool) -> bool:
    """Whether the instruction may be left out of all iterations but the first: no fault, and the same result each time."""
    op = instr.op
    if op.faults or not op.is_inline or len(instr.results) != 1:
        return False
    if not (op.is_pure or (op.name == "list.len" and keeps)) or "allocates" in op.flags:
        return False
    if any(register in loop.assigned and register not in steady for register in instr.registers_read()):
        return False
    return _assignments(function, instr.results[0]) == 1


def _constant(function: Function, register: int) -> int | None:
    """The value of a register that is assigned once, an int constant."""
    found = [instr for block in function.blocks for instr in block.instrs if register in instr.results]
    if len(found) == 1 and found[0].op.name == "const.int" and register not in function.params:
        value = found[0].args[0]
        assert isinstance(value, int)
        return value
    return None


def step_of(function: Function, flow: Graph, loop: Loop, counter: int) -> tuple[int | None, int | None] | None:
    """By how much the loop changes the counter in every iteration: a constant, or a register; None when it does not do so exactly once."""
    if function.registers[counter].type != INT:
        return None
    places = [(block, instr) for block in loop.blocks for instr in function.blocks[block].instrs if counter in instr.results]
    if len(places) != 1 or not all(flow.dominates(places[0][0], latch) for latch in loop.latches):
        return None
    change = places[0][1]
    if change.op.name == "move":
        source = change.args[0]
        if _assignments(function, source) != 1:
            return None
        sums = [instr for instr in _instrs(function, loop.blocks) if source in instr.results]
        if len(sums) != 1:
            return None
        change = sums[0]
    name = change.op.name.removesuffix(".nw").removesuffix(".wrap")
    if name not in ("int.add", "int.sub"):
        return None
    a, b = change.args
    if name == "int.add" and b == counter:
        a, b = b, a
    if a != counter:
        return None
    constant = _constant(function, b)
    if constant is not None:
        return (constant if name == "int.add" else -constant), None
    return (None, b) if name == "int.add" and b not in loop.assigned else None
