"""Every error Belljar raises: the tree of kinds, the table of codes, and how an error looks.

::

    BellError
    ├── BellSyntaxError       the text is not Bell
    ├── BellVariableError     a name, field or attribute that is not there
    ├── BellTypeError         values of the wrong type
    ├── BellFunctionError     calls: arguments, unknown tasks, recursion depth
    ├── BellMathError         arithmetic that has no answer
    ├── BellLoopError         loops and iteration
    ├── BellMemoryError       the heap limit
    ├── ProfileError          a profile that is not there, or cannot be used
    ├── BellCapabilityError   something the host did not grant
    ├── ReplayError           a trace that does not hold together
    └── BellRuntimeError      everything else that happens while running, and files and usage

A code is one row of :data:`CODES`: kind, message template, hint, the exit status a command ends with, the built-in exception
CPython would raise, and the long explanation. Messages, C constants (``csrc/runtime/faults.inc``), documentation and tests derive
from it.
"""

from __future__ import annotations

from belljar.source import NOWHERE, Source, Span
from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, ClassVar, Final


class ErrorCode(Frozen):
    """One row of the table of errors.

    ``message`` and ``hint`` are ``str.format`` templates, in which ``{n:argument}`` is the number with its noun: ``1 argument``, ``2 arguments``. ``exit`` is the process status: 1 the program raised it, 2 refused before
    running, 3 a limit, 4 a capability. ``python`` names the CPython exception of the same event, ``""`` where there is none.
    """

    __slots__ = ("code", "exit", "hint", "kind", "message", "python", "text")

    def __init__(self, code: str, kind: str, exit: int, python: str, message: str, hint: str, text: str) -> None:
        self.code: Final = code
        self.kind: Final = kind
        self.exit: Final = exit
        self.python: Final = python
        self.message: Final = message
        self.hint: Final = hint
        self.text: Final = text

    @property
    def number(self) -> int:
        return int(self.code[1:])

    @property
    def message_in_words(self) -> str:
        """The message with its parameters as ``<name>``, and as ``...`` where all that is known is that something stands there."""
        return _in_words(self.message)

    @property
    def hint_in_words(self) -> str:
        """The hint so, ``""`` where it says nothing but a parameter."""
        hint = _in_words(self.hint)
        return "" if hint.startswith("<") and hint.endswith(">") else hint

    @property
    def is_catchable(self) -> bool:
        """Whether a program can catch it: where CPython raises an exception and Bell ends with the same. Never limits, and never what CPython has an answer for."""
        return (
            (self.code[:3] in CATCHABLE_GROUPS or self.code in OF_HOSTS)
            and self.exit < 3
            and self.python != ""
            and self.code not in UNANSWERED
        )


def _in_words(template: str) -> str:
    import re

    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: "..." if len(found[1]) == 1 else f"<{found[1]}>", template)


CATCHABLE_GROUPS: Final = frozenset({"E02", "E03", "E04", "E05", "E06", "E07"})
OF_HOSTS: Final = frozenset({"E0903", "E0905"})
"""What a program may catch of the calls of functions of the host: arguments that do not fit, and exceptions of theirs."""
UNANSWERED: Final = frozenset({"E0502", "E0504", "E0508", "E0510"})
"""Codes of operations that have an answer in CPython and none in Bell's static types: a program may not go on as if they had none."""


CODES: dict[str, ErrorCode] = {}


def _code(code: str, kind: str, exit: int, message: str, *, python: str = "", hint: str = "", text: str) -> None:
    if code in CODES:
        raise ValueError(f"error code {code} is declared twice")
    CODES[code] = ErrorCode(code, kind, exit, python, message, hint, text)


# fmt: off
# --- E00: files and usage ---------------------------------------------------------------------------------------------------------
_code("E0001", "BellRuntimeError", 2, "File not found: {path}", hint="{nearest}", text="The file named on the command line or in a call does not exist.")
_code("E0002", "BellRuntimeError", 2, "Cannot read {path}: {reason}", text="The file exists but the system would not let it be read.")
_code("E0003", "BellRuntimeError", 2, "{detail}", text="The command or call was not used as it is meant to be; the message says which argument is wrong and what it takes.")
_code("E0004", "BellRuntimeError", 2, "Cannot write {path}: {reason}", text="The output could not be written. What was there before is still there.")
_code("E0005", "BellSyntaxError", 2, "{path} is not UTF-8 text: byte {byte} at offset {offset}", hint="save the file as UTF-8", text="Bell sources are UTF-8.")
_code("E0006", "BellRuntimeError", 1, "Interrupted", text="The run was stopped from the keyboard (Ctrl-C) or by the host. Nothing half-written is left behind.")
_code("E0007", "BellRuntimeError", 1, "The reader of the output went away (broken pipe)", text="What reads the standard output was closed before everything was written.")
_code("E0008", "BellRuntimeError", 2, "{what} needs {package}, which is not installed", hint="pip install 'belljar[{extra}]'", text="Parts that not everyone needs use libraries that are installed on request.")

# --- E01: syntax ------------------------------------------------------------------------------------------------------------------
_code("E0101", "BellSyntaxError", 2, "{detail}", python="SyntaxError", text="The text does not follow the grammar. Bell has Python's grammar, so what Python's parser refuses is refused here too.")
_code("E0102", "BellSyntaxError", 2, "Nesting is too deep: {found:level}, {limit} are allowed", hint="give the inner part a name", text="Brackets, blocks or operators are nested deeper than the compiler accepts. The bound protects the host from sources made to crash it.")
_code("E0103", "BellSyntaxError", 2, "The source is too large: {found} {unit}, {limit} are allowed", text="Sources are bounded in bytes, tokens and literal elements so that compiling them takes bounded time and memory.")
_code("E0104", "BellSyntaxError", 2, "Line {line} is too long: {found} characters, {limit} are allowed", text="A single line longer than the bound is refused before it is parsed.")
_code("E0105", "BellSyntaxError", 2, "The source has a NUL byte", python="SyntaxError", text="NUL bytes are not text.")
_code("E0106", "BellSyntaxError", 2, "{construct} is not part of Bell{version}", hint="{instead}", text="Python has this construct and Bell does not, or not yet. Bell refuses by name what it does not run, rather than running it differently.")
_code("E0107", "BellSyntaxError", 2, "'{name}' mixes scripts that look alike: {detail}", hint="write the name in one script", text="A name that mixes letters of scripts with look-alike characters can be taken for another name, so it is refused.")
_code("E0108", "BellSyntaxError", 2, "Names with two leading and trailing underscores are reserved: '{name}'", hint="use the language's own operations", text="Dunder access reaches into Python's object model, which Bell does not have.")
_code("E0109", "BellSyntaxError", 2, "'{word}' outside {place}", python="SyntaxError", text="The statement only has a meaning inside a function or a loop.")
_code("E0110", "BellSyntaxError", 2, "'{name}' cannot be imported", hint="available: {available}", text="Bell programs import only the modules Belljar provides.")

# --- E02: names -------------------------------------------------------------------------------------------------------------------
_code("E0201", "BellVariableError", 2, "Variable '{name}' not defined", python="NameError", hint="{nearest}", text="The name is not assigned anywhere the program could see it, and it is not a built-in.")
_code("E0202", "BellVariableError", 1, "Variable '{name}' is used before it is assigned", python="NameError", hint="assign it on every path that reaches this line", text="On the path taken, nothing had been assigned to the name yet. In a function CPython raises UnboundLocalError, which is a NameError.")
_code("E0203", "BellVariableError", 2, "{type} has no {what} '{name}'", python="AttributeError", hint="{nearest}", text="The value's type has no such method or field.")
_code("E0204", "BellVariableError", 2, "'{name}' is defined twice: line {line}", text="Two definitions of the same task, record or field in one module.")
_code("E0205", "BellVariableError", 2, "Variable '{name}' is used before it is assigned", python="NameError", hint="assign it before this line", text="No path through the program assigns the name before this line.")
_code("E0206", "BellVariableError", 2, "No value given for input '{name}'", hint="pass it with inputs or --input {name}=VALUE", text="The program was compiled with this name as an input, and the run did not give it.")

# --- E03: types -------------------------------------------------------------------------------------------------------------------
_code("E0301", "BellTypeError", 2, "Unsupported operand types for {op}: {left} and {right}", python="TypeError", hint="{advice}", text="The operator has no meaning for these two types.")
_code("E0302", "BellTypeError", 2, "{what} must be {expected}, got {found}", python="TypeError", hint="{advice}", text="A value does not have the type that its annotation, its parameter or its column declares.")
_code("E0303", "BellTypeError", 2, "{type} cannot be iterated over", python="TypeError", hint="{advice}", text="`for`, unpacking and the functions that walk a collection need one.")
_code("E0304", "BellTypeError", 2, "{type} cannot be called", python="TypeError", text="Only functions, records and built-ins can be called.")
_code("E0305", "BellTypeError", 2, "{type} cannot be indexed with {index}", python="TypeError", text="Lists, tuples and strings take integers and slices; dicts take their keys.")
_code("E0306", "BellTypeError", 2, "The type of {what} is not known before running", hint="{advice}", text="Under `# strict` every value must have one static type.")
_code("E0307", "BellTypeError", 2, "{what} may be None", python="TypeError", hint="test it first: if {name} is not None: ...", text="An optional value must be narrowed with `is None` before it is used as a value.")
_code("E0308", "BellTypeError", 1, "Unsupported operand types for {a}: {b}", python="TypeError", text="A value whose type is only known while running did not have a type the operation accepts.")
_code("E0309", "BellTypeError", 1, "Expected {a}, got {b}", python="TypeError", text="A value whose type is only known while running was not of the type needed here.")
_code("E0310", "BellTypeError", 2, "{type} cannot be a dict key or a set element", python="TypeError", text="Keys must be immutable: numbers, strings, bools, None, tuples of these.")
_code("E0311", "BellTypeError", 2, "Cannot unpack {found:value} into {expected:name}", python="ValueError", text="The number of names on the left is not the number of values on the right.")
_code("E0313", "BellTypeError", 2, "{detail}", python="TypeError", hint="{advice}", text="The types do not fit; the message says which and where.")

# --- E04: functions ---------------------------------------------------------------------------------------------------------------
_code("E0401", "BellFunctionError", 2, "{function}() is missing argument '{name}'", python="TypeError", text="A parameter without a default was given no argument.")
_code("E0402", "BellFunctionError", 2, "{function}() takes {expected:argument}, got {found}", python="TypeError", text="More or fewer positional arguments than the function takes.")
_code("E0403", "BellFunctionError", 2, "{function}() has no parameter '{name}'", python="TypeError", hint="{nearest}", text="A keyword argument that matches no parameter.")
_code("E0404", "BellFunctionError", 2, "No task '{name}' in {file}", hint="{nearest}", text="The program has no function of that name that can be called from outside.")
_code("E0405", "BellFunctionError", 2, "{function}() got two values for '{name}'", python="TypeError", text="The same parameter was given by position and by keyword.")

# --- E05: arithmetic --------------------------------------------------------------------------------------------------------------
_code("E0501", "BellMathError", 1, "Division by zero", python="ZeroDivisionError", text="The divisor of /, //, % or divmod was zero.")
_code("E0502", "BellMathError", 1, "Integer overflow: the result of {a} does not fit in 64 bits", python="OverflowError", hint="use float where an approximate result is enough", text="Calls and runs are made again with ints of any size where one leaves 64 bits. Batches, native calls, calls with `arrays=True` and with `promote=False` are not: there a result outside -2**63 .. 2**63-1 is an error, never a wrong number.")
_code("E0503", "BellMathError", 1, "math domain error", python="ValueError", text="A function of `math` was called outside its domain, such as sqrt(-1).")
_code("E0504", "BellMathError", 1, "Cannot convert float {a} to an integer", python="OverflowError", text="NaN, infinities and floats beyond 64 bits have no int value in Bell.")
_code("E0505", "BellMathError", 1, "Negative shift count", python="ValueError", text="<< and >> take counts of zero and more.")
_code("E0506", "BellMathError", 1, "math range error: the result is too large for a float", python="OverflowError", text="The result is beyond the largest finite float.")
_code("E0507", "BellMathError", 1, "0.0 cannot be raised to a negative power", python="ZeroDivisionError", text="Zero to a negative power is a division by zero.")
_code("E0508", "BellMathError", 1, "A negative number to a fractional power is complex", python="ValueError", text="CPython would answer with a complex number, which Bell does not have.")
_code("E0509", "BellMathError", 1, "Cannot convert float NaN to an integer", python="ValueError", text="NaN has no int value.")
_code("E0510", "BellMathError", 1, "{a} ** {b} is a float, and this expression is an int", python="", hint="where the exponent can be negative, write float(x) ** n", text="In CPython int ** int is an int for exponents of zero and more and a float below zero. Bell needs one type: with an exponent only known while running it is an int. Where a negative one comes up the run is made again with ints of any size, which has floats; in batches and with promote=False it is this error.")

# --- E06: loops -------------------------------------------------------------------------------------------------------------------
_code("E0601", "BellLoopError", 1, "range() step must not be zero", python="ValueError", text="A range with step zero would never end.")
_code("E0602", "BellLoopError", 1, "The dict changed size during iteration", python="RuntimeError", text="Keys were added or removed while a for loop walked the dict.")
_code("E0603", "BellLoopError", 1, "The set changed size during iteration", python="RuntimeError", text="Elements were added or removed while a for loop walked the set.")
_code("E0604", "BellLoopError", 1, "The keys of the dict changed during iteration", python="RuntimeError", text="Keys were removed while a for loop walked the dict, and as many others added: it met more of them than there were in the beginning.")

# --- E07: run-time values ---------------------------------------------------------------------------------------------------------
_code("E0701", "BellRuntimeError", 1, "Index {a} is out of range for a length of {b}", python="IndexError", text="Valid indices run from -length to length-1.")
_code("E0702", "BellRuntimeError", 1, "Key not found: {a}", python="KeyError", hint="use .get(key) or test with `in`", text="The dict has no such key.")
_code("E0703", "BellRuntimeError", 1, "Cannot read an int from {a}", python="ValueError", text="int() of a string takes optional whitespace, a sign and digits of the base.")
_code("E0704", "BellRuntimeError", 1, "Assertion failed{a}", python="AssertionError", text="The condition of an assert statement was false.")
_code("E0705", "BellRuntimeError", 1, "{a}", python="Exception", text="The program raised this itself with a raise statement.")
_code("E0706", "BellRuntimeError", 1, "pop from an empty list", python="IndexError", text="There was no element left to remove.")
_code("E0707", "BellRuntimeError", 1, "{a} is not in the list", python="ValueError", text="index() and remove() need the value to be there.")
_code("E0708", "BellRuntimeError", 1, "{a} of an empty collection", python="ValueError", text="min() and max() need at least one element.")
_code("E0709", "BellRuntimeError", 1, "Substring not found", python="ValueError", text="str.index() and str.rindex() need the substring to be there; find() answers -1 instead.")
_code("E0710", "BellRuntimeError", 1, "Invalid format specifier '{a}' for {b}", python="ValueError", hint="{reason}", text="The format spec does not follow the mini-language, or does not fit the value's type.")
_code("E0711", "BellRuntimeError", 1, "{a} is not a code point", python="ValueError", text="chr() takes 0 to 0x10FFFF.")
_code("E0712", "BellRuntimeError", 1, "Cannot unpack {a:value} into {b:name}", python="ValueError", text="The number of values is not the number of names on the left.")
_code("E0713", "BellRuntimeError", 1, "Cannot read a float from {a}", python="ValueError", text="float() of a string takes a decimal number, inf or nan.")
_code("E0714", "BellRuntimeError", 1, "slice step must not be zero", python="ValueError", text="A slice with step zero selects nothing in particular.")
_code("E0715", "BellRuntimeError", 1, "empty separator", python="ValueError", text="split(), partition() and their kin need a separator of at least one character.")
_code("E0716", "BellRuntimeError", 1, "{a}() expected a single character, got a string of length {b}", python="TypeError", text="ord() takes a string of exactly one code point.")
_code("E0717", "BellRuntimeError", 1, "The fill character must be exactly one character long", python="TypeError", text="center(), ljust() and rjust() pad with one character.")
_code("E0718", "BellRuntimeError", 1, "base must be 0 or 2 to 36, got {a}", python="ValueError", text="int(text, base) takes base 0, or 2 to 36.")
_code("E0719", "BellRuntimeError", 1, "{a}", python="ValueError", text="A value was not one this operation accepts; the message is the one CPython gives.")
_code("E0720", "BellRuntimeError", 1, "NaN meets NaN in a container", hint="test with math.isnan(), or replace NaN before", text="CPython compares elements and keys by identity first: a NaN in a container is found where it is the very same object, and equals no other NaN. Bell's floats are values and have no identity. Where two NaNs meet as elements or keys the program ends with this error; a plain `nan == nan` is False, as in CPython.")
_code("E0722", "BellRuntimeError", 1, "A generator was left inside this, and nothing closed it", hint="close it: generator.close(), or contextlib.closing()", text="CPython runs the rest of a `finally` or `with` when the last name of a generator goes. Bell does so where a `for` loop over a call of the generator is left; where a generator is dropped in any other way, the program ends with this error instead.")
_code("E0723", "BellTypeError", 1, "{a}, got {b}", hint="annotate it with what it holds, or not at all", text="A value that is only known while running does not fit an annotation. CPython ignores annotations, Bell compiles by them.")
_code("E0780", "BellTypeError", 1, "{a}", python="TypeError", text="A container whose type is only known while running does not do what was asked of it; the message is the one CPython gives.")
_code("E0781", "BellRuntimeError", 1, "{a}", python="KeyError", text="There was nothing to take out of a set or dict.")
_code("E0783", "BellMathError", 1, "{a}", python="OverflowError", text="A size or a bound is beyond 64 bits.")
_code("E0784", "BellRuntimeError", 1, "{a}", python="RecursionError", text="Two values that were compared are nested more than 200 deep, as one that is inside itself is; the message is the one CPython gives.")

_code("E0750", "BellFunctionError", 1, "{a}", python="TypeError", text="A call of a value that is only known while running did not fit the function's parameters, or the value is no function; the message is the one CPython gives.")
# E0765-E0769: generators and iteration. The messages are CPython's own.
_code("E0765", "BellRuntimeError", 1, "generator already executing", python="ValueError", text="A generator was resumed by code that it is itself running.")
_code("E0767", "BellRuntimeError", 1, "generator raised StopIteration", python="RuntimeError", text="StopIteration does not leave a generator: it would look like the generator's end. Return instead.")
_code("E0790", "BellTypeError", 1, "{a}", python="TypeError", text="A method of a built-in type was called with arguments it does not take.")
_code("E0791", "BellRuntimeError", 1, "{a}", python="ValueError", text="A method of a built-in type was called with a value it cannot use, or looked for one that is not there.")
_code("E0792", "BellVariableError", 1, "{a}", python="AttributeError", text="The value, whose type is only known while running, has no such method.")
_code("E0793", "BellRuntimeError", 1, "{a}", python="IndexError", text="A method of a built-in type was asked for an element that is not there.")
_code("E0794", "BellRuntimeError", 1, "{a}", python="LookupError", text="No encoding or error handler has that name; Bell has utf-8, ascii, latin-1, utf-16 and utf-32, and strict, ignore, replace, backslashreplace and surrogatepass.")
_code("E0795", "BellRuntimeError", 1, "{a}", python="UnicodeDecodeError", text="The bytes are not text in that encoding.")
_code("E0796", "BellRuntimeError", 1, "{a}", python="UnicodeEncodeError", text="The text has characters that the encoding does not have.")
_code("E0797", "BellMathError", 1, "{a}", python="OverflowError", text="The int given to a method is larger than it takes.")
_code("E0798", "BellRuntimeError", 1, "{a}", python="KeyError", text="A container had nothing left to remove.")
_code("E0785", "BellRuntimeError", 1, "{a}", python="ValueError", text="The pattern is not a regular expression. The module re makes its class error of it, with the position.")
_code("E0786", "BellRuntimeError", 1, "{a}", python="NotImplementedError", hint="a pattern without it is matched in time linear in the text", text="Bell's regular expressions have what can be matched in time linear in the text. References to groups, conditional groups, groups that a repeated lookaround may leave unset and atomic groups of which a part may be tried again are not among it, nor are programs of more than 65536 states. It is an error of its own, so that a program which asks whether a pattern is right is not told that it is wrong.")
_code("E0787", "BellRuntimeError", 1, "{a}", python="OverflowError", text="A repeat of a regular expression counts to 4294967294 at most.")
_code("E0788", "BellRuntimeError", 1, "{a}", python="ValueError", text="The flags of a regular expression exclude one another.")
_code("E0766", "BellRuntimeError", 1, "{a}", python="RuntimeError", text="A dict or set changed size while it was walked, or a generator ended in a way it must not.")
_code("E0768", "BellRuntimeError", 1, "{a}", python="ValueError", text="The number of values is not the number of names on the left.")
_code("E0770", "BellMathError", 1, "{a}", python="OverflowError", text="A number was too large for what was to be done with it; the message is the one CPython gives.")
_code("E0771", "BellTypeError", 1, "{a}", python="TypeError", text="A value was not a number of the kind this operation takes; the message is the one CPython gives.")
_code("E0772", "BellMathError", 1, "{a}", python="decimal.InvalidOperation", text="A decimal operation has no answer, or its result does not fit in 28 digits; the message is the one CPython gives.")
_code("E0773", "BellMathError", 1, "{a}", python="decimal.DivisionByZero", text="A Decimal was divided by zero.")
_code("E0774", "BellMathError", 1, "{a}", python="decimal.Overflow", text="The exponent of a Decimal left the bounds of the default context.")

_code("E0751", "BellVariableError", 1, "{a}", python="AttributeError", text="A value that is only known while running has no such attribute, or it cannot be assigned; the message is the one CPython gives.")

# --- E08: limits (never catchable by the program) ---------------------------------------------------------------------------------
_code("E0801", "BellRuntimeError", 3, "Fuel limit reached: {a} units", hint="raise it with --limit fuel=N or limits=", text="Fuel counts work in the program's own steps; the same program on the same input uses the same fuel everywhere.")
_code("E0802", "BellRuntimeError", 3, "Time limit reached: {a} s", hint="raise it with --limit time=120s or limits=", text="The wall-clock limit is polled while the program runs.")
_code("E0803", "BellMemoryError", 3, "Memory limit reached: {a} bytes", python="MemoryError", hint="raise it with --limit memory=2GiB or limits=", text="Everything the program allocates is counted, before it is allocated.")
_code("E0804", "BellFunctionError", 3, "Recursion limit reached: {a} calls deep", python="RecursionError", hint="raise it with --limit depth=N or limits=", text="Calls nested deeper than the limit.")
_code("E0805", "BellRuntimeError", 3, "Output limit reached: {a} bytes", hint="raise it with --limit output=128MiB or limits=", text="Everything print() writes is counted.")

_code("E0806", "BellRuntimeError", 3, "Variable limit reached: {a} names, {found} are needed", hint="raise it with --limit variables={found} or ResourceLimits(max_variables={found})", text="The names of the module level, and those that the host sets, are the state of a runtime. They are counted before anything runs.")
_code("E0807", "BellRuntimeError", 3, "Function limit reached: {a} functions, {found} are defined", hint="raise it with --limit functions={found} or ResourceLimits(max_functions={found})", text="Functions and methods that the program defines, nested ones included and lambdas not. They are counted before anything runs.")
_code("E0808", "BellRuntimeError", 3, "Event limit reached: {a} events", hint="raise it with --limit events=N or ResourceLimits(max_events=N)", text="So many events may wait to be processed, and so many may be handled by one process_events(): handlers that emit what makes them run again would never end.")
_code("E0809", "BellRuntimeError", 3, "Iteration limit reached: {a} passes through loops", hint="raise it with --limit iterations=N, limits= or ResourceLimits(max_iterations=N)", text="Passes through the bodies of `for` and `while` and through comprehensions of the program, all loops of one call together. Loops of the library and inside built-in functions take fuel and time.")

# --- E09: capabilities ------------------------------------------------------------------------------------------------------------
_code("E0901", "BellCapabilityError", 4, "'{capability}' is not granted: {what}", hint="grant it with --grant {capability}, or name it in grants=", text="The program asked for something outside itself that its host did not allow. Everything is refused unless granted, but printing where a program is called or run; nothing is granted to the rows of a batch unless it is said. A program cannot catch it.")
_code("E0902", "BellCapabilityError", 1, "{name}() gave what it must not: {a}", hint="the answer of a host function must be of the type that its signature declares", text="A function of the host gave a value that its signature does not allow, or that has no place in a program. The program is not to blame, and cannot catch it.")
_code("E0903", "BellTypeError", 1, "{a}", python="TypeError", text="A function of the host was called with a value that its signature does not allow, which was only known while running.")
_code("E0904", "BellCapabilityError", 2, "{name}() cannot be called: {a}", hint="{advice}", text="The run was given no function of that name, or one with another signature than the program was compiled with, or an async one without acall().")
_code("E0905", "BellRuntimeError", 1, "{name}() failed: {a}", python="Exception", text="A function of the host raised an exception. A program can catch it, as the exception's class where that is a standard one, else as the nearest of its bases that is. Paths, addresses and secrets of the host are left out of its text.")
_code("E0906", "BellCapabilityError", 3, "{name}(): {a}", hint="raise max_bytes of the host function", text="What a function of the host was given, or gave, is larger than its max_bytes.")
_code("E0907", "BellCapabilityError", 3, "{name}() took longer than {a} s", hint="raise the timeout of the host function", text="A function of the host did not answer within its timeout.")
_code("E0908", "BellCapabilityError", 1, "{a}", hint="the journal is of another program, other arguments, or another version", text="A run that takes the answers of host functions from a journal made other calls than the run that wrote it.")

# --- E10: batches -----------------------------------------------------------------------------------------------------------------
_code("E1001", "BellTypeError", 2, "No column '{name}' in {file}", hint="{nearest}", text="A parameter takes the column of its name, a record parameter one column per field.")
_code("E1002", "BellTypeError", 2, "Column '{name}' of {file} is {found}, the task needs {expected}", hint="{advice}", text="The column's type cannot hold what the parameter declares.")
_code("E1003", "BellTypeError", 2, "Column '{name}' stands twice in {file}", text="Column names must be unique for a column to be found by its name.")
_code("E1004", "BellRuntimeError", 2, "Cannot read {file}: {reason}", hint="{advice}", text="The data file is damaged, truncated or not of the format its name says.")
_code("E1005", "BellTypeError", 1, "Column '{a}' is null where a value is needed", hint="annotate the parameter as `T | None` to accept missing values", text="The row has no value in a column whose parameter is not optional.")
_code("E1006", "BellRuntimeError", 1, "Stopped after {count} failed rows", hint="raise --max-errors, or see the error table", text="More rows failed than --max-errors allows.")
_code("E1007", "BellRuntimeError", 2, "Cannot resume: {reason}", hint="{advice}", text="The manifest of the earlier run does not fit this run.")
_code("E1008", "BellRuntimeError", 2, "Unknown data format: {path}", hint="name it with --input-format or --to: {formats}", text="The suffix says nothing about the format.")
_code("E1009", "BellTypeError", 2, "Column '{name}' of {file}, row {row}: {reason}", hint="{advice}", text="A value of the file cannot be read as the column's type.")
_code("E1010", "BellTypeError", 1, "Column '{a}' holds {b}, which has no exact {c}", python="OverflowError", hint="convert the column before the batch", text="An unsigned integer above 2**63-1 given for an int, or an integer no float equals given for a float: the row fails, nothing is rounded.")

# --- E11: compiled modules --------------------------------------------------------------------------------------------------------
_code("E1101", "BellRuntimeError", 2, "Not a valid compiled module: {reason}", text="A .bellc file is checked whole before anything of it runs; this one failed a check.")
_code("E1102", "BellRuntimeError", 2, "The verifier refused {function}: {reason}", text="The code breaks a rule that every engine relies on.")
_code("E1103", "BellSyntaxError", 2, "IR text, line {line}: {reason}", text="The text form of the IR does not parse.")
_code("E1104", "BellRuntimeError", 2, "Not a valid dump of a state: {reason}", text="A dump is checked whole before anything of it is taken: its version, its checksum, its signature where there is one, then every count and number in it.")
_code("E1105", "BellRuntimeError", 1, "{what} cannot be written to a dump", hint="dumps hold data: numbers, texts, containers and objects of the program's classes", text="Functions, iterators and generators are code under way and belong to one run of one program.")

# --- E13: traces ------------------------------------------------------------------------------------------------------------------
_code("E1301", "ReplayError", 1, "Unclosed events at end of trace: {names}", text="The trace ends while these events are open, outermost first: it was cut, or what recorded it forgot their exits.")
_code("E1302", "ReplayError", 1, "Exit event node_type mismatch: expected {expected}, got {found}", text="An exit must close the event that was entered last. Another one was open.")
_code("E1303", "ReplayError", 1, "Exit event for {node} without matching enter", text="Nothing of that kind is open where the trace says that it ends.")
_code("E1304", "ReplayError", 1, "Unknown node_type {found}", hint="{nearest}", text="The node type of the event is not one of the table in docs/trace-events.md.")
_code("E1305", "ReplayError", 1, "{node} has no phase {found}", hint="its phases are {phases}", text="What has a duration is entered and exited, and a loop has a point for each iteration. The table in docs/trace-events.md says which phases a node type has.")
_code("E1306", "ReplayError", 1, "'{key}' of {node} must be {expected}, got {found}", text="A value in the metadata of the event does not have the type that the table in docs/trace-events.md gives it.")
_code("E1307", "ReplayError", 1, "Context snapshot: {reason}", text="A snapshot maps the names that are visible after the event to their values. It contradicts the event, or is no such mapping.")
_code("E1308", "ReplayError", 1, "Iteration of {node} outside of its loop", text="The points of a loop stand directly between its enter and its exit: whatever an iteration entered was exited before the next one.")
_code("E1309", "ReplayError", 1, "Iterations of {node}: {reason}", text="The iterations of a loop are counted up one by one, and its exit tells how many there were. The trace has other ones.")
_code("E1310", "ReplayError", 1, "Not a trace event: {found}", text="A trace is a sequence of TraceEvent objects.")
_code("E1311", "ReplayError", 1, "Exit event for {node} names {found}, its enter {expected}", text="An exit names the same task, flow, step or host function as the enter that it closes.")
_code("E1312", "ReplayError", 2, "The run cannot be made again: {reason}", hint="{advice}", text="To run again, a trace must have its beginning and say what was run: recordings do, and the files that `belljar trace PROGRAM` writes. One that was put together event by event, or of several runtimes, does not.")
_code("E1321", "BellRuntimeError", 2, "Damaged trace: {reason}", text="The file is not a trace in JSON lines as Belljar writes them, it was cut or changed, or it is of a version that this one does not read. The line is that of the file. Or it is a file that a run wrote its marks to, and somebody else has changed it since.")
_code("E1322", "BellRuntimeError", 2, "{path} is no runtime profile: {reason}", hint="`belljar profile PROGRAM -o FILE.json` writes one", text="A file that is to be compared, shown or converted must be a profile of a run as Belljar saves it in JSON. It was cut or changed, is of another kind, or was written by another version.")
_code("E1331", "BellVariableError", 2, "{task} has no value '{name}'", hint="{nearest}", text="Asked was where a value came from. It can be a variable of the task, one of the module level, or `return`, what the call gives; fields and items of these (`order.total`, `prices[2]`); a variable of another function in its last call (`discount.rate`); or what a variable got on a line (`total@12`).")
_code("E1332", "BellRuntimeError", 3, "The call is too long to be followed: more than {a}", hint="ask about a smaller call, or raise nodes_max", text="To say where a value came from, all that was computed on the way is kept in memory, and there is a bound on that.")
_code("E1333", "BellRuntimeError", 2, "Where that came from is not known any more: {reason}", hint="ask program.why(task, name, ...) about a call with its arguments", text="A runtime keeps what was done to its state, so that it can be said where values came from, up to some thousands of calls with arguments of some thousands of values. What does not fit is not kept.")
# --- E14: profiles ----------------------------------------------------------------------------------------------------------------
_code("E1401", "ProfileError", 2, "There is no profile '{name}'", hint="{nearest}", text="Profiles are built in, registered by the host, or stand in a belljar.toml.")
_code("E1402", "ProfileError", 2, "Profile '{name}': {detail}", hint="{advice}", text="A setting of a profile is unknown or has a value that it cannot have.")

# --- E12: ours --------------------------------------------------------------------------------------------------------------------
_code("E1201", "BellRuntimeError", 1, "Internal error: {detail}", hint="this is a bug in Belljar, please report it with the program", text="Something in Belljar itself is wrong. The program is not to blame.")
_code("E1202", "BellRuntimeError", 2, "Programs cannot be isolated in processes here: {detail}", hint="isolation needs Linux on x86-64 or AArch64; without it programs run in this process, within their limits", text="Worker processes give up files, sockets and other processes by seccomp, which this system does not have or does not allow.")
_code("E1203", "BellRuntimeError", 1, "The worker process of this call was lost: {detail}", hint="the pool has another; call again", text="With isolation='process' a call runs in a process of its own. That process ended, was ended, or sent what no worker sends. Nothing of the call has happened in this process, and the next call gets another worker.")
# fmt: on


class Frame(Frozen):
    """One entry of the guest stack: the function and the line it was at. ``calls`` counts repeats that were folded into one."""

    __slots__ = ("calls", "function", "line")

    def __init__(self, function: str, line: int, calls: int = 1) -> None:
        self.function: Final = function
        self.line: Final = line
        self.calls: Final = calls


class Operand(Frozen):
    """A value that an operation worked on: as it is shown, and the variable that held it, ``""`` where it was none or may have been converted since."""

    __slots__ = ("shown", "variable")

    def __init__(self, shown: str, variable: str = "") -> None:
        self.shown: Final = shown
        self.variable: Final = variable


class LimitUse(Frozen):
    """How a limit stood when it was reached: its name, as who set it knows it, its value and what was used, in its own unit."""

    __slots__ = ("limit", "name", "used")

    def __init__(self, name: str, limit: float, used: float) -> None:
        self.name: Final = name
        self.limit: Final = limit
        self.used: Final = used

    @property
    def told(self) -> str:
        """As a note of the error says it."""
        if "time" in self.name:
            return f"{self.name} is {self.limit:g} s, and {max(self.used, self.limit):.3g} s were used"
        return f"{self.name} is {self.limit:,}, and {self.used:,} were used"


class _Parameter(str):
    """A parameter of a template, as text. Its format spec is the noun it counts: ``{n:argument}``."""

    __slots__ = ()

    def __format__(self, noun: str) -> str:
        if not noun:
            return str(self)
        one = self == "1" or (self.endswith(" 1") and " to " not in self)
        return f"{self} {noun}{'' if one else 's'}"


class _Parameters(dict[str, object]):
    """The parameters of a template. What was not given reads as the empty string, so that a hint without advice is simply absent."""

    def __getitem__(self, name: str) -> _Parameter:
        return _Parameter(self.get(name, ""))


class BellError(Exception):
    """An error in, or about, a Bell program.

    ``code`` is a row of :data:`CODES`; ``message`` is its filled template, or given where only the text is left; ``span`` and ``source``
    give the place. ``stack`` is the guest call stack, outermost first. ``diagnostics`` holds every finding of a compilation, this one
    included, in source order. ``seconds`` is the wall time of the run it ended, 0.0 for one that never came to look at the clock. ``operands`` are the values that the operation at fault worked on, ``line_values`` those of all names on its line, where somebody found them out.
    ``use`` says of a limit that was reached how it stood, where that is known; a note tells it.
    """

    kind: ClassVar[str] = "BellError"

    def __init__(
        self,
        code: str,
        *,
        span: Span = NOWHERE,
        source: Source | None = None,
        file: str = "",
        stack: Sequence[Frame] = (),
        notes: Sequence[str] = (),
        hint: str | None = None,
        python: str | None = None,
        message: str | None = None,
        **parameters: Any,
    ) -> None:
        row = CODES[code]
        self.file: str = source.name if source is not None else file
        values = _Parameters({"file": self.file} | parameters)
        self.code = code
        self.row = row
        self.message: str = row.message.format_map(values) if message is None else message
        self.hint: str = (row.hint.format_map(values) if hint is None else hint).strip()
        self.span = span
        self.source = source
        self.stack: list[Frame] = list(stack)
        self.notes: list[str] = list(notes)
        self.python: str = row.python if python is None else python
        self.parameters = parameters
        self.diagnostics: list[BellError] = [self]
        self.seconds = 0.0
        self.operands: tuple[Operand, ...] = ()
        self.line_values: dict[str, str] = {}
        self.use: LimitUse | None = None
        super().__init__(self.message)

    def __reduce__(self) -> tuple[Any, ...]:
        place = (self.span, self.source, self.file, self.stack)
        found = (self.code, *place, self.notes, self.hint, self.python, self.message, self.parameters)
        return (
            _rebuild,
            found,
            {
                "diagnostics": self.diagnostics,
                "seconds": self.seconds,
                "operands": self.operands,
                "line_values": self.line_values,
                "use": self.use,
            },
        )

    def tell_use(self, use: LimitUse | None) -> None:
        """Say how the limit stood, in place of what was said of it before."""
        if self.use is not None:
            self.notes.remove(self.use.told)
        self.use = use
        if use is not None:
            self.notes.append(use.told)

    def place(self, source: Source) -> None:
        """Show an error of which only the line is known in its source: the whole line is at fault."""
        text = source.line(self.span.line)
        indent = len(text) - len(text.lstrip())
        self.source, self.file = source, source.name
        self.span = Span(self.span.line, indent + 1, self.span.line, len(text.rstrip()) + 1)

    @property
    def raised(self) -> tuple[str, str]:
        """The exception that it is, or its code where it is none, and its text without the name of that."""
        name = self.python or self.code
        return name, self.message if self.message != name and not self.message.startswith(f"{name}: ") else self.message[len(name) + 2 :]

    @property
    def line(self) -> int:
        return self.span.line

    @property
    def column(self) -> int:
        return self.span.column

    @property
    def values(self) -> dict[str, str]:
        """The values that names at the place had, as they are shown: of those on the line where they were found out, else of those that the operation at fault worked on itself."""
        if self.line_values:
            return self.line_values
        if not self.operands or not self.excerpt or self.span.end_line != self.span.line or self.source is None:
            return {}
        from belljar.source import operand_names

        names = operand_names(self.source.line(self.span.line)[self.span.column - 1 : self.span.end_column - 1])
        found: dict[str, str] = {}
        for name, operand in zip(names, self.operands):  # noqa: B905  (there may be more of either)
            if name and operand.variable in (name, UNNAMED):
                found[name] = operand.shown
        return found

    def calls(self) -> list[str]:
        """The guest stack in words, outermost first, one call a line; empty where nothing was called. What the library itself does has no line here, and that it was loaded or ended says nothing."""
        frames = [frame for frame in self.stack if frame.line or frame.function not in MODULE_LEVEL]
        if len(frames) < 2:
            return []
        hidden = len(frames) - STACK_FRAMES_MAX
        if hidden > 0:
            frames = frames[: STACK_FRAMES_MAX // 2] + frames[-STACK_FRAMES_MAX // 2 :]
        lines: list[str] = []
        for position, frame in enumerate(frames):
            if hidden > 0 and position == STACK_FRAMES_MAX // 2:
                lines.append(f"... {hidden} more")
            name = "the module" if frame.function in MODULE_LEVEL else frame.function + "()"
            times = f", {frame.calls} times" if frame.calls > 1 else ""
            lines.append(f"{f'line {frame.line} in {name}' if frame.line else f'in {name} of the library'}{times}")
        return lines

    @property
    def exit_status(self) -> int:
        """The process exit status this error ends a command with: 1, 2, 3 or 4."""
        return self.row.exit

    @property
    def excerpt(self) -> str:
        """The source line with carets under the place, two lines, or ``""`` when there is none."""
        if self.source is None or self.span.line < 1:
            return ""
        text = self.source.line(self.span.line)
        start = max(self.span.column - 1, 0)
        end = self.span.end_column - 1 if self.span.end_line == self.span.line else len(text)
        shift = 0
        if len(text) > EXCERPT_WIDTH_MAX:  # show a window of a long line around the place
            shift = max(0, min(start - EXCERPT_WIDTH_MAX // 3, len(text) - EXCERPT_WIDTH_MAX))
            text = text[shift : shift + EXCERPT_WIDTH_MAX]
        width = max(1, min(end, shift + len(text)) - start)
        pad = "".join("\t" if c == "\t" else " " for c in text[: start - shift])
        return f"{text}\n{pad}{'^' * width}"

    def __str__(self) -> str:
        parts = [f"{self.kind}: {self.message}"]
        if self.span.line:
            parts.append(f"  Line: {self.span.line}")
        if self.file:
            parts.append(f"  File: {self.file}")
        if self.excerpt:
            parts.extend("    " + line for line in self.excerpt.split("\n"))
        if self.hint:
            parts.append(f"  Hint: {self.hint}")
        if self.values:
            parts.append(f"  Values: {', '.join(f'{name} = {value}' for name, value in self.values.items())}")
        parts.extend(f"  Note: {note}" for note in self.notes)
        calls = self.calls()
        if calls:
            parts.append("  Called from (innermost last):")
            parts.extend(f"    {call}" for call in calls)
        return "\n".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """The error as JSON-compatible data: what ``--format json`` prints."""
        return {
            "kind": self.kind,
            "code": self.code,
            "message": self.message,
            "file": self.file,
            "line": self.span.line,
            "column": self.span.column,
            "end_line": self.span.end_line,
            "end_column": self.span.end_column,
            "excerpt": self.excerpt,
            "hint": self.hint,
            "values": self.values,
            "notes": self.notes,
            "use": None if self.use is None else {"limit": self.use.name, "value": self.use.limit, "used": self.use.used},
            "stack": [{"function": f.function, "line": f.line, "calls": f.calls} for f in self.stack],
            "exit": self.exit_status,
        }


UNNAMED = "?"
"""Stands for a variable of the module level, whose value an operation reads into a register without a name."""
MODULE_LEVEL = frozenset({"@init", "@start"})
"""What the functions are called that are the module level."""
STACK_FRAMES_MAX = 12
"""Calls that a stack shows; of more the outermost and the innermost."""
EXCERPT_WIDTH_MAX = 160
"""Longest piece of a source line an excerpt shows, in characters."""


def _rebuild(
    code: str,
    span: Span,
    source: Source | None,
    file: str,
    stack: list[Frame],
    notes: list[str],
    hint: str,
    python: str,
    message: str,
    parameters: dict[str, Any],
) -> BellError:
    place = {"span": span, "source": source, "file": file, "stack": stack}
    return bell_error(code, **place, notes=notes, hint=hint, python=python, message=message, **parameters)


class BellSyntaxError(BellError):
    """The text is not Bell."""

    kind = "BellSyntaxError"


class BellVariableError(BellError):
    """A name, field or attribute that is not there."""

    kind = "BellVariableError"


class BellTypeError(BellError):
    """Values of the wrong type."""

    kind = "BellTypeError"


class BellFunctionError(BellError):
    """Calls: arguments, unknown tasks, recursion depth."""

    kind = "BellFunctionError"


class BellMathError(BellError):
    """Arithmetic that has no answer."""

    kind = "BellMathError"


class BellLoopError(BellError):
    """Loops and iteration."""

    kind = "BellLoopError"


class BellMemoryError(BellError):
    """The heap limit was reached."""

    kind = "BellMemoryError"


class BellCapabilityError(BellError):
    """Something the host did not grant."""

    kind = "BellCapabilityError"


class ReplayError(BellError):
    """A trace that does not hold together. ``diagnostics`` has one of these for each finding, this one first."""

    kind = "ReplayError"

    @property
    def event(self) -> int:
        """The number of the event it was found at, counted from 0; the number of events where it was found at the end."""
        return int(self.parameters.get("event", -1))

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Every finding as JSON-compatible data: ``code``, ``message``, ``event``, ``line``, in the order of the trace."""
        found = [error for error in self.diagnostics if isinstance(error, ReplayError)]
        return [{"code": error.code, "message": error.message, "event": error.event, "line": error.line} for error in found]


class ProfileError(BellError):
    """A profile that is not there, or cannot be used."""

    kind = "ProfileError"


class BellRuntimeError(BellError):
    """Everything else that happens while running, and files and usage."""

    kind = "BellRuntimeError"


KINDS: dict[str, type[BellError]] = {
    cls.kind: cls
    for cls in (
        BellSyntaxError,
        BellVariableError,
        BellTypeError,
        BellFunctionError,
        BellMathError,
        BellLoopError,
        BellMemoryError,
        BellCapabilityError,
        ReplayError,
        ProfileError,
        BellRuntimeError,
    )
}


def counted(count: int, noun: str) -> str:
    """A number with its noun: ``1 entry``, ``2,000 entries``."""
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else many}"


def missing_file(path: str) -> BellError:
    """E0001 for a file that is not there, with the file of its folder that is nearly called so as a hint."""
    import os
    from difflib import get_close_matches

    folder, name = os.path.split(path)
    try:
        found = get_close_matches(name, os.listdir(folder or "."), n=1)
    except OSError:
        return bell_error("E0001", path=path, nearest=f"there is no folder '{folder}'")
    return bell_error("E0001", path=path, nearest=f"did you mean '{os.path.join(folder, found[0])}'?" if found else "")


def reason_of(problem: OSError) -> str:
    """What the operating system says of a problem, as it reads behind a colon: ``permission denied``."""
    reason = problem.strerror or str(problem)
    return reason[:1].lower() + reason[1:]


def bell_error(code: str, **arguments: Any) -> BellError:
    """The error of ``code`` as an instance of its kind; arguments as for :class:`BellError`."""
    return KINDS[CODES[code].kind](code, **arguments)
