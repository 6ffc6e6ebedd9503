"""Programs as they are kept between runs, so that an unchanged one starts without the front end.

An entry of :mod:`belljar.storage.cache` holds what is to be known about an accepted program (its tasks, their parameters, its inputs), and for up to ``MODULES_MAX`` entry points the module
as the VM runs it (:mod:`belljar.engines.vm.stored`). Its name depends on the source text, the source's name, the inputs, the signatures of host functions, and everything of Belljar and Python that has a say in what
comes out. A program that is refused is never kept. An entry is trusted as cached machine code is: because nobody else may write it, and only as long as it is whole.
"""

from __future__ import annotations

import os
import sys

from belljar import __version__
from belljar.engines.vm.stored import StoredModule, TypePool, module_of, plain_module, types_of
from belljar.source import Source
from belljar.storage import cache
from belljar.storage.packed import pack, unpack
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Final, TypeAlias

    from belljar.safety.host_signature import HostSignature
    from belljar.types import Type

FORMAT: Final = b"belljar program 1\n"
SUFFIX: Final = ".program"
MODULES_MAX: Final = 8
"""Entry points kept of one program; the one kept longest goes first."""
ROOMS: Final = ("", "engines", "engines/jit", "engines/vm", "ir", "ir/passes", "lang", "library", "runtime", "safety", "storage")
"""The folders whose code has a say in what a stored program holds."""

Entry: TypeAlias = "tuple[str, tuple[str, ...]]"
"""An entry point: a task (empty for the module level alone) and its parameters' types, as text."""


class Parameter(Frozen):
    """A parameter of a task. ``type`` is None where the annotation does not say everything. Where the default is computed (``is_computed``), None stands for an argument that is left out."""

    __slots__ = ("default", "has_default", "is_computed", "keyword_only", "name", "type")

    def __init__(
        self,
        name: str,
        type: Type | None,
        default: Any = None,
        has_default: bool = False,
        keyword_only: bool = False,
        is_computed: bool = False,
    ) -> None:
        self.name: Final = name
        self.type: Final = type
        self.default: Final = default
        self.has_default: Final = has_default
        self.keyword_only: Final = keyword_only
        self.is_computed: Final = is_computed


class Facts(Frozen):
    """What is to be known about a program without compiling it: its tasks in source order with their parameters and annotated result types, and its inputs."""

    __slots__ = ("inputs", "results", "tasks")

    def __init__(self, tasks: dict[str, tuple[Parameter, ...]], results: dict[str, Type | None], inputs: dict[str, Type]) -> None:
        self.tasks: Final = tasks
        self.results: Final = results
        self.inputs: Final = inputs


class StoredProgram:
    """The entry of one program. ``facts`` is None until it was found, or given to :meth:`keep`."""

    def __init__(
        self, text: str, name: str, inputs: Mapping[str, object], hosts: Iterable[HostSignature] = (), counted: bool = False
    ) -> None:
        self.text = text
        self.name = name
        self.facts: Facts | None = None
        self._modules: dict[Entry, bytes] = {}
        self._entry = ""
        compiler = fingerprint()
        if compiler:
            declared = [f"{key}={value.__class__.__name__} {value}" for key, value in inputs.items()]
            declared += [f"{host} {host.capability} {host.effect}" for host in hosts]
            self._entry = cache.key(["counted" if counted else "program", compiler, name, text, *declared]) + SUFFIX

    def find(self) -> bool:
        """Read the entry, if there is one."""
        body = cache.read(self._entry, FORMAT) if self._entry else None
        if body is None:
            return False
        try:
            plain, modules = unpack(body)
            self.facts = _facts_of(plain)
            self._modules = dict(modules)
        except (ValueError, TypeError, IndexError, KeyError):
            return False
        return True

    def module(self, entry: Entry) -> StoredModule | None:
        """The module kept for an entry point."""
        kept = self._modules.get(entry)
        if kept is None:
            return None
        try:
            return module_of(unpack(kept), self.name, Source(self.name, self.text))
        except (ValueError, TypeError, IndexError, KeyError):
            return None

    def keep(self, facts: Facts, entry: Entry, module: StoredModule) -> None:
        """Write the entry anew, with this module; nothing where the cache is off or the program has what is no plain value."""
        if not self._entry or not cache.directory():
            return
        try:
            kept = pack(plain_module(module))
            self._modules.pop(entry, None)
            while len(self._modules) >= MODULES_MAX:
                del self._modules[next(iter(self._modules))]
            self._modules[entry] = kept
            cache.write(self._entry, FORMAT, pack((_plain_facts(facts), tuple(self._modules.items()))))
        except ValueError:
            pass


def _plain_facts(facts: Facts) -> tuple[object, ...]:
    pool = TypePool()

    def number(type: Type | None) -> int | None:
        return None if type is None else pool.add(type)

    tasks = tuple(
        (
            name,
            tuple(
                (param.name, number(param.type), param.default, param.has_default, param.keyword_only, param.is_computed)
                for param in params
            ),
            number(facts.results[name]),
        )
        for name, params in facts.tasks.items()
    )
    inputs = tuple((name, pool.add(type)) for name, type in facts.inputs.items())
    return (tuple(pool.rows), tasks, inputs)


def _facts_of(plain: Any) -> Facts:
    rows, tasks, inputs = plain
    types: list[Type | None] = [*types_of(rows)]
    params: dict[str, tuple[Parameter, ...]] = {}
    results: dict[str, Type | None] = {}
    for task, parameters, result in tasks:
        params[task] = tuple([Parameter(name, None if type is None else types[type], *rest) for name, type, *rest in parameters])
        results[task] = None if result is None else types[result]
    return Facts(params, results, {name: types_of(rows)[number] for name, number in inputs})


_fingerprint: str | None = None


def fingerprint() -> str:
    """What tells one compiler from another: the versions of Belljar and Python, and the state of every file of :data:`ROOMS`, so that work on Belljar itself never
    meets what an earlier state of it made. ``""`` where the files cannot be listed: then nothing is kept."""
    global _fingerprint
    if _fingerprint is None:
        base = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        found = cache.stamp([os.path.join(base, room) for room in ROOMS])
        _fingerprint = found and cache.key([__version__, sys.version, sys.byteorder, found])
    return _fingerprint
