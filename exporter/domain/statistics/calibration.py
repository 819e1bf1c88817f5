"""Confidence is a claim about accuracy: is it kept?

Each played number is one forecast: "drawn, with probability = the ticket's confidence". The Brier
score is the mean squared error of these forecasts (Brier 1950; Murphy 1973). All figures come from
whole-number sums over tickets, kept per bin of confidence, so they add up and correct exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exporter.domain.predictions import MILLION

#: Bins of confidence of equal width; the one around chance is then narrow enough to be read.
BINS = 20


@dataclass(frozen=True)
class CalibrationSums:
    """Sums over tickets, weighted by their numbers; every product is held in millionths.

    (Squares of millionths would overflow 64 bits after some hundred thousand tickets.)
    """

    tickets: int = 0
    numbers: int = 0
    confidence: int = 0
    """Σ numbers·confidence, millionths."""
    confidence_squared: int = 0
    """Σ numbers·confidence², millionths (each square rounded once)."""
    hits: int = 0
    confidence_hits: int = 0
    """Σ hits·confidence, millionths."""

    @classmethod
    def of(cls, numbers: int, hits: int, confidence: int) -> "CalibrationSums":
        """One scored ticket; `confidence` in millionths. ValueError when it is not one."""
        if not 0 <= confidence <= MILLION or not 0 <= hits <= numbers:
            raise ValueError(f"no ticket has {hits} of {numbers} at {confidence} millionths")
        squared = (confidence * confidence + MILLION // 2) // MILLION
        return cls(1, numbers, numbers * confidence, numbers * squared, hits, hits * confidence)

    def __add__(self, other: "CalibrationSums") -> "CalibrationSums":
        return self._combined(other, 1)

    def __sub__(self, other: "CalibrationSums") -> "CalibrationSums":
        return self._combined(other, -1)

    def _combined(self, other: "CalibrationSums", sign: int) -> "CalibrationSums":
        return CalibrationSums(
            self.tickets + sign * other.tickets,
            self.numbers + sign * other.numbers,
            self.confidence + sign * other.confidence,
            self.confidence_squared + sign * other.confidence_squared,
            self.hits + sign * other.hits,
            self.confidence_hits + sign * other.confidence_hits,
        )


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of confidence: what was claimed and what came. Ratios 0–1."""

    low: float
    high: float
    tickets: int
    mean_confidence: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """How well confidence was kept. Ratios 0–1."""

    tickets: int
    mean_confidence: float
    accuracy: float
    overconfidence: float
    """mean confidence − accuracy: above 0, the model promises more than it keeps."""
    brier_score: float
    """0 is perfect; always saying chance gives p(1−p) at chance (0.24 for 15 of 25)."""
    chance_brier_score: float
    """What saying `chance` every time would have scored on the same outcomes."""
    skill: float
    """1 − score ÷ chance's score: above 0 better than always saying chance."""
    bins: tuple[ReliabilityBin, ...]
    """Bins that hold tickets, lowest confidence first."""


def confidence_bin(confidence: int) -> int:
    """Bin 0 … BINS − 1 of a confidence in millionths; 1.0 itself falls into the last."""
    if not 0 <= confidence <= MILLION:
        raise ValueError(f"confidence must lie in 0–{MILLION} millionths, not {confidence}")
    return min(confidence * BINS // MILLION, BINS - 1)


def calibration(chance: float, sums: Mapping[int, CalibrationSums]) -> Calibration | None:
    """Figures over `{bin: sums}`; None without a played number. `chance` is drawn ÷ pool."""
    total = combine(sums.values())
    if total.numbers == 0:
        return None
    confidence, accuracy = _means(total)
    score = _brier_score(total)
    reference = chance * chance - 2.0 * chance * accuracy + accuracy
    return Calibration(
        total.tickets,
        confidence,
        accuracy,
        confidence - accuracy,
        score,
        reference,
        1.0 - score / reference,
        tuple(_bin(i, sums[i]) for i in sorted(sums) if sums[i].numbers),
    )


def combine(parts: Iterable[CalibrationSums]) -> CalibrationSums:
    """All parts in one."""
    return sum(parts, CalibrationSums())


def _means(sums: CalibrationSums) -> tuple[float, float]:
    return sums.confidence / (MILLION * sums.numbers), sums.hits / sums.numbers


def _brier_score(sums: CalibrationSums) -> float:
    # Σ hits·(1−f)² + (numbers−hits)·f² = Σ numbers·f² − 2·hits·f + hits
    scaled = sums.confidence_squared - 2 * sums.confidence_hits + MILLION * sums.hits
    return scaled / (MILLION * sums.numbers)


def _bin(index: int, sums: CalibrationSums) -> ReliabilityBin:
    confidence, accuracy = _means(sums)
    return ReliabilityBin(index / BINS, (index + 1) / BINS, sums.tickets, confidence, accuracy)
