"""The state of this process, its machine and its services."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from exporter.domain.moments import SECOND, from_micros
from exporter.storage.notifications import open_notifications


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """An alert that was notified and has not ended."""

    alert: str
    severity: str
    event: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """State of the system now; `services`: which run; `resources`: units are in the names."""

    uptime_seconds: float
    started_at: datetime
    healthy: bool
    services: Mapping[str, bool]
    active_alerts: Sequence[AlertFigures]
    resources: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SystemReader:
    """Reads the state of the system.

    `services` tells which services run, by name; `resources` is a SystemResources; `started_at`
    is in microseconds.
    """

    services: Callable[[], Mapping[str, bool]]
    resources: Callable[[], Mapping[str, float]]
    started_at: int

    def figures(self, connection: Connection, now: int) -> SystemFigures:
        """The state at `now` (microseconds)."""
        services = dict(self.services())
        alerts = open_notifications(connection)
        return SystemFigures(
            uptime_seconds=(now - self.started_at) / SECOND,
            started_at=from_micros(self.started_at),
            healthy=all(services.values()),
            services=services,
            active_alerts=[
                AlertFigures(alert.alert, alert.severity, alert.event, from_micros(alert.starts_at))
                for alert in alerts
            ],
            resources=self.resources(),
        )
