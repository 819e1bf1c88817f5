"""Notification channels: one row for each name; their configuration may hold secrets."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, select

from exporter.domain.alerts import NotificationChannel
from exporter.logs import get_logger
from exporter.storage import newest_wins
from exporter.storage.schema import notification_channels as channels

_log = get_logger(__name__)


class StoredChannel(NamedTuple):
    """A channel and when it was set, in microseconds."""

    channel: NotificationChannel
    updated_at: int


def put_channel(connection: Connection, channel: NotificationChannel, at: int) -> bool:
    """Keeps a channel; True when one of the same name was replaced. `at` in microseconds."""
    values = {
        "type": channel.type,
        "config": json.dumps(dict(channel.config)),
        "events": json.dumps(list(channel.events)),
        "updated_at": at,
    }
    return newest_wins.put(connection, channels, channel.name, values)


def read_channels(connection: Connection) -> list[StoredChannel]:
    """Every channel, by name; one that another version wrote, unreadable here, is left out."""
    return list(_readable(connection.execute(select(channels).order_by(channels.c.name))))


def remove_channel(connection: Connection, name: str) -> bool:
    """Removes a channel; False when there is none of this name."""
    return connection.execute(delete(channels).where(channels.c.name == name)).rowcount == 1


def _readable(rows: Iterable[Row[Any]]) -> Iterator[StoredChannel]:
    for row in rows:
        try:
            yield _stored(row)
        except (ValueError, TypeError) as error:
            _log.warning("channel_unreadable", channel=row.name, error=str(error))


def _stored(row: Row[Any]) -> StoredChannel:
    config, events = json.loads(row.config), json.loads(row.events)
    return StoredChannel(NotificationChannel(row.name, row.type, config, events), row.updated_at)
