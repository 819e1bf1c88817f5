"""The spool, as it is now."""

from typing import NamedTuple

from exporter.collectors.declarations import Collector
from exporter.domain.moments import SECOND
from exporter.recording.intake import Intake, IntakeCounts
from exporter.recording.spool import SpoolState


class Waiting(NamedTuple):
    """What waits, what was refused, and how many bytes may wait."""

    state: SpoolState
    counts: IntakeCounts
    capacity: int

    @classmethod
    def of(cls, intake: Intake, capacity: int) -> "Waiting":
        """As it is now."""
        return cls(intake.state(), intake.counts, capacity)


COLLECTOR = Collector[Waiting]("spool")
_spool = COLLECTOR.single()
SPOOL_RECORDS = _spool.gauge(
    "lotofacil_spool_records",
    "Records on disk that wait for the database.",
    lambda spool: spool.state.records,
)
SPOOL_OLDEST = _spool.gauge(
    "lotofacil_spool_oldest_timestamp_seconds",
    "When the oldest waiting record was accepted; 0 when none waits.",
    lambda spool: spool.state.oldest / SECOND,
)
SPOOL_SIZE = _spool.gauge(
    "lotofacil_spool_size_bytes",
    "What the spool takes of the disk, its log included.",
    lambda spool: spool.state.size,
)
SPOOL_CAPACITY = _spool.gauge(
    "lotofacil_spool_capacity_bytes",
    "The most that it may take; new records are refused a little before.",
    lambda spool: spool.capacity,
)
SPOOL_DROPPED = _spool.counter(
    "lotofacil_spool_dropped",
    "Accepted records that left the spool undelivered, ever; survives restarts. 0, or a defect.",
    lambda spool: spool.state.lost,
)
SPOOL_STUCK = _spool.gauge(
    "lotofacil_spool_stuck_records",
    "Waiting records that the database refuses although it answers: rights, schema, size.",
    lambda spool: spool.state.stuck,
)
SPOOL_REFUSED = _spool.counter(
    "lotofacil_spool_refused",
    "Records refused with an error to the caller: spool or disk was full or not to be written.",
    lambda spool: spool.counts.refused,
)
SPOOL_FLUSH_FAILURES = _spool.counter(
    "lotofacil_spool_flush_failures",
    "Attempts to move records into the database that failed and will be repeated.",
    lambda spool: spool.counts.flush_failures,
)
