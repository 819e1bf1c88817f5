"""Cleaning up: old raw predictions go, their roll-ups and totals stay."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)

from exporter.storage.engine import writing
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
_BATCH = 5000


def cleanup(engine: Engine, *, before: int, now: int) -> int:
    """Deletes raw predictions made before a moment (microseconds) whose draw has a result.

    Predictions that wait for their result stay, however old. Returns how many went.
    """
    with engine.connect() as connection:
        known = list(connection.execute(select(games.c.id)).scalars())
    deleted = 0
    for game in known:
        while removed := _clean_batch(engine, game, before):
            deleted += removed
    with writing(engine) as connection:
        connection.execute(delete(failures).where(failures.c.failed_at < before))
        connection.execute(delete(hour_rollups).where(hour_rollups.c.start < before))
        note = {"kind": "cleanup", "ended_at": now, "detail": f"{deleted} predictions"}
        connection.execute(insert(maintenance).values(note))
    return deleted


def _clean_batch(engine: Engine, game: int, before: int) -> int:
    with writing(engine) as connection:
        lock_game(connection, game, exclusive=True)
        p = predictions.c
        query = (
            select(p.id, p.model_id, draws.c.number)
            .join(draws, and_(draws.c.game_id == p.game_id, _is_for()))
            .where(p.game_id == game, p.predicted_at < before)
            .limit(_BATCH)
        )
        rows = connection.execute(query).all()
        _forget(connection, game, [row[0] for row in rows])
        _count(connection, game, rows)
    return len(rows)


def _is_for() -> ColumnElement[bool]:
    p, d = predictions.c, draws.c
    is_open = and_(
        p.draw_number.is_(None), d.open_after < p.predicted_at, p.predicted_at <= d.drawn_at
    )
    return or_(p.draw_number == d.number, is_open)


def _forget(connection: Connection, game: int, ids: list[int]) -> None:
    for start in range(0, len(ids), 500):
        some = predictions.c.id.in_(ids[start : start + 500])
        connection.execute(delete(predictions).where(predictions.c.game_id == game, some))


def _count(connection: Connection, game: int, rows: Sequence[Row[int, int, int]]) -> None:
    of_model = Counter(row[1] for row in rows)
    add_cells(connection, totals, {(m,): {("cleaned", 0): n} for m, n in of_model.items()})
    for number, n in Counter(row[2] for row in rows).items():
        this = (draws.c.game_id == game, draws.c.number == number)
        connection.execute(update(draws).where(*this).values(cleaned=draws.c.cleaned + n))
