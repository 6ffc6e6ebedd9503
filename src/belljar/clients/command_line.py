"""The command line of a process: a command line that is right runs at once, anything else is click's to answer."""

from __future__ import annotations

import sys

from belljar.clients.plain import plain
from belljar.commands.diagnostics import is_colored
from belljar.commands.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from belljar.commands.prompting import LineEditor, Prompting


def main(arguments: list[str] | None = None, *, stopped: Callable[[int], Any] = lambda status: None) -> int:
    """Run one command and give the exit status. ``stopped`` is called with it where Ctrl-C ended the command."""
    given = sys.argv[1:] if arguments is None else arguments
    session = Session(format=_format(given), color=_color(given), completion=_completion_script, terminal=_terminal)
    status = session.attempt(lambda: _run(session, given))
    if session.interrupted:
        stopped(status)
    return status


def _run(session: Session, arguments: list[str]) -> int:
    found = plain(arguments)
    if found is not None:
        return session.run(*found)
    from belljar.clients.cli import answer

    return answer(session, arguments)


def _terminal(prompting: Prompting) -> LineEditor | None:
    from belljar.clients.shell import terminal

    return terminal(prompting)


def _completion_script(shell: str) -> str:
    from belljar.clients.cli import completion_script

    return completion_script(shell)


def _format(arguments: list[str]) -> str:
    """The format that errors of the command line itself are shown in: asked for among the arguments, whatever else is wrong with them."""
    return _option("--format", arguments, ("full", "short", "json"), "full")


def _color(arguments: list[str]) -> bool:
    return is_colored(_option("--color", arguments, ("auto", "always", "never"), "auto"), _format(arguments), sys.stderr)


def _option(name: str, arguments: list[str], choices: tuple[str, ...], default: str) -> str:
    found = default
    for position, argument in enumerate(arguments):
        value = argument.removeprefix(name + "=") if argument.startswith(name + "=") else None
        if argument == name and position + 1 < len(arguments):
            value = arguments[position + 1]
        found = value if value in choices else found
    return found
