"""Attributes that are assigned by names made while running, ``setattr(self, name, value)``: a class has a field for each name that the program could make.

Those are the names by which it reads attributes, those that it passes by keyword, and those that it has as texts; where a name is made of a beginning and another name, with that beginning.
"""

from __future__ import annotations

import ast

from belljar.lang.exceptions import PROPERTIES
from belljar.lang.graph import FieldDecl
from belljar.lang.syntax import span_of
from belljar.lang.tree import all_of, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.flow import ModuleBuilder
    from belljar.lang.graph import ClassDecl

NAMES_MAX = 400
"""Names that one class is given fields for."""


def open_fields(m: ModuleBuilder) -> None:
    """Give the classes of a program the fields that ``setattr`` may assign."""
    calls = [node for node in all_of(m.tree, ast.Call) if _is_dynamic(node)]
    if not calls or m.prefix:
        return
    owners: dict[int, tuple[str, ClassDecl]] = {}
    for made in m.symbols.class_order:
        for method in made.node.body:
            plain = [*method.args.posonlyargs, *method.args.args] if isinstance(method, ast.FunctionDef) else []
            if plain:
                owners.update(dict.fromkeys(map(id, walk(method)), (plain[0].arg, m.class_decls[id(made.node)])))
    wanted: dict[str, list[str]] = {}
    names = _names(m)
    for call in calls:
        target = call.args[0]
        me, owner = owners.get(id(call), ("", None))
        by_owner = owner is not None and isinstance(target, ast.Name) and target.id == me
        asked = call.args[1]
        beginning = _beginning(asked)
        given = [beginning + name for name in names] if beginning else names
        if isinstance(asked, ast.Constant):
            given = [str(asked.value)]
        for decl in [owner] if by_owner and owner is not None else m.class_decls.values():
            wanted.setdefault(decl.name, []).extend(given)
    for name, found in wanted.items():
        _add(m, m.classes[name], list(dict.fromkeys(found))[:NAMES_MAX], calls[0])


def _is_dynamic(node: ast.Call) -> bool:
    if len(node.args) != 3:
        return False
    of_object = isinstance(node.func, ast.Attribute) and node.func.attr == "__setattr__"
    called = isinstance(node.func, ast.Name) and node.func.id == "setattr"
    return of_object or (called and not isinstance(node.args[1], ast.Constant))


def _beginning(node: ast.expr) -> str:
    """What is fixed at the beginning of a name that is made."""
    if isinstance(node, ast.JoinedStr) and len(node.values) == 2 and isinstance(node.values[1], ast.FormattedValue):
        node = node.values[0]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node = node.left
    else:
        return ""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _names(m: ModuleBuilder) -> list[str]:
    read = [node.attr for node in all_of(m.tree, ast.Attribute) if isinstance(node.ctx, ast.Load)]
    passed = [keyword.arg for keyword in all_of(m.tree, ast.keyword) if keyword.arg is not None]
    texts = [node.value for node in all_of(m.tree, ast.Constant) if isinstance(node.value, str) and node.value.isidentifier()]
    words = [
        word
        for node in all_of(m.tree, ast.Constant)
        if isinstance(node.value, str) and " " in node.value
        for word in node.value.replace(",", " ").split()
    ]
    return [name for name in dict.fromkeys([*passed, *texts, *read, *words]) if name.isidentifier() and not name.startswith("__")]


def _add(m: ModuleBuilder, decl: ClassDecl, names: list[str], place: ast.AST) -> None:
    if decl.kind not in ("plain", "record", "exception"):
        return
    lineage = [decl, *m.bases_of(decl)]
    related = [*lineage, *(one for one in m.class_decls.values() if decl.name in one.order)]
    taken = {name for one in related for name in (*one.methods, *one.setters, *(field.name for field in one.fields))}
    nodes = [m.class_nodes[one.name] for one in related if one.name in m.class_nodes]
    taken |= {method.name for node in nodes for method in node.body if isinstance(method, ast.FunctionDef)}  # decorated ones are variables
    if decl.kind == "exception":
        taken |= {"args", *PROPERTIES}
    for name in names:
        if name in taken or all(one.slots is not None and name not in one.slots for one in lineage):
            continue
        taken.add(name)
        field = FieldDecl(name, None, None, False, span_of(place, m.source), certain=False, in_init=False, in_repr=False)
        field.in_compare = False
        decl.fields.append(field)
