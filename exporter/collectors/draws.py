"""Draw results: the newest, the missing, the next one due."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.collectors.figures import Figures
from exporter.domain.moments import SECOND, from_micros
from exporter.domain.statistics import frequency
from exporter.storage.draws import drawn_measure


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `draws`; a game without a result has only its counters."""
    reading, games = figures.reading, figures.shown_games
    totals = reading.game_totals
    for metric, measure in (
        (catalog.DRAW_RESULTS, "draw_results"),
        (catalog.DRAW_CORRECTIONS, "draw_corrections"),
    ):
        yield family(metric, [((g,), totals.get(g, {}).get(measure, 0)) for g in games])
    known = [(name, draws) for name, draws in reading.draws.items() if name in games]
    yield family(catalog.DRAW_LAST_NUMBER, [((name,), d.last_number) for name, d in known])
    yield family(catalog.DRAW_LAST, [((name,), d.last_at / SECOND) for name, d in known])
    yield family(catalog.DRAWS_MISSING, [((name,), d.missing) for name, d in known])
    next_due = ((name, figures.games[name].next_due(from_micros(d.last_at))) for name, d in known)
    yield family(catalog.DRAW_NEXT, [((name,), at.timestamp()) for name, at in next_due if at])
    yield family(
        catalog.DRAW_CHI_SQUARE_PVALUE,
        [((name,), p) for name, _ in known if (p := _frequency(figures, name)) is not None],
    )


def _frequency(figures: Figures, game: str) -> float | None:
    totals, rules = figures.reading.game_totals.get(game, {}), figures.games[game]
    found = frequency(rules.drawn, [totals.get(drawn_measure(k), 0) for k in range(rules.pool)])
    return found.p_value if found else None
