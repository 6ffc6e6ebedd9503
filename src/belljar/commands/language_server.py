"""The command lsp: an editor at the other end of the standard streams."""

from __future__ import annotations

from belljar.errors import bell_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from belljar.commands.session import Session


def lsp(session: Session, values: Mapping[str, Any]) -> int:
    """Serve until the editor goes. Raises E0008 where the library that speaks the protocol is not installed."""
    try:
        from belljar.editor.server import serve
    except ImportError as problem:
        if (problem.name or "").split(".")[0] not in ("pygls", "lsprotocol", "attrs", "cattrs"):
            raise
        raise bell_error("E0008", what="the language server", package="pygls", extra="editor") from None
    serve()
    return 0
