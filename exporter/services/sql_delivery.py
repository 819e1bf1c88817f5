"""The SQL database as the destination of accepted records."""

import json
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, Engine

from exporter.domain.batches import by_game
from exporter.domain.games import Game, Games
from exporter.domain.predictions import Failure, Prediction, same_failure
from exporter.logs import get_logger
from exporter.services.delivery import DestinationAway, DestinationRefuses
from exporter.services.envelopes import (
    Quarantined,
    Record,
    SpooledResult,
    failure_key,
    quarantine_key,
)
from exporter.services.prepared_database import PreparedDatabase
from exporter.storage import draws, quarantine, result_keys
from exporter.storage.draws import DrawIsClosed, Recorded
from exporter.storage.engine import writing
from exporter.storage.failures import find_failures, write_failures
from exporter.storage.faults import Fault
from exporter.storage.ingest import write_predictions
from exporter.storage.result_keys import ConflictingResult

_log = get_logger(__name__)
_OTHER_BODY = "idempotency_key: stored already with another body"


class SqlDelivery:
    """Writes records into the SQL database, in the order they came."""

    def __init__(self, database: PreparedDatabase, games: Games, now: Callable[[], int]) -> None:
        self._database = database
        self._games = games
        self._now = now

    def deliver(self, records: Sequence[Record]) -> None:
        """See Delivery.

        To quarantine goes a key that came before with another body, or a closed draw's correction.
        """
        try:
            with self._database.ready() as engine:
                for kind, run in groupby(records, key=type):
                    self._write(engine, kind, list(run))
        except DestinationAway as error:
            if error.unsure and self._database.answers():
                raise DestinationRefuses(str(error), Fault.UNSURE) from error
            raise

    def _write(self, engine: Engine, kind: type[Record], run: list[Record]) -> None:
        if kind is Prediction:
            self._write_predictions(engine, [r for r in run if isinstance(r, Prediction)])
        elif kind is Failure:
            self._write_failures(engine, [r for r in run if isinstance(r, Failure)])
        else:
            for record in run:
                self._write_other(engine, record)

    def _write_predictions(self, engine: Engine, batch: list[Prediction]) -> None:
        ordered = sorted(batch, key=attrgetter("game"))  # as the columns are
        result = write_predictions(engine, by_game(ordered), self._games, now=self._now())
        if result.conflicts or result.refused:
            with writing(engine) as connection:
                for one in map(ordered.__getitem__, sorted(result.conflicts)):
                    self._keep(connection, one, quarantine_key("conflict", one), _OTHER_BODY)
                for place, fault in result.refused.items():  # the right one mends it
                    self._keep(connection, ordered[place], ordered[place].key, str(fault))

    def _keep(self, connection: Connection, prediction: Prediction, key: str, why: str) -> None:
        kept = ("prediction", prediction.game, key, why)
        # Its own moment: delivered again, it is the same one.
        at = prediction.predicted_at
        quarantine.keep(connection, *kept, repr(tuple(prediction)), now=at)

    def _write_failures(self, engine: Engine, batch: list[Failure]) -> None:
        if write_failures(engine, batch) < len(batch):
            with writing(engine) as connection:
                stored = find_failures(connection, [failure.key for failure in batch])
                for failure in batch:
                    if not same_failure(stored[failure.key], failure):
                        self._keep_failure(connection, failure)

    def _keep_failure(self, connection: Connection, failure: Failure) -> None:
        _log.warning("failure_refused", idempotency_key=failure.key, reason=_OTHER_BODY)
        kept = ("prediction", failure.game, failure_key(failure), _OTHER_BODY)
        quarantine.keep(connection, *kept, repr(tuple(failure)), now=failure.failed_at)

    def _write_other(self, engine: Engine, record: Record) -> None:
        if isinstance(record, Quarantined):
            *kept, at = record
            with writing(engine) as connection:
                quarantine.keep(connection, *kept, now=at)
        elif isinstance(record, SpooledResult):
            try:
                self._write_result(engine, record)
            except (DrawIsClosed, ConflictingResult) as error:
                self._refuse(engine, record, str(error))

    def _write_result(self, engine: Engine, record: SpooledResult) -> None:
        with writing(engine) as connection:
            record_result(connection, self._games[record.game], record, self._now())

    def _refuse(self, engine: Engine, record: SpooledResult, why: str) -> None:
        _log.warning("result_refused", draw=record.number, reason=why)
        body = json.dumps(record.body(self._games[record.game]))
        kept = ("result", record.game, str(record.number), why, body)
        with writing(engine) as connection:
            quarantine.keep(connection, *kept, now=record.accepted_at)


def record_result(connection: Connection, game: Game, record: SpooledResult, now: int) -> Recorded:
    """Keeps and scores a result and mends what was quarantined under its number.

    What merely repeats an older result mends nothing: not what came with its key before, nor
    what was taken in before the quarantined one. Raises DrawIsClosed, ConflictingResult.
    """
    is_old = record.key is not None and result_keys.is_known(connection, record.key)
    done = draws.record(
        connection,
        game,
        record.result(),
        now=record.accepted_at,
        recorded_by=record.recorded_by,
        key=record.key,
    )
    if not is_old:
        before = record.accepted_at if done is Recorded.REPEATED else None
        number = str(record.number)
        quarantine.mend(connection, "result", game.name, number, now=now, before=before)
    return done
