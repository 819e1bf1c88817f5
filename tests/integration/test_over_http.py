"""A predictor without a database: the documented calls send to an exporter over HTTP."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select

from exporter.app import Application, build, build_web
from exporter.config import load_settings
from exporter.domain.moments import to_micros
from exporter.services.http_records import NotOverHttp
from exporter.services.metrics_service import ConflictingPrediction
from exporter.storage.draws import Recorded
from exporter.storage.engine import reading
from exporter.storage.schema import failures
from exporter.storage.snapshot import Reading, read
from exporter.web.server import Server
from tests.servers.ports import free_port

NUMBERS = list(range(1, 16))
WHEN = datetime(2024, 1, 31, 12, tzinfo=UTC)
TOKEN = "a-token-of-this-test"


@contextmanager
def serving(app: Application, port: int) -> Iterator[None]:
    server = Server(build_web(app), "127.0.0.1", port, 4)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def exporter(tmp_path: Path) -> Iterator[Application]:
    folder = tmp_path / "exporter"
    given = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'truth.db'}",
        "LOTOFACIL_DATA_DIR": folder,
        "EXPORTER_API_TOKEN": TOKEN,
    }
    app = build(load_settings(given))
    yield app
    app.close()


@pytest.fixture
def predictor(tmp_path: Path, port: int) -> Iterator[Application]:
    given = {
        "LOTOFACIL_DATA_DIR": tmp_path / "predictor",
        "EXPORTER_URL": f"http://127.0.0.1:{port}",
        "EXPORTER_API_TOKEN": TOKEN,
    }
    app = build(load_settings(given), over_http=True)
    yield app
    app.close()


def stored(app: Application) -> Reading:
    assert app.metrics.flush()
    assert not app.snapshots.take().error
    with reading(app.engine) as connection:
        return read(connection, app.now())


def test_the_documented_calls_reach_the_exporter(
    exporter: Application, predictor: Application, port: int
) -> None:
    with serving(exporter, port):
        predictor.metrics.record_prediction(
            "lotofacil", NUMBERS, 0.85, "v2.1", {"algorithm": "lstm"}, predicted_at=WHEN
        )
        predictor.metrics.record_failure("lotofacil", "out of memory", "v2.1")
        done = predictor.tracker.record_result("lotofacil", 3010, NUMBERS, date(2024, 1, 31))
        assert done is Recorded.NEW
        seen = stored(exporter)
    (model,) = seen.models
    cells = seen.totals[model.id]
    assert (model.version, cells["predictions", 0], cells["failures", 0]) == ("v2.1", 1, 1)
    assert cells["hits", 0] == 15


def test_a_key_is_one_record_and_another_body_a_conflict(
    exporter: Application, predictor: Application, port: int
) -> None:
    record = predictor.metrics.record_prediction
    with serving(exporter, port):
        first = record("lotofacil", NUMBERS, 0.6, "v1", idempotency_key="morning")
        assert predictor.metrics.flush()
        assert exporter.metrics.flush()
        again = record("lotofacil", NUMBERS, 0.6, "v1", idempotency_key="morning")
        assert first is not None
        assert again == first
        with pytest.raises(ConflictingPrediction, match="morning"):
            record("lotofacil", NUMBERS, 0.7, "v1", idempotency_key="morning")


def test_a_failure_keeps_its_moment_while_it_waits(
    exporter: Application, predictor: Application, port: int
) -> None:
    predictor.metrics.record_failure("lotofacil", "out of memory", "v1", failed_at=WHEN)
    with serving(exporter, port):
        assert predictor.metrics.flush()
        assert exporter.metrics.flush()
    with reading(exporter.engine) as connection:
        moments = connection.execute(select(failures.c.failed_at)).scalars().all()
    assert moments == [to_micros(WHEN)]


def test_what_is_recorded_while_the_exporter_is_away_arrives_later(
    exporter: Application, predictor: Application, port: int
) -> None:
    for _ in range(3):
        predictor.metrics.record_prediction("lotofacil", NUMBERS, 0.6, "v1", predicted_at=WHEN)
    batch = [{"game_type": "lotofacil", "numbers": NUMBERS, "model_version": "v1"}] * 4
    assert predictor.metrics.record_predictions(batch).stored == 4
    assert predictor.tracker.record_result("lotofacil", 3010, NUMBERS, date(2024, 1, 31)) is None
    assert not predictor.metrics.flush()
    assert predictor.intake.state().records == 8
    with serving(exporter, port):
        assert predictor.metrics.flush()
        seen = stored(exporter)
    (model,) = seen.models
    assert seen.totals[model.id]["predictions", 0] == 7
    assert seen.totals[model.id]["hits", 0] == 45
    assert predictor.intake.state().records == 0


def test_what_breaks_the_rules_is_quarantined_at_the_exporter(
    exporter: Application, predictor: Application, port: int
) -> None:
    with ExitStack() as stack:
        stack.enter_context(serving(exporter, port))
        predictor.metrics.record_prediction("lotofacil", [*range(2, 47, 3)], 0.6, "v1")
        predictor.tracker.record_result("lotofacil", 2500, [1, 1], date(2024, 1, 31))
        assert predictor.metrics.flush()
        seen = stored(exporter)
    assert seen.quarantine == {("lotofacil", "prediction"): 1, ("lotofacil", "result"): 1}


def test_calls_that_need_the_database_say_so(predictor: Application) -> None:
    with pytest.raises(NotOverHttp, match="cleanup_old_data"):
        predictor.metrics.cleanup_old_data(days=90)
