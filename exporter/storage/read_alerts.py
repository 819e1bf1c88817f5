"""Reading which alerts fire, as the notifications told."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from exporter.storage.schema import notifications


class ActiveAlert(NamedTuple):
    """An alert that fires; `starts_at` in microseconds."""

    alert: str
    severity: str
    event: str
    starts_at: int


def read_active_alerts(connection: Connection) -> list[ActiveAlert]:
    """Alerts whose firing was notified and whose end was not, newest first."""
    ended = notifications.alias()
    resolved = select(ended.c.id).where(
        ended.c.fingerprint == notifications.c.fingerprint,
        ended.c.starts_at == notifications.c.starts_at,
        ended.c.status == "resolved",
    )
    columns = notifications.c
    query = (
        select(columns.alert, columns.severity, columns.event, columns.starts_at)
        .where(columns.status == "firing", ~resolved.exists())
        .order_by(columns.starts_at.desc())
    )
    return [ActiveAlert(*row) for row in connection.execute(query)]
