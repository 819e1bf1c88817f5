"""How the tickets of one model did on one draw, as sums that can be added and taken back."""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from exporter.domain.predictions import MILLION
from exporter.domain.statistics.calibration import CalibrationSums, confidence_bin
from exporter.domain.tickets import LOW_WORD, WORD

#: How this machine lays out an array's integers.
_BYTE_ORDER: Final = "little" if array("H", [1]).tobytes()[0] else "big"
_HALF_MILLION = MILLION // 2

#: (numbers as a bit set, confidence in millionths or None)
Ticket = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class DrawScore:
    """One model's tickets on one draw.

    histogram: (size, hits) -> tickets; held: for each number of the pool the tickets that
    hold it; calibration: confidence bin -> sums; ineligible: tickets made after the cut-off.
    """

    histogram: Mapping[tuple[int, int], int] = field(default_factory=dict)
    held: tuple[int, ...] = ()
    calibration: Mapping[int, CalibrationSums] = field(default_factory=dict)
    ineligible: int = 0

    @property
    def tickets(self) -> int:
        """Tickets that count."""
        return sum(self.histogram.values())

    @property
    def numbers_played(self) -> int:
        """Numbers on all tickets: accuracy's denominator."""
        return sum(size * n for (size, _), n in self.histogram.items())

    @property
    def hits(self) -> int:
        """Hits of all tickets: accuracy's numerator."""
        return sum(hits * n for (_, hits), n in self.histogram.items())

    @property
    def held_squared(self) -> int:
        """Σ held², for the exact variance of hits at chance."""
        return sum(c * c for c in self.held)

    def __add__(self, other: Self) -> "DrawScore":
        bins = self.calibration.keys() | other.calibration.keys()
        return DrawScore(
            Counter(self.histogram) + Counter(other.histogram),
            _add(self.held, other.held),
            {b: _at(self.calibration, b) + _at(other.calibration, b) for b in bins},
            self.ineligible + other.ineligible,
        )

    def __sub__(self, other: Self) -> "DrawScore":
        """What is left when a part of these tickets is taken out."""
        bins = {b: sums - _at(other.calibration, b) for b, sums in self.calibration.items()}
        return DrawScore(
            Counter(self.histogram) - Counter(other.histogram),
            _add(self.held, tuple(-c for c in other.held)),
            {b: sums for b, sums in bins.items() if sums.tickets},
            self.ineligible - other.ineligible,
        )


def score(tickets: Iterable[Ticket], draw: int, pool: int) -> DrawScore:
    """Scores eligible tickets against a draw (bit set)."""
    columns = tuple(zip(*tickets, strict=True))
    return score_columns(*columns, draw=draw, pool=pool) if columns else DrawScore(held=(0,) * pool)


def score_columns(
    numbers: Sequence[int],
    confidences: Sequence[int | None],
    *,
    draw: int,
    pool: int,
) -> DrawScore:
    """The same for tickets whose fields come as columns; some thousands of them at a time."""
    sizes = map(int.bit_count, numbers)
    hits = map(int.bit_count, map(draw.__and__, numbers))
    outcomes = Counter(zip(confidences, sizes, hits, strict=True))
    return DrawScore(_histogram(outcomes), count_held(numbers, pool), _calibration(outcomes))


def count_held(numbers: Sequence[int], pool: int) -> tuple[int, ...]:
    """For each number of the pool, how many of the bit sets hold it.

    The sets are laid side by side in one large integer: a number's count is then the bits
    left by one shift and one mask, with no loop over the sets.
    """
    if pool > WORD:
        low = count_held([n & LOW_WORD for n in numbers], WORD)
        return low + count_held([n >> WORD for n in numbers], pool - WORD)
    code, width = ("I", 4) if pool <= 32 else ("Q", 8)
    packed = int.from_bytes(array(code, numbers).tobytes(), _BYTE_ORDER)
    ones = int.from_bytes((b"\1" + bytes(width - 1)) * len(numbers), "little")
    return tuple((packed >> k & ones).bit_count() for k in range(pool))


def _histogram(outcomes: Counter[tuple[int | None, int, int]]) -> dict[tuple[int, int], int]:
    histogram: Counter[tuple[int, int]] = Counter()
    for (_, size, hits), n in outcomes.items():
        histogram[size, hits] += n
    return histogram


def _calibration(
    outcomes: Counter[tuple[int | None, int, int]],
) -> dict[int, CalibrationSums]:
    sums: dict[int, list[int]] = {}
    for (confidence, size, hits), n in outcomes.items():
        if confidence is not None:
            bucket = sums.setdefault(confidence_bin(confidence), [0] * 6)
            # What CalibrationSums.of gives, without an object for each distinct outcome.
            square = (confidence * confidence + _HALF_MILLION) // MILLION
            bucket[0] += n
            bucket[1] += n * size
            bucket[2] += n * size * confidence
            bucket[3] += n * size * square
            bucket[4] += n * hits
            bucket[5] += n * hits * confidence
    return {bucket: CalibrationSums(*values) for bucket, values in sums.items()}


def _at(sums: Mapping[int, CalibrationSums], bucket: int) -> CalibrationSums:
    return sums.get(bucket, CalibrationSums())


def _add(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    if not left or not right:
        return left or right
    return tuple(a + b for a, b in zip(left, right, strict=True))
