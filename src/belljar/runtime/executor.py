"""The executor: runs a program once, with what a context gives it, traced or not, for real or dry."""

from __future__ import annotations

from belljar.errors import BellError, bell_error
from belljar.runtime.context import ExecutionContext
from belljar.runtime.program import Program, _stdout
from belljar.runtime.runtime import NAME, Runtime
from belljar.safety.limits import ResourceLimits
from belljar.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from belljar.engines.contract import Write
    from belljar.runtime.hosts import HostFunctions
    from belljar.runtime.profiles import Profile
    from belljar.runtime.program import Isolation
    from belljar.safety.journal import Journal
    from belljar.trace.events import TraceCollector
    from belljar.trace.origin import Origin
    from belljar.trace.slices import Slice


class Execution(Struct):
    """How an execution ended. ``variables``: the names of the module level with their values (of a dry run: what they would be). ``output``: what was printed, ``error``: what ended it, or None.
    ``journal``: the calls of functions of the host (those that a dry run would have made included), ``used``: the capabilities that it used."""

    __slots__ = ("dry_run", "error", "journal", "output", "trace", "used", "variables")

    def __init__(
        self,
        variables: dict[str, Any],
        output: str,
        error: BellError | None,
        dry_run: bool,
        trace: TraceCollector | None,
        journal: Journal,
        used: set[str],
    ) -> None:
        self.variables = variables
        self.output = output
        self.error = error
        self.dry_run = dry_run
        self.trace = trace
        self.journal = journal
        self.used = used

    @property
    def ok(self) -> bool:
        """Whether it ended well."""
        return self.error is None

    def __getitem__(self, name: str) -> Any:
        return self.variables[name]


class RuntimeExecutor:
    """Executes programs, each on a state of its own.

    ``trace`` collects the events, None for no trace. With ``dry_run`` (or that of the context) nothing lasts: the context is left as it was, and assignments are told as what would be. ``limits`` are ResourceLimits,
    in which ``max_iterations`` is put where it is given. With ``safe_mode`` an error of the program is not raised but in the execution, and in ``last_error``. Output goes to ``write``, to the standard output unless told
    otherwise; it is in the execution as well. ``profile`` gives all that is not given.
    Programs call the functions of ``hosts``, as far as the grants of the context allow. With ``isolation`` each runs in a worker process of its own, as a :class:`~belljar.runtime.runtime.Runtime` does.
    """

    def __init__(
        self,
        trace: TraceCollector | None = None,
        dry_run: bool | None = None,
        max_iterations: int | None = None,
        *,
        limits: ResourceLimits | None = None,
        safe_mode: bool | None = None,
        engine: str = "auto",
        write: Write | None = None,
        profile: str | Profile | None = None,
        hosts: HostFunctions | None = None,
        isolation: Isolation = None,
    ) -> None:
        self.profile: Profile | None = None
        if profile is not None:
            from belljar.runtime.profiles import create_executor_config_from_profile, get_profile

            self.profile = get_profile(profile)
            config = create_executor_config_from_profile(self.profile)
            trace = config["trace"] if trace is None else trace
            dry_run = config["dry_run"] if dry_run is None else dry_run
            limits = config["limits"] if limits is None else limits
            safe_mode = config["safe_mode"] if safe_mode is None else safe_mode
        if limits is not None and not isinstance(limits, ResourceLimits):
            raise bell_error(
                "E0003",
                detail=f"limits= takes ResourceLimits, got {type(limits).__name__}",
                hint="example: ResourceLimits(max_iterations=1000)",
            )
        limits = limits or ResourceLimits()
        if max_iterations is not None:
            limits = ResourceLimits(**(limits.to_dict() | {"max_iterations": max_iterations}))  # type: ignore[arg-type]
        if trace is not None and not hasattr(trace, "attach"):
            raise bell_error(
                "E0003", detail=f"trace= takes a TraceCollector, got {type(trace).__name__}", hint="RuntimeExecutor(trace=TraceCollector())"
            )
        self.trace = trace
        self.dry_run = bool(dry_run)
        self.limits = limits
        self.safe_mode = bool(safe_mode)
        self.engine = engine
        self.hosts = hosts
        self.isolation = isolation
        self.last_error: BellError | None = None
        self._write = write
        self._last: Runtime | None = None

    @property
    def max_iterations(self) -> int:
        """How many passes through loops one execution may take."""
        return self.limits.max_iterations

    def execute(self, program: Program | str, context: ExecutionContext | Mapping[str, Any] | None = None, name: str = NAME) -> Execution:
        """Run a program from the top. ``program`` is a Program or source text, called ``name`` then; the names set in ``context`` are its inputs. Raises what is wrong with the program, and what it raised."""
        if not isinstance(program, (Program, str)):
            raise bell_error("E0003", detail=f"execute() takes a program or its text, got {type(program).__name__}")
        context = self._context(context)
        dry_run = self.dry_run or context.dry_run
        self.last_error = None
        from belljar.safety.journal import Journal

        output: list[str] = []
        journal = Journal()
        try:
            return self._execute(program, context, name, dry_run, output, journal)
        except BellError as error:
            self.last_error = error
            if not self.safe_mode:
                raise
            return Execution(context.variables, "".join(output), error, dry_run, self.trace, journal, set())

    def why(self, name: str = "return") -> Slice:
        """Where a value of the last execution came from: a name of the module level, or a variable of a function in its last call (``FUNCTION.name``); of an execution that failed, ``return`` is the error.
        The names set in the context are its inputs. See :mod:`belljar.runtime.why` for what is raised."""
        if self._last is None:
            raise bell_error("E0003", detail="Nothing was executed yet", hint="execute(program, context) first")
        return self._last.why(name)

    def _context(self, given: ExecutionContext | Mapping[str, Any] | None) -> ExecutionContext:
        if isinstance(given, ExecutionContext):
            return given
        context = ExecutionContext() if self.profile is None else ExecutionContext(grants=self.profile.capabilities)
        if given is not None:
            if not hasattr(given, "items"):
                raise bell_error("E0003", detail=f"a context is an ExecutionContext or names with values, got {type(given).__name__}")
            for name, value in given.items():
                context.set(name, value)
        return context

    def _execute(
        self, program: Program | str, context: ExecutionContext, name: str, dry_run: bool, output: list[str], journal: Journal
    ) -> Execution:
        def write(text: str) -> None:
            output.append(text)
            (self._write or _stdout)(text)

        hosts = self.hosts if self.hosts is not None or isinstance(program, str) else program.hosts
        trace = self.trace if self.trace is not None and self.trace.level != "off" else None
        runtime = Runtime(
            program,
            limits=self.limits,
            engine=self.engine,
            write=write,
            grants=context.grants,
            name=name,
            hosts=hosts,
            journal=journal,
            trace=trace,
            isolation=self.isolation,
        )
        self._last = runtime
        runtime.dry_hosts = dry_run  # the state is the execution's own, so that it can be looked at; what would go out is not done
        for key, value in context.variables.items():
            runtime.state[key] = value
        is_first = trace is not None and not len(trace)
        inputs = dict(context.variables)
        try:
            runtime.execute_once()
        finally:
            output.append(runtime.withheld)
            if trace is not None and is_first and len(trace):
                trace.origin = self._origin(program, name, trace.level, inputs, context, hosts, dry_run, journal)
        variables = _plain_names(runtime)
        if not dry_run:
            for key, value in variables.items():
                context.set(key, value)
        return Execution(variables, "".join(output), None, dry_run, self.trace, journal, runtime.used)

    def _origin(
        self,
        program: Program | str,
        name: str,
        level: str,
        inputs: Mapping[str, Any],
        context: ExecutionContext,
        hosts: HostFunctions | None,
        dry_run: bool,
        journal: Journal,
    ) -> Origin:
        """What the run was made from, so that it can be made again."""
        from belljar.runtime.recording import digest_of, packed_values, signature_rows
        from belljar.safety.capabilities import grants_of
        from belljar.trace.origin import Origin

        text, name = (program, name) if isinstance(program, str) else (program.source, program.name)
        return Origin(
            name,
            digest_of(text),
            "executor",
            level,
            inputs=packed_values(inputs),
            grants=tuple(sorted(grants_of(context.grants).names)),
            limits={key: value for key, value in self.limits.to_dict().items() if isinstance(value, int) and value < 1 << 62},
            dry_run=dry_run,
            hosts=signature_rows(hosts),
            calls=journal,
        )


def _plain_names(runtime: Runtime) -> dict[str, Any]:
    """The names of the module level whose values can be had outside: not those of functions, classes and modules."""
    found: dict[str, Any] = {}
    for name in runtime.state:
        try:
            found[name] = runtime.state[name]
        except BellError:
            continue
    return found
