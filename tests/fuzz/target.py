"""What is fuzzed: a kind of input, how it is made, and what reads it."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from belljar.errors import BellError

GROWN_MAX = 512 << 20
"""By how many bytes a round may raise what is resident at most: the limits of everything that runs in one are far below."""
ROUND_S = 60.0
"""How long a round may keep a core busy. Compiling a program that uses much of the library takes two seconds, and ten times that under the sanitizers."""


@dataclass(frozen=True)
class Target:
    """``make`` draws an input, ``use`` does with it what there is to be done. It returns, or raises an error of ours with one of ``codes``; whatever else it raises is a bug."""

    name: str
    make: Callable[[Random], bytes]
    use: Callable[[bytes, Random], None]
    codes: frozenset[str]

    def input(self, seed: int, number: int) -> tuple[bytes, Random]:
        """The input of a round, and what its further choices are drawn from. It depends on no other round."""
        rnd = Random(f"{self.name} {seed} {number}")
        return self.make(rnd), rnd

    def round(self, seed: int, number: int) -> str:
        """Make a round; the code that the input was refused with, or nothing. Raises AssertionError for a refusal with a code that is not of ``codes``, and for too much time or memory."""
        data, rnd = self.input(seed, number)
        before, start = peak(), time.process_time()
        code = ""
        try:
            self.use(data, rnd)
        except BellError as refusal:
            code = refusal.code
            assert code in self.codes, f"{refusal}"
        took, grown = time.process_time() - start, peak() - before
        assert took < ROUND_S, f"took {took:.0f} s"
        assert grown < GROWN_MAX, f"grew by {grown >> 20} MiB"
        return code


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
