"""The evidence of each model, against chance and against an accuracy that a user names for it.

Both are moved by each new draw, and replayed after a correction; see statistics.betting.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import reduce
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Delete,
    Insert,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
)

from exporter.domain.predictions import MILLION
from exporter.domain.statistics.betting import reference_factors
from exporter.domain.statistics.evidence import Evidence, LogFactors, replay, update
from exporter.storage import driver
from exporter.storage.schema import accuracy_references, draw_scores, draws, evidence
from exporter.storage.scores import Draw, load_factors

_s, _d = draw_scores.c, draws.c
_OF_MODEL = _s.model_id == bindparam("of_model")
_IN_ORDER = _s.drawn_at, _s.draw_number
_FACTORS = select(_s.factors).where(_OF_MODEL, _s.tickets > 0).order_by(*_IN_ORDER)
_SCORES = (
    select(_s.held, _s.hits, _d.numbers, _d.numbers_high)
    .join(draws, (_d.game_id == _s.game_id) & (_d.number == _s.draw_number))
    .where(_OF_MODEL, _s.tickets > 0)
)
_EVERY = _SCORES.order_by(*_IN_ORDER)
_ONE = _SCORES.where(_s.draw_number == bindparam("of_draw"))
_NEWEST = select(func.max(_s.drawn_at)).where(_OF_MODEL)


class _Rows(NamedTuple):
    """One row for each model."""

    find: Select[Any]
    delete: Delete
    insert: Insert


def _rows(table: Table) -> _Rows:
    of_model = table.c.model_id == bindparam("of_model")
    return _Rows(select(table).where(of_model), delete(table).where(of_model), insert(table))


_CHANCE, _REFERENCE = _rows(evidence), _rows(accuracy_references)


class Reference(NamedTuple):
    """A named accuracy in millionths, when it was named (microseconds), the evidence against it."""

    accuracy: int
    set_at: int
    evidence: Evidence


def follow(
    connection: Connection, draw: Draw, changed: Mapping[int, LogFactors], *, is_new: bool
) -> None:
    """Brings the evidence of the models whose score of `draw` changed up to date.

    A new draw that is the newest is one step; anything else replays the draws one by one, so that
    the figures are those of a record that was right from the start.
    """
    for model, step in sorted(changed.items()):
        row = _find(connection, _CHANCE, model)
        if is_new and row and row.last_drawn_at < draw.drawn_at:
            _put(connection, _CHANCE, model, draw.drawn_at, update(_state(row), step))
        else:
            _renew_chance(connection, model)
        row = _find(connection, _REFERENCE, model)
        if is_new and row and row.last_drawn_at < draw.drawn_at:
            _step_reference(connection, draw, row)
        elif row:
            put_reference(connection, model, row.accuracy, row.set_at)


def renew(connection: Connection, model: int) -> None:
    """Replays a model's evidence of all its draws."""
    _renew_chance(connection, model)
    if row := _find(connection, _REFERENCE, model):
        put_reference(connection, model, row.accuracy, row.set_at)


def put_reference(connection: Connection, model: int, accuracy: int, at: int) -> None:
    """Names a model's accuracy (millionths) in place of an earlier one; its whole past counts."""
    last = _newest(connection, model) or 0
    state = replayed(connection, model, accuracy)
    _put(connection, _REFERENCE, model, last, state, accuracy=accuracy, set_at=at)


def remove_reference(connection: Connection, model: int) -> bool:
    """Forgets a model's named accuracy; False when there was none."""
    return driver.change(connection, _REFERENCE.delete, of_model=model) > 0


def replayed(connection: Connection, model: int, accuracy: int | None = None) -> Evidence:
    """What all of a model's draws say against chance, or an accuracy (millionths)."""
    if accuracy is not None:
        return replay(_against(connection, _EVERY, accuracy, of_model=model))
    rows = connection.execute(_FACTORS, {"of_model": model})
    return replay(map(load_factors, rows.scalars()))


def states(connection: Connection) -> dict[int, Evidence]:
    """The evidence of every model against chance, by model id; none where another version wrote it.

    The next draw mends that.
    """
    readable: dict[int, Evidence] = {}
    for row in connection.execute(select(evidence)):
        with suppress(KeyError, ValueError):
            readable[row.model_id] = _state(row)
    return readable


def read_references(connection: Connection) -> dict[int, Reference]:
    """Every named accuracy, by model id."""
    rows = connection.execute(select(accuracy_references))
    return {row.model_id: Reference(row.accuracy, row.set_at, _state(row)) for row in rows}


def _find(connection: Connection, rows: _Rows, model: int) -> Any:
    return next(iter(driver.select(connection, rows.find, of_model=model)), None)


def _renew_chance(connection: Connection, model: int) -> None:
    last = _newest(connection, model)
    if last is None:
        driver.change(connection, _CHANCE.delete, of_model=model)
    else:
        _put(connection, _CHANCE, model, last, replayed(connection, model))


def _newest(connection: Connection, model: int) -> int | None:
    newest: int | None = driver.select(connection, _NEWEST, of_model=model)[0][0]
    return newest


def _step_reference(connection: Connection, draw: Draw, row: Any) -> None:
    this = {"of_model": row.model_id, "of_draw": draw.number}
    state = reduce(update, _against(connection, _ONE, row.accuracy, **this), _state(row))
    claim = {"accuracy": row.accuracy, "set_at": row.set_at}
    _put(connection, _REFERENCE, row.model_id, draw.drawn_at, state, **claim)


def _put(
    connection: Connection, rows: _Rows, model: int, last: int, state: Evidence, **claim: int
) -> None:
    driver.change(connection, rows.delete, of_model=model)
    values = {"last_drawn_at": last, "state": json.dumps(state.to_dict())}
    driver.change(connection, rows.insert, model_id=model, **values, **claim)


def _against(
    connection: Connection, query: Select[Any], accuracy: int, **which: int
) -> Iterator[LogFactors]:
    for held, hits, numbers, high in connection.execute(query, which):
        drawn = numbers.bit_count() + (high or 0).bit_count()
        yield reference_factors(drawn, json.loads(held), hits, accuracy / MILLION)


def _state(row: Any) -> Evidence:
    return Evidence.from_dict(json.loads(row.state))
