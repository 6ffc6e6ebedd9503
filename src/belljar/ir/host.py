"""Who runs the program that an op's meaning belongs to: what functions of the program the op calls, and the module's variables.

The reference engine is the host of a thread while it runs. Constants are folded without one: what is folded has no functions in it.
"""

from __future__ import annotations

from _thread import _local

from belljar.ir.function import Member, Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol
else:
    Protocol = object

INVOKED_MAX = 1000
"""Calls of functions of the program by ops, inside one another: BELL_INVOKED_MAX of call.h."""


class Host(Protocol):
    """What meanings ask of an engine."""

    module: Module
    globals: list[Any]
    has_specials: bool
    """Whether a class of the module has special methods."""
    serial: int
    """Of the last object made that is hashed by identity."""
    iteration_value: Any
    """What the iterator that ended last came to."""

    def invoke(self, function: str, args: Sequence[Any]) -> list[Any]:
        """Call a function of the module; gives its results. Raises GuestFault."""

    def has_attr(self, value: Any, name: str) -> bool:
        """Whether a value has an attribute."""

    def next_item(self, walk: Any) -> Any:
        """The next item of an iterator, or END. Raises GuestFault."""

    def call_method(self, name: str, receiver: Any, args: Sequence[Any]) -> Any:
        """Call a method by its name. Raises GuestFault."""

    def finished(self, bound: Any) -> Any:
        """What a call whose arguments are bound (:func:`belljar.ir.calls.bind`) gives."""

    def call_spread(self, callee: Any, args: Any) -> Any:
        """Call a value with the arguments in a tuple. Raises GuestFault."""

    def taken(self, fault: Any, depth: int) -> Any:
        """The exception object of a fault that a function which the op called ended with; forgets the fault, and the calls beyond ``depth``."""

    def cut(self, depth: int) -> None:
        """Forget the calls beyond ``depth``, which a fault ended."""

    def forget(self) -> None:
        """The fault that a call ended with leads nowhere: go on where the op is."""

    def call_special(self, member: Member, receiver: Any, args: Sequence[Any], depth: int) -> Any:
        """Call a special method for a walk that is so many containers deep, which count with the calls under way."""

    def special_target(self, member: Member, receiver: Any) -> Any:
        """What a call of the member is bound to: signature, function object and first arguments, or another value."""

    def depth(self) -> int:
        """Calls under way, those that a fault ended included."""

    def raised(self, fault: Any, name: str) -> bool:
        """Whether the fault is an exception object of this class."""

    def stopped(self) -> Any:
        """What the StopIteration that :meth:`raised` spoke of says."""


class _Current(_local):
    host: Host | None = None


_CURRENT = _Current()


def host() -> Host:
    """The host of this thread."""
    assert _CURRENT.host is not None, "no engine runs here"
    return _CURRENT.host


def may_call() -> bool:
    """Whether comparing and hashing may run functions of the program at all."""
    return _CURRENT.host is not None and _CURRENT.host.has_specials


class hosted:
    """``with hosted(engine):`` makes the engine the host of this thread."""

    def __init__(self, engine: Host) -> None:
        self.engine = engine
        self.before: Host | None = None

    def __enter__(self) -> None:
        self.before, _CURRENT.host = _CURRENT.host, self.engine

    def __exit__(self, *problem: object) -> None:
        _CURRENT.host = self.before
