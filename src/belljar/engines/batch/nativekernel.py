"""The exact kernel: the row function called once per row, in C, by the VM or as machine code. Right for every task.

Rows are read out of Arrow's buffers and results written to Arrow's buffers without a Python object in between; only a row that fails comes back to Python, to be told about. Programs
start in the VM and move over to machine code when they turn out to be hot.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from belljar.engines.batch.contract import Column, RowFault
from belljar.engines.batch.rowfunction import ROW, RowFunction

if TYPE_CHECKING:
    import pyarrow as pa

    from belljar.engines._instance import Instance
    from belljar.engines.batch.simd_plan import NotVectorisable

KINDS = {
    kind: number
    for number, kind in enumerate(
        (
            "int8",
            "int16",
            "int32",
            "int64",
            "uint8",
            "uint16",
            "uint32",
            "float",
            "double",
            "bool",
            "string",
            "large_string",
            "codes int8",
            "codes int16",
            "codes int32",
        )
    )
}
"""How a column lies in memory: the numbers of ``bell_rows_kind`` (csrc/batch/rows.h)."""
RESULT_KINDS = {"int": "int64", "float": "double", "bool": "bool", "str": "string"}


class NativeKernel:
    """Calls ``@row`` on an instance per thread. ``load`` makes one. ``reason`` is why the task has no lanes, where it has none."""

    def __init__(self, row: RowFunction, load: Callable[[], Instance], reason: NotVectorisable | None = None) -> None:
        self.reason = reason
        self.inputs: Sequence[Column] = row.inputs
        self.outputs: Sequence[Column] = row.outputs
        self._load = load
        self._local = threading.local()

    def run(self, arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
        """See :class:`~belljar.engines.batch.contract.Kernel`."""
        from belljar.engines.batch._columns import Rows
        from belljar.engines.batch.kernel_memory import column_buffer

        instance: Instance | None = getattr(self._local, "instance", None)
        if instance is None:
            instance = self._local.instance = self._load()
        rows = Rows(len(self.inputs), len(self.outputs), length)
        kept: list[Any] = []
        for column, array in zip(self.inputs, arrays, strict=True):
            kept.append(_add_input(rows, column, array, length))
        buffers: list[tuple[Any, Any]] = []
        for column in self.outputs:
            size = length // 8 + 1 if column.type == "bool" else (length + 1) * 4 if column.type == "str" else length * 8
            values, valid = column_buffer(size), column_buffer(length // 8 + 1)
            if column.type == "str":
                _clear(values, 4)
            buffers.append((values, valid))
            rows.add_output(KINDS[RESULT_KINDS[column.type]], column.nullable, values.address, valid.address)
        faults: list[RowFault] = []
        row = 0
        while row < length:
            row, error = instance.run_rows(ROW, rows.address, row)
            if error is not None:
                if error.code == "E0006":  # Ctrl-C ends the run, not the row
                    raise KeyboardInterrupt
                faults.append(RowFault(row, error.code, error.message, error.line))
                row += 1
        return [self._column(rows, place, *pair, length, bool(faults)) for place, pair in enumerate(buffers)], faults

    def _column(self, rows: Any, place: int, values: Any, valid: Any, length: int, failed: bool) -> pa.Array:
        import pyarrow as pa

        column = self.outputs[place]
        bits = valid if column.nullable or failed else None
        if column.type == "str":
            return pa.Array.from_buffers(pa.string(), length, [bits, values, pa.py_buffer(rows.text(place))])
        type = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}[column.type]
        return pa.Array.from_buffers(type, length, [bits, values])


def _clear(buffer: Any, size: int) -> None:
    import ctypes

    ctypes.memset(buffer.address, 0, size)


def _add_input(rows: Any, column: Column, array: pa.Array, length: int) -> Any:
    """Add a column to the block. Gives what must stay alive with it."""
    import pyarrow as pa

    type = array.type
    if pa.types.is_null(type):
        array = pa.nulls(length, {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "str": pa.string()}[column.type])
        type = array.type
    if pa.types.is_temporal(type):
        array = array.view(pa.int32() if type.bit_width == 32 else pa.int64())
        type = array.type
    if pa.types.is_dictionary(type):
        valid, codes = array.buffers()[:2]
        texts = array.dictionary
        if not pa.types.is_string(texts.type):
            texts = texts.cast(pa.string())
        _, offsets, data = texts.buffers()
        start = offsets.address + texts.offset * 4
        rows.add_input(
            KINDS[f"codes {type.index_type}"],
            column.nullable,
            codes.address,
            _address(valid),
            array.offset,
            start,
            len(texts),
            *_bytes(data, offsets),
        )
        return array, texts
    buffers = array.buffers()
    text = _bytes(buffers[2], buffers[1]) if len(buffers) > 2 else (0, 0)
    rows.add_input(KINDS[str(type)], column.nullable, _address(buffers[1]), _address(buffers[0]), array.offset, 0, 0, *text)
    return array


def _address(buffer: Any) -> int:
    return 0 if buffer is None else int(buffer.address)


def _bytes(data: Any, instead: Any) -> tuple[int, int]:
    """Address and size of the bytes of texts; some address where there are none."""
    return (data.address, data.size) if data is not None and data.size else (instead.address, 0)
