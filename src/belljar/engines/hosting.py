"""What a function of the host raised, as an error of the program: without paths, addresses or objects of the host. The same for every engine."""

from __future__ import annotations

import re

from belljar.engines.contract import HostFault
from belljar.errors import BellError
from belljar.ir.exceptions import BASES
from belljar.ir.host_values import TooLarge, Unfit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

TOLD_MAX: Final = 300
"""Longest text of an exception of the host that a program sees, in characters."""
CONTROL: Final = frozenset({"StopIteration", "StopAsyncIteration", "GeneratorExit", "KeyboardInterrupt", "SystemExit", "BaseException"})
"""Classes that steer a program rather than tell it something: it meets them as RuntimeError."""

_OBJECT: Final = re.compile(r"<[^<>]* at 0x[0-9a-fA-F]+[^<>]*>")
_ADDRESS: Final = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_PATH: Final = re.compile(r"(?:(?<![\w/.])~?(?:/[^\s'\"/:;,<>()]+){2,}/?|(?<!\w)[A-Za-z]:\\[^\s'\"]+)")
_FILE: Final = re.compile(r"File \"[^\"]*\"(?:, line \d+)?")


def scrubbed(text: str) -> str:
    """A text of the host on one line, with what it says of files and objects left out."""
    text = _FILE.sub("<file>", text)
    text = _OBJECT.sub("<object>", text)
    text = _ADDRESS.sub("<address>", text)
    text = _PATH.sub("<path>", text)
    text = "".join([character if character.isprintable() else " " for character in text]).strip()
    return text if len(text) <= TOLD_MAX else text[: TOLD_MAX - 3] + "..."


def fault_of(error: BaseException) -> HostFault:
    """The fault that an exception of a host function is: E0905 with the class a program catches it as, then its own class and what it says."""
    if isinstance(error, HostFault):
        return error
    return HostFault("E0905", f"{_caught_as(error)} {_told(error)}")


def _caught_as(error: BaseException) -> str:
    if isinstance(error, BellError):
        return error.python if error.python in BASES and error.python not in CONTROL else "RuntimeError"
    standard = [cls.__name__ for cls in type(error).__mro__ if cls.__module__ == "builtins" and cls.__name__ in BASES]
    return "RuntimeError" if not standard or standard[0] in CONTROL else standard[0]


def _told(error: BaseException) -> str:
    name = scrubbed(type(error).__name__.replace(":", " "))[:80] or "Exception"
    try:
        args = error.args
        if isinstance(error, BellError):
            said: object = error.message
        elif isinstance(error, OSError) and isinstance(error.strerror, str):
            said = error.strerror  # without the file's name
        elif isinstance(error, KeyError) and len(args) == 1 and isinstance(args[0], str):
            said = args[0]
        else:
            said = str(error)
    except BaseException:  # its own __str__ failed: there is nothing to tell
        said = ""
    told = scrubbed(str.__str__(said)) if isinstance(said, str) else ""
    return f"{name}: {told}" if told else name


def answer_fault(error: BaseException, max_bytes: int) -> HostFault:
    """The fault of an answer that cannot cross."""
    if isinstance(error, HostFault):
        return error
    if isinstance(error, TooLarge):
        return HostFault("E0906", f"its answer is larger than {max_bytes} bytes")
    if isinstance(error, Unfit):
        return HostFault("E0902", f"a value that is no plain data: {scrubbed(str(error))}")
    if isinstance(error, BellError):
        return HostFault("E0902", misfit(error)) if error.code == "E0302" else HostFault(error.code)
    return HostFault("E0902", f"a value whose conversion ended with {scrubbed(type(error).__name__)}")


def argument_fault(error: Exception, max_bytes: int, position: int) -> HostFault:
    """The fault of an argument that cannot cross."""
    if isinstance(error, HostFault):
        return error
    what = f"argument {position + 1}"
    return HostFault("E0906", f"{what} is larger than {max_bytes} bytes") if isinstance(error, TooLarge) else HostFault("E0903", what)


def misfit(error: BellError) -> str:
    """What an E0302 says, with no more of the value than its class."""
    given = error.parameters
    found = str(given.get("found", "")).split(" ")[0]
    return f"{given.get('what')} must be {given.get('expected')}, got {scrubbed(found) or 'something else'}"
