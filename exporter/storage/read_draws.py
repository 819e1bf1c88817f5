"""Reading recorded draws a page at a time, newest first: by their moment, then their number."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, ScalarSelect, func, select, tuple_

from exporter.domain.periods import Period
from exporter.domain.tickets import joined
from exporter.storage.schema import draw_corrections, draws, games


class DrawRow(NamedTuple):
    """A recorded draw; moments in microseconds, numbers as a bit set, prizes as JSON text."""

    game_id: int
    game: str
    number: int
    drawn_at: int
    recorded_at: int
    prizes: str | None
    numbers: int
    corrections: int

    @property
    def key(self) -> tuple[int, int, int]:
        """Its place among the draws of all games."""
        return self.drawn_at, self.number, self.game_id


def read_draws(
    connection: Connection,
    names: Sequence[str],
    period: Period | None,
    before: tuple[int, ...] | None,
    limit: int,
) -> list[DrawRow]:
    """At most `limit` draws of the named games, newest first, from below the key `before`."""
    columns = draws.c
    key = (columns.drawn_at, columns.number, columns.game_id)
    query = (
        select(
            columns.game_id,
            games.c.name,
            columns.number,
            columns.drawn_at,
            columns.recorded_at,
            columns.prizes,
            columns.numbers,
            columns.numbers_high,
            _corrections(),
        )
        .join(games, games.c.id == columns.game_id)
        .where(games.c.name.in_(names))
        .order_by(*(column.desc() for column in key))
        .limit(limit)
    )
    if before:
        query = query.where(tuple_(*key) < before)
    if period:
        query = query.where(columns.drawn_at >= period.start, columns.drawn_at < period.end)
    return [
        DrawRow._make((*row[:6], joined(row[6], row[7]), row[8]))
        for row in connection.execute(query)
    ]


def last_number(connection: Connection, game: str) -> int | None:
    """The greatest number of a recorded draw of the game; None before its first."""
    query = (
        select(func.max(draws.c.number))
        .join(games, games.c.id == draws.c.game_id)
        .where(games.c.name == game)
    )
    return connection.execute(query).scalar()


def recorded_draws(connection: Connection, game: str) -> dict[int, tuple[int, int]]:
    """Moment (microseconds) and numbers (bit set) of the game's draws by number, ascending."""
    columns = draws.c
    query = (
        select(columns.number, columns.drawn_at, columns.numbers, columns.numbers_high)
        .join(games, games.c.id == columns.game_id)
        .where(games.c.name == game)
        .order_by(columns.number)
    )
    rows = connection.execute(query)
    return {number: (at, joined(low, high)) for number, at, low, high in rows}


def _corrections() -> ScalarSelect[int]:
    corrections = draw_corrections.c
    return (
        select(func.count())
        .where(corrections.game_id == draws.c.game_id, corrections.number == draws.c.number)
        .scalar_subquery()
    )
