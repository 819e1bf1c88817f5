"""Engines and transactions: one way to read and one way to write, on every database."""

import os
import socket
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool

from exporter.forks import on_fork
from exporter.storage.limits import BRIEF_SECONDS, LOCK_SECONDS, current
from exporter.storage.turns import Turns
from exporter.storage.watchdog import check, guard

#: Pools of a forked child's parent: to close their connections would disturb it.
_LEFT: list[Pool] = []
#: Strict: what does not fit is refused, and not cut, whatever the server's own mode is.
_MYSQL_SESSION = "SET time_zone='+00:00', sql_mode=CONCAT_WS(',', @@sql_mode, 'STRICT_ALL_TABLES')"
#: Connections that stay open, those for threads of ours in the background, and how long somebody
#: waits for one, in seconds.
_KEPT = 5
_BACKGROUND = 8
_POOL_SECONDS = 5
_CONNECT_SECONDS = 5
#: How long SQLite waits for another process's lock without a look at the limits.
_STEP_MILLISECONDS = 200
#: Found dead after a minute without a sign of life, not after hours.
_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
#: Has PostgreSQL end a statement whose client is gone, where it can tell (14 and newer).
_LOOK_AFTER_CLIENT = """SELECT set_config(name, '1000', false) FROM pg_settings
    WHERE name = 'client_connection_check_interval'"""


def create_engine_for(url: str, threads: int = 8) -> Engine:
    """An engine for `url` (with its driver, see config.database_url); nothing connects yet.

    For so many threads that serve, and ours in the background. Values never appear in its errors:
    they may be nobody else's business.
    """
    parsed = make_url(url)
    pool = {
        "pool_size": _KEPT,
        "max_overflow": threads + _BACKGROUND - _KEPT,
        "pool_timeout": _POOL_SECONDS,
    }
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url, pool if parsed.database not in (None, "", ":memory:") else {})
    # READ COMMITTED: what was committed while a writer waited for its lock must be seen.
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        connect_args=_connect_arguments(parsed),
        **pool,
    )
    on_fork(engine, _leave)
    event.listen(engine, "connect", _prepare_server)
    guard(engine)
    return engine


def _connect_arguments(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "postgresql":
        wait = {"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": 60_000, **_KEEPALIVE}
        return {**wait, "options": "-c timezone=UTC"}
    wait = {"connect_timeout": _CONNECT_SECONDS}
    if "read_timeout" not in url.query:
        wait["read_timeout"] = _CONNECT_SECONDS  # or a server that says nothing holds us for ever
    return {**wait, "charset": "utf8mb4", "init_command": _MYSQL_SESSION}


def _prepare_server(connection: Any, _record: object) -> None:
    if isinstance(connection, psycopg.Connection):
        connection.autocommit = True
        with suppress(psycopg.Error):  # the server's system has no such thing
            connection.execute(_LOOK_AFTER_CLIENT)
        connection.autocommit = False
        return
    if connection._read_timeout == _CONNECT_SECONDS:  # noqa: SLF001 - ours, and for connecting only
        connection._read_timeout = None  # noqa: SLF001 - statements have limits of their own
    with suppress(OSError):  # not over a socket in the file system
        for name, seconds in (("IDLE", 30), ("INTVL", 10), ("CNT", 3)):
            option = getattr(socket, f"TCP_KEEP{name}")
            connection._sock.setsockopt(socket.IPPROTO_TCP, option, seconds)  # noqa: SLF001


def _sqlite_engine(url: str, pool: Mapping[str, Any]) -> Engine:
    options = {"timeout": LOCK_SECONDS, "check_same_thread": False}
    engine = create_engine(url, connect_args=options, hide_parameters=True, **pool)
    engine.update_execution_options(turns=Turns())
    on_fork(engine, _leave, _forking)
    event.listen(engine, "do_connect", _keep_private)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "connect", _remember_file)
    event.listen(engine, "checkout", _check_file)
    event.listen(engine, "begin", _begin_sqlite)
    guard(engine)
    return engine


def _leave(engine: Engine) -> None:
    """Gives a forked child connections of its own; its parent's stay as they are, never used."""
    _LEFT.append(engine.pool)
    engine.dispose(close=False)
    if _turns(engine):
        engine.update_execution_options(turns=Turns())


def _keep_private(_dialect: object, _record: object, arguments: list[Any], _: object) -> None:
    """Notification channels hold passwords: a file that is made here is not for everybody."""
    path = str(arguments[0])
    if path and not path.startswith((":memory:", "file:")):
        with suppress(OSError):  # SQLite itself says what is wrong with the path
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o660))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite alone
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={round(LOCK_SECONDS * 1000)}",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _remember_file(connection: Any, record: Any) -> None:
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    record.info["file"] = path and (path, _identity(path))


def _check_file(_connection: Any, record: Any, _proxy: object) -> None:
    """SQLite goes on in a file that was removed or replaced: what is written there is lost."""
    known = record.info["file"]
    if known and _identity(known[0]) != known[1]:
        raise DisconnectionError("another file is there now")  # the pool connects again


def _identity(path: str) -> tuple[int, int] | None:
    """Which file this is, whatever its name; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - at each checkout; a Path would cost more than this
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: an upgrade in mid-transaction could fail as "locked".
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    if mode != "IMMEDIATE" or not _begins_in_steps(connection):
        connection.exec_driver_sql(f"BEGIN {mode}")
    turns = _turns(connection.engine)
    if turns and mode == "IMMEDIATE":
        turns.has_begun()


def _begins_in_steps(connection: Connection) -> bool:
    """Whether it could, where it may wait long: SQLite hears nothing while it waits for another."""
    lock, driver = current().lock, connection.connection.driver_connection
    until = monotonic() + lock
    if driver is None or lock <= BRIEF_SECONDS:
        return False
    driver.execute(f"PRAGMA busy_timeout = {_STEP_MILLISECONDS}")
    try:
        while monotonic() < until:
            with suppress(sqlite3.OperationalError):
                driver.execute("BEGIN IMMEDIATE")
                return True
            check(connection.engine)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {round(lock * 1000)}")
    return False


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database; nothing is kept of what it writes.

    Raises OutOfTime where the limits of this thread's work are passed.
    """
    check(engine)
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
    """A connection in a transaction: committed at the end, rolled back on an exception.

    Raises OutOfTime as `reading` does.
    """
    check(engine)
    turns = _turns(engine)
    options = {"sqlite_begin": "IMMEDIATE"} if turns else {}
    with (
        turns.writing(current().lock) if turns else nullcontext(),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


def _turns(engine: Engine) -> Turns | None:
    found: Turns | None = engine.get_execution_options().get("turns")
    return found


def _forking(engine: Engine) -> AbstractContextManager[None]:
    turns = _turns(engine)
    return turns.forking() if turns else nullcontext()
