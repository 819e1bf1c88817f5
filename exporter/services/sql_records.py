"""The SQL database as the destination of records: what services ask of it."""

from collections.abc import Callable, Sequence
from pathlib import Path

from exporter.domain.batches import Columns
from exporter.domain.games import Games
from exporter.domain.moments import DAY
from exporter.domain.predictions import Failure, Prediction
from exporter.services.envelopes import SpooledResult
from exporter.services.known_models import GameModels
from exporter.services.prepared_database import PreparedDatabase
from exporter.services.sql_delivery import record_result
from exporter.storage import backup, ingest, models, references, retention
from exporter.storage.draws import Recorded
from exporter.storage.failures import find_failures
from exporter.storage.identities import lock_game
from exporter.storage.ingest import Ingested
from exporter.storage.lookup import find_prediction
from exporter.storage.read_models import read_models


class SqlRecords:
    """Reads and writes records; the schema is brought up to date on first use."""

    def __init__(self, database: PreparedDatabase, games: Games, now: Callable[[], int]) -> None:
        self._database = database
        self._games = games
        self._now = now

    def find(self, key: str) -> Prediction | None:
        """The stored prediction with this key; raises DestinationAway."""
        with self._database.reading() as connection:
            return find_prediction(connection, key)

    def find_failure(self, key: str) -> Failure | None:
        """The stored failure with this key; raises DestinationAway."""
        with self._database.reading() as connection:
            return find_failures(connection, [key]).get(key)

    def write(self, batches: Sequence[Columns]) -> Ingested:
        """Stores batches at once; raises DestinationAway."""
        with self._database.ready() as engine:
            return ingest.write_predictions(engine, batches, self._games, now=self._now())

    def models(self, game: str) -> GameModels:
        """A game's model versions; raises DestinationAway."""
        with self._database.reading() as connection:
            known = [row for row in read_models(connection) if row.game == game]
            in_use = [row.version for row in models.models_of(connection, game) if row.active]
        roles = {row.version: row.role for row in known}
        return GameModels(in_use[-1] if in_use else None, roles)

    def promote(self, game: str, version: str) -> None:
        """Puts a model version in use; raises DestinationAway, ContradictedRole."""
        with self._database.writing() as connection:
            models.promote(connection, game, version, "model", self._now())

    def set_reference(self, game: str, version: str, accuracy: int | None) -> None:
        """Names an accuracy (millionths), or none; raises DestinationAway, UnknownModelVersion."""
        with self._database.writing() as connection:
            model = models.find(connection, game, version)
            lock_game(connection, model.game_id, exclusive=True)
            if accuracy is None:
                references.remove(connection, model.id)
            else:
                references.put(connection, model.id, accuracy, self._now())

    def record_result(self, record: SpooledResult) -> Recorded:
        """See ResultRecords; raises DestinationAway, DrawIsClosed, ConflictingResult."""
        with self._database.writing() as connection:
            return record_result(connection, self._games[record.game], record, self._now())

    def cleanup(self, days: int) -> int:
        """Deletes scored raw predictions older than `days`; raises DestinationAway."""
        with self._database.ready() as engine:
            return retention.cleanup(engine, before=self._now() - days * DAY, now=self._now())

    def backup(self, path: Path, *, compress: bool, retention_days: int | None) -> Path:
        """Writes a verified backup; raises DestinationAway or OSError."""
        with self._database.ready() as engine:
            return backup.write(
                engine,
                path,
                compress=compress,
                retention_days=retention_days,
                now=self._now(),
            )
