"""What CPython calls the classes of the library, and the lazy objects that are generators here: in messages, and as texts of classes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from belljar.ir.function import Signature

MODULES: Final = {
    "_counter": "collections", "_date": "datetime", "_deque": "collections", "_frozen": "dataclasses", "_json_decoder": "json.decoder", "_json_encoder": "json.encoder",
    "_normal": "statistics", "_ordered": "collections", "_statistics_error": "statistics", "_time_of_day": "datetime", "_timedelta": "datetime", "_timezone": "datetime",
    "_views": "collections.abc",
}  # fmt: skip
"""Modules that programs know under another name."""

_RENAMED: Final = {
    "datetime.StructTime": "time.struct_time", "functools._Uncached": "functools._lru_cache_wrapper", "functools._Cache": "functools._lru_cache_wrapper",
    "functools._BoundedCache": "functools._lru_cache_wrapper", "itertools._Tee": "itertools._tee", "collections._Keys": "odict_keys", "collections._Values": "odict_values",
    "collections._Items": "odict_items", "contextlib._GeneratorManager": "contextlib._GeneratorContextManager", "hashlib._Hash": "_hashlib.HASH",
    "_ellipsis.ellipsis": "ellipsis", "_objects.Object": "object",
    "_bytearray.bytearray": "bytearray",
}  # fmt: skip
"""Classes that CPython has under another name."""

_WITH_MODULE: Final = frozenset(
    "_hashlib.HASH collections.OrderedDict collections.defaultdict collections.deque datetime.IsoCalendarDate datetime.date datetime.datetime datetime.time datetime.timedelta "
    "datetime.timezone datetime.tzinfo functools._lru_cache_wrapper functools.partial itertools._tee itertools.chain itertools.count itertools.groupby itertools.repeat operator.attrgetter operator.itemgetter "
    "operator.methodcaller re.Match re.Pattern time.struct_time".split()
)
"""Classes written in C, which messages call by their module, too."""

_LAZY: Final = ("enumerate", "filter", "map", "zip")

_WALKED: Final = {
    "bytes": "bytes_iterator", "dict": "dict_keyiterator", "list": "list_iterator", "range": "range_iterator", "set": "set_iterator", "str": "str_ascii_iterator",
    "tuple": "tuple_iterator",
}  # fmt: skip


def qualified_name(name: str) -> str:
    """A record's name as CPython has it, with its module; of a class of the program the name itself."""
    module, dot, own = name.rpartition(".")
    if not dot or "<" in module:
        return name
    whole = f"{MODULES.get(module, module)}.{own}"
    return _RENAMED.get(whole, whole)


def type_name(name: str) -> str:
    """What messages call objects of the record of that name, which is numbered where a program defines it again."""
    whole = qualified_name(name if "<" in name else name.partition("#")[0])
    return whole if whole in _WITH_MODULE or "<" in whole else whole.rpartition(".")[2]


def generator_type(generator: str) -> str:
    """What messages call the type of what a generator function makes, by the name of its specialisation: the library has generators where CPython has classes."""
    name, _, given = generator.partition("(")
    module, _, own = name.rpartition(".")
    if module == "itertools":
        return f"itertools.{own.removeprefix('_').partition('__')[0]}"  # `_accumulate__sums`: one of those that make them
    if module == "_builtins":
        if own == "walk":
            return _WALKED.get(given.partition("[")[0].rstrip(")"), "iterator")
        return next((lazy for lazy in _LAZY if own.startswith(lazy)), "callable_iterator" if own == "call_until" else "generator")
    return "generator"


def class_text(record: str, qualname: str, kind: str = "") -> str:
    """``repr`` of a class: of an enumeration or of flags (``kind``: ``enum``, ``flag``), of the library, of the program, or a built-in one."""
    if kind:
        return f"<{kind} '{qualname.rpartition('.')[2]}'>"
    from belljar.ir.exceptions import BASES, BUILT_IN_CLASSES  # with all ops, which a program from disk does without

    if record in BASES or record in BUILT_IN_CLASSES:
        return f"<class '{record}'>"
    return f"<class '{qualified_name(record) if '.' in record.partition('<')[0] else f'__main__.{qualname}'}'>"


# --- functions as objects: what their signatures say of them ------------------------------------------------------------------------

_MAKERS: Final = ("__init__", "__new__")
ENUMERATIONS: Final = {"__enum__": "enum", "__flag__": "flag"}
"""What the title of a class of members ends with, for the kind of class."""


def is_made_first(signature: Signature) -> bool:
    """Whether the object that a class makes counts as an argument in messages: the class has an ``__init__`` or ``__new__``."""
    return bool(signature.record) and signature.title.rpartition(".")[2] in _MAKERS


def qualname(signature: Signature) -> str:
    """The ``__qualname__``."""
    before, _, last = signature.title.rpartition(".")
    return before if signature.record and last in (*_MAKERS, *ENUMERATIONS) else signature.title


def called(signature: Signature) -> str:
    """What messages about its arguments call it."""
    last = signature.title.rpartition(".")[2]
    if not signature.record or last in _MAKERS:
        return signature.title
    return "EnumType.__call__" if last in ENUMERATIONS else last


def is_built_in(signature: Signature) -> bool:
    """Whether it stands in for a built-in function."""
    return not signature.record and signature.entry.startswith("_builtins.as_")


def signature_text(signature: Signature) -> str:
    """``repr`` of the function or class, without an address."""
    if signature.record:
        last = signature.title.rpartition(".")[2]
        return class_text(signature.record, qualname(signature), ENUMERATIONS.get(last, ""))
    return f"<{'built-in function' if is_built_in(signature) else 'function'} {signature.title}>"
