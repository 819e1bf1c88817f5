"""The metrics page: its cost at two sizes of the database, and fifty scrapes at once."""

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from benchmarks.measuring import Result, absolute, at_least, at_most, in_turn
from benchmarks.samples import application, record_draws
from benchmarks.serving import EXPORTER, READING_EACH_TIME, get_metrics, serving
from exporter.app import Application, build_exposition
from exporter.collectors.exposition import Exposition, Families
from exporter.serving.http_instruments import HttpInstruments

_TIMES = 100


def page(rounds: int, small: int = 10_000, large: int = 5_000_000) -> list[Result]:
    """The same series from a small and from a large database, beside ready-made families."""
    with application() as little, application() as big:
        record_draws(little, small)
        record_draws(big, large)
        first, second = _exposition(little), _exposition(big)
        ready = _ready_made(second)
        beside = in_turn(rounds, partial(_ms, second.render), partial(_ms, ready))
        sizes = in_turn(rounds, partial(_ms, second.render), partial(_ms, first.render))
        statements = _statements(big, second)
    return [
        at_most(f"/metrics with {large:,} predictions", "ms", 1.0, beside),
        at_most(f"/metrics with {large:,} beside {small:,}", "ms", 1.1, sizes),
        absolute("SQL statements of 50 scrapes at once", "statements", 0, statements),
    ]


def fifty_scrapes(rounds: int, each: int = 20, count: int = 10_000) -> Result:
    """Requests answered to fifty clients, beside a server that reads and renders each time."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder)
        with application(
            DATABASE_URL=f"sqlite:///{path / 'metrics.db'}", LOTOFACIL_DATA_DIR=path
        ) as app:
            record_draws(app, count)
        with serving(EXPORTER, path) as ours, serving(READING_EACH_TIME, path) as floor:
            rates = in_turn(
                rounds, lambda: _rate(ours, each), lambda: _rate(floor, max(each // 10, 1))
            )
    return at_least("50 scrapes at once, beside reading each time", "requests/s", 10, rates)


def _exposition(app: Application) -> Exposition:
    app.snapshots.take()
    made = build_exposition(app, HttpInstruments())
    made.render()
    return made


def _ready_made(exposition: Exposition) -> Any:
    registry = CollectorRegistry()
    text = exposition.render()[0].decode()
    registry.register(Families(text_string_to_metric_families(text)))
    return partial(generate_latest, registry)


def _ms(render: Any) -> float:
    times = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        render()
        times.append(time.perf_counter() - started)
    return median(times) * 1000


def _statements(app: Application, exposition: Exposition) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(app.engine, "before_cursor_execute", note)
    with ThreadPoolExecutor(50) as clients:
        list(clients.map(lambda _: exposition.render(), range(50)))
    event.remove(app.engine, "before_cursor_execute", note)
    return len(seen)


def _rate(port: int, each: int) -> float:
    with ThreadPoolExecutor(50) as clients:
        started = time.perf_counter()
        answered: Sequence[int] = list(clients.map(lambda _: _scrape(port, each), range(50)))
        return sum(answered) / (time.perf_counter() - started)


def _scrape(port: int, each: int) -> int:
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        return sum(get_metrics(connection).startswith(b"# HELP") for _ in range(each))
