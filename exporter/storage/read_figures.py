"""Reading roll-ups: what it costs depends on hours and models, never on how many predictions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, func, literal, select

from exporter.domain.periods import Period
from exporter.storage.schema import day_rollups, game_totals, hour_rollups, totals


class RollupCell(NamedTuple):
    """`value` of a measure's bucket for a model, in the hour that begins at `start` (0: any)."""

    model_id: int
    start: int
    measure: str
    bucket: int
    value: int

    @property
    def moment(self) -> int:
        """When what it counts was."""
        return self.start


def lifetime_cells(
    connection: Connection, models: Sequence[int], measures: Sequence[str]
) -> Iterator[RollupCell]:
    """Totals since the database began; clean-up does not lower them."""
    columns = (totals.c.model_id, literal(0), totals.c.measure, totals.c.bucket, totals.c.value)
    yield from _cells(connection, _of(select(*columns), totals, models, measures))


def hourly_cells(
    connection: Connection, models: Sequence[int], measures: Sequence[str], period: Period
) -> Iterator[RollupCell]:
    """The hours that begin in the period, each by itself."""
    table = hour_rollups
    query = select(table.c.model_id, table.c.start, table.c.measure, table.c.bucket, table.c.value)
    yield from _cells(connection, _within(_of(query, table, models, measures), table, period))


def daily_cells(
    connection: Connection, model: int, measures: Sequence[str], since: int
) -> Iterator[RollupCell]:
    """The days (UTC) that begin after `since`, the latest first."""
    t = day_rollups.c
    query = select(t.model_id, t.start, t.measure, t.bucket, t.value)
    wanted = _of(query, day_rollups, [model], measures).where(t.start > since)
    yield from _cells(connection, wanted.order_by(t.start.desc()))


def period_cells(
    connection: Connection, models: Sequence[int], measures: Sequence[str], period: Period
) -> Iterator[RollupCell]:
    """Sums over a period of whole hours: whole days from the days, the rest from the hours."""
    before, days, after = period.split_by_days()
    for table, part in ((hour_rollups, before), (day_rollups, days), (hour_rollups, after)):
        if part.length:
            yield from _sums(connection, table, models, measures, part)


def game_totals_of(connection: Connection, game_id: int) -> Counter[str]:
    """What was counted for a whole game since the database began, by measure."""
    t = game_totals.c
    rows = connection.execute(select(t.measure, t.value).where(t.game_id == game_id))
    return Counter({row.measure: int(row.value) for row in rows})


def _sums(
    connection: Connection,
    table: Table,
    models: Sequence[int],
    measures: Sequence[str],
    period: Period,
) -> Iterator[RollupCell]:
    keys = (table.c.model_id, table.c.measure, table.c.bucket)
    query = select(keys[0], literal(0), keys[1], keys[2], func.sum(table.c.value)).group_by(*keys)
    yield from _cells(connection, _within(_of(query, table, models, measures), table, period))


def _of(
    query: Select[Any], table: Table, models: Sequence[int], measures: Sequence[str]
) -> Select[Any]:
    return query.where(table.c.model_id.in_(models), table.c.measure.in_(measures))


def _within(query: Select[Any], table: Table, period: Period) -> Select[Any]:
    return query.where(table.c.start >= period.start, table.c.start < period.end)


def _cells(connection: Connection, query: Select[Any]) -> Iterator[RollupCell]:
    for model, start, measure, bucket, value in connection.execute(query):
        yield RollupCell(model, start, measure, bucket, int(value))
