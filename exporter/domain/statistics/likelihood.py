"""One draw's exact likelihood ratios against chance, for all its tickets together.

For a tilt η the ratio is exp(η·S) ÷ E₀[exp(η·S)], where S sums `held` over the drawn numbers and
E₀[exp(η·S)] = e_K(e^{η·c_1}, …, e^{η·c_N}) ÷ C(N, K), e_K the elementary symmetric polynomial. All
overlap of the tickets is in `held`, so nothing is approximated. η = ±d/sd(S) asks: are the hits
of a draw d standard deviations off chance? The polynomial is found as a Poisson-binomial
probability, as for conditional Poisson sampling (Chen, Dempster & Liu, *Biometrika* 81, 1994): N·K
steps on numbers between 0 and 1, which neither overflow nor cancel.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from exporter.domain.statistics.evidence import NO_EVIDENCE, LogFactors
from exporter.domain.statistics.hypergeometric import held_variance
from exporter.domain.statistics.validation import check_game

#: d: how far off chance one draw's hits are, in standard deviations. One 15-number ticket of 15 of
#: 25 at accuracy 0.58 is off by 0.245; twenty independent ones by 1.1.
EFFECT_SIZES = (0.12, 0.245, 0.43, 0.85, 1.7)


def chance_factors(drawn: int, held: Sequence[int], hits: int) -> LogFactors:
    """Logarithms of one draw's factors against chance.

    `held[k]` tickets hold number k (its length is the pool); `hits` sums it over the drawn
    numbers. ValueError when no draw of this game could give these hits.
    """
    check_hits(drawn, held, hits)
    norms = _log_norms(drawn, tuple(sorted(held)))
    if norms is None:
        return NO_EVIDENCE
    surplus = hits - drawn * sum(held) / len(held)
    tilts = [d / math.sqrt(held_variance(drawn, held)) for d in EFFECT_SIZES]
    return LogFactors(
        tuple(-t * surplus - norm for t, norm in zip(tilts, norms.worse, strict=True)),
        tuple(t * surplus - norm for t, norm in zip(tilts, norms.better, strict=True)),
    )


def check_hits(drawn: int, held: Sequence[int], hits: int) -> None:
    """ValueError unless some draw of `drawn` numbers hits these tickets `hits` times."""
    check_game(len(held), drawn)
    fewest, most = hits_range(drawn, held)
    if min(held) < 0 or not fewest <= hits <= most:
        raise ValueError(f"{hits} hits are impossible: the tickets allow {fewest} to {most}")


def hits_range(drawn: int, held: Sequence[int]) -> tuple[int, int]:
    """Fewest and most hits all tickets of one draw can have together."""
    ordered = sorted(held)
    return sum(ordered[:drawn]), sum(ordered[len(ordered) - drawn :])


def log_mean_exp_total(drawn: int, scores: Sequence[float]) -> float:
    """Log E₀[exp(Σ scores over the drawn numbers)], the draw being any `drawn` of len(scores).

    Scores of some tens either side of their mean are safe; O(pool × drawn).
    """
    pool = len(scores)
    check_game(pool, drawn)
    if drawn == pool:
        return math.fsum(scores)
    if 2 * drawn > pool:  # the numbers left out are fewer
        return math.fsum(scores) + log_mean_exp_total(pool - drawn, [-score for score in scores])
    odds = drawn / (pool - drawn)
    weights = [odds * math.exp(score) for score in scores]
    log_product = math.fsum(math.log1p(weight) for weight in weights)
    probability = _poisson_binomial(drawn, [weight / (1.0 + weight) for weight in weights])
    log_polynomial = math.log(probability) + log_product - drawn * math.log(odds)
    return log_polynomial - math.log(math.comb(pool, drawn))


def _poisson_binomial(successes: int, probabilities: Sequence[float]) -> float:
    """P(exactly `successes`) of independent trials."""
    chances = [1.0] + [0.0] * successes
    for p in probabilities:
        q = 1.0 - p
        later = [stay * q + rise * p for rise, stay in pairwise(chances)]
        chances = [chances[0] * q, *later]
    return chances[successes]


# Cached because the order of the numbers does not matter: every lone ticket of 15 is one entry.
@lru_cache(maxsize=4096)
def _log_norms(drawn: int, held: tuple[int, ...]) -> LogFactors | None:
    sd = math.sqrt(held_variance(drawn, held))
    if sd == 0.0:
        return None
    mean = sum(held) / len(held)
    scores = [(c - mean) / sd for c in held]
    return LogFactors(
        tuple(log_mean_exp_total(drawn, [-d * s for s in scores]) for d in EFFECT_SIZES),
        tuple(log_mean_exp_total(drawn, [d * s for s in scores]) for d in EFFECT_SIZES),
    )
