"""Money: what scored tickets cost and won, and the average of random ones; in reais."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.collectors.figures import Figures, ModelFigures
from exporter.domain.prizes import expected_tiers


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `money`."""
    amounts = [(model.labels, model.lifetime.money) for model in figures.models]
    yield family(catalog.COST, [(labels, money.cost / 100) for labels, money in amounts])
    yield family(catalog.PRIZES, [(labels, money.prizes / 100) for labels, money in amounts])
    nets = [(labels, money.net_expected / 100) for labels, money in amounts]
    yield family(catalog.NET_EXPECTED, nets)
    for metric, count in (
        (catalog.TICKETS_WITH_PRIZE, _tiers),
        (catalog.EXPECTED_TICKETS_WITH_PRIZE, _expected_tiers),
    ):
        yield family(
            metric,
            [((*m.labels, str(tier)), n) for m in figures.models for tier, n in count(m).items()],
        )


def _tiers(model: ModelFigures) -> dict[int, float]:
    return {**model.lifetime.tickets_by_tier(model.game)}


def _expected_tiers(model: ModelFigures) -> dict[int, float]:
    return expected_tiers(model.game, model.lifetime.tickets_by_size())
