"""Every figure once more, in plain Python, from what was sent: no line of the product is used.

Lotofácil's rules and prices are typed in here a second time, on purpose.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import combinations

PRICES = ((date(2019, 11, 10), 250), (date(2023, 4, 30), 300), (date(2025, 7, 10), 350))
EFFECTS = (0.12, 0.245, 0.43, 0.85, 1.7)
STAKES = (0.6, 1.25, 2.5, 5.0, 10.0)
Numbers = frozenset[int]


@dataclass(frozen=True)
class Ticket:
    """Numbers played and the confidence claimed."""

    numbers: Numbers
    confidence: float


@dataclass(frozen=True)
class Played:
    """A model's tickets on one draw; `told`: cents by hits where the result told them."""

    number: int
    day: date
    drawn: Numbers
    told: dict[int, int]
    tickets: tuple[Ticket, ...]

    @property
    def hits(self) -> int:
        return sum(len(t.numbers & self.drawn) for t in self.tickets)

    @property
    def numbers(self) -> int:
        return sum(len(t.numbers) for t in self.tickets)

    @property
    def held(self) -> list[int]:
        return [sum(n in t.numbers for t in self.tickets) for n in range(1, 26)]


def probability(size: int, hits: int) -> Fraction:
    """Of so many hits of a ticket of `size` numbers."""
    if hits < size - 10 or hits > 15:
        return Fraction(0)
    return Fraction(math.comb(size, hits) * math.comb(25 - size, 15 - hits), math.comb(25, 15))


def variance(draws: Iterable[Played]) -> float:
    """Of all hits at chance: the covariances of all pairs of tickets of each draw."""
    total = 0
    for played in draws:
        for a in played.tickets:
            for b in played.tickets:
                shared = len(a.numbers & b.numbers)
                total += 25 * shared - len(a.numbers) * len(b.numbers)
    return total / 100


def p_values(draws: Sequence[Played], z: float) -> tuple[float, float]:
    """Of so few hits or fewer, and of so many or more."""
    if len(draws) == 1 and len(draws[0].tickets) == 1:
        size, hits = draws[0].numbers, draws[0].hits
        worse = sum(probability(size, h) for h in range(hits + 1))
        better = sum(probability(size, h) for h in range(hits, size + 1))
        return float(worse), float(better)
    return math.erfc(-z / math.sqrt(2)) / 2, math.erfc(z / math.sqrt(2)) / 2


def sandwich(draws: Sequence[Played]) -> float:
    """Standard error of accuracy with each draw a cluster."""
    hits, numbers = sum(d.hits for d in draws), sum(d.numbers for d in draws)
    residuals = [d.hits - hits / numbers * d.numbers for d in draws]
    count = len(draws)
    return math.sqrt(sum(r * r for r in residuals) * count / (count - 1)) / numbers


def brier(draws: Iterable[Played]) -> tuple[float, float, float]:
    """Mean squared error of each played number's forecast, the same for 0.6, over-confidence."""
    claimed = [
        (t.confidence, n in d.drawn) for d in draws for t in d.tickets for n in sorted(t.numbers)
    ]
    score = math.fsum((c - hit) ** 2 for c, hit in claimed) / len(claimed)
    chance = math.fsum((0.6 - hit) ** 2 for _, hit in claimed) / len(claimed)
    return score, chance, math.fsum(c - hit for c, hit in claimed) / len(claimed)


def prizes_of(played: Played) -> tuple[int, dict[int, int]]:
    """Price of a bet and prizes by hits, in cents, on that day."""
    price = max((since, cents) for since, cents in PRICES if since <= played.day)[1]
    return price, {11: 2 * price, 12: 4 * price, 13: 10 * price} | played.told


def money(draws: Iterable[Played]) -> tuple[int, int, Fraction]:
    """Cents paid, won, and won on average at chance: every bet of 15 in every ticket by itself."""
    cost = won = 0
    average = Fraction(0)
    for played in draws:
        price, prizes = prizes_of(played)
        drawn = sum(1 << n for n in played.drawn)
        mean = sum(probability(15, h) * cents for h, cents in prizes.items())
        for ticket in played.tickets:
            for bet in combinations([1 << n for n in ticket.numbers], 15):
                cost += price
                won += prizes.get((sum(bet) & drawn).bit_count(), 0)
                average += mean
    return cost, won, average


def hits(draws: Iterable[Played]) -> Counter[int]:
    """Tickets by their hits."""
    return Counter(len(t.numbers & d.drawn) for d in draws for t in d.tickets)


def expected_hits(draws: Iterable[Played]) -> dict[int, float]:
    """Tickets by their hits, at chance."""
    sizes = Counter(len(t.numbers) for d in draws for t in d.tickets)
    return {
        h: float(sum(probability(size, h) * n for size, n in sizes.items())) for h in range(5, 16)
    }


def chi_square(draws: Iterable[Numbers]) -> tuple[float, float]:
    """Corrected statistic, and P(above it) with 24 degrees of freedom (a finite Poisson sum)."""
    counts = Counter(n for drawn in draws for n in drawn)
    k = sum(counts.values()) // 15
    statistic = 24 / 25 * sum((counts[n] - 0.6 * k) ** 2 for n in range(1, 26)) / (0.24 * k)
    half = statistic / 2
    return statistic, sum(math.exp(-half) * half**i / math.factorial(i) for i in range(12))


@dataclass
class Bets:
    """Five bets side by side, and their detectors."""

    capital: list[float]
    detector: list[float]
    peak: float = 1.0

    @classmethod
    def new(cls) -> "Bets":
        return cls([1.0] * 5, [0.0] * 5)

    def take(self, factors: Sequence[float]) -> None:
        self.capital = [c * f for c, f in zip(self.capital, factors, strict=True)]
        self.detector = [(r + 1) * f for r, f in zip(self.detector, factors, strict=True)]
        self.peak = max(self.peak, self.value)

    @property
    def value(self) -> float:
        return sum(self.capital) / 5

    @property
    def change(self) -> float:
        return sum(self.detector) / 5


def evidence(draws: Iterable[Played]) -> tuple[Bets, Bets]:
    """Against chance, worse and better: exp(ηS) over its mean, from a polynomial's coefficient."""
    worse, better = Bets.new(), Bets.new()
    for played in draws:
        spread = math.sqrt(variance([played]))
        for bets, sign in ((worse, -1), (better, 1)):
            bets.take([_ratio(played, sign * d / spread) for d in EFFECTS])
    return worse, better


def _ratio(played: Played, eta: float) -> float:
    centre = played.numbers / 25
    coefficients = [1.0] + [0.0] * 15
    for held in played.held:
        for k in range(15, 0, -1):
            coefficients[k] += coefficients[k - 1] * math.exp(eta * (held - centre))
    mean = coefficients[15] / math.comb(25, 15)
    return math.exp(eta * (played.hits - 15 * centre)) / mean


def reference_evidence(draws: Iterable[Played], claim: float) -> tuple[Bets, Bets]:
    """Against a claim, worse and better: stakes on each draw's accuracy, never ruinous."""
    worse, better = Bets.new(), Bets.new()
    for played in draws:
        ordered = sorted(played.held)
        least, most = (sum(part) / played.numbers for part in (ordered[:15], ordered[-15:]))
        gain = played.hits / played.numbers - claim
        worse.take([1 - _stake(s, most - claim) * gain for s in STAKES])
        better.take([1 + _stake(s, claim - least) * gain for s in STAKES])
    return worse, better


def _stake(stake: float, largest_loss: float) -> float:
    return min(stake, 0.95 / largest_loss) if largest_loss > 0 else stake
