"""Retraining: requests, runs, and how long ago the last success was."""

from itertools import product

from exporter.collectors.bounded_reading import BoundedReading
from exporter.collectors.declarations import GAME, Collector, named
from exporter.domain.moments import SECOND
from exporter.domain.retraining import Decision, Outcome
from exporter.storage.snapshot import Retraining

COLLECTOR = Collector[BoundedReading]("retraining")
_NONE = Retraining(0, 0, 0, 0)

# Outcomes and decisions start at 0, so that their first rise is seen.
RETRAINING_RUNS = COLLECTOR.by(
    ("game", "outcome"),
    lambda figures: (
        (run, figures.reading.training_runs.get(run, 0))
        for run in product(figures.shown_games, Outcome)
    ),
).counter(
    "lotofacil_retraining_runs",
    "Training runs by how they ended, over the database's lifetime.",
    float,
)
RETRAINING_REQUESTS = COLLECTOR.by(
    ("game", "decision"),
    lambda figures: (
        (request, figures.reading.training_requests.get(request, 0))
        for request in product(figures.shown_games, Decision)
    ),
).counter(
    "lotofacil_retraining_requests",
    "Requests to retrain by what was decided, over the database's lifetime.",
    float,
)

_games = COLLECTOR.by(
    GAME,
    lambda figures: named(
        {name: figures.reading.retraining.get(name, _NONE) for name in figures.shown_games}
    ),
)
RETRAINING_RUNNING = _games.gauge(
    "lotofacil_retraining_running",
    "Training runs under way.",
    lambda game: game.running,
)
RETRAINING_LAST_SUCCESS = _games.gauge(
    "lotofacil_retraining_last_success_timestamp_seconds",
    "When the last successful training run ended; 0 when there is none.",
    lambda game: game.last_success / SECOND,
)
RETRAINING_LAST_DURATION = _games.gauge(
    "lotofacil_retraining_last_duration_seconds",
    "How long the last ended training run took; 0 when there is none.",
    lambda game: game.last_duration / SECOND,
)
RETRAINING_INTERVAL = _games.gauge(
    "lotofacil_retraining_schedule_interval_seconds",
    "Time between scheduled training runs; 0 when none is scheduled.",
    lambda game: game.interval,
)
