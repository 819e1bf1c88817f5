"""Restoring a backup, of any engine into any engine, into an empty database only."""

import gzip
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, Integer, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError, StatementError

from exporter.storage import dump
from exporter.storage.backup import open_text
from exporter.storage.dump import DamagedBackup, Rows
from exporter.storage.engine import create_engine_for, reading, writing
from exporter.storage.faults import Fault, fault_of
from exporter.storage.migrate import revision
from exporter.storage.schema import METADATA

#: What rows that were edited bring about; all else is the database's own trouble.
_OF_THE_ROWS = frozenset((Fault.RECORD, Fault.UNSURE))


class RestoreRefused(ValueError):
    """The database is not one that this backup can be restored into; nothing was changed."""


def restore(engine: Engine, path: Path) -> dict[str, int]:
    """Fills an empty database that has the backup's schema, all or nothing; rows by table.

    Raises RestoreRefused, DamagedBackup, or OSError when the file cannot be read.
    """
    with writing(engine) as connection:
        _check_empty(connection)
        with _source(path) as (told, rows):
            own = revision(connection)
            if told is None:
                raise DamagedBackup(f"{path} holds no backup of this product")
            if told != own:
                raise RestoreRefused(f"{path} has schema {told}, this database {own or 'none'}")
            counts = _fill(connection, rows)
        _go_on_numbering(connection)
    return counts


def _check_empty(connection: Connection) -> None:
    if revision(connection) is None:
        raise RestoreRefused("this database has no schema yet: bring it up to date first")
    for table, count in dump.count_rows(connection).items():
        if count:
            raise RestoreRefused(
                f"this database is not empty ({table}: {count} rows); restore into an empty one"
            )


@contextmanager
def _source(path: Path) -> Iterator[tuple[str | None, Iterable[Rows]]]:
    packed = path.suffix == ".gz"
    try:
        if path.with_suffix("").suffix == ".jsonl" or path.suffix == ".jsonl":
            with open_text(path, "rt", compress=packed) as file:
                yield dump.read_revision(file), dump.read(file)
        else:
            with _unpacked(path, packed=packed) as plain, _database(plain, path) as connection:
                yield _revision(connection, path), _rows(connection, path)
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
        raise DamagedBackup(f"{path} is damaged: {error}") from error


@contextmanager
def _unpacked(path: Path, *, packed: bool) -> Iterator[Path]:
    """The SQLite file itself, in a folder of its own: opening it may make files beside it."""
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        plain = Path(folder) / "backup.db"
        with gzip.open(path) if packed else path.open("rb") as source, plain.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        yield plain


@contextmanager
def _database(plain: Path, path: Path) -> Iterator[Connection]:
    try:
        with closing(sqlite3.connect(plain)) as opened:
            whole = opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    except sqlite3.DatabaseError:
        whole = False
    if not whole:
        raise DamagedBackup(f"{path} is no whole SQLite database")
    engine = create_engine_for(f"sqlite:///{plain}")
    try:
        with reading(engine) as connection:
            yield connection
    finally:
        engine.dispose()


def _revision(connection: Connection, path: Path) -> str | None:
    with _readable(path):
        return revision(connection)


def _rows(connection: Connection, path: Path) -> Iterator[Rows]:
    with _readable(path):
        for table in dump.tables_of(connection):
            columns = tuple(column.name for column in table.columns)
            result = connection.execute(select(table), execution_options={"yield_per": 5000})
            for some in result.partitions():
                yield Rows(table.name, columns, [list(row) for row in some])


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise DamagedBackup(f"{path} is damaged: its rows cannot be read") from error


def _fill(connection: Connection, source: Iterable[Rows]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, columns, rows in source:
        table = METADATA.tables.get(name)
        if table is None or not set(columns) <= set(table.columns.keys()):
            raise DamagedBackup(f"{name}: no table of this schema has these columns")
        try:
            values = [dict(zip(columns, row, strict=True)) for row in rows]
            connection.execute(insert(table), values)
        except (StatementError, OverflowError, TypeError, ValueError) as error:
            if isinstance(error, StatementError) and fault_of(error) not in _OF_THE_ROWS:
                raise
            raise DamagedBackup(f"{name}: rows that this schema refuses") from error
        counts[name] = counts.get(name, 0) + len(rows)
    return counts


def _go_on_numbering(connection: Connection) -> None:
    """PostgreSQL does not notice ids that were given: its counters are set behind them."""
    if connection.dialect.name != "postgresql":
        return
    for table in METADATA.sorted_tables:
        column = table.autoincrement_column
        if column is not None and isinstance(column.type, Integer):
            newest = connection.execute(select(func.max(column))).scalar()
            if newest is not None:
                names = {"table": table.name, "column": column.name, "newest": newest}
                setval = "SELECT setval(pg_get_serial_sequence(:table, :column), :newest)"
                connection.execute(text(setval), names)
