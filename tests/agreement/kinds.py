"""The types the generator of programs keeps account of, as it writes them: ``dict[str,list[int]]``.

Beside Python's own names: ``opt[T]`` is T or None, ``num`` an int, float or bool that only the run knows, ``any`` a value of any type that only the run knows, ``fn[A,R]``
a callable of one argument, ``iter[T]`` an iterator, ``ctx`` a context manager. Names of one capital letter are variables; classes of the program are named by two characters or more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Kind(NamedTuple):
    """A type, or a pattern of types where a name is a variable."""

    name: str
    args: tuple[Kind, ...] = ()

    @property
    def is_variable(self) -> bool:
        return len(self.name) == 1 and self.name.isupper()

    def __str__(self) -> str:
        return f"{self.name}[{','.join(map(str, self.args))}]" if self.args else self.name


Bindings = dict[str, Kind]
_PARSED: dict[str, Kind] = {}


def kind(text: str) -> Kind:
    """The type that a text names."""
    found = _PARSED.get(text)
    if found is None:
        name, bracket, rest = text.partition("[")
        found = _PARSED[text] = Kind(name, tuple(kind(part) for part in _parts(rest[:-1])) if bracket else ())
    return found


def _parts(text: str) -> list[str]:
    """What the commas outside brackets separate."""
    parts, depth = [""], 0
    for character in text:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def matches(pattern: Kind, found: Kind, bindings: Bindings) -> bool:
    """Whether a type has the form of a pattern; binds the pattern's variables."""
    if pattern.is_variable:
        return bindings.setdefault(pattern.name, found) == found
    if pattern.name != found.name or len(pattern.args) != len(found.args):
        return False
    return all(matches(part, other, bindings) for part, other in zip(pattern.args, found.args, strict=True))


def filled(pattern: Kind, bindings: Bindings) -> Kind:
    """The pattern with its variables replaced."""
    if pattern.is_variable:
        return bindings[pattern.name]
    return Kind(pattern.name, tuple(filled(part, bindings) for part in pattern.args)) if pattern.args else pattern


def variables(pattern: Kind) -> set[str]:
    """The names of a pattern's variables."""
    return {pattern.name} if pattern.is_variable else set().union(*map(variables, pattern.args))


class Traits:
    """What values of a type can do; ``named`` are the classes of the program that can do more than be there, by trait."""

    def __init__(self) -> None:
        self.named: dict[str, set[str]] = {"ordered": set(), "hashable": set()}

    def ordered(self, found: Kind) -> bool:
        if found.name in ("list", "tuple"):
            return all(map(self.ordered, found.args))
        return found.name in ("int", "float", "bool", "str", "bytes", "num", "Decimal") or found.name in self.named["ordered"]

    def hashable(self, found: Kind) -> bool:
        if found.name in ("tuple", "frozenset"):
            return all(map(self.hashable, found.args))
        return found.name in ("int", "float", "bool", "str", "bytes", "num", "Decimal") or found.name in self.named["hashable"]

    def nameless(self, found: Kind) -> bool:
        """Whether it can be hashed and has no strings in it: CPython's order of constant sets depends on the strings it has interned."""
        return self.hashable(found) and found.name != "str" and all(map(self.nameless, found.args))

    def numeric(self, found: Kind) -> bool:
        return found.name in ("int", "float", "bool", "num")

    def shown(self, found: Kind) -> bool:
        """Whether its text has no address in it."""
        return found.name not in ("fn", "iter", "ctx") and all(map(self.shown, found.args))

    def annotated(self, found: Kind) -> bool:
        """Whether Bell and Python can both be told of it."""
        return found.name not in ("fn", "iter", "ctx", "num") and all(map(self.annotated, found.args))

    def test(self, trait: str) -> Callable[[Kind], bool]:
        return {
            "ordered": self.ordered,
            "hashable": self.hashable,
            "nameless": self.nameless,
            "numeric": self.numeric,
            "shown": self.shown,
            "annotated": self.annotated,
        }[trait]


def annotation(found: Kind) -> str:
    """The type as an annotation of the program."""
    if found.name == "opt":
        return f"{annotation(found.args[0])} | None"
    if found.name == "any":
        return "Any"
    return f"{found.name}[{', '.join(map(annotation, found.args))}]" if found.args else found.name


def satisfied(constraints: Mapping[str, str], bindings: Bindings, traits: Traits) -> bool:
    """Whether the types that are bound have the traits asked of their variables."""
    return all(traits.test(trait)(bindings[name]) for name, trait in constraints.items() if name in bindings)
