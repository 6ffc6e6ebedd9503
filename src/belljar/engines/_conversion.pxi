# Part of _instance.pyx: what converting a value takes that needs no instance. What does not fit is refused with E0302.

cdef object flag_of(names, position):
    """The parameter that says whether this one is there: `x?` for `x` and for `x.0`, `x.1` ...; -1 when it is always there."""
    for other in range(position):
        if names[other].endswith("?"):
            optional = names[other].removesuffix("?")
            if names[position] == optional or names[position].startswith(optional + "."):
                return other
    return -1


cdef str type_name(value):
    name = type(value).__name__
    return "bool" if name == "bool_" or name == "bool" else name


cdef object wrong(what, str expected, value):
    found = type_name(value)
    if isinstance(value, int) and expected in ("int", "float") and not isinstance(value, bool):
        found = f"{value if abs(value) < 10**30 else 'an int'}, which does not fit"
    return bell_error("E0302", what=what, expected=expected, found=found)


cdef str exact_str(value):
    """The characters of an instance of a class derived from str, whatever it says of itself."""
    return value if type(value) is str else str.__str__(value)


cdef bint is_several(value):
    """Whether a value that says it converts to a number is an array, or a complex number of NumPy's: conversion would drop what does not fit."""
    return bool(getattr(value, "ndim", 0)) or type_name(value).startswith("complex")


cdef int64_t int_of(value, what) except? -1:
    """An int within 64 bits. bool is not int: it prints otherwise."""
    cdef int overflow = 0
    cdef long long number
    if isinstance(value, bool) or not hasattr(value, "__index__") or is_several(value):
        raise wrong(what, "int", value)
    number = PyLong_AsLongLongAndOverflow(value.__index__(), &overflow)
    if overflow:
        raise wrong(what, "int", value)
    return number


cdef double float_of(value, what) except? -1.0:
    """A float; an int only if a float has exactly its value."""
    cdef double number
    if isinstance(value, float):
        return value
    if isinstance(value, bool) or isinstance(value, str) or type_name(value) == "bool" or is_several(value):
        raise wrong(what, "float", value)
    if hasattr(value, "__index__"):
        whole = value.__index__()
        try:
            number = float(whole)
        except OverflowError:
            raise wrong(what, "float", value) from None
        if int(number) != whole:
            raise wrong(what, "float", value)
        return number
    if hasattr(value, "__float__"):
        return value.__float__()
    raise wrong(what, "float", value)


cdef bint is_small(int64_t number) noexcept:
    """Whether Python has the int already."""
    return -5 <= number <= 256


cdef bint is_number_made(bell_word word, int class_) noexcept:
    """Whether the word becomes a number that Python makes an object for."""
    if class_ == BELL_CLASS_INT:
        return not is_small(<int64_t>word)
    if class_ == BELL_CLASS_ANY:
        return not is_small(<int64_t>word >> 1) if word & 1 else word & 15 == 0
    return class_ == BELL_CLASS_FLOAT


cdef object decimal_value(const bell_ctx *ctx, bell_ref ref):
    """The decimal.Decimal of a BELL_DECIMAL."""
    from decimal import Decimal

    cdef char text[850]
    cdef uint32_t size = bell_decimal_write(ctx, ref, text)
    return Decimal(text[:size].decode())


cdef object big_value(bell_big *big):
    """The int of a BELL_BIG."""
    value = int.from_bytes((<const char *>big.limbs)[: big.size * 8], "little")
    return -value if big.head.aux else value


cdef object type_of_any(value):
    """The type that a container of class any has inside a program."""
    if isinstance(value, Record):
        return RecordType(value._name)
    if isinstance(value, list):
        return ListType(ANY)
    if isinstance(value, dict):
        return DictType(ANY, ANY)
    if isinstance(value, set):
        return SetType(ANY)
    if isinstance(value, tuple):
        return TupleType((ANY,) * len(value))
    return None


cdef bint fits(value, type):
    """Whether a record field's value has the shape of its type, so that taking it apart gives as many components as there are slots."""
    if isinstance(type, OptionalType):
        return value is None or fits(value, type.item)
    if isinstance(type, TupleType):
        return isinstance(value, tuple) and len(value) == len(type.items) and all([fits(item, part) for item, part in zip(value, type.items)])
    if isinstance(type, RangeType):
        return isinstance(value, range)
    if type == NUMBER:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if type in (NONE, NEVER):
        return value is None
    return value is not None or type == ANY


cdef object assembled(values, type):
    """The value of a record field from its slots: the inverse of ``disassemble``."""
    if isinstance(type, OptionalType):
        there = next(values)
        value = assembled(values, type.item)
        return value if there else None
    if isinstance(type, TupleType):
        return tuple([assembled(values, item) for item in type.items])
    if isinstance(type, RangeType):
        return range(next(values), next(values), next(values))
    if type == NUMBER:
        is_float, whole, real = next(values), next(values), next(values)
        return real if is_float else whole
    return None if type in (NONE, NEVER) else next(values)


cdef str FIELD_NAME = "_name"
cdef str FIELD_FIELDS = "_fields"


cdef object record_of(str name, dict fields):
    """A Record, which refuses to be written to by all ways but this one."""
    made = Record.__new__(Record)
    PyObject_GenericSetAttr(made, FIELD_NAME, name)
    PyObject_GenericSetAttr(made, FIELD_FIELDS, fields)
    return made
