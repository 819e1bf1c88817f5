"""Taking everything of one game out of the database, for games that were only for show."""

from sqlalchemy import ColumnElement, Connection, Table, delete, select

from exporter.storage.schema import METADATA, games, models


def remove_game(connection: Connection, name: str) -> int:
    """Deletes every row of the game, in the caller's transaction; how many there were."""
    key = connection.execute(select(games.c.id).where(games.c.name == name)).scalar()
    owned = [table for table in METADATA.sorted_tables if table not in (games, models)]
    deletes = [
        delete(table).where(condition)
        for table in owned
        if (condition := _of_game(table, name, key)) is not None
    ]
    deletes += [
        delete(models).where(models.c.game_id == key),
        delete(games).where(games.c.id == key),
    ]
    return sum(connection.execute(statement).rowcount for statement in deletes)


def _of_game(table: Table, name: str, key: int | None) -> ColumnElement[bool] | None:
    """What the game's rows of a table have in common; None for tables that know no games."""
    if "game" in table.c:
        return table.c.game == name
    if "game_id" in table.c:
        return table.c.game_id == key
    if "model_id" in table.c:
        return table.c.model_id.in_(select(models.c.id).where(models.c.game_id == key))
    return None
