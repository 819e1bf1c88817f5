"""Where a database does not hold every text, whatever its tables were meant to hold."""

from typing import NamedTuple

from sqlalchemy import Connection, text

from exporter.storage.schema import METADATA

_OTHER_TEXTS = text(
    "SELECT table_name, column_name, character_set_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND character_set_name <> 'utf8mb4'"
)


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
