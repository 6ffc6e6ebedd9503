"""Expressions as steps. What is control in Python (``and``, conditional expressions, chained comparisons) becomes blocks."""

from __future__ import annotations

import ast

from belljar.lang.builder import Builder, Kept
from belljar.lang.constant_sets import COPIED_FROM, FOLDED_FROM, constant_order
from belljar.lang.exceptions import OF_SYSTEM
from belljar.lang.graph import HOST, CallShape
from belljar.lang.marks import changed_parameters
from belljar.lang.names import ASKING, MODULES, MOVED
from belljar.lang.scope import check_name, computed_defaults, constant, field_attributes, nearest
from belljar.lang.type_forms import GENERIC, is_type_form, union_classes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from belljar.lang.marks import Mark


class Expressions(Builder):
    def value(self, node: ast.expr) -> int:
        method = getattr(self, f"on_{type(node).__name__}", None)
        if method is not None:
            return int(method(node))
        return self.refuse(node)

    def values(self, nodes: Sequence[ast.expr]) -> list[int]:
        """Evaluate in order; each result survives the evaluation of the later ones."""
        last = self.last_split(nodes)
        kept = [self.keep_if(position < last, self.value(node), node) for position, node in enumerate(nodes)]
        return [keep() for keep in kept]

    # --- conditions -----------------------------------------------------------------------------------------------------------------

    def condition(self, node: ast.expr, then: int, orelse: int, on_then: Sequence[Mark] = (), on_else: Sequence[Mark] = ()) -> None:
        """Evaluate ``node`` for its truth alone and end the current block. ``on_then`` and ``on_else`` are the marks of both ways."""
        if isinstance(node, ast.BoolOp):
            for number, value in enumerate(node.values[:-1], 1):
                rest = self.block()
                if isinstance(node.op, ast.And):
                    self.condition(value, rest, orelse, (), (*self.decided(node, number, condition_result=False), *on_else))
                else:
                    self.condition(value, then, rest, (*self.decided(node, number, condition_result=True), *on_then), ())
                self.at = rest
            last = len(node.values)
            if isinstance(node.op, ast.And):  # where all are true no one of them decided
                on_else = (*self.decided(node, last, condition_result=False), *on_else)
            else:
                on_then = (*self.decided(node, last, condition_result=True), *on_then)
            self.condition(node.values[-1], then, orelse, on_then, on_else)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.condition(node.operand, orelse, then, on_else, on_then)
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            self.fork(self.chain(node, "", orelse, on_else), then, orelse, node, on_then, on_else)
        else:
            self.fork(self.value(node), then, orelse, node, on_then, on_else)

    def decided(self, node: ast.BoolOp, number: int, **told: bool) -> tuple[Mark, ...]:
        """The mark that operand ``number`` of ``and`` or ``or`` decided."""
        return self.choice(node.values[number - 1], "and" if isinstance(node.op, ast.And) else "or", operand=number, **told)

    # --- literals and names -----------------------------------------------------------------------------------------------------------

    def on_Constant(self, node: ast.Constant) -> int:
        if isinstance(node.value, complex):
            return self.refuse(node, "a complex number", later=False)
        return self.built_in("Ellipsis", node) if node.value is Ellipsis else self.const(node.value, node)

    def on_Name(self, node: ast.Name) -> int:
        return self.load(node)

    def on_NamedExpr(self, node: ast.NamedExpr) -> int:
        name = self.carry(self.value(node.value), node)
        if self.marks("assign"):
            self.mark_variable("assign", node, name, "value", variable=node.target.id)
        self.store(node.target.id, self.get(name, node), node.target)
        # The value is read from the variable, so that a test of it narrows the variable.
        symbol = self.symbol(node.target)
        is_local = symbol is not None and (not symbol.is_global or (self.is_module and not symbol.nonlocal_write))
        if symbol is not None and is_local and not symbol.is_cell:
            return self.step("load", (), symbol.flow, node)
        return self.get(name, node)

    # --- operators ----------------------------------------------------------------------------------------------------------------------

    def on_BinOp(self, node: ast.BinOp) -> int:
        if isinstance(node.op, ast.BitOr) and is_type_form(self.m, node):
            return self.step("marker", (), ast.unparse(node), node)
        spine: list[ast.BinOp] = []
        current: ast.expr = node
        while isinstance(current, ast.BinOp):
            spine.append(current)
            current = current.left
        left = self.value(current)
        for link in reversed(spine):
            kept = self.keep(left, link.right)
            right = self.value(link.right)
            left = self.step("binary", (kept(), right), BINARY[type(link.op)], link)
        return left

    def on_UnaryOp(self, node: ast.UnaryOp) -> int:
        ok, value = constant(node)
        if ok:
            return self.const(value, node)
        if isinstance(node.op, ast.Not):
            return self.step("not", (self.value(node.operand),), None, node)
        return self.step("unary", (self.value(node.operand),), {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}[type(node.op)], node)

    def on_BoolOp(self, node: ast.BoolOp) -> int:
        result, done = self.hide("t"), self.block()
        self.operand(node, result, done, done)
        self.at = done
        return self.get(result, node)

    def operand(
        self, node: ast.expr, result: str, then: int, orelse: int, on_then: Sequence[Mark] = (), on_else: Sequence[Mark] = ()
    ) -> None:
        """Put a value into a variable and go on where its truth says, by ways that have marks; no operand of nested ``and`` and ``or`` is asked for its truth twice. Where both ways are one, the value
        is what is wanted, and both have the same marks."""
        if isinstance(node, ast.BoolOp):
            is_and = isinstance(node.op, ast.And)
            for number, value in enumerate(node.values[:-1], 1):
                more = self.block()
                mark = self.decided(node, number, condition_result=not is_and)
                if is_and:
                    self.operand(value, result, more, orelse, (), (*mark, *on_else))
                else:
                    self.operand(value, result, then, more, (*mark, *on_then), ())
                self.at = more
            last = len(node.values)
            if then == orelse:
                on_then = on_else = (*self.decided(node, last), *on_then)
            elif is_and:
                on_else = (*self.decided(node, last, condition_result=False), *on_else)
            else:
                on_then = (*self.decided(node, last, condition_result=True), *on_then)
            self.operand(node.values[-1], result, then, orelse, on_then, on_else)
            return
        temp = self.value(node)
        # Storing before the branch lets narrowing reach the variable the result travels in.
        self.put(result, temp, node)
        if then == orelse:
            for one in on_then:
                self.step("mark", (), one)
            self.go(then)
            return
        test = self.get(result, node)
        self.fork(self.step("also", (test, temp), None, node), then, orelse, node, on_then, on_else)

    def on_IfExp(self, node: ast.IfExp) -> int:
        result, then, orelse, done = self.hide("t"), self.block(), self.block(), self.block()
        self.condition(node.test, then, orelse)
        for block, value in ((then, node.body), (orelse, node.orelse)):
            self.at = block
            for mark in self.choice(value, "if", condition_result=value is node.body):
                self.step("mark", (), mark)
            self.put(result, self.value(value), value)
            self.go(done)
        self.at = done
        return self.get(result, node)

    def on_Compare(self, node: ast.Compare) -> int:
        if len(node.ops) == 1:
            left = self.keep(self.value(node.left), node.comparators[0])
            right = self.member_display(node.ops[0], node.comparators[0])
            return self.compare(node.ops[0], left(), right, node)
        result, done = self.hide("t"), self.block()
        self.put(result, self.chain(node, result, done), node)
        self.go(done)
        self.at = done
        return self.get(result, node)

    def chain(self, node: ast.Compare, result: str, orelse: int, on_else: Sequence[Mark] = ()) -> int:
        """The last of several comparisons; what one before it gives, where that is false, is left in the variable ``result``, if there is one, and ``orelse`` goes on, by a way that has the marks ``on_else``."""
        left = self.value(node.left)
        for op, right_node in zip(node.ops[:-1], node.comparators, strict=False):
            left_kept = self.keep(left, right_node)
            right = self.value(right_node)
            right_kept = self.carry(right, right_node)
            test = self.compare(op, left_kept(), right, node)
            if result:
                self.put(result, test, node)
                test = self.step("also", (self.get(result, node), test), None, node)
            rest = self.block()
            self.fork(test, rest, orelse, node, (), on_else)
            self.at = rest
            left = self.get(right_kept, right_node)
        left_kept = self.keep(left, node.comparators[-1])
        right = self.member_display(node.ops[-1], node.comparators[-1])
        return self.compare(node.ops[-1], left_kept(), right, node)

    def member_display(self, op: ast.cmpop, node: ast.expr) -> int:
        """The right side of a comparison; a display of constants on the right of ``in`` is not built each time."""
        if isinstance(op, (ast.In, ast.NotIn)) and isinstance(node, (ast.Tuple, ast.List, ast.Set)) and node.elts:
            items = [constant(item) for item in node.elts]
            values = tuple(value for _, value in items)
            numbers = all(isinstance(value, (int, float)) for value in values)
            if all(ok for ok, _ in items) and (numbers or all(isinstance(value, str) for value in values)):
                return self.step("const_display", (), (type(node).__name__.lower(), values), node)
        return self.value(node)

    def compare(self, op: ast.cmpop, left: int, right: int, node: ast.AST) -> int:
        return self.step("compare", (left, right), COMPARE[type(op)], node)

    # --- displays ---------------------------------------------------------------------------------------------------------------------

    def on_List(self, node: ast.List) -> int:
        return self.display("list", node)

    def on_Tuple(self, node: ast.Tuple) -> int:
        return self.display("tuple", node)

    def on_Set(self, node: ast.Set) -> int:
        order = constant_order(node.elts) if len(node.elts) >= FOLDED_FROM else None
        if order is None:
            return self.display("set", node)
        made = self.step("set", self.values([node.elts[position] for position in order]), None, node)
        return made if len(order) < COPIED_FROM else self.step("method", (made,), ("copy", CallShape()), node)

    def walked(self, node: ast.expr) -> int:
        """What a loop walks."""
        order = constant_order(node.elts) if isinstance(node, ast.Set) else None
        if order is None:
            return self.iterable(node)
        assert isinstance(node, ast.Set)
        return self.step("set", self.values([node.elts[position] for position in order]), None, node)

    def display(self, kind: str, node: ast.List | ast.Tuple | ast.Set) -> int:
        stars = tuple(position for position, item in enumerate(node.elts) if isinstance(item, ast.Starred))
        values = self.values([item.value if isinstance(item, ast.Starred) else item for item in node.elts])
        if not stars:
            return self.step(kind, values, None, node)
        return self.step("spread", values, (kind, stars), node)

    def on_Starred(self, node: ast.Starred) -> int:
        return self.refuse(node, "* outside a call, display or target", later=False)

    def on_Dict(self, node: ast.Dict) -> int:
        maps = any(key is None for key in node.keys)
        if not maps:
            return self.step(
                "dict",
                self.values([part for pair in zip(node.keys, node.values, strict=True) for part in pair if part is not None]),
                None,
                node,
            )
        made = self.hide("t")
        self.put(made, self.step("dict", (), None, node), node)
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                given = self.value(value)
                self.step("merge", (self.get(made, node), given), None, value)
            else:
                temps = self.values([key, value])
                self.step("set_index", (self.get(made, node), *temps), None, key)
        return self.get(made, node)

    # --- parts ------------------------------------------------------------------------------------------------------------------------

    def on_Subscript(self, node: ast.Subscript) -> int:
        if isinstance(node.slice, ast.Slice):
            bounds = slice_bounds(node.slice)
            temps = self.values([node.value, *bounds])
            return self.step("slice", temps, present(node.slice), node)
        if is_type_form(self.m, node):
            return self.step("marker", (), ast.unparse(node), node)
        classes = union_classes(self.m, node)
        if classes is not None:
            named = [one for one in classes if not isinstance(one, ast.Constant)]
            found = self.values(named)
            absent = [self.step("built_in", (), "NoneType", node)] if len(named) < len(classes) else []
            return self.step("tuple", [*found, *absent], None, node)
        return self.step("index", self.values([node.value, node.slice]), None, node)

    def on_Attribute(self, node: ast.Attribute) -> int:
        host = self.host_function(node)
        if host is not None:
            return host
        if not self.check_attribute(node):
            return self.step("refused", (), None, node)
        if node.attr == "__class__":
            return self.call_on("type", node.value, node)
        moved = self.m.static_name(node)
        if moved in MOVED:
            module, _, name = moved.rpartition(".")
            return self.m.member(self, module, name, node)
        asked = self.asked_class(node.value) if node.attr == "__name__" else None
        if asked is not None:  # type(x).__name__: the class need not be an object
            return self.call_on("_bell.type_name", asked, node)
        return self.step("attr", (self.value(node.value),), node.attr, node)

    def host_function(self, node: ast.Attribute) -> int | None:
        """A function of the host by its dotted name; None where the expression is something else. E0203 for a name that the host does not have."""
        hosts = self.program.hosts
        if not hosts or self.m.prefix:
            return None
        names = [node.attr]
        inner = node.value
        while isinstance(inner, ast.Attribute):
            names.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name) or inner.id not in self.program.namespaces or self.symbol(inner) is not None:
            return None
        dotted = ".".join([inner.id, *reversed(names)])
        if dotted in hosts:
            return self.step("built_in", (), HOST + dotted, node)
        root = dotted.rpartition(".")[0]
        if root in hosts:  # an attribute of the function
            return None
        if any(host.startswith(f"{dotted}.") for host in hosts):
            self.report("E0201", node, name=dotted, nearest=f"the host has {', '.join(sorted(h for h in hosts if h.startswith(dotted)))}")
        else:
            self.report("E0203", node, type=root, what="function of the host", name=node.attr, nearest=nearest(dotted, hosts))
        return self.step("refused", (), None, node)

    def call_on(self, built_in: str, argument: ast.expr, node: ast.AST) -> int:
        value = self.keep(self.value(argument))
        return self.step("call", (self.step("built_in", (), built_in, node), value()), CallShape(), node)

    def asked_class(self, node: ast.expr) -> ast.expr | None:
        """The x of ``type(x)`` and ``x.__class__``; None for any other expression."""
        if isinstance(node, ast.Attribute) and node.attr == "__class__":
            return node.value
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or len(node.args) != 1 or node.keywords:
            return None
        return node.args[0] if node.func.id == "type" and self.symbol(node.func) is None else None

    def check_attribute(self, node: ast.Attribute) -> bool:
        allowed = READABLE_DUNDERS if isinstance(node.ctx, ast.Load) else ASSIGNABLE_DUNDERS
        return bool(self.m.prefix) or node.attr in allowed or check_name(node.attr, node, self.m)

    def on_JoinedStr(self, node: ast.JoinedStr) -> int:
        kept: list[Kept] = []
        last = self.last_split(node.values)
        for position, part in enumerate(node.values):
            if isinstance(part, ast.Constant):
                temp = self.const(part.value, part)
            else:
                assert isinstance(part, ast.FormattedValue)
                conversion = "" if part.conversion == -1 else chr(part.conversion)
                if part.format_spec is None:
                    temp = self.step("format", (self.value(part.value),), conversion, part.value)
                else:
                    subject = self.keep(self.value(part.value), part.format_spec)
                    spec = self.value(part.format_spec)
                    temp = self.step("format", (subject(), spec), conversion, part.value)
            kept.append(self.keep_if(position < last, temp, part))
        return self.step("concat", [keep() for keep in kept], None, node)

    def on_FormattedValue(self, node: ast.FormattedValue) -> int:
        return self.on_JoinedStr(ast.copy_location(ast.JoinedStr([node]), node))

    # --- calls ------------------------------------------------------------------------------------------------------------------------

    def iterable(self, node: ast.expr) -> int:
        """An expression whose value is walked at once: ranges, enumerate, zip, reversed and dict views need not be objects there."""
        if isinstance(node, ast.Call):
            return self.call(node, walked=True)
        return self.value(node)

    def on_Call(self, node: ast.Call) -> int:
        return self.call(node, walked=False)

    def call(self, node: ast.Call, walked: bool) -> int:
        inline = self.inlined_call(node)
        if inline is not None:
            return inline
        if (asked := self.module_asked(node)) is not None:
            return self.const(self.m.has_member(*asked), node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "__setattr__":
            return self.set_frozen(node)
        operands: list[ast.expr] = []
        stars: list[int] = []
        maps: list[int] = []
        keywords: list[str] = []
        for arg in node.args:
            if isinstance(arg, ast.Starred):
                stars.append(len(operands))
                operands.append(arg.value)
            else:
                operands.append(arg)
        for keyword in node.keywords:
            if keyword.arg is None:
                maps.append(len(operands))
            keywords.append(keyword.arg or "")
            operands.append(keyword.value)
        shape = CallShape(tuple(keywords), tuple(stars), tuple(maps), walked)
        func = node.func
        if isinstance(func, ast.Subscript) and self.m.static_name(func.value) in GENERIC:  # list[int]()
            func = func.value
        if isinstance(func, ast.Name) and func.id == "OSError" and len(operands) == 2:  # which may make an object of another class
            number = operands[0].value if isinstance(operands[0], ast.Constant) else None
            self.m.need("need_exception", OF_SYSTEM.get(number, "OSError") if isinstance(number, int) else "OSError")
        host = self.host_function(func) if isinstance(func, ast.Attribute) else None
        if host is not None:
            first = self.keep(host, *operands) if operands else self.keep(host)
            args = self.arguments(operands, walks_all=False)
            self.mark("asks", node)
            return self.step("call", (first(), *args), shape, node)
        if isinstance(func, ast.Attribute) and func.attr != "__class__" and self.m.static_name(func) not in MOVED:
            if func.attr not in CALLABLE_DUNDERS and not self.check_attribute(func):
                return self.step("refused", (), None, node)
            template = func.value.value if isinstance(func.value, ast.Constant) and func.attr in ("format", "format_map") else ""
            if isinstance(template, str) and not all(check_name(name, func.value, self.m) for name in field_attributes(template)):
                return self.step("refused", (), None, node)
            if (
                isinstance(func.value, ast.Call)
                and isinstance(func.value.func, ast.Name)
                and func.value.func.id == "super"
                and not func.value.args
            ):
                receiver = self.on_super(func.value)
            else:
                receiver = self.value(func.value)
            # What is called is looked up before the arguments are evaluated, which matters where they may assign it.
            early = func.attr in self.symbols.set_attributes and not all(isinstance(one, (ast.Constant, ast.Name)) for one in operands)
            if early:
                receiver = self.step("attr", (receiver,), func.attr, func)
            first = self.keep(receiver, *operands) if operands else self.keep(receiver)
            args = self.arguments(operands, walks_all=func.attr in WALKING_METHODS)
            self.mark_asking(func, node)
            if early:
                made = self.step("call", (first(), *args), shape, node)
            else:
                made = self.step("method", (first(), *args), (func.attr, shape), node)
            self.mark_changed(func.value, func.attr, node, args)
            self.mark_shared(func, node)
            return made
        if isinstance(func, ast.Name) and func.id == "super" and self.symbol(func) is None:
            return self.on_super(node)
        if isinstance(func, ast.Name) and func.id == "isinstance" and operands:
            self.note_test(operands[0])
        callee = self.keep(self.value(func), *operands) if operands else self.keep(self.value(func))
        walks_all = isinstance(func, ast.Name) and self.symbol(func) is None and func.id in WALKERS
        args = self.arguments(operands, walks_all=walks_all)
        self.mark_asking(func, node)
        made = self.step("call", (callee(), *args), shape, node)
        if isinstance(func, ast.Name) and self.marks("changed"):
            self.mark_handed_on(func, node)
        self.mark_shared(func, node)
        return made

    def module_asked(self, node: ast.Call) -> tuple[str, str] | None:
        """The module and the name of ``hasattr(module, "name")``; None for any other call."""
        match node:
            case ast.Call(ast.Name("hasattr") as func, [ast.Name() as module, ast.Constant(str(name))], []):
                full = self.m.static_name(module)
                is_module = self.symbol(func) is None and self.symbol(module) is not None and full in MODULES
                return (full, name) if is_module else None
        return None

    def mark_handed_on(self, func: ast.Name, node: ast.Call) -> None:
        """Mark the variables that a function of the program was given and may have changed."""
        symbol = self.symbol(func)
        if symbol is None or symbol.function is None:
            return
        for place in sorted(changed_parameters(symbol.function.node)):
            if place < len(node.args) and isinstance(node.args[place], ast.Name):
                self.mark_changed(node.args[place], "", node)

    def mark_asking(self, called: ast.expr, node: ast.AST) -> None:
        """Mark a call that may come to a function of the host, as far as names tell: events of such calls within the library have the place of this one."""
        if not self.marks("asks"):
            return
        name = self.m.static_name(called)
        if name.partition(".")[0] in ASKING or name in self.program.hosts:
            self.mark("asks", node)

    def note_test(self, node: ast.expr) -> None:
        """``isinstance(node, ...)``: a parameter or field of which the program itself finds out what it is."""
        if isinstance(node, ast.Name):
            self.tested.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and self.b.class_name and not self.m.prefix:
            self.program.tested.add((self.m.prefix + self.b.class_name, node.attr))

    def set_frozen(self, node: ast.Call) -> int:
        """``object.__setattr__(x, "name", value)``: the way around a frozen dataclass."""
        assert isinstance(node.func, ast.Attribute)
        of_object = isinstance(node.func.value, ast.Name) and node.func.value.id == "object"
        if not of_object or len(node.args) != 3 or not isinstance(node.args[1], ast.Constant):
            return self.refuse(node, "__setattr__() here", "assign to x.name", later=False)
        me, _, value = self.values(node.args)
        return self.step("set_field", (me, value), node.args[1].value, node)

    def arguments(self, nodes: Sequence[ast.expr], walks_all: bool) -> list[int]:
        """Evaluate in order. Views that need not be objects have no single value, so they cannot be carried across blocks."""
        kept: list[Kept] = []
        last = self.last_split(nodes)
        for position, node in enumerate(nodes):
            temp = self.iterable(node) if walks_all and position >= last else self.value(node)
            kept.append(self.keep_if(position < last, temp, node))
        return [keep() for keep in kept]

    def on_super(self, node: ast.Call) -> int:
        """``super()``: the receiver of the method, seen as its base class. ``super(Class, self)`` says which."""
        body = self.b
        cls = self.m.class_named(node.args[0]) if len(node.args) == 2 and not node.keywords else None
        if cls is not None:
            return self.step("super", (self.value(node.args[1]),), cls.name, node)
        while body.parent is not None and not body.class_name:
            body = body.parent
        if not body.class_name or node.args or node.keywords or body is not self.b:
            return self.refuse(node, "super() here", "call it without arguments, in a method", later=False)
        args = body.node.args  # type: ignore[attr-defined]
        plain = [*args.posonlyargs, *args.args]
        if not plain:
            return self.refuse(node, "super() in a static method", later=False)
        symbol = body.symbols[plain[0].arg]
        return self.step("super", (self.variable(symbol, node),), self.m.prefix + body.class_name, node)

    def on_Lambda(self, node: ast.Lambda) -> int:
        return self.function_value(node)

    def function_value(self, node: ast.Lambda | ast.FunctionDef) -> int:
        """Make a function: its computed defaults, then what it captured."""
        body = self.symbols.bodies[id(node)]
        name = self.m.flow_name(body)
        computed = computed_defaults(node.args)
        temps = self.values(computed)
        return self.step("function", (*temps, *self.captured(body, node)), name, node)

    def inlined_call(self, node: ast.Call) -> int | None:
        raise NotImplementedError


READABLE_DUNDERS = frozenset(
    {"__class__", "__name__", "__doc__", "__qualname__", "__cause__", "__context__", "__suppress_context__", "__notes__", "__members__", "__mro__", "__bases__", "__subclasses__", "__wrapped__"}
)  # fmt: skip
"""Attributes with two leading and trailing underscores that a program may read."""
ASSIGNABLE_DUNDERS = frozenset(
    {"__name__", "__doc__", "__qualname__", "__cause__", "__context__", "__suppress_context__", "__notes__", "__wrapped__"}
)
"""Those that it may assign, to functions and exceptions."""
CALLABLE_DUNDERS = frozenset(
    {"__init__", "__str__", "__repr__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__",
     "__mod__", "__pow__", "__neg__", "__len__", "__getitem__", "__setitem__", "__delitem__", "__contains__", "__iter__", "__next__", "__call__", "__hash__", "__bool__",
     "__enter__", "__exit__", "__post_init__", "__radd__", "__rmul__", "__rsub__", "__iadd__", "__abs__", "__int__", "__float__", "__format__", "__and__", "__or__",
     "__xor__", "__index__", "__reversed__", "__missing__", "__init_subclass__", "__new__"}
)  # fmt: skip
"""Operator methods that a program may call by name, on objects of its own classes."""
WALKERS = frozenset(
    {
        "all",
        "any",
        "dict",
        "enumerate",
        "filter",
        "frozenset",
        "list",
        "map",
        "max",
        "min",
        "reversed",
        "set",
        "sorted",
        "sum",
        "tuple",
        "zip",
        "len",
    }
)
"""Built-in functions that walk their arguments at once, so that an argument need not be an object."""
WALKING_METHODS = frozenset({"join", "extend"})

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.MatMult: "@",
}
COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def slice_bounds(node: ast.Slice) -> list[ast.expr]:
    return [bound for bound in (node.lower, node.upper, node.step) if bound is not None]


def present(node: ast.Slice) -> tuple[bool, bool, bool]:
    """Which of lower, upper and step a slice states."""
    return node.lower is not None, node.upper is not None, node.step is not None
