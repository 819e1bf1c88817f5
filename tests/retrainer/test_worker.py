"""The background work, look by look, with a clock of our own."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, inspect, text

from exporter.domain.retraining import Decision, Frequency, Outcome, PerformanceThreshold, Schedule
from exporter.recording.destination import DestinationRefuses, DestinationUnavailable
from exporter.storage import retraining
from exporter.storage.engine import reading, writing
from exporter.storage.identities import game_id, model_of
from exporter.storage.named_rows import THRESHOLDS, put_schedule
from exporter.storage.read_models import read_models
from exporter.storage.schema import METADATA
from retrainer.training import TrainingResult
from retrainer.wishes import Wish
from retrainer.worker import Worker
from tests.retrainer.conftest import COOLDOWN, GAME, FakeClock, FakeTraining, score
from tests.retrainer.work import ALERT, decisions, look, requests, runs, tell
from tests.servers.waiting import wait_until

MakeWorker = Callable[..., Worker]
BAD = PerformanceThreshold(accuracy_min=0.65, sample_size_min=100)


@pytest.fixture
def training() -> FakeTraining:
    return FakeTraining(TrainingResult(Outcome.SUCCESS, "model written"))


@pytest.fixture
def worker(make_worker: MakeWorker, training: FakeTraining) -> Worker:
    return make_worker(training)


def watch(worker: Worker, clock: FakeClock, pauses: list[int]) -> None:
    """Looks again and again, with pauses of so many seconds before."""
    for seconds in pauses:
        clock.forward(seconds)
        look(worker)


def test_an_alert_becomes_a_new_model_in_use(
    engine: Engine, worker: Worker, clock: FakeClock
) -> None:
    tell(engine, ALERT, clock)
    look(worker)
    (run,) = runs(engine)
    assert run.outcome == Outcome.SUCCESS
    with reading(engine) as connection:
        (model,) = read_models(connection)
    assert (model.version, model.active, model.started_at) == (run.model_version, True, clock())
    assert str(run.model_version).startswith("lotofacil-20")


def test_an_alert_told_again_is_one_run(
    engine: Engine, worker: Worker, clock: FakeClock, training: FakeTraining
) -> None:
    assert tell(engine, ALERT, clock)
    look(worker)
    clock.forward(10 * COOLDOWN)
    assert not tell(engine, ALERT, clock)
    look(worker)
    assert len(training.runs) == 1


def test_an_alert_that_fires_on_after_a_refusal_asks_again_after_the_cooldown(
    engine: Engine, worker: Worker, clock: FakeClock
) -> None:
    tell(engine, ALERT, clock)
    look(worker)
    other = Wish("g@1", *_rest(ALERT))
    for _ in range(3):
        tell(engine, other, clock)
        look(worker)
    assert decisions(engine) == ["retrain", "refused_cooldown"]
    score(engine, 1, tickets=1, hits=8, version=str(runs(engine)[0].model_version))
    clock.forward(COOLDOWN)
    tell(engine, other, clock)
    look(worker)
    assert decisions(engine) == ["retrain", "refused_cooldown", "retrain"]


def test_an_alert_about_the_version_before_does_not_train_its_successor_away(
    engine: Engine, worker: Worker, clock: FakeClock
) -> None:
    score(engine, 1, tickets=1, hits=8, version="v1")
    about = json.dumps({"status": "firing", "labels": {"model_version": "v1"}})
    tell(engine, Wish("a@1", GAME, "model_drift", about), clock)
    look(worker)
    clock.forward(COOLDOWN)
    for key, payload in (("b@1", about), ("c@1", ALERT.payload)):
        tell(engine, Wish(key, GAME, "accuracy_drop", payload), clock)
    look(worker)
    assert decisions(engine) == ["retrain", "refused_no_evidence", "refused_no_evidence"]


def _rest(wish: Wish) -> tuple[str, str, str]:
    return wish.game, wish.reason, wish.payload


def test_the_cooldown_survives_a_restart(
    engine: Engine, worker: Worker, make_worker: MakeWorker, clock: FakeClock
) -> None:
    tell(engine, ALERT, clock)
    look(worker)
    clock.forward(COOLDOWN - 1)
    tell(engine, Wish("h@1", *_rest(ALERT)), clock)
    look(make_worker(FakeTraining(TrainingResult(Outcome.SUCCESS, ""))))
    assert decisions(engine) == ["retrain", "refused_cooldown"]


def test_a_failed_training_cools_down_and_promotes_nothing(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock
) -> None:
    worker = make_worker(FakeTraining(TrainingResult(Outcome.FAILED, "exit code 1")))
    tell(engine, ALERT, clock)
    look(worker)
    tell(engine, Wish("g@1", *_rest(ALERT)), clock)
    look(worker)
    assert decisions(engine) == ["retrain", "refused_cooldown"]
    with reading(engine) as connection:
        assert read_models(connection) == []


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.TIMEOUT, Outcome.INTERRUPTED])
def test_an_alert_that_fires_on_after_its_training_came_to_nothing_asks_again(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, outcome: Outcome
) -> None:
    training = FakeTraining(TrainingResult(outcome, "no disk"))
    worker = make_worker(training)
    score(engine, 1, tickets=1, hits=8)
    tell(engine, ALERT, clock)
    for _ in range(3):
        look(worker)
    clock.forward(COOLDOWN - 1)
    assert not tell(engine, ALERT, clock)
    training.result = TrainingResult(Outcome.SUCCESS, "model written")
    clock.forward(1)
    assert tell(engine, ALERT, clock)
    look(worker)
    clock.forward(10 * COOLDOWN)
    assert not tell(engine, ALERT, clock)
    assert runs(engine)[-1].outcome == "success"


def test_an_alert_that_was_answered_asks_for_nothing_when_another_training_fails(
    engine: Engine, worker: Worker, clock: FakeClock, training: FakeTraining
) -> None:
    tell(engine, ALERT, clock)
    look(worker)
    clock.forward(COOLDOWN)
    training.result = TrainingResult(Outcome.FAILED, "no disk")
    tell(engine, Wish("s", GAME, "schedule", "{}"), clock)
    look(worker)
    clock.forward(COOLDOWN)
    assert not tell(engine, ALERT, clock)


def test_an_alert_asks_for_nothing_while_it_trains_though_a_training_before_failed(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock
) -> None:
    training = FakeTraining(TrainingResult(Outcome.FAILED, "no disk"))
    worker = make_worker(training)
    tell(engine, Wish("s", GAME, "schedule", "{}"), clock)
    look(worker)
    clock.forward(COOLDOWN)
    training.go.clear()
    tell(engine, ALERT, clock)
    worker.work_once()
    assert not tell(engine, ALERT, clock)
    training.go.set()
    worker.wait_for_runs()


def test_a_version_that_became_a_control_arm_is_not_put_in_use(
    engine: Engine, worker: Worker, clock: FakeClock, training: FakeTraining
) -> None:
    """Its training recorded tickets under the new version, as a control arm's."""
    score(engine, 1, tickets=1, hits=8, version="v1")
    training.go.clear()
    tell(engine, ALERT, clock)
    worker.work_once()
    version = str(runs(engine)[0].model_version)
    with writing(engine) as connection:
        model_of(connection, game_id(connection, GAME), version, "control", 1)
    training.go.set()
    worker.wait_for_runs()
    (run,) = runs(engine)
    assert run.outcome == "failed"
    assert f"'{version}' is a control for good" in str(run.detail)
    with reading(engine) as connection:
        assert [row.version for row in read_models(connection) if row.active] == ["v1"]


def test_two_retrainers_run_one_training_of_a_game(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, training: FakeTraining
) -> None:
    training.go.clear()
    one, two = make_worker(training), make_worker(training, "two")
    for key in ("a@1", "b@1"):
        tell(engine, Wish(key, *_rest(ALERT)), clock)
    one.work_once()
    two.work_once()
    training.go.set()
    one.wait_for_runs()
    assert decisions(engine) == ["retrain", "refused_running"]
    assert len(training.runs) == 1


def test_other_games_are_trained_beside(
    engine: Engine, worker: Worker, clock: FakeClock, training: FakeTraining
) -> None:
    training.go.clear()
    for game in (GAME, "quina"):
        tell(engine, Wish(f"{game}@1", game, "model_drift", "{}"), clock)
    worker.work_once()
    training.go.set()
    worker.wait_for_runs()
    assert decisions(engine) == ["retrain", "retrain"]


def test_a_killed_retrainers_run_is_interrupted_and_tried_once_more(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, training: FakeTraining
) -> None:
    tell(engine, ALERT, clock)
    with writing(engine) as connection:  # what a kill leaves: a run that nobody runs
        retraining.decide(connection, 1, Decision.RETRAIN, "", clock())
        retraining.start_run(connection, 1, GAME, "lost", "one", clock())
    look(make_worker(training))
    assert [run.outcome for run in runs(engine)] == ["interrupted", "success"]
    assert [request.reason for request in requests(engine)] == ["model_drift", "retry"]


def test_a_run_of_another_retrainer_is_left_alone_until_it_is_silent(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, training: FakeTraining
) -> None:
    with writing(engine) as connection:
        retraining.start_run(connection, 1, GAME, "theirs", "other", clock())
    worker = make_worker(training)
    clock.forward(60)
    look(worker)  # from here on it is watched
    watch(worker, clock, 3 * [20])
    assert [run.outcome for run in runs(engine)] == [None]
    clock.forward(1)
    look(worker)
    assert [run.outcome for run in runs(engine)] == ["interrupted", "success"]


def test_a_run_of_another_retrainer_that_shows_life_is_left_alone_whatever_the_clocks_say(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, training: FakeTraining
) -> None:
    with writing(engine) as connection:
        run = retraining.start_run(connection, 1, GAME, "theirs", "other", 1)
    worker = make_worker(training)
    for sign in range(2, 6):
        watch(worker, clock, 2 * [20])
        with writing(engine) as connection:
            retraining.renew_run(connection, run, sign)  # by a clock that is half a century behind
    look(worker)
    assert [run.outcome for run in runs(engine)] == [None]


def test_looks_that_failed_do_not_count_as_silence(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, training: FakeTraining
) -> None:
    with writing(engine) as connection:
        retraining.start_run(connection, 1, GAME, "theirs", "other", clock())
    worker = make_worker(training)
    look(worker)
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE training_runs RENAME TO elsewhere"))
    for _ in range(10):  # while the database is away, the other can give no sign either
        clock.forward(6)
        with pytest.raises(DestinationUnavailable):
            look(worker)
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO training_runs"))
    watch(worker, clock, [6])
    assert [run.outcome for run in runs(engine)] == [None]


@pytest.mark.parametrize("passed", ["forward", "step"])
def test_a_retrainer_does_not_give_up_the_run_it_is_doing(
    engine: Engine, worker: Worker, clock: FakeClock, training: FakeTraining, passed: str
) -> None:
    """Though nobody renewed it: the machine slept, its clock was set, the database was away."""
    training.go.clear()
    tell(engine, ALERT, clock)
    worker.work_once()
    wait_until(lambda: training.runs, what="the training to begin")
    training.renews = False
    getattr(clock, passed)(3600)
    worker.work_once()
    training.go.set()
    worker.wait_for_runs()
    assert [run.outcome for run in runs(engine)] == ["success"]
    assert len(training.runs) == 1


def test_a_second_interruption_is_not_tried_again(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock
) -> None:
    worker = make_worker(FakeTraining(TrainingResult(Outcome.INTERRUPTED, "stopped")))
    tell(engine, ALERT, clock)
    for _ in range(3):
        look(worker)
    assert [run.outcome for run in runs(engine)] == ["interrupted", "interrupted"]


def test_a_stopped_run_is_begun_again_however_often_and_starts_no_cooldown(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock
) -> None:
    worker = make_worker(FakeTraining(TrainingResult(Outcome.STOPPED, "stopped")))
    tell(engine, ALERT, clock)
    for _ in range(3):
        look(worker)
    assert [run.outcome for run in runs(engine)] == ["stopped"] * 3
    assert decisions(engine) == ["retrain"] * 3 + [None]


def test_a_run_that_others_gave_up_promotes_nothing(
    engine: Engine, worker: Worker, clock: FakeClock, training: FakeTraining
) -> None:
    training.go.clear()
    tell(engine, ALERT, clock)
    worker.work_once()
    with writing(engine) as connection:
        retraining.end_run(connection, 1, Outcome.INTERRUPTED, "given up", clock())
    wait_until(lambda: training.runs, what="the training to begin")
    clock.forward(10)  # the next sign of life finds out
    worker.wait_for_runs()
    with reading(engine) as connection:
        assert read_models(connection) == []


def test_a_broken_threshold_asks_once_and_again_after_the_cooldown(
    engine: Engine, worker: Worker, clock: FakeClock, training: FakeTraining
) -> None:
    with writing(engine) as connection:
        THRESHOLDS.put(connection, GAME, BAD, clock())
    score(engine, 1, tickets=100, hits=900)
    look(worker)
    score(engine, 2, tickets=100, hits=900, version=str(runs(engine)[0].model_version))
    for _ in range(5):
        clock.forward(61)
        look(worker)
    assert decisions(engine) == ["retrain", "refused_cooldown"]
    clock.forward(COOLDOWN)
    look(worker)
    assert decisions(engine) == ["retrain", "refused_cooldown", "retrain"]
    assert len(training.runs) == 2


def test_thresholds_are_looked_at_though_the_clock_was_set_back(
    engine: Engine, worker: Worker, clock: FakeClock
) -> None:
    with writing(engine) as connection:
        THRESHOLDS.put(connection, GAME, BAD, clock())
    clock.step(400 * 86_400)
    look(worker)
    clock.step(-400 * 86_400)
    score(engine, 1, tickets=100, hits=900)
    clock.forward(61)
    look(worker)
    assert decisions(engine) == ["retrain"]


def test_thresholds_that_hold_leave_no_trace(
    engine: Engine, worker: Worker, clock: FakeClock
) -> None:
    with writing(engine) as connection:
        THRESHOLDS.put(connection, GAME, BAD, clock())
    score(engine, 1, tickets=100, hits=1100)
    look(worker)
    assert requests(engine) == []


def test_a_schedule_missed_while_down_runs_once(
    engine: Engine, worker: Worker, make_worker: MakeWorker, clock: FakeClock
) -> None:
    daily = Schedule(Frequency.DAILY, hour=2)
    with writing(engine) as connection:
        put_schedule(connection, GAME, daily, clock())
    look(worker)
    assert runs(engine) == []
    clock.forward(5 * 86_400)
    look(make_worker(FakeTraining(TrainingResult(Outcome.SUCCESS, "")), "two"))
    look(worker)
    clock.forward(60)
    look(worker)
    assert [request.reason for request in requests(engine)] == ["schedule"]
    clock.forward(86_400)
    look(worker)
    assert decisions(engine) == ["retrain", "retrain"]


def test_a_started_worker_works_and_stops(
    engine: Engine, worker: Worker, clock: FakeClock, training: FakeTraining
) -> None:
    training.go.clear()
    tell(engine, ALERT, clock)
    worker.start()
    worker.start()
    try:
        while not training.runs:
            worker.looks.wake()
        assert worker.looks.is_running()
    finally:
        worker.stop()
    assert not worker.looks.is_running()


def test_a_database_that_was_made_anew_gets_its_schema(engine: Engine, worker: Worker) -> None:
    """The first look finds it broken; what is broken is looked at, and not waited for."""
    worker.work_once()
    METADATA.drop_all(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    with pytest.raises(DestinationRefuses):
        worker.work_once()
    worker.work_once()
    assert inspect(engine).has_table("retraining_requests")
