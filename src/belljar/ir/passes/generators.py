"""Generators: each function with ``yield`` becomes two, one that makes a frame and one that resumes it.

``g(params)`` makes the record of its frame, in which the parameters stand. ``g.resume(frame, mode, sent)`` goes by the frame's state to the start or behind the yield that waits,
reads back the registers that are needed from there on, and runs to the next yield, where it writes those that were assigned meanwhile. Each register that lives across a yield has
a slot of its own. What cannot be seen is left out: the state RUNNING where nothing that runs in between could resume the same frame, and a state that is there already. Where the
program catches faults, a frame that is not marked RUNNING is FINISHED meanwhile: so it stays when a fault leaves it. One marked RUNNING has a handler for every fault, which makes it
FINISHED and raises the exception again. StopIteration does not leave a generator: a handler makes it RuntimeError (PEP 479).

An exception that is sent in is raised at the yield that waits, where a guard of the yield catches it. Where nothing in the program can send one, no code for that is made.

Where a frame may become an ``any``, runtime code resumes it through ``g.entry``, which boxes what is yielded: one component as it is, none as None, several as a tuple. The front end
writes that function itself where several components are something else.

Law: what a walk of the generator gives, prints and faults with is what its body says. No ``yield`` and ``yield.from`` are left.
"""

from __future__ import annotations

from belljar.ir.exceptions import ENDING, can_raise, has_guards
from belljar.ir.function import Block, Function, Instr, Layout, Module, Register
from belljar.ir.generator import FIELDS, FINISHED, INNER, RUNNING, SAVED, STATE, THROW, VALUE, entry_name, resume_name
from belljar.ir.liveness import live_after, live_ends, mask, registers_of
from belljar.ir.ops import OPS
from belljar.ir.rewrite import retarget
from belljar.source import Span
from belljar.types import ANY, BOOL, INT, ClosureType, DictType, ListType, RecordType, SetType, TupleType, Type, storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

YIELD, YIELD_FROM, RET, CALL, GUARD = OPS["yield"], OPS["yield.from"], OPS["ret"], OPS["call"], OPS["guard"]
YIELDS: Final = (YIELD, YIELD_FROM)
_PLAIN: Final = frozenset(("const", "bool", "int", "intfloat", "float", "math", "str", "io", "loop", "event", "alloc"))
"""Families of ops that run no code of the program though they are C functions."""
BODY: Final = 1
"""Block 0 of the function that resumes is the dispatch; block b of the body is b + BODY."""


def run(module: Module) -> None:
    """Split every generator of the module."""
    generators = {function.generator: function for function in module.functions.values() if function.generator}
    if not generators:
        return
    traits = _Traits(module)
    functions: dict[str, Function] = {}
    for function in module.functions.values():
        for made in _split(module, function, traits) if function.generator else (function,):
            functions[made.name] = made
    module.functions = functions
    for frame in _boxed(module).intersection(generators):
        _enter(module, generators[frame])


class _Traits:
    """What the program does that its generators have to reckon with."""

    def __init__(self, module: Module) -> None:
        self.stops = "StopIteration" in module.records
        """Whether there may be exceptions that do not leave a generator."""
        self.catches = self.stops or any(map(has_guards, module.functions.values()))
        self.throws = any(map(_may_throw, module.functions.values()))


def _may_throw(function: Function) -> bool:
    """Whether the function may resume a generator with an exception, or find the method that does."""
    modes: set[int] = set()
    for block in function.blocks:
        for instr in block.instrs:
            name = instr.op.name
            if name == "call" and str(instr.args[0]).endswith(resume_name("")) and len(instr.args) == 4:
                modes.add(instr.args[2])
            elif name == "any.get_named" or (name in _ASKING and instr.args[_ASKING[name]] in ("throw", "close")):
                return True
    assigned = [instr for block in function.blocks for instr in block.instrs if not modes.isdisjoint(instr.results)]
    harmless = all(instr.op.name == "const.int" and instr.args[0] != THROW for instr in assigned)
    return not harmless or not modes.isdisjoint(function.params)


_ASKING: Final = {"any.call_method": 0, "any.get_attr": 1, "any.method": 0}
"""Ops that look a method up, with the operand that is its name."""


def _split(module: Module, function: Function, traits: _Traits) -> tuple[Function, Function]:
    """The function that makes frames and the one that resumes them; the layout of the frame becomes that of the registers it keeps."""
    at_start, behind = _live(function)
    kept = at_start
    for live in behind.values():
        kept |= live
    slots = {register: SAVED + place for place, register in enumerate(registers_of(kept))}
    fields = [*FIELDS, *((f"r{register}", _field(function.registers[register].type)) for register in slots)]
    module.records[function.generator] = Layout(function.generator, tuple(fields), resume_name(function.name))
    return _maker(function, slots), _Resume(function, slots, at_start, behind, traits).result


def _field(type: Type) -> Type:
    """The type of the field that keeps a register in one word. A field of a tuple's type would be its parts."""
    return ANY if isinstance(type, TupleType) else type


def _live(function: Function) -> tuple[int, dict[int, int]]:
    """The parameters that are read, and per yield, by its identity, the registers that are live across it, as masks."""
    behind = {}
    starts, out = live_ends(function)
    for block, live in zip(function.blocks, out, strict=True):
        caught = starts[block.handler] if block.handler >= 0 else 0
        for instr, after in live_after(block, live, caught):
            if instr.op in YIELDS:
                behind[id(instr)] = (after & ~mask(instr.results)) | (caught if instr is block.guarded else 0)
    return starts[0] & mask(function.params), behind


class _Writer:
    """Appends instructions to a block of a function."""

    def __init__(self, function: Function, block: int, span: Span) -> None:
        self.function, self.block, self.span = function, block, span

    def put(self, name: str, args: list[Any], *results: int) -> None:
        self.function.blocks[self.block].instrs.append(Instr(OPS[name], results, tuple(args), self.span))

    def made(self, name: str, args: list[Any], type: Type) -> int:
        register = self.function.new_register(type)
        self.put(name, args, register)
        return register

    def constant(self, value: int) -> int:
        return self.made("const.int", [value], INT)


def _maker(function: Function, slots: dict[int, int]) -> Function:
    """The function that makes a frame."""
    frame = RecordType(function.generator)
    made = Function(function.name, [], (frame,), source_name=function.source_name, span=function.span)
    writer = _Writer(made, made.new_block(), function.span)
    for param in function.params:
        made.params.append(made.new_register(function.registers[param].type, function.registers[param].name))
    passed = dict(zip(function.params, made.params, strict=True))
    values = [writer.constant(0), writer.made("const.none", [], ANY), writer.made("const.none", [], ANY)]
    for register in slots:
        type = function.registers[register].type
        field = _field(type)
        if register not in passed:
            values.append(writer.made("const.absent", [field], field))
        else:
            values.append(passed[register] if field == type else writer.made("any.from", [passed[register]], field))
    writer.put("ret", [writer.made("record.new", [frame, *values], frame)])
    return made


class _Resume:
    """``result`` is the function that resumes frames."""

    def __init__(self, function: Function, slots: dict[int, int], at_start: int, behind: dict[int, int], traits: _Traits) -> None:
        self.function, self.slots, self.at_start, self.behind, self.traits = function, slots, at_start, behind, traits
        registers = [Register(register.type, register.name) for register in function.registers]
        self.result = Function(
            resume_name(function.name), [], (BOOL, *function.results), registers, source_name=function.source_name, span=function.span
        )
        self.frame = self.result.new_register(RecordType(function.generator))
        self.mode = self.result.new_register(INT)
        self.sent = self.result.new_register(ANY)
        self.result.params = [self.frame, self.mode, self.sent]
        self.yields: list[tuple[int, Instr]] = []  # the block each one ends, and the instruction
        self.rests: list[int] = []  # per yield, the block of what stands behind it
        self.shows_running = any(_may_resume(instr) for block in function.blocks for instr in block.instrs)
        self.mark = RUNNING if self.shows_running else FINISHED if traits.catches else 0
        """The state while it runs; 0 for the one it had before."""
        self.cut()
        self.leaving: dict[tuple[Span, bool], int] = {}
        """Handlers of faults that leave the generator, by place and whether StopIteration may be among them."""
        if traits.catches:
            for number in range(BODY, len(self.result.blocks)):
                self.guard_all(number)
        pieces = range(BODY, len(self.result.blocks))
        changed = self.changed()
        self.dispatch()
        for place, (number, instr) in enumerate(self.yields, 1):
            self.suspend(number, instr, place, changed[number])
        waiting = dict(self.yields)
        for number in pieces:
            if self.result.blocks[number].instrs[-1].op is RET and number not in waiting:
                self.finish(number)

    def cut(self) -> None:
        """Copy the body behind an empty dispatch. A block ends at each yield, and what stands behind it begins one."""
        blocks = self.result.blocks
        blocks += [Block() for _ in range(BODY + len(self.function.blocks))]
        for number, block in enumerate(self.function.blocks, BODY):
            for instr in block.instrs:
                copied = Instr(instr.op, instr.results, instr.args, instr.span, instr.scope)
                retarget(copied, lambda target: target + BODY)
                blocks[number].instrs.append(copied)
                if instr.op in YIELDS:
                    self.yields.append((number, instr))
                    number = self.result.new_block()
                    self.rests.append(number)

    def guard_all(self, number: int) -> None:
        """Guard what may fault in a block and is not guarded there, if the frame has to learn of the fault."""
        while True:
            block = self.result.blocks[number]
            place = next((place for place, instr in enumerate(block.instrs) if self.tells(block, place, instr)), -1)
            if place < 0:
                return
            instr, rest = block.instrs[place], block.instrs[place + 1 :]
            behind = self.result.new_block()
            self.result.blocks[behind].instrs[:] = rest or [Instr(OPS["unreachable"], (), (), instr.span)]
            self.yields = [(behind if at == number else at, one) for at, one in self.yields]
            block.instrs[place + 1 :] = [Instr(GUARD, (), (behind, self.leave(instr)), instr.span)]
            number = behind

    def tells(self, block: Block, place: int, instr: Instr) -> bool:
        if instr.op in YIELDS or instr is block.guarded or not can_raise(instr):
            return False
        return self.shows_running or (self.traits.stops and _may_stop(instr))

    def leave(self, instr: Instr) -> int:
        """The handler of the instruction's fault: it ends the generator and raises the exception again."""
        stops = self.traits.stops and _may_stop(instr)
        known = self.leaving.get((instr.span, stops))
        if known is not None:
            return known
        made = self.leaving[instr.span, stops] = self.result.new_block()
        writer = _Writer(self.result, made, instr.span)
        error = writer.made("exc.current", [], ANY)
        self.set_state(writer, FINISHED)
        if stops:
            stopped, others = self.result.new_block(), self.result.new_block()
            writer.put("br", [writer.made("any.is", [error, RecordType("StopIteration")], BOOL), stopped, others])
            writer.block = stopped
            writer.put("fault", ["E0767"])
            writer.block = others
        writer.put("raise.any", [error])
        return made

    def changed(self) -> list[int]:
        """Per block, as masks: the registers that may have been assigned since the frame was resumed, at the block's end, and behind their bits, where it may have been
        resumed: bit 0 for the start, bit k for yield k."""
        blocks, places = self.result.blocks, len(self.result.registers)
        at_start = [0] * len(blocks)
        at_start[BODY] = 1 << places
        for place, (rest, (_, instr)) in enumerate(zip(self.rests, self.yields, strict=True), 1):
            at_start[rest] = mask(instr.results) | 1 << places + place
        written = [mask([result for instr in block.instrs if instr.op not in YIELDS for result in instr.results]) for block in blocks]
        waiting = [BODY, *self.rests]
        at_end = [0] * len(blocks)
        while waiting:
            number = waiting.pop()
            at_end[number] = at_start[number] | written[number]
            for target in blocks[number].successors():
                if at_end[number] & ~at_start[target]:
                    at_start[target] |= at_end[number]
                    waiting.append(target)
        return at_end

    def dispatch(self) -> None:
        """From the entry to where the frame's state says."""
        writer = _Writer(self.result, 0, self.function.span)
        state = writer.made("record.get", [self.frame, STATE], INT)
        begun, unbegun = self.result.new_block(), self.result.new_block()
        writer.put("br", [writer.made("int.gt", [state, writer.constant(0)], BOOL), begun, unbegun])
        writer.block = unbegun
        start, ended = self.result.new_block(), self.result.new_block()
        writer.put("br", [writer.made("int.eq", [state, writer.constant(0)], BOOL), start, ended])
        self.start(start)
        writer.block = ended
        if self.shows_running:
            over, running = self.result.new_block(), self.result.new_block()
            writer.put("br", [writer.made("int.eq", [state, writer.constant(FINISHED)], BOOL), over, running])
            writer.block = running
            writer.put("fault", ["E0765"])
            writer.block = over
        writer.put("record.set", [self.frame, VALUE, writer.made("const.none", [], ANY)])
        self.give_nothing(writer)
        if self.yields:
            self.find(begun, state, 1, len(self.yields))
        else:
            _Writer(self.result, begun, self.function.span).put("unreachable", [])

    def find(self, block: int, state: int, low: int, high: int) -> None:
        """Fill the block with a choice among the states from low to high."""
        while low < high:
            middle = (low + high + 1) // 2
            writer = _Writer(self.result, block, self.function.span)
            upper, block = self.result.new_block(), self.result.new_block()
            writer.put("br", [writer.made("int.ge", [state, writer.constant(middle)], BOOL), upper, block])
            self.find(upper, state, middle, high)
            high = middle - 1
        self.resume(block, low)

    def start(self, block: int) -> None:
        """Fill the block that goes to the start of the body."""
        writer = _Writer(self.result, block, self.function.span)
        self.enter(writer, self.at_start)
        writer.put("jump", [BODY])

    def resume(self, block: int, place: int) -> None:
        """Fill the block that goes on behind a yield."""
        instr = self.yields[place - 1][1]
        writer = _Writer(self.result, block, instr.span)
        self.enter(writer, self.behind[id(instr)])
        if instr.op is YIELD_FROM:
            writer.put("record.set", [self.frame, INNER, writer.made("const.none", [], ANY)])
        rest = self.result.blocks[self.rests[place - 1]]
        guard = rest.instrs[0] if rest.instrs[0].op is GUARD else None
        if self.traits.throws:
            raising, going = self.result.new_block(), self.result.new_block()
            writer.put("br", [writer.made("int.eq", [self.mode, writer.constant(THROW)], BOOL), raising, going])
            writer.block = raising
            writer.put("raise.any", [self.sent])
            if guard is not None:
                handler = guard.args[1]
            else:
                last = self.result.blocks[raising].instrs[-1]
                handler = self.leave(last) if self.traits.catches and (self.shows_running or self.traits.stops) else -1
            if handler >= 0:
                behind = self.result.new_block()
                writer.put("guard", [behind, handler])
                _Writer(self.result, behind, instr.span).put("unreachable", [])
            writer.block = going
        if guard is not None:
            rest.instrs[0] = Instr(OPS["jump"], (), (guard.args[0],), guard.span)
        if instr.results:
            writer.put("move", [self.sent], instr.results[0])
        writer.put("jump", [self.rests[place - 1]])

    def enter(self, writer: _Writer, registers: int) -> None:
        """Read back registers."""
        if self.mark:
            self.set_state(writer, self.mark)
        for register in registers_of(registers):
            type = self.function.registers[register].type
            place = [self.frame, self.slots[register]]
            if isinstance(type, TupleType):
                writer.put("any.to", [writer.made("record.get", place, ANY), type], register)
            else:
                writer.put("record.get", place, register)

    def suspend(self, number: int, instr: Instr, place: int, changed: int) -> None:
        """End the block at its yield."""
        block = self.result.blocks[number]
        block.instrs.pop()
        writer = _Writer(self.result, number, instr.span)
        for register in registers_of(self.behind[id(instr)] & changed):
            boxed = isinstance(self.function.registers[register].type, TupleType)
            value = writer.made("any.from", [register], ANY) if boxed else register
            writer.put("record.set", [self.frame, self.slots[register], value])
        values = list(instr.args)
        if instr.op is YIELD_FROM:
            writer.put("record.set", [self.frame, INNER, values.pop(0)])
        if self.mark or changed >> len(self.result.registers) != 1 << place:
            self.set_state(writer, place)
        writer.put("ret", [writer.made("const.bool", [True], BOOL), *values])

    def finish(self, number: int) -> None:
        """End the block at its return."""
        last = self.result.blocks[number].instrs.pop()
        writer = _Writer(self.result, number, last.span)
        if last.args:
            writer.put("record.set", [self.frame, VALUE, last.args[0]])
        self.set_state(writer, FINISHED)
        self.give_nothing(writer)

    def set_state(self, writer: _Writer, state: int) -> None:
        writer.put("record.set", [self.frame, STATE, writer.constant(state)])

    def give_nothing(self, writer: _Writer) -> None:
        absent = [writer.made("const.absent", [type], type) for type in self.function.results]
        writer.put("ret", [writer.made("const.bool", [False], BOOL), *absent])


def _may_stop(instr: Instr) -> bool:
    """Whether the instruction may end with StopIteration."""
    return _may_resume(instr) or instr.op in ENDING


def _may_resume(instr: Instr) -> bool:
    """Whether code of the program may run inside the instruction."""
    op = instr.op
    return op is CALL or "calls" in op.flags or not (op.is_inline or op.name.partition(".")[0] in _PLAIN)


# --- frames as values -------------------------------------------------------------------------------------------------------------


def _boxed(module: Module) -> set[str]:
    """The records of which some may be reached through an ``any``."""
    waiting: list[Type] = [
        function.registers[instr.args[0]].type
        for function in module.functions.values()
        for block in function.blocks
        for instr in block.instrs
        if instr.op.name == "any.from"
    ]
    seen: set[Type] = set()
    found: set[str] = set()
    while waiting:
        type = waiting.pop()
        if type in seen:
            continue
        seen.add(type)
        if isinstance(type, RecordType):
            found.add(type.name)
            waiting += [slot for _, slot in module.records[type.name].slots]
        elif isinstance(type, (ListType, SetType)):
            waiting.append(storage(type.item))
        elif isinstance(type, DictType):
            waiting += [storage(type.key), storage(type.value)]
        elif isinstance(type, (TupleType, ClosureType)):
            waiting += map(storage, type.items)
    return found


def _enter(module: Module, function: Function) -> None:
    """Name the function by which runtime code resumes the generator's frames, and write it if nobody did."""
    layout = module.records[function.generator]
    entry = entry_name(function.name)
    if function.results == (ANY,):
        entry = layout.resume
    elif entry not in module.functions:
        module.functions[entry] = _entry(function, layout)
    module.records[layout.name] = Layout(layout.name, layout.fields, layout.resume, entry)


def _entry(function: Function, layout: Layout) -> Function:
    made = Function(entry_name(function.name), [], (BOOL, ANY), source_name=function.source_name, span=function.span)
    made.params = [made.new_register(type) for type in (RecordType(layout.name), INT, ANY)]
    start, some, none = made.new_block(), made.new_block(), made.new_block()
    writer = _Writer(made, start, function.span)
    more = made.new_register(BOOL)
    parts = [made.new_register(type) for type in function.results]
    writer.put("call", [layout.resume, *made.params], more, *parts)
    writer.put("br", [more, some, none])
    writer.block = some
    if len(parts) > 1:
        type = TupleType(function.results)
        parts = [writer.made("tuple.new", [type, *parts], type)]
    writer.put("ret", [more, writer.made("any.from", parts, ANY) if parts else writer.made("const.none", [], ANY)])
    writer.block = none
    writer.put("ret", [more, writer.made("const.none", [], ANY)])
    return made
