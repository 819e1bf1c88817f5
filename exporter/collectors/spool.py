"""The spool, as it is now."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric as Family

from exporter import catalog
from exporter.collectors.families import single
from exporter.domain.moments import SECOND
from exporter.services.intake import Intake


def collect(intake: Intake, capacity: int) -> Iterator[Family]:
    """Families of the collector `spool`; `capacity` in bytes."""
    state, counts = intake.state(), intake.counts
    yield single(catalog.SPOOL_RECORDS, state.records)
    yield single(catalog.SPOOL_OLDEST, state.oldest / SECOND)
    yield single(catalog.SPOOL_SIZE, state.size)
    yield single(catalog.SPOOL_CAPACITY, capacity)
    yield single(catalog.SPOOL_STUCK, state.stuck)
    yield single(catalog.SPOOL_DROPPED, state.lost)
    yield single(catalog.SPOOL_REFUSED, counts.refused)
    yield single(catalog.SPOOL_FLUSH_FAILURES, counts.flush_failures)
