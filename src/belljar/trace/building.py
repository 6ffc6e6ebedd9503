"""From marks to events: what was entered and left, and which names had which values.

Only what begins leaves a mark, and the ways out of a function that end it as it should. That something was left is told by the next mark: each knows the constructs of its function
that are open there. So ``break``, ``continue``, ``return`` and exceptions through any number of constructs and calls come out well nested, without a mark of their own on each way.

Invariants: every exit event closes what was entered last and is still open; after :meth:`EventBuilder.finish` nothing is open. Where the beginning of a trace is lost, or a
generator goes on, what must be open is entered first, with ``resumed`` in the metadata.
"""

from __future__ import annotations

from itertools import islice

from belljar.trace.points import ABSENT, KINDS, Point, Points
from belljar.values import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final, Protocol, TypeAlias

    Event: TypeAlias = tuple[str, str, dict[str, Any], dict[str, Any]]
    """Node type, phase, metadata, and the names that are visible."""

    class HostCall(Protocol):
        """A call of a function of the host."""

        arguments: dict[str, Any]
        answer: Any
        capability: str
        code: str
        dry_run: bool
        error: str


NODE_OF: Final = {
    "if": "IF", "while": "WHILE", "for": "FOR", "comprehension": "COMPREHENSION", "match": "MATCH", "try": "TRY", "with": "WITH",
}  # fmt: skip
"""The node types of what is opened."""
UNKNOWN: Final = "an exception"
MODULE_LEVEL: Final = "@init"


class Construct:
    """A construct that is open."""

    __slots__ = ("facts", "iterations", "number", "point", "reason")

    def __init__(self, point: Point, number: int, facts: dict[str, Any]) -> None:
        self.point = point
        self.number = number
        self.facts = facts
        self.iterations = 0
        self.reason = ""

    @property
    def is_hidden(self) -> bool:
        return ("hidden", True) in self.point.told

    def copy(self) -> Construct:
        made = Construct(self.point, self.number, dict(self.facts))
        made.iterations, made.reason = self.iterations, self.reason
        return made


class Frame:
    """A call that is under way."""

    __slots__ = ("function", "line", "names", "node_type", "number", "open")

    def __init__(self, number: int, function: str, node_type: str, line: int, names: dict[str, Any]) -> None:
        self.number = number
        self.function = function
        self.node_type = node_type
        self.line = line
        self.names = names
        self.open: list[Construct] = []

    def copy(self) -> Frame:
        made = Frame(self.number, self.function, self.node_type, self.line, dict(self.names))
        made.open = [construct.copy() for construct in self.open]
        return made


class EventBuilder:
    """Takes marks in order; ``events`` are those they make, to be taken out by the caller."""

    def __init__(self, points: Points, calls: Sequence[HostCall] = (), asked: int = 0, ended: str = "") -> None:
        self.points = points
        self.calls = calls
        """The calls of functions of the host, as the run made them: the mark number ``asked`` of one tells of the call of that number."""
        self.asked = asked
        self.ended = ended
        """What ended the run: of a call that is not there, too."""
        self.place: tuple[int, int] | None = None
        """Line and column of the call that is under way, where a mark told of it."""
        self.frames: list[Frame] = []
        self.suspended: dict[int, list[Frame]] = {}
        self.events: list[Event] = []
        self.raised: tuple[str, str] | None = None
        """The class and the message of the exception that is under way, where a mark told of it."""
        self.handlers = [(site.point, HANDLERS.get(site.point.kind)) for site in points.sites]
        self.openings = {(site.point.frame, site.point.construct): site.point for site in points.sites if site.point.kind in NODE_OF}

    def copy(self) -> EventBuilder:
        """The same state, to go on from later."""
        made = EventBuilder.__new__(EventBuilder)
        made.points, made.openings, made.handlers = self.points, self.openings, self.handlers
        made.frames = [frame.copy() for frame in self.frames]
        made.suspended = {name: [frame.copy() for frame in frames] for name, frames in self.suspended.items()}
        made.events = []
        made.raised = self.raised
        made.calls, made.asked, made.ended, made.place = self.calls, self.asked, self.ended, self.place
        return made

    # --- what marks do --------------------------------------------------------------------------------------------------------------

    def feed(self, number: int, values: list[Any]) -> None:
        """Take the next mark."""
        point, handler = self.handlers[number]
        if handler is None:
            if point.kind == "host":
                self.host(point)
            elif point.kind == "resume":
                self.resume(point)
            else:
                self.begin(point, values)
            return
        frame = self.frames[-1] if self.frames else None
        if frame is None or frame.number != point.frame or point.kind == "caught":
            frame = self.frame_of(point, values)
        opened, path = frame.open, point.path
        if len(opened) != len(path) or (path and opened[-1].number != path[-1]):
            self.leave_to(frame, point)
        handler(self, frame, point, values)

    def emit(self, node_type: str, phase: str, line: int, column: int, facts: dict[str, Any], names: dict[str, Any]) -> None:
        self.place = None
        function = self.frames[-1].function if self.frames else MODULE_LEVEL
        metadata = {**facts, "line": line, "column": column, "depth": max(len(self.frames) - 1, 0)}
        metadata.setdefault("function", None if function == MODULE_LEVEL else function)
        self.events.append((node_type, phase, metadata, dict(names)))

    def point(self, node_type: str, point: Point, facts: dict[str, Any]) -> None:
        self.emit(node_type, "point", point.line, point.column, facts, self.frames[-1].names)

    def host(self, point: Point) -> None:
        """A function of the host is called; which call it was is told by its number."""
        number, self.asked = self.asked, self.asked + 1
        facts = dict(point.told)
        call = self.calls[number] if number < len(self.calls) else None
        if call is None:
            facts["error"] = self.ended or UNKNOWN
        else:
            facts |= {"capability": call.capability, "arguments": {name: shown(value) for name, value in call.arguments.items()}}
            if call.dry_run:
                facts["dry_run"] = True
            facts |= {"error": call.error or call.code} if call.code else {"answer": shown(call.answer)}
        line, column = self.place or (0, 0)
        self.emit("HOST", "point", line, column, facts, self.frames[-1].names if self.frames else {})

    def begin(self, point: Point, values: list[Any]) -> None:
        """A function, or the module level, is entered."""
        arguments: dict[str, Any] = {}
        note(arguments, point, values)
        self.raised = None
        facts: dict[str, Any]
        if point.kind == "module":
            node_type, facts = "MODULE", {"file": self.points.file}
        elif not self.frames and point.function in self.points.tasks:
            node_type, facts = "TASKDEF", {"task": point.function, "arguments": arguments}
        else:
            node_type, facts = "CALL", {"function": point.function, "arguments": arguments}
        self.frames.append(Frame(point.frame, point.function, node_type, point.line, dict(arguments)))
        self.emit(node_type, "enter", point.line, point.column, facts, arguments)

    def frame_of(self, point: Point, values: list[Any]) -> Frame:
        """The frame that a mark is of: the innermost of its function, in which, where a handler begins, the ``try`` is open. Calls above it were left by an exception."""
        for place in range(len(self.frames) - 1, -1, -1):
            frame = self.frames[place]
            if frame.number != point.frame:
                continue
            if point.kind == "caught" and not any(construct.number == point.construct for construct in frame.open):
                continue
            if place < len(self.frames) - 1 and point.kind == "caught" and values:
                self.raised = exception_of(values[0])
            while len(self.frames) - 1 > place:
                self.end_frame({"error": self.error})
            return frame
        node_type = "MODULE" if point.function == MODULE_LEVEL else "CALL"
        self.reenter(Frame(point.frame, point.function, node_type, 0, {}))
        return self.frames[-1]

    def reenter(self, frame: Frame) -> None:
        """Enter a frame, and what is open in it, once more."""
        self.frames.append(frame)
        facts = {"file": self.points.file} if frame.node_type == "MODULE" else {"function": frame.function, "arguments": {}}
        self.emit(frame.node_type, "enter", frame.line, 0, {**facts, "resumed": True}, frame.names)
        for construct in frame.open:
            self.enter(frame, construct, resumed=True)

    def resume(self, point: Point) -> None:
        """A generator goes on. Its names are known where only one of its function waits."""
        waiting = self.suspended.get(point.frame, [])
        frame = waiting.pop() if len(waiting) == 1 else Frame(point.frame, point.function, "CALL", point.line, {})
        self.reenter(frame)
        self.leave_to(frame, point)

    def leave_to(self, frame: Frame, point: Point) -> None:
        """Close what is open and not around the mark, and open what is around it and was not seen."""
        path, common = point.path, 0
        while common < len(frame.open) and common < len(path) and frame.open[common].number == path[common]:
            common += 1
        reason = "raise" if point.kind == "caught" else ""
        while len(frame.open) > common:
            self.close(frame, reason)
        for number in path[common:]:
            opening = self.openings.get((point.frame, number))
            if opening is not None:
                self.open(frame, opening, dict(opening.facts), resumed=True)

    # --- constructs -----------------------------------------------------------------------------------------------------------------

    def open(self, frame: Frame, point: Point, facts: dict[str, Any], resumed: bool = False) -> None:
        construct = Construct(point, point.construct, facts)
        frame.open.append(construct)
        self.enter(frame, construct, resumed)

    def enter(self, frame: Frame, construct: Construct, resumed: bool = False) -> None:
        if construct.is_hidden:
            return
        point, told = construct.point, construct.facts
        node_type = NODE_OF[point.kind]
        keys = {
            "IF": ("condition_result", "branch_taken"),
            "FOR": ("loop_var", "collection_size"),
            "MATCH": ("subject",),
            "WITH": ("context",),
            "COMPREHENSION": ("kind",),
        }
        facts = {key: told[key] for key in keys.get(node_type, ()) if key in told}
        if resumed:
            facts["resumed"] = True
        self.emit(node_type, "enter", point.line, point.column, facts, frame.names)

    def close(self, frame: Frame, reason: str = "") -> None:
        """Exit the innermost construct."""
        construct = frame.open.pop()
        if construct.is_hidden:
            return
        point, told = construct.point, construct.facts
        node_type = NODE_OF[point.kind]
        why = construct.reason or reason
        facts: dict[str, Any] = {}
        if node_type == "IF":
            facts = {"condition_result": told.get("condition_result", False), "branch_taken": told.get("branch_taken")}
        elif node_type == "WHILE":
            facts = {"iterations": construct.iterations, "final_condition_result": why != "condition", "reason": why or "break"}
        elif node_type == "FOR":
            facts = {
                "iterations": construct.iterations,
                "collection_size": told.get("collection_size"),
                "loop_var": told.get("loop_var"),
                "reason": why or "break",
            }
        elif node_type == "COMPREHENSION":
            facts = {"iterations": construct.iterations, "reason": why or "raise"} | ({"value": told["value"]} if "value" in told else {})
        elif node_type == "MATCH":
            facts = {"case": told.get("case"), "pattern": told.get("pattern")}
        elif node_type == "TRY":
            facts = {"exception": told.get("exception"), "reason": why or "completed"}
        elif node_type == "WITH":
            facts = {"context": told.get("context"), "exception": told.get("exception")}
        self.emit(node_type, "exit", point.line, point.column, facts, frame.names)

    def on_opening(self, frame: Frame, point: Point, values: list[Any]) -> None:
        self.open(frame, point, opening_facts(point, values))

    def on_pass(self, frame: Frame, point: Point, values: list[Any]) -> None:
        construct = frame.open[-1]
        construct.iterations += 1
        if not values:
            self.point("WHILE", point, {"iteration": construct.iterations, "condition_result": True})
            return
        note(frame.names, point, values)
        size = construct.facts.get("collection_size")
        facts = {"iteration": construct.iterations, "value": values[0], "loop_var": point.facts["loop_var"], "collection_size": size}
        self.point("FOR", point, facts)

    def on_item(self, frame: Frame, point: Point, values: list[Any]) -> None:
        construct = frame.open[-1]
        construct.iterations += 1
        self.point("COMPREHENSION", point, {"iteration": construct.iterations, "value": values[0], "loop_var": point.facts["loop_var"]})

    def on_choice(self, frame: Frame, point: Point, values: list[Any]) -> None:
        self.point("CHOICE", point, dict(point.facts))

    def on_done(self, frame: Frame, point: Point, values: list[Any]) -> None:
        frame.open[-1].reason = "condition" if frame.open[-1].point.kind == "while" else "exhausted"
        self.close(frame)

    def on_break(self, frame: Frame, point: Point, values: list[Any]) -> None:
        for construct in frame.open:
            if construct.number == point.construct:
                construct.reason = "break"

    def on_case(self, frame: Frame, point: Point, values: list[Any]) -> None:
        frame.open[-1].facts.update(point.facts)

    def on_made(self, frame: Frame, point: Point, values: list[Any]) -> None:
        frame.open[-1].facts["value"] = values[0]
        frame.open[-1].reason = "exhausted"
        self.close(frame)

    # --- exceptions -----------------------------------------------------------------------------------------------------------------

    def on_raise(self, frame: Frame, point: Point, values: list[Any]) -> None:
        self.raised = raised_by(point, values)
        self.point("RAISE", point, {"exception": self.raised[0], "message": self.raised[1]})

    def on_caught(self, frame: Frame, point: Point, values: list[Any]) -> None:
        self.raised = exception_of(values[0])
        construct = frame.open[-1]
        construct.facts["exception"] = self.raised[0]
        handler = point.facts.get("handler")
        if construct.point.kind == "try":
            construct.reason = "raise"
            if handler or self.points.level == "calls":
                self.caught(construct, point, handler)

    def on_except(self, frame: Frame, point: Point, values: list[Any]) -> None:
        construct = frame.open[-1]
        construct.reason = "caught"
        self.caught(construct, point, point.facts["handler"])
        self.raised = None

    def caught(self, construct: Construct, point: Point, handler: str | None) -> None:
        if not construct.is_hidden:
            name, message = self.raised or (UNKNOWN, "")
            self.point("TRY", point, {"exception": name, "message": message, "handler": handler})

    @property
    def error(self) -> str:
        """What ends calls that are left by an exception."""
        if self.raised is None:
            return UNKNOWN
        return said(*self.raised)

    # --- ways out -------------------------------------------------------------------------------------------------------------------

    def end_frame(self, facts: dict[str, Any], reason: str = "raise") -> None:
        """Leave the innermost call."""
        frame = self.frames[-1]
        while frame.open:
            self.close(frame, reason)
        own: dict[str, Any] = {}
        if frame.node_type != "MODULE":
            own = {"task" if frame.node_type == "TASKDEF" else "function": frame.function}
        self.emit(frame.node_type, "exit", frame.line, 0, {**own, **facts}, frame.names)
        self.frames.pop()

    def on_return(self, frame: Frame, point: Point, values: list[Any]) -> None:
        result = values[0] if values else None
        if self.points.level == "full":
            self.point("RETURN", point, {"value": result})
        self.raised = None
        self.end_frame({"result": result}, "return")

    def on_end(self, frame: Frame, point: Point, values: list[Any]) -> None:
        self.raised = None
        self.end_frame({} if frame.node_type == "MODULE" else {"result": None}, "return")

    def on_yield(self, frame: Frame, point: Point, values: list[Any]) -> None:
        if self.points.level == "full":
            self.point("EXPRESSION", point, {"variable": None, "value": values[0], "expression": "yield"})
        waiting = frame.copy()
        self.end_frame({"result": values[0], "suspended": True}, "yield")
        self.suspended.setdefault(frame.number, []).append(waiting)

    def finish(self, error: dict[str, Any] | None = None) -> None:
        """The run is over. ``error`` is that it ended with: ``code``, ``exception``, ``message``, ``line``, ``is_limit``."""
        if error is not None and self.frames:
            names = self.frames[-1].names
            if error["is_limit"]:
                self.emit("LIMIT", "point", error["line"], 0, {"code": error["code"]}, names)
            elif self.raised is None:
                self.emit("RAISE", "point", error["line"], 0, {"exception": error["exception"], "message": error["message"]}, names)
            self.raised = error["exception"], error["message"]
        while self.frames:
            why = "limit" if error is not None and error["is_limit"] else "raise"
            self.end_frame({"error": self.error} if error is not None else {}, why)

    # --- the rest -------------------------------------------------------------------------------------------------------------------

    def on_assign(self, frame: Frame, point: Point, values: list[Any]) -> None:
        facts = {"variable": point.facts["variable"], "value": values[0]}
        if len(values) > 1:
            facts["key"] = values[1]
        note(frame.names, point, values)
        self.point("EXPRESSION", point, facts)

    def on_changed(self, frame: Frame, point: Point, values: list[Any]) -> None:
        note(frame.names, point, values)

    def on_asks(self, frame: Frame, point: Point, values: list[Any]) -> None:
        self.place = point.line, point.column

    def on_expression(self, frame: Frame, point: Point, values: list[Any]) -> None:
        self.point("EXPRESSION", point, {"variable": None, "value": values[0], **point.facts})

    def on_print(self, frame: Frame, point: Point, values: list[Any]) -> None:
        self.point("PRINT", point, {"text": values[0] or ""})

    def on_assert(self, frame: Frame, point: Point, values: list[Any]) -> None:
        self.point("ASSERT", point, dict(point.facts))

    def on_delete(self, frame: Frame, point: Point, values: list[Any]) -> None:
        note(frame.names, point, values)
        self.point("DELETE", point, {"variable": point.facts["variable"]})


HANDLERS: Final = {
    kind: getattr(EventBuilder, f"on_{'opening' if kind in NODE_OF else kind}")
    for kind in KINDS
    if kind not in ("function", "host", "module", "resume")
}
"""What takes the marks of each kind."""


def note(names: dict[str, Any], point: Point, values: list[Any]) -> None:
    """Note what a mark says of the variables of its frame. ``csrc/trace/scan.c`` knows from the table of :mod:`belljar.trace.index` which ones those are."""
    kind = point.kind
    if kind == "assign":
        variable = point.facts["variable"]
        if point.facts.get("inner"):
            pass  # the mark before this one has the whole
        elif len(values) > 1:
            assign_item(names, variable, values[1], values[0])
        else:
            assign(names, variable, values[0])
    elif kind == "pass":
        variable, bound = point.facts["loop_var"], point.facts.get("bound")
        if bound and isinstance(values[0], (tuple, list)) and len(values[0]) == len(bound):
            names.update({name: value for name, value in zip(bound, values[0], strict=True) if name})
        elif not bound:
            assign(names, variable, values[0])
    elif kind == "changed":
        note_change(names, point, values)
    elif kind == "delete":
        names.pop(point.facts["variable"], None)
    elif kind in ("module", "function"):
        names.update((name, value) for name, value in zip(point.names, values, strict=True) if value is not ABSENT)


def note_change(names: dict[str, Any], point: Point, values: list[Any]) -> None:
    """Note a change in place."""
    (name,) = point.names
    if values[0] is ABSENT:
        return
    if not (point.facts["by"] and isinstance(values[0], int)):  # what has the method is no int itself: this is a size
        names[name] = values[0]
        return
    held, size = names.get(name), values[0]
    if isinstance(held, list):
        shown = held[:-1] if held[-1:] == ["..."] else held
        if len(values) > 1 and len(shown) == size - 1 < SHOWN_ITEMS_MAX:
            shown = [*shown, values[1]]
        names[name] = shown[:size] if size <= len(shown) else [*shown, "..."]


def assign(names: dict[str, Any], variable: str, value: Any) -> None:
    """Note a variable's value, or that of an attribute of one whose value is known."""
    owner, dot, field = variable.partition(".")
    if variable.isidentifier():
        names[variable] = value
    elif dot and field.isidentifier() and isinstance(names.get(owner), Record):
        names[owner] = Record(names[owner]._name, {**names[owner]._fields, field: value})


def assign_item(names: dict[str, Any], variable: str, key: Any, value: Any) -> None:
    """Note the value of an item of a variable whose value is known."""
    owner = variable.partition("[")[0]
    held = names.get(owner)
    if isinstance(held, list) and isinstance(key, int) and -len(held) <= key < len(held) and "..." not in held[-1:]:
        names[owner] = [*held]
        names[owner][key] = value
    elif isinstance(held, dict):
        try:
            if "..." in held or (key not in held and len(held) >= SHOWN_ITEMS_MAX):
                names[owner] = {**held, key: value} if key in held else {**held, "...": "..."}
            else:
                names[owner] = {**held, key: value}
        except TypeError:
            names.pop(owner)


SHOWN_ITEMS_MAX: Final = 64
SHOWN_TEXT_MAX: Final = 400
SHOWN_DEPTH_MAX: Final = 6


def shown(value: Any, depth: int = 0) -> Any:
    """As much of a value that went to the host, or came from it, as marks show of one."""
    if isinstance(value, str):
        return value if len(value) <= SHOWN_TEXT_MAX else value[:SHOWN_TEXT_MAX] + "..."
    if isinstance(value, bytes):
        return value if len(value) <= SHOWN_TEXT_MAX else value[:SHOWN_TEXT_MAX] + b"..."
    if isinstance(value, (list, tuple, set, frozenset, dict, Record)) and depth >= SHOWN_DEPTH_MAX:
        return "..."
    if isinstance(value, (list, tuple)):
        items = [shown(item, depth + 1) for item in value[:SHOWN_ITEMS_MAX]] + (["..."] if len(value) > SHOWN_ITEMS_MAX else [])
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, (set, frozenset)) and len(value) > SHOWN_ITEMS_MAX:
        return type(value)([*islice(value, SHOWN_ITEMS_MAX), "..."])
    if isinstance(value, dict):
        pairs: dict[Any, Any] = {key: shown(item, depth + 1) for key, item in islice(value.items(), SHOWN_ITEMS_MAX)}
        return pairs if len(value) <= SHOWN_ITEMS_MAX else {**pairs, "...": "..."}
    if isinstance(value, Record):
        return Record(value._name, {name: shown(item, depth + 1) for name, item in value._fields.items()})
    return value


def opening_facts(point: Point, values: list[Any]) -> dict[str, Any]:
    """What is known of a construct where it begins."""
    facts = {**point.facts, **dict(zip(point.names, values, strict=True))}
    if point.kind == "for":
        facts["collection_size"] = size_of(values[0])
    return facts


def size_of(walked: Any) -> int | None:
    """How many items a loop walks, as far as that is known."""
    if isinstance(walked, (range, tuple, list, dict, set, frozenset)):
        return len(walked)
    if isinstance(walked, str):
        return None if walked.startswith("<") else len(walked)
    return walked if isinstance(walked, int) and walked >= 0 else None


def said(exception: str, message: str) -> str:
    """An exception in one line."""
    return f"{exception}: {message}" if message else exception


def raised_by(point: Point, values: list[Any]) -> tuple[str, str]:
    """The class and the message of what a mark says is raised or caught."""
    if point.kind == "raise" and "exception" in point.facts:
        return point.facts["exception"], str(values[0]) if values else ""
    return exception_of(values[0])


def exception_of(value: Any) -> tuple[str, str]:
    """The class and the message of an exception object, as far as it was recorded."""
    if not isinstance(value, Record):
        text = str(value)
        return (text[7:-1], "") if text.startswith("<class ") else (UNKNOWN, "")
    args = value._fields.get("args", ())
    name = value._name.rpartition(".")[2]
    if not isinstance(args, (tuple, list)) or not args:
        return name, ""
    return name, str(args[0]) if len(args) == 1 else str(tuple(args))
