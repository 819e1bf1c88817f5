"""The worker of a folder: at most one, in whichever process came first."""

import uuid
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from exporter.logs import get_logger
from retrainer.worker import Worker

#: Seconds to wait for the lock: who only asks whether it is taken has it for a moment.
_PATIENCE = 0.5
_log = get_logger(__name__)


def take(folder: Path, patience: float = _PATIENCE) -> FileLock | None:
    """The folder's lock, which dies with the process; None while another one has it.

    So whoever has it knows that runs claimed under the folder's name are not under way any more.
    Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", thread_local=False)
    try:
        lock.acquire(timeout=patience, poll_interval=0.01)
    except Timeout:
        return None
    return lock


def name_of(folder: Path) -> str:
    """The name of the retrainer that works in a folder: the same one after a restart."""
    file = folder / "identity"
    if not file.exists():
        file.write_text(uuid.uuid4().hex, "utf-8")
    return file.read_text("utf-8").strip()


class Background:
    """Starts and stops a worker, unless another process works in the folder already."""

    def __init__(self, folder: Path, make_worker: Callable[[str], Worker]) -> None:
        self._folder = folder
        self._make_worker = make_worker
        self._lock: FileLock | None = None
        self._worker: Worker | None = None

    def start(self) -> None:
        """Begins to work here, if nobody else does. Raises OSError when the folder refuses."""
        if self._worker is not None:
            return
        self._lock = take(self._folder)
        if self._lock is None:
            _log.info("retrainer_works_elsewhere", folder=str(self._folder))
            return
        self._worker = self._make_worker(name_of(self._folder))
        self._worker.start()

    def stop(self) -> None:
        """Ends the work of this process."""
        if self._worker is not None:
            self._worker.stop()
        if self._lock is not None:
            self._lock.release()
        self._worker = self._lock = None

    def works_here(self) -> bool:
        """Whether this process does the work."""
        return self._worker is not None and self._worker.looks.is_running()

    def is_running(self) -> bool:
        """Whether this process or another one does the work of the folder."""
        return self.works_here() or (self._worker is None and self._is_taken())

    def wake(self) -> None:
        """Looks for requests now."""
        if self._worker is not None:
            self._worker.looks.wake()

    def _is_taken(self) -> bool:
        if not self._folder.exists():
            return False
        lock = take(self._folder, patience=0)
        if lock is not None:
            lock.release()
        return lock is None
