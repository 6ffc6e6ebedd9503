"""Compiled modules with parts of them changed, and what runs when they are accepted: they end, with a result or an error, whatever they do."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from random import Random
from typing import Any

import belljar
from belljar.errors import BellError
from belljar.ir.function import Function, Module, Task
from belljar.ir.image import ENTRY, HEADER, MAGIC, SECTIONS, VERSION, read_image, write_image
from belljar.runtime.engine import engine_of
from belljar.safety.limits import Limits
from belljar.storage._crc32c import crc32c
from belljar.types import BOOL, BYTES, DECIMAL, FLOAT, INT, STR, DictType, ListType, OptionalType, SetType, TupleType, Type
from tests.corpus import cases
from tests.fuzz.mutation import changed
from tests.fuzz.target import Target
from tests.fuzz.typed_changes import change

LIMITS = Limits(fuel=30_000, memory=1 << 20, depth=40, output=2_000, time=10.0)
TEXT_MAX = 6_000
"""Longest programs that are compiled to be changed, in characters."""
CALLS_MAX = 4
NATIVE = 0.03
"""Of the accepted ones so many run as machine code as well: LLVM takes most of a second for one."""
KEPT = Path("build/fuzz/images")
"""Where images are kept from run to run, if there is such a folder: compiling takes most of the time otherwise."""
VALUES: dict[Type, tuple[Any, ...]] = {
    INT: (0, 1, -1, 63, 2**31, 2**62, 2**63 - 1, -(2**63)),
    FLOAT: (0.0, -0.0, 1.5, 1e300, float("inf"), float("nan")),
    BOOL: (False, True),
    STR: ("", "a", "é" * 3, "\U0001f600", "5" * 400, "{:>9}", "\0", "\ud800"),
    BYTES: (b"", b"\0\xff", b"a" * 300),
}
KEYS: tuple[Any, ...] = (None, 1, "x", (1, "a"), 2.5)


@functools.cache
def programs() -> list[tuple[Path, str]]:
    """The programs of the corpus that are short, the shortest first."""
    return sorted(((case.path, case.text) for case in cases() if len(case.text) < TEXT_MAX), key=lambda one: len(one[1]))


@functools.cache
def image(number: int) -> bytes:
    """The image of a program of the corpus; nothing of one that does not compile."""
    path, text = programs()[number]
    kept = KEPT / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}-{VERSION}.bellc"
    if kept.exists():
        return kept.read_bytes()
    try:
        made = write_image(belljar.compile(text, path.name).module())
    except (BellError, ValueError):
        made = b""
    if KEPT.is_dir():
        kept.write_bytes(made)
    return made


def some_image(rnd: Random) -> bytes:
    """The image of a program, rather of a short one: those are read and run many times a second."""
    while not (data := image(int(len(programs()) * rnd.random() ** 3))):
        pass
    return data


def sections(data: bytes) -> dict[bytes, bytes]:
    found = {}
    for number in range(len(SECTIONS)):
        name, offset, size, _ = ENTRY.unpack_from(data, HEADER.size + number * ENTRY.size)
        found[name] = data[offset : offset + size]
    return found


def sealed(parts: dict[bytes, bytes]) -> bytes:
    """An image of these sections, with the sizes and checksums it must have."""
    table, offset = b"", HEADER.size + ENTRY.size * len(SECTIONS)
    for name in SECTIONS:
        table += ENTRY.pack(name, offset, len(parts[name]), crc32c(parts[name]))
        offset += len(parts[name])
    crc = crc32c(HEADER.pack(MAGIC, VERSION, len(SECTIONS), 0) + table)
    return HEADER.pack(MAGIC, VERSION, len(SECTIONS), crc) + table + b"".join(parts[name] for name in SECTIONS)


def set_bytes(rnd: Random, data: bytes) -> bytes:
    """One to three bytes set to what other bytes there are, or to their neighbours: indices, counts and numbers of ops change and all stays where it is."""
    made = bytearray(data)
    for _ in range(rnd.choice((1, 1, 2, 3))):
        at = rnd.randrange(len(made))
        made[at] = rnd.choice(data) if rnd.random() < 0.5 else (made[at] + rnd.choice((-2, -1, 1, 2))) % 128
    return bytes(made)


def of_bytes(rnd: Random) -> bytes:
    """An image with bytes changed: mostly within its sections, whose checksums are made right again."""
    data = some_image(rnd)
    if rnd.random() < 0.05:
        return changed(rnd, data)
    parts = sections(data)
    others = sections(some_image(rnd)) if rnd.random() < 0.2 else parts
    for _ in range(rnd.choice((1, 1, 2))):
        name = rnd.choice((b"STRS", b"TYPE", b"DECL", b"DECL", b"SYMS", b"SYMS", b"CODE", b"CODE", b"CODE", b"CODE", b"LINE", b"META"))
        if rnd.random() < 0.05:
            parts[name] = others[name]
        elif parts[name]:
            parts[name] = set_bytes(rnd, parts[name]) if rnd.random() < 0.7 else changed(rnd, parts[name], (others[name],))
    return sealed(parts)


def of_code(rnd: Random) -> bytes:
    """An image of a module with some of its instructions changed, each for what could stand there by its form."""
    module = read_image(some_image(rnd))
    for _ in range(rnd.choice((1, 1, 1, 1, 2, 3))):
        change(rnd, module)
    try:
        return write_image(module)
    except (BellError, ValueError, TypeError, KeyError, OverflowError, AttributeError):
        return b""  # the writer is for modules that keep the rules


def value_of(rnd: Random, type: Type, depth: int = 0) -> Any:
    """A value of a type, None where it is none that is known here."""
    match type:
        case OptionalType():
            return None if rnd.random() < 0.3 else value_of(rnd, type.item, depth)
        case ListType() if depth < 3:
            return [value_of(rnd, type.item, depth + 1) for _ in range(rnd.choice((0, 1, 3, 40)))]
        case SetType() if depth < 3:
            return {rnd.choice(VALUES.get(type.item, KEYS)) for _ in range(rnd.choice((0, 1, 9)))}
        case DictType() if depth < 3:
            keys = [rnd.choice(VALUES.get(type.key, KEYS)) for _ in range(rnd.choice((0, 1, 9)))]
            return {key: value_of(rnd, type.value, depth + 1) for key in keys}
        case TupleType():
            return tuple(value_of(rnd, item, depth + 1) for item in type.items)
    if type == DECIMAL:
        import decimal

        return decimal.Decimal("-1.50")
    return rnd.choice(VALUES.get(type, (*KEYS, [1, "a"])))


def arguments(rnd: Random, function: Function) -> list[Any]:
    return [value_of(rnd, function.registers[register].type) for register in function.params]


def run(module: Module, engine: str, rnd: Random) -> None:
    """Load the module and call what can be called."""
    if module.hosts:
        return  # nobody would answer
    inputs = arguments(rnd, module.functions[module.init]) if module.init else ()
    instance = engine_of(engine).load(module, LIMITS, lambda text: None, tuple(inputs))
    tasks: list[Task] = sorted(module.tasks.values(), key=lambda task: task.name)
    for task in rnd.sample(tasks, min(CALLS_MAX, len(tasks))):
        try:
            outcome = instance.call(task.function, arguments(rnd, module.functions[task.function]))
        except BellError as refusal:
            assert refusal.code == "E0302", str(refusal)
        else:
            assert outcome.fuel_used <= LIMITS.fuel


def use(data: bytes, rnd: Random) -> None:
    """Read an image, write it again, and run it."""
    module = read_image(data)
    again = write_image(module)
    assert write_image(read_image(again)) == again, "it is read as something else than it is written"
    seed = rnd.random()
    for engine in ("vm", "jit") if rnd.random() < NATIVE else ("vm",):
        try:
            run(module, engine, Random(seed))
        except BellError as error:
            assert error.code not in {"E1101", "E1102"}, str(error)


CODES = frozenset({"E1101", "E1102"})
IMAGES = Target("images", of_bytes, use, CODES)
CODE = Target("code", of_code, use, CODES)
