"""Bounds on source text, checked before the parser sees it.

Whatever bytes come in, compiling them takes bounded time and memory and never exhausts the host's stack: size, line length, token count, bracket depth and
operators per logical line are counted by one regular-expression scan, linear in the text. What passes is safe for ``ast.parse`` and for the
recursive walks after it.
"""

from __future__ import annotations

from belljar.errors import BellError, bell_error
from belljar.source import Source, Span

SOURCE_BYTES_MAX = 4 << 20
LINE_CHARS_MAX = 100_000
TOKENS_MAX = 400_000
BRACKET_DEPTH_MAX = 60
INDENT_DEPTH_MAX = 60
OPERATORS_PER_LINE_MAX = 2_000
"""Operators in one logical line: each may nest the syntax tree one deeper. Commas and colons do not count."""
PREFIX_RUN_MAX = 50
"""Prefix operators (``-``, ``not`` ...) in a row."""

_TOKEN = r"""(?P<string>(?:[rRbBuUfF]{0,2})(?:'''(?:[^\\]|\\.)*?(?:'''|\Z)|\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)|'(?:[^\\\n']|\\.)*(?:'|(?=\n)|\Z)|"(?:[^\\\n"]|\\.)*(?:"|(?=\n)|\Z)))
    |(?P<comment>\#[^\n]*)
    |(?P<continued>\\\n)
    |(?P<newline>\n[ \t\f]*)
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<comma>[,:;])
    |(?P<operator>[^\s\w])
    """
_PREFIX_WORDS = frozenset({"not", "lambda", "await", "if", "else", "and", "or", "in", "is"})
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def decode(data: bytes, name: str) -> str:
    """UTF-8 source bytes as text, without a byte-order mark. Raises E0005 for other encodings, E0103 for too much."""
    if len(data) > SOURCE_BYTES_MAX:
        raise bell_error("E0103", file=name, found=len(data), unit="bytes", limit=SOURCE_BYTES_MAX)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise bell_error("E0005", file=name, path=name, byte=f"0x{data[problem.start]:02x}", offset=problem.start) from None


def guard(text: str, name: str) -> Source:
    """``text`` as a :class:`Source` that is safe to parse. Raises BellSyntaxError (E0102 to E0107) at the first bound that is broken."""
    if len(text) > SOURCE_BYTES_MAX or len(text.encode("utf-8", "surrogatepass")) > SOURCE_BYTES_MAX:
        raise bell_error("E0103", file=name, found=len(text), unit="characters", limit=SOURCE_BYTES_MAX)
    source = Source(name, text)
    for number, line in enumerate(source.lines, 1):
        if len(line) > LINE_CHARS_MAX:
            raise bell_error("E0104", file=name, line=number, found=len(line), limit=LINE_CHARS_MAX)
    _refuse_characters(source)
    _scan(source)
    return source


def _at(source: Source, code: str, line: int, column: int, width: int, **parameters: object) -> BellError:
    return bell_error(code, source=source, span=Span(line, column, line, column + width), **parameters)


def _refuse_characters(source: Source) -> None:
    for number, line in enumerate(source.lines, 1):
        if (at := line.find("\0")) >= 0:
            raise _at(source, "E0105", number, at + 1, 1)
        if line.isascii():
            continue
        if found := [at for at, char in enumerate(line, 1) if char in _BIDI_CONTROLS]:
            raise _at(
                source,
                "E0101",
                number,
                found[0],
                1,
                detail="a character that changes the direction of the text hides what the line says",
                hint="write it as an escape, such as '\\u202e', inside a string",
            )
        for at, char in enumerate(line):
            if 0xD800 <= ord(char) <= 0xDFFF:
                raise _at(
                    source,
                    "E0101",
                    number,
                    at + 1,
                    1,
                    detail="a lone surrogate is not a character",
                    hint="write it as an escape inside a string",
                )


def _scan(source: Source) -> None:
    """Count tokens, bracket and indentation depth, and operators per logical line."""
    import re  # here: reading a program that was compiled before needs no more than decode()

    text = "\n".join(source.lines)
    tokens = depth = operators = prefix_run = 0
    line, line_start = 1, 0
    indents: list[int] = [0]
    names: dict[str, tuple[int, int]] = {}
    at_line_start = True
    for match in re.compile(_TOKEN, re.VERBOSE | re.DOTALL).finditer(text):
        kind = match.lastgroup
        column = match.start() - line_start + 1
        if kind in ("string", "continued", "newline"):
            ends = match[0].count("\n")
        else:
            ends = 0
        if kind == "newline":
            if depth == 0:
                operators = prefix_run = 0
                at_line_start = True
            indent = len(match[0]) - 1
        elif kind not in ("comment", "continued"):
            tokens += 1
            if tokens > TOKENS_MAX:
                raise _at(source, "E0103", line, column, 1, found=f"more than {TOKENS_MAX}", unit="tokens", limit=TOKENS_MAX)
            if at_line_start:
                at_line_start = False
                indent = column - 1
                while indents[-1] > indent:
                    indents.pop()
                if indents[-1] < indent:
                    indents.append(indent)
                if len(indents) > INDENT_DEPTH_MAX:
                    raise _at(source, "E0102", line, column, 1, found=len(indents), limit=INDENT_DEPTH_MAX)
            word = match[0]
            is_operator = kind == "operator" or (kind == "name" and word in _PREFIX_WORDS)
            if kind == "open":
                depth += 1
                if depth > BRACKET_DEPTH_MAX:
                    raise _at(source, "E0102", line, column, 1, found=depth, limit=BRACKET_DEPTH_MAX)
            elif kind == "close":
                depth = max(depth - 1, 0)
            if is_operator or kind == "open":
                operators += 1
                if operators > OPERATORS_PER_LINE_MAX:
                    raise _at(
                        source,
                        "E0102",
                        line,
                        column,
                        len(word),
                        found=f"more than {OPERATORS_PER_LINE_MAX} operators in one statement,",
                        limit=OPERATORS_PER_LINE_MAX,
                    )
                if kind != "open" and word != ".":
                    prefix_run += 1
                    if prefix_run > PREFIX_RUN_MAX:
                        raise _at(
                            source,
                            "E0102",
                            line,
                            column,
                            len(word),
                            found=f"more than {PREFIX_RUN_MAX} operators in a row,",
                            limit=PREFIX_RUN_MAX,
                        )
            elif kind != "open":
                prefix_run = 0
            if kind == "name" and not word.isascii():
                names.setdefault(word, (line, column))
        if ends:
            line += ends
            line_start = match.start() + match[0].rfind("\n") + 1
    if names:
        _refuse_confusable_names(source, names, text)


_LATIN_TWINS = dict(
    zip(
        "асеорхуіјѕһԁԛԝкмтвнАВЕКМНОРСТХІЈЅαοιυνρκτβΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aceopxyijshdqwkmtbhABEKMHOPCTXIJSaoiuvpktbABEZHIKMNOPTYX",
        strict=True,
    )
)


def _script(char: str) -> str:
    import unicodedata

    return unicodedata.name(char, "UNKNOWN").split(" ")[0].split("-")[0]


def _refuse_confusable_names(source: Source, names: dict[str, tuple[int, int]], text: str) -> None:
    """E0107 for a name that mixes Latin, Cyrillic or Greek letters, or that looks like another name of the program."""
    import re
    import unicodedata

    ascii_names = set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", text))
    for name, (line, column) in names.items():
        scripts = {_script(char) for char in name if char.isalpha()} & {"LATIN", "CYRILLIC", "GREEK"}
        if len(scripts) > 1:
            raise _at(source, "E0107", line, column, len(name), name=name, detail=" and ".join(sorted(s.title() for s in scripts)))
        twin = "".join(_LATIN_TWINS.get(char, char) for char in unicodedata.normalize("NFKC", name))
        if twin != name and twin in ascii_names:
            raise _at(source, "E0107", line, column, len(name), name=name, detail=f"it looks like '{twin}', which the program also uses")
