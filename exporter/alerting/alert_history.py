"""The history of notifications: what Alertmanager told, kept once however often it tells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from exporter.domain.alerts.payload import Alert, parse_payload
from exporter.domain.moments import from_micros
from exporter.figures.listings import Page
from exporter.recording.prepared_database import PreparedDatabase
from exporter.storage import notifications
from exporter.storage.notifications import Notification


@dataclass(frozen=True, slots=True)
class AlertEntry:
    """That an alert fires or has ended, as it was notified."""

    id: int
    alert: str
    severity: str
    event: str
    status: str
    starts_at: datetime
    ends_at: datetime | None
    received_at: datetime
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """Keeps and lists notifications; `now` in microseconds."""

    database: PreparedDatabase
    now: Callable[[], int]

    def record(self, payload: object) -> int:
        """Keeps the alerts of Alertmanager's webhook; how many were new.

        Raises MalformedPayload, DestinationUnavailable.
        """
        rows = [_notification(alert, self.now()) for alert in parse_payload(payload)]
        with self.database.writing() as connection:
            return sum([notifications.add_notification(connection, row) for row in rows])

    def active(self) -> list[AlertEntry]:
        """Alerts whose end was not told, newest first. Raises DestinationUnavailable."""
        with self.database.reading() as connection:
            rows = notifications.open_notifications(connection)
        return [_entry(row) for row in rows]

    def page(self, limit: int, before: int | None = None) -> Page[AlertEntry]:
        """Notifications, newest first. Raises DestinationUnavailable."""
        with self.database.reading() as connection:
            rows = notifications.read_notifications(connection, limit, before)
        return Page([_entry(row) for row in rows], (rows[-1].id,) if len(rows) == limit else None)

    def end_lost(self, firing: Sequence[str], told_before: int) -> int:
        """Ends alerts that Alertmanager no longer holds: the news of their end was lost.

        `firing`: fingerprints it holds. Only those told before `told_before` (microseconds).
        """
        now, held = self.now(), set(firing)
        with self.database.writing() as connection:
            lost = [
                row._replace(status="resolved", received_at=now, ends_at=now, id=0)
                for row in notifications.open_notifications(connection)
                if row.fingerprint not in held and row.received_at < told_before
            ]
            return sum([notifications.add_notification(connection, row) for row in lost])

    def forget(self, before: int) -> int:
        """Removes what was received before this moment; how many. Raises DestinationUnavailable."""
        with self.database.writing() as connection:
            return notifications.remove_notifications(connection, before)


def _notification(alert: Alert, now: int) -> Notification:
    return Notification(
        alert.fingerprint,
        alert.starts_at,
        alert.status,
        alert.labels.get("alertname", ""),
        alert.labels.get("severity", ""),
        alert.labels.get("event", ""),
        alert.labels,
        alert.annotations,
        now,
        alert.ends_at,
    )


def _entry(row: Notification) -> AlertEntry:
    return AlertEntry(
        row.id,
        row.alert,
        row.severity,
        row.event,
        row.status,
        from_micros(row.starts_at),
        None if row.ends_at is None else from_micros(row.ends_at),
        from_micros(row.received_at),
        row.labels,
        row.annotations,
    )
