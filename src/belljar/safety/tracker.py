"""What a runtime uses of each of its limits, while it runs and after."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, Protocol

    from belljar.safety.limits import ResourceLimits

    class Used(Protocol):
        """What is counted: :class:`belljar.runtime.runtime.Runtime`."""

        @property
        def limits(self) -> ResourceLimits: ...

        began: float
        seconds: float

        def counted(self) -> dict[str, int | None]: ...


class ResourceTracker:
    """Use against each limit. Of fuel, iterations, output and time it is the use of the call that runs or ran last, of names, functions, events and memory that of the state. Another thread may ask while
    a call runs: fuel is then up to date by 65,536 units, and so is how deep calls are nested.
    """

    def __init__(self, runtime: Used) -> None:
        self._runtime: Final = runtime

    def used(self) -> dict[str, int | float | None]:
        """The use of each limit, by the limit's name."""
        counted = self._runtime.counted()
        seconds = time.monotonic() - self._runtime.began if counted["running"] else self._runtime.seconds
        return {
            "max_variables": counted["variables"],
            "max_functions": counted["functions"],
            "max_recursion_depth": counted["depth"],
            "max_events": counted["events"],
            "max_execution_time": seconds,
            "max_iterations": counted["iterations"],
            "max_memory": counted["memory"],
            "max_fuel": counted["fuel"],
            "max_output": counted["output"],
        }

    def report(self) -> dict[str, dict[str, Any]]:
        """Each limit by name: its ``limit``, what is ``used`` of it, and the ``share``, 1.0 being all of it."""
        limits, used = self._runtime.limits.to_dict(), self.used()
        return {
            name: {"limit": limit, "used": used[name], "share": None if used[name] is None else round(float(used[name] or 0) / limit, 6)}
            for name, limit in limits.items()
        }

    def __getitem__(self, name: str) -> int | float | None:
        """What is used of one limit. Raises KeyError."""
        return self.used()[name]

    def __repr__(self) -> str:
        limits = self._runtime.limits.to_dict()
        told = [f"{name}={_told(used)} of {_told(limits[name])}" for name, used in self.used().items()]
        return f"ResourceTracker({', '.join(told)})"


def _told(amount: float | None) -> str:
    if amount is None:
        return "?"
    return f"{amount:.3g}" if isinstance(amount, float) else str(amount)
