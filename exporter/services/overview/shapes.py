"""What an overview holds. Moments are microseconds since 1970, ratios 0–1, money in cents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from exporter.domain.games import Game
from exporter.domain.moments import DAY, HOUR
from exporter.domain.prizes import Money
from exporter.domain.statistics import (
    Assessment,
    Calibration,
    DrawTotals,
    Evidence,
    Frequency,
    Trend,
)
from exporter.services.figures.performance import PerformanceFigures
from exporter.services.rule_board import WatchedRule
from exporter.storage.notifications import Notification
from exporter.storage.read_alerts import ActiveAlert
from exporter.storage.read_models import ModelRow
from exporter.storage.references import Reference
from exporter.storage.retraining import Run


class Span(StrEnum):
    """How far back activity is shown."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def length(self) -> int:
        """Microseconds."""
        return {"24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY}[self.value]

    @property
    def step(self) -> int:
        """Microseconds of one point of a chart."""
        return {"24h": HOUR, "7d": 6 * HOUR, "30d": DAY}[self.value]


@dataclass(frozen=True, slots=True)
class Point:
    """A model's tickets on one draw; `best` is the most hits of one ticket."""

    number: int
    drawn_at: int
    tickets: int
    totals: DrawTotals
    best: int


@dataclass(frozen=True, slots=True)
class Model:
    """A model version: what it did and what that is worth."""

    row: ModelRow
    points: Sequence[Point]
    windows: Mapping[str, Assessment]
    evidence: Evidence | None
    reference: Reference | None
    trend: Trend
    calibration: Calibration | None
    hits: Mapping[int, int]
    expected_hits: Sequence[float]
    tiers: Mapping[int, int]
    expected_tiers: Mapping[int, float]
    held_shares: Sequence[float]
    money: Money
    predictions: int
    failures: int
    ineligible: int

    @property
    def is_control(self) -> bool:
        """Whether it is a control arm: it is shown, marked, and counts in no total."""
        return self.row.role == "control"

    @property
    def scored(self) -> int:
        """Tickets with a result."""
        return sum(self.hits.values())


@dataclass(frozen=True, slots=True)
class Step:
    """Predictor calls from `start` on, until the next step."""

    start: int
    predictions: int
    figures: PerformanceFigures


@dataclass(frozen=True, slots=True)
class Activity:
    """Predictor calls of the span, step by step; control arms left out."""

    span: Span
    steps: Sequence[Step]
    total: PerformanceFigures
    before: PerformanceFigures


@dataclass(frozen=True, slots=True)
class RecentDraw:
    """A draw's numbers beside the tickets on it; `best` is the most hits of one, None: no tickets.

    Tickets and hits are those of every version in its time; control arms left out.
    """

    number: int
    drawn_at: int
    numbers: Sequence[int]
    corrections: int
    tickets: int = 0
    hits: int = 0
    best: int | None = None


@dataclass(frozen=True, slots=True)
class Draws:
    """The record of draws: `next_at` is the first scheduled draw without a result."""

    results: int
    last_number: int | None
    last_at: int | None
    next_at: int | None
    overdue: int
    missing: int
    frequency: Frequency | None
    recent: Sequence[RecentDraw]


@dataclass(frozen=True, slots=True)
class Overview:
    """One game at `at`, and the state of the system."""

    at: int
    game: Game
    games: Sequence[str]
    models: Sequence[Model]
    models_left_out: int
    activity: Activity
    draws: Draws
    predictions: int
    alerts: Sequence[ActiveAlert]
    runs: Sequence[Run]
    quarantined: int
    resources: Mapping[str, float] = field(default_factory=dict)
    notifications: Sequence[Notification] = ()
    rules: Sequence[WatchedRule] = ()

    @property
    def current(self) -> Model | None:
        """The model version in use, or the newest; never a control arm."""
        models = [model for model in self.models if not model.is_control]
        return models[0] if models else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was recorded yet."""
        return not self.models and not self.draws.results
