"""Attributes that objects are given from outside, although only other classes have fields of that name: ``p = Bag(); p.name = 1``.

What no class has a field for is given one wherever it is assigned (:mod:`belljar.lang.flow`). Where some class has one, only types tell of which class the object is: inference
notes what is missing, the classes are given those fields, and types are inferred anew.
"""

from __future__ import annotations

from belljar.lang.graph import FieldDecl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from belljar.lang.graph import ClassDecl, FlowModule
    from belljar.lang.infer import World
    from belljar.source import Span

ROUNDS_MAX: Final = 5
"""How often types are inferred anew for fields that were missing: giving some can show that others are, and but for the last time inference ends with the first ones."""


def miss(world: World, cls: str, name: str, span: Span) -> None:
    """Objects of a class are assigned an attribute that it has no field for."""
    flow = world.flow
    if _may_be_given(flow, flow.classes[cls], name):
        flow.missed.setdefault((cls, name), span)


def are_missing(world: World) -> bool:
    """Whether fields are missing. That is seen long before everything else is known, and what else there is to know changes nothing about it."""
    flow = world.flow
    for name in sorted(world.set_dynamically):
        for decl in [flow.classes[cls] for cls in world.dynamic]:
            if (name in flow.set_on_any or _is_bag(decl)) and world.find_field(decl.name, name) is None:
                miss(world, decl.name, name, decl.span)
    return bool(flow.missed)


def give(world: World) -> bool:
    """Give the classes the fields that were missing; whether there were any."""
    flow = world.flow
    if not are_missing(world):
        return False
    for (cls, name), span in flow.missed.items():
        flow.classes[cls].fields.append(FieldDecl(name, None, None, False, span, certain=False, in_init=False, in_repr=False))
    flow.missed.clear()
    return True


def _is_bag(decl: ClassDecl) -> bool:
    """Whether objects of the class have nothing but what they are given: of others it is taken that they are none of those that the library assigns to."""
    return decl.kind == "plain" and not decl.fields and not decl.methods


def _may_be_given(flow: FlowModule, decl: ClassDecl, name: str) -> bool:
    family = [one for one in flow.classes.values() if decl.name in one.order or one.name in decl.order]
    return (
        decl.kind in ("plain", "enum")
        and "." not in decl.name
        and not (name.startswith("__") and name.endswith("__"))
        and not all(one.slots is not None for one in family if one.name in decl.order)
        and not any(name in one.methods or name in one.setters or name in one.variables for one in family)
        and not any(field.name == name for one in family for field in one.fields)
        and all(_is_straight(flow, one) for one in family)
    )


def _is_straight(flow: FlowModule, decl: ClassDecl) -> bool:
    """Whether a class derives from one class at a time."""
    found: list[str] = []
    at: ClassDecl | None = decl
    while at is not None:
        found.append(at.name)
        at = flow.classes.get(at.base)
    return list(decl.order) == found
