"""Text that is meant to crash, stall or fill the host: each is refused with a code, or compiled, within bounds of memory and processor time that the system enforces on the process that tries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MEMORY_BYTES = 1 << 30
CPU_S = 60  # of a loaded machine; what stalls takes hours

CASES = {
    "a line of ten megabytes": ('"x = " + "1 + " * 2_500_000 + "1"', {"E0103"}),
    "a name of three megabytes": ('"x" * 3_000_000 + " = 1"', None),
    "NUL bytes": (r'"x = 1\0\ny = 2\n"', None),
    "a NUL byte in a string": (r'"x = \"a\0b\"\n"', None),
    "lone surrogates": (r'"x = \"\ud800\"\nprint(x)\n"', None),
    "a byte order mark inside": (r'"x = 1\n\ufeffy = 2\n"', None),
    "deep parentheses": ('"x = " + "(" * 20_000 + "1" + ")" * 20_000', None),
    "deep brackets": ('"x = " + "[" * 20_000 + "]" * 20_000', None),
    "deep subscripts": ('"x = [1]\\ny = x" + "[0]" * 20_000', None),
    "deep attributes": ('"x = 1\\ny = x" + ".real" * 20_000', None),
    "deep calls": ('"def f(n: int) -> int:\\n    return n\\n\\ny = " + "f(" * 5_000 + "1" + ")" * 5_000', None),
    "deep unary operators": ('"x = " + "-" * 50_000 + "1"', None),
    "deep not": ('"x = " + "not " * 50_000 + "True"', None),
    "deep powers": ('"x = " + "2 ** " * 20_000 + "1"', None),
    "deep conditional expressions": ('"x = " + "1 if True else " * 20_000 + "2"', None),
    "deep lambdas": ('"x = " + "lambda: " * 20_000 + "1"', None),
    "deep blocks": ('"".join("    " * i + "if True:\\n" for i in range(99)) + "    " * 99 + "x = 1\\n"', None),
    "many blocks": ('"".join(" " * i + "if True:\\n" for i in range(2_000)) + " " * 2_000 + "x = 1\\n"', None),
    "deep functions": ('"".join("    " * i + f"def f{i}() -> int:\\n" for i in range(90)) + "    " * 90 + "return 1\\n"', None),
    "a long sum": ('"x = " + " + ".join(["1"] * 50_000)', None),
    "a long comparison": ('"x = " + " < ".join(["1"] * 20_000)', None),
    "a long and": ('"x = " + " and ".join(["True"] * 20_000)', None),
    "a literal of a million elements": ('"x = [" + "1, " * 1_000_000 + "]\\nprint(len(x))"', None),
    "a dict of a hundred thousand entries": ('"x = {" + ", ".join(f"{i}: {i}" for i in range(100_000)) + "}"', None),
    "a tuple of a hundred thousand elements": ('"x = (" + "1, " * 100_000 + ")"', None),
    "a string of three megabytes": ('"x = \\"" + "a" * 3_000_000 + "\\""', None),
    "an f-string of many parts": ('"y = 1\\nx = f\\"" + "{y}" * 20_000 + "\\""', None),
    "nested f-strings": ("'x = ' + 'f\"{' * 200 + '1' + '}\"' * 200", None),
    "a number of a million digits": ('"x = " + "9" * 1_000_000', None),
    "a hexadecimal number of a million digits": ('"x = 0x" + "f" * 1_000_000', None),
    "a float of a million digits": ('"x = 0." + "9" * 1_000_000', None),
    "an exponent of a million digits": ('"x = 1e" + "9" * 1_000_000', None),
    "a power tower of constants": ('"x = 9 ** 9 ** 9 ** 9"', None),
    "a shift of constants": ('"x = 1 << 9223372036854775807"', None),
    "a repetition of constants": ('"x = \\"a\\" * 9223372036854775807"', None),
    "a repeated list of constants": ('"x = [1] * 9223372036854775807"', None),
    "a width of constants": ('"x = f\\"{1:>9223372036854775807}\\""', None),
    "repetitions one after the other": ('"x = \\"a\\"\\n" + "x = x * 1000\\n" * 30', None),
    "twenty thousand statements": ('"x = 1\\n" * 20_000', None),
    "ten thousand names": ('"".join(f"x{i} = {i}\\n" for i in range(10_000))', None),
    "a thousand functions": ('"".join(f"def f{i}(n: int) -> int:\\n    return n\\n" for i in range(1_000))', None),
    "calls that double": ('"def f0(n: int) -> int:\\n    return n\\n" + "".join(f"def f{i}(n: int) -> int:\\n    return f{i-1}(n) + f{i-1}(n)\\n" for i in range(1, 60))', None),
    "specialisations that multiply": ('"def f0(a, b, c, d):\\n    return a\\n" + "".join(f"def f{i}(a, b, c, d):\\n    f{i-1}(1, b, c, d)\\n    f{i-1}(\\"s\\", a, d, c)\\n    return f{i-1}(2.5, d, a, b)\\n" for i in range(1, 30)) + "f29(1, 2, 3, 4)"', None),
    "types that grow": ('"x = [1]\\nfor i in range(9):\\n    y = [x]\\n    x = [y, y]\\n"', None),
    "tuples that double": ('"x0 = (1, 2)\\n" + "".join(f"x{i} = (x{i-1}, x{i-1})\\n" for i in range(1, 40))', None),
    "parameters": ('"def f(" + ", ".join(f"a{i}: int" for i in range(20_000)) + ") -> int:\\n    return 1\\n"', None),
    "arguments": ('"print(" + "1, " * 50_000 + ")"', None),
    "many findings": ('"".join(f"x{i} = y{i}\\n" for i in range(5_000))', None),
    "decorators": ('"@f\\n" * 5_000 + "def f() -> int:\\n    return 1\\n"', None),
    "backslashes": ('"x = 1" + " + \\\\\\n1" * 50_000', None),
    "comments": ('"#" * 3_000_000 + "\\nx = 1\\n"', None),
    "tabs and form feeds": ('"if True:\\n\\t x = 1\\n \\t y = 2\\n\\f z = 3\\n"', None),
    "carriage returns": ('"x = 1\\r" * 10_000', None),
    "directions of text": (r'"x = 1 \u202e# \u2066 if admin\u2069\n"', None),
    "names that look alike": (r'"p\u0430ypal = 1\npaypal = 2\nprint(p\u0430ypal)\n"', None),
    "names of mixed scripts": (r'"\u0440\u0430\u0443 = 1\nx\u03b1\u0431 = 2\n"', None),
    "names that are normalised": (r'"\ufb01 = 1\nfi = 2\n\U0001d431 = 3\nx = 4\nprint(fi)\n"', None),
    "names of combining characters": (r'"e" + "\u0301" * 100_000 + " = 1"', None),
    "digits of other scripts": (r'"x = \u0661\u0662\n"', None),
    "unclosed things": ('"(" * 190', None),
    "an unclosed string": ('"x = \\"\\"\\"" + "a\\n" * 100_000', None),
    "nothing": ('""', None),
    "blank lines": ('"\\n" * 1_000_000', None),
    "a coding line": ('"# -*- coding: utf-7 -*-\\nx = 1\\n"', None),
}  # fmt: skip

PROGRAM = """
import json, resource, sys
limits = json.loads(sys.argv[1])
import belljar
resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"]))
try:
    belljar.compile(eval(sys.argv[2]), "hostile.bell").ir("optimized")
    print("compiled")
except belljar.BellError as error:
    shown = str(error)
    print(error.code, error.exit_status, len(shown), len(error.diagnostics))
"""


@pytest.mark.parametrize("name", CASES)
def test_hostile_text(name: str) -> None:
    text, codes = CASES[name]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps({"memory": MEMORY_BYTES, "cpu": CPU_S}), text],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, (done.returncode, done.stderr[-2_000:])
    if done.stdout != "compiled\n":
        code, status, size, findings = done.stdout.split()
        assert status == "2", done.stdout
        assert int(size) < 20_000
        assert int(findings) <= 5_000
        assert codes is None or code in codes
    assert done.stderr == ""


BYTES = {
    "invalid UTF-8": b"x = '\xff\xfe'\n",
    "cut UTF-8": b"x = '\xe2\x82",
    "overlong UTF-8": b"x = '\xc0\xaf'\n",
    "UTF-16": "x = 1\n".encode("utf-16"),
    "a binary": bytes(range(256)) * 100,
    "NUL": b"x = 1\0\n",
    "too large": b"x = 1\n" * 1_000_000,
}


@pytest.mark.parametrize("name", BYTES)
def test_hostile_files(name: str, tmp_path: Path) -> None:
    import belljar

    path = tmp_path / "hostile.bell"
    path.write_bytes(BYTES[name])
    with pytest.raises(belljar.BellError) as caught:
        belljar.compile_file(path)
    assert caught.value.exit_status == 2
    assert caught.value.code != "E1201"
    assert len(str(caught.value)) < 2_000


def test_the_bounds_are_enforced() -> None:
    """The process that tries is stopped where it takes too much: or the tests above could not fail."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps({"memory": MEMORY_BYTES, "cpu": CPU_S}), "'x' * (2 << 30)"],
        capture_output=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert done.returncode != 0
    assert b"MemoryError" in done.stderr
