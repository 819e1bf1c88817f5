"""Writing failed predictor calls: the error rate's numerator, exactly once."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from exporter.domain.moments import hour_of
from exporter.domain.predictions import Failure
from exporter.storage.engine import writing
from exporter.storage.identities import game_id, lock_game, model_id
from exporter.storage.rollups import add_activity
from exporter.storage.rows import Row, insert_rows
from exporter.storage.schema import failures

_COLUMNS = ("key", "game_id", "model_id", "failed_at", "latency", "error")


def write_failures(engine: Engine, batch: Sequence[Failure]) -> int:
    """Stores failed calls and counts them; how many were new. A repeated key changes nothing."""
    with writing(engine) as connection:
        for game in sorted({game_id(connection, one.game) for one in batch}):
            lock_game(connection, game, exclusive=False)  # a rebuild has the game to itself
        known = _known(connection, [one.key for one in batch])
        fresh = {one.key: one for one in batch if one.key not in known}
        rows = [_row(connection, one) for one in fresh.values()]
        insert_rows(connection, failures, _COLUMNS, rows)
        counts: dict[tuple[int, int], int] = defaultdict(int)
        for row in rows:
            counts[row[2], hour_of(row[3])] += 1
        add_activity(connection, {hour: {("failures", 0): n} for hour, n in counts.items()})
    return len(rows)


def _known(connection: Connection, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), 500):  # engines take some ten thousand values at most
        query = select(failures.c.key).where(failures.c.key.in_(keys[start : start + 500]))
        found.update(connection.execute(query).scalars())
    return found


def _row(connection: Connection, failure: Failure) -> Row:
    game = game_id(connection, failure.game)
    model = model_id(connection, game, failure.model_version, failure.role, failure.failed_at)
    return (failure.key, game, model, failure.failed_at, failure.latency, failure.error)
