"""Reading how models did on draws: one row for each model and draw, whatever the tickets."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from exporter.domain.periods import Period
from exporter.domain.statistics.baseline import DrawTotals
from exporter.domain.statistics.calibration import CalibrationSums
from exporter.storage.schema import draw_scores
from exporter.storage.scores import load_calibration, load_histogram


class ScoredDraw(NamedTuple):
    """One model's sums of one draw; `histogram` as it is stored."""

    number: int
    drawn_at: int
    tickets: int
    totals: DrawTotals
    histogram: str = "{}"

    @property
    def best(self) -> int:
        """The most hits of one ticket."""
        return max((hits for _, hits in load_histogram(self.histogram)), default=0)


class ScoreRow(NamedTuple):
    """One model's tickets on one draw. `held`: tickets that hold each number of the pool."""

    game_id: int
    model_id: int
    draw_number: int
    drawn_at: int
    tickets: int
    ineligible: int
    numbers_played: int
    hits: int
    held_squared: int
    held: Sequence[int]
    histogram: Mapping[tuple[int, int], int]
    calibration: Mapping[int, CalibrationSums]

    @property
    def moment(self) -> int:
        """When the draw was."""
        return self.drawn_at


_COLUMNS = [draw_scores.c[name] for name in ScoreRow._fields]


def scores_in(connection: Connection, models: Sequence[int], period: Period) -> Iterator[ScoreRow]:
    """Scores of the draws held in the period, oldest first."""
    query = (
        select(*_COLUMNS)
        .where(draw_scores.c.model_id.in_(models))
        .where(draw_scores.c.drawn_at >= period.start, draw_scores.c.drawn_at < period.end)
        .order_by(draw_scores.c.drawn_at, draw_scores.c.draw_number)
    )
    yield from _rows(connection, query)


def last_scores(
    connection: Connection, game_id: int, models: Sequence[int], draws: int
) -> Iterator[ScoreRow]:
    """Scores of the game's last `draws` draws on which any of the models had a ticket.

    The last draws are those of the latest moments, of one moment those of the greatest numbers.
    """
    scored = (
        select(draw_scores.c.draw_number, draw_scores.c.drawn_at)
        .where(draw_scores.c.game_id == game_id, draw_scores.c.model_id.in_(models))
        .where(draw_scores.c.tickets > 0)
        .distinct()
        .order_by(draw_scores.c.drawn_at.desc(), draw_scores.c.draw_number.desc())
        .limit(draws)
    )
    numbers = list(connection.scalars(scored))
    yield from scores_of_draws(connection, game_id, models, numbers)


def last_totals(connection: Connection, game_id: int, model: int, draws: int) -> list[ScoredDraw]:
    """The sums alone of the model's last `draws` scored draws, oldest first."""
    c = draw_scores.c
    totals = (c.numbers_played, c.hits, c.held_squared)
    query = (
        select(c.draw_number, c.drawn_at, c.tickets, c.histogram, *totals)
        .where(c.game_id == game_id, c.model_id == model, c.tickets > 0)
        .order_by(c.drawn_at.desc(), c.draw_number.desc())
        .limit(draws)
    )
    rows = connection.execute(query).all()
    return [
        ScoredDraw(number, at, tickets, DrawTotals._make(sums), histogram)
        for number, at, tickets, histogram, *sums in reversed(rows)
    ]


def scores_of_draws(
    connection: Connection, game_id: int, models: Sequence[int], numbers: Sequence[int]
) -> Iterator[ScoreRow]:
    """Scores of the models on these draws of a game, oldest first."""
    query = (
        select(*_COLUMNS)
        .where(draw_scores.c.game_id == game_id, draw_scores.c.model_id.in_(models))
        .where(draw_scores.c.draw_number.in_(numbers))
        .order_by(draw_scores.c.drawn_at, draw_scores.c.draw_number, draw_scores.c.model_id)
    )
    yield from _rows(connection, query)


def _rows(connection: Connection, query: Select[Any]) -> Iterator[ScoreRow]:
    for *plain, held, histogram, calibration in connection.execute(query):
        unpacked = (json.loads(held), load_histogram(histogram), load_calibration(calibration))
        yield ScoreRow._make((*plain, *unpacked))
