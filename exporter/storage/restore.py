"""Restoring a backup, of any engine into any engine, into an empty database only.

A packed file may unpack to a thousand times its size: how much of it is taken has a limit.
"""

import gzip
import io
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from filelock import Timeout
from sqlalchemy import Connection, Engine, Integer, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError, StatementError

from exporter.storage import backup_files, dump
from exporter.storage.dump import DamagedBackup, Rows
from exporter.storage.engine import create_engine_for, reading, writing
from exporter.storage.faults import Fault, fault_of
from exporter.storage.migrate import revision
from exporter.storage.schema import METADATA

#: How many times its packed size a file may unpack to (ours: ten), and bytes that any may.
_TIMES = 100
_LEAST = 100_000_000
_PATIENCE = 60.0

#: Revisions with the same tables and columns: a backup of any goes into any.
_EQUAL = frozenset[str | None](("0001", "0002"))

#: What rows that were edited bring about; all else is the database's own trouble.
_OF_THE_ROWS = frozenset((Fault.RECORD, Fault.UNSURE))


class RestoreRefused(ValueError):
    """This backup cannot be restored into this database, or here; nothing was changed."""


class Restored(NamedTuple):
    """Rows by table, and whether a checksum vouched for the file."""

    rows: dict[str, int]
    checked: bool


class _Limit(NamedTuple):
    """How large a file may unpack, and what to do about it."""

    size: int
    advice: str


def restore(engine: Engine, path: Path, workplace: Path, max_size: int | None = None) -> Restored:
    """Fills an empty database that has the backup's schema, all or nothing.

    An SQLite backup is unpacked in the folder `workplace`, to `max_size` bytes at most (by itself
    a hundred times the packed size, or 100 MB).

    Raises RestoreRefused, DamagedBackup, or OSError when the file cannot be read.
    """
    _refuse_live(engine, path)
    checked = backup_files.holds(path)
    with writing(engine) as connection:
        _check_empty(connection)
        with _source(path, workplace, _limit(path, max_size)) as (schema, rows):
            own = revision(connection)
            if schema is None:
                raise DamagedBackup(f"{path} holds no backup of this product")
            if schema != own and not _EQUAL.issuperset((schema, own)):
                raise RestoreRefused(f"{path} has schema {schema}, this database {own or 'none'}")
            counts = _fill(connection, rows)
        _go_on_numbering(connection)
    return Restored(counts, checked)


def _refuse_live(engine: Engine, path: Path) -> None:
    """Nobody but SQLite may open what it has open, and a part of that is in its -wal."""
    log = path.with_name(f"{path.name}-wal")
    database = Path(str(engine.url.database))  # a mere name on a server
    own = engine.dialect.name == "sqlite" and database.exists() and path.samefile(database)
    if own or (log.exists() and log.stat().st_size):
        raise RestoreRefused(f"{path} is a database in use: restore a backup of it")


def _limit(path: Path, max_size: int | None) -> _Limit:
    size = max_size or max(_LEAST, _TIMES * path.stat().st_size)
    return _Limit(size, "give a larger --max-size where that is right")


def _check_empty(connection: Connection) -> None:
    if revision(connection) is None:
        raise RestoreRefused("this database has no schema yet: bring it up to date first")
    for table, count in dump.count_rows(connection).items():
        if count:
            raise RestoreRefused(
                f"this database is not empty ({table}: {count} rows); restore into an empty one"
            )


@contextmanager
def _source(
    path: Path, workplace: Path, limit: _Limit
) -> Iterator[tuple[str | None, Iterable[Rows]]]:
    lines = path.name.removesuffix(".gz").endswith(".jsonl")
    try:
        if lines:
            with _opened(path, limit) as raw, io.TextIOWrapper(raw, "utf-8") as file:
                yield dump.read_revision(file), dump.read(file)
        else:
            with _unpacked(path, workplace, limit) as plain, _database(plain, path) as connection:
                yield _revision(connection, path), _rows(connection, path)
    except Timeout:
        raise RestoreRefused(f"another restore is under way in {workplace}; try again") from None
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
        raise DamagedBackup(f"{path} is damaged: {error}") from error


@contextmanager
def _unpacked(path: Path, workplace: Path, limit: _Limit) -> Iterator[Path]:
    """The SQLite file itself, in a folder of its own: opening it may make files beside it."""
    with backup_files.secluded(workplace / ".lotofacil-restore", _PATIENCE) as folder:
        plain = folder / "backup.db"
        with _opened(path, _with_room(limit, folder)) as source, plain.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        yield plain


def _with_room(limit: _Limit, folder: Path) -> _Limit:
    """Others need the disk, too: a tenth of what is free stays free."""
    room = shutil.disk_usage(folder).free * 9 // 10
    return min(limit, _Limit(room, f"there is no more room in {folder.parent}"))


def _opened(path: Path, limit: _Limit) -> io.BufferedReader:
    raw = gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb")
    return io.BufferedReader(_Limited(raw, path, limit), 1 << 20)


class _Limited(io.RawIOBase):
    """What a file unpacks to, refused when it is more than the limit."""

    def __init__(self, source: io.BufferedIOBase, path: Path, limit: _Limit) -> None:
        self._source = source
        self._path = path
        self._limit = limit
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._source.readinto(buffer)
        self._size += count
        if self._size > self._limit.size:
            size, advice = self._limit
            raise RestoreRefused(f"{self._path} holds more than {size} bytes: {advice}")
        return count

    def close(self) -> None:
        self._source.close()
        super().close()


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
