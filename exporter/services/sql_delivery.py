"""The SQL database as the destination of accepted records."""

from collections.abc import Callable, Sequence
from itertools import groupby

from sqlalchemy import Engine

from exporter.domain.batches import by_game
from exporter.domain.games import Games
from exporter.domain.predictions import Failure, Prediction
from exporter.domain.results import Result
from exporter.services.delivery import DestinationAway, DestinationRefuses
from exporter.services.envelopes import Quarantined, Record, SpooledResult
from exporter.services.prepared_database import PreparedDatabase
from exporter.storage import draws, quarantine
from exporter.storage.engine import writing
from exporter.storage.failures import write_failures
from exporter.storage.ingest import write_predictions


class SqlDelivery:
    """Writes records into the SQL database, in the order they came."""

    def __init__(self, database: PreparedDatabase, games: Games, now: Callable[[], int]) -> None:
        self._database = database
        self._games = games
        self._now = now

    def deliver(self, records: Sequence[Record]) -> None:
        """See Delivery. A key that came before with another body goes to quarantine."""
        try:
            with self._database.ready() as engine:
                for kind, run in groupby(records, key=type):
                    self._write(engine, kind, list(run))
        except DestinationAway as error:
            if error.unsure and self._database.answers():
                raise DestinationRefuses(str(error), broken=False) from error
            raise

    def _write(self, engine: Engine, kind: type[Record], run: list[Record]) -> None:
        if kind is Prediction:
            self._write_predictions(engine, [r for r in run if isinstance(r, Prediction)])
        elif kind is Failure:
            write_failures(engine, [r for r in run if isinstance(r, Failure)])
        else:
            for record in run:
                self._write_other(engine, record)

    def _write_predictions(self, engine: Engine, batch: list[Prediction]) -> None:
        result = write_predictions(engine, by_game(batch), self._games)
        if result.conflicts:
            by_key = {p.key: p for p in batch if p.key in result.conflicts}
            with writing(engine) as connection:
                for key, prediction in by_key.items():
                    text = "idempotency_key: stored already with another body"
                    body = repr(tuple(prediction))
                    kept = ("prediction", prediction.game, f"conflict:{key}"[:128], text, body)
                    quarantine.keep(connection, *kept, now=self._now())

    def _write_other(self, engine: Engine, record: Record) -> None:
        with writing(engine) as connection:
            if isinstance(record, Quarantined):
                *kept, at = record
                quarantine.keep(connection, *kept, now=at)
            elif isinstance(record, SpooledResult):
                game = self._games[record.game]
                result = Result(record.number, record.drawn_at, int(record.numbers), record.prizes)
                at, by = record.accepted_at, record.recorded_by
                draws.record(
                    connection, game, result, now=at, recorded_by=by, once=True, key=record.key
                )
                quarantine.mend(
                    connection, "result", record.game, str(record.number), now=self._now()
                )
