"""Periods as users write them: `24h`, dates, RFC 3339, unix times. Half-open, in microseconds."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self

from exporter.domain.moments import DAY, HOUR, SECOND, day_of, from_micros, hour_of, to_micros
from exporter.domain.plain_values import plain, whole

CUSTOM = "custom"
ALL = "all"
_UNITS = {"m": 60 * SECOND, "h": HOUR, "d": DAY, "w": 7 * DAY}
_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhdw])")
#: Shorter numbers are years or days written without dashes, not seconds since 1970.
_UNIX = re.compile(r"[0-9]{9,11}(\.[0-9]{1,6})?")
#: A plus sign that was not written %2B arrives as a space.
_LOST_PLUS = re.compile(r"(T[0-9:.]+) ([0-9]{2}:?[0-9]{2})")
_MOST_DAYS = 36_500
_LATEST = to_micros(datetime(2200, 1, 1, tzinfo=UTC))


class InvalidPeriod(ValueError):
    """A period that cannot be read; `parameter` is the one at fault."""

    def __init__(self, parameter: str, reason: str) -> None:
        super().__init__(f"{parameter}: {reason}")
        self.parameter = parameter
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` on and before `end`, microseconds since 1970."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Microseconds from start to end."""
        return self.end - self.start

    def in_whole_hours(self) -> Self:
        """The shortest period of whole hours that holds this one: roll-ups are kept by the hour."""
        return type(self)(hour_of(self.start), -hour_of(-self.end))

    def split_by_days(self) -> tuple[Self, Self, Self]:
        """What comes before the first whole UTC day, the whole days, and what comes after."""
        first = min(-day_of(-self.start), self.end)
        last = max(day_of(self.end), first)
        make = type(self)
        return make(self.start, first), make(first, last), make(last, self.end)


def parse_period(
    time_range: str | None, start: str | None, end: str | None, *, now: int, zone: tzinfo
) -> Period:
    """The period of a query: a span that ends `now`, `all`, or `custom` with a start and an end.

    `start` alone implies `custom`; a custom end left out is `now`. Times without a zone are
    read in `zone`. Raises InvalidPeriod.
    """
    if time_range == CUSTOM or (time_range is None and (start or end)):
        return _custom(start, end, now, zone)
    if start or end:
        name = "start_date" if start else "end_date"
        raise InvalidPeriod(name, f"goes with time_range=custom, not {time_range!r}")
    if time_range == ALL:
        return Period(0, now)
    return Period(max(0, now - parse_span(time_range or "24h")), now)


def parse_span(text: str) -> int:
    """Microseconds of `30m`, `24h`, `7d` or `2w`; raises InvalidPeriod."""
    match = _SPAN.fullmatch(text)
    if not match:
        raise InvalidPeriod(
            "time_range", f"{text!r} is not a span such as 24h, 7d or 30d, nor 'all', nor 'custom'"
        )
    return int(match[1]) * _UNITS[match[2]]


def parse_point(text: str, parameter: str, zone: tzinfo) -> int:
    """A date (its midnight), an RFC 3339 time or unix seconds; raises InvalidPeriod."""
    if _UNIX.fullmatch(text):
        seconds, _, fraction = text.partition(".")
        return _bounded(int(seconds) * SECOND + int(fraction.ljust(6, "0")), parameter, text)
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text))
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return _bounded(to_micros(aware), parameter, text)
    except (ValueError, OverflowError):
        reason = f"{text!r} is not a date, an RFC 3339 time or a unix time between 1970 and 2200"
        raise InvalidPeriod(parameter, reason) from None


def parse_days(value: object, name: str = "days") -> int:
    """A number of days that records are kept; raises ValueError."""
    days = whole(value)
    if days is None or not 1 <= days <= _MOST_DAYS:
        reason = f"{plain(value)!r} is not a whole number of days from 1 to {_MOST_DAYS}"
        raise ValueError(f"{name}: {reason}")
    return days


def is_date(text: str) -> bool:
    """Whether a boundary was given as a day without a time of day."""
    return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None


def local_day(micros: int, zone: tzinfo) -> date:
    """The calendar day of a moment in `zone`."""
    return from_micros(micros).astimezone(zone).date()


def day_period(day: date, zone: tzinfo) -> Period:
    """From midnight to midnight in `zone`: 23, 24 or 25 hours."""
    following = day + timedelta(days=1)
    return Period(*(to_micros(datetime.combine(d, time(), zone)) for d in (day, following)))


def _custom(start: str | None, end: str | None, now: int, zone: tzinfo) -> Period:
    if not start:
        raise InvalidPeriod("start_date", "is needed with time_range=custom")
    first = parse_point(start, "start_date", zone)
    last = parse_point(end, "end_date", zone) if end else now
    if last <= first:
        raise InvalidPeriod("end_date" if end else "start_date", "the period ends before it starts")
    return Period(first, last)


def _bounded(micros: int, parameter: str, text: str) -> int:
    if not 0 <= micros <= _LATEST:
        raise InvalidPeriod(parameter, f"{text!r} is not between 1970 and 2200")
    return micros
