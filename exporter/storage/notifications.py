"""The history of notifications, as Alertmanager told it, and which alerts fire now."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select
from sqlalchemy.exc import IntegrityError

from exporter.storage.schema import notifications

_NAME_LIMIT, _WORD_LIMIT, _SEVERITY_LIMIT = 128, 64, 16


class Notification(NamedTuple):
    """That an alert fires or has ended; moments in microseconds. `id` 0: not stored yet."""

    fingerprint: str
    starts_at: int
    status: str
    alert: str
    severity: str
    event: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    received_at: int
    ends_at: int | None = None
    id: int = 0

    @property
    def rule(self) -> str:
        """The user's rule behind the alert; "": none."""
        return self.labels.get("rule", "")

    @property
    def name(self) -> str:
        """What people know the alert by: users' rules share one."""
        return self.rule or self.alert


def add_notification(connection: Connection, notification: Notification) -> bool:
    """Keeps a notification; False when it was told before (they are delivered repeatedly)."""
    n = notifications.c
    same = select(n.id).where(
        n.fingerprint == notification.fingerprint,
        n.starts_at == notification.starts_at,
        n.status == notification.status,
    )
    if connection.execute(same).first():
        return False
    try:
        with connection.begin_nested():
            connection.execute(insert(notifications).values(_values(notification)))
    except IntegrityError:  # told by another Alertmanager meanwhile
        return False
    return True


def read_notifications(
    connection: Connection, limit: int, before: int | None = None
) -> list[Notification]:
    """The newest notifications first; `before` is the id of the last one seen."""
    query = select(notifications).order_by(notifications.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(notifications.c.id < before)
    return [_read(row) for row in connection.execute(query)]


def remove_notifications(connection: Connection, before: int) -> int:
    """Removes what was received before this moment, and tells how many."""
    statement = delete(notifications).where(notifications.c.received_at < before)
    return connection.execute(statement).rowcount


def open_notifications(connection: Connection) -> list[Notification]:
    """Alerts whose firing was notified and whose end was not, newest first."""
    newest = (notifications.c.starts_at.desc(), notifications.c.id.desc())
    query = select(notifications).where(_still_fires()).order_by(*newest)
    return [_read(row) for row in connection.execute(query)]


def _still_fires() -> ColumnElement[bool]:
    """Whether a row tells of an alert whose end was not told, nor a new start.

    An alert that ends and fires again between two messages is told with its new start alone.
    """
    ended, anew = notifications.alias(), notifications.alias()
    resolved = select(ended.c.id).where(
        ended.c.fingerprint == notifications.c.fingerprint,
        ended.c.starts_at == notifications.c.starts_at,
        ended.c.status == "resolved",
    )
    restarted = select(anew.c.id).where(
        anew.c.fingerprint == notifications.c.fingerprint,
        anew.c.status == "firing",
        anew.c.id > notifications.c.id,
    )
    firing = notifications.c.status == "firing"
    return and_(firing, ~resolved.exists(), ~restarted.exists())


def _values(notification: Notification) -> dict[str, object]:
    values = notification._asdict()
    del values["id"]
    cut = {
        "alert": notification.alert[:_NAME_LIMIT],
        "event": notification.event[:_WORD_LIMIT],
        "severity": notification.severity[:_SEVERITY_LIMIT],
    }
    texts = {name: json.dumps(dict(values[name])) for name in ("labels", "annotations")}
    return values | cut | texts


def _read(row: Row[tuple[object, ...]]) -> Notification:
    values = row._asdict()
    texts = {name: json.loads(values[name]) for name in ("labels", "annotations")}
    return Notification(**values | texts)
