"""Slices of runs that were followed: the value that is asked for, found where the run left it, and what it came from.

What is asked for is a name (:class:`Asked`): ``return``, a variable with any fields and items of its value, ``order.lines[2].price``, the same of another function, ``discount.rate``, or what a variable
got on a line, ``total@12``.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left

from belljar.engines.dependences import CONTAINERS
from belljar.engines.heap_dependences import shown, slots_of, variable_of, whole_of
from belljar.errors import bell_error
from belljar.ir.guest import GuestDict, GuestList, GuestRecord, GuestTuple, assemble
from belljar.ir.reaching import Reaching
from belljar.lang.scope import nearest
from belljar.source import Source, visible
from belljar.structs import Struct
from belljar.trace.slices import RESULT, Slice, SliceStep, wholes
from belljar.types import ANY, TupleType, components

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Final

    from belljar.engines.dependences import Event
    from belljar.engines.reference import _Frame
    from belljar.engines.shadowing import Shadowing
    from belljar.errors import BellError
    from belljar.ir.function import Function, Module, Variable

ASKED_MAX: Final = 1_000
"""Characters of what is asked for."""
STEPS_MAX: Final = 2_000
"""Steps of a slice that are kept, the first half and the last half."""
USES_MAX: Final = 24
"""Steps that one step is said to have come from."""


class Asked(Struct):
    """What is asked for: the names before the first item (``path``), the items and fields after them (``parts``), and the line, 0 for none."""

    __slots__ = ("line", "parts", "path", "text")

    def __init__(self, text: str, path: tuple[str, ...], parts: tuple[tuple[str, Any], ...], line: int) -> None:
        self.text = text
        self.path = path
        self.parts = parts
        self.line = line

    @classmethod
    def read(cls, text: str, task: str) -> Asked:
        """From what people write. Raises E1331."""
        if not isinstance(text, str) or not text or len(text) > ASKED_MAX:
            raise bell_error(
                "E0003", detail="the name of a value is asked for", hint="example: total, order.qty, prices[2], fee.rate, total@12"
            )
        if text == RESULT:
            return cls(text, (RESULT,), (), 0)
        bare, _, line = text.partition("@") if re.search(r"@\d+$", text) else (text, "", "")
        path: list[str] = []
        parts: list[tuple[str, Any]] = []
        try:
            node = ast.parse(bare.strip(), mode="eval").body
            while not isinstance(node, ast.Name):
                if isinstance(node, ast.Attribute):
                    parts.append(("field", node.attr))
                elif isinstance(node, ast.Subscript):
                    parts.append(("item", ast.literal_eval(node.slice)))
                else:
                    raise ValueError
                node = node.value
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            raise bell_error(
                "E1331",
                name=text,
                task=called(task),
                nearest="a value is asked for by its name, as in total, order.qty, prices[2], fee.rate, total@12",
            ) from None
        path.append(node.id)
        parts.reverse()
        while parts and parts[0][0] == "field":
            path.append(parts.pop(0)[1])
        return cls(text, tuple(path), tuple(parts), int(line or 0))

    def place(self, module: Module) -> Reaching | None:
        """The place that the value depends on having been come to last: where another function, or a line, is asked for."""
        if self.line:
            return Reaching(module, line=self.line)
        function = self.function(module)
        return None if function is None else Reaching(module, name=function)

    def function(self, module: Module) -> str | None:
        """The function whose name begins the path, as the source has it; None where none does."""
        known = {plain_name(function.source_name): function.source_name for function in module.functions.values() if function.source_name}
        for count in range(len(self.path) - 1, 0, -1):
            found = known.get(".".join(self.path[:count]))
            if found is not None:
                return found
        return None


def called(task: str) -> str:
    """What was called, in a sentence."""
    return f"{task}()" if task.isidentifier() else task or "the module level"


def plain_name(source_name: str) -> str:
    """The name of a function as it is asked for: ``outer.inner``."""
    return source_name.replace(".<locals>", "")


class Slicing:
    """Finds a value of a run that is over, and what it came from."""

    def __init__(
        self,
        watch: Shadowing,
        module: Module,
        source: str,
        task: str,
        error: BellError | None,
        globals: list[Any],
        *,
        state: bool = False,
        line_of: Callable[[int], int] | None = None,
        checks: Sequence[tuple[int, int, int]] = (),
    ) -> None:
        """``state``: names of the module level are those of a state that lasts, and ``checks`` what could have ended each call, with the dependences that came up in it: a call that ends otherwise is as if it
        had not been, so that it only counts where something came from it. ``line_of`` gives the line that people know of one of the module."""
        self.watch = watch
        self.globals = globals
        self.graph = watch.graph
        self.module = module
        self.task = task
        self.error = error
        self.source = module.source or Source(module.name, source)
        self.state = state
        self.line_of = line_of or (lambda line: line)
        self.checks = checks
        self.called = called(task)

    def slice(self, name: str) -> Slice:
        start, value = self._result() if name == RESULT else self._found(Asked.read(name, self.task))
        made = self.graph.reached(start)
        inside = set(made)
        checks = self.watch.checks
        if self.state:
            # `made` is in order: whether there is one of a call's dependences is where the first that is not before them stands
            reached = [found for first, end, found in self.checks if (at := bisect_left(made, first)) < len(made) and made[at] < end]
            checks = self.watch.join(*reached)
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
        lines = tuple(sorted({self.line_of(events[node].span.line) for node in nodes if node in events and events[node].span.line}))
        return Slice(
            self.task, name, value, tuple(inputs), tuple(only), steps, lines, skipped, self.error.code if self.error is not None else ""
        )

    # --- the value ------------------------------------------------------------------------------------------------------------------

    def _result(self) -> tuple[int, str]:
        watch = self.watch
        if self.error is not None:
            return watch.failure, ": ".join(filter(None, self.error.raised))
        last = watch.last
        assert last is not None
        values = [last.registers[register] for register in last.instrs[-1].args]
        found = [watch.heap.deep(value, dependence) for value, dependence in zip(values, watch.results, strict=True)]
        row = self.module.tasks.get(self.task)
        if row is None:
            return watch.join(*found), "None"
        type = row.result
        return watch.join(*found), told(assemble(type, iter(values)))

    def _found(self, asked: Asked) -> tuple[int, str]:
        """What a value depends on, and its text."""
        watch = self.watch
        if asked.line:
            return self._at_line(asked)
        known = self._known()
        if asked.path[0] in known:
            frame, registers = known[asked.path[0]]
            found, value = self._last(frame, registers), self._value(frame, registers)
            return self._part(asked, found, value, [("field", name) for name in asked.path[1:]])
        for count in (1, 2):  # a name of the module level, or a class variable
            row = self.module.names.get(".".join(asked.path[:count]))
            if row is not None and (row.slots[0] == row.slots[1] or self.globals[row.slots[0]]):
                return self._part(asked, *self._global(row), [("field", name) for name in asked.path[count:]])
        function = asked.function(self.module)
        if function is not None:
            own = self._of_function(asked, function)
            if own is not None:
                return watch.join(own[0], watch.elsewhere, watch.failure), own[1]
        raise self._unknown(asked.text, self._names(known))

    def _known(self) -> dict[str, tuple[_Frame, list[int]]]:
        """The variables of the task and, of a run without a state, of the module level, with their registers."""
        frames = [self.watch.last, *([] if self.state else [self.watch.module_level])]
        known: dict[str, tuple[_Frame, list[int]]] = {}
        for frame in frames:
            if frame is not None and not (self.state and frame.function.name == self.module.init):
                for name, registers in variables_of(frame).items():
                    known.setdefault(name, (frame, registers))
        return known

    def _names(self, known: Mapping[str, Any]) -> list[str]:
        functions = [
            f"{plain_name(name)}.{variable}"
            for name, frame in self.watch.frames.items()
            if frame is not self.watch.last and not self._is_of_library(frame.function)
            for variable in variables_of(frame)
        ]
        return [*known, *sorted(self.module.names), *functions[:FUNCTIONS_SHOWN_MAX], RESULT]

    def _is_of_library(self, function: Function) -> bool:
        """Whether a function is none that people know: those of the library are called by their module."""
        if function.source_name.startswith("@"):
            return True
        name = function.name.partition("(")[0]
        return name != function.source_name and name.endswith(f".{function.source_name}")

    def _unknown(self, name: str, names: Sequence[str]) -> BellError:
        return bell_error(
            "E1331", name=name, task=self.called, nearest=nearest(name, names) or f"values are {', '.join(sorted(set(names)))}"
        )

    def _global(self, row: Variable) -> tuple[tuple[int, str], Any]:
        """What a name of the module level depends on, its text, and its value with what its reference depends on."""
        watch, slots = self.watch, row.slots[1:]
        values = [self.globals[slot] for slot in slots]
        known = [watch.globals.get(slot, 0) for slot in slots]
        is_set = watch.globals.get(row.slots[0], 0)
        found = watch.join(is_set, *[watch.heap.deep(value, one) for value, one in zip(values, known, strict=True)])
        if row.type is None:
            return (found, row.shown), (None, found)
        whole = assemble(row.type, iter(values))
        if not isinstance(row.type, TupleType):
            return (found, told(whole)), (whole, watch.join(is_set, *known))
        at, items = 0, []
        for type in row.type.items:
            end = at + len(components(type))
            items.append(watch.join(is_set, *known[at:end]))
            at = end
        return (found, told(whole)), (_Items(whole).of(items), 0)

    def _of_function(self, asked: Asked, function: str) -> tuple[int, str] | None:
        """A variable of the last call of a function."""
        frame = self.watch.frames.get(function)
        plain = plain_name(function)
        if frame is None:
            raise bell_error("E1331", name=asked.text, task=self.called, nearest=f"{plain}() was not called")
        own = variables_of(frame)
        rest = asked.path[plain.count(".") + 1 :]
        if rest[0] not in own:
            raise self._unknown(asked.text, [f"{plain}.{name}" for name in own])
        found = self._last(frame, own[rest[0]])
        shadow = frame.shadow
        around = self.watch.join(found[0], shadow.around, self.watch.around(shadow), *[region.own for region in shadow.regions])
        return self._part(asked, (around, found[1]), self._value(frame, own[rest[0]]), [("field", name) for name in rest[1:]])

    def value_of(self, frame: _Frame, registers: list[int]) -> str:
        """The last value of a variable, as text."""
        return self._last(frame, registers)[1]

    def _at_line(self, asked: Asked) -> tuple[int, str]:
        watch = self.watch
        if watch.found is None:
            raise bell_error(
                "E1331",
                name=asked.text,
                task=self.called,
                nearest=f"nothing was assigned to '{asked.text.partition('@')[0]}' on line {asked.line}",
            )
        return watch.join(watch.found[0], watch.elsewhere, watch.failure), told(watch.found[1])

    def _value(self, frame: _Frame, registers: Sequence[int]) -> tuple[Any, int]:
        """The value of a variable that is one reference, and what that depends on."""
        shadow = frame.shadow
        set_ = [register for register in registers if frame.registers[register] is not None]
        if not set_:
            return None, 0
        places = {frame.function.registers[register].name.partition(".")[2]: register for register in set_}
        if all(place.isdigit() for place in places):  # a tuple of which each item has a register
            items = [places[place] for place in sorted(places, key=int)]
            return _Items(frame.registers[register] for register in items).of([self.watch.of(shadow, register) for register in items]), 0
        register = max(set_, key=lambda one: shadow.data[one])
        value = frame.registers[register]
        if register in shadow.static.cells:
            value = value[0] if value else None
        return value, self.watch.of(shadow, register)

    def _part(self, asked: Asked, whole: tuple[int, str], value: tuple[Any, int], fields: Sequence[tuple[str, Any]]) -> tuple[int, str]:
        """A field or an item of a value, and so on; the whole where none is asked for."""
        parts = [*fields, *asked.parts]
        if not parts:
            return whole
        one, reference = value
        heap, join = self.watch.heap, self.watch.join
        for kind, name in parts:
            if isinstance(one, _Items) and kind == "item" and isinstance(name, int) and -len(one) <= name < len(one):
                one, reference = one[name], one.dependences[name]
                continue
            slots = _slots(one, kind, name) if isinstance(one, CONTAINERS) else []
            if not slots:
                text = f".{name}" if kind == "field" else f"[{name!r}]"
                raise bell_error(
                    "E1331", name=asked.text, task=self.called, nearest=f"there is no {text} in {told(one)}" if told(one) else ""
                )
            shadow = heap.of(one, reference)
            found = [heap.slot(shadow, slot) for slot in slots]
            if isinstance(one, GuestDict) or (isinstance(name, int) and name < 0):
                found.append(heap.shape(shadow))
            reference = join(reference, *found)
            values = _values(one, slots)
            described = [one.layout.slots[slot] for slot in slots] if isinstance(one, GuestRecord) else [("", None)]
            one = values[0] if len(values) == 1 else whole_of(described, values, len(values) - 1)
        return heap.deep(one, reference), told(one)

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
            return told(cell[0]) if cell else "not assigned"
        if all(value is None for value in values.values()) and not any(
            frame.function.registers[register].type == ANY for register in registers
        ):
            return "not assigned"
        if any(name.endswith("?") and not value for name, value in values.items()):
            return "None"
        parts = [value for name, value in values.items() if not name.endswith("?")]
        is_tuple = any("." in name and name.rpartition(".")[2].isdigit() for name in values)
        return f"({', '.join(map(told, parts))})" if is_tuple else told(parts[-1])

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
            self.line_of(event.span.line) if event.span.line else 0,
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


def told(value: Any) -> str:
    made = shown(value)
    return repr(made) if isinstance(made, str) and type(made) is str else str(made)


class _Items(tuple):  # type: ignore[type-arg]
    """The items of a tuple that is no object, and what each depends on."""

    dependences: Sequence[int] = ()

    def of(self, dependences: Sequence[int]) -> _Items:
        self.dependences = dependences
        return self


FUNCTIONS_SHOWN_MAX: Final = 20
"""Variables of other functions that an error names."""


def variables_of(frame: _Frame) -> dict[str, list[int]]:
    """The variables of a call that people know, with their registers."""
    known: dict[str, list[int]] = {}
    for register, described in enumerate(frame.function.registers):
        base = variable_of(described.name).partition("[")[0]
        if "$" not in described.name and base.isidentifier():
            known.setdefault(base, []).append(register)
    return known


def _slots(value: Any, kind: str, name: Any) -> list[int]:
    """The numbers of the parts that a field or an item of a container is; none where it has none such."""
    if kind == "field":
        if not isinstance(value, GuestRecord):
            return []
        return [slot for slot, (field, _) in enumerate(value.layout.slots) if field.rstrip("?~").partition(".")[0] == name]
    if isinstance(value, (GuestList, GuestTuple)):
        is_place = isinstance(name, int) and -len(value) <= name < len(value)
        return [name % len(value)] if is_place else []
    if isinstance(value, GuestDict):
        return [slot for slot in slots_of(value) if _same(value.entry(slot)[0], name)]
    return []


def _same(key: Any, name: Any) -> bool:
    return type(key) in (str, int, float, bool, type(None)) and bool(key == name)


def _values(value: Any, slots: Sequence[int]) -> list[Any]:
    if isinstance(value, GuestRecord):
        return [value.slots[slot] for slot in slots]
    return [value.entry(slot)[1] if isinstance(value, GuestDict) else value[slot] for slot in slots]
