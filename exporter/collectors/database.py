"""The database: its size, its newest backup, and whether its file is whole and in its place."""

from exporter.collectors.bounded_reading import BoundedReading
from exporter.collectors.declarations import Collector
from exporter.domain.moments import SECOND

COLLECTOR = Collector[BoundedReading]("database")
#: Read at each scrape: why the file must not be used any more, or "".
FILE = Collector[str]("database_file")

_reading = COLLECTOR.single()
DATABASE_SIZE = _reading.gauge(
    "lotofacil_database_size_bytes",
    "Size of the database as its engine reports it.",
    lambda figures: figures.reading.database_bytes,
)
BACKUP_LAST_SUCCESS = _reading.gauge(
    "lotofacil_backup_last_success_timestamp_seconds",
    "When the last verified backup ended; 0 when there is none.",
    lambda figures: figures.reading.backup_at / SECOND,
)

DATABASE_INTACT = FILE.single().gauge(
    "lotofacil_database_intact",
    "0 when the SQLite file or its log was removed, replaced or damaged: it is not written to.",
    lambda fault: not fault,
)
