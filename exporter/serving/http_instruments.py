"""Counts of HTTP requests, kept in memory and read by the http collector."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from exporter.serving.terms import Traffic

#: Upper bounds of the buckets of durations, in seconds.
HTTP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


@dataclass(frozen=True, slots=True)
class HttpSnapshot:
    """Since the process started: requests by (route, method, code), and durations by route.

    A duration is its counts in each bucket, the last for what is above all bounds, and the seconds
    in all. `traffic` is as it is now.
    """

    requests: Mapping[tuple[str, str, str], int]
    durations: Mapping[str, tuple[Sequence[int], float]]
    traffic: Traffic


class HttpInstruments:
    """Counts requests from many threads; a snapshot is consistent in itself.

    `traffic`: what the server sees of clients before and beside the application.
    """

    def __init__(self, traffic: Traffic | None = None) -> None:
        self._traffic = traffic or Traffic()
        self._lock = Lock()
        self._requests: Counter[tuple[str, str, str]] = Counter()
        self._buckets: dict[str, list[int]] = defaultdict(lambda: [0] * (len(HTTP_BUCKETS) + 1))
        self._seconds: dict[str, float] = defaultdict(float)

    def observe(self, route: str, method: str, code: int, seconds: float) -> None:
        """Counts one answered request; `route` is the rule of the route, never the raw path."""
        with self._lock:
            self._requests[route, method, str(code)] += 1
            self._buckets[route][bisect_left(HTTP_BUCKETS, seconds)] += 1
            self._seconds[route] += seconds

    def snapshot(self) -> HttpSnapshot:
        """What was counted so far."""
        with self._lock:
            durations = {
                route: (tuple(counts), self._seconds[route])
                for route, counts in self._buckets.items()
            }
            return HttpSnapshot(dict(self._requests), durations, self._traffic)
