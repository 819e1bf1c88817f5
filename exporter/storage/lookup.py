"""Finding stored records by their idempotency keys."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, bindparam, literal_column, select

from exporter.domain.predictions import Failure, Prediction
from exporter.storage.schema import failures, games, models, predictions

Stored = TypeVar("Stored", Prediction, Failure)
#: What does not stand in a record's own table. All of it was given, once it is stored.
_ELSEWHERE = {
    "game": games.c.name,
    "model_version": models.c.version,
    "role": models.c.role,
    "filled": literal_column("0"),
}
#: Keys that are asked for at once: engines take some ten thousand values at most.
_AT_ONCE = 500


def _query(kind: type[Prediction | Failure], table: Table) -> Select[Any]:
    columns = [table.c[name] if name in table.c else _ELSEWHERE[name] for name in kind._fields]
    query = select(*columns).where(table.c.key.in_(bindparam("keys", expanding=True)))
    query = query.join(models, models.c.id == table.c.model_id)
    return query.join(games, games.c.id == table.c.game_id)


_QUERIES: Mapping[type, Select[Any]] = {
    Prediction: _query(Prediction, predictions),
    Failure: _query(Failure, failures),
}


def find(connection: Connection, kind: type[Stored], keys: Sequence[str]) -> dict[str, Stored]:
    """The stored records of a kind with these keys, by key, as they were accepted."""
    records: dict[str, Stored] = {}
    for start in range(0, len(keys), _AT_ONCE):
        rows = connection.execute(_QUERIES[kind], {"keys": keys[start : start + _AT_ONCE]})
        records |= {row.key: kind._make(row) for row in rows}
    return records
