"""Where accepted records go: the database, or another exporter over HTTP."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from exporter.domain.batches import by_game
from exporter.domain.games import Games
from exporter.domain.predictions import Failure, Prediction
from exporter.domain.results import Result
from exporter.services.envelopes import Quarantined, Record, SpooledResult
from exporter.storage import draws, migrate, quarantine
from exporter.storage.engine import writing
from exporter.storage.failures import write_failures
from exporter.storage.ingest import write_predictions


class DestinationAway(ConnectionError):  # noqa: N818 - reads as the sentence it is
    """The destination cannot be reached now; the records stay and are sent again."""


class Delivery(Protocol):
    """Takes records that were accepted; repeating a delivery changes nothing."""

    def deliver(self, records: Sequence[Record]) -> None:
        """Stores all of the records. Raises DestinationAway, or what a broken record raises."""


class SqlDelivery:
    """Writes records into the SQL database, in the order they came."""

    def __init__(self, engine: Engine, games: Games, now: Callable[[], int]) -> None:
        self._engine = engine
        self._games = games
        self._now = now
        self._migrated = False

    def deliver(self, records: Sequence[Record]) -> None:
        """See Delivery. A key that came before with another body goes to quarantine."""
        try:
            self._prepare()
            for kind, run in groupby(records, key=type):
                self._write(kind, list(run))
        except SQLAlchemyError as error:
            if is_away(error):
                raise DestinationAway(f"database: {reason(error)}") from error
            raise

    def _prepare(self) -> None:
        if not self._migrated:
            migrate.upgrade(self._engine)
            self._migrated = True

    def _write(self, kind: type[Record], run: list[Record]) -> None:
        if kind is Prediction:
            self._write_predictions([r for r in run if isinstance(r, Prediction)])
        elif kind is Failure:
            write_failures(self._engine, [r for r in run if isinstance(r, Failure)])
        else:
            for record in run:
                self._write_other(record)

    def _write_predictions(self, batch: list[Prediction]) -> None:
        result = write_predictions(self._engine, by_game(batch), self._games)
        if result.conflicts:
            by_key = {p.key: p for p in batch if p.key in result.conflicts}
            with writing(self._engine) as connection:
                for key, prediction in by_key.items():
                    text = "idempotency_key: stored already with another body"
                    body = repr(tuple(prediction))
                    kept = ("prediction", prediction.game, f"conflict:{key}"[:128], text, body)
                    quarantine.keep(connection, *kept, now=self._now())

    def _write_other(self, record: Record) -> None:
        with writing(self._engine) as connection:
            if isinstance(record, Quarantined):
                *kept, at = record
                quarantine.keep(connection, *kept, now=at)
            elif isinstance(record, SpooledResult):
                game = self._games[record.game]
                result = Result(record.number, record.drawn_at, int(record.numbers), record.prizes)
                at, by = record.accepted_at, record.recorded_by
                draws.record(connection, game, result, now=at, recorded_by=by, once=True)
                quarantine.mend(
                    connection, "result", record.game, str(record.number), now=self._now()
                )


def is_away(error: SQLAlchemyError) -> bool:
    """Whether the database cannot be used now, as against refusing this record for good.

    A lost connection, a lock, a missing right or table: the record waits until that is mended.
    """
    return isinstance(error, DBAPIError) and not isinstance(error, DataError | IntegrityError)


def reason(error: SQLAlchemyError) -> str:
    """The driver's own words on one line, without SQL or values."""
    original = getattr(error, "orig", None) or error
    return " ".join(str(original).split())[:300]
