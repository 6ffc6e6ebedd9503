"""Marks as IR: what a step ``mark`` becomes in one specialisation.

A mark reads registers as they are and emits nothing else, no test, no conversion: what the words mean is said by the shapes of its site. So the IR without marks is, instruction by
instruction, that of the program which is not traced.
"""

from __future__ import annotations

from belljar.lang.conversion import Display, parts
from belljar.lang.emit import NO_CONST, Val
from belljar.lang.lattice import (
    FUNCTIONAL,
    UNBOUND,
    UNKNOWN,
    VIEWS,
    BoundOf,
    BuiltInOf,
    ClassOf,
    ClosureOf,
    DictOf,
    DictView,
    EnumerateOf,
    ListOf,
    MaybeType,
    ModuleOf,
    ReversedOf,
    SetOf,
    SuperOf,
    resolve,
)
from belljar.lang.marks import Mark
from belljar.lang.part import Part
from belljar.source import NOWHERE
from belljar.trace.points import ANY_FRAME, Point, Points, Site
from belljar.types import ANY, BOOL, FLOAT, INT, NEVER, NONE, NUMBER, OptionalType, RangeType, RecordType, TupleType, Type, is_reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.graph import Step
    from belljar.safety.host_signature import HostSignature
    from belljar.trace.points import Shape

WORDS_MAX = 256
"""Most words of a mark: values beyond are left out."""
PREVIEWS_MAX = 24
"""Most previews of one."""
LEFT_OUT: Shape = ("=", "...")
_WORDS: dict[Type, str] = {INT: "i", FLOAT: "f", BOOL: "b"}


class Marking(Part):
    written = -1
    """The register of the text that was printed last."""

    def do_mark(self, step: Step, args: list[Val]) -> Val:
        if not self.e.live:
            return Val(NONE)
        mark: Mark = step.data
        if mark.kind == "print":
            if self.written < 0:  # to a file: that is none of the output
                return Val(NONE)
            values = [Val(ANY, (self.written,))]
            self.written = -1
        elif mark.kind == "changed":
            self.mark_change(mark, args)
            return Val(NONE)
        elif mark.variables:
            values = [self.held(name) for name in mark.variables]
        elif mark.kind == "module":
            values = [self.held(name) if name in self.world.inputs else self.shared(name) for name in mark.names]
        else:
            values = args
        self.emit_mark(mark, values)
        return Val(NONE)

    def mark_host(self, signature: HostSignature) -> None:
        """Mark that a function of the host is called: in the library as well, of which nothing else is traced. Which call it is of those that the run made is told by its number."""
        world = self.world
        if world.flow.traces not in ("calls", "full"):
            return
        mark = world.host_marks.get(signature.name)
        if mark is None:
            told = (("name", signature.name), ("capability", signature.capability), ("effect", signature.effect))
            mark = world.host_marks[signature.name] = Mark("host", NOWHERE, ANY_FRAME, (), 0, (), (), told)
        self.emit_mark(mark, [])

    def held(self, name: str) -> Val:
        """A variable as it is now."""
        type = self.env.get(name, UNBOUND)
        return Val(type, () if type == UNBOUND else self.walk.variable(name, type))

    def shared(self, name: str) -> Val:
        """A name of the module level that lasts, or that functions know. It may have no value yet. What is read of it is read for a mark alone, and no part of the program without marks."""
        type = self.world.global_type(name)
        if not isinstance(type, MaybeType):
            return Val(MaybeType(NONE), (self.walk.const(False).reg,)) if type in (NEVER, UNKNOWN) else self.walk.global_value(name)
        return Val(type, tuple([self.e.emit("global.get", slot, type=part) for slot, part in self.world.global_slots(name)]))

    def mark_change(self, mark: Mark, items: list[Val]) -> None:
        """Mark what a variable holds, or, of a list that grew or shrank at its end, its size and what was added."""
        if mark.variables:
            value = self.held(mark.variables[0])
        else:
            value = self.shared(mark.names[0])
            if dict(mark.told).get("shared"):
                self.emit_mark(mark, [value])
                return
            if isinstance(value.type, MaybeType):
                value = Val(value.type.item, value.regs[1:])
        type = value.type
        inner = type.item if isinstance(type, (OptionalType, MaybeType)) else type
        if not (inner == ANY or isinstance(inner, (ListOf, DictOf, SetOf, RecordType))):
            return
        if isinstance(type, ListOf) and dict(mark.told)["by"]:
            self.emit_mark(mark, [value, *items], sizes=1)
        else:
            self.emit_mark(mark, [value])

    def emit_mark(self, mark: Mark, values: list[Val], sizes: int = 0) -> None:
        """Write a mark; of the first ``sizes`` values only their sizes."""
        words: list[tuple[str, int]] = []
        previews = 0
        shapes: list[Shape] = []
        for place, value in enumerate(values):
            shape, own = sized(value) if mark.kind == "for" or place < sizes else shaped(value)
            own_previews = sum(kind == "v" for kind, _ in own)
            if len(words) + len(own) > WORDS_MAX or previews + own_previews > PREVIEWS_MAX:
                shape, own, own_previews = LEFT_OUT, [], 0
            previews += own_previews
            if isinstance(value.type, MaybeType) and shape != LEFT_OUT and (mark.kind == "module" or ("shared", True) in mark.told):
                shape = ("!", shape[1])
            shapes.append(shape)
            words += own
        number = self.site_of(mark, tuple(shapes))
        if not words:
            self.e.emit("trace.point", number)
        for kind, register in words:
            self.e.emit({"v": "trace.value", "z": "trace.size"}.get(kind, "trace.word"), number, register)
            number = -1

    def site_of(self, mark: Mark, shapes: tuple[Shape, ...]) -> int:
        """The number of a site; specialisations that see the same shapes share it."""
        world = self.world
        if world.points is None:
            world.points = Points()
        table = world.points
        point = world.marked.get(id(mark))
        if point is None:
            span = mark.span
            point = Point(
                mark.kind, self.spec.source_name, span.line, span.column, mark.path, mark.construct, mark.names, mark.told, mark.frame
            )
            world.marked[id(mark)] = point
        key = id(point), repr(shapes)  # True and 1 are told apart
        number = world.site_numbers.get(key)
        if number is None:
            number = world.site_numbers[key] = len(table.sites)
            table.sites.append(Site(point, shapes))
        return number


def sized(value: Val) -> tuple[Shape, list[tuple[str, int]]]:
    """The same of the size of what a loop walks, as far as it has one."""
    while isinstance(value.type, (EnumerateOf, ReversedOf, DictView)):  # as many as what they are views of
        inner = value.type.dict if isinstance(value.type, DictView) else value.type.inner
        value = Val(inner, value.regs[isinstance(value.type, EnumerateOf) :])
    if isinstance(value.type, TupleType) and not value.is_const:
        return ("=", len(value.type.items)), []
    plain = value.const is NO_CONST and len(value.regs) == 1 and not isinstance(value.type, (*FUNCTIONAL, *VIEWS))
    return ("z", [("z", value.reg)]) if plain and is_reference(parts(value.type)[0]) else shaped(value)


def shaped(value: Val) -> tuple[Shape, list[tuple[str, int]]]:
    """The shape of a value and its words: the kind and the register of each."""
    const = value.const
    if isinstance(const, Display):
        const = {"tuple": tuple, "list": list, "set": set}[const.kind](const.values)
        return ("=", const), []
    if isinstance(const, (int, float, str, bytes, tuple)) or const is None:
        return ("=", const), []
    words: list[tuple[str, int]] = []
    regs = iter(value.regs)

    def walk(type: Type) -> Shape:
        if isinstance(type, (MaybeType, OptionalType)):
            words.append(("b", next(regs)))
            return ("?", walk(type.item))
        if type == NUMBER:
            words.extend(zip("bif", (next(regs), next(regs), next(regs)), strict=True))
            return "#"
        if isinstance(type, RangeType):
            words.extend(zip("iii", (next(regs), next(regs), next(regs)), strict=True))
            return "r"
        if isinstance(type, TupleType):
            return ("(", *map(walk, type.items))
        if isinstance(type, (*FUNCTIONAL, *VIEWS, ModuleOf, SuperOf)):
            for _ in parts(type):
                next(regs)
            return ("=", told(type))
        if type in (NONE, NEVER, UNKNOWN, UNBOUND):
            return ("=", None)
        kind = _WORDS.get(type, "v")
        words.append((kind, next(regs)))
        return kind

    return walk(value.type), words


def told(type: Type) -> str:
    """What stands for a value that has no words, or none that tell."""
    if isinstance(type, ClosureOf):
        return f"<function {type.function}>"
    if isinstance(type, ClassOf):
        return f"<class {type.name}>"
    if isinstance(type, BuiltInOf):
        return f"<built-in {type.name}>"
    if isinstance(type, BoundOf):
        return "<method>"
    return f"<{resolve(type)}>"
