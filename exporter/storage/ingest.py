"""Writing predictions and failures: in batches, exactly once, with their roll-ups."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from exporter.domain.games import Game, Games
from exporter.domain.moments import hour_of
from exporter.domain.predictions import Failure, Prediction
from exporter.storage import late_arrivals
from exporter.storage.engine import writing
from exporter.storage.identities import game_id, lock_game, model_id
from exporter.storage.rollups import activity_cells, add_activity, failure_cells
from exporter.storage.schema import failures, models, predictions

#: How often a batch is tried again when another writer took one of its keys meanwhile.
_TRIES = 5
_COLUMNS = (
    "key",
    "game_id",
    "model_id",
    "predicted_at",
    "draw_number",
    "size",
    "numbers",
    "numbers_high",
    "confidence",
    "latency",
    "metadata",
)
_FAILURE_COLUMNS = ("key", "game_id", "model_id", "failed_at", "latency", "error")
_BODY = ("game_id", "model_id", "draw_number", "size", "numbers", "numbers_high", "confidence")
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a batch: how many were new, and the keys that were not."""

    stored: int
    repeated: frozenset[str] = field(default_factory=frozenset)
    conflicts: frozenset[str] = field(default_factory=frozenset)

    def __add__(self, other: "Ingested") -> "Ingested":
        return Ingested(
            self.stored + other.stored,
            self.repeated | other.repeated,
            self.conflicts | other.conflicts,
        )


def write_predictions(engine: Engine, batch: Sequence[Prediction], games: Games) -> Ingested:
    """Stores a batch in one transaction for each game; repeating it changes nothing.

    A key that is stored already with the same body is `repeated`, with another body a
    conflict; neither is stored again.
    """
    by_game: dict[str, list[Prediction]] = defaultdict(list)
    for prediction in batch:
        by_game[prediction[1]].append(prediction)
    result = Ingested(0)
    for name in sorted(by_game):
        result += _write_game(engine, by_game[name], games[name])
    return result


def _write_game(engine: Engine, batch: list[Prediction], game: Game) -> Ingested:
    exclusive = engine.dialect.name == "sqlite"
    for _ in range(_TRIES):
        try:
            with writing(engine) as connection:
                return _write_locked(connection, batch, game, exclusive=exclusive)
        except late_arrivals.DrawIsKnown:
            exclusive = True  # scoring must not run beside a result's
        except IntegrityError as error:
            last = error
    raise last


def _write_locked(
    connection: Connection, batch: list[Prediction], game: Game, *, exclusive: bool
) -> Ingested:
    game_key = game_id(connection, game.name)
    lock_game(connection, game_key, exclusive=exclusive)
    rows = _rows(connection, batch, game_key)
    new, result = _insert_new(connection, rows)
    if new:
        late = late_arrivals.find(connection, game_key, new)
        if late and not exclusive:
            raise late_arrivals.DrawIsKnown
        add_activity(connection, _changes(new, game))
        _note_newest(connection, new)
        late_arrivals.score(connection, game, late)
    return result


def _rows(connection: Connection, batch: Iterable[Prediction], game_key: int) -> list[Row]:
    """Rows in the order of _COLUMNS; models are looked up once for each batch."""
    ids: dict[str, int] = {}
    rows: list[Row] = []
    append = rows.append
    for key, _, version, role, at, draw, *rest in batch:
        model = ids.get(version)
        if model is None:
            model = ids[version] = model_id(connection, game_key, version, role, at)
        append((key, game_key, model, at, draw, *rest))
    return rows


def _insert_new(connection: Connection, rows: list[Row]) -> tuple[list[Row], Ingested]:
    """Inserts what is not there; the usual case, all of it new, costs one statement."""
    try:
        with connection.begin_nested():
            insert_rows(connection, "predictions", _COLUMNS, rows)
    except IntegrityError:
        new, result = _sort_out(connection, rows)
        insert_rows(connection, "predictions", _COLUMNS, new)
        return new, result
    return rows, Ingested(len(rows))


def _sort_out(connection: Connection, rows: list[Row]) -> tuple[list[Row], Ingested]:
    stored = _stored_bodies(connection, [row[0] for row in rows])
    new: dict[str, Row] = {}
    repeated, conflicts = set[str](), set[str]()
    for row in rows:
        known = stored.get(row[0]) or (_body(new[row[0]]) if row[0] in new else None)
        if known is None:
            new[row[0]] = row
        elif known == _body(row):
            repeated.add(row[0])
        else:
            conflicts.add(row[0])
    return list(new.values()), Ingested(len(new), frozenset(repeated), frozenset(conflicts))


def _note_newest(connection: Connection, rows: list[Row]) -> None:
    newest: dict[int, int] = {}
    for row in rows:
        newest[row[2]] = max(row[3], newest.get(row[2], 0))
    for model, moment in sorted(newest.items()):
        earlier = (models.c.id == model, models.c.last_predicted_at < moment)
        connection.execute(update(models).where(*earlier).values(last_predicted_at=moment))


def _body(row: Row) -> Row:
    # The moment is left out: a caller that repeats a call without one gets another.
    return (row[1], row[2], *row[4:9])


def _stored_bodies(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    columns = [predictions.c[name] for name in ("key", *_BODY)]
    found: dict[str, Row] = {}
    for start in range(0, len(keys), 500):
        query = select(*columns).where(predictions.c.key.in_(keys[start : start + 500]))
        found |= {row[0]: tuple(row[1:]) for row in connection.execute(query)}
    return found


def _changes(rows: list[Row], game: Game) -> Mapping[tuple[int, int], Any]:
    groups: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[2], hour_of(row[3])].append(row)
    return {group: _cells(members, game) for group, members in groups.items()}


def _cells(rows: list[Row], game: Game) -> Any:
    columns = list(zip(*rows, strict=True))
    numbers, high = columns[6], columns[7]
    if game.pool > 63:
        numbers = tuple(low | (top or 0) << 63 for low, top in zip(numbers, high, strict=True))
    return activity_cells(numbers, columns[8], columns[9], game.pool)


def insert_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Inserts rows the quickest way each driver has, past the ORM and the expression compiler."""
    if not rows:
        return
    names = ", ".join(map(connection.dialect.identifier_preparer.quote, columns))
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {table} ({names}) FROM STDIN", rows)
        return
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    marks = ", ".join([mark] * len(columns))
    connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))  # noqa: S608


def _copy(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    """PostgreSQL's COPY; SQLAlchemy does not know it, so its errors are put in its words here."""
    try:
        cursor = cast(psycopg.Cursor[Row], connection.connection.cursor())
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error


def write_failures(engine: Engine, batch: Sequence[Failure]) -> Ingested:
    """Stores failed predictor calls and counts them; a repeated key changes nothing."""
    with writing(engine) as connection:
        known = _known_failures(connection, [failure.key for failure in batch])
        fresh = {failure.key: failure for failure in batch if failure.key not in known}
        rows = [_failure_row(connection, failure) for failure in fresh.values()]
        insert_rows(connection, "prediction_failures", _FAILURE_COLUMNS, rows)
        groups: dict[tuple[int, int], list[int | None]] = defaultdict(list)
        for row in rows:
            groups[row[2], hour_of(row[3])].append(row[4])
        add_activity(connection, {group: failure_cells(lat) for group, lat in groups.items()})
    return Ingested(len(rows), frozenset(known))


def _known_failures(connection: Connection, keys: Sequence[str]) -> set[str]:
    query = select(failures.c.key).where(failures.c.key.in_(keys))
    return set(connection.execute(query).scalars())


def _failure_row(connection: Connection, failure: Failure) -> Row:
    game = game_id(connection, failure.game)
    model = model_id(connection, game, failure.model_version, failure.role, failure.failed_at)
    return (failure.key, game, model, failure.failed_at, failure.latency, failure.error)
