"""Resource limits: what one execution may use, in the program's own units.

The limits of a run are one immutable value; engines enforce them, and an error names the limit, its value and how to raise it.
"""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

INT64_MAX = 2**63 - 1
DEPTH_MAX = 100_000
"""Deepest recursion that can be asked for: the stack guest code runs on is reserved for it."""


class Limits(Frozen):
    """Limits of one execution.

    ``fuel``: units of work (about one per IR op). ``time``: wall seconds, polled every 65,536 units and while one operation works for long. ``memory``: heap bytes.
    ``depth``: nested calls. ``output``: bytes printed. In a batch fuel and memory hold per row and there is no total time.
    ``spent``: seconds of ``time`` that are gone before it begins, where the same run is made a second time.
    """

    __slots__ = ("depth", "fuel", "memory", "output", "spent", "time")

    def __init__(
        self,
        fuel: int = INT64_MAX,
        time: float = 60.0,
        memory: int = 1 << 30,
        depth: int = 1_000,
        output: int = 64 << 20,
        spent: float = 0.0,
    ) -> None:
        self.fuel: Final = fuel
        self.time: Final = time
        self.memory: Final = memory
        self.depth: Final = depth
        self.output: Final = output
        self.spent: Final = spent

    def __hash__(self) -> int:  # often: calls look for an idle instance with these limits
        return hash((self.fuel, self.time, self.memory, self.depth, self.output, self.spent))

    @property
    def time_left(self) -> float:
        """Seconds that a run may take from here."""
        return max(0.0, self.time - self.spent)

    def after(self, seconds: float) -> Limits:
        """The same limits, ``seconds`` of the time being spent."""
        return Limits(self.fuel, self.time, self.memory, self.depth, self.output, self.spent + seconds)

    def with_values(self, values: Mapping[str, object]) -> Limits:
        """These limits with some replaced, each given as a number or as text like ``"2s"`` or ``"64MiB"``. Raises E0003 for a bad name or value."""
        known = [name for name in self.__slots__ if name != "spent"]
        parsed: dict[str, int | float] = {name: getattr(self, name) for name in known}
        for name, value in values.items():
            if name not in known:
                raise bell_error("E0003", detail=f"unknown limit '{name}'", hint=f"limits are {', '.join(sorted(known))}")
            parsed[name] = parse_limit(name, value)
        return Limits(**parsed, spent=self.spent)  # type: ignore[arg-type]


_SIZE = {
    "": 1,
    "b": 1,
    "k": 10**3,
    "kb": 10**3,
    "m": 10**6,
    "mb": 10**6,
    "g": 10**9,
    "gb": 10**9,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
}
_TIME = {"": 1.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "min": 60.0, "m": 60.0, "h": 3600.0}


def parse_limit(name: str, value: object) -> int | float:
    """The number a limit's value means: seconds for ``time``, bytes for ``memory`` and ``output``, a count otherwise. Raises E0003."""
    problem = bell_error(
        "E0003",
        detail=f"limit {name}={value!r} is not a positive {'duration' if name == 'time' else 'number'}",
        hint="examples: fuel=1000000, time=2s, memory=64MiB, depth=200, output=1MB",
    )
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise problem
    if isinstance(value, str):
        import re

        match = re.fullmatch(r"\s*([0-9][0-9_]*(?:\.[0-9]+)?(?:e[0-9]+)?)\s*([a-z]*)\s*", value, re.IGNORECASE)
        units: Mapping[str, float] = _TIME if name == "time" else _SIZE
        if match is None or match[2].lower() not in units:
            raise problem
        text = match[1].replace("_", "")
        number: int | float = float(text) if "." in text or "e" in text.lower() else int(text)
        scale = units[match[2].lower()]
        number = number * scale if name == "time" or isinstance(number, float) else number * int(scale)
    else:
        number = value
    if not number > 0 or number != number or number == float("inf"):
        raise problem
    if name == "time":
        return float(number)
    if number != int(number) or number > INT64_MAX:
        raise problem
    if name == "depth" and number > DEPTH_MAX:
        raise bell_error("E0003", detail=f"limit depth={value} is over the maximum of {DEPTH_MAX}")
    return int(number)
