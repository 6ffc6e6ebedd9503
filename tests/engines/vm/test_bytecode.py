"""The encoder: what instructions it chooses, what it shares, jumps beyond 16 bits, bounds; and the listing."""

from __future__ import annotations

import importlib
import re

import pytest

from belljar.engines.vm.disassemble import disassemble, operands_of
from belljar.engines.vm.encode import NO_SITE, encode
from belljar.engines.vm.opcodes import BY_NUMBER, OPCODES, words
from belljar.errors import BellError
from belljar.ir.function import Function, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.types import BOOL, INT, STR
from tests.engines.examples import module_of
from tests.engines.op_examples import EXAMPLES
from tests.engines.vm.agreement import agree


def module(text: str) -> Module:
    made = parse_module(f'module "t.bell"\n{text}')
    fuel.run(made)
    return made


def opcodes(made: Module, name: str) -> list[str]:
    """The opcodes of a function, in order."""
    listing = disassemble(made).split(f"func @{name}:")[1].split("\nfunc ")[0]
    return re.findall(r"^ *\d+  (\w+)", listing, re.MULTILINE)


FIB = module("""
func @fib(%0 n: int) -> (int) "fib" {
  %1: int, %2: bool, %3: int, %4: int, %5: int, %6: int, %7: int
^0:
  %1 = const.int 2
  %2 = int.lt %0, %1 ; 2:8
  br %2, ^1, ^2
^1:
  ret %0
^2:
  %3 = const.int 1
  %4 = int.sub %0, %3 ; 3:12
  %5 = call @fib, %4 ; 3:10
  %6 = int.sub %0, %1
  %6 = call @fib, %6
  %7 = int.add %5, %6
  ret %7
}
""")

LISTING = """\
func @fib: 1 in, 1 out, frame 3
     0  fuel_br_int_ge_i     %0, #2, ->3, #10           ; 2:8
     2  ret1                 %0
     3  int_sub_i            %1, %0, #1                 ; 3:12
     4  call1                @fib, %1, %1               ; 3:10
     6  int_sub_i            %0, %0, #2
     7  call1                @fib, %0, %0
     9  int_add              %0, %1, %0
    10  ret1                 %0
"""


def test_listing() -> None:
    assert disassemble(FIB) == LISTING


def test_every_superinstruction_of_a_loop() -> None:
    made = module("""
func @dot(%0 a: list[float], %1 b: list[float], %2 n: int) -> (float) "dot" {
  %3 s: float, %4 i: int, %5: bool, %6: float, %7: float, %8: float, %9: float, %10: int, %11: int
^0:
  %3 = const.float 0.0
  %4 = const.int 0
  jump ^1
^1:
  %5 = int.lt %4, %2
  br %5, ^2, ^3
^2:
  %6 = list.get %0, %4
  %7 = list.get %1, %4
  %8 = float.mul %6, %7
  %9 = float.add %3, %8
  %3 = move %9
  %10 = const.int 1
  %11 = int.add.nw %4, %10
  %4 = move %11
  jump ^1
^3:
  ret %3
}
""")
    loop = ["list_get", "list_get", "float_mul_add", "loop_int_lt"]
    assert opcodes(made, "dot") == ["const_i", "const_i", "fuel", "fuel_br_int_le", *loop, "ret1"]
    agree(made, "dot", [[[1.0, 2.0], [3.0, 4.0], 2], [[1.0], [], 1], [[], [], 0]])


def test_not_of_a_comparison_is_the_opposite_one() -> None:
    made = module("""
func @f(%0 a: float, %1 b: float, %2 i: int) -> (int) "f" {
  %3: bool, %4: bool, %5: int, %6: bool, %7: bool
^0:
  %3 = float.lt %0, %1
  %4 = bool.not %3
  br %4, ^1, ^2
^1:
  %5 = const.int 1
  ret %5
^2:
  %5 = const.int 100000
  %6 = int.eq %2, %5
  %7 = bool.not %6
  %5 = bool.to_int %7
  ret %5
}
""")
    assert opcodes(made, "f") == ["fuel_br_float_nlt", "const_i", "int_ne", "ret1", "const_i", "ret1"]
    nan = float("nan")
    agree(made, "f", [[1.0, 2.0, 5], [2.0, 1.0, 5], [nan, 1.0, 5], [1.0, 2.0, 100_000]])


def test_a_copy_that_outlives_its_source_stays() -> None:
    made = module("""
func @swap(%0 a: int, %1 b: int) -> (int, int) "swap" {
  %2 t: int
^0:
  %2 = move %0
  %0 = move %1
  %1 = move %2
  ret %0, %1
}
""")
    (outcome,) = agree(made, "swap", [[1, 2]])
    assert outcome.results == (2, 1)


LOOP = """
func @f(%0 n: int) -> (float) "f" {
  %1: float, %2: int, %3: bool, %4: float, %5: int, %6: float
^0:
  %1 = const.float 1.0
  %2 = const.int 0
  jump ^1
^1:
  %3 = int.lt %2, %0
  br %3, ^2, ^3
^2:
  %4 = const.float 1.5
  %1 = float.mul %1, %4
  %6 = const.float 2.5
  %1 = float.sub %6, %1
  %5 = const.int 1
  %2 = int.add %2, %5
  jump ^1
^3:
  ret %1
}
"""


def test_constants_of_a_loop_are_loaded_once() -> None:
    made = module(LOOP)
    chosen = opcodes(made, "f")
    assert chosen[0] == "consts", chosen  # loads 1.5 and 2.5
    assert not any(name.startswith("const") for name in chosen[chosen.index("float_mul") :]), chosen
    agree(made, "f", [[0], [1], [9]])


def test_a_register_that_holds_two_constants_in_a_loop() -> None:
    made = module(LOOP.replace("%6 = const", "%4 = const").replace("%6, %1", "%4, %1"))
    agree(made, "f", [[0], [1], [9]])


def test_every_instruction_of_every_example_has_its_length_and_sites() -> None:
    seen = set()
    for example in EXAMPLES:
        program = encode(module_of(example))
        for function in program.functions:
            word = function.entry
            while word < function.end:
                opcode = BY_NUMBER[program.code[4 * word]]
                seen.add(opcode.name)
                _, length = operands_of(program, word)
                assert "*" in opcode.format or length == words(opcode.format)
                word += length
            assert word == function.end
        sites = [site for site in program.sites if site != NO_SITE]
        assert sorted(sites) == list(range(len(program.site_table))), example
    runtime = {opcode.name for opcode in OPCODES.values() if opcode.op is not None}
    apart = {
        "io_write",
        "host_call",
        "const_unset",
        "exc_current",
        "exc_clear",
        "event_admit",
        "io_admit",
        "decimal_context",
        "loop_pass",
        "alloc_at",
    }  # what they give no host may see, or no example can lead to
    assert runtime - seen == apart, "write examples of these"


def test_jumps_beyond_16_bits() -> None:
    """Branches, loops and comparisons of every kind across 40,000 instructions."""
    function = Function("f", [0, 1, 2], (INT,), source_name="f")
    n, x, s, total, i, made, step = (function.new_register(type) for type in (INT, INT, STR, INT, INT, BOOL, INT))
    other, long_step = function.new_register(STR), function.new_register(INT)
    entry, header, body, odd, even, latch, done = (function.new_block() for _ in range(7))

    def emit(block: int, name: str, args: tuple[object, ...], *results: int) -> None:
        function.blocks[block].instrs.append(Instr(OPS[name], results, args))

    emit(entry, "const.int", (0,), total)
    emit(entry, "const.int", (0,), i)
    emit(entry, "const.str", ("odd",), other)
    emit(entry, "const.int", (3,), long_step)
    emit(entry, "jump", (header,))
    emit(header, "int.lt", (i, n), made)
    emit(header, "br", (made, body, done))
    emit(body, "str.eq", (s, other), made)
    emit(body, "br", (made, odd, even))
    for block, name in ((odd, "int.add"), (even, "int.sub")):
        for _ in range(20_000):
            emit(block, name, (total, x), total)
        emit(block, "int.gt", (total, long_step), made)
        emit(block, "br", (made, latch, done))
    emit(latch, "const.int", (1,), step)
    emit(latch, "int.add", (i, step), i)
    emit(latch, "jump", (header,))
    emit(done, "ret", (total,))
    program = Module("t.bell", functions={"f": function})
    fuel.run(program)
    assert encode(program).functions[0].end > 2**15
    agree(program, "f", [[2, 1, "odd"], [3, -1, "even"], [3, 2, "even"], [2, 2**62, "odd"], [0, 0, ""]])


def test_what_is_beyond_the_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("belljar.engines.vm.encode"), "FIELD_MAX", 3)
    encode(FIB)
    made = module("""
func @f(%0 a: int, %1 b: int) -> (int) "f" {
  %2: int, %3: int
^0:
  %2 = int.mul %0, %1
  %3 = int.add %0, %1
  %0 = int.sub %0, %1
  %2 = int.sub %2, %3
  %2 = int.sub %2, %0
  ret %2
}
""")
    with pytest.raises(BellError) as caught:
        encode(made)
    assert caught.value.code == "E0103"
    assert "variables live at once in f" in caught.value.message
