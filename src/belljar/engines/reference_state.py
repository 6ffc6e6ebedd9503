"""The module-level variables of a reference instance whose state lasts: as ``Variables`` of the engines in C, in plain Python. Going back is a copy of everything, so it is for tests.

Values go to another instance as Python values: what was one object in two variables is two there.
"""

from __future__ import annotations

from copy import deepcopy

from belljar.engines._instance import HeldWord
from belljar.engines.contract import VALUE_BYTES, Outcome
from belljar.engines.faults import LIMITS
from belljar.engines.preview import opened
from belljar.errors import bell_error
from belljar.ir.crossing import disassemble, enter, leave
from belljar.ir.guest import GuestFault, absent
from belljar.values import NESTING_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from belljar.engines.reference import ReferenceInstance
    from belljar.ir.function import Variable
    from belljar.types import Type


class ReferenceVariables:
    """See :class:`belljar.engines._instance.Variables`."""

    def __init__(self, instance: ReferenceInstance) -> None:
        self.instance = instance
        self.epochs: list[tuple[list[Any], int, tuple[int, int]]] = []
        self._used = {"fuel": 0, "iterations": 0, "output": 0, "memory": 0, "memory_peak": 0, "depth": 0, "running": 0}

    def _copy(self) -> tuple[list[Any], int, tuple[int, int]]:
        module = self.instance.module
        fixed: dict[int, Any] = {}
        for one in (*module.records.values(), *module.signatures.values()):
            fixed[id(one)] = one
        return deepcopy(self.instance.globals, fixed), self.instance.serial, self.instance.decimals

    def _put_back(self, kept: tuple[list[Any], int, tuple[int, int]]) -> None:
        self.instance.globals, self.instance.serial, self.instance.decimals = kept

    def call(self, function: str, args: Sequence[Any], arrays: bool = False) -> Outcome:
        before = self._copy()
        instance = self.instance
        callee = instance.module.functions[function]
        types = [callee.registers[register].type for register in callee.params]
        given = [self._entered(value, type) for value, type in zip(args, types, strict=True)]
        outcome, execution = instance.execute(callee, given, arrays)
        self._used |= {
            "fuel": outcome.fuel_used,
            "iterations": instance.limits.iterations - max(0, execution.iterations),
            "output": execution.output_bytes,
            "depth": execution.deepest,
        }
        if outcome.error is not None:
            self._put_back(before)
        else:
            instance.serial, instance.decimals = execution.serial, execution.decimals
        return outcome

    def _entered(self, value: Any, type: Type) -> Any:
        if isinstance(value, HeldWord):
            return self.instance.globals[value.slot]
        try:
            return enter(value, type, self.instance.module.records)
        except GuestFault as fault:
            raise bell_error(fault.code) from None

    def check_idle(self) -> None:
        pass

    def flag(self, slot: int) -> bool:
        return bool(self.instance.globals[slot])

    def length(self, slot: int) -> int:
        found = self.instance.globals[slot]
        return 0 if found is None else len(found)

    def read(self, slots: Sequence[int]) -> list[Any]:
        try:
            return [leave(self.instance.globals[slot], self.instance.limits.memory // VALUE_BYTES) for slot in slots]
        except GuestFault as fault:
            raise bell_error(fault.code, a=NESTING_MAX if fault.code == "E0804" else LIMITS[fault.code](self.instance.limits)) from None

    def glimpse(self, slots: Sequence[int]) -> list[Any]:
        return [self.instance.globals[slot] if opened(self.instance.globals[slot]) is not None else self.read([slot])[0] for slot in slots]

    def begin_sites(self) -> None:
        pass

    def census(self, named: Iterable[tuple[str, Variable]]) -> list[tuple[int, Any, str, int, int, int]]:
        return []  # nothing of it lies in a heap

    def write(self, slots: Sequence[int], values: Sequence[Any], what: str) -> None:
        types = [self.instance.module.globals[slot][1] for slot in slots]
        entered = [self._entered(value, type) for value, type in zip(values, types, strict=True)]
        for slot, value in zip(slots, entered, strict=True):
            self.instance.globals[slot] = value

    def clear(self, slot: int) -> None:
        self.instance.globals[slot] = absent(self.instance.module.globals[slot][1])

    def dump(self, named: Iterable[tuple[str, Variable]]) -> Any:
        return {name: (variable.type, self.read(variable.slots[1:])) for name, variable in named}

    def load(self, data: Any, known: Mapping[str, Variable], missing: Callable[[str], object]) -> None:
        if not isinstance(data, dict):
            raise bell_error("E0003", detail="The reference engine reads no dumps", hint="engine='auto'")
        from belljar.ir.guest import assemble

        for name, (type, parts) in data.items():
            variable = known.get(name)
            if variable is None or variable.type is None:
                missing(name)
                continue
            value = assemble(type, iter(parts), lambda _, items: tuple(items))
            parts = list(disassemble(value, variable.type))
            if variable.slots[0] in variable.slots[1:]:  # always assigned: the value is its own flag
                self.write(variable.slots[1:], parts, f"'{name}'")
            else:
                self.write(variable.slots, [True, *parts], f"'{name}'")

    def forget(self, epoch: int) -> None:
        del self.epochs[epoch]

    def snapshot(self) -> int:
        self.epochs.append(self._copy())
        return len(self.epochs)

    def rollback_epoch(self) -> None:
        self._put_back(self.epochs.pop())

    def look(self, epoch: int) -> None:
        self._now = self.instance.globals
        self.instance.globals = self.epochs[epoch][0]

    def look_away(self, epoch: int) -> None:
        self.instance.globals = self._now

    def used(self) -> dict[str, int]:
        return dict(self._used)
