"""The bits of branches that native code records: one for each ``br``, in a word that functions hand on in a register (``csrc/runtime/trace.h``).

Within a function the word is the ``%bits`` slot, which LLVM keeps in a register; calls take it and give it back as they do with fuel. It lies in the context around calls of the runtime that may run
guest code, and where a fault was recorded.

A branch that goes somewhere leaves its bit there and not before it: behind the branch the bit is a constant, and several that follow one another are one shift and one addition. So bits *wait*: what is
``waiting`` was recorded on every way to this place and is not in the word yet. Blocks that are come to in one way take over what waits; before all others it is settled. Only where LLVM is to choose
between two values without a branch, the bit is made from the condition.

Whether the word has room is looked at once for the branches that follow until the next look, at most ``BRANCHES_MAX``; there is one a round of a loop, and one after a call.
"""

from __future__ import annotations

from contextlib import contextmanager

from belljar.engines.jit.loops import Counting, Loop
from belljar.engines.jit.metadata import LIKELY, UNLIKELY
from belljar.ir.calling import may_call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from belljar.engines.jit.frame import Frame

BRANCHES_MAX: Final = 8
"""Branches that are recorded one after another without a look whether their word has room."""
ROOM_MIN: Final = 4
"""The least room that is looked for. Words that are all but full when they are handed over made loops of two branches a round slower by a quarter."""
FEW_ROUNDS_MAX: Final = 64
"""Loops up to such a constant may have too few rounds to be worth a counter of their own."""


class BranchBits:
    """What a function that is being emitted has recorded of its branches so far. Nothing is, until :meth:`start`."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.is_on = False
        self.even_loops: list[Loop] = []
        """Loops that count and branch in their header alone: their rounds are counted, and their bits, which are all the same, recorded behind them."""
        self.waiting = (0, 0)
        """How many bits wait here, and which, the last one lowest."""
        self._waiting_before: dict[int, tuple[int, int]] = {}
        self._since = BRANCHES_MAX
        """How many branches were recorded here since it was seen that the word has room, at most; BRANCHES_MAX where that is not known."""
        self._since_after: dict[int, int] = {}
        self._sources: dict[int, list[int]] = {}
        self._needs: dict[int, int] = {}
        self._unseen: set[int] = set()
        """Blocks to which other edges lead: a round of a counted loop goes past its header, a fault to its handler."""

    def start(self) -> None:
        """Let each branch leave a bit from now on."""
        self.is_on = True
        frame = self.frame
        function = frame.function
        self._sources = {block: [] for block in frame.order}
        for block in frame.order:
            for target in function.blocks[block].successors():
                self._sources[target].append(block)
        loops = frame.loops.values()
        bodies = {loop.counting.body for loop in loops if loop.counting is not None}
        self._unseen = bodies | {block.handler for block in function.blocks if block.handler >= 0}
        instrs = [instr for block in frame.order for instr in function.blocks[block].instrs]
        few = {instr.results[0] for instr in instrs if instr.op.name == "const.int" and abs(instr.args[0]) <= FEW_ROUNDS_MAX}
        for loop in loops:
            inside = [function.blocks[block].instrs for block in loop.blocks if block != loop.header]
            is_even = all(one.op.name not in ("br", "call") and not one.op.name.startswith("any.call") for some in inside for one in some)
            if loop.counting is not None and loop.counting.bound not in few and is_even:
                self.even_loops.append(loop)

    # --- blocks ------------------------------------------------------------------------------------------------------------------

    def begin_block(self, block: int) -> None:
        """An IR block begins."""
        if not self.is_on:
            return
        self.waiting = self._waiting_before.get(block, (0, 0))
        sources = self._sources[block]
        is_known = sources and block and block not in self.frame.loops and block not in self._unseen
        self._since = max(self._since_after.get(source, BRANCHES_MAX) for source in sources) if is_known else BRANCHES_MAX

    def end_block(self, block: int) -> None:
        """It ends, or another one that is not emitted."""
        self._since_after[block] = self._since

    def hand_over(self, block: int) -> bool:
        """Whether a block takes over what waits here: it is come to in no other way."""
        if not self.is_on or block == 0 or block in self.frame.loops or block in self._unseen or len(self._sources[block]) != 1:
            return False
        self._waiting_before[block] = self.waiting
        return True

    # --- the word ----------------------------------------------------------------------------------------------------------------

    def word(self) -> str:
        """The word with all that was recorded, which stays as it is."""
        emit = self.frame.emit
        bits = emit("load i64, ptr %bits")
        count, waiting = self.waiting
        if count:
            bits = emit(f"shl i64 {bits}, {count}")
        return emit(f"or disjoint i64 {bits}, {waiting}") if waiting else bits

    def put(self, bits: str) -> None:
        """This is the word, with all that was recorded."""
        self.frame.lines.append(f"  store i64 {bits}, ptr %bits")
        self.waiting = (0, 0)

    def settle(self) -> None:
        """Put what waits into the word."""
        if self.waiting[0]:
            self.put(self.word())

    def take(self, bits: str) -> None:
        """This is the word that others have left; nothing is known of its room."""
        self.put(bits)
        self._since = BRANCHES_MAX

    def spill(self) -> None:
        """Put the word where the runtime finds it."""
        if not self.is_on:
            return
        frame = self.frame
        bits = self.word()
        loop = next((one for one in self.even_loops if frame.block in one.blocks and frame.block != one.header), None)
        if loop is not None:  # in the rounds until here
            round = frame.emit(f"load i64, ptr %round{loop.header}")
            bits = frame.emit(
                f"call preserve_mostcc i64 @bell.mark_run(ptr %ctx, i64 {bits}, i64 {self._rounds(loop, round)}, i1 {self._goes_first(loop)})"
            )
        frame.store_ctx("trace_bits", "i64", bits)

    def reload(self) -> None:
        """Take the word from there."""
        if self.is_on:
            self.take(self.frame.ctx_field("trace_bits", "i64"))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is recorded on one of several ways from this place, which none of the others sees."""
        here = self.waiting, self._since
        yield
        self.waiting, self._since = here

    def _need(self, block: int) -> int:
        """How many branches are recorded from the one that ends a block until the next look for room, at most."""
        known = self._needs.get(block)
        if known is None:
            self._needs[block] = BRANCHES_MAX  # where one comes back here
            ways = self.frame.function.blocks[block].successors()
            known = self._needs[block] = min(BRANCHES_MAX, 1 + max(self._need_after(block, way) for way in ways))
        return known

    def _need_after(self, block: int, way: int) -> int:
        """The same from where the way to another block begins."""
        loop = self.frame.loops.get(way)
        if loop is not None:
            return int(loop.counting is not None and block in loop.latches and loop not in self.even_loops)  # past the header
        if way in self._unseen:
            return 0
        instrs = self.frame.function.blocks[way].instrs
        if any(instr.op.name == "call" or may_call(self.frame.function, instr) for instr in instrs):
            return 0
        last = instrs[-1]
        if last.op.name == "br":
            return self._need(way)
        return self._need_after(way, last.args[0]) if last.op.name == "jump" else 0

    # --- branches ----------------------------------------------------------------------------------------------------------------

    def make_room(self, need: int | None = None) -> None:
        """Before a bit is recorded: hand over the word if it may have no room for it and the ``need - 1`` that follow."""
        if not self.is_on or self._since < BRANCHES_MAX:
            return
        frame = self.frame
        need = need or self._need(frame.block)
        self.settle()
        before = frame.emit("load i64, ptr %bits")
        full, on = frame.fresh_label("full"), frame.fresh_label("ok")
        frame.branch(frame.emit(f"icmp ugt i64 {before}, {(1 << (63 - max(need, ROOM_MIN))) - 1}"), full, on, UNLIKELY)
        with frame.out_of_line(full):
            frame.lines.append(f"  call preserve_mostcc void @bell.mark_full(ptr %ctx, i64 {before})")
            frame.lines.append("  store i64 1, ptr %bits")
            frame.jump(on)
        frame.begin(on)
        self._since = BRANCHES_MAX - need

    def record(self, first: str) -> None:
        """A bit that is made from a condition, an i1: whether the branch goes its first way."""
        if not self.is_on:
            return
        self.make_room()
        count, waiting = self.waiting
        self.waiting = count + 1, waiting << 1
        self.put(self.frame.emit(f"or disjoint i64 {self.word()}, {self.frame.emit(f'zext i1 {first} to i64')}"))
        self._since += 1

    def record_way(self, bit: int) -> None:
        """The bit of the way that was gone."""
        if not self.is_on:
            return
        count, waiting = self.waiting
        self.waiting = count + 1, waiting << 1 | bit
        self._since += 1

    # --- counted loops -----------------------------------------------------------------------------------------------------------

    def _goes_first(self, loop: Loop) -> str:
        return "true" if self.frame.function.blocks[loop.header].instrs[-1].args[1] == self._counting(loop).body else "false"

    @staticmethod
    def _counting(loop: Loop) -> Counting:
        assert loop.counting is not None
        return loop.counting

    def _rounds(self, loop: Loop, now: str) -> str:
        """How many rounds of a loop went past the header since it was last there: by how far the counter has come, or what counts them where the step is not known."""
        emit = self.frame.emit
        way = emit(f"sub i64 {now}, {emit(f'load i64, ptr %start{loop.header}')}")
        step = self._counting(loop).step
        return way if step is None or step == 1 else emit(f"sdiv exact i64 {way}, {step}")

    def begin_strip(self, loop: Loop) -> None:
        """From the header of a counted loop into its body."""
        self.settle()
        if loop in self.even_loops:
            start = self.frame.get(self._counting(loop).counter) if self._counting(loop).step is not None else "0"
            self.frame.lines += [f"  store i64 {start}, ptr %start{loop.header}", f"  store i64 {start}, ptr %round{loop.header}"]

    def begin_round(self, loop: Loop) -> None:
        """Past the header of a counted loop into its body."""
        if not self.is_on:
            return
        if loop in self.even_loops:
            if self._counting(loop).step is not None:
                here = self.frame.get(self._counting(loop).counter)
            else:
                here = self.frame.emit(f"add nuw nsw i64 {self.frame.emit(f'load i64, ptr %round{loop.header}')}, 1")
            self.frame.lines.append(f"  store i64 {here}, ptr %round{loop.header}")
            return
        self.make_room(1)
        self.record_way(int(self._goes_first(loop) == "true"))
        self.settle()

    def end_rounds(self, loop: Loop) -> None:
        """From the body of a counted loop back to its header: record the rounds of a loop whose rounds are counted."""
        self.settle()
        if loop not in self.even_loops:
            return
        frame = self.frame
        bits, counting = frame.emit("load i64, ptr %bits"), self._counting(loop)
        if counting.step is None:
            rounds = self._rounds(loop, frame.emit(f"load i64, ptr %round{loop.header}"))
        else:  # the counter went one step further, into the round that is none
            rounds = frame.emit(f"add nsw i64 {self._rounds(loop, frame.get(counting.counter))}, -1")
        first = self._goes_first(loop)
        few, many, on = (frame.fresh_label(stem) for stem in ("few", "many", "ok"))
        room = frame.emit(f"call i64 @llvm.ctlz.i64(i64 {bits}, i1 true)")
        frame.branch(frame.emit(f"icmp ult i64 {rounds}, {room}"), few, many, LIKELY)
        frame.begin(few)
        shifted = frame.emit(f"shl i64 {bits}, {rounds}")
        if first == "true":
            ones = frame.emit(f"xor i64 {frame.emit(f'shl i64 -1, {rounds}')}, -1")
            shifted = frame.emit(f"or i64 {shifted}, {ones}")
        frame.jump(on)
        with frame.out_of_line(many):
            left = frame.emit(f"call preserve_mostcc i64 @bell.mark_run(ptr %ctx, i64 {bits}, i64 {rounds}, i1 {first})")
            frame.jump(on)
        frame.begin(on)
        self.put(frame.emit(f"phi i64 [ {shifted}, %{few} ], [ {left}, %{many} ]"))
