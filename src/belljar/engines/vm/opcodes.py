"""The table of VM opcodes: encoder, C dispatch and disassembler derive from the rows below.

An instruction is a row of 16-bit fields, padded to whole 8-byte words: the opcode, then its operands in order. Formats name the operands:

=======  =================================================================================================
``w r``  a frame slot that is written, read
``x``    one that is read, then written
``s``    the size of this function's frame in words
``i u``  a signed, an unsigned 16-bit immediate
``f``    a function's index
``j``    a 16-bit jump: words from the start of this instruction
``I U``  32-bit immediates, two fields each, always on a 4-byte boundary
``J``    a 32-bit jump
``-``    nothing (zero)
``*``    a list: its fields are described by the count before it
=======  =================================================================================================

Three sources make the table: opcodes of the VM's own (control, constants, calls), *superinstructions* (an op with an immediate; a comparison with the
branch it feeds and the fuel before it; a loop's increment, fuel, comparison and branch), each chosen by measurement (``docs/vm.md``), and one
opcode per runtime op of the IR table, whose C handler is generated from the op's prototype.
"""

from __future__ import annotations

from belljar.ir.ops import OPS, Op
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final


class Opcode(Frozen):
    """``format`` names the operand fields, ``text`` says in one line what the instruction does. ``op`` is the IR op of a runtime opcode."""

    __slots__ = ("format", "name", "number", "op", "text")

    def __init__(self, number: int, name: str, format: str, text: str, op: Op | None = None) -> None:
        self.number: Final = number
        self.name: Final = name
        self.format: Final = format
        self.text: Final = text
        self.op: Final = op


def words(format: str) -> int:
    """Length of an instruction in 8-byte words, of which the opcode takes the first quarter; a list's own fields are not counted."""
    fields = sum(2 if letter in "IUJK" else letter != "*" for letter in format)
    return (1 + fields + 3) // 4


OPCODES: Final[dict[str, Opcode]] = {}
BY_NUMBER: Final[list[Opcode]] = []


def _row(name: str, format: str, text: str, op: Op | None = None) -> None:
    if name in OPCODES:
        raise ValueError(f"opcode {name} is declared twice")
    OPCODES[name] = opcode = Opcode(len(BY_NUMBER), name, format, text, op)
    BY_NUMBER.append(opcode)


# --- control ----------------------------------------------------------------------------------------------------------------------
_row("halt", "", "give control back to the host; the results lie behind the parameters of this frame")
_row("unreachable", "", "never executed")
_row("jump", "-J", "pc += J")
_row("br_true", "rJ", "if r: pc += J")
_row("br_false", "rJ", "if not r: pc += J")
_row("fuel", "-U", "take U units")
_row("enter", "uu", "slots u .. u+n-1 := 0: the rooted registers that are no parameters")
_row("call0", "f---sw-", "call f() -> w")
_row("call1", "fr--sw-", "call f(r) -> w")
_row("call2", "frr-sw-", "call f(r, r) -> w")
_row("call3", "frrrsw-", "call f(r, r, r) -> w")
_row(
    "calln",
    "fuu*",
    "call f with u arguments and u results: their slots, then the results' slots, each list padded to whole words; last a word - s w - as in the other calls",
)
_row("any_call", "ru*", "call the function object r with u arguments; last a word - s w - as in the other calls")
_row("any_call_named", "-Uru*", "the same, the last arguments named by strings[U]")
_row("any_call_method", "-UUru*", "call the method strings[U] of r with u arguments, the last named by strings[second U]")
_row("any_call_spread", "rrr-sw-", "call the function object r with the arguments of a list or tuple and of a dict or None")
_row("native", "f", "enter the function's machine code with the parameters in this frame, then return")
_row("ret0", "", "return nothing")
_row("ret1", "r", "return r")
_row("ret_i", "-I", "return the int I")
_row("retn", "u*", "return the values of u slots")
_row("raise", "r", "end with E0705; r is the message")
_row("raise_any", "r", "end with E0705; r is the exception object")
_row("fault", "uuu", "end with error code u; up to two slots have values for the message (65535: none)")

# --- trace ------------------------------------------------------------------------------------------------------------------------
_row("trace_point", "-U", "a mark of site U")
_row("trace_word", "rU", "a mark of site U with r")
_row("trace_more", "r", "r as a further word of the mark before")
_row("trace_float", "rU", "a mark of site U with float r; of no site, a further word")
_row("trace_value", "rU", "the same with a preview of what r refers to")
_row("trace_size", "rU", "the same with the number of elements of r")
_row("trace_free", "u", "what instructions charge is not taken from here on, or, for u 0, no longer")
_row("profile_at", "-U", "segment U of a profiled module begins")

# --- constants and moves ----------------------------------------------------------------------------------------------------------
_row("const_i", "wI", "w := I")
_row("const_k", "wU", "w := constants[U]")
_row("consts", "wu-U--", "w, w+1 .. := u words from constants[U]: what a loop uses, loaded before it")
_row("const_str", "wU", "w := strings[U]")
_row("move", "wr", "w := r")
_row("move2", "wr-wr--", "w := r and w := r, both read first")
_row("select", "wrrr---", "w := second if first else third")
_row("global_get", "wU", "w := globals[U]")
_row("global_set", "rU", "globals[U] := r")

# --- bool -------------------------------------------------------------------------------------------------------------------------
_row("bool_not", "wr", "w := not r")
_row("bool_and", "wrr", "w := r & r")
_row("bool_or", "wrr", "w := r | r")

# --- int --------------------------------------------------------------------------------------------------------------------------
INT_BINARY: Final = ("add", "add_wrap", "sub", "mul", "floordiv", "mod", "and", "or", "xor", "shl", "shr", "min", "max")
INT_COMPARE: Final = ("eq", "ne", "lt", "le")
"""Of two registers; ``gt`` and ``ge`` are these with the operands swapped."""
INT_COMPARE_I: Final = ("eq", "ne", "lt", "le", "gt", "ge")
INT_IMMEDIATE: Final = ("add", "add_wrap", "sub", "mul", "floordiv", "mod", "and", "shl", "shr")
"""Ops with a form for a 16-bit immediate on the right. Divisors and shift counts of that form are above zero, counts below 64."""
for _name in INT_BINARY:
    _row(f"int_{_name}", "wrr", f"w := r {_name} r, as the IR op")
for _name in INT_IMMEDIATE:
    _row(f"int_{_name}_i", "wri", f"w := r {_name} i")
for _name in ("neg", "abs", "invert", "to_float", "to_bool"):
    _row(f"int_{_name}", "wr", f"w := {_name} r, as the IR op")
for _name in INT_COMPARE:
    _row(f"int_{_name}", "wrr", f"w := r {_name} r")
for _name in INT_COMPARE_I:
    _row(f"int_{_name}_i", "wri", f"w := r {_name} i")
for _name in INT_COMPARE:
    _row(f"br_int_{_name}", "rrj", f"if r {_name} r: pc += j")
for _name in INT_COMPARE_I:
    _row(f"br_int_{_name}_i", "rij", f"if r {_name} i: pc += j")
for _name in INT_COMPARE:
    _row(f"fuel_br_int_{_name}", "rr-JU", f"take U units; if r {_name} r: pc += J")
for _name in INT_COMPARE_I:
    _row(f"fuel_br_int_{_name}_i", "ri-JU", f"take U units; if r {_name} i: pc += J")
for _name in ("lt", "le", "ne"):
    _row(f"loop_int_{_name}", "xriJU", f"x := x + i; take U units; if x {_name} r: pc += J")
_row("loop_wrap_ne", "xriJU", "x := x + i modulo 2**64; take U units; if x ne r: pc += J")

_row("loop_wrap_ne_r", "xrrJU", "x := x + second r modulo 2**64; take U units; if x ne first r: pc += J")

# --- float ------------------------------------------------------------------------------------------------------------------------
FLOAT_BINARY: Final = ("add", "sub", "mul", "div")
FLOAT_COMPARE: Final = ("eq", "ne", "lt", "le")
FLOAT_BRANCH: Final = ("eq", "ne", "lt", "le", "nlt", "nle")
"""``nlt`` is "not less": with NaN it is not ``ge``."""
for _name in FLOAT_BINARY:
    _row(f"float_{_name}", "wrr", f"w := r {_name} r")
for _name in ("neg", "abs", "sqrt", "to_int", "floor", "ceil", "round", "to_bool"):
    _row(f"float_{_name}", "wr", f"w := {_name} r, as the IR op")
for _name in FLOAT_COMPARE:
    _row(f"float_{_name}", "wrr", f"w := r {_name} r")
for _name in FLOAT_BRANCH:
    _row(f"br_float_{_name}", "rrj", f"if r {_name} r: pc += j")
for _name in FLOAT_BRANCH:
    _row(f"fuel_br_float_{_name}", "rr-JU", f"take U units; if r {_name} r: pc += J")
_row("float_mul_add", "wrrr---", "w := r * r + r, rounded twice")
_row("float_mul_sub", "wrrr---", "w := r * r - r, rounded twice")
_row("float_mul_rsub", "wrrr---", "w := third - first * second, rounded twice")

# --- str, list, dict, tuple, record, any ------------------------------------------------------------------------------------------
_row("str_len", "wr", "w := code points of r")
_row("str_index", "wrr", "w := the character of r at index r")
_row("str_code_at", "wrr", "w := the code point of r at index r")
_row("str_to_bool", "wr", "w := is r not empty?")
_row("br_str_eq", "rrj", "if strings r eq r: pc += j")
_row("br_str_ne", "rrj", "if strings r ne r: pc += j")
_row("list_len", "wr", "w := length of list r")
_row("list_get", "wrr", "w := r[r], elements of 8 bytes")
_row("list_get_i", "wri", "w := r[i], elements of 8 bytes, i not negative")
_row("list_get_bool", "wrr", "w := r[r], elements of 1 byte")
_row("list_set", "rrr", "r[r] := r, elements of 8 bytes")
_row("list_set_bool", "rrr", "r[r] := r, elements of 1 byte")
_row("list_append", "rr", "append r to list r, elements of 8 bytes")
_row("list_append_bool", "rr", "append r to list r, elements of 1 byte")
_row("dict_len", "wr", "w := entries of dict or set r")
_row("slot_get", "wru", "w := slot u of tuple or record r")
_row("slot_set", "rur", "slot u of record r := r")
_row("any_from_int", "wr", "w := int r as a tagged word")
_row("any_from_float", "wr", "w := float r as a tagged word")
_row("any_from_bool", "wr", "w := bool r as a tagged word")

# --- runtime ops ------------------------------------------------------------------------------------------------------------------


HAND_WRITTEN: Final = frozenset({"str.eq", "str.ne"})
"""Runtime ops whose handler is in loop.inc: it does the short case itself."""

FAST_PATHS: Final = frozenset({"any.binary", "any.in_place", "any.compare", "any.eq", "any.to"})
"""Runtime ops whose handler is in loop.inc and goes on to the generated one, ``<name>_slow``, where the case is not its own."""


def runtime_format(op: Op) -> str:
    """Fields of a runtime opcode: the result, the operands in order (types, small ints and strings of the pool as immediates), and of a variadic
    tail the count and the slots."""
    fields = "w" if op.result else ""
    size = len(fields)
    for notation in op.operands:
        if notation == "#str":
            padding = "" if size % 2 else "-"  # the opcode is a field, too
            fields += padding + "U"
            size += len(padding) + 2
        else:
            fields += "u*" if notation.endswith("...") else {"#type": "u", "#int": "i", "#bool": "i"}.get(notation, "r")
            size += 1
    return fields


for _op in sorted(OPS.values(), key=lambda op: op.number):
    if not _op.is_inline:
        _row(_op.c_name.removeprefix("bell_"), runtime_format(_op), _op.text, _op)
