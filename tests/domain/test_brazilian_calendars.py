"""The shipped calendars against the official record: its days, its hours, what still counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.brazilian_calendars import CALENDARS, HOLIDAYS
from exporter.domain.calendars import easter
from exporter.domain.definitions import LOTOFACIL
from exporter.domain.matching import is_eligible
from exporter.domain.moments import draw_moment, to_micros
from tests import official_record

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
DAY = timedelta(days=1)
#: Since when the calendars know each single day.
EXACT_SINCE = date(2024, 1, 1)
GAMES = sorted(CALENDARS)


@cache
def official(game: str) -> dict[int, date]:
    return official_record.days(game)


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SAO_PAULO)


def true_hour(game: str, day: date) -> int:
    """Of a draw, as the press told it: another way to say what the calendars say."""
    if game == "megasena" and day == date(2026, 1, 1):
        return 10
    if day.weekday() == 6 and day >= date(2026, 5, 24):
        return 11
    return 21 if day >= date(2025, 11, 3) else 20


@pytest.mark.parametrize("game", GAMES)
def test_every_day_since_2024_is_as_in_the_record(game: str) -> None:
    held = {day for day in official(game).values() if day >= EXACT_SINCE}
    spanned = range((max(held) - EXACT_SINCE).days + 1)
    scheduled = [
        EXACT_SINCE + k * DAY for k in spanned if CALENDARS[game].scheduled(EXACT_SINCE + k * DAY)
    ]
    assert scheduled == sorted(held)


@pytest.mark.parametrize("game", GAMES)
def test_older_days_are_told_by_rule_but_for_some_in_a_hundred(game: str) -> None:
    held = set(official(game).values())
    first = min(held)
    days = [first + k * DAY for k in range((max(held) - first).days + 1)]
    other = [day for day in days if bool(CALENDARS[game].scheduled(day)) != (day in held)]
    assert len(other) / len(held) < 0.14  # Mega-Sena: its special weeks move three draws each


@pytest.mark.parametrize("game", GAMES)
def test_every_draw_was_at_its_true_hour(game: str) -> None:
    for day in official(game).values():
        assert CALENDARS[game].moment(day) == at(day, true_hour(game, day))


def test_the_week_that_began_in_july_2026() -> None:
    saturday, sunday = date(2026, 7, 18), date(2026, 7, 19)
    for game in ("lotofacil", "megasena", "quina", "timemania", "diadesorte", "maismilionaria"):
        assert CALENDARS[game].scheduled(sunday) == [at(sunday, 11)]
        assert not CALENDARS[game].scheduled(saturday + 7 * DAY)
    for game in ("lotomania", "duplasena", "supersete"):
        assert not CALENDARS[game].scheduled(sunday)
    year = [date(2027, 1, 1) + k * DAY for k in range(365)]
    assert 286 <= sum(bool(CALENDARS["lotofacil"].scheduled(day)) for day in year) <= 296


EASTERS = (
    "1818-03-22 1943-04-25 1954-04-18 1981-04-19 2000-04-23 2008-03-23 2019-04-21 2024-03-31 "
    "2025-04-20 2026-04-05 2038-04-25 2285-03-22"
)


@pytest.mark.parametrize("sunday", EASTERS.split())
def test_easter_is_where_it_is_known_to_be(sunday: str) -> None:
    day = date.fromisoformat(sunday)
    assert easter(day.year) == day


def test_nothing_is_drawn_on_holidays() -> None:
    days = {day: game for game in GAMES for day in official(game).values()}
    moved = {date(2026, 1, 1), *(date(year, 9, 7) for year in (2008, 2013, 2014, 2017))}
    held = {day for day in days if day.year >= 2008 and any(rest.holds(day) for rest in HOLIDAYS)}
    assert held == moved


@pytest.mark.parametrize("game", GAMES)
def test_a_result_an_hour_after_each_draw_is_never_overdue(game: str) -> None:
    """In 2025 and 2026, by the six hours of the alert; the year before says it was due at all."""
    calendar = CALENDARS[game]
    held = [
        at(day, true_hour(game, day)) for day in sorted(official(game).values()) if day.year >= 2025
    ]
    for draw, following in pairwise(held):
        due = calendar.next_at_or_after(draw + timedelta(microseconds=1))
        assert following + timedelta(hours=1) <= due + timedelta(hours=6)
        assert due - draw <= timedelta(days=17)  # or a feed that stops would not be told


FORMS = st.sampled_from(("day", "text", "moment", "utc", "recorded an hour later"))


@pytest.mark.parametrize("game", GAMES)
@given(data=st.data())
def test_no_ticket_of_after_the_draw_counts_and_all_up_to_the_end_of_sale_do(
    game: str, data: st.DataObject
) -> None:
    day = data.draw(st.sampled_from(sorted(official(game).values())))
    drawn = at(day, true_hour(game, day))
    told: dict[str, date] = {
        "day": day,
        "text": datetime.fromisoformat(f"{day}T00:00:00"),
        "moment": drawn,
        "utc": drawn.astimezone(UTC),
        "recorded an hour later": drawn + timedelta(hours=1),
    }
    rules = replace(LOTOFACIL, calendar=CALENDARS[game])
    cut_off = draw_moment(told[data.draw(FORMS)], rules)
    after = data.draw(st.timedeltas(timedelta(microseconds=1), timedelta(days=3)))
    assert not is_eligible(to_micros(drawn + after), cut_off)
    before = data.draw(st.timedeltas(timedelta(0), timedelta(days=3)))
    assert is_eligible(to_micros(drawn - timedelta(hours=1) - before), cut_off)
