"""From a task to a function of columns: which columns it takes and gives, and the IR function that a block runs once per row.

A parameter takes the column of its name, a record parameter one column per field; a scalar result makes one column named like the task, a record one per field, a tuple one per
item (``task_0``, ``task_1``). The row function takes the components of every input column and gives those of every output column, so that no record crosses.
"""

from __future__ import annotations

from typing import Final

from belljar.engines.batch.contract import Column
from belljar.errors import bell_error
from belljar.ir.function import Block, Function, Instr, Module, Task
from belljar.ir.ops import OPS
from belljar.source import NOWHERE
from belljar.structs import Frozen
from belljar.types import BOOL, FLOAT, INT, NEVER, NONE, NUMBER, STR, OptionalType, RecordType, TupleType, Type, components

ROW = "@row"

_COLUMN_TYPES: dict[Type, str] = {INT: "int", FLOAT: "float", BOOL: "bool", STR: "str", NUMBER: "float"}


class RowFunction(Frozen):
    """The columns of a task and the function that computes one row of them. The module holds it under the name ``@row``."""

    __slots__ = ("inputs", "module", "outputs", "task")

    def __init__(self, task: Task, module: Module, inputs: tuple[Column, ...], outputs: tuple[Column, ...]) -> None:
        self.task: Final = task
        self.module: Final = module
        self.inputs: Final = inputs
        self.outputs: Final = outputs


def column_of(name: str, type: Type, what: str) -> Column:
    """The column that holds values of ``type``. Raises E0313 for types a column cannot hold."""
    nullable = isinstance(type, OptionalType)
    held = type.item if isinstance(type, OptionalType) else type
    kind = _COLUMN_TYPES.get(held)
    if kind is None:
        advice = "columns hold int, float, bool, str and these with | None; a record takes one column per field"
        raise bell_error("E0313", detail=f"{what} is {type}, which no column can hold", advice=advice)
    return Column(name, kind, nullable)


def input_columns(module: Module, task: Task) -> list[Column]:
    """The columns a task takes, in the order of its parameters and their fields. Raises E0313, and E1003 for a name that comes twice."""
    columns: list[Column] = []
    for param in task.params:
        if isinstance(param.type, RecordType):
            for field, type in module.records[param.type.name].fields:
                columns.append(column_of(field, type, f"field '{field}' of parameter '{param.name}'"))
        else:
            columns.append(column_of(param.name, param.type, f"parameter '{param.name}' of {task.name}()"))
    _unique(columns, f"the parameters of {task.name}()")
    return columns


def output_columns(module: Module, task: Task, declared: Type | None = None) -> list[Column]:
    """The columns a task gives. ``declared`` is its annotated result type: an int result declared float is a float column."""
    type = task.result
    optional_record = isinstance(type, OptionalType) and isinstance(type.item, (RecordType, TupleType))
    inner = type.item if isinstance(type, OptionalType) and optional_record else type
    what = f"the result of {task.name}()"
    if isinstance(inner, RecordType):
        parts = [(field, field_type) for field, field_type in module.records[inner.name].fields]
        columns = [column_of(name, part, f"field '{name}' of {what}") for name, part in parts]
    elif isinstance(inner, TupleType):
        columns = [column_of(f"{task.name}_{i}", part, f"item {i} of {what}") for i, part in enumerate(inner.items)]
    elif inner in (NONE, NEVER):
        raise bell_error("E0313", detail=f"{task.name}() returns no value, so a batch of it has no column", advice="return a value")
    else:
        columns = [column_of(task.name, inner, what)]
        if _is_float(declared) and columns[0].type == "int":
            columns = [Column(task.name, "float", columns[0].nullable)]
        if isinstance(declared, OptionalType) and not columns[0].nullable:
            columns = [Column(task.name, columns[0].type, True)]
    if optional_record:
        columns = [Column(column.name, column.type, True) for column in columns]
    _unique(columns, what)
    return columns


def _is_float(type: Type | None) -> bool:
    return type == FLOAT or (isinstance(type, OptionalType) and type.item == FLOAT)


def _unique(columns: list[Column], what: str) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise bell_error("E1003", name=column.name, file=what)
        seen.add(column.name)


class _Writer:
    """Appends instructions to the row function."""

    def __init__(self, task: Task) -> None:
        self.function = Function(ROW, [], (), [], [Block()], source_name=task.name, span=NOWHERE)
        self.block = self.function.blocks[0]

    def emit(self, name: str, type: Type, *args: object) -> int:
        register = self.function.new_register(type)
        self.block.instrs.append(Instr(OPS[name], (register,), args))
        return register

    def end(self, name: str, *args: object) -> None:
        self.block.instrs.append(Instr(OPS[name], (), args))

    def start(self) -> int:
        number = self.function.new_block()
        self.block = self.function.blocks[number]
        return number

    def at(self, number: int) -> None:
        self.block = self.function.blocks[number]


def add_row_function(module: Module, task: Task, declared: Type | None = None) -> RowFunction:
    """Add ``@row`` to a module that is not optimised yet. Raises E0313 for types no column can hold."""
    inputs = input_columns(module, task)
    outputs = output_columns(module, task, declared)
    w = _Writer(task)
    function = w.function
    arguments: list[int] = []
    for param in task.params:
        if isinstance(param.type, RecordType):
            layout = module.records[param.type.name]
            slots = [reg for field, type in layout.fields for reg in _column_parameter(w, field, type)]
            arguments.append(w.emit("record.new", param.type, param.type, *slots))
        else:
            arguments += _column_parameter(w, param.name, param.type)
    results = [function.new_register(part) for part in components(task.result)]
    w.block.instrs.append(Instr(OPS["call"], tuple(results), (task.function, *arguments)))
    values = _output_values(w, module, task.result, results, outputs)
    w.end("ret", *values)
    function.results = tuple(function.registers[value].type for value in values)
    module.functions[ROW] = function
    return RowFunction(task, module, tuple(inputs), tuple(outputs))


def _column_parameter(w: _Writer, name: str, type: Type) -> list[int]:
    """Parameters for one input column: (is it there?,) value; a ``number`` arrives as a float."""
    registers: list[int] = []
    held = type
    if isinstance(type, OptionalType):
        registers.append(w.function.new_register(BOOL, f"{name}?"))
        held = type.item
    if held == NUMBER:
        value = w.function.new_register(FLOAT, name)
        w.function.params += [*registers, value]
        return [*registers, w.emit("const.bool", BOOL, True), w.emit("const.int", INT, 0), value]
    registers.append(w.function.new_register(held, name))
    w.function.params += registers
    return registers


def _output_values(w: _Writer, module: Module, type: Type, registers: list[int], outputs: list[Column]) -> list[int]:
    """The components of every output column: (is it there?,) value, by the columns' own nullability."""
    if isinstance(type, OptionalType) and isinstance(type.item, (RecordType, TupleType)):
        flag = registers[0]
        inner: list[int] = []
        if isinstance(type.item, TupleType):
            inner = _item_values(w, list(type.item.items), registers[1:], outputs)
        else:
            return _optional_record(w, module, type.item, flag, registers[1], outputs)
        values: list[int] = []
        for at in range(0, len(inner), 2):
            values += [w.emit("bool.and", BOOL, flag, inner[at]), inner[at + 1]]
        return values
    if isinstance(type, TupleType):
        return _item_values(w, list(type.items), registers, outputs)
    if isinstance(type, RecordType):
        return _record_values(w, module, type, registers[0], outputs)
    return _item_values(w, [type], registers, outputs)


def _record_values(w: _Writer, module: Module, type: RecordType, record: int, outputs: list[Column]) -> list[int]:
    layout = module.records[type.name]
    slots = [w.emit("record.get", part, record, position) for position, (_, part) in enumerate(layout.slots)]
    return _item_values(w, [field for _, field in layout.fields], slots, outputs)


def _optional_record(w: _Writer, module: Module, type: RecordType, flag: int, record: int, outputs: list[Column]) -> list[int]:
    """The fields of a record that may be None: read only where it is there."""
    layout = module.records[type.name]
    entry = w.block
    there, absent, done = w.function.new_block(), w.function.new_block(), w.function.new_block()
    entry.instrs.append(Instr(OPS["br"], (), (flag, there, absent)))
    w.at(there)
    values = _record_values(w, module, type, record, outputs)
    merged = [w.function.new_register(w.function.registers[value].type) for value in values]
    for target, value in zip(merged, values, strict=True):
        w.block.instrs.append(Instr(OPS["move"], (target,), (value,)))
    w.end("jump", done)
    w.at(absent)
    for target in merged:
        blank = w.function.registers[target].type
        w.block.instrs.append(Instr(OPS["const.absent"], (target,), (blank,)))
    w.end("jump", done)
    w.at(done)
    assert layout.fields or not merged
    return merged


def _item_values(w: _Writer, types: list[Type], registers: list[int], outputs: list[Column]) -> list[int]:
    """Components as output columns want them: a flag where the column is nullable, ints as floats where it is a float column."""
    values: list[int] = []
    at = 0
    for type, column in zip(types, outputs, strict=True):
        held = type
        flag = -1
        if isinstance(type, OptionalType):
            flag, held = registers[at], type.item
            at += 1
        if held == NUMBER:
            is_float, whole, real = registers[at : at + 3]
            at += 3
            value = w.emit("select", FLOAT, is_float, real, w.emit("int.to_float", FLOAT, whole))
        else:
            value = registers[at]
            at += 1
            if held == INT and column.type == "float":
                value = w.emit("int.to_float", FLOAT, value)
        if column.nullable:
            values.append(flag if flag >= 0 else w.emit("const.bool", BOOL, True))
        values.append(value)
    return values
