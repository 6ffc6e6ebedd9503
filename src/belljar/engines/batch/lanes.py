"""Registers as vectors: LLVM text for groups of rows under lane masks.

A group is :data:`WIDTH` rows times ``parts``: every instruction is emitted once for each part, so that one part works while the other waits for its results. A register that is
assigned in one place is a vector value; others are stack slots, which LLVM promotes, and an assignment blends the active lanes in.

No lane may trap or be undefined, active or not: divisors are floats, conversions are frozen, shifts are clamped. What a lane that is not active computes is never looked at.
"""

from __future__ import annotations

from belljar.engines.jit.frame import llvm_float
from belljar.types import BOOL, FLOAT, INT, STR, Type

WIDTH = 8
"""Rows of one vector: one byte of a bitmap, one 512-bit register of 8-byte values."""

ELEMENT: dict[Type, str] = {INT: "i64", FLOAT: "double", BOOL: "i1", STR: "i32"}
"""The LLVM type of one lane. A string is the number of its text in the vocabulary of the thread."""

MASK = f"<{WIDTH} x i1>"
ALL = ""
"""The mask of all lanes."""


def vector(element: str) -> str:
    """The LLVM type of a register: ``<8 x i64>``."""
    return f"<{WIDTH} x {element}>"


def splat(element: str, value: str) -> str:
    """A constant in every lane."""
    return f"splat ({element} {value})"


ZERO = "zeroinitializer"


class Lanes:
    """The text of one group as it grows, and what is known of its registers."""

    def __init__(self, types: list[str], slotted: list[bool], parts: int) -> None:
        self.types = types
        self.slotted = slotted
        self.parts = parts
        self.lines: list[str] = []
        self.slots: list[str] = []
        self.externals: dict[str, str] = {}
        """Declarations of what is called, by name."""
        self.values: dict[tuple[int, int], str] = {}
        self.constants: dict[int, object] = {}
        """What registers assigned once hold in every lane, where that is a constant."""
        self.known: dict[tuple[int, int], str] = {}
        """What slots hold at this point of the text."""
        self._count = 0
        for register, is_slot in enumerate(slotted):
            for part in range(parts if is_slot else 0):
                self.slot(f"%v{register}.{part}", vector(types[register]))

    # --- text ---------------------------------------------------------------------------------------------------------------------

    def emit(self, text: str) -> str:
        """Emit ``%new = text`` and give the name."""
        self._count += 1
        name = f"%t{self._count}"
        self.lines.append(f"  {name} = {text}")
        return name

    def do(self, text: str) -> None:
        self.lines.append(f"  {text}")

    def label(self, stem: str) -> str:
        self._count += 1
        return f"{stem}{self._count}"

    def begin(self, label: str) -> None:
        """Start an LLVM block; what slots hold is not known there."""
        self.lines.append(f"{label}:")
        self.known = {}

    def branch(self, condition: str, yes: str, no: str) -> None:
        self.do(f"br i1 {condition}, label %{yes}, label %{no}")

    def jump(self, label: str) -> None:
        self.do(f"br label %{label}")

    def slot(self, name: str, type: str) -> None:
        """Reserve a stack slot that is zero when a group starts."""
        self.slots.append(f"{name} {type}")

    # --- masks: "" is all lanes ---------------------------------------------------------------------------------------------------

    def both(self, a: str, b: str) -> str:
        if a == ALL or b == ALL:
            return a or b
        return self.emit(f"and {MASK} {a}, {b}")

    def either(self, a: str, b: str) -> str:
        if a == ALL or b == ALL:
            return ALL
        return a if a == b else self.emit(f"or {MASK} {a}, {b}")

    def inverse(self, mask: str) -> str:
        return self.emit(f"xor {MASK} {mask}, {splat('i1', 'true')}")

    def any(self, masks: list[str]) -> str:
        """An i1: is a lane of any part active?"""
        if ALL in masks:
            return "true"
        together = masks[0]
        for mask in masks[1:]:
            together = self.emit(f"or {MASK} {together}, {mask}")
        bits = self.emit(f"bitcast {MASK} {together} to i{WIDTH}")
        return self.emit(f"icmp ne i{WIDTH} {bits}, 0")

    def fail(self, part: int, mask: str, bad: str = ALL) -> None:
        """The active lanes in ``bad`` are to be run again."""
        failed = self.both(mask, bad) or splat("i1", "true")
        before = self.read_slot(f"%fault.{part}", MASK)
        self.write_slot(f"%fault.{part}", MASK, self.emit(f"or {MASK} {before}, {failed}"))

    def read_slot(self, name: str, type: str) -> str:
        return self.emit(f"load {type}, ptr {name}")

    def write_slot(self, name: str, type: str, value: str) -> None:
        self.do(f"store {type} {value}, ptr {name}")

    # --- registers ----------------------------------------------------------------------------------------------------------------

    def type(self, register: int) -> str:
        return vector(self.types[register])

    def get(self, register: int, part: int) -> str:
        """The operand that holds a register's lanes now."""
        if not self.slotted[register]:
            return self.values[register, part]
        found = self.known.get((register, part))
        if found is None:
            found = self.known[register, part] = self.read_slot(f"%v{register}.{part}", self.type(register))
        return found

    def set(self, register: int, part: int, value: str, mask: str) -> None:
        """Assign the active lanes of a register."""
        if not self.slotted[register]:
            self.values[register, part] = value
            return
        if mask != ALL:
            before = self.get(register, part)
            type = self.type(register)
            value = self.emit(f"select {MASK} {mask}, {type} {value}, {type} {before}")
        self.known[register, part] = value
        self.write_slot(f"%v{register}.{part}", self.type(register), value)

    def constant(self, register: int) -> object:
        """The value of a register assigned once that holds a constant, else None."""
        return self.constants.get(register)


def constant_text(type: str, value: object) -> str:
    """A Python value in every lane."""
    if isinstance(value, bool):
        return splat("i1", "true" if value else "false")
    if isinstance(value, float):
        return splat("double", llvm_float(value))
    return splat(type, str(value))
