"""``getattr``, ``hasattr`` and ``setattr``: of names that the program writes down, and of names that it makes while running."""

from __future__ import annotations

from types import FunctionType, GeneratorType, MethodType

from belljar.lang.builtins import instance_test, is_iterator, rule, wrong
from belljar.lang.conversion import box, choose, split, unbox
from belljar.lang.emit import Val
from belljar.lang.function_attributes import attribute_variable
from belljar.lang.lattice import FUNCTIONAL, BoundOf, BuiltInOf, CellOf, ClassOf, ClosureOf, DictView, GeneratorOf, IteratorOf, MaybeType
from belljar.lang.operations import index
from belljar.types import ANY, BOOL, INT, NEVER, STR, OptionalType, RecordType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from belljar.lang.transfer import Walk

CLASSES: dict[str, type] = {kind.__name__: kind for kind in (bool, int, float, str, list, dict, set, tuple, bytes, frozenset, range)}
"""The built-in classes that values are of, by name."""
ASKED_FOR_BY_NAME = frozenset({"__name__", "__doc__", "__qualname__", "__cause__", "__context__", "__suppress_context__", "__notes__"})
"""Names with two underscores that attributes have which a program may read."""


@rule("getattr", 2, 3)
def _getattr(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    name = args[1].const
    if not isinstance(name, str):
        return _dynamic_getattr(w, args)
    if name == "__class__":
        return w.call_value(Val(BuiltInOf("type")), [args[0]])
    if name.startswith("__") and name.endswith("__") and name not in ASKED_FOR_BY_NAME:
        return w.problem("E0108", name=name)
    if len(args) == 2 or w.is_member(args[0], name):
        return w.attribute(args[0], name)
    if isinstance(args[0].type, RecordType) and w.has_attribute(args[0].type.name, name) and w.is_certain(args[0].type.name, name):
        return w.attribute(args[0], name)
    own = of_function(w, args[0], name)
    if own is not None:
        value, there = own
        if there.is_const:
            return value() if there.const else args[2]
        default = box(w, args[2])
        return choose(w, there.reg, ANY, lambda: box(w, value()), lambda: default)
    target, default = box(w, args[0]), box(w, args[2])
    test = has_attribute(w, target, name).reg
    return choose(w, test, ANY, lambda: w.attribute(target, name), lambda: default)


def _dynamic_getattr(w: Walk, args: list[Val]) -> Val:
    name = _name(w, "getattr", args)
    if name is None:
        return Val(ANY, (-1,))
    return w.or_member(args[0], name, ANY, lambda by_name: box(w, index(w, by_name, name)), lambda: _named_attribute(w, name, args))


def _named_attribute(w: Walk, name: Val, args: list[Val]) -> Val:
    target = box(w, args[0])
    w.world.any_name_met()

    def found() -> Val:
        w.forget_fields()
        return Val(ANY, (w.e.emit("any.get_named", target.reg, name.reg),))

    if len(args) == 2:
        return found()
    default = box(w, args[2])
    properties = (method for decl in w.world.flow.classes.values() for method in decl.methods.values() if method.kind == "property")
    if any(not w.world.flow.functions[method.function].of_library for method in properties):  # it is run once
        return box(w, w.call_library("named_or", [target, name, default], "_named_attributes"))
    return choose(w, w.e.emit("any.has_named", target.reg, name.reg, type=BOOL), ANY, found, lambda: default)


def of_function(w: Walk, target: Val, name: str) -> tuple[Callable[[], Val], Val] | None:
    """What reads an attribute of a function that something assigns, and whether it has a value; None for all else."""
    if not isinstance(target.type, ClosureOf):
        return None
    flow = w.world.flow.functions[target.type.function]
    inner = attribute_variable(flow.source_name.rsplit(".", 1)[-1], name)
    brought = [piece for known, piece in zip(flow.environment, split(target), strict=True) if known.split("$")[0] == inner]
    if brought:
        piece = brought[0]
        if not isinstance(piece.type, CellOf) or piece.type.item.type == NEVER:
            return lambda: piece, w.const(not isinstance(piece.type, CellOf))
        size = w.e.emit("list.len", piece.reg, type=INT)
        return lambda: w.cell_value(piece, name, ""), Val(BOOL, (w.e.emit("int.to_bool", size, type=BOOL),))
    variable = attribute_variable(flow.name, name)
    if variable not in w.world.flow.globals:
        return None
    w.named.add(variable)
    type = w.world.global_type(variable)
    if not isinstance(type, MaybeType):
        return lambda: w.global_value(variable), w.const(type != NEVER)
    slot, _ = w.world.global_slots(variable)[0] if w.e.live else (-1, BOOL)
    return lambda: w.global_value(variable), Val(BOOL, (w.e.emit("global.get", slot, type=BOOL),))


def _name(w: Walk, function: str, args: list[Val]) -> Val | None:
    """The name that is asked for, a str; None after reporting what is none."""
    given = args[1]
    if given.type == ANY:
        return unbox(w, given.reg, STR)
    if given.type != STR:
        wrong(w, function, given, "str")
        return None
    return given


OF_CLASSES = frozenset({"__base__", "__bases__", "__module__", "__mro__", "__name__", "__qualname__", "__subclasses__", "mro"})
"""What every class has besides the attributes of all objects."""


@rule("hasattr", 2, 2)
def _hasattr(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    name = args[1].const
    if not isinstance(name, str):
        given = _name(w, "hasattr", args)
        if given is None:
            return Val(BOOL, (-1,))
        w.world.any_name_met()
        held = box(w, args[0])

        def is_there() -> Val:
            return Val(BOOL, (w.e.emit("any.has_named", held.reg, given.reg, type=BOOL),))

        return w.or_member(args[0], given, BOOL, lambda by_name: w.const(True), is_there)
    if isinstance(args[0].type, RecordType) and w.has_attribute(args[0].type.name, name) and w.is_certain(args[0].type.name, name):
        return w.const(True)
    if (isinstance(args[0].type, ClassOf) and name in OF_CLASSES) or w.is_member(args[0], name):
        return w.const(True)
    if name.startswith("__") and name.endswith("__"):
        return has_special(w, args[0], name)
    own = of_function(w, args[0], name)
    if own is not None:
        return own[1]
    return has_attribute(w, box(w, args[0]), name)


def has_attribute(w: Walk, value: Val, name: str) -> Val:
    """Whether a value known only while running has an attribute; classes have the members of enumerations."""
    return w.member_of_any(
        value, name, BOOL, lambda member: w.const(True), lambda: Val(BOOL, (w.e.emit("any.has_attr", value.reg, name, type=BOOL),))
    )


def has_special(w: Walk, value: Val, name: str) -> Val:
    """Whether a value has a special method, which CPython's built-in classes have as methods, too."""
    if name in dir(object) and name != "__dict__":
        return w.const(True)
    if name in ("__dict__", "__slots__", "__weakref__", "__annotations__", "__module__", "__dataclass_fields__", "__match_args__"):
        return w.problem("E0108", name=name)
    found = _known_class(w, value.type)
    if found is not None:
        return w.const(_gives(found, name))
    target = box(w, value)
    own = Val(BOOL, (w.e.emit("any.has_attr", target.reg, name, type=BOOL),))
    if isinstance(value.type, RecordType):
        return own
    kinds = [kind for kind, known in CLASSES.items() if _gives(known, name)]
    if _gives(FunctionType, name):
        kinds.append("function")
    built_in = instance_test(w, target, kinds)
    test = w.e.emit("bool.or", own.reg, built_in.reg, type=BOOL)
    if name in ("__iter__", "__next__") or _gives({}.keys().__class__, name):
        test = w.e.emit(
            "bool.or",
            test,
            is_iterator(w, target, _gives({}.keys().__class__, name), _gives(GeneratorType, name)),
            type=BOOL,
        )
    return Val(BOOL, (test,))


def _gives(cls: type, name: str) -> bool:
    """Whether objects of a class have an attribute, which the class itself may have from its own class."""
    return any(name in vars(one) for one in cls.__mro__)


def _known_class(w: Walk, type: Type) -> type | None:
    """CPython's class of the values of a type; None where values of several classes are of it, or objects of the program."""
    if isinstance(type, (GeneratorOf, IteratorOf)):
        return GeneratorType
    if isinstance(type, BoundOf):
        return MethodType
    if isinstance(type, ClassOf):
        return None
    if isinstance(type, FUNCTIONAL):
        return FunctionType
    if isinstance(type, DictView):
        return {"keys": {}.keys(), "values": {}.values(), "items": {}.items()}[type.which].__class__
    if isinstance(type, (OptionalType, RecordType)) or type == ANY:
        return None
    return CLASSES.get(w.type_name(type))


@rule("setattr", 3, 3)
def _setattr(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    name = args[1].const
    if isinstance(name, str):
        return w.set_attribute(args[0], name, args[2])
    given = _name(w, "setattr", args)
    if given is None:
        return Val(ANY, (-1,))
    w.world.any_name_set()
    w.unless_frozen(
        box(w, args[0]), given, "assign to", lambda: w.e.emit("any.set_named", box(w, args[0]).reg, given.reg, box(w, args[2]).reg)
    )
    w.forget_fields()
    return w.const(None)
