"""Forms of class bodies that stand for others: a class in a class for one before it, a ``cached_property`` for a property with a field, a ``partialmethod`` for a method that
calls the other."""

from __future__ import annotations

import ast
import copy
from collections import Counter

from belljar.lang.class_patches import BINARY, PATCHED, UNARY
from belljar.lang.decorated_methods import CACHES, split_decorated
from belljar.lang.tree import all_of, forget, walk


def expand_class_forms(tree: ast.Module) -> None:
    """Replace them all over a module."""
    classes = all_of(tree, ast.ClassDef)
    if not classes:
        return
    nodes = walk(tree)
    for statement in tree.body:
        _qualify(statement, "")
    if any(_is_private(name) for node in nodes for name in _names_in(node)):
        _mangle(tree, "")
    for cls in classes:
        if any(_pairs(statement) for statement in cls.body):
            forget(tree)
            cls.body = [made for statement in cls.body for made in (_pairs(statement) or [statement])]
            nodes = walk(tree)
    if any(isinstance(statement, ast.ClassDef) for node in classes for statement in node.body):
        counts = Counter(node.name for node in nodes if isinstance(node, (ast.ClassDef, ast.FunctionDef)))
        counts.update(node.id for node in nodes if isinstance(node, ast.Name))
        forget(tree)
        for node in nodes:
            for field in ("body", "orelse", "finalbody"):
                statements = getattr(node, field, None)
                if isinstance(statements, list) and not isinstance(node, ast.ClassDef):
                    statements[:] = [made for statement in statements for made in _lifted(statement, counts)]
    markers = names_of(nodes, "cached_property")
    if markers:
        forget(tree)
    split_decorated(tree, classes, [names_of(nodes, name) for name in CACHES], markers)
    for node in classes if markers else ():
        node.body = [made for statement in node.body for made in _with_cache(statement, markers)]
    plain_functions = (
        _functions(nodes) if any(_is_special(_one_name(statement)) for node in classes for statement in node.body) else frozenset()
    )
    for node in classes:
        node.body = [made for statement in node.body for made in _with_property(statement, node.name)]
        node.body = _with_markers([_special(statement, plain_functions) for statement in node.body])
    wrappers = {name: names_of(nodes, name) for name in ("update_wrapper", "wraps")}
    for node in classes if any(wrappers.values()) else ():
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.args.args:
                method.body = [_wrapping(statement, method.args.args[0].arg, wrappers) for statement in method.body]
    if any(wrappers.values()):
        forget(tree)
    markers = names_of(nodes, "partialmethod") if classes else set()
    for node in classes if markers else ():
        functions = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        node.body = [_bound_early(statement, node.name, functions, markers) for statement in node.body]


def _pairs(statement: ast.stmt) -> list[ast.stmt]:
    """``__radd__, __rmul__ = __add__, __mul__`` and ``__le__ = __lt__ = __eq__`` as one assignment for each name; nothing of any other statement."""
    if not isinstance(statement, ast.Assign):
        return []
    target, value = statement.targets[0], statement.value
    if len(statement.targets) > 1:
        names = [one.id for one in statement.targets if isinstance(one, ast.Name)]
        if len(names) != len(statement.targets) or not isinstance(value, ast.Name) or value.id in names:
            return []
        return [ast.copy_location(ast.Assign([name], value), statement) for name in statement.targets]
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple) or len(target.elts) != len(value.elts):
        return []
    if not all(isinstance(one, ast.Name) for one in (*target.elts, *value.elts)):
        return []
    if not {one.id for one in target.elts}.isdisjoint(one.id for one in value.elts):  # type: ignore[attr-defined]
        return []
    return [ast.copy_location(ast.Assign([name], one), statement) for name, one in zip(target.elts, value.elts, strict=True)]


def _qualify(node: ast.AST, prefix: str) -> None:
    """Note with every class its ``__qualname__``."""
    if isinstance(node, ast.ClassDef):
        node.qualname = getattr(node, "qualname", prefix + node.name)  # type: ignore[attr-defined]
        prefix += f"{node.name}."
    elif isinstance(node, ast.FunctionDef):
        prefix += f"{node.name}.<locals>."
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        inner = getattr(node, field, None)
        if isinstance(inner, list):
            for child in inner:
                _qualify(child, prefix)


# --- private names ----------------------------------------------------------------------------------------------------------------------


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def _names_in(node: ast.AST) -> tuple[str, ...]:
    """The names that stand in a node itself and that a class makes private."""
    if isinstance(node, ast.Attribute):
        return (node.attr,)
    return (node.id,) if isinstance(node, ast.Name) else (node.name,) if isinstance(node, ast.FunctionDef) else ()


def _mangle(node: ast.AST, cls: str) -> None:
    """In a class ``A``, ``__name`` is ``_A__name``."""
    if isinstance(node, ast.ClassDef):
        for outside in (*node.bases, *node.keywords, *node.decorator_list):
            _mangle(outside, cls)
        for inside in node.body:
            _mangle(inside, node.name.lstrip("_"))
        return
    if cls:
        for field in ("attr", "id", "name", "arg"):
            name = getattr(node, field, None)
            if isinstance(name, str) and _is_private(name):
                setattr(node, field, f"_{cls}{name}")
                if isinstance(node, ast.FunctionDef):
                    node.shown = name  # type: ignore[attr-defined]
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            node.names = [f"_{cls}{name}" if _is_private(name) else name for name in node.names]
    for child in ast.iter_child_nodes(node):
        _mangle(child, cls)


# --- classes in classes -----------------------------------------------------------------------------------------------------------------


def _lifted(statement: ast.stmt, counts: Counter[str]) -> list[ast.stmt]:
    """The classes in the body of a class, made before it; the class then has a variable for each."""
    if not isinstance(statement, ast.ClassDef):
        return [statement]
    before: list[ast.stmt] = []
    for position, inner in enumerate(statement.body):
        if not isinstance(inner, ast.ClassDef):
            continue
        before += _lifted(inner, counts)
        shown = inner.name
        if counts[shown] > 1:  # a name that something else has as well
            inner.name = _free(f"{statement.name}_{shown}", counts)
            inner.shown = shown  # type: ignore[attr-defined]
        named = ast.Assign([ast.Name(shown, ast.Store())], ast.Name(inner.name, ast.Load()))
        statement.body[position] = ast.fix_missing_locations(ast.copy_location(named, inner))
    return [*before, statement]


def _free(name: str, counts: Counter[str]) -> str:
    while counts[name]:
        name += "_"
    counts[name] += 1
    return name


# --- cached properties ------------------------------------------------------------------------------------------------------------------


def names_of(nodes: list[ast.AST], function: str) -> set[str]:
    """How a module of these nodes writes a function of ``functools``."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "functools":
            found.update(alias.asname or alias.name for alias in node.names if alias.name == function)
        elif isinstance(node, ast.Import):
            found.update(f"{alias.asname or alias.name}.{function}" for alias in node.names if alias.name == "functools")
    return found


_FORM = """
@property
def {name}(self):
    if not hasattr(self, "_{name}_cached"):
        object.__setattr__(self, "_{name}_cached", self._{name}_computed())
    return self._{name}_cached

@{name}.setter
def {name}(self, value):
    self._{name}_cached = value

@{name}.deleter
def {name}(self):
    if not hasattr(self, "_{name}_cached"):
        raise AttributeError(f"'{{type(self).__name__}}' object has no attribute '{name}'")
    del self._{name}_cached
"""


def _with_cache(statement: ast.stmt, markers: set[str]) -> list[ast.stmt]:
    if not isinstance(statement, ast.FunctionDef) or [ast.unparse(one) in markers for one in statement.decorator_list] != [True]:
        return [statement]
    name = statement.name
    made = ast.parse(_FORM.format(name=name)).body
    for form in made:
        for node in ast.walk(form):
            if hasattr(node, "lineno"):
                ast.copy_location(node, statement)
    assert isinstance(made[0], ast.FunctionDef)
    made[0].returns = statement.returns
    for form in made:
        form.shown = f"{name} (cached)"  # type: ignore[attr-defined]
    statement.name = f"_{name}_computed"
    statement.shown = getattr(statement, "shown", name)  # type: ignore[attr-defined]
    statement.decorator_list = []
    return [statement, *made]


# --- objects that wrap functions --------------------------------------------------------------------------------------------------------


def _wrapping(statement: ast.stmt, me: str, wrappers: dict[str, set[str]]) -> ast.stmt:
    """``update_wrapper(self, function)`` and ``wraps(function)(self)`` in a method: the object has the function as ``__wrapped__``, and answers for its name and docstring."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or call.keywords:
        return statement
    inner = call.func if isinstance(call.func, ast.Call) and not call.func.keywords else None
    given: list[ast.expr] = []
    if len(call.args) == 2 and ast.unparse(call.func) in wrappers["update_wrapper"]:
        given = call.args
    elif inner is not None and len(call.args) == len(inner.args) == 1 and ast.unparse(inner.func) in wrappers["wraps"]:
        given = [call.args[0], inner.args[0]]
    if not given or not isinstance(given[0], ast.Name) or given[0].id != me:
        return statement
    made = ast.Assign([ast.Attribute(given[0], "__wrapped__", ast.Store())], given[1])
    return ast.fix_missing_locations(ast.copy_location(made, statement))


# --- properties made by a call -----------------------------------------------------------------------------------------------------------

_PARTS = ("fget", "fset", "fdel", "doc")


def _with_property(statement: ast.stmt, cls: str) -> list[ast.stmt]:
    """``x = property(get, set)`` of lambdas, or of methods of the class, as the decorated methods it stands for."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or not isinstance(statement.targets[0], ast.Name):
        return [statement]
    call, name = statement.value, statement.targets[0].id
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "property" or len(call.args) > len(_PARTS):
        return [statement]
    given = dict(zip(_PARTS, call.args, strict=False)) | {keyword.arg or "": keyword.value for keyword in call.keywords}
    given = {part: node for part, node in given.items() if not (isinstance(node, ast.Constant) and node.value is None)}
    doc = given.pop("doc", None)
    if "fget" not in given or not set(given) <= set(_PARTS) or not all(isinstance(node, (ast.Name, ast.Lambda)) for node in given.values()):
        return [statement]
    if doc is not None and not (isinstance(doc, ast.Constant) and isinstance(doc.value, str)):
        return [statement]
    made: list[ast.stmt] = []
    decorators = {"fget": "property", "fset": f"{name}.setter", "fdel": f"{name}.deleter"}
    for part in [part for part in decorators if part in given]:
        node = given[part]
        value: ast.expr
        if isinstance(node, ast.Lambda):
            arguments, value = node.args, node.body
        elif isinstance(node, ast.Name):
            own = ["self", "value"] if part == "fset" else ["self"]
            arguments = ast.arguments([], [ast.arg(arg) for arg in own], None, [], [], None, [])
            value = ast.Call(ast.Attribute(ast.Name(cls, ast.Load()), node.id, ast.Load()), [ast.Name(arg, ast.Load()) for arg in own], [])
        body: list[ast.stmt] = [ast.Expr(doc)] if doc is not None and part == "fget" else []
        body.append(ast.Return(value) if part == "fget" else ast.Expr(value))
        decorator = ast.parse(decorators[part], mode="eval").body
        made.append(ast.FunctionDef(name, arguments, body, [decorator], None))
    for form in made:
        for child in ast.walk(form):
            if not hasattr(child, "lineno") or child is form or child in form.decorator_list:  # type: ignore[attr-defined]
                ast.copy_location(child, statement)
    return made


# --- methods made by lambdas and calls ----------------------------------------------------------------------------------------------------


def _special(statement: ast.stmt, functions: frozenset[str]) -> ast.stmt:
    """``__repr__ = lambda self: ...`` as the method it stands for, and ``__repr__ = shown`` of one of these functions as the method that calls it: operators look for methods."""
    assigned = _one_name(statement)
    if assigned is None or not _is_special(assigned):
        return statement
    name, value = assigned
    if isinstance(value, ast.Lambda):
        return _method_of(name, value, [], statement)
    if not isinstance(value, ast.Name) or value.id not in functions or name not in PATCHED:
        return statement
    given = "" if name in UNARY else ", other" if name in BINARY else ", *args, **kwargs"
    made = ast.parse(f"def {name}(self{given}):\n    return {value.id}(self{given})\n").body[0]
    for child in ast.walk(made):
        ast.copy_location(child, statement)
    return made


def _is_special(assigned: tuple[str, ast.expr] | None) -> bool:
    """Whether a special method is assigned a function in a class body."""
    return (
        assigned is not None
        and assigned[0].startswith("__")
        and assigned[0].endswith("__")
        and isinstance(assigned[1], (ast.Lambda, ast.Name))
    )


def _functions(nodes: list[ast.AST]) -> frozenset[str]:
    """The names that stand for one function, which is no method, wherever they stand: nothing else has them."""
    in_classes = {id(statement) for node in nodes if isinstance(node, ast.ClassDef) for statement in node.body}
    bound: Counter[str] = Counter()
    functions: set[str] = set()
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            bound[node.name] += 1
            if isinstance(node, ast.FunctionDef) and not node.decorator_list and id(node) not in in_classes:
                functions.add(node.name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound[node.id] += 1
        elif isinstance(node, ast.arg):
            bound[node.arg] += 1
        elif isinstance(node, ast.alias):
            bound[node.asname or node.name] += 1
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and id(node) not in in_classes:
            functions.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return frozenset(name for name in functions if bound[name] == 1)


def _with_markers(statements: list[ast.stmt]) -> list[ast.stmt]:
    """``make = staticmethod(lambda: ...)``, and ``make = classmethod(make)`` of the method before it, as the decorated method."""
    made: list[ast.stmt] = []
    for statement in statements:
        name, value = _one_name(statement) or ("", None)
        marker = value.func.id if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and len(value.args) == 1 else ""
        if not isinstance(value, ast.Call) or marker not in ("staticmethod", "classmethod") or value.keywords:
            made.append(statement)
            continue
        given = value.args[0]
        before = [one for one in made if isinstance(one, ast.FunctionDef) and isinstance(given, ast.Name) and one.name == given.id == name]
        if isinstance(given, ast.Lambda):
            made.append(_method_of(name, given, [value.func], statement))
        elif before:
            before[-1].decorator_list.insert(0, value.func)
        else:
            made.append(statement)
    return made


def _one_name(statement: ast.stmt) -> tuple[str, ast.expr] | None:
    """The name and value of an assignment to one name."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id, statement.value
    return None


def _method_of(name: str, function: ast.Lambda, decorators: list[ast.expr], statement: ast.stmt) -> ast.stmt:
    made = ast.FunctionDef(name, function.args, [ast.copy_location(ast.Return(function.body), function.body)], decorators, None)
    return ast.copy_location(made, statement)


# --- methods with some of their arguments already there -------------------------------------------------------------------------------------


def _bound_early(statement: ast.stmt, cls: str, functions: dict[str, ast.FunctionDef], markers: set[str]) -> ast.stmt:
    """``close = partialmethod(set_state, "closed")`` as the method that calls ``set_state`` with it; where the arguments are no constants, as it stands."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or not isinstance(statement.targets[0], ast.Name):
        return statement
    call = statement.value
    if not isinstance(call, ast.Call) or ast.unparse(call.func) not in markers or not call.args or not isinstance(call.args[0], ast.Name):
        return statement
    function = functions.get(call.args[0].id)
    given = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    if function is None or any(keyword.arg is None for keyword in call.keywords) or not all(map(_is_constant, given)):
        return statement
    first, *taken = [*function.args.posonlyargs, *function.args.args]
    defaults: list[ast.expr | None] = [None] * (len(taken) + 1 - len(function.args.defaults)) + list(function.args.defaults)
    before = {keyword.arg: keyword.value for keyword in call.keywords}
    left = list(zip(taken, defaults[1:], strict=True))[len(call.args) - 1 :]
    plain = left[: next((place for place, (arg, _) in enumerate(left) if arg.arg in before), len(left))]
    named = [*left[len(plain) :], *zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)]
    known = {arg.arg for arg, _ in named}
    extra = [ast.keyword(arg, value) for arg, value in before.items() if arg not in known]
    arguments = ast.arguments(
        [],
        [first, *(arg for arg, _ in plain)],
        function.args.vararg if not any(arg.arg in before for arg, _ in left) else None,
        [arg for arg, _ in named],
        [before.get(arg.arg, default) for arg, default in named],
        function.args.kwarg,
        [default for _, default in plain if default is not None],
    )
    passed: list[ast.expr] = [*call.args[1:], *(ast.Name(arg.arg, ast.Load()) for arg, _ in plain)]
    if arguments.vararg is not None:
        passed.append(ast.Starred(ast.Name(arguments.vararg.arg, ast.Load()), ast.Load()))
    keywords = [*extra, *(ast.keyword(arg.arg, ast.Name(arg.arg, ast.Load())) for arg, _ in named)]
    if arguments.kwarg is not None:
        keywords.append(ast.keyword(None, ast.Name(arguments.kwarg.arg, ast.Load())))
    target = ast.Attribute(ast.Name(cls, ast.Load()), function.name, ast.Load())
    result = ast.Return(ast.Call(target, [ast.Name(first.arg, ast.Load()), *passed], keywords))
    made = ast.FunctionDef(statement.targets[0].id, arguments, [result], [], function.returns)
    made = copy.deepcopy(made)
    for node in ast.walk(made):
        ast.copy_location(node, statement)
    return made


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Tuple) and all(map(_is_constant, node.elts)))
