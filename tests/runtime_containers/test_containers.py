"""The container ops of the C runtime against their meaning in Python: results, faults, fuel, and what the operands are afterwards; plain, and
with a collection at every allocation."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Iterator
from typing import Any

import pytest

from belljar.ir.charges import extra_fuel
from belljar.ir.function import Layout
from belljar.ir.guest import ABSENT, GuestDict, GuestFault, GuestList, GuestRecord, GuestSet, GuestTuple
from belljar.ir.ops import OPS
from belljar.ir.semantics import meaning
from belljar.types import ANY, BOOL, FLOAT, INT, NONE, STR, DictType, ListType, RecordType, SetType, TupleType, Type
from tests.runtime_containers.heap_probe import HeapProbe, plain

POINT = Layout("Point", (("x", INT), ("name", STR), ("tags", ListType(STR))))
LAYOUTS = {"Point": POINT}
PAIR = TupleType((INT, STR))
TRIPLE = TupleType((ANY, FLOAT, PAIR))
SCALARS: list[Type] = [INT, FLOAT, BOOL, STR, ANY]
LISTS: list[Type] = [ListType(t) for t in (*SCALARS, PAIR, TRIPLE, ListType(INT), ListType(STR), ListType(ANY), RecordType("Point"))]
KEYS: list[Type] = [INT, FLOAT, BOOL, STR, ANY, PAIR]
DICTS: list[Type] = [DictType(k, v) for k in KEYS for v in (INT, STR, ANY, ListType(INT), BOOL)]
SETS: list[Type] = [SetType(k) for k in KEYS]
TYPES: list[Type] = [NONE, *SCALARS, PAIR, TRIPLE, TupleType(()), TupleType((FLOAT,)), RecordType("Point"), *LISTS, *DICTS, *SETS]

INTS = [0, 1, -1, 2, 3, 7, 100, 2**62, -(2**62) - 1, 2**63 - 1, -(2**63), 2**53, 2**53 + 1]
FLOATS = [0.0, -0.0, 1.0, 2.0, 0.5, -1.5, 1e300, math.inf, -math.inf, math.nan, 2.0**53, 2.0**62, 3.0]
TEXTS = ["", "a", "b", "ab", "é", "中", "😀x", "a" * 15, "a" * 16, "a" * 40, "a" * 39 + "é", "b" * 33, "\ud800", "'\"\n"]


WORK_MAX = 1_000_000
"""Extra fuel beyond which an op is not run in Python: the C heap is full before that."""


class Values:
    """Random guest values of a type: few different ones, so that some are equal, and objects that are used twice."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.objects: dict[Type, list[Any]] = {}

    def of(self, type: Type, depth: int = 0) -> Any:
        choose = self.random
        if type == INT:
            return choose.choice(INTS) if choose.random() < 0.3 else choose.randrange(-3, 6)
        if type == FLOAT:
            return choose.choice(FLOATS)
        if type == BOOL:
            return choose.random() < 0.5
        if type == STR:
            return choose.choice(TEXTS)
        if type == NONE:
            return None
        if type == ANY:
            kinds: list[Type] = [INT, FLOAT, BOOL, STR, NONE]
            if depth < 3:
                kinds += [ListType(ANY), ListType(INT), PAIR, TRIPLE, DictType(STR, ANY), SetType(ANY), RecordType("Point")]
            return self.of(choose.choice(kinds), depth + 1)
        known = self.objects.setdefault(type, [])
        if known and choose.random() < 0.2:
            return choose.choice(known)
        value = self.container(type, depth + 1)
        known.append(value)
        return value

    def key(self, type: Type) -> Any:
        """A value that can be a key, nearly always."""
        if type == ANY and self.random.random() < 0.95:
            return self.of(self.random.choice([INT, FLOAT, BOOL, STR, NONE, PAIR]))
        return self.of(type)

    def container(self, type: Any, depth: int) -> Any:
        length = self.random.choice([0, 1, 2, 3, 3, 5, 9]) if depth < 4 else 0
        if isinstance(type, ListType):
            return GuestList(type, [self.of(type.item, depth) for _ in range(length)])
        if isinstance(type, TupleType):
            return GuestTuple(type, [self.of(item, depth) for item in type.items])
        if isinstance(type, RecordType):
            return GuestRecord(POINT, [self.of(slot, depth) for _, slot in POINT.slots])
        made: Any = GuestSet(type) if isinstance(type, SetType) else GuestDict(type)
        for _ in range(length):
            try:
                if isinstance(type, SetType):
                    made.add(self.key(type.item))
                else:
                    made.set(self.key(type.key), self.of(type.value, depth))
            except GuestFault:  # no key
                continue
        return made

    def index(self, length: int) -> int:
        if self.random.random() < 0.1:
            return self.random.choice([ABSENT + 1, 2**63 - 1])
        return self.random.randrange(-length - 2, length + 3)

    def bound(self, length: int) -> int:
        return ABSENT if self.random.random() < 0.3 else self.index(length)


def cases(values: Values) -> Iterator[tuple[str, list[Any], list[Any], Type | None]]:
    """(op, operands, their types with None for an immediate, type of the result), one for each op of the runtime."""
    choose = values.random.choice
    kind: Any = choose(LISTS)
    items: Any = values.of(kind)
    other, item, n = values.of(kind), values.of(kind.item), len(items)
    if items and values.random.random() < 0.5:
        item = choose(items)
    near = GuestList(kind, items) if values.random.random() < 0.5 else other  # equal for a while
    yield "list.new", [kind, choose([-5, 0, 1, 10, 100])], [None, INT], kind
    yield "list.of", [kind, *items], [None, *[kind.item] * n], kind
    yield "list.concat", [items, other], [kind, kind], kind
    yield "list.repeat", [items, choose([-1, 0, 1, 2, 5, 40])], [kind, INT], kind
    yield "list.slice", [items, values.bound(n), values.bound(n), choose([1, 2, -1, -3, 0, ABSENT])], [kind, INT, INT, INT], kind
    yield "list.contains", [items, item], [kind, kind.item], BOOL
    yield "list.find", [items, item, values.bound(n), values.bound(n)], [kind, kind.item, INT, INT], INT
    yield "list.count", [items, item], [kind, kind.item], INT
    yield "list.eq", [items, near], [kind, kind], BOOL
    yield "list.lt", [items, near], [kind, kind], BOOL
    yield "list.le", [items, near], [kind, kind], BOOL
    yield "list.from_str", [values.of(STR)], [STR], ListType(STR)
    yield "list.range", [values.of(INT) % 50, values.of(INT) % 70, choose([-7, -1, 0, 1, 3])], [INT, INT, INT], ListType(INT)
    yield "list.sum_int", [values.of(ListType(INT))], [ListType(INT)], INT
    yield "list.sum_float", [values.of(ListType(FLOAT))], [ListType(FLOAT)], FLOAT
    yield "list.fsum", [values.of(ListType(FLOAT))], [ListType(FLOAT)], FLOAT
    yield "list.dist", [values.of(ListType(FLOAT)), values.of(ListType(FLOAT))], [ListType(FLOAT), ListType(FLOAT)], FLOAT
    # What changes the list comes last.
    yield "list.reverse", [items], [kind], None
    yield "list.sort", [items, choose([False, True])], [kind, BOOL], None
    yield "list.insert", [items, values.index(n), item], [kind, INT, kind.item], None
    yield "list.extend", [items, choose([items, other])], [kind, kind], None
    yield "list.pop", [items, values.index(n)], [kind, INT], kind.item
    yield "list.delete", [items, values.index(n)], [kind, INT], None
    yield "list.clear", [items], [kind], None
    table: Any = choose(DICTS)
    entries, more, key = values.of(table), values.of(table), values.key(table.key)
    if len(entries) and values.random.random() < 0.5:
        key = choose([k for k, _ in entries.items()])
    yield "dict.new", [table, choose([-1, 0, 10])], [None, INT], table
    yield "dict.get", [entries, key], [table, table.key], table.value
    yield "dict.find", [entries, key], [table, table.key], INT
    yield "dict.copy", [entries], [table], table
    yield "dict.eq", [entries, choose([more, GuestDict(table, entries.items())])], [table, table], BOOL
    yield "dict.set", [entries, key, values.of(table.value)], [table, table.key, table.value], None
    yield "dict.remove", [entries, key], [table, table.key], BOOL
    yield "dict.clear", [entries], [table], None
    yield "dict.update", [entries, choose([entries, more])], [table, table], None
    yield "dict.merge", [entries, more], [table, table], table
    yield "dict.set_default", [entries, key, values.of(table.value)], [table, table.key, table.value], table.value
    group: Any = choose(SETS)
    members, others, member = values.of(group), values.of(group), values.key(group.item)
    if len(members) and values.random.random() < 0.5:
        member = choose(list(members))
    yield "set.new", [group, choose([-1, 0, 10])], [None, INT], group
    yield "set.contains", [members, member], [group, group.item], BOOL
    yield "set.to_list", [members], [group], ListType(group.item)
    yield "set.copy", [members], [group], group
    for name in ("eq", "is_subset", "is_disjoint"):
        yield f"set.{name}", [members, choose([others, GuestSet(group, members)])], [group, group], BOOL
    for name in ("union", "intersection", "difference", "symmetric_difference"):
        yield f"set.{name}", [members, choose([members, others])], [group, group], group
    yield "set.add", [members, member], [group, group.item], None
    yield "set.remove", [members, member], [group, group.item], BOOL
    yield "set.pop", [members], [group], group.item
    for name in ("update", "intersection_update", "difference_update", "symmetric_difference_update"):
        yield f"set.{name}", [values.of(group), choose([members, others])], [group, group], None
    yield "set.clear", [members], [group], None
    a, b = values.of(ANY), values.of(ANY)
    if values.random.random() < 0.3:
        b = copy.deepcopy(a)
    pair = choose(
        [
            (INT, INT),
            (INT, FLOAT),
            (FLOAT, INT),
            (FLOAT, FLOAT),
            (BOOL, BOOL),
            (STR, STR),
            (STR, INT),
            (INT, ListType(INT)),
            (ListType(ANY),) * 2,
            (ANY, ANY),
        ]
    )
    left, right = values.of(pair[0]), values.of(pair[1])
    yield "any.is", [a, choose(TYPES[:5] + LISTS + [PAIR, RecordType("Point")])], [ANY, None], BOOL
    yield "any.binary", [values.random.randrange(12), left, right], [None, ANY, ANY], ANY
    yield "any.unary", [values.random.randrange(4), left], [None, ANY], ANY
    yield "any.eq", [a, b], [ANY, ANY], BOOL
    yield "any.compare", [values.random.randrange(4), *choose([(a, b), (left, right), (left, copy.deepcopy(left))])], [None, ANY, ANY], BOOL
    yield "any.truth", [a], [ANY], BOOL
    yield "any.len", [a], [ANY], INT
    yield "any.index", [a, b if values.random.random() < 0.5 else values.index(3)], [ANY, ANY], ANY
    yield "any.contains", [a, b], [ANY, ANY], BOOL
    yield "any.to_str", [a], [ANY], STR
    yield "any.repr", [a], [ANY], STR
    yield "any.type_name", [a], [ANY], STR
    target = choose([INT, FLOAT])
    yield "any.to_number", [choose([a, left, " 12 ", "1e3", "-7", "x"]), target], [ANY, None], target
    to = choose([INT, FLOAT, BOOL, STR, ListType(ANY), PAIR])
    yield "any.to", [a, to], [ANY, None], to


def reaches(value: Any, target: Any) -> bool:
    """Whether the target stands in the value: putting the value into the target would make a cycle."""
    if value is target:
        return True
    if isinstance(value, GuestDict):
        return any(reaches(item, target) for _, item in value.items())
    if isinstance(value, GuestRecord):
        return any(reaches(slot, target) for slot in value.slots)
    return isinstance(value, (GuestList, GuestTuple)) and any(reaches(item, target) for item in value)


def makes_cycle(name: str, args: list[Any]) -> bool:
    """Cycles are the C tests': the comparison here would walk them for ever."""
    if name == "list.extend":
        return any(reaches(item, args[0]) for item in args[1])
    return name in ("list.insert", "dict.set") and any(reaches(item, args[0]) for item in args[1:])


@pytest.mark.parametrize("stress", [False, True], ids=["plain", "stress"])
@pytest.mark.parametrize("seed", range(12))
def test_ops_agree_with_their_meaning(seed: int, stress: bool) -> None:
    probe = HeapProbe(TYPES, LAYOUTS, stress)
    try:
        values = Values(seed)
        for _ in range(20):
            for name, args, types, result in cases(values):
                if makes_cycle(name, args):
                    continue
                outcome, extra, after = probe.run(name, args, types, result)
                said = f"{name} of {[a if isinstance(a, Type) else plain(a) for a in args]}"
                try:
                    fuel = extra_fuel(OPS[name], tuple(args))
                    if fuel > WORK_MAX:
                        assert outcome in (("fault", "E0801"), ("fault", "E0803")), said
                        continue
                    expected = meaning(OPS[name])(*args)
                    wanted = None if result is None else plain(expected)
                except GuestFault as fault:
                    wanted = ("fault", fault.code)
                assert outcome == wanted, said
                if wanted is None or wanted[0] != "fault":
                    assert extra == fuel, said
                    assert after == [plain(a) for a, t in zip(args, types, strict=True) if t is not None], said
    finally:
        probe.close()
