"""What a program sees of the faults it catches, against CPython: the class, and the arguments of the exception object."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from belljar.engines.jit import Engine as Jit
from belljar.engines.vm import Engine as Vm
from belljar.ir.exceptions import layouts
from belljar.ir.function import Block, Instr, Module
from belljar.ir.ops import OPS
from belljar.ir.passes import fuel
from belljar.ir.text import parse_type
from belljar.ir.verify import verify
from belljar.types import ANY, STR, RecordType
from tests.engines.examples import Example, V, arguments_of, bad, floats, ints, module_of, strs
from tests.engines.op_examples import BINARY, ORDER, UNARY
from tests.engines.vm.agreement import agree

INF, NAN = math.inf, math.nan
ENGINES = {"vm": Vm, "jit": Jit}
FLOAT_TYPE, INT_TYPE = parse_type("float"), parse_type("int")


def catching(example: Example) -> Module:
    """The example's function, with the name of the exception's class and its arguments as a literal for a result."""
    module = module_of(example)
    module.records = {**module.records, **layouts()}
    function = module.functions["f"]
    instrs = [instr for instr in function.blocks[0].instrs if instr.op.name not in ("fuel", "ret")]
    function.results = (STR,)
    error, name, base, args, shown, both = (function.new_register(type) for type in (ANY, STR, RecordType("BaseException"), ANY, STR, STR))
    function.blocks = [
        Block([*instrs, Instr(OPS["guard"], (), (1, 2))]),
        Block([Instr(OPS["const.str"], (name,), ("no fault",)), Instr(OPS["ret"], (), (name,))]),
        Block(
            [
                Instr(OPS["exc.current"], (error,), ()),
                Instr(OPS["any.type_name"], (name,), (error,)),
                Instr(OPS["any.to"], (base,), (error, RecordType("BaseException"))),
                Instr(OPS["record.get"], (args,), (base, 0)),
                Instr(OPS["any.repr"], (shown,), (args,)),
                Instr(OPS["str.concat"], (both,), (name, shown)),
                Instr(OPS["ret"], (), (both,)),
            ]
        ),
    ]
    fuel.run(module)
    verify(module)
    return module


def python(function: Callable[..., Any], *operands: Any) -> str:
    """What CPython raises, in the same form."""
    try:
        function(*operands)
    except Exception as error:
        return type(error).__name__ + repr(error.args)
    return "no fault"


def removed(items: list[Any], index: int) -> None:
    del items[index]


def stored(items: list[Any], index: int, value: Any) -> None:
    items[index] = value


CASES: tuple[tuple[Example, Callable[..., Any]], ...] = (
    (bad("int.floordiv", 1, 0, fault=""), lambda a, b: a // b),
    (bad("int.mod", 1, 0, fault=""), lambda a, b: a % b),
    (bad("int.truediv", 1, 0, fault=""), lambda a, b: a / b),
    (bad("float.div", 1.0, 0.0, fault=""), lambda a, b: a / b),
    (bad("float.floordiv", 1.0, 0.0, fault=""), lambda a, b: a // b),
    (bad("float.mod", 1.0, 0.0, fault=""), lambda a, b: a % b),
    (bad("float.pow", 0.0, -1.0, fault=""), lambda a, b: a**b),
    (bad("float.pow", 1e200, 2.0, fault=""), lambda a, b: a**b),
    (bad("float.round_to", 1.7e308, -308, fault=""), round),
    (bad("int.shl", 1, -1, fault=""), lambda a, b: a << b),
    (bad("int.shr", 1, -1, fault=""), lambda a, b: a >> b),
    (bad("float.to_int", NAN, fault=""), int),
    (bad("float.to_int", INF, fault=""), int),
    (bad("float.floor", -INF, fault=""), math.floor),
    (bad("float.sqrt", -1.0, fault=""), math.sqrt),
    (bad("math.exp", 1000.0, fault=""), math.exp),
    (bad("math.log", 0.0, fault=""), math.log),
    (bad("math.pow", 10.0, 400.0, fault=""), math.pow),
    (bad("math.fmod", 1.0, 0.0, fault=""), math.fmod),
    (bad("list.fsum", floats(INF, -INF), fault=""), math.fsum),
    (bad("list.fsum", floats(1e308, 1e308), fault=""), math.fsum),
    (bad("list.dist", floats(1.0), floats(1.0, 2.0), fault=""), math.dist),
    (bad("int.isqrt", -1, fault=""), math.isqrt),
    (bad("int.factorial", -1, fault=""), math.factorial),
    (bad("int.comb", 1, -2, fault=""), math.comb),
    (bad("int.perm", -1, 1, fault=""), math.perm),
    (bad("int.range_len", 0, 5, 0, fault=""), range),
    (bad("list.range", 0, 5, 0, fault=""), range),
    (bad("list.get", ints(1), 4, fault="", to="int"), lambda items, index: items[index]),
    (bad("list.set", ints(1), -4, V("int", 5), fault=""), stored),
    (bad("list.delete", ints(1), 4, fault=""), removed),
    (bad("list.pop", ints(), -1, fault="", to="int"), lambda items, index: items.pop(index)),
    (bad("list.pop", ints(1), 7, fault="", to="int"), lambda items, index: items.pop(index)),
    (bad("list.remove", strs("a"), V("str", "b"), fault=""), lambda items, value: items.remove(value)),
    (bad("list.slice", ints(1), -(2**63), -(2**63), 0, fault="", to="list[int]"), lambda items, *bounds: items[::0]),
    (bad("str.index", "abc", 3, fault=""), lambda text, index: text[index]),
    (bad("str.code_at", "abc", -4, fault=""), lambda text, index: text[index]),
    (bad("str.split_by", "a", "", -1, fault=""), lambda text, by, count: text.split(by)),
    (bad("str.center", "a", 5, "ab", fault=""), lambda text, width, fill: text.center(width, fill)),
    (bad("str.ord", "ab", fault=""), ord),
    (bad("str.from_code", -1, fault=""), chr),
    (bad("str.from_code", 2**40, fault=""), chr),
    (bad("str.to_int", "abc", 10, fault=""), int),
    (bad("str.to_int", "it's " * 60, 16, fault=""), int),
    (bad("str.to_int", "12", 40, fault=""), int),
    (bad("str.to_float", "a b", fault=""), float),
    (bad("str.to_float", "x" * 300, fault=""), float),
    (bad("dict.get", V("dict[str, int]", {"a": 1}), V("str", "b"), fault="", to="int"), lambda table, key: table[key]),
    (bad("dict.get", V("dict[int, int]", {}), V("int", 2**62), fault="", to="int"), lambda table, key: table[key]),
    (bad("any.binary", BINARY["-"], 1, "a", fault=""), lambda sign, a, b: a - b),
    (bad("any.binary", BINARY["+"], "a", 1, fault=""), lambda sign, a, b: a + b),
    (bad("any.binary", BINARY["//"], 1, 0, fault=""), lambda sign, a, b: a // b),
    (bad("any.binary", BINARY["%"], 1.5, 0, fault=""), lambda sign, a, b: a % b),
    (bad("any.unary", UNARY["-"], "a", fault=""), lambda sign, a: -a),
    (bad("any.compare", ORDER["<"], 1, "a", fault=""), lambda sign, a, b: a < b),
    (bad("any.len", 5, fault=""), len),
    (bad("any.to_number", "x", INT_TYPE, fault="", to="int"), lambda value, type: int(value)),
    (bad("any.to_number", "x", FLOAT_TYPE, fault="", to="float"), lambda value, type: float(value)),
    (bad("any.to_number", None, INT_TYPE, fault="", to="int"), lambda value, type: int(value)),
)


def value_of(operand: Any) -> Any:
    return operand.value if isinstance(operand, V) else operand


@pytest.mark.parametrize(("example", "expected"), CASES, ids=[str(example) for example, _ in CASES])
def test_class_and_arguments_are_python_s(example: Example, expected: Callable[..., Any]) -> None:
    module = catching(example)
    told = python(expected, *map(value_of, example.operands))
    for engine in ENGINES.values():
        for outcome in agree(module, "f", [arguments_of(example)] * 2, engine=engine()):  # the second object may be made without the host
            assert outcome.results == (told,)
