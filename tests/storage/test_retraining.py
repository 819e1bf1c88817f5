"""What the retrainer keeps in SQL, on every kind of database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, update

from exporter.domain.moments import DAY
from exporter.domain.retraining import Frequency, Outcome, PerformanceThreshold, Schedule
from exporter.storage import retraining
from exporter.storage.engine import reading, writing
from exporter.storage.models import promote
from exporter.storage.named_rows import SCHEDULES, THRESHOLDS, put_schedule
from exporter.storage.read_models import read_models
from exporter.storage.retraining import Trained
from exporter.storage.schema import models

GAME = "lotofacil"
#: A moment of the thousandth day since 1970.
NOW = 1000 * DAY + DAY // 2


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with writing(engine) as opened:
        yield opened


def ask(connection: Connection, key: str = "a@1", at: int = 1) -> bool:
    return retraining.add_request(connection, key, GAME, "manual", "{}", at)


def begin(connection: Connection, at: int = 10, claimed_by: str = "one") -> int:
    return retraining.start_run(connection, 1, GAME, f"v{at}", claimed_by, at)


def test_a_request_told_twice_is_kept_once(engine: Engine) -> None:
    for expected in (True, False):
        with writing(engine) as connection:
            assert ask(connection) is expected
    with reading(engine) as connection:
        assert [request.key for request in retraining.undecided_requests(connection)] == ["a@1"]


def test_keys_that_differ_in_case_are_two_requests(connection: Connection) -> None:
    assert ask(connection, "ab")
    assert ask(connection, "AB")


def test_a_request_told_by_many_at_once_is_kept_once(engine: Engine) -> None:
    def tell(_: int) -> bool:
        with writing(engine) as connection:
            return ask(connection)

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(tell, range(8))) == 1


def test_a_request_is_decided_once(connection: Connection) -> None:
    ask(connection)
    request = retraining.undecided_requests(connection)[0]
    assert retraining.decide(connection, request.id, "retrain", "why", 5)
    assert not retraining.decide(connection, request.id, "refused_cooldown", "no", 6)
    assert retraining.undecided_requests(connection) == []
    assert retraining.request_counts(connection) == {(GAME, "retrain"): 1}
    decided = retraining.request_by_key(connection, "a@1")
    assert decided is not None
    assert (decided.decision, decided.explanation, decided.decided_at) == ("retrain", "why", 5)


def test_a_run_is_under_way_until_it_ends_once(connection: Connection) -> None:
    run = begin(connection)
    under_way = retraining.run_under_way(connection, GAME)
    assert under_way is not None
    assert under_way.id == run
    assert retraining.end_run(connection, run, "success", "fine", 20)
    assert not retraining.end_run(connection, run, "interrupted", "late", 30)
    assert not retraining.renew_run(connection, run, 30)
    assert retraining.run_under_way(connection, GAME) is None
    assert retraining.run_counts(connection) == {(GAME, "success"): 1}


def test_the_last_success_is_told_from_the_last_run(connection: Connection) -> None:
    assert retraining.last_run(connection, GAME, Outcome.SUCCESS) is None
    retraining.end_run(connection, begin(connection, 10), "success", "", 20)
    retraining.end_run(connection, begin(connection, 30), "failed", "", 40)
    success, last = (
        retraining.last_run(connection, GAME, Outcome.SUCCESS),
        retraining.last_run(connection, GAME),
    )
    assert success is not None
    assert last is not None
    assert (success.ended_at, last.ended_at) == (20, 40)


def test_runs_under_way_are_read_with_their_signs_of_life(connection: Connection) -> None:
    mine, other = begin(connection, 50, "me"), begin(connection, 1, "other")
    ended = begin(connection, 50, "me")
    retraining.end_run(connection, ended, "failed", "", 60)
    retraining.renew_run(connection, other, 30)
    found = retraining.runs_under_way(connection)
    assert [(run.id, run.claimed_by, run.alive_at) for run in found] == [
        (mine, "me", 50),
        (other, "other", 30),
    ]


def test_recent_runs_are_paged_newest_first(connection: Connection) -> None:
    first, second, third = (begin(connection, at) for at in (1, 2, 3))
    assert [run.id for run in retraining.recent_runs(connection, GAME, 2)] == [third, second]
    older = retraining.recent_runs(connection, GAME, 2, before=second)
    assert [run.id for run in older] == [first]
    assert retraining.recent_runs(connection, "quina") == []


def test_what_runs_made_is_told_with_its_use(connection: Connection) -> None:
    ends = [(GAME, "v1", "success"), (GAME, "v2", "failed"), (GAME, "v3", "success")]
    for game, version, outcome in (*ends, ("quina", "v1", "success")):
        run = retraining.start_run(connection, 1, game, version, "one", 1)
        retraining.end_run(connection, run, outcome, "", 2)
        if outcome == "success":
            promote(connection, game, version, "model", 2)
    retraining.start_run(connection, 1, GAME, "v4", "one", 3)
    first = read_models(connection)[0].id
    change = update(models).where(models.c.id == first).values(last_predicted_at=7)
    connection.execute(change)
    assert retraining.trained_versions(connection, GAME) == [
        Trained("v3", "success", is_active=True, last_predicted_at=0),
        Trained("v2", "failed", is_active=False, last_predicted_at=0),
        Trained("v1", "success", is_active=False, last_predicted_at=7),
    ]


def test_a_very_long_detail_is_cut(connection: Connection) -> None:
    run = begin(connection)
    assert retraining.end_run(connection, run, "failed", "é" * 100_000, 20)
    kept = retraining.recent_runs(connection)[0].detail
    assert kept == "é" * retraining.DETAIL_LIMIT


def test_thresholds_are_replaced(connection: Connection) -> None:
    for accuracy in (0.65, 0.6):
        wanted = PerformanceThreshold(accuracy_min=accuracy, sample_size_min=10)
        THRESHOLDS.put(connection, GAME, wanted, 1)
    assert THRESHOLDS.read(connection) == {GAME: wanted}


def test_the_same_schedule_again_keeps_its_age(connection: Connection) -> None:
    weekly = Schedule(Frequency.WEEKLY, day_of_week=0, hour=2)
    put_schedule(connection, GAME, weekly, 1)
    put_schedule(connection, GAME, weekly, 2)
    assert SCHEDULES.read(connection) == {GAME: (GAME, weekly, 1)}
    daily = Schedule(Frequency.DAILY, hour=3, minute=30)
    put_schedule(connection, GAME, daily, 3)
    assert SCHEDULES.read(connection) == {GAME: (GAME, daily, 3)}
    assert SCHEDULES.remove(connection, GAME)
    assert not SCHEDULES.remove(connection, GAME)


def test_promotion_leaves_one_model_active_and_the_control_arm_alone(
    connection: Connection,
) -> None:
    for version in ("v1", "v2", "v1"):
        promote(connection, GAME, version, "model", 5)
    promote(connection, GAME, "random", "control", 6)
    promote(connection, "quina", "v1", "model", 7)
    rows = {(row.game, row.version): (row.promoted, row.active) for row in read_models(connection)}
    assert rows == {
        (GAME, "v1"): (True, True),
        (GAME, "v2"): (False, False),
        (GAME, "random"): (True, False),
        ("quina", "v1"): (True, True),
    }
