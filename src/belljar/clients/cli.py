"""The command line: a face over the table of commands, and nothing else."""

from __future__ import annotations

import sys
from typing import Any

import click
from click.shell_completion import get_completion_class

from belljar import __version__
from belljar.commands.session import Session
from belljar.commands.table import COMMANDS, Argument, Command
from belljar.errors import bell_error

_TYPES: dict[str, Any] = {"text": click.STRING, "path": click.Path(), "int": click.INT}


def _parameter(argument: Argument) -> click.Parameter:
    kind = click.Choice(argument.choices) if argument.kind == "choice" else _TYPES.get(argument.kind)
    if argument.is_positional:
        return click.Argument(
            [argument.key], type=kind, required=argument.required, nargs=-1 if argument.many else 1, metavar=argument.metavar or None
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


def _command(row: Command) -> click.Command:
    def invoke(**values: Any) -> int:
        plain = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
        return Session(completion=completion_script).run(row.name, plain)

    positional = "\n".join(f"  {a.metavar or a.name.upper():<14} {a.help}" for a in row.arguments if a.is_positional)
    text = f"{row.summary}\n\n{row.text}" if row.text else row.summary
    if positional:
        text += f"\n\n\b\nArguments:\n{positional}"
    epilog = "\b\nExamples:\n" + "\n".join(f"  {example}" for example in row.examples) if row.examples else None
    return click.Command(
        row.name, params=[_parameter(a) for a in row.arguments], callback=invoke, help=text, short_help=row.summary, epilog=epilog
    )


def program() -> click.Group:
    """The whole command line, built from the table."""
    group = click.Group(
        "belljar",
        commands=[_command(row) for row in COMMANDS.values()],
        help="Run programs you did not write: compiled to machine code, bounded and repeatable.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )
    click.version_option(__version__, prog_name="belljar")(group)
    return group


def completion_script(shell: str) -> str:
    """What makes ``shell`` (bash, zsh or fish) complete belljar's commands, options and files."""
    complete = get_completion_class(shell)
    assert complete is not None
    return complete(program(), {}, "belljar", "_BELLJAR_COMPLETE").source() + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give the exit status; the console script exits with it."""
    try:
        result = program().main(arguments, prog_name="belljar", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        return Session().fail(bell_error("E0007"))
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return Session().fail(bell_error("E0006"))
    except click.exceptions.NoArgsIsHelpError as unsaid:
        click.echo(unsaid.ctx.get_help() if unsaid.ctx else "", err=True)
        return 2
    except click.ClickException as problem:
        return Session(color=sys.stderr.isatty()).fail(
            bell_error("E0003", detail=problem.format_message().rstrip("."), hint=_hint(problem))
        )
    return result if isinstance(result, int) else 0


def _hint(problem: click.ClickException) -> str:
    context = getattr(problem, "ctx", None)
    return f"see {context.command_path} --help" if context is not None else "see belljar --help"
