"""Databases with the newest schema: made by the migrations once, emptied between tests."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, select

from exporter.config import database_url
from exporter.storage import migrate
from exporter.storage.engine import create_engine_for, writing
from exporter.storage.schema import METADATA


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """An engine whose connections are closed at the end."""
    engine = create_engine_for(database_url(url))
    try:
        yield engine
    finally:
        engine.dispose()


def migrated(url: str) -> str:
    """The address, once its database has the newest schema."""
    with opened(url) as engine:
        migrate.upgrade(engine)
    return url


def empty(engine: Engine) -> None:
    """Removes every row and keeps the schema."""
    with writing(engine) as connection:
        for table in reversed(METADATA.sorted_tables):
            if _has_rows(connection, table.name):
                connection.execute(delete(table))


def _has_rows(connection: Connection, name: str) -> bool:
    return connection.execute(select(METADATA.tables[name]).limit(1)).first() is not None


def copy_of(template: Path, path: Path) -> str:
    """The address of a fresh copy of an SQLite database that nobody has open."""
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


def damage(path: Path) -> None:
    """Overwrites every page but the first of an SQLite file, whoever has it open."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = database.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek(page)
        file.write(b"\xff" * (path.stat().st_size - page))
