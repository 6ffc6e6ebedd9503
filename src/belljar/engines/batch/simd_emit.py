"""The kernel of a plan as LLVM text: one function that runs groups of rows over Arrow buffers.

    i64 kernel(ptr ctx, ptr args, i64 rows)      rows is a multiple of the group

``args`` are pointers in the order of :class:`Arguments`; what the function gives is not 0 if a row failed. Every input buffer starts at the group's first row (bitmaps at a bit
that starts a byte), every output buffer has room for whole groups.
"""

from __future__ import annotations

from typing import Final

from belljar.engines.batch import lanes_calls
from belljar.engines.batch.lanes import ALL, ELEMENT, MASK, WIDTH, Lanes, constant_text, vector
from belljar.engines.batch.lanes_arithmetic import INTRINSICS, RULES
from belljar.engines.batch.simd_plan import Lift, Plan
from belljar.engines.batch.simd_regions import Region
from belljar.ir import liveness
from belljar.ir.function import Instr
from belljar.ir.rewrite import definitions, reads
from belljar.structs import Frozen, Struct
from belljar.types import BOOL, STR

KERNEL = "bell.kernel"

PARTS_MAX = 3
"""Parts of a group with loops, at most. Without loops the processor overlaps one group with the next by itself; a loop waits for its own results, so that parts take turns (Newton's
method, rows a second: 188 million with one part, 243 with two, 292 with three)."""
REGISTERS = 27
"""Vector registers that may hold what is live in a loop; of the 32 that there are, some are needed in between."""


PHYSICAL: dict[str, tuple[str, str, int]] = {
    "int8": ("i8", "sext", 8),
    "int16": ("i16", "sext", 16),
    "int32": ("i32", "sext", 32),
    "int64": ("i64", "", 64),
    "uint8": ("i8", "zext", 8),
    "uint16": ("i16", "zext", 16),
    "uint32": ("i32", "zext", 32),
    "float": ("float", "fpext", 32),
    "double": ("double", "", 64),
    "bool": ("i1", "", 1),
}
"""How the values of an Arrow type lie in memory: LLVM element, what widens it, bits per row. Codes of strings are int8, int16 or int32."""


class Stream(Frozen):
    """A buffer that advances with the rows. ``what`` is ``values``, ``valid`` or ``failed``; ``column`` the place of its column."""

    __slots__ = ("column", "row_bits", "what")

    def __init__(self, what: str, column: int, row_bits: int) -> None:
        self.what: Final = what
        self.column: Final = column
        self.row_bits: Final = row_bits


class Arguments(Struct):
    """What ``args`` holds, in order: input streams, output streams, then for each string column its flags, its tables and the count of its codes, then
    the constants and the fuel limit, all as one array of words."""

    __slots__ = ("inputs", "outputs", "rest")

    def __init__(self, inputs: list[Stream], outputs: list[Stream], rest: list[str]) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.rest = rest

    @property
    def count(self) -> int:
        return len(self.inputs) + len(self.outputs) + len(self.rest)


class KernelText(Struct):
    __slots__ = ("arguments", "group_rows", "text")

    def __init__(self, text: str, arguments: Arguments, group_rows: int) -> None:
        self.text = text
        self.arguments = arguments
        self.group_rows = group_rows


def arguments_of(plan: Plan, types: tuple[str, ...]) -> Arguments:
    """The arguments of a kernel over columns of these physical types (a key of PHYSICAL each)."""
    inputs: list[Stream] = []
    outputs: list[Stream] = []
    for place, (column, type) in enumerate(zip(plan.row.inputs, types, strict=True)):
        inputs.append(Stream("values", place, PHYSICAL[type][2]))
        if column.nullable:
            inputs.append(Stream("valid", place, 1))
    for place, column in enumerate(plan.row.outputs):
        outputs.append(Stream("values", place, 1 if column.type == "bool" else 32 if column.type == "str" else 64))
        if column.nullable:
            outputs.append(Stream("valid", place, 1))
    outputs.append(Stream("failed", -1, 1))
    rest: list[str] = []
    for place, strs in plan.strs.items():
        rest += [f"flags {place}", f"codes {place}", *(f"table {place}.{lift.table}" for lift in strs.tables)]
        if strs.needs_number:
            rest.append(f"numbers {place}")
    rest.append("constants")
    return Arguments(inputs, outputs, rest)


FUEL_LIMIT, FUEL_EXTRA, CONSTANTS = 0, 1, 2
"""Words of the constants: the fuel a row may take in lanes, what to add at each charge for work done beforehand, then the plan's constants, and whether those that
may fail do."""


def parts_of(plan: Plan) -> int:
    """So many parts that what is live at the start of each loop fits into registers."""
    if not plan.has_loops:
        return 1
    constants = {instr.results[0] for block in plan.function.blocks for instr in block.instrs if instr.op.name.startswith("const.")}
    out = liveness.live_out(plan.function)
    most = 1
    for loop in plan.region.loops():
        live = out[loop.header]
        for instr, after in liveness.live_after(plan.function.blocks[loop.header], out[loop.header]):
            live = after & ~liveness.mask(instr.results) | liveness.mask(instr.registers_read())
        most = max(most, sum(1 for register in liveness.registers_of(live) if register not in constants and register not in plan.lifted))
    return max(1, min(PARTS_MAX, REGISTERS // most))


def emit(plan: Plan, types: tuple[str, ...], texts: dict[str, int]) -> KernelText:
    """The kernel for columns of these physical types. ``texts`` are the numbers of the constant strings."""
    return _Emitter(plan, types, texts).kernel()


class _Emitter:
    def __init__(self, plan: Plan, types: tuple[str, ...], texts: dict[str, int]) -> None:
        self.plan = plan
        self.types = types
        self.texts = texts
        self.function = plan.function
        self.arguments = arguments_of(plan, types)
        parts = parts_of(plan)
        elements = [ELEMENT.get(register.type, "i1") for register in self.function.registers]
        self.lanes = Lanes(elements, self._slotted(), parts)
        self.parts = range(parts)
        self.args: dict[str, str] = {}
        self.lifts: dict[int, tuple[int, Lift]] = {}
        for place, column in plan.strs.items():
            for lift in column.lifts:
                self.lifts[lift.register] = place, lift
        self.failures: dict[int, str] = {}
        """Constants that may have failed: all lanes or none."""
        self.flags: dict[tuple[int, int], str] = {}
        self.codes: dict[tuple[int, int], str] = {}
        self.incoming: dict[int, list[list[str]]] = {}
        self.masks: dict[int, list[str]] = {}
        self.returns = sum(1 for block in plan.region.blocks if self.function.blocks[block].instrs[-1].op.name == "ret")
        self.exits: dict[tuple[int, int], list[str]] = {}

    def _slotted(self) -> list[bool]:
        """Registers assigned in several places, or in a loop and read outside of it."""
        function = self.function
        slotted = [count > 1 for count in definitions(function)]
        innermost = {block: loop for loop in self.plan.region.loops() for block in loop.blocks}  # outer loops come first
        home: dict[int, Region] = {}
        for block, loop in innermost.items():
            for instr in function.blocks[block].instrs:
                home.update(dict.fromkeys(instr.results, loop))
        for block in self.plan.region.blocks - self.plan.doomed:
            for instr in function.blocks[block].instrs:
                for register in reads(instr):
                    if register in home and block not in home[register].blocks:
                        slotted[register] = True
        for lift in self.plan.constants:
            slotted[lift.register] = False
        return slotted

    # --- the kernel ---------------------------------------------------------------------------------------------------------------

    def kernel(self) -> KernelText:
        lanes = self.lanes
        group_rows = WIDTH * len(self.parts)
        for part in self.parts:
            lanes.slot(f"%fault.{part}", MASK)
            for place, type in enumerate(self.function.results):
                lanes.slot(f"%result{place}.{part}", vector(ELEMENT[type]))
        if self.plan.has_loops:
            lanes.slot("%fuel", "i64")
        self._load_arguments()
        head = lanes.lines
        lanes.lines = []
        self._load_columns()
        self._region(self.plan.region, [ALL for _ in self.parts])
        failed = self._store()
        body = lanes.lines
        slots = [f"  {slot.split(' ', 1)[0]} = alloca {slot.split(' ', 1)[1]}" for slot in lanes.slots]
        cleared = [
            f"  store {slot.split(' ', 1)[1]} zeroinitializer, ptr {slot.split(' ', 1)[0]}"
            for slot in lanes.slots
            if not slot.startswith("%call.")
        ]
        text = [
            INTRINSICS,
            lanes_calls.DECLARATIONS,
            *lanes.externals.values(),
            f'define i64 @{KERNEL}(ptr %ctx, ptr %args, i64 %rows) nounwind "frame-pointer"="none" "min-legal-vector-width"="512" {{',
            "entry:",
            *slots,
            *head,
            "  br label %group",
            "group:",
            "  %i = phi i64 [ 0, %entry ], [ %i.next, %last ]",
            "  %failed.before = phi i64 [ 0, %entry ], [ %failed.now, %last ]",
            "  %i.byte = lshr i64 %i, 3",
            *cleared,
            *body,
            "  br label %last",
            "last:",
            f"  %failed.wide = zext i{WIDTH} {failed} to i64",
            "  %failed.now = or i64 %failed.before, %failed.wide",
            f"  %i.next = add nuw nsw i64 %i, {group_rows}",
            "  %more = icmp ult i64 %i.next, %rows",
            "  br i1 %more, label %group, label %done",
            "done:",
            "  ret i64 %failed.now",
            "}",
            "",
        ]
        return KernelText("\n".join(text), self.arguments, group_rows)

    def _load_arguments(self) -> None:
        lanes = self.lanes
        names = [f"{stream.what} {stream.column}" for stream in self.arguments.inputs]
        names += [f"out {stream.what} {stream.column}" for stream in self.arguments.outputs]
        names += self.arguments.rest
        for index, name in enumerate(names):
            place = lanes.emit(f"getelementptr inbounds ptr, ptr %args, i64 {index}")
            if name.startswith("codes "):
                last = lanes.emit(f"load i32, ptr {place}")
                self.args[name] = self._broadcast("i32", last)
            else:
                self.args[name] = lanes.emit(f"load ptr, ptr {place}")
        for number, lift in enumerate(self.plan.constants):
            element = ELEMENT[lift.type]
            word = self._word(CONSTANTS + number, "i64" if element == "i1" else element)
            if element == "i1":
                word = lanes.emit(f"trunc i64 {word} to i1")
            for part in self.parts:
                lanes.values[lift.register, part] = self._broadcast(element, word)
            if lift.fault_bit >= 0:
                failed = lanes.emit(f"trunc i64 {self._word(CONSTANTS + lift.fault_bit, 'i64')} to i1")
                self.failures[lift.register] = self._broadcast("i1", failed)
        if self.plan.has_loops:
            self.args["fuel limit"] = self._word(FUEL_LIMIT, "i64")
            self.args["fuel extra"] = self._word(FUEL_EXTRA, "i64")

    def _word(self, index: int, type: str) -> str:
        place = self.lanes.emit(f"getelementptr inbounds i64, ptr {self.args['constants']}, i64 {index}")
        return self.lanes.emit(f"load {type}, ptr {place}")

    def _broadcast(self, element: str, value: str) -> str:
        first = self.lanes.emit(f"insertelement {vector(element)} poison, {element} {value}, i64 0")
        return self.lanes.emit(f"shufflevector {vector(element)} {first}, {vector(element)} poison, <{WIDTH} x i32> zeroinitializer")

    # --- columns ------------------------------------------------------------------------------------------------------------------

    def _place(self, name: str, element: str, part: int) -> str:
        """The address of a part's rows in a stream."""
        lanes = self.lanes
        if element == "i1":
            byte = lanes.emit(f"getelementptr inbounds i8, ptr {self.args[name]}, i64 %i.byte")
            return lanes.emit(f"getelementptr inbounds i8, ptr {byte}, i64 {part}") if part else byte
        row = lanes.emit(f"getelementptr inbounds {element}, ptr {self.args[name]}, i64 %i")
        return lanes.emit(f"getelementptr inbounds {element}, ptr {row}, i64 {part * WIDTH}") if part else row

    def _load_columns(self) -> None:
        lanes = self.lanes
        at = 0
        for place, (column, type) in enumerate(zip(self.plan.row.inputs, self.types, strict=True)):
            element, widen, _ = PHYSICAL[type]
            for part in self.parts:
                register = self.function.params[at]
                if column.nullable:
                    bits = lanes.emit(f"load i{WIDTH}, ptr {self._place(f'valid {place}', 'i1', part)}, align 1")
                    lanes.set(register, part, lanes.emit(f"bitcast i{WIDTH} {bits} to {MASK}"), ALL)
                    register = self.function.params[at + 1]
                source = self._place(f"values {place}", element, part)
                if element == "i1":
                    bits = lanes.emit(f"load i{WIDTH}, ptr {source}, align 1")
                    lanes.set(register, part, lanes.emit(f"bitcast i{WIDTH} {bits} to {MASK}"), ALL)
                    continue
                value = lanes.emit(f"load {vector(element)}, ptr {source}, align 1")
                if column.type == "str":
                    self._load_codes(place, register, part, value, element)
                    continue
                if widen:
                    value = lanes.emit(f"{widen} {vector(element)} {value} to {vector(lanes.types[register])}")
                lanes.set(register, part, value, ALL)
            at += 1 + column.nullable

    def _load_codes(self, place: int, register: int, part: int, value: str, element: str) -> None:
        """Codes of a string column; what lies beyond the dictionary (under a null, anything may lie) becomes its last."""
        lanes = self.lanes
        column = self.plan.strs[place]
        if element != "i32":
            value = lanes.emit(f"sext {vector(element)} {value} to {vector('i32')}")
        self.codes[place, part] = lanes.emit(
            f"call {vector('i32')} @llvm.umin.v{WIDTH}i32({vector('i32')} {value}, {vector('i32')} {self.args[f'codes {place}']})"
        )
        if column.lifts:
            flags = self.flags[place, part] = self._gather(f"flags {place}", place, part, "i32")
            lanes.fail(part, ALL, lanes.emit(f"icmp slt {vector('i32')} {flags}, zeroinitializer"))
        if column.needs_number:
            lanes.set(register, part, self._gather(f"numbers {place}", place, part, "i32"), ALL)

    def _gather(self, table: str, place: int, part: int, element: str) -> str:
        lanes = self.lanes
        places = lanes.emit(f"getelementptr {element}, ptr {self.args[table]}, {vector('i32')} {self.codes[place, part]}")
        name = f"llvm.masked.gather.v{WIDTH}{'f64' if element == 'double' else element}.v{WIDTH}p0"
        type = vector(element)
        lanes.externals[name] = f"declare {type} @{name}({vector('ptr')}, i32, {MASK}, {type})"
        align = 4 if element == "i32" else 8
        return lanes.emit(f"call {type} @{name}({vector('ptr')} {places}, i32 {align}, {MASK} splat (i1 true), {type} poison)")

    def _bit(self, place: int, part: int, bit: int) -> str:
        lanes = self.lanes
        masked = lanes.emit(f"and {vector('i32')} {self.flags[place, part]}, splat (i32 {1 << bit})")
        return lanes.emit(f"icmp ne {vector('i32')} {masked}, zeroinitializer")

    def _store(self) -> str:
        """Store the results of a group; gives the failed rows of all parts in one byte."""
        lanes = self.lanes
        lanes.known = {}
        at = 0
        for place, column in enumerate(self.plan.row.outputs):
            if column.nullable:
                for part in self.parts:
                    self._store_bits(f"out valid {place}", part, lanes.read_slot(f"%result{at}.{part}", MASK))
                at += 1
            element = ELEMENT[self.function.results[at]]
            for part in self.parts:
                value = lanes.read_slot(f"%result{at}.{part}", vector(element))
                if element == "i1":
                    self._store_bits(f"out values {place}", part, value)
                else:
                    lanes.do(
                        f"store {vector(element)} {value}, ptr {self._place(f'out values {place}', element, part)}, align {4 if element == 'i32' else 8}"
                    )
            at += 1
        together = ""
        for part in self.parts:
            bits = self._store_bits("out failed -1", part, lanes.read_slot(f"%fault.{part}", MASK))
            together = lanes.emit(f"or i{WIDTH} {together}, {bits}") if together else bits
        return together

    def _store_bits(self, name: str, part: int, mask: str) -> str:
        lanes = self.lanes
        bits = lanes.emit(f"bitcast {MASK} {mask} to i{WIDTH}")
        lanes.do(f"store i{WIDTH} {bits}, ptr {self._place(name, 'i1', part)}, align 1")
        return bits

    # --- control flow -------------------------------------------------------------------------------------------------------------

    def _region(self, region: Region, entering: list[str]) -> None:
        """Everything of a region once, under masks. Edges to its header and out of it are left in ``incoming`` and ``exits``."""
        for node in region.nodes:
            head = node.header if isinstance(node, Region) else node
            if head == region.header:
                mask = entering
            elif (earlier := region.same_lanes.get(head)) is not None:
                mask = entering if earlier == -1 else self.masks[earlier]
                self.incoming.pop(head, None)
            else:
                mask = self._joined(self.incoming.pop(head, []))
            self.masks[head] = mask
            if isinstance(node, Region):
                self._loop(node, mask)
            else:
                self._block(region, node, mask)

    def _joined(self, edges: list[list[str]]) -> list[str]:
        if not edges:
            return ["zeroinitializer" for _ in self.parts]
        masks = edges[0]
        for other in edges[1:]:
            masks = [self.lanes.either(a, b) for a, b in zip(masks, other, strict=True)]
        return masks

    def _loop(self, loop: Region, entering: list[str]) -> None:
        """Rounds until no lane is active."""
        lanes = self.lanes
        outside = sorted({target for block in loop.blocks for target in self.function.blocks[block].successors()} - loop.blocks)
        body, after = lanes.label("loop"), lanes.label("after")
        for part in self.parts:
            lanes.slot(f"%active{loop.header}.{part}", MASK)
            lanes.write_slot(f"%active{loop.header}.{part}", MASK, entering[part] or "splat (i1 true)")
            for target in outside:
                lanes.slot(f"%exit{loop.header}.{target}.{part}", MASK)
                lanes.write_slot(f"%exit{loop.header}.{target}.{part}", MASK, "zeroinitializer")
        lanes.branch(lanes.any(entering), body, after)
        lanes.begin(body)
        active = [lanes.read_slot(f"%active{loop.header}.{part}", MASK) for part in self.parts]
        self._region(loop, active)
        again = self._joined(self.incoming.pop(loop.header, []))
        following = []
        for part in self.parts:
            sound = lanes.inverse(lanes.read_slot(f"%fault.{part}", MASK))
            following.append(lanes.both(again[part], sound))
            lanes.write_slot(f"%active{loop.header}.{part}", MASK, following[part])
        lanes.branch(lanes.any(following), body, after)
        lanes.begin(after)
        parent = loop.parent
        assert parent is not None
        for target in outside:
            self._edge(parent, target, [lanes.read_slot(f"%exit{loop.header}.{target}.{part}", MASK) for part in self.parts])

    def _edge(self, region: Region, target: int, masks: list[str]) -> None:
        """Lanes on their way to a block: of this region, to its next round, or out of it."""
        if not region.is_loop or target in region.blocks:
            self.incoming.setdefault(target, []).append(masks)
            return
        lanes = self.lanes
        for part, mask in enumerate(masks):
            name = f"%exit{region.header}.{target}.{part}"
            lanes.write_slot(name, MASK, lanes.emit(f"or {MASK} {lanes.read_slot(name, MASK)}, {mask or 'splat (i1 true)'}"))

    def _block(self, region: Region, block: int, mask: list[str]) -> None:
        if block in self.plan.doomed:
            for part in self.parts:
                self.lanes.fail(part, mask[part])
            return
        for instr in self.function.blocks[block].instrs:
            name = instr.op.name
            if name == "jump":
                self._edge(region, instr.args[0], mask)
            elif name == "br":
                self._branch(region, instr, mask)
            elif name == "ret":
                self._return(instr, mask)
            elif name == "fuel":
                self._fuel(instr, mask)
            else:
                for part in self.parts:
                    self._instr(instr, part, mask[part])

    def _branch(self, region: Region, instr: Instr, mask: list[str]) -> None:
        lanes = self.lanes
        condition, then, orelse = instr.args
        chosen = [lanes.get(condition, part) for part in self.parts]
        self._edge(region, then, [lanes.both(mask[part], chosen[part]) for part in self.parts])
        self._edge(region, orelse, [lanes.both(mask[part], lanes.inverse(chosen[part])) for part in self.parts])

    def _return(self, instr: Instr, mask: list[str]) -> None:
        lanes = self.lanes
        for place, register in enumerate(instr.args):
            type = lanes.type(register)
            for part in self.parts:
                value = lanes.get(register, part)
                name = f"%result{place}.{part}"
                if self.returns > 1 and mask[part] != ALL:
                    value = lanes.emit(f"select {MASK} {mask[part]}, {type} {value}, {type} {lanes.read_slot(name, type)}")
                lanes.write_slot(name, type, value)

    def _fuel(self, instr: Instr, mask: list[str]) -> None:
        """One counter for the group, never below what any of its lanes has taken."""
        if not self.plan.has_loops:
            return
        lanes = self.lanes
        taken = lanes.emit(f"add i64 {lanes.read_slot('%fuel', 'i64')}, {instr.args[0]}")
        taken = lanes.emit(f"add i64 {taken}, {self.args['fuel extra']}")
        lanes.write_slot("%fuel", "i64", taken)
        over = lanes.emit(f"icmp sgt i64 {taken}, {self.args['fuel limit']}")
        for part in self.parts:
            lanes.fail(part, ALL, lanes.emit(f"select i1 {over}, {MASK} {mask[part] or 'splat (i1 true)'}, {MASK} zeroinitializer"))

    def _instr(self, instr: Instr, part: int, mask: str) -> None:
        lanes = self.lanes
        name = instr.op.name
        register = instr.results[0] if instr.results else -1
        if register in self.plan.lifted:
            if register in self.lifts:
                self._lifted(register, part, mask)
            elif register in self.failures:
                lanes.fail(part, mask, self.failures[register])
            return
        element = lanes.types[register]
        if name == "move":
            value = lanes.get(instr.args[0], part)
        elif name == "const.str":
            value = constant_text("i32", self.texts[instr.args[0]])
        elif name == "const.absent":
            value = "zeroinitializer"
        elif name.startswith("const."):
            value = constant_text(element, instr.args[0])
            if not lanes.slotted[register]:
                lanes.constants[register] = instr.args[0]
        elif name in RULES:
            value = RULES[name](lanes, instr, part, mask)
        else:
            value = lanes_calls.call(lanes, instr, part, mask)
        lanes.set(register, part, value, mask)

    def _lifted(self, register: int, part: int, mask: str) -> None:
        """A value that was worked out per text, taken from its table."""
        lanes = self.lanes
        place, lift = self.lifts[register]
        if lift.fault_bit >= 0:
            lanes.fail(part, mask, self._bit(place, part, lift.fault_bit))
        if lift.type == BOOL:
            if lift.bit >= 0:
                lanes.set(register, part, self._bit(place, part, lift.bit), mask)
        else:
            element = "i32" if lift.type == STR else ELEMENT[lift.type]
            lanes.set(register, part, self._gather(f"table {place}.{lift.table}", place, part, element), mask)
