"""The newest reading of the database, swapped whole: scrapes never wait for the database."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import perf_counter

from sqlalchemy.exc import SQLAlchemyError

from exporter.domain.games import Games
from exporter.domain.moments import SECOND
from exporter.logs import get_logger
from exporter.recording.prepared_database import PreparedDatabase, reason
from exporter.repeater import Repeater
from exporter.storage import snapshot
from exporter.storage.limits import limited
from exporter.storage.snapshot import Reading

_log = get_logger(__name__)
#: Longest time that reading takes: a database that says nothing is asked anew then.
_SECONDS = 120


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

    def __init__(
        self, database: PreparedDatabase, games: Games, now: Callable[[], int], refresh: float
    ) -> None:
        self._database = database
        self._games = games
        self._now = now
        self._refresh = refresh
        self._taking = Lock()
        self.repeater = Repeater("lotofacil-snapshots", self.take, self._note_break, refresh)
        self.state = State()

    def take(self) -> State:
        """Takes a reading now; when the database is away the last one stays."""
        with self._taking:
            started = perf_counter()
            try:
                reading = self._read()
            except SQLAlchemyError as error:
                self._failed(reason(error))
            except OSError as error:  # DestinationUnavailable, too
                self._failed(str(error))
            else:
                seconds = perf_counter() - started
                before = self.state
                self.state = State(reading, before.version + 1, seconds, before.failures, "")
            return self.state

    def recent(self) -> State:
        """The newest reading; one is taken where nobody does and the last is too old."""
        if not self.repeater.is_running() and self._is_old():
            self.take()
        return self.state

    def _is_old(self) -> bool:
        newest = self.state.reading
        return newest is None or self._now() - newest.taken_at > self._refresh * SECOND

    def _read(self) -> Reading:
        with limited(_SECONDS), self._database.reading() as connection:
            return snapshot.read(connection, self._now(), self._games)

    def _failed(self, why: str) -> None:
        before = self.state
        self.state = State(
            before.reading, before.version + 1, before.seconds, before.failures + 1, why
        )
        _log.warning("snapshot_failed", error=why)

    def _note_break(self, error: Exception) -> None:
        _log.error("snapshot_broken", error=repr(error), exc_info=error)
        with self._taking:
            self._failed(f"{type(error).__name__}; the log says more")
