"""Results of draws that cannot have been: of days to come, of numbers beyond any count."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from exporter.domain.definitions import DEMO, KNOWN_GAMES, LOTOFACIL, MEGA_SENA, SIMULATED
from exporter.domain.games import Game
from exporter.domain.moments import from_micros, to_micros
from exporter.domain.prizes import largest_prize, money
from exporter.domain.results import (
    InvalidResult,
    Result,
    parse_acceptance,
    parse_recorder,
    parse_result,
)
from tests.domain.natural import Timestamp
from tests.figures.real_draws.record import published

DRAWN = range(1, 16)
#: Saturday noon in São Paulo; that day's draw is eight hours away.
NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)


def parse(drawn: object, number: int = 3800, game: Game = LOTOFACIL) -> Result:
    return parse_result(game, number, list(DRAWN), drawn, now=to_micros(NOW))


def reason(*given: Any) -> str:
    with pytest.raises(InvalidResult) as refused:
        parse(*given)
    return str(refused.value)


@pytest.mark.parametrize(
    "drawn", ["2126-05-24", date(2126, 5, 24), datetime(2126, 5, 24, 12, tzinfo=UTC)]
)
def test_a_result_of_a_day_to_come_is_refused_by_name(drawn: object) -> None:
    assert reason(drawn) == (
        "draw_date: 2126-05-24 is yet to come: a result is of today (2026-11-21) at the latest"
    )


def test_the_last_digit_of_a_year_is_enough() -> None:
    assert reason("2027-11-21").startswith("draw_date: 2027-11-21 is yet to come")


@pytest.mark.parametrize(
    "drawn",
    [
        date(2026, 11, 21),  # that evening's
        NOW + timedelta(hours=24),  # a clock that is a day ahead
        datetime(2026, 11, 22, 9, tzinfo=timezone(timedelta(hours=9))),  # Tokyo is in tomorrow
        "2003-09-29",
    ],
)
def test_zones_and_clocks_that_differ_by_a_day_are_borne(drawn: object) -> None:
    assert parse(drawn, number=1).number == 1


def test_a_moment_further_than_a_day_ahead_is_not() -> None:
    assert "yet to come" in reason(NOW + timedelta(hours=24, microseconds=1))


@pytest.mark.parametrize("number", [2_000_000_000, 37_999, 9_999])
def test_a_number_that_no_count_of_days_reaches_is_refused(number: int) -> None:
    assert reason("2026-11-20", number) == (
        f"draw_number: {number} cannot be of 2026-11-20: lotofacil, drawn since 2003-09-29 and "
        "once a day at most, had 8454 draws at most then"
    )


def test_a_day_before_the_first_draw_has_no_number() -> None:
    assert "had 0 draws at most then" in reason("1925-05-24", 1)


def test_what_is_invented_or_of_an_unknown_start_may_have_any_number() -> None:
    for game in (SIMULATED, DEMO):
        assert parse("2026-11-20", 2**31 - 1, game).number == 2**31 - 1


def test_every_real_draw_is_taken_on_its_own_evening() -> None:
    """No draw is held against another one, so that neither their order nor gaps can matter."""
    for one in published():
        moment = to_micros(LOTOFACIL.calendar.moment(one.day))
        result = parse_result(LOTOFACIL, one.number, list(one.numbers), one.day, now=moment)
        assert (result.number, result.drawn_at) == (one.number, moment)


@pytest.mark.parametrize(
    ("number", "day"),
    [(1, date(1996, 3, 11)), (2, date(1996, 3, 18)), (2052, date(2018, 6, 23))],
)
def test_published_draws_of_another_game_are_taken(number: int, day: date) -> None:
    given = (MEGA_SENA, number, [1, 2, 3, 4, 5, 6], day)
    assert parse_result(*given, now=to_micros(NOW)).number == number


def test_every_played_game_says_when_it_began() -> None:
    assert {name for name, game in KNOWN_GAMES.items() if game.began is None} == {
        "simulated",
        "demo",
    }


def test_the_moment_of_acceptance_is_kept_to_the_microsecond() -> None:
    now = to_micros(NOW)
    moment = now + 7
    assert parse_acceptance(from_micros(moment).isoformat(), now=now) == moment
    assert parse_acceptance(from_micros(moment), now=now) == moment
    assert parse_acceptance(None, now=now) is None


@pytest.mark.parametrize(
    "value", ["soon", 7, [], "9999-12-31T23:59:59-12:00", NOW + timedelta(hours=24, microseconds=1)]
)
def test_what_is_no_moment_of_acceptance(value: object) -> None:
    with pytest.raises(InvalidResult, match=r"^accepted_at: "):
        parse_acceptance(value, now=to_micros(NOW))


def priced(prizes: object, game: Game = LOTOFACIL) -> Mapping[int, int]:
    drawn = list(game.numbers)[: game.drawn]
    now = to_micros(NOW)
    return parse_result(game, 1, drawn, date(2024, 1, 31), prizes, now=now).prizes


@pytest.mark.parametrize(
    ("prizes", "most"),
    [({"11": 9e12}, 11_403), ({11: 11_404}, 11_403), ({15: 10**9 + 1}, 10**9), ({15: -1}, 10**9)],
)
def test_a_prize_that_no_draw_paid_is_refused(prizes: dict[object, float], most: int) -> None:
    ((hits, amount),) = prizes.items()
    reason = f"prizes: {amount!r} for {hits} hits is not an amount in reais from 0 to {most}"
    with pytest.raises(InvalidResult, match=f"^{re.escape(reason)}$"):
        priced(prizes)


@pytest.mark.parametrize(
    "drawn",
    [
        np.datetime64("2026-11-20"),
        np.datetime64("2026-11-20", "ns"),
        Timestamp(2026, 11, 20),
        datetime(2026, 11, 20),  # noqa: DTZ001 - midnight, as feeds write a date
    ],
)
def test_a_result_of_a_library_is_the_plain_one(drawn: Any) -> None:
    numbers, prizes = np.arange(1, 16), {np.int64(11): np.float32(6.5), 12: Decimal("14.10")}
    natural = parse_result(LOTOFACIL, np.int64(3800), numbers, drawn, prizes, now=to_micros(NOW))
    own = {11: 6.5, "12": 14.1}
    day = date(2026, 11, 20)
    assert natural == parse_result(LOTOFACIL, 3800, DRAWN, day, own, now=to_micros(NOW))
    assert {type(natural.number), *map(type, natural.prizes.values())} == {int}


@pytest.mark.parametrize("number", [np.True_, np.float64(3800), "3800", np.nan])
def test_a_draw_that_has_no_number_is_refused_by_name(number: Any) -> None:
    with pytest.raises(InvalidResult, match=r"draw_number: .* is not a positive integer"):
        parse_result(LOTOFACIL, number, DRAWN, "2026-11-20", now=to_micros(NOW))


@pytest.mark.parametrize("drawn", [np.datetime64("NaT"), np.int64(20261120), 20261120])
def test_what_is_no_day_is_refused_by_name(drawn: Any) -> None:
    with pytest.raises(InvalidResult, match=r"draw_date: .* is not a date"):
        parse_result(LOTOFACIL, 3800, DRAWN, drawn, now=to_micros(NOW))


@pytest.mark.parametrize(
    "amount", ["7", None, True, np.True_, float("nan"), np.nan, float("inf"), 10**400, 1j]
)
def test_what_is_no_amount(amount: object) -> None:
    with pytest.raises(InvalidResult, match=r"^prizes: .* for 15 hits is not an amount in reais"):
        priced({15: amount})


@pytest.mark.parametrize(
    ("game", "prizes"),
    [
        (LOTOFACIL, {11: 7, 12: 14, 13: 35, 14: 3_000, 15: 230_000_000}),
        (MEGA_SENA, {"4": 1_200.5, "5": 60_000, "6": 1_000_000_000}),  # a whole Mega da Virada
        (KNOWN_GAMES["lotomania"], {0: 200_000, 15: 9.25, 20: 50_000_000}),
    ],
)
def test_prizes_as_they_are_paid_are_taken(game: Game, prizes: dict[object, float]) -> None:
    assert list(priced(prizes, game).values()) == [round(n * 100) for n in prizes.values()]


def test_the_largest_prizes_of_a_draw_with_many_bets_fit_the_database() -> None:
    prizes = {hits: largest_prize(LOTOFACIL, hits) for hits in LOTOFACIL.tiers}
    everybody = {(20, 15): 1_000}  # 15,504 bets in each
    told = money(everybody, LOTOFACIL, LOTOFACIL.tariff(date(2026, 1, 1)), prizes)
    assert max(told) < 2**63


@pytest.mark.parametrize("name", ["x" * 129, "a\0b", "", 7, None])
def test_who_records_is_a_text(name: object) -> None:
    with pytest.raises(InvalidResult, match=r"^recorded_by: "):
        parse_recorder(name)
