"""The register VM: encodes a module to bytecode and runs it in C (``csrc/vm``)."""

from __future__ import annotations

from belljar.engines.contract import HostTable, Marks, Write, start
from belljar.engines.vm.stored import Sites, StoredModule
from belljar.ir.function import Module
from belljar.safety.limits import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from belljar.engines._instance import Instance
    from belljar.engines.vm.encode import Program


class Engine:
    """The engine of the contract (:mod:`belljar.engines.contract`). Modules may be loaded any number of times and run side by side in threads."""

    name = "vm"

    def load(
        self,
        module: Module,
        limits: Limits,
        write: Write | None = None,
        inputs: Sequence[Any] = (),
        hosts: HostTable | None = None,
        traces: Marks | None = None,
    ) -> Instance:
        """Make an instance of a verified, optimised module and run its ``init`` on the inputs. Raises the BellError that init ended with."""
        if isinstance(module, StoredModule):
            return load_stored(module, limits, write, inputs, hosts, traces)
        from belljar.engines.vm.encode import encode

        return load_program(encode(module), limits, write, inputs, hosts, traces)


def load_stored(
    module: StoredModule,
    limits: Limits,
    write: Write | None = None,
    inputs: Sequence[Any] = (),
    hosts: HostTable | None = None,
    traces: Marks | None = None,
) -> Instance:
    """An instance of a module in the VM's form, which instances may share."""
    # Here, so that the generators of C in this package run before anything is built.
    from belljar.engines._instance import Instance, Types

    if module.types is None:
        module.types = Types(module, module.tables)
    instance = Instance(module.types, Sites(module), limits, write, module.program, module.effects, hosts=hosts)
    start(instance, inputs, traces)
    return instance


def load_program(
    program: Program,
    limits: Limits,
    write: Write | None = None,
    inputs: Sequence[Any] = (),
    hosts: HostTable | None = None,
    traces: Marks | None = None,
) -> Instance:
    """An instance of a module that was encoded before: programs are immutable and may be shared."""
    # Here, so that the generators of C in this package run before anything is built.
    from belljar.engines._instance import Instance, Types
    from belljar.engines.effects import functions_with

    module = program.module
    writing = functions_with(module, "writes")
    effects = [name in writing for name in module.functions]
    instance = Instance(Types(module, program.tables), program.site_table, limits, write, program, effects, hosts=hosts)
    start(instance, inputs, traces)
    return instance
