"""None where a value is needed: what may be None and was not tested is tested where it is used, and raises what CPython raises.

Only of what the program itself declares to be optional (a parameter, an annotated variable, anything under ``# strict``) a test is asked for before running: E0307.
"""

from __future__ import annotations

from belljar.lang.annotations import as_written
from belljar.lang.conversion import box
from belljar.lang.emit import Val
from belljar.lang.raising import operands
from belljar.types import NONE, OptionalType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

    from belljar.lang.graph import FlowFunction, Step
    from belljar.lang.transfer import Walk


def needed(w: Walk, step: Step, args: list[Val]) -> list[Val]:
    """The operands of a step, those that may not be None tested: each that is None raises."""
    for position in (0, 1):
        if position < len(args) and isinstance(args[position].type, OptionalType):
            told = _TOLD.get(step.kind)
            raised = told(w, step, args, position) if told is not None else None
            if raised is not None and not must_be_tested(w, args[position]):
                args[position] = _present(w, args[position], *raised)
    found_out = _FOUND_OUT.get(step.kind)
    for position in found_out(step) if found_out is not None else ():
        if position < len(args) and isinstance(args[position].type, OptionalType) and not must_be_tested(w, args[position]):
            args[position] = box(w, args[position])
    return args


def _present(w: Walk, value: Val, name: str, message: str) -> Val:
    """The value where it is there; the exception is raised where it is None."""
    type = value.type
    assert isinstance(type, OptionalType)
    there, absent = w.e.block(), w.e.block()
    w.e.emit("br", value.reg, there, absent)
    w.e.at(absent)
    w.raise_error(name, message)
    w.e.at(there)
    origin = value.origin
    if origin and origin in w.env and w.env[origin] == type:
        w.env[origin] = type.item
    return Val(type.item, value.regs[1:], origin=origin)


def must_be_tested(w: Walk, value: Val) -> bool:
    """Whether a test is asked for before running."""
    return w.world.flow.strict or value.origin in declared_names(w, w.spec.flow)


def declared_names(w: Walk, flow: FlowFunction) -> frozenset[str]:
    """The parameters and variables of a function that are declared to be optional."""
    known = w.world.declared_names
    if flow.name not in known:
        declared = [(param.name, param.annotation) for param in flow.params if param.annotation is not None]
        declared += [step.data for block in flow.blocks for step in block.steps if step.kind == "declare"]
        known[flow.name] = frozenset(name for name, type in declared if isinstance(w.world.annotation(as_written(type)), OptionalType))
    return known[flow.name]


_FOUND_OUT: Final[dict[str, Callable[[Step], Sequence[int]]]] = {
    "call": lambda step: [star + 1 for star in step.data.stars],
    "method": lambda step: [star + 1 for star in step.data[1].stars],
    "spread": lambda step: step.data[1],
    "format": lambda step: (0,) if len(step.args) > 1 else (),
    "merge": lambda step: (1,),
}
"""By kind of step, the operands of which it is found out where they are used whether they can be."""


# --- what CPython says ----------------------------------------------------------------------------------------------------------------


def _at_first(name: str, message: str) -> Callable[[Walk, Step, list[Val], int], tuple[str, str] | None]:
    return lambda w, step, args, position: (name, message) if position == 0 else None


def _attribute(w: Walk, step: Step, args: list[Val], position: int) -> tuple[str, str] | None:
    name = step.data[0] if step.kind == "method" else step.data
    return ("AttributeError", f"'NoneType' object has no attribute '{name}'") if position == 0 and not name.startswith("__") else None


def _arithmetic(w: Walk, step: Step, args: list[Val], position: int) -> tuple[str, str] | None:
    """Left to the rules for ``any`` where the other operand may have a say of its own."""
    op, left, right = step.data, args[0].type, args[1].type
    other = args[1 - position].type
    if not w.has_known_class(other):
        return None
    if op == "*" and w.type_name(other) in ("str", "list", "tuple", "bytes"):
        return "TypeError", "can't multiply sequence by non-int of type 'NoneType'"
    if position == 1:
        shown = w.type_name(left)
        if op == "%" and shown in ("str", "bytes"):
            return None
        if step.kind == "inplace" and shown not in ("int", "float", "bool", "str"):
            return None
    raised, message = operands(w, {"op": op, "left": NONE if position == 0 else left, "right": NONE if position == 1 else right})
    return raised, message.replace(f" for {op}:", f" for {op}=:").replace("** or pow():", "**=:") if step.kind == "inplace" else message


def _comparison(w: Walk, step: Step, args: list[Val], position: int) -> tuple[str, str] | None:
    if step.data in ("in", "not in"):
        return ("TypeError", "argument of type 'NoneType' is not iterable") if position == 1 else None
    return _arithmetic(w, step, args, position) if step.data in ("<", "<=", ">", ">=") else None


_TOLD: Final[dict[str, Callable[[Walk, Step, list[Val], int], tuple[str, str] | None]]] = {
    "attr": _attribute,
    "set_attr": _attribute,
    "del_attr": _attribute,
    "method": _attribute,
    "binary": _arithmetic,
    "inplace": _arithmetic,
    "compare": _comparison,
    "unary": lambda w, step, args, position: ("TypeError", f"bad operand type for unary {step.data}: 'NoneType'"),
    "index": _at_first("TypeError", "'NoneType' object is not subscriptable"),
    "slice": _at_first("TypeError", "'NoneType' object is not subscriptable"),
    "set_index": _at_first("TypeError", "'NoneType' object does not support item assignment"),
    "del_index": _at_first("TypeError", "'NoneType' object doesn't support item deletion"),
    "call": _at_first("TypeError", "'NoneType' object is not callable"),
    "iter_new": _at_first("TypeError", "'NoneType' object is not iterable"),
    "unpack": _at_first("TypeError", "cannot unpack non-iterable NoneType object"),
}
"""By kind of step, what an operand that is None raises; None where it may be, or where the step finds it out."""
