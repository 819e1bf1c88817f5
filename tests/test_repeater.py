"""Work in the background: begun once, woken, stopped, begun again, whatever befalls it."""

from collections.abc import Callable
from threading import Event, current_thread

import pytest

from exporter.repeater import Repeater
from tests.forks import in_child
from tests.servers.waiting import wait_until

HOURS = 10_000.0


class Work:
    """Counts how often it was done, which goes on only while `go` is set."""

    def __init__(self) -> None:
        self.times = 0
        self.threads: set[str] = set()
        self.errors: list[Exception] = []
        self.error: Exception | None = None
        self.go = Event()
        self.go.set()

    def __call__(self) -> None:
        self.times += 1
        self.threads.add(current_thread().name)
        self.go.wait(30)
        if self.error:
            raise self.error


@pytest.fixture
def work() -> Work:
    return Work()


def repeater(work: Callable[[], None], errors: list[Exception], pause: float = HOURS) -> Repeater:
    return Repeater("work", work, errors.append, pause)


def test_it_begins_at_once_and_only_once(work: Work) -> None:
    repeated = repeater(work, work.errors)
    assert not repeated.is_running()
    assert repeated.start()
    assert not repeated.start()
    wait_until(lambda: work.times == 1)
    assert repeated.is_running()
    assert repeated.stop()
    assert not repeated.is_running()
    assert (work.times, work.threads) == (1, {"work"})


def test_a_wake_is_not_waited_for_and_one_during_the_work_is_not_lost(work: Work) -> None:
    work.go.clear()
    repeated = repeater(work, work.errors)
    repeated.start()
    wait_until(lambda: work.times == 1)
    repeated.wake()
    work.go.set()
    wait_until(lambda: work.times == 2)
    repeated.wake()
    wait_until(lambda: work.times == 3)
    assert repeated.stop()


def test_what_breaks_is_told_and_done_again(work: Work) -> None:
    work.error = KeyError("broken")
    repeated = repeater(work, work.errors, pause=0.001)
    repeated.start()
    wait_until(lambda: len(work.errors) > 2)
    assert repeated.is_running()
    assert repeated.stop()
    assert repeated.failures == len(work.errors)
    assert set(map(str, work.errors)) == {"'broken'"}


def test_the_work_says_how_long_to_wait(work: Work) -> None:
    def patient() -> None:
        work()
        repeated.pause = 0 if work.times < 5 else HOURS

    repeated = repeater(patient, work.errors)
    repeated.start()
    wait_until(lambda: work.times == 5)
    assert repeated.stop()
    assert work.times == 5


def test_one_that_outlives_its_stop_ends_and_leaves_the_next_alone(work: Work) -> None:
    work.go.clear()
    repeated = repeater(work, work.errors)
    repeated.start()
    wait_until(lambda: work.times == 1)
    first = repeated._thread
    assert first is not None
    assert not repeated.stop(seconds=0), "it is at its work"
    assert not repeated.is_running()
    assert repeated.start()
    work.go.set()
    first.join(10)
    assert not first.is_alive()
    assert repeated.is_running()
    repeated.wake()
    wait_until(lambda: work.times >= 3)
    assert repeated.stop()


def test_it_may_be_stopped_by_its_own_work_and_begun_again() -> None:
    stopped: list[bool] = []
    repeated = repeater(lambda: stopped.append(repeated.stop()), [])
    for times in (1, 2):
        assert repeated.start()
        wait_until(lambda times=times: len(stopped) == times and not repeated.is_running())  # type: ignore[misc]
    assert stopped == [True, True]


def test_a_forked_child_begins_anew(work: Work) -> None:
    repeated = repeater(work, work.errors)
    repeated.start()
    wait_until(lambda: work.times == 1)

    def child() -> bool:
        ran = repeated.is_running()
        begun = repeated.start()
        wait_until(lambda: work.times == 2)
        return not ran and begun and repeated.stop()

    assert in_child(child)
    assert repeated.is_running()
    assert repeated.stop()
