"""The parts of the metrics page: one that fails costs its own series, never the scrape."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

from prometheus_client.metrics_core import Metric as Family

from exporter.logs import get_logger

_log = get_logger(__name__)


@dataclass(slots=True)
class Part:
    """A collector with what it reads, and how it did the last time."""

    name: str
    read: Callable[[], Iterable[Family]]
    seconds: float = 0.0
    failed: bool = False
    failures: int = 0

    def collect(self) -> list[Family]:
        """The families as they are now; none where reading fails."""
        started = perf_counter()
        families: list[Family] = []
        try:
            families = list(self.read())
            self.failed = False
        except Exception as error:  # noqa: BLE001 - whatever it is, the other series must be seen
            _log.error("collector_failed", collector=self.name, error=repr(error))
            self.failed = True
            self.failures += 1
        self.seconds = perf_counter() - started
        return families
