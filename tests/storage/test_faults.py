"""What the databases' own errors ask for: to wait, to have something mended, to look closer."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pymysql
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from exporter.storage.engine import create_engine_for, reading, writing
from exporter.storage.faults import Fault, fault_of, is_cut_short, is_outage
from exporter.storage.integrity import try_writing
from tests.databases import migrated, opened
from tests.standby import read_only_mariadb, read_only_postgres

AWAY, BUSY, FULL, REFUSING = Fault.AWAY, Fault.BUSY, Fault.FULL, Fault.REFUSING
FORBIDDEN, BROKEN, DAMAGED = Fault.FORBIDDEN, Fault.BROKEN, Fault.DAMAGED
UNSURE, RECORD = Fault.UNSURE, Fault.RECORD


FOR_EVER = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n)
    SELECT * FROM n WHERE i > 1"""


def wrapped(error: Exception, of: type[Exception]) -> DBAPIError:
    made = DBAPIError.instance("INSERT", None, error, of)
    assert isinstance(made, DBAPIError)
    return made


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("08006", AWAY),  # connection failure
        ("25006", REFUSING),  # read-only, as a standby is
        ("25P03", BUSY),  # a transaction that idled too long
        ("40P01", BUSY),  # deadlock
        ("53100", FULL),  # disk full
        ("53300", BUSY),  # too many connections
        ("55P03", BUSY),  # locked
        ("57P01", AWAY),  # shut down
        ("58030", AWAY),  # input and output
        ("58P01", DAMAGED),  # a file is missing
        ("XX001", DAMAGED),  # a corrupt page
        ("XX002", DAMAGED),  # a corrupt index
        ("28P01", FORBIDDEN),  # a wrong password
        ("3D000", BROKEN),  # no such database
        ("42501", FORBIDDEN),  # no right
        ("42P01", BROKEN),  # no table
        ("42703", BROKEN),  # no column
        ("57014", BUSY),  # cut short by a limit
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
        (1021, FULL),  # disk full
        (1040, BUSY),  # too many connections
        (1114, FULL),  # table full
        (1205, BUSY),  # lock wait
        (1213, BUSY),  # deadlock
        (1290, REFUSING),  # read-only
        (1792, REFUSING),
        (1836, REFUSING),
        (1969, BUSY),  # cut short by a limit of MariaDB
        (3024, BUSY),  # of MySQL
        (1317, BUSY),  # by somebody
        (1044, FORBIDDEN),  # login
        (1045, FORBIDDEN),
        (1049, BROKEN),  # no such database
        (1366, BROKEN),  # a character set that does not hold every text
        (1034, DAMAGED),  # an index
        (1194, DAMAGED),  # a table that crashed
        (1054, BROKEN),  # no column
        (1142, FORBIDDEN),  # no right
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
        ("PRAGMA max_page_count = 3", "INSERT INTO t VALUES (zeroblob(100000))", FULL),
        ("BEGIN", "INSERT INTO other.t VALUES (1)", BROKEN),
        ("BEGIN", "INSERT INTO t (gone) VALUES (1)", BROKEN),
        ("PRAGMA query_only = 1", "INSERT INTO t VALUES (1)", FORBIDDEN),
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
    assert fault_of(wrapped(raised.value, sqlite3.Error)) is BUSY


def test_a_database_that_cannot_be_reached() -> None:
    engine = create_engine_for("mysql+pymysql://nobody@127.0.0.1:1/nowhere")
    with pytest.raises(DBAPIError) as raised, reading(engine):
        pass
    assert fault_of(raised.value) is AWAY


def test_no_connection_was_free() -> None:
    assert fault_of(PoolTimeout()) is BUSY


def test_what_never_reached_a_database_is_the_records_fault() -> None:
    assert fault_of(StatementError("no integer", "INSERT", None, TypeError())) is RECORD


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("Error writing file 't' (Errcode: 28 \"No space left on device\")", FULL),
        ('Got error 28 "No space left on device" from storage engine InnoDB', FULL),
        ('Got error 127 "Record-file is crashed" from storage engine Aria', DAMAGED),
        ('Got error 168 "Unknown (generic) error from engine"', AWAY),
    ],
)
def test_input_and_output_of_mysql_says_more_in_words(words: str, fault: Fault) -> None:
    assert fault_of(wrapped(pymysql.err.OperationalError(1030, words), pymysql.Error)) is fault


def test_a_damaged_sqlite_file(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    path.write_bytes(b"no database at all " * 1000)
    engine = create_engine_for(f"sqlite:///{path}")
    with pytest.raises(DBAPIError) as raised, reading(engine):
        pass
    assert fault_of(raised.value) is DAMAGED


def test_a_limit_cuts_short_what_may_be_tried_in_parts() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.set_progress_handler(lambda: 1, 100)
        with pytest.raises(sqlite3.Error) as raised:
            db.execute(FOR_EVER).fetchall()
    error = wrapped(raised.value, sqlite3.Error)
    assert (fault_of(error), is_cut_short(error)) == (BUSY, True)


def test_the_retrainers_question_is_answered_here_too() -> None:
    missing = wrapped(psycopg.errors.lookup("42P01")("no table"), psycopg.Error)
    doubled = wrapped(psycopg.errors.lookup("23505")("twice"), psycopg.Error)
    value = wrapped(psycopg.errors.lookup("22003")("too large"), psycopg.Error)
    asked = [is_outage(error) for error in (missing, PoolTimeout(), doubled, value, KeyError())]
    assert asked == [True, True, False, False, False]


@pytest.mark.integration
@pytest.mark.parametrize(
    ("user", "name", "fault"), [("nobody", None, FORBIDDEN), (None, "nowhere", BROKEN)]
)
@pytest.mark.parametrize("url", ["postgres_url", "mariadb_url"])
def test_who_cannot_connect_is_told_why(
    request: pytest.FixtureRequest, url: str, user: str | None, name: str | None, fault: Fault
) -> None:
    known = make_url(request.getfixturevalue(url))
    asked = known.set(username=user or known.username, database=name or known.database)
    with opened(asked.render_as_string()) as engine:
        with pytest.raises(DBAPIError) as raised, reading(engine):
            pass
        assert fault_of(raised.value) is fault


@pytest.mark.integration
@pytest.mark.parametrize("kind", ["postgres", "mariadb"])
def test_a_server_that_is_read_only_refuses_and_is_read(
    request: pytest.FixtureRequest, kind: str
) -> None:
    url = migrated(request.getfixturevalue(f"{kind}_url"))
    made = {"postgres": read_only_postgres, "mariadb": read_only_mariadb}[kind]
    with made(url) as standby, opened(standby.url) as engine:
        with reading(engine) as connection:
            connection.exec_driver_sql("SELECT * FROM predictions")
        with pytest.raises(DBAPIError) as raised, writing(engine) as connection:
            try_writing(connection)
        assert fault_of(raised.value) is REFUSING
