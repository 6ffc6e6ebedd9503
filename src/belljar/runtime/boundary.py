"""The boundary between Python and a program: values in and out, checked against the declared types.

The annotation decides what arrives: an int given for a ``float`` becomes that float when it is exactly representable and is refused otherwise; nothing else converts.
A record is taken from a :class:`~belljar.values.Record`, a mapping, or any object with the fields as attributes; a list from what can be walked, or an array: any
object with the buffer protocol (NumPy, array.array, memoryview) whose elements are ints, floats or bools of the right kind.

The engines written in C read most containers themselves, in one pass: :func:`offered` hands them over as they are, and what they refuse comes back here to be converted the long
way or refused with its place. Before the module level runs, :func:`settled` looks first: a call that is refused has run nothing.
"""

from __future__ import annotations

from _collections_abc import Mapping  # loaded in every Python; collections.abc would load all of collections

from belljar.errors import BellError, bell_error
from belljar.ir.function import Layout
from belljar.runtime.promotion import WORD_ADVICE
from belljar.types import (
    ANY,
    BOOL,
    BYTES,
    FLOAT,
    INT,
    NEVER,
    NONE,
    NUMBER,
    STR,
    DictType,
    ListType,
    OptionalType,
    RangeType,
    RecordType,
    SetType,
    TupleType,
    Type,
    optional,
    storage,
)
from belljar.values import NESTING_MAX, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Any, TypeAlias

INT_MIN, INT_MAX = -(2**63), 2**63 - 1

Layouts: TypeAlias = "Mapping[str, Layout]"

_BLANKS: dict[Type, Any] = {INT: 0, FLOAT: 0.0, BOOL: False, STR: ""}


def type_name(value: Any) -> str:
    """How an error names the type of a Python value."""
    return "None" if value is None else type(value).__name__


def mismatch(what: str, wanted: Type, value: Any, advice: str = "") -> BellError:
    return bell_error(
        "E0302", what=what, expected=wanted, found=f"{type_name(value)} {_shown(value)}" if value is not None else "None", advice=advice
    )


def _deeper(depth: int, what: str) -> int:
    """The number of containers around what is in a container that ``depth`` are around."""
    if depth >= NESTING_MAX:
        raise bell_error(
            "E0302", what=what if len(what) <= 60 else f"...{what[-57:]}", expected=f"nested at most {NESTING_MAX} deep", found="more"
        )
    return depth + 1


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "..."


def to_value(value: Any, type: Type, layouts: Layouts, what: str, depth: int = 0, wide: bool = False) -> Any:
    """A Python value checked and converted to ``type``, as one value (what a container's slot or a record's field holds), inside ``depth`` containers; with ``wide`` an int may have any size.
    Raises E0302 naming ``what``."""
    if isinstance(type, OptionalType):
        if value is None:
            return None
        try:
            return to_value(value, type.item, layouts, what, depth, wide)
        except BellError as error:
            if error.parameters.get("what") != what or error.parameters.get("expected") != type.item:  # something in it
                raise
            raise mismatch(what, type, value, error.parameters["advice"]) from None
    if type == INT:
        return _to_int(value, what, wide)
    if type == FLOAT:
        return _to_float(value, what)
    if type == BOOL:
        if isinstance(value, bool):
            return value
        if type_name(value) in ("bool_", "bool"):  # NumPy's
            return bool(value)
        raise mismatch(what, type, value)
    if type == STR:
        if isinstance(value, str):
            return str.__str__(value)
        raise mismatch(what, type, value)
    if type == BYTES:
        if isinstance(value, bytes):
            return bytes(value)
        raise mismatch(what, type, value)
    if type == NONE:
        if value is None:
            return None
        raise mismatch(what, type, value)
    if type == NUMBER:
        return _to_float(value, what) if isinstance(value, float) else _to_int(value, what, wide)
    depth = _deeper(depth, what)
    if isinstance(type, ListType):
        if isinstance(value, (Mapping, str, bytes)) or not hasattr(value, "__iter__"):
            raise mismatch(what, type, value)
        if depth > 1 and hasattr(value, "__next__"):  # a call may have to convert its arguments a second time
            raise mismatch(what, type, value, "it can be walked only once: pass a list")
        if value.__class__ is list and (classes := _classes(type.item)) and all(item.__class__ in classes for item in value):
            return value
        if (array := array_of(value)) is not None:
            return _from_array(value, array, type, layouts, what, depth, wide)
        return [to_value(item, type.item, layouts, f"{what}[{position}]", depth, wide) for position, item in enumerate(value)]
    if isinstance(type, SetType):
        if not isinstance(value, (set, frozenset, list, tuple)):
            raise mismatch(what, type, value)
        return {to_value(item, type.item, layouts, f"an element of {what}", depth, wide) for item in value}
    if isinstance(type, DictType):
        if not isinstance(value, Mapping):
            raise mismatch(what, type, value)
        return {
            to_value(key, type.key, layouts, f"a key of {what}", depth, wide): to_value(
                item, type.value, layouts, f"{what}[{key!r}]", depth, wide
            )
            for key, item in value.items()
        }
    if isinstance(type, TupleType):
        if not isinstance(value, (tuple, list)) or len(value) != len(type.items):
            raise mismatch(what, type, value)
        return tuple(
            to_value(item, part, layouts, f"{what}[{position}]", depth, wide)
            for position, (item, part) in enumerate(zip(value, type.items, strict=True))
        )
    if isinstance(type, RecordType):
        return _to_record(value, type, layouts, what, depth, wide)
    if type == ANY:
        type_of(value, what, depth - 1)  # refuses what has no meaning inside a program
        return value
    raise mismatch(what, type, value)


def _classes(type: Type) -> tuple[type, ...]:
    """The classes whose instances are values of a type as they are; none where there is more to look at."""
    if isinstance(type, OptionalType):
        inner = _classes(type.item)
        return (*inner, None.__class__) if inner else ()
    return _CLASSES.get(type, ())


_CLASSES: dict[Type, tuple[type, ...]] = {FLOAT: (float,), BOOL: (bool,), STR: (str,), BYTES: (bytes,)}

ARRAY_LETTERS = {**dict.fromkeys("bBhHiIlLqQnN", INT), **dict.fromkeys("fd", FLOAT), "?": BOOL}
"""What the elements of an array are, by the letter of its format (:mod:`struct`)."""
WITHIN_FLOATS = "bBhHiI"
"""Of those, the ints that all are floats as well."""
SHORT = {INT: "ints", FLOAT: "floats", BOOL: "bools"}


def array_of(value: Any) -> memoryview | None:
    """A value seen as an array; None for what is none. Elements that no format describes, such as dates, are walked like those of any sequence."""
    if value.__class__ in (list, tuple) or isinstance(value, (bytes, bytearray)):
        return None
    try:
        return memoryview(value)
    except (TypeError, ValueError, BufferError):
        return None


def _from_array(value: Any, array: memoryview, type: ListType, layouts: Layouts, what: str, depth: int, wide: bool) -> list[Any]:
    item, letter = type.item, array.format.lstrip("@=<>!")
    if array.ndim != 1:
        if array.ndim > 1 and isinstance(item, ListType) and hasattr(value, "__iter__"):
            return [to_value(row, item, layouts, f"{what}[{position}]", depth, wide) for position, row in enumerate(value)]
        raise bell_error(
            "E0302", what=what, expected=type, found=f"an array of {array.ndim} dimensions", advice="pass one dimension: array.ravel()"
        )
    kind = ARRAY_LETTERS.get(letter)
    refused = kind != item and (item in (INT, BOOL) or (item == FLOAT and kind != INT))
    if refused and (kind is not None or letter not in ("e", "g")):
        advice = "array.astype('int64') makes whole numbers of them" if kind == FLOAT and item == INT else ""
        found = f"an array of {getattr(value, 'dtype', None) or (SHORT[kind] if kind is not None else repr(letter))}"
        raise bell_error("E0302", what=what, expected=type, found=found, advice=advice)
    items = value.tolist() if hasattr(value, "tolist") else array.tolist()
    if kind == item and (kind != INT or letter not in "LQN"):
        return items
    if kind == INT and item == FLOAT:
        floats = list(map(float, items))
        if letter in WITHIN_FLOATS or list(map(int, floats)) == items:
            return floats
    return [to_value(element, item, layouts, f"{what}[{position}]", depth, wide) for position, element in enumerate(items)]


def _to_int(value: Any, what: str, wide: bool) -> int:
    if isinstance(value, int) or (hasattr(value, "__index__") and not isinstance(value, str) and not getattr(value, "ndim", 0)):
        number = int(value.__index__()) if not isinstance(value, int) else int(value)
        if wide or INT_MIN <= number <= INT_MAX:
            return number
        raise bell_error("E0302", what=what, expected="int", found=f"int {_shown(value)}", advice=WORD_ADVICE)
    advice = "pass a whole number" if isinstance(value, float) else ""
    raise mismatch(what, INT, value, advice)


def _to_float(value: Any, what: str) -> float:
    if value.__class__ is float:
        return value
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, str) or not (hasattr(value, "__float__") or hasattr(value, "__index__")):
        raise mismatch(what, FLOAT, value)
    if getattr(value, "ndim", 0) or type_name(value).startswith("complex"):  # NumPy converts them, and drops what does not fit
        raise mismatch(what, FLOAT, value)
    if isinstance(value, int):
        try:
            number = float(value)
        except OverflowError:
            raise mismatch(what, FLOAT, value, "it is too large for a float") from None
        if int(number) != value:
            raise mismatch(what, FLOAT, value, "it is not exactly representable as a float")
        return number
    return float(value)


def _to_record(value: Any, type: RecordType, layouts: Layouts, what: str, depth: int, wide: bool) -> Record:
    layout = layouts[type.name]
    names = [name for name, _ in layout.fields]
    fields: dict[str, Any] = {}
    if isinstance(value, Mapping):
        unknown = [str(name) for name in value if name not in names]
        if unknown:
            raise bell_error("E0203", type=type, what="field", name=unknown[0], nearest=f"fields are {', '.join(names)}")
    elif (
        value is None
        or isinstance(value, (str, bytes, int, float, list, tuple, set))
        or (isinstance(value, Record) and value._name != type.name)
    ):
        raise mismatch(what, type, value)
    for name, field_type in layout.fields:
        if isinstance(value, Mapping):
            present = name in value
            item = value[name] if present else None
        else:
            present = hasattr(value, name)
            item = getattr(value, name, None)
        if not present and not isinstance(field_type, OptionalType):
            if isinstance(value, Mapping) or any(hasattr(value, other) for other in names):
                raise bell_error("E0401", function=type.name, name=name)
            raise mismatch(what, type, value)
        fields[name] = to_value(item, field_type, layouts, f"field '{name}' of {what}", depth, wide)
    return Record(type.name, fields)


def to_components(value: Any, type: Type, layouts: Layouts, what: str) -> list[Any]:
    """A Python value as the component values of ``type`` (:func:`belljar.types.components`). Raises E0302."""
    return list(_spread(to_value(value, type, layouts, what), type))


def to_wide_components(value: Any, type: Type, wide: Type, layouts: Layouts, what: str) -> list[Any]:
    """A Python value checked against ``type`` with ints of any size, as the components of ``wide``, which is that type in a program with ints of any size. Raises E0302."""
    return list(_spread(to_value(value, type, layouts, what, wide=True), wide))


def offered(value: Any, type: Type, layouts: Layouts, what: str) -> list[Any]:
    """As :func:`to_components`, but a value is left as it is where :func:`is_closed` says that an engine's own check of it is as strict. Numbers and texts are checked here, as it costs next to
    nothing: what is wrong with them is found before the module level runs."""
    inner = type.item if isinstance(type, OptionalType) and value is not None else type
    fits = value.__class__ is _CLASS_OF[inner] if inner in _CLASS_OF else is_closed(inner, layouts)
    if not fits:
        return to_components(value, type, layouts, what)
    return [value] if inner is type else [True, value]


_CLASS_OF: dict[Type, type] = {INT: int, FLOAT: float, BOOL: bool, STR: str}
"""Types whose values need no look but at their class."""


def settled(value: Any, type: Type, layouts: Layouts, what: str) -> list[Any]:
    """As :func:`offered`, but refuses all that is wrong: a value is left as it is only where it fits without being converted, which is found at the speed of C where there are many."""
    inner = type.item if isinstance(type, OptionalType) and value is not None else type
    if not _fits(value, inner, layouts):
        return to_components(value, type, layouts, what)
    return [value] if inner is type else [True, value]


def _fits(value: Any, type: Type, layouts: Layouts, depth: int = 0) -> bool:
    """Whether a value is one of a closed type as it is. False where it may be, and more would have to be looked at."""
    if type in _CLASS_OF:
        is_one = value.__class__ is _CLASS_OF[type]
        return is_one and (type != INT or bool(INT_MIN <= value <= INT_MAX))
    if depth == FITTING_DEPTH_MAX:
        return False
    if isinstance(type, ListType):
        return value.__class__ is list and _all_fit(value, type.item, layouts, depth + 1)
    if isinstance(type, DictType):
        is_dict = value.__class__ is dict
        return is_dict and _all_fit(value.keys(), type.key, layouts, depth + 1) and _all_fit(value.values(), type.value, layouts, depth + 1)
    if isinstance(type, RecordType):
        if value.__class__ is not Record or value._name != type.name:
            return False
        given, fields = value._fields, layouts[type.name].fields
        return len(given) == len(fields) and all(
            name in given
            and ((isinstance(one, OptionalType) and given[name] is None) or _fits(given[name], _present(one), layouts, depth + 1))
            for name, one in fields
        )
    return False


FITTING_DEPTH_MAX = 20
"""Containers inside one another that are looked through without being converted."""


def _all_fit(values: Collection[Any], wanted: Type, layouts: Layouts, depth: int) -> bool:
    if wanted not in _CLASS_OF:
        return all(_fits(value, wanted, layouts, depth) for value in values)
    if not values:
        return True
    classes: set[type] = {*map(type, values)}
    return classes == {_CLASS_OF[wanted]} and (wanted != INT or INT_MIN <= min(values) <= max(values) <= INT_MAX)


def _present(type: Type) -> Type:
    return type.item if isinstance(type, OptionalType) else type


def walked(value: Any) -> Any:
    """An argument, or a list for one that can be walked only once: a call may have to look at it again."""
    return list(value) if hasattr(value, "__next__") else value


def is_closed(type: Type, layouts: Layouts, inside: tuple[str, ...] = ()) -> bool:
    """Whether values of a type have one typed word each, and so have all their parts: nothing in them is of class ``any``, which would take more than the type allows."""
    if type in _CLOSED:
        return True
    if isinstance(type, (ListType, SetType)):
        return is_closed(type.item, layouts, inside)
    if isinstance(type, DictType):
        return is_closed(type.key, layouts, inside) and is_closed(type.value, layouts, inside)
    if isinstance(type, RecordType):
        if type.name in inside:
            return True
        fields = layouts[type.name].fields
        return all(
            is_closed(field.item if isinstance(field, OptionalType) else field, layouts, (*inside, type.name)) for _, field in fields
        )
    return False


_CLOSED = frozenset({INT, FLOAT, BOOL, STR, BYTES, ListType(FLOAT), ListType(INT), ListType(STR)})
"""Types that are closed, those that come most often."""


def _spread(value: Any, type: Type) -> Iterator[Any]:
    """The components of a checked value; an absent optional's payload is a zero of its type."""
    if isinstance(type, OptionalType):
        yield value is not None
        yield from _spread(value, type.item) if value is not None else _blank(type.item)
    elif isinstance(type, TupleType):
        for item, part in zip(value, type.items, strict=True):
            yield from _spread(item, part)
    elif type == NUMBER:
        is_float = isinstance(value, float)
        yield from (is_float, 0 if is_float else value, value if is_float else 0.0)
    elif type not in (NONE, NEVER):
        yield value


def _blank(type: Type) -> Iterator[Any]:
    if isinstance(type, OptionalType):
        yield False
        yield from _blank(type.item)
    elif isinstance(type, TupleType):
        for item in type.items:
            yield from _blank(item)
    elif type == NUMBER:
        yield from (False, 0, 0.0)
    elif type not in (NONE, NEVER):
        yield _BLANKS.get(type)


def from_components(parts: Iterator[Any], type: Type) -> Any:
    """The Python value of a result's components."""
    if type in (NONE, NEVER):
        return None
    if isinstance(type, OptionalType):
        there = next(parts)
        value = from_components(parts, type.item)
        return value if there else None
    if isinstance(type, TupleType):
        return tuple([from_components(parts, item) for item in type.items])
    if type == NUMBER:
        is_float, whole, real = next(parts), next(parts), next(parts)
        return real if is_float else whole
    if isinstance(type, RangeType):
        return range(next(parts), next(parts), next(parts))
    return next(parts)


def type_of(value: Any, what: str, depth: int = 0) -> Type:
    """The Bell type of a Python value, for a parameter without annotation. Raises E0302 for what has none."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int):
        return INT if INT_MIN <= value <= INT_MAX else ANY
    if isinstance(value, float):
        return FLOAT
    if isinstance(value, str):
        return STR
    if isinstance(value, bytes):
        return ANY
    if isinstance(value, Record):
        return RecordType(value._name)
    if isinstance(value, (tuple, list, set, frozenset, Mapping)):
        depth = _deeper(depth, what)
    if isinstance(value, tuple):
        return TupleType(tuple(type_of(item, f"{what}[{position}]", depth) for position, item in enumerate(value)))
    if isinstance(value, list):
        if (item := _scalars_of(value)) is not None:
            return ListType(item)
        return ListType(join(type_of(item, f"{what}[{position}]", depth) for position, item in enumerate(value)))
    if isinstance(value, (set, frozenset)):
        return SetType(join(type_of(item, f"an element of {what}", depth) for item in value))
    if isinstance(value, Mapping):
        return DictType(
            join(type_of(key, f"a key of {what}", depth) for key in value),
            join(type_of(item, f"a value of {what}", depth) for item in value.values()),
        )
    array = array_of(value)
    if array is not None and array.ndim:
        kind = ARRAY_LETTERS.get(array.format.lstrip("@=<>!"))
        if kind is None:
            return type_of(value.tolist() if hasattr(value, "tolist") else array.tolist(), what, depth)
        nested: Type = kind
        for _ in range(array.ndim):
            nested = ListType(nested)
        return nested
    if hasattr(value, "__index__"):
        return INT
    if hasattr(value, "__float__"):
        return FLOAT
    if hasattr(value, "tolist"):
        return type_of(value.tolist(), what, depth)
    raise bell_error("E0302", what=what, expected="int, float, bool, str, None, or a collection of these", found=type_name(value))


def _scalars_of(values: list[Any]) -> Type | None:
    """The type that holds all of many scalars, by their classes; None where one has to look at each."""
    classes = {value.__class__ for value in values}
    if not classes <= _SCALARS.keys():
        return None
    if int in classes:
        ints = values if len(classes) == 1 else [value for value in values if value.__class__ is int]
        if not INT_MIN <= min(ints) <= max(ints) <= INT_MAX:
            return None
    return join(iter([type for cls, type in _SCALARS.items() if cls in classes]))


_SCALARS: dict[Any, Type] = {float: FLOAT, int: INT, bool: BOOL, str: STR, None.__class__: NONE}


def join(types: Iterator[Type]) -> Type:
    """The type that holds values of all of them."""
    joined: Type = NEVER
    for type in types:
        joined = join_two(joined, type)
    return joined


def join_two(a: Type, b: Type) -> Type:
    """The least type above two plain types."""
    if a == b or b == NEVER:
        return a
    if a == NEVER:
        return b
    if NONE in (a, b) or isinstance(a, OptionalType) or isinstance(b, OptionalType):
        left, right = (x.item if isinstance(x, OptionalType) else NEVER if x == NONE else x for x in (a, b))
        return optional(join_two(left, right))
    if {a, b} <= {INT, FLOAT, NUMBER}:
        return NUMBER
    if isinstance(a, ListType) and isinstance(b, ListType):
        return ListType(join_two(a.item, b.item))
    if isinstance(a, SetType) and isinstance(b, SetType):
        return SetType(join_two(a.item, b.item))
    if isinstance(a, DictType) and isinstance(b, DictType):
        return DictType(join_two(a.key, b.key), join_two(a.value, b.value))
    if isinstance(a, TupleType) and isinstance(b, TupleType) and len(a.items) == len(b.items):
        return TupleType(tuple(map(join_two, a.items, b.items)))
    return ANY


def is_scalar(type: Type) -> bool:
    """Whether values of the type cross without being looked into."""
    return storage(type) == type and type in (INT, FLOAT, BOOL, STR)
