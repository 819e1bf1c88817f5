"""Putting a model version of a game in use."""

from sqlalchemy import Connection, update

from exporter.storage.identities import game_id, model_of
from exporter.storage.read_models import ModelRow, read_models
from exporter.storage.schema import models


class UnknownModelVersion(LookupError):
    """The game has no model version of this name."""

    def __init__(self, game: str, version: str) -> None:
        super().__init__(f"{game} has no model version {version!r}")


class ContradictedRole(ValueError):
    """A version that is to be put in use as what it is not."""

    def __init__(self, game: str, version: str, of_version: str, role: str) -> None:
        reason = f"{version!r} is a {of_version} for good, and no {role}"
        super().__init__(f"{game}: {reason}; put another version in use")


def find(connection: Connection, game: str, version: str) -> ModelRow:
    """A game's model version; raises UnknownModelVersion."""
    for row in read_models(connection):
        if (row.game, row.version) == (game, version):
            return row
    raise UnknownModelVersion(game, version)


def promote(connection: Connection, game: str, version: str, role: str, at: int) -> int:
    """Puts a version in use (made when new) instead of the game's others of its role.

    Raises ContradictedRole.
    """
    key = game_id(connection, game)
    model, of_version = model_of(connection, key, version, role, at)
    if of_version != role:
        raise ContradictedRole(game, version, of_version, role)
    others = update(models).where(models.c.game_id == key, models.c.role == role)
    connection.execute(others.where(models.c.id != model).values(active=0))
    connection.execute(update(models).where(models.c.id == model).values(active=1))
    return model
