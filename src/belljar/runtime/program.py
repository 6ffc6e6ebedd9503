"""A compiled program: what :func:`belljar.compile` gives.

The front end keeps the checked source; modules of IR are made on demand, one per set of entry types, optimised once and loaded by the engine asked for. A call starts from the state the module
level left behind, whatever earlier calls did.
"""

from __future__ import annotations

import os
import sys
from _thread import RLock  # threading is more than a lock, and slower to load

from belljar.errors import BellError, bell_error, missing_file, reason_of
from belljar.runtime.boundary import from_components, is_scalar, offered, settled, to_components, to_wide_components, type_of, walked
from belljar.runtime.engine import engine_of
from belljar.runtime.promotion import OVERFLOWS, CountedOutput, is_overflow
from belljar.runtime.stored import Facts, Parameter, StoredProgram
from belljar.safety.limits import Limits
from belljar.source import read_bytes
from belljar.types import BOOL, FLOAT, INT, NONE, STR, RecordType, Type, widened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path
    from typing import Any, Final, TypeAlias

    from belljar.engines.batch.result import BatchResult
    from belljar.engines.contract import HostTable, Instance, Write
    from belljar.ir.function import Layout, Module, Task
    from belljar.lang.compile import FrontEnd
    from belljar.profiling.profile import RuntimeProfile
    from belljar.runtime.batches import Mapper
    from belljar.runtime.explain import Explanation
    from belljar.runtime.hosts import HostFunctions, HostRun
    from belljar.runtime.native import NativeFunction
    from belljar.runtime.stored import Entry
    from belljar.runtime.unit import Unit
    from belljar.runtime.workers import WorkerPool
    from belljar.safety.capabilities import Grants
    from belljar.safety.host_signature import HostSignature
    from belljar.source import Source
    from belljar.trace.slices import Slice

    Isolation: TypeAlias = "WorkerPool | str | None"
    """``"process"``: in a worker process of the process's own pool; or in one of a pool that is given."""

STAGES = ("typed", "optimized", "bytecode", "llvm", "asm")

CAPABILITIES = ("io.stdout", "io.stderr")
"""What a call or run is granted unless told otherwise."""

TASKS_SHOWN_MAX = 12
"""Tasks that are named where one is not found."""

INSTANCES_MAX = 32
"""Loaded instances one program keeps; the least recently used one is dropped."""


def compile(
    text: str,
    name: str = "<string>",
    *,
    inputs: Mapping[str, object] | None = None,
    limits: Mapping[str, object] | Limits | None = None,
    cache: bool = True,
    hosts: HostFunctions | None = None,
) -> Program:
    """Check a program and make it callable.

    ``inputs`` declares module-level names given from outside: name to a type (``int``, ``"float | None"``). ``limits`` are the program's default limits. ``hosts`` are the functions of the host
    that it may call: their signatures are compiled with it, and they are what its calls have unless told otherwise.
    Raises the first finding as a BellError; its ``diagnostics`` holds all of them. With ``cache`` an unchanged program that ran before is taken from disk
    (:mod:`belljar.runtime.stored`).
    """
    if not isinstance(text, str):
        raise bell_error("E0003", detail=f"a program is a str, got {type(text).__name__}", hint="compile_file() reads one from a file")
    if inputs is not None and not (hasattr(inputs, "items") and all(isinstance(key, str) and key.isidentifier() for key in inputs)):
        raise bell_error("E0003", detail=f"inputs= takes names with their types, got {inputs!r}", hint="example: inputs={'x': int}")
    signatures = _signatures(hosts)
    kept = StoredProgram(text, name, inputs or {}, signatures.values()) if cache else None
    if kept is not None and kept.find() and kept.facts is not None:
        return Program(text, name, kept.facts, kept, limits=limits, hosts=hosts)
    front = _front_end(text, name, {key: input_type(key, value) for key, value in (inputs or {}).items()}, signatures)
    program = Program(text, name, facts_of(front), kept, limits=limits, hosts=hosts)
    program._front_end = front
    return program


def _front_end(text: str, name: str, inputs: Mapping[str, Type], hosts: Mapping[str, HostSignature], counted: bool = False) -> FrontEnd:
    from belljar.lang.compile import FrontEnd

    return FrontEnd(text, name, inputs, hosts=hosts, counted=counted)


def _signatures(hosts: HostFunctions | None) -> Mapping[str, HostSignature]:
    if hosts is not None and not hasattr(hosts, "signatures"):
        raise bell_error("E0003", detail=f"hosts= takes HostFunctions, got {type(hosts).__name__}", hint="hosts = belljar.HostFunctions()")
    return {} if hosts is None else hosts.signatures


def facts_of(front: FrontEnd) -> Facts:
    """What is to be known about a checked program to call it."""
    tasks: dict[str, tuple[Parameter, ...]] = {}
    results: dict[str, Type | None] = {}
    for name in front.tasks():
        types = [type for _, type in front.param_types(name)]
        decls = front.flow.functions[front.flow.tasks[name]].params
        computed = front.computed_defaults(name)
        tasks[name] = tuple(
            [
                Parameter(d.name, type, d.default, d.has_default, d.keyword_only, d.name in computed)
                for d, type in zip(decls, types, strict=True)
            ]
        )
        results[name] = front.result_type(name)
    return Facts(tasks, results, front.inputs)


def compile_file(
    path: str | Path,
    *,
    inputs: Mapping[str, object] | None = None,
    limits: Mapping[str, object] | Limits | None = None,
    cache: bool = True,
    hosts: HostFunctions | None = None,
) -> Program:
    """As :func:`compile`, from a UTF-8 file. Raises E0001, E0002 or E0005 for a file that cannot be read."""
    return compile(read_source(path), str(path), inputs=inputs, limits=limits, cache=cache, hosts=hosts)


def read_source(path: str | Path) -> str:
    """The text of a source file. Raises E0001 when it is not there (naming a file that is nearly called so), E0002, E0005."""
    if not isinstance(path, (str, os.PathLike)):
        raise bell_error("E0003", detail=f"a program is named by its path, got {type(path).__name__}")
    from belljar.lang.guard import decode

    try:
        return decode(read_bytes(path, _SOURCE_READ_MAX), str(path))
    except FileNotFoundError:
        if path == "-":
            hint = "a program from standard input is /dev/stdin; belljar repl runs it entry by entry"
            raise bell_error("E0001", path=path, nearest=hint) from None
        raise missing_file(os.fspath(path)) from None
    except OSError as problem:
        raise bell_error("E0002", path=path, reason=reason_of(problem)) from None


_SOURCE_READ_MAX = (4 << 20) + 1


def input_type(name: str, declared: object) -> Type:
    """The type an input is declared with: a Python type, text like ``"float | None"``, or a Bell type. Raises E0003."""
    plain: dict[object, Type] = {int: INT, float: FLOAT, bool: BOOL, str: STR, None: NONE}
    if isinstance(declared, Type):
        return declared
    try:
        if declared in plain:
            return plain[declared]
    except TypeError:
        pass
    import ast

    from belljar.lang.annotations import Names, read_annotation
    from belljar.lang.lattice import resolve

    text = declared if isinstance(declared, str) else str(declared)
    problems: list[str] = []
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise bell_error(
            "E0003", detail=f"input '{name}' has the type {text!r}, which is not a type", hint="examples: int, float | None, list[str]"
        ) from None
    found = read_annotation(node, Names({}, {}, {}), lambda _, detail: problems.append(detail))
    if problems:
        raise bell_error("E0003", detail=f"input '{name}': {problems[0]}", hint="examples: int, float | None, list[str]")
    return resolve(found)


class Program:
    """A checked program. Thread-safe: concurrent calls get instances of their own."""

    def __init__(
        self,
        text: str,
        name: str,
        facts: Facts,
        kept: StoredProgram | None,
        *,
        limits: Mapping[str, object] | Limits | None = None,
        hosts: HostFunctions | None = None,
        counted: bool = False,
    ) -> None:
        self.name: Final = name
        """The name of the source: a path, or ``<string>``."""
        self.counted: Final = counted
        """Whether passes through its loops are counted."""
        self.source: Final = text
        self.hosts: Final = hosts
        """The functions of the host it was compiled with."""
        self._facts = facts
        self._kept = kept
        self._front_end: FrontEnd | None = None
        self._runnable: dict[Entry, Module] = {}
        self.limits = _limits(limits, Limits())
        self._modules: dict[tuple[Any, ...], Module] = {}
        self._idle: dict[tuple[Any, ...], list[tuple[Instance, CountedOutput | None]]] = {}
        """By what they were loaded for, that used last at the end; no list is empty."""
        self._narrow: Program | None = None
        """In a program with ints of any size: the one of which it is made."""
        self._wide_program: Program | None = None
        self._counted_program: Program | None = None
        self.followed: dict[Any, Any] = {}
        """Of :mod:`belljar.runtime.why`: the program as it follows its runs, by task and types."""
        self._overflowed: set[str | None] = set()
        """Tasks (None: the module level) of which a run left 64 bits."""
        self._units: dict[Any, Unit] = {}
        """As runtimes run it, by the names that they hold before."""
        self._lock = RLock()
        self._key = ""

    @property
    def _front(self) -> FrontEnd:
        """The front end: of a program that was taken from disk, made when something asks for more than running it."""
        with self._lock:
            if self._front_end is None:
                self._front_end = _front_end(self.source, self.name, self._facts.inputs, _signatures(self.hosts), self.counted)
            return self._front_end

    @property
    def text(self) -> Source:
        """The source with its name, as errors show it."""
        return self._front.source

    @property
    def tasks(self) -> tuple[str, ...]:
        """The names of the functions that can be called, in source order."""
        return tuple(self._facts.tasks)

    def __repr__(self) -> str:
        return f"<Program {self.name}: {', '.join(self.tasks) or 'no tasks'}>"

    # --- modules ------------------------------------------------------------------------------------------------------------------

    def module(self, task: str | None = None, types: Sequence[Type] | None = None, *, optimised: bool = True) -> Module:
        """The IR of the module level and one task (all fully annotated tasks when ``task`` is None and ``types`` is None), verified."""
        key: tuple[Any, ...] = (task, None if types is None else tuple(map(str, types)), optimised)
        with self._lock:
            found = self._modules.get(key)
            if found is None:
                from belljar.ir.passes import optimise
                from belljar.ir.verify import verify

                found = self._typed(task, types)
                verify(found)
                self._modules[key] = found = optimise(found) if optimised else found
        return found

    def _typed(self, task: str | None, types: Sequence[Type] | None) -> Module:
        tasks: dict[str, Sequence[Type]] = {}
        if task is not None and types is not None:
            tasks[task] = types
        elif task is None and types is None:
            for name in self.tasks:
                declared = [type for _, type in self.parameters(name)]
                if None not in declared:
                    tasks[name] = [type for type in declared if type is not None]
        return self._front.module(tasks, wide=self._narrow is not None)

    def widened(self) -> Program:
        """The program with ints of any size."""
        with self._lock:
            if self._wide_program is None:
                wide = Program(self.source, self.name, self._facts, None, limits=self.limits, hosts=self.hosts, counted=self.counted)
                wide._front_end, wide._narrow = self._front, self
                self._wide_program = wide
            return self._wide_program

    def under(self, limits: Limits) -> Program:
        """The program as limits want it: one that counts passes through its loops, where they are limited. Raises E0806 and E0807 where it has more names or functions than they allow."""
        if limits.is_sized:
            flow = self._front.flow
            if flow.variables > limits.variables:
                raise bell_error("E0806", a=limits.variables, found=flow.variables, file=self.name)
            if flow.definitions > limits.functions:
                raise bell_error("E0807", a=limits.functions, found=flow.definitions, file=self.name)
        if not limits.counts or self.counted:
            return self
        with self._lock:
            if self._counted_program is None:
                kept = None
                if self._kept is not None:
                    kept = StoredProgram(self.source, self.name, self._facts.inputs, _signatures(self.hosts).values(), counted=True)
                    kept.find()
                self._counted_program = Program(
                    self.source, self.name, self._facts, kept, limits=self.limits, hosts=self.hosts, counted=True
                )
            return self._counted_program

    def _promotes(self, error: BellError, task: str | None) -> bool:
        """Whether a run that ended so is made again with ints of any size. Where it was the program that left 64 bits and not its arguments, the next one begins there."""
        if error.code in OVERFLOWS:
            self._overflowed.add(task)
        return self._narrow is None and is_overflow(error)

    def runnable(self, task: str | None, types: Sequence[Type], engine: str) -> Module:
        """As :meth:`module`, for an engine to run: in the VM's form where it has one, from disk if it was kept there."""
        if engine == "reference" or (engine == "jit" and self._kept is None):
            return self.module(task, types)
        entry = (task or "", tuple(map(str, types)))
        with self._lock:
            found = self._runnable.get(entry)
            if found is None:
                found = self._runnable[entry] = self._found(task, types, entry)
        return found

    def _found(self, task: str | None, types: Sequence[Type], entry: Entry) -> Module:
        from belljar.engines.vm.stored import stored

        kept = self._kept
        found = kept.module(entry) if kept is not None else None
        if found is not None:
            found.rebuild = lambda: self.module(task, types)
        else:
            full = self.module(task, types)
            try:
                found = stored(full)
            except BellError:  # beyond the VM's bounds: the engine that is asked says so, if it cares
                return full
            if kept is not None:
                kept.keep(self._facts, entry, found)
        if kept is not None:
            found.remember = lambda: kept.keep(self._facts, entry, found)
        return found

    def fresh_module(self, task: str, types: Sequence[Type], *, wide: bool = False) -> Module:
        """The typed IR of the module level and one task, the caller's own to change; ``wide``: with ints of any size."""
        return self._front.module({task: types}, wide=wide)

    def declared_result(self, task: str) -> Type | None:
        """The annotated result type of a task, None without annotation."""
        self.parameters(task)
        return self._facts.results[task]

    def signature(self, task: str) -> Task:
        """A task's parameters and result as declared. Raises E0404, and E0302 where a parameter has no annotation."""
        types: list[Type] = []
        for name, type in self.parameters(task):
            if type is None:
                raise bell_error(
                    "E0313",
                    detail=f"parameter '{name}' of {task}() has no full annotation",
                    advice="annotate it, so that its type is known before there are values",
                )
            types.append(type)
        return self.module(task, types).tasks[task]

    def signature_module(self, task: str) -> Module:
        """The module of a fully annotated task, optimised."""
        return self.module(task, [param.type for param in self.signature(task).params])

    def record_parameter(self, task: str) -> str | None:
        """The name of a task's only parameter if that is a record: its fields can then stand for it."""
        declared = self.parameters(task)
        return declared[0][0] if len(declared) == 1 and isinstance(declared[0][1], RecordType) else None

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def call(
        self,
        task: str,
        *args: Any,
        engine: str | None = None,
        limits: Mapping[str, object] | Limits | None = None,
        write: Write | None = None,
        grants: Collection[str] | Grants = CAPABILITIES,
        hosts: HostFunctions | HostRun | None = None,
        promote: bool = True,
        arrays: bool = False,
        isolation: Isolation = None,
        **kwargs: Any,
    ) -> Any:
        """Call a task and give its result. Output goes to ``write`` (standard output by default), if ``grants`` has ``io.stdout``. Where an int leaves 64 bits, the call is made again
        with ints of any size; with ``promote=False`` that is E0502, as in batches.

        Functions of the host are those of ``hosts``, or those that the program was compiled with; each is called if ``grants`` cover its capability, else the call ends with E0901. A
        :class:`~belljar.runtime.hosts.HostRun` for ``hosts`` has grants of its own. What was answered before an int left 64 bits is not asked again.

        A list of numbers is taken from a list, or in one copy from any array with the buffer protocol (NumPy, array.array, memoryview). With ``arrays`` the lists of numbers in the
        result are NumPy arrays (int64, float64, bool), made in one copy; ints that leave 64 bits are E0502 then.

        With ``isolation="process"``, or a :class:`~belljar.runtime.workers.WorkerPool`, the call runs in a worker process that has no files, sockets or processes.

        Raises what the program raised as a BellError, and E0302 and its kin for arguments that do not fit.
        """
        promote = promote and not arrays
        args, kwargs = tuple(map(walked, args)), {name: walked(value) for name, value in kwargs.items()}
        limits = _limits(limits, self.limits)
        if limits.counts or limits.is_sized:
            program = self.under(limits)
            if program is not self and isolation is None:
                where: dict[str, Any] = {"engine": engine, "write": write, "grants": grants, "hosts": hosts, "promote": promote}
                return program.call(task, *args, limits=limits, arrays=arrays, **where, **kwargs)
        if isolation is not None:
            if arrays:
                raise bell_error("E0003", detail="arrays=True is for calls in this process", hint="without it a result's lists are lists")
            self.bind(task, args, kwargs)
            allowed, to, run = self._isolated(hosts, grants, write)
            return pool_of(isolation).call(self, task, args, kwargs, engine, limits, to, allowed, promote, run)
        if promote and task in self._overflowed:
            return self.widened().call(task, *args, engine=engine, limits=limits, write=write, grants=grants, hosts=hosts, **kwargs)
        values = self.bind(task, args, kwargs)
        lease: _Lease | None = None
        try:
            engine = engine or "auto"
            types = self._types(task, values)
            wide = types if self._narrow is None else [widened(type) for type in types]
            module = self.runnable(task, wide, engine)
            row = module.tasks[task]
            layouts = module.records if self._narrow is None else self._narrow.runnable(task, types, engine).records

            def components(convert: Callable[[Any, Type, Mapping[str, Layout], str], list[Any]]) -> list[Any]:
                parts: list[Any] = []
                for param, type, value in zip(row.params, types, values, strict=True):
                    what = f"argument '{param.name}' of {task}()"
                    if self._narrow is None:
                        parts += convert(value, param.type, layouts, what)
                    else:
                        parts += to_wide_components(value, type, param.type, layouts, what)
                return parts

            given = components(to_components if engine == "reference" else offered)

            def settle() -> None:
                given[:] = components(settled)

            lease = _Lease(self, module, engine, limits, write, grants, hosts, promote, settle if module.init else None)
            with lease as instance:
                try:
                    outcome = instance.call(row.function, given, arrays)
                except BellError as refusal:
                    if refusal.code != "E0302":
                        raise
                    outcome = instance.call(row.function, components(to_components), arrays)
            if outcome.error is not None:
                raise outcome.error
        except BellError as error:  # of the call, of its arguments or of the module level
            if not promote or not self._promotes(error, task) or (lease is not None and not lease.may_run_again()):
                raise
            again = CountedOutput(write or _stdout, lease.written() if lease is not None else 0)
            left = limits.after(error.seconds)
            rest = hosts if lease is None else lease.rest()
            return self.widened().call(task, *args, engine=engine, limits=left, write=again, grants=grants, hosts=rest, **kwargs)
        return from_components(iter(outcome.results), row.result)

    async def acall(
        self,
        task: str,
        *args: Any,
        grants: Collection[str] | Grants = CAPABILITIES,
        hosts: HostFunctions | HostRun | None = None,
        **kwargs: Any,
    ) -> Any:
        """As :meth:`call`, awaited: it runs in a thread of its own, and async functions of the host in the event loop of the caller. Many may be awaited at once, of which
        :data:`~belljar.runtime.awaiting.THREADS_MAX` run."""
        from belljar.runtime.awaiting import acall

        return await acall(self, task, args, kwargs, hosts, grants)

    def _types(self, task: str, values: Sequence[Any]) -> list[Type]:
        """The types of a task's parameters: as declared, or those of the values. Raises E0302."""
        return [
            type_of(value, f"argument '{name}' of {task}()") if type is None else type
            for (name, type), value in zip(self.parameters(task), values, strict=True)
        ]

    def parameters(self, task: str) -> list[tuple[str, Type | None]]:
        """A task's parameters: name and annotated type, None where the annotation does not say everything. Raises E0404."""
        return [(param.name, param.type) for param in self._parameters(task)]

    def _parameters(self, task: str) -> tuple[Parameter, ...]:
        found = self._facts.tasks.get(task) if isinstance(task, str) else None
        if found is None:
            from belljar.lang.scope import nearest

            if not isinstance(task, str):
                raise bell_error("E0003", detail=f"a task is named by a str, got {type(task).__name__}")
            tasks = list(self._facts.tasks)
            others = f"tasks are {', '.join(tasks)}" if 0 < len(tasks) <= TASKS_SHOWN_MAX else ""
            raise bell_error("E0404", name=task, file=self.name, nearest=nearest(task, tasks) or others)
        return found

    def task(
        self,
        name: str,
        *,
        engine: str | None = None,
        limits: Mapping[str, object] | Limits | None = None,
        arrays: bool = False,
        grants: Collection[str] | Grants = CAPABILITIES,
        hosts: HostFunctions | HostRun | None = None,
    ) -> Callable[..., Any]:
        """A task as a callable, for calling it often.

        Where every parameter and the result is a plain int, float, bool or str, the arguments are positional and cross without detours; it must then be used by one
        thread at a time. Otherwise it is :meth:`call` with the name, ``arrays`` and the rest filled in.
        """
        allowed = _limits(limits, self.limits)
        program = self.under(allowed)
        if program is not self:
            return program.task(name, engine=engine, limits=allowed, arrays=arrays, grants=grants, hosts=hosts)
        declared = [type for _, type in self.parameters(name)]
        from functools import partial

        slow = partial(self.call, name, engine=engine, limits=limits, arrays=arrays, grants=grants, hosts=hosts)
        if not all(is_scalar(type) for type in declared if type is not None) or None in declared or (engine or "auto") == "reference":
            return slow
        module = self.runnable(name, [type for type in declared if type is not None], engine or "auto")
        row = module.tasks[name]
        if not is_scalar(row.result):
            return slow
        run = self.host_run(module, hosts, grants)
        table = None if run is None else run.table(module)
        if table is not None:
            table.anew = True
        instance = engine_of(engine).load(module, allowed, _granted(_stdout, grants, run), (), table)
        if any(instance.host_counts):  # the module level asks the host, so it is run with each call
            return slow

        def otherwise(error: BellError, args: tuple[Any, ...]) -> Any:
            """What a call gives that failed: with ints of any size, if that was why; an argument that does not fit goes the long way."""
            if error.code == "E0302":
                return slow(*args)
            if not self._promotes(error, name) or (table is not None and table.log is None):
                raise error
            again = CountedOutput(_stdout, instance.output_bytes)  # type: ignore[attr-defined]
            left = allowed.after(error.seconds)
            rest = hosts if run is None or table is None else run.again(list(table.log or ()))
            return self.widened().call(name, *args, engine=engine, limits=left, write=again, grants=grants, hosts=rest)

        return instance.caller(row.function, otherwise)  # type: ignore[attr-defined,no-any-return]

    def native(self, task: str, *, limits: Mapping[str, object] | Limits | None = None, threads: int | None = None) -> NativeFunction:
        """A task for native code: see :class:`belljar.runtime.native.NativeFunction`. Its parameters are ints, floats, bools and lists of these, its result an int, float or bool. ``threads`` calls may
        run at the same time, as many as there are cores unless told otherwise (at most 64 then); more wait.

        Raises E0003 and E0313 for a task with other parameters or results, and E1201 where LLVM is needed and missing.
        """
        from belljar.runtime.native import NativeFunction

        allowed = _limits(limits, self.limits)
        return NativeFunction(self.under(allowed), task, allowed, threads)

    @property
    def inputs(self) -> Mapping[str, Type]:
        """The names of the module level that are given from outside, with their types."""
        return self._facts.inputs

    @property
    def key(self) -> str:
        """What tells this program from others: a digest of its name, its text, the types of its inputs and its functions of the host."""
        if not self._key:
            from belljar.storage.cache import key

            inputs = [f"{name} {type}" for name, type in self.inputs.items()]
            hosts = (
                []
                if self.hosts is None
                else [
                    f"{one.signature} {one.signature.capability} {one.signature.effect} {one.max_bytes}"
                    for one in self.hosts.functions.values()
                ]
            )
            self._key = key([self.name, self.source, *inputs, *hosts])
        return self._key

    @property
    def has_inputs(self) -> bool:
        """Whether names of the module level are given from outside: such a program is run, not called."""
        return bool(self._facts.inputs)

    def outcome(self, task: str, types: Sequence[Type], args: Sequence[Any], limits: Limits) -> BellError | None:
        """The error with which a call ends that is granted nothing, in the VM; None where it ends well."""
        try:
            module = self.runnable(task, types, "vm")
            return engine_of("vm").load(module, limits, lambda _: None).call(module.tasks[task].function, args).error
        except BellError as error:
            return error

    def bind(self, task: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        """Arguments in parameter order with defaults filled in. Raises E0401, E0402, E0403, E0405, and E0003 for a program with inputs."""
        decls = self._parameters(task)
        if self.has_inputs:
            raise bell_error("E0003", detail="a program with inputs is run, not called", hint="pass the values as parameters")
        names = [decl.name for decl in decls]
        values: dict[str, Any] = {}
        positional = [decl.name for decl in decls if not decl.keyword_only]
        if len(args) > len(positional):
            raise bell_error("E0402", function=task, expected=str(len(positional)), found=len(args))
        values.update(zip(positional, args))  # noqa: B905  (the rest may have defaults)
        for name, value in kwargs.items():
            if name not in names:
                from belljar.lang.scope import nearest

                raise bell_error("E0403", function=task, name=name, nearest=nearest(name, names))
            if name in values:
                raise bell_error("E0405", function=task, name=name)
            values[name] = value
        for decl in decls:
            if decl.name not in values:
                if not decl.has_default:
                    raise bell_error("E0401", function=task, name=decl.name)
                values[decl.name] = decl.default
            elif decl.is_computed and values[decl.name] is None:
                what = f"argument '{decl.name}' of {task}()"
                raise bell_error(
                    "E0302", what=what, expected="a value, or left out, as its default is computed", found="None", file=self.name
                )
        return [walked(values[name]) for name in names]

    def run(
        self,
        *,
        engine: str | None = None,
        limits: Mapping[str, object] | Limits | None = None,
        write: Write | None = None,
        grants: Collection[str] | Grants = CAPABILITIES,
        hosts: HostFunctions | HostRun | None = None,
        inputs: Mapping[str, Any] | None = None,
        promote: bool = True,
        isolation: Isolation = None,
    ) -> None:
        """Run the module level from the start, output, functions of the host, ``promote`` and ``isolation`` as for :meth:`call`. Raises what the program raised, and E0206 for a missing input."""
        limits = _limits(limits, self.limits)
        if limits.counts or limits.is_sized:
            program = self.under(limits)
            if program is not self and isolation is None:
                program.run(engine=engine, limits=limits, write=write, grants=grants, hosts=hosts, inputs=inputs, promote=promote)
                return
        if isolation is not None:
            _check_inputs(inputs or {})
            allowed, to, run = self._isolated(hosts, grants, write)
            pool_of(isolation).run(self, inputs or {}, engine, limits, to, allowed, promote, run)
            return
        if promote and None in self._overflowed:
            self.widened().run(engine=engine, limits=limits, write=write, grants=grants, hosts=hosts, inputs=inputs)
            return
        lease: _Lease | None = None
        try:
            module = self.runnable(None, (), engine or "auto")
            arguments = self._input_components(module, inputs or {}, engine or "auto")
            lease = _Lease(self, module, engine or "auto", limits, write, grants, hosts, promote)
            lease.load(arguments)
        except BellError as error:
            if not promote or not self._promotes(error, None) or (lease is not None and not lease.may_run_again()):
                raise
            again = CountedOutput(write or _stdout, lease.written() if lease is not None else 0)
            left = limits.after(error.seconds)
            rest = hosts if lease is None else lease.rest()
            self.widened().run(engine=engine, limits=left, write=again, grants=grants, hosts=rest, inputs=inputs)
        finally:
            if lease is not None:
                lease.note_used()

    def _isolated(
        self, hosts: HostFunctions | HostRun | None, grants: Collection[str] | Grants, write: Write | None
    ) -> tuple[Collection[str], Write | None, Callable[[], HostRun]]:
        """Of a run in a process of its own: what it is granted, where its output goes, and what makes its functions of the host, once it calls one."""
        from belljar.safety.capabilities import grants_of

        run = hosts if hosts is not None and hasattr(hosts, "table") else None
        allowed = grants_of(grants) if run is None else run.grants  # type: ignore[union-attr]
        to = _granted(write, allowed)
        if run is not None and to is not None:
            inner = to

            def to(text: str) -> None:
                run.used.add("io.stdout")  # type: ignore[union-attr]
                inner(text)

        made: list[HostRun] = [] if run is None else [run]  # type: ignore[list-item]

        def begun() -> HostRun:
            if not made:
                from belljar.runtime.hosts import NO_HOSTS

                made.append((hosts or self.hosts or NO_HOSTS).begin(allowed))  # type: ignore[union-attr]
            return made[0]

        return sorted(allowed.names), to, begun

    def host_run(self, module: Module, hosts: HostFunctions | HostRun | None, grants: Collection[str] | Grants) -> HostRun | None:
        """What a run has of functions of the host, None where the module calls none and nobody asks what it uses."""
        if hosts is None and not module.hosts:
            return None
        from belljar.runtime.hosts import NO_HOSTS, HostRun

        if isinstance(hosts, HostRun):
            hosts.wide = self._narrow is not None
            return hosts
        return (hosts or self.hosts or NO_HOSTS).begin(grants, wide=self._narrow is not None) if module.hosts else None

    def _input_components(self, module: Module, inputs: Mapping[str, Any], engine: str) -> list[Any]:
        _check_inputs(inputs)
        for name in inputs:
            if name not in self._facts.inputs:
                from belljar.lang.scope import nearest

                raise bell_error("E0403", function=self.name, name=name, nearest=nearest(name, self._facts.inputs))
        components: list[Any] = []
        for name, type in self._facts.inputs.items():
            if name not in inputs:
                raise bell_error("E0206", name=name)
            what = f"input '{name}'"
            if self._narrow is None:
                components += to_components(inputs[name], type, module.records, what)
            else:
                layouts = self._narrow.runnable(None, (), engine).records
                components += to_wide_components(inputs[name], type, widened(type), layouts, what)
        return components

    def capabilities(self) -> set[str]:
        """The capabilities that the program names: what it could ask for. Of the clock, chance and the environment those that the module level and its fully annotated tasks come to."""
        from belljar.safety.capabilities import STDOUT

        module = self.module()
        ops = [instr for function in module.functions.values() for block in function.blocks for instr in block.instrs]
        found = {module.hosts[instr.args[0]].capability for instr in ops if instr.op.name == "host.call"}
        found |= {signature.capability for name, signature in _signatures(self.hosts).items() if name in self._front.host_names()}
        return found | ({STDOUT} if any(instr.op.name == "io.write" for instr in ops) else set())

    # --- text -----------------------------------------------------------------------------------------------------------------------

    def ir(self, stage: str = "typed") -> str:
        """The program at one stage of compilation, as text: one of ``typed``, ``optimized``, ``bytecode``, ``llvm``, ``asm``."""
        if stage not in STAGES:
            raise bell_error("E0003", detail=f"unknown stage '{stage}'", hint=f"stages are {', '.join(STAGES)}")
        module = self.module(optimised=stage != "typed")
        if stage in ("typed", "optimized"):
            from belljar.ir.text import print_module

            return print_module(module)
        if stage == "bytecode":
            from belljar.engines.vm.disassemble import disassemble

            return disassemble(module)
        from belljar.engines.jit import assembly, llvm_text

        mark = ";" if stage == "llvm" else "#"
        legend = "".join(f"{mark} f{number} is {name}\n" for number, name in enumerate(module.functions))
        return legend + (llvm_text(module) if stage == "llvm" else assembly(module))

    # --- batches --------------------------------------------------------------------------------------------------------------------

    def batch(self, task: str, source: Any, output: Any = None, **options: Any) -> BatchResult:
        """Apply a task to every row of ``source``; see :func:`belljar.engines.batch.run_batch` for sources, outputs and options."""
        from belljar.runtime.batches import batch

        return batch(self, task, source, output, **options)

    def explain(self, task: str, *args: Any, **kwargs: Any) -> Explanation:
        """Call a task on the reference engine and write down the path it took. No function of the host is granted."""
        from belljar.runtime.explain import explain_call

        return explain_call(self, task, args, kwargs)

    def profile(
        self,
        task: str | None = None,
        *args: Any,
        engine: str = "vm",
        limits: Mapping[str, object] | Limits | None = None,
        write: Write | None = None,
        grants: Collection[str] | Grants = CAPABILITIES,
        hosts: HostFunctions | None = None,
        inputs: Mapping[str, Any] | None = None,
        interval: float = 0.0002,
        **kwargs: Any,
    ) -> RuntimeProfile:
        """Call a task, or run the module level where none is named, and tell what it cost by line, function and path of calls. The VM counts fuel, calls and bytes exactly; of ``engine="jit"`` only time is known, from a
        sample every ``interval`` seconds. Answer (``.result``), output and fuel are those of the run without a profile. An error of the program ends the run, not the profile: it is in ``.error``, as text.

        This is no trust profile (:func:`belljar.get_profile`), which says under which settings a program runs. Raises E0404 and its kin for a task or arguments that do not fit, E0003 for an engine that cannot be profiled."""
        from belljar.runtime.profiler import profile

        return profile(
            self,
            task,
            args,
            kwargs,
            engine=engine,
            limits=_limits(limits, self.limits),
            write=_granted(write, grants),
            grants=grants,
            hosts=self.hosts if hosts is None else hosts,
            inputs=inputs or {},
            interval=interval,
        )[0]

    def explain_row(self, task: str, source: Any, row: int, **reading: Any) -> Explanation:
        """Run one row of a batch again, traced. ``row`` counts from 0 over all inputs; ``reading`` says how the source is read (``nulls``, ``types`` ...)."""
        from belljar.runtime.batches import explain_row

        return explain_row(self, task, source, row, **reading)

    def why(self, task: str | None, name: str = "return", *args: Any, **kwargs: Any) -> Slice:
        """Where a value of a call came from: which inputs, assignments and branches made it. ``name`` is a variable of the task, what the call gives by default; without a task one of the module level, which
        is run with ``kwargs`` as its inputs. See :func:`belljar.runtime.why.why_call` for what else ``name`` can be, for a call with functions of the host, for limits and for what is raised."""
        from belljar.runtime.why import why_call

        if task is None and args:
            raise bell_error("E0003", detail="The module level takes its inputs by name", hint="why(None, name, input=value)")
        return why_call(self, task, name, args, kwargs)

    def why_row(self, task: str, source: Any, row: int, name: str = "return", **reading: Any) -> Slice:
        """The same of one row of a batch, which counts from 0 over all inputs; ``reading`` as for :meth:`explain_row`."""
        from belljar.runtime.batches import why_row

        return why_row(self, task, source, row, name, **reading)

    def mapper(self, task: str, *, keep: Sequence[str] = ()) -> Mapper:
        """A picklable callable from record batch to record batch, with ``output_schema`` known before it runs."""
        from belljar.runtime.batches import Mapper

        return Mapper(self, task, compile, tuple(keep))


class _Lease:
    """An instance for the time of one call: taken from the program's idle ones, or loaded; given back when the call ended, unless it is of one run alone, or its module level asked the host."""

    def __init__(
        self,
        program: Program,
        module: Module,
        engine: str,
        limits: Limits,
        write: Write | None,
        grants: Collection[str] | Grants,
        hosts: HostFunctions | HostRun | None,
        promote: bool,
        settle: Callable[[], None] | None = None,
    ) -> None:
        self.settle = settle
        """Refuses the arguments of the call that do not fit, before the module level runs."""
        self.program, self.module, self.engine, self.limits = program, module, engine, limits
        self.run: HostRun | None = None
        self.is_shared = True
        asked: object = None
        if module.hosts or hosts is not None:
            self.run = program.host_run(module, hosts, grants)
            self.is_shared = (hosts is None or not hasattr(hosts, "table")) and (self.run is None or not self.run.hosts.is_recorded)
            if self.run is not None:
                self.run.time_left = limits.time_left
                asked = (self.run.hosts, self.run.hosts.version, self.run.grants)
        self.write = _granted(write, grants, self.run)
        self.key = (id(module), engine, limits, self.write, asked)
        self.logs = bool(module.hosts) and promote and program._narrow is None
        self.table: HostTable | None = None
        self.output: CountedOutput | None = None
        self.instance: Instance | None = None

    def __enter__(self) -> Instance:
        if self.is_shared:
            with self.program._lock:
                idle = self.program._idle.get(self.key)
                if idle:
                    instance, self.output = idle.pop()
                    self.instance = instance
                    if not idle:
                        del self.program._idle[self.key]
                    if self.output is not None:
                        self.output.written = self.output.at_start
                    if self.run is not None:
                        self.table = instance.hosts
                        self.prepare()
                    return instance
        if self.program._facts.inputs:
            raise bell_error("E0003", detail="a program with inputs is run, not called", hint="pass the values as parameters")
        if self.settle is not None and self.engine != "reference":
            self.settle()
        return self.load()

    def load(self, inputs: Sequence[Any] = ()) -> Instance:
        """Make an instance and run the module level."""
        self.output = None if self.write is None else CountedOutput(self.write)
        if self.run is not None and self.module.hosts:
            self.table = self.run.table(self.module)
            self.prepare()
        instance = engine_of(self.engine).load(self.module, self.limits, self.output, inputs, self.table)
        self.instance = instance
        if self.output is not None:
            self.output.at_start = self.output.written
        if self.table is not None:
            self.is_shared = self.is_shared and not any(instance.host_counts)
        return instance

    def prepare(self) -> None:
        """Set what this run does besides calling functions of the host."""
        if self.table is not None:
            self.table.log = [] if self.logs else None
            self.table.given = None if self.run is None else self.run.answers

    def may_run_again(self) -> bool:
        """Whether what the host answered is known, so that the run can be made a second time without asking again."""
        return self.table is None or self.table.log is not None

    def rest(self) -> HostRun | None:
        """The functions of the host for the second time."""
        if self.run is None or self.table is None:
            return self.run
        return self.run.again(list(self.table.log or ()))

    def written(self) -> int:
        """How many bytes the module level and this call wrote."""
        return 0 if self.output is None else self.output.written

    def note_used(self) -> None:
        """Note in the run which capabilities were used."""
        if self.run is not None:
            counts = [] if self.instance is None else self.instance.host_counts
            self.run.note_used(self.module, counts or [0] * len(self.module.hosts), self.written() > 0)

    def __exit__(self, *_: object) -> None:
        assert self.instance is not None
        if not self.is_shared:
            self.note_used()
            return
        with self.program._lock:
            kept = self.program._idle
            idle = kept.pop(self.key, [])
            idle.append((self.instance, self.output))
            kept[self.key] = idle  # behind all others: the one used last
            if sum(map(len, kept.values())) > INSTANCES_MAX:
                oldest = next(iter(kept))
                del kept[oldest][0]
                if not kept[oldest]:
                    del kept[oldest]


def _limits(given: Mapping[str, object] | Limits | None, base: Limits) -> Limits:
    if given is None:
        return base
    if not isinstance(given, Limits) and not hasattr(given, "items"):
        raise bell_error(
            "E0003", detail=f"limits= takes names with values, got {given!r}", hint="example: limits={'fuel': 1_000_000, 'time': '2s'}"
        )
    return given if isinstance(given, Limits) else base.with_values(given)


def _granted(write: Write | None, grants: Collection[str] | Grants, run: HostRun | None = None) -> Write | None:
    """Where output goes, None where it is refused."""
    if run is None and grants is CAPABILITIES:
        return write or _stdout
    from belljar.safety.capabilities import STDOUT, grants_of

    return (write or _stdout) if (grants_of(grants) if run is None else run.grants).allows(STDOUT) else None


def _check_inputs(inputs: object) -> None:
    if not hasattr(inputs, "keys"):
        raise bell_error("E0003", detail="inputs= takes names with their values", hint="example: inputs={'x': 5}")


def pool_of(isolation: object) -> WorkerPool:
    """The pool of worker processes that ``isolation=`` names."""
    from belljar.runtime.workers import pool_of

    return pool_of(isolation)


def _stdout(text: str) -> None:
    sys.stdout.write(text)
