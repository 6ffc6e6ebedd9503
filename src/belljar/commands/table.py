"""The table of commands: each one row with its name, arguments, help, examples and handler.

A handler is a plain function ``(session, values) -> exit status``; it lives in the module of its subject and is named here by path, so that listing the commands imports none of them.
"""

from __future__ import annotations

from importlib import import_module

from belljar.structs import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final, TypeAlias

    from belljar.commands.session import Session

Handler: TypeAlias = "Callable[[Session, Mapping[str, Any]], int]"


class Argument(Frozen):
    """One argument of a command.

    ``kind``: ``text``, ``path`` (completed as a file), ``int``, ``flag``, or ``choice`` (of ``choices``). Positional when ``name`` has no dashes.
    ``many``: positionals take one or more, options may be repeated.
    """

    __slots__ = ("choices", "default", "help", "kind", "many", "metavar", "name", "required", "short")

    def __init__(
        self,
        name: str,
        help: str,
        kind: str = "text",
        choices: tuple[str, ...] = (),
        many: bool = False,
        required: bool = False,
        metavar: str = "",
        short: str = "",
        default: Any = None,
    ) -> None:
        self.name: Final = name
        self.help: Final = help
        self.kind: Final = kind
        self.choices: Final = choices
        self.many: Final = many
        self.required: Final = required
        self.metavar: Final = metavar
        self.short: Final = short
        self.default: Final = default

    @property
    def key(self) -> str:
        """The name under which a handler finds the value."""
        return self.name.lstrip("-").replace("-", "_")

    @property
    def shown(self) -> str:
        """A positional as usage lines show it: in brackets where it may be left out."""
        name = self.metavar or self.name.upper()
        return name if self.required else f"[{name}]"

    @property
    def is_positional(self) -> bool:
        return not self.name.startswith("-")


class Command(Frozen):
    __slots__ = ("arguments", "examples", "handler", "name", "summary", "text")

    def __init__(
        self, name: str, summary: str, text: str, arguments: tuple[Argument, ...], examples: tuple[str, ...], handler: str
    ) -> None:
        self.name: Final = name
        self.summary: Final = summary
        self.text: Final = text
        self.arguments: Final = arguments
        self.examples: Final = examples
        self.handler: Final = handler
        """``module:function``."""

    def load(self) -> Handler:
        """The handler itself."""
        module, _, function = self.handler.partition(":")
        return getattr(import_module(module), function)  # type: ignore[no-any-return]


PROGRAM = Argument("program", "the Bell program", "path", required=True, metavar="PROGRAM")
TASK = Argument("task", "the function to call", required=True, metavar="TASK")
ARGS = Argument("--args", "the arguments: a JSON object by parameter name, or a JSON array by position", metavar="JSON", default="{}")
OUTPUT = Argument("--output", "write to this file instead of standard output", "path", short="-o", metavar="PATH")
LIMIT = Argument(
    "--limit",
    "set a limit, such as time=2s or memory=64MiB; repeatable. There are depth, events, fuel, functions, iterations, memory, output, time (20s unless set) and variables",
    many=True,
    metavar="NAME=VALUE",
)
ENGINE = Argument("--engine", "the engine to run on", "choice", ("auto", "vm", "jit", "reference"), default="auto")
FORMAT = Argument("--format", "how errors are shown; with json reports are JSON too", "choice", ("full", "short", "json"), default="full")
COLOR = Argument("--color", "colour errors", "choice", ("auto", "always", "never"), default="auto")
INPUT = Argument("--input", "the value of the program's input NAME: JSON, or else text; repeatable", many=True, metavar="NAME=VALUE")
ROWS = Argument("--rows", "only the first N rows of the data", "int", metavar="N")
DENY = Argument("--deny", "refuse a capability, such as io.stdout; repeatable", many=True, metavar="CAPABILITY")
GRANT = Argument("--grant", "grant a capability, such as time.now, env.HOME or store.*; repeatable", many=True, metavar="CAPABILITY")
HOSTS = Argument(
    "--hosts", "a Python file that defines `hosts`, the belljar.HostFunctions that the program may call", "path", metavar="FILE.py"
)

ISOLATION = Argument(
    "--isolation", "process: in a worker process without files, sockets or other processes", "choice", ("none", "process"), default="none"
)

DRY_RUN = Argument("--dry-run", "do not call host functions that write, print nothing, and say what would have been done", "flag")
TRACE = Argument("--trace", "record the run, and write its trace to this file as JSON lines", "path", metavar="FILE")
PROFILE = Argument(
    "--profile",
    "a bundle of grants and limits: analysis, execution, audit, debug, test, or one from the nearest belljar.toml at or above the program's folder",
    metavar="NAME",
)

OTHER_WORDS = {"--explain": "--row", "--json": "--format json", "--against": "--diff", "--output-format": "--to"}
"""Options as people may call them, and what they are called here: for "did you mean"."""

RUNNING = (ENGINE, LIMIT, GRANT, DENY, DRY_RUN, HOSTS)
"""How a program is run, but for its profile: what :func:`belljar.commands.running.running` reads."""
_HOW = tuple(one for one in RUNNING if one is not ENGINE)
"""The same for commands that choose the engine themselves."""
COMMON = (PROFILE, FORMAT, COLOR)
"""Options every command takes."""

DATA_FORMATS = ("csv", "tsv", "jsonl", "parquet", "arrow", "arrows")
PROFILE_FORMATS = ("text", "json", "svg", "html", "speedscope", "collapsed")
PROFILE_MEASURES = ("fuel", "time", "calls", "bytes")
TRACE_LEVELS = ("full", "calls", "branches")
PHRASEBOOKS = ("en", "en-business", "de")
TRACE_FORMATS = ("jsonl", "chrome", "otlp", "speedscope", "collapsed")

_BATCH_INPUT = (
    Argument("--input-format", "the format of the inputs, if the suffix does not say", "choice", DATA_FORMATS),
    Argument("--null", "another spelling of a missing value in CSV, such as NA; repeatable", many=True, metavar="TEXT"),
    Argument("--types", "convert columns: int, float, bool, str, or an Arrow type such as date32", many=True, metavar="NAME=TYPE,..."),
    Argument("--delimiter", "what separates the fields of CSV: one character, or tab", metavar="CHAR"),
    Argument("--encoding", "the encoding of text inputs", default="utf-8", metavar="NAME"),
)

COMMANDS: dict[str, Command] = {}


def _command(name: str, handler: str, summary: str, *arguments: Argument, text: str = "", examples: tuple[str, ...] = ()) -> None:
    COMMANDS[name] = Command(name, summary, text, (*arguments, *COMMON), examples, handler)


_command(
    "check",
    "belljar.commands.programs:check",
    "Find every error of a program, without running it.",
    Argument("programs", "the Bell programs", "path", many=True, required=True, metavar="PROGRAM..."),
    Argument("--input-type", "declare a name that is given from outside; repeatable", many=True, metavar="NAME=TYPE"),
    HOSTS,
    Argument("--watch", "check again whenever one of the files changes, until Ctrl-C", "flag"),
    text="All errors are reported at once, each with its place and, where there is one, a hint. The exit status is 0 when there are none and 2 otherwise.",
    examples=("belljar check rules.bell", "belljar check --format json *.bell", "belljar check --watch rules.bell"),
)
_command(
    "fmt",
    "belljar.commands.formatting:fmt",
    "Format programs.",
    Argument("paths", "Bell programs, folders of them, or - for standard input", "path", many=True, required=True, metavar="PATH..."),
    Argument("--check", "write nothing; the exit status is 1 if a file would change", "flag"),
    Argument("--diff", "as --check, and print what would change", "flag"),
    text="Uses ruff (`pip install 'belljar[editor]'`), with the settings it finds for each file. Files with errors are reported and left as they are; the others are formatted. A file is "
    "replaced whole or not at all, and only if it changes. The exit status is 2 if a file could not be formatted.",
    examples=("belljar fmt rules.bell", "belljar fmt --check .", "belljar fmt - < rules.bell"),
)
_command(
    "run",
    "belljar.commands.programs:run",
    "Run a program from the top.",
    PROGRAM,
    INPUT,
    *RUNNING,
    TRACE,
    ISOLATION,
    text="Module-level statements run in order; what the program prints goes to standard output. With a profile that traces, a summary of the trace goes to standard error; --trace FILE keeps the trace.",
    examples=(
        "belljar run hello.bell",
        "belljar run report.bell --limit time=2s --limit memory=64MiB",
        "belljar run report.bell --profile audit --hosts hosts.py",
    ),
)
_command(
    "call",
    "belljar.commands.programs:call",
    "Call one task of a program and print its result as JSON.",
    PROGRAM,
    TASK,
    ARGS,
    Argument("--explain", "print the path the call took, with the values of variables, on standard error", "flag"),
    *RUNNING,
    TRACE,
    ISOLATION,
    text="A task with one record parameter also takes the record's fields directly as the object.",
    examples=(
        'belljar call rules.bell score --args \'{"age": 41, "income": 52000.0}\'',
        "belljar call geometry.bell area --args '[3.0, 4.0]'",
    ),
)
_command(
    "batch",
    "belljar.commands.batches:batch",
    "Apply a task to every row of a table.",
    PROGRAM,
    TASK,
    Argument(
        "sources",
        "CSV, JSON lines, Parquet or Arrow files, globs, or - for standard input",
        "path",
        many=True,
        required=True,
        metavar="SOURCE...",
    ),
    Argument("--output", "a file, a folder, or - for standard output, which is the default", "path", short="-o", metavar="PATH"),
    Argument("--to", "the format of the output, if the suffix of --output does not say", "choice", DATA_FORMATS),
    Argument("--errors", "write failed rows to this table (.jsonl, .csv, .parquet, .arrow)", "path", metavar="PATH"),
    Argument("--keep", "carry these input columns along, comma-separated; * for all; repeatable", many=True, metavar="COLUMNS"),
    *_BATCH_INPUT,
    Argument("--partition-by", "columns of the output whose values become folders", many=True, metavar="COLUMNS"),
    ROWS,
    Argument("--limit", "set a limit of the program for each row, such as fuel=10000; repeatable", many=True, metavar="NAME=VALUE"),
    Argument("--threads", "worker threads; all cores by default", "int", metavar="N"),
    Argument("--memory", "memory for rows in flight, such as 64MiB; 256MiB by default", metavar="SIZE"),
    Argument("--max-errors", "stop when more rows than this have failed", "int", metavar="N"),
    Argument("--strict", "stop at the first row that fails", "flag"),
    Argument("--resume", "continue an interrupted run: inputs that are finished are not run again", "flag"),
    Argument("--dry-run", "check everything and run the first block; write nothing", "flag"),
    GRANT,
    HOSTS,
    ISOLATION,
    Argument("--progress", "progress on standard error", "choice", ("auto", "bar", "json", "off"), default="auto"),
    Argument(
        "--row",
        "instead of the batch, run this one row (counted from 0 over all inputs) and show its values and the path it took",
        "int",
        metavar="ROW",
    ),
    text="A parameter takes the column of its name; a record parameter takes one column per field. A scalar result becomes one column named after the task, a record or tuple one "
    "column per field. Rows that fail go to the error table and the rest goes on.",
    examples=(
        "belljar batch delay.bell classify flights.csv --null NA -o out.parquet --errors bad.jsonl",
        "belljar batch delay.bell classify flights.csv --null NA --row 1234",
    ),
)
_OF_CALL = (
    PROGRAM,
    TASK,
    Argument(
        "sources",
        "data of which one row is the arguments: CSV, JSON lines, Parquet or Arrow files, globs, or - for standard input",
        "path",
        many=True,
        metavar="SOURCE...",
    ),
    Argument("--row", "the row of the data, counted from 0 over all inputs", "int", metavar="ROW"),
    ARGS,
)
_command(
    "explain",
    "belljar.commands.explaining:explain",
    "Explain in sentences what a call, or a row of a batch, did.",
    *_OF_CALL,
    Argument(
        "--to",
        "text, json (one array), jsonl (one object per line) or html (one page that loads nothing); by default as the suffix of --output says, "
        "else text",
        "choice",
        ("text", "json", "jsonl", "html"),
    ),
    OUTPUT,
    Argument("--level", "what is told: everything, only calls, or only branches", "choice", TRACE_LEVELS, default="full"),
    Argument("--phrases", "the phrasebook: for developers, for business readers, in German", "choice", PHRASEBOOKS, default="en"),
    *_BATCH_INPUT,
    *_HOW,
    text="The call is made again, traced; programs are deterministic, so it does the same. What it prints is part of the explanation and is not printed. The exit status is that of the call.",
    examples=(
        'belljar explain rules.bell score --args \'{"age": 41, "income": 52000.0}\'',
        "belljar explain delay.bell classify flights.csv --null NA --row 1234 --to html -o row.html",
    ),
)
_command(
    "why",
    "belljar.commands.explaining:why",
    "Show which inputs, assignments and branches made a value.",
    PROGRAM,
    Argument("task", "the task to call; without one the module level is run", metavar="TASK"),
    *_OF_CALL[2:],
    Argument(
        "--value",
        "the value asked about: a variable of the task or of the module level, or return, the result, which is the default for a task. Fields and items are written as in a program (order.lines[0].price); "
        "FUNCTION.name is a variable of another function in its last call, name@12 what the variable was set to on line 12",
        metavar="NAME",
    ),
    INPUT,
    *_BATCH_INPUT,
    *_HOW,
    text="The call is made again, and where each value came from is recorded. Changing an input that is not listed does not change the value, unless the call then ends with an error before. Inputs marked "
    "`checked only` decided whether the program raised an exception on the way. If the call ends with an error, return is that error.",
    examples=(
        'belljar why order.bell price --args \'{"qty": 12, "unit": 9.5}\' --value discount',
        "belljar why delay.bell classify flights.csv --null NA --row 1234",
        "belljar why report.bell --input limit=3 --value totals['north']",
    ),
)
_command(
    "grants",
    "belljar.commands.programs:grants",
    "List the capabilities that a program names, or that a call of it uses.",
    PROGRAM,
    Argument("task", "run this task, and list what it used", metavar="TASK"),
    ARGS,
    Argument("--run", "run the program from the top, and list what it used", "flag"),
    DRY_RUN,
    INPUT,
    ENGINE,
    LIMIT,
    HOSTS,
    text="Without a task nothing runs, and the list is what the program could ask for. With one, everything is granted, and the list is the smallest set of grants that the call needed; what it prints is "
    "discarded.",
    examples=(
        "belljar grants report.bell",
        "belljar grants report.bell main --args '[3]'",
        "belljar grants report.bell --run --hosts hosts.py --dry-run",
    ),
)
_command(
    "repl",
    "belljar.commands.repl:repl",
    "Run statements as they are typed, at a prompt or from a pipe.",
    Argument("program", "begin with this program", "path", metavar="PROGRAM"),
    ENGINE,
    LIMIT,
    text="Definitions are kept, `_` is the last value, and :help lists the commands of the prompt. A terminal has history and completion (`pip install 'belljar[shell]'`); from a pipe each entry is run as "
    "soon as it is complete, and the exit status is that of the first that failed. An entry that fails changes nothing. Limits hold for each entry.",
    examples=("belljar repl", "belljar repl rules.bell --limit time=5s"),
)
_command(
    "lsp",
    "belljar.commands.language_server:lsp",
    "Run the language server for editors.",
    text="Speaks the Language Server Protocol on standard input and output; editors start it (docs/editors.md). Needs `pip install 'belljar[editor]'`.",
    examples=("belljar lsp",),
)
_command(
    "schema",
    "belljar.commands.batches:schema",
    "Show the columns and types of a task or of data, and whether they fit.",
    Argument("subject", "a Bell program or a data file", "path", required=True, metavar="PROGRAM|DATA"),
    Argument("data", "with a program: data files to match with its tasks", "path", many=True, metavar="DATA..."),
    Argument("--task", "only this task", metavar="TASK"),
    *_BATCH_INPUT,
    examples=("belljar schema delay.bell", "belljar schema flights.csv --null NA", "belljar schema delay.bell flights.csv --null NA"),
)
_command(
    "trace",
    "belljar.commands.traces:trace",
    "Trace a program; show, check, convert or compare traces.",
    Argument(
        "trace",
        "a program to trace; or a trace as JSON lines, - for standard input",
        "path",
        required=True,
        metavar="PROGRAM|TRACE",
    ),
    Argument("task", "the task to call; without one the program is run from the top", metavar="TASK"),
    ARGS,
    Argument("--to", "the output format; text by default", "choice", ("text", "html", *TRACE_FORMATS)),
    OUTPUT,
    Argument("--check", "report what is wrong with the trace: what is not closed, does not nest or has the wrong type", "flag"),
    Argument("--diff", "compare the trace with this one, and show the first event that differs", "path", metavar="TRACE"),
    Argument(
        "--phrases",
        "the phrasebook of text and html: for developers, for business readers, in German",
        "choice",
        PHRASEBOOKS,
        default="en",
    ),
    Argument("--source", "the program, to be shown beside the events in html", "path", metavar="PROGRAM"),
    Argument("--level", "how much of a program's run is recorded", "choice", TRACE_LEVELS, default="full"),
    INPUT,
    *RUNNING,
    ISOLATION,
    text="A file whose name ends in .bell, or that does not begin like a trace, is a program: it is run, and what it prints is shown only if the trace goes to a file. Without --to the suffix of --output "
    "decides the format: .jsonl, .html, .speedscope.json or .collapsed. Text and html tell each event in a sentence; with --format json, text is one JSON object per line. The other formats are for "
    "viewers: chrome for chrome://tracing and ui.perfetto.dev, otlp for OpenTelemetry, speedscope, and collapsed for flame graphs. The exit status is that of the program; 1 if --check or --diff finds something; 2 if a file is not a trace.",
    examples=(
        "belljar trace rules.bell score --args '[41]'",
        "belljar trace report.bell --grant time.now --hosts hosts.py -o run.jsonl",
        "belljar trace run.jsonl --to chrome -o run.json",
        "belljar trace run.jsonl --to html --source rules.bell -o run.html",
        "belljar trace run.jsonl --check",
        "belljar trace monday.jsonl --diff tuesday.jsonl",
    ),
)
_command(
    "replay",
    "belljar.commands.traces:replay",
    "Check a trace, compare it, run its program again, or step through it.",
    Argument("trace", "a trace as JSON lines, or - for standard input", "path", required=True, metavar="TRACE"),
    Argument("program", "the program: run it again with the recorded answers of host functions, and compare", "path", metavar="PROGRAM"),
    Argument("--diff", "compare the trace with this one, and show the first event that differs", "path", metavar="TRACE"),
    Argument("--step", "step through the trace, forwards and backwards, by commands from the terminal or a pipe; h lists them", "flag"),
    text="Every trace is checked first: what is entered is exited, in order, and node types, metadata and snapshots are valid. Running the program again calls no host function and "
    "needs no grants: the trace that `belljar trace PROGRAM -o TRACE` wrote has the answers. The exit status is 0 if nothing is wrong and nothing differs, 1 if something is or does, 2 if a file is not a trace.",
    examples=(
        "belljar replay run.jsonl",
        "belljar replay run.jsonl rules.bell",
        "belljar replay monday.jsonl --diff tuesday.jsonl",
        "belljar replay run.jsonl rules.bell --step",
    ),
)
_command(
    "profile",
    "belljar.commands.profiling:profile",
    "Run a program and show what each line and function costs.",
    Argument("program", "the Bell program, or a profile that was saved as .json", "path", required=True, metavar="PROGRAM|PROFILE"),
    Argument("task", "the task to call; without one the program is run from the top", metavar="TASK"),
    Argument(
        "sources",
        "data of which each row is a call: CSV, JSON lines, Parquet or Arrow files, globs, or - for standard input",
        "path",
        many=True,
        metavar="SOURCE...",
    ),
    ARGS,
    ROWS,
    Argument("--engine", "vm counts fuel, calls and bytes; jit samples the time of machine code", "choice", ("vm", "jit"), default="vm"),
    Argument(
        "--by",
        "the measure by which tables are ordered and graphs are drawn; by default fuel, and time for machine code",
        "choice",
        PROFILE_MEASURES,
    ),
    Argument("--top", "rows in each table; 20 by default", "int", metavar="N"),
    Argument("--to", "the output format; by default as the suffix of --output says, else text", "choice", PROFILE_FORMATS),
    OUTPUT,
    Argument("--diff", "show what changed since this saved profile", "path", metavar="PROFILE"),
    Argument("--interval", "microseconds between samples of time; 200 by default", "int", metavar="MICROSECONDS"),
    INPUT,
    *_BATCH_INPUT,
    *_HOW,
    text="The module level is not part of the profile of a task. What the program prints goes to standard error. Suffixes of --output: .json, which can be read again, .svg and .html for flame graphs, "
    ".speedscope.json, .collapsed. In the VM, fuel, calls and bytes are exact. The rows of a batch are run one by one, as calls: their fuel is that of the batch, their time is not, since a batch may run several "
    "rows at once. What this command makes has nothing to do with --profile, which names a bundle of grants and limits.",
    examples=(
        "belljar profile report.bell",
        "belljar profile rules.bell score --args '[41]' --by bytes",
        "belljar profile rules.bell score --args '[41]' --engine jit -o score.html",
        "belljar profile delay.bell classify flights.csv --null NA --rows 100000",
        "belljar profile report.bell -o monday.json",
        "belljar profile report.bell --diff monday.json",
        "belljar profile tuesday.json --diff monday.json -o change.svg",
    ),
)
_command(
    "ir",
    "belljar.commands.programs:ir",
    "Show a program at one stage of its compilation.",
    PROGRAM,
    Argument("--stage", "the stage", "choice", ("typed", "optimized", "bytecode", "llvm", "asm"), default="typed"),
    examples=("belljar ir delay.bell --stage optimized",),
)
_command(
    "inspect",
    "belljar.commands.inspecting:inspect",
    "Run a program and show its state: names, functions, events, memory, limits.",
    PROGRAM,
    Argument("--part", "show this part only", "choice", ("full", "vars", "functions", "events", "memory", "limits"), default="full"),
    Argument("--call", "call a task before looking; the arguments are JSON; repeatable", many=True, metavar="'TASK(ARGUMENTS)'"),
    INPUT,
    *RUNNING,
    text="The module level runs first, under the limits of a runtime; what the program prints goes to standard error. `--format json` gives plain data.",
    examples=("belljar inspect rules.bell", "belljar inspect counter.bell --call 'add(5)' --part vars --format json"),
)
_command(
    "health",
    "belljar.commands.inspecting:health",
    "Check the installation.",
    text="Shows versions, the cache and the default limits, and tests each engine, the state of a runtime and a worker process. The exit status is 1 if something is wrong.",
    examples=("belljar health", "belljar health --format json"),
)
_command(
    "profiles",
    "belljar.commands.profiles:profiles",
    "List the profiles, with what each is for.",
    Argument("program", "list the profiles of the nearest belljar.toml at or above its folder, too", "path", metavar="PROGRAM"),
    text="A profile is a bundle of grants, limits, dry run and tracing (docs/profiles.md). With --profile NAME, shows everything about that one.",
    examples=("belljar profiles", "belljar profiles --profile debug", "belljar profiles rules.bell --format json"),
)
_command(
    "explain-error",
    "belljar.commands.programs:explain_error",
    "Explain an error code.",
    Argument("code", "the code, such as E0301", required=True, metavar="CODE"),
    examples=("belljar explain-error E0502",),
)
_command(
    "completion",
    "belljar.commands.completion:completion",
    "Print the completion script for a shell.",
    Argument("shell", "the shell", "choice", ("bash", "zsh", "fish"), required=True, metavar="SHELL"),
    examples=("belljar completion bash >> ~/.bashrc",),
)
