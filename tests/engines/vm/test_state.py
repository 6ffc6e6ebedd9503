"""Instances: every call starts from what init left; threads; callbacks of the host; interruption."""

from __future__ import annotations

import _thread
import gc
import threading
from typing import Any

import pytest

from belljar.engines.vm import Engine, load_program
from belljar.engines.vm.encode import encode
from belljar.errors import BellError
from belljar.ir.function import Module
from belljar.ir.passes import fuel
from belljar.ir.text import parse_module
from belljar.ir.verify import verify
from belljar.safety.limits import Limits


def module(text: str) -> Module:
    made = parse_module(f'module "t.bell"\n{text}')
    fuel.run(made)
    verify(made)
    return made


STATE = module("""
global #0 count: int
global #1 names: list[str]
func @init() -> () "init" {
  %0: int, %1: list[str], %2: str
^0:
  %0 = const.int 10
  global.set #0, %0
  %2 = const.str "first"
  %1 = list.of list[str], %2
  global.set #1, %1
  ret
}
func @add(%0 name: str) -> (int, list[str]) "add" {
  %1: list[str], %2: int, %3: int
^0:
  %1 = global.get #1
  list.append %1, %0
  %2 = global.get #0
  %3 = const.int 1
  %2 = int.add %2, %3
  global.set #0, %2
  ret %2, %1
}
func @look() -> (int, list[str]) "look" {
  %0: list[str], %1: int
^0:
  %0 = global.get #1
  %1 = global.get #0
  ret %1, %0
}
init @init
""")

SPIN = module("""
func @spin(%0 n: int) -> (int) "spin" {
  %1 i: int, %2: bool, %3: int
^0:
  %1 = const.int 0
  jump ^1
^1:
  %2 = int.lt %1, %0
  br %2, ^2, ^3
^2:
  %3 = const.int 1
  %1 = int.add %1, %3
  jump ^1
^3:
  ret %1
}
func @shout(%0 n: int, %1 s: str) -> () "shout" {
  %2 i: int, %3: bool, %4: int
^0:
  %2 = const.int 0
  jump ^1
^1:
  %3 = int.lt %2, %0
  br %3, ^2, ^3
^2:
  io.write %1
  %4 = const.int 1
  %2 = int.add %2, %4
  jump ^1
^3:
  ret
}
""")


def test_every_call_starts_from_what_init_left() -> None:
    instance = Engine().load(STATE, Limits())
    for _ in range(3):
        assert instance.call("add", ["x" * 100]).results == (11, ["first", "x" * 100])
        assert instance.call("look", []).results == (10, ["first"])
    add = instance.caller("add")
    assert add("y") == (11, ["first", "y"])
    assert add("z") == (11, ["first", "z"])


def test_an_error_in_init() -> None:
    broken = module("""
func @init() -> () "init" {
  %0: int, %1: int
^0:
  %0 = const.int 0
  %1 = int.floordiv %0, %0 ; 3:5-3:9
  ret
}
init @init
""")
    with pytest.raises(BellError) as caught:
        Engine().load(broken, Limits())
    assert (caught.value.code, caught.value.line) == ("E0501", 3)


def test_init_takes_inputs() -> None:
    program = module("""
global #0 limit: int
func @init(%0 limit: int) -> () "init" {
^0:
  global.set #0, %0
  ret
}
func @look() -> (int) "look" {
  %0: int
^0:
  %0 = global.get #0
  ret %0
}
init @init
""")
    assert Engine().load(program, Limits(), None, [42]).call("look", []).results == (42,)


def test_hundreds_of_instances_in_threads() -> None:
    """Every thread has an instance of one program; each runs long enough to let go of the GIL, many at once."""
    program = encode(SPIN)
    results: list[Any] = []

    def work(number: int) -> None:
        instance = load_program(program, Limits())
        results.append((number, instance.call("spin", [400_000 + number]).results))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [(number, (400_000 + number,)) for number in range(200)]


def test_a_long_call_lets_other_threads_run() -> None:
    """The other thread's end is what ends the call: with the GIL held it would never come."""
    instance = Engine().load(SPIN, Limits(time=30))
    thread = threading.Timer(0.01, _thread.interrupt_main)
    thread.start()
    outcome = instance.call("spin", [2**62])
    thread.join()
    assert outcome.error is not None
    assert outcome.error.code == "E0006"


def test_an_instance_is_not_for_two_threads_at_once() -> None:
    inner: list[str] = []

    def write(text: str) -> None:
        try:
            instance.call("spin", [1])
        except BellError as error:
            inner.append(error.code)

    instance = Engine().load(SPIN, Limits(), write)
    assert instance.call("shout", [1, "x" * 20_000]).error is None
    assert set(inner) == {"E0003"}
    assert instance.call("spin", [3]).results == (3,)


def test_what_a_callback_raises_reaches_the_host() -> None:
    def write(text: str) -> None:
        raise ValueError("full")

    instance = Engine().load(SPIN, Limits(), write)
    for call in (lambda: instance.call("shout", [1, "x"]), lambda: instance.caller("shout")(1, "x")):
        with pytest.raises(ValueError, match="full"):
            call()
    assert instance.call("spin", [3]).results == (3,)


def test_a_broken_pipe_is_an_outcome() -> None:
    def write(text: str) -> None:
        raise BrokenPipeError

    error = Engine().load(SPIN, Limits(), write).call("shout", [1, "x"]).error
    assert error is not None
    assert error.code == "E0007"


def test_output_comes_before_the_error_that_ends_the_run() -> None:
    written: list[str] = []
    instance = Engine().load(SPIN, Limits(output=5), written.append)
    error = instance.call("shout", [3, "ab"]).error
    assert error is not None
    assert (error.code, "".join(written)) == ("E0805", "abab")


def test_many_instances_one_after_the_other() -> None:
    program = encode(STATE)
    for _ in range(300):
        assert load_program(program, Limits()).call("add", ["x"]).error is None
    gc.collect()


def test_unknown_functions_and_wrong_counts() -> None:
    instance = Engine().load(SPIN, Limits())
    with pytest.raises(BellError) as caught:
        instance.call("nothing", [])
    assert caught.value.code == "E0404"
    for call in (lambda: instance.call("spin", []), lambda: instance.caller("spin")(1, 2)):
        with pytest.raises(BellError) as caught:
            call()
        assert caught.value.code == "E0402"


def test_a_caller_keeps_its_instance() -> None:
    spin = Engine().load(SPIN, Limits()).caller("spin")
    gc.collect()
    assert spin(7) == 7
