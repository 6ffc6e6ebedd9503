"""The methods of ``str``, ``list``, ``dict``, ``set``, ``int`` and ``float``: argument types, result type and IR, a row each where a row suffices."""

from __future__ import annotations

from belljar.ir.methods import has_method
from belljar.ir.ops import BINARY_OPERATORS
from belljar.lang.builtins import add_pair, add_pairs, append, list_made_by, list_of, plain, to_list, whole, wrong
from belljar.lang.conversion import box, choose, convert, from_slot, parts, slot_type, split, to_slot, unbox
from belljar.lang.emit import Val
from belljar.lang.indices import asked_for_int
from belljar.lang.iteration import each, element_type
from belljar.lang.lattice import (
    UNKNOWN,
    VIEWS,
    Cell,
    ContainerOf,
    DictOf,
    DictView,
    ListOf,
    SetOf,
    is_hashable,
    key_type,
    optional,
    resolve,
)
from belljar.lang.operations import COMPARING, NUMBERS, as_int, binary, dict_key, member_word, not_optional
from belljar.lang.operators import BINARY_METHODS, has, object_binary
from belljar.lang.scope import nearest
from belljar.structs import Frozen
from belljar.types import ANY, BOOL, FLOAT, INT, NEVER, NONE, NUMBER, STR, ListType, OptionalType, RangeType, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from belljar.lang.transfer import Walk

ABSENT = -(2**63)


class StrMethod(Frozen):
    """A string method that is one op. ``params``: the type of each argument after the receiver; ``defaults``: constants for trailing ones that
    are missing (or None, where ``none`` says that None stands for the default); ``names`` of those that may be given by keyword."""

    __slots__ = ("defaults", "names", "none", "op", "params", "result")

    def __init__(
        self,
        op: str,
        params: tuple[Type, ...],
        result: Type,
        defaults: tuple[object, ...] = (),
        names: tuple[str, ...] = (),
        none: bool = False,
    ) -> None:
        self.op: Final = op
        self.params: Final = params
        self.result: Final = result
        self.defaults: Final = defaults
        self.names: Final = names
        self.none: Final = none


_LIST_OF_STR = ListOf(())  # stands for list[str] in the table below

STR_METHODS: dict[str, StrMethod] = {
    **{name: StrMethod(f"str.{name}", (), STR) for name in ("upper", "lower", "title", "capitalize", "casefold", "swapcase")},
    **{
        name: StrMethod(f"str.{name}", (), BOOL)
        for name in (
            "isalpha",
            "isdigit",
            "isalnum",
            "isspace",
            "isupper",
            "islower",
            "istitle",
            "isnumeric",
            "isdecimal",
            "isascii",
            "isidentifier",
            "isprintable",
        )
    },
    **{name: StrMethod(f"str.{name}", (STR,), STR) for name in ("removeprefix", "removesuffix")},
    **{name: StrMethod(f"str.{name}", (INT, STR), STR, (" ",)) for name in ("center", "ljust", "rjust")},
    **{name: StrMethod(f"str.{name}", (STR, INT, INT), INT, (ABSENT, ABSENT), none=True) for name in ("find", "rfind", "count")},
    "replace": StrMethod("str.replace", (STR, STR, INT), STR, (-1,)),
    "zfill": StrMethod("str.zfill", (INT,), STR),
    "expandtabs": StrMethod("str.expandtabs", (INT,), STR, (8,), ("tabsize",)),
    "splitlines": StrMethod("str.splitlines", (BOOL,), _LIST_OF_STR, (False,), ("keepends",)),
}

_RESULTS: dict[str, Type] = {
    **dict.fromkeys(("strip", "lstrip", "rstrip"), STR), **dict.fromkeys(("startswith", "endswith"), BOOL), **dict.fromkeys(("index", "rindex"), INT),
}  # fmt: skip
"""Of methods that have no row of their own."""

_OTHER_STR = (
    "strip",
    "lstrip",
    "rstrip",
    "split",
    "rsplit",
    "join",
    "startswith",
    "endswith",
    "index",
    "rindex",
    "partition",
    "rpartition",
    "format",
)
_STR_REFUSED = {
    "encode": "strings have no bytes here",
    "translate": "use .replace(...)",
    "maketrans": "use .replace(...)",
    "format": "use an f-string",
    "format_map": "use an f-string",
}
LIST_METHODS = ("append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort")
DICT_METHODS = ("clear", "copy", "get", "items", "keys", "pop", "setdefault", "update", "values")
SET_METHODS = ("add", "discard", "remove")
_REFUSED_METHODS = {
    "dict": {"popitem": "use .pop(key)", "fromkeys": "assign the keys"},
    "set": dict.fromkeys(
        (
            "union",
            "intersection",
            "difference",
            "symmetric_difference",
            "update",
            "intersection_update",
            "difference_update",
            "symmetric_difference_update",
            "issubset",
            "issuperset",
            "isdisjoint",
            "pop",
            "clear",
            "copy",
        ),
        "use a for loop",
    ),
}


def call_builtin_method(w: Walk, name: str, args: list[Val], keywords: tuple[str, ...]) -> Val:
    """``args[0].name(*args[1:])``, the last arguments by keyword."""
    receiver = args[0]
    type = receiver.type
    count = len(args) - len(keywords)
    named = dict(zip(keywords, args[count:], strict=True))
    rest = args[1:count]
    if any(arg.type == UNKNOWN for arg in args) or not not_optional(w, receiver):
        return Val(UNKNOWN)
    if type == STR:
        return _str_method(w, name, receiver, rest, named)
    if isinstance(type, ListOf):
        return _list_method(w, name, receiver, type, rest, named)
    if isinstance(type, DictOf):
        return _dict_method(w, name, receiver, type, rest, named)
    if isinstance(type, SetOf):
        return _set_method(w, name, receiver, type, rest, named)
    if type == FLOAT and name == "is_integer" and not rest and not named:
        return Val(BOOL, (w.e.emit("float.is_integer", receiver.reg, type=BOOL),))
    if type == FLOAT and name == "hex" and not rest and not named:
        return w.call_library("shown", [receiver], "_hex_floats")
    if type in (INT, BOOL) and name in ("bit_length", "bit_count") and not rest and not named:
        return Val(INT, (w.e.emit(f"int.{name}", as_int(w, receiver).reg, type=INT),))
    if isinstance(type, (TupleType, RangeType)) and name in ("count", "index"):
        return w.refuse(f"{w.type_name(type)}.{name}()", "use a list")
    if isinstance(type, VIEWS):
        return w.refuse(f".{name}() of a view", "make a list of it")
    if isinstance(type, RecordType):
        return w.problem("E0203", type=type, what="method", name=name, nearest="")
    return no_method(w, type, name, ())


def is_method(type: Type, name: str) -> bool:
    """Whether values of this type have a method of that name in Python."""
    host = {"str": str, "list": list, "dict": dict, "set": set, "tuple": tuple, "int": int, "float": float, "bool": bool}
    return hasattr(host.get(str(resolve(type)).split("[")[0]), name)


_NUMBERS: dict[Type, int | float] = {INT: 0, BOOL: False, FLOAT: 0.0}


def no_method(w: Walk, type: Type, name: str, known: tuple[str, ...]) -> Val:
    shown = resolve(type)
    if type in _NUMBERS and has_method(_NUMBERS[type], name):
        return w.refuse(f"{shown}.{name}()", "keep the number as a value of any type")  # whose methods they are
    refused = _STR_REFUSED if type == STR else _REFUSED_METHODS.get(str(shown).split("[")[0], {})
    if name in refused:
        return w.refuse(f"{str(shown).split('[')[0]}.{name}()", refused[name])
    return w.problem("E0203", type=shown, what="method", name=name, nearest=nearest(name, known))


def _arguments(w: Walk, name: str, low: int, high: int, rest: list[Val], named: dict[str, Val], names: tuple[str, ...] = ()) -> bool:
    for keyword in named:
        if keyword not in names:
            w.problem("E0403", function=name, name=keyword)
            return False
    found = len(rest) + len(named)
    if not low <= found <= high:
        w.problem("E0402", function=name, expected=str(low) if low == high else f"{low} to {high}", found=found)
        return False
    return True


# --- str --------------------------------------------------------------------------------------------------------------------------


def _coerce(w: Walk, function: str, value: Val, type: Type) -> int | None:
    """The register of an argument of a plain type, bools counting as ints; None after reporting what does not fit."""
    if type == INT and isinstance(value.type, RecordType) and has(w, value, "__index__"):
        value = asked_for_int(w, value)
    if value.type == type:
        return value.reg
    if type == INT and value.type == BOOL:
        return as_int(w, value).reg
    if type == BOOL and value.type == INT and value.is_const and abs(value.const) < 2**31:
        return w.e.emit("int.to_bool", value.reg, type=BOOL)
    if value.type == ANY:
        value = w.plain_any(value)
        return whole(w, value).reg if type == INT else w.e.emit("any.to", value.reg, type, type=type)
    if w.is_plain_member(value):
        return _coerce(w, function, w.attribute(value, "value"), type)
    wrong(w, function, value, str(type))
    return None


def _str_method(w: Walk, name: str, receiver: Val, rest: list[Val], named: dict[str, Val]) -> Val:
    emit = w.e.emit
    row = STR_METHODS.get(name)
    result_type = row.result if row is not None else _RESULTS.get(name)
    if result_type not in (None, _LIST_OF_STR) and any(arg.type == ANY for arg in (*rest, *named.values())):
        # What may be given there, None and tuples among it, is known to the method itself.
        words = [w.plain_any(box(w, asked_for_int(w, arg))).reg for arg in (receiver, *rest, *named.values())]
        return unbox(w, emit("any.method", name, ",".join(named), *words), result_type)
    if row is not None:
        low = len(row.params) - len(row.defaults)
        if not _arguments(w, name, low, len(row.params), rest, named, row.names):
            return Val(UNKNOWN)
        given: list[Val | None] = [*rest, *(named.get(n) for n in row.names[len(rest) :])]
        regs: list[int] = []
        for position, type in enumerate(row.params):
            value = given[position] if position < len(given) else None
            if value is None or (value.type == NONE and row.none and position >= low):
                regs.append(w.const(row.defaults[position - low]).reg)
                continue
            reg = _coerce(w, name, value, type)
            if reg is None:
                return Val(UNKNOWN)
            if name == "expandtabs":
                _require_int32(w, value, reg)
            regs.append(reg)
        if row.result is _LIST_OF_STR:
            return list_made_by(w, row.op, (receiver.reg, *regs), STR)
        return Val(row.result, (emit(row.op, receiver.reg, *regs, type=row.result),))
    if name in ("strip", "lstrip", "rstrip"):
        if not _arguments(w, name, 0, 1, rest, named):
            return Val(UNKNOWN)
        if not rest or rest[0].type == NONE:
            return Val(STR, (emit(f"str.{name}", receiver.reg, type=STR),))
        chars = _coerce(w, name, rest[0], STR)
        return Val(UNKNOWN) if chars is None else Val(STR, (emit(f"str.{name}_chars", receiver.reg, chars, type=STR),))
    if name in ("split", "rsplit"):
        if not _arguments(w, name, 0, 2, rest, named, ("sep", "maxsplit")):
            return Val(UNKNOWN)
        sep = rest[0] if rest else named.get("sep")
        limit = rest[1] if len(rest) > 1 else named.get("maxsplit", w.const(-1))
        limit_reg = _coerce(w, name, limit, INT)
        if limit_reg is None:
            return Val(UNKNOWN)
        if sep is None or sep.type == NONE:
            return list_made_by(w, f"str.{name}", (receiver.reg, limit_reg), STR)
        if sep.type == ANY:
            plain = ListOf((Cell(STR),))
            made = choose(
                w,
                emit("any.is", sep.reg, NONE, type=BOOL),
                plain,
                lambda: Val(plain, (emit(f"str.{name}", receiver.reg, limit_reg),)),
                lambda: Val(plain, (emit(f"str.{name}_by", receiver.reg, _separator(w, sep), limit_reg),)),
            )
            return list_of(w, made.reg, STR)
        sep_reg = _coerce(w, name, sep, STR)
        return Val(UNKNOWN) if sep_reg is None else list_made_by(w, f"str.{name}_by", (receiver.reg, sep_reg, limit_reg), STR)
    if name == "join":
        if not _arguments(w, name, 1, 1, rest, named):
            return Val(UNKNOWN)
        is_any = rest[0].type == ANY or (isinstance(rest[0].type, ListOf) and rest[0].type.item.type == ANY)
        if is_any and not w.has_plain_members():
            return unbox(w, emit("any.method", "join", "", box(w, receiver).reg, box(w, rest[0]).reg), STR)
        item = element_type(w, rest[0])
        if item not in (STR, NEVER, UNKNOWN, ANY) and not w.is_plain_member(Val(item)):
            if isinstance(item, OptionalType):
                return w.problem("E0307", what="an element", name="x")
            return w.problem(
                "E0302", what="an element join() is given", expected="str", found=resolve(item), advice="convert it with str(...)"
            )
        strings = rest[0] if isinstance(rest[0].type, ListOf) and item == STR else _strings(w, rest[0])
        return strings if strings.type == UNKNOWN else Val(STR, (emit("str.join", receiver.reg, strings.reg, type=STR),))
    if name in ("startswith", "endswith"):
        if not _arguments(w, name, 1, 3, rest, named):
            return Val(UNKNOWN)
        result, place = w.const(False), -1
        affixes = [_coerce(w, name, part, STR) for part in (split(rest[0]) if isinstance(rest[0].type, TupleType) else [rest[0]])]
        bounds = [w.const(ABSENT).reg if bound.type == NONE else _coerce(w, name, bound, INT) for bound in rest[1:]]
        if None in affixes or None in bounds:
            return Val(UNKNOWN)
        subject = receiver.reg
        if bounds:  # in the slice, where it begins within the string and does not end before its beginning
            within = [bound for bound in (*bounds, w.const(ABSENT).reg) if bound is not None][:2]
            subject = emit("str.slice", receiver.reg, *within, w.const(1).reg, type=STR)
            place = emit("str.find", receiver.reg, w.const("").reg, *within, type=INT)
        for wanted in affixes:
            one = emit(f"str.{name}", subject, wanted, type=BOOL)
            result = Val(BOOL, (one,)) if result.const is False else Val(BOOL, (emit("bool.or", result.reg, one, type=BOOL),))
        if bounds and not result.is_const:
            result = Val(BOOL, (emit("bool.and", result.reg, emit("int.ge", place, w.const(0).reg, type=BOOL), type=BOOL),))
        return result
    if name in ("index", "rindex"):
        found = _str_method(w, "find" if name == "index" else "rfind", receiver, rest, named)
        if found.type == UNKNOWN:
            return found
        fine, missing = w.e.block(), w.e.block()
        emit("br", emit("int.ge", found.reg, w.const(0).reg, type=BOOL), fine, missing)
        w.e.at(missing)
        emit("fault", "E0709")
        w.e.at(fine)
        return found
    if name in ("partition", "rpartition"):
        if not _arguments(w, name, 1, 1, rest, named):
            return Val(UNKNOWN)
        sep_reg = _coerce(w, name, rest[0], STR)
        if sep_reg is None:
            return Val(UNKNOWN)
        triple = TupleType((STR, STR, STR))
        return from_slot(w, emit(f"str.{name}", receiver.reg, sep_reg, type=triple), triple)
    return no_method(w, STR, name, (*STR_METHODS, *_OTHER_STR))


def _separator(w: Walk, value: Val) -> int:
    """What ``split`` is given besides None."""
    fine, fails = w.e.block(), w.e.block()
    w.e.emit("br", w.e.emit("any.is", value.reg, STR, type=BOOL), fine, fails)
    w.e.at(fails)
    name = w.e.emit("any.type_name", value.reg, type=STR)
    w.raise_with("TypeError", [Val(STR, (w.e.emit("str.build", w.const("must be str or None, not ").reg, name, type=STR),))])
    w.e.at(fine)
    return w.e.emit("any.to", value.reg, STR, type=STR)


def _require_int32(w: Walk, value: Val, reg: int) -> None:
    """Fail as CPython does where it takes a C int."""
    if value.is_const and abs(value.const) < 2**31:
        return
    fine, fails = w.e.block(), w.e.block()
    high = w.e.emit("int.le", reg, w.const(2**31 - 1).reg, type=BOOL)
    low = w.e.emit("int.ge", reg, w.const(-(2**31)).reg, type=BOOL)
    w.e.emit("br", w.e.emit("bool.and", low, high, type=BOOL), fine, fails)
    w.e.at(fails)
    w.e.emit("raise", "OverflowError", w.const("the number of columns does not fit in 32 bits").reg)
    w.e.at(fine)


def _strings(w: Walk, iterable: Val) -> Val:
    """A list of the strings of an iterable; ``any`` elements must be strings."""
    made = Val(ListOf((w.cell(STR),)), (w.e.emit("list.new", _LIST_TYPE, w.const(0).reg, type=_LIST_TYPE),))

    def add(element: Val) -> None:
        append(w, made, plain(w, element, STR))

    return made if each(w, iterable, add) else Val(UNKNOWN)


_LIST_TYPE = ListType(STR)


# --- list -------------------------------------------------------------------------------------------------------------------------


def _sought(w: Walk, item: Cell, value: Val) -> int | None:
    """The word to look for among elements, which become of any type where values of two types may be equal; None where they never are."""
    word = member_word(w, value, item.type)
    held, given = item.type, value.type
    if word is None and (held not in (*NUMBERS, STR) or given not in (*NUMBERS, STR, NONE) or (held in NUMBERS and given in NUMBERS)):
        w.lattice.grow(item, ANY)
        return box(w, value).reg
    return word


def _raise_missing(w: Walk, name: str, value: Val) -> None:
    """End the block as ``index`` and ``remove`` of a list do that does not have the value."""
    if w.world.flow.catches and name == "remove":
        w.raise_error("ValueError", "list.remove(x): x not in list")
    elif w.world.flow.catches and value.type not in (INT, FLOAT, BOOL, STR, NONE):  # its class may say how it is shown
        w.raise_value_error(value, " is not in list")
    else:
        w.e.emit("fault", "E0707", value.reg if len(value.regs) == 1 else box(w, value).reg)


def _list_method(w: Walk, name: str, receiver: Val, type: ListOf, rest: list[Val], named: dict[str, Val]) -> Val:
    emit = w.e.emit

    def takes(low: int, high: int, *names: str) -> bool:
        return _arguments(w, name, low, high, rest, named, names)

    if name == "append":
        if takes(1, 1):
            append(w, receiver, rest[0])
        return Val(NONE)
    item = type.item
    if name == "extend":
        if not takes(1, 1):
            return Val(UNKNOWN)
        return Val(NONE) if extend(w, receiver, rest[0]) else Val(UNKNOWN)
    if name == "insert":
        if not takes(2, 2):
            return Val(UNKNOWN)
        position = _coerce(w, name, rest[0], INT)
        if position is None:
            return Val(UNKNOWN)
        w.lattice.grow(item, rest[1].type)
        emit("list.insert", receiver.reg, position, to_slot(w, rest[1], type.item.type))
        return Val(NONE)
    if name == "pop":
        if not takes(0, 1):
            return Val(UNKNOWN)
        position = _coerce(w, name, rest[0] if rest else w.const(-1), INT)
        if position is None:
            return Val(UNKNOWN)
        return from_slot(w, emit("list.pop", receiver.reg, position, type=slot_type(item.type)), item.type)
    if name in ("remove", "index", "count"):
        if not takes(1, 3 if name == "index" else 1):
            return Val(UNKNOWN)
        if item.type == NEVER:  # nothing was ever put into it
            if name == "count":
                return w.const(0)
            _raise_missing(w, name, rest[0])
            w.e.at(w.e.block())
            return Val(NEVER)
        w.world.looked_at(item.type, COMPARING)
        word = _sought(w, item, rest[0])
        if word is None:
            return w.problem("E0302", what=f"the argument of {name}()", expected=resolve(item.type), found=resolve(rest[0].type))
        if name == "count":
            return Val(INT, (emit("list.count", receiver.reg, word, type=INT),))
        bounds = [_coerce(w, name, bound, INT) for bound in rest[1:]]
        if None in bounds:
            return Val(UNKNOWN)
        start = bounds[0] if bounds else w.const(ABSENT).reg
        stop = bounds[1] if len(bounds) > 1 else w.const(ABSENT).reg
        found = emit("list.find", receiver.reg, word, start, stop, type=INT)
        fine, missing = w.e.block(), w.e.block()
        emit("br", emit("int.ge", found, w.const(0).reg, type=BOOL), fine, missing)
        w.e.at(missing)
        _raise_missing(w, name, rest[0])
        w.e.at(fine)
        if name == "remove":
            emit("list.delete", receiver.reg, found)
            return Val(NONE)
        return Val(INT, (found,))
    if name == "sort":
        if rest:
            return w.problem("E0402", function=name, expected="0 positional", found=len(rest))
        if not takes(0, 2, "reverse", "key"):
            return Val(UNKNOWN)
        key = named.get("key")
        if key is None or key.type == NONE:
            ordered = w.sort(receiver, None, named)
            return ordered if ordered.type == UNKNOWN else Val(NONE)
        size = emit("list.len", receiver.reg, type=INT)
        ordered = w.sort(to_list(w, receiver), key, named)  # a copy: the key may change the list
        if ordered.type == UNKNOWN:
            return ordered
        same, changed = w.e.block(), w.e.block()
        as_before = emit("int.eq", size, emit("list.len", receiver.reg, type=INT), type=BOOL)
        emit("list.clear", receiver.reg)
        emit("list.extend", receiver.reg, ordered.reg)
        emit("br", as_before, same, changed)
        w.e.at(changed)
        w.raise_error("ValueError", "list modified during sort")
        w.e.at(same)
        return Val(NONE)
    if name in ("reverse", "clear"):
        if takes(0, 0):
            emit(f"list.{name}", receiver.reg)
        return Val(NONE)
    if name == "copy":
        return to_list(w, receiver) if takes(0, 0) else Val(UNKNOWN)
    return no_method(w, type, name, LIST_METHODS)


def extend(w: Walk, receiver: Val, iterable: Val) -> bool:
    """``receiver.extend(iterable)`` for a list. False when the iterable cannot be walked."""
    assert isinstance(receiver.type, ListOf)
    if isinstance(iterable.type, ListOf):
        w.lattice.unify(receiver.type.item, iterable.type.item)
        w.e.emit("list.extend", receiver.reg, iterable.reg)
        return True
    return each(w, iterable, lambda element: append(w, receiver, element))


def in_place(w: Walk, op: str, left: Val, right: Val) -> Val:
    """``left op= right``: lists are extended where they are, everything else is the plain operator."""
    if UNKNOWN in (left.type, right.type):
        return Val(UNKNOWN)
    if isinstance(left.type, (ListOf, SetOf)):
        reflected = f"__r{BINARY_METHODS[op]}__"
        if isinstance(right.type, RecordType) and has(w, right, reflected):
            return binary(w, op, left, right)
        is_count = op == "*" and has(w, right, "__index__")
        if is_count or (right.type == ANY and any(reflected in decl.methods for decl in w.world.flow.classes.values())):
            return Val(ANY, (w.e.emit("any.in_place", BINARY_OPERATORS.index(op), box(w, left).reg, box(w, right).reg),))
    if isinstance(left.type, ListOf):
        if op == "+":
            return left if extend(w, left, right) else Val(UNKNOWN)
        if op == "*":
            made = binary(w, op, left, right)
            if made.type == UNKNOWN:
                return made
            w.e.emit("list.clear", left.reg)
            w.e.emit("list.extend", left.reg, made.reg)
            return left
    if isinstance(left.type, SetOf) and isinstance(right.type, SetOf) and op in "|&-^":
        w.lattice.unify(left.type.item, right.type.item)
        w.e.emit(
            {"|": "set.update", "&": "set.intersection_update", "-": "set.difference_update", "^": "set.symmetric_difference_update"}[op],
            left.reg,
            right.reg,
        )
        return left
    if isinstance(left.type, DictOf) and op == "|":
        return left if add_pairs(w, left, right) else Val(UNKNOWN)
    if isinstance(left.type, RecordType):
        found = object_binary(w, op, left, right, in_place=True)
        if found is not None:
            return found
        if has(w, left, f"__i{BINARY_METHODS[op]}__"):  # it may decline, or not every class has it
            left = box(w, left)
    if left.type == ANY:
        return Val(ANY, (w.e.emit("any.in_place", BINARY_OPERATORS.index(op), left.reg, box(w, right).reg),))
    if left.type == ANY and op in _CHANGES_LISTS and right.type not in _CHANGES_LISTS[op]:
        # A list would be changed where it is, and whoever else holds it would see that.
        fine, fails = w.e.block(), w.e.block()
        w.e.emit("br", w.e.emit("any.is", left.reg, ListType(ANY), type=BOOL), fails, fine)
        w.e.at(fails)
        w.e.emit("fault", "E0308", w.const(f"{op}=").reg, w.const("a list whose type is only known while running").reg)
        w.e.at(fine)
    return binary(w, op, left, right)


_CHANGES_LISTS: dict[str, tuple[Type, ...]] = {"+": (INT, FLOAT, BOOL, NUMBER, STR), "*": (FLOAT, STR)}
"""In-place operators that change a list, with the types of right operands that are refused for every list anyway."""


# --- dict and set -----------------------------------------------------------------------------------------------------------------


def _held(type: ContainerOf) -> bool:
    return type.item.type != NEVER and type.value.type != NEVER


def _dict_method(w: Walk, name: str, receiver: Val, type: DictOf, rest: list[Val], named: dict[str, Val]) -> Val:
    emit = w.e.emit

    def takes(low: int, high: int) -> bool:
        return _arguments(w, name, low, high, rest, named)

    if name in ("keys", "values", "items"):
        return Val(DictView(type, name), receiver.regs) if takes(0, 0) else Val(UNKNOWN)
    if name in ("get", "pop", "setdefault"):
        if not takes(1, 2):
            return Val(UNKNOWN)
        return _dict_lookup(w, name, receiver, type, rest)
    if name == "update":
        if len(rest) > 1:
            return w.problem("E0402", function=name, expected="0 to 1", found=len(rest))
        if rest and not add_pairs(w, receiver, rest[0]):
            return Val(UNKNOWN)
        for keyword, value in named.items():
            add_pair(w, receiver, w.const(keyword), value)
        return Val(NONE)
    if name == "copy":
        return Val(type, (emit("dict.copy", receiver.reg, type=slot_type(type)),)) if takes(0, 0) else Val(UNKNOWN)
    if name == "clear":
        if takes(0, 0):
            emit("dict.clear", receiver.reg)
        return Val(NONE)
    return no_method(w, type, name, DICT_METHODS)


def _dict_lookup(w: Walk, name: str, receiver: Val, type: DictOf, rest: list[Val]) -> Val:
    emit = w.e.emit
    key, default = rest[0], rest[1] if len(rest) > 1 else None
    if not is_hashable(key.type) and key.type != ANY:
        return w.problem("E0310", type=resolve(key.type))
    if isinstance(key.type, OptionalType) and not isinstance(type.item.type, OptionalType) and type.item.type != ANY:
        not_optional(w, key)
        return Val(UNKNOWN)
    fallback = default if default is not None else Val(NONE)
    if name == "setdefault":
        w.lattice.grow(type.cells[0], key_type(key.type))
        w.lattice.grow(type.cells[1], fallback.type)
    held = type.value.type
    word = dict_key(w, type, key) if _held(type) or name == "setdefault" else None
    if word is None:
        return w.absent_key(box(w, key)) if name == "pop" and default is None else fallback
    found = emit("dict.find", receiver.reg, word, type=INT)
    there = emit("int.ge", found, w.const(0).reg, type=BOOL)
    result: Type = held if name == "setdefault" or (name == "pop" and default is None) else w.lattice.join(held, fallback.type)
    if name == "get" and default is None:
        result = optional(held)

    def take() -> Val:
        value = from_slot(w, emit("dict.value_at", receiver.reg, found, type=slot_type(held)), held)
        if name == "pop":
            kept = Val(value.type, tuple(w.e.register(part) for part in parts(value.type)))
            for target, source in zip(kept.regs, value.regs, strict=True):
                w.e.move(target, source)
            emit("dict.remove", receiver.reg, word, type=BOOL)
            return kept
        return value

    def miss() -> Val:
        if name == "setdefault":
            emit("dict.set", receiver.reg, word, to_slot(w, fallback, held))
            return convert(w, fallback, held)
        return fallback

    if name == "pop" and default is None:
        fine, missing = w.e.block(), w.e.block()
        emit("br", there, fine, missing)
        w.e.at(missing)
        emit("fault", "E0702", key.reg if len(key.regs) == 1 else box(w, key).reg)
        w.e.at(fine)
        return take()
    return choose(w, there, result, take, miss)


def _set_method(w: Walk, name: str, receiver: Val, type: SetOf, rest: list[Val], named: dict[str, Val]) -> Val:
    emit = w.e.emit
    if name not in SET_METHODS:
        return no_method(w, type, name, SET_METHODS)
    if not _arguments(w, name, 1, 1, rest, named):
        return Val(UNKNOWN)
    element = rest[0]
    if not is_hashable(element.type) and element.type != ANY:
        return w.problem("E0310", type=resolve(element.type))
    if name == "add":
        w.lattice.grow(type.cells[0], key_type(element.type))
        emit("set.add", receiver.reg, to_slot(w, element, type.held(0)))
        return Val(NONE)
    if type.item.type == NEVER:
        return w.absent_key(box(w, element)) if name == "remove" else Val(NONE)
    word = _sought(w, type.item, element)
    if word is None:
        return w.problem("E0302", what=f"the argument of {name}()", expected=resolve(type.item.type), found=resolve(element.type))
    was_there = emit("set.remove", receiver.reg, word, type=BOOL)
    if name == "remove":
        fine, missing = w.e.block(), w.e.block()
        emit("br", was_there, fine, missing)
        w.e.at(missing)
        emit("fault", "E0702", element.reg if len(element.regs) == 1 else box(w, element).reg)
        w.e.at(fine)
    return Val(NONE)
