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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Column:
    """One input or output column of a task. ``type`` is ``"int"``, ``"float"``, ``"bool"`` or ``"str"``."""

    name: str
    type: str
    nullable: bool


@dataclass(frozen=True)
class RowFault:
    """One row that failed: ``row`` counts from 0 within the block handed to the kernel; ``line`` is in the Bell source, 0 if none."""

    row: int
    code: str
    message: str
    line: int


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
