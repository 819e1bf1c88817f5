"""Values of this process and its machine, by the metric types that rules name."""

from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from exporter.domain.moments import HOUR, SECOND
from exporter.services.system_resources import read_resources

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


class Processor:
    """Share of the machine's processor time in use since the last call; None at the first.

    psutil's own figure is kept for each thread apart, and threads of a server come and go.
    """

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None

    def __call__(self) -> float | None:
        times = psutil.cpu_times()
        total = sum(times)
        busy = total - times.idle - getattr(times, "iowait", 0.0)
        last, self._last = self._last, (busy, total)
        if last is None or total <= last[1]:
            return None
        return min(1.0, max(0.0, (busy - last[0]) / (total - last[1])))


class Machine:
    """Asks the machine: ratios 0-1, seconds, counts; `services` tells which of them run."""

    def __init__(
        self,
        folder: Path,
        services: Callable[[], Mapping[str, bool]],
        spooled: Callable[[], int],
        errors: Callable[[], int],
        now: Callable[[], int],
    ) -> None:
        self._folder = folder
        self._services = services
        self._spooled = spooled
        self._errors = errors
        self._now = now
        self._processor = Processor()

    def __call__(self) -> dict[str, float]:
        found, cpu = read_resources(self._folder), self._processor()
        busy = {} if cpu is None else {"system.cpu": cpu, "performance.cpu": cpu}
        memory = found["host_memory_used_ratio"]
        healthy = float(all(self._services().values()))
        return {
            "system": healthy,
            "system.health": healthy,
            "system.memory": memory,
            "system.disk": found["host_disk_used_ratio"],
            "system.uptime": self._now() / SECOND - found["process_start_timestamp_seconds"],
            "system.spool": self._spooled(),
            "system.errors": self._errors(),
            "performance.memory": memory,
            **busy,
        }
