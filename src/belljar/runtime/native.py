"""Tasks handed on to native code: as an address, a ctypes function, a function that Numba compiles calls to, a SciPy ``LowLevelCallable``.

Native code has no way to be told of an error in the middle of a number. So a call that faults gives a value that is none (a float NaN, an int -2**63, a bool False), keeps its arguments if it is
the first to fault since the last look, and :meth:`NativeFunction.check` raises the error in full: programs are deterministic, so the VM finds it by running the same call.
"""

from __future__ import annotations

import ctypes
import os
import sys

from belljar.engines.jit.export import CALL, CALL_FILTER, CALL_FLOATS, export_function, is_filter, is_of_floats
from belljar.errors import bell_error
from belljar.types import BOOL, FLOAT, INT, ListType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Final

    from belljar.errors import BellError
    from belljar.runtime.program import Program
    from belljar.safety.limits import Limits

THREADS_MAX: Final = 256
THREADS_USUAL_MAX: Final = 64
"""Calls at the same time that are made ready for where nobody says how many, on machines with more cores."""
PARAMS_MAX: Final = 16

C_TYPES: Final[dict[Type, Any]] = {INT: ctypes.c_int64, FLOAT: ctypes.c_double, BOOL: ctypes.c_bool}
C_ELEMENTS: Final[dict[Type, Any]] = {INT: ctypes.c_int64, FLOAT: ctypes.c_double, BOOL: ctypes.c_uint8}

_kept: list[NativeFunction] = []
"""Functions that Numba has compiled calls to: its code may outlive all that refers to them."""


class NativeFunction:
    """A task as native code calls it: on any thread, side by side with other calls, without the GIL. What :meth:`belljar.Program.native` gives.

    Every call starts from the state the module level left and has whole limits, as :meth:`~belljar.Program.call` has. Nothing is granted: a call that prints faults with E0901. An int that leaves 64 bits
    is E0502. As a context manager it forgets faults of before when entered, and checks when left::

        with program.native("density") as density:
            area, _ = scipy.integrate.quad(density.scipy, 0, 1)

    The machine code lives as long as this object; the ctypes function and what SciPy and Numba got keep it alive, an :attr:`address` does not. Ctrl-C waits for the end of a call.
    """

    def __init__(self, program: Program, task: str, limits: Limits, threads: int | None) -> None:
        row = program.signature(task)
        self.name: Final = task
        self.limits: Final = limits
        self.params: Final[tuple[Type, ...]] = tuple([param.type for param in row.params])
        self.result: Final[Type] = row.result
        self.threads: Final = _threads(threads)
        self._program = program
        self._numba: Any = None
        if program.has_inputs:
            raise bell_error("E0003", detail="a program with inputs is run, not called", hint="pass the values as parameters")
        if len(self.params) > PARAMS_MAX:
            raise bell_error("E0003", detail=f"{task}() has {len(self.params)} parameters; native functions have at most {PARAMS_MAX}")
        for param in row.params:
            item = param.type.item if isinstance(param.type, ListType) else param.type
            if item not in C_TYPES:
                raise _unsuitable(f"parameter '{param.name}' of {task}()", param.type, "int, float, bool and lists of these")
        if self.result not in C_TYPES:
            raise _unsuitable(f"the result of {task}()", self.result, "int, float and bool")
        module = program.runnable(task, self.params, "jit")
        self._module = module
        self._exported = export_function(module, task, limits, self.threads, _print)

    def __repr__(self) -> str:
        return f"<NativeFunction {self.name}: {self.signature}>"

    @property
    def signature(self) -> str:
        """As C has it: ``double (double, int64_t)``. A list is two parameters, the address of its elements and their number."""
        names: dict[Type, str] = {INT: "int64_t", FLOAT: "double", BOOL: "bool"}
        pointers: dict[Type, str] = {INT: "const int64_t *", FLOAT: "const double *", BOOL: "const uint8_t *"}
        words = [f"{pointers[param.item]}, int64_t" if isinstance(param, ListType) else names[param] for param in self.params]
        return f"{names[self.result]} ({', '.join(words) or 'void'})"

    @property
    def address(self) -> int:
        """Of the machine code, a function of :attr:`signature`, for as long as this object lives."""
        return self._exported.address(CALL)

    @property
    def ctypes(self) -> Any:
        """A ctypes function, made anew each time: lets go of the GIL while it runs. Arrays are ``ctypes.POINTER`` and count."""
        types: list[Any] = []
        for param in self.params:
            types += [ctypes.POINTER(C_ELEMENTS[param.item]), ctypes.c_int64] if isinstance(param, ListType) else [C_TYPES[param]]
        return self._function(CALL, C_TYPES[self.result], *types)

    @property
    def scipy(self) -> Any:
        """A ``scipy.LowLevelCallable``: of one float ``double (double)``; of several ``double (int, double *, void *)``, which quad and nquad call with the variables and then ``args``; of a list of
        floats ``int (double *, intptr_t, double *, void *)``, as ndimage.generic_filter has it; else as in C. Raises E0008 without SciPy."""
        try:
            from scipy import LowLevelCallable
        except ImportError:
            raise bell_error("E0008", what="a LowLevelCallable", package="scipy", extra="native") from None
        double, pointer = ctypes.c_double, ctypes.POINTER(ctypes.c_double)
        if is_of_floats(self.params, self.result) and len(self.params) > 1:
            return LowLevelCallable(self._function(CALL_FLOATS, double, ctypes.c_int, pointer, ctypes.c_void_p))
        if is_filter(self.params, self.result):
            function = self._function(CALL_FILTER, ctypes.c_int, pointer, ctypes.c_ssize_t, pointer, ctypes.c_void_p)
            return LowLevelCallable(function, signature="int (double *, intptr_t, double *, void *)")
        return LowLevelCallable(self.ctypes)

    @property
    def numba(self) -> Any:
        """A function that Numba-compiled code calls without Python in between: a fault raises RuntimeError there, and :meth:`check` tells what it was. Takes arrays for lists, of the very type and
        contiguous. Raises E0008 without Numba."""
        try:
            from belljar.runtime.numba_call import numba_function
        except ImportError:
            raise bell_error("E0008", what="a function for Numba", package="numba", extra="native") from None
        if self._numba is None:
            self._numba = numba_function(self.name, self.params, self.result, self._exported.export.address)
            _kept.append(self)
        return self._numba

    def _function(self, entry: str, result: Any, *params: Any) -> Any:
        function: Any = ctypes.CFUNCTYPE(result, *params)(self._exported.address(entry))
        function.native = self
        return function

    # --- faults -------------------------------------------------------------------------------------------------------------------

    @property
    def faulted(self) -> bool:
        """Whether a call has faulted since the last check."""
        return self._exported.export.faulted

    def check(self) -> None:
        """Raise the error of the first call that faulted since the last check, if one did, as :meth:`~belljar.Program.call` raises it: with its line and its guest stack. It is told once."""
        told = self._exported.export.fault()
        if told is not None:
            raise self._error(*told)

    def __enter__(self) -> NativeFunction:
        self._exported.export.fault()
        return self

    def __exit__(self, type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or isinstance(error, Exception):  # what Numba or SciPy raise for what is no number says less
            self.check()

    def _error(self, code: str, site: int, unwind: list[int], unwind_count: int, args: list[Any]) -> BellError:
        from belljar.engines.faults import LIMITS, fault_error

        if code == "E0402":
            return bell_error("E0402", function=self.name, expected=len(self.params), found=args[0])
        if site < 0:
            return bell_error("E0803", a=self.limits.memory)
        if code in LIMITS or code == "E0901":  # told without operands, and not found again where there is more time or a place to print to
            return fault_error(
                self._module, self._exported.sites, site, code, [], text="", unwind=unwind, unwind_count=unwind_count, limits=self.limits
            )
        outcome = self._program.outcome(self.name, self.params, args, self.limits)
        return outcome or bell_error("E1201", detail=f"{self.name}() faulted with {code} in native code and does not in the VM")


def _unsuitable(what: str, type: Type, allowed: str) -> BellError:
    return bell_error(
        "E0003", detail=f"{what} is {type}; native functions have {allowed}", hint="call() and task() take and give any value"
    )


def _threads(given: int | None) -> int:
    if given is None:
        return min(os.cpu_count() or 1, THREADS_USUAL_MAX)
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= THREADS_MAX:
        raise bell_error("E0003", detail=f"threads={given!r} is not a number of threads from 1 to {THREADS_MAX}")
    return given


def _print(text: str) -> None:
    sys.stdout.write(text)
