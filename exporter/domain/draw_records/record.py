"""What a record of draws holds, and how its single values are read."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from exporter.domain.games import Game
from exporter.domain.moments import YEARS
from exporter.domain.tickets import encode_draw

_LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """One draw of a record: its number, day and numbers (ascending).

    `prizes` holds the prize of one ticket in cents for each number of hits that the
    record tells; those nobody won are left out.
    """

    number: int
    day: date
    numbers: tuple[int, ...]
    prizes: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that could not be read, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


#: A line's number, and what reads its draw or raises ValueError.
Entry = tuple[int, Callable[[], DrawRecord]]


class UnreadableDraw(ValueError):
    """What is wrong with one draw of a record."""


def draw_of(
    number: object, day: object, balls: Iterable[object], prizes: Mapping[int, int], game: Game
) -> DrawRecord:
    """The draw of these values if they keep the rules of `game`; raises ValueError if not."""
    at = whole_number(number, "draw number")
    if not 0 < at <= _LARGEST_NUMBER:
        raise UnreadableDraw(f"draw number {at} is not between 1 and {_LARGEST_NUMBER}")
    numbers = sorted(whole_number(ball, "drawn number") for ball in balls)
    encode_draw(numbers, game)
    won = {hits: cents for hits, cents in prizes.items() if cents and hits in game.tiers}
    return DrawRecord(at, parse_day(str(day)), tuple(numbers), won)


def parse_day(text: str) -> date:
    """The day of DD/MM/YYYY or of an ISO date or moment; raises ValueError that shows the text."""
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text.strip(), re.ASCII)
    try:
        if match:
            day = date(int(match[3]), int(match[2]), int(match[1]))
        else:
            day = datetime.fromisoformat(text.strip()).date()
    except ValueError:
        raise UnreadableDraw(f"date {shown(text)} must be DD/MM/YYYY or YYYY-MM-DD") from None
    if day.year not in YEARS:
        raise UnreadableDraw(f"date {shown(text)} is not between {YEARS[0]} and {YEARS[-1]}")
    return day


def whole_number(value: object, what: str) -> int:
    """A whole number, also as text with leading zeros; raises ValueError that shows the value."""
    if type(value) is int:
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{1,10}", value.strip(), re.ASCII):
        return int(value)
    raise UnreadableDraw(f"{what} {shown(value)} is not a whole number")


def shown(value: object) -> str:
    """The value as a message shows it: quoted and not too long."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
