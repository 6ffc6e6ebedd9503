"""A program as a runtime runs it: compiled once for a state that lasts, with all its tasks, and its loops counted.

Every name of the module level is a variable of the module, which may be unassigned and which the host can set; a parameter without annotation is of class ``any``, since there is one module for all calls.
"""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.runtime.program import Program, facts_of
from belljar.types import ANY, NONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from belljar.engines.vm.stored import StoredModule
    from belljar.ir.function import Module, Variable
    from belljar.runtime.hosts import HostFunctions
    from belljar.safety.limits import ResourceLimits
    from belljar.source import Span
    from belljar.types import Type


class Unit:
    """One text for one set of names that are there before it runs (``held``: their types). With ``sites`` its heap notes where objects come from; with ``traces``, a level, its code leaves marks. Instances of it may be made any number of times."""

    def __init__(
        self, text: str, name: str, held: Mapping[str, Type], sites: bool = False, hosts: HostFunctions | None = None, traces: str = "off"
    ) -> None:
        from belljar.lang.compile import FrontEnd

        self.front = FrontEnd(text, name, held=held, counted=True, hosts={} if hosts is None else hosts.signatures, traces=traces)
        self.program = Program(text, name, facts_of(self.front), None)
        self.program._front_end = self.front
        self.held = dict(held)
        self.hosts = hosts
        """The functions of the host that it was compiled with."""
        self.has_sites = sites
        """Whether its modules note where they allocate."""
        self.sites: dict[bool, list[tuple[str, Span]]] = {}
        """The places of the sites, by whether the module is the one with ints of any size."""
        self.followed: dict[bool, Any] = {}
        """Of :mod:`belljar.runtime.why`: the program as it follows its calls."""
        self._modules: dict[tuple[bool, bool], Module] = {}

    def check(self, limits: ResourceLimits, others: int) -> None:
        """Raise E0806 or E0807 where the program has more names, besides ``others``, or functions than allowed."""
        state = self.front.flow.state or ()
        if len(state) + others > limits.max_variables:
            raise bell_error("E0806", a=limits.max_variables, found=len(state) + others, file=self.program.name)
        if self.front.flow.definitions > limits.max_functions:
            raise bell_error("E0807", a=limits.max_functions, found=self.front.flow.definitions, file=self.program.name)

    def module(self, wide: bool, engine: str) -> Module:
        """The module for an engine; ``wide``: with ints of any size."""
        is_full = engine == "reference"
        found = self._modules.get((wide, is_full))
        if found is None:
            found = self._modules[wide, is_full] = self._full(wide) if is_full else self._stored(wide)
        return found

    def _stored(self, wide: bool) -> StoredModule:
        from belljar.engines.vm.stored import stored

        made = stored(self.module(wide, "reference"))
        made.handlers = self.front.flow.handlers
        made.traces = self.module(wide, "reference").traces
        return made

    def _full(self, wide: bool) -> Module:
        from belljar.ir.passes import optimise
        from belljar.ir.verify import verify

        names = list(self.program.tasks)
        likely = ["main"] if "main" in names else names[-1:]  # the order in which checking walks them: what it found out is used again
        tasks = {
            name: [ANY if type is None else type for _, type in self.program.parameters(name)]
            for name in (*likely, *(name for name in names if name not in likely))
        }
        module = self.front.module(tasks, wide=wide)
        verify(module)
        module = optimise(module)
        if self.has_sites:
            from belljar.ir.passes import allocation_sites

            self.sites[wide] = allocation_sites.run(module)
        return module

    def variables(self, wide: bool, engine: str) -> dict[str, Variable]:
        """The names of the state by which programs know them, as the module holds them."""
        return self.module(wide, engine).variables or {}


def held_type(type: Type) -> Type:
    """The type by which a name is known to a program that finds it in the state, from that of the value it was given."""
    return ANY if type == NONE else type
