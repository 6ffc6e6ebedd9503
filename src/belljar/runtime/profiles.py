"""Profiles: named bundles of dry-run, tracing, capabilities and limits.

Five are built in; others are registered (:func:`register_profile`) or stand in a ``belljar.toml``::

    [profiles.nightly]
    extends = "audit"
    description = "Audit with more time"
    capabilities = ["io.stdout", "store.*"]
    limits = { max_execution_time = 300.0 }

A profile that extends another takes all from it that it does not say itself; limits are taken one by one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from belljar.errors import ProfileError
from belljar.safety.capabilities import is_name
from belljar.safety.limits import ResourceLimits
from belljar.trace.node_types import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from belljar.runtime.context import ExecutionContext
    from belljar.trace.events import TraceCollector

ALL: Final = ("*",)
"""The grant of everything."""
CONFIG: Final = "belljar.toml"
EXTENDS_MAX: Final = 50
"""Profiles of a file that may extend one another in a row."""
LIMITS: Final = tuple(ResourceLimits().to_dict())
KEYS: Final = ("description", "extends", "dry_run", "tracing", "capabilities", "limits", "max_iterations", "safe_mode")
INHERITED: Final = frozenset(("dry_run", "trace_level", "capabilities", "safe_mode", "description"))


class Profile(Mapping[str, Any]):
    """A profile with all that it inherits. Read as attributes or as a mapping of the same names.

    ``dry_run``: nothing lasts and host functions that write are not called. ``tracing``: whether events are recorded, at ``trace_level``. ``capabilities``: what is granted, wildcards as in ``store.*``, ``("*",)``
    for everything. ``limits``: by the names of :class:`~belljar.safety.limits.ResourceLimits`, those that differ from its defaults.
    """

    __slots__ = ("capabilities", "description", "dry_run", "extends", "limits", "name", "safe_mode", "said", "trace_level")

    def __init__(
        self,
        name: str,
        description: str,
        *,
        dry_run: bool = False,
        trace_level: str = "off",
        capabilities: tuple[str, ...] = (),
        limits: Mapping[str, int | float] | None = None,
        safe_mode: bool = False,
        extends: str | None = None,
        said: frozenset[str] = INHERITED,
    ) -> None:
        self.said: Final = said
        """What it, or what it extends, says: the rest are defaults, which nobody inherits."""
        self.name: Final = name
        self.description: Final = description
        self.dry_run: Final = dry_run
        self.trace_level: Final = trace_level
        self.capabilities: Final = capabilities
        self.limits: Final[Mapping[str, int | float]] = dict(limits or {})
        self.safe_mode: Final = safe_mode
        self.extends: Final = extends

    def collector(self) -> TraceCollector | None:
        """A new collector for what runs under the profile; None where that is not traced."""
        from belljar.trace.events import TraceCollector

        return TraceCollector(level=self.trace_level) if self.tracing else None

    @property
    def tracing(self) -> bool:
        return self.trace_level != "off"

    @property
    def max_iterations(self) -> int:
        return int(self.limits.get("max_iterations", ResourceLimits().max_iterations))

    @property
    def resource_limits(self) -> ResourceLimits:
        return ResourceLimits(**self.limits)  # type: ignore[arg-type]

    _NAMES = (
        "name",
        "description",
        "dry_run",
        "tracing",
        "trace_level",
        "capabilities",
        "max_iterations",
        "limits",
        "safe_mode",
        "extends",
    )

    def __getitem__(self, key: str) -> Any:
        if key not in self._NAMES:
            raise KeyError(key)
        value = getattr(self, key)
        return list(value) if key == "capabilities" else dict(value) if key == "limits" else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._NAMES)

    def __len__(self) -> int:
        return len(self._NAMES)

    def __repr__(self) -> str:
        return f"Profile({self.name!r}, dry_run={self.dry_run}, tracing={self.tracing}, capabilities={list(self.capabilities)})"


BUILT_IN: Final = {
    profile.name: profile
    for profile in (
        Profile("analysis", "See what a program would do: dry run, traced, nothing granted", dry_run=True, trace_level="full"),
        Profile("execution", "Run for real: no trace, everything granted", capabilities=ALL),
        Profile(
            "audit",
            "See what a program would do with everything granted: dry run, traced",
            dry_run=True,
            trace_level="full",
            capabilities=ALL,
        ),
        Profile(
            "debug",
            "Find a mistake: traced, everything granted, loops end early",
            trace_level="full",
            capabilities=ALL,
            limits={"max_iterations": 1000},
        ),
        Profile("test", "Run in a test: traced, may print and nothing else", trace_level="full", capabilities=("io.stdout",)),
    )
}
_registered: dict[str, Profile] = {}


def list_profiles() -> list[str]:
    """The names of all profiles, those built in first."""
    return [*BUILT_IN, *(name for name in _registered if name not in BUILT_IN)]


def get_profile(name: str | Profile) -> Profile:
    """The profile of a name. Raises ProfileError for an unknown one."""
    if isinstance(name, Profile):
        return name
    found = (_registered.get(name) or BUILT_IN.get(name)) if isinstance(name, str) else None
    if found is None:
        raise _unknown(name)
    return found


def _unknown(name: object, known: Iterable[str] = ()) -> ProfileError:
    import difflib

    names = list(known) or list_profiles()
    near = difflib.get_close_matches(str(name), names, n=1)
    listed = f"profiles are {', '.join(names)}"
    return _refused("E1401", name=name, nearest=f"did you mean '{near[0]}'? {listed}" if near else listed)


def get_profile_description(name: str | Profile) -> str:
    """What a profile is for, in one line. Raises ProfileError."""
    return get_profile(name).description


def validate_profile(profile: str | Mapping[str, Any], name: str = "profile") -> bool:
    """Whether a profile can be used: True, or ProfileError says what is wrong. A name is looked up, a mapping is read as :func:`register_profile` reads it."""
    if isinstance(profile, str):
        get_profile(profile)
    elif not isinstance(profile, Profile):
        read_profile(name, profile)
    return True


def register_profile(name: str, profile: Mapping[str, Any] | None = None, **settings: Any) -> Profile:
    """Add a profile under a name of its own: a mapping, keywords, or both. Settings are ``extends`` (a profile or a list of them, the later ones counting more), ``description``, ``dry_run``, ``tracing`` (a bool or a level),
    ``capabilities``, ``limits``, ``max_iterations``, ``safe_mode``. Raises ProfileError where one of them is wrong, and for a name that is built in; a registered one is replaced.
    """
    if name in BUILT_IN:
        raise _wrong(name, f"'{name}' is built in and cannot be replaced", "give it a name of its own, and extends=")
    if profile is not None and not isinstance(profile, Mapping):
        raise _wrong(name, f"a profile is a mapping of settings, got {type(profile).__name__}")
    made = read_profile(name, {**_settings(profile or {}), **settings})
    _registered[name] = made
    return made


def _settings(profile: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a mapping says as settings; of a profile, which has all that it inherits, what it says."""
    if not isinstance(profile, Profile):
        return profile
    found = {key: profile[key] for key in profile.said - {"trace_level"}} | {"limits": profile["limits"]}
    return found | ({"tracing": profile.trace_level} if "trace_level" in profile.said else {})


def unregister_profile(name: str) -> None:
    """Take a registered profile out. Raises ProfileError where there is none of that name."""
    if name not in _registered:
        raise _unknown(name)
    del _registered[name]


def read_profile(
    name: str, settings: Mapping[str, Any], others: Mapping[str, Mapping[str, Any]] | None = None, inside: tuple[str, ...] = ()
) -> Profile:
    """A profile from its settings. ``others``: profiles of the same file, which it may extend, as settings. Raises ProfileError."""
    if not isinstance(name, str) or not name or not all(part.isidentifier() for part in name.replace("-", "_").split(".")):
        raise _wrong(name, "a profile is named by letters, digits, '_' and '-'")
    if not isinstance(settings, Mapping):
        raise _wrong(name, f"a profile is a mapping of settings, got {type(settings).__name__}")
    settings = _settings(settings)
    for key in settings:
        if key not in KEYS:
            import difflib

            near = difflib.get_close_matches(str(key), KEYS, n=1)
            raise _wrong(name, f"there is no setting '{key}'", f"did you mean '{near[0]}'?" if near else f"settings are {', '.join(KEYS)}")
    parents = settings.get("extends")
    if parents is not None and not isinstance(parents, (str, Profile, list, tuple)):
        raise _wrong(name, f"extends= names profiles, got {parents!r}")
    bases = [
        _parent(name, parent, others or {}, (*inside, name))
        for parent in ([] if parents is None else [parents] if isinstance(parents, (str, Profile)) else parents)
    ]
    limits: dict[str, int | float] = {}
    inherited: dict[str, Any] = {"dry_run": False, "trace_level": "off", "capabilities": (), "safe_mode": False, "description": ""}
    for base in bases:
        limits |= base.limits
        inherited |= {key: getattr(base, key) for key in base.said}
    limits |= _limits(name, settings)
    said = {"trace_level" if key == "tracing" else key for key in settings}.union(*[base.said for base in bases])
    return Profile(
        name,
        _text(name, settings, inherited["description"]),
        dry_run=_flag(name, settings, "dry_run", inherited["dry_run"]),
        trace_level=_level(name, settings, inherited["trace_level"]),
        capabilities=_capabilities(name, settings, inherited["capabilities"]),
        limits=limits,
        safe_mode=_flag(name, settings, "safe_mode", inherited["safe_mode"]),
        extends=", ".join(base.name for base in bases) or None,
        said=INHERITED & said,
    )


def _parent(name: str, parent: Any, others: Mapping[str, Mapping[str, Any]], inside: tuple[str, ...]) -> Profile:
    if isinstance(parent, Profile):
        return parent
    if not isinstance(parent, str):
        raise _wrong(name, f"extends= names profiles, got {parent!r}")
    if parent in inside:
        raise _wrong(name, f"it extends itself: {' -> '.join((*inside[inside.index(parent) :], parent))}")
    if len(inside) > EXTENDS_MAX:
        raise _wrong(name, f"more than {EXTENDS_MAX} profiles extend one another")
    if parent in others:
        return read_profile(parent, others[parent], others, inside)
    return get_profile(parent)


def _text(name: str, settings: Mapping[str, Any], inherited: str) -> str:
    value = settings.get("description", inherited)
    if not isinstance(value, str):
        raise _wrong(name, f"description is a text, got {value!r}")
    return value


def _flag(name: str, settings: Mapping[str, Any], key: str, inherited: bool) -> bool:
    value = settings.get(key, inherited)
    if not isinstance(value, bool):
        raise _wrong(name, f"{key} is true or false, got {value!r}")
    return value


def _level(name: str, settings: Mapping[str, Any], inherited: str) -> str:
    value = settings.get("tracing", inherited)
    if isinstance(value, bool):
        return (inherited if inherited != "off" else "full") if value else "off"
    if value not in LEVELS:
        raise _wrong(name, f"tracing is true, false or one of {', '.join(LEVELS)}, got {value!r}")
    return str(value)


def _capabilities(name: str, settings: Mapping[str, Any], inherited: tuple[str, ...]) -> tuple[str, ...]:
    value = settings.get("capabilities", inherited)
    if isinstance(value, str) or not isinstance(value, (list, tuple, set, frozenset)):
        raise _wrong(name, f"capabilities is a list of names, got {value!r}", 'example: capabilities = ["io.stdout", "store.*"]')
    for one in value:
        if not is_name(one, pattern=True):
            raise _wrong(name, f"{one!r} is no capability", 'capabilities are dotted names such as "io.stdout", "store.*" or "*"')
    return tuple(sorted(value) if isinstance(value, (set, frozenset)) else value)


def _limits(name: str, settings: Mapping[str, Any]) -> dict[str, int | float]:
    from belljar.errors import BellError

    value = settings.get("limits", {})
    if isinstance(value, ResourceLimits):
        defaults = ResourceLimits().to_dict()
        value = {key: number for key, number in value.to_dict().items() if number != defaults[key]}
    if not isinstance(value, Mapping):
        raise _wrong(name, f"limits is a table of names and numbers, got {value!r}", "example: limits = { max_iterations = 1000 }")
    limits = dict(value)
    if settings.get("max_iterations") is not None:
        limits["max_iterations"] = settings["max_iterations"]
    for key in limits:
        if key not in LIMITS:
            raise _wrong(name, f"there is no limit '{key}'", f"limits are {', '.join(LIMITS)}")
    try:
        ResourceLimits(**limits)
    except BellError as problem:
        raise _wrong(name, problem.message) from None
    return limits


def _wrong(name: object, detail: str, hint: str = "") -> ProfileError:
    return _refused("E1402", name=name, detail=detail, advice=hint)


def _refused(code: str, **parameters: Any) -> ProfileError:
    return ProfileError(code, **parameters)


# --- from a file ------------------------------------------------------------------------------------------------------------------


def load_profiles(path: str | os.PathLike[str] = CONFIG) -> list[str]:
    """Register the profiles of a ``belljar.toml`` (its tables ``profiles.NAME``), and give their names. Raises E0001 and E0002 for a file that cannot be read, ProfileError for what it says."""
    made = profiles_of(path)
    _registered.update(made)
    return list(made)


def profiles_of(path: str | os.PathLike[str]) -> dict[str, Profile]:
    """The profiles of a ``belljar.toml`` by name, without registering them. Raises as :func:`load_profiles`."""
    from importlib import import_module

    from belljar.errors import bell_error, missing_file, reason_of
    from belljar.source import open_bytes

    tomllib: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        with open_bytes(path) as file:
            content = tomllib.load(file)
    except FileNotFoundError:
        raise missing_file(os.fspath(path)) from None
    except OSError as problem:
        raise bell_error("E0002", path=os.fspath(path), reason=reason_of(problem)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ProfileError("E1402", name=os.fspath(path), detail=f"not TOML: {problem}") from None
    tables = content.get("profiles", {})
    if not isinstance(tables, Mapping) or not all(isinstance(table, Mapping) for table in tables.values()):
        raise ProfileError("E1402", name=os.fspath(path), detail="profiles are tables: [profiles.NAME]")
    made = {}
    for name, settings in tables.items():
        if name in BUILT_IN:
            raise _wrong(name, f"'{name}' is built in and cannot be replaced", "give it a name of its own, and extends")
        made[name] = read_profile(name, settings, tables)
    return made


def find_config(start: str | os.PathLike[str] = ".") -> str:
    """The ``belljar.toml`` of a folder or of the nearest one above it that has one; ``""`` where none has."""
    folder = os.path.abspath(start)
    while True:
        path = os.path.join(folder, CONFIG)
        if os.path.isfile(path):
            return path
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above


def profiles_for(start: str | os.PathLike[str]) -> dict[str, Profile]:
    """All profiles there are for a program in a folder: those built in and registered, and those of the nearest ``belljar.toml``. Raises as :func:`load_profiles`."""
    path = find_config(start)
    return {name: get_profile(name) for name in list_profiles()} | (profiles_of(path) if path else {})


def profile_for(name: str, start: str | os.PathLike[str]) -> Profile:
    """The profile of a name for a program in a folder. Raises ProfileError for an unknown one, and as :func:`load_profiles`."""
    profiles = BUILT_IN if name in BUILT_IN else profiles_for(start)
    found = profiles.get(name)
    if found is None:
        raise _unknown(name, profiles)
    return found


# --- to what runs -----------------------------------------------------------------------------------------------------------------


def create_context_from_profile(profile: str | Profile, **names: Any) -> ExecutionContext:
    """An execution context with a profile's grants and dry run; ``names`` are set in it. Raises ProfileError."""
    from belljar.runtime.context import ExecutionContext

    found = get_profile(profile)
    context = ExecutionContext(grants=found.capabilities, dry_run=found.dry_run)
    for name, value in names.items():
        context.set(name, value)
    return context


def create_executor_config_from_profile(profile: str | Profile) -> dict[str, Any]:
    """The arguments of a :class:`~belljar.runtime.executor.RuntimeExecutor` that a profile means: ``RuntimeExecutor(**create_executor_config_from_profile("debug"))``. Raises ProfileError."""
    found = get_profile(profile)
    return {
        "trace": found.collector(),
        "dry_run": found.dry_run,
        "max_iterations": found.max_iterations,
        "limits": found.resource_limits,
        "safe_mode": found.safe_mode,
    }
