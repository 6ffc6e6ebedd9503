"""Optimised IR to LLVM text: ``emit_module``.

The calling convention, fuel, faults and roots are those of ARCHITECTURE.md, "Calls and faults in native code". Each function of the module also
gets an entry of type ``bell_native_fn``, through which the host and the VM call it with words. The entries, in the order of the module's functions,
are the table ``bell.entries``, which serves as ``ctx->natives``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from belljar.engines.jit import anys, arithmetic, containers, profiling, traces
from belljar.engines.jit.arithmetic import Rule
from belljar.engines.jit.compile import QUICK, THOROUGH
from belljar.engines.jit.frame import ATTRIBUTES, CTX, Frame, llvm_float, llvm_type, result_type
from belljar.engines.jit.loops import conditional_steps
from belljar.engines.jit.metadata import ALIAS, INVARIANT, LIKELY, UNLIKELY, definitions
from belljar.engines.jit.native import ENTRIES
from belljar.engines.tables import Tables
from belljar.errors import bell_error
from belljar.ir.abi import CONSTANTS, OFFSETS
from belljar.ir.calling import may_call
from belljar.ir.exceptions import ENDING, can_raise
from belljar.ir.function import Function, Instr, Module, Signature
from belljar.ir.ops import OPS, Op, c_type
from belljar.ir.sites import number_sites
from belljar.types import ANY, Type

FUNCTION: Final = OFFSETS["bell_function"]
THOROUGH_LINES_MAX: Final = 2500
"""Lines of LLVM text up to which a module with loops inside loops gets all of -O2."""
QUICK_LINES_MIN: Final = 40_000
"""Lines of LLVM text from which on a module is compiled quickly: good code for so much takes LLVM seconds."""
UNROLLED_INSTRS_MAX: Final = 40
UNROLLED_CALLS_MAX: Final = 3
NUMBERS: Final = frozenset(("int", "float", "bool", "#int", "#float", "#bool"))
LLVM_OF_C: Final = {"int64_t": "i64", "double": "double", "bell_word": "i64", "void": "void"}


# --- control, constants -----------------------------------------------------------------------------------------------------------


def const_int(frame: Frame, instr: Instr, site: int) -> None:
    frame.set(instr.results[0], str(instr.args[0]))


def const_float(frame: Frame, instr: Instr, site: int) -> None:
    frame.set(instr.results[0], llvm_float(instr.args[0]))


def const_bool(frame: Frame, instr: Instr, site: int) -> None:
    frame.set(instr.results[0], "true" if instr.args[0] else "false")


def const_none(frame: Frame, instr: Instr, site: int) -> None:
    frame.set(instr.results[0], str(CONSTANTS["BELL_NONE"]))


def const_absent(frame: Frame, instr: Instr, site: int) -> None:
    zero = {"double": "0.0", "i1": "false"}.get(frame.types[instr.results[0]], "0")
    frame.set(instr.results[0], str(CONSTANTS["BELL_NONE"]) if instr.args[0] == ANY else zero)


def move(frame: Frame, instr: Instr, site: int) -> None:
    register, source = instr.results[0], instr.args[0]
    if source in frame.codes and not frame.slotted[register]:
        frame.codes[register] = frame.codes[source]
    frame.set(register, frame.get(source))


def select(frame: Frame, instr: Instr, site: int) -> None:
    condition, yes, no = instr.args
    type = frame.types[yes]
    frame.let(instr.results[0], f"select i1 {frame.get(condition)}, {type} {frame.get(yes)}, {type} {frame.get(no)}")


def fuel(frame: Frame, instr: Instr, site: int) -> None:
    is_first = frame.block == 0 and 0 not in frame.loops and instr is frame.function.blocks[0].instrs[0]
    if is_first and frame.entry_charge is None and frame.is_in_registers:
        frame.entry_charge = instr.args[0], site
    else:
        frame.charge(instr, instr.args[0], site)


def jump(frame: Frame, instr: Instr, site: int) -> None:
    frame.go(instr.args[0])


def br(frame: Frame, instr: Instr, site: int) -> None:
    condition, yes, no = instr.args
    step = frame.steps.get(frame.block)
    if step is None:
        frame.go_if(frame.get(condition), yes, no)
        return
    frame.bits.record(frame.get(condition))
    arithmetic.step_if(frame, step, condition, yes == step.block)
    frame.go(no if yes == step.block else yes)


def ret(frame: Frame, instr: Instr, site: int) -> None:
    if frame.rooted:
        frame.lines.append(f"  store ptr %root0, ptr %roots.top, {ALIAS['ctx']}")
    if frame.is_profiled:
        frame.lines.append(profiling.LEFT)
    type = frame.result
    result = frame.emit(f"insertvalue {type} poison, i64 {frame.fuel}, 0")
    for position, register in enumerate(instr.args, 1):
        result = frame.emit(f"insertvalue {type} {result}, {frame.types[register]} {frame.get(register)}, {position}")
    if frame.bits.is_on:
        result = frame.emit(f"insertvalue {type} {result}, ptr {frame.bits.place()}, {len(instr.args) + 1}")
    frame.lines.append(f"  ret {type} {result}")


def unreachable(frame: Frame, instr: Instr, site: int) -> None:
    frame.lines.append("  unreachable")


def raise_(frame: Frame, instr: Instr, site: int) -> None:
    frame.jump(frame.fault_block(instr, "705", site))


def raise_any(frame: Frame, instr: Instr, site: int) -> None:
    frame.store_ctx("raised", "i64", frame.get(instr.args[0]))
    raise_(frame, instr, site)


def fault(frame: Frame, instr: Instr, site: int) -> None:
    frame.jump(frame.fault_block(instr, str(int(instr.args[0][1:])), site))


def profile_at(frame: Frame, instr: Instr, site: int) -> None:
    """Look at the flag that asks for a sample, and say that this segment begins. Where another thread writes, loads are atomic and stay where they are."""
    if not frame.is_profiled:
        return
    segment = frame.segments[instr.args[0]]
    place = frame.emit(f"getelementptr inbounds i8, ptr %ctx, i64 {CTX['profile_flag']}")
    asked = frame.emit(f"icmp ne i32 {frame.emit(f'load atomic volatile i32, ptr {place} monotonic, align 4')}, 0")
    slow, on = frame.fresh_label("sample"), frame.fresh_label("ok")
    frame.branch(asked, slow, on, UNLIKELY)
    with frame.out_of_line(slow):
        frame.lines.append(f"  call void @bell_profile_sample(ptr %ctx, i1 zeroext {'true' if segment.is_entry else 'false'})")
        frame.jump(on)
    frame.begin(on)
    frame.store_ctx("profile_segment", "i32", str(instr.args[0]))
    if segment.is_entry:
        frame.first_segment = instr.args[0]
    elif segment.may_call:
        frame.lines.append(f"  store i32 {instr.args[0]}, ptr %profile.segment")


RULES: Final[dict[str, Rule]] = {
    **arithmetic.RULES,
    **containers.RULES,
    **anys.RULES,
    **traces.RULES,
    "const.int": const_int,
    "const.float": const_float,
    "const.bool": const_bool,
    "const.none": const_none,
    "const.absent": const_absent,
    "move": move,
    "select": select,
    "fuel": fuel,
    "jump": jump,
    "br": br,
    "ret": ret,
    "unreachable": unreachable,
    "raise": raise_,
    "raise.any": raise_any,
    "fault": fault,
    "profile.at": profile_at,
}


class ModuleEmitter:
    """Emits the functions of one module and gathers the runtime functions they call."""

    def __init__(self, module: Module, tables: Tables, roots: Mapping[str, Sequence[int]]) -> None:
        self.module = module
        self.tables = tables
        self.roots = roots
        self.sites = number_sites(module)[1]
        self.symbols = {name: f"f{index}" for index, name in enumerate(module.functions)}
        self.records_branches = module.traces is not None and module.traces.level == "branches"
        self.results = {name: result_type(function, self.records_branches) for name, function in module.functions.items()}
        self.called: dict[str, Op] = {}
        self.calling: set[str] = set()
        self.has_nested_loops = False
        self.calls_values = False
        self.recursive = recursive_functions(module)

    def functions(self, function: Function) -> list[str]:
        """The function; a small one that calls itself directly is unrolled once: it calls a copy of itself that is always inlined and calls it."""
        symbol = self.symbols[function.name]
        if not self.is_unrolled(function):
            attributes = f"{ATTRIBUTES} noinline" if function.name in self.recursive else ATTRIBUTES
            return [self.function(function, symbol, symbol, attributes)]
        inner = symbol + ".inner"
        return [
            self.function(function, symbol, inner, f"{ATTRIBUTES} noinline"),
            self.function(function, inner, symbol, f"{ATTRIBUTES} alwaysinline"),
        ]

    def is_unrolled(self, function: Function) -> bool:
        instrs = [instr for block in function.blocks for instr in block.instrs]
        calls = sum(instr.op.name == "call" and instr.args[0] == function.name for instr in instrs)
        return 0 < calls <= UNROLLED_CALLS_MAX and len(instrs) <= UNROLLED_INSTRS_MAX

    def function(self, function: Function, symbol: str, itself: str, attributes: str) -> str:
        frame = Frame(function, symbol, self.roots[function.name])
        frame.attributes = attributes
        if self.records_branches:
            frame.bits.start()
        frame.is_profiled = self.module.segments is not None
        frame.segments = self.module.segments or ()
        loops = frame.loops.values()
        self.has_nested_loops = self.has_nested_loops or any(inner.blocks < outer.blocks for outer in loops for inner in loops)
        frame.itself = itself
        rules, sites = RULES, self.sites
        frame.steps = conditional_steps(function, frame.order, frame.loops, sites)
        skipped = {step.block for step in frame.steps.values()}
        for block in frame.order:
            if block in skipped:
                continue
            frame.begin_block(block)
            guarded, handler = function.blocks[block].guarded, function.blocks[block].handler
            for instr in function.blocks[block].instrs:
                name = instr.op.name
                frame.handler = handler if instr is guarded and can_raise(instr) else -1
                if name == "guard":
                    if guarded is None or guarded.op not in ENDING:
                        frame.go(instr.args[0])
                    continue
                if may_call(function, instr):  # one of several ways here may put the word elsewhere
                    frame.bits.settle()
                rule = rules.get(name)
                if rule is not None:
                    rule(frame, instr, sites.get(id(instr), 0))
                elif name == "call":
                    self.call(frame, instr, sites[id(instr)])
                elif name == "any.call":
                    self.any_call(frame, instr, sites[id(instr)])
                elif name == "any.call_method":
                    self.any_call_method(frame, instr, sites[id(instr)])
                elif name == "any.call_spread":
                    words = ", ".join(f"i64 {frame.get(register)}" for register in instr.args)
                    self.finish_call(
                        frame, instr, sites[id(instr)], *self.bound_call(frame, instr, sites[id(instr)], f"_spread(ptr %ctx, {words})")
                    )
                elif name == "any.to" and anys.is_told(instr.args[1]):
                    self.called[name] = instr.op
                    anys.any_to(frame, instr, sites[id(instr)], self.tables.type_index[instr.args[1]])
                elif name == "const.str":
                    self.const_str(frame, instr)
                elif instr.op.is_inline:
                    raise bell_error("E1201", detail=f"no native code for the op {name}")
                else:
                    self.runtime(frame, instr, sites.get(id(instr), 0))
        return frame.text()

    def const_str(self, frame: Frame, instr: Instr) -> None:
        register, text = instr.results[0], instr.args[0]
        if len(text) == 1 and not frame.slotted[register]:
            frame.codes[register] = str(ord(text))
        frame.set(register, self.pooled(frame, text))

    def pooled(self, frame: Frame, text: str) -> str:
        """The string of the pool."""
        pool = frame.ctx_field("strings", "ptr", f", {INVARIANT}")
        place = frame.emit(f"getelementptr inbounds i64, ptr {pool}, i64 {self.tables.string_index[text]}")
        return frame.emit(f"load i64, ptr {place}, {ALIAS['ctx']}, {INVARIANT}")

    def call(self, frame: Frame, instr: Instr, site: int) -> None:
        name, *registers = instr.args
        depth = self.deeper(frame, instr, site)
        passed = "".join(f", {frame.types[register]} {frame.get(register)}" for register in registers)
        type = self.results[name]
        symbol = frame.itself if name == frame.function.name else self.symbols[name]
        pack = self.native_call(frame, f"{type} @{symbol}", depth, passed)
        frame.check_call(frame.emit(f"extractvalue {type} {pack}, 0"), site)
        for position, register in enumerate(instr.results, 1):
            frame.let(register, f"extractvalue {type} {pack}, {position}")

    def deeper(self, frame: Frame, instr: Instr, site: int) -> str:
        """The calls that may still be nested below a call. Where state lasts the least of them is noted: a call that is not the deepest so far costs no more than the limit alone."""
        if self.module.variables is None:
            frame.check(frame.emit("icmp eq i64 %depth, 0"), instr, 804, site)
        else:
            deepest = frame.emit(f"icmp sle i64 %depth, {frame.ctx_field('depth_least', 'i64')}")
            note, noted, on = (frame.fresh_label(stem) for stem in ("deepest", "noted", "on"))
            frame.branch(deepest, note, on, UNLIKELY)
            with frame.out_of_line(note):
                frame.branch(frame.emit("icmp eq i64 %depth, 0"), frame.fault_block(instr, "804", site), noted, UNLIKELY)
                frame.begin(noted)
                frame.store_ctx("depth_least", "i64", frame.emit("add nsw i64 %depth, -1"))
                frame.jump(on)
            frame.begin(on)
        return frame.emit("add nsw i64 %depth, -1")

    def native_call(self, frame: Frame, callee: str, depth: str, passed: str) -> str:
        """What a call of guest code gives: ``callee`` is its type and address."""
        words = f"i64 {depth}, i64 {frame.fuel}" + (f", ptr {frame.bits.place()}" if self.records_branches else "")
        pack = frame.emit(f"call fastcc {callee}(ptr swiftself %ctx, {words}{passed})")
        if self.records_branches:
            type = callee[: callee.rindex("}") + 1]
            frame.bits.take(frame.emit(f"extractvalue {type} {pack}, {type.count(',')}"))
        return pack

    def any_call(self, frame: Frame, instr: Instr, site: int) -> None:
        """A call of a function object: straight to its entry where the arguments are its parameters, else to what the runtime binds them to."""
        names, function, *registers = instr.args
        callee, arguments = frame.get(function), [frame.get(register) for register in registers]
        frame.words_max = max(frame.words_max, len(arguments), 1)
        places = [frame.emit(f"getelementptr inbounds i64, ptr %words, i64 {index}") for index in range(len(arguments))]
        stores = [f"  store i64 {word}, ptr {place}" for word, place in zip(arguments, places, strict=True)]
        text = f"(ptr %ctx, i64 {callee}, i64 {self.pooled(frame, names) if names else 0}, ptr %words, i64 {len(arguments)})"
        if names:
            frame.lines += stores
            self.finish_call(frame, instr, site, *self.bound_call(frame, instr, site, text))
            return
        look, known, direct, bind, on = (frame.fresh_label(stem) for stem in ("look", "known", "direct", "bind", "called"))
        low = frame.emit(f"and i64 {callee}, 15")
        frame.branch(frame.emit(f"icmp eq i64 {low}, 0"), look, bind, LIKELY)
        frame.begin(look)
        head = frame.emit(f"load i64, ptr {frame.at(callee)}")
        kind = frame.emit(f"and i64 {head}, {0xFFFF00FF}")
        frame.branch(frame.emit(f"icmp eq i64 {kind}, {CONSTANTS['BELL_FUNCTION']}"), known, bind, LIKELY)
        frame.begin(known)
        signature = frame.emit(f"load i64, ptr {frame.at(callee, FUNCTION['signature'])}")
        row = frame.emit(f"getelementptr inbounds {{ ptr, i64 }}, ptr @bell.callees, i64 {signature}")
        count = frame.emit(f"load i64, ptr {frame.emit(f'getelementptr inbounds i8, ptr {row}, i64 8')}")
        frame.branch(frame.emit(f"icmp eq i64 {count}, {len(arguments)}"), direct, bind, LIKELY)
        fuel = frame.fuel
        with frame.out_of_line(bind):
            frame.lines += stores
            slow_result, slow_fuel = self.bound_call(frame, instr, site, text)
            slow = frame.label
            frame.jump(on)
        frame.fuel = fuel
        frame.begin(direct)
        entry = frame.emit(f"load ptr, ptr {row}")
        passed = "".join(f", i64 {word}" for word in (callee, *arguments))
        result, left = self.indirect_call(frame, instr, site, entry, passed)
        fast = frame.label
        frame.jump(on)
        frame.begin(on)
        left = frame.emit(f"phi i64 [ {left}, %{fast} ], [ {slow_fuel}, %{slow} ]")
        self.finish_call(frame, instr, site, frame.emit(f"phi i64 [ {result}, %{fast} ], [ {slow_result}, %{slow} ]"), left)

    def any_call_method(self, frame: Frame, instr: Instr, site: int) -> None:
        name, names, receiver, *registers = instr.args
        frame.words_max = max(frame.words_max, len(registers), 1)
        for index, register in enumerate(registers):
            place = frame.emit(f"getelementptr inbounds i64, ptr %words, i64 {index}")
            frame.lines.append(f"  store i64 {frame.get(register)}, ptr {place}")
        taken = f"i64 {frame.get(receiver)}, i64 {self.pooled(frame, name)}, i64 {self.pooled(frame, names)}"
        text = f"_method(ptr %ctx, {taken}, ptr %words, i64 {len(registers)})"
        self.finish_call(frame, instr, site, *self.bound_call(frame, instr, site, text))

    def indirect_call(self, frame: Frame, instr: Instr, site: int, entry: str, passed: str) -> tuple[str, str]:
        """The result and the fuel of a call of what gives one word."""
        depth = self.deeper(frame, instr, site)
        type = self.word_result
        pack = self.native_call(frame, f"{type} {entry}", depth, passed)
        return frame.emit(f"extractvalue {type} {pack}, 1"), frame.emit(f"extractvalue {type} {pack}, 0")

    def bound_call(self, frame: Frame, instr: Instr, site: int, text: str) -> tuple[str, str]:
        """The result and the fuel of a call whose arguments the runtime binds, by ``bell_call_bind`` and this rest of its name and operands."""
        self.calls_values = True
        frame.spill_fuel()
        frame.bits.spill()
        frame.store_ctx("depth_left", "i64", "%depth")
        bound = frame.emit(f"call i64 @bell_call_bind{text}")
        frame.reload_fuel()
        frame.bits.reload(may_be_full=True)
        frame.check_calls(instr, site)
        words = frame.ctx_field("call_words", "ptr", f", {INVARIANT}")
        done, thunk, on = (frame.fresh_label(stem) for stem in ("done", "thunk", "bound"))
        frame.branch(frame.emit(f"icmp slt i64 {bound}, 0"), done, thunk)
        fuel = frame.fuel
        frame.begin(thunk)
        place = frame.emit(f"getelementptr inbounds ptr, ptr @bell.thunks, i64 {bound}")
        called, left = self.indirect_call(frame, instr, site, frame.emit(f"load ptr, ptr {place}"), f", ptr {words}")
        called_in = frame.label
        frame.jump(on)
        frame.begin(done)
        made = frame.emit(f"load i64, ptr {words}")
        frame.jump(on)
        frame.begin(on)
        result = frame.emit(f"phi i64 [ {called}, %{called_in} ], [ {made}, %{done} ]")
        return result, frame.emit(f"phi i64 [ {left}, %{called_in} ], [ {fuel}, %{done} ]")

    def finish_call(self, frame: Frame, instr: Instr, site: int, result: str, left: str) -> None:
        frame.check_call(left, site)
        frame.set(instr.results[0], result)

    @property
    def word_result(self) -> str:
        """What a function returns that gives one word."""
        return "{ i64, i64, ptr }" if self.records_branches else "{ i64, i64 }"

    def thunk(self, index: int, signature: Signature) -> str:
        """``bell.thunk.N``, an entry that takes its arguments from words: what a call whose arguments were bound goes to."""
        type, passed = self.word_result, ", ptr %bits" * self.records_branches
        params = f"ptr swiftself %ctx, i64 %depth, i64 %fuel{passed}, ptr %words"
        lines = [f"define internal fastcc {type} @bell.thunk.{index}({params}) noinline {ATTRIBUTES} {{"]
        for place in range(1 + len(signature.params)):
            lines.append(f"  %p{place} = getelementptr inbounds i64, ptr %words, i64 {place}")
            lines.append(f"  %a{place} = load i64, ptr %p{place}")
            passed += f", i64 %a{place}"
        call = f"call fastcc {type} @{self.symbols[signature.entry]}(ptr swiftself %ctx, i64 %depth, i64 %fuel{passed})"
        return "\n".join([*lines, f"  %pack = {call}", f"  ret {type} %pack", "}", ""])

    def callees(self) -> list[str]:
        """What function objects are called through: per signature its entry and how many arguments it takes as they are, and its thunk."""
        signatures = list(self.module.signatures.values())
        if not signatures:  # all that is called is built in
            nothing = ["@bell.callees = internal constant [1 x { ptr, i64 }] [{ ptr, i64 } { ptr null, i64 -1 }]"]
            return [*nothing, "@bell.thunks = internal constant [1 x ptr] zeroinitializer\n"] if self.calls_values else []
        rows = ", ".join(f"{{ ptr, i64 }} {{ ptr @{self.symbols[one.entry]}, i64 {one.plain_count} }}" for one in signatures)
        thunks = ", ".join(f"ptr @bell.thunk.{index}" for index in range(len(signatures)))
        count = len(signatures)
        return [
            *(self.thunk(index, signature) for index, signature in enumerate(signatures)),
            f"@bell.callees = internal constant [{count} x {{ ptr, i64 }}] [{rows}]",
            f"@bell.thunks = internal constant [{count} x ptr] [{thunks}]\n",
        ]

    def runtime(self, frame: Frame, instr: Instr, site: int) -> None:
        """Call the op's C function (``ops.c_prototype``)."""
        op = instr.op
        self.called[op.name] = op
        arguments = ["ptr %ctx"]
        for position, notation in enumerate(op.operands):
            if notation.endswith("..."):
                words = [frame.word(register) for register in instr.args[position:]]
                frame.words_max = max(frame.words_max, len(words), 1)
                for index, word in enumerate(words):
                    place = frame.emit(f"getelementptr inbounds i64, ptr %words, i64 {index}")
                    frame.lines.append(f"  store i64 {word}, ptr {place}")
                arguments += ["ptr %words", f"i64 {len(words)}"]
            else:
                arguments.append(self.argument(frame, notation, instr.args[position]))
        flags = op.flags
        calls = may_call(frame.function, instr)
        if calls:
            self.calling.add(op.name)
        charges = "charges" in flags or "io" in flags or calls
        if charges:
            frame.spill_fuel()
        if calls:
            frame.bits.spill()
        if calls or op.name == "host.call":  # the host may ask how deep it is
            frame.store_ctx("depth_left", "i64", "%depth")
        result = LLVM_OF_C[c_type(op.result)]
        text = f"call {result} @{op.c_name}({', '.join(arguments)})"
        value = ""
        if result == "void":
            frame.lines.append(f"  {text}")
        else:
            value = frame.emit(text)
        if charges:
            frame.reload_fuel()
        if calls:
            frame.bits.reload(may_be_full=True)
            frame.check_calls(instr, site)
        elif op.faults or charges or "allocates" in flags:
            frame.check_runtime(instr, site)
        if instr.results:
            register = instr.results[0]
            if result == "double":
                frame.set(register, value)
            else:
                frame.from_word(register, value)

    def argument(self, frame: Frame, notation: str, value: object) -> str:
        if notation == "#type":
            assert isinstance(value, Type)
            return f"i32 {self.tables.type_index[value]}"
        if notation == "#float":
            assert isinstance(value, float)
            return f"double {llvm_float(value)}"
        if notation == "#str":
            assert isinstance(value, str)
            return f"i64 {self.pooled(frame, value)}"
        assert isinstance(value, int)
        if notation.startswith("#"):
            return f"i64 {int(value)}"
        return f"double {frame.get(value)}" if c_type(notation) == "double" else f"i64 {frame.word(value)}"

    def entry(self, index: int, function: Function) -> str:
        """``void bell.entry.N(ctx, words)``, a ``bell_native_fn``: takes parameters from the words and leaves results there."""
        lines = [
            f"define internal void @bell.entry.{index}(ptr noalias captures(none) %ctx, ptr noalias captures(none) %words) {ATTRIBUTES} {{",
            f"  %fuel.place = getelementptr inbounds i8, ptr %ctx, i64 {CTX['fuel']}",
            f"  %depth.place = getelementptr inbounds i8, ptr %ctx, i64 {CTX['depth_left']}",
            "  %fuel = load i64, ptr %fuel.place",
            "  %depth = load i64, ptr %depth.place",
        ]
        arguments = ["ptr swiftself %ctx", "i64 %depth", "i64 %fuel"]
        if self.records_branches:
            lines.append("  %bits = call ptr @bell_mark_begin(ptr %ctx)")
            arguments.append("ptr %bits")
        for position, register in enumerate(function.params):
            type = llvm_type(function.registers[register].type)
            lines.append(f"  %p{position} = getelementptr inbounds i64, ptr %words, i64 {position}")
            lines.append(f"  %w{position} = load {'i64' if type == 'i1' else type}, ptr %p{position}")
            if type == "i1":
                lines.append(f"  %a{position} = trunc i64 %w{position} to i1")
            arguments.append(f"{type} %{'a' if type == 'i1' else 'w'}{position}")
        type = self.results[function.name]
        lines += [
            f"  %pack = call fastcc {type} @{self.symbols[function.name]}({', '.join(arguments)})",
            f"  %left = extractvalue {type} %pack, 0",
            "  %failed = icmp slt i64 %left, 0",
            "  br i1 %failed, label %fault, label %done",
            "done:",
            "  store i64 %left, ptr %fuel.place",
        ]
        if self.records_branches:
            lines.append(f"  %bits.left = extractvalue {type} %pack, {len(function.results) + 1}")
            lines.append(f"  %bits.place = getelementptr inbounds i8, ptr %ctx, i64 {CTX['trace_at']}")
            lines.append("  store ptr %bits.left, ptr %bits.place")
        for position, result in enumerate(function.results):
            kind = llvm_type(result)
            lines.append(f"  %r{position} = extractvalue {type} %pack, {position + 1}")
            if kind == "i1":
                lines.append(f"  %z{position} = zext i1 %r{position} to i64")
            lines.append(f"  %q{position} = getelementptr inbounds i64, ptr %words, i64 {position}")
            stored = f"i64 %z{position}" if kind == "i1" else f"{kind} %r{position}"
            lines.append(f"  store {stored}, ptr %q{position}")
        end = ["  call void @bell_mark_full(ptr %ctx)"] * self.records_branches + ["  ret void"]
        return "\n".join([*lines, *end, "fault:", *end, "}", ""])

    def text(self) -> str:
        functions = [text for function in self.module.functions.values() for text in self.functions(function)]
        entries = [self.entry(index, function) for index, function in enumerate(self.module.functions.values())]
        declared = [declaration(op, op.name in self.calling) for op in {**ALWAYS, **self.called}.values()]
        count = len(entries)
        places = ", ".join(f"ptr @bell.entry.{index}" for index in range(count))
        table = f"@{ENTRIES} = constant [{count} x ptr] [{places}]\n"
        helpers = [text for name, text in HELPERS.items() if any(name in text for text in (*functions, *entries))]
        text = "\n".join([PRELUDE, *helpers, *declared, "", *functions, *entries, *self.callees(), table, definitions()])
        lines = text.count("\n")
        if lines >= QUICK_LINES_MIN:
            return QUICK + text
        return THOROUGH + text if self.has_nested_loops and lines <= THOROUGH_LINES_MAX else text


def recursive_functions(module: Module) -> set[str]:
    """The functions that can call themselves, directly or through others."""
    callees = {
        name: {instr.args[0] for block in function.blocks for instr in block.instrs if instr.op.name == "call"}
        for name, function in module.functions.items()
    }
    found = set()
    for name in callees:
        seen: set[str] = set()
        pending = list(callees[name])
        while pending:
            callee = pending.pop()
            if callee not in seen:
                seen.add(callee)
                pending += callees[callee]
        if name in seen:
            found.add(name)
    return found


def declaration(op: Op, calls: bool = False) -> str:
    """The LLVM declaration of a runtime op, with what it is known not to do to memory."""
    arguments = ["ptr captures(none)"]
    for notation in op.operands:
        if notation.endswith("..."):
            arguments += ["ptr readonly captures(none)", "i64"]
        elif notation == "#type":
            arguments.append("i32")
        else:
            arguments.append(LLVM_OF_C[c_type(notation)])
    numeric = all(notation in NUMBERS for notation in (*op.operands, op.result))
    if calls or "calls" in op.flags:
        group = "#5"
    elif numeric and op.flags == {"pure"}:
        group = "#2" if op.faults else "#1"
    elif op.flags <= {"pure", "reads", "charges", "compares"}:
        group = "#3"
    else:
        group = "#0"
    return f"declare {LLVM_OF_C[c_type(op.result)]} @{op.c_name}({', '.join(arguments)}) {group}"


ALWAYS: Final = {
    name: OPS[name]
    for name in (
        "int.truediv",
        "str.from_code",
        "str.eq",
        "str.ne",
        "dict.walk",
        "dict.key_at",
        "dict.value_at",
        "any.binary",
        "any.in_place",
        "any.compare",
        "any.eq",
        *(f"intfloat.{n}" for n in ("eq", "ne", "lt", "le", "gt", "ge")),
    )
}
"""Runtime ops that inline code falls back to."""

PRELUDE: Final = (
    arithmetic.INTRINSICS
    + containers.DECLARATIONS
    + f"""\
; runtime functions (#5: those that call guest functions): any effect / none / only on the context / read the heap, write the context
attributes #0 = {{ nounwind nofree willreturn nocallback }}
attributes #1 = {{ nounwind nofree willreturn nocallback nosync memory(none) }}
attributes #2 = {{ nounwind nofree willreturn nocallback memory(argmem: readwrite) }}
attributes #3 = {{ nounwind nofree willreturn nocallback memory(read, argmem: readwrite, inaccessiblemem: readwrite) }}
attributes #4 = {{ nounwind nofree nocallback cold noinline memory(argmem: readwrite, inaccessiblemem: readwrite) }}
attributes #5 = {{ nounwind }}
; guest code: no frame pointer and no aligned stack, so that unwind tables give the size of each frame
attributes {ATTRIBUTES} = {{ nounwind uwtable "frame-pointer"="none" "no-realign-stack" }}

declare zeroext i1 @bell_fuel_slice(ptr captures(none)) #4
declare i64 @bell_call_bind(ptr, i64, i64, ptr, i64) #5
declare i64 @bell_call_bind_method(ptr, i64, i64, i64, ptr, i64) #5
declare i64 @bell_call_bind_spread(ptr, i64, i64, i64) #5
declare i64 @bell_exc_caught(ptr captures(none)) #5

define internal preserve_mostcc i64 @bell.slice(ptr noalias captures(none) %ctx, i64 %fuel, i64 %depth) #4 {ATTRIBUTES} {{
  %place = getelementptr inbounds i8, ptr %ctx, i64 {CTX["fuel"]}
  store i64 %fuel, ptr %place
  %deep = getelementptr inbounds i8, ptr %ctx, i64 {CTX["depth_left"]} ; for who asks how deep it is
  store i64 %depth, ptr %deep
  %granted = call zeroext i1 @bell_fuel_slice(ptr %ctx)
  %slice = load i64, ptr %place
  %result = select i1 %granted, i64 %slice, i64 -1
  ret i64 %result
}}
"""
)

UNWIND: Final = f"""\
define internal void @bell.unwind(ptr noalias captures(none) %ctx, i32 %site) noinline cold {ATTRIBUTES} {{
  %place = getelementptr inbounds i8, ptr %ctx, i64 {CTX["unwind_count"]}
  %count = load i32, ptr %place
  %more = add i32 %count, 1
  store i32 %more, ptr %place
  %room = icmp ult i32 %count, {CONSTANTS["BELL_UNWIND_MAX"]}
  br i1 %room, label %record, label %done
record:
  %first = getelementptr inbounds i8, ptr %ctx, i64 {CTX["unwind_sites"]}
  %slot = getelementptr inbounds i32, ptr %first, i32 %count
  store i32 %site, ptr %slot
  br label %done
done:
  ret void
}}
"""

HELPERS: Final = {
    "@bell.unwind(": UNWIND,
    "@bell.wide_code(": containers.WIDE_CODE,
    "@bell_mark_": traces.DECLARATIONS,
    "@bell_mark_begin(": traces.MARK_FULL,
    "@bell.mark_run(": traces.MARK_RUN,
    "@bell_profile_sample(": profiling.DECLARATION,
}
"""Functions of LLVM text for those modules that call them."""


def emit_module(module: Module, tables: Tables, roots: Mapping[str, Sequence[int]]) -> str:
    """The module as LLVM text. ``module`` is verified and has had its ``fuel`` ops placed; ``roots`` are the rooted registers of each function, in
    the order of their slots."""
    return ModuleEmitter(module, tables, roots).text()
