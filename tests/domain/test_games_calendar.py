"""Counting scheduled draws is walking from one to the next, at once."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.calendars import Calendar
from exporter.domain.definitions import KNOWN_GAMES

CALENDARS = st.one_of(
    st.sampled_from([game.calendar for game in KNOWN_GAMES.values()]),
    st.builds(
        Calendar.weekly,
        st.frozensets(st.integers(0, 6), min_size=1),
        st.times().map(lambda at: at.replace(microsecond=0)),
        st.sampled_from(["America/Sao_Paulo", "UTC", "Pacific/Auckland"]),
    ),
)
START = datetime(1995, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=45 * 365)).map(lambda since: START + since)
SPANS = st.timedeltas(timedelta(days=-3), timedelta(days=120))


def walked(calendar: Calendar, after: datetime, until: datetime) -> int:
    count, moment = 0, calendar.next_at_or_after(after + timedelta(microseconds=1))
    while moment <= until:
        count += 1
        moment = calendar.next_at_or_after(moment + timedelta(microseconds=1))
    return count


@given(CALENDARS, MOMENTS, SPANS)
def test_draws_are_counted_as_if_one_walked(
    calendar: Calendar, after: datetime, span: timedelta
) -> None:
    assert calendar.count_between(after, after + span) == walked(calendar, after, after + span)


def test_both_ends_are_told_apart() -> None:
    calendar = Calendar.weekly(frozenset({0, 2}), time(20), "UTC")
    monday, wednesday = datetime(2024, 1, 1, 20, tzinfo=UTC), datetime(2024, 1, 3, 20, tzinfo=UTC)
    assert calendar.count_between(monday, wednesday) == 1
    moment = timedelta(microseconds=1)
    assert calendar.count_between(monday - moment, wednesday) == 2
    assert calendar.count_between(monday, wednesday - moment) == 0
    assert calendar.count_between(monday, monday + timedelta(days=7 * 1000)) == 2000
