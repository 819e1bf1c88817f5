"""What users set under a name: alert rules, channels, thresholds and schedules of retraining.

Each has a table with one row for each name; the newest call wins.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, Row, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from exporter.domain.alerts import AlertRule, NotificationChannel
from exporter.domain.retraining import Frequency, PerformanceThreshold, Schedule
from exporter.logs import get_logger
from exporter.storage.schema import (
    alert_rules,
    notification_channels,
    retraining_schedules,
    retraining_thresholds,
)

_log = get_logger(__name__)
Item = TypeVar("Item")
Stored = TypeVar("Stored")


@dataclass(frozen=True)
class NamedRows(Generic[Item, Stored]):
    """The items of a table: `dump` gives the columns of one, `load` what a row holds.

    A row that another version wrote, unreadable here, is left out; where all are `needed`, it
    raises ValueError or TypeError.
    """

    table: Table
    dump: Callable[[Item], dict[str, Any]]
    load: Callable[[Row[Any]], Stored]
    needed: bool = False

    def put(self, connection: Connection, name: str, item: Item, at: int) -> bool:
        """Keeps an item; True when it replaces one of the same name. `at` in microseconds."""
        (key,) = self.table.primary_key.columns
        values = {**self.dump(item), key.name: name, "updated_at": at}
        change = update(self.table).where(key == name).values(**values)
        if connection.execute(change).rowcount:
            return True
        try:
            with connection.begin_nested():
                connection.execute(insert(self.table).values(**values))
        except IntegrityError:  # made by somebody else meanwhile
            connection.execute(change)
            return True
        return False

    def read(self, connection: Connection) -> dict[str, Stored]:
        """Every item, by name."""
        (key,) = self.table.primary_key.columns
        items: dict[str, Stored] = {}
        for row in connection.execute(select(self.table).order_by(key)):
            name = row._mapping[key]  # noqa: SLF001 - its public name
            try:
                items[name] = self.load(row)
            except (ValueError, TypeError) as error:
                if self.needed:
                    raise
                _log.warning("row_unreadable", table=self.table.name, row=name, error=str(error))
        return items

    def remove(self, connection: Connection, name: str) -> bool:
        """Removes the item of this name; False when there is none."""
        (key,) = self.table.primary_key.columns
        return connection.execute(delete(self.table).where(key == name)).rowcount == 1


_OPTIONS = ("game", "model_version", "window", "sample_size_min")


def _rule_columns(rule: AlertRule) -> dict[str, Any]:
    columns = {name: value for name, value in rule.to_dict().items() if name not in _OPTIONS}
    options = json.dumps({name: getattr(rule, name) for name in _OPTIONS})
    return columns | {"threshold": repr(rule.threshold), "options": options}


def _rule(row: Row[Any]) -> AlertRule:
    columns = row._asdict()
    options, threshold = json.loads(columns.pop("options")), float(columns.pop("threshold"))
    del columns["updated_at"]
    return AlertRule(**columns, threshold=threshold, **options)


class StoredChannel(NamedTuple):
    """A channel and when it was set, in microseconds."""

    channel: NotificationChannel
    updated_at: int


def _channel_columns(channel: NotificationChannel) -> dict[str, Any]:
    config, events = json.dumps(dict(channel.config)), json.dumps(list(channel.events))
    return {"type": channel.type, "config": config, "events": events}


def _channel(row: Row[Any]) -> StoredChannel:
    config, events = json.loads(row.config), json.loads(row.events)
    return StoredChannel(NotificationChannel(row.name, row.type, config, events), row.updated_at)


class StoredSchedule(NamedTuple):
    """A game's schedule and when it was made (microseconds): runs before that are not owed."""

    game: str
    schedule: Schedule
    updated_at: int


def _schedule_columns(schedule: Schedule) -> dict[str, Any]:
    return asdict(schedule) | {"frequency": schedule.frequency.value}


def _schedule(row: Row[Any]) -> StoredSchedule:
    days = (row.day_of_week, row.day_of_month)
    schedule = Schedule(Frequency(row.frequency), *days, row.hour, row.minute)
    return StoredSchedule(row.game, schedule, row.updated_at)


RULES = NamedRows(alert_rules, _rule_columns, _rule)
#: Their configuration may hold secrets.
CHANNELS = NamedRows(notification_channels, _channel_columns, _channel)
#: By game.
THRESHOLDS = NamedRows[PerformanceThreshold, PerformanceThreshold](
    retraining_thresholds,
    lambda threshold: {"thresholds": json.dumps(threshold.to_dict())},
    lambda row: PerformanceThreshold.from_dict(json.loads(row.thresholds)),
    needed=True,
)
SCHEDULES = NamedRows(retraining_schedules, _schedule_columns, _schedule, needed=True)


def put_schedule(connection: Connection, game: str, schedule: Schedule, at: int) -> None:
    """Sets a game's schedule; the same one again changes nothing, so no owed run is lost."""
    stored = SCHEDULES.read(connection).get(game)
    if stored is None or stored.schedule != schedule:
        SCHEDULES.put(connection, game, schedule, at)
