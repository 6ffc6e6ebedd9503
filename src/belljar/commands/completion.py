"""Shell completion, derived from the table of commands by the client that knows the shells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from belljar.commands.session import Session


def completion(session: Session, values: Mapping[str, Any]) -> int:
    """Print the script that makes a shell complete commands, options and files."""
    session.out.write(session.completion(values["shell"]))
    return 0
