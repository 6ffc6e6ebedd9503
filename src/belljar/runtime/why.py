"""Where a value came from: the dynamic backward slice, of a call and of the state of a runtime.

The call is made again on the reference engine, on the program as it is written, with the dependences of every value (:mod:`belljar.engines.shadowing`). A program is deterministic, so that is the same
call; of a batch any row is. Of a runtime all is made again that its history has (:mod:`belljar.runtime.history`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from belljar.engines.dependences import TooManyNodes
from belljar.engines.reference import ReferenceEngine, ReferenceInstance
from belljar.engines.shadowing import Followed, Shadowing
from belljar.errors import BellError, bell_error
from belljar.ir.crossing import enter as entered
from belljar.ir.guest import assemble
from belljar.ir.passes import fuel, generators
from belljar.runtime.boundary import to_components, to_wide_components, type_of
from belljar.runtime.engine import engine_of
from belljar.runtime.history import CALL, CLEAR, EMIT, HANDLE, NEXT, RUN, SET
from belljar.runtime.promotion import is_overflow
from belljar.runtime.slicing import Asked, Slicing, told
from belljar.runtime.state import PAYLOAD
from belljar.safety.limits import Limits
from belljar.trace.slices import RESULT
from belljar.types import ANY, widened

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from belljar.engines.contract import HostTable
    from belljar.ir.function import Module, Task
    from belljar.runtime.history import Entry
    from belljar.runtime.hosts import HostFunctions, HostRun
    from belljar.runtime.program import Program
    from belljar.runtime.runtime import Runtime
    from belljar.runtime.state import Generation
    from belljar.safety.capabilities import Grants
    from belljar.trace.slices import Slice
    from belljar.types import Type

NODES_MAX: Final = 1_000_000
"""Dependences that are kept: some hundred bytes each."""
LIMIT_STATUS: Final = 3
FUEL_MAX: Final = 20_000_000
"""Units that a call is followed for."""
TIME_MAX_S: Final = 3_600
"""How long that may take: the first time it took less than its own limit."""


def why_call(
    program: Program,
    task: str | None,
    name: str = RESULT,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    limits: Mapping[str, object] | Limits | None = None,
    hosts: HostFunctions | HostRun | None = None,
    grants: Collection[str] | Grants = ("io.stderr",),
    prints: bool = True,
    nodes_max: int = NODES_MAX,
) -> Slice:
    """Why a value of a call is what it is; without a task, of a run of the module level with ``kwargs`` as its inputs. ``name`` is a variable of the task (its last value), one of the module level, or
    ``return`` for what the call gives; where the call ends with an error, that is where the error came from. Fields and items of it are asked for as a program has them (``order.lines[2].price``), variables of
    other functions by the name of the function (``discount.rate``, of its last call), and what a variable got on a line as ``total@12``.

    What the program prints goes nowhere. Functions of the host are called, if ``grants`` cover them. Raises what is wrong with the arguments, E1331 for a name that is no value, E1332 where the call is too long
    to be followed (``nodes_max``), and the limit that ended the call.
    """
    call = call_of(program, task, args, kwargs or {}, limits, prints)
    run = program.host_run(program.module(task, call.types if task else ()), hosts, grants)
    return _followed(call, run, name, nodes_max)


def call_of(
    program: Program,
    task: str | None,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    limits: Mapping[str, object] | Limits | None = None,
    prints: bool = True,
) -> _Call:
    """A call that can be followed, or a run of the module level. Raises what is wrong with the arguments, and E0206 for an input that is missing."""
    if not isinstance(limits, Limits):
        limits = program.limits if limits is None else program.limits.with_values(limits)
    if task is None:
        for known in program.inputs:
            if known not in kwargs:
                raise bell_error("E0206", name=known)
        return _Run(program, "", [kwargs[known] for known in program.inputs], list(program.inputs.values()), limits, prints)
    values = program.bind(task, args, kwargs)
    declared = program.parameters(task)
    types = [type_of(value, f"argument '{param}'") if type is None else type for (param, type), value in zip(declared, values, strict=True)]
    return _Call(program, task, values, types, limits, prints)


def _followed(call: _Call, run: HostRun | None, name: str, nodes_max: int) -> Slice:
    """Make a call twice, and find the value. Raises the limit that ended it."""
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
    return call.followed(run, wide, nodes_max, name).slice(name)


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

    def asks_host(self) -> bool:
        """Whether the program may call functions of the host."""
        return bool(self.program.module(self.task or None, self.types if self.task else ()).hosts)

    def followed(self, run: HostRun | None, wide: bool, nodes_max: int, name: str, fuel_max: int = FUEL_MAX) -> Slicing:
        """Make the call again, on the program as it is written, with the dependences of every value."""
        prepared = _prepared(self.program, self.task, self.types, wide)
        module = prepared.module
        row = module.tasks[self.task]
        table = None if run is None else run.table(module)
        if table is not None:
            table.given = self.answers
        asked = Asked.read(name, self.task)
        watch = Shadowing(prepared, row.function, nodes_max, asked.place(module), asked.path[0])
        limits = self.limits.with_values({"fuel": fuel_max, "time": TIME_MAX_S})
        try:
            instance = ReferenceEngine().load(module, limits, self.write, (), table, watch=watch)
            outcome = instance.call(row.function, self.components(row, module, wide))
        except TooManyNodes:
            raise bell_error("E1332", a=f"{nodes_max:,} values were computed") from None
        error = outcome.error
        if error is not None and error.exit_status == LIMIT_STATUS:
            raise bell_error("E1332", a=f"{fuel_max:,} units of fuel were used")
        return Slicing(watch, module, self.program.source, self.task, error, instance.globals)


class _Run(_Call):
    """A run of the module level, whose inputs are its arguments."""

    def given(self, module: Module, wide: bool) -> list[Any]:
        made: list[Any] = []
        layouts = self.program.module(None, ()).records if wide else module.records
        for name, value, type in zip(self.program.inputs, self.values, self.types, strict=True):
            what = f"input '{name}'"
            made += to_wide_components(value, type, widened(type), layouts, what) if wide else to_components(value, type, layouts, what)
        return made

    def made(self, run: HostRun | None, wide: bool) -> BellError | None:
        program = self.program
        module = (program.widened() if wide else program).module(None, ())
        table = None if run is None else run.table(module)
        if table is not None:
            table.log = []
        error = None
        try:
            engine_of("auto").load(module, self.limits, self.write, self.given(module, wide), table)
        except BellError as problem:
            error = problem
        if run is not None and table is not None:
            self.answers = list(table.log or ())
        return error

    def followed(self, run: HostRun | None, wide: bool, nodes_max: int, name: str, fuel_max: int = FUEL_MAX) -> Slicing:
        prepared = _prepared(self.program, None, self.types, wide)
        module = prepared.module
        table = None if run is None else run.table(module)
        if table is not None:
            table.given = self.answers
        asked = Asked.read(name, "")
        watch = Shadowing(prepared, module.init or "", nodes_max, asked.place(module), asked.path[0])
        limits = self.limits.with_values({"fuel": fuel_max, "time": TIME_MAX_S})
        instance = ReferenceInstance(module, limits, self.write, self.given(module, wide), table)
        instance.watch = watch
        try:
            error = instance.restart(self.write, None)
        except TooManyNodes:
            raise bell_error("E1332", a=f"{nodes_max:,} values were computed") from None
        if error is not None and error.exit_status == LIMIT_STATUS:
            raise bell_error("E1332", a=f"{fuel_max:,} units of fuel were used")
        return Slicing(watch, module, self.program.source, "", error, instance.globals)


def _prepared(program: Program, task: str | None, types: Sequence[Type], wide: bool) -> Followed:
    """The program as it is written, made once for the types of a call."""
    key = task or "", tuple(map(str, types)), wide
    found: Followed | None = program.followed.get(key)
    if found is None:
        module = (
            program._front.module({}, wide=wide)
            if task is None
            else program.fresh_module(task, [widened(type) for type in types] if wide else types, wide=wide)
        )
        generators.run(module)
        fuel.run(module)
        found = program.followed[key] = Followed(module)
    return found


# --- runtimes -----------------------------------------------------------------------------------------------------------------------


def why_runtime(runtime: Runtime, name: str = RESULT, *, nodes_max: int = NODES_MAX, time_max_s: float = TIME_MAX_S) -> Slice:
    """Why a name of the state of a runtime, or a value of its last call, is what it is: over all that was done to the state. Nothing is printed, nobody outside is asked.

    Raises E1331 for a name that is no value, E1332 where that is too long to be followed, and E1333 where the history does not have what was done.
    """
    state = runtime.state
    history, generation = state.history, state.generation
    if generation is None:
        raise bell_error("E0003", detail="Nothing was executed yet", hint="execute_once() or call() first")
    if history.lost:
        raise bell_error("E1333", reason=history.lost)
    entries = list(history.entries)
    error = None
    names = generation.names
    first = Asked.read(name, "").path[0]
    is_state = first in names and names[first].type is not None
    if not is_state and history.gap:
        raise bell_error("E1333", reason=history.gap)
    if not is_state and history.failed is not None:
        last, error = history.failed
        entries.append(last)
    return _Retraced(runtime, generation, entries, error).followed(name, is_state, nodes_max, time_max_s)


class _Retraced:
    """A history, made again."""

    def __init__(self, runtime: Runtime, generation: Generation, entries: Sequence[Entry], error: BellError | None) -> None:
        self.runtime = runtime
        self.generation = generation
        self.entries = entries
        self.error = error
        self.paths: dict[str, int] = {}
        """How often each name was given to an input."""
        self.checks: list[tuple[int, int, int]] = []
        """Of each call: its first dependence, the first one after it, and what could have ended it."""

    def unique(self, path: str) -> str:
        """The name of an input: another one than those before it."""
        count = self.paths[path] = self.paths.get(path, 0) + 1
        return path if count == 1 else f"{path}#{count}"

    def followed(self, name: str, is_state: bool, nodes_max: int, time_max_s: float) -> Slice:
        runtime, generation = self.runtime, self.generation
        prepared = _unit_prepared(generation)
        module = prepared.module
        calls = [entry for entry in self.entries if entry[0] in (RUN, CALL, HANDLE, EMIT)]
        task = (calls[-1][1] if calls else "") or MODULE_LEVEL
        asked = Asked.read(name, task)
        watch = Shadowing(prepared, "", nodes_max, asked.place(module), asked.path[0])
        table = self._table(module)
        limits = runtime.limits.limits.with_values({"fuel": FUEL_MAX, "time": time_max_s})
        error = None
        try:
            instance: ReferenceInstance = ReferenceEngine().load(module, limits, lambda text: None, (), table)
            instance.execute(module.functions[module.tasks["@_events"].function], ())
            instance.watch = watch
            self._begin(instance, watch)
            last = len(self.entries) - 1
            counts: dict[str, int] = {}
            for place, entry in enumerate(self.entries):
                error = self._made(instance, watch, entry, bool(calls) and entry is calls[-1], counts)
                if error is not None and (place != last or self.error is None):
                    raise _other()
        except TooManyNodes:
            raise bell_error("E1332", a=f"{nodes_max:,} values were computed") from None
        if (error is None) != (self.error is None):
            raise _other()
        if not is_state and self.checks:
            self.checks[-1] = (1, self.checks[-1][1], self.checks[-1][2])  # a value of this call is there because it ended well
        shown = "" if is_state else task.removeprefix("@on.")
        slicing = Slicing(watch, module, "", shown, error, instance.globals, state=True, line_of=runtime.line_of, checks=self.checks)
        found = slicing.slice(name)
        if is_state and asked.path == (asked.text,):
            variable = generation.names[asked.path[0]]
            assert variable.type is not None
            parts = generation.variables.read(variable.slots[1:]) if generation.is_set(variable) else []
            types = [module.globals[slot][1] for slot in variable.slots[1:]]
            given = [entered(value, type, module.records) for value, type in zip(parts, types, strict=False)]
            if generation.is_set(variable) and told(assemble(variable.type, iter(given))) != found.value:
                raise _other()
        return found

    def _table(self, module: Module) -> HostTable | None:
        if not module.hosts:
            return None
        from belljar.runtime.hosts import NO_HOSTS

        runtime = self.runtime
        hosts = runtime.hosts or (None if runtime._source is None else runtime._source.hosts) or NO_HOSTS
        return hosts.begin(runtime._allowed).table(module)

    def _begin(self, instance: ReferenceInstance, watch: Shadowing) -> None:
        """The state as it was where the history begins."""
        base = self.runtime.state.history.base
        if base is None:
            return
        generation = self.generation
        if generation.has_opaque():
            raise bell_error("E1333", reason="names of the state were set to functions or classes, which are not kept")
        found: dict[str, tuple[Any, list[Any]]] = {}
        with self.runtime.state.at(base):
            for name, variable in (generation.module.variables or {}).items():
                if variable.type is not None and generation.is_set(variable) and name != PAYLOAD:
                    found[name] = variable.type, generation.variables.read(variable.slots[1:])
        for name, (type, parts) in found.items():
            variable = (instance.module.variables or {})[name]
            if name == QUEUE:  # which is always set, and has no word that says so
                instance.variables().write(variable.slots[1:], parts, f"'{name}'")
            else:
                instance.variables().write(variable.slots, [True, *parts], f"'{name}'")
            self._given(instance, watch, "events" if name == QUEUE else name, type, variable.slots)

    def _given(self, instance: ReferenceInstance, watch: Shadowing, name: str, type: Any, slots: Sequence[int]) -> None:
        """A name of the state that the host set, or that was there before."""
        values = [instance.globals[slot] for slot in slots[1:]]
        whole = assemble(type, iter(values))
        watch.globals[slots[0]] = 0  # that it is set
        watch.given(slots[1:], values, self.unique(name), whole)

    def _made(self, instance: ReferenceInstance, watch: Shadowing, entry: Entry, is_last: bool, counts: dict[str, int]) -> BellError | None:
        """Do again what was done; gives the error that it ended with."""
        kind, name, values, answers = entry
        module = instance.module
        if instance.hosts is not None:
            instance.hosts.given = list(answers)
        if kind in (SET, CLEAR):
            variable = (module.variables or {}).get(name)
            if variable is None or variable.type is None:
                return None
            if kind == CLEAR:
                instance.variables().clear(variable.slots[0])
                watch.globals[variable.slots[0]] = 0
                return None
            instance.variables().write(variable.slots, [True, *self._components(values, variable.type, name)], f"'{name}'")
            self._given(instance, watch, name, variable.type, variable.slots)
            return None
        watch.carried = {}
        label = name
        if kind == RUN:
            function, given = module.init, []
            if not function:
                return None
        elif kind == CALL:
            row = module.tasks[name]
            function, given = row.function, self._arguments(row, name, values)
        elif kind == EMIT:
            row = module.tasks["_events.emit"]
            function, label = row.function, "emit"
            given = [name, *to_components(values, ANY, module.records, "the payload")]
        elif kind == NEXT:
            function, given = module.tasks["_events.next_event"].function, []
        else:
            from belljar.engines._instance import HeldWord

            row = module.tasks[name]
            function, label = row.function, name.removeprefix("@on.")
            given = []
            if row.params:
                slot = (module.variables or {})[PAYLOAD].slots[-1]
                given, watch.carried = [HeldWord(slot)], {0: slot}
        counts[label] = counts.get(label, 0) + 1
        number = counts[label]
        watch.task = function
        watch.results = ()
        watch.failure = 0
        watch.host_calls = 0
        if is_last and kind == CALL:
            watch.named = lambda param: param if param not in self.paths else f"{label}.{param}"
        else:
            watch.named = lambda param: f"{label}#{number}.{param}"
        callee = module.functions[function]
        types = [callee.registers[register].type for register in callee.params]
        entered_ = [
            instance.globals[value.slot] if value.__class__.__name__ == "HeldWord" else entered(value, type, module.records)
            for value, type in zip(given, types, strict=True)
        ]
        first, watch.checks = len(watch.graph.sources), 0
        outcome, execution = instance.execute(callee, entered_)
        instance.serial = execution.serial
        self.checks.append((first, len(watch.graph.sources), watch.checks))
        if outcome.error is not None and outcome.error.exit_status == LIMIT_STATUS:
            if self.error is not None and self.error.exit_status == LIMIT_STATUS:
                raise self.error
            raise bell_error("E1332", a=f"{FUEL_MAX:,} units of fuel were used" if outcome.error.code == "E0801" else "the time there is")
        return outcome.error

    def _components(self, value: Any, type: Type, name: str) -> list[Any]:
        generation = self.generation
        narrow = generation.narrow[name].type if generation.wide and name in generation.narrow else None
        if generation.wide:
            return to_wide_components(value, narrow or type, type, generation.module.records, f"'{name}'")
        return to_components(value, type, generation.module.records, f"'{name}'")

    def _arguments(self, row: Task, task: str, values: Sequence[Any]) -> list[Any]:
        generation = self.generation
        declared = [type for _, type in generation.unit.program.parameters(task)]
        records = generation.module.records
        made: list[Any] = []
        for value, param, type in zip(values, row.params, declared, strict=True):
            what = f"argument '{param.name}' of {task}()"
            if generation.wide and type is not None:
                made += to_wide_components(value, type, param.type, records, what)
            else:
                made += to_components(value, param.type, records, what)
        return made


def _other() -> BellError:
    """The history does not lead to the state as it is."""
    return bell_error("E1333", reason="the calls before, made again, lead elsewhere")


def _unit_prepared(generation: Generation) -> Followed:
    """The program of a state as it is written, made once."""
    unit, wide = generation.unit, generation.wide
    found = unit.followed.get(wide)
    if found is None:
        tasks = {name: [ANY if type is None else type for _, type in unit.program.parameters(name)] for name in unit.program.tasks}
        module = unit.front.module(tasks, wide=wide)
        generators.run(module)
        fuel.run(module)
        found = unit.followed[wide] = Followed(module)
    return found


QUEUE: Final = "_events.queue"
MODULE_LEVEL: Final = "the module level"
