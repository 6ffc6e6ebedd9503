"""Capabilities: the dotted names under which a program is granted what lies outside it, and what grants cover.

A capability is ``io.stdout``, ``mail.send``, ``env.HOME``. A grant names one, or with ``*`` as its last part all below it: ``store.*`` covers ``store.write`` and ``store.old.read`` and not
``store`` itself; ``*`` covers everything. What no grant covers is refused.
"""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Final

STDOUT: Final = "io.stdout"
STDERR: Final = "io.stderr"
BUILT_IN: Final[dict[str, str]] = {
    STDOUT: "print() writes to the standard output",
    STDERR: "sys.stderr, which messages are written to: print(..., file=sys.stderr)",
    "time.now": "the clock: time.time(), datetime.now(), time.monotonic() and their kin",
    "time.sleep": "time.sleep(), within the limit of time",
    "random": "numbers of `random` that no seed decides",
    "env.*": "variables of the environment, each by its name: env.HOME",
    "secret.*": "secrets, each by its name: secret.MAIL_TOKEN",
}
"""The capabilities that Belljar itself provides, with what they give."""

CHECKED_MAX: Final = 64
"""Collections of grants that are known to be none but capabilities, so that nobody looks again with each call."""
NAME_MAX: Final = 200
"""Longest name of a capability, in characters."""


def is_name(text: object, pattern: bool = False) -> bool:
    """Whether a text names a capability; as a ``pattern`` its last part may be ``*``."""
    if not isinstance(text, str) or not 0 < len(text) <= NAME_MAX:
        return False
    parts = text.split(".")
    if pattern and parts[-1] == "*":
        parts.pop()
    return all(part and part.isascii() and part.replace("_", "").replace("-", "").isalnum() for part in parts)


def covers(grant: str, capability: str) -> bool:
    """Whether a grant covers a capability."""
    return grant == capability or grant == "*" or (grant.endswith(".*") and capability.startswith(grant[:-1]))


class Grants(Frozen):
    """What a run is granted. Equal ones are equal, whatever they were given as."""

    __slots__ = ("names",)

    def __init__(self, names: frozenset[str] = frozenset()) -> None:
        self.names: Final = names

    def allows(self, capability: str) -> bool:
        """Whether a capability is granted."""
        return capability in self.names or any(covers(name, capability) for name in self.names if name.endswith("*"))

    def without(self, denied: Iterable[str]) -> Grants:
        """These grants less those that a denial covers, or that would let through what it denies."""
        refused = list(denied)
        return Grants(frozenset(name for name in self.names if not any(covers(one, name) or covers(name, one) for one in refused)))


def grants_of(given: Collection[str] | Grants) -> Grants:
    """Grants as they were given: a collection of names. Raises E0003 for what is none."""
    if isinstance(given, Grants):
        return given
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise bell_error(
            "E0003", detail=f"grants= takes a collection of capabilities, got {given!r}", hint="example: grants=['io.stdout', 'store.*']"
        )
    names = frozenset(given)
    known = _checked.get(names)
    if known is not None:
        return known
    for name in names:
        if not is_name(name, pattern=True):
            raise bell_error("E0003", detail=f"{name!r} is no capability", hint="examples: io.stdout, mail.send, store.*, *")
    if len(_checked) >= CHECKED_MAX:
        _checked.clear()
    made = _checked[names] = Grants(names)
    return made


_checked: Final[dict[frozenset[str], Grants]] = {}
