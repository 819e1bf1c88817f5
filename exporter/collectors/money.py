"""Money: what scored tickets cost and won, and the average of random ones; in reais."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.collectors.figures import Figures, ModelFigures
from exporter.domain.prizes import best_tier


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `money`."""
    models = figures.models
    yield family(catalog.COST, [(m.labels, m.total("cost") / 100) for m in models])
    yield family(catalog.PRIZES, [(m.labels, m.total("prizes") / 100) for m in models])
    yield family(
        catalog.NET_EXPECTED,
        [(m.labels, (m.total("prizes_expected") - m.total("cost")) / 100) for m in models],
    )
    yield family(
        catalog.TICKETS_WITH_PRIZE,
        [((*m.labels, str(tier)), n) for m in models for tier, n in _tiers(m).items()],
    )


def _tiers(model: ModelFigures) -> dict[int, int]:
    found: Counter[int] = Counter(dict.fromkeys(model.game.tiers, 0))
    for bucket, tickets in model.buckets("scored").items():
        tier = best_tier(bucket >> 8, bucket & 0xFF, model.game)
        if tier is not None:
            found[tier] += tickets
    return dict(found)
