"""The demonstration feed: invented models that play invented draws, quickly.

Everything is recorded under the game `demo`, by the calls of a live predictor. The version in
use at first, demo-v1, hits less than chance and promises more than it hits, so that alerts fire
and a training run is asked for; the version that comes out of it plays like chance.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from exporter.domain.definitions import DEMO
from exporter.domain.pickers import PICKERS, History, simulated_draw
from exporter.recording.accuracy_tracker import AccuracyTracker
from exporter.recording.destination import DestinationUnavailable
from exporter.recording.metrics_service import MetricsService
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage.read_draws import last_number
from exporter.storage.read_models import read_models
from exporter.storage.removal import remove_game

FIRST_VERSION = "demo-v1"
#: Draws that a new demonstration begins with, one an hour up to now.
PAST_DRAWS = 60
_SEED = 1
_TICKETS = 3
_FAILING_SHARE = 0.04
#: How heavily the first version plays a number that will be drawn; 1 would be chance.
_BAD_LUCK = 0.65


@dataclass(frozen=True, slots=True)
class _Player:
    """A model of the demonstration and what it does before a draw."""

    version: str
    role: str
    confidence: float
    tickets: Callable[[int], list[list[int]]]


@dataclass(frozen=True, slots=True)
class Feed:
    """Plays draw after draw; the numbers of both come from a fixed seed."""

    metrics: MetricsService
    tracker: AccuracyTracker
    database: PreparedDatabase
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _history: History = field(default_factory=lambda: History(DEMO), init=False)

    def start(self) -> None:
        """Goes on after the last recorded draw, or begins with a past of two days and a half.

        Raises DestinationUnavailable.
        """
        for number in range(1, self._last_number() + 1):
            self._history.add(simulated_draw(DEMO, number, _SEED))
        if not self._history.draws:
            self.metrics.update_model_version(FIRST_VERSION, DEMO.name)
            for hours in range(PAST_DRAWS, 0, -1):
                self._play(self.now() - timedelta(hours=hours), timedelta(minutes=10))

    def play(self, lead: timedelta) -> None:
        """One draw now, with tickets made `lead` before it, and now and then a failure."""
        random = Random(f"{_SEED} failure {self._history.draws}")  # noqa: S311 - for show
        if random.random() < _FAILING_SHARE:
            self.metrics.record_failure(
                DEMO.name, "demonstration of a failed call", self._version(), latency=1.5
            )
        self._play(self.now(), lead)

    def _play(self, drawn_at: datetime, lead: timedelta) -> None:
        number = self._history.draws + 1
        self.metrics.record_predictions(self._predictions(number, drawn_at - lead))
        numbers = simulated_draw(DEMO, number, _SEED)
        self.tracker.record_result(DEMO.name, number, numbers, drawn_at, recorded_by="demo")
        self._history.add(numbers)

    def _predictions(self, number: int, predicted_at: datetime) -> Iterator[dict[str, Any]]:
        for player in self._players():
            random = Random(f"{_SEED} latency {number} {player.version}")  # noqa: S311 - for show
            for ticket in player.tickets(number):
                yield {
                    "game_type": DEMO.name,
                    "numbers": ticket,
                    "confidence": player.confidence,
                    "model_version": player.version,
                    "role": player.role,
                    "draw_number": number,
                    "predicted_at": predicted_at,
                    "latency": random.lognormvariate(-3.5, 0.6),
                }

    def _players(self) -> Iterator[_Player]:
        version = self._version()
        if version == FIRST_VERSION:
            yield _Player(version, "model", 0.85, _unlucky)
        else:
            yield _Player(version, "model", DEMO.chance, self._tickets_of("recent"))
        yield _Player("demo-frequency", "model", DEMO.chance, self._tickets_of("frequency"))
        yield _Player("demo-random", "control", DEMO.chance, self._tickets_of("random"))

    def _tickets_of(self, name: str) -> Callable[[int], list[list[int]]]:
        return lambda number: PICKERS[name].pick(self._history, number, _TICKETS, _SEED)

    def _version(self) -> str:
        """The version in use: a training run may have put another one there."""
        try:
            with self.database.reading() as connection:
                rows = [row for row in read_models(connection) if row.game == DEMO.name]
        except DestinationUnavailable:
            return FIRST_VERSION
        promoted = (row.version for row in rows if row.active and row.promoted)
        return next(promoted, FIRST_VERSION)

    def _last_number(self) -> int:
        with self.database.reading() as connection:
            return last_number(connection, DEMO.name) or 0


def clear(database: PreparedDatabase) -> int:
    """Takes the demonstration out; how many rows went. Raises DestinationUnavailable."""
    with database.writing() as connection:
        return remove_game(connection, DEMO.name)


def _unlucky(number: int) -> list[list[int]]:
    """Tickets that avoid what will be drawn, which only a demonstration can know."""
    random = Random(f"{_SEED} unlucky {number}")  # noqa: S311 - for show
    drawn = set(simulated_draw(DEMO, number, _SEED))
    weights = {ball: _BAD_LUCK if ball in drawn else 1.0 for ball in sorted(DEMO.numbers)}
    return [_sample(weights, random) for _ in range(_TICKETS)]


def _sample(weights: Mapping[int, float], random: Random) -> list[int]:
    keys = {ball: random.random() ** (1 / weight) for ball, weight in weights.items()}
    return sorted(sorted(keys, key=keys.__getitem__)[-DEMO.smallest :])
