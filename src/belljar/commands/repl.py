"""The command repl: a conversation with a program, at a terminal or through a pipe."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from belljar import __version__
from belljar.commands.entries import COMMAND, cut, goes_on
from belljar.commands.prompting import Prompting, Proposal
from belljar.commands.running import running
from belljar.errors import BellError, bell_error, reason_of
from belljar.lang.guard import decode
from belljar.lang.scope import nearest
from belljar.runtime.program import STAGES, read_source
from belljar.runtime.transcript import Done, Transcript
from belljar.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from belljar.commands.session import Session
    from belljar.editor.analysis import Analysis

COMMANDS: dict[str, tuple[str, str]] = {
    "help": ("", "this list"),
    "type": ("EXPRESSION", "its type, without running it"),
    "ir": ("[STAGE]", f"everything so far at one stage of its compilation: {', '.join(STAGES)}"),
    "time": ("[ENTRY]", "how long an entry takes; alone, say so after each one, or no more"),
    "reset": ("", "forget everything"),
    "load": ("FILE", "run a program as an entry"),
    "save": ("FILE", "write everything so far as a program (:save! replaces a file that is there)"),
    "quit": ("", "end (so does Ctrl-D)"),
}


def repl(session: Session, values: Mapping[str, Any]) -> int:
    """Read entries and run them. 0 at a terminal; from a pipe the status of the first entry that failed."""
    how = running(values)
    shell = Shell(session, Transcript(how.limits, values["engine"], how.grants))
    if values["program"]:
        shell.load(values["program"])
    editor = session.terminal(Prompting(goes_on, shell.complete, history(), session.color))
    if editor is None:
        failed = 0
        for entry in cut(_lines()):
            status = shell.answer(entry)
            session.out.flush()
            failed = failed or status
            if shell.ended:
                break
        return failed
    session.out.write(f"Belljar {__version__}. :help says what there is, Ctrl-D ends.\n")
    shell.alone = False
    with _interrupting():
        while not shell.ended:
            session.out.flush()
            try:
                text = editor.read(f"{shell.transcript.number + 1}> ")
            except EOFError:
                break
            except KeyboardInterrupt as stop:
                if stop.__class__ is not KeyboardInterrupt:  # a signal that ends the process
                    raise
                continue
            if text.strip():
                shell.answer(text)
    return 0


class Shell:
    """A transcript, and the commands about it."""

    def __init__(self, session: Session, transcript: Transcript) -> None:
        self.session = session
        self.transcript = transcript
        self.ended = False
        self.alone = True
        """Whether nobody is there who could go on after Ctrl-C."""
        self.timing = False
        self._analysed: Analysis | None = None

    def answer(self, text: str) -> int:
        """Run an entry or a command and show what comes of it; its status."""
        try:
            if text.startswith(COMMAND):
                self.command(text[1:].strip())
            else:
                self.run(text, self.timing)
        except BellError as error:
            if error.code == "E0006" and not self.alone:
                self.session.say("")  # behind the ^C of the terminal
            return self.session.fail(error)
        except KeyboardInterrupt as stop:
            if self.alone or stop.__class__ is not KeyboardInterrupt:
                raise
            return self.session.fail(bell_error("E0006"))
        return 0

    def run(self, text: str, timed: bool = False) -> None:
        self._timed(self.transcript.enter(text, self.session.out.write), timed)

    def _timed(self, done: Done, timed: bool) -> None:
        if not timed:
            return
        self.session.out.flush()
        again = f", {_seconds(done.again_s)} of what came before" if done.again_s >= 0.001 else ""
        self.session.say(f"compiled in {_seconds(done.compile_s)}, ran in {_seconds(done.run_s)}{again}, {done.fuel:,} units of fuel")

    # --- commands -------------------------------------------------------------------------------------------------------------------

    def command(self, text: str) -> None:
        """Do what a line that begins with a colon says. Raises E0003 where there is no such command."""
        name, _, rest = text.partition(" ")
        rest = rest.strip()
        overwrite = name == "save!"
        matches = [known for known in COMMANDS if known.startswith(name.rstrip("!"))] if name else []
        if len(matches) != 1 or (name.endswith("!") and not overwrite):
            raise bell_error("E0003", detail=f"there is no command ':{name}'", hint=nearest(name, COMMANDS) or ":help lists them")
        found = matches[0]
        if found == "save":
            self.save(self._needed(found, rest), overwrite)
        elif found in ("type", "load"):
            getattr(self, found)(self._needed(found, rest))
        else:
            getattr(self, found)(rest)

    def _needed(self, name: str, rest: str) -> str:
        if not rest:
            raise bell_error("E0003", detail=f":{name} takes {COMMANDS[name][0]}")
        return rest

    def help(self, rest: str) -> None:
        lines = [f"  {f':{name} {argument}'.rstrip():<18} {text}" for name, (argument, text) in COMMANDS.items()]
        self.session.out.write(
            "An entry is a statement, or an expression, whose value is shown and then called _.\n" + "\n".join(lines) + "\n"
        )

    def type(self, text: str) -> None:
        self.session.out.write(self.transcript.type_of(text) + "\n")

    def ir(self, stage: str) -> None:
        self.session.out.write(self.transcript.program().ir(stage or "typed").rstrip("\n") + "\n")

    def time(self, text: str) -> None:
        if text:
            self.run(text, timed=True)
            return
        self.timing = not self.timing
        self.session.say(f"times are {'' if self.timing else 'no more '}shown")

    def reset(self, rest: str) -> None:
        self.transcript.reset()

    def load(self, path: str) -> None:
        self._timed(self.transcript.enter(read_source(path), self.session.out.write, path, shows=False), self.timing)

    def save(self, path: str, overwrite: bool) -> None:
        target = Path(path).expanduser()
        try:
            with open(target, "w" if overwrite else "x", encoding="utf-8") as file:
                file.write(self.transcript.text())
        except FileExistsError:
            raise bell_error("E0004", path=path, reason="it is there already", hint=f":save! {path} replaces it") from None
        except OSError as problem:
            raise bell_error("E0004", path=path, reason=reason_of(problem)) from None
        self.session.say(f"wrote {path}")

    def quit(self, rest: str) -> None:
        self.ended = True

    # --- completion -----------------------------------------------------------------------------------------------------------------

    def complete(self, text: str) -> list[Proposal]:
        """What could stand where the text ends."""
        if text.startswith(COMMAND):
            name, space, rest = text[1:].partition(" ")
            if not space:
                return [
                    Proposal(f":{known}" + (" " if row[0] else ""), len(text), row[1])
                    for known, row in COMMANDS.items()
                    if known.startswith(name)
                ]
            if name in ("load", "save"):
                return _paths(rest)
            if name == "ir":
                return [Proposal(stage, len(rest), "") for stage in STAGES if stage.startswith(rest)]
            text = rest
        from belljar.editor import completion

        before = self.transcript.context()
        source = Source("<session>", before + text)
        word, items = completion.complete(source, self._analysis(before), len(source.lines), len(source.lines[-1]) + 1)
        fitting = [one for one in items if one.label.startswith(word) and (word.startswith("_") or not one.label.startswith("_"))]
        return [Proposal(one.label, len(word), one.detail or one.kind) for one in sorted(fitting, key=lambda one: (one.rank, one.label))]

    def _analysis(self, text: str) -> Analysis:
        """The analysis of the entries so far."""
        from belljar.editor.analysis import Analysis

        if self._analysed is None or self._analysed.text != text:
            self._analysed = Analysis(text, "<session>")
        return self._analysed


def _paths(beginning: str) -> list[Proposal]:
    """Files and folders whose path begins so."""
    folder, name = os.path.split(os.path.expanduser(beginning))
    try:
        with os.scandir(folder or ".") as entries:
            found = sorted(
                (entry.name + ("/" if entry.is_dir() else "") for entry in entries if entry.name.startswith(name)), key=str.lower
            )
    except OSError:
        return []
    return [Proposal(one, len(name), "folder" if one.endswith("/") else "") for one in found if name or not one.startswith(".")]


def _lines() -> Iterator[str]:
    """The lines of the standard input. Raises E0005 where it is not UTF-8."""
    for line in sys.stdin.buffer:
        yield decode(line, "<stdin>")


def history() -> str:
    """The file of what was typed: ``$BELLJAR_HISTORY``, or one in the user's state folder; ``""`` where it cannot be, or is not to be, kept. Nobody else may read it."""
    named = os.environ.get("BELLJAR_HISTORY")
    if named == "":
        return ""
    base = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(base if os.path.isabs(base) else os.path.expanduser("~/.local/state")) / "belljar"
    path = Path(named) if named else folder / "history"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600))
        os.chmod(path, 0o600)
    except OSError:
        return ""
    return str(path)


class _interrupting:
    """While entries run, Ctrl-C ends the entry and not the process."""

    def __enter__(self) -> None:
        self.before: Any = signal.signal(signal.SIGINT, signal.default_int_handler)

    def __exit__(self, *problem: object) -> None:
        signal.signal(signal.SIGINT, self.before)


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
