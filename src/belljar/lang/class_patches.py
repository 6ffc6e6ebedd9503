"""Special methods that are assigned to classes, ``cls.__repr__ = shown`` in a decorator of classes or ``Point.__eq__ = same``.

Operators find special methods in what a class says itself. So the class is given a method of the name, which calls what its variable ``_given__repr__`` holds once that was assigned, and the
method that it wrote itself until then; the assignments go to the variable.
"""

from __future__ import annotations

import ast

from belljar.lang.tree import all_of, forget, walk

UNARY = frozenset(
    "__repr__ __str__ __hash__ __len__ __iter__ __next__ __bool__ __int__ __float__ __index__ __abs__ __neg__ __pos__ __invert__ __reversed__ __enter__".split()
)
BINARY = frozenset(
    "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __add__ __radd__ __iadd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __floordiv__ __mod__ __pow__ __and__ __or__ __xor__ "
    "__contains__ __getitem__ __delitem__ __format__ __getattr__ __matmul__ __lshift__ __rshift__".split()
)
_OTHERS = frozenset({"__init__", "__call__", "__setitem__", "__setattr__", "__exit__", "__post_init__"})
PATCHED = UNARY | BINARY | _OTHERS
"""The special methods that may be assigned to classes."""
_FORM = (
    "def {name}(self{params}):\n    given = {cls}._given{name}\n    if given is None:\n        {fallback}\n    return given(self{args})\n"
)


def expand_class_patches(tree: ast.Module) -> None:
    """Replace them all over a module."""
    set_by_name = [node for node in all_of(tree, ast.Expr) if _set_by_name(node) is not None]
    if set_by_name:
        forget(tree)
        _Setter().visit(tree)
    stores = [node for node in all_of(tree, ast.Attribute) if isinstance(node.ctx, ast.Store) and node.attr in PATCHED]
    if not stores:
        return
    classes = {node.name: node for node in all_of(tree, ast.ClassDef)}
    wanted: dict[tuple[str, str], None] = {}
    places: dict[int, None] = {}
    for store in stores:
        targets = [store.value.id] if isinstance(store.value, ast.Name) and store.value.id in classes else _decorated(tree, store, classes)
        wanted.update(dict.fromkeys((name, store.attr) for name in targets))
        if targets:
            places[id(store)] = None
    if not wanted:
        return
    names = {name for _, name in wanted}
    readers = {node.value.id for node in stores if isinstance(node.value, ast.Name) and id(node) in places}
    forget(tree)
    _Renamer(places, names, readers).visit(tree)
    for cls, name in wanted:
        _patch(classes[cls], name)


def _decorated(tree: ast.Module, store: ast.Attribute, classes: dict[str, ast.ClassDef]) -> list[str]:
    """The classes that the function around an assignment to its first parameter decorates."""
    if not isinstance(store.value, ast.Name):
        return []
    makers: set[str] = set()
    for function in all_of(tree, ast.FunctionDef):
        if any(node is store for node in walk(function)):
            inner = [
                one
                for one in walk(function)
                if isinstance(one, ast.FunctionDef) and one.args.args and one.args.args[0].arg == store.value.id
            ]
            if inner:
                makers.add(function.name)
    found = []
    for name, node in classes.items():
        for decorator in node.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(called, ast.Name) and called.id in makers:
                found.append(name)
    return found


def _set_by_name(node: ast.Expr) -> ast.Assign | None:
    """``setattr(cls, "__repr__", shown)`` as the assignment it is."""
    call = node.value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "setattr" or len(call.args) != 3:
        return None
    name = call.args[1].value if isinstance(call.args[1], ast.Constant) else None
    if not isinstance(name, str) or name not in PATCHED:
        return None
    made = ast.Assign([ast.Attribute(call.args[0], name, ast.Store())], call.args[2])
    return ast.fix_missing_locations(ast.copy_location(made, node))


class _Setter(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        return _set_by_name(node) or node


class _Renamer(ast.NodeTransformer):
    def __init__(self, places: dict[int, None], names: set[str], readers: set[str]) -> None:
        self.places = places
        self.names = names
        self.readers = readers

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if id(node) in self.places:
            node.attr = f"_given{node.attr}"
        elif (
            isinstance(node.ctx, ast.Load)
            and node.attr in self.names
            and isinstance(node.value, ast.Name)
            and node.value.id in self.readers
        ):
            held = ast.Attribute(node.value, f"_given{node.attr}", ast.Load())
            unset = ast.Compare(held, [ast.Is()], [ast.Constant(None)])
            written = ast.Attribute(node.value, f"_written{node.attr}", ast.Load())
            return ast.fix_missing_locations(ast.copy_location(ast.IfExp(unset, written, held), node))
        return node


def _patch(cls: ast.ClassDef, name: str) -> None:
    written = next((one for one in cls.body if isinstance(one, ast.FunctionDef) and one.name == name), None)
    params = args = ", *args, **kwargs"
    if name in UNARY:
        params = args = ""
    elif name in BINARY:
        params = args = ", other"
    fallback = f"raise NotImplementedError('{name} of a class before it is assigned')"
    if written is not None:
        fallback = f"return self._written{name}({args.removeprefix(', ')})"
    elif name == "__init__":
        fallback = "return"
    text = f"_given{name} = None\n" + _FORM.format(name=name, cls=cls.name, params=params, args=args, fallback=fallback)
    made = ast.parse(text).body
    if written is None and name == "__init__":
        made += ast.parse("def _written__init__(self):\n    pass\n").body
    for statement in made:
        for node in ast.walk(statement):
            if isinstance(node, (ast.stmt, ast.expr, ast.arg)):
                ast.copy_location(node, cls)
    if written is not None:
        written.name = f"_written{name}"
    cls.body += made
