"""Phrasebooks: the sentences in which a trace is explained, by language and audience, and how one is chosen and filled.

A *phrase* has a key, the node type and what happened (``WHILE.exit``, ``IF.none``), and one template or several that are tried in order: the first whose parameters the event all has is used,
so the last one should need none. A template is text with ``{parameter}``; ``{iterations:time|times}`` is a number with its noun, in the singular or the plural. *Words* are what is
put into templates: how values look, and the reasons for which loops end.

The English book for developers (:mod:`belljar.trace.phrases_english`) has every key there is; other books may leave some out, which then come from it. :meth:`Phrasebook.changed` makes a
book that differs in a few.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from importlib import import_module
from string import Formatter

from belljar.errors import bell_error
from belljar.source import visible
from belljar.structs import Frozen
from belljar.trace.plain_data import LEFT_OUT
from belljar.values import Callable, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, TypeAlias

    Phrases: TypeAlias = "Mapping[str, str | tuple[str, ...]]"

VALUE_MAX: Final = 80
"""Longest text of a value in a sentence, in characters."""
ITEMS_MAX: Final = 12
"""Items of a container that a sentence shows."""
NESTING_MAX: Final = 4

SHIPPED: Final[dict[str, str]] = {
    "en": "belljar.trace.phrases_english",
    "en-business": "belljar.trace.phrases_business",
    "de": "belljar.trace.phrases_german",
}
"""The books that come with Belljar, by the modules that hold them."""


class Phrasebook(Frozen):
    """``name`` is by what it is asked for; ``language`` a language tag, ``audience`` who it is for. ``words`` are those of English where it lacks some."""

    __slots__ = ("audience", "language", "name", "phrases", "words")

    def __init__(self, name: str, phrases: Phrases, words: Mapping[str, str], language: str = "en", audience: str = "developers") -> None:
        for key, given in phrases.items():
            for template in given if isinstance(given, tuple) else (given,):
                _check(key, template)
        self.name: Final = name
        self.phrases: Final = phrases
        self.words: Final = words
        self.language: Final = language
        self.audience: Final = audience

    def __hash__(self) -> int:
        return hash((self.name, self.language, self.audience))

    def changed(self, name: str, phrases: Phrases | None = None, words: Mapping[str, str] | None = None) -> Phrasebook:
        """A book with some phrases and words replaced. Raises E0003 for a key that does not exist, or a template that cannot be filled."""
        known = phrasebook("en")
        for key in phrases or {}:
            if key not in known.phrases:
                raise bell_error("E0003", detail=f"there is no phrase '{key}'", hint=f"phrases are {', '.join(known.phrases)}")
        for key in words or {}:
            if key not in known.words:
                raise bell_error("E0003", detail=f"there is no word '{key}'", hint=f"words are {', '.join(known.words)}")
        return Phrasebook(name, {**self.phrases, **(phrases or {})}, {**self.words, **(words or {})}, self.language, self.audience)

    def phrase(self, key: str, parameters: Mapping[str, Any]) -> str:
        """The sentence of a key."""
        for phrases in (self.phrases, phrasebook("en").phrases):
            given = phrases.get(key, ())
            for template in (given,) if isinstance(given, str) else given:
                try:
                    return template.format_map(parameters)
                except (KeyError, IndexError, ValueError):
                    continue  # a parameter that the event does not have
        return f"{parameters.get('node_type', '')} {parameters.get('phase', '')}".strip()

    def word(self, key: str) -> str:
        """A word by its key; the key itself, without what stands before its dot, where there is none."""
        found = self.words.get(key)
        if found is None:
            found = phrasebook("en").words.get(key)
        return key.partition(".")[2] if found is None else found

    def value(self, value: Any) -> str:
        """A value as sentences show it, bounded, on one line."""
        text = visible(self._shown(value, 0)).replace("\n", " ")
        return text if len(text) <= VALUE_MAX else text[: VALUE_MAX - 1] + "…"

    def arguments(self, arguments: Any) -> str:
        """Arguments by name or by position."""
        if isinstance(arguments, Mapping):
            text = ", ".join(f"{name} = {self.value(value)}" for name, value in list(arguments.items())[:ITEMS_MAX])
        elif isinstance(arguments, (list, tuple)):
            text = ", ".join(self.value(value) for value in arguments[:ITEMS_MAX])
        else:
            return self.value(arguments)
        return text + (", ..." if len(arguments) > ITEMS_MAX else "")

    def _shown(self, value: Any, depth: int) -> str:
        if value is None or value is True or value is False:
            return self.word(f"value.{value}")
        if isinstance(value, str):
            text = value if len(value) <= 2 * VALUE_MAX else value[: 2 * VALUE_MAX]
            quotes = self.words.get("value.quotes", "")
            return repr(text) if not quotes else f"{quotes[0]}{text}{quotes[1]}"
        if isinstance(value, float):
            text = repr(value)
            point = self.words.get("value.point", ".")
            return text if point == "." else text.replace(".", point)
        if isinstance(value, int):
            return str(value) if value.bit_length() < 10_000 else hex(value)
        if isinstance(value, Decimal):
            return str(value)
        if isinstance(value, Record):
            return f"{value._name}({self._pairs(value._fields, '=', depth, names=True)})"
        if depth >= NESTING_MAX:
            return LEFT_OUT
        if isinstance(value, Mapping):
            return f"{{{self._pairs(value, ': ', depth)}}}"
        for kinds, open, close in (((list,), "[", "]"), ((tuple,), "(", ")"), ((set, frozenset), "{", "}")):
            if isinstance(value, kinds):
                shown = [self._shown(item, depth + 1) for item, _ in zip(value, range(ITEMS_MAX), strict=False)]
                rest = [LEFT_OUT] if len(value) > ITEMS_MAX else []
                comma = "," if kinds == (tuple,) and len(value) == 1 else ""
                return f"{open}{', '.join(shown + rest)}{comma}{close}"
        if isinstance(value, bytes):
            return repr(value[:VALUE_MAX])
        return str(value) if isinstance(value, Callable) else f"<{type(value).__name__}>"

    def _pairs(self, pairs: Mapping[Any, Any], between: str, depth: int, *, names: bool = False) -> str:
        shown = [
            f"{key if names else self._shown(key, depth + 1)}{between}{self._shown(item, depth + 1)}"
            for (key, item), _ in zip(pairs.items(), range(ITEMS_MAX), strict=False)
        ]
        return ", ".join(shown + ([LEFT_OUT] if len(pairs) > ITEMS_MAX else []))


class Count(str):
    """A number in a template: its format is the noun it counts, ``one`` or ``one|many``; of one alone the plural has an s."""

    __slots__ = ()

    def __format__(self, noun: str) -> str:
        if not noun:
            return str(self)
        one, bar, many = noun.partition("|")
        return f"{self} {one if self == '1' else many if bar else one + 's'}"


def _check(key: str, template: Any) -> None:
    """Refuse a template that no event can fill, or that asks for more than its parameters: for attributes and items of what stands for them."""
    try:
        fields = [(name, convert) for _, name, _, convert in Formatter().parse(template) if name is not None]
        wrong = next((name for name, convert in fields if convert or not name.isidentifier()), None)
        problem = "" if wrong is None else f"'{wrong}' is no parameter"
    except (ValueError, TypeError) as found:
        problem = str(found)
    if problem:
        raise bell_error(
            "E0003", detail=f"the template of phrase '{key}' is not right: {problem}", hint="parameters are {name} or {name:noun|nouns}"
        )


_BOOKS: dict[str, Phrasebook] = {}


def phrasebook(book: str | Phrasebook) -> Phrasebook:
    """A book by its name, or as it is. Raises E0003 for a name that is not known."""
    if isinstance(book, Phrasebook):
        return book
    found = _BOOKS.get(book)
    if found is None:
        if book not in SHIPPED:
            known = ", ".join(phrasebooks())
            raise bell_error("E0003", detail=f"there is no phrasebook {book!r}", hint=f"phrasebooks are {known}")
        found = _BOOKS[book] = import_module(SHIPPED[book]).BOOK
    return found


def phrasebooks() -> list[str]:
    """The names of all books."""
    return [*SHIPPED, *(name for name in _BOOKS if name not in SHIPPED)]


def register_phrasebook(book: Phrasebook) -> None:
    """Make a book known by its name; it replaces one of the same name."""
    _BOOKS[book.name] = book
