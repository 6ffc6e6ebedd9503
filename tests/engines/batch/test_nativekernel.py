"""Rows one by one in C give what the row kernel on the reference engine gives: texts, containers, changed state, faults, limits; in the VM and as machine code."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from tests.engines.batch.both_kernels import Exact
from tests.engines.batch.test_dictionary import WORDS, forms

RULES = {
    "texts made of the row": "def rule(s: str, n: int) -> str:\n    return f'{s.title()}-{n:05d}' if n > 3 else s * n\n",
    "lists and sorting": "def rule(s: str, n: int) -> str:\n    parts = s.split(' ')\n    for i in range(n):\n        parts.append(str(i))\n    parts = sorted(parts)\n    return '/'.join(parts)\n",
    "dicts": "def rule(s: str, n: int) -> int:\n    seen = {}\n    for c in s:\n        seen[c] = seen.get(c, 0) + n\n    return sum(seen.values()) + len(seen)\n",
    "state that a row changes": "calls = []\n\ndef rule(s: str, n: int) -> int:\n    calls.append(n)\n    return len(calls) * 100 + sum(calls)\n",
    "faults with values in their messages": "def rule(s: str, n: int) -> int:\n    return int(s) // n + [1, 2, 3][n]\n",
    "recursion": "def down(n: int) -> int:\n    return 0 if n <= 0 else 1 + down(n - 1)\n\ndef rule(s: str, n: int) -> int:\n    return down(n * 30)\n",
    "absent texts": "def rule(s: str | None, n: int) -> str | None:\n    if s is None:\n        return None if n > 4 else 'none'\n    return s + '!' if len(s) % 2 else None\n",
    "records": "class Out:\n    name: str\n    size: int | None\n\ndef rule(s: str, n: int) -> Out:\n    return Out(s.strip(), n if n > 2 else None)\n",
    "raised": "def rule(s: str, n: int) -> str:\n    if n == 5:\n        raise ValueError(f'bad {s}')\n    return s + str(n)\n",
}


def arrays_of(kernel: Exact, form: int, length: int, chance: random.Random) -> list[pa.Array]:
    columns = []
    for spec in kernel.native.inputs:
        if spec.type == "str":
            columns.append(forms([chance.choice([*WORDS, None] if spec.nullable else WORDS) for _ in range(length)])[form])
        else:
            columns.append(pa.array([chance.randrange(9) for _ in range(length)], pa.int16()))
    return columns


@pytest.mark.parametrize("engine", ["vm", "jit"])
@pytest.mark.parametrize("name", RULES)
def test_rules_over_every_form(name: str, engine: str) -> None:
    kernel = Exact(RULES[name], engine=engine)
    chance = random.Random(name)
    for form in range(6):
        kernel.check(arrays_of(kernel, form, 60, chance))


def test_no_rows() -> None:
    kernel = Exact(RULES["texts made of the row"])
    kernel.check([pa.array([], pa.string()), pa.array([], pa.int64())])


def test_limits_hold_per_row() -> None:
    kernel = Exact(
        "def rule(n: int) -> int:\n    total = 0\n    for i in range(n):\n        total += i\n    return total\n", limits={"fuel": 500}
    )
    kernel.check([pa.array([1, 1000, 5, 2000, 3])])
    deep = Exact(RULES["recursion"], limits={"depth": 100})
    deep.check([pa.array(["a"] * 6), pa.array([1, 2, 3, 4, 8, 2])])


def test_a_row_that_is_too_large_fails_alone() -> None:
    kernel = Exact("def rule(s: str) -> int:\n    return len(s)\n", limits={"memory": "1MiB"})
    got, faults = kernel.native.run([pa.array(["a", "b" * 3_000_000, "c"])], 3)
    assert got[0].to_pylist() == [1, None, 1]
    assert [(fault.row, fault.code) for fault in faults] == [(1, "E0803")]


def test_texts_that_are_not_utf8_fail_their_row() -> None:
    kernel = Exact("def rule(s: str) -> int:\n    return len(s)\n")
    offsets = pa.array([0, 1, 3, 4], pa.int32()).buffers()[1]
    broken = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(b"a\xff\xfeb")])
    got, faults = kernel.native.run([broken], 3)
    assert got[0].to_pylist() == [1, None, 1]
    assert [(fault.row, fault.code) for fault in faults] == [(1, "E1004")]


def test_indices_beyond_the_dictionary_fail_their_row() -> None:
    kernel = Exact("def rule(s: str) -> int:\n    return len(s)\n")
    array = pa.DictionaryArray.from_arrays(pa.array([0, 7, -1], pa.int32()), pa.array(["abc"]), safe=False)
    got, faults = kernel.native.run([array], 3)
    assert got[0].to_pylist() == [3, None, None]
    assert [fault.row for fault in faults] == [1, 2]


def test_surrogates_become_question_marks() -> None:
    kernel = Exact("def rule(n: int) -> str:\n    return 'x' + chr(n) + 'yä日'\n")
    got, faults = kernel.native.run([pa.array([0xD800, 0x41, 0xDFFF, 0xE000])], 4)
    assert got[0].to_pylist() == ["x?yä日", "xAyä日", "x?yä日", "x\ue000yä日"]
    assert faults == []


def test_every_number_type_with_nulls_and_offsets() -> None:
    kernel = Exact(
        "def rule(a: int | None, b: float | None, c: bool | None) -> tuple[int | None, float | None, bool | None]:\n    return (a, b, c)\n"
    )
    for type in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"):
        for number in ("float32", "float64"):
            whole = [
                pa.array([None, 1, 2, None, 100], type),
                pa.array([0.5, None, -0.0, None, float("nan")], number),
                pa.array([True, None, False, True, None]),
            ]
            for first in range(4):
                kernel.check([array.slice(first) for array in whole])
