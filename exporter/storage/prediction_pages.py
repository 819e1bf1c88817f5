"""Reading raw predictions a page at a time, newest first, each with the draw it is for."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from exporter.domain.periods import Period
from exporter.domain.queries import Selection
from exporter.domain.tickets import joined
from exporter.storage.schema import draws, predictions


class PredictionRow(NamedTuple):
    """A stored prediction: numbers a bit set, confidence in millionths, times in microseconds."""

    id: int
    key: str
    game_id: int
    model_id: int
    predicted_at: int
    draw_number: int | None
    numbers: int
    confidence: int | None
    latency: int | None
    metadata: str | None


class DrawOf(NamedTuple):
    """The draw that a prediction is for, as far as it is known."""

    number: int
    drawn_at: int
    numbers: int


def read_page(
    connection: Connection,
    models: Sequence[int],
    selection: Selection,
    period: Period | None,
    before: int | None,
    limit: int,
) -> list[PredictionRow]:
    """At most `limit` predictions of the models with ids below `before`, newest first.

    A filter that few rows pass reads on until the page is full or the table ends.
    """
    columns = predictions.c
    names = [name for name in PredictionRow._fields if name != "numbers"]
    query = select(*(columns[name] for name in names), columns.numbers, columns.numbers_high)
    query = query.where(columns.model_id.in_(models)).order_by(columns.id.desc()).limit(limit)
    if before is not None:
        query = query.where(columns.id < before)
    if selection.confidence_min is not None:
        query = query.where(columns.confidence >= selection.confidence_min)
    if selection.confidence_max is not None:
        query = query.where(columns.confidence <= selection.confidence_max)
    if period:
        query = query.where(columns.predicted_at >= period.start)
        query = query.where(columns.predicted_at < period.end)
    return [
        PredictionRow(*row[:6], joined(row[-2], row[-1]), *row[6:-2])
        for row in connection.execute(query)
    ]


def draws_of(connection: Connection, rows: Sequence[PredictionRow]) -> dict[int, DrawOf]:
    """The recorded draw of each prediction, by prediction id; pending ones are missing."""
    found: dict[int, DrawOf] = {}
    for game in {row.game_id for row in rows}:
        of_game = [row for row in rows if row.game_id == game]
        found |= _explicit(connection, game, [row for row in of_game if row.draw_number])
        found |= _open(connection, game, [row for row in of_game if row.draw_number is None])
    return found


def _explicit(
    connection: Connection, game: int, rows: Sequence[PredictionRow]
) -> dict[int, DrawOf]:
    columns = draws.c
    query = select(columns.number, columns.drawn_at, columns.numbers, columns.numbers_high).where(
        columns.game_id == game, columns.number.in_({row.draw_number for row in rows})
    )
    known = {
        row[0]: DrawOf(row[0], row[1], joined(row[2], row[3])) for row in connection.execute(query)
    }
    return {row.id: known[row.draw_number] for row in rows if row.draw_number in known}


def _open(connection: Connection, game: int, rows: Sequence[PredictionRow]) -> dict[int, DrawOf]:
    if not rows:
        return {}
    columns = draws.c
    query = (
        select(
            columns.number,
            columns.drawn_at,
            columns.numbers,
            columns.numbers_high,
            columns.open_after,
        )
        .where(columns.game_id == game)
        .where(columns.drawn_at >= min(row.predicted_at for row in rows))
        .where(columns.open_after < max(row.predicted_at for row in rows))
        .order_by(columns.drawn_at, columns.number)  # as scoring does with draws of one moment
    )
    windows = connection.execute(query).all()
    ends = [window[1] for window in windows]
    found = {}
    for row in rows:
        place = bisect_left(ends, row.predicted_at)
        if place < len(windows) and windows[place][4] < row.predicted_at:
            number, drawn_at, low, high, _ = windows[place]
            found[row.id] = DrawOf(number, drawn_at, joined(low, high))
    return found


def newest_prediction(connection: Connection) -> int | None:
    """The time of the prediction that was stored last, in microseconds."""
    columns = predictions.c
    return connection.scalar(select(columns.predicted_at).order_by(columns.id.desc()).limit(1))
