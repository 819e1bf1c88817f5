"""The small integers that stand for games and models in the large tables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from exporter.domain.predictions import UNVERSIONED, InvalidPrediction, contradiction
from exporter.storage import driver
from exporter.storage.schema import games, models

_GAME = "SELECT id FROM games WHERE name = ?"
_MODEL = "SELECT id, role FROM models WHERE game_id = ? AND version = ?"
_PROMOTED = """SELECT version FROM models WHERE game_id = ? AND role = 'model' AND active = 1
    ORDER BY started_at DESC, id DESC LIMIT 1"""


class Model(NamedTuple):
    """A model version's id and its role, which it has for good."""

    id: int
    role: str


def game_id(connection: Connection, name: str) -> int:
    """The game's id; made when it is new."""
    row = driver.fetch_one(connection, _GAME, [name])
    if row is None:
        _insert_unless_there(connection, insert(games).values(name=name))
        (row,) = driver.fetch(connection, _GAME, [name])
    return int(row[0])


def promoted_version(connection: Connection, game: int) -> str | None:
    """The model version of a game (by id) that was put in use; None when none was."""
    row = driver.fetch_one(connection, _PROMOTED, [game])
    return None if row is None else str(row[0])


def model_of(connection: Connection, game: int, version: str, role: str | None, at: int) -> Model:
    """A model version of a game (by id); made, started `at`, with this role when it is new."""
    row = driver.fetch_one(connection, _MODEL, [game, version])
    if row is None:
        named = {"game_id": game, "version": version, "role": role or "model"}
        new = insert(models).values(named | {"started_at": at, "active": 0})
        _insert_unless_there(connection, new)
        (row,) = driver.fetch(connection, _MODEL, [game, version])
    return Model(int(row[0]), str(row[1]))


def attributed(
    connection: Connection,
    game: int,
    versions: Sequence[str | None],
    roles: Sequence[str | None],
    moments: Sequence[int],
) -> tuple[Sequence[str], Mapping[str, Model]]:
    """The version of each record of a game (by id), and the model of each of these versions.

    Where no version is given, it is the one that was put in use. A new version has the first role
    that is given for it, and starts at the earliest of its records' moments.
    """
    used = (promoted_version(connection, game) or UNVERSIONED) if None in versions else ""
    named = [version or used for version in versions] if used else cast(Sequence[str], versions)
    first_roles: dict[str, str | None] = {}
    for version, role in dict.fromkeys(zip(named, roles, strict=True)):
        first_roles[version] = first_roles.get(version) or role
    models: dict[str, Model] = {}
    for version, role in sorted(first_roles.items()):
        started = min(moments if len(first_roles) == 1 else _of(version, named, moments))
        models[version] = model_of(connection, game, version, role, started)
    return named, models


def _of(version: str, versions: Sequence[str], moments: Sequence[int]) -> Iterable[int]:
    of_each = zip(versions, moments, strict=True)
    return (moment for predictor, moment in of_each if predictor == version)


def contradictions(
    versions: Sequence[str], roles: Sequence[str | None], models: Mapping[str, Model]
) -> Mapping[int, InvalidPrediction]:
    """What is wrong with records of another role than their version's, by place; seldom any."""
    pairs = list(zip(versions, roles, strict=True))
    wrong = {
        (version, role): contradiction(role, version, models[version].role)
        for version, role in set(pairs)
        if role not in (None, models[version].role)
    }
    return (
        {place: wrong[pair] for place, pair in enumerate(pairs) if pair in wrong} if wrong else {}
    )


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
        if row := driver.fetch_one(connection, query, [name]):
            return int(row[0])
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
