"""When a scheduled training run is due, by the calendar of the game's time zone.

Nothing here waits for a moment to come: the worker asks again and again what was due last.
So a run that was missed while the retrainer was down is made up for, once; a schedule that is
changed counts at once; and several retrainers cannot ask twice for the same moment.

A day has one moment, whatever its clocks do: of an hour that comes twice the first, and for an
hour that is left out what the clocks show when that time has passed.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exporter.domain.moments import from_micros, to_micros
from exporter.domain.retraining import Frequency, Schedule

#: Days, more than between two moments of any schedule.
_LOOKED_AT = 35
_DAY = timedelta(days=1)


def last_due(schedule: Schedule, zone: str, since: int, now: int) -> int | None:
    """The latest scheduled moment after `since` and not after `now` (all in microseconds)."""
    past = (moment for moment in _moments(schedule, zone, now, -_DAY) if moment <= now)
    due = next(past, None)
    return None if due is None or due <= since else due


def next_due(schedule: Schedule, zone: str, now: int) -> int:
    """The first scheduled moment after `now` (both in microseconds)."""
    return next(moment for moment in _moments(schedule, zone, now, _DAY) if moment > now)


def _moments(schedule: Schedule, zone: str, now: int, step: timedelta) -> Iterator[int]:
    """The schedule's moments from the day before `now` on (or, backwards, from the day after)."""
    day = from_micros(now).astimezone(ZoneInfo(zone)).date() - step
    for _ in range(_LOOKED_AT):
        if _is_day_of(schedule, day):
            yield _moment(schedule, zone, day)
        day += step


def _is_day_of(schedule: Schedule, day: date) -> bool:
    if schedule.frequency is Frequency.WEEKLY:
        return day.weekday() == schedule.day_of_week
    return schedule.frequency is Frequency.DAILY or day.day == schedule.day_of_month


def _moment(schedule: Schedule, zone: str, day: date) -> int:
    at = time(schedule.hour, schedule.minute, tzinfo=ZoneInfo(zone))
    return to_micros(datetime.combine(day, at))
