"""Reading how models did on draws: one row for each model and draw, whatever the tickets."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from exporter.domain.periods import Period
from exporter.domain.statistics import CalibrationSums
from exporter.storage.schema import draw_scores
from exporter.storage.scores import load_calibration, load_histogram

_COLUMNS = (
    draw_scores.c.game_id,
    draw_scores.c.model_id,
    draw_scores.c.draw_number,
    draw_scores.c.drawn_at,
    draw_scores.c.tickets,
    draw_scores.c.ineligible,
    draw_scores.c.numbers_played,
    draw_scores.c.hits,
    draw_scores.c.held_squared,
    draw_scores.c.held,
    draw_scores.c.histogram,
    draw_scores.c.calibration,
)


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
    claims: Mapping[int, CalibrationSums]


def scores_in(connection: Connection, models: Sequence[int], period: Period) -> Iterator[ScoreRow]:
    """Scores of the draws held in the period, oldest first."""
    query = (
        select(*_COLUMNS)
        .where(draw_scores.c.model_id.in_(models))
        .where(draw_scores.c.drawn_at >= period.start, draw_scores.c.drawn_at < period.end)
        .order_by(draw_scores.c.drawn_at)
    )
    yield from _rows(connection, query)


def last_scores(
    connection: Connection, game_id: int, models: Sequence[int], draws: int
) -> Iterator[ScoreRow]:
    """Scores of the game's last `draws` draws on which any of the models had a ticket."""
    scored = (
        select(draw_scores.c.draw_number)
        .where(draw_scores.c.game_id == game_id, draw_scores.c.model_id.in_(models))
        .where(draw_scores.c.tickets > 0)
        .distinct()
        .order_by(draw_scores.c.draw_number.desc())
        .limit(draws)
    )
    numbers = list(connection.scalars(scored))
    yield from scores_of_draws(connection, game_id, models, numbers)


def scores_of_draws(
    connection: Connection, game_id: int, models: Sequence[int], numbers: Sequence[int]
) -> Iterator[ScoreRow]:
    """Scores of the models on these draws of a game."""
    query = (
        select(*_COLUMNS)
        .where(draw_scores.c.game_id == game_id, draw_scores.c.model_id.in_(models))
        .where(draw_scores.c.draw_number.in_(numbers))
        .order_by(draw_scores.c.draw_number, draw_scores.c.model_id)
    )
    yield from _rows(connection, query)


def _rows(connection: Connection, query: Select[Any]) -> Iterator[ScoreRow]:
    for *plain, held, histogram, calibration in connection.execute(query):
        told = (json.loads(held), load_histogram(histogram), load_calibration(calibration))
        yield ScoreRow._make((*plain, *told))
