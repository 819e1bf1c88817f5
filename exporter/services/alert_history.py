"""The history of notifications: what Alertmanager told, kept once however often it tells."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exporter.domain.moments import from_micros, to_micros
from exporter.services.listings import Page
from exporter.services.prepared_database import PreparedDatabase
from exporter.storage import notifications
from exporter.storage.notifications import Notification

#: Alertmanager writes this moment for "not yet".
_NEVER_YEAR = 1
_LONGEST_FINGERPRINT = 64
_MOST_ALERTS = 10_000
#: Texts of one alert beyond this are cut: a column holds 64 KiB.
_LONGEST_TEXT = 8_000


class MalformedNotification(ValueError):
    """A body that is not what Alertmanager sends; `field` says where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


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


class AlertHistory:
    """Keeps and lists notifications; `now` in microseconds."""

    def __init__(self, database: PreparedDatabase, now: Callable[[], int]) -> None:
        self._database = database
        self._now = now

    def record(self, payload: object) -> int:
        """Keeps the alerts of Alertmanager's webhook; how many were new.

        Fields that are not known are passed over. Raises MalformedNotification, DestinationAway.
        """
        told = [_parse(alert, place, self._now()) for place, alert in enumerate(_alerts(payload))]
        with self._database.writing() as connection:
            return sum([notifications.add_notification(connection, one) for one in told])

    def active(self) -> list[AlertEntry]:
        """Alerts whose end was not told, newest first. Raises DestinationAway."""
        with self._database.reading() as connection:
            return [_entry(one) for one in reversed(notifications.open_notifications(connection))]

    def page(self, limit: int, before: int | None = None) -> Page[AlertEntry]:
        """Notifications, newest first. Raises DestinationAway."""
        with self._database.reading() as connection:
            rows = notifications.read_notifications(connection, limit, before)
        return Page([_entry(row) for row in rows], (rows[-1].id,) if len(rows) == limit else None)

    def end_lost(self, firing: Sequence[str], told_before: int) -> int:
        """Ends alerts that Alertmanager no longer holds: the news of their end was lost.

        `firing`: fingerprints it holds. Only those told before `told_before` (microseconds).
        """
        now, known = self._now(), set(firing)
        with self._database.writing() as connection:
            lost = [
                one._replace(status="resolved", received_at=now, ends_at=now, id=0)
                for one in notifications.open_notifications(connection)
                if one.fingerprint not in known and one.received_at < told_before
            ]
            return sum([notifications.add_notification(connection, one) for one in lost])

    def forget(self, before: int) -> int:
        """Removes what was received before this moment; how many. Raises DestinationAway."""
        with self._database.writing() as connection:
            return notifications.remove_notifications(connection, before)


def _alerts(payload: object) -> list[Any]:
    if not isinstance(payload, dict):
        raise MalformedNotification("body", "must be a JSON object")
    alerts = payload.get("alerts")
    if not isinstance(alerts, list) or len(alerts) > _MOST_ALERTS:
        raise MalformedNotification("alerts", f"must be a list of at most {_MOST_ALERTS}")
    return alerts


def _parse(alert: object, place: int, now: int) -> Notification:
    where = f"alerts[{place}]"
    if not isinstance(alert, dict):
        raise MalformedNotification(where, "must be an object")
    status = alert.get("status")
    if status not in ("firing", "resolved"):
        raise MalformedNotification(f"{where}.status", "is neither 'firing' nor 'resolved'")
    fingerprint = alert.get("fingerprint")
    if not isinstance(fingerprint, str) or not 0 < len(fingerprint) <= _LONGEST_FINGERPRINT:
        raise MalformedNotification(f"{where}.fingerprint", "must be a text")
    if not fingerprint.isprintable():
        raise MalformedNotification(f"{where}.fingerprint", "must be a text that can be printed")
    labels = _texts(alert.get("labels"), f"{where}.labels")
    return Notification(
        fingerprint,
        _moment(alert.get("startsAt"), f"{where}.startsAt") or 0,
        status,
        labels.get("alertname", ""),
        labels.get("severity", ""),
        labels.get("event", ""),
        labels,
        _texts(alert.get("annotations") or {}, f"{where}.annotations"),
        now,
        _moment(alert.get("endsAt"), f"{where}.endsAt") if status == "resolved" else None,
    )


def _texts(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise MalformedNotification(where, "must be an object of texts")
    cut = {str(name): one[:_LONGEST_TEXT].replace("\0", "") for name, one in value.items()}
    if len(json.dumps(cut)) > 4 * _LONGEST_TEXT:
        raise MalformedNotification(where, "is too long")
    return cut


def _moment(value: object, where: str) -> int | None:
    """Microseconds; None for Alertmanager's "not yet"."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise MalformedNotification(where, "must be an RFC 3339 time")
    return None if moment.year == _NEVER_YEAR else to_micros(moment)


def _entry(told: Notification) -> AlertEntry:
    return AlertEntry(
        told.id,
        told.alert,
        told.severity,
        told.event,
        told.status,
        from_micros(told.starts_at),
        None if told.ends_at is None else from_micros(told.ends_at),
        from_micros(told.received_at),
        told.labels,
        told.annotations,
    )
