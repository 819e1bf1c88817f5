"""Nobody uses the database while the process forks, and a fork does not wait for ever."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Semaphore

import pytest
from sqlalchemy import text

from exporter.storage.engine import create_engine_for, reading, writing
from exporter.storage.limits import limited
from exporter.storage.turns import OutOfTime, Turns
from exporter.storage.watchdog import hurry
from tests.servers.waiting import PATIENCE_SECONDS, wait_until

#: Takes some milliseconds in SQLite, without the interpreter's lock.
BUSY = text(
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 20000)"
    " SELECT sum(n) FROM t"
)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork waits as long as it takes."""
    monkeypatch.setattr("exporter.storage.turns.FORK_TIMEOUT", PATIENCE_SECONDS)


@pytest.mark.usefixtures("patient")
def test_a_fork_waits_for_who_uses_the_database_and_others_for_the_fork() -> None:
    turns, steps = Turns(), list[str]()
    begun, forking = Event(), Event()

    def write() -> None:
        with turns.writing(30):
            begun.set()
            assert forking.wait(PATIENCE_SECONDS)
            steps.append("written")

    def read() -> None:
        with turns.using():
            steps.append("read")

    with ThreadPoolExecutor(2) as threads:
        writer = threads.submit(write)
        assert begun.wait(PATIENCE_SECONDS)
        forking.set()
        with turns.forking():
            reader = threads.submit(read)
            steps.append("forked")
        reader.result(PATIENCE_SECONDS)
        writer.result(PATIENCE_SECONDS)
    assert steps == ["written", "forked", "read"]


def test_a_fork_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.storage.turns.FORK_TIMEOUT", 0.01)
    turns = Turns()
    with turns.using(), turns.forking():
        pass


@pytest.mark.usefixtures("patient")
def test_newcomers_wait_for_a_fork_that_waits() -> None:
    """However many there are, one after the other: each that is inside may finish."""
    turns, steps = Turns(), list[str]()
    inside, asked, entered = Event(), Event(), Event()

    def first() -> None:
        with turns.using():
            inside.set()
            assert asked.wait(PATIENCE_SECONDS)
            assert not entered.wait(0.05), "a newcomer is inside"
            with turns.using(), turns.writing(30):  # as it may need to finish
                steps.append("finished")

    def fork() -> None:
        with turns.forking():
            steps.append("forked")

    def second() -> None:
        with turns.writing(30):
            entered.set()
            steps.append("entered")

    with ThreadPoolExecutor(3) as threads:
        running = [threads.submit(first)]
        assert inside.wait(PATIENCE_SECONDS)
        running.append(threads.submit(fork))
        wait_until(lambda: turns._is_forking)
        running.append(threads.submit(second))
        asked.set()
        for one in running:
            one.result(PATIENCE_SECONDS)
    assert steps == ["finished", "forked", "entered"]


@pytest.mark.usefixtures("patient")
def test_forks_find_a_gap_between_overlapping_reads(tmp_path: Path) -> None:
    """Readers that never leave all at once."""
    engine = create_engine_for(f"sqlite:///{tmp_path / 'x.db'}")
    turns: Turns = engine.get_execution_options()["turns"]
    stop, inside, alone = Event(), Semaphore(0), list[bool]()

    def read() -> None:
        while not stop.is_set():
            with reading(engine) as connection:
                inside.release()
                connection.execute(BUSY).all()

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(read) for _ in range(4)]
        assert all(inside.acquire(timeout=PATIENCE_SECONDS) for _ in range(20))
        for _ in range(3):
            with turns.forking():
                alone.append(not turns._users)
        stop.set()
        for reader in readers:
            reader.result(PATIENCE_SECONDS)
    engine.dispose()
    assert alone == [True, True, True]


@pytest.mark.parametrize("why", ["took longer", "client has left", "process ends"])
def test_who_waits_for_a_turn_hears_of_the_end(tmp_path: Path, why: str) -> None:
    """However long those before it may yet write."""
    engine, written = create_engine_for(f"sqlite:///{tmp_path / 'x.db'}"), Event()

    def write() -> None:
        with limited(0.1 if why == "took longer" else 600, has_left=has_left), writing(engine):
            written.set()

    asked = Event()

    def has_left() -> bool:
        asked.set()  # it waits, and looks
        return why == "client has left" and time.monotonic() > begun + 0.1

    begun = time.monotonic()
    with ThreadPoolExecutor(1) as threads, writing(engine):
        writer = threads.submit(write)
        if why != "took longer":
            assert asked.wait(PATIENCE_SECONDS)
        if why == "process ends":
            hurry(engine, 0)
        with pytest.raises(OutOfTime, match=why):
            writer.result(10)
    engine.dispose()
    assert not written.is_set()
