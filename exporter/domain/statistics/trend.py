"""Is accuracy rising or falling over the draws?

Weighted least squares of each draw's accuracy on its place in time, weighted by how much the draw
can tell (one over the variance at chance, overlap included). The standard error is the
heteroscedasticity-robust HC3 one with each draw a cluster (MacKinnon & White 1985), so it does not
lean on the weights being right.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from exporter.domain.statistics.baseline import DrawTotals
from exporter.domain.statistics.distributions import student_t_two_sided
from exporter.domain.statistics.hypergeometric import total_variance

#: Slopes are changes of accuracy per this many draws.
SLOPE_DRAWS = 100


class Direction(StrEnum):
    """What a trend may be called."""

    RISING = "rising"
    FALLING = "falling"
    FLAT = "flat"


@dataclass(frozen=True)
class Trend:
    """A slope and what it is worth. None where there are too few draws to say."""

    draws: int
    slope: float | None
    """Change of accuracy per 100 draws."""
    standard_error: float | None
    p_value: float | None
    """Two-sided, for one look."""
    direction: Direction


class _Point(NamedTuple):
    place: float
    accuracy: float
    weight: float


def trend(
    pool: int,
    drawn: int,
    draws: Sequence[tuple[int, DrawTotals]],
    significance: float = 0.01,
) -> Trend:
    """Trend over `(draw number, totals)`; at least four informative draws, else all None.

    Rising or falling only where p is below `significance` (strict by default: people look often).
    """
    points = _points(pool, drawn, draws)
    if len(points) < 4 or len({point.place for point in points}) < 3:
        return Trend(len(points), None, None, None, Direction.FLAT)
    slope, error = _slope(points)
    p_value = student_t_two_sided(slope / error, len(points) - 2) if error > 0.0 else None
    direction = _direction(slope, p_value, significance)
    return Trend(len(points), slope * SLOPE_DRAWS, error * SLOPE_DRAWS, p_value, direction)


def _points(pool: int, drawn: int, draws: Sequence[tuple[int, DrawTotals]]) -> list[_Point]:
    # A draw whose tickets hold every number equally has no variance and nothing to tell.
    points = []
    for place, totals in draws:
        variance = total_variance(pool, drawn, totals.held_squared, totals.numbers**2)
        if variance > 0.0:
            weight = totals.numbers**2 / variance
            points.append(_Point(float(place), totals.hits / totals.numbers, weight))
    return points


def _slope(points: Sequence[_Point]) -> tuple[float, float]:
    total = math.fsum(point.weight for point in points)
    place = math.fsum(point.weight * point.place for point in points) / total
    level = math.fsum(point.weight * point.accuracy for point in points) / total
    spread = math.fsum(p.weight * (p.place - place) ** 2 for p in points)
    slope = math.fsum(p.weight * (p.place - place) * (p.accuracy - level) for p in points) / spread
    meat = []
    for point in points:
        away = point.place - place
        leverage = point.weight * (1.0 / total + away * away / spread)
        residual = point.accuracy - level - slope * away
        # A draw that decides its own fit (leverage 1) has no residual to judge by.
        if leverage < 1.0 - 1e-12:
            meat.append((point.weight * away * residual / (1.0 - leverage)) ** 2)
    return slope, math.sqrt(math.fsum(meat)) / spread


def _direction(slope: float, p_value: float | None, significance: float) -> Direction:
    if p_value is None or p_value >= significance:
        return Direction.FLAT
    return Direction.RISING if slope > 0.0 else Direction.FALLING
