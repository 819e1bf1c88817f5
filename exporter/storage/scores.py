"""Scores of draws: one row for each model and draw, with lifetime totals that follow."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, select

from exporter.domain.games import Game
from exporter.domain.moments import from_micros
from exporter.domain.prizes import Money, money
from exporter.domain.scoring import DrawScore, Ticket, cells, score
from exporter.domain.statistics import CalibrationSums, LogFactors, chance_factors
from exporter.storage.rollups import add_cells, add_to_game
from exporter.storage.schema import draw_scores, models, predictions, totals

_FETCH = 20_000


class Draw(NamedTuple):
    """A recorded draw. Times are microseconds, numbers a bit set, prizes cents by hits."""

    game_id: int
    number: int
    drawn_at: int
    open_after: int
    numbers: int
    prizes: Mapping[int, int]
    cleaned: int = 0


def rescore(connection: Connection, game: Game, draw: Draw) -> set[int]:
    """Scores a draw anew from the raw predictions; the models whose score changed."""
    before = stored_scores(connection, draw)
    after = raw_scores(connection, game, draw)
    changed = set[int]()
    for model in sorted(before.keys() | after.keys()):
        new = after.get(model, DrawScore())
        if before.get(model) != (new, _money(new, game, draw), draw.drawn_at):
            replace(connection, game, draw, model, new)
            changed.add(model)
    return changed


def replace(connection: Connection, game: Game, draw: Draw, model: int, new: DrawScore) -> None:
    """Puts a model's score of a draw in place; totals move by the difference to the old one."""
    difference = Counter(cells(new, _money(new, game, draw)))
    this = _this(draw, model)
    old = connection.execute(select(draw_scores).where(this)).one_or_none()
    if old is not None:
        difference.subtract(cells(load(old), load_money(old)))
        connection.execute(delete(draw_scores).where(this))
    if new.tickets or new.ineligible:
        connection.execute(insert(draw_scores).values(_row(new, game, draw, model)))
    add_cells(connection, totals, {(model,): difference})
    add_to_game(connection, draw.game_id, "score_changes")


def stored_scores(connection: Connection, draw: Draw) -> dict[int, tuple[DrawScore, Money, int]]:
    """The stored scores of a draw with their money and cut-off, by model id."""
    query = select(draw_scores).where(
        draw_scores.c.game_id == draw.game_id, draw_scores.c.draw_number == draw.number
    )
    rows = connection.execute(query)
    return {row.model_id: (load(row), load_money(row), row.drawn_at) for row in rows}


def raw_scores(connection: Connection, game: Game, draw: Draw) -> dict[int, DrawScore]:
    """Scores by model id, computed from the raw predictions in one pass; memory stays flat."""
    found: dict[int, DrawScore] = {}
    known = _models_of(connection, draw.game_id)
    for query in (_chosen(draw), _open(draw, known)):
        for model, tickets in _tickets(connection, query, game.pool):
            part = score(tickets, draw.numbers, game.pool)
            found[model] = found[model] + part if model in found else part
    for model, late in connection.execute(_too_late(draw, known)):
        found[model] = found.get(model, DrawScore()) + DrawScore(ineligible=late)
    return found


def _models_of(connection: Connection, game_id: int) -> list[int]:
    return list(
        connection.execute(select(models.c.id).where(models.c.game_id == game_id)).scalars()
    )


def _columns() -> Select[Any]:
    c = predictions.c
    return select(c.model_id, c.size, c.numbers, c.confidence, c.numbers_high)


def _chosen(draw: Draw) -> Select[Any]:
    """Predictions that name this draw and were made in time, model by model."""
    c = predictions.c
    return (
        _columns()
        .where(c.game_id == draw.game_id, c.draw_number == draw.number)
        .where(c.predicted_at <= draw.drawn_at)
        .order_by(c.model_id)
    )


def _open(draw: Draw, known: list[int]) -> Select[Any]:
    """Predictions that name no draw and fall to this one, model by model."""
    c = predictions.c
    return (
        _columns()
        .where(c.game_id == draw.game_id, c.draw_number.is_(None), c.model_id.in_(known))
        .where(c.predicted_at > draw.open_after, c.predicted_at <= draw.drawn_at)
        .order_by(c.model_id)
    )


def _too_late(draw: Draw, known: list[int]) -> Select[Any]:
    c = predictions.c
    return (
        select(c.model_id, func.count())
        .where(c.game_id == draw.game_id, c.draw_number == draw.number, c.model_id.in_(known))
        .where(c.predicted_at > draw.drawn_at)
        .group_by(c.model_id)
    )


def _tickets(
    connection: Connection, query: Select[Any], pool: int
) -> Iterator[tuple[int, list[Ticket]]]:
    """Runs of one model's tickets, some thousands of rows in memory at a time."""
    options = {"yield_per": _FETCH} if connection.dialect.name != "sqlite" else {}
    with connection.execute(query, execution_options=options) as result:
        # Straight from the driver where that streams by itself: a Row for each would cost most.
        rows = result.cursor if connection.dialect.name == "sqlite" else result
        while chunk := rows.fetchmany(_FETCH):
            for model, run in groupby(chunk, key=itemgetter(0)):
                if pool > 63:
                    yield model, [(r[1], r[2] | (r[4] or 0) << 63, r[3]) for r in run]
                else:
                    yield model, [row[1:4] for row in run]


def load(row: Row[Any]) -> DrawScore:
    """The score a row of draw_scores holds."""
    histogram = {_outcome(key): n for key, n in json.loads(row.histogram).items()}
    calibration = {int(b): CalibrationSums(*s) for b, s in json.loads(row.calibration).items()}
    return DrawScore(histogram, tuple(json.loads(row.held)), calibration, row.ineligible)


def load_money(row: Row[Any]) -> Money:
    """The money a row of draw_scores holds."""
    return Money(row.cost, row.prizes, row.prizes_expected)


def load_factors(text: str) -> LogFactors:
    """The evidence factors a row of draw_scores holds."""
    worse, better = json.loads(text)
    return LogFactors(tuple(worse), tuple(better))


def _row(result: DrawScore, game: Game, draw: Draw, model: int) -> dict[str, Any]:
    held = result.held or (0,) * game.pool
    return {
        "game_id": draw.game_id,
        "model_id": model,
        "draw_number": draw.number,
        "drawn_at": draw.drawn_at,
        "tickets": result.tickets,
        "ineligible": result.ineligible,
        "numbers_played": result.numbers_played,
        "hits": result.hits,
        "held_squared": result.held_squared,
        **_money(result, game, draw)._asdict(),
        "held": json.dumps(held),
        "histogram": json.dumps({f"{s}:{h}": n for (s, h), n in sorted(result.histogram.items())}),
        "calibration": json.dumps({b: astuple(s) for b, s in sorted(result.calibration.items())}),
        "factors": json.dumps(chance_factors(game.drawn, held, result.hits)),
    }


def _money(result: DrawScore, game: Game, draw: Draw) -> Money:
    day: datetime = from_micros(draw.drawn_at)
    tariff = game.tariff(game.calendar.local_day(day))
    return money(result.histogram, game, tariff, draw.prizes)


def _outcome(text: str) -> tuple[int, int]:
    size, _, hits = text.partition(":")
    return int(size), int(hits)


def _this(draw: Draw, model: int) -> Any:
    c = draw_scores.c
    return and_(c.game_id == draw.game_id, c.model_id == model, c.draw_number == draw.number)
