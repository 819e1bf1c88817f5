"""Records that broke their game's rules: kept with the reason, until the right one comes."""

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from exporter.storage import driver
from exporter.storage.identities import game_id
from exporter.storage.rollups import add_to_game
from exporter.storage.schema import quarantine

_MEND = """UPDATE quarantine SET mended_at = ?
    WHERE kind = ? AND game = ? AND quarantine.key = ? AND mended_at IS NULL"""


def keep(
    connection: Connection, kind: str, game: str, key: str, reason: str, body: str, *, now: int
) -> bool:
    """Keeps a record; False when the same (kind, game, key) is kept already.

    That one is refreshed by a newer record, not by the same delivered again: it may be mended.
    `kind` is "prediction" or "result", `body` the record as it came (JSON).
    """
    this = _this(kind, game, key)
    values = {"reason": reason, "body": body, "quarantined_at": now, "mended_at": None}
    kept = connection.execute(select(quarantine.c.quarantined_at).where(*this)).scalar()
    if kept is not None:
        if now > kept:
            connection.execute(update(quarantine).where(*this).values(values))
        return False
    connection.execute(insert(quarantine).values(kind=kind, game=game, key=key, **values))
    add_to_game(connection, game_id(connection, game), {f"quarantined_{kind}": 1})
    return True


def mend(connection: Connection, kind: str, game: str, key: str, *, now: int) -> bool:
    """Marks a kept record as mended by the right one; False when none was waiting."""
    return driver.execute(connection, _MEND, [now, kind, game, key]) > 0


def waiting(connection: Connection) -> dict[tuple[str, str], int]:
    """Records that wait to be mended, by (game, kind)."""
    c = quarantine.c
    query = select(c.game, c.kind, func.count()).where(c.mended_at.is_(None))
    return {(game, kind): n for game, kind, n in connection.execute(query.group_by(c.game, c.kind))}


def _this(kind: str, game: str, key: str) -> tuple[ColumnElement[bool], ...]:
    c = quarantine.c
    return c.kind == kind, c.game == game, c.key == key
