"""Process isolation, the host's side: a pool of worker processes that run programs for it.

Each worker is a process of its own that has given up files, sockets and other processes before it read its first program (:mod:`belljar.runtime.worker`). What comes back from it is
read as hostile input. A worker that ends, hangs or says what it must not is replaced; the call it had is one clear error.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from contextlib import suppress

from belljar.engines.contract import HostFault
from belljar.errors import BellError, LimitUse, bell_error
from belljar.runtime import wire
from belljar.runtime._channel import Channel
from belljar.runtime.remote_hosts import rows_of
from belljar.runtime.sharing import new_region, opened
from belljar.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    import mmap
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any, Final, TypeVar

    from belljar.engines.contract import Write
    from belljar.runtime.hosts import HostRun
    from belljar.runtime.program import Program
    from belljar.runtime.remote_traces import Reception
    from belljar.safety.limits import Limits

    Answer = TypeVar("Answer")

START_SECONDS: Final = 60.0
"""How long a worker may take to load and lock itself down."""
GRACE_SECONDS: Final = 5.0
"""How long after its limit of time a call may still be answered, before its worker is ended."""
COMPILE_SECONDS: Final = 60.0
"""What the first call of a program in a worker may take on top, for compiling it."""
OPTIONS_MAX: Final = 64
"""Ways of calling whose text is kept."""
ADDRESS_BYTES: Final = 64 << 30
"""Address space of a worker: instances reserve several times their limit of memory, most of it never touched."""

_BOOT: Final = "import sys; sys.path[:] = {path!r}; from belljar.runtime.worker import main; main({descriptor}, {address_bytes}, {memory})"


class WorkerLost(Exception):
    """A worker ended, or does not answer: says why."""


class Worker:
    """A worker process and the connection to it. Used by one call at a time."""

    def __init__(self, address_bytes: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            path = [entry for entry in sys.path if entry]
            self._shared = new_region()
            boot = _BOOT.format(path=path, descriptor=theirs.fileno(), address_bytes=address_bytes, memory=self._shared)
            kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "BELLJAR_CACHE", "XDG_CACHE_HOME", "HOME") if name in os.environ}
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", boot], pass_fds=(theirs.fileno(), self._shared), env=kept, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        self.connection = ours
        self.channel = Channel(ours.fileno(), True, wire.MESSAGE_BYTES_MAX)
        self.is_ready = False
        self.programs: set[str] = set()
        self._memory: mmap.mmap | None = None

    def memory(self) -> mmap.mmap:
        """What it shares with this process."""
        if self._memory is None:
            self._memory = opened(self._shared)
        return self._memory

    def start(self) -> None:
        """Wait until it is locked down. Raises WorkerLost."""
        if not self.is_ready:
            if self.receive(time.monotonic() + START_SECONDS) != ["ready", None]:
                raise WorkerLost("it began with something else than that it is ready")
            self.is_ready = True

    def send(self, *message: Any) -> None:
        try:
            self.channel.send(wire.pack(message), time.monotonic() + START_SECONDS)
        except ValueError:
            raise bell_error(
                "E0302", what="what is handed to a worker", expected=f"less than {wire.MESSAGE_BYTES_MAX} bytes", found="more"
            ) from None
        except OSError as problem:  # TimeoutError too: it does not read
            raise WorkerLost(self.ending() or str(problem)) from None

    def receive(self, until: float) -> list[Any]:
        """Its next message. Raises WorkerLost where there is none by then, or it is no message."""
        try:
            message = wire.unpack(self.channel.receive(until))
        except TimeoutError:
            raise
        except ValueError:
            raise WorkerLost("it sent what is no message") from None
        except EOFError:
            raise WorkerLost(self.ending() or "it closed its connection") from None
        except OSError as problem:
            raise WorkerLost(self.ending() or str(problem)) from None
        if message.__class__ is not list or len(message) < 2:
            raise WorkerLost("it sent what is no message")
        return message

    def ending(self) -> str:
        """How the process ended, "" where it runs."""
        try:
            status = self.process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return ""
        if status < 0:
            try:
                name = signal.Signals(-status).name
            except ValueError:
                name = str(-status)
            return f"it was ended by {name}"
        said = self.process.stderr.read() if self.process.stderr is not None else b""
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        return f"it ended with status {status}" + (f": {last}" if last else "")

    def end(self) -> None:
        """End the process and let go of it."""
        self.channel.close()
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)  # who waits for it in another thread hears of the end
        self.connection.close()
        if self._shared >= 0:
            os.close(self._shared)
            self._shared = -1
        self.process.kill()
        self.process.wait()
        if self.process.stderr is not None:
            self.process.stderr.close()

    # --- calls ----------------------------------------------------------------------------------------------------------------------

    def tell(self, program: Program) -> None:
        """Make a program known to it."""
        inputs = {name: str(type) for name, type in program.inputs.items()}
        rows = [] if program.hosts is None else rows_of(program.hosts)
        self.send("program", program.key, wire.to_wire(program.source), wire.to_wire(program.name), inputs, rows)
        self.programs.add(program.key)

    def ask(
        self,
        program: Program,
        kind: str,
        parts: Sequence[Any],
        options: bytes,
        limits: Limits,
        write: Write | None,
        hosts: Callable[[], HostRun],
        traces: Reception | None = None,
    ) -> Any:
        """The answer to a request, or the BellError it ended with. Calls of functions of the host are answered by ``hosts``, ``traces`` takes those of a run that is recorded. Raises WorkerLost, TimeoutError, and what ``write`` raises."""
        key = program.key
        seconds = limits.time_left + GRACE_SECONDS
        self.start()
        if key not in self.programs:
            self.tell(program)
            seconds += COMPILE_SECONDS
        self.send(kind, key, *parts, options)
        until = time.monotonic() + seconds
        while True:
            try:
                what, value, *more = self.receive(until)
                if what == "error":
                    return wire.error_from_wire(value, Source(program.name, program.source))
                answer = wire.from_wire(value)
                if traces is not None and what in wire.TRACED:
                    traces.take(what, answer)
                    continue
            except (ValueError, TypeError) as problem:
                raise WorkerLost(f"its answer is {problem}") from None
            if what == "done":
                return answer
            if what == "unknown":  # it keeps so many programs, and this one was used longest ago
                self.tell(program)
                self.send(kind, key, *parts, options)
                continue
            if what == "host":
                self.answer(program, hosts(), answer, more)
                until = max(until, time.monotonic() + GRACE_SECONDS)  # what the host took, the worker finds gone itself
                continue
            if what != "write" or write is None or answer.__class__ is not str:
                raise WorkerLost("it sent what nobody asked for")
            write(answer)

    def answer(self, program: Program, run: HostRun, name: Any, parts: list[Any]) -> None:
        """Answer a call of a function of the host, as far as the run allows. Raises WorkerLost where it is none that a program makes."""
        functions = {} if program.hosts is None else program.hosts.functions

        def host(name: str, args: list[Any]) -> Any:
            declared = functions.get(name)
            return run.answer(name, args, None if declared is None else declared.signature)

        answered(self, host, name, parts)


def answered(worker: Worker, host: Callable[[str, list[Any]], Any], name: Any, parts: list[Any]) -> None:
    """Answer a worker's call of a function of the host, which ``host`` makes. Raises WorkerLost where it is none that a program makes."""
    try:
        if name.__class__ is not str or len(parts) != 1 or parts[0].__class__ is not list:
            raise ValueError("a call of something else")
        message = ["answer", wire.to_wire(host(name, wire.from_wire(parts[0])))]
    except HostFault as fault:
        message = ["fault", fault.code, wire.to_wire(fault.text)]
    except KeyboardInterrupt:
        message = ["fault", "E0006", ""]
    except (TypeError, RecursionError) as problem:  # of the answer, on its way
        message = ["fault", "E0902", f"a value that is no plain data: {problem}"]
    except ValueError as problem:
        raise WorkerLost(f"it made {problem}") from None
    worker.send(*message)


class WorkerPool:
    """Worker processes, as many as ``size`` says (as there are cores, unless told otherwise), started when they are first needed.

    Give it as ``isolation=`` to calls, or ``isolation="process"`` for the pool of the process. Thread-safe: as many calls run at a time as there are workers, more wait. ``address_bytes``
    bounds each worker's address space. Raises E1202 where the system cannot lock processes down.
    """

    def __init__(self, size: int | None = None, *, address_bytes: int = ADDRESS_BYTES) -> None:
        from belljar.safety._lockdown import missing

        lacking = missing()
        if lacking:
            raise bell_error("E1202", detail=f"this system has no {lacking}")
        if size is not None and (size.__class__ is not int or size < 1):
            raise bell_error("E0003", detail=f"size={size!r} is not a number of workers")
        self.size = size or os.cpu_count() or 1
        self.address_bytes = address_bytes
        self._options: dict[tuple[Any, ...], bytes] = {}
        """How calls were made, as messages say it: most are made as others were."""
        self._idle: list[Worker] = []
        self._count = 0
        self._closed = False
        self._owned: weakref.WeakSet[Worker] = weakref.WeakSet()
        self._change = threading.Condition()

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """The processes that wait for work."""
        with self._change:
            return [worker.process.pid for worker in self._idle]

    def close(self) -> None:
        """End all workers that wait; those that run end with their call."""
        with self._change:
            self._closed = True
            idle, self._idle = self._idle, []
            self._count -= len(idle)
            self._change.notify_all()
        for worker in (*idle, *self._owned):
            worker.end()

    def own(self) -> Worker:
        """A worker for one user alone, besides those of the pool: one that waits, or a new one. Whoever has it ends it; closing the pool does, too. Raises E0003 and E1202."""
        with self._change:
            if self._closed:
                raise bell_error("E0003", detail="the pool of workers is closed")
            worker = self._idle.pop() if self._idle else None
            if worker is not None:
                self._count -= 1
                self._change.notify()
        if worker is None or worker.process.poll() is not None or worker.programs:
            if worker is not None:
                worker.end()
            worker = started(self.address_bytes)
        self._owned.add(worker)
        return worker

    def warm(self) -> None:
        """Start all workers and wait until they are ready."""
        taken = []
        try:
            for _ in range(self.size):
                taken.append(self._take())
            for worker in taken:
                worker.start()
        finally:
            for worker in taken:
                self._give_back(worker)

    def _take(self) -> Worker:
        with self._change:
            while True:
                if self._closed:
                    raise bell_error("E0003", detail="the pool of workers is closed")
                while self._idle:
                    worker = self._idle.pop()
                    if worker.process.poll() is None:
                        return worker
                    self._count -= 1  # it ended while nobody used it
                    worker.end()
                if self._count < self.size:
                    self._count += 1
                    break
                self._change.wait()
        try:
            return started(self.address_bytes)
        except BellError:
            self._drop(None)
            raise

    def _give_back(self, worker: Worker) -> None:
        with self._change:
            if not self._closed:
                self._idle.append(worker)
                self._change.notify()
                return
        self._drop(worker)

    def _drop(self, worker: Worker | None) -> None:
        if worker is not None:
            worker.end()
        with self._change:
            self._count -= 1
            self._change.notify()

    def call(
        self, program: Program, task: str, args: Sequence[Any], kwargs: Mapping[str, Any], engine: str | None, limits: Limits, write: Write | None,
        grants: Collection[str], promote: bool, hosts: Callable[[], HostRun],
    ) -> Any:  # fmt: skip
        """As :meth:`Program.call`, in a worker."""
        given = [self._wired(value, f"argument {position} of {task}()") for position, value in enumerate(args, 1)]
        named = {name: self._wired(value, f"argument '{name}' of {task}()") for name, value in kwargs.items()}
        return self._ask(program, "call", (task, given, named), engine, limits, write, grants, promote, hosts)

    def run(
        self,
        program: Program,
        inputs: Mapping[str, Any],
        engine: str | None,
        limits: Limits,
        write: Write | None,
        grants: Collection[str],
        promote: bool,
        hosts: Callable[[], HostRun],
    ) -> None:
        """As :meth:`Program.run`, in a worker."""
        given = {name: self._wired(value, f"input '{name}'") for name, value in inputs.items()}
        self._ask(program, "run", (given,), engine, limits, write, grants, promote, hosts)

    def record(
        self,
        program: Program,
        task: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        engine: str,
        limits: Limits,
        write: Write | None,
        grants: Collection[str],
        run: HostRun,
        level: str,
        prints: bool,
        traces: Reception,
    ) -> Any:
        """Call a task, or with ``""`` run the module level, with a trace."""
        given = [self._wired(value, f"argument {position} of {task}()") for position, value in enumerate(args, 1)]
        what = f"argument '{{}}' of {task}()" if task else "input '{}'"
        named = {name: self._wired(value, what.format(name)) for name, value in kwargs.items()}
        parts = (level, prints, task, given, named)
        return self._ask(program, "record", parts, engine, limits, write, grants, True, lambda: run, traces)

    def _wired(self, value: Any, what: str) -> Any:
        try:
            return wire.to_wire(value)
        except (TypeError, ValueError, RecursionError) as problem:
            raise bell_error("E0302", what=what, expected="a plain value", found=type(value).__name__, advice=str(problem)) from None

    def _ask(
        self,
        program: Program,
        kind: str,
        parts: Sequence[Any],
        engine: str | None,
        limits: Limits,
        write: Write | None,
        grants: Collection[str],
        promote: bool,
        hosts: Callable[[], HostRun],
        traces: Reception | None = None,
    ) -> Any:
        asked = (engine, limits, frozenset(grants), promote)
        options = self._options.get(asked)
        if options is None:
            how = {"engine": engine, "limits": limits.to_dict(), "grants": sorted(grants), "promote": promote}
            if len(self._options) >= OPTIONS_MAX:
                self._options.clear()
            options = self._options[asked] = wire.pack(how)
        return self.use(program, limits.time, lambda worker: worker.ask(program, kind, parts, options, limits, write, hosts, traces))

    def use(self, program: Program, seconds: float, ask: Callable[[Worker], Answer | BellError]) -> Answer:
        """What a worker is asked; it is given back where it answered as workers do, and replaced otherwise. Raises the BellError that it answers, E0802 where it was late and E1203 where it was lost."""
        worker = self._take()
        kept, began = False, time.monotonic()
        try:
            answer = ask(worker)
            kept = True
        except TimeoutError:
            late = bell_error("E0802", a=f"{seconds:g}", hint="the worker process did not stop by itself and was ended")
            late.tell_use(LimitUse("time", seconds, time.monotonic() - began))
            raise late from None
        except WorkerLost as problem:
            raise bell_error("E1203", detail=str(problem), file=program.name) from None
        finally:
            if kept:
                self._give_back(worker)
            else:
                self._drop(worker)
        if isinstance(answer, BellError):
            raise answer
        return answer


def started(address_bytes: int) -> Worker:
    """A new worker. Raises E1202 where no process can be started."""
    try:
        return Worker(address_bytes)
    except OSError as problem:
        raise bell_error("E1202", detail=f"no process can be started: {problem}") from None


_pool: WorkerPool | None = None
_pool_lock = threading.Lock()


def pool_of(isolation: object) -> WorkerPool:
    """The pool that ``isolation=`` names: one that was given, or with ``"process"`` that of this process. Raises E0003, E1202."""
    global _pool
    if isinstance(isolation, WorkerPool):
        return isolation
    if isolation != "process":
        raise bell_error("E0003", detail=f"isolation={isolation!r} is unknown", hint="isolation='process', or a WorkerPool")
    with _pool_lock:
        if _pool is None:
            _pool = WorkerPool()
            atexit.register(_pool.close)
        return _pool


def _forget() -> None:
    """In a forked child: the workers are the parent's."""
    global _pool, _pool_lock
    _pool, _pool_lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
