"""How often each number was drawn, beside what a fair machine gives: a check of the feed.

A draw is without replacement, so counts of k draws have variance k·p(1−p) and pairs covariance
−k·p(1−p)/(N−1): the covariance matrix is k·p(1−p)·N/(N−1) times a projection of rank N−1. What
follows chi-square with N−1 degrees is therefore (N−1)/N · Σ(O−E)²/(k·p(1−p)), not Pearson's sum
over E (Joe, "Tests of uniformity for sets of lotto numbers", *Statistics & Probability Letters* 16,
1993). It says whether results look like draws; it never says which number comes next.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from exporter.domain.statistics.distributions import chi_square_sf
from exporter.domain.statistics.validation import check_game


@dataclass(frozen=True)
class Frequency:
    """Counts of drawn numbers beside the expected one."""

    draws: int
    expected: float
    """Expected count of every number."""
    z_scores: tuple[float, ...]
    """(count − expected) ÷ sd, per number in the order given."""
    chi_square: float
    degrees: int
    p_value: float


def frequency(drawn: int, counts: Sequence[int]) -> Frequency | None:
    """Corrected chi-square of `counts` (times each number of the pool was drawn).

    ValueError unless the counts add up to whole draws of `drawn` numbers; None without draws or
    when the whole pool is drawn.
    """
    pool = len(counts)
    check_game(pool, drawn)
    draws, rest = divmod(sum(counts), drawn)
    if rest or min(counts) < 0 or max(counts) > draws:
        raise ValueError(f"these counts are not those of whole draws of {drawn} numbers")
    if draws == 0 or drawn == pool:
        return None
    p = drawn / pool
    expected, variance = draws * p, draws * p * (1.0 - p)
    gaps = [count - expected for count in counts]
    statistic = (pool - 1) / pool * math.fsum(gap * gap for gap in gaps) / variance
    z_scores = tuple(gap / math.sqrt(variance) for gap in gaps)
    p_value = chi_square_sf(statistic, pool - 1)
    return Frequency(draws, expected, z_scores, statistic, pool - 1, p_value)
