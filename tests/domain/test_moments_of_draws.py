"""What a draw's date means: its own evening, however late and in whatever form it was told."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.calendars import Calendar
from exporter.domain.definitions import DEMO, LOTOFACIL, MEGA_SENA
from exporter.domain.games import Game
from exporter.domain.moments import draw_moment, from_micros, to_micros
from exporter.domain.tickets import encode_draw
from exporter.recording.envelopes import SpooledResult
from tests.figures.real_draws.record import published

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
SATURDAY, SUNDAY, MONDAY, TUESDAY = (date(2024, 3, day) for day in (2, 3, 4, 5))


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SAO_PAULO)


def meant(value: date | datetime, game: Game = LOTOFACIL) -> datetime:
    return from_micros(draw_moment(value, game)).astimezone(SAO_PAULO)


@pytest.mark.parametrize("clock", ["20:00:00.000001", "21:30", "23:59"])
def test_a_moment_after_a_draw_of_the_day_is_of_its_scheduled_time(clock: str) -> None:
    assert meant(at(MONDAY, clock)) == at(MONDAY, "20:00")


@pytest.mark.parametrize("clock", ["00:30", "10:00", "19:59:59.999999", "20:00"])
def test_a_moment_before_it_is_taken_at_its_word(clock: str) -> None:
    assert meant(at(TUESDAY, clock)) == at(TUESDAY, clock)
    assert meant(at(SUNDAY, clock)) == at(SUNDAY, clock)


@pytest.mark.parametrize("text", ["", "T00:00:00", "T00:00:00-03:00"])
@pytest.mark.parametrize("day", [SATURDAY, SUNDAY, MONDAY, TUESDAY])
def test_midnight_without_a_zone_or_in_brazil_is_that_calendar_day(day: date, text: str) -> None:
    assert meant(datetime.fromisoformat(f"{day}{text}")) == at(day, "20:00")


@pytest.mark.parametrize(("text", "clock"), [("T00:00:00Z", "20:00"), ("T00:00+09:00", "12:00")])
def test_midnight_elsewhere_is_a_moment_of_the_day_before(text: str, clock: str) -> None:
    assert meant(datetime.fromisoformat(f"{TUESDAY}{text}")) == at(MONDAY, clock)


def test_a_date_alone_is_its_evening_also_where_no_draw_is_scheduled() -> None:
    assert meant(date(2023, 12, 31), MEGA_SENA) == at(date(2023, 12, 31), "20:00")  # a Sunday


def test_an_invented_draw_may_be_of_any_hour_and_midnight_is_one() -> None:
    for hour in range(24):
        moment = datetime(2024, 3, 5, hour, tzinfo=UTC)
        assert meant(moment, DEMO) == moment


def test_every_real_draw_keeps_its_meaning_in_every_form() -> None:
    for one in published():
        evening = to_micros(LOTOFACIL.calendar.moment(one.day))
        midnights = (f"{one.day}", f"{one.day}T00:00:00", f"{at(one.day, '00:00').isoformat()}")
        told = [from_micros(evening), one.day, *map(datetime.fromisoformat, midnights)]
        assert {draw_moment(value, LOTOFACIL) for value in told} == {evening}


DAYS = st.dates(date(2016, 1, 1), date(2026, 1, 1))
HOURS = st.builds(time, st.integers(0, 23)) | st.times()
ZONES = st.sampled_from((UTC, SAO_PAULO, ZoneInfo("Asia/Tokyo"), timezone(timedelta(hours=-11))))


@given(value=st.builds(datetime.combine, DAYS, HOURS, ZONES), hour=st.integers(0, 23))
def test_a_moment_is_never_later_than_stated_and_the_same_when_it_is_sent_on(
    value: datetime, hour: int
) -> None:
    """21:00 there is UTC's midnight, and no date all the same."""
    calendar = Calendar.weekly(frozenset(range(6)), time(hour))
    game = Game("other", "Other", 25, 15, 15, 20, (), calendar, began=date(2003, 9, 29))
    meant_at = draw_moment(value, game)
    assert meant_at <= to_micros(value) or value.astimezone(SAO_PAULO).time() == time()
    numbers = str(encode_draw(list(range(1, 16)), game))
    sent = SpooledResult("other", 1, meant_at, numbers, {}, "", 0)
    assert draw_moment(datetime.fromisoformat(sent.body(game)["draw_date"]), game) == meant_at
