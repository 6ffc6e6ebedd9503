"""Operators and built-in functions on values of class any: the reference and the VM give what CPython 3.11 gives, or raise its exception with its words."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from belljar.engines.reference import ReferenceEngine
from belljar.engines.vm import Engine
from belljar.ir.exceptions import layouts
from belljar.ir.function import Block, Function, Instr, Module, Register
from belljar.ir.ops import BINARY_OPERATORS, OPS, ORDER_OPERATORS, UNARY_OPERATORS
from belljar.ir.passes import fuel
from belljar.ir.text import parse_type
from belljar.ir.verify import verify
from belljar.safety.limits import Limits
from belljar.types import ANY, STR, RecordType
from tests.engines.examples import same

DICT = parse_type("dict[any, any]")
VIEWS = ("keys", "values", "items")


@cache
def loaded(name: str, immediates: tuple[Any, ...], kinds: tuple[str, ...]) -> tuple[Any, Any]:
    """The reference and the VM with a function that does the op on its parameters and gives the result, or the exception as text. A parameter of kind ``keys`` is a dict, whose view the op
    gets. An op without a result gives its first operand."""
    op = OPS[name]
    registers = [Register(DICT if kind in VIEWS else STR if kind == "str" else ANY) for kind in kinds]
    instrs, operands = [], list(range(len(kinds)))
    for place, kind in enumerate(kinds):
        if kind in VIEWS:
            registers.append(Register(ANY))
            instrs.append(Instr(OPS["any.view"], (len(registers) - 1,), (VIEWS.index(kind), place)))
            operands[place] = len(registers) - 1
    given, made = list(immediates), []
    for position in range(len(immediates) + len(kinds)):
        made.append(given.pop(0) if op.kind(position).startswith("#") else operands[position - len(immediates) + len(given)])
    function = Function("f", list(range(len(kinds))), (ANY,), registers, [], "f")
    result = function.new_register(parse_type(op.result)) if op.result else operands[0]
    found = function.new_register(ANY)
    error, name_, base, args, shown, both = (function.new_register(type) for type in (ANY, STR, RecordType("BaseException"), ANY, STR, STR))
    function.blocks = [
        Block([*instrs, Instr(op, (result,) if op.result else (), tuple(made)), Instr(OPS["guard"], (), (1, 2))]),
        Block(
            [
                Instr(OPS["move" if function.registers[result].type == ANY else "any.from"], (found,), (result,)),
                Instr(OPS["ret"], (), (found,)),
            ]
        ),
        Block(
            [
                Instr(OPS["exc.current"], (error,), ()),
                Instr(OPS["any.type_name"], (name_,), (error,)),
                Instr(OPS["any.to"], (base,), (error, RecordType("BaseException"))),
                Instr(OPS["record.get"], (args,), (base, 0)),
                Instr(OPS["any.repr"], (shown,), (args,)),
                Instr(OPS["str.concat"], (both,), (name_, shown)),
                Instr(OPS["any.from"], (found,), (both,)),
                Instr(OPS["ret"], (), (found,)),
            ]
        ),
    ]
    module = Module("operators", functions={"f": function}, records=layouts())
    fuel.run(module)
    verify(module)
    return ReferenceEngine().load(module, Limits()), Engine().load(module, Limits())


def loaded_with_text(name: str) -> tuple[Any, Any]:
    """Of an op whose second operand is a str."""
    return loaded(name, (), ("", "str"))


class View:
    """A view of a dict, as an operand."""

    def __init__(self, kind: str, table: dict[Any, Any]) -> None:
        self.kind = kind
        self.table = table

    def __repr__(self) -> str:
        return f"{self.table}.{self.kind}()"


def python(function: Callable[..., Any], operands: tuple[Any, ...], gives_first: bool) -> Any:
    """What CPython gives or raises, in the same form."""
    values = [getattr(value.table, value.kind)() if isinstance(value, View) else copy.deepcopy(value) for value in operands]
    try:
        result = function(*values)
    except Exception as problem:
        return type(problem).__name__ + repr(problem.args)
    return values[0] if gives_first else result


def check(name: str, immediates: tuple[Any, ...], function: Callable[..., Any], *operands: Any) -> Any:
    """What all three give."""
    kinds = tuple(value.kind if isinstance(value, View) else "" for value in operands)
    outcomes = []
    for instance in loaded(name, immediates, kinds):
        given = instance.call("f", [value.table if isinstance(value, View) else copy.deepcopy(value) for value in operands])
        outcomes.append((given.error.message if given.error else given.results[0], given.fuel_used, given.error and given.error.code))
    assert same(outcomes[0][0], outcomes[1][0]), outcomes
    assert outcomes[0][1:] == outcomes[1][1:], outcomes
    right = python(function, operands, not OPS[name].result)
    assert same(outcomes[0][0], right), (outcomes[0], right)
    return right


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 6), st.sampled_from([2**63, -(2**70), 0.0, 1.5, -2.0]), st.text("ab1 é", max_size=3)
)
hashables = st.one_of(scalars.filter(lambda value: value is not None), st.tuples(scalars), st.frozensets(st.integers(0, 4), max_size=3))
tables = st.dictionaries(
    st.one_of(st.integers(0, 4), st.text("ab", max_size=1)),
    st.one_of(st.integers(0, 2), st.lists(st.integers(0, 1), max_size=1)),
    max_size=4,
)
values = st.one_of(
    scalars,
    st.binary(max_size=4),
    st.lists(scalars, max_size=3),
    st.lists(scalars, max_size=3).map(tuple),
    st.sets(hashables, max_size=4),
    st.sets(st.integers(0, 5), max_size=5),
    st.frozensets(st.integers(0, 5), max_size=4),
    tables,
    st.builds(View, st.sampled_from(VIEWS), tables),
    st.builds(range, st.integers(-2, 5), st.integers(0, 6), st.sampled_from([1, 2, -1])),
)
BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "@": operator.matmul,
}
UNARY = {"-": operator.neg, "+": operator.pos, "~": operator.invert, "abs": abs}
ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
ENORMOUS = 2**62


def is_enormous(*operands: Any) -> bool:
    return any(isinstance(value, int) and abs(value) >= ENORMOUS for value in operands)


@pytest.mark.parametrize("sign", BINARY_OPERATORS)
@given(values, values)
def test_binary(sign: str, a: Any, b: Any) -> None:
    if (sign in ("**", "<<", "%") and is_enormous(a, b)) or (
        sign == "**" and isinstance(a, (int, float)) and a < 0 and isinstance(b, float)
    ):
        return  # results without end, complex ones
    if sign == "%" and isinstance(a, bytes):
        return  # refused
    check("any.binary", (BINARY_OPERATORS.index(sign),), BINARY[sign], a, b)


@pytest.mark.parametrize("sign", UNARY_OPERATORS)
@given(values)
def test_unary(sign: str, a: Any) -> None:
    check("any.unary", (UNARY_OPERATORS.index(sign),), UNARY[sign], a)


@pytest.mark.parametrize("sign", ORDER_OPERATORS)
@given(values, values)
def test_compare(sign: str, a: Any, b: Any) -> None:
    check("any.compare", (ORDER_OPERATORS.index(sign),), ORDER[sign], a, b)


@given(values, values)
def test_equal(a: Any, b: Any) -> None:
    if isinstance(a, View) and isinstance(b, View) and a.kind == b.kind == "values":
        return
    check("any.eq", (), operator.eq, a, b)


def store(items: Any, index: Any, value: Any) -> None:
    items[index] = value


def remove(items: Any, index: Any) -> None:
    del items[index]


def store_slice(items: Any, start: Any, stop: Any, step: Any, value: Any) -> None:
    items[start:stop:step] = value


def remove_slice(items: Any, start: Any, stop: Any, step: Any) -> None:
    del items[start:stop:step]


bounds = st.one_of(st.none(), st.integers(-4, 4), scalars)
changing = values.filter(lambda value: not isinstance(value, View))


@given(values, values)
def test_elements(a: Any, b: Any) -> None:
    check("any.index", (), operator.getitem, a, b)
    check("any.contains", (), lambda x, y: y in x, a, b)
    check("any.len", (), len, a)
    check("any.truth", (), bool, a)


@given(values)
def test_hash(a: Any) -> None:
    try:
        hash(() if isinstance(a, View) and a.kind == "values" else a.table if isinstance(a, View) else a)
    except TypeError:
        check("any.hash", (), hash, a)


@given(values)
def test_containers_of_it(a: Any) -> None:
    if not isinstance(a, (set, frozenset)):  # whose order is this process's own
        check("any.to_list", (), list, a)
    check("any.to_set", (), set, a)
    check("any.to_frozenset", (), frozenset, a)


@given(changing, values, scalars)
def test_changed_elements(a: Any, b: Any, value: Any) -> None:
    check("any.set_index", (), store, a, b, value)
    check("any.del_index", (), remove, a, b)


@given(values, bounds, bounds, bounds)
@example(range(5), None, None, -(2**63))
@example(range(9), 2**70, None, -(2**63) + 1)
@example(range(0, 0, 1), None, True, True)
def test_slices(a: Any, start: Any, stop: Any, step: Any) -> None:
    check("any.slice", (), lambda x, *bounds: x[slice(*bounds)], a, start, stop, step)


@pytest.mark.parametrize("step", [2**63, -(2**63) - 1, 2**70])
def test_a_step_of_a_range_that_takes_more_than_64_bits_is_refused(step: int) -> None:
    """CPython keeps it in the range that it makes."""
    outcomes = [instance.call("f", [range(0, 0, 1), None, None, step]) for instance in loaded("any.slice", (), ("", "", "", ""))]
    assert {outcome.results[0] for outcome in outcomes} == {"OverflowError('a bound of the range does not fit in 64 bits',)"}


@given(changing, bounds, bounds, bounds, values)
def test_changed_slices(a: Any, start: Any, stop: Any, step: Any, value: Any) -> None:
    check("any.set_slice", (), store_slice, a, start, stop, step, value)
    check("any.del_slice", (), remove_slice, a, start, stop, step)


@given(values, values)
def test_numbers(a: Any, b: Any) -> None:
    check("any.divmod", (), divmod, a, b)
    if not isinstance(a, (str, bytes)):
        check("any.to_int", (), int, a)
    if not is_enormous(b):
        check("any.round", (), round, a, b)


def test_what_is_inside_itself_is_compared_without_end() -> None:
    a: list[Any] = []
    b: list[Any] = []
    a.append(a)
    b.append(b)
    store, compare = OPS["list.append"], OPS["any.compare"]
    for op, immediates in ((OPS["any.eq"], ()), (compare, (0,)), (OPS["any.contains"], ())):
        function = Function("f", [], (parse_type("bool"),), [], [], "f")
        first, second, third = (function.new_register(parse_type("list[any]")) for _ in range(3))
        boxed = [function.new_register(ANY) for _ in range(3)]
        result, size = function.new_register(parse_type("bool")), function.new_register(parse_type("int"))
        instrs = [Instr(OPS["const.int"], (size,), (0,))]
        for register, box in zip((first, second, third), boxed, strict=True):
            instrs.append(Instr(OPS["list.new"], (register,), (parse_type("list[any]"), size)))
            instrs.append(Instr(OPS["any.from"], (box,), (register,)))
        instrs += [Instr(store, (), (first, boxed[0])), Instr(store, (), (second, boxed[1])), Instr(store, (), (third, boxed[0]))]
        operands = (boxed[2], boxed[1]) if op.name == "any.contains" else (boxed[0], boxed[1])
        instrs += [Instr(op, (result,), (*immediates, *operands)), Instr(OPS["ret"], (), (result,))]
        function.blocks = [Block(instrs)]
        module = Module("inside", functions={"f": function})
        fuel.run(module)
        verify(module)
        outcomes = [engine.load(module, Limits()).call("f", []) for engine in (ReferenceEngine(), Engine())]
        assert {outcome.error and outcome.error.message for outcome in outcomes} == {"maximum recursion depth exceeded in comparison"}
        assert outcomes[0].fuel_used == outcomes[1].fuel_used
    with pytest.raises(RecursionError, match="maximum recursion depth exceeded in comparison"):
        a == b  # noqa: B015


def raises(function: Callable[..., Any], *operands: Any) -> bool:
    return isinstance(found := python(function, operands, False), str) and "Error(" in found


@given(values, values, values)
def test_functions(a: Any, b: Any, c: Any) -> None:
    if raises(iter, a):
        check("any.iter", (), iter, a)
    if raises(reversed, a):
        check("any.reversed", (), reversed, a)
    check("any.to_base", (2,), bin, a)
    if not isinstance(a, View):
        check("any.bytes", (), bytes, a)
    if not is_enormous(a, b, c):
        check("any.pow_mod", (), pow, a, b, c)


@given(values, st.sampled_from(["", "5", "d", "x", ".2f", ">4", "s", "zz", ",", "+"]))
def test_format(a: Any, spec: str) -> None:
    if not isinstance(a, (View, set, frozenset)):
        name = "any.format"
        outcomes = [instance.call("f", [copy.deepcopy(a), spec]) for instance in loaded_with_text(name)]
        assert outcomes[0].results == outcomes[1].results
        assert outcomes[0].fuel_used == outcomes[1].fuel_used
        try:
            right: Any = format(a, spec)
        except Exception as problem:
            right = type(problem).__name__ + repr(problem.args)
        assert outcomes[0].results[0] == right
