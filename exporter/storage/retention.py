"""Cleaning up: old raw rows go in small batches; their totals, days and scores stay.

A cleaned prediction's idempotency key is forgotten with it: sent again, it would be new, and
counted as a late arrival (decision 29 says why keys are not kept).
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from exporter.domain.moments import DAY, HOUR
from exporter.storage.engine import reading, writing
from exporter.storage.identities import lock_game
from exporter.storage.rollups import add_cells
from exporter.storage.schema import (
    draws,
    failures,
    games,
    hour_rollups,
    maintenance,
    predictions,
    totals,
)

#: Rows of one transaction: writers wait no longer than these take.
BATCH = 5000


def cleanup(engine: Engine, *, before: int, now: int) -> int:
    """Deletes raw predictions made before a moment (microseconds) whose draw has a result.

    Predictions that wait for their result stay, however old. Failures and hours before that
    moment go too. Returns how many predictions went. Interrupted, it leaves everything consistent
    and can be run again.
    """
    note = _begin(engine, before, now)
    with reading(engine) as connection:
        ids = list(connection.execute(select(games.c.id)).scalars())
    deleted = sum(_repeat(partial(_clean_batch, engine, g, before, note)) for g in ids)
    _repeat(partial(_clean_failures, engine, before))
    _repeat(partial(_clean_hours, engine, before))
    return deleted


def cleaned_before(connection: Connection) -> int | None:
    """The moment before which raw rows may be gone; None when nothing was ever cleaned up."""
    query = select(maintenance.c.detail).where(maintenance.c.kind == "cleanup")
    notes = [json.loads(detail) for detail in connection.execute(query).scalars()]
    return max((int(note["before"]) for note in notes), default=None)


def _begin(engine: Engine, before: int, now: int) -> int:
    # Noted first and counted with each batch: an interrupted clean-up must not go unseen.
    with writing(engine) as connection:
        detail = json.dumps({"before": before, "predictions": 0})
        note = insert(maintenance).values(kind="cleanup", ended_at=now, detail=detail)
        (number,) = connection.execute(note).inserted_primary_key or (0,)
        return int(number)


def _repeat(batch: Callable[[], int]) -> int:
    """Until nothing is left; how many rows went."""
    return sum(iter(batch, 0))


def _clean_batch(engine: Engine, game: int, before: int, note: int) -> int:
    with writing(engine) as connection:
        lock_game(connection, game, exclusive=True)
        p = predictions.c
        query = (
            select(p.id, p.model_id, draws.c.number)
            .join(draws, and_(draws.c.game_id == p.game_id, _is_for()))
            .where(p.game_id == game, p.predicted_at < before)
            .limit(BATCH)
        )
        rows = connection.execute(query).all()
        _forget(connection, [row[0] for row in rows])
        _count(connection, game, rows)
        _note(connection, note, len(rows))
    return len(rows)


def _is_for() -> ColumnElement[bool]:
    p, d = predictions.c, draws.c
    is_open = and_(
        p.draw_number.is_(None), d.open_after < p.predicted_at, p.predicted_at <= d.drawn_at
    )
    return or_(p.draw_number == d.number, is_open)


def _forget(connection: Connection, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 500):
        some = predictions.c.id.in_(ids[start : start + 500])
        connection.execute(delete(predictions).where(some))


def _count(connection: Connection, game: int, rows: Sequence[Row[int, int, int]]) -> None:
    of_model = Counter(row[1] for row in rows)
    add_cells(connection, totals, {(m,): {("cleaned", 0): n} for m, n in of_model.items()})
    for number, n in Counter(row[2] for row in rows).items():
        this = (draws.c.game_id == game, draws.c.number == number)
        connection.execute(update(draws).where(*this).values(cleaned=draws.c.cleaned + n))


def _note(connection: Connection, note: int, removed: int) -> None:
    this = maintenance.c.id == note
    detail = json.loads(connection.execute(select(maintenance.c.detail).where(this)).scalar_one())
    detail["predictions"] += removed
    connection.execute(update(maintenance).where(this).values(detail=json.dumps(detail)))


def _clean_failures(engine: Engine, before: int) -> int:
    with writing(engine) as connection:
        old = select(failures.c.id).where(failures.c.failed_at < before).limit(BATCH)
        ids = list(connection.execute(old).scalars())
        if ids:
            connection.execute(delete(failures).where(failures.c.id.in_(ids)))
    return len(ids)


def _clean_hours(engine: Engine, before: int) -> int:
    """Takes the oldest day of the hours that ended before the moment."""
    with writing(engine) as connection:
        start = hour_rollups.c.start
        oldest = connection.execute(select(func.min(start))).scalar()
        if oldest is None or oldest + HOUR > before:
            return 0
        day = min(oldest + DAY, before - HOUR + 1)
        return connection.execute(delete(hour_rollups).where(start < day)).rowcount
