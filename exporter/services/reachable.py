"""The database for those who look into it beside the services: migrated, and its absence told."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.services.delivery import DestinationAway, is_away, reason
from exporter.storage import migrate


@contextmanager
def reachable(engine: Engine) -> Iterator[None]:
    """Brings the schema up to date first; raises DestinationAway when the database is away."""
    try:
        migrate.upgrade(engine)
        yield
    except SQLAlchemyError as error:
        if is_away(error):
            raise DestinationAway(f"database: {reason(error)}") from error
        raise
