"""``try``, ``with`` and ``raise``: blocks have a handler, the block that goes on with an exception that was raised in them.

``finally`` is written out once for each way to leave: the end of the block, an exception, and every ``return``, ``break`` and ``continue`` that crosses it.
"""

from __future__ import annotations

import ast

from belljar.lang.builder import Exit, Kept
from belljar.lang.comprehensions import Comprehensions
from belljar.lang.graph import CallShape, Throw
from belljar.lang.marks import written
from belljar.source import NOWHERE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PLAIN = CallShape()
HANDLING = "@handled"
"""The module-level variable that holds the exception being handled, in programs that ask for contexts."""
OPEN = "@open"
"""The module-level variable that counts the ``finally`` and ``with`` which generators are inside of."""


def takes_exit(node: ast.Try) -> bool:
    """Whether a ``try`` does something when a generator is closed in it."""
    kinds = [clause.type for clause in node.handlers]
    named = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
    return bool(node.finalbody) or None in kinds or not named.isdisjoint({"GeneratorExit", "BaseException"})


class Handlers(Comprehensions):
    def throw(self, value: int, node: ast.AST, cause: int | None = None, handled: int | None = None) -> None:
        self.blocks[self.at].end = Throw(value, cause, self.m.span(node), handled)

    # --- what is being handled ----------------------------------------------------------------------------------------------------------

    def handled_now(self, node: ast.AST) -> int | None:
        return self.step("global", (), HANDLING, node) if self.follows_handling() else None

    def follows_handling(self) -> bool:
        """Whether the module-level variable of what is being handled is kept: only in a program that asks for contexts. The library has none."""
        return self.program.chains and not self.m.prefix

    def watch(self, node: ast.AST) -> str:
        """The hidden variable with what is handled where a ``try`` or ``with`` begins, ``""`` where nobody asks for contexts."""
        handled = self.handled_now(node)
        return "" if handled is None else self.carry(handled, node)

    def land(self, watched: str, caught: str, node: ast.AST) -> None:
        """An exception has come to a handler: what was handled where that began is its context, unless it got one on the way, and is handled again."""
        if watched:
            self.step("chain", (self.get(caught, node), self.get(watched, node)), None, node)
            self.handle(watched, node)

    def handle(self, exception: str, node: ast.AST) -> None:
        """From here on the exception in a hidden variable is being handled."""
        self.step("set_global", (self.get(exception, node),), HANDLING, node)

    def handling_of(self, caught: str, watched: str, inside: Callable[[], None], node: ast.AST) -> None:
        """``inside`` is run while an exception is being handled; behind it, however it ends, what was handled before is."""
        if not watched:
            inside()
            return
        self.handle(caught, node)
        self.protected(inside, lambda: self.handle(watched, node), node, is_quiet=True)

    def leave(self, loops: int) -> None:
        exits, handler, handling = self.exits, self.handler, self.handling
        for position in range(len(exits) - 1, -1, -1):
            one = exits[position]
            if one.depth < loops:
                break
            # What runs on the way out is no longer under the handlers that are left.
            self.exits, self.handler = exits[:position], one.handler
            rest = self.block()
            self.go(rest)
            self.at = rest
            one.leave()
        self.exits, self.handler, self.handling = exits, handler, handling

    # --- try ----------------------------------------------------------------------------------------------------------------------------

    def do_Try(self, node: ast.Try) -> None:
        if node.finalbody:
            self.count_open(node, 1)

            def last() -> None:
                self.count_open(node, -1)
                self.body(node.finalbody)

            construct = self.construct()
            self.mark("try", node, construct=construct)
            with self.inside(construct):
                self.protected(lambda: self.attempt(node), last, node, construct)
        else:
            self.attempt(node)

    def counts_open(self) -> bool:
        """Whether this is a generator of a program that may leave one inside of what it has to do on the way out."""
        return self.b.is_generator and self.program.cleans is not None and not self.m.prefix

    def count_open(self, node: ast.AST, by: int) -> None:
        """A generator enters or leaves what CPython runs to its end when the generator is dropped."""
        if self.counts_open():
            held = self.step("global", (), OPEN, node)
            self.step("set_global", (self.step("binary", (held, self.const(by, node)), "+", node),), OPEN, node)

    def protected(
        self, inside: Callable[[], None], last: Callable[[], None], node: ast.AST, construct: int = 0, *, is_quiet: bool = False
    ) -> None:
        """``inside`` with ``last`` run on every way out of it; ``construct`` is that of a ``finally`` of the program. ``is_quiet``: what ``last`` does raises nothing."""
        watched = self.watch(node)
        outer = self.handler
        landing = self.block()
        self.handler = landing
        first, done = self.block(), self.block()
        self.blocks[done].handler = outer
        self.go(first)
        self.at = first
        self.exits.append(Exit(last, len(self.loops), outer))
        inside()
        self.exits.pop()
        self.handler = outer
        after = self.block()
        self.go(after)
        self.at = after
        last()
        self.go(done)
        self.at = landing
        caught = self.hide("e")
        self.put(caught, self.step("caught", (), None, node), node)
        if construct:
            self.mark_variable("caught", node, caught, "exception", construct=construct, handler="finally")
        self.land(watched, caught, node)
        self.handling.append(caught)
        self.handling_of(caught, "" if is_quiet else watched, last, node)
        self.handling.pop()
        self.throw(self.get(caught, node), node)
        self.at = done

    def attempt(self, node: ast.Try) -> None:
        """``try`` with ``except`` and ``else``, without ``finally``."""
        if not node.handlers:
            self.body(node.body)
            return
        watched = self.watch(node)
        construct = self.construct()
        self.mark("try", node, construct=construct)
        nest, self.nest = self.nest, (*self.nest, construct)
        outer = self.handler
        landing = self.block()
        done = self.block()
        self.handler = landing
        first = self.block()
        self.go(first)
        self.at = first
        self.exits.append(Exit(lambda: None, len(self.loops), outer))
        if takes_exit(node) and not node.finalbody and self.counts_open():
            self.count_open(node, 1)
            self.protected(lambda: self.body(node.body), lambda: self.count_open(node, -1), node)
        else:
            self.body(node.body)
        self.exits.pop()
        self.handler = outer
        orelse = self.block()
        self.go(orelse)
        self.at = orelse
        self.body(node.orelse)
        self.go(done)
        self.at = landing
        caught = self.hide("e")
        self.put(caught, self.step("caught", (), None, node), node)
        self.mark_variable("caught", node, caught, "exception", construct=construct, handler=None)
        self.land(watched, caught, node)
        self.handling.append(caught)
        for clause in node.handlers:

            def body(clause: ast.ExceptHandler = clause) -> None:
                self.clause_body(clause, caught)

            if clause.type is None:
                self.mark("except", clause, construct=construct, handler="except")
                self.handling_of(caught, watched, body, clause)
                self.go(done)
                break
            then, rest = self.block(), self.block()
            kinds = self.value(clause.type)
            test = self.step("matches", (self.get(caught, clause), kinds), None, clause.type)
            self.fork(test, then, rest, clause.type)
            self.at = then
            if self.marks("except"):
                self.mark("except", clause, construct=construct, handler=f"except {written(clause.type)}")
            self.handling_of(caught, watched, body, clause)
            self.go(done)
            self.at = rest
        else:
            self.throw(self.get(caught, node), node)
        self.handling.pop()
        self.nest = nest
        self.at = done

    def until_exit(self, body: list[ast.stmt]) -> None:
        """The module level of a program that may raise SystemExit: with a status of None or 0 that is its end, and no error."""
        outer = self.handler
        landing, done = self.block(), self.block()
        construct = self.construct()
        self.mark("try", NOWHERE, construct=construct, hidden=True)
        nest, self.nest = self.nest, (*self.nest, construct)
        self.handler = landing
        first = self.block()
        self.go(first)
        self.at = first
        self.body(body)
        self.handler = outer
        self.go(done)
        self.at = landing
        caught = self.hide("e")
        node = ast.Name("SystemExit", ast.Load())
        self.put(caught, self.step("caught", (), None, node), node)
        self.mark_variable("caught", NOWHERE, caught, "exception", construct=construct, handler=None)
        self.nest = nest
        self.m.need("need_exception", "SystemExit")
        well, raised = self.block(), self.block()
        test = self.step("ends_well", (self.get(caught, node),), None, node)
        self.fork(test, well, raised, node)
        self.at = raised
        self.throw(self.get(caught, node), node)
        self.at = well
        self.go(done)
        self.at = done

    def clause_body(self, clause: ast.ExceptHandler, caught: str) -> None:
        if clause.name is None:
            self.body(clause.body)
            return
        symbol = self.symbol(clause)
        if symbol is None:
            self.refuse(clause, "a name for an exception in the body of a class", "catch it in a function", later=False)
            return
        self.assign_symbol(symbol, self.get(caught, clause), clause)
        self.protected(lambda: self.body(clause.body), lambda: self.unbind(symbol, clause), clause, is_quiet=True)

    # --- with ---------------------------------------------------------------------------------------------------------------------------

    def do_With(self, node: ast.With) -> None:
        self.with_items(node.items, node)

    def with_items(self, items: Sequence[ast.withitem], node: ast.With) -> None:
        if not items:
            self.body(node.body)
            return
        item = items[0]
        manager = self.carry(self.step("manager", (self.value(item.context_expr),), None, item.context_expr), item.context_expr)
        entered = self.step("method", (self.get(manager),), ("__enter__", _PLAIN), item.context_expr)
        watched = self.watch(item.context_expr)
        construct = self.construct()
        if self.marks("with"):
            self.mark("with", item.context_expr, construct=construct, context=written(item.context_expr))
        elif self.marks("try"):
            self.mark("try", item.context_expr, construct=construct, hidden=True)
        nest, self.nest = self.nest, (*self.nest, construct)
        outer = self.handler
        landing, done = self.block(), self.block()
        held = self.carry(entered, item.context_expr)
        self.count_open(item.context_expr, 1)
        self.handler = landing
        first = self.block()
        self.go(first)
        self.at = first

        def leave() -> None:
            self.count_open(item.context_expr, -1)
            none = [self.const(None, node) for _ in range(3)]
            self.step("method", (self.get(manager), *none), ("__exit__", _PLAIN), item.context_expr)

        self.exits.append(Exit(leave, len(self.loops), outer))
        if item.optional_vars is not None:
            self.assign(item.optional_vars, self.get(held))
        self.with_items(items[1:], node)
        self.exits.pop()
        self.handler = outer
        after = self.block()
        self.go(after)
        self.at = after
        leave()
        self.go(done)
        self.at = landing
        caught = self.hide("e")
        self.put(caught, self.step("caught", (), None, item.context_expr), item.context_expr)
        self.mark_variable("caught", item.context_expr, caught, "exception", construct=construct, handler="with")
        self.nest = nest
        self.count_open(item.context_expr, -1)
        self.land(watched, caught, item.context_expr)
        swallowed = Kept(self, "", -1)

        def exit() -> None:
            kind = self.step("type_of", (self.get(caught),), None, item.context_expr)
            given = (self.get(manager), kind, self.get(caught), self.get(caught))  # there are no tracebacks: something that is not None
            answer = self.step("method", given, ("__exit__", _PLAIN), item.context_expr)
            nonlocal swallowed
            swallowed = self.keep_if(bool(watched), answer, item.context_expr)

        self.handling_of(caught, watched, exit, item.context_expr)
        again = self.block()
        self.fork(swallowed(), done, again, item.context_expr)
        self.at = again
        self.throw(self.get(caught), item.context_expr)
        self.at = done
