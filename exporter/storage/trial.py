"""Trying all that writing needs, and writing nothing."""

from sqlalchemy import Connection, false, insert, select

from exporter.storage.schema import METADATA


def try_writing(connection: Connection) -> None:
    """Inserts no rows into each table: raises what inserting some would, see storage.faults."""
    for table in METADATA.sorted_tables:
        none = select(table).where(false())
        columns = list(table.columns)
        connection.execute(insert(table).from_select(columns, none, include_defaults=False))
