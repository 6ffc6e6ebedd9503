"""Comparing an engine with the reference engine: same results to the bit, same error with its place and stack, same fuel, same output."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from belljar.engines.contract import HostTable, Outcome
from belljar.engines.reference import ReferenceEngine
from belljar.engines.vm import Engine
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.safety.limits import Limits

UNLIMITED = Limits()


def seen(outcome: Outcome) -> tuple[Any, ...]:
    """What an outcome shows, in a form that compares floats by their bits."""
    return tuple(map(exact, outcome.results)), told(outcome.error), outcome.fuel_used


def exact(value: Any) -> Any:
    if isinstance(value, float):
        return "float", struct.pack("<d", value)
    if isinstance(value, (list, tuple)):
        return type(value).__name__, *map(exact, value)
    if isinstance(value, dict):
        return "dict", *((exact(key), exact(item)) for key, item in value.items())
    if isinstance(value, (set, frozenset)):
        return "set", *sorted(map(repr, value))
    return type(value).__name__, value


def told(error: BellError | None) -> Any:
    return error and (error.code, error.message, error.hint, error.span, error.stack, error.notes, error.python)


def load(engine: Any, module: Module, limits: Limits, hosts: Callable[[], HostTable] | None = None) -> tuple[Any, list[str]]:
    """An instance, or the error init ended with, and the list its output goes to. ``hosts`` makes its functions of the host."""
    output: list[str] = []
    try:
        if hosts is not None:
            return engine.load(module, limits, output.append, (), hosts()), output
        return engine.load(module, limits, output.append), output
    except BellError as error:
        return error, output


def agree(
    module: Module,
    function: str,
    calls: Sequence[Sequence[Any]],
    limits: Limits = UNLIMITED,
    engine: Any = None,
    hosts: Callable[[], HostTable] | None = None,
) -> list[Outcome]:
    """Run the calls one after the other on the engine (the VM) and the reference, and give the engine's outcomes."""
    vm, vm_output = load(engine or Engine(), module, limits, hosts)
    reference, reference_output = load(ReferenceEngine(), module, limits, hosts)
    if isinstance(reference, BellError):
        assert told(vm) == told(reference)
        return []
    assert not isinstance(vm, BellError), vm
    outcomes = []
    for arguments in calls:
        outcome, expected = vm.call(function, arguments), reference.call(function, arguments)
        assert seen(outcome) == seen(expected)
        assert "".join(vm_output) == "".join(reference_output)
        outcomes.append(outcome)
    return outcomes
