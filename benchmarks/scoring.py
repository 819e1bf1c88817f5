"""A result that scores many predictions, beside one SQL UPDATE that computes the hits."""

import multiprocessing
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import text

from benchmarks.measuring import Result, absolute, at_most, compared, in_turn
from benchmarks.samples import DRAW, DRAWN, application, day_of_draw, predictions
from exporter.app import Application
from exporter.domain.definitions import LOTOFACIL
from exporter.domain.tickets import encode_draw
from exporter.storage.engine import writing

_CHUNK = 20_000
#: Megabytes, whatever the number of predictions; with SQLite its page cache of 64 comes on top.
_MEMORY = {"SQLite": 114, "PostgreSQL": 50}
_SCORED = ("draws", "draw_scores", "evidence", "game_totals")


def one_result(rounds: int, count: int = 1_000_000) -> list[Result]:
    """One result that decides a million predictions in SQLite."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        _filled(folder, count) as app,
        _copied(app, Path(folder) / "floor.db") as update,
    ):
        return _measured("SQLite", app, update, rounds, count)


def one_result_in_postgres(url: str, rounds: int, count: int = 1_000_000) -> list[Result]:
    """The same in PostgreSQL; `url` is an empty database."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        _filled(folder, count, url) as app,
        psycopg.connect(plain, autocommit=True) as db,
    ):
        db.execute("CREATE TABLE raw (LIKE predictions INCLUDING ALL)")
        db.execute("ALTER TABLE raw ADD COLUMN hits INT")
        db.execute("INSERT INTO raw SELECT * FROM predictions")
        return _measured("PostgreSQL", app, partial(_update_postgres, db), rounds, count)


def everyday_draw(rounds: int, tickets: int = 3300) -> list[Result]:
    """A draw with as many tickets as one office plays, from the call to its return."""
    numbers = iter(range(1, DRAW))
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        _filled(f"{folder}/copied", tickets) as copied,
        _copied(copied, Path(folder) / "floor.db") as update,
        application() as app,
    ):

        def ours() -> float:
            number = next(numbers)
            app.metrics.record_predictions(predictions(tickets, draw=number))
            started = time.perf_counter()
            app.tracker.record_result("lotofacil", number, DRAWN, day_of_draw(number))
            return (time.perf_counter() - started) * 1000

        measured = in_turn(rounds, ours, lambda: update() * 1000)
    name = f"a result of {tickets:,} tickets"
    return [
        absolute(name, "ms", 5, measured[0]),
        compared(f"{name}, beside one UPDATE", "ms", measured),
    ]


def _measured(
    engine: str, app: Application, update: Callable[[], float], rounds: int, count: int
) -> list[Result]:
    grown: list[float] = []

    def ours() -> float:
        _forget_result(app)
        seconds, more = _in_a_child(app.settings.database, app.settings.LOTOFACIL_DATA_DIR)
        grown.append(more)
        return seconds

    measured = in_turn(rounds, ours, update)
    return [
        at_most(f"a result that scores {count:,} predictions, {engine}", "s", 1.5, measured),
        absolute(f"memory that takes, {engine}", "MB", _MEMORY[engine], max(grown)),
    ]


@contextmanager
def _filled(folder: str, count: int, url: str = "") -> Iterator[Application]:
    given = url or f"sqlite:///{folder}/metrics.db"
    with application(DATABASE_URL=given, LOTOFACIL_DATA_DIR=Path(folder)) as app:
        raw = predictions(min(count, _CHUNK))
        for _ in range(count // len(raw)):
            app.metrics.record_predictions(raw)
        yield app


def _forget_result(app: Application) -> None:
    with writing(app.engine) as connection:
        for table in _SCORED:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of our own
        scored = "DELETE FROM totals WHERE measure NOT IN ('predictions', 'confidence')"
        connection.execute(text(scored))
    app.engine.dispose()


def _in_a_child(url: str, folder: Path) -> tuple[float, float]:
    """Seconds and more megabytes, in a process that has done nothing before."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_score, url, folder).result()


def _score(url: str, folder: Path) -> tuple[float, float]:
    with application(DATABASE_URL=url, LOTOFACIL_DATA_DIR=folder) as app:
        app.snapshots.take()  # connects and looks at the schema
        before = psutil.Process().memory_info().rss
        started = time.perf_counter()
        app.tracker.record_result("lotofacil", DRAW, DRAWN, day_of_draw(DRAW))
        seconds = time.perf_counter() - started
    return seconds, _peak() - before / 2**20


def _peak() -> float:
    """The most megabytes of this process; getrusage would tell its parent's when that is more."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def _copied(app: Application, path: Path) -> Iterator[Callable[[], float]]:
    """A copy of the database, rows and indexes, with a column for the hits."""
    with closing(sqlite3.connect(str(app.engine.url.database))) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(str(app.engine.url.database), path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        db.execute("PRAGMA cache_size=-65536")
        db.execute("ALTER TABLE predictions ADD COLUMN hits INTEGER")
        yield partial(_update_sqlite, db)


def _update_sqlite(db: sqlite3.Connection) -> float:
    """UPDATE … SET hits = number of common bits, as plain SQL must say it in SQLite."""
    bits = encode_draw(DRAWN, LOTOFACIL)
    terms = " + ".join(f"(numbers >> {k} & 1)" for k in range(25) if bits >> k & 1)
    db.execute("UPDATE predictions SET hits = NULL")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    started = time.perf_counter()
    db.execute(f"UPDATE predictions SET hits = {terms} WHERE draw_number = ?", (DRAW,))  # noqa: S608
    return time.perf_counter() - started


def _update_postgres(db: psycopg.Connection) -> float:
    bits = encode_draw(DRAWN, LOTOFACIL)
    db.execute("UPDATE raw SET hits = NULL")
    db.execute("VACUUM ANALYZE raw")
    started = time.perf_counter()
    query = "UPDATE raw SET hits = bit_count((numbers & %s)::bit(25)) WHERE draw_number = %s"
    db.execute(query, (bits, DRAW))
    return time.perf_counter() - started
