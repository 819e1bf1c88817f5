"""Reading which alerts fire, as the notifications told."""

import json
from typing import NamedTuple

from sqlalchemy import Connection, select

from exporter.storage.notifications import still_fires
from exporter.storage.schema import notifications


class ActiveAlert(NamedTuple):
    """An alert that fires; `starts_at` in microseconds, `rule` the user's rule behind it or ""."""

    alert: str
    severity: str
    event: str
    starts_at: int
    rule: str = ""

    @property
    def name(self) -> str:
        """What people know it by: users' rules share one alert."""
        return self.rule or self.alert


def read_active_alerts(connection: Connection) -> list[ActiveAlert]:
    """Alerts whose firing was notified and whose end was not, newest first."""
    columns = notifications.c
    query = (
        select(columns.alert, columns.severity, columns.event, columns.starts_at, columns.labels)
        .where(still_fires())
        .order_by(columns.starts_at.desc())
    )
    return [_read(*row) for row in connection.execute(query)]


def _read(alert: str, severity: str, event: str, starts_at: int, labels: str) -> ActiveAlert:
    return ActiveAlert(alert, severity, event, starts_at, json.loads(labels).get("rule", ""))
