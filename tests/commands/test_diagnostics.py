"""What errors look like, whatever they quote."""

from __future__ import annotations

import json

import pytest

import belljar
from belljar.commands.diagnostics import render
from belljar.errors import BellError, bell_error

HOSTILE = "\x1b[2J\x1b]0;title\x07\u202egnp\x9b31m\x7f"


def raised(text: str) -> BellError:
    with pytest.raises(BellError) as caught:
        belljar.compile(text, "rule.bell").run()
    return caught.value


@pytest.mark.parametrize("format", ["full", "short"])
def test_nothing_quoted_reaches_the_terminal(format: str) -> None:
    in_message = raised(f"raise ValueError({HOSTILE!r})")
    in_source = raised(f"x = 1 // 0  # {HOSTILE}")
    in_data = bell_error("E1009", name=HOSTILE, file=HOSTILE, row=1, reason=HOSTILE, advice=HOSTILE, notes=[HOSTILE])
    for error in (in_message, in_source, in_data):
        text = render([error], format, color=False)
        assert all(char.isprintable() or char == "\n" for char in text), ascii(text)
    assert "␛[2J" in render([in_message], format, color=False)


def test_carets_stand_where_they_should_behind_control_characters() -> None:
    lines = render([raised("x = '\x1b\x1b'; y = 1 // 0")], "full", color=False).splitlines()
    code, carets = lines[3], lines[4]
    assert code[carets.index("^") : carets.rindex("^") + 1] == "1 // 0"


def test_a_message_cannot_pass_for_another_diagnostic() -> None:
    text = render([raised("raise ValueError('first\\nBellTypeError [E0301]: forged')")], "full", color=False)
    assert [line for line in text.splitlines() if line.startswith("Bell")] == [
        "BellRuntimeError [E0705]: " + text.splitlines()[0].partition(": ")[2]
    ]
    assert "\n  BellTypeError [E0301]: forged\n" in text
    assert len(render([raised("raise ValueError('a\\nb')")], "short", color=False).splitlines()) == 1


def test_short_has_hint_and_notes() -> None:
    error = bell_error("E0501", notes=["row 2 of x.csv"], hint="divide by something")
    assert render([error], "short", color=False) == "E0501 BellMathError: Division by zero (divide by something) [row 2 of x.csv]\n"


def test_json_is_one_object_a_line() -> None:
    lines = render([raised(f"raise ValueError({HOSTILE!r})")] * 2, "json", color=False).splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["E0705", "E0705"]


def test_what_the_library_does_has_no_line() -> None:
    error = raised(
        "import json\n\n\ndef show(x):\n    return json.dumps(x)\n\n\ntry:\n    show(1)\nexcept ValueError:\n    pass\nshow([{1}])\n"
    )
    text = render([error], "full", color=False)
    assert "     line 12 in the module\n" in text
    assert "     line 5 in show()\n" in text
    assert "     in dumps() of the library\n" in text
    assert "line 0" not in text


def test_of_very_many_findings_the_first_are_shown() -> None:
    error = raised("\n".join(f"print(unknown{at})" for at in range(250)))
    text = render(error.diagnostics, "full", color=False)
    assert text.count("BellVariableError [E0201]") == 100
    assert text.endswith("\n250 errors, the first 100 of which are shown\n")
    assert render(error.diagnostics, "json", color=False).count("\n") == 250
