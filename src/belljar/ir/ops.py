"""The table of IR operations: everything that knows about ops derives from the rows below.

How names are made: ``<what>.<action>``. *What* is the type the op works on (``int``, ``float``, ``str``, ``list``, ``any`` ...); the
suffix ``.nw`` says that the result was proven not to wrap, ``.nc`` that the index was proven to be within bounds: such ops are only
made by passes and have no fault.

How a row reads::

    _op(120, "int.add", "int int", "int", "E0502", "sum")
    #   number name      operands   result faults   one-line meaning

Operands are separated by blanks:

=====================  ==============================================================================================
``int float bool str   a register of that storage type
any``
``T K V``              a register of the type a container operand of the same row binds (``list[T] T``)
``list[T] set[T]       a register holding a reference to such a container
dict[K,V] tuple
record closure``
``ref``                any register whose type is a heap reference
``*``                  a register of any type (``move``, ``select``)
``#int #float #bool    an immediate of that Python type
#str``
``#type``              an immediate :class:`~belljar.types.Type`
``#block #function     a block index, a function name, an index into ``Module.globals``
#global``
trailing ``...``       the last operand repeats, zero or more times (``*...``: registers of any types)
=====================  ==============================================================================================

Results: a storage type, a variable bound by the operands, ``#type`` (the type the immediate names), ``slot`` (the type of the tuple
slot or record field named by the immediate), ``=`` (whatever the destination register is declared as: calls, globals) or nothing.

Flags, beyond the faults:

``inline``     every engine implements it itself; without the flag the op is a C function ``bell_<name with _>`` that the VM and native
               code call, with the prototype :func:`c_prototype` gives
``terminator`` ends a block; one that raises may also stand before a ``guard``
``pure``       no effect, reads nothing mutable: may be removed when unused, shared when repeated (its faults still count as an effect
               on order: a faulting op is only removed when its fault is proven away)
``reads``      reads mutable heap or globals
``writes``     writes heap or globals
``allocates``  may allocate, so may collect garbage: a safepoint; its reference operands and what lives across it must be rooted
``charges``    takes extra fuel that depends on its operands (:mod:`belljar.ir.charges` states the formula), before the work
``io``         visible outside
``handles``    begins a block that only guards lead to, and takes over the fault that did
``calls``      may run functions of the program: what it does beyond its own work is theirs
``compares``   the same where what it compares or hashes may be a record: :func:`belljar.ir.calling.may_call`
``traces``     writes to the trace, which no program sees: passes neither drop, move nor reorder it, and it costs nothing
"""

from __future__ import annotations

from _operator import itemgetter  # operator itself is one more module to load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final


class Op:
    """One operation. Operand and result notation as in the module's table. Each is one object: ops are compared and hashed by identity.

    ``kinds`` are the operands without the dots of a variadic tail; ``reads`` says which operands of an instruction are registers, and ``read`` takes them out; ``targets`` are its
    blocks, which stand together.
    """

    __slots__ = (
        "faults",
        "flags",
        "fuel",
        "is_inline",
        "is_pure",
        "is_terminator",
        "kinds",
        "name",
        "number",
        "operands",
        "read",
        "reads",
        "result",
        "targets",
        "text",
        "variadic",
    )

    def __init__(
        self,
        number: int,
        name: str,
        operands: tuple[str, ...],
        result: str,
        faults: tuple[str, ...],
        flags: frozenset[str],
        fuel: int,
        text: str,
    ) -> None:
        self.number: Final = number
        self.name: Final = name
        self.operands: Final = operands
        self.result: Final = result
        self.faults: Final = faults
        self.flags: Final = flags
        self.fuel: Final = fuel
        self.text: Final = text
        variadic = bool(operands) and operands[-1].endswith("...")
        kinds = (*operands[:-1], operands[-1][:-3]) if variadic else operands
        immediate = [kind[0] == "#" for kind in kinds]
        places = [place for place, is_immediate in enumerate(immediate) if not is_immediate]
        first, count = places[0] if places else 0, len(places)
        together = variadic or places == list(range(first, first + count))
        reads: slice | tuple[int, ...] = slice(first, None if variadic else first + count) if together else tuple(places)
        self.variadic: Final = variadic
        self.kinds: Final = kinds
        self.reads: Final = reads
        self.read: Final[Callable[[tuple[Any, ...]], tuple[int, ...]]] = itemgetter(*(reads if isinstance(reads, tuple) else (reads,)))
        first = kinds.index("#block") if "#block" in kinds else 0
        self.targets: Final = slice(first, first + kinds.count("#block"))
        self.is_terminator: Final = "terminator" in flags
        self.is_inline: Final = "inline" in flags
        self.is_pure: Final = "pure" in flags

    def kind(self, index: int) -> str:
        """The notation of operand ``index``, with a variadic tail unrolled."""
        return self.kinds[min(index, len(self.kinds) - 1)]

    @property
    def c_name(self) -> str:
        """The C identifier of the op: the runtime function's name, and ``BELL_OP_...`` upper-cased."""
        return "bell_" + self.name.replace(".", "_")

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __reduce__(self) -> tuple[object, ...]:
        return _named, (self.name,)


CHANGES: Final = frozenset({"writes", "io", "calls"})
"""Flags of ops after which memory or the world outside is not what it was."""

OPS: Final[dict[str, Op]] = {}
BY_NUMBER: Final[dict[int, Op]] = {}


def _named(name: str) -> Op:
    return OPS[name]


def _op(number: int, name: str, operands: str, result: str, faults: str, text: str, flags: str = "pure inline", fuel: int = 1) -> None:
    op = Op(number, name, tuple(operands.split()), result, tuple(faults.split()), frozenset(flags.split()), fuel, text)
    if name in OPS or number in BY_NUMBER:
        raise ValueError(f"op {name} ({number}) is declared twice")
    OPS[name] = BY_NUMBER[number] = op


# --- 0: control -------------------------------------------------------------------------------------------------------------------
# fmt: off
_op(0, "jump", "#block", "", "", "go to the block", "terminator inline", 0)
_op(1, "br", "bool #block #block", "", "", "go to the first block if true, else to the second", "terminator inline")
_op(2, "ret", "*...", "", "", "return these values, one per result of the function", "terminator inline")
_op(3, "call", "#function *...", "=", "E0804", "call a function of the module; one destination per result", "inline allocates reads writes io", 2)
_op(4, "fuel", "#int", "", "E0801 E0802", "take this many units; stop when the limit is reached", "inline", 0)
_op(5, "unreachable", "", "", "", "never executed", "terminator inline", 0)
_op(6, "raise", "#str str", "", "E0705", "end the program with this exception class and message", "terminator inline")
_op(8, "guard", "#block #block", "", "", "go to the first block; where the instruction before, the last that may fault, ends with a fault that a program can catch, its results stay as they were and the second block is next", "terminator inline", 0)
_op(9, "raise.any", "any", "", "E0705", "raise this exception object", "terminator inline")
_op(10, "exc.current", "", "any", "", "the exception object of the fault that led to this block, which is over", "allocates handles", 8)
_op(11, "exc.clear", "", "", "", "the fault that led to this block is over; nobody asks for its exception object", "handles")
_op(12, "yield", "*...", "=", "E0705", "hand these values to who resumed the generator and wait; gives what is sent, None for next(), or ends with the exception that is thrown in", "inline reads writes io", 0)
_op(13, "yield.from", "any *...", "=", "E0705", "as yield of the values, which came from this iterator: it gets what is sent and thrown; gives the end of an iteration where it ended with that", "inline reads writes io", 0)
_op(7, "fault", "#str *...", "", "*", "end with the error code; up to two operands go into its message", "terminator inline")

# --- 20: constants and moves ------------------------------------------------------------------------------------------------------
_op(20, "const.int", "#int", "int", "", "the integer", fuel=0)
_op(21, "const.float", "#float", "float", "", "the float", fuel=0)
_op(22, "const.bool", "#bool", "bool", "", "the truth value", fuel=0)
_op(23, "const.str", "#str", "str", "", "the string, from the module's pool", fuel=0)
_op(24, "const.none", "", "any", "", "None as a tagged word", fuel=0)
_op(25, "move", "*", "*", "", "the same value", fuel=0)
_op(26, "select", "bool * *", "*", "", "the first value if true, else the second; both were computed")
_op(27, "global.get", "#global", "=", "", "the module-level variable", "inline reads")
_op(28, "global.set", "#global *", "", "", "assign the module-level variable", "inline writes")
_op(29, "const.absent", "#type", "#type", "", "what an optional without a value holds: 0, 0.0, False, None, or the reference 0; never looked at", fuel=0)
_op(30, "const.unset", "", "any", "", "what a field holds that was never assigned; only any.is_unset may see it", "pure", 0)
_op(31, "any.is_unset", "any", "bool", "", "was the field never assigned?", "pure")
_op(32, "const.big", "#str", "any", "", "the int that these digits are, of any size: decimal, or after 0x hexadecimal", "pure allocates charges", 2)
_op(34, "const.bytes", "#str", "any", "", "the bytes whose values these characters are, all below 256", "pure allocates")

_op(33, "const.not_implemented", "", "any", "", "what a method of an operator gives where it does not know the operand", "pure", 0)

# --- 40: bool ---------------------------------------------------------------------------------------------------------------------
_op(40, "bool.not", "bool", "bool", "", "negation")
_op(41, "bool.and", "bool bool", "bool", "", "both; no short circuit")
_op(42, "bool.or", "bool bool", "bool", "", "either; no short circuit")
_op(43, "bool.to_int", "bool", "int", "", "0 or 1", fuel=0)
_op(44, "bool.eq", "bool bool", "bool", "", "equal")
_op(45, "bool.ne", "bool bool", "bool", "", "different")

# --- 100: int ---------------------------------------------------------------------------------------------------------------------
_op(100, "int.add", "int int", "int", "E0502", "sum")
_op(101, "int.sub", "int int", "int", "E0502", "difference")
_op(102, "int.mul", "int int", "int", "E0502", "product")
_op(103, "int.floordiv", "int int", "int", "E0501 E0502", "quotient rounded to minus infinity")
_op(104, "int.mod", "int int", "int", "E0501", "remainder with the sign of the divisor")
_op(105, "int.neg", "int", "int", "E0502", "negation")
_op(106, "int.abs", "int", "int", "E0502", "absolute value")
_op(107, "int.pow", "int int", "int", "E0502 E0510", "power; the exponent must not be negative", "pure")
_op(108, "int.and", "int int", "int", "", "bitwise and")
_op(109, "int.or", "int int", "int", "", "bitwise or")
_op(110, "int.xor", "int int", "int", "", "bitwise exclusive or")
_op(111, "int.invert", "int", "int", "", "bitwise complement")
_op(112, "int.shl", "int int", "int", "E0502 E0505", "shift left")
_op(113, "int.shr", "int int", "int", "E0505", "arithmetic shift right; any count of 63 and more gives the sign")
_op(114, "int.truediv", "int int", "float", "E0501", "quotient as the nearest float to the exact one", "pure")
_op(115, "int.to_float", "int", "float", "", "the nearest float")
_op(116, "int.to_bool", "int", "bool", "", "is it not zero?")
_op(117, "int.min", "int int", "int", "", "the smaller")
_op(118, "int.max", "int int", "int", "", "the larger")
_op(120, "int.eq", "int int", "bool", "", "equal")
_op(121, "int.ne", "int int", "bool", "", "different")
_op(122, "int.lt", "int int", "bool", "", "less")
_op(123, "int.le", "int int", "bool", "", "less or equal")
_op(124, "int.gt", "int int", "bool", "", "greater")
_op(125, "int.ge", "int int", "bool", "", "greater or equal")
_op(130, "int.add.nw", "int int", "int", "", "sum, proven to fit")
_op(131, "int.sub.nw", "int int", "int", "", "difference, proven to fit")
_op(132, "int.mul.nw", "int int", "int", "", "product, proven to fit")
_op(133, "int.neg.nw", "int", "int", "", "negation, proven to fit")
_op(134, "int.floordiv.nw", "int int", "int", "", "quotient rounded down; divisor proven not zero, result proven to fit")
_op(135, "int.mod.nw", "int int", "int", "", "remainder with the sign of the divisor; divisor proven not zero")
_op(136, "int.shl.nw", "int int", "int", "", "shift left, count proven 0..63 and the result to fit")
_op(137, "int.shr.nw", "int int", "int", "", "arithmetic shift right, count proven 0..63")
_op(138, "int.abs.nw", "int", "int", "", "absolute value, proven to fit")
_op(140, "int.round", "int int", "int", "E0502", "round to a negative number of digits, half to even", "pure")
_op(141, "int.range_len", "int int int", "int", "E0502 E0601", "how many values range(start, stop, step) has", "pure")
_op(119, "int.add.wrap", "int int", "int", "", "sum modulo 2**64")
_op(139, "int.range_stop", "int int int", "int", "E0601", "start + step * len(range(start, stop, step)), modulo 2**64: where a walk of the range ends", "pure")
_op(142, "int.gcd", "int int", "int", "E0502", "greatest common divisor, never negative", "pure", 8)
_op(143, "int.lcm", "int int", "int", "E0502", "least common multiple, never negative", "pure", 8)
_op(144, "int.isqrt", "int", "int", "E0719", "integer square root", "pure")
_op(145, "int.factorial", "int", "int", "E0502 E0719", "factorial", "pure")
_op(146, "int.comb", "int int", "int", "E0502 E0719", "binomial coefficient", "pure")
_op(147, "int.perm", "int int", "int", "E0502 E0719", "number of permutations", "pure")
_op(148, "int.bit_length", "int", "int", "", "bits of the absolute value", "pure")
_op(149, "int.bit_count", "int", "int", "", "one bits of the absolute value", "pure")

# --- 200: float -------------------------------------------------------------------------------------------------------------------
_op(200, "float.add", "float float", "float", "", "sum")
_op(201, "float.sub", "float float", "float", "", "difference")
_op(202, "float.mul", "float float", "float", "", "product")
_op(203, "float.div", "float float", "float", "E0501", "quotient; a zero divisor is an error, as in Python")
_op(204, "float.floordiv", "float float", "float", "E0501", "floor of the quotient, computed as CPython does", "pure")
_op(205, "float.mod", "float float", "float", "E0501", "remainder with the sign of the divisor, computed as CPython does", "pure")
_op(206, "float.pow", "float float", "float", "E0506 E0507 E0508", "power, with CPython's special cases", "pure")
_op(207, "float.neg", "float", "float", "", "negation")
_op(208, "float.abs", "float", "float", "", "absolute value")
_op(209, "float.to_int", "float", "int", "E0504 E0509", "towards zero", "pure inline")
_op(210, "float.floor", "float", "int", "E0504 E0509", "towards minus infinity", "pure inline")
_op(211, "float.ceil", "float", "int", "E0504 E0509", "towards infinity", "pure inline")
_op(212, "float.round", "float", "int", "E0504 E0509", "nearest integer, half to even", "pure inline")
_op(213, "float.round_to", "float int", "float", "E0506", "round to so many decimal digits, correctly, half to even", "pure")
_op(214, "float.to_bool", "float", "bool", "", "is it not zero?")
_op(215, "float.sqrt", "float", "float", "E0503", "square root")
_op(216, "float.div.nc", "float float", "float", "", "quotient, divisor proven not zero")
_op(217, "float.is_integer", "float", "bool", "", "has it no fraction?", "pure")
_op(220, "float.eq", "float float", "bool", "", "equal")
_op(221, "float.ne", "float float", "bool", "", "different")
_op(222, "float.lt", "float float", "bool", "", "less")
_op(223, "float.le", "float float", "bool", "", "less or equal")
_op(224, "float.gt", "float float", "bool", "", "greater")
_op(225, "float.ge", "float float", "bool", "", "greater or equal")
_op(230, "intfloat.eq", "int float", "bool", "", "equal, compared exactly", "pure")
_op(231, "intfloat.ne", "int float", "bool", "", "different, compared exactly", "pure")
_op(232, "intfloat.lt", "int float", "bool", "", "less, compared exactly", "pure")
_op(233, "intfloat.le", "int float", "bool", "", "less or equal, compared exactly", "pure")
_op(234, "intfloat.gt", "int float", "bool", "", "greater, compared exactly", "pure")
_op(235, "intfloat.ge", "int float", "bool", "", "greater or equal, compared exactly", "pure")

# --- 250: math --------------------------------------------------------------------------------------------------------------------
for _number, _name, _faults, _meaning in (
    (250, "exp", "E0506", "e to the power"),
    (251, "exp2", "E0506", "2 to the power"),
    (252, "expm1", "E0506", "exp(x) - 1"),
    (253, "log", "E0503", "natural logarithm"),
    (254, "log2", "E0503", "logarithm to base 2"),
    (255, "log10", "E0503", "logarithm to base 10"),
    (256, "log1p", "E0503", "log(1 + x)"),
    (257, "sin", "E0503", "sine"),
    (258, "cos", "E0503", "cosine"),
    (259, "tan", "E0503", "tangent"),
    (260, "asin", "E0503", "arc sine"),
    (261, "acos", "E0503", "arc cosine"),
    (262, "atan", "", "arc tangent"),
    (263, "sinh", "E0506", "hyperbolic sine"),
    (264, "cosh", "E0506", "hyperbolic cosine"),
    (265, "tanh", "", "hyperbolic tangent"),
    (266, "asinh", "", "inverse hyperbolic sine"),
    (267, "acosh", "E0503", "inverse hyperbolic cosine"),
    (268, "atanh", "E0503", "inverse hyperbolic tangent"),
    (269, "erf", "", "error function"),
    (270, "erfc", "", "complementary error function"),
    (271, "cbrt", "", "cube root"),
    (272, "degrees", "", "radians to degrees"),
    (273, "radians", "", "degrees to radians"),
    (274, "gamma", "E0503 E0506", "gamma function"),
    (275, "lgamma", "E0503 E0506", "natural logarithm of the absolute value of the gamma function"),
):
    _op(_number, f"math.{_name}", "float", "float", _faults, _meaning, "pure", 4)
_op(280, "math.atan2", "float float", "float", "", "arc tangent of y/x", "pure", 4)
_op(281, "math.pow", "float float", "float", "E0503 E0506", "power as math.pow gives it", "pure", 4)
_op(282, "math.fmod", "float float", "float", "E0503", "remainder with the sign of the dividend", "pure", 4)
_op(283, "math.copysign", "float float", "float", "", "magnitude of the first, sign of the second", "pure")
_op(284, "math.hypot", "float float", "float", "E0506", "Euclidean distance", "pure", 4)
_op(285, "math.remainder", "float float", "float", "E0503", "IEEE 754 remainder", "pure", 4)
_op(286, "math.nextafter", "float float", "float", "", "next float towards the second", "pure")
_op(287, "math.ulp", "float", "float", "", "value of the least significant bit", "pure")
_op(288, "math.isnan", "float", "bool", "", "not a number?", "pure")
_op(289, "math.isinf", "float", "bool", "", "an infinity?", "pure")
_op(290, "math.isfinite", "float", "bool", "", "neither?", "pure")
_op(291, "math.isclose", "float float float float", "bool", "E0719", "close by relative or absolute tolerance", "pure", 4)
_op(292, "math.ldexp", "float int", "float", "E0506", "x * 2**i", "pure")
_op(293, "math.logb", "float float", "float", "E0503 E0501", "logarithm to a base: log(x) / log(base)", "pure", 8)
_op(294, "math.exponent", "float", "int", "", "the exponent of frexp: x is m * 2**e, 0.5 <= abs(m) < 1; 0 for 0, infinities and NaN", "pure")
_op(295, "math.norm", "float...", "float", "", "Euclidean length of a vector of these components", "pure", 8)

# --- 300: str ---------------------------------------------------------------------------------------------------------------------
_S = "pure allocates charges"
_op(300, "str.len", "str", "int", "", "code points")
_op(301, "str.index", "str int", "str", "E0701", "the character at the index; negative counts from the end", "pure inline allocates")
_op(302, "str.code_at", "str int", "int", "E0701", "the code point at the index; negative counts from the end")
_op(303, "str.slice", "str int int int", "str", "E0714", "slice; -2**63 stands for an absent bound", _S)
_op(304, "str.concat", "str str", "str", "", "one after the other", _S)
_op(305, "str.build", "str...", "str", "", "all after one another", _S)
_op(306, "str.repeat", "str int", "str", "", "so many times", _S)
_op(307, "str.eq", "str str", "bool", "", "equal", "pure charges")
_op(308, "str.ne", "str str", "bool", "", "different", "pure charges")
_op(309, "str.lt", "str str", "bool", "", "before, by code point", "pure charges")
_op(310, "str.le", "str str", "bool", "", "before or equal", "pure charges")
_op(311, "str.gt", "str str", "bool", "", "after", "pure charges")
_op(312, "str.ge", "str str", "bool", "", "after or equal", "pure charges")
_op(313, "str.contains", "str str", "bool", "", "is the second within the first?", "pure charges")
_op(314, "str.to_bool", "str", "bool", "", "is it not empty?")
_op(315, "str.ord", "str", "int", "E0716", "the code point of a one-character string", "pure")
_op(316, "str.from_code", "int", "str", "E0711", "the one-character string of a code point", "pure allocates")
_op(317, "str.repr", "str", "str", "", "as a literal", _S)
_op(318, "str.to_int", "str int", "int", "E0703 E0502 E0718", "read an int in a base", "pure charges")
_op(319, "str.to_float", "str", "float", "E0713", "read a float", "pure charges")
_op(320, "int.to_str", "int", "str", "", "decimal digits", "pure allocates", 4)
_op(321, "float.to_str", "float", "str", "", "the shortest digits that read back as the same float", "pure allocates", 8)
_op(322, "bool.to_str", "bool", "str", "", "True or False", "pure allocates")
_op(323, "int.format", "int str", "str", "E0710", "by a format spec", _S, 8)
_op(324, "float.format", "float str", "str", "E0710", "by a format spec", _S, 8)
_op(325, "str.format", "str str", "str", "E0710", "by a format spec", _S, 8)
_op(326, "bool.format", "bool str", "str", "E0710", "by a format spec", _S, 8)
_op(327, "int.to_base", "int int", "str", "", "bin, oct, hex: with the prefix of base 2, 8 or 16", "pure allocates", 4)
_op(328, "str.index.nc", "str int", "str", "", "the character, index proven to be 0..length-1", "pure inline allocates")
_op(329, "str.code_at.nc", "str int", "int", "", "the code point, index proven to be 0..length-1")
_op(330, "str.compose", "any...", "str", "E1201", "the characters of strs and the digits of ints, all after one another; any other value is refused", _S, 4)
for _number, _name, _meaning in (
    (340, "upper", "upper case"),
    (341, "lower", "lower case"),
    (342, "title", "title case"),
    (343, "capitalize", "first character to title case, the rest to lower"),
    (344, "casefold", "folded for caseless comparison"),
    (345, "swapcase", "upper to lower and back"),
    (346, "strip", "without white space at both ends"),
    (347, "lstrip", "without white space at the start"),
    (348, "rstrip", "without white space at the end"),
):
    _op(_number, f"str.{_name}", "str", "str", "", _meaning, _S)
for _number, _name, _meaning in (
    (349, "strip_chars", "without these characters at both ends"),
    (350, "lstrip_chars", "without these characters at the start"),
    (351, "rstrip_chars", "without these characters at the end"),
    (352, "removeprefix", "without the prefix, if it is there"),
    (353, "removesuffix", "without the suffix, if it is there"),
):
    _op(_number, f"str.{_name}", "str str", "str", "", _meaning, _S)
_op(354, "str.replace", "str str str int", "str", "", "with the second replaced by the third, at most so many times (-1: all)", _S)
_op(355, "str.startswith", "str str", "bool", "", "does it start with the second?", "pure charges")
_op(356, "str.endswith", "str str", "bool", "", "does it end with the second?", "pure charges")
_op(357, "str.find", "str str int int", "int", "", "lowest index of the second within the bounds, or -1; -2**63 is an absent bound", "pure charges")
_op(358, "str.rfind", "str str int int", "int", "", "highest index of the second within the bounds, or -1", "pure charges")
_op(359, "str.count", "str str int int", "int", "", "occurrences that do not overlap, within the bounds", "pure charges")
_op(360, "str.split", "str int", "list[str]", "", "words between white space, at most so many splits (-1: all)", "allocates charges")
_op(361, "str.split_by", "str str int", "list[str]", "E0715", "parts between separators", "allocates charges")
_op(362, "str.rsplit", "str int", "list[str]", "", "as split, from the right", "allocates charges")
_op(363, "str.rsplit_by", "str str int", "list[str]", "E0715", "as split_by, from the right", "allocates charges")
_op(364, "str.splitlines", "str bool", "list[str]", "", "lines, with their ends if true", "allocates charges")
_op(365, "str.join", "str list[str]", "str", "", "the strings with the first between them", "reads allocates charges")
_op(366, "str.partition", "str str", "tuple[str, str, str]", "E0715", "before, separator and after the first separator", "pure allocates charges")
_op(367, "str.rpartition", "str str", "tuple[str, str, str]", "E0715", "before, separator and after the last separator", "pure allocates charges")
_op(368, "str.center", "str int str", "str", "E0717", "centred to a width", _S)
_op(369, "str.ljust", "str int str", "str", "E0717", "left-justified to a width", _S)
_op(370, "str.rjust", "str int str", "str", "E0717", "right-justified to a width", _S)
_op(371, "str.zfill", "str int", "str", "", "zeros on the left up to a width, after a sign", _S)
_op(372, "str.expandtabs", "str int", "str", "", "tabs as blanks up to the next column of that many", _S)
for _number, _name, _meaning in (
    (380, "isalpha", "only letters"),
    (381, "isdigit", "only digits"),
    (382, "isalnum", "only letters and digits"),
    (383, "isspace", "only white space"),
    (384, "isupper", "cased, and all upper case"),
    (385, "islower", "cased, and all lower case"),
    (386, "istitle", "title-cased"),
    (387, "isnumeric", "only numeric characters"),
    (388, "isdecimal", "only decimal digits"),
    (389, "isascii", "only ASCII"),
    (390, "isidentifier", "an identifier"),
    (391, "isprintable", "only printable characters"),
):
    _op(_number, f"str.{_name}", "str", "bool", "", _meaning, "pure charges")

# --- 400: list --------------------------------------------------------------------------------------------------------------------
_op(400, "list.new", "#type int", "#type", "", "an empty list with room for so many elements", "allocates charges")
_op(401, "list.of", "#type *...", "#type", "", "a list of these elements", "allocates", 2)
_op(402, "list.len", "list[T]", "int", "", "elements", "inline reads")
_op(403, "list.get", "list[T] int", "T", "E0701", "the element at the index; negative counts from the end", "inline reads")
_op(404, "list.set", "list[T] int T", "", "E0701", "replace the element at the index", "inline writes")
_op(405, "list.get.nc", "list[T] int", "T", "", "the element, index proven to be 0..length-1", "inline reads")
_op(406, "list.set.nc", "list[T] int T", "", "", "replace the element, index proven to be 0..length-1", "inline writes")
_op(407, "list.append", "list[T] T", "", "", "add at the end", "inline writes allocates")
_op(408, "list.pop", "list[T] int", "T", "E0701 E0706", "remove and give the element at the index", "writes charges")
_op(409, "list.insert", "list[T] int T", "", "", "insert before the index", "writes allocates charges")
_op(410, "list.extend", "list[T] list[T]", "", "", "add all elements of the second", "writes allocates charges")
_op(411, "list.concat", "list[T] list[T]", "list[T]", "", "one after the other", "reads allocates charges")
_op(412, "list.repeat", "list[T] int", "list[T]", "", "so many times", "reads allocates charges")
_op(413, "list.slice", "list[T] int int int", "list[T]", "E0714", "slice; -2**63 stands for an absent bound", "reads allocates charges")
_op(414, "list.contains", "list[T] T", "bool", "E0720 E0784", "is the value in it?", "reads charges compares")
_op(415, "list.find", "list[T] T int int", "int", "E0720 E0784", "lowest index of the value within the bounds, or -1", "reads charges compares")
_op(416, "list.count", "list[T] T", "int", "E0720 E0784", "how often the value is in it", "reads charges compares")
_op(417, "list.reverse", "list[T]", "", "", "reverse in place", "writes charges")
_op(418, "list.sort", "list[T] bool", "", "E0308 E0720 E0784", "sort in place, stably; descending if true", "writes allocates charges compares")
_op(419, "list.clear", "list[T]", "", "", "remove all elements", "writes")
_op(420, "list.eq", "list[T] list[T]", "bool", "E0720 E0784", "equal element by element", "reads charges compares")
_op(421, "list.lt", "list[T] list[T]", "bool", "E0308 E0720 E0784", "before, element by element", "reads charges compares")
_op(422, "list.le", "list[T] list[T]", "bool", "E0308 E0720 E0784", "before or equal, element by element", "reads charges compares")
_op(423, "list.delete", "list[T] int", "", "E0701", "remove the element at the index", "writes charges")
_op(424, "list.from_str", "str", "list[str]", "", "the characters", "allocates charges")
_op(425, "list.range", "int int int", "list[int]", "E0601", "the values of range(start, stop, step)", "allocates charges")
_op(426, "list.sum_int", "list[int]", "int", "E0502", "sum from the left", "reads charges")
_op(427, "list.sum_float", "list[float]", "float", "", "sum from the left, starting at 0.0", "reads charges")
_op(428, "list.fsum", "list[float]", "float", "E0503 E0506", "the exact sum, rounded once", "reads charges")
_op(429, "list.dist", "list[float] list[float]", "float", "E0719", "Euclidean distance of two points of as many dimensions", "reads charges", 8)
_op(430, "list.set_slice", "list[T] list[T] int int int", "", "E0714 E0719", "replace the slice by the elements of the second; -2**63 stands for an absent bound or step", "writes allocates charges")
_op(431, "list.del_slice", "list[T] int int int", "", "E0714", "remove the slice; -2**63 stands for an absent bound or step", "writes charges")
_op(432, "list.remove", "list[T] T", "", "E0707 E0720 E0784", "remove the first element equal to the value", "writes charges compares")
_op(433, "list.reverse_copy", "list[T]", "list[T]", "", "the elements from the last to the first", "reads allocates charges")
_op(434, "list.argsort", "list[T] bool", "list[int]", "E0308 E0720 E0784", "the places of the elements in sorted order, equal ones as they stand; descending if true", "reads allocates charges compares")
_op(435, "list.gather", "list[T] list[int]", "list[T]", "E0701", "the elements at these places", "reads allocates charges")

# --- 450: tuple and record --------------------------------------------------------------------------------------------------------
_op(450, "tuple.new", "#type *...", "#type", "", "a tuple of these values", "pure allocates", 2)
_op(451, "tuple.get", "tuple #int", "slot", "", "the value at the constant position", "pure inline")
_op(452, "record.new", "#type *...", "#type", "", "a record of these field values", "allocates", 2)
_op(453, "record.get", "record #int", "slot", "", "the field at the position", "inline reads")
_op(454, "record.set", "record #int *", "", "", "assign the field at the position", "inline writes")
_op(456, "record.is", "record #type", "bool", "", "is it of that record, or of one that derives from it?", "pure")
_op(457, "record.to", "record #type", "#type", "E0309", "the record, which must be of that type or of one that derives from it", "pure")
_op(455, "ref.is", "ref ref", "bool", "", "the same object?", "pure inline")

_op(460, "fn.new", "#type *...", "#type", "", "a function object of that type with these captured values", "pure allocates", 2)
_op(461, "fn.get", "closure #int", "slot", "", "the captured value at the constant position", "pure inline")

# --- 500: dict and set ------------------------------------------------------------------------------------------------------------
_op(500, "dict.new", "#type int", "#type", "", "an empty dict with room for so many entries", "allocates charges")
_op(501, "dict.len", "dict[K,V]", "int", "", "entries", "inline reads")
_op(502, "dict.get", "dict[K,V] K", "V", "E0702 E0309 E0720", "the value of the key", "reads charges compares")
_op(503, "dict.set", "dict[K,V] K V", "", "E0309 E0720", "assign the key", "writes allocates charges compares")
_op(504, "dict.find", "dict[K,V] K", "int", "E0309 E0720", "the entry position of the key, or -1", "reads charges compares")
_op(505, "dict.walk", "dict[K,V] int int int", "int", "E0602 E0604", "the first entry position from here on that is in use, or -1; of so many entries, so many still expected", "reads")
_op(506, "dict.key_at", "dict[K,V] int", "K", "E0701", "the key at an entry position that is in use", "reads")
_op(507, "dict.value_at", "dict[K,V] int", "V", "E0701", "the value at an entry position that is in use", "reads")
_op(508, "dict.remove", "dict[K,V] K", "bool", "E0309 E0720", "remove the key; was it there?", "writes charges compares")
_op(509, "dict.clear", "dict[K,V]", "", "", "remove all entries", "writes")
_op(510, "dict.copy", "dict[K,V]", "dict[K,V]", "", "a copy", "reads allocates charges compares")
_op(511, "dict.eq", "dict[K,V] dict[K,V]", "bool", "E0720 E0784", "same keys with equal values", "reads charges compares")
_op(512, "dict.prev", "dict[K,V] int", "int", "", "the last entry position from here down that is in use, or -1", "reads")
_op(513, "dict.remove_at", "dict[K,V] int", "", "E0701", "remove the entry at a position that is in use", "writes")
_op(514, "dict.update", "dict[K,V] dict[K,V]", "", "E0720", "assign all entries of the second", "writes allocates charges compares")
_op(515, "dict.merge", "dict[K,V] dict[K,V]", "dict[K,V]", "E0720", "a copy of the first with all entries of the second assigned", "reads allocates charges compares")
_op(516, "dict.set_default", "dict[K,V] K V", "V", "E0309 E0720", "the value of the key, which is assigned first where it is not there", "writes allocates charges compares")
_op(517, "dict.from_keys", "#type list[T] *", "#type", "E0309 E0720", "a dict of these keys, each with the value", "reads allocates charges compares")
_op(520, "set.new", "#type int", "#type", "", "an empty set with room for so many elements", "allocates charges")
_op(521, "set.len", "set[T]", "int", "", "elements", "inline reads")
_op(522, "set.add", "set[T] T", "", "E0309 E0720", "add the element", "writes allocates charges compares")
_op(523, "set.contains", "set[T] T", "bool", "E0309 E0720", "is it an element?", "reads charges compares")
_op(524, "set.remove", "set[T] T", "bool", "E0309 E0720", "remove the element; was it there?", "writes charges compares")
_op(525, "set.to_list", "set[T]", "list[T]", "", "the elements in the set's order", "reads allocates charges")
_op(526, "set.eq", "set[T] set[T]", "bool", "E0720 E0784", "same elements", "reads charges compares")
_op(527, "set.union", "set[T] set[T]", "set[T]", "E0720", "the elements of either", "reads allocates charges compares")
_op(528, "set.intersection", "set[T] set[T]", "set[T]", "E0720", "the elements of both", "reads allocates charges compares")
_op(529, "set.difference", "set[T] set[T]", "set[T]", "E0720", "the elements of the first that are not in the second", "reads allocates charges compares")
_op(530, "set.symmetric_difference", "set[T] set[T]", "set[T]", "E0720", "the elements of one of the two only", "reads allocates charges compares")
_op(531, "set.update", "set[T] set[T]", "", "E0720", "add the elements of the second", "writes allocates charges compares")
_op(532, "set.intersection_update", "set[T] set[T]", "", "E0720", "remove what the second does not have", "writes allocates charges compares")
_op(533, "set.difference_update", "set[T] set[T]", "", "E0720", "remove the elements of the second", "writes allocates charges compares")
_op(534, "set.symmetric_difference_update", "set[T] set[T]", "", "E0720", "remove what is in the second, add what is only there", "writes allocates charges compares")
_op(535, "set.is_subset", "set[T] set[T]", "bool", "E0720", "are all elements in the second?", "reads charges compares")
_op(536, "set.is_disjoint", "set[T] set[T]", "bool", "E0720", "have the two no element in common?", "reads charges compares")
_op(537, "set.pop", "set[T]", "T", "E0781", "remove and give the element that set.pop() of CPython takes", "writes")
_op(538, "set.copy", "set[T]", "set[T]", "", "a copy, whose order may be another", "reads allocates charges")
_op(539, "set.clear", "set[T]", "", "", "remove all elements", "writes")
_op(540, "set.next", "set[T] int", "int", "", "the first place from here on that is in use, or -1", "reads")
_op(541, "set.at", "set[T] int", "T", "E0701", "the element at a place that is in use", "reads")
_op(542, "set.add_items", "set[any] any", "", "E0309 E0720 E0780 E0783", "add what a container gives", "writes allocates charges compares")

# --- 600: any ---------------------------------------------------------------------------------------------------------------------
_op(600, "any.from", "*", "any", "", "the value as a tagged word", "pure allocates inline")
_op(601, "any.to", "any #type", "#type", "E0309 E0502", "the value, which must be of exactly that type", "pure")
_op(602, "any.is", "any #type", "bool", "", "is the value of that type? containers: of that kind, whatever they hold; records: of that name; bool is not int here", "pure")
_op(603, "any.binary", "#int any any", "any", "E0308 E0309 E0501 E0505 E0506 E0507 E0508 E0719 E0720 E0770 E0772 E0773 E0774 E0780 E0783 E0784 E0790 E0791 E0797 E0798", "the operator BINARY_OPERATORS[i]", "reads allocates charges calls", 4)
_op(604, "any.unary", "#int any", "any", "E0308", "the operator UNARY_OPERATORS[i]", "allocates charges reads calls", 4)
_op(605, "any.eq", "any any", "bool", "E0309 E0720 E0784", "equal", "reads charges allocates calls", 4)
_op(606, "any.compare", "#int any any", "bool", "E0308 E0309 E0720 E0772 E0784", "the comparison ORDER_OPERATORS[i]", "reads charges allocates calls", 4)
_op(607, "any.truth", "any", "bool", "", "is it true?", "reads allocates calls", 2)
_op(608, "any.len", "any", "int", "E0309 E0783", "its length", "reads allocates calls", 2)
_op(609, "any.index", "any any", "any", "E0308 E0309 E0701 E0702 E0720", "element by index or key", "reads allocates charges calls", 4)
_op(610, "any.contains", "any any", "bool", "E0308 E0309 E0720 E0784", "is the second in the first?", "reads charges allocates calls", 4)
_op(611, "any.to_str", "any", "str", "E0719", "as print shows it", "reads allocates charges calls", 8)
_op(612, "any.repr", "any", "str", "E0719", "as a literal", "reads allocates charges calls", 8)
_op(613, "any.format", "any str", "str", "E0710 E0719 E0770", "by a format spec", "reads allocates charges calls", 8)
_op(614, "any.type_name", "any", "str", "", "the name of its type", "pure allocates")
_op(615, "any.to_number", "any #type", "#type", "E0309 E0502 E0504 E0509 E0703 E0713 E0770", "int(x) or float(x)", "reads charges allocates calls", 4)
_op(616, "any.is_same", "any any", "bool", "", "identity: the same object, or the same None, bool", "pure")
_op(617, "any.set_index", "any any any", "", "E0308 E0309 E0701 E0720 E0780", "container[index or key] = value", "reads writes allocates charges calls", 4)
_op(618, "any.del_index", "any any", "", "E0308 E0309 E0701 E0702 E0720 E0780", "del container[index or key]", "reads writes charges allocates calls", 4)
_op(619, "any.slice", "any any any any", "any", "E0309 E0714 E0780 E0783", "container[start:stop:step]; None for what is absent", "reads allocates charges", 4)
_op(620, "any.set_slice", "any any any any any", "", "E0309 E0714 E0719 E0780 E0783", "container[start:stop:step] = values", "writes allocates charges", 4)
_op(621, "any.del_slice", "any any any any", "", "E0309 E0714 E0780", "del container[start:stop:step]", "writes charges", 4)
_op(622, "any.range", "int int int", "any", "E0601", "the range object", "pure allocates")
_op(623, "any.to_list", "any", "list[any]", "E0780 E0783", "a new list of what a container gives: elements, keys, characters", "reads allocates charges", 4)
_op(625, "any.to_set", "any", "set[any]", "E0309 E0720 E0780 E0783", "a new set of what a container gives", "reads allocates charges calls", 4)
_op(626, "any.to_frozenset", "any", "any", "E0309 E0720 E0780 E0783", "a frozenset of what a container gives; one itself is given back", "reads allocates charges calls", 4)
_op(628, "any.hash", "any", "int", "E0309", "its hash, as CPython has it under PYTHONHASHSEED=0", "reads charges allocates calls", 4)
_op(629, "any.in_place", "#int any any", "any", "E0308 E0309 E0501 E0505 E0506 E0507 E0508 E0719 E0720 E0766 E0770 E0772 E0773 E0774 E0780 E0783 E0784 E0790 E0791 E0797 E0798", "the assignment a BINARY_OPERATORS[i]= b: what a is from then on, itself where it was changed", "writes allocates charges calls", 4)
_op(630, "any.comparison", "#int any any", "any", "E0308 E0309 E0720 E0772 E0784", "the comparison COMPARISONS[i] as a value: what a method gives may be anything", "reads allocates charges calls", 4)
_op(639, "any.identity", "any", "int", "", "a number that no other object has while this one lives; each engine has its own, so that programs must not see it", "pure")
_op(624, "tuple.from_list", "list[any]", "any", "", "a tuple of the elements", "reads allocates charges")

_op(640, "any.call", "#str any any...", "any", "E0750 E0804", "call a function object; the last arguments have these names, parted by commas", "inline reads allocates charges calls", 4)
_op(641, "any.get_attr", "any #str", "any", "E0751", "the attribute of that name: a field, a class variable, what a property gives, a method bound to the object", "reads allocates calls", 4)
_op(642, "any.set_attr", "any #str any", "", "E0309 E0751", "assign the attribute of that name", "writes allocates calls", 4)
_op(643, "any.del_attr", "any #str", "", "E0751", "unassign the field of that name", "writes", 4)
_op(644, "any.has_attr", "any #str", "bool", "", "is there an attribute of that name?", "reads allocates calls", 4)
_op(645, "any.call_method", "#str #str any any...", "any", "E0750 E0751 E0804", "call the method of the first name; the last arguments have the second's names, parted by commas", "inline reads allocates charges calls", 4)
_op(646, "any.call_spread", "any any any", "any", "E0750 E0804", "call a function object with the arguments of a list or tuple and of a dict or None", "inline reads allocates charges calls", 4)
_op(647, "any.get_named", "any str", "any", "E0751", "the attribute of a name that is only known while running", "reads allocates calls", 8)
_op(648, "any.set_named", "any str any", "", "E0309 E0751", "assign the attribute of a name that is only known while running", "writes allocates calls", 8)
_op(649, "any.has_named", "any str", "bool", "", "is there an attribute of a name that is only known while running?", "reads allocates calls", 8)
# --- 670: methods of built-in types -----------------------------------------------------------------------------------------------
_op(670, "any.method", "#str #str any any...", "any", "E0308 E0309 E0702 E0720 E0784 E0790 E0791 E0792 E0793 E0794 E0795 E0796 E0797 E0798", "call the method of the first name on the value; the second names the last arguments, with commas between", "reads writes allocates charges calls", 8)
_op(671, "str.percent", "str any", "str", "E0790 E0791 E0797 E0798", "the string % the value", "reads allocates charges calls", 8)
_op(672, "str.format_args", "str any any", "str", "E0751 E0790 E0791 E0793 E0798", "the string with its fields replaced: by the elements of the second by number, of the third, a dict or None, by name", "reads allocates charges calls", 8)
_op(673, "any.ascii", "any", "str", "", "as any.repr, with what is not ASCII as escapes", "reads allocates charges calls", 8)
_op(674, "any.bytes", "any...", "any", "E0790 E0791 E0794 E0796 E0797", "bytes(...) of none to three arguments: a source, an encoding, the name of an error handler; an encoding that is not passed before a handler is unset", "reads allocates charges", 4)

_op(660, "any.iter", "any", "any", "E0780", "an iterator over it: of a container a new one; itself, of what is one", "reads allocates calls", 2)
_op(661, "any.next", "any", "any", "E0766 E0780", "the next item of an iterator, or the end, which only any.is_end may see", "reads writes allocates calls", 2)
_op(662, "any.is_end", "any", "bool", "", "is it the end that any.next gave?")
_op(667, "any.iter_value", "any", "any", "", "what the iterator that any.next found at its end came to: what a generator returned, what StopIteration says; else None", "reads")
_op(663, "any.view", "#int dict[K,V]", "any", "", "the view DICT_VIEWS[i] of the dict", "reads allocates")
_op(665, "list.extend_any", "list[any] any", "", "E0766 E0780 E0783", "add what anything that can be walked gives", "writes allocates charges calls", 4)
_op(666, "any.unpack", "any #int #bool #int", "list[any]", "E0766 E0768 E0780", "so many items; with a star, then a list of those in the middle and so many last ones", "reads writes allocates charges calls", 4)
_op(664, "any.reversed", "any", "any", "E0780", "an iterator over it from its end", "reads allocates calls", 2)
# --- 690: numbers of any size -----------------------------------------------------------------------------------------------------
_N = "reads allocates charges"
_C = "reads allocates charges calls"
_op(690, "any.to_int", "any", "any", "E0503 E0504 E0509 E0703 E0719 E0771", "int(x), of any size", _C, 4)
_op(691, "any.to_int_base", "any any", "any", "E0703 E0719 E0771", "int(x, base), of any size", _N, 4)
_op(692, "any.divmod", "any any", "any", "E0308 E0501 E0770", "divmod(a, b), a tuple of class any", _C, 8)
_op(693, "any.pow_mod", "any any any", "any", "E0308 E0501 E0506 E0507 E0508 E0719 E0770 E0771", "pow(a, b, m); of two for m None", _C, 8)
_op(694, "any.round", "any any", "any", "E0504 E0509 E0770 E0771", "round(x, digits); digits None: to an int", _C, 4)
_op(695, "any.math", "#int any...", "any", "E0501 E0503 E0504 E0509 E0719 E0770 E0771", "the function MATH_FUNCTIONS[i] of math on numbers of any size", _C, 8)
_op(696, "any.to_base", "#int any", "str", "E0771", "bin, oct, hex: with the prefix of base 2, 8 or 16", _N, 4)

# --- 720: decimals ------------------------------------------------------------------------------------------------------------------
_op(720, "decimal.new", "any", "any", "E0719 E0770 E0771 E0772", "Decimal(x), exactly", _N, 8)
_op(721, "decimal.call", "#int any...", "any", "E0504 E0509 E0719 E0770 E0771 E0772 E0773 E0774", "the method DECIMAL_METHODS[i] of the first on the others; a rounding mode is a str or None", _N, 8)
_op(722, "decimal.context", "int int", "", "", "from here on Decimals are computed to so many digits, rounded by ROUNDINGS[i]", "io", 2)

# --- 700: output ------------------------------------------------------------------------------------------------------------------
_op(700, "io.write", "str", "", "E0805 E0901", "write to the standard output", "io charges", 4)
_op(710, "host.call", "#int *...", "=", "E0502 E0802 E0803 E0804 E0901 E0902 E0903 E0904 E0905 E0906 E0907 E0908", "call the function Module.hosts[i] of the host", "reads allocates charges io", 16)
# --- 701, 705, 735: what is counted against a limit of its own ---
_op(701, "io.admit", "str", "", "E0805", "count a text that goes another way against the limit of output; what was printed before it is out", "io charges", 4)
_op(705, "event.admit", "int", "", "E0808", "so many events wait already: may one more?", "io", 2)
_op(706, "alloc.at", "#int", "", "", "what is allocated from here on comes from this site; only in modules that note sites", "io", 1)
_op(735, "loop.pass", "", "", "E0809", "count a pass through a loop; only in modules compiled to count them", "io", 1)

# --- 730: traces ------------------------------------------------------------------------------------------------------------------
_op(730, "trace.point", "#int", "", "", "write the record of this site of the trace, which has no words", "traces inline", 0)
_op(731, "trace.word", "#int *", "", "", "write the record of this site with the bits of an int, a float or a bool; for site -1, a further word of the record before", "traces inline", 0)
_op(732, "trace.value", "#int *", "", "", "the same with a preview of what a reference, or an any, refers to", "traces inline", 0)
_op(733, "trace.size", "#int *", "", "", "the same with the number of elements of a container, -1 for what has none", "traces inline", 0)
_op(734, "trace.free", "#bool", "", "", "from here on, or no longer, what ops charge is not taken: they are there for the trace alone", "traces inline", 0)
_op(736, "profile.at", "#int", "", "", "a segment of a profiled module begins here, by number: what is used from here on is its own", "traces inline", 0)

# --- 740: regular expressions -----------------------------------------------------------------------------------------------------
_op(740, "regex.compile", "str int", "any", "E0785 E0786 E0787 E0788", "a pattern, read with the flags of Python's re", "allocates charges", 16)
_op(741, "regex.match", "any str int int int any", "list[int]", "E0309", "where the pattern matches from a position on, before an end; the mode is 0 match, 1 search, 2 fullmatch, 3 search for another than the empty match at the position: the spans of the match and of its groups, -1 where unset, and the group closed last, or -1; empty for no match; the last operand is what regex.look made for the text and the end, which a pattern without lookarounds does not need", "allocates charges", 8)
_op(742, "regex.groups", "any", "int", "E0309", "its groups, the whole match not counted", "pure")
_op(743, "regex.group_names", "any", "dict[str, int]", "E0309", "its named groups", "allocates charges", 2)
_op(744, "regex.pattern", "any", "str", "E0309", "the pattern as it was written", "pure")
_op(745, "regex.flags", "any", "int", "E0309", "its flags, those written in the pattern included", "pure")
_op(746, "regex.looks", "any", "int", "E0309", "its lookarounds", "pure")
_op(747, "regex.look", "any str int", "any", "E0309", "where its lookarounds match in a text up to an end, as bytes for regex.match", "allocates charges", 8)
# fmt: on


BINARY_OPERATORS: Final = ("+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@")
"""What the immediate of ``any.binary`` counts."""
UNARY_OPERATORS: Final = ("-", "+", "~", "abs")
"""What the immediate of ``any.unary`` counts."""
ORDER_OPERATORS: Final = ("<", "<=", ">", ">=")
"""What the immediate of ``any.compare`` counts."""
COMPARISONS: Final = (*ORDER_OPERATORS, "==", "!=")
"""What the immediate of ``any.comparison`` counts."""

DICT_VIEWS: Final = ("keys", "values", "items")
"""What the immediate of ``any.view`` counts."""


MATH_FUNCTIONS: Final = ("gcd", "lcm", "isqrt", "factorial", "comb", "perm", "floor", "ceil", "trunc", "log", "log2", "log10")
"""What the immediate of ``any.math`` counts."""
DECIMAL_METHODS: Final = (
    *(
        "quantize",
        "to_integral_value",
        "normalize",
        "sqrt",
        "as_tuple",
        "adjusted",
        "copy_sign",
        "copy_abs",
        "copy_negate",
        "compare",
        "min",
    ),
    *(
        "max",
        "is_finite",
        "is_infinite",
        "is_nan",
        "is_signed",
        "is_zero",
        "is_normal",
        "is_subnormal",
        "same_quantum",
        "scaleb",
        "logb",
        "fma",
    ),
    *("as_integer_ratio", "to_int", "floor", "ceil", "round", "exp", "ln", "log10"),
)
"""What the immediate of ``decimal.call`` counts."""
ROUNDINGS: Final = (
    *("ROUND_HALF_EVEN", "ROUND_HALF_UP", "ROUND_HALF_DOWN", "ROUND_DOWN", "ROUND_UP", "ROUND_FLOOR", "ROUND_CEILING", "ROUND_05UP"),
)
"""What the second operand of ``decimal.context`` counts."""
DECIMAL_OPERANDS: Final = {
    **dict.fromkeys(("copy_sign", "compare", "min", "max", "same_quantum", "scaleb"), (2, 2)),
    "quantize": (2, 3),
    "to_integral_value": (1, 2),
    "round": (1, 2),
    "fma": (3, 3),
}
"""How many operands a method of ``decimal.call`` takes, at least and at most, where that is not one."""


def c_type(notation: str) -> str:
    """The C type by which a register of this notation crosses the runtime interface."""
    return {
        "int": "int64_t",
        "float": "double",
        "bool": "int64_t",
        "": "void",
        "#int": "int64_t",
        "#bool": "int64_t",
        "#float": "double",
    }.get(notation, "bell_word")


def c_prototype(op: Op) -> str:
    """The prototype of a runtime op's C function.

    The context comes first, then the operands in order. Booleans travel as ``int64_t`` 0 or 1; references, ``any`` and operands whose
    type a container binds as ``bell_word``, floats of the latter by their bits. ``#type`` immediates are
    indices into the module's type table, ``uint32_t``. A variadic tail is a pointer to the words and their count.
    The result is a ``bell_word`` where its type is bound by an operand or an immediate.
    """
    arguments = ["bell_ctx *ctx"]
    for position, notation in enumerate(op.operands):
        if notation.endswith("..."):
            arguments += ["const bell_word *words", "int64_t count"]
        elif notation == "#type":
            arguments.append("uint32_t type")
        else:
            arguments.append(f"{c_type(notation)} a{position}")
    return f"{c_type(op.result)} {op.c_name}({', '.join(arguments)})"
