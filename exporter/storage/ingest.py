"""Writing predictions: in batches, exactly once, with their roll-ups in the same transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from exporter.domain.batches import Columns
from exporter.domain.games import Game, Games
from exporter.domain.moments import hour_of
from exporter.domain.predictions import (
    MOMENT,
    UNVERSIONED,
    VERSION,
    InvalidPrediction,
    contradiction,
)
from exporter.domain.tickets import WORD, joined
from exporter.storage import driver, late_arrivals, quarantine
from exporter.storage.driver import Row
from exporter.storage.engine import writing
from exporter.storage.faults import is_lost_race
from exporter.storage.identities import Model, locked_game, model_of, version_in_use
from exporter.storage.rollups import Cells, activity_cells, add_activity
from exporter.storage.rows import Columns as Values
from exporter.storage.rows import inserting
from exporter.storage.schema import models, predictions

#: How often a batch is tried again when another writer was quicker.
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
_NOTE_NEWEST = "UPDATE models SET last_predicted_at = ? WHERE id = ? AND last_predicted_at < ?"
#: What is wrong with predictions, by their places.
Refused = Mapping[int, InvalidPrediction]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of batches: how many were new, and the places (from 0) of those that were not.

    Places, not keys: of several with one key in a batch, the first may be new. `refused` tells
    what is wrong with those that contradict their model version.
    """

    stored: int = 0
    repeated: frozenset[int] = frozenset()
    conflicts: frozenset[int] = frozenset()
    refused: Refused = field(default_factory=dict)

    def then(self, later: "Ingested", after: int) -> "Ingested":
        """Both, where `later` began after so many places."""
        return Ingested(
            self.stored + later.stored,
            self.repeated.union(after + place for place in later.repeated),
            self.conflicts.union(after + place for place in later.conflicts),
            {**self.refused, **{after + place: fault for place, fault in later.refused.items()}},
        )


def write_predictions(
    engine: Engine, batches: Iterable[Columns], games: Games, *, now: int
) -> Ingested:
    """Stores batches, one transaction for each; repeating it changes nothing.

    A key that is stored already with the same body is `repeated`, with another body a
    conflict; neither is stored again. What was not given is no part of the body. Places count
    through all batches. What is quarantined under the key of one that is stored, new or before,
    is mended `now`.
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
                keys = _without(columns.keys, result.conflicts | result.refused.keys())
                quarantine.mend_predictions(connection, game.name, keys, now=now)
                return result
        except late_arrivals.DrawIsKnown:
            exclusive = True  # scoring must not run beside a result's
        except DBAPIError as error:
            if not is_lost_race(error):
                raise
            all_new, last = False, error
    raise last


def _write_locked(
    connection: Connection, columns: Columns, game: Game, *, exclusive: bool, all_new: bool
) -> Ingested:
    key = locked_game(connection, game.name, exclusive=exclusive)
    columns, models, refused = _resolved(connection, columns, key)
    values, result = _values(columns, models, key), Ingested(len(columns.keys))
    if refused or not all_new:
        values, result = _sort_out(connection, values, columns, models, refused)
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


def _resolved(
    connection: Connection, columns: Columns, key: int
) -> tuple[Columns, Mapping[str, Model], Refused]:
    """The columns, each prediction with a version; the versions' models; what contradicts them."""
    pairs = _pairs(columns)
    if any(version is None for version, _ in pairs):
        used = version_in_use(connection, key) or UNVERSIONED
        columns = columns._replace(versions=[version or used for version in columns.versions])
        pairs = _pairs(columns)
    models = _models(connection, columns, key, pairs)
    return columns, models, _contradictions(columns, models, pairs)


def _pairs(columns: Columns) -> Collection[tuple[Any, Any]]:
    """The distinct (version, role), in the order they came."""
    return dict.fromkeys(zip(columns.versions, columns.roles, strict=True)).keys()


def _contradictions(
    columns: Columns, models: Mapping[str, Model], pairs: Iterable[tuple[Any, Any]]
) -> Refused:
    """What is wrong with predictions of another role than their version's; seldom any."""
    wrong = {
        (version, role): contradiction(role, version, models[version].role)
        for version, role in pairs
        if role not in (None, models[version].role)
    }
    if not wrong:
        return {}
    given = enumerate(zip(columns.versions, columns.roles, strict=True))
    return {place: wrong[pair] for place, pair in given if pair in wrong}


def _models(
    connection: Connection, columns: Columns, key: int, pairs: Iterable[tuple[str, str | None]]
) -> Mapping[str, Model]:
    """The model of each version, looked up once for a batch; a new one has its first role."""
    given: dict[str, str | None] = {}
    for version, role in pairs:
        given[version] = given.get(version) or role
    return {
        version: model_of(connection, key, version, given[version], _first(columns, version, given))
        for version in sorted(given)
    }


def _first(columns: Columns, version: str, given: Collection[str]) -> int:
    """The earliest moment of a version's predictions; usually a batch is of one version."""
    if len(given) == 1:
        return min(columns.moments)
    of_each = zip(columns.moments, columns.versions, strict=True)
    return min(moment for moment, one in of_each if one == version)


def _values(columns: Columns, models: Mapping[str, Model], key: int) -> Values:
    """The values of COLUMNS, column by column."""
    ids: dict[str | None, int] = {version: model.id for version, model in models.items()}
    found = list(map(ids.__getitem__, columns.versions))
    return (columns.keys, [key] * len(found), found, columns.moments, *columns[5:-1])


def _sort_out(
    connection: Connection,
    values: Values,
    columns: Columns,
    models: Mapping[str, Model],
    refused: Refused,
) -> tuple[Values, Ingested]:
    """The values that are not stored yet, and what became of the others."""
    known = _stored_bodies(connection, values[0])
    roles = {model.id: model.role for model in models.values()}
    new: list[Row] = []
    repeated, conflicts = set[int](), set[int]()
    rows = zip(zip(*values, strict=True), columns.roles, columns.filled, strict=True)
    for place, (row, role, filled) in enumerate(rows):
        stored = known.get(row[0])
        if place in refused:
            pass
        elif stored is None:
            new.append(row)
            known[row[0]] = (*row, roles[row[2]])
        else:
            same = stored == _as_given(row, role, filled, stored)
            (repeated if same else conflicts).add(place)
    result = Ingested(len(new), frozenset(repeated), frozenset(conflicts), refused)
    return tuple(zip(*new, strict=True)), result


def _as_given(row: Row, role: str | None, filled: int, stored: Row) -> Row:
    """A row with its role, and with what was not given taken from what is `stored`."""
    key, game, model, moment, *rest = row
    if filled & VERSION:
        model = stored[2]
    if filled & MOMENT:
        moment = stored[3]
    return (key, game, model, moment, *rest, role or stored[-1])


def _stored_bodies(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    """What is stored with these keys, as COLUMNS and the role."""
    columns = [*(predictions.c[name] for name in COLUMNS), models.c.role]
    query = select(*columns).join(models, models.c.id == predictions.c.model_id)
    found: dict[str, Row] = {}
    for start in range(0, len(keys), 500):
        some = query.where(predictions.c.key.in_(keys[start : start + 500]))
        found |= {row[0]: tuple(row) for row in connection.execute(some)}
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
    if game.pool > WORD:
        numbers = tuple(map(joined, numbers, values[7]))
    return activity_cells(numbers, values[8], values[9], game.pool)


def _note_newest(connection: Connection, groups: Mapping[tuple[int, int], Values]) -> None:
    newest: dict[int, int] = {}
    for (model, _), values in groups.items():
        newest[model] = max(newest.get(model, 0), *values[3])
    for model, at in sorted(newest.items()):
        driver.execute(connection, _NOTE_NEWEST, [at, model, at])
