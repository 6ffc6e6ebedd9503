"""Methods with decorators whose result is no function that is bound to the object: a class variable holds it, and a method calls that.

``@classmethod @timed def load(cls, path)`` stands for ``_C_load_decorated = timed(load)`` in the body of the class ``C`` and a class method ``load`` that calls
``cls._C_load_decorated(cls, ...)``; so do static methods, properties, their setters and deleters with another decorator below, and methods whose results ``functools.lru_cache`` keeps.
"""

from __future__ import annotations

import ast
from collections import Counter

from belljar.lang.classes import PROPERTY_PARTS
from belljar.lang.tree import all_of, forget

CACHES = ("cache", "lru_cache")
"""The functions of ``functools`` that make an object of a function."""
_FORMS = {
    "staticmethod": "@classmethod\ndef {name}(cls, /, *args, **named):\n    return cls.{held}(*args, **named)",
    "classmethod": "@classmethod\ndef {name}(cls, /, *args, **named):\n    return cls.{held}(cls, *args, **named)",
    "property": "@property\ndef {name}(self):\n    return self.{held}()",
    "property of a cache": "@property\ndef {name}(self):\n    return self.{held}(self)",
    "setter": "def {name}(self, value):\n    self.{held}(value)",
    "deleter": "def {name}(self):\n    self.{held}()",
    "cache": "def {name}(self, /, *args, **named):\n    return self.{held}(self, *args, **named)",
}
"""What calls the decorated function."""
_READ = frozenset({"abstractmethod", "final", "override", "overload", "staticmethod", "classmethod", "property", "cached_property"})
"""Decorators that are read and never run."""
_CACHE_METHODS = frozenset({"cache_info", "cache_clear", "cache_parameters", "__wrapped__"})


def split_decorated(tree: ast.Module, classes: list[ast.ClassDef], caches: list[set[str]], cached: set[str]) -> None:
    """Replace them in all classes of a module; ``caches``: how it writes the functions of ``CACHES``, ``cached``: and ``cached_property``."""
    held: dict[str, str] = {}
    of_class: dict[tuple[str, str], str] = {}
    counts: Counter[str] = Counter()
    is_changed = False
    for cls in classes:
        body: list[ast.stmt] = []
        for statement in cls.body:
            form = _form(statement, caches, cached) if isinstance(statement, ast.FunctionDef) else ""
            if form and isinstance(statement, ast.FunctionDef):
                name = statement.name
                part = f"_{form}" if form in PROPERTY_PARTS else ""
                body.append(_calling(statement, form, f"_{cls.name}_{name}{part}_decorated"))
                held[name] = of_class[cls.name, name] = statement.name
                counts[name] += 1
                is_changed = True
            body.append(statement)
        cls.body = body
    if not is_changed:
        return
    for node in all_of(tree, ast.Attribute):  # C.f.cache_info()
        inner = node.value
        if node.attr in _CACHE_METHODS and isinstance(inner, ast.Attribute):
            own = (inner.value.id if isinstance(inner.value, ast.Name) else "", inner.attr)
            if own in of_class or counts[inner.attr] == 1:
                inner.attr = of_class.get(own) or held[inner.attr]
    forget(tree)


def _form(statement: ast.FunctionDef, caches: list[set[str]], cached: set[str]) -> str:
    """Which of ``_FORMS`` a method takes, ``""`` for none."""
    if not statement.decorator_list:
        return ""
    outermost, *others = statement.decorator_list
    if _is_cache(outermost, caches):
        return "cache"
    run = [one for one in others if not _is_read(one)]
    if run and isinstance(outermost, ast.Attribute) and outermost.attr in PROPERTY_PARTS:
        return outermost.attr
    is_cached = ast.unparse(outermost) in cached
    if not run or not (is_cached or (isinstance(outermost, ast.Name) and outermost.id in _FORMS)):
        return ""
    form = "property" if is_cached else ast.unparse(outermost)
    return "property of a cache" if form == "property" and _is_cache(run[0], caches) else form


def _is_read(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).rpartition(".")[2] in _READ


def _is_cache(decorator: ast.expr, caches: list[set[str]]) -> bool:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator) in set().union(*caches)


def _calling(statement: ast.FunctionDef, form: str, held: str) -> ast.FunctionDef:
    """The method that calls the decorated function, which from here on is held under another name."""
    [made] = ast.parse(_FORMS[form].format(name=statement.name, held=held)).body
    assert isinstance(made, ast.FunctionDef)
    for node in ast.walk(made):
        if hasattr(node, "lineno"):
            ast.copy_location(node, statement)
    doc = ast.get_docstring(statement, clean=False)
    if doc is not None:
        made.body.insert(0, ast.copy_location(ast.Expr(ast.copy_location(ast.Constant(doc), statement)), statement))
    made.shown = f"{statement.name} ({form})"  # type: ignore[attr-defined]
    if form.startswith("property") or form in PROPERTY_PARTS:  # or a property that is cached
        made.decorator_list = statement.decorator_list[:1]
    made.decorator_list += [one for one in statement.decorator_list[1:] if _is_read(one)]
    statement.decorator_list = [one for one in statement.decorator_list[form in PROPERTY_PARTS :] if not _is_read(one)]
    statement.shown = statement.name  # type: ignore[attr-defined]
    statement.name = held
    return made
