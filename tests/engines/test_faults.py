"""Errors made from faults: messages with their values, places, stacks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import belljar
from belljar.engines.faults import SHOWN_MAX, fault_error, folded
from belljar.engines.preview import Opened, Preview
from belljar.errors import BellError, Frame
from belljar.ir.function import Module
from belljar.ir.sites import Site, number_sites
from belljar.ir.text import parse_module
from belljar.safety.limits import Limits
from belljar.source import Source

SOURCE = "one\ntwo = xs[i]\nthree\nfour\nfive()\n"


def module_with(line: str) -> Module:
    return parse_module(
        f'module "m.bell"\nfunc @"f$int"(%0: list[int], %1: int, %2: str, %3: any, %4: dict[str, int]) -> () "f" {{ ; 1:1\n  scope $0 "g" 4:1-4:5\n'
        f'  scope $1 "h" 3:1-3:6 in $0\n  %5: int\n  %6: bool\n  %7: any\n^0:\n  {line}\n  call @"f$int", %0, %1, %2, %3, %4 ; 5:1-5:7\n  ret\n}}\n',
        Source("m.bell", SOURCE),
    )


def error_of(line: str, code: str, *operands: Any, **more: Any) -> BellError:
    module = module_with(line)
    return fault_error(module, number_sites(module)[0], 0, code, operands, **more)


@pytest.mark.parametrize(
    ("line", "code", "operands", "message"),
    [
        ("%5 = int.add %1, %1", "E0502", (2**63 - 1, 1), "Integer overflow: the result of 9223372036854775807 + 1 does not fit in 64 bits"),
        ("%5 = int.sub %1, %1", "E0502", (-(2**63), 1), "Integer overflow: the result of -9223372036854775808 - 1 does not fit in 64 bits"),
        ("%5 = list.get %0, %1", "E0701", ([1, 2], -3), "Index -3 is out of range for a length of 2"),
        (
            "%5 = list.get %0, %1",
            "E0701",
            (Preview(object(), lambda _: Opened("list", 0, 10**9, ())), 10**9),
            "Index 1000000000 is out of range for a length of 1000000000",
        ),
        ("%5 = dict.get %4, %2", "E0702", ({}, "it's"), 'Key not found: "it\'s"'),
        ("%7 = any.index %3, %3", "E0702", ({}, (1, "a")), "Key not found: (1, 'a')"),
        ("%5 = any.to %3, int", "E0309", (None,), "Expected int, got NoneType"),
        ("%7 = any.binary 3, %3, %3", "E0308", ("a", [1]), "Unsupported operand types for /: str and list"),
        ("%6 = any.compare 1, %3, %3", "E0308", ("a", 2), "Unsupported operand types for <=: str and int"),
        ("%6 = any.compare 1, %3, %3", "E0308", ([1], [1, None]), "Unsupported operand types for <=: list and list"),
        ("%6 = any.contains %3, %3", "E0308", (5, "a"), "Unsupported operand types for in: str and int"),
        ("%7 = any.unary 2, %3", "E0308", ("a",), "Unsupported operand types for ~: str"),
        ("%7 = any.unary 3, %3", "E0502", (-(2**63),), "Integer overflow: the result of abs(-9223372036854775808) does not fit in 64 bits"),
        ("%5 = str.to_int %2, %1", "E0703", ("1x", 10), "Cannot read an int from '1x'"),
        ("%2 = int.format %1, %2", "E0710", (5, "zz"), "Invalid format specifier 'zz' for int"),
        ("%5 = int.comb %1, %1", "E0719", (5, -1), "k must be a non-negative integer"),
        ('fault "E0704", %2', "E0704", ("n is small",), "Assertion failed: n is small"),
        ('fault "E0704"', "E0704", (), "Assertion failed"),
        ('fault "E0707", %3', "E0707", ("a",), "'a' is not in the list"),
        ('fault "E0708", %2', "E0708", ("min",), "min of an empty collection"),
        ('fault "E0712", %1, %1', "E0712", (3, 2), "Cannot unpack 3 values into 2 names"),
        ('fault "E0202", %2', "E0202", ("total",), "Variable 'total' is used before it is assigned"),
        ('raise "KeyError", %2', "E0705", ("no such row",), "KeyError: no such row"),
        ('raise "KeyError", %2', "E0705", ("",), "KeyError"),
        ("fuel 5", "E0801", (), "Fuel limit reached: 77 units"),
        ("fuel 5", "E0802", (), "Time limit reached: 2.5 s"),
        ("%2 = str.concat %2, %2", "E0803", ("a", "b"), "Memory limit reached: 1000 bytes"),
        ("io.write %2", "E0805", ("a",), "Output limit reached: 9 bytes"),
        ("io.write %2", "E0901", ("a",), "'io.stdout' is not granted: the program prints"),
        ("%2 = any.to_str %3", "E0804", ([],), "Recursion limit reached: 200 calls deep"),
        ('%5, %5 = call @"f$int"', "E0804", (), "Recursion limit reached: 40 calls deep"),
        ("unreachable", "E1201", (), "Internal error: unreachable"),
    ],
)
def test_messages_show_the_values(line: str, code: str, operands: tuple[Any, ...], message: str) -> None:
    limits = Limits(fuel=77, time=2.5, memory=1000, depth=40, output=9)
    if line == "unreachable":
        module = module_with(line)
        function = module.functions["f$int"]
        error = fault_error(module, [Site(function, function.blocks[0].instrs[0])], 0, code, operands, limits=limits)
    else:
        error = error_of(line, code, *operands, limits=limits)
    assert error.message == message


def test_places_are_lines_of_the_source() -> None:
    error = error_of("%5 = list.get %0, %1 ; 2:7-2:12", "E0701", [], 0)
    assert error.line == 2
    assert error.excerpt == "two = xs[i]\n      ^^^^^"
    assert error.file == "m.bell"
    assert error.python == "IndexError"
    assert error.stack == [Frame("f", 2)]
    # Code without a place of its own is at its function.
    assert error_of("%5 = list.get %0, %1", "E0701", [], 0).line == 1


def test_exceptions_keep_their_class() -> None:
    assert error_of('raise "LookupError", %2', "E0705", "x").python == "LookupError"


def test_inlined_code_shows_the_calls_it_stands_for() -> None:
    error = error_of("%5 = list.get %0, %1 ; 2:7-2:12 in $1", "E0701", [], 0)
    assert error.stack == [Frame("f", 4), Frame("g", 3), Frame("h", 2)]


def test_call_sites_become_the_stack() -> None:
    error = error_of("%5 = list.get %0, %1 ; 2:7-2:12", "E0701", [], 0, unwind=[1, 1, 1], unwind_count=5)
    assert error.stack == [Frame("f", 5, 3), Frame("f", 2)]
    assert error.notes == ["2 more calls led here"]


def test_long_values_lose_their_middle() -> None:
    message = error_of("%5 = str.to_int %2, %1", "E0703", "x" * 10_000, 10).message
    assert len(message) < SHOWN_MAX + 40
    assert "xxx...xxx" in message


@given(st.lists(st.tuples(st.sampled_from("fgh"), st.integers(1, 2)), max_size=30))
def test_folding_loses_no_call(frames: list[tuple[str, int]]) -> None:
    plain = [Frame(function, line) for function, line in frames]
    result = folded(plain)
    assert sum(frame.calls for frame in result) == len(plain)
    assert {(frame.function, frame.line) for frame in result} == set(frames)


def test_cycles_are_folded() -> None:
    assert folded([Frame("m", 1), *[Frame("even", 2), Frame("odd", 5)] * 100, Frame("even", 3)]) == [
        Frame("m", 1),
        Frame("even", 2, 100),
        Frame("odd", 5, 100),
        Frame("even", 3),
    ]


def test_an_ordering_names_the_pair_without_order() -> None:
    assert "str and int" in error_of("%6 = any.compare 1, %3, %3", "E0308", [1, "a"], [1, 2], text="str and int").message


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_a_key_error_of_the_program_shows_its_key_as_a_literal(engine: str) -> None:
    program = belljar.compile("class Missing(KeyError):\n    pass\nraise Missing('é€')\n", cache=False)
    with pytest.raises(belljar.BellError) as caught:
        program.run(engine=engine)
    assert caught.value.message == "Missing: 'é€'"


@pytest.mark.parametrize("engine", ["vm", "jit", "reference"])
def test_an_index_of_a_range_that_is_longer_than_a_word(engine: str) -> None:
    text = "wide = range(-9223372036854775807, 9223372036854775807)\nprint(wide[9223372036854775807 + 1])\n"
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile(text, cache=False).run(engine=engine)
    assert caught.value.code in ("E0502", "E0701")
