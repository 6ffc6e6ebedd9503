"""What the language leaves out on purpose, however it is written: walks from an object to its class, its dict or a function's globals, and hooks behind attributes."""

from __future__ import annotations

import pytest

import belljar
from belljar.errors import BellError

CLASS = """
class A:
    def __init__(self):
        self.x = 1

    def f(self):
        return self.x

a = A()
"""
HOOKS = ("__getattr__", "__getattribute__", "__setattr__", "__delattr__", "__dir__", "__del__", "__class_getitem__")
WALKS = (
    "a.__dict__",
    "A.__dict__",
    "a.__dict__['x']",
    "a.__dict__.items()",
    "vars(a)",
    "vars()",
    "dir(a)",
    "a.f.__globals__",
    "a.f.__func__",
    "a.f.__code__",
    "a.__class__.__base__",
    "A.__mro__[-1].__subclasses__()",
    "A.__bases__[0].__subclasses__()",
    "object.__subclasses__()",
    "().__class__.__base__",
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__",
    "(lambda: 1).__closure__",
    "print.__self__",
    "a.__reduce__()",
    "a.__init__.__globals__",
    "globals()",
    "locals()",
)


def refused(text: str) -> list[str]:
    with pytest.raises(BellError) as caught:
        belljar.compile(text).run()
    return [found.code for found in caught.value.diagnostics]


@pytest.mark.parametrize("walk", WALKS)
def test_walks(walk: str) -> None:
    codes = refused(f"{CLASS}print({walk})\n")
    assert codes
    assert set(codes) <= {"E0106", "E0108", "E0203"}


@pytest.mark.parametrize("hook", HOOKS)
def test_hooks(hook: str) -> None:
    codes = refused(f"class A:\n    def {hook}(self, *names):\n        return 1\n\n\na = A()\n")
    assert codes == ["E0106"]


def test_metaclasses() -> None:
    assert refused("class M(type):\n    pass\n\n\nclass A(metaclass=M):\n    pass\n")
    assert refused("A = type('A', (), {})\n")


def test_methods_of_operators_that_are_taken_away() -> None:
    assert refused("class A:\n    __iter__ = None\n\n    def __getitem__(self, i):\n        return i\n\n\nprint(list(A()))\n") == ["E0106"]
    assert refused("class A:\n    x = __contains__ = None\n") == ["E0106"]
