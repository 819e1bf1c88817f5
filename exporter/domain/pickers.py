"""Simple models that make tickets for a draw from earlier draws only.

Each gives every number a weight. A draw's first ticket holds the numbers that weigh most; more
tickets, and all of the random model's, are weighted random samples. The same seed, model and
draw give the same tickets, whatever was asked for before.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from exporter.domain.games import Game

#: How many draws the model `recent` looks back.
RECENT = 50


class UnknownModel(LookupError):
    """No simple model has this name."""

    def __init__(self, name: object) -> None:
        super().__init__(f"model {name!r} is not known; known models: {', '.join(PICKERS)}")


@dataclass
class History:
    """What the draws so far say about each number: `counts`, `recent` and `last_seen`.

    `last_seen` is how many draws had been added when the number was last drawn (0: never).
    """

    game: Game
    draws: int = 0
    counts: list[int] = field(init=False)
    recent: list[int] = field(init=False)
    last_seen: list[int] = field(init=False)
    _window: deque[tuple[int, ...]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Starts with no draw known."""
        zeros = [0] * self.game.pool
        self.counts, self.recent, self.last_seen = zeros, zeros.copy(), zeros.copy()

    def add(self, numbers: Iterable[int]) -> None:
        """Learn one more draw's numbers."""
        self.draws += 1
        places = tuple(number - self.game.first for number in numbers)
        self._window.append(places)
        for place in places:
            self.counts[place] += 1
            self.recent[place] += 1
            self.last_seen[place] = self.draws
        if len(self._window) > RECENT:
            for place in self._window.popleft():
                self.recent[place] -= 1


@dataclass(frozen=True, slots=True)
class Picker:
    """A model: its name, its role and how it weighs the numbers (`None`: all alike)."""

    name: str
    role: str
    weigh: Callable[[History], Sequence[float]] | None

    def pick(self, history: History, draw_number: int, tickets: int, seed: int) -> list[list[int]]:
        """`tickets` of the game's smallest size for a draw, each with its numbers ascending."""
        return [self._ticket(history, draw_number, at, seed) for at in range(tickets)]

    def _ticket(self, history: History, draw_number: int, at: int, seed: int) -> list[int]:
        game = history.game
        weights = self.weigh(history) if self.weigh else [1.0] * game.pool
        if at or not self.weigh:
            weights = _shuffled(weights, Random(f"{seed} {self.name} {draw_number} {at}"))  # noqa: S311 - a game
        heaviest = sorted(range(game.pool), key=lambda place: -weights[place])
        return sorted(game.first + place for place in heaviest[: game.smallest])


def _shuffled(weights: Sequence[float], random: Random) -> list[float]:
    """Keys whose order is a weighted random sample without replacement (Efraimidis, Spirakis)."""
    return [random.random() ** (1.0 / (weight + 1.0)) for weight in weights]


_KNOWN = (
    Picker("frequency", "model", lambda history: history.counts),
    Picker("recent", "model", lambda history: history.recent),
    Picker("previous", "model", lambda history: history.last_seen),
    Picker("random", "control", None),
)
PICKERS: dict[str, Picker] = {picker.name: picker for picker in _KNOWN}


def picker(name: str) -> Picker:
    """The model of this name; raises UnknownModel."""
    try:
        return PICKERS[name]
    except KeyError:
        raise UnknownModel(name) from None


def simulated_draw(game: Game, number: int, seed: int) -> list[int]:
    """The numbers of a draw that never took place, ascending; the same for the same seed."""
    random = Random(f"{seed} draw {number}")  # noqa: S311 - a game
    return sorted(random.sample(sorted(game.numbers), game.drawn))
