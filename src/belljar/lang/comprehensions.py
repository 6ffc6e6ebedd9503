"""Comprehensions, and generator expressions that are walked where they stand, as loops; other generator expressions and ``yield``."""

from __future__ import annotations

import ast

from belljar.lang.graph import CallShape
from belljar.lang.marks import written
from belljar.lang.statements import Statements
from belljar.lang.symbols import FIRST_ITERABLE
from belljar.lang.tree import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from belljar.lang.symbols import Symbol

_PLAIN = CallShape()


class Comprehensions(Statements):
    def marked(self, kind: str, node: ast.expr, made: str, build: Callable[[], None]) -> None:
        """Build a comprehension between its marks; it is put into the hidden variable ``made``."""
        around, construct = self.walking, self.construct()
        self.mark("comprehension", node, construct=construct, kind=kind)
        self.walking = construct
        with self.inside(construct):
            build()
            self.mark_variable("made", node, made, "value", construct=construct)
        self.walking = around

    def on_ListComp(self, node: ast.ListComp | ast.GeneratorExp) -> int:
        made = self.hide("t")
        self.put(made, self.step("list", (), None, node), node)

        def add() -> None:
            value = self.value(node.elt)
            self.step("method", (self.get(made, node), value), ("append", _PLAIN), node.elt)

        self.marked("list", node, made, lambda: self.clauses(node.generators, add))
        return self.get(made, node)

    def on_SetComp(self, node: ast.SetComp | ast.GeneratorExp) -> int:
        made = self.hide("t")
        self.put(made, self.step("set", (), None, node), node)

        def add() -> None:
            value = self.value(node.elt)
            self.step("method", (self.get(made, node), value), ("add", _PLAIN), node.elt)

        self.marked("set", node, made, lambda: self.clauses(node.generators, add))
        return self.get(made, node)

    def on_DictComp(self, node: ast.DictComp) -> int:
        made = self.hide("t")
        self.put(made, self.step("dict", (), None, node), node)

        def add() -> None:
            key, value = self.values([node.key, node.value])
            self.step("set_index", (self.get(made, node), key, value), None, node.key)

        self.marked("dict", node, made, lambda: self.clauses(node.generators, add))
        return self.get(made, node)

    def clauses(
        self,
        generators: Sequence[ast.comprehension],
        innermost: Callable[[], None],
        first: Callable[[], int] | None = None,
        is_begun: bool = False,
    ) -> None:
        """Nested loops; ``break`` in none of them. ``first`` gives the first iterable where it was evaluated before; ``is_begun``: its iterator."""
        owned: dict[Symbol, None] = {}
        for clause in generators:
            for target in walk(clause.target):
                symbol = self.symbol(target)
                if symbol is not None and isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store):
                    owned[symbol] = None
        self.new_cells(list(owned), generators[0].target)
        self.clause(generators, 0, innermost, first, is_begun)

    def clause(
        self,
        generators: Sequence[ast.comprehension],
        position: int,
        innermost: Callable[[], None],
        first: Callable[[], int] | None,
        is_begun: bool = False,
    ) -> None:
        if position == len(generators):
            innermost()
            return
        clause = generators[position]
        if clause.is_async:
            self.refuse(clause.target, "an asynchronous comprehension", later=False)
        state = self.hide("it")
        iterable = first() if first is not None and position == 0 else self.walked(clause.iter)
        self.step("iter_taken" if is_begun else "iter_new", (iterable,), state, clause.iter)
        head, inside, latch, done = self.block(), self.block(), self.block(), self.block()
        self.go(head)
        self.at = head
        self.fork(self.step("iter_more", (), state, clause.iter), inside, done, clause.iter)
        self.at = inside
        self.count_pass(clause.iter)
        value = self.step("iter_value", (), state, clause.target)
        if self.walking and self.marks("item"):
            self.mark("item", clause.target, (value,), ("value",), construct=self.walking, loop_var=written(clause.target))
        self.assign_quietly(clause.target, value)
        for test in clause.ifs:
            self.filtered(test, latch)
        self.clause(generators, position + 1, innermost, None)
        self.go(latch)
        self.at = latch
        self.step("iter_step", (), state, clause.iter)
        self.go(head)
        self.at = done

    def filtered(self, test: ast.expr, latch: int) -> None:
        """Go on where the condition of a comprehension is true, in ``latch`` otherwise."""
        passed = self.block()
        kept, left_out = self.choice(test, "filter", condition_result=True), self.choice(test, "filter", condition_result=False)
        self.condition(test, passed, latch, kept, left_out)
        self.at = passed

    # --- generator expressions ----------------------------------------------------------------------------------------------------------

    def on_GeneratorExp(self, node: ast.GeneratorExp) -> int:
        """An object: the function that runs it is called with its first iterable."""
        iterable = self.keep(
            self.walked(node.generators[0].iter) if isinstance(node.generators[0].iter, ast.Set) else self.value(node.generators[0].iter)
        )
        body = self.symbols.bodies[id(node)]
        function = self.step("function", self.captured(body, node), self.m.flow_name(body), node)
        return self.step("call", (function, self.step("started", (iterable(),), None, node.generators[0].iter)), _PLAIN, node)

    def generator_expression(self, node: ast.GeneratorExp) -> None:
        """The body of the function of a generator expression."""

        def give() -> None:
            value = self.value(node.elt)
            self.mark("yield", node.elt, (value,), ("value",))
            self.step("yield", (value,), None, node.elt)
            self.mark("resume", node.elt)

        self.clauses(node.generators, give, lambda: self.step("load", (), FIRST_ITERABLE, node.generators[0].iter), is_begun=True)

    def inlined_call(self, node: ast.Call) -> int | None:
        """A call whose first argument is a generator expression that is walked here; None for any other."""
        if not node.args or not getattr(node.args[0], "inline", False):
            return None
        inner = node.args[0]
        assert isinstance(inner, ast.GeneratorExp)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("any", "all") and len(node.args) == 1 and not node.keywords:
            return self.quantified(inner, name == "any")
        if name == "sum" and len(node.args) == 1 and not node.keywords:
            return self.summed(inner)
        if name == "set" and len(node.args) == 1 and not node.keywords:
            return self.on_SetComp(inner)
        if name == "list" and len(node.args) == 1 and not node.keywords:
            return self.on_ListComp(inner)
        node.args[0] = ast.copy_location(ast.ListComp(inner.elt, inner.generators), inner)
        self.m.splitting.clear()
        return self.call(node, walked=False)

    def quantified(self, node: ast.GeneratorExp, wanted: bool) -> int:
        """``any`` and ``all``: the walk ends where the answer is known."""
        result, found, done = self.hide("t"), self.block(), self.block()
        self.put(result, self.const(not wanted, node), node)

        def test() -> None:
            on = self.block()
            self.condition(node.elt, found if wanted else on, on if wanted else found)
            self.at = on

        def build() -> None:
            self.clauses(node.generators, test)
            self.go(done)
            self.at = found
            self.put(result, self.const(wanted, node), node)
            self.go(done)
            self.at = done

        self.marked("any" if wanted else "all", node, result, build)
        return self.get(result, node)

    def summed(self, node: ast.GeneratorExp) -> int:
        result = self.hide("t")
        self.put(result, self.const(0, node), node)

        def add() -> None:
            value = self.value(node.elt)
            self.put(result, self.step("binary", (self.get(result, node), value), "+", node.elt), node)

        self.marked("sum", node, result, lambda: self.clauses(node.generators, add))
        return self.get(result, node)

    # --- yield --------------------------------------------------------------------------------------------------------------------------

    def on_Yield(self, node: ast.Yield) -> int:
        if self.is_module or self.klass:
            self.report("E0109", node, word="yield", place="a function")
            return self.step("refused", (), None, node)
        value = self.const(None, node) if node.value is None else self.value(node.value)
        self.mark("yield", node, (value,), ("value",))
        sent = self.step("yield", (value,), None, node)
        self.mark("resume", node)
        return sent

    def on_YieldFrom(self, node: ast.YieldFrom) -> int:
        """``yield from``: every item is yielded, and what is sent or thrown in goes to the inner iterator. That may end it: then nothing is asked of it any more."""
        state = self.hide("it")
        self.step("iter_new", (self.step("delegate", (self.iterable(node.value),), None, node.value),), state, node.value)
        head, inside, further, done = self.block(), self.block(), self.block(), self.block()
        self.go(head)
        self.at = head
        self.fork(self.step("iter_more", (), state, node.value), inside, done, node.value)
        self.at = inside
        value = self.step("iter_value", (), state, node)
        self.mark("yield", node, (value,), ("value",))
        sent = self.step("yield", (value,), state, node)
        self.mark("resume", node)
        self.fork(self.step("ended", (sent,), state, node), done, further, node)
        self.at = further
        self.step("iter_step", (), state, node.value)
        self.go(head)
        self.at = done
        return self.step("iter_result", (), state, node)
