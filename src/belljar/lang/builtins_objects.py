"""Built-in functions about types, functions and iteration: ``isinstance``, ``type``, ``map``, ``iter``, ``sorted(key=...)`` ..."""

from __future__ import annotations

from belljar.ir.ops import DECIMAL_METHODS, DECIMAL_OPERANDS
from belljar.lang.annotations import stands_in
from belljar.lang.builtins import (
    METHOD_OF_KIND,
    NUMBER_NAMES,
    SEQUENCES,
    append,
    assign,
    has_method_of_kind,
    instance_test,
    list_made_by,
    plain,
    reverse_flag,
    rule,
    to_list,
    wrong,
)
from belljar.lang.classes import UNHASHABLE
from belljar.lang.conversion import box, choose, convert, join_items, nowhere, parts, slot_type, split, unbox, yielded
from belljar.lang.emit import Val
from belljar.lang.hosting import host_call
from belljar.lang.indices import asked_for_int
from belljar.lang.iteration import each, element_type, started
from belljar.lang.lattice import (
    FUNCTIONAL,
    UNKNOWN,
    BuiltInOf,
    Cell,
    ClassOf,
    DictOf,
    DictView,
    EnumerateOf,
    FilterOf,
    GeneratorOf,
    ListOf,
    MapOf,
    SetOf,
    ZipOf,
    is_hashable,
    resolve,
)
from belljar.lang.left_out import DECIMAL_LEFT_OUT
from belljar.lang.operations import order
from belljar.lang.operators import call, has
from belljar.lang.protocols import gives_all, has_all, protocol_of
from belljar.lang.raising import CLASS_NAMES
from belljar.lang.resolution import only_class, order_shown
from belljar.types import ANY, BOOL, DECIMAL, INT, NEVER, NONE, STR, DictType, OptionalType, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from belljar.lang.graph import ClassDecl
    from belljar.lang.transfer import Walk

ABSTRACT = {
    "collections.abc.Callable": "function", "typing.Callable": "function", "collections.abc.Sequence": "sequence", "collections.abc.Mapping": "dict",
    "collections.abc.Iterable": "iterable", "collections.abc.MutableMapping": "dict", "collections.abc.MutableSequence": "list", "collections.abc.MutableSet": "set",
    "collections.abc.Set": "set frozenset", "typing.Sequence": "sequence", "typing.Mapping": "dict", "typing.Iterable": "iterable", "typing.MutableMapping": "dict",
    "collections.abc.Iterator": "iterator", "collections.abc.Sized": "sized", "collections.abc.Container": "container", "typing.Iterator": "iterator", "typing.Sized": "sized",
    "typing.Container": "container", "typing.MutableSequence": "list", "numbers.Number": "number", "numbers.Complex": "real",
    "numbers.Real": "real", "numbers.Rational": "int", "numbers.Integral": "int",
}  # fmt: skip

ENUM_TYPE = "enum.EnumType"
"""The class of enumerations."""
FRACTION = "fractions.Fraction"
OBJECT = "_objects.Object"
"""The class of the library that ``object()`` makes objects of; what programs know as its class is ``object``."""
KIND_NAMES = ("bool", "int", "float", "str", "None", "list", "dict", "set", "tuple", "bytes", "frozenset", "range", "function")
"""The built-in classes of which a value of type ``any`` can be, and that a test can ask for, as ``type()`` names them."""

NAMED_KINDS = (
    "function", "builtin_function_or_method", "method", "type", "generator", "enumerate", "filter", "map", "zip", "dict_keys", "dict_values", "dict_items",
)  # fmt: skip
"""Those that are told from one another by their names."""
_NO_CLASSES = frozenset(NAMED_KINDS) - CLASS_NAMES


def class_list(w: Walk, value: Val) -> list[Any] | None:
    """The classes that ``isinstance`` is asked about: names of built-in ones, record types; None for what is no class known while compiling."""
    type = value.type
    if isinstance(type, TupleType):
        found: list[Any] = []
        for part in split(value):
            inner = class_list(w, part)
            if inner is None:
                return None
            found += inner
        return found
    if isinstance(type, ClassOf):
        return [RecordType(type.name), *map(RecordType, w.world.beside(type.name))]
    if isinstance(type, BuiltInOf) and type.name == "slice":
        return [RecordType("_slice.slice")] if "_slice.slice" in w.world.flow.classes else []  # a program without them has none
    if isinstance(type, BuiltInOf) and type.name in CLASS_NAMES:
        return [type.name]
    if isinstance(type, BuiltInOf) and type.name.startswith("enum."):
        return [
            RecordType(name) for name, decl in w.world.flow.classes.items() if decl.kind == "enum" and _is_enum(decl.flavour, type.name)
        ]
    if isinstance(type, BuiltInOf) and type.name in ABSTRACT:
        fraction = type.name.startswith("numbers.") and type.name != "numbers.Integral" and FRACTION in w.world.flow.classes
        return [*ABSTRACT[type.name].split(), *([RecordType(FRACTION)] if fraction else []), *_derived_from_abstract(w, type.name)]
    if type == BuiltInOf("NoneType"):
        return ["None"]
    return None


def _derived_from_abstract(w: Walk, name: str) -> list[RecordType]:
    """The classes of the program that are, or have what is, an abstract class of ``collections.abc``."""
    base = name.rpartition(".")[2]
    wanted = ASKED_FOR.get(base)
    return [
        RecordType(known)
        for known, decl in w.world.flow.classes.items()
        if f"_abstract.{base}" in decl.order
        or not REGISTERED.get(base, _NONE).isdisjoint(decl.order)
        or (wanted is not None and w.world.find_method(known, wanted) is not None)
    ]


_NONE: frozenset[str] = frozenset()
_MAPPINGS = frozenset({"collections.ChainMap", "collections.UserDict"})
_SEQUENCES = frozenset({"_deque.deque", "_user_list.UserList", "_lists.List", "_bytearray.bytearray"})
REGISTERED = {
    "Mapping": _MAPPINGS, "MutableMapping": _MAPPINGS, "MutableSequence": _SEQUENCES, "Sequence": _SEQUENCES, "Set": frozenset({"_views.SetView"}),
}  # fmt: skip
"""By abstract class the classes of the library that are no classes derived from it here, and are in CPython."""
ASKED_FOR = {"Callable": "__call__", **{kind.capitalize(): method for kind, method in METHOD_OF_KIND.items()}}
"""Abstract classes to which all belong that have the method."""


def _is_enum(flavour: str, name: str) -> bool:
    """Whether members of enumerations of a flavour are of the class of the module ``enum``."""
    base = name.removeprefix("enum.")
    return base in ("Enum", flavour) or (base == "Flag" and flavour == "IntFlag")


@rule("isinstance", 2, 2)
def _isinstance(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if (protocol := protocol_of(w, args[1].type)) is not None:
        return has_all(w, args[0], protocol)
    if args[1].type == BuiltInOf(ENUM_TYPE):
        return w.truth_of(w.compare_values("is", box(w, w.call_value(Val(BuiltInOf("type")), args[:1])), box(w, args[1])))
    abstract = args[1].type.name.rpartition(".")[2] if isinstance(args[1].type, BuiltInOf) and args[1].type.name.startswith(ABCS) else ""
    if abstract == "Hashable":
        return _is_hashable(w, args[0])
    if abstract == "Collection":
        tests = [_isinstance(w, [args[0], Val(BuiltInOf(f"collections.abc.{one}"))], {}) for one in ("Sized", "Iterable", "Container")]
        if any(test.is_const for test in tests):
            return w.const(all(test.const is not False for test in tests)) if all(test.is_const for test in tests) else w.const(False)
        both = w.e.emit("bool.and", tests[0].reg, tests[1].reg, type=BOOL)
        return Val(BOOL, (w.e.emit("bool.and", both, tests[2].reg, type=BOOL),))
    kinds = split(args[1]) if isinstance(args[1].type, TupleType) else [args[1]]
    if len(kinds) > 1 and any(_is_apart(w, one.type) for one in kinds):
        return _either(w, [_isinstance(w, [args[0], one], {}) for one in kinds])
    is_any = args[0].type == ANY or isinstance(args[0].type, OptionalType)
    told = (frozenset(NAMED_KINDS) - {"type"} if is_any else _NO_CLASSES) | {"NotImplementedType"}
    if isinstance(args[1].type, BuiltInOf) and args[1].type.name in told and args[0].type != UNKNOWN:  # isinstance(x, type(print))
        if not is_any:
            return w.const(w.type_name(args[0].type) == args[1].type.name)
        name = w.e.emit("any.type_name", box(w, args[0]).reg, type=STR)
        return Val(BOOL, (w.e.emit("str.eq", name, w.const(args[1].type.name).reg, type=BOOL),))
    classes = class_list(w, args[1])
    if classes is None:
        if UNKNOWN in (args[0].type, args[1].type):
            return Val(UNKNOWN)
        return w.call_library("is_instance", [box(w, args[0]), box(w, args[1])])
    found = instance_test(w, args[0], classes)
    return _or_view(w, args[0], found) if abstract == "Set" else found


def _is_apart(w: Walk, kind: Type) -> bool:
    """Whether the test for a class asks for something else than the classes of objects."""
    return protocol_of(w, kind) is not None or (isinstance(kind, BuiltInOf) and kind.name in NAMED_KINDS)


def _either(w: Walk, tests: list[Val]) -> Val:
    """Whether one of the tests is true."""
    if any(test.type == UNKNOWN for test in tests):
        return Val(UNKNOWN)
    if any(test.const is True for test in tests):
        return w.const(True)
    found = w.const(False)
    for test in tests:
        if test.const is not False:
            found = test if found.const is False else Val(BOOL, (w.e.emit("bool.or", found.reg, test.reg, type=BOOL),))
    return Val(BOOL, found.regs, found.const)


def _or_view(w: Walk, value: Val, found: Val) -> Val:
    """Whether it is a set, or the keys or items of a dict."""
    if isinstance(value.type, DictView):
        return w.const(value.type.which != "values")
    if value.type != ANY:
        return found
    name = w.e.emit("any.type_name", value.reg, type=STR)
    for view in ("dict_keys", "dict_items"):
        found = Val(BOOL, (w.e.emit("bool.or", found.reg, w.e.emit("str.eq", name, w.const(view).reg, type=BOOL), type=BOOL),))
    return found


ABCS = ("collections.abc.", "typing.")


def _is_hashable(w: Walk, value: Val) -> Val:
    """``isinstance(value, Hashable)``: what it holds has no say."""
    if value.type == UNKNOWN:
        return Val(UNKNOWN)
    unhashable = [name for name in w.world.flow.classes if not _has_hash(w, name)]
    found = instance_test(w, value, ["list", "dict", "set", *map(RecordType, unhashable)])
    answer = w.const(not found.const) if found.is_const else Val(BOOL, (w.e.emit("bool.not", found.reg, type=BOOL),))
    again = [RecordType(known) for name in unhashable for known in w.world.subclasses(name) if known not in unhashable]
    if not again or answer.const is True:
        return answer
    return Val(BOOL, (w.e.emit("bool.or", answer.reg, instance_test(w, value, again).reg, type=BOOL),))


def _has_hash(w: Walk, name: str) -> bool:
    """Whether objects of a class have a hash: a class that says when they are equal has to say how they are hashed, too."""
    for decl in w.world.order(name):
        if "__hash__" in decl.methods and decl.methods["__hash__"].function == UNHASHABLE:
            return False
        if "__hash__" in decl.methods or "__hash__" in decl.variables or decl.frozen or decl.has_hash:
            return True
        if "__eq__" in decl.methods or (decl.kind == "record" and decl.has_eq):
            return False
    return True


@rule("issubclass", 2, 2)
def _issubclass(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    classes = class_list(w, args[1])
    mine = [RecordType(args[0].type.name)] if isinstance(args[0].type, ClassOf) else class_list(w, args[0])
    if classes is None or mine is None or len(mine) != 1:
        if UNKNOWN in (args[0].type, args[1].type):
            return Val(UNKNOWN)
        return w.call_library("is_subclass", [box(w, args[0]), box(w, args[1])])
    if isinstance(mine[0], RecordType):
        if (protocol := protocol_of(w, args[1].type)) is not None:
            return gives_all(w, mine[0].name, protocol)
        order = w.world.flow.classes[mine[0].name].order
        return w.const(any((isinstance(c, RecordType) and c.name in order) or c == "object" or stands_in(order, c) for c in classes))
    kinds = {"sequence": SEQUENCES, "number": NUMBER_NAMES, "real": NUMBER_NAMES}
    return w.const(
        any(
            c in (mine[0], "object")
            or (mine[0] == "bool" and c == "int")
            or mine[0] in kinds.get(str(c), ())
            or has_method_of_kind(mine[0], c)
            for c in classes
        )
    )


@rule("type", 1, 1)
def _type(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    type = args[0].type
    if isinstance(type, RecordType) and (only := only_class(w.world, type.name)):
        return Val(BuiltInOf("object") if only == OBJECT else ClassOf(only))
    if isinstance(type, ClassOf) and w.world.flow.classes[type.name].kind == "enum":
        return Val(BuiltInOf(ENUM_TYPE))
    if type == ANY or isinstance(type, (OptionalType, RecordType)) or str(resolve(type)) == "number":
        return w.call_library("type_of", [box(w, args[0])])
    return Val(BuiltInOf(w.type_name(type)))


@rule("callable", 1, 1)
def _callable(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    type = args[0].type
    if type == ANY or isinstance(type, OptionalType):
        return w.call_library("is_callable", [box(w, args[0])])
    found = isinstance(type, FUNCTIONAL) or (isinstance(type, RecordType) and w.world.find_method(type.name, "__call__") is not None)
    return w.const(found)


@rule("hash", 1, 1)
def _hash(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if not is_hashable(args[0].type):
        return w.problem("E0310", type=resolve(args[0].type))
    return Val(INT, (w.e.emit("any.hash", box(w, args[0]).reg, type=INT),))


@rule("ascii", 1, 1)
def _ascii(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return Val(STR, (w.e.emit("any.ascii", box(w, args[0]).reg, type=STR),))


@rule("format", 1, 2)
def _format(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    spec = args[1] if len(args) == 2 else w.const("")
    if spec.type == ANY:
        spec = unbox(w, spec.reg, STR)
    if spec.type != STR:
        return wrong(w, "format", spec, "str")
    return w.formatted(args[0], "", spec)


# --- iteration --------------------------------------------------------------------------------------------------------------------


@rule("iter", 1, 2)
def _iter(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if len(args) == 2:
        return w.call_library("call_until", args)
    if isinstance(args[0].type, GeneratorOf):
        return args[0]
    if isinstance(args[0].type, RecordType) or args[0].type == ANY:
        if isinstance(args[0].type, RecordType) and w.has_method(args[0], "__iter__"):
            return w.call_method("__iter__", args[0], [])
        return Val(ANY, (w.e.emit("any.iter", box(w, args[0]).reg),))
    begun = started(w, args[0])
    return begun if begun.type in (UNKNOWN, NEVER) else w.call_library("walk", args)


@rule("next", 1, 2)
def _next(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    type = args[0].type
    if isinstance(type, GeneratorOf):
        there, *found = w.resume(args[0].reg, type)
        held = yielded(type)
        item = Val(held, tuple(found))
        if held == NEVER:
            item = Val(NONE)
        if len(args) == 2 and held == NEVER:
            return args[1]
        if len(args) == 2:
            joined = w.lattice.join(held, args[1].type)
            return choose(w, there, joined, lambda: item, lambda: args[1])
        _stop_unless(w, there, args[0], type)
        return item
    if isinstance(type, RecordType) and w.has_method(args[0], "__next__") and len(args) == 1:
        return w.call_method("__next__", args[0], [])
    walk = box(w, args[0]).reg
    item = Val(ANY, (w.e.emit("any.next", walk),))
    end = w.e.emit("any.is_end", item.reg, type=BOOL)
    if len(args) == 2:
        return choose(w, end, ANY, lambda: box(w, args[1]), lambda: item)
    over, going = w.e.block(), w.e.block()
    w.e.emit("br", end, over, going)
    w.e.at(over)
    if w.world.flow.catches:
        w.throw(w.call_library("stopped_with", [Val(ANY, (w.e.emit("any.iter_value", walk),))]))
    else:
        w.raise_error("StopIteration")
    w.e.at(going)
    return item


def _stop_unless(w: Walk, there: int, generator: Val, type: GeneratorOf) -> None:
    going, over = w.e.block(), w.e.block()
    w.e.emit("br", there, going, over)
    w.e.at(over)
    w.stop_iteration(generator, type)
    w.e.at(going)


def _may_stop(w: Walk, function: Type) -> bool:
    """Whether a function may raise StopIteration, which ends the walk that calls it."""
    if isinstance(function, BuiltInOf):
        return function.name == "next"
    return w.world.flow.stops and function not in (NONE, UNKNOWN)


@rule("map", 2, -1)
def _map(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if _may_stop(w, args[0].type) and len(args) <= 4:
        return w.call_library(f"map{len(args) - 1}", args, "_stopping")
    return Val(MapOf(args[0].type, tuple(arg.type for arg in args[1:])), tuple(reg for arg in args for reg in arg.regs))


@rule("filter", 2, 2)
def _filter(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if _may_stop(w, args[0].type):
        return w.call_library("filter", args, "_stopping")
    return Val(FilterOf(args[0].type, args[1].type), tuple(reg for arg in args for reg in arg.regs))


@rule("sorted", 1, 1, "reverse", "key")
def _sorted(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    made = to_list(w, args[0])
    if made.type == UNKNOWN:
        return made
    return sort(w, made, named.get("key"), named)


def sort(w: Walk, made: Val, key: Val | None, named: dict[str, Val]) -> Val:
    """Sort a list where it is; with a key, by the keys of its elements."""
    reverse = reverse_flag(w, named)
    type = made.type
    if reverse is None or not isinstance(type, ListOf):
        return Val(UNKNOWN)
    if key is None or key.type == NONE:
        item = type.item.type
        if not w.sortable(item):
            if isinstance(item, OptionalType) or not w.may_run(item):
                return w.problem("E0301", op="<", left=resolve(item), right=resolve(item))
            w.lattice.grow(type.item, ANY)
        w.e.emit("list.sort", made.reg, reverse)
        return made
    keys = Val(ListOf((w.cell(NEVER),)))
    element = type.item.type
    if element == NEVER:  # nothing is ever in it: there is no key to ask for
        return made
    first = from_item(w, made, element)
    key_type = w.silent_call(key, [first]).type
    if key_type == UNKNOWN:
        return Val(UNKNOWN)
    if key_type == NEVER:  # the first key there is raises
        _call_each(w, key, made)
        return made
    stored = key_type if w.sortable(key_type) else ANY
    w.lattice.grow(keys.type.item, stored)  # type: ignore[attr-defined]
    list_type = slot_type(keys.type)
    keys = Val(keys.type, (w.e.emit("list.new", list_type, w.const(0).reg, type=list_type),))
    each(w, made, lambda item: append(w, keys, convert(w, w.call_value(key, [item]), keys.type.item.type)))  # type: ignore[attr-defined]
    positions = w.e.emit("list.argsort", keys.reg, reverse)
    return Val(type, (w.e.emit("list.gather", made.reg, positions, type=slot_type(type)),))


def _call_each(w: Walk, function: Val, items: Val) -> None:
    """Call a function that always raises with each item."""

    def call(item: Val) -> None:
        w.call_value(function, [item])

    each(w, items, call)


def from_item(w: Walk, container: Val, item: Type) -> Val:
    return Val(item, nowhere(item))


def extreme_by_key(w: Walk, name: str, items: Val, key: Val, default: Val | None) -> Val:
    """``min`` or ``max`` of an iterable by a key."""
    element = element_type(w, items)
    if element in (UNKNOWN, NEVER):
        return Val(UNKNOWN) if element == UNKNOWN else w.empty_extreme(name, default)
    key_type = w.silent_call(key, [Val(element, nowhere(element))]).type
    if key_type == UNKNOWN:
        return Val(UNKNOWN)
    if key_type == NEVER:  # the first key there is raises
        _call_each(w, key, items)
        return w.empty_extreme(name, default)
    if isinstance(key_type, OptionalType):  # as in sort(): a None among them is a TypeError while running
        key_type = ANY
    found = w.e.register(BOOL)
    w.e.emit_to(found, "const.bool", False)
    best = Val(element, tuple(w.e.register(part) for part in parts(element)))
    best_key = Val(key_type, tuple(w.e.register(part) for part in parts(key_type)))
    if w.e.live:
        for target in (*zip(best.regs, parts(element), strict=True), *zip(best_key.regs, parts(key_type), strict=True)):
            w.e.emit_to(target[0], "const.absent", target[1])

    def consider(item: Val) -> None:
        measure = convert(w, w.call_value(key, [item]), key_type)
        better, take, on = w.e.block(), w.e.block(), w.e.block()
        w.e.emit("br", found, better, take)
        w.e.at(better)
        test = order(w, "<" if name == "min" else ">", measure, best_key)
        w.e.emit("br", test.reg, take, on)
        w.e.at(take)
        assign(w, best, item)
        assign(w, best_key, measure)
        w.e.emit_to(found, "const.bool", True)
        w.e.emit("jump", on)
        w.e.at(on)

    if not each(w, items, consider):
        return Val(UNKNOWN)
    if default is not None:
        joined = w.lattice.join(element, default.type)
        return choose(w, found, joined, lambda: best, lambda: default)
    fine, empty = w.e.block(), w.e.block()
    w.e.emit("br", found, fine, empty)
    w.e.at(empty)
    w.e.emit("fault", "E0708", w.const(f"{name}()").reg)
    w.e.at(fine)
    return best


# --- containers that are any ------------------------------------------------------------------------------------------------------


@rule("frozenset", 0, 1)
def _frozenset(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    def listed() -> Val:
        made = w.new_list(ANY)
        if args:
            w.extend_any(made, args[0])
        return box(w, made)

    if args and isinstance(args[0].type, SetOf):  # whose table is copied, which keeps its order
        items = box(w, args[0])
    elif args and args[0].type == ANY:
        items = choose(w, instance_test(w, args[0], ["set", "frozenset"]).reg, ANY, lambda: args[0], listed)
    else:
        items = listed()
    return Val(ANY, (w.e.emit("any.to_frozenset", items.reg),))


@rule("bytes", 0, 3, "encoding", "errors")
def _bytes(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    order = ("source", "encoding", "errors")
    given = {**dict(zip(order, args, strict=False)), **named}
    source = given.get("source")
    if source is not None and has(w, source, "__bytes__"):
        return call(w, source, "__bytes__")
    if source is not None and not any("__bytes__" in decl.methods for decl in w.world.flow.classes.values()):
        source = given["source"] = asked_for_int(w, source)
    if source is not None and (isinstance(source.type, (GeneratorOf, MapOf, FilterOf, ZipOf, EnumerateOf)) or has(w, source, "__iter__")):
        given["source"] = to_list(w, source)
    elif source is not None and source.type not in (INT, BOOL, STR) and not isinstance(source.type, (ListOf, TupleType)):
        given["source"] = w.call_library("bytes_source", [box(w, source)])
    elif source is not None and w.has_plain_members() and isinstance(source.type, (ListOf, TupleType)):
        given["source"] = w.call_enums("plain_all", [source])
    words = [
        box(w, given[name]).reg if name in given else w.e.emit("const.unset")
        for name in order[: max([order.index(name) + 1 for name in given], default=0)]
    ]
    return Val(ANY, (w.e.emit("any.bytes", *words),))


@rule("_bell.type_name", 1, 1)
def _type_name(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    type = args[0].type
    if isinstance(type, RecordType) and (only := only_class(w.world, type.name)):
        return w.const(w.type_name(RecordType(only)).rpartition(".")[2])
    if type == ANY and any(decl.kind == "enum" and w.world.is_held(f"{name}.new") for name, decl in w.world.flow.classes.items()):
        found = w.call_library("name_of_class", [w.call_value(Val(BuiltInOf("type")), args)])
        return unbox(w, found.reg, STR) if found.type == ANY else found
    if type == ANY or isinstance(type, (OptionalType, RecordType)) or str(resolve(type)) == "number":
        name = Val(STR, (w.e.emit("any.type_name", box(w, args[0]).reg, type=STR),))
        # Classes of the library have their module's name before their own.
        qualified = any("." in known for known in w.world.instantiated)
        return w.call_library("short_name", [name]) if qualified else name
    return w.const(w.type_name(type).rpartition(".")[2])


def by_class(
    w: Walk,
    value: Val,
    result: Type,
    body: Callable[[str, Val], Val],
    otherwise: Callable[[], Val],
    wanted: Callable[[ClassDecl], bool] | None = None,
) -> Val:
    """``body`` for the class that a value turns out to be an object of, the most derived first; ``otherwise`` where it is of none, or of one that is not ``wanted`` and
    derives from none that is."""
    if isinstance(value.type, RecordType):
        low = value.type.name
        names = list(w.world.subclasses(low) or [low])
    elif value.type == ANY:
        names = [name for name in w.world.dynamic if name in w.world.instantiated]
        if wanted is not None:
            names = [name for name in names if any(map(wanted, w.world.order(name)))]
    else:
        return otherwise()
    names.sort(key=lambda name: (-len(w.world.lineage(name)), name))

    def chain(position: int) -> Val:
        if position == len(names):
            return otherwise()
        name = names[position]
        test = instance_test(w, value, [RecordType(name)])
        if test.const is True:
            return convert(w, body(name, w.downcast(value, name)), result)
        return choose(w, test.reg, result, lambda: body(name, w.downcast(value, name)), lambda: chain(position + 1))

    return chain(0)


@rule("_bell.is_record", 1, 1)
def _is_record(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    def is_made(name: str) -> Val:
        return w.const(w.world.flow.classes[name].kind != "enum")  # a member is its own copy

    if args[0].type != ANY:
        return is_made(args[0].type.name) if isinstance(args[0].type, RecordType) else w.const(False)
    return by_class(w, args[0], BOOL, lambda name, me: is_made(name), lambda: w.const(False))


@rule("_bell.blank_like", 1, 1)
def _blank_like(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    def body(name: str, me: Val) -> Val:
        return w.blank_object(name)

    result = args[0].type if isinstance(args[0].type, RecordType) else ANY
    return by_class(w, args[0], result, body, lambda: args[0])


@rule("_bell.copy_fields", 3, 3)
def _copy_fields(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    made, given, rule = args

    def body(name: str, me: Val) -> Val:
        target = w.downcast(made, name)
        for field in w.world.all_fields(name):
            if field.decl.certain:
                w.set_field(target, field.decl.name, w.call_value(rule, [w.attribute(me, field.decl.name)]))
                continue
            there = w.e.emit("any.has_attr", box(w, me).reg, field.decl.name, type=BOOL)

            def copied(target: Val = target, me: Val = me, field_name: str = field.decl.name) -> Val:
                return w.set_field(target, field_name, w.call_value(rule, [w.attribute(me, field_name)]))

            choose(w, there, NONE, copied, lambda: Val(NONE))
        return Val(NONE)

    return by_class(w, given, NONE, body, lambda: Val(NONE))


@rule("_bell.identity", 1, 1)
def _identity(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return Val(INT, (w.e.emit("any.identity", box(w, args[0]).reg, type=INT),))


@rule("_bell.admit_event", 1, 1)
def _admit_event(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    w.e.emit("event.admit", plain(w, args[0], INT).reg)
    return Val(NONE)


@rule("_bell.decimal_context", 2, 2)
def _decimal_context(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    w.e.emit("decimal.context", plain(w, args[0], INT).reg, plain(w, args[1], INT).reg)
    return Val(NONE)


@rule("_bell.admit_output", 1, 1)
def _admit_output(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    w.e.emit("io.admit", plain(w, args[0], STR).reg)
    return Val(NONE)


@rule("_bell.program_name", 0, 0)
def _program_name(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return w.const(w.world.flow.source.name)


@rule("_bell.loop_pass", 0, 0)
def _loop_pass(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    w.e.emit("loop.pass")
    return Val(NONE)


def _of_host(name: str, function: str) -> None:
    @rule(f"_bell.{name}", 0, 1)
    def call(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
        return host_call(w, function, args)


for _name, _function in (
    ("host_now", "time.now"),
    ("host_monotonic", "time.monotonic"),
    ("host_sleep", "time.sleep"),
    ("host_seed", "random.seed"),
    ("host_env", "env.get"),
    ("host_stderr", "stderr.write"),
):
    _of_host(_name, _function)


@rule("_bell.class_of", 1, 1)
def _class_of(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    value = box(w, args[0])
    # A bool is an int, so it is asked for first; of records the most derived first.
    records = sorted(w.world.dynamic, key=lambda name: (-len(w.world.lineage(name)), name))
    kinds: list[tuple[Any, Type]] = [(name, BuiltInOf("NoneType" if name == "None" else name)) for name in KIND_NAMES[:-1]]
    kinds += [(RecordType(name), BuiltInOf("object") if name == OBJECT else ClassOf(name)) for name in records]
    if "@decimal" in w.world.flow.functions:
        kinds.append(("decimal.Decimal", BuiltInOf("decimal.Decimal")))

    def chain(position: int) -> Val:
        if position == len(kinds):
            return by_name(Val(STR, (w.e.emit("any.type_name", value.reg, type=STR),)), 0)
        kind, found = kinds[position]
        test = instance_test(w, value, [kind])
        return choose(w, test.reg, ANY, lambda: box(w, Val(found)), lambda: chain(position + 1))

    def by_name(name: Val, position: int) -> Val:
        if position == len(NAMED_KINDS):
            shown = w.e.emit("str.build", w.const("type() of ").reg, name.reg, w.const(" as an object").reg, type=STR)
            w.raise_with("TypeError", [Val(STR, (shown,))])
            w.e.at(w.e.block())
            return Val(NEVER)
        kind = NAMED_KINDS[position]
        test = w.e.emit("str.eq", name.reg, w.const(kind).reg, type=BOOL)
        found = of_class if kind == "type" and has_enums else lambda: box(w, Val(BuiltInOf(kind)))
        return choose(w, test, ANY, found, lambda: by_name(name, position + 1))

    has_enums = any(decl.kind == "enum" for decl in w.world.flow.classes.values())

    def of_class() -> Val:
        shown = w.e.emit("any.to_str", value.reg, type=STR)
        tests = [w.e.emit("str.startswith", shown, w.const(start).reg, type=BOOL) for start in ("<enum ", "<flag ")]
        test = w.e.emit("bool.or", *tests, type=BOOL)
        return choose(w, test, ANY, lambda: box(w, Val(BuiltInOf(ENUM_TYPE))), lambda: box(w, Val(BuiltInOf("type"))))

    return box(w, chain(0))


@rule("_bell.loose", 1, 1)
def _loose(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return box(w, args[0])


def _classes_held(w: Walk) -> list[tuple[Any, Val]]:
    """The classes that the program holds as values: names of built-in ones, record types, each with its object."""
    held: list[tuple[Any, Val]] = []
    for name in (*KIND_NAMES[:-1], "object", "decimal.Decimal"):
        known = "NoneType" if name == "None" else name
        if f"_builtins.as_{known.replace('.', '_')}" in w.world.flow.functions and w.world.is_held(
            f"_builtins.as_{known.replace('.', '_')}"
        ):
            held.append((name, Val(BuiltInOf(known))))
    held += [(RecordType(name), Val(ClassOf(name))) for name in w.world.flow.classes if w.world.is_held(f"{name}.new")]
    return held


def by_held_class(w: Walk, cls: Val, body: Callable[[Any], Val]) -> Val:
    """``body`` of the class that a value turns out to be; TypeError where it is none."""
    held = _classes_held(w)

    def chain(position: int) -> Val:
        if position == len(held):
            return w.const(None)
        kind, made = held[position]
        test = w.compare_values("is", cls, Val(ANY, box(w, made).regs))
        return choose(w, test.reg, ANY, lambda: box(w, body(kind)), lambda: chain(position + 1))

    return box(w, chain(0))


CLASS_TUPLES = frozenset({"__mro__", "__bases__"})
"""The attributes of classes that are tuples of classes."""


def class_tuple(w: Walk, kind: Any, name: str, is_one_of_many: bool = False) -> Val:
    """One of them, of a class: a record type, or the name of a built-in one. ``is_one_of_many``: which class it is is found out while running."""
    if not isinstance(kind, RecordType):
        above, kind = ["int"] if kind == "bool" else [], "NoneType" if kind == "None" else kind
        return w.tuple_of([Val(BuiltInOf(one)) for one in ([kind] if name == "__mro__" else []) + above + ["object"]])
    order, decl = w.world.order(kind.name), w.world.flow.classes[kind.name]
    if any(one.is_marked or one.kind in ("enum", "namedtuple") or ("." in one.name and "<" not in one.name) for one in order):
        if not is_one_of_many:
            return w.refuse(f"{decl.shown}.{name}", "name the classes", later=False)
        w.raise_error("NotImplementedError", f"{decl.shown}.{name}")
        w.e.at(w.e.block())
        return Val(NEVER)
    found = order_shown(kind.name, w.world.flow.classes) if name == "__mro__" else decl.above
    return w.tuple_of([*(Val(ClassOf(one)) for one in found), *([Val(BuiltInOf("object"))] if name == "__mro__" or not found else [])])


@rule("_bell.is_instance_of", 2, 2)
def _is_instance_of(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    value = box(w, args[0])
    return by_held_class(w, box(w, args[1]), lambda kind: instance_test(w, value, [kind, *_beside(w, kind)]))


@rule("_bell.is_subclass_of", 2, 2)
def _is_subclass_of(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    mine, held = box(w, args[0]), _classes_held(w)

    def below(kind: Any) -> Val:
        """Whether the first one is among the classes that derive from this one, which are few: a table of all pairs would be large."""
        found = [made for one, made in held if _derives(w, one, kind)]

        def chain(position: int) -> Val:
            if position == len(found) or kind == "object":
                return w.const(kind == "object")
            test = w.compare_values("is", mine, Val(ANY, box(w, found[position]).regs))
            return choose(w, test.reg, BOOL, lambda: w.const(True), lambda: chain(position + 1))

        return chain(0)

    is_class = by_held_class(w, mine, lambda kind: w.const(True))
    test = w.compare_values("is", is_class, w.const(None))
    return choose(w, test.reg, ANY, lambda: box(w, w.const(None)), lambda: by_held_class(w, box(w, args[1]), below))


def _beside(w: Walk, kind: Any) -> list[RecordType]:
    return [RecordType(name) for name in w.world.beside(kind.name)] if isinstance(kind, RecordType) else []


def _derives(w: Walk, mine: Any, kind: Any) -> bool:
    if isinstance(mine, RecordType):
        order = w.world.flow.classes[mine.name].order
        return kind == "object" or (isinstance(kind, RecordType) and kind.name in order) or stands_in(order, kind)
    return kind in (mine, "object") or (mine == "bool" and kind == "int")


@rule("_bell.is_function", 1, 1)
def _is_function(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return instance_test(w, box(w, args[0]), ["function"])


@rule("_bell.like", 2, 2)
def _like(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if args[0].type == ANY and not isinstance(args[1].type, FUNCTIONAL):
        return _as_model(w, args[0], args[1].type)
    return args[0]


def _as_model(w: Walk, value: Val, type: Type) -> Val:
    """A value of class ``any`` as one of a type; of tuples the parts one by one, as they may hold words of other kinds."""
    if not isinstance(type, TupleType):
        return unbox(w, value.reg, type)
    index = [Val(ANY, (w.e.emit("any.index", value.reg, box(w, w.const(at)).reg),)) for at in range(len(type.items))]
    return join_items([_as_model(w, part, item) for part, item in zip(index, type.items, strict=True)])


@rule("_bell.regex_compile", 2, 2)
def _regex_compile(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    pattern, flags = plain(w, args[0], STR), plain(w, args[1], INT)
    return Val(ANY, (w.e.emit("regex.compile", pattern.reg, flags.reg),))


@rule("_bell.regex_match", 6, 6)
def _regex_match(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    text = _searched(w, args[1])
    bounds = [plain(w, arg, INT).reg for arg in args[2:5]]
    return list_made_by(w, "regex.match", (box(w, args[0]).reg, text.reg, *bounds, box(w, args[5]).reg), INT)


def _searched(w: Walk, text: Val) -> Val:
    """The text that is searched. The library has looked at it: what may be None is none here."""
    return plain(w, text if text.type == STR else box(w, text), STR)


@rule("_bell.regex_look", 3, 3)
def _regex_look(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    text, end = _searched(w, args[1]), plain(w, args[2], INT)
    return Val(ANY, (w.e.emit("regex.look", box(w, args[0]).reg, text.reg, end.reg),))


@rule("_bell.regex_looks", 1, 1)
def _regex_looks(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return Val(INT, (w.e.emit("regex.looks", box(w, args[0]).reg, type=INT),))


@rule("_bell.regex_groups", 1, 1)
def _regex_groups(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return Val(INT, (w.e.emit("regex.groups", box(w, args[0]).reg, type=INT),))


@rule("_bell.regex_flags", 1, 1)
def _regex_flags(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return Val(INT, (w.e.emit("regex.flags", box(w, args[0]).reg, type=INT),))


@rule("_bell.regex_group_names", 1, 1)
def _regex_group_names(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    made = w.new_dict(STR, INT)
    found = w.e.emit("regex.group_names", box(w, args[0]).reg, type=DictType(STR, INT))
    each(w, Val(DictView(DictOf((Cell(STR), Cell(INT))), "items"), (found,)), lambda pair: w.add_pair(made, *split(pair)))
    return made


@rule("decimal.Decimal", 0, 1)
def _decimal(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    given = args[0] if args else w.const(0)
    if isinstance(given.type, RecordType):
        given = w.named_tuple_values(given) or given
    if given.type == ANY or isinstance(given.type, ListOf):
        given = w.call_library("of_decimal", [given])
    return Val(ANY, (w.e.emit("decimal.new", box(w, given).reg),))


DECIMAL_ALIASES = {"to_integral": "to_integral_value", "to_integral_exact": "to_integral_value"}
DECIMAL_PARAMETERS = {
    "quantize": ("exp", "rounding", "context"),
    "to_integral_value": ("rounding", "context"),
    "fma": ("other", "third", "context"),
    **dict.fromkeys(("compare", "max", "min", "scaleb"), ("other", "context")),
    **dict.fromkeys(("sqrt", "exp", "ln", "log10", "normalize", "logb"), ("context",)),
}
"""The parameters of methods of Decimals that take a context, which comes last."""


def decimal_method(w: Walk, name: str, receiver: Val, args: list[Val], keywords: tuple[str, ...]) -> Val | None:
    """A method that Decimals have, called on a value that may be one; None where it cannot be one."""
    called = name
    name = DECIMAL_ALIASES.get(name, name)
    if "@decimal" not in w.world.flow.functions:
        return None
    if name in DECIMAL_LEFT_OUT and not any(name in decl.methods for decl in w.world.flow.classes.values()):
        return w.refuse(f"'decimal.Decimal.{name}'", "it is left out of the library", later=False)
    if name not in DECIMAL_METHODS:
        return None
    order = DECIMAL_PARAMETERS.get(name, ())
    count = len(args) - len(keywords)
    given = {**dict(zip(order, args[:count], strict=False)), **dict(zip(keywords, args[count:], strict=True))}
    if keywords and not set(keywords) <= set(order):
        return None
    context = given.pop("context", None)
    if keywords:
        words = [box(w, given.get(one, w.const(None))) for one in order[:-1]]
    else:
        words = [box(w, arg) for arg in (args[: len(order) - 1] if order else args)]

    least, most = DECIMAL_OPERANDS.get(name, (1, 1))

    def on_decimal() -> Val:
        if context is not None and context.type != NONE:
            padded = [*words, *[w.const(None)] * (2 - len(words))]
            return box(w, w.call_library("_within", [w.const(name), receiver, *padded, context], "decimal"))
        if not least <= len(words) + 1 <= most:
            w.raise_error(
                "TypeError",
                f"{name}() takes at most {most - 1} arguments ({len(words)} given)"
                if len(words) >= most
                else f"{name}() misses an argument",
            )
            w.e.at(w.e.block())
            return Val(NEVER)
        made = Val(ANY, (w.e.emit("decimal.call", DECIMAL_METHODS.index(name), receiver.reg, *(word.reg for word in words)),))
        return box(w, w.construct_object("decimal.DecimalTuple", w.unpack_values(made, 3), ())) if name == "as_tuple" else made

    def on_other() -> Val:
        return Val(ANY, (w.e.emit("any.call_method", called, ",".join(keywords), receiver.reg, *(box(w, arg).reg for arg in args)),))

    return choose(w, w.e.emit("any.is", receiver.reg, DECIMAL, type=BOOL), ANY, on_decimal, on_other)


@rule("object", 0, 0)
def _object(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    w.world.flow.need(OBJECT.rpartition(".")[0])
    return w.construct_object(OBJECT, [], ())


@rule("typing.NewType", 2, 2)
def _new_type(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return Val(BuiltInOf("typing.NewType()"))


@rule("typing.NewType()", 1, 1)
def _of_new_type(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    """To a program the values of a type of its own are those of the type that it is made of."""
    return args[0]


@rule("typing.assert_type", 2, 2)
def _assert_type(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return args[0]


@rule("typing.assert_never", 1, 1)
def _assert_never(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    """What comes here was thought to be impossible."""
    return w.call_library("assert_never", [box(w, args[0])])


@rule("typing.cast", 2, 2)
def _cast(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return args[1]
