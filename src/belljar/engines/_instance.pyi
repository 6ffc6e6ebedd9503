from collections.abc import Callable, Sequence
from typing import Any

from belljar.engines.contract import Outcome, Write
from belljar.engines.tables import Tables
from belljar.engines.vm.encode import Program
from belljar.engines.vm.stored import Sites, StoredProgram
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.ir.sites import Site
from belljar.safety.limits import Limits

def runtime_symbols() -> dict[str, int]: ...

class Types:
    module: Module
    tables: Tables
    def __init__(self, module: Module, tables: Tables) -> None: ...

class Instance:
    module: Module
    limits: Limits
    program: Program | StoredProgram | None
    types: Types
    indices: dict[str, int]
    def __init__(
        self,
        types: Types,
        sites: list[Site] | Sites,
        limits: Limits,
        write: Write | None,
        program: Program | StoredProgram | None,
        effects: list[bool],
        roots_max: int = 0,
        frame_bytes: int = 0,
    ) -> None: ...
    def adopt(self, function: str, entry: int) -> None: ...
    def keep(self, owner: object) -> None: ...
    def notice(self, on_warm: Callable[[], object], fuel: int) -> None: ...
    @property
    def heat(self) -> int: ...
    def start(self, inputs: Sequence[Any] = ()) -> None: ...
    def call(self, function: str, args: Sequence[Any], arrays: bool = False) -> Outcome: ...
    def caller(self, function: str) -> Callable[..., Any]: ...
    def run_rows(self, function: str, rows: int, first: int) -> tuple[int, BellError | None]: ...
    def statistics(self) -> dict[str, int]: ...
    def set_stress(self, on: bool) -> None: ...
