"""Trying all that writing needs, and writing nothing."""

from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, event, false, insert, select

from exporter.storage.schema import METADATA

#: How long a lock is waited for, and a statement may take.
_LIMITS = {
    "postgresql": ("SET lock_timeout = '2s'", "SET statement_timeout = '5s'"),
    "mysql": ("SET SESSION lock_wait_timeout = 2, innodb_lock_wait_timeout = 2",),
    "mariadb": ("SET SESSION lock_wait_timeout = 2, innodb_lock_wait_timeout = 2",),
    "sqlite": ("PRAGMA busy_timeout = 2000",),
}


def impatient(engine: Engine) -> Engine:
    """The engine, whose connections wait for nothing for long."""
    statements = _LIMITS[engine.dialect.name]

    def set_limits(connection: Any, _record: object) -> None:
        with closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.commit()

    event.listen(engine, "connect", set_limits)
    return engine


def try_writing(connection: Connection) -> None:
    """Inserts no rows into each table: raises what inserting some would, see storage.faults."""
    for table in METADATA.sorted_tables:
        none = select(table).where(false())
        columns = list(table.columns)
        connection.execute(insert(table).from_select(columns, none, include_defaults=False))
