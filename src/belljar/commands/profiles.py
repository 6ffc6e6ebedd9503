"""The command profiles: which there are, and what one of them means."""

from __future__ import annotations

from belljar.commands.running import folder_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from belljar.commands.session import Session
    from belljar.runtime.profiles import Profile


def profiles(session: Session, values: Mapping[str, Any]) -> int:
    """List all profiles, or show the one that is named."""
    from belljar.runtime.profiles import profile_for, profiles_for

    folder = folder_of(values)
    if values["profile"] is not None:
        found = profile_for(values["profile"], folder)
        if session.format == "json":
            session.write_json(dict(found))
        else:
            session.out.write("".join(f"{line}\n" for line in shown(found)))
        return 0
    known = profiles_for(folder)
    if session.format == "json":
        session.write_json([dict(profile) for profile in known.values()])
        return 0
    width = max(map(len, known))
    for name, profile in known.items():
        session.out.write(f"{name:<{width}}  {profile.description}".rstrip() + "\n")
    return 0


def shown(profile: Profile) -> list[str]:
    """A profile as lines for people."""
    rows = [
        ("extends", profile.extends or ""),
        ("dry run", "yes" if profile.dry_run else "no"),
        ("tracing", profile.trace_level),
        ("grants", "everything" if "*" in profile.capabilities else ", ".join(profile.capabilities) or "nothing"),
        ("limits", ", ".join(f"{name} {value:,}" for name, value in profile.limits.items()) or "those of the command"),
        ("safe mode", "yes" if profile.safe_mode else ""),
    ]
    title = f"{profile.name}: {profile.description}" if profile.description else profile.name
    return [title, *(f"  {what:<9}  {text}" for what, text in rows if text)]
