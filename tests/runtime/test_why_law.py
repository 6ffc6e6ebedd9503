"""The law of slices by brute force: a part of an input that is not in the slice of a value is changed, and the value stays. Programs and inputs are drawn at random."""

from __future__ import annotations

import copy
from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

import belljar
from belljar.errors import BellError
from belljar.runtime.why import why_call
from belljar.trace.slices import Slice, covers

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFINITIONS = """
class P:
    x: int
    y: int
    l: list[int]

G = 1
H = [1, 2]

def early(k: int, l: list[int]) -> int:
    if k > 2:
        l.append(k)
        return 1
    if k < -2:
        return l[0]
    return k

def setg(k: int) -> None:
    global G
    if k > 0:
        G = k

def pick(k: int, l: list[int], m: list[int]) -> list[int]:
    if k > 0:
        return l
    return m

def bump(q: P, k: int) -> None:
    q.x += k
    if k > 1:
        q.l.append(k)

def risky(k: int) -> int:
    if k > 3:
        raise ValueError("no")
    return 10 // k

def above(k: int, l: list[int]):
    for v in l:
        if v > k:
            yield v

def f(a: int, b: int, c: int, s: str, xs: list[int], ys: list[int], d: dict[str, int], p: P) -> int:
    x0 = 0
    x1 = 1
    x2 = b
    x3 = c
    l0 = [1, 2, 3]
    l1 = xs
    q = P(1, 2, [3, 4])
    w = {"k": 1, "m": 2}
    n = 0
    def add(k: int) -> None:
        nonlocal n
        if k > 0:
            n = n + k
    fs = [lambda t: t + 1, lambda t: t * a]
"""
NUMBERS = ("a", "b", "c", "x0", "x1", "x2", "x3", "p.x", "p.y", "q.x", "q.y", "G", "n")
LISTS = ("xs", "ys", "l0", "l1", "p.l", "q.l")
VARIABLES = ("x0", "x1", "x2", "x3")


class Writer:
    """Writes the statements of a program."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.loops = 0

    def list(self) -> str:
        return self.random.choice(LISTS)

    def key(self) -> str:
        return self.random.choice(['"k"', '"m"', '"z"', "s", f"str({self.random.choice('abc')} % 3)"])

    def condition(self, depth: int = 0) -> str:
        return f"{self.number(depth + 1)} {self.random.choice(['<', '>', '==', '!='])} {self.number(depth + 1)}"

    def number(self, depth: int = 0) -> str:
        random, inner = self.random, depth + 1
        forms = [
            lambda: str(random.randrange(-3, 6)),
            lambda: random.choice(NUMBERS),
            lambda: random.choice(NUMBERS),
            lambda: f"len({self.list()})",
        ]
        if depth < 2:
            forms += [
                lambda: f"({self.number(inner)} {random.choice(['+', '-', '*'])} {self.number(inner)})",
                lambda: f"{self.list()}[{self.number(inner)} % len({self.list()})]",
                lambda: f"d.get({self.key()}, {self.number(inner)})",
                lambda: f"({self.number(inner)} if {self.condition(inner)} else {self.number(inner)})",
                lambda: f"early({self.number(inner)}, {self.list()})",
                lambda: f"sum({self.list()})",
                lambda: f"sum([v + {self.number(inner)} for v in {self.list()} if v > {self.number(inner)}])",
                lambda: f"{self.list()}[0]",
                lambda: f"w[{self.key()}]",
                lambda: f"int(({self.condition(inner)}) and ({self.condition(inner)}))",
                lambda: f"fs[{self.number(inner)} % 2]({self.number(inner)})",
            ]
        return random.choice(forms)()

    def block(self, depth: int, indent: str) -> list[str]:
        return [line for _ in range(self.random.randrange(1, 4)) for line in self.statement(depth, indent)]

    def statement(self, depth: int, indent: str) -> list[str]:
        random = self.random
        if depth < 3 and random.random() < 0.35:
            return self.compound(depth, indent)
        variable, items = random.choice(VARIABLES), self.list()
        forms = [
            f"{variable} = {self.number()}",
            f"{variable} = {self.number()}",
            f"{variable} += {self.number()}",
            f"{random.choice(['l0', 'l1'])} = {random.choice([items, f'[{self.number()}]', f'pick({self.number()}, {items}, {self.list()})', items + '[1:]'])}",
            f"l0 = sorted({items})",
            f"{items}.append({self.number()})",
            f"{items}[{self.number()} % len({items})] = {self.number()}",
            f"{items}[0] = {self.number()}",
            f"{random.choice(['d', 'w'])}[{self.key()}] = {self.number()}",
            f"{random.choice('pq')}.{random.choice('xy')} = {self.number()}",
            f"setg({self.number()})",
            f"bump({random.choice('pq')}, {self.number()})",
            f"q = {random.choice(['p', 'q', f'P(1, {self.number(1)}, [{self.number(1)}])'])}",
            f"add({self.number()})",
            f"{variable} = {random.choice(['xs', 'l0', 'ys'])}.pop()",
            f"H[{self.number()} % 2] = {self.number()}",
            f"{variable} = H[0] + n",
            f"{variable} = sum(above({self.number(1)}, {items}))",
            f"{variable}, x3 = {self.number(1)}, {self.number(1)}",
            f"{variable} = max({items}, key=lambda z: -z)",
            f"{variable} = len(set({items}))",
        ]
        return [indent + random.choice(forms)]

    def compound(self, depth: int, indent: str) -> list[str]:
        random, inner = self.random, indent + "    "
        variable = random.choice(VARIABLES)
        body = self.block(depth + 1, inner)
        kind = random.randrange(8)
        if kind < 3:
            other = [f"{indent}else:", *self.block(depth + 1, inner)] if random.random() < 0.5 else []
            return [f"{indent}if {self.condition()}:", *body, *other]
        if kind == 3:
            walked = random.choice([f"{self.list()}[:4]", f"range({self.number(1)} % 4)", "list(d.values())"])
            leave = (
                [f"{inner}if {self.condition()}:", f"{inner}    {random.choice(['break', 'continue'])}"] if random.random() < 0.3 else []
            )
            return [f"{indent}for v in {walked}:", f"{inner}{variable} += v", *body, *leave]
        if kind == 4:
            self.loops += 1
            count = f"t{self.loops}"
            return [f"{indent}{count} = 0", f"{indent}while {count} < 3 and {self.condition()}:", f"{inner}{count} += 1", *body]
        if kind == 5:
            risk = random.choice([f"10 // {self.number(1)}", f"w[{self.key()}]", f"xs[{self.number(1)}]", f"risky({self.number(1)})"])
            caught = f"{indent}except (ZeroDivisionError, KeyError, IndexError, ValueError):"
            return [f"{indent}try:", f"{inner}{variable} = {risk}", *body, caught, *self.block(depth + 1, inner)]
        if kind == 6:
            return [f"{indent}if {self.condition()}:", f"{inner}return {self.number()}"]
        return [f"{indent}for key, value in d.items():", f"{inner}{variable} = value"]


def drawn_inputs(random: Random) -> dict[str, Any]:
    def number() -> int:
        return random.randrange(-3, 6)

    def numbers() -> list[int]:
        return [number() for _ in range(random.randrange(1, 4))]

    return {
        **{name: number() for name in "abc"},
        "s": random.choice("kmz"),
        "xs": numbers(),
        "ys": numbers(),
        "d": {key: number() for key in "km1" if random.random() < 0.7},
        "p": {"x": number(), "y": number(), "l": numbers()},
    }


def changed(random: Random, inputs: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Each part of the inputs, and the inputs with another one there. A list that gets shorter has lost its last element, too."""
    places: list[tuple[str, tuple[Any, ...]]] = [*((name, (name,)) for name in "abc"), *((f"p.{name}", ("p", name)) for name in "xy")]
    lists: list[tuple[str, tuple[Any, ...]]] = [("xs", ("xs",)), ("ys", ("ys",)), ("p.l", ("p", "l"))]

    def at(made: dict[str, Any], path: tuple[Any, ...]) -> Any:
        found: Any = made
        for step in path:
            found = found[step]
        return found

    for name, path in lists:
        places += [(f"{name}[{place}]", (*path, place)) for place in range(len(at(inputs, path)))]
        for grows in (True, False):
            made = copy.deepcopy(inputs)
            if grows:
                at(made, path).append(random.randrange(-3, 6))
                yield (f"len({name})",), made
            else:
                at(made, path).pop()
                yield (f"len({name})", f"{name}[{len(at(made, path))}]"), made
    places += [(f"d['{key}']", ("d", key)) for key in inputs["d"]]
    for name, path in places:
        made = copy.deepcopy(inputs)
        at(made, path[:-1])[path[-1]] = random.randrange(-3, 6)
        yield (name,), made
    made = copy.deepcopy(inputs)
    made["s"] = random.choice("kmz")
    yield ("s",), made
    made = copy.deepcopy(inputs)
    made["d"]["z"] = 7
    yield ("keys(d)",), made


def is_within(part: str, found: Slice) -> bool:
    return any(part == other or covers(other, part) for other in (*found.inputs, *found.checked))


def followed(program: belljar.Program, name: str, inputs: dict[str, Any]) -> Slice | None:
    """The slice, None where there is none: the program runs on and on, or gives a name another type or none at all."""
    try:
        return why_call(program, "f", name, (), copy.deepcopy(inputs), limits={"fuel": 20_000})
    except BellError as error:
        assert error.code in ("E0801", "E1331", "E0302", "E0502"), error  # noqa: PT017
        return None


def check(seed: int) -> tuple[int, int]:
    """Draw a program and inputs; gives how many parts were not in a slice, and how many there were."""
    random = Random(seed)
    writer = Writer(random)
    body = [line for _ in range(random.randrange(3, 9)) for line in writer.statement(0, "    ")]
    text = DEFINITIONS + "\n".join([*body, f"    return {writer.number()}"]) + "\n"
    try:
        program = belljar.compile(text, cache=False)
    except BellError:
        return 0, 0
    inputs = drawn_inputs(random)
    outside = total = 0
    for name in ("return", random.choice(VARIABLES), random.choice(["l0", "G", "q"])):
        found = followed(program, name, inputs)
        if found is None or found.error:
            continue
        for parts, other in changed(random, inputs):
            total += 1
            if any(is_within(part, found) for part in parts):
                continue
            outside += 1
            again = followed(program, name, other)
            if again is not None and not again.error:
                assert again.value == found.value, (
                    f"{parts} is not in the slice of {name}: {found.inputs}, {found.checked}\n{inputs}\n{other}\n{text}"
                )
    return outside, total


@given(st.integers(100, 10**9))
def test_inputs_outside_can_be_changed_in_any_program(seed: int) -> None:
    check(seed)


def test_slices_are_not_everything() -> None:
    found = [check(seed) for seed in range(1000, 1006)]
    outside, total = (sum(column) for column in zip(*found, strict=True))
    assert outside > total / 2
