"""Writing predictions: in batches, exactly once, with their roll-ups in the same transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import Connection, Engine

from exporter.domain.batches import Columns, columns_of, predictions_of
from exporter.domain.fates import Fates
from exporter.domain.games import Game, Games
from exporter.domain.moments import hour_of
from exporter.domain.predictions import InvalidPrediction, Prediction, same_record
from exporter.domain.tickets import WORD, joined
from exporter.storage import driver, late_arrivals, lookup, quarantine
from exporter.storage.attempts import Attempt, NeedsExclusive
from exporter.storage.engine import writing
from exporter.storage.identities import Model, attributed, contradictions, locked_game
from exporter.storage.rollups import Cells, activity_cells, add_activity
from exporter.storage.rows import Values, inserting
from exporter.storage.schema import predictions
from exporter.storage.ticket_draws import TicketDraws

_NOTE_NEWEST = "UPDATE models SET last_predicted_at = ? WHERE id = ? AND last_predicted_at < ?"
#: What is summed up, or remembered, of each hour.
_SUMMED = ("predicted_at", "numbers", "numbers_high", "confidence", "latency")
#: What is wrong with predictions, by their places.
Refused = Mapping[int, InvalidPrediction]


def write_predictions(
    engine: Engine, batches: Iterable[Columns], games: Games, *, now: int
) -> Fates:
    """Stores batches, one transaction for each; repeating it changes nothing.

    A key that is stored already with the same body is `repeated`, with another body a
    conflict; neither is stored again. What was not given is no part of the body. Places count
    through all batches. What is quarantined under the key of one that is stored, new or before,
    is mended `now`.
    """
    fates, before = Fates(), 0
    for columns in batches:
        game, batch_fates = games[columns.game], None
        attempt = Attempt(exclusive=engine.dialect.name == "sqlite")
        while batch_fates is None:
            with attempt.forgiving(), writing(engine) as connection:
                batch_fates = _write(connection, columns, game, attempt, now)
        fates = fates.then(batch_fates, before)
        before += len(columns)
    return fates


def _write(
    connection: Connection, columns: Columns, game: Game, attempt: Attempt, now: int
) -> Fates:
    key = locked_game(connection, game.name, exclusive=attempt.exclusive)
    roles = columns["role"]
    versions, models = attributed(
        connection, key, columns["model_version"], roles, columns["predicted_at"]
    )
    columns = replace(columns, fields={**columns.fields, "model_version": versions})
    refused = contradictions(versions, roles, models)
    fates, keys = Fates(len(columns)), columns["key"]
    if refused or not attempt.all_new:
        columns, fates = _sort_out(connection, columns, models, refused)
        lost = frozenset(fates.lost())
        keys = [key for place, key in enumerate(keys) if place not in lost]
    if fates.stored:
        rows = _rows(columns, models, key)
        draws = TicketDraws(connection, key, rows["predicted_at"], rows["draw_number"])
        late = late_arrivals.by_draw(rows, draws)
        if late and not attempt.exclusive:
            raise NeedsExclusive
        with inserting(connection, predictions, rows):
            hours = _by_hour(rows)
            cells = {hour: _cells(part, game) for hour, part in hours.items()}
        with driver.pipelined(connection):
            add_activity(connection, cells)
            _note_newest(connection, hours)
        late_arrivals.score(connection, game, late)
    quarantine.mend_predictions(connection, game.name, keys, now=now)
    return fates


def _rows(columns: Columns, models: Mapping[str, Model], key: int) -> Values:
    """The values of the table, column by column, beside what stands elsewhere."""
    ids = {version: model.id for version, model in models.items()}
    model_ids = list(map(ids.__getitem__, columns["model_version"]))
    return {**columns.fields, "game_id": [key] * len(columns), "model_id": model_ids}


def _sort_out(
    connection: Connection, columns: Columns, models: Mapping[str, Model], refused: Refused
) -> tuple[Columns, Fates]:
    """The predictions that are not stored yet, and what became of the others."""
    stored = lookup.find(connection, Prediction, columns["key"])
    new: list[Prediction] = []
    repeated, conflicts = set[int](), set[int]()
    for place, prediction in enumerate(predictions_of(columns)):
        first = stored.get(prediction.key)
        if place in refused:
            pass
        elif first is None:
            new.append(prediction)
            role = models[str(prediction.model_version)].role
            stored[prediction.key] = prediction._replace(role=role)
        else:
            (repeated if same_record(first, prediction) else conflicts).add(place)
    result = Fates(len(new), frozenset(repeated), frozenset(conflicts), refused)
    return columns_of(columns.game, new) if new else columns, result


def _by_hour(rows: Values) -> Mapping[tuple[int, int], Values]:
    """The columns by (model id, start of the hour); usually one hour of one model."""
    models, moments = rows["model_id"], rows["predicted_at"]
    hours = set(map(hour_of, (min(moments), max(moments))))
    if len(hours) == len(set(models)) == 1:
        return {(models[0], hours.pop()): rows}
    places: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, (model, moment) in enumerate(zip(models, moments, strict=True)):
        places[model, hour_of(moment)].append(place)
    return {
        hour: {name: [rows[name][place] for place in of_hour] for name in _SUMMED}
        for hour, of_hour in places.items()
    }


def _cells(rows: Values, game: Game) -> Cells:
    numbers = rows["numbers"]
    if game.pool > WORD:
        numbers = tuple(map(joined, numbers, rows["numbers_high"]))
    return activity_cells(numbers, rows["confidence"], rows["latency"], game.pool)


def _note_newest(connection: Connection, hours: Mapping[tuple[int, int], Values]) -> None:
    newest: dict[int, int] = {}
    for (model, _), rows in hours.items():
        newest[model] = max(newest.get(model, 0), *rows["predicted_at"])
    for model, at in sorted(newest.items()):
        driver.execute(connection, _NOTE_NEWEST, [at, model, at])
