"""Thresholds and schedules of retraining: one row for each game, the newest call wins."""

import json
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select

from exporter.domain.retraining import Frequency, PerformanceThreshold, Schedule
from exporter.storage import newest_wins
from exporter.storage.schema import retraining_schedules as schedules
from exporter.storage.schema import retraining_thresholds as thresholds


class StoredSchedule(NamedTuple):
    """A game's schedule and when it was made (microseconds): runs before that are not owed."""

    game: str
    schedule: Schedule
    updated_at: int


def put_thresholds(
    connection: Connection, game: str, threshold: PerformanceThreshold, at: int
) -> None:
    """Sets a game's thresholds."""
    values = {"thresholds": json.dumps(threshold.to_dict()), "updated_at": at}
    newest_wins.put(connection, thresholds, game, values)


def read_thresholds(connection: Connection) -> dict[str, PerformanceThreshold]:
    """The thresholds of every game that has some."""
    query = select(thresholds.c.game, thresholds.c.thresholds).order_by(thresholds.c.game)
    found = connection.execute(query)
    return {game: PerformanceThreshold.from_dict(json.loads(stored)) for game, stored in found}


def put_schedule(connection: Connection, game: str, schedule: Schedule, at: int) -> None:
    """Sets a game's schedule; the same one again changes nothing, so no owed run is lost."""
    stored = read_schedules(connection).get(game)
    if stored is not None and stored.schedule == schedule:
        return
    values = {
        "frequency": schedule.frequency.value,
        "day_of_week": schedule.day_of_week,
        "day_of_month": schedule.day_of_month,
        "hour": schedule.hour,
        "minute": schedule.minute,
        "updated_at": at,
    }
    newest_wins.put(connection, schedules, game, values)


def read_schedules(connection: Connection) -> dict[str, StoredSchedule]:
    """The schedules of every game that has one."""
    rows = connection.execute(select(schedules).order_by(schedules.c.game))
    return {row.game: _stored(row) for row in rows}


def remove_schedule(connection: Connection, game: str) -> bool:
    """Ends a game's schedule; False when it had none."""
    statement = delete(schedules).where(schedules.c.game == game)
    return connection.execute(statement).rowcount == 1


def _stored(row: Any) -> StoredSchedule:
    days = (row.day_of_week, row.day_of_month)
    schedule = Schedule(Frequency(row.frequency), *days, row.hour, row.minute)
    return StoredSchedule(row.game, schedule, row.updated_at)
