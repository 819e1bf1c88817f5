"""Looking after the database by hand: verifying and rebuilding roll-ups, restoring a backup."""

from pathlib import Path

from exporter.domain.games import Games
from exporter.services.prepared_database import PreparedDatabase
from exporter.storage import rebuilding, verification
from exporter.storage.restore import Restored, restore
from exporter.storage.verification import Verified


def verify_rollups(database: PreparedDatabase, games: Games) -> Verified:
    """Holds every roll-up against a recomputation; raises DestinationAway."""
    with database.ready() as engine:
        return verification.verify(engine, games)


def rebuild_rollups(database: PreparedDatabase, games: Games, now: int) -> int:
    """Puts right what differs; how many figures. Raises DestinationAway."""
    with database.ready() as engine:
        return rebuilding.rebuild(engine, games, now=now)


def restore_backup(
    database: PreparedDatabase, path: Path, workplace: Path, max_size: int | None
) -> Restored:
    """Fills an empty database from a backup, unpacked in `workplace` to `max_size` bytes at most.

    Raises DestinationAway, RestoreRefused, DamagedBackup, OSError.
    """
    with database.ready() as engine:
        return restore(engine, path, workplace, max_size)
