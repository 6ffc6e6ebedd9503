"""Functions of the host: what a program may call of the world outside, who may, and what becomes of a call.

:class:`HostFunctions` are the functions by name. A run (:meth:`HostFunctions.begin`) has them as a table of its module, in which every function is bound to what this run is granted, to its journal
and to whether it is a dry run. Where nothing but the call itself is to be done, the engine calls the function without anything in between.
"""

from __future__ import annotations

from _thread import allocate_lock
from keyword import iskeyword

from belljar.engines.contract import HostEntry, HostFault, HostTable
from belljar.errors import BellError, bell_error
from belljar.runtime.host_function import MAX_BYTES, NOT_GIVEN, Function
from belljar.safety.capabilities import STDOUT, Grants, grants_of, is_name
from belljar.safety.host_signature import BUILT_IN, EFFECTS, HostParam, HostSignature
from belljar.safety.journal import HostCall, Journal
from belljar.safety.secrets import Secrets
from belljar.types import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    STR,
    Type,
    storage,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Collection, Sequence
    from concurrent.futures import Future
    from typing import Any, Final

    from belljar.engines.contract import Instance
    from belljar.ir.function import HostFunction, Module
    from belljar.runtime.noted_calls import NotedCalls

SECRET: Final = "secret"
"""The function that gives a program the reference of a secret."""
SLEEP_MAX_S: Final = 86_400.0
"""Longest sleep of a program in one call, in seconds."""


class HostFunctions:
    """The functions of a host, by dotted name.

    ``timeout`` (seconds) and ``max_bytes`` hold for functions that do not say otherwise. ``on_call`` is called with the :class:`HostCall` of every call, once it has ended.
    Thread-safe, as far as the functions are: the rows of a batch call them from several threads.
    """

    def __init__(
        self, *, timeout: float | None = None, max_bytes: int = MAX_BYTES, on_call: Callable[[HostCall], object] | None = None
    ) -> None:
        self.timeout = _timeout("timeout", timeout)
        self.max_bytes = _size(max_bytes)
        self.secrets = Secrets()
        self.functions: dict[str, Function] = {}
        self.version = 0
        """Counts what was changed."""
        self._on_call = on_call
        self._journal: Journal | None = None

    @property
    def on_call(self) -> Callable[[HostCall], object] | None:
        """What is called with every call that has ended."""
        return self._on_call

    @on_call.setter
    def on_call(self, hook: Callable[[HostCall], object] | None) -> None:
        self._on_call = hook
        self.version += 1

    def add(
        self,
        name: str,
        fn: Callable[..., Any] | None = None,
        *,
        capability: str | None = None,
        effect: str = "write",
        signature: str | None = None,
        timeout: float | None = None,
        max_bytes: int | None = None,
        dry_answer: object = NOT_GIVEN,
    ) -> Any:
        """Register a function, or, without ``fn``, decorate one with ``@hosts.add(name, ...)``; gives the function.

        ``capability`` is what a run must be granted, the name itself unless told otherwise. A ``write`` is not made in a dry run, where its answer is ``dry_answer`` or the neutral value of its type.
        Types are those of the annotations, or of ``signature``: ``"(to: str, body: str = '') -> None"``, or its types alone, ``"(str, str) -> None"``. With a ``timeout`` the function runs in a thread of its own, which is left
        alone when its time is up. Raises E0003 for what is not as it must be, and for a name that is taken.
        """
        if fn is None:
            return lambda one: self.add(
                name,
                one,
                capability=capability,
                effect=effect,
                signature=signature,
                timeout=timeout,
                max_bytes=max_bytes,
                dry_answer=dry_answer,
            )
        from belljar.runtime.host_signatures import is_async, read_signature, signature_of

        if not callable(fn):
            raise bell_error("E0003", detail=f"the host function '{name}' cannot be called: it is a {type(fn).__name__}")
        if not is_name(name) or not all(part.isidentifier() and not iskeyword(part) for part in name.split(".")):
            raise bell_error("E0003", detail=f"a host function has a dotted name, got {name!r}", hint="example: mail.send")
        if name in self.functions:
            raise bell_error("E0003", detail=f"the host function '{name}' is there already")
        needed = name if capability is None else capability
        if not is_name(needed):
            raise bell_error("E0003", detail=f"{needed!r} is no capability", hint="examples: mail.send, store.write")
        if effect not in EFFECTS:
            raise bell_error("E0003", detail=f"the effect of '{name}' is 'read' or 'write', got {effect!r}")
        params, result = signature_of(name, fn) if signature is None else read_signature(name, signature, fn)
        declared = HostSignature(name, params, result, needed, effect)
        built_in = BUILT_IN.get(name)
        if built_in is not None and str(built_in) != str(declared):
            raise bell_error("E0003", detail=f"'{name}' is a built-in function of the host", hint=f"its signature is {built_in}")
        self.functions[name] = Function(
            declared,
            fn,
            self.timeout if timeout is None else _timeout("timeout", timeout),
            self.max_bytes if max_bytes is None else _size(max_bytes),
            dry_answer,
            is_async(fn),
        )
        self.version += 1
        return fn

    def secret(self, name: str, value: str) -> None:
        """Keep a secret. A program that is granted ``secret.NAME`` gets its reference from ``secret("NAME")``, and functions with a parameter declared ``secret`` its value."""
        self.secrets.add(name, value)
        self.refer_to_secrets()

    def refer_to_secrets(self) -> None:
        """Give programs the function ``secret``."""
        if SECRET not in self.functions:
            declared = HostSignature(SECRET, (HostParam("name", STR),), STR, "secret.*", "read")
            self.functions[SECRET] = Function(declared, self._reference, needs=lambda args: f"secret.{args[0]}")
        self.version += 1

    def _reference(self, name: str) -> str:
        return self.secrets.reference(name)

    @property
    def signatures(self) -> dict[str, HostSignature]:
        """The signatures by name: what compiling a program takes of them."""
        return {name: function.signature for name, function in self.functions.items()}

    def __contains__(self, name: object) -> bool:
        return name in self.functions

    def __repr__(self) -> str:
        return f"<HostFunctions {', '.join(self.functions) or 'none'}>"

    def recorded(self, journal: Journal) -> HostFunctions:
        """The same functions, which answer from a journal instead of being called: each run from its start. A run that makes other calls ends with E0908."""
        made = HostFunctions(timeout=self.timeout, max_bytes=self.max_bytes, on_call=self.on_call)
        made.functions, made.secrets, made.version = dict(self.functions), self.secrets, self.version
        made._journal = journal
        return made

    @property
    def is_recorded(self) -> bool:
        """Whether they answer from a journal."""
        return self._journal is not None

    def begin(
        self,
        grants: Collection[str] | Grants = (),
        *,
        journal: Journal | None = None,
        dry_run: bool = False,
        wide: bool = False,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> HostRun:
        """What one run has of these functions: :meth:`Program.call <belljar.Program.call>` and its kin take it for ``hosts``. Its ``used`` has the capabilities that were used, afterwards."""
        return HostRun(self, grants_of(grants), journal, dry_run, wide, loop)

    def function(self, name: str) -> Function | None:
        """A function by its name, built-in ones included."""
        found = self.functions.get(name)
        if found is None and name in BUILT_IN:
            from belljar.runtime.built_in_hosts import FUNCTIONS

            found = FUNCTIONS[name]
        return found


class HostRun:
    """The functions of the host as a run has them: with its grants, its journal, and whether it is a dry run. All three may be changed between calls where ``changes`` is set before
    :meth:`table` is asked for. ``used`` has the capabilities that its calls have used, and ``io.stdout`` where they printed: the smallest set of grants it would have done with."""

    def __init__(
        self,
        hosts: HostFunctions,
        grants: Grants,
        journal: Journal | None = None,
        dry_run: bool = False,
        wide: bool = False,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.hosts = hosts
        self.grants = grants
        self.journal = journal
        self.dry_run = dry_run
        self.wide = wide
        self.loop = loop
        self.changes = False
        self.used: set[str] = set()
        self.time_left = SLEEP_MAX_S
        """Seconds that one call may sleep."""
        self.answers: list[Any] | None = None
        """What the calls of the same run were answered before, which is made again."""
        self._watched: list[tuple[Module, Instance]] = []
        self.at = 0
        """The next call of a journal that is played back."""
        self._waiting: Future[Any] | None = None
        """The call that is awaited now."""
        self.before: Journal | None = None
        """The first calls of a run that is made again, whose answers are played back; behind them calls are made."""
        self.heard: list[HostCall] | None = None
        """Takes every call, those included that did not come as far as the function, where a trace is to tell of them."""
        self.kept: list[HostCall] | None = None
        """Takes every call that the function saw, of all calls of a runtime, for its history."""
        self._missed = self._missed_before = 0
        self.is_over = False
        """Whether nobody waits for the run any more: its next call ends it."""
        self._answering: dict[str, Answering] = {}

    def table(self, module: Module) -> HostTable:
        """What an engine takes. Raises E0904 where the module was compiled for another signature than a function has."""
        return HostTable([self.entry(module, row) for row in module.hosts])

    def note_used(self, module: Module, counts: list[int], printed: bool) -> None:
        """Note the capabilities that calls of these numbers have used. Those that arguments decide are noted where they are called."""
        self.used |= {row.capability for row, count in zip(module.hosts, counts, strict=True) if count and not row.capability.endswith("*")}
        if printed:
            self.used.add(STDOUT)

    def wait_begins(self) -> None:
        """A call of a runtime is awaited. Raises E0003 while another one is."""
        if self.loop is not None:
            raise bell_error(
                "E0003",
                detail="A call of this runtime is awaited already",
                hint="await one call after the other, or give each a runtime of its own",
            )
        self.is_over = False

    def end(self) -> None:
        """Nobody waits for the run any more: it ends at its next function of the host, now if it is awaited."""
        self.is_over = True
        if self._waiting is not None:
            self._waiting.cancel()

    def watch(self, module: Module, instance: Instance) -> None:
        """Count what an instance calls, for as long as the run goes on, among what is used."""
        self._watched.append((module, instance))

    def settle(self) -> set[str]:
        """The capabilities used so far."""
        for module, instance in self._watched:
            self.note_used(module, instance.host_counts, False)
        return self.used

    def again(self, answers: list[Any]) -> HostRun:
        """The same run made a second time with ints of any size: its first calls are answered as they were."""
        run = HostRun(self.hosts, self.grants, self.journal, self.dry_run, True, self.loop)
        run.used, run.at, run.answers, run.time_left = self.used, self.at, answers, self.time_left
        return run

    def entry(self, module: Module, row: HostFunction) -> HostEntry:
        from belljar.lang.hosting import is_exact

        function = self.hosts.function(row.name)
        refusal = None
        if not row.capability.endswith("*") and not self.changes and not self.grants.allows(row.capability):
            refusal = HostFault("E0901", row.capability)
        elif function is None:
            refusal = HostFault("E0904", "the run has no host function of that name\npass it with hosts=")
        elif tuple([param.type for param in function.signature.params]) != row.takes or function.signature.result != row.gives:
            refusal = HostFault(
                "E0904", f"it is {function.signature}, and the program was compiled for another signature\ncompile it again"
            )
        call = None if function is None else self.caller(function)
        names = [f"argument {place + 1}" for place in range(len(row.takes))]
        if function is not None and len(function.signature.params) == len(names):
            names = [f"argument '{param.name}'" for param in function.signature.params]
        takers = tuple(
            [
                None
                if type == ANY or (word == storage(type) and is_exact(type))
                else self.converter(module, type, f"{what} of {row.name}()", False)
                for word, type, what in zip(row.params, row.takes, names, strict=True)
            ]
        )
        exact = row.result == storage(row.gives) and is_exact(row.gives)
        giver = self.converter(module, row.gives, f"the answer of {row.name}()", True)
        max_bytes = MAX_BYTES if function is None else function.max_bytes
        missed = None if self.heard is None else lambda fault: self.missed(row, fault)
        return HostEntry(row.name, call, refusal, takers, giver, exact, max_bytes, missed)

    def missed(self, row: HostFunction, fault: HostFault) -> None:
        """Tell the trace of a call that the function never saw."""
        if self._missed_before:  # the same run once more, which heard of it before
            self._missed_before -= 1
        elif self.heard is not None:
            self._missed += 1
            self.heard.append(missed_call(row, fault))

    def converter(self, module: Module, type: Type, what: str, is_answer: bool) -> Callable[[Any], Any]:
        """What checks a value against a declared type. Raises HostFault."""
        from belljar.runtime.boundary import to_value
        from belljar.runtime.promotion import WORD_ADVICE

        records, wide = module.records, self.wide

        def convert(value: Any) -> Any:
            try:
                return to_value(value, type, records, what, 0, wide)
            except BellError as error:
                from belljar.engines.hosting import misfit

                if is_answer and error.hint == WORD_ADVICE:
                    raise HostFault("E0502") from None
                raise HostFault("E0902" if is_answer else "E0903", misfit(error)) from None
            except RecursionError:
                raise HostFault("E0902" if is_answer else "E0903", f"{what} is nested too deep") from None

        return convert

    def hear(self, again: bool = False) -> None:
        """Tell a new trace of the calls from here on; ``again``: those of the same run made a second time, in which what was answered is not asked again."""
        self._answering.clear()
        if again:
            self.heard = list(self.heard or ())
            self._missed_before = self._missed
        else:
            self.heard = []
            self._missed = self._missed_before = 0

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def caller(self, function: Function) -> Callable[..., Any]:
        """What the engine calls: the function itself where there is nothing else to do."""
        watched = self.is_watched
        stays = self.dry_run and function.signature.effect == "write"
        if function.signature is BUILT_IN["time.sleep"] and not watched and not self.changes:
            return lambda seconds: function.fn(min(seconds, self.time_left))
        if function.is_plain and not watched and not stays and not self.changes:
            return function.fn
        from belljar.runtime.noted_calls import NotedCalls

        noted = NotedCalls(self, function)
        return lambda *args: self.call(function, args, noted)

    def call(self, function: Function, args: tuple[Any, ...], noted: NotedCalls) -> Any:
        """Make, or do not make, a call, and note it. Raises HostFault."""
        capability = function.needs(args) if function.needs is not None else function.signature.capability
        if self.is_over:
            raise HostFault("E0006")
        if (function.needs is not None or self.changes) and not self.grants.allows(capability):
            raise HostFault("E0901", capability)
        if function.needs is not None:
            self.used.add(capability)
        if self.journal is not None or self.is_watched or noted.stays:
            return noted(args, capability)
        return self.made(function, args)

    def answer(self, name: str, args: Sequence[Any], declared: HostSignature | None) -> Any:
        """What a call is answered that comes from another process, of which nothing is trusted. ``declared``: the signature that the program was compiled with. Raises HostFault, and ValueError for arguments that no
        such call has."""
        from belljar.engines.hosting import answer_fault, fault_of
        from belljar.ir.host_values import FIXED, TooLarge, Unfit, measure

        known = self._answering.get(name)
        if known is None or known.declared is not declared or known.version != self.hosts.version:
            known = self._answering[name] = Answering(self, name, declared)
        function, params = known.function, known.params
        if known.capability is not None and not self.grants.allows(known.capability):
            raise HostFault("E0901", known.capability)
        if len(args) != len(params):
            raise ValueError("a call with too many or too few arguments")
        given: Sequence[Any] = args
        if tuple(map(type, args)) != known.classes:
            from belljar.runtime.boundary import to_value

            try:
                given = [to_value(value, param.type, {}, param.name, 0, True) for value, param in zip(args, params, strict=True)]
            except (BellError, RecursionError):
                raise ValueError("a call with arguments of other types") from None
        if function.needs is None:
            self.used.add(function.signature.capability)
        try:
            answer = known.call(*given)
            if answer.__class__ not in FIXED:
                measure(answer, function.max_bytes)
        except KeyboardInterrupt:
            raise
        except (TooLarge, Unfit) as error:
            raise answer_fault(error, function.max_bytes) from None
        except BaseException as error:
            raise fault_of(error) from None
        return answer

    @property
    def is_watched(self) -> bool:
        """Whether more is to be done about a call than to make it."""
        hosts = self.hosts
        return (
            hosts._on_call is not None
            or self.journal is not None
            or hosts._journal is not None
            or self.before is not None
            or self.heard is not None
            or len(hosts.secrets) > 0
        )

    def made(self, function: Function, args: tuple[Any, ...]) -> Any:
        """The answer of the function itself."""
        if any(param.is_secret for param in function.signature.params):
            args = tuple([self.resolved(param, value) for param, value in zip(function.signature.params, args, strict=True)])
        if function.is_async:
            return self.awaited(function, args)
        if function.signature is BUILT_IN["time.sleep"]:
            args = (min(args[0], self.time_left),)
        if function.timeout is None:
            return function.fn(*args)
        return within(function.timeout, function.fn, args)

    def resolved(self, param: HostParam, value: Any) -> Any:
        if not param.is_secret or value is None:
            return value
        try:
            return self.hosts.secrets.resolve(value)
        except KeyError:
            raise HostFault("E0903", f"argument '{param.name}' must be a secret: what secret(name) gives") from None

    def awaited(self, function: Function, args: tuple[Any, ...]) -> Any:
        """The answer of an async function, which runs in the loop of who awaits the run."""
        if self.loop is None:
            raise HostFault("E0904", "it is async\nawait program.acall(...)")
        import asyncio
        import concurrent.futures

        waiting = self._waiting = asyncio.run_coroutine_threadsafe(function.fn(*args), self.loop)
        try:
            return waiting.result(function.timeout)
        except concurrent.futures.TimeoutError:
            if not waiting.done():
                waiting.cancel()
                raise HostFault("E0907", f"{function.timeout:g}") from None
            raise
        except concurrent.futures.CancelledError:
            raise HostFault("E0006") from None

    def played(self, journal: Journal, record: HostCall) -> Any:
        """The answer that a journal has for the next call. Raises HostFault: what the call ended with, or E0908 where it is another call."""
        place = self.at
        self.at += 1
        if place >= len(journal):
            raise HostFault("E0908", f"Host call {place} is {_short(record)}, and the journal ends after {len(journal)}")
        found = journal[place]
        if found.name != record.name or not same(found.arguments, record.arguments):
            raise HostFault("E0908", f"Host call {place} is {_short(record)}, and in the journal {_short(found)}")
        record.dry_run = found.dry_run
        if found.code:
            raise HostFault(found.code, f"{found.caught_as} {found.error}" if found.caught_as else found.error)
        return found.answer


class Answering:
    """How a run answers the calls of one function that come from another process: what need not be found out with each. Raises HostFault where it answers none."""

    __slots__ = ("call", "capability", "classes", "declared", "function", "params", "version")

    def __init__(self, run: HostRun, name: str, declared: HostSignature | None) -> None:
        function = run.hosts.function(name)
        if function is None:
            raise HostFault("E0904", "the run has no host function of that name\npass it with hosts=")
        signature = function.signature
        self.capability: Final = None if signature.capability.endswith("*") else signature.capability
        """What a call must be granted, unless its arguments decide."""
        if self.capability is not None and not run.grants.allows(self.capability):
            raise HostFault("E0901", self.capability)
        if declared is not None and str(declared) != str(signature):
            raise HostFault("E0904", f"it is {signature}, and the program was compiled for another signature\ncompile it again")
        self.function: Final = function
        self.declared: Final = declared
        self.version: Final = run.hosts.version
        self.params: Final = signature.params
        self.call: Final = run.caller(function)
        self.classes: Final = tuple([_CLASSES.get(param.type) for param in signature.params])
        """Of arguments that are taken as they are."""


_CLASSES: Final[dict[Type, type]] = {INT: int, FLOAT: float, BOOL: bool, STR: str}


def same(a: Any, b: Any) -> bool:
    """Whether two plain values are the same, as far as a program can tell: nan is nan, 1 is not 1.0."""
    if isinstance(a, float) and isinstance(b, float):
        return repr(a) == repr(b)
    if isinstance(a, (list, tuple)) and type(a) is type(b):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return len(a) == len(b) and all(same(x, y) and same(a[x], b[y]) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and bool(a == b)


def _short(call: HostCall) -> str:
    text = call.text()
    return text if len(text) <= 120 else f"{text[:117]}..."


def within(seconds: float, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """What the function gives, in a thread of its own. Raises what it raises, and HostFault E0907 when its time is up: the thread goes on by itself, and nobody hears of it."""
    from _thread import start_new_thread

    ended = allocate_lock()
    ended.acquire()
    result: list[Any] = [None, None]

    def work() -> None:
        try:
            result[0] = fn(*args)
        except BaseException as error:
            result[1] = error
        ended.release()

    start_new_thread(work, ())
    if not ended.acquire(timeout=seconds):
        raise HostFault("E0907", f"{seconds:g}")
    if result[1] is not None:
        raise result[1]
    return result[0]


def _timeout(name: str, value: float | None) -> float | None:
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e9):
        return value
    raise bell_error("E0003", detail=f"{name}={value!r} is not a number of seconds")


def _size(value: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 8 <= value < 1 << 40:
        return value
    raise bell_error("E0003", detail=f"max_bytes={value!r} is not a number of bytes from 8 on")


NO_HOSTS: Final = HostFunctions()
"""What a run has that is given none: the built-in functions."""


def missed_call(row: HostFunction, fault: HostFault) -> HostCall:
    """A call that the function never saw, as traces tell of it."""
    told = f"'{fault.text}' is not granted" if fault.code == "E0901" else fault.text.partition("\n")[0]
    return HostCall(row.name, {}, None, told, row.capability, row.effect, False, 0, fault.code)
