"""Reading the tickets of a draw: by column and in parts, so that neither time nor memory is lost.

A database packs a column into one JSON text at a fraction of what handing out its rows
costs. MySQL and MariaDB would cut such a text at a limit of theirs, so there rows are read.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from exporter.storage import driver

#: Numbers and confidence of tickets, and of wide games the numbers' high bits.
TicketColumns = Sequence[Sequence[Any]]
_COLUMNS = ("numbers", "confidence")
# As text: PostgreSQL's driver would parse its JSON with the slower parser.
_PACKERS = {"sqlite": "json_group_array({})", "postgresql": "json_agg({})::text"}


class Chosen(NamedTuple):
    """Which predictions: of a game, for one draw (None: for the next one), made from … until.

    The moments are microseconds; the first one is left out, the last one is not. `wide`: the
    game's pool is above 63 numbers.
    """

    game_id: int
    draw_number: int | None
    after: int
    until: int
    wide: bool


def runs(connection: Connection, chosen: Chosen, most: int) -> Iterator[tuple[int, TicketColumns]]:
    """Columns of about `most` tickets of one model (by id), model by model."""
    model = _next_model(connection, chosen, 0)
    while model is not None:
        for part in _parts(connection, chosen, model, most):
            columns = _read(connection, part, model)
            if columns[0]:
                yield model, columns
        model = _next_model(connection, chosen, model)


def _next_model(connection: Connection, chosen: Chosen, after: int) -> int | None:
    of_draw, values = _of_draw(chosen)
    query = f"SELECT model_id FROM predictions WHERE {of_draw} AND model_id > ?"  # noqa: S608
    row = driver.fetch_one(connection, f"{query} ORDER BY model_id LIMIT 1", [*values, after])
    return int(row[0]) if row else None


def _parts(connection: Connection, chosen: Chosen, model: int, most: int) -> Iterator[Chosen]:
    """The same span of time cut after about so many tickets; predictions of a moment stay together.

    The places to cut are found in the index alone.
    """
    while (cut := _place(connection, chosen, model, most)) is not None:
        yield chosen._replace(until=cut)
        chosen = chosen._replace(after=cut)
    yield chosen


def _place(connection: Connection, chosen: Chosen, model: int, most: int) -> int | None:
    of_span, values = _of_span(chosen, model)
    query = f"SELECT predicted_at FROM predictions WHERE {of_span}"  # noqa: S608
    query += f" ORDER BY predicted_at LIMIT 1 OFFSET {int(most)}"
    row = driver.fetch_one(connection, query, values)
    return int(row[0]) if row else None


def _read(connection: Connection, chosen: Chosen, model: int) -> TicketColumns:
    dialect = connection.dialect.name
    of_span, values = _of_span(chosen, model)
    names = [*_COLUMNS, *(["numbers_high"] if chosen.wide else [])]
    query = f"{_select(dialect, tuple(names))} WHERE {of_span}"
    rows = driver.fetch(connection, query, values)
    if dialect not in _PACKERS:
        return [list(map(itemgetter(k), rows)) for k in range(len(names))]
    return [msgspec.json.decode(text or "[]") for text in rows[0]]


@cache
def _select(dialect: str, names: Sequence[str]) -> str:
    columns = [_PACKERS.get(dialect, "{}").format(name) for name in names]
    return f"SELECT {', '.join(columns)} FROM predictions"  # noqa: S608 - names of our own


def _of_span(chosen: Chosen, model: int) -> tuple[str, list[int]]:
    of_draw, values = _of_draw(chosen)
    condition = f"{of_draw} AND model_id = ? AND predicted_at > ? AND predicted_at <= ?"
    return condition, [*values, model, chosen.after, chosen.until]


def _of_draw(chosen: Chosen) -> tuple[str, list[int]]:
    if chosen.draw_number is None:
        return "game_id = ? AND draw_number IS NULL", [chosen.game_id]
    return "game_id = ? AND draw_number = ?", [chosen.game_id, chosen.draw_number]
