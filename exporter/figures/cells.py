"""Adding up the cells of roll-ups."""

from collections import Counter
from collections.abc import Iterable, Sequence

from exporter.domain.predictions import MILLION
from exporter.storage.read_figures import RollupCell


def add_up(cells: Iterable[RollupCell]) -> Counter[tuple[str, int]]:
    """Sums by (measure, bucket)."""
    sums: Counter[tuple[str, int]] = Counter()
    for cell in cells:
        sums[cell.measure, cell.bucket] += cell.value
    return sums


def bucket_counts(
    sums: Counter[tuple[str, int]], measure: str, bounds: Sequence[float]
) -> list[int]:
    """The counts of a histogram's buckets, the one above the last bound included."""
    return [sums[measure, bucket] for bucket in range(len(bounds) + 1)]


def mean(sums: Counter[tuple[str, int]], measure: str, samples: int) -> float | None:
    """The mean of a distribution whose sum is kept in millionths (or microseconds)."""
    return sums[f"{measure}_sum", 0] / samples / MILLION if samples else None
