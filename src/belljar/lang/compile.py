"""The front end's one door: text to diagnostics, and entries to a typed module."""

from __future__ import annotations

from contextlib import contextmanager

from belljar.errors import BellError, bell_error
from belljar.ir.function import Module
from belljar.lang.annotations import known
from belljar.lang.event_handlers import EVENTS
from belljar.lang.given_fields import ROUNDS_MAX, give
from belljar.lang.graph import HOST, FlowModule
from belljar.lang.guard import guard
from belljar.lang.hosting import check_names
from belljar.lang.infer import World
from belljar.lang.lattice import UNKNOWN, lift, resolve
from belljar.lang.lower import lower
from belljar.lang.program import build
from belljar.lang.scope import nearest
from belljar.lang.syntax import parse
from belljar.structs import Struct
from belljar.trace.points import Points
from belljar.types import ANY, STR, DictType, ListType, OptionalType, RecordType, SetType, TupleType, Type, widened

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Final, TypeAlias

    from belljar.lang.infer import Specialisation
    from belljar.safety.host_signature import HostSignature


Entry: TypeAlias = "tuple[str, Sequence[Type]]"
"""A function by its flow name, and the types of its arguments."""


class Settled(Struct):
    """The module level with some tasks, as checking found it: the specialisations that ``entries`` start with, and all that are reached from there."""

    __slots__ = ("entries", "reached", "starts", "world")

    def __init__(self, world: World, entries: list[Entry], starts: list[Specialisation], reached: dict[str, Specialisation]) -> None:
        self.world = world
        self.entries = entries
        self.starts = starts
        self.reached = reached

    def is_for(self, entries: Sequence[Entry]) -> bool:
        """Whether these are the same functions for the same types."""
        return [(name, list(map(resolve, types))) for name, types in entries] == [
            (name, list(map(resolve, types))) for name, types in self.entries
        ]


class FrontEnd:
    """One source text, parsed and checked; compiles entries on demand.

    Raises the first of its diagnostics when made from text that is not a Bell program; the error's ``diagnostics`` holds all of them. With ``traces`` above "off", a level of
    :data:`belljar.trace.node_types.LEVELS`, modules have the marks of that level, and ``Module.traces`` says what they mean; "branches" needs no marks.
    """

    def __init__(
        self,
        text: str,
        name: str,
        inputs: Mapping[str, Type] | None = None,
        run_name: str = "__main__",
        held: Mapping[str, Type] | None = None,
        counted: bool = False,
        traces: str = "off",
        hosts: Mapping[str, HostSignature] | None = None,
    ) -> None:
        self.inputs = dict(inputs or {})
        self.traces = traces
        source = guard(text, name)
        check_names(hosts or {})
        lasting = None if held is None else tuple(held)
        self.source = source
        with self._within_the_stack():
            self.flow: FlowModule = build(parse(source), source, tuple(self.inputs), run_name, lasting, counted, traces, hosts)
        self.flow.held = dict(held or {})
        self._params: dict[str, list[tuple[str, Type | None]]] = {}
        self._settled: list[Settled] = []
        """What checking found out that running can go on from, until one of it was lowered."""
        self._declared: World | None = None
        with self._within_the_stack():
            self.check()

    @contextmanager
    def _within_the_stack(self) -> Iterator[None]:
        """What passes the bounds and is still too deep for a walk, as the host may have used most of its stack, is refused like what does not pass."""
        try:
            yield
        except RecursionError:
            raise bell_error("E0102", source=self.source, found="too many", limit="fewer") from None

    def check(self) -> None:
        """Find every error of the program: walk the module level and every function, parameters without annotation as unknown."""
        for attempt in range(ROUNDS_MAX + 1):
            try:
                world = self._checked(lenient=False, is_hurried=attempt < ROUNDS_MAX and not self.flow.diagnostics)
            except BellError:
                # Types of a program that is refused anyway may come to no end; what it is refused for says more.
                raise_all(self.flow.diagnostics)
                raise
            if self.flow.diagnostics or not give(world):
                break
            self._settled.clear()
        if world.diagnostics and not self.flow.diagnostics and self._loosened():
            looser = self._checked(lenient=False)
            self.flow.is_loose = not looser.diagnostics
            world = looser if self.flow.is_loose else world
        if any(error.code == "E0205" for error in world.diagnostics):
            world = self._checked(lenient=True)
        raise_all([*self.flow.diagnostics, *world.diagnostics])

    def _loosened(self) -> bool:
        """Take the parts of what a value tells apart (``case ("var", name)``) for values of any type, where that is new: an error met with a part of the wrong type may stand
        where no run comes to, as the value rules it out."""
        if not self.flow.tells_apart or self.flow.is_loose or self.flow.strict:
            return False
        self.flow.is_loose = True
        return True

    def _checked(self, lenient: bool, is_hurried: bool = False) -> World:
        """A world in which the module level is settled, then also the task that is most likely called, then all others: what later steps do not disturb can be lowered as it is."""
        world = World(self.flow, self.inputs, lenient)
        world.is_hurried = is_hurried
        tasks = list(self.flow.tasks)
        likely = ["main"] if "main" in tasks else tasks[-1:]
        entries: list[Entry] = [("@init", ())]
        if self.flow.state is not None:
            entries += self._own_entries().items()
        self._settle(world, entries)
        for step in (likely, [name for name in tasks if name not in likely]):
            if step and not (is_hurried and self.flow.missed):
                world.keep()
                entries += [entry for name in step if (entry := self._declared_entry(world, name)) is not None]
                self._settle(world, entries)
        if world.diagnostics:
            self._settled.clear()
        return world

    def _settle(self, world: World, entries: list[Entry]) -> None:
        """Settle a world for these entries besides those before, and note it unless there are errors."""
        starts = world.settle(entries)
        if world.is_hurried and self.flow.missed:
            return
        if world.lattice.disturbed:
            self._settled.clear()
        if not world.diagnostics and not world.hidden():
            self._settled.append(Settled(world, entries[1:], starts[1:], world.reached))

    def _own_entries(self) -> dict[str, Sequence[Type]]:
        """What the host of a program whose state lasts calls besides its tasks: the events' own functions, and handlers with whatever was emitted."""
        handlers = {name for names in self.flow.handlers.values() for name in names}
        return EVENT_ENTRIES | {
            self.flow.tasks[name]: [ANY] * min(1, len(self.flow.functions[self.flow.tasks[name]].params))
            for name in self.flow.tasks
            if name in handlers
        }

    def _declared_entry(self, world: World, name: str) -> Entry | None:
        """The function of a task with the types that it declares; None where it brings along what only a run knows."""
        function = self.flow.functions[self.flow.tasks[name]]
        types: list[Type] = []
        for param in function.params:
            wanted = UNKNOWN if param.annotation is None else world.annotation(param.annotation)
            # The host of a state calls with anything, and what it calls is compiled once.
            types.append(lift(wanted) if known(wanted) and not param.kind else UNKNOWN if self.flow.state is None else ANY)
            seed_records(world, wanted)
        return None if function.environment or name in self.flow.computed else (function.name, types)

    def tasks(self) -> tuple[str, ...]:
        """The names of the functions that can be called from outside, in source order."""
        return tuple(self.flow.tasks)

    def host_names(self) -> set[str]:
        """The functions of the host that the program names, whether it comes to call them or not."""
        functions = [self.flow.init, *(self.flow.functions[name] for name in list(self.flow.functions))]
        steps = (step for function in functions for block in function.blocks for step in block.steps)
        return {step.data[len(HOST) :] for step in steps if step.kind == "built_in" and step.data.startswith(HOST)}

    def param_types(self, task: str) -> list[tuple[str, Type | None]]:
        """The parameters of a task: name, and annotated type where the annotation says everything, else None. Raises E0404."""
        name = self.flow.tasks.get(task)
        if name is None:
            raise bell_error("E0404", name=task, file=self.source.name, nearest=nearest(task, self.flow.tasks))
        function = self.flow.functions[name]
        cached = self._params.get(task)
        if cached is not None:
            return cached
        found: list[tuple[str, Type | None]] = []
        for param in function.params:
            wanted = UNKNOWN if param.annotation is None else self._annotation(param.annotation)
            found.append((param.name, resolve(wanted) if known(wanted) else None))
        self._params[task] = found
        return found

    def computed_defaults(self, task: str) -> frozenset[str]:
        """The parameters of a task that may be left out, and then have what was computed when the function was made."""
        return self.flow.computed.get(task, frozenset())

    def result_type(self, task: str) -> Type | None:
        """The annotated result type of a task; None without annotation, or where it does not say everything."""
        returns = self.flow.functions[self.flow.tasks[task]].returns
        if returns is None:
            return None
        wanted = self._annotation(returns)
        return resolve(wanted) if known(wanted) else None

    def _annotation(self, node: ast.expr) -> Type:
        """The type an annotation names, in a world that is made once for all tasks and never walked."""
        if self._declared is None:
            self._declared = World(self.flow, self.inputs)
        return self._declared.annotation(node)

    def module(self, tasks: Mapping[str, Sequence[Type]], init: bool = True, *, wide: bool = False) -> Module:
        """The typed IR of the module level and of these tasks for these parameter types; ``wide``: with ints of any size. Raises what the types of the arguments bring to light."""
        with self._within_the_stack():
            return self._module(tasks, init, wide)

    def _module(self, tasks: Mapping[str, Sequence[Type]], init: bool, wide: bool) -> Module:
        own = tasks
        entries: list[Entry] = [(self.flow.tasks[name], [lift(type) for type in types]) for name, types in own.items()]
        if self.flow.state is not None:
            more = self._own_entries()
            tasks = {f"{HANDLER}{name}" if name in self.flow.tasks else name: types for name, types in more.items()} | dict(own)
            entries = [*more.items(), *entries]
        settled = self._taken(entries) if init and not wide else None
        if settled is not None and not any(map(settled.world.open_result, settled.starts)):
            settled.world.reached = settled.reached
            return self._lowered(settled.world, dict(zip(tasks, settled.starts, strict=True)), init)
        inputs = {name: widened(type) for name, type in self.inputs.items()} if wide else self.inputs
        world = World(self.flow, inputs, wide=wide)
        for types in own.values():
            for type in types:
                seed_records(world, type)
        if init:
            entries.insert(0, ("@init", ()))
        specs = world.settle(entries)[len(entries) - len(tasks) :]
        while any(world.open_result(spec) for spec in specs):
            world.settle(entries)
        found = world.diagnostics or world.hidden()
        if found and self._loosened():
            try:
                return self._module(own, init, wide)
            except BellError:
                self.flow.is_loose = False
        raise_all(found)
        return self._lowered(world, dict(zip(tasks, specs, strict=True)), init)

    def _taken(self, entries: list[Entry]) -> Settled | None:
        """What checking found out about just these entries. It can be had once: lowering numbers what it meets."""
        kept, self._settled = self._settled, []
        found = next((one for one in kept if one.is_for(entries)), None)
        if found is None:
            self._settled = kept
        return found

    def _lowered(self, world: World, entries: dict[str, Specialisation], init: bool) -> Module:
        world.met_unknown = False
        module = lower(world, entries, init)
        if self.traces != "off":
            module.traces = module.traces or Points(file=module.name, tasks=frozenset(module.tasks))
            module.traces.level = self.traces
        raise_all(world.diagnostics)
        if world.met_unknown:  # a rule gave no value and no reason: what uses it would be left out without a word
            raise bell_error("E1201", detail=f"what line {world.unknown_at} computes has no type")
        return module


EVENT_ENTRIES: Final[dict[str, Sequence[Type]]] = {f"@{EVENTS}": (), f"{EVENTS}.emit": (STR, ANY), f"{EVENTS}.next_event": ()}
"""The start of the queue, adding to it and taking from it."""
HANDLER: Final = "@on."
"""Begins the names by which modules offer handlers for payloads of class any."""


def seed_records(world: World, type: Type) -> None:
    """A record that comes from outside can hold whatever its annotations allow: let its fields' types grow to them."""
    if isinstance(type, RecordType):
        world.instantiate(type.name)
        for one in world.all_fields(type.name):
            field = one.decl
            annotated = world.field_annotation(type.name, field.name)
            cell = world.field_cell(type.name, field.name)
            if known(annotated) and not world.seeded(type.name, field.name):
                world.lattice.grow(cell, lift(annotated))
                seed_records(world, annotated)
    elif isinstance(type, (OptionalType, ListType, SetType)):
        seed_records(world, type.item)
    elif isinstance(type, DictType):
        seed_records(world, type.key)
        seed_records(world, type.value)
    elif isinstance(type, TupleType):
        for item in type.items:
            seed_records(world, item)


def raise_all(diagnostics: list[BellError]) -> None:
    """Raise the first of the diagnostics in source order, with all of them attached."""
    if not diagnostics:
        return
    ordered = sorted(diagnostics, key=lambda error: (error.span.line, error.span.column))
    first = ordered[0]
    first.diagnostics = ordered
    raise first
