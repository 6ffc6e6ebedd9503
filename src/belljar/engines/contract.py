"""What every engine promises, and what it gets.

An engine loads a verified, optimised module and gives an :class:`Instance`. Loading runs the module's ``init`` once; each call then starts from the
state init left behind, whatever earlier calls did. All engines agree on results, output, error (code, place, message, stack) and fuel.

Values cross as components (:func:`belljar.types.components`) in Python form: int, float, bool, str, None for ``any``, ``list`` for lists, ``dict``, ``set``,
``tuple`` for heap tuples, :class:`belljar.values.Record` for records.
"""

from __future__ import annotations

from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.safety.limits import Limits
from belljar.structs import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol, TypeAlias
else:
    Protocol = object

Write: TypeAlias = "Callable[[str], object]"
"""Receives program output as it is produced, in pieces of the engine's choosing."""

VALUE_BYTES = 8
"""What each value that a result shows counts against the memory limit when it is handed over: results share parts, and who prints them writes each part every time."""


class Marks(Struct):
    """Where the marks of a traced module go (:mod:`belljar.trace.points`): the last ``blocks`` blocks of ``block_bytes`` bytes are kept, or, with a ``sink``, each full block is handed to it.

    A block is at least :data:`MARKS_BLOCK_MIN` bytes. All engines leave the same bytes in the same blocks.
    """

    __slots__ = ("block_bytes", "blocks", "left", "lost", "sink")

    def __init__(self, block_bytes: int = 1 << 20, blocks: int = 8, sink: Callable[[bytes], object] | None = None) -> None:
        self.block_bytes = max(block_bytes, MARKS_BLOCK_MIN)
        self.blocks = max(blocks, 1)
        self.sink = sink
        self.left = b""
        """What an instance left whose ``init`` failed, so that there is none; ``lost`` counts the blocks that it lost."""
        self.lost = 0


def start(instance: Any, inputs: Sequence[Any], traces: Marks | None) -> None:
    """Run the ``init`` of an instance of the VM or of native code, with its marks where they are wanted."""
    if traces is None:
        instance.start(inputs)
        return
    instance.trace(traces.block_bytes, traces.blocks, traces.sink)
    try:
        instance.start(inputs)
    except BellError:
        traces.left, traces.lost = instance.marks(), instance.marks_lost
        raise


MARK_BYTES_MAX = 1 << 16
"""BELL_TRACE_MARK_MAX of trace.h."""
MARKS_BLOCK_MIN = 2 * MARK_BYTES_MAX


class Outcome(Struct):
    """How one call ended. ``results`` are the components of the result, empty when ``error`` is set. ``fuel_used`` counts the call alone."""

    __slots__ = ("error", "fuel_used", "results")

    def __init__(self, results: tuple[Any, ...], error: BellError | None, fuel_used: int) -> None:
        self.results = results
        self.error = error
        self.fuel_used = fuel_used


ANSWERS_MAX = 1 << 20
ANSWER_BYTES_MAX = 64 << 20
"""Answers of the host, and bytes of them, that a log takes."""


class HostFault(Exception):
    """A call of a function of the host ends with this error of the program. ``text`` is what its message is made of (:mod:`belljar.engines.faults`): of E0901 the capability, of E0905 the
    class that a program catches, and behind a blank what it is told."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


class HostEntry(Struct):
    """A function of the host as a run has it, for one row of ``Module.hosts``.

    ``call`` takes the arguments by position. ``refusal`` is None, or what every call ends with. ``takers`` convert the arguments that cross as more than was declared, ``giver`` an
    answer that is not of the declared type as it stands; both raise HostFault. ``is_exact``: the type of the word that crosses says all that was declared of the answer.
    ``max_bytes`` is the largest that an argument or the answer may be, by :func:`belljar.ir.host_values.measure`. ``missed`` is told what a call ended with that did not come as far
    as ``call``.
    """

    __slots__ = ("call", "giver", "is_exact", "max_bytes", "missed", "name", "refusal", "takers")

    def __init__(
        self,
        name: str,
        call: Callable[..., Any] | None,
        refusal: HostFault | None,
        takers: tuple[Callable[[Any], Any] | None, ...],
        giver: Callable[[Any], Any],
        is_exact: bool,
        max_bytes: int,
        missed: Callable[[HostFault], None] | None = None,
    ) -> None:
        self.name = name
        self.call = call
        self.refusal = refusal
        self.takers = takers
        self.giver = giver
        self.is_exact = is_exact
        self.max_bytes = max_bytes
        self.missed = missed


class HostTable(Struct):
    """The functions of the host of one instance, by row of ``Module.hosts``. Between calls of the instance its owner sets what the next one does: ``log`` takes every answer (a HostFault
    where the call ended with one) if it is a list, and ``given`` is taken from, from its start, instead of calling, as far as it goes. With ``anew`` each call begins a log. A log that would grow beyond ANSWERS_MAX becomes None."""

    __slots__ = ("anew", "entries", "given", "log")

    def __init__(self, entries: Sequence[HostEntry]) -> None:
        self.entries = tuple(entries)
        self.log: list[Any] | None = None
        self.given: list[Any] | None = None
        self.anew = False


class Instance(Protocol):
    """A loaded module with its heap, globals and limits. Not to be used by two threads at once."""

    module: Module
    hosts: HostTable | None
    host_counts: list[int]
    """The calls of each of ``module.hosts`` that were made so far."""
    passes: int
    """Passes through loops that the call made which ran last, of a module that counts them."""

    def call(self, function: str, args: Sequence[Any], arrays: bool = False) -> Outcome:
        """Run a function of the module on component values. Never raises for what the program did: see ``Outcome.error``. Raises E0302 for a value that does not fit; an engine
        may take more than the Python form, such as arrays for lists of numbers. With ``arrays`` lists of numbers in results are NumPy arrays: int64, float64, bool."""

    def marks(self) -> bytes:
        """The marks that were left and are kept, oldest first; a sink gets what is left."""

    def forget_marks(self) -> None:
        """Drop the marks that are kept."""

    @property
    def marks_lost(self) -> int:
        """Blocks of marks that nobody has any more."""


class Engine(Protocol):
    name: str

    def load(
        self,
        module: Module,
        limits: Limits,
        write: Write | None = None,
        inputs: Sequence[Any] = (),
        hosts: HostTable | None = None,
        traces: Marks | None = None,
    ) -> Instance:
        """Make an instance and run ``module.init`` on ``inputs`` (the components of its parameters, if it has any). Raises the BellError init ended with.
        ``write=None`` refuses output (E0901 io.stdout), ``hosts=None`` the functions of the host (E0901). ``traces`` says where marks go, which are dropped without it."""
