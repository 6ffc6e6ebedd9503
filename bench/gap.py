"""What stands in a table where a peer has no number: never an empty cell, always a reason."""

from __future__ import annotations


class Gap(Exception):
    """A peer that cannot take part, and why: not installed, not expressible, not built yet, or it failed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WrongAnswer(Gap):
    """A peer whose answer differs from the expected one: it gets no time, and the run ends with status 1."""


class Failure(Gap):
    """A peer that is there and broke: the table shows it, and for Belljar itself the tests fail on it."""


def gap_from(error: Exception) -> Gap:
    """The gap an error of a peer leaves: its kind and the first line of its message."""
    if isinstance(error, Gap):
        return error
    if isinstance(error, ModuleNotFoundError):
        return Gap(f"not installed: {error.name}")
    if isinstance(error, ImportError):
        return Gap(f"does not import: {str(error).split(' (')[0]}")
    lines = str(error).strip().splitlines()
    return Failure(f"{type(error).__name__}: {lines[0][:160]}" if lines else type(error).__name__)
