"""The verifier refuses each broken rule by name, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from belljar.errors import BellError
from belljar.ir.function import Block, Function, Instr, Layout, Module, Param, Register, Task
from belljar.ir.ops import OPS
from belljar.ir.text import parse_module
from belljar.ir.verify import RULES, verify
from belljar.types import ANY, FLOAT, INT, NEVER, STR, DictType, ListType, OptionalType, RecordType, SetType, Type

HEAD = """
module "m"
record P { x: int, y: float | None }
global #0 G: int
func @callee(%0: int, %1: str) -> (int, str) {
^0:
  ret %0, %1
}
func @f(%0 i: int, %1 x: float, %2 b: bool, %3 s: str, %4 l: list[int], %5 d: dict[str, int], %6 a: any, %7 p: P, %8 t: tuple[int, str]) -> (int) {
  %9 j: int
  %10 r: str
  %11 e: set[int]
  %12 never: list[str]
  %13 q: any
  %14 y: float
  %15 c: bool
^0:
"""
TAIL = "\n  ret %0\n}\n"


def refusal(module: Module) -> str:
    with pytest.raises(BellError) as caught:
        verify(module)
    assert caught.value.code == "E1102"
    return caught.value.message


@pytest.mark.parametrize(
    "line",
    [
        "%9 = int.add %0, %0",
        "%9 = move %0",
        "%10 = select %2, %3, %3",
        "%9, %10 = call @callee, %0, %3",
        "%9 = global.get #0",
        "global.set #0, %0",
        "%4 = list.of list[int]",
        "%4 = list.of list[int], %0, %0",
        "list.append %4, %0",
        "%9 = dict.get %5, %3",
        "%11 = set.new set[int], %0",
        "%7 = record.new P, %0, %2, %1",
        "%2 = record.get %7, 1",
        "record.set %7, 2, %1",
        "%8 = tuple.new tuple[int, str], %0, %3",
        "%10 = tuple.get %8, 1",
        "%13 = any.from %4",
        "%9 = any.to %6, int",
        "%15 = any.is %6, None",
        "%14 = any.to_number %6, float",
        "%13 = any.binary 11, %6, %6",
        "%15 = ref.is %3, %4",
        "%12 = str.split_by %3, %3, %0",
        "%7 = const.absent P",
        "%13 = const.absent any",
        '%13 = const.bytes "ab\\u00ff"',
        "%13 = any.bytes %6, %6",
        "%10 = str.build",
        "fuel 0",
    ],
)
def test_right_instructions_pass(line: str) -> None:
    verify(parse_module(HEAD + "  " + line + TAIL))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("%9 = int.add %0, %1", "%1 is float, operand 1 must be int"),
        ("%14 = int.add %0, %0", "it gives (int), and is assigned to (float)"),
        ("int.add %0, %0", "it gives (int), and is assigned to ()"),
        ("%9, %0 = int.add %0, %0", "it gives (int), and is assigned to (int, int)"),
        ("%9 = io.write %3", "it gives (), and is assigned to (int)"),
        ("%9 = move %1", "it gives (float), and is assigned to (int)"),
        ("%9 = select %2, %0, %1", "it chooses between int and float"),
        ("%9 = select %0, %0, %0", "operand 0 must be bool"),
        ("%9, %10 = call @callee, %0", "@callee takes (int, str), got (int)"),
        ("%9, %10 = call @callee, %3, %0", "@callee takes (int, str), got (str, int)"),
        ("%9 = call @callee, %0, %3", "it gives (int, str), and is assigned to (int)"),
        ("%9, %9 = call @callee, %0, %3", "one register is assigned twice"),
        ("%9, %10 = call @nobody, %0", "there is no function @nobody"),
        ("%9 = global.get #1", "there is no global #1"),
        ("%14 = global.get #0", "it gives (int), and is assigned to (float)"),
        ("global.set #0, %1", "the global is (int), got (float)"),
        ("%4 = list.of list[int], %1", "its elements are (int), got (float)"),
        ("%4 = list.of set[int], %0", "set[int] is not the type of a list"),
        ("%4 = list.new list[int | None], %0", "which no register holds"),
        ("%4 = list.new list[Q], %0", "record Q, which is not declared"),
        ("%5 = dict.new dict[list[int], int], %0", "keys of type list[int]"),
        ("list.append %4, %1", "%1 is float, operand 1 must be int"),
        ("list.append %3, %0", "operand 0 must be list[T]"),
        ("list.set %4, %0, %3", "%3 is str, operand 2 must be int"),
        ("%9 = dict.get %5, %0", "operand 1 must be str"),
        ("%10 = dict.get %5, %3", "it gives (int)"),
        ("%10 = str.join %3, %4", "operand 1 must be list[str]"),
        ("%7 = record.new P, %0, %1", "its slots are (int, bool, float), got (int, float)"),
        ("%9 = record.get %7, 3", "P has no slot 3"),
        ("%9 = record.get %7, -1", "P has no slot -1"),
        ("%9 = record.get %8, 0", "operand 0 must be record"),
        ("%9 = record.get %7, 2", "it gives (float)"),
        ("record.set %7, 0, %1", "the slot is (int), got (float)"),
        ("%8 = tuple.new tuple[int, str], %0", "its elements are (int, str), got (int)"),
        ("%9 = tuple.get %8, 2", "has no slot 2"),
        ("%9 = tuple.get %7, 0", "operand 0 must be tuple"),
        ("%13 = any.from %6", "boxed already"),
        ("%13 = any.to %6, any", "any is not a type to unbox"),
        ("%9 = any.to %6, float", "it gives (float)"),
        ("%15 = any.is %6, any", "every value is any"),
        ("%10 = any.to_number %6, str", "str is not a number's type"),
        ("%13 = any.binary 13, %6, %6", "there is no operator 13"),
        ("%13 = any.unary -1, %6", "there is no operator -1"),
        ("%15 = any.compare 4, %6, %6", "there is no operator 4"),
        ("%13 = decimal.call 99, %6", "there is no method 99"),
        ("%13 = decimal.call 0, %6", "quantize takes 2 to 3 operands, not 1"),
        ("%13 = decimal.call 3, %6, %6", "sqrt takes 1 to 1 operands, not 2"),
        ('%13 = const.big "12_000"', "are no digits of an int"),
        ('%13 = const.big " 7"', "are no digits of an int"),
        ("%15 = ref.is %0, %3", "operand 0 must be ref"),
        ("%15 = ref.is %6, %3", "operand 0 must be ref"),
        ("%13 = const.absent None", "None has no register"),
        ('%13 = const.bytes "ab\\u0100"', "a character is no byte"),
        ("%9 = const.int 9223372036854775808", "does not fit in 64 bits"),
        ("fuel -1", "fuel is not given back"),
        ("list.append %12, %3", "%12 is not assigned on every path to it"),
        ("ret %0", "a terminator stands inside a block"),
    ],
)
def test_wrong_instructions_are_refused(line: str, reason: str) -> None:
    message = refusal(parse_module(HEAD + "  " + line + TAIL))
    assert "@f: block ^0, instruction 0" in message
    assert reason in message


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("  ret\n}", "the function gives (int), got ()"),
        ("  ret %1\n}", "the function gives (int), got (float)"),
        ("}", "block ^0 is empty"),
        ("  %9 = move %0\n}", "a block ends with a terminator"),
        ("  jump ^1\n}", "there is no block ^1"),
        ("  jump ^0\n}", "it goes to ^0, the entry"),
        ("  br %0, ^1, ^1\n^1:\n  ret %0\n}", "operand 0 must be bool"),
        ("  br %2, ^1, ^2\n^1:\n  %9 = move %0\n  jump ^2\n^2:\n  ret %9\n}", "block ^2, instruction 0 (ret): %9 is not assigned"),
        ("  jump ^1\n^1:\n  br %2, ^2, ^3\n^2:\n  %9 = move %0\n  jump ^1\n^3:\n  ret %9\n}", "%9 is not assigned"),
        ('  fault "E0801"\n}', "a program cannot end with 'E0801'"),
        ('  fault "E0901"\n}', "a program cannot end with 'E0901'"),
        ('  fault "E1201"\n}', "a program cannot end with 'E1201'"),
        ('  fault "E0006"\n}', "a program cannot end with 'E0006'"),
        ('  fault "E9999"\n}', "a program cannot end with 'E9999'"),
        ('  fault "E0712", %0, %0, %0\n}', "at most two operands"),
        ('  raise "ValueError", %0\n}', "operand 1 must be str"),
    ],
)
def test_wrong_control_is_refused(body: str, reason: str) -> None:
    assert reason in refusal(parse_module(HEAD + body))


def test_assignment_on_every_path_is_enough() -> None:
    verify(parse_module(HEAD + "  br %2, ^1, ^2\n^1:\n  %9 = move %0\n  jump ^3\n^2:\n  %9 = const.int 1\n  jump ^3\n^3:\n  ret %9\n}"))
    verify(parse_module(HEAD + "  %9 = move %0\n  jump ^1\n^1:\n  br %2, ^2, ^3\n^2:\n  %9 = int.add %9, %0\n  jump ^1\n^3:\n  ret %9\n}"))
    # What cannot be reached may read anything, and is typed all the same.
    verify(parse_module(HEAD + "  ret %0\n^1:\n  ret %9\n}"))
    assert "the function gives" in refusal(parse_module(HEAD + "  ret %0\n^1:\n  ret %10\n}"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("record A { x: B }", "record A: field x is of record B"),
        ("record A { x: int, x: int }", "two fields have one name"),
        ("record A { x: never }", "has type never"),
        ("record A { x: any | None }", "has type any | None"),
        ("record A { x: set[list[int]] }", "elements that cannot be hashed"),
        ("global #0 G: int | None", "which no register holds"),
        ("init @f", "init names @f, which does not exist"),
        ("func @f(%0: int) -> (int) {\n^0:\n  ret %0\n}\ninit @f", "init has results"),
        ("func @f() -> () {\n}", "@f: it has no block"),
        ("func @f(%0: number) -> () {\n^0:\n  ret\n}", "%0 has type number, which no register holds"),
        ("func @f() -> (None) {\n^0:\n  ret\n}", "a result has type None"),
        ("task t() -> int = @g", "task t: it names @g"),
        ("func @f() -> () {\n^0:\n  ret\n}\ntask t(x: int) -> None = @f", "its parameters are (int), @f takes ()"),
        ("func @f() -> () {\n^0:\n  ret\n}\ntask t() -> int = @f", "its result is (int), @f gives ()"),
        ("func @f(%0: int, %1: int) -> () {\n^0:\n  ret\n}\ntask t(x: int, x: int) -> None = @f", "two parameters have one name"),
        ("func @f(%0: int) -> () {\n^0:\n  ret\n}\ntask t(x: int | None) -> None = @f", "its parameters are (bool, int), @f takes (int)"),
    ],
)
def test_wrong_modules_are_refused(text: str, reason: str) -> None:
    assert reason in refusal(parse_module(f'module "m"\n{text}'))


def test_tasks_take_components() -> None:
    verify(
        parse_module(
            'module "m"\nfunc @f(%0: bool, %1: int, %2: bool, %3: int, %4: float) -> (int, str) {\n  %5: str\n^0:\n  %5 = const.str "a"\n'
            "  ret %1, %5\n}\ntask t(x: int | None, n: number) -> tuple[int, str] = @f"
        )
    )


def nested(depth: int) -> Type:
    type: Type = INT
    for _ in range(depth):
        type = ListType(type)
    return type


def function(*instrs: Instr, registers: Any = (INT, FLOAT, STR), params: Any = (0, 1, 2)) -> Module:
    code = Function("f", list(params), (), [Register(type) for type in registers], [Block([*instrs, Instr(OPS["ret"], (), ())])])
    return Module("m", functions={"f": code})


class Imposter:
    name = "int.add"
    is_terminator = False


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        (function(Instr(OPS["int.add"], (0,), (0,))), "it takes 2 operands, got 1"),
        (function(Instr(OPS["int.add"], (0,), (0, 0, 0))), "it takes 2 operands, got 3"),
        (function(Instr(OPS["fault"], (), ())), "a terminator stands inside"),
        (function(Instr(OPS["list.of"], (), ())), "it takes 1 operands or more, got 0"),
        (function(Instr(OPS["int.add"], (0,), (0, 7))), "there is no register %7"),
        (function(Instr(OPS["int.add"], (0,), (0, -1))), "there is no register %-1"),
        (function(Instr(OPS["int.add"], (0,), (0, True))), "there is no register %True"),
        (function(Instr(OPS["int.add"], (0,), (0, "x"))), "there is no register %x"),
        (function(Instr(OPS["int.add"], (9,), (0, 0))), "there is no register %9"),
        (function(Instr(OPS["const.int"], (0,), (True,))), "True is not an immediate of the kind #int"),
        (function(Instr(OPS["const.int"], (0,), (1.0,))), "not an immediate of the kind #int"),
        (function(Instr(OPS["const.float"], (1,), (1,))), "not an immediate of the kind #float"),
        (function(Instr(OPS["const.bool"], (1,), (1,))), "not an immediate of the kind #bool"),
        (function(Instr(OPS["const.str"], (2,), (b"x",))), "not an immediate of the kind #str"),
        (function(Instr(OPS["const.absent"], (2,), ("str",))), "not an immediate of the kind #type"),
        (function(Instr(OPS["global.set"], (), (-1, 0))), "there is no global #-1"),
        (function(Instr(Imposter(), (0,), (0, 0))), "its op is not in the table"),  # type: ignore[arg-type]
        (function(Instr(OPS["int.neg"], (0,), (0,), span=None)), "its place in the source is none"),  # type: ignore[arg-type]
        (function(Instr(OPS["int.neg"], (0,), (0,), scope="f")), "its scope is none"),  # type: ignore[arg-type]
        (function(registers=("int",), params=()), "has 'int' for a type"),
        (function(registers=(nested(70),), params=()), "nested more than 64 deep"),
        (function(params=(0, 0)), "two parameters are one register"),
        (function(params=(5,)), "there is no register %5"),
        (Module("m", functions={"g": function().functions["f"]}), "it stands under the name 'g'"),
        (Module("m", records={"A": Layout("B", ())}), "it stands under the name 'A'"),
        (Module("m", globals=[("G", OptionalType(OptionalType(INT)))]), "which no register holds"),
        (Module("m", globals=[("G", DictType(RecordType("A"), INT))], records={"A": Layout("A", ())}), "keys of type A"),
        (Module("m", globals=[("G", SetType(SetType(INT)))]), "cannot be hashed"),
        (Module("m", globals=[("G", ListType(NEVER))]), "which no register holds"),
        (Module("m", functions=function(params=()).functions, tasks={"t": Task("u", "f", (), ANY)}), "it stands under the name 't'"),
        (
            Module("m", functions=function(params=()).functions, tasks={"t": Task("t", "f", (Param("a", OptionalType(ANY)),), ANY)}),
            "has type any | None",
        ),
    ],
)
def test_wrong_data_is_refused(module: Module, reason: str) -> None:
    assert reason in refusal(module)


def test_every_row_that_leaves_something_open_has_a_rule() -> None:
    """`=` results, `slot` results, types by immediate and free operands say less than must hold."""
    free = {"move", "raise", "fault", "any.from"}
    for op in OPS.values():
        if op.result in ("=", "slot", "#type") or any(notation.startswith("*") for notation in op.operands):
            assert op.name in RULES or op.name in free, f"{op.name} needs a rule in verify.RULES"


GENERATOR = """
module "m"
record F { state: int, value: any, inner: any }
record P { x: int }
func @g(%0: int) -> (int) generator F "g" {
  %1: any
^0:
  %1 = yield %0
  ret %1
}
func @f(%0: int, %1: any) -> () {
  %2: F, %3: bool
^0:
  %2 = call @g, %0
  %3, %0 = call @g.resume, %2, %0, %1
  ret
}
"""


def test_a_generator_that_is_not_split() -> None:
    verify(parse_module(GENERATOR))


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        (' generator F "g"', "", "the function is no generator"),
        ("generator F", "generator P", "not declared with the fields state: int, value: any and inner: any alone"),
        ("generator F", "generator Q", "not declared with the fields"),
        ("record F { state: int, value: any, inner: any }", "record F { state: int }", "not declared with the fields"),
        ("%1 = yield %0", "%1 = yield %1", "the generator yields (int), got (any)"),
        ("%1 = yield %0", "%0 = yield %0", "it gives (any), and is assigned to (int)"),
        ("ret %1", "ret %0", "a generator returns (any), got (int)"),
        ("%2 = call @g, %0", "%0 = call @g, %0", "it gives (F), and is assigned to (int)"),
        ("@g.resume, %2, %0, %1", "@g.resume, %2, %0, %0", "@g.resume takes (F, int, any), got (F, int, int)"),
        ("%3, %0 = call @g.resume", "%3 = call @g.resume", "it gives (bool, int)"),
        ("call @g.resume", "call @f.resume", "there is no function @f.resume"),
        ("func @f(", "func @g.resume(%0: int) -> () {\n^0:\n  ret\n}\nfunc @f(", "it is a generator to be split, and there is @g.resume"),
        ("func @f(", "func @h() -> (int) generator F {\n^0:\n  ret\n}\nfunc @f(", "its frames are of the record of @g"),
        ("func @f(", "init @g\nfunc @f(", "init has results"),
        ("func @f(", "task t(n: int) -> int = @g\nfunc @f(", "its result is (int), @g gives (F)"),
        ("record P {", "record P generator @f {", "does not begin with its state and its value"),
        ("record P { x: int }", "record P generator @f { state: int, value: any, inner: any }", "@f does not resume it"),
        ("record P { x: int }", "record P generator @none { state: int, value: any, inner: any }", "there is no function @none"),
    ],
)
def test_wrong_generators_are_refused(right: str, wrong: str, reason: str) -> None:
    assert GENERATOR.count(right) == 1
    assert reason in refusal(parse_module(GENERATOR.replace(right, wrong)))


def test_a_frame_with_an_entry_and_nothing_that_resumes_it() -> None:
    module = parse_module(GENERATOR)
    module.records["P"] = Layout("P", (("state", INT), ("value", ANY)), "", "f")
    assert "it names an entry and no function that resumes it" in refusal(module)
