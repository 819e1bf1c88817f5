"""Writing failed predictor calls: the error rate's numerator, exactly once."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from exporter.domain.moments import hour_of
from exporter.domain.predictions import Failure
from exporter.storage import lookup
from exporter.storage.attempts import Attempt
from exporter.storage.engine import writing
from exporter.storage.identities import attributed, contradictions, game_id, lock_game
from exporter.storage.rollups import add_activity
from exporter.storage.rows import insert_rows
from exporter.storage.schema import failures

_Row = dict[str, Any]


def write_failures(engine: Engine, batch: Sequence[Failure]) -> int:
    """Stores failed calls and counts them; how many were new. A repeated key changes nothing.

    Raises InvalidPrediction when one names another role than its version's.
    """
    new, attempt = None, Attempt()
    while new is None:
        with attempt.forgiving(), writing(engine) as connection:
            new = _write(connection, batch)
    return new


def _write(connection: Connection, batch: Sequence[Failure]) -> int:
    ids = {name: game_id(connection, name) for name in sorted({failure.game for failure in batch})}
    for game in sorted(ids.values()):
        lock_game(connection, game, exclusive=False)  # a rebuild has the game to itself
    # In the order of their keys, so that two writers of the same ones cannot block each other.
    once = {failure.key: failure for failure in reversed(batch)}
    ordered = [once[key] for key in sorted(once)]
    return sum(
        _write_of_game(connection, game, [failure for failure in ordered if failure.game == name])
        for name, game in ids.items()
    )


def _write_of_game(connection: Connection, game: int, batch: Sequence[Failure]) -> int:
    if not batch:  # their keys came with another game before
        return 0
    new = _insert_new(connection, _rows(connection, game, batch))
    counts = Counter((row["model_id"], hour_of(row["failed_at"])) for row in new)
    add_activity(connection, {hour: {("failures", 0): n} for hour, n in counts.items()})
    return len(new)


def _insert_new(connection: Connection, rows: list[_Row]) -> list[_Row]:
    """Inserts what is not there; the usual case, all of it new, needs no look before."""
    try:
        with connection.begin_nested():
            insert_rows(connection, failures, rows)
    except IntegrityError:
        stored = lookup.find(connection, Failure, [row["key"] for row in rows])
        rows = [row for row in rows if row["key"] not in stored]
        insert_rows(connection, failures, rows)
    return rows


def _rows(connection: Connection, game: int, batch: Sequence[Failure]) -> list[_Row]:
    """The table's rows, by column, of failed calls of a game."""
    fields = dict(zip(Failure._fields, zip(*batch, strict=True), strict=True))
    roles = fields["role"]
    versions, models = attributed(
        connection, game, fields["model_version"], roles, fields["failed_at"]
    )
    for fault in contradictions(versions, roles, models).values():
        raise fault
    return [
        {**failure._asdict(), "game_id": game, "model_id": models[version].id}
        for failure, version in zip(batch, versions, strict=True)
    ]
