"""Hits of tickets at chance: the hypergeometric law of a draw without replacement.

Notation: `pool` numbers (N), of which `drawn` (K) are drawn; a ticket plays `numbers` (n);
`held[k]` (c_k) counts the tickets of one draw that hold number k. Source of the moments: Johnson,
Kemp & Kotz, *Univariate Discrete Distributions*, ch. 6; indicator covariance −p(1−p)/(N−1).
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from exporter.domain.statistics.validation import check_game, check_ticket


def chance_accuracy(pool: int, drawn: int) -> float:
    """Expected hits ÷ numbers played of any ticket at chance: K/N, a ratio in 0–1."""
    check_game(pool, drawn)
    return drawn / pool


def hits_pmf(pool: int, drawn: int, numbers: int, hits: int) -> float:
    """P(H = hits) for one ticket of `numbers`; 0.0 outside the possible hits."""
    check_ticket(pool, drawn, numbers)
    if not 0 <= hits <= numbers or drawn - hits > pool - numbers or hits > drawn:
        return 0.0
    ways = math.comb(numbers, hits) * math.comb(pool - numbers, drawn - hits)
    return ways / math.comb(pool, drawn)


def hits_cdf(pool: int, drawn: int, numbers: int, hits: int) -> float:
    """P(H ≤ hits) for one ticket."""
    return math.fsum(hits_pmf(pool, drawn, numbers, h) for h in range(min(hits, numbers) + 1))


def hits_sf(pool: int, drawn: int, numbers: int, hits: int) -> float:
    """P(H > hits) for one ticket (strictly more, as in scipy's `sf`)."""
    return math.fsum(
        hits_pmf(pool, drawn, numbers, h) for h in range(max(hits + 1, 0), numbers + 1)
    )


def hits_variance(pool: int, drawn: int, numbers: int) -> float:
    """Variance of the hits of one ticket: n·p(1−p)·(N−n)/(N−1)."""
    return hits_covariance(pool, drawn, numbers, numbers, numbers)


def hits_covariance(pool: int, drawn: int, first: int, second: int, shared: int) -> float:
    """Covariance of the hits of two tickets of one draw that share `shared` numbers.

    p(1−p)/(N−1) · (N·m − a·b); for 15 of 25 that is 0.25·m − 0.01·a·b.
    ValueError when two such tickets cannot exist.
    """
    check_ticket(pool, drawn, first)
    check_ticket(pool, drawn, second)
    if not max(0, first + second - pool) <= shared <= min(first, second):
        raise ValueError(f"tickets of {first} and {second} of {pool} cannot share {shared}")
    return _indicator_scale(pool, drawn) * (pool * shared - first * second)


def total_variance(pool: int, drawn: int, held_squared: int, numbers_squared: int) -> float:
    """Variance at chance of all hits of one draw, from Σc² and (Σc)².

    p(1−p)/(N−1) · (N·Σc² − (Σc)²); for 15 of 25 that is 0.25·Σc² − 0.01·(Σc)². Draws are
    independent, so sums of both arguments over several draws give the variance of the hits of all
    of them.
    """
    check_game(pool, drawn)
    spread = pool * held_squared - numbers_squared
    if spread < 0:
        raise ValueError("N·Σc² is below (Σc)²: these are not sums over one pool")
    return _indicator_scale(pool, drawn) * spread


def held_variance(drawn: int, held: Sequence[int]) -> float:
    """Variance at chance of all hits of one draw, from the tickets that hold each number."""
    return total_variance(len(held), drawn, sum(c * c for c in held), sum(held) ** 2)


def expected_hits_distribution(
    pool: int, drawn: int, tickets_by_size: Mapping[int, int]
) -> tuple[float, ...]:
    """Tickets expected at chance with 0, 1, 2 … hits, for `{numbers per ticket: tickets}`.

    Entry h is a count of tickets; the last entry is the largest size. Empty for no tickets.
    """
    largest = max(tickets_by_size, default=-1)
    return tuple(
        math.fsum(count * hits_pmf(pool, drawn, size, h) for size, count in tickets_by_size.items())
        for h in range(largest + 1)
    )


def tier_probabilities(
    pool: int, drawn: int, numbers: int, tiers: Iterable[int]
) -> dict[int, float]:
    """Probability at chance that one ticket makes exactly each tier's hits: `{hits: P}`."""
    return {hits: hits_pmf(pool, drawn, numbers, hits) for hits in tiers}


def _indicator_scale(pool: int, drawn: int) -> float:
    # Cov(drawn_i, drawn_j) is p(1−p) for i = j and −p(1−p)/(N−1) otherwise: every moment here is
    # this one constant times an integer. A pool of one number is always drawn whole.
    return drawn * (pool - drawn) / (pool * pool * (pool - 1)) if pool > 1 else 0.0
