"""The reference engine: IR interpreted plainly in Python by :mod:`belljar.ir.semantics`.

Slow, and right by construction: every other engine is tested against it, and explanations run on it through ``observe``. Fuel, depth, output and time limits are exact; of the memory
limit only that much is known that no single result beyond it is made (the heap is Python's).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from belljar.engines.caught import caught
from belljar.engines.contract import ANSWER_BYTES_MAX, VALUE_BYTES, HostEntry, HostFault, HostTable, Marks, Outcome, Write
from belljar.engines.faults import fault_error, result_error
from belljar.engines.hosting import answer_fault, argument_fault, fault_of
from belljar.engines.preview import Opened, Preview, opened
from belljar.engines.reference_marks import MarksBuffer
from belljar.errors import CODES, BellError, bell_error
from belljar.ir import decimal_context, integers, numbers
from belljar.ir.abi import CONSTANTS
from belljar.ir.any_sets import is_operator
from belljar.ir.attributes import bind_method, call_member, special_target
from belljar.ir.calls import Bound, BuiltIn, Done, bind, bind_spread
from belljar.ir.charges import extra_fuel, formatted_size
from belljar.ir.crossing import enter, leave
from belljar.ir.exceptions import GUARD, NOTES_SLOT, SITE_SLOT
from belljar.ir.function import Function, Instr, Member, Module
from belljar.ir.guest import (
    UNSET,
    GuestFault,
    GuestList,
    GuestRecord,
    GuestTuple,
    absent,
    charged,
    cut,
    is_written,
    paid,
    special,
    special_text,
    type_name,
    unpaid,
)
from belljar.ir.host import INVOKED_MAX, hosted
from belljar.ir.host_values import TooLarge, is_plainly, measure, plain_copy
from belljar.ir.meanings import PAYING
from belljar.ir.methods import PAYING as PAYING_METHODS
from belljar.ir.methods import collected
from belljar.ir.ops import BINARY_OPERATORS, MATH_FUNCTIONS, OPS, ROUNDINGS
from belljar.ir.semantics import MEANINGS
from belljar.ir.sites import Site, number_sites
from belljar.safety.limits import Limits
from belljar.types import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.engines.reference_state import ReferenceVariables

Observe = Callable[[Function, Instr, "tuple[Any, ...]"], None]
"""Called after each instruction with the guest values of its results. A call reports when it returns, a terminator never has results."""

FUEL_SLICE: Final = 1 << 12
"""Units between two looks at the clock: a few milliseconds here, where the other engines do a million."""


@dataclass(slots=True)
class _Frame:
    function: Function
    registers: list[Any]
    block: int = 0
    place: int = 0
    call: Instr | None = None  # in the caller
    instrs: list[Instr] = field(default_factory=list)
    shadow: Any = None  # what who watches keeps of it

    def go(self, block: int) -> None:
        self.block, self.place, self.instrs = block, 0, self.function.blocks[block].instrs


class Watch(Protocol):
    """Who sees an execution from inside, frame by frame."""

    def entered(self, execution: _Execution, frame: _Frame) -> None:
        """A function begins: its frame is the last one, with the parameters."""

    def before(self, execution: _Execution, frame: _Frame, instr: Instr, args: list[Any]) -> None:
        """An instruction begins; ``args`` are its operands, registers as their values."""

    def after(self, execution: _Execution, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
        """An instruction has ended, a call when it returns. Its results are assigned."""

    def caught(self, execution: _Execution, frames: list[_Frame], depth: int) -> None:
        """The fault of the last of the frames leads to the handler of the frame before ``depth``: those from there on are left."""

    def dropped(self, execution: _Execution, frames: list[_Frame]) -> None:
        """A fault ended these frames of functions that an op called; the op goes on."""

    def failed(self, execution: _Execution, frames: list[_Frame]) -> None:
        """The run ended with an error in the last of the frames."""


class ReferenceEngine:
    name = "reference"

    def load(
        self,
        module: Module,
        limits: Limits,
        write: Write | None = None,
        inputs: Sequence[Any] = (),
        hosts: HostTable | None = None,
        traces: Marks | None = None,
        observe: Observe | None = None,
        watch: Watch | None = None,
    ) -> ReferenceInstance:
        """Make an instance of a verified module and run its ``init`` on ``inputs``. Raises the BellError that init ended with."""
        instance = ReferenceInstance(module, limits, write, inputs, hosts, observe, None if traces is None else MarksBuffer(traces))
        instance.watch = watch
        error = instance.restart(write, observe, instance.buffer)
        if error is not None:
            if traces is not None:
                traces.left, traces.lost = instance.marks(), instance.marks_lost
            raise error
        return instance


class ReferenceInstance:
    """A loaded module. Every call starts from the state ``init`` left: when an earlier one changed it, init runs again, unseen."""

    def __init__(
        self,
        module: Module,
        limits: Limits,
        write: Write | None,
        inputs: Sequence[Any] = (),
        hosts: HostTable | None = None,
        observe: Observe | None = None,
        buffer: MarksBuffer | None = None,
    ) -> None:
        self.module = module
        self.hosts = hosts
        self.host_counts = [0] * len(module.hosts)
        self.at_start: list[Any] | None = None
        """What the host answered while init ran: when it runs again, nobody is asked again."""
        self.is_busy = False
        self.inputs = tuple(inputs)
        self.serial = 0
        self.decimals = decimal_context.DEFAULT
        self.limits = limits
        self.write = write
        self.observe = observe
        self.watch: Watch | None = None
        self.sites, self.numbers = number_sites(module)
        self.globals: list[Any] = []
        self.changed = False
        self.buffer = buffer
        self.passes = 0
        """Passes through loops that the call made which ran last."""

    def redirect(self, write: Write | None) -> None:
        """Let output go elsewhere from the next call on; None refuses it."""
        self.write = write

    def marks(self) -> bytes:
        """The marks that are kept, oldest first; a sink gets what is left."""
        return b"" if self.buffer is None else self.buffer.taken()

    def forget_marks(self) -> None:
        """Drop the marks that are kept."""
        if self.buffer is not None:
            self.buffer.forget()

    @property
    def marks_lost(self) -> int:
        """Blocks of marks that nobody has any more."""
        return 0 if self.buffer is None else self.buffer.lost

    def restart(self, write: Write | None, observe: Observe | None, buffer: MarksBuffer | None = None) -> BellError | None:
        """Set the globals to what init makes of them."""
        # A class variable that nothing assigned yet is no attribute; what programs read of others is behind a flag.
        self.globals = [UNSET if type == ANY else absent(type) for _, type in self.module.globals]
        self.serial = 0
        self.decimals = decimal_context.DEFAULT
        outcome = None
        if self.module.init and self.module.variables is None:
            execution = _Execution(self, write, observe, buffer=buffer)
            if self.at_start is None:
                execution.heard = []
            else:
                execution.log, execution.given = None, self.at_start
            outcome = execution.run(self.module.functions[self.module.init], self.entered(self.module.init, self.inputs))
            self.serial = execution.serial
            self.decimals = execution.decimals
            self.at_start = execution.heard if self.at_start is None else self.at_start
        self.changed = False
        return outcome.error if outcome else None

    def call(self, function: str, args: Sequence[Any], arrays: bool = False) -> Outcome:
        """Run a function on component values. Raises E0404 for an unknown function, E0402 and E0302 for arguments that do not fit."""
        callee = self.module.functions.get(function)
        if callee is None:
            raise bell_error("E0404", name=function, file=self.module.name)
        if len(args) != len(callee.params):
            raise bell_error("E0402", function=function, expected=len(callee.params), found=len(args))
        if self.is_busy:
            raise bell_error("E0003", detail="The instance is running already: each thread needs an instance of its own")
        if self.changed:
            self.restart(_discard if self.write is not None else None, None)
        return _Execution(self, self.write, self.observe, arrays, self.buffer).run(callee, self.entered(function, args))

    def execute(self, callee: Function, args: Sequence[Any], arrays: bool = False) -> tuple[Outcome, _Execution]:
        """Run a function on guest values, on the state as it is."""
        execution = _Execution(self, self.write, self.observe, arrays, self.buffer)
        return execution.run(callee, args), execution

    def opened(self, value: object) -> Opened | None:
        """What is in a container, None for all other values."""
        return opened(value)

    def variables(self) -> ReferenceVariables:
        """What the host sees of the module-level variables, where state lasts."""
        from belljar.engines.reference_state import ReferenceVariables

        return ReferenceVariables(self)

    def entered(self, function: str, args: Sequence[Any]) -> list[Any]:
        """Component values as guest values of the function's parameters. Raises E0302 for what does not fit, E0720 for keys that are NaN twice."""
        callee = self.module.functions[function]
        types = [callee.registers[register].type for register in callee.params]
        try:
            return [enter(value, type, self.module.records) for value, type in zip(args, types, strict=True)]
        except GuestFault as fault:
            raise bell_error(fault.code) from None


def _discard(text: str) -> None:
    """Output of an init that has been seen before."""


class _Execution:
    """One run of a function: its frames and what is left of its limits."""

    def __init__(
        self,
        instance: ReferenceInstance,
        write: Write | None,
        observe: Observe | None,
        arrays: bool = False,
        buffer: MarksBuffer | None = None,
    ) -> None:
        self.instance = instance
        self.buffer = buffer
        traces = instance.module.traces
        self.branches = buffer if traces is not None and traces.level == "branches" else None
        self.is_free = False
        """Whether ops that are there for the trace alone run: what they charge is not taken."""
        self.arrays = arrays
        self.write = write
        self.observe = observe
        self.watch = instance.watch
        limits = instance.limits
        self.fuel = limits.fuel
        self.iterations = limits.iterations
        self.slice = FUEL_SLICE
        self.output_bytes = 0
        self.bytes_held = 0
        self.began = time.monotonic()
        self.deadline = self.began + limits.time_left
        self.frames: list[_Frame] = []
        self.fault: tuple[GuestFault, Site, list[Any]] | None = None
        """What led to the handler that begins now: the fault, its site, the op's first two operands."""
        self.invoked = self.failed = self.deepest = 0
        self.module = instance.module
        self.globals = instance.globals
        self.has_specials = any(layout.specials for layout in instance.module.records.values())
        self.serial = instance.serial
        self.decimals = instance.decimals
        self.iteration_value: Any = None
        if instance.hosts is not None and instance.hosts.anew:
            instance.hosts.log = []
        self.log = None if instance.hosts is None else instance.hosts.log
        self.given = None if instance.hosts is None else instance.hosts.given
        self.given_at = 0
        self.heard: list[Any] | None = None
        """What the host answers, where it is kept."""

    def run(self, function: Function, args: Sequence[Any]) -> Outcome:
        self.enter(function, args, None)
        frames = self.frames
        results: tuple[Any, ...] = ()
        error = None
        before = decimal_context.enter(self.decimals)
        try:
            with hosted(self):
                guest_results = self.loop()
            try:
                results = tuple(leave(value, self.instance.limits.memory // VALUE_BYTES, self.arrays) for value in guest_results)
            except GuestFault as fault:
                limits = self.instance.limits
                shown = (limits.memory // VALUE_BYTES + 1) * VALUE_BYTES
                error = result_error(self.instance.module, function, fault.code, limits, shown)
        except GuestFault as fault:
            error = self.error(self.told(fault))
        except RecursionError:  # of the host, before the calls by the runtime inside one another came to theirs
            error = self.error(GuestFault("E0804"))
        finally:
            decimal_context.enter(before)
        if error is not None and self.watch is not None:
            self.watch.failed(self, frames)
        used = self.instance.limits.fuel - max(self.fuel, 0)
        self.instance.passes = self.instance.limits.iterations - max(self.iterations, 0)
        return Outcome(() if error else results, error, used)

    def enter(self, function: Function, args: Sequence[Any], call: Instr | None) -> None:
        frame = _Frame(function, [None] * len(function.registers), call=call)
        for register, value in zip(function.params, args, strict=True):
            frame.registers[register] = value
        frame.go(0)
        self.frames.append(frame)
        if self.watch is not None:
            self.watch.entered(self, frame)

    def enter_call(self, function: str, args: Sequence[Any], call: Instr | None) -> None:
        if len(self.frames) > self.instance.limits.depth:
            raise GuestFault("E0804")
        self.deepest = max(self.deepest, len(self.frames))
        self.enter(self.instance.module.functions[function], args, call)

    def hold(self, bytes_least: int) -> None:
        """Look whether what an op makes can be held. The reference has no heap: it knows what is too large by itself."""
        if bytes_least > self.instance.limits.memory:
            self.bytes_held = bytes_least
            raise GuestFault("E0803")

    def charge(self, units: int) -> None:
        if self.is_free:
            return
        self.fuel -= units
        if self.fuel < 0:
            raise GuestFault("E0801")
        self.slice -= units
        if self.slice < 0:
            self.slice = FUEL_SLICE
            if time.monotonic() >= self.deadline:
                raise GuestFault("E0802")

    def is_catchable(self, fault: GuestFault) -> bool:
        """Whether a program can catch a fault at the instruction the innermost frame is at."""
        # An infinity has no int in CPython either; large floats have.
        return CODES[fault.code].is_catchable or (fault.code == "E0504" and self.operands()[:1] in ([math.inf], [-math.inf]))

    def operands(self) -> list[Any]:
        """What the instruction the innermost frame is at reads first."""
        frame = self.frames[-1]
        return [frame.registers[register] for register in list(frame.instrs[frame.place - 1].registers_read())[:2]]

    def catch(self, fault: GuestFault, base: int) -> bool:
        """Go on at the innermost handler of a fault, if a program can catch it and there is one in the frames from ``base`` on."""
        if not self.is_catchable(fault):
            return False
        inner = self.frames[-1]
        instr = inner.instrs[inner.place - 1]
        operands = self.operands()
        for depth in range(len(self.frames), base, -1):
            frame = self.frames[depth - 1]
            if frame.place < len(frame.instrs) and frame.instrs[frame.place].op is GUARD:
                self.fault = fault, Site(inner.function, instr), operands
                handler = frame.instrs[frame.place].args[1]
                if self.watch is not None:
                    self.watch.caught(self, self.frames, depth)
                del self.frames[depth:]
                frame.go(handler)
                return True
        return False

    def exception(self) -> Any:
        """The object of the fault that led to a handler, which knows where it was raised first."""
        assert self.fault is not None
        fault, site, operands = self.fault
        self.fault = None
        error = self.exception_of(fault, site, operands)
        if isinstance(error, GuestRecord) and len(error.slots) > SITE_SLOT and error.slots[SITE_SLOT] is None:
            error.slots[SITE_SLOT] = self.instance.numbers[id(site.instr)]
        return error

    def exception_of(self, fault: GuestFault, site: Site, operands: list[Any]) -> Any:
        """The object of a fault at a site."""
        if fault.raised is not None:
            return fault.raised
        if site.instr.op.name == "raise.any":
            return operands[0]
        values = [value if opened(value) is None else Preview(value, opened) for value in operands]
        made = caught(self.instance.module, site, fault.code, values, fault.text)
        layout = self.instance.module.records[made.name]
        args = made.texts if made.operand < 0 else (operands[made.operand],)
        slots = [GuestTuple(ANY, args), *[absent(type) for _, type in layout.slots[1:]]]
        for place in range(NOTES_SLOT, len(slots)):
            slots[place] = UNSET if layout.slots[place][1] == ANY else slots[place]
        return GuestRecord(layout, slots)

    def invoke(self, function: str, args: Sequence[Any]) -> list[Any]:
        """Call a function for the op that the innermost frame is at; gives its results."""
        if len(self.frames) > self.instance.limits.depth or self.invoked >= INVOKED_MAX:
            raise GuestFault("E0804")
        frame = self.frames[-1]
        self.deepest = max(self.deepest, len(self.frames))
        self.enter(self.module.functions[function], args, frame.instrs[frame.place - 1])
        base = len(self.frames) - 1
        self.invoked += 1
        try:
            results: list[Any] = unpaid(self.loop, base)  # its own ops pay for what they do
            return results
        except GuestFault:
            self.failed = base
            raise
        finally:
            self.invoked -= 1

    def has_attr(self, value: Any, name: str) -> bool:
        """Whether a value has an attribute."""
        return bool(MEANINGS["any.has_attr"](value, name))

    def next_item(self, walk: Any) -> Any:
        """The next item of an iterator."""
        return MEANINGS["any.next"](walk)

    def call_method(self, name: str, receiver: Any, args: Sequence[Any]) -> Any:
        """Call a method by its name."""
        return self.finished(charged(self.charge, bind_method, name, "", receiver, *args))

    def call_spread(self, callee: Any, args: Any) -> Any:
        """Call a value with the arguments in a tuple."""
        return self.finished(charged(self.charge, bind_spread, callee, args, None))

    def finished(self, bound: Bound | BuiltIn | Done) -> Any:
        """What a call whose arguments are bound gives."""
        if isinstance(bound, Bound):
            return self.invoke(bound.entry, bound.args)[0]
        return self.compute(Instr(OPS["any.method"], (0,), ()), list(bound.args))[0] if isinstance(bound, BuiltIn) else bound.value

    def taken(self, fault: GuestFault, depth: int) -> Any:
        """The exception object of a fault that a function which the op called ended with."""
        inner = self.frames[-1]
        instr = inner.instrs[inner.place - 1]
        self.fault = fault, Site(inner.function, instr), [inner.registers[register] for register in list(instr.registers_read())[:2]]
        self.cut(depth)
        return self.exception()

    def cut(self, depth: int) -> None:
        """Forget the calls beyond ``depth``, which a fault ended."""
        if self.watch is not None:
            self.watch.dropped(self, self.frames[depth:])
        del self.frames[depth:]

    def forget(self) -> None:
        """The fault of a function that the op called leads nowhere."""
        if self.watch is not None:
            self.watch.dropped(self, self.frames[self.failed :])
        del self.frames[self.failed :]

    def call_special(self, member: Member, receiver: Any, args: Sequence[Any], depth: int) -> Any:
        """Call a special method for a walk that is so many containers deep, which count with the calls under way."""
        self.invoked += depth
        try:
            return charged(self.charge, call_member, member, receiver, args)
        finally:
            self.invoked -= depth

    def special_target(self, member: Member, receiver: Any) -> Any:
        """What a call of the member is bound to."""
        return special_target(member, receiver)

    def depth(self) -> int:
        """Calls under way, those that a fault ended included."""
        return len(self.frames)

    def raised(self, fault: GuestFault, name: str) -> bool:
        """Whether the fault, of a function that the op called, is an exception object of this class."""
        inner = self.frames[-1]
        instr = inner.instrs[inner.place - 1]
        if fault.code != "E0705" or (instr.op.name != "raise.any" and fault.raised is None):
            return False
        self.stop = inner.registers[instr.args[0]] if fault.raised is None else fault.raised
        return isinstance(self.stop, GuestRecord) and self.stop.layout.derives_from(name)

    def stopped(self) -> Any:
        """What the exception object that was asked about last says."""
        args = self.stop.slots[0]
        return args[0] if len(args) else None

    def loop(self, base: int = 0) -> list[Any]:
        """Run until the function of this frame returns, by way of the handlers of faults that have one; gives its results."""
        while True:
            try:
                return self.steps(base)
            except GuestFault as fault:
                if not self.catch(fault, base):
                    raise

    def steps(self, base: int) -> list[Any]:
        """Run until the function of this frame returns, or a fault; gives its results."""
        while True:
            frame = self.frames[-1]
            registers = frame.registers
            instr = frame.instrs[frame.place]
            frame.place += 1
            name = instr.op.name
            args = list(instr.args)
            reads = instr.op.reads
            if isinstance(reads, slice):
                args[reads] = [registers[register] for register in args[reads]]
            else:
                for place in reads:
                    args[place] = registers[args[place]]
            if self.watch is not None:
                self.watch.before(self, frame, instr, args)
            meaning = STRAIGHT.get(name)
            if meaning is not None:  # as below, sooner
                value = meaning(*args)
                for register in instr.results:
                    registers[register] = value
                if self.observe is not None:
                    self.observe(frame.function, instr, (value,) if instr.results else ())
                if self.watch is not None:
                    self.watch.after(self, frame, instr, (value,) if instr.results else ())
                continue
            if "writes" in instr.op.flags and name not in CALLS:
                self.instance.changed = True
            results: tuple[Any, ...] = ()
            if name == "jump":
                frame.go(args[0])
            elif name == "br":
                frame.go(args[1] if args[0] else args[2])
                if self.branches is not None:
                    self.branches.branch(args[0])
            elif name == "ret":
                if self.observe is not None:
                    self.observe(frame.function, instr, ())
                if len(self.frames) - 1 == base:
                    if base:
                        self.frames.pop()
                    return args
                call = frame.call
                assert call is not None
                self.frames.pop()
                frame, instr, results = self.frames[-1], call, tuple(args)
            elif name == "call":
                self.enter_call(args[0], args[1:], instr)
                continue
            elif name in BINDING:
                bound = charged(self.charge, BINDING[name], *args)
                if isinstance(bound, Bound):
                    self.enter_call(bound.entry, bound.args, instr)
                    continue
                if isinstance(bound, BuiltIn):
                    self.instance.changed = True
                    results = self.compute(Instr(OPS["any.method"], instr.results, instr.args), list(bound.args))
                else:
                    results = (bound.value,)
            elif name == "fuel":
                self.charge(args[0])
            elif name == "guard":
                frame.go(args[0])
            elif name == "exc.current":
                results = (self.exception(),)
            elif name == "exc.clear":
                self.fault = None
            elif name in MARKS:
                if self.buffer is not None:
                    operand = ANY if len(instr.args) < 2 else frame.function.registers[instr.args[1]].type
                    self.buffer.mark(name, args[0], args[1] if len(args) > 1 else None, operand)
            elif name == "trace.free":
                self.is_free = args[0]
            elif name == "profile.at":
                pass  # the meaning of a program has no cost
            elif name == "unreachable":
                raise GuestFault("E1201", "unreachable code was reached")
            else:
                results = self.compute(instr, args)
            for register, value in zip(instr.results, results, strict=True):
                frame.registers[register] = value
            if self.observe is not None:
                self.observe(frame.function, instr, results)
            if self.watch is not None:
                self.watch.after(self, frame, instr, results)

    def compute(self, instr: Instr, args: list[Any]) -> tuple[Any, ...]:
        op = instr.op
        name = op.name
        if name == "host.call":
            return (self.call_host(args[0], args[1:]),)
        if name == "any.method":
            args[3:] = collected(args[0], args[2], tuple(args[3:]))
        pays = (
            name in PAYING
            or (name == "any.method" and (type(args[2]), args[0]) in PAYING_METHODS)
            or (name == "any.binary" and (isinstance(args[1], GuestRecord) or isinstance(args[2], GuestRecord)))
            or (name == "any.binary" and is_operator(BINARY_OPERATORS[args[0]], args[1], args[2]))
        )
        if pays:
            if "allocates" in op.flags:
                self.hold(self.bytes_least(name, args, 0))
        elif "charges" in op.flags:
            before = paid()
            extra = charged(self.charge, extra_fuel, op, tuple(args))
            self.charge(extra - (paid() - before))
            if "allocates" in op.flags:
                self.hold(self.bytes_least(name, args, extra))
        if name == "global.get":
            return (self.instance.globals[args[0]],)
        if name == "global.set":
            self.instance.globals[args[0]] = args[1]
            return ()
        if name == "io.write":
            self.print(args[0])
            return ()
        if name == "io.admit":
            self.admit(len(args[0].encode("utf-8", "replace")))
            return ()
        if name == "loop.pass":
            self.iterations -= 1
            if self.iterations < 0:
                raise GuestFault("E0809")
            return ()
        if name == "alloc.at":
            return ()
        if name == "decimal.context":
            digits, rounding = args
            self.decimals = min(max(digits, 1), decimal_context.DIGITS_MAX), rounding if 0 <= rounding < len(ROUNDINGS) else 0
            decimal_context.enter(self.decimals)
            return ()
        if name == "event.admit":
            if args[0] >= self.instance.limits.events:
                raise GuestFault("E0808")
            return ()
        if name == "record.new":
            args[0] = self.instance.module.records[args[0].name]
        elif name == "fn.new":
            args[0] = (self.instance.module.signatures[args[0].name], args[0])
        value = charged(self.charge, MEANINGS[name], *args) if pays else MEANINGS[name](*args)
        return (value,) if instr.results else ()

    def bytes_least(self, name: str, args: list[Any], extra: int) -> int:
        """What the op allocates at least: what the reference knows of the memory limit."""
        if name.endswith(".format"):
            return formatted_size(args[0], args[1])
        if name == "any.method":
            return extra * METHOD_BYTES_LEAST if args[0] in LENGTHENING else 0
        if name == "any.binary" and isinstance(args[1], int) and isinstance(args[2], int):
            return integers.binary_bytes(BINARY_OPERATORS[args[0]], args[1], args[2])
        if name == "any.binary" and not any(isinstance(value, (GuestList, GuestTuple, str, bytes)) for value in args[1:]):
            return 0
        if name == "any.binary" and BINARY_OPERATORS[args[0]] not in ("+", "*"):
            return 0
        if name == "any.bytes":
            return int(args[0]) if args and isinstance(args[0], int) and args[0] < 2**63 else 0
        if name == "any.pow_mod" and args[2] is None and isinstance(args[0], int) and isinstance(args[1], int):
            return integers.binary_bytes("**", args[0], args[1])
        if name == "any.math" and args[1:]:
            return numbers.mathematics_bytes(MATH_FUNCTIONS[args[0]], *args[1:])
        return extra * BYTES_LEAST.get(name, 0)

    def print(self, text: str) -> None:
        if self.write is None:
            raise GuestFault("E0901")
        written = text.encode("utf-8", "replace")
        self.admit(len(written))
        self.write(written.decode())

    def admit(self, size: int) -> None:
        """Count so many bytes against the limit of output."""
        if size > self.instance.limits.output - self.output_bytes:
            raise GuestFault("E0805")
        self.output_bytes += size

    def call_host(self, index: int, args: list[Any]) -> Any:
        """Call a function of the host. Raises GuestFault."""
        table = self.instance.hosts
        if table is None:
            raise GuestFault("E0901")
        entry = table.entries[index]
        try:
            given = self.handed_out_all(entry, index, args)
            answer = self.answer_of(entry, given)
            return self.taken_in(entry, index, answer)
        except HostFault as fault:
            raise GuestFault(fault.code, cut(fault.text.replace("\0", " "))) from None

    def handed_out_all(self, entry: HostEntry, index: int, args: list[Any]) -> list[Any]:
        """The arguments on their way to the host."""
        try:
            if entry.refusal is not None:
                raise entry.refusal
            self.instance.host_counts[index] += 1
            return [self.handed_out(entry, place, value) for place, value in enumerate(args)]
        except HostFault as fault:
            if entry.missed is not None:
                entry.missed(fault)
            raise

    def handed_out(self, entry: HostEntry, place: int, value: Any) -> Any:
        """An argument on its way to the host."""
        given = leave(value, self.instance.limits.memory // VALUE_BYTES)
        try:
            self.charge(measure(given, entry.max_bytes) // 16)
            taker = entry.takers[place]
            return given if taker is None else taker(given)
        except (TooLarge, BellError, HostFault) as problem:
            raise argument_fault(problem, entry.max_bytes, place) from None

    def answer_of(self, entry: HostEntry, given: list[Any]) -> Any:
        """What the function answers, or what an earlier run was answered here."""
        if self.given is not None and self.given_at < len(self.given):
            answer = self.given[self.given_at]
            self.given_at += 1
        else:
            assert entry.call is not None
            self.instance.is_busy = True
            try:
                answer = entry.call(*given)
            except KeyboardInterrupt:
                raise GuestFault("E0006") from None
            except BaseException as problem:
                answer = fault_of(problem)
            finally:
                self.instance.is_busy = False
            if not isinstance(answer, HostFault) and time.monotonic() >= self.deadline:
                raise GuestFault("E0802")
        for kept in (self.log, self.heard):
            if kept is not None:
                kept.append(self.noted(answer))
        if isinstance(answer, HostFault):
            raise HostFault(answer.code, answer.text)
        return answer

    def noted(self, answer: Any) -> Any:
        """An answer as a log has it; None for one that will not cross."""
        if isinstance(answer, HostFault):
            return HostFault(answer.code, answer.text)
        try:
            measure(answer, ANSWER_BYTES_MAX)
            return plain_copy(answer)
        except Exception:
            return None

    def taken_in(self, entry: HostEntry, index: int, answer: Any) -> Any:
        """An answer on its way into the program."""
        type = self.module.hosts[index].result
        try:
            self.charge(measure(answer, entry.max_bytes) // 16)
            if entry.is_exact and is_plainly(answer, type):
                return enter(answer, type, self.module.records)
            return enter(entry.giver(answer), type, self.module.records)
        except GuestFault:
            raise
        except KeyboardInterrupt:
            raise GuestFault("E0006") from None
        except BaseException as problem:  # whatever code of the host's objects raised
            raise answer_fault(problem, entry.max_bytes) from None

    def told(self, fault: GuestFault) -> GuestFault:
        """The fault, as ``bell_exc_tell`` has it: of an exception object whose class has a ``__str__`` with the text that gives. What the method takes of the limits is given back, and no trace has it. A limit
        that it reaches, or a capability that it is refused, ends the run instead."""
        frame = self.frames[-1]
        instr = frame.instrs[frame.place - 1]
        error = frame.registers[instr.args[0]] if fault.raised is None and instr.op.name == "raise.any" else fault.raised
        member = special(error, "__str__") if fault.code == "E0705" else None
        if not is_written(member):
            return fault
        assert member is not None
        limits = self.fuel, self.iterations
        heard = self.buffer, self.branches, self.observe, self.watch
        frames, failed = self.frames, self.failed
        self.buffer = self.branches = self.observe = self.watch = None
        self.frames = [frame]
        try:
            with hosted(self):
                text = special_text(error, member, asked="__str__")
        except (GuestFault, RecursionError) as problem:
            inner = problem if isinstance(problem, GuestFault) else GuestFault("E0804")
            if not self.is_catchable(inner):
                self.buffer, self.branches, self.observe, self.watch = heard
                return inner  # in frames that begin with the one that raised the exception
            text = "<exception str() failed>"
        self.fuel, self.iterations = limits
        self.buffer, self.branches, self.observe, self.watch = heard
        self.frames, self.failed = frames, failed
        told = GuestFault(fault.code, f"{type_name(error)}: {text}" if text else type_name(error))
        told.raised = fault.raised
        return told

    def error(self, fault: GuestFault) -> BellError:
        """The error of a fault at the instruction the innermost frame is at."""
        instance = self.instance
        frame = self.frames[-1]
        instr = frame.instrs[frame.place - 1]
        operands = self.operands()
        unwind = [instance.numbers[id(outer.call)] for outer in reversed(self.frames[1:]) if outer.call is not None]
        # Ops that cannot fault have no number; ours can all the same (E1201), and so can handing over a result.
        sites, number = instance.sites, instance.numbers.get(id(instr), len(instance.sites))
        if number == len(sites):
            sites = [*sites, Site(frame.function, instr)]
        seconds = time.monotonic() - self.began
        error = fault_error(
            instance.module,
            sites,
            number,
            fault.code,
            operands,
            text=fault.text,
            unwind=unwind[: CONSTANTS["BELL_UNWIND_MAX"]],
            unwind_count=len(unwind),
            limits=instance.limits,
            used={"E0802": seconds, "E0803": self.bytes_held or None, "E0805": self.output_bytes}.get(fault.code),
        )
        error.seconds = seconds
        return error


BINDING: Final[dict[str, Callable[..., Bound | BuiltIn | Done]]] = {
    "any.call": bind,
    "any.call_method": bind_method,
    "any.call_spread": bind_spread,
}
"""Ops that call what is only known then, and how their arguments are bound."""
CALLS: Final = frozenset({"call", *BINDING})
MARKS: Final = frozenset({"trace.point", "trace.word", "trace.value", "trace.size"})
STRAIGHT: Final = {
    name: meaning
    for name, meaning in MEANINGS.items()
    if name not in ("record.new", "fn.new") and not {"charges", "writes", "terminator", "calls", "compares"} & set(OPS[name].flags)
}
"""What ops do that are their meaning and no more, and leave the instance as it is."""

BYTES_LEAST: Final = {
    **dict.fromkeys(
        ("str.repeat", "str.concat", "str.build", "str.compose", "str.join", "str.center", "str.ljust", "str.rjust", "str.zfill"), 16
    ),
    "any.binary": 16,
    **dict.fromkeys(("str.replace", "str.expandtabs"), 8),
    **dict.fromkeys(("list.new", "dict.new", "set.new", "list.repeat", "list.concat", "list.extend", "list.slice", "list.range"), 32),
}
"""Fewest bytes that an op allocates for each unit of its extra fuel."""

LENGTHENING: Final = frozenset({"center", "expandtabs", "join", "ljust", "replace", "rjust", "to_bytes", "zfill"})
"""Methods whose result may be much longer than what they are given."""
METHOD_BYTES_LEAST: Final = 8
