"""Blocks through worker threads: bounded, and out in the order they came in, so that the number of threads changes nothing but time."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2
"""Results that may wait for their turn, beyond one a thread: enough that a slow block does not stop the others."""


def ordered_map(work: Callable[[T], R], items: Iterable[T], threads: int) -> Generator[R, None, None]:
    """``work`` of each item in the order of the items; at most ``threads + AHEAD`` are begun and not yet taken.

    Items are drawn in the caller's thread. With one thread all is done there, with no other thread at all. An exception of ``work`` is
    raised at its item's turn; nothing behind it is begun any more. What is begun is waited for, except when it was Ctrl-C that ended it: nobody wants to wait then.
    """
    if threads <= 1:
        yield from map(work, items)
        return
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(threads, thread_name_prefix="belljar-batch")
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            # What is finished goes out at once; otherwise wait only when the queue is full.
            while waiting and (len(waiting) >= threads + AHEAD or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=not _interrupted(sys.exc_info()[1]), cancel_futures=True)


def _interrupted(error: BaseException | None) -> bool:
    """Whether a KeyboardInterrupt is on its way, here or where this generator is being closed."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
