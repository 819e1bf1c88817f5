"""Reading raw predictions a page at a time, newest first, each with the draw it is for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from exporter.domain.periods import Period
from exporter.domain.queries import Selection
from exporter.storage.schema import predictions
from exporter.storage.scores import Draw
from exporter.storage.ticket_draws import TicketDraws


def read_page(
    connection: Connection,
    models: Sequence[int],
    selection: Selection,
    period: Period | None,
    before: int | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """At most `limit` rows of predictions of the models with ids below `before`, newest first.

    A filter that few rows pass reads on until the page is full or the table ends.
    """
    columns = predictions.c
    query = select(predictions).where(columns.model_id.in_(models))
    query = query.order_by(columns.id.desc()).limit(limit)
    if before is not None:
        query = query.where(columns.id < before)
    if selection.confidence_min is not None:
        query = query.where(columns.confidence >= selection.confidence_min)
    if selection.confidence_max is not None:
        query = query.where(columns.confidence <= selection.confidence_max)
    if period:
        query = query.where(columns.predicted_at >= period.start)
        query = query.where(columns.predicted_at < period.end)
    return connection.execute(query).all()


def draws_of(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, Draw]:
    """The recorded draw of each prediction, by prediction id; pending ones are missing."""
    drawn: dict[int, Draw] = {}
    for game in {row.game_id for row in rows}:
        tickets = [
            (row.id, row.predicted_at, row.draw_number) for row in rows if row.game_id == game
        ]
        _, moments, numbers = zip(*tickets, strict=True)
        draws = TicketDraws(connection, game, moments, numbers)
        drawn |= {key: draw for key, *ticket in tickets if (draw := draws.of(*ticket))}
    return drawn
