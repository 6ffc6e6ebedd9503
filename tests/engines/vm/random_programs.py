"""Random functions in IR: arithmetic on int, float and bool variables, branches, counted loops, calls of earlier functions.

Everything that can differ between engines is likely: values near the ends of 64 bits, zeros and NaNs, constants that fit an immediate and that do not, temporaries that only feed a move, copies,
comparisons that only feed a branch, loops nested and left early.
"""

from __future__ import annotations

from random import Random

from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.passes import fuel
from belljar.source import Span
from belljar.types import BOOL, FLOAT, INT, Type

INTS = (0, 1, -1, 2, 3, 7, 63, 64, 100, -100, 32767, 32768, -32768, -32769, 2**31 - 1, 2**31, -(2**31) - 1, 2**62, 2**63 - 1, -(2**63))
FLOATS = (0.0, -0.0, 1.0, -1.5, 0.1, 3.0, 1e300, -1e300, 5e-324, 2.0**53, 2.0**63, float("inf"), float("-inf"), float("nan"))
INT_OPS = tuple(
    f"int.{name}" for name in ("add", "sub", "mul", "floordiv", "mod", "and", "or", "xor", "shl", "shr", "min", "max", "add.wrap")
)
INT_UNARY = ("int.neg", "int.abs", "int.invert", "move")
FLOAT_OPS = ("float.add", "float.sub", "float.mul", "float.div")
FLOAT_UNARY = ("float.neg", "float.abs", "float.sqrt", "move")
TO_INT = ("float.to_int", "float.floor", "float.ceil", "float.round", "bool.to_int")
COMPARISONS = tuple(f"{kind}.{name}" for kind in ("int", "float") for name in ("eq", "ne", "lt", "le", "gt", "ge"))


class Writer:
    """Writes one function. Variables ``ints``, ``floats`` and ``bools`` are assigned from the start; every instruction has a line of its own."""

    def __init__(self, module: Module, rnd: Random, name: str) -> None:
        self.module = module
        self.rnd = rnd
        self.line = 0
        params = [rnd.choice((INT, FLOAT, BOOL)) for _ in range(rnd.randint(0, 5))]
        results = tuple(rnd.choice((INT, FLOAT, BOOL)) for _ in range(rnd.choice((0, 1, 1, 1, 2, 5))))
        self.function = Function(name, [], results, source_name=name)
        self.variables: dict[Type, list[int]] = {INT: [], FLOAT: [], BOOL: []}
        for type in params:
            register = self.function.new_register(type)
            self.function.params.append(register)
            self.variables[type].append(register)
        self.block = self.function.new_block()
        for type in (INT, FLOAT, BOOL):
            for _ in range(2):
                register = self.function.new_register(type, "v")
                self.emit("move", [self.constant(type)], register)
                self.variables[type].append(register)

    def emit(self, name: str, args: list[object], *results: int) -> None:
        self.line += 1
        self.function.blocks[self.block].instrs.append(Instr(OPS[name], results, tuple(args), Span(self.line, 1, self.line, 9)))

    def fresh(self, type: Type) -> int:
        return self.function.new_register(type)

    def constant(self, type: Type) -> int:
        register = self.fresh(type)
        if type == INT:
            value: object = self.rnd.choice(INTS) if self.rnd.random() < 0.7 else self.rnd.randint(-200, 200)
            self.emit("const.int", [value], register)
        elif type == FLOAT:
            self.emit("const.float", [self.rnd.choice(FLOATS)], register)
        else:
            self.emit("const.bool", [self.rnd.random() < 0.5], register)
        return register

    def operand(self, type: Type) -> int:
        return self.constant(type) if self.rnd.random() < 0.3 else self.rnd.choice(self.variables[type])

    def assign(self) -> None:
        """One assignment of a variable, through a temporary or straight."""
        rnd = self.rnd
        kind = rnd.random()
        if kind < 0.4:
            type = INT
            name = rnd.choice(INT_OPS) if rnd.random() < 0.8 else rnd.choice(INT_UNARY)
            operands = [self.operand(INT) for _ in OPS[name].operands]
        elif kind < 0.7:
            type = FLOAT
            name = rnd.choice(FLOAT_OPS) if rnd.random() < 0.8 else rnd.choice((*FLOAT_UNARY, "int.to_float"))
            operands = [self.operand(INT if name == "int.to_float" else FLOAT) for _ in OPS[name].operands]
        elif kind < 0.8:
            type, name = INT, rnd.choice(TO_INT)
            operands = [self.operand(BOOL if name == "bool.to_int" else FLOAT)]
        elif kind < 0.9:
            type, name = BOOL, rnd.choice((*COMPARISONS, "bool.and", "bool.or", "bool.not", "bool.eq", "int.to_bool", "float.to_bool"))
            source = BOOL if name.startswith("bool") else INT if name.startswith("int") else FLOAT
            operands = [self.operand(source) for _ in OPS[name].operands]
        else:
            type, name = rnd.choice((INT, FLOAT)), "select"
            operands = [self.operand(BOOL), self.operand(type), self.operand(type)]
        variable = rnd.choice(self.variables[type])
        if rnd.random() < 0.3:
            self.emit(name, list(operands), variable)
            return
        made = self.fresh(type)
        self.emit(name, list(operands), made)
        if name == "float.mul" and rnd.random() < 0.6:
            product, made = made, self.fresh(FLOAT)
            pair = [product, self.operand(FLOAT)]
            rnd.shuffle(pair)
            self.emit(rnd.choice(("float.add", "float.sub")), list(pair), made)
        if rnd.random() < 0.2:
            self.assign()
        self.emit("move", [made], variable)

    def condition(self) -> int:
        made = self.fresh(BOOL)
        name = self.rnd.choice(COMPARISONS)
        type = INT if name.startswith("int") else FLOAT
        self.emit(name, [self.operand(type), self.operand(type)], made)
        if self.rnd.random() < 0.3:
            negated = self.fresh(BOOL)
            self.emit("bool.not", [made], negated)
            return negated
        return made if self.rnd.random() < 0.9 else self.operand(BOOL)

    def start(self, block: int) -> None:
        self.block = block

    def branch(self, depth: int) -> None:
        yes, no, after = (self.function.new_block() for _ in range(3))
        self.emit("br", [self.condition(), yes, no])
        for block in (yes, no):
            self.start(block)
            self.statements(depth - 1)
            self.emit("jump", [after])
        self.start(after)

    def loop(self, depth: int) -> None:
        """``for i in range(...)`` in one of the shapes the front end and passes make."""
        rnd = self.rnd
        counter, stop, step = self.fresh(INT), self.fresh(INT), rnd.choice((1, 1, 2, -1))
        times = rnd.randint(0, 4)
        name = rnd.choice(("int.lt", "int.le", "int.ne")) if step > 0 else rnd.choice(("int.gt", "int.ne"))
        zero = self.fresh(INT)
        self.emit("const.int", [0], zero)
        self.emit("move", [zero], counter)
        bound = self.fresh(INT)
        self.emit("const.int", [times * step], bound)
        if rnd.random() < 0.5:
            self.emit("move", [bound], stop)
        else:
            stop = bound
        header, body, after = (self.function.new_block() for _ in range(3))
        self.emit("jump", [header])
        self.start(header)
        made = self.fresh(BOOL)
        self.emit(name, [counter, stop], made)
        self.emit("br", [made, body, after])
        self.start(body)
        shown = self.fresh(INT)
        self.emit("move", [counter], shown)
        self.variables[INT].append(shown)
        self.statements(depth - 1)
        if rnd.random() < 0.3:
            on = self.function.new_block()
            self.emit("br", [self.condition(), after, on])
            self.start(on)
        self.variables[INT].remove(shown)
        one, following = self.fresh(INT), self.fresh(INT)
        self.emit("const.int", [step], one)
        self.emit(rnd.choice(("int.add", "int.add.wrap", "int.add.nw")), [counter, one], following)
        self.emit("move", [following], counter)
        self.emit("jump", [header])
        self.start(after)

    def call(self) -> None:
        callees = list(self.module.functions.values())
        if not callees:
            return
        callee = self.rnd.choice(callees)
        arguments = [self.operand(callee.registers[register].type) for register in callee.params]
        results = []
        for type in callee.results:
            results.append(self.fresh(type) if self.rnd.random() < 0.6 else self.rnd.choice(self.variables[type]))
        if len(set(results)) < len(results):
            results = [self.fresh(type) for type in callee.results]
        self.emit("call", [callee.name, *arguments], *results)
        for type, register in zip(callee.results, results, strict=True):
            if register not in self.variables[type] and self.rnd.random() < 0.7:
                self.emit("move", [register], self.rnd.choice(self.variables[type]))

    def statements(self, depth: int) -> None:
        for _ in range(self.rnd.randint(1, 5)):
            kind = self.rnd.random()
            if kind < 0.12 and depth > 0:
                self.branch(depth)
            elif kind < 0.24 and depth > 0:
                self.loop(depth)
            elif kind < 0.3:
                self.call()
            else:
                self.assign()

    def finish(self) -> Function:
        self.statements(2)
        self.emit("ret", [self.operand(type) for type in self.function.results])
        return self.function


def random_module(rnd: Random) -> Module:
    """A module of up to four functions, of which later ones call earlier ones; ``main`` is the last."""
    module = Module("random.bell")
    names = [f"f{number}" for number in range(rnd.randint(0, 3))] + ["main"]
    for name in names:
        writer = Writer(module, rnd, name)
        function = writer.finish()
        function.span = Span(1, 1, 1, 2)
        module.functions[name] = function
    fuel.run(module)
    return module


def random_arguments(rnd: Random, function: Function) -> list[object]:
    """Argument values for a function."""
    values: list[object] = []
    for register in function.params:
        type = function.registers[register].type
        values.append(rnd.choice(INTS) if type == INT else rnd.choice(FLOATS) if type == FLOAT else rnd.random() < 0.5)
    return values
