"""The order in which Python looks through a class and those it derives from: its method resolution order, by the C3 linearization; and of which class objects are, where only one can be."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from belljar.lang.graph import ClassDecl
    from belljar.lang.infer import World


def linearize(name: str, bases: Sequence[ClassDecl]) -> tuple[str, ...] | None:
    """The names of a class and of those it derives from, itself first; None where no order respects that of all the bases.

    Each base comes before those that it derives from, and the bases in the order in which the class names them (K. Barrett and others, "A Monotonic Superclass
    Linearization for Dylan", 1996).
    """
    return _merged(name, [list(base.order) for base in bases] + [[base.name for base in bases]])


def order_shown(name: str, classes: Mapping[str, ClassDecl]) -> tuple[str, ...]:
    """The same with ``abc.ABC``, which is no class to the compiler, where it stands in CPython."""
    above = classes[name].above or classes[name].bases
    order = _merged(name, [list(order_shown(base, classes)) if base in classes else [base] for base in above] + [list(above)])
    return order or (name,)


def only_class(world: World, name: str) -> str:
    """The class of every object that is known to be of this class or of one below it; ``""`` where it may be one of several. It may be one below, where nothing makes objects of the class itself."""
    made = world.subclasses(name) or [name]
    return made[0] if len(made) == 1 else ""


def _merged(name: str, pending: list[list[str]]) -> tuple[str, ...] | None:
    found = [name]
    while any(pending):
        pending = [names for names in pending if names]
        head = next((names[0] for names in pending if not any(names[0] in others[1:] for others in pending)), "")
        if not head:
            return None
        found.append(head)
        for names in pending:
            if names[0] == head:
                del names[0]
    return tuple(found)
