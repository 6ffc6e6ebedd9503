"""The passes, and the order they run in.

Each pass is a module of its own with one function ``run(module)`` that edits the module in place; its docstring states the law it keeps.
:func:`optimise` is the table of contents.
"""

from __future__ import annotations

from belljar.ir.function import Function, Module
from belljar.ir.passes import (
    characters,
    coalesce,
    compact,
    concatenation,
    dead,
    fuel,
    generators,
    inline,
    jump_threading,
    numbering,
    ranges,
    scalars,
    segments,
    simplify,
    strength,
    traced,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_STEPS = (
    (scalars.WANTS, scalars.replace),
    (jump_threading.WANTS, jump_threading.thread),
    (strength.WANTS, strength.reduce),
    (characters.WANTS, characters.compare_codes),
    (concatenation.WANTS, concatenation.put_together),
)
"""Passes that open ways for one another, each with the ops without which it has nothing to do."""
ROUNDS_MAX = 3
"""How often the passes that open ways for one another are run again: a record within a record takes two rounds."""


def optimise(module: Module, roots: frozenset[str] = frozenset()) -> Module:
    """Run every pass on the module, in place, and give it back ready for an engine. Functions named in ``roots`` stay, as those of tasks do. A traced module costs what it does
    without its marks."""
    if module.traces is not None and traced.has_marks(module):
        return traced.optimise_traced(module, lambda one, inlined, charged: _run(one, roots, inlined, charged))
    return _run(module, roots, None, True)


def optimise_profiled(module: Module, of_library: Callable[[str], str] = lambda name: "") -> Module:
    """As :func:`optimise`, and cut the module into the segments of a profile (:mod:`.segments`). It costs what it does without them. ``of_library`` tells the functions of the library, by their qualified names."""
    segments.name_library(module, of_library)
    segments.mark_calls(module)
    traced.optimise_traced(module, lambda one, inlined, charged: _run(one, frozenset(), inlined, charged))
    module.segments = segments.run(module)
    return module


def _run(module: Module, roots: frozenset[str], inlined: traced.Inlined | None, charged: bool) -> Module:
    generators.run(module)
    for early in (simplify, numbering, dead):
        early.run(module)
    grown = inline.run(module, roots, inlined)
    for function in module.functions.values():
        _settle(function, function.name in grown)
    for late in (simplify, dead, coalesce, ranges, simplify, compact):
        late.run(module)
    if charged:
        fuel.run(module)
    return module


def _settle(function: Function, changed: bool) -> None:
    """The passes that open ways for one another, as long as one of them finds something in the function."""
    for _ in range(ROUNDS_MAX + 1):
        if changed:
            simplify.simplify(function)
            numbering.number(function)
        there = {instr.op for block in function.blocks for instr in block.instrs}
        found = sum([step(function) for wants, step in _STEPS if not wants.isdisjoint(there)])
        if not found and not (changed and simplify.simplify(function)):
            break
        changed = True
