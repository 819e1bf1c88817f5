"""What this process and its machine say themselves, at each scrape: no database in between."""

from collections.abc import Callable, Iterator, Mapping
from time import time

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family, histogram, single
from exporter.logs import level_counts, lost_lines
from exporter.services.http_instruments import HttpInstruments
from exporter.serving.traffic import DROPPED, REFUSED
from exporter.storage.watchdog import ended


def collect_resources(read: Callable[[], Mapping[str, float]]) -> Iterator[Family]:
    """Families of the collector `resources`; `read` as SystemResources."""
    found = read()
    yield single(catalog.HOST_CPU, found["host_cpu_usage_ratio"])
    yield single(catalog.HOST_MEMORY_TOTAL, found["host_memory_total_bytes"])
    yield single(catalog.HOST_MEMORY_AVAILABLE, found["host_memory_available_bytes"])
    yield single(catalog.HOST_DISK_TOTAL, found["host_disk_total_bytes"])
    yield single(catalog.HOST_DISK_FREE, found["host_disk_free_bytes"])
    yield single(catalog.PROCESS_UPTIME, time() - found["process_start_timestamp_seconds"])
    yield single(catalog.PROCESS_CPU, found["process_cpu_seconds"])
    yield single(catalog.PROCESS_MEMORY, found["process_resident_memory_bytes"])
    yield single(catalog.PROCESS_THREADS, found["process_threads"])
    yield single(catalog.PROCESS_OPEN_FILES, found["process_open_files"])


def collect_logs() -> Iterator[Family]:
    """Families of the collector `logs`."""
    counts = level_counts()
    yield family(catalog.LOG_MESSAGES, [((level,), n) for level, n in counts.items()])
    yield single(catalog.LOG_LINES_LOST, lost_lines())


def collect_limits() -> Iterator[Family]:
    """Families of the collector `limits`."""
    yield family(catalog.DATABASE_WORK_ENDED, [((why,), n) for why, n in ended().items()])


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
    traffic = instruments.traffic
    yield single(catalog.HTTP_CONNECTIONS, traffic.connections)
    dropped = [((reason,), traffic.dropped[reason]) for reason in DROPPED]
    yield family(catalog.HTTP_DROPPED, dropped)
    refused = [((str(code),), traffic.refused[code]) for code in REFUSED]
    yield family(catalog.HTTP_REFUSED, refused)
