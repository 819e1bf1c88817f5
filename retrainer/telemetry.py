"""What the retrainer's own /metrics page shows: figures of this process."""

import platform
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.metadata import version

import psutil
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from exporter import catalog
from exporter.catalog import Kind, Metric
from exporter.domain.moments import SECOND
from exporter.logs import lost_lines
from exporter.serving.traffic import DROPPED, REFUSED, Traffic

Family = CounterMetricFamily | GaugeMetricFamily
#: The metrics without labels that start at 0, so that their first rise is seen.
_PLAIN = (
    catalog.RETRAINER_ALERTS,
    catalog.RETRAINER_ALERT_REPEATS,
    catalog.RETRAINER_PASSES,
    catalog.RETRAINER_PASS_FAILURES,
    catalog.RETRAINER_FAULTS,
    catalog.RETRAINER_LAST_PASS,
    catalog.RETRAINER_RUN,
)


class Telemetry(Collector):
    """Counts and gauges of this process; fresh families are made for each scrape."""

    def __init__(self, started_at: int, traffic: Traffic | None = None) -> None:
        self._started_at = started_at
        self._traffic = traffic or Traffic()
        self._lock = threading.Lock()
        self._values: dict[str, float] = dict.fromkeys((metric.name for metric in _PLAIN), 0.0)
        self._requests: Counter[tuple[str, ...]] = Counter()
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)

    def add(self, metric: Metric, amount: float = 1) -> None:
        """Moves a counter, or a gauge up and down."""
        with self._lock:
            self._values[metric.name] += amount

    def set(self, metric: Metric, value: float) -> None:
        """Sets a gauge."""
        with self._lock:
            self._values[metric.name] = value

    def count_request(self, route: str, method: str, code: int) -> None:
        """Counts an answered HTTP request."""
        with self._lock:
            self._requests[route, method, str(code)] += 1

    def describe(self) -> Iterable[Family]:
        """The families without samples: registering costs nothing."""
        for metric in catalog.CATALOG.values():
            if metric.collector == "retrainer":
                yield _family(metric)

    def collect(self) -> Iterator[Family]:
        """The families as they are now."""
        with self._lock:
            values, requests = dict(self._values), dict(self._requests)
        for metric in _PLAIN:
            yield _family(metric, values[metric.name])
        family = _family(catalog.RETRAINER_HTTP_REQUESTS)
        for labels, count in requests.items():
            family.add_metric(labels, count)
        for code in REFUSED:
            family.add_metric(("refused", "other", str(code)), self._traffic.refused[code])
        yield family
        family = _family(catalog.RETRAINER_HTTP_DROPPED)
        for reason in DROPPED:
            family.add_metric((reason,), self._traffic.dropped[reason])
        yield family
        yield from self._process_families()

    def _process_families(self) -> Iterator[Family]:
        process = psutil.Process()
        times = process.cpu_times()
        yield _family(catalog.RETRAINER_START, self._started_at / SECOND)
        yield _family(catalog.RETRAINER_CPU, times.user + times.system)
        yield _family(catalog.RETRAINER_MEMORY, process.memory_info().rss)
        yield _family(catalog.RETRAINER_LOG_LINES_LOST, lost_lines())
        info = _family(catalog.RETRAINER_BUILD_INFO)
        info.add_metric([version("lotofacil-monitor"), platform.python_version()], 1)
        yield info


def _family(metric: Metric, value: float | None = None) -> Family:
    kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    if value is None:
        return kind(metric.name, metric.help, labels=metric.labels)
    return kind(metric.name, metric.help, value=value)
