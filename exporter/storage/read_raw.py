"""Figures out of raw predictions, for the one filter that roll-ups cannot answer: confidence.

The database adds up; one row per model and hour, or per model and draw, comes back. The
cost grows with the predictions in the period, which the caller therefore bounds.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal_column, select

from exporter.domain.lifetime import CONFIDENCE_BUCKETS, LATENCY_BUCKETS
from exporter.domain.moments import HOUR
from exporter.domain.periods import Period
from exporter.domain.predictions import MILLION
from exporter.domain.tickets import WORD, joined
from exporter.storage.read_figures import RollupCell
from exporter.storage.read_scores import ScoreRow
from exporter.storage.schema import draws, predictions

_Expressions = dict[tuple[str, int], ColumnElement[int]]


@dataclass(frozen=True, slots=True)
class RawSelection:
    """Predictions of a game's models with a confidence from `least` to `most`, in millionths."""

    game_id: int
    pool: int
    models: Sequence[int]
    least: int
    most: int

    def condition(self) -> ColumnElement[bool]:
        """The rows of `predictions` that are meant."""
        columns = predictions.c
        return and_(
            columns.game_id == self.game_id,
            columns.model_id.in_(self.models),
            columns.confidence.between(self.least, self.most),
        )


def raw_cells(
    connection: Connection, selection: RawSelection, measures: Sequence[str], period: Period
) -> Iterator[RollupCell]:
    """The same cells that the hourly roll-ups would hold of these predictions."""
    columns = predictions.c
    wanted = {
        cell: expression
        for cell, expression in _expressions(selection.pool).items()
        if cell[0] in measures
    }
    start = (columns.predicted_at - columns.predicted_at % literal_column(str(HOUR))).label("start")
    query = (
        select(columns.model_id, start, *wanted.values())
        .where(selection.condition())
        .where(columns.predicted_at >= period.start, columns.predicted_at < period.end)
        .group_by(columns.model_id, start)
    )
    for model, hour, *values in connection.execute(query):
        for (measure, bucket), value in zip(wanted, values, strict=True):
            if value:
                yield RollupCell(model, hour, measure, bucket, int(value))


def raw_scores(
    connection: Connection, selection: RawSelection, period: Period
) -> Iterator[ScoreRow]:
    """How these predictions did on the draws held in the period, without hits per ticket."""
    held = [_held(k) for k in range(selection.pool)]
    scores: dict[tuple[int, int], Counter[int]] = {}
    facts: dict[int, tuple[int, int]] = {}
    for query in (_explicit(held), _open(held)):
        narrowed = query.where(selection.condition(), *_drawn_in(period))
        for model, number, drawn_at, low, high, tickets, *counts in connection.execute(narrowed):
            facts[number] = (drawn_at, joined(low, high))
            sums = scores.setdefault((number, model), Counter())
            sums.update({-1: int(tickets), **{k: int(n) for k, n in enumerate(counts)}})
    for (number, model), sums in sorted(scores.items()):
        yield _score(selection, model, number, facts[number], sums)


def _score(
    selection: RawSelection, model: int, number: int, facts: tuple[int, int], sums: Counter[int]
) -> ScoreRow:
    drawn_at, drawn = facts
    held = [sums[k] for k in range(selection.pool)]
    hits = sum(n for k, n in enumerate(held) if drawn >> k & 1)
    squares = sum(n * n for n in held)
    head = (selection.game_id, model, number, drawn_at, sums[-1], 0)
    return ScoreRow(*head, sum(held), hits, squares, held, {}, {})


def _explicit(held: Sequence[ColumnElement[int]]) -> Select[Any]:
    columns = predictions.c
    return _per_draw(held).where(
        columns.draw_number == draws.c.number, columns.predicted_at <= draws.c.drawn_at
    )


def _open(held: Sequence[ColumnElement[int]]) -> Select[Any]:
    columns = predictions.c
    return _per_draw(held).where(
        columns.draw_number.is_(None),
        columns.predicted_at > draws.c.open_after,
        columns.predicted_at <= draws.c.drawn_at,
    )


def _per_draw(held: Sequence[ColumnElement[int]]) -> Select[Any]:
    columns = draws.c
    key = (columns.number, columns.drawn_at, columns.numbers, columns.numbers_high)
    model = predictions.c.model_id
    return (
        select(model, *key, func.count(), *held)
        .where(predictions.c.game_id == columns.game_id)
        .group_by(model, *key)
    )


def _drawn_in(period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return draws.c.drawn_at >= period.start, draws.c.drawn_at < period.end


def _expressions(pool: int) -> _Expressions:
    columns = predictions.c
    return {
        ("predictions", 0): func.count(),
        **_distribution("latency", columns.latency, LATENCY_BUCKETS),
        **_distribution("confidence", columns.confidence, CONFIDENCE_BUCKETS),
        **{("held", k): _held(k) for k in range(pool)},
    }


def _distribution(
    measure: str, column: ColumnElement[Any], bounds: Sequence[float]
) -> _Expressions:
    edges = [round(bound * MILLION) for bound in bounds]
    conditions = [
        column <= edges[0],
        *(and_(column > low, column <= high) for low, high in pairwise(edges)),
        column > edges[-1],
    ]
    counts: _Expressions = {
        (measure, bucket): func.sum(case((condition, 1), else_=0))
        for bucket, condition in enumerate(conditions)
    }
    return counts | {(f"{measure}_sum", 0): func.sum(column)}


def _held(k: int) -> ColumnElement[int]:
    """How many of the tickets hold the number first + k."""
    low = k < WORD
    column: ColumnElement[Any] = predictions.c.numbers if low else predictions.c.numbers_high
    # Written out: PostgreSQL shifts a bigint by an integer only, and parameters come as bigint.
    shift: ColumnElement[Any] = literal_column(str(k if low else k - WORD))
    return func.coalesce(func.sum(column.bitwise_rshift(shift).bitwise_and(literal_column("1"))), 0)
