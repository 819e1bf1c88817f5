"""Values of this process and its machine, by the metric types that rules name."""

from collections import deque
from collections.abc import Callable, Mapping

from exporter.domain.moments import HOUR, SECOND

#: Samples of the error counter are at least this far apart, so that an hour holds few.
_STEP = 60 * SECOND


class ErrorsOfHour:
    """Error lines in the log of the last hour, out of a counter that only grows.

    `count` gives the counter, `now` microseconds.
    """

    def __init__(self, count: Callable[[], int], now: Callable[[], int]) -> None:
        self._count = count
        self._now = now
        self._seen: deque[tuple[int, int]] = deque([(now(), count())])

    def __call__(self) -> int:
        now, total = self._now(), self._count()
        if now - self._seen[-1][0] >= _STEP:
            self._seen.append((now, total))
        while len(self._seen) > 1 and self._seen[1][0] <= now - HOUR:
            self._seen.popleft()
        return total - self._seen[0][1]


class Machine:
    """Asks the machine: ratios 0-1, seconds, counts; `services` tells which of them run."""

    def __init__(
        self,
        resources: Callable[[], Mapping[str, float]],
        services: Callable[[], Mapping[str, bool]],
        spooled: Callable[[], int],
        errors: Callable[[], int],
        now: Callable[[], int],
    ) -> None:
        self._resources = resources
        self._services = services
        self._spooled = spooled
        self._errors = errors
        self._now = now

    def __call__(self) -> dict[str, float]:
        found = self._resources()
        busy, memory = found["host_cpu_usage_ratio"], found["host_memory_used_ratio"]
        healthy = float(all(self._services().values()))
        return {
            "system": healthy,
            "system.health": healthy,
            "system.cpu": busy,
            "system.memory": memory,
            "system.disk": found["host_disk_used_ratio"],
            "system.uptime": self._now() / SECOND - found["process_start_timestamp_seconds"],
            "system.spool": self._spooled(),
            "system.errors": self._errors(),
            "performance.cpu": busy,
            "performance.memory": memory,
        }
