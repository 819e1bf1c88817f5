"""When a scheduled training run is due, by the calendar of the game's time zone.

Nothing here waits for a moment to come: the worker asks again and again what was due last.
So a run that was missed while the retrainer was down is made up for, once; a schedule that is
changed counts at once; and several retrainers cannot ask twice for the same moment.
"""

from datetime import UTC, datetime, timedelta

from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]

from exporter.domain.moments import from_micros, to_micros
from exporter.domain.retraining import Frequency, Schedule

#: Longer than the longest time between two moments of any schedule.
_LOOK_BACK = timedelta(days=33)


def last_due(schedule: Schedule, zone: str, since: int, now: int) -> int | None:
    """The latest scheduled moment after `since` and not after `now` (all in microseconds)."""
    trigger = _trigger(schedule, zone)
    moment = max(from_micros(since), from_micros(now) - _LOOK_BACK)
    due = None
    while (fire := _next(trigger, moment)) is not None and to_micros(fire) <= now:
        due, moment = to_micros(fire), fire
    return due


def next_due(schedule: Schedule, zone: str, now: int) -> int | None:
    """The first scheduled moment after `now` (both in microseconds)."""
    fire = _next(_trigger(schedule, zone), from_micros(now))
    return None if fire is None else to_micros(fire)


def _trigger(schedule: Schedule, zone: str) -> CronTrigger:
    days = {
        Frequency.DAILY: {},
        Frequency.WEEKLY: {"day_of_week": schedule.day_of_week},
        Frequency.MONTHLY: {"day": schedule.day_of_month},
    }
    at = {"hour": schedule.hour, "minute": schedule.minute}
    return CronTrigger(**days[schedule.frequency], **at, timezone=zone)


def _next(trigger: CronTrigger, after: datetime) -> datetime | None:
    fire: datetime | None = trigger.get_next_fire_time(None, _just_after(after))
    while fire is not None and fire.fold:  # the second time of an hour that comes twice
        fire = trigger.get_next_fire_time(None, _just_after(fire))
    return fire


def _just_after(moment: datetime) -> datetime:
    # In UTC: arithmetic on local times forgets which of two like hours it is in.
    return moment.astimezone(UTC) + timedelta(microseconds=1)
