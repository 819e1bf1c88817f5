"""How the tickets of one model did on one draw, as sums that can be added and taken back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import islice
from typing import Self

from exporter.domain.prizes import Money
from exporter.domain.statistics.calibration import CalibrationSums, confidence_bin

_CHUNK_BITS = 13
_CHUNK = (1 << _CHUNK_BITS) - 1
_FIELD = 40  # bits for one number's count: more tickets than any draw will have

#: (size, numbers as a bit set, confidence in millionths or None)
Ticket = tuple[int, int, int | None]


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
    """Scores eligible tickets against a draw (bit set); memory does not grow with their number."""
    outcomes: Counter[tuple[int | None, int, int]] = Counter()
    held = 0
    hits_of, masked = int.bit_count, draw.__and__
    source = iter(tickets)
    total = DrawScore(held=(0,) * pool)
    while chunk := list(islice(source, 20_000)):
        sizes, numbers, confidences = zip(*chunk, strict=True)
        outcomes = Counter(zip(confidences, sizes, map(hits_of, map(masked, numbers)), strict=True))
        held = sum_held(numbers, pool)
        total += DrawScore(_histogram(outcomes), unpack_held(held, pool), _calibration(outcomes))
    return total


def sum_held(numbers: Sequence[int], pool: int) -> int:
    """How many of the bit sets hold each number, packed in one integer (see unpack_held).

    Looks thirteen bits up at a time: the sums are made by integer addition, not by loops.
    """
    table = _spread_table()
    packed = 0
    for shift in range(0, pool, _CHUNK_BITS):
        parts = (n >> shift & _CHUNK for n in numbers) if shift else map(_CHUNK.__and__, numbers)
        packed |= sum(map(table.__getitem__, parts)) << shift * _FIELD
    return packed


def unpack_held(packed: int, pool: int) -> tuple[int, ...]:
    """The counts that `sum_held` packed, one for each number of the pool."""
    mask = (1 << _FIELD) - 1
    return tuple(packed >> k * _FIELD & mask for k in range(pool))


@cache
def _spread_table() -> list[int]:
    """For each 13-bit set, an integer with one wide field for each bit."""
    table = [0]
    for bit in range(_CHUNK_BITS):
        table += [entry | 1 << bit * _FIELD for entry in table]
    return table


def _histogram(outcomes: Counter[tuple[int | None, int, int]]) -> dict[tuple[int, int], int]:
    histogram: Counter[tuple[int, int]] = Counter()
    for (_, size, hits), n in outcomes.items():
        histogram[size, hits] += n
    return histogram


def _calibration(
    outcomes: Counter[tuple[int | None, int, int]],
) -> dict[int, CalibrationSums]:
    sums: dict[int, CalibrationSums] = {}
    for (confidence, size, hits), n in outcomes.items():
        if confidence is not None:
            bucket = confidence_bin(confidence)
            one = CalibrationSums.of(size, hits, confidence)
            sums[bucket] = sums.get(bucket, CalibrationSums()) + one.times(n)
    return sums


def _at(sums: Mapping[int, CalibrationSums], bucket: int) -> CalibrationSums:
    return sums.get(bucket, CalibrationSums())


def _add(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    if not left or not right:
        return left or right
    return tuple(a + b for a, b in zip(left, right, strict=True))


def outcome(size: int, hits: int) -> int:
    """The bucket that counts tickets of `size` numbers with `hits` hits."""
    return size << 8 | hits


def cells(result: DrawScore, money: Money) -> dict[tuple[str, int], int]:
    """The score as additive cells (measure, bucket) -> integer, for lifetime totals."""
    played, hits = result.numbers_played, result.hits
    found = {
        ("scored_draws", 0): int(result.tickets > 0),
        ("ineligible", 0): result.ineligible,
        ("numbers", 0): played,
        ("hits", 0): hits,
        ("held_squared", 0): result.held_squared,
        ("numbers_squared", 0): played * played,
        ("hits_squared", 0): hits * hits,
        ("hits_numbers", 0): hits * played,
        **{("scored", outcome(size, hit)): n for (size, hit), n in result.histogram.items()},
        **{(name, 0): cents for name, cents in money._asdict().items()},
    }
    for bucket, sums in result.calibration.items():
        found |= {(f"claim_{name}", bucket): value for name, value in asdict(sums).items()}
    return {cell: value for cell, value in found.items() if value}
