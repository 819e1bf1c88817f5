"""Additive roll-ups: cells of integers that move in the transaction of the write.

A cell is (model, measure, bucket) in lifetime totals, and the same per UTC day and hour.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, String, Table

from exporter.domain.lifetime import CONFIDENCE_BUCKETS, LATENCY_BUCKETS
from exporter.domain.moments import day_of, hour_of
from exporter.domain.predictions import MILLION
from exporter.domain.scoring import count_held
from exporter.storage import driver
from exporter.storage.schema import day_rollups, game_totals, hour_rollups, totals

_LATENCY_BOUNDS = tuple(round(bound * MILLION) for bound in LATENCY_BUCKETS)
_CONFIDENCE_BOUNDS = tuple(round(bound * MILLION) for bound in CONFIDENCE_BUCKETS)

#: What is added up for each model: over its life, by day and by hour.
TABLES = (totals, day_rollups, hour_rollups)
#: (measure, bucket) -> integer to add
Cells = Mapping[tuple[str, int], int]


def activity_cells(
    numbers: Sequence[int],
    confidences: Sequence[int | None],
    latencies: Sequence[int | None],
    pool: int,
) -> Counter[tuple[str, int]]:
    """What a batch of one model's predictions in one hour adds (numbers as bit sets)."""
    cells: Counter[tuple[str, int]] = Counter()
    cells["predictions", 0] = len(numbers)
    _add_distribution(cells, "confidence", confidences, _CONFIDENCE_BOUNDS)
    _add_distribution(cells, "latency", latencies, _LATENCY_BOUNDS)
    cells.update({("held", k): n for k, n in enumerate(count_held(numbers, pool)) if n})
    return cells


def _add_distribution(
    cells: Counter[tuple[str, int]],
    measure: str,
    values: Sequence[int | None],
    bounds: Sequence[int],
) -> None:
    ordered = sorted(value for value in values if value is not None)
    if not ordered:
        return
    cells[f"{measure}_sum", 0] += sum(ordered)
    below = 0
    for bucket, bound in enumerate(bounds):
        reached = bisect_right(ordered, bound, below)
        cells[measure, bucket] += reached - below
        below = reached
    cells[measure, len(bounds)] += len(ordered) - below


def add_activity(connection: Connection, changes: Mapping[tuple[int, int], Cells]) -> None:
    """Adds cells of (model id, any moment of an hour) to totals, days and hours."""
    for table, rows in rows_by_table(changes).items():
        _add(connection, table, rows)


def rows_by_table(changes: Mapping[tuple[int, int], Cells]) -> dict[Table, list[tuple[Any, ...]]]:
    """The rows of TABLES that cells of (model id, any moment of an hour) make."""
    total: dict[tuple[int, ...], Counter[tuple[str, int]]] = defaultdict(Counter)
    days: dict[tuple[int, ...], Counter[tuple[str, int]]] = defaultdict(Counter)
    hours: dict[tuple[int, ...], Counter[tuple[str, int]]] = defaultdict(Counter)
    for (model, moment), cells in changes.items():
        total[(model,)].update(cells)
        days[model, day_of(moment)].update(cells)
        hours[model, hour_of(moment)].update(cells)
    return dict(zip(TABLES, map(_rows, (total, days, hours)), strict=True))


def add_cells(
    connection: Connection, table: Table, changes: Mapping[tuple[int, ...], Cells]
) -> None:
    """Adds to the cells of `table` under each leading key; missing cells start at 0."""
    _add(connection, table, _rows(changes))


def _rows(changes: Mapping[tuple[int, ...], Cells]) -> list[tuple[Any, ...]]:
    """In the order of their key, so that two writers cannot block each other."""
    return sorted(
        (*key, measure, bucket, value)
        for key, cells in changes.items()
        for (measure, bucket), value in cells.items()
        if value
    )


def add_to_game(connection: Connection, game: int, changes: Mapping[str, int]) -> None:
    """Adds to a game's lifetime counters, by measure."""
    rows = [(game, measure, value) for measure, value in sorted(changes.items()) if value]
    _add(connection, game_totals, rows)


def _add(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    name = connection.dialect.name
    statement = _additive(table, name)
    if name == "postgresql":  # all of them in one statement, as an array for each column
        driver.execute(connection, statement, list(map(_literal, zip(*rows, strict=True))))
    else:
        driver.execute_many(connection, statement, rows)


@cache
def _additive(table: Table, dialect: str) -> str:
    """An upsert that adds `value`, in the engine's own words and its driver's placeholders."""
    names = [column.name for column in table.columns]  # none of them is a reserved word
    insert = f"INSERT INTO {table.name} ({', '.join(names)}) {_source(table, dialect)}"
    if dialect in ("mysql", "mariadb"):
        return f"{insert} ON DUPLICATE KEY UPDATE value = value + VALUES(value)"
    key = ", ".join(column.name for column in table.primary_key.columns)
    return f"{insert} ON CONFLICT ({key}) DO UPDATE SET value = {table.name}.value + excluded.value"


def _source(table: Table, dialect: str) -> str:
    if dialect == "postgresql":
        arrays = (f"?::{_array(column)}" for column in table.columns)
        return f"SELECT * FROM unnest({', '.join(arrays)})"  # noqa: S608 - placeholders
    return f"VALUES ({', '.join('?' * len(table.columns))})"


def _literal(values: Iterable[Any]) -> str:
    """An array as PostgreSQL reads it; measures are plain words, the others integers."""
    return f"{{{','.join(map(str, values))}}}"


def _array(column: Column[Any]) -> str:
    return "text[]" if isinstance(column.type, String) else "bigint[]"
