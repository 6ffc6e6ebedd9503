"""Random verified programs for testing passes: every shape a pass decides on, and values at the edges.

Registers assigned once and often, copies, loops that count and loops over lists that are changed inside, records and tuples that stay and that escape, memory read across writes and
calls, faults on the way, functions with several results, output. Every loop is bounded and no function calls itself, so every program ends.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from belljar.engines.reference import ReferenceEngine
from belljar.errors import BellError
from belljar.ir.function import Function, Instr, Layout, Module
from belljar.ir.ops import OPS
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from belljar.source import Span
from belljar.types import ANY, BOOL, FLOAT, INT, STR, ListType, RecordType, TupleType, Type
from belljar.values import Record

INTS = (0, 1, -1, 2, 3, 4, 7, 8, 63, 64, -64, 1024, 2**31, 2**62, 2**63 - 1, 2**63 - 2, -(2**63), 1 - 2**63)
FLOATS = (0.0, -0.0, 1.0, -1.5, 0.1, 3.0, 1e300, -1e300, 5e-324, 2.0**53, float("inf"), float("-inf"), float("nan"), -float("nan"))
TEXTS = ("", "a", "b", "abc", " x ", "12", "-7", "ß", "Éa", "٣", "\u2003x", "\U0001f600", "ab" * 40)
NUMBERS = ListType(INT)
MATRIX = ListType(NUMBERS)
PAIR = TupleType((INT, STR))
POINT = RecordType("Point")
LAYOUT = Layout("Point", (("x", INT), ("y", FLOAT), ("items", NUMBERS)))
TYPES: tuple[Type, ...] = (INT, FLOAT, BOOL, STR, NUMBERS, MATRIX, PAIR, POINT, ANY)
GLOBALS: list[tuple[str, Type]] = [("COUNT", INT), ("SEEN", NUMBERS)]

# Results by type: ops of scalars, whose operand types their rows say.
_BASES = {"int": INT, "float": FLOAT, "bool": BOOL, "str": STR}
_LEFT_OUT = {"str.repeat", "int.factorial", "math.ldexp"}
SCALAR_OPS = {
    type: tuple(
        sorted(
            op.name
            for op in OPS.values()
            if op.result == name
            and op.is_pure
            and op.operands
            and all(kind in _BASES for kind in op.operands)
            and not op.name.endswith((".nw", ".nc"))
            and op.name not in _LEFT_OUT
        )
    )
    for name, type in _BASES.items()
}
COMMON = {
    INT: ("int.add", "int.sub", "int.mul", "int.floordiv", "int.mod", "int.and", "int.or", "int.xor", "int.shl", "int.shr", "int.min"),
    FLOAT: ("float.add", "float.sub", "float.mul", "float.div", "float.neg", "int.to_float"),
    BOOL: ("int.lt", "int.le", "int.gt", "int.ge", "int.eq", "int.ne", "float.lt", "float.eq", "bool.and", "bool.or", "bool.not", "str.eq"),
    STR: ("str.concat", "int.to_str", "str.upper", "str.strip", "str.index"),
}


class Writer:
    """Writes one function. ``variables`` are assigned from the start and often; ``values`` are temporaries assigned once that may be read here."""

    def __init__(self, module: Module, rnd: Random, name: str, *, small: bool = False) -> None:
        self.module, self.rnd, self.small = module, rnd, small
        self.line = 0
        self.budget = 25 if small else 60
        self.function = Function(name, [], tuple(rnd.choice(TYPES) for _ in range(rnd.choice((0, 1, 1, 2, 3)))), source_name=name)
        self.variables: dict[Type, list[int]] = {type: [] for type in TYPES}
        self.values: dict[Type, list[int]] = {type: [] for type in TYPES}
        for type in [rnd.choice(TYPES) for _ in range(rnd.randint(0, 3))]:
            register = self.fresh(type)
            self.function.params.append(register)
            (self.variables if rnd.random() < 0.5 else self.values)[type].append(register)
        self.block = self.function.new_block()
        for type in TYPES:
            for _ in range(rnd.randint(1, 2)):
                register = self.fresh(type)
                self.emit("move", [self.made(type)], register)
                self.variables[type].append(register)

    # --- instructions -----------------------------------------------------------------------------------------------------------

    def emit(self, name: str, args: list[Any], *results: int) -> None:
        self.line += 1
        self.function.blocks[self.block].instrs.append(Instr(OPS[name], results, tuple(args), Span(self.line, 1, self.line, 9)))

    def fresh(self, type: Type) -> int:
        return self.function.new_register(type)

    def result(self, name: str, args: list[Any], type: Type) -> int:
        """The op's result in a temporary, or in a variable."""
        often = self.variables[type]
        register = self.rnd.choice(often) if often and self.rnd.random() < 0.25 else self.fresh(type)
        self.emit(name, args, register)
        if register not in often and self.rnd.random() < 0.6:
            self.values[type].append(register)
        return register

    def constant(self, type: Type) -> int:
        rnd = self.rnd
        made = self.fresh(type)
        if type == INT:
            self.emit("const.int", [rnd.choice(INTS) if rnd.random() < 0.6 else rnd.randint(-9, 9)], made)
        elif type == FLOAT:
            self.emit("const.float", [rnd.choice(FLOATS)], made)
        elif type == BOOL:
            self.emit("const.bool", [rnd.random() < 0.5], made)
        else:
            self.emit("const.str", [rnd.choice(TEXTS)], made)
        return made

    def operand(self, type: Type) -> int:
        """A register of the type that is assigned here."""
        rnd = self.rnd
        kind = rnd.random()
        if kind < 0.4 and self.variables[type]:
            return rnd.choice(self.variables[type])
        if kind < 0.75 and self.values[type]:
            return rnd.choice(self.values[type])
        return self.made(type)

    def made(self, type: Type) -> int:
        """A new value of the type."""
        rnd = self.rnd
        if type in (INT, FLOAT, BOOL, STR):
            return self.constant(type)
        made = self.fresh(type)
        if type == NUMBERS:
            self.emit("list.of", [type, *(self.operand(INT) for _ in range(rnd.randint(0, 3)))], made)
        elif type == MATRIX:
            self.emit("list.of", [type, *(self.operand(NUMBERS) for _ in range(rnd.randint(0, 2)))], made)
        elif type == PAIR:
            self.emit("tuple.new", [type, self.operand(INT), self.operand(STR)], made)
        elif type == POINT:
            self.emit("record.new", [type, self.operand(INT), self.operand(FLOAT), self.operand(NUMBERS)], made)
        else:
            self.emit("any.from", [self.operand(rnd.choice((INT, BOOL, STR, NUMBERS)))], made)
        return made

    def computed(self) -> None:
        """One op of scalars, its result moved to a variable or left in a temporary."""
        rnd = self.rnd
        type = rnd.choice((INT, INT, INT, FLOAT, BOOL, BOOL, STR))
        kind = rnd.random()
        if kind < 0.12:
            args = [self.operand(BOOL), self.operand(type), self.operand(type)]
            made = self.result("select", args, type)
        else:
            name = rnd.choice(COMMON[type] if kind < 0.75 else SCALAR_OPS[type])
            args = [self.operand(_BASES[operand]) for operand in OPS[name].operands]
            made = self.result(name, args, type)
            if rnd.random() < 0.2:  # the same again, perhaps after something happened, perhaps the other way round
                if rnd.random() < 0.5:
                    self.statement(0)
                if len(args) == 2 and OPS[name].operands[0] == OPS[name].operands[1] and rnd.random() < 0.5:
                    args.reverse()
                made = self.result(name, args, type)
        if rnd.random() < 0.5:
            if rnd.random() < 0.2:
                self.computed()
            self.emit("move", [made], rnd.choice(self.variables[type]))

    def copied(self) -> None:
        type = self.rnd.choice(TYPES)
        source = self.operand(type)
        if self.rnd.random() < 0.6:
            self.emit("move", [source], self.rnd.choice(self.variables[type]))
        else:
            self.result("move", [source], type)

    def index(self) -> int:
        """An index that often is within bounds."""
        if self.rnd.random() < 0.6:
            made = self.fresh(INT)
            self.emit("const.int", [self.rnd.choice((0, 0, 0, 1, -1))], made)
            return made
        return self.operand(INT)

    def memory(self) -> None:
        """Something read from or written to memory."""
        rnd = self.rnd
        kind = rnd.randrange(18)
        items = self.operand(NUMBERS)
        if kind == 0:
            self.result("list.len", [items], INT)
        elif kind == 1:
            self.result("list.get", [items, self.index()], INT)
        elif kind == 2:
            self.emit("list.set", [items, self.index(), self.operand(INT)])
        elif kind in (3, 4):
            self.emit("list.append", [items, self.operand(INT)])
        elif kind == 5:
            self.emit(rnd.choice(("list.clear", "list.reverse")), [items])
        elif kind == 6:
            self.result("list.pop", [items, self.index()], INT)
        elif kind == 7:
            self.emit("list.extend", [items, items if rnd.random() < 0.3 else self.made(NUMBERS)])
        elif kind == 8:
            self.result("list.concat", [self.made(NUMBERS), self.made(NUMBERS)], NUMBERS)
        elif kind == 9:
            self.result("global.get", [0], INT)
        elif kind == 10:
            self.emit("global.set", [0, self.operand(INT)])
        elif kind == 11:
            self.result("global.get", [1], NUMBERS)
        elif kind == 12:
            rows = self.operand(MATRIX)
            if rnd.random() < 0.5:
                self.emit("list.append", [rows, items])
            else:
                self.result("list.get", [rows, self.index()], NUMBERS)
        elif kind == 13:
            pair = self.operand(PAIR)
            self.result("tuple.get", [pair, 0], INT)
            self.result("tuple.get", [pair, 1], STR)
        elif kind in (14, 15, 16):
            point = self.operand(POINT)
            slot = rnd.randrange(3)
            type = LAYOUT.slots[slot][1]
            self.result("record.get", [point, slot], type)
            self.emit("record.set", [point, slot, self.operand(type)])
            self.result("record.get", [point, slot], type)
        else:
            self.result("ref.is", [items, self.operand(NUMBERS)], BOOL)
        if len(self.variables[NUMBERS]) > 1 and rnd.random() < 0.2:
            self.result("list.eq", [items, self.operand(NUMBERS)], BOOL)

    def local_object(self) -> None:
        """A record or tuple that perhaps never leaves the function."""
        rnd = self.rnd
        point = self.made(POINT)
        for _ in range(rnd.randint(1, 3)):
            slot = rnd.randrange(3)
            type = LAYOUT.slots[slot][1]
            if rnd.random() < 0.5:
                self.emit("record.set", [point, slot, self.operand(type)])
            self.statement(0)
            self.emit("move", [self.result("record.get", [point, slot], type)], rnd.choice(self.variables[type]))
        if rnd.random() < 0.2:
            self.emit("move", [point], rnd.choice(self.variables[POINT]))
        elif rnd.random() < 0.5:
            self.values[POINT].append(point)

    def chosen_object(self) -> None:
        """A record made on several ways, through a register of its own or one they share, or absent on one."""
        rnd = self.rnd
        chosen = self.fresh(POINT)
        there = self.fresh(BOOL)
        yes, no, after = (self.function.new_block() for _ in range(3))
        self.emit("br", [self.condition(), yes, no])
        for block in (yes, no):
            with self.inside(block):
                self.statement(0)
                absent = block == no and rnd.random() < 0.3
                self.emit("const.bool", [not absent], there)
                if absent:
                    self.emit("const.absent", [POINT], chosen)
                elif rnd.random() < 0.5:
                    self.emit("move", [self.made(POINT)], chosen)
                else:
                    self.emit("record.new", [POINT, self.operand(INT), self.operand(FLOAT), self.operand(NUMBERS)], chosen)
                self.emit("jump", [after])
        self.block = after
        found, end = self.function.new_block(), self.function.new_block()
        self.emit("br", [there, found, end])
        with self.inside(found):
            if rnd.random() < 0.2:
                self.emit("record.set", [chosen, 0, self.operand(INT)])
            copy = chosen
            if rnd.random() < 0.5:
                copy = self.fresh(POINT)
                self.emit("move", [chosen], copy)
            if rnd.random() < 0.2:
                self.emit("move", [self.made(POINT)], chosen)
            slot = rnd.randrange(3)
            type = LAYOUT.slots[slot][1]
            self.emit("move", [self.result("record.get", [copy, slot], type)], rnd.choice(self.variables[type]))
            if rnd.random() < 0.15:
                self.emit("move", [copy], rnd.choice(self.variables[POINT]))
            self.emit("jump", [end])
        self.block = end

    def dynamic(self) -> None:
        value = self.operand(ANY)
        kind = self.rnd.randrange(5)
        if kind == 0:
            self.result("any.is", [value, self.rnd.choice((INT, STR, NUMBERS))], BOOL)
        elif kind == 1:
            self.result("any.truth", [value], BOOL)
        elif kind == 2:
            self.result("any.to_str", [value], STR)
        elif kind == 3:
            self.result("any.to", [value, INT], INT)
        else:
            self.result("any.binary", [self.rnd.randrange(3), value, self.operand(ANY)], ANY)

    def call(self) -> None:
        callees = list(self.module.functions.values())
        if not callees:
            return self.computed()
        callee = self.rnd.choice(callees)
        arguments = [self.operand(callee.registers[register].type) for register in callee.params]
        results = [self.fresh(type) if self.rnd.random() < 0.6 else self.rnd.choice(self.variables[type]) for type in callee.results]
        if len(set(results)) < len(results):
            results = [self.fresh(type) for type in callee.results]
        self.emit("call", [callee.name, *arguments], *results)
        for type, register in zip(callee.results, results, strict=True):
            if register not in self.variables[type]:
                self.values[type].append(register)
                if self.rnd.random() < 0.5:
                    self.emit("move", [register], self.rnd.choice(self.variables[type]))
        return None

    # --- control ----------------------------------------------------------------------------------------------------------------

    def condition(self) -> int:
        if self.rnd.random() < 0.4:
            return self.operand(BOOL)
        made = self.fresh(BOOL)
        self.emit(
            self.rnd.choice(("int.lt", "int.le", "int.eq", "int.ne", "int.gt", "int.ge")), [self.operand(INT), self.operand(INT)], made
        )
        for _ in range(self.rnd.choice((0, 0, 0, 1, 2))):
            negated = self.fresh(BOOL)
            self.emit("bool.not", [made], negated)
            made = negated
        return made

    @contextmanager
    def inside(self, block: int) -> Iterator[None]:
        """Writing from the start of a block on; the temporaries made meanwhile are not seen afterwards."""
        self.block = block
        kept = {type: len(values) for type, values in self.values.items()}
        yield
        for type, count in kept.items():
            del self.values[type][count:]

    def branch(self, depth: int) -> None:
        yes, no, after = (self.function.new_block() for _ in range(3))
        self.emit("br", [self.condition(), yes, no])
        for block in (yes, no):
            with self.inside(block):
                self.statements(depth - 1)
                kind = self.rnd.random()
                if kind < 0.06:
                    self.emit("ret", [self.operand(type) for type in self.function.results])
                elif kind < 0.1:
                    self.emit("raise", ["ValueError", self.operand(STR)])
                elif kind < 0.12:
                    self.emit("fault", ["E0711", self.operand(INT)])
                else:
                    self.emit("jump", [after])
        self.block = after

    def both(self) -> None:
        """``a and b`` or ``a or b`` as a value, and perhaps a branch on it at once."""
        value, way = self.rnd.choice(self.variables[BOOL]), self.rnd.random() < 0.5
        more, after = self.function.new_block(), self.function.new_block()
        first = self.condition()
        self.emit("move", [first], value)
        self.emit("br", [first, more, after] if way else [first, after, more])
        with self.inside(more):
            if self.rnd.random() < 0.3:
                self.emit("const.bool", [self.rnd.random() < 0.5], value)
            else:
                self.emit("move", [self.condition()], value)
            self.emit("jump", [after])
        self.block = after
        copy = self.fresh(BOOL)
        self.emit("move", [value], copy)
        yes, no, end = (self.function.new_block() for _ in range(3))
        self.emit("br", [copy, yes, no])
        for block in (yes, no):
            with self.inside(block):
                self.statements(0)
                self.emit("jump", [end])
        self.block = end
        self.values[BOOL].append(copy)

    def loop(self, depth: int) -> None:
        """Counting up or down to a bound; the counter may be copied, the body may leave early or go on early."""
        rnd = self.rnd
        counter, bound, step = self.fresh(INT), self.fresh(INT), rnd.choice((1, 1, 2, -1))
        start = rnd.choice((0, 0, 0, -2, 2**63 - 5)) if step > 0 else rnd.choice((3, 2**63 - 1, -(2**63) + 4))
        times = rnd.randint(0, 4)
        end = start + times * step
        if not -(2**63) <= end < 2**63 or not -(2**63) <= end + 2 * step < 2**63:
            start, end = 0, times * step
        self.emit("const.int", [start], counter)
        self.emit("const.int", [end], bound)
        header, body, follow, after = (self.function.new_block() for _ in range(4))
        self.emit("jump", [header])
        self.block = header
        made = self.fresh(BOOL)
        name = rnd.choice(("int.lt", "int.ne") if step > 0 else ("int.gt", "int.ne"))
        self.emit(name, [counter, bound], made)
        self.emit("br", [made, body, after])
        with self.inside(body):
            shown = self.fresh(INT)
            self.emit("move", [counter], shown)
            (self.variables if rnd.random() < 0.5 else self.values)[INT].append(shown)
            self.statements(depth - 1)
            if shown in self.variables[INT]:
                self.variables[INT].remove(shown)
            if rnd.random() < 0.4:
                on = self.function.new_block()
                self.emit("br", [self.condition(), rnd.choice((after, follow)), on])
                self.block = on
            self.emit("jump", [follow])
        self.block = follow
        one = self.fresh(INT)
        self.emit("const.int", [step], one)
        self.emit(rnd.choice(("int.add", "int.add.wrap")), [counter, one], counter)
        self.emit("jump", [header])
        self.block = after

    def walk(self, depth: int) -> None:
        """Over the elements of a list, its length read anew each time; at most so many, since the body may add some."""
        rnd = self.rnd
        items, place, left = self.operand(NUMBERS), self.fresh(INT), self.fresh(INT)
        held = self.fresh(NUMBERS)
        self.emit("move", [items], held)
        self.emit("const.int", [0], place)
        self.emit("const.int", [4], left)
        length = self.fresh(INT)
        once = rnd.random() < 0.3
        if once:
            self.emit("list.len", [held], length)
        header, more, body, after = (self.function.new_block() for _ in range(4))
        self.emit("jump", [header])
        self.block = header
        if not once:
            self.emit("list.len", [held], length)
        in_bounds, going = self.fresh(BOOL), self.fresh(BOOL)
        self.emit(rnd.choice(("int.lt", "int.lt", "int.lt", "int.le")), [place, length], in_bounds)
        self.emit("br", [in_bounds, more, after])
        self.block = more
        zero = self.fresh(INT)
        self.emit("const.int", [0], zero)
        self.emit("int.gt", [left, zero], going)
        self.emit("br", [going, body, after])
        with self.inside(body):
            self.variables[INT].append(place)
            if rnd.random() < 0.3:
                self.statement(0)
            element = self.result("list.get", [held, place], INT)
            if rnd.random() < 0.3:
                self.variables[INT].remove(place)
            self.statements(depth - 1)
            if rnd.random() < 0.5:
                self.emit("list.set", [held, place, self.operand(INT)])
            if place in self.variables[INT]:
                self.variables[INT].remove(place)
            self.emit("move", [element], rnd.choice(self.variables[INT]))
        one = self.fresh(INT)
        self.emit("const.int", [1], one)
        self.emit("int.add", [place, one], place)
        self.emit("int.sub", [left, one], left)
        self.emit("jump", [header])
        self.block = after

    # --- the whole --------------------------------------------------------------------------------------------------------------

    def statement(self, depth: int) -> None:
        self.budget -= 1
        kind = self.rnd.random()
        if depth > 0 and self.budget > 0 and kind < 0.36:
            if kind < 0.12:
                self.branch(depth)
            elif kind < 0.22:
                self.loop(depth)
            elif kind < 0.3:
                self.walk(depth)
            elif kind < 0.33:
                self.chosen_object()
            else:
                self.both()
        elif kind < 0.42:
            self.call()
        elif kind < 0.46:
            self.emit("io.write", [self.operand(STR)])
        elif kind < 0.62:
            self.memory()
        elif kind < 0.67 and self.budget > 0:
            self.local_object()
        elif kind < 0.72:
            self.dynamic()
        elif kind < 0.82:
            self.copied()
        else:
            self.computed()

    def statements(self, depth: int) -> None:
        for _ in range(self.rnd.randint(1, 3 if self.small else 6)):
            if self.budget > 0:
                self.statement(depth)

    def finish(self) -> Function:
        self.statements(1 if self.small else 2)
        self.emit("ret", [self.operand(type) for type in self.function.results])
        self.function.span = Span(1, 1, 1, 2)
        return self.function


def random_module(rnd: Random) -> Module:
    """A verified module: ``init``, some functions of which later ones call earlier ones, and ``main``, the last."""
    module = Module("random.bell", records={"Point": LAYOUT}, globals=list(GLOBALS), init="init")
    init = Function("init", [], (), source_name="init")
    number, items, block = init.new_register(INT), init.new_register(NUMBERS), init.new_block()
    init.blocks[block].instrs = [
        Instr(OPS["const.int"], (number,), (5,)),
        Instr(OPS["list.of"], (items,), (NUMBERS, number)),
        Instr(OPS["global.set"], (), (0, number)),
        Instr(OPS["global.set"], (), (1, items)),
        Instr(OPS["ret"], (), ()),
    ]
    for name in [f"f{number}" for number in range(rnd.randint(0, 3))]:
        module.functions[name] = Writer(module, rnd, name, small=True).finish()
    module.functions["main"] = Writer(module, rnd, "main").finish()
    module.functions["init"] = init
    verify(module)
    return module


def random_arguments(rnd: Random, function: Function) -> list[Any]:
    return [_argument(rnd, function.registers[register].type) for register in function.params]


def _argument(rnd: Random, type: Type) -> Any:
    if type == INT:
        return rnd.choice(INTS)
    if type == FLOAT:
        return rnd.choice(FLOATS)
    if type == BOOL:
        return rnd.random() < 0.5
    if type == STR:
        return rnd.choice(TEXTS)
    if type == NUMBERS:
        return [rnd.choice(INTS) for _ in range(rnd.randint(0, 3))]
    if type == MATRIX:
        return [_argument(rnd, NUMBERS) for _ in range(rnd.randint(0, 2))]
    if type == PAIR:
        return rnd.choice(INTS), rnd.choice(TEXTS)
    if type == POINT:
        return Record("Point", {"x": rnd.choice(INTS), "y": rnd.choice(FLOATS), "items": [1, 2]})
    return rnd.choice((None, True, 7, "abc", [1, "a"]))


def behaviour(module: Module, calls: list[list[Any]], name: str = "main") -> list[Any]:
    """What calls show on the reference engine: results to the bit, the error with its place and stack, output. Not fuel, which passes lower."""
    output: list[str] = []
    instance = ReferenceEngine().load(module, Limits(), output.append)
    seen: list[Any] = []
    for arguments in calls:
        try:
            outcome = instance.call(name, arguments)
        except BellError as refused:
            seen.append(refused.code)
            continue
        error = outcome.error
        seen.append((tuple(map(exact, outcome.results)), error and (error.code, error.message, error.span, error.stack), "".join(output)))
        output.clear()
    return seen


def exact(value: Any) -> Any:
    """The value in a form that is equal exactly when it is the same to the bit."""
    if isinstance(value, float):
        return "float", struct.pack("<d", value)
    if isinstance(value, (list, tuple)):
        return type(value).__name__, *map(exact, value)
    if hasattr(value, "_fields"):
        return "record", *((name, exact(field)) for name, field in value._fields.items())
    return type(value).__name__, value


def ends_at_a_limit(seen: list[Any]) -> bool:
    """Whether one of the calls ran into a limit."""
    return any(not isinstance(call, str) and call[1] and call[1][0].startswith("E08") for call in seen)
