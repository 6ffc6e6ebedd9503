"""Messages between a process and its workers: values and errors as MessagePack.

What comes from a worker may come from whoever took it over. So nothing is unpickled: a message is read within bounds and makes plain values, :class:`~belljar.values.Record`,
:class:`~belljar.values.Callable`, Decimals, ranges and errors of the table of codes, and everything else is a ValueError.

A value is itself where MessagePack has it: None, bool, int of 64 bits, float, str, bytes, and lists. All others are a map of one entry, from a tag to their parts.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from belljar.errors import CODES, BellError, Frame, LimitUse, Operand, bell_error
from belljar.source import Source, Span
from belljar.values import Callable, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Final

MESSAGE_BYTES_MAX: Final = 1 << 31
"""The longest message. A longer one is the end of the worker that sends it."""
DEPTH_MAX: Final = 260
"""Containers inside one another in a message: more than values may have, and a few for what is around them."""
DIAGNOSTICS_MAX: Final = 1000
TRACED: Final = frozenset(("points", "begun", "marks", "missed", "event", "ended"))
"""The messages of a trace (:mod:`belljar.runtime.remote_traces`)."""

DICT, TUPLE, SET, FROZENSET, RECORD, CALLABLE, DECIMAL, RANGE, BIG_INT, TEXT, PATTERN = range(11)
_PLAIN: Final = frozenset((type(None), bool, int, float))
_INT_MIN: Final = -(2**63)
_INT_END: Final = 2**64

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()


def pack(message: Any) -> bytes:
    """A message of plain values, with values given through :func:`to_wire`, as bytes."""
    return _encoder.encode(message)


def unpack(data: bytes | memoryview) -> Any:
    """The message :func:`pack` wrote. Raises ValueError for other bytes."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise ValueError(f"not a message: {problem}") from None


def to_wire(value: Any, depth: int = 0) -> Any:
    """A value of a program in the form messages have. Raises TypeError for what is none, ValueError for one nested too deep."""
    kind = value.__class__
    if value is None or kind is bool or kind is float or kind is bytes:
        return value
    if kind is int:
        return value if _INT_MIN <= value < _INT_END else {BIG_INT: value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)}
    if kind is str:
        return value if value.isascii() else _text(value)
    if depth > DEPTH_MAX:
        raise ValueError("nested too deep for a message")
    depth += 1
    if kind is list:
        if set(map(type, value)) <= _PLAIN and all(item.__class__ is not int or _INT_MIN <= item < _INT_END for item in value):
            return value
        return [to_wire(item, depth) for item in value]
    if kind is dict:
        return {DICT: [to_wire(part, depth) for pair in value.items() for part in pair]}
    if kind is tuple:
        return {TUPLE: [to_wire(item, depth) for item in value]}
    if kind is set or kind is frozenset:
        return {SET if kind is set else FROZENSET: [to_wire(item, depth) for item in value]}
    if kind is Record:
        return {RECORD: [value._name, *[to_wire(part, depth) for pair in value._fields.items() for part in pair]]}
    if kind is Callable:
        return {CALLABLE: [value.kind, value.name]}
    if kind is Decimal:
        return {DECIMAL: str(value)}
    if kind is range:
        return {RANGE: [to_wire(part, depth) for part in (value.start, value.stop, value.step)]}
    if kind is re.Pattern:
        return {PATTERN: [to_wire(value.pattern, depth), value.flags]}
    return to_wire_of_base(value, depth)


def to_wire_of_base(value: Any, depth: int) -> Any:
    """A value of a class derived from a plain one, or a mapping or sequence such as arrays, as the plain value it is at the boundary."""
    bases: tuple[Any, ...] = (bool, int, float, str, bytes, list, dict, tuple, set, frozenset)
    for base in bases:
        if isinstance(value, base):
            return to_wire(base(value), depth)
    for convert in ("tolist", "asdict", "item"):
        method = getattr(value, convert, None)
        if method is not None and not isinstance(value, type):
            return to_wire(method(), depth)
    if hasattr(value, "__dataclass_fields__"):
        return {
            RECORD: [
                type(value).__name__,
                *[to_wire(part, depth) for name in value.__dataclass_fields__ for part in (name, getattr(value, name))],
            ]
        }
    raise TypeError(f"{type(value).__name__} is no value of a program")


def _text(value: str) -> Any:
    """A text that may have lone surrogates, which UTF-8 has not."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return {TEXT: value.encode("utf-8", "surrogatepass")}
    return value


def from_wire(value: Any) -> Any:
    """The value :func:`to_wire` was given. Raises ValueError where it is not what that writes."""
    try:
        return _from_wire(value)
    except (TypeError, KeyError, IndexError, ArithmeticError, RecursionError, AttributeError) as problem:
        raise ValueError(f"not a value: {type(problem).__name__}") from None


def _from_wire(value: Any) -> Any:
    kind = value.__class__
    if kind is list:
        return value if set(map(type, value)) <= _PLAIN else [_from_wire(item) for item in value]
    if kind is not dict:
        return value
    ((tag, parts),) = value.items()
    if tag == TUPLE:
        return tuple([_from_wire(item) for item in parts])
    if tag == DICT:
        items = [_from_wire(item) for item in parts]
        return dict(zip(items[::2], items[1::2], strict=True))
    if tag == SET:
        return {_from_wire(item) for item in parts}
    if tag == FROZENSET:
        return frozenset([_from_wire(item) for item in parts])
    if tag == RECORD:
        name, *fields = [_from_wire(item) for item in parts]
        return Record(_str(name), {_str(key): item for key, item in zip(fields[::2], fields[1::2], strict=True)})
    if tag == CALLABLE:
        what, name = parts
        return Callable(_str(what), _str(name))
    if tag == DECIMAL:
        return Decimal(_str(parts))
    if tag == RANGE:
        return range(*[_from_wire(item) for item in parts])
    if tag == BIG_INT:
        return int.from_bytes(parts, "little", signed=True)
    if tag == TEXT:
        return parts.decode("utf-8", "surrogatepass")
    raise ValueError("no such tag")


def _str(value: Any) -> str:
    if value.__class__ is not str:
        raise ValueError("a name that is no text")
    return str(value)


def error_to_wire(error: BellError, own: str, depth: int = 0) -> dict[str, Any]:
    """An error as a message. The text of the source called ``own`` is not sent, the other side has it."""
    span = error.span
    return {
        "code": error.code,
        "span": [span.line, span.column, span.end_line, span.end_column],
        "file": _text(error.file),
        "source": None
        if error.source is None
        else [_text(error.source.name), None if error.source.name == own else _text(error.source.text)],
        "stack": [[_text(frame.function), frame.line, frame.calls] for frame in error.stack],
        "notes": [_text(note) for note in error.notes],
        "hint": _text(error.hint),
        "python": error.python,
        "message": _text(error.message),
        "seconds": error.seconds,
        "use": None if error.use is None else [error.use.name, error.use.limit, error.use.used],
        "operands": [[_text(operand.shown), operand.variable] for operand in error.operands],
        "diagnostics": [error_to_wire(one, own, 1) for one in error.diagnostics[:DIAGNOSTICS_MAX] if one is not error] if not depth else [],
        "first": next((i for i, one in enumerate(error.diagnostics) if one is error), 0),
    }


def error_from_wire(message: Any, own: Source, depth: int = 0) -> BellError:
    """The error of a message. Raises ValueError where it is none."""
    try:
        code = message["code"]
        if code not in CODES:
            raise ValueError("no such code")
        source: Source | None = None
        if message["source"] is not None:
            name, text = message["source"]
            source = own if text is None else Source(_str(_from_wire(name)), _str(_from_wire(text)))
        error = bell_error(
            code,
            span=Span(*[int(part) for part in message["span"]]),
            source=source,
            file=_str(_from_wire(message["file"])),
            stack=[Frame(_str(_from_wire(function)), int(line), int(calls)) for function, line, calls in message["stack"]],
            notes=_texts(message["notes"]),
            hint=_str(_from_wire(message["hint"])),
            python=_str(message["python"]),
            message=_str(_from_wire(message["message"])),
        )
        error.seconds = float(message["seconds"])
        if message["use"] is not None:
            limit, value, used = message["use"]
            error.use = LimitUse(_str(limit), _number(value), _number(used))
            if error.use.told not in error.notes:
                raise ValueError("a use that no note tells")
        error.operands = tuple([Operand(_str(_from_wire(shown)), _str(variable)) for shown, variable in message["operands"]])
        if depth == 0:
            error.diagnostics = [error_from_wire(one, own, 1) for one in message["diagnostics"]]
            error.diagnostics.insert(min(int(message["first"]), len(error.diagnostics)), error)
        return error
    except (TypeError, KeyError, IndexError, AttributeError, OverflowError) as problem:
        raise ValueError(f"not an error: {type(problem).__name__}") from None


def _number(value: Any) -> float:
    if value.__class__ not in (int, float):
        raise ValueError("no number")
    return value


def _texts(parts: Iterable[Any]) -> list[str]:
    return [_str(_from_wire(part)) for part in parts]
