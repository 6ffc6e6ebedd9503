"""LLVM text to machine code, for the processor of this machine.

Loads llvmlite at first use; code that comes from the cache never gets here.
"""

from __future__ import annotations

import os
import threading
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final

ALWAYS_INLINE: Final = "alwaysinline"
"""The attribute of functions that LLVM is to inline."""
THOROUGH: Final = "; thorough\n"
"""What text begins with that is worth all of -O2: small, and with loops inside loops."""
QUICK: Final = "; quick\n"
"""What text begins with that is so long that good code would take too long to make."""
_lock = threading.Lock()
"""LLVM's global context, which llvmlite uses, is for one thread at a time."""
# A fork in the middle of a compilation would leave the child with an LLVM that nobody ever finishes: it waits for its end.
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


@lru_cache(maxsize=2)
def _target_machine(level: int = 2) -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    return target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=features, opt=level, reloc="pic", codemodel="small")


def _parsed(text: str) -> Any:
    import llvmlite.binding as llvm

    machine = _target_machine()
    module = llvm.parse_assembly(text)
    module.triple = machine.triple
    module.data_layout = str(machine.target_data)
    return module


def _optimised(text: str, passes: Sequence[str] = ()) -> Any:
    """The module after the passes named (as llvmlite's ``add_..._pass``), or after all of LLVM's usual ones or :func:`_simplify`, as the text says."""
    import llvmlite.binding as llvm

    machine = _target_machine()
    module = _parsed(text)
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = False
    options.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, options)
    if passes:
        _run(module, builder, passes)
    elif text.startswith(QUICK):
        _tidy(module, builder)
    elif text.startswith(THOROUGH):
        builder.getModulePassManager().run(module, builder)
    else:
        _simplify(module, builder, ALWAYS_INLINE in text)
    return module


def _run(module: Any, builder: Any, passes: Sequence[str]) -> None:
    """Passes over the whole module, in order."""
    import llvmlite.binding as llvm

    manager = llvm.create_new_module_pass_manager()
    for name in passes:
        getattr(manager, f"add_{name}_pass")()
    manager.run(module, builder)


def _tidy(module: Any, builder: Any) -> None:
    """Registers instead of memory and fewer blocks, in a twentieth of the time of :func:`_simplify`."""
    import llvmlite.binding as llvm

    manager = llvm.create_new_function_pass_manager()
    manager.add_sroa_pass()
    manager.add_simplify_cfg_pass()
    for function in module.functions:
        if not function.is_declaration:
            manager.run(function, builder)


def _simplify(module: Any, builder: Any, inlines: bool) -> None:
    """LLVM's function simplification at -O2, and unrolling. What else -O2 does for a module costs half as much again and finds little to do: calls are
    inlined in our own IR, but for the copies that recursive functions are unrolled by; vectorisers do not get past checks."""
    manager = builder.getFunctionPassManager()
    for step in (
        (("always_inliner",), ("loop_unroll", "global_dead_code_eliminate"))
        if inlines
        else (("loop_unroll", "global_dead_code_eliminate"),)
    ):
        for function in module.functions:
            if not function.is_declaration:
                manager.run(function, builder)
        _run(module, builder, step)


def optimised_text(text: str, passes: Sequence[str] = ()) -> str:
    """The module after optimisation, as LLVM text."""
    with _lock:
        return str(_optimised(text, passes))


def assembly(text: str, passes: Sequence[str] = ()) -> str:
    """The module as assembly text."""
    with _lock:
        return str(_target_machine().emit_assembly(_optimised(text, passes)))


def object_code(text: str, passes: Sequence[str] = ()) -> bytes:
    """The module as an ELF object file."""
    with _lock:
        module = _optimised(text, passes)
        machine = _target_machine(0) if text.startswith(QUICK) else _target_machine()
        return bytes(machine.emit_object(module))


def plain_object_code(text: str) -> bytes:
    """The same as the text has it: slow code, made in a tenth of the time."""
    with _lock:
        return bytes(_target_machine(0).emit_object(_parsed(text)))
