"""Ops on bool, int and float in lanes.

A rule gives the text of one part's result and marks lanes that cannot be computed this way as failed: they are run again by the exact scalar code, so a test may cry wolf but
never stay silent. Ints pass through doubles only where their magnitude says that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from belljar.engines.batch.lanes import MASK, WIDTH, ZERO, Lanes, splat, vector
from belljar.engines.jit.cache import processor
from belljar.engines.jit.frame import llvm_float
from belljar.ir.function import Instr

Rule = Callable[[Lanes, Instr, int, str], str]
"""``rule(lanes, instr, part, mask)`` gives the operand that holds the result."""

I64, F64 = vector("i64"), vector("double")
INT_MIN, INT_MAX = -(2**63), 2**63 - 1
EXACT: Final = 1 << 52
"""Quotients of ints up to this magnitude are exact when their doubles are divided and the result is rounded down."""
FLOAT_EXACT: Final = 1 << 53
"""Ints up to this magnitude are floats without rounding."""
PRODUCT_MAX: Final = "0x43DFFFFFFFFFFF00"
"""A little below 2**63: where the rounded product of two rounded magnitudes is below it, the product fits."""

BINARY: Final[dict[str, str]] = {
    "bool.and": f"and {MASK}",
    "bool.or": f"or {MASK}",
    "bool.ne": f"xor {MASK}",
    "bool.eq": f"icmp eq {MASK}",
    "int.and": f"and {I64}",
    "int.or": f"or {I64}",
    "int.xor": f"xor {I64}",
    "int.add.wrap": f"add {I64}",
    "int.add.nw": f"add {I64}",
    "int.sub.nw": f"sub {I64}",
    "int.mul.nw": f"mul {I64}",
    "float.add": f"fadd {F64}",
    "float.sub": f"fsub {F64}",
    "float.mul": f"fmul {F64}",
    "float.div.nc": f"fdiv {F64}",
    "float.eq": f"fcmp oeq {F64}",
    "float.ne": f"fcmp une {F64}",
    "float.lt": f"fcmp olt {F64}",
    "float.le": f"fcmp ole {F64}",
    "float.gt": f"fcmp ogt {F64}",
    "float.ge": f"fcmp oge {F64}",
    "str.eq": f"icmp eq {vector('i32')}",
    "str.ne": f"icmp ne {vector('i32')}",
    **{f"int.{name}": f"icmp {name if name in ('eq', 'ne') else 's' + name} {I64}" for name in ("eq", "ne", "lt", "le", "gt", "ge")},
}
"""Two operands, one instruction, nothing that fails. Equal strings have the same number."""

UNARY: Final[dict[str, str]] = {
    "bool.not": f"xor {MASK} {{}}, {splat('i1', 'true')}",
    "bool.to_int": f"zext {MASK} {{}} to {I64}",
    "int.invert": f"xor {I64} {{}}, {splat('i64', '-1')}",
    "int.to_bool": f"icmp ne {I64} {{}}, {ZERO}",
    "int.neg.nw": f"sub {I64} {ZERO}, {{}}",
    "int.abs.nw": f"call {I64} @llvm.abs.v{WIDTH}i64({I64} {{}}, i1 false)",
    "float.neg": f"fneg {F64} {{}}",
    "float.abs": f"call {F64} @llvm.fabs.v{WIDTH}f64({F64} {{}})",
    "float.to_bool": f"fcmp une {F64} {{}}, {ZERO}",
    "math.isnan": f"fcmp uno {F64} {{}}, {ZERO}",
}


def binary(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    a, b = instr.args
    return lanes.emit(f"{BINARY[instr.op.name]} {lanes.get(a, part)}, {lanes.get(b, part)}")


def unary(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    return lanes.emit(UNARY[instr.op.name].format(lanes.get(instr.args[0], part)))


def _ints(value: int) -> str:
    return splat("i64", str(value))


def _outside(lanes: Lanes, value: str, low: int, high: int) -> str:
    """Lanes of an int vector that are not within low..high (high - low is below 2**64)."""
    moved = lanes.emit(f"sub {I64} {value}, {_ints(low)}") if low else value
    size = high - low
    return lanes.emit(f"icmp ugt {I64} {moved}, {_ints(size if size <= INT_MAX else size - 2**64)}")


def _known(lanes: Lanes, register: int) -> int | None:
    value = lanes.constant(register)
    return value if isinstance(value, int) else None


def add(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    left, right = instr.args
    a, b = lanes.get(left, part), lanes.get(right, part)
    result = lanes.emit(f"add {I64} {a}, {b}")
    for known, other in ((_known(lanes, right), a), (_known(lanes, left), b)):
        if known is not None:
            lanes.fail(part, mask, lanes.emit(f"icmp {'slt' if known >= 0 else 'sgt'} {I64} {result}, {other}"))
            return result
    x, y = lanes.emit(f"xor {I64} {a}, {result}"), lanes.emit(f"xor {I64} {b}, {result}")
    _fail_negative(lanes, lanes.emit(f"and {I64} {x}, {y}"), part, mask)
    return result


def subtract(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    left, right = instr.args
    a, b = lanes.get(left, part), lanes.get(right, part)
    result = lanes.emit(f"sub {I64} {a}, {b}")
    known = _known(lanes, right)
    if known is not None:
        lanes.fail(part, mask, lanes.emit(f"icmp {'sgt' if known >= 0 else 'slt'} {I64} {result}, {a}"))
        return result
    x, y = lanes.emit(f"xor {I64} {a}, {b}"), lanes.emit(f"xor {I64} {a}, {result}")
    _fail_negative(lanes, lanes.emit(f"and {I64} {x}, {y}"), part, mask)
    return result


def _fail_negative(lanes: Lanes, value: str, part: int, mask: str) -> None:
    lanes.fail(part, mask, lanes.emit(f"icmp slt {I64} {value}, {ZERO}"))


def multiply(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    left, right = instr.args
    a, b = lanes.get(left, part), lanes.get(right, part)
    result = lanes.emit(f"mul {I64} {a}, {b}")
    for known, other in ((_known(lanes, right), a), (_known(lanes, left), b)):
        if known is not None:
            size = INT_MAX // max(abs(known), 1)
            lanes.fail(part, mask, _outside(lanes, other, -size, size))
            return result
    x, y = _float(lanes, a), _float(lanes, b)
    size_text = lanes.emit(f"call {F64} @llvm.fabs.v{WIDTH}f64({F64} {lanes.emit(f'fmul {F64} {x}, {y}')})")
    lanes.fail(part, mask, lanes.emit(f"fcmp uge {F64} {size_text}, {splat('double', PRODUCT_MAX)}"))
    return result


def to_float(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    return _float(lanes, lanes.get(instr.args[0], part))


def _float(lanes: Lanes, value: str) -> str:
    """The floats nearest to ints. Where the processor has no instruction for it, LLVM would take the lanes one by one: then by parts. The lower half becomes the float 2**52 + low by its bits, the
    upper half 2**84 + 2**63 + high * 2**32; both are exact, and so is the difference that takes the constants out, so only the sum is rounded."""
    if converts_ints():
        return lanes.emit(f"sitofp {I64} {value} to {F64}")
    low = lanes.emit(f"or {I64} {lanes.emit(f'and {I64} {value}, {_ints(2**32 - 1)}')}, {_ints(0x433 << 52)}")
    high = lanes.emit(f"xor {I64} {lanes.emit(f'lshr {I64} {value}, {_ints(32)}')}, {_ints(0x453 << 52 | 1 << 31)}")
    wide = lanes.emit(
        f"fsub {F64} {lanes.emit(f'bitcast {I64} {high} to {F64}')}, {splat('double', llvm_float(2.0**84 + 2.0**63 + 2.0**52))}"
    )
    return lanes.emit(f"fadd {F64} {wide}, {lanes.emit(f'bitcast {I64} {low} to {F64}')}")


@lru_cache(maxsize=1)
def converts_ints() -> bool:
    """Whether the processor turns vectors of 64-bit ints into floats by an instruction."""
    known = processor().split()
    return "avx512dq" in known or known[:1] != ["x86_64"]


def _rounded(lanes: Lanes, value: str, how: str) -> str:
    return lanes.emit(f"call {F64} @llvm.{how}.v{WIDTH}f64({F64} {value})")


def _int(lanes: Lanes, value: str) -> str:
    """To ints; a lane out of range becomes any int, but one."""
    return lanes.emit(f"freeze {I64} {lanes.emit(f'fptosi {F64} {value} to {I64}')}")


def negate(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    a = lanes.get(instr.args[0], part)
    lanes.fail(part, mask, lanes.emit(f"icmp eq {I64} {a}, {_ints(INT_MIN)}"))
    return lanes.emit(f"sub {I64} {ZERO}, {a}")


def absolute(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    a = lanes.get(instr.args[0], part)
    lanes.fail(part, mask, lanes.emit(f"icmp eq {I64} {a}, {_ints(INT_MIN)}"))
    return lanes.emit(UNARY["int.abs.nw"].format(a))


def extreme(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    a, b = (lanes.get(register, part) for register in instr.args)
    return lanes.emit(f"call {I64} @llvm.s{instr.op.name[4:]}.v{WIDTH}i64({I64} {a}, {I64} {b})")


def floor_division(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    """Rounding down the quotient of two doubles is exact here: a quotient below an integer k is at least 1/b below it, which rounding cannot close
    while k * b is below 2**53."""
    a, b = (lanes.get(register, part) for register in instr.args)
    known = _known(lanes, instr.args[1])
    if known is not None and known > 0 and known & (known - 1) == 0:
        return lanes.emit(f"ashr {I64} {a}, {_ints(known.bit_length() - 1)}")
    return _quotient(lanes, instr, part, mask, a, b)


def _quotient(lanes: Lanes, instr: Instr, part: int, mask: str, a: str, b: str) -> str:
    lanes.fail(part, mask, _outside(lanes, a, -EXACT, EXACT))
    known = _known(lanes, instr.args[1])
    if known is None:
        lanes.fail(part, mask, _outside(lanes, b, -EXACT, EXACT))
    elif abs(known) > EXACT:
        lanes.fail(part, mask)
    if known is None or known == 0:
        lanes.fail(part, mask, lanes.emit(f"icmp eq {I64} {b}, {ZERO}"))
    quotient = lanes.emit(f"fdiv {F64} {_float(lanes, a)}, {_float(lanes, b)}")
    return _int(lanes, _rounded(lanes, quotient, "floor"))


def modulo(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    a, b = (lanes.get(register, part) for register in instr.args)
    known = _known(lanes, instr.args[1])
    if known is not None and known > 0 and known & (known - 1) == 0:
        return lanes.emit(f"and {I64} {a}, {_ints(known - 1)}")
    quotient = _quotient(lanes, instr, part, mask, a, b)
    return lanes.emit(f"sub {I64} {a}, {lanes.emit(f'mul {I64} {quotient}, {b}')}")


def _clamped(lanes: Lanes, count: str) -> str:
    return lanes.emit(f"call {I64} @llvm.umin.v{WIDTH}i64({I64} {count}, {I64} {_ints(63)})")


def shift_left(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    """Shifting back must give the operand; counts over 63 fail, whatever is shifted."""
    a, b = (lanes.get(register, part) for register in instr.args)
    count = _clamped(lanes, b)
    result = lanes.emit(f"shl {I64} {a}, {count}")
    if instr.op.faults:
        lanes.fail(part, mask, lanes.emit(f"icmp ugt {I64} {b}, {_ints(63)}"))
        back = lanes.emit(f"ashr {I64} {result}, {count}")
        lanes.fail(part, mask, lanes.emit(f"icmp ne {I64} {back}, {a}"))
    return result


def shift_right(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    a, b = (lanes.get(register, part) for register in instr.args)
    if instr.op.faults:
        _fail_negative(lanes, b, part, mask)
    return lanes.emit(f"ashr {I64} {a}, {_clamped(lanes, b)}")


def float_division(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    a, b = (lanes.get(register, part) for register in instr.args)
    known = lanes.constant(instr.args[1])
    if not isinstance(known, float) or known == 0.0:
        lanes.fail(part, mask, lanes.emit(f"fcmp oeq {F64} {b}, {ZERO}"))
    return lanes.emit(f"fdiv {F64} {a}, {b}")


def true_division(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    """Two exact floats give the nearest float to the exact quotient."""
    a, b = (lanes.get(register, part) for register in instr.args)
    lanes.fail(part, mask, _outside(lanes, a, -FLOAT_EXACT, FLOAT_EXACT))
    lanes.fail(part, mask, _outside(lanes, b, -FLOAT_EXACT, FLOAT_EXACT))
    lanes.fail(part, mask, lanes.emit(f"icmp eq {I64} {b}, {ZERO}"))
    return lanes.emit(f"fdiv {F64} {_float(lanes, a)}, {_float(lanes, b)}")


def square_root(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    value = lanes.get(instr.args[0], part)
    lanes.fail(part, mask, lanes.emit(f"fcmp olt {F64} {value}, {ZERO}"))
    return _rounded(lanes, value, "sqrt")


ROUNDING: Final = {"float.to_int": "trunc", "float.floor": "floor", "float.ceil": "ceil", "float.round": "roundeven"}


def float_to_int(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    """What lies within -2**63 .. 2**63 - 1; NaN compares as being outside."""
    rounded = _rounded(lanes, lanes.get(instr.args[0], part), ROUNDING[instr.op.name])
    lanes.fail(part, mask, lanes.emit(f"fcmp ult {F64} {rounded}, {splat('double', '0xC3E0000000000000')}"))
    lanes.fail(part, mask, lanes.emit(f"fcmp uge {F64} {rounded}, {splat('double', '0x43E0000000000000')}"))
    return _int(lanes, rounded)


def mixed_comparison(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    """An int that is a float without rounding compares as one."""
    a, b = (lanes.get(register, part) for register in instr.args)
    known = _known(lanes, instr.args[0])
    if known is None or abs(known) > FLOAT_EXACT:
        lanes.fail(part, mask, _outside(lanes, a, -FLOAT_EXACT, FLOAT_EXACT))
    return lanes.emit(f"{BINARY['float.' + instr.op.name.removeprefix('intfloat.')]} {_float(lanes, a)}, {b}")


def is_finite(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    """x - x is 0 unless x is an infinity or NaN."""
    value = lanes.get(instr.args[0], part)
    return lanes.emit(f"fcmp ord {F64} {lanes.emit(f'fsub {F64} {value}, {value}')}, {ZERO}")


def is_infinite(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    size = lanes.emit(UNARY["float.abs"].format(lanes.get(instr.args[0], part)))
    return lanes.emit(f"fcmp oeq {F64} {size}, {splat('double', '0x7FF0000000000000')}")


def is_integer(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    value = lanes.get(instr.args[0], part)
    whole = lanes.emit(f"fcmp oeq {F64} {_rounded(lanes, value, 'trunc')}, {value}")
    return lanes.emit(f"and {MASK} {whole}, {is_finite(lanes, instr, part, mask)}")


def copysign(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    a, b = (lanes.get(register, part) for register in instr.args)
    return lanes.emit(f"call {F64} @llvm.copysign.v{WIDTH}f64({F64} {a}, {F64} {b})")


def select(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    condition, a, b = (lanes.get(register, part) for register in instr.args)
    type = lanes.type(instr.args[1])
    return lanes.emit(f"select {MASK} {condition}, {type} {a}, {type} {b}")


RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(BINARY, binary),
    **dict.fromkeys(UNARY, unary),
    "int.to_float": to_float,
    **dict.fromkeys(ROUNDING, float_to_int),
    **{f"intfloat.{name}": mixed_comparison for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "select": select,
    "int.add": add,
    "int.sub": subtract,
    "int.mul": multiply,
    "int.neg": negate,
    "int.abs": absolute,
    "int.min": extreme,
    "int.max": extreme,
    "int.floordiv": floor_division,
    "int.floordiv.nw": floor_division,
    "int.mod": modulo,
    "int.mod.nw": modulo,
    "int.shl": shift_left,
    "int.shl.nw": shift_left,
    "int.shr": shift_right,
    "int.shr.nw": shift_right,
    "int.truediv": true_division,
    "float.div": float_division,
    "float.sqrt": square_root,
    "float.is_integer": is_integer,
    "math.isfinite": is_finite,
    "math.isinf": is_infinite,
    "math.copysign": copysign,
}

_V = f"v{WIDTH}"
INTRINSICS: Final = "\n".join(
    [
        f"declare {I64} @llvm.abs.{_V}i64({I64}, i1)",
        *(f"declare {I64} @llvm.{name}.{_V}i64({I64}, {I64})" for name in ("smin", "smax", "umin")),
        *(f"declare {F64} @llvm.{name}.{_V}f64({F64})" for name in ("fabs", "sqrt", "floor", "ceil", "trunc", "roundeven")),
        f"declare {F64} @llvm.copysign.{_V}f64({F64}, {F64})",
        f"declare {vector('i32')} @llvm.umin.{_V}i32({vector('i32')}, {vector('i32')})",
        "",
    ]
)
