"""What the HTTP edge is given: everything it calls, nothing that it makes itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flask import Blueprint

from exporter.alerting.alert_history import AlertHistory
from exporter.alerting.alert_system import AlertSystem
from exporter.alerting.threshold_advice import ThresholdAdviser
from exporter.domain.games import Games
from exporter.figures.listings import Listings
from exporter.figures.metrics_query import MetricsReader
from exporter.messages import Language
from exporter.recording.accuracy_tracker import AccuracyTracker
from exporter.recording.metrics_service import MetricsService
from exporter.serving.access import Access
from exporter.serving.http_instruments import HttpInstruments


@dataclass(frozen=True)
class WebDependencies:
    """`render`: /metrics for an Accept header, as bytes and content type.

    `not_ready` tells why the exporter is not ready, or None; it must not raise. `version`
    changes with every snapshot of the figures; None: no snapshot yet. `now` gives
    microseconds; `max_body` is in bytes; `request_seconds` is what a
    request may take in the database. `pages` are more blueprints (the dashboard).
    """

    render: Callable[[str], tuple[bytes, str]]
    not_ready: Callable[[], str | None]
    version: Callable[[], str | None]
    now: Callable[[], int]
    metrics: MetricsReader
    listings: Listings
    predictions: MetricsService
    results: AccuracyTracker
    instruments: HttpInstruments
    games: Games
    alerts: AlertSystem
    history: AlertHistory
    adviser: ThresholdAdviser
    access: Access
    language: Language = Language.PT_BR
    max_body: int = 16_000_000
    request_seconds: float = 10.0
    pages: Sequence[Blueprint] = field(default_factory=tuple)
