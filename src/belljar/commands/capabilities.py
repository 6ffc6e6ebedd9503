"""Capabilities on the command line: what is granted and denied, the host functions of a file, and lists of what a program needs."""

from __future__ import annotations

from belljar.errors import bell_error
from belljar.safety.capabilities import BUILT_IN, STDOUT, Grants, covers, grants_of, is_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from belljar.commands.session import Session
    from belljar.runtime.hosts import HostFunctions


def granted(values: Mapping[str, Any]) -> Grants:
    """What a program is granted: printing and what ``--grant`` says, less what ``--deny`` says. Raises E0003 for what is no capability, and for a denial of what nobody knows."""
    given, denied = values.get("grant") or (), values.get("deny") or ()
    for option, names in (("grant", given), ("deny", denied)):
        for name in names:
            if not is_name(name, pattern=True):
                detail, hint = f"--{option} {name}: that is no capability", "examples: io.stdout, time.now, env.HOME, store.*"
                raise bell_error("E0003", detail=detail, hint=hint)
    known = [*BUILT_IN, *given]
    for name in denied:
        if not values.get("hosts") and not any(covers(name, one) or covers(one, name) for one in known):
            raise bell_error("E0003", detail=f"unknown capability '{name}'", hint=f"capabilities are {', '.join(BUILT_IN)}")
    return grants_of([STDOUT, *given]).without(denied)


def hosts_of(values: Mapping[str, Any]) -> HostFunctions | None:
    """The host functions that the file of ``--hosts`` makes. The file is Python and runs here. Raises E0001, E0002 and E0003."""
    path = values.get("hosts")
    if not path:
        return None
    import runpy

    from belljar.runtime.hosts import HostFunctions

    try:
        found = runpy.run_path(path)
    except FileNotFoundError as problem:
        if problem.filename == path:
            raise bell_error("E0001", path=path) from None
        raise bell_error("E0003", detail=f"--hosts {path} ended with {type(problem).__name__}: {problem}") from None
    except SystemExit:
        raise bell_error("E0003", detail=f"--hosts {path} ended the process") from None
    except Exception as problem:
        raise bell_error("E0003", detail=f"--hosts {path} ended with {type(problem).__name__}: {problem}") from None
    hosts = found.get("hosts")
    if not isinstance(hosts, HostFunctions):
        raise bell_error(
            "E0003", detail=f"--hosts {path} makes no HostFunctions under the name hosts", hint="hosts = belljar.HostFunctions()"
        )
    return hosts


def listed(session: Session, found: Iterable[str], word: str) -> int:
    """Write the capabilities, one a line, with what is known of them."""
    names = sorted(found)
    if session.format == "json":
        import json

        session.out.write(json.dumps({word: names}) + "\n")
        return 0
    for name in names:
        meaning = BUILT_IN.get(name) or BUILT_IN.get(f"{name.partition('.')[0]}.*", "")
        session.out.write(f"{name}{'  ' + meaning if meaning and session.format == 'full' else ''}\n")
    if not names:
        session.say("nothing")
    return 0
