"""Ops on strings, lists, tuples, records, globals and tagged words that native code does itself.

Offsets are those of ``bell.h`` (:mod:`belljar.ir.abi`). What is rare (growing a list, characters beyond Latin-1, ints that need a box) calls the
runtime out of line.
"""

from __future__ import annotations

from typing import Final

from belljar.engines.jit.arithmetic import Rule
from belljar.engines.jit.frame import ATTRIBUTES, Frame
from belljar.engines.jit.metadata import ALIAS, INVARIANT, LENGTH_RANGE, LIKELY
from belljar.ir.abi import CONSTANTS, OFFSETS
from belljar.ir.function import Instr
from belljar.types import BOOL, FLOAT, INT, ListType, Type

LIST: Final = OFFSETS["bell_list"]
STRING: Final = OFFSETS["bell_str"]
DICT: Final = OFFSETS["bell_dict"]
BOX_BYTES: Final = 16
"""A head and the float."""
SLOTS: Final = OFFSETS["bell_tuple"]["slots"]


def word_class(type: Type) -> str:
    """The last word of the alias class of a word of this type."""
    return "int" if type == INT else "float" if type == FLOAT else "bool" if type == BOOL else "ref"


def load_word(frame: Frame, register: int, place: str, alias: str) -> None:
    """Assign a register from an 8-byte word in memory."""
    type = frame.types[register]
    value = frame.emit(f"load {'double' if type == 'double' else 'i64'}, ptr {place}, {ALIAS[alias]}")
    frame.set(register, frame.emit(f"trunc i64 {value} to i1") if type == "i1" else value)


def store_word(frame: Frame, register: int, place: str, alias: str) -> None:
    value, type = frame.get(register), frame.types[register]
    if type == "i1":
        value, type = frame.emit(f"zext i1 {value} to i64"), "i64"
    frame.lines.append(f"  store {type} {value}, ptr {place}, {ALIAS[alias]}")


# --- lists ------------------------------------------------------------------------------------------------------------------------


def _header(frame: Frame, register: int) -> tuple[str, ...]:
    """Length and data offset of the list in a register."""
    return frame.headers.get(register) or frame.list_header(frame.get(register))


def _within(frame: Frame, instr: Instr, index: str, length: str, site: int) -> str:
    """The index counted from the start; a negative one counts from the end and is resolved out of line."""
    inside = frame.emit(f"icmp ult i64 {index}, {length}")
    if instr.args[1] in frame.never_negative:
        frame.require(inside, instr, 701, site)
        return index
    start, low, on = frame.label, frame.fresh_label("low"), frame.fresh_label("ok")
    frame.branch(inside, on, low, LIKELY)
    with frame.out_of_line(low):
        wrapped = frame.emit(f"add i64 {index}, {length}")
        negative = frame.emit(f"icmp slt i64 {index}, 0")
        inside = frame.emit(f"icmp sge i64 {wrapped}, 0")
        within = frame.emit(f"and i1 {negative}, {inside}")
        frame.branch(within, on, frame.fault_block(instr, "701", site), LIKELY)
    frame.begin(on)
    return frame.emit(f"phi i64 [ {index}, %{start} ], [ {wrapped}, %{low} ]")


def _item_place(frame: Frame, data: str, index: str, item: Type) -> str:
    return frame.emit(f"getelementptr inbounds {'i8' if item == BOOL else 'i64'}, ptr {frame.at(data)}, i64 {index}")


def _item_type(frame: Frame, register: int) -> Type:
    type = frame.function.registers[register].type
    assert isinstance(type, ListType)
    return type.item


def _load_item(frame: Frame, register: int, place: str, item: Type) -> None:
    alias = "item " + word_class(item)
    if item == BOOL:
        frame.let(register, f"trunc i8 {frame.emit(f'load i8, ptr {place}, {ALIAS[alias]}')} to i1")
    else:
        load_word(frame, register, place, alias)


def _store_item(frame: Frame, register: int, place: str, item: Type) -> None:
    alias = "item " + word_class(item)
    if item == BOOL:
        frame.lines.append(f"  store i8 {frame.emit(f'zext i1 {frame.get(register)} to i8')}, ptr {place}, {ALIAS[alias]}")
    else:
        store_word(frame, register, place, alias)


def list_length(frame: Frame, instr: Instr, site: int) -> None:
    frame.set(instr.results[0], _header(frame, instr.args[0])[0])


def list_get(frame: Frame, instr: Instr, site: int) -> None:
    kept = frame.kept.get(id(instr))
    if kept is not None:
        register = instr.results[0]
        frame.let(register, f"load {frame.types[register]}, ptr {kept}")
        return
    length, data = _header(frame, instr.args[0])
    index = frame.get(instr.args[1])
    if instr.op.faults:
        index = _within(frame, instr, index, length, site)
    item = _item_type(frame, instr.args[0])
    _load_item(frame, instr.results[0], _item_place(frame, data, index, item), item)


def list_set(frame: Frame, instr: Instr, site: int) -> None:
    length, data = _header(frame, instr.args[0])
    index = frame.get(instr.args[1])
    if instr.op.faults:
        index = _within(frame, instr, index, length, site)
    item = _item_type(frame, instr.args[0])
    _store_item(frame, instr.args[2], _item_place(frame, data, index, item), item)
    kept = frame.kept.get(id(instr))
    if kept is not None:
        value = instr.args[2]
        frame.lines.append(f"  store {frame.types[value]} {frame.get(value)}, ptr {kept}")


def list_append(frame: Frame, instr: Instr, site: int) -> None:
    """In place while there is room; the runtime makes more."""
    register, value = instr.args
    reference, item = frame.get(register), _item_type(frame, register)
    length_place = frame.at(reference, LIST["length"])
    length = frame.emit(f"load i64, ptr {length_place}, {ALIAS['list length']}, {LENGTH_RANGE}")
    capacity = frame.emit(f"load i64, ptr {frame.at(reference, LIST['capacity'])}, {ALIAS['list capacity']}")
    room, full = frame.fresh_label("room"), frame.fresh_label("full")
    frame.branch(frame.emit(f"icmp slt i64 {length}, {capacity}"), room, full, LIKELY)
    with frame.out_of_line(full):
        grown = frame.emit(f"call zeroext i1 @bell_list_grow(ptr %ctx, i64 {reference})")
        frame.branch(grown, room, frame.fault_block(instr, frame.ctx_field("fault", "i32"), site), LIKELY)
    frame.begin(room)
    data = frame.emit(f"load i64, ptr {frame.at(reference, LIST['data'])}, {ALIAS['list data']}")
    _store_item(frame, value, _item_place(frame, data, length, item), item)
    longer = frame.emit(f"add nuw nsw i64 {length}, 1")
    frame.lines.append(f"  store i64 {longer}, ptr {length_place}, {ALIAS['list length']}")


# --- strings ----------------------------------------------------------------------------------------------------------------------


def _string_length(frame: Frame, reference: str) -> str:
    short = frame.emit(f"load i32, ptr {frame.at(reference, STRING['length'])}, {ALIAS['str']}")
    return frame.emit(f"zext i32 {short} to i64")


def string_length(frame: Frame, instr: Instr, site: int) -> None:
    header = frame.headers.get(instr.args[0])
    frame.set(instr.results[0], header[0] if header else _string_length(frame, frame.get(instr.args[0])))


def string_to_bool(frame: Frame, instr: Instr, site: int) -> None:
    frame.let(instr.results[0], f"icmp ne i64 {_string_length(frame, frame.get(instr.args[0]))}, 0")


def _code_at(frame: Frame, instr: Instr, site: int) -> str:
    """The code point at an index."""
    register, index = instr.args[0], frame.get(instr.args[1])
    header = frame.headers.get(register)
    if header:
        place = _within(frame, instr, index, header[0], site) if instr.op.faults else index
        return _steady_character(frame, header, place)
    header = frame.string_header(frame.get(register))
    return _character(frame, header, _within(frame, instr, index, header[0], site) if instr.op.faults else index)


def _steady_character(frame: Frame, header: tuple[str, ...], index: str) -> str:
    """The code point at an index within bounds, of a string whose header was loaded before the loop: four bytes are read, of which a mask keeps the
    character. What is read beyond the string is in the region, which no object reaches to the end of."""
    _, data, _, shift, mask = header
    distance = frame.emit(f"shl i64 {index}, {shift}")
    place = frame.emit(f"getelementptr inbounds i8, ptr {data}, i64 {distance}")
    bytes_ = frame.emit(f"load i32, ptr {place}, align 1, {ALIAS['str']}")
    return frame.emit(f"zext i32 {frame.emit(f'and i32 {bytes_}, {mask}')} to i64")


def _character(frame: Frame, header: tuple[str, ...], index: str) -> str:
    """The code point at an index within bounds: one byte a character inline, wider strings out of line."""
    data, width = header[1:3]
    narrow, wide, on = frame.fresh_label("narrow"), frame.fresh_label("wide"), frame.fresh_label("ok")
    frame.branch(frame.emit(f"icmp eq i16 {width}, 1"), narrow, wide, LIKELY)
    with frame.out_of_line(wide):
        far = frame.emit(f"call preserve_mostcc i64 @bell.wide_code(ptr {data}, i16 {width}, i64 {index})")
        frame.jump(on)
    frame.begin(narrow)
    place = frame.emit(f"getelementptr inbounds i8, ptr {data}, i64 {index}")
    byte = frame.emit(f"load i8, ptr {place}, {ALIAS['str']}")
    near = frame.emit(f"zext i8 {byte} to i64")
    frame.jump(on)
    frame.begin(on)
    return frame.emit(f"phi i64 [ {near}, %{narrow} ], [ {far}, %{wide} ]")


def string_code_at(frame: Frame, instr: Instr, site: int) -> None:
    frame.set(instr.results[0], _code_at(frame, instr, site))


def string_index(frame: Frame, instr: Instr, site: int) -> None:
    """Characters below 256 are objects made beforehand, side by side; others are made by the runtime."""
    code = _code_at(frame, instr, site)
    near, far, on = frame.fresh_label("latin"), frame.fresh_label("far"), frame.fresh_label("ok")
    frame.branch(frame.emit(f"icmp ult i64 {code}, 256"), near, far, LIKELY)
    with frame.out_of_line(far):
        made = frame.emit(f"call i64 @bell_str_from_code(ptr %ctx, i64 {code})")
        frame.check_runtime(instr, site)
        made_in = frame.label
        frame.jump(on)
    frame.begin(near)
    first = frame.ctx_field("characters", "i64", f", {INVARIANT}")
    distance = frame.emit(f"mul nuw nsw i64 {code}, {CONSTANTS['BELL_CHARACTER_STRIDE']}")
    known = frame.emit(f"add nuw nsw i64 {first}, {distance}")
    frame.jump(on)
    frame.begin(on)
    register = instr.results[0]
    if not frame.slotted[register]:
        frame.codes[register] = code
    frame.let(register, f"phi i64 [ {known}, %{near} ], [ {made}, %{made_in} ]")


def string_ord(frame: Frame, instr: Instr, site: int) -> None:
    """The code point of a string of one character."""
    register = instr.args[0]
    code = frame.codes.get(register)
    if code is None:
        header = frame.string_header(frame.get(register))
        frame.require(frame.emit(f"icmp eq i64 {header[0]}, 1"), instr, 716, site)
        code = _character(frame, header, "0")
    frame.set(instr.results[0], code)


CHARGED_FROM: Final = 16
"""Characters of the shorter string from which comparing strings takes extra fuel."""


def string_equality(frame: Frame, instr: Instr, site: int) -> None:
    """Are two strings equal, or not? Characters are compared by code point, strings of different lengths not at all."""
    same = instr.op.name == "str.eq"
    a, b = instr.args
    codes = [frame.codes.get(register) for register in (a, b)]
    if codes[0] is not None and codes[1] is not None:
        frame.let(instr.results[0], f"icmp {'eq' if same else 'ne'} i64 {codes[0]}, {codes[1]}")
    elif codes[0] is not None or codes[1] is not None:
        _is_character(frame, instr, codes[0] or codes[1] or "", b if codes[0] is not None else a)
    else:
        _string_equality(frame, instr, site)


def _is_character(frame: Frame, instr: Instr, code: str, register: int) -> None:
    """Compare a string with a character: the shorter has at most one character, so there is no extra fuel."""
    header = frame.string_header(frame.get(register))
    single, on, start = frame.fresh_label("single"), frame.fresh_label("ok"), frame.label
    frame.branch(frame.emit(f"icmp eq i64 {header[0]}, 1"), single, on)
    frame.begin(single)
    found = _character(frame, header, "0")
    equal = frame.emit(f"icmp {'eq' if instr.op.name == 'str.eq' else 'ne'} i64 {found}, {code}")
    last = frame.label
    frame.jump(on)
    frame.begin(on)
    otherwise = "false" if instr.op.name == "str.eq" else "true"
    frame.let(instr.results[0], f"phi i1 [ {equal}, %{last} ], [ {otherwise}, %{start} ]")


def _string_equality(frame: Frame, instr: Instr, site: int) -> None:
    a, b = (frame.get(register) for register in instr.args)
    left, right = _string_length(frame, a), _string_length(frame, b)
    call = f"call i64 @{instr.op.c_name}(ptr %ctx, i64 {a}, i64 {b})"
    short, alike, long, on = (frame.fresh_label(stem) for stem in ("short", "alike", "long", "ok"))
    shorter = frame.emit(f"call i64 @llvm.umin.i64(i64 {left}, i64 {right})")
    frame.branch(frame.emit(f"icmp ult i64 {shorter}, {CHARGED_FROM}"), short, long)
    fuel_before = frame.fuel
    with frame.out_of_line(long):
        frame.spill_fuel()
        far = frame.emit(call)
        frame.reload_fuel()
        fuel_after = frame.fuel
        frame.check_runtime(instr, site)
        frame.spoil_limit()
        far_in = frame.label
        frame.jump(on)
    frame.fuel = fuel_before
    frame.begin(short)
    frame.branch(frame.emit(f"icmp eq i64 {left}, {right}"), alike, on)
    frame.begin(alike)
    near = frame.emit(call)
    frame.jump(on)
    frame.begin(on)
    otherwise = 0 if instr.op.name == "str.eq" else 1
    frame.fuel = frame.emit(f"phi i64 [ {fuel_before}, %{short} ], [ {fuel_before}, %{alike} ], [ {fuel_after}, %{far_in} ]")
    word = frame.emit(f"phi i64 [ {otherwise}, %{short} ], [ {near}, %{alike} ], [ {far}, %{far_in} ]")
    frame.let(instr.results[0], f"trunc i64 {word} to i1")


# --- tuples, records, globals, dicts ----------------------------------------------------------------------------------------------


def tuple_get(frame: Frame, instr: Instr, site: int) -> None:
    load_word(frame, instr.results[0], frame.at(frame.get(instr.args[0]), SLOTS + 8 * instr.args[1]), "tuple slot")


def captured_get(frame: Frame, instr: Instr, site: int) -> None:
    place = frame.at(frame.get(instr.args[0]), OFFSETS["bell_function"]["slots"] + 8 * instr.args[1])
    load_word(frame, instr.results[0], place, "tuple slot")


def record_get(frame: Frame, instr: Instr, site: int) -> None:
    register = instr.results[0]
    place = frame.at(frame.get(instr.args[0]), SLOTS + 8 * instr.args[1])
    load_word(frame, register, place, "field " + word_class(frame.function.registers[register].type))


def record_set(frame: Frame, instr: Instr, site: int) -> None:
    """Reference 0, which only hostile code can have here, is refused: what lies there must stay zero."""
    record, slot, value = instr.args
    frame.check(frame.emit(f"icmp eq i64 {frame.get(record)}, 0"), instr, 1201, site)
    place = frame.at(frame.get(record), SLOTS + 8 * slot)
    store_word(frame, value, place, "field " + word_class(frame.function.registers[value].type))


def _global_place(frame: Frame, index: int) -> str:
    start = frame.ctx_field("globals", "ptr", f", {INVARIANT}")
    return frame.emit(f"getelementptr inbounds i8, ptr {start}, i64 {8 * index}")


def global_get(frame: Frame, instr: Instr, site: int) -> None:
    register = instr.results[0]
    alias = "global " + word_class(frame.function.registers[register].type)
    load_word(frame, register, _global_place(frame, instr.args[0]), alias)


def global_set(frame: Frame, instr: Instr, site: int) -> None:
    index, value = instr.args
    alias = "global " + word_class(frame.function.registers[value].type)
    store_word(frame, value, _global_place(frame, index), alias)


def dict_length(frame: Frame, instr: Instr, site: int) -> None:
    place = frame.at(frame.get(instr.args[0]), DICT["live"])
    frame.let(instr.results[0], f"load i64, ptr {place}, {ALIAS['dict live']}, {LENGTH_RANGE}")


def _whole_dict(frame: Frame, instr: Instr) -> tuple[str, str, str]:
    """The dict and the position that an op has, and, where no entry of it was removed, how many it has, else 0."""
    reference, position = (frame.get(register) for register in instr.args[:2])
    live = frame.emit(f"load i64, ptr {frame.at(reference, DICT['live'])}, {ALIAS['dict live']}, {LENGTH_RANGE}")
    used = frame.emit(f"load i64, ptr {frame.at(reference, DICT['used'])}")
    return reference, position, frame.emit(f"select i1 {frame.emit(f'icmp eq i64 {live}, {used}')}, i64 {live}, i64 0")


def dict_walk(frame: Frame, instr: Instr, site: int) -> None:
    """The position itself while it is one of as many entries as there were; what is behind the last, among removed ones or not expected, the runtime finds."""
    reference, position, count = _whole_dict(frame, instr)
    size, left = (frame.get(register) for register in instr.args[2:])
    start, other, on = frame.label, frame.fresh_label("other"), frame.fresh_label("ok")
    within = frame.emit(f"icmp ult i64 {position}, {size}")
    same = frame.emit(f"icmp eq i64 {count}, {size}")
    expected = frame.emit(f"icmp ne i64 {left}, 0")
    frame.branch(frame.emit(f"and i1 {frame.emit(f'and i1 {within}, {same}')}, {expected}"), on, other, LIKELY)
    with frame.out_of_line(other):
        found = frame.emit(f"call i64 @bell_dict_walk(ptr %ctx, i64 {reference}, i64 {position}, i64 {size}, i64 {left})")
        frame.check_runtime(instr, site)
        found_in = frame.label
        frame.jump(on)
    frame.begin(on)
    frame.let(instr.results[0], f"phi i64 [ {position}, %{start} ], [ {found}, %{found_in} ]")


def dict_entry(frame: Frame, instr: Instr, site: int) -> None:
    """The key or the value of an entry; where some were removed, the runtime looks whether it is one of them."""
    reference, position, count = _whole_dict(frame, instr)
    there, other, on = frame.fresh_label("there"), frame.fresh_label("other"), frame.fresh_label("ok")
    frame.branch(frame.emit(f"icmp ult i64 {position}, {count}"), there, other, LIKELY)
    with frame.out_of_line(other):
        found = frame.emit(f"call i64 @{instr.op.c_name}(ptr %ctx, i64 {reference}, i64 {position})")
        frame.check_runtime(instr, site)
        found_in = frame.label
        frame.jump(on)
    frame.begin(there)
    entries = frame.emit(f"load i64, ptr {frame.at(reference, DICT['entries'])}")
    offset = frame.emit(f"shl nuw nsw i64 {position}, 4")
    word = frame.emit(f"add nuw nsw i64 {entries}, {offset}")
    known = frame.emit(f"load i64, ptr {frame.at(word, 8 if instr.op.name == 'dict.value_at' else 0)}")
    frame.jump(on)
    frame.begin(on)
    frame.from_word(instr.results[0], frame.emit(f"phi i64 [ {known}, %{there} ], [ {found}, %{found_in} ]"))


# --- any --------------------------------------------------------------------------------------------------------------------------


def any_from(frame: Frame, instr: Instr, site: int) -> None:
    """The tagged word of a value: ints of 63 bits carry a 1 below, references are themselves, floats and large ints are boxed."""
    register = instr.args[0]
    type, value = frame.function.registers[register].type, frame.get(register)
    if type == BOOL:
        true, false = CONSTANTS["BELL_TRUE"], CONSTANTS["BELL_FALSE"]
        frame.let(instr.results[0], f"select i1 {value}, i64 {true}, i64 {false}")
    elif type == FLOAT:
        reserved = frame.emit(f"call zeroext i1 @bell_reserve(ptr %ctx, i64 {BOX_BYTES})")
        on = frame.fresh_label("ok")
        frame.branch(reserved, on, frame.fault_block(instr, frame.ctx_field("fault", "i32"), site), LIKELY)
        frame.begin(on)
        boxed = frame.emit(f"call i64 @bell_alloc(ptr %ctx, i64 {BOX_BYTES}, i8 zeroext {CONSTANTS['BELL_FLOAT']}, i16 zeroext 0, i32 0)")
        frame.lines.append(f"  store double {value}, ptr {frame.at(boxed, OFFSETS['bell_box']['i'])}, {ALIAS['box']}")
        frame.set(instr.results[0], boxed)
    elif type == INT:
        doubled = frame.emit(f"shl i64 {value}, 1")
        back = frame.emit(f"ashr i64 {doubled}, 1")
        large, on, start = frame.fresh_label("large"), frame.fresh_label("ok"), frame.label
        tagged = frame.emit(f"or i64 {doubled}, 1")
        frame.branch(frame.emit(f"icmp eq i64 {back}, {value}"), on, large, LIKELY)
        with frame.out_of_line(large):
            boxed = frame.emit(f"call i64 @bell_any_box_int(ptr %ctx, i64 {value})")
            frame.check_runtime(instr, site)
            boxed_in = frame.label
            frame.jump(on)
        frame.begin(on)
        frame.let(instr.results[0], f"phi i64 [ {tagged}, %{start} ], [ {boxed}, %{boxed_in} ]")
    else:
        frame.set(instr.results[0], value)


RULES: Final[dict[str, Rule]] = {
    "list.len": list_length,
    "list.get": list_get,
    "list.get.nc": list_get,
    "list.set": list_set,
    "list.set.nc": list_set,
    "list.append": list_append,
    "str.len": string_length,
    "str.to_bool": string_to_bool,
    "str.code_at": string_code_at,
    "str.code_at.nc": string_code_at,
    "str.index": string_index,
    "str.index.nc": string_index,
    "str.ord": string_ord,
    "str.eq": string_equality,
    "str.ne": string_equality,
    "tuple.get": tuple_get,
    "fn.get": captured_get,
    "record.get": record_get,
    "record.set": record_set,
    "global.get": global_get,
    "global.set": global_set,
    "dict.len": dict_length,
    "dict.walk": dict_walk,
    "dict.key_at": dict_entry,
    "dict.value_at": dict_entry,
    "set.len": dict_length,
    "any.from": any_from,
}

DECLARATIONS: Final = """\
declare zeroext i1 @bell_list_grow(ptr captures(none), i64) #0
declare zeroext i1 @bell_reserve(ptr captures(none), i64) #0
declare i64 @bell_alloc(ptr captures(none), i64, i8 zeroext, i16 zeroext, i32) #0
declare i64 @bell_any_box_int(ptr captures(none), i64) #0
"""

WIDE_CODE: Final = f"""\
define internal preserve_mostcc i64 @bell.wide_code(ptr %data, i16 %width, i64 %index) noinline cold {ATTRIBUTES} memory(read) {{
  %two = icmp eq i16 %width, 2
  br i1 %two, label %ucs2, label %ucs4
ucs2:
  %p2 = getelementptr inbounds i16, ptr %data, i64 %index
  %c2 = load i16, ptr %p2, {ALIAS["str"]}
  %r2 = zext i16 %c2 to i64
  ret i64 %r2
ucs4:
  %p4 = getelementptr inbounds i32, ptr %data, i64 %index
  %c4 = load i32, ptr %p4, {ALIAS["str"]}
  %r4 = zext i32 %c4 to i64
  ret i64 %r4
}}
"""
