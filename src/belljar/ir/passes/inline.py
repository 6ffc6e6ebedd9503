"""Inlining of small functions into their callers, callees first.

The copied instructions remember where they came from (:class:`~belljar.ir.function.Scope`), so errors show the guest stack as written. An inlined call no longer counts against
the depth limit, in any engine: all of them run the inlined code.

Law: results, effects and faults are those of the call.
"""

from __future__ import annotations

from belljar.ir.exceptions import ENDING, GUARD, can_raise
from belljar.ir.function import Block, Function, Instr, Layout, Module, Scope
from belljar.ir.ops import OPS
from belljar.ir.rewrite import nested, rename_operands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.ir.passes.traced import Inlined

CALL, RET, JUMP, MOVE, UNREACHABLE = OPS["call"], OPS["ret"], OPS["jump"], OPS["move"], OPS["unreachable"]

SIZE_MAX = 60
"""Largest callee that is inlined, in instructions."""
SIZE_ONCE_MAX = 400
"""Largest callee that is inlined when the call is the only one."""
GROWN_MAX = 4_000
"""A caller is not grown beyond this many instructions."""
NESTED_MAX = 24
"""Most inlined calls an instruction may stand in: each is a frame of its error's stack, and to be copied again by the next caller."""


def run(module: Module, roots: frozenset[str] = frozenset(), inlined: Inlined | None = None) -> set[str]:
    """Inline where it is worth it, then drop the functions nobody calls (entries of tasks and signatures and ``roots`` stay). Gives the names of those that grew. ``inlined`` has the last
    word on each call."""
    calls = {name: _callees(function) for name, function in module.functions.items()}
    order = _callees_first(calls)
    recursive = _recursive(calls)
    counts: dict[str, int] = {}
    for callees in calls.values():
        for callee in callees:
            counts[callee] = counts.get(callee, 0) + 1
    sizes: dict[str, int] = {}
    levels: dict[str, int] = {}
    for name in order:
        inline_into(module, module.functions[name], recursive, counts, sizes, levels, inlined)
    grown = {name for name, level in levels.items() if level}
    keep = (
        {layout.entry for layout in module.records.values() if layout.entry}
        | {signature.entry for signature in module.signatures.values()}
        | {task.function for task in module.tasks.values()}
        | ({module.init} if module.init else set())
        | roots
    )
    _drop_uncalled(module, keep)
    return grown


def _callees(function: Function) -> list[str]:
    return [instr.args[0] for block in function.blocks for instr in block.instrs if instr.op is CALL]


def _callees_first(calls: dict[str, list[str]]) -> list[str]:
    """Every function after those it calls, as far as recursion allows."""
    order: list[str] = []
    state: dict[str, int] = {}
    for root in calls:
        stack: list[tuple[str, int]] = [(root, 0)]
        while stack:
            name, position = stack.pop()
            if position == 0:
                if name in state:
                    continue
                state[name] = 1
            if position < len(calls[name]):
                stack.append((name, position + 1))
                callee = calls[name][position]
                if callee not in state:
                    stack.append((callee, 0))
            else:
                order.append(name)
    return order


def _recursive(calls: dict[str, list[str]]) -> frozenset[str]:
    """Functions that can reach themselves (Tarjan's strongly connected components, iteratively)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: set[str] = set()
    for root in calls:
        if root in index:
            continue
        work: list[tuple[str, int]] = [(root, 0)]
        while work:
            name, position = work.pop()
            if position == 0:
                index[name] = low[name] = len(index)
                stack.append(name)
                on_stack.add(name)
            elif (callee := calls[name][position - 1]) in on_stack:
                low[name] = min(low[name], low[callee])
            if position < len(calls[name]):
                work.append((name, position + 1))
                callee = calls[name][position]
                if callee not in index:
                    work.append((callee, 0))
                continue
            if low[name] == index[name]:
                component = []
                while True:
                    member = stack.pop()
                    on_stack.discard(member)
                    component.append(member)
                    if member == name:
                        break
                if len(component) > 1 or name in calls[name]:
                    found.update(component)
    return frozenset(found)


def size(function: Function) -> int:
    """The number of instructions."""
    return sum(len(block.instrs) for block in function.blocks)


def inline_into(
    module: Module,
    caller: Function,
    recursive: frozenset[str],
    counts: dict[str, int],
    sizes: dict[str, int],
    levels: dict[str, int],
    inlined: Inlined | None = None,
) -> None:
    """Inline the calls of one function that are worth it. ``sizes`` and ``levels`` (how deep inlined calls nest) are those of the functions that are
    finished; this one's are added."""
    grown_size, level = size(caller), 0
    number = 0
    while number < len(caller.blocks):
        block = caller.blocks[number]
        for position, instr in enumerate(block.instrs):
            if instr.op is not CALL:
                continue
            name = instr.args[0]
            if name in recursive or name not in sizes or name == module.init:
                continue
            grown = sizes[name]
            limit = min(SIZE_ONCE_MAX if counts[name] == 1 else SIZE_MAX, GROWN_MAX - grown_size)
            is_worth = grown <= limit and levels[name] < NESTED_MAX
            if not (is_worth if inlined is None else inlined.wants(caller, instr, is_worth)):
                continue
            _inline(caller, number, position, module.functions[name])
            grown_size += grown
            level = max(level, levels[name] + 1)
            break
        number += 1
    sizes[caller.name], levels[caller.name] = grown_size, level


def _inline(caller: Function, number: int, position: int, callee: Function) -> None:
    """Replace the call by a copy of the callee; what stood behind the call moves to a new block. A guard of the call comes to guard all of the copy that has none of its own."""
    block = caller.blocks[number]
    call = block.instrs[position]
    guard = block.instrs[-1] if call is block.guarded else None
    rest = Block(block.instrs[position + 1 :] if guard is None else [Instr(JUMP, (), (guard.args[0],), guard.span, guard.scope)])
    outer = Scope(callee.source_name or callee.name, call.span, call.scope)
    registers = [caller.new_register(register.type, register.name) for register in callee.registers]
    first = len(caller.blocks)
    after = first + len(callee.blocks)
    block.instrs = block.instrs[:position]
    block.instrs += [
        Instr(MOVE, (registers[param],), (argument,), call.span, call.scope)
        for param, argument in zip(callee.params, call.args[1:], strict=True)
    ]
    block.instrs.append(Instr(JUMP, (), (first,), call.span, call.scope))
    scopes: dict[int, Scope] = {}  # by the identity of the callee's, so that equal ones stay one object
    for source in callee.blocks:
        copied: list[Instr] = []
        for instr in source.instrs:
            scope = scopes.get(id(instr.scope))
            if scope is None:
                scope = scopes[id(instr.scope)] = nested(instr.scope, outer)
            if instr.op is RET:
                # Several results may come from registers that are results of each other's moves: they are fresh, so plain moves are enough.
                copied += [
                    Instr(MOVE, (target,), (registers[value],), call.span, scope)
                    for target, value in zip(call.results, instr.args, strict=True)
                ]
                copied.append(Instr(JUMP, (), (after,), call.span, scope))
                continue
            op = instr.op
            args = list(instr.args)
            if op.is_terminator:
                args[op.targets] = [first + target for target in args[op.targets]]
            rename_operands(op, args, registers.__getitem__)
            copied.append(Instr(op, tuple([registers[r] for r in instr.results]), tuple(args), instr.span, scope))
        caller.blocks.append(Block(copied))
    caller.blocks.append(rest)
    if guard is not None:
        for copy in caller.blocks[first:after]:
            _guard(caller, copy, guard)


def _guard(caller: Function, block: Block, guard: Instr) -> None:
    """Let every fault of the block's that has no handler go to the guard's: a block ends at each."""
    handler = guard.args[1]
    instrs, own = block.instrs, block.guarded
    start = 0
    for place, instr in enumerate(instrs):
        if not can_raise(instr) or instr is own:
            continue
        part = instrs[start : place + 1]
        start = place + 1
        if instr.op in ENDING:  # nothing comes behind it
            after = _unreachable(caller)
        else:
            after = len(caller.blocks)
            caller.blocks.append(Block())
        block.instrs = [*part, Instr(GUARD, (), (after, handler), instr.span, instr.scope)]
        block = caller.blocks[after]
    if start < len(instrs):
        block.instrs = instrs[start:]


def _unreachable(caller: Function) -> int:
    """A block that is never reached."""
    caller.blocks.append(Block([Instr(UNREACHABLE, (), ())]))
    return len(caller.blocks) - 1


def _drop_uncalled(module: Module, keep: set[str]) -> None:
    reached = set(keep)
    pending = list(keep)
    while pending:
        for callee in _callees(module.functions[pending.pop()]):
            if callee not in reached:
                reached.add(callee)
                pending.append(callee)
    module.functions = {name: function for name, function in module.functions.items() if name in reached}
    for name, layout in module.records.items():
        if layout.resume and layout.resume not in reached:  # inlined wherever it was called, in the entry too
            module.records[name] = Layout(name, layout.fields, layout.entry, layout.entry)
