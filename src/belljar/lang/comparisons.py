"""What methods such as ``__eq__`` and ``__lt__`` give, as far as their text tells.

CPython hands on what they give, which need be no bool. Where a program has a method of which that is not certain, comparisons of values of class any are values of class any
themselves; in all others they are bools, which costs less. NotImplemented is what operator methods answer to operands they do not know; they may leave that answer to others.
"""

from __future__ import annotations

from belljar.lang.graph import Return
from belljar.lang.uses import mentions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from belljar.lang.graph import FlowFunction, FlowModule, Step

COMPARE_METHODS: Final = {"==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}

_TESTS: Final = frozenset(("isinstance", "issubclass", "bool", "any", "all", "callable", "hasattr"))


def gives_bool(function: FlowFunction) -> bool:
    """Whether all that the function returns is a bool or NotImplemented, if all comparisons give bools."""
    made: dict[int, Step] = {}
    stored: dict[str, list[int]] = {}
    for block in function.blocks:
        for step in block.steps:
            made[step.out] = step
            if step.kind == "store":
                stored.setdefault(step.data, []).append(step.args[0])
    seen: set[int] = set()

    def is_bool(temp: int) -> bool:
        if temp in seen:
            return True
        seen.add(temp)
        step = made.get(temp)
        if step is None:
            return False
        if step.kind == "const":
            return isinstance(step.data, bool)
        if step.kind == "built_in":
            return bool(step.data == "NotImplemented")
        if step.kind == "load":
            return step.data in stored and all(map(is_bool, stored[step.data]))
        if step.kind == "call":
            callee = made.get(step.args[0])
            return callee is not None and callee.kind == "built_in" and callee.data in _TESTS
        return bool(step.kind in ("compare", "not"))

    ends = [block.end for block in function.blocks]
    return not function.is_generator and all(end.value is not None and is_bool(end.value) for end in ends if isinstance(end, Return))


def declines(module: FlowModule, name: str) -> bool:
    """Whether a function may return NotImplemented: it names it, or calls a method or function that does. Only an operator method hands on what it was answered: all others
    are asked for their own text. The library is not looked into any further, where each method says it itself."""
    functions = module.functions
    pending, seen = [name], {name}
    while pending:
        function = functions[pending.pop()]
        called: set[str] = set()
        for block in function.blocks:
            for step in block.steps:
                if step.kind == "built_in" and step.data == "NotImplemented":
                    return True
                if step.kind == "function":
                    called.add(step.data)
        if function.of_library or not functions[name].source_name.rpartition(".")[2].startswith("__"):
            continue
        if function.mentions is None:
            function.mentions = mentions(function.blocks)
        for word in function.mentions:
            if word.startswith("."):
                called.update(decl.methods[word[1:]].function for decl in module.classes.values() if word[1:] in decl.methods)
            else:
                called.add(word)
        fresh = [one for one in called if one not in seen and one in functions]
        seen.update(fresh)
        pending.extend(fresh)
    return False
