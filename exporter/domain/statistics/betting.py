"""One draw's factors against a reference accuracy the user names (say, the one claimed at release).

Null hypothesis "worse" tests: before every draw, given its tickets and the past, the expected
accuracy is at least the reference; "better" tests: at most. Nothing is assumed of the law of the
hits, their variance or the overlap of tickets, only that one draw's hits are bounded. So the factor
is a bet, 1 + λ·(reference hits − hits), its λ kept small enough that no possible draw makes it
negative: on average at most 1 under the null, hence the same guarantees as against chance
(Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86, 2024).
The price of assuming so little is a longer delay than the likelihood ratio's;
``docs/statistics.md`` has the figures.
"""

import math
from collections.abc import Sequence

from exporter.domain.statistics.evidence import NO_EVIDENCE, LogFactors
from exporter.domain.statistics.hypergeometric import held_variance
from exporter.domain.statistics.likelihood import check_hits, hits_range
from exporter.domain.statistics.validation import check_share

BET_SHARES = (0.03, 0.07, 0.17, 0.4, 0.95)
"""Shares of the largest safe bet, mixed with equal weights."""


def reference_factors(drawn: int, held: Sequence[int], hits: int, reference: float) -> LogFactors:
    """Logarithms of one draw's factors against ``reference``, an accuracy between 0 and 1.

    Arguments and errors as ``chance_factors``.
    """
    check_hits(drawn, held, hits)
    check_share("reference", reference)
    sd = math.sqrt(held_variance(drawn, held))
    if sd == 0.0:
        return NO_EVIDENCE
    expected = reference * sum(held)
    fewest, most = hits_range(drawn, held)
    return LogFactors(
        _bets((expected - hits) / sd, (most - expected) / sd),
        _bets((hits - expected) / sd, (expected - fewest) / sd),
    )


def _bets(gain: float, worst_loss: float) -> tuple[float, ...]:
    # A reference outside what the tickets can reach has no loss to fear: one sd keeps bets finite.
    limit = max(worst_loss, 1.0)
    return tuple(math.log1p(share * gain / limit) for share in BET_SHARES)
