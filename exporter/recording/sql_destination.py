"""The SQL database as the destination of records."""

from collections.abc import Callable, Sequence
from typing import cast

from sqlalchemy import Engine

from exporter.domain.batches import Columns, by_game
from exporter.domain.fates import ConflictingKey, Fate, Fates
from exporter.domain.games import Games
from exporter.domain.predictions import Failure, Prediction, same_record
from exporter.recording.destination import DestinationAway, DestinationRefuses, GameModels
from exporter.recording.envelopes import Quarantined, Record, SpooledResult
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage import draws, evidence, lookup, models, quarantine, result_keys
from exporter.storage.draws import DrawIsClosed
from exporter.storage.engine import writing
from exporter.storage.failures import write_failures
from exporter.storage.faults import Fault
from exporter.storage.identities import lock_game
from exporter.storage.ingest import write_predictions
from exporter.storage.read_models import read_models


class SqlDestination:
    """See Destination; the schema is brought up to date on first use."""

    def __init__(self, database: PreparedDatabase, games: Games, now: Callable[[], int]) -> None:
        self._database = database
        self._games = games
        self._now = now

    def deliver(self, records: Sequence[Record]) -> Fates:
        """See Destination; predictions of several games in any order, results one by one."""
        kind, now = type(records[0]), self._now()
        try:
            with self._database.ready() as engine:
                if kind is Prediction:
                    batch = cast(Sequence[Prediction], records)
                    fates = write_predictions(engine, by_game(batch), self._games, now=now)
                    return fates.moved(_places_by_game(batch).__getitem__)
                return cast(_Write, _WRITE[kind])(engine, records, self._games, now)
        except DestinationAway as error:
            if error.unsure and self._database.answers():
                raise DestinationRefuses(str(error), Fault.UNSURE) from error
            raise

    def write(self, batches: Sequence[Columns]) -> Fates:
        """See Destination."""
        with self._database.ready() as engine:
            return write_predictions(engine, batches, self._games, now=self._now())

    def find(self, kind: type[Record], key: str) -> Prediction | Failure | None:
        """See Destination."""
        with self._database.reading() as connection:
            if kind is Prediction:
                return lookup.find(connection, Prediction, [key]).get(key)
            return lookup.find(connection, Failure, [key]).get(key) if kind is Failure else None

    def models(self, game: str) -> GameModels:
        """See Destination."""
        with self._database.reading() as connection:
            rows = [row for row in read_models(connection) if row.game == game]
        promoted = (row.version for row in rows if row.active and row.promoted)
        return GameModels(next(promoted, None), {row.version: row.role for row in rows})

    def promote(self, game: str, version: str) -> None:
        """See Destination."""
        with self._database.writing() as connection:
            models.promote(connection, game, version, "model", self._now())

    def set_reference(self, game: str, version: str, accuracy: int | None) -> None:
        """See Destination."""
        with self._database.writing() as connection:
            model = models.find(connection, game, version)
            lock_game(connection, model.game_id, exclusive=True)
            if accuracy is None:
                evidence.remove_reference(connection, model.id)
            else:
                evidence.put_reference(connection, model.id, accuracy, self._now())


def _places_by_game(batch: Sequence[Prediction]) -> list[int]:
    """Where each one stands, in the order of `by_game`."""
    return sorted(range(len(batch)), key=lambda place: batch[place].game)


def _write_failures(engine: Engine, batch: Sequence[Failure], games: Games, now: int) -> Fates:
    del games, now
    new = write_failures(engine, batch)
    if new == len(batch):
        return Fates(new)
    with writing(engine) as connection:
        stored = lookup.find(connection, Failure, [failure.key for failure in batch])
    conflicts = {
        place
        for place, failure in enumerate(batch)
        if not same_record(stored[failure.key], failure)
    }
    return Fates(new, conflicts=frozenset(conflicts))


def _keep_quarantined(
    engine: Engine, batch: Sequence[Quarantined], games: Games, now: int
) -> Fates:
    del games, now
    with writing(engine) as connection:
        for record in batch:
            quarantine.keep(connection, **record._asdict())
    return Fates(len(batch))


def _write_result(
    engine: Engine, results: Sequence[SpooledResult], games: Games, now: int
) -> Fates:
    """Keeps and scores a result and mends what was quarantined under its number.

    What merely repeats an older result mends nothing: not what came with its key before, nor
    what was taken in before the quarantined one.
    """
    (record,) = results
    game, at, key = games[record.game], record.accepted_at, record.key
    by, number = record.recorded_by, str(record.number)
    try:
        with writing(engine) as connection:
            is_old = key is not None and result_keys.is_known(connection, key)
            fate = draws.record(connection, game, record.result(), now=at, recorded_by=by, key=key)
            if not is_old:
                before = at if fate is Fate.REPEATED else None
                quarantine.mend(connection, "result", game.name, number, now=now, before=before)
            return Fates.one(fate)
    except DrawIsClosed as error:
        return Fates.one(Fate.REFUSED, error)
    except ConflictingKey:
        return Fates.one(Fate.CONFLICT)


_Write = Callable[[Engine, Sequence[Record], Games, int], Fates]
_WRITE = {
    Failure: _write_failures,
    Quarantined: _keep_quarantined,
    SpooledResult: _write_result,
}
