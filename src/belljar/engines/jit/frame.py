"""One function on its way to LLVM text: registers, blocks, fuel, faults and roots.

A register that is assigned once is an SSA value by itself, since the verifier has proven that its assignment dominates every use; others are
``alloca`` slots, which LLVM promotes. Every check branches to a block of its own out of line, where the operands become words, and from there
to the one fault block of the function. Fuel is the ``%fuel`` slot, kept as a value within a block.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from belljar.engines.jit import profiling
from belljar.engines.jit.bounds import lower_bounds
from belljar.engines.jit.branch_bits import BranchBits
from belljar.engines.jit.carried import Carried, find_carried
from belljar.engines.jit.loops import ConditionalStep, Counting, Loop, find_loops
from belljar.engines.jit.metadata import ALIAS, INVARIANT, LENGTH_RANGE, LIKELY, MOSTLY, UNLIKELY
from belljar.ir.abi import OFFSETS
from belljar.ir.exceptions import has_guards
from belljar.ir.function import Function, Instr
from belljar.ir.passes.segments import Segment
from belljar.types import BOOL, FLOAT, INT, STR, Type

ATTRIBUTES = "#9"
"""The attribute group of guest code."""
CTX = OFFSETS["bell_ctx"]
HEAD = OFFSETS["bell_head"]
LIST = OFFSETS["bell_list"]
STRING = OFFSETS["bell_str"]

FAULT_FIELDS = (("fault", "i32"), ("fault_site", "i32"), ("fault_a", "i64"), ("fault_b", "i64"), ("fuel", "i64"))
"""What a fault leaves in the context, with the type of each field."""


def llvm_type(type: Type) -> str:
    """The LLVM type of a register."""
    return "i64" if type == INT else "double" if type == FLOAT else "i1" if type == BOOL else "i64"


def llvm_float(value: float) -> str:
    """A float constant, to the bit."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def result_type(function: Function, has_bits: bool) -> str:
    """``{ i64 fuel, R... }``: what a native function returns, and behind it where the next branch is recorded, if it does so."""
    return "{ " + ", ".join(["i64", *map(llvm_type, function.results), *["ptr"] * has_bits]) + " }"


def reverse_postorder(function: Function) -> list[int]:
    """The reachable blocks, each after those that dominate it."""
    order: list[int] = []
    seen = {0}
    stack = [(0, iter(function.blocks[0].successors()))]
    while stack:
        block, successors = stack[-1]
        for target in successors:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(function.blocks[target].successors())))
                break
        else:
            order.append(block)
            stack.pop()
    order.reverse()
    return order


class Frame:
    """The state of emitting one function. ``lines`` is the code in layout order, ``cold`` what goes behind it.

    ``rooted`` maps each rooted register to its slot on the shadow stack.
    """

    def __init__(self, function: Function, symbol: str, rooted: Sequence[int]) -> None:
        self.function = function
        self.symbol = symbol
        self.types = [llvm_type(register.type) for register in function.registers]
        self.lines: list[str] = []
        self.cold: list[str] = []
        self.rooted = {register: slot for slot, register in enumerate(rooted)}
        found = find_loops(function)
        self.loops = {loop.header: loop for loop in found}
        self.loops_with_headers = [loop for loop in found if loop.headers]
        self.carried = find_carried(function, found)
        self.kept = {
            read: f"%kept{header}.{index}.{rounds}"
            for header, several in self.carried.items()
            for index, one in enumerate(several)
            for read, rounds in one.reads.items()
        }
        """The slot with the element of a read, by its identity; those of stores, where the element is to be kept."""
        self.kept |= {
            id(one.store): f"%kept{header}.{index}.0" for header, several in self.carried.items() for index, one in enumerate(several)
        }
        self._header_values: dict[int, dict[int, tuple[str, ...]]] = {}
        self.headers: dict[int, tuple[str, ...]] = {}
        """:meth:`list_header` or :meth:`string_header` of registers that do not change in the loops around this block."""
        self._edges: list[str] = []
        self.steps: dict[int, ConditionalStep] = {}
        """By the block that branches around it, an addition that is done without a branch."""
        self.block = 0
        self.never_negative = {register for register, bound in enumerate(lower_bounds(function)) if bound >= 0}
        self.order = reverse_postorder(function)
        assigned = [0] * len(function.registers)
        for register in function.params:
            assigned[register] += 1
        for block in self.order:
            for instr in function.blocks[block].instrs:
                for register in instr.results:
                    assigned[register] += 1
        self.slotted = [count > 1 for count in assigned]
        self.values: dict[int, str] = {}
        """Operands of registers assigned once."""
        self.codes: dict[int, str] = {}
        """Code points of registers that are assigned once, a string of one character."""
        self.cached: dict[int, str] = {}
        """What slotted registers hold at this point of the block, where known."""
        self.fuel = "%fuel.in"
        self.label = "entry"
        self.words_max = 0
        self.entry_charge: tuple[int, int] | None = None
        """Units and site of the ``fuel`` op at the function's start, unless a loop comes back to it."""
        self.attributes = ATTRIBUTES
        self.itself = symbol
        """What the function calls where it calls itself."""
        self.bits = BranchBits(self)
        self.segments: tuple[Segment, ...] = ()
        self.first_segment = 0
        self.is_profiled = False
        """Whether the function says where it is (``csrc/runtime/profile.h``): its calls are a list of frames, each on the stack of its own call."""
        self.handler = -1
        """The block where a fault of the instruction being emitted leads, -1 for the caller."""
        self.has_guards = has_guards(function)
        self._count = 0
        for register in function.params:
            self.values[register] = f"%a{register}"
        self._fault_edges: list[tuple[str, str, str, str, str, str]] = []  # label, code, site, a, b, fuel
        self._unwind_edges: list[tuple[str, str]] = []  # label, site
        self._may_fail = False  # a fault here that a handler does not take

    @property
    def result(self) -> str:
        """What the function returns."""
        return result_type(self.function, self.bits.is_on)

    @property
    def is_in_registers(self) -> bool:
        """Whether parameters and results all travel in registers, on every processor: LLVM ends the process over a tail call that it cannot make."""
        params = [self.types[register] for register in self.function.params]
        results = list(map(llvm_type, self.function.results))
        floats = params.count("double"), results.count("double")
        words = self.bits.is_on + len(params) - floats[0], self.bits.is_on + len(results) - floats[1]
        return words[0] <= 4 and floats[0] <= 8 and words[1] <= 2 and floats[1] <= 2

    # --- names and text ---------------------------------------------------------------------------------------------------------

    def fresh(self) -> str:
        """A new value name."""
        self._count += 1
        return f"%t{self._count}"

    def fresh_label(self, stem: str) -> str:
        self._count += 1
        return f"{stem}{self._count}"

    def emit(self, text: str) -> str:
        """Emit ``%new = text`` and give the name."""
        self._count += 1
        name = f"%t{self._count}"
        self.lines.append(f"  {name} = {text}")
        return name

    def begin(self, label: str) -> None:
        """Start the basic block ``label``."""
        self.lines.append(f"{label}:")
        self.label = label

    def branch(self, condition: str, yes: str, no: str, weights: str = "") -> None:
        tail = f", {weights}" if weights else ""
        self.lines.append(f"  br i1 {condition}, label %{yes}, label %{no}{tail}")

    def jump(self, label: str) -> None:
        self.lines.append(f"  br label %{label}")

    # --- registers ---------------------------------------------------------------------------------------------------------------

    def get(self, register: int) -> str:
        """The operand that holds a register now."""
        if not self.slotted[register]:
            return self.values[register]
        value = self.cached.get(register)
        if value is None:
            value = self.emit(f"load {self.types[register]}, ptr %v{register}")
            self.cached[register] = value
        return value

    def set(self, register: int, value: str) -> None:
        """Assign a register, writing a root through to the shadow stack."""
        if self.slotted[register]:
            self.lines.append(f"  store {self.types[register]} {value}, ptr %v{register}")
            self.cached[register] = value
        else:
            self.values[register] = value
        slot = self.rooted.get(register)
        if slot is not None:
            self.lines.append(f"  store i64 {value}, ptr %root{slot}, {ALIAS['roots']}")

    def let(self, register: int, text: str) -> None:
        """Assign a register the result of an instruction."""
        self.set(register, self.emit(text))

    def word(self, register: int) -> str:
        """The register as a word of a container, a fault or a runtime call."""
        value = self.get(register)
        type = self.types[register]
        if type == "i64":
            return value
        return self.emit(f"bitcast double {value} to i64" if type == "double" else f"zext i1 {value} to i64")

    def from_word(self, register: int, word: str) -> None:
        """Assign a register from a word."""
        type = self.types[register]
        if type == "double":
            word = self.emit(f"bitcast i64 {word} to double")
        elif type == "i1":
            word = self.emit(f"trunc i64 {word} to i1")
        self.set(register, word)

    # --- memory ------------------------------------------------------------------------------------------------------------------

    def ctx_field(self, field: str, type: str, notes: str = "") -> str:
        """Load a field of the context."""
        place = self.emit(f"getelementptr inbounds i8, ptr %ctx, i64 {CTX[field]}")
        return self.emit(f"load {type}, ptr {place}, {ALIAS['ctx']}{notes}")

    def store_ctx(self, field: str, type: str, value: str) -> None:
        place = self.emit(f"getelementptr inbounds i8, ptr %ctx, i64 {CTX[field]}")
        self.lines.append(f"  store {type} {value}, ptr {place}, {ALIAS['ctx']}")

    def at(self, reference: str, offset: int = 0) -> str:
        """The address of a byte of the object a reference names."""
        place = self.emit(f"getelementptr inbounds i8, ptr %base, i64 {reference}")
        return self.emit(f"getelementptr inbounds i8, ptr {place}, i64 {offset}") if offset else place

    # --- fuel, faults, calls -----------------------------------------------------------------------------------------------------

    @contextmanager
    def out_of_line(self, label: str) -> Iterator[None]:
        """Emit a block behind the function's hot code. Slotted registers it loads are not known to be loaded afterwards."""
        saved = self.lines, self.label, self.cached
        self.lines, self.label, self.cached = [f"{label}:"], label, dict(self.cached)
        yield
        self.cold += self.lines
        self.lines, self.label, self.cached = saved

    def fault_block(self, instr: Instr, code: str | None, site: int) -> str:
        """The label of a block that reports a fault of ``instr``. ``code`` is an operand; None when the runtime has recorded the fault and its fuel."""
        label = self.fresh_label("fault")
        with self.out_of_line(label):
            words = [self.word(register) for register, _ in zip(instr.registers_read(), range(2), strict=False)]
            words += ["0"] * (2 - len(words))
            fuel = self.fuel
            if code is None:
                code, fuel = self.ctx_field("fault", "i32"), self.ctx_field("fuel", "i64")
            self.bits.spill_rounds()
            if self.handler >= 0:
                for (field, type), value in zip(FAULT_FIELDS, (code, str(site), *words, fuel), strict=True):
                    self.store_ctx(field, type, value)
                self._catch("failed")
                self._may_fail = True
                return label
            self.jump("fault")
        self._fault_edges.append((label, code, str(site), words[0], words[1], fuel))
        return label

    def _catch(self, otherwise: str) -> None:
        """End the block: go to the handler with what is left of fuel and roots as here, unless the program cannot catch the recorded fault."""
        caught = self.emit("call i64 @bell_exc_caught(ptr %ctx)")
        on = self.fresh_label("caught")
        self.branch(self.emit(f"icmp ne i64 {caught}, 0"), on, otherwise)
        self.begin(on)
        if self.bits.is_on:
            with self.bits.aside():
                self.bits.take(self.ctx_field("trace_at", "ptr"))
        self.lines.append(f"  store i64 {self.ctx_field('fuel', 'i64')}, ptr %fuel")
        self.lines.append(f"  store ptr %root{'s.end' if self.rooted else '0'}, ptr %roots.top, {ALIAS['ctx']}")
        self.jump(self._target(self.handler))

    def _unwind(self, site: int) -> None:
        """End the block: a call of this function's has recorded a fault."""
        if self.handler >= 0:
            lost = self.fresh_label("lost")
            self._catch(lost)
            self.begin(lost)
        self.jump("unwind")
        self._unwind_edges.append((self.label, str(site)))

    def check(self, bad: str, instr: Instr, code: int, site: int) -> None:
        """Report the fault where ``bad`` is true, else go on."""
        on = self.fresh_label("ok")
        self.branch(bad, self.fault_block(instr, str(code), site), on, UNLIKELY)
        self.begin(on)

    def require(self, good: str, instr: Instr, code: int, site: int) -> None:
        """Report the fault where ``good`` is false, else go on."""
        on = self.fresh_label("ok")
        self.branch(good, on, self.fault_block(instr, str(code), site), LIKELY)
        self.begin(on)

    def check_runtime(self, instr: Instr, site: int) -> None:
        """After a runtime call: go on unless it has recorded a fault."""
        code = self.ctx_field("fault", "i32")
        self.check_code(code, instr, site)

    def check_calls(self, instr: Instr, site: int) -> None:
        """After a runtime call that may have run guest functions: a fault in one of them has its site and trail already, of which this call is a part."""
        bad = self.emit(f"icmp ne i32 {self.ctx_field('fault', 'i32')}, 0")
        on, failed, inner = self.fresh_label("ok"), self.fresh_label("failed"), self.fresh_label("inside")
        self.branch(bad, failed, on, UNLIKELY)
        with self.out_of_line(failed):
            inside = self.emit(f"icmp ne i32 {self.ctx_field('fault_inside', 'i32')}, 0")
            self.branch(inside, inner, self.fault_block(instr, None, site))
        with self.out_of_line(inner):
            self.store_ctx("fault_inside", "i32", "0")
            self._unwind(site)
        self.begin(on)

    def check_code(self, code: str, instr: Instr, site: int) -> None:
        """Report the fault ``code`` names unless it is 0."""
        bad = self.emit(f"icmp ne i32 {code}, 0")
        on = self.fresh_label("ok")
        self.branch(bad, self.fault_block(instr, code, site), on, UNLIKELY)
        self.begin(on)

    def spill_fuel(self) -> None:
        """Put the fuel where the runtime finds it."""
        self.store_ctx("fuel", "i64", self.fuel)
        self.bits.spill()

    def reload_fuel(self) -> None:
        self.fuel = self.ctx_field("fuel", "i64")
        self.bits.reload()

    def charge(self, instr: Instr, units: int, site: int) -> None:
        """The ``fuel`` op: take units; below zero ask for the next slice."""
        before = self.emit(f"sub nsw i64 {self.fuel}, {units}")
        low = self.emit(f"icmp slt i64 {before}, 0")
        slow, on, start = self.fresh_label("slice"), self.fresh_label("ok"), self.label
        self.branch(low, slow, on, UNLIKELY)
        with self.out_of_line(slow):
            after = self.emit(f"call preserve_mostcc i64 {self.bits.slice()}(ptr %ctx, i64 {before}{self.bits.operand()})")
            self.bits.reload()
            dead = self.emit(f"icmp slt i64 {after}, 0")
            self.branch(dead, self.fault_block(instr, None, site), on, UNLIKELY)
        self.begin(on)
        self.fuel = self.emit(f"phi i64 [ {before}, %{start} ], [ {after}, %{slow} ]")

    def check_call(self, fuel: str, site: int) -> None:
        """After a call: take over its fuel, or unwind where it is negative."""
        failed = self.emit(f"icmp slt i64 {fuel}, 0")
        on = self.fresh_label("ok")
        edge = self.fresh_label("unwind")
        with self.out_of_line(edge):
            self._unwind(site)
        self.branch(failed, edge, on, UNLIKELY)
        self.begin(on)
        self.fuel = fuel

    # --- blocks and loops --------------------------------------------------------------------------------------------------------

    def begin_block(self, block: int) -> None:
        """Start an IR block: nothing is known of slots yet."""
        self.block = block
        self.bits.begin_block(block)
        loop = self.loops.get(block)
        if loop is not None and self._is_prepared(loop):
            self._load_headers(loop)
        self.begin(f"b{block}")
        self.cached = {}
        self.fuel = self.emit("load i64, ptr %fuel")
        self.headers = {}
        for outer in self.loops_with_headers:
            if block in outer.blocks:
                self.headers.update(self._header_values[outer.header])

    def _load_headers(self, loop: Loop) -> None:
        """Before the loop: the headers of lists and strings it leaves as they are."""
        function = self.function
        self.begin(f"pre{loop.header}")
        self.cached, self.headers = {}, {}
        values = self._header_values[loop.header] = {}
        for register in loop.headers:
            is_string = function.registers[register].type == STR
            values[register] = self.steady_string_header(self.get(register)) if is_string else self.list_header(self.get(register))
        for index, one in enumerate(self.carried.get(loop.header, ())):
            self._load_kept(one, f"%kept{loop.header}.{index}", values)
        self.jump(f"b{loop.header}")

    def _is_prepared(self, loop: Loop) -> bool:
        """Whether something is loaded before the loop."""
        return bool(loop.headers) or loop.header in self.carried

    def _load_kept(self, carried: Carried, slot: str, values: dict[int, tuple[str, ...]]) -> None:
        """The elements that the first rounds of a loop would read as stored in rounds before."""
        length, data = values.get(carried.list) or self.list_header(self.get(carried.list))
        counter, type = self.get(carried.counter), llvm_type(carried.item)
        for rounds in range(1, carried.rounds + 1):
            distance = (carried.offset - rounds * carried.step + 2**63) % 2**64 - 2**63
            index = self.emit(f"add i64 {counter}, {distance}")
            inside = self.emit(f"icmp ult i64 {index}, {length}")
            place = self.emit(
                f"getelementptr inbounds i64, ptr {self.at(data)}, i64 {self.emit(f'select i1 {inside}, i64 {index}, i64 0')}"
            )
            value = self.emit(f"load {type}, ptr {place}, {ALIAS['item float' if carried.item == FLOAT else 'item int']}")
            self.lines.append(f"  store {type} {value}, ptr {slot}.{rounds}")

    def _keep(self) -> None:
        """At the end of a round: what was stored one round ago was stored two rounds ago in the next."""
        for loop in self.loops.values():
            if self.block not in loop.latches:
                continue
            for index, one in enumerate(self.carried.get(loop.header, ())):
                type = llvm_type(one.item)
                for rounds in range(one.rounds, 0, -1):
                    value = self.emit(f"load {type}, ptr %kept{loop.header}.{index}.{rounds - 1}")
                    self.lines.append(f"  store {type} {value}, ptr %kept{loop.header}.{index}.{rounds}")

    def list_header(self, reference: str) -> tuple[str, str]:
        """Length and data offset of a list. Both are loaded together: where one may be hoisted, so may the other."""
        length_place = self.at(reference, LIST["length"])
        length = self.emit(f"load i64, ptr {length_place}, {ALIAS['list length']}, {LENGTH_RANGE}")
        data_place = self.at(reference, LIST["data"])
        return length, self.emit(f"load i64, ptr {data_place}, {ALIAS['list data']}")

    def string_header(self, reference: str) -> tuple[str, str, str]:
        """Length, address of the first character and bytes per character (i16) of a string."""
        short = self.emit(f"load i32, ptr {self.at(reference, STRING['length'])}, {ALIAS['str']}")
        width = self.emit(f"load i16, ptr {self.at(reference, HEAD['aux'])}, {ALIAS['str']}")
        data = self.emit(f"load i64, ptr {self.at(reference, STRING['data'])}, {ALIAS['str']}")
        return self.emit(f"zext i32 {short} to i64"), self.at(data), width

    def steady_string_header(self, reference: str) -> tuple[str, ...]:
        """The header of a string, how far an index is shifted to become a distance in bytes, and the mask (i32) of a character."""
        length, data, width = self.string_header(reference)
        wide = self.emit(f"zext i16 {width} to i64")
        eight = self.emit(f"shl i64 {wide}, 3")
        bits = self.emit(f"sub i32 32, {self.emit(f'trunc i64 {eight} to i32')}")
        return length, data, width, self.emit(f"lshr i64 {wide}, 1"), self.emit(f"lshr i32 -1, {bits}")

    def _target(self, block: int) -> str:
        """The label to go to for an edge from the current block."""
        loop = self.loops.get(block)
        if loop is None:
            return f"b{block}"
        if self.block not in loop.latches:
            return f"pre{block}" if self._is_prepared(loop) else f"b{block}"
        if loop.counting is None:
            return f"b{block}"
        return self._round(loop, loop.counting)

    def _round(self, loop: Loop, counting: Counting) -> str:
        """A back edge of a counted loop: past the header while the limit allows."""
        label, on = self.fresh_label("latch"), self.fresh_label("round")
        saved = self.lines, self.label, self.cached
        self.lines, self.label, self.cached = [f"{label}:"], label, dict(self.cached)
        compare = {"int.lt": "slt", "int.le": "sle", "int.gt": "sgt", "int.ge": "sge", "int.ne": "ne"}[counting.relation]
        limit = self.emit(f"load i64, ptr %lim{loop.header}")
        left = self.emit(f"sub i64 {self.fuel}, {counting.units}")
        more = self.emit(f"icmp {compare} i64 {self.get(counting.counter)}, {limit}")
        here = self.bits.waiting
        over = self.fresh_label("over") if here != (0, 0, 0) or loop in self.bits.even_loops else f"b{loop.header}"
        self.branch(more, on, over, MOSTLY)
        self.begin(on)
        self.lines.append(f"  store i64 {left}, ptr %fuel")
        with self.bits.aside():
            self.bits.begin_round(loop)
        self.jump(f"b{counting.body}")
        if over != f"b{loop.header}":
            self.begin(over)
            with self.bits.aside():
                self.bits.end_rounds(loop)
            self.jump(f"b{loop.header}")
        self._edges += self.lines
        self.lines, self.label, self.cached = saved
        return label

    def _strip(self, loop: Loop, counting: Counting) -> str:
        """From the header into the body: how far the fuel reaches."""
        label = f"strip{loop.header}"
        saved = self.lines, self.label, self.cached
        self.lines, self.label, self.cached = [f"{label}:"], label, dict(self.cached)
        counter, bound = self.get(counting.counter), self.get(counting.bound)
        rounds = self.emit(f"lshr i64 {self.fuel}, {(counting.units - 1).bit_length()}")
        if counting.relation == "int.ne":
            limit = self._stretch(counting, counter, bound, rounds)
        else:
            reach, nearer = ("sadd", "smin") if counting.rises else ("ssub", "smax")
            far = self.emit(f"call i64 @llvm.{reach}.sat.i64(i64 {counter}, i64 {rounds})")
            limit = self.emit(f"call i64 @llvm.{nearer}.i64(i64 {bound}, i64 {far})")
            if counting.step_register is not None:
                rising = self.emit(f"icmp sgt i64 {self.get(counting.step_register)}, 0")
                limit = self.emit(f"select i1 {rising}, i64 {limit}, i64 {counting.never}")
        self.lines.append(f"  store i64 {limit}, ptr %lim{loop.header}")
        self.bits.begin_strip(loop)
        self.jump(f"b{counting.body}")
        self._edges += self.lines
        self.lines, self.label, self.cached = saved
        return label

    def _stretch(self, counting: Counting, counter: str, bound: str, rounds: str) -> str:
        """The limit of a strip that ends where the counter is equal to something: the bound, if no more than ``rounds`` steps away, else the place so
        many steps away. Steps that are not from 1 to 2**40 go one at a time."""
        assert counting.step_register is not None
        step = self.get(counting.step_register)
        fewer = self.emit(f"call i64 @llvm.umin.i64(i64 {rounds}, i64 {1 << 20})")
        steps = self.emit(f"add nuw nsw i64 {fewer}, 1")
        stretch = self.emit(f"mul i64 {steps}, {step}")
        rest = self.emit(f"sub i64 {bound}, {counter}")
        near = self.emit(f"icmp ule i64 {rest}, {stretch}")
        far = self.emit(f"add i64 {counter}, {stretch}")
        limit = self.emit(f"select i1 {near}, i64 {bound}, i64 {far}")
        below = self.emit(f"sub i64 {step}, 1")
        usual = self.emit(f"icmp ult i64 {below}, {1 << 40}")
        return self.emit(f"select i1 {usual}, i64 {limit}, i64 {self.emit(f'add i64 {counter}, {step}')}")

    def spoil_limit(self) -> None:
        """Fuel was taken that the strip did not count on: let the loop around this block, if it counts, go through its header next."""
        for loop in self.loops.values():
            if loop.counting is not None and self.block in loop.blocks and self.block != loop.header:
                self.lines.append(f"  store i64 {loop.counting.never}, ptr %lim{loop.header}")

    def go(self, block: int) -> None:
        """End the block with a jump."""
        self._keep()
        self.lines.append(f"  store i64 {self.fuel}, ptr %fuel")
        if not self._is_round(block) and not self.bits.hand_over(block):
            self.bits.settle()
        self.jump(self._target(block))
        self._end()

    def go_if(self, condition: str, yes: int, no: int) -> None:
        """End the block with a branch."""
        self.bits.make_room()
        self.lines.append(f"  store i64 {self.fuel}, ptr %fuel")
        loop = self.loops.get(self.block)
        counting = None if loop is None else loop.counting
        labels = []
        for target, bit in ((yes, 1), (no, 0)):
            with self.bits.aside():
                self.bits.record_way(bit)
                if loop is not None and counting is not None and counting.body == target:
                    labels.append(self._strip(loop, counting))
                else:
                    labels.append(self._edge(target))
        self.branch(condition, *labels)
        self._end()

    def _is_round(self, block: int) -> bool:
        """Whether the edge from the current block goes back in a counted loop."""
        loop = self.loops.get(block)
        return loop is not None and loop.counting is not None and self.block in loop.latches

    def _edge(self, block: int) -> str:
        """The label to go to for one of two edges from the current block."""
        if not self.bits.is_on or self._is_round(block) or self.bits.hand_over(block):
            return self._target(block)
        label = self.fresh_label("edge")
        saved = self.lines, self.label, self.cached
        self.lines, self.label, self.cached = [f"{label}:"], label, dict(self.cached)
        self.bits.settle()
        self.jump(self._target(block))
        self._edges += self.lines
        self.lines, self.label, self.cached = saved
        return label

    def _end(self) -> None:
        self.lines += self._edges
        self._edges = []

    # --- the whole ---------------------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """The function as LLVM text."""
        function = self.function
        head = [f"define {self._signature(self.symbol)} {self.attributes} align 32 {{", "entry:", "  %fuel = alloca i64"]
        head += [f"  %v{register} = alloca {type}" for register, type in enumerate(self.types) if self.slotted[register]]
        head += [f"  %{name}{loop.header} = alloca i64" for loop in self.bits.even_loops for name in ("start", "round")]
        head += [f"  %lim{loop.header} = alloca i64" for loop in self.loops.values() if loop.counting is not None]
        for header, several in self.carried.items():
            for index, one in enumerate(several):
                head += [f"  %kept{header}.{index}.{rounds} = alloca {llvm_type(one.item)}" for rounds in range(one.rounds + 1)]
        if self.bits.is_on:
            head.append("  %bits = alloca ptr")
        if self.is_profiled:
            head.append(profiling.FRAME)
        if self.words_max:
            head.append(f"  %words = alloca [{self.words_max} x i64]")
        head += self._entry_check()
        head += [
            f"  %base = load ptr, ptr %ctx, {ALIAS['ctx']}, {INVARIANT}",
            f"  store i64 {'%fuel.in' if self.entry_charge is None else '%fuel.paid'}, ptr %fuel",
        ]
        if self.rooted or self.has_guards:
            head += [
                f"  %roots.top = getelementptr inbounds i8, ptr %ctx, i64 {CTX['roots_top']}",
                f"  %root0 = load ptr, ptr %roots.top, {ALIAS['ctx']}",
            ]
        if self.rooted:
            head += [f"  %root{slot} = getelementptr inbounds i64, ptr %root0, i64 {slot}" for slot in range(1, len(self.rooted))]
            passed = {self.rooted[register]: register for register in function.params if register in self.rooted}
            for slot in range(len(self.rooted)):
                head.append(f"  store i64 {f'%a{passed[slot]}' if slot in passed else 0}, ptr %root{slot}, {ALIAS['roots']}")
            head += [
                f"  %roots.end = getelementptr inbounds i64, ptr %root0, i64 {len(self.rooted)}",
                f"  store ptr %roots.end, ptr %roots.top, {ALIAS['ctx']}",
            ]
        for register in function.params:
            if self.slotted[register]:
                head.append(f"  store {self.types[register]} %a{register}, ptr %v{register}")
        if self.bits.is_on:
            head.append("  store ptr %bits.in, ptr %bits")
        if self.is_profiled:
            head += profiling.entered(self.first_segment)
        head.append(f"  br label %{'pre0' if 0 in self.loops and self._is_prepared(self.loops[0]) else 'b0'}")
        return "\n".join(
            [*head, *self.lines, *self.cold, *self._fault_text(), *self._unwind_text(), *self._failed_text(), "}", *self._entry_slice(), ""]
        )

    def _signature(self, symbol: str) -> str:
        """The head of a definition with this function's calling convention. The context has a register of its own throughout (swiftself), so that
        calls neither save nor move it."""
        params = "".join(f", {self.types[register]} %a{register}" for register in self.function.params)
        context = "ptr swiftself noalias captures(none) nofree nonnull dereferenceable(512) %ctx"
        return f"internal fastcc {self.result} @{symbol}({context}, i64 %depth, i64 %fuel.in{', ptr %bits.in' * self.bits.is_on}{params})"

    def _call_again(self, symbol: str, fuel: str, bits: str = "%bits.in") -> list[str]:
        """Tail call a function with this one's signature and parameters."""
        type = self.result
        params = "".join(f", {self.types[register]} %a{register}" for register in self.function.params)
        call = (
            f"musttail call fastcc {type} @{symbol}(ptr swiftself %ctx, i64 %depth, i64 {fuel}{f', ptr {bits}' * self.bits.is_on}{params})"
        )
        return [f"  %again = {call}", f"  ret {type} %again"]

    def _entry_check(self) -> list[str]:
        """The ``fuel`` op at the function's start. Where it fails, another function asks for the next slice and starts this one again, so that
        nothing here needs a stack frame for it."""
        if self.entry_charge is None:
            return []
        return [
            f"  %fuel.paid = sub nsw i64 %fuel.in, {self.entry_charge[0]}",
            "  %fuel.low = icmp slt i64 %fuel.paid, 0",
            f"  br i1 %fuel.low, label %entry.slice, label %entry.paid, {UNLIKELY}",
            "entry.slice:",
            *self._call_again(f"{self.symbol}.slice", "%fuel.in"),
            "entry.paid:",
        ]

    def _entry_slice(self) -> list[str]:
        if self.entry_charge is None:
            return []
        units, site = self.entry_charge
        place = f"getelementptr inbounds i8, ptr %ctx, i64 {CTX['fault_site']}"
        return [
            f"define {self._signature(self.symbol + '.slice')} {ATTRIBUTES} noinline cold {{",
            f"  %fuel.paid = sub nsw i64 %fuel.in, {units}",
            f"  %fuel.left = call preserve_mostcc i64 {self.bits.slice()}(ptr %ctx, i64 %fuel.paid{', ptr %bits.in' * self.bits.is_on})",
            "  %dead = icmp slt i64 %fuel.left, 0",
            "  br i1 %dead, label %fault, label %on",
            "fault:",
            f"  %site = {place}",
            f"  store i32 {site}, ptr %site",
            self._failed(),
            "on:",
            f"  %fuel.again = add nsw i64 %fuel.left, {units}",
            *(
                [f"  %bits.place = getelementptr inbounds i8, ptr %ctx, i64 {CTX['trace_at']}", "  %bits.again = load ptr, ptr %bits.place"]
                * self.bits.is_on
            ),
            *self._call_again(self.symbol, "%fuel.again", "%bits.again"),
            "}",
        ]

    def _failed(self) -> str:
        """Return negative fuel."""
        left = f"{profiling.LEFT}\n" if self.is_profiled else ""
        results = "".join(f", {llvm_type(type)} poison" for type in self.function.results)
        if not self.bits.is_on:
            return f"{left}  ret {self.result} {{ i64 -1{results} }}"
        place, found, pack = self.fresh(), self.fresh(), self.fresh()
        lines = [
            f"{left}  {place} = getelementptr inbounds i8, ptr %ctx, i64 {CTX['trace_at']}",
            f"  {found} = load ptr, ptr {place}",
            f"  {pack} = insertvalue {self.result} {{ i64 -1{results}, ptr poison }}, ptr {found}, {len(self.function.results) + 1}",
            f"  ret {self.result} {pack}",
        ]
        return "\n".join(lines)

    def _failed_text(self) -> list[str]:
        return ["failed:", self._failed()] if self._may_fail else []

    def _fault_text(self) -> list[str]:
        if not self._fault_edges:
            return []

        def phi(type: str, column: int) -> str:
            return f"phi {type} " + ", ".join(f"[ {edge[column]}, %{edge[0]} ]" for edge in self._fault_edges)

        lines = ["fault:"]
        columns = [(field, type, column) for column, (field, type) in enumerate(FAULT_FIELDS, 1)]
        lines += [f"  %fault.{field} = {phi(type, column)}" for field, type, column in columns]
        for field, type, _ in columns:
            lines.append(f"  %place.{field} = getelementptr inbounds i8, ptr %ctx, i64 {CTX[field]}")
            lines.append(f"  store {type} %fault.{field}, ptr %place.{field}, {ALIAS['ctx']}")
        return [*lines, self._failed()]

    def _unwind_text(self) -> list[str]:
        if not self._unwind_edges:
            return []
        sites = ", ".join(f"[ {site}, %{edge} ]" for edge, site in self._unwind_edges)
        return [
            "unwind:",
            f"  %unwind.site = phi i32 {sites}",
            "  call void @bell.unwind(ptr %ctx, i32 %unwind.site)",
            self._failed(),
        ]
