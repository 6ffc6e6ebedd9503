"""What a generator is in the IR: its frame, how it is resumed, and what calls of it look like before and after it is split.

A call of generator ``g`` makes a frame and runs nothing. ``g.resume(frame, mode, sent)`` runs on to the next yield and gives True and the components of what is yielded, or False (and
zeros) at the end; what the generator returned is then in the frame's slot VALUE, None unless it said something. ``mode`` is NEXT or SEND (``sent`` becomes the result of the yield that
waits, None for NEXT) or THROW (``sent`` is an exception object, raised there; only where a yield waits).

A generator that waits in ``yield from`` keeps the iterator that it walks in the slot INNER, None elsewhere. What is sent or thrown goes to that iterator. Where it ends with that, the generator is
resumed with the end of an iteration (``any.is_end``) as what is sent, and ``any.iter_value`` of the iterator is what it came to.

A frame is a record. Slot STATE is 0 before the start and the number of the yield that waits from then on, or one of the negative states; a fault that leaves ``g.resume`` makes
it FINISHED.
"""

from __future__ import annotations

from belljar.ir.function import Module
from belljar.types import ANY, BOOL, INT, RecordType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

NEXT, SEND, THROW = range(3)
STATE, VALUE, INNER, SAVED = range(4)
"""Slots of a frame: its state, what it returned, the iterator that ``yield from`` walks, and the first of the registers it keeps."""
FIELDS: Final[tuple[tuple[str, Type], ...]] = (("state", INT), ("value", ANY), ("inner", ANY))
"""How the record of frames is declared while the generator is not split."""
FINISHED: Final = -1
RUNNING: Final = -2


def resume_name(generator: str) -> str:
    """The name of the function that resumes a generator's frames."""
    return f"{generator}.resume"


def entry_name(generator: str) -> str:
    """The name of the function by which runtime code resumes a generator's frames."""
    return f"{generator}.entry"


def call_types(module: Module, name: str) -> tuple[list[Type], list[Type]] | None:
    """The types a call of the function takes and gives; None if there is no such function. A generator that is not split has a function that resumes it already. Raises IndexError
    where a parameter is no register."""
    function = module.functions.get(name)
    if function is not None:
        given: list[Type] = [RecordType(function.generator)] if function.generator else list(function.results)
        return [function.registers[register].type for register in function.params], given
    made_for, _, action = name.rpartition(".")
    function = module.functions.get(made_for)
    if function is None or not function.generator or action != "resume":
        return None
    return [RecordType(function.generator), INT, ANY], [BOOL, *function.results]
