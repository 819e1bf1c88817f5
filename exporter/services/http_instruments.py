"""Counts of HTTP requests, kept in memory and read by the http collector."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from exporter.catalog import HTTP_BUCKETS
from exporter.serving.traffic import Traffic


@dataclass(frozen=True, slots=True)
class Durations:
    """A histogram of seconds: cumulative counts for each bound and for all, and their sum."""

    cumulative: Sequence[int]
    total: float


@dataclass(frozen=True, slots=True)
class HttpSnapshot:
    """Requests by (route, method, code), and durations by route, since the process started."""

    requests: Mapping[tuple[str, str, str], int]
    durations: Mapping[str, Durations]


class HttpInstruments:
    """Counts requests from many threads; a snapshot is consistent in itself.

    `traffic`: what the server sees of clients before and beside the application.
    """

    def __init__(self, traffic: Traffic | None = None) -> None:
        self.traffic = traffic or Traffic()
        self._lock = Lock()
        self._requests: Counter[tuple[str, str, str]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()

    def observe(self, route: str, method: str, code: int, seconds: float) -> None:
        """Counts one answered request; `route` is the rule of the route, never the raw path."""
        bucket = bisect_left(HTTP_BUCKETS, seconds)
        with self._lock:
            self._requests[route, method, str(code)] += 1
            if route not in self._buckets:
                self._buckets[route] = [0] * (len(HTTP_BUCKETS) + 1)
            self._buckets[route][bucket] += 1
            self._seconds[route] += seconds  # type: ignore[assignment]  # a Counter adds floats, too

    def snapshot(self) -> HttpSnapshot:
        """What was counted so far."""
        with self._lock:
            requests = dict(self._requests)
            buckets = {route: list(counts) for route, counts in self._buckets.items()}
            seconds = dict(self._seconds)
        durations = {
            route: Durations(_cumulated(counts), seconds[route])
            for route, counts in buckets.items()
        }
        return HttpSnapshot(requests, durations)


def _cumulated(counts: Sequence[int]) -> list[int]:
    return [sum(counts[: place + 1]) for place in range(len(counts))]
