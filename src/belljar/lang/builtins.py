"""The built-in functions: for every combination of argument types the result type and the IR."""

from __future__ import annotations

import builtins
from types import GeneratorType

from belljar.ir.ops import UNARY_OPERATORS
from belljar.lang.arity import miscounted, misnamed
from belljar.lang.conversion import box, choose, convert, join_items, nowhere, parts, peek, slot_type, split, to_slot, unbox, zero
from belljar.lang.emit import Val
from belljar.lang.graph import CallShape
from belljar.lang.indices import asked_for_int
from belljar.lang.iteration import begin, each, element_type, list_of_tuple
from belljar.lang.lattice import (
    FUNCTIONAL,
    UNKNOWN,
    VIEWS,
    BuiltInOf,
    Cell,
    ClassOf,
    DictOf,
    DictView,
    EnumerateOf,
    GeneratorOf,
    ListOf,
    ReversedOf,
    SetOf,
    ZipOf,
    is_hashable,
    key_type,
    resolve,
)
from belljar.lang.operations import as_float, as_int, binary, by_number, not_optional, order, orderable, range_length, truth, unpack
from belljar.lang.operators import asked, call, has, object_length, object_text, sure
from belljar.lang.raising import CLASS_NAMES
from belljar.lang.wide import wide_built_in
from belljar.types import (
    ANY,
    BOOL,
    BYTES,
    DECIMAL,
    FLOAT,
    FROZENSET,
    FUNCTION,
    INT,
    NEVER,
    NONE,
    NUMBER,
    RANGE,
    STR,
    DictType,
    ListType,
    OptionalType,
    RangeType,
    RecordType,
    SetType,
    TupleType,
    Type,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeAlias

    from belljar.lang.transfer import Walk

Rule: TypeAlias = "Callable[[Walk, list[Val], dict[str, Val]], Val]"
RULES: dict[str, Rule] = {}
OPERAND_COUNTS: dict[str, int] = {}
"""By function of ``math`` that takes a number of arguments that does not vary: the number."""


BY_NAME = {"enumerate": ("iterable",), "pow": ("base", "exp", "mod"), "round": ("number", "ndigits")}
"""The arguments of built-in functions that may be given by name as well."""


def rule(name: str, low: int, high: int, *keywords: str) -> Callable[[Rule], Rule]:
    """Declare the rule of a built-in that takes ``low`` to ``high`` positional arguments (-1: any number) and these keywords."""

    def register(body: Rule) -> Rule:
        def checked(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
            shown = name.removeprefix("math.")
            for known in BY_NAME.get(name, ())[len(args) :]:
                if known not in named:
                    break
                args, named = [*args, named[known]], {key: value for key, value in named.items() if key != known}
            for keyword in named:
                if keyword not in keywords and "**" not in keywords:
                    return w.problem("E0403", function=shown, name=keyword, python=("TypeError", misnamed(name, keyword)))
            if len(args) < low or (high >= 0 and len(args) > high):
                expected = str(low) if low == high else f"at least {low}" if high < 0 else f"{low} to {high}"
                raised = ("TypeError", miscounted(name, low, high, len(args)))
                return w.problem("E0402", function=shown, expected=expected, found=len(args), python=raised)
            if any(arg.type == UNKNOWN for arg in (*args, *named.values())):
                return Val(UNKNOWN)
            return body(w, args, named)

        RULES[name] = checked
        if low == high > 0 and name.startswith("math."):
            OPERAND_COUNTS[name] = low
        return checked

    return register


def wrong(w: Walk, function: str, value: Val, expected: str) -> Val:
    """E0302 (or E0307 for what may be None) about an argument."""
    if isinstance(value.type, OptionalType):
        not_optional(w, value)
        return Val(UNKNOWN)
    return w.problem("E0302", what=f"the argument of {function}()", expected=expected, found=resolve(value.type))


def plain(w: Walk, value: Val, type: Type) -> Val:
    """An argument that must be of a plain type: an ``any`` is looked at while running, an object with ``__index__`` asked for its int."""
    if value.type == ANY:
        value = w.plain_any(value)
        return whole(w, value) if type == INT else unbox(w, value.reg, type)
    if isinstance(value.type, RecordType) and w.is_plain_member(value):
        return plain(w, w.attribute(value, "value"), type)
    if type == INT and isinstance(value.type, RecordType) and has(w, value, "__index__"):
        return plain(w, call(w, value, "__index__"), INT)
    return value


def whole(w: Walk, value: Val) -> Val:
    """The int that a value of class any is or, as a bool or an object with ``__index__``, stands for; TypeError for all else."""
    word = value.reg
    asks = any("__index__" in decl.methods for decl in w.world.flow.classes.values())

    def other() -> Val:
        if not asks:
            return unbox(w, word, INT)
        has_index = w.e.emit("any.has_attr", word, "__index__", type=BOOL)
        return choose(
            w, has_index, INT, lambda: unbox(w, w.e.emit("any.call_method", "__index__", "", word), INT), lambda: unbox(w, word, INT)
        )

    def no_int() -> Val:
        flag = w.e.emit("any.is", word, BOOL, type=BOOL)
        return choose(w, flag, INT, lambda: as_int(w, Val(BOOL, (w.e.emit("any.to", word, BOOL, type=BOOL),))), other)

    return choose(w, w.e.emit("any.is", word, INT, type=BOOL), INT, lambda: Val(INT, (w.e.emit("any.to", word, INT, type=INT),)), no_int)


def text(w: Walk, value: Val) -> Val:
    """``str(value)``."""
    type = value.type
    emit = w.e.emit
    if type == STR:
        return value
    if type in (INT, FLOAT, BOOL):
        return Val(STR, (emit(f"{type}.to_str", value.reg, type=STR),))
    if type == NONE:
        return w.const("None")
    if type == NUMBER:
        return by_number(w, value, STR, lambda part: text(w, part))
    if isinstance(type, OptionalType) and type.item in (INT, FLOAT, BOOL, STR, NUMBER):
        return choose(w, value.regs[0], STR, lambda: text(w, Val(type.item, value.regs[1:])), lambda: w.const("None"))
    if isinstance(type, RangeType):
        start, stop, step = value.regs
        pieces = [w.const("range("), text(w, Val(INT, (start,))), w.const(", "), text(w, Val(INT, (stop,)))]
        if type.step != 1:
            by = Val(STR, (emit("str.build", w.const(", ").reg, text(w, Val(INT, (step,))).reg, type=STR),))
            one = emit("int.eq", step, w.const(1).reg, type=BOOL)
            pieces.append(by if type.step else choose(w, one, STR, lambda: w.const(""), lambda: by))
        return Val(STR, (emit("str.build", *(p.reg for p in (*pieces, w.const(")"))), type=STR),))
    if isinstance(type, RecordType):
        shown = object_text(w, value, False)
        if shown is not None:
            return shown
    if isinstance(type, FUNCTIONAL):
        return _function_text(w, type)
    return Val(STR, (emit("any.to_str", peek(w, value).reg, type=STR),))


def _function_text(w: Walk, type: Type) -> Val:
    if isinstance(type, ClassOf):
        return w.const(w.world.class_text(type.name))
    if isinstance(type, BuiltInOf) and type.name == "NotImplemented":
        return w.const(type.name)
    if isinstance(type, BuiltInOf):
        if "[" in type.name or "|" in type.name or type.name.startswith(("typing.", "collections.abc.")):
            return w.refuse(f"the text of {type.name}", "write it as a string", later=False)
        is_class = w.type_name(type) == "type"
        return w.const(f"<class '{type.name}'>" if is_class else f"<built-in function {type.name.rsplit('.', 1)[-1]}>")
    return w.refuse("the text of a function", "it has an address in it; use its __name__", later=False)


def representation(w: Walk, value: Val) -> Val:
    """``repr(value)``."""
    if value.type == STR:
        return Val(STR, (w.e.emit("str.repr", value.reg, type=STR),))
    if value.type in (INT, FLOAT, BOOL, NONE, NUMBER) or isinstance(value.type, RangeType):
        return text(w, value)
    if isinstance(value.type, RecordType):
        shown = object_text(w, value, True)
        if shown is not None:
            return shown
    if isinstance(value.type, FUNCTIONAL):
        return _function_text(w, value.type)
    return Val(STR, (w.e.emit("any.repr", peek(w, value).reg, type=STR),))


def formatted(w: Walk, value: Val, conversion: str, spec: Val | None) -> Val:
    """One ``{value!conversion:spec}`` of an f-string."""
    if value.type == UNKNOWN or (spec is not None and spec.type == UNKNOWN):
        return Val(UNKNOWN)
    if conversion == "r":
        value = representation(w, value)
    elif conversion == "s":
        value = text(w, value)
    elif conversion == "a":
        value = Val(STR, (w.e.emit("any.ascii", peek(w, value).reg, type=STR),))
    if (spec is None or spec.const == "") and has(w, value, "__format__"):
        spec = w.const("")
    elif spec is None or spec.const == "":
        if (value.type == ANY or isinstance(value.type, OptionalType)) and any(
            "__format__" in decl.methods for decl in w.world.flow.classes.values()
        ):
            return Val(STR, (w.e.emit("any.format", peek(w, value).reg, w.const("").reg, type=STR),))
        return text(w, value)
    if value.type in (INT, FLOAT, STR, BOOL):
        return Val(STR, (w.e.emit(f"{value.type}.format", value.reg, spec.reg, type=STR),))
    if value.type == NUMBER:
        return by_number(w, value, STR, lambda part: formatted(w, part, "", spec))
    if isinstance(value.type, OptionalType) and not not_optional(w, value):
        return Val(UNKNOWN)
    by_method = isinstance(value.type, RecordType) and has(w, value, "__format__")
    if by_method and w.silently(lambda: call(w, value, "__format__", spec)).type in (STR, UNKNOWN):
        return call(w, value, "__format__", spec)
    if value.type == ANY or isinstance(value.type, RecordType):
        return Val(STR, (w.e.emit("any.format", peek(w, value).reg, spec.reg, type=STR),))
    return w.problem(
        "E0313",
        detail=f"{resolve(value.type)} takes no format spec",
        advice="format its parts, or use !s",
        python=("TypeError", f"unsupported format string passed to {w.type_name(value.type)}.__format__"),
    )


STDERR = RecordType("_stdio.ErrorOutput")
"""The class of ``sys.stderr``."""
REDIRECTED = "_redirect.write"
"""The function of the library that writes what is printed, in programs that may send it elsewhere."""


@rule("print", 0, -1, "sep", "end", "flush", "file")
def _print(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    pieces: list[int] = []
    w.written = -1
    file = named.pop("file", w.const(None))
    named = {keyword: plain(w, value, STR) for keyword, value in named.items() if keyword != "flush"}
    for keyword, value in named.items():
        if value.type not in (STR, NONE):
            raised = ("TypeError", f"{keyword} must be None or a string, not {w.type_name(value.type)}")
            if w.world.flow.catches and not w.world.flow.strict:
                w.raise_error(*raised)
                return Val(NEVER)
            return w.problem("E0302", what=f"'{keyword}' of print()", expected="str or None", found=resolve(value.type), python=raised)
    sep = named["sep"].reg if "sep" in named and named["sep"].type == STR else w.const(" ").reg
    end = named["end"].reg if "end" in named and named["end"].type == STR else w.const("\n").reg
    for position, arg in enumerate(args):
        if position:
            pieces.append(sep)
        shown = text(w, arg)
        if shown.type == UNKNOWN:
            return shown
        pieces.append(shown.reg)
    pieces.append(end)
    if file.type != NONE:
        return _print_to(w, file, [Val(STR, (piece,)) for piece in pieces])
    whole = pieces[0] if len(pieces) == 1 else w.e.emit("str.build", *pieces, type=STR)
    w.written = whole
    if REDIRECTED in w.world.flow.functions and w.spec.flow.name != REDIRECTED:
        for piece in pieces:
            w.call_library("write", [Val(STR, (piece,))], "_redirect")
    else:
        w.e.emit("io.write", whole)
    return Val(NONE)


def _print_to(w: Walk, file: Val, pieces: list[Val]) -> Val:
    """``print(..., file=file)``: every piece is written by itself, as in Python. To the standard error goes the whole, where nobody can tell."""
    if file.type == STDERR and len(pieces) > 1 and "contextlib.redirect_stderr" not in w.world.flow.classes:
        pieces = [Val(STR, (w.e.emit("str.build", *[piece.reg for piece in pieces], type=STR),))]
    for piece in pieces:
        if w.call_method("write", file, [piece]).type == UNKNOWN:
            return Val(UNKNOWN)
    return Val(NONE)


@rule("str", 0, 3, "object", "encoding", "errors")
def _str(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    order = ("object", "encoding", "errors")
    given = {**dict(zip(order, args, strict=False)), **named}
    if len(given) > 1 or (given and "object" not in given):
        utf8 = w.const("utf-8")
        return w.call_library(
            "decoded", [given.get("object", w.const(b"")), given.get("encoding", utf8), given.get("errors", w.const("strict"))]
        )
    return text(w, given["object"]) if given else w.const("")


@rule("repr", 1, 1)
def _repr(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return representation(w, args[0])


@rule("len", 1, 1)
def _len(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    value = args[0]
    type = value.type
    if type == STR:
        return Val(INT, (w.e.emit("str.len", value.reg, type=INT),))
    if isinstance(type, (ListOf, DictOf, SetOf)):
        name = "list.len" if isinstance(type, ListOf) else "dict.len" if isinstance(type, DictOf) else "set.len"
        return Val(INT, (w.e.emit(name, value.reg, type=INT),))
    if isinstance(type, TupleType):
        return w.const(len(type.items))
    if isinstance(type, RangeType):
        return range_length(w, value)
    if isinstance(type, RecordType):
        size = object_length(w, value)
        if size is None:
            size = w.named_tuple_length(value)
        if size is not None:
            return size
    if isinstance(type, ClassOf):
        members = w.enum_members(type)
        if members is not None:
            return _len(w, [members], {})
    if isinstance(type, DictView):
        return _len(w, [Val(type.dict, value.regs)], {})
    if type == ANY:
        return Val(INT, (w.e.emit("any.len", value.reg, type=INT),))
    return wrong(w, "len", value, "a string or a collection")


@rule("int", 0, 2, "base")
def _int(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if not args:
        return w.const(0)
    value = args[0]
    base = args[1] if len(args) == 2 else named.get("base")
    emit = w.e.emit
    if base is not None:
        base = plain(w, base, INT)
        if value.type == ANY and base.type in (INT, BOOL):
            return unbox(w, emit("any.to_int_base", w.plain_any(value).reg, box(w, base).reg), INT)
        value = plain(w, value, STR)
        if value.type != STR or base.type not in (INT, BOOL):
            return wrong(w, "int", value, "str, with a base of type int")
        return Val(INT, (emit("str.to_int", value.reg, as_int(w, base).reg, type=INT),))
    if value.type in (INT, BOOL):
        return as_int(w, value)
    if value.type == FLOAT:
        return Val(INT, (emit("float.to_int", value.reg, type=INT),))
    if value.type == STR:
        return Val(INT, (emit("str.to_int", value.reg, w.const(10).reg, type=INT),))
    if value.type == NUMBER:
        return by_number(w, value, INT, lambda part: _int(w, [part], {}))
    if value.type == ANY and may_be_asked(w, "__int__", "__index__", "__trunc__"):
        return unbox(w, emit("any.to_int", value.reg), INT)
    if value.type == ANY:
        return Val(INT, (emit("any.to_number", w.plain_any(value).reg, INT, type=INT),))
    for method in ("__int__", "__index__", "__trunc__"):
        if isinstance(value.type, RecordType) and has(w, value, method):
            found = asked(w, value, method, INT)
            return found if found is not None else unbox(w, emit("any.to_int", box(w, value).reg), INT)
    return _no_number(w, "int", value, "a string, a bytes-like object or a real number")


def may_be_asked(w: Walk, *methods: str) -> bool:
    """Whether there are values that say themselves which int they are: Decimals, and objects with one of the methods."""
    return "@decimal" in w.world.flow.functions or any(w.world.find_method(name, method) for name in w.world.dynamic for method in methods)


@rule("float", 0, 1)
def _float(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if not args:
        return w.const(0.0)
    value = args[0]
    if value.type in (INT, BOOL, FLOAT, NUMBER):
        return as_float(w, value)
    if value.type == STR:
        return Val(FLOAT, (w.e.emit("str.to_float", value.reg, type=FLOAT),))
    if value.type == ANY:
        return Val(FLOAT, (w.e.emit("any.to_number", value.reg, FLOAT, type=FLOAT),))
    if isinstance(value.type, RecordType) and (has(w, value, "__float__") or has(w, value, "__index__")):
        found = asked(w, value, "__float__", FLOAT) if has(w, value, "__float__") else None
        return found if found is not None else Val(FLOAT, (w.e.emit("any.to_number", box(w, value).reg, FLOAT, type=FLOAT),))
    return _no_number(w, "float", value, "a string or a real number")


def _no_number(w: Walk, function: str, value: Val, expected: str) -> Val:
    """An argument of int() or float() that is no number and stands for none."""
    if isinstance(value.type, OptionalType):
        return wrong(w, function, value, "a number or a string")
    return w.problem(
        "E0302",
        what=f"the argument of {function}()",
        expected="a number or a string",
        found=resolve(value.type),
        python=("TypeError", f"{function}() argument must be {expected}, not '{w.type_name(value.type)}'"),
    )


@rule("bool", 0, 1)
def _bool(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return truth(w, args[0]) if args else w.const(False)


@rule("abs", 1, 1)
def _abs(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    value = args[0]
    if value.type in (INT, BOOL):
        return Val(INT, (w.e.emit("int.abs", as_int(w, value).reg, type=INT),))
    if value.type == FLOAT:
        return Val(FLOAT, (w.e.emit("float.abs", value.reg, type=FLOAT),))
    if value.type == NUMBER:
        return by_number(w, value, NUMBER, lambda part: _abs(w, [part], {}))
    if value.type == ANY:
        return Val(ANY, (w.e.emit("any.unary", UNARY_OPERATORS.index("abs"), value.reg),))
    if isinstance(value.type, RecordType) and has(w, value, "__abs__"):
        return call(w, value, "__abs__")
    return wrong(w, "abs", value, "a number")


@rule("round", 1, 2, "ndigits")
def _round(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    value = args[0]
    digits = args[1] if len(args) == 2 else named.get("ndigits")
    if digits is not None and digits.type == NONE:
        digits = None
    if digits is not None and digits.type == ANY and value.type in (INT, BOOL, FLOAT, NUMBER):
        digits = asked_for_int(w, digits)
    if digits is not None and digits.type == ANY and value.type in (INT, BOOL, FLOAT, NUMBER):
        return Val(ANY, (w.e.emit("any.round", box(w, value).reg, digits.reg),))
    if digits is not None and not isinstance(value.type, RecordType):
        digits = plain(w, digits, INT)
    if isinstance(value.type, RecordType) and has(w, value, "__round__"):
        return call(w, value, "__round__", *([] if digits is None else [digits]))
    if digits is not None and digits.type not in (INT, BOOL):
        return wrong(w, "round", digits, "an int as the number of digits")
    if value.type in (INT, BOOL):
        value = as_int(w, value)
        if digits is None or (digits.is_const and digits.const >= 0):
            return Val(INT, value.regs)
        return Val(INT, (w.e.emit("int.round", value.reg, as_int(w, digits).reg, type=INT),))
    if value.type == FLOAT:
        if digits is None:
            return Val(INT, (w.e.emit("float.round", value.reg, type=INT),))
        return Val(FLOAT, (w.e.emit("float.round_to", value.reg, as_int(w, digits).reg, type=FLOAT),))
    if value.type in (NUMBER, ANY):
        if value.type == ANY:
            return Val(ANY, (w.e.emit("any.round", value.reg, box(w, digits if digits is not None else w.const(None)).reg),))
        rest = [digits] if digits is not None else []
        return by_number(w, value, INT if digits is None else NUMBER, lambda part: _round(w, [part, *rest], {}))
    if isinstance(value.type, OptionalType):
        return wrong(w, "round", value, "a number")
    raised = ("TypeError", f"type {w.type_name(value.type)} doesn't define __round__ method")
    return w.problem("E0302", what="the argument of round()", expected="a number", found=resolve(value.type), python=raised)


def as_number(w: Walk, value: Val) -> Val:
    """An ``any`` that must be an int, a bool or a float."""
    word = value.reg

    def other() -> Val:
        truth_value = w.e.emit("any.is", word, BOOL, type=BOOL)
        return choose(
            w,
            truth_value,
            NUMBER,
            lambda: as_int(w, Val(BOOL, (w.e.emit("any.to", word, BOOL, type=BOOL),))),
            lambda: Val(FLOAT, (w.e.emit("any.to", word, FLOAT, type=FLOAT),)),
        )

    whole = w.e.emit("any.is", word, INT, type=BOOL)
    return choose(w, whole, NUMBER, lambda: Val(INT, (w.e.emit("any.to", word, INT, type=INT),)), other)


@rule("divmod", 2, 2)
def _divmod(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if has(w, args[0], "__divmod__") and sure(w, args[0], "__divmod__", args[1]):
        return call(w, args[0], "__divmod__", args[1])
    if any(arg.type == ANY or isinstance(arg.type, RecordType) for arg in args):
        first, second = box(w, args[0]), box(w, args[1])

        def of_numbers() -> Val:
            return Val(ANY, (w.e.emit("any.divmod", first.reg, second.reg),))

        if "@decimal" not in w.world.flow.functions:
            return of_numbers()
        exact, whole = ([w.e.emit("any.is", one.reg, kind, type=BOOL) for one in (first, second)] for kind in (DECIMAL, INT))
        decimals = [w.e.emit("bool.and", exact[i], w.e.emit("bool.or", exact[1 - i], whole[1 - i], type=BOOL), type=BOOL) for i in range(2)]
        return choose(
            w,
            w.e.emit("bool.or", *decimals, type=BOOL),
            ANY,
            lambda: box(w, join_items([binary(w, "//", first, second), binary(w, "%", first, second)])),
            of_numbers,
        )
    if FLOAT in (args[0].type, args[1].type) and w.world.flow.catches and all(arg.type in (INT, FLOAT, BOOL) for arg in args):
        fails, goes = w.e.block(), w.e.block()  # it says so in words of its own
        w.e.emit("br", truth(w, args[1]).reg, goes, fails)
        w.e.at(fails)
        w.raise_error("ZeroDivisionError", "float divmod()")
        w.e.at(goes)
    quotient = binary(w, "//", args[0], args[1])
    if quotient.type == UNKNOWN:
        return quotient
    return join_items([quotient, binary(w, "%", args[0], args[1])])


@rule("pow", 2, 3)
def _pow(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if len(args) == 3 and has(w, args[0], "__pow__"):
        return call(w, args[0], "__pow__", *args[1:])
    if len(args) == 3 and args[0].type == ANY and any("__pow__" in decl.methods for decl in w.world.flow.classes.values()):
        has_own = Val(BOOL, (w.e.emit("any.has_attr", args[0].reg, "__pow__", type=BOOL),))
        words = [box(w, arg).reg for arg in args]
        return choose(
            w,
            has_own.reg,
            ANY,
            lambda: Val(ANY, (w.e.emit("any.call_method", "__pow__", "", *words),)),
            lambda: Val(ANY, (w.e.emit("any.pow_mod", *words),)),
        )
    if len(args) == 3:
        found = Val(ANY, (w.e.emit("any.pow_mod", *(box(w, arg).reg for arg in args)),))
        if w.world.wide:
            return found
        # The result is smaller than the modulus, so that it is no big int where that is none.
        return unbox(w, found.reg, INT) if all(arg.type in (INT, BOOL) for arg in args) else found
    return binary(w, "**", args[0], args[1])


@rule("chr", 1, 1)
def _chr(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    args = [plain(w, args[0], INT)]
    if args[0].type not in (INT, BOOL):
        return wrong(w, "chr", args[0], "int")
    return Val(STR, (w.e.emit("str.from_code", as_int(w, args[0]).reg, type=STR),))


@rule("ord", 1, 1)
def _ord(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if args[0].type == ANY:
        text_one = w.e.emit("any.is", args[0].reg, STR, type=BOOL)
        return choose(
            w, text_one, INT, lambda: _ord(w, [unbox(w, args[0].reg, STR)], {}), lambda: unbox(w, w.call_library("ord_of", args).reg, INT)
        )
    if args[0].type != STR:
        return wrong(w, "ord", args[0], "str")
    return Val(INT, (w.e.emit("str.ord", args[0].reg, type=INT),))


def _in_base(name: str, base: int) -> None:
    @rule(name, 1, 1)
    def applied(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
        if args[0].type == ANY:
            return Val(STR, (w.e.emit("any.to_base", base, box(w, asked_for_int(w, args[0])).reg, type=STR),))
        args = [plain(w, args[0], INT)]
        if args[0].type not in (INT, BOOL):
            return wrong(w, name, args[0], "int")
        return Val(STR, (w.e.emit("int.to_base", as_int(w, args[0]).reg, w.const(base).reg, type=STR),))


for _name, _base in (("bin", 2), ("oct", 8), ("hex", 16)):
    _in_base(_name, _base)


@rule("range", 1, 3)
def _range(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    args = [plain(w, arg, INT) for arg in args]
    for arg in args:
        if arg.type not in (INT, BOOL):
            return wrong(w, "range", arg, "int")
    ints = [as_int(w, arg) for arg in args]
    start = ints[0] if len(ints) > 1 else w.const(0)
    stop = ints[1] if len(ints) > 1 else ints[0]
    step = ints[2] if len(ints) > 2 else w.const(1)
    known = int(step.const) if step.is_const else 0
    if step.is_const and known == 0:
        return w.problem("E0601", python=("ValueError", "range() arg 3 must not be zero"))
    return Val(RangeType(known), (start.reg, stop.reg, step.reg))


# --- views ------------------------------------------------------------------------------------------------------------------------


@rule("enumerate", 1, 2, "start")
def _enumerate(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    given = args[1] if len(args) == 2 else named.get("start", w.const(0))
    if w.world.wide and given.type == ANY:
        return w.call_library("enumerate", [args[0], given])
    start = plain(w, given, INT)
    if start.type not in (INT, BOOL):
        return wrong(w, "enumerate", start, "an int as start")
    if not not_optional(w, args[0]):
        return Val(UNKNOWN)
    return Val(EnumerateOf(args[0].type), (as_int(w, start).reg, *args[0].regs))


@rule("zip", 0, -1, "strict")
def _zip(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    strict = named.get("strict")
    if not args:
        args = [w.new_list(NEVER)]
    if not not_optional(w, *args):
        return Val(UNKNOWN)
    if strict is not None and not (strict.is_const and not strict.const):
        return w.zip_strict(args, strict)
    return Val(ZipOf(tuple(arg.type for arg in args)), tuple(reg for arg in args for reg in arg.regs))


@rule("reversed", 1, 1)
def _reversed(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    type = args[0].type
    if type == STR or isinstance(type, (ListOf, RangeType, TupleType, DictOf, DictView)):
        return Val(ReversedOf(type), args[0].regs)
    if isinstance(type, ClassOf):
        members = w.enum_members(type)
        if members is not None:
            return Val(ReversedOf(members.type), members.regs)
    if isinstance(type, RecordType) and has(w, args[0], "__reversed__"):
        return call(w, args[0], "__reversed__")
    if type == ANY or (isinstance(type, RecordType) and has(w, args[0], "__getitem__")):
        return Val(ANY, (w.e.emit("any.reversed", box(w, args[0]).reg),))
    return wrong(w, "reversed", args[0], "a list, string, tuple or range")


# --- folds over an iterable -------------------------------------------------------------------------------------------------------


def accumulator(w: Walk, type: Type, start: Val) -> Val:
    """Registers that a loop accumulates in, holding ``start``."""
    kept = Val(type, tuple(w.e.register(part) for part in parts(type)))
    assign(w, kept, start)
    return kept


def assign(w: Walk, target: Val, value: Val) -> None:
    """Move a value into the registers of ``target``, converted to its type."""
    if w.e.live:
        for register, source in zip(target.regs, convert(w, value, target.type).regs, strict=True):
            w.e.move(register, source)


def not_walked(w: Walk, value: Val) -> Val:
    """Report that the value cannot be walked (unless that was reported, or is not known yet)."""
    begin(w, value)
    return Val(UNKNOWN)


@rule("sum", 1, 2, "start")
def _sum(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    iterable = args[0]
    start = args[1] if len(args) == 2 else named.get("start", w.const(0))
    item = element_type(w, iterable)
    if item == UNKNOWN:
        return not_walked(w, iterable)
    if start.type == STR and w.world.flow.catches:
        w.raise_error("TypeError", "sum() can't sum strings [use ''.join(seq) instead]")
        return Val(NEVER)
    if item == STR or start.type == STR:
        raised = ("TypeError", "unsupported operand type(s) for +: 'int' and 'str'")
        return w.problem("E0313", detail="sum() does not add strings", advice="use ''.join(...)", python=raised)
    if isinstance(item, OptionalType):
        return w.problem("E0307", what="an element", name="x")
    if isinstance(iterable.type, ListOf) and start.is_const and start.const == 0 and item == INT and start.type == INT:
        return Val(INT, (w.e.emit("list.sum_int", iterable.reg, type=INT),))
    if isinstance(iterable.type, ListOf) and item == FLOAT and start.is_const and start.const == 0 and start.type == INT:
        # The sum of no floats is the int 0, as in Python.
        size = w.e.emit("list.len", iterable.reg, type=INT)
        some = w.e.emit("int.to_bool", size, type=BOOL)
        return choose(w, some, NUMBER, lambda: Val(FLOAT, (w.e.emit("list.sum_float", iterable.reg, type=FLOAT),)), lambda: w.const(0))
    if isinstance(iterable.type, TupleType):
        total = start
        for part in split(iterable):
            total = binary(w, "+", total, part)
        return total
    # The type of the running sum: the start, then whatever adding an element to it gives.
    type = start.type
    for _ in range(4):
        added = binary(w.silent(), "+", Val(type, nowhere(type)), Val(item, nowhere(item))).type if item != NEVER else type
        if added == UNKNOWN:
            binary(w, "+", Val(type, nowhere(type)), Val(item, nowhere(item)))  # reports
            return Val(UNKNOWN)
        joined = w.lattice.join(type, added)
        if joined == type:
            break
        type = joined
    total = accumulator(w, type, start)
    if not each(w, iterable, lambda element: assign(w, total, binary(w, "+", total, element))):
        return Val(UNKNOWN)
    return total


def _extreme(w: Walk, name: str, op: str, args: list[Val], named: dict[str, Val]) -> Val:
    if "key" in named and named["key"].type != NONE:
        items = args[0] if len(args) == 1 else w.list_of(args)
        return w.extreme_by_key(name, items, named["key"], named.get("default"))
    if len(args) > 1:
        if "default" in named:
            return w.problem("E0313", detail=f"{name}() takes a default only with one iterable")
        best = args[0]
        for arg in args[1:]:
            best = _better(w, op, arg, best)
            if best.type == UNKNOWN:
                return best
        return best
    iterable = args[0]
    item = element_type(w, iterable)
    default = named.get("default")
    if item == UNKNOWN:
        return not_walked(w, iterable)
    if isinstance(iterable.type, TupleType) and iterable.type.items and default is None:
        return _extreme(w, name, op, split(iterable), {}) if len(iterable.type.items) > 1 else split(iterable)[0]
    if isinstance(item, OptionalType):
        return w.problem("E0307", what="an element", name="x")
    methods = ("__lt__", "__gt__")
    compares = isinstance(item, RecordType) and (w.world.orders(item.name) or any(w.world.find_method(item.name, one) for one in methods))
    if item != NEVER and not orderable(item) and not compares:
        return w.problem("E0301", op=op, left=resolve(item), right=resolve(item))
    type = item if default is None else w.lattice.join(item, default.type)
    if type == NEVER:
        w.e.emit("fault", "E0708", w.const(f"{name}()").reg)
        w.e.at(w.e.block())
        return Val(NEVER)
    found = w.e.register(BOOL)
    w.e.emit_to(found, "const.bool", False)
    best = Val(item, tuple(w.e.register(part) for part in parts(item)))
    for register, part in zip(best.regs, parts(item), strict=True):
        if w.e.live:
            w.e.move(register, zero(w, part))

    def consider(element: Val) -> None:
        first, compare, take, skip = w.e.block(), w.e.block(), w.e.block(), w.e.block()
        w.e.emit("br", found, compare, first)
        w.e.at(first)
        w.e.emit_to(found, "const.bool", True)
        w.e.emit("jump", take)
        w.e.at(compare)
        w.e.emit("br", order(w, op, element, best).reg, take, skip)
        w.e.at(take)
        assign(w, best, element)
        w.e.emit("jump", skip)
        w.e.at(skip)

    if not each(w, iterable, consider):
        return Val(UNKNOWN)
    if default is not None:
        return choose(w, found, type, lambda: best, lambda: default)
    fine, empty = w.e.block(), w.e.block()
    w.e.emit("br", found, fine, empty)
    w.e.at(empty)
    w.e.emit("fault", "E0708", w.const(f"{name}()").reg)
    w.e.at(fine)
    return best


def _better(w: Walk, op: str, candidate: Val, best: Val) -> Val:
    """``candidate`` if it is ``op`` (below or above) ``best``, else ``best``."""
    if not not_optional(w, candidate, best):
        return Val(UNKNOWN)
    test = order(w, op, candidate, best)
    if test.type == UNKNOWN:
        return test
    type = w.lattice.join(candidate.type, best.type)
    if candidate.type == best.type and len(parts(type)) == 1:
        return Val(type, (w.e.emit("select", test.reg, candidate.reg, best.reg, type=parts(type)[0]),))
    if type == NUMBER and w.e.live:
        a, b = convert(w, candidate, NUMBER), convert(w, best, NUMBER)
        return Val(
            NUMBER, tuple(w.e.emit("select", test.reg, x, y, type=part) for x, y, part in zip(a.regs, b.regs, parts(NUMBER), strict=True))
        )
    return choose(w, test.reg, type, lambda: candidate, lambda: best)


@rule("min", 1, -1, "key", "default")
def _min(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return _extreme(w, "min", "<", args, named)


@rule("max", 1, -1, "key", "default")
def _max(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return _extreme(w, "max", ">", args, named)


def _quantifier(name: str, decides: bool) -> None:
    """any() stops at the first true element, all() at the first false one."""

    @rule(name, 1, 1)
    def applied(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
        result, leave = w.e.register(BOOL), w.e.block()
        w.e.emit_to(result, "const.bool", not decides)

        def consider(element: Val) -> None:
            hit, rest = w.e.block(), w.e.block()
            test = truth(w, element)
            w.e.emit("br", test.reg, *((hit, rest) if decides else (rest, hit)))
            w.e.at(hit)
            w.e.emit_to(result, "const.bool", decides)
            w.e.emit("jump", leave)
            w.e.at(rest)

        return Val(BOOL, (result,)) if each(w, args[0], consider, leave) else Val(UNKNOWN)


_quantifier("any", True)
_quantifier("all", False)


# --- collections ------------------------------------------------------------------------------------------------------------------


def new_list(w: Walk, item: Type) -> Val:
    """A fresh empty list whose elements are at least ``item``."""
    made = ListOf((w.cell(item),))
    type = w.slot(made)
    return Val(made, (w.e.emit("list.new", type, w.const(0).reg, type=type),))


def append(w: Walk, target: Val, element: Val) -> None:
    assert isinstance(target.type, ListOf)
    element = w.settled(element)
    w.lattice.grow(target.type.cells[0], element.type)
    w.e.emit("list.append", target.reg, to_slot(w, element, target.type.held(0)))


def list_made_by(w: Walk, op: str, args: Sequence[int], item: Type) -> Val:
    """The list of ints or strings that an op makes; copied where the program puts elements of other types into it."""
    return list_of(w, w.e.emit(op, *args), item)


def list_of(w: Walk, reg: int, item: Type) -> Val:
    """A new list of ints or strings, as the value of the current step."""
    made = ListOf((w.cell(item),))
    type = w.slot(made)
    if type == ListType(item):
        return Val(made, (reg,))
    copy = Val(made, (w.e.emit("list.new", type, w.const(0).reg, type=type),))
    each(w, Val(ListOf((Cell(item),)), (reg,)), lambda element: append(w, copy, element))
    return copy


def to_list(w: Walk, iterable: Val) -> Val:
    """A fresh list of an iterable's elements."""
    type = iterable.type
    if type == STR:
        return list_made_by(w, "list.from_str", iterable.regs, STR)
    if isinstance(type, ListOf):
        copy = ListOf((type.item,))
        return Val(
            copy,
            (w.e.emit("list.slice", iterable.reg, w.const(-(2**63)).reg, w.const(-(2**63)).reg, w.const(1).reg, type=slot_type(type)),),
        )
    if isinstance(type, RangeType):
        return list_made_by(w, "list.range", iterable.regs, INT)
    if isinstance(type, TupleType):
        return list_of_tuple(w, iterable)
    item = element_type(w, iterable)
    made = new_list(w, NEVER if item == UNKNOWN else item)  # its cell outlives a try of a type that cannot be walked
    if not each(w, iterable, lambda element: append(w, made, element)):
        return Val(UNKNOWN)
    return made


@rule("list", 0, 1)
def _list(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    return to_list(w, args[0]) if args else new_list(w, NEVER)


@rule("tuple", 0, 1)
def _tuple(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    if not args:
        return Val(TupleType(()))
    if isinstance(args[0].type, TupleType):
        return args[0]
    items = w.new_list(ANY)
    w.extend_any(items, args[0])
    return Val(ANY, (w.e.emit("tuple.from_list", items.reg),))


@rule("set", 0, 1)
def _set(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    item = element_type(w, args[0]) if args else NEVER
    if not is_hashable(item) and item != ANY:
        return w.problem("E0310", type=resolve(item))
    made = SetOf((w.cell(NEVER if item == UNKNOWN else key_type(item)),))
    type = w.slot(made)
    result = Val(made, (w.e.emit("set.new", type, w.const(0).reg, type=type),))
    if not args:
        return result
    if isinstance(args[0].type, SetOf):
        return Val(args[0].type, (w.e.emit("set.copy", args[0].reg, type=slot_type(args[0].type)),))

    def add(element: Val) -> None:
        w.lattice.grow(made.cells[0], key_type(element.type))
        w.e.emit("set.add", result.reg, to_slot(w, element, made.held(0)))

    if args[0].type == ANY:  # of a set the table is copied, which keeps its order
        w.lattice.grow(made.item, ANY)

        def walked() -> Val:
            each(w, args[0], add)
            return result

        is_set = instance_test(w, args[0], ["set", "frozenset"])
        return choose(w, is_set.reg, made, lambda: Val(made, (w.e.emit("any.to_set", args[0].reg, type=slot_type(made)),)), walked)
    return result if each(w, args[0], add) else Val(UNKNOWN)


@rule("dict", 0, 1, "**")
def _dict(w: Walk, args: list[Val], named: dict[str, Val]) -> Val:
    made = w.new_dict(NEVER, NEVER)
    if args and isinstance(args[0].type, DictOf):
        made = Val(args[0].type, (w.e.emit("dict.copy", args[0].reg, type=slot_type(args[0].type)),))
    elif args and not add_pairs(w, made, args[0]):
        return Val(UNKNOWN)
    for name, value in named.items():
        add_pair(w, made, w.const(name), value)
    return made


def add_pair(w: Walk, made: Val, key: Val, value: Val) -> None:
    """Set a key of a dict that is being made."""
    assert isinstance(made.type, DictOf)
    w.lattice.grow(made.type.cells[0], key_type(key.type))
    w.lattice.grow(made.type.cells[1], value.type)
    w.e.emit("dict.set", made.reg, to_slot(w, key, made.type.held(0)), to_slot(w, value, made.type.held(1)))


def add_pairs(w: Walk, made: Val, given: Val) -> bool:
    """Set what a mapping, or an iterable of pairs, gives. False after reporting what gives none."""
    assert isinstance(made.type, DictOf)
    if isinstance(given.type, DictOf):
        for mine, other in zip(made.type.cells, given.type.cells, strict=True):
            w.lattice.unify(mine, other)
        given = Val(DictView(made.type, "items"), given.regs)
    elif given.type == ANY or isinstance(given.type, RecordType):
        w.lattice.grow(made.type.item, ANY)
        w.lattice.grow(made.type.value, ANY)
        if w.may_have_keys(given):
            w.call_library("add_mapping", [made, given, w.is_walked_by_keys(given)])
            return True
        w.e.emit("any.call_method", "update", "", box(w, made).reg, box(w, given).reg)
        return True
    item = element_type(w, given)
    if item == NEVER:
        return True
    if item == UNKNOWN:
        not_walked(w, given)
        return False
    if isinstance(item, TupleType) and len(item.items) == 2:
        if not is_hashable(item.items[0]):
            w.problem("E0310", type=resolve(item.items[0]))
            return False

        def add(element: Val) -> None:
            add_pair(w, made, *split(element))

        return each(w, given, add)
    if w.world.flow.catches and not isinstance(item, OptionalType):
        return _add_checked_pairs(w, made, given)
    if item in (ANY, STR) or isinstance(item, ListOf):
        return each(w, given, lambda element: add_pair(w, made, *unpack(w, element, 2)))
    wrong(w, "dict", given, "pairs of key and value")
    return False


def _add_checked_pairs(w: Walk, made: Val, given: Val) -> bool:
    """:func:`add_pairs` where the program could catch what CPython says of an element that is no pair."""
    place = w.e.register(INT)
    w.e.emit_to(place, "const.int", 0)

    def add(element: Val) -> None:
        add_pair(w, made, *unpack(w, w.call_library("pair", [element, Val(INT, (place,))], "_iterables"), 2))
        w.e.emit_to(place, "int.add", place, w.const(1).reg)

    return each(w, given, add)


def reverse_flag(w: Walk, named: dict[str, Val]) -> int:
    """The register of ``reverse=``: a bool, or an int that is one."""
    value = named.get("reverse", w.const(False))
    if value.type == ANY:
        return w.call_library("reverse_flag", [value]).reg
    if value.type != BOOL and not (value.type == INT and value.is_const and abs(value.const) < 2**31):
        wrong(w, "sort", value, "a bool as 'reverse'")
    return truth(w, value).reg


def call_builtin(w: Walk, name: str, args: Sequence[Val], keywords: tuple[str, ...]) -> Val:
    """Apply the rule of a built-in to positional and keyword arguments, the keywords' values last."""
    count = len(args) - len(keywords)
    found = RULES.get(name)
    if found is None and name.startswith("decimal.Decimal.") and (caller := w.world.built_in_object(name)) is not None:
        return w.call_value(caller, list(args), CallShape(keywords))
    if found is None:
        module, _, short = name.rpartition(".")
        return w.refuse(
            f"{short}()", f"use collections.{short.lower() if short in ('Deque', 'DefaultDict') else short}" if module == "typing" else ""
        )
    positional, named = list(args[:count]), dict(zip(keywords, args[count:], strict=True))
    wide = wide_built_in(w, name, positional, named) if w.world.wide else None
    return found(w, positional, named) if wide is None else wide


def instance_test(w: Walk, value: Val, types: Sequence[Any]) -> Val:
    """``isinstance(value, types)``; the types are names of built-in types or record types."""
    type = value.type
    if type == UNKNOWN:
        return Val(UNKNOWN)
    # Of a class that the program has no objects of (`slice`) nothing is one.
    types = [one for one in types if not isinstance(one, RecordType) or one.name in w.world.flow.classes]
    if not w.spec.flow.of_library:  # whose dicts and tuples are those of the runtime
        derived = [name for one in types if isinstance(one, str) for name in w.world.derived_from_built_in(one)]
        types = [*types, *(RecordType(name) for name in derived if type != ANY or name in w.world.dynamic)]
    if isinstance(type, OptionalType):
        inner = instance_test(w, Val(type.item, value.regs[1:]), types)
        facts: list[tuple[str, Type, Type]] = [(value.origin, type.item, type)] if value.origin and inner.const is True else []
        if inner.is_const:
            return w.const(False) if inner.const is False else Val(BOOL, (value.regs[0],), facts=facts)
        return Val(BOOL, (w.e.emit("bool.and", value.regs[0], inner.reg, type=BOOL),), facts=facts)
    if type == NUMBER:
        if ("int" in types and "float" in types) or "number" in types or "real" in types:
            return w.const(True)
        if "float" in types:
            return Val(BOOL, (value.regs[0],))
        return Val(BOOL, (w.e.emit("bool.not", value.regs[0], type=BOOL),)) if "int" in types else w.const(False)
    if type == ANY:
        result = w.const(False)
        facts = []
        for name in types:
            if name == "object":
                return w.const(True)
            if name in METHOD_OF_KIND:
                one = _has_method_of_kind(w, value, name)
                result = Val(BOOL, (one if result.const is False else w.e.emit("bool.or", result.reg, one, type=BOOL),))
                continue
            if isinstance(name, RecordType):
                w.world.class_seen(name.name)
            kinds = [name] if isinstance(name, RecordType) else KINDS_OF_NAME.get(name)
            if name == "type":
                one = w.e.emit("str.eq", w.e.emit("any.type_name", value.reg, type=STR), w.const("type").reg, type=BOOL)
            elif kinds is None:
                return w.refuse(
                    f"isinstance(..., {name}) of a value of unknown type", "test for a class of the program or a built-in type", later=False
                )
            else:
                one = _is_of_kind(w, value, kinds[0])
                for kind in kinds[1:]:
                    one = w.e.emit("bool.or", one, _is_of_kind(w, value, kind), type=BOOL)
            if name == "int":
                one = w.e.emit("bool.or", one, w.e.emit("any.is", value.reg, BOOL, type=BOOL), type=BOOL)
            result = Val(BOOL, (one,)) if result.const is False else Val(BOOL, (w.e.emit("bool.or", result.reg, one, type=BOOL),))
        if value.origin and len(types) == 1 and (types[0] in ("float", "str", "bool") or isinstance(types[0], RecordType)):
            facts = [(value.origin, KINDS_OF_NAME[types[0]][0] if isinstance(types[0], str) else types[0], ANY)]
        return Val(BOOL, result.regs, result.const, facts=facts)
    if "object" in types:
        return w.const(True)
    if isinstance(type, RecordType):
        return _record_test(w, value, type, [one for one in types if isinstance(one, RecordType)])
    names: dict[object, str] = {ListOf: "list", SetOf: "set", DictOf: "dict", ClassOf: "type"}
    name = names.get(
        type.__class__,
        "tuple"
        if isinstance(type, TupleType)
        else w.type_name(type)
        if isinstance(type, (*VIEWS, GeneratorOf))
        else str(resolve(type)).split("[")[0],
    )
    walked = "generator" if isinstance(type, GeneratorOf) else name
    yes = name in types or (name == "bool" and "int" in types) or ("function" in types and isinstance(type, FUNCTIONAL))
    yes = yes or ("sequence" in types and name in SEQUENCES) or any(has_method_of_kind(walked, kind) for kind in types)
    yes = (
        yes
        or (("number" in types or "real" in types) and name in NUMBER_NAMES)
        or (isinstance(type, BuiltInOf) and "type" in types and type.name in CLASS_NAMES)
    )
    return w.const(yes)


def _has_method_of_kind(w: Walk, value: Val, kind: str) -> int:
    """Of a value of class any, whether it has the method that an abstract class asks for."""
    test = w.e.emit("any.has_attr", value.reg, METHOD_OF_KIND[kind], type=BOOL)
    for name in ("list", "dict", "set", "tuple", "str", "bytes", "frozenset", "range"):
        if has_method_of_kind(name, kind):
            test = w.e.emit("bool.or", test, _is_of_kind(w, value, KINDS_OF_NAME[name][0]), type=BOOL)
    views, generators = (has_method_of_kind(name, kind) for name in ("dict_keys", "generator"))
    return w.e.emit("bool.or", test, is_iterator(w, value, views, generators), type=BOOL)


def is_iterator(w: Walk, value: Val, views: bool, generators: bool) -> int:
    """Whether a value of class any is a view, or a generator or its like, where ``views`` and ``generators`` have what is asked for."""
    return plain(w, w.call_library("is_iterator", [value, w.const(views), w.const(generators)]), BOOL).reg


def _is_of_kind(w: Walk, value: Val, kind: Type) -> int:
    if kind == RANGE:  # no register holds a range as one value, so it is told by name
        name = w.e.emit("any.type_name", value.reg, type=STR)
        return w.e.emit("str.eq", name, w.const("range").reg, type=BOOL)
    return w.e.emit("any.is", value.reg, kind, type=BOOL)


def _record_test(w: Walk, value: Val, type: RecordType, classes: list[RecordType]) -> Val:
    """Whether an object of a known class is of one of these."""
    world = w.world
    if any(world.is_subclass(type.name, one.name) for one in classes):
        return w.const(True)
    possible = [one for one in classes if any(world.is_subclass(sub, one.name) for sub in world.subclasses(type.name))]
    if not possible:
        return w.const(False)
    test = -1
    for one in possible:
        found = w.e.emit("record.is", value.reg, one, type=BOOL)
        test = found if test < 0 else w.e.emit("bool.or", test, found, type=BOOL)
    below = len(possible) == 1 and world.is_subclass(possible[0].name, type.name)
    facts: list[tuple[str, Type, Type]] = [(value.origin, possible[0], type)] if value.origin and below else []
    return Val(BOOL, (test,), facts=facts)


METHOD_OF_KIND = {"iterable": "__iter__", "iterator": "__next__", "sized": "__len__", "container": "__contains__"}
"""Abstract classes to which all belong that have one method, with it."""
SEQUENCES = frozenset({"list", "tuple", "str", "range", "bytes"})
NUMBER_NAMES = frozenset({"int", "float", "bool"})
_LAZY: dict[str, type] = {one.__name__: one for one in (*map(type, ({}.keys(), {}.values(), {}.items())), GeneratorType)}


def has_method_of_kind(name: str, kind: object) -> bool:
    """Whether objects of a built-in class have the method that an abstract one asks for."""
    known = _LAZY.get(name) or getattr(builtins, name, None)
    return isinstance(kind, str) and kind in METHOD_OF_KIND and isinstance(known, type) and hasattr(known, METHOD_OF_KIND[kind])


KINDS_OF_NAME: dict[str, list[Type]] = {
    "int": [INT],
    "float": [FLOAT],
    "bool": [BOOL],
    "str": [STR],
    "list": [ListType(ANY)],
    "dict": [DictType(ANY, ANY)],
    "set": [SetType(ANY)],
    "tuple": [TupleType(())],
    "frozenset": [FROZENSET],
    "bytes": [BYTES],
    "decimal.Decimal": [DECIMAL],
    "range": [RANGE],
    "function": [FUNCTION],
    "None": [NONE],
    "sequence": [ListType(ANY), TupleType(()), STR, RANGE, BYTES],
    "number": [INT, FLOAT, BOOL, DECIMAL],
    "real": [INT, FLOAT, BOOL],
}
"""The kinds of objects a built-in class has, by name."""
