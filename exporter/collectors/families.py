"""From the catalogue's metrics to prometheus_client's families."""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.utils import floatToGoString

from exporter.catalog import Kind, Metric

Labels = Sequence[str]


def family(metric: Metric, samples: Iterable[tuple[Labels, float]]) -> Family:
    """A counter or gauge family with (label values, value) samples."""
    made: CounterMetricFamily | GaugeMetricFamily
    if metric.kind is Kind.COUNTER:
        made = CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
    else:
        made = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, value in samples:
        made.add_metric(labels, value)
    return made


def single(metric: Metric, value: float) -> Family:
    """A family without labels, with its one sample."""
    return family(metric, [((), value)])


def histogram(metric: Metric, samples: Iterable[tuple[Labels, Sequence[float], float]]) -> Family:
    """A histogram family with (label values, count in each bucket incl. +Inf, sum) samples."""
    made = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    bounds = [*map(floatToGoString, metric.buckets), "+Inf"]
    for labels, counts, total in samples:
        buckets = list(zip(bounds, accumulate(counts), strict=True))
        made.add_metric(labels, buckets, total)
    return made
