from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.moments import DAY, HOUR, SECOND, to_micros
from exporter.domain.periods import (
    InvalidPeriod,
    Period,
    day_period,
    local_day,
    parse_period,
    parse_point,
    parse_span,
)

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOW = to_micros(datetime(2024, 3, 15, 12, 34, 56, tzinfo=UTC))
MOMENTS = st.integers(0, to_micros(datetime(2199, 1, 1, tzinfo=UTC)))


def at(year: int, month: int, day: int, hour: int = 0) -> int:
    return to_micros(datetime(year, month, day, hour, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "length"),
    [("30m", 30 * 60 * SECOND), ("1h", HOUR), ("24h", DAY), ("7d", 7 * DAY), ("2w", 14 * DAY)],
)
def test_a_span_ends_now(text: str, length: int) -> None:
    assert parse_span(text) == length
    assert parse_period(text, None, None, now=NOW, zone=SAO_PAULO) == Period(NOW - length, NOW)


def test_without_anything_a_period_is_the_last_day() -> None:
    assert parse_period(None, None, None, now=NOW, zone=UTC) == Period(NOW - DAY, NOW)


def test_all_begins_with_time() -> None:
    assert parse_period("all", None, None, now=NOW, zone=UTC) == Period(0, NOW)


def test_dates_are_midnights_of_the_zone_and_the_end_is_left_out() -> None:
    period = parse_period("custom", "2024-01-01", "2024-01-31", now=NOW, zone=SAO_PAULO)
    assert period == Period(at(2024, 1, 1, 3), at(2024, 1, 31, 3))


def test_a_start_alone_means_custom_and_until_now() -> None:
    period = parse_period(None, "2024-03-01", None, now=NOW, zone=UTC)
    assert period == Period(at(2024, 3, 1), NOW)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2024-01-31", at(2024, 1, 31, 3)),
        ("20240131", at(2024, 1, 31, 3)),
        ("2024-01-31T10:00:00", at(2024, 1, 31, 13)),
        ("2024-01-31T10:00:00Z", at(2024, 1, 31, 10)),
        ("2024-01-31T10:00:00-05:00", at(2024, 1, 31, 15)),
        ("2024-01-31T10:00:00 02:00", at(2024, 1, 31, 8)),  # a plus sign that became a space
        ("1706695200", at(2024, 1, 31, 10)),
        ("1706695200.5", at(2024, 1, 31, 10) + SECOND // 2),
    ],
)
def test_points_in_time(text: str, micros: int) -> None:
    assert parse_point(text, "start_date", SAO_PAULO) == micros


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        (("yesterday", None, None), "time_range"),
        (("0h", None, None), "time_range"),
        (("custom", None, "2024-01-01"), "start_date"),
        (("24h", "2024-01-01", None), "start_date"),
        (("24h", None, "2024-01-01"), "end_date"),
        (("custom", "2024-02-30", None), "start_date"),
        (("custom", "2024", None), "start_date"),
        (("custom", "1969-12-31", None), "start_date"),
        (("custom", "9999-12-31T23:59:59-23:59", None), "start_date"),
        (("custom", "2024-01-02", "2024-01-02"), "end_date"),
        (("custom", "2024-01-03", "2024-01-02"), "end_date"),
        (("custom", "2150-01-01", None), "start_date"),
    ],
)
def test_what_cannot_be_read_is_named(
    arguments: tuple[str | None, str | None, str | None], parameter: str
) -> None:
    with pytest.raises(InvalidPeriod) as refused:
        parse_period(*arguments, now=NOW, zone=SAO_PAULO)
    assert refused.value.parameter == parameter


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_read_or_refused(time_range: str, start: str, end: str) -> None:
    try:
        period = parse_period(time_range, start, end, now=NOW, zone=SAO_PAULO)
    except InvalidPeriod:
        return
    assert 0 <= period.start < period.end


@given(MOMENTS, st.integers(1, 400 * DAY))
def test_whole_hours_hold_the_period_and_little_more(start: int, length: int) -> None:
    period = Period(start, start + length)
    hours = period.in_whole_hours()
    assert hours.start % HOUR == hours.end % HOUR == 0
    assert hours.start <= period.start
    assert hours.end >= period.end
    assert hours.length < period.length + 2 * HOUR


@given(MOMENTS, st.integers(0, 400 * DAY))
def test_splitting_by_days_loses_nothing(start: int, length: int) -> None:
    period = Period(start, start + length)
    before, days, after = period.split_by_days()
    assert (before.start, before.end, days.end) == (period.start, days.start, after.start)
    assert after.end == period.end
    assert days.length % DAY == 0
    assert days.length == 0 or days.start % DAY == 0
    assert before.length < DAY or days.length == 0
    assert min(before.length, days.length, after.length) >= 0


@given(MOMENTS, st.sampled_from(["America/Sao_Paulo", "UTC", "Asia/Kathmandu", "Europe/Lisbon"]))
def test_a_moment_lies_in_its_own_day(moment: int, zone: str) -> None:
    day = day_period(local_day(moment, ZoneInfo(zone)), ZoneInfo(zone))
    assert day.start <= moment < day.end


def test_a_day_may_have_23_hours() -> None:
    zone = ZoneInfo("Europe/Lisbon")
    assert day_period(date(2024, 3, 31), zone).length == 23 * HOUR
    assert day_period(date(2024, 3, 31) + timedelta(days=1), zone).length == DAY
