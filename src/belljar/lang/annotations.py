"""Annotations: from syntax to types, and whether a value's type satisfies one."""

from __future__ import annotations

import ast

from belljar.lang.lattice import UNKNOWN, ContainerOf, DictOf, ListOf, MaybeType, SetOf, optional
from belljar.lang.tree import walk
from belljar.structs import Frozen
from belljar.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    NUMBER,
    STR,
    DictType,
    ListType,
    OptionalType,
    RecordType,
    SetType,
    TupleType,
    Type,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Final, TypeAlias

    from belljar.lang.graph import ClassDecl

_SCALARS: dict[str, Type] = {"int": INT, "float": FLOAT, "bool": BOOL, "str": STR, "None": NONE, "object": ANY, "Any": ANY}
_GENERIC = {
    "list": "list",
    "List": "list",
    "dict": "dict",
    "Dict": "dict",
    "set": "set",
    "Set": "set",
    "tuple": "tuple",
    "Tuple": "tuple",
    "Optional": "optional",
    "Union": "union",
}

Report: TypeAlias = "Callable[[ast.expr, str], None]"
"""Told of each annotation that means nothing: the node, and what is wrong with it."""


def _beside(classes: Mapping[str, ClassDecl]) -> frozenset[str]:
    """The classes that some class derives from without beginning with their fields."""
    found: set[str] = set()
    for decl in classes.values():
        if len(decl.bases) > 1 or any(len(classes[one].bases) > 1 for one in decl.order[1:] if one in classes):
            held = {decl.name}
            base = decl.base
            while base in classes:
                held.add(base)
                base = classes[base].base
            found.update(one for one in decl.order if one not in held)
    return frozenset(found)


class Names(Frozen):
    """What names in annotations stand for: ``classes`` of the program, ``imported`` names, and ``aliases`` assigned once at module level; of ``protocols`` among the
    classes anything may be, and ``nested`` ones are named through those around them."""

    __slots__ = ("aliases", "classes", "imported", "nested", "protocols")

    def __init__(self, classes: Mapping[str, ClassDecl], imported: Mapping[str, str], aliases: Mapping[str, ast.expr]) -> None:
        self.classes: Final = classes
        self.imported: Final = imported
        self.aliases: Final = aliases
        again = frozenset(
            name.partition("#")[0] for name in classes if "#" in name
        )  # which of the classes of a name is meant is not looked into
        self.protocols: Final = frozenset(name for name, decl in classes.items() if decl.is_protocol) | _beside(classes) | again
        """Classes whose objects need not begin with the fields of the class: protocols, and bases beside the first."""
        self.nested: Final = {decl.qualname: name for name, decl in classes.items() if "." in decl.qualname}

    def full(self, name: str) -> str:
        """What a dotted name of the program names."""
        root, dot, rest = name.partition(".")
        known = self.imported.get(root, root) + dot + rest
        return self.nested.get(known, known)


UNSTATED = frozenset(
    "Callable Collection Container Generator Generic Hashable Iterable Iterator Mapping MutableMapping MutableSequence MutableSet NoReturn Never Protocol Self Sequence Sized "
    "SupportsFloat SupportsInt Type TypeVar TypeAlias TypedDict ParamSpec frozenset FrozenSet bytes type range complex Text Deque DefaultDict OrderedDict slice property "
    "function LiteralString Number Real Rational Integral Complex Exception BaseException tuple Tuple".split()
)
"""Names that say something to readers, and nothing to inference."""

DICTS = frozenset({"_counter.Counter", "collections.defaultdict", "_dicts.Dict", "_ordered.OrderedDict"})
"""Classes of the library whose objects are dicts in CPython."""

LISTS = frozenset({"_lists.List"})
"""Classes of the library whose objects are lists in CPython."""

STAND_INS = {"dict": DICTS, "list": LISTS}
"""By built-in class those of the library that hold one and stand in for it."""


def stands_in(order: Iterable[str], built_in: object) -> bool:
    """Whether objects of a class, which looks through these, are objects of a built-in class in CPython."""
    return not STAND_INS.get(str(built_in), frozenset()).isdisjoint(order)


class NoneImplied(ast.BinOp):
    """``T | None``, of what is declared to be a T and is None at first: ``def f(x: str = None)``. It may be None, and nobody asks for a test before it is used."""


def with_default(annotation: ast.expr | None, value: ast.expr | None) -> ast.expr | None:
    """The annotation of what has a default, or is assigned a value where it is declared."""
    if annotation is None or not isinstance(value, ast.Constant) or value.value is not None:
        return annotation
    return ast.copy_location(NoneImplied(annotation, ast.BitOr(), ast.copy_location(ast.Constant(None), annotation)), annotation)


def as_written(annotation: ast.expr) -> ast.expr:
    """What stands in the text."""
    return annotation.left if isinstance(annotation, NoneImplied) else annotation


TYPE_VARIABLES = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})
"""Functions of ``typing`` that make what only annotations name."""


def read_annotation(node: ast.expr, names: Names, report: Report, depth: int = 0) -> Type:
    """The type an annotation names. What it does not say (``list`` without elements) is UNKNOWN; so is what is reported."""
    if depth > 20:
        return UNKNOWN
    depth += 1
    if isinstance(node, ast.Constant):
        if node.value is None:
            return NONE
        if node.value is Ellipsis:
            return UNKNOWN
        if isinstance(node.value, str):  # a quoted annotation
            try:
                inner = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                report(node, "it is not an expression")
                return UNKNOWN
            for child in walk(inner):
                ast.copy_location(child, node)
            return read_annotation(inner, names, report, depth)
    if isinstance(node, ast.Attribute):
        return _named(_dotted(node), node, names, report, depth)
    if isinstance(node, ast.Name):
        return _named(node.id, node, names, report, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return union([read_annotation(node.left, names, report, depth), read_annotation(node.right, names, report, depth)])
    if isinstance(node, ast.Subscript) and isinstance(node.value, (ast.Name, ast.Attribute)):
        return _generic(node, names, report, depth)
    if isinstance(node, ast.List):
        return UNKNOWN
    if isinstance(node, ast.Call):
        made = _dotted(node.func).rsplit(".", 1)[-1]
        if made == "NewType" and len(node.args) == 2:
            return read_annotation(node.args[1], names, report, depth)
        if made in TYPE_VARIABLES:
            return UNKNOWN
    report(node, "write a type such as int, list[str] or float | None")
    return UNKNOWN


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _named(name: str, node: ast.expr, names: Names, report: Report, depth: int) -> Type:
    root, full = name.partition(".")[0], names.full(name)
    if full in names.classes:
        return UNKNOWN if full in names.protocols else RecordType(full)
    if name in names.aliases:
        return read_annotation(names.aliases[name], names, report, depth)
    last = full.rsplit(".", 1)[-1]
    if last in _SCALARS:
        return _SCALARS[last]
    if last in ("list", "List"):
        return ListType(UNKNOWN)
    if last in ("dict", "Dict"):
        return DictType(UNKNOWN, UNKNOWN)
    if last in ("set", "Set"):
        return SetType(UNKNOWN)
    if last in UNSTATED or root in names.imported or (root in names.aliases and name in (f"{root}.args", f"{root}.kwargs")):
        return UNKNOWN
    report(node, f"'{name}' is not a type")
    return UNKNOWN


def _generic(node: ast.Subscript, names: Names, report: Report, depth: int) -> Type:
    dotted = _dotted(node.value)
    root, full = dotted.partition(".")[0], names.full(dotted)
    if full in names.classes:
        return UNKNOWN if full in names.protocols else RecordType(full)
    name = full.rsplit(".", 1)[-1]
    items = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Literal":
        return _literal(items)
    if name == "Annotated":
        return read_annotation(items[0], names, report, depth)
    if name in ("ClassVar", "Final"):
        return read_annotation(items[0], names, report, depth)
    name = name.rsplit(".", 1)[-1]
    generic = _GENERIC.get(name)
    if generic is None:
        if name in UNSTATED or dotted in names.aliases or root in names.imported:
            return UNKNOWN
        report(node, f"'{name}' is not a generic type")
        return UNKNOWN
    if generic == "tuple" and len(items) == 2 and isinstance(items[1], ast.Constant) and items[1].value is Ellipsis:
        return UNKNOWN
    if generic == "tuple" and len(items) == 1 and isinstance(node.slice, ast.Tuple) and not node.slice.elts:
        return TupleType(())
    types = [read_annotation(item, names, report, depth) for item in items]
    if generic == "tuple":
        return TupleType(tuple(types))
    if generic == "union":
        return union(types)
    wanted = {"list": 1, "set": 1, "optional": 1, "dict": 2}[generic]
    if wanted != len(types):
        report(node, f"'{name}' takes {wanted} type{'s' if wanted != 1 else ''}")
        return UNKNOWN
    made: dict[str, Callable[[], Type]] = {
        "list": lambda: ListType(types[0]),
        "set": lambda: SetType(types[0]),
        "optional": lambda: optional(types[0]),
        "dict": lambda: DictType(types[0], types[1]),
    }
    return made[generic]()


def _literal(items: list[ast.expr]) -> Type:
    """The type of the values of a ``Literal``."""
    kinds = {bool: BOOL, int: INT, str: STR, type(None): NONE, float: FLOAT}
    return union([kinds.get(item.value.__class__, ANY) if isinstance(item, ast.Constant) else ANY for item in items])


def union(types: list[Type]) -> Type:
    """``A | B | ...``: an optional, a number (int and float), or ``any`` for other mixtures."""
    plain: list[Type] = []
    may_be_none = False
    for type in types:
        if isinstance(type, OptionalType):
            may_be_none, type = True, type.item
        if type == NONE:
            may_be_none = True
        elif type not in plain:
            plain.append(type)
    if UNKNOWN in plain:
        return UNKNOWN
    joined: Type = NEVER
    if len(plain) == 1:
        joined = plain[0]
    elif plain:
        joined = NUMBER if set(plain) <= {INT, FLOAT, NUMBER} else ANY
    return optional(joined) if may_be_none else joined


def satisfies(found: Type, wanted: Type) -> bool:
    """Whether a value of inference type ``found`` may stand where ``wanted`` is annotated: an int may stand for a float, a bool for an int; what is only known while
    running is accepted here."""
    if UNKNOWN in (found, wanted) or wanted == ANY or found in (NEVER, ANY) or found == wanted:
        return True
    if isinstance(found, MaybeType):
        return satisfies(found.item, wanted)
    if isinstance(wanted, OptionalType):
        inner = found.item if isinstance(found, OptionalType) else found
        return inner == NONE or satisfies(inner, wanted.item)
    if wanted in (FLOAT, NUMBER):
        return found in (INT, FLOAT, BOOL, NUMBER)
    if wanted == INT:
        return found == BOOL
    if isinstance(found, ContainerOf):
        if isinstance(found, ListOf) and isinstance(wanted, ListType):
            return _holds(found.item.type, wanted.item)
        if isinstance(found, SetOf) and isinstance(wanted, SetType):
            return _holds(found.item.type, wanted.item)
        return (
            isinstance(found, DictOf)
            and isinstance(wanted, DictType)
            and _holds(found.item.type, wanted.key)
            and _holds(found.value.type, wanted.value)
        )
    if isinstance(found, RecordType) and isinstance(wanted, (DictType, ListType)):
        return found.name in (DICTS if isinstance(wanted, DictType) else LISTS)
    if isinstance(found, RecordType) and isinstance(wanted, RecordType):
        return True  # a subclass, or found out where it is converted
    if isinstance(found, TupleType) and isinstance(wanted, TupleType):
        return len(found.items) == len(wanted.items) and all(map(satisfies, found.items, wanted.items))
    return False


def _holds(found: Type, wanted: Type) -> bool:
    """:func:`satisfies` for what a container holds, which may be None besides: whether it is shows where it is used."""
    return satisfies(found.item if isinstance(found, OptionalType) and not isinstance(wanted, OptionalType) else found, wanted)


def known(type: Type) -> bool:
    """Whether the annotation says everything: nothing UNKNOWN in it."""
    if isinstance(type, (OptionalType, ListType, SetType)):
        return known(type.item)
    if isinstance(type, DictType):
        return known(type.key) and known(type.value)
    if isinstance(type, TupleType):
        return all(map(known, type.items))
    return type != UNKNOWN
