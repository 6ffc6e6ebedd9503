"""Garbage is collected at every allocation, and what is free is overwritten: programs do the same as ever, so whatever they still need is rooted, in the VM's frames and on native code's shadow stack."""

from __future__ import annotations

from typing import Any

import pytest

import belljar
from belljar.engines._instance import Instance, Types
from belljar.engines.effects import functions_with
from belljar.engines.jit.program import native_program
from belljar.engines.vm import Engine as VmEngine
from belljar.engines.vm.encode import encode
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.ir.ops import OPS
from belljar.runtime.promotion import OVERFLOWS
from belljar.safety.limits import Limits
from tests.corpus import Case, by_program, compiled, is_one_in
from tests.engines.examples import Example, arguments_of, module_of
from tests.engines.op_examples import EXAMPLES
from tests.engines.test_agreement_limits import PROGRAMS
from tests.engines.test_agreement_limits import compiled as compiled_part
from tests.engines.vm.agreement import seen

ALLOCATING = [example for example in EXAMPLES if "allocates" in OPS[example.op].flags]
EMITTED = [example for example in ALLOCATING if is_one_in(3, str(example))]
"""Those that are looked at as machine code."""


def stressed(engine: str, module: Module, write: Any) -> Instance:
    """An instance under stress from the first allocation of ``init`` on; not yet started."""
    if engine == "vm":
        program = encode(module)
        writing = functions_with(module, "writes")
        effects = [name in writing for name in module.functions]
        instance = Instance(Types(module, program.tables), program.site_table, Limits(), write, program, effects)
    else:
        native = native_program(module)
        code = native.compile(is_plain=True)  # what is rooted is in the code as emitted; LLVM's passes take nine tenths of the time
        instance = Instance(native.types, native.sites, Limits(), write, None, native.effects, 1_001 * native.roots_max, code.frame_bytes)
        instance.keep(code)
        for function, entry in code.entries.items():
            instance.adopt(function, entry)
    instance.set_stress(True)
    return instance


STRESSED = [(case, "vm") for case in by_program() if is_one_in(4, case.id)] + [
    (case, "jit") for case in by_program() if is_one_in(16, case.id)
]
"""Machine code of few programs: to make it takes most of the time."""


@pytest.mark.parametrize(
    ("case", "engine"), [pytest.param(*case.values, engine, id=f"{case.id}-{engine}", marks=case.marks) for case, engine in STRESSED]
)
def test_the_corpus(case: Case, engine: str) -> None:
    program = compiled(case)
    seen = run_stressed(program, engine)
    if not case.error and seen[1] in OVERFLOWS:
        seen = run_stressed(program.widened(), engine)
    assert seen == (case.output, case.error, case.error_line)


def run_stressed(program: belljar.Program, engine: str) -> tuple[str, str, int]:
    """(output, error code, its line) of the module level."""
    output: list[str] = []
    code, line = "", 0
    try:
        stressed(engine, program.module(None, ()), output.append).start(())
    except BellError as error:
        code, line = error.code, error.line
    return "".join(output), code, line


@pytest.mark.parametrize("engine", ["vm", "jit"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_of_every_part(name: str, engine: str) -> None:
    module, function = compiled_part(name)
    calm = VmEngine().load(module, Limits(), lambda text: None).call(function, (20,))
    instance = stressed(engine, module, lambda text: None)
    instance.start(())
    for _ in range(2):
        assert seen(instance.call(function, (20,))) == seen(calm)
    assert instance.statistics()["collections"] > 20


@pytest.mark.parametrize("example", EMITTED, ids=str)
def test_examples_in_machine_code(example: Example) -> None:
    module = module_of(example)
    calm = VmEngine().load(module, Limits()).call("f", arguments_of(example))
    instance = stressed("jit", module, None)
    instance.start(())
    assert seen(instance.call("f", arguments_of(example))) == seen(calm)
