"""A module of the library runs once, at the import that is reached first; the others find that it has run."""

from __future__ import annotations

from collections import Counter

from belljar.types import BOOL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from belljar.lang.graph import FlowFunction
    from belljar.lang.transfer import Walk

_IMPORTED_AGAIN = 2
"""More imports than any one statement makes: of one in a function nobody knows how often it runs."""


def imported_again(reached: Iterable[FlowFunction]) -> frozenset[str]:
    """The modules, by the names of the functions that run them, that may be imported when they have run: of these functions, those that a program can come to. What else was
    loaded while the program was checked does not count, as a second module of the same program would then differ from the first."""
    found: Counter[str] = Counter()
    for function in reached:
        for block in function.blocks:
            for step in block.steps:
                if step.kind == "import":
                    found[step.data] += 1 if function.is_init else _IMPORTED_AGAIN
    return frozenset(name for name, count in found.items() if count >= _IMPORTED_AGAIN)


def run_once(w: Walk, module: str) -> None:
    """Call the function that runs a module, unless it was called before."""
    callee = w.world.specialise(module, ())
    w.world.meet(w.spec, callee)
    if not w.e.live or module not in w.world.imported_again:
        w.e.call(callee.name, (), ())
        return
    ran = f"{module}.ran"
    w.world.globals[ran] = BOOL  # False until it is set: words of globals begin as 0
    slot = w.world.global_slots(ran)[0][0]
    first, after = w.e.block(), w.e.block()
    w.e.emit("br", w.e.emit("global.get", slot, type=BOOL), after, first)
    w.e.at(first)
    w.e.emit("global.set", slot, w.const(True).reg)
    w.e.call(callee.name, (), ())
    w.e.emit("jump", after)
    w.e.at(after)
