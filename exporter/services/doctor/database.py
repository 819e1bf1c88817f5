"""The database: whether it answers, is whole, takes writes and every text, and what keeps it."""

import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from exporter.services.delivery import reason
from exporter.services.doctor.findings import Finding, ok, problem
from exporter.storage import migrate
from exporter.storage.engine import reading, writing
from exporter.storage.faults import Fault, fault_of, is_connecting, is_cut_short
from exporter.storage.schema import METADATA
from exporter.storage.trial import try_writing

#: How long a lock is waited for, a statement may take, and an SQLite file is looked through.
_LIMITS = {
    "postgresql": ("SET lock_timeout = '2s'", "SET statement_timeout = '5s'"),
    "mysql": ("SET SESSION lock_wait_timeout = 2, innodb_lock_wait_timeout = 2",),
    "mariadb": ("SET SESSION lock_wait_timeout = 2, innodb_lock_wait_timeout = 2",),
    "sqlite": ("PRAGMA busy_timeout = 2000",),
}
_LOOKING_SECONDS = 3.0
#: Instructions of SQLite between two looks at the clock.
_AT_ONCE = 10_000
#: An error that is no record's comes of the database's state; a trial has no record.
_OTHERWISE = {Fault.UNSURE: Fault.BROKEN, Fault.RECORD: Fault.BROKEN}
_OTHER_TEXTS = text(
    "SELECT table_name, column_name, character_set_name FROM information_schema.columns"
    " WHERE table_schema = DATABASE() AND character_set_name <> 'utf8mb4'"
)


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


def check_database(engine: Engine) -> Finding:
    """The first thing that keeps it from working; makes no file where none is."""
    path = engine.url.database
    is_file = engine.dialect.name == "sqlite" and path not in (None, "", ":memory:")
    if is_file and not Path(str(path)).exists():
        return problem("database", "database_missing", path=path)
    try:
        return _look(engine)
    except SQLAlchemyError as error:
        return _failed(engine, error)


def _look(engine: Engine) -> Finding:
    with reading(engine) as connection:
        if damage := _damage(connection):
            words = f"{damage} ({engine.url.database})"
            return problem("database", "database_damaged", reason=words)
    if not migrate.is_current(engine):
        key = "database_old" if migrate.is_known(engine) else "database_newer"
        return problem("database", key)
    with writing(engine) as connection:
        try_writing(connection)
        narrow = _narrow_texts(connection)
    return narrow or ok("database", "database_ok", engine=engine.dialect.name)


def _failed(engine: Engine, error: SQLAlchemyError) -> Finding:
    fault = fault_of(error)
    fault = _OTHERWISE.get(fault, fault)
    absent = fault is Fault.BROKEN and is_connecting(error)
    key = "database_absent" if absent else f"database_{fault.value}"
    where = f" ({engine.url.database})" if engine.dialect.name == "sqlite" else ""
    return problem("database", key, reason=f"{reason(error)}{where}")


def _narrow_texts(connection: Connection) -> Finding | None:
    """Where some texts cannot be stored, whatever the tables were meant to hold."""
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            return problem("database", "database_encoding", name=encoding)
    if connection.dialect.name not in ("mysql", "mariadb"):
        return None
    columns = [row for row in connection.execute(_OTHER_TEXTS) if row[0] in METADATA.tables]
    if not columns:
        return None
    table, column, name = columns[0]
    count, tables = len(columns), sorted({row[0] for row in columns})
    values = {"column": f"{table}.{column}", "name": name, "count": count, "table": tables[0]}
    return problem("database", "database_charset", **values)


def _damage(connection: Connection) -> str:
    """What SQLite finds wrong with its file, as far as it gets in a few seconds."""
    if connection.dialect.name != "sqlite":
        return ""
    driver: Any = connection.connection.driver_connection
    end = time.monotonic() + _LOOKING_SECONDS
    driver.set_progress_handler(lambda: time.monotonic() > end, _AT_ONCE)
    try:
        said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    except OperationalError as error:
        if not is_cut_short(error):
            raise
        return ""
    finally:
        driver.set_progress_handler(None, 0)
    return "" if said == "ok" else " ".join(str(said).split())
