"""Values where a type is declared: parameters, results, fields, annotated variables."""

from __future__ import annotations

from belljar.lang.absence import must_be_tested
from belljar.lang.annotations import satisfies, stands_in
from belljar.lang.lattice import resolve
from belljar.lang.operations import not_optional
from belljar.types import DictType, ListType, OptionalType, RecordType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.emit import Val
    from belljar.lang.transfer import Walk


def _stands_in(w: Walk, found: Type, wanted: Type) -> bool:
    """Whether an object of a class that stands in for a dict or list is declared as one."""
    found, wanted = (one.item if isinstance(one, OptionalType) else one for one in (found, wanted))
    kind = {DictType: "dict", ListType: "list"}.get(type(wanted))
    return isinstance(found, RecordType) and kind is not None and stands_in(w.world.flow.classes[found.name].order, kind)


def fits(w: Walk, value: Val, wanted: Type, what: str) -> bool:
    """Whether a value may stand where a type is declared; E0302 or E0307 say why not. What may be None without being declared so may: what uses it finds out."""
    if satisfies(value.type, wanted) or _stands_in(w, value.type, wanted):
        return True
    if isinstance(value.type, OptionalType) and satisfies(value.type.item, wanted):
        if not must_be_tested(w, value):
            return True
        not_optional(w, value)
    else:
        w.problem("E0302", what=what, expected=resolve(wanted), found=resolve(value.type))
    return False
