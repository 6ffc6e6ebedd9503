"""What a program may catch: the instructions that can raise, and the built-in exception classes as records.

A program that looks at exceptions has the classes of :func:`layouts` among its records. What an op raised becomes an object of the class that its code names
(``errors.CODES[code].python``), or of the nearest of its bases that the module has.
"""

from __future__ import annotations

from belljar.errors import CODES
from belljar.ir.function import Function, Instr, Layout
from belljar.ir.ops import OPS
from belljar.types import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_TREE = """
BaseException
  Exception
    ArithmeticError
      FloatingPointError OverflowError ZeroDivisionError
    AssertionError AttributeError BufferError EOFError
    ImportError
      ModuleNotFoundError
    LookupError
      IndexError KeyError
    MemoryError
    NameError
      UnboundLocalError
    OSError
      BlockingIOError ChildProcessError
      ConnectionError
        BrokenPipeError ConnectionAbortedError ConnectionRefusedError ConnectionResetError
      FileExistsError FileNotFoundError InterruptedError IsADirectoryError NotADirectoryError PermissionError ProcessLookupError TimeoutError
    ReferenceError
    RuntimeError
      NotImplementedError RecursionError
    StopAsyncIteration StopIteration SyntaxError SystemError TypeError
    ValueError
      UnicodeError
        UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError
    Warning
      BytesWarning DeprecationWarning FutureWarning ImportWarning PendingDeprecationWarning ResourceWarning RuntimeWarning SyntaxWarning UnicodeWarning UserWarning
  GeneratorExit KeyboardInterrupt SystemExit
"""


def _read_tree() -> dict[str, str]:
    bases: dict[str, str] = {}
    path: list[str] = []
    for line in _TREE.strip().splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names = line.split()
        del path[depth:]
        for name in names:
            bases[name] = path[-1] if path else ""
        path.append(names[-1])
    return bases


BASES: Final[dict[str, str]] = _read_tree()
"""The built-in exception classes and what each derives from, bases first."""

FIELDS: Final = (
    ("args", ANY),
    ("__cause__", ANY),
    ("__context__", ANY),
    ("__site__", ANY),
    ("__suppress_context__", ANY),
    ("__notes__", ANY),
)
"""What every exception object has: the tuple of its arguments, what it was raised from and what was being handled, where it was raised first (the number of that site, None before a
handler takes it; no program can write that name), whether it was raised ``from`` something (None is no), and its notes, unset where there are none."""
SITE_SLOT: Final = 3
"""The slot of the site, which ``exc.current`` sets; csrc/runtime/exc.c knows it too."""
NOTES_SLOT: Final = 5
"""The slot of the notes. It and those behind it, of attributes that a program gives exceptions, are unset in a new object; csrc/runtime/exc.c knows it too."""
OWN_FIELDS: Final = {"StopIteration": (("value", ANY),)}
"""What a class adds."""


def layouts() -> dict[str, Layout]:
    """The records of the built-in exception classes, bases first."""
    found: dict[str, Layout] = {}
    for name, base in BASES.items():
        found[name] = found[base].derived(name, OWN_FIELDS.get(name, ())) if base else Layout(name, FIELDS)
    return found


RAISING: Final = frozenset(
    op
    for op in OPS.values()
    if op.name == "call" or op.flags & {"calls", "compares"} or any(code == "*" or CODES[code].is_catchable for code in op.faults)
)
"""Ops that may end with a fault that a program can catch."""
ENDING: Final = frozenset(OPS[name] for name in ("raise", "raise.any", "fault"))
"""Those that always do: terminators that may stand before a guard."""
GUARD: Final = OPS["guard"]
HANDLING: Final = frozenset(op for op in OPS.values() if "handles" in op.flags)


def can_raise(instr: Instr) -> bool:
    """Whether the instruction may end with a fault that a program can catch."""
    return instr.op in RAISING


def has_guards(function: Function) -> bool:
    return any(block.instrs[-1].op is GUARD for block in function.blocks)


BUILT_IN_CLASSES: Final = frozenset(
    "NoneType NotImplementedType bool builtin_function_or_method bytes decimal.Decimal dict dict_items dict_keys dict_values enum.EnumType enumerate filter float frozenset function generator int list map method module object "
    "range reversed set str tuple type zip".split()
)
"""Classes that make no records, which signatures name all the same: the functions that stand in for them where they are values."""
