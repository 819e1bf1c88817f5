"""Predictions that arrive when their draw's result is known already."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from exporter.domain.games import Game
from exporter.domain.matching import is_eligible
from exporter.domain.scoring import DrawScore, Ticket
from exporter.domain.scoring import score as score_tickets
from exporter.domain.tickets import joined
from exporter.storage import evidence, scores
from exporter.storage.rows import Values
from exporter.storage.scores import Draw
from exporter.storage.ticket_draws import TicketDraws


class Arrival(NamedTuple):
    """What scoring needs of a prediction, as its row has it."""

    model_id: int
    predicted_at: int
    draw_number: int | None
    numbers: int
    numbers_high: int | None
    confidence: int | None

    @property
    def ticket(self) -> Ticket:
        """The numbers and the confidence."""
        return joined(self.numbers, self.numbers_high), self.confidence


def by_draw(rows: Values, draws: TicketDraws) -> dict[Draw, list[Arrival]]:
    """The rows whose draw is known, by draw; `rows` are the columns as ingest writes them."""
    assigned: dict[Draw, list[Arrival]] = defaultdict(list)
    if draws:
        for values in zip(*(rows[name] for name in Arrival._fields), strict=True):
            arrival = Arrival._make(values)
            if draw := draws.of(arrival.predicted_at, arrival.draw_number):
                assigned[draw].append(arrival)
    return assigned


def score(connection: Connection, game: Game, late: Mapping[Draw, list[Arrival]]) -> None:
    """Adds late rows to their draws' scores, without reading the ones that were there."""
    for draw, arrivals in late.items():
        by_model: dict[int, list[Arrival]] = defaultdict(list)
        for arrival in arrivals:
            by_model[arrival.model_id].append(arrival)
        before = scores.stored_scores(connection, draw)
        changed = {model: _score(members, draw, game.pool) for model, members in by_model.items()}
        for model in changed.keys() & before.keys():
            changed[model] += before[model].score
        scores.put(connection, game, draw, changed, before)
    # Once for all of them: each reads all of a model's draws.
    for model in sorted({arrival.model_id for arrivals in late.values() for arrival in arrivals}):
        evidence.renew(connection, model)


def _score(arrivals: Sequence[Arrival], draw: Draw, pool: int) -> DrawScore:
    in_time = [a.ticket for a in arrivals if is_eligible(a.predicted_at, draw.drawn_at)]
    late = len(arrivals) - len(in_time)
    return score_tickets(in_time, draw.numbers, pool) + DrawScore(ineligible=late)
