"""A module as machine code: emitted, taken from the cache or compiled, and loaded."""

from __future__ import annotations

import os
from _thread import allocate_lock  # threading is more than a lock, and slower to load

from belljar.engines.jit import cache
from belljar.engines.jit.native import ENTRIES, Native
from belljar.engines.tables import Tables, number_tables
from belljar.engines.vm.stored import Sites, StoredModule
from belljar.errors import bell_error
from belljar.ir.function import Module
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from belljar.engines.jit._object import Code
    from belljar.ir.sites import Site

# This module is loaded with every program: what only compiling needs is imported there.
KEPT_MAX: Final = 16
"""Modules whose code is kept in memory after its last instance is gone."""


class NativeProgram:
    """A module and all that instances of it share. ``code`` is there once it was compiled or found in the cache."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.tables: Tables
        self.sites: list[Site] | Sites
        self.code: LoadedCode | None = None
        self._roots: dict[str, tuple[int, ...]] = {}
        self._types: Any = None
        self._bytecode: Any = None
        self._lock = allocate_lock()
        if isinstance(module, StoredModule):
            self.tables, self.sites, self.effects = module.tables, Sites(module), module.effects
            self.roots_max, self._bytecode = module.roots_max, module.program
        else:
            from belljar.engines.effects import functions_with
            from belljar.ir.roots import rooted
            from belljar.ir.sites import number_sites

            self.tables, self.sites = number_tables(module), number_sites(module)[0]
            self._roots = {name: rooted(function) for name, function in module.functions.items()}
            self.roots_max = max(map(len, self._roots.values()), default=0)
            writing = functions_with(module, "writes")
            self.effects = [name in writing for name in module.functions]

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
        from belljar.ir.roots import rooted

        module = self.module.full() if isinstance(self.module, StoredModule) else self.module
        roots = self._roots or {name: rooted(function) for name, function in module.functions.items()}
        return emit_module(module, self.tables, roots)

    def _digest(self) -> str:
        """What stands for the LLVM text, without making it where an earlier process noted it."""
        stored = self.module if isinstance(self.module, StoredModule) else None
        if stored is not None and stored.digest:
            return stored.digest
        digest = cache.digest_of(self.llvm_text())
        if stored is not None:
            stored.note_digest(digest)
        return digest

    def find(self) -> LoadedCode | None:
        """The code if it is loaded or in the cache."""
        with self._lock:
            if self.code is None and (native := cache.load(cache.key_of(self._digest()))) is not None:
                self._load(native)
            return self.code

    def compile(self, is_plain: bool = False) -> LoadedCode:
        """The code, compiled if need be; ``is_plain``: not optimised, and not kept on disk, for tests of many programs. Raises E1201 when LLVM is missing or refuses."""
        with self._lock:
            if self.code is None and is_plain:
                self._load(compile_text(self.llvm_text(), is_plain))
            elif self.code is None:
                key = cache.key_of(self._digest())
                native = cache.load(key)
                if native is None or not self._load(native):
                    native = compile_text(self.llvm_text())
                    if not self._load(native):
                        raise bell_error("E1201", detail="the machine code of the module cannot be loaded")
                    cache.store(key, native)
            assert self.code is not None
            return self.code

    def _load(self, native: Native) -> bool:
        from belljar.engines._instance import runtime_symbols
        from belljar.engines.jit._object import Code

        try:
            code = Code(native.image, runtime_symbols())
            entries = code.addresses(ENTRIES, len(self.module.functions))
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


def compile_text(text: str, is_plain: bool = False) -> Native:
    """Compile LLVM text, ``is_plain`` without optimising it. Raises E1201 when LLVM is not installed or refuses the text, which is a bug of ours."""
    from belljar.engines.jit.unwind import frame_bytes_max

    try:
        from belljar.engines.jit.compile import object_code, plain_object_code

        image = plain_object_code(text) if is_plain else object_code(text)
        calls = (
            2 if "@bell.thunk." in text else 1
        )  # a call through a thunk, or from the runtime through an entry, takes a frame for that, too
        return Native(image, calls * frame_bytes_max(image))
    except ImportError as error:
        raise bell_error("E1201", detail=f"LLVM cannot be loaded: {error}", hint="install llvmlite, or use --engine vm") from error
    except (RuntimeError, ValueError) as error:
        raise bell_error("E1201", detail=f"LLVM refused the code: {error}") from error


_kept: dict[int, NativeProgram] = {}
_kept_lock = allocate_lock()


def _forget() -> None:
    """In a forked child: locks that threads of the parent held will not be released."""
    global _kept_lock
    _kept_lock = allocate_lock()
    _kept.clear()


os.register_at_fork(after_in_child=_forget)


def native_program(module: Module) -> NativeProgram:
    """The program of a module: the same object for the same module, so that its instances share code."""
    with _kept_lock:
        program = _kept.pop(id(module), None) or NativeProgram(module)
        _kept[id(module)] = program
        while len(_kept) > KEPT_MAX:
            del _kept[next(iter(_kept))]
        return program
