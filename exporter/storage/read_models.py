"""Reading which model versions there are."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from exporter.storage.schema import games, models


class ModelRow(NamedTuple):
    """A model version of a game; moments in microseconds, `last_predicted_at` 0: never."""

    id: int
    game_id: int
    game: str
    version: str
    role: str
    active: bool
    started_at: int
    last_predicted_at: int


def read_models(connection: Connection) -> list[ModelRow]:
    """Every model version, in the order in which they were first seen."""
    query = (
        select(
            models.c.id,
            models.c.game_id,
            games.c.name,
            models.c.version,
            models.c.role,
            models.c.active,
            models.c.started_at,
            models.c.last_predicted_at,
        )
        .join(games, games.c.id == models.c.game_id)
        .order_by(models.c.id)
    )
    return [ModelRow(*row[:5], bool(row[5]), *row[6:]) for row in connection.execute(query)]
