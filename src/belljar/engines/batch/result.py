"""What a run of a batch comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class BatchResult:
    """``rows`` and ``errors`` cover all inputs; ``rows_skipped`` of them were finished by an earlier run. ``seconds`` is wall time."""

    rows: int
    errors: int
    seconds: float
    inputs: tuple[str, ...]
    outputs: tuple[Path, ...] = ()
    counts: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    """Values of text and bool results with how often each came, most frequent first; None counts rows without a result, failed ones
    included. A column of more than COUNT_VALUES_MAX values is left out."""
    table: pa.Table | None = None
    """The rows, where no output was given."""
    error_table: pa.Table | None = None
    """The first failed rows (``errortable.ERRORS_KEPT_MAX``): file, row, code, message, line."""
    rows_skipped: int = 0
    dry_run: bool = False

    @property
    def rows_per_s(self) -> float:
        """Rows run in this run, a second."""
        return (self.rows - self.rows_skipped) / self.seconds if self.seconds > 0 else 0.0
