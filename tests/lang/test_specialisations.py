"""For which combinations of argument types functions are compiled."""

from __future__ import annotations

from belljar.lang.compile import FrontEnd

PATHS = """
def leaves(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, path + (place,))
    else:
        yield path, value

print(list(leaves({"a": [1, {"b": None}]})))
"""

PAIRS = """
def fibonacci(n, pair=None):
    a, b = (0, 1) if pair is None else pair
    return a if n == 0 else fibonacci(n - 1, (b, a + b))

print(fibonacci(30))
"""


def specialisations(text: str, function: str) -> list[str]:
    module = FrontEnd(text, "x.bell").module({})
    return sorted(name for name, made in module.functions.items() if made.source_name == function)


def test_ever_longer_tuples_are_any() -> None:
    assert specialisations(PATHS, "leaves") == ["leaves(any,any)", "leaves(dict[str,list[any]],tuple[()])"]


def test_a_tuple_that_stays_as_long_as_it_is_keeps_its_type() -> None:
    assert specialisations(PAIRS, "fibonacci") == ["fibonacci(int,None)", "fibonacci(int,tuple[int,int])"]


def test_a_task_is_lowered_from_the_world_that_checked_it() -> None:
    text = "def half(n: int) -> int:\n    return n // 2\n\n\ndef main(n: int) -> int:\n    return half(n) + 1\n\n\nprint(half(8))\n"
    checked, again = FrontEnd(text, "x.bell"), FrontEnd(text, "x.bell")
    again._settled.clear()
    types = [type for _, type in checked.param_types("main") if type is not None]
    assert checked._taken([("main", types)]) is not None
    assert checked._taken([("main", types)]) is None
    one, other = FrontEnd(text, "x.bell").module({"main": types}), again.module({"main": types})
    assert one == other


CURRIED = """
def curry(fn, arity):
    def go(args):
        def step(x):
            new = args + (x,)
            return fn(*new) if len(new) == arity else go(new)

        return step

    return go(())

print(curry(lambda a, b: a + b, 2)(1)(2))
"""


def test_arguments_that_are_gathered_by_functions_that_give_functions_are_any() -> None:
    assert len(specialisations(CURRIED, "curry.<locals>.go.<locals>.step")) < 10
