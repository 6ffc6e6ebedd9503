"""The bits of branches in loops whose rounds native code counts: all engines leave the same words, however a loop is left."""

from __future__ import annotations

import pytest

from belljar.engines.contract import Marks
from belljar.engines.jit.program import native_program
from belljar.ir.passes import optimise
from belljar.lang.compile import FrontEnd
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits
from belljar.types import INT

LOOPS = """
def filled(n: int) -> list[int]:
    made = [0] * n
    for i in range(n):
        made[i] = i
    return made


def beyond(xs: list[int], n: int) -> int:
    total = 0
    for i in range(n):
        total += xs[i]
    return total


def product(n: int) -> int:
    made = 3
    for i in range(n):
        made = made * 3
    return made


def down(xs: list[int], n: int) -> int:
    total = 0
    i = n
    while i > 0:
        i -= 1
        total += xs[i]
    return total


def stepped(n: int, step: int) -> int:
    total = 0
    for i in range(0, n, step):
        total = total + i
    return total


def caught(xs: list[int], n: int) -> int:
    total = 0
    for k in range(3):
        try:
            for i in range(n + k):
                total += xs[i]
        except IndexError:
            total += 1000
    return total


def odd(n: int) -> int:
    total = 0
    for i in range(n):
        if i % 3 == 1:
            total += i
        if i % 5 == 2:
            total -= 1
        elif i % 7 == 0:
            total += 7
        if total > 100 and i % 2 == 0 or total < -100:
            total = total // 2
    return total


def text(n: int) -> int:
    made = ""
    for i in range(n):
        made += "x"
    return len(made)


def main(n: int, way: int) -> int:
    xs = filled(n)
    total = 0
    for _ in range(3):
        total += caught(xs, n) + down(xs, n) + stepped(n, 2) + odd(n) + text(n)
    if way == 1:
        total += beyond(xs, n + 1)
    elif way == 2:
        total += product(n)
    return total
"""
ROUNDS = (0, 1, 7, 31, 32, 33, 62, 63, 64, 126, 500)


@pytest.mark.parametrize("is_plain", [True, False])
def test_all_engines_leave_the_same_words(is_plain: bool) -> None:
    module = optimise(FrontEnd(LOOPS, "loops.bell", traces="branches").module({"main": [INT, INT]}))
    native_program(module).compile(is_plain=is_plain)
    name = module.tasks["main"].function
    taken: list[list[tuple[object, ...]]] = []
    for engine in ("reference", "vm", "jit"):
        instance = engine_of(engine).load(module, Limits(), None, (), None, Marks(blocks=64))
        ends: list[tuple[object, ...]] = []
        for n in ROUNDS:
            for way in range(3):
                made = instance.call(name, (n, way))
                ends.append((n, way, made.results, made.error and made.error.code, made.fuel_used, instance.marks()))
                if n % 2:
                    instance.forget_marks()
        taken.append(ends)
    assert taken[0] == taken[1]
    assert taken[1] == taken[2]


@pytest.mark.parametrize("fuel", [60, 400, 1000, 3333])
def test_a_limit_inside_a_loop(fuel: int) -> None:
    module = optimise(FrontEnd(LOOPS, "loops.bell", traces="branches").module({"main": [INT, INT]}))
    native_program(module).compile(is_plain=True)
    name = module.tasks["main"].function
    ends = set()
    for engine in ("reference", "vm", "jit"):
        instance = engine_of(engine).load(module, Limits(fuel=fuel), None, (), None, Marks(blocks=64))
        made = instance.call(name, (300, 0))
        ends.add((made.error and made.error.code, made.fuel_used, instance.marks()))
    assert len(ends) == 1
