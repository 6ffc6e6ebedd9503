"""Tasks as native functions: ctypes, SciPy and Numba call them; faults are told in full; threads, limits, lifetimes."""

from __future__ import annotations

import ctypes
import gc
import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import belljar
from belljar.engines.jit.native import Native
from belljar.errors import BellError

numba = pytest.importorskip("numba")
scipy_integrate = pytest.importorskip("scipy.integrate")
scipy_ndimage = pytest.importorskip("scipy.ndimage")

TEXT = """
CALLS: list[int] = [0]

def score(x: float, y: float) -> float:
    return x * y + 1.0

def inverse(x: float) -> float:
    return 1.0 / x

def total(n: int, odd: bool) -> int:
    result = 0
    for i in range(n):
        if odd or i % 2 == 0:
            result += i
    return result

def square(n: int) -> int:
    return n * n

def is_far(x: float) -> bool:
    if x < 0.0:
        raise ValueError("negative")
    return x > 10.0

def count_calls() -> int:
    CALLS[0] += 1
    return CALLS[0]

def deep(n: int) -> int:
    return n if n == 0 else deep(n - 1) + 1

def spin(n: int) -> int:
    result = 0
    while n >= 0:
        result = (result + 1) % 7
    return result

def hungry(n: int) -> int:
    return len([0.5] * n)

def loud(n: int) -> int:
    print(n)
    return n

def careful(a: int, b: int) -> int:
    try:
        return a // b
    except ZeroDivisionError as problem:
        return len(str(problem))

def median(window: list[float]) -> float:
    return sorted(window)[len(window) // 2]

def pick(values: list[int], mask: list[bool], at: int) -> int:
    return values[at] if mask[at] else -values[at]
"""
PROGRAM = belljar.compile(TEXT, "rules.bell", limits={"fuel": 50_000_000, "memory": "64MiB"})


def error_of(function: Any) -> BellError:
    with pytest.raises(BellError) as caught:
        function.check()
    return caught.value


# --- ctypes -----------------------------------------------------------------------------------------------------------------------


def test_a_ctypes_function_gives_what_the_task_gives() -> None:
    score = PROGRAM.native("score")
    assert score.signature == "double (double, double)"
    assert score.ctypes(1.5, 4.0) == PROGRAM.call("score", 1.5, 4.0) == 7.0
    assert PROGRAM.native("total").ctypes(10, False) == PROGRAM.call("total", 10, False) == 20
    assert PROGRAM.native("total").ctypes(10, True) == 45
    assert [PROGRAM.native("is_far").ctypes(x) for x in (1.0, 11.0)] == [False, True]
    assert PROGRAM.native("score").signature in repr(PROGRAM.native("score"))


def test_the_address_is_a_c_function() -> None:
    square = PROGRAM.native("square")
    assert ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(square.address)(-7) == 49


def test_lists_are_addresses_and_counts() -> None:
    pick = PROGRAM.native("pick")
    assert pick.signature == "int64_t (const int64_t *, int64_t, const uint8_t *, int64_t, int64_t)"
    values, mask = (ctypes.c_int64 * 3)(5, 6, 7), (ctypes.c_uint8 * 3)(1, 0, 1)
    assert [pick.ctypes(values, 3, mask, 3, at) for at in range(3)] == [5, -6, 7]
    assert pick.ctypes(values, 3, mask, 2, 2) == -(2**63)
    error = error_of(pick)
    assert (error.code, error.line) == ("E0701", PROGRAM_LINE("mask[at]"))


def PROGRAM_LINE(part: str) -> int:
    return next(number for number, line in enumerate(TEXT.split("\n"), 1) if part in line)


def test_every_call_starts_from_what_the_module_level_left() -> None:
    count = PROGRAM.native("count_calls", threads=1).ctypes
    assert [count() for _ in range(3)] == [1, 1, 1]


# --- faults -----------------------------------------------------------------------------------------------------------------------


def test_a_fault_gives_no_number_and_is_told_once() -> None:
    inverse = PROGRAM.native("inverse")
    inverse.check()
    assert not inverse.faulted
    assert math.isnan(inverse.ctypes(0.0))
    assert inverse.faulted
    assert inverse.ctypes(4.0) == 0.25, "a fault ends its own call alone"
    error = error_of(inverse)
    with pytest.raises(BellError) as caught:
        PROGRAM.call("inverse", 0.0)
    assert (error.code, error.line, error.message, str(error)) == (
        caught.value.code,
        PROGRAM_LINE("1.0 / x"),
        caught.value.message,
        str(caught.value),
    )
    assert not inverse.faulted
    inverse.check()


def test_the_first_of_several_faults_is_told() -> None:
    is_far = PROGRAM.native("is_far")
    assert is_far.ctypes(-1.0) is False
    error = error_of(is_far)
    assert (error.code, error.line) == ("E0705", PROGRAM_LINE('ValueError("negative")'))
    square = PROGRAM.native("square")
    assert [square.ctypes(n) for n in (2**32, 2**40, 3)] == [-(2**63), -(2**63), 9]
    error = error_of(square)
    assert error.code == "E0502", "ints are of 64 bits"
    assert PROGRAM.call("square", 2**32) == 2**64


def test_a_context_manager_checks_when_it_is_left() -> None:
    with pytest.raises(BellError, match="Division by zero"), PROGRAM.native("inverse") as inverse:
        inverse.ctypes(0.0)
    with pytest.raises(BellError) as caught, inverse:
        raise KeyError(inverse.ctypes(0.0))
    assert isinstance(caught.value.__context__, KeyError), "what came of the fault is told as well"
    with pytest.raises(KeyError), inverse:
        raise KeyError(inverse.ctypes(1.0))
    inverse.ctypes(0.0)
    with inverse:
        assert not inverse.faulted, "what was before is forgotten"


def test_what_a_task_catches_is_no_fault() -> None:
    careful = PROGRAM.native("careful")
    expected = PROGRAM.call("careful", 1, 0)
    assert [careful.ctypes(1, 0) for _ in range(3)] == [expected] * 3
    assert careful.ctypes(7, 2) == 3
    assert not careful.faulted
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(PROGRAM.native("careful").ctypes(1, 0)))
    thread.start()
    thread.join()
    assert answers == [expected]


@pytest.mark.parametrize(
    ("task", "argument", "limits", "code"),
    [
        ("deep", 5_000, {}, "E0804"),
        ("spin", 1, {"fuel": 10_000}, "E0801"),
        ("spin", 1, {"time": 0.05, "fuel": 2**62}, "E0802"),
        ("hungry", 1_000_000, {"memory": "4MiB"}, "E0803"),
        ("loud", 1, {}, "E0901"),
    ],
)
def test_limits_hold_for_each_call(task: str, argument: int, limits: dict[str, object], code: str) -> None:
    function = PROGRAM.native(task, limits=limits, threads=1)
    assert function.ctypes(argument) == -(2**63)
    assert error_of(function).code == code
    if task in ("deep", "hungry"):
        assert [function.ctypes(10) for _ in range(2)] == [10, 10]
        assert not function.faulted


def test_a_limit_allows_what_is_below_it_each_time() -> None:
    used = 100
    total = PROGRAM.native("total", limits={"fuel": 2_000}, threads=1)
    assert [total.ctypes(used, True) for _ in range(50)] == [4950] * 50
    assert not total.faulted


def test_a_list_that_does_not_fit_is_a_fault() -> None:
    median = PROGRAM.native("median", limits={"memory": "1MiB"})
    values = (ctypes.c_double * 200_000)()
    assert math.isnan(median.ctypes(values, 200_000))
    assert error_of(median).code == "E0803"
    assert math.isnan(median.ctypes(values, -1))
    assert error_of(median).code == "E0803"
    assert median.ctypes(values, 5) == 0.0


# --- threads and lifetimes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 3, 8])
def test_eight_threads_call_side_by_side(threads: int) -> None:
    total = PROGRAM.native("total", threads=threads)
    wrong: list[int] = []

    def work(seed: int) -> None:
        call = total.ctypes
        for n in range(seed, seed + 300):
            if call(n, True) != n * (n - 1) // 2:
                wrong.append(n)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong
    assert not total.faulted


def test_faults_of_many_threads_leave_one_to_tell() -> None:
    inverse = PROGRAM.native("inverse", threads=4)
    results: list[float] = []

    def work() -> None:
        call = inverse.ctypes
        results.extend(call(float(n % 3)) for n in range(300))

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(map(math.isnan, results)) == 800
    assert results.count(1.0) == results.count(0.5) == 800
    assert error_of(inverse).code == "E0501"
    inverse.check()


def test_functions_outlive_the_program_that_made_them() -> None:
    program = belljar.compile("def twice(x: float) -> float:\n    return 2.0 * x\n")
    function = program.native("twice").ctypes
    low_level = program.native("twice").scipy
    compiled = program.native("twice").numba
    del program
    gc.collect()
    assert function(1.5) == 3.0
    assert scipy_integrate.quad(low_level, 0, 1)[0] == pytest.approx(1.0)
    assert compiled(1.5) == 3.0


# --- SciPy ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
def test_quad_integrates_a_task() -> None:
    with PROGRAM.native("inverse") as inverse:
        assert inverse.scipy.signature == "double (double)"
        area, _ = scipy_integrate.quad(inverse.scipy, 1.0, math.e)
    assert area == pytest.approx(1.0)
    with pytest.raises(BellError, match="Division by zero"), inverse:
        scipy_integrate.quad(inverse.scipy, -1.0, 1.0)


@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
def test_functions_of_several_floats_take_an_array() -> None:
    score = PROGRAM.native("score")
    assert scipy_integrate.nquad(score.scipy, [[0, 1], [0, 1]])[0] == pytest.approx(1.25)
    assert scipy_integrate.quad(score.scipy, 0, 1, args=(2.0,))[0] == pytest.approx(2.0)
    score.check()
    scipy_integrate.quad(score.scipy, 0, 1, args=(2.0, 3.0))
    error = error_of(score)
    assert error.code == "E0402"
    assert "3" in error.message


def test_a_filter_of_images() -> None:
    image = np.array([5.0, 1.0, 4.0, 2.0, 3.0])
    median = PROGRAM.native("median")
    filtered = scipy_ndimage.generic_filter(image, median.scipy, size=3)
    assert filtered.tolist() == scipy_ndimage.median_filter(image, size=3).tolist()
    program = belljar.compile("def ninth(window: list[float]) -> float:\n    return window[9]\n")
    with pytest.raises(BellError, match="Index 9"), program.native("ninth") as ninth:
        scipy_ndimage.generic_filter(image, ninth.scipy, size=3)


# --- Numba ------------------------------------------------------------------------------------------------------------------------


def test_numba_calls_tasks_and_raises_what_they_raise() -> None:
    native = PROGRAM.native("inverse")
    inverse, total, is_far = native.numba, PROGRAM.native("total").numba, PROGRAM.native("is_far").numba

    @numba.njit
    def mean(values: Any) -> float:
        result = 0.0
        for value in values:
            result += inverse(value)
        return result / len(values)

    assert native.numba is inverse
    assert mean(np.array([1.0, 2.0, 4.0])) == pytest.approx(1.75 / 3)
    with pytest.raises(RuntimeError, match=r"inverse\(\) faulted"):
        mean(np.array([1.0, 0.0]))
    assert error_of(native).code == "E0501"
    assert total(10, True) == 45
    assert (is_far(11.0), is_far(1.0)) == (True, False)
    with pytest.raises(BellError, match="Division by zero"), native:
        mean(np.array([0.0]))


def test_numba_tells_a_nan_from_a_fault() -> None:
    score = PROGRAM.native("score")
    assert math.isnan(score.numba(math.nan, 1.0))
    assert not score.faulted


def test_numba_arguments_convert_without_loss_or_not_at_all() -> None:
    score, square = PROGRAM.native("score").numba, PROGRAM.native("square").numba
    assert score(3, np.float32(0.5)) == 2.5
    assert score(2**53, 1) == 2.0**53
    for inexact in (2**53 + 1, 2**63 - 1):
        with pytest.raises(ValueError, match="not exactly representable"):
            score(inexact, 1.0)
    for arguments in ((1.5,), (np.uint64(1),)):
        with pytest.raises(numba.TypingError):
            square(*arguments)
    with pytest.raises(numba.TypingError, match="takes 2 arguments"):
        score(1.0)


def test_numba_arguments_may_be_literals() -> None:
    score, total = PROGRAM.native("score").numba, PROGRAM.native("total").numba

    @numba.njit
    def work() -> float:
        return score(2, 0.5) + total(10, True) + total(4, False)

    assert work() == 2.0 + 45 + 2


def test_numba_passes_arrays() -> None:
    median, pick = PROGRAM.native("median").numba, PROGRAM.native("pick").numba
    values = np.array([3.0, 1.0, 2.0])
    assert median(values) == 2.0
    assert values.tolist() == [3.0, 1.0, 2.0]
    assert pick(np.array([5, 6]), np.array([True, False]), 1) == -6
    for refused in (values[::2], values.astype("f4"), values.reshape(1, 3)):
        with pytest.raises(numba.TypingError):
            median(refused)


def test_numba_threads_call_side_by_side() -> None:
    score = PROGRAM.native("score", threads=2).numba

    @numba.njit(parallel=True)
    def work(n: int) -> Any:
        out = np.empty(n)
        for i in numba.prange(n):
            out[i] = score(float(i), 2.0)
        return out

    assert work(1_000).tolist() == [2.0 * i + 1.0 for i in range(1_000)]


def test_machine_code_is_found_again_and_made_again_when_it_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLJAR_CACHE", str(tmp_path))
    text = "def f(a: bool, b: int, c: float) -> float:\n    return b * c if a else c\n"
    call = belljar.compile(text).native("f").ctypes
    assert call(True, 3, 0.5) == 1.5
    assert list(tmp_path.rglob("*.code"))
    monkeypatch.setattr("belljar.engines.jit.export.compile_text", None)  # not needed any more
    assert belljar.compile(text).native("f").ctypes(False, 3, 0.5) == 0.5
    monkeypatch.undo()
    monkeypatch.setattr("belljar.engines.jit.cache.load", lambda name: Native(b"no object", 0))
    assert belljar.compile(text).native("f").ctypes(True, 3, 0.5) == 1.5


# --- refusals ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "code", "said"),
    [
        ("def f(x: str) -> int:\n    return 1", "E0003", "parameter 'x' of f() is str"),
        ("def f(x: list[str]) -> int:\n    return 1", "E0003", "list[str]"),
        ("def f(x: int | None) -> int:\n    return 1", "E0003", "int | None"),
        ("def f(x: int) -> str:\n    return str(x)", "E0003", "the result of f() is str"),
        ("def f(x: int) -> list[int]:\n    return [x]", "E0003", "the result of f()"),
        ("def f(x) -> int:\n    return 1", "E0313", "parameter 'x'"),
        ("def f(" + ", ".join(f"a{i}: int" for i in range(17)) + ") -> int:\n    return 1", "E0003", "17 parameters"),
    ],
)
def test_what_no_native_function_takes_is_refused(head: str, code: str, said: str) -> None:
    with pytest.raises(BellError) as caught:
        belljar.compile(head + "\n").native("f")
    assert caught.value.code == code
    assert said in caught.value.message


def test_misuse() -> None:
    with pytest.raises(BellError) as caught:
        PROGRAM.native("scor")
    assert caught.value.code == "E0404"
    for threads in (0, 257, True, 1.5):
        with pytest.raises(BellError, match="is not a number of threads"):
            PROGRAM.native("score", threads=threads)  # type: ignore[arg-type]
    with pytest.raises(BellError, match="a program with inputs is run"):
        belljar.compile("def f() -> int:\n    return n\n", inputs={"n": int}).native("f")


def test_the_module_level_runs_as_it_does_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    program = belljar.compile("print('ready')\nLIMIT = 3\ndef f(n: int) -> int:\n    return n + LIMIT\n")
    assert program.native("f", threads=3).ctypes(4) == 7
    assert capsys.readouterr().out == "ready\n"
    with pytest.raises(BellError, match="Division by zero"):
        belljar.compile("LIMIT = 1 // int('0')\ndef f(n: int) -> int:\n    return n + LIMIT\n").native("f")


@pytest.mark.parametrize("package", ["scipy", "numba"])
def test_a_package_that_is_missing_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, "belljar.runtime.numba_call", raising=False)
    score = PROGRAM.native("score")
    with pytest.raises(BellError) as caught:
        getattr(score, package)
    assert caught.value.code == "E0008"
    assert "belljar[native]" in (caught.value.hint or "")
