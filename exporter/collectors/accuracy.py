"""Accuracy beside chance, by windows of draws, which PromQL cannot count, and hits by ticket."""

from collections.abc import Iterator

from exporter.collectors.bounded_reading import BoundedReading
from exporter.collectors.declarations import GAME, MODEL, Collector, named
from exporter.domain.statistics.baseline import Assessment
from exporter.figures.model_figures import ModelFigures

COLLECTOR = Collector[BoundedReading]("accuracy")

_games = COLLECTOR.by(
    GAME, lambda figures: named({name: figures.games[name] for name in figures.shown_games})
)
CHANCE_ACCURACY = _games.gauge(
    "lotofacil_chance_accuracy_ratio",
    "Accuracy of a random pick: numbers drawn divided by the pool.",
    lambda game: game.chance,
)


def _of_windows(figures: BoundedReading) -> Iterator[tuple[tuple[str, ...], Assessment]]:
    for model in figures.models:
        for name, window in model.windows.items():
            yield (*model.labels, name), window


def _tickets_of_windows(figures: BoundedReading) -> Iterator[tuple[tuple[str, ...], int]]:
    for model in figures.models:
        for name in model.windows:
            yield (*model.labels, name), model.tickets(name)


_windows = COLLECTOR.by((*MODEL, "window"), _of_windows)
WINDOW_DRAWS = _windows.gauge(
    "lotofacil_window_draws",
    "Draws with scored predictions in the window (it may hold fewer than it asks for).",
    lambda window: window.draws,
)
WINDOW_PREDICTIONS = COLLECTOR.by((*MODEL, "window"), _tickets_of_windows).gauge(
    "lotofacil_window_predictions",
    "Scored predictions in the window.",
    lambda tickets: tickets,
)
WINDOW_HITS = _windows.gauge(
    "lotofacil_window_hits",
    "Hits of the scored predictions in the window: accuracy's numerator.",
    lambda window: window.hits,
)
WINDOW_NUMBERS = _windows.gauge(
    "lotofacil_window_numbers_played",
    "Numbers played by the scored predictions in the window: accuracy's denominator.",
    lambda window: window.numbers,
)
WINDOW_EXPECTED_HITS = _windows.gauge(
    "lotofacil_window_expected_hits",
    "Hits that random tickets of the same sizes would have on average in the window.",
    lambda window: window.expected_hits,
)
WINDOW_HITS_VARIANCE = _windows.gauge(
    "lotofacil_window_hits_variance",
    "Variance of the window's hits at chance, with the covariance of tickets on the same draw.",
    lambda window: window.hits_sd**2,
)
ACCURACY_ZSCORE = _windows.gauge(
    "lotofacil_accuracy_zscore",
    "Hits minus expected hits, in standard deviations at chance.",
    lambda window: window.z,
)
ACCURACY_PVALUE = _windows.gauge(
    "lotofacil_accuracy_pvalue_ratio",
    "Two-sided p-value of the z-score: chance of a model at chance being this far off.",
    lambda window: window.p_two_sided,
)
ACCURACY_LOWER = _windows.gauge(
    "lotofacil_accuracy_lower_ratio",
    "Lower end of the 95 % confidence interval of accuracy, clustered by draw.",
    lambda window: window.low,
)
ACCURACY_UPPER = _windows.gauge(
    "lotofacil_accuracy_upper_ratio",
    "Upper end of the 95 % confidence interval of accuracy, clustered by draw.",
    lambda window: window.high,
)

_trends = COLLECTOR.by(MODEL, lambda figures: ((m.labels, m.trend) for m in figures.models))
ACCURACY_TREND = _trends.gauge(
    "lotofacil_accuracy_trend_ratio",
    "Slope of accuracy over the last 300 draws, as change of accuracy per 100 draws.",
    lambda trend: trend.slope,
)
ACCURACY_TREND_PVALUE = _trends.gauge(
    "lotofacil_accuracy_trend_pvalue_ratio",
    "P-value of that slope: chance of one as steep, either way, where accuracy does not change.",
    lambda trend: trend.p_value,
)


def _of_hits(figures: BoundedReading) -> Iterator[tuple[tuple[str, ...], tuple[int, float | None]]]:
    """Tickets by their hits: how many there are, and how many random ones would be."""
    for model in figures.models:
        scored, expected = model.hits, model.expected_hits
        for hits in _possible(model):
            random = expected[hits] if hits < len(expected) else None
            yield (*model.labels, str(hits)), (scored.get(hits, 0), random)


def _possible(model: ModelFigures) -> range:
    """Hits that the smallest ticket can have: for Lotofacil 5 to 15."""
    game = model.game
    return range(max(0, game.smallest + game.drawn - game.pool), game.drawn + 1)


_tickets = COLLECTOR.by((*MODEL, "hits"), _of_hits)
SCORED_PREDICTIONS = _tickets.gauge(
    "lotofacil_scored_predictions",
    "Scored predictions since the version's start by number of hits; a correction can lower it.",
    lambda tickets: tickets[0],
)
EXPECTED_PREDICTIONS = _tickets.gauge(
    "lotofacil_scored_predictions_expected",
    "How many scored predictions random tickets would have at this number of hits.",
    lambda tickets: tickets[1],
)
