"""A runtime whose program and state live in a worker process: the same API, of which this side keeps no value.

Each runtime has a worker of its own, which ends with it. What it is asked are the methods of the runtime there (:class:`RuntimeInWorker`); marks of snapshots are numbers. Functions of the host stay here. Where the
worker is lost, so is the state: the call that it had is E1203, and the next one begins anew.
"""

from __future__ import annotations

import threading
import time
import weakref

from belljar.engines.contract import HostFault
from belljar.errors import BellError, bell_error
from belljar.runtime import wire
from belljar.runtime.dumps import seal, unseal
from belljar.runtime.program import Program
from belljar.runtime.remote_hosts import rows_of
from belljar.runtime.runtime import Runtime
from belljar.runtime.workers import COMPILE_SECONDS, GRACE_SECONDS, Worker, WorkerLost, answered, pool_of
from belljar.safety.capabilities import grants_of
from belljar.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, MutableMapping
    from typing import Any, Final

    from belljar.runtime.hosts import HostRun
    from belljar.runtime.remote_traces import Reception, SentReel
    from belljar.runtime.state import Noted
    from belljar.runtime.tape import Tape
    from belljar.runtime.workers import WorkerPool
    from belljar.safety.capabilities import Grants
    from belljar.safety.integrity import Snapshot
    from belljar.trace.points import Points
    from belljar.trace.slices import Slice

    Mapping = MutableMapping[str, Any]
else:
    from collections.abc import MutableMapping as Mapping

SECONDS_MAX: Final = 1e6
LOST: Final = "its worker was lost"
COUNTED: Final = ("fuel", "iterations", "output", "memory", "variables", "functions", "events", "depth")
NODES_MAX: Final = 200_000
"""Dependences that are kept in a worker, whose memory is bounded."""


class Link:
    """The worker of a runtime, and what is asked of it. One thread at a time."""

    def __init__(self, worker: Worker, opening: list[Any]) -> None:
        self.worker = worker
        self.traces: Reception | None = None
        """Takes what the runtime there records."""
        self.marks: dict[int, RemoteMark] = {}
        self.is_new = True
        worker.start()
        worker.send("open", *opening)

    def ask(self, seconds: float, message: list[Any], write: Callable[[str], object], host: Callable[[str, list[Any]], Any]) -> Any:
        """The answer of the worker. Raises the BellError it is, WorkerLost and TimeoutError."""
        worker = self.worker
        until = time.monotonic() + min(SECONDS_MAX, seconds + GRACE_SECONDS + COMPILE_SECONDS * self.is_new)
        self.is_new = False
        worker.send(*message)
        while True:
            try:
                what, value, *more = worker.receive(until)
                if what == "error":
                    raise wire.error_from_wire(value, Source("", ""))
                answer = wire.from_wire(value)
                if what in wire.TRACED and self.traces is not None:
                    self.traces.take(what, answer)
                    continue
                if what == "done":
                    given, gone = answer
                    for number, why in gone:
                        self.marks.pop(number).gone = why
                    return given
            except (ValueError, TypeError, KeyError) as problem:
                raise WorkerLost(f"its answer is {problem}") from None
            if what == "host":
                answered(worker, host, answer, more)
                until = max(until, time.monotonic() + GRACE_SECONDS)
            elif what == "write" and answer.__class__ is str:
                write(answer)
            else:
                raise WorkerLost("it sent what nobody asked for")


class RemoteMark:
    """A mark of the state, by its number. ``gone`` says why it cannot be used any more."""

    __slots__ = ("gone", "link", "noted", "number")

    def __init__(self, link: Link, number: int) -> None:
        self.link = link
        self.number = number
        self.gone = ""
        self.noted = 0
        """Its number in what a traced runtime was asked."""


class RemoteState(Mapping):
    """The names of a runtime in a worker, as :class:`belljar.runtime.state.State` has them."""

    def __init__(self, runtime: IsolatedRuntime) -> None:
        self._runtime = runtime
        self._released: list[RemoteMark] = []
        self.noted: Noted | None = None
        """Told what the host does with the state, where a trace is to be made again."""

    @property
    def generation(self) -> Link | None:
        """The worker, once there is one: from then on no function of the host can be added."""
        return self._runtime.link

    has_released = False

    def _ask(self, operation: str, *args: Any) -> Any:
        while self._released:
            mark = self._released.pop()
            if not mark.gone and mark.link is self._runtime.link:
                self._runtime.ask("release", mark.number)
                if self.noted is not None:
                    self.noted("release", mark)
        return self._runtime.ask(operation, *args)

    def __getitem__(self, name: str) -> Any:
        found = self._ask("get", name)
        if not found:
            raise KeyError(name)
        return found[0]

    def __setitem__(self, name: str, value: Any) -> None:
        if self.noted is not None:
            self.noted("set", name, value)
        self._ask("set", name, wired(value, f"'{name}'"))

    def __delitem__(self, name: str) -> None:
        if not self._ask("delete", name):
            raise KeyError(name)
        if self.noted is not None:
            self.noted("delete", name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ask("names"))

    def __len__(self) -> int:
        return len(self._ask("names"))

    def __contains__(self, name: object) -> bool:
        return name in self._ask("names")

    def __repr__(self) -> str:
        return f"<State in a worker: {', '.join(self) or 'empty'}>"

    def to_dict(self) -> dict[str, Any]:
        """All names with copies of their values."""
        found: dict[str, Any] = self._ask("to_dict")
        return found

    def type_of(self, name: str) -> str:
        """The type that the program gives a name, or that of the value the host set. Raises KeyError."""
        found = self._ask("type_of", name)
        if found is None:
            raise KeyError(name)
        return str(found)

    def count(self) -> int:
        """The names that count against ``max_variables``."""
        return int(self._ask("count"))

    def dump(self, mark: RemoteMark | None = None, key: bytes | None = None) -> bytes:
        """The state as bytes, as :meth:`belljar.runtime.state.State.dump`. A worker never sees a key: what it gives is signed here."""
        found: bytes = self._ask("dump", None if mark is None else self._usable(mark))
        return found if key is None else seal(*unseal(found, None), key)

    def load(self, data: bytes, key: bytes | None = None) -> None:
        """Take all names of a dump, whose signature is checked here."""
        given = data if key is None else seal(*unseal(data, key), None)
        if self.noted is not None:
            self.noted("take", given)
        self._ask("load_state", given)

    def mark(self) -> RemoteMark:
        """A point to go back to."""
        number = self._ask("mark")
        link = self._runtime.link
        assert link is not None
        made = link.marks[number] = RemoteMark(link, number)
        if self.noted is not None:
            self.noted("mark", made)
        return made

    def return_to(self, mark: RemoteMark) -> None:
        """Go back to a mark."""
        number = self._usable(mark)
        if self.noted is not None:
            self.noted("return", mark)
        self._ask("return_to", number)

    def release(self, mark: RemoteMark) -> None:
        """Give a mark up."""
        if not mark.gone:
            self._ask("release", mark.number)
            if self.noted is not None:
                self.noted("release", mark)

    def drop(self, mark: RemoteMark) -> None:
        """As :meth:`release`, at the next chance: may be called at any time, from any thread."""
        self._released.append(mark)

    def at(self, mark: RemoteMark) -> RemoteLook:
        """The state as it was at a mark."""
        return RemoteLook(self, self._usable(mark))

    def _usable(self, mark: RemoteMark) -> int:
        if not mark.gone and mark.link is not self._runtime.link:
            mark.gone = LOST
        if mark.gone:
            raise bell_error("E0003", detail=f"The snapshot cannot be used any more: {mark.gone}")
        return mark.number


class RemoteLook:
    """The values of a state at a mark."""

    def __init__(self, state: RemoteState, mark: int) -> None:
        self._state = state
        self._mark = mark

    def __enter__(self) -> RemoteLook:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def names(self) -> list[str]:
        found: list[str] = self._state._ask("names_at", self._mark)
        return found

    def read(self, name: str) -> Any:
        found = self._state._ask("get_at", self._mark, name)
        if not found:
            raise KeyError(name)
        return found[0]


class IsolatedRuntime(Runtime):
    """A :class:`~belljar.runtime.runtime.Runtime` in a worker process."""

    def __init__(self, program: Program | str | None = None, *, isolation: Any = None, **how: Any) -> None:
        self.link: Link | None = None
        self._pool: WorkerPool = pool_of(isolation)
        self._lock = threading.RLock()
        self._is_asking = False
        super().__init__(program, **how)
        noted, self.state = self.state.noted, RemoteState(self)  # type: ignore[misc, assignment]
        self.state.noted = noted

    @property
    def grants(self) -> Collection[str] | Grants:
        """What the program is allowed. It may be changed between calls."""
        return self._grants

    @grants.setter
    def grants(self, grants: Collection[str] | Grants) -> None:
        self._allowed = grants_of(grants)
        self._grants = grants

    # --- the worker ---------------------------------------------------------------------------------------------------------------

    def _open(self) -> Link:
        if self.link is None:
            worker = self._pool.own()
            weakref.finalize(self, worker.end)
            source = self._source
            if source is not None:
                inputs = {name: str(type) for name, type in source.inputs.items()}
                program: Any = [wire.to_wire(source.source), wire.to_wire(source.name), inputs]
            else:
                program = [wire.to_wire(self._text), wire.to_wire(self._name), None] if self._has_program else None
            hosts = self.hosts or (None if source is None else source.hosts)
            tape = self._tape
            traced: Any = None
            if tape is not None:
                marks = tape.marks()
                traced = [tape.traces, None if marks.sink is not None else [marks.block_bytes, marks.blocks]]
            options = {
                "engine": self.engine,
                "allocation_sites": self.allocation_sites,
                "limits": self.limits.to_dict(),
                "traces": traced,
            }
            try:
                self.link = Link(worker, [program, rows_of(hosts), options])
                if tape is not None:
                    self.link.traces = self._received(tape)
            except (WorkerLost, TimeoutError) as problem:
                worker.end()
                raise bell_error("E1203", detail=str(problem) or "it did not start") from None
        return self.link

    def ask(self, operation: str, *args: Any) -> Any:
        """What the runtime in the worker answers. Raises its BellError, and E1203 where the worker is lost, and the state with it."""
        with self._lock:
            if self._is_asking:  # by a function of the host, or what takes the output, of the call that runs
                raise bell_error("E0003", detail=f"A call runs: '{operation}' has to wait for its end")
            link = self._open()
            self._hosted_run()
            self._is_asking = True
            flags = {"grants": sorted(self._allowed.names), "dry_run": self.dry_run, "write": self._allowed.allows("io.stdout")}
            times = self.limits.max_events + 1 if operation == "process_events" else 2
            try:
                return link.ask(
                    self.limits.max_execution_time * times, ["runtime", operation, list(args), flags], self._sink, self._answered
                )
            except (WorkerLost, TimeoutError) as problem:
                self._lose(link)
                why = str(problem) or "it did not stop by itself and was ended"
                error = bell_error("E1203", detail=why, notes=["the state that it held is lost: the runtime begins anew"])
                if link.traces is not None:
                    link.traces.lost(error)
                raise error from None
            except BellError:
                raise
            except BaseException:  # of the host: the worker is in the middle of something
                self._lose(link)
                raise
            finally:
                self._is_asking = False

    def _lose(self, link: Link) -> None:
        for mark in link.marks.values():
            mark.gone = LOST
        link.worker.end()
        self.link = None
        self.is_executed = False
        if self._tape is not None and self._tape.asked is not None:
            self._tape.asked.is_broken = True

    def _received(self, tape: Tape) -> Reception:
        """What takes the traces of the worker to the collector."""
        from belljar.runtime.remote_traces import Reception

        def ended(points: Points, error: dict[str, Any] | None, lost: int, fuel: int) -> None:
            tape.attach(points, b"", error, lost, self._withholds, self._hosted_run().heard or ())

        return Reception(tape.reel, self._hosted_run, ended, tape.note)

    def _hosted_run(self) -> HostRun:
        if self._hosting is None:
            from belljar.runtime.hosts import NO_HOSTS

            hosts = self.hosts or (None if self._source is None else self._source.hosts) or NO_HOSTS
            self._hosting = hosts.begin(self._allowed)
            self._hosting.changes = True
            if self._tape is not None and self._tape.asked is not None:
                self._hosting.kept = self._tape.asked.calls.calls
        self._allow()
        return self._hosting

    def _answered(self, name: str, args: list[Any]) -> Any:
        run = self._hosted_run()
        function = run.hosts.function(name)
        if function is None:
            raise HostFault("E0904", "the run has no host function of that name\npass it with hosts=")
        return run.answer(name, args, None)

    # --- the runtime ----------------------------------------------------------------------------------------------------------------

    def _asked(self, operation: str, *args: Any, given: Callable[[], list[Any]] = list) -> Any:
        """As :meth:`ask`, as a call of the runtime: counted, timed, and with ``safe_mode`` without raising. ``given`` makes more arguments, or raises the BellError that refuses them."""
        self.calls += 1
        self._printed = self._printed or self._sink.written > 0
        self._sink.written = self._sink.skip = 0
        self._withheld = []
        self.began = time.monotonic()
        try:
            answer = self.ask(operation, *args, *given())
        except BellError as error:
            self.last_error = error
            if not self.safe_mode:
                raise
            return None
        finally:
            self.seconds = time.monotonic() - self.began
        self.last_error = None
        return answer

    def load(self, program: Program | str, name: str = "<program>") -> None:
        if self._has_program:
            raise bell_error("E0003", detail="The runtime has a program already", hint="execute() runs another on the same state")
        self._take(program, name)
        self._note("load")
        if self.link is not None:
            self._asked("load", *self._texts(program, name))
        else:
            self._asked("names")

    def execute(self, program: Program | str, name: str = "<program>") -> None:
        self._has_program = self._has_program or self.link is not None
        if not self._has_program:
            self._take(program, name)
            self.execute_once()
        else:
            texts = (program, name) if isinstance(program, str) else (program.source, program.name)
            self._note("execute", *texts)
            self._asked("execute", *self._texts(program, name))

    def _texts(self, program: Program | str, name: str) -> list[Any]:
        text, called = (program, name) if isinstance(program, str) else (program.source, program.name)
        return [wire.to_wire(text), wire.to_wire(called)]

    def execute_once(self) -> None:
        self._note("run")
        self._asked("execute_once")

    def call(self, task: str, *args: Any, **kwargs: Any) -> Any:
        if self._tape is not None and self._tape.asked is not None:
            self._tape.asked.note_call(self, task, args, kwargs)

        def given() -> list[Any]:
            values = [wired(value, f"argument {position} of {task}()") for position, value in enumerate(args, 1)]
            return [values, {name: wired(value, f"argument '{name}' of {task}()") for name, value in kwargs.items()}]

        return self._asked("call", task, given=given)

    async def acall(self, task: str, *args: Any, **kwargs: Any) -> Any:
        from belljar.runtime.awaiting import awaited

        run = self._hosted_run()
        run.wait_begins()
        try:
            return await awaited(run, lambda: self.call(task, *args, **kwargs))
        finally:
            run.loop = None

    def emit(self, event: str, payload: Any = None) -> None:
        self._note_emit(event, payload)
        self._asked("emit", event, given=lambda: [wired(payload, "the payload")])

    def process_events(self) -> int | None:
        self._note("handle")
        count: int | None = self._asked("process_events")
        self.handled += count or 0
        return count

    def waiting(self) -> int:
        return int(self.ask("waiting"))

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(self.ask("tasks"))

    @property
    def handlers(self) -> dict[str, tuple[str, ...]]:
        return {event: tuple(names) for event, names in self.ask("handlers").items()}

    def line_of(self, line: int) -> int:
        return int(self.ask("line_of", line))

    def why(self, name: str = "return") -> Slice:
        """As :meth:`belljar.runtime.runtime.Runtime.why`, found out in the worker: of fewer values, and within the time of a call."""
        from belljar.trace.slices import Slice

        if not isinstance(name, str):
            raise bell_error("E0003", detail="the name of a value is asked for", hint="example: total, order.qty, prices[2]")
        return Slice.from_dict(self.ask("why", name))

    def describe(self, part: str) -> dict[str, Any]:
        if part == "limits":
            return self.resource_tracker.report()
        found: dict[str, Any] = self.ask("describe", part)
        return found

    def grown(self, before: Snapshot, after: Snapshot | None) -> dict[str, Any]:
        state: Any = self.state
        found: dict[str, Any] = self.ask("grown", state._usable(before._mark), None if after is None else state._usable(after._mark))
        return found

    def counted(self) -> dict[str, int | None]:
        """What is used of limits. While a call runs its worker cannot be asked: only that it runs is known."""
        found: dict[str, int | None] = dict.fromkeys(COUNTED) | {"running": 1}
        if self._lock.acquire(blocking=False):
            try:
                found = found if self._is_asking else self.ask("counted")
            finally:
                self._lock.release()
        return found

    @property
    def used(self) -> set[str]:
        used = set() if self._hosting is None else set(self._hosting.settle())
        return used | ({"io.stdout"} if self._printed or self._sink.written else set())


def wired(value: Any, what: str) -> Any:
    """A value as a message has it. Raises E0302 for what is no value of a program."""
    try:
        return wire.to_wire(value)
    except (TypeError, ValueError, RecursionError) as problem:
        raise bell_error("E0302", what=what, expected="a plain value", found=type(value).__name__, advice=str(problem)) from None


# --- in a worker --------------------------------------------------------------------------------------------------------------------


class RuntimeInWorker:
    """The runtime itself, and what is asked of it: a method for each operation."""

    def __init__(
        self,
        write: Callable[[str], object],
        ask: Callable[[str, tuple[Any, ...]], Any],
        reel: SentReel,
        program: Any,
        rows: Any,
        options: Any,
    ) -> None:
        from belljar.runtime.program import compile
        from belljar.runtime.remote_hosts import RemoteFunctions
        from belljar.safety.limits import ResourceLimits

        self._write = write
        self._marks: dict[int, Any] = {}
        self._number = 0
        hosts = RemoteFunctions(ask, rows, reel.missed)
        given: Any = None
        name = "<program>"
        if program is not None:
            text, called, inputs = program
            given, name = wire.from_wire(text), wire.from_wire(called)
            if inputs is not None:
                given = compile(given, name, inputs=inputs, cache=False, hosts=hosts)
        limits = ResourceLimits(**options["limits"])
        how = {"engine": options["engine"], "allocation_sites": options["allocation_sites"]}
        self.runtime = Runtime(given, limits=limits, write=write, name=name, hosts=hosts, **how)
        runtime = self.runtime
        if options["traces"] is not None:
            from belljar.runtime.remote_traces import SentTape

            level, kept = options["traces"]
            line_of = lambda: runtime.line_of if runtime._composed is not None else None  # noqa: E731
            runtime._tape = SentTape(reel, level, kept, line_of)  # type: ignore[assignment]
        # What a dry run withholds is withheld on the other side.
        self.runtime._sink.write = write

    def reply(self, operation: str, args: list[Any], flags: Any) -> list[Any]:
        """The answer to an operation, and the marks that are gone since the last one."""
        runtime = self.runtime
        if sorted(runtime._allowed.names) != flags["grants"]:
            runtime.grants = flags["grants"]
        runtime.dry_run = flags["dry_run"]
        answer = getattr(self, f"do_{operation}")(*args)
        gone = [[number, mark.gone] for number, mark in self._marks.items() if mark.gone]
        for number, _ in gone:
            del self._marks[number]
        return [answer, gone]

    def do_load(self, text: Any, name: Any) -> None:
        self.runtime.load(wire.from_wire(text), wire.from_wire(name))

    def do_execute(self, text: Any, name: Any) -> None:
        self.runtime.execute(wire.from_wire(text), wire.from_wire(name))

    def do_execute_once(self) -> None:
        self.runtime.execute_once()

    def do_call(self, task: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        return self.runtime.call(
            task, *[wire.from_wire(arg) for arg in args], **{name: wire.from_wire(value) for name, value in kwargs.items()}
        )

    def do_emit(self, event: str, payload: Any) -> None:
        self.runtime.emit(event, wire.from_wire(payload))

    def do_process_events(self) -> int | None:
        return self.runtime.process_events()

    def do_waiting(self) -> int:
        return self.runtime.waiting()

    def do_tasks(self) -> list[str]:
        return list(self.runtime.tasks)

    def do_handlers(self) -> dict[str, list[str]]:
        return {event: list(names) for event, names in self.runtime.handlers.items()}

    def do_line_of(self, line: int) -> int:
        return self.runtime.line_of(line)

    def do_why(self, name: str) -> dict[str, Any]:
        from belljar.runtime.why import why_runtime

        return why_runtime(self.runtime, name, nodes_max=NODES_MAX, time_max_s=self.runtime.limits.max_execution_time).to_dict()

    def do_describe(self, part: str) -> dict[str, Any]:
        return self.runtime.describe(part)

    def do_counted(self) -> dict[str, int | None]:
        return self.runtime.counted()

    def do_grown(self, before: int, after: int | None) -> dict[str, Any]:
        return self.runtime.grown(_Marked(self._marks[before]), None if after is None else _Marked(self._marks[after]))  # type: ignore[arg-type]

    # --- the state ------------------------------------------------------------------------------------------------------------------

    def do_get(self, name: str) -> list[Any]:
        state = self.runtime.state
        return [state[name]] if name in state else []

    def do_set(self, name: str, value: Any) -> None:
        self.runtime.state[name] = wire.from_wire(value)

    def do_delete(self, name: str) -> bool:
        if name not in self.runtime.state:
            return False
        del self.runtime.state[name]
        return True

    def do_names(self) -> list[str]:
        return list(self.runtime.state)

    def do_to_dict(self) -> dict[str, Any]:
        return self.runtime.state.to_dict()

    def do_type_of(self, name: str) -> str | None:
        return self.runtime.state.type_of(name) if name in self.runtime.state else None

    def do_count(self) -> int:
        return self.runtime.state.count()

    def do_dump(self, mark: int | None) -> bytes:
        return self.runtime.state.dump(None if mark is None else self._marks[mark])

    def do_load_state(self, data: bytes) -> None:
        self.runtime.state.load(data)

    def do_mark(self) -> int:
        self._number += 1
        self._marks[self._number] = self.runtime.state.mark()
        return self._number

    def do_return_to(self, mark: int) -> None:
        self.runtime.state.return_to(self._marks[mark])

    def do_release(self, mark: int) -> None:
        self.runtime.state.release(self._marks[mark])

    def do_names_at(self, mark: int) -> list[str]:
        with self.runtime.state.at(self._marks[mark]) as look:
            return look.names()

    def do_get_at(self, mark: int, name: str) -> list[Any]:
        with self.runtime.state.at(self._marks[mark]) as look:
            return [look.read(name)] if name in look.names() else []


class _Marked:
    """Stands for a snapshot."""

    def __init__(self, mark: Any) -> None:
        self._mark = mark
