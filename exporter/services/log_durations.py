"""Durations in bounded memory: exact mean and maximum, percentiles within one per cent."""

import math
from collections import Counter
from typing import Any

_RATIO = math.log(1.02)
_SMALLEST = 1e-7


class Durations:
    """Durations in seconds, kept as counts in buckets that grow by two per cent."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.longest = 0.0
        self._buckets: Counter[int] = Counter()

    def add(self, seconds: float) -> None:
        """Takes one duration of 0 seconds or more."""
        self.count += 1
        self.total += seconds
        self.longest = max(self.longest, seconds)
        self._buckets[round(math.log(max(seconds, _SMALLEST)) / _RATIO)] += 1

    @property
    def mean(self) -> float | None:
        """Mean in seconds; None without durations."""
        return self.total / self.count if self.count else None

    def quantile(self, share: float) -> float | None:
        """The duration that `share` of all do not exceed; None without durations."""
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= share * self.count:
                return min(math.exp(bucket * _RATIO), self.longest)
        return None

    def summary(self) -> dict[str, Any]:
        """Count, and mean, p50, p95, p99 and maximum in seconds."""
        quantiles = {f"p{share}": self.quantile(share / 100) for share in (50, 95, 99)}
        longest = self.longest if self.count else None
        return {"count": self.count, "mean": self.mean, **quantiles, "max": longest}


def as_duration(value: object) -> float | None:
    """`value` when it is a usable duration in seconds, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e9 else None
