"""What the retrainer keeps in SQL, on every kind of database."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, insert, update

from exporter.domain.moments import DAY
from exporter.domain.retraining import Figures, Frequency, PerformanceThreshold, Schedule
from exporter.domain.statistics.evidence import Evidence
from exporter.storage import retraining, retraining_settings
from exporter.storage.engine import create_engine_for, reading, writing
from exporter.storage.identities import game_id, model_of
from exporter.storage.migrate import upgrade
from exporter.storage.models import models_of, promote
from exporter.storage.read_models import read_models
from exporter.storage.retraining import Trained
from exporter.storage.retraining_figures import current_figures
from exporter.storage.schema import day_rollups, draw_scores, evidence, models, totals

GAME = "lotofacil"
#: A moment of the thousandth day since 1970.
NOW = 1000 * DAY + DAY // 2


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_engine_for(database_url)
    upgrade(made)
    yield made
    made.dispose()


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
    assert retraining.last_success(connection, GAME) is None
    retraining.end_run(connection, begin(connection, 10), "success", "", 20)
    retraining.end_run(connection, begin(connection, 30), "failed", "", 40)
    success, last = retraining.last_success(connection, GAME), retraining.last_run(connection, GAME)
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
    first = models_of(connection, GAME)[0].id
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
        retraining_settings.put_thresholds(connection, GAME, wanted, 1)
    assert retraining_settings.read_thresholds(connection) == {GAME: wanted}


def test_the_same_schedule_again_keeps_its_age(connection: Connection) -> None:
    weekly = Schedule(Frequency.WEEKLY, day_of_week=0, hour=2)
    retraining_settings.put_schedule(connection, GAME, weekly, 1)
    retraining_settings.put_schedule(connection, GAME, weekly, 2)
    assert retraining_settings.read_schedules(connection) == {GAME: (GAME, weekly, 1)}
    daily = Schedule(Frequency.DAILY, hour=3, minute=30)
    retraining_settings.put_schedule(connection, GAME, daily, 3)
    assert retraining_settings.read_schedules(connection) == {GAME: (GAME, daily, 3)}
    assert retraining_settings.remove_schedule(connection, GAME)
    assert not retraining_settings.remove_schedule(connection, GAME)


def test_promotion_leaves_one_model_active_and_the_control_arm_alone(
    connection: Connection,
) -> None:
    for version in ("v1", "v2", "v1"):
        promote(connection, GAME, version, "model", 5)
    promote(connection, GAME, "random", "control", 6)
    promote(connection, "quina", "v1", "model", 7)
    active = {row.version: row.active for row in models_of(connection, GAME)}
    assert active == {"v1": True, "v2": False}
    controls = [row for row in read_models(connection) if row.role == "control"]
    assert [row.active for row in controls] == [True]


def score(connection: Connection, model: int, draw: int, tickets: int, hits: int) -> None:
    row: dict[str, object] = dict.fromkeys((c.name for c in draw_scores.columns), 0)
    row |= dict.fromkeys(("held", "histogram", "calibration"), "{}")
    row |= {"game_id": 1, "model_id": model, "draw_number": draw}
    row |= {"tickets": tickets, "numbers_played": 15 * tickets, "hits": hits}
    connection.execute(insert(draw_scores).values(row))


def called(connection: Connection, model: int, day: int, **cells: int) -> None:
    """What a model's predictor did on a day of 1970 and later."""
    for measure, value in cells.items():
        key = {"model_id": model, "start": day * DAY, "measure": measure, "bucket": 0}
        connection.execute(insert(day_rollups).values(key | {"value": value}))


def test_figures_are_those_of_the_latest_draws_of_the_model_in_use(connection: Connection) -> None:
    assert current_figures(connection, GAME, NOW, 10) == Figures()
    old = model_of(connection, game_id(connection, GAME), "old", "model", 1).id
    score(connection, old, 9, 50, 0)
    model = promote(connection, GAME, "new", "model", 2)
    for draw, (tickets, hits) in enumerate([(5, 75), (6, 54), (0, 0), (4, 36)], 10):
        score(connection, model, draw, tickets, hits)
    state = json.dumps(Evidence().to_dict())
    state_row = {"model_id": model, "last_drawn_at": 0, "state": state}
    connection.execute(insert(evidence).values(state_row))
    figures = current_figures(connection, GAME, NOW, 10)
    assert (figures.model_version, figures.draws, figures.tickets) == ("new", 2, 10)
    assert figures.accuracy == 90 / 150
    assert figures.evidence == 1.0


def test_errors_and_confidence_are_those_of_the_latest_days_that_hold_the_sample(
    connection: Connection,
) -> None:
    model = promote(connection, GAME, "v1", "model", 2)
    called(connection, model, 998, predictions=1, failures=999)
    called(connection, model, 999, predictions=50, failures=10, confidence_sum=35_000_000)
    called(connection, model, 999, confidence=50)
    called(connection, model, 1000, predictions=40, confidence=30, confidence_sum=21_000_000)
    lifetime = {"model_id": model, "measure": "failures", "bucket": 0, "value": 5000}
    connection.execute(insert(totals).values(lifetime))
    figures = current_figures(connection, GAME, NOW, 100)
    assert (figures.calls, figures.error_rate) == (100, 0.1)
    assert figures.mean_confidence == 0.7
    assert current_figures(connection, GAME, NOW, 40).error_rate == 0
    assert current_figures(connection, GAME, NOW, 101).calls == 1100
    assert current_figures(connection, GAME, NOW).calls == 1100


def test_without_a_sample_size_the_latest_thirty_days_with_calls_count(
    connection: Connection,
) -> None:
    model = promote(connection, GAME, "v1", "model", 2)
    for day in range(900, 932):
        called(connection, model, day, predictions=1)
    assert current_figures(connection, GAME, NOW).calls == 30


def test_calls_of_more_than_a_year_ago_count_no_more(connection: Connection) -> None:
    model = promote(connection, GAME, "v1", "model", 2)
    called(connection, model, 635, failures=500)
    assert current_figures(connection, GAME, NOW, 100) == Figures("v1", is_promoted=True)
    assert current_figures(connection, GAME, NOW - DAY, 100).error_rate == 1


def test_unreadable_evidence_is_no_evidence(connection: Connection) -> None:
    model = promote(connection, GAME, "v1", "model", 2)
    row = {"model_id": model, "last_drawn_at": 0, "state": '{"of": "another version"}'}
    connection.execute(insert(evidence).values(row))
    assert current_figures(connection, GAME, NOW).evidence is None


def test_a_version_that_was_only_seen_is_not_called_promoted(connection: Connection) -> None:
    model_of(connection, game_id(connection, GAME), "v1", "model", 1)
    assert current_figures(connection, GAME, NOW) == Figures("v1")


def test_a_fresh_version_is_judged_by_nothing_of_the_one_before(connection: Connection) -> None:
    old = promote(connection, GAME, "old", "model", 1)
    score(connection, old, 9, 50, 0)
    called(connection, old, 1000, failures=500)
    promote(connection, GAME, "new", "model", 2)
    assert current_figures(connection, GAME, NOW, 10) == Figures("new", is_promoted=True)
