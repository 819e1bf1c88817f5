"""The law of the hits of whole sets of tickets, for advice about thresholds.

Tickets of a draw are taken to share a core of `shared` numbers and to play the rest at random: 0
is independent tickets, all their numbers is one ticket bought many times. Given the hits on the
core the rests are independent, so the law of a draw is an exact mixture, and that of several draws
a convolution (cut where less than 1e-15 is left). Where that grows long, a normal law stands in,
and says so.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from statistics import NormalDist

from exporter.domain.statistics.hypergeometric import hits_pmf

MAX_TICKETS = 10_000
#: Convolve while the total's sd is below this; beyond, the normal law is off by less than 0.1 %.
_EXACT_SD = 60.0
_TAIL = 1e-15
_NORMAL_POINTS = 400


@dataclass(frozen=True)
class LatticeTotal:
    """Probabilities of the totals lowest, lowest + 1, lowest + 2 and so on."""

    lowest: int
    probabilities: tuple[float, ...]

    @cached_property
    def cumulative(self) -> tuple[float, ...]:
        """P(total ≤ lowest + i)."""
        return tuple(accumulate(self.probabilities))

    @cached_property
    def mean(self) -> float:
        """Mean of the total."""
        return self.lowest + math.fsum(i * p for i, p in enumerate(self.probabilities))

    @cached_property
    def variance(self) -> float:
        """Variance of the total."""
        centre = self.mean - self.lowest
        return math.fsum((i - centre) ** 2 * p for i, p in enumerate(self.probabilities))

    def at_most(self, bound: float) -> float:
        """P(total ≤ bound)."""
        index = math.floor(bound) - self.lowest
        return 0.0 if index < 0 else self.cumulative[min(index, len(self.cumulative) - 1)]

    def below(self, bound: float) -> float:
        """P(total < bound)."""
        return self.at_most(math.ceil(bound) - 1)

    def points(self) -> Iterator[tuple[float, float]]:
        """Every (value, probability)."""
        return ((self.lowest + i, p) for i, p in enumerate(self.probabilities))


@dataclass(frozen=True)
class NormalTotal:
    """A normal law for a whole-number total, with the continuity correction."""

    mean: float
    sd: float

    def at_most(self, bound: float) -> float:
        """P(total ≤ bound)."""
        return NormalDist(self.mean, self.sd).cdf(math.floor(bound) + 0.5)

    def below(self, bound: float) -> float:
        """P(total < bound)."""
        return NormalDist(self.mean, self.sd).cdf(math.ceil(bound) - 0.5)

    def points(self) -> Iterator[tuple[float, float]]:
        """Equally likely values that stand for the whole law."""
        law = NormalDist(self.mean, self.sd)
        share = 1.0 / _NORMAL_POINTS
        return ((law.inv_cdf((i + 0.5) * share), share) for i in range(_NORMAL_POINTS))


Total = LatticeTotal | NormalTotal


def draw_total(pool: int, drawn: int, numbers: int, tickets: int, shared: int = 0) -> LatticeTotal:
    """Law at chance of all hits of one draw, `tickets` of `numbers` with a core of `shared`.

    ValueError for impossible tickets or more than 10,000 of them.
    """
    if not 1 <= tickets <= MAX_TICKETS or not 0 <= shared <= numbers:
        raise ValueError(f"no law for {tickets} tickets of {numbers} that share {shared}")
    parts = []
    for core in range(max(0, drawn - (pool - shared)), min(shared, drawn) + 1):
        weight = hits_pmf(pool, drawn, shared, core)
        rest = _rest_total(pool - shared, drawn - core, numbers - shared, tickets)
        parts.append((weight, tickets * core, rest))
    return _mixture(parts)


def window_total(draw: LatticeTotal, draws: int) -> Total:
    """Law of the hits of `draws` independent draws, each as `draw`; none give a total of 0."""
    sd = math.sqrt(draw.variance * draws)
    return power(draw, draws) if sd <= _EXACT_SD else NormalTotal(draw.mean * draws, sd)


def power(law: LatticeTotal, times: int) -> LatticeTotal:
    """Law of the sum of `times` independent totals (repeated squaring)."""
    total = LatticeTotal(0, (1.0,))
    while times:
        if times & 1:
            total = _convolve(total, law)
        times >>= 1
        if times:
            law = _convolve(law, law)
    return total


def tilt(draw: LatticeTotal, mean: float) -> tuple[LatticeTotal, float]:
    """The law nearest to `draw` that has another `mean`, and its information per draw (nats).

    Exponential tilting, P(s)·e^(θs) up to a constant: of all laws with this mean, the one of
    smallest Kullback–Leibler divergence from chance, which is what is returned beside it.
    ValueError for a mean no draw can have.
    """
    highest = draw.lowest + len(draw.probabilities) - 1
    if not draw.lowest < mean < highest:
        raise ValueError(f"mean hits of {mean} are outside {draw.lowest} to {highest}")
    unit = math.sqrt(draw.variance)
    low, high = -64.0 / unit, 64.0 / unit
    for _ in range(80):
        theta = (low + high) / 2.0
        low, high = (theta, high) if _tilted(draw, theta)[0].mean < mean else (low, theta)
    tilted, log_norm = _tilted(draw, theta)
    return tilted, theta * (tilted.mean - draw.mean) - log_norm


def quantile(total: LatticeTotal, u: float) -> int:
    """The value at which the cumulative law passes `u`: draws from the law for uniform `u`."""
    index = bisect_right(total.cumulative, u)
    return total.lowest + min(index, len(total.probabilities) - 1)


def _tilted(draw: LatticeTotal, theta: float) -> tuple[LatticeTotal, float]:
    # Centred and shifted by the largest exponent, so that no term overflows.
    centre = draw.mean - draw.lowest
    logs = [
        math.log(p) + theta * (i - centre) if p > 0.0 else -math.inf
        for i, p in enumerate(draw.probabilities)
    ]
    top = max(logs)
    weights = [math.exp(x - top) for x in logs]
    norm = math.fsum(weights)
    return LatticeTotal(draw.lowest, tuple(w / norm for w in weights)), top + math.log(norm)


def _rest_total(pool: int, drawn: int, numbers: int, tickets: int) -> LatticeTotal:
    if numbers == 0 or drawn == 0:
        return LatticeTotal(0, (1.0,))
    total = LatticeTotal(0, tuple(hits_pmf(pool, drawn, numbers, h) for h in range(numbers + 1)))
    sd = math.sqrt(total.variance * tickets)
    return power(total, tickets) if sd <= _EXACT_SD else _normal_lattice(total.mean * tickets, sd)


def _normal_lattice(mean: float, sd: float) -> LatticeTotal:
    normal = NormalTotal(mean, sd)
    lowest, highest = math.floor(mean - 8.0 * sd), math.ceil(mean + 8.0 * sd)
    values = range(lowest, highest + 1)
    return LatticeTotal(lowest, tuple(normal.at_most(s) - normal.below(s) for s in values))


def _mixture(parts: Sequence[tuple[float, int, LatticeTotal]]) -> LatticeTotal:
    lowest = min(shift + part.lowest for _, shift, part in parts)
    highest = max(shift + part.lowest + len(part.probabilities) for _, shift, part in parts)
    mixed = [0.0] * (highest - lowest)
    for weight, shift, part in parts:
        start = shift + part.lowest - lowest
        for i, p in enumerate(part.probabilities, start):
            mixed[i] += weight * p
    return _trimmed(lowest, mixed)


def _convolve(a: LatticeTotal, b: LatticeTotal) -> LatticeTotal:
    longer, shorter = sorted((a.probabilities, b.probabilities), key=len, reverse=True)
    sums = [0.0] * (len(longer) + len(shorter) - 1)
    for i, p in enumerate(shorter):
        sums[i : i + len(longer)] = [
            s + p * q for s, q in zip(sums[i : i + len(longer)], longer, strict=True)
        ]
    return _trimmed(a.lowest + b.lowest, sums)


def _trimmed(lowest: int, probabilities: Sequence[float]) -> LatticeTotal:
    places = [i for i, p in enumerate(probabilities) if p > _TAIL]
    first, last = places[0], places[-1]
    return LatticeTotal(lowest + first, tuple(probabilities[first : last + 1]))
