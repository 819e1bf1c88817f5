"""The frequency model: how often each number was drawn, newer draws counting more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exporter.domain.games import Game

FORMAT = 1
#: After this many draws a draw counts half.
HALF_LIFE = 200
#: The weight of chance, in draws: without it few draws would make bold models.
PRIOR = 100


@dataclass(frozen=True, slots=True)
class TrainingDraws:
    """What a model was made from: the draws' numbers, oldest first, and their draw numbers."""

    first: int
    last: int
    draws: Sequence[Sequence[int]]


def train(game: Game, training: TrainingDraws) -> dict[int, float]:
    """For each number the estimated probability to be drawn; they sum to the numbers drawn."""
    count = len(training.draws)
    ages = [0.5 ** ((count - 1 - at) / HALF_LIFE) for at in range(count)]
    total = PRIOR + sum(ages)
    weights = dict.fromkeys(sorted(game.numbers), PRIOR * game.chance)
    for weight, numbers in zip(ages, training.draws, strict=True):
        for number in numbers:
            weights[number] += weight
    return {number: weight / total for number, weight in weights.items()}


def document(
    game: Game, training: TrainingDraws, *, version: str, trained_at: str, seed: int
) -> dict[str, Any]:
    """The model as plain JSON values. `seed` is for whoever draws tickets by the weights."""
    weights = train(game, training)
    draws = {"count": len(training.draws), "first": training.first, "last": training.last}
    return {
        "format": FORMAT,
        "kind": "frequency",
        "game": game.name,
        "model_version": version,
        "trained_at": trained_at,
        "draws": draws,
        "half_life_draws": HALF_LIFE,
        "seed": seed,
        "weights": {str(number): round(weight, 9) for number, weight in weights.items()},
    }
