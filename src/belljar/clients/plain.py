"""Command lines that need no explanation: read straight from the table of commands, without loading click.

:func:`plain` understands a command line that is right, in the forms of the manual. Whatever else it meets (help, completion, a mistake, an abbreviation) it leaves to
:mod:`belljar.clients.cli`, which reads the same table through click and has the words for it.
"""

from __future__ import annotations

import os

from belljar.commands.table import COMMANDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from belljar.commands.table import Argument


def plain(arguments: Sequence[str]) -> tuple[str, dict[str, Any]] | None:
    """The command and the values of its arguments, as click would give them; None where click is to be asked."""
    row = COMMANDS.get(arguments[0]) if arguments else None
    if row is None or "_BELLJAR_COMPLETE" in os.environ:
        return None
    options = {
        name: argument for argument in row.arguments if not argument.is_positional for name in (argument.name, argument.short) if name
    }
    values: dict[str, Any] = {a.key: [] if a.many else False if a.kind == "flag" else a.default for a in row.arguments}
    words: list[str] = []
    waiting = list(reversed(arguments[1:]))
    while waiting:
        word = waiting.pop()
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        name, equals, value = word.partition("=")
        option = options.get(name)
        if option is None or (equals and not name.startswith("--")):
            return None
        if option.kind == "flag":
            if equals:
                return None
            values[option.key] = True
            continue
        if not equals:
            if not waiting or (waiting[-1].startswith("-") and waiting[-1] != "-"):
                return None
            value = waiting.pop()
        if not _fits(option, value):
            return None
        made = int(value) if option.kind == "int" else value
        if option.many:
            values[option.key].append(made)
        else:
            values[option.key] = made
    return (row.name, values) if _place(words, [a for a in row.arguments if a.is_positional], values) else None


def _fits(argument: Argument, value: str) -> bool:
    """Whether the value is right beyond doubt."""
    if argument.kind == "choice":
        return value in argument.choices
    return argument.kind != "int" or (value.isascii() and value.isdigit() and len(value) < 19)


def _place(words: list[str], positional: list[Argument], values: dict[str, Any]) -> bool:
    """Give the words to the positional arguments, the last of which may take many. False where they are too few or too many."""
    for argument in positional:
        if argument.many:
            values[argument.key], words = words, []
            if argument.required and not values[argument.key]:
                return False
        elif words:
            if not _fits(argument, words[0]):
                return False
            values[argument.key] = words.pop(0)
        elif argument.required:
            return False
    return not words
