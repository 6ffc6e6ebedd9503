"""Passes on functions of size: their work grows with the function, not with its square, and no stack runs out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from belljar.ir import passes
from belljar.ir.function import Function, Instr, Module, Register
from belljar.ir.ops import OPS
from belljar.ir.passes.inline import NESTED_MAX
from belljar.ir.verify import verify
from belljar.source import Span
from belljar.types import BOOL, INT, ListType


class Builder:
    """Writes a function ``main(int, bool) -> (int)``."""

    def __init__(self) -> None:
        self.function = Function("main", [0, 1], (INT,), [Register(INT), Register(BOOL)])
        self.block = self.function.new_block()

    def emit(self, name: str, results: tuple[int, ...], *args: Any) -> None:
        self.function.blocks[self.block].instrs.append(Instr(OPS[name], results, args))

    def number(self, name: str, *args: Any) -> int:
        register = self.function.new_register(INT)
        self.emit(name, (register,), *args)
        return register


def straight_line(size: int) -> Function:
    """A long block: a constant, a sum into a temporary, a move, again and again."""
    made = Builder()
    variable = made.number("move", 0)
    for place in range(size // 3):
        made.emit("move", (variable,), made.number("int.add", variable, made.number("const.int", place)))
    made.emit("ret", (), variable)
    return made.function


def branches_in_a_loop(size: int) -> Function:
    """Many ``if v < c: v += c`` on fifty variables within one loop."""
    made = Builder()
    variables = [made.number("const.int", start) for start in range(50)]
    head, first, end = (made.function.new_block() for _ in range(3))
    made.emit("jump", (), head)
    made.block = head
    more = made.function.new_register(BOOL)
    made.emit("int.lt", (more,), variables[0], 0)
    made.emit("br", (), more, first, end)
    made.block = first
    for place in range(size // 8):
        yes, after = made.function.new_block(), made.function.new_block()
        variable = variables[place % 50]
        constant = made.number("const.int", 3 * place)
        less = made.function.new_register(BOOL)
        made.emit("int.lt", (less,), variable, constant)
        made.emit("br", (), less, yes, after)
        made.block = yes
        made.emit("move", (variable,), made.number("int.add", variable, constant))
        made.emit("jump", (), after)
        made.block = after
    made.emit("jump", (), head)
    made.block = end
    made.emit("ret", (), variables[0])
    return made.function


def dead_chain(size: int) -> Function:
    """A value handed on through many blocks and never read, each of them with a way out to one end."""
    made = Builder()
    end = made.function.new_block()
    value = 0
    for _ in range(size // 2):
        following = made.function.new_block()
        value = made.number("int.invert", value)
        made.emit("br", (), 1, following, end)
        made.block = following
    made.emit("jump", (), end)
    made.block = end
    made.emit("ret", (), 0)
    return made.function


def nested_ifs(size: int) -> Function:
    """Ifs in ifs, whose ends are a long chain of blocks that only jump."""
    made = Builder()
    after = made.function.new_block()
    made.function.blocks[after].instrs.append(Instr(OPS["ret"], (), (0,)))
    for _ in range(size // 2):
        inner, join = made.function.new_block(), made.function.new_block()
        made.emit("br", (), 1, inner, join)
        made.function.blocks[join].instrs.append(Instr(OPS["jump"], (), (after,)))
        after, made.block = join, inner
    made.emit("jump", (), after)
    return made.function


def many_indices(size: int) -> Function:
    """Many comparisons with one length, and a list read after each."""
    made = Builder()
    items = made.function.new_register(ListType(INT))
    made.emit("list.of", (items,), ListType(INT), 0)
    length = made.number("list.len", items)
    for place in range(size // 6):
        yes, after = made.function.new_block(), made.function.new_block()
        less = made.function.new_register(BOOL)
        index = made.number("int.add.wrap", 0, made.number("const.int", place))
        made.emit("int.lt", (less,), index, length)
        made.emit("br", (), less, yes, after)
        made.block = yes
        made.emit("list.set", (), items, index, index)
        made.emit("jump", (), after)
        made.block = after
    made.emit("ret", (), 0)
    return made.function


SHAPES = (straight_line, branches_in_a_loop, dead_chain, nested_ifs, many_indices)


def calls_made(action: Callable[[], object]) -> int:
    """How many calls the action makes, builtins included: its work, on any machine."""
    count = 0

    def seen(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_twice_the_function_takes_about_twice_the_work(shape: Callable[[int], Function]) -> None:
    work = []
    for size in (1_000, 2_000):
        module = Module("size.bell", functions={"main": shape(size)})
        work.append(calls_made(lambda module=module: passes.optimise(module, frozenset({"main"}))))  # type: ignore[misc]
    assert work[1] < 2.6 * work[0]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_twenty_thousand_instructions(shape: Callable[[int], Function]) -> None:
    module = Module("size.bell", functions={"main": shape(20_000)})
    verify(module)
    passes.optimise(module, frozenset({"main"}))
    verify(module)


def test_a_long_chain_of_small_functions() -> None:
    """Each is inlined into the next, but an error's stack stays as deep as stacks are shown."""
    count = 1_500
    module = Module("chain.bell")
    for number in range(count):
        instrs = [
            Instr(OPS["call"], (1,), (f"f{number + 1}", 0), Span(number + 1, 1, number + 1, 2))
            if number + 1 < count
            else Instr(OPS["int.add"], (1,), (0, 0), Span(count, 1, count, 2)),
            Instr(OPS["ret"], (), (1,)),
        ]
        function = Function(f"f{number}", [0], (INT,), [Register(INT), Register(INT)], source_name=f"f{number}")
        function.blocks[function.new_block()].instrs = instrs
        module.functions[function.name] = function
    passes.optimise(module, frozenset({"f0"}))
    verify(module)
    assert count // (NESTED_MAX + 2) <= len(module.functions) <= count // NESTED_MAX + 1
