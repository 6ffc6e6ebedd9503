"""Where the lookarounds of a pattern match: the specification of ``csrc/runtime/regex_look.c``.

A match that is only asked whether there is one needs no threads in order. The text is read once from its end, with the set of instructions from which the end of the program can be
reached: those that read the character and lead to one of the set behind it, and those that lead there without reading. So a table of a bit per position is made in time linear in the text. Bits of
repeats do not matter to that: a way through a pattern in which a turn is empty is also one without the turn. Lookbehinds have one width, so they are matches that begin so many
characters before. Inner lookarounds come first, outer ones ask their tables.
"""

from __future__ import annotations

from belljar.ir.regex_parse import ALL, AT, LOOK, Parsed
from belljar.ir.regex_program import JUMP, LAZY_LOOP, LOOP, MATCH, SPLIT, Program, Subject


def looked(parsed: Parsed, bodies: list[Program], text: str, end: int) -> bytes:
    """Per lookaround a row of bits: whether it matches from that position on (not whether it holds: a negated one does where it does not match). ``end`` is moved into the text."""
    end = min(max(end, 0), len(text))
    row = end // 8 + 1
    table = bytearray(row * len(bodies))
    subject = Subject(parsed, text, end, table)
    for number in sorted(range(len(bodies)), key=lambda number: parsed.looks[number].body.rank):
        program = bodies[number]
        sources = sources_of(program)
        behind: set[int] = set()
        for position in range(end, -1, -1):
            behind = reaching(program, sources, subject, behind, position)
            if 0 in behind:
                table[number * row + position // 8] |= 1 << position % 8
    return bytes(table)


def sources_of(program: Program) -> list[list[int]]:
    """The instructions that lead to each without reading."""
    sources: list[list[int]] = [[] for _ in program.code]
    for place, (operation, x, y, _) in enumerate(program.code):
        if operation in (JUMP, SPLIT, LOOP, LAZY_LOOP):
            sources[x].append(place)
            if operation != JUMP:
                sources[y].append(place)
        elif operation > ALL and operation != MATCH:
            sources[place + 1].append(place)
    return sources


def reaching(program: Program, sources: list[list[int]], subject: Subject, behind: set[int], position: int) -> set[int]:
    """The instructions from which, at the position, the end can be reached; ``behind`` are those of the next position."""
    code = program.code
    found = {len(code) - 1}
    for place in behind:
        if place and position < subject.end:
            operation, x = code[place - 1][:2]
            if operation <= ALL and subject.reads(operation, x, ord(subject.text[position])):
                found.add(place - 1)
    waiting = list(found)
    while waiting:
        for place in sources[waiting.pop()]:
            operation, x = code[place][:2]
            if (
                place in found
                or (operation == AT and not subject.holds(x, position))
                or (operation == LOOK and not subject.looks(x, position))
            ):
                continue
            found.add(place)
            waiting.append(place)
    return found
