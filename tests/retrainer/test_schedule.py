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


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Lisbon",
        "America/Santiago",  # at midnight, as São Paulo did until 2019
        "Australia/Lord_Howe",  # half an hour
        "Africa/Cairo",
    ],
)
@pytest.mark.parametrize(("hour", "minute"), [(0, 0), (0, 30), (1, 30), (2, 15)])
def test_whatever_the_clocks_do_each_day_has_one_run(zone: str, hour: int, minute: int) -> None:
    daily = Schedule(Frequency.DAILY, hour=hour, minute=minute)
    runs, moment = [], at("2024-01-01T12:00:00", zone)
    for _ in range(366):
        moment = next_due(daily, zone, moment)
        assert last_due(daily, zone, 0, moment) == moment
        runs.append(from_micros(moment).astimezone(ZoneInfo(zone)).date().isoformat())
    assert runs == sorted(set(runs))
    assert runs[-1] == "2025-01-01"


def test_an_hour_that_is_left_out_is_made_up_for_and_one_that_comes_twice_runs_at_first() -> None:
    sunday = Schedule(Frequency.WEEKLY, day_of_week=6, hour=0)
    asked = at("2018-11-02T00:00:00")
    assert next_due(sunday, ZONE, asked) == at("2018-11-04T01:00:00")  # there was no midnight
    early = Schedule(Frequency.DAILY, hour=1, minute=30)
    twice = at("2024-10-27T00:00:00", "Europe/Lisbon")
    assert from_micros(next_due(early, "Europe/Lisbon", twice)).hour == 0  # UTC: summer time still
