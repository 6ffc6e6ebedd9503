"""The process a command runs in: its standard streams and the signals that end it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from types import FrameType
    from typing import NoReturn
else:
    import _signal as signal  # the same functions; the module over it loads enum, which takes longer than all else here

STREAMS = (("stdin", os.O_WRONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_RDWR, "w"))
"""Standard streams by descriptor. One that is closed is opened so that using it fails with EBADF; what goes to a closed stderr is lost."""


class Stopped(KeyboardInterrupt):
    """Ctrl-C, or a signal that asks the process to end. Not KeyboardInterrupt itself: Python remembers one that crosses ``exec``, and ends by the signal whatever was made of it."""


def open_streams() -> None:
    """Make sure of three standard streams. Without this the first file that is opened takes the number of a closed one.

    Results are UTF-8 whatever the locale: the same run gives the same bytes.
    """
    for number, (name, flags, mode) in enumerate(STREAMS):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)  # takes the lowest free number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    for stream, errors in ((sys.stdout, "strict"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)


def stop_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal end a command in an orderly way, once: what is half written is taken back. Ignored signals stay ignored."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is _stop:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    raise Stopped


def settle_stderr() -> None:
    """Write what waits for standard error. Where nothing takes it, it is lost: Python would end with status 120 over it."""
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        lost = os.open(os.devnull, os.O_WRONLY)
        os.dup2(lost, 2)
        os.close(lost)


def leave(status: int) -> NoReturn:
    """End the process now, without waiting for threads that still compute what nobody will read."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass  # said already, or nobody is there to be told
    os._exit(status)
