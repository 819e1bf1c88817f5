"""The study behind docs/statistics.md: false alarms and delays of alarms on accuracy.

`python -m benchmarks.simulate_alarms` writes docs/statistics-results.json, the same for the same
seed, in a few minutes on two cores; `python -m benchmarks.statistics_page` then writes the tables
and pictures of the page. How the models are made: `ticket_sets`.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.ticket_sets import (
    CHANCE,
    DRAWN,
    NUMBERS,
    POOL,
    SCENARIOS,
    Draws,
    Floats,
    Integers,
    Scenario,
    hits_bounds,
    hits_law,
    log_factors,
    log_norms,
    simulate,
    theta_of,
    uniform_hits,
)
from exporter.domain.statistics.betting import BETS, LARGEST_LOSS
from exporter.domain.statistics.likelihood import EFFECT_SIZES

RESULTS = Path(__file__).parents[1] / "docs" / "statistics-results.json"
ACCURACIES = (0.58, 0.567, 0.55, 0.533, 0.5)
DIRECTIONS = ("worse", "better")
Figures = dict[str, float]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Size:
    """How much is simulated."""

    seed: int = 20030929
    lives: int = 2000
    """Lives at chance."""
    years: int = 16
    """Years in such a life; each is judged by itself too."""
    year: int = 313
    """Draws in a year, six a week."""
    delays: int = 10_000
    """Lives after a change, per accuracy."""
    horizon: int = 4000
    """Draws a change is waited for."""
    ticket_sets: int = 40_000
    pool: int = 100_000
    """Draws at one accuracy, of which lives after a change are made."""


def study(size: Size) -> dict[str, object]:
    """All results, ready for JSON."""
    generator = np.random.default_rng(size.seed)
    return {
        "settings": asdict(size),
        "chance": {s.name: chance_figures(generator, s, size) for s in SCENARIOS},
        "changes": {s.name: change_figures(generator, s, size) for s in SCENARIOS},
        "reference": {s.name: reference_figures(generator, s, size) for s in SCENARIOS},
    }


# Models at chance ---------------------------------------------------------------------------------


class Tally:
    """Means of what is added under a name, batch by batch."""

    def __init__(self) -> None:
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._counts: defaultdict[str, int] = defaultdict(int)

    def add(self, name: str, values: ArrayLike) -> None:
        self._sums[name] += float(np.sum(values))
        self._counts[name] += int(np.size(values))

    def means(self) -> Figures:
        return {name: _rounded(total / self._counts[name]) for name, total in self._sums.items()}


@dataclass(frozen=True)
class Lives:
    """A batch of lives at chance: one row a life, one column a draw."""

    hits: Integers
    sd: Floats
    factors: Floats
    """Logarithms: (life, draw, direction, size of effect)."""

    def in_years(self, year: int) -> "Lives":
        """Every year as a life of its own."""
        rows = self.hits.size // year
        return Lives(
            self.hits.reshape(rows, year),
            self.sd.reshape(rows, year),
            self.factors.reshape(rows, year, *self.factors.shape[2:]),
        )


def chance_figures(generator: np.random.Generator, scenario: Scenario, size: Size) -> Figures:
    """What every alarm does to models that pick at random."""
    tally = Tally()
    for lives in chance_lives(generator, scenario, size):
        years = lives.in_years(size.year)
        _judge_thresholds(tally, scenario, years.hits)
        _judge_z(tally, scenario, years)
        _judge_evidence(tally, lives, years)
    return tally.means()


def chance_lives(
    generator: np.random.Generator, scenario: Scenario, size: Size, batch: int = 100
) -> Iterator[Lives]:
    """Batches of lives: tickets from a stock of random sets, every draw fresh and uniform."""
    stock = simulate(generator, scenario, 0.0, size.ticket_sets)
    norms, sd = log_norms(stock), stock.sd
    for start in range(0, size.lives, batch):
        lives = min(batch, size.lives - start)
        rows = generator.integers(size.ticket_sets, size=(lives, size.years * size.year))
        hits = uniform_hits(generator, stock.held[rows.ravel()]).reshape(rows.shape)
        surplus = (hits - CHANCE * scenario.played) / sd[rows]
        yield Lives(hits, sd[rows], log_factors(norms[rows], surplus))


def _judge_thresholds(tally: Tally, scenario: Scenario, hits: Integers) -> None:
    for window in (1, 30):
        broken = _below(0.6, scenario, hits, window)
        name = f"accuracy < 0.6 over {window} draws"
        tally.add(f"{name}: looks", broken)
        tally.add(f"{name}: years", broken.any(axis=1))
        tally.add(f"{name}: episodes in 300 draws", 300.0 * (broken[:, 1:] & ~broken[:, :-1]))
    window = 100 // scenario.tickets
    broken = _below(0.65, scenario, hits, window)
    tally.add("accuracy < 0.65 over 100 samples: looks", broken)
    tally.add("accuracy < 0.65 over 100 samples: years", broken.any(axis=1))


def _judge_z(tally: Tally, scenario: Scenario, years: Lives) -> None:
    surplus = (years.hits - CHANCE * scenario.played).cumsum(axis=1)
    draws = np.arange(1, years.hits.shape[1] + 1)
    naive = surplus / np.sqrt(1.5 * scenario.tickets * draws)
    exact = surplus / np.sqrt((years.sd**2).cumsum(axis=1))
    for name, z in (("naive", naive), ("exact", exact)):
        tally.add(f"{name} z < -3 at the year's end: years", z[:, -1] < -3)
        tally.add(f"{name} z < -3 after any draw: years", (z < -3).any(axis=1))


def _judge_evidence(tally: Tally, lives: Lives, years: Lives) -> None:
    for i, direction in enumerate(DIRECTIONS):
        of_lives, of_years = lives.factors[:, :, i], years.factors[:, :, i]
        for name, factors in (("years", of_years), ("lives", of_lives)):
            peak = log_mean_exp(factors.cumsum(axis=1)).max(axis=1)
            for level in (20, 100):
                tally.add(f"e >= {level}, {direction}: {name}", peak >= np.log(level))
        peak = detector_path(of_years).max(axis=1)
        for level in (1000, 3000):
            tally.add(f"SR >= {level}, {direction}: years", peak >= level)
            alarms = restarted_alarms(of_lives, level)
            tally.add(f"SR >= {level}, {direction}: alarms per draw", alarms)


def detector_path(factors: Floats) -> Floats:
    """Mixed Shiryaev–Roberts value after every draw: (life, draw)."""
    logs = np.zeros((factors.shape[0], factors.shape[2]))
    path = np.empty(factors.shape[:2])
    for draw in range(factors.shape[1]):
        logs = np.logaddexp(0.0, logs + factors[:, draw])
        path[:, draw] = detector(logs)
    return path


def restarted_alarms(factors: Floats, level: float) -> Marks:
    """Where the detector reaches the level, when it starts anew after every alarm."""
    logs = np.zeros((factors.shape[0], factors.shape[2]))
    alarms = np.zeros(factors.shape[:2], dtype=bool)
    for draw in range(factors.shape[1]):
        logs = np.logaddexp(0.0, logs + factors[:, draw])
        alarms[:, draw] = detector(logs) >= level
        logs[alarms[:, draw]] = 0.0
    return alarms


def detector(logs: Floats) -> Floats:
    """The mixed value, from log(1 + R) per size of effect on the last axis."""
    mixed: Floats = np.expm1(np.minimum(logs, 300.0)).mean(axis=-1)
    return mixed


def log_mean_exp(logs: Floats) -> Floats:
    """Logarithm of the mean over the last axis."""
    mean: Floats = np.logaddexp.reduce(logs, axis=-1) - np.log(logs.shape[-1])
    return mean


def _below(threshold: float, scenario: Scenario, hits: Integers, window: int) -> Marks:
    """Where the accuracy of `window` draws is below the threshold, from the first full window."""
    sums = np.pad(hits.cumsum(axis=1), ((0, 0), (1, 0)))
    accuracy = (sums[:, window:] - sums[:, :-window]) / (scenario.played * window)
    return np.asarray(accuracy < threshold)


# Models that changed ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stock:
    """Factors of many simulated draws, of which lives are made by picking at random."""

    factors: Floats
    """Logarithms: (draw, size of effect)."""
    shares: Floats
    """Cumulative weights of the draws."""

    @classmethod
    def of(cls, draws: Draws, accuracy: float, factors: Floats) -> "Stock":
        """Weighted so that the mean accuracy is exactly the one wanted.

        100,000 draws miss it by a little, and hundreds of picks would add that up.
        """
        gap = draws.hits / draws.held.sum(axis=1) - accuracy
        low, high = -1.0, 1.0
        for _ in range(60):
            tilt = (low + high) / 2.0
            weights = np.exp(tilt * gap)
            low, high = (tilt, high) if weights @ gap < 0.0 else (low, tilt)
        return cls(factors, weights.cumsum())

    def pick(self, generator: np.random.Generator, count: int) -> Floats:
        """Factors of `count` draws."""
        rows = self.shares.searchsorted(generator.random(count) * self.shares[-1])
        return np.asarray(self.factors[rows])


def change_figures(
    generator: np.random.Generator, scenario: Scenario, size: Size
) -> dict[str, Figures]:
    """How long the evidence takes to see each true accuracy."""
    chance = simulate(generator, scenario, 0.0, size.pool)
    good = Stock.of(chance, CHANCE, worse_factors(chance))
    changed = {
        accuracy: simulate(generator, scenario, theta_of(scenario, accuracy), size.pool)
        for accuracy in ACCURACIES
    }
    return {str(a): _delays(generator, size, good, draws, a) for a, draws in changed.items()}


def worse_factors(draws: Draws) -> Floats:
    """Logarithms of the factors for "worse than chance": (draw, size of effect)."""
    surplus = (draws.hits - CHANCE * draws.held.sum(axis=1)) / draws.sd
    return log_factors(log_norms(draws), surplus)[:, 0]


def _delays(
    generator: np.random.Generator, size: Size, good: Stock, changed: Draws, accuracy: float
) -> Figures:
    information = changed.information()
    stock = Stock.of(changed, accuracy, worse_factors(changed))
    fresh = waits(generator, stock, size, np.zeros((size.delays, len(EFFECT_SIZES))))
    warm = waits(generator, stock, size, after_good_draws(generator, good, size))
    truth = Stock.of(changed, accuracy, changed.true_log_ratios()[:, None])
    told = waits(generator, truth, size, np.zeros((size.delays, 1)))
    figures = {
        "information": information,
        "e >= 20: share within a year": float((fresh["e >= 20"] <= size.year).mean()),
        "e >= 20: median draws": float(np.median(fresh["e >= 20"])),
    }
    for level in (1000, 3000):
        name = f"SR >= {level}"
        figures[f"{name}: bound"] = float(np.log(level)) / information
        figures[f"{name}: mean draws from the start"] = float(fresh[name].mean())
        figures[f"{name}: mean draws after 300 good ones"] = float(warm[name].mean())
        figures[f"{name}: mean draws if the truth were known"] = float(told[name].mean())
    return {name: _rounded(value) for name, value in figures.items()}


def waits(
    generator: np.random.Generator, stock: Stock, size: Size, logs: Floats
) -> dict[str, Integers]:
    """First draw at which each alarm speaks (horizon + 1: never), for lives of the stock's draws.

    `logs` is the detector's state when the change comes; the e-process starts with the change.
    """
    never = size.horizon + 1
    first = {name: np.full(len(logs), never) for name in ("e >= 20", "SR >= 1000", "SR >= 3000")}
    log_e = np.zeros_like(logs)
    for draw in range(1, never):
        step = stock.pick(generator, len(logs))
        log_e += step
        logs = np.logaddexp(0.0, logs + step)
        value = detector(logs)
        reached = (log_mean_exp(log_e) >= np.log(20), value >= 1000, value >= 3000)
        for (name, draws), marks in zip(first.items(), reached, strict=True):
            first[name] = np.where(marks, np.minimum(draws, draw), draws)
        if all(draws.max() < never for draws in first.values()):
            break
    return first


def after_good_draws(
    generator: np.random.Generator, good: Stock, size: Size, draws: int = 300
) -> Floats:
    """State of detectors that watched chance for a year and gave no alarm at 1,000."""
    logs = np.zeros((2 * size.delays, good.factors.shape[1]))
    silent = np.ones(len(logs), dtype=bool)
    for _ in range(draws):
        logs = np.logaddexp(0.0, logs + good.pick(generator, len(logs)))
        silent &= detector(logs) < 1000
    return logs[silent][: size.delays]


# Against a claimed accuracy -----------------------------------------------------------------------


def reference_figures(generator: np.random.Generator, scenario: Scenario, size: Size) -> Figures:
    """Bets against a claim, beside two alternatives that were not taken."""
    ways = {"bets": bets, "scaled bets": scaled_bets}
    kept = {"kept": simulate(generator, scenario, theta_of(scenario, 0.62), size.pool)}
    chance = simulate(generator, scenario, 0.0, size.pool)
    if scenario.tickets == 1:
        ways["ratios"] = ratios
        kept["kept by rare leaks"] = rare_leaks(generator, chance)
    figures = {}
    for name, factors in ways.items():
        for how, draws in kept.items():
            stock = Stock.of(draws, 0.62, factors(draws, 0.62))
            figures[f"{name}, 0.62 {how}: lives"] = _ever_20(generator, stock, size)
        for claim in (0.62, 0.65):
            stock = Stock.of(chance, CHANCE, factors(chance, claim))
            first = waits(generator, stock, size, np.zeros((size.delays, stock.factors.shape[1])))
            median = float(np.median(first["e >= 20"]))
            figures[f"{name}, {claim} claimed at chance: median draws"] = median
    return {name: _rounded(value) for name, value in figures.items()}


def rare_leaks(generator: np.random.Generator, chance: Draws) -> Draws:
    """One draw in twenty is known beforehand, all others are chance: 0.62 on average.

    The claim is kept, but the hits spread more than those of a tilted law.
    """
    known = generator.random(len(chance.hits)) < 0.05
    return Draws(chance.held, np.where(known, NUMBERS, chance.hits), theta=0.0)


def bets(draws: Draws, reference: float) -> Floats:
    """Logarithms of the bets on "worse than the reference": (draw, size of bet)."""
    played = draws.held.sum(axis=1)
    _, most = hits_bounds(draws.held)
    ceiling = LARGEST_LOSS / np.maximum(most / played - reference, 1e-9)
    stakes = np.minimum(np.array(BETS), ceiling[:, None])
    factors: Floats = np.log1p(stakes * (reference - draws.hits / played)[:, None])
    return factors


def scaled_bets(draws: Draws, reference: float) -> Floats:
    """The alternative not taken: shares of the largest safe bet of each draw's tickets."""
    played = draws.held.sum(axis=1)
    _, most = hits_bounds(draws.held)
    ceiling = 1.0 / np.maximum(most / played - reference, draws.sd / played)
    gain = ceiling * (reference - draws.hits / played)
    factors: Floats = np.log1p(gain[:, None] * np.array((0.03, 0.07, 0.17, 0.4, 0.95)))
    return factors


def ratios(draws: Draws, reference: float) -> Floats:
    """Likelihood ratios for one ticket, both laws tilted, the null's mean at the reference."""
    null = theta_of(SCENARIOS[0], reference)
    thetas = null - np.array(EFFECT_SIZES) / np.sqrt(1.5)
    norms = [np.log(hits_law(POOL, DRAWN, NUMBERS, theta)[1]) for theta in (null, *thetas)]
    factors: Floats = draws.hits[:, None] * (thetas - null) + norms[0] - np.array(norms[1:])
    return factors


def _ever_20(generator: np.random.Generator, stock: Stock, size: Size) -> float:
    """Share of lives made of the stock's draws in which e ever reaches 20."""
    logs = np.zeros((size.lives, stock.factors.shape[1]))
    peak = np.zeros(size.lives)
    for _ in range(size.years * size.year):
        logs += stock.pick(generator, size.lives)
        peak = np.maximum(peak, log_mean_exp(logs))
    return float((peak >= np.log(20)).mean())


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def main() -> None:
    """Run the whole study and write its results."""
    text = json.dumps(study(Size()), indent=2, ensure_ascii=False)
    RESULTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
