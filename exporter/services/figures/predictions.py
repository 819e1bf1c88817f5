"""How many predictions there are, what they claim, and which numbers they choose."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from exporter.catalog import CONFIDENCE_BUCKETS
from exporter.domain.games import Game, Games
from exporter.domain.periods import Period
from exporter.services.figures.cells import add_up, bucket_counts, mean, read_cells
from exporter.services.figures.scope import Breakdown, GroupKey, Scope, group
from exporter.storage.read_figures import Cell

MEASURES = ("predictions", "failures", "confidence", "confidence_sum", "held")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ConfidenceBucket:
    """Predictions with a confidence above the bucket before and at most `le` (ratio)."""

    le: float
    predictions: int


@dataclass(frozen=True, slots=True)
class NumberFigures:
    """How often a number was chosen: tickets that hold it, and their share of all tickets."""

    number: int
    tickets: int
    share: float


@dataclass(frozen=True, slots=True)
class Patterns:
    """The numbers chosen most and least often, most telling first."""

    most_chosen: Sequence[int]
    least_chosen: Sequence[int]


@dataclass(frozen=True, slots=True)
class PredictionFigures:
    """Predictions of a period; `numbers` and `patterns` by game."""

    volume: int
    failures: int
    confidence_average: float | None
    confidence_distribution: Sequence[ConfidenceBucket]
    numbers: Mapping[str, Sequence[NumberFigures]]
    patterns: Mapping[str, Patterns]


class PredictionsReader:
    """Volume and choices over periods of whole hours."""

    def __init__(self, games: Games) -> None:
        self._games = games

    def over(
        self, connection: Connection, scope: Scope, breakdown: Breakdown, period: Period
    ) -> list[tuple[GroupKey, PredictionFigures]]:
        """Figures of the period, group by group."""
        cells = read_cells(connection, self._games, scope, breakdown, period, MEASURES)
        grouped = group(cells, lambda cell: breakdown.key(cell.model_id, cell.start))
        return [(key, self.figures(scope, members)) for key, members in grouped]

    def nothing(self, scope: Scope) -> PredictionFigures:
        """Figures where nothing was predicted."""
        return self.figures(scope, [])

    def figures(self, scope: Scope, cells: Sequence[Cell]) -> PredictionFigures:
        """Figures out of cells."""
        sums = add_up(cells)
        counts = bucket_counts(sums, "confidence", CONFIDENCE_BUCKETS)
        numbers = self._numbers(scope, cells)
        return PredictionFigures(
            volume=sums["predictions", 0],
            failures=sums["failures", 0],
            confidence_average=mean(sums, "confidence", sum(counts)),
            confidence_distribution=[
                ConfidenceBucket(*pair) for pair in zip(CONFIDENCE_BUCKETS, counts, strict=False)
            ],
            numbers=numbers,
            patterns={game: _patterns(figures) for game, figures in numbers.items()},
        )

    def _numbers(self, scope: Scope, cells: Sequence[Cell]) -> dict[str, Sequence[NumberFigures]]:
        found: dict[str, Sequence[NumberFigures]] = {}
        for game_id, name in scope.games().items():
            of_game = [cell for cell in cells if scope.by_id[cell.model_id].game_id == game_id]
            if of_game and name in self._games:
                found[name] = _held(self._games[name], add_up(of_game))
        return found


def _held(game: Game, sums: Counter[tuple[str, int]]) -> list[NumberFigures]:
    tickets = sums["predictions", 0]
    held = ((game.first + k, sums["held", k]) for k in range(game.pool))
    return [NumberFigures(number, n, n / tickets if tickets else 0.0) for number, n in held]


def _patterns(numbers: Sequence[NumberFigures]) -> Patterns:
    ordered = [one.number for one in sorted(numbers, key=lambda one: (-one.tickets, one.number))]
    return Patterns(ordered[:_SHOWN], ordered[: -_SHOWN - 1 : -1])
