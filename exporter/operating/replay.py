"""Replaying draws: tickets made before each draw from earlier ones, then its result.

Everything goes through the same calls as a live predictor's. Keys are made from the model, seed,
draw and ticket, so that replaying again records nothing twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

from exporter.domain.draw_records import DrawRecord
from exporter.domain.fates import Fates
from exporter.domain.games import Game
from exporter.domain.pickers import History, Picker
from exporter.domain.results import InvalidResult
from exporter.domain.statistics.baseline import Assessment, DrawTotals, WindowSums, assess
from exporter.outbound.exporter_client import ExporterRefused
from exporter.storage.draws import DrawIsClosed

#: How long before its draw a ticket is made.
LEAD_TIME = timedelta(hours=1)


#: Take tickets, and a result: those of a MetricsService and an AccuracyTracker, or as these do.
RecordPredictions = Callable[[Iterable[Mapping[str, Any]]], Fates]
RecordResult = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which draws are replayed: from and to a number or a day, both included; None: no bound."""

    first: int | date | None = None
    last: int | date | None = None

    def hold(self, draw: DrawRecord) -> bool:
        """Whether the draw lies between the bounds."""
        after = self.first is None or _distance(draw, self.first) >= 0
        return after and (self.last is None or _distance(draw, self.last) <= 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is replayed with which models; `confidence` is what they claim (0-1)."""

    game: Game
    models: tuple[Picker, ...]
    confidence: float
    bounds: Bounds = Bounds()
    tickets: int = 1
    seed: int = 0
    batch: int = 1000

    @property
    def draws_at_once(self) -> int:
        """Draws whose tickets fill a batch."""
        return max(1, self.batch // (self.tickets * len(self.models)))

    def version(self, model: Picker) -> str:
        """The model version recorded: one version claims one confidence."""
        honest = self.confidence == self.game.chance
        return model.name if honest else f"{model.name}-{self.confidence:g}"


@dataclass(slots=True)
class Tally:
    """How one model did so far."""

    model: Picker
    tickets: int = 0
    sums: WindowSums = field(default_factory=WindowSums)

    def assess(self, game: Game) -> Assessment:
        """Its figures beside chance."""
        return assess(game.pool, game.drawn, self.sums)


@dataclass(frozen=True, slots=True)
class _Round:
    """One draw and the tickets that each model made before it."""

    draw: DrawRecord
    tickets: Mapping[str, list[list[int]]]


class Replay:
    """One run over a record of draws; `tallies` can be read at any time.

    `conflicts` counts tickets that were recorded before with other numbers; `refused` says
    which results could not be recorded and why.
    """

    def __init__(
        self, plan: Plan, record_predictions: RecordPredictions, record_result: RecordResult
    ) -> None:
        self.conflicts = 0
        self.refused: list[str] = []
        self.tallies = {model.name: Tally(model) for model in plan.models}
        self._plan = plan
        self._record_predictions = record_predictions
        self._record = record_result

    def steps(self, draws: Iterable[DrawRecord]) -> Iterator[None]:
        """Replays the draws (ascending) within the bounds, a step for each.

        Tickets of several draws are written at once, each still before its draw's result.
        """
        rounds = self._rounds(draws)
        while together := list(islice(rounds, self._plan.draws_at_once)):
            self._record_tickets(together)
            for round_ in together:
                self._record_result(round_.draw)
                self._count(round_)
                yield

    def _rounds(self, draws: Iterable[DrawRecord]) -> Iterator[_Round]:
        plan = self._plan
        history = History(plan.game)
        for draw in draws:
            if plan.bounds.hold(draw):
                picked = {
                    model.name: model.pick(history, draw.number, plan.tickets, plan.seed)
                    for model in plan.models
                }
                yield _Round(draw, picked)
            history.add(draw.numbers)

    def _record_tickets(self, rounds: Iterable[_Round]) -> None:
        batch = [
            prediction
            for round_ in rounds
            for model in self._plan.models
            for prediction in self._described(round_, model)
        ]
        self.conflicts += len(self._record_predictions(batch).conflicts)

    def _described(self, round_: _Round, model: Picker) -> Iterator[dict[str, Any]]:
        plan, draw = self._plan, round_.draw
        key = f"replay {plan.game.name} {plan.version(model)} {plan.seed}"
        for at, numbers in enumerate(round_.tickets[model.name]):
            yield {
                "game_type": plan.game.name,
                "numbers": numbers,
                "confidence": plan.confidence,
                "model_version": plan.version(model),
                "draw_number": draw.number,
                "predicted_at": plan.game.calendar.moment(draw.day) - LEAD_TIME,
                "role": model.role,
                "idempotency_key": f"{key} {draw.number} {at}",
            }

    def _record_result(self, draw: DrawRecord) -> None:
        prizes = {hits: cents / 100 for hits, cents in draw.prizes.items()} or None
        result = (self._plan.game.name, draw.number, draw.numbers, draw.day)
        try:
            self._record(*result, prizes=prizes, recorded_by="replay", strict=True)
        except (DrawIsClosed, InvalidResult, ExporterRefused) as error:
            self.refused.append(str(error))

    def _count(self, round_: _Round) -> None:
        game, drawn = self._plan.game, frozenset(round_.draw.numbers)
        for name, tickets in round_.tickets.items():
            held = [sum(number in ticket for ticket in tickets) for number in sorted(game.numbers)]
            hits = sum(len(drawn.intersection(ticket)) for ticket in tickets)
            tally = self.tallies[name]
            tally.tickets += len(tickets)
            tally.sums = tally.sums.plus(DrawTotals.of(held, hits))


def _distance(draw: DrawRecord, bound: int | date) -> int:
    """Draws or days from the bound to the draw."""
    return (draw.day - bound).days if isinstance(bound, date) else draw.number - bound
