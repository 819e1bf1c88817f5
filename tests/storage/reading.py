"""What a database holds, in the oracle's words."""

import json
from typing import Any

from sqlalchemy import Connection, Table, select

from exporter.storage import schema
from tests.storage.oracle import Cells

Who = dict[int, tuple[str, str]]


def read_models(connection: Connection) -> Who:
    """(game, version) by model id."""
    m, g = schema.models.c, schema.games.c
    rows = connection.execute(
        select(m.id, g.name, m.version).join_from(schema.models, schema.games)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def read_cells(connection: Connection, table: Table) -> Cells:
    """An additive table's cells under the model's name, without zeros."""
    who = read_models(connection)
    rows = [tuple(row) for row in connection.execute(select(table))]
    return {(who[row[0]], *row[1:-1]): row[-1] for row in rows if row[-1]}


def read_game_totals(connection: Connection) -> Cells:
    """The game totals that results move."""
    t, g = schema.game_totals.c, schema.games.c
    query = select(g.name, t.measure, t.value).where(g.id == t.game_id)
    return {
        (game, measure): value
        for game, measure, value in connection.execute(query)
        if value and measure.startswith("draw")
    }


def read_scores(connection: Connection) -> dict[tuple[tuple[str, str], int], Any]:
    """Rows of draw_scores by (model, draw number)."""
    who = read_models(connection)
    rows = connection.execute(select(schema.draw_scores))
    return {(who[row.model_id], row.draw_number): row for row in rows}


def read_parts(row: Any) -> tuple[list[int], dict[tuple[int, int], int], dict[int, list[int]]]:
    """What a row of draw_scores keeps as JSON: numbers held, histogram and claims."""
    histogram = {
        (int(outcome.split(":")[0]), int(outcome.split(":")[1])): n
        for outcome, n in json.loads(row.histogram).items()
    }
    claims = {int(bin_): sums for bin_, sums in json.loads(row.calibration).items()}
    return json.loads(row.held), histogram, claims


def read_evidence(connection: Connection, table: Table) -> dict[tuple[str, str], Any]:
    """The stored state of each model's evidence, against chance or against what was named."""
    who = read_models(connection)
    rows = connection.execute(select(table))
    return {who[row.model_id]: json.loads(row.state) for row in rows}


def read_keys(connection: Connection) -> set[str]:
    """Keys of the raw predictions."""
    return set(connection.execute(select(schema.predictions.c.key)).scalars())
