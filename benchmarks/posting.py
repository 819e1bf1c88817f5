"""Recording over HTTP: batches, and single posts while batches arrive."""

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.ingest import BATCH
from benchmarks.measuring import Result, absolute, compared, in_turn, percentile
from benchmarks.samples import predictions
from benchmarks.serving import DISCARDING, EXPORTER, post, serving


def batches_over_http(rounds: int, count: int = 100_000) -> list[Result]:
    """Batches of 1,000 in one connection, from another process than the server's."""
    bodies = _bodies(count)
    with _server(EXPORTER) as ours, _server(DISCARDING) as floor:
        post(ours, bodies[0])
        measured = in_turn(rounds, lambda: _rate(ours, bodies), lambda: _rate(floor, bodies))
    stored = absolute("HTTP batches of 1,000", "rows/s", 80_000, measured[0], below=False)
    return [stored, compared("HTTP batches beside a server that discards", "rows/s", measured)]


def single_posts(seconds: float = 10.0, pause: float = 0.01) -> list[Result]:
    """Single posts at a steady rate, timed by the client, while batches arrive without end.

    Beside it the same posts while no batch arrives and a process only computes: on a machine
    with few processors that is what waiting for one of them costs.
    """
    one, bodies = msgspec.json.encode(predictions(1)[0]), _bodies(20 * BATCH)
    with _port(EXPORTER) as port:
        computing = _timed_beside(_compute_until, (), port, one, seconds / 2, pause)
        times = _timed_beside(_post_until, (port, bodies), port, one, seconds, pause)
    p99, floor = (percentile(found, 0.99) * 1000 for found in (times, computing))
    name = "single post while batches arrive, p99"
    measured = (p99, floor, p99 / floor)
    return [
        absolute(name, "ms", 5, p99),
        compared("single post, beside a process that computes", "ms", measured),
    ]


def _timed_beside(
    busy: Callable[..., None], given: tuple[Any, ...], port: int, body: bytes, *pace: float
) -> list[float]:
    """Times of single posts while another process, as senders are, is busy."""
    processes = multiprocessing.get_context("spawn")
    stop = processes.Event()
    other = processes.Process(target=busy, args=(*given, stop))
    other.start()
    try:
        return _timed_posts(port, body, *pace)
    finally:
        stop.set()
        other.join()


def _compute_until(stop: Event) -> None:
    while not stop.is_set():
        sum(range(10_000))


def _bodies(count: int) -> list[bytes]:
    raw = predictions(count)
    return [msgspec.json.encode(raw[start : start + BATCH]) for start in range(0, count, BATCH)]


@contextmanager
def _port(module: Sequence[str]) -> Iterator[int]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        serving(module, Path(folder)) as port,
    ):
        yield port


@contextmanager
def _server(module: Sequence[str]) -> Iterator[HTTPConnection]:
    with _port(module) as port, closing(HTTPConnection("127.0.0.1", port)) as connection:
        yield connection


def _rate(connection: HTTPConnection, bodies: Sequence[bytes]) -> float:
    started = time.perf_counter()
    for body in bodies:
        post(connection, body)
    return len(bodies) * BATCH / (time.perf_counter() - started)


def _post_until(port: int, bodies: Sequence[bytes], stop: Event) -> None:
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        while not stop.is_set():
            for body in bodies:
                post(connection, body)
                if stop.is_set():
                    return


def _timed_posts(port: int, body: bytes, seconds: float, pause: float) -> list[float]:
    times: list[float] = []
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        post(connection, body)
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            started = time.perf_counter()
            post(connection, body)
            times.append(time.perf_counter() - started)
            time.sleep(pause)
    return times
