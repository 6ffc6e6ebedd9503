"""IR to machine code through LLVM: the engines ``jit`` and ``auto``, and the code as text.

``jit`` compiles before it runs; ``auto`` starts in the VM and moves over to machine code that is compiled meanwhile (:mod:`.tiers`).
"""

from __future__ import annotations

from belljar.engines.contract import HostTable, Marks, Write, start
from belljar.engines.jit.program import native_program
from belljar.ir.function import Module
from belljar.safety.limits import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from belljar.engines._instance import Instance


class Engine:
    """The engine of the contract (:mod:`belljar.engines.contract`). Instances of one module share its code and may run side by side in threads."""

    name = "jit"

    def load(
        self,
        module: Module,
        limits: Limits,
        write: Write | None = None,
        inputs: Sequence[Any] = (),
        hosts: HostTable | None = None,
        traces: Marks | None = None,
    ) -> Instance:
        """Compile a verified, optimised module, or take its code from the cache, and run its ``init``. Raises the BellError that init ended with, and
        E1201 when LLVM is needed and missing."""
        from belljar.engines._instance import Instance

        program = native_program(module)
        code = program.compile()
        roots_max = (limits.depth + 1) * program.roots_max
        instance = Instance(program.types, program.sites, limits, write, None, program.effects, roots_max, code.frame_bytes, hosts)
        instance.keep(code)
        for function, entry in code.entries.items():
            instance.adopt(function, entry)
        start(instance, inputs, traces)
        return instance


def llvm_text(module: Module) -> str:
    """The module as LLVM text after LLVM's passes, for the processor of this machine."""
    from belljar.engines.jit.compile import optimised_text

    return optimised_text(native_program(module).llvm_text())


def assembly(module: Module) -> str:
    """The module's machine code as assembly text."""
    from belljar.engines.jit.compile import assembly

    return assembly(native_program(module).llvm_text())
