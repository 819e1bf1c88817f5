"""Records that broke their game's rules: kept with the reason, until the right one comes."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from exporter.domain.games import UNKNOWN_GAME
from exporter.storage import driver
from exporter.storage.identities import game_id
from exporter.storage.rollups import add_to_game
from exporter.storage.schema import quarantine

_MEND = """UPDATE quarantine SET mended_at = ?
    WHERE kind = ? AND game = ? AND quarantine.key = ? AND mended_at IS NULL"""
_OLDER = f"{_MEND} AND quarantined_at < ?"
# By the index of what waits: that of kinds would have every mended one read, too.
_ANY = """SELECT 1 FROM quarantine
    WHERE mended_at IS NULL AND COALESCE(kind, '') = 'prediction' LIMIT 1"""
# Games one by one: the index is (kind, game, key).
_WAITING = """SELECT game, quarantine.key FROM quarantine WHERE mended_at IS NULL
    AND kind = 'prediction' AND game IN (?, ?) AND quarantine.key IN ({marks})"""
#: Keys that are asked for at once.
_AT_ONCE = 500


def keep(
    connection: Connection,
    kind: str,
    game: str,
    key: str,
    reason: str,
    body: str,
    quarantined_at: int,
) -> bool:
    """Keeps and counts a record; False for one that was kept before, delivered again.

    A newer one of the same (kind, game, key) takes its place, and waits to be mended anew.
    `kind` is "prediction" or "result", `body` the record as it came (JSON).
    """
    this = _this(kind, game, key)
    values = {"reason": reason, "body": body, "quarantined_at": quarantined_at, "mended_at": None}
    before = connection.execute(select(quarantine.c.quarantined_at).where(*this)).scalar()
    if before is not None and quarantined_at <= before:
        return False
    # The count first, as whoever records a result does: the two cannot block each other.
    add_to_game(connection, game_id(connection, game), {f"quarantined_{kind}": 1})
    if before is None:
        connection.execute(insert(quarantine).values(kind=kind, game=game, key=key, **values))
    else:
        connection.execute(update(quarantine).where(*this).values(values))
    return True


def mend(
    connection: Connection, kind: str, game: str, key: str, *, now: int, before: int | None = None
) -> bool:
    """Marks a kept record as mended by the right one; False when none was waiting.

    Only one that was quarantined before a moment, where that is given.
    """
    if before is None:
        return driver.execute(connection, _MEND, [now, kind, game, key]) > 0
    return driver.execute(connection, _OLDER, [now, kind, game, key, before]) > 0


def mend_predictions(connection: Connection, game: str, keys: Sequence[str], *, now: int) -> None:
    """Marks kept predictions with these keys as mended: of the game, or of none that is known.

    Costs one look while no prediction waits.
    """
    if driver.fetch_one(connection, _ANY) is None:
        return
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        query = _WAITING.format(marks=", ".join("?" * len(part)))
        for of_game, key in driver.fetch(connection, query, [game, UNKNOWN_GAME, *part]):
            mend(connection, "prediction", of_game, key, now=now)


def waiting(connection: Connection) -> dict[tuple[str, str], int]:
    """Records that wait to be mended, by (game, kind)."""
    c = quarantine.c
    query = select(c.game, c.kind, func.count()).where(c.mended_at.is_(None))
    return {(game, kind): n for game, kind, n in connection.execute(query.group_by(c.game, c.kind))}


def _this(kind: str, game: str, key: str) -> tuple[ColumnElement[bool], ...]:
    c = quarantine.c
    return c.kind == kind, c.game == game, c.key == key
