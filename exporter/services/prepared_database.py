"""The database with its schema up to date, and its absence told as one kind of error."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from exporter.services.delivery import DestinationAway, reason
from exporter.storage import engine as connections
from exporter.storage import migrate


class PreparedDatabase:
    """Gives the database; the schema is brought up to date on first use."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._migrated = False

    @contextmanager
    def ready(self) -> Iterator[Engine]:
        """The engine, for what opens its own transactions. Raises DestinationAway."""
        with reachable():
            if not self._migrated:
                migrate.upgrade(self._engine)
                self._migrated = True
            yield self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads. Raises DestinationAway."""
        with self.ready(), connections.reading(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction, committed at the end. Raises DestinationAway."""
        with self.ready(), connections.writing(self._engine) as connection:
            yield connection


@contextmanager
def reachable() -> Iterator[None]:
    """Says DestinationAway where the database cannot be used now."""
    try:
        yield
    except SQLAlchemyError as error:
        if _is_away(error):
            raise DestinationAway(f"database: {reason(error)}") from error
        raise


def _is_away(error: SQLAlchemyError) -> bool:
    """Whether the database cannot be used now, as against refusing this record for good.

    A lost connection, a lock, a missing right or table: the record waits until that is mended.
    """
    return isinstance(error, DBAPIError) and not isinstance(error, DataError | IntegrityError)
