# Part of _instance.pyx: the module-level variables of an instance whose state lasts, between its calls; calls that leave nothing behind when they fail.


cdef class HeldWord:
    """Stands for what a module-level variable holds, as an argument: the value itself and no copy of it. ``slot`` is an index into ``Module.globals`` of type any."""

    cdef readonly uint32_t slot

    def __init__(self, uint32_t slot):
        self.slot = slot


cdef class Variables:
    """The variables of an instance that is `lasting`. Slots are indices into ``Module.globals``; values are in component form. All but :meth:`used` raise E0003 while a call runs."""

    cdef readonly Instance instance
    cdef list classes
    cdef list types

    def __init__(self, Instance instance):
        self.instance = instance
        if instance.types.global_rows is None:
            number = instance.types.tables.type_index
            instance.types.global_rows = [class_of(type) for _, type in instance.module.globals], [number.get(type, 0) for _, type in instance.module.globals]
        self.classes, self.types = instance.types.global_rows

    # --- calls ---

    def call(self, str function, args, bint arrays=False):
        """As Instance.call; where the call fails, what it wrote is taken back."""
        cdef Instance instance = self.instance
        cdef Caller caller = instance.prepare(function)
        instance.idle()
        if not caller.writes:
            return caller.outcome(args, arrays)
        if not bell_guard_begin(instance.ctx):
            raise MemoryError
        try:
            outcome = caller.outcome(args, arrays)
        except:
            bell_guard_rollback(instance.ctx)
            raise
        if outcome.error is not None:
            bell_guard_rollback(instance.ctx)
        else:
            bell_guard_commit(instance.ctx)
        return outcome

    def check_idle(self):
        """Raise E0003 while a call runs."""
        self.instance.idle()

    # --- values ---

    def flag(self, uint32_t slot):
        """Whether a slot that holds a bool holds True."""
        return self.instance.ctx.globals[slot] != 0

    def length(self, uint32_t slot):
        """How many elements the list has that a slot holds; 0 where it holds none."""
        cdef bell_word word = self.instance.ctx.globals[slot]
        return BELL_LIST_AT(self.instance.ctx, word).length if word != 0 else 0

    def read(self, slots):
        """What slots hold, as Python values. Raises E0803 or E0804 for what is too much to show."""
        cdef Instance instance = self.instance
        cdef Host *host = <Host *>instance.host_block
        cdef uint32_t slot
        instance.idle()
        values = []
        instance.made = {}
        instance.taken = instance.unlooked = instance.until = 0
        instance.ctx.fault = 0
        instance.ctx.deadline_ns = 0
        host.converting = True
        try:
            for slot in slots:
                instance.nesting = 0
                instance.shown = 0
                values.append(instance.to_python(instance.ctx.globals[slot], <int>self.classes[slot], <uint32_t>self.types[slot]))
        except TooMuch as too_much:
            from belljar.engines.faults import LIMITS

            code = too_much.args[0]
            raise bell_error(code, a=NESTING_MAX if code == "E0804" else LIMITS[code](instance.limits)) from None
        finally:
            host.converting = False
            instance.made = None
        return values

    def glimpse(self, slots):
        """As :meth:`read`, but containers are only pointed at: ``instance.opened`` says what is in one, until something runs."""
        cdef Instance instance = self.instance
        cdef uint32_t slot
        instance.idle()
        return [instance.glimpse(instance.ctx.globals[slot], <int>self.classes[slot], <uint32_t>self.types[slot], preview().CHARACTERS_MAX) for slot in slots]

    def begin_sites(self):
        """From now on note where objects are allocated, of a module with the sites named (belljar.ir.passes.allocation_sites)."""
        self.instance.idle()
        if not bell_heap_begin_sites(self.instance.ctx):
            raise MemoryError

    def census(self, named):
        """Every object that variables (pairs of a name and a Variable) lead to, nearest to them first: the position of the one it was found through (-1: a variable), the name, index, key (in a tuple) or
        field (with a dot), its type, its bytes, its length, -1 for what has none, and the site where it was allocated, 0 where none was noted."""
        return taken_census(self, named)

    def write(self, slots, values, what):
        """Let slots hold these values. Raises E0302 for what does not fit and E0803, and leaves all as it was then."""
        cdef Instance instance = self.instance
        cdef bell_ctx *ctx = instance.ctx
        cdef Host *host = <Host *>instance.host_block
        cdef uint32_t slot
        cdef bell_word word
        words = []
        instance.begin()
        if not bell_guard_begin(ctx):
            instance.busy = False
            raise MemoryError
        free_fuel(ctx)
        host.converting = True
        try:
            for slot, value in zip(slots, values):
                word = self.word(slot, value, what)
                words.append(word)
            for slot, written in zip(slots, words):
                ctx.globals[slot] = <bell_word>written
        except:
            bell_guard_rollback(ctx)
            raise
        finally:
            host.converting = False
            host.pin_count = 0
            instance.busy = False
        bell_guard_commit(ctx)

    cdef bell_word word(self, uint32_t slot, value, what) except? 0:
        cdef Instance instance = self.instance
        cdef int class_ = self.classes[slot]
        if value is None and class_ != BELL_CLASS_ANY:  # what an optional without a value holds: never looked at
            return instance.new_str("") if class_ == BELL_CLASS_STR else 0
        cdef bell_word word = instance.to_word(value, class_, <uint32_t>self.types[slot], what)
        if class_ >= BELL_CLASS_STR:
            instance.pin(word)
        return word

    def clear(self, uint32_t slot):
        """Let a slot hold nothing: False for a bool."""
        self.instance.idle()
        bell_epoch_guard()
        self.instance.ctx.globals[slot] = 0

    # --- as bytes ---

    def dump(self, named):
        """The values of variables as bytes, for :meth:`load` of another instance: ``named`` are pairs of a name and a Variable that is assigned. Raises E1105 for what cannot be written, such as a function."""
        return written_graph(self, named)

    def load(self, bytes data, dict known, missing):
        """Let variables, by name, hold what :meth:`dump` wrote. ``missing`` is called with each name that is not among them. Raises E1104 for bytes that it did not write, E0302 for values of other types
        and E0803, and leaves all as it was then."""
        read_graph(self, data, known, missing)

    # --- epochs ---

    def snapshot(self):
        """As Instance.snapshot."""
        return self.instance.snapshot()

    def rollback_epoch(self):
        """As Instance.rollback."""
        self.instance.rollback()

    def forget(self, uint32_t epoch):
        """Give up the way back to the beginning of an epoch, the outermost being 0: those around and inside it stay."""
        self.instance.idle()
        if not bell_epoch_forget(self.instance.ctx, epoch):
            raise bell_error("E0003", detail="No such epoch is open")

    def look(self, uint32_t epoch):
        """Show the state as it was when an epoch began, until :meth:`look_away`: in between nothing may be done but :meth:`flag`, :meth:`read` and what reads like them."""
        self.instance.idle()
        if not bell_epoch_look(self.instance.ctx, epoch):
            raise MemoryError

    def look_away(self, uint32_t epoch):
        bell_epoch_look_away(self.instance.ctx, epoch)

    # --- what is used ---

    def used(self):
        """What the call that runs, or ran last, has used of its limits: fuel, iterations, output in bytes, calls nested at most; and bytes of the heap. Another thread may ask while it runs: fuel is then
        up to date by a slice."""
        cdef Instance instance = self.instance
        cdef bell_heap_stats stats
        bell_heap_statistics(instance.ctx, &stats)
        return {
            "fuel": bell_fuel_used(instance.ctx),
            "iterations": min(instance.ctx.iterations_max - instance.ctx.iterations_left, instance.ctx.iterations_max),
            "output": instance.ctx.output_bytes,
            "memory": stats.live_bytes,
            "memory_peak": stats.peak_bytes,
            "depth": instance.depth_max - instance.ctx.depth_least,
            "running": bool(instance.busy),
        }
