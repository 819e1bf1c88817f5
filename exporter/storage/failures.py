"""Writing failed predictor calls: the error rate's numerator, exactly once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from exporter.domain.moments import hour_of
from exporter.domain.predictions import UNVERSIONED, Failure, contradiction
from exporter.storage.driver import Row
from exporter.storage.engine import writing
from exporter.storage.faults import is_lost_race
from exporter.storage.identities import game_id, lock_game, model_of, version_in_use
from exporter.storage.rollups import add_activity
from exporter.storage.rows import insert_rows
from exporter.storage.schema import failures, games, models

#: How often a batch is tried again when another writer was quicker.
_TRIES = 5
#: Keys that are asked for at once: engines take some ten thousand values at most.
_AT_ONCE = 500
_COLUMNS = ("key", "game_id", "model_id", "failed_at", "latency", "error")


def write_failures(engine: Engine, batch: Sequence[Failure]) -> int:
    """Stores failed calls and counts them; how many were new. A repeated key changes nothing.

    Raises InvalidPrediction when one names another role than its version's.
    """
    for _ in range(_TRIES):
        try:
            with writing(engine) as connection:
                return _write(connection, batch)
        except DBAPIError as error:
            if not is_lost_race(error):
                raise
            last = error
    raise last


def find_failures(connection: Connection, keys: Sequence[str]) -> dict[str, Failure]:
    """The stored failures with these keys, by key."""
    f = failures.c
    columns = (f.key, games.c.name, models.c.version, models.c.role, f.failed_at, f.latency)
    query = select(*columns, f.error).join(models, models.c.id == f.model_id)
    query = query.join(games, games.c.id == f.game_id)
    found: dict[str, Failure] = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = query.where(f.key.in_(keys[start : start + _AT_ONCE]))
        found |= {row.key: Failure(*row) for row in connection.execute(some)}
    return found


def _write(connection: Connection, batch: Sequence[Failure]) -> int:
    ids = {name: game_id(connection, name) for name in sorted({one.game for one in batch})}
    for game in sorted(ids.values()):
        lock_game(connection, game, exclusive=False)  # a rebuild has the game to itself
    # In the order of their keys, so that two writers of the same ones cannot block each other.
    once = {one.key: one for one in reversed(batch)}
    new = _insert_new(connection, _rows(connection, [once[key] for key in sorted(once)], ids))
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for row in new:
        counts[row[2], hour_of(row[3])] += 1
    add_activity(connection, {hour: {("failures", 0): n} for hour, n in counts.items()})
    return len(new)


def _insert_new(connection: Connection, rows: list[Row]) -> list[Row]:
    """Inserts what is not there; the usual case, all of it new, needs no look before."""
    try:
        with connection.begin_nested():
            insert_rows(connection, failures, _COLUMNS, rows)
    except IntegrityError:
        known = _known(connection, [row[0] for row in rows])
        rows = [row for row in rows if row[0] not in known]
        insert_rows(connection, failures, _COLUMNS, rows)
    return rows


def _known(connection: Connection, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), _AT_ONCE):
        query = select(failures.c.key).where(failures.c.key.in_(keys[start : start + _AT_ONCE]))
        found.update(connection.execute(query).scalars())
    return found


def _rows(connection: Connection, batch: Sequence[Failure], ids: Mapping[str, int]) -> list[Row]:
    """The values of _COLUMNS; each model is looked up once for a batch."""
    batch = _versioned(connection, batch, ids)
    found = _models(connection, batch, ids)
    return [
        (one.key, ids[one.game], found[one.game, one.model_version], *one[4:7]) for one in batch
    ]


def _versioned(
    connection: Connection, batch: Sequence[Failure], ids: Mapping[str, int]
) -> Sequence[Failure]:
    """Each with a version: the one in use where it was not known when they were accepted."""
    unknown = {one.game for one in batch if one.model_version is None}
    used = {name: version_in_use(connection, ids[name]) or UNVERSIONED for name in unknown}
    return [
        one if one.model_version else one._replace(model_version=used[one.game]) for one in batch
    ]


def _models(
    connection: Connection, batch: Sequence[Failure], ids: Mapping[str, int]
) -> Mapping[tuple[str, str | None], int]:
    """The models' ids by game and version."""
    started: dict[tuple[str, str, str], int] = {}
    for one in batch:
        model = (one.game, str(one.model_version), one.role or "")
        started[model] = min(one.failed_at, started.get(model, one.failed_at))
    found: dict[tuple[str, str | None], int] = {}
    for (name, version, role), start in sorted(started.items()):
        model_id, known = model_of(connection, ids[name], version, role or None, start)
        if role not in ("", known):
            raise contradiction(role, version, known)
        found[name, version] = model_id
    return found
