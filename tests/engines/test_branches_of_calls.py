"""The bits of branches across calls, which native code hands on in a register where they go: all engines leave the same words, however a call ends."""

from __future__ import annotations

import pytest

from belljar.engines.contract import Marks
from belljar.engines.jit import branch_bits
from belljar.engines.jit.program import native_program
from belljar.ir.function import Module
from belljar.ir.passes import optimise
from belljar.lang.compile import FrontEnd
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits
from belljar.types import INT

CALLS = """
from dataclasses import dataclass


def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def ackermann(m: int, n: int) -> int:
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def both(n: int) -> tuple[int, float]:
    if n <= 0:
        return 0, 0.5
    low, high = both(n - 1)
    return (low + 1, high * 1.5) if n % 2 else (low - 1, high + 1.0)


def many(a: int, b: float, c: int, d: float, e: int, f: int, g: bool) -> float:
    if a <= 0:
        return b
    if g and c > 3:
        return many(a - 1, d, e, b, f, c, False)
    return many(a - 2, b + d, c, d, e, f, not g) if a % 3 else many(a - 1, b, f, d, c, e, g)


def deep(n: int) -> int:
    if n == 0:
        raise ValueError("no more")
    try:
        return deep(n - 1)
    except KeyError:
        return 1
    finally:
        if n % 2:
            n += 1


def caught(n: int) -> int:
    total = 0
    for k in range(n):
        try:
            total += deep(k) if k % 3 else k
        except ValueError:
            total += 100 if k % 2 else 10
    return total


def walked(n: int):
    for k in range(n):
        if k % 3 == 1:
            yield k
        elif k % 5 == 2:
            yield -k


@dataclass
class Item:
    key: int

    def __lt__(self, other: "Item") -> bool:
        return self.key % 7 < other.key % 7 if self.key % 2 else self.key < other.key


class Shape:
    def area(self, n: int) -> int:
        return n if n > 3 else 3


class Square(Shape):
    def area(self, n: int) -> int:
        return n * n if n % 2 else n


def called(n: int) -> int:
    functions = [lambda x: x + 1 if x > 2 else x, lambda x: 7, fib]
    total = 0
    for k in range(n):
        total += functions[k % 3](k % 9)
        for shape in [Shape(), Square()]:
            total += shape.area(k)
    return total


def main(n: int, way: int) -> int:
    total = fib(n % 12) + ackermann(2, n % 4) + both(n)[0] + int(many(n, 0.5, 2, 1.5, 3, 4, True))
    total += caught(n % 9) + sum(walked(n)) + called(n)
    ranked = sorted([Item(k * 5 % 11) for k in range(n)])
    total += ranked[0].key if ranked else 0
    total += len(sorted(range(n), key=lambda k: k % 4 if k > 2 else -k))
    if way == 1:
        total += deep(n)
    elif way == 2:
        total += fib(10**6) + 2**62 * n
    return total
"""


@pytest.fixture(scope="module")
def module() -> Module:
    return optimise(FrontEnd(CALLS, "calls.bell", traces="branches").module({"main": [INT, INT]}))


@pytest.mark.parametrize("is_plain", [True, False])
def test_all_engines_leave_the_same_words(module: Module, is_plain: bool) -> None:
    copy = optimise(FrontEnd(CALLS, "calls.bell", traces="branches").module({"main": [INT, INT]})) if is_plain else module
    native_program(copy).compile(is_plain=is_plain)
    name = copy.tasks["main"].function
    taken: list[list[tuple[object, ...]]] = []
    for engine in ("reference", "vm", "jit"):
        instance = engine_of(engine).load(copy, Limits(depth=200), None, (), None, Marks(blocks=64))
        ends: list[tuple[object, ...]] = []
        for n in (0, 1, 5, 12):
            for way in range(3):
                made = instance.call(name, (n, way))
                ends.append((n, way, made.results, made.error and (made.error.code, made.error.line), made.fuel_used, instance.marks()))
            instance.forget_marks()
        taken.append(ends)
    assert taken[0] == taken[1]
    assert taken[1] == taken[2]


def test_long_functions_look_for_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch_bits, "BRANCHES_MAX", 1)
    module = optimise(FrontEnd(CALLS, "calls.bell", traces="branches").module({"main": [INT, INT]}))
    native_program(module).compile(is_plain=True)
    assert same_words(module, "main", (9, 0))


PAID = """
def deep(n: int) -> int:
    if n <= 0:
        return 1
    total = deep(n - 1)
TESTS
    return total


def main(n: int, way: int) -> int:
    total = 0
    for k in range(way):
        total = (total + deep(n)) % 1000003
    text = "x" * 200
    for k in range(n * way * 50):
        if text == "y" * 200:
            total += 1
    return total
"""


def test_what_was_paid_ahead_has_room() -> None:
    """Each of many calls has paid for a hundred branches that it comes to when those inside it have ended: no fuel is taken between them."""
    text = PAID.replace("TESTS", "\n".join(f"    if total % {k + 2} == {k % 2}:\n        total += {k}" for k in range(100)))
    module = optimise(FrontEnd(text, "paid.bell", traces="branches").module({"main": [INT, INT]}))
    native_program(module).compile(is_plain=True)
    assert same_words(module, "main", (900, 3))


def same_words(module: Module, name: str, args: tuple[int, ...]) -> bool:
    """Whether the VM and native code leave the same."""
    ends = []
    for engine in ("vm", "jit"):
        instance = engine_of(engine).load(module, Limits(), None, (), None, Marks(blocks=64))
        made = instance.call(module.tasks[name].function, args)
        ends.append((made.results, made.error and made.error.code, made.fuel_used, instance.marks()))
    return ends[0] == ends[1] and len(ends[0][3]) > 50


def test_a_limit_anywhere(module: Module) -> None:
    native_program(module).compile()
    name = module.tasks["main"].function
    for fuel in range(200, 6000, 97):
        ends = set()
        for engine in ("vm", "jit"):
            instance = engine_of(engine).load(module, Limits(fuel=fuel), None, (), None, Marks(blocks=64))
            made = instance.call(name, (17, 0))
            ends.add((made.error and made.error.code, made.fuel_used, instance.marks()))
        assert len(ends) == 1, fuel
