"""What the retrainer says of its process, on its own page; here, where dashboards can name it."""

from collections.abc import Iterator, Mapping
from threading import Lock

import psutil
from prometheus_client import registry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family

from exporter.collectors.declarations import BUILD, Collector, Metric, named, this_build
from exporter.domain.moments import SECOND
from exporter.logs import lost_lines
from exporter.serving.http_instruments import HttpInstruments
from exporter.serving.terms import DROPPED, REFUSED, Traffic


class Telemetry(registry.Collector):
    """Counts of a retrainer that started at `started_at` (microseconds), from many threads."""

    def __init__(self, started_at: int, traffic: Traffic | None = None) -> None:
        self.started_at = started_at
        self.traffic = traffic or Traffic()
        self._lock = Lock()
        self._values: dict[str, float] = {}
        self.http = HttpInstruments(self.traffic)

    def add(self, metric: Metric, amount: float = 1) -> None:
        """Moves a counter, or a gauge up and down."""
        with self._lock:
            self._values[metric.name] = self._values.get(metric.name, 0) + amount

    def set(self, metric: Metric, value: float) -> None:
        """Sets a gauge."""
        with self._lock:
            self._values[metric.name] = value

    def value(self, name: str) -> float:
        """What was counted or set; 0 at the start, so that the first rise is seen."""
        return self._values.get(name, 0)

    def requests(self) -> Mapping[tuple[str, str, str], int]:
        """Requests by route, method and code; those that the server itself refused have none."""
        refused = {("refused", "other", str(code)): self.traffic.refused[code] for code in REFUSED}
        return {**self.http.snapshot().requests, **refused}

    def collect(self) -> Iterator[Family]:
        """The families as they are now, as prometheus_client's encoders want them."""
        return COLLECTOR.collect(self)

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """The page and its content type, as the scraper's Accept header asks."""
        encode, content_type = choose_encoder(accept)
        return encode(self), content_type


COLLECTOR = Collector[Telemetry]("retrainer")

_retrainer = COLLECTOR.single()


def _counter(name: str, text: str) -> Metric:
    return _retrainer.counter(name, text, lambda telemetry: telemetry.value(name))


def _gauge(name: str, text: str) -> Metric:
    return _retrainer.gauge(name, text, lambda telemetry: telemetry.value(name))


RETRAINER_BUILD_INFO = COLLECTOR.by(BUILD, lambda _: [(this_build(), 1)]).gauge(
    "lotofacil_retrainer_build_info",
    "Constant 1, labelled with the retrainer's and Python's version.",
    float,
)
RETRAINER_START = _retrainer.gauge(
    "lotofacil_retrainer_start_timestamp_seconds",
    "When this process started.",
    lambda telemetry: telemetry.started_at / SECOND,
)
RETRAINER_CPU = _retrainer.counter(
    "lotofacil_retrainer_cpu_seconds",
    "Processor time this process has used, without its training commands (psutil).",
    lambda _: sum(psutil.Process().cpu_times()[:2]),
)
RETRAINER_MEMORY = _retrainer.gauge(
    "lotofacil_retrainer_resident_memory_bytes",
    "Memory this process holds, without its training commands (psutil).",
    lambda _: psutil.Process().memory_info().rss,
)
RETRAINER_LOG_LINES_LOST = _retrainer.counter(
    "lotofacil_retrainer_log_lines_lost",
    "Log lines that could not be written since this process started, on a full disk for instance.",
    lambda _: lost_lines(),
)
RETRAINER_ALERTS = _counter(
    "lotofacil_retrainer_alerts_received",
    "Alerts that this process took from webhooks, repeated ones too.",
)
RETRAINER_ALERT_REPEATS = _counter(
    "lotofacil_retrainer_alert_repeats",
    "Alerts that this process was told of more than once and kept once.",
)
RETRAINER_PASSES = _counter(
    "lotofacil_retrainer_passes",
    "Times the worker of this process looked for requests, schedules and broken thresholds.",
)
RETRAINER_PASS_FAILURES = _counter(
    "lotofacil_retrainer_pass_failures",
    "Looks of the worker that failed (the database was away, say) and are repeated.",
)
RETRAINER_FAULTS = _counter(
    "lotofacil_retrainer_faults",
    "Errors that nobody foresaw; the log has their traceback, and the work goes on.",
)
RETRAINER_LAST_PASS = _gauge(
    "lotofacil_retrainer_last_pass_timestamp_seconds",
    "When the worker last looked for something to do; long past: it hangs.",
)
RETRAINER_RUN = _gauge(
    "lotofacil_retrainer_training",
    "Training commands that this process runs now.",
)

RETRAINER_HTTP_REQUESTS = COLLECTOR.by(
    ("route", "method", "code"), lambda telemetry: telemetry.requests().items()
).counter(
    "lotofacil_retrainer_http_requests",
    "HTTP requests this process has answered; unknown paths share one route, and so does what was"
    " refused before its body was read.",
    float,
)
RETRAINER_HTTP_DROPPED = COLLECTOR.by(
    ("reason",),
    lambda telemetry: named({reason: telemetry.traffic.dropped[reason] for reason in DROPPED}),
).counter(
    "lotofacil_retrainer_http_connections_dropped",
    "Connections ended without an answer: headers that did not come in time, an answer that the"
    " client did not take, no room beside the others.",
    float,
)
