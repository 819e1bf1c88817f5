"""Which retrainer this is: the same one after a restart, and never two at a time."""

import uuid
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

#: Seconds to wait for the lock: who only asks whether it is taken has it for a moment.
_PATIENCE = 0.5


class Identity:
    """The name of the retrainer that works in a folder, held by a lock that dies with the process.

    So whoever has the name knows that runs claimed under it are not under way any more.
    """

    def __init__(self, name: str, lock: FileLock) -> None:
        self.name = name
        self._lock = lock

    @classmethod
    def take(cls, folder: Path) -> Self | None:
        """The folder's identity; None while another process has it. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder)
        try:
            lock.acquire(timeout=_PATIENCE, poll_interval=0.01)
        except Timeout:
            return None
        return cls(_name(folder / "identity"), lock)

    @staticmethod
    def is_taken(folder: Path) -> bool:
        """Whether a process has it."""
        lock = _lock(folder)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        return False

    def give_back(self) -> None:
        """Lets another process have it."""
        self._lock.release()


def _lock(folder: Path) -> FileLock:
    return FileLock(folder / ".lock", thread_local=False)


def _name(file: Path) -> str:
    if not file.exists():
        file.write_text(uuid.uuid4().hex, "utf-8")
    return file.read_text("utf-8").strip()
