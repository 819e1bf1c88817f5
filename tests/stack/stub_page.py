"""A page of metrics made from the catalogue: at least one plausible series of every metric.

It stands in for a seeded exporter where only names, labels and rough values matter.
Counters grow with each scrape, so that rates have something to show.
"""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from exporter.collectors.catalog import CATALOG
from exporter.collectors.declarations import Metric, MetricKind
from exporter.collectors.evidence import DIRECTIONS
from exporter.domain.statistics.baseline import WINDOW_NAMES

#: Values of the labels that do not say which model a series is about.
LABELS = {
    "game": ("lotofacil",),
    "window": WINDOW_NAMES,
    "direction": DIRECTIONS,
    "hits": tuple(str(hits) for hits in range(5, 16)),
    "tier": tuple(str(tier) for tier in range(11, 16)),
    "kind": ("prediction", "result"),
    "collector": ("exporter", "accuracy"),
    "level": ("info", "error"),
    "route": ("/metrics", "/api/metrics"),
    "method": ("GET",),
    "code": ("200", "500"),
    "reason": ("deadline", "room"),
    "outcome": ("succeeded", "failed"),
    "decision": ("accepted", "refused"),
    "rule": ("Baixa Acurácia",),
    "metric_type": ("accuracy",),
    "condition": ("<",),
    "severity": ("warning",),
    "event": ("accuracy_drop",),
    "version": ("0.1.0",),
    "python_version": ("3.11",),
}
MODELS: tuple[dict[str, str], ...] = (
    {"model_version": "v1", "role": "model"},
    {"model_version": "v2", "role": "model"},
    {"model_version": "random", "role": "control"},
)
#: Evidence is as large as it may get.
VALUES = {
    "value": 1e300,
    "ratio": 0.6,
    "seconds": 30.0,
    "bytes": 1e6,
    "reais": 100.0,
    "up": 1.0,
    "success": 1.0,
}


class Handler(BaseHTTPRequestHandler):
    """Answers every request with the page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(page().encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


@contextmanager
def serving_page() -> Iterator[str]:
    """Serve the page: lends the address, host and port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def page() -> str:
    """All series, as of now."""
    return "\n".join(itertools.chain.from_iterable(map(_lines, CATALOG.values()))) + "\n"


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# TYPE {metric.exposed_name} {metric.kind.value}"
    for labels in _label_sets(metric):
        yield from _samples(metric, labels)


def _samples(metric: Metric, labels: dict[str, str]) -> Iterator[str]:
    if metric.kind is not MetricKind.HISTOGRAM:
        yield _sample(metric.exposed_name, labels, _value(metric, labels))
        return
    for index, bound in enumerate([*metric.buckets, "+Inf"], start=1):
        yield _sample(f"{metric.name}_bucket", labels | {"le": str(bound)}, time.time() * index)
    yield _sample(f"{metric.name}_sum", labels, time.time())
    yield _sample(f"{metric.name}_count", labels, time.time() * (len(metric.buckets) + 1))


def _sample(name: str, labels: dict[str, str], value: float) -> str:
    inside = ",".join(f'{label}="{content}"' for label, content in labels.items())
    return f"{name}{{{inside}}} {value}"


def _label_sets(metric: Metric) -> Iterator[dict[str, str]]:
    others = [label for label in metric.labels if label not in MODELS[0]]
    models = MODELS if "model_version" in metric.labels else ({},)
    for values in itertools.product(*(LABELS[label] for label in others)):
        for model in models:
            yield model | dict(zip(others, values, strict=True))


def _value(metric: Metric, labels: dict[str, str]) -> float:
    if metric.name == "lotofacil_model_active":
        return float(labels["model_version"] == "v2")
    if metric.kind is MetricKind.COUNTER:
        return round(time.time())
    if metric.name.endswith("_timestamp_seconds"):
        return time.time() - 3600
    return VALUES.get(metric.name.rpartition("_")[2], 5.0)
