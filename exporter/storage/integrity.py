"""Whether a database is whole, and takes all that is written: every row, and every text."""

import sqlite3
from threading import Timer
from typing import NamedTuple, cast

from sqlalchemy import Connection, false, insert, select, text

from exporter.storage.schema import METADATA

_OTHER_TEXTS = text(
    "SELECT table_name, column_name, character_set_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND character_set_name <> 'utf8mb4'"
)


def check(connection: Connection) -> list[str]:
    """What is wrong with SQLite's file and its indexes; reads all of it.

    A server looks after its files itself.
    """
    if connection.dialect.name != "sqlite":
        return []
    try:
        lines = _driver(connection).execute("PRAGMA integrity_check").fetchall()
    except sqlite3.DatabaseError as error:  # too damaged to be looked through
        return [str(error)]
    return [str(line) for (line,) in lines if line != "ok"]


def glance(connection: Connection, seconds: float) -> str:
    """The first fault of the pages that can be read in this time; "": none."""
    if connection.dialect.name != "sqlite":
        return ""
    driver = _driver(connection)
    limit = Timer(seconds, driver.interrupt)
    limit.start()
    try:
        (line,) = driver.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:  # the time is over
        return ""
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        limit.cancel()
    return "" if line == "ok" else str(line)


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


class NarrowColumn(NamedTuple):
    """A column of MySQL or MariaDB, and the character set that it has."""

    table: str
    column: str
    charset: str


def narrow_columns(connection: Connection) -> list[NarrowColumn]:
    """Columns of ours whose character set has not all letters; others know none of their own."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return []
    rows = [NarrowColumn(*row) for row in connection.execute(_OTHER_TEXTS)]
    return sorted(row for row in rows if row.table in METADATA.tables)


def narrow_encoding(connection: Connection) -> str:
    """The encoding of a PostgreSQL database that has not all letters; "": it has."""
    if connection.dialect.name != "postgresql":
        return ""
    encoding = str(connection.exec_driver_sql("SHOW server_encoding").scalar_one())
    return "" if encoding == "UTF8" else encoding


def try_writing(connection: Connection) -> None:
    """Inserts no rows into each table: raises what inserting some would, see storage.faults."""
    for table in METADATA.sorted_tables:
        none = select(table).where(false())
        columns = list(table.columns)
        connection.execute(insert(table).from_select(columns, none, include_defaults=False))
