"""Where things stand, in one answer: the last window of draws, the last hours, the system."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from exporter.domain.moments import HOUR, from_micros
from exporter.domain.periods import Period
from exporter.domain.queries import SummaryQuery
from exporter.figures.accuracy_figures import AccuracyFigures, accuracy
from exporter.figures.cells import add_up
from exporter.figures.performance import MEASURES as CALLS
from exporter.figures.performance import PerformanceFigures, performance
from exporter.figures.place import Place
from exporter.figures.prediction_figures import MEASURES as VOLUME
from exporter.figures.prediction_figures import PredictionFigures, predictions
from exporter.figures.scope import Breakdown, Scope
from exporter.figures.shapes import Answer
from exporter.figures.system import SystemFigures
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


def summary(place: Place, query: SummaryQuery, system: SystemFigures) -> Answer[SummaryData]:
    """Where things stand."""
    period = query.period.in_whole_hours()
    accuracy_figures = _accuracy_summary(place, query.window)
    volumes = _model_volumes(place)
    cells = list(place.cells(_whole(place), period, VOLUME))
    data = SummaryData(
        generated_at=from_micros(place.now),
        period_start=from_micros(period.start),
        accuracy=accuracy_figures,
        performance=_calls(place, period),
        predictions=PredictionsSummary(
            period=predictions(place.games, place.scope, cells),
            total=_counted(place.scope, volumes, "predictions"),
            failures_total=_counted(place.scope, volumes, "failures"),
            models=list(volumes.values()),
        ),
        system=system,
    )
    return Answer(data, [*place.scope.warnings(), *_warnings(accuracy_figures)])


def live(place: Place, system: SystemFigures) -> Answer[LiveData]:
    """What happens now."""
    period = Period(place.now - HOUR, place.now).in_whole_hours()
    volumes = _model_volumes(place)
    newest = max((model.last_predicted_at for model in place.scope.models), default=0)
    data = LiveData(
        generated_at=from_micros(place.now),
        since=from_micros(period.start),
        performance=_calls(place, period),
        last_prediction_at=from_micros(newest) if newest else None,
        predictions_total=_counted(place.scope, volumes, "predictions"),
        failures_total=_counted(place.scope, volumes, "failures"),
        system=system,
    )
    return Answer(data, place.scope.warnings())


def _whole(place: Place) -> Breakdown:
    return Breakdown(place.scope, (), UTC, place.now)


def _calls(place: Place, period: Period) -> PerformanceFigures:
    whole = _whole(place)
    return performance(add_up(place.cells(whole, period, CALLS)), whole.length((), period))


def _accuracy_summary(place: Place, window: int) -> AccuracySummary:
    scope = place.scope
    games = {
        name: _window(place, game, _of_game(scope, game), window)
        for game, name in scope.games().items()
    }
    scored = [name for name, figures in games.items() if figures.draws and name in place.games]
    game = next(iter(place.games.real_first(scored)), None)
    current = games[game] if game else accuracy(place.games, scope, [])
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
        models=[_model(place, model, window) for model in scope.models],
    )


def _model(place: Place, model: ModelRow, window: int) -> ModelAccuracy:
    figures = _window(place, model.game_id, [model.id], window)
    return ModelAccuracy(model.game, model.version, model.role, model.active, figures)


def _window(place: Place, game: int, models: Sequence[int], draws: int) -> AccuracyFigures:
    rows = list(last_scores(place.connection, game, models, draws))
    return accuracy(place.games, place.scope, rows)


def _of_game(scope: Scope, game: int) -> list[int]:
    return [model for model in scope.counted if scope.by_id[model].game_id == game]


def _model_volumes(place: Place) -> dict[int, ModelVolume]:
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for cell in lifetime_cells(place.connection, place.scope.ids, ("predictions", "failures")):
        counted[cell.model_id][cell.measure] += cell.value
    return {
        model.id: ModelVolume(
            model.game,
            model.version,
            model.role,
            model.active,
            counted[model.id]["predictions"],
            counted[model.id]["failures"],
        )
        for model in place.scope.models
    }


def _counted(scope: Scope, volumes: Mapping[int, ModelVolume], figure: str) -> int:
    return sum(getattr(volumes[model], figure) for model in scope.counted)


def _warnings(accuracy: AccuracySummary) -> list[str]:
    if accuracy.current is None:
        return ["no prediction has been scored yet: accuracy.current is null"]
    if accuracy.draws < accuracy.window:
        return [f"accuracy.current covers {accuracy.draws} of {accuracy.window} draws"]
    return []
