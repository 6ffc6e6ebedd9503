"""Methods with defaults that are no constants: the function that makes their class makes an object of each that a value of class ``any`` may be asked for. What values are asked for is found out
while the program is walked, so a function that left methods out is walked again when they are wanted after all; without that, only the walk that confirms everything would find them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.infer import Specialisation, World


class LateMethods:
    """Who makes which methods, of those with defaults, and what was left out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._left_out: dict[Specialisation, dict[tuple[str, str], bool]] = {}
        """By the function that makes the class: its methods, with whether they were left out when it was last walked."""

    def is_wanted(self, maker: Specialisation, cls: str, method: str) -> bool:
        """Whether the method is wanted as an object, which ``maker`` makes as it is told."""
        found = any(self.world.is_subclass(name, cls) for name in self.world.dynamic) and self.world.is_met(method)
        self._left_out.setdefault(maker, {})[cls, method] = not found
        return found

    def are_stale(self) -> bool:
        """Make those stale that left out what is wanted by now; whether there are any."""
        late = [
            maker
            for maker, methods in self._left_out.items()
            if any(is_left and self.is_wanted(maker, *key) for key, is_left in list(methods.items()))
        ]
        for maker in late:
            maker.stale = True
        return bool(late)
