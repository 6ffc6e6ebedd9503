"""Secrets: values that functions of the host are given and that nobody sees.

A program never holds one. ``secret("MAIL_TOKEN")`` gives it a *reference*, a text without the value, if it is granted ``secret.MAIL_TOKEN``; a function of the host that declares a parameter as
``secret`` gets the value where the program passes the reference. Answers and errors of the host are :meth:`redacted <Secrets.redact>` before a program, a journal or a trace has them.
"""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.safety.capabilities import is_name
from belljar.values import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Final

LENGTH_MIN: Final = 4
"""Shortest value that is a secret, in characters: a shorter one would be found in texts that have nothing to do with it."""


class Secrets:
    """Named values. ``repr`` and iteration show the names alone."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def add(self, name: str, value: str) -> None:
        """Keep a value. Raises E0003 for a name that is none, or a value that is no text of at least four characters."""
        if not is_name(name) or "." in name:
            raise bell_error("E0003", detail="a secret has a name of letters, digits, - and _", hint="example: MAIL_TOKEN")
        if not isinstance(value, str) or len(value) < LENGTH_MIN:
            raise bell_error("E0003", detail=f"the secret {name} is no text of at least {LENGTH_MIN} characters")
        self._values[name] = value

    def reference(self, name: str) -> str:
        """What a program has in the place of a secret. Raises KeyError."""
        if name not in self._values:
            raise KeyError(name)
        return f"[secret {name}]"

    def resolve(self, reference: str) -> str:
        """The value that a reference stands for. Raises KeyError for a text that is none."""
        if not (reference.startswith("[secret ") and reference.endswith("]")):
            raise KeyError(reference)
        return self._values[reference[8:-1]]

    def redact(self, text: str) -> str:
        """The text with every value of a secret in it replaced by its reference, longer ones first."""
        for name, value in sorted(self._values.items(), key=lambda item: (-len(item[1]), item[0])):
            if value in text:
                text = text.replace(value, f"[secret {name}]")
        return text

    def redacted(self, value: Any) -> Any:
        """A plain value with all texts in it redacted; itself where nothing in it was."""
        if not self._values:
            return value
        if isinstance(value, str):
            return self.redact(str.__str__(value))
        if isinstance(value, bytes):
            return self.redact(value.decode("latin-1")).encode("latin-1", "replace")
        if isinstance(value, (list, tuple, set, frozenset)):
            made = [self.redacted(part) for part in value]
            if all(new is old for new, old in zip(made, value, strict=True)):
                return value
            return made if isinstance(value, list) else tuple(made) if isinstance(value, tuple) else type(value)(made)
        if isinstance(value, dict):
            return {self.redacted(key): self.redacted(part) for key, part in value.items()}
        if isinstance(value, Record):
            return Record(value._name, self.redacted(value._fields))
        return value

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._values))

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __repr__(self) -> str:
        return f"<Secrets {', '.join(self) or 'none'}>"

    def __reduce__(self) -> Any:
        raise TypeError("secrets are not pickled")
