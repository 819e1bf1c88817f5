"""One draw's factors against a reference accuracy the user names (say, the one claimed at release).

Null hypothesis "worse" tests: before every draw, given the past and its tickets, the expected
accuracy is at least the reference; "better" tests: at most. Nothing is assumed of the law of the
hits, their variance or the overlap of tickets. The factor is a bet on the draw's accuracy,
1 + λ·(reference − accuracy), worth at most 1 on average under the null, hence the same guarantees
as against chance (Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting",
JRSS B 86, 2024).

λ is the same for every draw on purpose. Bets scaled to the tickets of the day would win sooner, but
raise false alarms where tickets that can vary little also hit less; with a fixed λ the model's own
choice of tickets averages out. Only where a draw could ruin the bettor is λ lowered.
`docs/statistics.md` has the figures, also of the likelihood ratio that was not taken.
"""

import math
from collections.abc import Sequence

from exporter.domain.statistics.evidence import NO_EVIDENCE, LogFactors
from exporter.domain.statistics.likelihood import check_hits, hits_range
from exporter.domain.statistics.validation import check_share

#: λ: capital staked per unit of accuracy, mixed with equal weights.
BETS = (0.6, 1.25, 2.5, 5.0, 10.0)
#: Share of its capital a bet may lose on one draw.
LARGEST_LOSS = 0.95


def reference_factors(drawn: int, held: Sequence[int], hits: int, reference: float) -> LogFactors:
    """Logarithms of one draw's factors against `reference`, an accuracy between 0 and 1.

    Arguments and errors as `chance_factors`.
    """
    check_hits(drawn, held, hits)
    check_share("reference", reference)
    numbers = sum(held)
    if numbers == 0:
        return NO_EVIDENCE
    fewest, most = hits_range(drawn, held)
    surplus = hits / numbers - reference
    return LogFactors(
        _bets(-surplus, most / numbers - reference),
        _bets(surplus, reference - fewest / numbers),
    )


def _bets(gain: float, largest_loss: float) -> tuple[float, ...]:
    ceiling = LARGEST_LOSS / largest_loss if largest_loss > 0.0 else math.inf
    return tuple(math.log1p(min(bet, ceiling) * gain) for bet in BETS)
