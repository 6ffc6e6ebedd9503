"""The passes, and the order they run in.

Each pass is a module of its own with one function ``run(module)`` that edits the module in place; its docstring states the law it keeps.
:func:`optimise` is the table of contents.
"""

from __future__ import annotations

from belljar.ir.function import Module
from belljar.ir.passes import coalesce, compact, dead, fuel, inline, numbering, ranges, scalars, simplify


def optimise(module: Module, roots: frozenset[str] = frozenset()) -> Module:
    """Run every pass on the module, in place, and give it back ready for an engine. Functions named in ``roots`` stay, as those of tasks do."""
    for step in (simplify, numbering, dead):
        step.run(module)
    inline.run(module, roots)
    for step in (simplify, numbering, scalars, numbering, simplify, dead, ranges, coalesce, simplify, compact):
        step.run(module)
    fuel.run(module)
    return module
