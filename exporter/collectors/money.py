"""Money: what scored tickets cost and won, and the average of random ones; in reais."""

from collections.abc import Iterator

from exporter.collectors.bounded_reading import BoundedReading
from exporter.collectors.declarations import MODEL, Collector

COLLECTOR = Collector[BoundedReading]("money")

_amounts = COLLECTOR.by(MODEL, lambda figures: ((m.labels, m.money) for m in figures.models))
COST = _amounts.gauge(
    "lotofacil_cost_reais",
    "Price of the scored tickets since the version's start.",
    lambda money: money.cost / 100,
)
PRIZES = _amounts.gauge(
    "lotofacil_prizes_reais",
    "Prizes of the scored tickets: fixed ones, and variable ones where the result told them.",
    lambda money: money.prizes / 100,
)
NET_EXPECTED = _amounts.gauge(
    "lotofacil_net_expected_reais",
    "Net (prizes minus cost) that random tickets of the same sizes would have on average.",
    lambda money: money.net_expected / 100,
)


def _of_tiers(figures: BoundedReading) -> Iterator[tuple[tuple[str, ...], tuple[int, float]]]:
    """Tickets by their best tier: how many there are, and how many random ones would be."""
    for model in figures.models:
        expected = model.expected_tiers
        for tier, count in model.tiers.items():
            yield (*model.labels, str(tier)), (count, expected[tier])


_tiers = COLLECTOR.by((*MODEL, "tier"), _of_tiers)
TICKETS_WITH_PRIZE = _tiers.gauge(
    "lotofacil_tickets_with_prize",
    "Scored tickets since the version's start by prize tier (best tier of the ticket).",
    lambda tickets: tickets[0],
)
EXPECTED_TICKETS_WITH_PRIZE = _tiers.gauge(
    "lotofacil_tickets_with_prize_expected",
    "How many scored tickets random ones of the same sizes would have in this prize tier.",
    lambda tickets: tickets[1],
)
