"""Nobody uses the database while the process forks, and a fork does not wait for ever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from exporter.storage.turns import Turns


def test_a_fork_waits_for_who_uses_the_database_and_others_for_the_fork() -> None:
    turns, steps = Turns(), list[str]()
    begun, forking = Event(), Event()

    def write() -> None:
        with turns.writing():
            begun.set()
            assert forking.wait(10)
            steps.append("written")

    def read() -> None:
        with turns.using():
            steps.append("read")

    with ThreadPoolExecutor(2) as threads:
        writer = threads.submit(write)
        assert begun.wait(10)
        forking.set()
        with turns.forking():
            reader = threads.submit(read)
            steps.append("forked")
        reader.result(10)
        writer.result(10)
    assert steps == ["written", "forked", "read"]


def test_a_fork_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.storage.turns.FORK_TIMEOUT", 0.01)
    turns = Turns()
    with turns.using(), turns.forking():
        pass
