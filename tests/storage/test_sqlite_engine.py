"""A writer's lock on an SQLite file: waited for once, and told in SQLAlchemy's errors."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from exporter.storage.engine import writing
from exporter.storage.faults import Fault, fault_of
from exporter.storage.limits import limited
from exporter.storage.sqlite_engine import file_fault
from tests.databases import opened

#: Longer than what nobody notices, so that it is waited for in steps.
LOCK_SECONDS = 0.6


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    with opened(f"sqlite:///{path}") as engine:
        with writing(engine) as connection:
            connection.exec_driver_sql("CREATE TABLE t (a)")
        yield engine


def add(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")


def patience(connection: Connection) -> int:
    """How long SQLite would wait for a lock now, in milliseconds."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    (milliseconds,) = driver.execute("PRAGMA busy_timeout").fetchone()
    return int(milliseconds)


def test_who_waited_for_a_lock_in_vain_does_not_wait_again(engine: Engine, path: Path) -> None:
    waits = list[int]()

    def note(connection: Connection, *_: Any) -> None:
        waits.append(patience(connection))

    event.listen(engine, "before_cursor_execute", note)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with limited(lock=LOCK_SECONDS), pytest.raises(OperationalError) as caught:
            add(engine)
    assert fault_of(caught.value) is Fault.BUSY
    assert not any(waits)
    with limited(lock=LOCK_SECONDS):
        add(engine)
    assert waits == [1000 * LOCK_SECONDS], "what follows waits as long as it may"


@pytest.mark.parametrize("lock", [LOCK_SECONDS, LOCK_SECONDS / 2])
def test_a_writer_that_finds_no_database_says_so(engine: Engine, path: Path, lock: float) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path.write_bytes(b"\xff" * path.stat().st_size)
        with pytest.raises(sqlite3.DatabaseError):
            other.execute("INSERT INTO t VALUES (2)")
    with limited(lock=lock), pytest.raises(DatabaseError, match="not a database"):
        add(engine)
    assert "is damaged" in file_fault(engine)
