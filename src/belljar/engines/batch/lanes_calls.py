"""Ops that lanes leave to the runtime: its C function called for one active lane after the other, so that the bits are those of every other engine."""

from __future__ import annotations

from typing import Final

from belljar.engines.batch.lanes import ALL, MASK, WIDTH, Lanes, vector
from belljar.ir.abi import OFFSETS
from belljar.ir.function import Instr
from belljar.ir.ops import OPS, Op

_SCALAR: Final = {"int": "i64", "float": "double", "bool": "i64"}
"""How an operand or result crosses to C."""


def _is_numeric(op: Op) -> bool:
    kinds = (*op.operands, op.result)
    return op.flags == {"pure"} and all(kind in _SCALAR for kind in kinds) and "bool" not in op.operands


CALLED: Final = frozenset(name for name, op in OPS.items() if _is_numeric(op))
"""Ops that can be called per lane: numbers in, a number or bool out, nothing else touched."""


def call(lanes: Lanes, instr: Instr, part: int, mask: str) -> str:
    """The result of the op's C function in the active lanes; lanes in which it faults fail."""
    op = instr.op
    lanes.externals[op.c_name] = _definition(op)
    arguments = ["ptr %ctx", f"i{WIDTH} {_bits(lanes, mask)}"]
    for place, (kind, register) in enumerate(zip(op.operands, instr.args, strict=True)):
        slot = f"%call.{_SCALAR[kind]}.{place}"
        _reserve(lanes, slot, vector(_SCALAR[kind]))
        lanes.write_slot(slot, vector(_SCALAR[kind]), lanes.get(register, part))
        arguments.append(f"ptr {slot}")
    result = _SCALAR[op.result]
    out = f"%call.{result}.out"
    _reserve(lanes, out, vector(result))
    lanes.write_slot(out, vector(result), "zeroinitializer")
    arguments.append(f"ptr {out}")
    failed = lanes.emit(f"call i{WIDTH} @lanes.{op.c_name}({', '.join(arguments)})")
    if op.faults:
        lanes.fail(part, ALL, lanes.emit(f"bitcast i{WIDTH} {failed} to {MASK}"))
    value = lanes.read_slot(out, vector(result))
    return lanes.emit(f"trunc {vector('i64')} {value} to {MASK}") if op.result == "bool" else value


def _bits(lanes: Lanes, mask: str) -> str:
    return "-1" if mask == ALL else lanes.emit(f"bitcast {MASK} {mask} to i{WIDTH}")


def _reserve(lanes: Lanes, name: str, type: str) -> None:
    if f"{name} {type}" not in lanes.slots:
        lanes.slot(name, type)


def _definition(op: Op) -> str:
    """The declaration of the C function and the loop that calls it for each bit of the mask; gives the bits in which it faulted."""
    result = _SCALAR[op.result]
    types = [_SCALAR[kind] for kind in op.operands]
    places = "".join(f", ptr %x{place}" for place in range(len(types)))
    declared = "".join(f", {type}" for type in types)
    lines = [
        f"declare {result} @{op.c_name}(ptr{declared}) nounwind",
        f"define internal i{WIDTH} @lanes.{op.c_name}(ptr %ctx, i{WIDTH} %active{places}, ptr %out) nounwind noinline {{",
        "entry:",
        f"  %fault = getelementptr inbounds i8, ptr %ctx, i64 {OFFSETS['bell_ctx']['fault']}",
        f"  %none = icmp eq i{WIDTH} %active, 0",
        "  br i1 %none, label %done, label %lane",
        "lane:",
        f"  %left = phi i{WIDTH} [ %active, %entry ], [ %rest, %lane ]",
        f"  %failed = phi i{WIDTH} [ 0, %entry ], [ %failed.now, %lane ]",
        f"  %place = call i{WIDTH} @llvm.cttz.i{WIDTH}(i{WIDTH} %left, i1 true)",
        f"  %index = zext i{WIDTH} %place to i64",
    ]
    for place, type in enumerate(types):
        lines += [
            f"  %p{place} = getelementptr inbounds {type}, ptr %x{place}, i64 %index",
            f"  %a{place} = load {type}, ptr %p{place}",
        ]
    passed = "".join(f", {type} %a{place}" for place, type in enumerate(types))
    lines += [
        f"  %result = call {result} @{op.c_name}(ptr %ctx{passed})",
        f"  %to = getelementptr inbounds {result}, ptr %out, i64 %index",
        f"  store {result} %result, ptr %to",
        "  %code = load i32, ptr %fault",
        "  store i32 0, ptr %fault",
        "  %bad = icmp ne i32 %code, 0",
        f"  %bit = shl i{WIDTH} 1, %place",
        f"  %new = select i1 %bad, i{WIDTH} %bit, i{WIDTH} 0",
        f"  %failed.now = or i{WIDTH} %failed, %new",
        f"  %less = add i{WIDTH} %left, -1",
        f"  %rest = and i{WIDTH} %left, %less",
        f"  %over = icmp eq i{WIDTH} %rest, 0",
        "  br i1 %over, label %done, label %lane",
        "done:",
        f"  %all = phi i{WIDTH} [ 0, %entry ], [ %failed.now, %lane ]",
        f"  ret i{WIDTH} %all",
        "}",
        "",
    ]
    return "\n".join(lines)


DECLARATIONS: Final = f"declare i{WIDTH} @llvm.cttz.i{WIDTH}(i{WIDTH}, i1)\n"
