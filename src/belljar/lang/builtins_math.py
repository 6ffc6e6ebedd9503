"""The functions of ``math``: for every combination of argument types the result type and the IR."""

from __future__ import annotations

from belljar.ir.ops import MATH_FUNCTIONS, OPS
from belljar.lang.builtins import (
    accumulator,
    append,
    as_number,
    assign,
    call_builtin,
    may_be_asked,
    new_list,
    not_walked,
    plain,
    rule,
    wrong,
)
from belljar.lang.conversion import box, choose, join_items, split
from belljar.lang.emit import Val
from belljar.lang.iteration import each, element_type
from belljar.lang.lattice import UNKNOWN, ListOf, resolve
from belljar.lang.operations import as_float, as_int, binary, by_number
from belljar.lang.operators import call, has
from belljar.types import ANY, BOOL, DECIMAL, FLOAT, INT, NEVER, NUMBER, OptionalType, RecordType, TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from belljar.lang.transfer import Walk


def _real(w: Walk, name: str, value: Val) -> Val | None:
    if value.type in (INT, BOOL, FLOAT, NUMBER):
        return as_float(w, value)
    if value.type == ANY:
        return _real_of_any(w, value)
    if value.type == DECIMAL or (isinstance(value.type, RecordType) and (has(w, value, "__float__") or has(w, value, "__index__"))):
        return call_builtin(w, "float", [value], ())
    if isinstance(value.type, OptionalType) or not w.world.flow.catches:
        wrong(w, f"math.{name}", value, "a number")
        return None
    w.raise_error("TypeError", f"must be real number, not {w.type_name(value.type)}")
    return w.const(0.0)


def _real_of_any(w: Walk, value: Val) -> Val:
    """The float that a value of class any is, or stands for; of an int of any size, or what has ``__float__``, as well."""
    word, emit = value.reg, w.e.emit

    def other() -> Val:
        whole = emit("any.is", word, INT, type=BOOL)
        return choose(w, whole, FLOAT, lambda: call_builtin(w, "float", [value], ()), asked_for_it)

    def asked_for_it() -> Val:
        return w.call_library("real", [value], "_numbers")

    return choose(w, emit("any.is", word, FLOAT, type=BOOL), FLOAT, lambda: Val(FLOAT, (emit("any.to", word, FLOAT, type=FLOAT),)), other)


def _float_function(name: str, op: str, count: int) -> None:
    result = {"bool": BOOL, "float": FLOAT}[OPS[op].result]

    @rule(f"math.{name}", count, count)
    def applied(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
        regs: list[int] = []
        for arg in args:
            real = _real(w, name, arg)
            if real is None:
                return Val(UNKNOWN)
            regs.append(real.reg)
        return Val(result, (w.e.emit(op, *regs, type=result),))


for _op in OPS.values():
    _short = _op.name.removeprefix("math.")
    if (
        _op.name.startswith("math.")
        and _short not in ("exponent", "hypot", "isclose", "ldexp", "log", "log10", "log2", "logb", "norm")
        and set(_op.operands) == {"float"}
    ):
        _float_function(_short, _op.name, len(_op.operands))
_float_function("sqrt", "float.sqrt", 1)
_float_function("fabs", "float.abs", 1)


@rule("math.modf", 1, 1)
def _modf(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    real = _real(w, "modf", args[0])
    if real is None:
        return Val(UNKNOWN)
    emit, x = w.e.emit, real.reg
    infinite = emit("math.isinf", x, type=BOOL)
    zero = w.const(0.0).reg
    rest = emit("math.fmod", emit("select", infinite, zero, x, type=FLOAT), w.const(1.0).reg, type=FLOAT)
    whole = emit("select", infinite, x, emit("float.sub", x, rest, type=FLOAT), type=FLOAT)
    return join_items([Val(FLOAT, (emit("math.copysign", part, x, type=FLOAT),)) for part in (rest, whole)])


@rule("math.frexp", 1, 1)
def _frexp(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    real = _real(w, "frexp", args[0])
    if real is None:
        return Val(UNKNOWN)
    exponent = w.e.emit("math.exponent", real.reg, type=INT)
    back = w.e.emit("int.sub.nw", w.const(0).reg, exponent, type=INT)
    return join_items([Val(FLOAT, (w.e.emit("math.ldexp", real.reg, back, type=FLOAT),)), Val(INT, (exponent,))])


@rule("math.hypot", 0, -1)
def _hypot(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    reals = [_real(w, "hypot", arg) for arg in args]
    if None in reals:
        return Val(UNKNOWN)
    return _norm(w, [real.reg for real in reals if real is not None])


def _norm(w: Walk, regs: Sequence[int]) -> Val:
    """The Euclidean length of a vector of float registers."""
    return Val(FLOAT, (w.e.emit("math.hypot" if len(regs) == 2 else "math.norm", *regs, type=FLOAT),))


def _floats(w: Walk, name: str, iterable: Val) -> Val:
    """The elements of an iterable of numbers as floats: a ``list[float]``, which may be the iterable itself."""
    item = element_type(w, iterable)
    if item == UNKNOWN:
        return not_walked(w, iterable)
    if isinstance(item, OptionalType):
        return w.problem("E0307", what="an element", name="x")
    for kind in iterable.type.items if isinstance(iterable.type, TupleType) else (item,):
        if kind not in (INT, FLOAT, BOOL, NUMBER, NEVER, ANY):
            return w.refuse(f"math.{name}() of {resolve(item)}", "give it numbers")
    if item == FLOAT and isinstance(iterable.type, ListOf):
        return iterable
    made = new_list(w, FLOAT)
    if isinstance(iterable.type, TupleType):
        for part in split(iterable):
            append(w, made, _real_of_any(w, part) if part.type == ANY else as_float(w, part))
        return made

    def add(element: Val) -> None:
        append(w, made, element if element.type == NEVER else _real_of_any(w, element) if element.type == ANY else as_float(w, element))

    return made if each(w, iterable, add) else Val(UNKNOWN)


@rule("math.fsum", 1, 1)
def _fsum(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    floats = _floats(w, "fsum", args[0])
    return floats if floats.type == UNKNOWN else Val(FLOAT, (w.e.emit("list.fsum", floats.reg, type=FLOAT),))


@rule("math.dist", 2, 2)
def _dist(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    numbers = (INT, FLOAT, BOOL, NUMBER)
    p, q = args
    if isinstance(p.type, TupleType) and isinstance(q.type, TupleType) and all(item in numbers for item in (*p.type.items, *q.type.items)):
        if len(p.type.items) != len(q.type.items):
            return w.refuse("math.dist() of tuples of different lengths", "both points must have the same number of dimensions")
        pairs = [(as_float(w, a), as_float(w, b)) for a, b in zip(split(p), split(q), strict=True)]
        return _norm(w, [w.e.emit("float.sub", a.reg, b.reg, type=FLOAT) for a, b in pairs])
    points = [_floats(w, "dist", point) for point in args]
    if any(point.type == UNKNOWN for point in points):
        return Val(UNKNOWN)
    return Val(FLOAT, (w.e.emit("list.dist", *(point.reg for point in points), type=FLOAT),))


@rule("math.prod", 1, 1, "start")
def _prod(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    start = named.get("start", w.const(1))
    item = element_type(w, args[0])
    if item == UNKNOWN:
        return not_walked(w, args[0])
    for kind in (item, start.type):
        if isinstance(kind, OptionalType):
            return w.problem("E0307", what="an element", name="x")
        if kind not in (INT, FLOAT, BOOL, NUMBER, NEVER, ANY):
            return w.refuse(f"math.prod() of {resolve(kind)}", "multiply in a for loop")
    type = start.type if item == NEVER else w.lattice.join(INT if start.type == BOOL else start.type, INT if item == BOOL else item)
    if w.world.wide and type in (INT, NUMBER):
        type = ANY
    total = accumulator(w, type, start if type == start.type else binary(w, "*", start, w.const(1)))

    def multiply(element: Val) -> None:
        assign(w, total, binary(w, "*", total, element))

    return total if each(w, args[0], multiply) else Val(UNKNOWN)


def _logarithm(name: str, op: str, high: int) -> None:
    @rule(f"math.{name}", 1, high)
    def applied(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
        number = args[0]

        def of_real() -> Val:
            reals = [_real(w, name, arg) for arg in args]
            if None in reals:
                return Val(UNKNOWN)
            return Val(
                FLOAT, (w.e.emit(op if len(args) == 1 else "math.logb", *(real.reg for real in reals if real is not None), type=FLOAT),)
            )

        def of_whole() -> Val:  # it may be larger than any float
            result = w.e.emit("any.math", MATH_FUNCTIONS.index(name), *(box(w, arg).reg for arg in args))
            return Val(FLOAT, (w.e.emit("any.to", result, FLOAT, type=FLOAT),))

        if number.type == ANY:
            return choose(w, w.e.emit("any.is", number.reg, INT, type=BOOL), FLOAT, of_whole, of_real)
        return of_real()


for _name in ("log", "log2", "log10"):
    _logarithm(_name, f"math.{_name}", 2 if _name == "log" else 1)


@rule("math.ldexp", 2, 2)
def _ldexp(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    real = _real(w, "ldexp", args[0])
    if real is None:
        return Val(UNKNOWN)
    if args[1].type == ANY:
        args = [args[0], plain(w, w.call_library("whole_exponent", [args[1]], "_numbers"), INT)]
        if args[1].type == UNKNOWN:
            return args[1]
    if args[1].type not in (INT, BOOL):
        if isinstance(args[1].type, OptionalType):
            return wrong(w, "math.ldexp", args[1], "an int as exponent")
        python = ("TypeError", "Expected an int as second argument to ldexp.")
        return w.problem(
            "E0302", what="the argument of math.ldexp()", expected="an int as exponent", found=resolve(args[1].type), python=python
        )
    return Val(FLOAT, (w.e.emit("math.ldexp", real.reg, as_int(w, args[1]).reg, type=FLOAT),))


@rule("math.isclose", 2, 2, "rel_tol", "abs_tol")
def _isclose(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    values = [*args, named.get("rel_tol", w.const(1e-9)), named.get("abs_tol", w.const(0.0))]
    reals = [_real(w, "isclose", value) for value in values]
    if None in reals:
        return Val(UNKNOWN)
    return Val(BOOL, (w.e.emit("math.isclose", *(real.reg for real in reals if real is not None), type=BOOL),))


def _rounding(name: str, op: str) -> None:
    @rule(f"math.{name}", 1, 1)
    def applied(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
        if args[0].type in (INT, BOOL):
            return as_int(w, args[0])
        if has(w, args[0], f"__{name}__"):
            return call(w, args[0], f"__{name}__")
        if (
            name == "trunc" and args[0].type not in (FLOAT, ANY, NUMBER, DECIMAL) and not isinstance(args[0].type, OptionalType)
        ):  # which asks for no __float__
            told = f"type {w.type_name(args[0].type)} doesn't define __trunc__ method"
            if not w.world.flow.catches:
                return wrong(w, "math.trunc", args[0], "a number")
            w.raise_error("TypeError", told)
            return w.const(0)
        if args[0].type == ANY and (name == "trunc" or may_be_asked(w, f"__{name}__")):
            return Val(ANY, (w.e.emit("any.math", MATH_FUNCTIONS.index(name), box(w, args[0]).reg),))
        if args[0].type == ANY:
            args = [as_number(w, args[0])]
        if args[0].type == NUMBER:
            return by_number(w, args[0], INT, lambda part: applied(w, [part], {}))
        real = _real(w, name, args[0])
        return Val(UNKNOWN) if real is None else Val(INT, (w.e.emit(op, real.reg, type=INT),))


for _name, _op_name in (("floor", "float.floor"), ("ceil", "float.ceil"), ("trunc", "float.to_int")):
    _rounding(_name, _op_name)


def _int_function(name: str, op: str, low: int, high: int) -> None:
    @rule(f"math.{name}", low, high)
    def applied(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
        if args and all(arg.type in (INT, BOOL, ANY) for arg in args) and any(arg.type == ANY for arg in args):
            return Val(ANY, (w.e.emit("any.math", MATH_FUNCTIONS.index(name), *(box(w, arg).reg for arg in args)),))
        args = [plain(w, arg, INT) for arg in args]
        for arg in args:
            if arg.type not in (INT, BOOL):
                return wrong(w, f"math.{name}", arg, "int")
        ints = [as_int(w, arg) for arg in args]
        if name in ("gcd", "lcm"):  # of any number of ints; of none the neutral element
            total = w.const(0 if name == "gcd" else 1)
            for one in ints:
                total = Val(INT, (w.e.emit(op, total.reg, one.reg, type=INT),))
            return total
        if name == "perm" and len(ints) == 1:
            return Val(INT, (w.e.emit("int.factorial", ints[0].reg, type=INT),))
        return Val(INT, (w.e.emit(op, *(one.reg for one in ints), type=INT),))


for _name, _op_name, _low, _high in (
    ("gcd", "int.gcd", 0, -1),
    ("lcm", "int.lcm", 0, -1),
    ("isqrt", "int.isqrt", 1, 1),
    ("factorial", "int.factorial", 1, 1),
    ("comb", "int.comb", 2, 2),
    ("perm", "int.perm", 1, 2),
):
    _int_function(_name, _op_name, _low, _high)
