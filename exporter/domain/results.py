"""Draw results as they arrive: checked field by field."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from exporter.domain.games import Game
from exporter.domain.moments import YEARS, draw_moment, parse_moment
from exporter.domain.tickets import InvalidNumbers, encode_draw


class InvalidResult(ValueError):  # noqa: N818 - reads as the sentence it is
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
    game: Game, number: object, numbers: object, drawn: object, prizes: object = None
) -> Result:
    """The checked result; `drawn` is a date, a datetime or ISO 8601 text, prizes reais by hits.

    Raises InvalidResult that names the documented field and the rule.
    """
    if type(number) is not int or not 0 < number < 2**31:
        raise InvalidResult("draw_number", f"{number!r} is not a positive integer")
    try:
        bits = encode_draw(numbers, game)
    except InvalidNumbers as error:
        text = str(error).removeprefix("numbers: ")
        raise InvalidResult("winning_numbers", text) from None
    return Result(number, draw_moment(_day(drawn), game.calendar), bits, _prizes(game, prizes))


def _day(value: object) -> date | datetime:
    day = value if isinstance(value, date) else _read_day(value)
    if day.year not in YEARS:
        raise InvalidResult("draw_date", f"{value!r} is not between {YEARS[0]} and {YEARS[-1]}")
    return day


def _read_day(value: object) -> datetime:
    if isinstance(value, str):
        with suppress(ValueError):
            return parse_moment(value)
    raise InvalidResult("draw_date", f"{value!r} is not a date, such as 2024-01-31")


def _prizes(game: Game, value: object) -> dict[int, int]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidResult("prizes", f"{value!r} is not a mapping of hits to reais")
    return {_tier(game, hits): _cents(amount) for hits, amount in value.items()}


def _tier(game: Game, value: object) -> int:
    text = str(value)
    if text.isdecimal() and int(text) in game.tiers:
        return int(text)
    raise InvalidResult("prizes", f"{value!r} is not one of {game.name}'s tiers {game.tiers}")


def _cents(value: object) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e13:
        return round(value * 100)
    raise InvalidResult("prizes", f"{value!r} is not an amount in reais")
