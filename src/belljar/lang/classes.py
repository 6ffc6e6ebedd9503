"""Class statements, read statically: fields, methods, class variables, and what kind of class it is.

A field is what the body annotates, and what a method assigns to its first parameter. A field is *certain* when every object has it from its making on: annotated fields of a
record, and what ``__init__`` assigns on every path before the object can be seen by anything else. The others are unset until they are assigned.
"""

from __future__ import annotations

import ast

from belljar.ir.exceptions import FIELDS
from belljar.lang.annotations import with_default
from belljar.lang.class_calls import NAMED_TUPLE
from belljar.lang.class_patches import PATCHED
from belljar.lang.graph import ClassDecl, FieldDecl, MethodDecl
from belljar.lang.resolution import linearize
from belljar.lang.scope import OPERATOR_METHODS, REFUSED_VALUE, check_name, constant
from belljar.lang.symbols import bound_names
from belljar.lang.syntax import span_of
from belljar.lang.tree import all_of, children, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from belljar.lang.flow import ModuleBuilder

METHOD_MARKERS = {
    "staticmethod": "static",
    "classmethod": "class",
    "property": "property",
    "abc.abstractmethod": "",
    "typing.override": "",
    "typing.final": "",
}
"""Decorators of methods that are read statically, with the kind of method they make."""
ENUM_BASES = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"})
RECORD_MODULE = "_records"
UNHASHABLE = f"{RECORD_MODULE}.unhashable"
"""The ``__hash__`` of objects that have none where their bases have one."""
ENUM_MODULE = "_enums"
NAMED_MODULE = "_named"
NAMED_METHODS = {
    "__getitem__": "item", "__len__": "length", "__iter__": "walk", "__contains__": "contains", "__add__": "add", "__radd__": "radd", "__mul__": "times", "__rmul__": "times",
    "__eq__": "equal", "__hash__": "hashed", "__lt__": "less", "__le__": "less_or_equal", "__gt__": "greater", "__ge__": "greater_or_equal",
}  # fmt: skip
"""What objects of named tuples do as tuples where their class is not known: functions of the module of the library. Where it is known, they are tuples to the compiler."""
_EQUAL = {
    "__eq__": "equal",
    "__hash__": "hashed",
    "__lt__": "lt",
    "__le__": "le",
    "__gt__": "gt",
    "__ge__": "ge",
    "__add__": "add_",
    "__radd__": "radd_",
}
_INT = {
    **_EQUAL,
    **{f"__{r}{name}__": f"{r}{name}_" for name in ("sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift") for r in ("", "r")},
    "__neg__": "negative", "__int__": "as_int", "__index__": "as_int", "__float__": "as_float", "__bool__": "truth", "__abs__": "absolute",
    "__pos__": "as_int", "__invert__": "inverted", "__round__": "rounded", "__divmod__": "divided", "__rdivmod__": "rdivided", "__trunc__": "as_int", "__floor__": "as_int", "__ceil__": "as_int",
}  # fmt: skip
_STR = {**_EQUAL, "__len__": "length", "__getitem__": "item", "__contains__": "contains", "__iter__": "walk", "__bool__": "truth"}
_SHOWN = {"__str__": "text", "__repr__": "representation", "__format__": "text_format"}
_VALUE = {"__str__": "value_text", "__repr__": "representation", "__format__": "value_format"}
_FLAG = {
    "__str__": "flag_text", "__repr__": "flag_representation", "__format__": "text_format", "__and__": "flag_and", "__or__": "flag_or", "__xor__": "flag_xor", "__invert__": "flag_invert",
    "__eq__": "flag_equal", "__hash__": "hashed", "__contains__": "flag_contains", "__iter__": "flag_walk", "__len__": "flag_length", "__bool__": "truth",
}  # fmt: skip
_INT_FLAG = {
    **_VALUE, **_INT, "__repr__": "flag_representation", "__contains__": "flag_contains", "__iter__": "flag_walk", "__len__": "flag_length", "__invert__": "int_flag_invert",
    "__and__": "int_flag_and", "__or__": "int_flag_or", "__xor__": "int_flag_xor", "__rand__": "int_flag_and", "__ror__": "int_flag_or", "__rxor__": "int_flag_xor",
}  # fmt: skip
ENUM_METHODS = {
    "Enum": _SHOWN, "IntEnum": {**_VALUE, **_INT}, "StrEnum": {**_VALUE, **_STR}, "IntMixin": {**_SHOWN, **_INT}, "StrMixin": {**_SHOWN, **_STR}, "Flag": _FLAG, "IntFlag": _INT_FLAG,
}  # fmt: skip
"""By the base of an enumeration, the special methods of its members: functions of the module of the library."""
OF_EXCEPTIONS = frozenset(name for name, _ in FIELDS if name != "args")
"""The attributes that every exception has."""
ABSTRACT_MODULE = "_abstract"
HOLDERS = {"dict": ("_dicts", "Dict"), "list": ("_lists", "List")}
"""By built-in class the module of the library, and its class, that holds one and stands in for it."""
INSTEAD_OF = {
    "set": "keep a set in an attribute; collections.abc.MutableSet gives the other methods",
    "tuple": "derive from typing.NamedTuple, or keep a tuple in an attribute",
    "str": "keep a str in an attribute, or derive from enum.StrEnum",
    "int": "keep an int in an attribute, or derive from enum.IntEnum",
    "float": "keep a float in an attribute",
    "decimal.Decimal": "keep a Decimal in an attribute",
}
"""What to write in the place of a class derived from a built-in one."""
ABSTRACT_BASES = frozenset(
    "Callable Collection Container Hashable Iterable Iterator Mapping MutableMapping MutableSequence MutableSet Sequence Set Sized".split()
)
"""The classes of ``collections.abc`` that programs derive from, by their names in the library. ``typing`` has them as well, but for what it calls AbstractSet."""
ABC = "abc.ABC"
MARKER_BASES = frozenset({ABC, "typing.Generic", "typing.Protocol", "object"})


def read_class(m: ModuleBuilder, node: ast.ClassDef, name: str) -> ClassDecl:
    """The declaration of a class statement. Findings are reported."""
    source = m.source
    decl = ClassDecl(name, span_of(node, source), doc=ast.get_docstring(node) or "", shown=getattr(node, "shown", node.name))
    decl.qualname = getattr(node, "qualname", decl.shown)
    _bases(m, node, decl)
    m.classes[decl.name] = decl
    _copy_fields(m, decl)
    for decorator in node.decorator_list:
        _decorator(m, decorator, decl)
    if any(m.static_name(d.func if isinstance(d, ast.Call) else d) == "dataclasses.dataclass" for d in node.decorator_list):
        decl.is_dataclass = True
        if decl.kind == "exception":
            m.refuse(node, "A dataclass with such fields or options that derives from an exception", "write its __init__", later=False)
    for statement in body_of(node):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and not _is_class_var(m, decl, statement):
            _field(m, node, statement, decl)
        elif isinstance(statement, ast.FunctionDef):
            _method(m, statement, decl)
        elif (alias := other_name(statement, decl)) is not None:
            method = decl.methods[alias[1]]
            decl.methods[alias[0]] = MethodDecl(alias[0], method.kind, method.function)
        elif (held := _held_special(statement)) is not None:
            m.refuse(statement, f"{held} of a value that is made elsewhere", "define it with `def`", later=False)
        elif (gone := _taken_away(statement)) is not None:
            m.refuse(statement, f"{gone} = None", "leave the method out; only __hash__ can be taken away", later=False)
        elif isinstance(statement, (ast.Import, ast.ImportFrom, ast.ClassDef, ast.Return, ast.AsyncFunctionDef)):
            m.refuse(statement, f"{type(statement).__name__} in the body of a class", "write it before the class", later=False)
    for statement in node.body:
        _names(statement, decl)
    _drop_hash(m, decl, {name for name, _ in bound_names(node.body)})
    if decl.kind == "enum":
        if decl.flavour and not decl.base:
            m.need("internal", ENUM_MODULE)
            for special, function in ENUM_METHODS[decl.flavour].items():
                decl.methods.setdefault(special, MethodDecl(special, "method", f"{ENUM_MODULE}.{function}"))
        decl.members = [n for n in _assigned(node) if not n.startswith("_")]
        _check_members(m, node, decl)
        decl.aliases = _aliases(node, decl)
        decl.members = [n for n in decl.members if n not in decl.aliases]
        decl.fields = [FieldDecl("name", None, None, False, decl.span), FieldDecl("value", None, None, False, decl.span), *decl.fields]
        _fields_of_methods(m, node, decl, _assured(m, decl.order, 0) if "__init__" in decl.methods else set())
        return decl
    if decl.kind == "namedtuple":
        if not decl.doc and not decl.base:
            decl.doc = f"{decl.shown}({', '.join(field.name for field in decl.fields)})"
        m.need("internal", NAMED_MODULE)
        for special, function in NAMED_METHODS.items():
            decl.methods.setdefault(special, MethodDecl(special, "method", f"{NAMED_MODULE}.{function}"))
    has_init = "__init__" in decl.methods or decl.skips_init
    if decl.skips_init:
        for field in decl.fields:  # what an __init__ of its own would have made
            field.has_default = field.has_default and not field.factory
    certain = _assured(m, decl.order, 0) if has_init or any(field.is_copy for field in decl.fields) else set()
    for field in decl.fields:
        field.certain = field.has_default or (field.name in certain if has_init or field.is_copy else True)
    if has_init or any(field.is_copy for field in decl.fields):
        _leave_open(m, decl, certain)
    _fields_of_methods(m, node, decl, certain)
    if _makes_blank(m) or any("__new__" in one.methods for one in (decl, *m.bases_of(decl))):
        for field in decl.fields:  # what it makes may be seen before __init__ has run
            field.certain = field.has_default
        _leave_open(m, decl, set())
    for field in decl.fields:  # declared again
        alike = [one for base in m.bases_of(decl) for one in base.fields if one.name == field.name]
        for one in (field, *alike):
            one.certain = all(other.certain for other in (field, *alike))
    if decl.kind == "plain" and not has_init and any(field.in_init for field in decl.fields):
        decl.kind = "record"
    base = m.program.classes.get(decl.base)
    if decl.kind == "plain" and (decl.is_dataclass or (not has_init and base is not None and base.kind == "record")):
        decl.kind = "record"
    if decl.kind == "record":
        _inherit_options(m, decl)
    if decl.kind in ("record", "namedtuple"):
        _partial(m, decl)
    if decl.completes_order:
        given = next((name for name in ("__lt__", "__le__", "__gt__", "__ge__") if name in decl.methods), "")
        for name in ("__lt__", "__le__", "__gt__", "__ge__") if given else ():
            if name not in decl.methods:
                m.need("internal", RECORD_MODULE)
                decl.methods[name] = MethodDecl(name, "method", f"{RECORD_MODULE}.{name.strip('_')}_of_{given.strip('_')}")
    return decl


def _inherit_options(m: ModuleBuilder, decl: ClassDecl) -> None:
    """A class that declares nothing has the methods that were made for the dataclass it derives from."""
    if decl.is_dataclass or any(field.annotation is not None for field in decl.fields):
        return
    above = next((one for one in m.bases_of(decl) if one.is_dataclass), None)
    if above is not None:
        decl.frozen, decl.has_eq, decl.has_hash, decl.has_repr = above.frozen, above.has_eq, above.has_hash, above.has_repr


def _makes_blank(m: ModuleBuilder) -> bool:
    """Whether the module calls ``__new__`` anywhere but in a ``__new__``: for an object of any class, on which no ``__init__`` has run."""
    asked = [node for node in all_of(m.tree, ast.Attribute) if node.attr == "__new__"]
    if not asked:
        return False
    inside = {id(node) for function in all_of(m.tree, ast.FunctionDef) if function.name == "__new__" for node in walk(function)}
    return any(id(node) not in inside for node in asked)


def _drop_hash(m: ModuleBuilder, decl: ClassDecl, bound: set[str]) -> None:
    """A class that says anew when its objects are equal does not inherit how they are hashed."""
    if (
        "__eq__" in bound
        and "__hash__" not in bound
        and any("__hash__" in one.methods or "__hash__" in one.variables for one in m.bases_of(decl))
    ):
        m.need("internal", RECORD_MODULE)
        decl.methods["__hash__"] = MethodDecl("__hash__", "method", UNHASHABLE)


def _held_special(statement: ast.stmt) -> str | None:
    """The special method that is assigned what a name holds or a call gives: operators, which look for methods, would not find it."""
    if isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.Name, ast.Call, ast.IfExp, ast.BoolOp, ast.Subscript)):
        return next((target.id for target in statement.targets if isinstance(target, ast.Name) and target.id in PATCHED), None)
    return None


def _taken_away(statement: ast.stmt) -> str | None:
    """The method of an operator that ``__iter__ = None`` takes away, so that CPython does without what else would serve."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Constant) or statement.value.value is not None:
        return None
    names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return next((name for name in names if name in OPERATOR_METHODS - _MAY_BE_NONE), None)


_MAY_BE_NONE = frozenset("__hash__ __slots__ __match_args__ __version__ __author__ __all__".split())


def _names(statement: ast.stmt, decl: ClassDecl) -> None:
    """``__slots__`` and ``__match_args__``, where they are constants."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return
    value = ast.Tuple(statement.value.elts) if isinstance(statement.value, ast.List) else statement.value
    ok, names = constant(value)
    names = (names,) if isinstance(names, str) else names
    if ok and isinstance(names, tuple) and all(isinstance(name, str) for name in names):
        if statement.targets[0].id == "__slots__":
            decl.slots = names
        elif statement.targets[0].id == "__match_args__":
            decl.match_args = names


def _check_members(m: ModuleBuilder, node: ast.ClassDef, decl: ClassDecl) -> None:
    """Values that CPython would refuse, or make others of: the class of the member is that of all values."""
    wanted = {"StrEnum": str, "StrMixin": str, "IntEnum": int, "IntFlag": int, "IntMixin": int}.get(decl.flavour)
    if wanted is None or "__new__" in decl.methods:
        return
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name) and statement.targets[0].id in decl.members:
            ok, value = constant(statement.value)
            if ok and not isinstance(value, (wanted, tuple)):
                m.refuse(statement.value, f"the value {value!r} of a member that is {wanted.__name__}", "write it as one", later=False)


def _aliases(node: ast.ClassDef, decl: ClassDecl) -> dict[str, str]:
    """The names of an enumeration with the value of a member before them, which are that member."""
    values: dict[str, Any] = {}
    found: dict[str, str] = {}
    for statement in node.body:
        if (
            not isinstance(statement, ast.Assign)
            or not isinstance(statement.targets[0], ast.Name)
            or statement.targets[0].id not in decl.members
        ):
            continue
        name = statement.targets[0].id
        ok, value = constant(statement.value)
        if isinstance(statement.value, ast.Name) and statement.value.id in decl.members:
            found[name] = found.get(statement.value.id, statement.value.id)
        elif ok:
            before = next((one for one, known in values.items() if known == value), "")
            if before:
                found[name] = before
            else:
                values[name] = value
    return found


def _fields_of_methods(m: ModuleBuilder, node: ast.ClassDef, decl: ClassDecl, certain: set[str]) -> None:
    """The fields that no annotation declares: what methods assign to their first parameter."""
    known = {field.name for field in decl.fields}
    for base in m.bases_of(decl):  # a setter of a base takes the assignment, and a field that one declares stays as it is declared
        known.update(base.setters)
        known.update(field.name for field in base.fields if field.annotation is not None)
    for name, place in _assigned_by_methods(node, decl):
        if name in OF_EXCEPTIONS and decl.kind == "exception":
            continue
        if name not in known and name not in decl.setters and name not in decl.methods:
            known.add(name)
            if name != "__wrapped__":  # of what functools makes of a function
                check_name(name, place, m)
            span = span_of(place, m.source)
            field = FieldDecl(name, None, None, False, span, certain=name in certain, in_init=False, in_repr=False)
            field.in_compare = False
            decl.fields.append(field)


def _partial(m: ModuleBuilder, decl: ClassDecl) -> None:
    """A dataclass that leaves fields out of what it shows or compares has methods for that; the runtime's take all."""
    fields = [field for one in (decl, *m.bases_of(decl)) for field in one.fields]
    made: dict[str, str] = {}
    if decl.kind == "namedtuple" and decl.name != decl.shown:  # a second class of that name
        made["__repr__"] = "representation"
    if decl.has_repr and (decl.qualname != decl.shown or any(not field.in_repr for field in fields)):
        made["__repr__"] = "representation"
    if decl.has_eq and any(not field.in_compare for field in fields):
        made["__eq__"] = "equal"
        if decl.frozen or decl.has_hash:
            made["__hash__"] = "hashed"
        if decl.ordered:
            made |= {"__lt__": "less", "__le__": "less_or_equal", "__gt__": "greater", "__ge__": "greater_or_equal"}
    for name, function in made.items():
        if name not in decl.methods:
            m.need("internal", RECORD_MODULE)
            decl.methods[name] = MethodDecl(name, "method", f"{RECORD_MODULE}.{function}")


def other_name(statement: ast.stmt, decl: ClassDecl) -> tuple[str, str] | None:
    """The names of ``__rmul__ = __mul__``: a method of the class under a second name; None for any other statement."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or decl.kind == "enum":
        return None
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Name) and isinstance(value, ast.Name) and value.id in decl.methods:
        return target.id, value.id
    return None


def body_of(node: ast.ClassDef) -> list[ast.stmt]:
    """The statements of a class without its docstring and what does nothing."""
    return [
        statement
        for statement in node.body
        if not isinstance(statement, ast.Pass) and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    ]


def _bases(m: ModuleBuilder, node: ast.ClassDef, decl: ClassDecl) -> None:
    found: list[str] = []
    above: list[str] = []
    names = [m.static_name(base) for base in node.bases]
    for base in node.bases:
        target = base.value if isinstance(base, ast.Subscript) else base
        full = m.static_name(target)
        if full in MARKER_BASES:
            decl.is_generic = decl.is_generic or isinstance(base, ast.Subscript)
            decl.is_protocol = decl.is_protocol or full == "typing.Protocol"
            decl.is_marked = decl.is_marked or full not in ("object", ABC)
            if full == ABC and any(node.attr in ("__mro__", "__bases__", "mro") for node in all_of(m.tree, ast.Attribute)):
                m.library("abc")
                above.append(ABC)
            continue
        if full in ("int", "str") and names == [full, "enum.Enum"]:
            decl.kind = "enum"
            decl.flavour = f"{full.capitalize()}Mixin"
        elif full == "enum.Enum" and decl.flavour:
            continue
        elif full in ENUM_BASES:
            decl.kind = "enum"
            decl.flavour = full.removeprefix("enum.")
        elif full in ("typing.NamedTuple", NAMED_TUPLE):
            decl.kind = "namedtuple"
        elif m.program.is_exception(full):
            m.need("need_exception", full)
            decl.kind = "exception"
            found.append(full)
            above.append(full)
        else:
            module, _, last = full.rpartition(".")
            known = m.class_named(target)
            if module in ("collections.abc", "typing") and last in ABSTRACT_BASES:
                m.library(ABSTRACT_MODULE)
                known = m.find_class(f"{ABSTRACT_MODULE}.{last}")
                decl.is_generic = decl.is_generic or isinstance(base, ast.Subscript)
            elif full in HOLDERS:
                m.library(HOLDERS[full][0])
                known = m.find_class(".".join(HOLDERS[full]))
            if known is None:
                m.refuse(
                    base,
                    f"the base class {ast.unparse(base)}",
                    INSTEAD_OF.get(full, "derive from a class of the program, an exception or Enum"),
                    later=False,
                )
                continue
            decl.is_generic = decl.is_generic or known.is_generic
            if known.kind == "enum" and known.members:
                m.refuse(
                    base,
                    f"{node.name}, which cannot extend {known.shown} as that has members,",
                    "enumerations derive from those without",
                    later=False,
                )
            if known.kind == "record" and any(name in ENUM_BASES or name == "enum.Enum" for name in names):
                m.refuse(
                    base, f"the base class {ast.unparse(base)} of an enumeration", "make its objects the values of members", later=False
                )
            if known.kind in ("exception", "enum", "namedtuple"):
                decl.kind = known.kind
                decl.flavour = known.flavour
            found.append(known.name)
            above.append(known.name)
    decl.above = tuple(above)
    decl.uses_super = any(isinstance(child, ast.Name) and child.id == "super" for child in walk(node))
    _take_bases(m, node, decl, [one for name in found if (one := m.find_class(name)) is not None])
    for keyword in node.keywords if subclass_hook(m, decl) is None else ():
        if not (keyword.arg == "metaclass" and m.static_name(keyword.value) == "abc.ABCMeta"):
            m.refuse(keyword.value, f"the class argument {keyword.arg}", "metaclasses are not part of Bell", later=False)


DERIVED_MAX = 60
"""Classes that a class derives from, with itself."""


def _take_bases(m: ModuleBuilder, node: ast.ClassDef, decl: ClassDecl, bases: list[ClassDecl]) -> None:
    if any(decl.name in base.order for base in bases):
        m.refuse(node, f"a class {decl.shown} that derives from the one of this name", "give it another name", later=False)
        bases = []
    order = linearize(decl.name, bases)
    if order is None:
        shown = ", ".join(base.shown for base in bases)
        detail = f"Cannot create a consistent method resolution order (MRO) for bases {shown}"
        m.report_at("E0313", node.bases[-1], detail=detail, advice="name derived classes before those they derive from")
        bases = bases[:1]
        order = (decl.name, *bases[0].order)
    if len(order) > DERIVED_MAX:
        m.report_at("E0102", node, found=len(order), limit=DERIVED_MAX)
        bases, order = [], (decl.name,)
    decl.bases = tuple(base.name for base in bases)
    decl.order = order
    held = _held_base(m, decl, bases)
    decl.base = "" if held is None else held.name


def _held_base(m: ModuleBuilder, decl: ClassDecl, bases: list[ClassDecl]) -> ClassDecl | None:
    """The base whose fields begin the objects of a class: of an exception one with properties of its own, of a record the last, as its fields come first; else the first
    that has fields."""
    alike = [base for base in bases if base.kind == decl.kind != "plain"]
    if alike:
        return next((base for base in alike if not _OF_THEIR_OWN.isdisjoint(base.order)), alike[0])
    records = [base for base in bases if base.kind == "record"]
    if records:
        return records[-1]
    return next((base for base in bases if any(one.fields for one in (base, *m.bases_of(base)))), bases[0] if bases else None)


_OF_THEIR_OWN = frozenset({"OSError", "StopIteration", "SystemExit"})
"""Exceptions that the runtime asks for what it put into them."""


def _copy_fields(m: ModuleBuilder, decl: ClassDecl) -> None:
    """Fields of bases that do not begin its objects are fields of the class itself."""
    begin = m.find_class(decl.base)
    inherited = () if begin is None else (begin, *m.bases_of(begin))
    names = {base.name for base in inherited}
    known = {field.name for base in inherited for field in base.fields}
    for base in reversed(m.bases_of(decl)):
        for field in base.fields if base.name not in names else ():
            if field.name not in known:
                known.add(field.name)
                decl.fields.append(field.copied())


def subclass_hook(m: ModuleBuilder, decl: ClassDecl) -> MethodDecl | None:
    """The method of a base that is called with every class that derives from it."""
    return next((base.methods["__init_subclass__"] for base in m.bases_of(decl) if "__init_subclass__" in base.methods), None)


def _decorator(m: ModuleBuilder, node: ast.expr, decl: ClassDecl) -> None:
    call = node if isinstance(node, ast.Call) else None
    full = m.static_name(node if call is None else call.func)
    if full == "functools.total_ordering":
        decl.completes_order = True
        return
    if full == "typing.runtime_checkable":
        decl.is_checked = True
        return
    if full != "dataclasses.dataclass":
        return
    decl.is_dataclass = True
    base = m.program.classes.get(decl.base)
    frozen = (
        any(keyword.arg == "frozen" and isinstance(keyword.value, ast.Constant) and keyword.value.value for keyword in call.keywords)
        if call
        else False
    )
    if base is not None and base.is_dataclass and base.frozen != frozen:
        kinds = ("frozen", "a non-frozen one") if frozen else ("non-frozen", "a frozen one")
        m.refuse(node, f"A {kinds[0]} dataclass derived from {kinds[1]}", "make both of one kind", later=False)
    for keyword in call.keywords if call is not None else ():
        wanted = isinstance(keyword.value, ast.Constant) and bool(keyword.value.value)
        if keyword.arg == "frozen":
            decl.frozen = wanted
        elif keyword.arg == "order":
            decl.ordered = wanted
        elif keyword.arg == "eq":
            decl.has_eq = wanted
        elif keyword.arg == "repr":
            decl.has_repr = wanted
        elif keyword.arg == "kw_only":
            decl.keyword_only = wanted
        elif keyword.arg == "unsafe_hash":
            decl.has_hash = wanted
        elif keyword.arg == "init":
            decl.skips_init = not wanted
        elif keyword.arg not in ("slots", "match_args"):
            m.refuse(keyword.value, f"dataclass({keyword.arg}=...)")


def _is_class_var(m: ModuleBuilder, decl: ClassDecl, statement: ast.AnnAssign) -> bool:
    """Whether an annotated name is a variable of the class and no field: it says so, or has a value and is assigned through the class, or by a class above or below it."""
    node = statement.annotation.value if isinstance(statement.annotation, ast.Subscript) else statement.annotation
    if (node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else "") == "ClassVar":
        return True
    assert isinstance(statement.target, ast.Name)
    name = statement.target.id
    if decl.is_dataclass:
        return False
    if statement.value is None:
        return any(node.attr == name and cls == decl.name for node, cls in m.stores_through_classes)
    return name in m.set_through_classes or name in m.overridden.get(decl.name, ())


def _field(m: ModuleBuilder, node: ast.ClassDef, statement: ast.AnnAssign, decl: ClassDecl) -> None:
    assert isinstance(statement.target, ast.Name)
    name = statement.target.id
    span = span_of(statement, m.source)
    check_name(name, statement, m)
    if decl.kind == "enum":
        return
    before = next((field for field in decl.fields if field.name == name), None)
    if before is not None and not before.is_copy:
        m.report_at("E0204", statement, name=name, line=before.span.line)
        return
    kind = statement.annotation.value if isinstance(statement.annotation, ast.Subscript) else statement.annotation
    full = m.annotated_name(kind)
    if full == "dataclasses.KW_ONLY" and decl.is_dataclass:
        decl.keyword_only = True  # from here on
        return
    field = FieldDecl(name, with_default(statement.annotation, statement.value), None, statement.value is not None, span)
    if full == "dataclasses.InitVar" and decl.is_dataclass:
        field.init_only = True
        field.annotation = (
            with_default(statement.annotation.slice, statement.value) if isinstance(statement.annotation, ast.Subscript) else None
        )
    value = statement.value
    if isinstance(value, ast.Call) and m.static_name(value.func) == "dataclasses.field":
        field.has_default = False
        for keyword in value.keywords:
            if keyword.arg == "default_factory":
                field.factory = m.factory(decl, name, keyword.value)
                field.has_default = True
            elif keyword.arg == "default":
                field.has_default = True
                field.annotation = with_default(field.annotation, keyword.value)
                _default(m, decl, field, keyword.value)
                if field.default_global:
                    statement.value = keyword.value  # what the statement computes, where it stands
            elif keyword.arg == "init":
                field.in_init = not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
            elif keyword.arg == "repr":
                field.in_repr = not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
            elif keyword.arg == "compare":
                field.in_compare = not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
            elif keyword.arg == "kw_only":
                field.keyword_only = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
    elif value is not None:
        _default(m, decl, field, value)
    if (
        not field.has_default
        and field.in_init
        and any(f.has_default and f.in_init and not f.keyword_only for f in decl.fields)
        and not (decl.keyword_only or field.keyword_only)
        and (decl.is_dataclass or not any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body))
    ):
        m.report_at("E0101", statement, detail=f"field '{name}' without a default follows a field with one")
    field.keyword_only = field.keyword_only or decl.keyword_only
    if before is not None:
        decl.fields[decl.fields.index(before)] = field
    else:
        decl.fields.append(field)


def _default(m: ModuleBuilder, decl: ClassDecl, field: FieldDecl, value: ast.expr) -> None:
    ok, constant_value = constant(value)
    if ok:
        field.default = constant_value
        return
    if decl.is_dataclass and isinstance(value, (ast.List, ast.Dict, ast.Set, ast.ListComp)):
        kind = type(value).__name__.removesuffix("Comp").lower()
        m.report_at(
            "E0313", value, detail=f"mutable default <class '{kind}'> for field {field.name} is not allowed", advice="use default_factory"
        )
        field.default = REFUSED_VALUE
        return
    field.default_global = m.class_global(decl.name, field.name)
    decl.variables[field.name] = field.default_global


def _method(m: ModuleBuilder, statement: ast.FunctionDef, decl: ClassDecl) -> None:
    name = statement.name
    kind = "class" if name == "__init_subclass__" else "static" if name == "__new__" else "method"
    if name == "__new__" and (decl.kind != "plain" or decl.is_dataclass):
        m.refuse(statement, f"the method __new__ of {_A_KIND.get(decl.kind, 'a dataclass')}", "use __init__ or a class method", later=False)
        return
    if name in _REFUSED_METHODS:
        m.refuse(statement, f"the method {name}", _REFUSED_METHODS[name], later=False)
        return
    for decorator in statement.decorator_list:
        if isinstance(decorator, ast.Attribute) and decorator.attr in PROPERTY_PARTS:
            own = MethodDecl(name, decorator.attr, m.flow_name(m.symbols.bodies[id(statement)]))
            if isinstance(decorator.value, ast.Name):
                made = decl.setters if decorator.attr == "setter" else decl.deleters
                made[decorator.value.id] = own
            elif isinstance(decorator.value, ast.Attribute):
                _extend_property(m, decl, decorator.value, own)
            return
        marker = m.static_name(decorator)
        if marker in METHOD_MARKERS:
            kind = METHOD_MARKERS[marker] or kind
        if marker == "abc.abstractmethod":
            decl.abstract.add(name)
        if marker == "functools.cached_property":
            m.refuse(decorator, "cached_property with other decorators", "keep the value in a field that __init__ sets")
    if m.has_plain_decorators(statement):
        decl.methods[name] = MethodDecl(name, kind, m.flow_name(m.symbols.bodies[id(statement)]))


_A_KIND = {"exception": "an exception", "enum": "an enumeration", "namedtuple": "a named tuple"}
PROPERTY_PARTS = ("setter", "deleter")
"""What decorators of methods give a property besides its getter."""


def _extend_property(m: ModuleBuilder, decl: ClassDecl, node: ast.Attribute, part: MethodDecl) -> None:
    """``@Base.name.setter``: the property of a base with another setter or deleter."""
    base, name = m.class_named(node.value), node.attr
    owner = None if base is None else next((one for one in (base, *m.bases_of(base)) if name in one.methods), None)
    if owner is None or owner.methods[name].kind != "property":
        m.refuse(node, f"the property {ast.unparse(node)}", "name a property of a base", later=False)
        return
    decl.methods[name] = owner.methods[name]
    for kind in ("setters", "deleters"):
        if name in getattr(owner, kind):
            getattr(decl, kind).setdefault(name, getattr(owner, kind)[name])
    (decl.setters if part.kind == "setter" else decl.deleters)[name] = part


_REFUSED_METHODS = {
    "__getattr__": "name the fields",
    "__getattribute__": "name the fields",
    "__setattr__": "use a property",
    "__delattr__": "use a property",
    "__class_getitem__": "use typing.Generic",
    "__del__": "use `with` and __exit__",
    "_generate_next_value_": "write the values out",
    "__get__": "use a property",
    "__set__": "use a property",
    "__set_name__": "use a property",
    "__instancecheck__": "classes are fixed",
    "__subclasscheck__": "classes are fixed",
    "__prepare__": "classes are fixed",
    "__dir__": "name the fields",
    "__reduce__": "programs keep no pickles",
    "__await__": "call it plainly",
    "__aiter__": "use __iter__",
    "__anext__": "use __next__",
    "__aenter__": "use __enter__",
    "__aexit__": "use __exit__",
}


def _assigned(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        targets = (
            statement.targets
            if isinstance(statement, ast.Assign)
            else [statement.target]
            if isinstance(statement, ast.AnnAssign) and statement.value
            else []
        )
        for target in targets:
            for name in walk(target):
                if isinstance(name, ast.Name):
                    yield name.id


def _first_param(function: ast.FunctionDef) -> str:
    plain = [*function.args.posonlyargs, *function.args.args]
    return plain[0].arg if plain else ""


def _assigned_by_methods(node: ast.ClassDef, decl: ClassDecl) -> Iterable[tuple[str, ast.AST]]:
    """What the methods assign to their first parameter, in order."""
    for statement in node.body:
        if not isinstance(statement, ast.FunctionDef):
            continue
        if statement.name == "__new__" and decl.kind == "plain":
            yield from _assigned_when_made(statement)
        declared = decl.methods.get(statement.name)
        if declared is not None and declared.kind in ("static", "class"):
            continue
        me = _first_param(statement)
        for child in walk(statement):
            if (
                isinstance(child, ast.Attribute)
                and isinstance(child.ctx, ast.Store)
                and isinstance(child.value, ast.Name)
                and child.value.id == me
            ):
                yield child.attr, child


def _assigned_when_made(node: ast.FunctionDef) -> Iterable[tuple[str, ast.AST]]:
    """What a ``__new__`` assigns to the object it makes: a variable that gets it, or one of the class (``cls._instance.made = True``)."""
    cls = _first_param(node)
    made = {
        target.id
        for one in walk(node)
        if isinstance(one, ast.Assign)
        and isinstance(one.value, ast.Call)
        and isinstance(one.value.func, ast.Attribute)
        and one.value.func.attr == "__new__"
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    for child in walk(node):
        if isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Store):
            held = child.value
            of_class = isinstance(held, ast.Attribute) and isinstance(held.value, ast.Name) and held.value.id == cls
            if of_class or (isinstance(held, ast.Name) and held.id in made):
                yield child.attr, child


def _assured(m: ModuleBuilder, order: Sequence[str], position: int) -> set[str]:
    """The fields that the ``__init__`` found from this position of an order on assigns on every path before anything else can see the object."""
    for place in range(position, len(order)):
        decl = m.find_class(order[place])
        if decl is None or (decl.skips_init and "__init__" not in decl.methods):
            continue
        node = m.class_nodes.get(decl.name)
        if "__init__" in decl.methods and node is not None:
            init = next(s for s in reversed(node.body) if isinstance(s, ast.FunctionDef) and s.name == "__init__")

            def of_base(named: ast.expr | None, place: int = place) -> set[str]:
                base = None if named is None else m.class_named(named)
                if named is None:
                    return _assured(m, order, place + 1)
                return _assured(m, order, order.index(base.name)) if base is not None and base.name in order else set()

            watch = _Watch(_first_param(init), of_base)
            watch.body(init.body)
            return watch.sure if watch.sure is not None else set()
        if "__init__" in decl.methods or decl.kind in ("record", "namedtuple"):
            return {field.name for one in (decl, *m.bases_of(decl)) for field in one.fields if field.certain}
    return set()


def _leave_open(m: ModuleBuilder, decl: ClassDecl, assured: set[str]) -> None:
    """Fields of bases that the ``__init__`` of a derived class need not assign are not certain."""
    for base in m.bases_of(decl):
        for field in base.fields if base.name in m.class_nodes and base.kind != "enum" else ():
            field.certain = field.certain and (field.has_default or field.name in assured)


class _Watch:
    """Follows ``__init__`` statement by statement. ``sure``: assigned so far, None behind a ``raise`` or ``return``; ``open``: whether anything else may see the object.
    ``of_base`` gives what the ``__init__`` of a base assigns, of the next one (``super``) for None."""

    def __init__(self, me: str, of_base: Callable[[ast.expr | None], set[str]]) -> None:
        self.me = me
        self.of_base = of_base
        self.sure: set[str] | None = set()
        self.open = False

    def body(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            if self.open or self.sure is None:
                return
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        assert self.sure is not None
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            if node.value is not None and self.escapes(node.value):
                self.open = True
                return
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets if node.value is not None else ():
                parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
                for part in parts:
                    if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == self.me:
                        self.sure.add(part.attr)
                    elif self.escapes(part):
                        self.open = True
                        return
        elif isinstance(node, ast.If):
            if self.escapes(node.test):
                self.open = True
                return
            before = set(self.sure)
            results: list[set[str] | None] = []
            for branch in (node.body, node.orelse):
                self.sure = set(before)
                self.body(branch)
                results.append(self.sure)
                if self.open:
                    self.sure = before
                    return
            left, right = results
            self.sure = left & right if left is not None and right is not None else left if left is not None else right
        elif isinstance(node, ast.Raise):
            self.sure = None
        elif isinstance(node, ast.Return):
            self.open = True
        elif isinstance(node, (ast.Pass, ast.Assert, ast.Expr, ast.AugAssign, ast.FunctionDef)):
            call = node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
            base = None if call is None else _initialised_base(call, self.me)
            if call is not None and base is not None:
                given = [*call.args[0 if isinstance(base, ast.Call) else 1 :], *(keyword.value for keyword in call.keywords)]
                if any(map(self.escapes, given)):
                    self.open = True
                else:
                    self.sure |= self.of_base(None if isinstance(base, ast.Call) else base)
            elif self.escapes(node):
                self.open = True
        elif isinstance(node, (ast.For, ast.While)):
            if any(self.escapes(child) for child in children(node)):
                self.open = True
        else:
            self.open = True

    def escapes(self, node: ast.AST) -> bool:
        """Whether evaluating it may show the object to other code, or read what is not assigned yet."""
        assert self.sure is not None
        held = {
            id(child.value)
            for child in walk(node)
            if isinstance(child, ast.Attribute) and (child.attr in self.sure or isinstance(child.ctx, ast.Store))
        }
        called = {id(child.func) for child in walk(node) if isinstance(child, ast.Call)}
        for child in walk(node):
            if isinstance(child, ast.Name) and child.id == self.me and id(child) not in held:
                return True
            if isinstance(child, ast.Name) and child.id == "super":
                return True
            if (
                isinstance(child, ast.Attribute)
                and id(child) in called
                and isinstance(child.value, ast.Name)
                and child.value.id == self.me
                and child.attr not in self.sure
            ):
                return True
        return False


def _initialised_base(call: ast.Call, me: str) -> ast.expr | None:
    """``super()`` of ``super().__init__(...)``, ``Base`` of ``Base.__init__(self, ...)``; None for any other call."""
    func, given = call.func, call.args[:1]
    if not isinstance(func, ast.Attribute) or func.attr != "__init__":
        return None
    if isinstance(func.value, ast.Call):
        return func.value if isinstance(func.value.func, ast.Name) and func.value.func.id == "super" else None
    return func.value if given and isinstance(given[0], ast.Name) and given[0].id == me else None
