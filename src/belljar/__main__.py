"""``python -m belljar``, and the console script, are the command line."""

import gc
import os
import sys

ALLOCATIONS_BEFORE_COLLECTION = 50_000
"""Python's own 700 spends a tenth of the start on looking for garbage among modules that stay."""


def main() -> int:
    """Run the command line of this process and give its exit status. A command that was stopped ends the process."""
    gc.set_threshold(ALLOCATIONS_BEFORE_COLLECTION)
    # Read when NumPy is imported: its BLAS starts a thread for every core, and they spin. Nothing here multiplies matrices.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from belljar.clients.process import Stopped, leave, open_streams, settle_stderr, stop_on_signals

    try:
        open_streams()
        stop_on_signals()
        from belljar.clients.command_line import main as command_line

        status = command_line(stopped=leave)
        settle_stderr()
        return status
    except (Stopped, KeyboardInterrupt):  # while modules were being loaded
        sys.stderr.write("BellRuntimeError [E0006]: Interrupted\n")
        leave(1)


if __name__ == "__main__":
    sys.exit(main())
