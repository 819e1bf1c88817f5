"""The room that a spool has: within its limit, and within what its disk has left.

The file and its log count. What is in the log may have to be carried over before the log can be
cut off, so each of its bytes counts twice. A part is reserved for those who make room: removing
records and shrinking the file are written to the log, too.
"""

import os
from collections.abc import Sequence
from pathlib import Path

PAGE = 4096
#: Pages that one record may touch besides its own: leaves, inner pages, the maps, the sequence.
_BESIDES = 8
#: Pages that one more may touch where it has a caller's key: keys come in any order.
_OF_A_KEY = 3
_LEAST = 64 * PAGE
_MOST_RESERVED = 8 * 2**20
#: The share of that which a process may use before it looks again: each look gives others the
#: interpreter, and a caller may wait long for its turn.
_LENT = 8


class Room:
    """Looks at the files by name and never opens them: closing one drops SQLite's locks."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.limit = max(max_bytes, _LEAST)
        self.reserve = min(self.limit // 16, _MOST_RESERVED)
        self._lent = 0
        self._file, self._log, self._folder = str(path), f"{path}-wal", str(path.parent)

    def used(self) -> int:
        """Bytes of the file and its log."""
        return _size(self._file) + _size(self._log)

    def log(self) -> int:
        """Bytes of the log."""
        return _size(self._log)

    def holds(self, size: int, unused: int = 0) -> bool:
        """Whether so many bytes can be written where `unused` ones in the file wait for others."""
        if 0 < size <= self._lent:
            self._lent -= size
            return True
        file, log = _size(self._file), _size(self._log)
        left = min(self.limit - file - log, self._free()) - log - self.reserve
        self._lent = max(min(left // 2 - size, self.reserve // _LENT), 0)
        return 2 * size - min(size, unused) <= left

    def why_not(self) -> str:
        """What there is too little of."""
        free = self._free()
        if free < self.limit - self.used():
            return f"its disk has {free / 1e6:.1f} MB left"
        return f"SPOOL_MAX_SIZE {self.limit / 1e6:g} MB"

    def _free(self) -> int:
        try:
            disk = os.statvfs(self._folder)
        except FileNotFoundError:  # removed under us: `Spool.look` is who notices
            return self.limit
        return disk.f_bavail * disk.f_frsize


def cost(sizes: Sequence[int], keys: int) -> int:
    """The most bytes that records of these sizes, so many of them with keys, add to the log.

    Twice their own: a page may have room for one record only.
    """
    return sum(2 * size + 64 for size in sizes) + (_BESIDES + _OF_A_KEY * keys) * PAGE


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - at each call; a Path would cost more
    except FileNotFoundError:
        return 0
