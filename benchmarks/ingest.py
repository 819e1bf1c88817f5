"""Recording: batches and single calls, beside what the bare database can do."""

import os
import sqlite3
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.measuring import Result, absolute, at_least, at_most, compared, in_turn, percentile
from benchmarks.samples import application, predictions
from exporter.domain.batches import BatchParser
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.prediction_parser import PredictionParser
from exporter.recording.metrics_service import encode_metadata

BATCH = 1000
_TABLE = """CREATE TABLE raw (id {key}, key VARCHAR(128), game_id INT, model_id INT,
predicted_at BIGINT, draw_number INT, size INT, numbers BIGINT, numbers_high BIGINT,
confidence INT, latency BIGINT, metadata TEXT)"""
_INDEXES = (
    "CREATE UNIQUE INDEX raw_key ON raw (key)",
    "CREATE INDEX raw_draw ON raw (game_id, draw_number, model_id, predicted_at)",
)
_NAMES = (
    "key, game_id, model_id, predicted_at, draw_number, size, numbers, numbers_high, "
    "confidence, latency, metadata"
)


def batches_into_sqlite(rounds: int, count: int = 100_000) -> Result:
    """Batches through the public API: validation, keys and roll-ups included."""
    raw = predictions(count)
    rows = _rows(raw)
    rates = in_turn(rounds, lambda: _our_rate(raw), lambda: _sqlite_rate(rows))
    return at_least("batch ingest into SQLite", "rows/s", 0.5, rates)


def batches_into_postgres(url: str, rounds: int, count: int = 50_000) -> Result:
    """The same into PostgreSQL, beside COPY; `url` is an empty database."""
    raw = predictions(count)
    rows = _rows(raw)
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    rates = in_turn(
        rounds, lambda: _our_rate(raw, DATABASE_URL=url), lambda: _copy_rate(plain, rows)
    )
    return at_least("batch ingest into PostgreSQL", "rows/s", 0.5, rates)


def single_calls(rounds: int, count: int = 10_000, a_second: int = 5000) -> list[Result]:
    """One durable call at a time, at a steady rate, while batches are delivered behind it."""
    raw = predictions(count)
    ours, floors = [], []
    for _ in range(rounds):
        floors.append(_paced_commits(_rows(raw), a_second))
        ours.append(_paced_calls(raw, a_second))
    pause = max(max(times) for times in ours) * 1000
    return [
        at_most("one durable call, p50", "µs", 2.5, _at_share(0.5, floors, ours)),
        at_most("one durable call, p99", "µs", 10, _at_share(0.99, floors, ours)),
        absolute("one durable call, longest pause", "ms", 50, pause),
    ]


def synced_calls(rounds: int, count: int = 2000, a_second: int = 200) -> list[Result]:
    """One call that returns when the disk has the record, beside one write that the disk has."""
    raw = predictions(count)
    ours, floors = [], []
    for _ in range(rounds):
        floors.append(_paced_writes(count, a_second))
        ours.append(_paced_calls(raw, a_second, SPOOL_SYNC="full"))
    name = "one call with SPOOL_SYNC=full"
    return [
        at_most(f"{name}, p50", "µs", 4, _at_share(0.5, floors, ours)),
        compared(f"{name}, p99", "µs", _at_share(0.99, floors, ours)),
    ]


def _at_share(
    share: float, floors: Sequence[Sequence[float]], ours: Sequence[Sequence[float]]
) -> tuple[float, float, float]:
    """What `share` of the calls of each round do not exceed, in microseconds: see `in_turn`."""
    low = [percentile(times, share) * 1e6 for times in floors]
    mine = [percentile(times, share) * 1e6 for times in ours]
    return _medians(list(zip(low, mine, strict=True)))


def relaxed_calls(rounds: int, count: int = 20_000, a_second: int = 5000) -> list[Result]:
    """One call of the memory queue, by a caller that computes in between, as predictors do.

    Beside it the same caller of a function that keeps its arguments and does nothing else.
    """
    raw = predictions(count)

    def p99(record: Callable[..., Any]) -> float:
        times = [_timed(lambda one=one: record(**one)) for one in _busy(raw, a_second)]
        return percentile(times, 0.99) * 1e6

    def ours() -> float:
        with application(SPOOL_DURABLE=False) as app:
            app.metrics.start()
            app.metrics.record_prediction(**raw[0])
            return p99(app.metrics.record_prediction)

    kept: deque[dict[str, Any]] = deque()
    measured = in_turn(rounds, ours, lambda: p99(lambda **given: kept.append(given)))
    name = "one relaxed call, p99"
    return [
        absolute(name, "µs", 10, measured[0]),
        compared(f"{name}, beside a call that checks nothing", "µs", measured),
    ]


def _medians(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    feed = iter(pairs)
    current: list[tuple[float, float]] = []

    def floor() -> float:
        current.append(next(feed))
        return current[-1][0]

    return in_turn(len(pairs), lambda: current[-1][1], floor)


def _rows(raw: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The rows that our own parser makes, so that the floor stores the very same."""
    now = time.time_ns() // 1000
    parser = PredictionParser(KNOWN_GAMES, lambda: now, encode_metadata, "0123456789abcdef")
    (columns,) = BatchParser(parser).parse(raw).columns
    values = {**columns.fields, "game_id": [1] * len(raw), "model_id": [1] * len(raw)}
    return list(zip(*(values[name] for name in _NAMES.split(", ")), strict=True))


def _our_rate(raw: Sequence[dict[str, Any]], **settings: Any) -> float:
    with application(**settings) as app:
        app.metrics.record_predictions(raw[:1])
        started = time.perf_counter()
        for start in range(0, len(raw), BATCH):
            app.metrics.record_predictions(raw[start : start + BATCH])
        return len(raw) / (time.perf_counter() - started)


@contextmanager
def _sqlite() -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "raw.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
            db.execute(_TABLE.format(key="INTEGER PRIMARY KEY"))
            for index in _INDEXES:
                db.execute(index)
            yield db


def _insert() -> str:
    marks = ", ".join("?" * len(_NAMES.split(",")))
    return f"INSERT INTO raw ({_NAMES}) VALUES ({marks})"  # noqa: S608 - names of our own


def _sqlite_rate(rows: Sequence[tuple[Any, ...]]) -> float:
    with _sqlite() as db:
        started = time.perf_counter()
        for start in range(0, len(rows), BATCH):
            db.execute("BEGIN")
            db.executemany(_insert(), rows[start : start + BATCH])
            db.execute("COMMIT")
        return len(rows) / (time.perf_counter() - started)


def _copy_rate(url: str, rows: Sequence[tuple[Any, ...]]) -> float:
    with psycopg.connect(url) as db:
        db.execute("DROP TABLE IF EXISTS raw")
        db.execute(_TABLE.format(key="BIGSERIAL PRIMARY KEY"))
        for index in _INDEXES:
            db.execute(index)
        db.commit()
        started = time.perf_counter()
        for start in range(0, len(rows), BATCH):
            with db.cursor().copy(f"COPY raw ({_NAMES}) FROM STDIN") as copy:
                for row in rows[start : start + BATCH]:
                    copy.write_row(row)
            db.commit()
        return len(rows) / (time.perf_counter() - started)


def _paced_commits(rows: Sequence[tuple[Any, ...]], a_second: int) -> list[float]:
    with _sqlite() as db:
        insert = _insert()
        return [_timed(lambda row=row: db.execute(insert, row)) for row in _paced(rows, a_second)]


def _paced_writes(count: int, a_second: int) -> list[float]:
    """A page each, as SQLite would write; the folder is where an application's spool would be."""
    page = bytes(4096)

    def write() -> None:
        os.write(file.fileno(), page)
        os.fdatasync(file.fileno())

    with tempfile.TemporaryFile(prefix="bench-") as file:
        return [_timed(write) for _ in _paced(range(count), a_second)]


def _paced_calls(raw: Sequence[dict[str, Any]], a_second: int, **settings: Any) -> list[float]:
    with application(**settings) as app:
        app.metrics.start()
        app.metrics.record_prediction(**raw[0])
        record = app.metrics.record_prediction
        return [_timed(lambda one=one: record(**one)) for one in _paced(raw, a_second)]


def _timed(call: Any) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _paced(items: Sequence[Any], a_second: int) -> Iterator[Any]:
    """The items, each at its time; the caller sleeps in between."""
    began = time.perf_counter()
    for index, item in enumerate(items):
        ahead = began + index / a_second - time.perf_counter()
        if ahead > 0:
            time.sleep(ahead)
        yield item


def _busy(items: Sequence[Any], a_second: int) -> Iterator[Any]:
    """The items, each at its time; the caller works in between."""
    began = time.perf_counter()
    for index, item in enumerate(items):
        while time.perf_counter() < began + index / a_second:
            pass
        yield item
