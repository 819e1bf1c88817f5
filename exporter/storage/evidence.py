"""The evidence of each model: moved by each new draw, replayed after a correction."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from exporter.domain.statistics import Evidence, LogFactors, replay, update
from exporter.storage import driver, references
from exporter.storage.schema import draw_scores, evidence
from exporter.storage.scores import Draw, load_factors

_FACTORS = (
    select(draw_scores.c.factors)
    .where(draw_scores.c.model_id == bindparam("model_id"), draw_scores.c.tickets > 0)
    .order_by(draw_scores.c.drawn_at, draw_scores.c.draw_number)
)
_OF_MODEL = evidence.c.model_id == bindparam("of_model")
_KEPT = select(evidence).where(_OF_MODEL)
_DELETE = delete(evidence).where(_OF_MODEL)
_INSERT = insert(evidence)


def follow(
    connection: Connection, draw: Draw, changed: Mapping[int, LogFactors], *, is_new: bool
) -> None:
    """Brings the evidence of the models whose score of `draw` changed up to date.

    A new draw that is the newest is one step; anything else replays the kept factors of
    every draw, so that the figures are those of a record that was right from the start.
    """
    for model, step in sorted(changed.items()):
        _follow(connection, draw, model, step, is_new=is_new)
    references.follow(connection, draw, list(changed), is_new=is_new)


def _follow(
    connection: Connection, draw: Draw, model: int, step: LogFactors, *, is_new: bool
) -> None:
    row = next(iter(driver.select(connection, _KEPT, of_model=model)), None)
    if row is not None and is_new and row.last_drawn_at < draw.drawn_at:
        state = update(Evidence.from_dict(json.loads(row.state)), step)
    else:
        state = replay(factors(connection, model))
    if row is not None:
        driver.change(connection, _DELETE, of_model=model)
    driver.change(connection, _INSERT, **_row(model, draw, row, state))


def _row(model: int, draw: Draw, kept: Any, state: Evidence) -> dict[str, Any]:
    last = max(draw.drawn_at, kept.last_drawn_at if kept is not None else draw.drawn_at)
    return {"model_id": model, "last_drawn_at": last, "state": json.dumps(state.to_dict())}


def factors(connection: Connection, model: int) -> Iterator[LogFactors]:
    """The kept factors of a model's draws, oldest first."""
    found = connection.execute(_FACTORS, {"model_id": model})
    return map(load_factors, found.scalars())


def renew(connection: Connection, model: int) -> None:
    """Replays a model's evidence from the kept factors of all its draws."""
    newest = select(func.max(draw_scores.c.drawn_at)).where(draw_scores.c.model_id == model)
    last = connection.execute(newest).scalar()
    state = replay(factors(connection, model))
    driver.change(connection, _DELETE, of_model=model)
    if last is not None:
        row = {"model_id": model, "last_drawn_at": last, "state": json.dumps(state.to_dict())}
        driver.change(connection, _INSERT, **row)
    references.renew(connection, [model])


def states(connection: Connection) -> dict[int, Evidence]:
    """The evidence of every model, by model id."""
    rows = connection.execute(select(evidence.c.model_id, evidence.c.state))
    return {model: Evidence.from_dict(json.loads(state)) for model, state in rows}
