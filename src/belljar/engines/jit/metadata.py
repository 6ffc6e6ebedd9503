"""What native code may assume about memory: alias classes (TBAA), branch weights and ranges, as numbered LLVM metadata.

Two accesses of different classes never touch the same bytes. That is what lets LLVM keep a list's length and data offset in registers across
stores to its elements, and everything in registers across the bookkeeping of fuel and roots.
"""

from __future__ import annotations

from typing import Final

CLASSES: Final = (
    "ctx",  # fields of bell_ctx
    "roots",  # the shadow stack
    "global int",
    "global float",
    "global bool",
    "global ref",
    "str",  # header and characters: immutable once made
    "list length",
    "list capacity",
    "list data",
    "dict live",
    "item int",  # list elements
    "item float",
    "item bool",
    "item ref",
    "tuple slot",  # immutable once made
    "field int",  # record slots
    "field float",
    "field bool",
    "field ref",
    "box",
    "branch",  # what was recorded of branches
)

_FIRST_CLASS: Final = 10
UNLIKELY: Final = "!prof !0"
"""On a conditional branch: the first target is the cold one."""
LIKELY: Final = "!prof !1"
MOSTLY: Final = "!prof !5"
"""On the branch that closes a loop."""
LENGTH_RANGE: Final = "!range !2"
"""On the load of a length: 0 to 2**60."""
INVARIANT: Final = "!invariant.load !3"
"""On the load of a field that nothing changes while guest code runs."""

ALIAS: Final[dict[str, str]] = {name: f"!tbaa !{_FIRST_CLASS + 2 * index + 1}" for index, name in enumerate(CLASSES)}
"""The annotation of a load or store by the class of memory it touches."""


def definitions() -> str:
    """The metadata nodes the annotations refer to, for the end of a module."""
    lines = [
        '!0 = !{!"branch_weights", i32 1, i32 1048575}',
        '!1 = !{!"branch_weights", i32 1048575, i32 1}',
        "!2 = !{i64 0, i64 1152921504606846976}",
        "!3 = !{}",
        '!4 = !{!"belljar"}',
        '!5 = !{!"branch_weights", i32 1023, i32 1}',
    ]
    for index, name in enumerate(CLASSES):
        node = _FIRST_CLASS + 2 * index
        lines.append(f'!{node} = !{{!"{name}", !4, i64 0}}')
        lines.append(f"!{node + 1} = !{{!{node}, !{node}, i64 0}}")
    return "\n".join(lines) + "\n"
