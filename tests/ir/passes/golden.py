"""Golden files of passes: IR before, a line ``=== <passes>``, and IR after.

``python -m tests.ir.passes.golden`` writes what stands behind that line anew; read the difference before you commit it.
"""

from __future__ import annotations

import re
from pathlib import Path

from belljar.ir import passes
from belljar.ir.text import parse_module, print_module
from belljar.ir.verify import verify

ROOT = Path(__file__).parent / "golden"
_CUT = re.compile(r"^=== ([a-z_ ]+)\n", re.MULTILINE)


def read(path: Path) -> tuple[str, list[str], str]:
    """(IR before, names of the passes, IR after)."""
    before, names, after = _CUT.split(path.read_text(encoding="utf-8"))
    return before, names.split(), after


def optimised(text: str, names: list[str]) -> str:
    module = parse_module(text)
    verify(module)
    for name in names:
        if name == "inline":
            passes.inline.run(module, frozenset({"main"}))
        elif name == "optimise":
            passes.optimise(module, frozenset({"main"}))
        else:
            getattr(passes, name).run(module)
        verify(module)
    return print_module(module)


if __name__ == "__main__":
    for path in sorted(ROOT.glob("*.ir")):
        before, names, _ = read(path)
        path.write_text(f"{before}=== {' '.join(names)}\n{optimised(before, names)}", encoding="utf-8")
