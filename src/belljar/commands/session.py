"""A session: where results and diagnostics of commands go, and how an error ends one.

Results go to ``out``, diagnostics to ``err``. Nothing here knows which client is on the other side.
"""

from __future__ import annotations

import sys

from belljar.commands.diagnostics import is_colored, render
from belljar.commands.table import COMMANDS
from belljar.commands.values import json_line
from belljar.errors import BellError, bell_error, reason_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TextIO

    from belljar.commands.prompting import LineEditor, Prompting


class Session:
    """One client's door to the commands."""

    def __init__(
        self,
        out: TextIO | None = None,
        err: TextIO | None = None,
        format: str = "full",
        color: bool = False,
        completion: Callable[[str], str] = lambda shell: "",
        interrupted: bool = False,
        terminal: Callable[[Prompting], LineEditor | None] = lambda prompting: None,
    ) -> None:
        self.out: TextIO = sys.stdout if out is None else out
        self.err: TextIO = sys.stderr if err is None else err
        self.format = format
        self.color = color
        self.completion = completion
        """The completion script of a shell, by the client that has one."""
        self.interrupted = interrupted
        """Whether Ctrl-C, or a signal of its kind, ended a command."""
        self.terminal = terminal
        """What lets a person at a terminal edit lines; None where nobody is there."""

    def run(self, name: str, values: Mapping[str, Any]) -> int:
        """Run a command on its arguments. The exit status: 0 done, 1 the program's error, 2 refused, 3 a limit, 4 a capability. Never raises."""
        self.format = values.get("format") or "full"
        self.color = is_colored(values.get("color") or "auto", self.format, self.err)
        return self.attempt(lambda: self._checked(name, values))

    def _checked(self, name: str, values: Mapping[str, Any]) -> int:
        """Run a command; of one that runs no program the profile is looked up, so that a name that is none is refused everywhere."""
        if values.get("profile") is not None:
            from belljar.commands.running import profile_of

            profile_of(values)
        return COMMANDS[name].load()(self, values)

    def attempt(self, work: Callable[[], int]) -> int:
        """The exit status of some work, whatever it raises: shown as one error, never as a traceback."""
        try:
            status = work()
            self.out.flush()
            return status
        except BellError as error:
            self.interrupted = error.code == "E0006"
            return self.fail(error)
        except KeyboardInterrupt as stop:
            self.interrupted = True
            return self.fail(bell_error("E0006", notes=[str(note) for note in stop.args]))
        except BrokenPipeError:
            self._silence()
            return self.fail(bell_error("E0007"))
        except OSError as problem:
            if problem.filename is None:
                self._silence()
            return self.fail(bell_error("E0004", path=problem.filename or "the standard output", reason=reason_of(problem)))
        except MemoryError:
            return self.fail(bell_error("E1201", detail="the host is out of memory"))
        except RecursionError:
            return self.fail(bell_error("E1201", detail="the compiler's stack is exhausted"))
        except Exception as problem:  # the last line of defence: a bug of ours is one clear line, never a traceback
            return self.fail(bell_error("E1201", detail=f"{type(problem).__name__}: {problem}"))

    def fail(self, error: BellError) -> int:
        """Show an error (every finding, for a compilation) and give its exit status."""
        self.report(*error.diagnostics)
        return error.exit_status

    def report(self, *errors: BellError) -> None:
        """Show errors in the session's format."""
        try:
            self.out.flush()
        except OSError:
            self._silence()
        try:
            self.err.write(render(errors, self.format, self.color))
            self.err.flush()
        except OSError:
            pass

    def write_json(self, data: Any) -> None:
        """Plain data as one line of JSON, among the results."""
        self.out.write(json_line(data) + "\n")

    def say(self, text: str) -> None:
        """A line for people, on the diagnostics side. That nobody can be told is no reason to fail."""
        try:
            self.err.write(text + "\n")
        except OSError:
            pass

    def _silence(self) -> None:
        """Send what is still buffered for the standard output nowhere, so that closing it at exit does not fail again."""
        import os

        if self.out is sys.stdout:
            try:
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            except (OSError, ValueError):
                pass
