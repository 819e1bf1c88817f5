"""Runs the collectors: one that fails costs its own series, never the scrape."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.logs import get_logger

Collector = Callable[[], Iterable[Family]]
_log = get_logger(__name__)


@dataclass(slots=True)
class Runner:
    """Collectors by name, with how each one did the last time."""

    collectors: Mapping[str, Collector]
    seconds: dict[str, float] = field(default_factory=dict)
    failed: dict[str, bool] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)

    def collect(self) -> list[Family]:
        """The families of every collector that works."""
        return [made for name in self.collectors for made in self._run(name)]

    def _run(self, name: str) -> list[Family]:
        started = perf_counter()
        made: list[Family] = []
        try:
            made = list(self.collectors[name]())
            self.failed[name] = False
        except Exception as error:  # noqa: BLE001 - whatever it is, the other series must be seen
            _log.error("collector_failed", collector=name, error=repr(error))
            self.failed[name] = True
            self.failures[name] += 1
        self.seconds[name] = perf_counter() - started
        return made


def health(runners: Sequence[Runner]) -> list[Family]:
    """How each collector did the last time: duration, success, failures."""
    every = [(runner, name) for runner in runners for name in runner.collectors]
    return [
        family(catalog.COLLECTOR_DURATION, [((n,), r.seconds.get(n, 0)) for r, n in every]),
        family(catalog.COLLECTOR_SUCCESS, [((n,), not r.failed.get(n)) for r, n in every]),
        family(catalog.COLLECTOR_FAILURES, [((n,), r.failures[n]) for r, n in every]),
    ]
