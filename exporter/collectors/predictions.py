"""Predictions: how many, how quick, how sure; from lifetime totals."""

from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family, histogram
from exporter.collectors.figures import Figures, ModelFigures
from exporter.domain.moments import SECOND

_KINDS = ("prediction", "result")


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `predictions`."""
    models = figures.models
    for metric, value in (
        (catalog.PREDICTIONS, _total("predictions")),
        (catalog.PREDICTION_FAILURES, _total("failures")),
        (catalog.PREDICTIONS_INELIGIBLE, _total("ineligible")),
        (catalog.PREDICTIONS_STORED, _stored),
        (catalog.PREDICTIONS_PENDING, lambda m: m.lifetime.pending),
        (catalog.PREDICTION_LAST, lambda m: m.last_predicted_at / SECOND),
    ):
        yield family(metric, [(model.labels, value(model)) for model in models])
    for metric, measure in (
        (catalog.PREDICTION_LATENCY, "latency"),
        (catalog.PREDICTION_CONFIDENCE, "confidence"),
    ):
        samples = [_distribution(m, measure, len(metric.buckets)) for m in models]
        yield histogram(metric, samples)
    yield from _quarantine(figures)


def _total(measure: str) -> Callable[[ModelFigures], int]:
    return lambda model: model.lifetime.total(measure)


def _stored(model: ModelFigures) -> int:
    return model.lifetime.total("predictions") - model.lifetime.total("cleaned")


def _distribution(
    model: ModelFigures, measure: str, bounds: int
) -> tuple[tuple[str, str, str], list[float], float]:
    lifetime = model.lifetime
    counts = lifetime.buckets(measure)
    total = lifetime.total(f"{measure}_sum") / SECOND  # millionths, as seconds' microseconds are
    return model.labels, [counts.get(bucket, 0) for bucket in range(bounds + 1)], total


def _quarantine(figures: Figures) -> Iterator[Family]:
    reading = figures.reading
    names = dict.fromkeys([*figures.shown_games, *reading.game_totals])
    yield family(
        catalog.QUARANTINED,
        [
            ((game, kind), reading.game_totals.get(game, {}).get(f"quarantined_{kind}", 0))
            for game in names
            for kind in _KINDS
        ],
    )
    yield family(
        catalog.QUARANTINE_RECORDS,
        [((g, kind), reading.quarantine.get((g, kind), 0)) for g in names for kind in _KINDS],
    )
