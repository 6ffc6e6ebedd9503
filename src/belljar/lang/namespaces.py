"""``types.SimpleNamespace``: a class that a program has for itself, with a property for each attribute that its namespaces may be given. So they show and compare what they have in the order in
which it was assigned."""

from __future__ import annotations

import ast
import keyword

from belljar.lang.tree import all_of, forget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

NAME: Final = "SimpleNamespace"

_CLASS: Final = """
class {name}:
    def __init__(self, /, **kwargs):
        self._namespace_entries = kwargs

    def _namespace(self):
        if not hasattr(self, "_namespace_entries"):
            self._namespace_entries = {{}}
        return self._namespace_entries

    def __repr__(self):
        shown = type(self).__name__
        parts = [f"{{name}}={{value!r}}" for name, value in self._namespace().items()]
        return f"{{'namespace' if shown == 'SimpleNamespace' else shown}}({{', '.join(parts)}})"

    def __eq__(self, other):
        return self._namespace() == other._namespace() if isinstance(other, {name}) else NotImplemented

    __hash__ = None

    def __copy__(self):
        return {name}(**self._namespace())
"""

_ATTRIBUTE: Final = """
    @property
    def {attribute}(self):
        entries = self._namespace()
        if "{attribute}" not in entries:
            raise AttributeError(f"'{{'types.' if type(self).__name__ == 'SimpleNamespace' else ''}}{{type(self).__name__}}' object has no attribute '{attribute}'")
        return entries["{attribute}"]

    @{attribute}.setter
    def {attribute}(self, value):
        self._namespace()["{attribute}"] = value

    @{attribute}.deleter
    def {attribute}(self):
        if self._namespace().pop("{attribute}", self) is self:
            raise AttributeError("{attribute}")
"""


def expand_namespaces(tree: ast.Module) -> None:
    """Give a program that imports the class one of its own."""
    names = {
        alias.asname or NAME
        for node in all_of(tree, ast.ImportFrom)
        if node.module == "types"
        for alias in node.names
        if alias.name == NAME
    }
    modules = {alias.asname or alias.name for node in all_of(tree, ast.Import) for alias in node.names if alias.name == "types"}
    dotted = [
        node for node in all_of(tree, ast.Attribute) if node.attr == NAME and isinstance(node.value, ast.Name) and node.value.id in modules
    ]
    if not names and not dotted:
        return
    name = min(names, default=NAME)
    attributes = sorted(_attributes(tree, {*names, NAME}))
    used = {node.id for node in all_of(tree, ast.Name)} | {node.name for node in all_of(tree, ast.FunctionDef)}
    module_only = {one.value.id for one in dotted if isinstance(one.value, ast.Name)}
    others = [node for node in all_of(tree, ast.Name) if node.id in module_only and not any(node is one.value for one in dotted)]
    forget(tree)
    made = ast.parse(_CLASS.format(name=name) + "".join(_ATTRIBUTE.format(attribute=one) for one in attributes)).body[0]
    assert isinstance(made, ast.ClassDef)
    made.shown = made.qualname = NAME  # type: ignore[attr-defined]
    aliases = [ast.parse(f"{other} = {name}").body[0] for other in sorted(names - {name}) if other in used]
    for one in (made, *aliases):
        for node in ast.walk(one):
            if isinstance(node, (ast.stmt, ast.expr, ast.arg, ast.keyword)):
                node.lineno = node.end_lineno = 0  # nowhere in the program
    _Replaced({id(one) for one in dotted}, name, set() if others else module_only).visit(tree)
    start = next((at for at, node in enumerate(tree.body) if not _stays_first(node)), len(tree.body))
    tree.body[start:start] = [made, *aliases]


def _stays_first(node: ast.stmt) -> bool:
    """Whether it is the docstring, or an import from ``__future__``."""
    return (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) or (
        isinstance(node, ast.ImportFrom) and node.module == "__future__"
    )


def _attributes(tree: ast.Module, names: set[str]) -> set[str]:
    """What namespaces may be given: what is assigned to any object, and the keywords they are made with; where those are only known while running, all names that the program reads."""
    found = {node.attr for node in all_of(tree, ast.Attribute) if not isinstance(node.ctx, ast.Load)}
    opens = False
    for call in all_of(tree, ast.Call):
        callee = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if callee in names or callee == "__init__":
            found.update(keyword.arg for keyword in call.keywords if keyword.arg is not None)
            opens = opens or any(keyword.arg is None for keyword in call.keywords)
        if callee == "setattr" and len(call.args) > 1:
            given = call.args[1]
            opens = opens or not isinstance(given, ast.Constant)
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                found.add(given.value)
    derived = _derived(tree, names)
    if opens or derived:
        found.update(node.attr for node in all_of(tree, ast.Attribute))
        found.update(node.value for node in all_of(tree, ast.Constant) if isinstance(node.value, str) and node.value.isidentifier())
        found.update(keyword.arg for keyword in all_of(tree, ast.keyword) if keyword.arg is not None)
    methods = {one.name for cls in derived for one in cls.body if isinstance(one, ast.FunctionDef)}
    return {
        one for one in found - methods if one.isidentifier() and not one.startswith("__") and not keyword.iskeyword(one) and one != NAME
    }


def _derived(tree: ast.Module, names: set[str]) -> list[ast.ClassDef]:
    """The classes that derive from it, those below them included."""
    found: list[ast.ClassDef] = []
    known = set(names)
    for cls in all_of(tree, ast.ClassDef):  # a base stands before what derives from it
        if any(isinstance(base, ast.Name) and base.id in known for base in cls.bases):
            found.append(cls)
            known.add(cls.name)
    return found


class _Replaced(ast.NodeTransformer):
    """``types.SimpleNamespace`` as the name of the class, without the imports that gave it."""

    def __init__(self, dotted: set[int], name: str, modules: set[str]) -> None:
        self.dotted = dotted
        self.name = name
        self.modules = modules

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if id(node) in self.dotted:
            return ast.copy_location(ast.Name(self.name, node.ctx), node)
        self.generic_visit(node)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        if node.module == "types":
            node.names = [alias for alias in node.names if alias.name != NAME]
        return node if node.names else ast.copy_location(ast.Pass(), node)

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        node.names = [alias for alias in node.names if alias.name != "types" or (alias.asname or alias.name) not in self.modules]
        return node if node.names else ast.copy_location(ast.Pass(), node)
