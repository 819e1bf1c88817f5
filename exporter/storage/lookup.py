"""Finding one stored prediction by its idempotency key."""

from sqlalchemy import Connection, select

from exporter.domain.predictions import Prediction
from exporter.storage.schema import games, models, predictions


def find_prediction(connection: Connection, key: str) -> Prediction | None:
    """The stored prediction with this key, as it was accepted."""
    p = predictions.c
    query = (
        select(
            p.key,
            games.c.name,
            models.c.version,
            models.c.role,
            p.predicted_at,
            p.draw_number,
            p.size,
            p.numbers,
            p.numbers_high,
            p.confidence,
            p.latency,
            p.metadata,
        )
        .join(models, models.c.id == p.model_id)
        .join(games, games.c.id == p.game_id)
        .where(p.key == key)
    )
    row = connection.execute(query).one_or_none()
    return Prediction._make((*row, 0)) if row else None
