"""Calls of functions of the host that are noted: in a journal, for a trace, for the hook of the host, without secrets, or not made at all. Loaded where a run has one of them."""

from __future__ import annotations

from belljar.engines.contract import HostFault
from belljar.engines.hosting import answer_fault, fault_of
from belljar.ir.host_values import FIXED, TooLarge, Unfit, measure, plain_copy
from belljar.runtime.host_function import NOT_GIVEN
from belljar.safety.host_signature import BUILT_IN
from belljar.safety.journal import HostCall
from belljar.types import BOOL, FLOAT, INT, NUMBER, STR, DictType, ListType, SetType, TupleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from belljar.runtime.host_function import Function
    from belljar.runtime.hosts import HostRun
    from belljar.types import Type


class NotedCalls:
    """The calls of one function by a run, each of which it notes. What does not change from call to call is found out once: a journal of numbers costs more by what is looked up than by what is written."""

    __slots__ = ("effect", "function", "is_plain", "name", "names", "run")

    def __init__(self, run: HostRun, function: Function) -> None:
        signature = function.signature
        self.run: Final = run
        self.function: Final = function
        self.name: Final = signature.name
        self.effect: Final = signature.effect
        self.names: Final = [param.name for param in signature.params]
        self.is_plain: Final = function.is_plain and signature is not BUILT_IN["time.sleep"]

    @property
    def stays(self) -> bool:
        """Whether calls are noted and not made."""
        return self.run.dry_run and self.effect == "write"

    def __call__(self, args: tuple[Any, ...], capability: str) -> Any:
        """Make, or do not make, a call that is granted. Raises HostFault."""
        run, function = self.run, self.function
        hosts = run.hosts
        has_secrets = len(hosts.secrets) > 0
        given = {name: value if value.__class__ in FIXED else plain_copy(value) for name, value in zip(self.names, args, strict=True)}
        record = HostCall(self.name, hosts.secrets.redacted(given) if has_secrets else given, None, "", capability, self.effect)
        fault: HostFault | None = None
        answer: Any = None
        try:
            if hosts._journal is not None:
                answer = run.played(hosts._journal, record)
            elif run.before is not None and run.at < len(run.before):
                answer = run.played(run.before, record)
            elif self.stays:
                record.dry_run = True
                answer = neutral(function.signature.result) if function.dry_answer is NOT_GIVEN else function.dry_answer
            elif self.is_plain:
                answer = function.fn(*args)
            else:
                answer = run.made(function, args)
            is_fixed = answer.__class__ in FIXED
            if not is_fixed:
                measure(answer, function.max_bytes)  # before anything walks over it
            if has_secrets:
                answer = hosts.secrets.redacted(answer)
        except KeyboardInterrupt:
            raise
        except (TooLarge, Unfit) as error:
            fault = answer_fault(error, function.max_bytes)
        except BaseException as error:
            fault = fault_of(error)
            fault = HostFault(fault.code, hosts.secrets.redact(fault.text))
        else:
            record.answer = answer if is_fixed else plain_copy(answer)
        if fault is not None:
            record.code, record.error = fault.code, fault.text
            if fault.code == "E0905":
                record.caught_as, _, record.error = fault.text.partition(" ")
        if run.journal is not None:
            run.journal.append(record)
        if run.heard is not None:
            run.heard.append(record)
        if hosts._on_call is not None:
            try:
                hosts._on_call(record)
            except Exception:
                raise HostFault("E0904", "the hook on_call of the host failed") from None
        if fault is not None:
            raise fault
        return answer


def neutral(type: Type) -> Any:
    """What a call that is not made answers, of the type declared: None where that is allowed, zero, an empty text or container."""
    plain: dict[Type, Any] = {INT: 0, NUMBER: 0, FLOAT: 0.0, BOOL: False, STR: ""}
    if type in plain:
        return plain[type]
    if isinstance(type, ListType):
        return []
    if isinstance(type, DictType):
        return {}
    if isinstance(type, SetType):
        return set()
    if isinstance(type, TupleType):
        return tuple([neutral(item) for item in type.items])
    return None
