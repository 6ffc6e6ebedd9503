"""Capabilities on the command line: what is granted and denied, the host functions of a file, and lists of what a program needs."""

from __future__ import annotations

from belljar.errors import bell_error, missing_file, reason_of
from belljar.safety.capabilities import BUILT_IN, STDERR, STDOUT, Grants, covers, grants_of, is_name
from belljar.source import read_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from typing import Any

    from belljar.commands.session import Session
    from belljar.runtime.hosts import HostFunctions


def granted(values: Mapping[str, Any], base: Collection[str] = (STDOUT, STDERR), hosts: HostFunctions | None = None) -> Grants:
    """What a program is granted: ``base``, printing unless a profile says otherwise, and what ``--grant`` says, less what ``--deny`` says. Of everything, that is everything Belljar and the given functions of the host
    know of. Raises E0003 for what is no capability, and for a denial of what nobody knows."""
    given, denied = values.get("grant") or (), values.get("deny") or ()
    for option, names in (("grant", given), ("deny", denied)):
        for name in names:
            if not is_name(name, pattern=True):
                detail, hint = f"--{option} {name}: that is no capability", "examples: io.stdout, time.now, env.HOME, store.*"
                raise bell_error("E0003", detail=detail, hint=hint)
    known = [*BUILT_IN, *given, *base]
    everything = [*BUILT_IN, *([] if hosts is None else [one.capability for one in hosts.signatures.values()])]
    for name in denied:
        if hosts is None and not any(covers(name, one) or covers(one, name) for one in known):
            raise bell_error("E0003", detail=f"unknown capability '{name}'", hint=f"capabilities are {', '.join(BUILT_IN)}")
    if denied and "*" in (*base, *given):
        base = [*everything, *(name for name in base if name != "*")]
        given = [name for name in given if name != "*"]
    return grants_of([*base, *given]).without(denied)


def hosts_of(values: Mapping[str, Any]) -> HostFunctions | None:
    """The host functions that the file of ``--hosts`` makes. The file is Python and runs here. Raises E0001, E0002 and E0003."""
    path = values.get("hosts")
    if not path:
        return None
    import runpy

    from belljar.runtime.hosts import HostFunctions

    try:
        read_bytes(path, 0)
    except FileNotFoundError:
        raise missing_file(path) from None
    except OSError as problem:
        raise bell_error("E0002", path=path, reason=reason_of(problem)) from None
    try:
        found = runpy.run_path(path)
    except SystemExit:
        raise bell_error("E0003", detail=f"--hosts {path} ended the process") from None
    except KeyboardInterrupt:
        raise
    except BaseException as problem:
        raise bell_error("E0003", detail=f"--hosts {path} ended with {type(problem).__name__}: {problem}") from None
    hosts = found.get("hosts")
    if not isinstance(hosts, HostFunctions):
        raise bell_error(
            "E0003", detail=f"--hosts {path} makes no HostFunctions under the name hosts", hint="hosts = belljar.HostFunctions()"
        )
    return hosts


def listed(session: Session, found: Iterable[str], word: str, allowed: Grants | None = None) -> int:
    """Write the capabilities, one a line, with what is known of them; those that are not among the allowed ones are marked."""
    names = sorted(found)
    refused = [name for name in names if allowed is not None and not allowed.allows(name)]
    if session.format == "json":
        session.write_json({word: names} | ({} if allowed is None else {"refused": refused}))
        return 0
    for name in names:
        meaning = BUILT_IN.get(name) or BUILT_IN.get(f"{name.partition('.')[0]}.*", "")
        mark = "  (not granted by the profile)" if name in refused else ""
        session.out.write(f"{name}{'  ' + meaning if meaning and session.format == 'full' else ''}{mark}\n")
    if not names:
        session.say("nothing")
    return 0
