"""Reading which alerts fire, as the notifications told."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Connection, select

from exporter.storage.notifications import still_fires
from exporter.storage.schema import notifications


class ActiveAlert(NamedTuple):
    """An alert that fires; `starts_at` in microseconds, `rule` the user's rule behind it or "".

    `annotations` are its texts, such as summary and summary_en.
    """

    alert: str
    severity: str
    event: str
    starts_at: int
    rule: str = ""
    annotations: Mapping[str, str] = MappingProxyType({})

    @property
    def name(self) -> str:
        """What people know it by: users' rules share one alert."""
        return self.rule or self.alert


def read_active_alerts(connection: Connection) -> list[ActiveAlert]:
    """Alerts whose firing was notified and whose end was not, newest first."""
    columns = notifications.c
    shown = (columns.alert, columns.severity, columns.event, columns.starts_at)
    query = (
        select(*shown, columns.labels, columns.annotations)
        .where(still_fires())
        .order_by(columns.starts_at.desc())
    )
    return [_read(*row) for row in connection.execute(query)]


def _read(
    alert: str, severity: str, event: str, starts_at: int, labels: str, annotations: str
) -> ActiveAlert:
    rule = json.loads(labels).get("rule", "")
    return ActiveAlert(alert, severity, event, starts_at, rule, json.loads(annotations))
