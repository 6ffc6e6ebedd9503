"""The encoder: an optimised IR module to one VM program.

All code is one array of 8-byte words: the functions in order, then for each function the stub by which the host enters it. ``csrc/vm/vm.h`` says how a
frame looks; :mod:`belljar.engines.vm.opcodes` what the instructions are.
"""

from __future__ import annotations

import struct
from array import array

from belljar.engines.tables import Tables, number_tables
from belljar.engines.vm.allocate import Slots, allocate
from belljar.engines.vm.opcodes import OPCODES, Opcode, words
from belljar.engines.vm.select import Machine, Selected, select
from belljar.errors import bell_error
from belljar.ir.function import Function, Instr, Module
from belljar.ir.roots import rooted
from belljar.ir.sites import Site, number_sites
from belljar.structs import Frozen, Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

NO_SITE = 2**32 - 1
"""BELL_VM_NO_SITE of vm.h."""
FIELD_MAX = 2**16 - 1
_MOVE = OPCODES["move"]
_CALLS = frozenset({"call0", "call1", "call2", "call3", "calln", "any_call", "any_call_named", "any_call_method", "any_call_spread"})


class FunctionCode(Frozen):
    """Where a function is in the code, in words, and what its frame looks like: a row of ``bell_vm_function``. ``frame`` counts the word below it."""

    __slots__ = ("end", "entry", "frame", "name", "params", "results", "roots_count", "roots_first", "stub")

    def __init__(
        self, name: str, entry: int, end: int, stub: int, frame: int, params: int, results: int, roots_first: int, roots_count: int
    ) -> None:
        self.name: Final = name
        self.entry: Final = entry
        self.end: Final = end
        self.stub: Final = stub
        self.frame: Final = frame
        self.params: Final = params
        self.results: Final = results
        self.roots_first: Final = roots_first
        self.roots_count: Final = roots_count


class Program(Struct):
    """What ``bell_vm_program`` points to, and what maps it back to the IR: ``origins[word]`` is the IR instruction an instruction starting there comes
    from. ``handlers`` are pairs of words: of an instruction whose fault leads to a handler, as in ``sites``, and of the handler; in order."""

    __slots__ = (
        "code",
        "constants",
        "frame_max",
        "functions",
        "gather_max",
        "handlers",
        "module",
        "origins",
        "packed",
        "records_branches",
        "roots",
        "site_table",
        "sites",
        "tables",
    )

    def __init__(
        self,
        module: Module,
        tables: Tables,
        site_table: list[Site],
        code: array[int] | None = None,
        sites: array[int] | None = None,
        constants: array[int] | None = None,
        roots: array[int] | None = None,
        handlers: array[int] | None = None,
        functions: list[FunctionCode] | None = None,
        origins: dict[int, Instr] | None = None,
        gather_max: int = 0,
        frame_max: int = 0,
    ) -> None:
        self.module = module
        self.tables = tables
        self.site_table = site_table
        self.code: array[int] = array("H") if code is None else code
        self.sites: array[int] = array("I") if sites is None else sites
        self.constants: array[int] = array("Q") if constants is None else constants
        self.roots: array[int] = array("H") if roots is None else roots
        self.handlers: array[int] = array("I") if handlers is None else handlers
        self.functions: list[FunctionCode] = [] if functions is None else functions
        self.origins: dict[int, Instr] = {} if origins is None else origins
        self.packed: bytes | None = None
        self.gather_max = gather_max
        self.frame_max = frame_max
        self.records_branches = module.traces is not None and module.traces.level == "branches"
        """Whether conditional jumps leave bits in the trace: then the opcodes of those that jump the second way of their branch are the numbers behind all others, in the same order."""

    @property
    def packed_functions(self) -> bytes:
        """The functions as an array of ``bell_vm_function``, of an encoding that is done."""
        if self.packed is not None:
            return self.packed
        self.packed = b"".join(
            struct.pack("=IIIIHHHxx", row.entry, row.stub, row.roots_first, row.roots_count, row.frame, row.params, row.results)
            for row in self.functions
        )
        return self.packed


def encode(module: Module) -> Program:
    """Encode a verified, optimised module. Raises E0103 for a function beyond the VM's bounds (65,535 slots, operands or functions)."""
    return _Encoder(module).run()


class _Encoder:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.tables = number_tables(module)
        site_table, self.site_numbers = number_sites(module)
        self.program = Program(module, self.tables, site_table)
        self.indices = {name: index for index, name in enumerate(module.functions)}
        self.constant_index: dict[int, int] = {}
        if len(self.indices) > FIELD_MAX or len(self.tables.types) > FIELD_MAX:
            raise bell_error("E0103", found=max(len(self.indices), len(self.tables.types)), unit="functions or types", limit=FIELD_MAX)

    def run(self) -> Program:
        program = self.program
        rows = []
        for function in self.module.functions.values():
            entry = len(program.code) // 4
            roots_first = len(program.roots)
            slots = self.function(function)
            rows.append((function, entry, len(program.code) // 4, slots.count + 1, roots_first, len(slots.roots)))
        for index, (function, entry, end, frame, roots_first, roots_count) in enumerate(rows):
            stub, stub_frame = self.stub(index, len(function.params), len(function.results))
            program.frame_max = max(program.frame_max, frame, stub_frame)
            params, results = len(function.params), len(function.results)
            program.functions.append(FunctionCode(function.name, entry, end, stub, frame, params, results, roots_first, roots_count))
        program.sites.extend([NO_SITE] * (len(program.code) // 4 - len(program.sites)))
        return program

    def function(self, function: Function) -> Slots:
        roots = rooted(function)
        selected = select(self.module, function, self.tables, self.indices, frozenset(roots), long_jumps=False)
        if sum(words(machine.format) for _, machines in selected.blocks for machine in machines) >= 2**15:
            selected = select(self.module, function, self.tables, self.indices, frozenset(roots), long_jumps=True)
        slots = allocate(function, selected, roots)
        if slots.count >= FIELD_MAX:
            raise bell_error(
                "E0103", found=slots.count, unit=f"variables live at once in {function.source_name or function.name}", limit=FIELD_MAX
            )
        self.program.roots.extend(slots.roots)
        self.emit(selected, slots)
        return slots

    def emit(self, selected: Selected, slots: Slots) -> None:
        program = self.program
        code, slot, frame = program.code, slots.slot, slots.count + 1
        labels: dict[int, int] = {}
        guarded: list[tuple[int, int]] = []  # word of the instruction, block of its handler
        fixups: list[tuple[int, int, int, str]] = []  # field of the code, word the jump counts from, block, letter
        if slots.rooted_count:
            self.instruction(OPCODES["enter"], "uu", (slots.rooted_first, slots.rooted_count))
        self.load_constants(selected, slots)
        for block, machines in selected.blocks:
            labels[block] = len(code) // 4
            for machine in machines:
                if machine.opcode is _MOVE and slot[machine.values[0]] == slot[machine.values[1]]:
                    continue
                start = len(code)
                code.append(machine.opcode.number + (len(OPCODES) if machine.is_inverted and program.records_branches else 0))
                values = iter(machine.values)
                for letter in machine.format:
                    if letter == "-":
                        code.append(0)
                        continue
                    if letter == "s":
                        code.append(frame)
                        continue
                    value = next(values)
                    if letter in "rwx":
                        code.append(slot[value])
                    elif letter in "uf":
                        if value > FIELD_MAX:
                            raise bell_error("E0103", found=value, unit="operands of one operation", limit=FIELD_MAX)
                        code.append(value)
                    elif letter == "i":
                        code.append(value & FIELD_MAX)
                    elif letter in "jJ":
                        fixups.append((len(code), start // 4, value, letter))
                        code.extend((0,) if letter == "j" else (0, 0))
                    else:
                        if letter == "K":
                            value = self.constant(value)
                        code.extend((value & FIELD_MAX, value >> 16 & FIELD_MAX))
                code.extend((0,) * (-len(code) % 4))
                self.place(machine, start // 4)
                if machine.handler >= 0:
                    guarded.append((len(code) // 4 - 1 if machine.opcode.name in _CALLS else start // 4, machine.handler))
        for word, block in guarded:
            program.handlers.extend((word, labels[block]))
        for place, origin, block, letter in fixups:
            distance = labels[block] - origin
            code[place] = distance & FIELD_MAX
            if letter == "J":
                code[place + 1] = distance >> 16 & FIELD_MAX
            else:
                assert -(2**15) <= distance < 2**15

    def place(self, machine: Machine, word: int) -> None:
        """Record sites and origin of the instruction just emitted from ``word`` on."""
        program = self.program
        end = len(program.code) // 4
        sites = program.sites
        sites.extend([NO_SITE] * (end - len(sites)))
        if machine.instr is not None:
            program.origins[word] = machine.instr
            site = self.site_numbers.get(id(machine.instr), NO_SITE)
            # A call is found by what stands before its return address.
            sites[end - 1 if machine.opcode.name in _CALLS else word] = site
        if machine.fuel is not None:
            sites[word + 1] = self.site_numbers[id(machine.fuel)]
        if machine.opcode.format.endswith("u*"):
            program.gather_max = max(program.gather_max, len(machine.values))

    def instruction(self, opcode: Opcode, format: str, values: tuple[int, ...]) -> None:
        """Emit an instruction whose operands are numbers already."""
        code = self.program.code
        code.append(opcode.number)
        pending = iter(values)
        for letter in format:
            if letter == "-":
                code.append(0)
            else:
                value = next(pending)
                code.append(value & FIELD_MAX)
                if letter in "IUJ":
                    code.append(value >> 16 & FIELD_MAX)
        code.extend((0,) * (-len(code) % 4))

    def load_constants(self, selected: Selected, slots: Slots) -> None:
        """Load what loops use: runs of words by one instruction, strings one by one."""
        values: list[int] = []
        first = 0

        def flush() -> None:
            if values:
                index = len(self.program.constants)
                self.program.constants.extend(values)
                self.instruction(OPCODES["consts"], "uu-U--", (first, len(values), index))
                values.clear()

        for place, constant in enumerate(selected.constants):
            target = slots.slot[selected.constants_first + place]
            if isinstance(constant, str):
                flush()
                self.instruction(OPCODES["const_str"], "uU", (target, self.tables.string_index[constant]))
            else:
                if not values:
                    first = target
                values.append(constant)
        flush()

    def constant(self, word: int) -> int:
        """The index of a word in the constants."""
        index = self.constant_index.get(word)
        if index is None:
            index = self.constant_index[word] = len(self.program.constants)
            self.program.constants.append(word)
        return index

    def stub(self, index: int, params: int, results: int) -> tuple[int, int]:
        """The code by which the host calls a function, from a frame of the parameters and then the results; its first word and the size of the frame."""
        start = len(self.program.code) // 4
        frame = params + results + 1
        code = self.program.code
        code.extend((OPCODES["calln"].number, index, params, 0 if results == 1 else results))
        code.extend(range(params))
        code.extend((0,) * (-len(code) % 4))
        if results > 1:
            code.extend(range(params, params + results))
            code.extend((0,) * (-len(code) % 4))
        code.extend((0, frame, params, 0))
        code.extend((OPCODES["halt"].number, 0, 0, 0))
        return start, frame
