"""What nobody foresaw costs its own request or run, and nothing else."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import Engine, text

from exporter.collectors.retrainer import Telemetry
from exporter.domain.retraining import Outcome, PerformanceThreshold
from exporter.logs import LogOptions, configure_logs, log_files
from exporter.storage import migrate, retraining
from exporter.storage.engine import reading, writing
from exporter.storage.named_rows import THRESHOLDS
from exporter.storage.read_models import read_models
from retrainer.training import TrainingResult
from retrainer.worker import Worker
from tests.retrainer.conftest import COOLDOWN, GAME, FakeClock, FakeTraining
from tests.retrainer.work import ALERT, decisions, faults, look, requests, runs, tell
from tests.servers.waiting import wait_until

MakeWorker = Callable[..., Worker]
DONE = TrainingResult(Outcome.SUCCESS, "model written")


@pytest.fixture(autouse=True)
def logs(tmp_path: Path) -> Path:
    configure_logs(LogOptions("retrainer", tmp_path, to_stderr=False))
    return tmp_path


def errors(folder: Path) -> list[dict[str, Any]]:
    content = b"".join(path.read_bytes() for path in log_files(folder))
    lines = [json.loads(line) for line in content.splitlines()]
    return [line for line in lines if line["level"] == "error"]


@contextmanager
def working(worker: Worker) -> Iterator[Worker]:
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def change(engine: Engine, statement: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(statement))


def test_a_training_that_breaks_is_a_failed_run_and_the_next_goes_on(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, telemetry: Telemetry, logs: Path
) -> None:
    training = FakeTraining(RuntimeError("no such thing"))
    worker = make_worker(training)
    tell(engine, ALERT, clock)
    look(worker)
    (broken,) = runs(engine)
    assert (broken.outcome, broken.detail) == ("failed", "RuntimeError: no such thing")
    assert faults(telemetry) == 1
    (line,) = errors(logs)
    assert (line["event"], line["run"], line["game"]) == ("training_fault", 1, GAME)
    assert line["exception"].startswith("Traceback")
    training.result = DONE
    clock.forward(COOLDOWN)
    tell(engine, replace(ALERT, key="b@1"), clock)
    look(worker)
    assert [run.outcome for run in runs(engine)] == ["failed", "success"]


def test_a_model_that_cannot_be_promoted_is_a_failed_run(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, telemetry: Telemetry
) -> None:
    change(
        engine,
        "CREATE TRIGGER no_promotion BEFORE INSERT ON models "
        "BEGIN SELECT RAISE(ABORT, 'not today'); END",
    )
    tell(engine, ALERT, clock)
    look(make_worker(FakeTraining(DONE)))
    (run,) = runs(engine)
    assert run.outcome == "failed"
    assert run.detail
    assert faults(telemetry) == 1
    with reading(engine) as connection:
        assert read_models(connection) == []


def test_a_request_that_cannot_be_decided_is_refused_and_the_next_is_decided(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, telemetry: Telemetry, logs: Path
) -> None:
    tell(engine, replace(ALERT, payload="{"), clock)
    tell(engine, replace(ALERT, key="b@1"), clock)
    look(make_worker(FakeTraining(DONE)))
    assert decisions(engine) == ["refused_fault", "retrain"]
    assert "JSONDecodeError" in str(requests(engine)[0].explanation)
    assert [run.outcome for run in runs(engine)] == ["success"]
    assert faults(telemetry) == 1
    (line,) = errors(logs)
    assert (line["event"], line["request"]) == ("retraining_request_fault", 1)
    assert line["exception"].startswith("Traceback")


def test_settings_that_cannot_be_read_hold_up_no_request(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, telemetry: Telemetry, logs: Path
) -> None:
    with writing(engine) as connection:
        threshold = PerformanceThreshold(accuracy_min=0.6)
        THRESHOLDS.put(connection, GAME, threshold, clock())
    change(engine, """UPDATE retraining_thresholds SET thresholds = '{"accuracy_min": 7}'""")
    tell(engine, replace(ALERT, game="quina"), clock)
    with working(make_worker(FakeTraining(DONE))) as worker:
        wait_until(lambda: requests(engine)[0].decision, 60, "a decision")
        assert worker.looks.is_running()
    assert errors(logs)[0]["event"] == "retraining_look_fault"
    assert "accuracy_min: 7 is not a ratio" in errors(logs)[0]["exception"]
    assert faults(telemetry)


def test_a_fault_that_stays_is_counted_each_time_and_written_down_once(
    engine: Engine,
    make_worker: MakeWorker,
    clock: FakeClock,
    telemetry: Telemetry,
    logs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_connection: object) -> NoReturn:
        raise LookupError("a fault of this program")

    tell(engine, ALERT, clock)
    monkeypatch.setattr(retraining, "undecided_requests", fail)
    with working(make_worker(FakeTraining(DONE))) as worker:
        wait_until(lambda: faults(telemetry) >= 3, 60, "three looks that failed")
        assert worker.looks.is_running()
        monkeypatch.undo()
        wait_until(lambda: decisions(engine) == ["retrain"], 60, "a decision")
    lines = errors(logs)
    assert {line["event"] for line in lines} == {"retraining_look_fault"}
    assert ["exception" in line for line in lines[:3]] == [True, False, False]


def test_a_schema_of_a_later_version_is_no_fault_of_ours(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, telemetry: Telemetry, logs: Path
) -> None:
    change(engine, "UPDATE alembic_version SET version_num = 'a later one'")
    tell(engine, ALERT, clock)
    with working(make_worker(FakeTraining(DONE))):
        wait_until(lambda: errors(logs), 60, "a look that failed")
        change(engine, f"UPDATE alembic_version SET version_num = '{migrate.head()}'")
        wait_until(lambda: decisions(engine) == ["retrain"], 60, "a decision")
    assert {(line["event"], line["fault"]) for line in errors(logs)} == {
        ("retraining_look_failed", "broken")
    }
    assert not faults(telemetry)


def test_a_database_that_is_away_is_no_fault(
    engine: Engine, make_worker: MakeWorker, clock: FakeClock, telemetry: Telemetry, logs: Path
) -> None:
    tell(engine, ALERT, clock)
    change(engine, "ALTER TABLE training_runs RENAME TO elsewhere")
    with working(make_worker(FakeTraining(DONE))):
        wait_until(lambda: errors(logs), 60, "a look that failed")
        change(engine, "ALTER TABLE elsewhere RENAME TO training_runs")
        wait_until(lambda: decisions(engine) == ["retrain"], 60, "a decision")
    assert {line["event"] for line in errors(logs)} == {"retraining_look_failed"}
    assert faults(telemetry) == 0
