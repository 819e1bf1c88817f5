"""Figures out of bucket counts: the same estimates that PromQL's histogram_quantile gives."""

from collections.abc import Sequence
from itertools import pairwise


def quantile(q: float, bounds: Sequence[float], counts: Sequence[int]) -> float | None:
    """The `q` quantile (0–1), straight inside its bucket; None without observations.

    `counts` has one entry per bound and one more for what lies above the last; what lies
    there is given as the last bound, which is then a lower limit.
    """
    total = sum(counts)
    if not total:
        return None
    rank, seen = q * total, 0
    for (low, high), count in zip(pairwise((0.0, *bounds)), counts, strict=False):
        if count and seen + count >= rank:
            return low + (high - low) * (rank - seen) / count
        seen += count
    return bounds[-1]
