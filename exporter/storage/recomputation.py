"""Roll-ups worked out anew from the raw rows, to be held against the stored ones.

Cells are under (model id,) in totals and (model id, start) in days and hours.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Table, select

from exporter.domain.games import Game
from exporter.domain.lifetime import cells as score_cells
from exporter.domain.moments import HOUR, hour_of
from exporter.domain.tickets import joined
from exporter.storage import scores
from exporter.storage.rollups import TABLES, activity_cells, rows_by_table
from exporter.storage.schema import draw_scores, failures, models, predictions, totals

_FETCH = 20_000
ACTIVITY = frozenset(
    {"predictions", "confidence", "confidence_sum", "latency", "latency_sum", "held"}
)
Cell = tuple[Any, ...]
Cells = Counter[Cell]
#: Additive cells of a game's models by table, as stored or as recomputed.
Rollups = Mapping[Table, Cells]


@dataclass(frozen=True)
class Coverage:
    """What raw rows still tell: all of it where nothing was cleaned up.

    `before` is the moment up to which raw rows may be gone (None: never cleaned up), `cleaned`
    the models that lost predictions.
    """

    before: int | None
    cleaned: frozenset[int]

    def of(self, cells: Iterable[Cell], table: Table) -> list[Cell]:
        """Those of a table's cells that can be recomputed."""
        holds = self._holds_total if table is totals else self._holds_period
        return [cell for cell in cells if holds(cell)]

    def _holds_total(self, cell: Cell) -> bool:
        # What was scored is summed from draw_scores, which no clean-up touches.
        model, measure, _ = cell
        if measure == "cleaned":
            return False
        if measure == "failures":
            return self.before is None
        return measure not in ACTIVITY or model not in self.cleaned

    def _holds_period(self, cell: Cell) -> bool:
        return self.before is None or cell[1] >= self.before


def coverage(connection: Connection, before: int | None) -> Coverage:
    """What is covered, when raw rows older than `before` may be gone."""
    t = totals.c
    query = select(t.model_id).where(t.measure == "cleaned", t.value > 0)
    return Coverage(before, frozenset(connection.execute(query).scalars()))


def recomputed(connection: Connection, game_id: int, game: Game) -> Rollups:
    """A game's roll-ups from its raw predictions and failures, and from its draw scores."""
    changes: dict[tuple[int, int], Cells] = defaultdict(Counter)
    for hour, rows in _by_hour(_chunks(connection, game_id)):
        changes[hour].update(_activity(rows, game))
    f = failures.c
    failed = select(f.model_id, f.failed_at).where(f.game_id == game_id)
    for model, moment in connection.execute(failed):
        changes[model, hour_of(moment)]["failures", 0] += 1
    rollups = {
        table: Counter({tuple(cell): value for *cell, value in rows})
        for table, rows in rows_by_table(changes).items()
    }
    for row in connection.execute(select(draw_scores).where(draw_scores.c.game_id == game_id)):
        stored = score_cells(scores.load(row), scores.load_money(row))
        rollups[totals].update({(row.model_id, *cell): value for cell, value in stored.items()})
    return rollups


def _activity(rows: Sequence[Any], game: Game) -> Counter[tuple[str, int]]:
    numbers = [joined(row.numbers, row.numbers_high) for row in rows]
    confidences, latencies = [row.confidence for row in rows], [row.latency for row in rows]
    return activity_cells(numbers, confidences, latencies, game.pool)


def _chunks(connection: Connection, game_id: int) -> Iterator[Sequence[Any]]:
    p = predictions.c
    columns = (p.model_id, p.predicted_at, p.numbers, p.numbers_high, p.confidence, p.latency)
    query = select(*columns).where(p.game_id == game_id)
    options = {"yield_per": _FETCH}
    yield from connection.execute(query, execution_options=options).partitions()


def _by_hour(
    chunks: Iterable[Sequence[Any]],
) -> Iterator[tuple[tuple[int, int], list[Any]]]:
    for rows in chunks:
        groups: dict[tuple[int, int], list[Any]] = defaultdict(list)
        for (model, hour), run in groupby(rows, lambda row: (row[0], row[1] // HOUR)):
            groups[model, hour * HOUR].extend(run)
        yield from groups.items()


def stored(connection: Connection, game_id: int) -> Rollups:
    """A game's roll-ups as they are stored."""
    ids = models_of(connection, game_id)
    queries = {table: select(table).where(table.c.model_id.in_(ids)) for table in TABLES}
    return {
        table: Counter({tuple(cell): value for *cell, value in connection.execute(query)})
        for table, query in queries.items()
    }


def models_of(connection: Connection, game_id: int) -> list[int]:
    """Ids of a game's models."""
    query = select(models.c.id).where(models.c.game_id == game_id)
    return list(connection.execute(query).scalars())
