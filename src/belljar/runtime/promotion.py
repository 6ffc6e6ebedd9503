"""An int that leaves 64 bits: the run is done again with ints of any size, as if it had been so from the start.

A program's ints are machine words until one does not fit (E0502). Programs are deterministic, so the run is thrown away, the program compiled once more with
``any`` for every int that can grow, and run from the start of the call; what was written before is not written again.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from belljar.errors import BellError

OVERFLOWS: Final = frozenset({"E0502", "E0504", "E0510"})
"""An operation on ints, or a float made an int, that left 64 bits; an int to a negative power, which is a float: with ints of any size, results of ``**`` are ``any``."""
WORD_ADVICE: Final = "an int parameter takes 64 bits here"
"""What an argument beyond 64 bits is refused with where it does not make the call one with ints of any size."""


def is_overflow(error: BellError) -> bool:
    """Whether it would not have happened with ints of any size."""
    return error.code in OVERFLOWS or (error.code == "E0302" and error.hint == WORD_ADVICE)


class CountedOutput:
    """Passes output on, counting its bytes as UTF-8; while ``skip`` is not used up, it is dropped instead."""

    __slots__ = ("at_start", "skip", "write", "written")

    def __init__(self, write: Callable[[str], object], skip: int = 0) -> None:
        self.write = write
        self.written = 0
        self.at_start = 0
        """What of it was written by the module level."""
        self.skip = skip

    def __call__(self, text: str) -> object:
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        self.written += size
        if self.skip:
            dropped = min(self.skip, size)
            self.skip -= dropped
            text = text.encode("utf-8", "surrogatepass")[dropped:].decode("utf-8", "surrogatepass")
            if not text:
                return None
        return self.write(text)
