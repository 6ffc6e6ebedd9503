"""The verifier: what must hold of a module before anything of it runs. Engines rely on it and check nothing again.

Types
 1. A register, global or result has a storage type; records it names are declared; types nest at most ``NESTING_MAX`` deep; dict keys and set elements are of types that can be
    hashed.
 2. A record that derives from another has its fields first, and the bases of that one for its own. The members of a record have names of their own and are in signatures and globals that exist. The fields of a record and the parameters and results of a task have source types. A signature's parameters stand in Python's order, those with a default last among their
    kind; its entry takes an ``any`` for the function and for each parameter and gives one; the captured values that are defaults are there and ``any`` in every type of it.

    The functions of the host that it calls take and give words of storage types, and declare source types for them.

Functions
 3. A function stands under its own name and has at least one block; its parameters are different registers of it.
 4. A block is not empty; its last instruction, and no other, is a terminator. No branch goes to the entry, block 0.
 5. ``init`` names a function without results (its parameters are the module's inputs); a task's function takes the components of its parameters and gives those of its result.

Instructions
 6. The op is one of the table; it has as many operands and results as its row says; registers exist, and no register is assigned twice by one instruction.
 7. An immediate is of its Python type: ints fit in 64 bits, blocks, functions and globals exist.
 8. Operand and result registers have the types of the row, with its type variables bound consistently.
 9. What the row leaves open: ``move`` and ``select`` have one type; ``call`` and ``ret`` match signatures, globals their declaration; ``list.of``, ``tuple.new``, ``record.new``, ``fn.new`` their
    type's elements; slots are in range and of the right type; operator indices are in range; ``const.absent`` and ``any.to`` name a storage type, ``any.to_number`` int or
    float; ``any.from`` does not box what is boxed.
10. ``fault`` names an error a program can have, with at most two operands: never a limit, a capability or an error of ours.
11. A handler, the second block of a ``guard``, begins with ``exc.current`` or ``exc.clear``, which stand nowhere else, and is entered by faults only; of the instructions of a block
    that ends with a guard only the one before it may fault with what a program can catch.
12. Every register is assigned on every path before it is read.
13. A mark is of a site of the module's table of points, where it has one, or goes on with the mark right before it (site -1); ``trace.word`` takes an int, a float or a bool, ``trace.value`` and
    ``trace.size`` a reference or an ``any``.

Generators
14. ``yield`` stands in a generator, gives what it yields and has one ``any`` for a result, or none; such a function returns nothing or one ``any``. The record of its frames is declared.
15. A record that generators are resumed from begins with ``state: int`` and ``value: any``; the functions it names take and give what :mod:`belljar.ir.generator` says.
"""

from __future__ import annotations

import re

from belljar.errors import CODES, bell_error
from belljar.ir.cfg import graph
from belljar.ir.exceptions import BUILT_IN_CLASSES, ENDING, HANDLING, can_raise
from belljar.ir.function import (
    MEMBER_KINDS,
    PARAM_KINDS,
    SPECIAL_METHODS,
    Function,
    HostFunction,
    Instr,
    Layout,
    Member,
    Module,
    Scope,
    Signature,
    Task,
)
from belljar.ir.generator import FIELDS, call_types, resume_name
from belljar.ir.liveness import mask, registers_of
from belljar.ir.ops import (
    BINARY_OPERATORS,
    COMPARISONS,
    DECIMAL_METHODS,
    DECIMAL_OPERANDS,
    DICT_VIEWS,
    MATH_FUNCTIONS,
    OPS,
    ORDER_OPERATORS,
    UNARY_OPERATORS,
)
from belljar.ir.text import NESTING_MAX, type_text
from belljar.safety.capabilities import is_name
from belljar.safety.host_signature import EFFECTS
from belljar.source import Span
from belljar.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    NEVER,
    NONE,
    STR,
    ClosureType,
    DictType,
    ListType,
    OptionalType,
    RecordType,
    ScalarType,
    SetType,
    TupleType,
    Type,
    components,
    is_reference,
    storage,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final, NoReturn, TypeAlias

SCALARS: Final[dict[str, Type]] = {str(type): type for type in (INT, FLOAT, BOOL, STR, ANY)}
FIXED: Final[dict[str, Type]] = {
    "list[int]": ListType(INT),
    "list[float]": ListType(FLOAT),
    "list[str]": ListType(STR),
    "list[any]": ListType(ANY),
    "set[any]": SetType(ANY),
    "tuple[str, str, str]": TupleType((STR, STR, STR)),
    "dict[str, int]": DictType(STR, INT),
}
"""Containers of the table whose elements are fixed: ``list[str]`` ..."""
VARIABLES: Final = ("T", "K", "V")
IMMEDIATES: Final[dict[str, type]] = {
    "#int": int, "#float": float, "#bool": bool, "#str": str, "#type": Type, "#block": int, "#function": str, "#global": int,
}  # fmt: skip
FAULT_GROUPS: Final = ("02", "03", "04", "05", "06", "07", "10")
"""Groups of error codes that ``fault`` may name."""


class _Refused(Exception):
    """A rule is broken; the text says which."""


def verify(module: Module) -> None:
    """Raise E1102, naming function, block and instruction, for the first rule the module breaks."""
    place = "the module"
    framed: dict[str, str] = {}  # the generator that makes frames of a record
    stored: set[int] = set()  # the types, by identity, that are known to be storage types: few objects stand for many registers
    try:
        for name, layout in module.records.items():
            place = f"record {name}"
            if layout.name != name:
                _refuse(f"it stands under the name {name!r} and is called {layout.name!r}")
            if len({field for field, _ in layout.fields}) != len(layout.fields):
                _refuse("two fields have one name")
            for field, type in layout.fields:
                _source_type(module, type, f"field {field}")
            _frames(module, layout)
            _bases(module, layout)
            for member in layout.members:
                _member(module, member)
            if len({member.name for member in layout.members}) != len(layout.members):
                _refuse("two members have one name")
        for name, signature in module.signatures.items():
            place = f"signature @{name}"
            if signature.name != name:
                _refuse(f"it stands under the name {name!r} and is called {signature.name!r}")
            _signature(module, signature)
        for name, type in module.globals:
            place = f"global {name}"
            _storage_type(module, type, "it")
        for index, host in enumerate(module.hosts):
            place = f"host #{index}"
            _host(module, host)
        if len(module.hosts) > HOSTS_MAX:
            _refuse(f"it calls {len(module.hosts)} functions of the host, {HOSTS_MAX} are allowed")
        place = "the module"
        if module.init:
            if module.init not in module.functions:
                _refuse(f"init names @{module.init}, which does not exist")
            init = module.functions[module.init]
            if init.results or init.generator:
                _refuse("init has results")
        for name, task in module.tasks.items():
            place = f"task {name}"
            if task.name != name:
                _refuse(f"it stands under the name {name!r} and is called {task.name!r}")
            _task(module, task)
        for name, function in module.functions.items():
            place = f"@{name}"
            if function.name != name:
                _refuse(f"it stands under the name {name!r} and is called {function.name!r}")
            if function.generator and framed.setdefault(function.generator, name) != name:
                _refuse(f"its frames are of the record of @{framed[function.generator]}")
            _FunctionVerifier(module, function, stored).verify()
    except _Refused as refused:
        raise bell_error("E1102", function=place, reason=str(refused)) from None


def _bases(module: Module, layout: Layout) -> None:
    if not layout.bases:
        return
    base = module.records.get(layout.base)
    if base is None or layout.bases != (base.name, *base.bases):
        _refuse(f"it derives from {', '.join(map(str, layout.bases))}, which are not declared so")
    if layout.name in layout.bases or len(layout.bases) > NESTING_MAX:
        _refuse("it derives from itself, or too deep")
    if layout.fields[: len(base.fields)] != base.fields:
        _refuse(f"its fields do not begin with those of {base.name}")


def _refuse(reason: str) -> NoReturn:
    raise _Refused(reason)


# --- types ------------------------------------------------------------------------------------------------------------------------


def _type(module: Module, type: Any, what: str, depth: int = 0) -> None:
    """Rules that hold for every type: it is one, its records exist, its depth is bounded, its keys can be hashed."""
    if not isinstance(type, Type):
        _refuse(f"{what} has {type!r} for a type")
    if depth > NESTING_MAX:
        _refuse(f"{what} has a type nested more than {NESTING_MAX} deep")
    if isinstance(type, RecordType):
        if type.name not in module.records:
            _refuse(f"{what} is of record {type.name}, which is not declared")
    elif isinstance(type, (TupleType, ClosureType)):
        for item in type.items:
            _type(module, item, what, depth + 1)
        if isinstance(type, ClosureType):
            _closure(module, type, what)
    elif isinstance(type, DictType):
        _type(module, type.key, what, depth + 1)
        _type(module, type.value, what, depth + 1)
        if not _is_hashable(type.key):
            _refuse(f"{what} is a dict with keys of type {type_text(type.key)}")
    elif isinstance(type, (ListType, SetType, OptionalType)):
        _type(module, type.item, what, depth + 1)
        if isinstance(type, SetType) and not _is_hashable(type.item):
            _refuse(f"{what} is a set of elements that cannot be hashed")


def _closure(module: Module, type: ClosureType, what: str) -> None:
    signature = module.signatures.get(type.name)
    if signature is None:
        _refuse(f"{what} is a function of signature @{type.name}, which is not declared")
    for param in signature.params:
        if param.default >= 0 and not (param.default < len(type.items) and storage(type.items[param.default]) == ANY):
            _refuse(f"{what} has type {type_text(type)}, where #{param.default}, the default of {param.name}, is no any")
    if signature.wraps >= 0 and not (signature.wraps < len(type.items) and storage(type.items[signature.wraps]) == ANY):
        _refuse(f"{what} has type {type_text(type)}, where #{signature.wraps}, what it wraps, is no any")


def _member(module: Module, member: Member) -> None:
    if member.kind not in MEMBER_KINDS or not isinstance(member.name, str) or (member.setter != "" and member.kind != "property"):
        _refuse(f"member {member.name!r} is of no kind, or has a setter and is no property")
    if member.kind in ("object", "fields"):
        if member.target != "" or member.name not in SPECIAL_METHODS:
            _refuse(f"member {member.name} is no special method, or somewhere")
        return
    for target in (member.target, member.setter):
        if target.__class__ is int:
            assert isinstance(target, int)
            if not 0 <= target < len(module.globals) or not is_reference(module.globals[target][1]):
                _refuse(f"member {member.name} is in global #{target}, which does not exist or holds no reference and no any")
        elif target is member.target and target not in module.signatures:
            _refuse(f"member {member.name} is of signature @{target}, which is not declared")
        elif target is member.setter and target != "" and target not in module.signatures:
            _refuse(f"member {member.name} has a setter of signature @{target}, which is not declared")
    if member.kind == "variable" and isinstance(member.target, str):
        _refuse(f"class variable {member.name} is in no global")


def _signature(module: Module, signature: Signature) -> None:
    params = signature.params
    for param in params:
        if param.kind not in PARAM_KINDS or not isinstance(param.name, str) or param.default.__class__ is not int or param.default < -1:
            _refuse(f"parameter {param.name!r} is of no kind, or has no name or default")
    kinds = [PARAM_KINDS.index(param.kind) for param in params]
    if kinds != sorted(kinds) or kinds.count(2) > 1 or kinds.count(4) > 1:
        _refuse("its parameters are not in order")
    if len({param.name for param in params}) != len(params):
        _refuse("two parameters have one name")
    by_position = [param.default >= 0 for param in signature.of_kind("positional", "plain")]
    if by_position != sorted(by_position) or any(param.default >= 0 for param in signature.of_kind("args", "kwargs")):
        _refuse("a parameter has a default where none may be")
    if not (signature.doc is None or isinstance(signature.doc, str)) or signature.wraps.__class__ is not int or signature.wraps < -1:
        _refuse("its docstring is no text, or what it wraps no number")
    if signature.record and signature.record not in module.records and signature.record not in BUILT_IN_CLASSES:
        _refuse(f"it makes record {signature.record}, which is not declared")
    if signature.entry not in module.functions:
        _refuse(f"it names @{signature.entry}, which does not exist")
    entry = module.functions[signature.entry]
    taken = [entry.registers[number].type if 0 <= number < len(entry.registers) else NEVER for number in entry.params]
    if taken != [ANY] * (1 + len(params)) or list(entry.results) != [ANY]:
        _refuse(
            f"@{entry.name} takes {_listed(taken)} and gives {_listed(entry.results)}, not an any for the function and each parameter, and one"
        )


HOSTS_MAX: Final = 1 << 15
"""Most functions of the host that a module calls: the VM has 16 bits for them."""


def _host(module: Module, host: HostFunction) -> None:
    if not isinstance(host.name, str) or not is_name(host.name) or not is_name(host.capability, pattern=True) or host.effect not in EFFECTS:
        _refuse("it has no name, capability or effect")
    if len(host.params) != len(host.takes):
        _refuse(f"{host.name} takes {len(host.params)} words and declares {len(host.takes)}")
    for type in (*host.params, host.result):
        _storage_type(module, type, host.name)
    for type in (*host.takes, host.gives):
        _source_type(module, type, host.name)


def _host_call(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    hosts = verifier.module.hosts
    if not 0 <= found[0] < len(hosts):
        _refuse(f"there is no host #{found[0]}")
    host = hosts[found[0]]
    _same(found[1:], host.params, f"{host.name} takes")
    return [host.result]


def _is_hashable(type: Type) -> bool:
    if isinstance(type, TupleType):
        return all(map(_is_hashable, type.items))
    if isinstance(type, OptionalType):
        return _is_hashable(type.item)
    return isinstance(type, ScalarType)


def _storage_type(module: Module, type: Any, what: str) -> None:
    _type(module, type, what)
    if storage(type) != type:
        _refuse(f"{what} has type {type_text(type)}, which no register holds")


def _source_type(module: Module, type: Any, what: str) -> None:
    _type(module, type, what)
    if type == NEVER:
        _refuse(f"{what} has type never")
    inner = type
    while isinstance(inner, OptionalType):
        inner = inner.item
        if inner in (NONE, ANY) or isinstance(inner, OptionalType):
            _refuse(f"{what} has type {type_text(type)}")


def _task(module: Module, task: Task) -> None:
    if task.function not in module.functions:
        _refuse(f"it names @{task.function}, which does not exist")
    parts: list[Type] = []
    for param in task.params:
        _source_type(module, param.type, f"parameter {param.name}")
        parts += components(param.type)
    if len({param.name for param in task.params}) != len(task.params):
        _refuse("two parameters have one name")
    _source_type(module, task.result, "the result")
    takes, gives = _call_types(module, task.function)
    if takes != parts:
        _refuse(f"its parameters are {_listed(parts)}, @{task.function} takes {_listed(takes)}")
    given = list(components(task.result))
    if gives != given:
        _refuse(f"its result is {_listed(given)}, @{task.function} gives {_listed(gives)}")


def _frames(module: Module, layout: Layout) -> None:
    """Rule 15."""
    if not layout.resume:
        if layout.entry:
            _refuse("it names an entry and no function that resumes it")
        return
    if [slot for _, slot in layout.slots[:2]] != [INT, ANY]:
        _refuse("it is resumed, and does not begin with its state and its value")
    for name, is_entry in ((layout.resume, False), (layout.entry, True)):
        if name:
            takes, gives = _call_types(module, name)
            if takes != [RecordType(layout.name), INT, ANY] or gives[:1] != [BOOL] or (is_entry and gives != [BOOL, ANY]):
                _refuse(f"@{name} does not resume it")


def _call_types(module: Module, name: str) -> tuple[list[Type], list[Type]]:
    """As :func:`call_types`, with what is not there refused."""
    function = module.functions.get(name)
    if function is not None:
        for register in function.params:
            if register.__class__ is not int or not 0 <= register < len(function.registers):
                _refuse(f"@{name} has a parameter %{register}, which does not exist")
    found = call_types(module, name)
    return found or _refuse(f"there is no function @{name}")


def _listed(types: Any) -> str:
    return f"({', '.join(map(type_text, types))})"


# --- functions --------------------------------------------------------------------------------------------------------------------


class _FunctionVerifier:
    def __init__(self, module: Module, function: Function, stored: set[int]) -> None:
        self.module = module
        self.function = function
        self.stored = stored
        self.types: list[Type] = []

    def verify(self) -> None:
        function = self.function
        for index, register in enumerate(function.registers):
            self.storage_type(register.type, f"%{index}")
            if not isinstance(register.name, str):
                _refuse(f"%{index} has {register.name!r} for a name")
        self.types = [register.type for register in function.registers]
        for type in function.results:
            self.storage_type(type, "a result")
        for number in function.params:
            self.register(number)
        if len(set(function.params)) != len(function.params):
            _refuse("two parameters are one register")
        if not (isinstance(function.source_name, str) and isinstance(function.span, Span)):
            _refuse("its name or place in the source is none")
        if not isinstance(function.generator, str):
            _refuse("the record of its frames is none")
        if function.generator:
            layout = self.module.records.get(function.generator)
            if layout is None or layout.fields != FIELDS or layout.resume:
                _refuse(
                    f"its frames are of record {function.generator}, which is not declared with the fields state: int, value: any and inner: any alone"
                )
            if resume_name(function.name) in self.module.functions:
                _refuse(f"it is a generator to be split, and there is @{resume_name(function.name)}")
        if not function.blocks:
            _refuse("it has no block")
        for number, block in enumerate(function.blocks):
            if not block.instrs:
                _refuse(f"block ^{number} is empty")
            for place, instr in enumerate(block.instrs):
                try:
                    last = place == len(block.instrs) - 1
                    if OPS.get(getattr(instr.op, "name", "")) is not instr.op:
                        _refuse("its op is not in the table")
                    if instr.op.is_terminator != last and not (instr.op in ENDING and instr is block.guarded):
                        _refuse("a block ends with a terminator" if last else "a terminator stands inside a block")
                    if instr.op in HANDLING and place:
                        _refuse("it does not stand first")
                    self.instruction(instr)
                    if instr.op.name in MARKS and instr.args[0] == -1 and (not place or block.instrs[place - 1].op.name not in MARKS):
                        _refuse("it goes on with a mark, and does not stand behind one")
                except _Refused as refused:
                    name = getattr(instr.op, "name", "?")
                    raise _Refused(f"block ^{number}, instruction {place} ({name}): {refused}") from None
        self.guards()
        self.assignments()

    def guards(self) -> None:
        """Rule 11."""
        blocks = self.function.blocks
        begun = {number for number, block in enumerate(blocks) if block.instrs[0].op in HANDLING}
        if 0 in begun:
            _refuse("block ^0 begins as a handler, and is none")
        for number, block in enumerate(blocks):
            handler, targets = block.handler, block.successors()
            if handler >= 0:
                if any(can_raise(instr) for instr in block.instrs[:-2]):
                    _refuse(f"block ^{number} ends with a guard, and may fault before the instruction that it guards")
                if handler not in begun:
                    _refuse(f"block ^{handler} is a handler, and does not begin as one")
                targets = targets[:1]
            for target in targets:
                if target in begun:
                    _refuse(f"block ^{number} goes to ^{target}, a handler, otherwise than by a fault")

    def storage_type(self, type: Any, what: str) -> None:
        if id(type) not in self.stored:
            _storage_type(self.module, type, what)
            self.stored.add(id(type))

    def register(self, number: Any) -> Type:
        if number.__class__ is not int or not 0 <= number < len(self.types):
            _refuse(f"there is no register %{number}")
        return self.types[number]

    def instruction(self, instr: Instr) -> None:
        op = instr.op
        least = len(op.operands) - op.variadic
        count = len(instr.args)
        if count != least and not (op.variadic and count > least):
            _refuse(f"it takes {least} operands{' or more' if op.variadic else ''}, got {count}")
        bound: dict[str, Type] = {}
        found: list[Any] = []  # per operand: the register's type, or the immediate
        kinds = op.kinds if not op.variadic else op.kinds[:-1] + op.kinds[-1:] * (count - least)
        for notation, value in zip(kinds, instr.args, strict=True):
            if notation[0] == "#":
                self.immediate(notation, value)
                found.append(value)
            else:
                type = self.register(value)
                if type is not SCALARS.get(notation) and not _matches(notation, type, bound):
                    _refuse(f"%{value} is {type_text(type)}, operand {len(found)} must be {_expected(notation, bound)}")
                found.append(type)
        results = [self.register(result) for result in instr.results]
        if len(results) > 1 and len(set(instr.results)) != len(results):
            _refuse("one register is assigned twice")
        rule = RULES.get(op.name)
        expected = rule(self, found, results) if rule else self.expected(op.result, found, bound)
        if expected is not None and results != expected:
            _refuse(f"it gives {_listed(expected)}, and is assigned to {_listed(results)}")
        if not isinstance(instr.span, Span):
            _refuse("its place in the source is none")
        if instr.scope is not None and not isinstance(instr.scope, Scope):
            _refuse("its scope is none")

    def immediate(self, notation: str, value: Any) -> None:
        expected = IMMEDIATES[notation]
        fits = isinstance(value, Type) if expected is Type else value.__class__ is expected
        if not fits:
            _refuse(f"{value!r} is not an immediate of the kind {notation}")
        if notation == "#int":
            if not -(2**63) <= value < 2**63:
                _refuse(f"{value} does not fit in 64 bits")
        elif notation == "#type" and value != NONE:
            self.storage_type(value, "the immediate")
        elif notation == "#block":
            if not 0 <= value < len(self.function.blocks):
                _refuse(f"there is no block ^{value}")
            if value == 0:
                _refuse("it goes to ^0, the entry")
        elif notation == "#function":
            _call_types(self.module, value)
        elif notation == "#global" and not 0 <= value < len(self.module.globals):
            _refuse(f"there is no global #{value}")

    def expected(self, notation: str, found: list[Any], bound: dict[str, Type]) -> list[Type]:
        """The result types the row says."""
        if not notation:
            return []
        if notation == "*":
            return [next(value for value in found if isinstance(value, Type))]
        return [_built(notation, bound)]

    def assignments(self) -> None:
        """Rule 12: a forward walk over the graph with the set of registers assigned on every path so far."""
        function = self.function
        flow = graph(function)
        everything = (1 << len(self.types)) - 1
        at_start = [everything] * len(function.blocks)
        at_start[0] = mask(function.params)
        at_end = [everything] * len(function.blocks)
        written = [mask([result for instr in block.instrs for result in instr.results]) for block in function.blocks]
        spared = [
            written[number] if block.handler < 0 else mask([result for instr in block.instrs[:-2] for result in instr.results])
            for number, block in enumerate(function.blocks)
        ]
        changed = True
        while changed:
            changed = False
            for number in flow.order:
                if number:
                    start = everything
                    for before in flow.predecessors[number]:
                        if flow.position[before] >= 0:
                            # A handler finds what was assigned before the instruction that faulted.
                            start &= at_start[before] | spared[before] if function.blocks[before].handler == number else at_end[before]
                    changed = changed or start != at_start[number]
                    at_start[number] = start
                end = at_start[number] | written[number]
                if end != at_end[number]:
                    at_end[number] = end
                    changed = True
        for number in flow.order:
            assigned = at_start[number]
            for place, instr in enumerate(function.blocks[number].instrs):
                missing = mask(instr.registers_read()) & ~assigned
                if missing:
                    register = next(registers_of(missing))
                    _refuse(f"block ^{number}, instruction {place} ({instr.op.name}): %{register} is not assigned on every path to it")
                assigned |= mask(instr.results)


def _matches(notation: str, type: Type, bound: dict[str, Type]) -> bool:
    if notation in SCALARS:
        return type == SCALARS[notation]
    if notation in VARIABLES:
        return bound.setdefault(notation, type) == type
    if notation in FIXED:
        return type == FIXED[notation]
    if notation == "*":
        return True
    if notation == "ref":
        return is_reference(type) and type != ANY
    if notation == "list[T]":
        return isinstance(type, ListType) and bound.setdefault("T", type.item) == type.item
    if notation == "set[T]":
        return isinstance(type, SetType) and bound.setdefault("T", type.item) == type.item
    if notation == "dict[K,V]":
        return (
            isinstance(type, DictType) and bound.setdefault("K", type.key) == type.key and bound.setdefault("V", type.value) == type.value
        )
    return isinstance(type, {"tuple": TupleType, "record": RecordType, "closure": ClosureType}[notation])


def _expected(notation: str, bound: dict[str, Type]) -> str:
    return type_text(bound[notation]) if notation in bound else notation


def _built(notation: str, bound: dict[str, Type]) -> Type:
    if notation in VARIABLES:
        return bound[notation]
    if notation == "list[T]":
        return ListType(bound["T"])
    if notation == "set[T]":
        return SetType(bound["T"])
    if notation == "dict[K,V]":
        return DictType(bound["K"], bound["V"])
    return SCALARS[notation] if notation in SCALARS else FIXED[notation]


# --- what the rows leave open -----------------------------------------------------------------------------------------------------

Rule: TypeAlias = "Callable[[_FunctionVerifier, list[Any], list[Type]], list[Type] | None]"
"""Takes the operands' types and immediates and the results' types; gives the results it expects."""


def _same(found: list[Any], expected: Any, what: str) -> None:
    if list(found) != list(expected):
        _refuse(f"{what} {_listed(expected)}, got {_listed(found)}")


def _select(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if found[1] != found[2]:
        _refuse(f"it chooses between {type_text(found[1])} and {type_text(found[2])}")
    return [found[1]]


def _move(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    source = found[0]
    target = results[0] if len(results) == 1 else None
    if isinstance(source, RecordType) and isinstance(target, RecordType) and verifier.module.records[source.name].derives_from(target.name):
        return [target]
    return [source]


def _call(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    takes, gives = _call_types(verifier.module, found[0])
    _same(found[1:], takes, f"@{found[0]} takes")
    return gives


def _ret(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if not verifier.function.generator:
        _same(found, verifier.function.results, "the function gives")
    elif found:
        _same(found, [ANY], "a generator returns")
    return []


def _yield(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if not verifier.function.generator:
        _refuse("the function is no generator")
    _same(found, verifier.function.results, "the generator yields")
    return [ANY] if results else []


def _yield_from(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if found[:1] != [ANY]:
        _refuse("the iterator must be of type any")
    return _yield(verifier, found[1:], results)


def _fault(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    code = CODES.get(found[0])
    if code is None or code.exit > 2 or code.code[1:3] not in FAULT_GROUPS:
        _refuse(f"a program cannot end with {found[0]!r}")
    if len(found) > 3:
        _refuse("a fault has at most two operands")
    return []


def _container(kind: type[Type]) -> Rule:
    def rule(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
        if not isinstance(found[0], kind):
            _refuse(f"{type_text(found[0])} is not the type of a {kind.__name__.removesuffix('Type').lower()}")
        return [found[0]]

    return rule


def _elements(kind: type[Type]) -> Rule:
    checked = _container(kind)

    def rule(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type] | None:
        expected = checked(verifier, found, results)
        type, items = found[0], found[1:]
        if isinstance(type, ListType):
            _same(items, [type.item] * len(items), "its elements are")
        elif isinstance(type, (TupleType, ClosureType)):
            _same(items, type.items, "its elements are")
        else:
            _same(items, [slot for _, slot in verifier.module.records[type.name].slots], "its slots are")
        return expected

    return rule


def _slot(verifier: _FunctionVerifier, found: list[Any]) -> Type:
    type, position = found[0], found[1]
    items = isinstance(type, (TupleType, ClosureType))
    slots: Any = type.items if items else verifier.module.records[type.name].slots
    if not 0 <= position < len(slots):
        _refuse(f"{type_text(type)} has no slot {position}")
    slot: Type = slots[position] if items else slots[position][1]
    return slot


def _get(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    return [_slot(verifier, found)]


def _set(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    _same(found[2:], [_slot(verifier, found)], "the slot is")
    return []


def _global_get(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    return [verifier.module.globals[found[0]][1]]


def _global_set(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    _same(found[1:], [verifier.module.globals[found[0]][1]], "the global is")
    return []


def _one_of(operators: tuple[str, ...], result: Type) -> Rule:
    def rule(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
        if not (0 <= found[0] < len(operators)):
            _refuse(f"there is no operator {found[0]}")
        return [result]

    return rule


def _decimal_call(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    method, given = found[0], len(found) - 1
    if not (0 <= method < len(DECIMAL_METHODS)):
        _refuse(f"there is no method {method}")
    least, most = DECIMAL_OPERANDS.get(DECIMAL_METHODS[method], (1, 1))
    if not least <= given <= most:
        _refuse(f"{DECIMAL_METHODS[method]} takes {least} to {most} operands, not {given}")
    return [ANY]


_BIG = re.compile(r"-?(?:0|[1-9][0-9]*|0x[0-9a-f]+)")
_BIG_DIGITS_MAX = 4_300
"""Of decimal digits: what Python reads."""


def _big(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if _BIG.fullmatch(found[0]) is None or ("x" not in found[0] and len(found[0].lstrip("-")) > _BIG_DIGITS_MAX):
        _refuse(f"{found[0][:40]!r} are no digits of an int")
    return [ANY]


def _from(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if found[0] == ANY:
        _refuse("the value is boxed already")
    return [ANY]


def _absent(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if found[0] == NONE:
        _refuse("None has no register")
    return [found[0]]


def _to(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if found[1] in (NONE, ANY):
        _refuse(f"{type_text(found[1])} is not a type to unbox")
    return [found[1]]


def _is(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if found[1] == ANY:
        _refuse("every value is any")
    return [BOOL]


def _record_is(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if not isinstance(found[1], RecordType):
        _refuse(f"{type_text(found[1])} is not a record")
    return [BOOL]


def _record_to(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    _record_is(verifier, found, results)
    return [found[1]]


def _to_number(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if found[1] not in (INT, FLOAT):
        _refuse(f"{type_text(found[1])} is not a number's type")
    return [found[1]]


def _from_keys(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if not isinstance(found[0], DictType) or found[1] != ListType(found[0].key) or found[2] != found[0].value:
        _refuse(f"{type_text(found[0])} is not made of {type_text(found[1])} and {type_text(found[2])}")
    return [found[0]]


UNPACKED_MAX: Final = 1 << 14
"""Most names that values are unpacked into."""


def _unpack(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    _, before, star, after = found
    if before < 0 or after < 0 or before + after > UNPACKED_MAX or (after and not star):
        _refuse(f"nothing is unpacked into {before} and {after} names")
    return [ListType(ANY)]


def _fuel(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if found[0] < 0:
        _refuse("fuel is not given back")
    return []


def _mark(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    table = verifier.module.traces
    if not -1 <= found[0] < (MARKS_MAX if table is None else len(table.sites)):
        _refuse(f"there is no site {found[0]} of the trace")
    return []


def _mark_word(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if found[1] not in (INT, FLOAT, BOOL):
        _refuse(f"{type_text(found[1])} is not the type of a plain word")
    return _mark(verifier, found, results)


def _mark_value(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if not is_reference(found[1]):
        _refuse(f"{type_text(found[1])} is not the type of a reference")
    return _mark(verifier, found, results)


def _segment(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if not 0 <= found[0] < MARKS_MAX:
        _refuse(f"{found[0]} is not the number of a segment")
    return results


MARKS: Final = frozenset({"trace.point", "trace.word", "trace.value", "trace.size"})
MARKS_MAX: Final = 2**31
"""Most sites of a trace."""


def _bytes(verifier: _FunctionVerifier, found: list[Any], results: list[Type]) -> list[Type]:
    if any(ord(character) > 255 for character in found[0]):
        _refuse("a character is no byte")
    return [ANY]


RULES: Final[dict[str, Rule]] = {
    "const.bytes": _bytes,
    "trace.point": _mark,
    "trace.word": _mark_word,
    "trace.value": _mark_value,
    "trace.size": _mark_value,
    "profile.at": _segment,
    "move": _move,
    "select": _select,
    "record.is": _record_is,
    "record.to": _record_to,
    "call": _call,
    "host.call": _host_call,
    "ret": _ret,
    "yield": _yield,
    "yield.from": _yield_from,
    "fault": _fault,
    "fuel": _fuel,
    "global.get": _global_get,
    "global.set": _global_set,
    "const.absent": _absent,
    "list.new": _container(ListType),
    "dict.new": _container(DictType),
    "dict.from_keys": _from_keys,
    "set.new": _container(SetType),
    "list.of": _elements(ListType),
    "tuple.new": _elements(TupleType),
    "record.new": _elements(RecordType),
    "fn.new": _elements(ClosureType),
    "fn.get": _get,
    "tuple.get": _get,
    "record.get": _get,
    "record.set": _set,
    "any.from": _from,
    "any.to": _to,
    "any.is": _is,
    "any.to_number": _to_number,
    "any.unpack": _unpack,
    "any.view": _one_of(DICT_VIEWS, ANY),
    "any.binary": _one_of(BINARY_OPERATORS, ANY),
    "any.in_place": _one_of(BINARY_OPERATORS, ANY),
    "any.comparison": _one_of(COMPARISONS, ANY),
    "any.unary": _one_of(UNARY_OPERATORS, ANY),
    "any.math": _one_of(MATH_FUNCTIONS, ANY),
    "decimal.call": _decimal_call,
    "const.big": _big,
    "any.compare": _one_of(ORDER_OPERATORS, BOOL),
}
