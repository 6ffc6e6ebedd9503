"""The text form: what it prints it parses to the same, to the bit; what is wrong is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module, parse_type, print_module, type_text, value_text
from belljar.ir.verify import verify
from belljar.types import Type
from tests.ir.strategies import frozen, modules, types

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.ir"))


@given(modules())
def test_modules_round_trip(module: Module) -> None:
    text = print_module(module)
    again = parse_module(text)
    assert frozen(again) == frozen(module)
    assert print_module(again) == text


def test_the_text_of_a_set_has_one_order() -> None:
    assert value_text({"e", "b", "d", "a", "c", None, 10, 9}) == 'set("a", "b", "c", "d", "e", 10, 9, none)'


@given(types)
def test_types_round_trip(type: Type) -> None:
    assert parse_type(type_text(type)) == type


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_golden_texts_are_what_is_printed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    module = parse_module(text)
    assert print_module(module) == text
    verify(module)
    fuel.run(module)
    assert print_module(module) == text, "the fuel of the file is not what the pass charges"


def test_there_are_golden_texts() -> None:
    assert GOLDEN


def test_people_may_write_it_loosely() -> None:
    module = parse_module(
        """
        ; a comment
        module "m"
        func @f( %0 : int,%1 x:float )->(int){
          %2: float, %3: bool
        ^0:
          %2 = const.float 2.5
          %2 = const.float -1e3   ; 1:2
          ret %0
        }
        """
    )
    instrs = module.functions["f"].blocks[0].instrs
    assert [instr.args for instr in instrs] == [(2.5,), (-1000.0,), (0,)]
    assert (instrs[1].span.column, instrs[1].span.end_column) == (2, 3)
    assert [register.name for register in module.functions["f"].registers] == ["", "x", "", ""]


HEAD = 'module "m"\nfunc @f(%0: int) -> (int) {\n'


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "expected a module"),
        ("module x", 1, "expected the module's name, got 'x'"),
        ('module "m" "n"', 1, "expected the end of the line"),
        ('module "m"\n\n; why\nfoo', 4, "got 'foo'"),
        ('module "\\q"', 1, "unknown escape \\q"),
        ('module "m"\nrecord A { x int }', 2, "expected ':', got 'int'"),
        ('module "m"\nrecord A { }\nrecord A { }', 3, "declared twice"),
        ('module "m"\nglobal #1 X: int', 2, "expected #0"),
        ('module "m"\nglobal #0 X: list[int', 2, "expected ']', got the end of the line"),
        ('module "m"\nglobal #0 X: ' + "list[" * 70 + "int" + "]" * 70, 2, "nested too deep"),
        ('module "m"\nglobal #0 X: int' + " | None" * 70, 2, "nested too deep"),
        ('module "m"\ninit @f\ninit @f', 3, "init stands twice"),
        (HEAD + "^0:\n  ret %1\n}", 4, "%1 is not declared"),
        (HEAD + "^0:\n  ret %0\n", 2, "@f has no end"),
        (HEAD + "^1:\n  ret %0\n}", 3, "expected ^0"),
        (HEAD + "  %2: int\n^0:\n  ret %0\n}", 6, "without gaps"),
        (HEAD + "  %0: int\n}", 3, "declared twice"),
        (HEAD + "^0:\n  rte %0\n}", 4, "there is no op 'rte'"),
        (HEAD + "^0:\n  %0 = int.add %0\n}", 4, "int.add takes 2 operands, got 1"),
        (HEAD + "^0:\n  %0 = int.add %0, %0, %0\n}", 4, "int.add takes 2 operands"),
        (HEAD + "^0:\n  %0 = const.int 1.5\n}", 4, "expected an int"),
        (HEAD + "^0:\n  %0 = const.int " + "9" * 5000 + "\n}", 4, "expected an int"),
        (HEAD + "^0:\n  %0 = const.bool maybe\n}", 4, "expected true or false"),
        (HEAD + "^0:\n  %0 = const.float 0x1p+99999\n}", 4, "beyond the floats"),
        (HEAD + "^0:\n  jump ^99999999999\n}", 4, "too large"),
        (HEAD + "^0:\n  ret %0 ; here\n}", 4, "expected a place"),
        (HEAD + "^0:\n  ret %0 ; 1:2 in $0\n}", 4, "scope $0 is not declared"),
        (HEAD + "^0:\n  ret ?\n}", 4, "cannot read '?'"),
        (HEAD + "^0:\n  ret %0\n}\n" + HEAD.split("\n")[1] + "\n}", 7, "@f is declared twice"),
        ('module "m"\ntask t(a: int = [1, {}: 2]) -> int = @f', 2, "expected"),
        ('module "m"\ntask t(a: any = {[]: 1}) -> int = @f', 2, "not hashable"),
    ],
)  # fmt: skip
def test_errors_name_the_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(BellError) as caught:
        parse_module(text)
    assert caught.value.code == "E1103"
    assert f"line {line}:" in caught.value.message
    assert reason in caught.value.message


def test_a_default_without_a_text_is_refused() -> None:
    module = parse_module('module "m"\ntask t(a: any = 1) -> any = @f')
    task = module.tasks["t"]
    object.__setattr__(task.params[0], "default", object())
    with pytest.raises(BellError) as caught:
        print_module(module)
    assert caught.value.code == "E1201"
