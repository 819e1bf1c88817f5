"""The composition root: settings in, a wired application out. Nothing is built at import."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import psutil
from prometheus_client.metrics_core import Metric as Family
from sqlalchemy import Engine

from exporter.collectors import process, spool
from exporter.collectors.exposition import Exposition
from exporter.config import Settings
from exporter.domain.definitions import KNOWN_GAMES
from exporter.domain.games import Games
from exporter.services.accuracy_tracker import AccuracyTracker
from exporter.services.delivery import SqlDelivery
from exporter.services.http_instruments import HttpInstruments
from exporter.services.intake import Intake
from exporter.services.metrics_service import MetricsService
from exporter.services.snapshots import Snapshots
from exporter.services.sql_records import SqlRecords
from exporter.storage.engine import create_engine_for
from exporter.storage.spool import Spool


def now_micros() -> int:
    """The moment, in microseconds since 1970."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class Application:
    """Everything that one process needs, wired."""

    settings: Settings
    engine: Engine
    games: Games
    intake: Intake
    metrics: MetricsService
    tracker: AccuracyTracker
    snapshots: Snapshots
    exposition: Exposition
    http: HttpInstruments

    def close(self) -> None:
        """Delivers what waits and closes; what cannot be delivered stays on disk."""
        self.snapshots.stop()
        self.intake.stop()
        self.engine.dispose()


def build(settings: Settings, now: Callable[[], int] = now_micros) -> Application:
    """The application for these settings; nothing connects or starts yet."""
    games = KNOWN_GAMES
    engine = create_engine_for(settings.database)
    intake = Intake(
        Spool(settings.LOTOFACIL_DATA_DIR / "spool.db", settings.SPOOL_MAX_SIZE),
        SqlDelivery(engine, games, now),
        now,
        batch_size=settings.METRICS_BATCH_SIZE,
        durable=settings.SPOOL_DURABLE,
    )
    records = SqlRecords(engine, games, now)
    snapshots = Snapshots(engine, now, settings.EXPORTER_REFRESH_SECONDS)
    http = HttpInstruments()
    live = _live(settings, intake, http)
    return Application(
        settings,
        engine,
        games,
        intake,
        MetricsService(intake, records, games, now),
        AccuracyTracker(intake, records, games, now),
        snapshots,
        Exposition(snapshots, games, live, version("lotofacil-monitor")),
        http,
    )


def _live(
    settings: Settings, intake: Intake, http: HttpInstruments
) -> dict[str, Callable[[], Iterable[Family]]]:
    """The collectors that are asked at each scrape, by name."""
    resources = process.Resources(settings.LOTOFACIL_DATA_DIR, psutil.Process())
    return {
        "spool": partial(spool.collect, intake, settings.SPOOL_MAX_SIZE),
        "resources": resources.collect,
        "logs": process.collect_logs,
        "http": partial(process.collect_http, http),
    }
