"""Profiled modules: cut into segments, each with a ``profile.at`` at its start.

A segment is a stretch of one block whose instructions stand on one line of the source, in one inlined body, and in which no function of the program is called: behind a call a new one begins. What
has no place of its own, as the library, belongs to what it stands in.

How often a function is called is to be known of those that are inlined as well, also where nothing of them is left. So :func:`mark_calls` puts a mark at the start of each before the module is
optimised, as a traced module has them, and :func:`run` makes segments of the marks.

Law: results, output, errors and fuel of the module are those of the module that is not profiled.
"""

from __future__ import annotations

from belljar.ir.calling import may_call
from belljar.ir.exceptions import HANDLING
from belljar.ir.function import Block, Function, Instr, Module, Scope
from belljar.ir.ops import OPS
from belljar.ir.sites import has_site
from belljar.source import NOWHERE
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

AT, POINT, FUEL, CALL, GUARD, JUMP = OPS["profile.at"], OPS["trace.point"], OPS["fuel"], OPS["call"], OPS["guard"], OPS["jump"]
_YIELDS: Final = frozenset((OPS["yield"], OPS["yield.from"]))


class Segment(Frozen):
    """One segment. ``frames`` are the functions it stands in by their source names, that of the IR function first and then what was inlined, each with the line it is at there (0: none).
    ``cost`` is the fuel of its ops, ``taken`` that of its ``fuel`` op. ``calls``: a call of its innermost function begins here. ``is_entry``: so does the IR function ``function``, by number.
    ``is_continued``: what stands before it on the line called something. ``may_call``: code of the program may run inside its last instruction."""

    __slots__ = ("calls", "cost", "frames", "function", "is_continued", "is_entry", "may_call", "taken")

    def __init__(
        self,
        function: int,
        frames: tuple[tuple[str, int], ...],
        cost: int,
        taken: int,
        calls: bool,
        is_entry: bool,
        is_continued: bool,
        may_call: bool,
    ) -> None:
        self.function: Final = function
        self.frames: Final = frames
        self.cost: Final = cost
        self.taken: Final = taken
        self.calls: Final = calls
        self.is_entry: Final = is_entry
        self.is_continued: Final = is_continued
        self.may_call: Final = may_call


class LibraryName(str):
    """The source name of a function of the library, equal to the name it is; ``qualified`` is with its module. Inlined code carries it along."""

    qualified: str


def name_library(module: Module, of_library: Callable[[str], str]) -> None:
    """Tell the functions of the library, in a module that is not optimised: ``of_library`` gives the qualified name of one, "" for others, by the name in the module. Their lines are not those of the program."""
    for function in module.functions.values():
        qualified = of_library(function.name)
        if qualified:
            function.source_name = LibraryName(function.source_name)
            function.source_name.qualified = qualified


def mark_calls(module: Module) -> None:
    """Mark where calls begin, in a module that is not optimised. A generator is called each time it goes on."""
    wrappers = {signature.entry for signature in module.signatures.values()} | {layout.entry for layout in module.records.values()}
    for function in module.functions.values():
        if function.name in wrappers or function.source_name == "@init" != function.name:
            continue
        for number in range(len(function.blocks)):
            _mark_yields(function, number)
        _mark(function, function.blocks[0], 0)


def _mark(function: Function, block: Block, place: int) -> None:
    span = NOWHERE if isinstance(function.source_name, LibraryName) else function.span
    block.instrs.insert(place, Instr(POINT, (), (0,), span))


def _mark_yields(function: Function, number: int) -> None:
    block = function.blocks[number]
    last = block.guarded
    for place in range(len(block.instrs) - 1, -1, -1):
        instr = block.instrs[place]
        if instr.op not in _YIELDS:
            continue
        if instr is last:
            guard = block.instrs[-1]
            on = function.new_block()
            function.blocks[on].instrs.append(Instr(JUMP, (), (guard.args[0],), instr.span))
            _mark(function, function.blocks[on], 0)
            block.instrs[-1] = Instr(GUARD, (), (on, guard.args[1]), guard.span, guard.scope)
        else:
            _mark(function, block, place + 1)


def run(module: Module) -> tuple[Segment, ...]:
    """Cut an optimised module into segments, in place. Gives them by number, in the order of their functions."""
    segments: list[Segment] = []
    for number, function in enumerate(module.functions.values()):
        _Cutter(number, function, segments).run()
    return tuple(segments)


class _Open:
    """A segment whose end is not known yet."""

    def __init__(self, place: tuple[int, int], scope: Scope | None, line: int, is_entry: bool, is_continued: bool) -> None:
        self.place, self.scope, self.line = place, scope, line
        self.cost = self.taken = 0
        self.calls = self.may_call = False
        self.is_entry, self.is_continued = is_entry, is_continued
        self.is_bare = True
        """Nothing in it has a place so far."""


class _Cutter:
    def __init__(self, number: int, function: Function, segments: list[Segment]) -> None:
        self.number, self.function, self.segments = number, function, segments
        self.wanted: set[int] = {0}
        """Blocks that begin a segment whatever is in them: where calls come back to."""
        for block in function.blocks:
            guarded = block.guarded
            if guarded is not None:
                self.wanted.add(block.handler)
                if self.may_call(guarded):
                    self.wanted.add(block.instrs[-1].args[0])

    def may_call(self, instr: Instr) -> bool:
        return instr.op is CALL or may_call(self.function, instr)

    def run(self) -> None:
        for index, block in enumerate(self.function.blocks):
            self.cut(index, block)

    def cut(self, index: int, block: Block) -> None:
        made: list[Instr] = []
        first = 0
        while first < len(block.instrs) and block.instrs[first].op in HANDLING:
            made.append(block.instrs[first])
            first += 1
        carried = sum(instr.op.fuel for instr in made)
        current: _Open | None = None
        returned = index in self.wanted
        for place in range(first, len(block.instrs)):
            instr = block.instrs[place]
            counts = instr.op is FUEL or instr.op is POINT or instr.op.fuel > 0 or has_site(instr)
            if current is None:
                if counts or returned:
                    current = self.begin(instr, index == 0 and not made, made, returned and index != 0)
                    current.cost += carried
                    carried = 0
            elif returned or instr.op is FUEL or (counts and self.differs(current, instr)):
                self.close(current)
                current = self.begin(instr, False, made, returned)
            if current is None:
                made.append(instr)
                continue
            returned = False
            if instr.op is POINT:
                current.calls = True
                current.scope, current.line, current.is_bare = instr.scope, instr.span.line, False
                continue
            if instr.op is FUEL:
                current.taken = instr.args[0]
            else:
                current.cost += instr.op.fuel
                if current.is_bare and instr.span != NOWHERE:
                    current.scope, current.line, current.is_bare = instr.scope, instr.span.line, False
            made.append(instr)
            current.may_call = current.may_call or self.may_call(instr)
            returned = self.may_call(instr) and not (place + 1 < len(block.instrs) and block.instrs[place + 1].op is GUARD)
        if current is not None:
            self.close(current)
        block.instrs = made

    def begin(self, instr: Instr, is_entry: bool, made: list[Instr], is_continued: bool) -> _Open:
        made.append(Instr(AT, (), (len(self.segments),), instr.span, instr.scope))
        opened = _Open((0, 0), instr.scope, instr.span.line, is_entry, is_continued)
        opened.is_bare = instr.op is FUEL or instr.span == NOWHERE
        return opened

    def differs(self, current: _Open, instr: Instr) -> bool:
        """Whether an instruction is of another segment."""
        if instr.op is POINT:
            return not (current.is_bare and current.cost == 0 and current.scope is instr.scope)
        if current.is_bare and current.scope is instr.scope and not current.calls:
            return False
        if current.scope is not instr.scope:
            return True
        return instr.span != NOWHERE and instr.span.line != current.line

    def close(self, opened: _Open) -> None:
        self.segments.append(
            Segment(
                self.number,
                self.frames(opened),
                opened.cost,
                opened.taken,
                opened.calls,
                opened.is_entry,
                opened.is_continued,
                opened.may_call,
            )
        )

    def frames(self, opened: _Open) -> tuple[tuple[str, int], ...]:
        frames: list[tuple[str, int]] = []
        line, scope = opened.line, opened.scope
        while scope is not None:
            frames.append((scope.function, 0 if isinstance(scope.function, LibraryName) else line))
            line, scope = scope.call_span.line, scope.parent
        name = self.function.source_name or self.function.name
        frames.append((name, 0 if isinstance(name, LibraryName) else line))
        frames.reverse()
        return tuple(frames)
