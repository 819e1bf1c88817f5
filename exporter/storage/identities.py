"""The small integers that stand for games and models in the large tables."""

from typing import NamedTuple

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from exporter.storage import driver
from exporter.storage.schema import games, models

_GAME = "SELECT id FROM games WHERE name = ?"
_MODEL = "SELECT id, role FROM models WHERE game_id = ? AND version = ?"
_IN_USE = """SELECT version FROM models WHERE game_id = ? AND role = 'model' AND active = 1
    ORDER BY started_at DESC, id DESC LIMIT 1"""


class Model(NamedTuple):
    """A model version's id and its role, which it has for good."""

    id: int
    role: str


def game_id(connection: Connection, name: str) -> int:
    """The game's id; made when it is new."""
    found = driver.fetch_one(connection, _GAME, [name])
    if found is None:
        _insert_unless_there(connection, insert(games).values(name=name))
        (found,) = driver.fetch(connection, _GAME, [name])
    return int(found[0])


def version_in_use(connection: Connection, game: int) -> str | None:
    """The model version of a game (by id) that was promoted last; None when none was."""
    found = driver.fetch_one(connection, _IN_USE, [game])
    return None if found is None else str(found[0])


def model_of(connection: Connection, game: int, version: str, role: str | None, at: int) -> Model:
    """A model version of a game (by id); made, started `at`, with this role when it is new."""
    found = driver.fetch_one(connection, _MODEL, [game, version])
    if found is None:
        row = {"game_id": game, "version": version, "role": role or "model"}
        new = insert(models).values(row | {"started_at": at, "active": 0})
        _insert_unless_there(connection, new)
        (found,) = driver.fetch(connection, _MODEL, [game, version])
    return Model(int(found[0]), str(found[1]))


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
