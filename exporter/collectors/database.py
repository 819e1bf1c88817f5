"""The database: its size, its newest backup, and whether its file is whole and in its place."""

from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import single
from exporter.collectors.figures import Figures
from exporter.domain.moments import SECOND


def collect(figures: Figures) -> Iterator[Family]:
    """Families of the collector `database` that need a reading."""
    yield single(catalog.DATABASE_SIZE, figures.reading.database_bytes)
    yield single(catalog.BACKUP_LAST_SUCCESS, figures.reading.backup_at / SECOND)


def collect_file(fault: Callable[[], str]) -> Iterator[Family]:
    """The family of the collector `database_file`, as it is now."""
    yield single(catalog.DATABASE_INTACT, not fault())
