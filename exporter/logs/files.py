"""A file of lines that is rotated by size and may be written by several processes.

Each line is one appending write, so lines of two processes never mix. Whoever finds the file too
large rotates it under a lock; the others notice that the file under the name is another one.

A full disk takes a part of a line, and a killed process may leave one. Nobody waits for a lock over
that: whoever writes next closes the torn part off, and looks afterwards whether its own line
begins a line, since another process may have torn one in that very moment.
"""

import errno
import fcntl
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.forks import on_fork

_MODE = 0o600
#: How often a line is written, each time behind a line feed, that was torn or joined to another.
_TRIES = 3


class RotatingFile:
    """`path`, rotated to `path`.1 … `path`.`kept` before it grows beyond `size` bytes."""

    def __init__(self, path: Path, size: int, kept: int) -> None:
        self.path = path
        self._size = size
        self._kept = kept
        self._descriptor: int | None = None
        self._begin()
        on_fork(self, RotatingFile._begin)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._close()  # a forked child would share its place in the file with its parent

    def write(self, line: bytes) -> None:
        """Appends one line (with its newline). Raises OSError when the disk refuses it."""
        with self._lock:
            if self._is_full(len(line)):
                self._rotate(len(line))
            descriptor = self._open()
            if not any(_append(descriptor, line) for _ in range(_TRIES)):
                raise OSError(errno.ENOSPC, "no room for a whole line", str(self.path))

    def close(self) -> None:
        """Closes the file; the next write opens it again."""
        with self._lock:
            self._close()

    def _is_full(self, more: int) -> bool:
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return False
        return size > 0 and size + more > self._size

    def _rotate(self, more: int) -> None:
        with _locked(self.path.with_name(f".{self.path.name}.lock")):
            if not self._is_full(more):  # another process was faster
                return
            for number in range(self._kept, 1, -1):
                _move(self._numbered(number - 1), self._numbered(number))
            _move(self.path, self._numbered(1))
            self._close()

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")

    def _open(self) -> int:
        if self._descriptor is not None and not self._was_moved(self._descriptor):
            return self._descriptor
        self._close()
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _MODE)
        return self._descriptor

    def _was_moved(self, descriptor: int) -> bool:
        try:
            return not os.path.samestat(self.path.stat(), os.fstat(descriptor))
        except FileNotFoundError:
            return True

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among all processes."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _append(descriptor: int, line: bytes) -> bool:
    """Writes the line; whether it is there as a whole and begins a line of its own."""
    if _ends_torn(descriptor):
        line = b"\n" + line
    if os.write(descriptor, line) < len(line):
        return False
    start = os.lseek(descriptor, 0, os.SEEK_CUR) - len(line)
    return line.startswith(b"\n") or _begins_line(descriptor, start)


def _ends_torn(descriptor: int) -> bool:
    state = os.fstat(descriptor)
    if _begins_line(descriptor, state.st_size):
        return False
    # Perhaps another process is in the midst of a write: to set the mode waits for its end.
    os.fchmod(descriptor, stat.S_IMODE(state.st_mode))
    return os.fstat(descriptor).st_size == state.st_size


def _begins_line(descriptor: int, place: int) -> bool:
    return place == 0 or os.pread(descriptor, 1, place - 1) == b"\n"


def _move(old: Path, new: Path) -> None:
    if old.exists():
        old.replace(new)
