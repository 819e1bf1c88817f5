"""The evidence of each model: moved by each new draw, replayed after a correction."""

import json
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, delete, insert, select

from exporter.domain.statistics import Evidence, LogFactors, replay, update
from exporter.storage.schema import draw_scores, evidence
from exporter.storage.scores import Draw, load_factors


def follow(connection: Connection, draw: Draw, changed: Iterable[int], *, is_new: bool) -> None:
    """Brings the evidence of the models whose score of `draw` changed up to date.

    A new draw that is the newest is one step; anything else replays the kept factors of
    every draw, so that the figures are those of a record that was right from the start.
    """
    for model in sorted(changed):
        kept = connection.execute(
            select(evidence).where(evidence.c.model_id == model)
        ).one_or_none()
        if kept is None or not is_new or kept.last_drawn_at >= draw.drawn_at:
            state = replay(factors(connection, model))
        else:
            after = kept.last_drawn_at
            state = Evidence.from_dict(json.loads(kept.state))
            for step in factors(connection, model, after=after):
                state = update(state, step)
        last = max(draw.drawn_at, kept.last_drawn_at if kept else draw.drawn_at)
        connection.execute(delete(evidence).where(evidence.c.model_id == model))
        row = {"model_id": model, "last_drawn_at": last, "state": json.dumps(state.to_dict())}
        connection.execute(insert(evidence).values(row))


def factors(connection: Connection, model: int, after: int = -(2**62)) -> Iterator[LogFactors]:
    """The kept factors of a model's draws after a moment, oldest first."""
    query = (
        select(draw_scores.c.factors)
        .where(draw_scores.c.model_id == model, draw_scores.c.tickets > 0)
        .where(draw_scores.c.drawn_at > after)
        .order_by(draw_scores.c.drawn_at, draw_scores.c.draw_number)
    )
    return map(load_factors, connection.execute(query).scalars())


def states(connection: Connection) -> dict[int, Evidence]:
    """The evidence of every model, by model id."""
    rows = connection.execute(select(evidence.c.model_id, evidence.c.state))
    return {model: Evidence.from_dict(json.loads(state)) for model, state in rows}
