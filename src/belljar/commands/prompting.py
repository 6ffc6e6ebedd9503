"""What a command that asks for lines needs of a client with a terminal, and what the client may ask back."""

from __future__ import annotations

from belljar.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol
else:
    Protocol = object


class Proposal(Struct):
    """A word that fits where the cursor is: the text, how many characters before the cursor it takes the place of, and a few words about it."""

    __slots__ = ("about", "replaces", "text")

    def __init__(self, text: str, replaces: int, about: str = "") -> None:
        self.text = text
        self.replaces = replaces
        self.about = about


class Prompting(Struct):
    """``goes_on``: whether what was typed needs another line. ``complete``: proposals for the text before the cursor. ``history`` names the file of what was typed, ``""`` for none.
    ``color``: whether what is typed may be coloured."""

    __slots__ = ("color", "complete", "goes_on", "history")

    def __init__(self, goes_on: Callable[[str], bool], complete: Callable[[str], Sequence[Proposal]], history: str, color: bool) -> None:
        self.goes_on = goes_on
        self.complete = complete
        self.history = history
        self.color = color


class LineEditor(Protocol):
    """A terminal with somebody at it."""

    def read(self, prompt: str) -> str:
        """What was typed, of one or several lines. Raises EOFError at the end (Ctrl-D), KeyboardInterrupt where it was given up (Ctrl-C)."""
