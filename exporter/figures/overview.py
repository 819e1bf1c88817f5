"""Everything one page or report about a game shows: one consistent view of the database.

Moments are microseconds since 1970, ratios 0-1, money in cents.
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from exporter.domain.games import Game, Games
from exporter.domain.moments import DAY, HOUR, SECOND, from_micros, to_micros
from exporter.domain.periods import Period
from exporter.domain.statistics.frequency import Frequency, frequency
from exporter.domain.tickets import decode
from exporter.figures.cells import add_up
from exporter.figures.model_figures import ModelFigures, in_order, read_figures
from exporter.figures.performance import MEASURES, PerformanceFigures, performance
from exporter.figures.rule_board import WatchedRule
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.draws import missing
from exporter.storage.notifications import Notification, open_notifications, read_notifications
from exporter.storage.quarantine import waiting
from exporter.storage.read_draws import DrawRow, read_draws
from exporter.storage.read_figures import hourly_cells, period_cells
from exporter.storage.read_models import ModelRow, read_models
from exporter.storage.read_scores import ScoreRow, scores_of_draws
from exporter.storage.retraining import Run, recent_runs

#: Results are published some time after the draw.
GRACE = timedelta(hours=6)
#: Draws whose numbers are counted.
COUNTED = 1000
#: Model versions shown; older ones are counted.
MOST_MODELS = 8
#: Draws, training runs and notifications shown.
_DRAWS, _RUNS, _NOTIFICATIONS = 8, 8, 10
Sums = Counter[tuple[str, int]]


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
    models: Sequence[ModelFigures]
    models_left_out: int
    activity: Activity
    draws: Draws
    predictions: int
    alerts: Sequence[Notification]
    runs: Sequence[Run]
    quarantined: int
    resources: Mapping[str, float] = field(default_factory=dict)
    notifications: Sequence[Notification] = ()
    rules: Sequence[WatchedRule] = ()

    @property
    def current(self) -> ModelFigures | None:
        """The model version in use; None where there is none."""
        return next((model for model in self.models if model.row.active), None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was recorded yet."""
        return not self.models and not self.draws.results


def read_activity(
    connection: Connection, game: Game, models: Sequence[int], span: Span, now: int
) -> Activity:
    """Calls of the span that ends `now`, and their total in the span before."""
    period = Period(now - span.length, now).in_whole_hours()
    starts = step_starts(game, period, span.step)
    sums: dict[int, Sums] = {start: Counter() for start in starts}
    for cell in hourly_cells(connection, models, MEASURES, period):
        sums[step_of(game, cell.start, span.step)][cell.measure, cell.bucket] += cell.value
    steps = [
        Step(start, step["predictions", 0], performance(step, span.step))
        for start, step in sums.items()
    ]
    total: Sums = sum(sums.values(), Counter())
    earlier = Period(period.start - span.length, period.start)
    before = add_up(period_cells(connection, models, MEASURES, earlier))
    return Activity(span, steps, performance(total, span.length), performance(before, span.length))


def step_starts(game: Game, period: Period, step: int) -> list[int]:
    """Starts of the steps that a period touches."""
    return list(range(step_of(game, period.start, step), period.end, step))


def step_of(game: Game, moment: int, step: int) -> int:
    """The start of the step that holds a moment; days begin at the game's midnight."""
    offset = from_micros(moment).astimezone(ZoneInfo(game.calendar.zone)).utcoffset()
    shift = int(offset.total_seconds()) * SECOND if offset else 0
    return (moment + shift) // step * step - shift


def read_draw_state(connection: Connection, game: Game, models: Sequence[int], now: int) -> Draws:
    """The record of a game's draws at `now`, the last ones with the tickets of `models`."""
    rows = read_draws(connection, [game.name], None, None, COUNTED)
    if not rows:
        return Draws(0, None, None, None, 0, 0, None, ())
    counts = [sum(row.numbers >> k & 1 for row in rows) for k in range(game.pool)]
    next_at = game.next_due(from_micros(rows[0].drawn_at))
    return Draws(
        results=len(rows),
        last_number=rows[0].number,
        last_at=rows[0].drawn_at,
        next_at=to_micros(next_at) if next_at else None,
        overdue=overdue(game, rows[0].drawn_at, now),
        missing=missing(connection, rows[0].game_id),
        frequency=frequency(game.drawn, counts),
        recent=_recent(connection, game, rows[:_DRAWS], models),
    )


def overdue(game: Game, last_at: int, now: int) -> int:
    """Scheduled draws after the last result whose own results should be there by `now`."""
    if game.invented:
        return 0
    return game.calendar.count_between(from_micros(last_at), from_micros(now) - GRACE)


def _recent(
    connection: Connection, game: Game, rows: Sequence[DrawRow], models: Sequence[int]
) -> list[RecentDraw]:
    scores: dict[int, list[ScoreRow]] = defaultdict(list)
    numbers = [row.number for row in rows]
    for score in scores_of_draws(connection, rows[0].game_id, models, numbers):
        scores[score.draw_number].append(score)
    return [_with_tickets(game, row, scores[row.number]) for row in rows]


def _with_tickets(game: Game, row: DrawRow, scores: Sequence[ScoreRow]) -> RecentDraw:
    return RecentDraw(
        number=row.number,
        drawn_at=row.drawn_at,
        numbers=decode(row.numbers, game),
        corrections=row.corrections,
        tickets=sum(score.tickets for score in scores),
        hits=sum(score.hits for score in scores),
        best=max((hits for score in scores for _, hits in score.histogram), default=None),
    )


@dataclass(eq=False)
class OverviewReader:
    """Reads overviews.

    `now` gives microseconds, `resources` what the machine uses, `rules` users' alert rules.

    An overview is kept for `keep_seconds`, so that many open pages cost what one does.
    """

    database: PreparedDatabase
    games: Games
    now: Callable[[], int]
    resources: Callable[[], Mapping[str, float]] = dict
    keep_seconds: float = 2.0
    rules: Callable[[], Sequence[WatchedRule]] = tuple
    _kept: dict[tuple[str, Span], tuple[float, Overview]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def recorded_games(self) -> list[str]:
        """Games with records, in the order of their first one; the first known when none has."""
        with self.database.reading() as connection:
            return self._recorded(read_models(connection))

    def overview(self, game: str | None = None, span: Span = Span.DAY) -> Overview:
        """One game (None: the first recorded). Raises UnknownGame, DestinationUnavailable."""
        name = game or self.recorded_games()[0]
        with self._lock:
            read_at, cached = self._kept.get((name, span), (0.0, None))
            if cached is None or time.monotonic() - read_at > self.keep_seconds:
                with self.database.reading() as connection:
                    cached = self._read(connection, name, span)
                self._kept = {**self._fresh(), (name, span): (time.monotonic(), cached)}
        return cached

    def _fresh(self) -> dict[tuple[str, Span], tuple[float, Overview]]:
        oldest = time.monotonic() - self.keep_seconds
        return {key: cached for key, cached in self._kept.items() if cached[0] > oldest}

    def _recorded(self, rows: list[ModelRow]) -> list[str]:
        names = dict.fromkeys(row.game for row in rows if row.game in self.games)
        return self.games.real_first(names) or [next(iter(self.games))]

    def _read(self, connection: Connection, name: str, span: Span) -> Overview:
        game, now, rows = self.games[name], self.now(), read_models(connection)
        of_game = in_order(row for row in rows if row.game == name)
        counted = [row.id for row in of_game if row.role != "control"]
        shown = _shown(of_game)
        models = read_figures(connection, game, shown)
        parts: dict[str, Any] = {
            "activity": read_activity(connection, game, counted, span, now),
            "draws": read_draw_state(connection, game, counted, now),
            "alerts": open_notifications(connection),
            "notifications": read_notifications(connection, _NOTIFICATIONS),
            "runs": recent_runs(connection, name, _RUNS),
            "quarantined": sum(waiting(connection).values()),
        }
        return Overview(
            at=now,
            game=game,
            games=self._recorded(rows),
            models=models,
            models_left_out=len(of_game) - len(shown),
            predictions=sum(model.predictions for model in models if not model.is_control),
            resources=self.resources(),
            rules=self.rules(),
            **parts,
        )


def _shown(rows: list[ModelRow]) -> list[ModelRow]:
    """The first ones, with room for the newest control arm, which stands at the end."""
    controls = [row for row in rows if row.role == "control"][:2]
    return [row for row in rows if row.role != "control"][: MOST_MODELS - len(controls)] + controls
