"""Runs a program and tells what it cost (:class:`~belljar.profiling.profile.RuntimeProfile`).

A profiled program answers, prints, fails and is charged as it is without: it is the same module, cut into segments (:mod:`belljar.ir.passes.segments`). The module level runs before a task is called, and is no part of its
profile.
"""

from __future__ import annotations

from belljar.errors import BellError, bell_error
from belljar.ir.function import Module
from belljar.ir.passes import optimise_profiled
from belljar.ir.passes.segments import LibraryName
from belljar.ir.verify import verify
from belljar.lang.compile import FrontEnd
from belljar.profiling.profile import MODULE, PathCost, RuntimeProfile
from belljar.runtime.boundary import from_components, to_components, to_wide_components
from belljar.runtime.engine import ENGINES, engine_of
from belljar.runtime.promotion import CountedOutput, is_overflow
from belljar.runtime.recording import without_init
from belljar.types import widened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any, Final

    from belljar.engines.contract import HostTable, Write
    from belljar.ir.passes.segments import Segment
    from belljar.runtime.hosts import HostFunctions
    from belljar.runtime.program import Program
    from belljar.safety.capabilities import Grants
    from belljar.safety.limits import Limits
    from belljar.types import Type

PROFILED: Final = ("vm", "jit")
"""The engines that can be profiled."""
INTERVAL_S: Final = 0.0002
"""Seconds between samples, unless told otherwise."""
INTERVAL_MIN_S: Final = 0.00005
_INIT: Final = "@init"
HOST: Final = 0
"""The node of the host, to which nothing of the program belongs."""


def profile(
    program: Program,
    task: str | None,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    engine: str,
    limits: Limits,
    write: Write | None,
    grants: Collection[str] | Grants,
    hosts: HostFunctions | None,
    inputs: Mapping[str, Any],
    interval: float,
    dry_run: bool = False,
) -> tuple[RuntimeProfile, BellError | None]:
    """Call a task, or run the module level where ``task`` is None, and give the profile with the error that ended it. In a ``dry_run`` functions of the host that write are not called. Raises E0003 for an engine that cannot be profiled and for an interval below 50 microseconds, and what is wrong with
    arguments and inputs."""
    run = Profiled(program, task, engine, limits, grants, hosts, interval, dry_run)
    made, error = run.once(args, kwargs, inputs, write, wide=False)
    if error is not None and is_overflow(error):
        # Ints that left 64 bits: what was written before is not written again.
        again = None if write is None else CountedOutput(write, run.written)
        made, error = run.once(args, kwargs, inputs, again, wide=True)
    return made, error


class Profiled:
    """What the ways of a run share: with ints of 64 bits, with ints of any size, and of many rows. Raises E0003 for an engine that cannot be profiled and for an interval below 50 microseconds."""

    def __init__(
        self,
        program: Program,
        task: str | None,
        engine: str,
        limits: Limits,
        grants: Collection[str] | Grants,
        hosts: HostFunctions | None,
        interval: float,
        dry_run: bool,
    ) -> None:
        if engine not in PROFILED:
            hint = "engines that can be profiled are vm, which counts, and jit, which is sampled"
            what = f"the engine '{engine}' cannot be profiled" if engine in ENGINES else f"unknown engine '{engine}'"
            raise bell_error("E0003", detail=what, hint=hint)
        if not isinstance(interval, (int, float)) or not INTERVAL_MIN_S <= interval <= 3600:
            raise bell_error(
                "E0003", detail=f"interval={interval!r}: samples are 0.00005 seconds apart or more", hint="example: interval=0.001"
            )
        self.program, self.task, self.engine, self.limits = program, task, engine, limits
        self.grants, self.hosts, self.interval, self.dry_run = grants, hosts, interval, dry_run
        self.written = 0
        self.front = program._front if hosts is program.hosts else front_of(program, hosts)

    def once(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], inputs: Mapping[str, Any], write: Write | None, *, wide: bool
    ) -> tuple[RuntimeProfile, BellError | None]:
        program, task = self.program, self.task
        tasks: dict[str, list[Type]] = {}
        if task is not None:
            values = program.bind(task, args, kwargs)
            types = program._types(task, values)
            tasks[task] = [widened(type) for type in types] if wide else types
        module = self.front.module(tasks, wide=wide)
        verify(module)
        definitions = self.definitions(module)
        narrow = self.front.module({task: types}).records if task is not None and wide else module.records
        module = optimise_profiled(module, self.of_library)
        given: list[Any] = []
        result: Type | None = None
        if task is not None:
            row = module.tasks[task]
            function, result = row.function, row.result
            for param, type, value in zip(row.params, types, values, strict=True):
                what = f"argument '{param.name}' of {task}()"
                convert = (
                    to_wide_components(value, type, param.type, narrow, what) if wide else to_components(value, param.type, narrow, what)
                )
                given += convert
        else:
            function = module.init
            given = self._inputs(module, inputs, wide)
            module = without_init(module)
        segments = module.segments or ()
        if not function:  # a program that does nothing by itself
            return self._made(((0, 0, 0, 0), [(0, 0, 0)], [], []), segments, module, definitions, None), None
        output: Callable[[str], object] | None = None
        if write is not None:
            own = write

            def output(text: str) -> None:
                self.written += len(text.encode("utf-8", "surrogatepass"))
                own(text)

        self.written = 0
        table: HostTable | None = None
        if module.hosts:
            from belljar.runtime.hosts import NO_HOSTS

            table = (self.hosts or NO_HOSTS).begin(self.grants, dry_run=self.dry_run).table(module)
        from belljar.engines._instance import open_profile, profile_of

        instance: Any = engine_of(self.engine).load(module, self.limits, output, (), table)
        open_profile(instance, segments, self.engine == "vm", float(self.interval))
        outcome = instance.call(function, given)
        made = self._made(profile_of(instance), segments, module, definitions, outcome.error)
        if outcome.error is None and result is not None:
            made.result = from_components(iter(outcome.results), result)
        return made, outcome.error

    def of_library(self, name: str) -> str:
        """The qualified name of a function of the library, by that of the module's function; "" for others. Modules that no program imports are those of what is built in, unless the program has a
        function of that name."""
        functions = self.front.flow.functions
        flow = functions.get(name.partition("(")[0])
        if flow is None or not flow.of_library:
            return ""
        short = flow.name.removeprefix("_builtins.")
        return flow.name if short in functions else short

    def definitions(self, module: Module) -> dict[str, int]:
        """The lines where the functions of the program are defined."""
        return {
            one.source_name: one.span.line
            for name, one in module.functions.items()
            if one.source_name and one.span.line > 0 and not self.of_library(name)
        }

    def _inputs(self, module: Module, inputs: Mapping[str, Any], wide: bool) -> list[Any]:
        given: list[Any] = []
        for name, type in self.program._facts.inputs.items():
            if name not in inputs:
                raise bell_error("E0206", name=name)
            what = f"input '{name}'"
            if wide:
                given += to_wide_components(inputs[name], type, widened(type), module.records, what)
            else:
                given += to_components(inputs[name], type, module.records, what)
        return given

    def load(self, types: Sequence[Type]) -> Loaded:
        """The program with one task of these types, to be called again and again."""
        assert self.task is not None
        module = self.front.module({self.task: list(types)})
        verify(module)
        definitions = self.definitions(module)
        return Loaded(self, optimise_profiled(module, self.of_library), definitions)

    def _made(
        self,
        data: Any,
        segments: Sequence[Segment],
        module: Module,
        definitions: Mapping[str, int],
        error: BellError | str | None,
        of_batch: tuple[int, int] = (0, 0),
    ) -> RuntimeProfile:
        (fuel, allocated, nanoseconds, _), nodes, rows, edges = data
        tree = _Tree(segments, nodes, _wrappers(module))
        paths = tree.paths(rows, nanoseconds)
        return RuntimeProfile(
            self.program.name,
            self.task or "",
            self.engine,
            float(self.interval),
            (fuel, allocated, nanoseconds / 1e9, sum(path.samples for path in paths)),  # without those before the first segment
            paths,
            tree.line_calls(rows, edges) if self.engine == "vm" else {},
            definitions,
            self.program.source,
            "" if error is None else str(error).split("\n", 1)[0],
            of_batch,
        )


class Loaded:
    """A profiled program in an engine, whose calls are counted together."""

    def __init__(self, run: Profiled, module: Module, definitions: Mapping[str, int]) -> None:
        from belljar.engines._instance import open_profile

        self.run: Final = run
        self.module: Final = module
        self._definitions = definitions
        table: HostTable | None = None
        if module.hosts:
            from belljar.runtime.hosts import NO_HOSTS

            table = (run.hosts or NO_HOSTS).begin(run.grants, dry_run=run.dry_run).table(module)
        instance: Any = engine_of(run.engine).load(module, run.limits, None, (), table)
        self._instance = instance
        self.call: Final[Callable[..., Any]] = instance.call
        open_profile(instance, module.segments or (), run.engine == "vm", float(run.interval))

    def made(self, error: str, rows: tuple[int, int]) -> RuntimeProfile:
        """The profile of all calls so far."""
        from belljar.engines._instance import profile_of

        return self.run._made(profile_of(self._instance), self.module.segments or (), self.module, self._definitions, error or None, rows)


ENGINE_FAILED: Final = frozenset({"E1201"})
"""Errors that are no fault of a row."""


def _wrappers(module: Module) -> frozenset[int]:
    """Functions that only hand a call on: entries of function objects and of generators, and what runs before the module level. No program knows them."""
    names = {signature.entry for signature in module.signatures.values()}
    names |= {layout.entry for layout in module.records.values() if layout.entry != layout.resume}
    return frozenset(
        number
        for number, (name, function) in enumerate(module.functions.items())
        if name in names or (function.source_name == _INIT != name)
    )


def _shown(name: str) -> str:
    """A function as people call it."""
    return name.qualified if isinstance(name, LibraryName) else MODULE if name == _INIT else name


def front_of(program: Program, hosts: HostFunctions | None) -> FrontEnd:
    """The program with other functions of the host."""
    return FrontEnd(program.source, program.name, program._facts.inputs, hosts={} if hosts is None else hosts.signatures)


class _Tree:
    """Rows of segments and paths of calls as stacks of functions."""

    def __init__(self, segments: Sequence[Segment], nodes: Sequence[tuple[int, int, int]], wrappers: Collection[int]) -> None:
        self.segments, self.nodes, self.wrappers = segments, nodes, wrappers
        self.firsts: dict[int, int] = {}
        for number, segment in enumerate(segments):
            self.firsts.setdefault(segment.function, number)
        self.stacks: dict[int, tuple[tuple[str, int], ...]] = {HOST: ()}
        for node in range(1, len(nodes)):
            parent, site, _ = nodes[node]
            self.stacks[node] = (*self.stacks[parent], *self.frames(segments[site])) if parent != HOST else ()

    def frames(self, segment: Segment) -> tuple[tuple[str, int], ...]:
        frames = segment.frames[1:] if segment.function in self.wrappers else segment.frames
        return tuple([(_shown(name), line) for name, line in frames])

    def segment(self, node: int, place: int) -> Segment:
        return self.segments[self.firsts[self.nodes[node][2]] + place]

    def paths(self, rows: Sequence[Any], nanoseconds: int) -> list[PathCost]:
        """What each line cost on each path. Time is in units of which all together are the whole run."""
        if len(rows) > 1:
            rows = [row for row in rows if row[0] != HOST]  # a moment before the first segment
        whole = sum(row[6] for row in rows) or 1
        sums: dict[tuple[tuple[str, int], ...], list[Any]] = {}
        hits: dict[tuple[int, tuple[tuple[str, int], ...]], int] = {}
        for node, place, count, fuel, ahead, allocated, time, samples in rows:
            frames: tuple[tuple[str, int], ...] = ()
            calls = 0
            if node != HOST:
                segment = self.segment(node, place)
                frames = (*self.stacks[node], *self.frames(segment))
                calls = count if segment.calls else 0
                hits[node, frames] = max(hits.get((node, frames), 0), count)
            row = sums.setdefault(frames, [0, 0, 0.0, 0, 0, 0])
            for at, value in enumerate((fuel + ahead, allocated, time / whole * nanoseconds / 1e9, samples, calls, ahead)):
                row[at] += value
        reached: dict[tuple[tuple[str, int], ...], int] = {}
        for (_, frames), count in hits.items():
            reached[frames] = reached.get(frames, 0) + count
        return [
            PathCost(frames, fuel, ahead, allocated, seconds, samples, reached.get(frames, 0), calls)
            for frames, (fuel, allocated, seconds, samples, calls, ahead) in sums.items()
        ]

    def line_calls(self, rows: Sequence[Any], edges: Sequence[tuple[int, int, int, int]]) -> dict[int, int]:
        """How many calls each line made: those that entered a function, and those that were inlined."""
        found: dict[int, int] = {}

        def add(line: int, count: int) -> None:
            if line > 0 and count:
                found[line] = found.get(line, 0) + count

        for parent, site, _, count in edges:
            if parent != HOST and self.segments[site].function not in self.wrappers:
                add(self.segments[site].frames[-1][1], count)
        for node, place, count, *_ in rows:
            if node != HOST:
                segment = self.segment(node, place)
                if segment.calls and len(segment.frames) > 1:
                    add(segment.frames[-2][1], count)
        return found
