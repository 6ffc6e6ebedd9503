"""The listing of a VM program: what ``belljar ir --stage bytecode`` prints.

One line for each instruction: its word, the opcode, the operands by their format (``%3`` a slot, ``#3`` an immediate, ``->12`` a jump's target), and the place in the source it
comes from.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

from belljar.engines.vm.encode import FunctionCode, Program, encode
from belljar.engines.vm.opcodes import BY_NUMBER
from belljar.ir.function import Module
from belljar.source import NOWHERE

PLACE_COLUMN = 56


def disassemble(module: Module) -> str:
    """The listing of a module's bytecode."""
    return listing(encode(module))


def listing(program: Program) -> str:
    """The listing of an encoded program, without the host's stubs."""
    lines: list[str] = []
    for function in program.functions:
        roots = program.roots[function.roots_first : function.roots_first + function.roots_count]
        scanned = f", roots {', '.join(f'%{slot}' for slot in roots)}" if roots else ""
        lines.append(f"func @{function.name}: {function.params} in, {function.results} out, frame {function.frame}{scanned}")
        lines += instructions(program, function)
        lines.append("")
    return "\n".join(lines)


def instructions(program: Program, function: FunctionCode) -> Iterator[str]:
    code = program.code
    word = function.entry
    while word < function.end:
        opcode = BY_NUMBER[code[4 * word] % len(BY_NUMBER)]
        operands, length = operands_of(program, word)
        text = f"{word:6}  {opcode.name:<20} {operands}".rstrip()
        origin = program.origins.get(word)
        if origin is not None and origin.span != NOWHERE:
            text = f"{text:<{PLACE_COLUMN}}; {origin.span}"
        yield text
        word += length


def operands_of(program: Program, word: int) -> tuple[str, int]:
    """The operands of the instruction at a word as text, and its length in words."""
    code = program.code
    opcode = BY_NUMBER[code[4 * word] % len(BY_NUMBER)]
    fields = code[4 * word + 1 :]
    parts: list[str] = []
    place = 0
    count = 0
    for letter in opcode.format:
        if letter == "*":
            if opcode.name == "calln":
                return _long_call(program, word)
            parts += [f"%{slot}" for slot in fields[place : place + count]]
            place += count
            continue
        count = fields[place]
        if letter in "IUJ":
            (value,) = struct.unpack("<i" if letter in "IJ" else "<I", fields[place : place + 2].tobytes())
            parts.append(f"->{word + value}" if letter == "J" else _constant(program, opcode.name, value))
            place += 2
            continue
        if letter in "rwx":
            parts.append(f"%{count}")
        elif letter in "ij":
            value = count - 2**16 if count >= 2**15 else count
            parts.append(f"->{word + value}" if letter == "j" else f"#{value}")
        elif letter == "u":
            parts.append(f"#{count}")
        elif letter == "f":
            parts.append(f"@{program.functions[count].name}")
        place += 1
    length = (place + 4) // 4
    if opcode.name in ("any_call", "any_call_named", "any_call_method"):
        parts.append(f"=> %{code[4 * (word + length) + 2]}")
        length += 1
    return ", ".join(parts), length


def _constant(program: Program, name: str, value: int) -> str:
    if name == "const_str":
        return json.dumps(program.tables.strings[value])
    if name == "const_k":
        word = program.constants[value]
        (number,) = struct.unpack("<d", struct.pack("<Q", word))
        return f"#{word - 2**64 if word >> 63 else word} ({number!r})"
    return f"#{value}"


def _long_call(program: Program, word: int) -> tuple[str, int]:
    code = program.code
    index, given, taken = code[4 * word + 1 : 4 * word + 4]
    given_words, taken_words = (given + 3) // 4, (taken + 3) // 4
    length = 2 + given_words + taken_words
    first = 4 * (word + 1)
    arguments = code[first : first + given]
    results = code[first + 4 * given_words : first + 4 * given_words + taken]
    if program.functions[index].results == 1:
        results = code[4 * (word + length) - 2 : 4 * (word + length) - 1]
    shown = [f"@{program.functions[index].name}", *(f"%{slot}" for slot in arguments)]
    if results:
        shown += ["=>", *(f"%{slot}" for slot in results)]
    return " ".join(shown), length
