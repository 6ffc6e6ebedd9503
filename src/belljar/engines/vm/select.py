"""Instruction selection: one IR function to VM instructions over virtual registers.

What is decided here: the order of blocks (loops contiguous, what leaves them behind them), which constants become immediates and which are loaded
before the loops that use them, which IR ops become one superinstruction, where a temporary that only feeds a ``move`` disappears, and the copy of a small loop
header at the end of the loop, so that one instruction ends an iteration. Nothing here changes what the program does, the fuel it takes or the place
of a fault: a superinstruction does its parts in their order and has the site of each.
"""

from __future__ import annotations

import struct

from belljar.engines.tables import Tables
from belljar.engines.vm.opcodes import INT_IMMEDIATE, OPCODES, Opcode
from belljar.engines.vm.prepare import COMPARISONS, NOT_INT, prepared
from belljar.ir.abi import CONSTANTS
from belljar.ir.cfg import Graph, graph
from belljar.ir.exceptions import ENDING, GUARD, can_raise
from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS, Op
from belljar.ir.roots import is_safepoint
from belljar.structs import Struct
from belljar.types import ANY, BOOL, FLOAT, INT, ListType, storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEADER_COPY_MAX = 6
"""IR ops in a loop header that is still copied to the end of the loop."""
NONE_WORD = 0x02
"""``None`` as a tagged word, BELL_NONE of bell.h."""
NO_OPERAND = 65535
MORE = 0xFFFFFFFF
"""BELL_TRACE_MORE of trace.h."""


class Machine(Struct):
    """One VM instruction before slots and addresses are known. ``format`` is the opcode's, with lists spelled out; ``values`` are its operands
    without the ``-`` and ``s``: virtual registers, immediates, and blocks for jumps. ``fuel`` is the IR op whose fuel the instruction takes, ``handler`` the
    block where a fault of it leads, -1 for none. ``is_inverted``: it jumps the second way of a branch."""

    __slots__ = ("format", "fuel", "handler", "instr", "is_inverted", "opcode", "values")

    def __init__(self, opcode: Opcode, format: str, values: tuple[int, ...], instr: Instr | None, fuel: Instr | None = None) -> None:
        self.opcode = opcode
        self.format = format
        self.values = values
        self.instr = instr
        self.fuel = fuel
        self.handler = -1
        self.is_inverted = False


class Selected(Struct):
    """The code of a function by block, in layout order. Registers from ``constants_first`` on hold ``constants`` and are loaded before the code;
    an int is the 64-bit word, a str goes through the string pool."""

    __slots__ = ("blocks", "constants", "constants_first")

    def __init__(self, blocks: list[tuple[int, list[Machine]]], constants_first: int, constants: list[int | str]) -> None:
        self.blocks = blocks
        self.constants_first = constants_first
        self.constants = constants


_SWAPPED = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_NOT_FLOAT = {"eq": "ne", "ne": "eq", "lt": "nlt", "le": "nle"}

_DIRECT: dict[Op, Opcode] = {
    **{OPS[f"int.{name}"]: OPCODES[f"int_{name}"] for name in ("add", "sub", "mul", "floordiv", "mod", "and", "or", "xor", "shl", "shr")},
    **{OPS[f"int.{name}"]: OPCODES[f"int_{name}"] for name in ("min", "max", "neg", "abs", "invert", "to_float", "to_bool")},
    # What a pass has proven costs next to nothing to check again, and then memory safety rests on no proof.
    **{OPS[f"int.{name}.nw"]: OPCODES[f"int_{name}"] for name in ("add", "sub", "mul", "floordiv", "mod", "shl", "shr", "neg", "abs")},
    **{OPS[f"float.{name}"]: OPCODES[f"float_{name}"] for name in ("add", "sub", "mul", "div", "neg", "abs", "sqrt", "to_int", "floor")},
    **{OPS[f"float.{name}"]: OPCODES[f"float_{name}"] for name in ("ceil", "round", "to_bool")},
    OPS["int.add.wrap"]: OPCODES["int_add_wrap"],
    OPS["float.div.nc"]: OPCODES["float_div"],
    **{OPS[f"bool.{name}"]: OPCODES[f"bool_{name}"] for name in ("not", "and", "or")},
    **{OPS[f"str.{name}"]: OPCODES[f"str_{name}"] for name in ("len", "index", "code_at", "to_bool")},
    **{OPS[f"str.{name}.nc"]: OPCODES[f"str_{name}"] for name in ("index", "code_at")},
    OPS["list.len"]: OPCODES["list_len"],
    OPS["dict.len"]: OPCODES["dict_len"],
    OPS["set.len"]: OPCODES["dict_len"],
    OPS["select"]: OPCODES["select"],
}
_IMMEDIATE: dict[Op, tuple[Opcode, int, int]] = {}
"""Ops whose second operand may be an immediate: the opcode, and the least and greatest immediate it takes."""
for _name in INT_IMMEDIATE:
    _least, _greatest = {"floordiv": (1, 32767), "mod": (1, 32767), "shl": (0, 63), "shr": (0, 63)}.get(_name, (-32768, 32767))
    for _op in (OPS[f"int.{_name.replace('_', '.')}"], OPS.get(f"int.{_name}.nw")):
        if _op is not None:
            _IMMEDIATE[_op] = (OPCODES[f"int_{_name}_i"], _least, _greatest)

_RUNTIME = {opcode.op: opcode for opcode in OPCODES.values() if opcode.op is not None}
_CONSTANTS = frozenset(OPS[f"const.{name}"] for name in ("int", "float", "bool", "str", "none", "absent"))
_MOVES = frozenset((OPS["move"], OPS["bool.to_int"]))
_BR, _JUMP, _FUEL, _CALL, _RET = OPS["br"], OPS["jump"], OPS["fuel"], OPS["call"], OPS["ret"]
_MUL, _ADD, _SUB = OPS["float.mul"], OPS["float.add"], OPS["float.sub"]
_CALLS = (OPCODES["call0"], OPCODES["call1"], OPCODES["call2"], OPCODES["call3"])
_COUNTED = {
    **{("int_add_i", f"fuel_br_int_{name}"): OPCODES[f"loop_int_{name}"] for name in ("lt", "le", "ne")},
    ("int_add_wrap_i", "fuel_br_int_ne"): OPCODES["loop_wrap_ne"],
    ("int_add_wrap", "fuel_br_int_ne"): OPCODES["loop_wrap_ne_r"],
}
"""What increments and what tests at the end of a loop, and the instruction that does both."""


def constant_of(instr: Instr) -> object:
    """The value a constant op gives: what is absent is a zero word, or None in a tagged word."""
    if instr.op.name == "const.absent":
        return None if storage(instr.args[0]) == ANY else 0
    return instr.args[0] if instr.args else None


def word_of(value: object) -> int | str:
    """A constant as a 64-bit word, or the string itself."""
    if isinstance(value, str):
        return value
    if value is None:
        return NONE_WORD
    if isinstance(value, float):
        return int(struct.unpack("<Q", struct.pack("<d", value))[0])
    assert isinstance(value, int)
    return int(value) & (2**64 - 1)


def layout(flow: Graph) -> tuple[list[int], list[int]]:
    """The order of the reachable blocks, and for each block how many loops it is in.

    Reverse postorder with what leaves a loop visited first, so placed last: loops come out contiguous.
    """
    depth = [0] * len(flow.successors)
    for header in flow.headers:
        waiting = [block for block in flow.predecessors[header] if flow.position[block] >= flow.position[header]]
        body = {header}
        while waiting:
            block = waiting.pop()
            if block not in body and flow.position[block] >= 0:
                body.add(block)
                waiting.extend(flow.predecessors[block])
        for block in body:
            depth[block] += 1
    order: list[int] = []
    seen = {0}

    def successors(block: int) -> list[int]:
        targets = list(reversed(flow.successors[block]))
        targets.sort(key=depth.__getitem__)
        return targets

    stack = [(0, iter(successors(0)))]
    while stack:
        block, targets = stack[-1]
        for target in targets:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(successors(target))))
                break
        else:
            stack.pop()
            order.append(block)
    order.reverse()
    return order, depth


def select(
    module: Module, function: Function, tables: Tables, indices: dict[str, int], rooted: frozenset[int], long_jumps: bool
) -> Selected:
    """Choose the instructions of one function. ``indices`` are those of the module's functions. With ``long_jumps`` no 16-bit jump is used."""
    return _Selector(module, function, tables, indices, rooted, long_jumps).run()


class _Selector:
    def __init__(
        self, module: Module, function: Function, tables: Tables, indices: dict[str, int], rooted: frozenset[int], long_jumps: bool
    ) -> None:
        self.module = module
        self.function, self.names, self.exchanged = prepared(function, rooted)
        function = self.function
        self.tables = tables
        self.indices = indices
        self.rooted = rooted
        self.long_jumps = long_jumps
        self.registers = function.registers
        self.order, self.depth = layout(graph(function))
        self.position = {block: place for place, block in enumerate(self.order)}
        self.defs = [0] * len(self.registers)
        self.uses = [0] * len(self.registers)
        for register in function.params:
            self.defs[register] += 1
        constants: dict[int, object] = {}
        moved: list[tuple[int, int]] = []
        for block in self.order:
            for instr in function.blocks[block].instrs:
                for register in instr.results:
                    self.defs[register] += 1
                for register in instr.registers_read():
                    self.uses[self.names.get(register, register)] += 1
                if instr.op in _CONSTANTS:
                    constants[instr.results[0]] = constant_of(instr)
                elif instr.op in _MOVES:
                    moved.append((instr.results[0], self.name(instr.args[0])))
        self.constant = {register: value for register, value in constants.items() if self.defs[register] == 1}
        """Registers that are always this constant: no instruction assigns them."""
        for target, source in moved:
            if self.defs[target] == 1 and source in self.constant:
                self.constant[target] = self.constant[source]
        self.hoisted: dict[int | str, int] = {}
        self.loaded: set[int] = set()
        """Constants whose register holds them at this point of the block."""
        self.out: list[Machine] = []
        self.block = 0
        self.pending: Instr | None = None
        """A ``fuel`` not yet taken: only what nobody can see may come before it."""

    def run(self) -> Selected:
        blocks = []
        for place, block in enumerate(self.order):
            self.out = []
            self.block = block
            self.loaded.clear()
            following = self.order[place + 1] if place + 1 < len(self.order) else -1
            self.select_block(self.function.blocks[block].instrs, following, may_copy=True)
            blocks.append((block, self.out))
        return Selected(blocks, len(self.registers), list(self.hoisted))

    # --- operands ---

    def name(self, register: int) -> int:
        """The register to read where the IR reads this one."""
        return self.names.get(register, register)

    def small(self, register: int, least: int, greatest: int) -> int | None:
        """The value of an int or bool register that is a constant within the bounds."""
        value = self.constant.get(self.name(register))
        if isinstance(value, int) and least <= value <= greatest:
            return int(value)
        return None

    def reg(self, register: int) -> int:
        """The register to read: itself, or for a constant the one that holds it here."""
        register = self.name(register)
        if register not in self.constant:
            return register
        value = word_of(self.constant[register])
        if self.depth[self.block]:
            place = self.hoisted.get(value)
            if place is None:
                place = self.hoisted[value] = len(self.registers) + len(self.hoisted)
            return place
        if register not in self.loaded:
            self.loaded.add(register)
            self.load(register, self.constant[register], None)
        return register

    def load(self, target: int, constant: object, instr: Instr | None) -> None:
        """``target := constant``. Comes before a pending fuel: nobody sees it."""
        word = word_of(constant)
        if isinstance(word, str):
            machine = Machine(OPCODES["const_str"], "wU", (target, self.tables.string_index[word]), instr)
        else:
            value = word - 2**64 if word >> 63 else word
            if -(2**31) <= value < 2**31:
                machine = Machine(OPCODES["const_i"], "wI", (target, value), instr)
            else:
                machine = Machine(OPCODES["const_k"], "wK", (target, word), instr)
        self.out.append(machine)

    def put(self, opcode: Opcode, values: tuple[int, ...], instr: Instr | None, format: str | None = None) -> None:
        if self.pending is not None and (instr is None or not _silent(instr.op)):
            self.take_fuel()
        self.out.append(Machine(opcode, opcode.format if format is None else format, values, instr))

    def take_fuel(self) -> None:
        fuel, self.pending = self.pending, None
        if fuel is not None:
            units = fuel.args[0]
            while units > 2**32 - 1:
                self.out.append(Machine(OPCODES["fuel"], "-U", (2**32 - 1,), fuel))
                units -= 2**32 - 1
            self.out.append(Machine(OPCODES["fuel"], "-U", (units,), fuel))

    # --- blocks ---

    def select_block(self, instrs: list[Instr], following: int, may_copy: bool) -> None:
        """Select the instructions of a block; ``following`` is the block placed behind the one being made."""
        skipped: set[int] = set()
        last = len(instrs) - 1
        for index, instr in enumerate(instrs):
            if index in skipped:
                continue
            op = instr.op
            if op in _CONSTANTS:
                target = instr.results[0]
                if target not in self.constant and self.uses[target]:
                    self.load(target, constant_of(instr), instr)
            elif op is _FUEL:
                self.take_fuel()
                self.pending = instr
            elif op in COMPARISONS:
                fuses = COMPARISONS[op][0] != "str" or not self.long_jumps  # of strings there is no branch of 32 bits
                if fuses and index + 1 == last and instrs[last].op is _BR and self.only_feeds(instr.results[0], instrs[last]):
                    self.branch_on(instr, instrs[last], following)
                    return
                self.compare(instr, self.destination(instrs, index, skipped))
            elif op is _MUL and index < last and self.fuse_product(instrs, index, skipped):
                continue
            elif op is _JUMP:
                self.jump(instr.args[0], following, may_copy)
            elif op is _BR:
                self.branch_on_bool(instr, following)
            elif op is GUARD:
                self.guard(instrs[index - 1], instr, following)
            elif (special := _SPECIAL.get(op)) is not None:
                special(self, instr, self.destination(instrs, index, skipped) if len(instr.results) == 1 else -1)
            else:
                self.plain(instr, self.destination(instrs, index, skipped) if instr.results else -1)
        self.take_fuel()

    def only_feeds(self, register: int, reader: Instr) -> bool:
        return self.defs[register] == 1 and self.uses[register] == 1 and self.name(reader.args[0]) == register

    def destination(self, instrs: list[Instr], index: int, skipped: set[int]) -> int:
        """Where the result goes: where a ``move`` further on would carry it, if it is read by nothing else and the target is not touched before.

        A rooted temporary stays: its slot shows the collector what native code's shadow stack shows.
        """
        result = instrs[index].results[0]
        if self.defs[result] != 1 or self.uses[result] != 1 or result in self.rooted:
            return result
        for place in range(index + 1, min(index + 6, len(instrs))):
            move = instrs[place]
            if move.op in _MOVES and self.name(move.args[0]) == result:
                target = move.results[0]
                for between in instrs[index + 1 : place]:
                    if target in between.results or target in map(self.name, between.registers_read()):
                        return result
                    if target in self.rooted and is_safepoint(self.function, between):
                        return result
                skipped.add(place)
                return target
        return result

    # --- branches ---

    def jump(self, target: int, following: int, may_copy: bool) -> None:
        if target == following and self.pending is None:
            return
        header = self.function.blocks[target].instrs
        backward = self.position[target] <= self.position[self.block]
        if may_copy and backward and len(header) <= HEADER_COPY_MAX and header[-1].op is _BR and target != self.block:
            self.take_fuel()
            place = len(self.out)
            self.select_block(header, following, may_copy=False)
            self.count_loop(place)
        else:
            self.take_fuel()
            if target != following:
                self.out.append(Machine(OPCODES["jump"], "-J", (target,), None))

    def guard(self, guarded: Instr, instr: Instr, following: int) -> None:
        """Where the instruction just selected faults, control goes to the handler."""
        next, handler = instr.args
        if can_raise(guarded):
            self.out[-1].handler = handler
        if guarded.op in ENDING:
            return
        self.take_fuel()
        if next != following:
            self.out.append(Machine(OPCODES["jump"], "-J", (next,), None))

    def count_loop(self, place: int) -> None:
        """``i += step`` and the header's fuel, comparison and branch, from ``place`` on, as one instruction."""
        if place == 0 or place >= len(self.out):
            return
        step, branch = self.out[place - 1], self.out[place]
        counted = _COUNTED.get((step.opcode.name, branch.opcode.name.removesuffix("_i")))
        if counted is None or step.values[0] != step.values[1] or branch.values[0] != step.values[0]:
            return
        opcode, end = counted, branch.values[1]
        if branch.opcode.name.endswith("_i"):
            end = self.hoist(end)
        values = (step.values[0], end, step.values[2], branch.values[2], branch.values[3])
        made = Machine(opcode, opcode.format, values, step.instr, branch.fuel)
        made.is_inverted = branch.is_inverted
        self.out[place - 1 : place + 1] = [made]

    def hoist(self, value: int) -> int:
        word = word_of(value)
        place = self.hoisted.get(word)
        if place is None:
            place = self.hoisted[word] = len(self.registers) + len(self.hoisted)
        return place

    def branch_on_bool(self, instr: Instr, following: int) -> None:
        condition, yes, no = self.reg(instr.args[0]), instr.args[1], instr.args[2]
        self.take_fuel()
        if yes == following:
            self.out.append(Machine(OPCODES["br_false"], "rJ", (condition, no), instr))
            self.out[-1].is_inverted = id(instr) not in self.exchanged
            return
        self.out.append(Machine(OPCODES["br_true"], "rJ", (condition, yes), instr))
        self.out[-1].is_inverted = id(instr) in self.exchanged
        if no != following:
            self.out.append(Machine(OPCODES["jump"], "-J", (no,), None))

    def branch_on(self, compare: Instr, branch: Instr, following: int) -> None:
        """A comparison and the branch it feeds, with the fuel pending before them."""
        kind, name = COMPARISONS[compare.op]
        a, b = compare.args[0], compare.args[-1]
        _, yes, no = branch.args
        target, other = (no, yes) if yes == following else (yes, no)
        inverted = yes == following
        if kind == "str":
            name = NOT_INT[name] if inverted else name
            operands = self.reg(a), self.reg(b)
            self.put(OPCODES[f"br_str_{name}"], (*operands, target), compare)
            self.out[-1].is_inverted = inverted != (id(branch) in self.exchanged)
            if other != following:
                self.out.append(Machine(OPCODES["jump"], "-J", (other,), None))
            return
        if kind in ("int", "end"):
            if inverted:
                name = NOT_INT[name]
            opcode_name, operands, format = self.int_comparison(name, a, b) if kind == "int" else self.end_comparison(name, a)
        else:
            if name in ("gt", "ge"):
                a, b, name = b, a, _SWAPPED[name]
            if inverted:
                name = _NOT_FLOAT[name]
            opcode_name, operands, format = f"float_{name}", (self.reg(a), self.reg(b)), "rr"
        fuel = self.pending
        if (fuel is not None and fuel.args[0] < 2**32) or self.long_jumps:
            self.pending = None
            opcode = OPCODES[f"fuel_br_{opcode_name}"]
            units = 0 if fuel is None else fuel.args[0]
            self.out.append(Machine(opcode, f"{format}-JU", (*operands, target, units), compare, fuel))
        else:
            self.take_fuel()
            self.out.append(Machine(OPCODES[f"br_{opcode_name}"], f"{format}j", (*operands, target), compare))
        self.out[-1].is_inverted = inverted != (id(branch) in self.exchanged)
        if other != following:
            self.out.append(Machine(OPCODES["jump"], "-J", (other,), None))

    def int_comparison(self, name: str, a: int, b: int) -> tuple[str, tuple[int, int], str]:
        """The comparison as one the VM has: opcode without its prefix, operands, their format."""
        immediate = self.small(b, -32768, 32767)
        if immediate is not None:
            return f"int_{name}_i", (self.reg(a), immediate), "ri"
        immediate = self.small(a, -32768, 32767)
        if immediate is not None:
            return f"int_{_SWAPPED[name]}_i", (self.reg(b), immediate), "ri"
        if name in ("gt", "ge"):
            a, b, name = b, a, _SWAPPED[name]
        return f"int_{name}", (self.reg(a), self.reg(b)), "rr"

    def end_comparison(self, name: str, a: int) -> tuple[str, tuple[int, int], str]:
        return f"int_{name}_i", (self.reg(a), CONSTANTS["BELL_END"]), "ri"

    def compare(self, instr: Instr, target: int) -> None:
        kind, name = COMPARISONS[instr.op]
        a, b = instr.args[0], instr.args[-1]
        if kind == "str":
            self.runtime(instr, target)
            return
        if kind in ("int", "end"):
            opcode_name, operands, _ = self.int_comparison(name, a, b) if kind == "int" else self.end_comparison(name, a)
        else:
            if name in ("gt", "ge"):
                a, b, name = b, a, _SWAPPED[name]
            opcode_name, operands = f"float_{name}", (self.reg(a), self.reg(b))
        self.put(OPCODES[opcode_name], (target, *operands), instr)

    # --- ops ---

    def plain(self, instr: Instr, target: int) -> None:
        """Ops whose instruction has their result and operands in order."""
        op, args = instr.op, instr.args
        if op in _IMMEDIATE:
            opcode, least, greatest = _IMMEDIATE[op]
            immediate = self.small(args[1], least, greatest)
            if immediate is not None:
                self.put(opcode, (target, self.reg(args[0]), immediate), instr)
                return
        direct = _DIRECT.get(op)
        if direct is not None:
            self.put(direct, (target, *map(self.reg, args)), instr)
            return
        self.runtime(instr, target)

    def runtime(self, instr: Instr, target: int) -> None:
        op = instr.op
        opcode = _RUNTIME[op]
        values = [target] if op.result else []
        format = opcode.format
        fixed = len(op.operands) - op.variadic
        for position in range(fixed):
            value = instr.args[position]
            notation = op.operands[position]
            if notation == "#type":
                values.append(self.tables.index(value))
            elif notation == "#str":
                values.append(self.tables.string_index[value])
            else:
                values.append(int(value) if notation in ("#int", "#bool") else self.reg(value))
        if op.variadic:
            rest = instr.args[fixed:]
            values.append(len(rest))
            values.extend(map(self.reg, rest))
            format = format[:-1] + "r" * len(rest)
        self.put(opcode, tuple(values), instr, format)

    def fuse_product(self, instrs: list[Instr], index: int, skipped: set[int]) -> bool:
        """A product that only the next op adds or subtracts. Two roundings, as in two instructions."""
        product, following = instrs[index], instrs[index + 1]
        if following.op is not _ADD and following.op is not _SUB:
            return False
        result = product.results[0]
        left, right = map(self.name, following.args)
        if self.defs[result] != 1 or self.uses[result] != 1 or result not in (left, right):
            return False
        if following.op is _ADD:
            # The sum of floats does not depend on the order of its operands.
            opcode, other = OPCODES["float_mul_add"], right if left == result else left
        elif left == result:
            opcode, other = OPCODES["float_mul_sub"], right
        else:
            opcode, other = OPCODES["float_mul_rsub"], left
        skipped.add(index + 1)
        target = self.destination(instrs, index + 1, skipped)
        self.put(opcode, (target, self.reg(product.args[0]), self.reg(product.args[1]), self.reg(other)), following)
        return True

    def move(self, instr: Instr, target: int) -> None:
        source = self.name(instr.args[0])
        if target in self.constant or self.uses[target] == 0:
            return
        if source in self.constant:
            self.load(target, self.constant[source], instr)
            return
        if self.out and self.pending is None:
            previous = self.out[-1]
            if previous.opcode.name == "move" and previous.values[0] != source and previous.values[0] != target:
                self.out[-1] = Machine(OPCODES["move2"], "wr-wr--", (*previous.values, target, source), instr)
                return
        self.put(OPCODES["move"], (target, source), instr)

    def call(self, instr: Instr, target: int) -> None:
        callee, *arguments = instr.args
        index = self.indices[callee]
        slots = [self.reg(argument) for argument in arguments]
        results = instr.results
        if len(slots) <= 3 and len(results) <= 1:
            opcode = _CALLS[len(slots)]
            if results:
                self.put(opcode, (index, *slots, target), instr)
            else:
                self.put(opcode, (index, *slots), instr, opcode.format.replace("w", "-"))
            return
        format = f"fuu{'r' * len(slots)}{'-' * (-len(slots) % 4)}"
        if len(results) == 1:
            self.put(OPCODES["calln"], (index, len(slots), 0, *slots, target), instr, f"{format}-sw-")
        else:
            format += f"{'w' * len(results)}{'-' * (-len(results) % 4)}-s--"
            self.put(OPCODES["calln"], (index, len(slots), len(results), *slots, *results), instr, format)

    def any_call(self, instr: Instr, target: int) -> None:
        names, callee, *arguments = instr.args
        slots = [self.reg(argument) for argument in arguments]
        format, first = "ru", [self.reg(callee), len(slots)]
        if names:
            format, first = "-Uru", [self.tables.string_index[names], *first]
        fields = 1 + format.count("U") + len(format) + len(slots)
        format += f"{'r' * len(slots)}{'-' * (-fields % 4)}-sw-"
        self.put(OPCODES["any_call_named" if names else "any_call"], (*first, *slots, target), instr, format)

    def any_call_method(self, instr: Instr, target: int) -> None:
        name, names, receiver, *arguments = instr.args
        slots = [self.reg(argument) for argument in arguments]
        strings = self.tables.string_index
        format = f"-UUru{'r' * len(slots)}{'-' * (-(8 + len(slots)) % 4)}-sw-"
        values = (strings[name], strings[names], self.reg(receiver), len(slots), *slots, target)
        self.put(OPCODES["any_call_method"], values, instr, format)

    def any_call_spread(self, instr: Instr, target: int) -> None:
        self.put(OPCODES["any_call_spread"], (*map(self.reg, instr.args), target), instr)

    def ret(self, instr: Instr, _target: int) -> None:
        values = instr.args
        if not values:
            self.put(OPCODES["ret0"], (), instr)
        elif len(values) == 1:
            immediate = self.small(values[0], -(2**31), 2**31 - 1)
            if immediate is not None:
                self.put(OPCODES["ret_i"], (immediate,), instr)
            else:
                self.put(OPCODES["ret1"], (self.reg(values[0]),), instr)
        else:
            slots = tuple(map(self.reg, values))
            self.put(OPCODES["retn"], (len(slots), *slots), instr, f"u{'r' * len(slots)}")

    def end(self, instr: Instr, _target: int) -> None:
        """``unreachable``, ``raise`` and ``fault``."""
        name, args = instr.op.name, instr.args
        if name == "unreachable":
            self.put(OPCODES["unreachable"], (), instr)
        elif name == "raise.any":
            self.put(OPCODES["raise_any"], (self.reg(args[0]),), instr)
        elif name == "raise":
            self.put(OPCODES["raise"], (self.reg(args[1]),), instr)
        else:
            values = [self.reg(argument) for argument in args[1:3]]
            format = "u" + "r" * len(values) + "u" * (2 - len(values))
            padding = (NO_OPERAND,) * (2 - len(values))
            self.put(OPCODES["fault"], (int(args[0][1:]), *values, *padding), instr, format)

    def global_get(self, instr: Instr, target: int) -> None:
        self.put(OPCODES["global_get"], (target, instr.args[0]), instr)

    def global_set(self, instr: Instr, _target: int) -> None:
        self.put(OPCODES["global_set"], (self.reg(instr.args[1]), instr.args[0]), instr)

    def holds_bools(self, register: int) -> bool:
        type = self.registers[register].type
        return isinstance(type, ListType) and type.item == BOOL

    def list_get(self, instr: Instr, target: int) -> None:
        container, index = instr.args
        if self.holds_bools(container):
            self.put(OPCODES["list_get_bool"], (target, self.reg(container), self.reg(index)), instr)
            return
        immediate = self.small(index, 0, 32767)
        if immediate is not None:
            self.put(OPCODES["list_get_i"], (target, self.reg(container), immediate), instr)
        else:
            self.put(OPCODES["list_get"], (target, self.reg(container), self.reg(index)), instr)

    def list_set(self, instr: Instr, _target: int) -> None:
        name = "list_set_bool" if self.holds_bools(instr.args[0]) else "list_set"
        self.put(OPCODES[name], tuple(map(self.reg, instr.args)), instr)

    def list_append(self, instr: Instr, _target: int) -> None:
        name = "list_append_bool" if self.holds_bools(instr.args[0]) else "list_append"
        self.put(OPCODES[name], tuple(map(self.reg, instr.args)), instr)

    def slot_get(self, instr: Instr, target: int) -> None:
        self.put(OPCODES["slot_get"], (target, self.reg(instr.args[0]), instr.args[1]), instr)

    def captured_get(self, instr: Instr, target: int) -> None:
        self.put(OPCODES["slot_get"], (target, self.reg(instr.args[0]), instr.args[1] + 1), instr)  # the signature is the slot before them

    def slot_set(self, instr: Instr, _target: int) -> None:
        container, position, value = instr.args
        self.put(OPCODES["slot_set"], (self.reg(container), position, self.reg(value)), instr)

    def mark(self, instr: Instr, _target: int) -> None:
        """What leaves a mark in the trace."""
        name, site = instr.op.name, instr.args[0] & 0xFFFFFFFF
        if name == "trace.point":
            self.put(OPCODES["trace_point"], (site,), instr)
        elif name != "trace.word":
            self.put(OPCODES["trace_value" if name == "trace.value" else "trace_size"], (self.reg(instr.args[1]), site), instr)
        elif self.registers[instr.args[1]].type == FLOAT:
            self.put(OPCODES["trace_float"], (self.reg(instr.args[1]), site), instr)
        elif site == MORE:
            self.put(OPCODES["trace_more"], (self.reg(instr.args[1]),), instr)
        else:
            self.put(OPCODES["trace_word"], (self.reg(instr.args[1]), site), instr)

    def free(self, instr: Instr, _target: int) -> None:
        self.put(OPCODES["trace_free"], (int(instr.args[0]),), instr)

    def segment(self, instr: Instr, _target: int) -> None:
        self.put(OPCODES["profile_at"], (instr.args[0],), instr)

    def any_from(self, instr: Instr, target: int) -> None:
        type = self.registers[instr.args[0]].type
        name = "any_from_int" if type == INT else "any_from_float" if type == FLOAT else "any_from_bool" if type == BOOL else "move"
        self.put(OPCODES[name], (target, self.reg(instr.args[0])), instr)


def _silent(op: Op) -> bool:
    """Whether nobody can tell if the op was done before a fault that comes right after it."""
    return not op.faults and op.flags <= {"pure", "inline", "reads"}


_SPECIAL: dict[Op, Callable[[_Selector, Instr, int], None]] = {
    OPS["move"]: _Selector.move,
    OPS["bool.to_int"]: _Selector.move,
    _CALL: _Selector.call,
    _RET: _Selector.ret,
    OPS["any.call"]: _Selector.any_call,
    OPS["any.call_method"]: _Selector.any_call_method,
    OPS["any.call_spread"]: _Selector.any_call_spread,
    OPS["unreachable"]: _Selector.end,
    OPS["raise"]: _Selector.end,
    OPS["raise.any"]: _Selector.end,
    OPS["fault"]: _Selector.end,
    OPS["global.get"]: _Selector.global_get,
    OPS["global.set"]: _Selector.global_set,
    OPS["list.get"]: _Selector.list_get,
    OPS["list.get.nc"]: _Selector.list_get,
    OPS["list.set"]: _Selector.list_set,
    OPS["list.set.nc"]: _Selector.list_set,
    OPS["list.append"]: _Selector.list_append,
    OPS["tuple.get"]: _Selector.slot_get,
    OPS["record.get"]: _Selector.slot_get,
    OPS["fn.get"]: _Selector.captured_get,
    OPS["record.set"]: _Selector.slot_set,
    OPS["any.from"]: _Selector.any_from,
    **dict.fromkeys((OPS[f"trace.{name}"] for name in ("point", "word", "value", "size")), _Selector.mark),
    OPS["trace.free"]: _Selector.free,
    OPS["profile.at"]: _Selector.segment,
}


def registers_of(machine: Machine) -> tuple[Sequence[int], Sequence[int]]:
    """The registers an instruction reads, and those it writes."""
    reads, writes = [], []
    letters = machine.format.replace("-", "").replace("s", "")
    for letter, value in zip(letters, machine.values, strict=True):
        if letter == "r":
            reads.append(value)
        elif letter == "w":
            writes.append(value)
        elif letter == "x":
            reads.append(value)
            writes.append(value)
    return reads, writes
