"""Plain words for figures: is this model told from a random picker, or not?

Whoever looks at many windows daily sees p = 0.01 every week. A window therefore has to be off by
what chance gives in one look of a thousand; evidence, which allows looking always, needs its 20.
"""

from enum import StrEnum

from exporter.domain.statistics.baseline import Assessment
from exporter.domain.statistics.evidence import Evidence

#: Two-sided p below which a single window is told from chance.
WINDOW_P = 0.001
#: E-value that at most 5 % of models at chance ever reach.
EVIDENCE = 20.0


class Standing(StrEnum):
    """Where a model stands beside chance."""

    UNKNOWN = "unknown"
    CHANCE = "chance"
    BETTER = "better"
    WORSE = "worse"


def standing_of_window(window: Assessment) -> Standing:
    """What one window says by itself."""
    if not window.draws or window.z is None or window.p_two_sided is None:
        return Standing.UNKNOWN
    if window.p_two_sided >= WINDOW_P:
        return Standing.CHANCE
    return Standing.BETTER if window.z > 0 else Standing.WORSE


def standing_of_evidence(evidence: Evidence | None) -> Standing:
    """What all draws since the version's start say, however often one has looked."""
    if evidence is None or not evidence.draws:
        return Standing.UNKNOWN
    worse, better = evidence.worse.peak, evidence.better.peak
    if max(worse, better) < EVIDENCE:
        return Standing.CHANCE
    return Standing.BETTER if better > worse else Standing.WORSE
