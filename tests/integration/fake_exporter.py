"""A page with a few series of the catalogue, which a test changes as it tells its story."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from exporter.collectors.declarations import Metric


class FakeExporter:
    """Series by their labels; what is set is on the page at the next scrape."""

    def __init__(self) -> None:
        self.address = ""
        self._series: dict[str, float] = {}
        self._lock = threading.RLock()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What is set meanwhile is scraped together or not at all."""
        with self._lock:
            yield

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        """Shows a series. Raises ValueError for labels that are not the metric's own."""
        if set(labels) != set(metric.labels):
            raise ValueError(f"{metric.name} has the labels {metric.labels}")
        inside = ",".join(f'{name}="{_quoted(labels[name])}"' for name in metric.labels)
        with self._lock:
            self._series[f"{metric.exposed_name}{{{inside}}}"] = value

    def page(self) -> bytes:
        """The page as Prometheus reads it."""
        with self._lock:
            return "".join(f"{name} {value}\n" for name, value in self._series.items()).encode()


@contextmanager
def running_fake_exporter() -> Iterator[FakeExporter]:
    """Serves the page in threads."""
    fake = FakeExporter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(fake))
    fake.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler_for(fake: FakeExporter) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = fake.page()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
