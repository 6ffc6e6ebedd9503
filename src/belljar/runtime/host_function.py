"""One function of the host, with all that was said about it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from belljar.safety.host_signature import HostSignature

MAX_BYTES: Final = 16 << 20
"""Largest argument or answer unless a function says otherwise."""
NOT_GIVEN: Final = object()
"""Stands for the answer of a dry run that nobody declared."""


class Function:
    """A function of the host with all that was said about it."""

    __slots__ = ("dry_answer", "fn", "is_async", "max_bytes", "needs", "signature", "timeout")

    def __init__(
        self,
        signature: HostSignature,
        fn: Callable[..., Any],
        timeout: float | None = None,
        max_bytes: int = MAX_BYTES,
        dry_answer: object = NOT_GIVEN,
        is_async: bool = False,
        needs: Callable[[tuple[Any, ...]], str] | None = None,
    ) -> None:
        self.signature: Final = signature
        self.fn: Final = fn
        self.timeout: Final = timeout
        self.max_bytes: Final = max_bytes
        self.dry_answer: Final = dry_answer
        self.is_async: Final = is_async
        self.needs: Final = needs
        """The capability that a call with these arguments needs, where the arguments decide it."""

    @property
    def is_plain(self) -> bool:
        """Whether a call is nothing but the call."""
        return not (self.is_async or self.timeout is not None or self.needs or any(param.is_secret for param in self.signature.params))
