"""How many predictions there are, what they claim, and which numbers they choose."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporter.domain.games import Game, Games
from exporter.domain.lifetime import CONFIDENCE_BUCKETS
from exporter.figures.cells import add_up, bucket_counts, mean
from exporter.figures.scope import Scope
from exporter.storage.read_figures import RollupCell

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


def predictions(games: Games, scope: Scope, cells: Sequence[RollupCell]) -> PredictionFigures:
    """Figures out of cells."""
    sums = add_up(cells)
    counts = bucket_counts(sums, "confidence", CONFIDENCE_BUCKETS)
    numbers = _numbers(games, scope, cells)
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


def _numbers(
    games: Games, scope: Scope, cells: Sequence[RollupCell]
) -> dict[str, Sequence[NumberFigures]]:
    by_game: dict[str, list[RollupCell]] = defaultdict(list)
    for cell in cells:
        by_game[scope.by_id[cell.model_id].game].append(cell)
    return {name: _held(games[name], add_up(by_game[name])) for name in by_game if name in games}


def _held(game: Game, sums: Counter[tuple[str, int]]) -> list[NumberFigures]:
    tickets = sums["predictions", 0]
    held = ((game.first + k, sums["held", k]) for k in range(game.pool))
    return [NumberFigures(number, n, n / tickets if tickets else 0.0) for number, n in held]


def _patterns(numbers: Sequence[NumberFigures]) -> Patterns:
    ordered = [figures.number for figures in sorted(numbers, key=lambda n: (-n.tickets, n.number))]
    return Patterns(ordered[:_SHOWN], ordered[: -_SHOWN - 1 : -1])
