"""Recording: a call or a run with the marks of a trace left on the way.

A traced program answers, prints, fails and is charged as it is without a trace. So a recording is made where it is wanted, and any run can be had again with one.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from belljar.engines.contract import MARKS_BLOCK_MIN, Marks
from belljar.errors import BellError, ReplayError, bell_error
from belljar.ir.function import Module
from belljar.ir.passes import optimise
from belljar.ir.verify import verify
from belljar.lang.compile import FrontEnd
from belljar.runtime.boundary import from_components, to_components, to_wide_components
from belljar.runtime.engine import engine_of
from belljar.runtime.promotion import CountedOutput, is_overflow
from belljar.safety.capabilities import STDOUT, grants_of
from belljar.safety.journal import Journal, packed
from belljar.safety.limits import INT64_MAX, Limits
from belljar.structs import Struct
from belljar.trace.blocks import BLOCK_BYTES, FileBlocks, Reel
from belljar.trace.events import TraceEvent
from belljar.trace.node_types import LEVELS
from belljar.trace.origin import FIELDS, Origin
from belljar.trace.points import Points
from belljar.trace.recorded import RecordedTrace, told
from belljar.types import Type, widened

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from belljar.engines.contract import HostTable, Outcome, Write
    from belljar.runtime.hosts import HostFunctions
    from belljar.runtime.program import Isolation, Program
    from belljar.runtime.remote_traces import SentReel
    from belljar.safety.capabilities import Grants
    from belljar.safety.journal import HostCall
    from belljar.trace.slices import Slice

Made: TypeAlias = "RecordedTrace | RecordedBranches"


class RecordedOutcome(Struct):
    """How a recorded run ended. ``result`` is None when ``error`` is set; ``fuel_used`` and ``output`` are those of the run alone."""

    __slots__ = ("error", "fuel_used", "output", "result")

    def __init__(self, result: Any, error: BellError | None, fuel_used: int, output: str) -> None:
        self.result = result
        self.error = error
        self.fuel_used = fuel_used
        self.output = output


class Recording:
    """Runs a program with a trace.

    ``level`` is one of "branches", "calls" and "full" (:data:`belljar.trace.node_types.LEVELS`). Marks take about ``max_bytes`` of memory: what is older than that is lost, or, where ``spill`` is a file open for
    reading and writing in binary mode, all of them go there. ``write`` gets the output as well. Functions of the host are those of ``hosts``, or of the program, as far as ``grants`` allow; what an
    earlier run was answered is had by ``hosts.recorded(journal)``. In a ``dry_run`` those that write are not called, and nothing is written: what would be is in ``withheld``. Without ``prints`` printing is refused (E0901).
    With ``isolation`` it runs in a worker process, as calls of programs do; of one that is lost there is the trace as far as it came. Raises E0003 for an unknown level.

    >>> trace = Recording(belljar.compile("def twice(x: int) -> int:\\n    return x * 2\\n")).call("twice", 4)
    >>> trace.outcome.result, [event.node_type for event in trace]
    (8, ['TASKDEF', 'RETURN', 'TASKDEF'])
    """

    def __init__(
        self,
        program: Program,
        level: str = "full",
        *,
        engine: str = "vm",
        limits: Limits | None = None,
        max_bytes: int = 64 << 20,
        spill: BinaryIO | None = None,
        write: Write | None = None,
        hosts: HostFunctions | None = None,
        grants: Collection[str] | Grants = ("io.stderr",),
        dry_run: bool = False,
        prints: bool = True,
        isolation: Isolation = None,
        reel: SentReel | None = None,
    ) -> None:
        if level not in LEVELS or level == "off":
            raise bell_error("E0003", detail=f"unknown level of a recording {level!r}", hint="levels are branches, calls, full")
        self.program = program
        self.level = level
        self.engine = engine
        self.limits = limits or program.limits
        self.max_bytes = max_bytes
        self.spill = spill
        self.write = write
        self.hosts = program.hosts if hosts is None else hosts
        self.grants = grants_of(grants)
        self.dry_run = dry_run
        self.prints = prints
        self.isolation = isolation
        self.withheld: list[str] = []
        """What the last run would have printed, had it not been a dry one."""
        self._reel = reel
        """In a worker: where its marks go."""
        self._out = CountedOutput(self._print)
        self._journal = Journal()
        """The calls of functions of the host of the run that goes on."""
        program.under(self.limits)  # which it may be too large for
        self._last: RecordedTrace | None = None
        self._fronts: FrontEnd | None = None
        self._modules: dict[tuple[Any, ...], Module] = {}
        self._bare: dict[int, Module] = {}

    def call(self, task: str, *args: Any, **kwargs: Any) -> Made:
        """Call a task. The module level runs before, unrecorded. Raises what is wrong with the arguments or with the module level; what the call ended with is in the outcome."""
        program = self.program
        values = program.bind(task, args, kwargs)
        if self.isolation is not None:
            return self._isolated(task, args, kwargs, values)
        types = program._types(task, values)

        def run(wide: bool, before: Journal | None) -> RecordedTrace:
            module = self._module({task: [widened(type) for type in types] if wide else types}, wide)
            row = module.tasks[task]
            layouts = self._module({task: types}, False).records
            given: list[Any] = []
            for param, type, value in zip(row.params, types, values, strict=True):
                what = f"argument '{param.name}' of {task}()"
                given += (
                    to_wide_components(value, type, param.type, layouts, what) if wide else to_components(value, param.type, layouts, what)
                )
            return self._record(module, row.function, given, row.result, runs_init=True, wide=wide, before=before, origin=origin)

        origin = self._origin(task, self._named(task, values), {})
        return self._with_branches(self._promoted(run), lambda full: full.call(task, *args, **kwargs))

    def row(self, task: str, source: Any, row: int, **reading: Any) -> Made:
        """The call of a task that a batch makes for one row of ``source``, counted from 0; ``reading`` as for :meth:`Program.batch <belljar.Program.batch>`. Raises E0003 where there is no such row."""
        from belljar.runtime.batches import row_arguments

        return self.call(task, **row_arguments(self.program, task, source, row, **reading))

    def _named(self, task: str, values: Sequence[Any]) -> dict[str, Any]:
        return dict(zip((name for name, _ in self.program.parameters(task)), values, strict=True))

    def run(self, inputs: Mapping[str, Any] | None = None) -> Made:
        """Run the module level."""
        values = dict(inputs or {})
        if self.isolation is not None:
            return self._isolated("", (), values, ())
        origin = self._origin("", {}, values)

        def run(wide: bool, before: Journal | None) -> RecordedTrace:
            module = self._module({}, wide)
            given: list[Any] = []
            layouts = self._module({}, False).records
            for name, type in self.program._facts.inputs.items():
                if name not in values:
                    raise bell_error("E0206", name=name)
                what = f"input '{name}'"
                given += (
                    to_wide_components(values[name], type, widened(type), layouts, what)
                    if wide
                    else to_components(values[name], type, layouts, what)
                )
            if not module.init:
                return RecordedTrace(module.traces or Points(self.level), [], outcome=RecordedOutcome(None, None, 0, ""), origin=origin)
            return self._record(module, module.init, given, None, runs_init=False, wide=wide, before=before, origin=origin)

        return self._with_branches(self._promoted(run), lambda full: full.run(values))

    def why(self, name: str = "return") -> Slice:
        """Where a value of the call, or of the run, came from that was recorded last: see :func:`belljar.runtime.why.why_call`. Functions of the host are not called again. Raises E1312 where it was given
        what no trace keeps."""
        from belljar.runtime.hosts import NO_HOSTS
        from belljar.runtime.why import why_call

        origin = None if self._last is None else self._last.origin
        if origin is None:
            raise bell_error("E0003", detail="Nothing was recorded yet", hint="call() or run() first")
        hosts = (self.hosts or NO_HOSTS).recorded(Journal.from_rows(origin.calls.rows()))
        given = values_of(origin.arguments if origin.task else origin.inputs)
        return why_call(
            self.program, origin.task or None, name, (), given, limits=self.limits, hosts=hosts, grants=self.grants, prints=self.prints
        )

    def _with_branches(self, trace: RecordedTrace, again: Callable[[Recording], Any]) -> Made:
        """The trace; where only branches were recorded, one that has its events from a second run."""
        self._last = trace
        if self.level != "branches":
            return trace
        from belljar.runtime.hosts import NO_HOSTS

        hosts = (self.hosts or NO_HOSTS).recorded(journal_of(trace))
        options: Any = {
            "engine": self.engine,
            "limits": self.limits,
            "hosts": hosts,
            "grants": self.grants,
            "prints": self.prints,
            "isolation": self.isolation,
        }
        return RecordedBranches(trace, lambda: again(Recording(self.program, "full", **options)))

    def _origin(self, task: str, arguments: Mapping[str, Any], inputs: Mapping[str, Any]) -> Origin:
        """What the run is made from, so that it can be made again. Values that have no such form are left out: then it cannot."""
        program, limits = self.program, self.limits
        return Origin(
            program.name,
            digest_of(program.source),
            "program",
            self.level,
            task,
            packed_values(arguments),
            packed_values(inputs),
            tuple(sorted(self.grants.names) + ([] if not self.prints or self.grants.allows(STDOUT) else [STDOUT])),
            {name: value for name in COUNTED_LIMITS if (value := getattr(limits, name)) < INT64_MAX},
            self.dry_run,
            signature_rows(self.hosts),
        )

    def _promoted(self, run: Callable[[bool, Journal | None], RecordedTrace]) -> RecordedTrace:
        """The run, with ints of any size where one left 64 bits. What was answered before is not asked again, nor what was written before written again."""
        out = self._out
        out.written = out.skip = 0
        self.withheld = []
        try:
            trace = run(False, None)
        except BellError as refusal:  # of the module level, before a call
            if not is_overflow(refusal):
                raise
        else:
            error = trace.outcome.error
            if error is None or not is_overflow(error):
                return trace
        out.skip, out.written = out.written, 0
        return run(True, self._journal)

    def _print(self, text: str) -> None:
        if self.dry_run:
            self.withheld.append(text)
        elif self.write is not None:
            self.write(text)

    def _isolated(self, task: str, args: Sequence[Any], kwargs: Mapping[str, Any], values: Sequence[Any]) -> Made:
        """The run in a worker process."""
        from belljar.runtime.hosts import NO_HOSTS
        from belljar.runtime.remote_traces import Reception
        from belljar.runtime.workers import pool_of

        output: list[str] = []
        found: list[RecordedTrace] = []
        self.withheld = []
        journal = self._journal = Journal()
        hosts = (self.hosts or NO_HOSTS).begin(self.grants, journal=journal, dry_run=self.dry_run)
        hosts.time_left = self.limits.time_left
        reel = self._new_reel()
        origin = self._origin(task, self._named(task, values), {}) if task else self._origin("", {}, kwargs)
        origin.calls = journal

        def write(text: str) -> None:
            if reception.is_open:
                output.append(text)
            self._print(text)

        def ended(points: Points, error: dict[str, Any] | None, lost: int, fuel: int) -> None:
            outcome = RecordedOutcome(None, None, fuel, "".join(output))
            heard = list(hosts.heard or ())
            found.append(
                RecordedTrace(
                    points, reel.end(), outcome=outcome, error=error, lost=lost + reel.lost, calls=heard, origin=origin, is_dry=self.dry_run
                )
            )

        reception = Reception(reel, lambda: hosts, ended)
        to = write if self.prints else None
        result, failure = None, None
        try:
            result = pool_of(self.isolation).record(
                self.program, task, args, kwargs, self.engine, self.limits, to, self.grants.names, hosts, self.level, self.prints, reception
            )
        except BellError as error:
            reception.lost(error)
            if not found:
                raise
            failure = error
        trace = found[-1]
        trace.outcome.result, trace.outcome.error = result, failure
        if task:
            return self._with_branches(trace, lambda full: full.call(task, *args, **kwargs))
        return self._with_branches(trace, lambda full: full.run(kwargs))

    def _new_reel(self) -> Reel:
        spill = self.spill
        return Reel(self.max_bytes, None if spill is None else lambda: FileBlocks(spill))

    def _module(self, tasks: Mapping[str, Sequence[Type]], wide: bool) -> Module:
        """The traced module of some tasks, optimised."""
        key = (tuple((name, tuple(map(str, types))) for name, types in tasks.items()), wide)
        found = self._modules.get(key)
        if found is None:
            if self._fronts is None:
                program = self.program
                self._fronts = FrontEnd(
                    program.source,
                    program.name,
                    program._facts.inputs,
                    counted=self.limits.counts,
                    traces=self.level,
                    hosts={} if self.hosts is None else self.hosts.signatures,
                )
            found = self._fronts.module(tasks, wide=wide)
            verify(found)
            self._modules[key] = found = optimise(found)
        return found

    def _without_init(self, module: Module) -> Module:
        """The same module every time: engines keep what they made of one."""
        found = self._bare.get(id(module))
        if found is None:
            found = self._bare[id(module)] = without_init(module)
        return found

    def _record(
        self,
        module: Module,
        function: str,
        given: list[Any],
        result: Type | None,
        *,
        runs_init: bool,
        wide: bool,
        before: Journal | None,
        origin: Origin,
    ) -> RecordedTrace:
        """Run a function. Without ``runs_init`` it is the module level itself, called as a function, so that its outcome is had like any other."""
        if not runs_init:
            module = self._without_init(module)
        output: list[str] = []
        is_running = False
        sent = self._reel
        reel = self._new_reel()
        keeps = sent is None and self.spill is None

        def write(text: str) -> None:
            if is_running:
                output.append(text)
            self._out(text)

        count = max(2, self.max_bytes // BLOCK_BYTES)
        block_bytes = BLOCK_BYTES if self.max_bytes >= 2 * BLOCK_BYTES else max(MARKS_BLOCK_MIN, self.max_bytes // 2)
        marks = Marks(block_bytes, count, None if keeps else reel.take if sent is None else sent.take)
        table: HostTable | None = None
        journal = self._journal = Journal()
        heard: list[HostCall] = []
        if module.hosts:
            from belljar.runtime.hosts import NO_HOSTS

            run = (self.hosts or NO_HOSTS).begin(self.grants, journal=journal, dry_run=self.dry_run, wide=wide)
            run.before, run.heard, run.time_left = before, heard, self.limits.time_left
            table = run.table(module)
        instance = engine_of(self.engine).load(module, self.limits, write if self.prints else None, (), table, marks)
        instance.forget_marks()
        heard.clear()
        points = module.traces or Points(self.level)
        is_running = True
        reel.begin()
        if sent is not None:
            sent.begin(points, instance, sent.was_begun)
        made: Outcome = instance.call(function, given)
        blocks = reel.end(instance.marks())
        if sent is not None:
            if before is None and made.error is not None and is_overflow(made.error):
                sent.pause()
            else:
                sent.end(b"", told(made.error), instance.marks_lost, made.fuel_used)
        value = None
        if made.error is None and result is not None:
            value = from_components(iter(made.results), result)
        outcome = RecordedOutcome(value, made.error, made.fuel_used, "".join(output))
        own = Origin(**{**{name: getattr(origin, name) for name in FIELDS}, "calls": journal})
        return RecordedTrace(
            points, blocks, outcome=outcome, error=told(made.error), lost=instance.marks_lost, calls=heard, origin=own, is_dry=self.dry_run
        )


class RecordedBranches:
    """A run of which a bit was recorded for every branch. Programs are deterministic: when its events are read, the same run is made again with a full trace, and those of level
    "branches" are shown. ``branches`` is how many bits there are, ``bits`` gives them; they tell two runs that went different ways apart without any event."""

    def __init__(self, trace: RecordedTrace, again: Callable[[], RecordedTrace]) -> None:
        self.outcome = trace.outcome
        self.lost = trace.lost
        self.level = "branches"
        self.origin = trace.origin
        self.blocks = trace.blocks
        self._again = again
        self._full: RecordedTrace | None = None
        self._indices: list[int] = []

    def bits(self) -> Iterator[bool]:
        """The branches that were kept, oldest first: whether each went its first way."""
        for number in range(len(self.blocks)):
            for (word,) in struct.iter_unpack("<Q", self.blocks[number]):
                for place in range(word.bit_length() - 2, -1, -1):
                    yield bool(word >> place & 1)

    @property
    def branches(self) -> int:
        words = (word for number in range(len(self.blocks)) for (word,) in struct.iter_unpack("<Q", self.blocks[number]))
        return sum(word.bit_length() - 1 for word in words)

    def _events(self) -> RecordedTrace:
        if self._full is None:
            self._full = self._again()
            self._indices = [index for index, event in enumerate(self._full) if event.node_type in BRANCHING]
        return self._full

    def __len__(self) -> int:
        self._events()
        return len(self._indices)

    def __getitem__(self, index: int) -> TraceEvent:
        full = self._events()
        return full[self._indices[index]]

    def __iter__(self) -> Iterator[TraceEvent]:
        return (event for event in self._events() if event.node_type in BRANCHING)


BRANCHING: Final = frozenset({"MODULE", "TASKDEF", "IF", "WHILE", "FOR", "COMPREHENSION", "MATCH", "TRY", "LIMIT"})
"""The node types of level "branches"."""


CHANGED: Final = "the trace was damaged or changed"
UNKNOWN: Final = "unknown"
"""The mark of a value that was not kept."""
COUNTED_LIMITS: Final = ("fuel", "memory", "depth", "output")
"""The limits that fall at the same place in every run."""


def journal_of(trace: Made) -> Journal:
    """The calls of functions of the host that a run made."""
    calls = None if trace.origin is None else trace.origin.calls
    return calls if isinstance(calls, Journal) else Journal()


def digest_of(text: str) -> str:
    """What tells one text of a program from another."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def signature_rows(hosts: HostFunctions | None) -> dict[str, list[str]]:
    """The signature, the capability and the effect of each function of the host."""
    signatures = {} if hosts is None else hosts.signatures
    return {name: [str(found)[len(name) :], found.capability, found.effect] for name, found in signatures.items()}


def values_of(packed: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments or inputs. Raises E1312 for those that were not kept."""
    from belljar.safety.journal import unpacked

    found: dict[str, Any] = {}
    for name, value in packed.items():
        if isinstance(value, list) and value[:1] == [UNKNOWN]:
            raise ReplayError("E1312", reason=f"'{name}' was an object of the host, which no trace keeps", advice="")
        try:
            found[name] = unpacked(value)
        except (ValueError, TypeError, IndexError, KeyError, RecursionError, ArithmeticError):
            raise ReplayError("E1312", reason=f"'{name}' has no value that can be read", advice=CHANGED) from None
    return found


def packed_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON data. What has no such form, such as an object of the host, is told by its class: a trace of it is not made again."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        try:
            made[name] = packed(value)
        except (BellError, RecursionError):
            made[name] = [UNKNOWN, type(value).__name__]
    return made


def without_init(module: Module) -> Module:
    """The module with a module level that is not run by loading it."""
    made = Module(
        module.name, module.source, module.functions, module.records, module.globals, module.tasks, "", module.signatures, module.hosts
    )
    made.traces, made.handlers, made.segments = module.traces, module.handlers, module.segments
    return made
