"""From a fault to the error a person reads, the same for every engine.

An engine reports where (a site), what (a code), the first two register operands of the op, sometimes a text of its own, and the call sites it passed while unwinding; what the
message says is made here from the op and the operands.
"""

from __future__ import annotations

from decimal import Decimal

from belljar.engines.preview import CHARACTERS_MAX, Preview, from_outside, opened, shortened
from belljar.errors import UNNAMED, BellError, Frame, LimitUse, Operand, bell_error
from belljar.ir.function import Function, HostFunction, Instr, Module
from belljar.ir.guest import type_name
from belljar.ir.ops import BINARY_OPERATORS, COMPARISONS, ORDER_OPERATORS, UNARY_OPERATORS
from belljar.ir.sites import Site
from belljar.safety.limits import Limits
from belljar.source import NOWHERE, Span
from belljar.types import INT
from belljar.values import NESTING_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final

MESSAGE_MAX: Final = 1 << 16
"""Characters of a message that a program writes, in its error: copying one of megabytes would outlast the limit of time."""
SHOWN_MAX: Final = 120
"""Longest value shown in a message, in characters; a longer one loses its middle."""
BITS_SHOWN_MAX: Final = 4_000
"""Longest int shown in decimal digits, in bits."""
PERIOD_MAX: Final = 8
"""Longest cycle of functions calling one another that is folded."""


def fault_error(
    module: Module,
    sites: Sequence[Site],
    site: int,
    code: str,
    operands: Sequence[Any] = (),
    *,
    text: str = "",
    unwind: Sequence[int] = (),
    unwind_count: int | None = None,
    limits: Limits | None = None,
    used: float | None = None,
) -> BellError:
    """The error of one fault.

    ``operands`` are the values of the op's first two register operands: scalars, guest containers, or an engine's own containers as :class:`~belljar.engines.preview.Preview`; ``text`` is ``ctx->fault_text``;
    ``unwind`` the call sites from the innermost out, of which there were ``unwind_count``. ``used``: what was used of a limit that was reached, where it is not used up one by one.
    """
    place = sites[site]
    instr = place.instr
    values = [value if opened(value) is None else Preview(value, opened) for value in operands]
    limits = limits or Limits()
    parameters, python = _parameters(module, place, code, values, text, limits)
    frames = [frame for number in reversed(unwind) for frame in sites[number].frames()]
    origin = _origin(values[0], sites) if instr.op.name == "raise.any" and values else None
    if origin is not None and origin.instr.args[:1] != ("E0767",):  # raised again: the error is where it was raised first
        frames += place.frames() if origin.function is not place.function else []
        place, instr = origin, origin.instr
    frames += place.frames()
    callers = [sites[number] for number in unwind]
    if code == "E0767":  # raised where the generator was resumed, as it has been left
        frames, place = frames[:-1], _resumed(place, callers)
    hidden = 0 if unwind_count is None else unwind_count - len(unwind)
    notes = [f"{hidden} more calls led here"] if hidden > 0 else []
    if code == "E0804":
        used = None if instr.op.name not in CALLS else len(unwind) if unwind_count is None else unwind_count
    error = bell_error(
        code,
        span=_span(place, callers),
        source=module.source,
        file=module.name,
        stack=folded(frames),
        notes=notes,
        python=python,
        **parameters,
    )
    error.tell_use(use_of(code, limits, used))
    if code not in LIMITS and origin is None and place.instr.op.name not in ("fault", "raise", "raise.any"):
        error.operands = _operands(place, values)
    return error


def _operands(place: Site, values: Sequence[Any]) -> tuple[Operand, ...]:
    """The operands of an op as its error shows them. What an op on floats reads from no variable may be an int that was converted."""
    names = place.function.registers if place.instr.scope is None else None  # in inlined code they are of the caller's variables
    unsure = place.instr.op.name.startswith(("float.", "intfloat.", "math."))
    return tuple(
        [
            Operand(_shown(value), (names[register].name if names else "") or ("" if unsure else UNNAMED))
            for register, value in zip(place.instr.registers_read(), values)  # noqa: B905  (of two there are values)
        ]
    )


def _span(place: Site, callers: Sequence[Site]) -> Span:
    """Where the program is at fault: the place of the op, or of the innermost call of what has none in it, as the library."""
    for site in (place, *callers):
        scope, span = site.instr.scope, site.instr.span
        while span == NOWHERE and scope is not None:
            span, scope = scope.call_span, scope.parent
        if span != NOWHERE:
            return span
    return place.function.span


def _resumed(place: Site, callers: Sequence[Site]) -> Site:
    """Where the function of a place was called, in whose code it may have been inlined."""
    scope = place.instr.scope
    if scope is None:
        return callers[0] if callers else place
    called = Instr(place.instr.op, (), place.instr.args, scope.call_span, scope.parent)
    return Site(place.function, called)


def _origin(error: Any, sites: Sequence[Site]) -> Site | None:
    """Where an exception object was raised first, if it was caught since."""
    number = error.field("__site__") if isinstance(error, Preview) else None
    return sites[number] if isinstance(number, int) else None


def folded(frames: Sequence[Frame]) -> list[Frame]:
    """The stack with each run of repeated frames, or of a repeated cycle of them, shown once and counted in ``calls``."""
    result: list[Frame] = []
    start = 0
    while start < len(frames):
        best, times = 1, 1
        for period in range(1, PERIOD_MAX + 1):
            count = 1
            while frames[start + count * period : start + (count + 1) * period] == frames[start : start + period]:
                count += 1
            if count > 1 and count * period > best * times:
                best, times = period, count
        result += [Frame(frame.function, frame.line, frame.calls * times) for frame in frames[start : start + best]]
        start += best * times
    return result


# --- the values of a message ------------------------------------------------------------------------------------------------------

EXPRESSIONS: Final = {
    "int.add": "{a} + {b}",
    "int.sub": "{a} - {b}",
    "int.mul": "{a} * {b}",
    "int.floordiv": "{a} // {b}",
    "int.pow": "{a} ** {b}",
    "int.shl": "{a} << {b}",
    "int.neg": "-({a})",
    "int.abs": "abs({a})",
    "int.round": "round({a}, {b})",
    "int.range_len": "len(range({a}, {b}, ...))",
    "int.gcd": "gcd({a}, {b})",
    "int.lcm": "lcm({a}, {b})",
    "int.factorial": "factorial({a})",
    "int.comb": "comb({a}, {b})",
    "int.perm": "perm({a}, {b})",
    "str.to_int": "int({a})",
    "any.to_number": "int({a})",
    "any.to": "{a}",
    "list.sum_int": "sum()",
}
"""What overflowed, by op."""

VALUE_ERRORS: Final[dict[str, Callable[..., str]]] = {
    "int.isqrt": lambda n: "isqrt() argument must be nonnegative",
    "int.factorial": lambda n: "factorial() not defined for negative values",
    "int.comb": lambda n, k: f"{'n' if n < 0 else 'k'} must be a non-negative integer",
    "int.perm": lambda n, k: f"{'n' if n < 0 else 'k'} must be a non-negative integer",
    "math.isclose": lambda *tolerances: "tolerances must be non-negative",
    "list.dist": lambda p, q: "both points must have the same number of dimensions",
}
"""The text of E0719, CPython's own, by op."""

TOLD: Final = frozenset({"E0750", "E0751", "E0766", "E0768", "E0780", "E0781", "E0783", "E0784", "E0785", "E0786", "E0787", "E0788"})
"""Codes whose message is the text of the op."""

CALLS: Final = frozenset({"call", "any.call", "any.call_method", "any.call_spread"})
"""Ops that count as calls against the depth limit."""

UNHASHABLE: Final = "unhashable type: '"
"""How the text begins of a fault of a key that is none."""

KEYED: Final = frozenset({"any.index", "any.set_index", "any.del_index", "any.contains"})
"""Ops on ``any`` whose second operand may be a key."""

QUOTING: Final = frozenset({"E0702", "E0703", "E0707", "E0713"})
"""Codes whose value a ``fault`` op shows as a literal even when it is a string."""


def _shown(value: Any) -> str:
    """The value as a literal, shortened."""
    if isinstance(value, int) and value.bit_length() > BITS_SHOWN_MAX:
        return f"an int of {value.bit_length()} bits"
    text = repr(from_outside(value))
    return _cut(text, SHOWN_MAX)


def _type(value: Any) -> str:
    return value.name if isinstance(value, Preview) else type_name(value)


def _told(value: Any) -> str:
    """A string as it is, all else as a literal."""
    return _cut(value, MESSAGE_MAX) if isinstance(value, str) else _shown(value)


def _cut(text: str, most: int) -> str:
    """The two ends of a text that is too long to be told."""
    return text if len(text) <= most else f"{text[: most // 2]}...{text[-(most // 2) :]}"


def _types(a: Any, b: Any) -> str:
    return f"{_type(a)} and {_type(b)}"


def _length(value: Any) -> int:
    """How many items there are, also in a range that has more than Python's ``len`` can say."""
    return (value[-1] - value.start) // value.step + 1 if isinstance(value, range) and value else len(value)


def _parameters(module: Module, place: Site, code: str, values: list[Any], text: str, limits: Limits) -> tuple[dict[str, Any], str | None]:
    """The parameters of the code's templates, and the exception class of a ``raise``."""
    instr = place.instr
    name = instr.op.name
    a, b = [*values, None, None][:2]
    if code == "E0804" and name not in CALLS:  # a value nested too deep to be walked
        return {"a": NESTING_MAX}, None
    if code in LIMITS:
        return {"a": LIMITS[code](limits)}, None
    if name == "host.call" and code in HOST_CODES:
        return _of_host(module.hosts[instr.args[0]], code, text)
    if code == "E0901":
        return {"capability": "io.stdout", "what": "the program prints"}, None
    if code == "E1201":
        return {"detail": text or name}, None
    if name == "raise.any" and not text:
        return {"a": _uncaught(module, a)}, _type(a)
    if name == "raise":
        exception = instr.args[0]
        return {"a": f"{exception}: {_told(a)}" if a else exception}, exception
    if name == "fault":
        shown = [_shown(value) if code in QUOTING else _told(value) for value in values]
        named = dict(zip(("a", "b"), shown, strict=False))
        if code == "E0704" and shown:
            named["a"] = f": {named['a']}"
        return (named | {"name": named["a"]} if shown else {}), None
    if code == "E0705":
        cls, mark, told = text.partition(": ")
        return {"a": f"{cls}{mark}{_cut(told, CHARACTERS_MAX)}"}, cls
    parameters: dict[str, Any] = {}
    if code == "E0308":
        parameters = _unsupported(instr.args, name, a, b, text)
    elif code == "E0309" and text.startswith(UNHASHABLE):
        parameters = {"a": "a value that can be hashed", "b": text[len(UNHASHABLE) : -1]}
    elif code == "E0309":
        keyed = name.startswith(("dict.", "set.")) or name in KEYED or name in ("any.set_attr", "any.set_named")
        parameters = {"a": "an int or None" if text.startswith("slice") else _needed(name, instr.args), "b": _type(b if keyed else a)}
    elif code == "E0502":
        expression = EXPRESSIONS.get(name, name)
        if name == "any.binary":
            expression = f"{{a}} {BINARY_OPERATORS[instr.args[0]]} {{b}}"
        elif name == "any.unary":
            expression = {"abs": "abs({a})"}.get(UNARY_OPERATORS[instr.args[0]], f"{UNARY_OPERATORS[instr.args[0]]}({{a}})")
        parameters = {"a": expression.format(a=_shown(a), b=_shown(b))}
    elif code == "E0701":
        parameters = {"a": _shown(b), "b": _length(a) if hasattr(a, "__len__") else "?"}
    elif code == "E0702":
        parameters = {"a": _shown(b)}
    elif code == "E0710":
        reason = "" if text.startswith("Invalid format specifier") else text
        parameters = {"a": b, "b": _type(a), "reason": reason.removesuffix(".").replace("%c arg", "the code point is")}
    elif code == "E0716":
        parameters = {"a": "ord", "b": len(a)}
    elif code == "E0718":
        parameters = {"a": b}
    elif code == "E0707":
        parameters = {"a": _shown(b)}
    elif code in TOLD or "E0790" <= code <= "E0799":
        parameters = {"a": text}
    elif code == "E0719":
        parameters = {"a": text or VALUE_ERRORS[name](*values)}
    elif code in ("E0770", "E0771", "E0772", "E0773", "E0774"):
        parameters = {"a": text}
    else:
        parameters = {"a": _shown(a), "b": _shown(b)}
    if code == "E0710" and not isinstance(a, (int, float, str)):
        return parameters, "TypeError"
    if (code == "E0710" and text.startswith("%c arg")) or (code == "E0711" and not -(2**31) <= a < 2**31):
        return parameters, "OverflowError"
    return parameters, None


HOST_CODES: Final = frozenset({"E0502", "E0901", "E0902", "E0903", "E0904", "E0905", "E0906", "E0907", "E0908"})
"""How a call of a function of the host may end by itself."""


def _of_host(host: HostFunction, code: str, text: str) -> tuple[dict[str, Any], str | None]:
    if code == "E0502":
        return {"a": f"{host.name}()"}, None
    if code == "E0901":
        return {"capability": text or host.capability, "what": f"the program calls {host.name}()"}, None
    if code == "E0905":
        caught, _, told = text.partition(" ")
        return {"name": host.name, "a": told}, caught
    if code == "E0904":
        reason, _, advice = text.partition("\n")
        return {"name": host.name, "a": reason, "advice": advice}, None
    return {"name": host.name, "a": text}, None


def _uncaught(module: Module, error: Any) -> str:
    """An exception object that nothing caught, as the last line of a traceback: its class, and what str() gives where the class has none of its own."""
    if not isinstance(error, Preview):
        return _type(error)
    args = error.field("args")
    if not isinstance(args, Preview) or not len(args):
        return error.name
    (first, *_), count = args.items(), len(args)
    layout = module.records.get(error.name)
    is_key = error.name == "KeyError" or (layout is not None and "KeyError" in layout.bases)  # str() of which is the key as a literal
    if count > 1:
        text = repr(args)
    elif isinstance(first, str) and not is_key:
        text = shortened(first)
    else:  # of the rest, Decimals alone are told otherwise by str() than by repr()
        text = str(first) if isinstance(first, Decimal) and not is_key else _shown(first)
    return f"{error.name}: {text}" if text else error.name


def _unsupported(args: tuple[Any, ...], name: str, a: Any, b: Any, text: str) -> dict[str, Any]:
    if name == "any.unary":
        return {"a": UNARY_OPERATORS[args[0]], "b": _type(a)}
    if name == "any.binary":
        return {"a": BINARY_OPERATORS[args[0]], "b": _types(a, b)}
    if name == "any.in_place":
        return {"a": BINARY_OPERATORS[args[0]] + "=", "b": _types(a, b)}
    if name == "any.comparison":
        return {"a": COMPARISONS[args[0]], "b": text or _types(a, b)}
    if name == "any.compare":
        return {"a": ORDER_OPERATORS[args[0]], "b": text or _types(a, b)}
    if name == "any.divmod":
        return {"a": "divmod()", "b": _types(a, b)}
    if name in ("any.index", "any.set_index", "any.del_index"):
        return {"a": "[]", "b": _types(a, b)}
    if name == "any.contains":
        return {"a": "in", "b": _types(b, a)}
    if name == "list.sort":  # which pair is met first is the algorithm's affair
        return {"a": "<", "b": "the elements of the list"}
    return {"a": "<=" if name == "list.le" else "<", "b": text or _types(a, b)}


def _needed(name: str, args: tuple[Any, ...]) -> str:
    if name in ("any.to", "record.to"):
        return str(args[1])
    if name == "any.len":
        return "a str, list, tuple, dict or set"
    if name.startswith("regex."):
        return "a compiled pattern"
    if name == "any.to_number":
        return f"a number, a str or bytes for {'int' if args[1] == INT else 'float'}()"
    if name in ("any.set_attr", "any.set_named"):
        return "a value of the field's type"
    return "a value that can be hashed"


LIMITS: Final[dict[str, Callable[[Limits], str]]] = {
    "E0801": lambda limits: str(limits.fuel),
    "E0802": lambda limits: f"{limits.time:g}",
    "E0803": lambda limits: str(limits.memory),
    "E0804": lambda limits: str(limits.depth),
    "E0805": lambda limits: str(limits.output),
    "E0808": lambda limits: str(limits.events),
    "E0809": lambda limits: str(limits.iterations),
}
"""What a limit's message shows."""


USED_UP: Final = {"E0801": "fuel", "E0808": "events", "E0809": "iterations"}
"""Codes of limits that are used up one by one, so that all was used where one is reached."""
MEASURED: Final = {"E0802": "time", "E0803": "memory", "E0804": "depth", "E0805": "output"}
"""Codes of the other limits."""


def use_of(code: str, limits: Limits, used: float | None) -> LimitUse | None:
    """What the error of a limit says of its use, where that is known."""
    name = USED_UP.get(code) or MEASURED.get(code)
    if name is None or (used is None and code in MEASURED):
        return None
    limit = getattr(limits, name)
    return LimitUse(name, limit, limit if used is None else used)


def result_error(module: Module, function: Function, code: str, limits: Limits, used: float | None = None) -> BellError:
    """The error of a result that is nested too deep (E0804) or too large (E0803) to be handed over; its place is the function."""
    shown = NESTING_MAX if code == "E0804" else LIMITS[code](limits)
    error = bell_error(code, span=function.span, source=module.source, file=module.name, a=shown)
    error.tell_use(None if code == "E0804" else use_of(code, limits, used))
    return error
