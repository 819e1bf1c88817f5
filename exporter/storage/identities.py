"""The small integers that stand for games and models in the large tables."""

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from exporter.storage import driver
from exporter.storage.schema import games, models

_GAME = "SELECT id FROM games WHERE name = ?"
_MODEL = "SELECT id FROM models WHERE game_id = ? AND version = ?"


def game_id(connection: Connection, name: str) -> int:
    """The game's id; made when it is new."""
    found = driver.fetch_one(connection, _GAME, [name])
    if found is None:
        _insert_unless_there(connection, insert(games).values(name=name))
        (found,) = driver.fetch(connection, _GAME, [name])
    return int(found[0])


def model_id(connection: Connection, game: int, version: str, role: str, at: int) -> int:
    """The id of a model version of a game (by id); made, started `at`, when it is new."""
    found = driver.fetch_one(connection, _MODEL, [game, version])
    if found is None:
        row = {"game_id": game, "version": version, "role": role, "started_at": at, "active": 0}
        _insert_unless_there(connection, insert(models).values(row))
        (found,) = driver.fetch(connection, _MODEL, [game, version])
    return int(found[0])


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
    if mode := _lock(connection, exclusive=exclusive):
        driver.fetch(connection, f"SELECT id FROM games WHERE id = ? {mode}", [game])  # noqa: S608


def locked_game(connection: Connection, name: str, *, exclusive: bool) -> int:
    """The game's id, with its row held as by lock_game; made when it is new."""
    if connection.dialect.name == "postgresql":  # one statement does both
        query = f"{_GAME} {_lock(connection, exclusive=exclusive)}"
        if found := driver.fetch_one(connection, query, [name]):
            return int(found[0])
    # MySQL would lock its index of names alone, where nobody else looks for a lock.
    found_id = game_id(connection, name)
    lock_game(connection, found_id, exclusive=exclusive)
    return found_id


def _lock(connection: Connection, *, exclusive: bool) -> str:
    dialect = connection.dialect.name
    if dialect == "sqlite":
        return ""
    if dialect in ("mysql", "mariadb") and not exclusive:
        return "LOCK IN SHARE MODE"
    return "FOR UPDATE" if exclusive else "FOR SHARE"
