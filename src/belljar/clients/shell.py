"""A terminal with somebody at it: lines with history, completion and colours where prompt_toolkit is installed, plain ones where it is not."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    from belljar.commands.prompting import LineEditor, Prompting

INDENT: Final = "    "


def terminal(prompting: Prompting) -> LineEditor | None:
    """The editor for the terminal of this process, None where there is none."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    if os.environ.get("TERM", "dumb") != "dumb":
        try:
            import prompt_toolkit  # noqa: F401
        except ImportError:
            sys.stderr.write("History and completion come with: pip install 'belljar[shell]'\n")
        else:
            return Toolkit(prompting)
    return Plain(prompting)


class Plain:
    """Lines as the terminal itself edits them."""

    def __init__(self, prompting: Prompting) -> None:
        self.prompting = prompting

    def read(self, prompt: str) -> str:
        text = input(prompt)
        while self.prompting.goes_on(text):
            text += "\n" + input(_continued(prompt))
        return text


class Toolkit:
    """Lines with everything. Enter goes on where the entry does, with the indentation of the line before, and ends it elsewhere."""

    def __init__(self, prompting: Prompting) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
        from prompt_toolkit.history import FileHistory, InMemoryHistory

        lexer = None
        if prompting.color:
            from prompt_toolkit.lexers import PygmentsLexer
            from pygments.lexers.python import PythonLexer

            lexer = PygmentsLexer(PythonLexer)
        self.prompting = prompting
        self.session: PromptSession[str] = PromptSession(
            history=FileHistory(prompting.history) if prompting.history else InMemoryHistory(),
            auto_suggest=AutoSuggestFromHistory(),
            completer=_completer(prompting),
            complete_in_thread=True,
            complete_while_typing=False,
            lexer=lexer,
            key_bindings=self._keys(),
            multiline=True,
            include_default_pygments_style=prompting.color,
        )

    def read(self, prompt: str) -> str:
        return self.session.prompt(prompt, prompt_continuation=_continued(prompt))

    def _keys(self) -> KeyBindings:
        from prompt_toolkit.filters import has_completions, has_selection
        from prompt_toolkit.key_binding import KeyBindings

        keys = KeyBindings()

        @keys.add("enter", filter=~has_selection)
        def _(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
                buffer.complete_state = None  # what was chosen stands already
            elif self.prompting.goes_on(buffer.text) or (buffer.document.cursor_position_row < buffer.document.line_count - 1):
                buffer.insert_text("\n" + following_indent(buffer.document.current_line_before_cursor))
            else:
                buffer.validate_and_handle()

        @keys.add("tab", filter=~has_completions)
        def _(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            if not buffer.document.current_line_before_cursor.strip():
                buffer.insert_text(INDENT)
            else:
                buffer.start_completion(insert_common_part=True)

        return keys


def following_indent(line: str) -> str:
    """The indentation of the line behind this one."""
    indent = line[: len(line) - len(line.lstrip())]
    code = line.split("#")[0].strip()
    if code.endswith(":"):
        return indent + INDENT
    if code.split(" ")[0] in ("return", "raise", "break", "continue", "pass"):
        return indent[: -len(INDENT)]
    return indent


def _continued(prompt: str) -> str:
    return ". ".rjust(len(prompt))


def _completer(prompting: Prompting) -> Completer:
    from prompt_toolkit.completion import Completer, Completion

    class Proposals(Completer):
        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
            for one in prompting.complete(document.text_before_cursor):
                yield Completion(one.text, -one.replaces, display_meta=one.about)

    return Proposals()
