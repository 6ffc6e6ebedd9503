"""Environments: the types of the variables at one place of a function, and how two of them meet."""

from __future__ import annotations

from belljar.lang.lattice import OF_THE_MODULE, UNBOUND, UNKNOWN, IteratorOf, Lattice
from belljar.types import Type

Env = dict[str, Type]
"""Variables, and paths such as ``x.f`` whose type is known to be narrower, with their types."""


def alive(env: Env, live: frozenset[str]) -> Env:
    """What of a state is looked at again."""
    return {name: type for name, type in env.items() if name in live or path_root(name) in live or OF_THE_MODULE in name}


def path_root(name: str) -> str:
    """The variable of a narrowed path such as ``x.f``; ``""`` for a plain name."""
    return name.split(".", 1)[0] if "." in name[1:] and not name.startswith(".") else ""


def merge(lattice: Lattice, a: Env, b: Env) -> Env:
    """The state where two paths meet."""
    merged: Env = {}
    for name in dict.fromkeys((*a, *b)):  # in an order that is the same in every process
        left, right = a.get(name), b.get(name)
        if path_root(name):
            if left is not None and right is not None and left == right:
                merged[name] = left
            continue
        merged[name] = lattice.join(UNBOUND if left is None else left, UNBOUND if right is None else right)
    return merged


def enter(lattice: Lattice, known: Env, found: Env, is_back: bool) -> Env:
    """The state at the start of a block that was ``known``, when an edge with another is found; ``is_back``: from a later block.

    What a loop walks is set in one place. Where it is of another type than before, what was found there earlier is outdated: the rest of the loop follows.
    """
    merged = merge(lattice, known, found)
    for name, type in found.items():
        before = known.get(name)
        if isinstance(type, IteratorOf) and isinstance(before, IteratorOf) and merged[name] == UNKNOWN:
            merged[name] = before if is_back else type
    return merged
