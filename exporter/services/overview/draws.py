"""Reading the record of draws: is it complete, and is it up to date?"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from exporter.domain.games import Game
from exporter.domain.moments import from_micros, to_micros
from exporter.domain.statistics import frequency
from exporter.domain.tickets import decode
from exporter.services.overview.shapes import Draws, RecentDraw
from exporter.storage.draws import missing
from exporter.storage.read_draws import DrawRow, read_draws
from exporter.storage.read_scores import ScoreRow, scores_of_draws

#: Results are published some time after the draw.
GRACE = timedelta(hours=6)
#: Draws whose numbers are counted.
COUNTED = 1000
_SHOWN = 8


def read_draw_state(connection: Connection, game: Game, models: Sequence[int], now: int) -> Draws:
    """The record of a game's draws at `now`, the last ones with the tickets of `models`."""
    rows = read_draws(connection, [game.name], None, None, COUNTED)
    if not rows:
        return Draws(0, None, None, None, 0, 0, None, ())
    next_at = game.next_due(from_micros(rows[0].drawn_at))
    return Draws(
        results=len(rows),
        last_number=rows[0].number,
        last_at=rows[0].drawn_at,
        next_at=to_micros(next_at) if next_at else None,
        overdue=overdue(game, rows[0].drawn_at, now),
        missing=missing(connection, rows[0].game_id),
        frequency=frequency(game.drawn, _counts(game, rows)),
        recent=_recent(connection, game, rows[:_SHOWN], models),
    )


def overdue(game: Game, last_at: int, now: int) -> int:
    """Scheduled draws after the last result whose own results should be there by `now`."""
    if game.invented:
        return 0
    return game.calendar.count_between(from_micros(last_at), from_micros(now) - GRACE)


def _counts(game: Game, rows: list[DrawRow]) -> list[int]:
    return [sum(row.numbers >> k & 1 for row in rows) for k in range(game.pool)]


def _recent(
    connection: Connection, game: Game, rows: Sequence[DrawRow], models: Sequence[int]
) -> list[RecentDraw]:
    scores: dict[int, list[ScoreRow]] = defaultdict(list)
    numbers = [row.number for row in rows]
    for score in scores_of_draws(connection, rows[0].game_id, models, numbers):
        scores[score.draw_number].append(score)
    return [_with_tickets(game, row, scores[row.number]) for row in rows]


def _with_tickets(game: Game, row: DrawRow, scores: Sequence[ScoreRow]) -> RecentDraw:
    return RecentDraw(
        number=row.number,
        drawn_at=row.drawn_at,
        numbers=decode(row.numbers, game),
        corrections=row.corrections,
        tickets=sum(score.tickets for score in scores),
        hits=sum(score.hits for score in scores),
        best=max((hits for score in scores for _, hits in score.histogram), default=None),
    )
