"""What models return goes in by every documented call, once, and comes out as what it says."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from exporter.app import Application, build
from exporter.config import load_settings
from exporter.domain.fates import ConflictingKey, Fate
from exporter.domain.moments import SECOND, from_micros, to_micros
from exporter.domain.predictions import InvalidPrediction
from exporter.domain.tickets import decode
from exporter.storage import schema
from exporter.storage.engine import reading
from tests.domain.natural import Series, Timestamp

NOW = datetime(2024, 1, 31, 15, tzinfo=UTC)
TICKET = list(range(1, 16))
NATURAL: dict[str, Any] = {
    "game_type": np.str_("lotofacil"),
    "numbers": np.arange(1, 16),
    "confidence": np.float32(0.6),
    "model_version": np.str_("v1"),
    "metadata": {"score": np.float64(1.5), "weights": np.array([1, 2])},
    "draw_number": np.int64(3000),
    "predicted_at": Timestamp(2024, 1, 31, 14, tzinfo=UTC),
    "latency": np.float64(0.25),
    "idempotency_key": np.str_("a"),
}
OWN: dict[str, Any] = {
    "game_type": "lotofacil",
    "numbers": TICKET,
    "confidence": 0.6,
    "model_version": "v1",
    "metadata": {"score": 1.5, "weights": [1, 2]},
    "draw_number": 3000,
    "predicted_at": "2024-01-31T14:00:00Z",
    "latency": 0.25,
    "idempotency_key": "a",
}


@pytest.fixture
def app(migrated_url: str, tmp_path: Path) -> Iterator[Application]:
    settings = load_settings({"DATABASE_URL": migrated_url, "LOTOFACIL_DATA_DIR": tmp_path})
    made = build(settings, lambda: to_micros(NOW))
    yield made
    made.close()


def rows(app: Application, table: Any) -> list[Mapping[str, Any]]:
    assert app.metrics.flush()
    with reading(app.engine) as connection:
        return [row._asdict() for row in connection.execute(select(table))]


def quarantined(app: Application) -> list[str]:
    return [row["reason"] for row in rows(app, schema.quarantine)]


def test_what_a_model_returns_is_recorded_and_is_the_same_again(app: Application) -> None:
    first = app.metrics.record_prediction(**NATURAL, strict=True)
    assert app.metrics.record_prediction(**OWN, strict=True) == first
    batch = app.metrics.record_predictions([NATURAL, OWN])
    assert batch.repeated == {0, 1}
    (row,) = rows(app, schema.predictions)
    assert (row["confidence"], row["latency"], row["draw_number"]) == (600_000, 250_000, 3000)
    assert row["metadata"] == '{"score":1.5,"weights":[1,2]}'
    assert decode(row["numbers"], app.games["lotofacil"]) == TICKET


def test_another_array_under_the_key_is_a_conflict(app: Application) -> None:
    app.metrics.record_prediction(**NATURAL)
    with pytest.raises(ConflictingKey):
        app.metrics.record_prediction(**{**NATURAL, "numbers": np.arange(2, 17)})
    assert app.metrics.record_predictions([{**NATURAL, "confidence": np.float32(0.5)}]).conflicts


def test_a_batch_of_what_models_return_is_stored(app: Application) -> None:
    keys = {"idempotency_key": None}
    items = [{**NATURAL, **keys, "numbers": many} for many in (set(TICKET), range(1, 16))]
    assert app.metrics.record_predictions([*items, {**OWN, **keys}]).stored == 3
    assert len({row["numbers"] for row in rows(app, schema.predictions)}) == 1


def test_a_failed_call_may_be_told_in_numbers_of_a_library(app: Application) -> None:
    moment = Timestamp(2024, 1, 31, 14, tzinfo=UTC)
    given: dict[str, Any] = {
        "latency": np.float32(0.5),
        "failed_at": moment,
        "idempotency_key": np.str_("f"),
    }
    first = app.metrics.record_failure("lotofacil", np.str_("no"), np.str_("v1"), **given)
    assert (first.latency, first.failed_at) == (
        500_000,
        to_micros(datetime(2024, 1, 31, 14, tzinfo=UTC)),
    )
    own: dict[str, Any] = {"latency": 0.5, "failed_at": moment.isoformat(), "idempotency_key": "f"}
    again = app.metrics.record_failure("lotofacil", "no", "v1", **own)
    assert again._replace(role=None) == first  # which is stored by then, or waits
    assert len(rows(app, schema.failures)) == 1


def test_a_failed_call_that_is_yet_to_come_is_refused(app: Application) -> None:
    with pytest.raises(InvalidPrediction, match="failed_at: '2099-01-01' is yet to come"):
        app.metrics.record_failure("lotofacil", "no", "v1", failed_at="2099-01-01")


def test_a_result_may_be_an_array(app: Application) -> None:
    def record(*given: Any, **prizes: Any) -> Fate | None:
        return app.tracker.record_result(*given, **prizes, strict=True)

    head = (np.str_("lotofacil"), np.int64(3000), np.array(TICKET, dtype=np.uint8))
    prizes = {np.int64(11): np.float64(6.0), 12: np.int64(12)}
    assert record(*head, np.datetime64("2024-01-30"), prizes=prizes) is Fate.NEW
    for numbers, day in ((set(TICKET), "2024-01-30"), (Series(TICKET), Timestamp(2024, 1, 30))):
        again = record("lotofacil", 3000, numbers, day, prizes={11: 6, 12: 12.0})
        assert again is Fate.REPEATED


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"numbers": np.array([True] * 15)}, "numbers: True is not an integer"),
        ({"numbers": np.linspace(1, 15.5, 15)}, "numbers: 1.0 is not an integer"),
        ({"confidence": np.True_}, "confidence: True is not a number from 0 to 1"),
        ({"predicted_at": datetime(2099, 1, 1, tzinfo=UTC)}, "predicted_at: 2099-01-01T00:00:00Z"),
        ({"predicted_at": NOW + timedelta(days=30)}, "predicted_at: 2024-03-01T15:00:00Z is yet"),
        ({"draw_number": np.int64(9_999_999)}, "draw_number: 9999999 is yet to come"),
    ],
)
def test_what_is_doubtful_is_quarantined_with_its_reason(
    app: Application, fields: dict[str, Any], named: str
) -> None:
    given = {**NATURAL, **fields}
    assert app.metrics.record_prediction(**given) is None
    assert str(
        app.metrics.record_predictions([given, {**OWN, "idempotency_key": "b"}]).refused[0]
    ).startswith(named)
    assert len(rows(app, schema.predictions)) == 1
    (reason,) = quarantined(app)
    assert reason.startswith(named)


def test_a_quarantined_array_is_kept_as_its_numbers(app: Application) -> None:
    app.metrics.record_prediction(**{**NATURAL, "numbers": np.arange(15)})
    (row,) = rows(app, schema.quarantine)
    assert '"numbers": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]' in row["body"]
    assert '"draw_number": 3000' in row["body"]


def test_a_far_prediction_disarms_nothing(app: Application) -> None:
    app.metrics.record_prediction("lotofacil", TICKET, 0.6, "v1", predicted_at="2099-01-01")
    app.metrics.record_prediction("lotofacil", TICKET, 0.6, "v1")
    assert app.metrics.flush()
    taken = app.snapshots.take().reading
    assert taken
    (model,) = taken.models
    assert taken.totals[model.id].pending == 1
    assert from_micros(model.last_predicted_at) == NOW
    assert taken.taken_at < to_micros(NOW) + SECOND


def test_a_reference_and_days_may_be_numbers_of_a_library(app: Application) -> None:
    app.metrics.record_prediction(**NATURAL)
    app.metrics.set_reference_accuracy(np.str_("v1"), np.float32(0.61))
    assert rows(app, schema.accuracy_references)[0]["accuracy"] == 610_000
    assert app.metrics.cleanup_old_data(np.int64(90)) == 0
