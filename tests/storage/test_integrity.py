"""What SQLite finds in its file, and that a glance at it is over in time."""

import sqlite3
from collections.abc import Iterator
from os import SEEK_END
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Connection, Engine

from exporter.storage import integrity
from exporter.storage.engine import connected
from tests.databases import copy_of, opened

ROWS = 1_000
#: In bytes, as SQLite makes them.
PAGE = 4096


@pytest.fixture
def path(sqlite_template: Path, tmp_path: Path) -> Path:
    copy_of(sqlite_template, tmp_path / "a.db")
    return tmp_path / "a.db"


@pytest.fixture
def file(path: Path) -> Iterator[Engine]:
    with opened(f"sqlite:///{path}") as engine:
        yield engine


def test_a_sound_database_has_no_faults(engine: Engine) -> None:
    with connected(engine) as connection:
        assert integrity.glance(connection, 60) == ""
        assert integrity.check(connection) == []


def test_a_damaged_file_is_told(file: Engine, path: Path) -> None:
    with path.open("r+b") as last_page:
        last_page.seek(-PAGE, SEEK_END)
        last_page.write(b"\xff" * PAGE)
    with connected(file) as connection:
        assert integrity.glance(connection, 60)
        assert integrity.check(connection)


def fill_with_what_takes_long(connection: Connection) -> list[int]:
    """Each row takes 10 ms to check; those that were."""
    checked, pause = list[int](), Event()

    def slowly(row: int) -> bool:
        checked.append(row)
        return not pause.wait(0.01)

    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.create_function("slowly", 1, slowly)
    driver.execute("CREATE TABLE t (a CHECK (slowly(a)))")
    driver.execute("PRAGMA ignore_check_constraints = ON")
    driver.execute("BEGIN")
    driver.executemany("INSERT INTO t VALUES (?)", ((row,) for row in range(ROWS)))
    driver.execute("COMMIT")
    driver.execute("PRAGMA ignore_check_constraints = OFF")
    return checked


def test_a_glance_is_over_in_time_and_leaves_the_connection_usable(file: Engine) -> None:
    with connected(file) as connection:
        checked = fill_with_what_takes_long(connection)
        assert integrity.glance(connection, 0.1) == ""
        assert 0 < len(checked) < ROWS
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == ROWS
