"""Reading which alerts fire, as the notifications told."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from exporter.storage.notifications import still_fires
from exporter.storage.schema import notifications


class ActiveAlert(NamedTuple):
    """An alert that fires; `starts_at` in microseconds."""

    alert: str
    severity: str
    event: str
    starts_at: int


def read_active_alerts(connection: Connection) -> list[ActiveAlert]:
    """Alerts whose firing was notified and whose end was not, newest first."""
    columns = notifications.c
    query = (
        select(columns.alert, columns.severity, columns.event, columns.starts_at)
        .where(still_fires())
        .order_by(columns.starts_at.desc())
    )
    return [ActiveAlert(*row) for row in connection.execute(query)]
