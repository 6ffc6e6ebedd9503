"""Slots: which word of the frame each virtual register lives in.

Parameters come first, in order, since the caller puts them there; then the rooted registers, each in a slot of its own that starts as 0, so that the
collector sees exactly what native code's shadow stack shows; then the constants; then everything else, by linear scan over live intervals
(Poletto and Sarkar, "Linear Scan Register Allocation", 1999): registers that are never live together share a slot.
"""

from __future__ import annotations

from bisect import insort
from heapq import heappop, heappush

from belljar.engines.vm.select import Selected, registers_of
from belljar.ir.function import Function
from belljar.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Slots(Struct):
    """``slot`` maps registers to slots, those of constants included; ``count`` is the number of slots. The collector scans the slots in ``roots``; the
    rooted registers that are no parameters are ``rooted_count`` slots from ``rooted_first`` on."""

    __slots__ = ("count", "rooted_count", "rooted_first", "roots", "slot")

    def __init__(self, slot: dict[int, int], count: int, roots: list[int], rooted_first: int, rooted_count: int) -> None:
        self.slot = slot
        self.count = count
        self.roots = roots
        self.rooted_first = rooted_first
        self.rooted_count = rooted_count


def allocate(function: Function, selected: Selected, rooted: Sequence[int]) -> Slots:
    """Give every register of the selected code a slot."""
    slot = {register: place for place, register in enumerate(function.params)}
    first = len(slot)
    others = [register for register in rooted if register not in slot]
    for place, register in enumerate(others):
        slot[register] = first + place
    used = first + len(others)
    for place in range(len(selected.constants)):
        slot[selected.constants_first + place] = used + place
    used += len(selected.constants)
    fixed = {*rooted, *range(selected.constants_first, selected.constants_first + len(selected.constants))}
    free: list[int] = []
    active: list[tuple[int, int]] = []  # end of the interval, slot
    for start, end, register in intervals(function, selected, fixed):
        while active and active[0][0] < start:
            heappush(free, active.pop(0)[1])
        if register in slot:
            place = slot[register]
        elif free:
            place = slot[register] = heappop(free)
        else:
            place = slot[register] = used
            used += 1
        insort(active, (end, place))
    roots = [slot[register] for register in rooted]
    return Slots(slot, used, roots, first, len(others))


def intervals(function: Function, selected: Selected, fixed: set[int]) -> list[tuple[int, int, int]]:
    """(start, end, register) of every register that is not fixed, by start. Instruction ``p`` reads at time 2p and writes at 2p + 1, so that a result may
    take the slot of an operand that ends there."""
    blocks = selected.blocks
    reads_of: list[int] = []
    writes_of: list[int] = []
    successors: list[list[int]] = []
    bounds: list[tuple[int, int]] = []
    handlers: list[
        tuple[int, int]
    ] = []  # per block: where its handler stands, -1 for none, and what is written before the instruction it guards
    place_of = {block: place for place, (block, _) in enumerate(blocks)}
    start: dict[int, int] = {}
    end: dict[int, int] = {}
    for register in function.params:
        if register not in fixed:
            start[register] = end[register] = -1
    time = 0
    for place, (_, machines) in enumerate(blocks):
        read = written = 0
        handled = -1, 0
        targets: list[int] = []
        first = time
        falls = True
        for machine in machines:
            reads, writes = registers_of(machine)
            for register in reads:
                if register not in fixed:
                    if not written >> register & 1:
                        read |= 1 << register
                    end[register] = time
                    if register not in start:
                        start[register] = time
            if machine.handler >= 0:
                handled = place_of[machine.handler], written
                targets.append(handled[0])
            for register in writes:
                if register not in fixed:
                    written |= 1 << register
                    if register not in start:
                        start[register] = time + 1
                    end[register] = time + 1
            for letter, value in zip(machine.format.replace("-", "").replace("s", ""), machine.values, strict=True):
                if letter in "jJ":
                    targets.append(place_of[value])
            falls = machine.opcode.name not in _ENDS
            time += 2
        if falls and place + 1 < len(blocks):
            targets.append(place + 1)
        handlers.append(handled)
        reads_of.append(read)
        writes_of.append(written)
        successors.append(targets)
        bounds.append((first, time))
    live_in = [0] * len(blocks)
    live_out = [0] * len(blocks)
    changed = True
    while changed:
        changed = False
        for place in range(len(blocks) - 1, -1, -1):
            out = 0
            for target in successors[place]:
                out |= live_in[target]
            live_out[place] = out
            live = reads_of[place] | out & ~writes_of[place]
            handler, before = handlers[place]
            if handler >= 0:
                live |= live_in[handler] & ~before
            if live != live_in[place]:
                live_in[place] = live
                changed = True
    for place, (first, last) in enumerate(bounds):
        bits = live_in[place]
        while bits:
            register = (bits & -bits).bit_length() - 1
            bits &= bits - 1
            start[register] = min(start[register], first)
            end[register] = max(end[register], first)
        bits = live_out[place]
        while bits:
            register = (bits & -bits).bit_length() - 1
            bits &= bits - 1
            start[register] = min(start[register], last)
            end[register] = max(end[register], last)
    return sorted((start[register], end[register], register) for register in start)


_ENDS = frozenset({"jump", "ret0", "ret1", "ret_i", "retn", "raise", "raise_any", "fault", "unreachable"})
"""Opcodes after which the next instruction is not reached by falling through."""
