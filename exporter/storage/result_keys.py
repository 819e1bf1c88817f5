"""Idempotency keys of results: each stands for the one result that it came with, for good."""

from sqlalchemy import Connection, bindparam, insert, select

from exporter.domain.fates import ConflictingKey
from exporter.storage import driver
from exporter.storage.schema import result_keys

_FIND = select(result_keys).where(result_keys.c.key == bindparam("given"))
_INSERT = insert(result_keys)


def was_used(connection: Connection, key: str, game: int, number: int, body: str) -> bool:
    """Whether the key came with this result (a game's id, draw number, text) before.

    Raises ConflictingKey when it came with another one.
    """
    uses = driver.select(connection, _FIND, given=key)
    for use in uses:
        if (use.game_id, use.number, use.body) != (game, number, body):
            raise ConflictingKey(key, "result")
    return bool(uses)


def is_known(connection: Connection, key: str) -> bool:
    """Whether the key came before, with whatever result."""
    return bool(driver.select(connection, _FIND, given=key))


def keep(connection: Connection, key: str, game: int, number: int, body: str) -> None:
    """Keeps what a new key came with."""
    driver.change(connection, _INSERT, key=key, game_id=game, number=number, body=body)
