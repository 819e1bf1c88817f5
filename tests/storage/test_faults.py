"""What the databases' own errors ask for: to wait, to have something mended, to look closer."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pymysql
import pytest
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from exporter.storage.engine import create_engine_for, reading
from exporter.storage.faults import Fault, fault_of

AWAY, BROKEN, UNSURE, RECORD = Fault.AWAY, Fault.BROKEN, Fault.UNSURE, Fault.RECORD


def wrapped(error: Exception, of: type[Exception]) -> DBAPIError:
    made = DBAPIError.instance("INSERT", None, error, of)
    assert isinstance(made, DBAPIError)
    return made


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("08006", AWAY),  # connection failure
        ("25006", AWAY),  # read-only, as a stand-by is
        ("40P01", AWAY),  # deadlock
        ("53100", AWAY),  # disk full
        ("53300", AWAY),  # too many connections
        ("55P03", AWAY),  # locked
        ("57P01", AWAY),  # shut down
        ("58030", AWAY),  # input and output
        ("42501", BROKEN),  # no right
        ("42P01", BROKEN),  # no table
        ("42703", BROKEN),  # no column
        ("57014", UNSURE),  # takes too long: smaller parts may not
        ("54000", UNSURE),  # a limit
        ("23514", UNSURE),  # a check of somebody else's
        ("P0001", UNSURE),  # a trigger
        ("22003", RECORD),  # a number out of range
    ],
)
def test_postgresql(state: str, fault: Fault) -> None:
    error = psycopg.errors.lookup(state)("as the server words it")
    assert fault_of(wrapped(error, psycopg.Error)) is fault


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (1021, AWAY),  # disk full
        (1040, AWAY),  # too many connections
        (1114, AWAY),  # table full
        (1205, AWAY),  # lock wait
        (1213, AWAY),  # deadlock
        (1290, AWAY),  # read-only
        (1054, BROKEN),  # no column
        (1142, BROKEN),  # no right
        (1146, BROKEN),  # no table
        (1153, UNSURE),  # a packet too large
        (2006, UNSURE),  # gone, perhaps because of one
        (2013, UNSURE),
        (1644, UNSURE),  # a trigger
        (1264, RECORD),  # a number out of range
    ],
)
def test_mysql_and_mariadb(number: int, fault: Fault) -> None:
    packet = b"\xff" + number.to_bytes(2, "little") + b"#42000as the server words it"
    with pytest.raises(pymysql.Error) as raised:
        pymysql.err.raise_mysql_exception(packet)
    assert fault_of(wrapped(raised.value, pymysql.Error)) is fault


@pytest.mark.parametrize(
    ("before", "statement", "fault"),
    [
        ("PRAGMA max_page_count = 3", "INSERT INTO t VALUES (zeroblob(100000))", AWAY),
        ("BEGIN", "INSERT INTO other.t VALUES (1)", BROKEN),
        ("BEGIN", "INSERT INTO t (gone) VALUES (1)", BROKEN),
        ("PRAGMA query_only = 1", "INSERT INTO t VALUES (1)", BROKEN),
        ("BEGIN", "INSERT INTO t VALUES ('same'), ('same')", UNSURE),
        ("BEGIN", "INSERT INTO t VALUES (zeroblob(2000000000))", RECORD),
    ],
)
def test_sqlite(tmp_path: Path, before: str, statement: str, fault: Fault) -> None:
    with closing(sqlite3.connect(tmp_path / "t.db", isolation_level=None)) as db:
        db.execute("CREATE TABLE t (a UNIQUE)")
        db.execute(before)
        with pytest.raises(sqlite3.Error) as raised:
            db.execute(statement)
    assert fault_of(wrapped(raised.value, sqlite3.Error)) is fault


def test_a_locked_sqlite_file(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as holder, closing(sqlite3.connect(path, 0)) as db:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.Error) as raised:
            db.execute("CREATE TABLE t (a)")
    assert fault_of(wrapped(raised.value, sqlite3.Error)) is AWAY


def test_a_database_that_cannot_be_reached() -> None:
    engine = create_engine_for("mysql+pymysql://nobody@127.0.0.1:1/nowhere")
    with pytest.raises(DBAPIError) as raised, reading(engine):
        pass
    assert fault_of(raised.value) is AWAY


def test_no_connection_was_free() -> None:
    assert fault_of(PoolTimeout()) is AWAY


def test_what_never_reached_a_database_is_the_records_fault() -> None:
    assert fault_of(StatementError("no integer", "INSERT", None, TypeError())) is RECORD
