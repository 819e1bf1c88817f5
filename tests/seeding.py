"""A database that looks like a few months of use, the same every time."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, insert

from exporter.app import Application, build
from exporter.config import load_settings
from exporter.domain.definitions import KNOWN_GAMES, LOTOFACIL
from exporter.domain.moments import DAY, HOUR, SECOND, from_micros, to_micros
from exporter.figures.overview import OverviewReader
from exporter.figures.rule_board import WatchedRule
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage import migrate, models, quarantine, retraining
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


@dataclass
class _Clock:
    micros: int = NOW

    def __call__(self) -> int:
        return self.micros


@dataclass(frozen=True)
class _History:
    """Draws (number, moment, numbers) and what makes the tickets of them."""

    draws: list[tuple[int, int, list[int]]]
    arms: tuple[Arm, ...]
    seed: random.Random = field(default_factory=lambda: random.Random(20240617))

    def tickets(self) -> Iterator[dict[str, Any]]:
        for number, moment, drawn in self.draws:
            for arm in self.arms:
                for at in (1, 2):
                    yield _ticket(arm, moment - HOUR * at, number, drawn, self.seed)

    def waiting(self) -> Iterator[dict[str, Any]]:
        """Tickets of the last 24 hours, for a draw that is still to come."""
        number = self.draws[-1][0] + 1 if self.draws else 3000
        for arm in self.arms:
            for _ in range(30):
                yield _ticket(arm, NOW - int(self.seed.random() * DAY), number, [], self.seed)


def seeded_engine(url: str, draw_count: int = 120, arms: tuple[Arm, ...] = ARMS) -> Engine:
    """An engine on a migrated database with `draw_count` draws and tickets of each arm."""
    history = _History(list(_draws(draw_count, random.Random(20240614))), arms)
    _record(url, history)
    engine = create_engine_for(url)
    _state(engine, history.draws[0][1])
    return engine


def write_waiting_tickets(url: str) -> None:
    """Tickets whose draw is still to come, and some calls that failed."""
    _record(url, _History([], ARMS))


def _record(url: str, history: _History) -> None:
    clock = _Clock()
    with TemporaryDirectory() as folder:
        values = {"DATABASE_URL": url, "LOTOFACIL_DATA_DIR": Path(folder)}
        application = build(load_settings(values), clock)
        _write(application, history, clock)
        application.close()


def _write(application: Application, history: _History, clock: _Clock) -> None:
    done = application.metrics.record_predictions([*history.tickets(), *history.waiting()])
    assert not done.refused
    for number, moment, drawn in history.draws:
        day = from_micros(moment)
        application.tracker.record_result("lotofacil", number, drawn, day, strict=True)
    for at in range(4):
        clock.micros = NOW - at * 5 * HOUR
        application.metrics.record_failure("lotofacil", "timeout", history.arms[0].version)
    clock.micros = NOW
    assert application.metrics.flush()


def _draws(count: int, seed: random.Random) -> Iterator[tuple[int, int, list[int]]]:
    days = (_LAST_DAY - timedelta(days=back) for back in range(2 * count))
    drawn = sorted([day for day in days if LOTOFACIL.calendar.scheduled(day)][:count])
    for number, day in enumerate(drawn, start=3000):
        moment = to_micros(LOTOFACIL.calendar.moment(day))
        yield number, moment, seed.sample(sorted(LOTOFACIL.numbers), 15)


def _ticket(
    arm: Arm, at: int, number: int, drawn: list[int], seed: random.Random
) -> dict[str, Any]:
    known = [n for n in drawn if seed.random() < arm.leak]
    rest = [n for n in sorted(LOTOFACIL.numbers) if n not in known]
    return {
        "game_type": "lotofacil",
        "numbers": known + seed.sample(rest, 15 - len(known)),
        "confidence": arm.confidence + seed.uniform(-0.12, 0.12),
        "model_version": arm.version,
        "role": arm.role,
        "draw_number": number,
        "predicted_at": from_micros(at).isoformat(),
        "latency": seed.lognormvariate(-2.5, 0.8),
    }


def _state(engine: Engine, started: int) -> None:
    with writing(engine) as connection:
        models.promote(connection, "lotofacil", "v2.1", "model", started)
        quarantine.keep(connection, "result", "lotofacil", "2500", "outside 1 to 25", "{}", NOW)
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


def reader_of(engine: Engine, rules: Callable[[], Sequence[WatchedRule]] = tuple) -> OverviewReader:
    """Reads overviews at NOW, with made-up resources."""
    resources = {"host_cpu_usage_ratio": 0.25, "process_resident_memory_bytes": 81_000_000.0}
    database = PreparedDatabase(engine)
    return OverviewReader(database, KNOWN_GAMES, lambda: NOW, lambda: resources, 0, rules)
