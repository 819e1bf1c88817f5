"""When scheduled runs are due, in the game's time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from exporter.domain.moments import from_micros, to_micros
from exporter.domain.retraining import Frequency, Schedule
from retrainer.schedule import last_due, next_due

ZONE = "America/Sao_Paulo"
WEEKLY = Schedule(Frequency.WEEKLY, day_of_week=0, hour=2)
DAILY = Schedule(Frequency.DAILY, hour=2, minute=30)
MONTHLY = Schedule(Frequency.MONTHLY, day_of_month=28, hour=23)


def at(text: str, zone: str = ZONE) -> int:
    return to_micros(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("schedule", "now", "due"),
    [
        (WEEKLY, "2024-01-08T01:59:59", "2024-01-08T02:00:00"),  # 8 January 2024 is a Monday
        (WEEKLY, "2024-01-08T02:00:00", "2024-01-15T02:00:00"),
        (DAILY, "2024-01-08T02:31:00", "2024-01-09T02:30:00"),
        (MONTHLY, "2024-02-28T23:00:00", "2024-03-28T23:00:00"),
    ],
)
def test_the_next_run_is_the_documented_one(schedule: Schedule, now: str, due: str) -> None:
    assert next_due(schedule, ZONE, at(now)) == at(due)


def test_nothing_is_due_before_the_first_moment_after_it_was_made() -> None:
    made = at("2024-01-08T02:00:00")
    assert last_due(WEEKLY, ZONE, made, at("2024-01-15T01:59:59")) is None
    assert last_due(WEEKLY, ZONE, made, at("2024-01-15T02:00:00")) == at("2024-01-15T02:00:00")


def test_of_many_missed_runs_only_the_last_is_owed() -> None:
    made, now = at("2024-01-01T00:00:00"), at("2024-06-19T12:00:00")
    assert last_due(DAILY, ZONE, made, now) == at("2024-06-19T02:30:00")
    assert last_due(WEEKLY, ZONE, made, now) == at("2024-06-17T02:00:00")
    assert last_due(MONTHLY, ZONE, made, now) == at("2024-05-28T23:00:00")


def test_an_hour_that_comes_twice_is_one_run_and_one_that_is_missing_is_made_up_for() -> None:
    zone = "Europe/Lisbon"  # São Paulo has had no summer time since 2019
    early = Schedule(Frequency.DAILY, hour=1, minute=30)
    runs, moment, end = [], at("2024-03-30T00:00:00", zone), at("2024-10-29T00:00:00", zone)
    while (moment := next_due(early, zone, moment) or end) < end:
        runs.append(from_micros(moment).astimezone(ZoneInfo(zone)).date().isoformat())
    assert len(runs) == len(set(runs)) == 213
    assert {"2024-03-31", "2024-10-27"} <= set(runs)
