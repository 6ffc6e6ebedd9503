"""The replay engine: traces validated, compared, and made again.

A trace of a run knows what it was made from (:class:`belljar.trace.origin.Origin`), and what functions of the host were asked and answered. So the run can be made again anywhere: nobody outside is
asked, and whatever happens otherwise than the trace says is the program's doing. The first event in which the two differ tells what, and on which line.
"""

from __future__ import annotations

from belljar.errors import BellError, ReplayError, bell_error
from belljar.safety.capabilities import STDOUT, grants_of
from belljar.safety.limits import Limits, ResourceLimits
from belljar.trace.compare import SHOWN_MAX, Comparison, Divergence, compare
from belljar.trace.origin import origin_of
from belljar.trace.reading import dropped_by
from belljar.trace.replay import Validation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from belljar.runtime.hosts import HostFunctions
    from belljar.runtime.program import Program
    from belljar.safety.capabilities import Grants
    from belljar.safety.journal import Journal
    from belljar.trace.events import TraceEvent
    from belljar.trace.origin import Origin
    from belljar.trace.reading import Trace

OTHER_CALL: Final = "E0908"
"""The error of a run that asks for another call of a function of the host than its journal has."""


class ReExecution(Comparison):
    """A trace against the run made again, the trace being the left side. ``trace`` is that of the new run, ``is_same_program`` says whether the program is, to the letter, the one that was traced."""

    __slots__ = ("is_same_program", "trace")

    def __init__(self, events: int, divergence: Divergence | None, trace: Trace, is_same_program: bool) -> None:
        super().__init__(events, divergence)
        self.trace = trace
        self.is_same_program = is_same_program

    @property
    def message(self) -> str:
        """One line for people."""
        if self.divergence is not None:
            return self.divergence.message
        return f"The run is the same as the trace: {self.events:,} event{'s' if self.events != 1 else ''}"


class ReplayEngine(Validation):
    """Validates, compares and makes runs again. Has no state: its methods can be called on the class as well."""

    @staticmethod
    def re_execute(trace: Trace, program: Program | str) -> ReExecution:
        """Run what the trace tells of again and compare. ``program`` is a Program or its text; functions of the host are not called, their answers are those of the trace. A program that asks for a call
        that the trace does not have diverges there. Raises E1312 for a trace that does not say what was run, and what is wrong with the program."""
        from belljar.runtime.program import Program
        from belljar.runtime.recording import digest_of

        if not isinstance(program, (Program, str)):
            raise bell_error("E0003", detail=f"re_execute() takes a program or its text, got {type(program).__name__}")
        origin = origin_of(trace)
        if origin is None:
            raise ReplayError(
                "E1312",
                reason="the trace does not say what was run",
                advice="record it with `belljar trace PROGRAM`, Recording, RuntimeExecutor or Runtime, alone in its collector",
            )
        if dropped_by(trace) or getattr(trace, "lost", 0):
            raise ReplayError(
                "E1312", reason="the beginning of the trace was not kept", advice="record it with more max_bytes, or to a file"
            )
        again, error = _made_again(origin, program)
        compared = compare(trace, again)
        text = program if isinstance(program, str) else program.source
        found = compared.divergence
        if found is not None:
            found = _asked_otherwise(found, origin, error)
        return ReExecution(compared.events, found, again, digest_of(text) == origin.digest)


def _asked_otherwise(found: Divergence, origin: Origin, error: BellError | None) -> Divergence:
    """The divergence, as one of calls of the host where it is one: a call instead of another, one more, or none where there was one."""
    calls = [None if event is None or event.node_type != "HOST" else event for event in (found.left, found.right)]
    if calls == [None, None]:
        return found
    if error is not None and error.code == OTHER_CALL and calls[1] is not None:
        asked, _, had = str(error.message).partition(", and ")
        count = len(origin.calls)
        none = f"no more than {count} call{'s' if count != 1 else ''}"
        told = none if had.startswith("the journal ends") else had.removeprefix("in the journal ")
        return Divergence(found.index, "host call", found.left, found.right, (told, asked.partition(" is ")[2]))
    if found.what == "node_type":
        left, right = ("no call" if event is None else _call(event) for event in calls)
        return Divergence(found.index, "host call", found.left, found.right, (left, right))
    return found


def _call(event: TraceEvent) -> str:
    arguments = event.facts.get("arguments")
    given = ", ".join(f"{name}={value!r}" for name, value in arguments.items()) if isinstance(arguments, dict) else ""
    text = f"{event.facts.get('name')}({given})"
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 3] + "..."


def _made_again(origin: Origin, program: Program | str) -> tuple[Any, BellError | None]:
    """The run once more, traced, and what it ended with."""
    from belljar.runtime.recording import CHANGED, values_of
    from belljar.safety.journal import Journal

    text = program if isinstance(program, str) else program.source
    try:
        journal = Journal.from_rows(origin.calls.rows())
        inputs = {} if origin.by == "runtime" else values_of(origin.inputs)
        arguments = values_of(origin.arguments)
        hosts = _hosts(origin, journal).recorded(journal)
        if origin.by in ("executor", "runtime"):
            limits = ResourceLimits(**origin.limits)
        else:
            own = Limits().with_values(origin.limits)
        grants = grants_of(origin.grants)
    except TypeError:
        raise ReplayError("E1312", reason="its limits are not known", advice=CHANGED) from None
    except BellError as error:
        raise ReplayError("E1312", reason=f"{error.message}", advice=CHANGED) from None
    if origin.by == "executor":
        return _executed_again(origin, text, inputs, limits, hosts, grants)
    if origin.by == "runtime":
        return _asked_again(origin, text, limits, hosts, grants)
    from belljar.runtime.boundary import type_of
    from belljar.runtime.program import compile
    from belljar.runtime.recording import Recording

    made = compile(text, origin.program, inputs={key: type_of(value, f"'{key}'") for key, value in inputs.items()}, hosts=hosts)
    options: Any = {"limits": own, "hosts": hosts, "grants": grants, "dry_run": origin.dry_run, "prints": grants.allows(STDOUT)}
    recording = Recording(made, origin.level, **options)
    again: Any = recording.call(origin.task, **arguments) if origin.task else recording.run(inputs)
    return again, again.outcome.error


def _executed_again(
    origin: Origin, text: str, inputs: dict[str, Any], limits: ResourceLimits, hosts: HostFunctions, grants: Grants
) -> tuple[Any, BellError | None]:
    from belljar.runtime.context import ExecutionContext
    from belljar.runtime.executor import RuntimeExecutor
    from belljar.trace.events import TraceCollector

    collector = TraceCollector(level=origin.level)
    executor = RuntimeExecutor(collector, origin.dry_run, limits=limits, hosts=hosts, write=lambda text: None)
    context = ExecutionContext(grants=grants.names)
    for name, value in inputs.items():
        context.set(name, value)
    try:
        executor.execute(text, context, origin.program)
    except BellError:
        if not len(collector):  # it is not the run that failed
            raise
    return collector, executor.last_error


def _asked_again(origin: Origin, text: str, limits: ResourceLimits, hosts: HostFunctions, grants: Grants) -> tuple[Any, BellError | None]:
    """A runtime that is asked everything again that another was. What a step ends with is no error here: the trace tells of it, and the host went on."""
    from belljar.runtime.asked import Repeated
    from belljar.runtime.program import compile
    from belljar.runtime.recording import CHANGED
    from belljar.runtime.runtime import Runtime
    from belljar.trace.events import TraceCollector

    collector = TraceCollector(level=origin.level)
    how: dict[str, Any] = {"limits": limits, "hosts": hosts, "grants": list(grants.names), "trace": collector, "write": lambda text: None}
    steps = origin.steps
    if any(step[:1] in (["load"], ["execute"]) and len(step) == 1 for step in steps):
        runtime = Runtime(**how)  # which was given its program later
    elif origin.inputs:
        runtime = Runtime(compile(text, origin.program, inputs=origin.inputs, hosts=hosts), **how)
    else:
        runtime = Runtime(text, name=origin.program, **how)
    again = Repeated(runtime, [text, origin.program])
    error: BellError | None = None
    for number, step in enumerate(steps):
        try:
            again.step(*step)
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError):
            raise ReplayError("E1312", reason=f"step {number + 1:,} of the runtime cannot be read", advice=CHANGED) from None
        if again.error is not None:
            error = again.error
            if error.code == OTHER_CALL:
                break  # what comes after was answered for another run
            if not len(collector):
                raise error  # no step came as far as running
    return collector, error


def _hosts(origin: Origin, journal: Journal) -> HostFunctions:
    """Functions of the host by their signatures alone: they answer from the journal."""
    from belljar.runtime.hosts import HostFunctions

    hosts = HostFunctions(max_bytes=(1 << 40) - 1)
    for name, (signature, capability, effect) in origin.hosts.items():
        if name == "secret":
            hosts.refer_to_secrets()
        else:
            hosts.add(name, _nothing, signature=signature, capability=capability, effect=effect)
    return hosts


def _nothing(*args: Any) -> None:
    """Stands for a function that is not there."""
