"""The newest reading of the database, swapped whole: scrapes never wait for the database."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import perf_counter

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.domain.moments import SECOND
from exporter.logs import get_logger
from exporter.services.delivery import reason
from exporter.storage import migrate, snapshot
from exporter.storage.engine import reading
from exporter.storage.snapshot import Reading

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """The newest reading, and how reading goes. `reading` None: none has succeeded yet."""

    reading: Reading | None = None
    version: int = 0
    seconds: float = 0.0
    failures: int = 0
    error: str = "the first snapshot has not been taken yet"

    @property
    def is_up(self) -> bool:
        """Whether the last attempt succeeded."""
        return not self.error


class Snapshots:
    """Takes a reading every `refresh` seconds in a thread of its own; `now` in microseconds."""

    def __init__(self, engine: Engine, now: Callable[[], int], refresh: float) -> None:
        self._engine = engine
        self._now = now
        self._refresh = refresh
        self._stop = Event()
        self._taking = Lock()
        self._thread: Thread | None = None
        self._migrated = False
        self.state = State()

    def start(self) -> None:
        """Takes readings until `stop`; again is harmless."""
        if not self._is_running():
            self._stop.clear()
            self._thread = Thread(target=self._run, name="lotofacil-snapshots", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends the thread."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=10)

    def take(self) -> State:
        """Takes a reading now; when the database is away the last one stays."""
        with self._taking:
            started = perf_counter()
            try:
                taken = self._read()
            except (SQLAlchemyError, OSError) as error:
                self._failed(error)
            else:
                seconds = perf_counter() - started
                before = self.state
                self.state = State(taken, before.version + 1, seconds, before.failures, "")
            return self.state

    def recent(self) -> State:
        """The newest reading; one is taken where nobody does and the last is too old."""
        if not self._is_running() and self._is_old():
            self.take()
        return self.state

    def _is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _is_old(self) -> bool:
        newest = self.state.reading
        return newest is None or self._now() - newest.taken_at > self._refresh * SECOND

    def _read(self) -> Reading:
        if not self._migrated:
            migrate.upgrade(self._engine)
            self._migrated = True
        with reading(self._engine) as connection:
            return snapshot.read(connection, self._now())

    def _failed(self, error: SQLAlchemyError | OSError) -> None:
        text = reason(error) if isinstance(error, SQLAlchemyError) else str(error)
        before = self.state
        self.state = State(
            before.reading, before.version + 1, before.seconds, before.failures + 1, text
        )
        _log.warning("snapshot_failed", error=text)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.take()
            self._stop.wait(self._refresh)
