"""The worker's side of process isolation: a process that runs programs and can do nothing else.

It loads all that running a program may take, locks itself down (:mod:`belljar.safety._lockdown`) and only then reads its first message. Messages are length (four bytes, little-endian) and
MessagePack (:mod:`belljar.runtime.wire`), over the one descriptor it has.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from math import inf

from belljar.engines.contract import HostFault
from belljar.errors import BellError, bell_error
from belljar.runtime import wire
from belljar.runtime._channel import Channel
from belljar.runtime.remote_hosts import RemoteFunctions
from belljar.runtime.remote_traces import SentReel
from belljar.runtime.sharing import opened
from belljar.safety.capabilities import grants_of
from belljar.safety.limits import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from mmap import mmap
    from typing import Any, Final, NoReturn

    from belljar.engines.batch.contract import Kernel
    from belljar.runtime.isolated import RuntimeInWorker
    from belljar.runtime.program import Program

PROGRAMS_MAX: Final = 64
"""Programs a worker keeps compiled; the one used longest ago goes."""
OPTIONS_MAX: Final = 64
"""Ways of calling that it keeps."""
IDLE_MAX: Final = 2
"""Instances of one program that it keeps: each reserves address space."""
WARM_UP: Final = """
import collections, json, re, dataclasses

@dataclasses.dataclass
class Point:
    x: int
    name: str = "p"

def ok(n: int) -> float:
    p = Point(n)
    words = {w: len(w) for w in f"{p.name} {p.x:>5} {n / 3:.2f}".split()}
    return sum(sorted(words.values())) / len(words)

def bad(n: int) -> int:
    xs = [1, 2]
    return xs[n]

def caught(n: int) -> str:
    try:
        return str({"a": 1}["b"])
    except KeyError as e:
        print(e)
        return repr(e)
"""


def preload() -> None:
    """Load what running a program may import later, when no file can be opened any more."""
    import importlib
    import pkgutil

    from belljar.runtime.program import compile

    for package in ("lang", "ir", "engines", "runtime", "safety", "storage"):
        place = importlib.import_module(f"belljar.{package}")
        for module in pkgutil.walk_packages(place.__path__, place.__name__ + "."):
            if module.name.split(".")[2] != "numba_call" and not module.name.endswith(("generate", "_tables", "__main__")):
                importlib.import_module(module.name)
    for name in (
        "ast",
        "belljar.trace._scan",
        "belljar.trace.recorded",
        "decimal",
        "difflib",
        "encodings.latin_1",
        "encodings.utf_16",
        "encodings.utf_32",
        "encodings.idna",
        "json",
        "unicodedata",
        "numpy",
        "pyarrow",
        "pyarrow.compute",
    ):
        importlib.import_module(name)
    from belljar.lang import library, shelf

    for name in library.library_names() | library.internal_names():
        library.library_source(name)
        for catches in (False, True):
            shelf.kept_module(name, catches)
    os.environ["BELLJAR_CACHE"] = ""  # from here on nothing is taken from disk, LLVM is loaded
    program = compile(WARM_UP, cache=False)
    for engine in ("vm", "jit", "auto"):
        program.call("ok", 3, engine=engine)
        program.call("caught", 3, engine=engine, write=lambda _: None)
        try:
            program.call("bad", 2**70 if engine == "vm" else 7, engine=engine)
        except BellError as error:
            str(error)
    del program  # and the address space of its instances
    gc.collect()


class Worker:
    """One connection: programs by key, and the loop that answers requests."""

    def __init__(self, descriptor: int, region: mmap) -> None:
        self.channel = Channel(descriptor, False, wire.MESSAGE_BYTES_MAX)
        self.region = region
        self.opening: list[Any] = []
        self.runtime: RuntimeInWorker | None = None
        self.kernels: dict[tuple[Any, ...], Kernel] = {}
        """Of the batch that ran last."""
        self.sources: dict[str, list[Any]] = {}
        """By key: text, name, the types of the inputs and the functions of the host, as they came; the one used last at the end."""
        self.programs: dict[str, Program] = {}
        self.common: dict[bytes, dict[str, Any]] = {}
        """How calls are to be made, by what messages say of it."""
        self.reel = SentReel(self.send)
        self.has_written = False
        """Whether the run that goes on, or went on last, did what the other side saw."""

    # --- messages -----------------------------------------------------------------------------------------------------------------

    def receive(self) -> Any:
        """The next message. Ends the process where the other side is gone."""
        try:
            return wire.unpack(self.channel.receive(inf))
        except (EOFError, OSError):
            os._exit(0)

    def send(self, *message: Any) -> None:
        data = wire.pack(message)
        try:
            self.channel.send(data, inf)
        except OSError:  # nobody listens any more
            os._exit(0)

    def write(self, text: str) -> None:
        """Output of a program, as it is made."""
        self.has_written = True
        self.reel.flush()
        self.send("write", wire.to_wire(text))

    # --- requests -------------------------------------------------------------------------------------------------------------------

    def serve(self) -> NoReturn:
        self.send("ready", None)
        while True:
            kind, key, *parts = self.receive()
            if kind == "program":
                self.learn(key, parts)
            elif kind == "open":
                self.opening, self.runtime = [key, *parts], None
            elif kind == "runtime":
                self.send(*self.guarded("\0", lambda: self.lasting().reply(key, *parts)))  # noqa: B023
            elif key not in self.sources:
                self.send("unknown", None)  # forgotten meanwhile
            else:
                self.send(*self.reply(key, kind, parts))

    def learn(self, key: str, parts: list[Any]) -> None:
        """Remember the text of a program. It is compiled when it is first used."""
        while len(self.sources) >= PROGRAMS_MAX:
            oldest = next(iter(self.sources))
            del self.sources[oldest]
            self.programs.pop(oldest, None)
        self.sources[key] = parts

    def reply(self, key: str, kind: str, parts: list[Any]) -> tuple[str, Any]:
        source = self.sources[key] = self.sources.pop(key)  # behind all others: the one used last
        self.has_written = False

        def work() -> Any:
            try:
                return self.answer(self.program(key), kind, parts)
            except MemoryError:
                if self.has_written:
                    raise
                # Instances reserve address space, of which there is so much: let go of all and begin again.
                self.programs.clear()
                gc.collect()
                return self.answer(self.program(key), kind, parts)

        return self.guarded(wire.from_wire(source[1]), work)

    def lasting(self) -> RuntimeInWorker:
        """The runtime of the other side, which has this worker for itself."""
        if self.runtime is None:
            from belljar.runtime.isolated import RuntimeInWorker

            self.runtime = RuntimeInWorker(self.write, self.ask, self.reel, *self.opening)
        return self.runtime

    def guarded(self, own: str, work: Callable[[], Any]) -> tuple[str, Any]:
        """The answer that some work gives, or the error it ends with. The text of the source called ``own`` is not sent, the other side has it."""
        try:
            return "done", wire.to_wire(work())
        except BellError as error:
            return "error", wire.error_to_wire(error, own)
        except Exception as problem:  # the last line of defence: a bug of ours is one clear line
            return "error", wire.error_to_wire(bell_error("E1201", detail=f"{type(problem).__name__} in a worker process: {problem}"), own)

    def program(self, key: str) -> Program:
        found = self.programs.get(key)
        if found is None:
            from belljar.runtime.program import compile

            text, name, inputs, rows = self.sources[key]
            hosts = RemoteFunctions(self.ask, rows, self.reel.missed)
            found = self.programs[key] = compile(wire.from_wire(text), wire.from_wire(name), inputs=inputs, cache=False, hosts=hosts)
        return found

    def ask(self, name: str, args: tuple[Any, ...]) -> Any:
        """What a function of the host answers, which the other side has. Raises HostFault."""
        self.has_written = True
        self.reel.flush()
        self.send("host", name, [wire.to_wire(arg) for arg in args])
        kind, *parts = self.receive()
        if kind == "answer":
            return wire.from_wire(parts[0])
        code, text = parts
        raise HostFault(code, wire.from_wire(text))

    def answer(self, program: Program, kind: str, parts: list[Any]) -> Any:
        *given, options = parts
        common = self.common.get(options)
        if common is None:
            common = wire.unpack(options)
            common |= {"limits": Limits(**common["limits"]), "grants": grants_of(common["grants"]), "write": self.write}
            if len(self.common) >= OPTIONS_MAX:
                self.common.clear()
            self.common[options] = common
        if kind == "rows":
            task, length, sent = given
            return self.rows(program, task, length, sent, common["limits"], sorted(common["grants"].names))
        if kind == "run":
            (inputs,) = given
            program.run(inputs={name: wire.from_wire(value) for name, value in inputs.items()}, **common)
            return None
        if kind == "record":
            return self.record(program, common, *given)
        task, args, kwargs = given
        return program.call(
            task, *[wire.from_wire(arg) for arg in args], **common, **{name: wire.from_wire(value) for name, value in kwargs.items()}
        )

    def record(self, program: Program, common: Mapping[str, Any], level: str, prints: bool, task: str, args: Any, named: Any) -> Any:
        """Run the module level or call a task with a trace, which goes to the other side. The result; an error is that of the run."""
        from belljar.runtime.recording import Recording

        how = {"limits": common["limits"], "grants": common["grants"], "engine": common["engine"], "write": self.write, "prints": prints}
        recording = Recording(program, level, reel=self.reel, **how)
        values = {name: wire.from_wire(value) for name, value in named.items()}
        trace = recording.call(task, *[wire.from_wire(arg) for arg in args], **values) if task else recording.run(values)
        if trace.outcome.error is not None:
            raise trace.outcome.error
        return trace.outcome.result

    def rows(self, program: Program, task: str, length: int, sent: int | bytes, limits: Limits, grants: list[str]) -> Any:
        """Run rows of a batch."""
        from belljar.runtime import batches, remote_batches

        key = (program.key, task, limits, *grants)
        kernel = self.kernels.get(key)
        if kernel is None:
            self.kernels.clear()
            counting = program.under(limits)
            run = counting.hosts.begin(grants) if counting.hosts is not None and counting.signature_module(task).hosts else None
            kernel = self.kernels[key] = batches._kernel(counting, task, limits, run)
        return remote_batches.answer(self.region, kernel, remote_batches.read(self.region, sent), length)


def main(descriptor: int, address_bytes: int, memory: int) -> NoReturn:
    """What a worker process runs. ``memory`` is the descriptor of what it shares with its host."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: for the parent to decide
    sys.setswitchinterval(0.05)
    preload()
    from belljar.runtime import program
    from belljar.safety._lockdown import lockdown

    program.INSTANCES_MAX = IDLE_MAX
    region = opened(memory)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.closerange(3, descriptor)
    os.closerange(descriptor + 1, 1 << 16)
    worker = Worker(descriptor, region)
    lockdown(address_bytes, descriptor + 1)
    worker.serve()
