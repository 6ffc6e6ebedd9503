"""Awaited calls: async functions of the host in the loop of the caller, many at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import belljar
from belljar.errors import BellCapabilityError, BellError
from belljar.runtime.hosts import HostFunctions

SOURCE = "def f(a: int, b: int) -> int:\n    return slow.add(slow.add(a, b), 1)\n"


def hosts_with(fn: Any, **more: Any) -> HostFunctions:
    hosts = HostFunctions()
    hosts.add("slow.add", fn, capability="slow", **more)
    return hosts


async def add(a: int, b: int) -> int:
    await asyncio.sleep(0.005)
    return a + b


def test_async_functions_are_awaited() -> None:
    program = belljar.compile(SOURCE, hosts=hosts_with(add))
    assert asyncio.run(program.acall("f", 1, 2, grants=["slow"])) == 4


def test_many_at_once() -> None:
    running, most = 0, 0

    async def counted(a: int, b: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return a + b

    program = belljar.compile(SOURCE, hosts=hosts_with(counted))

    async def main() -> list[int]:
        return await asyncio.gather(*[program.acall("f", n, n, grants=["slow"]) for n in range(300)])

    assert asyncio.run(main()) == [2 * n + 1 for n in range(300)]
    assert most > 8


def test_plain_functions_are_called_in_the_thread() -> None:
    program = belljar.compile(SOURCE, hosts=hosts_with(lambda a, b: a + b, signature="(a: int, b: int) -> int"))
    assert asyncio.run(program.acall("f", 1, 2, grants=["slow"], engine="vm")) == 4


def test_a_plain_call_says_that_it_must_be_awaited() -> None:
    program = belljar.compile(SOURCE, hosts=hosts_with(add))
    with pytest.raises(BellError) as caught:
        program.call("f", 1, 2, grants=["slow"])
    assert (caught.value.code, caught.value.message) == ("E0904", "slow.add() cannot be called: it is async")
    assert "acall" in caught.value.hint


def test_refusals_and_errors_are_raised_where_it_is_awaited() -> None:
    async def fail(a: int, b: int) -> int:
        raise ValueError("no")

    program = belljar.compile(SOURCE, hosts=hosts_with(fail))
    with pytest.raises(BellCapabilityError):
        asyncio.run(program.acall("f", 1, 2))
    with pytest.raises(BellError) as caught:
        asyncio.run(program.acall("f", 1, 2, grants=["slow"]))
    assert caught.value.message == "slow.add() failed: ValueError: no"


def test_a_timeout_cancels() -> None:
    cancelled: list[int] = []

    async def wait(a: int, b: int) -> int:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(a)
            raise
        return 0

    program = belljar.compile(SOURCE, hosts=hosts_with(wait, timeout=0.05))

    async def main() -> None:
        with pytest.raises(BellError) as caught:
            await program.acall("f", 1, 2, grants=["slow"])
        assert (caught.value.code, caught.value.message) == ("E0907", "slow.add() took longer than 0.05 s")
        await asyncio.sleep(0)

    asyncio.run(main())
    assert cancelled == [1]


def test_cancelling_the_wait_ends_the_call_at_its_next_function_of_the_host() -> None:
    started: list[int] = []

    async def wait(a: int, b: int) -> int:
        started.append(a)
        await asyncio.sleep(60)
        return 0

    program = belljar.compile(
        "def f() -> int:\n    s = 0\n    for i in range(1000):\n        s += slow.add(i, 1)\n    return s\n", hosts=hosts_with(wait)
    )

    async def main() -> None:
        task = asyncio.create_task(program.acall("f", grants=["slow"]))
        while not started:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.05)

    asyncio.run(main())
    assert started == [0]


def test_ints_that_outgrow_words_are_not_asked_twice() -> None:
    asked: list[int] = []

    async def ask(a: int, b: int) -> int:
        asked.append(a)
        return a + b

    source = "def f(n: int) -> int:\n    p = 1\n    for i in range(n):\n        p *= slow.add(i, 10**6)\n    return p\n"
    program = belljar.compile(source, hosts=hosts_with(ask))
    expected = 1
    for i in range(5):
        expected *= i + 10**6
    assert asyncio.run(program.acall("f", 5, grants=["slow"])) == expected
    assert asked == [0, 1, 2, 3, 4]
