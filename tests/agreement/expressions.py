"""What expressions are made of: a rule per form, by the type of its value. :mod:`tests.agreement.writer` says how a rule reads."""

from __future__ import annotations

from tests.agreement.writer import read_rules

WORDS = {
    "cmp": ("<", "<=", ">", ">=", "==", "!="),
    "eq": ("==", "!="),
    "small": ("0", "1", "2", "3", "5", "-2"),
    "count": ("0", "1", "2", "3"),
    "index": ("0", "0", "0", "1", "-1", "-1", "2", "-2"),
    "i3": ("0", "1", "2", "-1"),
    "i2": ("0", "1", "-1"),
    "bound": ("", "", "0", "1", "2", "-1", "-2", "5", "-9"),
    "step": ("1", "-1", "2", "-2", "3"),
    "arith": ("+", "-", "*", "//", "%", "&", "|", "^", "+", "-"),
    "sum": ("+", "-", "*"),
    "farith": ("+", "-", "*", "/", "//", "%"),
    "logic": ("and", "or"),
    "setop": ("|", "&", "-", "^"),
    "setcmp": ("<=", "<", ">=", ">", "==", "!="),
    "int": ("0", "1", "2", "3", "-1", "-2", "7", "10", "100", "-13", "255", "9007199254740993"),
    "big": ("2**64", "10**20", "-(2**70)", "9223372036854775807", "-9223372036854775808", "3**50"),
    "float": ("0.0", "-0.0", "0.5", "1.5", "-2.25", "1e16", "3.0", "1e-7", "0.1", "100.0", "2.5"),
    "str": ('""', '"a"', '"ab"', '"x y"', '"Bell"', '"é€"', '"12"', '"-7"', '"a,b,c"', '" pad "', '"ABC"', '"a\\nb"', '"it\'s"', '"zz"'),
    "bytes": ('b""', 'b"ab"', 'b"\\x00\\xff"', 'b"a,b"', 'b"Bell"'),
    "decimal": ("0", "1", "1.10", "-2.5", "19.99", "0.001", "100", "1E+3"),
    "class": ("int", "str", "float", "bool", "list", "dict", "(int, str)", "(list, tuple)"),
    "ispec": ("5", "05d", "x", "+", ",", "^6", ".1f", "b", "#o", "_", "*>+9,", " ", "=8", "e", "#X"),
    "fspec": (".2f", "8.3f", "e", "g", "%", ".0f", ",", "+.1e", "#.3g", "010.2f", "_.1f", ""),
    "sspec": (">6", "^7", ".2", "*<5", "s", ""),
    "conv": ("!r", "!s", "", ":>8"),
    "case": ("upper", "lower", "strip", "title", "swapcase", "capitalize", "casefold", "lstrip", "rstrip"),
    "test": ("isdigit", "isalpha", "isupper", "islower", "isspace", "isalnum", "istitle", "isidentifier", "isascii"),
    "find": ("find", "count", "rfind", "index"),
    "pad": ("center", "ljust", "zfill", "rjust"),
    "part": ("partition", "rpartition"),
    "ab": ("a", "b"),
    "round": ("ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_DOWN"),
    "exception": (
        "ValueError",
        "KeyError",
        "RuntimeError",
        "IndexError",
        "ZeroDivisionError",
        "TypeError",
        "LookupError",
        "ArithmeticError",
    ),
}
"""The words a rule can ask for by ``<$name>``."""

EXPRESSIONS = read_rules(r"""
T:
    (<T> if <bool> else <T>)  # 2 times
    (<opt[T]> or <T>)
    <list[T]>[<$index>]
    (<fn[U,T]>)(<U>)
    next(<iter[T]>, <T>)
    <dict[K,T]>.get(<K>, <T>)  # K hashable
    [<T!>, <T!>, <T!>][<$i3>]
    (<T!>, <U!>)[0]
    (lambda <new x:T>: <T>)(<^T>)
    (lambda <new x:U>, <new y:T>: <y>)(<^U>, <^T>)
    min(<T>, <T>)  # T ordered
    max(<list[T]>, default=<T>)  # T ordered
    sorted(<list[T]>)[<$i2>]  # T ordered
    min(<list[T]>, key=<fn[T,int]>)
    max(<^T>, <^T>, key=lambda <new x:T>: <int>)
    list(<iter[T]>)[<$i2>]
    <?list[T]>.pop()
int:
    <$int>  # 4 times
    (<int> <$arith> <int>)  # 4 times
    (<int> ** <$count>)
    (<int> << <$count>)
    (<int> >> <$count>)
    -<int>
    ~<int>
    <$big>
    (<$big> <$sum> <int>)
    len(<str>)
    len(<list[T]>)
    len(<dict[K,V]>)  # K hashable
    len(<set[T]>)  # T hashable
    len(<bytes>)
    abs(<int>)
    int(<bool>)
    int(<float>)
    int(<num>)
    int(<Decimal>)
    int(<str>)
    int(str(<int>), 16)
    round(<float>)
    round(<int>, <$small>)
    sum(<list[int]>)
    sum(<list[int]>, <int>)
    sum(<iter[int]>)
    sum(<int> for <new x:U> in <^list[U]>)
    sum(1 for <new x:U> in <^list[U]> if <bool>)
    <str>.<$find>(<str>)
    <list[T]>.count(<T>)
    <list[T]>.index(<T>)
    divmod(<int>, <int>)[<$i2>]
    (<int> and <int>)
    ord((<str> or "é")[0])
    <bytes>[<$index>]
    math.gcd(<int>, <int>)
    math.isqrt(abs(<int>))
    math.floor(<float>)
    math.comb(<$count>, abs(<int>))
    (<int> if <int> < <int> <$cmp> <int> else <int>)
    hash(<int>)
    pow(<int>, <$count>, 7)
    functools.reduce(lambda <new x:int>, <new y:int>: <int>, <^list[int]>, <^int>)
    int.from_bytes(<bytes>, "big")
    (<tuple[int,str]>)[0]
float:
    <$float>  # 4 times
    (<float> <$farith> <float>)  # 2 times
    (<float> <$farith> <int>)
    (<int> / <int>)  # 2 times
    float(<int>)
    float(<num>)
    float(<Decimal>)
    float(<str>)
    round(<float>, <$small>)
    -<float>
    abs(<float>)
    sum(<list[float]>)
    (<float> ** <$small>)
    math.sqrt(abs(<float>))
    math.hypot(<float>, <int>)
    math.fsum(<list[float]>)
    math.fmod(<float>, <float>)
    math.copysign(<float>, <int>)
    <int> * 0.5
    max(<float>, <int>)
bool:
    True
    False
    (<int> <$cmp> <int>)  # 3 times
    (<T> <$cmp> <T>)  # T ordered, 2 times
    (<T> <$eq> <T>)  # 2 times
    (<T> <$eq> <U>)
    (<int> <$cmp> <float>)
    (<int> <$cmp> <num>)
    (<int> < <int> <$cmp> <int>)
    (<T> <$cmp> <T> <$cmp> <T>)  # T ordered
    not <T>
    (<bool> <$logic> <bool>)  # 2 times
    <T> in <list[T]>
    <T> not in <list[T]>
    <K> in <dict[K,V]>  # K hashable
    <T> in <set[T]>  # T hashable
    <str> in <str>
    <T> in (<T>, <T>)
    <int> in range(<$small>, 9)
    <opt[T]> is None
    <opt[T]> is not None
    (<list[T]> is <list[T]>)
    isinstance(<any>, <$class>)
    isinstance(<T>, <$class>)
    any(<list[T]>)
    all(<bool> for <new x:U> in <^list[U]>)
    any(<new x:U> in <list[U]> for <x> in <^list[U]>)
    bool(<T>)
    callable(<fn[A,B]>)
    <str>.<$test>()
    <str>.startswith(<str>)
    <str>.endswith((<str>, <str>))
    (<set[T]> <$setcmp> <set[T]>)  # T hashable
    <set[T]>.isdisjoint(<list[T]>)  # T hashable
    math.isclose(<float>, <float>)
    <list[T]> == <list[U]>
str:
    <$str>  # 4 times
    (<str> + <str>)  # 2 times
    (<str> * <$count>)
    <str>[<$bound>:<$bound>]
    <str>[<$bound>:<$bound>:<$step>]
    <str>[<$index>]
    <str>.<$case>()  # 2 times
    <str>.replace(<str>, <str>)
    <str>.replace(<str>, <str>, <$count>)
    <str>.join(<list[str]>)
    ",".join(str(<x>) for <new x:U> in <^list[U]>)  # U shown
    "-".join(map(str, <list[T]>))
    "".join(<str> for <new x:str> in <^str>)
    "".join(sorted(<str>, reverse=<bool>))
    str(<T>)  # T shown, 2 times
    repr(<T>)  # T shown, 2 times
    repr(<any>)
    str(<any>)
    f"{<~int>:<$ispec>}"
    f"{<~float>:<$fspec>}|{<~str>:<$sspec>}"
    f"{<~T><$conv>}"  # T shown
    f"{<~int>}/{<~T>!r}/{<~any>}"  # T shown
    f"{<~int>:>{<$count>}}{<~Decimal>:.2f}"
    "%d %s %r" % (<int>, <T>, <U>)
    "%.2f|%5s" % (<float>, <str>)
    "{} {!r:>6} {0}".replace("{0}", "!").format(<T>, <str>)
    "{0}{1:>4}{0}".format(<int>, <str>)
    <str>.<$pad>(<$small>)
    <str>.<$part>(<str>)[<$i3>]
    <str>.removeprefix(<str>)
    <str>.expandtabs(2)
    (<str> or <str>)
    (<str> and <str>)
    hex(<int>)
    bin(<int>)
    chr(97 + <int> % 26)
    ascii(<str>)
    type(<T>).__name__
    type(<any>).__name__
    <bytes>.hex()
    <bytes>.decode("latin-1")
    max(<str>, <str>, key=len)
    string.digits[:<int>]
    format(<int>, "<$ispec>")
bytes:
    <$bytes>  # 3 times
    <str>.encode()
    (<bytes> + <bytes>)
    <bytes>[<$bound>:<$bound>:<$step>]
    bytes([<$count>, 65])
    bytes(<$count>)
    <bytes>.upper()
    <bytes>.replace(b"a", <bytes>)
    (<int> % 256).to_bytes(2, "big")
    b",".join([<bytes>, <bytes>])
Decimal:
    Decimal("<$decimal>")  # 3 times
    Decimal(<$int>)
    (<Decimal> <$sum> <Decimal>)  # 2 times
    (<Decimal> / <Decimal>)
    (<Decimal> <$sum> <int>)
    -<Decimal>
    abs(<Decimal>)
    <Decimal>.quantize(Decimal("0.01"), rounding=<$round>)
    round(<Decimal>, 1)
    sum(<list[Decimal]>, Decimal(0))
    Decimal(str(<float>))
num:
    [<int!>, <float!>, <bool!>, "z"][<$count> % 3]  # 2 times
    (<int> if <bool> else <float>)
    (<num> <$sum> <int>)
    (<num> <$sum> <num>)
    (<num> <$sum> <float>)
    -<num>
    abs(<num>)
    max(<num>, <int>)
    sum([<num>, <int>, <float>])
    {"a": <int>, "b": <float>}["<$ab>"]
any:
    [<int!>, <str!>, <float!>, None][<$i3>]  # 2 times
    (<T> if <bool> else <U>)  # 2 times
    [<T>, <U>][<$i2>]
    {"a": <T>, "b": <U>}["<$ab>"]
    (lambda <new x:any>: <any>)(<^T>)
    {"k": <T>, 1: <U>}.get(<$int>)
    next(iter([<T>, <U>]))
    (<opt[T]> and <U>)
    (<any> + <any>)
    (<any> * <int>)
    <any>[<int!>]
    -<any>
opt[T]:
    None
    <T!>
    <T>  # 2 times
    (<T> if <bool> else None)
    (None if <bool> else <T>)
    <dict[str,T]>.get(<str>)
    next(<iter[T]>, None)
list[T]:
    []
    [<T!>]
    [<T!>, <T!>]  # 2 times
    [<T!>, <T!>, <T!>]  # 3 times
    [<T>, <T>, <T>]  # 2 times
    (<list[T]> + <list[T]>)
    (<list[T]> * <$count>)
    <list[T]>[<$bound>:<$bound>]
    <list[T]>[<$bound>:<$bound>:<$step>]
    list(<list[T]>)
    <list[T]>.copy()
    list(<tuple[T,T]>)
    sorted(<list[T]>)  # T ordered
    sorted(<list[T]>, reverse=<bool>)  # T ordered
    sorted(<set[T]>)  # T ordered
    sorted(<list[T]>, key=<fn[T,int]>)
    sorted(<^list[T]>, key=lambda <new x:T>: (<int>, <str>), reverse=True)
    list(reversed(<list[T]>))
    list(<iter[T]>)  # 2 times
    [*<list[T]>, <T>]
    [*<iter[T]>]
    [<T> for <new x:U> in <^list[U]>]  # 2 times
    [<x> for <new x:T> in <^list[T]> if <bool>]  # 2 times
    [<T> for <new x:U>, <new y:int> in zip(<^list[U]>, <^list[int]>)]
    [<T> for <new x:int>, <new y:U> in enumerate(<^list[U]>, <$count>)]
    [<y> for <new x:list[T]> in <^list[list[T]]> for <new y:T> in <x>]
    [<y> for <new x:int> in range(3) if <bool> for <new y:T> in <^list[T]>]
    list(map(<fn[U,T]>, <list[U]>))
    list(filter(<fn[T,bool]>, <list[T]>))
    list(filter(None, <list[T]>))
    list(<dict[K,T]>.values())  # K hashable
    list(<dict[T,V]>)  # T hashable
    copy.deepcopy(<list[T]>)
    list(itertools.chain(<list[T]>, <list[T]>))
    list(itertools.islice(<iter[T]>, <$count>))
list[int]:
    list(range(<$small>, 9, <$step>))
    list(range(<int> % 5))
    [ord(<x>) for <new x:str> in <^str>]
    list(<bytes>)
    list(itertools.accumulate(<list[int]>))
list[str]:
    <str>.split()
    <str>.split(",")
    <str>.rsplit(None, 1)
    <str>.splitlines()
    list(<str>)
list[tuple[int,T]]:
    list(enumerate(<list[T]>))
    list(zip(<list[int]>, <list[T]>))
    list(<dict[int,T]>.items())
list[tuple[str,T]]:
    list(<dict[str,T]>.items())
    sorted(<^dict[str,T]>.items(), key=lambda <new x:tuple[str,T]>: <x>[0])
    list(zip(<str>, <list[T]>))
list[any]:
    [<int!>, <str!>, None, <float!>]
    [<T!>, <U!>]
    list(zip(*[<list[int]>, <list[str]>]))
dict[K,V]:
    {}
    {<K!>: <V!>}  # K hashable, 2 times
    {<K!>: <V!>, <K!>: <V!>}  # K hashable, 3 times
    {<K>: <V>, <K>: <V>}  # K hashable, 2 times
    <dict[K,V]>.copy()  # K hashable
    dict(<dict[K,V]>)  # K hashable
    {**<dict[K,V]>, <K>: <V>}  # K hashable
    (<dict[K,V]> | <dict[K,V]>)  # K hashable
    dict(zip(<list[K]>, <list[V]>))  # K hashable
    dict([(<K>, <V>)])  # K hashable
    {<x>: <V> for <new x:K> in <^list[K]>}  # K hashable, 2 times
    {<y>: <x> for <new y:K>, <new x:V> in <^dict[K,V]>.items() if <bool>}  # K hashable
    dict.fromkeys(<list[K]>, <V>)  # K hashable
    dict(sorted(<^dict[K,V]>.items(), key=lambda <new x:tuple[K,V]>: <x>[0]))  # K ordered
    copy.deepcopy(<dict[K,V]>)  # K hashable
dict[str,T]:
    dict(a=<T>, b=<T>)
dict[T,int]:
    dict(collections.Counter(<list[T]>))  # T hashable
set[T]:
    {<T!>}  # T hashable
    {<T!>, <T!>}  # T hashable, 2 times
    {<T!>, <T!>, <T!>}  # T nameless, 2 times
    {<T>, <T>, <T>}  # T nameless
    set(<list[T]>)  # T hashable, 2 times
    (<set[T]> <$setop> <set[T]>)  # T hashable, 2 times
    set(<iter[T]>)  # T hashable
    {<T> for <new x:U> in <^list[U]>}  # T hashable
    {<x> for <new x:T> in <^list[T]> if <bool>}  # T hashable
    set(<dict[T,V]>)  # T hashable
    <set[T]>.union(<list[T]>)  # T hashable
    <set[T]>.difference(<list[T]>, <list[T]>)  # T hashable
    (<set[T]> | <frozenset[T]>)  # T hashable
set[int]:
    set()
    set(range(<$count>))
set[str]:
    set(<str>)
frozenset[T]:
    frozenset()
    frozenset({<T!>})  # T hashable
    frozenset(<list[T]>)  # T hashable
    (<frozenset[T]> <$setop> <frozenset[T]>)  # T hashable
    (<frozenset[T]> <$setop> <set[T]>)  # T hashable
tuple[T]:
    (<T!>,)
    (<T>,)
tuple[T,U]:
    (<T!>, <U!>)  # 2 times
    (<T>, <U>)  # 2 times
    (<tuple[T]> + <tuple[U]>)
    tuple([<T>, <U>])
    (*<tuple[T]>, <U>)
tuple[T,T]:
    (<T!>,) * 2
tuple[T,U,V]:
    (<T!>, <U!>, <V!>)
    (<T>, <U>, <V>)
    (*<tuple[T,U]>, <V>)
fn[A,R]:
    (lambda <new x:A>: <R!>)
    (lambda <new x:A>: <R>)  # 3 times
    (lambda <new x:A>, *<fresh rest>: <R>)
    (lambda <new x:A>, <new y:int>=<$int>: <R>)
    (lambda <new f:fn[A,R]>: <f>)(<^fn[A,R]>)
    [<fn[A,R]>, <fn[A,R]>][<$i2>]
    {"f": <fn[A,R]>}["f"]
    functools.partial(lambda <new y:U>, <new x:A>: <R>, <^U>)
fn[A,int]:
    hash  # A hashable
fn[A,bool]:
    bool
fn[A,str]:
    str  # A shown
    repr  # A shown
fn[str,int]:
    len
fn[list[T],int]:
    len
fn[int,int]:
    abs
fn[int,str]:
    hex
    str
iter[T]:
    iter([<T!>])
    iter(<list[T]>)
    (<T> for <new x:U> in <^list[U]>)  # 3 times
    (<x> for <new x:T> in <^list[T]> if <bool>)  # 2 times
    map(<fn[U,T]>, <list[U]>)
    map(lambda <new x:A>, <new y:B>: <T>, <^list[A]>, <^list[B]>)
    filter(<fn[T,bool]>, <list[T]>)
    reversed(<list[T]>)
    itertools.chain(<list[T]>, <iter[T]>)
    itertools.islice(<iter[T]>, 3)
iter[int]:
    iter(range(<$count>))
    map(len, <list[str]>)
    map(int, <str>)
iter[tuple[int,T]]:
    enumerate(<iter[T]>)
    zip(<list[int]>, <iter[T]>)
    zip(itertools.count(), <iter[T]>)
iter[str]:
    iter(<str>)
""")
