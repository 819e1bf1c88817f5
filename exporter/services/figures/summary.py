"""Where things stand, in one answer: the last window of draws, the last hours, the system."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from exporter.domain.moments import HOUR, from_micros
from exporter.domain.periods import Period
from exporter.domain.queries import SummaryQuery
from exporter.services.figures.accuracy import AccuracyFigures, AccuracyReader
from exporter.services.figures.cells import add_up
from exporter.services.figures.performance import PerformanceFigures, PerformanceReader
from exporter.services.figures.predictions import PredictionFigures, PredictionsReader
from exporter.services.figures.scope import Breakdown, Scope
from exporter.services.figures.shapes import Answer
from exporter.services.figures.system import SystemFigures, SystemReader
from exporter.storage.prediction_pages import newest_prediction
from exporter.storage.read_figures import lifetime_cells
from exporter.storage.read_models import ModelRow
from exporter.storage.read_scores import last_scores


@dataclass(frozen=True, slots=True)
class ModelAccuracy:
    """A model version over its own last window of draws; control arms are marked by `role`."""

    game: str
    model_version: str
    role: str
    active: bool
    figures: AccuracyFigures


@dataclass(frozen=True, slots=True)
class AccuracySummary:
    """`current`: accuracy of all models (no control arms) on the game's last `window` draws."""

    current: float | None
    game: str | None
    window: int
    chance: float | None
    draws: int
    predictions: int
    numbers_played: int
    hits: int
    expected_hits: float
    z_score: float | None
    p_value: float | None
    low: float | None
    high: float | None
    games: Mapping[str, AccuracyFigures]
    models: Sequence[ModelAccuracy]


@dataclass(frozen=True, slots=True)
class ModelVolume:
    """What a model version has made over the database's lifetime."""

    game: str
    model_version: str
    role: str
    active: bool
    predictions: int
    failures: int


@dataclass(frozen=True, slots=True)
class PredictionsSummary:
    """The period's predictions, lifetime totals (no control arms), and every model version."""

    period: PredictionFigures
    total: int
    failures_total: int
    models: Sequence[ModelVolume]


@dataclass(frozen=True, slots=True)
class SummaryData:
    """Where things stand; performance and predictions over the period that ends now."""

    generated_at: datetime
    period_start: datetime
    accuracy: AccuracySummary
    performance: PerformanceFigures
    predictions: PredictionsSummary
    system: SystemFigures


@dataclass(frozen=True, slots=True)
class LiveData:
    """What happens now: figures from `since` (a whole hour) on, and the newest prediction."""

    generated_at: datetime
    since: datetime
    performance: PerformanceFigures
    last_prediction_at: datetime | None
    predictions_total: int
    failures_total: int
    system: SystemFigures


class SummaryReader:
    """Puts the parts of the summary together."""

    def __init__(
        self,
        accuracy: AccuracyReader,
        performance: PerformanceReader,
        predictions: PredictionsReader,
        system: SystemReader,
    ) -> None:
        self._accuracy = accuracy
        self._performance = performance
        self._predictions = predictions
        self._system = system

    def summary(
        self, connection: Connection, scope: Scope, query: SummaryQuery, now: int
    ) -> Answer[SummaryData]:
        """Where things stand at `now` (microseconds)."""
        period = query.period.in_whole_hours()
        breakdown = Breakdown(scope, (), UTC, now)
        accuracy = self._accuracy_summary(connection, scope, query.window)
        data = SummaryData(
            generated_at=from_micros(now),
            period_start=from_micros(period.start),
            accuracy=accuracy,
            performance=self._calls(connection, scope, breakdown, period),
            predictions=self._volumes(connection, scope, breakdown, period),
            system=self._system.figures(connection, now),
        )
        return Answer(data, [*scope.warnings(), *_warnings(accuracy)])

    def live(self, connection: Connection, scope: Scope, now: int) -> Answer[LiveData]:
        """What happens at `now` (microseconds)."""
        period = Period(now - HOUR, now).in_whole_hours()
        volumes = _model_volumes(connection, scope)
        newest = newest_prediction(connection)
        data = LiveData(
            generated_at=from_micros(now),
            since=from_micros(period.start),
            performance=self._calls(connection, scope, Breakdown(scope, (), UTC, now), period),
            last_prediction_at=None if newest is None else from_micros(newest),
            predictions_total=_counted(scope, volumes, "predictions"),
            failures_total=_counted(scope, volumes, "failures"),
            system=self._system.figures(connection, now),
        )
        return Answer(data, scope.warnings())

    def _calls(
        self, connection: Connection, scope: Scope, breakdown: Breakdown, period: Period
    ) -> PerformanceFigures:
        found = self._performance.over(connection, scope, breakdown, period)
        return found[0][1] if found else self._performance.nothing(scope)

    def _volumes(
        self, connection: Connection, scope: Scope, breakdown: Breakdown, period: Period
    ) -> PredictionsSummary:
        found = self._predictions.over(connection, scope, breakdown, period)
        volumes = _model_volumes(connection, scope)
        return PredictionsSummary(
            period=found[0][1] if found else self._predictions.nothing(scope),
            total=_counted(scope, volumes, "predictions"),
            failures_total=_counted(scope, volumes, "failures"),
            models=list(volumes.values()),
        )

    def _accuracy_summary(
        self, connection: Connection, scope: Scope, window: int
    ) -> AccuracySummary:
        games = {
            name: self._window(connection, scope, game, _of_game(scope, game), window)
            for game, name in scope.games().items()
        }
        scored = self._accuracy.real_first([name for name, found in games.items() if found.draws])
        game = scored[0] if scored else None
        current = games[game] if game else self._accuracy.nothing(scope)
        return AccuracySummary(
            current=current.accuracy,
            game=game,
            window=window,
            chance=current.chance,
            draws=current.draws,
            predictions=current.predictions,
            numbers_played=current.numbers_played,
            hits=current.hits,
            expected_hits=current.expected_hits,
            z_score=current.z_score,
            p_value=current.p_value,
            low=current.low,
            high=current.high,
            games=games,
            models=[self._model(connection, scope, model, window) for model in scope.models],
        )

    def _model(
        self, connection: Connection, scope: Scope, model: ModelRow, window: int
    ) -> ModelAccuracy:
        figures = self._window(connection, scope, model.game_id, [model.id], window)
        return ModelAccuracy(model.game, model.version, model.role, model.active, figures)

    def _window(
        self, connection: Connection, scope: Scope, game: int, models: Sequence[int], draws: int
    ) -> AccuracyFigures:
        rows = list(last_scores(connection, game, models, draws))
        return self._accuracy.figures(scope, rows)


def _of_game(scope: Scope, game: int) -> list[int]:
    return [model for model in scope.counted if scope.by_id[model].game_id == game]


def _model_volumes(connection: Connection, scope: Scope) -> dict[int, ModelVolume]:
    by_model = defaultdict(list)
    for cell in lifetime_cells(connection, scope.ids, ("predictions", "failures")):
        by_model[cell.model_id].append(cell)
    sums = {model.id: add_up(by_model[model.id]) for model in scope.models}
    return {
        model.id: ModelVolume(
            model.game,
            model.version,
            model.role,
            model.active,
            sums[model.id]["predictions", 0],
            sums[model.id]["failures", 0],
        )
        for model in scope.models
    }


def _counted(scope: Scope, volumes: Mapping[int, ModelVolume], figure: str) -> int:
    return sum(getattr(volumes[model], figure) for model in scope.counted)


def _warnings(accuracy: AccuracySummary) -> list[str]:
    if accuracy.current is None:
        return ["no prediction has been scored yet: accuracy.current is null"]
    if accuracy.draws < accuracy.window:
        return [f"accuracy.current covers {accuracy.draws} of {accuracy.window} draws"]
    return []
