"""One operation that works for long looks at the clock on its way, in both engines: with a limit of time that has passed by the second look it ends there, and the instance lives on.

Nothing here measures time. An operation that looked once only, when its fuel was charged, would come to its end.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import belljar
from belljar.engines.jit import Engine as JitEngine
from belljar.engines.vm import Engine as VmEngine
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.safety.limits import Limits

CHARACTERS = 1 << 23
ITEMS = 1 << 21

TEXTS: dict[str, tuple[str, str]] = {
    "repetition": ("ab", "len(s * 10)"),
    "concatenation": ("ab", "len(s + s)"),
    "f-string": ("ab", 'len(f"{s}{s}{s}")'),
    "join": ("ab", 'len("".join([s, s, s]))'),
    "slice with a step": ("ab", "len(s[::-1])"),
    "split": ("a,", 'len(s.split(","))'),
    "split by space": ("a ", "len(s.split())"),
    "splitlines": ("a\n", "len(s.splitlines())"),
    "replace": ("ab", 'len(s.replace("a", "xyz"))'),
    "replace of what is not there": ("ab", 'len(s.replace("ba" + "a", ""))'),
    "count": ("ab", 's.count("ab")'),
    "find": ("ab", 's.find("aa")'),
    "upper": ("ß", "len(s.upper())"),
    "lower of ASCII": ("AB", "len(s.lower())"),
    "strip": ("ab", 'len(s.strip("ab"))'),
    "isalpha": ("ab", "int(s.isalpha())"),
    "isidentifier": ("ab", "int(s.isidentifier())"),
    "istitle": ("aB", "int(s.swapcase().istitle())"),
    "repr": ("\n", "len(repr(s))"),
    "expandtabs": ("a\t", "len(s.expandtabs(2))"),
    "a width": ("ab", 'len(f"{s:>90000000}")'),
    "zfill": ("ab", "len(s.zfill(90000000))"),
    "characters": ("ab", "len(list(s))"),
    "int": ("1", "int(s) if n else int(s, 2) % 7"),
    "float": ("1", "int(float(s) > 0)"),
    "slice": ("ab", "len(s[1:])"),
    "split of wide characters": ("a€", "len(s.split())"),
    "splitlines of wide characters": ("a€", "len(s.splitlines())"),
    "encoding": ("ab", "len(s.encode())"),
    "hash": ("ab", "hash(s)"),
    "a key": ("ab", "{s: 1}[s]"),
}
"""What the text is made of, and an expression of it."""

LISTS: dict[str, str] = {
    "sort": "len(sorted(xs))",
    "sort of texts": "len(sorted([str(x) for x in xs]))",
    "concatenation": "len(xs + xs)",
    "repetition": "len(xs * 3)",
    "slice with a step": "len(xs[::-1])",
    "set": "len(set(xs))",
    "dict": "len(dict.fromkeys(xs))",
    "str": "len(str(xs))",
    "range": "len(list(range(len(xs) * 4)))",
    "a deleted slice with a step": "delete_other(xs)",
    "tuple": "len(tuple(xs)[1:])",
    "sort of floats": "len(sorted([x * 0.5 for x in xs]))",
    "copy of a dict": "len(dict.fromkeys(xs).copy())",
}

BYTES: dict[str, str] = {
    "upper": "len(b.upper())",
    "isalpha": "int(b.isalpha())",
    "islower": "int(b.islower())",
    "istitle": "int(b.title().istitle())",
    "strip": "len(b.strip(b'ab'))",
    "split": "len(b.split(b'a'))",
    "split by space": "len(b.split())",
    "splitlines": "len(b.splitlines())",
    "translate": "len(b.translate(None, b'a'))",
    "hex": "len(b.hex())",
    "decoding": "len(b.decode())",
    "decoding of utf-16": "len(b.decode('utf-16'))",
    "join": "len(b.join([b, b]))",
    "list": "len(list(b))",
}

NUMBERS: dict[str, str] = {
    "greatest common divisor": "math.gcd(a, b)",
    "least common multiple": "math.lcm(a, b)",
    "product": "a * b",
    "quotient": "(a * a) // b",
    "power": "3 ** 4000000",
    "modular power": "pow(b, a, a + 2)",
    "square root": "math.isqrt(a)",
    "factorial": "math.factorial(1000000)",
    "combinations": "math.comb(1000000, 400000)",
    "permutations": "math.perm(1000000, 400000)",
}
"""Expressions of two ints of a million bits and more."""

LATE = Limits(time=1e-9)
ENGINES = (VmEngine(), JitEngine())
VM = ENGINES[0]  # which calls the same functions of the runtime


@cache
def module(parameter: str, expression: str) -> Module:
    text = f"""
state: list[int] = [1, 2, 3]

def delete_other(xs: list[int]) -> int:
    del xs[::2]
    return len(xs)

def f({parameter}, n: bool) -> int:
    state.append(4)
    return {expression}

def probe() -> str:
    return str(state)
"""
    return belljar.compile(text, cache=False).module()


def polled(made: Module, engine: Any, long: object, looks: int = 2) -> None:
    instance = engine.load(made, LATE)
    call = instance.call
    before = call(made.tasks["probe"].function, ())
    found = call(made.tasks["f"].function, (long, False))
    assert found.error is not None
    assert found.error.code == "E0802"
    assert 2 <= instance.statistics()["polls"] <= looks
    after = call(made.tasks["probe"].function, ())
    assert (after.results, after.fuel_used) == (before.results, before.fuel_used)


@pytest.mark.parametrize("name", TEXTS)
def test_operations_on_long_texts(name: str) -> None:
    part, expression = TEXTS[name]
    text = part * (CHARACTERS // len(part))
    polled(module("s: str", expression), VM, text)


@pytest.mark.parametrize("name", LISTS)
def test_operations_on_long_lists(name: str) -> None:
    polled(module("xs: list[int]", LISTS[name]), VM, [(i * 7919) % 1000003 for i in range(ITEMS)])


@pytest.mark.parametrize("name", BYTES)
def test_operations_on_long_bytes(name: str) -> None:
    """Bytes are no arguments: what making them looks at the clock is set off."""
    text = f"def f(n: bool) -> int:\n    b = b'ab' * {CHARACTERS // 2}\n    return {BYTES[name]} if n else 0\n"
    made = belljar.compile(text, cache=False).module()
    instance = VM.load(made, Limits())
    looks = []
    for asked in (False, True):
        assert instance.call(made.tasks["f"].function, (asked,)).error is None
        looks.append(instance.statistics()["polls"])
    assert looks[1] - looks[0] >= 4


def test_reading_a_long_pattern() -> None:
    made = belljar.compile(
        "import re\n\ndef f(s: str) -> bool:\n    try:\n        return re.match(s, 'a') is None\n    except re.error:\n        return False\n",
        cache=False,
    ).module()
    instance = VM.load(made, Limits(time=1e-9))
    error = instance.call(made.tasks["f"].function, ("a|b" * 300000,)).error
    assert error is not None
    assert error.code == "E0802"
    assert instance.statistics()["polls"] <= 2


@pytest.mark.parametrize("name", NUMBERS)
def test_operations_on_big_ints(name: str) -> None:
    text = f"""
import math

state = [1]

def f(a: object, m: bool) -> object:
    state.append(4)
    b = a ^ (a >> 1)
    return {NUMBERS[name]}

def probe() -> str:
    return str(state)
"""
    polled(
        belljar.compile(text, cache=False).widened().module(), VM, 3**1200000, 4
    )  # parts of one look on their own before they see that it has ended


def test_machine_code_ends_where_the_vm_does() -> None:
    polled(module("s: str", TEXTS["replace"][1]), ENGINES[1], "ab" * (CHARACTERS // 2))


def test_a_long_argument_is_no_time_of_the_programs() -> None:
    """Converting arguments allocates and collects garbage, which looks at the clock: with the GIL held, and before the clock starts."""
    made = belljar.compile("def f(xs: list[str]) -> int:\n    return len(xs)\n", cache=False).module()
    values = [str(i) * 4 for i in range(1 << 20)]
    instance = VmEngine().load(made, Limits(time=1e-9, memory=200 << 20))
    for _ in range(3):
        assert instance.call(made.tasks["f"].function, (values,)).results == (len(values),)


def test_sealing_what_init_left_looks_at_no_clock() -> None:
    """A large state is walked once more when init has ended, with the GIL held."""
    made = belljar.compile("xs = [i for i in range(4000000)]\n\ndef f(i: int) -> int:\n    return xs[i]\n", cache=False).module()
    for engine in ENGINES:
        assert engine.load(made, Limits()).call(made.tasks["f"].function, (3999999,)).results == (3999999,)


# --- state that lasts ----------------------------------------------------------------------------------------------------------------

STATE = """
numbers: list[int] = [i for i in range(300000)]
names: dict[str, list[int]] = {}

def change(i: int, value: int) -> int:
    numbers[i] = value
    names["k" + str(value)] = [value] * 100
    return len(names)

def hostile(n: int) -> int:
    names.clear()
    while True:
        numbers.append(n)

def show() -> str:
    return str(sum(numbers)) + str(len(numbers)) + str(sorted(names.items())[:3])
"""


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_epochs_take_back_what_calls_changed(engine: Any) -> None:
    made = belljar.compile(STATE, cache=False).module()
    instance = engine.load(made, Limits(memory=32 << 20))

    def call(name: str, *args: int) -> Any:
        return instance.call(made.tasks[name].function, args)

    first = call("show").results
    with pytest.raises(BellError, match="lasting"):
        instance.snapshot()
    instance.lasting = True
    assert call("change", 5, 7).results == (1,)
    assert call("change", 5, 8).results == (2,)
    second = call("show")
    assert instance.snapshot() == 1
    for i in range(0, 300000, 30000):
        call("change", i, -i)
    assert 10 <= instance.epochs()["kept_pages"] < 60
    assert instance.snapshot() == 2
    assert call("hostile", 1).error.code == "E0803"
    instance.rollback()
    assert call("show").results != second.results
    instance.rollback()
    again = call("show")
    assert (again.results, again.fuel_used) == (second.results, second.fuel_used)
    instance.snapshot()
    call("change", 9, 9)
    instance.commit()
    assert call("show").results != second.results
    with pytest.raises(BellError, match="epoch"):
        instance.rollback()
    instance.lasting = False
    assert call("show").results == first
