"""The state of a runtime: the names of the module level with their values, in the heap of one instance whose calls go on from one another.

Invariants:

1. A name of the program is a variable of its module and lives in the heap; a name that only the host set is kept beside it (``extras``), until a program that names it is executed.
2. Between two operations no guard is open, and the open epochs of the instance are the marks in ``marks``, outermost first.
3. A mark is usable as long as it is in ``marks`` of its generation, and that generation is the current one or one that it came from.
"""

from __future__ import annotations

from _collections_abc import MutableMapping
from copy import deepcopy

from belljar.errors import BellError, bell_error
from belljar.runtime.boundary import from_components, is_scalar, to_components, to_wide_components, type_of
from belljar.runtime.dumps import seal, unseal
from belljar.runtime.history import CLEAR, SET, History
from belljar.types import ANY, BOOL, FLOAT, INT, NONE, STR
from belljar.values import Callable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any, Final, Protocol

    from belljar.engines._instance import Instance, Variables
    from belljar.ir.function import Module, Variable
    from belljar.runtime.unit import Unit
    from belljar.safety.limits import ResourceLimits
    from belljar.types import Type

    class Noted(Protocol):
        def __call__(self, what: str, name: Any, value: Any = None, /) -> None: ...

    class Owner(Protocol):
        """Whose state it is: compiles the program, where that was not done yet, and knows whether its module level was run."""

        is_executed: bool

        def current(self) -> Generation | None: ...


class Mark:
    """A point that the state can go back to. ``gone`` says why it cannot any more, ``at`` where its history was."""

    __slots__ = ("at", "extras", "generation", "gone", "is_executed", "noted")

    def __init__(self, generation: Generation, extras: dict[str, Any], at: tuple[int, int]) -> None:
        self.generation: Final = generation
        self.extras: Final = extras
        self.at: Final = at
        self.is_executed = True
        """Whether the module level had been run."""
        self.gone = ""
        self.noted = 0
        """Its number in what a traced runtime was asked."""


class Plain:
    """A task whose parameters and result are one component each that crosses as it is: ``call`` takes the name of its ``function`` and ``count`` arguments. ``count`` is -1 for all other tasks, ``has_text`` says whether arguments may be texts."""

    __slots__ = ("call", "count", "function", "has_text")

    def __init__(self, call: Any, function: str, count: int, has_text: bool) -> None:
        self.call: Final = call
        self.function: Final = function
        self.count: Final = count
        self.has_text: Final = has_text


class Generation:
    """The state under one program: an instance and the names that it knows. Executing another program makes the next one; this one is kept while there are marks in it."""

    def __init__(self, unit: Unit, wide: bool, engine: str, instance: Instance, variables: Variables, parent: Generation | None) -> None:
        self.unit: Final = unit
        self.wide: Final = wide
        self.module: Final[Module] = unit.module(wide, engine)
        self.instance: Final = instance
        self.variables: Final = variables
        self.parent: Final = parent
        self.marks: list[Mark] = []
        self.plain: dict[str, Plain] = {}
        self.is_reference: Final = engine == "reference"
        known = self.module.variables or {}
        self.names: Final = {name: variable for name, variable in known.items() if "." not in name}
        self.all: Final = known | self.module.kept
        """All that lasts, the variables of classes and of the library included."""
        self.queue: Final = known.get(QUEUE)
        self.narrow: Final[Mapping[str, Variable]] = unit.variables(False, engine) if wide else self.names
        """The names with the types that the host has to keep to, however large ints may be."""

    def note_plain(self, task: str) -> Plain:
        """The task for the quick way in."""
        row = self.module.tasks.get(task) if task in self.unit.program.tasks else None
        is_plain = (
            row is not None
            and not self.wide
            and all(is_scalar(one) for one in (*(param.type for param in row.params), row.result) if one != NONE)
        )
        has_none = row is not None and any(param.type == NONE for param in row.params)
        if row is None or not is_plain or has_none or self.is_reference:
            found = Plain(None, "", -1, False)
        else:
            found = Plain(self.variables.call, row.function, len(row.params), any(param.type == STR for param in row.params))
        self.plain[task] = found
        return found

    @property
    def payload(self) -> int:
        """The slot that holds the payload of the event that is being handled."""
        return (self.module.variables or {})[PAYLOAD].slots[-1]

    def has_opaque(self) -> bool:
        """Whether names are set to what is no data and cannot be carried to another instance: what is under way, and functions with variables of their own."""
        return any(one.type is None and not one.is_definition and self.is_set(one) for one in self.names.values())

    def definitions(self) -> list[str]:
        """The names of definitions that are set."""
        return [name for name, one in self.names.items() if one.is_definition and self.is_set(one)]

    def define(self, names: Collection[str]) -> bool:
        """Set names to the function or class that each of them is in this program too. False where one of them is more than that here; then nothing is set."""
        found = [self.names.get(name) for name in names]
        slots = [one.slots for one in found if one is not None and one.is_definition]
        if len(slots) < len(found):
            return False
        for one in slots:
            self.variables.write(one, [True], "")
        return True

    def census(self, shown: bool = False) -> list[tuple[int, Any, str, int, int, int]]:
        """Every object that names lead to (:meth:`belljar.engines._instance.Variables.census`); keys as they are shown, where that is wanted."""
        rows = self.variables.census([(name, one) for name, one in self.all.items() if self.is_set(one)])
        if not shown:
            return rows
        from belljar.engines.preview import Preview

        opened = self.instance.opened

        def text(key: Any) -> str:
            found = repr(key) if opened(key) is None else repr(Preview(key, opened))
            return found if len(found) <= KEY_SHOWN_MAX else found[: KEY_SHOWN_MAX - 3] + "..."

        return [(parent, (text(label[0]),) if isinstance(label, tuple) else label, *rest) for parent, label, *rest in rows]  # type: ignore[misc]

    def held_type(self, variable: Variable) -> Type:
        """The type by which a later program knows a name: numbers, texts and bools keep theirs."""
        return variable.type if variable.type in (INT, FLOAT, BOOL, STR) else ANY

    def is_set(self, variable: Variable) -> bool:
        return bool(self.variables.flag(variable.slots[0]))

    def read(self, variable: Variable) -> Any:
        """The value of a name that is set."""
        if variable.type is None:
            kind, _, name = variable.shown.partition(" ")
            return Callable("type" if kind == "class" else kind, name or "object")
        return from_components(iter(self.variables.read(variable.slots[1:])), variable.type)

    def dump(self, without: Collection[str] | None = None) -> bytes:
        """All that lasts and the events that wait, as a graph. Names of what is no data are left out. For another program, in which classes and the library begin anew, names alone, but those in ``without``."""
        known = {name: one for name, one in (self.module.variables or {}).items() if without is None or name not in without}
        named = [(name, one) for name, one in known.items() if one.type is not None and name != PAYLOAD and self.is_set(one)]
        kept = [(name, one) for name, one in self.module.kept.items() if without is None and self.is_set(one)]
        try:
            return self.variables.dump([*named, *kept])
        except BellError as error:
            if error.code != "E1105":
                raise
        return self.variables.dump([*named, *(row for row in kept if self._is_data(row))])

    def whole(self) -> bytes:
        """All that lasts, for another process. Raises E1105 where a name holds what is under way and could not go on there, an iterator or a generator."""
        if self.is_reference:
            raise bell_error("E0003", detail="The reference engine writes no dumps", hint="engine='auto'")
        for name, variable in self.names.items():
            if variable.type is None and not variable.shown.startswith(DEFINED) and self.is_set(variable):
                raise bell_error("E1105", what=f"'{name}', a value of the type {variable.shown},")
        return self.dump()

    def _is_data(self, row: tuple[str, Variable]) -> bool:
        """Whether a variable holds what can be written: those of classes may hold functions."""
        try:
            self.variables.dump([row])
        except BellError as error:
            if error.code != "E1105":
                raise
            return False
        return True

    def load(self, graph: bytes) -> None:
        """Take the names of a graph. Raises E0302 for one that the program does not have."""
        if not graph:
            return

        def missing(name: str) -> None:
            if name.isidentifier():  # what a program does not use of its classes and the library it need not have
                raise bell_error(
                    "E0302", what=f"'{name}'", expected="a name of the program", found="none", advice="the dump is of another program"
                )

        try:
            self.variables.load(graph, {name: one for name, one in self.all.items() if name != PAYLOAD}, missing)
        except BellError as error:
            if error.code in ("E1104", "E0302", "E0802", "E0803", "E0003"):
                raise
            raise bell_error("E1104", reason=f"a value cannot be where it stands: {error.message}") from None

    def forget(self) -> None:
        """Unset all names that hold data, and what else may be unset."""
        for variable in self.all.values():
            if variable.type is not None and (variable.name in self.names or variable.slots[0] not in variable.slots[1:]):
                self.variables.clear(variable.slots[0])

    def write(self, variable: Variable, value: Any) -> None:
        """Set a name. Raises E0302 where the value has not the type that the program gives the name."""
        what = f"'{variable.name}'"
        if variable.type is None:
            raise bell_error("E0302", what=what, expected=f"the {variable.shown} it is", found=type(value).__name__)
        if self.wide:
            narrow = self.narrow[variable.name].type if variable.name in self.narrow else None
            parts = to_wide_components(value, narrow or variable.type, variable.type, self.module.records, what)
        else:
            parts = to_components(value, variable.type, self.module.records, what)
        self.variables.write(variable.slots, [True, *parts], what)


class State(MutableMapping[str, "Any"]):
    """Names to values, as the program left them and as the host sets them: a value that is read is a copy, a value that is set is checked against the type that the program gives the name and copied.

    >>> from belljar import Runtime
    >>> runtime = Runtime("total = 10\\ndef add(n: int) -> int:\\n    global total\\n    total += n\\n    return total")
    >>> runtime.execute_once()
    >>> runtime.call("add", 5), runtime.state["total"]
    (15, 15)
    """

    def __init__(self, limits: ResourceLimits) -> None:
        self._limits = limits
        self._extras: dict[str, Any] = {}
        self.generation: Generation | None = None
        self.history: Final = History(self)
        self._released: list[Mark] = []
        """Marks that nobody has any more: given up at the next chance, as a finaliser may run at any time."""
        self.noted: Noted | None = None
        """Told what the host does with the state, where a trace is to be made again."""
        self.owner: Owner | None = None

    # --- names --------------------------------------------------------------------------------------------------------------------

    def _variable(self, name: str) -> Variable | None:
        return None if self.generation is None else self.generation.names.get(name)

    def __getitem__(self, name: str) -> Any:
        variable = self._variable(name)
        if variable is not None and self.generation is not None and self.generation.is_set(variable):
            return self.generation.read(variable)
        if variable is None and name in self._extras:
            return deepcopy(self._extras[name])
        raise KeyError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        """Set a name. Raises E0302 for a value of the wrong type and E0806 for one name too many."""
        if self.noted is not None:
            self.noted("set", name, value)
        variable = self._variable(name)
        if variable is not None and self.generation is not None:
            self.settle()
            self.generation.write(variable, value)
            self.history.note(SET, name, value, ())
            return
        if not isinstance(name, str) or not name.isidentifier():
            raise bell_error("E0003", detail=f"a name of the state is an identifier, got {name!r}")
        if name not in self._extras and self.count() >= self._limits.max_variables:
            raise bell_error("E0806", a=self._limits.max_variables, found=self.count() + 1)
        type_of(value, f"'{name}'")
        self._extras = {**self._extras, name: deepcopy(value)}
        self.history.note(SET, name, value, ())

    def __delitem__(self, name: str) -> None:
        variable = self._variable(name)
        if variable is not None and self.generation is not None and self.generation.is_set(variable):
            self.settle()
            for slot in variable.slots:
                self.generation.variables.clear(slot)
            self.history.note(CLEAR, name, None, ())
        elif variable is None and name in self._extras:
            self._extras = {known: value for known, value in self._extras.items() if known != name}
            self.history.note(CLEAR, name, None, ())
        else:
            raise KeyError(name)
        if self.noted is not None:
            self.noted("delete", name)

    def __iter__(self) -> Iterator[str]:
        generation = self.generation
        if generation is not None:
            yield from [name for name, variable in generation.names.items() if generation.is_set(variable)]
        yield from [name for name in self._extras if self._variable(name) is None]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        variable = self._variable(name) if isinstance(name, str) else None
        if variable is not None and self.generation is not None:
            return self.generation.is_set(variable)
        return name in self._extras

    def __repr__(self) -> str:
        return f"<State: {', '.join(self) or 'empty'}>"

    def to_dict(self) -> dict[str, Any]:
        """All names with copies of their values."""
        return {name: self[name] for name in self}

    def type_of(self, name: str) -> str:
        """The type that the program gives a name, or that of the value the host set. Raises KeyError."""
        variable = self._variable(name)
        if variable is not None:
            return str(variable.type) if variable.type is not None else variable.shown
        return str(type_of(self._extras[name], f"'{name}'"))

    def count(self) -> int:
        """The names that count against ``max_variables``: those that the program may assign, and those that the host set besides."""
        known = () if self.generation is None else self.generation.unit.front.flow.state or ()
        return len(known) + sum(1 for name in self._extras if name not in known)

    # --- what is carried from one program to the next ---------------------------------------------------------------------------------

    def given(self) -> dict[str, Type]:
        """The names that the host set and no program has yet, with the types of their values."""
        return {name: type_of(value, f"'{name}'") for name, value in self._extras.items()}

    def enter(self, generation: Generation) -> None:
        """Go on under another program, whose instance has all values but those that the host set."""
        for name, value in self._extras.items():
            variable = generation.names.get(name)
            if variable is not None:
                generation.write(variable, value)
        self._extras = {name: value for name, value in self._extras.items() if name not in generation.names}
        self.generation = generation

    @property
    def extras(self) -> dict[str, Any]:
        """The names that only the host set. Never changed once made."""
        return self._extras

    def leave(self, generation: Generation, before: Generation, extras: dict[str, Any]) -> None:
        """Go back to the program before one whose execution failed."""
        self._extras = extras
        for mark in generation.marks:
            mark.gone = BEHIND
        self.generation = before

    # --- as bytes -------------------------------------------------------------------------------------------------------------------

    def dump(self, mark: Mark | None = None, key: bytes | None = None) -> bytes:
        """The state as it is, or was at a mark, as bytes for :meth:`load` in another process; with a key they are signed. Raises E1105 for values that are no data."""
        if mark is None:
            generation = self.generation
            return seal(self._extras, b"" if generation is None else generation.whole(), key)
        with self.at(mark) as look:
            return seal(mark.extras, look.generation.whole(), key)

    def load(self, data: bytes, key: bytes | None = None) -> None:
        """Take all names of a dump for those there are. Raises E1104 for bytes that are no dump or were changed, E0302 for values that do not fit the program, and leaves the state as it is then."""
        extras, graph = unseal(data, key)
        if self.noted is not None:
            self.noted("take", seal(extras, graph, None))
        self.settle()
        generation = self.generation
        if graph:
            generation = self._current()
        for name, value in extras.items():
            type_of(value, f"'{name}'")
        own = {} if generation is None else {name: value for name, value in extras.items() if name in generation.names}
        if generation is not None:
            mark = self.mark()
            try:
                generation.forget()
                generation.load(graph)
                for name, value in own.items():
                    generation.write(generation.names[name], value)
            except BaseException:
                self.return_to(mark)
                raise
            finally:
                self.release(mark)
        self._extras = {name: value for name, value in extras.items() if name not in own}
        if graph and self.owner is not None:  # it goes on from there, and does not begin
            self.owner.is_executed = True
        self.history.begin()

    # --- going back -----------------------------------------------------------------------------------------------------------------

    @property
    def has_released(self) -> bool:
        """Whether there are marks to give up."""
        return bool(self._released)

    def settle(self) -> None:
        """Give up the marks that nobody has any more."""
        while self._released:
            self.release(self._released.pop())

    def mark(self) -> Mark:
        """A point to go back to, in microseconds whatever the state holds. Raises E0003 where there are too many."""
        self.settle()
        generation = self._current()
        made = Mark(generation, self._extras, self.history.at)
        made.is_executed = self.owner is None or self.owner.is_executed
        if len(generation.marks) >= MARKS_MAX:
            raise bell_error(
                "E0003", detail=f"a state has at most {MARKS_MAX} snapshots at a time", hint="let go of some: snapshot.release()"
            )
        generation.variables.snapshot()
        generation.marks.append(made)
        if self.noted is not None:
            self.noted("mark", made)
        return made

    def return_to(self, mark: Mark) -> None:
        """Go back to a mark, which stays usable; those that were set after it are gone. In time of what was changed since."""
        self.settle()
        generation = self._usable(mark)
        if self.noted is not None:
            self.noted("return", mark)
        current = self._current()
        current.variables.check_idle()
        while self.generation is not None and self.generation is not generation:
            for later in self.generation.marks:
                later.gone = BEHIND
            self.generation.marks = []
            self.generation = self.generation.parent
        while generation.marks:
            last = generation.marks.pop()
            generation.variables.rollback_epoch()
            if last is mark:
                break
            last.gone = BEHIND
        self._extras = mark.extras
        if self.owner is not None:
            self.owner.is_executed = mark.is_executed
        generation.variables.snapshot()
        generation.marks.append(mark)
        self.history.return_to(mark.at)

    def release(self, mark: Mark) -> None:
        """Give a mark up. The state stays as it is."""
        if mark.gone:
            return
        generation = mark.generation
        generation.variables.forget(generation.marks.index(mark))
        generation.marks.remove(mark)
        mark.gone = "it was released"
        if self.noted is not None:
            self.noted("release", mark)

    def drop(self, mark: Mark) -> None:
        """As :meth:`release`, at the next chance: may be called at any time, from any thread."""
        self._released.append(mark)

    def at(self, mark: Mark) -> Look:
        """The state as it was at a mark, for the time of a ``with``, in which the state may only be looked at."""
        return Look(self, self._usable(mark), mark)

    def _usable(self, mark: Mark) -> Generation:
        if mark.gone:
            raise bell_error("E0003", detail=f"The snapshot cannot be used any more: {mark.gone}")
        generation = self.generation
        while generation is not None and generation is not mark.generation:
            generation = generation.parent
        if generation is None:
            raise bell_error("E0003", detail="The snapshot is of another state")
        return generation

    def _current(self) -> Generation:
        generation = self.generation
        if generation is None and self.owner is not None:
            generation = self.owner.current()
        if generation is None:
            raise bell_error("E0003", detail="The state has no program yet", hint="load(text), execute(text) or Runtime(text)")
        return generation


class Look:
    """The values of a generation at a mark."""

    def __init__(self, state: State, generation: Generation, mark: Mark) -> None:
        self.generation = generation
        self.mark = mark
        self.state = state
        self.place = generation.marks.index(mark)

    def __enter__(self) -> Look:
        self.generation.variables.look(self.place)
        return self

    def __exit__(self, *_: object) -> None:
        self.generation.variables.look_away(self.place)

    def names(self) -> list[str]:
        generation = self.generation
        set_ = [name for name, variable in generation.names.items() if generation.is_set(variable)]
        return [*set_, *(name for name in self.mark.extras if name not in generation.names)]

    def read(self, name: str) -> Any:
        variable = self.generation.names.get(name)
        if variable is None:
            return deepcopy(self.mark.extras[name])
        if not self.generation.is_set(variable):
            raise KeyError(name)
        return self.generation.read(variable)


DEFINED = ("function", "class", "module", "builtin")
"""What names of no data hold that a program defines, and that is there again in another process."""
QUEUE = "_events.queue"
PAYLOAD = "_events.payload"
"""Holds the payload of the event that is being handled."""
KEY_SHOWN_MAX = 40
MARKS_MAX = 1_000
BEHIND = "the state went back to before it"
