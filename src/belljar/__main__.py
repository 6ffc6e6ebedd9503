"""``python -m belljar``, and the console script, are the command line."""

import sys


def main() -> int:
    """Run the command line of this process and give its exit status. A command that was stopped ends the process."""
    from belljar.clients.process import Stopped, leave, open_streams, stop_on_signals

    try:
        open_streams()
        stop_on_signals()
        from belljar.clients.cli import main as command_line

        return command_line(stopped=leave)
    except (Stopped, KeyboardInterrupt):  # while modules were being loaded
        sys.stderr.write("BellRuntimeError [E0006]: Interrupted\n")
        leave(1)


if __name__ == "__main__":
    sys.exit(main())
