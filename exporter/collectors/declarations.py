"""How a metric is declared: name, type, labels, help and reader are one statement.

    COLLECTOR = Collector[BoundedReading]("models")
    _models = COLLECTOR.by(MODEL, lambda figures: ((m.labels, m) for m in figures.models))

    MODEL_ACTIVE = _models.gauge("lotofacil_…", "1 for the …", lambda model: model.active)

Units are base units (seconds, bytes, ratios from 0 to 1, reais) and part of the name, as
Prometheus' naming guide asks; a counter's name stands without the `_total` that it is shown with.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from itertools import accumulate
from platform import python_version
from typing import Any, Generic, TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.utils import floatToGoString

from exporter.collectors.parts import Part

GAME = ("game",)
MODEL = ("game", "model_version", "role")
BUILD = ("version", "python_version")

Labels = Sequence[str]
#: Counts in each bucket, the last for what is above all bounds, and the sum of what was counted.
Distribution = tuple[Sequence[float], float]
Source = TypeVar("Source")
Item = TypeVar("Item")


class MetricKind(StrEnum):
    """The metric types of the Prometheus exposition formats."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric family: `buckets` are the upper bounds of a histogram's."""

    name: str
    kind: MetricKind
    help: str
    labels: tuple[str, ...]
    buckets: tuple[float, ...] = ()

    @property
    def exposed_name(self) -> str:
        """The family's name as a PromQL user writes it (histograms add _bucket, _sum, _count)."""
        return f"{self.name}_total" if self.kind is MetricKind.COUNTER else self.name


class Subject(Generic[Source, Item]):
    """What metrics are about: rows of a source, each the values of `labels` and an item to read."""

    def __init__(
        self, labels: tuple[str, ...], rows: Callable[[Source], Iterable[tuple[Labels, Item]]]
    ) -> None:
        self._labels = labels
        self._rows = rows
        self.readers: dict[Metric, Callable[[Item], Any]] = {}

    def counter(self, name: str, text: str, read: Callable[[Item], float | None]) -> Metric:
        """Declares a counter; where `read` gives None there is no series."""
        return self._declare(Metric(name, MetricKind.COUNTER, text, self._labels), read)

    def gauge(self, name: str, text: str, read: Callable[[Item], float | None]) -> Metric:
        """Declares a gauge; where `read` gives None there is no series."""
        return self._declare(Metric(name, MetricKind.GAUGE, text, self._labels), read)

    def histogram(
        self,
        name: str,
        text: str,
        buckets: tuple[float, ...],
        read: Callable[[Item], Distribution],
    ) -> Metric:
        """Declares a histogram."""
        return self._declare(Metric(name, MetricKind.HISTOGRAM, text, self._labels, buckets), read)

    def collect(self, source: Source) -> Iterator[Family]:
        """A family for each metric; the rows are made once for all of them."""
        rows = list(self._rows(source))
        for metric, read in self.readers.items():
            samples = [(labels, read(item)) for labels, item in rows]
            yield _family(metric, [sample for sample in samples if sample[1] is not None])

    def _declare(self, metric: Metric, read: Callable[[Item], Any]) -> Metric:
        self.readers[metric] = read
        return metric


class Collector(Generic[Source]):
    """Metrics that are read together from one source: where one fails, none of them is shown."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._subjects: list[Subject[Source, Any]] = []

    def by(
        self, labels: tuple[str, ...], rows: Callable[[Source], Iterable[tuple[Labels, Item]]]
    ) -> Subject[Source, Item]:
        """Rows of the source to declare metrics of."""
        subject = Subject(labels, rows)
        self._subjects.append(subject)
        return subject

    def single(self) -> Subject[Source, Source]:
        """The source as the one row, without labels."""
        return self.by((), lambda source: [((), source)])

    @property
    def metrics(self) -> list[Metric]:
        """What was declared."""
        return [metric for subject in self._subjects for metric in subject.readers]

    def collect(self, source: Source) -> Iterator[Family]:
        """All families, out of the source as it is now."""
        for subject in self._subjects:
            yield from subject.collect(source)

    def part(self, read: Callable[[], Source]) -> Part:
        """The part of a page that is collected from what `read` gives."""
        return Part(self.name, lambda: self.collect(read()))


def named(items: Mapping[str, Item]) -> Iterator[tuple[tuple[str], Item]]:
    """Rows of items by the value of their one label."""
    return (((name,), item) for name, item in items.items())


@cache
def this_build() -> tuple[str, str]:
    """Values of BUILD: this product's version and Python's."""
    return version("lotofacil-monitor"), python_version()


def _family(metric: Metric, samples: Iterable[tuple[Labels, Any]]) -> Family:
    if metric.kind is MetricKind.HISTOGRAM:
        return _histogram(metric, samples)
    kind = CounterMetricFamily if metric.kind is MetricKind.COUNTER else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in samples:
        family.add_metric(labels, value)
    return family


def _histogram(metric: Metric, samples: Iterable[tuple[Labels, Distribution]]) -> Family:
    family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    bounds = [*map(floatToGoString, metric.buckets), "+Inf"]
    for labels, (counts, total) in samples:
        family.add_metric(labels, list(zip(bounds, accumulate(counts), strict=True)), total)
    return family
