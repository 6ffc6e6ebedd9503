"""The engine ``auto``: starts in the VM, moves hot programs to machine code, and gives the same answers all along."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from belljar.engines.jit import tiers
from belljar.engines.jit.program import native_program
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.safety.limits import Limits
from tests.engines.vm.agreement import agree

TEXT = """module "t.bell"
func @sum(%0 n: int) -> (int) "sum" {
  %1 i: int, %2 s: int, %3: bool, %4: int
^0:
  %1 = const.int 0
  %2 = const.int 0
  %4 = const.int 1
  jump ^1
^1:
  %3 = int.lt %1, %0 ; 2:5
  br %3, ^2, ^3
^2:
  %2 = call @add, %2, %1 ; 3:5
  %1 = int.add %1, %4 ; 4:5
  jump ^1
^3:
  ret %2
}
func @add(%0: int, %1: int) -> (int) "add" {
  %2: int
^0:
  %2 = int.add %0, %1 ; 7:5
  ret %2
}
"""
WAIT_S = 60


def made() -> Module:
    module = parse_module(TEXT)
    fuel.run(module)
    return module


def until(condition: Callable[[], Any]) -> bool:
    """Wait for what another thread does; False when it does not come about."""
    pause = threading.Event()
    return any(condition() or pause.wait(0.01) for _ in range(100 * WAIT_S))


def is_native(module: Module) -> bool:
    return until(lambda: native_program(module).code is not None)


def test_hot_programs_move_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "HOT_FUEL", 50_000)
    module = made()
    instance = tiers.AutoEngine().load(module, Limits())
    first = instance.call("sum", (20_000,))
    assert is_native(module)
    for _ in range(20):
        again = instance.call("sum", (20_000,))
        assert (again.results, again.error, again.fuel_used) == (first.results, None, first.fuel_used)
    late = tiers.AutoEngine().load(module, Limits())
    assert late.call("sum", (20_000,)).fuel_used == first.fuel_used


def test_a_long_call_moves_over_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop stays in the VM; the function it calls becomes machine code in the middle of it."""
    monkeypatch.setattr(tiers, "HOT_FUEL", 50_000)
    module = made()
    instance = tiers.AutoEngine().load(module, Limits())
    outcome = instance.call("sum", (3_000_000,))
    assert outcome.results == (3_000_000 * 2_999_999 // 2,)
    assert outcome.fuel_used == instance.call("sum", (3_000_000,)).fuel_used
    assert is_native(module)


def test_limits_and_faults_across_the_tiers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "HOT_FUEL", 1_000)
    module = made()
    auto = tiers.AutoEngine()
    for limits in (Limits(), Limits(fuel=1_000), Limits(depth=1)):
        agree(module, "sum", [(10,), (500,)], limits, auto)
    assert auto.load(module, Limits()).call("sum", (2_000,)).error is None
    assert is_native(module)
    for limits in (Limits(), Limits(fuel=1_000), Limits(fuel=1_001), Limits(depth=1)):
        agree(module, "sum", [(10,), (500,)], limits, auto)


def test_cold_programs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "HOT_FUEL", 10**15)
    module = made()
    instance = tiers.AutoEngine().load(module, Limits())
    assert instance.call("sum", (1000,)).error is None
    assert instance.heat >= 1000
    assert not any(native_program(module).code or threading.Event().wait(0.02) for _ in range(5))


def test_without_llvm_the_vm_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "HOT_FUEL", 1_000)
    tried = threading.Event()

    def refuse(self: Any) -> Any:
        tried.set()
        raise BellError("E1201", detail="no LLVM")

    monkeypatch.setattr("belljar.engines.jit.program.NativeProgram.compile", refuse)
    instance = tiers.AutoEngine().load(made(), Limits())
    assert instance.call("sum", (5_000,)).error is None
    assert tried.wait(WAIT_S)
    assert instance.call("sum", (10,)).results == (45,)


def test_frames_that_are_too_large_stay_in_the_vm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "FRAME_BYTES_MAX", 8)
    module = made()
    native_program(module).compile()
    instance = tiers.AutoEngine().load(module, Limits())
    assert instance.call("sum", (10,)).results == (45,)


SCRIPT = f"""
from belljar.engines.jit import tiers
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.safety.limits import Limits
tiers.HOT_FUEL = 1000
module = parse_module({TEXT!r})
fuel.run(module)
instance = tiers.AutoEngine().load(module, Limits())
import os, time
for _ in range(40):
    instance.call("sum", (1000,))
    time.sleep(0.001)
if os.fork() == 0:
    print(tiers.AutoEngine().load(module, Limits()).call("sum", (10,)).results, flush=True)
    raise SystemExit(0)
os.wait()
print("done", flush=True)
"""


def test_the_process_may_end_and_fork_at_any_time(root: Path) -> None:
    """It ends while the code is being compiled, or soon after: quietly."""
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "BELLJAR_CACHE": ""}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, env=environment, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "(45,)\ndone\n", "")
