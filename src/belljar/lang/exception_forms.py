"""Exceptions that are dataclasses, as the plain classes they stand for: their ``__init__``, ``__repr__`` and ``__eq__`` are written out. What they were made with is their ``args``, as of any exception."""

from __future__ import annotations

import ast
import copy

from belljar.ir.exceptions import BASES
from belljar.lang.tree import all_of, forget

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

WRITTEN_OUT: Final = frozenset({"init", "repr", "eq", "match_args", "slots"})
"""Arguments of the decorator that such a class may have; with others it is refused where classes are read."""


def expand_exception_forms(tree: ast.Module) -> None:
    """Write them out all over a module."""
    markers = _dataclass_names(tree)
    classes = all_of(tree, ast.ClassDef) if markers else []
    exceptions: dict[str, ast.ClassDef | None] = dict.fromkeys(BASES)
    made: dict[str, list[ast.AnnAssign]] = {}
    for cls in classes:
        base = next((one.id for one in cls.bases if isinstance(one, ast.Name) and one.id in exceptions), None)
        if base is None:
            continue
        exceptions[cls.name] = cls
        inherited = made.get(base, [])
        made[cls.name] = inherited
        decorator = next((one for one in cls.decorator_list if _marker(one) in markers), None)
        if decorator is None:
            continue
        options = {one.arg: one.value for one in decorator.keywords} if isinstance(decorator, ast.Call) else {}
        own = [one for one in cls.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and not _is_shared(one)]
        redone = {_name(one) for one in own}
        fields = [one for one in inherited if _name(one) not in redone] + own
        in_order = sorted(fields, key=lambda one: one.value is not None) == fields
        if not options.keys() <= WRITTEN_OUT or not in_order or not all(_is_plain(one) for one in own):
            continue
        made[cls.name] = fields
        cls.decorator_list.remove(decorator)
        written = {one.name for one in cls.body if isinstance(one, ast.FunctionDef)}
        lineage: ast.ClassDef | None = cls
        begins = False
        while lineage is not None:
            begins = begins or any(isinstance(one, ast.FunctionDef) and one.name == "__post_init__" for one in lineage.body)
            lineage = next((exceptions[one.id] for one in lineage.bases if isinstance(one, ast.Name) and one.id in exceptions), None)
        for method in _methods(fields, options, begins):
            if not isinstance(method, ast.FunctionDef) or method.name not in written:
                for node in ast.walk(method):
                    if hasattr(node, "lineno") or isinstance(node, (ast.expr, ast.stmt, ast.arg)):
                        ast.copy_location(node, cls)
                cls.body.append(method)
        forget(tree)


def _dataclass_names(tree: ast.Module) -> set[str]:
    """How the module writes the decorator."""
    found: set[str] = set()
    for one in all_of(tree, ast.ImportFrom):
        if one.module == "dataclasses":
            found.update(alias.asname or alias.name for alias in one.names if alias.name == "dataclass")
    for other in all_of(tree, ast.Import):
        found.update(f"{alias.asname or alias.name}.dataclass" for alias in other.names if alias.name == "dataclasses")
    return found


def _marker(decorator: ast.expr) -> str:
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)


def _name(field: ast.AnnAssign) -> str:
    assert isinstance(field.target, ast.Name)
    return field.target.id


def _is_shared(field: ast.AnnAssign) -> bool:
    """Whether it is a variable of the class."""
    return ast.unparse(field.annotation).split("[")[0].rpartition(".")[2] == "ClassVar"


def _is_plain(field: ast.AnnAssign) -> bool:
    """Whether it is taken as it is given: no ``field(...)``, ``KW_ONLY`` or ``InitVar``."""
    kind = ast.unparse(field.annotation).split("[")[0].rpartition(".")[2]
    return kind not in ("KW_ONLY", "InitVar") and not isinstance(field.value, ast.Call)


def _methods(fields: list[ast.AnnAssign], options: dict[str | None, ast.expr], begins: bool) -> list[ast.stmt]:
    names = [_name(one) for one in fields]
    wanted = {name: not (isinstance(value, ast.Constant) and not value.value) for name, value in options.items()}
    lines: list[str] = []
    if wanted.get("init", True):
        params = "".join(f", {name}" for name in names)
        lines.append(f"def __init__(self{params}):")
        lines += [f"    self.{name} = {name}" for name in names]
        lines += ["    self.__post_init__()"] if begins else [] if names else ["    pass"]
    if wanted.get("repr", True):
        shown = ", ".join(f"{name}={{self.{name}!r}}" for name in names)
        lines += ["def __repr__(self):", f'    return f"{{type(self).__qualname__}}({shown})"']
    if wanted.get("eq", True):
        mine, others = ("".join(f"{one}.{name}, " for name in names) for one in ("self", "other"))
        lines += ["def __eq__(self, other):", "    if type(other) is not type(self):", "        return NotImplemented"]
        lines += [f"    return ({mine}) == ({others})", "__hash__ = None"]
    if wanted.get("match_args", True):
        lines.append(f"__match_args__ = ({''.join(f'{name!r}, ' for name in names)})")
    made = ast.parse("\n".join(lines)).body
    if made and isinstance(made[0], ast.FunctionDef) and made[0].name == "__init__":
        for arg, field in zip(made[0].args.args[1:], fields, strict=True):
            arg.annotation = copy.deepcopy(field.annotation)
        made[0].args.defaults = [copy.deepcopy(one.value) for one in fields if one.value is not None]
    return made
