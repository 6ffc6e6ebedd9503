"""Clock, sleep, chance, environment and secrets: what programs get of them, and what it takes."""

from __future__ import annotations

import time
from typing import Any

import pytest

import belljar
from belljar.errors import BellCapabilityError, BellError
from belljar.runtime.hosts import HostFunctions
from belljar.runtime.recording import Recording
from belljar.safety.journal import Journal

ENGINES = ("vm", "jit", "reference")
each_engine = pytest.mark.parametrize("engine", ENGINES)


@each_engine
@pytest.mark.parametrize(
    ("text", "capability"),
    [
        ("import time\ndef f() -> float: return time.time()", "time.now"),
        ("import time\ndef f() -> float: return time.monotonic()", "time.now"),
        ("from datetime import datetime\ndef f() -> int: return datetime.now().year", "time.now"),
        ("from datetime import date\ndef f() -> int: return date.today().year", "time.now"),
        ("import time\ndef f() -> None: time.sleep(0.001)", "time.sleep"),
        ("import random\ndef f() -> float: return random.random()", "random"),
        ("import random\ndef f() -> int: return random.Random().randint(1, 6)", "random"),
        ("import os\ndef f() -> str: return os.environ['BELL_TEST']", "env.BELL_TEST"),
        ("import os\ndef f(): return os.getenv('BELL_TEST')", "env.BELL_TEST"),
        ("from os import environ\ndef f() -> bool: return 'BELL_TEST' in environ", "env.BELL_TEST"),
    ],
)
def test_each_needs_its_capability(engine: str, text: str, capability: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELL_TEST", "value")
    program = belljar.compile(text)
    with pytest.raises(BellCapabilityError) as caught:
        program.call("f", engine=engine)
    assert (caught.value.code, caught.value.exit_status) == ("E0901", 4)
    assert f"'{capability}' is not granted" in caught.value.message
    assert caught.value.line == 2
    for grant in (capability, f"{capability.partition('.')[0]}.*" if "." in capability else "*"):
        program.call("f", engine=engine, grants=[grant])


def test_the_clock_is_the_hosts() -> None:
    program = belljar.compile("import time\ndef f() -> float: return time.time()\ndef g() -> int: return time.time_ns()")
    before = time.time()
    assert before - 0.01 <= program.call("f", grants=["time.now"]) <= time.time() + 0.01
    assert abs(program.call("g", grants=["time.now"]) - time.time_ns()) < 10**9


def test_variables_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELL_TEST", "grüße")
    monkeypatch.delenv("BELL_OTHER", raising=False)
    source = """
import os
def f(name: str) -> list[str]:
    found = [os.getenv(name, "none"), str(os.environ.get(name)), str(name in os.environ)]
    try:
        found.append(os.environ[name])
    except KeyError as problem:
        found.append(f"no {problem}")
    return found
"""
    program = belljar.compile(source)
    assert program.call("f", "BELL_TEST", grants=["env.BELL_TEST"]) == ["grüße", "grüße", "True", "grüße"]
    assert program.call("f", "BELL_OTHER", grants=["env.*"]) == ["none", "None", "False", "no 'BELL_OTHER'"]
    for name in ("BELL_OTHER", "*", "BELL_TEST.x", "", "a b", "ä", "A=B", "A\0B"):
        with pytest.raises(BellCapabilityError):
            program.call("f", name, grants=["env.BELL_TEST"])
    run = HostFunctions().begin(["env.*"])
    program.call("f", "BELL_TEST", hosts=run)
    assert run.used == {"env.BELL_TEST"}
    assert program.capabilities() == {"env.*"}


@each_engine
def test_sleep_ends_with_the_limit_of_time(engine: str) -> None:
    program = belljar.compile("import time\ndef f(s: float) -> int:\n    time.sleep(s)\n    return 1\n")
    assert program.call("f", 0.01, engine=engine, grants=["time.sleep"]) == 1
    began = time.monotonic()
    with pytest.raises(BellError) as caught:
        program.call("f", 3600.0, engine=engine, grants=["time.sleep"], limits={"time": "0.2s"})
    assert caught.value.code == "E0802"
    assert time.monotonic() - began < 30
    with pytest.raises(BellError, match="must be non-negative"):
        program.call("f", -1.0, engine=engine, grants=["time.sleep"])


def test_a_journal_gives_clock_and_chance_again() -> None:
    source = (
        "import random, time\ndef f() -> tuple[float, float, int]:\n    return time.time(), random.random(), random.randint(1, 10**9)\n"
    )
    program = belljar.compile(source)
    hosts, journal = HostFunctions(), Journal()
    first = program.call("f", hosts=hosts.begin(["time.now", "random"], journal=journal))
    assert [call.name for call in journal] == ["time.now", "random.seed"]
    again = hosts.recorded(Journal.from_text(journal.to_text()))
    assert program.call("f", hosts=again, grants=["time.now", "random"]) == first
    assert program.call("f", grants=["time.now", "random"]) != first


def test_running_from_the_top() -> None:
    written: list[str] = []
    program = belljar.compile("import time\nprint(time.time() > 0)\n")
    program.run(grants=["io.stdout", "time.now"], write=written.append)
    assert "".join(written) == "True\n"
    with pytest.raises(BellCapabilityError):
        program.run(write=written.append)


# --- the standard error ---------------------------------------------------------------------------------------------------------------

TELLS = """
import sys
def f(x: int) -> int:
    print("before", x)
    print("wrong:", x, file=sys.stderr)
    sys.stderr.write("é")
    sys.stderr.flush()
    print("after")
    return x * x
def quiet(x: int) -> int:
    return x + sys.maxsize - sys.maxsize
"""


@each_engine
def test_standard_error(engine: str, capfd: pytest.CaptureFixture[str]) -> None:
    program = belljar.compile(TELLS)
    assert program.call("f", 3, engine=engine) == 9
    assert capfd.readouterr() == ("before 3\nafter\n", "wrong: 3\né")
    with pytest.raises(BellCapabilityError, match=r"'io\.stderr' is not granted") as caught:
        program.call("f", 3, engine=engine, grants=["io.stdout"])
    assert (caught.value.exit_status, caught.value.line) == (4, 5)
    assert program.call("quiet", 3, engine=engine, grants=[]) == 3
    assert program.capabilities() == {"io.stdout", "io.stderr"}
    run = HostFunctions().begin(["io.*"])
    assert program.call("f", 1, engine=engine, hosts=run) == 1
    assert run.used == {"io.stdout", "io.stderr"}


@each_engine
def test_standard_error_counts_as_output(engine: str, capfd: pytest.CaptureFixture[str]) -> None:
    program = belljar.compile(TELLS)
    assert program.call("f", 3, engine=engine, limits={"output": 9 + 9 + 2 + 6}) == 9
    capfd.readouterr()
    for limit, written in ((25, ("before 3\n", "wrong: 3\né")), (18, ("before 3\n", "wrong: 3\n")), (17, ("before 3\n", ""))):
        with pytest.raises(BellError, match=f"Output limit reached: {limit} bytes"):
            program.call("f", 3, engine=engine, limits={"output": limit})
        assert capfd.readouterr() == written
    endless = belljar.compile("import sys\ndef f() -> None:\n    while True: sys.stderr.write('x' * 1000)\n")
    with pytest.raises(BellError, match="Output limit"):
        endless.call("f", engine=engine, limits={"output": 20_000})
    assert capfd.readouterr() == ("", "x" * 20_000)


@each_engine
def test_standard_error_is_written_once_where_ints_grow(engine: str, capfd: pytest.CaptureFixture[str]) -> None:
    program = belljar.compile(TELLS)
    assert program.call("f", 1 << 40, engine=engine) == 1 << 80
    assert capfd.readouterr() == (f"before {1 << 40}\nafter\n", f"wrong: {1 << 40}\né")
    again = program.task("f", engine=engine)
    assert again(1 << 40) == 1 << 80
    assert capfd.readouterr() == (f"before {1 << 40}\nafter\n", f"wrong: {1 << 40}\né")


def test_standard_error_in_dry_runs_and_replays(capfd: pytest.CaptureFixture[str]) -> None:
    program = belljar.compile(TELLS)
    hosts, journal = HostFunctions(), Journal()
    program.call("f", 2, hosts=hosts.begin(["io.*"], journal=journal, dry_run=True))
    assert [(call.name, call.arguments, call.dry_run) for call in journal] == [
        ("stderr.write", {"text": "wrong: 2\n"}, True),
        ("stderr.write", {"text": "é"}, True),
    ]
    assert capfd.readouterr() == ("before 2\nafter\n", "")
    journal = Journal()
    program.call("f", 2, hosts=hosts.begin(["io.*"], journal=journal))
    assert capfd.readouterr() == ("before 2\nafter\n", "wrong: 2\né")
    assert program.call("f", 2, hosts=hosts.recorded(journal), write=lambda text: None) == 4
    assert capfd.readouterr() == ("", "")


def test_standard_error_in_traces(capfd: pytest.CaptureFixture[str]) -> None:
    trace = Recording(belljar.compile(TELLS), write=lambda text: None).call("f", 3)
    assert [event.node_type for event in trace if event.node_type in ("PRINT", "HOST")] == ["PRINT", "HOST", "HOST", "PRINT"]
    assert capfd.readouterr() == ("", "wrong: 3\né")


def test_standard_error_of_a_worker(capfd: pytest.CaptureFixture[str]) -> None:
    program = belljar.compile(TELLS)
    assert program.call("f", 3, isolation="process") == 9
    assert capfd.readouterr() == ("before 3\nafter\n", "wrong: 3\né")
    with pytest.raises(BellCapabilityError, match=r"'io\.stderr' is not granted"):
        program.call("f", 3, isolation="process", grants=["io.stdout"])


def test_standard_error_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    assert belljar.compile(TELLS).call("f", 3, write=lambda text: None) == 9


# --- secrets ------------------------------------------------------------------------------------------------------------------------


def secretive() -> tuple[HostFunctions, list[Any]]:
    hosts, seen = HostFunctions(), []
    hosts.secret("TOKEN", "hunter2-hunter2")

    @hosts.add("login", signature="(token: secret, name: str) -> str")
    def login(token: str, name: str) -> str:
        seen.append(token)
        if name == "bad":
            raise ValueError(f"{token} is wrong for {name}")
        return f"{name} with {token}"

    return hosts, seen


@each_engine
def test_the_value_goes_to_the_function_and_nowhere_else(engine: str) -> None:
    hosts, seen = secretive()
    program = belljar.compile('def f(name: str) -> str:\n    return login(secret("TOKEN"), name) + "/" + secret("TOKEN")\n', hosts=hosts)
    journal = Journal()
    result = program.call("f", "ann", engine=engine, hosts=hosts.begin(["*"], journal=journal))
    assert result == "ann with [secret TOKEN]/[secret TOKEN]"
    assert seen == ["hunter2-hunter2"]
    assert "hunter2" not in journal.to_text()
    assert journal[1].arguments == {"token": "[secret TOKEN]", "name": "ann"}
    with pytest.raises(BellError) as caught:
        program.call("f", "bad", engine=engine, grants=["*"])
    assert caught.value.message == "login() failed: ValueError: [secret TOKEN] is wrong for bad"
    assert "hunter2" not in repr(hosts) + str(caught.value)


@each_engine
def test_secrets_are_granted_by_name(engine: str) -> None:
    hosts, seen = secretive()
    program = belljar.compile('def f(name: str) -> str:\n    return login(secret(name), "ann")\n', hosts=hosts)
    assert program.call("f", "TOKEN", engine=engine, grants=["secret.TOKEN", "login"]) == "ann with [secret TOKEN]"
    with pytest.raises(BellCapabilityError, match=r"'secret\.TOKEN' is not granted"):
        program.call("f", "TOKEN", engine=engine, grants=["login"])
    with pytest.raises(BellError, match="KeyError: OTHER"):
        program.call("f", "OTHER", engine=engine, grants=["secret.*", "login"])
    program = belljar.compile('def f() -> str:\n    return login("hunter2-hunter2", "ann")\n', hosts=hosts)
    with pytest.raises(BellError) as caught:
        program.call("f", engine=engine, grants=["login"])
    assert caught.value.code == "E0903"
    assert len(seen) == 1
