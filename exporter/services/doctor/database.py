"""The database: whether it answers, is whole, takes writes and every text, and what keeps it."""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from exporter.services.delivery import reason
from exporter.services.doctor.findings import Finding, ok, problem
from exporter.storage import encodings, migrate
from exporter.storage.engine import reading, writing
from exporter.storage.faults import Fault, fault_of, is_connecting, is_cut_short
from exporter.storage.trial import try_writing

#: How long an SQLite file is looked through, and its instructions between two looks at the clock.
_LOOKING_SECONDS = 3.0
_AT_ONCE = 10_000
#: A trial has no record that could be at fault.
_OTHERWISE = {Fault.UNSURE: Fault.BROKEN, Fault.RECORD: Fault.BROKEN}


def check_database(engine: Engine) -> Finding:
    """The first thing that keeps it from working; makes no file where none is."""
    path = engine.url.database
    is_file = engine.dialect.name == "sqlite" and path not in (None, "", ":memory:")
    if is_file and not Path(str(path)).exists():
        return problem("database", "database_missing", path=path)
    try:
        fault = _damage(engine) or _schema(engine) or _writing(engine)
    except SQLAlchemyError as error:
        return _failed(engine, error)
    return fault or ok("database", "database_ok", engine=engine.dialect.name)


def _damage(engine: Engine) -> Finding | None:
    if engine.dialect.name != "sqlite":
        return None
    with reading(engine) as connection:
        words = _glance(connection)
    return problem("database", "database_damaged", reason=words) if words else None


def _schema(engine: Engine) -> Finding | None:
    if migrate.is_current(engine):
        return None
    return problem("database", "database_old" if migrate.is_known(engine) else "database_newer")


def _writing(engine: Engine) -> Finding | None:
    with writing(engine) as connection:
        try_writing(connection)
        columns = encodings.narrow_columns(connection)
        encoding = encodings.narrow_encoding(connection)
    if columns:
        table, column, name = columns[0]
        values = {"table": table, "column": f"{table}.{column}", "name": name}
        return problem("database", "database_charset", count=len(columns), **values)
    return problem("database", "database_encoding", name=encoding) if encoding else None


def _failed(engine: Engine, error: SQLAlchemyError) -> Finding:
    fault = fault_of(error)
    fault = _OTHERWISE.get(fault, fault)
    absent = fault is Fault.BROKEN and is_connecting(error)
    key = "database_absent" if absent else f"database_{fault.value}"
    where = f" ({engine.url.database})" if engine.dialect.name == "sqlite" else ""
    return problem("database", key, reason=f"{reason(error)}{where}")


def _glance(connection: Connection) -> str:
    """What SQLite finds wrong with its file, as far as it gets in a few seconds."""
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
