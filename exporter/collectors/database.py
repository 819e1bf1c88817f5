"""The database: its size and its newest backup."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import single
from exporter.collectors.figures import Figures
from exporter.domain.moments import SECOND


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `database` that need a reading."""
    yield single(catalog.DATABASE_SIZE, figures.reading.database_bytes)
    yield single(catalog.BACKUP_LAST_SUCCESS, figures.reading.backup_at / SECOND)
