"""Where profiled native code is, told to those who sample it (``csrc/runtime/profile.h``): each call has a frame with its segment on the stack, and the context the innermost of them."""

from __future__ import annotations

from typing import Final

from belljar.ir.abi import OFFSETS

_FRAMES: Final = OFFSETS["bell_ctx"]["profile_frames"]

DECLARATION: Final = "declare void @bell_profile_sample(ptr, i1 zeroext) #5\n"
FRAME: Final = "  %profile.frame = alloca { ptr, i32 }, align 8"
LEFT: Final = "  store ptr %profile.outer, ptr %profile.place"
"""Before each return: the call is over."""


def entered(segment: int) -> list[str]:
    """At the start of a function: its frame, at its first segment. From then on it tells only of segments that call; which of the others runs the context knows."""
    return [
        f"  %profile.place = getelementptr inbounds i8, ptr %ctx, i64 {_FRAMES}",
        "  %profile.outer = load ptr, ptr %profile.place",
        "  store ptr %profile.outer, ptr %profile.frame",
        "  %profile.segment = getelementptr inbounds i8, ptr %profile.frame, i64 8",
        f"  store i32 {segment}, ptr %profile.segment",
        "  store ptr %profile.frame, ptr %profile.place",
    ]
