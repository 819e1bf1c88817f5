"""Money: what scored tickets cost and won, and the average of random ones; in reais."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.collectors.figures import Figures, ModelFigures
from exporter.domain.prizes import Money, best_tier, expected_tiers


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `money`."""
    models = figures.models
    yield family(catalog.COST, [(m.labels, m.total("cost") / 100) for m in models])
    yield family(catalog.PRIZES, [(m.labels, m.total("prizes") / 100) for m in models])
    yield family(
        catalog.NET_EXPECTED,
        [(m.labels, _money(m).net_expected / 100) for m in models],
    )
    for metric, count in (
        (catalog.TICKETS_WITH_PRIZE, _tiers),
        (catalog.EXPECTED_TICKETS_WITH_PRIZE, _expected_tiers),
    ):
        yield family(
            metric, [((*m.labels, str(tier)), n) for m in models for tier, n in count(m).items()]
        )


def _money(model: ModelFigures) -> Money:
    return Money(*(model.total(name) for name in Money._fields))


def _tiers(model: ModelFigures) -> dict[int, float]:
    found: Counter[int] = Counter(dict.fromkeys(model.game.tiers, 0))
    for bucket, tickets in model.buckets("scored").items():
        tier = best_tier(bucket >> 8, bucket & 0xFF, model.game)
        if tier is not None:
            found[tier] += tickets
    return {tier: float(tickets) for tier, tickets in found.items()}


def _expected_tiers(model: ModelFigures) -> dict[int, float]:
    sizes: Counter[int] = Counter()
    for bucket, tickets in model.buckets("scored").items():
        sizes[bucket >> 8] += tickets
    return expected_tiers(model.game, sizes)
