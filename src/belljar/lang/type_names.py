"""What CPython calls the types of values, in messages and by ``type()``."""

from __future__ import annotations

from belljar.ir import class_names
from belljar.ir.exceptions import BUILT_IN_CLASSES
from belljar.lang.lattice import VIEWS, BoundOf, BuiltInOf, ClassOf, ClosureOf, DictView, GeneratorOf, ModuleOf, ReversedOf, resolve
from belljar.lang.raising import CLASS_NAMES
from belljar.types import NONE, OptionalType, RecordType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.transfer import Walk

BUILT_IN = "builtin_function_or_method"


def type_name(w: Walk, type: Type) -> str:
    """What CPython calls the type."""
    if isinstance(type, RecordType):
        return class_names.type_name(type.name) if "." in type.name else w.world.flow.classes[type.name].shown
    if isinstance(type, (ClosureOf, BoundOf)):
        return "function" if isinstance(type, ClosureOf) else "method" if isinstance(type.receiver, (RecordType, ClosureOf)) else BUILT_IN
    if isinstance(type, ClassOf):
        return "EnumType" if w.world.flow.classes[type.name].kind == "enum" else "type"
    if isinstance(type, BuiltInOf):
        if type.name == "NotImplemented":
            return "NotImplementedType"
        return "type" if type.name in CLASS_NAMES or type.name in BUILT_IN_CLASSES else BUILT_IN
    if isinstance(type, ModuleOf):
        return "module"
    if isinstance(type, GeneratorOf):
        return class_names.generator_type(type.name)
    if isinstance(type, DictView):
        return f"dict_{type.which}"
    if isinstance(type, ReversedOf):
        inner = type_name(w, type.inner)
        if isinstance(type.inner, DictView):
            return f"dict_reverse{type.inner.which[:-1]}iterator"
        return {"list": "list_reverseiterator", "dict": "dict_reversekeyiterator", "range": "range_iterator"}.get(inner, "reversed")
    if isinstance(type, VIEWS):
        return type.__class__.__name__.removesuffix("Of").lower()
    if type == NONE:
        return "NoneType"
    if isinstance(type, OptionalType):
        return type_name(w, type.item)
    return str(resolve(type)).split("[")[0]
