"""A result that scores many predictions, beside one SQL UPDATE that computes the hits."""

import resource
import sqlite3
import time
from datetime import date

from sqlalchemy import text

from benchmarks.measuring import Result, absolute, at_most, in_turn
from benchmarks.samples import DRAW, application, predictions
from exporter.app import Application
from exporter.domain.definitions import LOTOFACIL
from exporter.domain.tickets import encode_draw
from exporter.storage.engine import writing

_DAY = date(2090, 1, 2)


def one_result(rounds: int, count: int = 1_000_000) -> list[Result]:
    """One result that decides a million predictions; the same rows are updated as the floor."""
    raw = predictions(20_000)
    with application() as app:
        for _ in range(count // len(raw)):
            app.metrics.record_predictions(raw)
        app.engine.dispose()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        measured = in_turn(rounds, lambda: _score(app), lambda: _update(app))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return [
        at_most(f"a result that scores {count:,} predictions", "s", 1.5, measured),
        absolute("memory it takes", "MB", 50, grown),
    ]


def everyday_draw(rounds: int, tickets: int = 3300) -> Result:
    """A draw with as many tickets as one office plays, from the call to its return."""
    times = []
    with application() as app:
        for number in range(1, rounds * 3 + 1):
            app.metrics.record_predictions(predictions(tickets, draw=number))
            started = time.perf_counter()
            day = date.fromordinal(_DAY.toordinal() + number)
            app.tracker.record_result("lotofacil", number, _drawn(), day)
            times.append((time.perf_counter() - started) * 1000)
    return absolute(f"a result of {tickets} tickets", "ms", 5, sorted(times)[len(times) // 2])


def _drawn() -> list[int]:
    """Any fifteen numbers."""
    return list(range(1, 26, 2)) + [2, 4]


def _score(app: Application) -> float:
    with writing(app.engine) as connection:
        for table in ("draws", "draw_scores", "evidence", "game_totals"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of our own
        scored = "DELETE FROM totals WHERE measure NOT IN ('predictions', 'confidence')"
        connection.execute(text(scored))
    started = time.perf_counter()
    app.tracker.record_result("lotofacil", DRAW, _drawn(), _DAY)
    return time.perf_counter() - started


def _update(app: Application) -> float:
    """UPDATE … SET hits = number of common bits, as plain SQL must say it in SQLite."""
    bits = encode_draw(_drawn(), LOTOFACIL)
    terms = " + ".join(f"(numbers >> {k} & 1)" for k in range(25) if bits >> k & 1)
    with sqlite3.connect(str(app.engine.url.database)) as db:
        columns = {row[1] for row in db.execute("PRAGMA table_info(predictions)")}
        if "hits" not in columns:
            db.execute("ALTER TABLE predictions ADD COLUMN hits INTEGER")
        db.execute("UPDATE predictions SET hits = NULL")
        db.commit()
        started = time.perf_counter()
        db.execute(f"UPDATE predictions SET hits = {terms} WHERE draw_number = ?", (DRAW,))  # noqa: S608
        db.commit()
        return time.perf_counter() - started
