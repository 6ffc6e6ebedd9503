"""Ops on bool, int and float as LLVM instructions.

Every rule takes the frame, the instruction and its site, and assigns the destination. Integer checks use the ``.with.overflow`` intrinsics, whose
flag the processor gives for free; divisions follow Python (floor, sign of the divisor); nothing is contracted or reassociated, so floats agree
with every other engine to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from belljar.engines.jit.frame import Frame
from belljar.engines.jit.loops import ConditionalStep
from belljar.ir.abi import CONSTANTS
from belljar.ir.function import Instr

Rule = Callable[[Frame, Instr, int], None]

BINARY: Final[dict[str, str]] = {
    "bool.and": "and i1",
    "bool.or": "or i1",
    "bool.eq": "icmp eq i1",
    "bool.ne": "icmp ne i1",
    "int.and": "and i64",
    "int.or": "or i64",
    "int.xor": "xor i64",
    "int.add.wrap": "add i64",
    "int.add.nw": "add nsw i64",
    "int.sub.nw": "sub nsw i64",
    "int.mul.nw": "mul nsw i64",
    "int.shl.nw": "shl nsw i64",
    "int.shr.nw": "ashr i64",
    "float.add": "fadd double",
    "float.sub": "fsub double",
    "float.mul": "fmul double",
    "float.div.nc": "fdiv double",
    "float.eq": "fcmp oeq double",
    "float.ne": "fcmp une double",
    "float.lt": "fcmp olt double",
    "float.le": "fcmp ole double",
    "float.gt": "fcmp ogt double",
    "float.ge": "fcmp oge double",
    "ref.is": "icmp eq i64",
    **{f"int.{name}": f"icmp {name if name in ('eq', 'ne') else 's' + name} i64" for name in ("eq", "ne", "lt", "le", "gt", "ge")},
}
"""Two operands, one instruction, no fault."""

UNARY: Final[dict[str, str]] = {
    "bool.not": "xor i1 {}, true",
    "bool.to_int": "zext i1 {} to i64",
    "int.invert": "xor i64 {}, -1",
    "int.to_float": "sitofp i64 {} to double",
    "int.to_bool": "icmp ne i64 {}, 0",
    "any.is_end": f"icmp eq i64 {{}}, {CONSTANTS['BELL_END']}",
    "int.neg.nw": "sub nsw i64 0, {}",
    "int.abs.nw": "call i64 @llvm.abs.i64(i64 {}, i1 true)",
    "float.neg": "fneg double {}",
    "float.abs": "call double @llvm.fabs.f64(double {})",
    "float.to_bool": "fcmp une double {}, 0.0",
    "math.isnan": "fcmp uno double {}, 0.0",
}

OVERFLOWING: Final[dict[str, str]] = {"int.add": "sadd", "int.sub": "ssub", "int.mul": "smul"}

EXACT: Final = 1 << 53
"""Ints up to this magnitude are floats without rounding."""


def binary(frame: Frame, instr: Instr, site: int) -> None:
    a, b = instr.args
    frame.let(instr.results[0], f"{BINARY[instr.op.name]} {frame.get(a)}, {frame.get(b)}")


def unary(frame: Frame, instr: Instr, site: int) -> None:
    frame.let(instr.results[0], UNARY[instr.op.name].format(frame.get(instr.args[0])))


def overflowing(frame: Frame, instr: Instr, site: int) -> None:
    a, b = (frame.get(register) for register in instr.args)
    _overflow(frame, instr, site, OVERFLOWING[instr.op.name], a, b)


def _overflow(frame: Frame, instr: Instr, site: int, operation: str, a: str, b: str) -> None:
    pair = frame.emit(f"call {{ i64, i1 }} @llvm.{operation}.with.overflow.i64(i64 {a}, i64 {b})")
    value = frame.emit(f"extractvalue {{ i64, i1 }} {pair}, 0")
    frame.check(frame.emit(f"extractvalue {{ i64, i1 }} {pair}, 1"), instr, 502, site)
    frame.set(instr.results[0], value)


def step_if(frame: Frame, step: ConditionalStep, condition: int, if_true: bool) -> None:
    """The addition of a constant, which the condition turns into 0 where it does not hold."""
    a, b = step.instr.args
    amount, zero = frame.get(b), "0"
    chosen = (amount, zero) if if_true else (zero, amount)
    amount = frame.emit(f"select i1 {frame.get(condition)}, i64 {chosen[0]}, i64 {chosen[1]}")
    _overflow(frame, step.instr, step.site, OVERFLOWING[step.instr.op.name], frame.get(a), amount)


def negate(frame: Frame, instr: Instr, site: int) -> None:
    _overflow(frame, instr, site, "ssub", "0", frame.get(instr.args[0]))


def absolute(frame: Frame, instr: Instr, site: int) -> None:
    value = frame.get(instr.args[0])
    frame.check(frame.emit(f"icmp eq i64 {value}, {-(2**63)}"), instr, 502, site)
    frame.let(instr.results[0], f"call i64 @llvm.abs.i64(i64 {value}, i1 true)")


def extreme(frame: Frame, instr: Instr, site: int) -> None:
    a, b = (frame.get(register) for register in instr.args)
    frame.let(instr.results[0], f"call i64 @llvm.s{instr.op.name[4:]}.i64(i64 {a}, i64 {b})")


def _power_of_two(operand: str) -> int | None:
    """The exponent, if the operand is a constant power of two."""
    if operand[0] == "%":
        return None
    value = int(operand)
    return value.bit_length() - 1 if value > 0 and value & (value - 1) == 0 else None


def _is_constant(operand: str) -> bool:
    return operand[0] != "%"


def floor_division(frame: Frame, instr: Instr, site: int) -> None:
    """Quotient rounded down: LLVM's truncates, so one less where the remainder is not zero and has the other sign."""
    a, b = (frame.get(register) for register in instr.args)
    shift = _power_of_two(b)
    if shift is not None:
        frame.let(instr.results[0], f"ashr i64 {a}, {shift}")
        return
    if instr.op.faults:
        if not _is_constant(b) or int(b) == 0:
            frame.check(frame.emit(f"icmp eq i64 {b}, 0"), instr, 501, site)
        if (not _is_constant(b) or int(b) == -1) and instr.args[0] not in frame.never_negative:
            lowest = frame.emit(f"icmp eq i64 {a}, {-(2**63)}")
            minus = frame.emit(f"icmp eq i64 {b}, -1")
            frame.check(frame.emit(f"and i1 {lowest}, {minus}"), instr, 502, site)
    if all(register in frame.never_negative for register in instr.args):
        frame.let(instr.results[0], f"udiv i64 {a}, {b}")
        return
    quotient = frame.emit(f"sdiv i64 {a}, {b}")
    back = frame.emit(f"mul i64 {quotient}, {b}")
    inexact = frame.emit(f"icmp ne i64 {back}, {a}")
    signs = frame.emit(f"xor i64 {a}, {b}")
    opposite = frame.emit(f"icmp slt i64 {signs}, 0")
    lower = frame.emit(f"and i1 {inexact}, {opposite}")
    frame.let(instr.results[0], f"add i64 {quotient}, {frame.emit(f'sext i1 {lower} to i64')}")


def modulo(frame: Frame, instr: Instr, site: int) -> None:
    """Remainder with the sign of the divisor. -2**63 % -1 would trap in the processor, so that divisor becomes 1, which gives the same 0."""
    a, b = (frame.get(register) for register in instr.args)
    shift = _power_of_two(b)
    if shift is not None:
        frame.let(instr.results[0], f"and i64 {a}, {(1 << shift) - 1}")
        return
    if instr.op.faults and (not _is_constant(b) or int(b) == 0):
        frame.check(frame.emit(f"icmp eq i64 {b}, 0"), instr, 501, site)
    if all(register in frame.never_negative for register in instr.args):
        frame.let(instr.results[0], f"urem i64 {a}, {b}")
        return
    divisor = b
    if not _is_constant(b) or int(b) == -1:
        minus = frame.emit(f"icmp eq i64 {b}, -1")
        divisor = frame.emit(f"select i1 {minus}, i64 1, i64 {b}")
    remainder = frame.emit(f"srem i64 {a}, {divisor}")
    inexact = frame.emit(f"icmp ne i64 {remainder}, 0")
    signs = frame.emit(f"xor i64 {remainder}, {b}")
    opposite = frame.emit(f"icmp slt i64 {signs}, 0")
    lift = frame.emit(f"and i1 {inexact}, {opposite}")
    added = frame.emit(f"select i1 {lift}, i64 {b}, i64 0")
    frame.let(instr.results[0], f"add i64 {remainder}, {added}")


def shift_left(frame: Frame, instr: Instr, site: int) -> None:
    """Shifting back must give the operand; counts over 63 are clamped, which only 0 survives (and -1, refused by itself)."""
    a, b = (frame.get(register) for register in instr.args)
    frame.check(frame.emit(f"icmp slt i64 {b}, 0"), instr, 505, site)
    count = frame.emit(f"call i64 @llvm.umin.i64(i64 {b}, i64 63)")
    value = frame.emit(f"shl i64 {a}, {count}")
    back = frame.emit(f"ashr i64 {value}, {count}")
    lost = frame.emit(f"icmp ne i64 {back}, {a}")
    far = frame.emit(f"icmp ugt i64 {b}, 63")
    some = frame.emit(f"icmp ne i64 {a}, 0")
    beyond = frame.emit(f"and i1 {far}, {some}")
    frame.check(frame.emit(f"or i1 {lost}, {beyond}"), instr, 502, site)
    frame.set(instr.results[0], value)


def shift_right(frame: Frame, instr: Instr, site: int) -> None:
    a, b = (frame.get(register) for register in instr.args)
    frame.check(frame.emit(f"icmp slt i64 {b}, 0"), instr, 505, site)
    count = frame.emit(f"call i64 @llvm.umin.i64(i64 {b}, i64 63)")
    frame.let(instr.results[0], f"ashr i64 {a}, {count}")


def float_division(frame: Frame, instr: Instr, site: int) -> None:
    a, b = (frame.get(register) for register in instr.args)
    frame.check(frame.emit(f"fcmp oeq double {b}, 0.0"), instr, 501, site)
    frame.let(instr.results[0], f"fdiv double {a}, {b}")


def square_root(frame: Frame, instr: Instr, site: int) -> None:
    value = frame.get(instr.args[0])
    frame.check(frame.emit(f"fcmp olt double {value}, 0.0"), instr, 503, site)
    frame.let(instr.results[0], f"call double @llvm.sqrt.f64(double {value})")


ROUNDING: Final = {"float.to_int": "", "float.floor": "floor", "float.ceil": "ceil", "float.round": "roundeven"}


def float_to_int(frame: Frame, instr: Instr, site: int) -> None:
    """Round, then convert what lies within -2**63 .. 2**63 - 1. NaN fails both comparisons and is told apart out of line."""
    value = frame.get(instr.args[0])
    rounding = ROUNDING[instr.op.name]
    rounded = frame.emit(f"call double @llvm.{rounding}.f64(double {value})") if rounding else value
    low = frame.emit(f"fcmp oge double {rounded}, 0xC3E0000000000000")
    high = frame.emit(f"fcmp olt double {rounded}, 0x43E0000000000000")
    fits = frame.emit(f"and i1 {low}, {high}")
    on, edge = frame.fresh_label("ok"), frame.fresh_label("wide")
    frame.branch(fits, on, edge, "!prof !1")
    with frame.out_of_line(edge):
        nan = frame.emit(f"fcmp uno double {value}, 0.0")
        code = frame.emit(f"select i1 {nan}, i32 509, i32 504")
        frame.jump(frame.fault_block(instr, code, site))
    frame.begin(on)
    frame.let(instr.results[0], f"fptosi double {rounded} to i64")


def _is_exact(frame: Frame, value: str) -> str:
    """Whether an int is a float without rounding."""
    moved = frame.emit(f"add i64 {value}, {EXACT}")
    return frame.emit(f"icmp ule i64 {moved}, {2 * EXACT}")


def _fast_or_runtime(frame: Frame, instr: Instr, site: int, fast: str, text: str, type: str, call: str) -> None:
    """Assign ``text`` where ``fast`` holds, else what the runtime function gives."""
    near, slow, on = frame.fresh_label("fast"), frame.fresh_label("slow"), frame.fresh_label("ok")
    frame.branch(fast, near, slow, "!prof !1")
    with frame.out_of_line(slow):
        far = frame.emit(call)
        if type == "i1":
            far = frame.emit(f"trunc i64 {far} to i1")
        frame.jump(on)
    frame.begin(near)
    value = frame.emit(text)
    frame.jump(on)
    frame.begin(on)
    frame.let(instr.results[0], f"phi {type} [ {value}, %{near} ], [ {far}, %{slow} ]")


def true_division(frame: Frame, instr: Instr, site: int) -> None:
    """Two exact floats give the nearest float to the exact quotient; larger ints go to the runtime."""
    a, b = (frame.get(register) for register in instr.args)
    frame.check(frame.emit(f"icmp eq i64 {b}, 0"), instr, 501, site)
    exact = frame.emit(f"and i1 {_is_exact(frame, a)}, {_is_exact(frame, b)}")
    x, y = frame.emit(f"sitofp i64 {a} to double"), frame.emit(f"sitofp i64 {b} to double")
    call = f"call double @bell_int_truediv(ptr %ctx, i64 {a}, i64 {b})"
    _fast_or_runtime(frame, instr, site, exact, f"fdiv double {x}, {y}", "double", call)


def mixed_comparison(frame: Frame, instr: Instr, site: int) -> None:
    """An int that is a float without rounding compares as one."""
    a, b = (frame.get(register) for register in instr.args)
    name = instr.op.name.removeprefix("intfloat.")
    x = frame.emit(f"sitofp i64 {a} to double")
    text = f"{BINARY[f'float.{name}']} {x}, {b}"
    call = f"call i64 @{instr.op.c_name}(ptr %ctx, i64 {a}, double {b})"
    _fast_or_runtime(frame, instr, site, _is_exact(frame, a), text, "i1", call)


RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(BINARY, binary),
    **dict.fromkeys(UNARY, unary),
    **dict.fromkeys(OVERFLOWING, overflowing),
    **dict.fromkeys(ROUNDING, float_to_int),
    **{f"intfloat.{name}": mixed_comparison for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "int.neg": negate,
    "int.abs": absolute,
    "int.min": extreme,
    "int.max": extreme,
    "int.floordiv": floor_division,
    "int.floordiv.nw": floor_division,
    "int.mod": modulo,
    "int.mod.nw": modulo,
    "int.shl": shift_left,
    "int.shr": shift_right,
    "int.truediv": true_division,
    "float.div": float_division,
    "float.sqrt": square_root,
}

INTRINSICS: Final = """\
declare { i64, i1 } @llvm.sadd.with.overflow.i64(i64, i64)
declare { i64, i1 } @llvm.ssub.with.overflow.i64(i64, i64)
declare { i64, i1 } @llvm.smul.with.overflow.i64(i64, i64)
declare i64 @llvm.abs.i64(i64, i1)
declare i64 @llvm.smin.i64(i64, i64)
declare i64 @llvm.smax.i64(i64, i64)
declare i64 @llvm.sadd.sat.i64(i64, i64)
declare i64 @llvm.ssub.sat.i64(i64, i64)
declare i64 @llvm.umin.i64(i64, i64)
declare double @llvm.fabs.f64(double)
declare double @llvm.sqrt.f64(double)
declare double @llvm.floor.f64(double)
declare double @llvm.ceil.f64(double)
declare double @llvm.roundeven.f64(double)
"""
