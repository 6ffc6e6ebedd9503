"""From settled types to a typed IR module.

Each reachable flow block of each specialisation becomes IR blocks by walking it once more with an emitter that writes. On an edge whose target knows a variable under a wider
type, the conversion is emitted on the edge.
"""

from __future__ import annotations

from belljar.ir.exceptions import BASES, BUILT_IN_CLASSES
from belljar.ir.function import Function, Instr, Layout, Member, Module, Param, Signature, SignatureParam, Task, Variable
from belljar.ir.generator import FIELDS
from belljar.ir.ops import OPS
from belljar.lang.annotations import known
from belljar.lang.arity import tuple_maker
from belljar.lang.conversion import box, convert, frame_name, parts, slot_type, split, unbox
from belljar.lang.emit import IrEmitter, Val
from belljar.lang.environment import Env, path_root
from belljar.lang.event_handlers import EVENTS
from belljar.lang.graph import Branch, ClassDecl, MethodDecl, object_name
from belljar.lang.import_once import imported_again
from belljar.lang.infer import Specialisation, World, names_of
from belljar.lang.lattice import (
    FUNCTIONAL,
    UNBOUND,
    UNKNOWN,
    ClassOf,
    ClosureOf,
    ContainerOf,
    DictOf,
    GeneratorOf,
    ListOf,
    MaybeType,
    ModuleOf,
    SetOf,
    SuperOf,
    resolve,
)
from belljar.lang.transfer import Walk
from belljar.source import NOWHERE
from belljar.types import (
    ANY,
    NEVER,
    NONE,
    NUMBER,
    ClosureType,
    OptionalType,
    RangeType,
    RecordType,
    ScalarType,
    SetType,
    TupleType,
    Type,
    components,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

    from belljar.lang.graph import FlowFunction
    from belljar.lang.marks import Mark
    from belljar.trace.points import Points, Shape


def lower(world: World, entries: dict[str, Specialisation], has_init: bool) -> Module:
    """The module of the reached specialisations. ``entries``: task name to the specialisation called from outside."""
    flow = world.flow
    world.imported_again = imported_again({spec.flow.name: spec.flow for spec in world.reached.values()}.values())
    module = Module(flow.source.name, flow.source)
    for decl in flow.classes.values():
        if wanted(world, decl.name):
            module.records[decl.name] = layout(world, decl)
    for spec in world.reached.values():
        module.functions[spec.name] = made = lower_function(world, spec)
        if made.generator:
            module.records[made.generator] = Layout(made.generator, FIELDS)
    for closure, spec in world.objects.values():
        declare_object(world, module, closure, spec)
    for spec in world.methods.values():
        if not spec.flow.environment:
            declare_object(world, module, ClosureOf(spec.flow.name), spec, f"{spec.name}.method")
    for name in flow.classes:
        if name in module.records:
            made_of = module.records[name]
            module.records[name] = Layout(name, made_of.fields, bases=made_of.bases, members=members(world, module, name))
    for name, spec in entries.items():
        params = tuple(
            Param(p.name, resolve(type), p.default, p.has_default) for p, type in zip(spec.flow.params, spec.params, strict=True)
        )
        result = NONE if spec.result == NEVER else resolve(spec.result)  # a task that never returns has no value
        module.tasks[name] = Task(name, spec.name, params, result, spec.flow.doc)
    for name, slots in world.slots_of.items():
        first, dot, _ = name.partition(".")  # of a class variable the class; else of the library
        if slots and not name.startswith("@") and (not dot or first in flow.classes) and (known := _variable(world, name)) is not None:
            module.names[name] = known
    if flow.state is not None:
        module.variables = {}
        for name in (*flow.state, *EVENT_VARIABLES):
            variable = _variable(world, name)
            if variable is not None:
                module.variables[name] = variable
        for name, slots in list(world.slots_of.items()):
            kept = _variable(world, name) if slots and name not in module.variables else None
            if kept is not None and kept.type is not None:
                module.kept[name] = kept
        module.handlers = flow.handlers
    module.globals = list(world.slots)
    module.hosts = list(world.host_rows)
    if has_init or world.constant_globals:
        module.init = _init(world, module, has_init)
        if flow.state is not None and world.constant_globals:
            module.tasks[CONSTANTS] = Task(CONSTANTS, _constants(world, module).name, (), NONE, "")
    if world.points is not None:
        module.traces = _points(module, world.points)
    return module


def _points(module: Module, table: Points) -> Points:
    """The table of points, with what reading marks takes to know of the module."""
    table.file = module.name
    table.tasks = frozenset(module.tasks)
    table.records = {name: tuple((field, field_shape(type)) for field, type in made.fields) for name, made in module.records.items()}
    return table


def field_shape(type: Type) -> Shape:
    """How the slots of a field make its value."""
    if isinstance(type, OptionalType):
        return ("?", field_shape(type.item))
    if isinstance(type, TupleType):
        return ("(", *map(field_shape, type.items))
    if isinstance(type, RangeType):
        return "r"
    if type == NUMBER:
        return "#"
    return "v" if components(type) else ("=", None)


SIGNATURE_ORDER = {"positional": 0, "plain": 0, "args": 1, "keyword": 2, "kwargs": 3}
KINDS = {"": "plain", "*": "args", "**": "kwargs"}
"""Kinds of parameters of signatures, by how they are written."""


def members(world: World, module: Module, name: str) -> tuple[Member, ...]:
    """What runtime code finds by name in objects of a class: methods, properties, class variables, those it inherits included; and how they are compared, hashed and shown."""
    found: dict[str, Member] = {}
    for decl in world.order(name):
        for method in decl.methods.values():
            if method.name in found:
                continue
            target = _target(world, decl, method, name)
            if target is None:
                continue
            kind = {"method": "method", "property": "property", "static": "staticmethod", "class": "classmethod"}[method.kind]
            setter = decl.setters.get(method.name)
            setting = None if setter is None else _target(world, decl, setter, name)
            found[method.name] = Member(method.name, kind, target, "" if setting is None else setting)
        for variable, held in decl.variables.items():
            if variable in found or "." in variable or held not in world.globals:
                continue
            type = world.globals[held]
            if parts(type) == (ANY,) or type == MaybeType(ANY):
                found[variable] = Member(variable, "variable", world.global_slots(held)[-1][0])
    if any(member.kind == "classmethod" for member in found.values()):
        found["__class__"] = Member("__class__", "variable", class_slot(world, name))
    for special, kind in unwritten(world, name).items():
        found.setdefault(special, Member(special, kind, ""))
    return tuple(found.values())


def _target(world: World, decl: ClassDecl, method: MethodDecl, name: str) -> str | int | None:
    """Where runtime code finds a method of a class: a signature, or the variable that holds the function; None where nothing asks for it."""
    spec = world.methods.get((name if method.kind == "class" else world.receiver_class(name, decl), method.name, method.kind))
    if spec is not None and not spec.flow.environment:
        held = world.objects.get(str(ClosureOf(method.function)))  # taken from the class as an object: this is the same one
        return f"{spec.name}.method" if held is None or method.kind == "class" else world.closure_type(held[0]).name
    if object_name(method.function) in world.globals:
        return world.global_slots(object_name(method.function))[-1][0]
    return None


def class_slot(world: World, name: str) -> int:
    """The module-level variable that holds a class as an object."""
    made = ClosureOf(f"{name}.new")
    flow = world.flow.functions[made.function]
    defaults = tuple(param.default for param in flow.params if param.has_default and not param.default_name)
    return world.constant_global("function", world.closure_type(made), defaults, ANY)


ORDERING = ("__lt__", "__le__", "__gt__", "__ge__")


def unwritten(world: World, name: str) -> dict[str, str]:
    """The special methods that objects of a class have though nobody wrote them: as ``object`` has them, or made of the fields."""
    found: dict[str, str] = {}
    hashed = False
    for decl in world.order(name):
        of_fields = decl.kind in ("record", "namedtuple")
        if of_fields and decl.has_eq:
            found.setdefault("__eq__", "fields")
            if not hashed and (decl.frozen or decl.kind == "namedtuple" or decl.has_hash):
                found["__hash__"] = "fields"
            hashed = True
        hashed = hashed or "__eq__" in decl.methods or "__hash__" in decl.methods or "__hash__" in decl.variables
        if of_fields and decl.has_repr:
            found.setdefault("__repr__", "fields")
        if decl.ordered or decl.kind == "namedtuple":
            for special in ORDERING:
                found.setdefault(special, "fields")
    found.setdefault("__eq__", "object")
    found.setdefault("__repr__", "object")
    if not hashed:
        found["__hash__"] = "object"
    return found


def answers_for(world: World, flow: FlowFunction, closure: ClosureOf) -> tuple[FlowFunction, int]:
    """The function whose name and docstring a function has, by ``functools.wraps``; and where in its object the one is that is only known while running, -1 for none."""
    while flow.wrapped and flow.wrapped in flow.environment:
        place = flow.environment.index(flow.wrapped)
        item = closure.items[place] if place < len(closure.items) else ANY
        if not isinstance(item, ClosureOf):
            return flow, place if item == ANY else -1
        flow, closure = world.flow.functions[item.function], item
    return flow, -1


def declare_object(world: World, module: Module, closure: ClosureOf, spec: Specialisation, name: str = "") -> None:
    """A function that is seen as ``any``: its signature, and the function through which it is called without knowing it."""
    constants = sum(1 for param in spec.flow.params if param.has_default and not param.default_name)
    shape = ClosureType(name, (ANY,) * constants) if name else world.closure_type(closure)
    flow = spec.flow
    params: list[SignatureParam] = []
    constants = len(closure.items)
    for param in flow.params:
        default = -1
        if param.default_name:
            default = flow.environment.index(param.default_name)
        elif param.has_default:
            default, constants = constants, constants + 1
        kind = "positional" if param.positional_only else "keyword" if param.keyword_only and not param.kind else KINDS[param.kind]
        params.append(SignatureParam(param.name, kind, default))
    entry = f"{name or spec.name}.call"
    # Signatures name what is bound by keyword only behind *args.
    order = sorted(range(len(params)), key=lambda place: SIGNATURE_ORDER[params[place].kind])
    ordered = tuple(params[place] for place in order)
    made = flow.name.removesuffix(".new")
    if made != flow.name and made in module.records:
        decl = world.flow.classes[made]
        makes = "__init__" if decl.kind == "record" or world.find_method(made, "__init__") else ""
        if decl.kind == "enum":
            makes = "__flag__" if "Flag" in decl.flavour else "__enum__"
        title = f"{decl.qualname}.{makes}" if makes else decl.qualname
        if decl.kind == "namedtuple":
            title = tuple_maker(decl, world.flow.classes)
        module.signatures[shape.name] = Signature(shape.name, ordered, entry, title, made, decl.doc or None)
    else:
        named, wraps = answers_for(world, flow, closure)
        title, doc = named.title, named.docstring
        if flow.name.startswith("_builtins.as_"):  # the stand-in of a built-in
            title = flow.name.removeprefix("_builtins.as_")
            # A method of a class is written with a dot, a function of a module without.
            title = title.rpartition(".")[2].removeprefix("math_").replace("decimal_", "decimal.").replace("enum_", "enum.")
        record = title if title in BUILT_IN_CLASSES and title != named.title else ""
        module.signatures[shape.name] = Signature(shape.name, ordered, entry, title, record, doc, wraps)
    function = Function(entry, [], (ANY,), source_name=flow.source_name, span=flow.span)
    emitter = IrEmitter(function)
    walk = Walk(world, spec, emitter, False)
    itself = emitter.register(ANY)
    given = [emitter.register(ANY) for _ in flow.params]
    function.params = [itself, *(given[place] for place in order)]
    words: list[int] = []
    for own, word in zip(spec.params, given, strict=False):
        words += unbox(walk, word, own).regs
    if closure.items:
        brought = Val(closure, walk.closure_from(itself, closure).regs)
        for own, piece in zip(spec.params[len(given) :], split(brought), strict=True):
            words += convert(walk, piece, own).regs
    type: Type = GeneratorOf(spec.name, spec.yields) if flow.is_generator else spec.result
    result = Val(type, emitter.call(spec.name, words, parts(type)))
    if type == NEVER:
        emitter.emit("unreachable")
    else:
        emitter.emit("ret", box(walk, result).reg)
    _drop_empty_blocks(function)
    module.functions[entry] = function


def wanted(world: World, name: str) -> bool:
    """Whether a class has a record: a built-in exception only where something can be one, or a class that has a record derives from it."""
    return (
        name not in BASES
        or world.flow.catches
        or any(world.is_subclass(decl, name) for decl in world.flow.classes if decl not in BASES or decl in world.instantiated)
    )


def layout(world: World, decl: ClassDecl) -> Layout:
    """How objects of a class are made."""
    fields = tuple(
        (field.decl.name, _settled(world.field_cell(decl.name, field.decl.name).type, world.field_annotation(decl.name, field.decl.name)))
        for field in world.all_fields(decl.name)
    )
    return Layout(decl.name, fields, bases=tuple(one.name for one in world.lineage(decl.name)[1:]))


def _settled(found: Type, annotated: Type) -> Type:
    """The type of a field; what no construction reaches keeps its annotation."""
    if found == NEVER:
        return resolve(annotated) if known(annotated) else NONE
    return stored(found)


def stored(type: Type) -> Type:
    """The plain type of a field: of a function, the tuple of what its closure brings along."""
    if isinstance(type, (*FUNCTIONAL, ModuleOf, SuperOf)):
        return TupleType(parts(type))
    if isinstance(type, GeneratorOf):
        return slot_type(type)
    if isinstance(type, ContainerOf):
        return slot_type(type)
    if isinstance(type, OptionalType):
        return OptionalType(stored(type.item))
    if isinstance(type, TupleType):
        return TupleType(tuple(map(stored, type.items)))
    return resolve(type)


def _constant_set(walk: Walk, type: Type, values: tuple[Any, ...]) -> int:
    assert isinstance(type, SetType)
    made = walk.e.emit("set.new", type, walk.const(len(values)).reg, type=type)
    for value in values:
        walk.e.emit("set.add", made, walk.const(value).reg)
    return made


def _constant_function(walk: Walk, type: Type, values: tuple[Any, ...]) -> int:
    made = walk.e.emit("fn.new", type, *(box(walk, walk.const(value)).reg for value in values), type=type)
    return walk.e.emit("any.from", made, type=ANY)


CONSTANTS: Final = "@constants"
"""The task that makes the constant containers of a module whose state lasts."""
EVENT_VARIABLES = (f"{EVENTS}.queue", f"{EVENTS}.payload")


def _variable(world: World, name: str) -> Variable | None:
    """A name of the state; None where nothing is ever assigned to it."""
    found = world.globals.get(name, NEVER)
    type = found.item if isinstance(found, MaybeType) else found
    if type in (NEVER, UNBOUND, UNKNOWN):
        return None
    slots = tuple(slot for slot, _ in world.global_slots(name))
    if not isinstance(found, MaybeType):  # always assigned: the value is its own flag
        slots = (slots[0], *slots)
    return Variable(name, resolve(type) if _is_plain(type) else None, slots, _shown(world, type))


def _is_plain(type: Type) -> bool:
    """Whether a host can have values of the type."""
    if isinstance(type, (OptionalType, TupleType)):
        return all(map(_is_plain, type.items if isinstance(type, TupleType) else (type.item,)))
    return isinstance(type, (ScalarType, ListOf, SetOf, DictOf, RangeType, RecordType))


def _shown(world: World, type: Type) -> str:
    """What a value of a type is that no host can have."""
    if isinstance(type, ClosureOf):
        return f"function {world.flow.functions[type.function].source_name}"
    if isinstance(type, ClassOf):
        return f"class {type.name}"
    return type.__class__.__name__.removesuffix("Of").lower()


def _init(world: World, module: Module, has_init: bool) -> str:
    """The function that makes the constant containers, then runs the module level."""
    if not world.constant_globals:
        return "@init"
    function = Function("@start", [], (), source_name="@init")
    emitter = IrEmitter(function)
    _make_constants(world, emitter)
    if has_init:
        init = module.functions["@init"]
        function.params.extend(emitter.register(init.registers[param].type, init.registers[param].name) for param in init.params)
        emitter.call("@init", function.params, ())
    emitter.emit("ret")
    module.functions["@start"] = function
    return "@start"


def _constants(world: World, module: Module) -> Function:
    """The function that makes the constant containers alone, for a state that goes on in another instance: there the module level is not run."""
    function = module.functions[CONSTANTS] = Function(CONSTANTS, [], (), source_name=CONSTANTS)
    emitter = IrEmitter(function)
    _make_constants(world, emitter)
    emitter.emit("ret")
    return function


def _make_constants(world: World, emitter: IrEmitter) -> None:
    walk = Walk(world, next(iter(world.specialisations.values())), emitter, True)
    for (kind, type, _), (slot, values) in world.constant_globals.items():
        emitter.emit("global.set", slot, (_constant_set if kind == "set" else _constant_function)(walk, type, values))


def lower_function(world: World, spec: Specialisation) -> Function:
    """The IR of one specialisation."""
    if spec.flow.is_generator:
        given = GeneratorOf(spec.name, spec.yields)
        function = Function(
            spec.name, [], parts(spec.yields.find().type), source_name=spec.source_name, span=spec.flow.span, generator=frame_name(given)
        )
    else:
        function = Function(spec.name, [], parts(spec.result), source_name=spec.source_name, span=spec.flow.span)
    emitter = IrEmitter(function)
    walk = Walk(world, spec, emitter, True)
    for name, type in zip(names_of(spec.flow), spec.params, strict=True):
        function.params.extend(walk.variable(name, type))
    if spec.flow.is_init and not spec.flow.of_library:
        for name in world.inputs:
            function.params.extend(walk.variable(name, spec.entries[0][name]))
    heads = {0: 0}
    for number in sorted(spec.entries):
        if number:
            heads[number] = function.new_block()
    if spec.flow.is_init:
        emitter.at(0)
        for name, type in spec.entries[0].items():
            world.publish(walk, name, Val(type, walk.variable(name, type)))
    for number in sorted(spec.entries):
        emitter.at(heads[number])
        handler = spec.flow.blocks[number].handler
        landings: list[tuple[Env, int]] = []

        def landing(handler: int = handler, landings: list[tuple[Env, int]] = landings) -> int:
            """The block that a fault here goes to: the handler's, behind the conversions it wants."""
            env = walk.env
            for known_env, block in landings:
                if known_env == env:
                    return block
            current = emitter.current
            block = emitter.block()
            emitter.at(block)
            emitter.move(walk.pending(handler), emitter.emit("exc.current"))
            _convert_edge(walk, env, spec.entries[handler])
            emitter.emit("jump", heads[handler])
            emitter.current = current
            landings.append((dict(env), block))
            return block

        emitter.handler = landing if handler in spec.entries else None
        edges = [edge for edge in walk.run(number, spec.entries[number]) if edge not in walk.left]
        emitter.handler = None
        end = spec.flow.blocks[number].end
        if not edges:
            _end_unreachable(emitter)
            continue
        span = walk.span
        if isinstance(end, Branch) and len(edges) == 2:
            # The block the condition was computed in may not be the one the flow block began in.
            branch_from = emitter.current
            targets = []
            for target, env in edges:
                targets.append(_edge(walk, spec, heads, target, env, end.marks_to(target)))
            branch_from.append(Instr(OPS["br"], (), (walk.test.reg, *targets), span))
        else:
            target, env = edges[0]
            _mark_edge(walk, end.marks_to(target) if isinstance(end, Branch) else ())
            _convert_edge(walk, _as_held(walk, env), spec.entries[target])
            emitter.emit("jump", heads[target])
    _drop_empty_blocks(function)
    return function


def _edge(walk: Walk, spec: Specialisation, heads: dict[int, int], target: int, env: Env, marks: Sequence[Mark]) -> int:
    """The block a branch goes to: the target itself, or one that first leaves marks and converts variables."""
    wanted = spec.entries[target]
    env = _as_held(walk, env)
    if not marks and not _needs_conversion(env, wanted):
        return heads[target]
    block = walk.e.block()
    walk.e.at(block)
    _mark_edge(walk, marks)
    _convert_edge(walk, env, wanted)
    walk.e.emit("jump", heads[target])
    return block


def _mark_edge(walk: Walk, marks: Sequence[Mark]) -> None:
    for mark in marks:
        walk.emit_mark(mark, [])


def _as_held(walk: Walk, env: Env) -> Env:
    """The types of the registers in which an edge finds the variables: one that a test narrowed from ``any``, or from a class to one that derives from it, is still where it was."""
    wider = {
        name: held
        for name, type in env.items()
        if (held := walk.env.get(name, type)) != type and (held == ANY or isinstance(held, RecordType))
    }
    return {**env, **wider} if wider else env


def _needs_conversion(env: Env, wanted: Env) -> bool:
    return any(env.get(name, UNBOUND) != type for name, type in wanted.items() if not path_root(name))


def _convert_edge(walk: Walk, env: Env, wanted: Env) -> None:
    for name, type in wanted.items():
        if path_root(name):
            continue
        held = env.get(name, UNBOUND)
        if held == type:
            continue
        source = Val(held, () if held == UNBOUND else walk.variable(name, held))
        inner = type.item if isinstance(type, MaybeType) else type
        if held == ANY:
            source = unbox(walk, source.reg, inner)
        elif isinstance(held, RecordType) and isinstance(inner, RecordType) and walk.world.is_subclass(inner.name, held.name):
            source = walk.downcast(source, inner.name)
        converted = convert(walk, source, type)
        walk.e.assign(walk.variable(name, type), converted.regs)


def _end_unreachable(emitter: IrEmitter) -> None:
    """Close a block that emission left open (the code behind a call that never returns)."""
    if not emitter.current or not emitter.current[-1].op.is_terminator:
        emitter.emit("unreachable")


def _drop_empty_blocks(function: Function) -> None:
    """Blocks that rules made and nothing was emitted into are never reached: end them."""
    for block in function.blocks:
        if not block.instrs or not block.instrs[-1].op.is_terminator:
            block.instrs.append(Instr(OPS["unreachable"], (), (), NOWHERE))
        else:
            for position, instr in enumerate(block.instrs):
                if instr.op.is_terminator:
                    # A guard may stand behind what raises.
                    guarded = instr.op.name != "guard" and block.instrs[position + 1 : position + 2]
                    del block.instrs[position + (2 if guarded and guarded[0].op.name == "guard" else 1) :]
                    break
