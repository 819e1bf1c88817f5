"""Values of this process and its machine, by the metric types that rules name."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Machine:
    """Asks the machine: ratios 0-1, seconds, counts; `services` tells which of them run."""

    resources: Callable[[], Mapping[str, float]]
    services: Callable[[], Mapping[str, bool]]
    spooled: Callable[[], int]
    errors: Callable[[], int]
    now: Callable[[], int]

    def __call__(self) -> dict[str, float]:
        readings = self.resources()
        busy, memory = readings["host_cpu_usage_ratio"], readings["host_memory_used_ratio"]
        healthy = float(all(self.services().values()))
        return {
            "system": healthy,
            "system.health": healthy,
            "system.cpu": busy,
            "system.memory": memory,
            "system.disk": readings["host_disk_used_ratio"],
            "system.uptime": self.now() / SECOND - readings["process_start_timestamp_seconds"],
            "system.spool": self.spooled(),
            "system.errors": self.errors(),
            "performance.cpu": busy,
            "performance.memory": memory,
        }
