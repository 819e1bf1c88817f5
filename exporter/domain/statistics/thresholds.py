"""The threshold adviser: what an alarm on accuracy does to a model that only picks at random.

`advise` answers for a rule "accuracy <operator> <threshold> over the last <window> draws",
evaluated after every draw. Probability of one look and firing episodes are computed from the exact
law of the window's hits (normal beyond 10,000-fold sums: `Advice.method` says which); the two
medians are simulated with a fixed seed, so the same question has the same answer.
"""

import math
import operator
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from statistics import median_low

from exporter.domain.statistics.totals import (
    LatticeTotal,
    NormalTotal,
    Total,
    draw_total,
    quantile,
    tilt,
    window_total,
)

#: Firing episodes are counted per this many draws: about a year of six a week.
PERIOD = 300
#: Medians are looked for within this many draws.
HORIZON = 1000
#: The best delay, given for comparison, is of an alarm that is wrong once in this many draws.
FALSE_ALARM_DRAWS = 3000
_RUNS = 301

ALWAYS_BROKEN_FROM = 0.95
MOSTLY_NOISE_PROBABILITY = 0.10
MOSTLY_NOISE_EPISODES = 3.0
NOISY_EPISODES = 0.3


class Operator(StrEnum):
    """Comparisons an alert rule may make."""

    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    EQ = "=="
    NE = "!="

    def holds(self, left: float, right: float) -> bool:
        """Is the comparison true?"""
        return _COMPARE[self](left, right)


_COMPARE: dict[Operator, Callable[[float, float], bool]] = {
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
}


class Verdict(StrEnum):
    """What to think of a rule; the first that applies."""

    ALWAYS_BROKEN = "always_broken"
    """A model at chance breaks it in at least 95 % of looks."""
    MOSTLY_NOISE = "mostly_noise"
    """At chance it is broken in 10 % of looks or more, or fires 3 times in 300 draws or more."""
    NOISY = "noisy"
    """At chance it fires at least 0.3 times in 300 draws: more often than once in 1,000 draws."""
    NEVER_FIRES = "never_fires"
    """Even after the change asked about, half of the time it stays silent for 1,000 draws."""
    SOUND = "sound"
    """Silent at chance and seen to fire after the change."""

    @property
    def is_noise(self) -> bool:
        """Whether chance alone fires it, more often than once in 1,000 draws."""
        return self in (Verdict.ALWAYS_BROKEN, Verdict.MOSTLY_NOISE, Verdict.NOISY)


class Method(StrEnum):
    """How the probability of one look and the episodes were found."""

    EXACT = "exact"
    NORMAL = "normal"


@dataclass(frozen=True)
class AlarmRule:
    """An alarm on the accuracy of the last `window` draws, and the tickets it will see."""

    operator: Operator
    threshold: float
    """Accuracy, a ratio 0–1."""
    window: int
    """Draws."""
    numbers: int
    """Numbers per ticket."""
    tickets: int = 1
    """Tickets per draw."""
    shared: int = 0
    """Numbers all tickets of a draw have in common; the rest is random (0: independent)."""


@dataclass(frozen=True)
class Advice:
    """What to expect of a rule."""

    break_probability: float
    """P(rule true) in one look at a model at chance."""
    episodes: float
    """Expected firing episodes (runs of true evaluations) in 300 draws at chance."""
    method: Method
    draws_at_chance: int | None
    """Median draws until it first fires at chance; None: not within 1,000. Simulated."""
    draws_after_change: int | None
    """Median draws until it first fires after the change; None: not within 1,000. Simulated."""
    break_probability_after_change: float
    """P(rule true) in one look, once the window holds only draws after the change."""
    best_draws: float
    """log(3000) ÷ information per draw: to first order the mean delay of the best alarm that is
    wrong once in 3,000 draws (Lorden 1971). A yardstick, no bound: exact only in the limit."""
    verdict: Verdict


def window_of_sample(sample_size: int, tickets: int = 1) -> int:
    """Draws needed to gather `sample_size` tickets at `tickets` a draw."""
    if sample_size < 1 or tickets < 1:
        raise ValueError("a sample needs at least one ticket, and a draw too")
    return -(-sample_size // tickets)


@lru_cache(maxsize=256)
def advise(pool: int, drawn: int, rule: AlarmRule, change: float = -0.05) -> Advice:
    """Figures and verdict for `rule`, and for a model whose accuracy moves by `change`.

    `change` is added to chance, e.g. −0.05 for a drop from 0.60 to 0.55. ValueError for an
    impossible ticket, window, threshold or changed accuracy. Takes up to about a second; answers
    are remembered.
    """
    if rule.window < 1 or not math.isfinite(rule.threshold) or change == 0.0:
        raise ValueError("a rule needs a window of draws, a finite threshold and a change")
    chance = draw_total(pool, drawn, rule.numbers, rule.tickets, rule.shared)
    played = rule.numbers * rule.tickets
    changed, information = tilt(chance, chance.mean + change * played)
    on_hits = _HitsRule(rule.operator, rule.threshold * played * rule.window)
    window = window_total(chance, rule.window)
    probability = on_hits.probability(window)
    episodes = PERIOD * _episode_start(on_hits, chance, rule.window)
    after = _median_draws(on_hits, chance, changed, rule.window)
    return Advice(
        break_probability=probability,
        episodes=episodes,
        method=Method.NORMAL if isinstance(window, NormalTotal) else Method.EXACT,
        draws_at_chance=_median_draws(on_hits, chance, chance, rule.window),
        draws_after_change=after,
        break_probability_after_change=on_hits.probability(window_total(changed, rule.window)),
        best_draws=math.log(FALSE_ALARM_DRAWS) / information,
        verdict=_verdict(probability, episodes, after),
    )


@dataclass(frozen=True)
class _HitsRule:
    """A rule said of total hits instead of accuracy."""

    operator: Operator
    hits: float

    def __post_init__(self) -> None:
        # 0.6 × 15 must be the 9 hits that 9 ÷ 15 = 0.6 means, whatever the floats make of it.
        nearest = round(self.hits)
        if math.isclose(self.hits, nearest, rel_tol=1e-12):
            object.__setattr__(self, "hits", float(nearest))

    def probability(self, total: Total, already: float = 0.0) -> float:
        """P(rule true) when `total` comes on top of hits that are `already` there."""
        at_most, below = total.at_most(self.hits - already), total.below(self.hits - already)
        match self.operator:
            case Operator.LT:
                return below
            case Operator.LE:
                return at_most
            case Operator.GT:
                return 1.0 - at_most
            case Operator.GE:
                return 1.0 - below
            case Operator.EQ:
                return at_most - below
        return 1.0 - (at_most - below)

    def holds(self, hits: int) -> bool:
        """Is the rule true for these hits?"""
        return self.operator.holds(hits, self.hits)


def _episode_start(rule: _HitsRule, draw: LatticeTotal, window: int) -> float:
    # Two neighbouring windows share all but one draw each. Given the hits they share, the leaving
    # and the entering draw are independent, so P(false before, true now) is the mean of
    # P(true)·(1 − P(true)) over the shared hits.
    start = 0.0
    for shared, weight in window_total(draw, window - 1).points():
        true = rule.probability(draw, shared)
        start += weight * true * (1.0 - true)
    return start


def _median_draws(
    rule: _HitsRule, before: LatticeTotal, after: LatticeTotal, window: int
) -> int | None:
    generator = random.Random(20030929)  # noqa: S311 (a simulation, no secret)
    waits = [_wait(generator, rule, before, after, window) for _ in range(_RUNS)]
    middle = median_low(waits)
    return middle if middle <= HORIZON else None


def _wait(
    generator: random.Random,
    rule: _HitsRule,
    before: LatticeTotal,
    after: LatticeTotal,
    window: int,
) -> int:
    held = deque(quantile(before, generator.random()) for _ in range(window))
    total = sum(held)
    for draws in range(1, HORIZON + 1):
        held.append(quantile(after, generator.random()))
        total += held[-1] - held.popleft()
        if rule.holds(total):
            return draws
    return HORIZON + 1


def _verdict(probability: float, episodes: float, draws_after_change: int | None) -> Verdict:
    if probability >= ALWAYS_BROKEN_FROM:
        return Verdict.ALWAYS_BROKEN
    if probability >= MOSTLY_NOISE_PROBABILITY or episodes >= MOSTLY_NOISE_EPISODES:
        return Verdict.MOSTLY_NOISE
    if episodes >= NOISY_EPISODES:
        return Verdict.NOISY
    return Verdict.NEVER_FIRES if draws_after_change is None else Verdict.SOUND
