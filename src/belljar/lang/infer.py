"""Whole-program inference: one specialisation of a function per tuple of argument types, walked until nothing changes.

The state is a :class:`World`: cells of container elements, types of module-level variables and record fields, and the result of every specialisation. All of them only
grow, in a lattice of finite height, so the rounds end. A round walks every specialisation that is reachable from the entries, last discovered first, so that results flow from
callees to callers and a program without recursion settles in a few rounds.
"""

from __future__ import annotations

import ast
from heapq import heappop, heappush

from belljar.errors import BellError, bell_error
from belljar.lang.annotations import read_annotation
from belljar.lang.conversion import convert, parts
from belljar.lang.emit import NullEmitter, Val
from belljar.lang.graph import Branch, FlowBlock, FlowFunction, FlowModule, Jump, Raise, Return, Step
from belljar.lang.lattice import OF_THE_MODULE, UNBOUND, UNKNOWN, Cell, Lattice, MaybeType, lift, resolve
from belljar.lang.syntax import span_of
from belljar.lang.transfer import Env, Walk
from belljar.source import Span
from belljar.types import NEVER, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

ROUNDS_MAX = 200

SPECIALISATIONS_MAX = 100
"""Combinations of argument types one function is compiled for."""

MEETINGS_MAX = 40
"""Calls within calls that are followed at once, on the host's stack; deeper ones wait for the next round."""

STEPS_MAX = 3_000_000
"""Steps walked until types are settled: it bounds the time of compiling whatever the program is made of."""


class Specialisation:
    """A function for one tuple of argument types.

    ``entries`` are the states at the start of the blocks that can be reached; ``version`` is that of the lattice when the last walk over it began, and ``callees`` what
    that walk called, in order.
    """

    __slots__ = ("callees", "declared", "entries", "flow", "live", "name", "params", "result", "source_name", "version")

    def __init__(
        self,
        name: str,
        source_name: str,
        flow: FlowFunction,
        params: list[Type],
        declared: Type | None,
        live: list[frozenset[str]],
        result: Type = NEVER,
        entries: dict[int, Env] | None = None,
        version: int = -1,
        callees: dict[Specialisation, None] | None = None,
    ) -> None:
        self.name = name
        self.source_name = source_name
        self.flow = flow
        self.params = params
        self.declared = declared
        self.live = live
        self.result = result
        self.entries: dict[int, Env] = {} if entries is None else entries
        self.version = version
        self.callees: dict[Specialisation, None] = {} if callees is None else callees


class World:
    """Everything inference knows about a program. ``lenient``: go on behind a variable that nothing assigned, to find more errors."""

    def __init__(self, flow: FlowModule, inputs: dict[str, Type], lenient: bool = False) -> None:
        self.flow = flow
        self.lenient = lenient
        self.lattice = Lattice()
        self.inputs = inputs
        self.input_types = {name: lift(type) for name, type in inputs.items()}
        self.specialisations: dict[tuple[str, tuple[str, ...]], Specialisation] = {}
        self.reached: dict[str, Specialisation] = {}
        self.counts: dict[str, int] = {}
        self.sites: dict[tuple[str, int, int], Cell] = {}
        self.fields: dict[tuple[str, str], Cell] = {}
        self.field_types: dict[tuple[str, str], Type] = {}
        self.globals: dict[str, Type] = {name: type for name, type in self.input_types.items() if name in flow.globals}
        self.annotations: dict[int, Type] = {}
        self.names: set[str] = set()
        self.diagnostics: list[BellError] = []
        self.suspected: dict[tuple[str, Span], BellError] = {}
        self.met_unknown = False
        self.steps = 0
        self.met = 0
        self.open_fields: set[tuple[str, str]] = set()
        self.constant_globals: dict[tuple[str, Type, tuple[Any, ...]], int] = {}
        self.slots: list[tuple[str, Type]] = []
        self.slots_of: dict[str, list[tuple[int, Type]]] = {}
        functions = [flow.init, *flow.functions.values()]
        self.sets_fields = any(step.kind == "set_attr" for function in functions for block in function.blocks for step in block.steps)
        self.early, self.constants = _early_names(flow)
        for record in flow.records.values():
            for field_decl in record.fields:
                self.field_types[record.name, field_decl.name] = self.annotation(field_decl.annotation)
                self.fields[record.name, field_decl.name] = Cell()

    # --- facts --------------------------------------------------------------------------------------------------------------------

    def report(self, error: BellError) -> None:
        """Keep an error unless the same one (another specialisation found it) is there already."""
        if not any(known.code == error.code and known.span == error.span for known in self.diagnostics):
            self.diagnostics.append(error)

    def suspect(self, error: BellError) -> None:
        """Keep an error met while types were not settled yet."""
        self.suspected.setdefault((error.code, error.span), error)

    def hidden(self) -> list[BellError]:
        """The errors whose effect is in the types although the last walk did not meet them: what went wrong made the operands unknown on the way round a loop or recursion."""
        return list(self.suspected.values()) if self.met_unknown and not self.diagnostics else []

    def annotation(self, node: ast.expr) -> Type:
        found = self.annotations.get(id(node))
        if found is None:
            found = self.annotations[id(node)] = read_annotation(node, self.flow.records.keys(), self._bad_annotation)
        return found

    def _bad_annotation(self, node: ast.expr, detail: str) -> None:
        self.report(
            bell_error(
                "E0313",
                source=self.flow.source,
                span=span_of(node, self.flow.source),
                detail=f"this annotation is not a type: {detail}",
                advice="types are int, float, bool, str, None, list[...], dict[..., ...], set[...], tuple[...], records, and unions with None",
            )
        )

    def site_cell(self, key: tuple[str, int, int], type: Type) -> Cell:
        cell = self.sites.get(key)
        if cell is None:
            cell = self.sites[key] = Cell()
        self.lattice.grow(cell, type)
        return cell.find()

    def field_annotation(self, record: str, field: str) -> Type:
        return self.field_types[record, field]

    def field_cell(self, record: str, field: str) -> Cell:
        return self.fields[record, field].find()

    def seeded(self, record: str, field: str) -> bool:
        """Whether a field was opened to values from outside before; remembers that it is now."""
        if (record, field) in self.open_fields:
            return True
        self.open_fields.add((record, field))
        return False

    def slot_of(self, record: str, field: str) -> int:
        position = 0
        for decl in self.flow.records[record].fields:
            if decl.name == field:
                break
            position += len(parts(self.field_cell(record, decl.name).type))
        return position

    def global_type(self, name: str) -> Type:
        return self.globals.get(name, NEVER)

    def publish(self, walk: Walk, name: str, val: Val) -> None:
        """A module-level variable that functions read was assigned."""
        if name not in self.flow.globals or name in self.constants:
            return
        type = val.type if name in self.early else MaybeType(val.type)
        joined = self.lattice.join(self.globals.get(name, NEVER), type)
        if joined != self.globals.get(name, NEVER):
            self.lattice.version += 1
            self.globals[name] = joined
        if walk.e.live and val.type != UNKNOWN:
            for (slot, _), reg in zip(self.global_slots(name), convert(walk, val, self.globals[name]).regs, strict=True):
                walk.e.emit("global.set", slot, reg)

    def global_slots(self, name: str) -> list[tuple[int, Type]]:
        """The module slots a global's components live in: (index, storage type)."""
        found = self.slots_of.get(name)
        if found is None:
            found = []
            for position, part in enumerate(parts(self.globals[name])):
                found.append((len(self.slots), part))
                self.slots.append((name if position == 0 else f"{name}:{position}", part))
            self.slots_of[name] = found
        return found

    def constant_global(self, kind: str, type: Type, values: tuple[Any, ...]) -> int:
        """The module slot of a constant container, made before anything runs."""
        key = (kind, type, values)
        slot = self.constant_globals.get(key)
        if slot is None:
            slot = self.constant_globals[key] = len(self.slots)
            self.slots.append((f".{kind}{slot}", type))
        return slot

    # --- specialisations ------------------------------------------------------------------------------------------------------------

    def specialise(self, name: str, types: Sequence[Type]) -> Specialisation:
        """The specialisation of a function for these argument types."""
        shapes = tuple(str(resolve(type)) if type != UNKNOWN else "unknown" for type in types)
        key = (name, shapes)
        spec = self.specialisations.get(key)
        if spec is None:
            flow = self.flow.init if name == "@init" else self.flow.functions[name]
            if self.counts.get(name, 0) >= SPECIALISATIONS_MAX:
                raise bell_error(
                    "E0313",
                    source=self.flow.source,
                    span=flow.span,
                    detail=f"{name}() is called with more than {SPECIALISATIONS_MAX} combinations of argument types",
                    advice="pass fewer kinds of values, or keep mixed ones in a list",
                )
            declared = None if flow.returns is None else self.annotation(flow.returns)
            params = [UNKNOWN if type == UNKNOWN else lift(resolve(type)) for type in types]
            spec = Specialisation(self._ir_name(name, shapes), name, flow, params, declared, self.live_names(flow))
            self.specialisations[key] = spec
            self.counts[name] = self.counts.get(name, 0) + 1
        return spec

    def _ir_name(self, name: str, shapes: tuple[str, ...]) -> str:
        base = name if not shapes else f"{name}({','.join(s.replace(' ', '') for s in shapes)})"
        candidate, number = base, 2
        while candidate in self.names:
            candidate, number = f"{base}#{number}", number + 1
        self.names.add(candidate)
        return candidate

    def live_names(self, flow: FlowFunction) -> list[frozenset[str]]:
        if flow.live is None:
            flow.live = _live_in(flow.blocks)
        return flow.live

    def last_uses(self, block: FlowBlock) -> dict[int, int]:
        """The position of the last step of the block that uses each temporary; one past the steps for those the end uses."""
        if block.last_uses is None:
            block.last_uses = _last_uses(block.steps, block.end)
        return block.last_uses

    def settle(self, entries: Iterable[tuple[str, Sequence[Type]]]) -> list[Specialisation]:
        """Walk rounds from the entries until nothing changes; the specialisations of the entries."""
        starts = [self.specialise(name, types) for name, types in entries]
        order: list[Specialisation] = []
        for _ in range(ROUNDS_MAX):
            for spec in reversed(order):  # last discovered first
                self.analyse(spec)
            order = self._discover(starts)
            if all(spec.version == self.lattice.version for spec in order):
                self.reached = {spec.name: spec for spec in order}
                return starts
        raise self._too_much()

    def _discover(self, starts: Sequence[Specialisation]) -> list[Specialisation]:
        """Every specialisation the entries lead to, breadth first; what was never walked is walked."""
        order = list(dict.fromkeys(starts))
        seen = set(order)
        for spec in order:
            if spec.version < 0:
                self.analyse(spec)
            for callee in spec.callees:
                if callee not in seen:
                    seen.add(callee)
                    order.append(callee)
        return order

    def meet(self, callee: Specialisation) -> None:
        """Walk a callee when its first call is met, so that the caller can go on behind the call."""
        if callee.version < 0 and self.met < MEETINGS_MAX:
            self.met += 1
            self.analyse(callee)
            self.met -= 1

    def _too_much(self) -> BellError:
        return bell_error("E0103", source=self.flow.source, found="too many", unit="steps of type inference", limit=STEPS_MAX)

    def analyse(self, spec: Specialisation) -> None:
        """Walk the blocks of one specialisation until their entry states are stable; nothing where no fact changed since that was done."""
        if spec.version == self.lattice.version:
            return
        spec.version = self.lattice.version
        spec.callees = {}
        walk = Walk(self, spec, NullEmitter(), False)
        start = {param.name: type for param, type in zip(spec.flow.params, spec.params, strict=True)}
        if spec.flow.is_init:
            start.update(self.input_types)
        spec.entries = {0: start}
        pending, waiting = [0], {0}
        while pending:
            number = heappop(pending)  # blocks are numbered roughly in program order
            waiting.discard(number)
            self.steps += 1 + len(spec.flow.blocks[number].steps)
            if self.steps > STEPS_MAX:
                raise self._too_much()
            for target, env in walk.run(number, spec.entries[number]):
                live = spec.live[target]
                env = {name: type for name, type in env.items() if name in live or _path_root(name) in live or OF_THE_MODULE in name}
                known = spec.entries.get(target)
                merged = env if known is None else merge(self.lattice, known, env)
                if known is None or merged != known:
                    spec.entries[target] = merged
                    if target not in waiting:
                        waiting.add(target)
                        heappush(pending, target)


def _path_root(name: str) -> str:
    """The variable of a narrowed path such as ``x.f``; ``""`` for a plain name."""
    return name.split(".", 1)[0] if "." in name[1:] and not name.startswith(".") else ""


def merge(lattice: Lattice, a: Env, b: Env) -> Env:
    """The state where two paths meet."""
    merged: Env = {}
    for name in dict.fromkeys((*a, *b)):  # in an order that is the same in every process
        left, right = a.get(name), b.get(name)
        if _path_root(name):
            if left is not None and right is not None and left == right:
                merged[name] = left
            continue
        merged[name] = lattice.join(UNBOUND if left is None else left, UNBOUND if right is None else right)
    return merged


def _live_in(blocks: list[FlowBlock]) -> list[frozenset[str]]:
    """The variables each block, or one after it, reads before assigning."""
    reads: list[set[str]] = []
    writes: list[set[str]] = []
    for block in blocks:
        read: set[str] = set()
        written: set[str] = set()
        for step in block.steps:
            if step.kind in ("load", "iter_more", "iter_value", "iter_step") and step.data not in written:
                read.add(step.data)
            if step.kind in ("store", "iter_new", "iter_step"):
                written.add(step.data)
        reads.append(read)
        writes.append(written)
    live = [frozenset(read) for read in reads]
    changed = True
    while changed:
        changed = False
        for number in range(len(blocks) - 1, -1, -1):
            end = blocks[number].end
            targets = [end.target] if isinstance(end, Jump) else [end.then, end.orelse] if isinstance(end, Branch) else []
            after = frozenset().union(*(live[target] for target in targets)) if targets else frozenset()
            now = frozenset(reads[number] | (after - writes[number]))
            if now != live[number]:
                live[number] = now
                changed = True
    return live


def _last_uses(steps: Sequence[Step], end: object) -> dict[int, int]:
    uses: dict[int, int] = {}
    for position, step in enumerate(steps):
        for arg in step.args:
            uses[arg] = position
    if isinstance(end, Branch):
        uses[end.cond] = len(steps)
    elif isinstance(end, (Return, Raise)) and end.value is not None:
        uses[end.value] = len(steps)
    return uses


def _early_names(flow: FlowModule) -> tuple[set[str], dict[str, Any]]:
    """Module-level variables that are assigned before any function can run, and of those the ones that only ever hold one scalar constant."""
    assigned: dict[str, int] = {}
    for block in flow.init.blocks:
        for step in block.steps:
            if step.kind == "publish":
                assigned[step.data] = assigned.get(step.data, 0) + 1
    early: set[str] = set(flow.inputs)
    constants: dict[str, Any] = {}
    values: dict[int, Step] = {}
    number = 0
    while True:
        block = flow.init.blocks[number]
        for step in block.steps:
            values[step.out] = step
            if step.kind == "call":
                return early, constants
            if step.kind == "publish":
                early.add(step.data)
                made = values.get(step.args[0])
                if (
                    assigned[step.data] == 1
                    and made is not None
                    and made.kind == "const"
                    and made.data is not None
                    and step.data not in flow.inputs
                ):
                    constants[step.data] = made.data
        if not isinstance(block.end, Jump) or block.end.target <= number:
            return early, constants
        number = block.end.target
