"""Tickets and draws of simulated models, at chance and at another true accuracy.

Written apart from `exporter.domain.statistics` on purpose, with numpy and over whole arrays, so
that the two check each other. Lotofacil only: 15 of 25 numbers, tickets of 15.

A model of another true accuracy is made by tilting: tickets and draw come together with a
probability proportional to exp(θ·hits of all tickets), θ set so that the mean accuracy is the one
wanted. Given the tickets, the draw then follows P(draw) ∝ exp(θ·hits). Of all laws with that mean
it is the nearest to chance, hence the hardest to tell from it.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from exporter.domain.statistics.likelihood import EFFECT_SIZES

POOL, DRAWN, NUMBERS = 25, 15, 15
CHANCE = DRAWN / POOL
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_CHUNK = 5000


@dataclass(frozen=True)
class Scenario:
    """How many tickets a model plays on each draw, and how alike they are."""

    name: str
    tickets: int
    shared: int
    """Numbers all tickets of a draw have in common; the rest is random."""

    @property
    def played(self) -> int:
        return self.tickets * NUMBERS


SCENARIOS = (
    Scenario("one ticket", 1, 0),
    Scenario("20 independent", 20, 0),
    Scenario("20 sharing 11", 20, 11),
)


@dataclass(frozen=True)
class Draws:
    """Simulated draws: row i has the tickets that hold each number and the hits of all of them."""

    held: Integers
    hits: Integers
    theta: float
    """The tilt; 0 at chance."""

    @property
    def sd(self) -> Floats:
        """Standard deviation of each draw's hits at chance."""
        squares = (self.held**2).sum(axis=1)
        return np.asarray(np.sqrt(0.25 * squares - 0.01 * self.held.sum(axis=1) ** 2))

    @property
    def deviations(self) -> Floats:
        return np.asarray(self.held - self.held.mean(axis=1, keepdims=True))

    def true_log_ratios(self) -> Floats:
        """Log of the likelihood of each draw, given its tickets, over its likelihood at chance."""
        surplus = self.hits - CHANCE * self.held.sum(axis=1)
        return np.asarray(self.theta * surplus - log_mean_exp(self.theta * self.deviations))

    def information(self) -> float:
        """Mean Kullback–Leibler divergence from chance of a draw given its tickets, in nats."""
        return float(self.true_log_ratios().mean())


def simulate(generator: np.random.Generator, scenario: Scenario, theta: float, count: int) -> Draws:
    """`count` draws. Numbers 0 to 14 are the drawn ones: tickets are random, so any would do."""
    shared = _tilted_core(generator, scenario, theta, count)
    parts = [
        _held(generator, scenario, theta, shared[i : i + _CHUNK]) for i in range(0, count, _CHUNK)
    ]
    held = np.concatenate(parts)
    return Draws(held, held[:, :DRAWN].sum(axis=1), theta)


def theta_of(scenario: Scenario, accuracy: float) -> float:
    """The tilt at which the mean accuracy is the one wanted, by bisection."""
    low, high = -4.0, 4.0
    for _ in range(60):
        theta = (low + high) / 2.0
        low, high = (theta, high) if _mean_accuracy(scenario, theta) < accuracy else (low, theta)
    return (low + high) / 2.0


def hits_law(pool: int, drawn: int, numbers: int, theta: float) -> tuple[Floats, float]:
    """Tilted law of the hits of one ticket (from 0), and the mean of exp(θ·hits) at chance."""
    ways = [
        comb(drawn, hits) * comb(pool - drawn, numbers - hits) / comb(pool, numbers)
        for hits in range(numbers + 1)
    ]
    weights = np.array(ways) * np.exp(theta * np.arange(numbers + 1))
    return weights / weights.sum(), float(weights.sum())


def log_mean_exp(scores: Floats) -> Floats:
    """Log of E₀[exp(Σ scores over the drawn numbers)] along the last axis.

    Summed over the ten numbers left out instead of the fifteen drawn, which are fewer.
    """
    left_out = POOL - DRAWN
    sums = np.zeros((*scores.shape[:-1], left_out + 1))
    sums[..., 0] = 1.0
    for k in range(POOL):
        sums[..., 1:] += np.exp(-scores[..., k, None]) * sums[..., :-1]
    log_mean: Floats = np.log(sums[..., left_out] / comb(POOL, DRAWN)) + scores.sum(axis=-1)
    return log_mean


def hits_bounds(held: Integers) -> tuple[Integers, Integers]:
    """Fewest and most hits the tickets of each row can have together."""
    ordered = np.sort(held, axis=-1)
    return ordered[..., :DRAWN].sum(axis=-1), ordered[..., POOL - DRAWN :].sum(axis=-1)


def log_norms(draws: Draws) -> Floats:
    """Log of E₀[exp(η·hits)] about the mean hits: (draw, worse or better, size of effect)."""
    signs = np.array([-1.0, 1.0])[:, None] * np.array(EFFECT_SIZES)
    scores = draws.deviations / draws.sd[:, None]
    chunks = [
        log_mean_exp(scores[i : i + _CHUNK, None, None, :] * signs[:, :, None])
        for i in range(0, len(scores), _CHUNK)
    ]
    return np.concatenate(chunks)


def log_factors(norms: Floats, surplus_in_sd: Floats) -> Floats:
    """Logarithms of the factors, same shape as `norms`: (..., direction, size of effect)."""
    tilts = np.array([-1.0, 1.0])[:, None] * np.array(EFFECT_SIZES)
    factors: Floats = surplus_in_sd[..., None, None] * tilts - norms
    return factors


def uniform_hits(generator: np.random.Generator, held: Integers) -> Integers:
    """Hits of the given tickets, each row on a fresh uniform draw."""
    places = generator.random(held.shape, dtype=np.float32)
    drawn = np.argpartition(places, DRAWN, axis=1)[:, :DRAWN]
    hits: Integers = np.take_along_axis(held, drawn, axis=1).sum(axis=1)
    return hits


def _core_law(scenario: Scenario, theta: float) -> Floats:
    """Law of the hits on the shared numbers, from 0, all tickets' hits being tilted."""
    law, _ = hits_law(POOL, DRAWN, scenario.shared, scenario.tickets * theta)
    rest = POOL - scenario.shared, NUMBERS - scenario.shared
    logs = [
        scenario.tickets * np.log(hits_law(rest[0], DRAWN - core, rest[1], theta)[1])
        if law[core] > 0
        else 0.0
        for core in range(scenario.shared + 1)
    ]
    weights = law * np.exp(np.array(logs) - max(logs))
    return np.asarray(weights / weights.sum())


def _mean_accuracy(scenario: Scenario, theta: float) -> float:
    total = 0.0
    for core, probability in enumerate(_core_law(scenario, theta)):
        if probability > 0:
            rest, _ = hits_law(
                POOL - scenario.shared, DRAWN - core, NUMBERS - scenario.shared, theta
            )
            total += probability * (core + float(rest @ np.arange(len(rest))))
    return total / NUMBERS


def _tilted_core(
    generator: np.random.Generator, scenario: Scenario, theta: float, count: int
) -> Integers:
    law = _core_law(scenario, theta)
    return generator.choice(len(law), size=count, p=law)


def _held(
    generator: np.random.Generator, scenario: Scenario, theta: float, core: Integers
) -> Integers:
    """Tickets that hold each number, per draw: the core's part and the rest of each ticket."""
    held = np.zeros((len(core), POOL), dtype=np.int64)
    for hits in np.unique(core):
        rows = np.flatnonzero(core == hits)
        in_core = _subset(generator, len(rows), hits, scenario.shared - hits)
        held[rows] = scenario.tickets * in_core
        law, _ = hits_law(POOL - scenario.shared, DRAWN - hits, NUMBERS - scenario.shared, theta)
        for _ in range(scenario.tickets):
            rest = generator.choice(len(law), size=len(rows), p=law)
            held[rows] += _rest(generator, in_core, rest, NUMBERS - scenario.shared)
    return held


def _subset(generator: np.random.Generator, rows: int, drawn: int, undrawn: int) -> Integers:
    """Random marks on `drawn` of the drawn numbers and `undrawn` of the others, per row."""
    return _rest(
        generator, np.zeros((rows, POOL), dtype=np.int64), np.full(rows, drawn), drawn + undrawn
    )


def _rest(
    generator: np.random.Generator, taken: Integers, hits: Integers, numbers: int
) -> Integers:
    """Marks `hits` drawn numbers and the rest of `numbers` among the others, none `taken`."""
    places = generator.random(taken.shape) + taken
    sides = (places[:, :DRAWN], hits), (places[:, DRAWN:], numbers - hits)
    marks = [side.argsort(axis=1).argsort(axis=1) < count[:, None] for side, count in sides]
    return np.concatenate(marks, axis=1).astype(np.int64)
