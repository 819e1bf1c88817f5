"""The small integers that stand for games and models in the large tables."""

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from exporter.storage.rows import run
from exporter.storage.schema import games, models

_GAME = "SELECT id FROM games WHERE name = ?"
_MODEL = "SELECT id FROM models WHERE game_id = ? AND version = ?"


def game_id(connection: Connection, name: str) -> int:
    """The game's id; made when it is new."""
    found = run(connection, _GAME, [name]).scalar()
    if found is None:
        _insert_unless_there(connection, insert(games).values(name=name))
        found = run(connection, _GAME, [name]).scalar_one()
    return int(found)


def model_id(connection: Connection, game: int, version: str, role: str, at: int) -> int:
    """The id of a model version of a game (by id); made, started `at`, when it is new."""
    found = run(connection, _MODEL, [game, version]).scalar()
    if found is None:
        row = {"game_id": game, "version": version, "role": role, "started_at": at, "active": 0}
        _insert_unless_there(connection, insert(models).values(row))
        found = run(connection, _MODEL, [game, version]).scalar_one()
    return int(found)


def _insert_unless_there(connection: Connection, statement: object) -> None:
    # Another writer may make the same row between our look and our insert.
    try:
        with connection.begin_nested():
            connection.execute(statement)  # type: ignore[call-overload]  # an Insert of either table
    except IntegrityError:
        pass


def lock_game(connection: Connection, game: int, *, exclusive: bool) -> None:
    """Holds a game's row until the transaction ends: results exclude every other writer.

    Predictions share the lock, so that none can slip between a result's scoring and its
    commit. SQLite has one writer at a time anyway.
    """
    name = connection.dialect.name
    if name == "sqlite":
        return
    mode = "FOR UPDATE" if exclusive else "FOR SHARE"
    if name in ("mysql", "mariadb") and not exclusive:
        mode = "LOCK IN SHARE MODE"
    connection.exec_driver_sql(f"SELECT id FROM games WHERE id = {int(game)} {mode}")  # noqa: S608
