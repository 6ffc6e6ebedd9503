"""What the parts of :class:`~belljar.lang.transfer.Walk` that stand in files of their own share."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from belljar.lang.emit import NullEmitter
    from belljar.lang.infer import Specialisation, World
    from belljar.lang.lattice import Lattice
    from belljar.lang.transfer import Walk
    from belljar.types import Type


class Part:
    """Methods of a walk about one subject."""

    world: World
    spec: Specialisation
    e: NullEmitter
    lattice: Lattice
    env: dict[str, Type]

    @property
    def walk(self) -> Walk:
        """The whole that this is a part of."""
        return self  # type: ignore[return-value]
