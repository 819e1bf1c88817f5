"""Reading what was counted for whole games."""

from sqlalchemy import Connection, select

from exporter.storage.schema import game_totals


def read_game_totals(connection: Connection, game_id: int) -> dict[str, int]:
    """A game's lifetime counters, by measure."""
    columns = (game_totals.c.measure, game_totals.c.value)
    rows = connection.execute(select(*columns).where(game_totals.c.game_id == game_id))
    return {measure: int(value) for measure, value in rows}
