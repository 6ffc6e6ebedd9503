"""The door for programs that embed Belljar: one program, or one after another, on a state that lasts.

The module level is a call like others: :meth:`Runtime.execute_once` runs it from the top on the state as it is, so that a second run assigns again what it assigns. A call that fails leaves the state
exactly as it was before it, whatever it had done by then; so does a failed execution.

A program that is executed later on the same state (:meth:`Runtime.execute`) finds the names of the earlier ones with their values, and their functions and classes, whose text is compiled with it.
"""

from __future__ import annotations

import time

from belljar.engines.contract import Outcome
from belljar.errors import BellError, LimitUse, bell_error
from belljar.lang.guard import guard
from belljar.runtime.boundary import from_components, offered, settled, to_components, to_wide_components
from belljar.runtime.engine import engine_of
from belljar.runtime.history import CALL, EMIT, ENTRIES_MAX, HANDLE, NEXT, RUN
from belljar.runtime.passages import Composed, Passage, joined, passages_of
from belljar.runtime.program import CAPABILITIES, Program, _stdout
from belljar.runtime.promotion import CountedOutput, is_overflow
from belljar.runtime.state import Generation, State
from belljar.runtime.unit import Unit, held_type
from belljar.safety.capabilities import grants_of
from belljar.safety.inspector import Inspector
from belljar.safety.integrity import Integrity, Snapshot
from belljar.safety.limits import DEFAULT_LIMITS, ResourceLimits
from belljar.safety.tracker import ResourceTracker
from belljar.types import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any, Final, TypeVar

    from belljar.engines.contract import HostTable, Write
    from belljar.ir.function import Module
    from belljar.runtime.hosts import HostFunctions, HostRun
    from belljar.runtime.profiles import Profile
    from belljar.runtime.program import Isolation
    from belljar.runtime.tape import Tape
    from belljar.safety.capabilities import Grants
    from belljar.safety.journal import Journal
    from belljar.trace.events import TraceCollector
    from belljar.trace.slices import Slice

    Answer = TypeVar("Answer")

NAME: Final = "<program>"
"""What a program is called that was given as text without a name."""


class Runtime:
    """A program with a state. One thread at a time uses it; ``resource_tracker`` and ``state.count()`` may be asked by others meanwhile.

    ``program``: a :class:`~belljar.runtime.program.Program`, source text, or None, and then :meth:`load` or :meth:`execute` bring one. ``limits`` hold for each call, those of names, functions and memory
    for the whole state. With ``safe_mode`` no error of a program is raised: the call gives None, and ``last_error`` says what happened. ``engine`` is one of ``auto``, ``vm``, ``jit``, ``reference``.
    With ``allocation_sites`` ``inspector.dump_memory()`` says where objects were made, for a few percent of speed. Output goes to ``write`` (standard output by default) where ``grants`` allow ``io.stdout``.

    ``hosts`` are the functions of the host that the program may call, as far as ``grants`` allow, more are added by :meth:`host`; calls of them are noted in ``journal``. With ``dry_run`` every call is taken back once it
    has ended, functions of the host that write are not called, and what is printed is in ``withheld``. What calls do is recorded in ``trace``. ``profile``, a name or a :class:`~belljar.runtime.profiles.Profile`, gives limits, grants, dry run, trace and safe mode where they are not given.

    With ``isolation="process"``, or a :class:`~belljar.runtime.workers.WorkerPool`, program and state live in a worker process of their own (:mod:`belljar.runtime.isolated`).
    """

    def __new__(cls, program: Program | str | None = None, *, isolation: Isolation = None, **how: Any) -> Runtime:
        if isolation is not None and cls is Runtime:
            from importlib import import_module

            isolated: type[Runtime] = import_module(ISOLATED).IsolatedRuntime
            return object.__new__(isolated)
        return object.__new__(cls)

    def __init__(
        self,
        program: Program | str | None = None,
        *,
        limits: ResourceLimits | None = None,
        profile: Any = None,
        volume: Any = None,
        safe_mode: bool | None = None,
        engine: str = "auto",
        write: Write | None = None,
        grants: Collection[str] | Grants | None = None,
        name: str = NAME,
        allocation_sites: bool = False,
        hosts: HostFunctions | None = None,
        journal: Journal | None = None,
        dry_run: bool | None = None,
        trace: TraceCollector | None = None,
        isolation: Isolation = None,
    ) -> None:
        if limits is not None and not isinstance(limits, ResourceLimits):
            raise bell_error(
                "E0003",
                detail=f"limits= takes ResourceLimits, got {type(limits).__name__}",
                hint="example: ResourceLimits(max_iterations=1000)",
            )
        if program is not None and not isinstance(program, (Program, str)):
            raise bell_error("E0003", detail=f"a runtime takes a program or its text, got {type(program).__name__}")
        if volume is not None:
            raise bell_error("E0003", detail="A runtime on a volume is not part of this version")
        engine_of(engine)
        found: Profile | None = None
        if profile is not None:
            from belljar.runtime.profiles import get_profile

            found = get_profile(profile)
        if hosts is not None and not hasattr(hosts, "signatures"):
            raise bell_error(
                "E0003", detail=f"hosts= takes HostFunctions, got {type(hosts).__name__}", hint="hosts = belljar.HostFunctions()"
            )
        given = DEFAULT_LIMITS if found is None else found.resource_limits
        self._limits: Final = given if limits is None else limits
        self.profile: Final = found
        self.safe_mode = (found is not None and found.safe_mode) if safe_mode is None else safe_mode
        self.dry_run = (found is not None and found.dry_run) if dry_run is None else dry_run
        self.engine: Final = engine
        self.hosts = hosts
        self.journal = journal
        self.dry_hosts = False
        """Functions of the host that write are not called, though the calls of the program last."""
        self._hosting: HostRun | None = None
        self.grants = (CAPABILITIES if found is None else found.capabilities) if grants is None else grants
        if trace is None and found is not None and found.tracing:
            trace = found.collector()
        self._tape: Tape | None = None
        self._withheld: list[str] = []
        self.state: Final = State(self.limits)
        self.state.owner = self
        self.trace = trace
        self.inspector: Final = Inspector(self)
        self.integrity: Final = Integrity()
        self.resource_tracker: Final = ResourceTracker(self)
        self.last_error: BellError | None = None
        self.calls = 0
        """Calls and executions so far, those that failed included."""
        self.handled = 0
        """Events handled so far."""
        self.began = 0.0
        """When the call began that runs or ran last (``time.monotonic``)."""
        self.seconds = 0.0
        """How long the last call took."""
        self.allocation_sites: Final = allocation_sites
        self._write = write
        self._printed = False
        self._sink: Final = CountedOutput(self._print)
        self._composed: Composed | None = None
        self._kept_passages: list[Passage] | None = None
        self._first = ("", NAME)
        self._source: Program | None = None
        self._text = ""
        self._name = name
        self.is_executed = False
        """Whether the module level was run, or the state was taken from a dump."""
        self._has_program = False
        if program is not None:
            self._take(program, name)

    @property
    def trace(self) -> TraceCollector:
        """Where the events of calls are, in order; it stays empty for a runtime that records none. Another collector may take its place; of another level, or where nothing was recorded, only before the
        program is compiled, which is when it is first called (E0003)."""
        if self._tape is None:
            from belljar.trace.events import TraceCollector

            return TraceCollector(level="off")
        return self._tape.collector

    @trace.setter
    def trace(self, collector: TraceCollector | None) -> None:
        if collector is not None and not hasattr(collector, "attach"):
            raise bell_error(
                "E0003", detail=f"trace= takes a TraceCollector, got {type(collector).__name__}", hint="trace=TraceCollector()"
            )
        if self.state.generation is not None:
            if self._tape is None or collector is None or not self._tape.takes(collector):
                raise bell_error(
                    "E0003",
                    detail="The program is compiled already, for another trace",
                    hint="set trace before the first call, or Runtime(trace=...)",
                )
            self._tape.collector = collector
        elif collector is None or collector.level == "off":
            self._tape = None
        else:
            from belljar.runtime.tape import Tape

            self._tape = Tape(collector, lambda: None if self._composed is None else self.line_of)
            if self.state.noted is None and not len(self.state) and not len(collector):
                from belljar.runtime.asked import Asked

                asked = self._tape.asked = Asked(collector.level)
                self.state.noted = asked.note_state

    def _note(self, what: str, *parts: Any) -> None:
        """The runtime is asked something that its trace has to know, to be made again."""
        if self._tape is not None and self._tape.asked is not None:
            self._tape.asked.note(self, what, *parts)

    def _note_emit(self, event: Any, payload: Any) -> None:
        if self._tape is not None and self._tape.asked is not None:
            from belljar.runtime.asked import kept

            self._note("emit", event, kept(payload))

    @property
    def _traces(self) -> str:
        """The level that programs are compiled for."""
        return "off" if self._tape is None else self._tape.traces

    @property
    def grants(self) -> Collection[str] | Grants:
        """What the program is allowed: names of capabilities, with wildcards. It may be changed between calls."""
        return self._grants

    @grants.setter
    def grants(self, grants: Collection[str] | Grants) -> None:
        self._allowed = grants_of(grants)
        self._grants = grants
        generation = self.state.generation if hasattr(self, "state") else None
        while generation is not None:
            generation.instance.redirect(self._sink if self._allowed.allows("io.stdout") else None)
            generation = generation.parent

    # --- functions of the host ------------------------------------------------------------------------------------------------------

    def host(self, name: str, fn: Callable[..., Any] | None = None, **how: Any) -> Any:
        """Register a function of the host, which the program calls by its dotted name: see :meth:`HostFunctions.add <belljar.runtime.hosts.HostFunctions.add>` for ``capability``, ``effect``, ``signature`` and the rest.
        Before the program is compiled, which is when it is first called. Raises E0003."""
        if self.state.generation is not None:
            raise bell_error(
                "E0003", detail=f"'{name}' comes too late: the program is compiled already", hint="register functions before the first call"
            )
        if self.hosts is None:
            from belljar.runtime.hosts import HostFunctions

            self.hosts = HostFunctions()
        return self.hosts.add(name, fn, **how)

    @property
    def used(self) -> set[str]:
        """The capabilities that were used so far: the smallest set of grants the calls would have done with."""
        used = set() if self._hosting is None else set(self._hosting.settle())
        return used | ({"io.stdout"} if self._printed or self._sink.written else set())

    def _hosted(self, module: Module) -> HostTable | None:
        """What the engine takes of the functions of the host."""
        if not module.hosts:
            return None
        from belljar.runtime.hosts import NO_HOSTS

        if self._hosting is None:
            hosts = self.hosts or (None if self._source is None else self._source.hosts) or NO_HOSTS
            self._hosting = hosts.begin(self._allowed)
            self._hosting.changes = True
            if self._tape is not None:
                self._hosting.hear()
                if self._tape.asked is not None:
                    self._hosting.kept = self._tape.asked.calls.calls
            self._allow()
        table = self._hosting.table(module)
        table.log, table.anew = [], True
        return table

    def _allow(self) -> None:
        """Set what the next call may do."""
        run = self._hosting
        if run is not None:
            run.grants, run.journal, run.dry_run, run.time_left = (
                self._allowed,
                self.journal,
                self._withholds,
                self.limits.max_execution_time,
            )

    async def acall(self, task: str, *args: Any, **kwargs: Any) -> Any:
        """:meth:`call`, awaited: in a worker thread, while async functions of the host run in this event loop. Where the wait is cancelled, the call ends at its next function of the host, or with its limits."""
        from belljar.runtime.awaiting import awaited

        self._ready()
        run = self._hosting
        if run is None:
            from belljar.runtime.hosts import NO_HOSTS

            run = NO_HOSTS.begin(self._allowed)
        run.wait_begins()
        try:
            return await awaited(run, lambda: self.call(task, *args, **kwargs))
        finally:
            run.loop = None

    # --- programs -----------------------------------------------------------------------------------------------------------------

    def load(self, program: Program | str, name: str = NAME) -> None:
        """Take a program for a runtime that has none yet: it is compiled, and run by :meth:`execute_once`. Raises what is wrong with it."""
        if self._has_program:
            raise bell_error("E0003", detail="The runtime has a program already", hint="execute() runs another on the same state")
        self._take(program, name)
        self._note("load")
        self._attempt(self._ready)

    def _take(self, program: Program | str, name: str) -> None:
        self._has_program = True
        if isinstance(program, Program):
            self._source = program
        else:
            self._text, self._name = program, name

    def execute(self, program: Program | str, name: str = NAME) -> None:
        """Run another program on the same state: it finds the names there with their values, and the functions and classes of those before it. Where it is refused or fails, the runtime is as before.

        Numbers, texts and bools that it finds keep their types; all else is of class ``any``. Names of functions that are no definitions (``f = lambda ...``) are not carried over; class variables and modules
        begin anew.
        """
        if not self._has_program:
            self._take(program, name)
            self._note("execute")
            self._attempt(self._execute)
        else:
            self._note("execute", *((program, name) if isinstance(program, str) else (program.source, program.name)))
            self._attempt(lambda: self._execute_next(program, name))

    def _execute_next(self, program: Program | str, name: str) -> None:
        before = self._ready()
        text, name = (program, name) if isinstance(program, str) else (program.source, program.name)
        earlier = self._passages if self.is_executed else []  # what was not run has defined nothing
        composed = Composed(earlier, guard(text, name))
        own = passages_of(text, name)
        defined = frozenset().union(*(passage.names for passage in own))
        held = {
            known: before.held_type(variable)
            for known, variable in before.names.items()
            if variable.type is not None and known not in defined and before.is_set(variable)
        }
        held |= {known: held_type(type) for known, type in self.state.given().items() if known not in defined}
        kept, era = self._composed, self.state.history.era
        self._composed = composed
        try:
            unit = Unit(composed.text, name, held, self.allocation_sites, self.hosts, self._traces)
            unit.check(self.limits, 0)
            extras = self.state.extras
            self.state.history.forget()
            passages = joined(earlier, own)
            made = self._generation(unit, False, before if before.marks or before.parent else None)
            made.load(before.dump(defined))
            self.state.enter(made)
            self.state.history.begin()
            try:
                self._run_init()
            except BaseException:
                self.state.leave(made, before, extras)
                raise
        except BaseException as error:
            self._composed = kept
            if self.state.history.era != era:
                self.state.history.begin()
            if isinstance(error, BellError):
                composed.placed(error)
            raise
        # A name that is a variable by now is one for later programs, too.
        self._passages = [passage for passage in passages if not passage.names <= made.names.keys()]
        self.is_executed = True

    def _ready(self) -> Generation:
        """The current generation; the first is made when it is needed, so that names set before are known to the program."""
        if self.state.generation is None:
            if not self._has_program:
                raise bell_error("E0003", detail="The runtime has no program", hint="load(text), execute(text) or Runtime(text)")
            declared = {} if self._source is None else self._source._facts.inputs
            given = self.state.given()
            held = {name: held_type(type) for name, type in (given | dict(declared)).items()}
            text, name = (self._text, self._name) if self._source is None else (self._source.source, self._source.name)
            hosts = self.hosts or (None if self._source is None else self._source.hosts)
            key = (
                self.allocation_sites,
                self._traces,
                hosts,
                0 if hosts is None else hosts.version,
                *((known, str(type)) for known, type in held.items()),
            )
            kept = {} if self._source is None else self._source._units
            unit = kept.get(key)
            if unit is None:
                unit = kept[key] = Unit(text, name, held, self.allocation_sites, hosts, self._traces)
            unit.check(self.limits, sum(1 for one in given if one not in held))
            self.state.enter(self._generation(unit, False, None))
            self._first = text, name
        generation = self.state.generation
        assert generation is not None
        return generation

    @property
    def _passages(self) -> list[Passage]:
        """What a later program is compiled with."""
        if self._kept_passages is None:
            self._kept_passages = passages_of(*self._first)
        return self._kept_passages

    @_passages.setter
    def _passages(self, passages: list[Passage]) -> None:
        self._kept_passages = passages

    def _generation(self, unit: Unit, wide: bool, parent: Generation | None) -> Generation:
        module = unit.module(wide, self.engine)
        table = self._hosted(module)
        sink = self._sink if self._allowed.allows("io.stdout") else None
        instance: Any = engine_of(self.engine).load(
            module, self.limits.limits, sink, (), table, None if self._tape is None else self._tape.marks()
        )
        if self._hosting is not None and module.hosts:
            self._hosting.watch(module, instance)
        variables = instance.variables()
        if unit.has_sites:
            variables.begin_sites()
        made = Generation(unit, wide, self.engine, instance, variables, parent)
        for task in ("@_events", "@constants"):
            row = module.tasks.get(task)
            outcome = None if row is None else variables.call(row.function, ())
            if outcome is not None and outcome.error is not None:
                raise outcome.error
        return made

    def _widened(self, before: Generation, why: BellError) -> Generation:
        """Go on with ints of any size. Raises why, where the state holds what cannot be carried over."""
        history = self.state.history
        begins = history.base is not None  # in the instance that is left now
        if begins:
            history.forget()
        made = self._generation(before.unit, True, before if before.marks or before.parent else None)
        try:
            made.load(before.dump())
            is_whole = made.define(before.definitions())
        except BellError:
            is_whole = False
        if not is_whole:
            if begins:
                history.begin()
            raise why from None
        self.state.generation = made
        if begins:
            history.begin()
        return made

    @property
    def tasks(self) -> tuple[str, ...]:
        """The names of the functions that can be called."""
        return self._ready().unit.program.tasks

    @property
    def handlers(self) -> dict[str, tuple[str, ...]]:
        """By event: the functions that handle it, in order."""
        return dict(self._ready().module.handlers)

    @property
    def limits(self) -> ResourceLimits:
        """What it was made with; assigned to, it raises E0003: the program was compiled and its instance made under them."""
        return self._limits

    @limits.setter
    def limits(self, limits: object) -> None:
        raise bell_error(
            "E0003", detail="the limits of a runtime stay as it was made with them", hint="make another: Runtime(program, limits=...)"
        )

    # --- running --------------------------------------------------------------------------------------------------------------------

    def execute_once(self) -> None:
        """Run the module level of the program from the top, on the state as it is. Raises what the program raised, and E0206 for an input that the state has no value for."""
        self._note("run")
        self._attempt(self._execute)

    def _execute(self) -> None:
        self._ready()
        for name in () if self._source is None or self.is_executed else self._source._facts.inputs:
            if name not in self.state:
                raise bell_error("E0206", name=name, hint=f"set it: runtime.state[{name!r}] = value")
        self._run_init()
        self.is_executed = True

    def _run_init(self) -> None:
        self._run((RUN, "", ()), lambda module: module.init, lambda generation: ())

    def call(self, task: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function of the program and give its result; a program that was not executed yet is, first. Where it fails the state is as before. Raises what the program raised as a BellError; with
        ``safe_mode`` it is ``last_error``, and None is given."""
        generation = self.state.generation
        if generation is None or kwargs or not self.is_executed or self.state.has_released or self.dry_run or self._tape is not None:
            if self._tape is not None and self._tape.asked is not None:
                self._tape.asked.note_call(self, task, args, kwargs)
            return self._attempt(lambda: self._call(task, args, kwargs))
        plain = generation.plain.get(task)
        if plain is None:
            plain = generation.note_plain(task)
        if len(args) != plain.count:
            return self._attempt(lambda: self._call(task, args, kwargs))
        self._begin()
        try:
            outcome = plain.call(plain.function, args)
        except BellError:  # an argument that is converted the long way, or refused with its place
            return self._attempt(lambda: self._call(task, args, kwargs))
        finally:
            self.seconds = time.monotonic() - self.began
        if outcome.error is not None:
            return self._attempt(lambda: self._call(task, args, kwargs, outcome))
        self.last_error = None
        history, hosts = self.state.history, generation.instance.hosts
        if hosts is None and not plain.has_text and not history.lost and len(history.entries) < ENTRIES_MAX:
            history.entries.append((CALL, task, args, ()))
            history.failed, history.gap = None, ""
        elif hosts is None or (hosts.log is not None and not hosts.log):
            history.note_plain(task, args, ())
        else:
            history.note(CALL, task, args, hosts.log)
        return outcome.results[0] if outcome.results else None

    def _begin(self) -> None:
        self.calls += 1
        self._printed = self._printed or self._sink.written > 0
        if self._hosting is not None:
            self._allow()
        self._sink.written = self._sink.skip = 0
        self._withheld = []
        self.began = time.monotonic()

    def _call(self, task: str, args: Sequence[Any], kwargs: Mapping[str, Any], ended: Outcome | None = None) -> Any:
        """``ended``: how the call ended that was just made."""
        program = self._ready().unit.program
        values = program.bind(task, args, kwargs)
        declared = [type for _, type in program.parameters(task)]

        def components(generation: Generation, convert: Callable[..., list[Any]]) -> list[Any]:
            parts: list[Any] = []
            records = generation.module.records
            for value, param, type in zip(values, generation.module.tasks[task].params, declared, strict=True):
                what = f"argument '{param.name}' of {task}()"
                if generation.wide and type is not None:
                    parts += to_wide_components(value, type, param.type, records, what)
                else:
                    parts += convert(value, param.type, records, what)
            return parts

        def function(module: Module) -> str:
            return module.tasks[task].function

        if not self.is_executed:
            components(self._ready(), to_components if self.engine == "reference" else settled)
            self._execute()
        try:
            convert = to_components if self.engine == "reference" else offered
            results = self._run((CALL, task, values), function, lambda generation: components(generation, convert), ended)
        except BellError as refusal:
            if refusal.code != "E0302" or refusal.span.line:
                raise
            results = self._run((CALL, task, values), function, lambda generation: components(generation, to_components))
        return from_components(iter(results), self._ready().module.tasks[task].result)

    def _run(
        self,
        what: tuple[str, str, Any],
        function: Callable[[Module], str],
        given: Callable[[Generation], Sequence[Any]],
        ended: Outcome | None = None,
    ) -> Sequence[Any]:
        """Run a function of the module; its results as components. ``what`` it is, for the history of the state. Where an int leaves 64 bits it is run again from the state as before, with ints of any size from then on."""
        self.state.settle()
        generation = self._ready()
        if ended is None:
            self._begin()
        try:
            outcome = self._outcome(generation, function, given) if ended is None else ended
            if outcome.error is not None and is_overflow(outcome.error) and not generation.wide and not generation.has_opaque():
                table = generation.instance.hosts
                answers = [] if table is None else table.log
                if answers is not None:  # else the host answered more than is kept, and would have to be asked again
                    self._sink.skip, self._sink.written = self._sink.written, 0
                    made = self._widened(generation, outcome.error)
                    again = made.instance.hosts
                    if again is not None:
                        again.given = list(answers)
                    outcome = self._outcome(made, function, given, again=True)
                    if again is not None:
                        again.given = None
        finally:
            self.seconds = time.monotonic() - self.began
        if self._tape is not None and ended is None:
            current = self._ready()
            calls = () if self._hosting is None else self._hosting.heard or ()
            self._tape.end(current.instance, current.module, outcome, self._withholds, calls)
        table = self._ready().instance.hosts
        heard: Sequence[Any] | None = () if table is None else table.log
        if outcome.error is not None:
            self.state.history.note_failed(*what, heard, outcome.error)
            raise outcome.error
        self.state.history.note(*what, heard)
        return outcome.results

    @property
    def withheld(self) -> str:
        """What the call that runs or ran last would have printed, had it not been a dry run."""
        return "".join(self._withheld)

    @property
    def _withholds(self) -> bool:
        """Whether nothing goes out."""
        return self.dry_run or self.dry_hosts

    def _print(self, text: str) -> None:
        if self._withholds:
            self._withheld.append(text)
        else:
            (self._write or _stdout)(text)

    def _outcome(
        self, generation: Generation, function: Callable[[Module], str], given: Callable[[Generation], Sequence[Any]], again: bool = False
    ) -> Outcome:
        name = function(generation.module)
        if not name:
            return Outcome((), None, 0)
        if self._tape is not None:
            self._tape.begin(generation.instance, generation.module, again)
            if self._hosting is not None:
                self._hosting.hear(again)
        try:
            return generation.variables.call(name, given(generation))
        except BellError as refusal:
            if generation.wide or not is_overflow(refusal):
                raise
            return Outcome((), refusal, 0)

    def _attempt(self, work: Callable[[], Answer]) -> Answer | None:
        try:
            answer = self._taken_back(work) if self.dry_run else work()
        except BellError as error:
            if self._composed is not None:
                self._composed.placed(error)
            self._explain_limit(error)
            self.last_error = error
            if not self.safe_mode:
                raise
            return None
        self.last_error = None
        return answer

    def _taken_back(self, work: Callable[[], Answer]) -> Answer:
        """The answer of a call, of which nothing lasts."""
        self._ready()
        asked = None if self._tape is None else self._tape.asked
        if asked is not None:
            asked.is_quiet = True
        snapshot = self.integrity.snapshot(self.state)
        try:
            return work()
        finally:
            self.integrity.rollback(self.state, snapshot)
            if asked is not None:
                asked.is_quiet = False

    def _explain_limit(self, error: BellError) -> None:
        """Of a limit that was reached: what was used of it, and by which name it is raised."""
        name = LIMIT_NAMES.get(error.code)
        if name is None or (error.code == "E0804" and "calls" not in error.message):
            return
        error.hint = f"raise it with ResourceLimits({name}=...)"
        limit = getattr(self.limits, name)
        if error.code in FOUND:
            used = error.parameters.get("found")
        else:
            used = limit if error.code in REACHED else self.resource_tracker[name]
        error.tell_use(None if used is None else LimitUse(name, limit, used))

    # --- looking in -----------------------------------------------------------------------------------------------------------------

    def current(self) -> Generation | None:
        """The program as it is loaded; None where the runtime has none."""
        return self._ready() if self._has_program else None

    def line_of(self, line: int) -> int:
        """The line of the program's own text, of one that it is compiled as."""
        composed = self._composed
        return composed.lines[line - 1][1] if composed is not None and 1 <= line <= len(composed.lines) else line

    def why(self, name: str = "return") -> Slice:
        """Where a value came from, over all calls since the state began: that of a name of the state, of the call that was made last (``return``, its variables), or of any function's last call
        (``FUNCTION.name``). What the host set are inputs, arguments of earlier calls are known as ``TASK#1.name``. See :mod:`belljar.runtime.why` for what is raised."""
        from belljar.runtime.why import why_runtime

        return why_runtime(self, name)

    def describe(self, part: str) -> dict[str, Any]:
        """One part of what the inspector shows: ``variables``, ``functions``, ``events``, ``memory`` or ``limits``."""
        if part == "limits":
            return self.resource_tracker.report()
        from belljar.runtime import described

        found: dict[str, Any] = getattr(described, part)(self)
        return found

    def grown(self, before: Snapshot, after: Snapshot | None) -> dict[str, Any]:
        """What grew between two snapshots of the state, or since one."""
        from belljar.runtime.described import growth

        with self.state.at(before._mark) as look:
            first = look.generation.census(shown=True)
        if after is None:
            second = self._ready().census(shown=True)
        else:
            with self.state.at(after._mark) as look:
                second = look.generation.census(shown=True)
        return growth(first, second, str)

    def counted(self) -> dict[str, int | None]:
        """What is used of limits, by name; ``running``: does a call run? Another thread may ask."""
        generation = self.state.generation
        used = (
            {"fuel": 0, "iterations": 0, "output": 0, "memory": 0, "depth": 0, "running": 0}
            if generation is None
            else generation.variables.used()
        )
        return {
            **used,
            "variables": self.state.count(),
            "functions": 0 if generation is None else generation.unit.front.flow.definitions,
            "events": self.waiting(),
        }

    # --- events ---------------------------------------------------------------------------------------------------------------------

    def emit(self, event: str, payload: Any = None) -> None:
        """Put an event behind those that wait. Raises E0302 for a payload that is no plain data, and E0808 where too many wait."""
        self._note_emit(event, payload)
        self._attempt(lambda: self._emit(event, payload))

    def _emit(self, event: str, payload: Any) -> None:
        if not isinstance(event, str) or not event:
            raise bell_error("E0003", detail=f"an event is named by a str, got {event!r}")

        def given(generation: Generation) -> list[Any]:
            return [event, *to_components(payload, ANY, generation.module.records, "the payload")]

        self._run((EMIT, event, payload), lambda module: module.tasks["_events.emit"].function, given)
        if self._tape is not None:
            self._tape.note("EVENT", "point", {"event": event, "payload": payload})

    def waiting(self) -> int:
        """How many events wait."""
        generation = self.state.generation
        return 0 if generation is None or generation.queue is None else generation.variables.length(generation.queue.slots[-1])

    def process_events(self) -> int | None:
        """Run the handlers of all events that wait, and of those that handlers emit, in order; how many events there were. An event without a handler is dropped.

        Each handler is a call: the first that fails ends the processing, its event is taken off the queue, the others stay and the state is as that handler found it. More than ``max_events`` events are E0808.
        """
        self._note("handle")
        return self._attempt(self._process)

    def _process(self) -> int:
        from belljar.engines._instance import HeldWord

        if not self.is_executed:
            self._execute()
        count = 0
        while self.waiting():
            if count == self.limits.max_events:
                raise bell_error(
                    "E0808", a=self.limits.max_events, file=self._ready().module.name, notes=[f"{self.waiting()} events still wait"]
                )
            (event,) = self._run((NEXT, "", ()), lambda module: module.tasks["_events.next_event"].function, lambda generation: ())
            count += 1
            self.handled += 1
            for handler in self._ready().module.handlers.get(event, ()):
                name = f"@on.{handler}"
                facts = {"event": event, "handler": handler}

                def function(module: Module, name: str = name) -> str:
                    return module.tasks[name].function

                def given(generation: Generation, name: str = name) -> list[Any]:
                    return [HeldWord(generation.payload)] if generation.module.tasks[name].params else []

                if self._tape is None:
                    self._run((HANDLE, name, ()), function, given)
                else:
                    with self._tape.around("EVENT", facts):
                        self._run((HANDLE, name, ()), function, given)
        return count


ISOLATED: Final = "belljar.runtime.isolated"
"""Where the runtime in a worker process is, which derives from the one here."""
LIMIT_NAMES: Final = {
    "E0801": "max_fuel",
    "E0802": "max_execution_time",
    "E0803": "max_memory",
    "E0804": "max_recursion_depth",
    "E0805": "max_output",
    "E0806": "max_variables",
    "E0807": "max_functions",
    "E0808": "max_events",
    "E0809": "max_iterations",
}
"""The limit of :class:`ResourceLimits` behind each code."""
REACHED: Final = frozenset({"E0801", "E0808", "E0809"})
"""Codes of limits that are used up one by one."""
FOUND: Final = frozenset({"E0806", "E0807"})
"""Those of limits whose use is known before anything runs."""
