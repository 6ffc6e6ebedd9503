"""Operators and comparisons of class ``any`` in native code: two ints of 63 bits, and two floats, are done here; all else calls the runtime out of line.

A tagged int is twice its value and one, so that sums need no more than the tag taken off one operand, and comparisons not even that.
"""

from __future__ import annotations

from typing import Final

from belljar.engines.jit.arithmetic import Rule
from belljar.engines.jit.containers import BOX_BYTES
from belljar.engines.jit.frame import Frame
from belljar.engines.jit.metadata import ALIAS, LIKELY
from belljar.ir.abi import CONSTANTS, OFFSETS
from belljar.ir.function import Instr
from belljar.ir.ops import BINARY_OPERATORS, ORDER_OPERATORS
from belljar.types import FLOAT, INT, STR, ClosureType, RecordType, Type

VALUE: Final = OFFSETS["bell_box"]["i"]
TAGGED: Final = {"+": "sadd", "-": "ssub", "*": "smul"}
BITS: Final = {"&": "and i64 {x}, {y}", "|": "or i64 {x}, {y}"}
KINDS: Final[dict[Type, int]] = {FLOAT: CONSTANTS["BELL_FLOAT"], STR: CONSTANTS["BELL_STR"]}
KIND_MASK: Final = 0xFF
TYPE_MASK: Final = -1 << 32
"""The kind and the type in the first word of an object."""
FLOATS: Final = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
ORDERS: Final = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}

Phi = list[tuple[str, str, str]]
"""What comes together behind an op: the result, the fuel, the label it comes from."""


def _floats(frame: Frame, x: str, y: str, otherwise: str) -> tuple[str, str]:
    """The two as floats, if both are boxes of them; the block to go to if not is ``otherwise``."""
    both, boxes, on = (frame.fresh_label(stem) for stem in ("both", "boxes", "floats"))
    bits = frame.emit(f"or i64 {x}, {y}")
    low = frame.emit(f"and i64 {bits}, 15")
    some = frame.emit(f"call i64 @llvm.umin.i64(i64 {x}, i64 {y})")
    references = frame.emit(f"icmp eq i64 {low}, 0")
    there = frame.emit(f"icmp ne i64 {some}, 0")
    frame.branch(frame.emit(f"and i1 {references}, {there}"), both, otherwise)
    frame.begin(both)
    kinds = [frame.emit(f"load i8, ptr {frame.at(word, OFFSETS['bell_head']['kind'])}") for word in (x, y)]
    tests = [frame.emit(f"icmp eq i8 {kind}, {CONSTANTS['BELL_FLOAT']}") for kind in kinds]
    frame.branch(frame.emit(f"and i1 {tests[0]}, {tests[1]}"), boxes, otherwise)
    frame.begin(boxes)
    values = [frame.emit(f"load double, ptr {frame.at(word, VALUE)}, {ALIAS['box']}") for word in (x, y)]
    frame.jump(on)
    frame.begin(on)
    return values[0], values[1]


def _runtime(frame: Frame, instr: Instr, site: int, label: str, call: str, on: str, arrive: Phi) -> None:
    """The block ``label``: the runtime's answer."""
    fuel = frame.fuel
    calls = "calls" in instr.op.flags
    with frame.out_of_line(label):
        frame.spill_fuel()
        if calls:
            frame.bits.spill()
            frame.store_ctx("depth_left", "i64", "%depth")
        value = frame.emit(call)
        frame.reload_fuel()
        after = frame.fuel
        if calls:
            frame.bits.reload(may_be_full=True)
            frame.check_calls(instr, site)
        else:
            frame.check_runtime(instr, site)
        frame.spoil_limit()
        arrive.append((value, after, frame.label))
        frame.jump(on)
    frame.fuel = fuel


def _arrive(frame: Frame, on: str, arrive: Phi) -> str:
    frame.begin(on)
    frame.fuel = frame.emit("phi i64 " + ", ".join(f"[ {fuel}, %{label} ]" for _, fuel, label in arrive))
    return frame.emit("phi i64 " + ", ".join(f"[ {value}, %{label} ]" for value, _, label in arrive))


def any_binary(frame: Frame, instr: Instr, site: int) -> None:
    index, a, b = instr.args
    sign = BINARY_OPERATORS[index]
    x, y = frame.get(a), frame.get(b)
    small, other, slow, on = (frame.fresh_label(stem) for stem in ("small", "other", "slow", "ok"))
    arrive: Phi = []
    call = f"call i64 @{instr.op.c_name}(ptr %ctx, i64 {index}, i64 {x}, i64 {y})"
    tags = frame.emit(f"and i64 {x}, {y}")
    tagged = frame.emit(f"trunc i64 {tags} to i1")
    frame.branch(tagged, small, other, LIKELY)
    fuel = frame.fuel
    with frame.out_of_line(other):
        if sign in FLOATS:
            left, right = _floats(frame, x, y, slow)
            if sign == "/":
                divisor = frame.fresh_label("divisor")
                frame.branch(frame.emit(f"fcmp oeq double {right}, 0.0"), slow, divisor)
                frame.begin(divisor)
            value = frame.emit(f"{FLOATS[sign]} double {left}, {right}")
            reserved = frame.emit(f"call zeroext i1 @bell_reserve(ptr %ctx, i64 {BOX_BYTES})")
            room = frame.fresh_label("room")
            frame.branch(reserved, room, frame.fault_block(instr, frame.ctx_field("fault", "i32"), site), LIKELY)
            frame.begin(room)
            boxed = frame.emit(
                f"call i64 @bell_alloc(ptr %ctx, i64 {BOX_BYTES}, i8 zeroext {CONSTANTS['BELL_FLOAT']}, i16 zeroext 0, i32 0)"
            )
            frame.lines.append(f"  store double {value}, ptr {frame.at(boxed, VALUE)}, {ALIAS['box']}")
            arrive.append((boxed, fuel, frame.label))
            frame.jump(on)
        else:
            frame.jump(slow)
    _runtime(frame, instr, site, slow, call, on, arrive)
    frame.begin(small)
    if sign in TAGGED:
        left, right = x, frame.emit(f"add i64 {y}, -1")
        if sign == "*":
            left, right = right, frame.emit(f"ashr i64 {x}, 1")
        pair = frame.emit(f"call {{ i64, i1 }} @llvm.{TAGGED[sign]}.with.overflow.i64(i64 {left}, i64 {right})")
        result = frame.emit(f"extractvalue {{ i64, i1 }} {pair}, 0")
        result = frame.emit(f"or i64 {result}, 1") if sign == "*" else result
        arrive.append((result, fuel, frame.label))
        frame.branch(frame.emit(f"extractvalue {{ i64, i1 }} {pair}, 1"), slow, on, "!prof !0")
    elif sign in ("//", "%"):
        divide, done = frame.fresh_label("divide"), frame.fresh_label("divided")
        moved = frame.emit(f"add i64 {y}, 1")  # a divisor of 0 or -1 is 1 or -1 as a tagged word
        frame.branch(frame.emit(f"icmp ult i64 {moved}, 3"), slow, divide, "!prof !0")
        frame.begin(divide)
        left, right = (frame.emit(f"ashr i64 {word}, 1") for word in (x, y))
        quotient = frame.emit(f"sdiv i64 {left}, {right}")
        rest = frame.emit(f"sub i64 {left}, {frame.emit(f'mul i64 {quotient}, {right}')}")
        inexact = frame.emit(f"icmp ne i64 {rest}, 0")
        opposite = frame.emit(f"icmp slt i64 {frame.emit(f'xor i64 {rest}, {right}')}, 0")
        lower = frame.emit(f"and i1 {inexact}, {opposite}")
        if sign == "//":
            value = frame.emit(f"add i64 {quotient}, {frame.emit(f'sext i1 {lower} to i64')}")
        else:
            value = frame.emit(f"add i64 {rest}, {frame.emit(f'select i1 {lower}, i64 {right}, i64 0')}")
        result = frame.emit(f"or i64 {frame.emit(f'shl i64 {value}, 1')}, 1")
        frame.jump(done)
        frame.begin(done)
        arrive.append((result, fuel, frame.label))
        frame.jump(on)
    elif sign in ("&", "|", "^"):
        result = frame.emit(BITS[sign].format(x=x, y=y)) if sign != "^" else frame.emit(f"or i64 {frame.emit(f'xor i64 {x}, {y}')}, 1")
        arrive.append((result, fuel, frame.label))
        frame.jump(on)
    else:
        frame.jump(slow)
    frame.set(instr.results[0], _arrive(frame, on, arrive))


def _compare(frame: Frame, instr: Instr, site: int, x: str, y: str, ints: str, floats: str, call: str) -> None:
    small, other, slow, on = (frame.fresh_label(stem) for stem in ("small", "other", "slow", "ok"))
    arrive: Phi = []
    tags = frame.emit(f"and i64 {x}, {y}")
    tagged = frame.emit(f"trunc i64 {tags} to i1")
    frame.branch(tagged, small, other, LIKELY)
    fuel = frame.fuel
    with frame.out_of_line(other):
        left, right = _floats(frame, x, y, slow)
        answer = frame.emit(f"zext i1 {frame.emit(f'fcmp {floats} double {left}, {right}')} to i64")
        arrive.append((answer, fuel, frame.label))
        frame.jump(on)
    _runtime(frame, instr, site, slow, call, on, arrive)
    frame.begin(small)
    arrive.append((frame.emit(f"zext i1 {frame.emit(f'icmp {ints} i64 {x}, {y}')} to i64"), fuel, frame.label))
    frame.jump(on)
    word = _arrive(frame, on, arrive)
    frame.let(instr.results[0], f"trunc i64 {word} to i1")


def any_compare(frame: Frame, instr: Instr, site: int) -> None:
    index, a, b = instr.args
    name = ORDERS[ORDER_OPERATORS[index]]
    x, y = frame.get(a), frame.get(b)
    _compare(frame, instr, site, x, y, f"s{name}", f"o{name}", f"call i64 @bell_any_compare(ptr %ctx, i64 {index}, i64 {x}, i64 {y})")


def any_eq(frame: Frame, instr: Instr, site: int) -> None:
    x, y = (frame.get(register) for register in instr.args)
    _compare(frame, instr, site, x, y, "eq", "oeq", f"call i64 @bell_any_eq(ptr %ctx, i64 {x}, i64 {y})")


def is_told(type: Type) -> bool:
    """Whether :func:`any_to` tells values of the type by itself."""
    return type in (INT, FLOAT, STR) or isinstance(type, (ClosureType, RecordType))


def any_to(frame: Frame, instr: Instr, site: int, row: int) -> None:
    """The value as one of a type, ``row`` of the type table: a tagged int, a float, a string, or an object of the very type; the runtime knows derived ones."""
    type = instr.args[1]
    word = frame.get(instr.args[0])
    look, fast, slow, on = (frame.fresh_label(stem) for stem in ("look", "fast", "slow", "ok"))
    if type == INT:
        frame.branch(frame.emit(f"trunc i64 {word} to i1"), fast, slow, LIKELY)
    else:
        low = frame.emit(f"and i64 {word}, 15")
        frame.branch(frame.emit(f"icmp eq i64 {low}, 0"), look, slow, LIKELY)
        frame.begin(look)
        scalar = type in KINDS
        head = frame.emit(f"load i64, ptr {frame.at(word)}")  # through reference 0 there is a zero
        seen = frame.emit(f"and i64 {head}, {KIND_MASK if scalar else KIND_MASK | TYPE_MASK}")
        kind = KINDS[type] if scalar else CONSTANTS["BELL_RECORD" if isinstance(type, RecordType) else "BELL_FUNCTION"] + (row << 32)
        frame.branch(frame.emit(f"icmp eq i64 {seen}, {kind}"), fast, slow, LIKELY)
    with frame.out_of_line(slow):
        called = frame.emit(f"call i64 @bell_any_to(ptr %ctx, i64 {word}, i32 {row})")
        frame.check_runtime(instr, site)
        came = frame.label
        frame.jump(on)
    frame.begin(fast)
    value = word
    if type == INT:
        value = frame.emit(f"ashr i64 {word}, 1")
    elif type == FLOAT:
        value = frame.emit(f"load i64, ptr {frame.at(word, VALUE)}, {ALIAS['box']}")
    frame.jump(on)
    frame.begin(on)
    frame.from_word(instr.results[0], frame.emit(f"phi i64 [ {value}, %{fast} ], [ {called}, %{came} ]"))


RULES: Final[dict[str, Rule]] = {"any.binary": any_binary, "any.in_place": any_binary, "any.compare": any_compare, "any.eq": any_eq}
