"""What model versions did since their start, as additive cells: how they are written and read.

A cell is (measure, bucket) -> integer. Most measures have the one bucket 0; `scored` has one for
each size and number of hits of a ticket, the claims one for each bin of confidence.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from exporter.domain.games import Game
from exporter.domain.prizes import Money, best_tier
from exporter.domain.scoring import DrawScore
from exporter.domain.statistics.baseline import DrawTotals, WindowSums
from exporter.domain.statistics.calibration import CalibrationSums

Cells = Mapping[tuple[str, int], int]

#: Upper bounds of the buckets of `latency` (seconds) and of `confidence`; one more holds the rest.
LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONFIDENCE_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 1.0)

#: Measures of the fields of WindowSums and of CalibrationSums, in their order.
_SUMS = ("scored_draws", *(each.name for each in fields(WindowSums) if each.name != "draws"))
_CLAIMS = tuple(f"claim_{each.name}" for each in fields(CalibrationSums))
#: All measures that scores are written to.
SCORE_MEASURES = ("scored", "ineligible", *_SUMS, *Money._fields, *_CLAIMS)


def cells(score: DrawScore, money: Money) -> dict[tuple[str, int], int]:
    """A draw's score as cells, to be added to lifetime totals or taken out of them."""
    totals = DrawTotals(score.numbers_played, score.hits, score.held_squared)
    values = {
        ("ineligible", 0): score.ineligible,
        **_plain(_SUMS, vars(WindowSums.of([totals])).values()),
        **_plain(Money._fields, money),
        **{("scored", _outcome(*key)): tickets for key, tickets in score.histogram.items()},
    }
    for claimed, sums in score.calibration.items():
        values |= zip(((name, claimed) for name in _CLAIMS), vars(sums).values(), strict=True)
    return {cell: value for cell, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What the cells of one or of several model versions say."""

    cells: Cells = field(default_factory=dict)

    @classmethod
    def together(cls, parts: Iterable["Lifetime"]) -> "Lifetime":
        """All parts in one."""
        sums: Counter[tuple[str, int]] = Counter()
        for part in parts:
            sums.update(part.cells)
        return cls(sums)

    def total(self, measure: str) -> int:
        """The value of a measure without buckets."""
        return self.cells.get((measure, 0), 0)

    def buckets(self, measure: str) -> dict[int, int]:
        """The values of a measure by bucket."""
        return {bucket: n for (name, bucket), n in self.cells.items() if name == measure}

    @property
    def tickets(self) -> int:
        """Tickets that were scored."""
        return sum(self.buckets("scored").values())

    @property
    def pending(self) -> int:
        """Tickets of the next draws, and of past ones that have no result; no `far` ones."""
        over = self.tickets + self.total("ineligible")
        return self.total("predictions") - over - self.total("far")

    @property
    def money(self) -> Money:
        """What the scored tickets cost and won."""
        return Money(*map(self.total, Money._fields))

    def window_sums(self) -> WindowSums:
        """All scored draws as one window."""
        return WindowSums(*map(self.total, _SUMS))

    def claims(self) -> dict[int, CalibrationSums]:
        """What was claimed and what came, by bin of confidence."""
        return {
            claimed: CalibrationSums(*(self.cells.get((name, claimed), 0) for name in _CLAIMS))
            for claimed in self.buckets("claim_tickets")
        }

    def tickets_by_hits(self) -> dict[int, int]:
        """Scored tickets by their hits, fewest first."""
        by_hits: Counter[int] = Counter()
        for (_, hits), tickets in self._histogram().items():
            by_hits[hits] += tickets
        return dict(sorted(by_hits.items()))

    def tickets_by_size(self) -> dict[int, int]:
        """Scored tickets by how many numbers they hold."""
        by_size: Counter[int] = Counter()
        for (size, _), tickets in self._histogram().items():
            by_size[size] += tickets
        return dict(by_size)

    def tickets_by_tier(self, game: Game) -> dict[int, int]:
        """Scored tickets by the best prize tier they won; 0 where none did."""
        by_tier: Counter[int] = Counter(dict.fromkeys(game.tiers, 0))
        for (size, hits), tickets in self._histogram().items():
            tier = best_tier(size, hits, game)
            if tier is not None:
                by_tier[tier] += tickets
        return dict(by_tier)

    def _histogram(self) -> dict[tuple[int, int], int]:
        # A correction may leave a bucket that holds no ticket any more.
        scored = self.buckets("scored").items()
        return {_size_and_hits(bucket): tickets for bucket, tickets in scored if tickets}


def _plain(measures: Iterable[str], values: Iterable[int]) -> dict[tuple[str, int], int]:
    return {(name, 0): value for name, value in zip(measures, values, strict=True)}


def _outcome(size: int, hits: int) -> int:
    """The bucket that counts tickets of `size` numbers with `hits` hits."""
    return size << 8 | hits


def _size_and_hits(bucket: int) -> tuple[int, int]:
    return bucket >> 8, bucket & 0xFF
