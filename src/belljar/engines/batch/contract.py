"""What a batch kernel is to everything around it: columns in, columns out, and the rows that failed.

A kernel is a compiled task over a block of rows. It knows nothing of files, threads or error tables; what surrounds it knows nothing of
Bell. Arrays reach it as one contiguous chunk, in these Arrow types only (:mod:`belljar.engines.batch.fit` sees to it):

==========  ====================================================================================================================
column      Arrow types handed to the kernel
==========  ====================================================================================================================
``int``     int8 int16 int32 int64 uint8 uint16 uint32 (dates, times, timestamps and durations arrive as their integer)
``float``   float32 float64
``bool``    bool
``str``     string, large_string, dictionary<int8 | int16 | int32, string> without a null among its values
==========  ====================================================================================================================

A null in a column that is not nullable is a failed row, found outside the kernel: the kernel still runs the row (whatever value lies
under the null) and its output and fault for that row are dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from belljar.structs import Frozen

if TYPE_CHECKING:
    import pyarrow as pa


class Column(Frozen):
    """One input or output column of a task. ``type`` is ``"int"``, ``"float"``, ``"bool"`` or ``"str"``."""

    __slots__ = ("name", "nullable", "type")

    def __init__(self, name: str, type: str, nullable: bool) -> None:
        self.name: Final = name
        self.type: Final = type
        self.nullable: Final = nullable


class RowFault(Frozen):
    """One row that failed: ``row`` counts from 0 within the block handed to the kernel; ``line`` is in the Bell source, 0 if none."""

    __slots__ = ("code", "line", "message", "row")

    def __init__(self, row: int, code: str, message: str, line: int) -> None:
        self.row: Final = row
        self.code: Final = code
        self.message: Final = message
        self.line: Final = line


class Kernel(Protocol):
    """A task compiled over columns. Called from several threads at once; releases the GIL inside."""

    inputs: Sequence[Column]
    outputs: Sequence[Column]

    def run(self, arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
        """Run ``length`` rows. ``arrays`` match ``inputs`` in order.

        The outputs match ``outputs`` in order, have ``length`` rows each, and are null where the row failed or the program returned None.
        Their types are int64, double, bool, and string or dictionary<int8 | int16 | int32, string>: the same at every call.
        """
        ...
