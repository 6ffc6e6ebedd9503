"""The order of sets is CPython 3.11's under PYTHONHASHSEED=0, whatever was done to them: random programs of set operations, on every engine and in a CPython of its own."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from typing import Any

import pytest

from belljar.engines.jit import Engine as JitEngine
from belljar.engines.vm import Engine as VmEngine
from belljar.ir.function import Module
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify
from tests.engines.vm.agreement import agree

SETS = 3
BINARY = {"union": "|", "intersection": "&", "difference": "-", "symmetric_difference": "^"}
ELEMENTS: tuple[Any, ...] = (
    *range(-6, 40),
    *(8 * n for n in range(40)),
    *(n / 4 for n in range(-6, 6)),
    *map(str, range(30)),
    *("", "é", "\u20acuro", "\U0001f600", "x" * 40, -(2**63), 2**63 - 1, 2**61 - 1, 2**61, 2.0**70, 1e-300, float("inf"), True, False),
    *((n, "abc"[n % 3]) for n in range(20)),
    *(frozenset(range(n)) for n in range(8)),
    range(3, 9, 2),
    (),
)


def operations(seed: int, count: int) -> list[tuple[str, int, int, int]]:
    """(name, a set, another set, an element)."""
    choose = random.Random(seed)
    names = ["add"] * 12 + ["remove"] * 6 + ["pop", "copy", "clear", "list"] + [*BINARY] + [f"{name}_update" for name in BINARY]
    return [(choose.choice(names), choose.randrange(SETS), choose.randrange(SETS), choose.randrange(len(ELEMENTS))) for _ in range(count)]


def module(steps: list[tuple[str, int, int, int]]) -> Module:
    """The steps as one function from the elements to what the sets gave."""
    lines = ["%20 = const.int 0"]
    lines += [f"%{number} = set.new set[any], %20" for number in range(1, 1 + SETS)]
    for name, one, other, element in steps:
        a, b = 1 + one, 1 + other
        if name in ("add", "remove"):
            lines += [f"%20 = const.int {element}", "%21 = list.get %0, %20"]
            lines.append(f"set.add %{a}, %21" if name == "add" else f"%22 = set.remove %{a}, %21")
        elif name == "pop":  # of a set that is not empty
            lines += ["%20 = const.int 5", "%21 = any.from %20", f"set.add %{a}, %21", f"%21 = set.pop %{a}", "list.append %24, %21"]
        elif name == "list":
            lines += [f"%23 = set.to_list %{a}", "list.extend %24, %23"]
        elif name == "copy":
            lines.append(f"%{a} = set.copy %{a}")
        elif name == "clear":
            lines.append(f"set.clear %{a}")
        elif name in BINARY:
            lines.append(f"%{a} = set.{name} %{a}, %{b}")
        else:
            lines.append(f"set.{'update' if name == 'union_update' else name} %{a}, %{b}")
    for number in range(1, 1 + SETS):
        lines += [f"%23 = set.to_list %{number}", "list.extend %24, %23"]
    body = "\n  ".join(lines)
    made = parse_module(f"""module "t.bell"
func @f(%0 elements: list[any]) -> (list[any]) "f" {{
  %1: set[any], %2: set[any], %3: set[any], {", ".join(f"%{n}: int" for n in range(4, 20))}, %20: int, %21: any, %22: bool, %23: list[any], %24: list[any]
^0:
  %20 = const.int 0
  %24 = list.new list[any], %20
  {body}
  ret %24
}}
""")
    fuel.run(made)
    verify(made)
    return made


PYTHON = f"""
import sys
ELEMENTS, programs = eval(sys.stdin.read())
BINARY = {BINARY!r}
for steps in programs:
    sets = [set() for _ in range({SETS})]
    out = []
    for name, one, other, element in steps:
        a, b, element = sets[one], sets[other], ELEMENTS[element]
        if name == "add": a.add(element)
        elif name == "remove": a.discard(element)
        elif name == "pop": a.add(5); out.append(a.pop())
        elif name == "list": out += list(a)
        elif name == "copy": sets[one] = a.copy()
        elif name == "clear": a.clear()
        elif name in BINARY: sets[one] = eval("a " + BINARY[name] + " b")
        else: getattr(a, "update" if name == "union_update" else name)(b)
    print(repr(out + [item for s in sets for item in s]))
"""


def expected(programs: list[list[tuple[str, int, int, int]]]) -> list[str]:
    """What CPython prints of the same programs."""
    text = repr((ELEMENTS, programs)).replace("inf", "float('inf')")
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", PYTHON], input=text, capture_output=True, encoding="utf-8", env=environment, check=True)
    return done.stdout.splitlines()


@pytest.mark.skipif(sys.version_info[:2] != (3, 11) or sys.hash_info.width != 64, reason="the order of another CPython is another")
@pytest.mark.parametrize("engine", [VmEngine(), JitEngine()], ids=lambda engine: engine.name)
def test_random_programs_of_sets(engine: Any) -> None:
    programs = [operations(seed, 400) for seed in range(4 if engine.name == "jit" else 25)]
    for steps, text in zip(programs, expected(programs), strict=True):
        (outcome,) = agree(module(steps), "f", [([*ELEMENTS],)], engine=engine)
        assert outcome.error is None
        (found,) = outcome.results
        assert shown(found) == shown(eval(text, {"inf": float("inf")}))


def shown(values: list[Any]) -> list[str]:
    """The values, in order; the elements of frozensets in them in any."""
    return [repr(sorted(value)) if isinstance(value, frozenset) else repr(value) for value in values]
