"""The passes, and the order they run in.

Each pass is a module of its own with one function ``run(module)`` that edits the module in place; its docstring states the law it keeps.
:func:`optimise` is the table of contents.
"""

from __future__ import annotations

from belljar.ir.function import Module
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
    simplify,
    strength,
)

ROUNDS_MAX = 3
"""How often the passes that open ways for one another are run again: a record within a record takes two rounds."""


def optimise(module: Module, roots: frozenset[str] = frozenset()) -> Module:
    """Run every pass on the module, in place, and give it back ready for an engine. Functions named in ``roots`` stay, as those of tasks do."""
    generators.run(module)
    for early in (simplify, numbering, dead):
        early.run(module)
    inline.run(module, roots)
    simplify.run(module)
    numbering.run(module)
    for _ in range(ROUNDS_MAX):
        if not sum(step.run(module) for step in (scalars, jump_threading, strength, characters, concatenation)):
            break
        simplify.run(module)
        numbering.run(module)
    for late in (simplify, dead, coalesce, ranges, simplify, compact, fuel):
        late.run(module)
    return module
