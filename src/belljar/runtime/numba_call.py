"""Calls to a task out of code that Numba compiles: an intrinsic that passes words to csrc/jit/export.h, and a function around it that raises."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic

from belljar.engines._instance import export_symbols
from belljar.types import BOOL, FLOAT, INT, ListType, Type

DONE, FAULTED, INEXACT = 0, 1, 2
NUMBA_TYPES: dict[Type, Any] = {INT: types.int64, FLOAT: types.float64, BOOL: types.boolean}
EXACT_BITS = 32
"""Ints of so many bits are all floats, too."""


def numba_function(name: str, params: tuple[Type, ...], result: Type, export: int) -> Any:
    """A Numba function that calls the export at this address, which must live as long as all code compiled with it."""
    wanted = f"{name}({', '.join(map(str, params))})"

    @intrinsic  # type: ignore[untyped-decorator]
    def call(context: Any, args: Any) -> Any:
        if len(args) != len(params):
            raise TypingError(f"{wanted} takes {len(params)} arguments, got {len(args)}")
        for place, (given, type) in enumerate(zip(args, params, strict=True)):
            if not _is_taken(given, type):
                raise TypingError(f"argument {place} of {wanted} cannot be {given}")
        signature = types.Tuple([NUMBA_TYPES[result], types.int64])(args)

        def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            return _generate(context, builder, signature, given[0])

        return signature, generate

    def _generate(context: Any, builder: Any, signature: Any, packed: Any) -> Any:
        word = ir.IntType(64)
        words: list[Any] = []
        inexact = ir.Constant(ir.IntType(1), 0)
        for value, given, type in zip(cgutils.unpack_tuple(builder, packed), signature.args[0], params, strict=True):
            if isinstance(type, ListType):
                array = context.make_array(given)(context, builder, value)
                words += [builder.ptrtoint(array.data, word), array.nitems]
                continue
            if type == FLOAT and isinstance(given, types.Integer) and given.bitwidth > EXACT_BITS:
                there = context.cast(builder, value, given, types.float64)
                back = builder.fptosi(there, word)
                large = builder.fcmp_ordered(">=", there, ir.Constant(ir.DoubleType(), 2.0**63))
                inexact = builder.or_(inexact, builder.or_(large, builder.icmp_signed("!=", back, value)))
            value = context.cast(builder, value, given, NUMBA_TYPES[type])
            if type == BOOL:
                value = builder.zext(context.cast(builder, value, types.boolean, types.boolean), word)
            words.append(builder.bitcast(value, word) if type == FLOAT else value)
        room = cgutils.alloca_once(builder, ir.ArrayType(word, max(len(words), 1)))
        first = builder.bitcast(room, word.as_pointer())
        for place, value in enumerate(words):
            builder.store(value, builder.gep(first, [ir.Constant(word, place)]))
        status = cgutils.alloca_once_value(builder, ir.Constant(word, INEXACT))
        with builder.if_then(builder.not_(inexact)):
            # Addresses that Numba knows of as such: code with them is not kept on disk.
            at = context.add_dynamic_addr(builder, export, info=f"belljar {name}")
            entry = context.add_dynamic_addr(builder, export_symbols()["bell_export_call"], info="bell_export_call")
            type = ir.FunctionType(ir.IntType(32), [at.type, first.type])
            failed = builder.call(builder.bitcast(entry, type.as_pointer()), [at, first])
            builder.store(builder.zext(failed, word), status)
        answer = builder.load(first)
        if result == FLOAT:
            answer = builder.bitcast(answer, ir.DoubleType())
        elif result == BOOL:
            answer = builder.trunc(answer, ir.IntType(1))
        return context.make_tuple(builder, signature.return_type, [answer, builder.load(status)])

    message = f"{name}() faulted; .check() of the native function tells how"

    @njit
    def function(*args):  # type: ignore[no-untyped-def]
        value, status = call(args)
        if status == FAULTED:
            raise RuntimeError(message)
        if status == INEXACT:
            raise ValueError("an int is not exactly representable as a float")
        return value

    function.__name__ = name
    return function


def _is_taken(given: Any, type: Type) -> bool:
    """Whether an argument of a Numba type becomes the parameter's without loss, as far as types tell."""
    if isinstance(type, ListType):
        return isinstance(given, types.Array) and given.ndim == 1 and given.layout == "C" and given.dtype == NUMBA_TYPES[type.item]
    if type == BOOL:
        return isinstance(given, types.Boolean)
    if type == INT:
        return isinstance(given, types.Integer) and (given.signed or given.bitwidth < 64)
    return isinstance(given, types.Float) or (isinstance(given, types.Integer) and (given.signed or given.bitwidth < 64))
