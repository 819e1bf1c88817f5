"""The state of this process, its machine and its services."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from exporter.domain.moments import SECOND, from_micros
from exporter.storage.read_alerts import ActiveAlert, read_active_alerts


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


class SystemReader:
    """Reads the state of the system.

    `services` tells which services run, by name; `resources` is a SystemResources; `started_at`
    is in microseconds.
    """

    def __init__(
        self,
        services: Callable[[], Mapping[str, bool]],
        resources: Callable[[], Mapping[str, float]],
        started_at: int,
    ) -> None:
        self._services = services
        self._resources = resources
        self._started_at = started_at

    def figures(self, connection: Connection, now: int) -> SystemFigures:
        """The state at `now` (microseconds)."""
        services = dict(self._services())
        return SystemFigures(
            uptime_seconds=(now - self._started_at) / SECOND,
            started_at=from_micros(self._started_at),
            healthy=all(services.values()),
            services=services,
            active_alerts=[_alert(row) for row in read_active_alerts(connection)],
            resources=self._resources(),
        )


def _alert(row: ActiveAlert) -> AlertFigures:
    return AlertFigures(row.alert, row.severity, row.event, from_micros(row.starts_at))
