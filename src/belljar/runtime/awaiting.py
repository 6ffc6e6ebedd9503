"""Calls that are awaited: in a worker thread, while async functions of the host run in the event loop of who awaits."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from belljar.runtime.hosts import NO_HOSTS, HostRun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any, Final

    from belljar.runtime.hosts import HostFunctions
    from belljar.runtime.program import Program
    from belljar.safety.capabilities import Grants

THREADS_MAX: Final = 128
"""Awaited calls that run at the same time, in all loops of the process; more wait for their turn."""

_pool: ThreadPoolExecutor | None = None


def pool() -> ThreadPoolExecutor:
    """The threads of awaited calls, which start as they are needed."""
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(THREADS_MAX, "belljar-call")
    return _pool


async def acall(
    program: Program,
    task: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    hosts: HostFunctions | HostRun | None,
    grants: Collection[str] | Grants,
) -> Any:
    """:meth:`Program.call`, awaited. Where the wait is cancelled, the call ends at its next function of the host, or with its limits."""
    given = program.hosts if hosts is None else hosts
    run = given if isinstance(given, HostRun) else (given or NO_HOSTS).begin(grants)
    return await awaited(run, partial(program.call, task, *args, hosts=run, **kwargs))


async def awaited(run: HostRun, call: Callable[[], Any]) -> Any:
    """What a call gives that is made in a worker thread, while async functions of the host run in this loop."""
    loop = run.loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(pool(), call)
    except asyncio.CancelledError:
        run.end()
        raise
