"""Functions, bound methods and methods of built-in types as guest values, and which of them are one.

A function has no identity of its own: the same code with the same captured values is the same function, however often it was made an object. A method is made anew each
time it is read, and is equal to another of the same object.
"""

from __future__ import annotations

import struct

from belljar.ir.class_names import signature_text
from belljar.ir.hashing import hash_text
from belljar.types import FUNCTION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

    from belljar.ir.function import Signature
    from belljar.types import Type


class GuestFunction:
    """A function object: its signature, its type and what it captured."""

    __slots__ = ("captured", "signature", "type")

    def __init__(self, signature: Signature, type: Type, captured: Iterable[Any] = ()) -> None:
        self.signature = signature
        self.type = type
        self.captured = tuple(captured)

    def __repr__(self) -> str:
        return signature_text(self.signature)


class GuestMethod:
    """A method bound to its object; ``function`` is its function object, None where the method captures nothing."""

    __slots__ = ("function", "receiver", "signature", "type")

    def __init__(self, signature: Signature, receiver: Any, function: GuestFunction | None = None) -> None:
        self.signature = signature
        self.receiver = receiver
        self.function = function
        self.type: Type = FUNCTION

    def __repr__(self) -> str:
        return f"<bound method {self.signature.title}>"


class GuestBuiltIn:
    """A method of a built-in type bound to its object."""

    __slots__ = ("name", "receiver")
    type: Type = FUNCTION

    def __init__(self, receiver: Any, name: str) -> None:
        self.receiver = receiver
        self.name = name

    def __repr__(self) -> str:
        return f"<built-in method {self.name}>"

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, GuestBuiltIn) and self.receiver is other.receiver and self.name == other.name
        return self is other or (same and not isinstance(self.receiver, str))

    def __hash__(self) -> int:
        return hash_text(self.name)


COMPARED_MAX: Final = 64
"""So many functions are compared to see whether two are one."""


def same_function(a: Any, b: Any) -> bool:
    """Whether two function objects are one: of one function with the same captured values, or methods of one object and function."""
    return _same_function_within(a, b, [COMPARED_MAX])


def _same_function_within(a: Any, b: Any, left: list[int]) -> bool:
    if a is b:
        return True
    left[0] -= 1
    if left[0] < 0:
        return False
    if isinstance(a, GuestBuiltIn) or type(a) is not type(b):
        return bool(a == b)
    if isinstance(a, GuestMethod):
        return a.signature.name == b.signature.name and a.receiver is b.receiver and a.function is b.function
    return a.type == b.type and all(_same_captured(x, y, left) for x, y in zip(a.captured, b.captured, strict=True))


def _same_captured(x: Any, y: Any, left: list[int]) -> bool:
    if x is y or type(x) is not type(y):
        return x is y
    if isinstance(x, (GuestFunction, GuestMethod, GuestBuiltIn)):
        return _same_function_within(x, y, left)
    if isinstance(x, int):
        return x == y and -(2**63) <= x < 2**63
    return isinstance(x, float) and struct.pack("<d", x) == struct.pack("<d", y)
