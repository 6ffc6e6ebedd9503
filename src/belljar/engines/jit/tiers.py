"""The engine ``auto``: programs start in the VM, and hot ones move over to machine code that is compiled meanwhile.

Instances that have used :data:`WARM` of the fuel that makes a program hot are looked at by one thread of the process, which starts with the first of them: most programs end before. A program that has used :data:`HOT_FUEL` units is compiled there, or taken from the cache, and its
functions are entered as machine code from their next call on. Results, fuel and limits are the same either way; only speed changes.
"""

from __future__ import annotations

import atexit
import os
from _weakref import ref

from belljar.engines.contract import start
from belljar.engines.jit.program import LoadedCode, NativeProgram, native_program
from belljar.errors import BellError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

    from belljar.engines._instance import Instance
    from belljar.engines.contract import HostTable, Marks, Write
    from belljar.ir.function import Module
    from belljar.safety.limits import Limits

HOT_FUEL: Final = 10_000_000
"""Units used, by all instances of a program together, at which compiling it is worth while: some 30 ms in the VM."""
WARM: Final = 10
"""The share of HOT_FUEL, one in so many, from which on an instance is looked at."""
FRAME_BYTES_MAX: Final = 8_192
"""The guest stack is reserved before frames are known: for frames of this size. Programs with larger ones stay in the VM."""
LOOK_FIRST_S: Final = 0.01
LOOK_SELDOM_S: Final = 0.5


class AutoEngine:
    """The engine of the contract (:mod:`belljar.engines.contract`)."""

    name = "auto"

    def load(
        self,
        module: Module,
        limits: Limits,
        write: Write | None = None,
        inputs: Sequence[Any] = (),
        hosts: HostTable | None = None,
        traces: Marks | None = None,
    ) -> Instance:
        """Make an instance in the VM and run its ``init``. Raises the BellError that init ended with."""
        from belljar.engines._instance import Instance

        program = native_program(module)
        roots_max = (limits.depth + 1) * program.roots_max
        instance = Instance(
            program.types, program.sites, limits, write, program.bytecode, program.effects, roots_max, FRAME_BYTES_MAX, hosts
        )
        if program.code is not None:
            _enter(instance, program.code)
        else:
            reference = ref(instance)
            instance.notice(lambda: _watch(program, reference), HOT_FUEL // WARM)
        start(instance, inputs, traces)
        return instance


def _enter(instance: Instance, code: LoadedCode) -> None:
    """Let the instance call machine code from now on."""
    if code.frame_bytes <= FRAME_BYTES_MAX:
        instance.keep(code)
        for function, entry in code.entries.items():
            instance.adopt(function, entry)


def _watch(program: NativeProgram, instance: ref[Instance]) -> None:
    """An instance has used enough to be looked at."""
    global _watcher
    if program.code is None and not _ended:
        if _watcher is None:
            _watcher = _Watcher()
        _watcher.add(program, instance)


class _Watcher:
    """The thread that looks for hot programs. It runs while there are programs to look at."""

    def __init__(self) -> None:
        import threading

        self.changed = threading.Condition()
        self.compiling = threading.Lock()
        """Held while LLVM works: the process must not end meanwhile."""
        self.watched: dict[NativeProgram, list[ref[Instance]]] = {}
        self.thread: threading.Thread | None = None
        self.stopped = False

    def add(self, program: NativeProgram, instance: ref[Instance]) -> None:
        import threading

        with self.changed:
            self.watched.setdefault(program, []).append(instance)
            if self.thread is None and not self.stopped:
                self.thread = threading.Thread(target=self.run, name="belljar-tiers", daemon=True)
                try:
                    self.thread.start()
                except RuntimeError:  # no more threads to be had: the program stays in the VM
                    self.thread = None
            self.changed.notify()

    def run(self) -> None:
        wait_s = LOOK_FIRST_S
        while True:
            with self.changed:
                if not self.watched:
                    self.thread = None
                    return
                if self.changed.wait(wait_s):
                    wait_s = LOOK_FIRST_S
                if self.stopped:
                    return
                hot = self.hot()
            if hot is None:
                wait_s = min(2 * wait_s, LOOK_SELDOM_S)
            else:
                wait_s = LOOK_FIRST_S
                self.compile(hot)

    def hot(self) -> NativeProgram | None:
        """A program that has used enough; forgets those that have no instances any more."""
        for program, references in list(self.watched.items()):
            live = [reference for reference in references if (instance := reference()) is not None]
            if not live:
                del self.watched[program]
                continue
            self.watched[program] = live
            used = sum(instance.heat for reference in live if (instance := reference()) is not None)
            if used >= HOT_FUEL:
                return program
        return None

    def compile(self, program: NativeProgram) -> None:
        code: LoadedCode | None = None
        with self.compiling:
            if self.stopped:
                return
            try:
                code = program.compile()
            except BellError:
                pass  # without LLVM the VM goes on
        with self.changed:
            references = self.watched.pop(program, [])
        for reference in references:
            instance = reference()
            if instance is not None and code is not None:
                _enter(instance, code)

    def stop(self) -> None:
        """At the end of the process: let LLVM finish what it is at."""
        with self.changed:
            self.stopped = True
            self.changed.notify()
        with self.compiling:
            pass


_watcher: _Watcher | None = None
_ended = False


def _end() -> None:
    global _ended
    _ended = True
    if _watcher is not None:
        _watcher.stop()


atexit.register(_end)


def _restart() -> None:
    """In a forked child: threads and locks of the parent are not there."""
    global _watcher
    _watcher = None


os.register_at_fork(after_in_child=_restart)
