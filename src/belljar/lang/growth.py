"""How often a function is compiled apart: for so many combinations of argument types, and within itself, called with more in its arguments each time (a path that gets longer), only to a bound."""

from __future__ import annotations

from belljar.lang.lattice import extent
from belljar.types import TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from belljar.lang.graph import FlowFunction
    from belljar.lang.infer import Specialisation
    from belljar.lang.lattice import ClosureOf
    from belljar.types import Type

GROWTH_MAX = 1
"""Calls of a function within itself, each with more in its arguments than the one before, that are compiled apart."""

SPECIALISATIONS_MAX = 100
"""Combinations of argument types one function is compiled for."""

SPECIALISATIONS_MIN = 16
"""Combinations that even a long function is compiled for."""

STEPS_MAX = 2_000
"""Steps that all combinations of one function may have together, beyond those: a function of fifty lines that is handed sixty lambdas would take seconds to compile."""

ENCLOSING_MAX = 16
"""Calls between two calls of the same function, for one to be within the other."""

_EMPTY = TupleType(())


def growth(flow: FlowFunction, types: Sequence[Type], within: Specialisation | None) -> int:
    """How often there was more in the arguments from one call of a function to the next within it, up to a call with these."""
    for _ in range(ENCLOSING_MAX):
        if within is None:
            break
        if within.flow is flow:
            if sum(map(extent, types)) <= within.extent:
                return within.growth
            begins = any(own == _EMPTY and type != own for own, type in zip(within.params, types, strict=False))
            return within.growth + 1 + begins  # from nothing on it will go on
        within = within.within
    return 0


def combinations_max(flow: FlowFunction) -> int:
    """How many combinations of argument types a function is compiled for; the marks of a trace change nothing."""
    steps = sum(step.kind != "mark" for block in flow.blocks for step in block.steps)
    return min(SPECIALISATIONS_MAX, max(SPECIALISATIONS_MIN, STEPS_MAX // (steps + 1)))


def maker(closure: ClosureOf, met: Specialisation | None) -> Specialisation | None:
    """The call that a function belongs to which is met in ``met``: the one that made it, if that is ``met`` or was called by it, as what the function calls goes on where
    its maker was; else ``met``."""
    if met is None:
        return None
    made_in = closure.function.rpartition(".<locals>.")[0]
    return next((spec for spec in (met, *met.callees) if spec.flow.name == made_in), met)
