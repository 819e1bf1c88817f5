"""What this process and its machine say themselves, at each scrape: no database in between."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import time

import psutil
from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family, histogram, single
from exporter.logs import level_counts
from exporter.services.http_instruments import HttpInstruments


@dataclass(frozen=True, slots=True)
class Resources:
    """The collector `resources`; `folder` tells which file system is meant."""

    folder: Path
    process: psutil.Process

    def collect(self) -> Iterator[Family]:
        """Families of the collector `resources`."""
        memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(self.folder))
        yield single(catalog.HOST_CPU, psutil.cpu_percent(None) / 100)
        yield single(catalog.HOST_MEMORY_TOTAL, memory.total)
        yield single(catalog.HOST_MEMORY_AVAILABLE, memory.available)
        yield single(catalog.HOST_DISK_TOTAL, disk.total)
        yield single(catalog.HOST_DISK_FREE, disk.free)
        with self.process.oneshot():
            yield from self._own()

    def _own(self) -> Iterator[Family]:
        times = self.process.cpu_times()
        yield single(catalog.PROCESS_UPTIME, time() - self.process.create_time())
        yield single(catalog.PROCESS_CPU, times.user + times.system)
        yield single(catalog.PROCESS_MEMORY, self.process.memory_info().rss)
        yield single(catalog.PROCESS_THREADS, self.process.num_threads())
        yield single(catalog.PROCESS_OPEN_FILES, self.process.num_fds())


def collect_logs() -> Iterator[Family]:
    """Families of the collector `logs`."""
    counts = level_counts()
    yield family(catalog.LOG_MESSAGES, [((level,), n) for level, n in counts.items()])


def collect_http(instruments: HttpInstruments) -> Iterator[Family]:
    """Families of the collector `http`."""
    seen = instruments.snapshot()
    yield family(catalog.HTTP_REQUESTS, seen.requests.items())
    samples = []
    for route, durations in seen.durations.items():
        counts = durations.cumulative
        each = [n - before for before, n in zip([0, *counts], counts, strict=False)]
        samples.append(((route,), each, durations.total))
    yield histogram(catalog.HTTP_DURATION, samples)
