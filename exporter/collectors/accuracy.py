"""Accuracy beside chance, by windows of draws, and the distribution of hits."""

from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.collectors.figures import Figures, ModelFigures, Window
from exporter.domain.statistics import expected_hits_distribution

_READERS: tuple[tuple[catalog.Metric, Callable[[Window], float | None]], ...] = (
    (catalog.WINDOW_DRAWS, lambda w: w.assessment.draws),
    (catalog.WINDOW_PREDICTIONS, lambda w: w.predictions),
    (catalog.WINDOW_HITS, lambda w: w.assessment.hits),
    (catalog.WINDOW_NUMBERS, lambda w: w.assessment.numbers),
    (catalog.WINDOW_EXPECTED_HITS, lambda w: w.assessment.expected_hits),
    (catalog.WINDOW_HITS_VARIANCE, lambda w: w.assessment.hits_sd**2),
    (catalog.ACCURACY_ZSCORE, lambda w: w.assessment.z),
    (catalog.ACCURACY_PVALUE, lambda w: w.assessment.p_two_sided),
    (catalog.ACCURACY_LOWER, lambda w: w.assessment.low),
    (catalog.ACCURACY_UPPER, lambda w: w.assessment.high),
)


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `accuracy`; a figure that a window cannot give is left out."""
    chances = [((name,), figures.games[name].chance) for name in figures.shown_games]
    yield family(catalog.CHANCE_ACCURACY, chances)
    for metric, read in _READERS:
        yield family(
            metric,
            [
                ((*model.labels, name), value)
                for model in figures.models
                for name, window in model.windows.items()
                if (value := read(window)) is not None
            ],
        )
    trends = [(m.labels, m.trend) for m in figures.models if m.trend is not None]
    slopes = [(labels, t.slope) for labels, t in trends if t.slope is not None]
    yield family(catalog.ACCURACY_TREND, slopes)
    doubts = [(labels, t.p_value) for labels, t in trends if t.p_value is not None]
    yield family(catalog.ACCURACY_TREND_PVALUE, doubts)
    yield family(catalog.SCORED_PREDICTIONS, _by_hits(figures, _observed))
    yield family(catalog.EXPECTED_PREDICTIONS, _by_hits(figures, _expected))


def _by_hits(
    figures: Figures, count: Callable[[ModelFigures], dict[int, float]]
) -> list[tuple[tuple[str, ...], float]]:
    return [
        ((*model.labels, str(hits)), value)
        for model in figures.models
        for hits, value in sorted(count(model).items())
    ]


def _observed(model: ModelFigures) -> dict[int, float]:
    return {**dict.fromkeys(_possible(model), 0), **model.lifetime.tickets_by_hits()}


def _expected(model: ModelFigures) -> dict[int, float]:
    sizes = model.lifetime.tickets_by_size()
    expected = expected_hits_distribution(model.game.pool, model.game.drawn, sizes)
    return {hits: value for hits, value in enumerate(expected) if hits in _possible(model)}


def _possible(model: ModelFigures) -> range:
    """Hits that the smallest ticket can have: for Lotofacil 5 to 15."""
    game = model.game
    return range(max(0, game.smallest + game.drawn - game.pool), game.drawn + 1)
