"""A database that looks like a few months of use, the same every time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, insert

from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL
from exporter.domain.moments import DAY, HOUR, SECOND, to_micros
from exporter.domain.predictions import Failure, Prediction
from exporter.domain.results import Result
from exporter.domain.tickets import encode_draw
from exporter.services.overview import OverviewReader
from exporter.storage import draws, ingest, migrate, models, quarantine, retraining
from exporter.storage.engine import create_engine_for, writing
from exporter.storage.schema import notifications

#: A Saturday at noon: the last draw was on Friday evening.
NOW = to_micros(datetime(2024, 6, 15, 12, 0, tzinfo=UTC))
_LAST_DAY = date(2024, 6, 14)


@dataclass(frozen=True)
class Arm:
    """A model of the seeded history; `leak` of its numbers are known to be drawn."""

    version: str
    role: str
    confidence: float
    leak: float = 0.0


ARMS = (
    Arm("v2.1", "model", 0.72),
    Arm("v2.0", "model", 0.60),
    Arm("aleatorio", "control", 0.60),
)
LEAKING = Arm("vazando", "model", 0.62, leak=0.3)


def seeded_engine(url: str, draw_count: int = 120, arms: tuple[Arm, ...] = ARMS) -> Engine:
    """An engine on a migrated database with `draw_count` draws and tickets of each arm."""
    engine = create_engine_for(url)
    migrate.upgrade(engine)
    seed = random.Random(20240617)
    results = list(_results(draw_count, seed))
    for result in results:
        _tickets(engine, result, arms, seed)
        with writing(engine) as connection:
            later = result.drawn_at + 3 * HOUR
            draws.record(connection, LOTOFACIL, result, now=later, recorded_by="test")
    write_waiting_tickets(engine, results[-1].number + 1, arms, seed)
    _state(engine, results[0].drawn_at)
    return engine


def _results(count: int, seed: random.Random) -> Iterator[Result]:
    days = (_LAST_DAY - timedelta(days=back) for back in range(2 * count))
    drawn = sorted([day for day in days if day.weekday() in LOTOFACIL.calendar.weekdays][:count])
    for number, day in enumerate(drawn, start=3000):
        numbers = seed.sample(sorted(LOTOFACIL.numbers), 15)
        moment = to_micros(LOTOFACIL.calendar.moment(day))
        yield Result(number, moment, encode_draw(numbers, LOTOFACIL), {})


def _tickets(engine: Engine, result: Result, arms: tuple[Arm, ...], seed: random.Random) -> None:
    batch = [
        _ticket(arm, result.drawn_at - HOUR * (1 + at), result.number, result.numbers, seed)
        for arm in arms
        for at in range(2)
    ]
    ingest.write_predictions(engine, batch, KNOWN_GAMES)


def write_waiting_tickets(
    engine: Engine,
    number: int = 3000,
    arms: tuple[Arm, ...] = ARMS,
    seed: random.Random | None = None,
) -> None:
    """Tickets of the last 24 hours whose draw is still to come, and some failed calls."""
    seed = seed or random.Random(1)
    batch = [
        _ticket(arm, NOW - int(seed.random() * DAY), number, 0, seed)
        for arm in arms
        for _ in range(30)
    ]
    ingest.write_predictions(engine, batch, KNOWN_GAMES)
    head = ("lotofacil", arms[0].version, "model")
    failed = [Failure(f"f{at}", *head, NOW - at * 5 * HOUR, None, "timeout") for at in range(4)]
    ingest.write_failures(engine, failed)


def _ticket(arm: Arm, at: int, number: int, drawn: int, seed: random.Random) -> Prediction:
    known = [n for n in LOTOFACIL.numbers if drawn >> n - 1 & 1 and seed.random() < arm.leak]
    rest = [n for n in sorted(LOTOFACIL.numbers) if n not in known]
    bits = encode_draw(known + seed.sample(rest, 15 - len(known)), LOTOFACIL)
    confidence = round((arm.confidence + seed.uniform(-0.12, 0.12)) * 1_000_000)
    latency = int(seed.lognormvariate(-2.5, 0.8) * SECOND)
    key = f"{arm.version}:{number}:{seed.getrandbits(64):x}"
    head = (key, "lotofacil", arm.version, arm.role, at, number)
    return Prediction(*head, 15, bits, None, confidence, latency, None)


def _state(engine: Engine, started: int) -> None:
    with writing(engine) as connection:
        models.promote(connection, "lotofacil", "v2.1", "model", started)
        quarantine.keep(connection, "result", "lotofacil", "2500", "outside 1 to 25", "{}", now=NOW)
        retraining.add_request(connection, "k", "lotofacil", "accuracy_drop", "{}", NOW - 3 * DAY)
        run = retraining.start_run(connection, 1, "lotofacil", "v2.1", "here", NOW - 3 * DAY)
        retraining.end_run(connection, run, "success", "", NOW - 3 * DAY + 95 * SECOND)
        connection.execute(insert(notifications).values(_alert()))


def _alert() -> dict[str, object]:
    return {
        "fingerprint": "a1",
        "starts_at": NOW - 2 * HOUR,
        "status": "firing",
        "alert": "LotofacilConfidenceOver",
        "severity": "warning",
        "event": "overconfidence",
        "labels": "{}",
        "annotations": "{}",
        "received_at": NOW - 2 * HOUR,
    }


def empty_engine(url: str) -> Engine:
    """An engine on a migrated database with nothing in it."""
    engine = create_engine_for(url)
    migrate.upgrade(engine)
    return engine


def reader_of(engine: Engine) -> OverviewReader:
    """Reads overviews at NOW, with made-up resources."""
    resources = {"host_cpu_usage_ratio": 0.25, "process_resident_memory_bytes": 81_000_000.0}
    return OverviewReader(engine, KNOWN_GAMES, lambda: NOW, lambda: resources, keep_seconds=0)
