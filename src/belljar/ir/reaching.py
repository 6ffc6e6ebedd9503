"""Whether code may come to a place: a function, or a line of the source; found without running it."""

from __future__ import annotations

from belljar.ir.writes import calls_unnamed, unnamed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Final

    from belljar.ir.function import Function, Module


class Reaching:
    """What may come to a place. ``name`` is that of a function in the source, ``""`` for none; ``line`` one of the source, 0 for none. ``is_dynamic`` says whether a function that is called without being
    named may come there."""

    def __init__(self, module: Module, name: str = "", line: int = 0) -> None:
        self.name: Final = name
        self.line: Final = line
        functions = module.functions
        dynamic = unnamed(module)
        entered = {one for one, function in functions.items() if name and function.source_name == name}
        self.is_dynamic = False
        self._functions: frozenset[str] = frozenset(entered)
        changed = True
        while changed:
            changed = False
            for one, function in functions.items():
                if one not in self._functions and self.is_reached(function, range(len(function.blocks))):
                    self._functions |= {one}
                    changed = True
            if not self.is_dynamic and any(one in self._functions for one in dynamic):
                self.is_dynamic = changed = True

    def is_reached(self, function: Function, blocks: Collection[int]) -> bool:
        """Whether these blocks of a function may come to the place."""
        for number in blocks:
            for instr in function.blocks[number].instrs:
                if self.line and instr.span.line == self.line:
                    return True
                if instr.op.name == "call":
                    if instr.args[0] in self._functions:
                        return True
                elif self.is_dynamic and calls_unnamed(function, instr):
                    return True
        return False
