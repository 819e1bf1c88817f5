"""Model versions: which is in use, since when."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import family
from exporter.collectors.figures import Figures
from exporter.domain.moments import SECOND


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `models`."""
    models = figures.models
    yield family(catalog.MODEL_ACTIVE, [(m.labels, m.active) for m in models])
    yield family(catalog.MODEL_START, [(m.labels, m.started_at / SECOND) for m in models])
