"""While the destination is away one tries, the others go on without it."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from exporter.app import build
from exporter.config import load_settings
from exporter.recording.destination import Availability, DestinationAway, DestinationRefuses
from exporter.storage.faults import Fault
from exporter.storage.limits import limited
from tests.servers.ports import free_port
from tests.servers.waiting import wait_until

FIRST = list(range(1, 16))


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def fail(availability: Availability, error: Exception) -> None:
    with pytest.raises(type(error)), availability.watched():
        raise error


def test_after_a_failure_nobody_tries_for_longer_and_longer() -> None:
    availability = Availability(clock := Seconds())
    for pause in (0.2, 0.4, 0.8, 1.6, 3.2, 5, 5):
        fail(availability, DestinationAway("away"))
        clock.at += pause - 0.01
        assert availability.is_away()
        clock.at += 0.02
        assert not availability.is_away()
    with availability.spared():
        pass
    fail(availability, DestinationAway("again"))
    clock.at += 0.21
    assert not availability.is_away()


def test_while_somebody_tries_again_nobody_else_does() -> None:
    availability = Availability(clock := Seconds())
    with availability.watched():
        assert not availability.is_away(), "nothing is known yet"
    fail(availability, DestinationAway("away"))
    clock.at += 60
    with availability.watched():
        assert availability.is_away()
        with pytest.raises(DestinationAway), availability.spared():
            raise AssertionError("tried")
    assert not availability.is_away()


def test_who_refuses_is_there() -> None:
    availability = Availability(Seconds())
    fail(availability, DestinationAway("away"))
    fail(availability, DestinationRefuses("no such table", Fault.BROKEN))
    assert not availability.is_away()


@pytest.mark.parametrize("limits", [limited(seconds=0), limited(has_left=lambda: True)])
def test_what_ended_with_its_caller_tells_nothing(limits: AbstractContextManager[None]) -> None:
    availability = Availability(clock := Seconds())
    with limits:
        fail(availability, DestinationAway("cut short"))
        assert not availability.is_away()
        fail(availability, DestinationRefuses("no such table", Fault.BROKEN))
    fail(availability, DestinationAway("away"))
    with limited(seconds=0):
        fail(availability, DestinationAway("cut short"))
    assert availability.is_away()
    clock.at += 0.21
    assert not availability.is_away()


def test_a_limit_of_the_attempt_itself_tells() -> None:
    """What does not answer within it is away for all."""
    availability = Availability(Seconds())
    with pytest.raises(DestinationAway), availability.watched(), limited(seconds=0):
        raise DestinationAway("no answer")
    assert availability.is_away()


@contextmanager
def black_hole(port: int) -> Iterator[socket.socket]:
    """Takes connections and never answers; they are reset at the end."""
    with socket.create_server(("127.0.0.1", port), backlog=50) as listening:
        yield listening


def test_a_database_that_hangs_holds_up_no_caller(tmp_path: Path) -> None:
    """Each attempt at it takes five seconds at least, and calls used to take turns at that."""
    port = free_port()
    settings = {
        "DATABASE_URL": f"postgresql://x@127.0.0.1:{port}/d",
        "LOTOFACIL_DATA_DIR": tmp_path,
    }
    app = build(load_settings(settings))
    app.metrics.record_prediction("lotofacil", FIRST, 0.6, "v1")
    wait_until(app.intake.availability.is_away)
    with black_hole(port) as hole, ThreadPoolExecutor(8) as threads:
        connection, _ = hole.accept()  # the background's attempt, which hangs from now on
        started = time.monotonic()
        day = "2024-03-04"
        numbers = range(1, 5)
        results = [
            threads.submit(app.tracker.record_result, "lotofacil", number, FIRST, day)
            for number in numbers
        ]
        keyed = app.metrics.record_prediction("lotofacil", FIRST, idempotency_key="k")
        item = {"game_type": "lotofacil", "numbers": FIRST}
        assert app.metrics.record_predictions([item]).stored == 1
        assert [result.result() for result in results] == [None] * len(numbers)
        assert time.monotonic() - started < 4
        assert keyed is not None
        assert app.intake.state().records == 3 + len(numbers)
        connection.close()
    app.close()
