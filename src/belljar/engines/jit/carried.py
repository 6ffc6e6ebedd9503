"""Elements that a loop stores in one round and reads in a later one, as ``row[j - 1]`` where ``row[j] = ...`` ends each round.

To read what was just stored takes five cycles or more, and where the next element depends on it, that is the time of the loop. The value is kept in a
register beside the store instead. LLVM does so only where the read is bound to be reached, which no check may stand before.

That is right where nothing else in the loop writes elements of this kind, the store is done in every round, and both indices are the counter of the
loop plus a constant. The values of the first rounds are loaded before the loop, at place 0 where their index is not within the list: then no round
reads them, since reads without a check are proven.
"""

from __future__ import annotations

from belljar.engines.jit.loops import Loop, step_of
from belljar.ir.calling import may_call
from belljar.ir.cfg import graph
from belljar.ir.function import Function, Instr
from belljar.structs import Frozen
from belljar.types import FLOAT, INT, ListType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Final

ROUNDS_MAX = 2
"""From how many rounds ago an element is kept."""
ELEMENT_WRITES = frozenset(("list.set", "list.set.nc"))
OTHER_WRITES = frozenset(("record.set", "global.set"))
"""Ops that write, but no element of a list."""


class Carried(Frozen):
    """The store ``list[counter + offset]`` of a loop that changes ``counter`` by ``step``, and the reads of what it stored: by the identity of each the number of rounds ago."""

    __slots__ = ("counter", "item", "list", "offset", "reads", "rounds", "step", "store")

    def __init__(self, store: Instr, item: Type, list: int, counter: int, offset: int, step: int, reads: Mapping[int, int]) -> None:
        self.store: Final = store
        self.item: Final = item
        self.list: Final = list
        self.counter: Final = counter
        self.offset: Final = offset
        self.step: Final = step
        self.reads: Final = reads
        self.rounds: Final = max(reads.values())


def find_carried(function: Function, loops: Sequence[Loop]) -> dict[int, list[Carried]]:
    """What innermost loops carry from round to round, by header."""
    found: dict[int, list[Carried]] = {}
    for loop in loops:
        carried = _carried(function, loop, loops)
        if carried:
            found[loop.header] = carried
    return found


def _carried(function: Function, loop: Loop, loops: Sequence[Loop]) -> list[Carried]:
    instrs = [instr for block in loop.blocks for instr in function.blocks[block].instrs]
    stores = [instr for instr in instrs if instr.op.name in ELEMENT_WRITES]
    reads = [instr for instr in instrs if instr.op.name == "list.get.nc"]
    if not stores or not any(read.args[0] == store.args[0] for read in reads for store in stores):
        return []
    if len(loop.latches) != 1 or any(other.header in loop.blocks for other in loops if other is not loop):
        return []
    (latch,) = loop.latches
    if function.blocks[latch].instrs[-1].op.name != "jump" or any(function.blocks[block].handler >= 0 for block in loop.blocks):
        return []
    for instr in instrs:
        name = instr.op.name
        if may_call(function, instr) or (instr.op.flags & {"writes", "calls"} and name not in ELEMENT_WRITES and name not in OTHER_WRITES):
            return []
    flow = graph(function)
    indices = _Indices(function, loop, latch)
    found = []
    for store in stores:
        register, item = store.args[0], _item(function, store)
        if store.op.name != "list.set.nc" or item not in (INT, FLOAT) or register in loop.assigned:
            continue
        if any(_item(function, other) == item for other in stores if other is not store):
            continue
        place = indices.find(store)
        if place is None or not flow.dominates(indices.blocks[id(store)], latch):
            continue
        counter, offset = place
        step = step_of(function, flow, loop, counter)
        if step is None or not step[0]:
            continue
        ago: dict[int, int] = {}
        for read in reads:
            other = indices.find(read) if read.args[0] == register else None
            if other is not None and other[0] == counter:
                rounds, rest = divmod(offset - other[1], step[0])
                if rest == 0 and 1 <= rounds <= ROUNDS_MAX:
                    ago[id(read)] = rounds
        if ago:
            found.append(Carried(store, item, register, counter, offset, step[0], ago))
    return found


def _item(function: Function, instr: Instr) -> Type:
    """Of what the list is that the instruction reads or writes."""
    type = function.registers[instr.args[0]].type
    assert isinstance(type, ListType)
    return type.item


class _Indices:
    """The indices of a loop's reads and stores: a register that the loop changes in its last block, after them, and a constant."""

    def __init__(self, function: Function, loop: Loop, latch: int) -> None:
        self.latch = latch
        self.assigned: dict[int, list[Instr | None]] = {register: [None] for register in function.params}
        for block in function.blocks:
            for instr in block.instrs:
                for register in instr.results:
                    self.assigned.setdefault(register, []).append(instr)
        self.blocks = {id(instr): block for block in loop.blocks for instr in function.blocks[block].instrs}
        """Where the instructions of the loop are."""
        self.places = {id(instr): place for place, instr in enumerate(function.blocks[latch].instrs)}

    def find(self, access: Instr) -> tuple[int, int] | None:
        """The register and the constant that together are the index of a read or store. Each instruction on the way is done in the same round, as it comes before the access and
        its result is assigned nowhere else."""
        register, offset, last = access.args[1], 0, [access]
        while True:
            instrs = self.assigned[register]
            inside = [instr for instr in instrs if instr is not None and id(instr) in self.blocks]
            if len(inside) != 1:
                return None
            instr = inside[0]
            name = instr.op.name.removesuffix(".nw")
            if len(instrs) > 1:  # the counter, if this is where it is changed
                if self.blocks[id(instr)] != self.latch:
                    return None
                step = self.places[id(instr)]
                if any(self.blocks[id(one)] == self.latch and self.places[id(one)] > step for one in last):
                    return None
                return register, offset
            if name == "move":
                register = instr.args[0]
            elif name in ("int.add", "int.sub"):
                a, b = instr.args
                constant = self.constant(b)
                if constant is None and name == "int.add":
                    a, b = b, a
                    constant = self.constant(b)
                if constant is None:
                    return None
                register, offset = a, offset + (constant if name == "int.add" else -constant)
            else:
                return None
            last.append(instr)

    def constant(self, register: int) -> int | None:
        """The value of a register that is assigned once, an int constant."""
        instrs = self.assigned[register]
        if len(instrs) == 1 and instrs[0] is not None and instrs[0].op.name == "const.int":
            return int(instrs[0].args[0])
        return None
