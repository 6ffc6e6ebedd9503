"""The kinds of events: one table of node types, from which validation, explanation, levels and docs/trace-events.md derive.

A node type is a piece of a program that a trace tells of. What has a duration is *entered* and *exited*, and between the two may have *points*: the iterations of a loop. What
has none is a point alone. Each phase has keys of metadata with their types; a key may be missing, and others may be added, but what stands under a known key is of its type.
"""

from __future__ import annotations

from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

ENTER: Final = "enter"
EXIT: Final = "exit"
POINT: Final = "point"
PHASES: Final = (ENTER, POINT, EXIT)

LEVELS: Final = ("off", "branches", "calls", "full")
"""How much is recorded, each level all of the one before it: nothing; which way the program went, a bit for every branch; which functions were called with what, exceptions and what generators yield; everything."""

KEY_TYPES: Final[dict[str, str]] = {
    "bool": "a bool",
    "int": "an int",
    "text": "a text",
    "arguments": "a mapping by name, or a list by position",
    "error": "a text, or a mapping with a message",
    "value": "any value",
}
"""The types of metadata, and how messages call them."""


class Key(Frozen):
    """A key of metadata. ``type`` is one of :data:`KEY_TYPES`; where ``optional`` it may also be None."""

    __slots__ = ("about", "name", "optional", "type")

    def __init__(self, name: str, type: str, about: str, optional: bool = False) -> None:
        self.name: Final = name
        self.type: Final = type
        self.about: Final = about
        self.optional: Final = optional

    @property
    def expected(self) -> str:
        """Its type in words."""
        return KEY_TYPES[self.type] + (" or None" if self.optional else "")

    def admits(self, value: Any) -> bool:
        """Whether the value is of its type. A bool is not an int here."""
        if value is None and self.optional:
            return True
        if self.type == "bool":
            return value is True or value is False
        if self.type == "int":
            return isinstance(value, int) and value.__class__ is not bool
        if self.type == "text":
            return isinstance(value, str)
        if self.type == "arguments":
            return isinstance(value, (dict, list, tuple)) or hasattr(value, "keys")
        if self.type == "error":
            return isinstance(value, str) or hasattr(value, "keys")
        return True


class NodeType(Frozen):
    """A row of the table.

    ``keys`` has an entry for each phase, in the order of :data:`PHASES`. ``level`` is the lowest one that records it. A *frame* has variables of its own; a *loop* counts its
    points as iterations.
    """

    __slots__ = ("about", "is_frame", "is_loop", "keys", "level", "name")

    def __init__(
        self, name: str, level: str, about: str, keys: Mapping[str, tuple[Key, ...]], is_frame: bool = False, is_loop: bool = False
    ) -> None:
        self.name: Final = name
        self.level: Final = level
        self.about: Final = about
        self.keys: Final = keys
        self.is_frame: Final = is_frame
        self.is_loop: Final = is_loop

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def phases(self) -> tuple[str, ...]:
        return tuple(self.keys)

    @property
    def is_nested(self) -> bool:
        """Whether it is entered and exited, so that others can happen inside."""
        return ENTER in self.keys

    def key(self, phase: str, name: str) -> Key | None:
        """The key of a phase by its name, None where it has none of that name."""
        return _KEYS.get((self.name, phase, name))


COMMON: Final = (
    Key("line", "int", "the line of the source, counted from 1"),
    Key("column", "int", "the column of the source, counted from 1"),
    Key("function", "text", "the function it happened in; of a CALL the one that is called", optional=True),
    Key("depth", "int", "calls that were open"),
    Key("index", "int", "the number of the event in its run, counted from 0"),
    Key("resumed", "bool", "whether what is entered goes on: its beginning was not kept, or a generator waited"),
)
"""Keys that every event may have."""

NODE_TYPES: Final[dict[str, NodeType]] = {}
_KEYS: dict[tuple[str, str, str], Key] = {}


def _node(
    name: str,
    level: str,
    about: str,
    *,
    enter: tuple[Key, ...] | None = None,
    point: tuple[Key, ...] | None = None,
    exit: tuple[Key, ...] | None = None,
    is_frame: bool = False,
    is_loop: bool = False,
) -> None:
    keys = {phase: own for phase, own in zip(PHASES, (enter, point, exit), strict=True) if own is not None}
    NODE_TYPES[name] = NodeType(name, level, about, keys, is_frame, is_loop)
    for phase, own in keys.items():
        _KEYS.update({(name, phase, key.name): key for key in (*COMMON, *own)})


_ARGUMENTS = Key("arguments", "arguments", "what it was called with")
_RESULT = Key("result", "value", "what it returned")
_ERROR = Key("error", "error", "what ended it, where it did not return", optional=True)
_CONDITION = Key("condition_result", "bool", "what the condition was")
_REASON = Key("reason", "text", "`condition`, `exhausted`, `break`, `return`, `yield`, `raise` or `limit`", optional=True)
_ITERATION = Key("iteration", "int", "the number of the iteration")
_ITERATIONS = Key("iterations", "int", "how many iterations there were")
_SIZE = Key("collection_size", "int", "how many items the collection has, where it has a length", optional=True)
_LOOP_VAR = Key("loop_var", "text", "the variable, or variables, that take each item", optional=True)
_VALUE = Key("value", "value", "the value")
_VARIABLE = Key("variable", "text", "the variable that is assigned", optional=True)
_KEY = Key("key", "value", "the index or key of an item that is assigned")
_EXPRESSION = Key("expression", "text", "the text of an expression that is a statement", optional=True)
_DRY_RUN = Key("dry_run", "bool", "whether it happened in a dry run")
_TASK = Key("task", "text", "the task")
_FLOW = Key("flow", "text", "the flow")
_STEP = Key("step", "text", "the step")
_FUNCTION = Key("function", "text", "the function that is called", optional=True)
_EXCEPTION = Key("exception", "text", "the class of the exception", optional=True)
_MESSAGE = Key("message", "text", "its text", optional=True)
_BRANCH = Key("branch_taken", "text", "`then`, `elif N`, `else`, or None where no branch was taken", optional=True)
_NAME = Key("name", "text", "the name of the host function")
_CAPABILITY = Key("capability", "text", "the capability it needs", optional=True)
_EFFECT = Key("effect", "text", "`read` or `write`", optional=True)
_ANSWER = Key("answer", "value", "what the host answered")
_CONTEXT = Key("context", "text", "the expression that is entered", optional=True)
_EVENT = Key("event", "text", "the name of the event")
_PAYLOAD = Key("payload", "value", "what it carries")
_HANDLER = Key("handler", "text", "the function that handles it", optional=True)
_HOST = (_NAME, _CAPABILITY, _EFFECT, _ARGUMENTS, _DRY_RUN)

# fmt: off
_node("MODULE", "branches", "the module level of a program", is_frame=True,
      enter=(Key("file", "text", "the file of the program", optional=True),), exit=(_ERROR,))
_node("TASKDEF", "branches", "a call of a task from outside", is_frame=True,
      enter=(_TASK, _ARGUMENTS), exit=(_TASK, _RESULT, _ERROR))
_node("FLOWDEF", "branches", "an execution of a flow", is_frame=True,
      enter=(_FLOW, _ARGUMENTS), exit=(_FLOW, _RESULT, _ERROR))
_node("STEP", "branches", "a step of a flow",
      enter=(_STEP, _ARGUMENTS, Key("attempt", "int", "which attempt it is, counted from 1")), exit=(_STEP, _RESULT, _ERROR))
_node("IF", "branches", "an `if` with its `elif` and `else`",
      enter=(_CONDITION, _BRANCH), exit=(_CONDITION, _BRANCH))
_node("WHILE", "branches", "a `while` loop", is_loop=True,
      enter=(_CONDITION,), point=(_ITERATION, _CONDITION),
      exit=(_ITERATIONS, Key("final_condition_result", "bool", "what the condition was last", optional=True), _REASON))
_node("FOR", "branches", "a `for` loop", is_loop=True,
      enter=(_LOOP_VAR, _SIZE, _ITERATION), point=(_ITERATION, _VALUE, _LOOP_VAR, _SIZE), exit=(_ITERATIONS, _SIZE, _LOOP_VAR, _REASON))
_node("COMPREHENSION", "branches", "a comprehension or generator expression", is_loop=True,
      enter=(Key("kind", "text", "`list`, `set` or `dict`; `sum`, `any` or `all` of a generator expression", optional=True), _LOOP_VAR, _SIZE), point=(_ITERATION, _VALUE, _LOOP_VAR),
      exit=(_ITERATIONS, _SIZE, _LOOP_VAR, Key("value", "value", "what it made"), _REASON))
_node("MATCH", "branches", "a `match` statement",
      enter=(Key("subject", "value", "the value that is matched"),),
      exit=(Key("case", "int", "the number of the case that matched, counted from 1, or None", optional=True), Key("pattern", "text", "its pattern", optional=True)))
_node("TRY", "branches", "a `try` statement",
      enter=(), point=(_EXCEPTION, _MESSAGE, Key("handler", "text", "the `except` that takes it", optional=True)),
      exit=(_EXCEPTION, Key("reason", "text", "`completed`, `caught`, `return`, `break`, `continue`, `raise` or `limit`", optional=True)))
_node("WITH", "calls", "a `with` statement",
      enter=(_CONTEXT, Key("variable", "text", "the variable behind `as`", optional=True)), exit=(_CONTEXT, _EXCEPTION))
_node("CALL", "calls", "a call of a function of the program", is_frame=True,
      enter=(_FUNCTION, _ARGUMENTS),
      exit=(_FUNCTION, _RESULT, Key("suspended", "bool", "whether a generator waits: the result is what it handed out"), _ERROR))
_node("HOST", "calls", "a call of a function of the host",
      enter=_HOST, point=(*_HOST, _ANSWER, _ERROR), exit=(*_HOST, _ANSWER, _ERROR))
_node("EVENT", "calls", "an event of a runtime: a point where it is emitted, entered and exited where it is handled",
      enter=(_EVENT, _PAYLOAD, _HANDLER), point=(_EVENT, _PAYLOAD), exit=(_EVENT, _HANDLER, _ERROR))
_node("RAISE", "calls", "an exception is raised", point=(_EXCEPTION, _MESSAGE))
_node("LIMIT", "branches", "a limit ended the run",
      point=(Key("code", "text", "the code of the error"), Key("limit", "text", "which limit", optional=True), Key("allowed", "value", "its value"),
             Key("used", "value", "what was used")))
_node("EXPRESSION", "full", "an assignment, or an expression that is a statement",
      enter=(_VARIABLE, _DRY_RUN), point=(_VARIABLE, _VALUE, _KEY, _EXPRESSION, _DRY_RUN), exit=(_VARIABLE, _VALUE, _DRY_RUN))
_node("CHOICE", "full", "what decided in an expression: the operand of `and` or `or` that settled it (of a condition the first false, or true, one, if any), the arm of a conditional expression, a condition of a comprehension",
      point=(Key("kind", "text", "`if`, `and`, `or`, or `filter` for a condition of a comprehension"), _CONDITION, Key("operand", "int", "the number of the operand, counted from 1"),
             Key("expression", "text", "the text of the operand, the arm or the condition", optional=True)))
_node("RETURN", "full", "a `return` statement", point=(_VALUE,))
_node("PRINT", "full", "something is printed", point=(Key("text", "text", "what is printed"), _DRY_RUN))
_node("ASSERT", "full", "an `assert` statement", point=(_CONDITION, _MESSAGE))
_node("DELETE", "full", "a `del` statement", point=(_VARIABLE,))
# fmt: on


def records(level: str, node_type: str) -> bool:
    """Whether events of the type are recorded at the level. Types that are not in the table are recorded at each but ``off``."""
    row = NODE_TYPES.get(node_type)
    return level != "off" and (row is None or LEVELS.index(row.level) <= LEVELS.index(level))
