"""Resource limits: what one execution may use, in the program's own units.

The limits of a run are one immutable value; engines enforce them, and an error names the limit, its value and how to raise it.
"""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import ClassVar, Final

    from belljar.errors import BellError

INT64_MAX = 2**63 - 1


DEPTH_MAX = 100_000
"""Deepest recursion that can be asked for: the stack guest code runs on is reserved for it."""


class _Whole(Frozen):
    """Limits that refuse to be assigned to once they are made: whoever has them took note of what they said, so that an assignment would have no effect."""

    __slots__: tuple[str, ...] = ()
    _last: ClassVar[str]
    """The attribute that is set last."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in self.__slots__ or hasattr(self, self._last):
            raise _unchangeable(type(self).__name__, name, value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        raise _unchangeable(type(self).__name__, name, None)

    def to_dict(self) -> dict[str, int | float]:
        """All by name."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __reduce__(self) -> tuple[object, ...]:
        return _made, (type(self), self.to_dict())


def _made(cls: Callable[..., object], values: Mapping[str, int | float]) -> object:
    return cls(**values)


def _unchangeable(owner: str, name: str, value: object) -> BellError:
    known: list[str] | tuple[str, ...] = NAMES if owner == "Limits" else [name for name in ResourceLimits.__slots__ if name != "limits"]
    if name not in known:
        return bell_error("E0003", detail=f"{owner} has no limit '{name}'", hint=f"limits are {', '.join(known)}")
    example = f"{owner}({name}={value!r})" if isinstance(value, (int, float)) else f"{owner}({name}=...)"
    return bell_error(
        "E0003",
        detail=f"{owner} are not changed once they are made: {name} cannot be assigned",
        hint=f"give new ones to what shall have them: limits={example}",
    )


class Limits(_Whole):
    """Limits of one execution.

    ``fuel``: units of work (about one per IR op). ``time``: wall seconds, polled every 65,536 units and while one operation works for long. ``memory``: heap bytes.
    ``depth``: nested calls. ``output``: bytes printed. In a batch fuel and memory hold per row and there is no total time.
    ``spent``: seconds of ``time`` that are gone before it begins, where the same run is made a second time. ``iterations``: passes through the program's loops, which are counted where they are limited.
    ``events``: events that wait. ``variables`` and ``functions``: names of the module level and functions that the program may have, counted before it runs.
    """

    __slots__ = ("depth", "events", "fuel", "functions", "iterations", "memory", "output", "spent", "time", "variables")
    _last = "functions"

    def __init__(
        self,
        fuel: int = INT64_MAX,
        time: float = 60.0,
        memory: int = 1 << 30,
        depth: int = 1_000,
        output: int = 64 << 20,
        spent: float = 0.0,
        iterations: int = INT64_MAX,
        events: int = INT64_MAX,
        variables: int = INT64_MAX,
        functions: int = INT64_MAX,
    ) -> None:
        self.fuel: Final = fuel
        self.time: Final = time
        self.memory: Final = memory
        self.depth: Final = depth
        self.output: Final = output
        self.spent: Final = spent
        self.iterations: Final = iterations
        self.events: Final = events
        self.variables: Final = variables
        self.functions: Final = functions

    def __hash__(self) -> int:  # often: calls look for an idle instance with these limits
        return hash((self.fuel, self.time, self.memory, self.depth, self.output, self.spent, self.iterations, self.events))

    @property
    def counts(self) -> bool:
        """Whether passes through loops are limited, for which a program is compiled so that it counts them."""
        return self.iterations != INT64_MAX

    @property
    def is_sized(self) -> bool:
        """Whether names or functions of the program are limited."""
        return self.variables != INT64_MAX or self.functions != INT64_MAX

    @property
    def time_left(self) -> float:
        """Seconds that a run may take from here."""
        return max(0.0, self.time - self.spent)

    def after(self, seconds: float) -> Limits:
        """The same limits, ``seconds`` of the time being spent."""
        return Limits(**(self.to_dict() | {"spent": self.spent + seconds}))  # type: ignore[arg-type]

    def with_values(self, values: Mapping[str, object]) -> Limits:
        """These limits with some replaced, each given as a number or as text like ``"2s"`` or ``"64MiB"``, under the names here or those of :class:`ResourceLimits`. Raises E0003 for a bad name or value."""
        parsed = self.to_dict()
        for given, value in values.items():
            name = LONG_NAMES.get(given, given)
            if name not in NAMES:
                raise bell_error("E0003", detail=f"unknown limit '{given}'", hint=f"limits are {', '.join(NAMES)}")
            parsed[name] = parse_limit(name, value)
        return Limits(**parsed)  # type: ignore[arg-type]


NAMES: Final = tuple(sorted({*Limits.__slots__} - {"spent"}))
"""The limits by the names under which they are given."""
LONG_NAMES: Final = {f"max_{name}": name for name in NAMES} | {"max_recursion_depth": "depth", "max_execution_time": "time"}
"""The names that :class:`ResourceLimits` has for them."""


class ResourceLimits(_Whole):
    """What a :class:`~belljar.runtime.runtime.Runtime` may use. Each is a positive number; E0003 says which is not. They are not assigned to: other limits are another object, for another runtime.

    ``max_variables``: names in the state. ``max_functions``: functions and methods that the program defines. ``max_recursion_depth``: nested calls. ``max_events``: events that wait, and that one
    ``process_events()`` handles. ``max_execution_time``: seconds of a call. ``max_iterations``: passes through the program's loops in a call. ``max_memory``: bytes of the heap, state and call together.
    ``max_fuel``: units of work of a call. ``max_output``: bytes that a call prints.
    """

    __slots__ = (
        "limits", "max_events", "max_execution_time", "max_fuel", "max_functions", "max_iterations", "max_memory", "max_output", "max_recursion_depth", "max_variables",
    )  # fmt: skip
    _last = "limits"

    def __init__(
        self,
        max_variables: int = 1_000,
        max_functions: int = 100,
        max_recursion_depth: int = 100,
        max_events: int = 500,
        max_execution_time: float = 60.0,
        max_iterations: int = 1_000_000,
        max_memory: int = 1 << 30,
        max_fuel: int = INT64_MAX,
        max_output: int = 64 << 20,
    ) -> None:
        self.max_variables: Final = _count("max_variables", max_variables)
        self.max_functions: Final = _count("max_functions", max_functions)
        self.max_recursion_depth: Final = _count("max_recursion_depth", max_recursion_depth, DEPTH_MAX)
        self.max_events: Final = _count("max_events", max_events)
        self.max_execution_time: Final = _seconds("max_execution_time", max_execution_time)
        self.max_iterations: Final = _count("max_iterations", max_iterations)
        self.max_memory: Final = _count("max_memory", max_memory)
        self.max_fuel: Final = _count("max_fuel", max_fuel)
        self.max_output: Final = _count("max_output", max_output)
        self.limits: Final = Limits(
            self.max_fuel,
            self.max_execution_time,
            self.max_memory,
            self.max_recursion_depth,
            self.max_output,
            iterations=self.max_iterations,
            events=self.max_events,
        )
        """Those that an engine holds."""

    def to_dict(self) -> dict[str, int | float]:
        """The limits by name."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "limits"}

    def __hash__(self) -> int:
        return hash((self.limits, self.max_variables, self.max_functions))

    def __repr__(self) -> str:
        return f"ResourceLimits({', '.join(f'{name}={value!r}' for name, value in self.to_dict().items())})"


def _count(name: str, value: object, most: int = INT64_MAX) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
        raise bell_error(
            "E0003", detail=f"{name} is a whole number from 1 to {most}, got {value!r}", hint=f"example: ResourceLimits({name}=200)"
        )
    return value


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
        raise bell_error(
            "E0003", detail=f"{name} is a number of seconds above 0, got {value!r}", hint=f"example: ResourceLimits({name}=2.5)"
        )
    return float(value)


DEFAULT_LIMITS: Final = ResourceLimits()
"""Those of a runtime that is given none."""


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


LIMIT_CHARS_MAX: Final = 100
"""Of a limit that is given as text."""
LIMIT_MAX: Final = 10**300
"""Beyond it ints have no float, and no text that CPython would make."""


def parse_limit(name: str, value: object) -> int | float:
    """The number a limit's value means: seconds for ``time``, bytes for ``memory`` and ``output``, a count otherwise. Raises E0003."""
    told = f"an int of {value.bit_length()} bits" if isinstance(value, int) and value.bit_length() > 1024 else repr(value)
    problem = bell_error(
        "E0003",
        detail=f"limit {name}={told if len(told) <= LIMIT_CHARS_MAX else told[:LIMIT_CHARS_MAX] + '...'} is not a positive {'duration' if name == 'time' else 'number'}",
        hint="examples: fuel=1000000, time=2s, memory=64MiB, depth=200, output=1MB",
    )
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise problem
    if isinstance(value, str):
        import re

        match = re.fullmatch(r"\s*([0-9][0-9_]*(?:\.[0-9]+)?(?:e[0-9]+)?)\s*([a-z]*)\s*", value, re.IGNORECASE)
        units: Mapping[str, float] = _TIME if name == "time" else _SIZE
        if match is None or len(value) > LIMIT_CHARS_MAX or match[2].lower() not in units:
            raise problem
        text = match[1].replace("_", "")
        number: int | float = float(text) if "." in text or "e" in text.lower() else int(text)
        scale = units[match[2].lower()]
        number = number * scale if name == "time" or isinstance(number, float) else number * int(scale)
    else:
        number = value
    if not number > 0 or number != number or number == float("inf") or number > LIMIT_MAX:
        raise problem
    if name == "time":
        return float(number)
    if number != int(number) or number > INT64_MAX:
        raise problem
    if name == "depth" and number > DEPTH_MAX:
        raise bell_error("E0003", detail=f"limit depth={value} is over the maximum of {DEPTH_MAX}")
    return int(number)
