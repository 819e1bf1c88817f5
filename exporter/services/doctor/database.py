"""The database: whether it answers, is whole, takes writes and every text, and what keeps it."""

from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from exporter.services.delivery import reason
from exporter.services.doctor.findings import Finding, ok, problem
from exporter.storage import encodings, integrity, migrate
from exporter.storage.engine import reading, writing
from exporter.storage.faults import Fault, fault_of, is_connecting
from exporter.storage.limits import limited
from exporter.storage.trial import try_writing

#: How long all of it may take, a lock is waited for, and an SQLite file is looked through.
_SECONDS = 20.0
_LOCK_SECONDS = 2.0
_LOOKING_SECONDS = 3.0
#: A trial has no record that could be at fault.
_OTHERWISE = {Fault.UNSURE: Fault.BROKEN, Fault.RECORD: Fault.BROKEN}


def check_database(engine: Engine) -> Finding:
    """The first thing that keeps it from working; makes no file where none is."""
    path = engine.url.database
    is_file = engine.dialect.name == "sqlite" and path not in (None, "", ":memory:")
    if is_file and not Path(str(path)).exists():
        return problem("database", "database_missing", path=path)
    try:
        with limited(_SECONDS, _LOCK_SECONDS):
            fault = _damage(engine) or _schema(engine) or _writing(engine)
    except SQLAlchemyError as error:
        return _failed(engine, error)
    return fault or ok("database", "database_ok", engine=engine.dialect.name)


def _damage(engine: Engine) -> Finding | None:
    with reading(engine) as connection:
        words = integrity.glance(connection, _LOOKING_SECONDS)
    why = f"{words} ({engine.url.database})"
    return problem("database", "database_damaged", reason=why) if words else None


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
