"""What a run of a batch comes to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from belljar.errors import bell_error
from belljar.structs import Struct

if TYPE_CHECKING:
    import pyarrow as pa


class Rows(Protocol):
    """The rows of a batch, run again one by one."""

    def explain(self, row: int) -> Any: ...

    def why(self, row: int, name: str) -> Any: ...


class _WithRows(Struct):
    """Where the rows are run again is no part of what a result is compared by."""

    __slots__ = ("again",)
    again: Rows | None


class BatchResult(_WithRows):
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
        self.again = None
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

    def __repr__(self) -> str:
        where = ", ".join(map(str, self.outputs)) or ("a dry run" if self.dry_run else "a table")
        return f"<BatchResult: {self.rows:,} rows to {where}, {self.errors:,} failed, {self.seconds:.2f} s>"

    def explain(self, row: int) -> Any:
        """The path that a row took, by running it again: an :class:`belljar.runtime.explain.Explanation`. Rows count from 0 over all inputs. Raises E0003 where there is no such row, or the source
        can be read only once."""
        return self._rows().explain(row)

    def why(self, row: int, name: str = "return") -> Any:
        """Which inputs, assignments and branches made a value of a row: a :class:`belljar.trace.slices.Slice`. Raises as :meth:`explain`, and E1331 for a name that is no value."""
        return self._rows().why(row, name)

    def _rows(self) -> Rows:
        if self.again is None:
            raise bell_error(
                "E0003", detail="this result does not know where its rows came from", hint="program.explain_row(task, source, row)"
            )
        return self.again

    @property
    def rows_per_s(self) -> float:
        """Rows run in this run, a second."""
        return (self.rows - self.rows_skipped) / self.seconds if self.seconds > 0 else 0.0
