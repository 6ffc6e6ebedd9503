"""Examples of every op: operands, and the result or the error. Each engine runs all of them; the reference defines that they are right.

An example becomes a function whose parameters are the op's register operands, and which returns the op's result, or, for an op that changes its first operand, that operand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from belljar.ir.function import Block, Function, Instr, Layout, Module, Register, Signature, SignatureParam
from belljar.ir.ops import OPS
from belljar.ir.passes import fuel
from belljar.ir.text import parse_type
from belljar.types import ANY, INT, STR, OptionalType, Type
from belljar.values import Callable, Record

MAX, MIN = 2**63 - 1, -(2**63)
INF, NAN = math.inf, math.nan
NOTHING = object()

RECORDS = {
    "Point": Layout("Point", (("x", INT), ("y", INT))),
    "Flight": Layout("Flight", (("carrier", STR), ("delay", OptionalType(parse_type("float"))))),
}


@dataclass(frozen=True)
class V:
    """A register operand of a type that the op's row leaves open."""

    type: str
    value: Any


@dataclass(frozen=True)
class Fn:
    """A register operand that is a function: one of the type that captured these values."""

    type: str
    captured: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Rx:
    """A register operand that is a compiled pattern."""

    pattern: str
    flags: int = 0


SIGNATURES = {"same": Signature("same", (SignatureParam("value"),), "same.call", "outer.<locals>.same")}
"""Each with an entry that gives its first argument."""


def entry_of(signature: Signature) -> Function:
    """A function that gives its first argument."""
    registers = [Register(ANY) for _ in range(1 + len(signature.params))]
    return Function(
        signature.entry, list(range(len(registers))), (ANY,), registers, [Block([Instr(OPS["ret"], (), (min(1, len(registers) - 1),))])]
    )


@dataclass(frozen=True)
class Example:
    op: str
    operands: tuple[Any, ...]
    gives: Any
    fault: str
    to: str
    extra: int | None

    def __str__(self) -> str:
        shown = ", ".join(repr(operand.value if isinstance(operand, V) else operand)[:24] for operand in self.operands)
        return f"{self.op}({shown})"


def ok(op: str, *operands: Any, gives: Any = NOTHING, to: str = "", extra: int | None = None) -> Example:
    """The op gives this value (of type ``to`` where the row leaves it open), or leaves its first operand like this. ``extra`` is its extra fuel."""
    return Example(op, operands, gives, "", to, extra)


def bad(op: str, *operands: Any, fault: str, to: str = "") -> Example:
    return Example(op, operands, NOTHING, fault, to, None)


def ints(*values: int) -> V:
    return V("list[int]", list(values))


def floats(*values: float) -> V:
    return V("list[float]", list(values))


def strs(*values: str) -> V:
    return V("list[str]", list(values))


def anys(*values: Any) -> V:
    return V("list[any]", list(values))


def point(x: int, y: int) -> V:
    return V("Point", Record("Point", {"x": x, "y": y}))


AGES = V("dict[str, int]", {"ann": 31, "bob": 27})
ODD = V("set[int]", {1, 3, 5})
PAIR = V("tuple[int, str]", (7, "x"))
BINARY = {sign: index for index, sign in enumerate(("+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^"))}
UNARY = {"-": 0, "+": 1, "~": 2, "abs": 3}
ORDER = {"<": 0, "<=": 1, ">": 2, ">=": 3}
INT_TYPE, FLOAT_TYPE = parse_type("int"), parse_type("float")

EXAMPLES: tuple[Example, ...] = (
    ok("fn.new", parse_type("fn[@same]()"), gives=Callable("function", "outer.<locals>.same"), to="fn[@same]()"),
    ok(
        "fn.new",
        parse_type("fn[@same](int, str)"),
        V("int", 1),
        V("str", "a"),
        gives=Callable("function", "outer.<locals>.same"),
        to="fn[@same](int, str)",
    ),
    ok("fn.get", Fn("fn[@same](int, str)", (1, "a")), 1, gives="a", to="str"),
    # control and constants
    bad("raise", "ValueError", "no such carrier", fault="E0705"),
    bad("fault", "E0704", V("str", ": no"), fault="E0704"),
    bad("fault", "E0711", V("int", -1), V("int", 5), fault="E0711"),
    ok("const.int", MIN, gives=MIN),
    ok("const.float", -0.0, gives=-0.0),
    ok("const.float", NAN, gives=NAN),
    ok("const.bool", True, gives=True),
    ok("const.str", "grüße \U0001f600", gives="grüße \U0001f600"),
    ok("const.none", gives=None),
    ok("any.is_unset", V("any", None), gives=False),
    ok("const.absent", INT_TYPE, gives=0, to="int"),
    ok("const.absent", FLOAT_TYPE, gives=0.0, to="float"),
    ok("move", V("str", "a"), gives="a", to="str"),
    ok("select", True, V("int", 1), V("int", 2), gives=1, to="int"),
    ok("select", False, V("float", 1.5), V("float", 2.5), gives=2.5, to="float"),
    # bool
    ok("bool.not", True, gives=False),
    ok("bool.and", True, False, gives=False),
    ok("bool.or", True, False, gives=True),
    ok("bool.to_int", True, gives=1),
    ok("bool.eq", True, True, gives=True),
    ok("bool.ne", True, True, gives=False),
    # int
    ok("int.add", MAX - 1, 1, gives=MAX),
    bad("int.add", MAX, 1, fault="E0502"),
    ok("int.sub", MIN + 1, 1, gives=MIN),
    bad("int.sub", MIN, 1, fault="E0502"),
    ok("int.mul", 3_037_000_499, 3_037_000_499, gives=3_037_000_499**2),
    bad("int.mul", MIN, -1, fault="E0502"),
    ok("int.floordiv", -7, 2, gives=-4),
    ok("int.floordiv", 7, -2, gives=-4),
    ok("int.floordiv", -7, -2, gives=3),
    bad("int.floordiv", MIN, -1, fault="E0502"),
    bad("int.floordiv", 1, 0, fault="E0501"),
    ok("int.mod", -7, 2, gives=1),
    ok("int.mod", 7, -2, gives=-1),
    ok("int.mod", MIN, -1, gives=0),
    bad("int.mod", 1, 0, fault="E0501"),
    ok("int.neg", 5, gives=-5),
    bad("int.neg", MIN, fault="E0502"),
    ok("int.abs", -5, gives=5),
    bad("int.abs", MIN, fault="E0502"),
    ok("int.pow", 3, 39, gives=3**39),
    ok("int.pow", -2, 63, gives=MIN),
    ok("int.pow", 0, 0, gives=1),
    ok("int.pow", -1, MAX, gives=-1),
    ok("int.pow", 0, MAX, gives=0),
    bad("int.pow", 2, 63, fault="E0502"),
    bad("int.pow", 2, MAX, fault="E0502"),
    bad("int.pow", 2, -1, fault="E0510"),
    ok("int.and", -6, 12, gives=8),
    ok("int.or", -8, 3, gives=-5),
    ok("int.xor", -1, 5, gives=-6),
    ok("int.invert", 0, gives=-1),
    ok("int.shl", -1, 63, gives=MIN),
    ok("int.shl", 0, MAX, gives=0),
    bad("int.shl", 1, 63, fault="E0502"),
    bad("int.shl", 1, -1, fault="E0505"),
    ok("int.shr", -5, 1, gives=-3),
    ok("int.shr", -5, MAX, gives=-1),
    ok("int.shr", 5, 64, gives=0),
    bad("int.shr", 1, -1, fault="E0505"),
    ok("int.truediv", 7, 2, gives=3.5),
    ok("int.truediv", MAX, 3, gives=MAX / 3),
    ok("int.truediv", MIN, -1, gives=2.0**63),
    ok("int.truediv", 9007199254740993, 9007199254740992, gives=9007199254740993 / 9007199254740992),
    bad("int.truediv", 1, 0, fault="E0501"),
    ok("int.to_float", 2**53 + 1, gives=2.0**53),
    ok("int.to_float", MAX, gives=2.0**63),
    ok("int.to_bool", -1, gives=True),
    ok("int.min", 3, -3, gives=-3),
    ok("int.max", 3, -3, gives=3),
    ok("int.eq", 1, 1, gives=True),
    ok("int.ne", 1, 1, gives=False),
    ok("int.lt", MIN, MAX, gives=True),
    ok("int.le", 1, 1, gives=True),
    ok("int.gt", 1, 1, gives=False),
    ok("int.ge", 1, 1, gives=True),
    ok("int.add.nw", 1, 2, gives=3),
    ok("int.sub.nw", 1, 2, gives=-1),
    ok("int.mul.nw", 3, -2, gives=-6),
    ok("int.neg.nw", 3, gives=-3),
    ok("int.floordiv.nw", -7, 2, gives=-4),
    ok("int.mod.nw", -7, 2, gives=1),
    ok("int.shl.nw", 3, 2, gives=12),
    ok("int.shr.nw", -5, 1, gives=-3),
    ok("int.abs.nw", -3, gives=3),
    ok("int.round", 15, -1, gives=20),
    ok("int.round", 25, -1, gives=20),
    ok("int.round", -25, -1, gives=-20),
    ok("int.round", 25, 3, gives=25),
    ok("int.round", MAX, MIN, gives=0),
    ok("int.round", 4 * 10**18, -19, gives=0),
    bad("int.round", MAX, -1, fault="E0502"),
    bad("int.round", MAX, -19, fault="E0502"),
    ok("int.range_len", 0, 10, 3, gives=4),
    ok("int.range_len", 10, 0, -3, gives=4),
    ok("int.range_len", 10, 0, 3, gives=0),
    ok("int.range_len", MIN, MAX, 3, gives=(2**64 - 1) // 3),
    bad("int.range_len", MIN, MAX, 2, fault="E0502"),
    ok("int.range_len", MAX, MIN, MIN, gives=2),
    bad("int.range_len", MIN, MAX, 1, fault="E0502"),
    bad("int.range_len", 0, 1, 0, fault="E0601"),
    ok("int.add.wrap", MAX, 1, gives=MIN),
    ok("int.range_stop", 0, 10, 3, gives=12),
    ok("int.range_stop", 5, 5, -3, gives=5),
    ok("int.range_stop", 0, MAX, 2, gives=MIN),
    ok("int.range_stop", MIN, MAX, 1, gives=MAX),
    bad("int.range_stop", 0, 1, 0, fault="E0601"),
    ok("int.gcd", -12, 18, gives=6),
    ok("int.gcd", 0, 0, gives=0),
    bad("int.gcd", MIN, 0, fault="E0502"),
    ok("int.lcm", -4, 6, gives=12),
    ok("int.lcm", 0, 6, gives=0),
    bad("int.lcm", MAX, MAX - 1, fault="E0502"),
    ok("int.isqrt", MAX, gives=3037000499),
    bad("int.isqrt", -1, fault="E0719"),
    ok("int.factorial", 20, gives=math.factorial(20)),
    bad("int.factorial", 21, fault="E0502"),
    bad("int.factorial", -1, fault="E0719"),
    ok("int.comb", 62, 31, gives=math.comb(62, 31)),
    ok("int.comb", 3, 5, gives=0),
    ok("int.comb", MAX, MAX - 1, gives=MAX),
    bad("int.comb", 100, 50, fault="E0502"),
    bad("int.comb", -1, 1, fault="E0719"),
    ok("int.perm", 20, 3, gives=6840),
    ok("int.perm", 3, 5, gives=0),
    bad("int.perm", 30, 30, fault="E0502"),
    bad("int.perm", 3, -1, fault="E0719"),
    ok("int.bit_length", MIN, gives=64),
    ok("int.bit_length", 0, gives=0),
    ok("int.bit_count", -7, gives=3),
    # float
    ok("float.add", 0.1, 0.2, gives=0.1 + 0.2),
    ok("float.sub", INF, INF, gives=NAN),
    ok("float.mul", 1e308, 10.0, gives=INF),
    ok("float.div", 1.0, 3.0, gives=1 / 3),
    bad("float.div", 1.0, -0.0, fault="E0501"),
    ok("float.floordiv", -7.5, 2.0, gives=-4.0),
    ok("float.floordiv", 1.0, -INF, gives=-1.0),
    ok("float.floordiv", -0.0, 3.0, gives=-0.0),
    bad("float.floordiv", 1.0, 0.0, fault="E0501"),
    ok("float.mod", -7.5, 2.0, gives=0.5),
    ok("float.mod", 5.0, -INF, gives=-INF),
    ok("float.mod", -0.0, 3.0, gives=0.0),
    ok("float.mod", 1e300, 3.0, gives=1e300 % 3.0),
    bad("float.mod", 1.0, 0.0, fault="E0501"),
    ok("float.pow", 2.0, 0.5, gives=2.0**0.5),
    ok("float.pow", NAN, 0.0, gives=1.0),
    ok("float.pow", -8.0, 3.0, gives=-512.0),
    ok("float.pow", -INF, -3.0, gives=-0.0),
    bad("float.pow", -8.0, 1 / 3, fault="E0508"),
    bad("float.pow", 0.0, -1.0, fault="E0507"),
    bad("float.pow", 1e200, 2.0, fault="E0506"),
    ok("float.neg", 0.0, gives=-0.0),
    ok("float.abs", -0.0, gives=0.0),
    ok("float.to_int", -2.9, gives=-2),
    ok("float.to_int", -(2.0**63), gives=MIN),
    bad("float.to_int", 2.0**63, fault="E0504"),
    bad("float.to_int", INF, fault="E0504"),
    bad("float.to_int", NAN, fault="E0509"),
    ok("float.floor", -2.1, gives=-3),
    bad("float.floor", 1e300, fault="E0504"),
    ok("float.ceil", -2.9, gives=-2),
    bad("float.ceil", NAN, fault="E0509"),
    bad("float.ceil", 2.0**63, fault="E0504"),
    bad("float.floor", NAN, fault="E0509"),
    bad("float.round", NAN, fault="E0509"),
    ok("float.round", 0.5, gives=0),
    ok("float.round", 2.5, gives=2),
    ok("float.round", -1.5, gives=-2),
    ok("float.round", 0.49999999999999994, gives=0),
    bad("float.round", -INF, fault="E0504"),
    ok("float.round_to", 2.675, 2, gives=2.67),
    ok("float.round_to", 1234.5678, -2, gives=1200.0),
    ok("float.round_to", NAN, 2, gives=NAN),
    ok("float.round_to", 1.5, MAX, gives=1.5),
    ok("float.round_to", -1.5, MIN, gives=-0.0),
    bad("float.round_to", 1.7e308, -308, fault="E0506"),
    ok("float.to_bool", -0.0, gives=False),
    ok("float.to_bool", NAN, gives=True),
    ok("float.sqrt", 2.0, gives=math.sqrt(2.0)),
    ok("float.sqrt", -0.0, gives=-0.0),
    bad("float.sqrt", -1.0, fault="E0503"),
    ok("float.div.nc", 1.0, 4.0, gives=0.25),
    ok("float.is_integer", -3.0, gives=True),
    ok("float.is_integer", INF, gives=False),
    ok("float.eq", NAN, NAN, gives=False),
    ok("float.ne", NAN, NAN, gives=True),
    ok("float.lt", -0.0, 0.0, gives=False),
    ok("float.le", -0.0, 0.0, gives=True),
    ok("float.gt", INF, 1e308, gives=True),
    ok("float.ge", NAN, 0.0, gives=False),
    ok("intfloat.eq", 2**53 + 1, 2.0**53, gives=False),
    ok("intfloat.eq", 2**53, 2.0**53, gives=True),
    ok("intfloat.ne", 2**53 + 1, 2.0**53, gives=True),
    ok("intfloat.lt", MAX, 2.0**63, gives=True),
    ok("intfloat.lt", 0, NAN, gives=False),
    ok("intfloat.le", 2**53 + 1, 2.0**53, gives=False),
    ok("intfloat.gt", MIN, -INF, gives=True),
    ok("intfloat.gt", 2**53 + 1, 2.0**53, gives=True),
    ok("intfloat.ge", MAX, 2.0**63, gives=False),
    # math
    ok("math.exp", 1.0, gives=math.exp(1.0)),
    bad("math.exp", 1000.0, fault="E0506"),
    ok("math.exp2", 10.0, gives=1024.0),
    bad("math.exp2", 2000.0, fault="E0506"),
    ok("math.expm1", 1e-10, gives=math.expm1(1e-10)),
    bad("math.expm1", 1000.0, fault="E0506"),
    ok("math.log", 10.0, gives=math.log(10.0)),
    bad("math.log", 0.0, fault="E0503"),
    ok("math.log2", 8.0, gives=3.0),
    bad("math.log2", -1.0, fault="E0503"),
    ok("math.log10", 1000.0, gives=math.log10(1000.0)),
    bad("math.log10", 0.0, fault="E0503"),
    ok("math.log1p", 1e-10, gives=math.log1p(1e-10)),
    bad("math.log1p", -1.0, fault="E0503"),
    ok("math.sin", 1.0, gives=math.sin(1.0)),
    bad("math.sin", INF, fault="E0503"),
    ok("math.cos", 1.0, gives=math.cos(1.0)),
    bad("math.cos", INF, fault="E0503"),
    ok("math.tan", 1.0, gives=math.tan(1.0)),
    bad("math.tan", INF, fault="E0503"),
    ok("math.asin", 1.0, gives=math.asin(1.0)),
    bad("math.asin", 1.5, fault="E0503"),
    ok("math.acos", -1.0, gives=math.acos(-1.0)),
    bad("math.acos", 1.5, fault="E0503"),
    ok("math.atan", -INF, gives=math.atan(-INF)),
    ok("math.sinh", 1.0, gives=math.sinh(1.0)),
    bad("math.sinh", 1000.0, fault="E0506"),
    ok("math.cosh", 1.0, gives=math.cosh(1.0)),
    bad("math.cosh", 1000.0, fault="E0506"),
    ok("math.tanh", 1.0, gives=math.tanh(1.0)),
    ok("math.asinh", 1.0, gives=math.asinh(1.0)),
    ok("math.acosh", 2.0, gives=math.acosh(2.0)),
    bad("math.acosh", 0.5, fault="E0503"),
    ok("math.atanh", 0.5, gives=math.atanh(0.5)),
    bad("math.atanh", 1.0, fault="E0503"),
    ok("math.erf", 0.5, gives=math.erf(0.5)),
    ok("math.erfc", 0.5, gives=math.erfc(0.5)),
    ok("math.cbrt", -8.0, gives=-2.0),
    ok("math.degrees", math.pi, gives=180.0),
    ok("math.radians", 180.0, gives=math.pi),
    ok("math.atan2", -1.0, -0.0, gives=math.atan2(-1.0, -0.0)),
    ok("math.pow", 2.0, 10.0, gives=1024.0),
    ok("math.pow", 1.0, NAN, gives=1.0),
    bad("math.pow", 0.0, -1.0, fault="E0503"),
    bad("math.pow", 10.0, 400.0, fault="E0506"),
    ok("math.fmod", -7.5, 2.0, gives=-1.5),
    bad("math.fmod", INF, 2.0, fault="E0503"),
    ok("math.copysign", 3.0, -0.0, gives=-3.0),
    ok("math.hypot", 3.0, 4.0, gives=5.0),
    ok("math.hypot", INF, NAN, gives=INF),
    ok("math.remainder", 7.0, 2.0, gives=-1.0),
    bad("math.remainder", 1.0, 0.0, fault="E0503"),
    ok("math.nextafter", 1.0, 2.0, gives=math.nextafter(1.0, 2.0)),
    ok("math.ulp", 1.0, gives=math.ulp(1.0)),
    ok("math.isnan", NAN, gives=True),
    ok("math.isinf", -INF, gives=True),
    ok("math.isfinite", NAN, gives=False),
    ok("math.isclose", 1.0, 1.0 + 1e-10, 1e-9, 0.0, gives=True),
    ok("math.isclose", INF, INF, 0.0, 0.0, gives=True),
    bad("math.isclose", 1.0, 1.0, -1.0, 0.0, fault="E0719"),
    ok("math.ldexp", 0.75, 4, gives=12.0),
    ok("math.ldexp", 1.0, MIN, gives=0.0),
    bad("math.ldexp", 1.0, MAX, fault="E0506"),
    ok("math.logb", 8.0, 2.0, gives=3.0),
    bad("math.logb", 8.0, 1.0, fault="E0501"),
    bad("math.logb", 8.0, 0.0, fault="E0503"),
    ok("math.gamma", 4.5, gives=math.gamma(4.5)),
    ok("math.gamma", -150.25, gives=math.gamma(-150.25)),
    bad("math.gamma", -2.0, fault="E0503"),
    bad("math.gamma", 172.0, fault="E0506"),
    ok("math.lgamma", -2.5, gives=math.lgamma(-2.5)),
    ok("math.lgamma", 1e100, gives=math.lgamma(1e100)),
    bad("math.lgamma", -0.0, fault="E0503"),
    bad("math.lgamma", 1e308, fault="E0506"),
    ok("math.exponent", 8.0, gives=4),
    ok("math.exponent", -5e-324, gives=-1073),
    ok("math.exponent", NAN, gives=0),
    ok("math.norm", V("float", 2.0), V("float", -3.0), V("float", 6.0), gives=7.0),
    ok("math.norm", V("float", -0.0), gives=0.0),
    ok("math.norm", V("float", NAN), V("float", 1.0), V("float", -INF), gives=INF),
    ok("math.norm", gives=0.0),
    # str
    ok("str.len", "häuser", gives=6),
    ok("str.index", "héllo", -4, gives="é"),
    bad("str.index", "abc", 3, fault="E0701"),
    bad("str.index", "", -1, fault="E0701"),
    ok("str.code_at", "a\U0001f600", 1, gives=0x1F600),
    ok("str.index.nc", "a\u20ac", 1, gives="\u20ac"),
    ok("str.code_at.nc", "a\U0001f600", 1, gives=0x1F600),
    bad("str.code_at", "abc", -4, fault="E0701"),
    ok("str.slice", "abcdef", 1, MIN, 2, gives="bdf"),
    ok("str.slice", "abcdef", MIN, MIN, -1, gives="fedcba"),
    ok("str.slice", "x" * 100, -40, MAX, 1, gives="x" * 40, extra=2),
    bad("str.slice", "abc", 0, 1, 0, fault="E0714"),
    ok("str.concat", "ab", "\U0001f600", gives="ab\U0001f600"),
    ok("str.concat", "a" * 20, "b" * 12, gives="a" * 20 + "b" * 12, extra=2),
    ok("str.build", "a", "", "é", "\u4e2d", gives="aé\u4e2d"),
    ok("str.build", "ab" * 200, "é", "", "c" * 20, gives="ab" * 200 + "é" + "c" * 20, extra=26),
    ok("str.compose", V("any", "a"), V("any", -12), V("any", MAX), V("any", "é"), gives=f"a-12{MAX}é", extra=1),
    ok("str.compose", V("any", -MAX - 1), V("any", "\u4e2d"), V("any", 0), gives=f"{-MAX - 1}\u4e2d0"),
    ok("str.compose", V("any", "ab" * 200), V("any", 7), gives="ab" * 200 + "7", extra=25),
    ok("str.compose", V("any", 100), gives="100", extra=0),
    bad("str.compose", V("any", "a"), V("any", True), fault="E1201"),
    bad("str.compose", V("any", 1.5), fault="E1201"),
    bad("str.compose", V("any", None), V("any", "a"), fault="E1201"),
    bad("str.compose", V("any", [1]), fault="E1201"),
    ok("str.repeat", "ab", 3, gives="ababab"),
    ok("str.repeat", "ab", -3, gives=""),
    ok("str.repeat", "ab", 64, gives="ab" * 64, extra=8),
    ok("str.eq", "é", "e\u0301", gives=False),
    ok("str.ne", "a", "b", gives=True),
    ok("str.lt", "Z", "a", gives=True),
    ok("str.lt", "\uffff", "\U00010000", gives=True),
    ok("str.le", "ab", "ab", gives=True),
    ok("str.gt", "ab", "a", gives=True),
    ok("str.ge", "a", "ab", gives=False),
    ok("str.contains", "hello", "ell", gives=True),
    ok("str.contains", "", "", gives=True),
    ok("str.to_bool", "", gives=False),
    ok("str.ord", "\U0001f600", gives=0x1F600),
    bad("str.ord", "ab", fault="E0716"),
    ok("str.from_code", 0x1F600, gives="\U0001f600"),
    bad("str.from_code", 0x110000, fault="E0711"),
    ok("str.repr", "it's \"\n\x7f\u200b", gives=repr("it's \"\n\x7f\u200b")),
    ok("str.to_int", " -1_000 ", 10, gives=-1000),
    ok("str.to_int", "0xff", 16, gives=255),
    ok("str.to_int", "0b101", 0, gives=5),
    ok("str.to_int", "\u0663\u0664", 10, gives=34),
    ok("str.to_int", str(MIN), 10, gives=MIN),
    ok("str.to_int", "0" * 5000 + "7", 10, gives=7, extra=312),
    bad("str.to_int", str(MAX + 1), 10, fault="E0502"),
    bad("str.to_int", "9" * 5000, 10, fault="E0502"),
    bad("str.to_int", "9" * 5000 + "x", 10, fault="E0703"),
    bad("str.to_int", "1__0", 10, fault="E0703"),
    bad("str.to_int", "010", 0, fault="E0703"),
    bad("str.to_int", "", 10, fault="E0703"),
    bad("str.to_int", "1", 37, fault="E0718"),
    ok("str.to_float", " 1e400 ", gives=INF),
    ok("str.to_float", "-Infinity", gives=-INF),
    ok("str.to_float", "1_0.5", gives=10.5),
    bad("str.to_float", "1e", fault="E0713"),
    ok("int.to_str", MIN, gives=str(MIN)),
    ok("float.to_str", 1e16, gives="1e+16"),
    ok("float.to_str", -0.0, gives="-0.0"),
    ok("float.to_str", 5e-324, gives="5e-324"),
    ok("bool.to_str", True, gives="True"),
    ok("int.format", -255, "#06x", gives="-0x0ff"),
    ok("int.format", 1234567, ",", gives="1,234,567"),
    ok("int.format", 3, ".2f", gives="3.00"),
    ok("int.format", 3, "n", gives="3"),
    ok("int.format", 5, "160", gives=f"{5:160}", extra=10),
    bad("int.format", 3, "s", fault="E0710"),
    bad("int.format", -1, "c", fault="E0710"),
    ok("float.format", 2.675, ".2f", gives="2.67"),
    ok("float.format", 1e10, "_.3e", gives="1.000e+10"),
    ok("float.format", 0.25, "%", gives="25.000000%"),
    ok("float.format", NAN, "08.1f", gives="00000nan"),
    ok("float.format", 1.0, ".320f", gives=f"{1.0:.320f}", extra=20),
    bad("float.format", 1.0, "d", fault="E0710"),
    ok("str.format", "ab", "*^7.1", gives="***a***"),
    bad("str.format", "ab", "=5", fault="E0710"),
    ok("bool.format", True, "", gives="True"),
    ok("bool.format", True, "5d", gives="    1"),
    bad("bool.format", True, "s5", fault="E0710"),
    ok("int.to_base", -255, 16, gives="-0xff"),
    ok("int.to_base", MIN, 2, gives=bin(MIN)),
    ok("int.to_base", 8, 8, gives="0o10"),
    ok("str.upper", "straße", gives="STRASSE"),
    ok("str.lower", "ΑΣ", gives="ας"),
    ok("str.title", "they're bill's", gives="They'Re Bill'S"),
    ok("str.capitalize", "ǆabc DEF", gives="ǅabc def"),
    ok("str.casefold", "Straße", gives="strasse"),
    ok("str.swapcase", "aBß", gives="AbSS"),
    ok("str.strip", "\u2003 a b\n", gives="a b"),
    ok("str.lstrip", " a ", gives="a "),
    ok("str.rstrip", " a ", gives=" a"),
    ok("str.strip_chars", "xyaxy", "yx", gives="a"),
    ok("str.lstrip_chars", "xyaxy", "yx", gives="axy"),
    ok("str.rstrip_chars", "xyaxy", "yx", gives="xya"),
    ok("str.removeprefix", "abc", "ab", gives="c"),
    ok("str.removesuffix", "abc", "ab", gives="abc"),
    ok("str.replace", "aaaa", "aa", "b", -1, gives="bb"),
    ok("str.replace", "abc", "", "-", -1, gives="-a-b-c-"),
    ok("str.replace", "a" * 16, "a", "bbb", -1, gives="b" * 48, extra=4),
    ok("str.replace", "aaaa", "a", "b", 2, gives="bbaa"),
    ok("str.startswith", "abc", "ab", gives=True),
    ok("str.endswith", "abc", "", gives=True),
    ok("str.find", "abcabc", "c", 3, MIN, gives=5),
    ok("str.find", "abc", "", 4, MIN, gives=-1),
    ok("str.find", "abc", "", 3, MIN, gives=3),
    ok("str.rfind", "abcabc", "c", MIN, -1, gives=2),
    ok("str.count", "aaaa", "aa", MIN, MIN, gives=2),
    ok("str.count", "abc", "", MIN, MIN, gives=4),
    ok("str.split", " a  b c ", 1, gives=["a", "b c "]),
    ok("str.split_by", "a,b,,c", ",", -1, gives=["a", "b", "", "c"]),
    bad("str.split_by", "a", "", -1, fault="E0715"),
    ok("str.rsplit", " a  b c ", 1, gives=[" a  b", "c"]),
    ok("str.rsplit_by", "a,b,c", ",", 1, gives=["a,b", "c"]),
    bad("str.rsplit_by", "a", "", 1, fault="E0715"),
    ok("str.splitlines", "a\r\nb\x0bc\u2028d", False, gives=["a", "b", "c", "d"]),
    ok("str.splitlines", "a\r\nb\n", True, gives=["a\r\n", "b\n"]),
    ok("str.join", ", ", strs("a", "b", "é"), gives="a, b, é"),
    ok("str.join", "-" * 15, strs("a", "b", "", "c"), gives=("-" * 15).join(["a", "b", "", "c"]), extra=4),
    ok("str.partition", "a=b=c", "=", gives=("a", "=", "b=c")),
    bad("str.partition", "a", "", fault="E0715"),
    ok("str.rpartition", "abc", "=", gives=("", "", "abc")),
    bad("str.rpartition", "a", "", fault="E0715"),
    ok("str.center", "ab", 5, "*", gives="ab".center(5, "*")),
    ok("str.center", "abc", 6, "*", gives="abc".center(6, "*")),
    bad("str.center", "a", 5, "", fault="E0717"),
    ok("str.ljust", "ab", 4, "é", gives="abéé"),
    bad("str.ljust", "a", 5, "xy", fault="E0717"),
    ok("str.rjust", "ab", 33, " ", gives=" " * 31 + "ab", extra=2),
    bad("str.rjust", "a", 5, "xy", fault="E0717"),
    ok("str.zfill", "-5", 4, gives="-005"),
    ok("str.expandtabs", "a\tbc\n\td", 4, gives="a   bc\n    d"),
    ok("str.expandtabs", "a\tb", -1, gives="ab"),
    ok("str.isalpha", "aé", gives=True),
    ok("str.isdigit", "1²", gives=True),
    ok("str.isalnum", "a1", gives=True),
    ok("str.isspace", " \u2003\x1c", gives=True),
    ok("str.isupper", "A1", gives=True),
    ok("str.islower", "", gives=False),
    ok("str.istitle", "Ab Cd", gives=True),
    ok("str.isnumeric", "½", gives=True),
    ok("str.isdecimal", "²", gives=False),
    ok("str.isascii", "", gives=True),
    ok("str.isidentifier", "été_1", gives=True),
    ok("str.isprintable", "a\n", gives=False),
    # list
    ok("list.new", parse_type("list[int]"), 4, gives=[], to="list[int]", extra=1),
    ok("list.new", parse_type("list[bool]"), -4, gives=[], to="list[bool]", extra=0),
    ok("list.of", parse_type("list[str]"), V("str", "a"), V("str", "b"), gives=["a", "b"], to="list[str]"),
    ok("list.of", parse_type("list[bool]"), V("bool", True), V("bool", False), gives=[True, False], to="list[bool]"),
    ok("list.len", ints(1, 2, 3), gives=3),
    ok("list.get", ints(1, 2, 3), -1, gives=3, to="int"),
    ok("list.get", V("list[bool]", [True, False]), 0, gives=True, to="bool"),
    bad("list.get", ints(1, 2, 3), 3, fault="E0701", to="int"),
    ok("list.set", floats(1.0, 2.0), -2, V("float", 5.0), gives=[5.0, 2.0]),
    bad("list.set", floats(1.0), -2, V("float", 5.0), fault="E0701"),
    ok("list.get.nc", strs("a", "b"), 1, gives="b", to="str"),
    ok("list.set.nc", strs("a", "b"), 1, V("str", "c"), gives=["a", "c"]),
    ok("list.append", V("list[bool]", []), V("bool", True), gives=[True]),
    ok("list.append", anys(1), V("any", "a"), gives=[1, "a"]),
    ok("list.pop", ints(1, 2, 3), -1, gives=3, to="int"),
    ok("list.pop", ints(*range(40)), 0, gives=0, to="int", extra=2),
    bad("list.pop", ints(), -1, fault="E0706", to="int"),
    bad("list.pop", ints(1), 1, fault="E0701", to="int"),
    ok("list.insert", ints(1, 2), -99, V("int", 0), gives=[0, 1, 2]),
    ok("list.insert", ints(1, 2), 99, V("int", 3), gives=[1, 2, 3]),
    ok("list.insert", ints(*range(32)), -32, V("int", 9), gives=[9, *range(32)], extra=2),
    ok("list.extend", ints(1), ints(2, 3), gives=[1, 2, 3]),
    ok("list.concat", ints(1), ints(2, 3), gives=[1, 2, 3], to="list[int]"),
    ok("list.repeat", ints(1, 2), 2, gives=[1, 2, 1, 2], to="list[int]", extra=1),
    ok("list.repeat", ints(1, 2), -2, gives=[], to="list[int]"),
    ok("list.slice", ints(1, 2, 3, 4), MIN, MIN, -2, gives=[4, 2], to="list[int]"),
    ok("list.slice", V("list[bool]", [True, False, True]), 1, MAX, 1, gives=[False, True], to="list[bool]"),
    bad("list.slice", ints(1), MIN, MIN, 0, fault="E0714", to="list[int]"),
    ok("list.contains", ints(1, 2), V("int", 2), gives=True),
    ok("list.contains", floats(NAN), V("float", 1.0), gives=False),
    bad("list.contains", floats(1.0, NAN), V("float", NAN), fault="E0720"),
    bad("list.find", floats(NAN), V("float", NAN), MIN, MIN, fault="E0720"),
    bad("list.count", floats(NAN, 1.0), V("float", NAN), fault="E0720"),
    ok("list.contains", V("list[Point]", [point(1, 2).value]), point(1, 2), gives=True),
    ok("list.contains", strs("x" * 40, "y" * 40), V("str", "y" * 32), gives=False, extra=4),
    ok("list.find", ints(1, 2, 1, 2), V("int", 1), 1, MIN, gives=2),
    ok("list.find", ints(1, 2, 1, 2), V("int", 1), -1, MIN, gives=-1),
    ok("list.count", ints(1, 2, 1), V("int", 1), gives=2),
    ok("list.set_slice", ints(1, 2, 3, 4), ints(7, 8, 9), 1, 2, MIN, gives=[1, 7, 8, 9, 3, 4]),
    ok("list.set_slice", ints(1, 2, 3, 4), ints(9), 3, 1, 1, gives=[1, 2, 3, 9, 4]),
    ok("list.set_slice", V("list[bool]", [True] * 4), V("list[bool]", [False] * 2), MIN, MIN, -2, gives=[True, False, True, False]),
    ok("list.set_slice", ints(*range(40)), ints(*range(8)), 0, 1, 1, gives=[*range(8), *range(1, 40)], extra=4),
    bad("list.set_slice", ints(1, 2, 3), ints(1), MIN, MIN, 2, fault="E0719"),
    bad("list.set_slice", ints(1, 2, 3), ints(1), MIN, MIN, 0, fault="E0714"),
    ok("list.del_slice", ints(1, 2, 3, 4), 1, 3, MIN, gives=[1, 4]),
    ok("list.del_slice", ints(*range(40)), MIN, MIN, -3, gives=[x for x in range(40) if x % 3], extra=2),
    bad("list.del_slice", ints(1), MIN, MIN, 0, fault="E0714"),
    ok("list.remove", floats(1.0, -0.0, 0.0), V("float", 0.0), gives=[1.0, 0.0]),
    ok("list.remove", ints(*range(40)), V("int", 3), gives=[0, 1, 2, *range(4, 40)], extra=12),
    bad("list.remove", anys(1, [2]), V("any", [3]), fault="E0707"),
    bad("list.remove", floats(NAN), V("float", NAN), fault="E0720"),
    ok("list.reverse_copy", V("list[bool]", [True, False]), gives=[False, True], to="list[bool]"),
    ok("list.reverse_copy", strs(*"abcde"), gives=[*"edcba"], to="list[str]", extra=1),
    ok("list.argsort", strs("b", "a", "b", "a"), False, gives=[1, 3, 0, 2], extra=6),
    ok("list.argsort", floats(-0.0, 1.0, 0.0), True, gives=[1, 0, 2]),
    ok("list.argsort", V("list[bool]", [True, False, True]), False, gives=[1, 0, 2]),
    ok("list.argsort", anys(2, 1.5, True), False, gives=[2, 1, 0]),
    ok("list.argsort", V("list[tuple[int, str]]", [(2, "a"), (1, "b"), (2, "a")]), True, gives=[0, 2, 1]),
    ok("list.argsort", ints(), False, gives=[]),
    bad("list.argsort", anys(1, "a"), False, fault="E0308"),
    bad("list.argsort", floats(1.0, NAN), False, fault="E0721"),
    ok("list.gather", strs("a", "b", "c"), ints(2, 0, -1, 1), gives=["c", "a", "c", "b"], to="list[str]", extra=1),
    bad("list.gather", strs("a"), ints(1), fault="E0701", to="list[str]"),
    ok("list.reverse", V("list[bool]", [True, False]), gives=[False, True]),
    ok("list.sort", ints(3, 1, 2), False, gives=[1, 2, 3], extra=3),
    ok("list.sort", strs("b", "a", "B"), True, gives=["b", "a", "B"]),
    ok("list.sort", anys(2, 1.5, True), False, gives=[True, 1.5, 2]),
    ok("list.sort", V("list[tuple[int, str]]", [(1, "b"), (0, "z"), (1, "a")]), False, gives=[(0, "z"), (1, "a"), (1, "b")]),
    bad("list.sort", anys(1, "a"), False, fault="E0308"),
    bad("list.sort", floats(1.0, NAN), False, fault="E0721"),
    bad("list.sort", V("list[tuple[float, float]]", [(1.0, NAN), (1.0, NAN)]), True, fault="E0721"),
    ok("list.clear", ints(1), gives=[]),
    ok("list.eq", ints(1, 2), ints(1, 2), gives=True),
    bad("list.eq", floats(NAN), floats(NAN), fault="E0720"),
    ok("list.eq", floats(1.0, NAN), floats(2.0, NAN), gives=False),
    ok("list.eq", V("list[list[int]]", [[1, 2], [3]]), V("list[list[int]]", [[1, 2], [4]]), gives=False, extra=3),
    ok("list.lt", ints(1, 2), ints(1, 2, 3), gives=True),
    ok("list.lt", strs("b"), strs("a", "z"), gives=False),
    bad("list.lt", anys(1, "a"), anys(1, 2), fault="E0308"),
    bad("list.lt", floats(NAN), floats(NAN), fault="E0720"),
    ok("list.le", ints(1, 2), ints(1, 2), gives=True),
    bad("list.le", anys(None), anys(0), fault="E0308"),
    bad("list.le", floats(NAN), floats(NAN), fault="E0720"),
    ok("list.delete", ints(1, 2, 3), 0, gives=[2, 3]),
    bad("list.delete", ints(), 0, fault="E0701"),
    ok("list.from_str", "héy", gives=["h", "é", "y"], extra=1),
    ok("list.range", 5, 0, -2, gives=[5, 3, 1]),
    ok("list.range", 0, 10, 1, gives=list(range(10)), extra=2),
    bad("list.range", 0, 1, 0, fault="E0601"),
    ok("list.sum_int", ints(MAX, -1, 1), gives=MAX),
    bad("list.sum_int", ints(MAX, 1, -1), fault="E0502"),
    ok("list.sum_float", floats(1e16, 1.0, -1e16), gives=0.0),
    ok("list.sum_float", floats(-0.0), gives=0.0),
    ok("list.fsum", floats(1e16, 1.0, -1e16), gives=1.0, extra=24),
    ok("list.fsum", floats(*[0.1] * 10), gives=1.0),
    ok("list.fsum", floats(INF, NAN, 1.0), gives=NAN),
    bad("list.fsum", floats(INF, -INF), fault="E0503"),
    bad("list.fsum", floats(1e308, 1e308, -1e308), fault="E0506"),
    ok("list.dist", floats(1.0, 2.0, 3.0), floats(3.0, 5.0, -3.0), gives=7.0, extra=3),
    ok("list.dist", floats(), floats(), gives=0.0),
    bad("list.dist", floats(1.0), floats(), fault="E0719"),
    # tuple and record
    ok("tuple.new", parse_type("tuple[int, str]"), V("int", 1), V("str", "a"), gives=(1, "a"), to="tuple[int, str]"),
    ok("tuple.get", PAIR, 1, gives="x", to="str"),
    ok("record.new", parse_type("Point"), V("int", 1), V("int", 2), gives=point(1, 2).value, to="Point"),
    ok(
        "record.new",
        parse_type("Flight"),
        V("str", "UA"),
        V("bool", False),
        V("float", 0.0),
        gives=Record("Flight", {"carrier": "UA", "delay": None}),
        to="Flight",
    ),
    ok("record.get", point(1, 2), 1, gives=2, to="int"),
    ok("record.set", point(1, 2), 0, V("int", 5), gives=point(5, 2).value),
    ok("ref.is", ints(1), ints(1), gives=False),
    # dict and set
    ok("dict.new", parse_type("dict[str, int]"), 8, gives={}, to="dict[str, int]", extra=2),
    ok("dict.len", AGES, gives=2),
    ok("dict.get", AGES, V("str", "bob"), gives=27, to="int"),
    ok("dict.get", V("dict[any, int]", {1: 5}), V("any", True), gives=5, to="int"),
    ok("dict.get", V("dict[tuple[int, str], int]", {(1, "a"): 5}), V("tuple[int, str]", (1, "a")), gives=5, to="int", extra=2),
    bad("dict.get", AGES, V("str", "eve"), fault="E0702", to="int"),
    bad("dict.get", V("dict[any, int]", {}), V("any", [1]), fault="E0309", to="int"),
    bad("dict.get", V("dict[float, int]", {NAN: 1}), V("float", NAN), fault="E0720", to="int"),
    bad("dict.get", V("dict[float, int]", {NAN: 1}), V("float", 1.0), fault="E0702", to="int"),
    ok("dict.set", AGES, V("str", "ann"), V("int", 32), gives={"ann": 32, "bob": 27}),
    ok("dict.set", AGES, V("str", "x" * 40), V("int", 1), gives={**AGES.value, "x" * 40: 1}, extra=2),
    bad("dict.set", V("dict[any, int]", {}), V("any", [1]), V("int", 1), fault="E0309"),
    bad("dict.set", V("dict[any, int]", {NAN: 1}), V("any", NAN), V("int", 1), fault="E0720"),
    ok("dict.find", AGES, V("str", "bob"), gives=1),
    ok("dict.find", AGES, V("str", "eve"), gives=-1),
    ok("dict.find", V("dict[float, int]", {0.0: 1}), V("float", -0.0), gives=0),
    bad("dict.find", V("dict[any, int]", {}), V("any", {}), fault="E0309"),
    bad("dict.find", V("dict[float, int]", {-NAN: 1}), V("float", NAN), fault="E0720"),
    ok("dict.next", AGES, 0, gives=0),
    ok("dict.next", AGES, 2, gives=-1),
    ok("dict.key_at", AGES, 1, gives="bob", to="str"),
    bad("dict.key_at", AGES, 2, fault="E0701", to="str"),
    ok("dict.value_at", AGES, 1, gives=27, to="int"),
    bad("dict.value_at", AGES, -1, fault="E0701", to="int"),
    ok("dict.remove", AGES, V("str", "bob"), gives=True),
    ok("dict.remove", AGES, V("str", "eve"), gives=False),
    bad("dict.remove", V("dict[any, int]", {}), V("any", {}), fault="E0309"),
    bad("dict.remove", V("dict[float, int]", {NAN: 1}), V("float", NAN), fault="E0720"),
    ok("dict.clear", AGES, gives={}),
    ok("dict.copy", AGES, gives=AGES.value, to="dict[str, int]", extra=2),
    ok("dict.eq", AGES, V("dict[str, int]", {"bob": 27, "ann": 31}), gives=True, extra=6),
    ok("dict.eq", AGES, V("dict[str, int]", {"bob": 27}), gives=False, extra=4),
    bad("dict.eq", V("dict[int, float]", {1: NAN}), V("dict[int, float]", {1: NAN}), fault="E0720"),
    ok("set.new", parse_type("set[float]"), 0, gives=set(), to="set[float]"),
    ok("set.len", ODD, gives=3),
    ok("set.add", ODD, V("int", 7), gives={1, 3, 5, 7}),
    ok("set.add", ODD, V("int", 5), gives={1, 3, 5}),
    bad("set.add", V("set[any]", set()), V("any", [1]), fault="E0309"),
    bad("set.add", V("set[float]", {NAN}), V("float", NAN), fault="E0720"),
    ok("set.contains", ODD, V("int", 4), gives=False),
    bad("set.contains", V("set[any]", set()), V("any", [1]), fault="E0309"),
    bad("set.contains", V("set[any]", {(NAN, 1)}), V("any", (NAN, 1)), fault="E0720"),
    ok("set.remove", ODD, V("int", 5), gives=True),
    bad("set.remove", V("set[any]", set()), V("any", [1]), fault="E0309"),
    bad("set.remove", V("set[float]", {NAN}), V("float", NAN), fault="E0720"),
    ok("set.to_list", V("set[int]", {4}), gives=[4], to="list[int]"),
    ok("set.eq", ODD, V("set[int]", {5, 3, 1}), gives=True, extra=9),
    bad("set.eq", V("set[float]", {NAN}), V("set[float]", {NAN}), fault="E0720"),
    # any
    ok("any.from", V("int", MAX), gives=MAX),
    ok("any.from", V("list[int]", [1]), gives=[1]),
    ok("any.to", V("any", MIN), INT_TYPE, gives=MIN, to="int"),
    ok("any.to", V("any", 1.5), FLOAT_TYPE, gives=1.5, to="float"),
    ok("any.to", V("any", "s"), STR, gives="s", to="str"),
    ok("any.to", V("any", [1, "a"]), parse_type("list[any]"), gives=[1, "a"], to="list[any]"),
    bad("any.to", V("any", True), INT_TYPE, fault="E0309", to="int"),
    bad("any.to", V("any", None), STR, fault="E0309", to="str"),
    ok("any.is", V("any", None), parse_type("None"), gives=True),
    ok("any.is", V("any", True), INT_TYPE, gives=False),
    ok("any.is", V("any", [1]), parse_type("list[any]"), gives=True),
    ok("any.is", V("any", [1]), parse_type("list[int]"), gives=True),
    ok("any.is", V("any", [1]), parse_type("dict[int, int]"), gives=False),
    ok("any.is", V("any", (1, "a")), parse_type("tuple[int]"), gives=True),
    ok("any.is", V("any", point(1, 2).value), parse_type("Point"), gives=True),
    ok("any.is", V("any", point(1, 2).value), parse_type("Flight"), gives=False),
    ok("any.binary", BINARY["+"], V("any", 1), V("any", 2.5), gives=3.5),
    ok("any.binary", BINARY["+"], V("any", "a"), V("any", "b"), gives="ab"),
    ok("any.binary", BINARY["+"], V("any", True), V("any", True), gives=2),
    ok("any.binary", BINARY["*"], V("any", 3), V("any", "ab"), gives="ababab"),
    ok("any.binary", BINARY["*"], V("any", [1, "a"]), V("any", 2), gives=[1, "a", 1, "a"], extra=1),
    ok("any.binary", BINARY["/"], V("any", 7), V("any", 2), gives=3.5),
    ok("any.binary", BINARY["//"], V("any", -7), V("any", 2.0), gives=-4.0),
    ok("any.binary", BINARY["%"], V("any", -7), V("any", 2), gives=1),
    ok("any.binary", BINARY["&"], V("any", True), V("any", False), gives=False),
    ok("any.binary", BINARY["|"], V("any", True), V("any", 2), gives=3),
    bad("any.binary", BINARY["+"], V("any", 1), V("any", "a"), fault="E0308"),
    bad("any.binary", BINARY["+"], V("any", None), V("any", 1), fault="E0308"),
    bad("any.binary", BINARY["%"], V("any", "%d"), V("any", 1), fault="E0308"),
    bad("any.binary", BINARY["-"], V("any", MIN), V("any", 1), fault="E0502"),
    bad("any.binary", BINARY["/"], V("any", 1), V("any", 0), fault="E0501"),
    bad("any.binary", BINARY["<<"], V("any", 1), V("any", -1), fault="E0505"),
    bad("any.binary", BINARY["^"], V("any", 1.0), V("any", 1), fault="E0308"),
    bad("any.binary", BINARY["**"], V("any", 1e200), V("any", 2), fault="E0506"),
    bad("any.binary", BINARY["**"], V("any", 0.0), V("any", -1), fault="E0507"),
    bad("any.binary", BINARY["**"], V("any", -8.0), V("any", 0.5), fault="E0508"),
    ok("any.binary", BINARY["**"], V("any", 2), V("any", -1), gives=0.5),
    bad("any.binary", BINARY["**"], V("any", 0), V("any", -1), fault="E0507"),
    ok("any.unary", UNARY["-"], V("any", True), gives=-1),
    ok("any.unary", UNARY["+"], V("any", True), gives=1),
    ok("any.unary", UNARY["~"], V("any", 5), gives=-6),
    ok("any.unary", UNARY["abs"], V("any", -2.5), gives=2.5),
    bad("any.unary", UNARY["~"], V("any", 1.0), fault="E0308"),
    bad("any.unary", UNARY["-"], V("any", MIN), fault="E0502"),
    ok("any.eq", V("any", 1), V("any", 1.0), gives=True),
    ok("any.eq", V("any", None), V("any", False), gives=False),
    ok("any.eq", V("any", NAN), V("any", NAN), gives=False),
    bad("any.eq", V("any", (NAN,)), V("any", (NAN,)), fault="E0720"),
    ok("any.eq", V("any", [1, [2, "a"]]), V("any", [1.0, [2, "a"]]), gives=True, extra=4),
    ok("any.eq", V("any", {"a": [1]}), V("any", {"a": [1]}), gives=True, extra=2),
    ok("any.compare", ORDER["<"], V("any", 1), V("any", 1.5), gives=True),
    ok("any.compare", ORDER[">="], V("any", "b"), V("any", "a"), gives=True),
    ok("any.compare", ORDER["<="], V("any", [1, 2]), V("any", [1, 2]), gives=True, extra=2),
    bad("any.compare", ORDER["<"], V("any", 1), V("any", "a"), fault="E0308"),
    ok("any.compare", ORDER["<"], V("any", NAN), V("any", NAN), gives=False),
    bad("any.compare", ORDER["<"], V("any", [NAN]), V("any", [NAN]), fault="E0720"),
    bad("any.compare", ORDER["<"], V("any", None), V("any", None), fault="E0308"),
    ok("any.truth", V("any", []), gives=False),
    ok("any.truth", V("any", NAN), gives=True),
    ok("any.truth", V("any", None), gives=False),
    ok("any.len", V("any", (1, 2)), gives=2),
    bad("any.len", V("any", 5), fault="E0309"),
    ok("any.index", V("any", [1, "a"]), V("any", -1), gives="a"),
    ok("any.index", V("any", "héy"), V("any", True), gives="é"),
    ok("any.index", V("any", {"k": 2.5}), V("any", "k"), gives=2.5),
    bad("any.index", V("any", [1]), V("any", 1), fault="E0701"),
    bad("any.index", V("any", {"k": 1}), V("any", "l"), fault="E0702"),
    bad("any.index", V("any", [1]), V("any", "a"), fault="E0308"),
    bad("any.index", V("any", {NAN: 1}), V("any", NAN), fault="E0720"),
    bad("any.index", V("any", {}), V("any", []), fault="E0309"),
    ok("any.index", V("any", range(3, 9, 2)), V("any", -1), gives=7),
    bad("any.index", V("any", range(3)), V("any", 3), fault="E0701"),
    bad("any.index", V("any", range(3)), V("any", None), fault="E0308"),
    bad("any.index", V("any", None), V("any", 3), fault="E0308"),
    ok("any.set_index", V("any", [1, "a"]), V("any", -1), V("any", None), gives=[1, None]),
    ok("any.set_index", V("any", {1: 2}), V("any", "k" * 32), V("any", 3), gives={1: 2, "k" * 32: 3}, extra=2),
    bad("any.set_index", V("any", [1]), V("any", 1), V("any", 1), fault="E0701"),
    bad("any.set_index", V("any", [1]), V("any", "a"), V("any", 1), fault="E0308"),
    bad("any.set_index", V("any", {}), V("any", []), V("any", 1), fault="E0309"),
    bad("any.set_index", V("any", (1,)), V("any", 0), V("any", 1), fault="E0780"),
    ok("any.del_index", V("any", [*range(33)]), V("any", 0), gives=[*range(1, 33)], extra=2),
    ok("any.del_index", V("any", {1: 2, "a": 3}), V("any", True), gives={"a": 3}),
    bad("any.del_index", V("any", {1: 2}), V("any", 2), fault="E0702"),
    bad("any.del_index", V("any", {1: 2}), V("any", {}), fault="E0309"),
    bad("any.del_index", V("any", [1]), V("any", -2), fault="E0701"),
    bad("any.del_index", V("any", [1]), V("any", "a"), fault="E0308"),
    bad("any.del_index", V("any", {NAN: 1}), V("any", NAN), fault="E0720"),
    bad("any.set_index", V("any", {NAN: 1}), V("any", NAN), V("any", 1), fault="E0720"),
    bad("any.del_index", V("any", "abc"), V("any", 1), fault="E0780"),
    bad("any.del_index", V("any", 5), V("any", 1), fault="E0780"),
    ok("any.slice", V("any", "abcdef"), V("any", 1), V("any", None), V("any", 2), gives="bdf"),
    ok("any.slice", V("any", [1, "a", None]), V("any", None), V("any", None), V("any", -1), gives=[None, "a", 1]),
    ok("any.slice", V("any", (1, "a", 2.5, True)), V("any", MIN), V("any", MAX), V("any", True), gives=(1, "a", 2.5, True), extra=1),
    ok("any.slice", V("any", range(10)), V("any", None), V("any", -1), V("any", 3), gives=range(0, 9, 3)),
    ok("any.slice", V("any", range(10)), V("any", None), V("any", None), V("any", -1), gives=range(9, -1, -1)),
    bad("any.slice", V("any", range(MIN, 0)), V("any", None), V("any", None), V("any", 1), fault="E0783"),
    bad("any.slice", V("any", range(0, 9, MAX)), V("any", None), V("any", None), V("any", 2), fault="E0783"),
    bad("any.slice", V("any", [1]), V("any", "a"), V("any", None), V("any", None), fault="E0309"),
    bad("any.slice", V("any", [1]), V("any", "a"), V("any", None), V("any", 0), fault="E0714"),
    bad("any.slice", V("any", {}), V("any", 1), V("any", None), V("any", None), fault="E0309"),
    bad("any.slice", V("any", 5), V("any", 1), V("any", None), V("any", None), fault="E0780"),
    ok("any.set_slice", V("any", [1, 2, 3]), V("any", 1), V("any", 2), V("any", None), V("any", "ab"), gives=[1, "a", "b", 3]),
    ok("any.set_slice", V("any", [1, 2, 3]), V("any", None), V("any", None), V("any", 2), V("any", {7: 8, 9: 0}), gives=[7, 2, 9]),
    ok("any.set_slice", V("any", [1]), V("any", 5), V("any", 9), V("any", None), V("any", [*range(8)]), gives=[1, *range(8)], extra=2),
    bad("any.set_slice", V("any", [1, 2]), V("any", 0), V("any", 1), V("any", None), V("any", 5), fault="E0780"),
    bad("any.set_slice", V("any", [1, 2]), V("any", 0), V("any", 1), V("any", 2), V("any", None), fault="E0780"),
    bad("any.set_slice", V("any", [1, 2]), V("any", 0), V("any", 2), V("any", 2), V("any", "ab"), fault="E0719"),
    bad("any.set_slice", V("any", (1,)), V("any", 0), V("any", 2), V("any", 2), V("any", "ab"), fault="E0780"),
    bad("any.set_slice", V("any", {}), V("any", 0), V("any", 2), V("any", 2), V("any", "ab"), fault="E0309"),
    bad("any.set_slice", V("any", [1]), V("any", 0), V("any", 2), V("any", 0), V("any", "ab"), fault="E0714"),
    bad("any.set_slice", V("any", []), V("any", 0), V("any", 2), V("any", 1), V("any", range(MIN, MAX)), fault="E0783"),
    ok("any.del_slice", V("any", [1, 2, 3, 4]), V("any", None), V("any", None), V("any", 2), gives=[2, 4]),
    ok("any.del_slice", V("any", [*range(32)]), V("any", 0), V("any", 8), V("any", None), gives=[*range(8, 32)], extra=2),
    bad("any.del_slice", V("any", "abc"), V("any", 0), V("any", 8), V("any", None), fault="E0780"),
    bad("any.del_slice", V("any", {}), V("any", 0), V("any", 8), V("any", None), fault="E0309"),
    bad("any.del_slice", V("any", [1]), V("any", 0), V("any", 8), V("any", 0), fault="E0714"),
    ok("any.range", 1, 9, 3, gives=range(1, 9, 3)),
    bad("any.range", 1, 9, 0, fault="E0601"),
    ok("any.to_list", V("any", (1, "a", 2.5, None)), gives=[1, "a", 2.5, None], extra=1),
    ok("any.to_list", V("any", "héy\u20ac"), gives=["h", "é", "y", "\u20ac"]),
    ok("any.to_list", V("any", {1: "x", "k": 2}), gives=[1, "k"]),
    ok("any.to_list", V("any", range(9, 0, -4)), gives=[9, 5, 1]),
    bad("any.to_list", V("any", 5), fault="E0780"),
    bad("any.to_list", V("any", range(MIN, MAX)), fault="E0783"),
    ok("tuple.from_list", anys(1, "a", 2.5, None), gives=(1, "a", 2.5, None), extra=1),
    ok("any.eq", V("any", range(0, 5, 2)), V("any", range(0, 6, 2)), gives=True),
    ok("any.eq", V("any", [range(3)]), V("any", [[0, 1, 2]]), gives=False, extra=1),
    ok("any.repr", V("any", [range(3), range(1, 9, -2)]), gives="[range(0, 3), range(1, 9, -2)]", extra=3),
    ok("any.len", V("any", range(9, 0, -4)), gives=3),
    bad("any.len", V("any", range(MIN, MAX)), fault="E0783"),
    ok("any.truth", V("any", range(MIN, MAX)), gives=True),
    ok("any.truth", V("any", range(3, 3)), gives=False),
    ok("any.contains", V("any", range(MIN, MAX, 3)), V("any", MIN + 3), gives=True),
    ok("any.contains", V("any", range(9, 0, -4)), V("any", 5.0), gives=True),
    ok("any.contains", V("any", range(9, 0, -4)), V("any", "a"), gives=False),
    ok("any.contains", V("any", {range(3): 1}), V("any", range(3)), gives=True),
    bad("any.contains", V("any", {}), V("any", []), fault="E0309"),
    ok("any.type_name", V("any", range(3)), gives="range"),
    ok("any.contains", V("any", "hello"), V("any", "ell"), gives=True),
    ok("any.contains", V("any", (1, 2)), V("any", 2.0), gives=True),
    ok("any.contains", V("any", {1: 2}), V("any", True), gives=True),
    bad("any.contains", V("any", "a"), V("any", 1), fault="E0308"),
    bad("any.contains", V("any", (1, NAN)), V("any", NAN), fault="E0720"),
    bad("any.contains", V("any", 5), V("any", 1), fault="E0308"),
    ok("any.to_str", V("any", "a"), gives="a"),
    ok("any.to_str", V("any", [1, "a", None, 2.5, True]), gives="[1, 'a', None, 2.5, True]", extra=6),
    ok("any.to_str", V("any", {"a": (1,)}), gives="{'a': (1,)}", extra=3),
    ok("any.to_str", V("any", Record("Flight", {"carrier": "UA", "delay": None})), gives="Flight(carrier='UA', delay=None)", extra=4),
    ok("any.repr", V("any", "a"), gives="'a'"),
    ok("any.repr", V("any", set()), gives="set()"),
    ok("any.format", V("any", 2.5), V("str", "6.2f"), gives="  2.50"),
    ok("any.format", V("any", [1]), V("str", ""), gives="[1]", extra=1),
    bad("any.format", V("any", [1]), V("str", "5"), fault="E0710"),
    bad("any.format", V("any", "a"), V("str", "d"), fault="E0710"),
    ok("any.type_name", V("any", None), gives="NoneType"),
    ok("any.type_name", V("any", point(1, 2).value), gives="Point"),
    ok("any.type_name", V("any", [1]), gives="list"),
    ok("any.to_number", V("any", " 7 "), INT_TYPE, gives=7, to="int"),
    ok("any.to_number", V("any", True), FLOAT_TYPE, gives=1.0, to="float"),
    ok("any.to_number", V("any", -2.9), INT_TYPE, gives=-2, to="int"),
    ok("any.to_number", V("any", "1e3"), FLOAT_TYPE, gives=1000.0, to="float"),
    bad("any.to_number", V("any", None), INT_TYPE, fault="E0309", to="int"),
    bad("any.to_number", V("any", INF), INT_TYPE, fault="E0504", to="int"),
    bad("any.to_number", V("any", NAN), INT_TYPE, fault="E0509", to="int"),
    bad("any.to_number", V("any", "x"), INT_TYPE, fault="E0703", to="int"),
    bad("any.to_number", V("any", str(MAX + 1)), INT_TYPE, fault="E0502", to="int"),
    bad("any.to_number", V("any", "x"), FLOAT_TYPE, fault="E0713", to="float"),
    ok("any.is_same", V("any", None), V("any", None), gives=True),
    ok("any.is_same", V("any", 5), V("any", 5), gives=True),
    ok("any.is_same", V("any", [1]), V("any", [1]), gives=False),
    # methods of built-in types
    ok("any.method", "upper", "", V("any", "grüße"), gives="GRÜSSE", extra=0),
    ok("any.method", "split", "", V("any", "a b  c"), gives=["a", "b", "c"]),
    ok("any.method", "split", "maxsplit", V("any", "a-b-c"), V("any", "-"), V("any", 1), gives=["a", "b-c"]),
    ok("any.method", "partition", "", V("any", "a=b"), V("any", "="), gives=("a", "=", "b")),
    ok("any.method", "join", "", V("any", ", "), V("any", ("a", "b" * 61)), gives="a, " + "b" * 61, extra=4),
    ok("any.method", "index", "", V("any", (1, "a", 2.5)), V("any", 2.5), gives=2),
    ok("any.method", "pop", "", V("any", [1, "a"]), gives="a"),
    ok("any.method", "get", "", V("any", {"a": 1}), V("any", "b"), gives=None),
    ok("any.method", "setdefault", "", V("any", {"a": 1}), V("any", "a"), V("any", 2), gives=1),
    ok("any.method", "fromkeys", "", V("any", {}), V("any", "ab"), V("any", 0), gives={"a": 0, "b": 0}),
    ok("any.method", "format", "w", V("any", "{0:>{w}}|{1!r}"), V("any", 5), V("any", ["é"]), V("any", 4), gives="   5|['é']"),
    bad("any.method", "sort", "", V("any", [1, "a"]), fault="E0308"),
    bad("any.method", "get", "", V("any", {}), V("any", ("a", [])), fault="E0309"),
    bad("any.method", "pop", "", V("any", {}), V("any", 1), fault="E0702"),
    bad("any.method", "index", "", V("any", [NAN]), V("any", NAN), fault="E0720"),
    bad("any.method", "sort", "reverse", V("any", [NAN, 1.0]), V("any", True), fault="E0721"),
    bad("any.method", "append", "", V("any", []), fault="E0790"),
    bad("any.method", "index", "", V("any", "abc"), V("any", "z"), fault="E0791"),
    bad("any.method", "append", "", V("any", 5), V("any", 1), fault="E0792"),
    bad("any.method", "pop", "", V("any", []), fault="E0793"),
    bad("any.method", "expandtabs", "", V("any", "a"), V("any", 2**31), fault="E0797"),
    bad("any.method", "popitem", "", V("any", {}), fault="E0798"),
    # regular expressions
    ok("regex.compile", "a(b|é)*", 2, gives=Record("regex", {"pattern": "a(b|é)*", "flags": 34}), extra=8 * 7 + 10),
    ok("regex.compile", "(?ax)[a-z] # letters", 2, gives=Record("regex", {"pattern": "(?ax)[a-z] # letters", "flags": 322}), extra=168),
    bad("regex.compile", "a)", 0, fault="E0785"),
    bad("regex.compile", "(a)\\1", 0, fault="E0786"),
    bad("regex.compile", "a{4294967295}", 0, fault="E0787"),
    bad("regex.compile", "(?a)a", 32, fault="E0788"),
    ok("regex.match", Rx("(a+)(b)?"), "xaab", 1, 9, 0, gives=[1, 4, 1, 3, 3, 4, 2]),
    ok("regex.match", Rx("(a+)(b)?"), "xaab", 0, 3, 1, gives=[1, 3, 1, 3, -1, -1, 1]),
    ok("regex.match", Rx("(a+)(b)?"), "xaab", 0, 4, 0, gives=[]),
    ok("regex.match", Rx("a|ab"), "ab", 0, 2, 2, gives=[0, 2, -1]),
    ok("regex.match", Rx("a*?"), "baa", 0, 3, 3, gives=[1, 1, -1]),
    ok("regex.match", Rx("a"), "ba", 0, 2, 2**32 + 1, gives=[]),
    ok("regex.compile", "a", 2**32 + 2**20, gives=Record("regex", {"pattern": "a", "flags": 2**20 + 32})),
    ok("regex.match", Rx("\\w+$", 256), "été \U0001f600 ete\n", 0, 99, 1, gives=[6, 9, -1]),
    bad("regex.match", V("any", "a"), "a", 0, 1, 0, fault="E0309"),
    ok("regex.groups", Rx("(a)(?:b)(?P<c>c)"), gives=2),
    bad("regex.groups", V("any", None), fault="E0309"),
    ok("regex.group_names", Rx("(?P<first>a)(b)(?P<élan>c)"), gives={"first": 1, "élan": 3}),
    bad("regex.group_names", V("any", 5), fault="E0309"),
    ok("regex.pattern", Rx("[a-z]"), gives="[a-z]"),
    bad("regex.pattern", V("any", True), fault="E0309"),
    ok("regex.flags", Rx("(?im)a", 16), gives=58),
    bad("regex.flags", V("any", 1.5), fault="E0309"),
    ok("any.repr", Rx("a"), gives="<regex>"),
    ok("any.truth", Rx("a"), gives=True),
    ok("any.eq", Rx("a"), Rx("a"), gives=False),
    ok("any.type_name", Rx("a"), gives="regex"),
    *(
        ok("any.iter", V("any", value), gives=Callable(name, "object"))
        for value, name in (
            ([1], "list_iterator"),
            ((1, 2), "tuple_iterator"),
            ("ab", "str_ascii_iterator"),
            ("é", "str_iterator"),
            (range(3), "range_iterator"),
            ({1: 2}, "dict_keyiterator"),
            ({1}, "set_iterator"),
        )
    ),
    *(bad("any.iter", V("any", value), fault="E0780") for value in (5, 2.5, None, True)),
    bad("any.next", V("any", [1]), fault="E0780"),
    bad("any.next", V("any", None), fault="E0780"),
    ok("any.is_end", V("any", None), gives=False),
    ok("any.is_end", V("any", 25), gives=False),
    ok("any.view", 0, AGES, gives=Callable("dict_keys", "object")),
    ok("any.view", 1, AGES, gives=Callable("dict_values", "object")),
    ok("any.view", 2, V("dict[any, any]", {}), gives=Callable("dict_items", "object")),
    *(
        ok("any.reversed", V("any", value), gives=Callable(name, "object"))
        for value, name in (
            ([1], "list_reverseiterator"),
            ((1, 2), "reversed"),
            ("ab", "reversed"),
            (range(3), "range_iterator"),
            ({1: 2}, "dict_reversekeyiterator"),
        )
    ),
    *(bad("any.reversed", V("any", value), fault="E0780") for value in (5, {1}, None)),
    ok("str.percent", "%5d|%-6s|%x", V("any", (42, "é", 255)), gives="   42|é     |ff"),
    ok("str.percent", "%(a)s%%", V("any", {"a": [1]}), gives="[1]%", extra=1),
    bad("str.percent", "%d", V("any", "a"), fault="E0790"),
    bad("str.percent", "%", V("any", ()), fault="E0791"),
    bad("str.percent", "%c", V("any", -1), fault="E0797"),
    bad("str.percent", "%(a)s", V("any", {}), fault="E0798"),
    ok("str.format_args", "{1} {a[x]}", V("any", [1, 2]), V("any", {"a": {"x": 3}}), gives="2 3"),
    ok("str.format_args", "{.x}", V("any", [point(1, 2).value]), V("any", None), gives="1"),
    bad("str.format_args", "{:d}", V("any", [[1]]), V("any", None), fault="E0790"),
    bad("str.format_args", "{", V("any", []), V("any", None), fault="E0791"),
    bad("str.format_args", "{.z}", V("any", [point(1, 2).value]), V("any", None), fault="E0792"),
    bad("str.format_args", "{}", V("any", []), V("any", None), fault="E0793"),
    bad("str.format_args", "{a}", V("any", []), V("any", {}), fault="E0798"),
    ok("any.ascii", V("any", ["é\U0001f600"]), gives="['\\xe9\\U0001f600']"),
)


def type_of_operand(notation: str, operand: Any) -> Type:
    return parse_type(operand.type if isinstance(operand, V) else notation)


def module_of(example: Example) -> Module:
    """A module whose function ``f`` runs the example's op on its parameters; ``arguments_of`` are the values to give it."""
    op = OPS[example.op]
    registers: list[Register] = []
    args: list[Any] = []
    makers: list[Instr] = []
    functions = [operand for operand in example.operands if isinstance(operand, Fn)]
    registers += [Register(item) for operand in functions for item in closure_of(operand).items]
    params = list(range(len(registers)))
    first = 0
    for operand in functions:
        registers.append(Register(closure_of(operand)))
        captured = params[first : first + len(operand.captured)]
        makers.append(Instr(OPS["fn.new"], (len(registers) - 1,), (closure_of(operand), *captured)))
        first += len(operand.captured)
    for position, operand in enumerate(example.operands):
        notation = op.kind(position)
        if notation.startswith("#"):
            args.append(operand)
        elif isinstance(operand, Rx):
            registers += [Register(STR), Register(INT), Register(ANY)]
            text, flags, made = range(len(registers) - 3, len(registers))
            makers.append(Instr(OPS["const.str"], (text,), (operand.pattern,)))
            makers.append(Instr(OPS["const.int"], (flags,), (operand.flags,)))
            makers.append(Instr(OPS["regex.compile"], (made,), (text, flags)))
            args.append(made)
        elif isinstance(operand, Fn):
            made = makers[functions.index(operand)].results[0]
            if notation == "any":
                registers.append(Register(ANY))
                makers.append(Instr(OPS["any.from"], (len(registers) - 1,), (made,)))
                made = len(registers) - 1
            args.append(made)
        else:
            registers.append(Register(type_of_operand(notation, operand)))
            params.append(len(registers) - 1)
            args.append(len(registers) - 1)
    if op.is_terminator:
        instrs, results = [Instr(op, (), tuple(args))], ()
    elif op.result:
        type = parse_type(example.to or op.result)
        registers.append(Register(type))
        result = len(registers) - 1
        instrs = [Instr(op, (result,), tuple(args)), Instr(OPS["ret"], (), (result,))]
        results = (type,)
    else:
        changed = next(arg for position, arg in enumerate(args) if not op.kind(position).startswith("#"))
        instrs = [Instr(op, (), tuple(args)), Instr(OPS["ret"], (), (changed,))]
        results = (registers[changed].type,)
    function = Function("f", params, results, registers, [Block([*makers, *instrs])], "f")
    entries = {signature.entry: entry_of(signature) for signature in SIGNATURES.values()} if functions or op.name == "fn.new" else {}
    module = Module("example", functions={"f": function, **entries}, records=dict(RECORDS), signatures=dict(SIGNATURES) if entries else {})
    fuel.run(module)
    return module


def closure_of(operand: Fn) -> Any:
    return parse_type(operand.type)


def arguments_of(example: Example) -> list[Any]:
    """The host values of the register operands, what functions captured first."""
    op = OPS[example.op]
    captured = [value for operand in example.operands if isinstance(operand, Fn) for value in operand.captured]
    return captured + [
        operand.value if isinstance(operand, V) else operand
        for position, operand in enumerate(example.operands)
        if not op.kind(position).startswith("#") and not isinstance(operand, (Fn, Rx))
    ]


def same(a: Any, b: Any) -> bool:
    """Whether two host values are the same, to the bit: -0.0 is not 0.0, nan is nan, True is not 1."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return math.copysign(1, a) == math.copysign(1, b) and (a == b or (a != a and b != b)) if a == a else b != b
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, range):
        return (a.start, a.stop, a.step) == (b.start, b.stop, b.step)
    return bool(a == b)
