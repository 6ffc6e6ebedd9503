"""Execution contexts: what one execution is given, and may do."""

from __future__ import annotations

from collections.abc import Iterable
from keyword import iskeyword

from belljar.errors import bell_error
from belljar.runtime.program import CAPABILITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Any


class ExecutionContext:
    """Names with their values, grants, and whether it is a dry run.

    The names are the inputs of a program that is executed with the context; afterwards, unless it was a dry run, the context has the values that the program's names were left with.
    """

    def __init__(self, *, grants: Collection[str] = CAPABILITIES, dry_run: bool = False, **names: Any) -> None:
        if isinstance(grants, str) or not isinstance(grants, Iterable) or not all(isinstance(grant, str) for grant in grants):
            raise bell_error("E0003", detail=f"grants= takes names of capabilities, got {grants!r}", hint='example: grants=["io.stdout"]')
        self.grants: tuple[str, ...] = tuple(grants)
        self.dry_run = dry_run
        self._values: dict[str, Any] = {}
        for name, value in names.items():
            self.set(name, value)

    def set(self, name: str, value: Any) -> None:
        """Give a name a value. Raises E0003 for what cannot be a name."""
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
            raise bell_error("E0003", detail=f"{name!r} cannot be a name in a program", hint="example: context.set('x', 5)")
        self._values[name] = value

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a name, ``default`` where it has none."""
        return self._values.get(name, default)

    def delete(self, name: str) -> None:
        """Take a name out. Raises E0201 where it is not there."""
        if name not in self._values:
            raise bell_error("E0201", name=name)
        del self._values[name]

    def grant(self, *capabilities: str) -> None:
        """Allow more."""
        self.grants = tuple(dict.fromkeys((*self.grants, *capabilities)))

    @property
    def variables(self) -> dict[str, Any]:
        """All names with their values, a copy."""
        return dict(self._values)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.set(name, value)

    def __repr__(self) -> str:
        return f"ExecutionContext({', '.join([f'{name}={value!r}' for name, value in self._values.items()] + [f'grants={list(self.grants)}', f'dry_run={self.dry_run}'])})"
