"""States whose sets and dicts hash objects of the program: its special methods run when a state is taken over, see the names, and end in time."""

from __future__ import annotations

import pytest

from belljar import ResourceLimits, Runtime

CLASS = """
SALT = 7
waits = False


class A:
    def __init__(self, n: int) -> None:
        self.n = n
        self.waits = False

    def __hash__(self) -> int:
        while waits or self.waits:
            pass
        return SALT + self.n

    def __eq__(self, other: object) -> bool:
        return isinstance(other, A) and self.n == other.n


s = {A(1), A(2)}
d = {A(3): 4}
"""


@pytest.mark.parametrize("engine", ["vm", "jit"])
def test_a_hash_may_ask_names_of_the_module_level(engine: str) -> None:
    runtime = Runtime(CLASS, engine=engine)
    runtime.execute_once()
    runtime.execute("found = (A(1) in s, A(3) in s, d[A(3)])")
    assert runtime.state["found"] == (True, False, 4)
    snapshot = runtime.integrity.snapshot(runtime.state)
    runtime.execute("s = set()")
    runtime.integrity.rollback(runtime.state, snapshot)
    runtime.execute("size = len(s)")
    assert runtime.state["size"] == 2


@pytest.mark.parametrize("ending", ["waits = True\n", "for a in s:\n    a.waits = True\n"])
def test_a_hash_that_never_ends_ends_in_time(ending: str) -> None:
    limits = ResourceLimits(max_execution_time=0.3, max_iterations=10**12)
    runtime = Runtime(CLASS + ending, limits=limits, safe_mode=True)
    runtime.execute_once()
    runtime.execute("y = 1")
    assert runtime.last_error is not None
    assert runtime.last_error.code == "E0802"
    assert runtime.state["SALT"] == 7


def test_a_set_that_changes_while_it_is_taken_over() -> None:
    grows = CLASS.replace("return SALT + self.n", "s.add(self.n)\n        return SALT")
    runtime = Runtime("s: set[object] = set()\n" + grows.replace("s = {A(1), A(2)}\nd = {A(3): 4}", "s.add(A(1))"), safe_mode=True)
    runtime.execute_once()
    runtime.execute("y = 1")
    runtime.execute("z = 1")
    assert runtime.state["SALT"] == 7


def test_a_program_that_failed_has_left_no_functions() -> None:
    runtime = Runtime("xs = []\ndef key(x):\n    xs.append(x)\n    return x\nraise ValueError\n", safe_mode=True)
    runtime.execute_once()
    runtime.execute("x = 1")
    assert runtime.last_error is None
    assert runtime.state["x"] == 1
