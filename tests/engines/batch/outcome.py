"""A call's result or its clear error: for inputs of which a test only knows that it must be one of the two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from belljar.errors import BellError


def outcome(call: Callable[..., Any], *args: Any, **options: Any) -> tuple[Any, BellError | None]:
    try:
        return call(*args, **options), None
    except BellError as error:
        return None, error
