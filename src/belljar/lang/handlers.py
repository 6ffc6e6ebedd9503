"""``try``, ``with`` and ``raise``: blocks have a handler, the block that goes on with an exception that was raised in them.

``finally`` is written out once for each way to leave: the end of the block, an exception, and every ``return``, ``break`` and ``continue`` that crosses it.
"""

from __future__ import annotations

import ast

from belljar.lang.builder import Exit
from belljar.lang.comprehensions import Comprehensions
from belljar.lang.graph import CallShape, Throw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PLAIN = CallShape()
OPEN = "@open"
"""The module-level variable that counts the ``finally`` and ``with`` which generators are inside of."""


def takes_exit(node: ast.Try) -> bool:
    """Whether a ``try`` does something when a generator is closed in it."""
    kinds = [clause.type for clause in node.handlers]
    named = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
    return bool(node.finalbody) or None in kinds or not named.isdisjoint({"GeneratorExit", "BaseException"})


class Handlers(Comprehensions):
    def throw(self, value: int, node: ast.AST, cause: int | None = None) -> None:
        self.blocks[self.at].end = Throw(value, cause, self.m.span(node))

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

            self.protected(lambda: self.attempt(node), last, node)
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

    def protected(self, inside: Callable[[], None], last: Callable[[], None], node: ast.AST) -> None:
        """``inside`` with ``last`` run on every way out of it."""
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
        self.handling.append(caught)
        last()
        self.handling.pop()
        self.throw(self.get(caught, node), node)
        self.at = done

    def attempt(self, node: ast.Try) -> None:
        """``try`` with ``except`` and ``else``, without ``finally``."""
        if not node.handlers:
            self.body(node.body)
            return
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
        self.handling.append(caught)
        for clause in node.handlers:
            if clause.type is None:
                self.clause_body(clause, caught, done)
                break
            then, rest = self.block(), self.block()
            kinds = self.value(clause.type)
            test = self.step("matches", (self.get(caught, clause), kinds), None, clause.type)
            self.fork(test, then, rest, clause.type)
            self.at = then
            self.clause_body(clause, caught, done)
            self.at = rest
        else:
            self.throw(self.get(caught, node), node)
        self.handling.pop()
        self.at = done

    def until_exit(self, body: list[ast.stmt]) -> None:
        """The module level of a program that may raise SystemExit: with a status of None or 0 that is its end, and no error."""
        outer = self.handler
        landing, done = self.block(), self.block()
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
        self.m.need("need_exception", "SystemExit")
        well, raised = self.block(), self.block()
        test = self.step("ends_well", (self.get(caught, node),), None, node)
        self.fork(test, well, raised, node)
        self.at = raised
        self.throw(self.get(caught, node), node)
        self.at = well
        self.go(done)
        self.at = done

    def clause_body(self, clause: ast.ExceptHandler, caught: str, done: int) -> None:
        if clause.name is None:
            self.body(clause.body)
            self.go(done)
            return
        symbol = self.symbol(clause)
        if symbol is None:
            self.refuse(clause, "a name for an exception in the body of a class", "catch it in a function", later=False)
            self.go(done)
            return
        self.assign_symbol(symbol, self.get(caught, clause), clause)
        self.protected(lambda: self.body(clause.body), lambda: self.unbind(symbol, clause), clause)
        self.go(done)

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
        self.count_open(item.context_expr, -1)
        kind = self.step("type_of", (self.get(caught),), None, item.context_expr)
        swallowed = self.step(
            "method", (self.get(manager), kind, self.get(caught), self.const(None)), ("__exit__", _PLAIN), item.context_expr
        )
        again = self.block()
        self.fork(swallowed, done, again, item.context_expr)
        self.at = again
        self.throw(self.get(caught), item.context_expr)
        self.at = done
