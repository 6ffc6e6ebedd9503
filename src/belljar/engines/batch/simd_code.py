"""Kernels as machine code: compiled once per text, kept in memory and on disk."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from typing import Any

from belljar.engines.batch.simd_emit import KERNEL
from belljar.engines.jit import cache
from belljar.engines.jit.native import Native

KEPT_MAX = 64
"""Kernels whose code is kept in memory."""

PASSES = ("sroa", "instruction_combine", "simplify_cfg", "new_gvn", "loop_rotate", "instruction_combine", "simplify_cfg")
"""What kernels need of LLVM, in a quarter of the time of its usual passes: they come without calls to inline, and with their loops as they should be."""

_loaded: OrderedDict[str, LoadedKernel] = OrderedDict()
_lock = threading.Lock()


class LoadedKernel:
    """Machine code in memory for as long as this lives; ``address`` is the kernel's entry."""

    def __init__(self, image: bytes) -> None:
        from belljar.engines._instance import runtime_symbols
        from belljar.engines.jit._object import Code

        self._code: Any = Code(image, runtime_symbols())
        self.address: int = self._code.address(KERNEL)


def kernel_code(text: str) -> LoadedKernel:
    """The code of a kernel's LLVM text. Raises ImportError without llvmlite, RuntimeError or ValueError where LLVM or the loader refuses the text."""
    name = cache.key_of(cache.digest_of("\n".join(("; " + " ".join(PASSES), text))))
    with _lock:
        found = _loaded.get(name)
        if found is None:
            found = _loaded[name] = _found_or_compiled(name, text)
        _loaded.move_to_end(name)
        while len(_loaded) > KEPT_MAX:
            _loaded.popitem(last=False)
        return found


def _found_or_compiled(name: str, text: str) -> LoadedKernel:
    native = cache.load(name)
    if native is not None:
        try:
            return LoadedKernel(native.image)
        except (KeyError, ValueError):
            pass  # damaged: compiled anew
    from belljar.engines.jit.compile import object_code

    native = Native(object_code(text, PASSES), 0)
    loaded = LoadedKernel(native.image)
    cache.store(name, native)
    return loaded


# A forked child waits for nothing that a thread of its parent was doing.
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)
