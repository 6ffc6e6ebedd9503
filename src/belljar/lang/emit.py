"""Values while a function is walked, and the two emitters the walk can be given.

The same walk (:mod:`belljar.lang.transfer`) runs during inference, where a :class:`NullEmitter` makes every emission free, and once more when types are known, where an
:class:`IrEmitter` writes typed IR. So a rule states its result type and its code in one place.
"""

from __future__ import annotations

from belljar.ir.exceptions import ENDING, RAISING
from belljar.ir.function import Function, Instr
from belljar.ir.ops import OPS
from belljar.source import NOWHERE
from belljar.structs import Struct
from belljar.types import ANY, BOOL, FLOAT, INT, STR, ListType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from belljar.ir.ops import Op

NO_CONST: Any = type("NoConst", (), {"__repr__": lambda self: "NO_CONST"})()


class Val(Struct):
    """A value: its type, the registers of its components, and what is known about it.

    ``const``: the Python value, where it is known while compiling. ``origin``: the variable path (``x`` or ``x.f``) it was read from.
    ``facts``: what its being true or false says: (path, type if true, type if false).
    """

    __slots__ = ("const", "facts", "origin", "regs", "type")

    def __init__(
        self,
        type: Type,
        regs: tuple[int, ...] = (),
        const: Any = NO_CONST,
        origin: str = "",
        facts: Sequence[tuple[str, Type, Type]] = (),
    ) -> None:
        self.type = type
        self.regs = regs
        self.const = const
        self.origin = origin
        self.facts = facts

    @property
    def reg(self) -> int:
        return self.regs[0] if self.regs else -1

    @property
    def is_const(self) -> bool:
        return self.const is not NO_CONST


_RESULT_TYPES: dict[str, Type] = {
    "int": INT,
    "float": FLOAT,
    "bool": BOOL,
    "str": STR,
    "list[str]": ListType(STR),
    "list[int]": ListType(INT),
    "tuple[str, str, str]": TupleType((STR, STR, STR)),
}


NAMED_AT = {"any.get_attr": 1, "any.call_method": 0, "any.has_attr": 1, "any.set_attr": 1, "any.del_attr": 1}
"""Ops that look an attribute up by name, with the operand that is the name."""
OPERATORS = frozenset({"any.binary", "any.in_place", "any.unary"})
"""Ops that look an operator method up, by their first operand."""


class NullEmitter:
    """Emits nothing; registers and blocks are all -1."""

    live = False

    def __init__(self, names: set[str] | None = None) -> None:
        self.span = NOWHERE
        self.names: set[str] = set() if names is None else names
        """The attributes and operator methods that values of type ``any`` are asked for."""

    def emit(self, name: str, *args: Any, type: Type | None = None) -> int:
        """One instruction with at most one result, whose register is given. ``type`` is needed where the op table leaves it open."""
        if name in NAMED_AT:
            self.names.add(args[NAMED_AT[name]])
        elif name in OPERATORS:
            self.names.add(f"{name}:{args[0]}")
        return -1

    def emit_to(self, result: int, name: str, *args: Any) -> None:
        """One instruction into an existing register."""

    def call(self, function: str, args: Sequence[int], types: Sequence[Type]) -> tuple[int, ...]:
        return (-1,) * len(types)

    def register(self, type: Type, name: str = "") -> int:
        return -1

    def move(self, target: int, source: int) -> None:
        """``target := source``; nothing when they are the same."""

    def assign(self, targets: Sequence[int], sources: Sequence[int]) -> None:
        """Several moves as if at once: each source is read before anything is written to it."""

    def block(self) -> int:
        return -1

    def at(self, block: int) -> None:
        """Go on emitting into the block."""


class IrEmitter(NullEmitter):
    """Writes into a :class:`~belljar.ir.function.Function`."""

    live = True

    def __init__(self, function: Function) -> None:
        super().__init__()
        self.function = function
        self.current = function.blocks[function.new_block()].instrs
        self.handler: Callable[[], int] | None = None
        """Gives the block that goes on with an exception raised here, after converting variables; None where there is no handler."""

    def _guard(self, op: Op) -> None:
        """Send the faults of the last instruction to the handler."""
        if self.handler is None or op not in RAISING:
            return
        here = self.current
        handler, self.handler = self.handler, None
        landing = handler()
        following = self.function.new_block()
        here.append(Instr(OPS["guard"], (), (following, landing), self.span))
        self.current = self.function.blocks[following].instrs
        if op in ENDING:
            self.current.append(Instr(OPS["unreachable"], (), (), self.span))
        self.handler = handler

    def emit(self, name: str, *args: Any, type: Type | None = None) -> int:
        op = OPS[name]
        if not op.result:
            self.current.append(Instr(op, (), args, self.span))
            self._guard(op)
            return -1
        result_type = type if type is not None else _RESULT_TYPES.get(op.result)
        if result_type is None:
            assert op.result == "any", f"{name}: the result type must be given"
            result_type = ANY
        result = self.function.new_register(result_type)
        self.current.append(Instr(op, (result,), args, self.span))
        self._guard(op)
        return result

    def emit_to(self, result: int, name: str, *args: Any) -> None:
        self.current.append(Instr(OPS[name], (result,), args, self.span))
        self._guard(OPS[name])

    def call(self, function: str, args: Sequence[int], types: Sequence[Type]) -> tuple[int, ...]:
        results = tuple(self.function.new_register(type) for type in types)
        self.current.append(Instr(OPS["call"], results, (function, *args), self.span))
        self._guard(OPS["call"])
        return results

    def register(self, type: Type, name: str = "") -> int:
        return self.function.new_register(type, name)

    def move(self, target: int, source: int) -> None:
        if target != source:
            self.current.append(Instr(OPS["move"], (target,), (source,), self.span))

    def assign(self, targets: Sequence[int], sources: Sequence[int]) -> None:
        pending = [(target, source) for target, source in zip(targets, sources, strict=True) if target != source]
        while pending:
            ready = next((move for move in pending if all(move[0] != source for _, source in pending)), None)
            if ready is None:  # a circle: what is overwritten first is kept
                ready = pending[0]
                kept = self.register(self.function.registers[ready[0]].type)
                self.move(kept, ready[0])
                pending = [(target, kept if source == ready[0] else source) for target, source in pending]
                ready = pending[0]
            pending.remove(ready)
            self.move(*ready)

    def block(self) -> int:
        return self.function.new_block()

    def at(self, block: int) -> None:
        self.current = self.function.blocks[block].instrs
