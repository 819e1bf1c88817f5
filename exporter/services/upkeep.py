"""Looking after the database by hand: verifying and rebuilding roll-ups, restoring a backup."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.domain.games import Games
from exporter.services.delivery import DestinationAway, is_away, reason
from exporter.storage import migrate, rebuilding, verification
from exporter.storage.restore import restore
from exporter.storage.verification import Verified


@contextmanager
def reachable() -> Iterator[None]:
    """Says DestinationAway where the database cannot be used now."""
    try:
        yield
    except SQLAlchemyError as error:
        if is_away(error):
            raise DestinationAway(f"database: {reason(error)}") from error
        raise


def verify_rollups(engine: Engine, games: Games) -> Verified:
    """Holds every roll-up against a recomputation; raises DestinationAway."""
    with reachable():
        migrate.upgrade(engine)
        return verification.verify(engine, games)


def rebuild_rollups(engine: Engine, games: Games, now: int) -> int:
    """Puts right what differs; how many figures. Raises DestinationAway."""
    with reachable():
        migrate.upgrade(engine)
        return rebuilding.rebuild(engine, games, now=now)


def restore_backup(engine: Engine, path: Path) -> int:
    """Fills an empty database from a backup; how many rows.

    Raises DestinationAway, RestoreRefused, DamagedBackup, OSError.
    """
    with reachable():
        migrate.upgrade(engine)
        return sum(restore(engine, path).values())
