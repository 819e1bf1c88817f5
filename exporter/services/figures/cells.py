"""Where additive figures come from: roll-ups, or raw rows under a filter on confidence."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from exporter.domain.games import Games
from exporter.domain.moments import DAY
from exporter.domain.periods import Period
from exporter.domain.predictions import MILLION
from exporter.domain.queries import LONGEST_RAW_PERIOD
from exporter.services.figures.scope import Breakdown, Scope
from exporter.storage.read_figures import Cell, hourly_cells, period_cells
from exporter.storage.read_raw import RawSelection, raw_cells

#: Longest period whose hours are read one by one.
LONGEST_HOURLY_PERIOD = 400 * DAY


class TooMuchToRead(ValueError):
    """A query whose cost would not be bounded; `parameter` is the one to change."""

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"{parameter}: {reason}")
        self.parameter = parameter
        self.reason = reason


def read_cells(
    connection: Connection,
    games: Games,
    scope: Scope,
    breakdown: Breakdown,
    period: Period,
    measures: Sequence[str],
) -> Iterator[Cell]:
    """The cells of a breakdown's models in a period of whole hours; raises TooMuchToRead."""
    models = breakdown.models
    if scope.selection.needs_raw_rows:
        for selection in raw_selections(games, scope, models, period):
            yield from raw_cells(connection, selection, measures, period)
    elif breakdown.by_time:
        if period.length > LONGEST_HOURLY_PERIOD:
            raise TooMuchToRead("group_by", "hours and days can be told apart for at most 400 days")
        yield from hourly_cells(connection, models, measures, period)
    else:
        yield from period_cells(connection, models, measures, period)


def raw_selections(
    games: Games, scope: Scope, models: Sequence[int], period: Period
) -> Iterator[RawSelection]:
    """The raw rows that a filter on confidence means, game by game; raises TooMuchToRead."""
    if period.length > LONGEST_RAW_PERIOD:
        days = LONGEST_RAW_PERIOD // DAY
        raise TooMuchToRead("time_range", f"a filter on confidence takes at most {days} days")
    least = scope.selection.confidence_min or 0
    most = scope.selection.confidence_max
    for game_id, name in scope.games().items():
        of_game = [model for model in models if scope.by_id[model].game_id == game_id]
        if name in games:
            pool = games[name].pool
            yield RawSelection(game_id, pool, of_game, least, MILLION if most is None else most)


def add_up(cells: Iterable[Cell]) -> Counter[tuple[str, int]]:
    """Sums by (measure, bucket)."""
    sums: Counter[tuple[str, int]] = Counter()
    for cell in cells:
        sums[cell.measure, cell.bucket] += cell.value
    return sums


def bucket_counts(
    sums: Counter[tuple[str, int]], measure: str, bounds: Sequence[float]
) -> list[int]:
    """The counts of a histogram's buckets, the one above the last bound included."""
    return [sums[measure, bucket] for bucket in range(len(bounds) + 1)]


def mean(sums: Counter[tuple[str, int]], measure: str, samples: int) -> float | None:
    """The mean of a distribution whose sum is kept in millionths (or microseconds)."""
    return sums[f"{measure}_sum", 0] / samples / MILLION if samples else None
