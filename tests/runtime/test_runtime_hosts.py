"""Runtimes that call functions of the host: grants between calls, dry runs, promotion, awaiting, profiles."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import belljar
from belljar import BellCapabilityError, BellError, Journal, Runtime

PROGRAM = """
total = 0
def go(n: int) -> int:
    global total
    mail.send("ada", str(n))
    total += n
    return total + store.get("k")
def grow(n: int) -> int:
    return store.get("k") ** n
def fetch(n: int) -> str:
    return web.get(str(n))
"""


class Outside:
    """What the functions of the host did."""

    def __init__(self, engine: str, **how: Any) -> None:
        self.sent: list[tuple[str, str]] = []
        self.asked = 0
        self.runtime = Runtime(PROGRAM, grants=["mail.*", "store.read", "web"], engine=engine, **how)
        self.runtime.host("mail.send", self.send, capability="mail.send", effect="write")
        self.runtime.host("store.get", self.get, capability="store.read", effect="read")
        self.runtime.host("web.get", self.fetch, capability="web", effect="read")

    def send(self, to: str, body: str) -> None:
        self.sent.append((to, body))

    def get(self, key: str) -> int:
        self.asked += 1
        return 100

    async def fetch(self, name: str) -> str:
        await asyncio.sleep(0)
        return f"<{name}>"


@pytest.fixture(params=["vm", "jit", "auto"])
def outside(request: pytest.FixtureRequest) -> Outside:
    return Outside(request.param)


def test_calls_and_grants(outside: Outside) -> None:
    runtime = outside.runtime
    assert (runtime.call("go", 5), runtime.call("go", 6)) == (105, 111)
    assert outside.sent == [("ada", "5"), ("ada", "6")]
    assert runtime.used == {"mail.send", "store.read"}
    runtime.grants = ["store.read"]
    with pytest.raises(BellCapabilityError, match="not granted"):
        runtime.call("go", 1)
    assert runtime.state["total"] == 11
    runtime.grants = ["*"]
    assert runtime.call("go", 1) == 112


def test_nobody_is_asked_again_when_ints_grow(outside: Outside) -> None:
    assert outside.runtime.call("grow", 40) == 100**40
    assert outside.asked == 1
    assert outside.runtime.call("grow", 2) == 10_000
    assert outside.asked == 2


def test_a_dry_run_is_taken_back(outside: Outside) -> None:
    runtime = outside.runtime
    runtime.journal = journal = Journal()
    runtime.dry_run = True
    assert runtime.call("go", 50) == 150
    assert (outside.sent, dict(runtime.state)) == ([], {})
    assert [(call.name, call.dry_run) for call in journal] == [("mail.send", True), ("store.get", False)]
    runtime.dry_run = False
    assert runtime.call("go", 1) == 101
    assert runtime.state["total"] == 1


def test_awaited_calls(outside: Outside) -> None:
    async def work() -> list[str]:
        return [await outside.runtime.acall("fetch", n) for n in range(3)]

    assert asyncio.run(work()) == ["<0>", "<1>", "<2>"]


def test_functions_that_come_too_late_or_are_none() -> None:
    runtime = Runtime("x = 1")
    runtime.execute_once()
    with pytest.raises(BellError, match="too late"):
        runtime.host("a.b", lambda: None, signature="() -> None")
    with pytest.raises(BellError, match="HostFunctions"):
        Runtime("x = 1", hosts=3)  # type: ignore[arg-type]


def test_profiles_of_runtimes() -> None:
    runtime = Runtime("x = 1", profile="analysis")
    runtime.execute_once()
    assert dict(runtime.state) == {}
    with pytest.raises(BellCapabilityError):
        Runtime("print(1)", profile="analysis").execute_once()
    assert Runtime("x = 1", profile="debug").limits.max_iterations == 1000
    with pytest.raises(belljar.ProfileError):
        Runtime("x = 1", profile="none")
