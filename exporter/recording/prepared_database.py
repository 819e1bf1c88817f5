"""The database, its schema up to date; where it cannot be used now, one kind of error says so."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.recording.destination import (
    DestinationAway,
    DestinationRefuses,
    DestinationUnavailable,
)
from exporter.storage import engine as connections
from exporter.storage import migrate
from exporter.storage.faults import Fault, fault_of, is_connecting, is_cut_short
from exporter.storage.sqlite_engine import file_fault


class PreparedDatabase:
    """Gives the database; the schema is brought up to date on first use."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._migrated = False

    @contextmanager
    def ready(self) -> Iterator[Engine]:
        """The engine, for what opens its own transactions. Raises DestinationUnavailable."""
        try:
            with reachable(self._engine):
                if not self._migrated:
                    migrate.upgrade(self._engine)
                    self._migrated = True
                yield self._engine
        except DestinationRefuses as error:
            self._migrated = False  # it may be another database by now
            if error.fault is Fault.REFUSING:
                self._engine.dispose()  # the one that takes writes may be another server by now
            raise

    def file_fault(self) -> str:
        """Why an SQLite file must not be used any more; "": all is well, or there is no file."""
        fault = file_fault(self._engine)
        return fault and f"database: {fault}{_file(self._engine)}"

    def answers(self) -> bool:
        """Whether it can be reached now, whatever it makes of our records."""
        try:
            with reachable(self._engine), connections.reading(self._engine) as connection:
                connection.exec_driver_sql("SELECT 1")
        except DestinationUnavailable:
            return False
        return True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads. Raises DestinationUnavailable."""
        with self.ready(), connections.reading(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction, committed at the end. Raises DestinationUnavailable."""
        with self.ready(), connections.writing(self._engine) as connection:
            yield connection


@contextmanager
def reachable(engine: Engine) -> Iterator[None]:
    """Says DestinationUnavailable where the database cannot be used now."""
    try:
        yield
    except SQLAlchemyError as error:
        unavailable = meaning(error, f"database: {reason(error)}{_file(engine)}")
        if unavailable is None:
            raise
        raise unavailable from error
    except migrate.MigrationBusy as error:
        raise DestinationAway(f"database: {error}", Fault.BUSY) from error
    except migrate.UnknownSchema as error:
        raise DestinationRefuses(f"database: {error}", Fault.BROKEN, whole=True) from error


def meaning(error: SQLAlchemyError, why: str) -> DestinationUnavailable | None:
    """What a database's error means for those that write or read; None: the record is at fault."""
    fault = fault_of(error)
    if fault is Fault.RECORD:
        return None
    if fault.refuses:
        whole = fault in (Fault.REFUSING, Fault.DAMAGED) or is_connecting(error)
        return DestinationRefuses(why, fault, whole=whole)
    return DestinationAway(why, fault, unsure=fault is Fault.UNSURE or is_cut_short(error))


def reason(error: SQLAlchemyError) -> str:
    """The driver's own words on one line, without SQL or values."""
    original = getattr(error, "orig", None) or error
    words = ": ".join(map(str, original.args)) or str(original)  # MySQL's number comes first
    return " ".join(words.split())[:300]


def _file(engine: Engine) -> str:
    """Where the file is, which SQLite's own words leave out."""
    return f" ({engine.url.database})" if engine.dialect.name == "sqlite" else ""
