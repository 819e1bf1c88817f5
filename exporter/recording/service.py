"""What the documented services that record have in common."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, SupportsIndex

from exporter.domain.games import Games
from exporter.domain.moments import DAY
from exporter.domain.periods import parse_days
from exporter.forks import on_fork
from exporter.recording.destination import NotOverHttp
from exporter.recording.intake import Intake

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from exporter.recording.prepared_database import PreparedDatabase


class RecordingService:
    """Records through an intake; a service of one process and its forks.

    `database` None is where only an exporter is known.
    """

    def __init__(
        self,
        intake: Intake,
        database: "PreparedDatabase | None",
        games: Games,
        now: Callable[[], int],
    ) -> None:
        self._intake = intake
        self._database = database
        self._games = games
        self._now = now
        self._begin()
        on_fork(self, type(self)._begin)  # noqa: SLF001 - its own class

    def _begin(self) -> None:
        """What is a process's own, made anew in a forked child."""

    def start(self) -> None:
        """Starts delivering what is recorded; recording does so too when it is needed."""
        self._intake.courier.start()

    def stop(self) -> None:
        """Delivers what waits, as far as the destination can be reached, and stops."""
        self._intake.courier.stop()

    def is_running(self) -> bool:
        """Whether records are being delivered in the background."""
        return self._intake.courier.attempts.is_running()

    def cleanup_old_data(self, days: SupportsIndex) -> int:
        """Deletes raw predictions older than `days`; roll-ups and totals stay. How many went.

        Raises NotOverHttp, DestinationUnavailable.
        """
        from exporter.storage import retention  # noqa: PLC0415 - who records seldom cleans up

        age = parse_days(days) * DAY
        with self._engine(f"cleanup_old_data(days={days})") as engine:
            return retention.cleanup(engine, before=self._now() - age, now=self._now())

    @contextmanager
    def _engine(self, call: str) -> "Iterator[Engine]":
        if self._database is None:
            raise NotOverHttp(call)
        with self._database.ready() as engine:
            yield engine
