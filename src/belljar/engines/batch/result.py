"""What a run of a batch comes to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from belljar.structs import Struct

if TYPE_CHECKING:
    import pyarrow as pa


class BatchResult(Struct):
    """``rows`` and ``errors`` cover all inputs; ``rows_skipped`` of them were finished by an earlier run. ``seconds`` is wall time.

    ``counts`` are values of text and bool results with how often each came, most frequent first; None counts rows without a result, failed ones included. A column of more than
    ``tally.VALUES_MAX`` values is left out. ``table`` holds the rows, where no output was given; ``error_table`` the first failed rows (``errortable.ERRORS_KEPT_MAX``): file, row,
    code, message, line.
    """

    __slots__ = ("counts", "dry_run", "error_table", "errors", "inputs", "outputs", "rows", "rows_skipped", "seconds", "table")

    def __init__(
        self,
        rows: int,
        errors: int,
        seconds: float,
        inputs: tuple[str, ...],
        outputs: tuple[Path, ...] = (),
        counts: Mapping[str, Mapping[Any, int]] | None = None,
        table: pa.Table | None = None,
        error_table: pa.Table | None = None,
        rows_skipped: int = 0,
        dry_run: bool = False,
    ) -> None:
        self.rows: Final = rows
        self.errors: Final = errors
        self.seconds: Final = seconds
        self.inputs: Final = inputs
        self.outputs: Final = outputs
        self.counts: Final[Mapping[str, Mapping[Any, int]]] = counts or {}
        self.table: Final = table
        self.error_table: Final = error_table
        self.rows_skipped: Final = rows_skipped
        self.dry_run: Final = dry_run

    @property
    def rows_per_s(self) -> float:
        """Rows run in this run, a second."""
        return (self.rows - self.rows_skipped) / self.seconds if self.seconds > 0 else 0.0
