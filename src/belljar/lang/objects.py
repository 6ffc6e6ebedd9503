"""Functions, classes and views as objects; what objects of a class have without defining it; steps that work on values known only while running."""

from __future__ import annotations

from belljar.ir.generator import VALUE
from belljar.lang.annotations import DICTS
from belljar.lang.builtins import call_builtin, instance_test
from belljar.lang.builtins_objects import REGISTERED
from belljar.lang.calls import bind, call_closure, field_default, gathered, new_object
from belljar.lang.class_variables import OWN
from belljar.lang.classes import HOLDERS
from belljar.lang.conversion import box, choose, convert, from_slot, nowhere, parts, slot_type, split, to_slot, unbox
from belljar.lang.emit import Val
from belljar.lang.graph import CallShape, ParamDecl, Step
from belljar.lang.iteration import started, walkable
from belljar.lang.lattice import (
    UNKNOWN,
    VIEWS,
    BoundOf,
    BuiltInOf,
    ClassOf,
    ClosureOf,
    DictOf,
    DictView,
    EnumerateOf,
    FilterOf,
    GeneratorOf,
    IteratorOf,
    ListOf,
    MapOf,
    MaybeType,
    ModuleOf,
    ReversedOf,
    ZipOf,
    resolve,
)
from belljar.lang.left_out import LEFT_OUT
from belljar.lang.methods import call_builtin_method
from belljar.lang.names import ASKED_OF_HOSTS, MEMBERS_REFUSED, OUTSIDE
from belljar.lang.operators import call, has
from belljar.lang.part import Part
from belljar.lang.raising import CLASS_NAMES
from belljar.lang.records import as_dict, replaced, replaced_by_map
from belljar.types import ANY, BOOL, INT, NEVER, NONE, STR, OptionalType, RangeType, RecordType, TupleType, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from belljar.lang.graph import FlowFunction, Throw


NOT_IMPLEMENTED = BuiltInOf("NotImplemented")
MAPPING = "_abstract.Mapping"
DICTS_AND_MAPPING = DICTS | {MAPPING}
_BINDING = frozenset({"store", "publish", "set_global", "cell_set", "set_attr", "set_field", "set_index"})
CLASS_METHODS = frozenset({("bytes", "fromhex"), ("bytes", "maketrans"), ("int", "from_bytes"), ("str", "maketrans")})
"""Methods of built-in classes that take no object of the class."""


class Objects(Part):
    """Its part of :class:`~belljar.lang.transfer.Walk`."""

    # --- functions as objects -------------------------------------------------------------------------------------------------------

    def function_object(self, value: Val) -> Val:
        """A function, class or bound method as an object."""
        w = self.walk
        type = value.type
        if isinstance(type, ClosureOf):
            shape = self.world.closure_type(type)
            if not self.e.live:
                return Val(ANY, (-1,))
            flow = self.world.flow.functions[type.function]
            defaults = tuple(param.default for param in flow.params if param.has_default and not param.default_name)
            if not type.items:
                # The same object wherever the program names it.
                return Val(ANY, (self.e.emit("global.get", self.world.constant_global("function", shape, defaults, ANY), type=ANY),))
            slots = self.world.closure_slots(type)
            pieces = [Val(piece.type.receiver, piece.regs) if isinstance(piece.type, BoundOf) else piece for piece in split(value)]
            pieces = [Val(NONE) if isinstance(piece.type, ModuleOf) else piece for piece in pieces]  # its type tells which
            words = [box(w, piece).reg if slot == ANY else to_slot(w, piece, piece.type) for piece, slot in zip(pieces, slots, strict=True)]
            words += [box(w, w.const(default)).reg for default in defaults]
            made = self.e.emit("fn.new", shape, *words, type=shape)
            return Val(ANY, (self.e.emit("any.from", made),))
        if isinstance(type, BoundOf):
            receiver = box(w, Val(type.receiver, value.regs))
            return Val(ANY, (self.e.emit("any.get_attr", receiver.reg, type.name),))
        if isinstance(type, ClassOf):
            return self.function_object(self.world.class_object(w, type.name))
        if type == NOT_IMPLEMENTED:
            return Val(ANY, (self.e.emit("const.not_implemented", type=ANY),))
        if isinstance(type, BuiltInOf):
            caller = self.world.built_in_object(type.name)
            if caller is not None:
                return self.function_object(caller)
            hint = (
                "it stands in annotations"
                if type.name.startswith(("collections.abc.", "typing."))
                else f"write a function that calls it: lambda x: {type.name}(x)"
            )
            return w.refuse(f"'{type.name}' among values of other types", hint)
        return w.refuse(
            "a module as a value" if isinstance(type, ModuleOf) else "super() as a value", "name what you need of it", later=False
        )

    def closure_from(self, word: int, type: Type) -> Val:
        """What a closure brings along, from its object."""
        w = self.walk
        if not parts(type):
            return Val(type)
        if isinstance(type, ClosureOf):
            shape = self.world.closure_type(type)
            if not self.e.live:
                return Val(type, nowhere(type))
            made = self.e.emit("any.to", word, shape, type=shape)
            items = []
            for position, (item, slot) in enumerate(zip(type.items, self.world.closure_slots(type), strict=True)):
                word = self.e.emit("fn.get", made, position, type=slot)
                if isinstance(item, ModuleOf):
                    items.append(Val(item))
                    continue
                if isinstance(item, BoundOf):  # it is kept as its receiver
                    items.append(unbox(w, word, item.receiver))
                    continue
                items.append(unbox(w, word, item) if slot == ANY and slot_type(item) != ANY else from_slot(w, word, item))
            return Val(type, tuple(reg for item in items for reg in item.regs))
        return w.refuse("a bound method in a container of its kind alone", "keep the object, and call its method")

    def as_object(self, value: Val) -> Val:
        """A view (zip, enumerate, map, keys ...) that is kept, as the lazy object CPython makes."""
        w = self.walk
        type = value.type
        if isinstance(type, DictView):
            which = ("keys", "values", "items").index(type.which)
            self.world.escape(type.dict)
            return Val(ANY, (self.e.emit("any.view", which, value.reg),))
        if isinstance(type, EnumerateOf):
            return self._lazy("enumerate", [Val(type.inner, value.regs[1:])], behind=[Val(INT, value.regs[:1])])
        if isinstance(type, ReversedOf):
            return Val(ANY, (self.e.emit("any.reversed", box(w, Val(type.inner, value.regs)).reg),))
        if isinstance(type, FilterOf):
            function, inner = self.cut(value.regs, [type.function, type.inner])
            return self._lazy("filter_true", [inner]) if type.function == NONE else self._lazy("filter", [inner], before=[function])
        if isinstance(type, ZipOf):
            items = self.cut(value.regs, type.inners)
            if 1 <= len(items) <= 4:
                return self._lazy(f"zip{len(items)}", items)
        else:
            assert isinstance(type, MapOf)
            function, *items = self.cut(value.regs, [type.function, *type.inners])
            if 1 <= len(items) <= 3:
                return self._lazy(f"map{len(items)}", items, before=[function])
        return w.refuse("so many iterables at once", "zip some of them first")

    def kept(self, step: Step, args: list[Val]) -> list[Val]:
        """The operands of a step: a view that a variable, field or element is to hold becomes one object, whatever else is bound to it."""
        if step.kind in _BINDING:
            for position, arg in enumerate(args):
                if isinstance(arg.type, VIEWS):
                    args[position] = self.walk.temps[step.args[position]] = self.as_object(arg)
        return args

    def _lazy(self, name: str, iterables: list[Val], before: Sequence[Val] = (), behind: Sequence[Val] = ()) -> Val:
        """A generator of the library over iterables, whose walks begin here."""
        begun = [started(self.walk, one) for one in iterables]
        bad = next((one for one in begun if one.type in (UNKNOWN, NEVER)), None)
        return self.call_library(name, [*before, *begun, *behind]) if bad is None else bad

    def cut(self, regs: tuple[int, ...], types: Sequence[Type]) -> list[Val]:
        """Values whose components stand one after another."""
        found: list[Val] = []
        at = 0
        for type in types:
            count = len(parts(type))
            found.append(Val(type, regs[at : at + count]))
            at += count
        return found

    def call_library(self, name: str, args: list[Val], module: str = "_builtins") -> Val:
        """A call of a function of the library's own module of built-ins, or of another one."""
        w = self.walk
        self.world.flow.need(module)
        return call_closure(w, ClosureOf(f"{module}.{name}"), [], [w.settled(arg) for arg in args], ())

    def call_enums(self, name: str, args: list[Val]) -> Val:
        """A call of a function of the library's module of enumerations."""
        self.world.flow.need("_enums")
        return call_closure(self.walk, ClosureOf(f"_enums.{name}"), [], args, ())

    def copies(self, regs: Sequence[int], types: Sequence[Type]) -> tuple[int, ...]:
        """Copies of registers that will be assigned again."""
        made: list[int] = []
        for reg, type in zip(regs, types, strict=True):
            copy = self.e.register(type)
            self.e.move(copy, reg)
            made.append(copy)
        return tuple(made)

    def resume(self, frame: int, type: GeneratorOf) -> tuple[int, ...]:
        """Run a generator on to its next item: is there one?, and its components."""
        w = self.walk
        spec = self.world.generators[type.name]
        held = parts(type.items.seen().type)  # as the state of the loop was made: walking the generator may find more
        self.world.meet(self.spec, spec)
        w.forget_fields()
        none = self.e.emit("const.none", type=ANY)
        mode = w.const(0).reg
        return self.e.call(f"{type.name}.resume", (frame, mode, none), (BOOL, *held))

    def bound_function(self, function: Val, receiver: Val) -> Val:
        """A function held by a class variable, read through an object: its first argument is the object."""
        return self.call_library("bound", [function, receiver])

    def function_text(self, function: Val, name: str) -> Val:
        """The ``__name__`` or ``__doc__`` of a function, method or built-in."""
        w, type = self.walk, function.type
        if isinstance(type, ClosureOf):
            flow = self.world.flow.functions[type.function]
            wrapped = flow.wrapped
            if type.function.startswith("_builtins.bound."):  # what a class variable holds, read through an object
                wrapped = next(held for held in flow.environment if held.split("$")[0] == "function")
            if wrapped:
                return w.attribute(split(function)[flow.environment.index(wrapped)], name)
            return w.const(self._told_of(flow, name))
        if isinstance(type, BoundOf) and isinstance(type.receiver, (RecordType, ClassOf)):
            method = self.world.find_method(type.receiver.name, type.name)
            if method is not None:
                return w.const(self._told_of(self.world.flow.functions[method[0].function], name))
        if name == "__doc__":
            return w.refuse("the docstring of a built-in", "write the text where it is needed")
        if isinstance(type, BoundOf):
            return w.const(type.name)
        assert isinstance(type, BuiltInOf)
        return w.const(type.name.rsplit(".", 1)[-1])

    def _told_of(self, flow: FlowFunction, name: str) -> str | None:
        if name == "__doc__":
            return flow.docstring
        return flow.title if name == "__qualname__" else flow.title.rsplit(".", 1)[-1]

    def library_member(self, module: str, name: str) -> Val:
        """``module.name`` of a module written in Bell."""
        w = self.walk
        if f"{module}.{name}" in self.world.flow.globals:
            return w.global_value(f"{module}.{name}")
        if f"{module}.{name}" in CLASS_NAMES:  # decimal.Decimal
            return Val(BuiltInOf(f"{module}.{name}"))
        if name in MEMBERS_REFUSED.get(module, ()):
            return w.refuse(f"'{module}.{name}'", MEMBERS_REFUSED[module][name], later=False)
        if module in ASKED_OF_HOSTS:
            return w.refuse(f"'{module}.{name}'", OUTSIDE, later=False)
        if name in LEFT_OUT.get(module, ()):
            return w.refuse(f"'{module}.{name}'", later=False)
        offered = [known[len(module) + 1 :] for known in self.world.flow.globals if known.startswith(f"{module}.")]
        return w.problem(
            "E0203",
            type=f"module {module}",
            what="name",
            name=name,
            nearest=w.nearest(name, offered),
            python=("AttributeError", f"module '{module}' has no attribute '{name}'") if self.world.flow.handles else None,
        )

    # --- what objects have anyway -----------------------------------------------------------------------------------------------------

    def has_attribute(self, cls: str, name: str) -> bool:
        world = self.world
        return world.find_field(cls, name) is not None or bool(world.find_variable(cls, name)) or world.find_method(cls, name) is not None

    def object_attribute(self, target: Val, name: str) -> Val | None:
        """An attribute that a class gives its objects without defining it; None for what it does not."""
        w = self.walk
        assert isinstance(target.type, RecordType)
        cls = target.type.name
        if name in ("_fields", "_field_defaults") and self.world.flow.classes[cls].kind == "namedtuple":
            return w.attribute(Val(ClassOf(cls)), name)
        return None

    def object_method(self, cls: str, name: str, receiver: Val, args: list[Val], shape: CallShape) -> Val | None:
        """A method that a class gives its objects without defining it; None for what it does not."""
        w = self.walk
        if w.is_plain_member(receiver) and not name.startswith("__"):
            return w.call_method_shaped(name, w.attribute(receiver, "value"), args, shape)
        if self.world.flow.classes[cls].kind == "namedtuple":
            if name == "_asdict" and not args:
                return as_dict(w, cls, receiver, deep=False)
            if name == "_replace" and len(args) == len(shape.keywords):
                return replaced(w, cls, receiver, dict(zip(shape.keywords, args, strict=True)))
            if name in ("index", "count"):
                values = w.named_tuple_values(receiver)
                assert values is not None
                return w.call_method(name, values, args)
        if name in ("__str__", "__repr__") and not args:
            return w.text_of(receiver, name)
        if name == "__eq__" and len(args) == 1:
            return w.compare_values("==", receiver, args[0])
        return None

    def init_fields(self, receiver: Val, base: str, args: list[Val], keywords: tuple[str, ...]) -> Val:
        """``super().__init__(...)`` where the base is a record: it assigns the record's fields."""
        w = self.walk
        decl = self.world.flow.classes[base]
        fields = [one for one in self.world.taken_by_init(base) if not one.init_only]
        params = [
            ParamDecl(f.name, None, f.default, f.has_default, f.span, default_name=f".{f.name}" if f.factory or f.default_global else "")
            for f in fields
        ]
        environment = {f".{f.name}": field_default(w, f, base) for f in fields if f.factory or f.default_global}
        given = bind(w, decl.shown, params, args, keywords, environment, f"{decl.shown}.__init__")
        if given is None:
            return Val(UNKNOWN)
        for param, value in zip(params, given, strict=True):
            w.set_field(receiver, param.name, value)
        return w.const(None)

    # --- calls that need an object ----------------------------------------------------------------------------------------------------

    def call_on_class(self, cls: str, name: str, args: list[Val], shape: CallShape) -> Val:
        """``str.upper(s)``, ``dict.fromkeys(keys)``: a method looked up on a built-in class."""
        w = self.walk
        if cls == "object" and name == "__new__":
            return new_object(w, args)
        if name == "__subclasses__":
            return w.problem("E0108", name=name)
        if 0 in shape.stars:  # set.union(*sets): the object itself is among what is spread
            return w.call_value(Val(BuiltInOf(f"{cls}.{name}")), args, shape)
        if cls == "dict" and name == "fromkeys" and len(args) in (1, 2) and shape.is_plain:
            made = w.new_dict(NEVER, NEVER)
            value = args[1] if len(args) == 2 else w.const(None)
            w.each(args[0], lambda key: w.add_pair(made, key, value))
            return made
        if (cls, name) == ("float", "fromhex") and len(args) == 1 and shape.is_plain:
            return self.call_library("read", [box(w, args[0])], "_hex_floats")
        if (cls, name) == ("decimal.Decimal", "from_float") and len(args) == 1 and shape.is_plain:
            return call_builtin(w, cls, [self.call_library("decimal_source", args)], ())
        if cls == "BaseException" or (cls, name) in CLASS_METHODS:
            if (cls, name) in CLASS_METHODS and shape.is_plain:
                # The runtime looks them up on any value of the class.
                words = [
                    box(w, call(w, arg, "__bytes__") if name == "from_bytes" and has(w, arg, "__bytes__") else arg).reg for arg in args
                ]
                receiver = box(w, w.const({"bytes": b"", "int": 0, "str": ""}[cls]))
                return Val(ANY, (self.e.emit("any.call_method", name, ",".join(shape.keywords), receiver.reg, *words),))
            return w.refuse(f"{cls}.{name}()", "use super()", later=False)
        if not args:
            return w.problem(
                "E0401", function=f"{cls}.{name}", name="self", python=("TypeError", f"unbound method {cls}.{name}() needs an argument")
            )
        me = args[0].type
        if cls in HOLDERS and isinstance(me, RecordType) and w.world.is_subclass(me.name, holder := ".".join(HOLDERS[cls])):
            return w.call_method_shaped(name, Val(ClassOf(holder)), args, shape)  # of the class that stands in for it
        return w.call_method_shaped(name, args[0], args[1:], shape)

    def call_method_spread(self, name: str, receiver: Val, args: list[Val], shape: CallShape) -> Val:
        """A method of a built-in type whose arguments are spread from values of a length known only while running."""
        w = self.walk
        positional, named = gathered(w, name, args, shape)
        return Val(
            ANY, (self.e.emit("any.call_spread", self.e.emit("any.get_attr", box(w, receiver).reg, name), positional.reg, named.reg),)
        )

    def call_built_in_spread(self, name: str, args: list[Val], shape: CallShape) -> Val:
        """``print(*values)``, ``max(*values)``, ``zip(*rows)``: built-in functions given what a list holds."""
        w = self.walk
        positional = args[: len(args) - len(shape.keywords)]
        keywords = dict(zip(shape.keywords, args[len(positional) :], strict=True))
        if name == "dataclasses.replace" and len(positional) == 1 and not shape.stars:
            return replaced_by_map(w, positional[0], args[1:], CallShape(shape.keywords, (), tuple(at - 1 for at in shape.maps)))
        if shape.maps:
            return self.call_object_spread(name, args, shape)
        told = f"{name}() argument after *"
        if len(positional) == 1:
            whole = walkable(w, positional[0], told)
        else:
            whole = w.new_list(NEVER)
            for position, arg in enumerate(positional):
                if position in shape.stars:
                    w.each(walkable(w, arg, told), lambda item: w.append(whole, item))
                else:
                    w.append(whole, arg)
        if name == "print":
            sep, end = keywords.get("sep", w.const(" ")), keywords.get("end", w.const("\n"))
            if "file" in keywords:
                return self.call_library("print_to", [whole, sep, end, keywords["file"]])
            return self.call_library("print_all", [whole, sep, end])
        if name in ("max", "min"):
            return call_builtin(w, name, [whole, *keywords.values()], tuple(keywords))
        if name == "zip":
            strict = keywords.get("strict", w.const(False))
            return self.call_library("zip_any", [whole, w.truth_of(strict)] if keywords else [whole, strict])
        if self.world.built_in_object(name) is not None:
            return self.call_object_spread(name, args, shape)
        return w.refuse(f"* in a call of {name}()", "write the arguments out")

    def call_object_spread(self, name: str, args: list[Val], shape: CallShape) -> Val:
        """A built-in function, as the object it is, given arguments whose number is only known while running."""
        given, named = gathered(self.walk, name, args, shape)
        return Val(ANY, (self.e.emit("any.call_spread", box(self.walk, Val(BuiltInOf(name))).reg, given.reg, named.reg),))

    def zip_strict(self, items: list[Val], strict: Val) -> Val:
        """``zip(*items, strict=strict)``."""
        w = self.walk
        if len(items) == 2 and strict.is_const:
            return self.call_library("zip2_strict", items)
        whole = w.new_list(ANY)
        for item in items:
            w.append(whole, box(w, item))
        return self.call_library("zip_any", [whole, w.truth_of(strict)])

    def may_have_keys(self, value: Val) -> bool:
        """Whether the value may be an object of a class that has ``keys``, as mappings do."""
        classes = [value.type.name] if isinstance(value.type, RecordType) else list(self.world.dynamic)
        return any(self.world.find_method(name, "keys") is not None for name in classes)

    def is_walked_by_keys(self, value: Val) -> Val:
        """Whether a mapping is copied by its ``keys`` and ``__getitem__`` although it is a dict: where its class says how it is iterated."""
        w = self.walk
        classes = [value.type.name] if isinstance(value.type, RecordType) else list(self.world.dynamic) if value.type == ANY else []
        walked = []
        for name in classes:
            order = self.world.flow.classes[name].order
            if "_ordered.OrderedDict" in order or (not DICTS.isdisjoint(order) and self._has_own(name, "__iter__")):
                walked.append(RecordType(name))
        return instance_test(w, value, walked) if walked else w.const(False)

    def call_on_generator(self, name: str, receiver: Val, args: list[Val]) -> Val:
        """``send``, ``throw``, ``close`` and ``__next__`` of a generator."""
        w = self.walk
        if name == "__next__" and not args:
            return w.call_value(Val(BuiltInOf("next")), [receiver])
        if name == "__iter__" and not args:
            return receiver
        return w.call_method(name, box(w, receiver), args)

    def stop_iteration(self, generator: Val, type: GeneratorOf) -> None:
        """StopIteration with what the generator returned."""
        w = self.walk
        if not self.world.flow.catches:
            w.raise_error("StopIteration")
            return
        value = Val(ANY, (self.e.emit("record.get", generator.reg, VALUE, type=ANY),))
        w.throw(w.call_library("stopped_with", [value]))

    # --- steps ----------------------------------------------------------------------------------------------------------------------

    def variable_if_set(self, name: str) -> tuple[int, Val]:
        """A module-level variable that may not be assigned yet: whether it is, and the value."""
        type = self.world.global_type(name)
        assert isinstance(type, MaybeType)
        if not self.e.live:
            return -1, Val(type.item, (-1,) * len(parts(type.item)))
        flag, *regs = [self.e.emit("global.get", slot, type=part) for slot, part in self.world.global_slots(name)]
        return flag, Val(type.item, tuple(regs))

    def do_hold(self, step: Step, args: list[Val]) -> Val:
        """A class was made that holds a variable: where its body did not assign it, it has what the next class in its order has."""
        w = self.walk
        cls, name = step.data
        own = self.world.flow.classes[cls]
        self.world.publish(w, own.variables[name] + OWN, w.const(own.holds[name]))
        if own.holds[name]:
            return Val(NONE)
        done = self.e.block()
        for decl in self.world.order(cls)[1:]:
            type: Type = self.world.global_type(decl.variables[name]) if name in decl.variables else NEVER
            if type in (NEVER, UNKNOWN):
                continue
            if not isinstance(type, MaybeType):
                self.world.publish(w, own.variables[name], w.global_value(decl.variables[name]))
                break
            flag, value = w.variable_if_set(decl.variables[name])
            given, on = self.e.block(), self.e.block()
            self.e.emit("br", flag, given, on)
            self.e.at(given)
            self.world.publish(w, own.variables[name], value)
            self.e.emit("jump", done)
            self.e.at(on)
        self.e.emit("jump", done)
        self.e.at(done)
        return Val(NONE)

    def do_spread(self, step: Step, args: list[Val]) -> Val:
        """A display with ``*`` in it."""
        w = self.walk
        kind, stars = step.data
        if any(arg.type == UNKNOWN for arg in args):
            return Val(UNKNOWN)
        if kind == "tuple" and all(isinstance(args[position].type, TupleType) for position in stars):
            items: list[Val] = []
            for position, arg in enumerate(args):
                arg = w.materialised(arg) if w.is_display(arg) else arg
                items += split(arg) if position in stars else [arg]
            return w.tuple_of(items)
        joined: Type = NEVER
        for position, arg in enumerate(args):
            item = w.element_type(arg) if position in stars else arg.type
            joined = self.lattice.join(joined, item)
        if joined == UNKNOWN:
            joined = ANY
        if kind == "set":
            made = w.new_set(joined)
            add: Callable[[Val, Val], None] = w.add_to_set
        else:
            made = w.new_list(ANY if kind == "tuple" else joined)
            add = w.append
        for position, arg in enumerate(args):
            if position in stars:
                w.each(arg if kind == "set" else walkable(w, arg, "Value after *"), lambda item: add(made, item))
            else:
                add(made, arg)
        if kind == "tuple":
            return Val(ANY, (self.e.emit("tuple.from_list", made.reg),))
        return made

    def do_merge(self, step: Step, args: list[Val]) -> Val:
        """``{**x}``: the entries of a mapping."""
        if any(arg.type == UNKNOWN for arg in args):
            return Val(UNKNOWN)
        w = self.walk
        if not isinstance(args[1].type, DictOf):
            w.call_library("check_mapping", [box(w, args[1]), w.const("'"), w.const("' object is not a mapping")])
        return call_builtin_method(w, "update", args, ())

    def do_is_sequence(self, step: Step, args: list[Val]) -> Val:
        """Whether a sequence pattern may fit: a list, tuple or range."""
        type = args[0].type
        if type == ANY:
            return instance_test(self.walk, args[0], ["list", "tuple", "range", *map(RecordType, self._sequence_classes())])

        def fits(type: Type) -> bool:
            is_object = isinstance(type, RecordType) and (
                type.name in self._sequence_classes()
                or any(self.world.flow.classes[base].kind == "namedtuple" for base in self._bases(type))
            )
            return is_object or isinstance(type, (ListOf, TupleType, RangeType))

        return self._by_type(args[0], fits)

    def _bases(self, type: RecordType) -> Sequence[str]:
        return self.world.flow.classes[type.name].order

    def _sequence_classes(self) -> list[str]:
        """The classes of the program and the library that are sequences without being tuples: ``deque``, and what derives from the abstract class."""
        sequences = REGISTERED["Sequence"] - {"_bytearray.bytearray"} | {"_abstract.Sequence"}
        return [name for name, decl in self.world.flow.classes.items() if not sequences.isdisjoint(decl.order)]

    def do_sequence(self, step: Step, args: list[Val]) -> Val:
        """What a sequence pattern takes parts of: a list in place of an object that is a sequence and may have no slices."""
        w, value = self.walk, args[0]
        classes = self._sequence_classes()
        if isinstance(value.type, RecordType) and value.type.name in classes:
            return w.to_list(value)
        held = [name for name in classes if name in self.world.dynamic] if value.type == ANY else []
        if not held:
            return value
        test = instance_test(w, value, [RecordType(name) for name in held])
        return choose(w, test.reg, ANY, lambda: box(w, w.to_list(value)), lambda: value)

    def do_is_mapping(self, step: Step, args: list[Val]) -> Val:
        """Whether a mapping pattern may match: a dict, an object that stands in for one, or of a class derived from ``dict`` or ``collections.abc.Mapping``."""
        value = args[0]
        derived = self.world.derived_from_built_in("dict")
        mappings = [RecordType(one) for one in (MAPPING, *sorted(REGISTERED["Mapping"])) if one in self.world.flow.classes]

        def is_dict(type: Type) -> bool:
            return isinstance(type, DictOf) or (isinstance(type, RecordType) and type.name in derived)

        if value.type == ANY or (mappings and not is_dict(value.type.item if isinstance(value.type, OptionalType) else value.type)):
            return instance_test(self.walk, value, ["dict", *mappings])
        return self._by_type(value, is_dict)

    def do_mapping_item(self, step: Step, args: list[Val]) -> Val:
        """What the ``get`` of a mapping that the program defines says of a key of a pattern: a tuple with the value, or an empty one; None where the key is looked up in a dict."""
        if any(arg.type == UNKNOWN for arg in args):
            return Val(UNKNOWN)
        if not self._looks_up(args[0].type):
            return self.walk.const(None)
        return box(self.walk, self.call_library("item", [args[0], box(self.walk, args[1])], "_patterns"))

    def _looks_up(self, type: Type) -> bool:
        """Whether a value may be a mapping for which the program says how it finds what it holds."""
        mappings = [name for name, decl in self.world.flow.classes.items() if not DICTS_AND_MAPPING.isdisjoint(decl.order)]
        mappings = [name for name in mappings if self._has_own(name, "get", "__contains__", "__getitem__", "__len__")]
        return bool(mappings) if type == ANY else isinstance(type, RecordType) and type.name in mappings

    def do_mapping_fills(self, step: Step, args: list[Val]) -> Val:
        """Whether a mapping has as many keys as a pattern names: no lookup is made where it has fewer, which only a mapping of the program can tell."""
        if args[0].type == UNKNOWN or not self._looks_up(args[0].type):
            return Val(UNKNOWN) if args[0].type == UNKNOWN else self.walk.const(True)
        return self.walk.truth_of(self.call_library("fills", args, "_patterns"))

    def _has_own(self, cls: str, *methods: str) -> bool:
        """Whether the program, and not the library, defines one of the methods of a class."""
        found = [self.world.find_method(cls, name) for name in methods]
        return any(method is not None and not self.world.flow.functions[method[0].function].of_library for method in found)

    def do_mapping_has(self, step: Step, args: list[Val]) -> Val:
        got, subject, key = args
        looked_up = Step("compare", step.out, (), "in", step.span)
        return self.walk.do_compare(looked_up, [key, subject]) if got.type == NONE else self.walk.truth_of(got)

    def do_mapping_value(self, step: Step, args: list[Val]) -> Val:
        got, subject, key = args
        return self.walk.do_index(step, [subject, key] if got.type == NONE else [got, self.walk.const(0)])

    def _by_type(self, value: Val, test: Any) -> Val:
        w = self.walk
        if isinstance(value.type, OptionalType) and test(value.type.item):
            return Val(BOOL, (value.regs[0] if value.regs else -1,), facts=[(value.origin, value.type.item, NONE)] if value.origin else [])
        return Val(BOOL, w.const(bool(test(value.type))).regs, bool(test(value.type)))

    def do_has_attr(self, step: Step, args: list[Val]) -> Val:
        return self._is_there(args[0], step.data)

    def _is_there(self, value: Val, name: str) -> Val:
        """Whether an object has an attribute that a part of a class pattern is matched with."""
        w = self.walk
        w.named.add(f".{name}")
        type = value.type
        if type == UNKNOWN:
            return value
        if isinstance(type, RecordType) and self.world.find_field(type.name, name) is not None and w.is_certain(type.name, name):
            return Val(BOOL, w.const(True).regs, True)
        if isinstance(type, RecordType) and not name.startswith("__") and not self._has_any(type.name, name):
            return w.const(False)
        return Val(BOOL, (self.e.emit("any.has_attr", box(w, value).reg, name, type=BOOL),))

    def _has_any(self, cls: str, name: str) -> bool:
        """Whether some objects of a class may have an attribute."""
        return any(self.has_attribute(one, name) for one in (cls, *self.world.subclasses(cls)))

    def do_match_arg(self, step: Step, args: list[Val]) -> Val:
        """The field that a positional part of a class pattern is matched with."""
        w = self.walk
        kind = args[1].type
        if not isinstance(kind, ClassOf):
            return w.refuse("a positional pattern of this class", "use name=pattern", later=False)
        return w.attribute(args[0], self._match_args(kind)[step.data])

    def do_has_match_arg(self, step: Step, args: list[Val]) -> Val:
        """Whether an object has that field. Before the first is asked for, all parts of the pattern are counted."""
        w = self.walk
        position, given, by_name = step.data
        kind = args[1].type
        if not isinstance(kind, ClassOf):
            return w.const(True)  # which is refused where the part is taken
        fields = self._match_args(kind)
        shown = self.world.flow.classes[kind.name].shown
        if given > len(fields):
            several = "" if len(fields) == 1 else "s"
            raised = ("TypeError", f"{shown}() accepts {len(fields)} positional sub-pattern{several} ({given} given)")
            return w.problem("E0402", function=shown, expected=str(len(fields)), found=given, python=raised)
        twice = [name for name in by_name if name in fields[:given]]
        if twice:
            raised = ("TypeError", f"{shown}() got multiple sub-patterns for attribute '{twice[0]}'")
            return w.problem("E0402", function=shown, expected=f"one pattern for {twice[0]}", found=2, python=raised)
        return self._is_there(args[0], fields[position])

    def _match_args(self, kind: ClassOf) -> list[str]:
        """The attributes that positional parts of patterns of a class are matched with."""
        fields = [one.decl.name for one in self.world.all_fields(kind.name) if one.decl.in_init and not one.decl.keyword_only]
        stated = next((one.match_args for one in self.world.order(kind.name) if one.match_args is not None), None)
        return fields if stated is None else list(stated)

    # --- exceptions -------------------------------------------------------------------------------------------------------------------

    def throw_value(self, end: Throw) -> None:
        """``raise value``, or ``raise value from cause``."""
        w = self.walk
        value = w.temps[end.value]
        if value.type == UNKNOWN:
            return
        if isinstance(value.type, ClassOf):
            value = w.call_value(value, [])
            if value.type in (UNKNOWN, NEVER):
                return
        if isinstance(value.type, RecordType):
            if not self.world.is_subclass(value.type.name, "BaseException"):
                w.problem("E0302", what="what is raised", expected="an exception", found=value.type)
                return
        elif value.type != ANY:
            told = ("TypeError", "exceptions must derive from BaseException")
            w.problem("E0302", what="what is raised", expected="an exception", found=resolve(value.type), python=told)
            return
        for role, other in (("caused", end.cause), ("chained", end.handled)):
            if other is not None and w.temps[other].type != UNKNOWN:
                given = w.temps[other]
                if isinstance(given.type, ClassOf):
                    given = w.call_value(given, [])
                value = self.call_library(role, [value, box(w, given)], "_exceptions")
        w.throw(value)

    def do_chain(self, step: Step, args: list[Val]) -> Val:
        """An exception is caught: what was being handled when it was raised is its context."""
        return self.call_library("linked", [box(self.walk, arg) for arg in args], "_exceptions")

    def do_caught(self, step: Step, args: list[Val]) -> Val:
        """The exception object that led to this handler."""
        self.world.class_seen("BaseException")
        w = self.walk
        return Val(ANY, (w.pending(w.number),))

    def do_matches(self, step: Step, args: list[Val]) -> Val:
        """Whether an exception is of one of the classes of an ``except`` clause."""
        w = self.walk
        kinds = split(args[1]) if isinstance(args[1].type, TupleType) else [args[1]]
        names: list[str] = []
        for kind in kinds:
            if not isinstance(kind.type, ClassOf) or not self.world.is_subclass(kind.type.name, "BaseException"):
                if kind.type == UNKNOWN:
                    return Val(UNKNOWN)
                if isinstance(kind.type, ClassOf):
                    return w.refuse("an except clause that names a class of another kind", "name the exception classes", later=False)
                return w.truth_of(self.call_library("is_taken", [box(w, one) for one in args], "_exceptions"))
            names += [kind.type.name, *self.world.beside(kind.type.name)]
        test = -1
        for name in names:
            one = self.e.emit("any.is", args[0].reg, RecordType(name), type=BOOL)
            test = one if test < 0 else self.e.emit("bool.or", test, one, type=BOOL)
        narrowed = RecordType(names[0])
        for name in names[1:]:
            shared = self.world.common_base(narrowed.name, name)
            narrowed = RecordType(shared)
        self.world.class_seen(narrowed.name)
        facts: list[tuple[str, Type, Type]] = [(args[0].origin, narrowed, args[0].type)] if args[0].origin and args[0].type == ANY else []
        return Val(BOOL, (test if test >= 0 else w.const(False).reg,), facts=facts)

    def do_ends_well(self, step: Step, args: list[Val]) -> Val:
        """Whether an exception that nothing caught is the SystemExit of a program that ends well."""
        w = self.walk
        return w.truth_of(w.call_value(Val(ClosureOf("_exceptions.ends_well")), [box(w, args[0])]))

    def do_type_of(self, step: Step, args: list[Val]) -> Val:
        w = self.walk
        return self.call_library("type_of", [box(w, args[0])])

    # --- generators -------------------------------------------------------------------------------------------------------------------

    def do_yield(self, step: Step, args: list[Val]) -> Val:
        w = self.walk
        if args[0].type == UNKNOWN:
            return args[0]
        self.lattice.grow(self.spec.yields, args[0].type)
        held = self.spec.yields.find().type
        if not self.e.live:
            return Val(ANY, (-1,))
        words = convert(w, args[0], held).regs
        if step.data is not None and self._delegates(step):
            sent = self.e.emit("yield.from", w.iterator(step.data).regs[0], *words, type=ANY)
        else:
            sent = self.e.emit("yield", *words, type=ANY)
        w.forget_fields()
        return Val(ANY, (sent,))

    def _delegates(self, step: Step) -> bool:
        """Whether the iterator of a ``yield from`` gets what is sent to the generator."""
        state = self.walk.iterator(step.data)
        return self.world.flow.sends and isinstance(state.type, IteratorOf) and state.type.source == ANY

    def do_delegate(self, step: Step, args: list[Val]) -> Val:
        """What ``yield from`` walks: as an object, where something may be sent to it."""
        sends = self.world.flow.sends and (args[0].type == ANY or isinstance(args[0].type, (GeneratorOf, RecordType)))
        return box(self.walk, args[0]) if sends else args[0]

    def do_manager(self, step: Step, args: list[Val]) -> Val:
        """What a ``with`` is going to enter: it has both of the methods."""
        w, value = self.walk, args[0]
        if value.type == UNKNOWN:
            return value
        for method, missed in (("__enter__", ""), ("__exit__", " (missed __exit__ method)")):
            raised = f"'{w.type_name(value.type)}' object does not support the context manager protocol{missed}"
            if value.type == ANY:
                good, bad = self.e.block(), self.e.block()
                self.e.emit("br", self.e.emit("any.has_attr", value.reg, method, type=BOOL), good, bad)
                self.e.at(bad)
                kind = self.e.emit("any.type_name", value.reg, type=STR)
                told = raised.split("'", 2)[2]
                pieces = [w.const("'").reg, kind, w.const(f"'{told}").reg]
                w.raise_with("TypeError", [Val(STR, (self.e.emit("str.build", *pieces, type=STR),))])
                self.e.at(good)
            elif not w.has_method(value, method):
                return w.problem(
                    "E0203", type=w.type_name(value.type), what="method", name=method, nearest="", python=("TypeError", raised), whose=value
                )
        return value

    def do_started(self, step: Step, args: list[Val]) -> Val:
        """The first iterable of a generator expression, whose walk begins where the expression stands."""
        w, value = self.walk, args[0]
        if isinstance(value.type, RecordType) and w.has_method(value, "__iter__") and w.has_method(value, "__next__"):
            value = box(w, value)
        return started(w, value)

    def do_ended(self, step: Step, args: list[Val]) -> Val:
        """Whether the iterator of a ``yield from`` ended with what was sent to it."""
        if args[0].type == UNKNOWN:
            return args[0]
        if self._delegates(step):
            return Val(BOOL, (self.e.emit("any.is_end", args[0].reg, type=BOOL),))
        return Val(BOOL, self.walk.const(False).regs, False)

    def do_iter_result(self, step: Step, args: list[Val]) -> Val:
        """What ``yield from`` gives: the value a generator returned."""
        w = self.walk
        state = w.iterator(step.data)
        source = state.type.source if hasattr(state.type, "source") else None
        if isinstance(source, GeneratorOf):
            return Val(ANY, (self.e.emit("record.get", state.regs[0], VALUE, type=ANY),))
        if source == ANY:
            return Val(ANY, (self.e.emit("any.iter_value", state.regs[0]),))
        return w.const(None)
