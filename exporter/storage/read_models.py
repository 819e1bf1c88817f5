"""Reading which model versions there are, and which of them is in use."""

from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection, select

from exporter.domain.versions import in_use
from exporter.storage.schema import games, models


class ModelRow(NamedTuple):
    """A model version of a game; moments in microseconds, `last_predicted_at` 0: never.

    `promoted`: it was put in use; `active`: it is in use, as `domain.versions` decides.
    """

    id: int
    game_id: int
    game: str
    version: str
    role: str
    promoted: bool
    started_at: int
    last_predicted_at: int
    active: bool = False


def read_models(connection: Connection) -> list[ModelRow]:
    """Every model version, in the order in which they were first seen."""
    m = models.c
    columns = (m.id, m.game_id, games.c.name, m.version, m.role, m.active)
    query = select(*columns, m.started_at, m.last_predicted_at)
    query = query.join(games, games.c.id == m.game_id).order_by(m.game_id, m.id)
    rows = [ModelRow(*row[:5], bool(row[5]), *row[6:]) for row in connection.execute(query)]
    used = [in_use(of_game) for _, of_game in groupby(rows, attrgetter("game_id"))]
    return sorted(row._replace(active=row in used) for row in rows)
