"""The engine of an SQLite file: its writers take turns, and a file that was lost is not used."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from exporter.config.kinds import Sync
from exporter.storage.driver import translated
from exporter.storage.limits import BRIEF_SECONDS, LOCK_SECONDS, current
from exporter.storage.sqlite_file import FileLost, LiveFile, create, when_free
from exporter.storage.turns import Turns
from exporter.storage.watchdog import check

#: How long SQLite waits for another process's lock without a look at the limits.
_STEP_MILLISECONDS = 200
_BEGIN = "BEGIN IMMEDIATE"


def sqlite_engine(url: str, sync: Sync, pool: Mapping[str, Any]) -> Engine:
    """An engine for an SQLite file; `sync` is what it does about power cuts."""
    options = {"timeout": LOCK_SECONDS, "check_same_thread": False}
    engine = create_engine(url, connect_args=options, hide_parameters=True, **pool)
    file = LiveFile()
    engine.update_execution_options(turns=Turns(), file=file)
    event.listen(engine, "do_connect", partial(_make_file, file))
    event.listen(engine, "connect", partial(_prepare, sync))
    event.listen(engine, "connect", file.opened)
    event.listen(engine, "close", file.closed)
    event.listen(engine, "handle_error", lambda failed: file.note(failed.original_exception))
    event.listen(engine, "begin", _begin)
    return engine


def turns_of(engine: Engine) -> Turns | None:
    """The turns that an SQLite database's users take; None for a server."""
    turns: Turns | None = engine.get_execution_options().get("turns")
    return turns


def file_fault(engine: Engine) -> str:
    """Why the file of an SQLite database must not be used any more; "": all is well, or none."""
    file: LiveFile | None = engine.get_execution_options().get("file")
    return file.fault() if file else ""


@contextmanager
def forking(engine: Engine) -> Iterator[None]:
    """Nobody uses the database, and its file is closed.

    A child does not get its parent's locks, and SQLite there would take them for its own.
    """
    with cast(Turns, turns_of(engine)).forking():
        if not file_fault(engine):  # its connections hold what is left of it
            engine.dispose()
        yield


def begin_anew(engine: Engine) -> None:
    """For a forked child: turns of its own, and no file open yet."""
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


def _prepare(sync: Sync, connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin alone
    when_free(partial(connection.execute, "PRAGMA journal_mode=WAL"), current().lock)
    for pragma in (
        f"synchronous={sync}",
        f"busy_timeout={round(LOCK_SECONDS * 1000)}",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    file: LiveFile = connection.get_execution_options()["file"]
    if fault := file.fault():
        file.save(cast(sqlite3.Connection, connection.connection.driver_connection))
        raise OperationalError(None, None, FileLost(fault))
    # A writer takes its lock at once: an upgrade in mid-transaction could fail as "locked".
    if connection.get_execution_options().get("sqlite_begin") != "IMMEDIATE":
        connection.exec_driver_sql("BEGIN")
        return
    with translated(connection, _BEGIN):
        _begin_writing(
            connection, cast(sqlite3.Connection, connection.connection.driver_connection)
        )
    if turns := turns_of(connection.engine):
        turns.has_begun()


def _begin_writing(connection: Connection, driver: sqlite3.Connection) -> None:
    """Where it may wait long, in steps: SQLite hears nothing while it waits for another."""
    lock = current().lock
    if lock <= BRIEF_SECONDS:
        driver.execute(_BEGIN)
        return
    until = monotonic() + lock
    driver.execute(f"PRAGMA busy_timeout = {_STEP_MILLISECONDS}")
    try:
        while not _begins(driver, until):
            check(connection.engine)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {round(lock * 1000)}")


def _begins(driver: sqlite3.Connection, until: float) -> bool:
    """Whether it could; raises what SQLite says where it cannot, or could not until then."""
    try:
        driver.execute(_BEGIN)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() >= until:
            raise
        return False
    return True
