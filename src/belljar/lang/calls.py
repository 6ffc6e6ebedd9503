"""Calls: of functions, classes, methods and values known only while running."""

from __future__ import annotations

from functools import partial

from belljar.lang import item_methods
from belljar.lang.annotations import known
from belljar.lang.arity import tuple_maker
from belljar.lang.builtins import call_builtin
from belljar.lang.builtins_objects import by_held_class, class_tuple, decimal_method
from belljar.lang.conversion import box, choose, convert, nowhere, parts, split, unbox_declared
from belljar.lang.declared import fits
from belljar.lang.emit import Val
from belljar.lang.exceptions import MODULE as EXCEPTIONS
from belljar.lang.exceptions import OF_SYSTEM
from belljar.lang.graph import HOST, CallShape, FieldDecl, MethodDecl, ParamDecl
from belljar.lang.hosting import host_call, host_params
from belljar.lang.iteration import walkable
from belljar.lang.lattice import (
    UNKNOWN,
    BoundOf,
    BuiltInOf,
    ClassOf,
    ClosureOf,
    DictOf,
    GeneratorOf,
    ModuleOf,
    SuperOf,
    lift,
    resolve,
)
from belljar.lang.left_out import MEMBERS_LEFT_OUT
from belljar.lang.methods import is_method
from belljar.lang.names import ASKED_OF_HOSTS, OUTSIDE
from belljar.lang.operations import not_optional
from belljar.lang.raising import CLASS_NAMES
from belljar.lang.scope import REFUSED_VALUE, nearest
from belljar.types import ANY, BOOL, FLOAT, INT, NEVER, NONE, NUMBER, STR, OptionalType, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Sequence

    from belljar.lang.graph import ClassDecl
    from belljar.lang.transfer import Walk

PLAIN = CallShape()
PROPERTY = "property of "
"""What the property of a class, which is no function, is to the compiler, with the class and the name: it has functions."""
MISCOUNTED = frozenset({"E0106", "E0306", "E0401", "E0402", "E0403", "E0405"})
"""Codes of problems that say that a call does not fit its function."""
FRESH = ".fresh"
"""Where a value comes from that is a new generator, which nothing else has."""


def call_value(w: Walk, callee: Val, args: list[Val], shape: CallShape = PLAIN) -> Val:
    """``callee(*args)``; ``shape`` says which arguments are given by keyword, or spread."""
    type = callee.type
    if type == UNKNOWN or any(arg.type == UNKNOWN for arg in args):
        return Val(UNKNOWN)
    if not shape.is_plain:
        spread = spread_arguments(w, args, shape)
        if spread is None:
            return call_spread(w, callee, args, shape)
        if isinstance(type, (ClosureOf, ClassOf, BuiltInOf)) and (
            _is_given(w, callee) or any(_is_own_rest(w, args[position]) for position in shape.stars)
        ):
            # How many there are decides which way the function takes: a call that fails may stand where none comes to.
            spreading = partial(w.call_object_spread, type.name) if isinstance(type, BuiltInOf) else partial(call_spread, w, callee)
            return w.attempt(lambda: call_value(w, callee, *spread), lambda: spreading(args, shape), MISCOUNTED)
        args, shape = spread
    if isinstance(type, BuiltInOf) and type.name.startswith(HOST):
        return _call_host(w, type.name[len(HOST) :], args, shape.keywords)
    if isinstance(type, BuiltInOf):
        cls, dot, method = type.name.partition(".")
        if dot and cls in CLASS_NAMES and type.name not in CLASS_NAMES:
            return w.call_on_class(cls, method, args, shape)
        return w.attempt(lambda: call_builtin(w, type.name, args, shape.keywords), lambda: _call_loosely(w, type.name, args, shape))
    if isinstance(type, ClosureOf):
        given = split(callee)
        cases = _receivers(w, type, args)
        if cases:
            return _chain(
                w,
                args[0],
                cases,
                lambda _, me: w.unless_raised(lambda: call_closure(w, type, given, [me, *args[1:]], shape.keywords)),
            )
        return call_closure(w, type, given, args, shape.keywords)
    if isinstance(type, ClassOf):
        return construct(w, type.name, args, shape.keywords)
    if isinstance(type, BoundOf):
        return call_method(w, type.name, Val(type.receiver, callee.regs), args, shape)
    if isinstance(type, RecordType):
        return call_method(w, "__call__", callee, args, shape)
    if type == ANY:
        return call_any(w, callee, args, shape.keywords)
    if not not_optional(w, callee):
        return Val(UNKNOWN)
    return w.problem(
        "E0304", type=f"a value of type {resolve(type)}", python=("TypeError", f"'{w.type_name(type)}' object is not callable")
    )


def _receivers(w: Walk, type: ClosureOf, args: list[Val]) -> list[tuple[str, MethodDecl]]:
    """The classes that the object may be of to which ``Class.method(object)`` is applied, most derived first, where ``super()`` in the method finds others behind the class for some of
    them than for others; none where all are alike."""
    cls = w.world.flow.functions[type.function].method_of
    decl = w.world.flow.classes.get(cls)
    if decl is None or not decl.uses_super or not args or not isinstance(args[0].type, RecordType):
        return []
    world = w.world
    below = [one for one in world.subclasses(args[0].type.name) if cls in world.flow.classes[one].order]
    if len({tuple(behind.name for behind in world.order_behind(one, cls)) for one in below}) < 2:
        return []
    method = MethodDecl("", "method", type.function)
    return [(one, method) for one in sorted(below, key=lambda one: -len(world.order(one)))]


def _call_loosely(w: Walk, name: str, args: list[Val], shape: CallShape) -> Val:
    """A call of a built-in function whose rule has no answer for the types of its arguments. None is a value like any other where no rule takes it for an absent one."""

    def loosened() -> Val:
        return call_builtin(w, name, [w.loosened(arg) for arg in args], shape.keywords)

    if not any(arg.type == NONE for arg in args):
        return loosened()
    return w.attempt(
        loosened, lambda: call_builtin(w, name, [box(w, arg) if arg.type == NONE else w.loosened(arg) for arg in args], shape.keywords)
    )


def _is_own_rest(w: Walk, value: Val) -> bool:
    """Whether the value is what the ``*args`` of the function at hand gathered."""
    return any(param.kind == "*" and value.origin == param.name for param in w.spec.flow.params)


def _is_given(w: Walk, callee: Val) -> bool:
    """Whether a function stands in a parameter of the function at hand, or in a variable of one around it: which one it is depends on the call."""
    return any(callee.origin == name for name in (*(param.name for param in w.spec.flow.params), *w.spec.flow.environment))


def _call_host(w: Walk, name: str, args: list[Val], keywords: tuple[str, ...]) -> Val:
    """A call of a function of the host."""
    given = bind(w, name, host_params(w.world.flow.hosts[name]), args, keywords, {})
    return Val(UNKNOWN) if given is None else host_call(w, name, given)


def call_any(w: Walk, callee: Val, args: list[Val], keywords: tuple[str, ...]) -> Val:
    """A call whose function is only known while running."""
    if w.strict_refuses(callee):
        return Val(UNKNOWN)
    words = [box(w, arg).reg for arg in args]
    w.forget_fields()
    return Val(ANY, (w.e.emit("any.call", ",".join(keywords), callee.reg, *words),))


def spread_arguments(w: Walk, args: list[Val], shape: CallShape) -> tuple[list[Val], CallShape] | None:
    """The arguments with tuples of known length written out; None where a spread value's length is only known while running."""
    if shape.maps:
        return None
    first_keyword = len(args) - len(shape.keywords)
    found: list[Val] = []
    for position, arg in enumerate(args):
        if position in shape.stars:
            if not isinstance(arg.type, TupleType):
                return None
            found += split(w.materialised(arg) if w.is_display(arg) else arg)
        else:
            found.append(arg)
    return found, CallShape(shape.keywords, walked=shape.walked) if first_keyword <= len(args) else shape


def gathered(w: Walk, callee: str, args: list[Val], shape: CallShape) -> tuple[Val, Val]:
    """The arguments of a spread call as a list of ``any`` and a dict from str to ``any``."""
    first_keyword = len(args) - len(shape.keywords)
    positional = _gathered_by_position(w, args[:first_keyword], shape, f"{callee}() argument after *")
    named = w.new_dict(ANY, ANY)
    merges = len(shape.maps) > 0 and len(shape.keywords) > 1
    for position, keyword in enumerate(shape.keywords, first_keyword):
        if position in shape.maps and (merges or not isinstance(args[position].type, DictOf)):
            w.call_library("merge_named", [w.const(callee), named, args[position], w.is_walked_by_keys(args[position])])
        elif position in shape.maps:
            w.e.emit("any.call_method", "update", "", box(w, named).reg, box(w, args[position]).reg)
        else:
            w.e.emit("dict.set", named.reg, box(w, w.const(keyword)).reg, box(w, args[position]).reg)
    return box(w, positional), box(w, named)


def _gathered_by_position(w: Walk, args: list[Val], shape: CallShape, told: str) -> Val:
    positional = w.new_list(ANY)
    for position, arg in enumerate(args):
        if position in shape.stars:
            w.extend_any(positional, walkable(w, arg, told))
        else:
            w.e.emit("list.append", positional.reg, box(w, arg).reg)
    return positional


def shown_callee(w: Walk, type: Type) -> str:
    """What CPython calls a function in messages about its arguments."""
    if isinstance(type, ClosureOf):
        return f"__main__.{w.world.flow.functions[type.function].source_name}"
    if isinstance(type, ClassOf):
        return w.world.class_text(type.name).split("'")[1]
    return "function"


def call_spread(w: Walk, callee: Val, args: list[Val], shape: CallShape) -> Val:
    """A call with ``*`` or ``**`` of values whose length is only known while running."""
    type = callee.type
    if isinstance(type, BuiltInOf):
        return w.call_built_in_spread(type.name, args, shape)
    if isinstance(type, ClassOf):
        made = _construct_spread(w, type.name, args, shape)
        if made is not None:
            return made
    positional, named = gathered(w, shown_callee(w, type), args, shape)
    w.forget_fields()
    return Val(ANY, (w.e.emit("any.call_spread", box(w, callee).reg, positional.reg, named.reg),))


def _construct_spread(w: Walk, name: str, args: list[Val], shape: CallShape) -> Val | None:
    """An object whose ``__init__`` takes any number of arguments; None for another class. The function that makes such objects is itself such a call."""
    decl = w.world.flow.classes[name]
    init = w.world.find_method(name, "__init__")
    if init is not None and not any(param.kind for param in w.world.flow.functions[init[0].function].params):
        return None
    if decl.kind == "exception":
        told = f"{shown_callee(w, ClassOf(name))}() argument after *"
        positional = _gathered_by_position(w, args[: len(args) - len(shape.keywords)], shape, told)
        made = new_exception(w, name, [], Val(ANY, (w.e.emit("tuple.from_list", positional.reg),)))
    elif init is not None and decl.kind == "plain":
        w.world.instantiate(name)
        made = blank(w, name)
    else:
        return None
    if init is not None:
        call_spread(w, w.attribute(made, "__init__"), args, shape)
    return made


# --- functions --------------------------------------------------------------------------------------------------------------------


def call_closure(w: Walk, type: ClosureOf, brought: list[Val], args: list[Val], keywords: tuple[str, ...]) -> Val:
    """A call of a known function."""
    decl = w.world.flow.functions[type.function]
    environment = dict(zip(decl.environment, brought, strict=True))
    given = bind(w, decl.source_name, decl.params, args, keywords, environment)
    if given is None or any(val.type == UNKNOWN for val in given):
        return Val(UNKNOWN)
    for position, (param, val) in enumerate(zip(decl.params, given, strict=True)):
        if param.annotation is None or param.kind or param.is_tested:
            continue
        wanted = w.world.annotation(param.annotation)
        if not fits(w, val, wanted, f"argument '{param.name}' of {decl.source_name}()"):
            return Val(UNKNOWN)
        if val.type == ANY and wanted in (INT, BOOL, STR, FLOAT) and not w.world.wide:
            what = f"argument '{param.name}' of {decl.source_name}() must be {wanted}"
            given[position] = unbox_declared(w, val.reg, NUMBER if wanted == FLOAT else wanted, what)
    types = [
        _as_declared(w, val.type, None if param.is_tested else param.annotation) for val, param in zip(given, decl.params, strict=True)
    ]
    return invoke(w, type.function, [*given, *brought], [*types, *(val.type for val in brought)])


def invoke(w: Walk, function: str, values: list[Val], types: Sequence[Type]) -> Val:
    """A call of the specialisation of a function for these types: of its parameters, then of what its closure brings along."""
    callee = w.world.specialise(function, types, w.spec)
    w.world.meet(w.spec, callee)
    for own, val in zip(callee.params, values, strict=True):
        w.lattice.join(own, val.type)  # containers passed in are the callee's containers
    w.forget_fields()
    if callee.flow.is_generator:
        type: Type = GeneratorOf(callee.name, callee.yields)
        w.world.generators[callee.name] = callee
    else:
        type = callee.result
    if not w.e.live:
        return Val(type, nowhere(type), origin=FRESH if callee.flow.is_generator else "")
    words = [reg for own, val in zip(callee.params, values, strict=True) for reg in convert(w, val, own).regs]
    return Val(type, w.e.call(callee.name, words, parts(type)), origin=FRESH if callee.flow.is_generator else "")


def _as_declared(w: Walk, type: Type, annotation: ast.expr | None) -> Type:
    """The type an argument is specialised for: where the annotation allows None, one specialisation serves both."""
    wanted = UNKNOWN if annotation is None else w.world.annotation(annotation)
    if isinstance(wanted, RecordType) and isinstance(type, RecordType):
        related = w.world.is_subclass(type.name, wanted.name) or w.world.is_subclass(wanted.name, type.name)
        return wanted if related else type
    if not isinstance(wanted, OptionalType) or not known(wanted):
        return type
    return lift(wanted) if type == NONE else w.lattice.join(type, NONE)


def bind(
    w: Walk,
    function: str,
    params: Sequence[ParamDecl],
    args: list[Val],
    keywords: tuple[str, ...],
    environment: dict[str, Val],
    raised: str = "",
) -> list[Val] | None:
    """Arguments in the order of parameters; None after reporting what does not fit. ``raised``: the name of the function in exceptions, where it is another."""
    raised = raised or function
    positional = args[: len(args) - len(keywords)]
    slots: list[Val | None] = [None] * len(params)
    accepting = [i for i, p in enumerate(params) if not p.keyword_only and not p.kind]
    star = next((i for i, p in enumerate(params) if p.kind == "*"), -1)
    star_star = next((i for i, p in enumerate(params) if p.kind == "**"), -1)
    if len(positional) > len(accepting) and star < 0:
        needed = sum(1 for i in accepting if not params[i].has_default)
        expected = str(len(accepting)) if needed == len(accepting) else f"{needed} to {len(accepting)}"
        w.problem(
            "E0402",
            function=function,
            expected=expected,
            found=len(positional),
            python=("TypeError", _too_many(raised, params, accepting, len(positional), int(raised != function), keywords)),
        )
        return None
    for slot, val in zip(accepting, positional):  # noqa: B905
        slots[slot] = val
    if star >= 0:
        slots[star] = w.tuple_of(positional[len(accepting) :])
    names = [p.name for p in params]
    extra: list[tuple[str, Val]] = []
    for keyword, val in zip(keywords, args[len(positional) :], strict=True):
        at = names.index(keyword) if keyword in names else -1
        if at < 0 or params[at].positional_only or params[at].kind:
            if star_star >= 0:
                extra.append((keyword, val))
                continue
            hint = (
                "it takes its value by position"
                if keyword in names
                else nearest(keyword, [p.name for p in params if not p.positional_only])
            )
            told = f"got an unexpected keyword argument '{keyword}'"
            by_place = [p.name for p in params if p.positional_only and p.name in keywords]
            if by_place:
                told = f"got some positional-only arguments passed as keyword arguments: '{', '.join(by_place)}'"
            w.problem("E0403", function=function, name=keyword, nearest=hint, python=("TypeError", f"{raised}() {told}"))
            return None
        if slots[at] is not None:
            if keywords.count(keyword) > 1:
                continue  # the syntax: E0101
            w.problem(
                "E0405", function=function, name=keyword, python=("TypeError", f"{raised}() got multiple values for argument '{keyword}'")
            )
            return None
        slots[at] = val
    if star_star >= 0:
        slots[star_star] = w.dict_of([(w.const(name), val) for name, val in extra])
    result: list[Val] = []
    for found, param in zip(slots, params, strict=True):
        if found is None and not param.has_default:
            missing = [
                p.name
                for s, p in zip(slots, params, strict=True)
                if s is None and not p.has_default and p.keyword_only == param.keyword_only
            ]
            w.problem("E0401", function=function, name=param.name, python=("TypeError", _missing(raised, missing, param.keyword_only)))
            return None
        if found is not None:
            result.append(found)
        elif param.default_name:
            result.append(environment[param.default_name])
        else:
            result.append(Val(UNKNOWN) if param.default is REFUSED_VALUE else w.const(param.default))
    return result


def _too_many(function: str, params: Sequence[ParamDecl], accepting: list[int], found: int, made: int, keywords: tuple[str, ...]) -> str:
    """CPython's text; ``made`` is 1 where the object that the class makes counts as well."""
    needed = sum(1 for i in accepting if not params[i].has_default) + made
    most, found = len(accepting) + made, found + made
    takes = f"{most}" if needed == most else f"from {needed} to {most}"
    by_keyword = sum(1 for param in params if param.keyword_only and not param.kind and param.name in keywords)
    beside = f" positional argument{_s(found)} (and {by_keyword} keyword-only argument{_s(by_keyword)})" if by_keyword else ""
    were = "was" if found == 1 and not by_keyword else "were"
    return f"{function}() takes {takes} positional argument{'' if takes == '1' else 's'} but {found}{beside} {were} given"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _missing(function: str, names: list[str], keyword_only: bool) -> str:
    quoted = [f"'{name}'" for name in names]
    if len(quoted) > 2:
        shown = f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
    else:
        shown = " and ".join(quoted)
    kind = "keyword-only" if keyword_only else "positional"
    return f"{function}() missing {len(names)} required {kind} argument{'' if len(names) == 1 else 's'}: {shown}"


# --- classes ----------------------------------------------------------------------------------------------------------------------


def construct(w: Walk, name: str, args: list[Val], keywords: tuple[str, ...]) -> Val:
    """``Class(...)``."""
    world = w.world
    decl = world.flow.classes[name]
    if decl.kind == "enum":
        return w.enum_by_value(decl, args)
    abstract = world.abstract_methods(name)
    if abstract:
        several = "s" if len(abstract) > 1 else ""
        detail = f"Can't instantiate abstract class {decl.shown} with abstract method{several} {', '.join(abstract)}"
        return w.problem("E0313", detail=detail, advice="define them in a class derived from it", python=("TypeError", detail))
    world.instantiate(name)
    init = world.find_method(name, "__init__")
    new = world.find_method(name, "__new__")
    if new is not None:
        return _construct_by_new(w, name, new[0], None if init is None else init[0], args, keywords)
    if decl.kind in ("record", "namedtuple") and init is None and (not decl.skips_init or world.taken_by_init(name)):
        return _from_fields(w, decl, args, keywords)
    of_system = decl.kind == "exception" and world.is_subclass(name, "OSError")
    if init is None and of_system:
        return _system_error(w, name, args)
    if init is None and decl.kind == "exception":
        return new_exception(w, name, args)
    if init is None:
        if args:
            return w.problem(
                "E0402", function=decl.shown, expected="0", found=len(args), python=("TypeError", f"{decl.shown}() takes no arguments")
            )
        made = blank(w, name)
        return made
    taken = [] if of_system else args[: len(args) - len(keywords)]
    made = new_exception(w, name, taken) if decl.kind == "exception" else blank(w, name)
    given = call_function(w, init[0], [made, *args], keywords)
    if given.type not in (NONE, NEVER, UNKNOWN, ANY) and not isinstance(given.type, OptionalType):
        shown = f"__init__() should return None, not '{w.type_name(given.type)}'"
        return w.problem("E0302", what="the result of __init__()", expected="None", found=resolve(given.type), python=("TypeError", shown))
    return made


def _construct_by_new(w: Walk, name: str, new: MethodDecl, init: MethodDecl | None, args: list[Val], keywords: tuple[str, ...]) -> Val:
    """``Class(...)`` where the class has a ``__new__``: what that gives, with ``__init__`` called where it is an object of the class."""
    made = call_function(w, new, [Val(ClassOf(name)), *args], keywords)
    inner = made.type.item if isinstance(made.type, OptionalType) else made.type
    if init is None or not (inner == ANY or isinstance(inner, RecordType)):
        return made

    def initialised(me: Val) -> Val:
        if isinstance(me.type, RecordType) and w.world.is_subclass(me.type.name, name):
            call_function(w, init, [me, *args], keywords)
            return Val(NONE)
        test = w.e.emit("any.is" if me.type == ANY else "record.is", me.reg, RecordType(name), type=BOOL)
        return choose(w, test, NONE, lambda: initialised(w.downcast(me, name)), lambda: Val(NONE))

    if isinstance(made.type, OptionalType):
        choose(w, made.regs[0], NONE, lambda: initialised(Val(inner, made.regs[1:])), lambda: Val(NONE))
    else:
        initialised(made)
    return made


def new_object(w: Walk, args: list[Val]) -> Val:
    """``object.__new__(cls)``."""
    if args and args[0].type == ANY:
        # Names made while running may ask for any method; this one is given the class it stands in, or one derived from it.
        def made(kind: object) -> Val:
            decl = w.world.flow.classes[kind.name] if isinstance(kind, RecordType) else None
            if decl is None or decl.kind != "plain" or not any("__new__" in one.methods for one in w.world.order(decl.name)):
                w.raise_error("NotImplementedError", "__new__ of a class only known while running")
                return Val(NEVER)
            w.world.instantiate(decl.name)
            return blank(w, decl.name)

        return by_held_class(w, args[0], made)
    if not args or not isinstance(args[0].type, ClassOf):
        return w.refuse("__new__ of a class only known while running", "call the class", later=False)
    w.world.instantiate(args[0].type.name)
    return blank(w, args[0].type.name)


def blank(w: Walk, name: str) -> Val:
    """An object whose fields hold their defaults, or nothing yet."""
    world = w.world
    type = RecordType(name)
    words: list[int] = []
    for field in world.all_fields(name):
        held = world.field_cell(name, field.decl.name).type
        if field.decl.has_default:
            value = field_default(w, field.decl, name)
            if value.type == UNKNOWN:
                return value
            world.lattice.grow(world.field_cell(name, field.decl.name), value.type)
            words += convert(w, value, world.field_cell(name, field.decl.name).type).regs
        elif not field.decl.certain:
            words.append(w.e.emit("const.unset"))
        elif w.e.live:
            words += [w.e.emit("const.absent", part, type=part) for part in parts(held)]
    return Val(type, (w.e.emit("record.new", type, *words, type=type),))


def field_default(w: Walk, field: object, name: str) -> Val:
    """The default of a field, made anew."""
    assert isinstance(field, FieldDecl)
    if field.factory:
        return call_value(w, w.global_value(field.factory), [])
    if field.default_global:
        return w.global_value(field.default_global)
    return Val(UNKNOWN) if field.default is REFUSED_VALUE else w.const(field.default)


def _from_fields(w: Walk, decl: ClassDecl, args: list[Val], keywords: tuple[str, ...]) -> Val:
    """A record of field values given by position or keyword."""
    world = w.world
    name = decl.name
    fields = [field.decl for field in world.made_of(name)]
    taken_fields = world.taken_by_init(name)
    params = [
        ParamDecl(
            f.name,
            None,
            f.default,
            f.has_default,
            f.span,
            f.keyword_only,
            default_name=f".{f.name}" if f.factory or f.default_global else "",
        )
        for f in taken_fields
    ]
    order = sorted(range(len(params)), key=lambda i: params[i].keyword_only)
    params = [params[i] for i in order]
    environment = {f".{f.name}": field_default(w, f, name) for f in taken_fields if f.factory or f.default_global}
    title = tuple_maker(decl, world.flow.classes) if decl.kind == "namedtuple" else f"{decl.qualname}.__init__"
    given = bind(w, decl.shown, params, args, keywords, environment, title)
    if given is None:
        return Val(UNKNOWN)
    values = {param.name: val for param, val in zip(params, given, strict=True)}
    words: list[int] = []
    taken: list[Val] = []
    for field in fields:
        if field.init_only:
            taken.append(values[field.name])
            continue
        if field.name not in values and not field.has_default:
            if field.certain and w.e.live:
                words += [w.e.emit("const.absent", part, type=part) for part in parts(world.field_cell(name, field.name).type)]
            elif not field.certain:
                words.append(w.e.emit("const.unset"))
            continue
        val = values[field.name] if field.name in values else field_default(w, field, name)
        checked = w.field_value(name, field.name, val)
        if checked is None:
            return Val(UNKNOWN)
        words += checked.regs
    type = RecordType(name)
    made = Val(type, (w.e.emit("record.new", type, *words, type=type),))
    after = world.find_method(name, "__post_init__")
    if after is not None:
        call_function(w, after[0], [made, *taken], ())
    return made


def _system_error(w: Walk, name: str, args: list[Val]) -> Val:
    """An OSError, or of the class derived from it that the number of the error says."""
    if len(args) > 2:
        return w.refuse("an OSError with the name of a file", "put the name into its text")
    if name == "OSError" and len(args) == 2 and args[0].type in (INT, BOOL, ANY):
        if not args[0].is_const:
            return w.refuse(
                "an OSError with a number known only while running", "make one of the class that is meant, FileNotFoundError or another"
            )
        name = OF_SYSTEM.get(args[0].const, name)
        if name not in w.world.flow.classes:
            return w.refuse(f"OSError({args[0].const}, ...), which makes a {name}, where nothing names that class", f"make a {name}")
    return new_exception(w, name, args)


def new_exception(w: Walk, name: str, args: list[Val], given: Val | None = None) -> Val:
    """An exception object with these ``args``, or with the tuple ``given``, an ``any``."""
    world = w.world
    world.instantiate(name)
    type = RecordType(name)
    given = given or box(w, w.tuple_of(args))
    words: list[int] = []
    for field in world.all_fields(name):
        cell = world.field_cell(name, field.decl.name)
        if field.decl.name == "args":
            world.lattice.grow(cell, ANY)
            words.append(given.reg)
        elif field.owner == "BaseException" and field.decl.certain:
            world.lattice.grow(cell, ANY)
            words.append(w.e.emit("const.none"))
        elif field.decl.has_default:
            value = field_default(w, field.decl, name)
            world.lattice.grow(cell, value.type)
            words += convert(w, value, world.field_cell(name, field.decl.name).type).regs
        elif not field.decl.certain:
            words.append(w.e.emit("const.unset"))
        elif w.e.live:
            words += [w.e.emit("const.absent", part, type=part) for part in parts(cell.find().type)]
    return Val(type, (w.e.emit("record.new", type, *words, type=type),))


def call_function(w: Walk, method: MethodDecl, args: list[Val], keywords: tuple[str, ...]) -> Val:
    """A call of a method's function; methods bring nothing along but computed defaults, which live in module-level variables."""
    flow = w.world.flow.functions[method.function]
    brought = [w.global_value(f"{method.function}{name}") for name in flow.environment if name.startswith(".d")]
    if len(brought) < len(flow.environment):
        return Val(UNKNOWN)
    return call_closure(w, ClosureOf(method.function, tuple(val.type for val in brought)), brought, args, keywords)


# --- methods ----------------------------------------------------------------------------------------------------------------------


def call_method(w: Walk, name: str, receiver: Val, args: list[Val], shape: CallShape = PLAIN) -> Val:
    """``receiver.name(*args)``."""
    type = receiver.type
    if type == UNKNOWN or any(arg.type == UNKNOWN for arg in args):
        return Val(UNKNOWN)
    if isinstance(type, ModuleOf):
        return call_value(w, w.module_member(type.name, name), args, shape)
    if isinstance(type, ClassOf):
        if name == "_make" and len(args) == 1 and w.world.flow.classes[type.name].kind == "namedtuple":
            count = len(w.world.all_fields(type.name))
            return construct(w, type.name, w.unpack_values(w.call_library("exactly", [args[0], w.const(count)]), count), ())
        if name == "__subclasses__" and not args:
            below = [known for known, decl in w.world.flow.classes.items() if type.name in decl.bases]
            return w.list_of([box(w, Val(ClassOf(known))) for known in below])
        method = w.world.find_method(type.name, name)
        if name == "__new__" and method is None and args and shape.is_plain and w.world.flow.classes[type.name].kind in ("plain", "record"):
            return new_object(w, args)
        if name == "mro" and method is None and not args:
            return call_value(w, Val(BuiltInOf("list")), [class_tuple(w, RecordType(type.name), "__mro__")])
        if method is None and name == "__init__" and args and 0 not in shape.stars:
            behind_me = CallShape(
                shape.keywords, tuple(at - 1 for at in shape.stars), tuple(at - 1 for at in shape.maps), walked=shape.walked
            )
            done = _init_unwritten(w, args[0], w.world.order(type.name), args[1:], behind_me)
            if done is not None:
                return done
        if method is not None and method[0].kind == "class":
            if not shape.is_plain:
                spread = spread_arguments(w, args, shape)
                if spread is None:
                    return call_spread(w, Val(BoundOf(name, type)), args, shape)
                args, shape = spread
            return call_function(w, method[0], [receiver, *args], shape.keywords)
        return call_value(w, w.class_attribute(type.name, name), args, shape)
    if isinstance(type, BuiltInOf) and type.name.startswith(PROPERTY):
        return call_value(w, w.attribute(receiver, name), args, shape)
    if isinstance(type, BuiltInOf):
        return w.call_on_class(type.name, name, args, shape)
    if isinstance(type, SuperOf):
        return _call_super(w, type, receiver, name, args, shape)
    if not shape.is_plain:
        spread = spread_arguments(w, args, shape)
        if spread is None:
            if isinstance(type, RecordType) or type == ANY:
                return call_spread(w, w.attribute(receiver, name), args, shape)
            return w.call_method_spread(name, receiver, args, shape)
        args, shape = spread
    if isinstance(type, ClosureOf) or (name == "__wrapped__" and (type == ANY or isinstance(type, RecordType))):
        return call_value(w, w.attribute(receiver, name), args, shape)
    if isinstance(type, RecordType):
        return _call_virtual(w, name, receiver, args, shape)
    of_items = item_methods.called(w, name, receiver, args, shape) if name.startswith("__") else None
    if of_items is not None:
        return of_items
    if name.startswith("__") and _is_special_of_built_in(w, type, name):
        return w.problem("E0108", name=name)
    if type == ANY:
        if w.strict_refuses(receiver):
            return Val(UNKNOWN)
        of_decimal = decimal_method(w, name, receiver, args, shape.keywords)
        if of_decimal is not None:
            return of_decimal
        if name in FORMATTING:
            _fields_met(w)
        if name in OF_NAMED_TUPLES:
            return _call_on_named(w, name, receiver, args, shape)
        if name == "update" and len(args) == 1 and not shape.keywords and not w.spec.flow.of_library and w.may_have_keys(args[0]):
            w.forget_fields()
            return w.call_library("update_any", [receiver, args[0], w.is_walked_by_keys(args[0])])
        words = [box(w, arg).reg for arg in args]
        w.forget_fields()
        if w.has_plain_members() and not any(name in decl.methods for decl in w.world.flow.classes.values()):
            receiver = w.plain_any(receiver)
        return Val(ANY, (w.e.emit("any.call_method", name, ",".join(shape.keywords), receiver.reg, *words),))
    if isinstance(type, GeneratorOf):
        return w.call_on_generator(name, receiver, args)
    if type == NUMBER and (hasattr(int, name) or hasattr(float, name)):  # which of them it is comes to light while running
        return call_method(w, name, box(w, receiver), args, shape)
    if name in FORMATTING and type == STR:
        _fields_met(w)
    return w.attempt(
        lambda: w.call_builtin_method(name, [receiver, *args], shape.keywords),
        lambda: call_method(w, name, box(w, receiver), args, shape),
    )


def _is_special_of_built_in(w: Walk, type: Type, name: str) -> bool:
    """Whether CPython's class has the special method, so that no AttributeError may come of a call by its name."""
    if type == ANY:
        return hasattr(int, name) and not any(name in decl.methods for decl in w.world.flow.classes.values())
    return is_method(type, name)


def _fields_met(w: Walk) -> None:
    """Attributes are asked for by the names in replacement fields of texts."""
    names = w.world.flow.field_names
    if names is None:
        w.world.any_name_met()
    elif not names <= w.world.names_met:
        w.world.names_met |= names
        w.world.changed()


FORMATTING = frozenset({"format", "format_map"})
"""Methods that look attributes up by the names in a text."""
OF_NAMED_TUPLES = frozenset({"_asdict", "_replace"})
"""Methods of named tuples that depend on their fields."""


def _call_on_named(w: Walk, name: str, receiver: Val, args: list[Val], shape: CallShape) -> Val:
    """One of them, of a value only known while running."""
    classes = [known for known in w.world.dynamic if w.world.flow.classes[known].kind == "namedtuple"]

    def chain(position: int) -> Val:
        if position == len(classes):
            words = [box(w, arg).reg for arg in args]
            return Val(ANY, (w.e.emit("any.call_method", name, ",".join(shape.keywords), receiver.reg, *words),))
        me = classes[position]
        test = w.e.emit("any.is", receiver.reg, RecordType(me), type=BOOL)
        return choose(
            w, test, ANY, lambda: box(w, call_method(w, name, w.downcast(receiver, me), args, shape)), lambda: chain(position + 1)
        )

    return chain(0)


def by_receiver(w: Walk, type: SuperOf, receiver: Val, ask: Callable[[SuperOf, Val], Val]) -> Val:
    """What ``super()`` is asked where the class of the object is only known while running, and classes stand beside others: what comes behind a class depends on that of the object."""
    me = Val(ANY, receiver.regs)
    kinds = sorted((decl for decl in w.world.flow.classes.values() if type.name in decl.order), key=lambda decl: -len(decl.order))

    def of(cls: str) -> Val:
        narrowed = SuperOf(type.name, RecordType(cls))
        return box(w, ask(narrowed, Val(narrowed, w.downcast(me, cls).regs)))

    def chain(position: int) -> Val:
        cls = kinds[position].name
        w.world.class_seen(cls)
        if position == len(kinds) - 1:
            return of(cls)
        test = w.e.emit("any.is", me.reg, RecordType(cls), type=BOOL)
        return choose(w, test, ANY, lambda: of(cls), lambda: chain(position + 1))

    return chain(0)


def _call_super(w: Walk, type: SuperOf, receiver: Val, name: str, args: list[Val], shape: CallShape) -> Val:
    if type.receiver == ANY:
        return by_receiver(w, type, receiver, lambda narrowed, seen: _call_super(w, narrowed, seen, name, args, shape))
    me = Val(type.receiver, receiver.regs)
    cls = type.receiver.name if isinstance(type.receiver, (RecordType, ClassOf)) else type.name
    found = w.world.find_method(cls, name, behind=type.name)
    if found is None:
        behind = w.world.order_behind(cls, type.name)
        if w.world.find_variable(cls, name, behind=type.name):
            return call_value(w, w.attribute(receiver, name), args, shape)
        if name == "__new__":
            return new_object(w, args)
        done = _init_unwritten(w, me, behind, args, shape) if name == "__init__" else None
        if done is not None:
            return done
        if name == "__init_subclass__" or (name == "__post_init__" and not args):
            return w.const(None)
        shown, missing = w.world.flow.classes[type.name].shown, f"'super' object has no attribute '{name}'"
        below = [decl.name for decl in w.world.flow.classes.values() if type.name in decl.order]
        if any(w.world.find_method(one, name, behind=type.name) is not None for one in below):
            w.raise_error("AttributeError", missing)  # a class that is to be mixed with others, asked by itself
            return Val(NEVER)
        return w.problem("E0203", type=f"super of {shown}", what="method", name=name, nearest="", python=("AttributeError", missing))
    method, _ = found
    if not shape.is_plain:
        spread = spread_arguments(w, args, shape)
        if spread is None:
            return _spread_super(w, method, me, args, shape)
        args, shape = spread
    if method.kind == "property":
        return call_value(w, call_function(w, method, [me], ()), args, shape)
    return call_function(w, method, args if method.kind == "static" else [me, *args], shape.keywords)


def _init_unwritten(w: Walk, me: Val, classes: Sequence[ClassDecl], args: list[Val], shape: CallShape) -> Val | None:
    """What the ``__init__`` of the first of these classes does where none of them writes one: an exception keeps its arguments, a record its fields, and ``object`` takes none."""
    if not isinstance(me.type, RecordType):
        return None
    if w.world.is_subclass(me.type.name, "BaseException"):
        spread = (args, shape) if shape.is_plain else spread_arguments(w, args, shape)
        if spread is None:
            told = f"{shown_callee(w, ClassOf(me.type.name))}() argument after *"
            positional = _gathered_by_position(w, args[: len(args) - len(shape.keywords)], shape, told)
            w.set_field(me, "args", Val(ANY, (w.e.emit("tuple.from_list", positional.reg),)))
        else:
            w.set_field(me, "args", box(w, w.tuple_of(spread[0])))
        return w.const(None)
    record = next((decl for decl in classes if decl.kind == "record"), None)
    if record is not None:
        return w.init_fields(me, record.name, args, shape.keywords)
    return w.const(None) if not args or _holds_nothing(w, args, shape) else None


def _holds_nothing(w: Walk, args: list[Val], shape: CallShape) -> bool:
    """Whether all arguments are what a ``*args`` or ``**kwargs`` gathered, which at the end of a chain of ``super().__init__`` is nothing; TypeError where it is not."""
    if len(shape.stars) + len(shape.maps) < len(args):
        return False
    for arg in args:
        w.call_library("nothing_left", [box(w, arg)])
    return True


def _spread_super(w: Walk, method: MethodDecl, me: Val, args: list[Val], shape: CallShape) -> Val:
    """``super().name(*args, **named)`` of lengths known only while running: the function itself, with the receiver before its arguments."""
    brought = [w.global_value(f"{method.function}{name}") for name in w.world.flow.functions[method.function].environment]
    if any(value.type == UNKNOWN for value in brought):
        return Val(UNKNOWN)
    if method.kind != "static":
        args = [me, *args]
        shape = CallShape(shape.keywords, tuple(at + 1 for at in shape.stars), tuple(at + 1 for at in shape.maps), walked=shape.walked)
    bound = method.kind == "method" and isinstance(me.type, RecordType) and bool(w.world.flow.functions[method.function].params)
    function = w.world.method_of(method.function, me.type.name) if bound and isinstance(me.type, RecordType) else method.function
    closure = ClosureOf(function, tuple(value.type for value in brought))
    return call_spread(w, Val(closure, tuple(reg for value in brought for reg in value.regs)), args, shape)


def _call_virtual(w: Walk, name: str, receiver: Val, args: list[Val], shape: CallShape) -> Val:
    """A method of an object whose class may be one of several."""
    assert isinstance(receiver.type, RecordType)
    cls = receiver.type.name
    found = w.world.find_method(cls, name)
    if found is not None and any(w.world.find_method(sub, name) is None for sub in w.world.subclasses(cls)):
        return call_method(w, name, box(w, receiver), args, shape)  # some have a variable of the class under the name
    if found is None or found[0].kind == "property":
        if name == "__call__" or (found is None and not w.has_attribute(cls, name)):
            return _no_method(w, cls, name, receiver, args, shape)
        return call_value(w, w.attribute(receiver, name), args, shape)
    return dispatch(w, receiver, name, lambda method, me: call_function(w, method, _with_receiver(w, method, me, args), shape.keywords))


def _with_receiver(w: Walk, method: MethodDecl, receiver: Val, args: list[Val]) -> list[Val]:
    if method.kind == "static":
        return args
    if method.kind == "class":
        assert isinstance(receiver.type, RecordType)
        return [Val(ClassOf(receiver.type.name)), *args]
    return [receiver, *args]


def _no_method(w: Walk, cls: str, name: str, receiver: Val, args: list[Val], shape: CallShape) -> Val:
    built_in = w.object_method(cls, name, receiver, args, shape)
    if built_in is not None:
        return built_in
    if any(w.world.find_method(sub, name) is not None or w.has_attribute(sub, name) for sub in w.world.subclasses(cls)):
        if name == "__call__":
            return call_value(w, box(w, receiver), args, shape)
        return call_method(w, name, box(w, receiver), args, shape)
    shown = w.type_name(RecordType(cls))
    if name == "__call__":
        return w.problem(
            "E0304", type=f"a value of type {shown}", python=("TypeError", f"'{shown}' object is not callable"), whose=receiver
        )
    if cls.rpartition(".")[0] in ASKED_OF_HOSTS:
        return w.refuse(f"'{shown}.{name}()'", OUTSIDE, later=False)
    lacking = left_out_member(w, cls, name)
    if lacking is not None:
        return lacking
    known_names = [method for decl in w.world.order(cls) for method in decl.methods]
    fields = [field.decl.name for field in w.world.all_fields(cls)]
    return w.problem(
        "E0203",
        type=shown,
        what="method",
        name=name,
        nearest=nearest(name, [*known_names, *fields]),
        python=("AttributeError", f"'{shown}' object has no attribute '{name}'"),
        whose=receiver,
    )


def left_out_member(w: Walk, cls: str, name: str) -> Val | None:
    """E0106 for what CPython's class has and that of the library lacks; None for what neither has."""
    if not w.spec.flow.of_library and any(name in MEMBERS_LEFT_OUT.get(one.name, ()) for one in w.world.order(cls)):
        return w.refuse(f"'{w.type_name(RecordType(cls))}.{name}'", "it is left out of the library", later=False)
    return None


def dispatch(w: Walk, receiver: Val, name: str, applied: Callable[[MethodDecl, Val], Val]) -> Val:
    """``applied`` to the method of the class that the receiver turns out to have."""

    def rule(method: MethodDecl, receiver: Val) -> Val:
        return w.unless_raised(lambda: applied(method, receiver))

    assert isinstance(receiver.type, RecordType)
    world = w.world
    cls = receiver.type.name
    classes = world.subclasses(cls) or [cls]
    # The method of each class; a class whose method is its base's needs no test of its own, unless it is to find another class behind that, or other fields.
    methods: dict[str, MethodDecl] = {}
    distinct: set[tuple[str, str]] = set()
    for one in classes:
        found = world.find_method(one, name)
        if found is not None:
            owner = world.flow.classes[found[1]]
            alike = world.receiver_class(one, owner) == owner.name and found[0].kind != "class"  # which is given the class of the object
            distinct.add((found[0].function, "" if alike else one))
            # What built-in exceptions have in common is compiled once, and not for each.
            is_common = alike and found[0].function.startswith(f"{EXCEPTIONS}.")
            common = owner.name if world.is_subclass(owner.name, cls) else cls
            methods[common if is_common else one] = found[0]
    if len(distinct) <= 1:
        found = world.find_method(cls, name)
        chosen = next(iter(methods.values())) if methods else found[0] if found is not None else None
        assert chosen is not None
        only = classes[0] if len(classes) == 1 and classes[0] != cls else ""
        return rule(chosen, w.downcast(receiver, only) if only else receiver)
    # Most derived classes first: an object is of the first that it is an instance of.
    ordered = sorted(methods, key=lambda one: -len(world.lineage(one)))
    return _chain(w, receiver, [(one, methods[one]) for one in ordered], rule)


def _chain(w: Walk, receiver: Val, cases: list[tuple[str, MethodDecl]], rule: Callable[[MethodDecl, Val], Val]) -> Val:
    silent = w.silent()
    known = dict(w.env) if w.e.live and w.knows_fields else None
    joined: Type = NEVER
    cells = w.cells
    for name, method in cases:
        result = rule(method, Val(RecordType(name), (-1,))) if not w.e.live else _asked(w, silent, rule, method, name)
        joined = w.lattice.join(joined, result.type)
    if joined == UNKNOWN or not w.e.live:
        return Val(joined, nowhere(joined))
    w.cells = cells  # what was made to ask is what is made now
    w.env = w.env if known is None else known
    return _cases(w, receiver, cases, rule, joined)


def _asked(w: Walk, silent: Walk, rule: Callable[[MethodDecl, Val], Val], method: MethodDecl, name: str) -> Val:
    emitter, w.e = w.e, silent.e
    asking, w.asking = w.asking, True
    try:
        return rule(method, Val(RecordType(name), (-1,)))
    finally:
        w.e, w.asking = emitter, asking


def _cases(w: Walk, receiver: Val, cases: list[tuple[str, MethodDecl]], rule: Callable[[MethodDecl, Val], Val], type: Type) -> Val:
    name, method = cases[0]
    if len(cases) == 1:
        return convert(w, rule(method, w.downcast(receiver, name)), type)
    test = w.e.emit("record.is", receiver.reg, RecordType(name), type=BOOL)
    return choose(w, test, type, lambda: rule(method, w.downcast(receiver, name)), lambda: _cases(w, receiver, cases[1:], rule, type))
