"""What can be done: a rule per form of statement. :mod:`tests.agreement.writer` says how a rule reads."""

from __future__ import annotations

from tests.agreement.writer import read_rules

STATEMENTS = read_rules(r"""
T:
    <let x:T> = <T>  # 14 times
    <?T> = <T>  # 4 times
    <re x:U> = <U>  # 3 times
    print(<show>)  # 4 times
    print(<show>, <show>)  # 3 times
    print(<show>, <show>, sep=<str!>, end=";\n")
    print(*<list[T]>, sep="|")
    print(f"{<~T>} {<~int>:<$ispec>}", <show>)
    print(f"{<~float>:<$fspec>}", f"{<~str>:<$sspec>}", f"{<~T><$conv>}")
    <let x:T>, <let y:U> = <T>, <U>  # 2 times
    <let x:T>, (<let y:U>, <let z:V>) = <T>, (<U>, <V>)
    <let x:T>, *<let y:list[T]> = <list[T]>
    *<let x:list[T]>, <let y:T> = [*<list[T]>, <T>]
    <let x:T>, <let y:U> = <tuple[T,U]>
    [<let x:T>, <let y:T>] = <list[T]>[:2]
    <let x:T> = <let y:T> = <T>
    <?T>, <?T> = <T>, <T>
    <?int> <$arith>= <int>  # 2 times
    <?int> += 1
    <?float> <$farith>= <float>
    <?num> <$sum>= <num>
    <?str> += <str>
    <?Decimal> += <Decimal>
    <?list[T]> += <list[T]>
    <?list[T]>.append(<T>)  # 4 times
    <?list[T]>.extend(<list[T]>)
    <?list[T]>.extend(<iter[T]>)
    <?list[T]>.insert(<$small>, <T>)
    <?list[T]>[<$index>] = <T>  # 2 times
    <?list[int]>[<$index>] += <int>
    <?list[T]>[<$bound>:<$bound>] = <list[T]>
    <?list[T]>[<$bound>:<$bound>:2] = <list[T]>
    del <?list[T]>[<$index>]
    del <?list[T]>[<$bound>:<$bound>:<$step>]
    <?list[T]>.reverse()
    <?list[T]>.sort()  # T ordered
    <?list[T]>.sort(key=<fn[T,int]>, reverse=<bool>)
    <?list[T]>.remove(<T>)
    <?list[T]>.clear()
    <let x:T> = <?list[T]>.pop()
    print(<?list[T]>.pop(<$small>))
    print(<?list[T]>.index(<T>), <?list[T]>.count(<T>))
    <?list[list[T]]>[0].append(<T>)
    <?dict[K,V]>[<K>] = <V>  # 4 times
    <?dict[K,int]>[<K>] += <int>
    <?dict[K,list[V]]>.setdefault(<K>, []).append(<V>)  # 2 times
    <?dict[K,V]>.update(<dict[K,V]>)
    <?dict[K,V]>.update({<K>: <V>})
    <?dict[K,V]> |= <dict[K,V]>
    del <?dict[K,V]>[<K>]
    print(<?dict[K,V]>.pop(<K>, <V>))
    print(<?dict[K,V]>.popitem())
    print(<?dict[K,V]>.setdefault(<K>, <V>))
    print(<dict[K,V]>[<K>])  # K hashable
    print(<dict[K,V]>.keys() & {<K>}, list(<dict[K,V]>.items())[:2])  # K hashable
    print(<dict[K,V]>.items(), <dict[K,V]>.values())  # K hashable
    <?set[T]>.add(<T>)  # 2 times
    <?set[T]>.discard(<T>)
    <?set[T]>.remove(<T>)
    <?set[T]>.update(<list[T]>)
    <?set[T]> <$setop>= <set[T]>
    <let x:T> = <?set[T]>.pop()
    print(len(<set[T]>), sorted(<set[T]>))  # T ordered
    print(next(<iter[T]>))
    print(list(<iter[T]>), next(<iter[T]>, None))
    print(sorted(<^list[T]>, key=lambda <new x:T>: <U>))  # U ordered
    print({**<dict[str,T]>, "z": <U>}, [*<list[T]>, *<list[U]>])
    print(<any> <$cmp> <any>, isinstance(<any>, <$class>))
    print(<any> <$arith> <any>)
    print(len(<any>))
    print([<x> for <new x:any> in <any>])
    assert <bool> or True, <show>
    assert <bool>, <show>
    pass
    raise <$exception>(<show>)
    return <R>
    if <bool>: return <R>  # 2 times
    if <bool>: break
    if <bool>: continue
    if (<let x:T> := <T>) <$eq> <T>: print(<show>)
    if <bool>:⏎    <block>  # 4 times
    if <bool>:⏎    <block>⏎else:⏎    <block>  # 4 times
    if <bool>:⏎    <block>⏎elif <T>:⏎    <block>⏎else:⏎    <block>  # 2 times
    if <?opt[T]> is not None:⏎    <block>
    if (<new x:T> := <^opt[T]>) is not None:⏎    print(<x>)⏎    <block>
    if (<new x:T> := <^opt[T]>):⏎    <block>
    if isinstance(<^any>, <$class>):⏎    <block>
    for <new x:int> in range(<$count>):⏎    <block>  # 3 times
    for <new x:T> in <^list[T]>:⏎    <block>  # 4 times
    for <new x:T> in <^list[T]>:⏎    <block>⏎else:⏎    <block>
    for <new x:T> in <^iter[T]>:⏎    <block>  # 2 times
    for <new x:T> in sorted(<^set[T]>):⏎    <block>  # T ordered
    for <new x:T> in <^set[T]>:⏎    <block>  # T hashable
    for <new x:str> in <^str>:⏎    <block>
    for <new x:int>, <new y:T> in enumerate(<^list[T]>, <$small>):⏎    <block>  # 2 times
    for <new x:K>, <new y:V> in <^dict[K,V]>.items():⏎    <block>  # K hashable, 2 times
    for <new x:K> in <^dict[K,V]>:⏎    <block>  # K hashable
    for <new x:T>, <new y:U> in zip(<^list[T]>, <^list[U]>):⏎    <block>
    for <new x:T>, *<new y:list[T]> in [<^list[T]>, <^list[T]>]:⏎    <block>
    for <new x:int>, (<new y:int>, <new z:T>) in enumerate(<^list[tuple[int,T]]>):⏎    <block>
    for <new x:int> in reversed(range(<$count>)):⏎    <block>
    <new n:int> = <$count>⏎while <n> > 0:⏎    <n> -= 1⏎    <block>
    <new n:int> = 0⏎while True:⏎    <n> += 1⏎    if <n> > <$count> or <bool>:⏎        break⏎    <block>
    <new n:int> = <$count>⏎while (<n> := <n> - 1) >= 0:⏎    <block>⏎else:⏎    <block>
    try:⏎    <block>⏎except Exception as <fresh e>:⏎    print(type(<e>).__name__, <e>)  # 16 times
    try:⏎    <block>⏎except (KeyError, IndexError) as <fresh e>:⏎    print(repr(<e>), <e>.args)⏎except <$exception>:⏎    <block>⏎else:⏎    <block>  # 2 times
    try:⏎    <block>⏎except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError):⏎    <block>⏎finally:⏎    <block>  # 2 times
    try:⏎    <block>⏎finally:⏎    print(<show>)
    try:⏎    <block>⏎except <$exception> as <fresh e>:⏎    raise RuntimeError(<show>) from <e>
    try:⏎    raise <$exception>(<show>)⏎except (<$exception>, <$exception>) as <fresh e>:⏎    print(<e>.args)
    try:⏎    try:⏎        <block>⏎    except <$exception>:⏎        raise⏎except Exception as <fresh e>:⏎    print(repr(<e>))
    try:⏎    print(<any> + <any>)⏎except TypeError as <fresh e>:⏎    print(<e>)  # 2 times
    try:⏎    print(<$str>[<int>], <list[T]>[<int>], <dict[K,V]>[<K>])⏎except LookupError as <fresh e>:⏎    print(repr(<e>))  # K hashable
    with <^ctx>:⏎    <block>
    with <^ctx> as <new c:any>:⏎    print(<c>)⏎    <block>
    match <any>:⏎    <$case0>⏎        <block>⏎    case [<new a:any>, *<new b:list[any]>]:⏎        print(<a>, <b>)⏎        <block>⏎    case _:⏎        <block>  # 2 times
    match <T>:⏎    <$case0>⏎        print(1)⏎    case <new a:T> if <bool>:⏎        <block>⏎    case _:⏎        <block>
    match <tuple[T,U]>:⏎    case (<$literal>, <new a:U>):⏎        print("first", <a>)⏎    case (<new b:T>, <$literal>):⏎        print("second", <b>)⏎    case (<new c:T>, <new d:U>) as <new e:tuple[T,U]>:⏎        print(<c>, <d>, <e>)⏎        <block>
    match <dict[str,T]>:⏎    case {"a": <new a:T>, **<new b:dict[str,T]>}:⏎        print(<a>, <b>)⏎    case {}:⏎        <block>
    match <list[T]>:⏎    case []:⏎        print("empty")⏎    case [<new a:T>]:⏎        print(<a>)⏎    case [<new b:T>, *_, <new c:T>]:⏎        print(<b>, <c>)⏎        <block>
    match <int>:⏎    case 0 | 1:⏎        <block>⏎    case int(<new a:int>) if <a> > 5:⏎        <block>⏎    case -1:⏎        print("minus")⏎    case _:⏎        <block>
    def <fresh f>(<new a:T>, <new b:int>=<$int>):⏎    print(<show>)⏎    return <b>⏎print(<f>(<^T>), <f>(<^T>, <^int>))
    def <fresh f>(*<fresh a>, **<fresh k>):⏎    return len(<a>), sorted(<k>), <a>[:1]⏎print(<f>(<T>, <U>), <f>(*<list[T]>, **<dict[str,U]>), <f>(k=<V>))
    def <fresh f>(<new a:any>):⏎    return [<a>, <any>]⏎print(<f>(<^T>), <f>(<^U>))
    def <fresh f>():⏎    yield <T>⏎    yield from <list[T]>⏎    yield <T>⏎print(list(<f>()), next(<f>()))
""")
"""Statements; the types they leave open are chosen by chance."""

STATEMENT_WORDS = {
    "literal": ("0", "1", '"a"', "None", "True", "2.5", '"" | "ab"', "1 | 2", "-1"),
    "case0": (
        "case 0 | 1:",
        'case "a" | "ab" | "":',
        "case None:",
        "case True | False:",
        "case int() | float():",
        "case str():",
        "case bool():",
        "case [1, _]:",
        "case (1, *_) | [_, _, _]:",
        'case {"a": _}:',
        "case list() | tuple():",
        "case dict():",
    ),
}
