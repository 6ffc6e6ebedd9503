"""Statements as steps and blocks: assignment, branches, loops, returns, definitions."""

from __future__ import annotations

import ast

from belljar.lang.annotations import TYPE_VARIABLES, with_default
from belljar.lang.classes import ABSTRACT_MODULE, HOLDERS, subclass_hook
from belljar.lang.expressions import BINARY, Expressions, present, slice_bounds
from belljar.lang.graph import CallShape, Raise, Return, captured_name, object_name
from belljar.lang.marks import bound_names, written
from belljar.lang.names import EXCEPTIONS
from belljar.lang.scope import computed_defaults
from belljar.lang.tree import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from belljar.lang.graph import ClassDecl


class Statements(Expressions):
    def body(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        method = getattr(self, f"do_{type(node).__name__}", None)
        if method is None:
            self.refuse(node)
            self.after_refused(node)
        else:
            method(node)

    def after_refused(self, node: ast.stmt) -> None:
        """What a refused statement would have bound is unknown, and no error of its own."""
        for child in walk(node):
            symbol = self.symbol(child)
            if symbol is not None and not (isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load)) and symbol.owner is self.b:
                self.assign_symbol(symbol, self.step("refused", (), None, node), node)

    def do_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.mark_expression(node.value, self.value(node.value))

    def mark_expression(self, node: ast.expr, value: int) -> None:
        """Mark an expression that is a statement: what a call of print() wrote, or the value. A generator's yield has marks of its own."""
        if isinstance(node, (ast.Yield, ast.YieldFrom)) or not self.marks("expression"):
            return
        is_print = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print" and self.symbol(node.func) is None
        )
        if is_print:
            self.mark("print", node, names=("text",))
        else:
            self.mark("expression", node, (value,), ("value",), expression=written(node))

    def do_Pass(self, node: ast.Pass | ast.Global | ast.Nonlocal) -> None:
        pass

    do_Global = do_Pass
    do_Nonlocal = do_Pass

    def do_Import(self, node: ast.Import) -> None:
        self.m.import_modules(self, node)

    def do_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.m.import_names(self, node)

    # --- definitions ----------------------------------------------------------------------------------------------------------------

    def do_FunctionDef(self, node: ast.FunctionDef) -> None:
        value = self.decorated(node, self.function_value(node))
        self.store(node.name, value, node)

    def decorated(self, node: ast.FunctionDef | ast.ClassDef, value: int) -> int:
        for decorator in reversed(node.decorator_list):
            if self.m.is_marker(decorator):
                continue
            held = self.carry(value, node)
            callee = self.value(decorator)
            value = self.step("call", (callee, self.get(held, node)), _PLAIN, decorator)
        return value

    def do_ClassDef(self, node: ast.ClassDef) -> None:
        decl = self.m.class_of(node)
        if self.m.has_state(node):
            if self.loops:
                self.refuse(
                    node, "a class with variables of its own in a loop", "make it once, before the loop, and give its objects what differs"
                )
            elif self.b.kind != "module":
                self.once(node, decl)
        outer, self.klass = self.klass, self.symbols.classes[id(node)].name
        if not self.m.prefix and any(base.startswith(f"{ABSTRACT_MODULE}.") for base in decl.bases):
            self.step("import", (), f"@{ABSTRACT_MODULE}", node)
        for module, name in HOLDERS.values():
            if f"{module}.{name}" in decl.bases:
                self.step("import", (), f"@{module}", node)
        for name, factory in self.m.factories.get(decl.name, ()):
            self.step("publish", (self.value(factory),), name, factory)
        run = {id(statement) for statement in self.m.class_statements(node)}
        for statement in node.body:
            if id(statement) in run:
                self.statement(statement)
            elif isinstance(statement, ast.FunctionDef):
                self.method_defaults(statement)
        self.klass = outer
        for name in decl.holds:
            self.step("hold", (), (decl.name, name), node)
        for method in decl.methods.values():
            if self.m.has_defaults(method.function):
                self.m.globals[object_name(method.function)] = None
        self.step("made", (), decl.name, node)
        value = self.step("class", (), decl.name, node)
        if subclass_hook(self.m, decl) is not None:
            if "__init_subclass__" in decl.methods:
                self.refuse(node, "__init_subclass__ in a class and in one that it derives from", "write it in one of them", later=False)
            given = self.values([keyword.value for keyword in node.keywords])
            cls = self.step("class", (), decl.name, node)
            shape = CallShape(tuple(keyword.arg or "" for keyword in node.keywords))
            self.step("method", (cls, *given), ("__init_subclass__", shape), node)
            value = self.step("class", (), decl.name, node)
        for decorator in reversed(node.decorator_list):
            if self.m.static_name(decorator) == "enum.unique" and decl.aliases:
                shown = f"<{'flag' if 'Flag' in decl.flavour else 'enum'} '{decl.qualname}'>"
                told = ", ".join(f"{name} -> {member}" for name, member in decl.aliases.items())
                self.raise_built_in("ValueError", f"duplicate values found in {shown}: {told}", decorator)
            if not self.m.is_class_marker(decorator):
                held = self.carry(value, node)
                callee = self.value(decorator)
                value = self.step("call", (callee, self.get(held, node)), _PLAIN, decorator)
        self.store(node.name, value, node)

    def once(self, node: ast.ClassDef, decl: ClassDecl) -> None:
        """A class of a function that has state is one class: making it again would change what its objects see. That is an exception."""
        flag = f"{decl.name}:made"
        self.m.flags.append(flag)
        self.m.globals[flag] = None
        self.m.shared.add(flag)
        again, first = self.block(), self.block()
        self.fork(self.step("global", (), flag, node), again, first, node)
        self.at = again
        self.m.need("need_exception", "NotImplementedError")
        text = f"class {decl.shown!r} is made a second time by its function, and its methods use variables of that function or it has variables of its own"
        kind = self.step("class", (), "NotImplementedError", node)
        self.throw(self.step("call", (kind, self.const(text, node)), _PLAIN, node), node)
        self.at = first
        self.step("set_global", (self.const(True, node),), flag, node)

    def method_defaults(self, node: ast.FunctionDef) -> None:
        """The computed defaults of a method, and what it captures, are kept in module-level variables."""
        body = self.symbols.bodies[id(node)]
        name = self.m.flow_name(body)
        for symbol in body.captures:
            self.m.globals[captured_name(name, symbol.flow)] = None
            self.step("publish", (self.step("capture", (), symbol.flow, node),), captured_name(name, symbol.flow), node)
        for position, default in enumerate(computed_defaults(node.args)):
            self.m.globals[f"{name}.d{position}"] = None
            self.step("publish", (self.value(default),), f"{name}.d{position}", default)

    # --- assignment -----------------------------------------------------------------------------------------------------------------

    def do_Assign(self, node: ast.Assign) -> None:
        made = self.m.static_name(node.value.func) if isinstance(node.value, ast.Call) else ""
        is_type_variable = made.startswith("typing.") and made.removeprefix("typing.") in TYPE_VARIABLES
        value = self.const(None) if is_type_variable else self.value(node.value)
        if len(node.targets) == 1:
            self.assign(node.targets[0], value)
            return
        held = self.carry(value, node)
        for target in node.targets:
            self.assign(target, self.get(held, node))

    def do_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is None:
            return
        if self.m.static_name(node.annotation) == "typing.TypeAlias":
            self.assign(node.target, self.step("marker", (), ast.unparse(node.value), node))
            return
        value = self.value(node.value)
        if isinstance(node.target, (ast.Name, ast.Attribute)):
            declared = with_default(node.annotation, node.value)
            value = self.step("declare", (value,), (ast.unparse(node.target), declared), node.value)
        self.assign(node.target, value)

    def do_AugAssign(self, node: ast.AugAssign) -> None:
        op = BINARY[type(node.op)]
        target = node.target
        if isinstance(target, ast.Name):
            kept = self.keep(self.augmented(target), node.value)
            right = self.value(node.value)
            result = self.step("inplace", (kept(), right), op, node)
            self.mark("assign", node, (result,), ("value",), variable=target.id)
            self.store(target.id, result, target)
        elif isinstance(target, ast.Attribute):
            obj = self.keep(self.value(target.value), node.value)
            self.check_attribute(target)
            left = self.step("attr", (obj(),), target.attr, target)
            left_again = self.keep(left, node.value)
            right = self.value(node.value)
            result = self.step("inplace", (left_again(), right), op, node)
            self.step("set_attr", (obj(), result), target.attr, target)
            self.mark_part(target, result)
        elif isinstance(target.slice, ast.Slice):
            bounds = slice_bounds(target.slice)
            temps = [self.carry(temp, target) for temp in self.values([target.value, *bounds])]
            kept_left = self.carry(self.step("slice", [self.get(name) for name in temps], present(target.slice), target), target)
            right = self.value(node.value)
            result = self.step("inplace", (self.get(kept_left), right), op, node)
            self.step("set_slice", (*(self.get(name) for name in temps), result), present(target.slice), target)
        else:
            obj = self.keep(self.value(target.value), node.value, target.slice)
            index = self.keep(self.value(target.slice), node.value)
            left = self.step("index", (obj(), index()), None, target)
            left_again = self.keep(left, node.value)
            right = self.value(node.value)
            result = self.step("inplace", (left_again(), right), op, node)
            key = index()
            self.step("set_index", (obj(), key, result), None, target)
            self.mark_part(target, result, key)

    def augmented(self, target: ast.Name) -> int:
        """The value of the name that an augmented assignment changes."""
        if self.klass and id(target) in self.symbols.class_reads:
            return self.load(target)
        symbol = self.symbol(target)
        assert symbol is not None
        return self.variable(symbol, target)

    def mark_part(self, target: ast.expr, value: int, key: int = -1) -> None:
        """Mark that an attribute or item got a value."""
        if not self.marks("assign"):
            return
        assert isinstance(target, (ast.Attribute, ast.Subscript))
        is_direct = isinstance(target.value, ast.Name) and not (isinstance(target, ast.Subscript) and key < 0)
        if not is_direct:
            self.mark_changed(target, "", target)
        inner: Any = {} if is_direct else {"inner": True}
        if key < 0:
            self.mark("assign", target, (value,), ("value",), variable=written(target), **inner)
        else:
            self.mark("assign", target, (value, key), ("value", "key"), variable=written(target), **inner)

    def assign_quietly(self, target: ast.expr, value: int) -> None:
        """The same where another mark tells of it."""
        self.quiet += 1
        self.assign(target, value)
        self.quiet -= 1

    def assign(self, target: ast.expr, value: int) -> None:
        if isinstance(target, ast.Name):
            self.mark("assign", target, (value,), ("value",), variable=target.id)
            self.store(target.id, value, target)
        elif isinstance(target, (ast.Tuple, ast.List)):
            self.unpack(target, value)
        elif isinstance(target, ast.Attribute):
            kept = self.keep(value, target.value)
            obj = self.value(target.value)
            self.check_attribute(target)
            value = kept()
            self.step("set_attr", (obj, value), target.attr, target)
            self.mark_part(target, value)
        elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
            bounds = slice_bounds(target.slice)
            kept = self.keep(value, target.value, *bounds)
            temps = self.values([target.value, *bounds])
            value = kept()
            self.step("set_slice", (*temps, value), present(target.slice), target)
            self.mark_part(target, value)
        elif isinstance(target, ast.Subscript):
            kept = self.keep(value, target.value, target.slice)
            container = self.keep(self.value(target.value), target.slice)
            index = self.value(target.slice)
            value = kept()
            self.step("set_index", (container(), index, value), None, target)
            self.mark_part(target, value, index)
        else:
            self.refuse(target)

    def unpack(self, target: ast.Tuple | ast.List, value: int) -> None:
        stars = [position for position, item in enumerate(target.elts) if isinstance(item, ast.Starred)]
        count = len(target.elts)
        if len(stars) > 1:
            self.report("E0101", target, detail="multiple starred expressions in assignment")
            return
        shape = (count, -1) if not stars else (count, stars[0])
        first = self.step("unpack", (value,), shape, target, outs=count)
        items = [item.value if isinstance(item, ast.Starred) else item for item in target.elts]
        last = self.last_split(items)
        keeps = [self.keep_if(0 < position and last > 0, first + position, item) for position, item in enumerate(items)]
        for item, keep in zip(items, keeps, strict=True):
            self.assign(item, keep())

    def do_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.delete(target)

    def delete(self, target: ast.expr) -> None:
        if self.marks("delete") and isinstance(target, ast.Name):
            self.mark("delete", target, variable=written(target))
        if isinstance(target, ast.Name):
            symbol = self.symbol(target)
            if symbol is None:
                self.report("E0201", target, name=target.id, nearest="")
                return
            self.variable(symbol, target)
            self.unbind(symbol, target)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                self.delete(item)
        elif isinstance(target, ast.Attribute):
            self.check_attribute(target)
            self.step("del_attr", (self.value(target.value),), target.attr, target)
            self.mark_deleted(target)
        elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
            self.step("del_slice", self.values([target.value, *slice_bounds(target.slice)]), present(target.slice), target)
            self.mark_deleted(target)
        elif isinstance(target, ast.Subscript):
            self.step("del_index", self.values([target.value, target.slice]), None, target)
            self.mark_deleted(target)
        else:
            self.refuse(target)

    def mark_deleted(self, target: ast.Attribute | ast.Subscript) -> None:
        """Mark that an attribute or items are gone."""
        if self.marks("delete"):
            self.mark_changed(target, "", target)
            self.mark("delete", target, variable=written(target))

    # --- branches and loops -----------------------------------------------------------------------------------------------------------

    def do_If(self, node: ast.If) -> None:
        done = self.block()
        current: ast.If | None = node
        construct, arm = self.construct(), 0
        while current is not None:
            then, orelse = self.block(), self.block()
            self.condition(current.test, then, orelse)
            self.at = then
            self.mark("if", current, construct=construct, condition_result=True, branch_taken=f"elif {arm}" if arm else "then")
            with self.inside(construct):
                self.body(current.body)
            self.go(done)
            self.at = orelse
            if len(current.orelse) == 1 and isinstance(current.orelse[0], ast.If):
                current, arm = current.orelse[0], arm + 1
            else:
                self.mark("if", node, construct=construct, condition_result=False, branch_taken="else" if current.orelse else None)
                with self.inside(construct):
                    self.body(current.orelse)
                self.go(done)
                current = None
        self.at = done

    def do_While(self, node: ast.While) -> None:
        construct = self.construct()
        self.mark("while", node, construct=construct)
        head, inside, orelse, done = self.block(), self.block(), self.block(), self.block()
        self.go(head)
        self.at = head
        self.condition(node.test, inside, orelse)
        self.at = inside
        self.count_pass(node.test)
        self.loops.append((head, done))
        self.looping.append(construct)
        with self.inside(construct):
            self.mark("pass", node, construct=construct)
            self.body(node.body)
        self.loops.pop()
        self.looping.pop()
        self.go(head)
        self.at = orelse
        with self.inside(construct):
            self.mark("done", node, construct=construct)
        self.body(node.orelse)
        self.go(done)
        self.at = done

    def do_For(self, node: ast.For) -> None:
        state = self.hide("it")
        given = self.walked(node.iter)
        construct = self.construct()
        if self.marks("for"):
            self.mark("for", node, (given,), ("collection_size",), construct=construct, loop_var=written(node.target))
        closes = self.program.cleans is not None and not self.m.prefix and isinstance(node.iter, ast.Call)
        owned = self.carry(self.step("is_fresh", (given,), None, node.iter), node.iter) if closes else ""
        self.step("iter_new", (given,), state, node.iter)
        if closes:
            self.protected(lambda: self.loop(node, state, construct), lambda: self.close_iterator(owned, state, node.iter), node)
        else:
            self.loop(node, state, construct)

    def close_iterator(self, owned: str, state: str, node: ast.expr) -> None:
        """Close the generator that a loop made for itself: nothing else has it."""
        close, done = self.block(), self.block()
        self.fork(self.get(owned, node), close, done, node)
        self.at = close
        self.step("iter_close", (), state, node)
        self.go(done)
        self.at = done

    def loop(self, node: ast.For, state: str, construct: int) -> None:
        head, inside, latch, orelse, done = self.block(), self.block(), self.block(), self.block(), self.block()
        self.go(head)
        self.at = head
        more = self.step("iter_more", (), state, node.iter)
        self.fork(more, inside, orelse, node.iter)
        self.at = inside
        self.count_pass(node.iter)
        value = self.step("iter_value", (), state, node.target)
        self.loops.append((latch, done))
        self.looping.append(construct)
        with self.inside(construct):
            if self.marks("pass"):
                bound = {"bound": names} if (names := bound_names(node.target)) else {}
                self.mark("pass", node, (value,), ("value",), construct=construct, loop_var=written(node.target), **bound)
            self.assign_quietly(node.target, value)
            self.body(node.body)
        self.loops.pop()
        self.looping.pop()
        self.go(latch)
        self.at = latch
        self.step("iter_step", (), state, node.iter)
        self.go(head)
        self.at = orelse
        with self.inside(construct):
            self.mark("done", node, construct=construct)
        self.body(node.orelse)
        self.go(done)
        self.at = done

    def do_Break(self, node: ast.Break | ast.Continue) -> None:
        word = type(node).__name__.lower()
        if not self.loops:
            self.report("E0109", node, word=word, place="a loop")
        else:
            if word == "break":
                self.mark("break", node, construct=self.looping[-1])
            self.leave(len(self.loops))
            self.go(self.loops[-1][1 if word == "break" else 0])
        self.at = self.block()

    do_Continue = do_Break

    def do_Return(self, node: ast.Return) -> None:
        span = self.m.span(node)
        value = None if node.value is None else self.value(node.value)
        if self.is_module or self.klass:
            self.report("E0109", node, word="return", place="a function")
        if self.exits and value is not None:
            held = self.carry(value, node)
            self.leave(0)
            value = self.get(held, node)
        elif self.exits:
            self.leave(0)
        self.mark("return", node, () if value is None else (value,), () if value is None else ("value",))
        self.blocks[self.at].end = Return(value, span)
        self.at = self.block()

    def leave(self, loops: int) -> None:
        """What the ``try`` and ``with`` statements that a jump leaves, those inside of so many loops, do on the way out, innermost first."""
        raise NotImplementedError

    def do_Assert(self, node: ast.Assert) -> None:
        fine, failed = self.block(), self.block()
        self.condition(node.test, fine, failed)
        self.at = failed
        self.mark("assert", node, condition_result=False)
        if self.program.catches:
            args = [] if node.msg is None else [self.value(node.msg)]
            self.m.need("need_exception", "AssertionError")
            kind = self.step("class", (), "AssertionError", node)
            self.throw(self.step("call", (kind, *args), _PLAIN, node.test), node.test)
        else:
            message = None if node.msg is None else self.value(node.msg)
            self.blocks[self.at].end = Raise("AssertionError", message, "E0704", self.m.span(node.test))
        self.at = fine
        self.mark("assert", node, condition_result=True)

    def protected(self, inside: Callable[[], None], last: Callable[[], None], node: ast.AST, construct: int = 0) -> None:
        raise NotImplementedError

    def throw(self, value: int, node: ast.AST, cause: int | None = None, handled: int | None = None) -> None:
        raise NotImplementedError

    def handled_now(self, node: ast.AST) -> int | None:
        """The exception that is being handled, where the program asks for contexts."""
        raise NotImplementedError

    def raise_built_in(self, name: str, text: str, node: ast.AST) -> None:
        """Raise an exception whose text is known."""
        message = self.const(text, node)
        if self.program.catches:
            self.m.need("need_exception", name)
            kind = self.step("class", (), name, node)
            self.throw(self.step("call", (kind, message), _PLAIN, node), node)
        else:
            self.blocks[self.at].end = Raise(name, message, "E0705", self.m.span(node))
        self.at = self.block()

    def do_Raise(self, node: ast.Raise) -> None:
        exc = node.exc
        if exc is None:
            if not self.handling:
                self.report("E0109", node, word="raise", place="an except clause, without an exception of its own")
                return
            self.mark_variable("raise", node, self.handling[-1], "exception")
            self.throw(self.get(self.handling[-1], node), node)
            self.at = self.block()
            return
        plain = (
            isinstance(exc, ast.Call) and not exc.keywords and len(exc.args) <= 1 and not any(isinstance(a, ast.Starred) for a in exc.args)
        )
        func = exc.func if isinstance(exc, ast.Call) else exc
        name = func.id if isinstance(func, ast.Name) and self.symbol(func) is None else ""
        if not self.program.catches and name in EXCEPTIONS and (plain or isinstance(exc, ast.Name)) and name != "StopIteration":
            # Nothing in the program can catch it: only the report will show it.
            args = exc.args if isinstance(exc, ast.Call) else []
            value = self.value(args[0]) if args else None
            self.mark("raise", node, () if value is None else (value,), () if value is None else ("message",), exception=name)
            self.blocks[self.at].end = Raise(name, value, "E0705", self.m.span(node))
        else:
            value = self.value(exc)
            if node.cause is None:
                self.mark("raise", node, (value,), ("exception",))
                self.throw(value, node, None, self.handled_now(node))
            else:
                held = self.carry(value, exc)
                cause = self.value(node.cause)
                self.mark_variable("raise", node, held, "exception")
                self.throw(self.get(held, exc), node, cause, self.handled_now(node))
        self.at = self.block()


_PLAIN = CallShape()
