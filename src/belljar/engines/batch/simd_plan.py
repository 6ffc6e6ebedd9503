"""Whether a row function can run in lanes, and what of it is worked out beforehand.

What depends on no column is a constant of the module; what depends on one string column only is worked out once per distinct text (:mod:`.dictionary`) and looked up by the lanes:
comparisons, ``in`` a module-level set, look-ups in a module-level dict, ``int(s)``, whole chains of these. Strings themselves are numbers in lanes: equal texts have equal numbers, so
constants, column values and texts computed from one column can be compared, selected and returned.

Both are *lifted*: evaluated by an engine, as functions of their own, so that their meaning is that of every engine.
"""

from __future__ import annotations

from belljar.engines.batch.lanes import ELEMENT
from belljar.engines.batch.lanes_arithmetic import RULES
from belljar.engines.batch.lanes_calls import CALLED
from belljar.engines.batch.rowfunction import ROW, RowFunction
from belljar.engines.batch.simd_regions import DEAD_ENDS, Region, regions
from belljar.ir.exceptions import has_guards
from belljar.ir.function import Block, Function, Instr, Module
from belljar.ir.ops import CHANGES, OPS
from belljar.ir.rewrite import definitions, reads
from belljar.structs import Struct
from belljar.types import ANY, BOOL, FLOAT, INT, STR, ListType, SetType, Type

CONTROL = frozenset({"jump", "br", "ret", "raise", "fault", "unreachable", "fuel"})
COPIES = frozenset({"const.int", "const.float", "const.bool", "const.str", "const.absent", "move"})
LANE_OPS = COPIES | RULES.keys() | CALLED
NUMERIC = frozenset({INT, FLOAT, BOOL})
INSTRS_MAX = 4_000
"""Longest row function that is compiled for lanes."""
FLAGS_MAX = 31
"""Truths and faults of one string column, each a bit of an int32; bit 31 stands for texts that are not worked out at all."""
UNUSABLE = -(1 << 31)


class NotVectorisable(Exception):
    """Why a row function runs row by row: a sentence without subject, and the line of the program, 0 if none."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Lift(Struct):
    """A register worked out per text. ``function`` is its name in the lifted module; ``type`` is int, float, bool or str.

    ``bit`` is where its truth stands in the column's flags (bools), ``table`` which of the column's tables holds its values (others), ``fault_bit`` where it says that
    the evaluation fails; for a constant, the word that does. -1 where there is none.
    """

    __slots__ = ("bit", "fault_bit", "function", "register", "table", "type")

    def __init__(self, register: int, function: str, type: Type, bit: int = -1, table: int = -1, fault_bit: int = -1) -> None:
        self.register = register
        self.function = function
        self.type = type
        self.bit = bit
        self.table = table
        self.fault_bit = fault_bit


class StrColumn(Struct):
    """A string column: its register, what is lifted out of the lanes, and whether lanes need the number of the text itself."""

    __slots__ = ("flags", "lifts", "needs_number", "register")

    def __init__(self, register: int) -> None:
        self.register = register
        self.lifts: list[Lift] = []
        self.needs_number = False
        self.flags = 0

    @property
    def tables(self) -> list[Lift]:
        return [lift for lift in self.lifts if lift.table >= 0]


class Plan(Struct):
    """How a row function runs in lanes. ``strs`` are the string columns by their place among the inputs; ``constants`` registers worked out once per module.

    Nothing of the definitions of ``lifted`` registers runs in lanes, unless they are in ``constants`` or a column's lifts. From ``doomed`` blocks every way ends in an error: their lanes
    fail at once, whatever stands there. ``module`` holds the functions that evaluate what is lifted, and the module's own init. A row without loops takes ``fuel_static`` at most,
    beyond the charges of what is lifted.
    """

    __slots__ = ("constants", "doomed", "fuel_static", "function", "has_loops", "lifted", "module", "region", "row", "strs")

    def __init__(
        self,
        row: RowFunction,
        function: Function,
        region: Region,
        strs: dict[int, StrColumn],
        constants: list[Lift],
        lifted: set[int],
        doomed: frozenset[int],
        module: Module,
    ) -> None:
        self.row = row
        self.function = function
        self.region = region
        self.strs = strs
        self.constants = constants
        self.lifted = lifted
        self.doomed = doomed
        self.module = module
        self.has_loops = False
        self.fuel_static = 0


def plan(row: RowFunction) -> Plan:
    """Raises NotVectorisable."""
    function = _split(row.module.functions[ROW])
    _check_size(function)
    if has_guards(function):
        raise NotVectorisable("it catches exceptions")
    flow = regions(function)
    if flow is None:
        raise NotVectorisable("its control flow jumps into the middle of a loop")
    strs, params = _string_columns(row, function)
    doomed = _doomed(function)
    blocks = [block for number, block in enumerate(function.blocks) if number not in doomed]
    depends = _dependences(function, blocks, params)
    _check_ops(function, blocks, depends)
    made = Plan(
        row, function, flow, strs, [], {register for register in depends if register not in params}, doomed, Module(row.module.name)
    )
    made.has_loops = any(True for _ in flow.loops())
    made.fuel_static = sum(instr.args[0] for block in blocks for instr in block.instrs if instr.op.name == "fuel")
    _choose(made, depends, params)
    return made


def _check_size(function: Function) -> None:
    if sum(len(block.instrs) for block in function.blocks) > INSTRS_MAX:
        raise NotVectorisable(f"it has more than {INSTRS_MAX} instructions")


def _split(function: Function) -> Function:
    """A copy in which what might be lifted has a register of its own: ``x = str.upper s`` for a variable x becomes ``t = str.upper s; x = move t``."""
    counts = definitions(function)
    copy = Function(function.name, function.params, function.results, list(function.registers), [], function.source_name, function.span)
    for block in function.blocks:
        instrs: list[Instr] = []
        for instr in block.instrs:
            many = len(instr.results) == 1 and counts[instr.results[0]] > 1 and instr.op.name not in COPIES and instr.op.name != "call"
            if many and (
                instr.op.name not in LANE_OPS or any(function.registers[register].type not in NUMERIC for register in reads(instr))
            ):
                target = instr.results[0]
                own = copy.new_register(function.registers[target].type)
                instrs.append(Instr(instr.op, (own,), instr.args, instr.span, instr.scope))
                instrs.append(Instr(OPS["move"], (target,), (own,), instr.span, instr.scope))
            else:
                instrs.append(instr)
        copy.blocks.append(Block(instrs))
    return copy


def _string_columns(row: RowFunction, function: Function) -> tuple[dict[int, StrColumn], dict[int, int]]:
    """The string columns by place, and the places by register."""
    strs: dict[int, StrColumn] = {}
    at = 0
    for place, column in enumerate(row.inputs):
        at += column.nullable
        if column.type == "str":
            strs[place] = StrColumn(function.params[at])
        at += 1
    return strs, {column.register: place for place, column in strs.items()}


def _doomed(function: Function) -> frozenset[int]:
    found: set[int] = set()
    changed = True
    while changed:
        changed = False
        for number, block in enumerate(function.blocks):
            ends = block.instrs[-1].op.name in DEAD_ENDS or (bool(block.successors()) and found.issuperset(block.successors()))
            if ends and number not in found:
                found.add(number)
                changed = True
    return frozenset(found)


NO_COLUMN = -1


def _dependences(function: Function, blocks: list[Block], params: dict[int, int]) -> dict[int, int]:
    """Registers that depend on one string column (its place) or on none (NO_COLUMN), the columns' own registers included."""
    constant_globals = not any(instr.op.flags & CHANGES for block in blocks for instr in block.instrs)
    once = [count == 1 for count in definitions(function)]
    found = {register: place for register, place in params.items() if once[register]}
    changed = True
    while changed:
        changed = False
        for block in blocks:
            for instr in block.instrs:
                if (
                    len(instr.results) != 1
                    or not once[instr.results[0]]
                    or instr.results[0] in found
                    or not _is_liftable(instr, constant_globals)
                ):
                    continue
                operands = [found.get(register, -2) for register in reads(instr)]
                if -2 in operands:
                    continue
                columns = {place for place in operands if place != NO_COLUMN}
                if len(columns) <= 1:
                    found[instr.results[0]] = columns.pop() if columns else NO_COLUMN
                    changed = True
    return found


def _is_liftable(instr: Instr, constant_globals: bool) -> bool:
    op = instr.op
    if op.is_terminator or op.name in ("call", "fuel"):
        return False
    if op.is_pure:
        return True
    if op.flags & CHANGES:
        return False
    return constant_globals  # reads what is constant, or makes something that nothing changes


def _check_ops(function: Function, blocks: list[Block], depends: dict[int, int]) -> None:
    """Raises NotVectorisable for the first thing lanes cannot do."""
    for block in blocks:
        for instr in block.instrs:
            name = instr.op.name
            if name in CONTROL or (len(instr.results) == 1 and instr.results[0] in depends):
                continue
            if name == "call":
                raise NotVectorisable("a call was not inlined: the function is recursive or too large", instr.span.line)
            for register in (*instr.results, *reads(instr)):
                type = function.registers[register].type
                if type not in ELEMENT:
                    raise NotVectorisable(f"a value of type {type} depends on the row", instr.span.line)
            if name not in LANE_OPS:
                raise NotVectorisable(f"{name} makes or takes a text of each row", instr.span.line)


def _choose(made: Plan, depends: dict[int, int], params: dict[int, int]) -> None:
    """Which lifted registers the lanes look up: those they read, and those that can fault by themselves."""
    function = made.function
    blocks = [block for number, block in enumerate(function.blocks) if number not in made.doomed]
    maker = {instr.results[0]: instr for block in blocks for instr in block.instrs if len(instr.results) == 1}
    wanted: dict[int, None] = {}
    for block in blocks:
        for instr in block.instrs:
            if len(instr.results) == 1 and instr.results[0] in made.lifted:
                if _faults(function, instr):
                    wanted[instr.results[0]] = None
                continue
            for register in reads(instr):
                if register in depends:
                    wanted[register] = None
    evaluators: dict[str, Function] = {}
    failing: list[Lift] = []
    for register in wanted:
        type = function.registers[register].type
        if register in params:
            made.strs[params[register]].needs_number = True
            continue
        instr = maker[register]
        if instr.op.name.startswith("const."):
            made.lifted.discard(register)  # constants are cheaper where they stand
            continue
        name = f"@lift.{register}"
        evaluators[name] = _evaluator(function, name, register, maker, params)
        lift = Lift(register, name, type if type in ELEMENT else BOOL)
        if depends[register] == NO_COLUMN:
            made.constants.append(lift)
            if _faults(function, instr):
                failing.append(lift)
            continue
        column = made.strs[depends[register]]
        if type == BOOL:
            lift.bit = _bit(column, instr)
        elif type in ELEMENT:
            lift.table = sum(1 for other in column.lifts if other.table >= 0)
        if _faults(function, instr):
            lift.fault_bit = _bit(column, instr)
        column.lifts.append(lift)
    for place, lift in enumerate(failing):
        lift.fault_bit = len(made.constants) + place
    made.module = _lifted_module(made.row.module, evaluators)


LIMIT_CODES = frozenset({"E0801", "E0802", "E0803", "E0804", "E0805", "E0006"})


def _faults(function: Function, instr: Instr) -> bool:
    """Whether the instruction can fail by itself, limits apart. A key whose type is known can be hashed, and what is no float is no NaN."""
    codes = set(instr.op.faults) - LIMIT_CODES
    if "E0720" in codes and instr.op.name.startswith(("set.", "dict.", "list.")) and _has_no_floats(function.registers[instr.args[1]].type):
        codes.discard("E0720")
    if "E0309" in codes and instr.op.name.startswith(("set.", "dict.")) and function.registers[instr.args[1]].type != ANY:
        codes.discard("E0309")
    return bool(codes)


def _has_no_floats(type: Type) -> bool:
    return type in (INT, BOOL, STR) or (isinstance(type, (ListType, SetType)) and _has_no_floats(type.item))


def _bit(column: StrColumn, instr: Instr) -> int:
    if column.flags >= FLAGS_MAX:
        raise NotVectorisable(f"more than {FLAGS_MAX} conditions on one string", instr.span.line)
    column.flags += 1
    return column.flags - 1


def _evaluator(function: Function, name: str, register: int, maker: dict[int, Instr], params: dict[int, int]) -> Function:
    """A function of the text that computes one register by the instructions that lead to it. Containers give True: only whether they fail matters."""
    needed: set[int] = set()
    stack = [register]
    parameter = -1
    while stack:
        at = stack.pop()
        if at in params:
            parameter = at
        elif at not in needed:
            needed.add(at)
            stack.extend(reads(maker[at]))
    made = Function(name, [], (), [], [Block()], source_name=function.source_name, span=function.span)
    number: dict[int, int] = {}
    if parameter >= 0:
        number[parameter] = made.new_register(STR)
        made.params.append(number[parameter])
    instrs = made.blocks[0].instrs
    ordered: list[Instr] = []
    done = set(number)
    pending = [register]
    while pending:  # operands first
        at = pending[-1]
        missing = [operand for operand in reads(maker[at]) if operand not in done] if at not in done else []
        if missing:
            pending.extend(missing)
            continue
        pending.pop()
        if at not in done:
            done.add(at)
            ordered.append(maker[at])
    for instr in ordered:
        number[instr.results[0]] = made.new_register(function.registers[instr.results[0]].type)
    fuel = sum(instr.op.fuel for instr in ordered)
    instrs.append(Instr(OPS["fuel"], (), (max(1, fuel),)))
    for instr in ordered:
        copy = Instr(instr.op, (number[instr.results[0]],), instr.args, instr.span, instr.scope)
        _renumber(copy, number)
        instrs.append(copy)
    result = number[register]
    if function.registers[register].type not in ELEMENT:
        result = made.new_register(BOOL)
        instrs.append(Instr(OPS["const.bool"], (result,), (True,)))
    instrs.append(Instr(OPS["ret"], (), (result,)))
    made.results = (made.registers[result].type,)
    return made


def _renumber(instr: Instr, number: dict[int, int]) -> None:
    from belljar.ir.rewrite import rename

    rename(instr, number.__getitem__)


def _lifted_module(module: Module, evaluators: dict[str, Function]) -> Module:
    """The module with its level code and the evaluators, without its tasks."""
    functions: dict[str, Function] = {}
    stack = [signature.entry for signature in module.signatures.values()] + ([module.init] if module.init else [])
    while stack:
        name = stack.pop()
        if name not in functions:
            functions[name] = module.functions[name]
            stack.extend(instr.args[0] for block in functions[name].blocks for instr in block.instrs if instr.op.name == "call")
    ordered = {name: function for name, function in module.functions.items() if name in functions}
    return Module(
        module.name,
        module.source,
        {**ordered, **evaluators},
        module.records,
        module.globals,
        {},
        module.init,
        signatures=module.signatures,
        hosts=module.hosts,
    )
