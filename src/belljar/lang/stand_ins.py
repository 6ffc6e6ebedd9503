"""Functions that nobody wrote: those that stand in for classes and built-in functions where these are objects."""

from __future__ import annotations

import builtins

from belljar.ir.ops import DECIMAL_METHODS, DECIMAL_OPERANDS
from belljar.lang.builtins import OPERAND_COUNTS
from belljar.lang.builtins_objects import DECIMAL_ALIASES, DECIMAL_PARAMETERS
from belljar.lang.graph import COMPUTED, Branch, CallShape, ClassDecl, FlowBlock, FlowFunction, Jump, ParamDecl, Return, Step
from belljar.source import NOWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


def with_computed_default(param: ParamDecl) -> ParamDecl:
    """A parameter of the function that makes objects of a class, for one whose default is kept in a variable of the class."""
    return ParamDecl(param.name, None, COMPUTED, True, param.span, param.keyword_only, param.positional_only, kind=param.kind)


def stand_in(built_in: str) -> str:
    """The name of the function that stands in for a built-in one. That for ``dict.keys`` is another than the one for the class ``dict_keys``."""
    return (
        f"_builtins.as_{built_in if isinstance(getattr(builtins, built_in.partition('.')[0], None), type) else built_in.replace('.', '_')}"
    )


def caller_of(name: str, built_in: str) -> FlowFunction | None:
    """The function that calls ``str.strip``, or ``math.sqrt``, for where that is an object; None for what takes different numbers of arguments."""
    if built_in.startswith(OF_DECIMALS):
        return _decimal_method(name, built_in.removeprefix(OF_DECIMALS))
    root, _, member = built_in.partition(".")
    of_class = isinstance(getattr(builtins, root, None), type) and callable(getattr(getattr(builtins, root), member, None))
    count = OPERAND_COUNTS.get(built_in, 0)
    if not of_class and not count:
        return None
    params = [ParamDecl(f"x{i}", None, None, False, NOWHERE, positional_only=True) for i in range(count or 1)]
    steps = [Step("load", i, (), param.name, NOWHERE) for i, param in enumerate(params)]
    if of_class:
        params += [ParamDecl("args", None, None, False, NOWHERE, kind="*"), ParamDecl("named", None, None, False, NOWHERE, kind="**")]
        steps += [Step("load", 1, (), "args", NOWHERE), Step("load", 2, (), "named", NOWHERE)]
        steps.append(Step("method", 3, (0, 1, 2), (member, CallShape(("",), (0,), (1,))), NOWHERE))
    else:
        steps.append(Step("built_in", count, (), built_in, NOWHERE))
        steps.append(Step("call", count + 1, (count, *range(count)), CallShape(), NOWHERE))
    block = FlowBlock(end=Return(steps[-1].out, NOWHERE))
    block.steps.extend(steps)
    return FlowFunction(name, params, None, [block], len(steps), NOWHERE, source_name=member)


OF_DECIMALS: Final = "decimal.Decimal."


def _decimal_method(name: str, method: str) -> FlowFunction | None:
    """The function that calls a method of Decimals: without a context, what may be left out being None."""
    known = DECIMAL_ALIASES.get(method, method)
    if known not in DECIMAL_METHODS:
        return None
    least, most = DECIMAL_OPERANDS.get(known, (1, 1))
    names = DECIMAL_PARAMETERS.get(known, ())[: most - 1] or tuple(f"x{place}" for place in range(1, most))
    params = [ParamDecl("x0", None, None, False, NOWHERE, positional_only=True)]
    params += [ParamDecl(one, None, None, place >= least, NOWHERE) for place, one in enumerate(names, 1)]
    block = FlowBlock(end=Return(len(params), NOWHERE))
    block.steps.extend(Step("load", place, (), param.name, NOWHERE) for place, param in enumerate(params))
    block.steps.append(Step("method", len(params), tuple(range(len(params))), (method, CallShape()), NOWHERE))
    return FlowFunction(name, params, None, [block], len(params) + 1, NOWHERE, source_name=method)


def constructor(name: str, decl: ClassDecl, params: list[ParamDecl]) -> FlowFunction:
    """A function that makes an object of a class."""
    blocks = [FlowBlock()]
    temps = 0

    def step(kind: str, args: tuple[int, ...], data: Any) -> int:
        nonlocal temps
        blocks[-1].steps.append(Step(kind, temps, args, data, NOWHERE))
        temps += 1
        return temps - 1

    for param in params:
        if param.default is COMPUTED:  # its default is computed where it is not given
            here = len(blocks)
            blocks[-1].end = Branch(step("is_unset", (step("load", (), param.name),), None), here, here + 1, NOWHERE)
            blocks.append(FlowBlock(end=Jump(here + 1)))
            step("store", (step("default_of", (), (decl.name, param.name)),), param.name)
            blocks.append(FlowBlock())
    made = step("class", (), decl.name)
    args: list[int] = []
    stars: list[int] = []
    maps: list[int] = []
    keywords: list[str] = []
    for param in params:
        args.append(step("load", (), param.name))
        if param.kind == "*":
            stars.append(len(args) - 1)
        elif param.kind == "**":
            maps.append(len(args) - 1)
            keywords.append("")
        elif param.keyword_only:
            keywords.append(param.name)
    order = sorted(range(len(args)), key=lambda i: bool(params[i].kind == "**" or (params[i].keyword_only and not params[i].kind)))
    shape = CallShape(tuple(keywords), tuple(order.index(i) for i in stars), tuple(order.index(i) for i in maps))
    result = step("call", (made, *(args[i] for i in order)), shape)
    blocks[-1].end = Return(result, NOWHERE)
    return FlowFunction(name, params, None, blocks, temps, decl.span, source_name=decl.shown)
