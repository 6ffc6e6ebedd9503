"""What ``send()``, ``throw()``, ``close()`` and ``next()`` do with the frame of a generator; ``csrc/runtime/generator.c`` follows.

The functions that resume frames do no more than run on from the yield that waits. Here is what Python has besides: a generator that has not begun or is finished, one that is running, and
one that waits in ``yield from``, whose inner iterator gets what is sent and thrown.
"""

from __future__ import annotations

from belljar.errors import CODES
from belljar.ir.generator import FINISHED, INNER, NEXT, RUNNING, SEND, STATE, THROW, VALUE
from belljar.ir.guest import GuestFault, GuestRecord, GuestTuple, absent, type_name
from belljar.ir.guest_functions import GuestFunction
from belljar.ir.host import host
from belljar.types import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from belljar.ir.function import Layout


class _End:
    """The end of an iteration, which no program sees."""

    def __repr__(self) -> str:
        return "end"


END: Final = _End()


def is_generator(value: Any) -> bool:
    return isinstance(value, GuestRecord) and bool(value.layout.entry)


# --- exceptions as objects --------------------------------------------------------------------------------------------------------


def _is_of(value: Any, name: str) -> bool:
    return isinstance(value, GuestRecord) and value.layout.derives_from(name)


def raising(error: GuestRecord) -> GuestFault:
    """The fault of an exception object."""
    args = error.slots[0]
    first = args[0] if isinstance(args, GuestTuple) and len(args) == 1 and isinstance(args[0], str) else ""
    fault = GuestFault("E0705", f"{error.layout.name}: {first}" if first else error.layout.name)
    fault.raised = error
    return fault


def _new_exception(name: str, *args: Any) -> GuestRecord:
    layout = host().module.records[name]
    return GuestRecord(layout, (GuestTuple(ANY, args), *[absent(type) for _, type in layout.slots[1:]]))


def _stop(value: Any) -> GuestFault:
    """The generator has ended, having returned the value."""
    if "StopIteration" not in host().module.records:
        return GuestFault("E0705", "StopIteration")  # nothing in the program looks at one
    return raising(_new_exception("StopIteration", *(() if value is None else (value,))))


_CLASSES: Final = {"E0766": "RuntimeError", "E0751": "AttributeError", "E0792": "AttributeError", "E0765": "ValueError"}


def _taken(fault: GuestFault, depth: int) -> GuestRecord:
    """The exception under way as an object, and no longer under way. Raises the fault where no program can catch it."""
    if not CODES[fault.code].is_catchable:
        raise fault
    if fault.raised is not None or host().depth() > depth:
        error: GuestRecord = host().taken(fault, depth)
        return error
    # The fault of a runtime function that was called here: it has told its text.
    name = _CLASSES.get(fault.code, "TypeError")
    if name not in host().module.records:
        raise fault
    return _new_exception(name, fault.text or "generator already executing")


def _class_layout(value: Any) -> Layout | None:
    """The records that a class makes, None for what is no class: a function of the name of an exception makes those, too."""
    if not isinstance(value, GuestFunction):
        return None
    if value.signature.record:
        return host().module.records.get(value.signature.record)
    layout = host().module.records.get(value.signature.title)
    return layout if layout is not None and layout.derives_from("BaseException") else None


def _exception_of(kind: Any, value: Any = None, traceback: Any = None) -> GuestRecord:
    """The exception that the arguments of ``throw()`` stand for: a class and a value, or an object."""
    layout = _class_layout(kind)
    error: GuestRecord
    if layout is not None and layout.derives_from("BaseException"):
        if _is_of(value, layout.name):
            error = value
            return error
        several = value if isinstance(value, GuestTuple) else GuestTuple(ANY, () if value is None else (value,))
        error = host().call_spread(kind, several)
        return error
    if not _is_of(kind, "BaseException"):
        raise GuestFault("E0780", f"exceptions must be classes or instances deriving from BaseException, not {type_name(kind)}")
    if value is not None:
        raise GuestFault("E0780", "instance exception may not have a separate value")
    error = kind
    return error


# --- resuming ---------------------------------------------------------------------------------------------------------------------


def _refused() -> GuestFault:
    return GuestFault("E0765", "generator already executing")


def _run(frame: GuestRecord, mode: int, sent: Any) -> Any:
    """Run on from where the frame waits: the item, or END."""
    depth = host().depth()
    refused = frame.slots[STATE] == RUNNING
    try:
        more, item = host().invoke(frame.layout.entry, (frame, mode, sent))
    except GuestFault as fault:
        if not refused:
            frame.slots[STATE] = FINISHED
            if host().raised(fault, "StopIteration"):
                host().cut(depth)
                raise GuestFault("E0766", "generator raised StopIteration") from None
        raise
    return item if more else END


def next_of(frame: GuestRecord) -> Any:
    """The next item of a generator, or END."""
    return _run(frame, NEXT, None)


def _pass(walk: Any, mode: int, sent: tuple[Any, ...]) -> Any:
    """Send or throw into an iterator: its next item, or END."""
    if is_generator(walk):
        return _throw_in(walk, sent) if mode == THROW else _send(walk, sent[0])
    if mode == SEND and sent[0] is None:
        return host().next_item(walk)
    name = "throw" if mode == THROW else "send"
    if not host().has_attr(walk, name):
        raise raising(_exception_of(*sent)) if mode == THROW else GuestFault("E0751", f"'{type_name(walk)}' object has no attribute 'send'")
    depth = host().depth()
    try:
        return host().call_method(name, walk, sent)
    except GuestFault as fault:
        if not host().raised(fault, "StopIteration"):
            raise
        host().iteration_value = host().stopped()
        host().cut(depth)
        return END


def _close_walk(walk: Any) -> None:
    """Close an iterator, if it can be."""
    if is_generator(walk):
        close(walk)
    elif host().has_attr(walk, "close"):
        host().call_method("close", walk, ())


def _raise_inside(frame: GuestRecord, fault: GuestFault, depth: int) -> Any:
    """Go on with the fault of an inner iterator: it is raised where the generator waits."""
    try:
        error = _taken(fault, depth)
    except GuestFault:
        frame.slots[STATE] = FINISHED
        raise
    return _run(frame, THROW, error)


def _delegate(frame: GuestRecord, mode: int, sent: tuple[Any, ...]) -> Any:
    """Send or throw into the iterator in which a generator waits."""
    depth, state = host().depth(), frame.slots[STATE]
    frame.slots[STATE] = RUNNING
    try:
        item = _pass(frame.slots[INNER], mode, sent)
    except GuestFault as problem:
        fault = problem
    else:
        frame.slots[STATE] = state
        return _run(frame, SEND, END) if item is END else item
    frame.slots[STATE] = state
    return _raise_inside(frame, fault, depth)


def _delegates(frame: GuestRecord) -> bool:
    return frame.slots[STATE] > 0 and frame.slots[INNER] is not None


def _send(frame: GuestRecord, value: Any) -> Any:
    if frame.slots[STATE] == RUNNING:
        raise _refused()
    if frame.slots[STATE] == 0 and value is not None:
        raise GuestFault("E0780", "can't send non-None value to a just-started generator")
    return _delegate(frame, SEND, (value,)) if _delegates(frame) else _run(frame, SEND, value)


def _throw_in(frame: GuestRecord, thrown: tuple[Any, ...]) -> Any:
    if frame.slots[STATE] == RUNNING:
        raise _refused()
    if _delegates(frame):
        kind = _class_layout(thrown[0])
        if not _is_of(thrown[0], "GeneratorExit") and (kind is None or not kind.derives_from("GeneratorExit")):
            return _delegate(frame, THROW, thrown)
        depth, state = host().depth(), frame.slots[STATE]
        frame.slots[STATE] = RUNNING
        failed = None
        try:
            _close_walk(frame.slots[INNER])
        except GuestFault as fault:
            failed = fault
        frame.slots[STATE] = state
        if failed is not None:
            return _raise_inside(frame, failed, depth)
    error = _exception_of(*thrown)
    if frame.slots[STATE] > 0:
        return _run(frame, THROW, error)
    frame.slots[STATE] = FINISHED
    raise raising(error)


def close(frame: GuestRecord) -> None:
    """``g.close()``."""
    if frame.slots[STATE] == RUNNING:
        raise _refused()
    if frame.slots[STATE] <= 0 or "GeneratorExit" not in host().module.records:
        frame.slots[STATE] = FINISHED  # without the class nothing in the program looks at one
        return
    depth = host().depth()
    try:
        item = _throw_in(frame, (_new_exception("GeneratorExit"),))
    except GuestFault as fault:
        if not host().raised(fault, "GeneratorExit") and not host().raised(fault, "StopIteration"):
            raise
        host().cut(depth)
        return
    if item is not END:
        raise GuestFault("E0766", "generator ignored GeneratorExit")


# --- methods ----------------------------------------------------------------------------------------------------------------------


def _item_or_stop(frame: GuestRecord, item: Any) -> Any:
    if item is END:
        raise _stop(frame.slots[VALUE])
    return item


def _counted(name: str, style: str, least: int, most: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """A method that checks how many arguments it was given."""

    def call(frame: GuestRecord, *args: Any) -> Any:
        if len(args) < least or len(args) > most:
            limit = least if len(args) < least else most
            raise GuestFault(
                "E0790",
                f"generator.{name}() takes no arguments ({len(args)} given)"
                if style == "none"
                else f"generator.{name}() takes exactly one argument ({len(args)} given)"
                if style == "one"
                else f"{name} expected {'at least' if len(args) < least else 'at most'} {limit} argument{'' if limit == 1 else 's'}, got {len(args)}",
            )
        return function(frame, *args)

    return call


GENERATOR_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "__iter__": _counted("__iter__", "none", 0, 0, lambda frame: frame),
    "__next__": _counted("__next__", "none", 0, 0, lambda frame: _item_or_stop(frame, _run(frame, NEXT, None))),
    "close": _counted("close", "none", 0, 0, close),
    "send": _counted("send", "one", 1, 1, lambda frame, value: _item_or_stop(frame, _send(frame, value))),
    "throw": _counted(
        "throw",
        "positions",
        1,
        3,
        lambda frame, *thrown: _item_or_stop(frame, _throw_in(frame, thrown)),
    ),
}
"""Methods of generators."""
