"""What a traced runtime was asked, step by step, so that all of it can be asked again: calls, executions and events, what the host set in the state and where it went back.

A step is JSON data that begins with its name. Values are packed as in journals; of one that has no such form only its class is kept, and then it cannot be repeated.
"""

from __future__ import annotations

from belljar.errors import BellError, ReplayError
from belljar.runtime.recording import UNKNOWN, digest_of, packed_values, signature_rows
from belljar.safety.journal import HostCall, Journal, unpacked
from belljar.trace.origin import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Final

    from belljar.runtime.runtime import Runtime


class HostCalls:
    """Calls of functions of the host, as they are made."""

    def __init__(self) -> None:
        self.calls: list[HostCall] = []

    def __len__(self) -> int:
        return len(self.calls)

    def rows(self) -> Iterator[Any]:
        return Journal(self.calls).rows()


class Asked:
    """The steps of one runtime, and the :class:`~belljar.trace.origin.Origin` that they are of its trace."""

    def __init__(self, level: str) -> None:
        self.calls: Final = HostCalls()
        self.origin: Final = Origin("", "", "runtime", level, calls=self.calls)
        self.is_quiet = False
        """Whether what happens to the state is part of a step."""
        self.is_broken = False
        """Whether something happened that cannot be made again."""
        self._is_begun = False
        self._text: str | None = None
        self._marks = 0
        self._dry_run = False
        self._grants: tuple[str, ...] = ()

    def note(self, runtime: Runtime, what: str, *parts: Any) -> None:
        """The runtime is asked something."""
        origin, grants = self.origin, tuple(sorted(runtime._allowed.names))
        if not self._is_begun:
            self._is_begun = True
            origin.grants = self._grants = grants
            origin.limits = {key: value for key, value in runtime.limits.to_dict().items() if isinstance(value, int) and value < 1 << 62}
        source = runtime._source
        origin.program, text = (runtime._name, runtime._text) if source is None else (source.name, source.source)
        if text is not self._text:
            self._text, origin.digest = text, digest_of(text)
        origin.inputs = {} if source is None else {name: str(type) for name, type in source.inputs.items()}
        origin.hosts = signature_rows(runtime.hosts or (None if source is None else source.hosts))
        if runtime.dry_run != self._dry_run:
            self._dry_run = runtime.dry_run
            origin.steps.append(["dry_run", runtime.dry_run])
        if grants != self._grants:
            self._grants = grants
            origin.steps.append(["grants", *grants])
        origin.steps.append([what, *parts])

    def note_call(self, runtime: Runtime, task: Any, args: Any, kwargs: Mapping[str, Any]) -> None:
        """A task is called."""
        self.note(runtime, "call", task, [kept(value) for value in args], packed_values(kwargs))

    def note_state(self, what: str, name: Any = None, value: Any = None) -> None:
        """The host changes the state, or marks it."""
        if self.is_quiet:
            return
        steps = self.origin.steps
        if what == "mark":
            self._marks += 1
            name.noted = self._marks
            steps.append([what, self._marks])
        elif what in ("return", "release"):
            if name.noted:
                steps.append([what, name.noted])
            else:
                self.is_broken = self.is_broken or what == "return"  # to where it was before anything was noted
        elif what == "set":
            steps.append([what, name, kept(value)])
        else:
            steps.append([what, kept(name)])


def kept(value: Any) -> Any:
    """A value as JSON data, or what says that it was not kept."""
    return packed_values({"": value})[""]


class Repeated:
    """A runtime that is asked again what another was asked."""

    def __init__(self, runtime: Runtime, texts: list[Any]) -> None:
        self.runtime = runtime
        self.first = texts
        self.marks: dict[int, Any] = {}
        self.error: BellError | None = None
        """What the last step ended with."""

    def step(self, what: str, *parts: Any) -> None:
        """One step; what it ends with is in ``error``. Raises what is wrong with the step itself (TypeError, ValueError, LookupError and E1312)."""
        self.error = None
        work = getattr(self, f"do_{what}")
        try:
            work(*parts)
        except ReplayError:
            raise
        except BellError as error:
            self.error = error

    def do_dry_run(self, on: bool) -> None:
        self.runtime.dry_run = on is True

    def do_grants(self, *names: str) -> None:
        self.runtime.grants = list(names)

    def do_load(self, *texts: str) -> None:
        self.runtime.load(*(texts or self.first))

    def do_execute(self, *texts: str) -> None:
        self.runtime.execute(*(texts or self.first))

    def do_run(self) -> None:
        self.runtime.execute_once()

    def do_call(self, task: str, args: list[Any], kwargs: dict[str, Any]) -> None:
        self.runtime.call(task, *map(value_of, args), **{name: value_of(value) for name, value in kwargs.items()})

    def do_emit(self, event: str, payload: Any) -> None:
        self.runtime.emit(event, value_of(payload))

    def do_handle(self) -> None:
        self.runtime.process_events()

    def do_set(self, name: str, value: Any) -> None:
        self.runtime.state[name] = value_of(value)

    def do_delete(self, name: str) -> None:
        del self.runtime.state[name]

    def do_take(self, data: Any) -> None:
        self.runtime.state.load(value_of(data))

    def do_mark(self, number: int) -> None:
        self.marks[number] = self.runtime.state.mark()

    def do_release(self, number: int) -> None:
        self.runtime.state.release(self.marks.pop(number))

    def do_return(self, number: int) -> None:
        self.runtime.state.return_to(self.marks[number])


def value_of(data: Any) -> Any:
    """The value that a step holds. Raises E1312 for one that was not kept, ValueError and its kin for other data."""
    if isinstance(data, list) and data[:1] == [UNKNOWN]:
        raise ReplayError("E1312", reason="a value was an object of the host, which no trace keeps", advice="")
    return unpacked(data)
