"""What is known of a function of the host without having it: its name, the types it takes and gives, the capability it needs and whether it changes the world outside."""

from __future__ import annotations

from belljar.structs import Frozen
from belljar.types import FLOAT, INT, NONE, STR, OptionalType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

EFFECTS: Final = ("read", "write")
"""``read`` leaves the world outside as it is; a ``write`` is not made in a dry run."""


class HostParam(Frozen):
    """One parameter: its source type, and its default, a constant."""

    __slots__ = ("default", "has_default", "is_secret", "name", "type")

    def __init__(self, name: str, type: Type, default: Any = None, has_default: bool = False, is_secret: bool = False) -> None:
        self.name: Final = name
        self.type: Final = type
        self.default: Final = default
        self.has_default: Final = has_default
        self.is_secret: Final = is_secret
        """Whether the function gets the value of a secret where the program gives its reference."""

    def __str__(self) -> str:
        type = "secret" if self.is_secret else str(self.type)
        return f"{self.name}: {type}" + (f" = {self.default!r}" if self.has_default else "")


class HostSignature(Frozen):
    """``str()`` of it says everything that compiling depends on."""

    __slots__ = ("capability", "effect", "name", "params", "result")

    def __init__(self, name: str, params: tuple[HostParam, ...], result: Type, capability: str, effect: str = "write") -> None:
        self.name: Final = name
        self.params: Final = params
        self.result: Final = result
        self.capability: Final = capability
        self.effect: Final = effect

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.params))}) -> {self.result}"


BUILT_IN: Final[dict[str, HostSignature]] = {
    signature.name: signature
    for signature in (
        HostSignature("time.now", (), TupleType((INT, INT)), "time.now", "read"),
        HostSignature("time.monotonic", (), FLOAT, "time.now", "read"),
        HostSignature("time.sleep", (HostParam("seconds", FLOAT),), NONE, "time.sleep", "read"),
        HostSignature("random.seed", (), INT, "random", "read"),
        HostSignature("env.get", (HostParam("name", STR),), OptionalType(STR), "env.*", "read"),
        HostSignature("stderr.write", (HostParam("text", STR),), NONE, "io.stderr", "write"),
    )
}
"""What the library of the language calls: the clock as seconds since 1970 and microseconds, seconds from a fixed point, 63 random bits, a variable of the environment, the standard error."""
