"""Draw results as they arrive: checked field by field."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from exporter.domain.games import Game
from exporter.domain.moments import (
    MAX_AHEAD,
    YEARS,
    draw_moment,
    from_micros,
    to_micros,
)
from exporter.domain.plain_values import plain, real, whole
from exporter.domain.prediction_fields import parse_optional_text
from exporter.domain.predictions import InvalidPrediction
from exporter.domain.prizes import largest_prize
from exporter.domain.tickets import InvalidNumbers, encode_draw

Day = TypeVar("Day", bound=date)


class InvalidResult(ValueError):
    """A draw result that breaks a rule; `field` names what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


@dataclass(frozen=True, slots=True)
class Result:
    """A checked draw result. Times are microseconds, numbers a bit set, prizes cents by hits."""

    number: int
    drawn_at: int
    numbers: int
    prizes: Mapping[int, int] = field(default_factory=dict)


def parse_result(
    game: Game, number: object, numbers: object, drawn: object, prizes: object = None, *, now: int
) -> Result:
    """The checked result; `drawn` is a date, a datetime or ISO 8601 text, prizes reais by hits.

    `now` (microseconds) is the clock's: what is yet to be drawn has no result. Raises
    InvalidResult that names the documented field and the rule.
    """
    draw = whole(number)
    if draw is None or not 0 < draw < 2**31:
        raise InvalidResult("draw_number", f"{plain(number)!r} is not a positive integer")
    try:
        bits = encode_draw(numbers, game)
    except InvalidNumbers as error:
        text = str(error).removeprefix("numbers: ")
        raise InvalidResult("winning_numbers", text) from None
    day = _day(drawn)
    drawn_at = draw_moment(day, game)
    stated = to_micros(day) if isinstance(day, datetime) else drawn_at
    _check_is_past(game, max(stated, drawn_at), now)
    check_draw(game, draw, drawn_at, now)
    return Result(draw, drawn_at, bits, _prizes(game, prizes))


def check_draw(game: Game, number: int, drawn_at: int, now: int) -> None:
    """Refuses a draw that is yet to come, or whose number its day cannot have.

    Moments are microseconds. Raises InvalidResult.
    """
    _check_is_past(game, drawn_at, now)
    day = game.calendar.local_day(from_micros(drawn_at))
    most = game.most_draws(day)
    if most is not None and number > most:
        since = f"drawn since {game.began} and once a day at most"
        reason = f"{number} cannot be of {day}: {game.name}, {since}, had {most} draws at most then"
        raise InvalidResult("draw_number", reason)


def _check_is_past(game: Game, moment: int, now: int) -> None:
    if moment > now + MAX_AHEAD:
        day, today = (game.calendar.local_day(from_micros(at)) for at in (moment, now))
        reason = f"{day} is yet to come: a result is of today ({today}) at the latest"
        raise InvalidResult("draw_date", reason)


def parse_acceptance(value: object, *, now: int) -> int | None:
    """Microseconds of the moment at which a caller took a result in; None stays None.

    `now` is the clock's, in microseconds: a moment far ahead of it would stand above every
    correction to come. Raises InvalidResult.
    """
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else _read("accepted_at", value)
    accepted = to_micros(_of_our_time("accepted_at", moment))
    if accepted > now + MAX_AHEAD:
        raise InvalidResult("accepted_at", f"{str(value)!r} is yet to come")
    return accepted


def parse_key(value: object) -> str | None:
    """A caller's idempotency key, or None; raises InvalidResult."""
    return _optional_text("idempotency_key", value)


def parse_recorder(value: object) -> str:
    """Who records a result, as it is kept with a correction; raises InvalidResult."""
    recorder = _optional_text("recorded_by", value)
    if recorder is None:
        raise InvalidResult("recorded_by", "None is not a text")
    return recorder


def _optional_text(field: str, value: object) -> str | None:
    try:
        return parse_optional_text(field, value)
    except InvalidPrediction as error:
        raise InvalidResult(error.field, str(error).partition(": ")[2]) from None


def _day(value: object) -> date:
    day = value if isinstance(value, date) else _read("draw_date", value)
    return _of_our_time("draw_date", day)


def _of_our_time(field: str, value: Day) -> Day:
    if value.year not in YEARS:
        raise InvalidResult(field, f"{str(value)!r} is not between {YEARS[0]} and {YEARS[-1]}")
    return value


def _read(field: str, value: object) -> datetime:
    written = plain(value)
    if isinstance(written, str):
        with suppress(ValueError):
            return datetime.fromisoformat(written)
    raise InvalidResult(field, f"{value!r} is not a date, such as 2024-01-31")


def _prizes(game: Game, value: object) -> dict[int, int]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidResult("prizes", f"{value!r} is not a mapping of hits to reais")
    tiers = {_tier(game, hits): amount for hits, amount in value.items()}
    return {tier: _cents(amount, tier, largest_prize(game, tier)) for tier, amount in tiers.items()}


def _tier(game: Game, value: object) -> int:
    text = str(plain(value))
    if text.isdecimal() and int(text) in game.tiers:
        return int(text)
    raise InvalidResult(
        "prizes", f"{plain(value)!r} is not one of {game.name}'s tiers {game.tiers}"
    )


def _cents(value: object, tier: int, most: int) -> int:
    """The cents of an amount in reais, at most `most` cents."""
    reais = real(value)
    if reais is not None and 0 <= reais <= most / 100:
        return round(reais * 100)
    reason = f"{plain(value)!r} for {tier} hits is not an amount in reais from 0 to {most // 100}"
    raise InvalidResult("prizes", reason)
