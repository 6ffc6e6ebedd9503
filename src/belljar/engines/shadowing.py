"""A run with the dependences of every value: the reference engine, watched.

Each register has the dependence of the value in it, and the innermost region (:mod:`belljar.ir.control`) that was open when it was assigned. While that region is open, nothing is said of the branch that
opened it: whoever reads the register runs because of the same branch. Once it is closed the branch belongs to the value. So an index that counts up in a loop depends on nothing within the loop, and what
it wrote where is known; after the loop it depends on the loop's conditions.

Where a region is closed whose condition is tainted, its other ways could have been gone: each register that something in the region assigns, and each object it may write to
(:mod:`belljar.ir.writes`), depends on the condition from then on, whether it was assigned or not. That is what makes the law true: *change an input that the value does not depend on, and the value
stays*. It holds of changes with which the call still comes to its end; what could have ended it with an error before is in ``checks``.

A fault that leads to a handler is a branch as well: an op, or a call, that has a handler opens a region on its operands.
"""

from __future__ import annotations

from belljar.engines.dependences import CONTAINERS, Dependences, Event
from belljar.engines.heap_dependences import HeapDependences, shown, variable_of, whole_of
from belljar.engines.shadow_ops import READS, WRITES, read_all, write_all
from belljar.ir.control import Regions
from belljar.ir.exceptions import GUARD
from belljar.ir.function import Function, Instr, Module
from belljar.ir.guest import assemble
from belljar.ir.writes import GLOBAL, REG, Writes, kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final

    from belljar.engines.reference import _Execution, _Frame
    from belljar.ir.reaching import Reaching
    from belljar.ir.writes import Effect

NOWHERE_TO_END: Final = -2
"""The end of the region of a branch that leaves the function by an exception."""


class Region:
    """A branch that was taken and whose end was not reached. ``own`` is its condition, each time it was evaluated, ``around`` that with all that is around it; ``outer`` is the region it is in, and
    ``merged`` the one that goes on for it."""

    __slots__ = ("around", "block", "end", "is_open", "merged", "outer", "own")

    def __init__(self, block: int, end: int, own: int, around: int, outer: Region | None) -> None:
        self.block = block
        self.end = end
        self.own = own
        self.around = around
        self.outer = outer
        self.is_open = True
        self.merged: Region | None = None


class FrameShadow:
    """The dependences of one call. ``around`` is what the call was made because of; ``checks`` what could have ended it with an exception so far; ``is_guarded`` whether somebody would have caught that."""

    __slots__ = (
        "args",
        "around",
        "checks",
        "data",
        "dependence",
        "depth",
        "invoked",
        "is_guarded",
        "places",
        "regions",
        "returned",
        "static",
        "touched",
    )

    def __init__(self, static: Static, around: int, is_guarded: bool, depth: int) -> None:
        registers = len(static.regions.function.registers)
        self.static = static
        self.data = [0] * registers
        self.places: list[Region | None] = [None] * registers
        self.regions: list[Region] = []
        self.around = around
        self.is_guarded = is_guarded
        self.depth = depth
        self.checks = 0
        self.args: list[Any] = []
        """The operands of the instruction under way."""
        self.dependence = 0
        """Of what the instruction under way gives, or could end with."""
        self.invoked = 0
        """Of what functions gave that the op under way called."""
        self.touched: dict[int, int] = {}
        """When a register was last one that could have been assigned: how many nodes there were."""
        self.returned: tuple[int, ...] = ()
        """Of the results of the call that is just over."""


class Static:
    """What is known of a function without running it."""

    __slots__ = ("_comes", "_effects", "_writes", "cells", "checked", "regions")

    def __init__(self, function: Function, writes: Writes) -> None:
        self.cells: Final = cells_of(function, writes.module)
        self.regions: Final = Regions(function)
        self._writes: Final = writes
        self._effects: dict[int, frozenset[Effect]] = {}
        self._comes: dict[tuple[int, str, int], bool] = {}
        self.checked: dict[int, str] = {}

    def effects(self, branch: int) -> frozenset[Effect]:
        """What the region of a branch may write."""
        found = self._effects.get(branch)
        if found is None:
            found = self._effects[branch] = self._writes.of_region(self.regions.function, self.regions.blocks(branch))
        return found

    def comes_to(self, branch: int, place: Reaching) -> bool:
        """Whether the region of a branch may come to a place."""
        key = branch, place.name, place.line
        found = self._comes.get(key)
        if found is None:
            found = self._comes[key] = place.is_reached(self.regions.function, self.regions.blocks(branch))
        return found

    def check(self, branch: int) -> str:
        """Whether a way of a branch leads to an exception and no further: ``raise`` where the program raises it, ``fault`` where it is one of an op, ``""``."""
        found = self.checked.get(branch)
        if found is None:
            live, flow, blocks = self.regions.is_live, self.regions.flow, self.regions.function.blocks
            found = ""
            seen: set[int] = set()
            waiting = [target for target in flow.successors[branch] if not live[target]]
            while waiting:
                block = waiting.pop()
                if block not in seen:
                    seen.add(block)
                    waiting.extend(flow.successors[block])
                    name = blocks[block].terminator.op.name
                    found = "raise" if name.startswith("raise") or found == "raise" else "fault"
            self.checked[branch] = found
        return found


class Followed:
    """A module whose runs are followed, with what is known of it without running it, found out as it is asked for."""

    def __init__(self, module: Module) -> None:
        self.module: Final = module
        self.writes: Final = Writes(module)
        self.variables: Final = {slot: row for row in (module.variables or module.names).values() for slot in row.slots}
        """By slot: the names of the module level."""
        self._statics: dict[str, Static] = {}
        self._constants: dict[int, str] = {}

    def constant(self, function: Function, instr: Instr) -> str:
        """The name that stands where a constant is, that of one of the module level; ``""`` for none."""
        found = self._constants.get(id(instr))
        if found is None:
            span, source = instr.span, self.module.source
            text = (
                source.line(span.line)[span.column - 1 : span.end_column - 1] if source is not None and span.line == span.end_line else ""
            )
            is_name = text.isidentifier() and not any(register.name == text for register in function.registers)
            found = self._constants[id(instr)] = text if is_name else ""
        return found

    def static(self, function: Function) -> Static:
        found = self._statics.get(function.name)
        if found is None:
            found = self._statics[function.name] = Static(function, self.writes)
        return found


def cells_of(function: Function, module: Module) -> frozenset[int]:
    """The registers that hold the cell of a variable, which functions within share: a list of its one value. Who reads or assigns the variable does so where its name stands."""
    found = set()
    source = module.source
    for block in function.blocks:
        for instr in block.instrs:
            span = instr.span
            if instr.op.name in ("list.append", "list.get.nc") and span.line and span.line == span.end_line and source is not None:
                name = function.registers[instr.args[0]].name
                if name and source.line(span.line)[span.column - 1 : span.end_column - 1] == name:
                    found.add(instr.args[0])
    return frozenset(found)


class Shadowing:
    """Watches an instance of the reference engine: the module level, and one call or one after another. ``task`` is the function that is called next; ``named`` says what its parameters are known by.

    Afterwards ``last`` is the frame of the last call, ``module_level`` that of the module level, ``results`` the dependences of what the call gave, ``checks`` what could have ended it, ``failure`` what it ended
    with, 0 for nothing. ``frames`` has the last frame of each function by its name in the source.

    Where ``place`` is given, ``elsewhere`` is what decided that it was not come to once more; where that is a line, ``found`` are the dependence and the value of the variable ``wanted`` when it was last
    assigned there.
    """

    def __init__(self, followed: Followed, task: str, nodes_max: int, place: Reaching | None = None, wanted: str = "") -> None:
        self.followed: Final = followed
        self.module: Final = followed.module
        self.task = task
        self.named: Callable[[str], str] | None = None
        self.carried: dict[int, int] = {}
        """The module-level variables that arguments of the next call are, by their place."""
        self.graph: Final = Dependences(nodes_max)
        self.heap: Final = HeapDependences(self.graph)
        self.join: Final = self.graph.join
        self.globals: dict[int, int] = {}
        self.last: _Frame | None = None
        self.module_level: _Frame | None = None
        self.results: tuple[int, ...] = ()
        self.checks = 0
        self.failure = 0
        self.host_calls = 0
        self.frames: dict[str, _Frame] = {}
        self.failing: list[_Frame] = []
        """Those that were open when the call ended with an error."""
        self.place: Final = place
        self.wanted: Final = wanted
        self.elsewhere = 0
        self.found: tuple[int, Any] | None = None
        self._fault = 0
        """What led to the handler that begins now."""

    # --- calls ----------------------------------------------------------------------------------------------------------------------

    def entered(self, execution: _Execution, frame: _Frame) -> None:
        function = frame.function
        static = self.followed.static(function)
        self.frames[function.source_name] = frame
        if len(execution.frames) == 1:
            frame.shadow = FrameShadow(static, 0, False, 0)
            if function.name == self.task:
                self.last = frame
            else:
                self.module_level = frame
            self._inputs(frame)
            return
        outer = execution.frames[-2]
        above: FrameShadow = outer.shadow
        instr = outer.instrs[outer.place - 1]
        is_guarded = above.is_guarded or is_handled(outer)
        around = self.around(above)
        name = instr.op.name
        if name == "call":
            frame.shadow = shadow = FrameShadow(static, around, is_guarded, above.depth + 1)
            for register, given in zip(function.params, instr.args[1:], strict=True):
                shadow.data[register] = self.of(above, given)
            return
        callee = 0
        operands = [self.of(above, register) for register in instr.registers_read()]
        if name in ("any.call", "any.call_method", "any.call_spread"):
            callee = operands[0]
            if self.graph.tainted[callee]:  # another function could have been called
                self._may(above, self.followed.writes.dynamic, callee, None)
                if self.place is not None and self.place.is_dynamic:
                    self.elsewhere = self.join(self.elsewhere, callee)
        together = self.join(above.dependence, above.invoked)
        frame.shadow = shadow = FrameShadow(static, self.join(around, callee if callee else together), is_guarded, above.depth + 1)
        plain = name != "any.call_spread" and callee is not None and len(operands) >= len(function.params) - 1
        values = [outer.registers[register] for register in instr.registers_read()]
        for place, register in enumerate(function.params):
            shadow.data[register] = together
            if plain and name in ("any.call", "any.call_method"):
                # by position, from the end: first come the function object and what a method is bound to
                at = len(operands) - (len(function.params) - place)
                if at >= 0 and values[at] is frame.registers[register]:
                    shadow.data[register] = operands[at]

    def _inputs(self, frame: _Frame) -> None:
        """The parameters of a call from outside are inputs."""
        shadow: FrameShadow = frame.shadow
        params = frame.function.params
        described = [(frame.function.registers[register].name, frame.function.registers[register].type) for register in params]
        values = [frame.registers[register] for register in params]
        paths: dict[str, str] = {}
        for place, register in enumerate(params):
            if place in self.carried:
                shadow.data[register] = self.globals.get(self.carried[place], 0)
                continue
            name, type = described[place]
            whole = variable_of(name)
            path = whole if self.named is None else paths.setdefault(whole, self.named(whole))
            shadow.data[register] = self.heap.give(values[place], path, type, whole_of(described, values, place))

    def given(self, slots: Sequence[int], values: Sequence[Any], path: str, whole: Any) -> None:
        """The host set a module-level variable, whose value is ``whole``."""
        for slot, value in zip(slots, values, strict=True):
            self.globals[slot] = self.heap.give(value, path, self.module.globals[slot][1], whole)

    def dropped(self, execution: _Execution, frames: list[_Frame]) -> None:
        if frames and len(execution.frames) > len(frames):
            above: FrameShadow = execution.frames[len(execution.frames) - len(frames) - 1].shadow
            above.invoked = self.join(above.invoked, self._left(frames))

    def caught(self, execution: _Execution, frames: list[_Frame], depth: int) -> None:
        frame = frames[depth - 1]
        shadow: FrameShadow = frame.shadow
        inner = frames[-1]
        instr = inner.instrs[inner.place - 1]
        fault = self._left(frames[depth:]) if len(frames) > depth else self.join(shadow.dependence, shadow.invoked)
        event = None
        if instr.span.line:
            event = Event("raise", instr.span, inner.function.source_name, "", None, self.around(inner.shadow), inner.shadow.depth)
        self._fault = self._node(event, fault)
        self._open(frame, self._fault, None, frame.instrs[-1].args[1])

    def _left(self, frames: Sequence[_Frame]) -> int:
        """What an exception came from that left these frames: the op of the innermost, and what each ran because of."""
        shadow: FrameShadow = frames[-1].shadow
        found = [shadow.dependence, shadow.invoked]
        for frame in frames:
            found += (self.around(frame.shadow), frame.shadow.checks)
        return self.join(*found)

    # --- registers and regions --------------------------------------------------------------------------------------------------------

    def of(self, shadow: FrameShadow, register: int) -> int:
        """The dependence of the value in a register."""
        region = shadow.places[register]
        while region is not None:
            while region.merged is not None:
                region = region.merged
            if region.is_open:
                break
            shadow.data[register] = self.join(shadow.data[register], region.own)
            region = region.outer
        shadow.places[register] = region
        return shadow.data[register]

    def around(self, shadow: FrameShadow) -> int:
        """What runs here runs because of this."""
        return shadow.regions[-1].around if shadow.regions else shadow.around

    def _open(self, frame: _Frame, condition: int, event: Event | None, target: int) -> None:
        """A branch goes to its target: what runs from here to the end of its region does so because of the condition."""
        shadow: FrameShadow = frame.shadow
        regions, static, block = shadow.regions, shadow.static.regions, frame.block
        region: Region | None = None
        for place in range(len(regions) - 1, -1, -1):
            if regions[place].block == block:  # once more round the loop
                region = regions[place]
                inside = [inner.own for inner in regions[place + 1 :]]
                for inner in regions[place + 1 :]:
                    inner.merged = region
                del regions[place + 1 :]
                region.own = self._node(event, condition, region.own, *inside)
                break
        else:
            outer = regions[-1] if regions else None
            end = static.ends[block] if static.is_live[block] else NOWHERE_TO_END
            region = Region(block, end, self._node(event, condition), 0, outer)
            regions.append(region)
        region.around = self.join(region.own, shadow.around if region.outer is None else regions[-2].around)
        if not static.is_live[target]:
            region.end = NOWHERE_TO_END

    def _node(self, event: Event | None, *sources: int) -> int:
        return self.join(*sources) if event is None else self.graph.event(event, *sources)

    def _close(self, frame: _Frame) -> None:
        shadow: FrameShadow = frame.shadow
        region = shadow.regions.pop()
        region.is_open = False
        if self.graph.tainted[region.own]:
            static = shadow.static
            for register in static.regions.assigned(region.block):
                shadow.data[register] = self.join(self.of(shadow, register), region.own)
                shadow.touched[register] = len(self.graph.sources)
            self._may(shadow, static.effects(region.block), region.around, frame)
            if self.place is not None and static.comes_to(region.block, self.place):
                self.elsewhere = self.join(self.elsewhere, region.around)

    def _may(self, shadow: FrameShadow, effects: frozenset[Effect], node: int, frame: _Frame | None) -> None:
        """What could have been written if it had come otherwise."""
        for effect in effects:
            if effect[0] == GLOBAL:
                self.globals[effect[1]] = self.join(self.globals.get(effect[1], 0), node)
            elif effect[0] == REG:
                assert frame is not None
                value = frame.registers[effect[1]]
                if isinstance(value, CONTAINERS):
                    self.heap.may_change(self.heap.of(value, self.of(shadow, effect[1])), effect[2], node)
            else:
                self.heap.may_change_any(effect[1], node)

    # --- instructions -----------------------------------------------------------------------------------------------------------------

    def before(self, execution: _Execution, frame: _Frame, instr: Instr, args: list[Any]) -> None:
        shadow: FrameShadow = frame.shadow
        if frame.place == 1:
            while shadow.regions and shadow.regions[-1].end == frame.block:
                self._close(frame)
        name = instr.op.name
        if name == "br":
            self._branch(frame, instr, bool(args[0]))
        elif name == "guard":
            self._guard(frame)
        elif name == "ret":
            self._return(execution, frame, instr, args)
        elif name not in SILENT:
            shadow.invoked = 0
            if name == "global.get":
                shadow.dependence = self.globals.get(args[0], 0)
            elif name == "exc.current":
                shadow.dependence = self._fault
            elif name == "call":
                shadow.dependence = 0
            elif name.startswith("const."):
                shadow.dependence = self._constant(frame, instr)
            else:
                shadow.args = args
                shadow.dependence = READS.get(name, read_all)(self, shadow, instr, args)
                if shadow.is_guarded and instr.op.faults and not is_handled(frame) and self.graph.tainted[shadow.dependence]:
                    shadow.checks = self.join(shadow.checks, shadow.dependence, self.around(shadow))

    def after(self, execution: _Execution, frame: _Frame, instr: Instr, results: tuple[Any, ...]) -> None:
        shadow: FrameShadow = frame.shadow
        name = instr.op.name
        if name in SILENT or name in BRANCHING:
            return
        region = shadow.regions[-1] if shadow.regions else None
        if name == "global.set":
            self.globals[instr.args[0]] = self.join(self.of(shadow, instr.args[1]), self.around(shadow))
            self._named(execution, frame, instr, self.globals[instr.args[0]])
            return
        if name in CALLING and shadow.returned:
            dependences: Sequence[int] = shadow.returned
            if name != "call":
                dependences = [self.join(shadow.returned[0], self.of(shadow, instr.registers_read()[0]))]
            shadow.returned = ()
        else:
            dependence = self.join(shadow.dependence, shadow.invoked)
            if name == "host.call":
                dependence = self._answer(shadow, instr, results, dependence)
            if name != "call":
                write = WRITES.get(name, write_all if "writes" in instr.op.flags else None)
                if write is not None:
                    write(self, shadow, frame, instr, results)
            dependences = (dependence,) * len(instr.results)
        for register, dependence, value in zip(instr.results, dependences, results):  # noqa: B905
            variable = frame.function.registers[register].name
            if (
                variable
                and instr.span.line
                and is_visible(variable)
                and register not in shadow.static.cells
                and not self._is_definition(instr)
            ):
                before = frame.function.registers[register - 1].name if register else ""
                there = before != f"{variable}?" or frame.registers[register - 1]
                event = Event(
                    "assign",
                    instr.span,
                    frame.function.source_name,
                    variable_of(variable),
                    shown(value) if there else None,
                    self.around(shadow),
                    shadow.depth,
                    self.heap.glimpse(value) if isinstance(value, CONTAINERS) else (),
                )
                dependence = self.graph.event(event, dependence)
                self._assigned(shadow, instr, variable, value if there else None, dependence)
            shadow.data[register] = dependence
            shadow.places[register] = region

    def _constant(self, frame: _Frame, instr: Instr) -> int:
        """What a constant came from: the assignment at the module level, where that is what it is called by."""
        level = self.module_level
        if level is None or level is frame or not instr.span.line:
            return 0
        name = self.followed.constant(frame.function, instr)
        if not name:
            return 0
        registers = [place for place, register in enumerate(level.function.registers) if register.name == name]
        return self.join(*[self.of(level.shadow, register) for register in registers])

    def _is_definition(self, instr: Instr) -> bool:
        """Whether what is assigned is a function, or a class, that is defined here."""
        source = self.module.source
        return source is not None and source.line(instr.span.line)[instr.span.column - 1 :].startswith(("def ", "class ", "@"))

    def _answer(self, shadow: FrameShadow, instr: Instr, results: tuple[Any, ...], asked: int) -> int:
        """What the host answers is an input."""
        self.host_calls += 1
        host = self.module.hosts[instr.args[0]]
        value = results[0] if results else None
        event = Event("host", instr.span, "", f"{host.name}()", shown(value), self.around(shadow), shadow.depth)
        found = self.graph.event(event, asked, self.around(shadow))
        for one in results:
            self.heap.answer(one, found)
        return found

    def _named(self, execution: _Execution, frame: _Frame, instr: Instr, dependence: int) -> None:
        """Note the assignment of a module-level variable."""
        slot = instr.args[0]
        value = frame.registers[instr.args[1]]
        row = self.followed.variables.get(slot)
        others: list[tuple[Any, int]] = []
        if row is None:
            variable = variable_of(self.module.globals[slot][0])
        else:
            is_last = slot == row.slots[-1] and (slot != row.slots[0] or len(row.slots) == 2)
            variable = row.name if is_last and row.type is not None else ""
            if variable and row.type is not None and len(row.slots) > 2:
                others = [(execution.globals[one], self.globals.get(one, 0)) for one in row.slots[1:-1]]
                value = assemble(row.type, iter([execution.globals[one] for one in row.slots[1:]]))
        if instr.span.line and is_visible(variable) and not self._is_definition(instr):
            shadow: FrameShadow = frame.shadow
            event = Event(
                "assign",
                instr.span,
                frame.function.source_name,
                variable,
                shown(value),
                self.around(shadow),
                shadow.depth,
                self.heap.glimpse(value) if isinstance(value, CONTAINERS) else (),
            )
            self.globals[slot] = made = self.graph.event(event, dependence)
            parts = [self.heap.deep(part, one) for part, one in others]
            self._assigned(shadow, instr, variable, value, self.join(made, self.heap.deep(frame.registers[instr.args[1]], made), *parts))

    def _assigned(self, shadow: FrameShadow, instr: Instr, variable: str, value: Any, dependence: int) -> None:
        """Keep what was assigned where it is asked for."""
        if self.place is not None and self.place.line == instr.span.line and variable_of(variable).partition(":")[0] == self.wanted:
            self.found = self.join(self.heap.deep(value, dependence), self.around(shadow)), shown(value)

    def wrote(self, shadow: FrameShadow, frame: _Frame, instr: Instr, what: str, value: Any, dependence: int) -> int:
        """The event of a write to a part of an object, where the program says so."""
        if not instr.span.line:
            return dependence
        event = Event("write", instr.span, frame.function.source_name, what, shown(value), self.around(shadow), shadow.depth)
        return self.graph.event(event, dependence)

    def through(self, reference: int, value: Any) -> None:
        """A write through a reference that could have been another one."""
        if self.graph.tainted[reference]:
            self.heap.may_change_any("record" if not hasattr(value, "type") else kind_of(value.type), reference)

    # --- control ----------------------------------------------------------------------------------------------------------------------

    def _branch(self, frame: _Frame, instr: Instr, value: bool) -> None:
        shadow: FrameShadow = frame.shadow
        condition = self.of(shadow, instr.args[0])
        check = shadow.static.check(frame.block)
        if not condition and not instr.span.line:
            return
        event = None
        if instr.span.line and check != "fault":
            event = Event("branch", instr.span, frame.function.source_name, check, value, self.around(shadow), shadow.depth)
        target = instr.args[1 if value else 2]
        if not check or not shadow.static.regions.is_live[target]:
            self._open(frame, condition, event, target)
        elif self.graph.tainted[condition] and (check == "raise" or shadow.is_guarded):
            # the only other way is an exception: all that follows would follow anyway
            shadow.checks = self.join(shadow.checks, self._node(event, condition), self.around(shadow))

    def _guard(self, frame: _Frame) -> None:
        """What could have gone to the handler did not."""
        shadow: FrameShadow = frame.shadow
        fault = self.join(shadow.dependence, shadow.invoked)
        if self.graph.tainted[fault]:
            self._open(frame, fault, None, frame.instrs[-1].args[0])

    def _return(self, execution: _Execution, frame: _Frame, instr: Instr, args: list[Any]) -> None:
        shadow: FrameShadow = frame.shadow
        own = [region.own for region in shadow.regions]
        found = [self.join(self.of(shadow, register), *own) for register in instr.args]
        if instr.span.line and found and any(found):
            value = args[0] if len(args) == 1 else tuple(args)
            event = Event("return", instr.span, frame.function.source_name, "", shown(value), self.around(shadow), shadow.depth)
            found = [self.graph.event(event, self.join(*found))] * len(found)
        while shadow.regions:
            self._close(frame)
        self.fold(shadow)
        if len(execution.frames) == 1:
            if frame is self.last:
                self.results = tuple(found)
            self.checks = self.join(self.checks, shadow.checks)
            return
        outer = execution.frames[-2]
        above: FrameShadow = outer.shadow
        name = outer.instrs[outer.place - 1].op.name
        if name in CALLING:
            above.returned = tuple(found)
            above.dependence = shadow.checks if name == "call" else self.join(above.dependence, shadow.checks)
        else:
            above.invoked = self.join(above.invoked, *found)
        if not is_handled(outer):
            above.checks = self.join(above.checks, shadow.checks)

    def fold(self, shadow: FrameShadow) -> None:
        """All regions are closed: the branches belong to the values."""
        for register in range(len(shadow.data)):
            self.of(shadow, register)

    def failed(self, execution: _Execution, frames: list[_Frame]) -> None:
        """The call ended with an error that nobody caught: what would have come after it depends on what it came from."""
        self.failing = list(frames)
        self.failure = self._left(frames)
        for frame in reversed(frames):
            shadow: FrameShadow = frame.shadow
            while shadow.regions:
                self._close(frame)
            self.fold(shadow)
            shadow.data = [self.join(dependence, self.failure) for dependence in shadow.data]
        for variable in range(len(self.module.globals)):
            self.globals[variable] = self.join(self.globals.get(variable, 0), self.failure)


def is_handled(frame: _Frame) -> bool:
    """Whether a fault of the instruction under way leads to a handler of its function."""
    return frame.place < len(frame.instrs) and frame.instrs[frame.place].op is GUARD


def is_visible(variable: str) -> bool:
    """Whether a register's name is one that people wrote: the parts of an optional, a cell or what the compiler needs are not."""
    return bool(variable) and not any(sign in variable for sign in "?~:!<")


SILENT: Final = frozenset(
    {
        "jump",
        "fuel",
        "exc.clear",
        "trace.point",
        "trace.word",
        "trace.value",
        "trace.size",
        "trace.free",
        "unreachable",
        "loop.pass",
        "alloc.at",
    }
)
BRANCHING: Final = frozenset({"br", "guard", "ret"})
CALLING: Final = frozenset({"call", "any.call", "any.call_method", "any.call_spread"})
