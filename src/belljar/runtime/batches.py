"""Batches of a program: its tasks as kernels, and as a picklable mapper of record batches."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from belljar import __version__
from belljar.engines.batch.contract import Column, Kernel, RowFault
from belljar.engines.batch.rowfunction import RowFunction, add_row_function
from belljar.engines.batch.rowkernel import python_values
from belljar.errors import BellError, bell_error
from belljar.ir.passes import optimise
from belljar.safety.capabilities import STDOUT
from belljar.safety.limits import Limits
from belljar.types import RecordType

if TYPE_CHECKING:
    import pyarrow as pa

    from belljar.engines._instance import Instance
    from belljar.engines.batch.result import BatchResult
    from belljar.ir.function import Module
    from belljar.runtime.explain import Explanation
    from belljar.runtime.hosts import HostFunctions, HostRun
    from belljar.runtime.program import Isolation, Program
    from belljar.runtime.remote_batches import RemoteKernel
    from belljar.trace.slices import Slice

ROWS_BEFORE_LANES = 32_768
"""Rows a task is applied to before a vector kernel is compiled for it, some 30 ms: in the VM they take less."""

NO_TIME_LIMIT_S = 10.0**9
"""A batch has no total time; this is what a row may take."""


def row_function(program: Program, task: str) -> RowFunction:
    """The row function of a task, optimised. Raises E0404, and E0313 for parameters without annotation or types no column can hold."""
    signature = program.signature(task)
    module = program.fresh_module(task, [param.type for param in signature.params])
    row = add_row_function(module, module.tasks[task], program.declared_result(task))
    optimise(module, roots=frozenset({"@row"}))
    return row


def kernel(program: Program, task: str, limits: Mapping[str, object] | None = None, run: HostRun | None = None) -> Kernel:
    """The fastest kernel there is for the task: rows in lanes where that is possible, else one by one. The same kernel for the same task and limits, but for a run that has functions of the
    host."""
    per_row = row_limits(program, limits)
    program = program.under(per_row)
    if run is not None:
        return _kernel(program, task, per_row, run)
    made = _MADE.setdefault(program, {})
    if (task, per_row) not in made:
        made[task, per_row] = _kernel(program, task, per_row, None)
    return made[task, per_row]


_MADE: WeakKeyDictionary[Program, dict[tuple[str, Limits], Kernel]] = WeakKeyDictionary()


def _kernel(program: Program, task: str, limits: Limits, run: HostRun | None) -> Kernel:
    from belljar.engines.batch.nativekernel import NativeKernel
    from belljar.engines.batch.simd import SimdKernel
    from belljar.engines.batch.simd_plan import NotVectorisable, plan
    from belljar.engines.jit.tiers import AutoEngine

    row = row_function(program, task)

    def load(module: Module) -> Instance:
        if run is None:
            return AutoEngine().load(module, limits)
        instance = AutoEngine().load(module, limits, hosts=run.table(module))
        run.watch(module, instance)
        return instance

    scalar = NativeKernel(row, lambda: load(row.module))
    try:
        lanes = plan(row)
    except NotVectorisable as reason:
        scalar.reason = reason
        return scalar
    return SimdKernel(lanes, limits, lambda: load(lanes.module), scalar, ROWS_BEFORE_LANES)


def row_limits(program: Program, limits: Mapping[str, object] | None) -> Limits:
    """The limits of one row: the program's, without a time limit unless one is given."""
    given = dict(limits or {})
    base = program.limits if program.limits.time != Limits().time else program.limits.with_values({"time": NO_TIME_LIMIT_S})
    return base.with_values(given)


def program_hash(program: Program, task: str, limits: Mapping[str, object] | None) -> str:
    """What tells one batch program from another when a run is resumed."""
    allowed = row_limits(program, limits)
    text = "\0".join((__version__, program.source, task, repr([getattr(allowed, name) for name in allowed.__slots__])))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def batch(
    program: Program,
    task: str,
    source: Any,
    output: Any = None,
    *,
    limits: Mapping[str, object] | None = None,
    hosts: HostFunctions | HostRun | None = None,
    grants: Collection[str] = (),
    isolation: Isolation = None,
    **options: Any,
) -> BatchResult:
    """Apply a task to every row of ``source``.

    Functions of the host are called row by row, from several threads at once unless ``threads=1``, if ``grants`` cover them; a run with a journal has one thread. Nothing may be printed.
    ``source``: a path, glob or list of them, a pyarrow table or reader, a pandas or polars frame, anything with ``__arrow_c_stream__``, or a dict of NumPy arrays.
    With ``isolation="process"``, or a pool of workers, rows run in worker processes.
    ``limits`` hold per row; the other options are the fields of :class:`~belljar.engines.batch.options.BatchOptions`.
    """
    from belljar.engines.batch.run import run_batch

    for path in (output, options.get("errors")):
        _spare(program, path)
    run = (
        None if hosts is None and program.hosts is None and not grants else _host_run(program, hosts, grants, bool(options.get("dry_run")))
    )
    if run is not None and (run.journal is not None or run.hosts.is_recorded):
        options["threads"] = 1
    rows: Kernel
    remote: RemoteKernel | None = None
    if isolation is None:
        rows = kernel(program, task, limits, run)
    else:
        from belljar.runtime.remote_batches import RemoteKernel
        from belljar.runtime.workers import pool_of

        allowed = sorted(grants if run is None else run.grants.names)
        columns = task_columns(program, task)
        rows = remote = RemoteKernel(pool_of(isolation), program, task, columns, row_limits(program, limits), run, allowed)
    try:
        result = run_batch(rows, source, output=output, program_hash=program_hash(program, task, limits), **options)
        result.again = _Again(program, task, source, limits, {name: options[name] for name in READING if name in options})
        return result
    except BaseException as error:
        if remote is not None:
            remote.end()
        if isinstance(error, BellError) and error.line and error.source is None:  # a row's, of which only the line is known
            error.place(program.text)
        if isinstance(error, BellError) and error.code == "E0901" and error.parameters.get("capability") == STDOUT:
            error.hint = "no row of a batch can be granted it: leave the print out, or return what it says"
        raise


READING: Final = ("input_format", "nulls", "types", "delimiter", "encoding")
"""The options that say how a source is read."""


class _Again:
    """Runs rows of a batch again."""

    def __init__(self, program: Program, task: str, source: Any, limits: Mapping[str, object] | None, reading: Mapping[str, Any]) -> None:
        self.program = program
        self.task = task
        self.source = source
        self.limits = limits
        self.reading = reading

    def explain(self, row: int) -> Explanation:
        return explain_row(self.program, self.task, self.source, row, limits=self.limits, **self.reading)

    def why(self, row: int, name: str) -> Slice:
        return why_row(self.program, self.task, self.source, row, name, limits=self.limits, **self.reading)


def _host_run(program: Program, hosts: HostFunctions | HostRun | None, grants: Collection[str], dry_run: bool) -> HostRun:
    from belljar.runtime.hosts import NO_HOSTS, HostRun

    given = program.hosts if hosts is None else hosts
    return given if isinstance(given, HostRun) else (given or NO_HOSTS).begin(grants, dry_run=dry_run)


def _spare(program: Program, path: object) -> None:
    """Refuse to write over the program's own file. Raises E0003."""
    if not isinstance(path, (str, os.PathLike)):
        return
    try:
        same = os.path.samefile(path, program.name)
    except (OSError, ValueError):
        return  # one of them is no file
    if same:
        raise bell_error("E0003", detail=f"The output {path} is the program itself", hint="write to another file")


def task_columns(program: Program, task: str) -> tuple[list[Column], list[Column]]:
    """The columns a task takes and gives. Raises E0404, and E0313 for what no column can hold."""
    row = row_function(program, task)
    return list(row.inputs), list(row.outputs)


class _Capture:
    """A kernel that computes nothing and keeps one row of what it is given."""

    def __init__(self, inputs: Sequence[Column], row: int) -> None:
        self.inputs = inputs
        self.outputs: Sequence[Column] = ()
        self.row = row
        self.seen = 0
        self.values: list[Any] | None = None

    def run(self, arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
        if self.values is None and self.seen <= self.row < self.seen + length:
            at = self.row - self.seen
            self.values = [python_values(array.slice(at, 1))[0] for array in arrays]
        self.seen += length
        return [], []


def explain_row(
    program: Program, task: str, source: Any, row: int, *, limits: Mapping[str, object] | None = None, **reading: Any
) -> Explanation:
    """Run one row of a batch again and write down its path. ``row`` counts from 0 over all inputs. Raises E0003 when there is no such row.

    As in the batch nothing may be printed; unlike there a row has the time limit of a call.
    """
    from belljar.runtime.explain import explain_call

    return explain_call(program, task, (), row_arguments(program, task, source, row, **reading), limits=limits, write=None)


def why_row(
    program: Program, task: str, source: Any, row: int, name: str = "return", *, limits: Mapping[str, object] | None = None, **reading: Any
) -> Slice:
    """Where a value of one row of a batch came from: see :func:`belljar.runtime.why.why_call`. Raises E0003 when there is no such row."""
    from belljar.runtime.why import why_call

    return why_call(program, task, name, (), row_arguments(program, task, source, row, **reading), limits=limits, prints=False)


def row_arguments(program: Program, task: str, source: Any, row: int, **reading: Any) -> dict[str, Any]:
    """What a task gets of one row of ``source``, by parameter. Raises E0003 when there is no such row."""
    from belljar.engines.batch.run import run_batch

    if isinstance(row, bool) or not isinstance(row, int) or row < 0:
        raise bell_error("E0003", detail=f"rows are ints and count from 0, got {row!r}")
    inputs, _ = task_columns(program, task)
    capture = _Capture([Column(column.name, column.type, True) for column in inputs], row)
    run_batch(capture, source, threads=1, limit=row + 1, progress="off", **reading)
    if capture.values is None:
        last = f", the last is row {capture.seen - 1}" if capture.seen else ""
        raise bell_error(
            "E0003",
            detail=f"there is no row {row}: the input has {capture.seen} row{'' if capture.seen == 1 else 's'}{last}",
            hint="rows count from 0"
            if capture.seen
            else "a source that is read only once is empty the second time: give a file or a table",
        )
    values = dict(zip((column.name for column in inputs), capture.values, strict=True))
    for column in inputs:
        if values[column.name] is None and not column.nullable:
            raise bell_error("E1005", a=column.name)
    arguments: dict[str, Any] = {}
    for name, type in program.parameters(task):
        if isinstance(type, RecordType):
            layout = program.signature_module(task).records[type.name]
            arguments[name] = {field: values[field] for field, _ in layout.fields}
        else:
            arguments[name] = values[name]
    return arguments


class Mapper:
    """A task as a callable from record batch (or table) to record batch. Picklable: the program travels as source and is compiled once per process."""

    def __init__(self, program: Program, task: str, compile: Callable[..., Program], keep: tuple[str, ...] = ()) -> None:
        if program.hosts is not None and program.signature_module(task).hosts:
            raise bell_error("E0003", detail=f"{task}() calls functions of the host, which do not travel", hint="batch() takes hosts=")
        self._source, self._name, self._limits = program.source, program.name, program.limits
        self._compile = compile
        self.task = task
        self.keep = tuple(keep)
        self._kernel: Kernel | None = kernel(program, task)

    def __repr__(self) -> str:
        return f"<Mapper of {self.task}() of {self._name}>"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_kernel": None}

    @property
    def kernel(self) -> Kernel:
        if self._kernel is None:
            key = (self._source, self._name, self._limits, self.task)
            if key not in _KERNELS:
                _KERNELS[key] = kernel(self._compile(self._source, self._name, limits=self._limits), self.task)
            self._kernel = _KERNELS[key]
        return self._kernel

    @property
    def output_schema(self) -> pa.Schema:
        """The columns the task gives, without kept ones."""
        import pyarrow as pa

        from belljar.engines.batch.apply import output_schema

        return output_schema(self.kernel, pa.schema([]))

    def schema_for(self, schema: pa.Schema) -> pa.Schema:
        """The schema of what a batch of ``schema`` becomes."""
        from belljar.engines.batch.apply import apply_schema

        return apply_schema(self.kernel, schema, keep=self.keep)

    def __call__(self, batch: Any) -> Any:
        """Map a record batch or a table; an iterator of record batches is mapped lazily (as Spark's mapInArrow hands them)."""
        import pyarrow as pa

        from belljar.engines.batch.apply import apply

        if isinstance(batch, pa.Table):
            parts = [apply(self.kernel, part, keep=self.keep) for part in batch.to_batches()]
            return pa.Table.from_batches(parts, self.schema_for(batch.schema))
        if isinstance(batch, pa.RecordBatch):
            return apply(self.kernel, batch, keep=self.keep)
        if not isinstance(batch, Iterator):
            frame = ": pa.RecordBatch.from_pandas(frame)" if hasattr(batch, "iloc") else ""
            raise bell_error(
                "E0003",
                detail=f"a mapper takes a pyarrow RecordBatch, a Table or an iterator of RecordBatches, got {type(batch).__name__}",
                hint=f"convert it first{frame}",
            )
        return (self(part) for part in batch)


_KERNELS: dict[tuple[str, str, Limits, str], Kernel] = {}
"""Kernels of mappers that arrived pickled, so that a process compiles each once."""
