from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.library.shelf import bell, outcome

OURS = bell("contextlib")


def traced(call: Callable[[Any, list[Any]], Any]) -> None:
    """The same events and outcome with both modules."""
    found = []
    for module in (OURS, contextlib):
        trace: list[Any] = []
        result = outcome(lambda module=module, trace=trace: call(module, trace))
        found.append((trace, result))
    assert found[0] == found[1]


def around(trace: list[Any], what: str) -> Callable[[Any], Iterator[str]]:
    """A generator function that behaves as `what` says."""

    def generator(value: Any = 1) -> Iterator[str]:
        trace.append(("enter", value))
        if what == "none":
            return
        try:
            yield "given"
        except ValueError as error:
            trace.append(("caught", str(error)))
            if what == "again":
                raise
            if what == "other":
                raise KeyError("other") from error
            if what == "same-name":
                raise ValueError("another") from None
            if what == "twice-after":
                yield "more"
        finally:
            trace.append("finally")
        if what == "twice":
            yield "more"

    return generator


@pytest.mark.parametrize("what", ["plain", "none", "again", "other", "same-name", "twice", "twice-after"])
@pytest.mark.parametrize("error", [None, ValueError("x"), TypeError("y"), StopIteration(3), RuntimeError("z")])
def test_contextmanager(what: str, error: Exception | None) -> None:
    def call(module: Any, trace: list[Any]) -> Any:
        with module.contextmanager(around(trace, what))(value=2) as given:
            trace.append(given)
            if error is not None:
                raise error
        return "after"

    traced(call)


def test_contextmanager_as_a_decorator() -> None:
    def call(module: Any, trace: list[Any]) -> Any:
        @module.contextmanager(around(trace, "plain"))(5)
        def decorated(x: int) -> int:
            trace.append(x)
            return x + 1

        return [decorated(1), decorated(2)]

    traced(call)


class Thing:
    def __init__(self, trace: list[Any], quiet: bool = False) -> None:
        self.trace, self.quiet = trace, quiet

    def close(self) -> None:
        self.trace.append("closed")

    def __enter__(self) -> str:
        self.trace.append("entered")
        return "thing"

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> bool:
        self.trace.append(("left", kind, str(value)))
        return self.quiet


def test_closing_suppress_nullcontext() -> None:
    def call(module: Any, trace: list[Any]) -> Any:
        with module.closing(Thing(trace)) as thing:
            trace.append(type(thing).__name__)
        with module.suppress(ValueError, KeyError):
            raise KeyError(1)
        with module.nullcontext(5) as five, module.nullcontext() as nothing:
            trace.append((five, nothing))
        with module.suppress():
            raise TypeError("not suppressed")

    traced(call)


@pytest.mark.parametrize("raised", [None, ValueError("x")])
@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("failing", [False, True])
def test_exit_stack(raised: Exception | None, quiet: bool, failing: bool) -> None:
    def call(module: Any, trace: list[Any]) -> Any:
        def fail() -> None:
            raise KeyError("failed")

        with module.ExitStack() as stack:
            stack.callback(trace.append, "last")
            trace.append(stack.enter_context(Thing(trace, quiet)))
            if failing:
                stack.callback(fail)
            stack.push(Thing(trace))
            stack.push(lambda kind, value, traceback: trace.append(kind))
            if raised is not None:
                raise raised
        with module.ExitStack() as stack:
            stack.callback(trace.append, "moved")
            other = stack.pop_all()
        trace.append("not yet")
        other.close()
        return "after"

    traced(call)


def test_bases() -> None:
    def call(module: Any, trace: list[Any]) -> Any:
        class Own(module.ContextDecorator):  # type: ignore[misc, name-defined]
            def __enter__(self) -> Any:
                trace.append("in")
                return self

            def __exit__(self, *parts: Any) -> None:
                trace.append("out")

        class Other(module.AbstractContextManager):  # type: ignore[misc, name-defined]
            def __exit__(self, *parts: Any) -> None:
                trace.append("left")

        with Other() as other:
            trace.append(type(other).__name__)

        @Own()
        def decorated() -> int:
            return 5

        return decorated()

    traced(call)
