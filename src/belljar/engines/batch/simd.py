"""The fast kernel: rows in lanes, checked; what fails a check is run again by the exact kernel.

Lanes are optimistic. A row that divides by zero, overflows, or only might, comes out as *failed*; the scalar kernel then runs that row alone and says what it truly gives, a value or an
error. So results, nulls and errors are those of the scalar kernel, for every row.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from belljar.engines.batch.contract import Column, Kernel, RowFault
from belljar.engines.batch.simd_plan import NotVectorisable, Plan
from belljar.engines.contract import Instance
from belljar.safety.limits import Limits

if TYPE_CHECKING:
    import pyarrow as pa

    from belljar.engines.batch.dictionary import EncodedColumn, PlainColumn, Tables, Texts
    from belljar.engines.batch.simd_emit import KernelText

FUEL_LANES_MAX = 1 << 28
"""Fuel a row may take in lanes: loops there do not look at the clock."""
GIVEN_UP_MAX = 3
"""Blocks in a row that had too many texts before lanes are no longer tried."""
CONCATENATED_MAX = 32
"""Failed rows that are gathered one by one; more are gathered by Arrow's ``take``, which costs an import the first time."""


class SimdKernel:
    """A task over columns in lanes. ``load`` makes an instance of the plan's lifted module; ``scalar`` runs rows exactly, and the first ``patience`` rows, for which compiling is
    not worth while."""

    def __init__(self, plan: Plan, limits: Limits, load: Callable[[], Instance], scalar: Kernel, patience: int = 0) -> None:
        self.plan = plan
        self._patience = patience
        self.inputs: Sequence[Column] = plan.row.inputs
        self.outputs: Sequence[Column] = plan.row.outputs
        self.scalar = scalar
        self._limits = limits
        self._load = load
        self._lock = threading.Lock()
        self._local = threading.local()
        self._kernels: dict[tuple[str, ...], tuple[KernelText, Any]] = {}
        self._texts: Texts | None = None
        self._constants: list[int | float] = []
        self._given_up = 0
        self.text_numbers = _text_numbers(plan)
        self.reason: NotVectorisable | None = None
        """Why rows run one by one, where they do although there is a plan."""

    def run(self, arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
        """See :class:`~belljar.engines.batch.contract.Kernel`."""
        if length == 0 or self.reason is not None:
            return self._row_by_row(arrays, length)
        if self._patience > 0:
            self._patience -= length
            if self._patience > 0:
                return self._row_by_row(arrays, length)
        from belljar.engines.batch.dictionary import TooManyTexts

        try:
            if self._texts is None:
                self._prepare()
            block = _Block(self, arrays, length)
            self._given_up = 0
            return block.run()
        except TooManyTexts:
            self._given_up += 1
            if self._given_up >= GIVEN_UP_MAX:
                self.reason = NotVectorisable("a string column has too many different texts")
        except NotVectorisable as reason:
            self.reason = reason
        return self._row_by_row(arrays, length)

    def _prepare(self) -> None:
        """Work out what depends on no row. Raises NotVectorisable where that fails."""
        from belljar.engines.batch.dictionary import Texts, Vocabulary
        from belljar.errors import BellError

        with self._lock:
            if self._texts is not None:
                return
            texts = Texts(self.plan, Vocabulary(self.text_numbers), self._load)
            try:
                self._constants = texts.constants()
            except BellError as error:
                raise NotVectorisable(f"an expression of constants meets a limit: {error.message}") from error
            self._texts = texts

    def text(self, types: tuple[str, ...]) -> KernelText:
        """The kernel for columns of these physical types."""
        from belljar.engines.batch.simd_emit import emit

        return emit(self.plan, types, self.text_numbers)

    def compiled(self, types: tuple[str, ...]) -> tuple[KernelText, Any]:
        """The kernel for columns of these physical types, and its machine code. Raises NotVectorisable where there is none."""
        found = self._kernels.get(types)
        if found is None:
            with self._lock:
                found = self._kernels.get(types)
                if found is None:
                    found = self._kernels[types] = self._compile(types)
        return found

    def _compile(self, types: tuple[str, ...]) -> tuple[KernelText, Any]:
        try:
            from belljar.engines.batch.simd_code import kernel_code

            text = self.text(types)
            return text, kernel_code(text.text)
        except ImportError as error:
            raise NotVectorisable(f"LLVM cannot be loaded: {error}") from error

    def column(self, place: int, kind: type[Any]) -> Any:
        """What this thread knows of a string column."""
        known: dict[Any, Any] | None = getattr(self._local, "columns", None)
        if known is None:
            known = self._local.columns = {}
        if (place, kind) not in known:
            known[place, kind] = kind(self._texts, place)
        return known[place, kind]

    def constant_words(self) -> array[int]:
        """The words behind the kernel's last argument."""
        from belljar.engines.batch.simd_emit import CONSTANTS, FUEL_EXTRA, FUEL_LIMIT

        assert self._texts is not None
        words = array("Q", bytes(8 * (CONSTANTS + len(self._constants))))
        words[FUEL_LIMIT] = min(self._limits.fuel, FUEL_LANES_MAX)
        words[FUEL_EXTRA] = self._texts.fuel_most
        for place, value in enumerate(self._constants):
            words[CONSTANTS + place] = (
                array("Q", array("d", [value]).tobytes())[0] if isinstance(value, float) else int(value) & (2**64 - 1)
            )
        return words

    def has_fuel(self) -> bool:
        """Whether rows without loops surely stay within their fuel."""
        assert self._texts is not None
        return self.plan.has_loops or self.plan.fuel_static + self._texts.fuel_most <= self._limits.fuel

    def _row_by_row(self, arrays: Sequence[pa.Array], length: int) -> tuple[list[pa.Array], list[RowFault]]:
        """The scalar kernel's answer, texts as this kernel gives them."""
        from belljar.engines.batch.dictionary import encoded

        outputs, faults = self.scalar.run(arrays, length)
        return [encoded(output) if column.type == "str" else output for output, column in zip(outputs, self.outputs, strict=True)], faults


def _text_numbers(plan: Plan) -> dict[str, int]:
    """The constant texts that lanes hold, numbered in the order of the program."""
    numbers: dict[str, int] = {}
    for number, block in enumerate(plan.function.blocks):
        for instr in block.instrs if number not in plan.doomed else ():
            if instr.op.name == "const.str" and instr.results[0] not in plan.lifted:
                numbers.setdefault(instr.args[0], len(numbers))
    return numbers


def physical(array: pa.Array) -> str:
    """How an array's values lie in memory: a key of :data:`~belljar.engines.batch.simd_emit.PHYSICAL`. Plain strings are given int32 codes."""
    import pyarrow as pa

    type = array.type
    if pa.types.is_dictionary(type):
        return str(type.index_type)
    if pa.types.is_string(type) or pa.types.is_large_string(type):
        return "int32"
    if pa.types.is_temporal(type):
        return "int32" if type.bit_width == 32 else "int64"
    return str(type)


class _Block:
    """Some rows on their way through the kernel: the addresses it is given, and what keeps them alive."""

    def __init__(self, kernel: SimdKernel, arrays: Sequence[pa.Array], length: int) -> None:
        import pyarrow as pa

        from belljar.engines.batch.dictionary import DICTIONARY_TEXTS_MIN
        from belljar.engines.batch.texts import plain_text

        self.kernel = kernel
        self.length = length
        # A dictionary with many texts that no row of the block has costs more than it saves.
        self.arrays = [
            plain_text(array) if pa.types.is_dictionary(array.type) and len(array.dictionary) > max(DICTIONARY_TEXTS_MIN, length) else array
            for array in arrays
        ]
        self.text, self.code = kernel.compiled(tuple(map(physical, self.arrays)))
        self.arguments = self.text.arguments
        self.args = array("Q")
        self.kept: list[Any] = []
        self.rest: dict[str, int] = {}
        self.values: list[Any] = []
        self.valid: list[Any] = []
        self._inputs()
        if not kernel.has_fuel():
            raise NotVectorisable("a row may use more fuel than the limit allows")
        self._outputs()
        words = kernel.constant_words()
        self.kept.append(words)
        self.rest["constants"] = words.buffer_info()[0]
        self.args.extend(self.rest[name] for name in self.arguments.rest)

    # --- addresses ----------------------------------------------------------------------------------------------------------------

    def _inputs(self) -> None:
        import pyarrow as pa

        for place, (column, values) in enumerate(zip(self.kernel.inputs, self.arrays, strict=True)):
            buffers = values.buffers()
            if column.type == "str":
                self.args.append(self._codes(place, values, buffers))
            elif column.type == "bool":
                self.args.append(self._bits(buffers[1], values.offset))
            elif buffers[1] is None:
                self.args.append(self._scratch(self.length * 8))
            else:
                self.args.append(buffers[1].address + values.offset * (values.type.bit_width // 8))
            if column.nullable:
                if pa.types.is_null(values.type):
                    self.args.append(self._scratch(self.length // 8 + 1))
                elif buffers[0] is None:
                    self.args.append(self._all_valid())
                else:
                    self.args.append(self._bits(buffers[0], values.offset))

    def _codes(self, place: int, array: pa.Array, buffers: list[Any]) -> int:
        """The codes of a string column, and its tables."""
        import pyarrow as pa

        from belljar.engines.batch.dictionary import EncodedColumn, PlainColumn

        tables: Tables
        if pa.types.is_dictionary(array.type):
            encoded: EncodedColumn = self.kernel.column(place, EncodedColumn)
            tables = encoded.tables(array.dictionary)
            address = buffers[1].address + array.offset * (array.type.index_type.bit_width // 8)
        else:
            plain: PlainColumn = self.kernel.column(place, PlainColumn)
            codes = _buffer(self.length * 4)
            self.kept.append(codes)
            address = codes.address
            plain.encode(array, address)
            tables = plain.tables
        self.kept.append(tables)
        self.rest[f"flags {place}"] = tables.flags
        self.rest[f"codes {place}"] = tables.count - 1
        for table, values in enumerate(tables.values):
            self.rest[f"table {place}.{table}"] = values
        self.rest[f"numbers {place}"] = tables.numbers
        return int(address)

    def _scratch(self, size: int) -> int:
        """Zeros."""
        import numpy as np

        zeros = np.zeros(size, np.uint8)
        self.kept.append(zeros)
        return int(zeros.ctypes.data)

    def _all_valid(self) -> int:
        import numpy as np

        ones = np.full(self.length // 8 + 1, 0xFF, np.uint8)
        self.kept.append(ones)
        return int(ones.ctypes.data)

    def _bits(self, buffer: Any, offset: int) -> int:
        """A bitmap whose first bit starts a byte."""
        if buffer is None:
            return self._scratch(self.length // 8 + 1)
        if offset % 8 == 0:
            return int(buffer.address + offset // 8)
        from belljar.engines.batch._columns import align_bits

        aligned = _buffer(self.length // 8 + 1)
        align_bits(aligned.address, buffer.address, offset, self.length)
        self.kept.append(aligned)
        return int(aligned.address)

    def _outputs(self) -> None:
        rows = -(-self.length // self.text.group_rows) * self.text.group_rows
        for column in self.kernel.outputs:
            values = _buffer(rows // 8 if column.type == "bool" else rows * 4 if column.type == "str" else rows * 8)
            self.values.append(values)
            self.args.append(values.address)
            valid = _buffer(rows // 8) if column.nullable else None
            self.valid.append(valid)
            if valid is not None:
                self.args.append(valid.address)
        self.failed = _buffer(rows // 8)
        self.args.append(self.failed.address)

    # --- running ------------------------------------------------------------------------------------------------------------------

    def run(self) -> tuple[list[pa.Array], list[RowFault]]:
        from belljar.engines.batch._columns import run_block

        arguments = self.arguments
        row_bits = bytes(stream.row_bits for stream in (*arguments.inputs, *arguments.outputs))
        failed = run_block(self.code.address, self.args, row_bits, len(arguments.inputs), self.text.group_rows, self.length)
        faults = self._run_again(self._failed_rows()) if failed else []
        return [self._column(place) for place in range(len(self.kernel.outputs))], faults

    def _failed_rows(self) -> list[int]:
        """The rows to run again: failed, and not null where no null may be, since what becomes of those does not count."""
        import numpy as np

        from belljar.engines.batch.arrays import present

        bits = np.unpackbits(np.frombuffer(self.failed, np.uint8), count=self.length, bitorder="little").astype(np.bool_)
        for column, values in zip(self.kernel.inputs, self.arrays, strict=True):
            if not column.nullable and values.null_count:
                bits &= present(values)
        return [int(row) for row in np.flatnonzero(bits)]

    def _run_again(self, rows: list[int]) -> list[RowFault]:
        """Run rows by the scalar kernel and put their results in place."""
        if not rows:
            return []
        taken = [_taken(array, rows) for array in self.arrays]
        outputs, faults = self.kernel.scalar.run(taken, len(rows))
        for place, (column, output) in enumerate(zip(self.kernel.outputs, outputs, strict=True)):
            self._put(place, column, rows, output.to_pylist())
        return [RowFault(rows[fault.row], fault.code, fault.message, fault.line) for fault in faults]

    def _put(self, place: int, column: Column, rows: list[int], results: list[Any]) -> None:
        import numpy as np

        if self.valid[place] is None and None in results:
            self.valid[place] = _buffer(self.failed.size)
            _view(self.valid[place], np.uint8)[:] = 0xFF
        values = _view(self.values[place], {"int": np.int64, "float": np.float64, "bool": np.uint8, "str": np.int32}[column.type])
        valid = _view(self.valid[place], np.uint8) if self.valid[place] is not None else None
        assert self.kernel._texts is not None
        for row, result in zip(rows, results, strict=True):
            if valid is not None:
                _set_bit(valid, row, result is not None)
            if column.type == "bool":
                _set_bit(values, row, bool(result))
            elif column.type == "str":
                values[row] = 0 if result is None else self.kernel._texts.number(result)
            else:
                values[row] = 0 if result is None else result

    def _column(self, place: int) -> pa.Array:
        import pyarrow as pa

        column = self.kernel.outputs[place]
        type = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "str": pa.int32()}[column.type]
        buffers = [self.valid[place], self.values[place]]
        if column.type != "str":
            return pa.Array.from_buffers(type, self.length, buffers)
        dictionary = self._dictionary(place)
        return pa.DictionaryArray.from_arrays(pa.Array.from_buffers(type, self.length, buffers), dictionary, safe=False)

    def _dictionary(self, place: int) -> pa.Array:
        """The texts of a result column: the program's constants, or, where others came in, those of the block in the order of their first row."""
        import numpy as np

        from belljar.engines.batch._columns import dense_numbers

        assert self.kernel._texts is not None
        vocabulary = self.kernel._texts.vocabulary
        constants = max(len(self.kernel.text_numbers), 1)
        count = len(vocabulary)
        if count == constants:
            return vocabulary.first(count)
        order = np.empty(count, np.int32)
        found = dense_numbers(self.values[place].address, self.length, np.full(count, -1, np.int32), order)
        return vocabulary.chosen(order[:found].tolist())


def _buffer(size: int) -> Any:
    from belljar.engines.batch.kernel_memory import column_buffer

    return column_buffer(size)


def _view(buffer: Any, type: Any) -> Any:
    """A buffer of ours as an array that can be written."""
    import ctypes

    import numpy as np

    return np.frombuffer((ctypes.c_uint8 * buffer.size).from_address(buffer.address), type)


def _set_bit(bits: Any, row: int, on: bool) -> None:
    if on:
        bits[row >> 3] |= 1 << (row & 7)
    else:
        bits[row >> 3] &= 0xFF ^ (1 << (row & 7))


def _taken(array: pa.Array, rows: list[int]) -> pa.Array:
    import pyarrow as pa

    if len(rows) == len(array):
        return array
    if len(rows) <= CONCATENATED_MAX:
        return pa.concat_arrays([array.slice(row, 1) for row in rows])
    return array.take(pa.array(rows, pa.int64()))
