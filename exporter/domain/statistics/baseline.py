"""Is a window's accuracy any different from picking at random? Figures for one look.

Everything comes from seven whole-number sums per window, so a draw is added, a corrected one taken
out, and "since the start" costs no more than yesterday. The interval treats each draw as one
cluster (ratio estimator: Cochran, *Sampling Techniques*, §6.3 and §9A.5); the z-score uses the
exact variance at chance, overlap of tickets included. Looking every day makes p-values lie: use
`evidence` then.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from exporter.domain.statistics.distributions import normal_sf, student_t_quantile
from exporter.domain.statistics.hypergeometric import (
    chance_accuracy,
    hits_cdf,
    hits_sf,
    total_variance,
)

LONGEST_WINDOW = 300
#: Windows shown everywhere, in draws; "since the version's start" comes beside them.
WINDOWS = (1, 7, 30, 100, LONGEST_WINDOW)
SINCE_START = "all"
#: Names of all windows, the shortest first.
WINDOW_NAMES = (*map(str, WINDOWS), SINCE_START)
#: How often the interval of accuracy holds the truth.
_CONFIDENCE = 0.95


class DrawTotals(NamedTuple):
    """All tickets of one draw in three whole numbers."""

    numbers: int
    """Σc: numbers played, over all tickets."""
    hits: int
    """S: hits, over all tickets."""
    held_squared: int
    """Σc² over the pool: how much the tickets overlap."""

    @classmethod
    def of(cls, held: Sequence[int], hits: int) -> Self:
        """From the tickets that hold each number and the hits of all of them."""
        return cls(sum(held), hits, sum(c * c for c in held))


@dataclass(frozen=True)
class WindowSums:
    """Sums over the draws of a window; whole numbers, so adding and taking out are exact."""

    draws: int = 0
    numbers: int = 0
    hits: int = 0
    held_squared: int = 0
    numbers_squared: int = 0
    hits_squared: int = 0
    hits_numbers: int = 0

    @classmethod
    def of(cls, draws: Iterable[DrawTotals]) -> "WindowSums":
        """Sums over these draws."""
        sums = cls()
        for draw in draws:
            sums = sums.plus(draw)
        return sums

    def plus(self, draw: DrawTotals) -> "WindowSums":
        """The window with one more draw. A draw without tickets adds nothing."""
        return self._moved(draw, 1)

    def minus(self, draw: DrawTotals) -> "WindowSums":
        """The window without a draw it holds (it left the window, or was corrected)."""
        return self._moved(draw, -1)

    def _moved(self, draw: DrawTotals, sign: int) -> "WindowSums":
        numbers, hits, held_squared = draw
        if numbers == 0:
            return self
        return WindowSums(
            self.draws + sign,
            self.numbers + sign * numbers,
            self.hits + sign * hits,
            self.held_squared + sign * held_squared,
            self.numbers_squared + sign * numbers * numbers,
            self.hits_squared + sign * hits * hits,
            self.hits_numbers + sign * hits * numbers,
        )


@dataclass(frozen=True)
class Assessment:
    """A window beside chance. Ratios 0–1; None where the window cannot say."""

    draws: int
    numbers: int
    hits: int
    accuracy: float | None
    """hits ÷ numbers; None without tickets."""
    chance: float
    """drawn ÷ pool."""
    expected_hits: float
    hits_sd: float
    """Standard deviation of `hits` at chance, overlap of tickets included."""
    z: float | None
    """(hits − expected) ÷ sd; None when chance leaves nothing to vary."""
    p_worse: float | None
    """P(so few hits or fewer) at chance, for one look planned beforehand."""
    p_better: float | None
    """P(so many hits or more) at chance, for one look planned beforehand."""
    p_two_sided: float | None
    low: float | None
    """Lower end of the confidence interval of accuracy; None below two draws (see `assess`)."""
    high: float | None


def assess(pool: int, drawn: int, sums: WindowSums) -> Assessment:
    """Accuracy, baseline, z, p-values and confidence interval of one window.

    p-values are exact for one draw whose tickets share no number (one ticket above all), else
    normal tails. The interval is Student's with draws − 1 degrees, clipped to 0–1; None below two
    draws, and None where the draws do not vary, since a width of nothing would claim certainty.
    """
    chance = chance_accuracy(pool, drawn)
    expected = sums.numbers * chance
    sd = math.sqrt(total_variance(pool, drawn, sums.held_squared, sums.numbers_squared))
    z = (sums.hits - expected) / sd if sd > 0.0 else None
    p_worse, p_better = _tails(pool, drawn, sums, z)
    both = None if p_worse is None or p_better is None else min(1.0, 2 * min(p_worse, p_better))
    accuracy = sums.hits / sums.numbers if sums.numbers else None
    low, high = clustered_interval(sums) or (None, None)
    return Assessment(
        sums.draws,
        sums.numbers,
        sums.hits,
        accuracy,
        chance,
        expected,
        sd,
        z,
        p_worse,
        p_better,
        both,
        low,
        high,
    )


def assess_windows(
    pool: int, drawn: int, draws: Sequence[DrawTotals], lifetime: WindowSums
) -> dict[str, Assessment]:
    """Each of WINDOWS over the last of `draws` (oldest first), and the lifetime, by name.

    A history shorter than a window is assessed as it stands: `Assessment.draws` says how long.
    """
    sums = {str(size): WindowSums.of(draws[-size:]) for size in WINDOWS}
    sums[SINCE_START] = lifetime
    return {name: assess(pool, drawn, of_window) for name, of_window in sums.items()}


def clustered_interval(sums: WindowSums) -> tuple[float, float] | None:
    """Confidence interval of accuracy with each draw a cluster; None as `assess` says."""
    residual = residual_square_sum(sums) if sums.draws >= 2 else 0.0
    if residual <= 0.0:
        return None
    accuracy = sums.hits / sums.numbers
    error = math.sqrt(residual * sums.draws / (sums.draws - 1)) / sums.numbers
    reach = student_t_quantile(_CONFIDENCE, sums.draws - 1) * error
    return max(0.0, accuracy - reach), min(1.0, accuracy + reach)


def residual_square_sum(sums: WindowSums) -> float:
    """Σ(hits − accuracy·numbers)² over draws, in whole numbers until the last division."""
    numbers, hits = sums.numbers, sums.hits
    scaled = (
        numbers * numbers * sums.hits_squared
        - 2 * numbers * hits * sums.hits_numbers
        + hits * hits * sums.numbers_squared
    )
    return scaled / (numbers * numbers)


def _tails(
    pool: int, drawn: int, sums: WindowSums, z: float | None
) -> tuple[float | None, float | None]:
    # Σc² = Σc means no number is held twice: all tickets together are one ticket of Σc numbers.
    if z is None:
        return None, None
    if sums.draws == 1 and sums.held_squared == sums.numbers:
        worse = hits_cdf(pool, drawn, sums.numbers, sums.hits)
        return worse, hits_sf(pool, drawn, sums.numbers, sums.hits - 1)
    return normal_sf(-z), normal_sf(z)
