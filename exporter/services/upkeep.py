"""Looking after the database by hand: verifying and rebuilding roll-ups, restoring a backup."""

from pathlib import Path

from exporter.domain.games import Games
from exporter.services.prepared_database import PreparedDatabase
from exporter.storage import rebuilding, verification
from exporter.storage.restore import restore
from exporter.storage.verification import Verified


def verify_rollups(database: PreparedDatabase, games: Games) -> Verified:
    """Holds every roll-up against a recomputation; raises DestinationAway."""
    with database.ready() as engine:
        return verification.verify(engine, games)


def rebuild_rollups(database: PreparedDatabase, games: Games, now: int) -> int:
    """Puts right what differs; how many figures. Raises DestinationAway."""
    with database.ready() as engine:
        return rebuilding.rebuild(engine, games, now=now)


def restore_backup(database: PreparedDatabase, path: Path) -> int:
    """Fills an empty database from a backup; how many rows.

    Raises DestinationAway, RestoreRefused, DamagedBackup, OSError.
    """
    with database.ready() as engine:
        return sum(restore(engine, path).values())
