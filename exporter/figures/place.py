"""Where a question about figures is asked: one view of the database, some models, a moment.

Figures that add up are read from roll-ups, or from raw rows under a filter on confidence.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from exporter.domain.games import Games
from exporter.domain.moments import DAY
from exporter.domain.periods import Period
from exporter.domain.predictions import MILLION
from exporter.domain.queries import LONGEST_RAW_PERIOD
from exporter.figures.scope import Breakdown, Scope
from exporter.storage.read_figures import RollupCell, hourly_cells, period_cells
from exporter.storage.read_raw import RawSelection, raw_cells, raw_scores
from exporter.storage.read_scores import ScoreRow, scores_in

#: Longest period whose hours are read one by one.
LONGEST_HOURLY_PERIOD = 400 * DAY


class TooMuchToRead(ValueError):
    """A query whose cost would not be bounded; `parameter` is the one to change."""

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"{parameter}: {reason}")
        self.parameter = parameter
        self.reason = reason


@dataclass(frozen=True)
class Place:
    """`now` in microseconds; what is read of a breakdown's models raises TooMuchToRead."""

    connection: Connection
    games: Games
    scope: Scope
    now: int

    def scores(self, breakdown: Breakdown, period: Period) -> Iterable[ScoreRow]:
        """How the models did on the draws held in the period."""
        if not self.scope.selection.needs_raw_rows:
            return scores_in(self.connection, breakdown.models, period)
        parts = self._raw(breakdown.models, period)
        return [row for part in parts for row in raw_scores(self.connection, part, period)]

    def cells(
        self, breakdown: Breakdown, period: Period, measures: Sequence[str]
    ) -> Iterator[RollupCell]:
        """The cells of the models in a period of whole hours."""
        models = breakdown.models
        if self.scope.selection.needs_raw_rows:
            for part in self._raw(models, period):
                yield from raw_cells(self.connection, part, measures, period)
        elif breakdown.by_time:
            if period.length > LONGEST_HOURLY_PERIOD:
                reason = "hours and days can be told apart for at most 400 days"
                raise TooMuchToRead("group_by", reason)
            yield from hourly_cells(self.connection, models, measures, period)
        else:
            yield from period_cells(self.connection, models, measures, period)

    def _raw(self, models: Sequence[int], period: Period) -> Iterator[RawSelection]:
        """The raw rows that a filter on confidence means, game by game."""
        if period.length > LONGEST_RAW_PERIOD:
            days = LONGEST_RAW_PERIOD // DAY
            raise TooMuchToRead("time_range", f"a filter on confidence takes at most {days} days")
        least = self.scope.selection.confidence_min or 0
        most = self.scope.selection.confidence_max
        for game_id, name in self.scope.games().items():
            of_game = [model for model in models if self.scope.by_id[model].game_id == game_id]
            if name in self.games:
                bounds = (least, MILLION if most is None else most)
                yield RawSelection(game_id, self.games[name].pool, of_game, *bounds)
