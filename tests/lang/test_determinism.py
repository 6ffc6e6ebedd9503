"""The same program compiles to the same code in every process, whatever the order of Python's sets: caches and the explanation of faults rest on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from belljar.errors import BellError
from belljar.ir.text import print_function
from belljar.lang.compile import FrontEnd
from tests.corpus import Case, cases, is_one_in

SCRIPT = """
import sys
from pathlib import Path
import belljar
for path in sys.argv[1:]:
    program = belljar.compile(Path(path).read_text(encoding="utf-8"), Path(path).name, cache=False)
    print(program.ir("optimized"), program.ir("bytecode"))
"""
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")


def meeting_types() -> str:
    """A program in which many variables meet under other types on every edge."""
    lines = ["def f(n: int, s: str):", *(f"    {name} = {place}" for place, name in enumerate(NAMES))]
    lines += [
        "    if n > 1:",
        *(f"        {name} = {name!r}" for name in NAMES),
        "    else:",
        *(f"        {name} = None" for name in NAMES[::2]),
    ]
    lines += ["    for i in range(n):", *(f"        {name} = i / 2" for name in NAMES[1::2]), f"    print({', '.join(NAMES)})"]
    return "\n".join([*lines, f"    return ({', '.join(NAMES)})", "print(f(3, 'x'))", ""])


def test_code_does_not_depend_on_the_order_of_sets(root: Path, tmp_path: Path) -> None:
    made = tmp_path / "meeting.bell"
    made.write_text(meeting_types(), encoding="utf-8")
    corpus = root / "tests" / "programs"
    paths = [made, *(corpus / name for name in ("control/flow.bell", "records/records.bell", "collections/lists.bell"))]
    found = set()
    for seed in ("1", "2", "3"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root / "src")}
        done = subprocess.run([sys.executable, "-c", SCRIPT, *map(str, paths)], capture_output=True, text=True, check=True, env=environment)
        found.add(done.stdout)
    assert len(found) == 1


@pytest.mark.parametrize("case", [case for case in cases() if is_one_in(12, case.name)], ids=lambda case: case.name)
def test_a_second_module_of_a_program_is_the_first(case: Case) -> None:
    """What checking loaded of the library, and found out, changes nothing about what the program is: not its code, so not its fuel."""
    try:
        front = FrontEnd(case.text, case.name)
        made = front.module({})
    except BellError:
        return  # refused, which is its test elsewhere
    again = front.module({})
    assert {name: print_function(function) for name, function in again.functions.items()} == {
        name: print_function(function) for name, function in made.functions.items()
    }
    assert (again.globals, set(again.records)) == (made.globals, set(made.records))
