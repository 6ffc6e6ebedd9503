"""Values as they look outside a program."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NESTING_MAX = 200
"""Containers within containers that are walked: to compare, print, and carry values in and out."""


class Record:
    """A record value outside the program: fields as attributes, equal to another record of the same name and fields.

    >>> Record("Point", {"x": 1, "y": 2})
    Point(x=1, y=2)
    """

    __slots__ = ("_fields", "_name")
    _name: str
    _fields: dict[str, Any]

    def __init__(self, name: str, fields: dict[str, Any]) -> None:
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_fields", fields)

    def __getattr__(self, field: str) -> Any:
        try:
            return self._fields[field]
        except KeyError:
            raise AttributeError(f"{self._name} has no field {field!r}") from None

    def __setattr__(self, field: str, value: Any) -> None:
        raise AttributeError(f"{self._name} is a value outside its program and cannot be changed")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self._name == other._name and self._fields == other._fields

    def __hash__(self) -> int:
        return hash((self._name, tuple(self._fields.items())))

    def __repr__(self) -> str:
        return f"{self._name}({', '.join(f'{name}={value!r}' for name, value in self._fields.items())})"

    def asdict(self) -> dict[str, Any]:
        """The fields as a plain dict, nested records and their containers included."""
        return {name: plain(value) for name, value in self._fields.items()}


class Callable:
    """A function of a program, seen from outside, where it cannot be called: what it is (``function``, ``method``, ``type`` ...) and its name. Likewise an iterator,
    which cannot be walked there: its name is ``object``."""

    __slots__ = ("kind", "name")

    def __init__(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Callable) and (self.kind, self.name) == (other.kind, other.name)

    def __hash__(self) -> int:
        return hash((self.kind, self.name))

    def __repr__(self) -> str:
        return f"<class '{self.name}'>" if self.kind == "type" else f"<{self.kind} {self.name}>"


def plain(value: Any) -> Any:
    """``value`` with every record in it as a dict: what ``json.dumps`` takes (tuples and sets become lists)."""
    if isinstance(value, Record):
        return value.asdict()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value
