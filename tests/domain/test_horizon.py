"""A prediction looks ahead to its game's next draws, and no further."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.batches import BatchParser
from exporter.domain.definitions import DEMO, KNOWN_GAMES, LOTOFACIL, LOTOMANIA, SIMULATED
from exporter.domain.games import Game
from exporter.domain.horizon import Horizon, latest_moment
from exporter.domain.moments import MAX_AHEAD, YEARS, from_micros, to_micros
from exporter.domain.prediction_fields import parse_past
from exporter.domain.prediction_parser import PredictionParser
from exporter.domain.predictions import InvalidPrediction, Prediction

#: Saturday noon in São Paulo; the next draws are of Sunday morning and of Monday evening.
NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)
MONDAY = datetime(2026, 11, 24, 0, tzinfo=UTC)
TICKET = list(range(1, 16))
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=180 * 365)).map(
    lambda since: datetime(2004, 1, 1, tzinfo=UTC) + since
)


def parser(now: Callable[[], datetime] = lambda: NOW, **more: Any) -> PredictionParser:
    return PredictionParser(KNOWN_GAMES, lambda: to_micros(now()), str, "", **more)


def raw(**fields: Any) -> dict[str, Any]:
    return {"game_type": "lotofacil", "numbers": TICKET, **fields}


def parse(**fields: Any) -> Prediction:
    batch = BatchParser(parser()).parse([raw(**fields)])
    assert not batch.refused
    return parser().parse(raw(**fields))


def reason(**fields: Any) -> str:
    with pytest.raises(InvalidPrediction) as refused:
        parser().parse(raw(**fields))
    (item,) = BatchParser(parser()).parse([raw(), raw(**fields)]).refused.items()
    assert item[0] == 1
    assert str(item[1]) == str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("moment", [datetime(2003, 1, 1, tzinfo=UTC), NOW, MONDAY])
def test_a_moment_up_to_the_next_draws_is_taken(moment: datetime) -> None:
    assert parse(predicted_at=moment).predicted_at == to_micros(moment)
    assert parse(predicted_at=moment.isoformat()).predicted_at == to_micros(moment)


@pytest.mark.parametrize(
    "moment", ["2099-01-01", MONDAY + timedelta(microseconds=1), "2026-12-21T15:00Z"]
)
def test_a_moment_after_the_next_draws_is_refused_by_name(moment: object) -> None:
    assert reason(predicted_at=moment).startswith("predicted_at: ")
    until = "is yet to come: lotofacil's next draws are until 2026-11-24T00:00:00Z"
    assert reason(predicted_at=moment).endswith(until)


def test_a_moment_years_away_is_shown_as_it_was_read() -> None:
    assert "predicted_at: 2099-01-01T12:00:00Z is" in reason(predicted_at="2099-01-01T12:00Z")


@pytest.mark.parametrize("number", [1, 3541, 8457])
def test_a_draw_up_to_the_next_ones_is_taken(number: int) -> None:
    assert parse(draw_number=number).draw_number == number


@pytest.mark.parametrize("number", [8458, 9_999_999, 2**31 - 1])
def test_a_draw_that_no_count_of_days_reaches_is_refused(number: int) -> None:
    assert reason(draw_number=number) == (
        f"draw_number: {number} is yet to come: lotofacil, drawn since 2003-09-29 and once a day "
        "at most, has 8457 draws at most until 2026-11-24T00:00:00Z"
    )


def test_a_game_of_an_unknown_start_may_have_any_number() -> None:
    assert parse(game_type=SIMULATED.name, draw_number=2**31 - 1).draw_number == 2**31 - 1


def test_the_horizon_moves_on_with_the_clock() -> None:
    clock = [NOW]
    one = parser(lambda: clock[0])
    late = raw(predicted_at=MONDAY + timedelta(hours=1), draw_number=8460)
    for _ in range(2):
        with pytest.raises(InvalidPrediction):
            one.parse(late)
        clock[0] += timedelta(days=1)
    clock[0] += timedelta(days=2)
    assert one.parse(late).draw_number == 8460


def test_a_clock_that_is_put_back_refuses_nothing_of_a_moment_ago() -> None:
    before = NOW - timedelta(hours=23)
    assert parser(lambda: before).parse(raw(predicted_at=NOW)).predicted_at == to_micros(NOW)


def test_what_was_stored_once_has_no_horizon() -> None:
    stored = parser(horizon=Horizon((), lambda: to_micros(NOW)))
    assert stored.parse(raw(predicted_at="2099-01-01T00:00Z", draw_number=2**31 - 1))


@given(MOMENTS, st.sampled_from([LOTOFACIL, LOTOMANIA, DEMO]))
def test_a_horizon_is_a_draw_a_day_ahead_and_beyond_a_rest_at_most(
    now: datetime, game: Game
) -> None:
    latest = latest_moment(game, to_micros(now))
    assert to_micros(now) + MAX_AHEAD <= latest <= to_micros(now + timedelta(days=18))
    assert game.calendar.next_at_or_after(from_micros(latest)) == from_micros(latest)
    assert latest >= to_micros(game.calendar.next_at_or_after(now))


@given(MOMENTS, st.integers(1, 2**31 - 1))
def test_what_lies_beyond_is_refused_whatever_was_asked_before(now: datetime, number: int) -> None:
    horizon = Horizon([LOTOFACIL], lambda: to_micros(now))
    latest = latest_moment(LOTOFACIL, to_micros(now))
    most = LOTOFACIL.most_draws(LOTOFACIL.calendar.local_day(from_micros(latest)))
    for _ in range(2):
        assert is_taken(lambda: horizon.check_number("lotofacil", number)) == (
            number <= (most or 0)
        )
        assert is_taken(lambda: horizon.check_moment("lotofacil", latest))
        assert not is_taken(lambda: horizon.check_moment("lotofacil", latest + 1))


def is_taken(check: Callable[[], None]) -> bool:
    try:
        check()
    except InvalidPrediction:
        return False
    return True


def test_what_is_over_lies_a_day_ahead_at_most() -> None:
    now = to_micros(NOW)
    assert parse_past(from_micros(now + MAX_AHEAD), now, "failed_at") == now + MAX_AHEAD
    assert parse_past(None, now, "failed_at") == now
    with pytest.raises(InvalidPrediction, match="failed_at: '2099-01-01' is yet to come"):
        parse_past("2099-01-01", now, "failed_at")
    with pytest.raises(InvalidPrediction, match=f"is not between 1900 and {YEARS[-1]}"):
        parse_past("2200-01-01", now, "failed_at")
