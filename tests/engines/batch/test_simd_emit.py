"""The text of kernels: vector code in the loop over the rows, nothing scalar in it, and as many parts as registers allow."""

from __future__ import annotations

import random
import re

import pyarrow as pa
import pytest

from belljar.engines.batch.simd_code import PASSES
from belljar.engines.batch.simd_emit import KERNEL, PARTS_MAX, emit, parts_of
from belljar.engines.jit.compile import assembly, optimised_text
from tests.engines.batch.both_kernels import Pair
from tests.engines.batch.test_dictionary import PRICE
from tests.engines.batch.test_simd import NEWTON, SCORE

CASES = {
    "score": (SCORE, ("double", "double", "int64", "int32")),
    "newton": (NEWTON, ("double",) * 4),
    "price": (PRICE, ("double", "int32", "int8")),
}


def text_of(name: str) -> str:
    source, types = CASES[name]
    return Pair(source).lanes.text(types).text


@pytest.mark.parametrize("name", CASES)
def test_the_loop_is_vector_code(name: str) -> None:
    text = optimised_text(text_of(name), PASSES)
    body = text[text.index(f"@{KERNEL}(") :]
    assert len(re.findall(r"<8 x double>", body)) > 5
    assert not re.search(r"\bf(add|sub|mul|div|cmp)\b[^<\n]*\bdouble %", body), "an operation on one double"
    assert not re.search(r"extractelement|insertelement <8 x (double|i64)> %", body), "lanes are taken apart"
    called = set(re.findall(r"call [^@\n]*@([\w.]+)", body))
    assert all(name.startswith("llvm.") for name in called), called
    assert "alloca" not in body
    assert not re.search(r"\b(reassoc|contract|fast|nnan|ninf|nsz|arcp|afn)\b", body)


def test_nothing_is_fused() -> None:
    assert not re.search(r"\bvf(n?m)(add|sub)", assembly(text_of("newton"), PASSES))


def test_ints_become_floats_without_taking_lanes_apart() -> None:
    """LLVM has an instruction for it with AVX-512 only; without, it would convert lane by lane."""
    assert not re.search(r"\bv?cvtsi2sd", assembly(text_of("score"), PASSES))


@pytest.mark.parametrize("has_instruction", [False, True])
def test_ints_become_the_nearest_floats(has_instruction: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belljar.engines.batch.lanes_arithmetic.converts_ints", lambda: has_instruction)
    rng = random.Random(7)
    values = [sign * (1 << bits) + offset for bits in range(63) for sign in (1, -1) for offset in (-2, -1, 0, 1, 2)]
    values += [rng.getrandbits(64) - (1 << 63) >> rng.randrange(64) for _ in range(4000)] + [2**63 - 1, -(2**63), 0]
    got = Pair("def rule(n: int) -> float:\n    return float(n)\n").check([pa.array(values)], again=0)
    assert got[0].to_pylist() == [float(value) for value in values]


def test_parts_of_a_group() -> None:
    assert parts_of(Pair(SCORE).plan) == 1
    assert parts_of(Pair(NEWTON).plan) == PARTS_MAX
    names = [f"x{i}" for i in range(20)]
    many = f"def rule({', '.join(f'{name}: float' for name in names)}) -> float:\n    total = 0.0\n    while total < 9.0:\n        total += {' + '.join(names)}\n    return total\n"
    assert parts_of(Pair(many).plan) == 1


def test_the_same_text_every_time() -> None:
    source, types = CASES["price"]
    first, second = Pair(source), Pair(source)
    assert emit(first.plan, types, first.lanes.text_numbers).text == emit(second.plan, types, second.lanes.text_numbers).text
