"""Blocks of marks: where they are kept until somebody reads them, in memory, in a file, or first in one and then in the other.

Invariants: no mark lies in two blocks; what was put somewhere is never changed; at most ``BLOCKS_READ_MAX`` blocks of a file are in memory.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO, Final, Protocol

    class Blocks(Protocol):
        """Blocks of marks by number."""

        def __len__(self) -> int: ...

        def __getitem__(self, number: int, /) -> bytes: ...


BLOCK_BYTES: Final = 1 << 20
"""Bytes of a block, where there is room."""
BLOCKS_READ_MAX: Final = 4
JOINED_BYTES: Final = 64 << 10
"""Smaller blocks are joined until they have so much."""


class FileBlocks:
    """Blocks that were written to a file one after another."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.starts = [0]
        self._read: dict[int, bytes] = {}

    def append(self, block: bytes) -> None:
        self.file.seek(self.starts[-1])
        self.file.write(block)
        self.starts.append(self.starts[-1] + len(block))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> bytes:
        found = self._read.pop(number, None)
        if found is None:
            if not 0 <= number < len(self):
                raise IndexError(number)
            self.file.seek(self.starts[number])
            found = self.file.read(self.starts[number + 1] - self.starts[number])
        self._read[number] = found  # the one read last stands last
        while len(self._read) > BLOCKS_READ_MAX:
            del self._read[next(iter(self._read))]
        return found


class Reel:
    """Takes the blocks of runs, one run at a time.

    The runs together keep at most about ``max_bytes`` in memory; all blocks of a run for which there is no room go to the file that ``opened`` gives. Without that the oldest blocks of the run make room, ``lost`` counts
    them.
    """

    def __init__(self, max_bytes: int, opened: Callable[[], FileBlocks] | None = None) -> None:
        self.max_bytes = max_bytes
        self.opened = opened
        self.held = 0
        """Bytes in memory, of all runs."""
        self.lost = 0
        """Blocks of the run that made room for others."""
        self._blocks: list[bytes] | FileBlocks = []
        self._small: list[bytes] = []
        self._small_bytes = 0
        self._is_running = False

    def begin(self) -> None:
        """A run begins: what is there of one that has no end is forgotten."""
        if isinstance(self._blocks, list):
            self.held -= sum(map(len, self._blocks))
        self._blocks, self._small, self._small_bytes, self.lost = [], [], 0, 0
        self._is_running = True

    def take(self, block: bytes) -> None:
        """The next block of the run; between runs nobody wants it."""
        if not self._is_running or not block:
            return
        if self._small or len(block) < JOINED_BYTES:
            self._small.append(block)
            self._small_bytes += len(block)
            if self._small_bytes < JOINED_BYTES:
                return
            block = self._joined()
        self._keep(block)

    def end(self, left: bytes = b"") -> Blocks:
        """The run is over, ``left`` is behind the blocks that were taken: all of it."""
        self.take(left)
        self._is_running = False
        if self._small:
            self._keep(self._joined())
        blocks, self._blocks = self._blocks, []
        return blocks

    def _joined(self) -> bytes:
        block, self._small, self._small_bytes = b"".join(self._small), [], 0
        return block

    def _keep(self, block: bytes) -> None:
        blocks = self._blocks
        if isinstance(blocks, list) and self.opened is not None and self.held + len(block) > self.max_bytes:
            file = self.opened()
            for before in blocks:
                file.append(before)
                self.held -= len(before)
            blocks = self._blocks = file
        if isinstance(blocks, list):
            while self.opened is None and blocks and self.held + len(block) > self.max_bytes:
                self.held -= len(blocks.pop(0))
                self.lost += 1
            self.held += len(block)
        blocks.append(block)
