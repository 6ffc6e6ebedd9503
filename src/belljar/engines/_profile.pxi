# Part of _instance.pyx: profiles (csrc/runtime/profile.h), on their way to Python.

def open_profile(Instance instance, segments, bint counts, double interval):
    """Profile the calls of an instance from now on, of a module with these segments (:class:`belljar.ir.passes.segments.Segment`): by counting in the VM, or by sampling machine code. ``interval``: seconds between
    samples."""
    cdef Py_ssize_t i, count = len(segments)
    cdef bell_profile_segment *rows = <bell_profile_segment *>calloc(count + 1, sizeof(bell_profile_segment))
    if rows == NULL:
        raise MemoryError
    for i in range(count):
        segment = segments[i]
        rows[i].function, rows[i].cost, rows[i].taken = segment.function, segment.cost, segment.taken
        rows[i].flags = BELL_PROFILE_ENTRY if segment.is_entry else 0
    cdef bint opened = bell_profile_open(instance.ctx, rows, <uint32_t>count, counts, <int64_t>(interval * 1e9))
    free(rows)
    if not opened:
        raise MemoryError


def profile_of(Instance instance):
    """(totals, nodes, rows, edges): fuel, bytes, nanoseconds and samples; (parent, calling segment, function) of each path of calls, the first of them the host; (node, segment counted from the first of
    the function, count, fuel, fuel ahead, bytes, nanoseconds, samples) of what was reached; (node, calling segment, called node, count) of calls. Raises MemoryError where rows are missing."""
    cdef bell_ctx *ctx = instance.ctx
    cdef bell_profile_total total = bell_profile_totals(ctx)
    cdef uint32_t node_count, row_count, edge_count, node, i, end
    cdef const bell_profile_node *nodes = bell_profile_nodes(ctx, &node_count)
    cdef const bell_profile_row *rows = bell_profile_rows(ctx, &row_count)
    cdef const bell_profile_edge *edges = bell_profile_edges(ctx, &edge_count)
    cdef const bell_profile_row *row
    if total.failed:
        raise MemoryError
    paths = []
    reached = []
    for node in range(node_count):
        paths.append((nodes[node].parent, nodes[node].site, nodes[node].function))
        end = nodes[node + 1].first_row if node + 1 < node_count else row_count
        for i in range(nodes[node].first_row, end):
            row = &rows[i]
            if row.count or row.fuel or row.ahead or row.bytes or row.time:
                reached.append((node, i - nodes[node].first_row, row.count, row.fuel, row.ahead, row.bytes, row.time, row.samples))
    calls = [(edges[i].parent, edges[i].site, edges[i].node, edges[i].count) for i in range(edge_count) if edges[i].node]
    return (total.fuel, total.bytes, total.time, total.samples), paths, reached, calls
