"""The functions of the host that come with Belljar: clock, sleep, chance, environment and standard error, each behind its capability."""

from __future__ import annotations

import os
import sys
import threading
import time

from belljar.engines.contract import HostFault
from belljar.runtime.host_function import Function
from belljar.safety.host_signature import BUILT_IN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


def now() -> tuple[int, int]:
    """Seconds since 1970, and microseconds."""
    return divmod(time.time_ns() // 1000, 1_000_000)


def sleep(seconds: float) -> None:
    """Wait. Ctrl-C ends it."""
    threading.Event().wait(max(0.0, seconds))


def seed() -> int:
    """63 random bits."""
    return int.from_bytes(os.urandom(8), "little") >> 1


def variable(name: str) -> str | None:
    """A variable of the environment."""
    if "\0" in name or "=" in name:
        return None
    try:
        return os.environ.get(name)
    except UnicodeEncodeError:  # half of a surrogate pair is no name
        return None


def write_error(text: str) -> None:
    """Write to the standard error, behind what was printed before. Where the host has none, the text is lost."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        pass  # who prints next is told
    if sys.stderr is not None:
        sys.stderr.write(text)
        sys.stderr.flush()


def _named(args: tuple[object, ...]) -> str:
    """The capability of a variable. A name that could be a pattern, or is none, is not there."""
    name = str(args[0])
    if not name.replace("_", "").isalnum() or not name.isascii():
        raise HostFault("E0901", "env.*")
    return f"env.{name}"


FUNCTIONS: Final = {
    "time.now": Function(BUILT_IN["time.now"], now),
    "time.monotonic": Function(BUILT_IN["time.monotonic"], time.monotonic),
    "time.sleep": Function(BUILT_IN["time.sleep"], sleep),
    "random.seed": Function(BUILT_IN["random.seed"], seed),
    "env.get": Function(BUILT_IN["env.get"], variable, needs=_named),
    "stderr.write": Function(BUILT_IN["stderr.write"], write_error),
}
