"""The command line as click has it: a face over the table of commands, and nothing else."""

from __future__ import annotations

from difflib import get_close_matches

import click
from click.shell_completion import get_completion_class

from belljar import __version__
from belljar.commands.session import Session
from belljar.commands.table import COMMANDS, OTHER_WORDS, Argument, Command
from belljar.errors import bell_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TYPES: dict[str, Any] = {"text": click.STRING, "path": click.Path(), "int": click.INT}


def _parameter(argument: Argument) -> click.Parameter:
    kind = click.Choice(argument.choices) if argument.kind == "choice" else _TYPES.get(argument.kind)
    if argument.is_positional:
        return click.Argument(
            [argument.key], type=kind, required=argument.required, nargs=-1 if argument.many else 1, metavar=argument.shown
        )
    names = [name for name in (argument.short, argument.name, argument.key) if name]
    if argument.kind == "flag":
        return click.Option(names, is_flag=True, help=argument.help)
    shown = argument.default not in (None, "") and argument.kind == "choice"
    return click.Option(
        names,
        type=kind,
        multiple=argument.many,
        default=() if argument.many else argument.default,
        required=argument.required,
        metavar=argument.metavar or None,
        help=argument.help,
        show_default=shown,
    )


class _CommandPage(click.Command):
    """A command whose help describes its positional arguments, too, in a table as click has one for options."""

    def __init__(self, *args: Any, described: list[tuple[str, str]], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.described = described

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.described:
            with formatter.section("Arguments"):
                formatter.write_dl(self.described)
        super().format_options(ctx, formatter)


class _CommandTable(click.Group):
    """Commands in the order of the table, which begins with what a newcomer needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def _command(row: Command, session: Session) -> click.Command:
    def invoke(**values: Any) -> int:
        return session.run(row.name, {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()})

    return _CommandPage(
        row.name,
        params=[_parameter(a) for a in row.arguments],
        callback=invoke,
        help=f"{row.summary}\n\n{row.text}" if row.text else row.summary,
        short_help=row.summary,
        epilog="\b\nExamples:\n" + "\n".join(f"  {example}" for example in row.examples) if row.examples else None,
        described=[(a.metavar or a.name.upper(), a.help) for a in row.arguments if a.is_positional],
    )


def program(session: Session) -> click.Group:
    """The whole command line, built from the table, for one session."""
    group = _CommandTable(
        "belljar",
        commands=[_command(row, session) for row in COMMANDS.values()],
        help="Run programs you did not write: compiled to machine code, bounded and repeatable.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    click.version_option(__version__, prog_name="belljar")(group)
    return group


def completion_script(shell: str) -> str:
    """What makes ``shell`` (bash, zsh or fish) complete belljar's commands, options and files."""
    complete = get_completion_class(shell)
    assert complete is not None
    return complete(program(Session()), {}, "belljar", "_BELLJAR_COMPLETE").source() + "\n"


def answer(session: Session, arguments: list[str]) -> int:
    """The exit status of a command line that click is to read: for its words about what is wrong with it, and for help."""
    try:
        result = program(session).main(arguments, prog_name="belljar", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    except SystemExit as stop:  # how click ends a completion, and a help page whose reader has gone
        if isinstance(stop.__context__, OSError):
            raise BrokenPipeError from None
        return stop.code if isinstance(stop.code, int) else 0
    except click.exceptions.NoArgsIsHelpError as unsaid:
        click.echo(unsaid.ctx.get_help() if unsaid.ctx else "", err=True)
        return 2
    except click.ClickException as problem:
        return session.fail(bell_error("E0003", detail=_detail(problem), hint=_hint(problem)))
    return result if isinstance(result, int) else 0


def _detail(problem: click.ClickException) -> str:
    text = problem.message if isinstance(problem, click.NoSuchOption) else problem.format_message()
    return " ".join(text.split()).partition(" Did you mean")[0].rstrip(".")


def _hint(problem: click.ClickException) -> str:
    context = getattr(problem, "ctx", None)
    known: list[str] = []
    wrong = ""
    if isinstance(problem, click.NoSuchOption) and context is not None:
        wrong = problem.option_name
        known = [name for option in context.command.params for name in option.opts if name.startswith("--")]
        other = OTHER_WORDS.get(wrong, "")
        if other.split(" ")[0] in known:
            return f"did you mean '{other}'?"
    elif isinstance(context, click.Context) and isinstance(context.command, click.Group):
        wrong = _text_in_quotes(problem.format_message())
        known = list(context.command.commands)
    elif (
        context is not None
        and "unexpected extra argument" in problem.format_message()
        and any("--args" in one.opts for one in context.command.params)
    ):
        return "arguments of the task are given as JSON: --args '[1, 2]'"
    if close := get_close_matches(wrong, known, n=1):
        return f"did you mean '{close[0]}'?"
    return f"see {context.command_path} --help" if context is not None else "see belljar --help"


def _text_in_quotes(text: str) -> str:
    return text.split("'")[1] if text.count("'") >= 2 else ""
