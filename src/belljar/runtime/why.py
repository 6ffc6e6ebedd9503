"""Where a value of a call came from: the dynamic backward slice.

The call is made again on the reference engine, on the program as it is written, with the dependences of every value (:mod:`belljar.engines.shadowing`). A program is deterministic, so that is the same
call; of a batch any row is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from belljar.engines.dependences import TooManyNodes
from belljar.engines.heap_dependences import shown, variable_of
from belljar.engines.reference import ReferenceEngine
from belljar.engines.shadowing import Followed, Shadowing
from belljar.errors import BellError, bell_error
from belljar.ir.guest import assemble
from belljar.ir.passes import fuel, generators
from belljar.lang.scope import nearest
from belljar.runtime.boundary import to_components, to_wide_components, type_of
from belljar.runtime.engine import engine_of
from belljar.runtime.promotion import is_overflow
from belljar.safety.limits import Limits
from belljar.source import Source, visible
from belljar.trace.slices import Slice, SliceStep, wholes
from belljar.types import ANY, widened

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from belljar.engines.dependences import Event
    from belljar.engines.reference import _Frame
    from belljar.ir.function import Module, Task
    from belljar.runtime.hosts import HostFunctions, HostRun
    from belljar.runtime.program import Program
    from belljar.safety.capabilities import Grants
    from belljar.types import Type

RESULT: Final = "return"
"""The name of what a call gives."""
NODES_MAX: Final = 1_000_000
"""Dependences that are kept: some hundred bytes each."""
STEPS_MAX: Final = 2_000
"""Steps of a slice that are kept, the first half and the last half."""
USES_MAX: Final = 24
"""Steps that one step is said to have come from."""
LIMIT_STATUS: Final = 3
FUEL_MAX: Final = 20_000_000
"""Units that a call is followed for."""
TIME_MAX_S: Final = 3_600
"""How long that may take: the first time it took less than its own limit."""


def why_call(
    program: Program,
    task: str,
    name: str = RESULT,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    limits: Mapping[str, object] | Limits | None = None,
    hosts: HostFunctions | HostRun | None = None,
    grants: Collection[str] | Grants = (),
    prints: bool = True,
    nodes_max: int = NODES_MAX,
) -> Slice:
    """Why a value of a call is what it is. ``name`` is a variable of the task (its last value), one of the module level, or ``return`` for what the call gives; where the call ends with an error, that
    is where the error came from.

    What the program prints goes nowhere. Functions of the host are called, if ``grants`` cover them. Raises what is wrong with the arguments, E1331 for a name that is no value, E1332 where the call is too long
    to be followed (``nodes_max``), and the limit that ended the call.
    """
    values = program.bind(task, args, kwargs or {})
    declared = program.parameters(task)
    types = [type_of(value, f"argument '{param}'") if type is None else type for (param, type), value in zip(declared, values, strict=True)]
    allowed = program.limits if limits is None else limits if isinstance(limits, Limits) else program.limits.with_values(limits)
    call = _Call(program, task, values, types, allowed, prints)
    run = program.host_run(program.module(task, types), hosts, grants)
    call.answers = [] if run is not None else None
    try:
        error = call.made(run, False)
        wide = error is not None and is_overflow(error)
    except BellError as problem:
        if not is_overflow(problem):
            raise
        error, wide = None, True
    if wide:  # as every call does: again, with ints of any size
        error = call.made(run, True)
    if error is not None and error.exit_status == LIMIT_STATUS:
        raise error
    return call.followed(run, wide, nodes_max).slice(name)


class _Call:
    """One call, made twice: on the engine that is fast, for how it ends, and followed."""

    def __init__(self, program: Program, task: str, values: Sequence[Any], types: Sequence[Type], limits: Limits, prints: bool) -> None:
        self.program = program
        self.task = task
        self.values = values
        self.types = types
        self.limits = limits
        self.write = (lambda text: None) if prints else None
        self.answers: list[Any] | None = None
        """What functions of the host answered the first time, None where there are none."""

    def components(self, row: Task, module: Module, wide: bool) -> list[Any]:
        """The arguments as the module takes them."""
        made: list[Any] = []
        layouts = self.program.module(self.task, self.types).records if wide else module.records
        for param, type, value in zip(row.params, self.types, self.values, strict=True):
            what = f"argument '{param.name}' of {self.task}()"
            made += to_wide_components(value, type, param.type, layouts, what) if wide else to_components(value, param.type, layouts, what)
        return made

    def made(self, run: HostRun | None, wide: bool) -> BellError | None:
        """Make the call; gives the error it ended with."""
        program = self.program
        module = (
            program.module(self.task, self.types)
            if not wide
            else program.widened().module(self.task, [widened(type) for type in self.types])
        )
        row = module.tasks[self.task]
        given = self.components(row, module, wide)
        table = None if run is None else run.table(module)
        if table is not None:
            table.log = []
        instance = engine_of("auto").load(module, self.limits, self.write, (), table)
        outcome = instance.call(row.function, given)
        if run is not None and table is not None:
            self.answers = list(table.log or ())
            run.note_used(module, instance.host_counts or [0] * len(module.hosts), False)
        return outcome.error

    def followed(self, run: HostRun | None, wide: bool, nodes_max: int) -> _Slicing:
        """Make the call again, on the program as it is written, with the dependences of every value."""
        prepared = _prepared(self.program, self.task, self.types, wide)
        module = prepared.module
        row = module.tasks[self.task]
        table = None if run is None else run.table(module)
        if table is not None:
            table.given = self.answers
        watch = Shadowing(prepared, row.function, nodes_max)
        limits = self.limits.with_values({"fuel": FUEL_MAX, "time": TIME_MAX_S})
        try:
            instance = ReferenceEngine().load(module, limits, self.write, (), table, watch=watch)
            outcome = instance.call(row.function, self.components(row, module, wide))
        except TooManyNodes:
            raise bell_error("E1332", a=f"{nodes_max:,} values were computed") from None
        error = outcome.error
        if error is not None and error.exit_status == LIMIT_STATUS:
            raise bell_error("E1332", a=f"{FUEL_MAX:,} units of fuel were used")
        return _Slicing(watch, module, self.program, self.task, error, instance.globals)


def _prepared(program: Program, task: str, types: Sequence[Type], wide: bool) -> Followed:
    """The program as it is written, made once for the types of a call."""
    key = task, tuple(map(str, types)), wide
    found: Followed | None = program.followed.get(key)
    if found is None:
        module = program.fresh_module(task, [widened(type) for type in types] if wide else types, wide=wide)
        generators.run(module)
        fuel.run(module)
        found = program.followed[key] = Followed(module)
    return found


class _Slicing:
    """Finds a value of a run that is over, and what it came from."""

    def __init__(self, watch: Shadowing, module: Any, program: Program, task: str, error: BellError | None, globals: list[Any]) -> None:
        self.watch = watch
        self.globals = globals
        self.graph = watch.graph
        self.module = module
        self.task = task
        self.error = error
        self.source = module.source or Source(module.name, program.source)

    def slice(self, name: str) -> Slice:
        start, value = self._result() if name == RESULT else self._variable(name)
        checks = self.watch.checks
        made = self.graph.reached(start)
        inside = set(made)
        checked = [node for node in self.graph.reached(checks) if node not in inside]
        events = self.graph.events
        inputs = [events[node].what for node in made if node in events and events[node].kind in ("input", "host")]
        only = [events[node].what for node in checked if node in events and events[node].kind in ("input", "host")]
        inputs = _widest(inputs)
        known = set(inputs)
        only = [part for part in _widest(only) if part not in known and known.isdisjoint(wholes(part))]
        nodes = sorted(inside.union(checked))
        visible_nodes = [node for node in nodes if node in events and self._is_shown(events[node])]
        numbers = {node: number + 1 for number, node in enumerate(visible_nodes)}
        skipped = max(0, len(visible_nodes) - STEPS_MAX)
        kept = visible_nodes if not skipped else visible_nodes[: STEPS_MAX // 2] + visible_nodes[-STEPS_MAX // 2 :]
        steps = tuple([self._step(node, numbers, node not in inside) for node in kept])
        lines = tuple(sorted({events[node].span.line for node in nodes if node in events and events[node].span.line}))
        return Slice(
            self.task, name, value, tuple(inputs), tuple(only), steps, lines, skipped, self.error.code if self.error is not None else ""
        )

    # --- the value ------------------------------------------------------------------------------------------------------------------

    def _result(self) -> tuple[int, str]:
        watch = self.watch
        if self.error is not None:
            return watch.failure, f"{self.error.python or self.error.code}: {self.error.message}"
        last = watch.last
        assert last is not None
        values = [last.registers[register] for register in last.instrs[-1].args]
        found = [watch.heap.deep(value, dependence) for value, dependence in zip(values, watch.results, strict=True)]
        type = self.module.tasks[self.task].result
        return watch.join(*found), _text(assemble(type, iter(values), lambda _, items: tuple(items)))

    def _variable(self, name: str) -> tuple[int, str]:
        """The last value of a variable of the task or of the module level."""
        known: dict[str, Any] = {}
        for frame in (self.watch.last, self.watch.module_level):
            if frame is None:
                continue
            for register, described in enumerate(frame.function.registers):
                base = variable_of(described.name).partition("[")[0]
                if "$" not in described.name and base.isidentifier():
                    known.setdefault(base, {}).setdefault(id(frame), (frame, []))[1].append(register)
        slots = {variable_of(found).partition("[")[0]: place for place, (found, _) in enumerate(self.module.globals)}
        if name in known:
            return self._last(*next(iter(known[name].values())))
        if name in slots:
            value = self.globals[slots[name]]
            return self.watch.heap.deep(value, self.watch.globals.get(slots[name], 0)), _text(value)
        names = [*known, *(found for found in slots if found.isidentifier()), RESULT]
        raise bell_error("E1331", name=name, task=self.task, nearest=nearest(name, names) or f"there are {', '.join(sorted(set(names)))}")

    def _last(self, frame: _Frame, registers: list[int]) -> tuple[int, str]:
        """The last value of a variable: there are registers for each type that it had, those of one type side by side."""
        shadow = frame.shadow
        groups: list[list[int]] = []
        for register in registers:
            if (
                groups
                and groups[-1][-1] == register - 1
                and frame.function.registers[register].name != frame.function.registers[groups[-1][0]].name
            ):
                groups[-1].append(register)
            else:
                groups.append([register])
        assigned = [max(shadow.data[register] if frame.registers[register] is not None else 0 for register in group) for group in groups]
        last = groups[assigned.index(max(assigned))]
        when = max(assigned)
        # Those of another type count as far as they could have been assigned later.
        others = [shadow.data[register] for register in registers if register not in last and shadow.touched.get(register, 0) > when]
        found = [self.watch.heap.deep(frame.registers[register], shadow.data[register]) for register in last]
        return self.watch.join(*found, *others), self._told(frame, last)

    def _told(self, frame: _Frame, registers: list[int]) -> str:
        """The value that these registers are the components of."""
        values = {frame.function.registers[register].name: frame.registers[register] for register in registers}
        if len(registers) == 1 and registers[0] in frame.shadow.static.cells:
            cell = frame.registers[registers[0]]
            return _text(cell[0]) if cell else "not assigned"
        if all(value is None for value in values.values()) and not any(
            frame.function.registers[register].type == ANY for register in registers
        ):
            return "not assigned"
        if any(name.endswith("?") and not value for name, value in values.items()):
            return "None"
        parts = [value for name, value in values.items() if not name.endswith("?")]
        is_tuple = any("." in name and name.rpartition(".")[2].isdigit() for name in values)
        return f"({', '.join(map(_text, parts))})" if is_tuple else _text(parts[-1])

    # --- steps ----------------------------------------------------------------------------------------------------------------------

    def _is_shown(self, event: Event) -> bool:
        """Whether an event is a step: of writes those that are statements of the program."""
        return event.kind != "write" or self._text_before(event).strip() == ""

    def _text_before(self, event: Event) -> str:
        return self.source.line(event.span.line)[: event.span.column - 1]

    def _spanned(self, event: Event) -> str:
        span = event.span
        text = self.source.line(span.line)
        return visible(text[span.column - 1 : span.end_column - 1] if span.end_line == span.line else text[span.column - 1 :])

    def _step(self, node: int, numbers: Mapping[int, int], is_check: bool) -> SliceStep:
        event = self.graph.events[node]
        kind, what, value = event.kind, event.what, event.value
        text = visible(self.source.line(event.span.line).strip()) if event.span.line else ""
        if kind == "branch":
            what = self._spanned(event)
            before = self._text_before(event)
            loop = re.search(r"\bfor\b(?P<target>.*)\bin\s*$", before)
            if loop is not None:
                what, value = f"for{loop['target']}in {what}", "another item" if value else "at its end"
            kind = "check" if event.what == "raise" and is_check else kind
        elif kind in ("write", "raise"):
            what = self._spanned(event)
            kind = "assign" if kind == "write" and what.isidentifier() else kind  # a variable that functions share
        elif kind == "return":
            what = f"{event.function}()" if event.depth else RESULT
        around = event.around
        because = self._nearest([around], numbers, 1) if around else ()
        uses = self._nearest((*event.parts, *self.graph.sources[node]), numbers, USES_MAX)
        return SliceStep(
            numbers[node],
            kind,
            event.span.line,
            what,
            value,
            text,
            event.function,
            event.depth,
            tuple(sorted(uses)),
            max((number for number in because if number < numbers[node]), default=0),
        )

    def _nearest(self, sources: Sequence[int], numbers: Mapping[int, int], count_max: int) -> tuple[int, ...]:
        """The steps that are met first on the way back."""
        found: list[int] = []
        seen = set(sources)
        waiting = sorted(seen)
        while waiting and len(found) < count_max and len(seen) < SEARCHED_MAX:
            node = waiting.pop()
            number = numbers.get(node)
            if number is not None:
                found.append(number)
                continue
            for source in self.graph.sources[node]:
                if source not in seen:
                    seen.add(source)
                    waiting.append(source)
        return tuple(found)


SEARCHED_MAX: Final = 4096


def _widest(parts: Sequence[str]) -> list[str]:
    """The parts, without those that another one stands for."""
    names = dict.fromkeys(parts)
    return [part for part in names if not any(whole in names for whole in wholes(part))]


def _text(value: Any) -> str:
    made = shown(value)
    return repr(made) if isinstance(made, str) and type(made) is str else str(made)
