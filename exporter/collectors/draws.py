"""Draw results: the newest, the missing, the next one due."""

from collections.abc import Iterator, Mapping

from exporter.collectors.bounded_reading import BoundedReading
from exporter.collectors.declarations import GAME, Collector
from exporter.domain.games import Game
from exporter.domain.moments import SECOND, from_micros
from exporter.domain.statistics.frequency import frequency
from exporter.storage.draws import drawn_measure
from exporter.storage.snapshot import DrawSeries

COLLECTOR = Collector[BoundedReading]("draws")
_Totals = Mapping[str, int]


def _of_games(figures: BoundedReading) -> Iterator[tuple[tuple[str], tuple[Game, _Totals]]]:
    for name in figures.shown_games:
        yield (name,), (figures.games[name], figures.reading.game_totals.get(name, {}))


def _with_results(figures: BoundedReading) -> Iterator[tuple[tuple[str], tuple[Game, DrawSeries]]]:
    for name in figures.shown_games:
        if draws := figures.reading.draws.get(name):
            yield (name,), (figures.games[name], draws)


def _next_due(game: Game, draws: DrawSeries) -> float | None:
    moment = game.next_due(from_micros(draws.last_at))
    return moment.timestamp() if moment else None


def _frequency(game: Game, totals: Mapping[str, int]) -> float | None:
    counts = [totals.get(drawn_measure(number), 0) for number in range(game.pool)]
    drawn = frequency(game.drawn, counts)
    return drawn.p_value if drawn else None


_games = COLLECTOR.by(GAME, _of_games)
DRAW_RESULTS = _games.counter(
    "lotofacil_draw_results",
    "Draw results recorded over the database's lifetime.",
    lambda game: game[1].get("draw_results", 0),
)
DRAW_CORRECTIONS = _games.counter(
    "lotofacil_draw_corrections",
    "Draw results that were corrected after they had been recorded.",
    lambda game: game[1].get("draw_corrections", 0),
)
DRAW_CHI_SQUARE_PVALUE = _games.gauge(
    "lotofacil_draw_frequency_pvalue_ratio",
    "P-value of the drawn numbers' frequencies (corrected chi-square): a check of the feed.",
    lambda game: _frequency(*game),
)

_results = COLLECTOR.by(GAME, _with_results)
DRAW_LAST_NUMBER = _results.gauge(
    "lotofacil_draw_last_number",
    "Number of the newest draw with a result.",
    lambda game: game[1].last_number,
)
DRAW_LAST = _results.gauge(
    "lotofacil_draw_last_timestamp_seconds",
    "Time of the newest draw with a result.",
    lambda game: game[1].last_at / SECOND,
)
DRAW_NEXT = _results.gauge(
    "lotofacil_draw_next_timestamp_seconds",
    "First scheduled draw after the newest result; long past: overdue. None of invented games.",
    lambda game: _next_due(*game),
)
DRAWS_MISSING = _results.gauge(
    "lotofacil_draws_missing",
    "Draw numbers between the first and the newest result that have no result.",
    lambda game: game[1].missing,
)
