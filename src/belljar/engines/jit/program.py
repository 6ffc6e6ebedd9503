"""A module as machine code: emitted, taken from the cache or compiled, and loaded."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict

from belljar.engines.effects import functions_with
from belljar.engines.jit import cache
from belljar.engines.jit.native import Native
from belljar.engines.tables import Tables, number_tables
from belljar.errors import bell_error
from belljar.ir.function import Module
from belljar.ir.roots import rooted
from belljar.ir.sites import Site, number_sites
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from belljar.engines.jit._object import Code

# This module is loaded with every program: what only compiling needs is imported there.
KEPT_MAX: Final = 16
"""Modules whose code is kept in memory after its last instance is gone."""


class NativeProgram:
    """A module and all that instances of it share. ``code`` is there once it was compiled or found in the cache."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.tables: Tables = number_tables(module)
        self.sites: list[Site] = number_sites(module)[0]
        self.roots = {name: rooted(function) for name, function in module.functions.items()}
        self.roots_max = max(map(len, self.roots.values()), default=0)
        writing = functions_with(module, "writes")
        self.effects = [name in writing for name in module.functions]
        self.code: LoadedCode | None = None
        self._types: Any = None
        self._bytecode: Any = None
        self._lock = threading.Lock()

    @property
    def types(self) -> Any:
        """The type table as the runtime reads it."""
        if self._types is None:
            from belljar.engines._instance import Types

            self._types = Types(self.module, self.tables)
        return self._types

    @property
    def bytecode(self) -> Any:
        """The module as the VM runs it."""
        with self._lock:
            if self._bytecode is None:
                from belljar.engines.vm.encode import encode

                self._bytecode = encode(self.module)
            return self._bytecode

    def llvm_text(self) -> str:
        """The module as LLVM text, before LLVM's own passes."""
        from belljar.engines.jit.emit import emit_module

        return emit_module(self.module, self.tables, self.roots)

    def find(self) -> LoadedCode | None:
        """The code if it is loaded or in the cache."""
        with self._lock:
            if self.code is None and (native := cache.load(self._key(self.llvm_text()))) is not None:
                self._load(native)
            return self.code

    def compile(self) -> LoadedCode:
        """The code, compiled if need be. Raises E1201 when LLVM is missing or refuses."""
        with self._lock:
            if self.code is None:
                text = self.llvm_text()
                key = self._key(text)
                native = cache.load(key)
                if native is None or not self._load(native):
                    native = compile_text(text)
                    if not self._load(native):
                        raise bell_error("E1201", detail="the machine code of the module cannot be loaded")
                    cache.store(key, native)
            assert self.code is not None
            return self.code

    def _key(self, text: str) -> str:
        return cache.key_of(text)

    def _load(self, native: Native) -> bool:
        import ctypes

        from belljar.engines._instance import runtime_symbols
        from belljar.engines.jit._object import Code
        from belljar.engines.jit.emit import ENTRIES

        try:
            code = Code(native.image, runtime_symbols())
            entries = (ctypes.c_uint64 * len(self.module.functions)).from_address(code.address(ENTRIES))
        except (KeyError, ValueError):
            return False
        self.code = LoadedCode(code, dict(zip(self.module.functions, entries, strict=True)), native.frame_bytes)
        return True


class LoadedCode(Frozen):
    """Code in memory, for as long as ``owner`` lives: the entry of each function (``bell_native_fn``) and the bytes of the largest frame."""

    __slots__ = ("entries", "frame_bytes", "owner")

    def __init__(self, owner: Code, entries: dict[str, int], frame_bytes: int) -> None:
        self.owner: Final = owner
        self.entries: Final = entries
        self.frame_bytes: Final = frame_bytes


def compile_text(text: str) -> Native:
    """Compile LLVM text. Raises E1201 when LLVM is not installed or refuses the text, which is a bug of ours."""
    from belljar.engines.jit.unwind import frame_bytes_max

    try:
        from belljar.engines.jit.compile import object_code

        image = object_code(text)
        return Native(image, frame_bytes_max(image))
    except ImportError as error:
        raise bell_error("E1201", detail=f"LLVM cannot be loaded: {error}", hint="install llvmlite, or use --engine vm") from error
    except (RuntimeError, ValueError) as error:
        raise bell_error("E1201", detail=f"LLVM refused the code: {error}") from error


_kept: OrderedDict[int, NativeProgram] = OrderedDict()
_kept_lock = threading.Lock()


def _forget() -> None:
    """In a forked child: locks that threads of the parent held will not be released."""
    global _kept_lock
    _kept_lock = threading.Lock()
    _kept.clear()


os.register_at_fork(after_in_child=_forget)


def native_program(module: Module) -> NativeProgram:
    """The program of a module: the same object for the same module, so that its instances share code."""
    with _kept_lock:
        program = _kept.get(id(module))
        if program is None:
            program = _kept[id(module)] = NativeProgram(module)
        _kept.move_to_end(id(module))
        while len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
        return program
