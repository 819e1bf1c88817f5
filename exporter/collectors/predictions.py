"""Predictions: how many, how quick, how sure; from lifetime totals, which clean-up never lowers."""

from collections.abc import Iterator

from exporter.collectors.bounded_reading import BoundedReading
from exporter.collectors.declarations import MODEL, Collector, Distribution
from exporter.domain.lifetime import CONFIDENCE_BUCKETS, LATENCY_BUCKETS, Lifetime
from exporter.domain.moments import SECOND

COLLECTOR = Collector[BoundedReading]("predictions")
_KINDS = ("prediction", "result")

_lives = COLLECTOR.by(MODEL, lambda figures: ((m.labels, m.lifetime) for m in figures.models))
PREDICTIONS = _lives.counter(
    "lotofacil_predictions",
    "Predictions recorded over the database's lifetime; clean-up does not lower it.",
    lambda life: life.total("predictions"),
)
PREDICTION_FAILURES = _lives.counter(
    "lotofacil_prediction_failures",
    "Predictor calls reported as failed (no ticket came out) over the database's lifetime.",
    lambda life: life.total("failures"),
)
PREDICTION_LATENCY = _lives.histogram(
    "lotofacil_prediction_latency_seconds",
    "Time the predictor took, as reported with the prediction, over the database's lifetime.",
    LATENCY_BUCKETS,
    lambda life: _distribution(life, "latency", LATENCY_BUCKETS),
)
PREDICTION_CONFIDENCE = _lives.histogram(
    "lotofacil_prediction_confidence_ratio",
    "Confidence claimed with the prediction, over the database's lifetime.",
    CONFIDENCE_BUCKETS,
    lambda life: _distribution(life, "confidence", CONFIDENCE_BUCKETS),
)
PREDICTIONS_STORED = _lives.gauge(
    "lotofacil_predictions_stored",
    "Raw predictions stored now; falls when old rows are cleaned up.",
    lambda life: life.total("predictions") - life.total("cleaned"),
)
PREDICTIONS_PENDING = _lives.gauge(
    "lotofacil_predictions_pending",
    "Predictions that wait for the result of their draw, which is one of the next or was due.",
    lambda life: life.pending,
)
PREDICTIONS_INELIGIBLE = _lives.gauge(
    "lotofacil_predictions_ineligible",
    "Predictions made after their draw's cut-off, known once the result is: they never count.",
    lambda life: life.total("ineligible"),
)
PREDICTION_LAST = COLLECTOR.by(
    MODEL, lambda figures: ((m.labels, m.row.last_predicted_at) for m in figures.models)
).gauge(
    "lotofacil_prediction_last_timestamp_seconds",
    "Time of the newest prediction.",
    lambda moment: moment / SECOND,
)


def _distribution(life: Lifetime, measure: str, buckets: tuple[float, ...]) -> Distribution:
    counts = life.buckets(measure)
    total = life.total(f"{measure}_sum") / SECOND  # millionths, as seconds' microseconds are
    return [counts.get(bucket, 0) for bucket in range(len(buckets) + 1)], total


def _quarantine(figures: BoundedReading) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    """How many records of a game and kind ever were in quarantine, and how many are now."""
    reading = figures.reading
    for game in dict.fromkeys([*figures.shown_games, *reading.game_totals]):
        for kind in _KINDS:
            ever = reading.game_totals.get(game, {}).get(f"quarantined_{kind}", 0)
            yield (game, kind), (ever, reading.quarantine.get((game, kind), 0))


_quarantines = COLLECTOR.by(("game", "kind"), _quarantine)
QUARANTINED = _quarantines.counter(
    "lotofacil_quarantined",
    "Records that broke their game's rules and were quarantined, over the database's lifetime.",
    lambda records: records[0],
)
QUARANTINE_RECORDS = _quarantines.gauge(
    "lotofacil_quarantine_records",
    "Records in quarantine now; falls when the right record is sent.",
    lambda records: records[1],
)
