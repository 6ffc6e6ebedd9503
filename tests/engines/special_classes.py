"""Classes with special methods, as IR and as CPython has them: each method writes its name to a log and gives what it was told to.

What a method gives is written as ``NI`` (NotImplemented), ``self``, ``other`` (its last argument), ``log`` (the list of what was called), ``boom`` (it raises ValueError), ``stop`` and ``index``
(StopIteration, IndexError), ``clear`` and ``grow`` (it empties the list that is the object's ``x``, or adds to it, and gives False), ``x`` (the field), or a literal.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import Any, Final

from belljar.ir.exceptions import layouts
from belljar.ir.function import COMPARING, IN_PLACE, PLAIN, REFLECTED, Module
from belljar.ir.image import read_image, write_image
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module, print_module
from belljar.ir.verify import verify

Classes = Mapping[str, tuple[str, Mapping[str, Any]]]
"""Per class its base, or "", and what its methods give."""

ONE: Final = frozenset(
    {*PLAIN, *REFLECTED, *IN_PLACE, *COMPARING, "__getitem__", "__delitem__", "__contains__", "__format__", "__divmod__", "__rdivmod__"}
)


def arguments(name: str) -> int:
    """How many arguments a special method takes behind the object."""
    return 2 if name == "__setitem__" else 1 if name in ONE else 0


def log_text(cls: str, name: str) -> str:
    return f"{cls}.{name}"


def value_ir(given: Any, last: int) -> str:
    """Instructions that make %20 what the method gives."""
    if given == "NI":
        return "%20 = const.not_implemented"
    if given in ("self", "other"):
        return f"%20 = move %{1 if given == 'self' else last}"
    if given == "x":
        return '%20 = any.get_attr %1, "x"'
    if given == "log":
        return "%21 = global.get #0\n  %20 = any.from %21"
    if given in ("boom", "stop", "index"):
        name = {"boom": "ValueError", "stop": "StopIteration", "index": "IndexError"}[given]
        more = ", %20" if given == "stop" else ""
        return (
            f'%22 = const.str "{given}"\n  %20 = any.from %22\n  %23 = tuple.new tuple[any], %20\n  %25 = any.from %23\n  %20 = const.none\n'
            f"  %24 = record.new {name}, %25, %20, %20, %20, %20, %20{more}\n  %20 = any.from %24\n  raise.any %20 ; 9:9"
        ).replace("%24", "%26" if given == "stop" else "%27" if given == "index" else "%24")
    if given in ("clear", "grow"):
        work = '%20 = any.call_method "clear", "", %20' if given == "clear" else '%20 = any.call_method "append", "", %20, %1'
        return f'%20 = any.get_attr %1, "x"\n  {work}\n  %28 = const.bool false\n  %20 = any.from %28'
    if given is None:
        return "%20 = const.none"
    if isinstance(given, bool):
        return f"%28 = const.bool {str(given).lower()}\n  %20 = any.from %28"
    if isinstance(given, int):
        return f"%29 = const.int {given}\n  %20 = any.from %29"
    if isinstance(given, float):
        return f"%30 = const.float {given.hex()}\n  %20 = any.from %30"
    return f'%22 = const.str "{given}"\n  %20 = any.from %22'


def method_ir(cls: str, name: str, given: Any) -> str:
    count = arguments(name)
    params = ", ".join(f"%{place}: any" for place in range(count + 2))
    names = ", ".join(["self", *(f"a{place}" for place in range(count))])
    ends = given in ("boom", "stop", "index")
    return f"""
signature @{cls}.{name} "{cls}.{name}"({names}) = @{cls}.{name}
func @{cls}.{name}({params}) -> (any) "{name}" {{
  %20: any, %21: list[any], %22: str, %23: tuple[any], %24: ValueError, %25: any, %26: StopIteration, %27: IndexError, %28: bool, %29: int, %30: float
^0:
  %22 = const.str "{log_text(cls, name)}"
  %20 = any.from %22
  %21 = global.get #0
  list.append %21, %20
  {value_ir(given, count + 1)}
  {"" if ends else "ret %20"}
}}
"""


def flattened(classes: Classes, cls: str) -> dict[str, str]:
    """The class that each method of a class is found in."""
    base, methods = classes[cls]
    return {**(flattened(classes, base) if base else {}), **dict.fromkeys(methods, cls)}


def classes_ir(classes: Classes) -> str:
    """Records with a field ``x``, methods, and ``@make``, which makes one of the class of that number."""
    lines = [
        "record BaseException { args: any, __cause__: any, __context__: any, __site__: any, __suppress_context__: any, __notes__: any }",
        "record Exception(BaseException) { args: any, __cause__: any, __context__: any, __site__: any, __suppress_context__: any, __notes__: any }",
        "record ValueError(Exception) { args: any, __cause__: any, __context__: any, __site__: any, __suppress_context__: any, __notes__: any }",
        "record StopIteration(Exception) { args: any, __cause__: any, __context__: any, __site__: any, __suppress_context__: any, __notes__: any, value: any }",
        "record LookupError(Exception) { args: any, __cause__: any, __context__: any, __site__: any, __suppress_context__: any, __notes__: any }",
        "record IndexError(LookupError) { args: any, __cause__: any, __context__: any, __site__: any, __suppress_context__: any, __notes__: any }",
    ]
    bodies: list[str] = []
    for cls, (base, methods) in classes.items():
        members = []
        for name, where in flattened(classes, cls).items():
            given = classes[where][1][name]
            members.append(f"{given[1:]} {name}" if given in ("=object", "=fields") else f"method {name} @{where}.{name}")
        listed = f" with {', '.join(members)}" if members else ""
        lines.append(f"record {cls}{f'({base})' if base else ''} {{ x: any }}{listed}")
        bodies += [method_ir(cls, name, given) for name, given in methods.items() if given not in ("=object", "=fields")]
    bodies.append("global #0 log: list[any]")
    names = list(classes)
    registers = ", ".join(f"%{10 + place}: {cls}" for place, cls in enumerate(names))
    blocks = []
    for place, cls in enumerate(names):
        blocks.append(
            f"^{2 * place}:\n  %2 = const.int {place}\n  %3 = int.eq %0, %2\n  br %3, ^{2 * place + 1}, ^{2 * place + 2}\n"
            f"^{2 * place + 1}:\n  %{10 + place} = record.new {cls}, %1\n  %4 = any.from %{10 + place}\n  ret %4"
        )
    blocks.append(f"^{2 * len(names)}:\n  ret %1")
    bodies.append(
        f'func @make(%0: int, %1: any) -> (any) "make" {{\n  %2: int, %3: bool, %4: any, {registers}\n' + "\n".join(blocks) + "\n}"
    )
    bodies.append(
        'func @init() -> () "init" {\n  %0: list[any], %1: int\n^0:\n  %1 = const.int 0\n  %0 = list.new list[any], %1\n  global.set #0, %0\n  ret\n}\ninit @init'
    )
    return "\n".join([*lines, *bodies])


def op_ir(body: str, after: str = "") -> str:
    """``f(class a, x of a, class b, x of b)``, a class of -1 for x itself: the text of what the op leaves in %10, or in %18 or %17 and ``after`` boxes, or of the exception, and the log."""
    return f"""
func @f(%0: int, %1: any, %2: int, %3: any) -> (str, list[any]) "f" {{
  %4: any, %5: any, %10: any, %11: str, %12: list[any], %13: any, %14: str, %15: BaseException, %16: any, %17: int, %18: bool, %31: list[any], %32: float, %33: int
^0:
  %4 = call @make, %0, %1
  %5 = call @make, %2, %3
  %12 = global.get #0
  %33 = const.int -9223372036854775808
  jump ^1
^1:
  {body} ; 7:7
  guard ^2, ^3
^2:
  {after or "%31 = list.slice %12, %33, %33, %33"}
  %31 = list.slice %12, %33, %33, %33
  %11 = any.repr %10 ; 7:9
  ret %11, %31
^3:
  %13 = exc.current
  %11 = any.type_name %13
  %15 = any.to %13, BaseException
  %16 = record.get %15, 0
  %14 = any.repr %16
  %11 = str.concat %11, %14
  %31 = list.slice %12, %33, %33, %33
  ret %11, %31
}}
"""


BOOL, INT, STR, FLOAT = "%10 = any.from %18", "%10 = any.from %17", "%10 = any.from %11", "%10 = any.from %32"
"""How the result of an op that gives no any becomes one."""


def numbered(function: re.Match[str]) -> str:
    """The function with its registers numbered without gaps."""
    text = function[0]
    numbers = {number: place for place, number in enumerate(sorted({int(found) for found in re.findall(r"%(\d+)", text)}))}
    text = re.sub(r"%(\d+)", lambda register: f"%{numbers[int(register[1])]}", text)
    blocks = {int(found): place for place, found in enumerate(re.findall(r"^\^(\d+):", text, flags=re.MULTILINE))}
    return re.sub(r"\^(\d+)", lambda block: f"^{blocks[int(block[1])]}", text)


def module_of(text: str) -> Module:
    text = re.sub(r"^func .*?^}", numbered, text, flags=re.MULTILINE | re.DOTALL)
    module = parse_module('module "special"\n' + text)
    known = layouts()
    module.records = {**known, **{name: layout for name, layout in module.records.items() if name not in known}}
    verify(module)
    assert print_module(parse_module(print_module(module))) == print_module(module)
    fuel.run(module)
    assert print_module(read_image(write_image(module))) == print_module(module)
    return module


# --- the same in CPython ----------------------------------------------------------------------------------------------------------


def python_classes(classes: Classes, log: list[str]) -> dict[str, type]:
    made: dict[str, type] = {}

    def method(cls: str, name: str, given: Any) -> Any:
        def call(self: Any, *args: Any) -> Any:
            log.append(log_text(cls, name))
            if given in ("boom", "stop", "index"):
                raise {"boom": ValueError, "stop": StopIteration, "index": IndexError}[given](given)
            if given in ("clear", "grow"):
                self.x.clear() if given == "clear" else self.x.append(self)
                return False
            return {"NI": NotImplemented, "self": self, "other": args[-1] if args else self, "x": self.x, "log": log}.get(given, given)

        call.__qualname__ = f"{cls}.{name}"
        return call

    for cls, (base, methods) in classes.items():
        body: dict[str, Any] = {}
        if not base:

            def init(self: Any, x: Any) -> None:
                self.x = x

            def same(self: Any, other: Any) -> Any:
                return self.x == other.x if type(self) is type(other) else NotImplemented

            def shown(self: Any) -> str:
                return f"{type(self).__name__}(x={self.x!r})"

            body = {"__init__": init, "__repr__": shown, "__eq__": same, "__hash__": None}
        for name, given in methods.items():
            if given == "=object":
                body[name] = getattr(object, name)
            elif given == "=fields":
                if name == "__hash__":
                    body[name] = lambda self: hash((self.x,))
                elif name != "__eq__":
                    body[name] = _ordering(name)
            else:
                body[name] = method(cls, name, given)
        made[cls] = type(cls, (made[base],) if base else (), body)
    return made


def _ordering(name: str) -> Any:
    def compare(self: Any, other: Any) -> Any:
        return getattr((self.x,), name)((other.x,)) if type(self) is type(other) else NotImplemented

    return compare


def python_outcome(function: Any, *operands: Any) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return repr(function(*operands))
    except Exception as problem:
        return f"{type(problem).__name__}{problem.args!r}"


def body_ir(lines: str) -> str:
    """``g(class, xs, n)``: makes the objects %34 of the class with each of the xs as their ``x``, runs the lines, which leave something in %10, and gives its text or the exception, and the log."""
    return f"""
func @g(%0: int, %1: list[any]) -> (str, list[any]) "g" {{
  %4: any, %5: any, %6: any, %10: any, %11: str, %12: list[any], %13: any, %14: str, %15: BaseException, %16: any, %17: int, %18: bool, %31: list[any], %33: int
  %34: list[any], %35: int, %36: int, %37: int, %38: bool, %39: any, %40: dict[any, any], %41: set[any], %42: list[int], %43: list[any], %44: any
^0:
  %33 = const.int -9223372036854775808
  %35 = const.int 0
  %36 = const.int 1
  %34 = list.new list[any], %35
  %37 = list.len %1
  %12 = global.get #0
  jump ^4
^4:
  %38 = int.lt %35, %37
  br %38, ^5, ^6
^5:
  %39 = list.get %1, %35
  %39 = call @make, %0, %39
  list.append %34, %39
  %35 = int.add.wrap %35, %36
  jump ^4
^6:
  %35 = const.int 0
  %10 = const.none
  %39 = any.from %34
  %40 = dict.new dict[any, any], %35
  %41 = set.new set[any], %35
  %5 = any.from %40
  %6 = any.from %41
  jump ^1
{lines}
^2:
  %31 = list.slice %12, %33, %33, %33
  %11 = any.repr %10
  ret %11, %31
^3:
  %13 = exc.current
  %11 = any.type_name %13
  %15 = any.to %13, BaseException
  %16 = record.get %15, 0
  %14 = any.repr %16
  %11 = str.concat %11, %14
  %31 = list.slice %12, %33, %33, %33
  ret %11, %31
}}
"""


def steps(*lines: str) -> str:
    """Blocks from ^1 on that run the lines one after the other, each guarded, and go to ^2, or ^3 on a fault."""
    names = ["^1", *(f"^{50 + place}" for place in range(1, len(lines))), "^2"]
    return "\n".join(f"{names[place]}:\n  {line} ; {place + 1}:1\n  guard {names[place + 1]}, ^3" for place, line in enumerate(lines))
