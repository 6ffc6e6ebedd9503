"""Annotations: from syntax to types, and whether a value's type satisfies one."""

from __future__ import annotations

import ast

from belljar.lang.lattice import UNKNOWN, ContainerOf, DictOf, ListOf, MaybeType, SetOf, optional
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
    from collections.abc import Callable, Collection
    from typing import TypeAlias

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


def read_annotation(node: ast.expr, records: Collection[str], report: Report) -> Type:
    """The type an annotation names. What it does not say (``list`` without elements) is UNKNOWN; so is what is reported."""
    if isinstance(node, ast.Constant):
        if node.value is None:
            return NONE
        if isinstance(node.value, str):  # a quoted annotation
            try:
                inner = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                report(node, "it is not an expression")
                return UNKNOWN
            for child in ast.walk(inner):
                ast.copy_location(child, node)
            return read_annotation(inner, records, report)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "typing":
        node = ast.copy_location(ast.Name(node.attr, ast.Load()), node)
    if isinstance(node, ast.Name):
        if node.id in records:
            return RecordType(node.id)
        if node.id in _SCALARS:
            return _SCALARS[node.id]
        if node.id in ("list", "List"):
            return ListType(UNKNOWN)
        if node.id in ("dict", "Dict"):
            return DictType(UNKNOWN, UNKNOWN)
        if node.id in ("set", "Set"):
            return SetType(UNKNOWN)
        report(node, f"'{node.id}' is not a type")
        return UNKNOWN
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return union([read_annotation(node.left, records, report), read_annotation(node.right, records, report)])
    if isinstance(node, ast.Subscript) and isinstance(node.value, (ast.Name, ast.Attribute)):
        name = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
        generic = _GENERIC.get(name)
        items = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if generic == "tuple" and len(items) == 2 and isinstance(items[1], ast.Constant) and items[1].value is Ellipsis:
            report(node, "a tuple of unknown length: use a list")
            return UNKNOWN
        types = [read_annotation(item, records, report) for item in items]
        if generic == "tuple":
            return TupleType(tuple(types))
        if generic == "union":
            return union(types)
        wanted = {"list": 1, "set": 1, "optional": 1, "dict": 2}.get(generic or "")
        if wanted == len(types):
            made: dict[str, Callable[[], Type]] = {
                "list": lambda: ListType(types[0]),
                "set": lambda: SetType(types[0]),
                "optional": lambda: optional(types[0]),
                "dict": lambda: DictType(types[0], types[1]),
            }
            return made[generic or ""]()
        report(node, f"'{name}' takes {wanted} type{'s' if wanted != 1 else ''}" if wanted else f"'{name}' is not a generic type")
        return UNKNOWN
    report(node, "write a type such as int, list[str] or float | None")
    return UNKNOWN


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
            return satisfies(found.item.type, wanted.item)
        if isinstance(found, SetOf) and isinstance(wanted, SetType):
            return satisfies(found.item.type, wanted.item)
        return (
            isinstance(found, DictOf)
            and isinstance(wanted, DictType)
            and satisfies(found.item.type, wanted.key)
            and satisfies(found.value.type, wanted.value)
        )
    if isinstance(found, TupleType) and isinstance(wanted, TupleType):
        return len(found.items) == len(wanted.items) and all(map(satisfies, found.items, wanted.items))
    return False


def known(type: Type) -> bool:
    """Whether the annotation says everything: nothing UNKNOWN in it."""
    if isinstance(type, (OptionalType, ListType, SetType)):
        return known(type.item)
    if isinstance(type, DictType):
        return known(type.key) and known(type.value)
    if isinstance(type, TupleType):
        return all(map(known, type.items))
    return type != UNKNOWN
