"""Accuracies that users name for model versions, and the evidence against each.

It moves and is replayed as the evidence against chance is; see statistics.betting.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select

from exporter.domain.predictions import MILLION
from exporter.domain.statistics import Evidence, LogFactors, reference_factors, replay, update
from exporter.storage import driver
from exporter.storage.schema import accuracy_references, draw_scores, draws
from exporter.storage.scores import Draw

_t = accuracy_references.c
_SCORES = (
    select(draw_scores.c.held, draw_scores.c.hits, draws.c.numbers, draws.c.numbers_high)
    .join(
        draws,
        (draws.c.game_id == draw_scores.c.game_id) & (draws.c.number == draw_scores.c.draw_number),
    )
    .where(draw_scores.c.model_id == bindparam("of_model"), draw_scores.c.tickets > 0)
)
_EVERY = _SCORES.order_by(draw_scores.c.drawn_at, draw_scores.c.draw_number)
_ONE = _SCORES.where(draw_scores.c.draw_number == bindparam("of_draw"))
_NEWEST = (
    select(draw_scores.c.drawn_at)
    .where(draw_scores.c.model_id == bindparam("of_model"), draw_scores.c.tickets > 0)
    .order_by(draw_scores.c.drawn_at.desc())
    .limit(1)
)
_KEPT = select(accuracy_references).where(_t.model_id == bindparam("of_model"))
_DELETE = delete(accuracy_references).where(_t.model_id == bindparam("of_model"))
_INSERT = insert(accuracy_references)


class Reference(NamedTuple):
    """A named accuracy in millionths, when it was named (microseconds), the evidence against it."""

    accuracy: int
    set_at: int
    evidence: Evidence


def put(connection: Connection, model: int, accuracy: int, at: int) -> None:
    """Names a model's accuracy (millionths) in place of an earlier one; its whole past counts."""
    remove(connection, model)
    _insert(connection, model, accuracy, at)


def remove(connection: Connection, model: int) -> bool:
    """Forgets a model's named accuracy; False when there was none."""
    return driver.change(connection, _DELETE, of_model=model) > 0


def follow(connection: Connection, draw: Draw, models: Sequence[int], *, is_new: bool) -> None:
    """Brings the evidence of those models whose score of `draw` changed up to date.

    A new draw that is the newest is one step; anything else is replayed.
    """
    for row in _kept(connection, models):
        if is_new and row.last_drawn_at < draw.drawn_at:
            _step(connection, row, draw)
        else:
            put(connection, row.model_id, row.accuracy, row.set_at)


def renew(connection: Connection, models: Iterable[int]) -> None:
    """Replays the evidence of the models that have a named accuracy."""
    for row in _kept(connection, models):
        put(connection, row.model_id, row.accuracy, row.set_at)


def _kept(connection: Connection, models: Iterable[int]) -> list[Any]:
    return [row for model in models for row in driver.select(connection, _KEPT, of_model=model)]


def read(connection: Connection) -> dict[int, Reference]:
    """Every named accuracy, by model id."""
    rows = connection.execute(select(accuracy_references))
    return {row.model_id: Reference(row.accuracy, row.set_at, _state(row)) for row in rows}


def replayed(connection: Connection, model: int, accuracy: int) -> Evidence:
    """The evidence that all of a model's draws give against an accuracy (millionths)."""
    return replay(_factors(connection, _EVERY, accuracy, of_model=model))


def _insert(connection: Connection, model: int, accuracy: int, at: int) -> None:
    row = {
        "model_id": model,
        "accuracy": accuracy,
        "set_at": at,
        "last_drawn_at": connection.execute(_NEWEST, {"of_model": model}).scalar() or 0,
        "state": json.dumps(replayed(connection, model, accuracy).to_dict()),
    }
    driver.change(connection, _INSERT, **row)


def _step(connection: Connection, row: Row[Any], draw: Draw) -> None:
    state = _state(row)
    this = {"of_model": row.model_id, "of_draw": draw.number}
    for factors in _factors(connection, _ONE, row.accuracy, **this):
        state = update(state, factors)
    remove(connection, row.model_id)
    moved = {"last_drawn_at": draw.drawn_at, "state": json.dumps(state.to_dict())}
    driver.change(connection, _INSERT, **(row._asdict() | moved))


def _factors(
    connection: Connection, query: Select[Any], accuracy: int, **which: int
) -> Iterator[LogFactors]:
    for held, hits, numbers, high in connection.execute(query, which):
        drawn = numbers.bit_count() + (high or 0).bit_count()
        yield reference_factors(drawn, json.loads(held), hits, accuracy / MILLION)


def _state(row: Row[Any]) -> Evidence:
    return Evidence.from_dict(json.loads(row.state))
