"""Marks of traced programs as calls of the runtime (``csrc/runtime/trace.h``), which write to memory that no other code sees."""

from __future__ import annotations

from typing import Final

from belljar.engines.jit.arithmetic import Rule
from belljar.engines.jit.frame import ATTRIBUTES, CTX, Frame
from belljar.ir.function import Instr

DECLARATIONS: Final = """\
declare void @bell_mark_point(ptr captures(none), i32) #3
declare void @bell_mark_word(ptr captures(none), i32, i64) #3
declare void @bell_mark_value(ptr captures(none), i32, i64) #3
declare void @bell_mark_size(ptr captures(none), i32, i64) #3
declare void @bell_mark_free(ptr captures(none), i32) #3
"""
MARK_FULL: Final = f"""\
attributes #10 = {{ nounwind nofree nocallback cold noinline }}
declare ptr @bell_mark_begin(ptr captures(none)) #10
declare void @bell_mark_full(ptr captures(none)) #10

define internal preserve_mostcc ptr @bell.mark_full(ptr noalias captures(none) %ctx, ptr captures(none) %at) #4 {ATTRIBUTES} {{
  %place = getelementptr inbounds i8, ptr %ctx, i64 {CTX["trace_at"]}
  store ptr %at, ptr %place
  call void @bell_mark_full(ptr %ctx)
  %emptied = load ptr, ptr %place
  ret ptr %emptied
}}

define internal preserve_mostcc i64 @bell.mark_slice(ptr noalias captures(none) %ctx, i64 %fuel, ptr captures(none) %at) #4 {ATTRIBUTES} {{
  %place = getelementptr inbounds i8, ptr %ctx, i64 {CTX["trace_at"]}
  store ptr %at, ptr %place
  %left = call preserve_mostcc i64 @bell.slice(ptr %ctx, i64 %fuel)
  ret i64 %left
}}
"""
MARK_RUN: Final = f"""\
declare void @bell_mark_run(ptr captures(none), i64, i1 zeroext) #10

define internal preserve_mostcc void @bell.mark_run(ptr noalias captures(none) %ctx, ptr captures(none) %at, i64 %rounds, i1 %first) #4 {ATTRIBUTES} {{
  %place = getelementptr inbounds i8, ptr %ctx, i64 {CTX["trace_at"]}
  store ptr %at, ptr %place
  call void @bell_mark_run(ptr %ctx, i64 %rounds, i1 zeroext %first)
  ret void
}}
"""
"""All rare, so that they keep the registers of the hot path. They read the buffer, so that where it ends is an operand."""


def mark_point(frame: Frame, instr: Instr, site: int) -> None:
    frame.lines.append(f"  call void @bell_mark_point(ptr %ctx, i32 {instr.args[0]})")


def mark(frame: Frame, instr: Instr, site: int) -> None:
    """``trace.word``, ``trace.value``, ``trace.size``."""
    number, register = instr.args
    word = frame.word(register)
    if frame.types[register] == "double":  # every nan is one
        value = frame.get(register)
        same = frame.emit(f"fcmp ord double {value}, 0.0")
        word = frame.emit(f"select i1 {same}, i64 {word}, i64 {0x7FF8 << 48}")
    name = instr.op.name.removeprefix("trace.")
    frame.lines.append(f"  call void @bell_mark_{name}(ptr %ctx, i32 {number}, i64 {word})")


def free(frame: Frame, instr: Instr, site: int) -> None:
    frame.spill_fuel()
    frame.lines.append(f"  call void @bell_mark_free(ptr %ctx, i32 {int(instr.args[0])})")
    frame.reload_fuel()


RULES: Final[dict[str, Rule]] = {
    "trace.point": mark_point,
    "trace.word": mark,
    "trace.value": mark,
    "trace.size": mark,
    "trace.free": free,
}
