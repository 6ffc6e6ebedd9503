"""Batches in worker processes: a kernel whose blocks are run by the workers of a pool, and the side of it that runs in one.

Columns go to a worker as Arrow IPC, in memory that both processes see; its results come back as the bare buffers of arrays. What a worker may write is copied before anything is read of it, and the arrays made of
the copy are validated in full, so that a worker that was taken over can answer wrong numbers and nothing else.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from belljar.engines.batch.contract import Column, RowFault
from belljar.errors import CODES, BellError
from belljar.runtime import wire
from belljar.runtime.sharing import HALF, REGION_BYTES
from belljar.safety.limits import Limits

if TYPE_CHECKING:
    import mmap
    from collections.abc import Collection, Sequence

    import pyarrow as pa

    from belljar.engines.batch.contract import Kernel
    from belljar.runtime.hosts import HostRun
    from belljar.runtime.program import Program
    from belljar.runtime.workers import Worker, WorkerPool

BLOCK_SECONDS: Final = 3600.0
"""How long a block may take at most, also where rows have no limit of time."""
ALIGNMENT: Final = 64
RESULTS: Final = {
    "int": ("int64",),
    "float": ("double",),
    "bool": ("bool",),
    "str": ("string", "dictionary<int8>", "dictionary<int16>", "dictionary<int32>"),
}
"""The types of results of each type of column."""


class RemoteKernel:
    """A task over columns, run by the workers of a pool: as many blocks at a time as there are workers."""

    def __init__(
        self,
        pool: WorkerPool,
        program: Program,
        task: str,
        columns: tuple[Sequence[Column], Sequence[Column]],
        limits: Limits,
        run: HostRun | None,
        grants: Collection[str],
    ) -> None:
        self.inputs, self.outputs = columns
        self._pool = pool
        self._program = program
        self._task = task
        self._limits = limits
        self._grants = list(grants)
        self._run = run
        self._busy: set[Worker] = set()
        self._lock = threading.Lock()
        self._is_over = False

    def run(self, arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
        """See :class:`~belljar.engines.batch.contract.Kernel`."""
        seconds = min(BLOCK_SECONDS, self._limits.time * max(1, length))

        from belljar.runtime.workers import WorkerLost

        def ask(worker: Worker) -> Any:
            with self._lock:
                if self._is_over:
                    raise KeyboardInterrupt
                self._busy.add(worker)
            try:
                region = worker.memory()
                sent = written(region, arrays, length)
                parts = [self._task, length, sent]
                options = wire.pack({"limits": self._limits.to_dict(), "grants": self._grants})
                answer = worker.ask(self._program, "rows", parts, options, Limits(time=seconds), None, self._host_run)
                if isinstance(answer, BellError):
                    return answer
                try:
                    columns, faults = answer
                    return results(region, self.outputs, columns, length), faults_from(faults, length)
                except (ValueError, TypeError) as problem:
                    raise WorkerLost(f"its answer is {problem}") from None
            finally:
                with self._lock:
                    self._busy.discard(worker)

        arrays_made, faults = self._pool.use(self._program, seconds, ask)
        return arrays_made, faults

    def _host_run(self) -> HostRun:
        from belljar.runtime.hosts import NO_HOSTS

        with self._lock:
            if self._run is None:
                self._run = (self._program.hosts or NO_HOSTS).begin(self._grants)
            return self._run

    def end(self) -> None:
        """End what still runs: nobody waits for it."""
        with self._lock:
            self._is_over = True
            for worker in self._busy:
                worker.process.kill()


# --- columns to a worker ------------------------------------------------------------------------------------------------------------


def written(region: mmap.mmap, arrays: Sequence[pa.Array], length: int) -> int | bytes:
    """Write columns into the first half: how many bytes they are, or the bytes themselves where they are too many for it."""
    import pyarrow as pa

    if not arrays:
        return 0
    ready = [
        array.view(pa.int32() if array.type.bit_width == 32 else pa.int64()) if pa.types.is_temporal(array.type) else array
        for array in arrays
    ]
    batch = pa.RecordBatch.from_arrays(ready, [str(place) for place in range(len(ready))])
    if pa.ipc.get_record_batch_size(batch) + sum(
        array.dictionary.nbytes for array in ready if pa.types.is_dictionary(array.type)
    ) < HALF - (1 << 20):
        sink = pa.FixedSizeBufferWriter(pa.py_buffer(region))
    else:
        sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    if isinstance(sink, pa.FixedSizeBufferWriter):
        return int(sink.tell())
    return bytes(sink.getvalue())


def read(region: mmap.mmap, sent: int | bytes) -> list[pa.Array]:
    """In a worker: the columns that were written."""
    import pyarrow as pa

    if sent == 0:
        return []
    data = pa.py_buffer(sent) if isinstance(sent, bytes) else pa.py_buffer(region).slice(0, sent)
    with pa.ipc.open_stream(data) as stream:
        return list(stream.read_next_batch().columns)


# --- results from a worker ----------------------------------------------------------------------------------------------------------


class _Parts:
    """Buffers being laid into the second half, and those that found no room there."""

    def __init__(self, region: mmap.mmap) -> None:
        self.region = region
        self.at = HALF

    def put(self, buffer: pa.Buffer | None) -> Any:
        """Where a buffer is: None, a pair of place and size, or its bytes."""
        if buffer is None:
            return None
        size = len(buffer)
        if self.at + size > REGION_BYTES:
            return bytes(buffer)
        place = self.at
        self.region[place : place + size] = memoryview(buffer)
        self.at = (place + size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT
        return [place, size]


def answer(region: mmap.mmap, kernel: Kernel, arrays: Sequence[pa.Array], length: int) -> list[Any]:
    """In a worker: run the rows. The results' buffers, and the rows that failed."""
    import pyarrow as pa

    outputs, faults = kernel.run(arrays, length)
    parts = _Parts(region)
    columns: list[Any] = []
    for array in outputs:
        if array.offset or len(array) != length:
            array = pa.array(array.to_pylist(), array.type)
        if pa.types.is_dictionary(array.type):
            texts = array.dictionary if not array.dictionary.offset else pa.array(array.dictionary.to_pylist(), pa.string())
            placed = [parts.put(buffer) for buffer in (*array.buffers()[:2], *texts.buffers()[1:3])]
            columns.append([f"dictionary<{array.type.index_type}>", placed, len(texts)])
        else:
            columns.append([str(array.type), [parts.put(buffer) for buffer in array.buffers()], 0])
    return [columns, [[fault.row, fault.code, fault.message, fault.line] for fault in faults]]


def results(region: mmap.mmap, outputs: Sequence[Column], columns: Any, length: int) -> list[pa.Array]:
    """The arrays of an answer, made of copies of its buffers. Raises ValueError where it is none."""
    import pyarrow as pa

    if len(columns) != len(outputs):
        raise ValueError("not a result for each column")

    def taken(part: Any) -> pa.Buffer | None:
        if part is None:
            return None
        if part.__class__ is bytes:
            return pa.py_buffer(part)
        place, size = part
        if place.__class__ is not int or size.__class__ is not int or place < HALF or size < 0 or place + size > REGION_BYTES:
            raise ValueError("a result from elsewhere")
        return pa.py_buffer(bytes(memoryview(region)[place : place + size]))

    made: list[pa.Array] = []
    for column, (type_name, parts, count) in zip(outputs, columns, strict=True):
        if type_name not in RESULTS[column.type]:
            raise ValueError("a result of another type")
        buffers = [taken(part) for part in parts]
        try:
            if type_name.startswith("dictionary"):
                valid, codes, offsets, data = buffers
                type = {"int8": pa.int8(), "int16": pa.int16(), "int32": pa.int32()}[type_name[11:-1]]
                texts = pa.Array.from_buffers(pa.string(), checked(count), [None, offsets, data or pa.py_buffer(b"")])
                texts.validate(full=True)
                indices = pa.Array.from_buffers(type, length, [valid, codes])
                indices.validate(full=True)
                array: pa.Array = pa.DictionaryArray.from_arrays(indices, texts, safe=True)
            else:
                type = {"int64": pa.int64(), "double": pa.float64(), "bool": pa.bool_(), "string": pa.string()}[type_name]
                array = pa.Array.from_buffers(type, length, buffers)
            array.validate(full=True)
        except (pa.ArrowException, TypeError, AttributeError) as problem:
            raise ValueError(f"an array that is none: {type_of(problem)}") from None
        made.append(array)
    return made


def type_of(problem: Exception) -> str:
    return type(problem).__name__


def checked(count: Any) -> int:
    if count.__class__ is not int or not 0 <= count < 1 << 31:
        raise ValueError("a number of texts that is none")
    return int(count)


def faults_from(rows: Any, length: int) -> list[RowFault]:
    """The rows that failed. Raises ValueError where they are none."""
    faults: list[RowFault] = []
    for row, code, message, line in rows:
        if (
            row.__class__ is not int
            or not 0 <= row < length
            or code not in CODES
            or message.__class__ is not str
            or line.__class__ is not int
        ):
            raise ValueError("a row that failed, which is none")
        faults.append(RowFault(row, code, message, line))
    return faults
