"""Values of command arguments: ``NAME=VALUE`` pairs, comma-separated lists, JSON."""

from __future__ import annotations

from belljar.errors import bell_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


def pairs(option: str, given: Iterable[str]) -> dict[str, str]:
    """``NAME=VALUE`` arguments as a dict. Raises E0003 for one without ``=`` or a name given twice."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            hint = f"did you mean '--rows {text}'?" if option == "--limit" and text.isdigit() else ""
            raise bell_error("E0003", detail=f"{option} takes NAME=VALUE, got '{text}'", hint=hint)
        if name.strip() in found:
            raise bell_error("E0003", detail=f"{option} {name.strip()} is given twice")
        found[name.strip()] = value.strip()
    return found


def names(given: Iterable[str]) -> tuple[str, ...]:
    """Comma-separated, repeatable names, in order."""
    return tuple(name.strip() for text in given for name in text.split(",") if name.strip())


def reading_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """How data is read, as the options of a command say."""
    return {
        "input_format": values["input_format"],
        "nulls": tuple(values["null"]),
        "types": pairs("--types", names(values["types"])),
        "delimiter": values["delimiter"],
        "encoding": values["encoding"],
    }


def json_value(option: str, text: str) -> Any:
    """The value of a JSON argument. Raises E0003 saying where it is not JSON."""
    import json

    try:
        return json.loads(text)
    except json.JSONDecodeError as problem:
        raise bell_error(
            "E0003",
            detail=f"{option} is not JSON: {problem.msg} at character {problem.pos + 1}",
            hint="quote the whole argument for the shell: '{\"x\": 1}'",
        ) from None
    except (RecursionError, ValueError) as problem:
        raise bell_error("E0003", detail=f"{option} is not JSON: {problem}") from None


def json_or_text(text: str) -> Any:
    """A JSON value where the text is one, else the text itself."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def json_text(value: Any) -> str:
    """A result as one line of JSON."""
    from belljar.values import plain

    return json_line(plain(value))


def json_line(data: Any) -> str:
    """Plain data as one line of JSON that UTF-8 can carry. NaN and infinities, which JSON lacks, are written as Python's json does."""
    import json

    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair has no UTF-8, but an escape
        return json.dumps(data)
    return text
