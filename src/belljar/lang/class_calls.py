"""Classes that a call makes, as the class statements they stand for: ``namedtuple("Point", "x y")``, ``Enum("Color", "RED GREEN")``; and ``TypedDict``, which is dict."""

from __future__ import annotations

import ast
import keyword

from belljar.lang.tree import all_of, forget, walk, walk_changing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

NAMED_TUPLE = "NamedTuple of a call"
"""The name, which no program can write, of the base class of the classes made here."""
MAKERS: Final = {
    "collections": ("namedtuple",),
    "typing": ("NamedTuple", "TypedDict"),
    "enum": ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"),
}
"""By module, what makes classes when it is called."""


def expand_class_calls(tree: ast.Module) -> None:
    """Replace the assignments of such calls all over a module, those among the bases of classes, and the class statements of typed dicts."""
    makers: dict[str, str] = {}
    for taken in all_of(tree, ast.ImportFrom):
        if taken.module in MAKERS:
            makers.update({alias.asname or alias.name: alias.name for alias in taken.names if alias.name in MAKERS[taken.module]})
    for imported in all_of(tree, ast.Import):
        for alias in imported.names:
            makers.update({f"{alias.asname or alias.name}.{name}": name for name in MAKERS.get(alias.name, ())})
    if not makers:
        return
    nodes = walk(tree)
    forget(tree)
    for node in nodes:
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                statements[:] = [
                    made for statement in statements for made in (*_called_bases(statement, makers), _expanded(statement, makers))
                ]


def _called_bases(statement: ast.stmt, makers: dict[str, str]) -> list[ast.stmt]:
    """The named tuples that a class statement makes to derive from, as classes of their own; the statement derives from them by names that no program can write."""
    made: list[ast.stmt] = []
    if isinstance(statement, ast.ClassDef):
        for position, base in enumerate(statement.bases):
            call = base if isinstance(base, ast.Call) and _maker(base.func, makers) in ("namedtuple", "NamedTuple") else None
            if call is None or len(call.args) != 2 or not isinstance(call.args[0], ast.Constant):
                continue
            name = str(call.args[0].value)
            found = _named_tuple(f"{name} below {statement.name}", call)
            if isinstance(found, ast.ClassDef):
                found.shown = found.qualname = name  # type: ignore[attr-defined]
                made.append(_like(statement, found))
                statement.bases[position] = ast.copy_location(ast.Name(found.name, ast.Load()), base)
    return made


def _expanded(statement: ast.stmt, makers: dict[str, str]) -> ast.stmt:
    if isinstance(statement, ast.ClassDef) and any(_maker(base, makers) == "TypedDict" for base in statement.bases):
        makers[statement.name] = "TypedDict"  # which others may derive from
        return _like(statement, ast.Assign([ast.Name(statement.name, ast.Store())], ast.Name("dict", ast.Load())))
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or not isinstance(statement.targets[0], ast.Name):
        return statement
    call = statement.value
    maker = _maker(call.func, makers) if isinstance(call, ast.Call) else ""
    if not isinstance(call, ast.Call) or not maker or len(call.args) != 2:
        return statement
    name = statement.targets[0].id
    if maker == "TypedDict":
        return _like(statement, ast.Assign([ast.Name(name, ast.Store())], ast.Name("dict", ast.Load())))
    made = _named_tuple(name, call) if maker in ("namedtuple", "NamedTuple") else _enumeration(name, call, maker)
    return statement if made is None else _like(statement, made)


def _maker(node: ast.expr, makers: dict[str, str]) -> str:
    return makers.get(ast.unparse(node), "") if isinstance(node, (ast.Name, ast.Attribute)) else ""


def _like(statement: ast.stmt, made: ast.stmt) -> ast.stmt:
    """What was made, in the place of the statement."""
    ast.copy_location(made, statement)
    for child in walk_changing(made):
        if not hasattr(child, "lineno"):
            ast.copy_location(child, statement)
    return made


def _named_tuple(name: str, call: ast.Call) -> ast.stmt | None:
    fields = _fields(call.args[1])
    if fields is None or any(field.startswith("_") for field, _ in fields):
        return None
    defaults: list[ast.expr] = []
    for given in call.keywords:
        if given.arg != "defaults" or not isinstance(given.value, (ast.Tuple, ast.List)):
            return None
        defaults = given.value.elts
    if len(defaults) > len(fields):
        return ast.parse('raise TypeError("Got more default values than field names")').body[0]
    values: list[ast.expr | None] = [None] * (len(fields) - len(defaults)) + list(defaults)
    body: list[ast.stmt] = [
        ast.AnnAssign(ast.Name(name, ast.Store()), annotation, value, 1) for (name, annotation), value in zip(fields, values, strict=True)
    ]
    made = ast.ClassDef(name, [ast.Name(NAMED_TUPLE, ast.Load())], [], body or [ast.Pass()], [])
    made.qualname = name  # type: ignore[attr-defined]  # wherever it is made
    return made


def _enumeration(name: str, call: ast.Call, maker: str) -> ast.ClassDef | None:
    """The members that a call states: their names, numbered from `start` on, or pairs of name and value."""
    start = 1
    for named in call.keywords:
        if named.arg != "start" or not isinstance(named.value, ast.Constant) or not isinstance(named.value.value, int):
            return None
        start = named.value.value
    given = call.args[1]
    members: list[tuple[str, ast.expr]] = []
    if isinstance(given, ast.Dict):
        for key, value in zip(given.keys, given.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                return None
            members.append((key.value, value))
    else:
        fields = _fields(given)
        if fields is None:
            return None
        for position, (member, value) in enumerate(fields):
            number = 2 ** (position + start - 1) if maker in ("Flag", "IntFlag") else position + start
            numbered = ast.Constant(member.lower() if maker == "StrEnum" else number)
            members.append((member, numbered if isinstance(value, ast.Name) and value.id == ANYTHING else value))
    body: list[ast.stmt] = [ast.Assign([ast.Name(member, ast.Store())], value) for member, value in members]
    return ast.ClassDef(name, [call.func], [], body or [ast.Pass()], [])


ANYTHING = "object"
"""The annotation of a field that has none."""


def _fields(node: ast.expr) -> list[tuple[str, ast.expr]] | None:
    """Names and annotations of the fields; None where they are not told by constants, or one is no name."""
    found = _told_fields(node)
    return None if found is None or any(not name.isidentifier() or keyword.iskeyword(name) for name, _ in found) else found


def _told_fields(node: ast.expr) -> list[tuple[str, ast.expr]] | None:
    anything = ast.Name(ANYTHING, ast.Load())
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [(name, anything) for name in node.value.replace(",", " ").split()]
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    found: list[tuple[str, ast.expr]] = []
    for item in node.elts:
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            found.append((item.value, anything))
        elif (
            isinstance(item, ast.Tuple)
            and len(item.elts) == 2
            and isinstance(item.elts[0], ast.Constant)
            and isinstance(item.elts[0].value, str)
        ):
            found.append((item.elts[0].value, item.elts[1]))
        else:
            return None
    return found
