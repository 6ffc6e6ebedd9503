"""Functions of the host in a worker process: each call of one goes to the process that asked for the run, which has the functions and decides."""

from __future__ import annotations

from belljar.runtime.host_function import MAX_BYTES, Function
from belljar.runtime.hosts import SECRET, HostFunctions, HostRun, missed_call
from belljar.safety.capabilities import grants_of
from belljar.safety.host_signature import BUILT_IN, HostParam, HostSignature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any, Final, TypeAlias

    Ask: TypeAlias = "Callable[[str, tuple[Any, ...]], Any]"
    """Asks the other process: a function by name, with its arguments. Raises HostFault."""

    from belljar.engines.contract import HostFault
    from belljar.ir.function import HostFunction
    from belljar.safety.capabilities import Grants
    from belljar.safety.journal import HostCall


NAMED: Final = frozenset({SECRET, "env.get"})
"""Functions whose argument decides which capability they need."""


class RemoteFunctions(HostFunctions):
    """All functions that a program was compiled with, and the built-in ones, as ``ask`` answers them. ``tell`` hears of the calls of traced runs that nobody was asked about."""

    def __init__(self, ask: Ask, rows: Sequence[Sequence[Any]], tell: Callable[[HostCall], object]) -> None:
        super().__init__()
        self._ask = ask
        self.tell = tell
        for row in rows:
            signature, max_bytes = signature_from(row)
            self.functions[signature.name] = self._asking(signature, max_bytes)
        self._built_in = {name: self._asking(signature, MAX_BYTES) for name, signature in BUILT_IN.items()}

    def _asking(self, signature: HostSignature, max_bytes: int) -> Function:
        ask, name, capability = self._ask, signature.name, signature.capability
        # One capability for each name that is asked for.
        needs = (lambda args: f"{capability[:-1]}{args[0]}") if name in NAMED else None
        return Function(signature, lambda *args: ask(name, args), None, max_bytes, needs=needs)

    def function(self, name: str) -> Function | None:
        return self.functions.get(name) or self._built_in.get(name)

    def begin(self, grants: Collection[str] | Grants = (), **how: Any) -> HostRun:
        return RemoteRun(self, grants_of(grants), **how)


class RemoteRun(HostRun):
    """A run in a worker. It is never dry: who has the functions decides which of them a dry run leaves out."""

    hosts: RemoteFunctions

    @property
    def dry_run(self) -> bool:
        return False

    @dry_run.setter
    def dry_run(self, on: bool) -> None:
        pass

    def missed(self, row: HostFunction, fault: HostFault) -> None:
        if self.heard is not None:
            self.hosts.tell(missed_call(row, fault))


def rows_of(hosts: HostFunctions | None) -> list[list[Any]]:
    """What a worker is told of the functions that a program was compiled with."""
    functions: Mapping[str, Function] = {} if hosts is None else hosts.functions
    return [
        [name, str(one.signature)[len(name) :], one.signature.capability, one.signature.effect, one.max_bytes]
        for name, one in functions.items()
    ]


def signature_from(row: Sequence[Any]) -> tuple[HostSignature, int]:
    """A signature, and the largest that an argument may be, of a row of :func:`rows_of`."""
    from belljar.runtime.host_signatures import read_signature

    name, text, capability, effect, max_bytes = row
    found, result = read_signature(name, text)
    # A secret is a reference here, a text like any other: who has the function has the secret.
    params = tuple([HostParam(param.name, param.type, param.default, param.has_default) for param in found])
    return HostSignature(name, params, result, capability, effect), max_bytes
