"""Every import goes to a lower floor. The floors are those of ARCHITECTURE.md.

A room is a package right under `belljar`, or, on floor 0 and for the doors, a single module. Inside a room imports are
free as long as they form no circle; from room to room they go strictly down, and what is hidden in a function counts as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
CSRC = SOURCE.parent / "csrc"

# Rooms by floor. Two rooms of one floor never import each other, but for the nouns of floor 0, which may build on one
# another without a circle.
FLOORS: dict[str, int] = {
    "errors": 0,
    "source": 0,
    "structs": 0,
    "types": 0,
    "values": 0,
    "trace": 1,
    "safety": 1,
    "storage": 1,
    "ir": 2,
    "profiling": 2,
    "lang": 3,
    "engines": 3,
    "runtime": 4,
    "editor": 5,
    "commands": 6,
    "clients": 7,
    # The doors: `import belljar` and `python -m belljar`.
    "__init__": 8,
    "__main__": 8,
}
# Rooms that see less than all floors below.
ONLY: dict[str, set[str]] = {"clients": {"commands", "errors", "source", "types", "values"}}


class Import(NamedTuple):
    module: str  # who imports, as "belljar.ir.ops"
    target: str  # the module of ours that is imported
    line: int
    types_only: bool  # under `if TYPE_CHECKING:`

    @property
    def place(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name, Cython ones included."""
    found = {}
    for path in sorted((SOURCE / "belljar").rglob("*.py*")):
        if path.suffix in {".py", ".pyx"}:
            parts = path.relative_to(SOURCE).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def room(module: str) -> str:
    """The room of a module: "ir" for belljar.ir.ops, "errors" for belljar.errors, "__init__" for belljar itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def resolved(base: str, names: list[str]) -> list[str]:
    """The modules that `from base import names` loads: submodules where the names are some, else base itself."""
    return [f"{base}.{name}" if f"{base}.{name}" in MODULES else base for name in names]


def imports_of_python(module: str, text: str, is_package: bool) -> Iterator[Import]:
    tree = ast.parse(text)
    typing_only: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            typing_only.update(inner for statement in node.body for inner in ast.walk(statement))
    for node in ast.walk(tree):
        targets: list[str] = []
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.split(".") if is_package else module.split(".")[:-1]
                package = package[: len(package) - (node.level - 1)]
                base = ".".join([*package, *([base] if base else [])])
            # The version is a fact about the package, there before any room is loaded: the one name anyone may take from the door.
            names = [alias.name for alias in node.names if (base, alias.name) != ("belljar", "__version__")]
            targets = resolved(base, names)
        for target in targets:
            if target == "belljar" or target.startswith("belljar."):
                yield Import(module, target, node.lineno, node in typing_only)


CYTHON_IMPORT = re.compile(r"^\s*(?:from\s+(belljar[\w.]*)\s+c?import\s+(.+)|c?import\s+(belljar[\w.]*))")


def imports_of_cython(module: str, text: str) -> Iterator[Import]:
    for line, content in enumerate(text.splitlines(), 1):
        if match := CYTHON_IMPORT.match(content):
            base, names, plain = match.groups()
            targets = [plain] if plain else resolved(base, re.findall(r"\w+", names))
            for target in targets:
                yield Import(module, target, line, False)


def all_imports() -> list[Import]:
    found: list[Import] = []
    for module, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".pyx":
            found.extend(imports_of_cython(module, text))
        else:
            found.extend(imports_of_python(module, text, path.name == "__init__.py"))
    return found


IMPORTS = all_imports()


def fault(entry: Import) -> str | None:
    """Why an import breaks the floor plan, or None."""
    source, target = room(entry.module), room(entry.target)
    if source == target:
        return None
    if target == "__init__":
        return f"{entry.place}: the front door; import from the room itself"
    if source in ONLY and target not in ONLY[source]:
        return f"{entry.place}: {source} sees only {', '.join(sorted(ONLY[source]))}"
    if FLOORS[source] == FLOORS[target] == 0:
        return None
    if FLOORS[target] >= FLOORS[source]:
        return f"{entry.place}: floor {FLOORS[source]} to floor {FLOORS[target]}"
    return None


def circle(edges: dict[str, set[str]]) -> list[str]:
    """One circle of a graph as the list of its nodes, the first again at the end; [] when there is none."""
    done: set[str] = set()

    def search(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        for following in sorted(edges.get(node, ())):
            if found := search(following, [*path, node]):
                return found
        done.add(node)
        return []

    for start in sorted(edges):
        if found := search(start, []):
            return found
    return []


def test_every_room_has_a_floor() -> None:
    unknown = {room(module) for module in MODULES} - FLOORS.keys()
    assert not unknown, f"give these a floor in FLOORS and in ARCHITECTURE.md: {sorted(unknown)}"


def test_every_import_goes_down() -> None:
    faults = [text for entry in IMPORTS if (text := fault(entry))]
    assert not faults, "\n".join(faults)


def test_every_import_exists() -> None:
    missing = [entry.place for entry in IMPORTS if entry.target not in MODULES]
    assert not missing, "\n".join(missing)


def test_no_circles() -> None:
    edges: dict[str, set[str]] = {}
    for entry in IMPORTS:
        # A package's own __init__ runs before its modules, so `from belljar.ir import x` in belljar.ir.y is no circle.
        if not entry.types_only and not entry.module.startswith(entry.target + ".") and entry.target != entry.module:
            edges.setdefault(entry.module, set()).add(entry.target)
    assert not (found := circle(edges)), " -> ".join(found)


def test_c_knows_no_python() -> None:
    for path in sorted(CSRC.rglob("*.[ch]")):
        assert "Python.h" not in path.read_text(encoding="utf-8"), f"{path.relative_to(CSRC)} includes Python.h"


@pytest.mark.parametrize(
    ("module", "text", "expected"),
    [
        ("belljar.ir.ops", "from belljar.errors import BellError", None),
        ("belljar.ir.ops", "from belljar.ir import function", None),
        ("belljar.ir.ops", "def f():\n    import belljar.lang.infer", "floor 2 to floor 3"),
        ("belljar.lang.infer", "from ..engines import vm", "floor 3 to floor 3"),
        ("belljar.lang.infer", "from belljar import compile", "front door"),
        ("belljar.clients.cli", "from belljar import __version__", None),
        ("belljar.clients.cli", "from belljar import __version__, compile", "front door"),
        ("belljar.clients.cli", "from belljar.runtime import Runtime", "sees only"),
        ("belljar.types", "import belljar.ir.ops", "floor 0 to floor 2"),
    ],
)
def test_the_rules_themselves(module: str, text: str, expected: str | None) -> None:
    """The checks above see what they must see, and nothing else."""
    faults = [found for entry in imports_of_python(module, text, False) if (found := fault(entry))]
    if expected is None:
        assert not faults
    else:
        assert len(faults) == 1
        assert expected in faults[0]


def test_circles_are_seen() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert circle({"a": {"b", "c"}, "b": {"c"}}) == []


def test_cython_imports_are_seen() -> None:
    text = "from belljar.engines.vm cimport _native\nimport belljar.types\n"
    assert [entry.target for entry in imports_of_cython("belljar.ir._x", text)] == [
        "belljar.engines.vm",
        "belljar.types",
    ]
