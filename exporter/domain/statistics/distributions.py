"""Tails of the normal, chi-square and Student t laws, with whole degrees of freedom.

With whole degrees of freedom the incomplete gamma and beta functions are finite sums of positive
terms: shorter and exacter than a general continued fraction.
Source: Abramowitz & Stegun, *Handbook of Mathematical Functions*, 7.1.2, 26.4.4–5 and 26.7.3–4.
"""

import math
from functools import lru_cache

from exporter.domain.statistics.validation import check_share


def normal_sf(z: float) -> float:
    """P(Z > z) of the standard normal law; keeps its relative precision far in the tail."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def chi_square_sf(value: float, degrees: int) -> float:
    """P(X > value) of the chi-square law: the regularised upper incomplete gamma Q(ν/2, x/2)."""
    if degrees < 1:
        raise ValueError("chi-square needs at least one degree of freedom")
    if value <= 0.0:
        return 1.0
    half = value / 2.0
    odd = degrees % 2
    start = math.erfc(math.sqrt(half)) if odd else 0.0
    first = 0.5 if odd else 0.0
    terms = (first + i for i in range((degrees - odd) // 2))
    log_half = math.log(half)
    return min(1.0, start + math.fsum(_poisson_term(a, half, log_half) for a in terms))


def student_t_two_sided(t: float, degrees: int) -> float:
    """P(|T| > |t|) of Student's law; absolute error about 1e-15 (so not for p below 1e-14)."""
    if degrees < 1:
        raise ValueError("Student's t needs at least one degree of freedom")
    angle = math.atan(abs(t) / math.sqrt(degrees))
    inside = _odd_inside(angle, degrees) if degrees % 2 else _even_inside(angle, degrees)
    return min(1.0, max(0.0, 1.0 - inside))


@lru_cache(maxsize=1024)
def student_t_quantile(confidence: float, degrees: int) -> float:
    """The t with P(|T| ≤ t) = `confidence` (0.95 gives 2.571 for 5 degrees), by bisection."""
    check_share("confidence", confidence)
    low, high = 0.0, 1.0
    while student_t_two_sided(high, degrees) > 1.0 - confidence:
        low, high = high, high * 2.0
    for _ in range(60):
        middle = (low + high) / 2.0
        outside = student_t_two_sided(middle, degrees) > 1.0 - confidence
        low, high = (middle, high) if outside else (low, middle)
    return (low + high) / 2.0


def _poisson_term(power: float, half: float, log_half: float) -> float:
    return math.exp(power * log_half - half - math.lgamma(power + 1.0))


def _odd_inside(angle: float, degrees: int) -> float:
    cosine = math.cos(angle)
    term, total = cosine, 0.0
    for i in range(1, degrees - 1, 2):
        total += term
        term *= cosine * cosine * (i + 1) / (i + 2)
    return (angle + math.sin(angle) * total) * 2.0 / math.pi


def _even_inside(angle: float, degrees: int) -> float:
    cosine = math.cos(angle)
    term, total = 1.0, 0.0
    for i in range(0, degrees - 1, 2):
        total += term
        term *= cosine * cosine * (i + 1) / (i + 2)
    return math.sin(angle) * total
