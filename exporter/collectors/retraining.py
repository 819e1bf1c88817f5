"""Retraining: requests, runs, and how long ago the last success was."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.collectors.figures import Figures
from exporter.domain.moments import SECOND
from exporter.domain.retraining import Decision, Outcome
from exporter.storage.snapshot import Retraining

_NONE = Retraining(0, 0, 0, 0)


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `retraining`; known outcomes start at 0."""
    reading, games = figures.reading, figures.shown_games
    runs, requests = reading.training_runs, reading.training_requests
    yield family(
        catalog.RETRAINING_RUNS,
        [((g, outcome), runs.get((g, outcome), 0)) for g in games for outcome in Outcome],
    )
    yield family(
        catalog.RETRAINING_REQUESTS,
        [((g, d), requests.get((g, d), 0)) for g in games for d in Decision],
    )
    of = {game: reading.retraining.get(game, _NONE) for game in games}
    yield family(catalog.RETRAINING_RUNNING, [((g,), r.running) for g, r in of.items()])
    yield family(
        catalog.RETRAINING_LAST_SUCCESS, [((g,), r.last_success / SECOND) for g, r in of.items()]
    )
    yield family(
        catalog.RETRAINING_LAST_DURATION, [((g,), r.last_duration / SECOND) for g, r in of.items()]
    )
    yield family(catalog.RETRAINING_INTERVAL, [((g,), r.interval) for g, r in of.items()])
