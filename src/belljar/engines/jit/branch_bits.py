"""The branches that native code records: a byte for each ``br``, 1 for its first way, in a buffer of which the runtime makes bits (``csrc/runtime/trace.h``).

Where the next byte goes is a pointer that functions take and give back as they do with fuel: the ``%bits`` slot within a function, which LLVM keeps in a register. It lies in the context wherever the runtime may
take fuel or run guest code, and where a fault was recorded: the runtime empties the buffer with each slice of fuel. Since each branch is paid for before it is reached, no more of them follow one
another than a slice has units, but for what the function that runs had paid before. So there need be no look whether the buffer has room, except after calls, whose callers have all paid ahead.

A branch leaves its byte where it goes and not before it: behind the branch the byte is a constant, and several that follow one another are one store, and one addition to the pointer. ``waiting`` is what was recorded
on every way to this place and is not behind the pointer yet: so many bytes are written, and so many constants, the last one lowest, are not. Blocks that are come to in one way take over what waits;
before all others it is settled. Only where LLVM is to choose between two values without a branch, the byte is made from the condition.
"""

from __future__ import annotations

from contextlib import contextmanager

from belljar.engines.jit.loops import Counting, Loop
from belljar.engines.jit.metadata import ALIAS, INVARIANT, LIKELY, UNLIKELY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from belljar.engines.jit.frame import Frame

WAITING_MAX: Final = 32
"""Bytes that wait for the pointer, about: half of BELL_BRANCHES_BEFORE and BELL_BRANCHES_OVER."""
BRANCHES_MAX: Final = 4096
"""Branches of a function that may have been paid for when the buffer is all but full; a longer one looks for room at each. BELL_BRANCHES_PAID of csrc/runtime/trace.h is more."""
FEW_ROUNDS_MAX: Final = 64
"""Loops up to such a constant may have too few rounds to be worth a counter of their own."""
ROUNDS_MAX: Final = 127
"""Rounds of a loop that are recorded in line."""


class BranchBits:
    """What a function that is being emitted has recorded of its branches so far. Nothing is, until :meth:`start`."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.is_on = False
        self.is_long = False
        self.even_loops: list[Loop] = []
        """Loops that count and branch in their header alone: their branches, which are all the same, are recorded behind them."""
        self.waiting = (0, 0, 0)
        self._waiting_before: dict[int, tuple[int, int, int]] = {}
        self._sources: dict[int, int] = {}
        self._unseen: set[int] = set()
        """Blocks to which other edges lead: a round of a counted loop goes past its header, a fault to its handler."""

    def start(self) -> None:
        """Let each branch leave a byte from now on."""
        self.is_on = True
        frame = self.frame
        function = frame.function
        self._sources = dict.fromkeys(frame.order, 0)
        for block in frame.order:
            for target in function.blocks[block].successors():
                self._sources[target] += 1
        loops = frame.loops.values()
        bodies = {loop.counting.body for loop in loops if loop.counting is not None}
        self._unseen = bodies | {block.handler for block in function.blocks if block.handler >= 0}
        instrs = [instr for block in frame.order for instr in function.blocks[block].instrs]
        self.is_long = sum(instr.op.name == "br" for instr in instrs) > BRANCHES_MAX
        few = {instr.results[0] for instr in instrs if instr.op.name == "const.int" and abs(instr.args[0]) <= FEW_ROUNDS_MAX}
        for loop in loops:
            inside = [function.blocks[block].instrs for block in loop.blocks if block != loop.header]
            is_even = all(one.op.name not in ("br", "call") and not one.op.name.startswith("any.call") for some in inside for one in some)
            if loop.counting is not None and loop.counting.bound not in few and is_even:
                self.even_loops.append(loop)

    # --- blocks ------------------------------------------------------------------------------------------------------------------

    def begin_block(self, block: int) -> None:
        """An IR block begins."""
        self.waiting = self._waiting_before.get(block, (0, 0, 0))

    def hand_over(self, block: int) -> bool:
        """Whether a block takes over what waits here: it is come to in no other way."""
        if not self.is_on or block == 0 or block in self.frame.loops or block in self._unseen or self._sources[block] != 1:
            return False
        self._waiting_before[block] = self.waiting
        return True

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is recorded on one of several ways from this place, which none of the others sees."""
        here = self.waiting
        yield
        self.waiting = here

    # --- the pointer -------------------------------------------------------------------------------------------------------------

    def _at(self, pointer: str, distance: int) -> str:
        return self.frame.emit(f"getelementptr i8, ptr {pointer}, i64 {distance}") if distance else pointer

    def _store(self, what: str, pointer: str) -> None:
        self.frame.lines.append(f"  store {what}, ptr {pointer}, align 1, {ALIAS['branch']}")

    def _write(self) -> str:
        """Write what waits, and give the pointer, which does not move."""
        pointer = self.frame.emit("load ptr, ptr %bits")
        written, count, bits = self.waiting
        while count:
            some = min(count, 8)
            size = 1 << (some - 1).bit_length()  # what is written beyond is written over
            value = sum((bits >> (count - 1 - place) & 1) << 8 * place for place in range(some))
            self._store(f"i{8 * size} {value}", self._at(pointer, written))
            written, count = written + some, count - some
        self.waiting = written, 0, 0
        return pointer

    def place(self) -> str:
        """Where the next byte goes, all before it written."""
        return self._at(self._write(), self.waiting[0])

    def settle(self) -> None:
        """Let nothing wait."""
        if self.waiting != (0, 0, 0):
            self._put(self.place())

    def _put(self, pointer: str) -> None:
        self.frame.lines.append(f"  store ptr {pointer}, ptr %bits")
        self.waiting = (0, 0, 0)

    def take(self, pointer: str) -> None:
        """Go on where others have left off, who may have filled the buffer."""
        self._put(self._with_room(pointer))

    def _with_room(self, pointer: str) -> str:
        frame = self.frame
        full, on, start = frame.fresh_label("full"), frame.fresh_label("ok"), frame.label
        limit = frame.ctx_field("trace_limit", "ptr", f", {INVARIANT}")
        frame.branch(frame.emit(f"icmp ugt ptr {pointer}, {limit}"), full, on, UNLIKELY)
        with frame.out_of_line(full):
            emptied = frame.emit(f"call preserve_mostcc ptr @bell.mark_full(ptr %ctx, ptr {pointer})")
            frame.jump(on)
        frame.begin(on)
        return frame.emit(f"phi ptr [ {pointer}, %{start} ], [ {emptied}, %{full} ]")

    def slice(self) -> str:
        """What asks for the next slice of fuel, with the buffer as a further operand where there is one."""
        return "@bell.mark_slice" if self.is_on else "@bell.slice"

    def operand(self) -> str:
        """The end of the buffer as an operand of what empties it. What waits goes on waiting here."""
        if not self.is_on:
            return ""
        with self.aside():
            return f", ptr {self.place()}"

    def spill(self) -> None:
        """Put the pointer where the runtime finds it. What waits goes on waiting here."""
        if not self.is_on:
            return
        frame = self.frame
        with self.aside():
            frame.store_ctx("trace_at", "ptr", self.place())

    def spill_rounds(self) -> None:
        """The same where a fault may leave a loop whose rounds are not recorded yet."""
        loop = next((one for one in self.even_loops if self.frame.block in one.blocks and self.frame.block != one.header), None)
        if loop is None:
            self.spill()
        else:
            rounds = self._rounds(loop, self.frame.emit(f"load i64, ptr %round{loop.header}"))
            self._mark_run(loop, rounds)

    def reload(self, may_be_full: bool = False) -> None:
        """Take the pointer from there, with what waited before waiting still: the runtime may have emptied the buffer, and what waits is written behind its beginning then."""
        if not self.is_on:
            return
        pointer = self.frame.ctx_field("trace_at", "ptr")
        if may_be_full:
            pointer = self._with_room(pointer)
        with self.aside():
            self._put(self._at(pointer, -self.waiting[0] - self.waiting[1]))

    # --- branches ----------------------------------------------------------------------------------------------------------------

    def make_room(self) -> None:
        """Before a branch is recorded: a long function looks for room."""
        if self.is_on and self.is_long:
            self.take(self.place())
        elif self.waiting[0] + self.waiting[1] >= WAITING_MAX:
            self.settle()

    def record(self, first: str) -> None:
        """A byte that is made from a condition, an i1: whether the branch goes its first way."""
        if not self.is_on:
            return
        self.make_room()
        pointer = self._write()
        written = self.waiting[0]
        self._store(f"i8 {self.frame.emit(f'zext i1 {first} to i8')}", self._at(pointer, written))
        self.waiting = written + 1, 0, 0

    def record_way(self, bit: int) -> None:
        """The byte of the way that was gone."""
        if not self.is_on:
            return
        written, count, bits = self.waiting
        self.waiting = written, count + 1, bits << 1 | bit

    # --- counted loops -----------------------------------------------------------------------------------------------------------

    def _goes_first(self, loop: Loop) -> bool:
        first: int = self.frame.function.blocks[loop.header].instrs[-1].args[1]
        return first == self._counting(loop).body

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

    def _mark_run(self, loop: Loop, rounds: str) -> None:
        """Let the runtime record rounds, and what is in the buffer before them."""
        first = "true" if self._goes_first(loop) else "false"
        self.frame.lines.append(f"  call preserve_mostcc void @bell.mark_run(ptr %ctx{self.operand()}, i64 {rounds}, i1 {first})")

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
        self.make_room()
        self.record_way(int(self._goes_first(loop)))
        self.settle()

    def end_rounds(self, loop: Loop) -> None:
        """From the body of a counted loop back to its header: record the rounds of a loop that did not."""
        self.settle()
        if loop not in self.even_loops:
            return
        frame, counting = self.frame, self._counting(loop)
        pointer = frame.emit("load ptr, ptr %bits")
        if counting.step is None:
            rounds = self._rounds(loop, frame.emit(f"load i64, ptr %round{loop.header}"))
        else:  # the counter went one step further, into the round that is none
            rounds = frame.emit(f"add nsw i64 {self._rounds(loop, frame.get(counting.counter))}, -1")
        few, many, on = (frame.fresh_label(stem) for stem in ("few", "many", "ok"))
        frame.branch(frame.emit(f"icmp ule i64 {rounds}, {ROUNDS_MAX}"), few, many, LIKELY)
        frame.begin(few)
        self._store(f"<128 x i8> splat (i8 {int(self._goes_first(loop))})", pointer)
        behind = frame.emit(f"getelementptr i8, ptr {pointer}, i64 {rounds}")
        frame.jump(on)
        with frame.out_of_line(many):
            self._mark_run(loop, rounds)
            left = frame.ctx_field("trace_at", "ptr")
            frame.jump(on)
        frame.begin(on)
        self._put(frame.emit(f"phi ptr [ {behind}, %{few} ], [ {left}, %{many} ]"))
