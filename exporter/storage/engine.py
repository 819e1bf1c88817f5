"""Engines and transactions: one way to read and one way to write, on every database."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import Pool

from exporter.config.kinds import Sync
from exporter.forks import on_fork
from exporter.storage.resumption import pass_over_what_is_done
from exporter.storage.sqlite_file import FileLost, LiveFile, create
from exporter.storage.turns import LOCK_TIMEOUT, Turns

#: Pools of a forked child's parent: to close their connections would disturb it.
_LEFT: list[Pool] = []
#: Strict: what does not fit is refused, and not cut, whatever the server's own mode is.
_MYSQL_SESSION = "SET time_zone='+00:00', sql_mode=CONCAT_WS(',', @@sql_mode, 'STRICT_ALL_TABLES')"


def create_engine_for(url: str, sync: Sync = "normal") -> Engine:
    """An engine for `url` (with its driver, see config.database_url); nothing connects yet.

    `sync` is SQLite's; servers have settings of their own for what a power cut may take.
    Values never appear in its errors: they may be nobody else's business.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url, sync)
    # READ COMMITTED: what was committed while a writer waited for its lock must be seen.
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        connect_args=_connect_arguments(parsed.get_backend_name()),
    )
    on_fork(engine, _leave)
    if parsed.get_backend_name() != "postgresql":
        event.listen(engine, "do_execute", pass_over_what_is_done)
    return engine


def _connect_arguments(backend: str) -> dict[str, Any]:
    if backend == "postgresql":
        return {"connect_timeout": 5, "options": "-c timezone=UTC"}
    return {"connect_timeout": 5, "charset": "utf8mb4", "init_command": _MYSQL_SESSION}


def _sqlite_engine(url: str, sync: Sync) -> Engine:
    options = {"timeout": LOCK_TIMEOUT, "check_same_thread": False}
    engine = create_engine(url, connect_args=options, hide_parameters=True)
    file = LiveFile()
    engine.update_execution_options(turns=Turns(), file=file)
    on_fork(engine, _leave, _forking)
    event.listen(engine, "do_connect", partial(_make_file, file))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", lambda db, _: db.execute(f"PRAGMA synchronous={sync}"))
    event.listen(engine, "connect", file.opened)
    event.listen(engine, "close", file.closed)
    event.listen(engine, "handle_error", lambda failed: file.note(failed.original_exception))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _leave(engine: Engine) -> None:
    """Gives a forked child connections of its own; its parent's stay as they are, never used."""
    _LEFT.append(engine.pool)
    engine.dispose(close=False)
    if _turns(engine):
        engine.update_execution_options(turns=Turns())
        engine.get_execution_options()["file"].forget()


def _make_file(
    file: LiveFile, _dialect: object, _record: object, arguments: list[Any], _: object
) -> None:
    """Notification channels hold passwords: a file that is made here is not for everybody."""
    if fault := file.fault():
        raise FileLost(fault)  # lest the lost one be made anew
    path = str(arguments[0])
    if path and not path.startswith((":memory:", "file:")):
        create(Path(path), 0o660)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite alone
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={LOCK_TIMEOUT * 1000}",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    file: LiveFile = connection.get_execution_options()["file"]
    if fault := file.fault():
        file.save(cast(sqlite3.Connection, connection.connection.driver_connection))
        raise OperationalError(None, None, FileLost(fault))
    # A writer takes its lock at once: an upgrade in mid-transaction could fail as "locked".
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database; nothing is kept of what it writes."""
    turns = _turns(engine)
    options = {} if turns else {"isolation_level": "REPEATABLE READ"}
    with (
        turns.using() if turns else nullcontext(),
        engine.connect().execution_options(**options) as connection,
    ):
        connection.begin()  # also for what goes to the driver itself; undone when it is closed
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction: committed at the end, rolled back on an exception."""
    turns = _turns(engine)
    options = {"sqlite_begin": "IMMEDIATE"} if turns else {}
    with (
        turns.writing() if turns else nullcontext(),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


def _turns(engine: Engine) -> Turns | None:
    found: Turns | None = engine.get_execution_options().get("turns")
    return found


@contextmanager
def _forking(engine: Engine) -> Iterator[None]:
    """Nobody uses the database, and its file is closed.

    A child does not get its parent's locks, and SQLite there would take them for its own.
    """
    turns = _turns(engine)
    with turns.forking() if turns else nullcontext():
        if not file_fault(engine):  # its connections hold what is left of it
            engine.dispose()
        yield


def file_fault(engine: Engine) -> str:
    """Why the file of an SQLite database must not be used any more; "": all is well, or none."""
    file: LiveFile | None = engine.get_execution_options().get("file")
    return file.fault() if file else ""
