"""Class variables that are assigned through classes: ``cls.count += 1``, ``type(self).made = 0``, ``Shape.sides = 4``.

A class that was never assigned such a variable has that of the next class it derives from, whatever that is later. So where one may be assigned through different classes,
each of them *holds* it: a variable of its own, with a flag beside it that says whether it was assigned, and what is assigned to a class is handed down to the classes
derived from it that were not.
"""

from __future__ import annotations

import ast

from belljar.lang.tree import all_of, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from belljar.lang.flow import ModuleBuilder
    from belljar.lang.graph import ClassDecl

OWN = ":own"
"""What the name of the flag ends with."""


def class_stores(m: ModuleBuilder) -> list[tuple[ast.Attribute, str]]:
    """The attributes that are assigned through a class: with the class whose methods do so, or that is named; ``""`` where it is a parameter ``cls`` of a function."""
    found: list[tuple[ast.Attribute, str]] = []
    met: set[int] = set()
    for made in m.symbols.class_order:
        for statement in made.node.body:
            if isinstance(statement, ast.FunctionDef):
                params = [*statement.args.posonlyargs, *statement.args.args]
                me = params[0].arg if params else ""
                through_class = statement.name in ("__init_subclass__", "__class_getitem__") or any(
                    isinstance(decorator, ast.Name) and decorator.id == "classmethod" for decorator in statement.decorator_list
                )
                for node in _stores(walk(statement)):
                    if _class_of(node.value, me) or (through_class and isinstance(node.value, ast.Name) and node.value.id == me):
                        found.append((node, m.prefix + made.name))
                        met.add(id(node))
    named = {made.name for made in m.symbols.class_order}
    in_loops = _stores_in_loops(m, met)
    found += in_loops
    met.update(id(node) for node, _ in in_loops)
    for node in _stores(all_of(m.tree, ast.Attribute)):
        if id(node) not in met and isinstance(node.value, ast.Name) and node.value.id in (*named, "cls"):
            found.append((node, m.prefix + node.value.id if node.value.id in named else ""))
    return found


def _stores_in_loops(m: ModuleBuilder, met: set[int]) -> list[tuple[ast.Attribute, str]]:
    """``for cls in (A, B): cls.count = 1``: those that are assigned through the variable of a loop over classes, and of one over what may be classes where they are read by the name of one."""
    named: dict[str, list[str]] = {}
    for made in m.symbols.class_order:  # one name may be that of several
        named.setdefault(made.node.name, []).append(made.name)
    loops = all_of(m.tree, ast.For) if named else []
    by_name = (
        node for node in (all_of(m.tree, ast.Attribute) if loops else ()) if isinstance(node.value, ast.Name) and node.value.id in named
    )
    read = {node.attr for node in by_name}
    every = [made.name for made in m.symbols.class_order]
    found: list[tuple[ast.Attribute, str]] = []
    for loop in loops:
        target = loop.target.elts[-1] if isinstance(loop.target, ast.Tuple) and loop.target.elts else loop.target
        walked = _walked(m, loop.iter, named)
        for node in _stores(node for statement in loop.body for node in walk(statement)):
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Name) and node.value.id == target.id and id(node) not in met:
                found += [(node, m.prefix + one) for one in (walked or (every if node.attr in read else ()))]
    return found


def _walked(m: ModuleBuilder, iterable: ast.expr, named: dict[str, list[str]]) -> list[str]:
    """The classes that a display of them, or ``Base.__subclasses__()``, has; none for what may be anything."""
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name) and iterable.func.id == "enumerate" and iterable.args:
        return _walked(m, iterable.args[0], named)
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Attribute) and iterable.func.attr == "__subclasses__":
        base = ast.unparse(iterable.func.value)
        return [made.name for made in m.symbols.class_order if base in map(ast.unparse, made.node.bases)]
    parts = iterable.elts if isinstance(iterable, (ast.Tuple, ast.List, ast.Set)) else []
    known = [isinstance(one, ast.Name) and one.id in named for one in parts]
    return [name for one in parts for name in named[ast.unparse(one)]] if all(known) else []


def _stores(nodes: Iterable[ast.AST]) -> Iterator[ast.Attribute]:
    return (node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))


def _class_of(node: ast.expr, me: str) -> bool:
    """``type(self)`` or ``self.__class__``."""
    if isinstance(node, ast.Attribute):
        return node.attr == "__class__" and isinstance(node.value, ast.Name) and node.value.id == me
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "type"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id == me
    )


def hold_variables(m: ModuleBuilder) -> set[int]:
    """Let classes hold the variables that may be assigned through different ones; the ids of the assignments that are dealt with."""
    bound = {m.class_decls[id(made.node)].name: made.bound for made in m.symbols.class_order}
    classes = [m.class_decls[id(made.node)] for made in m.symbols.class_order]
    decorated = {
        m.class_decls[id(made.node)].name
        for made in m.symbols.class_order
        if any(not m.is_class_marker(decorator) for decorator in made.node.decorator_list)
    }
    stores: dict[str, list[tuple[ast.Attribute, str]]] = {}
    for node, cls in m.stores_through_classes:
        stores.setdefault(node.attr, []).append((node, cls))
    done: set[int] = set()
    for name, places in stores.items():
        named = {cls for _, cls in places if cls} | (decorated if any(not cls for _, cls in places) else set())
        above = {base for cls in named for base in m.classes[cls].order if name in bound.get(base, ())}
        family = [decl for decl in classes if not (named | above).isdisjoint(decl.order)]
        if any(name in decl.methods or decl.kind in ("enum", "namedtuple") for decl in family):
            continue
        roots = [decl for decl in family if decl.name in named]
        if len(family) < 2 or (len(named) == 1 and len(above | named) == 1 and _is_named_alone(places)):
            if len(roots) != 1 or not family:
                continue
            family = roots
        for decl in family:
            m.set_variable_later(decl, name, name in bound[decl.name])
            if len(family) > 1:
                m.globals[m.class_global(decl.name, name) + OWN] = None
                m.shared.add(m.class_global(decl.name, name) + OWN)
                decl.holds[name] = name in bound[decl.name]
        done.update(id(node) for node, _ in places)
    return done


def _is_named_alone(places: list[tuple[ast.Attribute, str]]) -> bool:
    """Whether all assignments are to one class by its name."""
    return all(isinstance(node.value, ast.Name) and node.value.id == cls.rpartition(".")[2] for node, cls in places)


def holders_below(decl: ClassDecl, name: str, classes: dict[str, ClassDecl]) -> list[tuple[ClassDecl, list[str]]]:
    """The classes derived from one that hold the variable, those derived from others behind them, each with the holders between it and that one."""
    below = [one for one in classes.values() if one is not decl and decl.name in one.order and name in one.holds]
    below.sort(key=lambda one: len(one.order))
    return [
        (one, [known for known in one.order[: one.order.index(decl.name)] if known in classes and name in classes[known].holds])
        for one in below
    ]
