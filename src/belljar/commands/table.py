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
LIMIT = Argument(
    "--limit",
    "set a limit: depth, events, fuel, functions, iterations, memory, output, time or variables (time=2s, memory=64MiB); repeatable; time is 20s unless set, and without limit in batches",
    many=True,
    metavar="NAME=VALUE",
)
ENGINE = Argument("--engine", "the engine to run on", "choice", ("auto", "vm", "jit", "reference"), default="auto")
FORMAT = Argument("--format", "how diagnostics look", "choice", ("full", "short", "json"), default="full")
COLOR = Argument("--color", "colour in diagnostics", "choice", ("auto", "always", "never"), default="auto")
INPUT = Argument("--input", "give the program's input NAME this JSON value (or text); repeatable", many=True, metavar="NAME=VALUE")
DENY = Argument("--deny", "refuse a capability, such as io.stdout; repeatable", many=True, metavar="CAPABILITY")
GRANT = Argument("--grant", "grant a capability, such as time.now, env.HOME or store.*; repeatable", many=True, metavar="CAPABILITY")
HOSTS = Argument(
    "--hosts", "the Python file that makes the HostFunctions the program may call, under the name hosts", "path", metavar="FILE.py"
)

ISOLATION = Argument(
    "--isolation", "run in a process that has no files, sockets or processes (Linux)", "choice", ("none", "process"), default="none"
)

DRY_RUN = Argument("--dry-run", "make no calls that change the world outside, and say which ones those would be", "flag")
TRACE = Argument("--trace", "record the run and write its trace here, as JSON lines", "path", metavar="FILE")
PROFILE = Argument(
    "--profile",
    "the profile: analysis, execution, audit, debug, test, or one of the belljar.toml of the program's folder or above",
    metavar="NAME",
)

RUNNING = (ENGINE, LIMIT, GRANT, DENY, DRY_RUN, HOSTS)
"""How a program is run, but for its profile: what :func:`belljar.commands.running.running` reads."""
_HOW = tuple(one for one in RUNNING if one is not ENGINE)
"""The same for commands that choose the engine themselves."""
COMMON = (PROFILE, FORMAT, COLOR)
"""Options every command takes."""

DATA_FORMATS = ("csv", "tsv", "jsonl", "parquet", "arrow", "arrows")
PROFILE_FORMATS = ("text", "json", "svg", "html", "speedscope", "collapsed")
PROFILE_MEASURES = ("fuel", "time", "calls", "bytes")
TRACE_FORMATS = ("jsonl", "chrome", "otlp", "speedscope", "collapsed")

_BATCH_INPUT = (
    Argument("--input-format", "the format of the inputs, where the suffix does not say", "choice", DATA_FORMATS),
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
    "Lay programs out one way.",
    Argument("paths", "Bell programs, folders of them, or - for the standard input", "path", many=True, required=True, metavar="PATH..."),
    Argument("--check", "write nothing; the exit status is 1 if a file would change", "flag"),
    Argument("--diff", "as --check, and print what would change", "flag"),
    text="Formatting is ruff's (`pip install 'belljar[editor]'`), with the settings it finds for each file. A file that has errors is reported and left as it is, the others are done. A file is "
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
    text="Module-level statements run in order; what the program prints goes to the standard output. With a profile that traces, what was recorded is summed up on standard error; --trace FILE keeps it.",
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
    Argument("--args", "the arguments: a JSON object by parameter name, or a JSON array by position", metavar="JSON", default="{}"),
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
        "CSV, JSON lines, Parquet or Arrow files, globs, or - for the standard input",
        "path",
        many=True,
        required=True,
        metavar="SOURCE...",
    ),
    Argument("--output", "a file, a folder, or - for the standard output", "path", short="-o", metavar="PATH"),
    Argument("--output-format", "the format of the output, where the suffix does not say", "choice", DATA_FORMATS),
    Argument("--errors", "write failed rows to this table (.jsonl, .csv, .parquet, .arrow)", "path", metavar="PATH"),
    Argument("--keep", "carry these input columns along, comma-separated; * for all; repeatable", many=True, metavar="COLUMNS"),
    *_BATCH_INPUT,
    Argument("--partition-by", "columns of the output whose values become folders", many=True, metavar="COLUMNS"),
    Argument(
        "--limit", "only the first N rows; or a limit of the program per row, as NAME=VALUE; repeatable", many=True, metavar="N|NAME=VALUE"
    ),
    Argument("--threads", "worker threads; all cores by default", "int", metavar="N"),
    Argument("--memory", "bytes of rows in flight, such as 256MiB", metavar="SIZE"),
    Argument("--max-errors", "stop when more rows than this have failed", "int", metavar="N"),
    Argument("--strict", "the first row that fails ends the run", "flag"),
    Argument("--resume", "go on with a run that was cut: finished inputs are not run again", "flag"),
    Argument("--dry-run", "check everything and run the first block; write nothing", "flag"),
    GRANT,
    HOSTS,
    ISOLATION,
    Argument("--progress", "progress on standard error", "choice", ("auto", "bar", "json", "off"), default="auto"),
    Argument(
        "--explain",
        "do not run the batch: run this row (counted from 0 over all inputs) again, and show its values and the path it took",
        "int",
        metavar="ROW",
    ),
    text="A parameter takes the column of its name; a record parameter takes one column per field. A scalar result becomes one column named after the task, a record or tuple one "
    "column per field. Rows that fail go to the error table and the rest goes on.",
    examples=(
        "belljar batch delay.bell classify flights.csv --null NA -o out.parquet --errors bad.jsonl",
        "belljar batch delay.bell classify flights.csv --null NA --explain 1234",
    ),
)
_OF_CALL = (
    PROGRAM,
    TASK,
    Argument(
        "sources",
        "data, of which a row is the arguments: CSV, JSON lines, Parquet or Arrow files, globs, or -",
        "path",
        many=True,
        metavar="SOURCE...",
    ),
    Argument("--row", "which row of the data, counted from 0 over all inputs", "int", metavar="ROW"),
    Argument("--args", "the arguments: a JSON object by parameter name, or a JSON array by position", metavar="JSON", default="{}"),
)
_command(
    "explain",
    "belljar.commands.explaining:explain",
    "Tell in sentences what a call, or a row of a batch, did.",
    *_OF_CALL,
    Argument(
        "--to",
        "text, a JSON array of steps, JSON lines, or a page that needs nothing else; the suffix of --output decides where it does not say",
        "choice",
        ("text", "json", "jsonl", "html"),
    ),
    Argument("--output", "write it here instead of the standard output", "path", short="-o", metavar="PATH"),
    Argument("--level", "what is told: all, or calls alone, or branches alone", "choice", ("full", "calls", "branches"), default="full"),
    Argument("--phrases", "the sentences", "choice", ("en", "en-business", "de"), default="en"),
    *_BATCH_INPUT,
    *_HOW,
    text="The call is made again, traced: programs are deterministic, so it does the same. What it prints is told, and not printed. The exit status is that of the call.",
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
    Argument("task", "the task that is called; without one the module level is run", metavar="TASK"),
    *_OF_CALL[2:],
    Argument(
        "--value",
        "a variable of the task (its last value), one of the module level, or return: what the call gives. Fields and items are taken as in a program (order.lines[0].price); FUNCTION.name is a variable of another "
        "function in its last call, name@12 what the variable got on line 12",
        metavar="NAME",
    ),
    Argument("--json", "as one JSON object", "flag"),
    INPUT,
    *_BATCH_INPUT,
    *_HOW,
    text="The call is made again, and what every value came from is kept. An input that is not listed can be changed, and the value stays, unless the call ends with an error before. Inputs marked "
    "`checked only` decided whether the program raised an exception on the way. Of a call that ends with an error, return is the error.",
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
    Argument("--args", "the arguments: a JSON object by parameter name, or a JSON array by position", metavar="JSON", default="{}"),
    Argument("--run", "run the program from the top, and list what it used", "flag"),
    DRY_RUN,
    INPUT,
    ENGINE,
    LIMIT,
    HOSTS,
    text="Without a task nothing runs: the list is of what the program could ask for. With one everything is granted, and the list is the smallest set of grants the call would have done with; what it prints "
    "goes nowhere.",
    examples=(
        "belljar grants report.bell",
        "belljar grants report.bell main --args '[3]'",
        "belljar grants report.bell --run --hosts hosts.py --dry-run",
    ),
)
_command(
    "repl",
    "belljar.commands.repl:repl",
    "Type a program line by line and see what each line gives.",
    Argument("program", "begin with this program", "path", metavar="PROGRAM"),
    ENGINE,
    LIMIT,
    text="Definitions stay, `_` is the last value, :help lists what there is besides. On a terminal with history and completion (`pip install 'belljar[shell]'`); from a pipe each entry is run as "
    "it ends, and the exit status is that of the first that failed. An entry that fails leaves everything as it was. Limits hold for each entry.",
    examples=("belljar repl", "belljar repl rules.bell --limit time=5s"),
)
_command(
    "lsp",
    "belljar.commands.language_server:lsp",
    "Answer an editor over the Language Server Protocol.",
    text="Speaks on the standard streams; editors start it (docs/editors.md). `pip install 'belljar[editor]'`.",
    examples=("belljar lsp",),
)
_command(
    "schema",
    "belljar.commands.batches:schema",
    "Show the columns and types of a task or of data, and what fits what.",
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
        "a program to trace, or a trace in JSON lines, - for one from the standard input",
        "path",
        required=True,
        metavar="PROGRAM|TRACE",
    ),
    Argument("task", "of a program: call this task; without one it is run from the top", metavar="TASK"),
    Argument("--args", "the arguments: a JSON object by parameter name, or a JSON array by position", metavar="JSON", default="{}"),
    Argument("--to", "what to make of it; text where nothing is asked for", "choice", ("text", "html", *TRACE_FORMATS)),
    Argument("--output", "write it here instead of the standard output", "path", short="-o", metavar="PATH"),
    Argument("--check", "say what is wrong with it: what was not closed, does not nest or has the wrong type", "flag"),
    Argument("--diff", "compare it with this one, and say which event is the first that differs", "path", metavar="TRACE"),
    Argument("--phrases", "the sentences of text and html", "choice", ("en", "en-business", "de"), default="en"),
    Argument("--source", "the program, to be shown beside the events of html", "path", metavar="PROGRAM"),
    Argument("--level", "how much is recorded of a program", "choice", ("branches", "calls", "full"), default="full"),
    INPUT,
    *RUNNING,
    ISOLATION,
    text="A file whose name ends in .bell, or that does not begin as a trace does, is a program: it is run, and what it prints is written only where the trace goes to a file. The suffix of --output decides "
    "what is made where --to does not: .jsonl, .html, .speedscope.json or .collapsed. Text and html tell each event in a sentence; with --format json text is one JSON object a line. The other formats are for "
    "viewers: chrome for chrome://tracing and ui.perfetto.dev, otlp for OpenTelemetry, speedscope, and collapsed for flame graphs. The exit status is that of the program, 1 if --check finds something or --diff a difference, 2 if a file is no trace.",
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
    Argument("trace", "a trace in JSON lines, or - for the standard input", "path", required=True, metavar="TRACE"),
    Argument("program", "the program: run it again with what functions of the host answered then, and compare", "path", metavar="PROGRAM"),
    Argument("--against", "compare it with this trace, and say which event is the first that differs", "path", metavar="TRACE"),
    Argument("--step", "step through it, forwards and backwards, by commands from the terminal or from a pipe; h lists them", "flag"),
    Argument("--json", "answer in JSON: the same as --format json", "flag"),
    text="Every trace is checked first: that what is entered is exited, in order, and that node types, metadata and snapshots are as they must be. Running the program again calls no function of the host and "
    "needs no grants: `belljar trace PROGRAM -o TRACE` has kept all that is needed. The exit status is 0 where nothing is wrong and nothing differs, 1 where something is or does, 2 if a file is no trace.",
    examples=(
        "belljar replay run.jsonl",
        "belljar replay run.jsonl rules.bell",
        "belljar replay monday.jsonl --against tuesday.jsonl",
        "belljar replay run.jsonl rules.bell --step",
    ),
)
_command(
    "profile",
    "belljar.commands.profiling:profile",
    "Run a program and show what each line and function of it costs.",
    Argument("program", "the Bell program, or a profile that was saved as .json", "path", required=True, metavar="PROGRAM|PROFILE"),
    Argument("task", "the function to call; without one the program is run from the top", metavar="TASK"),
    Argument(
        "sources",
        "data, of which each row is a call: CSV, JSON lines, Parquet or Arrow files, globs, or -",
        "path",
        many=True,
        metavar="SOURCE...",
    ),
    Argument("--args", "the arguments: a JSON object by parameter name, or a JSON array by position", metavar="JSON", default="{}"),
    Argument("--rows", "only the first N rows of the data", "int", metavar="N"),
    Argument("--engine", "vm counts fuel, calls and bytes; jit samples the time of machine code", "choice", ("vm", "jit"), default="vm"),
    Argument("--by", "the measure that orders tables and is drawn: fuel, or time of machine code, by default", "choice", PROFILE_MEASURES),
    Argument("--top", "lines and functions in a table; 20 by default", "int", metavar="N"),
    Argument("--to", "what to make of it, where the suffix of --output does not say: text by default", "choice", PROFILE_FORMATS),
    Argument("--output", "write it here instead of the standard output", "path", short="-o", metavar="PATH"),
    Argument("--diff", "show what changed since this saved profile", "path", metavar="PROFILE"),
    Argument("--interval", "microseconds between samples of time; 200 by default", "int", metavar="MICROSECONDS"),
    INPUT,
    *_BATCH_INPUT,
    *_HOW,
    text="The module level of a program is no part of the profile of a task. What the program prints goes to standard error. Suffixes: .json, which can be read again, .svg and .html for flame graphs, "
    ".speedscope.json, .collapsed. In the VM fuel, calls and bytes are exact. A profile is of a run, and has nothing to do with --profile of trust profiles; the rows of a batch are run one by one, as calls: "
    "fuel is that of the batch, time is not, since a batch may run rows in lanes.",
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
    Argument("--stage", "which stage", "choice", ("typed", "optimized", "bytecode", "llvm", "asm"), default="typed"),
    examples=("belljar ir delay.bell --stage optimized",),
)
_command(
    "inspect",
    "belljar.commands.inspecting:inspect",
    "Run a program and show what is in it: names, functions, events, memory, limits.",
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
    "Say whether the installation is well.",
    text="Versions, the cache, the limits that hold unless told otherwise, and a self-test of each engine, of the state of a runtime and of a worker process. The exit status is 1 if something is not well.",
    examples=("belljar health", "belljar health --format json"),
)
_command(
    "profiles",
    "belljar.commands.profiles:profiles",
    "List the profiles there are, with what each is for.",
    Argument("program", "the program, in whose folder or above a belljar.toml may add some", "path", metavar="PROGRAM"),
    text="With --profile everything about that one. A profile is a bundle of grants, limits, dry run and tracing (docs/profiles.md).",
    examples=("belljar profiles", "belljar profiles --profile debug", "belljar profiles rules.bell --format json"),
)
_command(
    "explain-error",
    "belljar.commands.programs:explain_error",
    "Say what an error code means.",
    Argument("code", "the code, such as E0301", required=True, metavar="CODE"),
    examples=("belljar explain-error E0502",),
)
_command(
    "completion",
    "belljar.commands.completion:completion",
    "Print the completion script for a shell.",
    Argument("shell", "which shell", "choice", ("bash", "zsh", "fish"), required=True, metavar="SHELL"),
    examples=("belljar completion bash >> ~/.bashrc",),
)
