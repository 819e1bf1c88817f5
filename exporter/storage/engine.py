"""Engines and transactions: one way to read and one way to write, on every database."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import Pool

from exporter.config.kinds import Sync
from exporter.forks import on_fork
from exporter.storage.driver import translated
from exporter.storage.limits import current
from exporter.storage.sqlite_engine import begin_anew, forking, sqlite_engine, turns_of
from exporter.storage.watchdog import check, guard

#: Pools of a forked child's parent: to close their connections would disturb it.
_LEFT: list[Pool] = []
#: Connections that stay open, those for threads of ours in the background, and how long somebody
#: waits for one, in seconds.
_KEPT = 5
_BACKGROUND = 8
_POOL_SECONDS = 5


def create_engine_for(url: str, sync: Sync = "normal", threads: int = 8) -> Engine:
    """An engine for `url` (with its driver, see config.database_url); nothing connects yet.

    `sync` is SQLite's; servers have settings of their own for what a power cut may take. It is for
    so many threads that serve, and ours in the background. Values never appear in its errors:
    they may be nobody else's business.
    """
    parsed = make_url(url)
    pool = {
        "pool_size": _KEPT,
        "max_overflow": threads + _BACKGROUND - _KEPT,
        "pool_timeout": _POOL_SECONDS,
    }
    if parsed.get_backend_name() == "sqlite":
        is_file = parsed.database not in (None, "", ":memory:")
        engine = sqlite_engine(url, sync, pool if is_file else {})
        on_fork(engine, _leave, forking)
    else:
        from exporter.storage.server_engine import server_engine  # noqa: PLC0415 - brings psycopg

        engine = server_engine(parsed, pool)
        on_fork(engine, _leave)
    guard(engine)
    return engine


def _leave(engine: Engine) -> None:
    """Gives a forked child connections of its own; its parent's stay as they are, never used."""
    _LEFT.append(engine.pool)
    engine.dispose(close=False)
    if turns_of(engine):
        begin_anew(engine)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database; nothing is kept of what it writes.

    Raises OutOfTime where the limits of this thread's work are passed.
    """
    turns = turns_of(engine)
    options = {} if turns else {"isolation_level": "REPEATABLE READ"}
    with (
        turns.using() if turns else nullcontext(),
        connected(engine, **options) as connection,
    ):
        connection.begin()  # also for what goes to the driver itself; undone when it is closed
        yield connection


@contextmanager
def connected(engine: Engine, **options: Any) -> Iterator[Connection]:
    """A connection whose user begins the transactions: for a lock that outlasts one of them.

    Raises OutOfTime as `reading` does.
    """
    check(engine)
    with engine.connect() as connection:
        with translated(connection, "SET TRANSACTION"):  # an isolation level is the driver's matter
            connection.execution_options(**options)
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction: committed at the end, rolled back on an exception.

    Raises OutOfTime as `reading` does.
    """
    turns = turns_of(engine)
    options = {"sqlite_begin": "IMMEDIATE"} if turns else {}
    with (
        turns.writing(current().lock, partial(check, engine)) if turns else nullcontext(),
        connected(engine, **options) as connection,
        connection.begin(),
    ):
        yield connection
