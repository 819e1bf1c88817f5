"""The database with its schema up to date, and its absence told as one kind of error."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.services.delivery import DestinationAway, is_away, reason
from exporter.storage import engine as connections
from exporter.storage import migrate


class PreparedDatabase:
    """Gives connections; the schema is brought up to date on first use."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._migrated = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads. Raises DestinationAway."""
        with self._prepared(), connections.reading(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction, committed at the end. Raises DestinationAway."""
        with self._prepared(), connections.writing(self._engine) as connection:
            yield connection

    @contextmanager
    def _prepared(self) -> Iterator[None]:
        try:
            if not self._migrated:
                migrate.upgrade(self._engine)
                self._migrated = True
            yield
        except SQLAlchemyError as error:
            if is_away(error):
                raise DestinationAway(f"database: {reason(error)}") from error
            raise
