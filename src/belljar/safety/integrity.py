"""Snapshots of a state, going back to them, what changed between them, and transactions.

A snapshot takes microseconds whatever the state holds, and going back takes what was changed since: the state keeps the old image of each page that is written to (``csrc/runtime/epoch.h``).
"""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.structs import Frozen
from belljar.values import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType
    from typing import Any, Final, Protocol, TypeAlias

    class Look(Protocol):
        """The state at a mark, in a ``with``."""

        def __enter__(self) -> Look: ...
        def __exit__(self, *_: object) -> None: ...
        def names(self) -> list[str]: ...
        def read(self, name: str) -> Any: ...

    class State(Protocol):
        """What has snapshots: :class:`belljar.runtime.state.State`."""

        def mark(self) -> Any: ...
        def return_to(self, mark: Any) -> None: ...
        def release(self, mark: Any) -> None: ...
        def drop(self, mark: Any) -> None: ...
        def at(self, mark: Any) -> Look: ...
        def to_dict(self) -> dict[str, Any]: ...
        def dump(self, mark: Any = None, key: bytes | None = None) -> bytes: ...
        def load(self, data: bytes, key: bytes | None = None) -> None: ...

    Values: TypeAlias = "Snapshot | State"


class Snapshot:
    """A state as it was. It may be read, compared and gone back to as often as wanted; those taken later than one that the state went back to are gone. What it keeps is given back when nobody has it any
    more, or with :meth:`release`. Usable as a context manager, which releases it.
    """

    __slots__ = ("_mark", "state")

    def __init__(self, state: State, mark: Any) -> None:
        self.state: Final = state
        self._mark = mark

    def __del__(self) -> None:
        if not self._mark.gone:
            self.state.drop(self._mark)

    def __repr__(self) -> str:
        return f"<Snapshot of {len(self)} names>" if self.is_usable else "<Snapshot that is gone>"

    @property
    def is_usable(self) -> bool:
        return not self._mark.gone

    def names(self) -> list[str]:
        """The names that were set. Raises E0003 for a snapshot that is gone."""
        with self.state.at(self._mark) as look:
            return look.names()

    def __getitem__(self, name: str) -> Any:
        """The value that a name had. Raises KeyError, and E0003 for a snapshot that is gone."""
        with self.state.at(self._mark) as look:
            return look.read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self.names())

    def to_dict(self) -> dict[str, Any]:
        """All names with the values that they had."""
        with self.state.at(self._mark) as look:
            return {name: look.read(name) for name in look.names()}

    def dump(self, key: bytes | None = None) -> bytes:
        """The state as it was, as bytes for :meth:`Integrity.load` in another process: with a checksum, and with a key (at least 16 bytes) signed by HMAC-SHA256. What was one object is one again there.
        Raises E1105 for values that are no data, such as a function in a list."""
        return self.state.dump(self._mark, key)

    def release(self) -> None:
        """Let go of what is kept for it. The state stays as it is."""
        self.state.release(self._mark)

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Diff(Frozen):
    """How two states differ, by name. ``paths`` are the places in values that differ, with the value on both sides (:data:`ABSENT` where there is none): at most :data:`PATHS_MAX`."""

    __slots__ = ("added", "changed", "paths", "removed")

    def __init__(
        self,
        added: Mapping[str, Any],
        removed: Mapping[str, Any],
        changed: Mapping[str, tuple[Any, Any]],
        paths: Mapping[str, tuple[Any, Any]],
    ) -> None:
        self.added: Final = added
        self.removed: Final = removed
        self.changed: Final = changed
        self.paths: Final = paths

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    __hash__ = None  # type: ignore[assignment]


class _Absent:
    __slots__ = ()

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()
"""Stands where one side of a difference has no value."""
PATHS_MAX: Final = 1_000


class Integrity:
    """Snapshots of states, and going back to them."""

    def snapshot(self, state: State) -> Snapshot:
        """The state as it is now, in microseconds. Raises E0003 while a call runs, before a program was loaded, and where there are too many snapshots of it."""
        return Snapshot(state, state_of("snapshot()", state).mark())

    def rollback(self, state: State, snapshot: Snapshot) -> None:
        """Make a state what it was when a snapshot of it was taken, which stays usable. Raises E0003 for a snapshot that is gone or of another state."""
        if not isinstance(snapshot, Snapshot):
            raise bell_error(
                "E0003", detail=f"rollback() takes a snapshot, got {type(snapshot).__name__}", hint="snapshot = integrity.snapshot(state)"
            )
        if snapshot.state is not state:
            raise bell_error("E0003", detail="The snapshot is of another state")
        state.return_to(snapshot._mark)

    def load(self, state: State, data: bytes, key: bytes | None = None) -> None:
        """Make a state what a dump says: :meth:`Snapshot.dump` wrote it, in whatever process, from a state of the same program. With a key only what was signed with it is taken. Raises E1104 for bytes
        that are damaged, changed or of another version, E0302 for values that do not fit the program; the state is then as before."""
        state_of("load()", state).load(data, key)

    def diff(self, a: Values, b: Values) -> Diff:
        """What is different in ``b``, each a snapshot or a state. Raises E0804 for values that are inside themselves."""
        for one in (a, b):
            if not hasattr(one, "to_dict"):
                raise bell_error("E0003", detail=f"diff() takes two snapshots or states, got {type(one).__name__}")
        before, after = a.to_dict(), b.to_dict()
        changed = {name: (before[name], after[name]) for name in before if name in after and not _same(before[name], after[name])}
        paths: dict[str, tuple[Any, Any]] = {}
        for name, (old, new) in changed.items():
            for path, pair in _paths(name, old, new):
                if len(paths) == PATHS_MAX:
                    break
                paths[path] = pair
        return Diff(
            {name: value for name, value in after.items() if name not in before},
            {name: value for name, value in before.items() if name not in after},
            changed,
            paths,
        )


def state_of(what: str, state: State) -> State:
    """A state that was given. Raises E0003 for what is none."""
    if not hasattr(state, "return_to"):
        raise bell_error("E0003", detail=f"{what} takes a state, got {type(state).__name__}", hint="example: runtime.state")
    return state


def _same(a: Any, b: Any) -> bool:
    """Equal, and of the same type: 1, 1.0 and True are three values; NaN is itself."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return bool(a.hex() == b.hex())
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, Record):
        return a._name == b._name and _same(a._fields, b._fields)
    return bool(a == b)


def _paths(path: str, a: Any, b: Any) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The innermost places where two values differ."""
    if isinstance(a, Record) and isinstance(b, Record) and a._name == b._name:
        for name in a._fields:
            yield from _paths(f"{path}.{name}", a._fields[name], b._fields[name])
    elif isinstance(a, dict) and isinstance(b, dict):
        for key in [*a, *(key for key in b if key not in a)]:
            yield from _paths(f"{path}[{key!r}]", a.get(key, ABSENT), b.get(key, ABSENT))
    elif type(a) is type(b) and isinstance(a, (list, tuple)):
        for place in range(max(len(a), len(b))):
            yield from _paths(f"{path}[{place}]", a[place] if place < len(a) else ABSENT, b[place] if place < len(b) else ABSENT)
    elif not _same(a, b):
        yield path, (a, b)


class TransactionContext:
    """A ``with`` whose changes of a state stand when it ends well, and are taken back when it ends with an error of any kind. Transactions nest.

    >>> from belljar import Runtime, TransactionContext
    >>> runtime = Runtime("stock = 10")
    >>> runtime.execute_once()
    >>> with TransactionContext(runtime.state, runtime.integrity) as transaction:
    ...     runtime.state["stock"] = 3
    ...     transaction.rollback()
    >>> runtime.state["stock"]
    10
    """

    def __init__(self, state: State, integrity: Integrity | None = None) -> None:
        self.state: Final = state_of("TransactionContext()", state)
        self.integrity: Final = integrity if integrity is not None else Integrity()
        self._snapshot: Snapshot | None = None

    @property
    def is_open(self) -> bool:
        return self._snapshot is not None

    def __enter__(self) -> TransactionContext:
        self.begin()
        return self

    def begin(self) -> None:
        """Begin it. Raises E0003 where it is open already."""
        if self._snapshot is not None:
            raise bell_error(
                "E0003", detail="The transaction is open already", hint="nest another one: TransactionContext(state, integrity)"
            )
        self._snapshot = self.integrity.snapshot(self.state)

    def rollback(self) -> None:
        """End it: the state is what it was when it began."""
        snapshot = self._ended()
        self.integrity.rollback(self.state, snapshot)
        snapshot.release()

    def commit(self) -> None:
        """End it: what was changed stands, for a transaction around it to decide about."""
        self._ended().release()

    def _ended(self) -> Snapshot:
        if self._snapshot is None:
            raise bell_error("E0003", detail="The transaction is not open")
        snapshot, self._snapshot = self._snapshot, None
        return snapshot

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        if self._snapshot is None:  # ended inside
            return
        if kind is None:
            self.commit()
        else:
            self.rollback()
