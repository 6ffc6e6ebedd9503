"""A batch from source to output: the table of contents of this room.

:class:`~belljar.engines.batch.plan.Plan` opens the inputs and checks that they fit; workers decode blocks, run the kernel and encode the results;
the run's own thread takes what they made in order and writes it. Output and error table are published at the end, or not at all.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from belljar.engines.batch.apply import row_error, run_rows
from belljar.engines.batch.blocks import BadBlock, Block
from belljar.engines.batch.contract import Kernel, RowFault
from belljar.engines.batch.errortable import ErrorTable, error_batch
from belljar.engines.batch.fit import Step
from belljar.engines.batch.options import options_of
from belljar.engines.batch.plan import Plan
from belljar.engines.batch.progress import Progress, progress_of
from belljar.engines.batch.result import BatchResult
from belljar.engines.batch.resume import Resumption
from belljar.engines.batch.stream import ordered_map
from belljar.engines.batch.tally import Counted, Tally, counted_columns
from belljar.engines.batch.target import Encode, FileTarget, FolderTarget, MemoryTarget, PartitionTarget, PartsTarget, Target
from belljar.errors import BellError, bell_error
from belljar.structs import Struct


def run_batch(kernel: Kernel, source: Any, **given: Any) -> BatchResult:
    """Run a task over every row of ``source``. ``given`` are the fields of :class:`~belljar.engines.batch.options.BatchOptions`.

    Raises E0001, E0002, E0004 for files, E1001, E1002, E1003 for columns, E1004, E1009 for damaged data, E1006 with ``max_errors``, and with
    ``strict`` the error of the first row that failed.
    """
    start = time.perf_counter()
    plan = Plan(kernel, source, options_of(given))
    try:
        run = _Run(plan)
        return run.rehearse(start) if plan.options.dry_run else run.run(start)
    finally:
        plan.close()


class _Piece(Struct):
    """Some rows that were run: their encoded results (with a limit the batch itself, to be cut first), failed rows, counted values."""

    __slots__ = ("counts", "encoded", "faults", "rows")

    def __init__(self, rows: int, encoded: Any, faults: list[RowFault], counts: Counted | None) -> None:
        self.rows = rows
        self.encoded = encoded
        self.faults = faults
        self.counts = counts


class _Work:
    """A block on its way through a worker; ``block`` is None where the input ends, and ``error`` says why where it cannot be read."""

    __slots__ = ("bad", "block", "convert", "encode", "error", "index", "pieces")

    def __init__(
        self,
        index: int,
        block: Block | None = None,
        convert: Sequence[Step] = (),
        encode: Encode = lambda batch: batch,
        error: BellError | None = None,
    ) -> None:
        self.index = index
        self.block = block
        self.convert = convert
        self.encode = encode
        self.pieces: list[_Piece] = []
        self.bad: BadBlock | None = None
        self.error = error


class _Run:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.kernel = plan.kernel
        self.options = plan.options
        self.rows = 0
        self.errors = 0
        self.rows_skipped = 0
        self.tally = self._new_tally()
        self._parameters = [column.name for column in plan.kernel.inputs]

    def _new_tally(self) -> Tally:
        columns = {column.name: column.type for column in self.kernel.outputs} if self.options.counts else {}
        return Tally(counted_columns(columns))

    def rehearse(self, start: float) -> BatchResult:
        """The dry run: every input is opened and matched, the first block is run, nothing is written."""
        plan = self.plan
        plan.check_writable()
        table = ErrorTable(None)
        target = MemoryTarget()
        encode = target.begin(0, plan.schema)
        for index in range(len(plan.inputs)):
            opened, convert = plan.open(index)
            if index == 0 and (block := next(opened.blocks, None)) is not None:
                self._take(self._process(_Work(0, block, convert, encode)), target, table, None, self.tally, 0)
            opened.close()
        return self._result(start, plan.outputs, target.table, table.table)

    def run(self, start: float) -> BatchResult:
        resumption = Resumption(self.plan)
        try:
            return self._run(start, resumption)
        except BaseException as error:
            resumption.fail()
            if note := resumption.note:
                if isinstance(error, BellError):
                    error.notes.append(note)
                elif isinstance(error, KeyboardInterrupt) and not error.args:
                    error.args = (note,)
            raise
        finally:
            resumption.close()

    def _run(self, start: float, resumption: Resumption) -> BatchResult:
        target = None if resumption.complete else self._target(resumption)
        errors = self.options.errors
        table = ErrorTable(None if errors is None else os.fspath(errors))
        progress: Progress | None = None
        outputs: Sequence[Path] = self.plan.outputs
        try:
            if target is None:
                for index in range(len(self.plan.inputs)):
                    self._replay(index, table, resumption)
                table.commit()
            else:
                progress = progress_of(self.options.progress)
                self._stream(target, table, progress, resumption)
                # The error table first: an output must not stand there without it.
                table.commit()
                outputs = target.commit()
                resumption.succeed()
        except BaseException as error:
            if target is not None:
                target.discard()
            if isinstance(error, BellError) and error.code == "E1006":
                table.commit()  # which rows failed is what people need to see, just when there are too many
            else:
                table.discard()
            raise
        finally:
            if progress is not None:
                progress.close(self.rows, self.errors)
        memory = target.table if isinstance(target, MemoryTarget) else None
        return self._result(start, outputs, memory, table.table)

    def _target(self, resumption: Resumption) -> Target:
        options, plan = self.options, self.plan
        if options.output is None:
            return MemoryTarget()
        if plan.to_folder:
            return FolderTarget(plan.outputs, plan.formats, resumption.skip)
        output, format = str(options.output_name), plan.formats[0]
        if resumption.folder is None:
            return FileTarget(output, format)
        if options.partition_by:
            return PartitionTarget(output, format, options.partition_by, resumption.folder, resumption.keys)
        return PartsTarget(output, format, resumption.folder, resumption.keys, plan.threads)

    def _stream(self, target: Target, table: ErrorTable, progress: Progress, resumption: Resumption) -> None:
        """Every input through the workers, and its results, in order, into the target."""
        weights = self.plan.weights()
        before = 0.0  # share of the inputs that are through
        row, errors_before, part, tally = 0, 0, None, self._new_tally()  # of the current input
        done = ordered_map(self._process, self._works(target, resumption), self.plan.threads)
        try:
            for work in done:
                if work.error is not None:
                    raise work.error
                index = work.index
                if work.block is not None:
                    if part is None and any(piece.faults for piece in work.pieces) and (path := resumption.errors_part(index)):
                        part = ErrorTable(path)
                    rows_before = self.rows
                    finished = self._take(work, target, table, part, tally, row)
                    row += self.rows - rows_before
                    share = work.block.done
                    progress.update(
                        self.rows, self.errors, before + weights[index] * share if share >= 0 else -1.0, self.plan.inputs[index].name
                    )
                    if not finished:
                        continue
                    self.tally.add_json(tally.to_json())
                    target.end(index)
                    break
                before += weights[index]
                if resumption.skip[index]:
                    self._replay(index, table, resumption)
                else:
                    files = target.end(index)
                    if part is not None and part.path is not None:
                        part.commit()
                        files = [*files, part.path]
                    resumption.end(index, row, self.errors - errors_before, tally, files)
                    self.tally.add_json(tally.to_json())
                row, errors_before, part, tally = 0, self.errors, None, self._new_tally()
        finally:
            done.close()
            if part is not None:
                part.discard()

    def _works(self, target: Target, resumption: Resumption) -> Iterator[_Work]:
        """The blocks of all inputs; drawn ahead of their results, so what goes wrong here is raised at its turn."""
        for index in range(len(self.plan.inputs)):
            if not resumption.skip[index]:
                try:
                    resumption.begin(index)
                    opened, convert = self.plan.open(index)
                    encode = target.begin(index, self.plan.schema)
                    for block in opened.blocks:
                        yield _Work(index, block, convert, encode)
                    opened.close()
                except BellError as error:
                    yield _Work(index, error=error)
                    return
            yield _Work(index)

    def _process(self, work: _Work) -> _Work:
        """The worker's part: decode, run, encode."""
        if work.block is None:
            return work
        limited = self.options.limit is not None  # how many of the rows count is only known in order
        try:
            for batch in work.block.load():
                if batch.num_rows == 0:
                    continue
                arrays = [batch.column(name) for name in self._parameters]
                outputs, faults = run_rows(self.kernel, work.convert, arrays, batch.num_rows)
                kept = [batch.column(name) for name in self.plan.kept.names]
                result = pa.RecordBatch.from_arrays(kept + outputs, names=self.plan.schema.names)
                if limited:
                    work.pieces.append(_Piece(batch.num_rows, result, faults, None))
                else:
                    work.pieces.append(_Piece(batch.num_rows, work.encode(result), faults, self.tally.count(result)))
        except BadBlock as bad:
            work.bad = bad
        return work

    def _take(self, work: _Work, target: Target, table: ErrorTable, part: ErrorTable | None, tally: Tally, row: int) -> bool:
        """The results of one block, in order: written, counted, failed rows noted. True when the limit is reached.

        ``row`` is the number of the block's first row within its input.
        """
        first_row, limit = row, self.options.limit
        for piece in work.pieces:
            rows, encoded, faults, counts = piece.rows, piece.encoded, piece.faults, piece.counts
            if limit is not None:
                rows = min(rows, limit - self.rows)
                faults = [fault for fault in faults if fault.row < rows]
                cut = encoded.slice(0, rows)
                encoded, counts = work.encode(cut), tally.count(cut)
            if faults:
                self._fail(faults, self.plan.inputs[work.index].name, row, table, part)
            if rows:
                target.write(work.index, encoded)
            if counts is not None:
                tally.add(counts)
            row += rows
            self.rows += rows
            if limit is not None and self.rows >= limit:
                return True
        if work.bad is not None:
            raise work.bad.error(self.plan.inputs[work.index].name, first_row)
        return False

    def _fail(self, faults: list[RowFault], name: str, row: int, table: ErrorTable, part: ErrorTable | None) -> None:
        """Note failed rows. Raises the first of them with ``strict``, and E1006 beyond ``max_errors``."""
        if self.options.strict:
            raise row_error(faults[0], name, row + faults[0].row)
        errors_max = self.options.max_errors
        if errors_max is not None:
            faults = faults[: errors_max + 1 - self.errors]
        batch = error_batch(name, row, faults)
        table.add(batch)
        if part is not None:
            part.add(batch)
        self.errors += len(faults)
        if errors_max is not None and self.errors > errors_max:
            last = faults[-1]
            raise bell_error("E1006", count=self.errors, notes=[f"row {row + last.row} of {name}: {last.code} {last.message}"])

    def _replay(self, index: int, table: ErrorTable, resumption: Resumption) -> None:
        found = resumption.replay(index, table)
        self.rows += found.rows
        self.rows_skipped += found.rows
        self.errors += found.errors
        self.tally.add_json(found.counts)

    def _result(self, start: float, outputs: Sequence[Path], table: pa.Table | None, error_table: pa.Table) -> BatchResult:
        return BatchResult(
            rows=self.rows,
            errors=self.errors,
            seconds=time.perf_counter() - start,
            inputs=tuple(item.name for item in self.plan.inputs),
            outputs=tuple(outputs),
            counts=self.tally.counts,
            table=table,
            error_table=error_table,
            rows_skipped=self.rows_skipped,
            dry_run=self.options.dry_run,
        )
