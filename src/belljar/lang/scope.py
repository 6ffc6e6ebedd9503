"""What every part of the front end asks about names and constants."""

from __future__ import annotations

import ast
import re

from belljar.errors import bell_error
from belljar.lang.syntax import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Protocol

    from belljar.errors import BellError
    from belljar.source import Source

    class Reporter(Protocol):
        """What findings are told to."""

        source: Source

        def report(self, error: BellError) -> None: ...


INT_MIN, INT_MAX = -(2**63), 2**63 - 1

REFUSED_VALUE = object()
"""Stands for a default that was refused, so that its use is not refused again."""

OPERATOR_METHODS = frozenset(
    "__abs__ __add__ __and__ __bool__ __bytes__ __call__ __ceil__ __contains__ __delitem__ __divmod__ __enter__ __eq__ __exit__ __float__ __floor__ __floordiv__ __format__ "
    "__ge__ __getitem__ __gt__ __hash__ __iadd__ __iand__ __ifloordiv__ __ilshift__ __imod__ __imul__ __index__ __init__ __init_subclass__ __int__ __invert__ __ior__ __ipow__ __irshift__ "
    "__isub__ __iter__ __itruediv__ __ixor__ __le__ __len__ __lshift__ __lt__ __matmul__ __missing__ __mod__ __mul__ __ne__ __neg__ __next__ __or__ __pos__ __post_init__ "
    "__pow__ __radd__ __rand__ __rdivmod__ __repr__ __reversed__ __rfloordiv__ __rlshift__ __rmatmul__ __rmod__ __rmul__ __ror__ __round__ __rpow__ __rrshift__ __rshift__ "
    "__rsub__ __rtruediv__ __rxor__ __setitem__ __str__ __sub__ __truediv__ __trunc__ __xor__ __slots__ __match_args__ __version__ __author__ __all__".split()
)
"""Names with two leading and trailing underscores that a program may define."""


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The hint ``did you mean 'x'?`` for a name that is not there, or ``""``."""
    from difflib import get_close_matches

    found = get_close_matches(name, [c for c in candidates if not c.startswith(".")], n=1, cutoff=0.75)
    return f"did you mean '{found[0]}'?" if found else ""


def check_name(name: str, node: ast.AST, scope: Reporter) -> bool:
    """Whether the name may be used; E0108 where it is reserved."""
    reserved = name.startswith("__") and name.endswith("__") and name not in OPERATOR_METHODS
    if reserved:
        scope.report(bell_error("E0108", source=scope.source, span=span_of(node, scope.source), name=name))
    return not reserved


def field_attributes(template: str) -> list[str]:
    """The attributes that the replacement fields of a template name: ``real`` and ``imag`` of ``{0.real} {x[1].imag}``."""
    return [name for field in _FIELD.findall(template) for name in _FIELD_ATTRIBUTE.findall(field)]


_FIELD = re.compile(r"\{([^{}:!]*)")
_FIELD_ATTRIBUTE = re.compile(r"\.([^.\[\]]+)")


def constant(node: ast.expr) -> tuple[bool, Any]:
    """(is it a constant?, its value): literals, signed numbers and tuples of these."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float, str, type(None))):
        return True, node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = -value if isinstance(node.op, ast.USub) else value
            return True, value
    if isinstance(node, ast.Tuple):
        items = [constant(item) for item in node.elts]
        return all(ok for ok, _ in items), tuple(value for _, value in items)
    return False, None


def computed_defaults(args: ast.arguments) -> list[ast.expr]:
    """The defaults of parameters that are no constants, in the order of the variables that hold them."""
    return [default for default in (*args.defaults, *args.kw_defaults) if default is not None and not constant(default)[0]]
