"""Classes that are their fields.

``dataclasses`` writes its methods as text and compiles them at import, a third of a millisecond a class and the import of ``inspect`` once: with sixty classes that was a third
of the time to a first result. So a class of fields names them in ``__slots__`` and sets them in an ``__init__`` of its own, which is also the faster one, and has the rest
from here.
"""

from __future__ import annotations


class Struct:
    """Compared and shown field by field, by what ``__slots__`` of the class itself names; not hashable."""

    __slots__: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if self.__class__ is not other.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __repr__(self) -> str:
        return f"{self.__class__.__name__}({', '.join([f'{name}={getattr(self, name)!r}' for name in self.__slots__])})"


class Frozen(Struct):
    """A struct that is never changed once made (its fields are ``Final``), so it can be hashed."""

    __slots__: tuple[str, ...] = ()
    __eq__ = Struct.__eq__

    def __hash__(self) -> int:
        return hash(tuple([getattr(self, name) for name in self.__slots__]))
