"""The worker of a folder: at most one, in whichever process came first."""

from collections.abc import Callable
from pathlib import Path

from exporter.logs import get_logger
from retrainer.identity import Identity
from retrainer.worker import Worker

_log = get_logger(__name__)


class Background:
    """Starts and stops a worker, unless another process works in the folder already."""

    def __init__(self, folder: Path, make_worker: Callable[[str], Worker]) -> None:
        self._folder = folder
        self._make_worker = make_worker
        self._identity: Identity | None = None
        self._worker: Worker | None = None

    def start(self) -> None:
        """Begins to work here, if nobody else does. Raises OSError when the folder refuses."""
        if self._worker is not None:
            return
        self._identity = Identity.take(self._folder)
        if self._identity is None:
            _log.info("retrainer_works_elsewhere", folder=str(self._folder))
            return
        self._worker = self._make_worker(self._identity.name)
        self._worker.start()

    def stop(self) -> None:
        """Ends the work of this process."""
        if self._worker is not None:
            self._worker.stop()
        if self._identity is not None:
            self._identity.give_back()
        self._worker = self._identity = None

    def works_here(self) -> bool:
        """Whether this process does the work."""
        return self._worker is not None and self._worker.is_running()

    def is_running(self) -> bool:
        """Whether this process or another one does the work of the folder."""
        return self.works_here() or (self._worker is None and self._is_taken())

    def wake(self) -> None:
        """Looks for requests now."""
        if self._worker is not None:
            self._worker.wake()

    def _is_taken(self) -> bool:
        return self._folder.exists() and Identity.is_taken(self._folder)
