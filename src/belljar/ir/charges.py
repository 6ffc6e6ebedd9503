"""Extra fuel: what an op with the flag ``charges`` takes beyond its fixed cost, before it does its work.

One row per op: the formula in words, which C follows and the documentation shows, and as a function of the op's operands. Rules for all rows:

- Divisions round down, each term for itself. ``len`` counts code points, elements or entries.
- The charge comes first, before the op looks for faults; where the formula has no meaning because the op will fault (an index out of range, a slice step of zero, a bad fill
  character or format), it is 0.
- *weight* and *equal cost*, of values that may be nested, are :func:`belljar.ir.guest.weight` and the second result of :func:`belljar.ir.guest.equal` and
  :func:`belljar.ir.guest.less`. They are charged step by step (:func:`belljar.ir.guest.pay`), what stands before them in a formula first: a walk without end meets the limit,
  and one that ends with a fault has cost what it took up to there.
"""

from __future__ import annotations

import math

from belljar.ir import any_sets, decimal_context, integers, numbers
from belljar.ir.any_bytes import is_byte, make_bytes_cost
from belljar.ir.any_items import (
    ANYS,
    OPEN_DICT,
    cut_units,
    is_iterable,
    items_of,
    length_of,
    slice_from,
    splice_units,
    underlying,
    view_items,
    words_of,
)
from belljar.ir.calls import bind, bind_spread
from belljar.ir.crossing import leave
from belljar.ir.formatting import format_args_cost, percent_cost
from belljar.ir.formulas import compared, inserted, joined, justified, moved, replaced, sorting, tabs_expanded
from belljar.ir.guest import (
    INT_MAX,
    INT_MIN,
    GuestDict,
    GuestFault,
    GuestIter,
    GuestList,
    GuestRegex,
    GuestSet,
    GuestTuple,
    equal,
    equal_items,
    has_item,
    is_decimal,
    less,
    paid,
    pay,
    weight,
)
from belljar.ir.host_values import measure
from belljar.ir.meanings import CHARGES as CHARGES
from belljar.ir.method_costs import cost as method_cost
from belljar.ir.ops import BINARY_OPERATORS, DECIMAL_METHODS, MATH_FUNCTIONS, OPS, ORDER_OPERATORS, UNARY_OPERATORS, Op
from belljar.ir.printing import literal
from belljar.ir.semantics import SPEC_MAX, bound, range_length, slice_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from belljar.ir.meanings import Charge


def extra_fuel(op: Op, args: tuple[Any, ...]) -> int:
    """The extra fuel of one execution with these operands; 0 for ops that do not charge."""
    row = CHARGES.get(op.name)
    return row[1](*args) if row else 0


def _charge(names: str, words: str, formula: Charge) -> None:
    for name in names.split():
        if "charges" not in OPS[name].flags or name in CHARGES:
            raise ValueError(f"{name} does not charge, or has a formula already")
        CHARGES[name] = (words, formula)


# --- str --------------------------------------------------------------------------------------------------------------------------

SPEC = numbers.SPEC


def spec_size(spec: str) -> int:
    """Width plus precision of a format spec, 0 for what it does not say or when it is none: a number beyond 64 bits is refused, too."""
    import re

    match = re.fullmatch(SPEC, spec) if len(spec) < SPEC_MAX else None
    sizes = [int(part) for part in match.groups() if part] if match else []
    return sum(sizes) if max(sizes, default=0) <= INT_MAX else 0


def formatted_size(value: Any, spec: str) -> int:
    """Characters that formatting gives at least: the width, or the digits a float is asked for; 0 for a spec that is refused."""
    import re

    match = re.fullmatch(SPEC, spec) if len(spec) < SPEC_MAX else None
    width, precision = (int(part or 0) for part in match.groups()) if match else (0, 0)
    if max(width, precision) > INT_MAX:
        return 0
    if isinstance(value, str):
        return width
    if precision and (not isinstance(value, float) or precision >= 2**31):
        return 0
    return max(width, precision if spec[-1:] in ("e", "E", "f", "F", "%") else 0)


def _slice_length(length: int, start: int, stop: int, step: int) -> int:
    try:
        return len(range(*slice_of(start, stop, step).indices(length)))
    except GuestFault:
        return 0


def _is_part(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


_charge("str.slice", "len(result)/16", lambda s, start, stop, step: _slice_length(len(s), start, stop, step) // 16)
_charge("str.concat str.build", "len(result)/16", lambda *parts: sum(map(len, parts)) // 16)
_charge(
    "str.compose",
    "len(result)/16",
    lambda *parts: sum(len(str(part)) for part in parts) // 16 if all(map(_is_part, parts)) else 0,
)
_charge("str.repeat", "len(result)/16", lambda s, count: len(s) * max(count, 0) // 16)
_charge(
    "str.join",
    "len(result)/16 + len(list)/4",
    joined,
)
_charge(
    "str.eq str.ne str.lt str.le str.gt str.ge", "min(len)/16, also for one and the same string", lambda a, b: min(len(a), len(b)) // 16
)
_charge("str.contains", "(len(s) + len(part))/16", lambda s, part: (len(s) + len(part)) // 16)
_charge(
    "str.find str.rfind str.count", "(len(s) + len(part))/16, whatever the bounds", lambda s, part, start, stop: (len(s) + len(part)) // 16
)
_charge("str.startswith str.endswith", "len(affix)/16", lambda s, affix: len(affix) // 16)
_charge(
    "str.repr str.upper str.lower str.title str.capitalize str.casefold str.swapcase str.strip str.lstrip str.rstrip str.removeprefix str.removesuffix str.to_int str.to_float str.split str.rsplit str.split_by str.rsplit_by "
    "str.splitlines str.partition str.rpartition str.isalpha str.isdigit str.isalnum str.isspace str.isupper str.islower str.istitle str.isnumeric "
    "str.isdecimal str.isascii str.isidentifier str.isprintable",
    "len(s)/16",
    lambda s, *rest: len(s) // 16,
)
_charge(
    "str.strip_chars str.lstrip_chars str.rstrip_chars",
    "(len(s) + len(characters))/16",
    lambda s, characters: (len(s) + len(characters)) // 16,
)
_charge("str.replace", "(len(s) + len(result))/16", lambda s, old, new, count: (len(s) + replaced(s, old, new, count)) // 16)
_charge("str.center str.ljust str.rjust", "len(result)/16", justified)
_charge("str.zfill", "len(result)/16", lambda s, width: max(len(s), width) // 16)
_charge("str.expandtabs", "(len(s) + len(result))/16", lambda s, size: (len(s) + tabs_expanded(s, size)) // 16)
_charge("int.format float.format bool.format", "(width + precision)/16", lambda value, spec: spec_size(spec) // 16)
_charge("str.format", "(len(s) + width + precision)/16", lambda s, spec: (len(s) + spec_size(spec)) // 16)
_charge("io.write io.admit", "len(s)/16", lambda s: len(s) // 16)
_charge(
    "host.call",
    "a sixteenth of the bytes of each argument, as ir/host_values.py measures them, and then of the answer",
    lambda index, *args: sum(measure(leave(arg)) // 16 for arg in args),
)

# --- list -------------------------------------------------------------------------------------------------------------------------


def _removed(items: GuestList, value: Any) -> int:
    cost = 0
    for place, item in enumerate(items):
        same, more = equal_items(item, value)
        cost += more
        if same:
            return cost + pay((len(items) - 1 - place) // 16)
    return cost


def _in_bounds(items: GuestList, start: int, stop: int) -> list[Any]:
    return items[slice(bound(start), bound(stop))]


def _lists_equal(a: GuestList, b: GuestList) -> int:
    cost = pay(min(len(a), len(b)) // 4)
    if len(a) == len(b) and a is not b:
        for x, y in zip(a, b, strict=True):
            same, more = equal_items(x, y, 1)
            cost += more
            if not same:
                break
    return cost


def _order(a: Any, b: Any, sign: str, depth: int = 0) -> int:
    """The cost of an ordering; for values without one, that of the pairs before the fault."""
    before = paid()
    try:
        less(a, b, sign, depth)
    except GuestFault as fault:
        if fault.code != "E0308":
            raise
    return paid() - before


def _lists_ordered(a: GuestList, b: GuestList, sign: str) -> int:
    cost = pay(min(len(a), len(b)) // 4)
    for x, y in zip(a, b, strict=False):
        same, more = equal_items(x, y, 1)
        cost += more
        if not same:
            return cost + _order(x, y, sign, 1)
    return cost


_charge("list.new dict.new set.new", "capacity/4, 0 for a negative one", lambda type, capacity: max(capacity, 0) // 4)
_charge("list.pop list.delete", "elements behind the index/16", lambda items, index: moved(items, index) // 16)
_charge("list.insert", "elements from the index on/16", lambda items, index, value: inserted(items, index) // 16)
_charge("list.extend", "len(second)/4", lambda a, b: len(b) // 4)
_charge("list.concat", "len(result)/4", lambda a, b: (len(a) + len(b)) // 4)
_charge("list.repeat", "len(result)/4", lambda items, count: len(items) * max(count, 0) // 4)
_charge("list.slice", "len(result)/4", lambda items, start, stop, step: _slice_length(len(items), start, stop, step) // 4)
_charge(
    "list.contains",
    "len(list)/4 + equal cost of the value with each element up to the one found",
    lambda items, value: pay(len(items) // 4) + compared(items, value, to_end=False),
)
_charge(
    "list.find",
    "len(list)/4 + equal cost of the value with each element within the bounds up to the one found",
    lambda items, value, start, stop: pay(len(items) // 4) + compared(_in_bounds(items, start, stop), value, to_end=False),
)
_charge(
    "list.count",
    "len(list)/4 + equal cost of the value with each element",
    lambda items, value: pay(len(items) // 4) + compared(items, value, to_end=True),
)
_charge(
    "list.set_slice",
    "len(second)/4 + elements behind the slice/16 where it changes its length, and len(second)/4 once more where that is the list itself",
    lambda items, values, *bounds: pay(splice_units(len(items), len(values), *bounds)) + (len(items) // 4 if values is items else 0),
)
_charge("list.del_slice", "elements from the slice's first on/16", lambda items, *bounds: cut_units(len(items), *bounds))
_charge(
    "list.remove",
    "len(list)/4 + equal cost of the value with each element up to the one found + elements behind it/16",
    lambda items, value: pay(len(items) // 4) + _removed(items, value),
)
_charge("list.reverse_copy", "len(list)/4", lambda items: len(items) // 4)
_charge("list.gather", "len(second)/4", lambda items, places: len(places) // 4)
_charge("list.reverse", "len(list)/8", lambda items: len(items) // 8)
_charge(
    "list.sort list.argsort",
    "n*b/2 + b * sum of the weights of the elements, n = len(list), b = bits of n",
    lambda items, descending: sorting(items),
)
_charge(
    "list.eq", "min(len)/4 + equal cost of each pair of elements up to the first difference; no pair when the lengths differ", _lists_equal
)
_charge(
    "list.lt",
    "min(len)/4 + equal cost of each pair up to the first difference + the order cost of that pair",
    lambda a, b: _lists_ordered(a, b, "<"),
)
_charge("list.le", "as list.lt", lambda a, b: _lists_ordered(a, b, "<="))
_charge("list.from_str", "len(s)/2", lambda s: len(s) // 2)
_charge("list.range", "len(result)/4", lambda start, stop, step: range_length(start, stop, step) // 4)
_charge("list.sum_int list.sum_float", "len(list)/4", lambda items: len(items) // 4)
_charge("list.fsum", "8*len(list)", lambda items: 8 * len(items))
_charge("list.dist", "len(first)", lambda p, q: len(p))

# --- dict, set --------------------------------------------------------------------------------------------------------------------


def _tables_equal(a: Any, b: Any) -> int:
    return pay(2 * len(a)) + equal(a, b)[1]


_charge("dict.get dict.find dict.remove set.add set.contains set.remove", "weight(key)", lambda table, key: weight(key))
_charge("dict.set", "weight(key)", lambda table, key, value: weight(key))
_charge("dict.copy", "len(dict)", len)
_charge("dict.eq set.eq", "2*len(first) + equal cost of the two", _tables_equal)


def _weights(items: Any) -> int:
    return sum(map(weight, items))


def _updated(table: GuestDict, other: GuestDict) -> int:
    return pay(len(other)) + _weights(key for key, _ in other.items())


def _combined(a: GuestSet, b: GuestSet) -> int:
    return pay(len(a) + len(b)) + _weights(a) + _weights(b)


def _changed(a: GuestSet, b: GuestSet) -> int:
    return pay(len(b)) + _weights(b)


def _disjoint(a: GuestSet, b: GuestSet) -> int:
    walked = a if len(b) > len(a) else b
    return pay(len(walked)) + _weights(walked)


def _set_made(value: Any) -> int:
    try:
        cost = pay(length_of(value)) if is_iterable(value) else 0
    except GuestFault:
        return 0
    return cost + (_weights(items_of(value)) if is_iterable(value) else 0)


_charge("dict.set_default", "weight(key)", lambda table, key, value: weight(key))
_charge("dict.update", "len(second) + weights of its keys", _updated)
_charge("dict.merge", "len(second) + weights of its keys + len(first)", lambda a, b: _updated(a, b) + pay(len(a)))
_charge("dict.from_keys", "len(list) + weights of its elements", lambda type, keys, value: pay(len(keys)) + _weights(keys))
_charge(
    "set.union set.intersection set.difference set.symmetric_difference set.intersection_update",
    "len(first) + len(second) + weights of the elements of both",
    _combined,
)
_charge("set.update set.difference_update set.symmetric_difference_update", "len(second) + weights of its elements", _changed)
_charge("set.is_subset", "len(first) + weights of its elements", lambda a, b: pay(len(a)) + _weights(a))
_charge("set.is_disjoint", "len of the smaller, of two as large the second, + weights of its elements", _disjoint)
_charge("set.copy", "len(set)", len)
_charge("set.add_items", "len(value) + weights of what it gives", lambda items, value: _set_made(value))
_charge("any.to_set", "len(value) + weights of what it gives", _set_made)
_charge(
    "any.to_frozenset",
    "len(value) + weights of what it gives; 0 for a frozenset",
    lambda value: 0 if isinstance(value, GuestSet) and value.is_frozen else _set_made(value),
)
_charge("any.hash", "weight(value)", weight)
_charge("set.to_list", "len(set)/4", lambda items: len(items) // 4)

# --- any --------------------------------------------------------------------------------------------------------------------------


def _binary(index: int, a: Any, b: Any) -> int:
    sign = BINARY_OPERATORS[index]
    if sign == "@":
        return 0
    if sign == "%" and isinstance(a, str):
        return percent_cost(a, b)
    if is_decimal(a) or is_decimal(b):
        fits = (is_decimal(a) or isinstance(a, int)) and (is_decimal(b) or isinstance(b, int)) and sign not in ("<<", ">>", "&", "|", "^")
        return _decimals_cost(sign, a, b) if fits else 0
    if isinstance(a, int) and isinstance(b, int):
        return integers.binary_cost(sign, a, b)
    if any_sets.is_operator(sign, a, b):
        return _cost(any_sets.binary, sign, a, b)
    name = underlying(sign, a, b)
    if name.endswith(".repeat") and isinstance(a, int):
        a, b = b, a
    if name.endswith(".repeat") and not INT_MIN <= b <= INT_MAX:
        return 0
    return extra_fuel(OPS[name], (a, b)) if name else 0


def _decimals_cost(sign: str, a: Any, b: Any) -> int:
    from decimal import Decimal

    from belljar.ir import decimals

    work = decimal_context.work()
    if sign != "**":
        return 16 + work
    is_hard = all(is_decimal(one) or integers.limbs(one) <= 40 for one in (a, b)) and decimals.is_power_of_fraction(Decimal(a), Decimal(b))
    return 256 + 16 * work + (16384 * (1 + work) if is_hard else 0)


def _cost(walk: Callable[..., object], *args: Any) -> int:
    """What a walk costs, up to the fault it may end with."""
    before = paid()
    try:
        walk(*args)
    except GuestFault:
        pass
    return paid() - before


def _is_base(base: Any) -> bool:
    return isinstance(base, int) and (base == 0 or 2 <= base <= 36)


def decimal_cost(index: int, value: Any, args: tuple[Any, ...]) -> int:
    """Of a method of Decimal: ints beyond the coefficient are made by operators."""
    if not is_decimal(value):
        return 0
    name = DECIMAL_METHODS[index]
    cost = 16 + decimal_context.work()
    if not value.is_finite() or not value:
        return cost
    if name in ("exp", "ln", "log10"):
        return cost + 8192 * (1 + decimal_context.work())
    sign, digits, exponent = value.as_tuple()
    whole = int("".join(map(str, digits))) * (-1 if sign else 1)
    if name in ("to_int", "floor", "ceil", "as_integer_ratio") or (name == "round" and (not args or args[0] is None)):
        if exponent > 0:
            return cost + integers.binary_cost("**", 10, exponent) + integers.binary_cost("*", whole, 10**exponent)
        if name == "as_integer_ratio" and exponent < 0:
            unit = 10**-exponent
            common = math.gcd(whole, unit)
            cost += integers.binary_cost("**", 10, -exponent) + integers.gcd_cost(0, whole) + integers.gcd_cost(abs(whole), unit)
            cost += integers.binary_cost("//", whole, common) + integers.binary_cost("//", unit, common)
    return cost


def _mathematics_cost(index: int, *args: Any) -> int:
    name = MATH_FUNCTIONS[index]
    if name in ("floor", "ceil", "trunc") and args and is_decimal(args[0]):
        return decimal_cost(DECIMAL_METHODS.index("to_int" if name == "trunc" else name), args[0], ())
    return numbers.mathematics_cost(name, *args)


def _changed_in_place(index: int, a: Any, b: Any) -> int:
    sign = BINARY_OPERATORS[index]
    if isinstance(a, GuestList) and sign == "+":
        return _listed(b) if is_iterable(b) else 0
    if isinstance(a, GuestList) and sign == "*":
        return len(a) * max(b, 0) // 4 if isinstance(b, int) else 0
    if isinstance(a, GuestDict) and sign == "|":
        return method_cost("update", "", a, b)
    if isinstance(a, GuestSet) and not a.is_frozen and isinstance(b, GuestSet) and sign in ("-", "&", "^", "|"):
        return _combined(a, b) if sign == "&" else _changed(a, b)
    return _binary(index, a, b)


def _contains(value: Any, item: Any) -> int:
    if isinstance(value, str) and isinstance(item, str):
        return (len(value) + len(item)) // 16
    if isinstance(value, bytes):
        return (len(value) + (len(item) if isinstance(item, bytes) else 0)) // 16 if isinstance(item, bytes) or is_byte(item) else 0
    if isinstance(value, (GuestList, GuestTuple)):
        return pay(len(value) // 4) + compared(value, item, to_end=False)
    if isinstance(value, GuestIter) and value.is_view:
        return (
            has_item(value, item)[1] if value.walk != "values" else pay(len(value) // 4) + compared(view_items(value), item, to_end=False)
        )
    return weight(item) if isinstance(value, (GuestDict, GuestSet)) else 0


def _deleted(value: Any, index: Any) -> int:
    if isinstance(value, GuestDict):
        return weight(index) if value.type == OPEN_DICT else 0
    return moved(value, index) // 16 if isinstance(value, GuestList) and value.type == ANYS and isinstance(index, int) else 0


def _sliced(value: Any, start: Any, stop: Any, step: Any) -> int:
    try:
        part = slice_from(start, stop, step)
    except GuestFault:
        return 0
    if isinstance(value, (str, bytes, GuestList, GuestTuple)):
        return len(range(*part.indices(len(value)))) // (16 if isinstance(value, (str, bytes)) else 4)
    return 0


def _slice_words(value: Any, start: Any, stop: Any, step: Any) -> tuple[int, int, int] | None:
    """The bounds of a slice of a list that can be changed through ``any``; None where the op ends before it charges."""
    try:
        return words_of(slice_from(start, stop, step)) if isinstance(value, GuestList) and value.type == ANYS else None
    except GuestFault:
        return None


def _listed(value: Any) -> int:
    try:
        return length_of(value) // 4
    except GuestFault:
        return 0


def _slice_set(value: Any, start: Any, stop: Any, step: Any, values: Any) -> int:
    words = _slice_words(value, start, stop, step)
    if words is None or not is_iterable(values):
        return 0
    cost = 0 if isinstance(values, GuestList) and values.type == ANYS else pay(_listed(values))
    try:
        cost += pay(splice_units(len(value), length_of(values), *words))
        return cost + (len(value) // 4 if values is value else 0)
    except GuestFault:
        return cost


def _slice_deleted(value: Any, start: Any, stop: Any, step: Any) -> int:
    words = _slice_words(value, start, stop, step)
    return cut_units(len(value), *words) if words else 0


def _printed(value: Any) -> int:
    if is_decimal(value):
        return len(str(value)) // 16
    if isinstance(value, str):
        return len(value) // 16
    text, visited = literal(value)
    return len(text) // 16 + visited


def _literal(value: Any) -> int:
    text, visited = literal(value)
    return len(text) // 16 + visited


def _formatted(value: Any, spec: str) -> int:
    if not spec:
        return _printed(value)
    if is_decimal(value):
        return spec_size(spec) // 16 if len(spec) < SPEC_MAX else 0
    if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
        return spec_size(spec) // 16 + (numbers.format_cost(value, spec) if len(spec) < SPEC_MAX else 0)
    return (spec_size(spec) + (len(value) if isinstance(value, str) else 0)) // 16 if isinstance(value, (int, float, str)) else 0


_charge(
    "any.binary",
    "as the op of the static types (str.concat, str.repeat, list.concat, list.repeat, str.percent, dict.merge, set.union ...); of views of dicts what ir/any_sets.py pays; for ints the cost of ir/integers.py, 0 up to 64 bits; else 0",
    _binary,
)
_charge(
    "any.unary",
    "limbs/4 for an int beyond 64 bits that changes, else 0",
    lambda index, a: integers.unary_cost(UNARY_OPERATORS[index], a) if isinstance(a, int) else 0,
)
_charge("const.big", "len(digits)/16 + the cost of reading them", lambda digits: len(digits) // 16 + numbers.read_cost(digits, 0))
_charge("any.bytes", "as str.encode, a sixteenth of a count, a fourth of the length of what is walked; 0 for bytes", make_bytes_cost)
_charge(
    "any.to_int",
    "len(s)/16 for a str or bytes + the cost of reading an int beyond 64 bits",
    lambda value: len(value) // 16 + numbers.read_cost(value, 10) if isinstance(value, (str, bytes)) else decimal_cost(24, value, ()),
)
_charge(
    "any.to_int_base",
    "as any.to_int",
    lambda value, base: len(value) // 16 + numbers.read_cost(value, base) if isinstance(value, (str, bytes)) and _is_base(base) else 0,
)
_charge(
    "any.divmod",
    "as // and as %",
    lambda a, b: 2 * integers.binary_cost("//", a, b) if isinstance(a, int) and isinstance(b, int) else 0,
)
_charge(
    "any.pow_mod",
    "as ir/numbers.py says; without a modulus as **",
    lambda a, b, modulus: _binary(BINARY_OPERATORS.index("**"), a, b) if modulus is None else numbers.power_modulo_cost(a, b, modulus),
)
_charge(
    "any.round",
    "of an int to a negative number of digits: as the operators it takes; of a Decimal as decimal.call",
    lambda value, digits: decimal_cost(27, value, (digits,)) if is_decimal(value) else numbers.round_cost(value, digits),
)
_charge("any.math", "as ir/numbers.py says for ints; else 0", _mathematics_cost)
_charge("any.to_base", "len(result)/16", numbers.to_base_cost)
_charge(
    "any.call",
    "arguments + parameters, 0 where a function's parameters are just the arguments by position",
    lambda *args: _cost(bind, *args),
)
_charge("any.call_method", "as any.call; of a built-in type as any.method", lambda *args: 0)
_charge("any.call_spread", "arguments + parameters", lambda *args: _cost(bind_spread, *args))
_charge("decimal.new", "len(s)/4 for a str, else 0", lambda value: len(value) // 4 if isinstance(value, str) else 0)
_charge(
    "decimal.call",
    "16 + w, where w is digits²/256 of a context with more than 28 digits, else 0; and what the whole number or ratio takes; 8192 * (1 + w) for exp, ln and log10",
    lambda index, value, *args: decimal_cost(index, value, args),
)
_charge("any.eq", "equal cost", lambda a, b: equal(a, b)[1])
_charge(
    "any.comparison",
    "as any.eq and any.compare",
    lambda index, a, b: _order(a, b, ORDER_OPERATORS[index]) if index < len(ORDER_OPERATORS) else equal(a, b)[1],
)
_charge(
    "any.in_place",
    "as list.extend_any, list.repeat, dict.update by any.method and the changes of sets; else as any.binary",
    _changed_in_place,
)
_charge(
    "any.compare",
    "order cost: that of equal up to and including the first difference, then the order cost of that pair",
    lambda index, a, b: _order(a, b, ORDER_OPERATORS[index]),
)
_charge("any.index", "weight(key) for a dict, else 0", lambda value, key: weight(key) if isinstance(value, GuestDict) else 0)
_charge(
    "any.set_index",
    "weight(key) for a dict, else 0",
    lambda value, key, item: weight(key) if isinstance(value, GuestDict) and value.type == OPEN_DICT else 0,
)
_charge("any.del_index", "elements behind the index/16 for a list, weight(key) for a dict", _deleted)
_charge("any.slice", "len(result)/16 for a str, len(result)/4 for a list or tuple", _sliced)
_charge("any.set_slice", "as list.set_slice, and len(values)/4 before it where they are no list of any", _slice_set)
_charge("any.del_slice", "as list.del_slice", _slice_deleted)
_charge("any.to_list", "len(value)/4", _listed)
_charge(
    "list.extend_any",
    "len(value)/4 of a container; else one for each item, before it is taken",
    lambda items, value: _listed(value) if is_iterable(value) else 0,
)
_charge(
    "any.unpack",
    "(before + after)/4, and one for each item, before it is taken",
    lambda value, before, star, after: (before + after) // 4,
)
_charge("tuple.from_list", "len(list)/4", lambda items: len(items) // 4)
_charge(
    "any.contains",
    "as str.contains, list.contains (tuples too), dict.find, set.contains; one for each item of what is walked, before it is taken",
    _contains,
)
_charge("any.to_str", "len(result)/16 + one for each value nested in it, at every depth (keys, values, elements, fields)", _printed)
_charge("any.repr", "len(result)/16 + one for each value nested in it, at every depth (keys, values, elements, fields)", _literal)
_charge("any.format", "without a spec as any.to_str; (width + precision)/16 for numbers, with len(s) added for a str", _formatted)
_charge(
    "any.to_number", "len(s)/16 for a str or bytes, else 0", lambda value, type: len(value) // 16 if isinstance(value, (str, bytes)) else 0
)
_charge(
    "any.method",
    "as the op of the static types that does the method's work, and a quarter of the length of an iterable that is no list; nothing where arguments are refused",
    method_cost,
)

# --- regular expressions ----------------------------------------------------------------------------------------------------------


def _compiled(pattern: str, flags: int) -> int:
    from belljar.ir.regex import compiled
    from belljar.ir.regex_parse import RegexFault

    try:
        regex = compiled(pattern, flags)
    except RegexFault as fault:
        return 8 * len(pattern) + fault.folded // 4
    return 8 * len(pattern) + regex.parsed.folded // 4 + regex.states


def _matched(regex: Any, text: str, start: int, end: int, mode: int, table: Any) -> int:
    if not isinstance(regex, GuestRegex):
        return 0
    machine: Any = regex
    units: int = machine.measured(text, start, end, mode, table)[2]
    return regex.groups + units


def _looked(regex: Any, text: str, end: int) -> int:
    if not isinstance(regex, GuestRegex):
        return 0
    machine: Any = regex
    instructions = sum(len(body.code) for body in machine.bodies)
    return instructions * (min(max(end, 0), len(text)) + 1) // 4


_charge(
    "regex.compile",
    "8*len(pattern) + states of the program, 0 for one that is refused + code points of ranges of which the case is ignored/4",
    _compiled,
)
_charge(
    "regex.match",
    "groups + positions * (states * (8 + groups)/8)/4, the positions being those at which a way to match was looked for, from the first to the last; the same again for each lookaround whose groups are found",
    _matched,
)
_charge("regex.look", "instructions of the lookarounds * (the end, moved into the text, + 1)/4", _looked)
_charge("regex.group_names", "len(result)", lambda regex: len(regex.names) if isinstance(regex, GuestRegex) else 0)
_charge(
    "str.percent",
    "len(s)/16 + for each conversion 8 + width/16 + precision/16, and what any.to_str, any.repr or any.format costs",
    percent_cost,
)
_charge("str.format_args", "len(s)/16 + for each field 8 and what any.format, any.to_str or any.repr costs", format_args_cost)
_charge("any.ascii", "as any.repr", _literal)
