"""How fast and how reliably the predictor answers."""

from collections import Counter
from dataclasses import dataclass

from exporter.domain.histograms import quantile
from exporter.domain.lifetime import LATENCY_BUCKETS
from exporter.domain.moments import SECOND
from exporter.figures.cells import bucket_counts, mean

MEASURES = ("predictions", "failures", "latency", "latency_sum")


@dataclass(frozen=True, slots=True)
class LatencyFigures:
    """Seconds; percentiles are estimates from buckets, as in PromQL. None without samples."""

    samples: int
    average: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class PerformanceFigures:
    """Predictor calls of a period; `error_rate` is failures ÷ calls."""

    calls: int
    failures: int
    error_rate: float | None
    throughput_per_minute: float
    latency_seconds: LatencyFigures


def performance(sums: Counter[tuple[str, int]], length: int) -> PerformanceFigures:
    """Figures out of sums of cells over `length` microseconds."""
    failures = sums["failures", 0]
    calls = sums["predictions", 0] + failures
    return PerformanceFigures(
        calls=calls,
        failures=failures,
        error_rate=failures / calls if calls else None,
        throughput_per_minute=calls / (length / (60 * SECOND)) if length else 0.0,
        latency_seconds=_latency(sums),
    )


def _latency(sums: Counter[tuple[str, int]]) -> LatencyFigures:
    counts = bucket_counts(sums, "latency", LATENCY_BUCKETS)
    samples = sum(counts)
    quantiles = (quantile(q, LATENCY_BUCKETS, counts) for q in (0.5, 0.9, 0.95, 0.99))
    return LatencyFigures(samples, mean(sums, "latency", samples), *quantiles)
