"""Records for plain tests: Lotofácil in the first week of March 2024, draws at 23:00 UTC."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import Engine, func, select

from exporter.domain.batches import by_game
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.fates import Fate, Fates
from exporter.domain.moments import DAY, to_micros
from exporter.domain.predictions import Prediction
from exporter.domain.results import Result
from exporter.storage import draws, schema
from exporter.storage.engine import reading, writing
from exporter.storage.ingest import write_predictions
from tests.storage import reading as held

#: Monday's draw, number 100; the week's others follow day by day.
_CALLS = count()
MONDAY = to_micros(datetime(2024, 3, 4, 23, tzinfo=UTC))
FIRST = range(1, 16)
LAST = range(11, 26)


def draw_time(number: int) -> int:
    """The scheduled moment of draw 100 (Monday) to 105 (Saturday)."""
    return MONDAY + (number - 100) * DAY


def bits(numbers: Iterable[int]) -> int:
    return sum(1 << n - 1 for n in numbers)


def ticket(
    key: str,
    at: int,
    draw: int | None = None,
    *,
    version: str = "v1",
    numbers: Iterable[int] = FIRST,
    confidence: int | None = 600_000,
) -> Prediction:
    chosen = list(numbers)
    head = (key, "lotofacil", version, "model", at, draw)
    return Prediction(*head, len(chosen), bits(chosen), None, confidence, None, None)


def store(engine: Engine, *tickets: Prediction) -> Fates:
    return write_predictions(engine, by_game(tickets), KNOWN_GAMES, now=1)


def record(
    engine: Engine,
    number: int,
    numbers: Iterable[int] = LAST,
    *,
    at: int | None = None,
    prizes: Mapping[int, int] | None = None,
    by: str = "test",
    now: int | None = None,
) -> Fate:
    moment = draw_time(number) if at is None else at
    result = Result(number, moment, bits(numbers), dict(prizes or {}))
    with writing(engine) as connection:
        game = KNOWN_GAMES["lotofacil"]
        told = moment + next(_CALLS) if now is None else now  # each call is a record of its own
        return draws.record(connection, game, result, now=told, recorded_by=by)


def scored(engine: Engine, version: str = "v1") -> dict[int, tuple[int, int, int]]:
    """(tickets, hits, ineligible) of a version by draw."""
    with reading(engine) as connection:
        rows = held.read_scores(connection)
    return {
        number: (row.tickets, row.hits, row.ineligible)
        for (who, number), row in rows.items()
        if who == ("lotofacil", version)
    }


def total(engine: Engine, measure: str, bucket: int = 0, version: str = "v1") -> int:
    """A lifetime total of a version."""
    with reading(engine) as connection:
        cells = held.read_cells(connection, schema.totals)
    return cells.get((("lotofacil", version), measure, bucket), 0)


def stored(engine: Engine) -> int:
    """How many raw predictions there are."""
    with reading(engine) as connection:
        count = select(func.count()).select_from(schema.predictions)
        return connection.execute(count).scalar_one()
