"""Scores of draws: one row for each model and draw, with lifetime totals that follow."""

import json
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, func, select

from exporter.domain.games import Game
from exporter.domain.lifetime import cells
from exporter.domain.moments import from_micros
from exporter.domain.prizes import Money, money
from exporter.domain.scoring import DrawScore, score_columns
from exporter.domain.statistics.calibration import CalibrationSums
from exporter.domain.statistics.evidence import LogFactors
from exporter.domain.statistics.likelihood import chance_factors
from exporter.domain.tickets import WORD, joined
from exporter.storage import driver
from exporter.storage.rollups import add_cells, add_to_game
from exporter.storage.rows import insert_rows
from exporter.storage.schema import draw_scores, models, predictions, totals
from exporter.storage.tickets import Chosen, TicketColumns, runs

_FETCH = 20_000
#: Before every moment.
_EVER = -(2**62)


class Draw(NamedTuple):
    """A recorded draw. Times are microseconds, numbers a bit set, prizes cents by hits.

    `cleaned` counts its raw predictions that were cleaned up.
    """

    game_id: int
    number: int
    drawn_at: int
    open_after: int
    numbers: int
    prizes: Mapping[int, int]
    cleaned: int = 0


class Scored(NamedTuple):
    """A stored score: the sums, the money, the draw's cut-off (microseconds)."""

    score: DrawScore
    money: Money
    drawn_at: int


# Statements are built once: building them costs more than running them.
_MODELS_OF_GAME = select(models.c.id).where(models.c.game_id == bindparam("game_id"))
_TOO_LATE = (
    select(predictions.c.model_id, func.count())
    .where(predictions.c.game_id == bindparam("game_id"))
    .where(predictions.c.model_id.in_(_MODELS_OF_GAME))
    .where(predictions.c.draw_number == bindparam("number"))
    .where(predictions.c.predicted_at > bindparam("drawn_at"))
    .group_by(predictions.c.model_id)
)
_OF_DRAW = (
    draw_scores.c.game_id == bindparam("of_game"),
    draw_scores.c.draw_number == bindparam("of_draw"),
)
_STORED = select(draw_scores).where(*_OF_DRAW)
_DELETE = delete(draw_scores).where(*_OF_DRAW, draw_scores.c.model_id == bindparam("of_model"))
_NOTHING: Mapping[int, DrawScore] = MappingProxyType({})


def rescore(
    connection: Connection, game: Game, draw: Draw, cleaned: Mapping[int, DrawScore] = _NOTHING
) -> dict[int, LogFactors]:
    """Scores a draw anew from the raw predictions and the scores of `cleaned` ones.

    Returns what changed, by model id.
    """
    before = stored_scores(connection, draw)
    after = raw_scores(connection, game, draw)
    for model, part in cleaned.items():
        after[model] = part + after.get(model, DrawScore())
    changed = {}
    for model in before.keys() | after.keys():
        new = after.get(model, DrawScore())
        if model not in before or before[model] != _scored(new, game, draw):
            changed[model] = new
    return put(connection, game, draw, changed, before)


def put(
    connection: Connection,
    game: Game,
    draw: Draw,
    changed: Mapping[int, DrawScore],
    before: Mapping[int, Scored],
) -> dict[int, LogFactors]:
    """Puts scores in place by model id; totals move by the difference to the stored ones.

    Returns each one's evidence factors.
    """
    if not changed:
        return {}
    differences: dict[tuple[int, ...], Counter[tuple[str, int]]] = {}
    rows: list[dict[str, Any]] = []
    factors: dict[int, LogFactors] = {}
    for model, score in sorted(changed.items()):
        new = _scored(score, game, draw)
        differences[(model,)] = _difference(new, before.get(model))
        factors[model] = chance_factors(game.drawn, _held(score, game), score.hits)
        if score.tickets or score.ineligible:
            rows.append(_row(new, game, draw, model, factors[model]))
    for model in changed.keys() & before.keys():
        driver.change(connection, _DELETE, of_model=model, **_key(draw))
    insert_rows(connection, draw_scores, rows)
    add_cells(connection, totals, differences)
    add_to_game(connection, draw.game_id, {"score_changes": 1})
    return factors


def cleaned_scores(connection: Connection, game: Game, draw: Draw) -> dict[int, DrawScore]:
    """The part of a draw's stored scores whose raw predictions were cleaned up, by model id."""
    raw = raw_scores(connection, game, draw)
    stored = stored_scores(connection, draw)
    return {m: old.score - raw.get(m, DrawScore()) for m, old in stored.items()}


def stored_scores(connection: Connection, draw: Draw) -> dict[int, Scored]:
    """The stored scores of a draw, by model id."""
    rows = driver.select(connection, _STORED, **_key(draw))
    return {row.model_id: Scored(load(row), load_money(row), row.drawn_at) for row in rows}


def raw_scores(connection: Connection, game: Game, draw: Draw) -> dict[int, DrawScore]:
    """Scores by model id, computed from the raw predictions in one pass; memory stays flat."""
    raw: dict[int, DrawScore] = {}
    nothing = DrawScore(held=(0,) * game.pool)
    wide = game.pool > WORD
    named = Chosen(draw.game_id, draw.number, _EVER, draw.drawn_at, wide)
    unnamed = Chosen(draw.game_id, None, draw.open_after, draw.drawn_at, wide)
    for chosen in (named, unnamed):
        for model, tickets in runs(connection, chosen, _FETCH):
            part = _score(tickets, draw, game.pool)
            raw[model] = raw[model] + part if model in raw else part
    for model, late in driver.select(connection, _TOO_LATE, **_where(draw)):
        raw[model] = raw.get(model, nothing) + DrawScore(ineligible=late)
    return raw


def _key(draw: Draw) -> dict[str, int]:
    return {"of_game": draw.game_id, "of_draw": draw.number}


def _where(draw: Draw) -> dict[str, int]:
    names = ("game_id", "number", "drawn_at", "open_after")
    return {name: getattr(draw, name) for name in names}


def _score(tickets: TicketColumns, draw: Draw, pool: int) -> DrawScore:
    numbers, confidences, *highs = tickets
    for high in highs:
        numbers = tuple(map(joined, numbers, high))
    return score_columns(numbers, confidences, draw=draw.numbers, pool=pool)


def load(row: Row[Any]) -> DrawScore:
    """The score a row of draw_scores holds."""
    histogram, calibration = load_histogram(row.histogram), load_calibration(row.calibration)
    return DrawScore(histogram, tuple(json.loads(row.held)), calibration, row.ineligible)


def load_histogram(text: str) -> dict[tuple[int, int], int]:
    """The tickets by (size, hits) that a row of draw_scores holds."""
    return {_outcome(key): tickets for key, tickets in json.loads(text).items()}


def load_calibration(text: str) -> dict[int, CalibrationSums]:
    """The sums by bin of confidence that a row of draw_scores holds."""
    return {int(claimed): CalibrationSums(*s) for claimed, s in json.loads(text).items()}


def load_money(row: Row[Any]) -> Money:
    """The money a row of draw_scores holds."""
    return Money(row.cost, row.prizes, row.prizes_expected)


def load_factors(text: str) -> LogFactors:
    """The evidence factors a row of draw_scores holds."""
    worse, better = json.loads(text)
    return LogFactors(tuple(worse), tuple(better))


def _difference(new: Scored, old: Scored | None) -> Counter[tuple[str, int]]:
    difference = Counter(cells(new.score, new.money))
    if old:
        difference.subtract(cells(old.score, old.money))
    return difference


def _held(result: DrawScore, game: Game) -> tuple[int, ...]:
    return result.held or (0,) * game.pool


def _row(scored: Scored, game: Game, draw: Draw, model: int, factors: LogFactors) -> dict[str, Any]:
    result = scored.score
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
        **scored.money._asdict(),
        "held": json.dumps(_held(result, game)),
        "histogram": json.dumps({f"{s}:{h}": n for (s, h), n in sorted(result.histogram.items())}),
        "calibration": json.dumps(
            {b: [*vars(s).values()] for b, s in sorted(result.calibration.items())}
        ),
        "factors": json.dumps(factors),
    }


def row_of(result: DrawScore, game: Game, draw: Draw, model: int) -> dict[str, Any]:
    """The row of draw_scores for a score, by column."""
    factors = chance_factors(game.drawn, _held(result, game), result.hits)
    return _row(_scored(result, game, draw), game, draw, model, factors)


def _scored(result: DrawScore, game: Game, draw: Draw) -> Scored:
    tariff = game.tariff(game.calendar.local_day(from_micros(draw.drawn_at)))
    paid = money(result.histogram, game, tariff, draw.prizes)
    return Scored(result, paid, draw.drawn_at)


def _outcome(text: str) -> tuple[int, int]:
    size, _, hits = text.partition(":")
    return int(size), int(hits)
