"""What the graph of a function reads and assigns: variables that are live, temporaries that are used for the last time, names that it mentions."""

from __future__ import annotations

from belljar.lang.graph import Branch, Raise, Return, Throw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from belljar.lang.graph import FlowBlock, Step

READS = frozenset({"load", "capture", "iter_close", "iter_more", "iter_value", "iter_step", "iter_result"})
WRITES = frozenset({"store", "iter_new", "iter_taken", "iter_step", "unbind"})


def live_in(blocks: list[FlowBlock]) -> list[frozenset[str]]:
    """The variables each block, or one after it, reads before assigning. A block with a handler may be left at any step: what the handler reads is live in all of it."""
    bits: dict[str, int] = {}  # sets of variables are bits of an int: they are joined many times
    reads: list[int] = []
    writes: list[int] = []
    for block in blocks:
        read = written = 0
        for step in block.steps:
            kind = step.kind
            if kind in READS or kind in WRITES:
                bit = bits.setdefault(step.data, 1 << len(bits))
                if kind in READS and not written & bit:
                    read |= bit
                if kind in WRITES and block.handler < 0:
                    written |= bit
        reads.append(read)
        writes.append(written)
    targets = [block.targets() for block in blocks]
    live = list(reads)
    changed = True
    while changed:
        changed = False
        for number in range(len(blocks) - 1, -1, -1):
            after = 0
            for target in targets[number]:
                after |= live[target]
            now = reads[number] | (after & ~writes[number])
            if now != live[number]:
                live[number] = now
                changed = True
    named: dict[int, frozenset[str]] = {}
    for held in live:
        if held not in named:
            named[held] = frozenset([name for name, bit in bits.items() if held & bit])
    return [named[held] for held in live]


def mentions(blocks: list[FlowBlock]) -> frozenset[str]:
    """The attributes (``.name``, ``=.name`` where it is assigned) and module-level variables that blocks name."""
    found: set[str] = set()
    for block in blocks:
        for step in block.steps:
            kind = step.kind
            if kind == "attr" or kind == "has_attr" or kind == "del_attr":
                found.add(f".{step.data}")
            elif kind == "set_attr":
                found.add(f"=.{step.data}")
            elif kind == "method":
                found.add(f".{step.data[0]}")
            elif kind == "global":
                found.add(step.data)
    return frozenset(found)


def last_uses(steps: Sequence[Step], end: object) -> dict[int, int]:
    """The position of the last step that uses each temporary; one past the steps for those the end uses."""
    uses: dict[int, int] = {}
    for position, step in enumerate(steps):
        for arg in step.args:
            uses[arg] = position
    if isinstance(end, Branch):
        uses[end.cond] = len(steps)
    elif isinstance(end, (Return, Raise, Throw)) and end.value is not None:
        uses[end.value] = len(steps)
        if isinstance(end, Throw):
            uses.update((temp, len(steps)) for temp in (end.cause, end.handled) if temp is not None)
    return uses
