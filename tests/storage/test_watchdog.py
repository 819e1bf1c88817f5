"""Work past its limits is ended, in the database too; who waits for a lock is told soon."""

import time
from threading import Event, Thread, current_thread
from types import TracebackType
from typing import Self

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from exporter.storage.engine import reading, writing
from exporter.storage.faults import Fault, fault_of
from exporter.storage.limits import BRIEF_SECONDS, limited, renewing, unending
from exporter.storage.turns import OutOfTime
from exporter.storage.watchdog import ended, hurry
from tests.databases import opened
from tests.servers.waiting import wait_until

#: A limit that a busy machine does not reach by itself, and far below what is limited.
SHORT = 0.3
#: Runs for minutes; each marked, so that it can be told from others.
ENDLESS = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1e10)"
    " SELECT count(*) FROM c",
    "postgresql": "SELECT pg_sleep(300)",
    "mysql": "SELECT count(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b",
}
RUNNING = {
    "postgresql": "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep(300)'",
    "mysql": "SELECT count(*) FROM information_schema.processlist"
    " WHERE db = database() AND info LIKE 'SELECT count(*) FROM seq_1%'",
}


def run_for_ever(connection: Connection) -> None:
    connection.execute(text(ENDLESS[connection.dialect.name]))


def running(engine: Engine) -> int:
    """How many endless statements the server runs; SQLite has none."""
    if engine.dialect.name == "sqlite":
        return 0
    with reading(engine) as connection:
        return int(connection.execute(text(RUNNING[engine.dialect.name])).scalar_one())


def test_a_statement_past_its_deadline_is_ended_in_the_database(engine: Engine) -> None:
    before = ended()["deadline"]
    with pytest.raises(OperationalError) as raised, limited(SHORT), reading(engine) as connection:
        run_for_ever(connection)
    assert fault_of(raised.value) is Fault.BUSY
    assert ended()["deadline"] == before + 1
    wait_until(lambda: not running(engine), what="the statement's end")


def test_nothing_begins_when_the_time_is_over(engine: Engine) -> None:
    with limited(0), pytest.raises(OutOfTime, match="took longer than 0 s"), reading(engine):
        pass
    with limited(0), pytest.raises(OutOfTime), writing(engine):
        pass
    with limited(0), unending(), reading(engine):
        pass
    assert list(renewing(iter(range(3)))) == [0, 1, 2]


def test_what_is_asked_for_ends_with_who_asked(engine: Engine) -> None:
    left, ends = Event(), Event()

    def ask() -> None:
        with limited(has_left=left.is_set), reading(engine) as connection:
            try:
                run_for_ever(connection)
            except SQLAlchemyError:
                ends.set()

    thread = Thread(target=ask)
    thread.start()
    if engine.dialect.name != "sqlite":
        wait_until(lambda: running(engine), what="the statement")
    left.set()
    thread.join(60)
    assert ends.is_set()
    wait_until(lambda: not running(engine), what="the statement's end")


def test_the_connections_are_as_good_as_new_afterwards(engine: Engine) -> None:
    for _ in range(3):
        with pytest.raises(OperationalError), limited(SHORT), reading(engine) as connection:
            run_for_ever(connection)
        with writing(engine) as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1


def test_a_look_that_fails_is_not_the_last(engine: Engine) -> None:
    failed = Event()

    def who_asked_cannot_be_told() -> bool:
        if current_thread().name == "lotofacil-watchdog":
            failed.set()
            raise RuntimeError("no answer")
        return False

    with limited(has_left=who_asked_cannot_be_told), reading(engine):
        wait_until(failed.is_set, what="a look")
    with pytest.raises(OperationalError), limited(SHORT), reading(engine) as connection:
        run_for_ever(connection)


def test_work_between_two_statements_is_ended_too(engine: Engine) -> None:
    def dawdle() -> None:
        with limited(SHORT), reading(engine) as connection:
            before = ended()["deadline"]
            wait_until(lambda: ended()["deadline"] > before, what="the watchdog")
            run_for_ever(connection)

    with pytest.raises(SQLAlchemyError):
        dawdle()
    wait_until(lambda: not running(engine), what="the statement's end")


def test_everything_ends_with_the_process(migrated_url: str) -> None:
    with opened(migrated_url) as engine:
        faults = list[Exception]()

        def work() -> None:
            try:
                with reading(engine) as connection:
                    run_for_ever(connection)
            except SQLAlchemyError as error:
                faults.append(error)

        threads = [Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        hurry(engine, SHORT)
        for thread in threads:
            thread.join(60)
        assert len(faults) == 3
        with pytest.raises(OutOfTime, match="the process ends"), reading(engine):
            pass


LOCKS = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "LOCK TABLE games IN ACCESS EXCLUSIVE MODE",
    "mysql": "LOCK TABLES games WRITE",
}


class Locked:
    """The games are another's as long as this lasts."""

    def __init__(self, url: str) -> None:
        self._opened = opened(url)

    def __enter__(self) -> Self:
        engine = self._opened.__enter__()
        self._connection = engine.connect()
        driver = self._connection.connection.dbapi_connection
        assert driver
        cursor = driver.cursor()
        cursor.execute(LOCKS[engine.dialect.name])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._connection.invalidate()
        self._connection.close()
        self._opened.__exit__(kind, error, at)


def add_a_game(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("INSERT INTO games (name) VALUES ('x')"))


def test_who_waits_for_a_lock_is_told_soon(engine: Engine, migrated_url: str) -> None:
    with Locked(migrated_url), limited(lock=BRIEF_SECONDS):
        begun = time.monotonic()
        with pytest.raises(OperationalError) as raised:
            add_a_game(engine)
        took = time.monotonic() - begun
    assert fault_of(raised.value) is Fault.BUSY
    assert took < 15  # and not the 30 s of whom nobody waits for
    add_a_game(engine)


def test_whom_nobody_waits_for_waits_until_the_lock_is_gone(
    engine: Engine, migrated_url: str
) -> None:
    with limited(lock=BRIEF_SECONDS), reading(engine):
        pass  # the connection is used again, with another limit
    writer = Thread(target=add_a_game, args=(engine,))
    with Locked(migrated_url):
        writer.start()
        writer.join(3 * BRIEF_SECONDS)
        assert writer.is_alive()
    writer.join(60)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM games")).scalar() == 1
