"""What storage must hold, worked out anew from the list of what happened to it.

It shares no code with what it checks: sets instead of bit sets, loops instead of sums that
move. Moments are microseconds, money cents, confidence millionths.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from math import comb, exp, log, log1p, sqrt

HOUR = 3_600_000_000
DAY = 24 * HOUR
#: Cells of an additive table: (model, [start,] measure, bucket) -> value, without zeros.
Cells = dict[tuple[object, ...], int]

CONFIDENCES = (100, 200, 300, 400, 500, 550, 600, 650, 700, 800, 900, 1000)  # thousandths
LATENCIES = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000)  # milliseconds
EFFECTS = (0.12, 0.245, 0.43, 0.85, 1.7)
BETS = (0.6, 1.25, 2.5, 5, 10)


@dataclass(frozen=True)
class Rules:
    """A game as its organiser describes it; drawn at 20:00 in São Paulo, which is 23:00 UTC."""

    name: str
    numbers: range
    drawn: int
    sizes: range
    weekdays: tuple[int, ...]
    bet: int = 0
    fixed: dict[int, int] = field(default_factory=dict)
    tiers: tuple[int, ...] = ()


LOTOFACIL = Rules(
    name="lotofacil",
    numbers=range(1, 26),
    drawn=15,
    sizes=range(15, 21),
    weekdays=(0, 1, 2, 3, 4, 5),
    bet=300,
    fixed={11: 600, 12: 1200, 13: 3000},
    tiers=(11, 12, 13, 14, 15),
)
QUINA = Rules("quina", range(1, 81), 5, range(5, 16), (0, 1, 2, 3, 4, 5))
LOTOMANIA = Rules("lotomania", range(100), 20, range(50, 51), (0, 2, 4))
RULES = {rules.name: rules for rules in (LOTOFACIL, QUINA, LOTOMANIA)}


@dataclass
class Ticket:
    """An accepted prediction; `frozen` is the draw it was for when it was cleaned up."""

    key: str
    rules: Rules
    model: str
    at: int
    draw: int | None
    numbers: frozenset[int]
    confidence: int | None
    latency: int | None
    frozen: int | None = None

    @property
    def who(self) -> tuple[str, str]:
        return self.rules.name, self.model


@dataclass(frozen=True)
class Failed:
    """A predictor call that failed."""

    who: tuple[str, str]
    at: int


@dataclass(frozen=True)
class Draw:
    """A recorded result."""

    number: int
    at: int
    numbers: frozenset[int]
    prizes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Telling:
    """A result as it was taken at a moment: new, a correction or a repetition."""

    rules: Rules
    draw: Draw
    at: int


@dataclass
class World:
    """Everything that happened."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    forgotten: list[Ticket] = field(default_factory=list)  # cleaned up: their keys are free again
    failures: dict[str, Failed] = field(default_factory=dict)
    failures_forgotten: list[Failed] = field(default_factory=list)
    draws: dict[str, dict[int, Draw]] = field(default_factory=lambda: defaultdict(dict))
    corrections: Counter[str] = field(default_factory=Counter)
    tellings: list[Telling] = field(default_factory=list)
    references: dict[tuple[str, str], int] = field(default_factory=dict)  # millionths
    hours_lost: Cells = field(default_factory=dict)

    def every_ticket(self) -> list[Ticket]:
        return [*self.tickets.values(), *self.forgotten]

    def every_failure(self) -> list[Failed]:
        return [*self.failures.values(), *self.failures_forgotten]

    def is_closed(self, game: str, number: int) -> bool:
        return any(t.rules.name == game and t.frozen == number for t in self.forgotten)

    def clean(self, before: int) -> int:
        """Forgets what is older than a moment and was decided; how many tickets that was."""
        lost = Counter(self.hours_lost)
        lost.update({c: n for c, n in hours(self).items() if _start(c) + HOUR <= before})
        self.hours_lost = dict(lost)
        gone = [t for t in self.tickets.values() if t.at < before and draw_of(self, t)]
        for ticket in gone:
            draw = draw_of(self, ticket)
            ticket.frozen = draw.number if draw else None
            del self.tickets[ticket.key]
        self.forgotten += gone
        old = [key for key, failed in self.failures.items() if failed.at < before]
        self.failures_forgotten += [self.failures.pop(key) for key in old]
        return len(gone)


def draw_of(world: World, ticket: Ticket) -> Draw | None:
    """The recorded draw a ticket is for."""
    draws = world.draws[ticket.rules.name]
    number = ticket.draw if ticket.frozen is None else ticket.frozen
    if number is not None:
        return draws.get(number)
    in_time = sorted(draws.values(), key=lambda draw: (draw.at, draw.number))
    earlier = [draw for draw in in_time if draw.at < ticket.at]
    later = [draw for draw in in_time if draw.at >= ticket.at]
    if not later:
        return None
    if earlier and earlier[-1].number == later[0].number - 1:
        return later[0]
    return later[0] if ticket.at > scheduled_before(ticket.rules, later[0].at) else None


def scheduled_before(rules: Rules, moment: int) -> int:
    """The last time before a moment at which the game's calendar has a draw."""
    day = datetime.fromtimestamp(moment // 1_000_000, UTC).replace(
        hour=23, minute=0, second=0, microsecond=0
    )
    while day.weekday() not in rules.weekdays or int(day.timestamp()) * 1_000_000 >= moment:
        day -= timedelta(days=1)
    return int(day.timestamp()) * 1_000_000


def activity(world: World) -> list[tuple[tuple[str, str], int, str, int, int]]:
    """(model, moment, measure, bucket, value) of all that predictors ever did."""
    found = [(f.who, f.at, "failures", 0, 1) for f in world.every_failure()]
    for t in world.every_ticket():
        found.append((t.who, t.at, "predictions", 0, 1))
        found += [(t.who, t.at, "held", n - t.rules.numbers[0], 1) for n in t.numbers]
        if t.confidence is not None:
            bucket = sum(t.confidence > bound * 1000 for bound in CONFIDENCES)
            found.append((t.who, t.at, "confidence", bucket, 1))
            found.append((t.who, t.at, "confidence_sum", 0, t.confidence))
        if t.latency is not None:
            bucket = sum(t.latency > bound * 1000 for bound in LATENCIES)
            found.append((t.who, t.at, "latency", bucket, 1))
            found.append((t.who, t.at, "latency_sum", 0, t.latency))
    return found


def days(world: World) -> Cells:
    """The day roll-ups."""
    cells: Counter[tuple[object, ...]] = Counter()
    for who, at, measure, bucket, value in activity(world):
        cells[who, at // DAY * DAY, measure, bucket] += value
    return _without_zeros(cells)


def hours(world: World) -> Cells:
    """The hour roll-ups, without what a clean-up took."""
    cells: Counter[tuple[object, ...]] = Counter()
    for who, at, measure, bucket, value in activity(world):
        cells[who, at // HOUR * HOUR, measure, bucket] += value
    cells.subtract(world.hours_lost)
    return _without_zeros(cells)


def _start(cell: tuple[object, ...]) -> int:
    start = cell[1]
    assert isinstance(start, int)
    return start


def _without_zeros(cells: Counter[tuple[object, ...]]) -> Cells:
    return {cell: value for cell, value in cells.items() if value}


@dataclass
class Score:
    """One model's tickets on one draw."""

    rules: Rules
    draw: Draw
    tickets: list[Ticket] = field(default_factory=list)  # those made in time
    ineligible: int = 0

    def outcomes(self) -> Counter[tuple[int, int]]:
        """(size, hits) -> tickets."""
        drawn = self.draw.numbers
        return Counter((len(t.numbers), len(t.numbers & drawn)) for t in self.tickets)

    def held(self) -> list[int]:
        return [sum(n in t.numbers for t in self.tickets) for n in self.rules.numbers]

    def hits(self) -> int:
        return sum(len(t.numbers & self.draw.numbers) for t in self.tickets)

    def played(self) -> int:
        return sum(len(t.numbers) for t in self.tickets)

    def claims(self) -> dict[int, list[int]]:
        """Bin of confidence -> tickets, numbers, and the four sums of claims."""
        bins: dict[int, list[int]] = defaultdict(lambda: [0] * 6)
        for t in self.tickets:
            if t.confidence is not None:
                n, h, c = len(t.numbers), len(t.numbers & self.draw.numbers), t.confidence
                squared = (c * c + 500_000) // 1_000_000
                added = (1, n, n * c, n * squared, h, h * c)
                bin_ = min(c // 50_000, 19)
                bins[bin_] = [a + b for a, b in zip(bins[bin_], added, strict=True)]
        return dict(bins)

    def money(self) -> tuple[int, int, int]:
        """Paid and won (cents), and what chance wins on average (millionths of a cent)."""
        if not self.rules.bet:
            return 0, 0, 0
        prizes = self.rules.fixed | dict(self.draw.prizes)
        bets = sum(comb(len(t.numbers), 15) for t in self.tickets)
        won = sum(
            comb(hits, tier) * comb(size - hits, 15 - tier) * prizes.get(tier, 0) * n
            for (size, hits), n in self.outcomes().items()
            for tier in self.rules.tiers
        )
        ways = sum(comb(15, t) * comb(10, 15 - t) * cents for t, cents in prizes.items())
        return bets * self.rules.bet, won, bets * ways * 1_000_000 // comb(25, 15)


def scores(world: World) -> dict[tuple[tuple[str, str], int], Score]:
    """Every model's score of every draw."""
    found: dict[tuple[tuple[str, str], int], Score] = {}
    for ticket in world.every_ticket():
        draw = draw_of(world, ticket)
        if draw:
            score = found.setdefault((ticket.who, draw.number), Score(ticket.rules, draw))
            if ticket.at <= draw.at:
                score.tickets.append(ticket)
            else:
                score.ineligible += 1
    return found


_CLAIMS = ("tickets", "numbers", "confidence", "confidence_squared", "hits", "confidence_hits")


def totals(world: World) -> Cells:
    """The lifetime totals."""
    cells: Counter[tuple[object, ...]] = Counter()
    for who, _, measure, bucket, value in activity(world):
        cells[who, measure, bucket] += value
    for ticket in world.forgotten:
        cells[ticket.who, "cleaned", 0] += 1
    for (who, _), score in scores(world).items():
        for (measure, bucket), value in _score_cells(score).items():
            cells[who, measure, bucket] += value
    return _without_zeros(cells)


def _score_cells(score: Score) -> dict[tuple[str, int], int]:
    hits, played = score.hits(), score.played()
    cost, won, expected = score.money()
    cells = {
        ("scored_draws", 0): 1 if score.tickets else 0,
        ("ineligible", 0): score.ineligible,
        ("numbers", 0): played,
        ("hits", 0): hits,
        ("held_squared", 0): sum(c * c for c in score.held()),
        ("numbers_squared", 0): played**2,
        ("hits_squared", 0): hits**2,
        ("hits_numbers", 0): hits * played,
        ("cost", 0): cost,
        ("prizes", 0): won,
        ("prizes_expected", 0): expected,
    }
    for (size, hit), n in score.outcomes().items():
        cells["scored", size * 256 + hit] = n
    for bin_, sums in score.claims().items():
        for name, value in zip(_CLAIMS, sums, strict=True):
            cells[f"claim_{name}", bin_] = value
    return cells


def game_totals(world: World) -> Cells:
    """What is counted for a whole game, of results."""
    cells: Counter[tuple[object, ...]] = Counter()
    for game, draws in world.draws.items():
        cells[game, "draw_results"] = len(draws)
        cells[game, "draw_corrections"] = world.corrections[game]
        for draw in draws.values():
            for number in draw.numbers:
                cells[game, f"drawn_{number - RULES[game].numbers[0]}"] += 1
    return _without_zeros(cells)


@cache
def _log_mean(drawn: int, shares: tuple[float, ...]) -> float:
    """Log of the mean of exp(sum of the shares of the numbers drawn), over all draws."""
    polynomial = [1.0] + [0.0] * drawn
    for share in shares:
        for k in range(drawn, 0, -1):
            polynomial[k] += polynomial[k - 1] * exp(share)
    return log(polynomial[drawn] / comb(len(shares), drawn))


def factors(score: Score, direction: int) -> list[float] | None:
    """Logarithms of the likelihood ratios of a draw, one for each effect; None: it says nothing."""
    held, drawn = score.held(), score.rules.drawn
    pool, total = len(held), sum(held)
    spread = sum(c * c for c in held) - total**2 / pool
    if spread < 1e-9:
        return None
    tilts = [
        direction * d / sqrt(spread * drawn * (pool - drawn) / pool / (pool - 1)) for d in EFFECTS
    ]
    surplus = score.hits() - drawn * total / pool
    shares = [tuple(sorted(tilt * (c - total / pool) for c in held)) for tilt in tilts]
    return [t * surplus - _log_mean(drawn, s) for t, s in zip(tilts, shares, strict=True)]


def reference_factors(score: Score, reference: float, direction: int) -> list[float]:
    """Logarithms of what bets for or against an accuracy above `reference` come to on a draw."""
    held, played = sorted(score.held()), score.played()
    drawn = score.rules.drawn
    worst = sum(held[:drawn]) if direction > 0 else sum(held[-drawn:])
    gain = direction * (score.hits() / played - reference)
    at_worst = direction * (worst / played - reference)
    stakes = [min(bet, 0.95 / -at_worst) if at_worst < 0 else bet for bet in BETS]
    return [log1p(stake * gain) for stake in stakes]


@dataclass
class Belief:
    """The evidence of one direction after some draws."""

    draws: int = 0
    log_e: list[float] = field(default_factory=lambda: [0.0] * 5)
    log_detector: list[float] = field(default_factory=lambda: [0.0] * 5)
    log_peak: float = 0.0

    def add(self, logs: list[float]) -> None:
        """One more draw that says something."""
        self.draws += 1
        self.log_e = [e + f for e, f in zip(self.log_e, logs, strict=True)]
        # R becomes (R + 1)·factor, and log(1 + R) is what is kept
        self.log_detector = [
            log1p(exp(r + f)) for r, f in zip(self.log_detector, logs, strict=True)
        ]
        self.log_peak = max(self.log_peak, log(sum(exp(e) for e in self.log_e) / 5))


def evidence(world: World, direction: int) -> dict[tuple[str, str], Belief]:
    """The evidence of each model: of being better (1) or worse (-1) than chance."""
    found: dict[tuple[str, str], Belief] = defaultdict(Belief)
    for who, score in _in_order(world):
        belief = found[who]
        logs = factors(score, direction) if score.tickets else None
        if logs:
            belief.add(logs)
    return dict(found)


def reference_evidence(world: World, direction: int) -> dict[tuple[str, str], Belief]:
    """The evidence of each model with a named accuracy: of doing better (1) or worse (-1)."""
    found = {who: Belief() for who in world.references}
    for who, score in _in_order(world):
        if who in found and score.tickets:
            logs = reference_factors(score, world.references[who] / 1_000_000, direction)
            if any(logs):  # a draw that is exactly on the reference says nothing
                found[who].add(logs)
    return found


def _in_order(world: World) -> list[tuple[tuple[str, str], Score]]:
    """Every model's scores, oldest draw first."""
    told = [(who, score) for (who, _), score in scores(world).items()]
    return sorted(told, key=lambda item: (item[1].draw.at, item[1].draw.number))
