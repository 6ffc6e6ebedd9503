"""Definitions as people write them, with holes: closures, generators, decorators, recursion, context managers, small classes. Each makes rules, by which the rest of a program uses it."""

from __future__ import annotations

from typing import NamedTuple


class Idiom(NamedTuple):
    """A definition and the rules it makes, both with ``NAME`` for the name it is given."""

    text: str
    rules: str


IDIOMS = tuple(
    Idiom(text.strip("\n") + "\n", rules)
    for text, _, rules in (
        part.partition("=>\n")
        for part in r"""
def NAME(x):
    return x
=>
T:
    NAME(<T>)
any:
    NAME(<any>)
----
def NAME(x, y=None):
    if y is None:
        return [x]
    return [x, y]
=>
list[T]:
    NAME(<T>)
    NAME(<T>, <T>)
    NAME(y=<T>, x=<T>)
----
def NAME(a, b):
    return (b, a)
=>
tuple[T,U]:
    NAME(<U>, <T>)
----
def NAME(xs, start=0):
    total = start
    for x in xs:
        total += x
    return total
=>
int:
    NAME(<list[int]>)
    NAME([<bool>, <int>], <int>)
    NAME(<set[int]>)
float:
    NAME(<list[float]>, 0.5)
str:
    NAME(<list[str]>, "")
    NAME(<str>, start=<str>)
num:
    NAME([<int>, <float>])
Decimal:
    NAME(<list[Decimal]>, Decimal(1))
----
def NAME(x):
    if isinstance(x, bool):
        return "flag"
    if isinstance(x, (int, float)):
        return x * 2
    if isinstance(x, str):
        return x.upper()
    if isinstance(x, (list, tuple)):
        return [NAME(y) for y in x]
    if isinstance(x, dict):
        return {k: NAME(v) for k, v in x.items()}
    return x
=>
any:
    NAME(<any>)
    NAME(<T>)
    NAME([<T>, (<U>, {"k": <V>})])
----
def NAME(f, x):
    return f(f(x))
=>
T:
    NAME(<fn[T,T]>, <T>)
int:
    NAME(lambda n: n * 2 + <int>, <int>)
----
def NAME(f, g):
    return lambda x: g(f(x))
=>
fn[A,R]:
    NAME(<fn[A,U]>, <fn[U,R]>)
----
def NAME(step):
    count = <int!>

    def bump(by=1):
        nonlocal count
        count += step * by
        return count

    return bump
=>
int:
    NAME(<int>)()
fn[int,int]:
    NAME(<int>)
----
def NAME():
    made = []
    for i in range(3):
        made.append(lambda n, i=i: n + i)
        made.append(lambda n: n - i)
    return made
=>
fn[int,int]:
    NAME()[<$index>]
list[int]:
    [f(<int>) for f in NAME()]
----
def NAME(n):
    return 1 if n <= 1 else n * NAME(n - 1)
=>
int:
    NAME(<$count>)
    NAME(25)
----
def NAME(n, memo={}):
    if n < 2:
        return n
    if n not in memo:
        memo[n] = NAME(n - 1) + NAME(n - 2)
    return memo[n]
=>
int:
    NAME(<$count>)
    NAME(30)
----
def NAME(xs):
    if len(xs) <= 1:
        return xs
    pivot, *rest = xs
    return NAME([x for x in rest if x < pivot]) + [pivot] + NAME([x for x in rest if x >= pivot])
=>
list[T]:
    NAME(<list[T]>)  # T ordered
----
def NAME(xs):
    for x in xs:
        if isinstance(x, (list, tuple)):
            yield from NAME(x)
        else:
            yield x
=>
list[any]:
    list(NAME([<T>, [<U>, (<V>,)]]))
----
def NAME(n):
    while n > 0:
        yield n
        n -= 1
    return "done"
=>
iter[int]:
    NAME(<$count>)
int:
    sum(NAME(<$count>))
----
def NAME(xs, size=2):
    chunk = []
    for x in xs:
        chunk.append(x)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
=>
list[list[T]]:
    list(NAME(<list[T]>))
    list(NAME(<list[T]>, size=3))
iter[list[T]]:
    NAME(<iter[T]>)
----
def NAME():
    total = 0
    while True:
        got = yield total
        if got is None:
            break
        total += got
    yield -1
=>
list[int]:
    [(walk := NAME()).send(None), walk.send(<int>), walk.send(<int>), next(walk)]
----
def NAME(*args, sep="-", **kwargs):
    return sep.join([str(a) for a in args] + [f"{k}={v}" for k, v in kwargs.items()])
=>
str:
    NAME(<T>, <U>)  # T shown, U shown
    NAME(*<list[T]>, sep=<str>)  # T shown
    NAME(<T>, key=<U>, **<dict[str,V]>)  # T shown, U shown, V shown
----
def NAME(function):
    def wrapped(*args, **kwargs):
        print("call", len(args), sorted(kwargs))
        return function(*args, **kwargs)

    return wrapped


@NAME
def NAMEd(a, b=<int!>):
    return (a, b)
=>
tuple[T,int]:
    NAMEd(<T>)
    NAMEd(<T>, b=<int>)
----
@contextmanager
def NAME(label):
    print("enter", label)
    try:
        yield label
    finally:
        print("leave", label)
=>
ctx:
    NAME(<T>)  # T shown
----
@contextmanager
def NAME():
    try:
        yield <T!>
    except (ValueError, LookupError, ArithmeticError) as problem:
        print("kept", type(problem).__name__, problem)
=>
ctx:
    NAME()
----
class NAME:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        print("open", self.name)
        return self.name

    def __exit__(self, kind, value, trace):
        print("close", self.name, kind.__name__ if kind else None, value)
        return kind is KeyError
=>
ctx:
    NAME(<str>)
----
class NAME:
    def __init__(self, items=()):
        self.items = list(items)

    def push(self, x):
        self.items.append(x)
        return self

    def pop(self):
        if not self.items:
            raise IndexError("pop from empty NAME")
        return self.items.pop()

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)

    def __repr__(self):
        return f"NAME({self.items!r})"
=>
int:
    len(NAME(<list[T]>).push(<T>))
    NAME([<int>]).pop()
str:
    str(NAME().push(<T>).push(<U>))  # T shown, U shown
list[T]:
    list(NAME(<list[T]>))
    [*NAME(<iter[T]>).push(<T>)]
any:
    NAME([<T>]).push(<U>).pop()
----
class NAME:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next

    def __iter__(self):
        node = self
        while node is not None:
            yield node.value
            node = node.next
=>
list[T]:
    list(NAME(<T>, NAME(<T>)))
int:
    sum(NAME(<int>, NAME(<int>, NAME(<int>))))
any:
    NAME(<T>, NAME(<U>)).next.value
----
class NAME:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n
=>
iter[int]:
    iter(NAME(<$count>))
list[int]:
    list(NAME(<$count>))
    sorted(NAME(<$count>), key=lambda n: (n % 2, n))
int:
    max(NAME(<$count>), default=<int>)
----
def NAME(node, depth=0):
    match node:
        case ("add" | "sub" as op, a, b):
            left, right = NAME(a, depth + 1), NAME(b, depth + 1)
            return left + right if op == "add" else left - right
        case ["neg", a]:
            return -NAME(a, depth + 1)
        case {"value": v, **rest}:
            return v + len(rest)
        case int() | float():
            return node
        case str() if node.isdigit():
            return int(node)
        case None:
            return depth
        case _:
            raise ValueError(f"no node: {node!r}")
=>
num:
    NAME(("add", <int>, ("sub", <float>, ["neg", <num>])))
    NAME({"value": <int>, "x": <T>})
any:
    NAME(("add", <any>, None))
----
@functools.lru_cache(maxsize=None)
def NAME(n, k):
    if k == 0 or k == n:
        return 1
    return NAME(n - 1, k - 1) + NAME(n - 1, k)
=>
int:
    NAME(6, <$count>)
----
def NAME(text):
    counts = {}
    for ch in text:
        counts[ch] = counts.get(ch, 0) + 1
    return sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))
=>
list[tuple[str,int]]:
    NAME(<str>)
list[tuple[T,int]]:
    NAME(<list[T]>)  # T ordered
----
def NAME(items, key):
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
=>
dict[K,list[T]]:
    NAME(<list[T]>, <fn[T,K]>)  # K hashable
----
def NAME(a, /, b, *, c=<int!>):
    return a * 100 + b * 10 + c
=>
int:
    NAME(<int>, <int>)
    NAME(<int>, b=<int>, c=<int>)
float:
    NAME(<float>, <float>, c=<float>)
----
LOG_NAME = []


def NAME(x, *, quiet=False):
    global LAST_NAME
    LAST_NAME = x
    if not quiet:
        LOG_NAME.append(len(LOG_NAME))
    return len(LOG_NAME)


LAST_NAME = None
=>
int:
    NAME(<T>)
    NAME(<T>, quiet=<bool>)
    len(LOG_NAME)
any:
    LAST_NAME
----
def NAME(n: int, odd=False) -> bool:
    def even_(n):
        return n == 0 or odd_(n - 1)

    def odd_(n):
        return n != 0 and even_(n - 1)

    return odd_(n) if odd else even_(n)
=>
bool:
    NAME(<$count>)
    NAME(9, odd=<bool>)
----
def NAME(value):
    try:
        return int(value)
    except ValueError as problem:
        print(problem)
        return -1
    except TypeError:
        return -2
    finally:
        print("tried", repr(value))
=>
int:
    NAME(<str>)
    NAME(<any>)
    NAME(<opt[T]>)
----
def NAME(xs, ys):
    return [[sum(a * b for a, b in zip(row, col)) for col in zip(*ys)] for row in xs]
=>
list[list[int]]:
    NAME([[1, 2], [<int>, 4]], [[<int>, 1], [0, <int>]])
----
def NAME(items):
    if not items:
        return [[]]
    return [[x, *rest] for i, x in enumerate(items) for rest in NAME(items[:i] + items[i + 1:])]
=>
list[list[T]]:
    NAME(<list[T]>[:3])
----
Pair_NAME = namedtuple("Pair_NAME", "left right")


def NAME(a, b):
    return Pair_NAME(a, right=b)
=>
tuple[T,U]:
    tuple(NAME(<T>, <U>))
T:
    NAME(<T>, <U>).left
    NAME(<U>, <T>)[1]
str:
    repr(NAME(<T>, <U>)._replace(left=<V>))  # T shown, U shown, V shown
""".split("----\n")
    )
)
