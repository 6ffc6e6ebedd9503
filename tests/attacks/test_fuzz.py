"""What is read from outside, with bytes of it changed: it is read, or refused with an error of ours; nothing else comes of it. Compiled modules have tests of their own (``tests/ir/test_image.py``)."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import belljar
from belljar import Runtime
from belljar.errors import BellError
from belljar.runtime import wire
from belljar.runtime.dumps import HEAD
from belljar.runtime.profiles import list_profiles, load_profiles, unregister_profile
from belljar.safety.journal import Journal
from belljar.storage._crc32c import crc32c
from belljar.trace.formats import json_lines
from belljar.values import Record
from tests.attacks.corpus import ended

ROUNDS = 400
INTERESTING = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF, *b"\"'[]{}(),:0-9.eNIt\\\n")


def changed(data: bytes, seed: int, rounds: int = ROUNDS) -> Iterator[bytes]:
    """The data with a few bytes set, bits flipped, parts cut, doubled or put elsewhere; the same for the same seed."""
    draw = random.Random(seed)
    for _ in range(rounds):
        made = bytearray(data)
        for _ in range(draw.choice((1, 1, 1, 2, 4))):
            at = draw.randrange(len(made) + 1)
            end = min(len(made), at + draw.choice((1, 2, 4, 8, 40)))
            way = draw.randrange(6)
            if way == 0 and at < len(made):
                made[at] ^= 1 << draw.randrange(8)
            elif way == 1 and at < len(made):
                made[at] = draw.choice(INTERESTING)
            elif way == 2:
                del made[at:end]
            elif way == 3:
                made[at:at] = made[at:end]
            elif way == 4:
                del made[at:]
            else:
                made[at:end] = bytes(draw.choice(INTERESTING) for _ in range(end - at))
        yield bytes(made)


def refusals(read: Callable[[bytes], Any], data: bytes, seed: int, *also: type[Exception]) -> tuple[int, int]:
    """How many of the changed ones are read, and how many refused. Every other exception goes through."""
    fine = refused = 0
    for made in changed(data, seed):
        try:
            read(made)
        except (BellError, *also):
            refused += 1
        else:
            fine += 1
    return fine, refused


STATE = """
class P:
    def __init__(self, x, next):
        self.x = x
        self.next = next

numbers = [1, -2, 2 ** 70]
texts = {"a": ["x", None], "b": [1.5, b"bytes", (1, "t")]}
some = {1, 2, "three"}
chain = P(1, P("two", None))
chain.next.next = chain
def probe():
    return len(numbers) + len(texts) + len(some)
def change():
    numbers.extend([x for x in numbers] + [5])
    texts["c"] = [str(texts), str(some), numbers == [1]]
    some.discard(1)
    some.add(9)
    chain.next.x = [key for key in texts] + [chain.x]
"""


def test_dumps_of_states_are_loaded_or_refused() -> None:
    runtime = Runtime(STATE)
    runtime.execute_once()
    runtime.state["given"] = {"a": [1, (2.5, None)]}
    data = runtime.integrity.snapshot(runtime.state).dump()

    def load(made: bytes) -> None:
        body = made[:-4]  # with a right checksum and length, so that what is behind them is read as well
        body = body[: HEAD - 8] + max(0, len(body) - HEAD).to_bytes(8, "little") + body[HEAD:]
        runtime.integrity.load(runtime.state, body + crc32c(body).to_bytes(4, "little"))
        for use in (runtime.state.to_dict, runtime.inspector.dump_full, lambda: runtime.call("probe"), lambda: runtime.call("change")):
            assert ended(use)[1] != "E1201"  # what is in itself is no dict, and what was changed may have other lengths

    fine, refused = refusals(load, data, 1)
    assert fine > 0
    assert refused > ROUNDS // 2
    runtime.integrity.load(runtime.state, data)
    assert runtime.call("probe") == 8


def test_messages_of_workers_are_read_or_refused() -> None:
    value = [1, 2**80, 1.5, "é\ud800", b"b", (1, {"a": [None]}), {1, 2}, Record("P", {"x": Decimal("1.5")}), range(5)]
    data = wire.pack(wire.to_wire(value))
    assert refusals(lambda made: wire.from_wire(wire.unpack(made)), data, 2, ValueError)[1] > ROUNDS // 4


def test_trace_files_are_read_or_refused() -> None:
    from belljar import ExplanationEngine, ReplayEngine, RuntimeExecutor, TraceCollector

    trace = TraceCollector()
    RuntimeExecutor(trace=trace).execute(
        "t = 0\nfor i in range(3):\n    if i > 1:\n        t += i\nx = [t, 'a', {1: 2.5}]\n", belljar.ExecutionContext()
    )
    out = io.StringIO()
    json_lines.write(trace, out)

    def read(made: bytes) -> None:
        events = list(json_lines.read(made.splitlines(keepends=True)))
        ExplanationEngine().from_trace(events)
        ReplayEngine().replay(events)

    assert refusals(read, out.getvalue().encode(), 3)[1] > ROUNDS // 2


def test_journals_are_read_or_refused() -> None:
    hosts = belljar.HostFunctions()
    hosts.add("a.b", lambda x, y: (x, y), signature="(x: str, y: list[int]) -> tuple[str, list[int]]") and None
    journal = Journal()
    program = belljar.compile("def f():\n    return a.b('é', [1, 2])", hosts=hosts)
    program.call("f", hosts=hosts.begin(["*"], journal=journal))
    assert refusals(lambda made: Journal.from_text(made.decode("utf-8", "replace")), journal.to_text().encode(), 4)[1] > 0


CONFIG = """
[profiles.careful]
extends = "audit"
description = "for reviews"
capabilities = ["io.stdout", "store.*"]
dry_run = true
tracing = true
[profiles.careful.limits]
max_iterations = 1000
max_execution_time = 2.5
"""


def test_configurations_are_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "belljar.toml"
    known = set(list_profiles())

    def read(made: bytes) -> None:
        path.write_bytes(made)
        try:
            load_profiles(path)
        finally:
            for name in set(list_profiles()) - known:
                unregister_profile(name)

    path.write_text(CONFIG)
    assert load_profiles(path) == ["careful"]
    unregister_profile("careful")
    assert refusals(read, CONFIG.encode(), 5)[1] > 0
    assert set(list_profiles()) == known


def test_sources_are_compiled_or_refused() -> None:
    text = (
        STATE.encode()
        + b"for i in range(3):\n    try:\n        print(f'{i:>{i}}', numbers[i] // i)\n    except ZeroDivisionError as e:\n        print(e)\n"
    )
    limits = {"fuel": 100_000, "memory": 16 << 20}

    def run(made: bytes) -> None:
        from belljar.lang.guard import decode

        belljar.compile(decode(made, "a.bell"), "a.bell", limits=limits, cache=False).run(write=lambda text: None, engine="vm")

    draw = random.Random(6)
    parts = [made for made in changed(text, 6) if draw.random() < 0.4]
    codes = {ended(lambda: run(made))[1] for made in parts}  # noqa: B023
    assert not codes & {"E1201", "E1102"}
