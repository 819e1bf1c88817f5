"""Writing predictions: in batches, exactly once, with their roll-ups in the same transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from exporter.domain.batches import Columns
from exporter.domain.games import Game, Games
from exporter.domain.moments import hour_of
from exporter.storage import driver, late_arrivals, quarantine
from exporter.storage.driver import Row
from exporter.storage.engine import writing
from exporter.storage.identities import locked_game, model_id
from exporter.storage.rollups import Cells, activity_cells, add_activity
from exporter.storage.rows import Columns as Values
from exporter.storage.rows import inserting
from exporter.storage.schema import predictions

#: How often a batch is tried again when another writer took one of its keys meanwhile.
_TRIES = 5
COLUMNS = (
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
# The moment is left out: a caller that repeats a call without one gets another.
_BODY = tuple(name for name in COLUMNS if name not in ("key", "predicted_at"))
_NOTE_NEWEST = "UPDATE models SET last_predicted_at = ? WHERE id = ? AND last_predicted_at < ?"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of batches: how many were new, and the places (from 0) of those that were not.

    Places, not keys: of several with one key in a batch, the first may be new.
    """

    stored: int = 0
    repeated: frozenset[int] = frozenset()
    conflicts: frozenset[int] = frozenset()

    def then(self, later: "Ingested", after: int) -> "Ingested":
        """Both, where `later` began after so many places."""
        return Ingested(
            self.stored + later.stored,
            self.repeated.union(after + place for place in later.repeated),
            self.conflicts.union(after + place for place in later.conflicts),
        )


def write_predictions(
    engine: Engine, batches: Iterable[Columns], games: Games, *, now: int
) -> Ingested:
    """Stores batches, one transaction for each; repeating it changes nothing.

    A key that is stored already with the same body is `repeated`, with another body a
    conflict; neither is stored again. Places count through all batches. What is
    quarantined under the key of one that is stored, new or before, is mended `now`.
    """
    result, before = Ingested(), 0
    for columns in batches:
        result = result.then(_write(engine, columns, games[columns.game], now), before)
        before += len(columns.keys)
    return result


def _write(engine: Engine, columns: Columns, game: Game, now: int) -> Ingested:
    exclusive = engine.dialect.name == "sqlite"
    all_new = True  # the usual case, which needs no look before
    for _ in range(_TRIES):
        try:
            with writing(engine) as connection:
                result = _write_locked(
                    connection, columns, game, exclusive=exclusive, all_new=all_new
                )
                keys = _without(columns.keys, result.conflicts)
                quarantine.mend_predictions(connection, game.name, keys, now=now)
                return result
        except late_arrivals.DrawIsKnown:
            exclusive = True  # scoring must not run beside a result's
        except IntegrityError as error:
            all_new, last = False, error
    raise last


def _write_locked(
    connection: Connection, columns: Columns, game: Game, *, exclusive: bool, all_new: bool
) -> Ingested:
    key = locked_game(connection, game.name, exclusive=exclusive)
    values, result = _stored(connection, columns, key), Ingested(len(columns.keys))
    if not all_new:
        values, result = _sort_out(connection, values)
    if result.stored:
        late = late_arrivals.find(connection, key, values)
        if late and not exclusive:
            raise late_arrivals.DrawIsKnown
        with inserting(connection, predictions, COLUMNS, values):
            groups = _by_hour(values)
            cells = {hour: _cells(part, game) for hour, part in groups.items()}
        with driver.pipelined(connection):
            add_activity(connection, cells)
            _note_newest(connection, groups)
        late_arrivals.score(connection, game, late)
    return result


def _without(keys: Sequence[str], places: Collection[int]) -> Sequence[str]:
    if not places:
        return keys
    return [key for place, key in enumerate(keys) if place not in places]


def _stored(connection: Connection, columns: Columns, key: int) -> Values:
    """The values of COLUMNS, column by column; each model is looked up once for a batch."""
    ids, given = {}, set(zip(columns.versions, columns.roles, strict=True))
    for version, role in sorted(given):
        ids[version] = model_id(connection, key, version, role, _first(columns, version, given))
    found = [ids[version] for version in columns.versions]
    return (columns.keys, [key] * len(found), found, columns.moments, *columns[5:])


def _first(columns: Columns, version: str, given: Collection[object]) -> int:
    """The earliest moment of a version's predictions; usually a batch is of one version."""
    if len(given) == 1:
        return min(columns.moments)
    of_each = zip(columns.moments, columns.versions, strict=True)
    return min(moment for moment, one in of_each if one == version)


def _sort_out(connection: Connection, values: Values) -> tuple[Values, Ingested]:
    """The values that are not stored yet, and what became of the others."""
    known = _stored_bodies(connection, values[0])
    new: list[Row] = []
    repeated, conflicts = set[int](), set[int]()
    for place, row in enumerate(zip(*values, strict=True)):
        body = known.setdefault(row[0], None)
        if body is None:
            new.append(row)
            known[row[0]] = _body(row)
        else:
            (repeated if body == _body(row) else conflicts).add(place)
    result = Ingested(len(new), frozenset(repeated), frozenset(conflicts))
    return tuple(zip(*new, strict=True)), result


def _body(row: Row) -> Row:
    return (*row[1:3], *row[4:])


def _stored_bodies(connection: Connection, keys: Sequence[str]) -> dict[str, Row | None]:
    columns = [predictions.c[name] for name in ("key", *_BODY)]
    found: dict[str, Row | None] = {}
    for start in range(0, len(keys), 500):
        query = select(*columns).where(predictions.c.key.in_(keys[start : start + 500]))
        found |= {row[0]: tuple(row[1:]) for row in connection.execute(query)}
    return found


def _by_hour(values: Values) -> Mapping[tuple[int, int], Values]:
    """The columns by (model id, start of the hour); usually one hour of one model."""
    found, moments = set(values[2]), values[3]
    first = hour_of(min(moments))
    if len(found) == 1 and first == hour_of(max(moments)):
        return {(found.pop(), first): values}
    groups: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in zip(*values, strict=True):
        groups[row[2], hour_of(row[3])].append(row)
    return {group: tuple(zip(*rows, strict=True)) for group, rows in groups.items()}


def _cells(values: Values, game: Game) -> Cells:
    numbers = values[6]
    if game.pool > 63:
        highs = (high or 0 for high in values[7])
        numbers = [low | high << 63 for low, high in zip(numbers, highs, strict=True)]
    return activity_cells(numbers, values[8], values[9], game.pool)


def _note_newest(connection: Connection, groups: Mapping[tuple[int, int], Values]) -> None:
    newest: dict[int, int] = {}
    for (model, _), values in groups.items():
        newest[model] = max(newest.get(model, 0), *values[3])
    for model, at in sorted(newest.items()):
        driver.execute(connection, _NOTE_NEWEST, [at, model, at])
