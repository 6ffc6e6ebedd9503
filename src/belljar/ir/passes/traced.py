"""Traced modules: optimised with their marks in place, charged as without them.

Marks read values, so they keep alive what nothing else needs: instructions, variables, blocks, objects. What that costs the program must not pay: a run with a trace is to
end where it ends without one. So the module without its marks is optimised as well, and tells the prices of the one with them:

- Both begin with the same instructions in the same blocks, each with a name: its function, block and place. Passes copy names with places of the source, as they do anyway: a span of
  the class :class:`Placed` is one. In inlined code the scope says by which calls, so that the name is whole.
- A call is inlined in the one where it is in the other.
- Where the plain module takes fuel, there is an instruction with a name; where its block begins in the traced module, so much fuel is taken, and nowhere else.
- An op that charges while it runs is free in the traced module where the plain one has no op of its name.

Law: results, output, errors and fuel of the module are those of the module without marks; the marks, in order, are what they would be if no pass had run.
"""

from __future__ import annotations

from belljar.ir.cfg import graph
from belljar.ir.exceptions import HANDLING, can_raise
from belljar.ir.function import Block, Function, Instr, Module, Register, Scope
from belljar.ir.ops import OPS
from belljar.ir.passes import compact, dead, fuel, generators, simplify
from belljar.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final, TypeAlias

    Name: TypeAlias = tuple[str, int, int]
    """Function, block and place of an instruction before optimisation; a place of -1 is the start of the block."""
    Path: TypeAlias = tuple[Name, ...]
    """The calls by which an instruction was inlined, innermost first."""

FUEL, FREE, CALL = OPS["fuel"], OPS["trace.free"], OPS["call"]
_MARKS = frozenset(op for op in OPS.values() if "traces" in op.flags)
_CHARGING = frozenset(op for op in OPS.values() if "charges" in op.flags)


class Placed(Span):
    """A span that is also the name of an instruction, and the block where it was when generators were split; equal to the span it is."""

    __slots__ = ("block", "name", "plain")

    def __init__(self, plain: Span, name: Name, block: tuple[str, int]) -> None:
        super().__init__(plain.line, plain.column, plain.end_line, plain.end_column)
        self.plain: Final = plain
        self.name: Final = name
        self.block: Final = block

    def __eq__(self, other: object) -> bool:
        return self.plain == (other.plain if isinstance(other, Placed) else other)

    def __hash__(self) -> int:
        return hash(self.plain)


class Inlined:
    """The calls that were inlined into each function: noted for the plain module, looked up for the traced one."""

    def __init__(self) -> None:
        self.calls: set[tuple[str, Name, Path]] = set()
        self.is_complete = False

    def wants(self, caller: Function, call: Instr, is_worth: bool) -> bool:
        """Whether a call is to be inlined; ``is_worth`` says whether it pays."""
        name = name_of(call)
        if name is None:
            return not self.is_complete and is_worth
        key = caller.name, *name
        if self.is_complete:
            return key in self.calls
        if is_worth:
            self.calls.add(key)
        return is_worth


def name_of(instr: Instr) -> tuple[Name, Path] | None:
    """The whole name of an instruction, None for one that a pass made."""
    if not isinstance(instr.span, Placed):
        return None
    path: list[Name] = []
    scope = instr.scope
    while scope is not None:
        if isinstance(scope.call_span, Placed):
            path.append(scope.call_span.name)
        scope = scope.parent
    return instr.span.name, tuple(path)


def optimise_traced(module: Module, optimise: Callable[[Module, Inlined, bool], object]) -> Module:
    """Optimise a module with marks, in place. ``optimise`` runs the passes on a module, the last of them, fuel, only when it is told to."""
    place_all(module)
    plain = without_marks(module)
    for one in (plain, module):
        generators.run(one)
        locate_all(one)
    inlined = Inlined()
    optimise(plain, inlined, True)
    inlined.is_complete = True
    prices = _Prices(plain)
    for function in module.functions.values():
        _take_places(function, prices.blocks)
    optimise(module, inlined, False)
    for function in module.functions.values():
        prices.pay(function)
        prices.free(function)
    for function in module.functions.values():
        simplify.simplify(function)
        compact.compact(function)
        _secure(function)
    _unplace(module)
    return module


def place_all(module: Module) -> None:
    """Name the instructions. Marks have no part in the numbers."""
    for function in module.functions.values():
        for number, block in enumerate(function.blocks):
            place = 0
            for instr in block.instrs:
                if instr.op not in _MARKS:
                    instr.span = Placed(instr.span, (function.name, number, place), (function.name, number))
                    place += 1


GENERATED: Final = 1 << 20
"""Places from here on are those of instructions that the splitting of generators made."""


def locate_all(module: Module) -> None:
    """Note the blocks where instructions are now that generators are split, which both modules have alike; and name what that made."""
    for function in module.functions.values():
        for number, block in enumerate(function.blocks):
            place = GENERATED
            for instr in block.instrs:
                span = instr.span
                if isinstance(span, Placed):
                    instr.span = Placed(span.plain, span.name, (function.name, number))
                elif instr.op not in _MARKS:
                    instr.span = Placed(span, (function.name, number, place), (function.name, number))
                    place += 1


def without_marks(module: Module) -> Module:
    """A copy of the module without its marks."""
    made = Module(
        module.name,
        module.source,
        {},
        dict(module.records),
        list(module.globals),
        dict(module.tasks),
        module.init,
        dict(module.signatures),
        list(module.hosts),
    )
    made.variables, made.kept, made.handlers = module.variables, module.kept, module.handlers
    for name, function in module.functions.items():
        blocks = [
            Block([Instr(i.op, i.results, i.args, i.span, i.scope) for i in block.instrs if i.op not in _MARKS])
            for block in function.blocks
        ]
        registers = [Register(register.type, register.name) for register in function.registers]
        made.functions[name] = Function(
            name, list(function.params), function.results, registers, blocks, function.source_name, function.span, function.generator
        )
    return made


def _take_places(function: Function, wanted: set[tuple[str, int]]) -> None:
    """Put a fuel op, of no units yet, where the plain module may take fuel."""
    for number, block in enumerate(function.blocks):
        if (function.name, number) in wanted:
            first = 1 if block.instrs[0].op in HANDLING else 0
            block.instrs.insert(first, Instr(FUEL, (), (0,), Placed(function.span, (function.name, number, -1), (function.name, number))))


class _Prices:
    """What the plain module costs: by function, and by function and name of the block where it is taken, the fuel op; and the names of what charges."""

    def __init__(self, plain: Module) -> None:
        self.entries: dict[str, Instr] = {}
        self.points: dict[tuple[str, str, int, Path], Instr] = {}
        self.blocks: set[tuple[str, int]] = set()
        self.charging: set[tuple[str, Name, Path]] = set()
        for function in plain.functions.values():
            for number, block in enumerate(function.blocks):
                taken = next((instr for instr in block.instrs if instr.op is FUEL), None)
                if taken is not None and number == 0:
                    self.entries[function.name] = taken
                elif taken is not None:
                    self._note(function, block, taken)
                for instr in block.instrs:
                    if instr.op in _CHARGING and (name := name_of(instr)) is not None:
                        self.charging.add((function.name, *name))

    def _note(self, function: Function, block: Block, taken: Instr) -> None:
        """The first instruction of the block with a name tells which block of which function it was. What a return became has that of its call, wherever it stands."""
        for instr in block.instrs:
            found = name_of(instr) if instr is not taken else None
            if found is not None and found[0] not in found[1]:
                assert isinstance(instr.span, Placed)
                name, number = instr.span.block
                self.points[function.name, name, number, found[1]] = taken
                self.blocks.add(instr.span.block)
                return

    def pay(self, function: Function) -> None:
        """Take the fuel of the plain module in a function of the traced one."""
        entry = self.entries.get(function.name)
        if entry is None:  # never called in the plain module
            fuel.charge_fuel(function)
            return
        for block in function.blocks:
            kept: list[Instr] = []
            for instr in block.instrs:
                if instr.op is FUEL:
                    found = name_of(instr)
                    assert found is not None
                    (name, number, _), path = found
                    taken = self.points.get((function.name, name, number, path))
                    if taken is None:
                        continue
                    instr = Instr(FUEL, (), taken.args, taken.span, taken.scope)
                kept.append(instr)
            block.instrs = kept
        function.blocks[0].instrs.insert(0, Instr(FUEL, (), entry.args, entry.span, entry.scope))

    def free(self, function: Function) -> None:
        """Let ops that are there for marks alone charge nothing. One that may end with a fault, and is not dead, stays in the plain module, too."""
        for block in function.blocks:
            kept: list[Instr] = []
            for instr in block.instrs:
                is_free = instr.op in _CHARGING and (dead.removable(instr) or not can_raise(instr)) and not instr.op.is_terminator
                if is_free and (name := name_of(instr)) is not None and (function.name, *name) not in self.charging:
                    kept += [Instr(FREE, (), (True,), instr.span), instr, Instr(FREE, (), (False,), instr.span)]
                else:
                    kept.append(instr)
            block.instrs = kept


def _secure(function: Function) -> None:
    """No cycle is free: one that the plain module does not have, as nothing ever runs through it, pays a unit."""
    paid = [any(instr.op is FUEL for instr in block.instrs) for block in function.blocks]
    flow = graph(function)
    for header in flow.headers:
        if not paid[header] and _is_free(flow.successors, paid, header):
            instrs = function.blocks[header].instrs
            instrs.insert(1 if instrs[0].op in HANDLING else 0, Instr(FUEL, (), (1,), function.span))
            paid[header] = True


def _is_free(successors: tuple[tuple[int, ...], ...], paid: list[bool], header: int) -> bool:
    """Whether a way leads from a block back to it without a block that takes fuel."""
    seen: set[int] = set()
    pending = list(successors[header])
    while pending:
        block = pending.pop()
        if block == header:
            return True
        if block not in seen and not paid[block]:
            seen.add(block)
            pending.extend(successors[block])
    return False


def _unplace(module: Module) -> None:
    """Back to plain spans."""
    scopes: dict[int, tuple[Scope, Scope]] = {}

    def plain_scope(scope: Scope | None) -> Scope | None:
        if scope is None:
            return None
        known = scopes.get(id(scope))
        if known is None:
            known = scopes[id(scope)] = scope, Scope(scope.function, plain(scope.call_span), plain_scope(scope.parent))
        return known[1]

    def plain(span: Span) -> Span:
        return span.plain if isinstance(span, Placed) else span

    for function in module.functions.values():
        for block in function.blocks:
            for instr in block.instrs:
                instr.span, instr.scope = plain(instr.span), plain_scope(instr.scope)


def has_marks(module: Module) -> bool:
    """Whether anything in the module marks the trace."""
    return any(instr.op in _MARKS for function in module.functions.values() for block in function.blocks for instr in block.instrs)
